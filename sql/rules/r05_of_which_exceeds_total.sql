-- Grain: one row per part of the kind "trong đó" (axis of_which) that exceeds the figure it is part of.
-- Such parts need not add up to the total, but none can be larger.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.axis_code in ('total', 'of_which')
        and observation.measure_code in (
            select measure_axis.measure_code from reference.measure_axis where measure_axis.axis_code = 'of_which'
        )
)

select
    part.submission_id,
    part.line_number,
    part.sheet_name,
    part.cell,
    '{' || trim_scale(part.value / measure.unit_factor) || '}' as found,
    'không lớn hơn tổng là {' || trim_scale(total.value / measure.unit_factor) || '} (ô ' || total.cell || ')' as expected,
    measure.name_vi || ' (' || concat_ws('.', part.measure_code, part.axis_code, part.member_code) || ')' as subject,
    array[total.line_number] as held_lines
from figure as part
inner join figure as total
    on
        part.submission_id = total.submission_id
        and part.measure_code = total.measure_code
        and part.is_year_estimate = total.is_year_estimate
        and part.axis_code = 'of_which'
        and total.axis_code = 'total'
inner join reference.measure on part.measure_code = measure.measure_code
where part.value > total.value
