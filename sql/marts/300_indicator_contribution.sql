-- Grain: one row per indicator, period, reporting unit, side and breakdown member.
-- The arithmetic of each kind, once: what one body adds to the numerator and to the denominator.
-- Adding up and dividing happen in mart.indicator_value, in that order.
create table mart.indicator_contribution as
with report as materialized (
    select * from mart.report_status
),

-- sum, milestone, pair: the figure itself. A pair keeps its two sides apart for good.
figures as (
    select
        indicator_code,
        period_code,
        reporting_unit_code,
        case arithmetic when 'pair' then side else 'single' end as side,
        axis_code,
        member_code,
        value as numerator,
        null::numeric as denominator,
        value_state,
        value is not null as is_answered,
        kind_rank,
        full_year_estimate as full_year_numerator,
        null::numeric as full_year_denominator,
        cut_off_date,
        is_revised,
        is_incomplete
    from mart.indicator_answer
    where is_counted and arithmetic in ('sum', 'milestone', 'pair')
),

-- ratio: only bodies with both sides, or the two sums would speak of different bodies.
sides as (
    select
        indicator_code,
        period_code,
        reporting_unit_code,
        axis_code,
        member_code,
        max(value) filter (where side = 'numerator') as above,
        max(value) filter (where side = 'denominator') as below,
        max(value) filter (where side = 'second') as whole_year,
        count(value) filter (where side in ('numerator', 'denominator')) = 2 as is_answered,
        -- A breakdown only one side is asked by has no second answer, and is no ratio.
        count(*) filter (where side in ('numerator', 'denominator')) = 2 as is_asked,
        bool_or(value_state = 'reported') filter (where side <> 'second') as is_reported,
        bool_or(value_state = 'withheld') filter (where side <> 'second') as is_withheld,
        bool_and(value_state = 'not_applicable') filter (where side <> 'second') as is_not_applicable,
        min(kind_rank) filter (where side <> 'second') as kind_rank,
        min(cut_off_date) as cut_off_date,
        bool_or(is_revised) filter (where side <> 'second') as is_revised,
        bool_or(is_incomplete) filter (where side <> 'second') as is_incomplete
    from mart.indicator_answer
    where is_counted and arithmetic = 'ratio'
    group by indicator_code, period_code, reporting_unit_code, axis_code, member_code
),

ratios as (
    select
        indicator_code,
        period_code,
        reporting_unit_code,
        'single' as side,
        axis_code,
        member_code,
        case when is_answered then above end as numerator,
        case when is_answered then below end as denominator,
        case
            when is_answered and is_reported then 'reported'
            when is_answered then 'nil'
            when is_withheld then 'withheld'
            when is_not_applicable then 'not_applicable'
            else 'missing'
        end as value_state,
        is_answered,
        case when is_answered then kind_rank end as kind_rank,
        case when below is not null then whole_year end as full_year_numerator,
        case when whole_year is not null then below end as full_year_denominator,
        cut_off_date,
        is_revised,
        is_incomplete
    from sides
    where is_asked
),

-- units_share: bodies whose answer meets the condition, over a population of bodies.
-- received: every report received whose template asks. with_website: of those, the ones that have a site.
-- communes: every commune there is on the due date, reported or not.
population as (
    select
        indicator.indicator_code,
        term.required_value,
        term.minimum_value,
        report.period_code,
        report.reporting_unit_code,
        report.cut_off_date,
        indicator.denominator_population
    from reference.indicator
    inner join reference.indicator_term as term
        on indicator.indicator_code = term.indicator_code and term.side = 'numerator'
    inner join report on report.period_kind = any(indicator.period_kinds)
    inner join reference.template_measure as asked
        on report.template_code = asked.template_code and term.measure_code = asked.measure_code
    where
        indicator.arithmetic = 'units_share'
        and case indicator.denominator_population
            when 'communes' then report.unit_kind = 'commune' and report.obligation = 'obliged'
            else report.is_received
        end
),

