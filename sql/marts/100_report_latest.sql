-- Grain: one row per source, reporting unit and period.
-- The submission that counts, as mart.report_version decides. Earlier ones stay in warehouse.submission.
create table mart.report_latest as
select
    version.source_id,
    version.reporting_unit_code,
    version.period_code,
    version.submission_id,
    submission.sha256,
    submission.template_code,
    version.revision_number,
    version.received_at,
    submission.cut_off_date,
    submission.value_kind,
    submission.required_cell_count,
    submission.filled_cell_count,
    submission.warning_count,
    submission.document_number,
    submission.document_date,
    version.place,
    version.version_number,
    version.version_count,
    count(*) over (partition by version.reporting_unit_code, version.period_code) as source_count
from mart.report_version as version
inner join mart.build on version.place = build.reports_back + 1
inner join warehouse.submission on version.submission_id = submission.submission_id;
alter table mart.report_latest add constraint report_latest_pk
primary key (source_id, reporting_unit_code, period_code);
create unique index report_latest_submission on mart.report_latest (submission_id);
analyze mart.report_latest;
comment on table mart.report_latest is 'The report that counts of each body and period: the version mart.report_version puts first. | Báo cáo đang được tính của mỗi đơn vị và kỳ: bản mà mart.report_version xếp đầu.';
comment on column mart.report_latest.source_id is 'Source contract it was read by. | Tệp được đọc theo hợp đồng nguồn nào.';
comment on column mart.report_latest.reporting_unit_code is 'Reporting body. | Đơn vị báo cáo mà dòng này nói đến.';
comment on column mart.report_latest.period_code is 'Reporting period. | Kỳ báo cáo mà dòng này nói đến, ví dụ 2026-06T.';
comment on column mart.report_latest.submission_id is 'The submission in the warehouse. | Lần gửi chứa dòng này.';
comment on column mart.report_latest.sha256 is 'Hash of the file. | Mã băm của tệp nơi ghi con số.';
comment on column mart.report_latest.template_code is 'Template the workbook was made from. | Tệp được làm từ biểu mẫu nào.';
comment on column mart.report_latest.revision_number is 'Number it was given when it was loaded: 1, then 2, 3, ...; does not say which counts. | Số được cấp khi nạp vào kho: 1, sau đó 2, 3, ...; không cho biết bản nào đang được tính.';
comment on column mart.report_latest.received_at is 'When this revision came; the first accepted one decides on time or late, see mart.report_status. | Lúc bản này đến; bản được chấp nhận đầu tiên quyết định đúng hạn hay muộn, xem mart.report_status.';
comment on column mart.report_latest.cut_off_date is 'Last day the figures cover, as stated in the report. | Ngày cuối cùng số liệu bao trùm, như nêu trong báo cáo.';
comment on column mart.report_latest.value_kind is 'Kind stated in the heading; a cell may differ. | Loại nêu ở phần đầu; một ô có thể khác.';
comment on column mart.report_latest.required_cell_count is 'Cells the template requires. | Bao nhiêu ô biểu mẫu bắt buộc điền.';
comment on column mart.report_latest.filled_cell_count is 'Of those, filled; marks such as không phát sinh count as filled. | Trong đó bao nhiêu ô đã điền; ghi không phát sinh cũng là đã điền.';
comment on column mart.report_latest.warning_count is 'Warnings the report was accepted with. | Báo cáo được chấp nhận kèm bao nhiêu cảnh báo.';
comment on column mart.report_latest.document_number is 'Number and symbol of the signed report. | Số và ký hiệu ghi trên báo cáo đã ký.';
comment on column mart.report_latest.source_count is 'How many sources report for the same body and period. | Bao nhiêu nguồn báo cáo cho cùng đơn vị và kỳ.';
comment on column mart.report_latest.place is 'Its place among the accepted versions: 1, it counts. | Thứ tự trong các bản đã chấp nhận: 1, là bản đang tính.';
comment on column mart.report_latest.version_number is 'Its number in order of receipt. | Bản thứ mấy theo thời điểm nhận.';
comment on column mart.report_latest.version_count is 'Accepted versions of this report. | Có bao nhiêu bản đã được chấp nhận.';
comment on column mart.report_latest.document_date is 'Date of the signed report. | Ngày ghi trên báo cáo đã ký.';
