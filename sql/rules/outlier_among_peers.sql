-- Grain: one row per undivided figure far above what bodies of the same kind report on the same template for the same
-- period. It asks; it never holds anything back. A small or zero figure is common for a quiet body and is not asked
-- about. Eight peers at least. Counts of peers are skewed, so logarithms of one more than the figure (in the unit of the
-- workbook) are compared: far means 3.5 robust deviations above their median, a deviation being 1.4826 times the median
-- distance from it and at least 0.35, which is a factor of about 1.4. Figures below 10 are too small to tell anything.
with asked as (
    select
        observation.submission_id,
        observation.line_number,
        observation.measure_code,
        observation.sheet_name,
        observation.cell,
        observation.value / measure.unit_factor as shown_value,
        measure.unit_factor,
        measure.unit_vi,
        measure.name_vi
    from staging.observation
    inner join reference.measure
        on
            observation.measure_code = measure.measure_code
            and measure.value_type in ('count', 'amount')
            and measure.nature in ('flow', 'stock')
    where
        observation.axis_code = 'total'
        and observation.value_kind <> 'uoc_nam'
        and observation.value >= 10 * measure.unit_factor
),

peer_report as (
    select distinct on (report.submission_id, peer.reporting_unit_code)
        report.submission_id,
        peer.submission_id as peer_submission_id
    from staging.report
    inner join reference.reporting_unit as own on report.reporting_unit_code = own.unit_code
    inner join reference.reporting_unit as other
        on own.group_code = other.group_code and own.unit_code <> other.unit_code
    inner join warehouse.submission as peer
        on
            other.unit_code = peer.reporting_unit_code
            and report.source_id = peer.source_id
            and report.period_code = peer.period_code
            and report.template_code = peer.template_code
            and peer.verdict = 'loaded'
            and report.received_at >= peer.received_at
    order by
        report.submission_id asc,
        peer.reporting_unit_code asc,
        peer.received_at desc,
        peer.revision_number desc
),

peer_figure as (
    select
        asked.submission_id,
        asked.line_number,
        ln(1 + observation.value / asked.unit_factor) as log_value
    from asked
    inner join peer_report on asked.submission_id = peer_report.submission_id
    inner join warehouse.observation
        on
            peer_report.peer_submission_id = observation.submission_id
            and asked.measure_code = observation.measure_code
            and observation.axis_code = 'total'
            and observation.value_kind <> 'uoc_nam'
            and observation.value >= 0
),

middle as (
    select
        submission_id,
        line_number,
        count(*) as peer_count,
        percentile_cont(0.5) within group (order by log_value)::numeric as median_log
    from peer_figure
    group by submission_id, line_number
    having count(*) >= 8
),

bounded as (
    select
        middle.submission_id,
        middle.line_number,
        middle.peer_count,
        middle.median_log,
        middle.median_log + 3.5 * greatest(
            1.4826 * percentile_cont(0.5) within group (
                order by abs(peer_figure.log_value - middle.median_log)
            )::numeric,
            0.35
        ) as highest_log
    from middle
    inner join peer_figure
        on middle.submission_id = peer_figure.submission_id and middle.line_number = peer_figure.line_number
    group by middle.submission_id, middle.line_number, middle.peer_count, middle.median_log
)

select
    asked.submission_id,
    asked.line_number,
    asked.sheet_name,
    asked.cell,
    'ghi {' || trim_scale(asked.shown_value) || '} ' || asked.unit_vi as found,
    'mức của {' || bounded.peer_count || '} đơn vị cùng loại, ở giữa là {'
    || trim_scale(round(exp(bounded.median_log) - 1, 1)) || '} và thường không quá {'
    || trim_scale(round(exp(bounded.highest_log) - 1, 1)) || '} ' || asked.unit_vi as expected,
    asked.name_vi || ' (' || asked.measure_code || ')' as subject
from asked
inner join bounded on asked.submission_id = bounded.submission_id and asked.line_number = bounded.line_number
where ln(1 + asked.shown_value) > bounded.highest_log
