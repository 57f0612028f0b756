-- A release may be approved ahead of the hour it becomes public: its mails wait for that hour, whatever tries them.
alter table release.message add column not_before timestamptz;
comment on column release.message.not_before is 'Embargo: never sent before this moment, stated at the approval. Empty: at once. | Giờ được công bố, ghi khi duyệt: không gửi trước giờ này; để trống là gửi ngay.';

create or replace function release.guard_message() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if row(
        new.message_id, new.message_kind, new.subject_key, new.edition_id, new.reporting_unit_code, new.recipient,
        new.channel, new.header_message_id, new.subject_vi, new.body_text_vi, new.body_html_vi, new.created_at,
        new.not_after, new.not_before
    ) is distinct from row(
        old.message_id, old.message_kind, old.subject_key, old.edition_id, old.reporting_unit_code, old.recipient,
        old.channel, old.header_message_id, old.subject_vi, old.body_text_vi, old.body_html_vi, old.created_at,
        old.not_after, old.not_before
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
