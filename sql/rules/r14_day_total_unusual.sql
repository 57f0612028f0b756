-- Grain: one row per monitored day whose total is more than 5 times the median of the 28 days before, or 0 on a
-- working day. Both usually mean that a feed was counted twice or was down; a real event is possible, so it only warns.
-- At least 7 earlier days are needed for a median. History is what the batch itself holds.
with day_total as (
    select
        submission_id,
        monitored_date,
        sum(item_count) as item_count,
        (array_agg(line_number order by line_number))[1] as line_number,
        (array_agg(sheet_name order by line_number))[1] as sheet_name,
        (array_agg(cell order by line_number))[1] as cell
    from staging.monitoring_count
    where monitored_date is not null
    group by submission_id, monitored_date
    having count(item_count) > 0
),

judged as (
    select
        day_total.*,
        history.day_count,
        history.median
    from day_total
    cross join lateral (
        select
            count(*) as day_count,
            percentile_cont(0.5) within group (order by earlier.item_count) as median
        from day_total as earlier
        where
            earlier.monitored_date < day_total.monitored_date
            and earlier.monitored_date >= day_total.monitored_date - 28
    ) as history
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    'tổng trong ngày là {' || item_count || '}' as found,
    case
        when item_count = 0 then 'lớn hơn {0} vào ngày làm việc'
        else 'không quá 5 lần trung vị 28 ngày trước là {' || median || '}'
    end as expected,
    'Ngày ' || to_char(monitored_date, 'DD/MM/YYYY') as subject
from judged
where
    (item_count = 0 and extract(isodow from monitored_date) <= 5)
    or (day_count >= 7 and item_count > 5 * median)
