-- Grain: one row per indicator, period, scope, side and breakdown member.
-- Add, then divide. No denominator, no value. Nothing answered, no value either: missing is not zero.
create table mart.indicator_value as
with asked_part as materialized (
    select
        term.indicator_code,
        term.side,
        term.measure_code,
        term.member_codes,
        term.excluded_member_codes,
        axis.axis_code,
        indicator.arithmetic,
        indicator.prevailing_units,
        indicator.reconciling_units
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    inner join reference.indicator_axis as axis
        on term.indicator_code = axis.indicator_code and term.axis_code in ('total', axis.axis_code)
    where indicator.arithmetic in ('sum', 'pair')
),

-- Breakdowns of sums, for the province, straight from the figures.
part as (
    select
        asked.indicator_code,
        observation.period_code,
        case asked.arithmetic when 'pair' then asked.side else 'single' end as side,
        observation.axis_code,
        observation.member_code,
        sum(observation.value) as numerator,
        sum(observation.full_year_estimate) as full_year_numerator,
        count(observation.value) as answered_count,
        count(*) filter (where observation.value_state = 'reported') as reported_count,
        count(*) filter (where observation.value_state = 'withheld') as withheld_count,
        count(*) filter (where observation.value_state = 'not_applicable') as not_applicable_count,
        count(*) filter (where observation.value_state = 'missing') as missing_count,
        count(observation.full_year_estimate) as full_year_count,
        min(observation.kind_rank) filter (where observation.value is not null) as kind_rank,
        min(observation.cut_off_date) filter (where observation.value is not null) as cut_off_from,
        max(observation.cut_off_date) filter (where observation.value is not null) as cut_off_to,
        bool_or(observation.is_revised) as is_revised
    from mart.observation_latest as observation
    inner join asked_part as asked
        on
            observation.measure_code = asked.measure_code
            and observation.axis_code = asked.axis_code
            and (asked.member_codes is null or observation.member_code = any(asked.member_codes))
            and (asked.excluded_member_codes is null or observation.member_code <> all(asked.excluded_member_codes))
            and (asked.prevailing_units is null or observation.reporting_unit_code = any(asked.prevailing_units))
            and (asked.reconciling_units is null or observation.reporting_unit_code <> all(asked.reconciling_units))
    group by
        asked.indicator_code,
        observation.period_code,
        case asked.arithmetic when 'pair' then asked.side else 'single' end,
        observation.axis_code,
        observation.member_code
),

added as (
    select
        contribution.indicator_code,
        contribution.period_code,
        unit_scope.scope_type,
        unit_scope.scope_code,
        contribution.side,
        case contribution.axis_code when 'total' then unit_scope.axis_code else contribution.axis_code end as axis_code,
        case contribution.axis_code when 'total' then unit_scope.member_code else contribution.member_code end
            as member_code,
        case indicator.arithmetic
            when 'milestone' then max(contribution.numerator)
            else sum(contribution.numerator)
        end as numerator,
        sum(contribution.denominator) as denominator,
        sum(contribution.full_year_numerator) as full_year_numerator,
        sum(contribution.full_year_denominator) as full_year_denominator,
        count(*) filter (where contribution.is_answered) as answered_count,
        count(*) filter (where contribution.value_state = 'reported' and contribution.is_answered) as reported_count,
        count(*) filter (where contribution.value_state = 'withheld') as withheld_count,
        count(*) filter (where contribution.value_state = 'not_applicable') as not_applicable_count,
        count(*) filter (where contribution.value_state = 'missing') as missing_count,
        count(*) filter (where contribution.is_incomplete) as incomplete_count,
        count(contribution.full_year_numerator) as full_year_count,
        min(contribution.kind_rank) filter (where contribution.is_answered) as kind_rank,
        min(contribution.cut_off_date) filter (where contribution.is_answered) as cut_off_from,
        max(contribution.cut_off_date) filter (where contribution.is_answered) as cut_off_to,
        bool_or(contribution.is_revised) as is_revised
    from mart.indicator_contribution as contribution
    inner join reference.indicator on contribution.indicator_code = indicator.indicator_code
    inner join mart.unit_scope
        on
            contribution.reporting_unit_code = unit_scope.reporting_unit_code
            and case
                when unit_scope.axis_code <> 'total'
                    then
                        contribution.axis_code = 'total'
                        and exists (
                            select 1
                            from reference.indicator_axis as axis
                            where
                                axis.indicator_code = contribution.indicator_code
                                and axis.axis_code = unit_scope.axis_code
                        )
                -- Breakdowns of figures are for the province; the error of estimates has no other form.
                when contribution.axis_code <> 'total' and unit_scope.scope_type <> 'province'
                    then
                        indicator.arithmetic = 'estimate_error'
                        and unit_scope.scope_type = any(indicator.scopes)
                else unit_scope.scope_type = any(indicator.scopes)
            end
    group by
        contribution.indicator_code,
        indicator.arithmetic,
        contribution.period_code,
        unit_scope.scope_type,
        unit_scope.scope_code,
        contribution.side,
        case contribution.axis_code when 'total' then unit_scope.axis_code else contribution.axis_code end,
        case contribution.axis_code when 'total' then unit_scope.member_code else contribution.member_code end
),

