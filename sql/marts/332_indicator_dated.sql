-- Grain: one row per indicator, period, scope, side and breakdown member.
-- The values, with the day FDI, ODA and aid figures of the province reach: it is not that of the report they stand in.
create view mart.indicator_dated with (security_invoker = true) as
select
    value.indicator_code,
    value.period_code,
    value.scope_type,
    value.scope_code,
    value.side,
    value.axis_code,
    value.member_code,
    value.value,
    value.numerator,
    value.denominator,
    value.value_state,
    value.reason_code,
    value.value_kind,
    value.full_year_estimate,
    value.full_year_count,
    value.cut_off_from,
    value.cut_off_to,
    value.coverage_expected,
    value.coverage_received,
    value.requested_expected,
    value.requested_received,
    value.answered_count,
    value.withheld_count,
    value.not_applicable_count,
    value.missing_count,
    value.incomplete_count,
    value.is_revised,
    value.is_before_due,
    as_of.as_of_from,
    as_of.as_of_to
from mart.indicator_value as value
left join mart.indicator_as_of as as_of
    on
        value.scope_type = 'province'
        and value.value is not null
        and value.indicator_code = as_of.indicator_code
        and value.period_code = as_of.period_code
        and value.axis_code = as_of.axis_code
        and value.member_code = as_of.member_code;
comment on view mart.indicator_dated is 'Indicator values with how far the money figures in them reach. | Giá trị chỉ tiêu, kèm ngày mà số liệu vốn trong đó tính đến.';
comment on column mart.indicator_dated.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_dated.period_code is 'Reporting period; the annual value replaces the six-month one. | Kỳ báo cáo; giá trị năm thay giá trị sáu tháng.';
comment on column mart.indicator_dated.scope_type is 'province, group or unit. | province toàn tỉnh, group nhóm hoặc unit từng đơn vị.';
comment on column mart.indicator_dated.scope_code is 'province, the group code or the unit code. | province toàn tỉnh, mã nhóm hoặc mã đơn vị.';
comment on column mart.indicator_dated.side is 'single; first and second for pairs, which are shown as two numbers and never added. | single một số; first và second là hai số đặt cạnh nhau, hiện thành hai số và không bao giờ cộng.';
comment on column mart.indicator_dated.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là con số chính.';
comment on column mart.indicator_dated.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_dated.value is 'Value in the unit of the indicator; empty when there is none. | Giá trị theo đơn vị tính của chỉ tiêu; để trống khi không có.';
comment on column mart.indicator_dated.numerator is 'What was added up, in base units (VND, USD, things counted). | Những gì đã cộng, theo đơn vị gốc (đồng, USD, cái được đếm).';
comment on column mart.indicator_dated.denominator is 'What it is divided by, in base units; empty for sums. | Đem chia cho bao nhiêu, theo đơn vị gốc; để trống với chỉ tiêu cộng.';
comment on column mart.indicator_dated.value_state is 'reported, nil (every body answered không phát sinh), missing, withheld, not_applicable, no_value (nothing to divide by). | reported có số, nil mọi đơn vị đều trả lời không phát sinh, missing thiếu, withheld không cung cấp, not_applicable không áp dụng, no_value không có gì để chia.';
comment on column mart.indicator_dated.reason_code is 'Why there is no value: awaiting_feed, no_report, not_due_yet, left_blank, withheld, not_applicable, zero_denominator, no_final, by_element, missing_rate. | Vì sao không có giá trị: awaiting_feed chờ nguồn, no_report chưa có báo cáo, not_due_yet chưa đến hạn, left_blank để trống, withheld không cung cấp, not_applicable không áp dụng, zero_denominator mẫu số bằng 0, no_final chưa có số chính thức, by_element chỉ có theo phần, missing_rate thiếu tỷ giá.';
comment on column mart.indicator_dated.value_kind is 'Weakest kind among the figures: one estimate makes the sum an estimate. | Loại yếu nhất trong các con số: có một số ước thì tổng là số ước.';
comment on column mart.indicator_dated.full_year_estimate is 'The same from the estimates for the whole year, of the bodies that gave one. | Cũng phép tính ấy trên các số ước cả năm, của những đơn vị có ghi.';
comment on column mart.indicator_dated.full_year_count is 'How many bodies gave one. | Bao nhiêu đơn vị có ghi số ước cả năm.';
comment on column mart.indicator_dated.cut_off_from is 'Earliest cut-off date among the reports. | Ngày chốt số liệu sớm nhất trong các báo cáo.';
comment on column mart.indicator_dated.cut_off_to is 'Latest cut-off date among the reports. | Ngày chốt số liệu muộn nhất trong các báo cáo.';
comment on column mart.indicator_dated.coverage_expected is 'Obliged bodies whose template asks for it; of a monitoring figure, days of the period that have passed. | Đơn vị phải báo cáo có biểu mẫu hỏi số này; với số theo dõi là số ngày đã qua của kỳ.';
comment on column mart.indicator_dated.coverage_received is 'Of those, bodies with an accepted report, or days monitored. | Trong đó: đơn vị có báo cáo được chấp nhận, hoặc ngày có theo dõi.';
comment on column mart.indicator_dated.requested_expected is 'Requested bodies whose template asks for it; listed apart. | Đơn vị được đề nghị có biểu mẫu hỏi số này; liệt kê riêng.';
comment on column mart.indicator_dated.requested_received is 'Of those, bodies with an accepted report. | Trong số được đề nghị: đơn vị có báo cáo được chấp nhận.';
comment on column mart.indicator_dated.answered_count is 'Bodies whose figure is in the value; figures, in a breakdown of several measures. | Bao nhiêu đơn vị có con số nằm trong giá trị; là số con số, khi phân tổ theo nhiều số liệu.';
comment on column mart.indicator_dated.withheld_count is 'Bodies that reported and answered không cung cấp. | Bao nhiêu đơn vị đã báo cáo và trả lời không cung cấp.';
comment on column mart.indicator_dated.not_applicable_count is 'Bodies that reported and answered không áp dụng. | Bao nhiêu đơn vị đã báo cáo và trả lời không áp dụng.';
comment on column mart.indicator_dated.missing_count is 'Bodies counted on whose figure is blank. | Bao nhiêu đơn vị được trông đợi mà để trống con số.';
comment on column mart.indicator_dated.incomplete_count is 'Bodies whose figure is in the value without one of its measures, blank or withheld. | Bao nhiêu đơn vị có con số được tính dù một số liệu thành phần để trống hoặc không cung cấp.';
comment on column mart.indicator_dated.is_revised is 'True when a figure in it differs from an earlier accepted revision. | Đúng khi một con số bên trong khác với bản được chấp nhận trước đó.';
comment on column mart.indicator_dated.is_before_due is 'True while reports may still come on time: the value is not the last word. | Đúng khi báo cáo vẫn còn có thể đến đúng hạn: giá trị chưa phải là số cuối.';
comment on column mart.indicator_dated.as_of_from is 'Earliest closing day among FDI, ODA and aid figures; empty for all others. | Ngày khóa sớm nhất của số liệu vốn; chỉ tiêu khác thì để trống.';
comment on column mart.indicator_dated.as_of_to is 'Latest closing day among them. | Ngày khóa muộn nhất của số liệu vốn.';
