"""The word of a person on a mail nobody knows about, or that was refused: kept among its tries and in the audit log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from include.errors import PlatformError
from include.readers.kept_words import require_fit
from include.warehouse.audit import record_event

if TYPE_CHECKING:
    from sqlalchemy import Connection

Decision = Literal["resent", "given_up", "kept"]

_STATE_AFTER: Final[Mapping[Decision, str]] = {"resent": "pending", "given_up": "cancelled", "kept": "sent"}
_DECIDABLE: Final[Mapping[Decision, tuple[str, ...]]] = {
    "resent": ("uncertain", "failed"),
    "given_up": ("uncertain", "failed", "pending"),
    "kept": ("uncertain",),
}


class MessageRefused(PlatformError):
    """The mail is not one to decide on in this way."""


def decide_message(
    connection: Connection, message_id: int, decision: Decision, *, by: str, moment: datetime
) -> dict[str, Any]:
    """Keep a person's word on one mail, in the caller's transaction; return what it is about and its state now.

    `resent`: send it again, the same mail to the byte. `given_up`: it will not be sent. `kept`: it arrived after all.
    `by` is a post. Raises MessageRefused for a mail there is none of, one in another state, or words naming a person.
    """
    from sqlalchemy import text

    require_fit(
        "--by",
        by,
        refusal=MessageRefused,
        expected="một chức danh, ví dụ “Chánh Văn phòng Sở VHTTDL”",
        remedy="Quyết định được giữ mãi trong nhật ký, nên chỉ ghi chức danh.",
        is_post=True,
    )
    message = (
        connection.execute(
            text(
                "select message_id, subject_key, recipient, state from release.message"
                " where message_id = :id for update"
            ),
            {"id": message_id},
        )
        .mappings()
        .one_or_none()
    )
    allowed = _DECIDABLE[decision]
    if message is None or message["state"] not in allowed:
        raise MessageRefused(
            where=f"message {message_id}",
            found=message["state"] if message else "no such message",
            expected=" or ".join(allowed),
            remedy="`ttdn deliver --status` lists what a person has to decide.",
        )
    connection.execute(
        text(
            "update release.message set state = :state, decided_by = :by,"
            " next_attempt_at = case when :state = 'pending' then :moment else next_attempt_at end,"
            " sent_at = case when :state = 'sent' then cast(:moment as timestamptz) end where message_id = :id"
        ),
        {"id": message_id, "state": _STATE_AFTER[decision], "by": by.strip(), "moment": moment},
    )
    connection.execute(
        text(
            "insert into release.attempt (message_id, attempted_at, outcome, detail)"
            " values (:id, :moment, :outcome, :by)"
        ),
        {"id": message_id, "moment": moment, "outcome": decision, "by": by.strip()},
    )
    record_event(
        connection,
        "delivery",
        message["subject_key"],
        audit_details(dict(message), decision, None),
        decided_by=by.strip(),
    )
    return {"message": message_id, "subject": message["subject_key"], "state": _STATE_AFTER[decision]}


def audit_details(message: Mapping[str, Any], outcome: str, code: int | None) -> dict[str, str | int]:
    """What the audit log holds of a mail: its number and a hash of the mailbox, never the address."""
    details: dict[str, str | int] = {
        "message": message["message_id"],
        "recipient_sha256": hashlib.sha256(str(message["recipient"]).encode()).hexdigest(),
        "outcome": outcome,
    }
    return details if code is None else {**details, "smtp_code": code}
