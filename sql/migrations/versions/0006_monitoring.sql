-- Monitoring counts by day, partitioned by month, with the totals indicators are made of.
alter table landing.file add column forgotten_code text;
update landing.file set forgotten_code = 'SECRET' where forgotten_at is not null;
alter table landing.file add constraint file_forgotten_with_code
check ((forgotten_at is null) = (forgotten_code is null));
comment on column landing.file.forgotten_at is 'When the bytes of a file that may not be kept were given up; empty for all others.';
comment on column landing.file.forgotten_code is 'Why they were given up: SECRET, or a monitoring file with what it may never hold. The same bytes are refused again for it, unread.';

create table reference.monitoring_cell (
    cell_code integer constraint monitoring_cell_pk primary key,
    channel_type text not null,
    topic text not null,
    tone text not null,
    language text not null,
    scope text not null,
    is_foreign_language boolean not null,
    constraint monitoring_cell_members unique (channel_type, topic, tone, language, scope),
    constraint monitoring_cell_code_positive check (cell_code >= 0)
);
comment on table reference.monitoring_cell is 'Every cell of the closed monitoring cube of a day. A code keeps its members for ever; cells are only added.';
comment on column reference.monitoring_cell.cell_code is 'Number the warehouse stores instead of five words.';
comment on column reference.monitoring_cell.channel_type is 'Kind of channel; never an outlet, never an account.';
comment on column reference.monitoring_cell.topic is 'Topic, from its closed list.';
comment on column reference.monitoring_cell.tone is 'Tone, from its closed list; chua_phan_loai is not yet classified.';
comment on column reference.monitoring_cell.language is 'Language, from its closed list.';
comment on column reference.monitoring_cell.scope is 'Domestic or abroad.';
comment on column reference.monitoring_cell.is_foreign_language is 'Any language but Vietnamese.';

alter table staging.feed_file add column sheet_name text;
comment on column staging.feed_file.sheet_name is 'Sheet the rows of a monitoring file stand on; empty for text files.';

drop table staging.monitoring_count;
create unlogged table staging.monitoring_count (
    submission_id bigint not null,
    line_number integer not null,
    column_number smallint,
    monitored_date date,
    cell_code integer,
    item_count bigint
);
comment on table staging.monitoring_count is 'Counts of the monitoring files being checked, copied in as the reader left them. No key here: the gate looks for repeated cells, the warehouse holds them off.';
comment on column staging.monitoring_count.submission_id is 'Submission; the default is set for each file before its rows are copied.';
comment on column staging.monitoring_count.line_number is 'Line of the file.';
comment on column staging.monitoring_count.column_number is 'Column of a layout with one column a channel; empty where a line is one count.';
comment on column staging.monitoring_count.monitored_date is 'Day counted; empty when it could not be read.';
comment on column staging.monitoring_count.cell_code is 'Cell of the cube; -1 says that the day was monitored and nothing found; empty for a value outside the lists.';
comment on column staging.monitoring_count.item_count is 'How many items, never which; empty when it could not be read.';

create unlogged table staging.monitoring_value (
    submission_id bigint not null,
    list_code text not null,
    member_code text,
    shown_value text not null,
    nearest text not null,
    first_day date,
    last_day date,
    row_count integer not null,
    sheet_name text,
    cell text not null
);
comment on table staging.monitoring_value is 'Every distinct value of every dimension of the monitoring files being checked.';
comment on column staging.monitoring_value.submission_id is 'Submission.';
comment on column staging.monitoring_value.list_code is 'Code list the value is to come from.';
comment on column staging.monitoring_value.member_code is 'Its code; empty when it is outside the list.';
comment on column staging.monitoring_value.shown_value is 'What may be repeated to the sender; emptied with the batch, never loaded.';
comment on column staging.monitoring_value.nearest is 'Member of the list spelt most like it.';
comment on column staging.monitoring_value.first_day is 'First day it is used on.';
comment on column staging.monitoring_value.last_day is 'Last day it is used on.';
comment on column staging.monitoring_value.row_count is 'Rows that use it.';
comment on column staging.monitoring_value.sheet_name is 'Sheet of its first use; empty for text files.';
comment on column staging.monitoring_value.cell is 'Place of its first use.';

