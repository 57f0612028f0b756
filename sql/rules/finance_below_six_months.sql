-- Grain: one row per figure of a project in an annual register that is smaller than in the six-month register of the
-- same body, in its latest accepted revision. Flows are cumulative from 1 January, so the year cannot be smaller.
-- Adjusted capital may fall; a year's plan may be cut; what is carried over and what is running are no flows.
with annual_register as (
    select distinct on (file.submission_id)
        file.submission_id,
        earlier.submission_id as earlier_submission_id
    from staging.feed_file as file
    inner join reference.reporting_period as period
        on file.period_code = period.period_code and period.period_kind = 'NAM'
    inner join reference.reporting_period as earlier_period
        on period.plan_year = earlier_period.plan_year and earlier_period.period_kind = '6T'
    inner join warehouse.submission as earlier
        on
            file.source_id = earlier.source_id
            and file.reporting_unit_code = earlier.reporting_unit_code
            and earlier_period.period_code = earlier.period_code
            and earlier.verdict = 'loaded'
            and file.received_at >= earlier.received_at
    where file.source_id in ('finance_fdi', 'finance_oda', 'finance_ngo')
    order by file.submission_id asc, earlier.revision_number desc
)

select
    flow.submission_id,
    flow.line_number,
    flow.sheet_name,
    flow.cell,
    '{' || trim_scale(flow.value) || '} ' || flow.unit_code as found,
    '{' || trim_scale(earlier.value) || '} đã ghi trong sổ 6 tháng' as expected,
    flow.member_name as subject
from staging.capital_flow as flow
inner join annual_register on flow.submission_id = annual_register.submission_id
inner join warehouse.capital_flow as earlier
    on
        annual_register.earlier_submission_id = earlier.submission_id
        and flow.flow_code = earlier.flow_code
        and flow.measure_code = earlier.measure_code
        and flow.project_code = earlier.project_code
        and flow.unit_code = earlier.unit_code
where
    flow.value < earlier.value
    and flow.measure_code not in ('capital_adjusted', 'capital_planned', 'capital_carried_over', 'projects_running')
