-- Grain: one row per capital flow below zero that cannot be.
-- An adjustment may take capital away, and so may all registered capital, of which it is a part. Donors' files print
-- a cancelled commitment or a refund as a negative transaction: only investment is asked.
select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || trim_scale(value) || '} ' || unit_code as found,
    'số từ {0} trở lên' as expected,
    member_name as subject
from staging.capital_flow
where
    value < 0
    and flow_code = 'fdi'
    and measure_code not in ('capital_adjusted', 'capital_registered')
