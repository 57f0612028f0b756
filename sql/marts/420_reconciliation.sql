-- Grain: one row per indicator, side, period, source and body whose figure does not prevail.
-- The same thing reported by several bodies: the owner's figure counts, the others stand beside it. So do the figure of
-- an aggregate report whose body also sent its register of projects, and the province's line of a national book.
-- Differences are shown, never averaged. A ratio is reconciled only with bodies the catalogue names for it: a body that
-- states one side of it (difficulties it raised, P08) is not speaking of the owner's register.
create view mart.reconciliation as
with prevailing as (
    select
        indicator_code,
        side,
        period_code,
        sum(value) as value,
        array_agg(reporting_unit_code order by reporting_unit_code) filter (where value is not null) as reporting_units
    from mart.indicator_answer
    where is_counted and axis_code = 'total'
    group by indicator_code, side, period_code
),

-- Another body's register is compared with all it holds: its projects that count in the owner's register are the very
-- ones both have.
told as (
    select
        answer.indicator_code,
        answer.side,
        answer.period_code,
        answer.reporting_unit_code,
        min(observation.source_id) as source_id,
        max(coalesce(figure.as_of_date, observation.cut_off_date)) filter (where measure.feed_flow_code is not null)
            as as_of_date,
        count(figure.measure_code) > 0 as has_register,
        sum(case when figure.measure_code is null then observation.value else figure.register_value end) as value
    from mart.indicator_answer as answer
    inner join reference.indicator_term as term
        on answer.indicator_code = term.indicator_code and answer.side = term.side and term.axis_code = 'total'
    inner join reference.measure on term.measure_code = measure.measure_code
    inner join mart.observation_latest as observation
        on
            term.measure_code = observation.measure_code
            and answer.period_code = observation.period_code
            and answer.reporting_unit_code = observation.reporting_unit_code
            and observation.axis_code = 'total'
    left join mart.project_figure as figure
        on
            observation.reporting_unit_code = figure.reporting_unit_code
            and observation.period_code = figure.period_code
            and observation.measure_code = figure.measure_code
            and figure.axis_code = 'total'
    where not answer.is_counted and answer.axis_code = 'total'
    group by answer.indicator_code, answer.side, answer.period_code, answer.reporting_unit_code
),

-- What a body's aggregate report says, on sides of which a register gives a measure: its other measures stay in use.
reported as (
    select
        term.indicator_code,
        term.side,
        said.period_code,
        said.reporting_unit_code,
        sum(said.value) as reported_value,
        sum(observation.value) as register_value,
        min(said.source_id) filter (where said.is_superseded) as source_id,
        max(said.cut_off_date) filter (where said.is_superseded) as as_of_date
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    inner join (
        select
            superseded.*,
            true as is_superseded
        from mart.superseded_observation as superseded
        union all
        select
            kept.*,
            false
        from mart.observation_latest as kept
        where kept.line_number is not null
    ) as said on term.measure_code = said.measure_code and term.axis_code = 'total' and said.axis_code = 'total'
    inner join reference.reporting_period as period
        on said.period_code = period.period_code and period.period_kind = any(indicator.period_kinds)
    inner join mart.observation_latest as observation
        on
            said.reporting_unit_code = observation.reporting_unit_code
            and said.period_code = observation.period_code
            and said.measure_code = observation.measure_code
            and observation.axis_code = 'total'
    group by term.indicator_code, term.side, said.period_code, said.reporting_unit_code
    having bool_or(said.is_superseded) and count(said.value) > 0
),

-- The book of the statistics office that reaches furthest into the period. Before 01/07/2025 the province was two, and
-- the book lists only the first ones: where one half is not listed there is no figure.
-- 82 is the province's code in include/reference/our_province.yml.
book as (
    select
        period.period_code,
        flow.source_id,
        flow.flow_code,
        flow.measure_code,
        flow.window_end,
        max(flow.as_of_date) as as_of_date,
        sum(flow.value) as value,
        count(flow.value) as listed_count,
        (
            select count(*)
            from reference.province as half
            where
                coalesce(half.successor_code, half.province_code) = '82'
                and half.valid_from <= flow.window_end
                and coalesce(half.valid_to, 'infinity') > flow.window_end
        ) as part_count,
        row_number() over (
            partition by period.period_code, flow.flow_code, flow.measure_code
            order by flow.window_end desc, max(flow.received_at) desc
        ) as place
    from mart.capital_flow_latest as flow
    inner join reference.reporting_period as period
        on
            flow.window_start = period.window_start
            and flow.window_end <= period.window_end
    inner join reference.province
        on
            flow.member_code = province.province_code
            and coalesce(province.successor_code, province.province_code) = '82'
            and province.valid_from <= flow.window_end
            and coalesce(province.valid_to, 'infinity') > flow.window_end
    where flow.axis_code = 'locality' and flow.is_cumulative and flow.reporting_unit_code is null
    group by
        period.period_code,
        flow.source_id,
        flow.flow_code,
        flow.measure_code,
        flow.window_end,
        flow.submission_id
),

