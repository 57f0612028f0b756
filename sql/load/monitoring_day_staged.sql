-- Grain: one row per staged monitoring file and day.
-- One pass over the staged rows; the gate and the revisions look at its outcome.
insert into staging.monitoring_day (
    submission_id, monitored_date, row_count, cell_count, invalid_count, unknown_count, item_count, first_line, last_line
)
select
    submission_id,
    monitored_date,
    count(*),
    count(distinct cell_code),
    count(*) filter (
        where
        monitored_date is null
        or item_count is null
        or item_count not between 0 and 2147483647
        or (cell_code = -1 and item_count <> 0)
    ),
    count(*) filter (where cell_code is null),
    sum(item_count),
    min(line_number),
    max(line_number)
from staging.monitoring_count
group by submission_id, monitored_date;
