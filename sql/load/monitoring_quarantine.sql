-- Grain: one row per held-back monitoring file, with the rows that were kept of it, counted as they are written.
with kept as (
    insert into quarantine.monitoring_count (
        submission_id, line_number, column_number, monitored_date, cell_code, item_count
    )
    select
        submission_id,
        line_number,
        column_number,
        monitored_date,
        cell_code,
        item_count
    from staging.monitoring_count
    where submission_id = any(:held)
    returning submission_id
)

insert into quarantine.monitoring_file (submission_id, row_count)
select
    submission_id,
    count(*)
from kept
group by submission_id;
