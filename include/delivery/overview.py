"""What the outbox holds: what went, what waits and until when, what failed and why, what a person has to decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sqlalchemy import Connection

OVERDUE_AFTER: Final = timedelta(minutes=15)
"""A mail still unsent this long after it was written is told."""

_SHOWN_FOR = timedelta(days=31)

_COUNTED = ("sent", "waiting", "failed", "uncertain", "cancelled")

QUESTIONS_VI: Final = {
    "uncertain": "Máy chủ có thể đã nhận thư. Hỏi người nhận: đã tới thì --keep, chưa tới thì --resend.",
    "failed": "Thư bị từ chối, không tự gửi lại. Sửa xong nguyên nhân thì --resend; không gửi nữa thì --give-up.",
}
"""What a person is asked to do about a mail in that state."""


def read_overview(connection: Connection, moment: datetime) -> dict[str, Any]:
    """The outbox as `ttdn deliver --status --json` prints it, at that moment.

    One entry of `subjects` for each edition or notice of the last 31 days, or with anything undone, the latest first;
    its `messages` are those not sent, with the address, for the operator's eyes. `unsent_since` is since when the
    oldest mail that waits could have gone; `needs_a_person` whether something is overdue, failed or uncertain.
    """
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select message.message_id, message.message_kind, message.subject_key, message.reporting_unit_code,"
            " message.recipient, message.created_at, message.attempt_count, message.next_attempt_at,"
            " message.not_before, message.last_error, message.decided_by,"
            " case when message.state in ('pending', 'sending') then 'waiting' else message.state end as state,"
            " edition.release_code, edition.edition_number, message.edition_id is not null and not exists ("
            "select 1 from release.document where document.edition_id = message.edition_id and not document.is_draft"
            ") as is_unrendered"
            " from release.message left join release.edition on message.edition_id = edition.edition_id"
            " where message.created_at > :since or message.state not in ('sent', 'cancelled')"
            " order by message.message_id"
        ),
        {"since": moment - _SHOWN_FOR},
    ).mappings()
    subjects: dict[str, dict[str, Any]] = {}
    unsent: list[datetime] = []
    needs_a_person = False
    for row in rows:
        state = row["state"]
        subject = subjects.setdefault(
            row["subject_key"],
            {
                "subject": row["subject_key"],
                "kind": row["message_kind"],
                "release": row["release_code"],
                "edition": row["edition_number"],
                "unit": row["reporting_unit_code"],
                "written_at": row["created_at"].isoformat(),
                **dict.fromkeys(_COUNTED, 0),
                "messages": [],
            },
        )
        subject[state] += 1
        # Before the hour it may be published nothing is late.
        waits_since = max(row["created_at"], row["not_before"] or row["created_at"])
        is_overdue = state == "waiting" and moment - waits_since > OVERDUE_AFTER
        needs_a_person |= is_overdue or state in ("failed", "uncertain")
        if state == "waiting" and waits_since <= moment:
            unsent.append(waits_since)
        if state != "sent":
            subject["messages"].append(
                {
                    "message": row["message_id"],
                    "recipient": row["recipient"],
                    "state": state,
                    "tries": row["attempt_count"],
                    "next_try": row["next_attempt_at"].isoformat() if state == "waiting" else None,
                    "not_before": row["not_before"].isoformat() if row["not_before"] else None,
                    "overdue": is_overdue,
                    "error": "chưa tạo tệp" if row["is_unrendered"] and state == "waiting" else row["last_error"],
                    "question": QUESTIONS_VI.get(state),
                    "decided_by": row["decided_by"],
                }
            )
    return {
        "moment": moment.isoformat(),
        "unsent_since": min(unsent).isoformat() if unsent else None,
        "needs_a_person": needs_a_person,
        "subjects": list(reversed(subjects.values())),
    }
