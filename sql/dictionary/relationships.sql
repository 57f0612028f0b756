-- Grain: one row per foreign key, with its columns in order. Those of partitions are their parent's.
select
    source_schema.nspname as source_schema,
    source.relname as source_table,
    target_schema.nspname as target_schema,
    target.relname as target_table,
    pg_constraint.conname as constraint_name,
    array(
        select pg_attribute.attname::text
        from unnest(pg_constraint.conkey) with ordinality as part (column_number, place)
        inner join pg_attribute
            on pg_constraint.conrelid = pg_attribute.attrelid and part.column_number = pg_attribute.attnum
        order by part.place
    ) as source_columns,
    array(
        select pg_attribute.attname::text
        from unnest(pg_constraint.confkey) with ordinality as part (column_number, place)
        inner join pg_attribute
            on pg_constraint.confrelid = pg_attribute.attrelid and part.column_number = pg_attribute.attnum
        order by part.place
    ) as target_columns
from pg_constraint
inner join pg_class as source on pg_constraint.conrelid = source.oid
inner join pg_namespace as source_schema on source.relnamespace = source_schema.oid
inner join pg_class as target on pg_constraint.confrelid = target.oid
inner join pg_namespace as target_schema on target.relnamespace = target_schema.oid
where
    pg_constraint.contype = 'f'
    and pg_constraint.conparentid = 0
    and not source.relispartition
order by source_schema.nspname, source.relname, pg_constraint.conname
