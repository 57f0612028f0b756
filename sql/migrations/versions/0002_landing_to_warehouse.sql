-- The way a report travels: landing, staging, quarantine, warehouse.
create schema landing;
create schema staging;
create schema quarantine;
create schema warehouse;
create schema mart;
comment on schema landing is 'What arrived: the bytes once, every arrival noted.';
comment on schema staging is 'Typed rows of the batch being checked; emptied afterwards, unlogged.';
comment on schema quarantine is 'Rows a check stopped, with the reason.';
comment on schema warehouse is 'Accepted figures, append only, every revision kept.';
comment on schema mart is 'What people read; rebuilt whole.';

create table landing.file (
    sha256 text constraint file_pk primary key constraint file_sha256_form check (sha256 ~ '^[0-9a-f]{64}$'),
    byte_size bigint not null,
    stored_name text not null,
    first_received_at timestamptz not null,
    forgotten_at timestamptz
);
comment on table landing.file is 'Distinct files by content. Of refused secret files only hash, size and time are kept.';
comment on column landing.file.forgotten_at is 'When the bytes of a refused secret file were given up; empty for all others.';
comment on column landing.file.sha256 is 'Hash of the bytes.';
comment on column landing.file.byte_size is 'Size in bytes.';
comment on column landing.file.stored_name is 'Path below the landing folder; never made from the sender''s file name.';
comment on column landing.file.first_received_at is 'First arrival of these bytes.';

create table landing.receipt (
    receipt_id bigint generated always as identity constraint receipt_pk primary key,
    receipt_number text not null constraint receipt_number_unique unique,
    sha256 text not null,
    byte_size bigint not null,
    original_name text not null,
    source_id text not null,
    received_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    submission_id bigint,
    verdict text constraint receipt_verdict check (
        verdict in ('loaded', 'duplicate', 'unchanged', 'quarantined', 'rejected', 'refused_secret', 'incomplete')
    ),
    verdict_code text,
    answer_name text,
    inbox_fingerprint text constraint receipt_fingerprint_unique unique
);
create index receipt_sha256 on landing.receipt (sha256);
comment on table landing.receipt is 'Every arrival, one row each, also of bytes seen before; ends in exactly one verdict.';
comment on column landing.receipt.receipt_id is 'Order of recording.';
comment on column landing.receipt.receipt_number is 'Number printed on the answer, BN-<year>-<counter>.';
comment on column landing.receipt.sha256 is 'Hash of the bytes; all that is kept of a refused secret file besides size, time and sender.';
comment on column landing.receipt.byte_size is 'Size in bytes.';
comment on column landing.receipt.original_name is 'File name as sent; replaced by a neutral text when it carries a secrecy mark.';
comment on column landing.receipt.source_id is 'Source the file was taken for.';
comment on column landing.receipt.received_at is 'True time of receipt; decides on time or late.';
comment on column landing.receipt.recorded_at is 'When the platform wrote this row.';
comment on column landing.receipt.submission_id is 'Submission the file belongs to; empty while open or when unreadable.';
comment on column landing.receipt.verdict is 'How it ended; empty while open.';
comment on column landing.receipt.verdict_code is 'Stable reason code, OK when loaded.';
comment on column landing.receipt.inbox_fingerprint is 'Name, size and time of the inbox file, so that a second run does not take it again; empty for files given by hand.';
comment on column landing.receipt.answer_name is 'Path of the answer below the outbox.';

