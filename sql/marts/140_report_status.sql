-- Grain: one row per reporting period and body that has to do with it.
-- A view on purpose: "not due yet" turns into "not reported" when the clock passes, without any new file.
-- The first accepted arrival decides on time or late; later revisions do not change it.
create view mart.report_status as
with attempt as (
    select
        submission.reporting_unit_code,
        submission.period_code,
        min(submission.received_at) filter (where submission.verdict = 'loaded') as first_accepted_at,
        count(*) filter (where submission.verdict = 'loaded') as version_count,
        bool_or(submission.verdict = 'quarantined') as was_quarantined,
        bool_or(submission.verdict = 'rejected') as was_rejected,
        max(submission.received_at) as last_attempt_at,
        count(*) filter (where submission.verdict <> 'unchanged') as attempt_count
    from warehouse.submission
    cross join mart.build
    where
        submission.source_id = 'agency_reports'
        and submission.reporting_unit_code is not null
        and submission.period_code is not null
        and submission.received_at <= coalesce(build.as_known, 'infinity')
    group by submission.reporting_unit_code, submission.period_code
),

-- The first version is the first that said something new, whatever came of it.
first_version as (
    select distinct on (submission.reporting_unit_code, submission.period_code)
        submission.reporting_unit_code,
        submission.period_code,
        submission.verdict = 'loaded' and submission.blocking_count = 0 as is_first_pass
    from warehouse.submission
    cross join mart.build
    where
        submission.source_id = 'agency_reports'
        and submission.received_at <= coalesce(build.as_known, 'infinity')
        and submission.verdict <> 'unchanged'
        and submission.reporting_unit_code is not null
        and submission.period_code is not null
    order by
        submission.reporting_unit_code asc,
        submission.period_code asc,
        submission.received_at asc,
        submission.submission_id asc
)

select
    expected.period_code,
    expected.period_kind,
    expected.plan_year,
    expected.due_at,
    expected.reporting_unit_code,
    expected.reporting_unit_name_vi,
    expected.short_name_vi,
    expected.unit_kind,
    expected.group_code,
    expected.template_code,
    expected.former_province,
    expected.border_zone,
    expected.obligation,
    case
        when attempt.first_accepted_at < expected.due_at then 'on_time'
        when attempt.first_accepted_at is not null then 'late'
        when attempt.was_quarantined then 'quarantined'
        when attempt.was_rejected then 'rejected_only'
        when expected.obligation = 'requested' then 'requested'
        when expected.obligation <> 'obliged' then 'not_counted'
        when coalesce(build.as_known, now()) < expected.due_at then 'not_due_yet'
        else 'not_reported'
    end as report_state,
    attempt.first_accepted_at is not null as is_received,
    attempt.first_accepted_at,
    nullif(case build.reports_back when 0 then attempt.version_count else latest.version_number end, 0) as revision_number,
    attempt.last_attempt_at,
    coalesce(attempt.attempt_count, 0) as attempt_count,
    coalesce(first_version.is_first_pass, false) as is_first_pass,
    latest.submission_id,
    latest.sha256,
    latest.cut_off_date,
    latest.required_cell_count,
    latest.filled_cell_count,
    content.is_nil_return,
    content.is_revised,
    expected.basis,
    expected.sort_key
from mart.expected_report as expected
cross join mart.build
left join attempt
    on
        expected.reporting_unit_code = attempt.reporting_unit_code
        and expected.period_code = attempt.period_code
left join first_version
    on
        expected.reporting_unit_code = first_version.reporting_unit_code
        and expected.period_code = first_version.period_code
left join mart.report_latest as latest
    on
        latest.source_id = 'agency_reports'
        and expected.reporting_unit_code = latest.reporting_unit_code
        and expected.period_code = latest.period_code
left join mart.report_content as content on latest.submission_id = content.submission_id;
comment on view mart.report_status is 'Who has reported for which period, on time, late or not.';
comment on column mart.report_status.period_code is 'Reporting period.';
comment on column mart.report_status.period_kind is '6T, NAM or DX.';
comment on column mart.report_status.plan_year is 'Year of the plan.';
comment on column mart.report_status.due_at is 'First instant that is late.';
comment on column mart.report_status.reporting_unit_code is 'Body.';
comment on column mart.report_status.reporting_unit_name_vi is 'Its full name.';
comment on column mart.report_status.short_name_vi is 'Its name for tables.';
comment on column mart.report_status.unit_kind is 'commune or agency.';
comment on column mart.report_status.group_code is 'Peer group.';
comment on column mart.report_status.template_code is 'Template it fills; empty when it fills none.';
comment on column mart.report_status.former_province is 'Province before 01/07/2025, communes only.';
comment on column mart.report_status.border_zone is 'land_border or coast where known, communes only.';
comment on column mart.report_status.obligation is 'obliged, requested, to_confirm or via_parent.';
comment on column mart.report_status.report_state is 'on_time, late: accepted. quarantined, rejected_only: something came, nothing was accepted. not_reported, not_due_yet: nothing came from an obliged body. requested, not_counted: nothing came and nothing was ordered.';
comment on column mart.report_status.is_received is 'True when a report was accepted; a nil return is a report.';
comment on column mart.report_status.first_accepted_at is 'True receipt time of the first accepted report (REP02).';
comment on column mart.report_status.revision_number is 'Revisions accepted so far (REP03).';
comment on column mart.report_status.last_attempt_at is 'Latest arrival, whatever came of it.';
comment on column mart.report_status.attempt_count is 'Distinct files received, re-saved ones left out.';
comment on column mart.report_status.is_first_pass is 'True when the first version passed without a blocking finding (REP06).';
comment on column mart.report_status.submission_id is 'Submission that counts.';
comment on column mart.report_status.sha256 is 'Its file.';
comment on column mart.report_status.cut_off_date is 'Last day its figures cover.';
comment on column mart.report_status.required_cell_count is 'Cells its template requires (REP05).';
comment on column mart.report_status.filled_cell_count is 'Of those, filled (REP05).';
comment on column mart.report_status.is_nil_return is 'True when the body reports that nothing happened.';
comment on column mart.report_status.is_revised is 'True when a figure differs from an earlier accepted revision.';
comment on column mart.report_status.basis is 'Where the entry of the body comes from.';
comment on column mart.report_status.sort_key is 'Vietnamese alphabetical order.';
