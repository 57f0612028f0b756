-- The roles of the platform: groups, none of which can log in. They belong to the whole server, so another database,
-- or another run at this moment, may have made them already. Needs the right to create roles; an administrator may run
-- this file with psql before the platform's first start.
do $$
declare
    wanted text;
begin
    -- Always in this order: two runs at once then wait for each other here and never cross.
    foreach wanted in array array[
        'ttdn_owner', 'ttdn_migrator', 'ttdn_loader', 'ttdn_mart_builder', 'ttdn_extractor', 'ttdn_releaser',
        'ttdn_analyst_ro', 'ttdn_auditor', 'ttdn_agency'
    ] loop
        if not exists (select 1 from pg_catalog.pg_roles where rolname = wanted) then
            begin
                execute format(
                    'create role %I nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', wanted
                );
            exception
                when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
    if not exists (
        select 1 from pg_catalog.pg_auth_members
        where roleid = 'ttdn_owner'::regrole and member = 'ttdn_migrator'::regrole
    ) then
        begin
            grant ttdn_owner to ttdn_migrator;
        exception
            when duplicate_object or unique_violation then null;
        end;
    end if;
    -- Who made the roles works through them; a superuser may anyway, anybody else is given them by an administrator.
    if
        not pg_has_role('ttdn_migrator', 'usage')
        and pg_has_role('ttdn_migrator', 'usage with admin option')
    then
        execute format(
            'grant ttdn_migrator, ttdn_loader, ttdn_mart_builder, ttdn_extractor, ttdn_releaser to %I', current_user
        );
    end if;
end
$$;
