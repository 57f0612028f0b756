-- Grain: one row per accepted file that took the place of an earlier one, and file whose place it took.
-- Of a report: the version that counted when it came, unless that was firmer; a late estimate replaces no final. Of a
-- feed: the file before it that speaks of the same. A monitoring file replaces days, possibly of several files.
create table mart.replacement as
select
    'report' as replacement_kind,
    later.submission_id,
    earlier.submission_id as earlier_submission_id,
    later.reporting_unit_code,
    later.period_code,
    later.place,
    earlier.place as earlier_place
from mart.report_version as later
cross join lateral (
    select
        version.submission_id,
        version.place,
        version.kind_rank
    from mart.report_version as version
    where
        version.source_id = later.source_id
        and version.reporting_unit_code = later.reporting_unit_code
        and version.period_code = later.period_code
        and (version.received_at, version.revision_number) < (later.received_at, later.revision_number)
    order by version.kind_rank desc nulls last, version.received_at desc, version.revision_number desc
    limit 1
) as earlier
where later.version_count > 1 and coalesce(later.kind_rank, 0) >= coalesce(earlier.kind_rank, 0)
union all
select
    case when later.reporting_unit_code is null or later.period_code is null then 'publication' else 'register' end,
    later.submission_id,
    earlier.submission_id,
    later.reporting_unit_code,
    later.period_code,
    later.place,
    earlier.place
from mart.file_version as later
inner join mart.file_version as earlier
    on
        later.source_id = earlier.source_id
        and later.subject_key = earlier.subject_key
        and later.place + 1 = earlier.place
where not exists (select 1 from warehouse.monitoring_day where monitoring_day.submission_id = later.submission_id)
union all
select distinct
    'monitoring',
    day.submission_id,
    day.earlier_submission_id,
    version.reporting_unit_code,
    null,
    null::bigint,
    null::bigint
from mart.monitoring_day_replacement as day
inner join mart.file_version as version on day.submission_id = version.submission_id;
alter table mart.replacement add constraint replacement_pk primary key (submission_id, earlier_submission_id);
analyze mart.replacement;
comment on table mart.replacement is 'Which accepted file took the place of which; what that meant is in mart.restatement. | Tệp nào thay tệp nào; kết quả xem mart.restatement.';
comment on column mart.replacement.replacement_kind is 'report, register (of projects), publication (a publisher''s book or list), monitoring. | Loại: báo cáo, sổ dự án, ấn phẩm, theo dõi.';
comment on column mart.replacement.submission_id is 'The later file. | Tệp gửi sau.';
comment on column mart.replacement.earlier_submission_id is 'The file whose place it took. | Tệp bị thay.';
comment on column mart.replacement.reporting_unit_code is 'Body that sent it, where the file names one. | Đơn vị gửi, nếu tệp có nêu.';
comment on column mart.replacement.period_code is 'Reporting period, where the file names one. | Kỳ báo cáo, nếu tệp có nêu.';
comment on column mart.replacement.place is 'Place of the later file among the versions: 1, it counts today; empty for monitoring. | Thứ tự bản gửi sau; để trống với theo dõi.';
comment on column mart.replacement.earlier_place is 'Place of the earlier one. | Thứ tự của bản bị thay.';
