-- Grain: one row per monitored day and file that says something else of it than the file received before.
-- In order of true receipt, whatever the order they were worked off in. The day is compared with all its totals.
create table mart.monitoring_day_replacement as
with said as (
    select
        day.source_id,
        day.monitored_date,
        day.submission_id,
        day.item_count,
        lag(day.submission_id) over by_receipt as earlier_submission_id,
        lag(day.item_count) over by_receipt as old_item_count,
        lead(day.submission_id) over by_receipt is null as is_current
    from warehouse.monitoring_day as day
    inner join mart.file_version as version on day.submission_id = version.submission_id
    window by_receipt as (
        partition by day.source_id, day.monitored_date
        order by version.received_at, day.revision_number
    )
)

select
    said.source_id,
    said.monitored_date,
    said.submission_id,
    said.earlier_submission_id,
    said.old_item_count,
    said.item_count as new_item_count,
    said.is_current
from said
where
    said.earlier_submission_id is not null
    and (
        said.item_count <> said.old_item_count
        or exists (
            select 1
            from (
                select *
                from warehouse.monitoring_day_total
                where
                    monitoring_day_total.monitored_date = said.monitored_date
                    and monitoring_day_total.submission_id = said.submission_id
            ) as later
            full outer join (
                select *
                from warehouse.monitoring_day_total
                where
                    monitoring_day_total.monitored_date = said.monitored_date
                    and monitoring_day_total.submission_id = said.earlier_submission_id
            ) as earlier
                on
                    later.axis_code = earlier.axis_code
                    and later.member_code = earlier.member_code
                    and later.tone = earlier.tone
                    and later.is_foreign_language = earlier.is_foreign_language
            where later.item_count is distinct from earlier.item_count
        )
    );
alter table mart.monitoring_day_replacement add constraint monitoring_day_replacement_pk
primary key (source_id, monitored_date, submission_id);
create index monitoring_day_replacement_file on mart.monitoring_day_replacement (submission_id);
analyze mart.monitoring_day_replacement;
comment on table mart.monitoring_day_replacement is 'Monitored days that a later file stated differently. | Những ngày theo dõi mà tệp gửi sau nói khác tệp trước.';
comment on column mart.monitoring_day_replacement.source_id is 'Feed. | Nguồn số liệu theo dõi.';
comment on column mart.monitoring_day_replacement.monitored_date is 'Day counted. | Ngày được đếm.';
comment on column mart.monitoring_day_replacement.submission_id is 'The later file. | Tệp gửi sau.';
comment on column mart.monitoring_day_replacement.earlier_submission_id is 'The file received before it that speaks of the day. | Tệp nhận liền trước có nói về ngày này.';
comment on column mart.monitoring_day_replacement.old_item_count is 'Items before. | Số tin, bài trước khi sửa.';
comment on column mart.monitoring_day_replacement.new_item_count is 'Items after. | Số tin, bài sau khi sửa.';
comment on column mart.monitoring_day_replacement.is_current is 'True while no later file speaks of the day. | Đúng nếu chưa có tệp nào sau nữa nói về ngày này.';
