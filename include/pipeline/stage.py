"""Stage: put what was read of a batch into the staging tables, and empty them again.

Reports have a heading and observations; a feed has no heading and fills another shape.
Staging holds one batch at a time; `gate_lock` keeps it so across processes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter

from sqlalchemy import Connection, text

from include import faults
from include.calendar.periods import load_periods
from include.model import TOTAL, CapitalFlow, Heading, Reading, SeriesPoint
from include.pipeline.land import Receipt
from include.pipeline.monitoring import stage_counts
from include.reference import Reference
from include.warehouse.sql import copy_rows

GATE_LOCK = 7_314_001
"""Advisory lock number: whoever holds it owns the staging tables."""

_FILLED_STATES = {"reported", "nil", "not_applicable", "withheld"}
_EMPTY_STAGING = text(
    "truncate staging.report, staging.observation, staging.printed_total, staging.blocked_line,"
    " staging.monitoring_count, staging.monitoring_value, staging.monitoring_day,"
    " staging.feed_file, staging.capital_flow, staging.series_point, staging.applied_correction"
)

# Staging column and field of the row, in the order of the table.
_OBSERVATION = tuple(
    (name, name)
    for name in (
        "line_number measure_code reporting_unit_code period_code axis_code member_code value_kind"
        " value value_state sheet_name cell raw_text printed_unit note_text reading_code reading_detail"
    ).split()
)
_CAPITAL_FLOW = (
    ("line_number", "line_number"),
    ("flow_code", "flow"),
    ("measure_code", "measure"),
    ("axis_code", "axis"),
    ("member_name", "member"),
    ("member_code", "member_code"),
    ("partner_code", "partner_code"),
    ("sector_code", "sector_code"),
    ("locality_code", "locality_code"),
    ("project_code", "project_code"),
    ("provider_code", "provider_code"),
    ("receiver_code", "receiver_code"),
    ("zone_code", "zone_code"),
    ("type_code", "type_code"),
    ("form_code", "form_code"),
    ("share_pct", "share_pct"),
    ("value", "value"),
    ("value_state", "value_state"),
    ("unit_code", "unit"),
    ("window_start", "window_start"),
    ("window_end", "window_end"),
    ("as_of_date", "as_of_date"),
    ("value_date", "value_date"),
    ("is_cumulative", "is_cumulative"),
    ("sheet_name", "sheet_name"),
    ("cell", "cell"),
    ("raw_text", "raw_text"),
    ("reading_code", "reading_code"),
    ("reading_detail", "reading_detail"),
)
_SERIES_POINT = (
    ("line_number", "line_number"),
    ("series_code", "series_code"),
    ("area_code", "area_code"),
    ("frequency_code", "frequency"),
    ("window_start", "window_start"),
    ("window_end", "window_end"),
    ("value", "value"),
    ("value_state", "value_state"),
    ("unit_name", "unit"),
    ("as_of_date", "as_of_date"),
    ("publisher_name", "publisher"),
    ("rate_currency_code", "rate_currency"),
    ("rate_kind", "rate_kind"),
    ("cell", "cell"),
    ("raw_text", "raw_text"),
    ("reading_code", "reading_code"),
    ("reading_detail", "reading_detail"),
)
_CORRECTION = tuple(
    (name, name)
    for name in (
        "line_number correction_code sheet_name cell printed_text printed_value printed_state printed_unit_code"
        " corrected_value corrected_state corrected_unit_code reason_vi reported_date reported_to_name decided_by_role"
        " valid_until"
    ).split()
)
# A series is fetched again and again: a file made later that says the same is no revision.
_SERIES_CONTENT = tuple(column for column in _SERIES_POINT if column != ("as_of_date", "as_of_date"))
_NOT_CONTENT = {"line_number", "sheet_name", "cell", "raw_text", "reading_code", "reading_detail"}
"""Where a figure stands and how it was typed: moving it is no change."""


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file on its way through the gate: its arrival, what was read, and the id it will be known by."""

    submission_id: int
    receipt: Receipt
    shape: str
    reading: Reading
    content_hash: str
    required_cell_count: int
    filled_cell_count: int

    @property
    def row_count(self) -> int:
        """Rows that can be promoted or held, whatever their shape."""
        return self.reading.row_count

    @property
    def subject_key(self) -> str | None:
        """What a later file of the same source would revise."""
        return subject_of(self.reading)


