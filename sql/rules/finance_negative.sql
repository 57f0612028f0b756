-- Grain: one row per amount below zero in a register of ODA or of NGO aid, where nothing may take money away.
-- Investment is asked by capital_flow_negative.sql, which knows that an adjustment may.
select
    flow.submission_id,
    flow.line_number,
    flow.sheet_name,
    flow.cell,
    '{' || trim_scale(flow.value) || '} ' || flow.unit_code as found,
    'số từ {0} trở lên' as expected,
    flow.member_name as subject
from staging.capital_flow as flow
inner join staging.feed_file as file on flow.submission_id = file.submission_id
where file.source_id in ('finance_oda', 'finance_ngo') and flow.value < 0
