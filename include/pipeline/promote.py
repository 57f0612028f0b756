"""Promote: one transaction from a decided batch to the warehouse, or to quarantine with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from include import faults
from include.model import Finding, IgnoredRow, Reading, Verdict
from include.pipeline.check import Decision, Told
from include.pipeline.land import Receipt
from include.pipeline.monitoring import load_counts, next_day_revisions
from include.pipeline.stage import StagedFile, empty_staging, subject_of
from include.warehouse.audit import record_event
from include.warehouse.sql import copy_rows, run_file

_SUBMISSION_COLUMNS = (
    "submission_id sha256 source_id subject_key reporting_unit_code period_code template_code template_version"
    " cut_off_date value_kind document_number document_date received_at content_hash verdict verdict_code"
    " revision_number received_count promoted_count quarantined_count ignored_count required_cell_count"
    " filled_cell_count blocking_count warning_count correction_state_hash"
).split()

# Each empties one staging table into the warehouse or quarantine; for a shape the batch does not hold they do nothing.
_LOADS = (
    "observation",
    "quarantined_observation",
    "observation_change",
    "capital_flow",
    "quarantined_capital_flow",
    "capital_flow_change",
    "series_point",
    "quarantined_series_point",
    "series_point_change",
    "exchange_rate",
    "applied_correction",
)

_NO_SHEET = ""
"""Where the rows of a file without sheets stand."""


def promote_batch(connection: Connection, decisions: Sequence[Decision]) -> dict[int, int]:
    """Write submissions, figures, quarantine, changes, findings and verdicts of a staged batch; empty staging.

    In the caller's transaction: all of it or none. Returns submission id -> revision number of loaded files.
    """
    revisions = _next_revisions(connection, decisions)
    faults.hit("promote_before_rows")
    copy_rows(
        connection,
        "warehouse.submission",
        _SUBMISSION_COLUMNS,
        (
            _submission_row(
                decision.file,
                decision.verdict,
                decision.code,
                revisions.get(decision.file.submission_id),
                promoted=decision.promoted_count,
                quarantined=decision.quarantined_count,
                ignored=_ignored_count(decision.file.reading),
                blocking=decision.blocking_count,
                warning=decision.warning_count,
            )
            for decision in decisions
        ),
    )
    for name in _LOADS:
        run_file(connection, f"load/{name}.sql")
        faults.hit("promote_within_rows")
    copy_rows(
        connection,
        "warehouse.waiver_use",
        "waiver_id submission_id rule_code message_code line_count".split(),
        (
            (use.waiver_id, decision.file.submission_id, use.rule_code, use.message_code, use.line_count)
            for decision in decisions
            for use in decision.waiver_uses
        ),
    )
    copy_rows(
        connection,
        "warehouse.narrative",
        "submission_id paragraph_number section_number heading body".split(),
        (
            (decision.file.submission_id, each.paragraph_number, each.section_number, each.heading, each.body)
            for decision in decisions
            if decision.verdict == "loaded"
            for each in decision.file.reading.narrative
        ),
    )
    copy_rows(
        connection,
        "warehouse.shadow_finding",
        (
            "submission_id line_number rule_code message_code severity sheet_name cell found_vi expected_vi subject_vi"
        ).split(),
        (
            (
                decision.file.submission_id,
                breach.line_number,
                breach.rule_code or breach.code,
                breach.code,
                breach.severity,
                breach.sheet_name,
                breach.cell,
                breach.found,
                breach.expected,
                breach.subject,
            )
            for decision in decisions
            for breach in decision.shadow_breaches
        ),
    )
    monitored = {d.file.submission_id: d.file.reading.monitoring for d in decisions if d.file.reading.monitoring}
    load_counts(connection, monitored)
    faults.hit("promote_before_verdicts")
    for decision in decisions:
        close_receipt(connection, decision.file.receipt, decision.verdict, decision.code, decision.file.submission_id)
    note_findings(connection, [(decision.file.receipt.receipt_id, decision.told) for decision in decisions])
    note_ignored(connection, [(d.file.submission_id, d.file.reading.ignored_rows) for d in decisions])
    for decision in decisions:
        if decision.file.reading.corrections:
            _note_corrected(connection, decision.file)
    empty_staging(connection)
    return revisions


def _note_corrected(connection: Connection, file: StagedFile) -> None:
    codes = sorted({each.correction_code for each in file.reading.corrections})
    record_event(
        connection,
        "correction",
        file.receipt.receipt_number,
        {
            "source": file.receipt.source_id,
            "sha256": file.receipt.sha256,
            "submission": file.submission_id,
            "corrections": ", ".join(codes),
            "figures": len(file.reading.corrections),
        },
    )


def record_unchanged(connection: Connection, files: Sequence[StagedFile]) -> None:
    """Write files that repeat the latest revision: every row ignored, nothing loaded."""
    copy_rows(
        connection,
        "warehouse.submission",
        _SUBMISSION_COLUMNS,
        (
            _submission_row(
                file,
                "unchanged",
                "UNCHANGED",
                None,
                promoted=0,
                quarantined=0,
                ignored=file.reading.received_count,
                blocking=0,
                warning=0,
            )
            for file in files
        ),
    )
    for file in files:
        close_receipt(connection, file.receipt, "unchanged", "UNCHANGED", file.submission_id)
    repeated = [
        (
            file.submission_id,
            (
                *file.reading.ignored_rows,
                *(
                    IgnoredRow(sheet, 0, "unchanged_content", count)
                    for sheet, count in _rows_by_sheet(file.reading).items()
                ),
            ),
        )
        for file in files
    ]
    note_ignored(connection, repeated)


def record_rejection(
    connection: Connection, receipt: Receipt, submission_id: int, reading: Reading, told: Sequence[Told], code: str
) -> None:
    """Write a file that could not be taken as a whole: no rows, the reason, and what could still be told of it."""
    heading = reading.heading
    copy_rows(
        connection,
        "warehouse.submission",
        _SUBMISSION_COLUMNS,
        [
            (
                submission_id,
                receipt.sha256,
                receipt.source_id,
                subject_of(reading),
                heading.reporting_unit_code if heading else reading.reporting_unit_code,
                heading.period_code if heading else reading.period_code,
                heading.template_code if heading else None,
                heading.template_version if heading else None,
                *([None] * 4),
                receipt.received_at,
                None,
                "rejected",
                code,
                None,
                *([0] * 6),
                sum(each.severity == "block" for each in told),
                sum(each.severity == "warn" for each in told),
                reading.correction_state,
            )
        ],
    )
    close_receipt(connection, receipt, "rejected", code, submission_id)
    note_findings(connection, [(receipt.receipt_id, told)])


def close_receipt(
    connection: Connection, receipt: Receipt, verdict: Verdict, code: str, submission_id: int | None
) -> None:
    """Give an arrival its verdict."""
    connection.execute(
        text(
            "update landing.receipt set verdict = :verdict, verdict_code = :code, submission_id = :submission_id"
            " where receipt_id = :receipt_id and verdict is null"
        ),
        {"verdict": verdict, "code": code, "submission_id": submission_id, "receipt_id": receipt.receipt_id},
    )


def repeat_blocks(connection: Connection, receipt: Receipt, submission_id: int) -> None:
    """Tell again what still holds lines of the report this arrival repeats; nothing when all of it was loaded."""
    connection.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi)"
            " select :receipt_id, f.rule_code, f.message_code, f.severity, f.sheet_name, f.cell, f.text_vi"
            " from warehouse.finding as f inner join landing.receipt as r using (receipt_id)"
            " where r.submission_id = :submission_id and r.verdict = 'loaded' and f.severity = 'block'"
            " order by f.finding_id"
        ),
        {"receipt_id": receipt.receipt_id, "submission_id": submission_id},
    )


def repeat_refusal(connection: Connection, receipt: Receipt, code: str) -> int | None:
    """Tell again what the first arrival of bytes that are not kept was told; returns its submission."""
    first = connection.execute(
        text(
            "select receipt_id, submission_id from landing.receipt"
            " where sha256 = :sha256 and verdict_code = :code order by receipt_id limit 1"
        ),
        {"sha256": receipt.sha256, "code": code},
    ).one()
    connection.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi)"
            " select :receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi"
            " from warehouse.finding where receipt_id = :first order by finding_id"
        ),
        {"receipt_id": receipt.receipt_id, "first": first.receipt_id},
    )
    submission_id: int | None = first.submission_id
    return submission_id


def note_findings(connection: Connection, told: Sequence[tuple[int, Sequence[Told]]]) -> None:
    """Keep what each arrival's reporter is told, in order."""
    copy_rows(
        connection,
        "warehouse.finding",
        "receipt_id rule_code message_code severity sheet_name cell text_vi".split(),
        (
            (receipt_id, each.rule, each.code, each.severity, each.sheet, each.cell, each.text)
            for receipt_id, sentences in told
            for each in sentences
        ),
    )