create table warehouse.submission (
    submission_id bigint generated always as identity constraint submission_pk primary key,
    sha256 text not null constraint submission_file_fk references landing.file,
    source_id text not null,
    reporting_unit_code text constraint submission_unit_fk references reference.reporting_unit,
    period_code text constraint submission_period_fk references reference.reporting_period,
    template_code text constraint submission_template_fk references reference.template,
    template_version text,
    cut_off_date date,
    value_kind text constraint submission_value_kind check (value_kind in ('thuc_hien', 'uoc', 'chinh_thuc')),
    document_number text,
    document_date date,
    received_at timestamptz not null,
    content_hash text,
    verdict text not null constraint submission_verdict check (verdict in ('loaded', 'unchanged', 'quarantined', 'rejected')),
    verdict_code text not null,
    revision_number integer,
    received_count integer not null,
    promoted_count integer not null,
    quarantined_count integer not null,
    ignored_count integer not null,
    required_cell_count integer not null default 0,
    filled_cell_count integer not null default 0,
    blocking_count integer not null default 0,
    warning_count integer not null default 0,
    known_from timestamptz not null default now(),
    constraint submission_ledger_balances check (received_count = promoted_count + quarantined_count + ignored_count),
    constraint submission_revision_when_loaded check ((verdict = 'loaded') = (revision_number is not null)),
    constraint submission_revision_unique unique (source_id, reporting_unit_code, period_code, revision_number)
);
create index submission_sha256 on warehouse.submission (sha256, source_id);
comment on table warehouse.submission is 'One row per distinct file that was read: its heading, verdict and ledger. Append only.';
comment on column warehouse.submission.submission_id is 'Identifies the submission everywhere.';
comment on column warehouse.submission.sha256 is 'The file.';
comment on column warehouse.submission.source_id is 'Source contract it was read by.';
comment on column warehouse.submission.reporting_unit_code is 'Reporting unit; empty when it could not be told.';
comment on column warehouse.submission.period_code is 'Reporting period; empty when it could not be told.';
comment on column warehouse.submission.template_code is 'Template the workbook was made from.';
comment on column warehouse.submission.template_version is 'Version found in the workbook.';
comment on column warehouse.submission.cut_off_date is 'Last day the figures cover, as the reporter states it.';
comment on column warehouse.submission.value_kind is 'thuc_hien actual, uoc estimate, chinh_thuc final.';
comment on column warehouse.submission.document_number is 'Number and symbol of the signed report.';
comment on column warehouse.submission.document_date is 'Date of the signed report.';
comment on column warehouse.submission.received_at is 'Receipt of these bytes.';
comment on column warehouse.submission.content_hash is 'Hash of the typed cells; equal hashes mean a re-saved file.';
comment on column warehouse.submission.verdict is 'loaded, unchanged, quarantined or rejected.';
comment on column warehouse.submission.verdict_code is 'Stable reason code, OK when loaded.';
comment on column warehouse.submission.revision_number is '1 for the first accepted report of unit and period, then 2, 3, ...';
comment on column warehouse.submission.received_count is 'Rows found in the file.';
comment on column warehouse.submission.promoted_count is 'Rows loaded.';
comment on column warehouse.submission.quarantined_count is 'Rows held back by a check.';
comment on column warehouse.submission.ignored_count is 'Rows left out by a declared rule: headings, printed totals, blank breakdown lines, notes.';
comment on column warehouse.submission.required_cell_count is 'Cells the template requires (REP05).';
comment on column warehouse.submission.filled_cell_count is 'Of those, filled; a mark such as không phát sinh counts as filled.';
comment on column warehouse.submission.blocking_count is 'Blocking findings (REP06).';
comment on column warehouse.submission.warning_count is 'Warnings (REP06).';
comment on column warehouse.submission.known_from is 'When the warehouse came to know it.';

create table warehouse.ignored_row (
    submission_id bigint not null constraint ignored_row_submission_fk references warehouse.submission,
    sheet_name text not null,
    row_number integer not null,
    rule_code text not null,
    row_count integer not null default 1,
    constraint ignored_row_pk primary key (submission_id, sheet_name, row_number, rule_code)
);
comment on table warehouse.ignored_row is 'Rows of a file that were left out, each under a declared rule. Their text is not kept: it may hold names.';
comment on column warehouse.ignored_row.submission_id is 'Submission.';
comment on column warehouse.ignored_row.sheet_name is 'Sheet.';
comment on column warehouse.ignored_row.row_number is 'First row in the sheet.';
comment on column warehouse.ignored_row.rule_code is 'heading_row, printed_total, blank_line, column_number_row, note_or_signature, ...';
comment on column warehouse.ignored_row.row_count is 'How many readings the row stood for.';

