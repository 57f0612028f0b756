-- What the leadership receives: frozen once, reviewed and approved by different people, rendered, sent exactly once.
create schema release;
comment on schema release is 'What was frozen for the leadership, who approved it and what went to whom. | Nội dung đã chốt gửi lãnh đạo, ai duyệt, đã gửi cho ai.';

create table release.edition (
    edition_id bigint generated always as identity constraint edition_pk primary key,
    release_code text not null constraint edition_release_code_form check (
        release_code ~ '^[0-9]{4}-(06T|NAM|T(0[1-9]|1[0-2]))$' or release_code ~ '^DX-[0-9]+$'
    ),
    edition_number smallint not null constraint edition_number_positive check (edition_number > 0),
    release_kind text not null constraint edition_kind check (
        release_kind in ('monthly', 'six_month', 'annual', 'ad_hoc')
    ),
    period_code text not null constraint edition_period_fk references reference.reporting_period,
    planned_at timestamptz,
    is_late boolean not null,
    as_known_at timestamptz not null,
    frozen_at timestamptz not null,
    frozen_by text not null constraint edition_frozen_by_form check (
        length(frozen_by) between 2 and 100 and frozen_by !~ '[[:cntrl:]]'
    ),
    corrects_edition_id bigint constraint edition_corrects_fk references release.edition,
    correction_number smallint constraint edition_correction_positive check (correction_number > 0),
    correction_reason text constraint edition_correction_reason_form check (
        length(correction_reason) between 5 and 1000
    ),
    code_version text not null,
    content bytea not null,
    content_hash text not null,
    constraint edition_once unique (release_code, edition_number),
    constraint edition_content_is_hashed check (content_hash = encode(sha256(content), 'hex')),
    constraint edition_correction_whole check (
        (corrects_edition_id is null) = (correction_number is null)
        and (corrects_edition_id is null) = (correction_reason is null)
    )
);
comment on table release.edition is 'A frozen state of the figures with all that is said about them. Append only. | Một lần chốt số liệu cùng mọi điều được nêu về chúng; chỉ ghi thêm.';
comment on column release.edition.edition_id is 'Key. | Khóa của lần chốt.';
comment on column release.edition.release_code is 'What is released: 2026-06T, 2026-NAM, 2026-T05 for the figures of May, DX-1. | Bản phát hành nào: 2026-06T, 2026-NAM, 2026-T05 là số liệu tháng 5, DX-1.';
comment on column release.edition.edition_number is '1 for the first freeze of that release, then 2, 3, ... | 1 là lần chốt đầu của bản đó, sau đó 2, 3, ...';
comment on column release.edition.release_kind is 'monthly, six_month, annual or ad_hoc. | monthly hằng tháng, six_month 6 tháng, annual năm, ad_hoc đột xuất.';
comment on column release.edition.period_code is 'Reporting period its figures are taken from. | Số liệu lấy từ kỳ báo cáo nào.';
comment on column release.edition.planned_at is 'When the calendar wanted it; empty when a person asked for it. | Lịch định lúc nào; để trống khi có người yêu cầu.';
comment on column release.edition.is_late is 'Whether it came after that moment by more than the grace of the calendar. | Có chậm so với lịch hay không.';
comment on column release.edition.as_known_at is 'Nothing received later is in it. | Không gồm gì nhận sau lúc này.';
comment on column release.edition.frozen_at is 'When it was written down. | Lúc chốt.';
comment on column release.edition.frozen_by is 'Post or account that froze it. | Chức danh hoặc tài khoản đã chốt.';
comment on column release.edition.corrects_edition_id is 'Released edition whose figures it corrects. | Đính chính cho lần phát hành nào.';
comment on column release.edition.correction_number is 'Number printed in “ĐÍNH CHÍNH lần n”. | Số thứ tự in trong “ĐÍNH CHÍNH lần n”.';
comment on column release.edition.correction_reason is 'Why a correction was needed, in the words of whoever froze it. | Vì sao phải đính chính, theo lời người chốt.';
comment on column release.edition.code_version is 'Version of the program that made it. | Phiên bản chương trình.';
comment on column release.edition.content is 'Everything every document is written from, as canonical JSON. | Toàn bộ nội dung để viết mọi tài liệu, dạng JSON chuẩn.';
comment on column release.edition.content_hash is 'SHA-256 of the content; the database checks it. | Mã băm SHA-256 của nội dung; cơ sở dữ liệu tự kiểm tra.';

