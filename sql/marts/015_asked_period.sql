-- Grain: one row per reporting period the marts are about: all of them, or the one a function was asked for.
create view mart.asked_period with (security_invoker = true) as
select
    period.period_code,
    period.period_kind,
    period.plan_year,
    period.window_start,
    period.window_end,
    period.due_at,
    period.only_units
from reference.reporting_period as period
cross join mart.build
where build.only_period_code is null or period.period_code = build.only_period_code;
comment on view mart.asked_period is 'The reporting periods figures are made for. Read reference.reporting_period instead. | Các kỳ báo cáo được tính; khi tra cứu hãy dùng reference.reporting_period.';
comment on column mart.asked_period.period_code is 'Reporting period. | Kỳ báo cáo.';
comment on column mart.asked_period.period_kind is '6T six months, NAM year, DX on request. | 6T sáu tháng, NAM cả năm, DX đột xuất.';
comment on column mart.asked_period.plan_year is 'Year of the plan. | Năm kế hoạch.';
comment on column mart.asked_period.window_start is 'First day the figures cover. | Ngày đầu của kỳ số liệu.';
comment on column mart.asked_period.window_end is 'Last day the figures may cover. | Ngày cuối của kỳ số liệu.';
comment on column mart.asked_period.due_at is 'First instant that is late. | Thời điểm bắt đầu tính là muộn.';
comment on column mart.asked_period.only_units is 'Bodies an ad hoc request asks; empty means every body. | Các đơn vị được yêu cầu; để trống là tất cả.';
