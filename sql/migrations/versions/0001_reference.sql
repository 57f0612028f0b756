-- What the platform knows before any report arrives: who reports, what, when.
-- Filled from include/reference and include/calendar, which are the truth; never edited here.
create schema reference;
comment on schema reference is 'Dated lists the platform works with: reporting units, measures, templates, periods. Copied from files in the project.';

create table reference.clause (
    clause_code text constraint clause_pk primary key,
    title_vi text not null,
    lead_unit_code text,
    counted_vi text,
    position smallint not null
);
comment on table reference.clause is 'Clauses of the province''s plan, numbered as in the dossier (II.2.3 is the third bullet of II.2).';
comment on column reference.clause.clause_code is 'Clause number, for example II.2.1 or IV.9.3.';
comment on column reference.clause.title_vi is 'What the clause asks for, shortened.';
comment on column reference.clause.lead_unit_code is 'Body that leads the work; inferred from section IV where section II is silent.';
comment on column reference.clause.counted_vi is 'What can be counted of it; empty when nothing is counted on purpose.';
comment on column reference.clause.position is 'Reading order of the plan.';

create table reference.code_list_member (
    list_code text not null,
    member_code text not null,
    name_vi text not null,
    name_en text not null,
    position smallint not null,
    valid_from date not null,
    valid_to date,
    constraint code_list_member_pk primary key (list_code, member_code),
    constraint code_list_member_dates check (valid_to is null or valid_to > valid_from)
);
comment on table reference.code_list_member is 'Closed code lists, one row a member. A value outside its list is refused, never guessed.';
comment on column reference.code_list_member.list_code is 'Which list: language, platform, topic, country and so on.';
comment on column reference.code_list_member.member_code is 'Stable code stored beside every figure.';
comment on column reference.code_list_member.name_vi is 'Name printed in workbooks and extracts.';
comment on column reference.code_list_member.name_en is 'English name.';
comment on column reference.code_list_member.position is 'Order in dropdowns and tables.';
comment on column reference.code_list_member.valid_from is 'First day the member may be used.';
comment on column reference.code_list_member.valid_to is 'First day it may no longer be used; empty while in force.';

create table reference.template (
    template_code text constraint template_pk primary key,
    template_version text not null,
    name_vi text not null,
    allows_partial_load boolean not null,
    valid_from date not null,
    valid_to date
);
comment on table reference.template is 'Report templates the platform sends out and accepts back.';
comment on column reference.template.template_code is 'For example T-COMMUNE.';
comment on column reference.template.template_version is 'Version written in the workbook; another version is refused with the current one named.';
comment on column reference.template.name_vi is 'Title printed on the workbook.';
comment on column reference.template.allows_partial_load is 'True: rows without mistakes load while the others wait in quarantine. False: one blocked row holds the file.';
comment on column reference.template.valid_from is 'First day the version is accepted.';
comment on column reference.template.valid_to is 'First day it is refused; empty while in force.';

