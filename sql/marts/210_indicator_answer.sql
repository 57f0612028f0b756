-- Grain: one row per indicator, side, period, reporting unit and breakdown member.
-- What one body answers on one side of an indicator, counted or only set beside.
-- A side made of several measures is their sum; it has a value when one of them has, and is incomplete
-- when another is blank or withheld. Breakdowns are here only for ratios, which are paired body by body;
-- those of sums are added up straight from the figures, in mart.indicator_value.
create table mart.indicator_answer as
with term as (
    select
        term.*,
        indicator.arithmetic,
        indicator.period_kinds,
        indicator.prevailing_units,
        indicator.reconciling_units
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    where indicator.arithmetic in ('sum', 'pair', 'ratio', 'units_share', 'milestone')
),

wanted as (
    select
        indicator_code,
        side,
        measure_code,
        axis_code
    from term
    where axis_code = 'total'
    union all
    select
        term.indicator_code,
        term.side,
        term.measure_code,
        axis.axis_code
    from term
    inner join reference.indicator_axis as axis on term.indicator_code = axis.indicator_code
    where term.arithmetic = 'ratio' and term.axis_code = 'total'
),

figure as (
    select
        wanted.indicator_code,
        wanted.side,
        wanted.measure_code,
        observation.period_code,
        observation.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        observation.value_state,
        observation.kind_rank,
        observation.full_year_estimate,
        observation.cut_off_date,
        observation.is_revised,
        observation.is_partial
    from wanted
    inner join mart.observation_latest as observation
        on
            wanted.measure_code = observation.measure_code
            and wanted.axis_code = observation.axis_code
),

-- The headline of a term on some members: their sum. When none of them is filled but the total is zero,
-- or the parts that are filled already make up the total, the rest is zero by the reporter's own figures.
part as (
    select
        term.indicator_code,
        term.side,
        term.measure_code,
        observation.reporting_unit_code,
        observation.period_code,
        sum(observation.value) as given_value,
        sum(observation.value) filter (where counted.is_counted) as counted_value,
        min(observation.kind_rank) filter (
            where counted.is_counted and observation.value is not null
        ) as counted_kind_rank,
        sum(observation.full_year_estimate) filter (where counted.is_counted) as full_year_estimate,
        bool_or(observation.is_revised) filter (where counted.is_counted) as is_revised,
        bool_or(observation.value_state = 'withheld') filter (where counted.is_counted) as is_withheld
    from term
    inner join mart.observation_latest as observation
        on term.measure_code = observation.measure_code and term.axis_code = observation.axis_code
    cross join lateral (
        select
            (term.member_codes is null or observation.member_code = any(term.member_codes))
            and (
                term.excluded_member_codes is null
                or observation.member_code <> all(term.excluded_member_codes)
            ) as is_counted
    ) as counted
    where term.axis_code <> 'total'
    group by
        term.indicator_code,
        term.side,
        term.measure_code,
        observation.reporting_unit_code,
        observation.period_code
),

parts as (
    select
        term.indicator_code,
        term.side,
        term.measure_code,
        whole.period_code,
        whole.reporting_unit_code,
        whole.value as whole_value,
        whole.value_state as whole_state,
        whole.cut_off_date,
        whole.kind_rank as whole_kind_rank,
        part.given_value,
        part.counted_value,
        part.counted_kind_rank,
        part.full_year_estimate,
        part.is_revised,
        part.is_withheld
    from term
    inner join mart.observation_latest as whole
        on term.measure_code = whole.measure_code and whole.axis_code = 'total'
    left join part
        on
            term.indicator_code = part.indicator_code
            and term.side = part.side
            and term.measure_code = part.measure_code
            and whole.reporting_unit_code = part.reporting_unit_code
            and whole.period_code = part.period_code
    where term.axis_code <> 'total'
),

headline_of_parts as (
    select
        indicator_code,
        side,
        measure_code,
        period_code,
        reporting_unit_code,
        'total' as axis_code,
        'total' as member_code,
        case
            when counted_value is not null then counted_value
            when whole_value = 0 or whole_value = given_value then 0
        end as value,
        case
            when counted_value is not null then 'reported'
            when whole_value = 0 then whole_state
            when whole_value = given_value then 'reported'
            when is_withheld then 'withheld'
            when whole_state in ('withheld', 'not_applicable') then whole_state
            else 'missing'
        end as value_state,
        coalesce(counted_kind_rank, whole_kind_rank) as kind_rank,
        full_year_estimate,
        cut_off_date,
        coalesce(is_revised, false) as is_revised,
        false as is_partial
    from parts
)