summed as (
    select
        indicator_code,
        period_code,
        scope_type,
        scope_code,
        side,
        axis_code,
        member_code,
        numerator,
        denominator,
        full_year_numerator,
        full_year_denominator,
        answered_count,
        reported_count,
        withheld_count,
        not_applicable_count,
        missing_count,
        incomplete_count,
        full_year_count,
        kind_rank,
        cut_off_from,
        cut_off_to,
        is_revised
    from added
    union all
    select
        part.indicator_code,
        part.period_code,
        'province',
        'province',
        part.side,
        part.axis_code,
        part.member_code,
        part.numerator,
        null,
        part.full_year_numerator,
        null,
        part.answered_count,
        part.reported_count,
        part.withheld_count,
        part.not_applicable_count,
        part.missing_count,
        0,
        part.full_year_count,
        part.kind_rank,
        part.cut_off_from,
        part.cut_off_to,
        part.is_revised
    from part
    inner join reference.indicator on part.indicator_code = indicator.indicator_code
    inner join mart.asked_period as period
        on part.period_code = period.period_code and period.period_kind = any(indicator.period_kinds)
    union all
    -- A feed's figures are answered day by day.
    select
        monitored.indicator_code,
        monitored.period_code,
        'province',
        'province',
        'single',
        monitored.axis_code,
        monitored.member_code,
        monitored.numerator,
        monitored.denominator,
        null,
        null,
        monitored.monitored_count,
        monitored.monitored_count,
        0,
        0,
        0,
        0,
        0,
        2,
        monitored.last_day,
        monitored.last_day,
        monitored.is_revised
    from mart.monitoring_indicator as monitored
),

-- Every indicator has its line for the province in every period it applies to, answered or not.
line as (
    select
        indicator.indicator_code,
        period.period_code,
        'province' as scope_type,
        'province' as scope_code,
        side.side,
        'total' as axis_code,
        'total' as member_code
    from reference.indicator
    inner join mart.asked_period as period on period.period_kind = any(indicator.period_kinds)
    cross join lateral (
        select unnest(
            case indicator.arithmetic when 'pair' then array['first', 'second'] else array['single'] end
        ) as side
    ) as side
    union
    select
        indicator_code,
        period_code,
        scope_type,
        scope_code,
        side,
        axis_code,
        member_code
    from summed
    union
    select
        indicator_code,
        period_code,
        scope_type,
        scope_code,
        side,
        axis_code,
        member_code
    from mart.indicator_coverage
    where expected_count > 0
),

