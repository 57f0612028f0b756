-- Grain: one row per indicator, side, period and body whose figure does not prevail.
-- The same thing reported by several bodies: the owner's figure counts, the others stand beside it.
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
)

select
    other.indicator_code,
    other.side,
    other.period_code,
    other.reporting_unit_code,
    other.value as reported_value,
    prevailing.value as prevailing_value,
    other.value - prevailing.value as difference,
    prevailing.reporting_units as prevailing_units
from mart.indicator_answer as other
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
    and (indicator.arithmetic <> 'ratio' or other.reporting_unit_code = any(indicator.reconciling_units));
comment on view mart.reconciliation is 'Figures of bodies whose word does not prevail, beside the figure that does.';
comment on column mart.reconciliation.indicator_code is 'Indicator.';
comment on column mart.reconciliation.side is 'Which term of it.';
comment on column mart.reconciliation.period_code is 'Reporting period.';
comment on column mart.reconciliation.reporting_unit_code is 'Body whose figure stands beside.';
comment on column mart.reconciliation.reported_value is 'What it reports, in base units.';
comment on column mart.reconciliation.prevailing_value is 'What counts, in base units; empty when its owner has not reported.';
comment on column mart.reconciliation.difference is 'Reported minus prevailing.';
comment on column mart.reconciliation.prevailing_units is 'Whose figures make up the one that counts.';
