-- Grain: one row per amount that is about 1,000 or 1,000,000 times away from what it is compared with.
-- That is the mark of a unit mix-up: đồng, nghìn, triệu, tỷ; nghìn USD, triệu USD. Compared, in this order, with the
-- accepted revision before it, the accepted report of the period before it, and the plan in the same report.
-- "About" is half an order of magnitude to either side.
with report as (
    select
        report.*,
        period.window_end
    from staging.report
    inner join reference.reporting_period as period on report.period_code = period.period_code
),

earlier_submission as (
    select distinct on (report.submission_id, earlier.period_code = report.period_code)
        report.submission_id,
        earlier.submission_id as earlier_submission_id,
        earlier.period_code = report.period_code as is_same_period
    from report
    inner join warehouse.submission as earlier
        on
            report.source_id = earlier.source_id
            and report.reporting_unit_code = earlier.reporting_unit_code
            and earlier.verdict = 'loaded'
            and report.received_at >= earlier.received_at
    inner join reference.reporting_period as earlier_period on earlier.period_code = earlier_period.period_code
    where
        earlier.period_code = report.period_code
        or (earlier_period.period_kind <> 'DX' and earlier_period.window_end < report.window_end)
    order by
        report.submission_id asc,
        earlier.period_code = report.period_code,
        earlier_period.window_end desc,
        earlier.revision_number desc
),

amount as (
    select
        observation.*,
        measure.name_vi,
        measure.unit_vi,
        measure.unit_factor
    from staging.observation
    inner join reference.measure on observation.measure_code = measure.measure_code
    where
        measure.value_type in ('amount', 'signed_amount')
        and observation.axis_code = 'total'
        and observation.value <> 0
),

comparison as (
    select
        amount.submission_id,
        amount.line_number,
        case when earlier_submission.is_same_period then 1 else 2 end as preference,
        case when earlier_submission.is_same_period then 'lần báo cáo trước' else 'kỳ trước' end as compared_with,
        earlier.value as compared_value
    from amount
    inner join earlier_submission on amount.submission_id = earlier_submission.submission_id
    inner join warehouse.observation as earlier
        on
            earlier_submission.earlier_submission_id = earlier.submission_id
            and amount.measure_code = earlier.measure_code
            and amount.axis_code = earlier.axis_code
            and amount.value_kind = earlier.value_kind
    union all
    select
        spent.submission_id,
        spent.line_number,
        3,
        'kế hoạch ' || plan.measure_code || ' (ô ' || plan.cell || ')',
        plan.value
    from amount as spent
    inner join amount as plan
        on
            spent.submission_id = plan.submission_id
            and (spent.measure_code, plan.measure_code) in (('BUD02', 'BUD01'), ('BUD03', 'BUD01'), ('ODA04', 'ODA03'))
),

jump as (
    select distinct on (submission_id, line_number)
        amount.*,
        comparison.compared_with,
        comparison.compared_value
    from amount
    inner join comparison using (submission_id, line_number)
    where
        comparison.compared_value <> 0
        and (
            abs(abs(log(abs(amount.value / comparison.compared_value))) - 3) <= 0.5
            or abs(abs(log(abs(amount.value / comparison.compared_value))) - 6) <= 0.5
        )
    order by submission_id, line_number, comparison.preference
)

select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || trim_scale(value / unit_factor) || '} ' || unit_vi || ', trong khi ' || compared_with || ' là {'
    || trim_scale(compared_value / unit_factor) || '} ' || unit_vi as found,
    'số tiền tính bằng ' || unit_vi as expected,
    name_vi || ' (' || measure_code || ')' as subject
from jump
