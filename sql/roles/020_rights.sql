-- Rights in this database by rule, schema by schema: a table added later falls under the rule of its schema.
-- Run after every migration; what is not said here is taken away. Marts are rebuilt and get theirs in
-- sql/marts/990_grants.sql.
do $$
declare
    -- agency stands for every group ttdn_agency_<unit code>, which are members of it.
    everybody constant text := 'public, ttdn_loader, ttdn_mart_builder, ttdn_extractor, ttdn_releaser, ttdn_analyst_ro, ttdn_auditor, ttdn_agency';
    schema_name text;
    object record;
    rule record;
    owner_name text;
    kept_columns text;
    is_database_ours constant boolean := pg_has_role(
        (select datdba from pg_database where datname = current_database()), 'usage'
    );
    -- The connection's user may hand its tables over only to roles it belongs to.
    is_owned_by_roles constant boolean := is_database_ours
    and pg_has_role('ttdn_owner', 'usage') and pg_has_role('ttdn_mart_builder', 'usage');
begin
    if is_database_ours then
        execute format('revoke connect, temporary on database %I from public', current_database());
        execute format(
            'grant connect on database %I to ttdn_migrator, ttdn_loader, ttdn_mart_builder, ttdn_extractor,'
            ' ttdn_releaser, ttdn_analyst_ro, ttdn_auditor, ttdn_agency', current_database()
        );
        -- A migration may need a new schema, and notes itself in the table of versions.
        execute format('grant create on database %I to ttdn_migrator', current_database());
        grant usage on schema public to ttdn_migrator;
        if to_regclass('public.alembic_version') is not null then
            grant select, insert, update, delete on table public.alembic_version to ttdn_migrator;
        end if;
    end if;
    if is_owned_by_roles then
        -- PostgreSQL asks it of whoever is to own a schema; taken back below.
        execute format('grant create on database %I to ttdn_owner, ttdn_mart_builder', current_database());
    end if;

    for schema_name in
        select nspname from pg_namespace
        where nspname in ('reference', 'landing', 'staging', 'quarantine', 'warehouse', 'mart', 'release', 'audit')
        order by nspname
    loop
        -- Nobody owns them whose password could be lost: what runs with its owner's rights runs with these.
        if is_owned_by_roles then
            owner_name := case schema_name when 'mart' then 'ttdn_mart_builder' else 'ttdn_owner' end;
            execute format('alter schema %I owner to %I', schema_name, owner_name);
            for object in
                select
                    pg_class.oid::regclass as name,
                    case pg_class.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
                from pg_class
                where
                    pg_class.relnamespace = schema_name::regnamespace
                    and pg_class.relkind in ('r', 'p', 'v', 'm')
                    and pg_class.relowner <> owner_name::regrole
            loop
                execute format('alter %s %s owner to %I', object.kind, object.name, owner_name);
            end loop;
            for object in
                select pg_proc.oid::regprocedure as name
                from pg_proc
                where
                    pg_proc.pronamespace = schema_name::regnamespace
                    and pg_proc.proowner <> owner_name::regrole
            loop
                execute format('alter routine %s owner to %I', object.name, owner_name);
            end loop;
        end if;

        -- An owner keeps its rights: without them nobody could give the others theirs.
        execute format('revoke all on schema %I from %s', schema_name, case
            when schema_name = 'mart' then replace(everybody, ' ttdn_mart_builder,', '') else everybody
        end);
        execute format('revoke all on all routines in schema %I from %s', schema_name, case
            when schema_name = 'mart' then replace(everybody, ' ttdn_mart_builder,', '') else everybody
        end);
        if schema_name <> 'mart' then
            execute format('revoke all on all tables in schema %I from %s', schema_name, everybody);
            execute format('revoke all on all sequences in schema %I from %s', schema_name, everybody);
            -- A view with its owner's rights would show what its reader may not see.
            for object in
                select pg_class.oid::regclass as name from pg_class
                where pg_class.relnamespace = schema_name::regnamespace and pg_class.relkind = 'v'
            loop
                execute format('alter view %s set (security_invoker = true)', object.name);
            end loop;
        end if;
    end loop;

    if is_owned_by_roles then
        execute format('revoke create on database %I from ttdn_owner, ttdn_mart_builder', current_database());
    end if;

    for rule in
        select rules.role_name, rules.schema_name, rules.verbs
        from (
            values
            ('ttdn_loader', 'reference', 'select'),
            ('ttdn_loader', 'landing', 'select, insert, update'),
            ('ttdn_loader', 'staging', 'select, insert, update, delete, truncate'),
            ('ttdn_loader', 'quarantine', 'select, insert'),
            ('ttdn_loader', 'warehouse', 'select, insert'),
            ('ttdn_loader', 'audit', null),
            ('ttdn_mart_builder', 'reference', 'select'),
            ('ttdn_mart_builder', 'warehouse', 'select'),
            ('ttdn_mart_builder', 'landing', null),
            ('ttdn_mart_builder', 'quarantine', null),
            ('ttdn_mart_builder', 'audit', null),
            ('ttdn_extractor', 'reference', 'select'),
            ('ttdn_extractor', 'mart', null),
            ('ttdn_extractor', 'warehouse', null),
            ('ttdn_extractor', 'landing', null),
            ('ttdn_extractor', 'quarantine', null),
            ('ttdn_extractor', 'audit', null),
            ('ttdn_releaser', 'reference', 'select'),
            ('ttdn_releaser', 'release', 'select, insert'),
            ('ttdn_releaser', 'audit', null),
            ('ttdn_analyst_ro', 'reference', 'select'),
            ('ttdn_analyst_ro', 'release', null),
            ('ttdn_analyst_ro', 'mart', null),
            ('ttdn_analyst_ro', 'warehouse', null),
            ('ttdn_analyst_ro', 'landing', null),
            ('ttdn_analyst_ro', 'quarantine', null),
            ('ttdn_auditor', 'audit', 'select'),
            ('ttdn_auditor', 'landing', 'select'),
            ('ttdn_auditor', 'release', 'select'),
            ('ttdn_auditor', 'warehouse', null),
            ('ttdn_agency', 'reference', 'select'),
            ('ttdn_agency', 'mart', null)
        ) as rules (role_name, schema_name, verbs)
        inner join pg_namespace on rules.schema_name = pg_namespace.nspname
    loop
        execute format('grant usage on schema %I to %I', rule.schema_name, rule.role_name);
        if rule.verbs is not null then
            execute format('grant %s on all tables in schema %I to %I', rule.verbs, rule.schema_name, rule.role_name);
            -- Until the next migration a table made meanwhile (a month of counts) follows its schema too.
            execute format(
                'alter default privileges in schema %I grant %s on tables to %I',
                rule.schema_name, rule.verbs, rule.role_name
            );
            if is_owned_by_roles then
                execute format(
                    'alter default privileges for role ttdn_owner in schema %I grant %s on tables to %I',
                    rule.schema_name, rule.verbs, rule.role_name
                );
            end if;
        end if;
    end loop;
    alter default privileges revoke execute on routines from public;
    if is_owned_by_roles then
        alter default privileges for role ttdn_owner revoke execute on routines from public;
    end if;

    -- PostgreSQL lets everybody take locks by number, also those the gate, the builds and the deliveries wait for, keep
    -- large objects and fill the write-ahead log. Only its administrator can take that away.
    if current_setting('is_superuser') = 'on' then
        for object in
            select
                pg_proc.oid::regprocedure as name,
                proname like '%advisory%' as is_lock
            from pg_proc
            where
                pronamespace = 'pg_catalog'::regnamespace
                and (
                    proname like 'pg\_%advisory%'
                    or proname in (
                        'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lo_truncate', 'lo_truncate64',
                        'lo_unlink', 'lowrite', 'pg_logical_emit_message'
                    )
                )
        loop
            execute format('revoke execute on function %s from public', object.name);
            if object.is_lock then
                execute format(
                    'grant execute on function %s to ttdn_owner, ttdn_migrator, ttdn_loader, ttdn_mart_builder,'
                    ' ttdn_extractor, ttdn_releaser', object.name
                );
            end if;
        end loop;
    end if;

    -- Exceptions to the rules of the schemas.
    for schema_name in select unnest(array['landing', 'reference', 'warehouse', 'quarantine']) loop
        execute format('grant usage on all sequences in schema %I to ttdn_loader', schema_name);
    end loop;
    if to_regnamespace('release') is not null then
        grant usage on all sequences in schema release to ttdn_releaser;
    end if;
    if current_setting('server_version_num')::integer >= 170000 then
        grant maintain on all tables in schema staging to ttdn_loader;
    end if;
    if to_regclass('reference.exchange_rate') is not null then
        grant insert on table reference.exchange_rate to ttdn_loader;
    end if;
    -- Keys of titles, worked out anew when the way of working them out changes: no figure.
    if to_regclass('warehouse.project_title') is not null then
        grant update on table warehouse.project_title to ttdn_loader;
    end if;
    grant select on table warehouse.submission, warehouse.ignored_row, warehouse.gate_run to ttdn_auditor;

    -- Analysts see of the core what is counted, coded or named, so that views and functions over it work for them;
    -- text a sender typed stays out, a file's name too, which may be a person's, and so does any column of text nobody
    -- thought of when this was written. A file is known by its receipt's number and its hash. The marts
    -- are built from no more of landing and quarantine than that, and no more is behind an extract or an export.
    for object in
        select pg_class.oid, pg_class.oid::regclass as name, pg_namespace.nspname
        from pg_class
        inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
        where
            pg_namespace.nspname in ('warehouse', 'landing', 'quarantine')
            and pg_class.relkind in ('r', 'p', 'v', 'm')
            and not pg_class.relispartition
    loop
        select string_agg(quote_ident(attname), ', ' order by attnum) into kept_columns
        from pg_attribute
        where
            attrelid = object.oid and attnum > 0 and not attisdropped
            and case
                when object.nspname = 'quarantine' then
                    attname in ('submission_id', 'row_count', 'rule_codes', 'quarantined_at')
                when atttypid in ('text'::regtype, 'varchar'::regtype, 'text[]'::regtype) then
                    attname ~ '_(code|codes|id|key|kind|state|name|hash|version|number|type|role)$'
                    and attname <> 'original_name'
                    or attname in ('sha256', 'verdict', 'severity', 'decision', 'cell', 'tone', 'side')
                else
                    atttypid in (
                        'bigint'::regtype, 'integer'::regtype, 'smallint'::regtype, 'numeric'::regtype,
                        'boolean'::regtype, 'date'::regtype, 'timestamptz'::regtype
                    )
            end;
        if kept_columns is not null then
            execute format(
                'grant select (%s) on %s to ttdn_analyst_ro, ttdn_extractor, ttdn_mart_builder', kept_columns, object.name
            );
        end if;
    end loop;

    -- The extract prints the warnings a report was accepted with, and which file a figure came from.
    grant select (text_vi) on table warehouse.finding to ttdn_extractor;
    grant select (original_name) on table landing.receipt to ttdn_extractor;
    -- Beside a missed target it prints why.
    if to_regclass('warehouse.explanation') is not null then
        grant select (reason_vi) on table warehouse.explanation to ttdn_extractor;
    end if;

    -- The outbox is worked off line by line. Whom a mail goes to, and what was frozen word for word, is not for analysts.
    if to_regclass('release.message') is not null then
        grant update (state, attempt_count, next_attempt_at, sent_at, last_error, decided_by)
        on table release.message to ttdn_releaser;
        grant select (
            edition_id, release_code, edition_number, release_kind, period_code, planned_at, is_late, as_known_at,
            frozen_at, corrects_edition_id, correction_number, code_version, content_hash
        ) on table release.edition to ttdn_analyst_ro;
        grant select (decision_id, edition_id, decision, decided_at) on table release.decision to ttdn_analyst_ro;
        grant select (message_id, message_kind, edition_id, reporting_unit_code, state, attempt_count, created_at, sent_at)
        on table release.message to ttdn_analyst_ro;
        grant select on table release.document, release.stop, release.tick, release.edition_state to ttdn_analyst_ro;
    end if;

    -- Routines: the dictionary's are everybody's, those over the marts are for who reads marts, one writes the log,
    -- those with their owner's rights over staging and the core do for the loader what it may not do itself.
    for rule in
        select
            pg_proc.oid::regprocedure as name,
            case
                when pg_namespace.nspname = 'reference' then
                    'ttdn_loader, ttdn_mart_builder, ttdn_extractor, ttdn_releaser, ttdn_analyst_ro, ttdn_agency'
                when pg_namespace.nspname = 'mart' then 'ttdn_mart_builder, ttdn_extractor, ttdn_analyst_ro'
                when pg_namespace.nspname = 'release' then 'ttdn_releaser'
                when pg_proc.oid = to_regprocedure('audit.record_event(text, text, jsonb, text)') then
                    'ttdn_loader, ttdn_mart_builder, ttdn_extractor, ttdn_releaser'
                when pg_proc.oid = to_regprocedure('audit.count_changes(bigint)') then 'ttdn_loader'
                when pg_namespace.nspname in ('staging', 'warehouse') and pg_proc.prosecdef then 'ttdn_loader'
            end as role_names
        from pg_proc
        inner join pg_namespace on pg_proc.pronamespace = pg_namespace.oid
        where
            pg_namespace.nspname in ('reference', 'mart', 'audit', 'staging', 'warehouse', 'release')
            and pg_proc.prorettype <> 'trigger'::regtype
            and pg_has_role(pg_proc.proowner, 'usage')
    loop
        if rule.role_names is not null then
            execute format('grant execute on routine %s to %s', rule.name, rule.role_names);
        end if;
    end loop;
end
$$;
