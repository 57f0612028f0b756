"""Read the foreign investment sheet of the statistics office's monthly book into amounts that remember their cells.

Runs in the sandbox's child process. The sheet is known by its title, never by its name or place: names drift
(DTNN, 05DTNN, "21.DTNN ", "25. FDI") and hidden sheets of other subjects stand in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Final

from include.model import TOTAL, CapitalFlow, Finding, IgnoredRow, Reading, ValueState
from include.readers import WorkbookRefused, open_workbook
from include.readers.grid import Sheet, Workbook, address, as_text
from include.readers.secrecy import find_marks
from include.readers.table import Table, TableRow, find_tables
from include.reference import load_reference
from include.reference.provinces import province_named, suggest_provinces
from include.sources.nso_fdi.contract import MONEY, Contract, load_contract
from include.sources.nso_fdi.title import Window, is_fdi_title, read_window
from include.vietnamese.money import CURRENCIES, find_unit, read_unit
from include.vietnamese.names import NameIndex
from include.vietnamese.numbers import Figure, NumberStyle, infer_style, parse_figure
from include.vietnamese.text import describe_repairs, match_key, normalise

_LONGEST_TITLE_SEARCH: Final = 12
_SECTION: Final = re.compile(r"^(?:phân|chia) theo\b")
_FOOTNOTE: Final = re.compile(r"\s*(?:\(\*+\)|\*+|\(\d{1,2}\)|[¹²³])\s*$")
_ONE: Final = Decimal(1)


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every figure of every visible foreign investment sheet; a refusal where the book cannot be taken.

    `original_name` is searched for secrecy marks only; `received_at` is not used for reading.
    """
    try:
        workbook = open_workbook(Path(path))
    except WorkbookRefused as refused:
        return _refused(Finding(refused.code, refused.sheet, refused.cell, found=refused.detail))
    if find_marks(workbook, original_name):
        return _refused(Finding("SECRET"))
    return _BookReader(load_contract()).read(workbook)


def _refused(refusal: Finding, findings: Sequence[Finding] = ()) -> Reading:
    return Reading(heading=None, refusal=refusal, findings=tuple(findings))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the table: what it measures, in which unit its figures are stored, how they are printed."""

    measure: str
    index: int
    unit: str
    factor: Decimal
    style: NumberStyle | None

    @property
    def is_money(self) -> bool:
        return self.unit in CURRENCIES


@dataclass(frozen=True, slots=True)
class _Member:
    """Where a row belongs: its axis, its name as printed, its code, and why it has none when it should."""

    axis: str
    name: str
    code: str | None
    problem: Finding | None = None


class _Unreadable(Exception):
    """A sheet that is the right one and cannot be taken; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