create table release.decision (
    decision_id bigint generated always as identity constraint decision_pk primary key,
    edition_id bigint not null constraint decision_edition_fk references release.edition,
    decision text not null constraint decision_kind check (
        decision in ('reviewed', 'approved', 'rejected', 'withdrawn')
    ),
    decided_by text not null constraint decision_decided_by_form check (
        length(decided_by) between 2 and 100 and decided_by !~ '[[:cntrl:]]'
    ),
    reason_vi text constraint decision_reason_form check (length(reason_vi) between 5 and 1000),
    decided_at timestamptz not null,
    constraint decision_once unique (edition_id, decision),
    constraint decision_has_reason check (decision in ('reviewed', 'approved') or reason_vi is not null)
);
comment on table release.decision is 'What people decided about a frozen edition. Append only. | Quyết định của người có trách nhiệm về một lần chốt; chỉ ghi thêm.';
comment on column release.decision.decision_id is 'Key. | Khóa của quyết định.';
comment on column release.decision.edition_id is 'Edition decided on. | Quyết định về lần chốt nào.';
comment on column release.decision.decision is 'reviewed, approved, rejected or withdrawn. | reviewed đã soát, approved đã duyệt, rejected từ chối, withdrawn rút lại.';
comment on column release.decision.decided_by is 'Post or account, never a person''s name. | Chức danh hoặc tài khoản, không ghi họ tên.';
comment on column release.decision.reason_vi is 'Why; required for a rejection and a withdrawal. | Lý do; bắt buộc khi từ chối hoặc rút lại.';
comment on column release.decision.decided_at is 'Moment the word was given. | Thời điểm có ý kiến.';

-- The same post written with other capitals or spaces is the same post.
create function release.same_person(first_post text, second_post text) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select lower(regexp_replace(btrim(normalize(first_post, nfkc)), '\s+', ' ', 'g'))
        = lower(regexp_replace(btrim(normalize(second_post, nfkc)), '\s+', ' ', 'g'))
$$;
comment on function release.same_person(text, text) is 'Whether two posts or accounts are one, whatever their capitals and spaces. | Hai chức danh hay tài khoản có là một hay không, bất kể chữ hoa và khoảng trắng.';

create function release.guard_decision() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    edition release.edition;
    decided text[];
    reviewer text;
begin
    -- One decision after the other: two people who press at once must not both be first.
    perform pg_advisory_xact_lock(hashtextextended('release.decision', new.edition_id));
    select * into edition from release.edition where edition_id = new.edition_id;
    select array_agg(decision.decision), max(decision.decided_by) filter (where decision.decision = 'reviewed')
    into decided, reviewer
    from release.decision where decision.edition_id = new.edition_id;
    decided := coalesce(decided, '{}');
    if decided && array['rejected', 'withdrawn'] then
        raise exception using errcode = 'TR001', message = 'the edition was rejected or withdrawn';
    end if;
    if new.decision = 'approved' and not decided @> array['reviewed'] then
        raise exception using errcode = 'TR002', message = 'the edition has not been reviewed';
    end if;
    if new.decision = 'rejected' and decided @> array['approved'] then
        raise exception using errcode = 'TR003', message = 'the edition is approved; it can only be withdrawn';
    end if;
    if new.decision = 'withdrawn' and not decided @> array['approved'] then
        raise exception using errcode = 'TR004', message = 'the edition is not approved; reject it instead';
    end if;
    if new.decision = 'approved'
        and (release.same_person(new.decided_by, edition.frozen_by) or release.same_person(new.decided_by, reviewer)) then
        raise exception using errcode = 'TR005', message = 'whoever froze or reviewed an edition cannot approve it';
    end if;
    return new;
