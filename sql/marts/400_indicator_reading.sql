-- Grain: one row per indicator, period, scope, side and breakdown member.
-- The values with the words needed to read them. The view for Excel and Power BI.
create view mart.indicator_reading as
with in_force as (
    select
        basis.indicator_code,
        basis.period_code,
        string_agg(
            coalesce(basis.document_number, basis.legal_basis_code)
            || case
                when basis.is_whole_window then ''
                else ' (' || to_char(basis.first_date, 'DD/MM/YYYY') || ' – ' || to_char(basis.last_date, 'DD/MM/YYYY') || ')'
            end,
            '; ' order by basis.position_number
        ) as legal_bases_text
    from mart.indicator_legal_basis as basis
    group by basis.indicator_code, basis.period_code
)

select
    indicator.position,
    value.indicator_code,
    indicator.name_vi,
    indicator.name_en,
    value.period_code,
    period.name_vi as period_name_vi,
    value.scope_type,
    value.scope_code,
    coalesce(unit.name_vi, value.scope_code) as scope_name_vi,
    value.side,
    value.axis_code,
    value.member_code,
    value.value,
    indicator.unit_vi,
    value.numerator,
    value.denominator,
    value.value_state,
    value.reason_code,
    value.value_kind,
    value.full_year_estimate,
    value.cut_off_from,
    value.cut_off_to,
    value.coverage_received,
    value.coverage_expected,
    value.requested_received,
    value.requested_expected,
    value.is_revised,
    value.is_before_due,
    indicator.direction,
    indicator.target_status,
    target.target_value,
    target.target_state,
    indicator.clauses,
    indicator.owner_vi,
    in_force.legal_bases_text,
    missing_unit.sentence_vi as missing_unit_name_vi,
    indicator.reading_note_vi
from mart.indicator_value as value
inner join reference.indicator on value.indicator_code = indicator.indicator_code
inner join reference.reporting_period as period on value.period_code = period.period_code
left join in_force
    on value.indicator_code = in_force.indicator_code and value.period_code = in_force.period_code
left join reference.missing_unit_rule as missing_unit on indicator.missing_unit_code = missing_unit.missing_unit_code
left join mart.indicator_target_reading as target
    on
        value.indicator_code = target.indicator_code
        and value.period_code = target.period_code
        and value.scope_type = target.scope_type
        and value.side = target.side
        and value.axis_code = target.axis_code
