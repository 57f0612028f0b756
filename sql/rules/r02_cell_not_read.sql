-- Grain: one row per cell whose content could not be taken for a figure, or whose line is none of the form's.
-- A guess would be a wrong number with a good conscience: the cell goes back to its author.
-- Formula errors (R-19) and personal or secret text (R-17) have rules of their own; repaired text (R-18) is no mistake.
with not_taken as (
    select
        *,
        case
            when reading_code not in ('TEXT_REPAIRED', 'LOOKALIKE_LETTERS') then reading_code
            when value_state = 'unreadable' then 'NUMBER_UNREADABLE'
        end as code
    from staging.observation
    where
        (value_state = 'unreadable' or reading_code is not null)
        and coalesce(reading_code, '') not in (
            'ERROR_CELL', 'FORMULA_NO_VALUE', 'FORMULA_NET', 'PERSONAL_DATA', 'SECRET'
        )
)

select
    not_taken.submission_id,
    not_taken.line_number,
    not_taken.sheet_name,
    not_taken.cell,
    not_taken.code,
    case when not_taken.code = 'LINE_UNKNOWN' then not_taken.reading_detail else coalesce(not_taken.raw_text, '') end as found,
    coalesce(not_taken.reading_detail, '') as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(not_taken.axis_code, 'total'), nullif(not_taken.member_code, 'total'))
    || ')' as subject
from not_taken
left join reference.measure on not_taken.measure_code = measure.measure_code
where not_taken.code is not null