create table reference.reporting_unit (
    unit_code text constraint reporting_unit_pk primary key,
    name_vi text not null,
    name_en text not null,
    short_name_vi text not null,
    unit_kind text not null constraint reporting_unit_kind check (unit_kind in ('commune', 'agency')),
    group_code text not null,
    template_code text constraint reporting_unit_template_fk references reference.template,
    obligation text not null constraint reporting_unit_obligation
    check (obligation in ('obliged', 'requested', 'to_confirm', 'via_parent', 'none')),
    basis text not null constraint reporting_unit_basis
    check (basis in ('plan', 'verified', 'memory', 'to confirm', 'official list')),
    valid_from date not null,
    valid_to date,
    former_province text,
    border_zone text,
    border_zone_basis text,
    sort_key text not null,
    note text
);
comment on table reference.reporting_unit is 'Bodies of the province the plan speaks of: 102 communes and wards, agencies, front bodies, media. Dated; the province edits the file behind it.';
comment on column reference.reporting_unit.unit_code is 'Commune: the national five-digit code. Agency: its abbreviation without accents.';
comment on column reference.reporting_unit.name_vi is 'Full Vietnamese name.';
comment on column reference.reporting_unit.name_en is 'English name.';
comment on column reference.reporting_unit.short_name_vi is 'Name for tables and charts.';
comment on column reference.reporting_unit.unit_kind is 'commune or agency.';
comment on column reference.reporting_unit.group_code is 'Peer group: department, police, military, finance, office, front, media, association, commune, ...';
comment on column reference.reporting_unit.template_code is 'Template the unit fills; empty when it fills none.';
comment on column reference.reporting_unit.obligation is 'obliged: the plan orders a periodic report. requested: the plan only asks, absence never lowers a rate. to_confirm, via_parent, none: not counted.';
comment on column reference.reporting_unit.basis is 'Where the entry comes from; memory and to confirm wait for the province.';
comment on column reference.reporting_unit.valid_from is 'First day the unit exists and reports.';
comment on column reference.reporting_unit.valid_to is 'First day it no longer does; empty while it exists.';
comment on column reference.reporting_unit.former_province is 'Province before 01/07/2025, communes only.';
comment on column reference.reporting_unit.border_zone is 'land_border or coast where known, communes only.';
comment on column reference.reporting_unit.border_zone_basis is 'Why the zone is believed; to be confirmed by the province.';
comment on column reference.reporting_unit.sort_key is 'Vietnamese alphabetical order without ICU.';
comment on column reference.reporting_unit.note is 'Remark for the reader.';

create table reference.unit_succession (
    former_code text not null,
    former_name_vi text not null,
    former_district_vi text not null,
    successor_code text not null constraint unit_succession_successor_fk references reference.reporting_unit,
    is_partial boolean not null,
    changed_on date not null,
    constraint unit_succession_pk primary key (former_code, successor_code)
);
comment on table reference.unit_succession is 'Which commune of today contains which commune of before 01/07/2025.';
comment on column reference.unit_succession.former_code is 'Code of the former commune; it may live on as the code of a different, larger commune.';
comment on column reference.unit_succession.former_name_vi is 'Name of the former commune.';
comment on column reference.unit_succession.former_district_vi is 'Former district or town.';
comment on column reference.unit_succession.successor_code is 'Commune of today.';
comment on column reference.unit_succession.is_partial is 'True: only part of the former commune went there, the share is unknown.';
comment on column reference.unit_succession.changed_on is 'Day of the change.';

create table reference.measure (
    measure_code text constraint measure_pk primary key,
    name_vi text not null,
    name_en text not null,
    unit_vi text not null,
    base_unit text not null,
    unit_factor numeric not null constraint measure_factor_positive check (unit_factor > 0),
    value_type text not null constraint measure_value_type
    check (value_type in ('count', 'amount', 'signed_amount', 'yes_no', 'choice', 'milestone', 'date', 'moment', 'system')),
    nature text not null constraint measure_nature check (nature in ('flow', 'stock', 'flag', 'system')),
    is_sensitive boolean not null,
    choice_list_code text,
    rule_vi text,
    position smallint not null
);
comment on table reference.measure is 'The 77 measures of the plan, each defined once.';
comment on column reference.measure.measure_code is 'For example MED01.';
comment on column reference.measure.name_vi is 'Name printed in the workbook.';
comment on column reference.measure.name_en is 'English name.';
comment on column reference.measure.unit_vi is 'Unit the clerk writes in: tin, bài; triệu đồng; nghìn USD.';
comment on column reference.measure.base_unit is 'Whole unit values are stored in: VND, USD, or the counted thing.';
comment on column reference.measure.unit_factor is 'How many base units one workbook unit is: 1000000 for triệu đồng.';
comment on column reference.measure.value_type is 'What a cell may hold.';
comment on column reference.measure.nature is 'flow: cumulative from 1 January; stock: as at the cut-off; flag: a state; system: produced by the platform.';
comment on column reference.measure.is_sensitive is 'Counts of 1 to 4 are shown as <5 outside the lead department.';
comment on column reference.measure.choice_list_code is 'Closed list the answer comes from, when value_type is choice, milestone or yes_no.';
comment on column reference.measure.rule_vi is 'Validity rule in words, printed beside the cell.';
comment on column reference.measure.position is 'Order in workbooks.';

