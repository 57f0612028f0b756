"""What became of a file, as `ttdn ingest` tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from include.pipeline.land import OddFile
from include.settings import Settings


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file, in the shape `ttdn ingest --json` prints."""

    path: str
    sha256: str
    source: str
    reporting_unit: str | None
    period: str | None
    revision: int | None
    verdict: str
    code: str
    counts: dict[str, int]
    messages: list[dict[str, str | None]]
    answer: str | None
    receipt: str | None
    subject: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Loaded, or nothing new; a file loaded in part counts as accepted, its held lines are in the messages."""
        return self.verdict in ("loaded", "duplicate", "unchanged") and self.code != "DUPLICATE_HELD"


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of everything among the paths: the files taken, what could not be, how many were no reports."""

    results: list[FileResult]
    not_taken: list[OddFile]
    passed_over: int


def describe_receipts(connection: Connection, settings: Settings, receipt_ids: Sequence[int]) -> dict[int, FileResult]:
    """The results of those arrivals as the warehouse knows them, in the order given."""
    rows = connection.execute(
        text(
            "select r.receipt_id, r.receipt_number, r.original_name, r.sha256, r.source_id, r.verdict, r.verdict_code,"
            " r.answer_name, s.subject_key, s.reporting_unit_code, s.period_code, s.revision_number, s.received_count,"
            " s.promoted_count, s.quarantined_count, s.ignored_count"
            " from landing.receipt as r left join warehouse.submission as s using (submission_id)"
            " where r.receipt_id = any(:ids)"
        ),
        {"ids": list(receipt_ids)},
    )
    found = {row.receipt_id: row for row in rows}
    messages: dict[int, list[dict[str, str | None]]] = defaultdict(list)
    for finding in connection.execute(
        text(
            "select receipt_id, severity, rule_code, message_code, sheet_name, cell, text_vi from warehouse.finding"
            " where receipt_id = any(:ids) order by finding_id"
        ),
        {"ids": list(receipt_ids)},
    ):
        messages[finding.receipt_id].append(
            {
                "severity": finding.severity,
                "rule": finding.rule_code,
                "code": finding.message_code,
                "sheet": finding.sheet_name,
                "cell": finding.cell,
                "text": finding.text_vi,
            }
        )
    results = {}
    for receipt_id in receipt_ids:
        row = found[receipt_id]
        is_repeat = row.verdict == "duplicate"
        results[receipt_id] = FileResult(
            path=row.original_name,
            sha256=row.sha256,
            source=row.source_id,
            reporting_unit=row.reporting_unit_code,
            period=row.period_code,
            revision=row.revision_number if row.verdict == "loaded" else None,
            verdict=row.verdict,
            code=row.verdict_code,
            # A duplicate brings no rows of its own: they are in the ledger of the file it repeats.
            counts={
                "received": 0 if is_repeat else row.received_count or 0,
                "promoted": 0 if is_repeat else row.promoted_count or 0,
                "quarantined": 0 if is_repeat else row.quarantined_count or 0,
                "ignored": 0 if is_repeat else row.ignored_count or 0,
            },
            messages=messages[receipt_id],
            answer=str(settings.outbox / row.answer_name) if row.answer_name else None,
            receipt=row.receipt_number,
            subject=row.subject_key,
        )
    return results
