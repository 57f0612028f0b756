-- Capital flows (FDI, ODA, aid of foreign non-governmental organisations) from landing to the warehouse.
-- A report is revised by unit and period, a publisher's book by the window it covers: both are a subject.
alter table warehouse.submission add column subject_key text;
comment on column warehouse.submission.subject_key is
'What a later file of the source would revise: unit/period of a report, first/last day of a publisher''s window. Empty when it could not be told.';
update warehouse.submission
set subject_key = reporting_unit_code || '/' || period_code
where reporting_unit_code is not null and period_code is not null;
create unique index submission_subject_revision on warehouse.submission (source_id, subject_key, revision_number)
where revision_number is not null;

create unlogged table staging.capital_flow_file (
    submission_id bigint constraint staging_capital_flow_file_pk primary key,
    sha256 text not null,
    source_id text not null,
    subject_key text not null,
    received_at timestamptz not null
);
comment on table staging.capital_flow_file is 'Files of the batch being checked that carry capital flows.';
comment on column staging.capital_flow_file.submission_id is 'Submission.';
comment on column staging.capital_flow_file.sha256 is 'Hash of the bytes.';
comment on column staging.capital_flow_file.source_id is 'Source contract it was read by.';
comment on column staging.capital_flow_file.subject_key is 'What it says something about: first/last day of its window.';
comment on column staging.capital_flow_file.received_at is 'True time of receipt.';

create unlogged table staging.capital_flow (
    submission_id bigint not null,
    line_number integer not null,
    flow_code text not null,
    measure_code text not null,
    axis_code text not null,
    member_name text not null,
    member_code text,
    partner_code text,
    sector_code text,
    locality_code text,
    project_code text,
    provider_code text,
    receiver_code text,
    value numeric,
    value_state text not null,
    unit_code text not null,
    window_start date not null,
    window_end date not null,
    as_of_date date not null,
    is_cumulative boolean not null,
    sheet_name text not null,
    cell text not null,
    raw_text text,
    reading_code text,
    reading_detail text,
    constraint staging_capital_flow_pk primary key (submission_id, line_number)
);
comment on table staging.capital_flow is 'Typed rows of the batch being checked, in the capital-flow shape.';
comment on column staging.capital_flow.submission_id is 'Submission.';
comment on column staging.capital_flow.line_number is 'Order in the file.';
comment on column staging.capital_flow.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations.';
comment on column staging.capital_flow.measure_code is 'What is counted: projects_new, capital_new, capital_adjusted, committed, disbursed and so on; named by the source''s contract.';
comment on column staging.capital_flow.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project.';
comment on column staging.capital_flow.member_name is 'Member as the publisher prints it, spelling normalised; total for the undivided figure.';
comment on column staging.capital_flow.member_code is 'Its code: ISO 3166 country, province of that day, project number. Empty where no list has one.';
comment on column staging.capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its axis.';
comment on column staging.capital_flow.sector_code is 'Sector, where the row names one beside its axis.';
comment on column staging.capital_flow.locality_code is 'Province or commune, where the row names one beside its axis.';
comment on column staging.capital_flow.project_code is 'Project, where the row names one beside its axis.';
comment on column staging.capital_flow.provider_code is 'Organisation that gave the money, as the publisher refers to it; never a person.';
comment on column staging.capital_flow.receiver_code is 'Organisation that received it, as the publisher refers to it; never a person.';
comment on column staging.capital_flow.value is 'Amount or count in whole units; empty unless reported or nil.';
comment on column staging.capital_flow.value_state is 'As in warehouse.capital_flow, or unreadable.';
comment on column staging.capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted: project, contribution.';
comment on column staging.capital_flow.window_start is 'First day the figure covers.';
comment on column staging.capital_flow.window_end is 'Last day the figure covers.';
comment on column staging.capital_flow.as_of_date is 'Day the publisher closed the figure.';
comment on column staging.capital_flow.is_cumulative is 'True: counts from 1 January; a month is the difference of two windows.';
comment on column staging.capital_flow.sheet_name is 'Sheet; the file''s own name where it has no sheets.';
comment on column staging.capital_flow.cell is 'Where the figure stands: ''12. FDI''!D19, a csv line and column, an xml path.';
comment on column staging.capital_flow.raw_text is 'What the cell held, as typed.';
comment on column staging.capital_flow.reading_code is 'Why the cell could not be read; empty when it was plain.';
comment on column staging.capital_flow.reading_detail is 'What was expected, for the sentence to the sender.';

