-- Grain: one row per indicator, period, scope, side and breakdown member.
create view mart.fact_indicator with (security_invoker = true) as
select
    value.indicator_code,
    value.period_code,
    value.scope_type,
    case value.scope_type when 'unit' then value.scope_code end as reporting_unit_code,
    case value.scope_type when 'group' then value.scope_code end as group_code,
    value.side,
    value.axis_code,
    value.member_code,
    value.axis_code = 'total' as is_total,
    value.value,
    value.numerator,
    value.denominator,
    value.value_state,
    value.reason_code,
    value.value_kind,
    value.full_year_estimate,
    value.cut_off_from as first_cut_off_date,
    value.cut_off_to as last_cut_off_date,
    value.coverage_received as received_count,
    value.coverage_expected as expected_count,
    value.coverage_received = value.coverage_expected as is_complete,
    value.is_revised,
    value.is_before_due
from mart.indicator_value as value;
comment on view mart.fact_indicator is
'Indicator values with what they were divided by and how many bodies stand behind them. | Giá trị chỉ tiêu, kèm tử số, mẫu số và số đơn vị đã báo cáo.';
comment on column mart.fact_indicator.indicator_code is 'Joins to dim_indicator. | Nối với dim_indicator.';
comment on column mart.fact_indicator.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.fact_indicator.scope_type is 'province, group or unit: filter one. | Phạm vi: toàn tỉnh, nhóm hay đơn vị; chỉ lọc một loại.';
comment on column mart.fact_indicator.reporting_unit_code is 'Joins to dim_reporting_unit; empty unless the scope is unit. | Nối với dim_reporting_unit; để trống nếu không phải phạm vi đơn vị.';
comment on column mart.fact_indicator.group_code is 'Peer group; empty unless the scope is group. | Nhóm đơn vị; để trống nếu không phải phạm vi nhóm.';
comment on column mart.fact_indicator.side is 'single; first and second of a pair are never added. | single; first và second là hai số riêng, không cộng.';
comment on column mart.fact_indicator.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là số chung.';
comment on column mart.fact_indicator.member_code is 'Member of the breakdown. | Thành phần của phân tổ.';
comment on column mart.fact_indicator.is_total is 'True for the headline. | Đúng nếu là số chung.';
comment on column mart.fact_indicator.value is 'In the unit of dim_indicator; empty when there is none. Never average it: add numerators and denominators, then divide. | Theo đơn vị của dim_indicator. Không lấy trung bình: cộng tử số, cộng mẫu số rồi chia.';
comment on column mart.fact_indicator.numerator is 'What was added up, in whole units. | Tử số, tính bằng đơn vị nguyên.';
comment on column mart.fact_indicator.denominator is 'What it is divided by; empty for sums. | Mẫu số; chỉ tiêu cộng thì để trống.';
comment on column mart.fact_indicator.value_state is 'reported, nil, missing, withheld, not_applicable, no_value. | Trạng thái của giá trị.';
comment on column mart.fact_indicator.reason_code is 'Why there is no value. | Vì sao không có giá trị.';
comment on column mart.fact_indicator.value_kind is 'Weakest kind among the figures: one estimate makes an estimate. | Loại yếu nhất trong các số liệu: có một số ước thì là ước.';
comment on column mart.fact_indicator.full_year_estimate is 'The same from the estimates for the whole year. | Chỉ tiêu tính từ ước cả năm.';
comment on column mart.fact_indicator.first_cut_off_date is 'Earliest cut-off among the reports; joins to dim_date. | Ngày chốt sớm nhất; nối với dim_date.';
comment on column mart.fact_indicator.last_cut_off_date is 'Latest cut-off among the reports; joins to dim_date. | Ngày chốt muộn nhất; nối với dim_date.';
comment on column mart.fact_indicator.received_count is 'Obliged bodies asked for it that reported. | Số đơn vị phải báo cáo đã báo cáo.';
comment on column mart.fact_indicator.expected_count is 'Obliged bodies asked for it. | Số đơn vị phải báo cáo.';
comment on column mart.fact_indicator.is_complete is 'True when all of them reported. | Đúng nếu đã đủ đơn vị.';
comment on column mart.fact_indicator.is_revised is 'True when a figure in it was restated. | Đúng nếu có số liệu đã sửa lại.';
comment on column mart.fact_indicator.is_before_due is 'True while reports may still come on time. | Đúng nếu chưa hết hạn nộp.';
