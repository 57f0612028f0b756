-- Grain: one row per budget figure that contradicts another of the same report.
-- The estimate for the year (BUD03) covers what is already spent (BUD02). Spending above 1.2 times the plan (BUD01)
-- happens, when money was added; the note has to say so.
with budget as (
    select
        observation.*,
        measure.name_vi,
        measure.unit_vi,
        measure.unit_factor,
        row_number() over (
            partition by observation.submission_id, observation.measure_code
            order by observation.value is null, observation.value_kind = 'uoc', observation.line_number
        ) as preference
    from staging.observation
    inner join reference.measure on observation.measure_code = measure.measure_code
    where
        observation.measure_code in ('BUD01', 'BUD02', 'BUD03')
        and observation.axis_code = 'total'
)

select
    estimate.submission_id,
    estimate.line_number,
    estimate.sheet_name,
    estimate.cell,
    'YEAR_ESTIMATE_BELOW_SPENT' as code,
    '{' || trim_scale(estimate.value / estimate.unit_factor) || '} ' || estimate.unit_vi as found,
    'không nhỏ hơn số đã chi BUD02 là {' || trim_scale(spent.value / spent.unit_factor) || '} ' || spent.unit_vi
    || ' (ô ' || spent.cell || ')' as expected,
    estimate.name_vi || ' (' || estimate.measure_code || ')' as subject,
    array[spent.line_number] as held_lines
from budget as estimate
inner join budget as spent
    on
        estimate.submission_id = spent.submission_id
        and estimate.measure_code = 'BUD03'
        and spent.measure_code = 'BUD02'
        and estimate.preference = 1
        and spent.preference = 1
where estimate.value < spent.value
union all
select
    spent.submission_id,
    spent.line_number,
    spent.sheet_name,
    spent.cell,
    'SPENT_OVER_PLAN_WITHOUT_NOTE',
    '{' || trim_scale(spent.value / spent.unit_factor) || '} ' || spent.unit_vi || ', không có ghi chú',
    'không quá {1.2} lần dự toán BUD01 là {' || trim_scale(plan.value / plan.unit_factor) || '} ' || plan.unit_vi
    || ' (ô ' || plan.cell || '), hoặc có giải trình ở cột Ghi chú',
    spent.name_vi || ' (' || spent.measure_code || ')',
    array[plan.line_number]
from budget as spent
inner join budget as plan
    on
        spent.submission_id = plan.submission_id
        and spent.measure_code = 'BUD02'
        and plan.measure_code = 'BUD01'
        and spent.preference = 1
        and plan.preference = 1
where
    spent.value > 1.2 * plan.value
    and coalesce(trim(spent.note_text), '') = ''
    and coalesce(trim(plan.note_text), '') = ''
