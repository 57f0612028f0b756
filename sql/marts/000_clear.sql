-- Everything people read is built anew by the files after this one, in the same transaction.
-- Dropping by what is there, not by a list, also removes what an earlier version built and this one does not.
do $$
declare
    relation record;
begin
    for relation in
        select
            pg_class.relname,
            case pg_class.relkind when 'v' then 'view' else 'table' end as relation_kind
        from pg_class
        inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
        where pg_namespace.nspname = 'mart' and pg_class.relkind in ('r', 'v')
        order by pg_class.relkind desc
    loop
        execute format('drop %s if exists mart.%I cascade', relation.relation_kind, relation.relname);
    end loop;
    for relation in
        select pg_proc.oid::regprocedure as name
        from pg_proc
        where pg_proc.pronamespace = 'mart'::regnamespace
    loop
        execute format('drop routine if exists %s cascade', relation.name);
    end loop;
end
$$;
comment on schema mart is 'What people read; rebuilt whole. | Những gì người đọc dùng; dựng lại toàn bộ mỗi khi có số mới.';