@dataclass(slots=True)
class _BookReader:
    """One pass over one book."""

    contract: Contract
    flows: list[CapitalFlow] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def read(self, workbook: Workbook) -> Reading:
        """The reading, or the refusal that names every problem found."""
        problems: list[Finding] = []
        windows: dict[str, Window] = {}
        for sheet in workbook.sheets:
            titled = _find_title(sheet)
            if titled is None:
                continue
            if not sheet.is_visible:
                self.findings.append(Finding("FDI_SHEET_HIDDEN", sheet.name))
                continue
            try:
                windows[sheet.name] = self._read_sheet(sheet, *titled)
            except _Unreadable as unreadable:
                problems.append(unreadable.finding)
        if not windows and not problems:
            names = ", ".join(f"“{sheet.name.strip()}”" for sheet in workbook.sheets if sheet.is_visible)
            problems.append(Finding("FDI_SHEET_NOT_FOUND", found=names[:500]))
        if len(set(windows.values())) > 1:
            told = "; ".join(f"“{name.strip()}” {window}" for name, window in windows.items())
            problems.append(Finding("FDI_WINDOWS_DIFFER", found=told))
        if windows and not self.flows and not problems:
            problems.append(Finding("NO_FIGURES", next(iter(windows))))
        if problems:
            return _refused(problems[0], [*problems[1:], *self.findings])
        return Reading(
            heading=None,
            capital_flows=tuple(self.flows),
            ignored_rows=tuple(self.ignored),
            findings=tuple(self.findings),
        )

    def _read_sheet(self, sheet: Sheet, title: str, title_cell: str) -> Window:
        window = read_window(title)
        if window is None:
            raise _Unreadable(Finding("FDI_WINDOW_UNREADABLE", sheet.name, title_cell, found=normalise(title)[:200]))
        tables = find_tables(sheet, self.contract.roles)
        if not tables:
            raise _Unreadable(Finding("FDI_HEADER_UNKNOWN", sheet.name, title_cell))
        self._remark_repairs(sheet)
        section: str | None = None
        totals: dict[str, Decimal | None] = {}
        for table in tables:
            section = self._read_table(sheet, table, window, section, totals)
        if not totals:
            self.findings.append(Finding("FDI_TOTAL_MISSING", sheet.name))
        return window

    def _read_table(
        self, sheet: Sheet, table: Table, window: Window, section: str | None, totals: dict[str, Decimal | None]
    ) -> str | None:
        """Read one table; returns the section its last row stands in, which a printed page break continues."""
        self._refuse_unknown_headings(sheet, table)
        columns = self._columns(sheet, table)
        for row in table.rows:
            if row.kind == "blank":
                continue
            label = _label(row)
            if row.kind in ("numbering", "repeated_header", "note"):
                rule = {"numbering": "column_number_row", "note": "note_or_signature"}.get(row.kind, "repeated_header")
                self._ignore(sheet, row, rule)
                continue
            has_figures = any(_is_filled(sheet, row.index, column.index) for column in columns)
            if not has_figures and _SECTION.match(label.casefold()):
                section = self._section(sheet, row, label)
                self._ignore(sheet, row, "heading_row")
            elif row.kind == "total":
                self._read_total(sheet, row, columns, window, totals)
            elif has_figures and section is None:
                self.findings.append(Finding("FDI_ROW_WITHOUT_SECTION", sheet.name, address(row.index, 0), found=label))
                self._ignore(sheet, row, "section_unknown")
            else:
                self._read_member(sheet, row, columns, window, section, label, has_figures=has_figures)
        return section

    def _read_total(
        self,
        sheet: Sheet,
        row: TableRow,
        columns: Sequence[_Column],
        window: Window,
        totals: dict[str, Decimal | None],
    ) -> None:
        figures = [_read_figure(sheet, row.index, column) for column in columns]
        printed = {column.measure: figure.value for column, figure in zip(columns, figures, strict=True)}
        if totals and totals == printed:
            # Some books print the total again above every section.
            self._ignore(sheet, row, "printed_total")
            return
        totals.update(printed)
        self._add(sheet, row.index, columns, figures, window, _Member(TOTAL, TOTAL, None))

    def _read_member(
        self,
        sheet: Sheet,
        row: TableRow,
        columns: Sequence[_Column],
        window: Window,
        section: str | None,
        label: str,
        *,
        has_figures: bool,
    ) -> None:
        if title := read_window(label):
            if title != window:
                told = f"{title} (ô {address(row.index, 0)}), {window}"
                raise _Unreadable(Finding("FDI_WINDOWS_DIFFER", sheet.name, address(row.index, 0), found=told))
            self._ignore(sheet, row, "heading_row")
            return
        member = self._member(section, label, window)
        if not has_figures and (member is None or member.code is None):
            # Words alone: the unit under a heading, the second line of a title, a group above its members.
            self._ignore(sheet, row, "heading_row")
            return
        if member is not None:
            figures = [_read_figure(sheet, row.index, column) for column in columns]
            self._add(sheet, row.index, columns, figures, window, member)

    def _add(
        self,
        sheet: Sheet,
        row: int,
        columns: Sequence[_Column],
        figures: Sequence[Figure],
        window: Window,
        member: _Member,
    ) -> None:
        for column, figure in zip(columns, figures, strict=True):
            # A formula error is no missing figure: somebody typed one and it was lost.
            state: ValueState = "unreadable" if figure.code else figure.state
            code, detail = figure.code, figure.detail
            if member.problem is not None:
                state, code, detail = "unreadable", member.problem.code, member.problem.expected
            value = figure.value if state in ("reported", "nil") else None
            self.flows.append(
                CapitalFlow(
                    line_number=len(self.flows) + 1,
                    flow="fdi",
                    measure=column.measure,
                    axis=member.axis,
                    member=member.name,
                    member_code=member.code,
                    value=value,
                    value_state=state,
                    unit=column.unit,
                    window_start=window.start,
                    window_end=window.end,
                    as_of_date=window.end,
                    is_cumulative=(window.start.month, window.start.day) == (1, 1),
                    sheet_name=sheet.name,
                    cell=_full_address(sheet, row, column.index),
                    raw_text=sheet.errors.get((row, column.index)) or as_text(sheet.value(row, column.index)) or None,
                    reading_code=code,
                    reading_detail=detail or None,
                )
            )

    def _ignore(self, sheet: Sheet, row: TableRow, rule: str) -> None:
        self.ignored.append(IgnoredRow(sheet.name, row.index + 1, rule))

    def _section(self, sheet: Sheet, row: TableRow, label: str) -> str | None:
        plain = label.casefold()
        for axis, words in self.contract.sections:
            if any(word in plain for word in words):
                return axis
        self.findings.append(Finding("FDI_SECTION_UNKNOWN", sheet.name, address(row.index, 0), found=label))
        return None

    def _member(self, section: str | None, label: str, window: Window) -> _Member | None:
        if section is None or not label:
            return None
        listed = self.contract.names.get(section, {})
        if (key := match_key(label)) in listed:
            return _Member(section, label, listed[key])
        if section == "sector":
            return _Member(section, label, None)
        if section == "locality":
            province = province_named(label, window.end)
            code, near = (province.code, ()) if province else (None, suggest_provinces(label, window.end))
        else:
            country = load_reference().code_lists["country"].named(label)
            code, near = (country.code, ()) if country else (None, _countries().suggest(label))
        problem = None
        if code is None:
            expected = "một tên trong danh mục" + (f", có thể là {' hoặc '.join(near)}" if near else "")
            problem = Finding("FDI_NAME_UNKNOWN", found=label, expected=expected)
        return _Member(section, label, code, problem)

    def _refuse_unknown_headings(self, sheet: Sheet, table: Table) -> None:
        for column, label in sorted(table.unmapped().items()):
            is_label_column = column < min(table.columns.values())
            filled = [row.index for row in table.rows_of("record", "total") if _is_number(sheet, row.index, column)]
            if filled and not is_label_column:
                place = address(table.header_top, column)
                raise _Unreadable(Finding("FDI_COLUMN_UNKNOWN", sheet.name, place, found=normalise(label)))

    def _columns(self, sheet: Sheet, table: Table) -> list[_Column]:
        columns: list[_Column] = []
        for measure, index in sorted(table.columns.items(), key=lambda entry: entry[1]):
            unit = self.contract.units[measure]
            factor = _ONE
            if unit == MONEY:
                unit, factor = _unit_of_column(sheet, table, index, columns)
            texts = (as_text(sheet.value(row.index, index)) for row in table.rows_of("record", "total"))
            columns.append(_Column(measure, index, unit, factor, infer_style(text for text in texts if text)))
        return columns

    def _remark_repairs(self, sheet: Sheet) -> None:
        kinds: dict[str, int] = {}
        first: str | None = None
        for row, column, value in sheet.cells():
            if isinstance(value, str):
                for kind in describe_repairs(value):
                    kinds[kind] = kinds.get(kind, 0) + 1
                    first = first or address(row, column)
        if kinds:
            told = ", ".join(f"{kind} ({count} ô)" for kind, count in kinds.items())
            self.findings.append(Finding("TEXT_REPAIRED", sheet.name, first, found=told))


