"""Read a register's workbook into figures per project that remember their cells. Runs in the sandbox's child process.

The table is found by what its header says, on whatever sheet; the heading block above it says whose register it is
and up to which day. What can be read in two ways is asked back with its cell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from include.calendar.periods import load_periods
from include.model import Finding, IgnoredRow, Reading
from include.readers.grid import Sheet, Workbook, address, as_text
from include.readers.table import Table, TableNotFound, find_table, find_tables
from include.reference import load_reference
from include.sources.agency_reports.heading import (
    HeadingReading,
    Statement,
    find_statements,
    read_date,
    read_period,
    read_reporting_unit,
)
from include.sources.agency_reports.labels import ANSWER_SHEET, HEADING_FIELD_BY_KEY
from include.sources.agency_reports.read import merge_statements, open_sent
from include.sources.project_workbooks.layout import Register, load_register
from include.sources.project_workbooks.lines import Collected, RegisterTable, Window
from include.vietnamese.dates import format_date
from include.vietnamese.text import match_key

_STATED: Final = ("unit", "period", "cut_off_date")
"""Statements no register can be read without."""
_TEMPLATE: Final = re.compile(r"\b(T-[A-Z]+(?:-[A-Z]+)*)\b(?:.*?(\d{4}\.\d+))?", re.IGNORECASE)
_PERSON_COLUMN: Final = re.compile(
    r"(?P<about>(?:tên |họ tên |thông tin )?(?:nhà đầu tư|họ (?:và )?tên|người (?:đại diện|liên hệ|đứng đầu|phụ trách)"
    r"|đại diện pháp luật|liên hệ|điện thoại|số điện thoại|sđt|email|e mail|thư điện tử|cccd|căn cước|hộ chiếu))\b.*"
)


def read_register(contract: Path, path: str, original_name: str) -> Reading:
    """Every figure of every project; a refusal instead where the workbook cannot be taken as a whole.

    `contract` is the register's source.yml. `original_name` is searched for marks and compared with the heading.
    """
    opened = open_sent(path, original_name)
    if isinstance(opened, Finding):
        return _refused(opened)
    workbook, findings = opened
    return _Reader(load_register(contract), workbook, original_name, findings).read()


def _refused(refusal: Finding, findings: Sequence[Finding] = ()) -> Reading:
    return Reading(heading=None, refusal=refusal, findings=tuple(findings))


@dataclass(frozen=True, slots=True)
class _Place:
    """A table of the register and the statements above it."""

    sheet: Sheet
    table: Table
    statements: Mapping[str, list[Statement]]

    @property
    def is_headed(self) -> bool:
        return bool(self.statements.get("unit"))


class _Reader:
    """One pass over one workbook."""

    def __init__(self, register: Register, workbook: Workbook, original_name: str, findings: Sequence[Finding]) -> None:
        self.register, self.workbook, self.original_name = register, workbook, original_name
        self.findings = list(findings)
        self.reference, self.periods = load_reference(), load_periods()

    def read(self) -> Reading:
        """The reading, or the refusal with everything else there is to say."""
        places = self._find_places()
        if not places:
            return _refused(self._no_table(), self.findings)
        headed = [place for place in places if place.is_headed] or places
        sheets = list(dict.fromkeys(place.sheet.name for place in headed))
        statements = merge_statements(place.statements for place in headed)
        heading = HeadingReading()
        missing = [HEADING_FIELD_BY_KEY[key].label for key in _STATED if not _is_stated(statements, key)]
        if len(sheets) > 1:
            heading.refusal = Finding("SHEET_AMBIGUOUS", sheets[1], found=", ".join(f"“{name}”" for name in sheets))
        elif missing:
            heading.refusal = Finding("HEADING_MISSING", found=", ".join(f"“{label}”" for label in missing))
        if heading.refusal is not None:
            return _refused(heading.refusal, self.findings)
        return self._read_headed(headed, [place for place in places if place not in headed], statements, heading)

    def _read_headed(
        self,
        headed: Sequence[_Place],
        others: Sequence[_Place],
        statements: Mapping[str, list[Statement]],
        heading: HeadingReading,
    ) -> Reading:
        period = read_period(self.workbook, statements["period"], self.periods, self.original_name, heading)
        unit = read_reporting_unit(self.workbook, statements["unit"], self.reference, period, heading)
        end = read_date(statements, "cut_off_date", heading)
        start = read_date(statements, "window_start", heading)
        self._check_template(statements, heading)
        if unit is not None and unit.code not in self.register.senders:
            place = statements["unit"][0]
            heading.refusal = heading.refusal or Finding(
                "FINANCE_SENDER_UNKNOWN",
                place.sheet,
                place.cell,
                found=unit.name_vi,
                expected=", ".join(f"{code} - {self.reference.units[code].name_vi}" for code in self.register.senders),
            )
        refusal = heading.refusal or self._personal_data(headed)
        if period is not None and refusal is None:
            if end is None:
                # Without the day the figures close on, they belong to no window; the finding says what stands there.
                refusal = heading.findings[0] if heading.findings else _not_stated(statements)
            elif not period.covers(end):
                stated = statements["cut_off_date"][0]
                refusal = Finding(
                    "CUT_OFF_OUTSIDE_PERIOD",
                    stated.sheet,
                    stated.cell,
                    found=format_date(end),
                    expected=f"{format_date(period.window_start)} - {format_date(period.window_end)}",
                )
            elif start is not None and start != period.window_start:
                stated = statements["window_start"][0]
                expected = format_date(period.window_start)
                heading.findings.append(
                    Finding("WINDOW_START", stated.sheet, stated.cell, found=format_date(start), expected=expected)
                )
        self.findings += [each for each in heading.findings if each is not refusal]
        about = Reading(
            heading=None,
            subject=f"{unit.code}/{period.code}" if unit and period else None,
            reporting_unit_code=unit.code if unit else None,
            period_code=period.code if period else None,
        )
        if refusal is not None or period is None or end is None:
            return replace(about, refusal=refusal or _not_stated(statements), findings=self._besides(refusal))
        collected = self._collect(headed, others, Window(period.window_start, end))
        self.findings += collected.findings
        problem = _nothing_said(collected, headed[0].sheet.name)
        if problem is not None:
            return replace(about, refusal=problem, findings=tuple(self.findings))
        return replace(
            about,
            capital_flows=tuple(collected.flows),
            ignored_rows=tuple(collected.ignored),
            findings=tuple(self.findings),
        )

    def _besides(self, refusal: Finding | None) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each is not refusal)

    def _collect(self, headed: Sequence[_Place], others: Sequence[_Place], window: Window) -> Collected:
        collected = Collected(self.register, self.reference, window)
        for place in others:
            rows = place.table.rows_of("record", "total")
            self.findings.append(
                Finding("SHEET_LEFT_OUT", place.sheet.name, found=str(len(rows)), expected=headed[0].sheet.name)
            )
            if rows:
                collected.ignored.append(IgnoredRow(place.sheet.name, rows[0].index + 1, "sheet_left_out", len(rows)))
        for place in headed:
            self._remark_other_columns(place)
            RegisterTable(collected, place.sheet, place.table).read()
        return collected

    def _find_places(self) -> list[_Place]:
        roles = self.register.roles
        return [
            _Place(sheet, table, find_statements(sheet, table.header_top))
            for sheet in self.workbook.sheets
            if sheet.is_visible and sheet.rows and sheet.name != ANSWER_SHEET
            for table in find_tables(sheet, roles)
        ]

    def _no_table(self) -> Finding:
        """What the header nearest to the register's lacks."""
        nearest: tuple[Sheet, TableNotFound] | None = None
        for sheet in self.workbook.sheets:
            if not sheet.is_visible:
                continue
            try:
                find_table(sheet, self.register.roles)
            except TableNotFound as problem:
                if problem.nearest and (nearest is None or len(problem.missing) < len(nearest[1].missing)):
                    nearest = (sheet, problem)
        if nearest is None:
            wanted = (column.label for column in self.register.columns if column.must_stand)
            return Finding("HEADER_NOT_FOUND", expected=", ".join(f"“{label}”" for label in wanted))
        sheet, lacking = nearest
        return Finding(
            "COLUMN_MISSING",
            sheet.name,
            lacking.nearest,
            found=", ".join(f"“{label}”" for label in lacking.present),
            expected=", ".join(f"“{self.register.column(role).label}”" for role in lacking.missing),
        )

    def _check_template(self, statements: Mapping[str, list[Statement]], heading: HeadingReading) -> None:
        """A workbook typed by hand may leave the form's number out; one with another form's is no such register."""
        if not _is_stated(statements, "template") or heading.refusal is not None:
            return
        stated = statements["template"][0]
        match = _TEMPLATE.search(stated.text)
        code, version = (match[1].upper(), match[2]) if match else ("", None)
        expected = f"{self.register.template} phiên bản {self.register.version}"
        if code != self.register.template:
            heading.refusal = Finding(
                "FINANCE_TEMPLATE_UNKNOWN", stated.sheet, stated.cell, found=stated.text, expected=expected
            )
        elif version is not None and version != self.register.version:
            found = f"{code} phiên bản {version}"
            heading.refusal = Finding("TEMPLATE_VERSION", stated.sheet, stated.cell, found=found, expected=expected)

    def _personal_data(self, places: Sequence[_Place]) -> Finding | None:
        """Why the register may not be kept: personal data in a cell, or a filled column about people."""
        for place in places:
            for column, label in sorted(place.table.unmapped().items()):
                is_filled = any(
                    place.sheet.value(row.index, column) is not None for row in place.table.rows_of("record")
                )
                if is_filled and (column_of_people := _PERSON_COLUMN.fullmatch(match_key(label.split("(")[0]))):
                    cell = address(place.table.header_top, column)
                    # The file is forgotten: neither the rest of the heading nor the sheet's name may say who is meant.
                    return Finding("FINANCE_PERSON_COLUMN", cell=cell, found=column_of_people["about"])
        # A project's name is kept as it is typed, so a line with personal data cannot wait in quarantine.
        return next((each for each in self.findings if each.code == "PERSONAL_DATA"), None)

    def _remark_other_columns(self, place: _Place) -> None:
        table, sheet = place.table, place.sheet
        others = [
            (column, label)
            for column, label in sorted(table.unmapped().items())
            if any(as_text(sheet.value(row.index, column)).strip() for row in table.rows_of("record"))
        ]
        if others:
            names = ", ".join(f"“{label}”" for _, label in others)
            cell = address(table.header_top, others[0][0])
            self.findings.append(Finding("COLUMN_NOT_READ", sheet.name, cell, found=names))


def _nothing_said(collected: Collected, sheet_name: str) -> Finding | None:
    """Why a register without projects, or with projects beside a “không phát sinh”, says nothing."""
    if collected.nil_cell is not None and collected.cell_of_code:
        return Finding("FINANCE_NIL_BESIDE_PROJECTS", *collected.nil_cell)
    if all(flow.value_state == "missing" for flow in collected.flows):
        return Finding("FINANCE_NO_PROJECTS", sheet_name)
    return None


def _not_stated(statements: Mapping[str, list[Statement]]) -> Finding:
    label = HEADING_FIELD_BY_KEY["cut_off_date"].label
    stated = statements["cut_off_date"][0]
    return Finding("HEADING_MISSING", stated.sheet, stated.cell, found=f"“{label}”")


def _is_stated(statements: Mapping[str, list[Statement]], key: str) -> bool:
    return any(each.text for each in statements.get(key, ()))