create unlogged table staging.report (
    submission_id bigint constraint staging_report_pk primary key,
    sha256 text not null,
    source_id text not null,
    reporting_unit_code text,
    period_code text,
    template_code text,
    template_version text,
    cut_off_date date,
    value_kind text,
    document_number text,
    document_date date,
    received_at timestamptz not null,
    content_hash text not null,
    allows_partial_load boolean not null,
    received_count integer not null,
    ignored_count integer not null,
    required_cell_count integer not null,
    filled_cell_count integer not null,
    heading_cells jsonb not null
);
comment on table staging.report is 'Headings of the files in the batch being checked.';
comment on column staging.report.submission_id is 'Submission.';
comment on column staging.report.sha256 is 'The file.';
comment on column staging.report.source_id is 'Source contract it was read by.';
comment on column staging.report.reporting_unit_code is 'Reporting unit; empty when it could not be told.';
comment on column staging.report.period_code is 'Reporting period; empty when it could not be told.';
comment on column staging.report.template_code is 'Template the workbook was made from.';
comment on column staging.report.template_version is 'Version found in the workbook.';
comment on column staging.report.cut_off_date is 'Last day the figures cover, as the reporter states it.';
comment on column staging.report.value_kind is 'Kind the heading states: thuc_hien, uoc, chinh_thuc.';
comment on column staging.report.document_number is 'Number and symbol of the signed report.';
comment on column staging.report.document_date is 'Date of the signed report.';
comment on column staging.report.received_at is 'True time of receipt.';
comment on column staging.report.content_hash is 'Hash of the typed cells; equal hashes mean a re-saved file.';
comment on column staging.report.allows_partial_load is 'Copied from the template: whether good rows may load beside blocked ones.';
comment on column staging.report.received_count is 'Rows found in the file.';
comment on column staging.report.ignored_count is 'Rows left out by a declared rule.';
comment on column staging.report.required_cell_count is 'Cells the template requires (REP05).';
comment on column staging.report.filled_cell_count is 'Of those, filled; a mark such as không phát sinh counts as filled.';
comment on column staging.report.heading_cells is 'Where each statement of the heading stands: field name to [sheet, A1 address].';

create unlogged table staging.observation (
    submission_id bigint not null,
    line_number integer not null,
    measure_code text not null,
    reporting_unit_code text not null,
    period_code text not null,
    axis_code text not null,
    member_code text not null,
    value_kind text not null,
    value numeric,
    value_state text not null,
    sheet_name text not null,
    cell text not null,
    raw_text text,
    printed_unit text,
    note_text text,
    reading_code text,
    reading_detail text,
    constraint staging_observation_pk primary key (submission_id, line_number)
);
comment on table staging.observation is 'Typed rows of the batch being checked, in the observation shape.';
comment on column staging.observation.submission_id is 'Submission.';
comment on column staging.observation.line_number is 'Order in the file.';
comment on column staging.observation.measure_code is 'Measure.';
comment on column staging.observation.reporting_unit_code is 'Reporting unit.';
comment on column staging.observation.period_code is 'Period.';
comment on column staging.observation.axis_code is 'Breakdown, total for the undivided figure.';
comment on column staging.observation.member_code is 'Member of the breakdown, total for the undivided figure.';
comment on column staging.observation.value_kind is 'thuc_hien, uoc, chinh_thuc.';
comment on column staging.observation.value is 'Figure in base units; empty unless reported or nil.';
comment on column staging.observation.value_state is 'As in warehouse.observation, or unreadable.';
comment on column staging.observation.sheet_name is 'Sheet the figure stands on.';
comment on column staging.observation.cell is 'A1 address of the figure.';
comment on column staging.observation.raw_text is 'What the cell held, as typed.';
comment on column staging.observation.printed_unit is 'Unit written on the line.';
comment on column staging.observation.note_text is 'Remark on the line; emptied with the batch, never loaded.';
comment on column staging.observation.reading_code is 'Why the cell could not be read, or which repair it took; empty when it was plain.';
comment on column staging.observation.reading_detail is 'What was found, for the sentence to the reporter.';

