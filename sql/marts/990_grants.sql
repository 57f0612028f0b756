-- Who reads the marts. Last of the build: it goes by what is there, so that a mart added later is covered.
-- Bodies see rows of their own only: row-level security by membership, never by a setting. A mart without a column that
-- names the body is not for them, unless it is a dimension, which holds no figures.
do $$
declare
    relation record;
    own_rows text;
begin
    if to_regrole('ttdn_owner') is null or to_regrole('ttdn_agency') is null then
        return; -- the server's administrator keeps the roles back; `ttdn doctor` says so
    end if;

    for relation in
        select
            pg_class.oid,
            pg_class.oid::regclass as name,
            pg_class.relname,
            pg_class.relkind,
            pg_get_userbyid(pg_class.relowner) as owner_name,
            bool_or(pg_attribute.attname = 'reporting_unit_code') as names_unit,
            bool_or(pg_attribute.attname = 'scope_type') and bool_or(pg_attribute.attname = 'scope_code') as names_scope
        from pg_class
        inner join pg_attribute on pg_class.oid = pg_attribute.attrelid
        where pg_class.relnamespace = 'mart'::regnamespace and pg_class.relkind in ('r', 'p', 'v', 'm')
        group by pg_class.oid
    loop
        execute format('grant select on %s to ttdn_extractor, ttdn_analyst_ro', relation.name);
        if relation.relkind = 'v' then
            execute format('alter view %s set (security_invoker = true)', relation.name);
        elsif relation.relkind in ('r', 'p') and (relation.names_unit or relation.names_scope) then
            own_rows := case
                when relation.names_unit then 'reporting_unit_code = any(array(select unnest(reference.own_unit_codes())))'
                else 'scope_type = ''unit'' and scope_code = any(array(select unnest(reference.own_unit_codes())))'
            end;
            execute format('alter table %s enable row level security, force row level security', relation.name);
            execute format(
                'create policy whole on %s to %I, ttdn_mart_builder, ttdn_extractor, ttdn_analyst_ro'
                ' using (true) with check (true)', relation.name, relation.owner_name
            );
            execute format('create policy own_rows on %s for select to ttdn_agency using (%s)', relation.name, own_rows);
            execute format('grant select on %s to ttdn_agency', relation.name);
        elsif relation.relkind in ('r', 'p') and relation.relname like 'dim\_%' then
            execute format('grant select on %s to ttdn_agency', relation.name);
        end if;
    end loop;

    -- A view is for the bodies when everything it is made of is.
    for relation in
        with recursive used as (
            select
                pg_rewrite.ev_class as view_oid,
                pg_depend.refobjid as used_oid
            from pg_rewrite
            inner join pg_class on pg_rewrite.ev_class = pg_class.oid
            inner join pg_depend
                on
                    pg_rewrite.oid = pg_depend.objid
                    and pg_depend.classid = 'pg_rewrite'::regclass
                    and pg_depend.refclassid = 'pg_class'::regclass
                    and pg_depend.refobjid <> pg_rewrite.ev_class
            where pg_class.relkind = 'v'
        ),

        made_of as (
            select
                used.view_oid,
                used.used_oid
            from used
            union
            select
                made_of.view_oid,
                used.used_oid
            from made_of
            inner join used on made_of.used_oid = used.view_oid
        )

        select made_of.view_oid::regclass as name
        from made_of
        inner join pg_class on made_of.used_oid = pg_class.oid
        where made_of.view_oid in (select oid from pg_class where relnamespace = 'mart'::regnamespace)
        group by made_of.view_oid
        having
            bool_and(
                pg_class.relkind = 'v'
                or pg_class.relnamespace = 'reference'::regnamespace
                or has_table_privilege('ttdn_agency', pg_class.oid, 'select')
            )
    loop
        execute format('grant select on %s to ttdn_agency', relation.name);
    end loop;

    for relation in
        select pg_proc.oid::regprocedure as name
        from pg_proc
        where
            pg_proc.pronamespace = 'mart'::regnamespace
            and pg_has_role(pg_proc.proowner, 'usage')
    loop
        execute format('revoke execute on routine %s from public', relation.name);
        execute format('grant execute on routine %s to ttdn_extractor, ttdn_analyst_ro', relation.name);
    end loop;
end
$$;
