"""Correct: put what is known to be right in the place of a known upstream error, between reading and staging.

One place for every shape that has cells. An entry applies only while its cell still says what it said when the error
was found; otherwise nothing is touched and a message says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from include.calendar.periods import VIETNAM
from include.model import AppliedCorrection, CapitalFlow, Finding, Observation, Reading, SeriesPoint
from include.pipeline.land import Receipt
from include.pipeline.stage import subject_of
from include.sources.corrections import Correction
from include.vietnamese.dates import format_date
from include.vietnamese.numbers import format_number

Row = Observation | CapitalFlow | SeriesPoint

_ROWS = ("observations", "capital_flows", "series_points")
_NAME_NOT_READ = "NAME_UNKNOWN"
_STATES_VI = {
    "not_applicable": "không áp dụng",
    "withheld": "không cung cấp",
    "missing": "là thiếu số liệu",
}


def correct_reading(reading: Reading, receipt: Receipt, corrections: Sequence[Correction]) -> Reading:
    """The reading with every correction applied that is about this file and whose cell still says what it must.

    Each one that applied is noted in `corrections` and told; so is each that did not, with what was found instead.
    A refused file is returned as it is.
    """
    if reading.refusal is not None:
        return reading
    heading = reading.heading
    about = _about(
        corrections,
        receipt.sha256,
        subject_of(reading),
        heading.reporting_unit_code if heading else reading.reporting_unit_code,
        heading.period_code if heading else reading.period_code,
        receipt.received_at,
    )
    if not about:
        return reading
    rows: dict[str, list[Any]] = {name: list(getattr(reading, name)) for name in _ROWS}
    applied: list[AppliedCorrection] = []
    told: list[Finding] = []
    for correction in about:
        place = _place_of(correction, rows)
        found = _obstacle(correction, receipt, rows, place, applied)
        if found or place is None:
            told.append(_not_applied(correction, found))
            continue
        name, position = place[0]
        row = rows[name][position]
        rows[name][position], note = _corrected(row, correction)
        applied.append(note)
        told.append(_applied(note, row))
    return replace(
        reading,
        observations=tuple(rows["observations"]),
        capital_flows=tuple(rows["capital_flows"]),
        series_points=tuple(rows["series_points"]),
        findings=(*reading.findings, *told),
        corrections=tuple(applied),
        correction_state=_state_of(about),
    )


def correction_state(
    corrections: Sequence[Correction],
    sha256: str,
    subject_key: str | None,
    reporting_unit_code: str | None,
    period_code: str | None,
    received_at: datetime,
) -> str | None:
    """What `Reading.correction_state` of such a file would be if it were read now; None when no entry is about it."""
    about = _about(corrections, sha256, subject_key, reporting_unit_code, period_code, received_at)
    return _state_of(about) if about else None


def _about(
    corrections: Sequence[Correction],
    sha256: str,
    subject_key: str | None,
    reporting_unit_code: str | None,
    period_code: str | None,
    received_at: datetime,
) -> list[Correction]:
    day = received_at.astimezone(VIETNAM).date()
    return [
        each
        for each in corrections
        if each.is_about(sha256, subject_key, reporting_unit_code, period_code)
        and (each.valid_until is None or day <= each.valid_until)
    ]


def _state_of(about: Sequence[Correction]) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, about))).encode()).hexdigest()


def _place_of(correction: Correction, rows: dict[str, list[Any]]) -> list[tuple[str, int]] | None:
    found = [
        (name, position)
        for name, members in rows.items()
        for position, row in enumerate(members)
        if row.cell == correction.cell and correction.sheet_name in (None, getattr(row, "sheet_name", None))
    ]
    return found or None


def _obstacle(
    correction: Correction,
    receipt: Receipt,
    rows: dict[str, list[Any]],
    place: list[tuple[str, int]] | None,
    applied: Sequence[AppliedCorrection],
) -> str:
    """What keeps the correction from applying, as words for {found}; empty when nothing does."""
    if correction.sha256 not in (None, receipt.sha256):
        return "đây là tệp khác (mã SHA-256 khác)"
    if place is None:
        return "ô không có số liệu nào được đọc"
    if len(place) > 1:
        return f"ô cho {len(place)} số liệu, không rõ số nào"
    name, position = place[0]
    row = rows[name][position]
    if earlier := next((each for each in applied if each.line_number == row.line_number), None):
        return f"đã thay theo mục {earlier.correction_code}"
    if (row.reading_code or "").endswith(_NAME_NOT_READ):
        return "tên ở dòng này không có trong danh mục"
    if getattr(row, "share_pct", None) is not None:
        return "số này là một phần của số in trong ô"
    if correction.printed_text is not None and correction.printed_text != (row.raw_text or ""):
        return f"ô ghi “{row.raw_text or ''}”"
    if correction.printed_value is not None and correction.printed_value != row.value:
        return "ô không có số" if row.value is None else f"ô cho số {format_number(row.value)}"
    return ""


def _corrected(row: Row, correction: Correction) -> tuple[Row, AppliedCorrection]:
    printed_unit = None if isinstance(row, Observation) else row.unit
    unit = correction.unit or printed_unit
    note = AppliedCorrection(
        line_number=row.line_number,
        correction_code=correction.code,
        sheet_name=getattr(row, "sheet_name", None),
        cell=row.cell,
        printed_text=row.raw_text,
        printed_value=row.value,
        printed_state=row.value_state,
        printed_unit_code=printed_unit,
        corrected_value=correction.value,
        corrected_state=correction.state,
        corrected_unit_code=unit,
        reason_vi=correction.reason_vi,
        reported_date=correction.reported_date,
        reported_to_name=correction.reported_to_name,
        decided_by_role=correction.decided_by_role,
        valid_until=correction.valid_until,
    )
    changed = replace(row, value=correction.value, value_state=correction.state, reading_code=None, reading_detail=None)
    return changed if isinstance(changed, Observation) else replace(changed, unit=unit or changed.unit), note


def _applied(note: AppliedCorrection, row: Row) -> Finding:
    return Finding(
        "CORRECTION_APPLIED",
        note.sheet_name,
        _cell_of(note.cell, note.sheet_name),
        found=_said(note.printed_value, note.printed_unit_code, note.printed_text),
        expected=_STATES_VI.get(note.corrected_state)
        or _said(note.corrected_value, note.corrected_unit_code, note.printed_text),
        subject=f"{_subject(row)}, mục {note.correction_code} do {note.decided_by_role} quyết định, đã báo"
        f" {note.reported_to_name} ngày {format_date(note.reported_date)}",
    )


def _not_applied(correction: Correction, found: str) -> Finding:
    printed = [f"“{correction.printed_text}”"] if correction.printed_text is not None else []
    printed += [format_number(correction.printed_value)] if correction.printed_value is not None else []
    return Finding(
        "CORRECTION_NOT_APPLIED",
        correction.sheet_name,
        _cell_of(correction.cell, correction.sheet_name),
        found=found,
        expected=" và ".join(printed),
        subject=correction.code,
    )


def _subject(row: Row) -> str:
    match row:
        case Observation():
            return row.measure_code
        case CapitalFlow():
            return f"{row.member} ({row.measure})"
        case SeriesPoint():
            return f"{row.series_code} ({row.area_code})"


def _said(value: Decimal | None, unit: str | None, text: str | None) -> str:
    if value is None:
        return f"“{text or ''}”"
    return f"{format_number(value)} {unit}" if unit else format_number(value)


def _cell_of(cell: str, sheet_name: str | None) -> str:
    # A publisher's figure carries its full address; a sentence names the sheet once.
    return cell.rpartition("!")[2] if sheet_name else cell