create unlogged table staging.printed_total (
    submission_id bigint not null,
    measure_code text not null,
    axis_code text not null,
    value_kind text not null,
    value numeric not null,
    sheet_name text not null,
    cell text not null,
    constraint staging_printed_total_pk primary key (submission_id, sheet_name, cell)
);
comment on table staging.printed_total is 'Totals printed in the files (TỔNG CỘNG): compared with the parts, never loaded.';
comment on column staging.printed_total.submission_id is 'Submission.';
comment on column staging.printed_total.measure_code is 'Measure.';
comment on column staging.printed_total.axis_code is 'Breakdown whose parts it sums.';
comment on column staging.printed_total.value_kind is 'thuc_hien, uoc, chinh_thuc.';
comment on column staging.printed_total.value is 'Printed total in base units.';
comment on column staging.printed_total.sheet_name is 'Sheet.';
comment on column staging.printed_total.cell is 'A1 address.';

create unlogged table staging.blocked_line (
    submission_id bigint not null,
    line_number integer not null,
    rule_code text not null,
    constraint staging_blocked_line_pk primary key (submission_id, line_number, rule_code)
);
comment on table staging.blocked_line is 'Rows of the batch that the gate stopped, with the rules that stopped them.';
comment on column staging.blocked_line.submission_id is 'Submission.';
comment on column staging.blocked_line.line_number is 'Order in the file.';
comment on column staging.blocked_line.rule_code is 'Rule the row breaks; FILE when its file may not load in part.';

create unlogged table staging.monitoring_count (
    submission_id bigint not null,
    line_number integer not null,
    monitored_date date,
    channel_type text,
    topic text,
    tone text,
    language text,
    scope text,
    item_count bigint,
    sheet_name text,
    cell text not null,
    constraint staging_monitoring_count_pk primary key (submission_id, line_number)
);
comment on table staging.monitoring_count is 'Typed rows of the batch being checked, in the monitoring shape: the closed cube and a count, nothing else.';
comment on column staging.monitoring_count.submission_id is 'Submission.';
comment on column staging.monitoring_count.line_number is 'Order in the file.';
comment on column staging.monitoring_count.monitored_date is 'Day counted.';
comment on column staging.monitoring_count.channel_type is 'Kind of channel, from a closed list.';
comment on column staging.monitoring_count.topic is 'Topic, from a closed list.';
comment on column staging.monitoring_count.tone is 'Tone, from a closed list.';
comment on column staging.monitoring_count.language is 'Language, from a closed list.';
comment on column staging.monitoring_count.scope is 'Domestic or foreign, from a closed list.';
comment on column staging.monitoring_count.item_count is 'How many items; never which.';
comment on column staging.monitoring_count.sheet_name is 'Sheet, when the file has sheets.';
comment on column staging.monitoring_count.cell is 'A1 address, or line of a csv.';

