-- Grain: one row per indicator, period, scope, side and breakdown member.
-- The values with the words needed to read them. The view for Excel and Power BI.
create view mart.indicator_reading as
with in_force as (
    select
        basis.indicator_code,
        basis.period_code,
        string_agg(
            coalesce(basis.document_number, basis.legal_basis_code)
            || case
                when basis.is_whole_window then ''
                else ' (' || to_char(basis.first_date, 'DD/MM/YYYY') || ' – ' || to_char(basis.last_date, 'DD/MM/YYYY') || ')'
            end,
            '; ' order by basis.position_number
        ) as legal_bases_text
    from mart.indicator_legal_basis as basis
    group by basis.indicator_code, basis.period_code
)

select
    indicator.position,
    value.indicator_code,
    indicator.name_vi,
    indicator.name_en,
    value.period_code,
    period.name_vi as period_name_vi,
    value.scope_type,
    value.scope_code,
    coalesce(unit.name_vi, value.scope_code) as scope_name_vi,
    value.side,
    value.axis_code,
    value.member_code,
    value.value,
    indicator.unit_vi,
    value.numerator,
    value.denominator,
    value.value_state,
    value.reason_code,
    value.value_kind,
    value.full_year_estimate,
    value.cut_off_from,
    value.cut_off_to,
    value.coverage_received,
    value.coverage_expected,
    value.requested_received,
    value.requested_expected,
    value.is_revised,
    value.is_before_due,
    indicator.direction,
    indicator.target_status,
    target.target_value,
    target.target_state,
    indicator.clauses,
    indicator.owner_vi,
    in_force.legal_bases_text,
    missing_unit.sentence_vi as missing_unit_name_vi,
    indicator.reading_note_vi
from mart.indicator_value as value
inner join reference.indicator on value.indicator_code = indicator.indicator_code
inner join reference.reporting_period as period on value.period_code = period.period_code
left join in_force
    on value.indicator_code = in_force.indicator_code and value.period_code = in_force.period_code
left join reference.missing_unit_rule as missing_unit on indicator.missing_unit_code = missing_unit.missing_unit_code
left join mart.indicator_target_reading as target
    on
        value.indicator_code = target.indicator_code
        and value.period_code = target.period_code
        and value.scope_type = target.scope_type
        and value.side = target.side
        and value.axis_code = target.axis_code
left join reference.reporting_unit as unit on value.scope_type = 'unit' and value.scope_code = unit.unit_code;
comment on view mart.indicator_reading is 'Indicator values with names, unit, direction, target and reading note beside them.';
comment on column mart.indicator_reading.position is 'Catalogue order.';
comment on column mart.indicator_reading.indicator_code is 'Indicator.';
comment on column mart.indicator_reading.name_vi is 'Vietnamese name of the indicator.';
comment on column mart.indicator_reading.name_en is 'English name of the indicator.';
comment on column mart.indicator_reading.period_code is 'Reporting period.';
comment on column mart.indicator_reading.period_name_vi is 'Name of the period.';
comment on column mart.indicator_reading.scope_type is 'province, group or unit.';
comment on column mart.indicator_reading.scope_code is 'Which one.';
comment on column mart.indicator_reading.scope_name_vi is 'Name of the unit, or the scope code.';
comment on column mart.indicator_reading.side is 'single; first and second for pairs, never to be added.';
comment on column mart.indicator_reading.axis_code is 'Breakdown; total for the headline.';
comment on column mart.indicator_reading.member_code is 'Member of the breakdown.';
comment on column mart.indicator_reading.value is 'Value in the unit beside it; empty when there is none.';
comment on column mart.indicator_reading.unit_vi is 'Unit of the value.';
comment on column mart.indicator_reading.numerator is 'In base units.';
comment on column mart.indicator_reading.denominator is 'In base units; empty for sums.';
comment on column mart.indicator_reading.value_state is 'reported, nil, missing, withheld, not_applicable, no_value. Missing is not zero.';
comment on column mart.indicator_reading.reason_code is 'Why there is no value.';
comment on column mart.indicator_reading.value_kind is 'uoc, thuc_hien or chinh_thuc; the weakest among the figures.';
comment on column mart.indicator_reading.full_year_estimate is 'Estimate for the whole year, of the bodies that gave one.';
comment on column mart.indicator_reading.cut_off_from is 'Earliest cut-off date among the reports.';
comment on column mart.indicator_reading.cut_off_to is 'Latest cut-off date among the reports.';
comment on column mart.indicator_reading.coverage_received is 'Obliged bodies asked for it that reported.';
comment on column mart.indicator_reading.coverage_expected is 'Obliged bodies asked for it.';
comment on column mart.indicator_reading.requested_received is 'Requested bodies asked for it that reported.';
comment on column mart.indicator_reading.requested_expected is 'Requested bodies asked for it.';
comment on column mart.indicator_reading.is_revised is 'True when a figure in it was restated.';
comment on column mart.indicator_reading.is_before_due is 'True while reports may still come on time.';
comment on column mart.indicator_reading.direction is 'up, down or none; context indicators are never scored.';
comment on column mart.indicator_reading.target_status is 'Whether the province would set a target.';
comment on column mart.indicator_reading.target_value is 'Target of the province for this headline; empty until it sets one, and then nothing is judged.';
comment on column mart.indicator_reading.target_state is 'on_the_way, met, missed or no_value; empty without a target. Distance and pace are in mart.indicator_target_reading.';
comment on column mart.indicator_reading.clauses is 'Plan clauses.';
comment on column mart.indicator_reading.owner_vi is 'Who answers for the figure.';
comment on column mart.indicator_reading.legal_bases_text is 'Texts in force in the period, with their days where not all through it.';
comment on column mart.indicator_reading.missing_unit_name_vi is 'What becomes of the value when a body has not reported.';
comment on column mart.indicator_reading.reading_note_vi is 'How to read it and what not to conclude.';