create table warehouse.capital_flow (
    submission_id bigint not null constraint capital_flow_submission_fk references warehouse.submission,
    line_number integer not null,
    flow_code text not null constraint capital_flow_flow check (flow_code in ('fdi', 'oda', 'ngo')),
    measure_code text not null,
    axis_code text not null,
    member_name text not null,
    member_code text,
    partner_code text,
    sector_code text,
    locality_code text,
    project_code text,
    provider_code text,
    receiver_code text,
    value numeric,
    value_state text not null constraint capital_flow_value_state check (
        value_state in ('reported', 'nil', 'not_applicable', 'withheld', 'missing')
    ),
    unit_code text not null,
    window_start date not null,
    window_end date not null,
    as_of_date date not null,
    is_cumulative boolean not null,
    revision_number integer not null,
    sheet_name text not null,
    cell text not null,
    constraint capital_flow_pk primary key (submission_id, line_number),
    constraint capital_flow_window check (window_start <= window_end),
    constraint capital_flow_total check ((axis_code = 'total') = (member_name = 'total')),
    constraint capital_flow_grain unique nulls not distinct (
        submission_id, flow_code, measure_code, axis_code, member_name, member_code, partner_code, sector_code,
        locality_code, project_code, provider_code, receiver_code, unit_code, window_start, window_end
    ),
    constraint capital_flow_value_with_state check (
        (value_state = 'reported' and value is not null)
        or (value_state = 'nil' and value = 0)
        or (value_state in ('not_applicable', 'withheld', 'missing') and value is null)
    )
);
comment on table warehouse.capital_flow is 'Accepted amounts and counts, as printed. Grain: submission, flow, measure, axis, member, window. Append only; the current figure is the highest revision of source and window.';
comment on column warehouse.capital_flow.submission_id is 'Submission it came with.';
comment on column warehouse.capital_flow.line_number is 'Order in the file.';
comment on column warehouse.capital_flow.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations.';
comment on column warehouse.capital_flow.measure_code is 'What is counted: projects_new, capital_new, capital_adjusted, committed, disbursed and so on; named by the source''s contract.';
comment on column warehouse.capital_flow.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project.';
comment on column warehouse.capital_flow.member_name is 'Member as the publisher prints it, spelling normalised; total for the undivided figure.';
comment on column warehouse.capital_flow.member_code is 'Its code: ISO 3166 country, province of that day, project number. Empty where no list has one.';
comment on column warehouse.capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its axis.';
comment on column warehouse.capital_flow.sector_code is 'Sector, where the row names one beside its axis.';
comment on column warehouse.capital_flow.locality_code is 'Province or commune, where the row names one beside its axis.';
comment on column warehouse.capital_flow.project_code is 'Project, where the row names one beside its axis.';
comment on column warehouse.capital_flow.provider_code is 'Organisation that gave the money, as the publisher refers to it; never a person.';
comment on column warehouse.capital_flow.receiver_code is 'Organisation that received it, as the publisher refers to it; never a person.';
comment on column warehouse.capital_flow.value is 'Amount or count in whole units; empty unless reported or nil.';
comment on column warehouse.capital_flow.value_state is 'reported, nil (a dash), not_applicable, withheld, missing (a blank). Missing is not zero.';
comment on column warehouse.capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted: project, contribution.';
comment on column warehouse.capital_flow.window_start is 'First day the figure covers.';
comment on column warehouse.capital_flow.window_end is 'Last day the figure covers.';
comment on column warehouse.capital_flow.as_of_date is 'Day the publisher closed the figure.';
comment on column warehouse.capital_flow.is_cumulative is 'True: counts from 1 January; a month is the difference of two windows.';
comment on column warehouse.capital_flow.revision_number is 'Revision of source and window.';
comment on column warehouse.capital_flow.sheet_name is 'Sheet; the file''s own name where it has no sheets.';
comment on column warehouse.capital_flow.cell is 'Where the figure stands: ''12. FDI''!D19, a csv line and column, an xml path.';
create index capital_flow_member on warehouse.capital_flow (flow_code, axis_code, member_code, window_end);

