-- Grain: one row.
-- What the marts were built from. The setting ttdn.as_known is empty for "all that is known";
-- a moment rebuilds the marts as they stood then, by true time of receipt.
-- For this transaction only: sorts stay in memory, and compiling queries costs more than these queries do.
set local work_mem = '128MB';
set local jit = off;

create table mart.build as
select
    clock_timestamp() as built_at,
    nullif(current_setting('ttdn.as_known', true), '')::timestamptz as as_known,
    (select max(submission_id) from warehouse.submission) as newest_submission_id,
    (select state_hash from reference.prepared) as reference_state,
    (select max(decision_id) from warehouse.project_match_decision) as newest_decision_id,
    (
        select max(receipt_id) from landing.receipt where verdict in ('unchanged', 'duplicate')
    ) as newest_repeat_id,
    nullif(current_setting('ttdn.mart_files', true), '') as mart_files_hash,
    null::text as only_period_code,
    0 as reports_back,
    0 as registers_back;
analyze mart.build;
comment on table mart.build is 'When the marts were built and from how much. | Các bảng được dựng khi nào và từ bao nhiêu số liệu.';
comment on column mart.build.built_at is 'When they were built. | Lúc các bảng được dựng xong.';
comment on column mart.build.as_known is 'Reports received later than this are left out; empty when none is. | Không tính báo cáo nhận sau thời điểm này; để trống khi tính tất cả.';
comment on column mart.build.reference_state is 'State of the reference files; a changed list makes the marts stale. | Trạng thái các tệp danh mục; danh mục đổi thì các bảng thành cũ.';
comment on column mart.build.newest_decision_id is 'Last word there was on records of projects; a later one makes the marts stale. | Quyết định cuối cùng về hồ sơ dự án; có quyết định sau thì các bảng thành cũ.';
comment on column mart.build.newest_repeat_id is 'Last arrival that said again what a file said before; a later one makes the marts stale. | Lần đến gần nhất lặp lại nội dung đã có; có lần mới hơn thì các bảng là bản cũ.';
comment on column mart.build.mart_files_hash is 'Hash of the files of sql/marts they were built by; other files make the marts stale. | Mã băm của các tệp dựng bảng; tệp khác đi thì các bảng là bản cũ.';
comment on column mart.build.only_period_code is 'Always empty here; a function that answers for one period alone names it. | Luôn trống ở đây; hàm chỉ tính một kỳ thì ghi kỳ đó.';
comment on column mart.build.reports_back is 'Always 0 here; 1 where figures are made from the version before of reports that were sent again, 2 from the one before that. | Luôn là 0 ở đây; 1 khi tính theo bản liền trước của các báo cáo gửi lại.';
comment on column mart.build.registers_back is 'The same of registers of projects. | Như trên, với các sổ dự án.';
comment on column mart.build.newest_submission_id is 'Last submission there was; a later one makes the marts stale. | Lần gửi cuối cùng đã có khi dựng; có lần gửi sau thì các bảng thành cũ.';