end
$$;
comment on function release.guard_decision() is 'Keeps the order freeze, review, approve, and two people apart. | Giữ thứ tự chốt, soát, duyệt và hai người khác nhau.';
create trigger decision_allowed before insert on release.decision
for each row execute function release.guard_decision();

create function release.note_decision() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform audit.record_event(
        case new.decision
            when 'rejected' then 'refusal'
            when 'withdrawn' then 'approval_withdrawn'
            else 'approval'
        end,
        format('release %s/%s', edition.release_code, edition.edition_number),
        jsonb_build_object('step', new.decision, 'content_hash', edition.content_hash),
        new.decided_by
    ) from release.edition where edition.edition_id = new.edition_id;
    return null;
end
$$;
comment on function release.note_decision() is 'Writes every decision into the audit log. | Ghi mọi quyết định vào nhật ký kiểm toán.';
create trigger decision_noted after insert on release.decision
for each row execute function release.note_decision();

create function release.refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using errcode = 'TR006', message = format('%s is append only', tg_table_name);
end
$$;
comment on function release.refuse_change() is 'Refuses to update or delete what was released. | Không cho sửa, xóa nội dung đã phát hành.';
create trigger edition_append_only before update or delete or truncate on release.edition
for each statement execute function release.refuse_change();
create trigger decision_append_only before update or delete or truncate on release.decision
for each statement execute function release.refuse_change();

create table release.document (
    edition_id bigint not null constraint document_edition_fk references release.edition,
    is_draft boolean not null,
    file_name text not null constraint document_file_name_form check (file_name ~ '^[A-Za-z0-9._-]{1,120}$'),
    sha256 text not null constraint document_sha256_form check (sha256 ~ '^[0-9a-f]{64}$'),
    byte_size bigint not null constraint document_not_empty check (byte_size > 0),
    rendered_at timestamptz not null,
    constraint document_pk primary key (edition_id, is_draft, file_name)
);
comment on table release.document is 'Files rendered from an edition the first time; a later rendering has to give the same bytes. | Các tệp tạo từ một lần chốt; tạo lại phải giống từng byte.';
comment on column release.document.edition_id is 'Edition it was written from. | Viết từ lần chốt nào.';
comment on column release.document.is_draft is 'Whether it was rendered before approval, marked DỰ THẢO. | Tạo trước khi duyệt, có chữ DỰ THẢO.';
comment on column release.document.file_name is 'Its name in the bundle. | Tên trong gói tệp.';
comment on column release.document.sha256 is 'Hash of its bytes. | Mã băm nội dung tệp.';
comment on column release.document.byte_size is 'How many bytes. | Số byte của tệp.';
comment on column release.document.rendered_at is 'When it was first rendered. | Lúc tạo lần đầu.';
create trigger document_append_only before update or delete or truncate on release.document
for each statement execute function release.refuse_change();

create table release.stop (
    stop_id bigint generated always as identity constraint stop_pk primary key,
    release_code text not null,
    planned_at timestamptz,
    stopped_at timestamptz not null,
    step text not null constraint stop_step check (step in ('freeze', 'render', 'deliver')),
    reasons jsonb not null constraint stop_reasons_listed check (
        jsonb_typeof(reasons) = 'array' and jsonb_array_length(reasons) > 0
    )
);
comment on table release.stop is 'When a release was held back, and every reason why. Append only. | Khi nào một bản phát hành bị giữ lại và mọi lý do; chỉ ghi thêm.';
comment on column release.stop.stop_id is 'Key. | Khóa của lần dừng.';
comment on column release.stop.release_code is 'What could not be released. | Bản nào không phát hành được.';
comment on column release.stop.planned_at is 'When the calendar wanted it. | Lịch định lúc nào.';
comment on column release.stop.stopped_at is 'When it was stopped. | Lúc bị dừng.';
comment on column release.stop.step is 'freeze, render or deliver. | freeze chốt, render tạo tệp, deliver gửi.';
comment on column release.stop.reasons is 'List of {code, text_vi, text_en}. | Danh sách {code, text_vi, text_en}: mã và câu giải thích.';
create trigger stop_append_only before update or delete or truncate on release.stop
for each statement execute function release.refuse_change();

