-- Grain: one row per waiver, accepted file and check in which it made a warning of what would have held lines back.
create table mart.waiver_use as
with accepted as (
    select
        submission.*,
        coalesce(report.place, file.place) = 1 as is_latest
    from warehouse.submission
    cross join mart.build
    left join mart.report_version as report on submission.submission_id = report.submission_id
    left join mart.file_version as file on submission.submission_id = file.submission_id
    where
        submission.verdict = 'loaded'
        and submission.received_at <= coalesce(build.as_known, 'infinity')
)

select
    used.waiver_id,
    used.submission_id,
    used.rule_code,
    used.message_code,
    used.line_count,
    accepted.source_id,
    accepted.reporting_unit_code,
    accepted.period_code,
    accepted.revision_number,
    accepted.received_at,
    accepted.is_latest,
    waiver.reason_vi,
    waiver.decided_by_role,
    waiver.decided_at,
    waiver.valid_until
from warehouse.waiver_use as used
inner join warehouse.waiver on used.waiver_id = waiver.waiver_id
inner join accepted on used.submission_id = accepted.submission_id;
alter table mart.waiver_use add constraint waiver_use_pk primary key (waiver_id, submission_id, message_code);
comment on table mart.waiver_use is
'Accepted files in which a post let pass what breaks a rule. | Tệp đã nhận trong đó một chức danh cho qua điều trái quy tắc.';
comment on column mart.waiver_use.waiver_id is 'Number of the waiver. | Số của ngoại lệ.';
comment on column mart.waiver_use.submission_id is 'File that was accepted. | Tệp được chấp nhận.';
comment on column mart.waiver_use.rule_code is 'R-01 to R-20 of the check, or its message code. | R-01 đến R-20 của kiểm tra, hoặc mã thông báo.';
comment on column mart.waiver_use.message_code is 'What the reporter was told. | Mã thông báo cho đơn vị.';
comment on column mart.waiver_use.line_count is 'Lines that would have been held back. | Số dòng lẽ ra bị giữ lại.';
comment on column mart.waiver_use.source_id is 'Source contract of the file. | Nguồn của tệp.';
comment on column mart.waiver_use.reporting_unit_code is 'Joins to dim_reporting_unit. | Nối với dim_reporting_unit.';
comment on column mart.waiver_use.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.waiver_use.revision_number is 'Revision of the file. | Lần gửi của tệp.';
comment on column mart.waiver_use.received_at is 'When the file came. | Thời điểm nhận tệp.';
comment on column mart.waiver_use.is_latest is 'Whether the revision is the one that counts. | Có phải bản đang được tính hay không.';
comment on column mart.waiver_use.reason_vi is 'Why it was accepted. | Lý do chấp nhận.';
comment on column mart.waiver_use.decided_by_role is 'Post that decided. | Chức danh quyết định.';
comment on column mart.waiver_use.decided_at is 'From when it holds. | Có hiệu lực từ.';
comment on column mart.waiver_use.valid_until is 'Last day of receipt it holds for. | Ngày nhận cuối cùng còn áp dụng.';
