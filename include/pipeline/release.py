"""Release: from the marts to a frozen edition, and the word of two people on it."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from include import faults
from include.calendar.periods import VIETNAM
from include.errors import CatalogueError, PlatformError
from include.extracts.leadership.edition import Correction, Edition
from include.pipeline.prepare import prepared_warehouse
from include.readers.kept_words import require_fit
from include.releases.comparison import compare_headlines
from include.releases.corrections import hide_small_differences, list_changes
from include.releases.lineage import read_lineage
from include.releases.register import (
    SHORTEST_POST,
    SHORTEST_REASON,
    DecisionRefused,
    add_decision,
    add_edition,
    load_edition,
    lock_release,
    next_edition_number,
    open_edition,
    printed_of_period,
    released_editions,
)
from include.releases.stops import ReleaseStopped, StopReason, find_reasons, note_stop
from include.releases.version import code_version
from include.settings import Settings
from include.warehouse.roles import with_rights_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from include.calendar.releases import ReleasePlan
    from include.extracts.leadership.snapshot import Snapshot

_LOG = logging.getLogger(__name__)

CALENDAR_FREEZES: Final = "Lịch phát hành"
"""Who froze an edition the calendar asked for: the platform, which reviews and approves nothing."""

_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class FreezeRequest:
    """What is to be frozen, on whose word; `reason` is why a released edition has to be corrected."""

    plan: ReleasePlan
    by: str
    planned_at: datetime | None = None
    is_late: bool = False
    reason: str | None = None

    @property
    def release_code(self) -> str:
        return self.plan.release_code


def freeze(
    settings: Settings,
    release_code: str,
    *,
    by: str,
    planned_at: datetime | None = None,
    is_late: bool = False,
    reason: str | None = None,
    moment: datetime | None = None,
) -> int:
    """Freeze the figures of a release as they are known now; the id of the new edition.

    Raises ReleaseStopped, with every reason, when the figures may not be released: that is kept, and the people who
    wait are told. Raises DecisionRefused while an edition of the release waits for a decision, and for a correction
    without a reason; PlatformError for a release the calendar does not know.
    """
    from include.calendar.releases import require_plan

    request = FreezeRequest(require_plan(release_code), by, planned_at, is_late, reason)
    frozen_at = moment or datetime.now(UTC)
    with prepared_warehouse(settings) as opened:
        with opened.begin() as connection:
            outcome = freeze_release(connection, settings, request, frozen_at)
            faults.hit("freeze_before_commit")
        faults.hit("freeze_after_commit")
        if isinstance(outcome, int):
            return outcome
        stop_id = keep_stop(opened, settings, release_code, outcome, "freeze", frozen_at, planned_at)
        raise ReleaseStopped(release_code, outcome, stop_id)


def freeze_release(
    connection: Connection, settings: Settings, request: FreezeRequest, moment: datetime
) -> int | list[StopReason]:
    """The same in the caller's transaction: the id of the edition, or every reason why there is none."""
    require_fit(
        "--by",
        request.by,
        refusal=DecisionRefused,
        expected="một chức danh hoặc tài khoản, không ghi họ tên",
        remedy="Ghi chức danh của người chốt, ví dụ “Chuyên viên thống kê”.",
        is_post=True,
        shortest=SHORTEST_POST,
    )
    if request.reason is not None:
        require_fit(
            "--reason",
            request.reason,
            refusal=DecisionRefused,
            expected="lý do bằng lời, ai cũng đọc được",
            remedy="Lý do được in trong bản đính chính.",
            shortest=SHORTEST_REASON,
        )
    with with_rights_of(connection, "ttdn_releaser"):
        lock_release(connection, request.release_code, request.plan.period_code)
        waiting = open_edition(connection, request.release_code)
        if waiting is not None:
            raise DecisionRefused(
                where=f"bản phát hành {request.release_code}",
                found=f"lần chốt {waiting} còn chờ quyết định",
                expected="mỗi lúc một lần chốt chờ quyết định",
                remedy=f"Duyệt hoặc từ chối lần chốt trước: ttdn release reject {waiting} --by … --reason …",
            )
        earlier = released_editions(connection, request.release_code)
        printed = printed_of_period(connection, request.plan.period_code)
        number = next_edition_number(connection, request.release_code)
    if earlier and request.reason is None:
        raise DecisionRefused(
            where=f"bản phát hành {request.release_code}",
            found=f"đã phát hành {len(earlier)} lần, lần chốt mới là đính chính mà không có lý do",
            expected="lý do đính chính",
            remedy="Thêm --reason: vì sao số liệu đã phát hành phải đính chính.",
        )
    if not earlier and request.plan.is_late(moment):
        # Whoever freezes it by hand, after a stop or a rejection: readers were promised it by then.
        request = replace(request, is_late=True)
    reasons, edition = _read_edition(connection, settings, request, number, moment)
    if reasons:
        return reasons
    whole, edition = edition, _without_small_steps(edition, printed)
    if request.reason and edition.snapshot is not whole.snapshot and re.search(r"\d", request.reason):
        raise DecisionRefused(
            where=f"bản phát hành {request.release_code}",
            found="lý do có con số, trong khi bản này không nêu một thay đổi nhỏ của nội dung nhạy cảm",
            expected="lý do bằng lời, không nêu con số",
            remedy="Lý do được in trong bản đính chính: chỉ nói ai gửi lại và vì sao.",
        )
    corrects = None
    if earlier:
        corrects, edition = _as_correction(earlier, edition, request.reason or "")
    with with_rights_of(connection, "ttdn_releaser"):
        return add_edition(connection, edition, corrects)


