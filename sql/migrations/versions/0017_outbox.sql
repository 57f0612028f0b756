-- A mail goes to each recipient at most once: which step may follow which is kept here, whoever works on the outbox.
alter table release.message add column not_after timestamptz;
comment on column release.message.not_after is 'Later it would no longer be true: cancelled instead of sent. Empty for a release. | Quá lúc này nội dung không còn đúng, hủy chứ không gửi; bản phát hành để trống.';
comment on column release.message.header_message_id is 'Left part of the Message-ID, worked out from what and to whom: a second copy is seen as one. | Phần trước @ của Message-ID, tính từ việc gì và gửi ai: gửi lại vẫn là một thư.';

create function release.guard_message() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if row(
        new.message_id, new.message_kind, new.subject_key, new.edition_id, new.reporting_unit_code, new.recipient,
        new.channel, new.header_message_id, new.subject_vi, new.body_text_vi, new.body_html_vi, new.created_at,
        new.not_after
    ) is distinct from row(
        old.message_id, old.message_kind, old.subject_key, old.edition_id, old.reporting_unit_code, old.recipient,
        old.channel, old.header_message_id, old.subject_vi, old.body_text_vi, old.body_html_vi, old.created_at,
        old.not_after
    ) then
        raise exception using errcode = 'TR007', message = 'what a message says and to whom does not change';
    end if;
    if not (case old.state
        when 'pending' then new.state in ('pending', 'sending', 'failed', 'cancelled')
        when 'sending' then new.state in ('sent', 'pending', 'failed', 'uncertain')
        when 'uncertain' then new.state in ('pending', 'sent', 'cancelled') and new.decided_by is not null
        when 'failed' then new.state in ('pending', 'cancelled') and new.decided_by is not null
        else false
    end) then
        raise exception using errcode = 'TR008', message = format(
            'a message that is %s does not become %s%s', old.state, new.state,
            case when old.state in ('uncertain', 'failed') then ' unless a person says so' else '' end
        );
    end if;
    -- What a person said of an earlier try is no word on this one.
    if new.state in ('uncertain', 'failed') then
        new.decided_by := null;
    end if;
    return new;
end
$$;
comment on function release.guard_message() is 'Keeps the order of steps of a mail: what may have been sent is sent again by a person alone. | Giữ thứ tự các bước của thư: thư có thể đã gửi thì chỉ người mới được cho gửi lại.';
create trigger message_step before update on release.message
for each row execute function release.guard_message();
create trigger message_kept before delete or truncate on release.message
for each statement execute function release.refuse_change();

-- Grain: one row per edition. Where it stands; a mail somebody gave up does not hold it back for ever.
create view release.edition_state with (security_invoker = true) as
with decided as (
    select
        edition_id,
        bool_or(decision = 'reviewed') as is_reviewed,
        bool_or(decision = 'approved') as is_approved,
        bool_or(decision = 'rejected') as is_rejected,
        bool_or(decision = 'withdrawn') as is_withdrawn
    from release.decision
    group by edition_id
),

mailed as (
    select
        edition_id,
        count(*) as message_count,
        count(*) filter (where state = 'sent') as sent_count,
        count(*) filter (where state in ('pending', 'sending')) as waiting_count,
        count(*) filter (where state = 'failed') as failed_count,
        count(*) filter (where state = 'uncertain') as uncertain_count
    from release.message
    where edition_id is not null
    group by edition_id
)

select
    edition.edition_id,
    edition.release_code,
    edition.edition_number,
    case
        when decided.is_withdrawn then 'withdrawn'
        when decided.is_rejected then 'rejected'
        when
            decided.is_approved and mailed.sent_count > 0
            and mailed.waiting_count + mailed.failed_count + mailed.uncertain_count = 0 then 'delivered'
        when decided.is_approved and mailed.sent_count > 0 then 'delivering'
        when decided.is_approved and exists (
            select 1 from release.document where document.edition_id = edition.edition_id and not document.is_draft
        ) then 'rendered'
        when decided.is_approved then 'approved'
        when decided.is_reviewed then 'reviewed'
        else 'frozen'
    end as edition_state,
    coalesce(mailed.message_count, 0) as message_count,
    coalesce(mailed.sent_count, 0) as sent_count,
    coalesce(mailed.waiting_count, 0) as waiting_count,
    coalesce(mailed.failed_count, 0) as failed_count,
    coalesce(mailed.uncertain_count, 0) as uncertain_count
from release.edition
left join decided on edition.edition_id = decided.edition_id
left join mailed on edition.edition_id = mailed.edition_id;
comment on view release.edition_state is 'How far each edition got: frozen, reviewed, approved, rendered, delivering, delivered, rejected, withdrawn. | Mỗi lần chốt đã tới bước nào: frozen, reviewed, approved, rendered, delivering, delivered, rejected, withdrawn.';
comment on column release.edition_state.edition_id is 'Joins to edition. | Nối với bảng edition.';
comment on column release.edition_state.release_code is 'What is released. | Bản phát hành nào.';
comment on column release.edition_state.edition_number is 'Which freeze of it. | Lần chốt thứ mấy.';
comment on column release.edition_state.edition_state is 'The step it has reached. | Bước đã tới.';
comment on column release.edition_state.message_count is 'Mails it has in the outbox. | Số thư trong hộp gửi.';
comment on column release.edition_state.sent_count is 'Of those, taken by the server. | Số thư máy chủ đã nhận.';
comment on column release.edition_state.waiting_count is 'Still to be sent. | Số thư còn chờ gửi.';
comment on column release.edition_state.failed_count is 'Refused for good. | Số thư bị từ chối hẳn.';
comment on column release.edition_state.uncertain_count is 'Waiting for a person to decide. | Số thư chờ người quyết định.';
