-- Grain: one row per measure, unit, period, breakdown member, kind and revision.
-- Rows of the batch's loaded submissions that no rule stopped. Running it twice changes nothing.
insert into warehouse.observation (
    submission_id, line_number, measure_code, reporting_unit_code, period_code, axis_code, member_code,
    value_kind, value, value_state, revision_number, sheet_name, cell
)
select
    staged.submission_id,
    staged.line_number,
    staged.measure_code,
    staged.reporting_unit_code,
    staged.period_code,
    staged.axis_code,
    staged.member_code,
    staged.value_kind,
    staged.value,
    staged.value_state,
    submission.revision_number,
    staged.sheet_name,
    staged.cell
from staging.observation as staged
inner join warehouse.submission on staged.submission_id = submission.submission_id
where
    submission.verdict = 'loaded'
    and not exists (
        select 1
        from staging.blocked_line
        where
            blocked_line.submission_id = staged.submission_id
            and blocked_line.line_number = staged.line_number
    )
on conflict (submission_id, line_number) do nothing;
