-- Grain: one row per cell whose content could not be taken for a figure.
-- A guess would be a wrong number with a good conscience: the cell goes back to its author.
-- Error cells (R-19) and personal or secret text (R-17) have rules of their own, repaired text (R-18) is no mistake.
select
    cell_read.submission_id,
    cell_read.line_number,
    cell_read.sheet_name,
    cell_read.cell,
    coalesce(cell_read.reading_code, 'NUMBER_UNREADABLE') as code,
    coalesce(cell_read.raw_text, '') as found,
    coalesce(cell_read.reading_detail, '') as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(cell_read.axis_code, 'total'), nullif(cell_read.member_code, 'total'))
    || ')' as subject
from staging.observation as cell_read
inner join reference.measure on cell_read.measure_code = measure.measure_code
where
    (cell_read.value_state = 'unreadable' or cell_read.reading_code is not null)
    and coalesce(cell_read.reading_code, '') not in ('ERROR_CELL', 'PERSONAL_DATA', 'SECRET', 'TEXT_REPAIRED')
