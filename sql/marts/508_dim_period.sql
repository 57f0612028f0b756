-- Grain: one row per reporting period.
create view mart.dim_period with (security_invoker = true) as
select
    period.period_code,
    period.name_vi,
    period.period_kind,
    case period.period_kind when '6T' then 'Sáu tháng' when 'NAM' then 'Năm' else 'Đột xuất' end as period_kind_name_vi,
    period.plan_year as plan_year_number,
    period.window_start as window_start_date,
    period.window_end as window_end_date,
    (period.due_at at time zone 'Asia/Ho_Chi_Minh' - interval '1 microsecond')::date as last_on_time_date,
    period.due_at,
    period.rule_vi,
    period.legal_basis_vi
from reference.reporting_period as period;
comment on view mart.dim_period is
'The reporting calendar. | Lịch báo cáo.';
comment on column mart.dim_period.period_code is 'Key: joins to every period_code. | Khóa: nối với mọi cột period_code.';
comment on column mart.dim_period.name_vi is 'Name printed in workbooks. | Tên kỳ in trên biểu mẫu.';
comment on column mart.dim_period.period_kind is '6T six months, NAM year, DX on request. | 6T: sáu tháng; NAM: năm; DX: đột xuất.';
comment on column mart.dim_period.period_kind_name_vi is 'The same in words. | Loại kỳ, viết bằng chữ.';
comment on column mart.dim_period.plan_year_number is 'Year of the plan. | Năm của Kế hoạch.';
comment on column mart.dim_period.window_start_date is 'First day the figures cover. | Ngày đầu tiên số liệu tính đến.';
comment on column mart.dim_period.window_end_date is 'Last day they may cover; joins to dim_date. | Ngày cuối cùng số liệu có thể tính đến; nối với dim_date.';
comment on column mart.dim_period.last_on_time_date is 'Last calendar day on which a report is on time. | Ngày cuối cùng nộp vẫn đúng hạn.';
comment on column mart.dim_period.due_at is 'First instant that is late. | Thời điểm bắt đầu tính là muộn.';
comment on column mart.dim_period.rule_vi is 'The deadline in words. | Quy định về hạn nộp.';
comment on column mart.dim_period.legal_basis_vi is 'Where the deadline comes from. | Căn cứ của hạn nộp.';
