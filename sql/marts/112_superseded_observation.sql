-- Grain: one row per report figure whose body sent a register of projects for the same body, period and measure.
-- The register's figure takes its place in mart.observation_latest, breakdowns included: parts of a report never stand
-- beside the total of a register. The estimate for the whole year stays, no register has one.
create table mart.superseded_observation as
select observation.*
from mart.reported_observation as observation
where (observation.reporting_unit_code, observation.period_code, observation.measure_code) in (
    select
        figure.reporting_unit_code,
        figure.period_code,
        figure.measure_code
    from mart.project_figure as figure
    where figure.axis_code = 'total'
);
alter table mart.superseded_observation add constraint superseded_observation_pk
primary key (reporting_unit_code, period_code, measure_code, axis_code, member_code);
analyze mart.superseded_observation;
comment on table mart.superseded_observation is 'Report figures that a register of projects took the place of; see mart.reconciliation.';
comment on column mart.superseded_observation.reporting_unit_code is 'Reporting body.';
comment on column mart.superseded_observation.period_code is 'Reporting period.';
comment on column mart.superseded_observation.measure_code is 'Measure.';
comment on column mart.superseded_observation.axis_code is 'Breakdown; total for the undivided figure.';
comment on column mart.superseded_observation.member_code is 'Member of the breakdown.';
comment on column mart.superseded_observation.value is 'Figure in base units.';
comment on column mart.superseded_observation.value_state is 'reported, nil, not_applicable, withheld or missing.';
comment on column mart.superseded_observation.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate.';
comment on column mart.superseded_observation.kind_rank is 'The same as a number.';
comment on column mart.superseded_observation.full_year_estimate is 'Estimate for the whole year given beside the figure.';
comment on column mart.superseded_observation.cut_off_date is 'Last day the figure covers.';
comment on column mart.superseded_observation.revision_number is 'Revision of the report.';
comment on column mart.superseded_observation.is_revised is 'True when an earlier accepted revision said something else here.';
comment on column mart.superseded_observation.is_partial is 'Always false: reports have no lines of projects.';
comment on column mart.superseded_observation.source_id is 'Source contract.';
comment on column mart.superseded_observation.submission_id is 'Submission.';
comment on column mart.superseded_observation.line_number is 'Its place in the submission.';
comment on column mart.superseded_observation.sheet_name is 'Sheet of the workbook.';
comment on column mart.superseded_observation.cell is 'A1 address on that sheet.';
