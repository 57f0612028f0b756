"""Read a donor's project list into Việt Nam's commitments and disbursements, one layout of source.yml at a time.

Runs in the sandbox's child process. A line becomes the flows of its project, or is ignored under a declared rule:
another country, no country, a project that stood on an earlier line.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from include.model import CapitalFlow, Finding, IgnoredRow, Reading
from include.readers import WorkbookRefused, open_workbook
from include.readers.delimited import read_delimited
from include.readers.grid import CellValue, Workbook, address, as_text, position, sheet_of_whole
from include.readers.mangled_codes import is_mangled_code
from include.readers.personal_data import mask_personal_data
from include.readers.secrecy import find_marks
from include.reference.our_province import load_our_province
from include.sources.donor_projects.layouts import Amount, Layout, Mismatch, load_contract
from include.vietnamese.numbers import NumberStyle, parse_figure
from include.vietnamese.text import MISREAD_UTF8, match_key, undo_misreading

_MONTH_DAY_YEAR: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MADE_ON: Final = re.compile(r"\((\d{1,2})/(?:(\d{1,2})/)?(\d{4})\)")
_SHARED: Final = re.compile(r"(?P<name>.*?)\s*\(?\s*(?P<share>\d{1,3}(?:\.\d+)?)\s*%\s*\)?")
_SHARES_MAY_MISS: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
_LONGEST_TEXT: Final = 200
_MOST_RAGGED_TOLD: Final = 20
_FIRST_YEAR, _LAST_YEAR = 1945, 2100


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """The list's flows for Việt Nam; a refusal naming found and expected headers where no layout is met.

    `original_name` decides nothing but csv or workbook; `received_at` is not used.
    """
    try:
        if original_name.lower().endswith(".csv"):
            return _read_csv(Path(path), sheet_of_whole(original_name))
        workbook = open_workbook(Path(path))
        if find_marks(workbook, original_name):
            raise WorkbookRefused("SECRET")
        return _read_workbook(workbook)
    except WorkbookRefused as refused:
        return _refused(Finding(refused.code, refused.sheet, refused.cell, found=refused.detail))


def _refused(refusal: Finding, *others: Finding) -> Reading:
    return Reading(heading=None, refusal=refusal, findings=others)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a list: values under their headers, and how its cells are called."""

    number: int
    sheet: str
    values: dict[str, CellValue]
    columns: dict[str, int] | None

    def cell(self, header: str) -> str:
        """The cell within its sheet, or the line and column of a csv."""
        if self.columns is None:
            return f"line {self.number}, column {header}"
        return address(self.number - 1, self.columns[match_key(header)])

    def full_cell(self, header: str) -> str:
        """The cell with its sheet."""
        return self.cell(header) if self.columns is None else f"'{self.sheet}'!{self.cell(header)}"

    @property
    def sheet_told(self) -> str | None:
        """The sheet for a message; a csv has none to look for."""
        return None if self.columns is None else self.sheet

    def value(self, header: str) -> CellValue:
        return self.values.get(match_key(header))

    def text(self, header: str) -> str:
        return " ".join(as_text(self.value(header)).split())


def _read_csv(path: Path, sheet: str) -> Reading:
    rows = read_delimited(path)
    headers = rows[0].cells
    layout = load_contract().layout_of(headers)
    if isinstance(layout, Mismatch):
        return _refused(_header_unknown(layout, None, f"line {rows[0].line_number}"))
    ragged = [
        Finding("DONOR_RAGGED", None, f"line {row.line_number}", str(len(row.cells)), str(len(headers)))
        for row in rows[1:]
        if len(row.cells) != len(headers)
    ]
    if ragged:
        return _refused(ragged[0], *ragged[1:_MOST_RAGGED_TOLD])
    keys = [match_key(header) for header in headers]
    lines = (
        _Line(row.line_number, sheet, {key: cell or None for key, cell in zip(keys, row.cells, strict=True)}, None)
        for row in rows[1:]
    )
    return _ListReader(layout, None).read(lines)


