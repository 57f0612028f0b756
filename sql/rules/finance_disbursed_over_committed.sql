-- Grain: one row per grant of a register that disbursed more than was committed to it, in the same currency.
-- A grant of an earlier year states no commitment of this period, so nothing is compared with it.
select
    disbursed.submission_id,
    disbursed.line_number,
    disbursed.sheet_name,
    disbursed.cell,
    '{' || trim_scale(disbursed.value) || '} ' || disbursed.unit_code as found,
    'không quá giá trị cam kết {' || trim_scale(committed.value) || '} ' || committed.unit_code as expected,
    disbursed.member_name as subject
from staging.capital_flow as disbursed
inner join staging.feed_file as file on disbursed.submission_id = file.submission_id
inner join staging.capital_flow as committed
    on
        disbursed.submission_id = committed.submission_id
        and disbursed.project_code = committed.project_code
        and disbursed.unit_code = committed.unit_code
        and committed.measure_code = 'capital_committed'
where
    file.source_id = 'finance_ngo'
    and disbursed.measure_code = 'capital_disbursed'
    and disbursed.value > committed.value