left join reference.reporting_unit as unit on value.scope_type = 'unit' and value.scope_code = unit.unit_code;
comment on view mart.indicator_reading is 'Indicator values with names, unit, direction, target and reading note beside them. | Giá trị chỉ tiêu kèm tên, đơn vị tính, chiều tốt, chỉ tiêu giao và cách đọc.';
comment on column mart.indicator_reading.position is 'Catalogue order. | Thứ tự trong danh mục chỉ tiêu.';
comment on column mart.indicator_reading.indicator_code is 'Indicator. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_reading.name_vi is 'Vietnamese name of the indicator. | Tên chỉ tiêu bằng tiếng Việt, để đọc; không dùng làm khóa.';
comment on column mart.indicator_reading.name_en is 'English name of the indicator. | Tên chỉ tiêu dịch sang tiếng Anh, dùng trong tệp xuất.';
comment on column mart.indicator_reading.period_code is 'Reporting period. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.indicator_reading.period_name_vi is 'Name of the period. | Kỳ báo cáo viết thành lời.';
comment on column mart.indicator_reading.scope_type is 'province, group or unit. | province toàn tỉnh, group nhóm hoặc unit từng đơn vị.';
comment on column mart.indicator_reading.scope_code is 'Which one. | Phạm vi nào: toàn tỉnh, nhóm nào hoặc đơn vị nào.';
comment on column mart.indicator_reading.scope_name_vi is 'Name of the unit, or the scope code. | Tên đơn vị, hoặc mã phạm vi.';
comment on column mart.indicator_reading.side is 'single; first and second for pairs, never to be added. | single một số; first và second là hai số đặt cạnh nhau, không cộng.';
comment on column mart.indicator_reading.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là con số chính.';
comment on column mart.indicator_reading.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_reading.value is 'Value in the unit beside it; empty when there is none. | Giá trị theo đơn vị tính bên cạnh; để trống khi không có.';
comment on column mart.indicator_reading.unit_vi is 'Unit of the value. | Giá trị được tính theo đơn vị nào.';
comment on column mart.indicator_reading.numerator is 'In base units. | Phần đem cộng, theo đơn vị gốc.';
comment on column mart.indicator_reading.denominator is 'In base units; empty for sums. | Phần đem chia, theo đơn vị gốc; để trống với chỉ tiêu cộng.';
comment on column mart.indicator_reading.value_state is 'reported, nil, missing, withheld, not_applicable, no_value. Missing is not zero. | reported có số, nil không phát sinh, missing thiếu, withheld không cung cấp, not_applicable không áp dụng, no_value không tính được. Thiếu không phải là 0.';
comment on column mart.indicator_reading.reason_code is 'Why there is no value. | Vì sao không có giá trị.';
comment on column mart.indicator_reading.value_kind is 'uoc, thuc_hien or chinh_thuc; the weakest among the figures. | uoc ước, thuc_hien thực hiện hoặc chinh_thuc chính thức; lấy loại yếu nhất trong các con số.';
comment on column mart.indicator_reading.full_year_estimate is 'Estimate for the whole year, of the bodies that gave one. | Số ước đến 31/12, của những đơn vị có ghi.';
comment on column mart.indicator_reading.cut_off_from is 'Earliest cut-off date among the reports. | Ngày chốt số liệu sớm nhất trong các báo cáo.';
comment on column mart.indicator_reading.cut_off_to is 'Latest cut-off date among the reports. | Ngày chốt số liệu muộn nhất trong các báo cáo.';
comment on column mart.indicator_reading.coverage_received is 'Obliged bodies asked for it that reported. | Đơn vị phải báo cáo, được hỏi số này và đã nộp.';
comment on column mart.indicator_reading.coverage_expected is 'Obliged bodies asked for it. | Đơn vị phải báo cáo và được hỏi số này.';
comment on column mart.indicator_reading.requested_received is 'Requested bodies asked for it that reported. | Đơn vị được đề nghị, được hỏi số này và đã nộp.';
comment on column mart.indicator_reading.requested_expected is 'Requested bodies asked for it. | Đơn vị chỉ được đề nghị mà biểu mẫu có hỏi số này.';
comment on column mart.indicator_reading.is_revised is 'True when a figure in it was restated. | Đúng khi một con số bên trong đã được đính chính.';
comment on column mart.indicator_reading.is_before_due is 'True while reports may still come on time. | Đúng khi báo cáo vẫn còn có thể đến đúng hạn.';
comment on column mart.indicator_reading.direction is 'up, down or none; context indicators are never scored. | up, down hoặc none; chỉ tiêu bối cảnh không bao giờ chấm điểm.';
comment on column mart.indicator_reading.target_status is 'Whether the province would set a target. | Tỉnh có giao chỉ tiêu hay không.';
comment on column mart.indicator_reading.target_value is 'Target of the province for this headline; empty until it sets one, and then nothing is judged. | Mức được giao; để trống cho đến khi tỉnh giao, và khi ấy không tô đỏ, xanh.';
comment on column mart.indicator_reading.target_state is 'on_the_way, met, missed or no_value; empty without a target. Distance and pace are in mart.indicator_target_reading. | Đang thực hiện, đạt, chưa đạt, chưa có số; trống nếu chưa giao.';
comment on column mart.indicator_reading.clauses is 'Plan clauses. | Các mục của kế hoạch mà chỉ tiêu trả lời.';
comment on column mart.indicator_reading.owner_vi is 'Who answers for the figure. | Ai trả lời về con số.';
comment on column mart.indicator_reading.legal_bases_text is 'Texts in force in the period, with their days where not all through it. | Văn bản còn hiệu lực trong kỳ, kèm ngày nếu không suốt kỳ.';
comment on column mart.indicator_reading.missing_unit_name_vi is 'What becomes of the value when a body has not reported. | Giá trị được xử lý thế nào khi có đơn vị chưa báo cáo.';
comment on column mart.indicator_reading.reading_note_vi is 'How to read it and what not to conclude. | Nên hiểu thế nào và không nên kết luận điều gì.';
