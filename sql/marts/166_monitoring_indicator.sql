-- Grain: one row per monitoring indicator, period with a monitored day, and breakdown member.
-- The arithmetic of feeds, by what the catalogue names: days (MON02) over the days that have passed; items (MON01) as
-- they are, a part of them over all, or the parts of one axis over the classified items. Division is left to
-- mart.indicator_value.
create table mart.monitoring_indicator as
with feed as (
    select
        indicator.indicator_code,
        indicator.period_kinds,
        numerator.axis_code as part_axis_code,
        numerator.excluded_member_codes,
        case
            when numerator.measure_code = 'MON02' then 'days'
            when numerator.axis_code = 'total' then 'items'
            when denominator.measure_code is not null then 'share'
            else 'structure'
        end as formula
    from reference.indicator
    inner join reference.indicator_term as numerator
        on indicator.indicator_code = numerator.indicator_code and numerator.side = 'numerator'
    left join reference.indicator_term as denominator
        on indicator.indicator_code = denominator.indicator_code and denominator.side = 'denominator'
    where indicator.arithmetic = 'feed'
),

wanted as (
    select
        feed.*,
        axis.axis_code
    from feed
    cross join lateral (
        select 'total' as axis_code
        union all
        select indicator_axis.axis_code
        from reference.indicator_axis
        where indicator_axis.indicator_code = feed.indicator_code
    ) as axis
),

monitored as (
    select
        wanted.*,
        period.period_code,
        period.monitored_count,
        period.passed_count
    from wanted
    inner join mart.asked_period as reporting_period on reporting_period.period_kind = any(wanted.period_kinds)
    inner join mart.monitoring_period as period on reporting_period.period_code = period.period_code
    where period.monitored_count > 0
),

-- The cells of the cube a line is added up from, and whether each is in the part the indicator speaks of. Items are
-- foreign or not on every axis, so a part by language needs no cube of its own.
item as (
    select
        monitored.indicator_code,
        monitored.period_code,
        monitored.formula,
        monitored.axis_code,
        total.member_code,
        total.tone,
        total.item_count,
        case monitored.formula
            when 'share' then total.is_foreign_language
            when 'structure' then total.tone <> all(monitored.excluded_member_codes)
            else true
        end as is_part
    from monitored
    inner join mart.monitoring_total as total
        on monitored.period_code = total.period_code and monitored.axis_code = total.axis_code
    where monitored.formula <> 'days'
),

added as (
    select
        indicator_code,
        period_code,
        formula,
        axis_code,
        member_code,
        sum(item_count) as item_count,
        coalesce(sum(item_count) filter (where is_part), 0) as part_count,
        bool_or(is_part) as has_part
    from item
    group by indicator_code, period_code, formula, axis_code, member_code
),

-- A period monitored without a single item, nothing but days on which nothing was found, has totals of 0.
headline as (
    select
        monitored.indicator_code,
        monitored.period_code,
        monitored.formula,
        coalesce(added.item_count, 0) as item_count,
        coalesce(added.part_count, 0) as part_count
    from monitored
    left join added
        on
            monitored.indicator_code = added.indicator_code
            and monitored.period_code = added.period_code
            and added.axis_code = 'total'
    where monitored.axis_code = 'total' and monitored.formula <> 'days'
),