create table reference.measure_axis (
    measure_code text not null constraint measure_axis_measure_fk references reference.measure,
    axis_code text not null,
    list_code text not null,
    adds_up boolean not null,
    in_form boolean not null,
    position smallint not null,
    constraint measure_axis_pk primary key (measure_code, axis_code)
);
comment on table reference.measure_axis is 'How a measure may be broken down, one breakdown at a time.';
comment on column reference.measure_axis.axis_code is 'Breakdown: language, platform, source, country, ...';
comment on column reference.measure_axis.measure_code is 'Measure broken down.';
comment on column reference.measure_axis.list_code is 'Closed list of its members.';
comment on column reference.measure_axis.adds_up is 'True: when the parts are given they must add up to the total.';
comment on column reference.measure_axis.in_form is 'True: the main form prints a line for every member. False: lines are typed on the detail sheet.';
comment on column reference.measure_axis.position is 'Order within the measure.';

create table reference.measure_bound (
    bound_code text not null,
    side text not null constraint measure_bound_side check (side in ('part', 'whole')),
    measure_code text not null constraint measure_bound_measure_fk references reference.measure,
    constraint measure_bound_pk primary key (bound_code, side, measure_code)
);
comment on table reference.measure_bound is 'Subset rules: the sum of the parts may not exceed the sum of the wholes.';
comment on column reference.measure_bound.bound_code is 'Names one rule, for example HRT01<=MED01+MED02.';
comment on column reference.measure_bound.side is 'part or whole.';
comment on column reference.measure_bound.measure_code is 'Measure on that side.';

create table reference.template_measure (
    template_code text not null constraint template_measure_template_fk references reference.template,
    measure_code text not null constraint template_measure_measure_fk references reference.measure,
    is_required boolean not null,
    position smallint not null,
    constraint template_measure_pk primary key (template_code, measure_code)
);
comment on table reference.template_measure is 'Which measures a template asks for.';
comment on column reference.template_measure.template_code is 'Template.';
comment on column reference.template_measure.measure_code is 'Measure.';
comment on column reference.template_measure.is_required is 'False: may be left blank without counting as missing.';
comment on column reference.template_measure.position is 'Order in the workbook.';

create table reference.reporting_period (
    period_code text constraint reporting_period_pk primary key,
    period_kind text not null constraint reporting_period_kind check (period_kind in ('6T', 'NAM', 'DX')),
    name_vi text not null,
    plan_year smallint not null,
    window_start date not null,
    window_end date not null,
    due_at timestamptz not null,
    rule_vi text not null,
    legal_basis_vi text not null,
    only_units text[],
    constraint reporting_period_window check (window_end >= window_start)
);
comment on table reference.reporting_period is 'The reporting calendar. A report is on time when it arrives before due_at.';
comment on column reference.reporting_period.period_code is '2026-06T, 2026-NAM, DX-<number>.';
comment on column reference.reporting_period.period_kind is '6T six months, NAM year, DX on request.';
comment on column reference.reporting_period.name_vi is 'Name printed in workbooks.';
comment on column reference.reporting_period.plan_year is 'Year of the plan.';
comment on column reference.reporting_period.window_start is 'First day the figures cover.';
comment on column reference.reporting_period.window_end is 'Last day the figures may cover; the cut-off date of a report lies inside.';
comment on column reference.reporting_period.due_at is 'First instant that is late (exclusive), Asia/Ho_Chi_Minh.';
comment on column reference.reporting_period.rule_vi is 'The deadline in the plan''s words.';
comment on column reference.reporting_period.legal_basis_vi is 'Where the deadline comes from.';
comment on column reference.reporting_period.only_units is 'Ad hoc requests: the bodies asked; empty means every body.';

