-- Grain: one row per report in which every figure equals that of another body's report of the same period, sent earlier.
-- Five figures other than zero are asked for before suspecting a copy: two quiet bodies may well report the same.
-- Compared with the accepted revision of each other body, and with the reports of the batch itself; of two equal reports
-- the later one is named, because the earlier one cannot have been copied from it.
with own_figure as (
    select
        report.submission_id,
        report.source_id,
        report.reporting_unit_code,
        report.period_code,
        report.received_at,
        observation.measure_code || '/' || observation.axis_code || '/' || observation.member_code as figure_key,
        observation.value,
        measure.value_type in ('count', 'amount', 'signed_amount') and observation.value <> 0 as is_telling
    from staging.report
    inner join staging.observation on report.submission_id = observation.submission_id
    inner join reference.measure on observation.measure_code = measure.measure_code
    where observation.value_kind not in ('uoc', 'uoc_nam') and observation.value is not null
),

own_report as (
    select
        submission_id,
        source_id,
        reporting_unit_code,
        period_code,
        received_at,
        count(*) filter (where is_telling) as telling_count,
        md5(string_agg(figure_key || '=' || trim_scale(value), ',' order by figure_key, value)) as content_key
    from own_figure
    group by submission_id, source_id, reporting_unit_code, period_code, received_at
    having count(*) filter (where is_telling) >= 5
),

accepted as (
    select distinct on (own_report.submission_id, other.reporting_unit_code)
        own_report.submission_id,
        other.submission_id as other_submission_id,
        other.reporting_unit_code
    from own_report
    inner join warehouse.submission as other
        on
            own_report.source_id = other.source_id
            and own_report.period_code = other.period_code
            and own_report.reporting_unit_code <> other.reporting_unit_code
            and other.verdict = 'loaded'
            and own_report.received_at >= other.received_at
    order by own_report.submission_id asc, other.reporting_unit_code asc, other.revision_number desc
),

accepted_content as (
    select
        observation.submission_id as other_submission_id,
        md5(
            string_agg(
                observation.measure_code || '/' || observation.axis_code || '/' || observation.member_code || '='
                || trim_scale(observation.value),
                ','
                order by
                    observation.measure_code || '/' || observation.axis_code || '/' || observation.member_code,
                    observation.value
            )
        ) as content_key
    from warehouse.observation
    where
        observation.submission_id in (select accepted.other_submission_id from accepted)
        and observation.value_kind not in ('uoc', 'uoc_nam')
        and observation.value is not null
    group by observation.submission_id
),

equal_report as (
    select
        own_report.submission_id,
        accepted.reporting_unit_code
    from own_report
    inner join accepted on own_report.submission_id = accepted.submission_id
    inner join accepted_content
        on
            accepted.other_submission_id = accepted_content.other_submission_id
            and own_report.content_key = accepted_content.content_key
    union
    select
        own_report.submission_id,
        other.reporting_unit_code
    from own_report
    inner join own_report as other
        on
            own_report.source_id = other.source_id
            and own_report.period_code = other.period_code
            and own_report.reporting_unit_code <> other.reporting_unit_code
            and own_report.content_key = other.content_key
            and (own_report.received_at, own_report.submission_id) > (other.received_at, other.submission_id)
)

select
    own_report.submission_id,
    null::integer as line_number,
    null::text as sheet_name,
    null::text as cell,
    'cả {' || own_report.telling_count || '} số liệu khác 0 đều bằng báo cáo đã gửi trước của '
    || string_agg(unit.name_vi, ', ' order by unit.sort_key, unit.unit_code) as found,
    'số liệu của chính đơn vị' as expected,
    'Toàn bộ báo cáo' as subject
from own_report
inner join equal_report on own_report.submission_id = equal_report.submission_id
inner join reference.reporting_unit as unit on equal_report.reporting_unit_code = unit.unit_code
group by own_report.submission_id, own_report.telling_count
