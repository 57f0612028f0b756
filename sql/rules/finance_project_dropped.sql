-- Grain: one row per annual register, of projects that had flows in the six-month register of the same body and are in
-- the annual one no longer. Flows are cumulative from 1 January, so such a project takes its figures out of the year;
-- but its code may have been put right since, which only the sender knows.
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
),

dropped as (
    select distinct
        annual_register.submission_id,
        earlier.project_code,
        earlier.member_name
    from annual_register
    inner join warehouse.capital_flow as earlier
        on annual_register.earlier_submission_id = earlier.submission_id
    where
        earlier.axis_code = 'project'
        and earlier.value <> 0
        and earlier.measure_code not in ('capital_planned', 'capital_carried_over', 'projects_running')
        and not exists (
            select 1
            from staging.capital_flow as flow
            where
                flow.submission_id = annual_register.submission_id
                and flow.project_code = earlier.project_code
        )
)

select
    submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell,
    string_agg(project_code || ' ' || member_name, '; ' order by project_code) as found,
    '' as expected,
    '' as subject
from dropped
group by submission_id