line as (
    select
        indicator_code,
        period_code,
        'total' as axis_code,
        'total' as member_code,
        part_count as numerator,
        case formula when 'items' then null else item_count end as denominator,
        formula = 'structure' as is_by_element
    from headline
    union all
    -- A language is a part of all items; every other member is divided within itself.
    select
        added.indicator_code,
        added.period_code,
        added.axis_code,
        added.member_code,
        added.part_count,
        case
            when added.formula = 'items' then null
            when added.axis_code = 'language' then headline.item_count
            else added.item_count
        end,
        false
    from added
    inner join headline
        on added.indicator_code = headline.indicator_code and added.period_code = headline.period_code
    where
        added.axis_code <> 'total'
        and added.formula in ('items', 'share')
        and (added.axis_code <> 'language' or added.has_part)
    union all
    -- Tones over the classified items, adding up to 100; what is not classified over all of them, on an axis of its own.
    select
        item.indicator_code,
        item.period_code,
        case item.axis_code when 'total' then '' else item.axis_code || '/' end
        || case when item.is_part then 'tone' else 'unclassified' end,
        case item.axis_code when 'total' then '' else item.member_code || '/' end || item.tone,
        sum(item.item_count),
        case when item.is_part then added.part_count else added.item_count end,
        false
    from item
    inner join added
        on
            item.indicator_code = added.indicator_code
            and item.period_code = added.period_code
            and item.axis_code = added.axis_code
            and item.member_code = added.member_code
    where item.formula = 'structure'
    group by
        item.indicator_code,
        item.period_code,
        item.axis_code,
        item.member_code,
        item.tone,
        item.is_part,
        added.part_count,
        added.item_count
    union all
    select
        monitored.indicator_code,
        monitored.period_code,
        'total',
        'total',
        monitored.monitored_count,
        monitored.passed_count,
        false
    from monitored
    where monitored.formula = 'days' and monitored.axis_code = 'total'
    union all
    -- A kind of channel was looked at on a day that has a row of it, 0 included, or that as a whole brought nothing.
    select
        monitored.indicator_code,
        monitored.period_code,
        'channel_type',
        looked_at.member_code,
        looked_at.day_count,
        monitored.passed_count,
        false
    from monitored
    inner join mart.monitoring_period as period on monitored.period_code = period.period_code
    cross join lateral (
        select
            cell.channel_type as member_code,
            count(distinct day.monitored_date) as day_count
        from mart.monitoring_day_latest as day
        inner join (select distinct monitoring_cell.channel_type from reference.monitoring_cell) as cell
            on
                day.has_empty_mark
                or exists (
                    select 1
                    from warehouse.monitoring_day_total as total
                    where
                        total.monitored_date = day.monitored_date
                        and total.submission_id = day.submission_id
                        and total.axis_code = 'channel_type'
                        and total.member_code = cell.channel_type
                )
        where day.monitored_date between period.window_start and period.window_end
        group by cell.channel_type
    ) as looked_at
    where monitored.formula = 'days' and monitored.axis_code = 'channel_type'
)

select
    line.indicator_code,
    line.period_code,
    line.axis_code,
    line.member_code,
    line.numerator::numeric as numerator,
    line.denominator::numeric as denominator,
    line.is_by_element,
    period.monitored_count,
    period.passed_count,
    period.last_day,
    period.is_revised
from line
inner join mart.monitoring_period as period on line.period_code = period.period_code;
alter table mart.monitoring_indicator add constraint monitoring_indicator_pk
primary key (indicator_code, period_code, axis_code, member_code);
analyze mart.monitoring_indicator;
comment on table mart.monitoring_indicator is 'What the monitoring feed adds to an indicator, before division. | Nguồn nắm bắt thông tin góp gì vào một chỉ tiêu, trước khi chia.';
comment on column mart.monitoring_indicator.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.monitoring_indicator.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.monitoring_indicator.axis_code is 'Breakdown; total for the headline. tone within a breakdown is channel_type/tone; what is not classified stands apart as unclassified. | Cách phân tổ; total là con số chính. Sắc thái trong một phân tổ là channel_type/tone; phần chưa phân loại đứng riêng là unclassified.';
comment on column mart.monitoring_indicator.member_code is 'Member of the breakdown; bao_in/tich_cuc for a tone within one. | Thành phần; bao_in/tich_cuc là một sắc thái bên trong báo in.';
comment on column mart.monitoring_indicator.numerator is 'Items or days. | Số tin, bài hoặc số ngày đem cộng.';
comment on column mart.monitoring_indicator.denominator is 'Items or days it is divided by; empty for a plain count. | Số tin, bài hoặc số ngày đem chia; để trống với số đếm đơn thuần.';
comment on column mart.monitoring_indicator.is_by_element is 'True where the parts have values and the whole has none. | Đúng khi các phần có giá trị mà số chung không có.';
comment on column mart.monitoring_indicator.monitored_count is 'Days monitored in the period. | Bao nhiêu ngày của kỳ có theo dõi.';
comment on column mart.monitoring_indicator.passed_count is 'Days of the period that have passed. | Bao nhiêu ngày của kỳ đã qua.';
comment on column mart.monitoring_indicator.last_day is 'Last day monitored. | Ngày cuối cùng có theo dõi.';
comment on column mart.monitoring_indicator.is_revised is 'True when a day in it was stated differently before. | Đúng khi một ngày bên trong trước đây được nêu khác.';
