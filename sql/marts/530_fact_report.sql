-- Grain: one row per reporting period and body that has to do with it, whether it reported or not.
create view mart.fact_report with (security_invoker = true) as
select
    status.period_code,
    status.reporting_unit_code,
    status.obligation,
    status.report_state,
    case status.report_state
        when 'on_time' then 'Đúng hạn'
        when 'late' then 'Muộn'
        when 'quarantined' then 'Đã gửi, chờ sửa'
        when 'rejected_only' then 'Đã gửi, không nhận được'
        when 'not_due_yet' then 'Chưa đến hạn'
        when 'not_reported' then 'Chưa báo cáo'
        when 'requested' then 'Được đề nghị, chưa gửi'
        else 'Không tính'
    end as report_state_name_vi,
    status.obligation = 'obliged' as is_counted,
    status.is_received,
    status.report_state = 'on_time' as is_on_time,
    status.first_accepted_at,
    (status.first_accepted_at at time zone 'Asia/Ho_Chi_Minh')::date as first_accepted_date,
    (status.first_accepted_at at time zone 'Asia/Ho_Chi_Minh')::date
    - (status.due_at at time zone 'Asia/Ho_Chi_Minh' - interval '1 microsecond')::date as days_after_deadline_count,
    status.attempt_count,
    status.revision_number,
    status.is_first_pass,
    status.is_nil_return,
    status.is_revised,
    status.required_cell_count,
    status.filled_cell_count,
    status.cut_off_date,
    status.submission_id
from mart.report_status as status;
comment on view mart.fact_report is
'Who reported for which period, when, and how well. | Đơn vị nào đã báo cáo kỳ nào, khi nào, chất lượng ra sao.';
comment on column mart.fact_report.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.fact_report.reporting_unit_code is 'Joins to dim_reporting_unit. | Nối với dim_reporting_unit.';
comment on column mart.fact_report.obligation is 'As of the period; requested bodies are listed and never lower a rate. | Nghĩa vụ trong kỳ; đơn vị được đề nghị chỉ liệt kê, không làm giảm tỷ lệ.';
comment on column mart.fact_report.report_state is 'on_time, late, quarantined, rejected_only, not_reported, not_due_yet, requested, not_counted. | Tình trạng báo cáo.';
comment on column mart.fact_report.report_state_name_vi is 'The same in words. | Tình trạng báo cáo, viết bằng chữ.';
comment on column mart.fact_report.is_counted is 'True for obliged bodies: the denominator of on-time rates. | Đúng với đơn vị phải báo cáo: mẫu số của tỷ lệ đúng hạn.';
comment on column mart.fact_report.is_received is 'True when a report was accepted; a nil return is a report. | Đúng nếu đã nhận được; báo cáo không phát sinh vẫn là báo cáo.';
comment on column mart.fact_report.is_on_time is 'True when the first accepted report came before the deadline. | Đúng nếu báo cáo đầu tiên được nhận trước hạn.';
comment on column mart.fact_report.first_accepted_at is 'True receipt of the first accepted report. | Thời điểm nhận báo cáo đầu tiên được chấp nhận.';
comment on column mart.fact_report.first_accepted_date is 'The same day in Viet Nam; joins to dim_date. | Ngày nhận theo giờ Việt Nam; nối với dim_date.';
comment on column mart.fact_report.days_after_deadline_count is 'Days after the last day on time; 0 or less is on time. | Số ngày sau ngày cuối cùng đúng hạn; từ 0 trở xuống là đúng hạn.';
comment on column mart.fact_report.attempt_count is 'Distinct files received. | Số tệp khác nhau đã nhận.';
comment on column mart.fact_report.revision_number is 'Revisions accepted so far. | Số lần gửi đã được chấp nhận.';
comment on column mart.fact_report.is_first_pass is 'True when the first version passed without a blocking finding. | Đúng nếu lần gửi đầu không có lỗi chặn.';
comment on column mart.fact_report.is_nil_return is 'True when the body reports that nothing happened. | Đúng nếu đơn vị báo cáo không phát sinh.';
comment on column mart.fact_report.is_revised is 'True when a figure differs from an earlier revision. | Đúng nếu có số liệu khác lần gửi trước.';
comment on column mart.fact_report.required_cell_count is 'Cells the template requires. | Số ô bắt buộc.';
comment on column mart.fact_report.filled_cell_count is 'Of those, filled. | Trong đó đã điền.';
comment on column mart.fact_report.cut_off_date is 'Last day the figures cover; joins to dim_date. | Ngày chốt số liệu; nối với dim_date.';
comment on column mart.fact_report.submission_id is 'Submission that counts. | Lần gửi được tính.';
