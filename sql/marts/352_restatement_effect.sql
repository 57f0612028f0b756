-- Grain: one row per restatement and indicator of the province it changes.
-- What the later file adds to numerator and denominator less what the earlier one added, and what the indicator would
-- say today without that. Changes of numerators may be added up over restatements; values may not.
-- Effects of a corrected exchange rate are not here: compare mart.indicator_as_known at two moments.
create table mart.restatement_effect as
with version_contribution as materialized (
    select
        'report' as replacement_kind,
        1 as place,
        contribution.*
    from mart.indicator_contribution as contribution
    union all
    select
        'register',
        1,
        contribution.*
    from mart.indicator_contribution as contribution
    where contribution.period_code in (select replacement.period_code from mart.replacement)
    union all
    select
        'report',
        back.reports_back + 1,
        contribution.*
    from generate_series(
        1, (select max(replacement.earlier_place) from mart.replacement where replacement.replacement_kind = 'report')::integer - 1
    ) as back (reports_back)
    cross join lateral mart.contribution_of_versions(back.reports_back, 0) as contribution
    union all
    select
        'register',
        back.registers_back + 1,
        contribution.*
    from (
        select distinct
            replacement.period_code,
            replacement.earlier_place - 1 as registers_back
        from mart.replacement
        where replacement.replacement_kind = 'register'
    ) as back
    cross join lateral mart.contribution_of_versions(0, back.registers_back::integer, back.period_code) as contribution
),

-- A register speaks of its own flow only.
register_indicator as (
    select distinct
        flow.submission_id,
        term.indicator_code
    from mart.replacement
    inner join warehouse.capital_flow as flow on replacement.submission_id = flow.submission_id
    inner join reference.measure on flow.flow_code = measure.feed_flow_code
    inner join reference.indicator_term as term on measure.measure_code = term.measure_code
    where replacement.replacement_kind = 'register'
),

contributed as (
    select
        replacement.submission_id,
        contribution.indicator_code,
        contribution.side,
        replacement.period_code,
        replacement.reporting_unit_code,
        contribution.place = replacement.place as is_later,
        contribution.numerator,
        contribution.denominator,
        contribution.value_state
    from mart.replacement
    inner join version_contribution as contribution
        on
            replacement.replacement_kind = contribution.replacement_kind
            and replacement.reporting_unit_code = contribution.reporting_unit_code
            and replacement.period_code = contribution.period_code
            and contribution.place in (replacement.place, replacement.earlier_place)
            and contribution.axis_code = 'total'
    where
        replacement.replacement_kind = 'report'
        or (replacement.submission_id, contribution.indicator_code) in (
            select
                register_indicator.submission_id,
                register_indicator.indicator_code
            from register_indicator
        )
),

changed as (
    select
        submission_id,
        indicator_code,
        side,
        period_code,
        reporting_unit_code,
        max(numerator) filter (where not is_later) as old_numerator,
        max(numerator) filter (where is_later) as new_numerator,
        max(denominator) filter (where not is_later) as old_denominator,
        max(denominator) filter (where is_later) as new_denominator,
        max(value_state) filter (where not is_later) as old_state,
        max(value_state) filter (where is_later) as new_state
    from contributed
    group by submission_id, indicator_code, side, period_code, reporting_unit_code
    union all
    -- Days a monitoring file changed, in every period they lie in; what is read by its parts alone has no headline.
    select
        change.submission_id,
        indicator.indicator_code,
        'single',
        period.period_code,
        submission.reporting_unit_code,
        sum(part.value) filter (where term.side = 'numerator' and not part.is_later),
        sum(part.value) filter (where term.side = 'numerator' and part.is_later),
        sum(part.value) filter (where term.side = 'denominator' and not part.is_later),
        sum(part.value) filter (where term.side = 'denominator' and part.is_later),
        'reported',
        'reported'
    from mart.monitoring_day_replacement as change
    inner join warehouse.submission on change.submission_id = submission.submission_id
    inner join mart.asked_period as period
        on change.monitored_date between period.window_start and period.window_end
    inner join reference.indicator
        on indicator.arithmetic = 'feed' and period.period_kind = any(indicator.period_kinds)
    inner join reference.indicator_term as term
        on
            indicator.indicator_code = term.indicator_code
            and term.measure_code <> 'MON02'
            and term.axis_code in ('total', 'language')
    cross join lateral (
        select
            total.submission_id = change.submission_id as is_later,
            sum(total.item_count) filter (where term.axis_code = 'total' or total.is_foreign_language) as value
        from warehouse.monitoring_day_total as total
        where
            total.monitored_date = change.monitored_date
            and total.submission_id in (change.submission_id, change.earlier_submission_id)
            and total.axis_code = 'total'
        group by total.submission_id
    ) as part
    group by change.submission_id, indicator.indicator_code, period.period_code, submission.reporting_unit_code
),

