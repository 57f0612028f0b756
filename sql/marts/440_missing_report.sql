-- Grain: one row per period and obliged body without an accepted report, in Vietnamese alphabetical order.
create view mart.missing_report as
select
    period_code,
    reporting_unit_code,
    reporting_unit_name_vi,
    group_code,
    report_state,
    last_attempt_at,
    basis
from mart.report_status
where obligation = 'obliged' and not is_received
order by period_code, sort_key;
comment on view mart.missing_report is 'Obliged bodies whose report is still missing, by name. Requested bodies are not here. | Đơn vị phải báo cáo mà chưa có báo cáo, theo tên. Đơn vị chỉ được đề nghị không nằm ở đây.';
comment on column mart.missing_report.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.missing_report.reporting_unit_code is 'Body that is to report, or is asked to. | Đơn vị phải báo cáo hoặc được đề nghị.';
comment on column mart.missing_report.reporting_unit_name_vi is 'Its full name. | Tên viết đầy đủ của đơn vị ấy.';
comment on column mart.missing_report.group_code is 'Peer group. | Nhóm đơn vị cùng loại, để so sánh với nhau.';
comment on column mart.missing_report.report_state is 'not_due_yet, not_reported, quarantined or rejected_only. | not_due_yet chưa đến hạn, not_reported chưa nộp, quarantined bị cách ly hoặc rejected_only chỉ có bản bị trả lại.';
comment on column mart.missing_report.last_attempt_at is 'Latest arrival that was not accepted. | Lần đến gần nhất mà không được chấp nhận.';
comment on column mart.missing_report.basis is 'Where the entry of the body comes from. | Việc đơn vị phải báo cáo lấy từ đâu.';