stated as (
    select
        line.indicator_code,
        line.period_code,
        line.scope_type,
        line.scope_code,
        line.side,
        line.axis_code,
        line.member_code,
        indicator.arithmetic,
        indicator.multiplier,
        indicator.unit_factor,
        indicator.denominator_population,
        case when summed.answered_count > 0 then summed.numerator end as numerator,
        case
            -- The communes are known whether they report or not.
            when summed.answered_count > 0 or indicator.denominator_population = 'communes' then summed.denominator
        end as denominator,
        summed.full_year_numerator,
        summed.full_year_denominator,
        coalesce(summed.full_year_count, 0) as full_year_count,
        coalesce(summed.answered_count, 0) as answered_count,
        coalesce(summed.reported_count, 0) as reported_count,
        coalesce(summed.withheld_count, 0) as withheld_count,
        coalesce(summed.not_applicable_count, 0) as not_applicable_count,
        coalesce(summed.missing_count, 0) as missing_count,
        coalesce(summed.incomplete_count, 0) as incomplete_count,
        summed.kind_rank,
        summed.cut_off_from,
        summed.cut_off_to,
        coalesce(summed.is_revised, false) as is_revised,
        coalesce(coverage.expected_count, 0) as expected_count,
        coalesce(coverage.received_count, 0) as received_count,
        coalesce(coverage.requested_expected_count, 0) as requested_expected_count,
        coalesce(coverage.requested_received_count, 0) as requested_received_count,
        coalesce(build.as_known, build.built_at) < period.due_at as is_before_due,
        (line.indicator_code, line.period_code) in (
            select
                part.indicator_code,
                part.period_code
            from mart.indicator_contribution as part
            where part.axis_code = 'element'
        ) as has_elements,
        (line.indicator_code, line.period_code, line.axis_code) in (
            select
                monitored.indicator_code,
                monitored.period_code,
                monitored.axis_code
            from mart.monitoring_indicator as monitored
            where monitored.is_by_element
        ) as is_by_element,
        (line.indicator_code, line.period_code, line.axis_code, line.member_code) in (
            select
                term.indicator_code,
                figure.period_code,
                figure.axis_code,
                figure.member_code
            from mart.project_figure as figure
            inner join reference.indicator_term as term on figure.measure_code = term.measure_code
            where figure.reason_code = 'missing_rate'
        ) as lacks_rate
    from line
    inner join reference.indicator on line.indicator_code = indicator.indicator_code
    inner join mart.asked_period as period on line.period_code = period.period_code
    cross join mart.build
    left join summed
        on
            line.indicator_code = summed.indicator_code
            and line.period_code = summed.period_code
            and line.scope_type = summed.scope_type
            and line.scope_code = summed.scope_code
            and line.side = summed.side
            and line.axis_code = summed.axis_code
            and line.member_code = summed.member_code
    left join mart.indicator_coverage as coverage
        on
            line.indicator_code = coverage.indicator_code
            and line.period_code = coverage.period_code
            and line.scope_type = coverage.scope_type
            and line.scope_code = coverage.scope_code
            and line.side = coverage.side
            -- A breakdown of figures stands on the same reports as its headline.
            and case
                when line.axis_code in ('template', 'former_province', 'border_zone')
                    then line.axis_code = coverage.axis_code and line.member_code = coverage.member_code
                else coverage.axis_code = 'total'
            end
)

