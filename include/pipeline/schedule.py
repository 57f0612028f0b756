"""Schedule: what the calendar wants now, the freezing of a planned release, and people's answers about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from include.errors import PlatformError
from include.settings import Settings, load_settings

if TYPE_CHECKING:
    from include.releases.schedule import Served

REVIEWED: Final = "Đã soát, số liệu đúng"
APPROVED: Final = "Duyệt phát hành"
REJECTED: Final = "Từ chối"
REASON: Final = "ly_do"
NOT_BEFORE: Final = "khong_gui_truoc"
FIELDS_VI: Final[Mapping[str, str]] = {
    REASON: "Lý do (bắt buộc khi từ chối)",
    # Written, not picked: the page's calendar counts in its own time zone, which is not Việt Nam's unless changed.
    NOT_BEFORE: "Không gửi thư trước (giờ Việt Nam, ví dụ 20/06/2026 08:00; để trống: gửi ngay)",
}
"""The fields of the form that asks for a decision, each with the words before it."""

_LOG = logging.getLogger(__name__)


def list_due_releases(settings: Settings | None = None, moment: datetime | None = None) -> list[dict[str, str]]:
    """The releases to be frozen now, each as release_code, planned_at (ISO) and a run_id.

    The same release asked for twice on one day has the same run_id, so that whoever starts runs starts one.
    """
    from include.calendar.periods import VIETNAM
    from include.pipeline.prepare import prepared_warehouse
    from include.releases.schedule import due_releases

    now = moment or datetime.now(UTC)
    with prepared_warehouse(settings or load_settings()) as opened:
        return [
            {
                "release_code": job.subject,
                "planned_at": job.planned_at.isoformat(),
                "run_id": run_id_of(job.subject, job.planned_at) + f"__{now.astimezone(VIETNAM):%Y-%m-%d}",
            }
            for job in due_releases(opened, now)
        ]


def run_id_of(release_code: str, planned_at: datetime) -> str:
    """The name of the run that takes a planned release from freezing to delivery."""
    return f"calendar__{release_code}__{planned_at:%Y-%m-%d}"


def run_notices(settings: Settings | None = None, moment: datetime | None = None) -> list[Served]:
    """Put what is due to bodies and the lead department into the outbox; log who could not be written to."""
    from include.pipeline.prepare import prepared_warehouse
    from include.releases.schedule import serve_notices

    chosen = settings or load_settings()
    with prepared_warehouse(chosen) as opened:
        served = serve_notices(opened, chosen, moment or datetime.now(UTC))
    for each in served:
        late = ", late" if each.is_late else ""
        _LOG.info("%s: %s%s, %d messages", each.job.code, each.outcome, late, each.message_count)
        if each.unreachable:
            _LOG.warning("%s: no mailbox of %s", each.job.code, ", ".join(each.unreachable))
    return served


def freeze_planned(release_code: str, planned_at: str | None = None, settings: Settings | None = None) -> int | None:
    """Freeze a release of the calendar for its moment (ISO; the calendar's own when None); the id of the edition.

    A second call for the same moment gives the same edition, a new one once that was rejected. None when a person was
    there first: an edition of the release waits for a decision or is released. Raises ReleaseStopped, kept and ticked,
    when the figures may not be released; PlatformError for a release the calendar does not know.
    """
    from sqlalchemy import text

    from include.calendar.periods import read_moment
    from include.calendar.releases import require_plan
    from include.pipeline.prepare import prepared_warehouse
    from include.pipeline.release import CALENDAR_FREEZES, freeze
    from include.releases.register import open_edition, released_editions
    from include.releases.schedule import note_release
    from include.releases.stops import ReleaseStopped
    from include.warehouse.roles import connected_as

    chosen = settings or load_settings()
    plan = require_plan(release_code)
    planned = read_moment(planned_at) if planned_at else plan.planned_at
    now = datetime.now(UTC)
    with prepared_warehouse(chosen) as opened, connected_as(opened, "ttdn_releaser") as connection:
        # Held by the session until it ends: between the question and the freezing nobody else may freeze.
        connection.execute(
            text("select pg_advisory_lock(hashtextextended('release.planned ' || :code, 0))"), {"code": release_code}
        )
        known = connection.execute(
            text(
                "select edition.edition_id from release.edition where edition.release_code = :code"
                " and edition.planned_at = :planned and not exists (select 1 from release.decision"
                " where decision.edition_id = edition.edition_id and decision.decision in ('rejected', 'withdrawn'))"
                " order by edition.edition_number desc limit 1"
            ),
            {"code": release_code, "planned": planned},
        ).scalar()
        is_taken = known is None and (
            open_edition(connection, release_code) is not None or bool(released_editions(connection, release_code))
        )
        connection.commit()
        if is_taken:
            note_release(opened, release_code, planned, now, "covered")
            return None
        if known is None:
            try:
                known = freeze(
                    chosen, release_code, by=CALENDAR_FREEZES, planned_at=planned, is_late=now > planned + plan.grace
                )
            except ReleaseStopped:
                note_release(opened, release_code, planned, now, "stopped")
                raise
        note_release(opened, release_code, planned, now, "done")
        return int(known)


def render_edition(edition_id: int, *, as_draft: bool, settings: Settings | None = None) -> str:
    """Render the bundle of an edition; the folder it lies in."""
    from include.pipeline.prepare import prepared_warehouse
    from include.pipeline.render import render_release

    chosen = settings or load_settings()
    with prepared_warehouse(chosen) as opened, opened.begin() as connection:
        files = render_release(connection, chosen, edition_id, as_draft=as_draft)
    return str(Path(files[0].path).parent)


def describe_edition(edition_id: int, folder: str, settings: Settings | None = None) -> str:
    """What a person is asked to decide on, in Markdown: number, moment, coverage, warnings, where the draft lies."""
    from include.extracts.leadership.statements import NOBODY_ASKED
    from include.extracts.leadership.wording import moment_vi
    from include.pipeline.release import load

    edition = load(settings or load_settings(), edition_id)
    snapshot = edition.snapshot
    lines = [
        f"**{_plain(edition.name)}** ({edition.number})",
        "",
        f"- Chốt lúc {moment_vi(edition.frozen_at)}" + (", **chậm so với lịch**" if edition.is_late else ""),
        f"- {len(snapshot.received)}/{len(snapshot.obliged)} đơn vị phải báo cáo đã có báo cáo được chấp nhận"
        if snapshot.obliged
        else f"- {NOBODY_ASKED}",
        f"- {len(snapshot.indicators)} chỉ tiêu, {len(snapshot.warnings)} cảnh báo còn mở,"
        f" {snapshot.held_row_count} dòng đang bị giữ lại",
        f"- Dự thảo: `{folder}`",
        "",
        f"Từ lệnh: `ttdn release review {edition.number} --by …`, rồi người khác `ttdn release approve {edition.number}"
        " --by …`.",
    ]
    return "\n".join(lines)


def keep_answer(step: str, edition_id: int, answer: Mapping[str, Any], settings: Settings | None = None) -> bool:
    """Keep what a person answered when asked to review or approve (`step`: reviewed, approved) the edition.

    `answer` is what Airflow's question returns. The mails of an approved edition enter the outbox in the same
    transaction, to wait for the hour of an embargo when one was given. False for a rejection, which ends the release. A
    decision taken elsewhere meanwhile stands. Raises DecisionRefused for a rejection without a reason, for an hour that
    is past or cannot be read, and when the account that approves has reviewed: the question has to be asked again then.
    """
    from include.pipeline.release import approve, reject, review

    chosen = settings or load_settings()
    decided = _decisions(chosen, edition_id)
    if decided & {"rejected", "withdrawn"}:
        return False
    if _option(answer) == REJECTED:
        reject(chosen, edition_id, _account(answer), _reason(answer))
        return False
    if step in decided:
        return True
    if step == "approved":
        approve(chosen, edition_id, _account(answer), _not_before(answer))
    else:
        review(chosen, edition_id, _account(answer))
    return True


def mail_schedule() -> str | None:
    """How often mail is sent, as a cron line; None where no mail server is set, so that nothing runs for nothing."""
    return "*/5 * * * *" if load_settings().smtp_host else None


def deliver_mail(settings: Settings | None = None) -> dict[str, int] | None:
    """Send what waits in the outbox; how many mails ended how. None where no mail server is set.

    Raises PlatformError when the run was held up: the mails wait and are tried again.
    """
    chosen = settings or load_settings()
    if chosen.smtp_host is None:
        return None
    from include.pipeline.deliver import deliver

    report = deliver(chosen)
    if report.stopped:
        raise PlatformError(
            where="delivery",
            found="; ".join(": ".join(each) for each in report.stopped),
            expected="a mail server that takes what waits",
            remedy="Nothing is lost; `ttdn deliver --status` shows what waits.",
        )
    return dict(report.counts)


def _decisions(settings: Settings, edition_id: int) -> set[str]:
    from sqlalchemy import text

    from include.pipeline.prepare import prepared_warehouse

    with prepared_warehouse(settings) as opened, opened.connect() as connection:
        rows = connection.execute(
            text("select decision from release.decision where edition_id = :edition"), {"edition": edition_id}
        )
        return {row.decision for row in rows}


def _option(answer: Mapping[str, Any]) -> str:
    options = list(answer["chosen_options"])
    if len(options) != 1:
        raise PlatformError(
            where="the answer",
            found=f"{len(options)} options",
            expected="one",
            remedy="Clear the question and ask again.",
        )
    return str(options[0])


def _account(answer: Mapping[str, Any]) -> str:
    """The account that answered. Nobody answered where a question timed out, and nobody decides then."""
    user = answer.get("responded_by_user")
    if not user or not user.get("id"):
        raise PlatformError(
            where="the answer",
            found="no account that gave it",
            expected="the account of a person",
            remedy="Clear the question and answer it with an account.",
        )
    return str(user["id"])


def _reason(answer: Mapping[str, Any]) -> str:
    return _written(answer, REASON)


def _not_before(answer: Mapping[str, Any]) -> datetime | None:
    from include.calendar.periods import read_typed_moment
    from include.releases.register import DecisionRefused

    written = _written(answer, NOT_BEFORE).strip()
    try:
        return read_typed_moment(written) if written else None
    except ValueError as error:
        raise DecisionRefused(
            where="Không gửi thư trước",
            found=f"“{written[:40]}”, không phải ngày giờ",
            expected="ngày giờ, ví dụ 20/06/2026 08:00",
            remedy="Hỏi lại (Clear task ask_approval) rồi ghi giờ như ví dụ, hoặc để trống để gửi ngay.",
        ) from error


def _written(answer: Mapping[str, Any], field: str) -> str:
    return str((answer.get("params_input") or {}).get(field) or "")


def _plain(text: str) -> str:
    """The text without what Markdown or HTML would read as its own."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]<>()#+-!|" else letter for letter in text)
