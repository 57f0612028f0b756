"""Answer: give every reporter a workbook back, with the mistakes marked and a receipt in front."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, text

from include import faults
from include.calendar.periods import is_on_time, load_periods
from include.drafts import draft_folder, put_in_place
from include.errors import NoRoomError
from include.pipeline.land import stored_name
from include.quality.doubts import WAITING
from include.readers import WorkbookRefused
from include.readers.sandbox import Sandbox
from include.reference import load_reference
from include.settings import Settings
from include.sources import Source
from include.sources.agency_reports.answer import AnswerReceipt, Mistake

_ROOM_OF_AN_ANSWER = 1_000_000

_ARRIVALS = text(
    "select r.receipt_id, r.receipt_number, r.sha256, r.original_name, r.received_at, r.verdict,"
    " s.verdict_code as held_for,"
    " s.reporting_unit_code, s.period_code, s.revision_number, s.received_count, s.promoted_count,"
    " s.quarantined_count, s.ignored_count,"
    " (select min(f.received_at) from warehouse.submission as f"
    "  where f.verdict = 'loaded' and f.source_id = r.source_id"
    "  and f.reporting_unit_code = s.reporting_unit_code and f.period_code = s.period_code) as first_accepted_at"
    " from landing.receipt as r left join warehouse.submission as s using (submission_id)"
    " where r.receipt_id = any(:ids) and r.verdict is not null and r.answer_name is null order by r.receipt_id"
)
_FINDINGS = text(
    "select receipt_id, severity, sheet_name, cell, text_vi from warehouse.finding"
    " where receipt_id = any(:ids) order by finding_id"
)


def write_answers(
    connection: Connection, settings: Settings, source: Source, receipt_ids: Sequence[int], sandbox: Sandbox
) -> int:
    """Answer every closed arrival that has no answer yet; how many were written.

    Each answer is complete before its name is recorded, so a broken run only leaves answers to write again.
    """
    if source.answerer is None:
        return 0
    arrivals = connection.execute(_ARRIVALS, {"ids": list(receipt_ids)}).all()
    mistakes: dict[int, list[Mistake]] = defaultdict(list)
    for row in connection.execute(_FINDINGS, {"ids": [arrival.receipt_id for arrival in arrivals]}):
        mistakes[row.receipt_id].append(Mistake(row.severity, row.sheet_name, row.cell, row.text_vi))
    settings.outbox.mkdir(parents=True, exist_ok=True)
    with draft_folder(settings.outbox) as drafts:
        return _write_arrivals(connection, settings, source.answerer, arrivals, mistakes, sandbox, drafts)


def _write_arrivals(
    connection: Connection,
    settings: Settings,
    answerer: str,
    arrivals: Sequence[Row[Any]],
    mistakes: Mapping[int, Sequence[Mistake]],
    sandbox: Sandbox,
    drafts: Path,
) -> int:
    names = {arrival.receipt_id: _answer_name(arrival) for arrival in arrivals}
    calls = []
    for arrival in arrivals:
        original = settings.landing / stored_name(arrival.sha256)
        calls.append(
            (
                str(original) if original.exists() else None,
                str(drafts / names[arrival.receipt_id]),
                _receipt_of(arrival),
                [tuple(mistake) for mistake in mistakes[arrival.receipt_id]],
            )
        )
    failed: BaseException | None = None
    for arrival, call, outcome in zip(arrivals, calls, sandbox.map(answerer, calls), strict=True):
        draft = Path(str(call[1]))
        try:
            if isinstance(outcome, WorkbookRefused):
                # The workbook cannot be opened a second time: the receipt and the list go out alone.
                sandbox.run(answerer, None, *call[1:])
            elif isinstance(outcome, BaseException):
                raise outcome
            faults.hit("answer_before_rename")
            put_in_place(draft, settings.outbox / names[arrival.receipt_id])
            faults.hit("answer_after_rename")
        except Exception as error:
            # A disk that is full, for one. Told after the others have theirs; tried again with the next run.
            draft.unlink(missing_ok=True)
            failed = failed or _explained(error, settings.outbox)
            continue
        connection.execute(
            text("update landing.receipt set answer_name = :name where receipt_id = :receipt_id"),
            {"name": names[arrival.receipt_id], "receipt_id": arrival.receipt_id},
        )
        connection.commit()
        faults.hit("answer_after_commit")
    if failed is not None:
        raise failed
    return len(arrivals)


def _explained(error: Exception, outbox: Path) -> Exception:
    # The child that wrote it can only say that it could not.
    if shutil.disk_usage(outbox).free >= _ROOM_OF_AN_ANSWER:
        return error
    return NoRoomError(
        where=str(outbox),
        found=f"{type(error).__name__}: no room left for an answer",
        expected="room for an answer to every file",
        remedy="Make room; docs/operations.md, “The disk is full”. The next run writes the answers that are missing.",
    )


def _answer_name(arrival) -> str:  # type: ignore[no-untyped-def]
    # Never made from the sender's file name, which is untrusted text.
    parts = ["TraLoi", arrival.period_code, arrival.reporting_unit_code, arrival.receipt_number]
    return "_".join(part for part in parts if part) + ".xlsx"


def _receipt_of(arrival) -> AnswerReceipt:  # type: ignore[no-untyped-def]
    reference, periods = load_reference(), load_periods()
    unit = reference.units.get(arrival.reporting_unit_code)
    period = periods.get(arrival.period_code)
    accepted_at = arrival.first_accepted_at or arrival.received_at
    has_counts = arrival.verdict not in ("duplicate",) and arrival.received_count is not None
    return AnswerReceipt(
        number=arrival.receipt_number,
        received_at=arrival.received_at,
        unit_name=f"{unit.code} - {unit.name_vi}" if unit else "",
        period_name=period.name_vi if period else "",
        verdict=arrival.verdict,
        on_time=is_on_time(period, accepted_at) if period else None,
        revision=arrival.revision_number,
        counts={
            "received": arrival.received_count,
            "promoted": arrival.promoted_count,
            "quarantined": arrival.quarantined_count,
            "ignored": arrival.ignored_count,
        }
        if has_counts
        else {},
        due_at=period.due_at if period else None,
        file_name=arrival.original_name,
        # Bytes sent again while the first arrival waits are held for the same reason.
        awaits_confirmation=arrival.verdict != "loaded" and arrival.held_for == WAITING,
    )