select
    indicator_code,
    period_code,
    scope_type,
    scope_code,
    side,
    axis_code,
    member_code,
    trim_scale(
        case
            when answered_count = 0 or is_by_element then null
            when arithmetic in ('sum', 'pair', 'milestone') then numerator / unit_factor
            when arithmetic = 'feed' and denominator is null then numerator / unit_factor
            else round(multiplier * numerator / nullif(denominator, 0), 10)
        end
    ) as value,
    trim_scale(numerator) as numerator,
    trim_scale(denominator) as denominator,
    case
        when is_by_element then 'no_value'
        when arithmetic = 'estimate_error' and axis_code = 'total'
            then case when has_elements then 'no_value' else 'missing' end
        when arithmetic = 'timeliness' and expected_count = 0 and axis_code = 'total' then 'no_value'
        when answered_count > 0 and arithmetic not in ('sum', 'pair', 'milestone') and denominator = 0 then 'no_value'
        when answered_count > 0 and arithmetic in ('sum', 'pair', 'milestone') and reported_count = 0 then 'nil'
        when answered_count > 0 then 'reported'
        when missing_count = 0 and withheld_count > 0 then 'withheld'
        when missing_count = 0 and not_applicable_count > 0 then 'not_applicable'
        else 'missing'
    end as value_state,
    case
        when arithmetic = 'feed' and answered_count = 0 then 'awaiting_feed'
        when is_by_element then 'by_element'
        when arithmetic = 'estimate_error' and axis_code = 'total'
            then case when has_elements then 'by_element' else 'no_final' end
        when arithmetic = 'timeliness' and expected_count = 0 and axis_code = 'total' then 'zero_denominator'
        when answered_count > 0 and arithmetic not in ('sum', 'pair', 'milestone') and denominator = 0
            then 'zero_denominator'
        when answered_count > 0 then null
        when lacks_rate then 'missing_rate'
        when arithmetic = 'timeliness' then 'not_due_yet'
        when missing_count = 0 and withheld_count > 0 then 'withheld'
        when missing_count = 0 and not_applicable_count > 0 then 'not_applicable'
        when received_count + requested_received_count > 0 then 'left_blank'
        when is_before_due then 'not_due_yet'
        else 'no_report'
    end as reason_code,
    case kind_rank when 1 then 'uoc' when 2 then 'thuc_hien' when 3 then 'chinh_thuc' end as value_kind,
    trim_scale(
        case
            when full_year_count = 0 then null
            when arithmetic in ('sum', 'pair') then full_year_numerator / unit_factor
            else round(multiplier * full_year_numerator / nullif(full_year_denominator, 0), 10)
        end
    ) as full_year_estimate,
    full_year_count,
    cut_off_from,
    cut_off_to,
    expected_count as coverage_expected,
    received_count as coverage_received,
    requested_expected_count as requested_expected,
    requested_received_count as requested_received,
    answered_count,
    withheld_count,
    not_applicable_count,
    missing_count,
    incomplete_count,
    is_revised,
    is_before_due
