-- Grain: one row per structure of the platform's schemas: kind, name, definition. What a backup and the database it
-- was laid back into must have in common beside their rows.
with relation as (
    select
        c.oid, c.relkind, c.relacl, c.relowner, c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relpersistence,
        n.nspname || '.' || c.relname as name
    from pg_catalog.pg_class as c inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = any(:schemas) and c.relkind in ('r', 'p', 'v', 'm', 'S')
),

routine as (
    select p.oid, p.proacl, p.proowner, cast(p.oid as regprocedure)::text as name
    from pg_catalog.pg_proc as p inner join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname = any(:schemas) and p.prokind in ('f', 'p')
)

select
    'relation' as kind, name,
    concat_ws(
        ' ', relkind::text, relpersistence::text, relowner::regrole::text, reloptions::text,
        case when relrowsecurity then 'row security' end, case when relforcerowsecurity then 'forced' end
    ) as definition
from relation
union all
select
    'column', r.name || '.' || a.attname,
    concat_ws(
        ' ', pg_catalog.format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
        nullif(a.attidentity::text, ''), pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    )
from relation as r
inner join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
where r.relkind <> 'S'
union all
select
    'constraint', r.name || '.' || k.conname,
    -- "a between 1 and 9 and b" comes back from a copy without the inner parentheses: the same condition.
    pg_catalog.translate(pg_catalog.pg_get_constraintdef(k.oid), '()', '')
from relation as r inner join pg_catalog.pg_constraint as k on k.conrelid = r.oid
union all
select 'index', i.indexrelid::regclass::text, pg_catalog.pg_get_indexdef(i.indexrelid)
from relation as r inner join pg_catalog.pg_index as i on i.indrelid = r.oid
union all
select 'trigger', r.name || '.' || t.tgname, t.tgenabled::text || ' ' || pg_catalog.pg_get_triggerdef(t.oid)
from relation as r inner join pg_catalog.pg_trigger as t on t.tgrelid = r.oid and not t.tgisinternal
union all
select
    'view', r.name,
    -- So do views; and constants of a union come back with the names of their types. The columns are compared above.
    pg_catalog.translate(
        pg_catalog.regexp_replace(pg_catalog.pg_get_viewdef(r.oid), ' AS "?[[:alnum:]_]+"?', '', 'g'), E'() \n', ''
    )
from relation as r where r.relkind in ('v', 'm')
union all
select
    'policy', p.schemaname || '.' || p.tablename || '.' || p.policyname,
    concat_ws(' ', p.permissive, p.cmd, p.roles::text, p.qual, p.with_check)
from pg_catalog.pg_policies as p where p.schemaname = any(:schemas)
union all
select 'function', name, pg_catalog.pg_get_functiondef(oid) || proowner::regrole::text from routine
union all
select 'schema', nspname, nspowner::regrole::text from pg_catalog.pg_namespace where nspname = any(:schemas)
union all
select
    'right', held.name || ' ' || coalesce(grantee.rolname, 'public') || ' ' || granted.privilege_type,
    case when granted.is_grantable then 'with grant option' else '' end
from (
    select name, coalesce(relacl, pg_catalog.acldefault('r', relowner)) as list from relation where relkind <> 'S'
    union all
    select name, coalesce(relacl, pg_catalog.acldefault('s', relowner)) from relation where relkind = 'S'
    union all
    select name, coalesce(proacl, pg_catalog.acldefault('f', proowner)) from routine
    union all
    select 'schema ' || nspname, coalesce(nspacl, pg_catalog.acldefault('n', nspowner))
    from pg_catalog.pg_namespace where nspname = any(:schemas)
    union all
    select r.name || '.' || a.attname, a.attacl
    from relation as r inner join pg_catalog.pg_attribute as a on a.attrelid = r.oid and a.attacl is not null
) as held
cross join lateral pg_catalog.aclexplode(held.list) as granted
left join pg_catalog.pg_roles as grantee on grantee.oid = granted.grantee
where
    -- What the login that owns everything it made may do follows from being its owner, whatever it is called.
    grantee.oid is null or grantee.rolname = any(:roles)
    or pg_catalog.starts_with(grantee.rolname, :agencies) or pg_catalog.starts_with(grantee.rolname, :logins)
union all
select 'comment', pg_catalog.pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description
from pg_catalog.pg_description as d
where
    d.classoid in ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_namespace'::regclass)
    and (d.objoid in (select oid from relation) or d.objoid in (
        select oid from pg_catalog.pg_namespace where nspname = any(:schemas)
    ))
union all
select
    'role', r.rolname,
    concat_ws(
        ' ', case when r.rolcanlogin then 'login' end, case when r.rolinherit then 'inherit' end,
        case when r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls then 'powerful' end,
        r.rolconnlimit::text, r.rolvaliduntil::text, r.rolconfig::text,
        (
            select string_agg(m.roleid::regrole::text, ',' order by m.roleid::regrole::text)
            from pg_catalog.pg_auth_members as m where m.member = r.oid
        )
    )
from pg_catalog.pg_roles as r
where
    r.rolname = any(:roles) or pg_catalog.starts_with(r.rolname, :agencies)
    or pg_catalog.starts_with(r.rolname, :logins)
