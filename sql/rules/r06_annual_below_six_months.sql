-- Grain: one row per figure of an annual report that is smaller than the same figure of the accepted 6-month report.
-- Flows are cumulative from 1 January, so the year cannot be smaller. Adjusted FDI capital (FDI04) may fall.
-- A 6-month figure that was itself an estimate binds nobody.
with annual_report as (
    select distinct on (report.submission_id)
        report.submission_id,
        earlier.submission_id as earlier_submission_id
    from staging.report
    inner join reference.reporting_period as period
        on report.period_code = period.period_code and period.period_kind = 'NAM'
    inner join reference.reporting_period as earlier_period
        on period.plan_year = earlier_period.plan_year and earlier_period.period_kind = '6T'
    inner join warehouse.submission as earlier
        on
            report.source_id = earlier.source_id
            and report.reporting_unit_code = earlier.reporting_unit_code
            and earlier_period.period_code = earlier.period_code
            and earlier.verdict = 'loaded'
            and report.received_at >= earlier.received_at
    order by report.submission_id asc, earlier.revision_number desc
),

figure as (
    select
        observation.*,
        observation.value_kind = 'uoc_nam' as is_year_estimate
    from staging.observation
    where observation.submission_id in (select annual_report.submission_id from annual_report)
)

select
    figure.submission_id,
    figure.line_number,
    figure.sheet_name,
    figure.cell,
    'lũy kế năm là {' || trim_scale(figure.value / measure.unit_factor) || '}' as found,
    'không nhỏ hơn {' || trim_scale(earlier.value / measure.unit_factor) || '} đã báo cáo 6 tháng' as expected,
    measure.name_vi || ' ('
    || concat_ws('.', measure.measure_code, nullif(figure.axis_code, 'total'), nullif(figure.member_code, 'total'))
    || ')' as subject
from figure
inner join annual_report on figure.submission_id = annual_report.submission_id
inner join warehouse.observation as earlier
    on
        annual_report.earlier_submission_id = earlier.submission_id
        and figure.measure_code = earlier.measure_code
        and figure.axis_code = earlier.axis_code
        and figure.member_code = earlier.member_code
inner join reference.measure on figure.measure_code = measure.measure_code
where
    measure.nature = 'flow'
    and measure.measure_code <> 'FDI04'
    and not figure.is_year_estimate
    and earlier.value_kind not in ('uoc', 'uoc_nam')
    and figure.value < earlier.value