create table quarantine.observation (
    submission_id bigint not null constraint quarantine_observation_submission_fk references warehouse.submission,
    line_number integer not null,
    measure_code text not null,
    reporting_unit_code text not null,
    period_code text not null,
    axis_code text not null,
    member_code text not null,
    value_kind text not null,
    value numeric,
    value_state text not null,
    sheet_name text not null,
    cell text not null,
    rule_codes text[] not null,
    quarantined_at timestamptz not null default now(),
    constraint quarantine_observation_pk primary key (submission_id, line_number)
);
comment on table quarantine.observation is 'Rows held back. rule_codes names what stopped them; {FILE} when the row itself is good but its file may not load in part.';
comment on column quarantine.observation.submission_id is 'Submission.';
comment on column quarantine.observation.line_number is 'Order in the file.';
comment on column quarantine.observation.measure_code is 'Measure.';
comment on column quarantine.observation.reporting_unit_code is 'Reporting unit.';
comment on column quarantine.observation.period_code is 'Period.';
comment on column quarantine.observation.axis_code is 'Breakdown, total for the undivided figure.';
comment on column quarantine.observation.member_code is 'Member of the breakdown, total for the undivided figure.';
comment on column quarantine.observation.value_kind is 'thuc_hien, uoc, chinh_thuc.';
comment on column quarantine.observation.value is 'What was read, in base units; empty when it could not be.';
comment on column quarantine.observation.value_state is 'State as read.';
comment on column quarantine.observation.sheet_name is 'Sheet.';
comment on column quarantine.observation.cell is 'A1 address.';
comment on column quarantine.observation.rule_codes is 'Rules the row breaks.';
comment on column quarantine.observation.quarantined_at is 'When.';

create table warehouse.observation (
    submission_id bigint not null constraint observation_submission_fk references warehouse.submission,
    line_number integer not null,
    measure_code text not null constraint observation_measure_fk references reference.measure,
    reporting_unit_code text not null constraint observation_unit_fk references reference.reporting_unit,
    period_code text not null constraint observation_period_fk references reference.reporting_period,
    axis_code text not null,
    member_code text not null,
    value_kind text not null constraint observation_value_kind check (value_kind in ('thuc_hien', 'uoc', 'chinh_thuc', 'uoc_nam')),
    value numeric,
    value_state text not null constraint observation_value_state check (
        value_state in ('reported', 'nil', 'not_applicable', 'withheld', 'missing')
    ),
    revision_number integer not null,
    sheet_name text not null,
    cell text not null,
    constraint observation_pk primary key (submission_id, line_number),
    constraint observation_grain unique (
        reporting_unit_code, period_code, measure_code, axis_code, member_code, value_kind, revision_number
    ),
    constraint observation_value_with_state check (
        (value_state = 'reported' and value is not null)
        or (value_state = 'nil' and value = 0)
        or (value_state in ('not_applicable', 'withheld', 'missing') and value is null)
    )
);
comment on table warehouse.observation is 'Accepted figures. Grain: measure, unit, period, breakdown member, kind, revision. Append only; the current figure is the highest revision of unit and period.';
comment on column warehouse.observation.submission_id is 'Submission it came with.';
comment on column warehouse.observation.line_number is 'Order in the file.';
comment on column warehouse.observation.measure_code is 'Measure.';
comment on column warehouse.observation.reporting_unit_code is 'Reporting unit.';
comment on column warehouse.observation.period_code is 'Period.';
comment on column warehouse.observation.axis_code is 'Breakdown, total for the undivided figure.';
comment on column warehouse.observation.member_code is 'Member of the breakdown, total for the undivided figure.';
comment on column warehouse.observation.value_kind is 'thuc_hien actual to the cut-off, uoc estimate of it, chinh_thuc final; uoc_nam estimate for the full year.';
comment on column warehouse.observation.value is 'Figure in base units (VND, USD, things counted); empty unless reported or nil.';
comment on column warehouse.observation.value_state is 'reported, nil (không phát sinh), not_applicable, withheld (không cung cấp), missing. Missing is not zero.';
comment on column warehouse.observation.revision_number is 'Revision of unit and period.';
comment on column warehouse.observation.sheet_name is 'Sheet the figure stands on.';
comment on column warehouse.observation.cell is 'A1 address of the figure.';

