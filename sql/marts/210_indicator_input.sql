-- Grain: one row per indicator, side, measure, period, reporting unit and breakdown member.
-- What each body's report says for each term of each indicator, counted or only set beside.
create table mart.indicator_input as
with term as (
    select
        term.*,
        indicator.period_kinds,
        indicator.prevailing_units,
        indicator.reconciling_units
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    where indicator.arithmetic in ('sum', 'pair', 'ratio', 'units_share', 'milestone')
),

-- A term on the undivided figure also gives the breakdowns the catalogue asks for;
-- a term on some members of a breakdown (languages other than Vietnamese) gives those members.
wanted as (
    select
        indicator_code,
        side,
        measure_code,
        'total' as axis_code
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
    where term.axis_code in ('total', axis.axis_code)
),

figure as (
    select
        term.indicator_code,
        term.side,
        term.measure_code,
        observation.period_code,
        observation.reporting_unit_code,
        observation.axis_code,
        observation.member_code,
        observation.value,
        observation.value_state,
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], observation.value_kind) as kind_rank,
        observation.full_year_estimate,
        observation.cut_off_date,
        observation.is_revised,
        false as is_implied
    from term
    inner join wanted
        on
            term.indicator_code = wanted.indicator_code
            and term.side = wanted.side
            and term.measure_code = wanted.measure_code
    inner join mart.observation_latest as observation
        on
            wanted.measure_code = observation.measure_code
            and wanted.axis_code = observation.axis_code
    inner join reference.reporting_period as period
        on
            observation.period_code = period.period_code
            and period.period_kind = any(term.period_kinds)
    where
        (term.member_codes is null or observation.member_code = any(term.member_codes))
        and (term.excluded_member_codes is null or observation.member_code <> all(term.excluded_member_codes))
),

-- The headline of a term on some members: their sum. When none of them is filled but the total is zero,
-- or the parts that are filled already make up the total, the rest is zero by the reporter's own figures.
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
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], whole.value_kind) as whole_kind_rank,
        part.given_value,
        part.counted_value,
        part.counted_kind_rank,
        part.full_year_estimate,
        part.is_revised,
        part.is_withheld
    from term
    inner join mart.observation_latest as whole
        on term.measure_code = whole.measure_code and whole.axis_code = 'total'
    inner join reference.reporting_period as period
        on whole.period_code = period.period_code and period.period_kind = any(term.period_kinds)
    left join lateral (
        select
            sum(observation.value) as given_value,
            sum(observation.value) filter (where counted.is_counted) as counted_value,
            min(array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], observation.value_kind)) filter (
                where counted.is_counted and observation.value is not null
            ) as counted_kind_rank,
            sum(observation.full_year_estimate) filter (where counted.is_counted) as full_year_estimate,
            bool_or(observation.is_revised) filter (where counted.is_counted) as is_revised,
            bool_or(observation.value_state = 'withheld') filter (where counted.is_counted) as is_withheld
        from mart.observation_latest as observation
        cross join lateral (
            select
                (term.member_codes is null or observation.member_code = any(term.member_codes))
                and (
                    term.excluded_member_codes is null
                    or observation.member_code <> all(term.excluded_member_codes)
                ) as is_counted
        ) as counted
        where
            observation.reporting_unit_code = whole.reporting_unit_code
            and observation.period_code = whole.period_code
            and observation.measure_code = term.measure_code
            and observation.axis_code = term.axis_code
    ) as part on true
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
        counted_value is null and (whole_value = 0 or whole_value = given_value) as is_implied
    from parts
)

select
    input.indicator_code,
    input.side,
    input.measure_code,
    input.period_code,
    input.reporting_unit_code,
    input.axis_code,
    input.member_code,
    input.value,
    input.value_state,
    input.kind_rank,
    input.full_year_estimate,
    input.cut_off_date,
    input.is_revised,
    coalesce(input.is_implied, false) as is_implied,
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
inner join reference.indicator on input.indicator_code = indicator.indicator_code;
alter table mart.indicator_input add constraint indicator_input_pk
primary key (indicator_code, side, measure_code, period_code, reporting_unit_code, axis_code, member_code);
analyze mart.indicator_input;
comment on table mart.indicator_input is 'What each report says for each term of each indicator.';
comment on column mart.indicator_input.indicator_code is 'Indicator.';
comment on column mart.indicator_input.side is 'numerator, denominator; first, second for pairs; second of a ratio is the full-year estimate of its numerator.';
comment on column mart.indicator_input.measure_code is 'Measure.';
comment on column mart.indicator_input.period_code is 'Reporting period.';
comment on column mart.indicator_input.reporting_unit_code is 'Reporting body.';
comment on column mart.indicator_input.axis_code is 'Breakdown; total for what enters the headline.';
comment on column mart.indicator_input.member_code is 'Member of the breakdown.';
comment on column mart.indicator_input.value is 'Figure in base units; empty unless reported or nil.';
comment on column mart.indicator_input.value_state is 'reported, nil, not_applicable, withheld or missing.';
comment on column mart.indicator_input.kind_rank is '1 estimate, 2 actual, 3 final.';
comment on column mart.indicator_input.full_year_estimate is 'Estimate for the whole year given beside the figure.';
comment on column mart.indicator_input.cut_off_date is 'Last day the figure covers.';
comment on column mart.indicator_input.is_revised is 'True when an earlier accepted revision said something else.';
comment on column mart.indicator_input.is_implied is 'True when the members counted are zero because the total, or the other members, leave nothing for them.';
comment on column mart.indicator_input.is_counted is 'False when another body''s figure prevails: then it is only set beside, see mart.reconciliation.';
