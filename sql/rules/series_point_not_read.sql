-- Grain: one row per series value that could not be read; the reader's own code says why.
select
    submission_id,
    line_number,
    null::text as sheet_name,
    cell,
    coalesce(reading_code, 'SERIES_VALUE_NOT_READ') as code,
    coalesce(raw_text, '') as found,
    coalesce(reading_detail, '') as expected,
    series_code as subject
from staging.series_point
where value_state = 'unreadable'
