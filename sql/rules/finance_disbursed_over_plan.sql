-- Grain: one row per ODA project of a register that disbursed more foreign capital than its plan for the year and what
-- was carried over from the year before. A project whose plan is not stated says nothing about it.
with project as (
    select
        flow.submission_id,
        flow.project_code,
        flow.unit_code,
        max(flow.value) filter (where flow.measure_code = 'capital_planned') as planned,
        coalesce(max(flow.value) filter (where flow.measure_code = 'capital_carried_over'), 0) as carried_over
    from staging.capital_flow as flow
    inner join staging.feed_file as file on flow.submission_id = file.submission_id
    where file.source_id = 'finance_oda' and flow.axis_code = 'project'
    group by flow.submission_id, flow.project_code, flow.unit_code
)

select
    flow.submission_id,
    flow.line_number,
    flow.sheet_name,
    flow.cell,
    '{' || trim_scale(flow.value) || '} ' || flow.unit_code as found,
    'không quá {' || trim_scale(project.planned + project.carried_over) || '} ' || flow.unit_code
    || ' (kế hoạch năm {' || trim_scale(project.planned) || '}, chuyển nguồn {' || trim_scale(project.carried_over) || '})'
        as expected,
    flow.member_name as subject
from staging.capital_flow as flow
inner join project
    on
        flow.submission_id = project.submission_id
        and flow.project_code = project.project_code
        and flow.unit_code = project.unit_code
where flow.measure_code = 'capital_disbursed' and flow.value > project.planned + project.carried_over