def subject_of(reading: Reading) -> str | None:
    """What a file says something about: unit/period of a report, what a feed names, first/last day of a window.

    None when none could be told.
    """
    if reading.heading is not None:
        return f"{reading.heading.reporting_unit_code}/{reading.heading.period_code}"
    if reading.subject is not None:
        return reading.subject
    if reading.monitoring is not None:
        return f"{reading.monitoring.first_day or '?'}/{reading.monitoring.last_day or '?'}"
    if reading.capital_flows:
        first = min(row.window_start for row in reading.capital_flows)
        last = max(row.window_end for row in reading.capital_flows)
        return f"{first}/{last}"
    return None


@contextmanager
def gate_lock(connection: Connection) -> Iterator[None]:
    """Hold the staging tables for this session; waits for whoever has them."""
    connection.execute(text("select pg_advisory_lock(:number)"), {"number": GATE_LOCK})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("select pg_advisory_unlock(:number)"), {"number": GATE_LOCK})
        connection.commit()


def hash_content(reading: Reading) -> str:
    """Hash of what a report says, whatever its formatting, file name or order of lines.

    A figure that stands for what is printed, or for other reasons than before, says something else: it is a revision.
    """
    heading = reading.heading
    stated = [
        heading.template_code if heading else None,
        str(heading.cut_off_date) if heading else None,
        heading.value_kind if heading else None,
        heading.document_number if heading else None,
        str(heading.document_date) if heading else None,
    ]
    figures = sorted(
        (
            row.measure_code,
            row.axis_code,
            row.member_code,
            row.value_kind,
            row.value_state,
            "" if row.value is None else format(row.value.normalize(), "f"),
            (row.raw_text or "") if row.value_state == "unreadable" else "",
            row.note_text or "",
        )
        for row in reading.observations
    )
    said: list[object] = [stated, figures]
    if reading.capital_flows:
        said.append(sorted(_content_of(row, _CAPITAL_FLOW) for row in reading.capital_flows))
    if reading.monitoring:
        said.append(reading.monitoring.content_hash)
    if reading.series_points:
        said.append(sorted(_content_of(row, _SERIES_CONTENT) for row in reading.series_points))
    if reading.corrections:
        said.append(
            sorted(
                [str(getattr(each, name)) for name, _ in _CORRECTION if name != "line_number"]
                for each in reading.corrections
            )
        )
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def count_cells(reading: Reading, reference: Reference) -> tuple[int, int]:
    """Cells the template requires, and how many of them are filled; a mark counts as filled, a blank does not."""
    heading = reading.heading
    if heading is None or heading.template_code not in reference.templates:
        return 0, 0
    period_kind = load_periods()[heading.period_code].kind
    required = {
        measure.code for measure in reference.form_measures(heading.template_code, period_kind) if measure.is_required
    }
    filled = {
        row.measure_code
        for row in reading.observations
        if row.axis_code == TOTAL and row.measure_code in required and row.value_state in _FILLED_STATES
    }
    has_cut_off = int(heading.cut_off_date is not None)
    return len(required) + 1, len(filled) + has_cut_off


def stage_files(connection: Connection, files: Sequence[StagedFile], reference: Reference) -> None:
    """Write the batch into empty staging tables and commit, so that the gate sees it."""
    fill_staging(connection, files, reference)
    faults.hit("stage_before_commit")
    connection.commit()
    faults.hit("stage_after_commit")