create unlogged table staging.monitoring_day (
    submission_id bigint not null,
    monitored_date date,
    row_count integer not null,
    cell_count integer not null,
    invalid_count integer not null,
    unknown_count integer not null,
    item_count bigint,
    first_line integer not null,
    last_line integer not null
);
comment on table staging.monitoring_day is 'The staged counts summed up by file and day: what the gate looks at instead of a million rows.';
comment on column staging.monitoring_day.submission_id is 'Submission.';
comment on column staging.monitoring_day.monitored_date is 'Day counted; empty for rows without a day.';
comment on column staging.monitoring_day.row_count is 'Rows of the day.';
comment on column staging.monitoring_day.cell_count is 'Different cells among them; fewer than rows when a cell is repeated.';
comment on column staging.monitoring_day.invalid_count is 'Rows without a day, without a count, or with a count that none can be.';
comment on column staging.monitoring_day.unknown_count is 'Rows with a value outside the lists.';
comment on column staging.monitoring_day.item_count is 'Items of the day.';
comment on column staging.monitoring_day.first_line is 'First line of the day in the file.';
comment on column staging.monitoring_day.last_line is 'Last line of the day in the file.';

create table warehouse.monitoring_count (
    submission_id bigint not null,
    monitored_date date not null,
    cell_code integer not null,
    item_count integer not null constraint monitoring_count_not_negative check (item_count >= 0),
    line_number integer not null,
    column_number smallint
) partition by range (monitored_date);
comment on table warehouse.monitoring_count is 'Accepted monitoring counts. Grain: submission, day, cell. Append only. A partition a month, made by the load that first needs it; each holds its own unique constraint on day, submission and cell, which therefore holds for the whole.';
comment on column warehouse.monitoring_count.submission_id is 'Submission it came with. No foreign key row by row: warehouse.monitoring_day has it once a day.';
comment on column warehouse.monitoring_count.monitored_date is 'Day counted.';
comment on column warehouse.monitoring_count.cell_code is 'Cell of the cube (reference.monitoring_cell); -1 says that the day was monitored and nothing found.';
comment on column warehouse.monitoring_count.item_count is 'How many items, never which.';
comment on column warehouse.monitoring_count.line_number is 'Line of the file.';
comment on column warehouse.monitoring_count.column_number is 'Column of a layout with one column a channel; empty where a line is one count.';

create table warehouse.monitoring_day (
    source_id text not null,
    monitored_date date not null,
    revision_number integer not null constraint monitoring_day_revision_positive check (revision_number > 0),
    submission_id bigint not null constraint monitoring_day_submission_fk references warehouse.submission,
    row_count integer not null,
    item_count bigint not null,
    has_empty_mark boolean not null,
    sheet_name text,
    first_line integer not null,
    last_line integer not null,
    constraint monitoring_day_pk primary key (source_id, monitored_date, revision_number),
    constraint monitoring_day_once_a_file unique (submission_id, monitored_date)
);
comment on table warehouse.monitoring_day is 'Days each file speaks of, summed up from the rows that were inserted. The current day is the highest revision; a day a later file leaves out stays.';
comment on column warehouse.monitoring_day.source_id is 'Feed.';
comment on column warehouse.monitoring_day.monitored_date is 'Day counted.';
comment on column warehouse.monitoring_day.revision_number is '1 for the first file that speaks of the day, then 2, 3, ...';
comment on column warehouse.monitoring_day.submission_id is 'File it came with.';
comment on column warehouse.monitoring_day.row_count is 'Rows in warehouse.monitoring_count.';
comment on column warehouse.monitoring_day.item_count is 'Items of the day; 0 is a day monitored on which nothing was found.';
comment on column warehouse.monitoring_day.has_empty_mark is 'The file says of the day as a whole that it was monitored and nothing was found.';
comment on column warehouse.monitoring_day.sheet_name is 'Sheet the rows stand on; empty for text files.';
comment on column warehouse.monitoring_day.first_line is 'First line of the day in the file.';
comment on column warehouse.monitoring_day.last_line is 'Last line of the day in the file.';

