-- Grain: one row per series value whose series, area, frequency and window stand in the file more than once.
with repeated as (
    select
        *,
        count(*) over same_key as row_count,
        string_agg(cell, ', ') over same_key as cells
    from staging.series_point
    window
        same_key as (
            partition by submission_id, series_code, area_code, frequency_code, window_start, window_end
        )
)

select
    submission_id,
    line_number,
    null::text as sheet_name,
    cell,
    '{' || row_count || '} giá trị, ở ' || cells as found,
    'một giá trị cho một kỳ' as expected,
    series_code as subject
from repeated
where row_count > 1
