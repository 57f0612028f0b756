"""The table of a register, line by line: which project a line is and what its cells say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from include.model import TOTAL, CapitalFlow, Finding, IgnoredRow, ValueState
from include.readers.grid import CellPosition, MergedRange, Sheet, address, as_text
from include.readers.mangled_codes import is_mangled_code
from include.readers.table import Table, TableRow
from include.reference import Reference
from include.sources.agency_reports.figures import read_figure
from include.sources.project_workbooks.layout import NIL_REGISTER, OWN_CURRENCY, Column, Register
from include.sources.project_workbooks.names import find_code, find_currency
from include.sources.project_workbooks.units import MoneyUnit, UnitsDisagree, unit_of_column
from include.vietnamese.dates import DateUnreadable, format_date, parse_date
from include.vietnamese.money import UnitOfMeasure
from include.vietnamese.numbers import Figure, NumberStyle, format_number, infer_style, parse_figure
from include.vietnamese.text import match_key, normalise

_ONE: Final = Decimal(1)
_ANY_CURRENCY: Final = "USD"
"""Nothing is nothing in any currency: the unit of a nil or missing amount that names none."""
_TICKS: Final = frozenset(map(match_key, ("x", "có", "1", "v", "rồi", "true"))) | {"✓", "✔", "☑"}
_NO_TICKS: Final = frozenset(map(match_key, ("0", "không", "chưa", "false")))
_NIL_WORDS: Final = frozenset(map(match_key, (NIL_REGISTER, "không có phát sinh", "không có dự án", "không có")))
_EXAMPLE: Final = re.compile(r"(?:ví dụ|vi du|example)\b|vd\s*[:.]", re.IGNORECASE)
_PERSON: Final = re.compile(r"^(?:ông|bà|anh|chị|mr|mrs|ms|miss|dr|cá nhân)\b[.:]?\s+\S", re.IGNORECASE)
_MONEY_OFF: Final = Decimal("0.05")
_LEAST_OFF: Final = Decimal("0.2")
_LONGEST_TEXT: Final = 300
_LONGEST_RAW: Final = 120


@dataclass(frozen=True, slots=True)
class Window:
    """What the figures are about: from 1 January to the cut-off date."""

    start: date
    end: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end


@dataclass(slots=True)
class Collected:
    """What the tables of one register come to."""

    register: Register
    reference: Reference
    window: Window
    flows: list[CapitalFlow] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    cell_of_code: dict[str, str] = field(default_factory=dict)
    nil_cell: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Project:
    """One line's project: its name, its code, and the codes of what it belongs to."""

    title: str
    code: str
    names: Mapping[str, str | None]
    day: date | None
    is_earlier: bool
    """Whether its date lies before the window."""
    currency: str | None


