"""Reconcile: every file that was seen ends in exactly one verdict, and its bytes are where its receipt says.

Looks at the inbox, the receipts and the landing folder side by side. It repairs nothing: an open arrival is taken up by
the next run of its source, and what no run can mend is told to a person. Only drafts of dead processes are removed.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from croniter import croniter
from sqlalchemy import text

from include.calendar.periods import VIETNAM
from include.errors import PlatformError
from include.pipeline.land import (
    inbox_fingerprint,
    known_fingerprints,
    remove_left_drafts,
    shown_path,
    stored_name,
    survey_inbox,
)
from include.settings import Settings, load_settings
from include.sources import list_sources
from include.warehouse.connect import engine as open_engine
from include.warehouse.connect import warehouse_url
from include.warehouse.roles import connected_as

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_LOG = logging.getLogger(__name__)

UNRESOLVED_AFTER: Final = timedelta(minutes=30)
"""A file without verdict for longer is told."""

_SETTLED_AFTER: Final = timedelta(minutes=30)
"""What lacks its end is left in the inbox so long."""

_IN_FLIGHT_SECONDS: Final = 3600
"""A file is in the landing folder a moment before its receipt is committed, which a long drop may delay."""

PROBLEMS_VI: Final = {
    "UNRESOLVED": "đã nhận nhưng quá 30 phút chưa có kết quả",
    "NO_BYTES": "có biên nhận nhưng không còn tệp gốc trong kho tiếp nhận",
    "OTHER_SIZE": "tệp gốc trong kho tiếp nhận không còn đúng dung lượng lúc nhận",
    "NO_RECEIPT": "có tệp gốc trong kho tiếp nhận nhưng không có biên nhận",
    "NOT_FORGOTTEN": "tệp không được phép giữ vẫn còn trong kho tiếp nhận",
    "CONTRADICTION": "kết quả ghi trên biên nhận khác với kết quả trong kho",
    "DATED_AHEAD": "biên nhận ghi thời điểm ở tương lai: đồng hồ máy chủ từng chạy sai",
    "NOT_TAKEN": "nằm trong hộp nhận nhưng không nhận được",
    "WAITING": "nằm trong hộp nhận, đã qua lượt nhận của nguồn hơn 30 phút mà chưa được nhận",
}


class FilesUnresolved(PlatformError):
    """Files that have no verdict, or not the one that is kept: for a person, not for another try."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not add up; `code` is a key of PROBLEMS_VI, `what` the receipt, hash or inbox file."""

    code: str
    what: str
    source: str | None = None
    since: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How the files add up: arrivals by verdict, those still open and young, what does not fit."""

    moment: str
    receipts: int
    verdicts: dict[str, int]
    open: int
    removed_drafts: int
    discrepancies: list[Discrepancy]

    @property
    def ok(self) -> bool:
        """Whether every file has its one verdict, or is young enough to wait for it."""
        return not self.discrepancies


def reconcile(settings: Settings, engine: Engine) -> Reconciliation:
    """Look at every file and receipt there is; what killed processes left half done goes from landing and outbox."""
    removed = remove_left_drafts(settings)
    with connected_as(engine, "ttdn_loader") as connection:
        verdicts = {
            row.verdict: row.files
            for row in connection.execute(
                text("select verdict, count(*) as files from landing.receipt group by verdict order by verdict")
            )
        }
        found = [
            *_unresolved(connection),
            *_dated_ahead(connection),
            *_contradictions(connection),
            *_landing_against_receipts(connection, settings.landing),
            *_left_in_inbox(connection, settings),
        ]
    still_open = verdicts.pop(None, 0)
    return Reconciliation(
        moment=datetime.now(UTC).isoformat(timespec="seconds"),
        receipts=sum(verdicts.values()) + still_open,
        verdicts=verdicts,
        open=still_open,
        removed_drafts=removed,
        discrepancies=found,
    )


def require_reconciled() -> dict[str, int]:
    """Reconcile, log what does not fit, put a notice into the outbox once a day; arrivals by verdict.

    Raises FilesUnresolved when anything does not fit, so that the task is red until a person has looked.
    """
    settings = load_settings()
    engine = open_engine(warehouse_url(settings))
    try:
        found = reconcile(settings, engine)
        for each in found.discrepancies:
            # A name in the inbox may carry a secrecy mark; the log is read by more people than the inbox.
            _LOG.error("%s: %s", each.code, each.source if each.code in ("NOT_TAKEN", "WAITING") else each.what)
        if not found.ok:
            _tell_people(settings, engine, found)
    finally:
        engine.dispose()
    if not found.ok:
        codes = sorted({each.code for each in found.discrepancies})
        raise FilesUnresolved(
            where=f"{found.receipts} receipts",
            found=f"{len(found.discrepancies)} files that do not add up: {', '.join(codes)}",
            expected="one verdict for every file seen, and its bytes kept",
            remedy="`ttdn reconcile` lists them; docs/operations.md, “A file has no verdict”, says what each needs.",
        )
    return found.verdicts


def describe(found: Reconciliation) -> dict[str, Any]:
    """The shape `ttdn reconcile --json` prints."""
    return {
        **asdict(found),
        "ok": found.ok,
        "discrepancies": [asdict(each) | {"text": PROBLEMS_VI[each.code]} for each in found.discrepancies],
    }


def _tell_people(settings: Settings, engine: Engine, found: Reconciliation) -> None:
    from include.delivery.outbox import enqueue_notice
    from include.delivery.recipients import load_recipients, recipients_of

    moment = datetime.now(UTC)
    day = moment.astimezone(VIETNAM).date()
    receivers = [each.address for each in recipients_of(load_recipients(settings), "reconciliation", day)]
    counts: dict[str, int] = {}
    for each in found.discrepancies:
        counts[each.code] = counts.get(each.code, 0) + 1
    lines = [f"- {count} tệp: {PROBLEMS_VI[code]} ({code})" for code, count in sorted(counts.items())]
    with connected_as(engine, "ttdn_releaser") as connection:
        enqueue_notice(
            connection,
            kind="reconciliation",
            subject_key=f"reconciliation {day.isoformat()}",
            recipients=receivers,
            subject=f"{len(found.discrepancies)} tệp chưa có kết quả hoặc không khớp",
            text="Đối chiếu tệp đã nhận với kết quả:\n\n"
            + "\n".join(lines)
            + "\n\nXem từng tệp: ttdn reconcile trên máy chủ của nền tảng.\n",
            moment=moment,
            not_after=moment + timedelta(days=1),
        )
        connection.commit()


def _unresolved(connection: Connection) -> Iterator[Discrepancy]:
    # The database's clock wrote recorded_at, so it is the one that is asked.
    rows = connection.execute(
        text(
            "select receipt_number, source_id, recorded_at from landing.receipt"
            " where verdict is null and recorded_at < now() - :patience order by receipt_id"
        ),
        {"patience": UNRESOLVED_AFTER},
    )
    for row in rows:
        yield Discrepancy("UNRESOLVED", row.receipt_number, row.source_id, _since(row.recorded_at))


def _dated_ahead(connection: Connection) -> Iterator[Discrepancy]:
    # A later file of the same body stays behind this one until that day: a person has to send it with its true moment.
    rows = connection.execute(
        text(
            "select receipt_number, source_id, received_at from landing.receipt"
            " where received_at > now() + interval '1 day' order by receipt_id"
        )
    )
    for row in rows:
        yield Discrepancy("DATED_AHEAD", row.receipt_number, row.source_id, _since(row.received_at))


def _contradictions(connection: Connection) -> Iterator[Discrepancy]:
    rows = connection.execute(
        text(
            "select receipt.receipt_number as what, receipt.source_id,"
            " receipt.verdict || ', ' || submission.verdict as reason"
            " from landing.receipt inner join warehouse.submission using (submission_id)"
            " where receipt.verdict not in ('duplicate', submission.verdict)"
            " union all"
            " select submission.sha256, submission.source_id, 'no receipt of a ' || submission.verdict || ' file'"
            " from warehouse.submission where not exists ("
            "select 1 from landing.receipt where receipt.submission_id = submission.submission_id)"
            " union all"
            " select submission.sha256, submission.source_id, 'loaded by ' || count(*) || ' receipts'"
            " from warehouse.submission inner join landing.receipt using (submission_id)"
            " where receipt.verdict = 'loaded' group by submission.submission_id having count(*) > 1"
            " order by what"
        )
    )
    for row in rows:
        yield Discrepancy("CONTRADICTION", row.what, row.source_id, reason=row.reason)


def _landing_against_receipts(connection: Connection, landing: Path) -> Iterator[Discrepancy]:
    kept = {path.name: facts for path in landing.glob("[0-9a-f][0-9a-f]/*") if (facts := _facts(path)) is not None}
    # Of a file that came incomplete, or that no backup had, nothing is missing: its sender was asked to send it again.
    rows = connection.execute(
        text(
            "select f.sha256, f.byte_size, f.forgotten_at, not exists ("
            " select 1 from landing.receipt as r where r.sha256 = f.sha256 and r.verdict is distinct from 'incomplete'"
            ") as is_asked_again from landing.file as f order by f.sha256"
        )
    ).all()
    for row in rows:
        facts = kept.pop(row.sha256, None)
        if row.forgotten_at is not None:
            # The verdict is committed a moment before the bytes are removed.
            if facts is not None and datetime.now(UTC) - row.forgotten_at > UNRESOLVED_AFTER:
                yield Discrepancy("NOT_FORGOTTEN", row.sha256, since=_since(row.forgotten_at))
        elif facts is None:
            if not row.is_asked_again and not (landing / stored_name(row.sha256)).exists():
                yield Discrepancy("NO_BYTES", row.sha256)
        elif facts.st_size != row.byte_size:
            yield Discrepancy("OTHER_SIZE", row.sha256, reason=f"{facts.st_size}, {row.byte_size}")
    for name, facts in sorted(kept.items()):
        if time.time() - facts.st_mtime > _IN_FLIGHT_SECONDS:
            yield Discrepancy("NO_RECEIPT", name, since=_since(datetime.fromtimestamp(facts.st_mtime, UTC)))


def _left_in_inbox(connection: Connection, settings: Settings) -> Iterator[Discrepancy]:
    for source in list_sources():
        found = survey_inbox(settings.inbox, source)
        for odd in found.odd:
            yield Discrepancy("NOT_TAKEN", shown_path(odd.path), source.source_id, reason=odd.reason)
        prints: dict[str, Path] = {}
        for path in found.reports:
            if (facts := _facts(path)) is not None:
                prints[inbox_fingerprint(settings.inbox, path, facts)] = path
        known = known_fingerprints(connection, list(prints))
        for fingerprint, path in prints.items():
            since = None if fingerprint in known else _missed_its_turn(path, source.schedule)
            if since is not None:
                yield Discrepancy("WAITING", shown_path(path), source.source_id, _since(since))


def _missed_its_turn(path: Path, schedule: str) -> datetime | None:
    """When the file was last written to, if its source was due to look since; None before that, or when it is gone."""
    facts = _facts(path)
    if facts is None:
        return None
    since = datetime.fromtimestamp(facts.st_ctime, UTC)
    turn = croniter(schedule, (since + _SETTLED_AFTER).astimezone(VIETNAM)).get_next(datetime)
    return since if datetime.now(UTC) - turn > UNRESOLVED_AFTER else None


def _facts(path: Path) -> os.stat_result | None:
    """What the name says now; None when it is gone, as files may go while they are looked at."""
    try:
        return path.lstat()
    except OSError:
        return None


def _since(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")
