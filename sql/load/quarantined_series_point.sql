-- Grain: one row per held-back value of a submission.
-- Values a rule stopped carry the rules; good values of a file that may not load in part carry FILE.
insert into quarantine.series_point (
    submission_id, line_number, series_code, area_code, frequency_code, window_start, window_end, value, value_state,
    unit_name, as_of_date, publisher_name, rate_currency_code, rate_kind, cell, rule_codes
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
    staged.series_code,
    staged.area_code,
    staged.frequency_code,
    staged.window_start,
    staged.window_end,
    staged.value,
    staged.value_state,
    staged.unit_name,
    staged.as_of_date,
    staged.publisher_name,
    staged.rate_currency_code,
    staged.rate_kind,
    staged.cell,
    coalesce(blocked.rule_codes, array['FILE'])
from staging.series_point as staged
inner join warehouse.submission on staged.submission_id = submission.submission_id
left join blocked on staged.submission_id = blocked.submission_id and staged.line_number = blocked.line_number
where
    submission.verdict = 'quarantined'
    or (submission.verdict = 'loaded' and blocked.rule_codes is not null)
on conflict (submission_id, line_number) do nothing;
