-- Grain: one row per undivided investment figure of a size the country has never seen.
-- Licensed in a year: 71.7 billion USD at most (2008, revised), and never below 0.1 million a project on average over
-- ten projects or more. A thousand-fold unit mistake falls outside on either side.
with totals as (
    select
        flow.*,
        projects.value as project_count
    from staging.capital_flow as flow
    left join staging.capital_flow as projects
        on
            flow.submission_id = projects.submission_id
            and flow.flow_code = projects.flow_code
            and projects.measure_code = 'projects_new'
            and projects.axis_code = 'total'
    where
        flow.flow_code = 'fdi'
        and flow.axis_code = 'total'
        and flow.measure_code = 'capital_new'
        and flow.unit_code = 'USD'
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || trim_scale(value) || '} USD' || coalesce(' cho {' || trim_scale(project_count) || '} dự án', '') as found,
    'không quá {300000000000} USD, bình quân từ {100000} USD một dự án' as expected,
    '' as subject
from totals
where
    value > 300000000000
    or (project_count >= 10 and value < 100000 * project_count)
