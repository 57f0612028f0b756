-- Grain: one row per reporting unit, period, measure and breakdown member.
-- The figure that counts up to the cut-off: what the report says, or what a register of projects adds up to. A view: the
-- figures of reports are by far the most, and are written once.
create view mart.observation_latest with (security_invoker = true) as
select
    observation.reporting_unit_code,
    observation.period_code,
    observation.measure_code,
    observation.axis_code,
    observation.member_code,
    observation.value,
    observation.value_state,
    observation.value_kind,
    observation.kind_rank,
    observation.full_year_estimate,
    observation.cut_off_date,
    observation.revision_number,
    observation.is_revised,
    observation.is_partial,
    observation.source_id,
    observation.submission_id,
    observation.line_number,
    observation.sheet_name,
    observation.cell
from mart.reported_observation as observation
left join mart.superseded_observation as superseded
    on
        observation.reporting_unit_code = superseded.reporting_unit_code
        and observation.period_code = superseded.period_code
        and observation.measure_code = superseded.measure_code
        and observation.axis_code = superseded.axis_code
        and observation.member_code = superseded.member_code
where superseded.measure_code is null
union all
select
    figure.reporting_unit_code,
    figure.period_code,
    figure.measure_code,
    figure.axis_code,
    figure.member_code,
    figure.value,
    figure.value_state,
    coalesce(submission.value_kind, 'thuc_hien'),
    array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], coalesce(submission.value_kind, 'thuc_hien')),
    superseded.full_year_estimate,
    figure.cut_off_date,
    figure.revision_number,
    figure.is_revised,
    figure.missing_count + figure.withheld_count > 0,
    figure.source_id,
    figure.submission_id,
    null,
    null,
    null
from mart.project_figure as figure
inner join warehouse.submission on figure.submission_id = submission.submission_id
left join mart.superseded_observation as superseded
    on
        figure.reporting_unit_code = superseded.reporting_unit_code
        and figure.period_code = superseded.period_code
        and figure.measure_code = superseded.measure_code
        and figure.axis_code = superseded.axis_code
        and figure.member_code = superseded.member_code;
comment on view mart.observation_latest is 'The current figure of every body, period, measure and breakdown member. Start here for figures by body.';
comment on column mart.observation_latest.reporting_unit_code is 'Reporting body.';
comment on column mart.observation_latest.period_code is 'Reporting period; flows run from 1 January to the cut-off, so the annual figure replaces the six-month one.';
comment on column mart.observation_latest.measure_code is 'Measure.';
comment on column mart.observation_latest.axis_code is 'Breakdown; total for the undivided figure. Never add the total to its parts.';
comment on column mart.observation_latest.member_code is 'Member of the breakdown; total for the undivided figure.';
comment on column mart.observation_latest.value is 'Figure in base units; empty unless the state is reported or nil.';
comment on column mart.observation_latest.value_state is 'reported, nil, not_applicable, withheld or missing. Missing is not zero.';
comment on column mart.observation_latest.value_kind is 'chinh_thuc final, thuc_hien actual, uoc estimate.';
comment on column mart.observation_latest.kind_rank is 'The same as a number: 1 estimate, 2 actual, 3 final.';
comment on column mart.observation_latest.full_year_estimate is 'Estimate for the whole year given beside the figure, annual reports only.';
comment on column mart.observation_latest.cut_off_date is 'Last day the figure covers.';
comment on column mart.observation_latest.revision_number is 'Revision the figure comes from.';
comment on column mart.observation_latest.is_revised is 'True when an earlier accepted revision said something else here.';
comment on column mart.observation_latest.is_partial is 'True when the figure is made from a register in which a project''s cell is blank or withheld.';
comment on column mart.observation_latest.source_id is 'Source contract.';
comment on column mart.observation_latest.submission_id is 'Submission it comes from.';
comment on column mart.observation_latest.line_number is 'Its place in the submission; empty for a figure made from a register of projects, whose cells are in mart.project_figure_cell.';
comment on column mart.observation_latest.sheet_name is 'Sheet of the workbook; empty for a figure made from a register.';
comment on column mart.observation_latest.cell is 'A1 address on that sheet; empty for a figure made from a register.';
