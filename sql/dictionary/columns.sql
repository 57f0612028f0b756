-- Grain: one row per column of a table or view of the warehouse, in the order of schema, table and column.
-- The catalog itself is asked, so a table made tomorrow is described tomorrow. Partitions stand under their parent.
select
    pg_namespace.nspname as schema_name,
    pg_class.relname as table_name,
    case when pg_class.relkind in ('v', 'm') then 'view' else 'table' end as table_kind,
    obj_description(pg_namespace.oid, 'pg_namespace') as schema_comment,
    obj_description(pg_class.oid, 'pg_class') as table_comment,
    pg_attribute.attname as column_name,
    format_type(pg_attribute.atttypid, pg_attribute.atttypmod) as column_type,
    col_description(pg_class.oid, pg_attribute.attnum) as column_comment,
    pg_attribute.attnotnull as is_required,
    coalesce(pg_attribute.attnum = any(pg_constraint.conkey), false) as is_key
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
inner join pg_attribute
    on pg_class.oid = pg_attribute.attrelid and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
left join pg_constraint on pg_class.oid = pg_constraint.conrelid and pg_constraint.contype = 'p'
where
    pg_class.relkind in ('r', 'p', 'v', 'm')
    and not pg_class.relispartition
    and pg_namespace.nspname not in ('pg_catalog', 'information_schema')
    and pg_namespace.nspname not like 'pg\_%'
    -- The migrations' own bookkeeping.
    and (pg_namespace.nspname, pg_class.relname) <> ('public', 'alembic_version')
order by pg_namespace.nspname, pg_class.relname, pg_attribute.attnum