shares as (
    select
        population.indicator_code,
        population.period_code,
        population.reporting_unit_code,
        'single' as side,
        'total' as axis_code,
        'total' as member_code,
        -- A body without a site answers, and is in neither sum.
        case
            when population.denominator_population = 'with_website' and answer.value_state = 'not_applicable' then null
            when answer.value = population.required_value or answer.value >= population.minimum_value then 1
            else 0
        end::numeric as numerator,
        case
            when population.denominator_population = 'with_website' and answer.value_state = 'not_applicable' then null
            else 1
        end::numeric as denominator,
        coalesce(answer.value_state, 'missing') as value_state,
        answer.value is not null as is_answered,
        answer.kind_rank,
        null::numeric as full_year_numerator,
        null::numeric as full_year_denominator,
        population.cut_off_date,
        coalesce(answer.is_revised, false) as is_revised,
        false as is_incomplete
    from population
    left join mart.indicator_answer as answer
        on
            population.indicator_code = answer.indicator_code
            and population.period_code = answer.period_code
            and population.reporting_unit_code = answer.reporting_unit_code
            and answer.side = 'numerator'
            and answer.axis_code = 'total'
            and answer.is_counted
),

-- timeliness: bodies on time over bodies obliged; bodies only requested are a line of their own.
timeliness as (
    select
        indicator.indicator_code,
        report.period_code,
        report.reporting_unit_code,
        'single' as side,
        case report.obligation when 'obliged' then 'total' else 'obligation' end as axis_code,
        case report.obligation when 'obliged' then 'total' else 'requested' end as member_code,
        case when report.report_state = 'on_time' then 1 else 0 end::numeric as numerator,
        1::numeric as denominator,
        'reported' as value_state,
        -- Silence before the deadline says nothing; silence after it does.
        report.is_received or coalesce(build.as_known, build.built_at) >= report.due_at as is_answered,
        2 as kind_rank,
        null::numeric as full_year_numerator,
        null::numeric as full_year_denominator,
        report.cut_off_date,
        false as is_revised,
        false as is_incomplete
    from reference.indicator
    inner join report on report.period_kind = any(indicator.period_kinds)
    cross join mart.build
    where indicator.arithmetic = 'timeliness' and report.obligation in ('obliged', 'requested')
),

-- completeness, first_pass, revised_share: over the reports received.
received as (
    select
        indicator.indicator_code,
        report.period_code,
        report.reporting_unit_code,
        'single' as side,
        'total' as axis_code,
        'total' as member_code,
        case indicator.arithmetic
            when 'completeness' then report.filled_cell_count
            when 'first_pass' then case when report.is_first_pass then 1 else 0 end
            when 'revised_share' then case when report.revision_number > 1 then 1 else 0 end
        end::numeric as numerator,
        case indicator.arithmetic when 'completeness' then report.required_cell_count else 1 end::numeric
            as denominator,
        'reported' as value_state,
        true as is_answered,
        2 as kind_rank,
        null::numeric as full_year_numerator,
        null::numeric as full_year_denominator,
        report.cut_off_date,
        false as is_revised,
        false as is_incomplete
    from reference.indicator
    inner join report on report.period_kind = any(indicator.period_kinds)
    where
        indicator.arithmetic in ('completeness', 'first_pass', 'revised_share')
        and report.is_received
),

-- estimate_error: where a final figure exists, its distance from the latest estimate for the whole year.
-- Spending has its estimate in a measure of its own; the catalogue says so where the ratio of spending is defined.
estimate_measure as (
    select distinct
        term.measure_code,
        whole_year.measure_code as estimate_measure_code
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    inner join reference.indicator_term as whole_year
        on term.indicator_code = whole_year.indicator_code and whole_year.side = 'second'
    where indicator.arithmetic = 'ratio' and term.side = 'numerator'
),

final as (
    select
        observation.reporting_unit_code,
        observation.period_code,
        observation.measure_code,
        observation.value,
        observation.cut_off_date,
        observation.is_revised
    from mart.observation_latest as observation
    inner join mart.asked_period as period
        on observation.period_code = period.period_code and period.period_kind = 'NAM'
    inner join reference.measure
        on observation.measure_code = measure.measure_code and measure.nature in ('flow', 'stock')
    where
        observation.axis_code = 'total'
        and observation.value_kind = 'chinh_thuc'
        and observation.value is not null
),

