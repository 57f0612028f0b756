"""Read a World Development Indicators file as downloaded: Việt Nam and the countries it is compared with, year by year.

Runs in the sandbox's child process. One row is one country and year; the years of a country nobody compares with
are ignored together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from include.model import Finding, IgnoredRow, Reading, SeriesPoint
from include.readers import WorkbookRefused
from include.readers.delimited import DelimitedRow, read_delimited
from include.readers.grid import sheet_of_whole

_HEADERS: Final = ("Country Name", "Country Code", "Indicator Name", "Indicator Code")
_NUMBER: Final = re.compile(r"-?\d{1,25}(?:\.\d{1,20})?(?:E-\d{1,2})?")
_ROUNDED: Final = re.compile(r"-?\d(?:[.,]\d{1,15})?E\+?\d{1,2}", re.IGNORECASE)
"""How a spreadsheet shortens a number too long for its cell; the download writes large numbers in full."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_UPDATED: Final = "Last Updated Date"
_OUR_AREA: Final = "VN"


@dataclass(frozen=True, slots=True)
class _Contract:
    publisher: str
    indicators: dict[str, str]
    areas: dict[str, str]


@cache
def _contract() -> _Contract:
    written = yaml.safe_load(Path(__file__).with_name("source.yml").read_text(encoding="utf-8"))
    return _Contract(written["publisher"], written["indicators"], written["areas"])


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every year of the countries kept, blank years as missing; a refusal where the layout is not the download's.

    A file without Việt Nam gives no points. `received_at` is not used: the file says when it was made.
    """
    try:
        rows = read_delimited(Path(path))
    except WorkbookRefused as refused:
        return _refused(Finding(refused.code, found=refused.detail))
    top = next((index for index, row in enumerate(rows) if row.cells[: len(_HEADERS)] == _HEADERS), None)
    if top is None:
        found = ", ".join(f"“{cell[:60]}”" for cell in rows[0].cells[:4])
        return _refused(Finding("WDI_HEADER", None, f"line {rows[0].line_number}", found, ", ".join(_HEADERS)))
    header = rows[top]
    years = _years(header)
    if isinstance(years, Finding):
        return _refused(years)
    made_on = _made_on(rows[:top])
    if made_on is None:
        return _refused(Finding("WDI_DATE", None, "line 3", expected=f"“{_UPDATED}”"))
    return _read_rows(rows[top + 1 :], len(header.cells), years, made_on, sheet_of_whole(original_name))


def _read_rows(rows: Sequence[DelimitedRow], width: int, years: dict[int, int], made_on: date, sheet: str) -> Reading:
    contract = _contract()
    points: list[SeriesPoint] = []
    ignored: list[IgnoredRow] = []
    findings: list[Finding] = []
    problems: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        place = f"line {row.line_number}"
        if len(row.cells) != width:
            problems.append(Finding("WDI_RAGGED", None, place, str(len(row.cells)), str(width)))
            continue
        _, area, _, indicator = row.cells[: len(_HEADERS)]
        if indicator not in contract.indicators:
            known = ", ".join(contract.indicators)
            problems.append(Finding("WDI_INDICATOR_UNKNOWN", None, f"{place}, column Indicator Code", indicator, known))
            break
        if (area, indicator) in seen:
            problems.append(Finding("WDI_REPEATED", None, f"{place}, column Country Code", area))
            continue
        seen.add((area, indicator))
        if area not in contract.areas:
            ignored.append(IgnoredRow(sheet, row.line_number, "area_not_compared", len(years)))
            continue
        for column, year in years.items():
            text = row.cells[column].strip()
            is_number = bool(_NUMBER.fullmatch(text))
            code = None if is_number or not text else "WDI_VALUE_UNREADABLE"
            if code and _ROUNDED.fullmatch(text):
                code = "WDI_VALUE_ROUNDED"
            cell = f"{place}, column {year}"
            if code is not None:
                findings.append(Finding(code, None, cell, found=text[:60]))
            points.append(
                SeriesPoint(
                    line_number=len(points) + 1,
                    series_code=indicator,
                    area_code=contract.areas[area],
                    frequency="A",
                    window_start=date(year, 1, 1),
                    window_end=date(year, 12, 31),
                    value=Decimal(text) if is_number else None,
                    value_state="reported" if is_number else "unreadable" if text else "missing",
                    unit=contract.indicators[indicator],
                    as_of_date=made_on,
                    publisher=contract.publisher,
                    cell=cell,
                    raw_text=text or None,
                    reading_code=code,
                )
            )
    if problems:
        return _refused(problems[0], *problems[1:])
    if not seen:
        return _refused(Finding("WDI_EMPTY", expected=", ".join(contract.indicators)))
    subject = "+".join(sorted({indicator for _, indicator in seen}))
    if not any(point.area_code == _OUR_AREA for point in points):
        # Nothing to compare the others with; under a subject of its own it revises no file that has Việt Nam.
        ignored = [IgnoredRow(sheet, rows[0].line_number, "viet_nam_not_in_file", len(seen) * len(years))]
        told = Finding("WDI_NOT_VIET_NAM", expected="VNM")
        return Reading(heading=None, ignored_rows=tuple(ignored), findings=(told,), subject=f"{subject}/-")
    return Reading(
        heading=None,
        series_points=tuple(points),
        ignored_rows=tuple(ignored),
        findings=tuple(findings),
        subject=subject,
    )


def _refused(refusal: Finding, *others: Finding) -> Reading:
    return Reading(heading=None, refusal=refusal, findings=others)


def _years(header: DelimitedRow) -> dict[int, int] | Finding:
    """Column -> year; the download ends every line with a comma, so one empty header at the end is no column."""
    cells = header.cells[:-1] if not header.cells[-1].strip() else header.cells
    years: dict[int, int] = {}
    for column, text in enumerate(cells[len(_HEADERS) :], start=len(_HEADERS)):
        if not _YEAR.fullmatch(text) or int(text) in years.values():
            return Finding("WDI_YEAR", None, f"line {header.line_number}", text[:60], "1960, 1961, …")
        years[column] = int(text)
    return years or Finding("WDI_YEAR", None, f"line {header.line_number}", "", "1960, 1961, …")


def _made_on(preamble: Sequence[DelimitedRow]) -> date | None:
    stated = next((row.cells[1] for row in preamble if row.cells[0] == _UPDATED and len(row.cells) > 1), "")
    try:
        return date.fromisoformat(stated)
    except ValueError:
        return None
