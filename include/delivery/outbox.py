"""The outbox: a line for each recipient of a release or notice, written with what it tells of or not at all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from include.calendar.periods import VIETNAM
from include.delivery.recipients import load_recipients, recipients_of
from include.errors import PlatformError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.settings import Settings

NOTICE_KINDS: Final = ("reminder", "late_list", "final_request", "release_late", "withdrawal", "reconciliation")

_LONGEST_SUBJECT: Final = 250
_UNPRINTABLE: Final = re.compile(
    # Line ends of every kind, control characters, and marks that turn the reading direction or cannot be seen.
    r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)

_ADD = """
insert into release.message (
    message_kind, subject_key, edition_id, reporting_unit_code, recipient, header_message_id, subject_vi,
    body_text_vi, body_html_vi, created_at, next_attempt_at, not_after,
    not_before
) values (
    :kind, :subject_key, :edition_id, :unit_code, :recipient, :header, :subject, :text, :html, :moment,
    greatest(:moment, :not_before), :not_after, :not_before
)
on conflict on constraint message_once do nothing
"""


def enqueue_release(
    connection: Connection,
    edition_id: int,
    release_code: str,
    edition_number: int,
    release_kind: str,
    settings: Settings,
    moment: datetime,
    not_before: datetime | None = None,
) -> int:
    """Put a mail for each recipient of the edition into the outbox, in the caller's transaction; return how many.

    None of them is sent before `not_before`, whoever tries.

    To be called where the approval is written down, so that one is not without the other. A second call adds nothing.
    Nobody on the list, or no list: 0. Raises CatalogueError for a list with mistakes, PlatformError when
    `edition_id` is another edition than the code and number say.
    """
    from sqlalchemy import text

    name, correction = connection.execute(
        text(
            "select convert_from(content, 'utf8')::jsonb ->> 'name', correction_number from release.edition"
            " where edition_id = :edition_id and release_code = :code and edition_number = :number"
        ),
        {"edition_id": edition_id, "code": release_code, "number": edition_number},
    ).one_or_none() or (None, None)
    if name is None:
        raise PlatformError(
            where=f"edition {edition_id}",
            found=f"no edition {release_code}/{edition_number} with a name under that number",
            expected="the edition that was just approved",
            remedy="Nothing was put into the outbox; look the edition up in release.edition.",
        )
    title = f"{name} (bản {release_code}, lần {edition_number})"
    receivers = recipients_of(load_recipients(settings), release_kind, moment.astimezone(VIETNAM).date())
    return _add(
        connection,
        [receiver.address for receiver in receivers],
        {
            "kind": "release",
            "subject_key": f"release {release_code}/{edition_number}",
            "edition_id": edition_id,
            "unit_code": None,
            "subject": write_one_line(title if correction is None else f"ĐÍNH CHÍNH lần {correction}: {title}"),
            "text": None,
            "html": None,
            "moment": moment,
            "not_after": None,
            "not_before": not_before,
        },
    )


def enqueue_notice(
    connection: Connection,
    *,
    kind: str,
    subject_key: str,
    recipients: Iterable[str],
    subject: str,
    text: str,
    html: str | None = None,
    unit_code: str | None = None,
    moment: datetime,
    not_after: datetime | None = None,
) -> int:
    """Put a notice for each address into the outbox, in the caller's transaction; return how many were added.

    `kind` is one of NOTICE_KINDS. `subject_key` says what it is about, for example `reminder 2026-06T/-5/SYT`: a second
    notice with that key to that address adds nothing. `not_after`: later it would no longer be true, so it is cancelled
    instead of sent. Addresses come from include.delivery.recipients; what lies outside the allowed domains is refused
    when it is sent.
    """
    return _add(
        connection,
        list(recipients),
        {
            "kind": kind,
            "subject_key": subject_key,
            "edition_id": None,
            "unit_code": unit_code,
            "subject": write_one_line(subject),
            "text": text,
            "html": html,
            "moment": moment,
            "not_after": not_after,
            "not_before": None,
        },
    )


def write_one_line(text: str) -> str:
    """The text fit for a header: line ends and unprintable characters become one space, 250 characters at most."""
    line = _UNPRINTABLE.sub(" ", text).strip()
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"


def header_id_of(subject_key: str, recipient: str, channel: str = "mail") -> str:
    """The left part of the Message-ID, the same for ever for one thing to one recipient."""
    return hashlib.sha256("\0".join((subject_key, recipient, channel)).encode()).hexdigest()[:40]


def _add(connection: Connection, recipients: list[str], shared: dict[str, object]) -> int:
    from sqlalchemy import text

    added = 0
    for recipient in dict.fromkeys(recipient.lower() for recipient in recipients):
        header = header_id_of(str(shared["subject_key"]), recipient)
        added += connection.execute(text(_ADD), {**shared, "recipient": recipient, "header": header}).rowcount
    return added