difference as (
    select
        changed.*,
        indicator.arithmetic,
        indicator.unit_factor,
        indicator.multiplier,
        coalesce(changed.new_numerator, 0) - coalesce(changed.old_numerator, 0) as numerator_change,
        coalesce(changed.new_denominator, 0) - coalesce(changed.old_denominator, 0) as denominator_change
    from changed
    inner join reference.indicator on changed.indicator_code = indicator.indicator_code
    where
        changed.old_numerator is distinct from changed.new_numerator
        or changed.old_denominator is distinct from changed.new_denominator
        or changed.old_state is distinct from changed.new_state
)

select
    difference.submission_id,
    difference.indicator_code,
    difference.side,
    difference.period_code,
    difference.reporting_unit_code as restating_unit_code,
    trim_scale(difference.numerator_change) as numerator_change,
    trim_scale(difference.denominator_change) as denominator_change,
    difference.old_state,
    difference.new_state,
    value.value,
    trim_scale(
        case
            when difference.arithmetic = 'milestone' then difference.old_numerator / difference.unit_factor
            when value.value is null then null
            -- Without it nobody would have said anything: missing, not zero.
            when value.answered_count + (difference.old_numerator is not null)::integer
            - (difference.new_numerator is not null)::integer <= 0 then null
            when value.denominator is null
                then (value.numerator - difference.numerator_change) / difference.unit_factor
            else round(
                difference.multiplier * (value.numerator - difference.numerator_change)
                / nullif(value.denominator - difference.denominator_change, 0), 10
            )
        end
    ) as value_without
from difference
left join mart.indicator_value as value
    on
        difference.indicator_code = value.indicator_code
        and difference.period_code = value.period_code
        and difference.side = value.side
        and value.scope_type = 'province'
        and value.axis_code = 'total';
alter table mart.restatement_effect add constraint restatement_effect_pk
primary key (submission_id, indicator_code, side, period_code);
analyze mart.restatement_effect;
comment on table mart.restatement_effect is 'What each restatement did to each indicator of the province. | Mỗi lần gửi lại làm thay đổi chỉ tiêu nào của tỉnh, bao nhiêu.';
comment on column mart.restatement_effect.submission_id is 'The later file; joins to mart.restatement. | Tệp gửi sau; nối với mart.restatement.';
comment on column mart.restatement_effect.indicator_code is 'Indicator. | Chỉ tiêu.';
comment on column mart.restatement_effect.side is 'single; first and second for pairs. | single; với cặp số là first và second.';
comment on column mart.restatement_effect.period_code is 'Reporting period; a monitoring file may touch several. | Kỳ báo cáo; tệp theo dõi có thể liên quan nhiều kỳ.';
comment on column mart.restatement_effect.restating_unit_code is 'Body that restated. Values are the province''s: not for the body itself. | Đơn vị gửi lại. Giá trị là của toàn tỉnh.';
comment on column mart.restatement_effect.numerator_change is 'What the body now adds to the numerator more than before, in base units. | Tử số tăng thêm, theo đơn vị gốc.';
comment on column mart.restatement_effect.denominator_change is 'The same for the denominator. | Mẫu số tăng thêm.';
comment on column mart.restatement_effect.old_state is 'State of the body''s answer before. | Trạng thái câu trả lời trước.';
comment on column mart.restatement_effect.new_state is 'State after. | Trạng thái câu trả lời sau.';
comment on column mart.restatement_effect.value is 'What the indicator says today, in its unit. | Giá trị chỉ tiêu hiện nay.';
comment on column mart.restatement_effect.value_without is 'What it would say today without this change; empty where nobody would have answered. | Giá trị chỉ tiêu hiện nay nếu không có lần sửa này.';