class RegisterTable:
    """One table of the register, read into `collected`."""

    def __init__(self, collected: Collected, sheet: Sheet, table: Table) -> None:
        self.collected, self.sheet, self.table = collected, sheet, table
        self.register = collected.register
        self.columns = [column for column in self.register.columns if column.role in table.columns]
        self.figures = [column for column in self.columns if column.is_figure]
        self._merges = list(_merges_of(sheet, table))
        self._styles = {column.role: self._style_of(column) for column in self.figures}
        self._units: dict[str, MoneyUnit] = {}
        self._currencies: set[str] = set()
        # Sums of the lines between two printed totals, one more than there are totals.
        self._groups: list[dict[str, Decimal]] = [{}]
        self._totals: list[TableRow] = []
        self._line_count = 0

    def read(self) -> None:
        """Account for every row of the table."""
        for column in self.figures:
            if column.kind == "money":
                self._settle_unit(column)
        for row in self.table.rows:
            if row.kind == "blank":
                continue
            if row.kind in ("numbering", "repeated_header"):
                self._ignore(row, "column_number_row" if row.kind == "numbering" else row.kind)
            elif self._is_project(row):
                self._read_line(row)
            elif row.kind == "total":
                self._totals.append(row)
                self._groups.append({})
                self._ignore(row, "printed_total")
            elif row.kind == "note":
                self._ignore(row, "note_or_signature")
            elif self._is_nil(row):
                self._read_nil(row)
            elif self._filled(row) or self._names_something(row):
                self._read_line(row)
            else:
                self._ignore(row, "heading_row" if self._words(row) else "blank_line")
        for number, total in enumerate(self._totals):
            self._compare_total(total, self._groups[number], self._groups[number + 1])

    # What a row is

    def _is_project(self, row: TableRow) -> bool:
        return bool(self._text(row, "code") and self._text(row, "title")) and row.kind != "heading"

    def _is_nil(self, row: TableRow) -> bool:
        names = {match_key(text) for text in (row.label, self._text(row, "code"), self._text(row, "title")) if text}
        return bool(names & _NIL_WORDS) and not any(self._amounts(row))

    def _words(self, row: TableRow) -> bool:
        order = self.table.columns.get("order")
        return any(as_text(value).strip() for column, value in enumerate(self._row(row)) if column != order)

    def _names_something(self, row: TableRow) -> bool:
        """Whether a line without figures is a project all the same: it has a code, or belongs to something."""
        roles = (column.role for column in self.columns if column.kind in ("code", "member", "organisation"))
        return any(self._text(row, role) for role in roles)

    def _filled(self, row: TableRow) -> list[Column]:
        return [column for column in self.figures if self._is_filled(row, column)]

    def _amounts(self, row: TableRow) -> Iterator[Column]:
        for column in self._filled(row):
            if self._figure(row, column, UnitOfMeasure(column.unit, _ONE)).state != "nil":
                yield column

    # Lines

    def _read_line(self, row: TableRow) -> None:
        project = self._project(row)
        self._sum_up(row)
        if project is None:
            self._ignore(row, "repeated_code")
            return
        before = len(self.collected.flows)
        self._line_count += 1
        counted = self._count_line(row, project)
        for column in self.figures:
            self._read_cell(row, column, project, counted)
        if len(self.collected.flows) == before:
            self._find("FINANCE_LINE_EMPTY", row, "title", found=project.title)
            self._ignore(row, "line_without_figures")

    def _project(self, row: TableRow) -> _Project | None:
        """The line's project with everything that is wrong with its names told; None for a code met before."""
        code, title = self._text(row, "code"), self._text(row, "title")[:_LONGEST_TEXT]
        for role, text in (("code", code), ("title", title)):
            if not text:
                self._find("FINANCE_NAME_MISSING", row, role, expected=self.register.column(role).label)
        if code and is_mangled_code(self.sheet.value(*self._anchor(row, self.register.column("code")))):
            self._find("FINANCE_CODE_MANGLED", row, "code", found=code, expected=self.register.column("code").label)
        for role, text in (("code", code), ("title", title)):
            if _EXAMPLE.match(text):
                self._find("FINANCE_EXAMPLE_LEFT", row, role, found=text)
                break
        known = self.collected.cell_of_code.get(match_key(code)) if code else None
        if known is not None:
            self._find("FINANCE_CODE_REPEATED", row, "code", found=code, expected=known)
            return None
        if code:
            self.collected.cell_of_code[match_key(code)] = self._place(row, "code")
        names = {
            column.field: self._name(row, column)
            for column in self.columns
            if column.kind in ("member", "organisation")
        }
        day = self._day(row)
        # A line that lacks its code or name holds the file; the warehouse still wants something to call it by.
        shown = title or code or f"dòng {row.index + 1}"
        return _Project(
            title=shown,
            code=code or shown,
            names=names,
            day=day,
            is_earlier=day is not None and day < self.collected.window.start,
            currency=self._currency(row),
        )

    def _name(self, row: TableRow, column: Column) -> str | None:
        text = self._text(row, column.role)[:_LONGEST_TEXT]
        if not text or parse_figure(text, None).state in ("missing", "nil"):
            if column.required:
                self._find("FINANCE_NAME_MISSING", row, column.role, expected=column.label)
            return None
        if column.kind == "organisation":
            if _PERSON.match(text):
                # The name is not repeated: who reads the answer needs the cell alone.
                self._find("FINANCE_PERSON_NAMED", row, column.role)
                return None
            return text
        code, expected = find_code(column.list_code, text, self.collected.reference, self.collected.window.end)
        if code is None:
            self._find("FINANCE_NAME_UNKNOWN", row, column.role, found=text, expected=expected, subject=column.label)
        elif expected:
            self._find("FINANCE_PLACE_FORMER", row, column.role, found=text, expected=expected, subject=column.label)
        return code

    def _day(self, row: TableRow) -> date | None:
        column = self.register.column_of_kind("date")
        if column is None or column.role not in self.table.columns:
            return None
        place = self._anchor(row, column)
        try:
            day = parse_date(self.sheet.value(*place), counts_from_1904=self.sheet.counts_from_1904)
        except DateUnreadable as problem:
            self._find(problem.code, row, column.role, found=problem.found, expected=problem.expected)
            return None
        if day is not None and day > self.collected.window.end:
            self._find(
                "FINANCE_DATE_AFTER_CUT_OFF",
                row,
                column.role,
                found=format_date(day),
                expected=format_date(self.collected.window.end),
                subject=column.label,
            )
        return day

    def _currency(self, row: TableRow) -> str | None:
        column = self.register.column_of_kind("currency")
        text = self._text(row, column.role) if column else ""
        if column is None or not text or parse_figure(text, None).state in ("missing", "nil"):
            return None
        code, expected = find_currency(text)
        if code is None:
            self._find("FINANCE_CURRENCY_UNKNOWN", row, column.role, found=text, expected=expected)
        return code or "?"

    # Figures

    def _count_line(self, row: TableRow, project: _Project) -> frozenset[str]:
        """Roles of what the line counts: its ticks, and the date that counts it."""
        counted = set()
        for column in self.columns:
            if column.kind == "tick" and self._tick(row, column).value == 1:
                counted.add(column.role)
            if column.counts and not project.is_earlier:
                counted.add(column.counts)
                self._count_by_date(row, column, project)
        return frozenset(counted)

    def _count_by_date(self, row: TableRow, column: Column, project: _Project) -> None:
        figure = Figure(_ONE, "reported")
        if project.day is None:
            figure = Figure(None, "missing")
            if not self._text(row, column.role):
                self._find("FINANCE_DATE_MISSING", row, column.role, found=project.title, expected=column.label)
        self._add(row, column, column.counts, column.unit, project, figure)

    def _read_cell(self, row: TableRow, column: Column, project: _Project, counted: frozenset[str]) -> None:
        is_filled = self._is_filled(row, column)
        if column.is_dated and is_filled and project.is_earlier and self._leave_out(row, column, project):
            return
        if not is_filled:
            if column.asked_with in counted and column.asked_with:
                self._add(row, column, column.role, self._unit(column, project), project, Figure(None, "missing"))
            return
        if column.kind == "tick":
            figure, unit = self._tick(row, column), column.unit
        elif column.kind == "count":
            figure, unit = self._count(row, column), column.unit
        else:
            figure, unit = self._money(row, column, project)
        self._add(row, column, column.role, unit, project, figure)
        if column.unit == OWN_CURRENCY and figure.value:
            self._currencies.add(unit)

    def _sum_up(self, row: TableRow) -> None:
        """Add the line to what a printed total is compared with, whatever becomes of it: a total counts it too."""
        sums = self._groups[-1]
        for column in self._filled(row):
            factor = self._units[column.role].factor if column.kind == "money" else _ONE
            tick = self._tick(row, column) if column.kind == "tick" else None
            figure = tick or self._figure(row, column, UnitOfMeasure(self._total_unit(column), factor))
            if figure.value is not None:
                sums[column.role] = sums.get(column.role, Decimal(0)) + figure.value

    def _leave_out(self, row: TableRow, column: Column, project: _Project) -> bool:
        """Whether a figure of an earlier year's date is ignored; where it may not stand, that is told."""
        if project.day is None or self._figure(row, column, UnitOfMeasure(column.unit, _ONE)).state == "nil":
            return False
        day = format_date(project.day)
        start = format_date(self.collected.window.start)
        if self.register.date_before_window == "block":
            self._find("FINANCE_DATE_BEFORE_WINDOW", row, column.role, found=day, expected=start, subject=column.label)
            return False
        self._find("FINANCE_EARLIER_COMMITMENT", row, column.role, found=day, expected=start, subject=column.label)
        self._ignore(row, "approved_before_window")
        return True

    def _tick(self, row: TableRow, column: Column) -> Figure:
        place = self._anchor(row, column)
        text = normalise(as_text(self.sheet.value(*place)))
        if not text and place not in self.sheet.errors:
            return Figure(None, "missing")
        if text in _TICKS or match_key(text) in _TICKS:
            return Figure(_ONE, "reported")
        if match_key(text) in _NO_TICKS or parse_figure(text, None).state == "nil":
            return Figure(Decimal(0), "nil")
        return Figure(None, "unreadable", "FINANCE_TICK_UNCLEAR", column.label)

    def _count(self, row: TableRow, column: Column) -> Figure:
        figure = self._figure(row, column, UnitOfMeasure(column.unit, _ONE))
        if figure.value is not None and figure.value != figure.value.to_integral_value():
            return Figure(None, "unreadable", "FINANCE_COUNT_NOT_WHOLE", column.label)
        return figure

    def _money(self, row: TableRow, column: Column, project: _Project) -> tuple[Figure, str]:
        unit = self._units[column.role]
        stated = project.currency if column.unit == OWN_CURRENCY else None
        currency = stated or unit.currency
        factor = unit.factor
        figure = self._figure(row, column, UnitOfMeasure(currency or _ANY_CURRENCY, factor))
        is_amount = figure.code is None and bool(figure.value)
        if is_amount and currency is None:
            self._find("CURRENCY_MISSING", row, column.role, found=self._raw(row, column), subject=column.label)
        if is_amount and stated and unit.currency and stated not in (unit.currency, "?"):
            self._find("FINANCE_CURRENCY_CONFLICT", row, column.role, found=stated, expected=unit.currency)
        return figure, _ANY_CURRENCY if currency in (None, "?") else currency

    def _unit(self, column: Column, project: _Project) -> str:
        if column.kind != "money":
            return column.unit
        stated = project.currency if column.unit == OWN_CURRENCY else None
        unit = stated or self._units[column.role].currency
        return _ANY_CURRENCY if unit in (None, "?") else unit

    def _figure(self, row: TableRow, column: Column, unit: UnitOfMeasure) -> Figure:
        place = (row.index, self.table.columns[column.role])
        merge = next((each for each in self._merges if place in each), None)
        if merge is not None and (merge.bottom > merge.top or merge.right > merge.left):
            corners = f"{address(merge.top, merge.left)}:{address(merge.bottom, merge.right)}"
            return Figure(None, "unreadable", "FIGURE_MERGED", corners)
        return read_figure(self.sheet, place, unit, self._styles[column.role])

    def _add(self, row: TableRow, column: Column, measure: str, unit: str, project: _Project, figure: Figure) -> None:
        # A formula error is no missing figure: somebody typed one and it was lost.
        state: ValueState = "unreadable" if figure.code else figure.state
        value = figure.value if state in ("reported", "nil") else None
        self._keep(
            row,
            column,
            measure=measure,
            unit=unit,
            axis="project",
            member=project.title,
            member_code=project.code,
            project_code=project.code,
            value=None if value is None else value.quantize(_ONE, rounding=ROUND_HALF_UP),
            value_state=state,
            value_date=project.day if column.is_dated or column.counts else None,
            reading_code=figure.code,
            reading_detail=figure.detail[:_LONGEST_TEXT] or None,
            **project.names,
        )

    def _keep(self, row: TableRow, column: Column, **said: Any) -> None:
        place = (row.index, self.table.columns[column.role])
        window = self.collected.window
        self.collected.flows.append(
            CapitalFlow(
                line_number=len(self.collected.flows) + 1,
                flow=self.register.flow,
                window_start=window.start,
                window_end=window.end,
                as_of_date=window.end,
                is_cumulative=True,
                sheet_name=self.sheet.name,
                cell=f"'{self.sheet.name}'!{address(*place)}",
                raw_text=self._raw(row, column)[:_LONGEST_RAW] or None,
                **said,
            )
        )

    # An empty register, totals

    def _read_nil(self, row: TableRow) -> None:
        """“Không phát sinh” in place of a project: every measure of the register is nil, on purpose."""
        self.collected.nil_cell = (self.sheet.name, self._place(row, "title"))
        for column in self.columns:
            measure = column.role if column.is_figure else column.counts
            if measure:
                unit = column.unit if column.kind != "money" else self._units[column.role].currency or _ANY_CURRENCY
                self._keep(
                    row,
                    column,
                    measure=measure,
                    unit=unit,
                    axis=TOTAL,
                    member=TOTAL,
                    member_code=None,
                    value=Decimal(0),
                    value_state="nil",
                )

    def _compare_total(self, row: TableRow, above: Mapping[str, Decimal], below: Mapping[str, Decimal]) -> None:
        """A printed total is the sum of all lines, or of those since the total above or up to the next below."""
        for column in self._filled(row):
            factor = self._units[column.role].factor if column.kind == "money" else _ONE
            printed = self._total_figure(row, column, factor)
            if printed is None:
                continue
            if column.unit == OWN_CURRENCY and len(self._currencies) > 1:
                self._find("FINANCE_TOTAL_MIXED", row, column.role, found=", ".join(sorted(self._currencies)))
                continue
            off = max(_MONEY_OFF * self._line_count, _LEAST_OFF) * factor if column.kind == "money" else Decimal(0)
            whole = sum((group.get(column.role, Decimal(0)) for group in self._groups), Decimal(0))
            sums = [whole, *(group[column.role] for group in (above, below) if column.role in group)]
            if all(abs(total - printed) > off for total in sums):
                self._find(
                    "FINANCE_TOTAL_DIFFERS",
                    row,
                    column.role,
                    found=format_number(printed / factor),
                    expected=format_number(whole / factor),
                    subject=column.label,
                )

    def _total_figure(self, row: TableRow, column: Column, factor: Decimal) -> Decimal | None:
        place = (row.index, self.table.columns[column.role])
        if place in self.sheet.uncalculated:
            # The form's own sum, saved by a program that does not calculate: there is nothing printed to compare.
            return None
        figure = self._figure(row, column, UnitOfMeasure(self._total_unit(column), factor))
        if figure.code is not None:
            self._find(figure.code, row, column.role, found=self._raw(row, column), expected=figure.detail)
        return figure.value if figure.code is None else None

    def _total_unit(self, column: Column) -> str:
        return self._units[column.role].currency or _ANY_CURRENCY if column.kind == "money" else column.unit

    # Cells

    def _settle_unit(self, column: Column) -> None:
        try:
            self._units[column.role] = unit_of_column(column, self.table)
        except UnitsDisagree as conflict:
            head = address(self.table.header_top, self.table.columns[column.role])
            self.collected.findings.append(
                Finding("FINANCE_UNIT_CONFLICT", self.sheet.name, head, found=conflict.heading, expected=conflict.above)
            )
            self._units[column.role] = MoneyUnit(None if column.unit == OWN_CURRENCY else column.unit, column.factor)

    def _style_of(self, column: Column) -> NumberStyle | None:
        texts = (self.sheet.value(row.index, self.table.columns[column.role]) for row in self.table.rows)
        return infer_style(text for text in texts if isinstance(text, str))

    def _row(self, row: TableRow) -> list[Any]:
        return self.sheet.rows[row.index]

    def _anchor(self, row: TableRow, column: Column) -> CellPosition:
        """The cell that speaks for this one: its own, or the top of the merge down the column it lies in."""
        place = (row.index, self.table.columns[column.role])
        merge = next((each for each in self._merges if place in each), None)
        return place if merge is None or merge.left != merge.right else (merge.top, merge.left)

    def _text(self, row: TableRow, role: str) -> str:
        if role not in self.table.columns:
            return ""
        return normalise(as_text(self.sheet.value(*self._anchor(row, self.register.column(role)))))

    def _raw(self, row: TableRow, column: Column) -> str:
        place = (row.index, self.table.columns[column.role])
        return self.sheet.errors.get(place) or as_text(self.sheet.value(*place))

    def _is_filled(self, row: TableRow, column: Column) -> bool:
        place = (row.index, self.table.columns[column.role])
        value = self.sheet.value(*place)
        if isinstance(value, str):
            return bool(normalise(value))
        return value is not None or place in self.sheet.errors or place in self.sheet.uncalculated

    def _place(self, row: TableRow, role: str) -> str:
        return address(row.index, self.table.columns[role])

    def _find(
        self, code: str, row: TableRow, role: str, *, found: str = "", expected: str = "", subject: str = ""
    ) -> None:
        cell = self._place(row, role)
        self.collected.findings.append(Finding(code, self.sheet.name, cell, found[:_LONGEST_TEXT], expected, subject))

    def _ignore(self, row: TableRow, rule: str) -> None:
        self.collected.ignored.append(IgnoredRow(self.sheet.name, row.index + 1, rule))


def _merges_of(sheet: Sheet, table: Table) -> Iterator[MergedRange]:
    """The merges below the header that touch a column of the table."""
    columns = set(table.columns.values())
    for merge in sheet.merges:
        if merge.bottom > table.header_bottom and any(merge.left <= column <= merge.right for column in columns):
            yield merge
