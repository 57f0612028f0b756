-- What was decided, once, each entry tied to the one before by its hash.
create schema audit;
comment on schema audit is 'Who decided what, and when. Append only; no figures, no file content, no names of people.';

create table audit.event (
    event_number bigint constraint event_pk primary key,
    occurred_at timestamptz not null,
    actor text not null,
    action text not null constraint event_action check (
        action in (
            'approval', 'approval_withdrawn', 'restatement', 'refusal', 'export', 'delivery', 'grant', 'revocation',
            'waiver', 'correction'
        )
    ),
    subject text not null constraint event_subject_form check (
        length(subject) between 1 and 200 and subject !~ '[[:cntrl:]]'
    ),
    decided_by text constraint event_decided_by_form check (
        length(decided_by) between 1 and 100 and decided_by !~ '[[:cntrl:]]'
    ),
    details jsonb not null constraint event_details_short check (
        jsonb_typeof(details) = 'object' and octet_length(details::text) <= 2000
    ),
    previous_hash text not null constraint event_previous_hash_form check (previous_hash ~ '^[0-9a-f]{64}$'),
    event_hash text not null constraint event_hash_form check (event_hash ~ '^[0-9a-f]{64}$'),
    constraint event_one_chain unique (previous_hash)
);
comment on table audit.event is 'Approvals, restatements, refusals, exports and grants. Append only; event_hash covers all fields and the hash before.';
comment on column audit.event.event_number is 'Place in the chain: 1, 2, 3 without a gap.';
comment on column audit.event.occurred_at is 'When it was written.';
comment on column audit.event.actor is 'Database login of the session, whatever role it had taken on.';
comment on column audit.event.action is 'approval, approval_withdrawn, restatement, refusal, export, delivery, grant, revocation, waiver or correction.';
comment on column audit.event.subject is 'What it was done to: a receipt number, unit and period, a file of ours, a login, a rule.';
comment on column audit.event.decided_by is 'Office or account that decided, as the caller states it; empty where the platform itself did.';
comment on column audit.event.details is 'Codes, counts and hashes; never a figure of a report, its text or the name of a file that came in.';
comment on column audit.event.previous_hash is 'event_hash of the entry before; 64 zeros for the first.';
comment on column audit.event.event_hash is 'SHA-256 over previous_hash and every other field, each with its length in front.';

-- The lock that keeps two writers on one chain, and a second place that knows how long it is.
create table audit.head (
    is_only boolean not null default true constraint head_pk primary key constraint head_is_only check (is_only),
    event_count bigint not null,
    event_hash text not null
);
comment on table audit.head is 'Where the chain ends. One row.';
comment on column audit.head.is_only is 'Always true: there is one chain.';
comment on column audit.head.event_count is 'Number of the last entry; 0 before the first.';
comment on column audit.head.event_hash is 'Hash of the last entry; 64 zeros before the first.';
insert into audit.head (event_count, event_hash) values (0, repeat('0', 64));

create function audit.netstring(field text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-') || ','
$$;
comment on function audit.netstring(text) is 'A field with its length in bytes in front, so that no two rows read alike; - for an empty one.';

create function audit.hash_of(entry audit.event) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select encode(
        sha256(
            convert_to(
                audit.netstring(entry.previous_hash)
                || audit.netstring(entry.event_number::text)
                || audit.netstring(to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))
                || audit.netstring(entry.actor)
                || audit.netstring(entry.action)
                || audit.netstring(entry.subject)
                || audit.netstring(entry.decided_by)
                || audit.netstring(entry.details::text),
                'UTF8'
            )
        ),
        'hex'
    )
$$;
comment on function audit.hash_of(audit.event) is 'The hash an entry must have.';

create function audit.chain_event() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    head audit.head;
begin
    -- Held until the transaction ends: whoever writes next goes on from here, or from before if this is rolled back.
    select * into strict head from audit.head for update;
    new.event_number := head.event_count + 1;
    new.occurred_at := clock_timestamp();
    new.actor := session_user;
    new.previous_hash := head.event_hash;
    new.event_hash := audit.hash_of(new);
    update audit.head set event_count = new.event_number, event_hash = new.event_hash;
    return new;
end
$$;
comment on function audit.chain_event() is 'Gives a new entry its number, moment, login and hash, whatever the writer says.';
create trigger event_chained before insert on audit.event for each row execute function audit.chain_event();

