-- Grain: one row per value of a loaded submission that no rule stopped. Running it twice changes nothing.
insert into warehouse.series_point (
    submission_id, line_number, series_code, area_code, frequency_code, window_start, window_end, value, value_state,
    unit_name, as_of_date, publisher_name, rate_currency_code, rate_kind, revision_number, cell
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
    submission.revision_number,
    staged.cell
from staging.series_point as staged
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
