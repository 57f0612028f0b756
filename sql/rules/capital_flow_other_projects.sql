-- Grain: one row per donor's file that has none of the projects its predecessor had.
-- A file replaces the one before it whole; a publisher who splits a list by year or programme does not say so in it, and
-- the second part would take the first away. Bodies of the province name their period, so their registers are not asked.
with predecessor as (
    select distinct on (file.submission_id)
        file.submission_id,
        earlier.submission_id as earlier_submission_id
    from staging.feed_file as file
    inner join warehouse.submission as earlier
        on file.source_id = earlier.source_id and file.subject_key = earlier.subject_key
    where earlier.verdict = 'loaded' and file.reporting_unit_code is null
    order by file.submission_id asc, earlier.revision_number desc
),

earlier_project as (
    select
        predecessor.submission_id,
        array_agg(distinct flow.project_code) as codes
    from predecessor
    inner join warehouse.capital_flow as flow on predecessor.earlier_submission_id = flow.submission_id
    where flow.axis_code = 'project' and flow.project_code is not null
    group by predecessor.submission_id
),

later_project as (
    select
        submission_id,
        array_agg(distinct project_code) as codes
    from staging.capital_flow
    where axis_code = 'project' and project_code is not null
    group by submission_id
)

select
    earlier_project.submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell,
    '{' || cardinality(later_project.codes) || '} dự án' as found,
    'có dự án trong số {' || cardinality(earlier_project.codes) || '} dự án của tệp trước' as expected,
    '' as subject
from earlier_project
inner join later_project on earlier_project.submission_id = later_project.submission_id
where not (earlier_project.codes && later_project.codes)