def note_ignored(connection: Connection, ignored: Sequence[tuple[int, Sequence[IgnoredRow]]]) -> None:
    """Keep which rows were left out under which rule."""
    counts: dict[tuple[int, str, int, str], int] = {}
    for submission_id, rows in ignored:
        for row in rows:
            key = (submission_id, row.sheet_name, row.row_number, row.rule_code)
            counts[key] = counts.get(key, 0) + row.row_count
    copy_rows(
        connection,
        "warehouse.ignored_row",
        "submission_id sheet_name row_number rule_code row_count".split(),
        ((*key, count) for key, count in counts.items()),
    )


def refusal_findings(reading: Reading) -> list[Finding]:
    """Everything to tell of a refused file: the refusal first, then what else was found."""
    return [*([reading.refusal] if reading.refusal else []), *reading.findings]


def _next_revisions(connection: Connection, decisions: Sequence[Decision]) -> dict[int, int]:
    loaded = [decision.file for decision in decisions if decision.verdict == "loaded"]
    rows = connection.execute(
        text(
            "select source_id, subject_key, max(revision_number) as latest"
            " from warehouse.submission where verdict = 'loaded' and subject_key = any(:subjects)"
            " group by source_id, subject_key"
        ),
        {"subjects": [file.subject_key for file in loaded]},
    )
    latest = {(row.source_id, row.subject_key): row.latest for row in rows}
    revisions = {file.submission_id: 1 + latest.get((file.receipt.source_id, file.subject_key), 0) for file in loaded}
    # A monitoring file revises days, whatever window it covers: its number is that of its most revised day.
    by_day = next_day_revisions(connection)
    return {submission_id: by_day.get(submission_id, revision) for submission_id, revision in revisions.items()}


