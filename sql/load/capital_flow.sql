-- Grain: one row per figure of a loaded submission that no rule stopped. Running it twice changes nothing.
insert into warehouse.capital_flow (
    submission_id, line_number, flow_code, measure_code, axis_code, member_name, member_code, partner_code,
    sector_code, locality_code, project_code, provider_code, receiver_code, zone_code, type_code, form_code, value, value_state,
    unit_code, window_start, window_end, as_of_date, value_date, is_cumulative, revision_number, sheet_name, cell, share_pct,
    raw_text
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
    submission.revision_number,
    staged.sheet_name,
    staged.cell,
    staged.share_pct,
    staged.raw_text
from staging.capital_flow as staged
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