def _find_title(sheet: Sheet) -> tuple[str, str] | None:
    """The sheet's title and its cell when it is that of foreign investment into the country.

    A title may run over two rows; no row of figures is a title.
    """
    rows = [
        (index, " ".join(str(value) for value in row if isinstance(value, str)))
        for index, row in enumerate(sheet.rows[:_LONGEST_TITLE_SEARCH])
        if any(isinstance(value, str) for value in row)
        and not any(isinstance(value, int | float) and not isinstance(value, bool) for value in row)
    ]
    for number, (index, text) in enumerate(rows):
        if is_fdi_title(text):
            following = rows[number + 1][1] if number + 1 < len(rows) else ""
            joined = text if read_window(text) else f"{text} {following}"
            return joined, address(index, 0)
        if number + 1 < len(rows) and is_fdi_title(f"{text} {rows[number + 1][1]}"):
            return f"{text} {rows[number + 1][1]}", address(index, 0)
    return None


def _unit_of_column(sheet: Sheet, table: Table, column: int, earlier: Sequence[_Column]) -> tuple[str, Decimal]:
    """Currency and factor of a money column: its own heading, the row under it, its neighbour, the unit line.

    A “Trong đó” column is part of the column to its left and printed in that column's unit.
    """
    stated = find_unit(table.labels.get(column, ""))
    if stated is None or not stated.is_money:
        first = next((row.index for row in table.rows if _has_number(sheet, row.index)), table.header_bottom + 1)
        below = [as_text(sheet.value(row, column)) for row in range(table.header_bottom + 1, first)]
        units = [unit for text in below if text and (unit := read_unit(text)) is not None and unit.is_money]
        stated = units[0] if units else None
    line = read_unit(table.unit_line.text) if table.unit_line else None
    line = line if line is not None and line.is_money else None
    if stated is not None and line is not None and stated != line and table.unit_line is not None:
        told = f"“{table.labels.get(column, '')}”, “{table.unit_line.text}”"
        raise _Unreadable(Finding("FDI_UNIT_CONFLICT", sheet.name, table.unit_line.cell, found=normalise(told)))
    if stated is None and line is None:
        money = [each for each in earlier if each.is_money]
        if not money:
            raise _Unreadable(Finding("FDI_UNIT_MISSING", sheet.name, address(table.header_top, column)))
        return money[-1].unit, money[-1].factor
    unit = stated or line
    if unit is None:
        raise _Unreadable(Finding("FDI_UNIT_MISSING", sheet.name, address(table.header_top, column)))
    return unit.base_unit, unit.factor