def _read_workbook(workbook: Workbook) -> Reading:
    contract = load_contract()
    headed = [sheet for sheet in workbook.sheets if sheet.rows]
    nearest: tuple[Mismatch, str] | None = None
    for sheet in headed:
        headers = [" ".join(as_text(value).split()) for value in sheet.rows[0]]
        layout = contract.layout_of(headers)
        if isinstance(layout, Mismatch):
            if nearest is None or _distance(layout) < _distance(nearest[0]):
                nearest = (layout, sheet.name)
            continue
        others = [each.name for each in headed if each.name not in (sheet.name, layout.about_sheet)]
        about = workbook.sheet(layout.about_sheet) if layout.about_sheet else None
        if others or about is None or sheet.name != layout.sheet:
            found = ", ".join(f"“{each.name}”" for each in headed)
            return _refused(Finding("DONOR_SHEETS", found=found, expected=f"“{layout.about_sheet}”, “{layout.sheet}”"))
        columns = {match_key(header): column for column, header in enumerate(headers)}
        lines = (
            _Line(
                number, sheet.name, {key: sheet.value(number - 1, column) for key, column in columns.items()}, columns
            )
            for number in range(2, sheet.row_count + 1)
        )
        as_of_cell = layout.as_of["about"]
        made_on = _made_on(about.text(*position(as_of_cell)))
        if made_on is None:
            found = about.text(*position(as_of_cell))[:_LONGEST_TEXT]
            return _refused(Finding("DONOR_DATE", about.name, as_of_cell, found, "(2/2009), (3/26/2009)"))
        return _ListReader(layout, made_on).read(lines)
    if nearest is None:
        return _refused(Finding("EMPTY"))
    return _refused(_header_unknown(nearest[0], nearest[1], "A1"))


def _distance(mismatch: Mismatch) -> int:
    return len(mismatch.unknown) + len(mismatch.missing)


def _header_unknown(mismatch: Mismatch, sheet: str | None, cell: str) -> Finding:
    unknown = ", ".join(f"“{header[:60]}”" for header in mismatch.unknown[:10]) or "không"
    missing = ", ".join(f"“{header}”" for header in mismatch.missing[:10]) or "không"
    found = f"cột lạ: {unknown}; cột thiếu: {missing}"
    return Finding("DONOR_HEADER_UNKNOWN", sheet, cell, found=found, expected=mismatch.nearest.title)