estimate_errors as (
    select
        indicator.indicator_code,
        final.period_code,
        final.reporting_unit_code,
        'single' as side,
        'element' as axis_code,
        final.measure_code as member_code,
        abs(final.value - estimate.value) as numerator,
        final.value as denominator,
        'reported' as value_state,
        true as is_answered,
        3 as kind_rank,
        null::numeric as full_year_numerator,
        null::numeric as full_year_denominator,
        final.cut_off_date,
        final.is_revised,
        false as is_incomplete
    from reference.indicator
    cross join final
    inner join lateral (
        select estimated.value
        from warehouse.observation as estimated
        inner join warehouse.submission on estimated.submission_id = submission.submission_id
        cross join mart.build
        where
            estimated.reporting_unit_code = final.reporting_unit_code
            and estimated.period_code = final.period_code
            and estimated.axis_code = 'total'
            and estimated.value is not null
            and (
                (estimated.measure_code = final.measure_code and estimated.value_kind = 'uoc_nam')
                or (
                    (final.measure_code, estimated.measure_code) in (select * from estimate_measure)
                    and estimated.value_kind <> 'chinh_thuc'
                )
            )
            and submission.received_at <= coalesce(build.as_known, 'infinity')
        order by submission.received_at desc, estimated.revision_number desc
        limit 1
    ) as estimate on true
    where indicator.arithmetic = 'estimate_error'
)

select * from figures
union all
select * from ratios
union all
select * from shares
union all
select * from timeliness
union all
select * from received
union all
select * from estimate_errors;
alter table mart.indicator_contribution add constraint indicator_contribution_pk
primary key (indicator_code, period_code, reporting_unit_code, side, axis_code, member_code);
analyze mart.indicator_contribution;
comment on table mart.indicator_contribution is 'What one body adds to an indicator. | Một đơn vị góp gì vào một chỉ tiêu.';
comment on column mart.indicator_contribution.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_contribution.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.indicator_contribution.reporting_unit_code is 'Reporting body the row is about. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.indicator_contribution.side is 'single; first and second for pairs, which are never added. | single một số; first và second là hai số đặt cạnh nhau, không bao giờ cộng.';
comment on column mart.indicator_contribution.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là con số chính.';
comment on column mart.indicator_contribution.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_contribution.numerator is 'In base units; empty when the body gives no usable figure. | Theo đơn vị gốc; để trống khi đơn vị không cho số dùng được.';
comment on column mart.indicator_contribution.denominator is 'In base units, or 1 for a body counted; empty for sums. | Theo đơn vị gốc, hoặc 1 cho mỗi đơn vị được đếm; để trống với chỉ tiêu cộng.';
comment on column mart.indicator_contribution.value_state is 'State of the body''s answer. | Tình trạng câu trả lời của đơn vị.';
comment on column mart.indicator_contribution.is_answered is 'False when the body says nothing that could be counted: an indicator nobody answered is missing, not zero. | Sai khi đơn vị không nói gì tính được: chỉ tiêu không ai trả lời là thiếu, không phải 0.';
comment on column mart.indicator_contribution.kind_rank is '1 estimate, 2 actual, 3 final. | 1 ước, 2 thực hiện, 3 chính thức; số lớn là chắc hơn.';
comment on column mart.indicator_contribution.full_year_numerator is 'The same from the estimates for the whole year. | Cũng phần đem cộng ấy, lấy từ các số ước cả năm.';
comment on column mart.indicator_contribution.full_year_denominator is 'Denominator that goes with it. | Phần đem chia đi cùng với nó.';
comment on column mart.indicator_contribution.cut_off_date is 'Last day the figure covers. | Ngày cuối cùng mà con số bao trùm.';
comment on column mart.indicator_contribution.is_incomplete is 'True when the figure is a sum of measures of which one is blank or withheld. | Đúng khi con số là tổng của nhiều số liệu mà một số để trống hoặc không cung cấp.';
comment on column mart.indicator_contribution.is_revised is 'True when an earlier accepted revision said something else. | Đúng khi một bản được chấp nhận trước đó ghi khác.';