create table release.message (
    message_id bigint generated always as identity constraint message_pk primary key,
    message_kind text not null constraint message_kind_known check (
        message_kind in ('release', 'reminder', 'late_list', 'final_request', 'release_late')
    ),
    subject_key text not null constraint message_subject_key_form check (
        length(subject_key) between 3 and 200 and subject_key !~ '[[:cntrl:]]'
    ),
    edition_id bigint constraint message_edition_fk references release.edition,
    reporting_unit_code text constraint message_unit_fk references reference.reporting_unit,
    recipient text not null constraint message_recipient_form check (recipient ~ '^[^@[:space:]<>,;]+@[^@[:space:]<>,;]+$'),
    channel text not null default 'mail' constraint message_channel check (channel in ('mail')),
    header_message_id text not null constraint message_header_once unique,
    subject_vi text not null constraint message_subject_form check (
        length(subject_vi) between 3 and 250 and subject_vi !~ '[[:cntrl:]]'
    ),
    body_text_vi text,
    body_html_vi text,
    created_at timestamptz not null,
    state text not null default 'pending' constraint message_state check (
        state in ('pending', 'sending', 'sent', 'failed', 'uncertain', 'cancelled')
    ),
    attempt_count integer not null default 0,
    next_attempt_at timestamptz not null,
    sent_at timestamptz,
    last_error text,
    decided_by text,
    constraint message_once unique (subject_key, recipient, channel),
    constraint message_release_has_edition check ((message_kind = 'release') = (edition_id is not null)),
    constraint message_has_body check (message_kind = 'release' or body_text_vi is not null),
    constraint message_sent_has_time check ((state = 'sent') = (sent_at is not null))
);
comment on table release.message is 'The outbox: one line per recipient of a release or notice, and how far it got. | Hộp gửi: mỗi người nhận của một bản phát hành hay thông báo một dòng, và đã gửi tới đâu.';
comment on column release.message.message_id is 'Key. | Khóa của thư.';
comment on column release.message.message_kind is 'release, reminder, late_list, final_request or release_late. | release bản phát hành, reminder nhắc hạn, late_list danh sách muộn, final_request đề nghị số chính thức, release_late báo chậm.';
comment on column release.message.subject_key is 'What it is about, once per recipient: release 2026-06T/1, reminder 2026-06T/-5/SYT. | Về việc gì, mỗi người nhận một lần: release 2026-06T/1, reminder 2026-06T/-5/SYT.';
comment on column release.message.edition_id is 'Edition it carries. | Mang lần chốt nào.';
comment on column release.message.reporting_unit_code is 'Body it is written to. | Gửi cho đơn vị nào.';
comment on column release.message.recipient is 'Mailbox of an office. | Hộp thư của cơ quan.';
comment on column release.message.channel is 'How it goes; mail is the only one so far. | Đường gửi; hiện chỉ có mail.';
comment on column release.message.header_message_id is 'Message-ID of the mail, worked out from what and to whom: a second copy is seen as one. | Message-ID của thư, tính từ nội dung và người nhận: gửi lại vẫn là một thư.';
comment on column release.message.subject_vi is 'Subject line. | Dòng tiêu đề thư.';
comment on column release.message.body_text_vi is 'Plain text of a notice; a release is written from its bundle. | Nội dung chữ của thông báo; bản phát hành lấy từ gói tệp.';
comment on column release.message.body_html_vi is 'The same as HTML. | Nội dung như trên dạng HTML.';
comment on column release.message.created_at is 'When it was put into the outbox. | Lúc đưa vào hộp gửi.';
comment on column release.message.state is 'pending, sending, sent, failed, uncertain (the server may have taken it) or cancelled. | pending chờ, sending đang gửi, sent đã gửi, failed không gửi được, uncertain chưa rõ máy chủ đã nhận chưa, cancelled đã hủy.';
comment on column release.message.attempt_count is 'How often it was tried. | Số lần đã thử.';
comment on column release.message.next_attempt_at is 'Not before this moment. | Không thử trước lúc này.';
comment on column release.message.sent_at is 'When the server took it. | Lúc máy chủ nhận thư.';
comment on column release.message.last_error is 'What the server said last. | Lời máy chủ trả lần cuối.';
comment on column release.message.decided_by is 'Post that decided on an uncertain or failed one. | Chức danh quyết định về thư chưa rõ hoặc không gửi được.';
create index message_waiting on release.message (next_attempt_at) where state in ('pending', 'sending', 'uncertain');

