-- Grain: one row per feed and day monitored: its current revision.
-- A day no file speaks of has no row: it was not monitored, which is not the same as nothing found.
create table mart.monitoring_day_latest as
with known as (
    select
        monitoring_day.*,
        submission.received_at
    from warehouse.monitoring_day
    inner join warehouse.submission on monitoring_day.submission_id = submission.submission_id
    cross join mart.build
    where submission.received_at <= coalesce(build.as_known, 'infinity')
)

select distinct on (known.source_id, known.monitored_date)
    known.source_id,
    known.monitored_date,
    known.revision_number,
    known.submission_id,
    known.row_count,
    known.item_count,
    known.has_empty_mark,
    known.sheet_name,
    known.first_line,
    known.last_line,
    (known.source_id, known.monitored_date) in (
        select
            revision.source_id,
            revision.monitored_date
        from known as revision
        inner join warehouse.monitoring_day_change as change
            on revision.submission_id = change.submission_id and revision.monitored_date = change.monitored_date
        where change.added_count + change.changed_count + change.removed_count > 0
    ) as is_revised
from known
order by
    known.source_id asc,
    known.monitored_date asc,
    known.received_at desc,
    known.revision_number desc;
alter table mart.monitoring_day_latest add constraint monitoring_day_latest_pk primary key (monitored_date, source_id);
analyze mart.monitoring_day_latest;
comment on table mart.monitoring_day_latest is 'Days monitored, each by the last file that speaks of it. | Các ngày đã theo dõi, mỗi ngày lấy theo tệp cuối cùng nói về nó.';
comment on column mart.monitoring_day_latest.source_id is 'Feed that sent the counts. | Nguồn đã gửi số đếm, theo hợp đồng.';
comment on column mart.monitoring_day_latest.monitored_date is 'Day counted. | Ngày được đếm tin, bài.';
comment on column mart.monitoring_day_latest.revision_number is 'How often the day was stated. | Ngày ấy đã được nêu bao nhiêu lần.';
comment on column mart.monitoring_day_latest.submission_id is 'File it comes from. | Lần gửi của tệp có số đang được tính.';
comment on column mart.monitoring_day_latest.row_count is 'Rows of the day in that file. | Bao nhiêu dòng của ngày nằm trong tệp ấy.';
comment on column mart.monitoring_day_latest.item_count is 'Items of the day; 0 is a day monitored on which nothing was found. | Số tin, bài của ngày; 0 là ngày có theo dõi mà không thấy gì.';
comment on column mart.monitoring_day_latest.has_empty_mark is 'The file says of the day as a whole that nothing was found. | Tệp nói chung cho cả ngày rằng không thấy gì.';
comment on column mart.monitoring_day_latest.sheet_name is 'Sheet the rows stand on; empty for text files. | Trang tính chứa các dòng; để trống với tệp văn bản.';
comment on column mart.monitoring_day_latest.first_line is 'First line of the day in the file. | Dòng đầu tiên của ngày ấy trong tệp.';
comment on column mart.monitoring_day_latest.last_line is 'Last line of the day in the file. | Dòng cuối cùng của ngày ấy trong tệp.';
comment on column mart.monitoring_day_latest.is_revised is 'True when an earlier accepted file stated a cell of the day differently. | Đúng khi một tệp được chấp nhận trước đó ghi khác ở một ô của ngày.';
