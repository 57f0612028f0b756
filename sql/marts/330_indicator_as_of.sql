-- Grain: one row per indicator, period and breakdown member made of figures that a feed of FDI, ODA or aid can give.
-- Such a figure has a date of its own, which is not that of the report it stands in: a register says when it was
-- closed; the aggregate report of a body, its cut-off date.
create table mart.indicator_as_of as
select
    indicator.indicator_code,
    observation.period_code,
    observation.axis_code,
    observation.member_code,
    min(coalesce(figure.as_of_date, observation.cut_off_date)) as as_of_from,
    max(coalesce(figure.as_of_date, observation.cut_off_date)) as as_of_to
from reference.indicator_term as term
inner join reference.indicator on term.indicator_code = indicator.indicator_code
inner join reference.measure
    on term.measure_code = measure.measure_code and measure.feed_flow_code is not null
inner join mart.observation_latest as observation
    on
        term.measure_code = observation.measure_code
        and observation.value is not null
        and (indicator.prevailing_units is null or observation.reporting_unit_code = any(indicator.prevailing_units))
        and (
            indicator.reconciling_units is null
            or observation.reporting_unit_code <> all(indicator.reconciling_units)
        )
inner join mart.asked_period as period
    on observation.period_code = period.period_code and period.period_kind = any(indicator.period_kinds)
left join mart.project_figure as figure
    on
        observation.reporting_unit_code = figure.reporting_unit_code
        and observation.period_code = figure.period_code
        and observation.measure_code = figure.measure_code
        and observation.axis_code = figure.axis_code
        and observation.member_code = figure.member_code
where
    observation.axis_code = 'total'
    or exists (
        select 1
        from reference.indicator_axis as axis
        where axis.indicator_code = indicator.indicator_code and axis.axis_code = observation.axis_code
    )
group by indicator.indicator_code, observation.period_code, observation.axis_code, observation.member_code;
alter table mart.indicator_as_of add constraint indicator_as_of_pk
primary key (indicator_code, period_code, axis_code, member_code);
comment on table mart.indicator_as_of is 'How far the money figures reach: an FDI, ODA or aid figure is never fresher than the register behind it. | Số tiền tính đến ngày nào: không thể mới hơn sổ đứng sau nó.';
comment on column mart.indicator_as_of.indicator_code is 'Indicator the row is about, for example P01. | Ký hiệu của chỉ tiêu mà dòng này nói đến, ví dụ P01.';
comment on column mart.indicator_as_of.period_code is 'Reporting period the row is about. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.indicator_as_of.axis_code is 'Breakdown; total for the headline. | Cách phân tổ; total là con số chính.';
comment on column mart.indicator_as_of.member_code is 'Member of the breakdown. | Thành phần được nói đến trong phân tổ.';
comment on column mart.indicator_as_of.as_of_from is 'Earliest closing day among the figures. | Ngày chốt sớm nhất trong các con số.';
comment on column mart.indicator_as_of.as_of_to is 'Latest closing day among the figures. | Ngày chốt muộn nhất trong các con số.';