create table release.attempt (
    attempt_id bigint generated always as identity constraint attempt_pk primary key,
    message_id bigint not null constraint attempt_message_fk references release.message,
    attempted_at timestamptz not null,
    outcome text not null constraint attempt_outcome check (
        outcome in ('sent', 'temporary', 'permanent', 'uncertain', 'resent', 'given_up', 'kept')
    ),
    smtp_code smallint,
    detail text
);
comment on table release.attempt is 'Every try to send, and every word of a person about it. Append only. | Mọi lần thử gửi và mọi quyết định của người về thư; chỉ ghi thêm.';
comment on column release.attempt.attempt_id is 'Key. | Khóa của lần thử.';
comment on column release.attempt.message_id is 'Message tried. | Thử gửi thư nào.';
comment on column release.attempt.attempted_at is 'When. | Lúc thử.';
comment on column release.attempt.outcome is 'sent, temporary, permanent, uncertain; or resent, given_up, kept by a person. | sent đã gửi, temporary lỗi tạm, permanent lỗi hẳn, uncertain chưa rõ; resent, given_up, kept là do người quyết định.';
comment on column release.attempt.smtp_code is 'Code the server answered with. | Mã trả lời của máy chủ.';
comment on column release.attempt.detail is 'First line of its answer. | Dòng đầu câu trả lời.';
create trigger attempt_append_only before update or delete or truncate on release.attempt
for each statement execute function release.refuse_change();

create table release.tick (
    job_code text not null constraint tick_job_form check (length(job_code) between 3 and 100),
    planned_at timestamptz not null,
    ran_at timestamptz not null,
    is_late boolean not null,
    outcome text not null constraint tick_outcome check (outcome in ('done', 'covered', 'stopped')),
    constraint tick_pk primary key (job_code, planned_at)
);
comment on table release.tick is 'Moments of the calendar that were served, each once. | Các mốc lịch đã thực hiện, mỗi mốc một lần.';
comment on column release.tick.job_code is 'What was due: release 2026-06T, reminder 2026-06T/-5. | Việc đến hạn: release 2026-06T, reminder 2026-06T/-5.';
comment on column release.tick.planned_at is 'When it was due. | Mốc theo lịch.';
comment on column release.tick.ran_at is 'When it was done. | Lúc thực hiện.';
comment on column release.tick.is_late is 'Whether that was after the grace of the calendar. | Có quá thời gian cho phép hay không.';
comment on column release.tick.outcome is 'done; covered by a later one after an outage; stopped for a reason. | done đã làm; covered có mốc sau thay sau khi hệ thống ngừng; stopped bị dừng có lý do.';
create trigger tick_append_only before update or delete or truncate on release.tick
for each statement execute function release.refuse_change();
