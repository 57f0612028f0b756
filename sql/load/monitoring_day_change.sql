-- Grain: one row per day that a loaded file of the batch revised.
-- Both days are fetched by day and submission, never by reading a month.
insert into warehouse.monitoring_day_change (
    submission_id, monitored_date, earlier_submission_id, old_item_count, new_item_count, added_count, changed_count,
    removed_count
)
select
    later.submission_id,
    later.monitored_date,
    earlier.submission_id,
    earlier.item_count,
    later.item_count,
    difference.added_count,
    difference.changed_count,
    difference.removed_count
from warehouse.monitoring_day as later
inner join warehouse.monitoring_day as earlier
    on
        later.source_id = earlier.source_id
        and later.monitored_date = earlier.monitored_date
        and later.revision_number = earlier.revision_number + 1
cross join lateral (
    select
        count(*) filter (where before.cell_code is null) as added_count,
        count(*) filter (where before.item_count <> now.item_count) as changed_count,
        count(*) filter (where now.cell_code is null) as removed_count
    from (
        select
            cell_code,
            item_count
        from warehouse.monitoring_count
        where
            monitored_date = later.monitored_date
            and submission_id = later.submission_id
    ) as now
    full outer join (
        select
            cell_code,
            item_count
        from warehouse.monitoring_count
        where
            monitored_date = earlier.monitored_date
            and submission_id = earlier.submission_id
    ) as before on now.cell_code = before.cell_code
) as difference
where later.submission_id = any(:loaded);
