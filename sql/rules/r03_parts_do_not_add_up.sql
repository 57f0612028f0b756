-- Grain: one row per measure, breakdown and column whose parts do not add up to the total.
-- Counts must agree exactly; money may differ by rounding: 0.05 of the workbook's unit a part, at least 0.2.
-- A blank part counts as nothing, a breakdown left blank is not compared, an unreadable or withheld part is unknown.
-- The news items of R-04 and the investment figures of R-15 are compared there.
with figure as (
    select
        observation.submission_id,
        observation.line_number,
        observation.measure_code,
        observation.axis_code,
        observation.value,
        observation.value_state,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.measure_code in (select measure_axis.measure_code from reference.measure_axis where adds_up)
        and observation.measure_code not like 'FDI%'
),

breakdown as (
    select
        figure.submission_id,
        figure.measure_code,
        figure.axis_code,
        figure.is_year_estimate,
        sum(figure.value) as parts_value,
        count(figure.value) as part_count,
        array_agg(figure.line_number) filter (where figure.value is not null) as line_numbers
    from figure
    inner join reference.measure_axis
        on figure.measure_code = measure_axis.measure_code and figure.axis_code = measure_axis.axis_code
    where
        measure_axis.adds_up
        and (figure.measure_code <> 'MED01' or figure.axis_code not in ('language', 'platform'))
    group by figure.submission_id, figure.measure_code, figure.axis_code, figure.is_year_estimate
    having
        count(figure.value) > 0
        and not bool_or(figure.value_state in ('unreadable', 'withheld'))
)

select
    total.submission_id,
    total.line_number,
    place.sheet_name,
    place.cell,
    'tổng ghi {' || trim_scale(total.value / measure.unit_factor) || '}, các dòng '
    || breakdown.measure_code || '.' || breakdown.axis_code || ' cộng lại là {'
    || trim_scale(breakdown.parts_value / measure.unit_factor) || '}' as found,
    'hai số bằng nhau' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    breakdown.line_numbers as held_lines
from breakdown
inner join figure as total
    on
        breakdown.submission_id = total.submission_id
        and breakdown.measure_code = total.measure_code
        and breakdown.is_year_estimate = total.is_year_estimate
        and total.axis_code = 'total'
inner join staging.observation as place
    on total.submission_id = place.submission_id and total.line_number = place.line_number
inner join reference.measure on breakdown.measure_code = measure.measure_code
where
    abs(breakdown.parts_value - total.value) > case
        when measure.value_type in ('amount', 'signed_amount')
            then greatest(0.05 * breakdown.part_count, 0.2) * measure.unit_factor
        else 0
    end
