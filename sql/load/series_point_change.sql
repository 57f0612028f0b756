-- Grain: one row per value that a loaded revision of a publisher's file changed against the revision before it.
insert into warehouse.series_point_change (
    submission_id, change_number, series_code, area_code, frequency_code, window_start, window_end, change_kind,
    old_value, new_value, old_state, new_state, cell
)
with revised as (
    select
        submission.submission_id,
        earlier.submission_id as earlier_submission_id
    from warehouse.submission
    inner join staging.feed_file on submission.submission_id = feed_file.submission_id
    inner join warehouse.submission as earlier
        on
            submission.source_id = earlier.source_id
            and submission.subject_key = earlier.subject_key
            and earlier.revision_number = submission.revision_number - 1
),

later as (
    select
        point.*
    from warehouse.series_point as point
    inner join revised on point.submission_id = revised.submission_id
),

earlier as (
    select
        point.*,
        revised.submission_id as later_submission_id
    from warehouse.series_point as point
    inner join revised on point.submission_id = revised.earlier_submission_id
)

select
    coalesce(later.submission_id, earlier.later_submission_id),
    row_number() over (
        partition by coalesce(later.submission_id, earlier.later_submission_id)
        order by later.line_number asc nulls last, earlier.line_number asc
    ),
    coalesce(later.series_code, earlier.series_code),
    coalesce(later.area_code, earlier.area_code),
    coalesce(later.frequency_code, earlier.frequency_code),
    coalesce(later.window_start, earlier.window_start),
    coalesce(later.window_end, earlier.window_end),
    case
        when earlier.submission_id is null then 'added'
        when later.submission_id is null then 'removed'
        else 'changed'
    end,
    earlier.value,
    later.value,
    earlier.value_state,
    later.value_state,
    later.cell
from later
full outer join earlier
    on
        later.submission_id = earlier.later_submission_id
        and later.series_code = earlier.series_code
        and later.area_code = earlier.area_code
        and later.frequency_code = earlier.frequency_code
        and later.window_start = earlier.window_start
        and later.window_end = earlier.window_end
where
    earlier.submission_id is null
    or later.submission_id is null
    or earlier.value is distinct from later.value
    or earlier.value_state <> later.value_state
on conflict do nothing;
