-- Grain: one row per accepted version of a report: source, reporting unit, period, submission.
-- Which version counts. The ladder first, estimate, actual, final: an estimate that comes late does not undo a final.
-- On one rung what was said last, by true time of receipt, whatever the order in which files were worked off. The same
-- content sent again, or the same bytes, says it again.
create table mart.report_version as
with version as (
    select
        submission.submission_id,
        submission.source_id,
        submission.reporting_unit_code,
        submission.period_code,
        submission.value_kind,
        submission.revision_number,
        submission.received_at,
        array_position(array['uoc', 'thuc_hien', 'chinh_thuc'], submission.value_kind) as kind_rank,
        submission.content_hash
    from warehouse.submission
    cross join mart.build
    where
        submission.verdict = 'loaded'
        -- A feed may name a body and a period; only a filled template is that body's report.
        and submission.template_code is not null
        and submission.reporting_unit_code is not null
        and submission.period_code is not null
        and submission.received_at <= coalesce(build.as_known, 'infinity')
        and submission.period_code = coalesce(build.only_period_code, submission.period_code)
),

said_again as (
    select
        repeated.source_id,
        repeated.reporting_unit_code,
        repeated.period_code,
        repeated.content_hash,
        max(receipt.received_at) as said_at
    from landing.receipt
    inner join warehouse.submission as repeated on receipt.submission_id = repeated.submission_id
    cross join mart.build
    where
        receipt.verdict in ('unchanged', 'duplicate')
        and receipt.received_at <= coalesce(build.as_known, 'infinity')
    group by repeated.source_id, repeated.reporting_unit_code, repeated.period_code, repeated.content_hash
)

select
    version.submission_id,
    version.source_id,
    version.reporting_unit_code,
    version.period_code,
    version.value_kind,
    version.kind_rank,
    version.revision_number,
    version.received_at,
    greatest(version.received_at, said_again.said_at) as said_at,
    row_number() over (
        partition by version.source_id, version.reporting_unit_code, version.period_code
        order by
            version.kind_rank desc nulls last,
            greatest(version.received_at, said_again.said_at) desc,
            version.received_at desc,
            version.revision_number desc
    ) as place,
    row_number() over (
        partition by version.source_id, version.reporting_unit_code, version.period_code
        order by version.received_at asc, version.revision_number asc
    ) as version_number,
    count(*) over (partition by version.source_id, version.reporting_unit_code, version.period_code) as version_count
from version
left join said_again
    on
        version.source_id = said_again.source_id
        and version.reporting_unit_code = said_again.reporting_unit_code
        and version.period_code = said_again.period_code
        and version.content_hash = said_again.content_hash;
alter table mart.report_version add constraint report_version_pk primary key (submission_id);
create index report_version_report on mart.report_version (reporting_unit_code, period_code);
analyze mart.report_version;
comment on table mart.report_version is 'Every accepted version of every report, and which of them counts. | Mọi bản báo cáo đã được chấp nhận và bản nào đang được tính.';
comment on column mart.report_version.submission_id is 'The submission in the warehouse. | Lần gửi trong kho.';
comment on column mart.report_version.source_id is 'Source contract it was read by. | Nguồn số liệu.';
comment on column mart.report_version.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo.';
comment on column mart.report_version.period_code is 'Reporting period. | Kỳ báo cáo.';
comment on column mart.report_version.value_kind is 'Kind stated in the heading: uoc, thuc_hien, chinh_thuc. | Loại số liệu ghi ở phần đầu: ước, thực hiện, chính thức.';
comment on column mart.report_version.kind_rank is 'The same as a number: 1 estimate, 2 actual, 3 final. | Thứ bậc của loại số liệu, từ 1 đến 3.';
comment on column mart.report_version.revision_number is 'Number it was given when it was loaded; another than version_number where files were worked off late. | Số thứ tự khi nạp vào kho.';
comment on column mart.report_version.received_at is 'True receipt of these bytes. | Thời điểm thực nhận tệp.';
comment on column mart.report_version.said_at is 'When the same was last said: its own receipt, or that of a later file with the same content. | Lần gần nhất đơn vị gửi đúng nội dung này.';
comment on column mart.report_version.place is '1 for the version that counts, 2 for the one it took the place of, and so on. | 1 là bản đang được tính, 2 là bản liền trước.';
comment on column mart.report_version.version_number is 'Its number in order of receipt, 1 for the first. | Số thứ tự theo thời điểm nhận, bản đầu là 1.';
comment on column mart.report_version.version_count is 'Accepted versions of this report. | Số bản đã được chấp nhận.';