class _ListReader:
    """One pass over one list."""

    def __init__(self, layout: Layout, made_on: date | None) -> None:
        self.layout = layout
        self.made_on = made_on
        self.country_keys = load_contract().country_keys
        self.province = load_our_province()
        self.flows: list[CapitalFlow] = []
        self.ignored: list[IgnoredRow] = []
        self.findings: list[Finding] = []
        self.problems: list[Finding] = []
        self.amounts_of: dict[str, tuple[str, ...]] = {}
        self.places: set[tuple[str, str]] = set()
        self.disputed: dict[str, list[_Line]] = {}
        self.first_misread: tuple[str | None, str] | None = None

    def read(self, lines: Iterable[_Line]) -> Reading:
        """The reading of all lines, or the refusal with everything else there is to say."""
        for line in lines:
            if all(value is None for value in line.values.values()):
                continue
            rule = self._read_line(line)
            if rule is not None:
                self._ignore(line, rule)
        if self.problems:
            return _refused(self.problems[0], *self.problems[1:], *self.findings)
        self._set_disputed_aside()
        if self.first_misread is not None:
            self.findings.append(Finding("TEXT_REPAIRED", *self.first_misread, found=MISREAD_UTF8))
        if not self.flows:
            self.findings.append(Finding("DONOR_NOT_VIET_NAM", found=self.layout.title))
        return Reading(
            heading=None,
            capital_flows=tuple(self.flows),
            ignored_rows=tuple(self.ignored),
            findings=tuple(self.findings),
            # A list without Việt Nam is somebody else's: it revises nothing that was loaded of this layout.
            subject=self.layout.name if self.flows else f"{self.layout.name}/-",
        )

    def _read_line(self, line: _Line) -> str | None:
        """Take one line; returns the rule it is left out under, None when it became flows or a problem."""
        columns = self.layout.columns
        countries = self._text(line, columns["country"])
        if not countries:
            return "no_country_stated"
        if not any(match_key(name) in self.country_keys for name, _ in _countries(countries)):
            return "other_country"
        printed_code = self._text(line, columns["project_code"])
        if not printed_code:
            self._note_problem(line, "DONOR_PROJECT_MISSING", columns["project_code"])
            return None
        if is_mangled_code(line.value(columns["project_code"])):
            self._note_problem(line, "DONOR_CODE_MANGLED", columns["project_code"])
            return None
        project = self.layout.project_prefix + printed_code
        printed = tuple(self._text(line, amount.header) for amount in self.layout.amounts)
        place = self._text(line, columns["place"]) if "place" in columns else ""
        is_ours = self.province.code_named(place, self.province.merged_on) is not None
        is_new_place = is_ours and (project, match_key(place)) not in self.places
        if project in self.amounts_of:
            if self.amounts_of[project] != printed:
                self.disputed.setdefault(project, []).append(line)
            if not is_new_place:
                return self.layout.repeated
        window, made_on = self._window(line), self._as_of(line)
        if window is None or made_on is None:
            return None
        is_first = project not in self.amounts_of
        self.amounts_of[project] = printed
        for amount in self.layout.amounts:
            flow = self._flow(line, amount, project, window, made_on)
            if is_first:
                self._add(self._with_share(flow, line, countries))
        if is_new_place:
            self.places.add((project, match_key(place)))
            # The project's amount is for all its places: what is the province's is not said, only that it has a part.
            flow = self._flow(line, self.layout.amounts[0], project, window, made_on)
            self._add(
                replace(
                    flow,
                    axis="locality",
                    member=place,
                    member_code=self.province.code_named(place, window[1]),
                    locality_code=self.province.code_named(place, window[1]),
                    value=None,
                    value_state="missing",
                    raw_text=None,
                    reading_code="DONOR_PLACE_SHARED",
                    reading_detail=None,
                    cell=line.full_cell(columns["place"]),
                )
            )
        return None

    def _flow(self, line: _Line, amount: Amount, project: str, window: tuple[date, date], made_on: date) -> CapitalFlow:
        columns = self.layout.columns
        text = self._text(line, amount.header)
        figure = parse_figure(
            (line.value(amount.header) if text else None), NumberStyle.international, unit_factor=amount.factor
        )
        sector = self._text(line, columns["sector"])
        printed = self._text(line, columns["project_title"])
        title = undo_misreading(printed)
        if title != printed and self.first_misread is None:
            self.first_misread = (line.sheet_told, line.cell(columns["project_title"]))
        return CapitalFlow(
            line_number=0,
            flow=self.layout.flow,
            measure=amount.measure,
            axis="project",
            member=mask_personal_data(title[:_LONGEST_TEXT]) or project,
            member_code=project,
            value=figure.value,
            value_state=figure.state,
            unit=amount.currency,
            window_start=window[0],
            window_end=window[1],
            as_of_date=made_on,
            is_cumulative=False,
            sheet_name=line.sheet,
            cell=line.full_cell(amount.header),
            partner_code=self.layout.donor,
            sector_code=f"{self.layout.sector_scheme}:{sector}"[:_LONGEST_TEXT] if sector else None,
            project_code=project,
            raw_text=text[:_LONGEST_TEXT] or None,
            reading_code=figure.code,
            reading_detail=figure.detail or None,
        )

    def _with_share(self, flow: CapitalFlow, line: _Line, countries: str) -> CapitalFlow:
        """The flow with Việt Nam's share only; without a value where the list of countries does not say it."""
        named = list(_countries(countries))
        if len(named) == 1 and named[0][1] is None:
            return flow
        shares = [share for _, share in named]
        cell = line.cell(self.layout.columns["country"])
        if None in shares:
            detail = f"Việt Nam và {len(named) - 1} tên khác"
            return replace(
                flow, value=None, value_state="missing", reading_code="DONOR_SHARE_NOT_STATED", reading_detail=detail
            )
        total = sum((share for share in shares if share is not None), Decimal(0))
        if abs(total - _HUNDRED) > _SHARES_MAY_MISS:
            self.findings.append(
                Finding("DONOR_SHARES_NOT_100", line.sheet_told, cell, f"{total:f}", "100", flow.project_code or "")
            )
            return replace(flow, value=None, value_state="unreadable", reading_code="DONOR_SHARES_NOT_100")
        ours = sum(
            (share for name, share in named if share is not None and match_key(name) in self.country_keys), Decimal(0)
        )
        return flow if flow.value is None else replace(flow, value=flow.value * ours / _HUNDRED, share_pct=ours)

    def _set_disputed_aside(self) -> None:
        """A project whose lines give different amounts has none: which of them is the newer is not said."""
        for project, lines in self.disputed.items():
            header = self.layout.amounts[0].header
            others = ", ".join(self._text(line, header) for line in lines)
            told = f"{self.amounts_of[project][0]}, {others}"[:_LONGEST_TEXT]
            place = (lines[0].sheet_told, lines[0].cell(header))
            self.findings.append(Finding("DONOR_AMOUNT_DIFFERS", *place, found=told, subject=project))
            self.flows = [
                replace(
                    flow,
                    value=None,
                    value_state="missing",
                    reading_code="DONOR_AMOUNT_DIFFERS",
                    reading_detail=told,
                )
                if flow.project_code == project and flow.axis == "project"
                else flow
                for flow in self.flows
            ]

    def _window(self, line: _Line) -> tuple[date, date] | None:
        window = self.layout.window
        if "day" in window:
            day = _day(self._text(line, window["day"]))
            if day is None:
                self._note_problem(line, "DONOR_DATE", window["day"], expected="12/31/2009")
            return (day, day) if day else None
        first_header = window.get("year") or window["first_year"]
        last_header = window.get("year") or window["last_year"]
        first, last = _year(self._text(line, first_header)), _year(self._text(line, last_header))
        if first is None or last is None or last < first:
            self._note_problem(line, "DONOR_DATE", first_header if first is None else last_header, expected="2009")
            return None
        return date(first, 1, 1), date(last, 12, 31)

    def _as_of(self, line: _Line) -> date | None:
        if self.made_on is not None:
            return self.made_on
        header = self.layout.as_of["header"]
        day = _day(self._text(line, header))
        if day is None:
            self._note_problem(line, "DONOR_DATE", header, expected="12/31/2009")
        return day

    def _text(self, line: _Line, header: str) -> str:
        text = line.text(header)
        return "" if self.layout.empty_marks and match_key(text) in self.layout.empty_marks else text

    def _add(self, flow: CapitalFlow) -> None:
        self.flows.append(replace(flow, line_number=len(self.flows) + 1))

    def _note_problem(self, line: _Line, code: str, header: str, expected: str = "") -> None:
        found = self._text(line, header)[:_LONGEST_TEXT]
        self.problems.append(Finding(code, line.sheet_told, line.cell(header), found, expected or header))

    def _ignore(self, line: _Line, rule: str) -> None:
        """Leave a line out; lines in a row under one rule are one entry."""
        last = self.ignored[-1] if self.ignored else None
        if last is not None and last.rule_code == rule and last.row_number + last.row_count == line.number:
            self.ignored[-1] = replace(last, row_count=last.row_count + 1)
        else:
            self.ignored.append(IgnoredRow(line.sheet, line.number, rule))


def _countries(text: str) -> Iterator[tuple[str, Decimal | None]]:
    """The names between the commas, each with its percentage where one stands beside it.

    "Congo, Democratic Republic" comes out as two names: harmless, since only Việt Nam's own name is compared.
    """
    for piece in _pieces(text.split(",")):
        found = _SHARED.fullmatch(piece)
        yield (found["name"], Decimal(found["share"])) if found else (piece, None)


def _pieces(parts: Sequence[str]) -> Iterator[str]:
    return (part.strip() for part in parts if part.strip())


def _made_on(title: str) -> date | None:
    """The day in brackets in a list's title, the last of the month where only the month is given."""
    found = _MADE_ON.search(title)
    if found is None:
        return None
    month, year = int(found[1]), int(found[3])
    try:
        return date(year, month, int(found[2]) if found[2] else calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def _day(text: str) -> date | None:
    """A day written month first, as all these lists do."""
    found = _MONTH_DAY_YEAR.fullmatch(text)
    try:
        return date(int(found[3]), int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{4}", text) and _FIRST_YEAR <= int(text) <= _LAST_YEAR else None