create table warehouse.monitoring_day_total (
    submission_id bigint not null,
    monitored_date date not null,
    axis_code text not null,
    member_code text not null,
    tone text not null,
    is_foreign_language boolean not null,
    item_count bigint not null,
    constraint monitoring_day_total_pk primary key (
        monitored_date, submission_id, axis_code, member_code, tone, is_foreign_language
    ),
    constraint monitoring_day_total_axis check (
        axis_code in ('total', 'channel_type', 'topic', 'scope', 'language')
    )
);
comment on table warehouse.monitoring_day_total is 'Counts of a file and day, collapsed to one breakdown at a time: everything the monitoring indicators add up, so that they never read the counts themselves. Written with warehouse.monitoring_day and compared with it.';
comment on column warehouse.monitoring_day_total.submission_id is 'Submission.';
comment on column warehouse.monitoring_day_total.monitored_date is 'Day counted.';
comment on column warehouse.monitoring_day_total.axis_code is 'total, channel_type, topic, scope or language.';
comment on column warehouse.monitoring_day_total.member_code is 'Member of the breakdown; total for the undivided figure.';
comment on column warehouse.monitoring_day_total.tone is 'Tone, from its closed list.';
comment on column warehouse.monitoring_day_total.is_foreign_language is 'Any language but Vietnamese.';
comment on column warehouse.monitoring_day_total.item_count is 'Items; 0 where the file says 0.';

create table warehouse.monitoring_day_change (
    submission_id bigint not null,
    monitored_date date not null,
    earlier_submission_id bigint not null,
    old_item_count bigint not null,
    new_item_count bigint not null,
    added_count integer not null,
    changed_count integer not null,
    removed_count integer not null,
    constraint monitoring_day_change_pk primary key (submission_id, monitored_date),
    constraint monitoring_day_change_day_fk foreign key (submission_id, monitored_date)
    references warehouse.monitoring_day (submission_id, monitored_date),
    constraint monitoring_day_change_earlier_fk foreign key (earlier_submission_id, monitored_date)
    references warehouse.monitoring_day (submission_id, monitored_date)
);
comment on table warehouse.monitoring_day_change is 'What a file changed on a day that an earlier file had spoken of.';
comment on column warehouse.monitoring_day_change.submission_id is 'The later file.';
comment on column warehouse.monitoring_day_change.monitored_date is 'Day counted.';
comment on column warehouse.monitoring_day_change.earlier_submission_id is 'The file whose day it replaces.';
comment on column warehouse.monitoring_day_change.old_item_count is 'Items before.';
comment on column warehouse.monitoring_day_change.new_item_count is 'Items after.';
comment on column warehouse.monitoring_day_change.added_count is 'Cells only the later file has.';
comment on column warehouse.monitoring_day_change.changed_count is 'Cells with another count.';
comment on column warehouse.monitoring_day_change.removed_count is 'Cells only the earlier file had.';

create table quarantine.monitoring_file (
    submission_id bigint constraint quarantine_monitoring_file_pk primary key
    constraint quarantine_monitoring_file_submission_fk references warehouse.submission,
    row_count integer not null,
    quarantined_at timestamptz not null default now()
);
comment on table quarantine.monitoring_file is 'Monitoring files held back whole, with the rows that were kept of each. The reasons are in warehouse.finding.';
comment on column quarantine.monitoring_file.submission_id is 'Submission.';
comment on column quarantine.monitoring_file.row_count is 'Rows in quarantine.monitoring_count.';
comment on column quarantine.monitoring_file.quarantined_at is 'When.';

create table quarantine.monitoring_count (
    submission_id bigint not null,
    line_number integer not null,
    column_number smallint,
    monitored_date date,
    cell_code integer,
    item_count bigint
);
create index quarantine_monitoring_count_submission on quarantine.monitoring_count using brin (submission_id);
comment on table quarantine.monitoring_count is 'Rows of monitoring files held back whole. A value outside the lists is not kept: it may name an outlet, an account or a person.';
comment on column quarantine.monitoring_count.submission_id is 'Submission.';
comment on column quarantine.monitoring_count.line_number is 'Line of the file.';
comment on column quarantine.monitoring_count.column_number is 'Column of a layout with one column a channel.';
comment on column quarantine.monitoring_count.monitored_date is 'Day counted; empty when it could not be read.';
comment on column quarantine.monitoring_count.cell_code is 'Cell of the cube; empty for a value outside the lists.';
comment on column quarantine.monitoring_count.item_count is 'Count as read; empty when it could not be.';
