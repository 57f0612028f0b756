-- Grain: one row per total typed in a report (TỔNG CỘNG) that its parts do not add up to.
-- The printed total is not loaded, but a wrong one says that a part is wrong or missing. Tolerance as between the parts
-- and the total of the form: none for counts, 0.05 of the workbook's unit a part and at least 0.2 for money.
with breakdown as (
    select
        printed_total.submission_id,
        printed_total.measure_code,
        printed_total.axis_code,
        printed_total.value as printed_value,
        printed_total.sheet_name,
        printed_total.cell,
        sum(part.value) as parts_value,
        count(part.value) as part_count,
        min(part.line_number) as line_number,
        array_agg(part.line_number) as line_numbers
    from staging.printed_total
    inner join staging.observation as part
        on
            printed_total.submission_id = part.submission_id
            and printed_total.measure_code = part.measure_code
            and printed_total.axis_code = part.axis_code
            and (printed_total.value_kind = 'uoc_nam') = (part.value_kind = 'uoc_nam')
    group by
        printed_total.submission_id,
        printed_total.measure_code,
        printed_total.axis_code,
        printed_total.value,
        printed_total.sheet_name,
        printed_total.cell
    having
        count(part.value) > 0
        and not bool_or(part.value_state in ('unreadable', 'withheld'))
)

select
    breakdown.submission_id,
    breakdown.line_number,
    breakdown.sheet_name,
    breakdown.cell,
    'dòng tổng ghi {' || trim_scale(breakdown.printed_value / measure.unit_factor) || '}, các dòng phía trên cộng lại là {'
    || trim_scale(breakdown.parts_value / measure.unit_factor) || '}' as found,
    'hai số bằng nhau' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    breakdown.line_numbers as held_lines
from breakdown
inner join reference.measure on breakdown.measure_code = measure.measure_code
where
    abs(breakdown.parts_value - breakdown.printed_value) > case
        when measure.value_type in ('amount', 'signed_amount')
            then greatest(0.05 * breakdown.part_count, 0.2) * measure.unit_factor
        else 0
    end