def review(settings: Settings, edition_id: int, by: str) -> None:
    """Keep that somebody looked the edition through. Raises DecisionRefused."""
    _decide(settings, edition_id, "reviewed", by)


def approve(settings: Settings, edition_id: int, by: str, not_before: datetime | None = None) -> int:
    """Approve the edition and put its mails into the outbox, in one transaction; how many mails.

    None of them goes before `not_before`. Raises DecisionRefused unless it was reviewed and `by` is neither who froze
    nor who reviewed it, and for an hour that is past.
    """
    moment = datetime.now(UTC)
    with prepared_warehouse(settings) as opened, opened.begin() as connection:
        return approve_edition(connection, settings, edition_id, by, moment, not_before)


def approve_edition(
    connection: Connection,
    settings: Settings,
    edition_id: int,
    by: str,
    moment: datetime,
    not_before: datetime | None = None,
) -> int:
    """The same in the caller's transaction. Mails of earlier editions that did not go yet are cancelled."""
    from sqlalchemy import text

    from include.delivery.outbox import enqueue_release

    if not_before is not None and not_before <= moment:
        raise DecisionRefused(
            where="Không gửi thư trước",
            found=f"{not_before.astimezone(VIETNAM):%d/%m/%Y %H:%M}, đã qua",
            expected="một giờ chưa tới",
            remedy="Để trống để gửi ngay, hoặc ghi giờ được phép công bố; trên trang Airflow thì hỏi lại trước"
            " (Clear task ask_approval).",
        )
    with with_rights_of(connection, "ttdn_releaser"):
        row = connection.execute(
            text("select release_code, edition_number, release_kind from release.edition where edition_id = :edition"),
            {"edition": edition_id},
        ).one()
        # Mails before the decision, whose trigger holds the audit log: in that order a delivery takes them as well.
        connection.execute(
            text(
                "update release.message as message set state = 'cancelled', last_error = :why from release.edition"
                " where message.edition_id = edition.edition_id and edition.release_code = :code"
                " and edition.edition_number < :number and message.state = 'pending'"
            ),
            {
                "code": row.release_code,
                "number": row.edition_number,
                "why": f"superseded by {row.release_code}/{row.edition_number}",
            },
        )
        add_decision(connection, edition_id, "approved", by, moment)
        return enqueue_release(
            connection,
            edition_id,
            row.release_code,
            row.edition_number,
            row.release_kind,
            settings,
            moment,
            not_before,
        )


