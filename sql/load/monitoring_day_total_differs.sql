-- Grain: one row per day of the batch whose totals do not come to what was inserted; there must be none.
-- The totals are added up from the spool, the days from the inserted rows: here the one answers for the other.
-- Added up side by side, not joined: of rows this young the planner knows nothing, and would pair each with each.
select
    submission_id,
    monitored_date,
    sum(inserted_count) as inserted_count,
    sum(total_count) as total_count,
    sum(channel_count) as channel_count,
    sum(topic_count) as topic_count,
    sum(scope_count) as scope_count,
    sum(language_count) as language_count
from (
    select
        submission_id,
        monitored_date,
        item_count as inserted_count,
        0 as total_count,
        0 as channel_count,
        0 as topic_count,
        0 as scope_count,
        0 as language_count
    from warehouse.monitoring_day
    where submission_id = any(:loaded)
    union all
    select
        submission_id,
        monitored_date,
        0,
        case axis_code when 'total' then item_count else 0 end,
        case axis_code when 'channel_type' then item_count else 0 end,
        case axis_code when 'topic' then item_count else 0 end,
        case axis_code when 'scope' then item_count else 0 end,
        case axis_code when 'language' then item_count else 0 end
    from warehouse.monitoring_day_total
    where submission_id = any(:loaded) and monitored_date between :first_day and :last_day
) as counted
group by submission_id, monitored_date
having
    sum(total_count) <> sum(inserted_count)
    or sum(channel_count) <> sum(inserted_count)
    or sum(topic_count) <> sum(inserted_count)
    or sum(scope_count) <> sum(inserted_count)
    or sum(language_count) <> sum(inserted_count)
order by submission_id, monitored_date
limit 1;
