-- Grain: one row per cell of the cube, day and loaded file of the batch.
-- The partitions are there already; those made for this load get their unique constraint after it.
insert into warehouse.monitoring_count (
    submission_id, monitored_date, cell_code, item_count, line_number, column_number
)
select
    submission_id,
    monitored_date,
    cell_code,
    item_count,
    line_number,
    column_number
from staging.monitoring_count
where submission_id = any(:loaded);
