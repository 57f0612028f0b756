-- Grain: one row per loaded file of the batch and day it speaks of, summed up from the rows that were inserted.
insert into warehouse.monitoring_day (
    source_id, monitored_date, revision_number, submission_id, row_count, item_count, has_empty_mark, sheet_name,
    first_line, last_line
)
with inserted as (
    select
        submission_id,
        monitored_date,
        count(*) as row_count,
        sum(item_count) as item_count,
        min(cell_code) < 0 as has_empty_mark,
        min(line_number) as first_line,
        max(line_number) as last_line
    from warehouse.monitoring_count
    where submission_id = any(:loaded) and monitored_date between :first_day and :last_day
    group by submission_id, monitored_date
)

select
    feed_file.source_id,
    inserted.monitored_date,
    1 + coalesce(
        (
            select max(earlier.revision_number)
            from warehouse.monitoring_day as earlier
            where
                earlier.source_id = feed_file.source_id
                and earlier.monitored_date = inserted.monitored_date
        ),
        0
    ),
    inserted.submission_id,
    inserted.row_count,
    inserted.item_count,
    inserted.has_empty_mark,
    feed_file.sheet_name,
    inserted.first_line,
    inserted.last_line
from inserted
inner join staging.feed_file on inserted.submission_id = feed_file.submission_id;