create table warehouse.observation_change (
    submission_id bigint not null constraint observation_change_submission_fk references warehouse.submission,
    measure_code text not null,
    axis_code text not null,
    member_code text not null,
    value_kind text not null,
    change_kind text not null constraint observation_change_kind check (change_kind in ('added', 'removed', 'changed')),
    old_value numeric,
    new_value numeric,
    old_state text,
    new_state text,
    sheet_name text,
    cell text,
    constraint observation_change_pk primary key (submission_id, measure_code, axis_code, member_code, value_kind)
);
comment on table warehouse.observation_change is 'What a revision changed against the one before, cell by cell.';
comment on column warehouse.observation_change.submission_id is 'The later submission.';
comment on column warehouse.observation_change.measure_code is 'Measure.';
comment on column warehouse.observation_change.axis_code is 'Breakdown.';
comment on column warehouse.observation_change.member_code is 'Member.';
comment on column warehouse.observation_change.value_kind is 'Kind.';
comment on column warehouse.observation_change.change_kind is 'added, removed or changed.';
comment on column warehouse.observation_change.old_value is 'Figure before.';
comment on column warehouse.observation_change.new_value is 'Figure after.';
comment on column warehouse.observation_change.old_state is 'State before.';
comment on column warehouse.observation_change.new_state is 'State after.';
comment on column warehouse.observation_change.sheet_name is 'Sheet of the later figure.';
comment on column warehouse.observation_change.cell is 'Cell of the later figure.';

create table warehouse.finding (
    finding_id bigint generated always as identity constraint finding_pk primary key,
    receipt_id bigint not null constraint finding_receipt_fk references landing.receipt,
    rule_code text not null,
    message_code text not null,
    severity text not null constraint finding_severity check (severity in ('block', 'warn', 'info')),
    sheet_name text,
    cell text,
    text_vi text not null,
    found_at timestamptz not null default now()
);
create index finding_receipt on warehouse.finding (receipt_id);
comment on table warehouse.finding is 'Row-level results of reading and checking, as told to the reporter.';
comment on column warehouse.finding.finding_id is 'Order of finding.';
comment on column warehouse.finding.receipt_id is 'Arrival it belongs to.';
comment on column warehouse.finding.rule_code is 'R-01 to R-20 or a reading code.';
comment on column warehouse.finding.message_code is 'Key of include/quality/messages, more exact than the rule.';
comment on column warehouse.finding.severity is 'block stops the row or file; warn and info do not.';
comment on column warehouse.finding.sheet_name is 'Sheet, when the finding has one.';
comment on column warehouse.finding.cell is 'A1 address, when the finding has one.';
comment on column warehouse.finding.text_vi is 'Sentence for the reporter: found, expected, what to do.';
comment on column warehouse.finding.found_at is 'When.';

create table warehouse.gate_run (
    gate_run_id bigint generated always as identity constraint gate_run_pk primary key,
    ran_at timestamptz not null default now(),
    suite_name text not null,
    expectation_type text not null,
    rule_code text not null,
    severity text not null,
    succeeded boolean not null,
    unexpected_count bigint not null,
    submission_count integer not null
);
comment on table warehouse.gate_run is 'What Great Expectations said of each batch, expectation by expectation. Counts only, no cell contents.';
comment on column warehouse.gate_run.gate_run_id is 'Order of running.';
comment on column warehouse.gate_run.ran_at is 'When the suite ran.';
comment on column warehouse.gate_run.suite_name is 'Suite file below great_expectations/suites.';
comment on column warehouse.gate_run.expectation_type is 'Expectation.';
comment on column warehouse.gate_run.rule_code is 'Rule it stands for.';
comment on column warehouse.gate_run.severity is 'block, warn or info.';
comment on column warehouse.gate_run.succeeded is 'Whether nothing broke it.';
comment on column warehouse.gate_run.unexpected_count is 'Rows that broke it.';
comment on column warehouse.gate_run.submission_count is 'Submissions in the batch.';
