-- Grain: one row per exchange rate of a file that another series of it gives for the same currency, kind and period.
with rivals as (
    select
        *,
        count(*) over same_rate as row_count,
        string_agg(cell, ', ') over same_rate as cells
    from staging.series_point
    where rate_currency_code is not null and value is not null
    window same_rate as (partition by submission_id, rate_currency_code, rate_kind, window_start, window_end)
)

select
    submission_id,
    line_number,
    null::text as sheet_name,
    cell,
    '{' || row_count || '} tỷ giá ' || rate_currency_code || ' cho kỳ từ ' || to_char(window_start, 'DD/MM/YYYY')
    || ', ở ' || cells as found,
    'một tỷ giá cho một kỳ' as expected,
    series_code as subject
from rivals
where row_count > 1
