-- Grain: one row per indicator, side, period and line (scope, breakdown by what the unit is).
-- Whose reports the value stands on: bodies that are asked for the figure, and those of them that reported.
-- Bodies the plan only requests are counted apart and never make the coverage smaller.
create table mart.indicator_coverage as
with report as materialized (
    select * from mart.report_status
),

asked as (
    select distinct
        indicator.indicator_code,
        case indicator.arithmetic when 'pair' then term.side else 'single' end as side,
        asked.template_code
    from reference.indicator
    inner join reference.indicator_term as term
        on indicator.indicator_code = term.indicator_code and term.side in ('numerator', 'first', 'second')
    inner join reference.template_measure as asked on term.measure_code = asked.measure_code
    where
        indicator.arithmetic in ('sum', 'pair', 'ratio', 'units_share', 'milestone')
        -- The second term of a ratio is only its estimate for the whole year.
        and (indicator.arithmetic = 'pair' or term.side <> 'second')
),

concerned as (
    select
        asked.indicator_code,
        asked.side,
        indicator.scopes,
        report.period_code,
        report.reporting_unit_code,
        report.obligation,
        -- A register of projects of that flow is a report too, whichever of its columns are filled.
        report.is_received
        or exists (
            select 1
            from reference.indicator_term as term
            inner join reference.measure on term.measure_code = measure.measure_code
            inner join mart.project_figure as figure
                on figure.measure_code in (
                    select given.measure_code
                    from reference.measure as given
                    where given.feed_flow_code = measure.feed_flow_code
                )
            where
                term.indicator_code = asked.indicator_code
                and figure.reporting_unit_code = report.reporting_unit_code
                and figure.period_code = report.period_code
                and figure.axis_code = 'total'
        ) as is_received,
        report.revision_number
    from asked
    inner join reference.indicator on asked.indicator_code = indicator.indicator_code
    inner join report
        on
            asked.template_code = report.template_code
            and report.period_kind = any(indicator.period_kinds)
    where
        (indicator.prevailing_units is null or report.reporting_unit_code = any(indicator.prevailing_units))
        and (
            indicator.reconciling_units is null
            or report.reporting_unit_code <> all(indicator.reconciling_units)
        )
        and (indicator.denominator_population is distinct from 'communes' or report.unit_kind = 'commune')
    union all
    -- Process indicators look at every report, whatever it holds.
    select
        indicator.indicator_code,
        'single',
        indicator.scopes,
        report.period_code,
        report.reporting_unit_code,
        report.obligation,
        report.is_received,
        report.revision_number
    from reference.indicator
    inner join report on report.period_kind = any(indicator.period_kinds)
    where indicator.arithmetic in ('timeliness', 'completeness', 'first_pass', 'revised_share', 'estimate_error')
)

select
    concerned.indicator_code,
    concerned.side,
    concerned.period_code,
    unit_scope.scope_type,
    unit_scope.scope_code,
    unit_scope.axis_code,
    unit_scope.member_code,
    count(*) filter (where concerned.obligation = 'obliged') as expected_count,
    count(*) filter (where concerned.obligation = 'obliged' and concerned.is_received) as received_count,
    count(*) filter (where concerned.obligation = 'requested') as requested_expected_count,
    count(*) filter (where concerned.obligation = 'requested' and concerned.is_received) as requested_received_count,
    count(*) filter (where concerned.revision_number > 1) as revised_report_count
from concerned
inner join mart.unit_scope
    on
        concerned.reporting_unit_code = unit_scope.reporting_unit_code
        and (
            (unit_scope.axis_code = 'total' and unit_scope.scope_type = any(concerned.scopes))
            or exists (
                select 1
                from reference.indicator_axis as axis
                where
                    axis.indicator_code = concerned.indicator_code
                    and axis.axis_code = unit_scope.axis_code
            )
        )
group by
    concerned.indicator_code,
    concerned.side,
    concerned.period_code,
    unit_scope.scope_type,
    unit_scope.scope_code,
    unit_scope.axis_code,
    unit_scope.member_code
union all
-- A feed stands on days, not on bodies.
select distinct
    monitored.indicator_code,
    'single',
    monitored.period_code,
    'province',
    'province',
    'total',
    'total',
    monitored.passed_count,
    monitored.monitored_count,
    0,
    0,
    0
from mart.monitoring_indicator as monitored;
alter table mart.indicator_coverage add constraint indicator_coverage_pk
primary key (indicator_code, side, period_code, scope_type, scope_code, axis_code, member_code);
analyze mart.indicator_coverage;
comment on table mart.indicator_coverage is 'How many of the bodies asked for an indicator have reported. | Bao nhiêu đơn vị được hỏi về một chỉ tiêu đã báo cáo.';
comment on column mart.indicator_coverage.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_coverage.side is 'single; first and second for pairs. | single một số; first và second là hai số đặt cạnh nhau.';
comment on column mart.indicator_coverage.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.indicator_coverage.scope_type is 'province, group or unit. | province toàn tỉnh, group nhóm hoặc unit từng đơn vị.';
comment on column mart.indicator_coverage.scope_code is 'Which one. | Phạm vi nào: toàn tỉnh, nhóm nào hoặc đơn vị nào.';
comment on column mart.indicator_coverage.axis_code is 'total, or a breakdown by what the unit is. | total, hoặc phân tổ theo đặc điểm của đơn vị.';
comment on column mart.indicator_coverage.member_code is 'Member of that breakdown. | Thành phần được nói đến trong phân tổ theo đơn vị.';
comment on column mart.indicator_coverage.expected_count is 'Obliged bodies whose template asks for the figure; of a feed, days of the period that have passed. | Đơn vị phải báo cáo có biểu mẫu hỏi số này; với nguồn theo dõi là số ngày đã qua của kỳ.';
comment on column mart.indicator_coverage.received_count is 'Of those, bodies with an accepted report, or days with figures. | Trong đó: đơn vị có báo cáo được chấp nhận, hoặc ngày có số.';
comment on column mart.indicator_coverage.requested_expected_count is 'Requested bodies whose template asks for it. | Đơn vị được đề nghị có biểu mẫu hỏi số này.';
comment on column mart.indicator_coverage.requested_received_count is 'Of those, bodies with an accepted report. | Trong số được đề nghị: đơn vị có báo cáo được chấp nhận.';
comment on column mart.indicator_coverage.revised_report_count is 'Reports among them that were submitted more than once. | Trong đó: báo cáo được nộp hơn một lần.';
