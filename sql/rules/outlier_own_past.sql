-- Grain: one row per undivided figure far from what the same body reported before. It asks; it never holds anything back.
-- Two reports a year: a flow counts from 1 January, so what is compared is what each half-year added, and three earlier
-- half-years are enough. Far means 3.5 robust deviations from their median; a deviation is 1.4826 times the median
-- distance from it, at least a quarter of the median and at least the square root of it in the unit of the workbook,
-- because three equal figures in the past do not forbid a fourth that differs a little.
-- Money about 1,000 or 1,000,000 times off is left to the rule on unit mix-ups, which asks a better question.
with report as (
    select
        report.*,
        period.period_kind,
        period.plan_year,
        period.window_end
    from staging.report
    inner join reference.reporting_period as period on report.period_code = period.period_code
    where period.period_kind in ('6T', 'NAM')
),

-- Of each earlier period the accepted report received last.
accepted as (
    select distinct on (report.submission_id, earlier.period_code)
        report.submission_id,
        earlier.submission_id as earlier_submission_id,
        earlier_period.period_kind,
        earlier_period.plan_year
    from report
    inner join warehouse.submission as earlier
        on
            report.source_id = earlier.source_id
            and report.reporting_unit_code = earlier.reporting_unit_code
            and earlier.verdict = 'loaded'
            and report.received_at >= earlier.received_at
    inner join reference.reporting_period as earlier_period
        on
            earlier.period_code = earlier_period.period_code
            and earlier_period.period_kind in ('6T', 'NAM')
            and report.window_end > earlier_period.window_end
    order by
        report.submission_id asc,
        earlier.period_code asc,
        earlier.received_at desc,
        earlier.revision_number desc
),

-- Of each figure the firmest kind: final before actual before estimate.
past_figure as (
    select distinct on (accepted.submission_id, accepted.earlier_submission_id, observation.measure_code)
        accepted.submission_id,
        accepted.period_kind,
        accepted.plan_year,
        observation.measure_code,
        observation.value
    from accepted
    inner join warehouse.observation on accepted.earlier_submission_id = observation.submission_id
    where
        observation.axis_code = 'total'
        and observation.value_kind <> 'uoc_nam'
        and observation.value is not null
    order by
        accepted.submission_id asc,
        accepted.earlier_submission_id asc,
        observation.measure_code asc,
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], observation.value_kind) desc
),

current_figure as (
    select
        observation.submission_id,
        observation.line_number,
        observation.measure_code,
        observation.sheet_name,
        observation.cell,
        observation.value,
        report.period_kind,
        report.plan_year
    from report
    inner join staging.observation on report.submission_id = observation.submission_id
    where
        observation.axis_code = 'total'
        and observation.value_kind <> 'uoc_nam'
        and observation.value is not null
),

past_step as (
    select
        figure.submission_id,
        figure.measure_code,
        case
            when figure.period_kind = 'NAM' and measure.nature = 'flow' then figure.value - half_year.value
            else figure.value
        end as step_value
    from past_figure as figure
    inner join reference.measure on figure.measure_code = measure.measure_code
    left join past_figure as half_year
        on
            figure.submission_id = half_year.submission_id
            and figure.measure_code = half_year.measure_code
            and figure.plan_year = half_year.plan_year
            and half_year.period_kind = '6T'
),

current_step as (
    select
        figure.*,
        measure.name_vi,
        measure.unit_vi,
        measure.unit_factor,
        measure.value_type,
        figure.period_kind = 'NAM' and measure.nature = 'flow' as is_second_half,
        case
            when figure.period_kind = 'NAM' and measure.nature = 'flow' then figure.value - half_year.value
            else figure.value
        end as step_value
    from current_figure as figure
    inner join reference.measure
        on
            figure.measure_code = measure.measure_code
            and measure.value_type in ('count', 'amount', 'signed_amount')
            and measure.nature in ('flow', 'stock')
    left join past_figure as half_year
        on
            figure.submission_id = half_year.submission_id
            and figure.measure_code = half_year.measure_code
            and figure.plan_year = half_year.plan_year
            and half_year.period_kind = '6T'
),

middle as (
    select
        submission_id,
        measure_code,
        count(step_value) as step_count,
        percentile_cont(0.5) within group (order by step_value)::numeric as median_value
    from past_step
    where step_value is not null
    group by submission_id, measure_code
    having count(step_value) >= 3
),

spread as (
    select
        middle.submission_id,
        middle.measure_code,
        middle.step_count,
        middle.median_value,
        percentile_cont(0.5) within group (
            order by abs(past_step.step_value - middle.median_value)
        )::numeric as median_distance
    from middle
    inner join past_step
        on middle.submission_id = past_step.submission_id and middle.measure_code = past_step.measure_code
    where past_step.step_value is not null
    group by middle.submission_id, middle.measure_code, middle.step_count, middle.median_value
),

bounded as (
    select
        current_step.*,
        spread.step_count,
        spread.median_value,
        3.5 * greatest(
            1.4826 * spread.median_distance,
            0.25 * abs(spread.median_value),
            sqrt(greatest(abs(spread.median_value) / current_step.unit_factor, 1)) * current_step.unit_factor
        ) as tolerance
    from current_step
    inner join spread
        on
            current_step.submission_id = spread.submission_id
            and current_step.measure_code = spread.measure_code
    where current_step.step_value is not null
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    case when is_second_half then 'sáu tháng cuối năm tăng thêm {' else 'ghi {' end
    || trim_scale(step_value / unit_factor) || '} ' || unit_vi as found,
    'mức thường thấy của đơn vị trong {' || step_count || '} kỳ trước, từ {'
    || trim_scale(
        round(
            case
                when value_type = 'signed_amount' then median_value - tolerance
                else greatest(median_value - tolerance, 0)
            end / unit_factor, 1
        )
    )
    || '} đến {' || trim_scale(round((median_value + tolerance) / unit_factor, 1)) || '} ' || unit_vi as expected,
    name_vi || ' (' || measure_code || ')' as subject
from bounded
where
    abs(step_value - median_value) > tolerance
    and not coalesce(
        value_type in ('amount', 'signed_amount')
        and (
            abs(abs(log(abs(nullif(step_value, 0) / nullif(median_value, 0)))) - 3) <= 0.5
            or abs(abs(log(abs(nullif(step_value, 0) / nullif(median_value, 0)))) - 6) <= 0.5
        ),
        false
    )
