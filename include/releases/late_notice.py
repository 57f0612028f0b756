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
    """Put a notice for everyone who asked to be told into the outbox, once a day and release; how many.

    Nobody is told before the calendar wants the release.
    """
    from sqlalchemy import text

    from include.calendar.releases import require_plan
    from include.delivery.outbox import enqueue_notice
    from include.delivery.recipients import load_recipients, recipients_of

    plan = require_plan(release_code)
    if moment < plan.planned_at:
        return 0  # tried by hand ahead of its time: nobody waits yet
    day, name = moment.astimezone(VIETNAM).date(), plan.name_vi
    sent = connection.execute(
        text(
            "select count(*) filter (where edition.edition_number = newest.edition_number) as of_newest,"
            " count(*) as of_any from release.message"
            " inner join release.edition on message.edition_id = edition.edition_id left join ("
            "select edition_number from release.edition_state"
            " where release_code = :code and edition_state <> 'delivered'"
            " order by edition_number desc limit 1) as newest on true"
            " where edition.release_code = :code and message.state in ('sending', 'sent', 'uncertain')"
        ),
        {"code": release_code},
    ).one()
    return enqueue_notice(
        connection,
        kind="release_late",
        subject_key=f"release_late {release_code}/{day.isoformat()}",
        recipients=[each.address for each in recipients_of(load_recipients(settings), "release_late", day)],
        subject=f"Chưa phát hành được: {name}",
        text=write_late_notice(
            name, release_code, reasons, moment, sent_count=sent.of_newest, has_earlier=sent.of_any > sent.of_newest
        ),
        moment=moment,
    )


def write_late_notice(
    name: str,
    release_code: str,
    reasons: Sequence[StopReason],
    moment: datetime,
    *,
    sent_count: int = 0,
    has_earlier: bool = False,
) -> str:
    """The text of the notice.

    `sent_count`: mails of the newest edition that left before it stopped; `has_earlier`: readers have an earlier one.
    """
    listed = "\n".join(f"- {reason.text_vi} ({reason.code})" for reason in reasons)
    stopped = f"Lúc {moment_vi(moment)} hệ thống dừng vì:\n\n{listed}\n\n"
    if sent_count:
        return (
            f"{name} ({release_code}): chưa gửi đủ. {stopped}"
            f"{sent_count} thư của bản này đã gửi trước đó và không thay đổi; từ lúc này không gửi thêm cho đến khi các"
            " lý do trên đã được xử lý.\n"
        )
    if has_earlier:
        return (
            f"{name} ({release_code}): lần phát hành mới chưa gửi đủ. {stopped}"
            "Lần đã gửi trước đây vẫn là lần gần nhất cho đến khi các lý do trên đã được xử lý.\n"
        )
    return (
        f"{name} ({release_code}) chưa phát hành được. {stopped}"
        "Chưa có số liệu nào được gửi đi. Bản phát hành sẽ được gửi khi các lý do trên đã được xử lý và có người duyệt;"
        " khi đó bản gửi ghi rõ là chậm so với lịch.\n"
    )