select
    input.indicator_code,
    indicator.arithmetic,
    input.side,
    input.period_code,
    input.reporting_unit_code,
    input.axis_code,
    input.member_code,
    sum(input.value) as value,
    case
        when bool_or(input.value_state = 'reported') then 'reported'
        when bool_or(input.value_state = 'nil') then 'nil'
        when bool_or(input.value_state = 'withheld') then 'withheld'
        when bool_or(input.value_state = 'missing') then 'missing'
        else 'not_applicable'
    end as value_state,
    min(input.kind_rank) filter (where input.value is not null) as kind_rank,
    sum(input.full_year_estimate) as full_year_estimate,
    min(input.cut_off_date) as cut_off_date,
    bool_or(input.is_revised) as is_revised,
    bool_or(input.value_state in ('missing', 'withheld') or input.is_partial) and count(input.value) > 0
        as is_incomplete,
    (indicator.prevailing_units is null or input.reporting_unit_code = any(indicator.prevailing_units))
    and (
        indicator.reconciling_units is null
        or input.reporting_unit_code <> all(indicator.reconciling_units)
    ) as is_counted
from (
    select * from figure
    union all
    select * from headline_of_parts
) as input
inner join reference.indicator on input.indicator_code = indicator.indicator_code
inner join mart.asked_period as period
    on input.period_code = period.period_code and period.period_kind = any(indicator.period_kinds)
group by
    indicator.indicator_code,
    input.indicator_code,
    input.side,
    input.period_code,
    input.reporting_unit_code,
    input.axis_code,
    input.member_code;
analyze mart.indicator_answer;
alter table mart.indicator_answer add constraint indicator_answer_pk
primary key (indicator_code, period_code, reporting_unit_code, side, axis_code, member_code);
comment on table mart.indicator_answer is 'What one body answers on one side of an indicator. | Một đơn vị trả lời gì ở một vế của một chỉ tiêu.';
comment on column mart.indicator_answer.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_answer.arithmetic is 'Which calculation follows. | Phép tính nào tiếp theo.';
comment on column mart.indicator_answer.side is 'numerator, denominator; first, second for pairs; second of a ratio is the estimate for the whole year. | numerator tử số, denominator mẫu số; first, second là hai số đặt cạnh nhau; second của một tỷ số là ước cả năm.';
comment on column mart.indicator_answer.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.indicator_answer.reporting_unit_code is 'Reporting body the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.indicator_answer.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là con số chính.';
comment on column mart.indicator_answer.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_answer.value is 'In base units; empty when no measure of the side has a figure. | Theo đơn vị gốc; để trống khi không số liệu nào của vế có con số.';
comment on column mart.indicator_answer.value_state is 'reported, nil, withheld, missing or not_applicable. | reported có số, nil không phát sinh, withheld không cung cấp, missing thiếu hoặc not_applicable không áp dụng.';
comment on column mart.indicator_answer.kind_rank is '1 estimate, 2 actual, 3 final: the weakest. | 1 ước, 2 thực hiện, 3 chính thức: lấy loại yếu nhất.';
comment on column mart.indicator_answer.full_year_estimate is 'Estimate for the whole year given beside it. | Số ước đến 31/12 đơn vị ghi bên cạnh.';
comment on column mart.indicator_answer.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.indicator_answer.is_revised is 'True when an earlier accepted revision said something else. | Đúng khi một bản được chấp nhận trước đó ghi khác.';
comment on column mart.indicator_answer.is_incomplete is 'True when one of its measures, or a project in its register, is blank or withheld. | Đúng khi một số liệu của vế, hoặc một dự án trong sổ, để trống hoặc không cung cấp.';
comment on column mart.indicator_answer.is_counted is 'False when another body''s figure prevails: then it is only set beside, see mart.reconciliation. | Sai khi số của đơn vị khác được lấy: khi ấy chỉ đặt bên cạnh, xem mart.reconciliation.';
