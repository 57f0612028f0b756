-- Grain: one row per capital flow whose figure or name could not be read; the reader's own code says why.
-- A name that is in no list is told once for each of its figures' cells.
select
    submission_id,
    line_number,
    sheet_name,
    cell,
    coalesce(reading_code, 'CAPITAL_CELL_NOT_READ') as code,
    case when reading_code like '%NAME_UNKNOWN' then member_name else coalesce(raw_text, '') end as found,
    coalesce(reading_detail, '') as expected,
    case when reading_code like '%NAME_UNKNOWN' then '' else member_name end as subject
from staging.capital_flow
where value_state = 'unreadable'