create function audit.refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '%.% is append only: % refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'insufficient_privilege';
end
$$;
comment on function audit.refuse_change() is 'Says no, to the owner too.';
create trigger event_append_only before update or delete or truncate on audit.event
for each statement execute function audit.refuse_change();
create trigger head_stays before delete or truncate on audit.head
for each statement execute function audit.refuse_change();
-- "always": a session that only switches triggers off for itself (session_replication_role) does not get past them.
alter table audit.event enable always trigger event_chained;
alter table audit.event enable always trigger event_append_only;
alter table audit.head enable always trigger head_stays;

create function audit.record_event(
    action text, subject text, details jsonb default '{}', decided_by text default null
) returns bigint
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
    insert into audit.event (action, subject, details, decided_by)
    values (action, left(regexp_replace(subject, '[[:cntrl:]]', ' ', 'g'), 200), details, decided_by)
    returning event_number
$$;
comment on function audit.record_event(text, text, jsonb, text) is 'The one way an entry is written; returns its number.';
revoke execute on function audit.record_event(text, text, jsonb, text) from public;

-- Which figures a submission changed, by whatever tables of changes there are, also those made after this migration.
create function audit.count_changes(submission bigint, out added bigint, out changed bigint, out removed bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    change record;
    here record;
begin
    added := 0;
    changed := 0;
    removed := 0;
    for change in
        select
            pg_class.relname,
            bool_or(pg_attribute.attname = 'change_kind') as has_kind,
            count(*) filter (where pg_attribute.attname in ('added_count', 'changed_count', 'removed_count')) = 3 as has_counts
        from pg_class
        inner join pg_attribute on pg_class.oid = pg_attribute.attrelid
        where
            pg_class.relnamespace = 'warehouse'::regnamespace
            and pg_class.relkind in ('r', 'p')
            and pg_class.relname like '%\_change'
            and pg_attribute.attnum > 0
            and not pg_attribute.attisdropped
        group by pg_class.relname
        having bool_or(pg_attribute.attname = 'submission_id')
    loop
        execute format(
            case
                when change.has_kind then
                    'select count(*) filter (where change_kind = ''added'') as added,'
                    ' count(*) filter (where change_kind = ''changed'') as changed,'
                    ' count(*) filter (where change_kind = ''removed'') as removed'
                when change.has_counts then
                    'select coalesce(sum(added_count), 0) as added, coalesce(sum(changed_count), 0) as changed,'
                    ' coalesce(sum(removed_count), 0) as removed'
                else 'select 0 as added, count(*) as changed, 0 as removed'
            end || ' from warehouse.%I where submission_id = $1',
            change.relname
        ) into here using submission;
        added := added + here.added;
        changed := changed + here.changed;
        removed := removed + here.removed;
    end loop;
end
$$;
comment on function audit.count_changes(bigint) is 'How many figures a submission added, changed and removed against the revision before it.';

-- At commit, when the changes are there: one entry a file, and the chain is locked for a moment only.
create function audit.note_restatement() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    changes record;
begin
    select * into changes from audit.count_changes(new.submission_id);
    if changes.added + changes.changed + changes.removed > 0 then
        perform audit.record_event(
            'restatement',
            coalesce(new.subject_key, 'submission ' || new.submission_id),
            jsonb_build_object(
                'submission', new.submission_id, 'source', new.source_id, 'revision', new.revision_number,
                'sha256', new.sha256, 'added', changes.added, 'changed', changes.changed, 'removed', changes.removed
            )
        );
    end if;
    return null;
end
$$;
comment on function audit.note_restatement() is 'Writes down that a later revision changed figures.';
create constraint trigger submission_restatement after insert on warehouse.submission
deferrable initially deferred for each row
when (new.verdict = 'loaded' and new.revision_number > 1)
execute function audit.note_restatement();

create function audit.note_refusal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform audit.record_event(
        'refusal',
        new.receipt_number,
        jsonb_strip_nulls(
            jsonb_build_object(
                'verdict', new.verdict, 'code', new.verdict_code, 'source', new.source_id, 'sha256', new.sha256,
                'submission', new.submission_id
            )
        )
    );
    return null;
end
$$;
comment on function audit.note_refusal() is 'Writes down that an arrival was refused, with the code and never the name of the file.';
create constraint trigger receipt_refusal after update of verdict on landing.receipt
deferrable initially deferred for each row
when (old.verdict is null and new.verdict in ('rejected', 'refused_secret', 'quarantined'))
execute function audit.note_refusal();
