-- Grain: one row per figure that a loaded revision of a window changed against the revision before it.
-- A member is the same by its code, or by its printed name where it has none: a new spelling is no change.
insert into warehouse.capital_flow_change (
    submission_id, change_number, flow_code, measure_code, axis_code, member_name, member_code, change_kind,
    old_value, new_value, old_state, new_state, sheet_name, cell
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

identified as not materialized (
    select
        capital_flow.*,
        jsonb_build_array(
            flow_code, measure_code, axis_code, coalesce(member_code, member_name), partner_code, sector_code,
            locality_code, project_code, provider_code, receiver_code, zone_code, type_code, form_code, unit_code,
            window_start, window_end
        ) as identity
    from warehouse.capital_flow
),

later as (
    select
        identified.*
    from identified
    inner join revised on identified.submission_id = revised.submission_id
),

earlier as (
    select
        identified.*,
        revised.submission_id as later_submission_id
    from identified
    inner join revised on identified.submission_id = revised.earlier_submission_id
)

select
    coalesce(later.submission_id, earlier.later_submission_id),
    row_number() over (
        partition by coalesce(later.submission_id, earlier.later_submission_id)
        order by later.line_number asc nulls last, earlier.line_number asc
    ),
    coalesce(later.flow_code, earlier.flow_code),
    coalesce(later.measure_code, earlier.measure_code),
    coalesce(later.axis_code, earlier.axis_code),
    coalesce(later.member_name, earlier.member_name),
    coalesce(later.member_code, earlier.member_code),
    case
        when earlier.submission_id is null then 'added'
        when later.submission_id is null then 'removed'
        else 'changed'
    end,
    earlier.value,
    later.value,
    earlier.value_state,
    later.value_state,
    later.sheet_name,
    later.cell
from later
full outer join earlier
    on
        later.submission_id = earlier.later_submission_id
        and later.identity = earlier.identity
where
    earlier.submission_id is null
    or later.submission_id is null
    or earlier.value is distinct from later.value
    or earlier.value_state <> later.value_state
on conflict do nothing;
