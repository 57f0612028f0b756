-- Grain: one row per indicator, period and side that a target is set for. A target of a plan year stands in every period
-- of that year, and is judged in the annual one, or in each where the indicator has no annual period.
-- What is about the reporting is judged once the reports are due; everything else once the window has ended too.
-- Pace is for flows alone: a share, a milestone or a stock does not grow with the days.
create view mart.indicator_target_reading with (security_invoker = true) as
with set_for as (
    select
        target.indicator_code,
        period.period_code,
        target.side,
        target.target_for,
        target.period_code is null as is_for_year,
        target.target_value,
        target.document_number,
        target.document_date,
        target.issued_by,
        indicator.direction,
        target.period_code is not null or period.period_kind = 'NAM' or 'NAM' <> all(indicator.period_kinds) as is_final,
        case
            when indicator.arithmetic in ('timeliness', 'completeness', 'first_pass', 'revised_share') then period.due_at
            else greatest(period.due_at, (period.window_end + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh')
        end as judged_from,
        case when target.period_code is null then make_date(target.plan_year, 1, 1) else period.window_start end
            as pace_start,
        case when target.period_code is null then make_date(target.plan_year, 12, 31) else period.window_end end
            as pace_end,
        indicator.arithmetic in ('sum', 'pair')
        and not exists (
            select 1
            from reference.indicator_term as term
            inner join reference.measure on term.measure_code = measure.measure_code
            where
                term.indicator_code = indicator.indicator_code
                and target.side in ('single', term.side)
                and measure.nature <> 'flow'
        ) as is_flow
    from reference.indicator_target as target
    inner join reference.indicator on target.indicator_code = indicator.indicator_code
    inner join mart.asked_period as period
        on
            period.period_kind = any(indicator.period_kinds)
            and target.plan_year = period.plan_year
            and period.period_code = coalesce(target.period_code, period.period_code)
    where
        target.period_code is not null
        -- A period with a target of its own is not measured by the year's as well.
        or not exists (
            select 1
            from reference.indicator_target as own
            where
                own.indicator_code = target.indicator_code
                and own.side = target.side
                and own.period_code = period.period_code
        )
),

measured as (
    select
        set_for.*,
        value.scope_type,
        value.scope_code,
        value.axis_code,
        value.member_code,
        value.value,
        value.numerator,
        value.denominator,
        value.full_year_estimate,
        value.value_state,
        value.value_kind,
        coalesce(as_of.as_of_to, value.cut_off_to) as cut_off_to,
        coalesce(build.as_known, build.built_at) as seen_at
    from set_for
    inner join mart.indicator_value as value
        on
            set_for.indicator_code = value.indicator_code
            and set_for.period_code = value.period_code
            and set_for.side = value.side
            and value.scope_type = 'province'
            and value.axis_code = 'total'
    left join mart.indicator_as_of as as_of
        on
            value.indicator_code = as_of.indicator_code
            and value.period_code = as_of.period_code
            and value.axis_code = as_of.axis_code
            and value.member_code = as_of.member_code
    cross join mart.build
)

select
    indicator_code,
    period_code,
    side,
    scope_type,
    scope_code,
    axis_code,
    member_code,
    value,
    numerator,
    denominator,
    full_year_estimate,
    value_state,
    value_kind,
    target_for,
    is_for_year,
    target_value,
    value - target_value as distance,
    case
        when value is null then 'no_value'
        when not is_final or seen_at < judged_from then 'on_the_way'
        when direction = 'up' and value >= target_value or direction = 'down' and value <= target_value then 'met'
        else 'missed'
    end as target_state,
    case when is_final then judged_from end as judged_from,
    case when is_flow and target_value > 0 and cut_off_to is not null then 100 * value / target_value end as reached_pct,
    case
        when is_flow and target_value > 0 and value is not null
            then
                100.0 * greatest(0, least(cut_off_to, pace_end) - pace_start + 1) / (pace_end - pace_start + 1)
    end as elapsed_pct,
    case when is_flow and target_value > 0 and value is not null then cut_off_to end as pace_date,
    case
        when not is_flow then 'not_a_flow'
        when value is null then 'no_value'
        when target_value <= 0 then 'no_whole'
        when cut_off_to is null then 'no_cut_off'
    end as no_pace_reason_code,
    document_number,
    document_date,
    issued_by
from measured;
comment on view mart.indicator_target_reading is
'Values of the province beside the targets it has set, with distance and pace; empty until it sets one. | Giá trị toàn tỉnh bên cạnh mục tiêu đã giao, kèm chênh lệch và tiến độ; trống khi tỉnh chưa giao.';
comment on column mart.indicator_target_reading.indicator_code is 'Joins to dim_indicator. | Nối với dim_indicator.';
comment on column mart.indicator_target_reading.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.indicator_target_reading.side is 'single; first and second of a pair are never added. | single; first và second là hai số riêng, không cộng.';
comment on column mart.indicator_target_reading.scope_type is 'Always province: targets are set for the whole. | Luôn là province: mục tiêu giao cho toàn tỉnh.';
comment on column mart.indicator_target_reading.scope_code is 'Always province. | Luôn là province, tức toàn tỉnh.';
comment on column mart.indicator_target_reading.axis_code is 'Always total: parts have no target. | Luôn là total: phần phân tổ không có mục tiêu.';
comment on column mart.indicator_target_reading.member_code is 'Always total. | Luôn là total, tức số chung.';
comment on column mart.indicator_target_reading.value is 'In the unit of dim_indicator. | Giá trị, theo đơn vị của dim_indicator.';
comment on column mart.indicator_target_reading.numerator is 'What was added up, in whole units. | Tử số, tính bằng đơn vị nguyên.';
comment on column mart.indicator_target_reading.denominator is 'What it is divided by; empty for sums. | Mẫu số; chỉ tiêu cộng thì để trống.';
comment on column mart.indicator_target_reading.full_year_estimate is 'The same from the estimates for the whole year. | Chỉ số tính từ ước cả năm.';
comment on column mart.indicator_target_reading.value_state is 'reported, nil, missing, withheld, not_applicable, no_value. | Trạng thái của giá trị.';
comment on column mart.indicator_target_reading.value_kind is 'Weakest kind among the figures: one estimate makes an estimate. | Loại yếu nhất trong các số liệu: có một số ước thì là ước.';
comment on column mart.indicator_target_reading.target_for is 'Period or plan year the target is set for. | Kỳ hoặc năm được giao mục tiêu.';
comment on column mart.indicator_target_reading.is_for_year is 'True when it is set for the whole plan year. | Đúng nếu mục tiêu giao cho cả năm.';
comment on column mart.indicator_target_reading.target_value is 'Target in the same unit. | Mục tiêu, theo cùng đơn vị.';
comment on column mart.indicator_target_reading.distance is 'Value minus target; for percentages, points. | Giá trị trừ mục tiêu; với tỷ lệ là điểm phần trăm.';
comment on column mart.indicator_target_reading.target_state is 'on_the_way (too early to judge), met, missed, no_value. | on_the_way: chưa đến lúc đánh giá; met: đạt; missed: chưa đạt; no_value: chưa có số để so.';
comment on column mart.indicator_target_reading.judged_from is 'Moment from which it is met or missed; empty where another period judges. | Từ lúc nào thì đánh giá đạt hay chưa đạt; để trống nếu kỳ khác mới đánh giá.';
comment on column mart.indicator_target_reading.reached_pct is 'Part of the target reached, flows alone. | Đã đạt bao nhiêu phần trăm mục tiêu; chỉ với số cộng dồn.';
comment on column mart.indicator_target_reading.elapsed_pct is 'Part of the window gone by on pace_date. | Thời gian của kỳ đã qua bao nhiêu phần trăm tính đến pace_date.';
comment on column mart.indicator_target_reading.pace_date is 'Latest cut-off of the figures, or the day FDI, ODA and aid figures reach. | Ngày chốt muộn nhất của số liệu, hoặc ngày mà số FDI, ODA, viện trợ tính đến.';
comment on column mart.indicator_target_reading.no_pace_reason_code is 'Why there is no pace: not_a_flow, no_value, no_whole (a target of zero), no_cut_off. | Vì sao không có tiến độ: không phải số cộng dồn, không có giá trị, mục tiêu bằng 0, không có ngày chốt.';
comment on column mart.indicator_target_reading.document_number is 'Document that sets the target. | Văn bản giao mục tiêu.';
comment on column mart.indicator_target_reading.document_date is 'Day of that document. | Ngày của văn bản đó.';
comment on column mart.indicator_target_reading.issued_by is 'Who issued that document. | Nơi ký văn bản giao mục tiêu.';
