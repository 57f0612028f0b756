-- Grain: one row per held-back line of a submission.
-- Lines a rule stopped carry the rules; good lines of a file that may not load in part carry FILE.
insert into quarantine.observation (
    submission_id, line_number, measure_code, reporting_unit_code, period_code, axis_code, member_code,
    value_kind, value, value_state, sheet_name, cell, rule_codes
)
with blocked as (
    select
        submission_id,
        line_number,
        array_agg(distinct rule_code order by rule_code) as rule_codes
    from staging.blocked_line
    group by submission_id, line_number
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
    staged.sheet_name,
    staged.cell,
    coalesce(blocked.rule_codes, array['FILE'])
from staging.observation as staged
inner join warehouse.submission on staged.submission_id = submission.submission_id
left join blocked on staged.submission_id = blocked.submission_id and staged.line_number = blocked.line_number
where
    submission.verdict = 'quarantined'
    or (submission.verdict = 'loaded' and blocked.rule_codes is not null)
on conflict (submission_id, line_number) do nothing;
