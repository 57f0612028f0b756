-- Grain: one row per report whose planned budget (BUD01) is above 100,000 in its unit, triệu đồng.
-- No body plans 100 billion đồng for this work; the amount was most likely typed in đồng.
select
    plan.submission_id,
    plan.line_number,
    plan.sheet_name,
    plan.cell,
    '{' || trim_scale(plan.value / measure.unit_factor) || '} ' || measure.unit_vi as found,
    'không quá {100000} ' || measure.unit_vi as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject
from staging.observation as plan
inner join reference.measure on plan.measure_code = measure.measure_code
where
    plan.measure_code = 'BUD01'
    and plan.axis_code = 'total'
    and plan.value > 100000 * measure.unit_factor
