-- Grain: one row per held-back figure of a submission.
-- Figures a rule stopped carry the rules; good figures of a file that may not load in part carry FILE.
insert into quarantine.capital_flow (
    submission_id, line_number, flow_code, measure_code, axis_code, member_name, member_code, partner_code,
    sector_code, locality_code, project_code, provider_code, receiver_code, zone_code, type_code, form_code, value, value_state,
    unit_code, window_start, window_end, as_of_date, value_date, is_cumulative, sheet_name, cell, share_pct, raw_text, rule_codes
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
    staged.flow_code,
    staged.measure_code,
    staged.axis_code,
    staged.member_name,
    staged.member_code,
    staged.partner_code,
    staged.sector_code,
    staged.locality_code,
    staged.project_code,
    staged.provider_code,
    staged.receiver_code,
    staged.zone_code,
    staged.type_code,
    staged.form_code,
    staged.value,
    staged.value_state,
    staged.unit_code,
    staged.window_start,
    staged.window_end,
    staged.as_of_date,
    staged.value_date,
    staged.is_cumulative,
    staged.sheet_name,
    staged.cell,
    staged.share_pct,
    staged.raw_text,
    coalesce(blocked.rule_codes, array['FILE'])
from staging.capital_flow as staged
inner join warehouse.submission on staged.submission_id = submission.submission_id
left join blocked on staged.submission_id = blocked.submission_id and staged.line_number = blocked.line_number
where
    submission.verdict = 'quarantined'
    or (submission.verdict = 'loaded' and blocked.rule_codes is not null)
on conflict (submission_id, line_number) do nothing;