published as (
    select
        term.indicator_code,
        term.side,
        book.period_code,
        book.source_id,
        sum(book.value) as value,
        min(book.as_of_date) as as_of_date
    from reference.indicator_term as term
    inner join reference.indicator on term.indicator_code = indicator.indicator_code
    inner join reference.measure on term.measure_code = measure.measure_code
    inner join book
        on
            measure.feed_flow_code = book.flow_code
            and measure.feed_measure_code = book.measure_code
            and book.place = 1
            and book.listed_count = book.part_count
    inner join reference.reporting_period as period
        on book.period_code = period.period_code and period.period_kind = any(indicator.period_kinds)
    where indicator.arithmetic = 'sum' and term.axis_code = 'total'
    group by term.indicator_code, term.side, book.period_code, book.source_id
    having
        count(*) = (
            select count(*)
            from reference.indicator_term as every
            where every.indicator_code = term.indicator_code and every.side = term.side
        )
)

select
    other.indicator_code,
    other.side,
    other.period_code,
    other.reporting_unit_code,
    case when told.has_register then told.value else other.value end as reported_value,
    prevailing.value as prevailing_value,
    case when told.has_register then told.value else other.value end - prevailing.value as difference,
    prevailing.reporting_units as prevailing_units,
    told.source_id,
    told.as_of_date
from mart.indicator_answer as other
left join told
    on
        other.indicator_code = told.indicator_code
        and other.side = told.side
        and other.period_code = told.period_code
        and other.reporting_unit_code = told.reporting_unit_code
inner join reference.indicator on other.indicator_code = indicator.indicator_code
left join prevailing
    on
        other.indicator_code = prevailing.indicator_code
        and other.side = prevailing.side
        and other.period_code = prevailing.period_code
where
    not other.is_counted
    and other.axis_code = 'total'
    and other.value is not null
    and (indicator.arithmetic <> 'ratio' or other.reporting_unit_code = any(indicator.reconciling_units))
union all
select
    indicator_code,
    side,
    period_code,
    reporting_unit_code,
    reported_value,
    register_value,
    reported_value - register_value,
    array[reporting_unit_code],
    source_id,
    as_of_date
from reported
union all
select
    published.indicator_code,
    published.side,
    published.period_code,
    null,
    published.value,
    prevailing.value,
    published.value - prevailing.value,
    prevailing.reporting_units,
    published.source_id,
    published.as_of_date
from published
left join prevailing
    on
        published.indicator_code = prevailing.indicator_code
        and published.side = prevailing.side
        and published.period_code = prevailing.period_code;
comment on view mart.reconciliation is 'Figures of bodies whose word does not prevail, beside the figure that does. | Số của đơn vị không được lấy, đặt bên cạnh số được lấy.';
comment on column mart.reconciliation.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.reconciliation.side is 'Which term of it. | Phần nào của chỉ tiêu: tử số, mẫu số hoặc một trong hai số cạnh nhau.';
comment on column mart.reconciliation.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.reconciliation.reporting_unit_code is 'Body whose figure stands beside; empty for a national book. | Đơn vị có số đặt bên cạnh; để trống với sách thống kê quốc gia.';
comment on column mart.reconciliation.reported_value is 'What it reports, in base units. | Đơn vị ấy báo bao nhiêu, theo đơn vị gốc.';
comment on column mart.reconciliation.prevailing_value is 'What counts, in base units; empty when its owner has not reported. | Số được tính, theo đơn vị gốc; để trống khi nơi giữ số chưa báo cáo.';
comment on column mart.reconciliation.difference is 'Reported minus prevailing. | Số đơn vị báo trừ số được lấy.';
comment on column mart.reconciliation.source_id is 'Source of the figure beside; agency_reports where a body''s report stands beside its own register. | Nguồn của số đặt bên cạnh; agency_reports khi báo cáo của đơn vị đứng cạnh sổ của chính nó.';
comment on column mart.reconciliation.as_of_date is 'How far that figure reaches; empty for figures that have no date of their own. | Số ấy tính đến ngày nào; để trống với con số không có ngày riêng.';
comment on column mart.reconciliation.prevailing_units is 'Whose figures make up the one that counts. | Số được tính gồm con số của những đơn vị nào.';
