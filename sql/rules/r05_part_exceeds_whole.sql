-- Grain: one row per report and subset rule (reference.measure_bound) whose parts exceed the whole.
-- A part larger than its whole means that the two were counted differently; shares above 100 % would follow.
-- A blank part counts as nothing; a whole that is blank, withheld or unreadable is unknown and nothing is compared.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.axis_code = 'total'
        and observation.measure_code in (select measure_bound.measure_code from reference.measure_bound)
),

side as (
    select
        figure.submission_id,
        measure_bound.bound_code,
        measure_bound.side,
        coalesce(sum(figure.value), 0) as side_value,
        count(figure.value) as figure_count,
        bool_or(figure.value_state in ('missing', 'withheld', 'unreadable')) as has_unknown,
        array_agg(figure.line_number) as line_numbers,
        min(figure.line_number) as line_number,
        string_agg(
            figure.measure_code || ' = {' || trim_scale(figure.value) || '} (ô ' || figure.cell || ')', ' + '
            order by figure.measure_code
        ) as described
    from figure
    inner join reference.measure_bound on figure.measure_code = measure_bound.measure_code
    where not figure.is_year_estimate
    group by figure.submission_id, measure_bound.bound_code, measure_bound.side
)

select
    part.submission_id,
    part.line_number,
    figure.sheet_name,
    figure.cell,
    part.described as found,
    'không lớn hơn ' || coalesce(whole.described, '{0}') as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    part.line_numbers || whole.line_numbers as held_lines
from side as part
inner join side as whole
    on
        part.submission_id = whole.submission_id
        and part.bound_code = whole.bound_code
        and part.side = 'part'
        and whole.side = 'whole'
inner join figure on part.submission_id = figure.submission_id and part.line_number = figure.line_number
inner join reference.measure on figure.measure_code = measure.measure_code
where
    part.side_value > whole.side_value
    and part.figure_count > 0
    and not whole.has_unknown
