-- Grain: one row per cell that holds the error of a formula (#REF!, #DIV/0!, #VALUE!, #N/A) or a formula never
-- calculated, or one that fetches its value from the network.
-- The figure is missing, not zero, and only the author can restore it.
select
    broken.submission_id,
    broken.line_number,
    broken.sheet_name,
    broken.cell,
    broken.reading_code as code,
    coalesce(broken.raw_text, '') as found,
    coalesce(broken.reading_detail, '') as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(broken.axis_code, 'total'), nullif(broken.member_code, 'total'))
    || ')' as subject
from staging.observation as broken
left join reference.measure on broken.measure_code = measure.measure_code
where broken.reading_code in ('ERROR_CELL', 'FORMULA_NO_VALUE', 'FORMULA_NET')
