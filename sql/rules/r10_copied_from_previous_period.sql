-- Grain: one row per report in which every figure equals the accepted report of the period before.
-- Five figures other than zero are asked for before suspecting a copy: a body with little activity may repeat itself.
-- Only the annual form asks for BUD03, so a copy of the six months differs there of necessity; it is not compared.
with earlier_submission as (
    select distinct on (report.submission_id)
        report.submission_id,
        earlier.submission_id as earlier_submission_id,
        earlier_period.name_vi as earlier_period_name
    from staging.report
    inner join reference.reporting_period as period on report.period_code = period.period_code
    inner join warehouse.submission as earlier
        on
            report.source_id = earlier.source_id
            and report.reporting_unit_code = earlier.reporting_unit_code
            and earlier.verdict = 'loaded'
            and report.received_at >= earlier.received_at
    inner join reference.reporting_period as earlier_period
        on
            earlier.period_code = earlier_period.period_code
            and earlier_period.period_kind <> 'DX'
            and period.window_end > earlier_period.window_end
    order by report.submission_id asc, earlier_period.window_end desc, earlier.revision_number desc
),

current_figure as (
    select
        earlier_submission.submission_id,
        observation.measure_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        measure.value_type in ('count', 'amount', 'signed_amount') and observation.value <> 0 as is_telling
    from earlier_submission
    inner join staging.observation on earlier_submission.submission_id = observation.submission_id
    inner join reference.measure on observation.measure_code = measure.measure_code
    where
        observation.value_kind not in ('uoc', 'uoc_nam')
        and observation.value is not null
        and observation.measure_code <> 'BUD03'
),

earlier_figure as (
    select
        earlier_submission.submission_id,
        observation.measure_code,
        observation.axis_code,
        observation.member_code,
        observation.value
    from earlier_submission
    inner join warehouse.observation on earlier_submission.earlier_submission_id = observation.submission_id
    where
        observation.value_kind not in ('uoc', 'uoc_nam')
        and observation.value is not null
        and observation.measure_code <> 'BUD03'
),

compared as (
    select
        submission_id,
        count(*) filter (where current_figure.is_telling) as telling_count
    from current_figure
    full outer join earlier_figure using (submission_id, measure_code, axis_code, member_code)
    group by submission_id
    having bool_and(current_figure.value is not distinct from earlier_figure.value)
)

select
    compared.submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell,
    'cả {' || compared.telling_count || '} số liệu khác 0 đều bằng ' || earlier_submission.earlier_period_name as found,
    'số liệu của kỳ này' as expected,
    'Toàn bộ báo cáo' as subject
from compared
inner join earlier_submission on compared.submission_id = earlier_submission.submission_id
where compared.telling_count >= 5
