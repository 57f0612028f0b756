-- Grain: one row per accepted file of a feed: source, subject, submission.
-- Which file counts of those that speak of the same: the one received last, whatever the order they were worked off in.
-- Monitoring files are replaced day by day instead, see mart.monitoring_day_latest.
create table mart.file_version as
select
    submission.submission_id,
    submission.source_id,
    submission.subject_key,
    submission.reporting_unit_code,
    submission.period_code,
    submission.revision_number,
    submission.received_at,
    submission.sha256,
    row_number() over (
        partition by submission.source_id, submission.subject_key
        order by submission.received_at desc, submission.revision_number desc
    ) as place,
    row_number() over (
        partition by submission.source_id, submission.subject_key
        order by submission.received_at asc, submission.revision_number asc
    ) as version_number,
    count(*) over (partition by submission.source_id, submission.subject_key) as version_count
from warehouse.submission
cross join mart.build
where
    submission.verdict = 'loaded'
    and submission.template_code is null
    and submission.received_at <= coalesce(build.as_known, 'infinity');
alter table mart.file_version add constraint file_version_pk primary key (submission_id);
analyze mart.file_version;
comment on table mart.file_version is 'Every accepted file of the feeds, and which of them counts. | Mọi tệp đã được chấp nhận của các nguồn và tệp nào đang được tính.';
comment on column mart.file_version.submission_id is 'The submission in the warehouse. | Lần gửi trong kho.';
comment on column mart.file_version.source_id is 'Source contract it was read by. | Nguồn số liệu.';
comment on column mart.file_version.subject_key is 'What it speaks of: body and period, or the days of its window. | Nội dung tệp nói tới: đơn vị và kỳ, hoặc khoảng ngày.';
comment on column mart.file_version.reporting_unit_code is 'Body that sent it, where the file names one. | Đơn vị gửi, nếu tệp có nêu.';
comment on column mart.file_version.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, nếu tệp có nêu.';
comment on column mart.file_version.revision_number is 'Number it was given when it was loaded. | Số thứ tự khi nạp vào kho.';
comment on column mart.file_version.received_at is 'True receipt. | Thời điểm thực nhận.';
comment on column mart.file_version.sha256 is 'Hash of the file. | Mã băm của tệp.';
comment on column mart.file_version.place is '1 for the file that counts, 2 for the one it took the place of, and so on. | 1 là tệp đang được tính, 2 là tệp liền trước.';
comment on column mart.file_version.version_number is 'Its number in order of receipt, 1 for the first. | Bản thứ mấy theo thời điểm nhận.';
comment on column mart.file_version.version_count is 'Accepted files that speak of the same. | Số tệp đã nhận nói về cùng một nội dung.';