def reject(settings: Settings, edition_id: int, by: str, reason: str) -> None:
    """Refuse a frozen edition, with the reason; nothing of it is ever sent. Raises DecisionRefused."""
    _decide(settings, edition_id, "rejected", by, reason)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of the mails of an edition that was taken back: not sent any more, and recipients told of it."""

    stopped: int
    told: int


def withdraw(settings: Settings, edition_id: int, by: str, reason: str) -> Withdrawal:
    """Take an approved edition back: what has not gone does not go, and whoever may have received it is told, with why.

    Raises DecisionRefused.
    """
    from sqlalchemy import text

    from include.delivery.outbox import enqueue_notice

    moment = datetime.now(UTC)
    with (
        prepared_warehouse(settings) as opened,
        opened.begin() as connection,
        with_rights_of(connection, "ttdn_releaser"),
    ):
        # Mails before the decision, as a delivery takes them.
        stopped = connection.execute(
            text(
                "update release.message set state = 'cancelled', last_error = 'the edition was withdrawn'"
                " where edition_id = :edition and state = 'pending'"
            ),
            {"edition": edition_id},
        ).rowcount
        add_decision(connection, edition_id, "withdrawn", by, moment, reason)
        edition = load_edition(connection, edition_id)
        received = connection.execute(
            text(
                "select recipient from release.message where edition_id = :edition"
                " and (state in ('sending', 'sent', 'uncertain') or exists (select 1 from release.attempt"
                " where attempt.message_id = message.message_id and attempt.outcome = 'uncertain'))"
                " order by message_id"
            ),
            {"edition": edition_id},
        ).scalars()
        told = enqueue_notice(
            connection,
            kind="withdrawal",
            subject_key=f"withdrawal {edition.number}",
            recipients=list(received),
            subject=f"Rút lại: {edition.name} (bản {edition.release_code}, lần {edition.edition_number})",
            text=(
                f"{edition.name} ({edition.number}) đã gửi trước đây được rút lại.\n\nLý do: {reason.strip()}\n\n"
                "Đề nghị không dùng số liệu của bản này. Bản thay thế sẽ được gửi sau khi có người duyệt.\n"
            ),
            moment=moment,
        )
        return Withdrawal(int(stopped), told)


def keep_stop(
    engine: Engine,
    settings: Settings,
    release_code: str,
    reasons: Sequence[StopReason],
    step: str,
    moment: datetime,
    planned_at: datetime | None = None,
    *,
    is_awaited: bool = True,
) -> int:
    """Keep why a release stopped; the number of the note. Those who wait (`is_awaited`) are told once a day."""
    from include.releases.late_notice import tell_late

    with engine.begin() as connection, with_rights_of(connection, "ttdn_releaser"):
        stop_id = note_stop(connection, release_code, step, reasons, moment, planned_at)
    if not is_awaited:
        return stop_id
    # A transaction of its own: a list of recipients that cannot be read must not take the note with it, nor hide it.
    try:
        with engine.begin() as connection, with_rights_of(connection, "ttdn_releaser"):
            tell_late(connection, settings, release_code, reasons, moment)
    except CatalogueError as unusable:
        _LOG.error("%s stopped and nobody could be told: %s", release_code, unusable)
    return stop_id


def _decide(settings: Settings, edition_id: int, decision: str, by: str, reason: str | None = None) -> None:
    with (
        prepared_warehouse(settings) as opened,
        opened.begin() as connection,
        with_rights_of(connection, "ttdn_releaser"),
    ):
        add_decision(connection, edition_id, decision, by, datetime.now(UTC), reason)  # type: ignore[arg-type]


def _read_edition(
    connection: Connection,
    settings: Settings,
    request: FreezeRequest,
    number: int,
    moment: datetime,
) -> tuple[list[StopReason], Edition]:
    """One state of the marts, its faults and the edition made of it; read again when files arrived meanwhile."""
    from include.extracts.leadership.snapshot import read_snapshot
    from include.indicators.marts import hold_marts, is_current

    plan = request.plan
    for _ in range(_TRIES):
        hold_marts(connection)
        with with_rights_of(connection, "ttdn_extractor"):
            snapshot = _of_plan(_with_origin(settings, read_snapshot(connection, plan.period_code)), plan, moment)
            reasons = find_reasons(connection, plan, snapshot)
            edition = _edition_of(connection, snapshot, request, number, moment)
        if is_current(connection):
            return reasons, edition
    raise PlatformError(
        where=f"release {plan.release_code}",
        found=f"figures that changed while they were read, {_TRIES} times",
        expected="a few seconds without a new file",
        remedy="Freeze again when the files that are arriving have been taken in.",
    )


def _edition_of(
    connection: Connection, snapshot: Snapshot, request: FreezeRequest, number: int, moment: datetime
) -> Edition:
    plan = request.plan
    return with_sources(
        connection,
        Edition(
            release_code=plan.release_code,
            edition_number=number,
            release_kind=plan.release_kind,
            name=plan.name_vi,
            planned_at=request.planned_at,
            is_late=request.is_late,
            as_known_at=moment,
            frozen_at=moment,
            frozen_by=request.by.strip(),
            code_version=code_version(),
            snapshot=snapshot,
        ),
    )


def with_sources(connection: Connection, edition: Edition) -> Edition:
    """The edition with the cells behind its headlines, their definitions and the same period of the year before.

    Reads the marts with the caller's rights.
    """
    from sqlalchemy import text

    files, cells = read_lineage(connection, edition.snapshot)
    hashes = connection.execute(
        text("select indicator_code, definition_hash from reference.indicator where definition_hash is not null")
    ).all()
    known = {row.indicator_code: row.definition_hash for row in hashes}
    return replace(
        edition,
        comparisons=compare_headlines(
            edition.snapshot, *_same_period_before(connection, edition.release_code, edition.snapshot)
        ),
        lineage_files=files,
        lineage=cells,
        definition_hashes=tuple(
            (each.code, known[each.code]) for each in edition.snapshot.indicators if each.code in known
        ),
    )


def _same_period_before(connection: Connection, release_code: str, snapshot: Snapshot) -> tuple[Snapshot | None, str]:
    """The same period of the year before and its name: for a month, what was released of it; else as known now."""
    from include.calendar.periods import load_periods
    from include.extracts.leadership.snapshot import read_snapshot
    from include.indicators.catalogue import load_catalogue
    from include.reference import load_reference

    year, _, part = release_code.partition("-")
    if part.startswith("T"):
        with with_rights_of(connection, "ttdn_releaser"):
            released = released_editions(connection, f"{int(year) - 1}-{part}")
        return (released[-1][2].snapshot, released[-1][2].name) if released else (None, "")
    wanted = [
        period.code
        for period in load_periods().values()
        if period.kind == snapshot.period.kind != "DX" and period.plan_year == snapshot.period.plan_year - 1
    ]
    if not wanted:
        return None, ""
    with with_rights_of(connection, "ttdn_releaser"):
        printed = printed_of_period(connection, wanted[0])
    # Beside what was printed of that period a small step would be told here just as in an edition of its own.
    return (
        hide_small_differences(
            read_snapshot(connection, wanted[0]),
            [each.snapshot for each in printed],
            load_catalogue(),
            load_reference(),
        ),
        "",
    )


def _of_plan(snapshot: Snapshot, plan: ReleasePlan, moment: datetime) -> Snapshot:
    """Only what the release is of: a month brings the figures that come monthly, and no body owes a report for it."""
    if plan.indicator_codes is None:
        return snapshot
    indicators = tuple(each for each in snapshot.indicators if each.code in plan.indicator_codes)
    # Of the month's own figures: what the bodies' reports are closed at says nothing about them.
    closed = [
        day for each in indicators for line in each.headline for day in (line.cut_off_from, line.cut_off_to) if day
    ]
    return replace(
        snapshot,
        period=replace(
            snapshot.period,
            name=plan.name_of_window_vi,
            rule="Không yêu cầu đơn vị nào báo cáo theo tháng",
            # The half-year it lies in is not over: no figure can be of a later day.
            window_end=min(snapshot.period.window_end, moment.astimezone(VIETNAM).date()),
        ),
        bodies=(),
        indicators=indicators,
        cut_off_from=min(closed, default=None),
        cut_off_to=max(closed, default=None),
    )


def _with_origin(settings: Settings, snapshot: Snapshot) -> Snapshot:
    from include.pipeline.extract import is_synthetic

    return replace(snapshot, is_synthetic=is_synthetic(settings.landing, snapshot))


def _without_small_steps(edition: Edition, printed: Sequence[Edition]) -> Edition:
    """The edition without numbers that would tell a small count beside what readers already have of the period."""
    from include.indicators.catalogue import load_catalogue
    from include.reference import load_reference

    snapshot = hide_small_differences(
        edition.snapshot, [each.snapshot for each in printed], load_catalogue(), load_reference()
    )
    hidden = {(each.indicator_code, each.side) for each in snapshot.headlines if each.state == "suppressed"}
    return replace(
        edition,
        snapshot=snapshot,
        lineage=tuple(
            replace(cell, value=None, added=None, is_hidden=True)
            if (cell.indicator_code, cell.side) in hidden
            else cell
            for cell in edition.lineage
        ),
        comparisons=tuple(
            replace(each, difference=None, reason="Không nêu.") if (each.indicator_code, each.side) in hidden else each
            for each in edition.comparisons
        ),
    )


def _as_correction(
    earlier: Sequence[tuple[int, int | None, Edition]], edition: Edition, reason: str
) -> tuple[int, Edition]:
    """The edition as a correction of the newest released one."""
    edition_id, _, before = earlier[-1]
    number = max((number for _, number, _ in earlier if number is not None), default=0) + 1
    correction = Correction(number, before.edition_number, reason.strip(), list_changes(before, edition))
    if not correction.changes:
        raise DecisionRefused(
            where=f"bản phát hành {edition.release_code}",
            found=f"không con số nào khác với lần {before.edition_number} đã phát hành",
            expected="ít nhất một con số phải đính chính",
            remedy="Không cần phát hành lại: số liệu đã phát hành vẫn đúng.",
        )
    return edition_id, replace(edition, correction=correction)


def load(settings: Settings, edition_id: int) -> Edition:
    """The edition as it was frozen, with its approval."""
    with (
        prepared_warehouse(settings) as opened,
        opened.connect() as connection,
        with_rights_of(connection, "ttdn_releaser"),
    ):
        return load_edition(connection, edition_id)
