-- Grain: one row per report with newly registered FDI capital (FDI02) but no new project (FDI01).
-- Capital is registered with a project; without one it belongs to an adjustment or a share purchase.
with figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where
        observation.measure_code in ('FDI01', 'FDI02')
        and observation.axis_code = 'total'
)

select
    capital.submission_id,
    capital.line_number,
    capital.sheet_name,
    capital.cell,
    '{' || trim_scale(capital.value / measure.unit_factor) || '} ' || measure.unit_vi || ', trong khi số dự án FDI01 '
    || coalesce('là {' || trim_scale(max(project.value)) || '}', 'để trống') as found,
    'FDI01 lớn hơn {0}' as expected,
    measure.name_vi || ' (' || measure.measure_code || ')' as subject,
    array_remove(array_agg(project.line_number), null) as held_lines
from figure as capital
inner join reference.measure on capital.measure_code = measure.measure_code
left join figure as project
    on
        capital.submission_id = project.submission_id
        and capital.is_year_estimate = project.is_year_estimate
        and project.measure_code = 'FDI01'
where
    capital.measure_code = 'FDI02'
    and capital.value > 0
    and not capital.is_year_estimate
group by
    capital.submission_id,
    capital.line_number,
    capital.sheet_name,
    capital.cell,
    capital.value,
    measure.measure_code
having
    coalesce(max(project.value), 0) <= 0
    and not coalesce(bool_or(project.value_state in ('withheld', 'unreadable')), false)
