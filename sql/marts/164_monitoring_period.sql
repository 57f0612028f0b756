-- Grain: one row per period.
-- How many of its days were monitored, of those that have passed. A day counts as passed once it is over, and before
-- that when it has been monitored already; days after the end of the window never do.
create table mart.monitoring_period as
select
    period.period_code,
    period.window_start,
    period.window_end,
    coalesce(monitored.day_count, 0) as monitored_count,
    greatest(
        least(
            period.window_end,
            greatest(
                (coalesce(build.as_known, build.built_at) at time zone 'Asia/Ho_Chi_Minh')::date - 1,
                monitored.last_day
            )
        ) - period.window_start + 1,
        0
    ) as passed_count,
    monitored.first_day,
    monitored.last_day,
    coalesce(monitored.is_revised, false) as is_revised
from mart.asked_period as period
cross join mart.build
cross join lateral (
    select
        count(distinct day.monitored_date) as day_count,
        min(day.monitored_date) as first_day,
        max(day.monitored_date) as last_day,
        bool_or(day.is_revised) as is_revised
    from mart.monitoring_day_latest as day
    where day.monitored_date between period.window_start and period.window_end
) as monitored;
alter table mart.monitoring_period add constraint monitoring_period_pk primary key (period_code);
analyze mart.monitoring_period;
comment on table mart.monitoring_period is 'How completely each period was monitored. | Mỗi kỳ đã được theo dõi đầy đủ đến đâu.';
comment on column mart.monitoring_period.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.monitoring_period.window_start is 'First day of the period. | Ngày đầu tiên của kỳ báo cáo.';
comment on column mart.monitoring_period.window_end is 'Last day of the period. | Ngày cuối cùng của kỳ báo cáo.';
comment on column mart.monitoring_period.monitored_count is 'Days monitored; a day on which nothing was found is one. | Bao nhiêu ngày có theo dõi; ngày không thấy gì cũng là một ngày.';
comment on column mart.monitoring_period.passed_count is 'Days of the period that have passed. | Bao nhiêu ngày của kỳ đã qua.';
comment on column mart.monitoring_period.first_day is 'First day monitored. | Ngày đầu tiên có theo dõi.';
comment on column mart.monitoring_period.last_day is 'Last day monitored. | Ngày cuối cùng có theo dõi.';
comment on column mart.monitoring_period.is_revised is 'True when one of its days was stated differently before. | Đúng khi một ngày của kỳ trước đây được nêu khác.';
