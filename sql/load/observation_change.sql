-- Grain: one row per figure that a loaded revision changed against the revision before it.
insert into warehouse.observation_change (
    submission_id, measure_code, axis_code, member_code, value_kind, change_kind,
    old_value, new_value, old_state, new_state, sheet_name, cell
)
with later as (
    select
        observation.*,
        submission.source_id
    from warehouse.observation
    inner join warehouse.submission on observation.submission_id = submission.submission_id
    inner join staging.report on submission.submission_id = report.submission_id
    where submission.revision_number > 1
),

later_submission as (
    select
        submission.submission_id,
        earlier.submission_id as earlier_submission_id
    from warehouse.submission
    inner join staging.report on submission.submission_id = report.submission_id
    inner join warehouse.submission as earlier
        on
            submission.source_id = earlier.source_id
            and submission.reporting_unit_code = earlier.reporting_unit_code
            and submission.period_code = earlier.period_code
            and earlier.revision_number = submission.revision_number - 1
),

earlier as (
    select
        observation.*,
        later_submission.submission_id as later_submission_id
    from warehouse.observation
    inner join later_submission on observation.submission_id = later_submission.earlier_submission_id
)

select
    coalesce(later.submission_id, earlier.later_submission_id),
    coalesce(later.measure_code, earlier.measure_code),
    coalesce(later.axis_code, earlier.axis_code),
    coalesce(later.member_code, earlier.member_code),
    coalesce(later.value_kind, earlier.value_kind),
    case
        when earlier.measure_code is null then 'added'
        when later.measure_code is null then 'removed'
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
        and later.measure_code = earlier.measure_code
        and later.axis_code = earlier.axis_code
        and later.member_code = earlier.member_code
        and later.value_kind = earlier.value_kind
where
    earlier.measure_code is null
    or later.measure_code is null
    or earlier.value is distinct from later.value
    or earlier.value_state <> later.value_state
on conflict do nothing;
