-- Grain: one row per breach of a rule on trial in a file that was decided on.
-- Not for the bodies: nothing here was told to them, so the table names none by its code (see 990_grants.sql); the report
-- is found by its submission. What names a sensitive measure or member of a list is not repeated: small counts do not leave by this door.
-- The rule is that of include/extracts/leadership/sentences.py.
create table mart.shadow_finding as
with hidden_word as (
    select measure_code as word
    from reference.measure
    where is_sensitive
    union all
    select name_vi as word
    from reference.code_list_member
    where is_sensitive
)

select
    finding.shadow_finding_id,
    finding.submission_id,
    submission.source_id,
    coalesce(unit.name_vi, submission.source_id) as sender_name,
    submission.period_code,
    submission.verdict,
    submission.revision_number,
    submission.received_at,
    finding.line_number,
    finding.rule_code,
    finding.message_code,
    finding.severity,
    finding.sheet_name,
    finding.cell,
    case when told.is_sensitive then 'không nêu chi tiết' else finding.found_vi end as found_vi,
    case when told.is_sensitive then 'không nêu chi tiết' else finding.expected_vi end as expected_vi,
    finding.subject_vi,
    finding.found_at
from warehouse.shadow_finding as finding
inner join warehouse.submission on finding.submission_id = submission.submission_id
cross join mart.build
left join reference.reporting_unit as unit on submission.reporting_unit_code = unit.unit_code
cross join lateral (
    select count(*) > 0 as is_sensitive
    from hidden_word
    where
        strpos(
            lower(concat_ws(' ', finding.subject_vi, finding.found_vi, finding.expected_vi)), lower(hidden_word.word)
        ) > 0
) as told
where submission.received_at <= coalesce(build.as_known, 'infinity');
alter table mart.shadow_finding add constraint shadow_finding_pk primary key (shadow_finding_id);
comment on table mart.shadow_finding is
'What rules on trial would have said; no verdict changed and no reporter was told. | Điều các quy tắc đang thử nghiệm sẽ nói; không đổi kết quả nào, không báo cho đơn vị.';
comment on column mart.shadow_finding.shadow_finding_id is 'Order of finding. | Thứ tự ghi.';
comment on column mart.shadow_finding.submission_id is 'File it is about; joins to fact_report. | Tệp có liên quan; nối với fact_report.';
comment on column mart.shadow_finding.source_id is 'Source contract of the file. | Nguồn của tệp.';
comment on column mart.shadow_finding.sender_name is 'Body that sent the file, or the source where none is named. | Đơn vị gửi tệp, hoặc nguồn nếu không rõ đơn vị.';
comment on column mart.shadow_finding.period_code is 'Joins to dim_period. | Nối với dim_period.';
comment on column mart.shadow_finding.verdict is 'What became of the file all the same. | Kết quả của tệp, không phụ thuộc quy tắc này.';
comment on column mart.shadow_finding.revision_number is 'Revision of the file; empty when it was not loaded. | Lần gửi; trống nếu tệp chưa vào kho.';
comment on column mart.shadow_finding.received_at is 'When the file came. | Thời điểm nhận tệp.';
comment on column mart.shadow_finding.line_number is 'Order of the figure in the file; empty when the whole file is meant. | Thứ tự số liệu trong tệp; trống là cả tệp.';
comment on column mart.shadow_finding.rule_code is 'R-01 to R-20, or the message code. | R-01 đến R-20, hoặc mã thông báo.';
comment on column mart.shadow_finding.message_code is 'Names the rule on trial. | Mã của quy tắc đang thử nghiệm.';
comment on column mart.shadow_finding.severity is 'What it would be if the rule counted: block or warn. | Mức độ nếu quy tắc có hiệu lực.';
comment on column mart.shadow_finding.sheet_name is 'Sheet, when there is one. | Trang tính, nếu có.';
comment on column mart.shadow_finding.cell is 'Address, when there is one. | Địa chỉ ô, nếu có.';
comment on column mart.shadow_finding.found_vi is 'What stands there. | Điều tìm thấy.';
comment on column mart.shadow_finding.expected_vi is 'What was to stand there. | Điều cần có.';
comment on column mart.shadow_finding.subject_vi is 'Figure or thing meant, in words. | Số liệu được nói đến, viết bằng chữ.';
comment on column mart.shadow_finding.found_at is 'When the file was decided on. | Thời điểm xử lý tệp.';