def fill_staging(connection: Connection, files: Sequence[StagedFile], reference: Reference) -> None:
    """Write the batch into empty staging tables in the caller's transaction: nobody else sees it."""
    connection.execute(_EMPTY_STAGING)
    faults.hit("stage_before_copy")
    copy_rows(
        connection,
        "staging.report",
        (
            "submission_id sha256 source_id reporting_unit_code period_code template_code template_version cut_off_date"
            " value_kind document_number document_date received_at content_hash allows_partial_load received_count"
            " ignored_count required_cell_count filled_cell_count heading_cells"
        ).split(),
        (_report_row(file, file.reading.heading, reference) for file in files if file.reading.heading is not None),
    )
    _stage_feed_files(connection, [file for file in files if file.shape != "observation"])
    _stage_rows(connection, "staging.observation", _OBSERVATION, files, lambda reading: reading.observations)
    _stage_rows(connection, "staging.capital_flow", _CAPITAL_FLOW, files, lambda reading: reading.capital_flows)
    _stage_rows(connection, "staging.series_point", _SERIES_POINT, files, lambda reading: reading.series_points)
    _stage_rows(connection, "staging.applied_correction", _CORRECTION, files, lambda reading: reading.corrections)
    copy_rows(
        connection,
        "staging.printed_total",
        "submission_id measure_code axis_code value_kind value sheet_name cell".split(),
        (
            (
                file.submission_id,
                total.measure_code,
                total.axis_code,
                total.value_kind,
                total.value,
                total.sheet_name,
                total.cell,
            )
            for file in files
            for total in file.reading.printed_totals
        ),
    )
    stage_counts(connection, files)
    connection.execute(text("analyze staging.observation, staging.capital_flow, staging.series_point"))


def empty_staging(connection: Connection) -> None:
    """Forget the batch, in the caller's transaction."""
    connection.execute(_EMPTY_STAGING)


def _stage_feed_files(connection: Connection, files: Sequence[StagedFile]) -> None:
    for file in files:
        if file.subject_key is None:
            raise ValueError(f"submission {file.submission_id}: its reader names no subject and gives no rows")
    copy_rows(
        connection,
        "staging.feed_file",
        (
            "submission_id sha256 source_id shape subject_key reporting_unit_code period_code received_at sheet_name"
        ).split(),
        (
            (
                file.submission_id,
                file.receipt.sha256,
                file.receipt.source_id,
                file.shape,
                file.subject_key,
                file.reading.reporting_unit_code,
                file.reading.period_code,
                file.receipt.received_at,
                file.reading.monitoring.sheet_name if file.reading.monitoring else None,
            )
            for file in files
        ),
    )


def _stage_rows(
    connection: Connection,
    table: str,
    columns: Sequence[tuple[str, str]],
    files: Sequence[StagedFile],
    rows_of: Callable[[Reading], Sequence[object]],
) -> None:
    fields = attrgetter(*(field for _, field in columns))
    copy_rows(
        connection,
        table,
        ("submission_id", *(column for column, _ in columns)),
        ((file.submission_id, *fields(row)) for file in files for row in rows_of(file.reading)),
    )


def _content_of(row: CapitalFlow | SeriesPoint, columns: Sequence[tuple[str, str]]) -> list[str]:
    content = []
    for _, field in columns:
        value = getattr(row, field)
        if field not in _NOT_CONTENT:
            content.append(format(value.normalize(), "f") if isinstance(value, Decimal) else str(value or ""))
        elif field == "raw_text":
            content.append(value or "" if row.value_state == "unreadable" else "")
    return content


def _report_row(file: StagedFile, heading: Heading, reference: Reference) -> tuple[object, ...]:
    return (
        file.submission_id,
        file.receipt.sha256,
        file.receipt.source_id,
        heading.reporting_unit_code,
        heading.period_code,
        heading.template_code,
        heading.template_version,
        heading.cut_off_date,
        heading.value_kind,
        heading.document_number,
        heading.document_date,
        file.receipt.received_at,
        file.content_hash,
        reference.templates[heading.template_code].allows_partial_load,
        file.reading.received_count,
        sum(row.row_count for row in file.reading.ignored_rows),
        file.required_cell_count,
        file.filled_cell_count,
        json.dumps(heading.cells, ensure_ascii=False),
    )