from stated;
alter table mart.indicator_value add constraint indicator_value_pk
primary key (indicator_code, period_code, scope_type, scope_code, side, axis_code, member_code);
analyze mart.indicator_value;
comment on table mart.indicator_value is 'The indicators: province, group and unit, headline and breakdowns, with everything needed to judge them. | Các chỉ tiêu: toàn tỉnh, nhóm, đơn vị; số chung và phân tổ; kèm mọi thứ cần để đánh giá.';
comment on column mart.indicator_value.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_value.period_code is 'Reporting period; the annual value replaces the six-month one. | Kỳ báo cáo; giá trị năm thay giá trị sáu tháng.';
comment on column mart.indicator_value.scope_type is 'province, group or unit. | province toàn tỉnh, group nhóm hoặc unit từng đơn vị.';
comment on column mart.indicator_value.scope_code is 'province, the group code or the unit code. | province toàn tỉnh, mã nhóm hoặc mã đơn vị.';
comment on column mart.indicator_value.side is 'single; first and second for pairs, which are shown as two numbers and never added. | single một số; first và second là hai số đặt cạnh nhau, hiện thành hai số và không bao giờ cộng.';
comment on column mart.indicator_value.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là con số chính.';
comment on column mart.indicator_value.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_value.value is 'Value in the unit of the indicator; empty when there is none. | Giá trị theo đơn vị tính của chỉ tiêu; để trống khi không có.';
comment on column mart.indicator_value.numerator is 'What was added up, in base units (VND, USD, things counted). | Những gì đã cộng, theo đơn vị gốc (đồng, USD, cái được đếm).';
comment on column mart.indicator_value.denominator is 'What it is divided by, in base units; empty for sums. | Đem chia cho bao nhiêu, theo đơn vị gốc; để trống với chỉ tiêu cộng.';
comment on column mart.indicator_value.value_state is 'reported, nil (every body answered không phát sinh), missing, withheld, not_applicable, no_value (nothing to divide by). | reported có số, nil mọi đơn vị đều trả lời không phát sinh, missing thiếu, withheld không cung cấp, not_applicable không áp dụng, no_value không có gì để chia.';
comment on column mart.indicator_value.reason_code is 'Why there is no value: awaiting_feed, no_report, not_due_yet, left_blank, withheld, not_applicable, zero_denominator, no_final, by_element, missing_rate. | Vì sao không có giá trị: awaiting_feed chờ nguồn, no_report chưa có báo cáo, not_due_yet chưa đến hạn, left_blank để trống, withheld không cung cấp, not_applicable không áp dụng, zero_denominator mẫu số bằng 0, no_final chưa có số chính thức, by_element chỉ có theo phần, missing_rate thiếu tỷ giá.';
comment on column mart.indicator_value.value_kind is 'Weakest kind among the figures: one estimate makes the sum an estimate. | Loại yếu nhất trong các con số: có một số ước thì tổng là số ước.';
comment on column mart.indicator_value.full_year_estimate is 'The same from the estimates for the whole year, of the bodies that gave one. | Cũng phép tính ấy trên các số ước cả năm, của những đơn vị có ghi.';
comment on column mart.indicator_value.full_year_count is 'How many bodies gave one. | Bao nhiêu đơn vị có ghi số ước cả năm.';
comment on column mart.indicator_value.cut_off_from is 'Earliest cut-off date among the reports. | Ngày chốt số liệu sớm nhất trong các báo cáo.';
comment on column mart.indicator_value.cut_off_to is 'Latest cut-off date among the reports. | Ngày chốt số liệu muộn nhất trong các báo cáo.';
comment on column mart.indicator_value.coverage_expected is 'Obliged bodies whose template asks for it; of a monitoring figure, days of the period that have passed. | Đơn vị phải báo cáo có biểu mẫu hỏi số này; với số theo dõi là số ngày đã qua của kỳ.';
comment on column mart.indicator_value.coverage_received is 'Of those, bodies with an accepted report, or days monitored. | Trong đó: đơn vị có báo cáo được chấp nhận, hoặc ngày có theo dõi.';
comment on column mart.indicator_value.requested_expected is 'Requested bodies whose template asks for it; listed apart. | Đơn vị được đề nghị có biểu mẫu hỏi số này; liệt kê riêng.';
comment on column mart.indicator_value.requested_received is 'Of those, bodies with an accepted report. | Trong số được đề nghị: đơn vị có báo cáo được chấp nhận.';
comment on column mart.indicator_value.answered_count is 'Bodies whose figure is in the value; figures, in a breakdown of several measures. | Bao nhiêu đơn vị có con số nằm trong giá trị; là số con số, khi phân tổ theo nhiều số liệu.';
comment on column mart.indicator_value.withheld_count is 'Bodies that reported and answered không cung cấp. | Bao nhiêu đơn vị đã báo cáo và trả lời không cung cấp.';
comment on column mart.indicator_value.not_applicable_count is 'Bodies that reported and answered không áp dụng. | Bao nhiêu đơn vị đã báo cáo và trả lời không áp dụng.';
comment on column mart.indicator_value.missing_count is 'Bodies counted on whose figure is blank. | Bao nhiêu đơn vị được trông đợi mà để trống con số.';
comment on column mart.indicator_value.incomplete_count is 'Bodies whose figure is in the value without one of its measures, blank or withheld. | Bao nhiêu đơn vị có con số được tính dù một số liệu thành phần để trống hoặc không cung cấp.';
comment on column mart.indicator_value.is_revised is 'True when a figure in it differs from an earlier accepted revision. | Đúng khi một con số bên trong khác với bản được chấp nhận trước đó.';
comment on column mart.indicator_value.is_before_due is 'True while reports may still come on time: the value is not the last word. | Đúng khi báo cáo vẫn còn có thể đến đúng hạn: giá trị chưa phải là số cuối.';
