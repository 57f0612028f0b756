-- A Word report says more than its table, and is not always read for certain: its sections are kept as they are written,
-- and what a person decided about a doubtful reading is kept with the reading it was about.
create table warehouse.narrative (
    submission_id bigint not null constraint narrative_submission_fk references warehouse.submission,
    paragraph_number integer not null constraint narrative_paragraph_positive check (paragraph_number > 0),
    section_number text not null,
    heading text not null,
    body text not null,
    constraint narrative_pk primary key (submission_id, paragraph_number),
    constraint narrative_says_something check (heading <> '' or body <> '')
);
comment on table warehouse.narrative is
'Numbered sections of reports sent as Word documents, as written; not analysed, not scored, not for analysts. Letterheads, signatures and lines naming a person are left out. Append only. | Các mục đánh số của báo cáo gửi bằng Word, giữ nguyên lời; không phân tích, không chấm điểm. Không giữ phần đầu văn bản, chữ ký và dòng có tên người. Chỉ thêm.';
comment on column warehouse.narrative.submission_id is 'Report it is part of. | Báo cáo có mục này.';
comment on column warehouse.narrative.paragraph_number is
'Paragraph the section begins with, counted from 1 outside the tables. | Đoạn mở đầu mục, đếm từ 1, không tính các bảng.';
comment on column warehouse.narrative.section_number is
'Numbers of the sections around it and its own, II.1.a; empty for a heading without a number. | Số của các mục cha và của mục, ví dụ II.1.a; trống nếu tiêu đề không đánh số.';
comment on column warehouse.narrative.heading is
'Words of the numbered line; empty where that line is a sentence. | Tên mục; trống nếu dòng đánh số là một câu.';
comment on column warehouse.narrative.body is
'Paragraphs up to the next section, a line each. | Nội dung đến mục kế tiếp, mỗi đoạn một dòng.';
create trigger narrative_append_only before update or delete or truncate on warehouse.narrative
for each statement execute function warehouse.refuse_change();

create table warehouse.reading_decision (
    decision_id bigint generated always as identity constraint reading_decision_pk primary key,
    receipt_id bigint not null constraint reading_decision_receipt_fk references landing.receipt,
    sha256 text not null,
    source_id text not null,
    content_hash text not null,
    decision text not null constraint reading_decision_known check (decision in ('confirm', 'reject')),
    reason_vi text not null constraint reading_decision_reason_given check (btrim(reason_vi) <> ''),
    decided_by_role text not null constraint reading_decision_post_given check (btrim(decided_by_role) <> ''),
    decided_at timestamptz not null default now()
);
create index reading_decision_content on warehouse.reading_decision (sha256, source_id, content_hash);
comment on table warehouse.reading_decision is
'What a person said of a reading that was not certain. Holds for the same bytes read the same way; the latest counts. Append only. | Kết luận của người đối chiếu về một kết quả đọc chưa chắc. Chỉ áp dụng cho đúng tệp đó và đúng kết quả đọc đó; lần sau cùng được tính. Chỉ thêm.';
comment on column warehouse.reading_decision.decision_id is 'Order of deciding. | Số thứ tự quyết định.';
comment on column warehouse.reading_decision.receipt_id is 'Arrival that waited. | Lần nhận đang chờ.';
comment on column warehouse.reading_decision.sha256 is 'Bytes it is about. | Mã băm của tệp.';
comment on column warehouse.reading_decision.source_id is 'Source contract of the file. | Nguồn của tệp.';
comment on column warehouse.reading_decision.content_hash is
'Hash of the figures as they were read; read otherwise, the file waits again. | Mã băm của số liệu đã đọc; đọc ra khác thì tệp lại chờ.';
comment on column warehouse.reading_decision.decision is
'confirm lets the figures in, reject keeps them out. | confirm cho nạp số liệu, reject không cho nạp.';
comment on column warehouse.reading_decision.reason_vi is
'Why, in words; never about a person. | Lý do; không ghi thông tin cá nhân.';
comment on column warehouse.reading_decision.decided_by_role is
'Post that compared document and reading; never a person''s name. | Chức danh đã đối chiếu; không ghi tên người.';
comment on column warehouse.reading_decision.decided_at is 'When it was decided. | Thời điểm quyết định.';
create trigger reading_decision_append_only before update or delete or truncate on warehouse.reading_decision
for each statement execute function warehouse.refuse_change();

create function audit.note_reading_decision() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform audit.record_event(
        case new.decision when 'confirm' then 'approval' else 'refusal' end,
        (select receipt_number from landing.receipt where receipt_id = new.receipt_id),
        jsonb_build_object(
            'reading_decision', new.decision_id, 'source', new.source_id, 'sha256', new.sha256,
            'decision', new.decision
        ),
        left(btrim(regexp_replace(new.decided_by_role, '[[:cntrl:]]', ' ', 'g')), 100)
    );
    return null;
end
$$;
comment on function audit.note_reading_decision() is 'Writes down that a doubtful reading was confirmed or rejected, without the words. | Ghi lại việc xác nhận hoặc không xác nhận một kết quả đọc, không kèm lời văn.';
create trigger reading_decision_noted after insert on warehouse.reading_decision
for each row execute function audit.note_reading_decision();
revoke execute on function audit.note_reading_decision() from public;