create table quarantine.capital_flow (
    submission_id bigint not null constraint quarantine_capital_flow_submission_fk references warehouse.submission,
    line_number integer not null,
    flow_code text not null,
    measure_code text not null,
    axis_code text not null,
    member_name text not null,
    member_code text,
    partner_code text,
    sector_code text,
    locality_code text,
    project_code text,
    provider_code text,
    receiver_code text,
    value numeric,
    value_state text not null,
    unit_code text not null,
    window_start date not null,
    window_end date not null,
    as_of_date date not null,
    is_cumulative boolean not null,
    sheet_name text not null,
    cell text not null,
    rule_codes text[] not null,
    quarantined_at timestamptz not null default now(),
    constraint quarantine_capital_flow_pk primary key (submission_id, line_number)
);
comment on table quarantine.capital_flow is 'Capital flows held back. rule_codes names what stopped them; {FILE} when the row itself is good but its file may not load in part.';
comment on column quarantine.capital_flow.submission_id is 'Submission.';
comment on column quarantine.capital_flow.line_number is 'Order in the file.';
comment on column quarantine.capital_flow.flow_code is 'fdi direct investment, oda development aid, ngo aid of foreign non-governmental organisations.';
comment on column quarantine.capital_flow.measure_code is 'What is counted: projects_new, capital_new, capital_adjusted, committed, disbursed and so on; named by the source''s contract.';
comment on column quarantine.capital_flow.axis_code is 'How the figure is broken down: total, locality, partner, sector, zone or project.';
comment on column quarantine.capital_flow.member_name is 'Member as the publisher prints it, spelling normalised; total for the undivided figure.';
comment on column quarantine.capital_flow.member_code is 'Its code: ISO 3166 country, province of that day, project number. Empty where no list has one.';
comment on column quarantine.capital_flow.partner_code is 'Country or organisation the money comes from, where the row names one beside its axis.';
comment on column quarantine.capital_flow.sector_code is 'Sector, where the row names one beside its axis.';
comment on column quarantine.capital_flow.locality_code is 'Province or commune, where the row names one beside its axis.';
comment on column quarantine.capital_flow.project_code is 'Project, where the row names one beside its axis.';
comment on column quarantine.capital_flow.provider_code is 'Organisation that gave the money, as the publisher refers to it; never a person.';
comment on column quarantine.capital_flow.receiver_code is 'Organisation that received it, as the publisher refers to it; never a person.';
comment on column quarantine.capital_flow.value is 'Amount or count in whole units; empty unless reported or nil.';
comment on column quarantine.capital_flow.value_state is 'State as read, unreadable among them.';
comment on column quarantine.capital_flow.unit_code is 'Currency (ISO 4217) or the thing counted: project, contribution.';
comment on column quarantine.capital_flow.window_start is 'First day the figure covers.';
comment on column quarantine.capital_flow.window_end is 'Last day the figure covers.';
comment on column quarantine.capital_flow.as_of_date is 'Day the publisher closed the figure.';
comment on column quarantine.capital_flow.is_cumulative is 'True: counts from 1 January; a month is the difference of two windows.';
comment on column quarantine.capital_flow.sheet_name is 'Sheet; the file''s own name where it has no sheets.';
comment on column quarantine.capital_flow.cell is 'Where the figure stands: ''12. FDI''!D19, a csv line and column, an xml path.';
comment on column quarantine.capital_flow.rule_codes is 'Rules the row breaks; FILE when the row itself is good.';
comment on column quarantine.capital_flow.quarantined_at is 'When.';

create table warehouse.capital_flow_change (
    submission_id bigint not null constraint capital_flow_change_submission_fk references warehouse.submission,
    change_number integer not null,
    flow_code text not null,
    measure_code text not null,
    axis_code text not null,
    member_name text not null,
    member_code text,
    change_kind text not null constraint capital_flow_change_kind check (change_kind in ('added', 'removed', 'changed')),
    old_value numeric,
    new_value numeric,
    old_state text,
    new_state text,
    sheet_name text,
    cell text,
    constraint capital_flow_change_pk primary key (submission_id, change_number)
);
comment on table warehouse.capital_flow_change is 'What a revision of a window changed against the one before, figure by figure.';
comment on column warehouse.capital_flow_change.submission_id is 'The later submission.';
comment on column warehouse.capital_flow_change.change_number is 'Order of the changes, as the figures stand in the file; removed ones last.';
comment on column warehouse.capital_flow_change.flow_code is 'fdi, oda or ngo.';
comment on column warehouse.capital_flow_change.measure_code is 'What is counted.';
comment on column warehouse.capital_flow_change.axis_code is 'How the figure is broken down.';
comment on column warehouse.capital_flow_change.member_name is 'Member as printed in the later file, or in the earlier one when it was removed.';
comment on column warehouse.capital_flow_change.member_code is 'Its code, when it has one.';
comment on column warehouse.capital_flow_change.change_kind is 'added, removed or changed.';
comment on column warehouse.capital_flow_change.old_value is 'Figure before.';
comment on column warehouse.capital_flow_change.new_value is 'Figure after.';
comment on column warehouse.capital_flow_change.old_state is 'State before.';
comment on column warehouse.capital_flow_change.new_state is 'State after.';
comment on column warehouse.capital_flow_change.sheet_name is 'Sheet of the later figure.';
comment on column warehouse.capital_flow_change.cell is 'Place of the later figure.';