def _read_figure(sheet: Sheet, row: int, column: _Column) -> Figure:
    """One cell as a figure in whole units.

    Books print 19731.075597449995 million: a spreadsheet keeps 15 digits, what follows is noise of addition. The
    figure is taken to 15 digits, multiplied out, and rounded half up to the whole dollar.
    """
    place = (row, column.index)
    if place in sheet.errors:
        return Figure(None, "missing", "ERROR_CELL", sheet.errors[place])
    if place in sheet.net_cells:
        return Figure(None, "missing", "FORMULA_NET", sheet.net_cells[place])
    if place in sheet.uncalculated:
        return Figure(None, "missing", "FORMULA_NO_VALUE", "công thức chưa có kết quả")
    figure = parse_figure(
        sheet.value(*place),
        column.style,
        unit_factor=column.factor,
        base_unit=column.unit,
        percent_formatted=place in sheet.percent_cells,
    )
    if figure.value is None:
        return figure
    if not column.is_money:
        if figure.value == figure.value.to_integral_value():
            return figure
        return Figure(None, "unreadable", "FDI_COUNT_NOT_WHOLE", f"{figure.value:f} không phải số nguyên")
    whole = figure.value.quantize(_ONE, rounding=ROUND_HALF_UP)
    return figure if whole == figure.value else Figure(whole, figure.state, unit_seen=figure.unit_seen)


def _label(row: TableRow) -> str:
    return _FOOTNOTE.sub("", normalise(row.label)).strip()


def _is_filled(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    if value is None:
        return (row, column) in sheet.errors or (row, column) in sheet.uncalculated
    # “(Triệu USD)” under a heading is no figure, “-” and “…” are.
    return not isinstance(value, str) or (bool(value.strip()) and read_unit(value) is None)


def _is_number(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_number(sheet: Sheet, row: int) -> bool:
    return any(_is_number(sheet, row, column) for column in range(sheet.column_count))


def _full_address(sheet: Sheet, row: int, column: int) -> str:
    return f"'{sheet.name.replace(chr(39), chr(39) * 2)}'!{address(row, column)}"


@lru_cache(maxsize=1)
def _countries() -> NameIndex:
    members: Iterator[tuple[str, tuple[str, ...]]] = (
        (member.code, (member.name_vi, *member.aliases)) for member in load_reference().code_lists["country"].values()
    )
    return NameIndex(dict(members))
