-- What promotion needs beyond adding rows, each as a function that does one thing with its owner's rights. The loader
-- itself creates and alters nothing.
create function warehouse.make_monitoring_month(month_start date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    partition_name text;
begin
    if
        month_start is null or not isfinite(month_start)
        or month_start <> date_trunc('month', month_start::timestamp)::date
        or extract(year from month_start) not between 2000 and 2099
    then
        raise exception 'not the first day of a month from 2000 to 2099: %', coalesce(month_start::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    partition_name := 'monitoring_count_' || to_char(month_start, 'YYYY_MM');
    if to_regclass(format('warehouse.%I', partition_name)) is not null then
        return false;
    end if;
    -- Made beside the table and then attached: making it in place would lock readers out until the commit.
    execute format(
        'create table warehouse.%I (like warehouse.monitoring_count including defaults including constraints'
        ' including comments)', partition_name
    );
    execute format(
        'comment on table warehouse.%I is %L', partition_name,
        to_char(month_start, '"Monitoring counts of "MM/YYYY"; see warehouse.monitoring_count. | Số đếm theo dõi'
            ' của tháng "MM/YYYY"; xem warehouse.monitoring_count."')
    );
    execute format(
        'alter table warehouse.monitoring_count attach partition warehouse.%I for values from (%L) to (%L)',
        partition_name, month_start, (month_start + interval '1 month')::date
    );
    return true;
end
$$;
comment on function warehouse.make_monitoring_month(date) is 'Makes the partition of a month, still without its constraint; false when it is there already. | Tạo phân vùng của một tháng, chưa có ràng buộc; trả về false nếu đã có.';

create function warehouse.constrain_monitoring_month(month_start date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    partition_name constant text := 'monitoring_count_' || to_char(month_start, 'YYYY_MM');
begin
    if
        not exists (
            select from pg_inherits
            where
                inhparent = 'warehouse.monitoring_count'::regclass
                and inhrelid = to_regclass('warehouse.' || partition_name)
        )
    then
        raise exception 'no month of counts: %', coalesce(month_start::text, 'null')
            using errcode = 'invalid_parameter_value';
    end if;
    execute format(
        'alter table warehouse.%I add constraint %I unique (monitored_date, submission_id, cell_code)',
        partition_name, partition_name || '_grain'
    );
end
$$;
comment on function warehouse.constrain_monitoring_month(date) is 'Gives a month its unique constraint, after the load that made it. | Đặt ràng buộc duy nhất cho phân vùng của tháng, sau lần nạp đã tạo ra nó.';

create function staging.stamp_monitoring_counts(submission bigint) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A constant default costs nothing a row; definitions take no bound parameters, so the number is written as one.
    execute format('alter table staging.monitoring_count alter column submission_id set default %L::bigint', submission);
end
$$;
comment on function staging.stamp_monitoring_counts(bigint) is 'Rows copied into staging.monitoring_count from now on belong to this submission. | Các dòng chép vào staging.monitoring_count từ đây thuộc lần nộp này.';
revoke execute on function warehouse.make_monitoring_month(date), warehouse.constrain_monitoring_month(date),
staging.stamp_monitoring_counts(bigint) from public;
