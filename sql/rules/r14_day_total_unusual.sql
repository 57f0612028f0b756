-- Grain: one row per monitored day whose total is more than 5 times the median of the 28 monitored days before, or 0 on
-- a working day. Both usually mean that a feed was counted twice or was down; a real event is possible, so it only
-- warns. At least 7 earlier days are needed for a median: current days of the warehouse, and the batch's own.
with staged as (
    select
        feed_file.source_id,
        feed_file.sheet_name,
        monitoring_day.submission_id,
        monitoring_day.monitored_date,
        monitoring_day.item_count,
        monitoring_day.first_line
    from staging.monitoring_day
    inner join staging.feed_file on monitoring_day.submission_id = feed_file.submission_id
    where monitoring_day.monitored_date is not null and monitoring_day.item_count is not null
),

known as (
    select distinct on (day.source_id, day.monitored_date)
        day.source_id,
        day.monitored_date,
        day.item_count
    from warehouse.monitoring_day as day
    where
        day.monitored_date < (select max(staged.monitored_date) from staged)
        and (day.source_id, day.monitored_date) not in (
            select
                staged.source_id,
                staged.monitored_date
            from staged
        )
    order by day.source_id asc, day.monitored_date asc, day.revision_number desc
),

judged as (
    select
        submission_id,
        sheet_name,
        monitored_date,
        item_count,
        first_line,
        array_agg(item_count) over (
            partition by source_id
            order by monitored_date
            rows between 28 preceding and 1 preceding
        ) as days_before
    from (
        select * from staged
        union all
        select
            source_id,
            null,
            null,
            monitored_date,
            item_count,
            null
        from known
    ) as monitored
)

select
    judged.submission_id,
    null::integer as line_number,
    judged.sheet_name,
    'dòng ' || judged.first_line as cell,
    'tổng trong ngày là {' || judged.item_count || '}' as found,
    case
        when judged.item_count = 0 then 'lớn hơn {0} vào ngày làm việc'
        else 'không quá 5 lần trung vị 28 ngày trước là {' || history.median || '}'
    end as expected,
    'Ngày ' || to_char(judged.monitored_date, 'DD/MM/YYYY') as subject
from judged
cross join lateral (
    select
        count(*) as day_count,
        percentile_cont(0.5) within group (order by earlier.item_count) as median
    from unnest(judged.days_before) as earlier (item_count)
) as history
left join reference.public_holiday
    on
        judged.monitored_date = public_holiday.holiday_date
        and public_holiday.day_kind <> 'proposed'
where
    judged.submission_id is not null
    and (
        (
            judged.item_count = 0
            -- A day exchanged is worked although it is a Saturday; every other entry is a day off.
            and coalesce(public_holiday.day_kind = 'swapped_work', extract(isodow from judged.monitored_date) <= 5)
        )
        or (history.day_count >= 7 and judged.item_count > 5 * history.median)
    )
