-- Grain: one row per budget figure that contradicts another of the same report.
-- The estimate for the year (BUD03) covers what is already spent (BUD02). Spending above 1.2 times the plan (BUD01)
-- happens, when money was added; the note has to say so. None of the three has a column of its own for the year, so an
-- amount marked as estimate is compared like any other.
select
    estimate.submission_id,
    estimate.line_number,
    estimate.sheet_name,
    estimate.cell,
    'YEAR_ESTIMATE_BELOW_SPENT' as code,
    '{' || trim_scale(estimate.value / measure.unit_factor) || '} ' || measure.unit_vi as found,
    'không nhỏ hơn số đã chi BUD02 là {' || trim_scale(spent.value / measure.unit_factor) || '} ' || measure.unit_vi
    || ' (ô ' || spent.cell || ')' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    array[spent.line_number] as held_lines
from staging.observation as estimate
inner join staging.observation as spent on estimate.submission_id = spent.submission_id
inner join reference.measure on estimate.measure_code = measure.measure_code
where
    estimate.measure_code = 'BUD03'
    and estimate.axis_code = 'total'
    and spent.measure_code = 'BUD02'
    and spent.axis_code = 'total'
    and estimate.value < spent.value
union all
select
    spent.submission_id,
    spent.line_number,
    spent.sheet_name,
    spent.cell,
    'SPENT_OVER_PLAN_WITHOUT_NOTE',
    '{' || trim_scale(spent.value / measure.unit_factor) || '} ' || measure.unit_vi || ', không có ghi chú',
    'không quá {1.2} lần dự toán BUD01 là {' || trim_scale(plan.value / measure.unit_factor) || '} ' || measure.unit_vi
    || ' (ô ' || plan.cell || '), hoặc có giải trình ở cột Ghi chú',
    measure.name_vi || ' (' || measure.measure_code || ')',
    array[plan.line_number]
from staging.observation as spent
inner join staging.observation as plan on spent.submission_id = plan.submission_id
inner join reference.measure on spent.measure_code = measure.measure_code
where
    spent.measure_code = 'BUD02'
    and spent.axis_code = 'total'
    and plan.measure_code = 'BUD01'
    and plan.axis_code = 'total'
    and spent.value > 1.2 * plan.value
    and coalesce(trim(spent.note_text), '') = ''
    and coalesce(trim(plan.note_text), '') = ''