def _submission_row(
    file: StagedFile,
    verdict: Verdict,
    code: str,
    revision: int | None,
    *,
    promoted: int,
    quarantined: int,
    ignored: int,
    blocking: int,
    warning: int,
) -> tuple[object, ...]:
    heading = file.reading.heading
    stated = (
        (
            heading.reporting_unit_code,
            heading.period_code,
            heading.template_code,
            heading.template_version,
            heading.cut_off_date,
            heading.value_kind,
            heading.document_number,
            heading.document_date,
        )
        if heading
        else (
            file.reading.reporting_unit_code,
            file.reading.period_code,
            None,
            None,
            _as_of_date(file.reading),
            None,
            None,
            None,
        )
    )
    return (
        file.submission_id,
        file.receipt.sha256,
        file.receipt.source_id,
        file.subject_key,
        *stated,
        file.receipt.received_at,
        file.content_hash,
        verdict,
        code,
        revision,
        file.reading.received_count,
        promoted,
        quarantined,
        ignored,
        file.required_cell_count,
        file.filled_cell_count,
        blocking,
        warning,
        file.reading.correction_state,
    )


def _as_of_date(reading: Reading) -> date | None:
    if reading.monitoring:
        return reading.monitoring.last_day
    closed = [row.as_of_date for row in reading.capital_flows] + [row.as_of_date for row in reading.series_points]
    return max(closed, default=None)


def _ignored_count(reading: Reading) -> int:
    return sum(row.row_count for row in reading.ignored_rows)


def _rows_by_sheet(reading: Reading) -> dict[str, int]:
    counts: dict[str, int] = {}
    observed = (row.sheet_name for row in reading.observations)
    for sheet_name in (*observed, *(row.sheet_name for row in reading.capital_flows)):
        counts[sheet_name] = counts.get(sheet_name, 0) + 1
    if reading.series_points:
        counts[_NO_SHEET] = len(reading.series_points)
    if reading.monitoring:
        counts[reading.monitoring.sheet_name or _NO_SHEET] = reading.monitoring.row_count
    return counts