create table reference.indicator (
    indicator_code text constraint indicator_pk primary key,
    name_vi text not null,
    name_en text not null,
    unit_vi text not null,
    unit_factor numeric not null,
    arithmetic text not null constraint indicator_arithmetic check (
        arithmetic in ('sum', 'pair', 'ratio', 'units_share', 'milestone', 'timeliness', 'completeness', 'first_pass', 'revised_share', 'estimate_error', 'feed')
    ),
    multiplier numeric not null,
    direction text not null constraint indicator_direction check (direction in ('up', 'down', 'none')),
    target_status text not null constraint indicator_target_status check (target_status in ('province_to_set', 'baseline_only', 'none')),
    target_value numeric,
    target_source text,
    owner_vi text not null,
    clauses text[] not null,
    period_kinds text[] not null,
    scopes text[] not null,
    prevailing_units text[],
    denominator_population text,
    reading_note_vi text not null,
    position smallint not null,
    constraint indicator_target_has_source check (target_value is null or target_source is not null),
    constraint indicator_target_only_where_set check (target_value is null or target_status = 'province_to_set')
);
comment on table reference.indicator is 'The 60 indicators, copied from the catalogue in include/indicators; the only definition.';
comment on column reference.indicator.indicator_code is 'For example P01.';
comment on column reference.indicator.name_vi is 'Vietnamese name.';
comment on column reference.indicator.name_en is 'English name.';
comment on column reference.indicator.unit_vi is 'Unit the value is shown in.';
comment on column reference.indicator.unit_factor is 'How many base units one shown unit is.';
comment on column reference.indicator.arithmetic is 'Which calculation of sql/marts applies.';
comment on column reference.indicator.multiplier is '100 for percentages, 1 otherwise.';
comment on column reference.indicator.direction is 'up, down or none. Context indicators have none and are never scored.';
comment on column reference.indicator.target_status is 'Whether the province would set a target.';
comment on column reference.indicator.target_value is 'Target; empty until the province sets one.';
comment on column reference.indicator.target_source is 'Document that sets the target.';
comment on column reference.indicator.owner_vi is 'Who answers for the figure.';
comment on column reference.indicator.clauses is 'Plan clauses it reads on.';
comment on column reference.indicator.period_kinds is 'Kinds of period it is computed for.';
comment on column reference.indicator.scopes is 'province, and group or unit where the catalogue asks for them.';
comment on column reference.indicator.prevailing_units is 'When several bodies report the same thing, only these count; the rest is reconciliation.';
comment on column reference.indicator.denominator_population is 'For shares of units: received, with_website, communes.';
comment on column reference.indicator.reading_note_vi is 'How to read it and what not to conclude.';
comment on column reference.indicator.position is 'Catalogue order.';

create table reference.indicator_term (
    indicator_code text not null constraint indicator_term_indicator_fk references reference.indicator,
    side text not null constraint indicator_term_side check (side in ('numerator', 'denominator', 'first', 'second')),
    measure_code text not null constraint indicator_term_measure_fk references reference.measure,
    axis_code text not null,
    member_codes text[],
    excluded_member_codes text[],
    required_value numeric,
    minimum_value numeric,
    constraint indicator_term_pk primary key (indicator_code, side, measure_code)
);
comment on table reference.indicator_term is 'The measures an indicator is made of.';
comment on column reference.indicator_term.indicator_code is 'Indicator.';
comment on column reference.indicator_term.side is 'numerator and denominator; first and second for pairs, which are never added.';
comment on column reference.indicator_term.measure_code is 'Measure that enters.';
comment on column reference.indicator_term.axis_code is 'Breakdown it is taken from; total for the undivided figure.';
comment on column reference.indicator_term.member_codes is 'Members counted; empty means all.';
comment on column reference.indicator_term.excluded_member_codes is 'Members left out.';
comment on column reference.indicator_term.required_value is 'For shares of units: the value that counts.';
comment on column reference.indicator_term.minimum_value is 'For shares of units: the smallest value that counts.';

create table reference.prepared (
    state_hash text constraint prepared_pk primary key,
    prepared_at timestamptz not null default now()
);
comment on table reference.prepared is 'Which state of the reference files these tables were copied from; one row.';
comment on column reference.prepared.state_hash is 'Hash over the files of include/reference, include/calendar, include/indicators and the migrations.';
comment on column reference.prepared.prepared_at is 'When they were copied.';
