-- Grain: one row per count that is not a whole number, and per answer outside its short scale.
-- Half an event was never held; yes or no is 1 or 0 and a milestone 0 to 4, whatever the cell said.
select
    odd.submission_id,
    odd.line_number,
    odd.sheet_name,
    odd.cell,
    case when measure.value_type = 'count' then 'COUNT_NOT_WHOLE' else 'ANSWER_OUTSIDE_SCALE' end as code,
    '{' || trim_scale(odd.value) || '}' as found,
    case measure.value_type
        when 'count' then 'số nguyên'
        when 'yes_no' then '{1} (có) hoặc {0} (không)'
        else 'mốc từ {0} đến {4}'
    end as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(odd.axis_code, 'total'), nullif(odd.member_code, 'total'))
    || ')' as subject
from staging.observation as odd
inner join reference.measure on odd.measure_code = measure.measure_code
where
    odd.axis_code <> 'companion'
    and (
        (measure.value_type in ('count', 'milestone') and odd.value <> trunc(odd.value))
        or (measure.value_type = 'yes_no' and odd.value not in (0, 1))
        or (measure.value_type = 'milestone' and odd.value not between 0 and 4)
    )
