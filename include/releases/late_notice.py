"""The word to people who wait for a release that was stopped: that it is late, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from include.extracts.leadership.wording import VIETNAM, moment_vi

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.releases.stops import StopReason
    from include.settings import Settings


def tell_late(
    connection: Connection, settings: Settings, release_code: str, reasons: Sequence[StopReason], moment: datetime
) -> int:
    """Put a notice for everyone who asked to be told into the outbox, once a day and release; how many."""
    from sqlalchemy import text

    from include.calendar.releases import require_plan
    from include.delivery.outbox import enqueue_notice
    from include.delivery.recipients import load_recipients, recipients_of

    day = moment.astimezone(VIETNAM).date()
    name = require_plan(release_code).name_vi
    has_earlier = bool(
        connection.execute(
            text(
                "select exists (select 1 from release.message inner join release.edition"
                " on message.edition_id = edition.edition_id"
                " where edition.release_code = :code and message.state = 'sent')"
            ),
            {"code": release_code},
        ).scalar()
    )
    return enqueue_notice(
        connection,
        kind="release_late",
        subject_key=f"release_late {release_code}/{day.isoformat()}",
        recipients=[each.address for each in recipients_of(load_recipients(settings), "release_late", day)],
        subject=f"Chưa phát hành được: {name}",
        text=write_late_notice(name, release_code, reasons, moment, has_earlier=has_earlier),
        moment=moment,
    )


def write_late_notice(
    name: str, release_code: str, reasons: Sequence[StopReason], moment: datetime, *, has_earlier: bool = False
) -> str:
    """The text of the notice. `has_earlier`: readers already have an edition of the release."""
    listed = "\n".join(f"- {reason.text_vi} ({reason.code})" for reason in reasons)
    stopped = f"Lúc {moment_vi(moment)} hệ thống dừng vì:\n\n{listed}\n\n"
    if has_earlier:
        return (
            f"{name} ({release_code}): lần phát hành mới chưa gửi đủ. {stopped}"
            "Lần đã gửi trước đây vẫn là lần gần nhất cho đến khi các lý do trên đã được xử lý.\n"
        )
    return (
        f"{name} ({release_code}) chưa phát hành được. {stopped}"
        "Chưa có số liệu nào được gửi đi. Bản phát hành sẽ được gửi khi các lý do trên đã được xử lý và có người"
        " duyệt.\n"
    )
