"""The tables of an agency report, row by row: which line of the form a row is, and what its figure cells say.

Lines are known by their code or, in a workbook typed by hand, by the exact name of the measure and of the
breakdown's member. A row that could be two lines is staged under none and asked back.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal, NamedTuple

from include.model import TOTAL, Heading, IgnoredRow, Observation, PrintedTotal, ValueKind
from include.readers.grid import CellPosition, MergedRange, Sheet, address, as_text
from include.readers.table import Table, TableRow
from include.reference import Axis, Measure, Member, Reference
from include.sources.agency_reports.figures import read_figure, unit_of_line
from include.sources.agency_reports.labels import BREAKDOWN_HEADING_STARTS, ESTIMATE_MARK, TOTAL_LABELS
from include.sources.agency_reports.unit_notes import UnitNotes
from include.vietnamese.money import UnitOfMeasure, find_unit
from include.vietnamese.numbers import Figure, NumberStyle, infer_style
from include.vietnamese.text import match_key, normalise

UNKNOWN_MEASURE: Final = "?"
"""Measure code of a row that is no line of the template: staged so that it is accounted for."""

NO_NAME: Final = "không có tên"

Role = Literal["actual", "estimate"]
_FIGURE_ROLES: Final[tuple[Role, ...]] = ("actual", "estimate")
_CHOICE_TYPES: Final = ("yes_no", "choice", "milestone")
_MAX_NOTE: Final = 300
_MAX_RAW: Final = 120

_MEASURE_CODE: Final = re.compile(r"([A-Z]{3}\d{2})(?![A-Z0-9])", re.IGNORECASE)
_LINE_CODE: Final = re.compile(r"[A-Z]{3}\s?\d{1,3}\b.*", re.IGNORECASE)
_SERIAL: Final = re.compile(r"\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđ])[.)]\s*(?=\D)")
_BULLET: Final = "-–—+•* \t"
_BRACKETED: Final = re.compile(r"(?P<name>.+?)\s*\((?P<unit>[^()]+)\)")
_BREAKDOWN_STARTS: Final = sorted({match_key(text) for text in BREAKDOWN_HEADING_STARTS}, key=len, reverse=True)
_TOTAL_KEYS: Final = frozenset(map(match_key, TOTAL_LABELS))
_WHOLE_KEYS: Final = frozenset({*_TOTAL_KEYS, match_key("Chung"), match_key("Tổng số chung")})
_ESTIMATE_KEY: Final = match_key(ESTIMATE_MARK)


@dataclass(slots=True)
class Collected:
    """What the tables of one report come to, in the order of its sheets; `unit_notes` is what stands beside them."""

    heading: Heading
    reference: Reference
    unit_notes: UnitNotes = field(default_factory=UnitNotes)
    observations: list[Observation] = field(default_factory=list)
    totals: list[PrintedTotal] = field(default_factory=list)
    ignored: list[IgnoredRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row of a table is about: a measure, whole or one member of a breakdown."""

    measure: Measure
    axis_code: str = TOTAL
    member_code: str = TOTAL


class _Unplaced(NamedTuple):
    """Why a row is no line we know: a message code, and the words it goes by."""

    code: str
    detail: str


class _FigureTable(ABC):
    """What the main and the detail table share: figure columns, units, marks, accounting."""

    def __init__(self, collected: Collected, sheet: Sheet, table: Table) -> None:
        self.collected, self.sheet, self.table = collected, sheet, table
        self.reference, self.heading = collected.reference, collected.heading
        self.asked = frozenset(self.reference.templates[self.heading.template_code].measures)
        self.roles = [role for role in _FIGURE_ROLES if role in table.columns]
        self._merge_at = _index_merges(sheet, table)
        self._kinds = {row.index: row.kind for row in table.rows}
        self.styles: dict[Role, NumberStyle | None] = {role: self._style_of(role) for role in self.roles}
        self.printed_above = {role: self._unit_above(role) for role in self.roles}

    @cached_property
    def _currencies(self) -> frozenset[str]:
        """The currencies of the form's lines of money."""
        units = (self.reference.unit_of_measure(code, TOTAL, TOTAL) for code in self.asked)
        return frozenset(unit.base_unit for unit in units if UnitOfMeasure(unit.base_unit, unit.unit_factor).is_money)

    def _style_of(self, role: Role) -> NumberStyle | None:
        column = self.table.columns[role]
        texts = (self.sheet.value(row.index, column) for row in self.table.rows if row.kind != "numbering")
        return infer_style(text for text in texts if isinstance(text, str))

    def _unit_above(self, role: Role) -> str:
        """The unit printed once for the column: in its heading's brackets, else over the table."""
        label = self.table.labels.get(self.table.columns[role], "")
        bracketed = re.findall(r"\(([^()]+)\)", label)
        if bracketed and find_unit(label) is not None:
            return bracketed[-1]
        return self.table.unit_line.unit if self.table.unit_line else ""

    def text(self, row: TableRow, role: str) -> str:
        """The row's cell in that column, normalised; of a merged cell the merge's own text."""
        column = self.table.columns.get(role)
        if column is None:
            return ""
        merge = self._merge_at.get((row.index, column))
        place = (row.index, column) if merge is None else (merge.top, merge.left)
        value = self.sheet.value(*place)
        return "" if value is None else normalise(as_text(value))

    def places(self, row: TableRow) -> Iterator[tuple[Role, CellPosition]]:
        """The row's figure cells by role."""
        for role in self.roles:
            yield role, (row.index, self.table.columns[role])

    def is_filled(self, place: CellPosition) -> bool:
        """Whether a cell holds anything: a value, an error, or a formula without a result."""
        value = self.sheet.value(*place)
        if value is not None:
            return not isinstance(value, str) or bool(normalise(value))
        return place in self.sheet.errors or place in self.sheet.uncalculated

    def has_figure(self, row: TableRow) -> bool:
        return any(self.is_filled(place) for _, place in self.places(row))

    def has_only_marks(self, row: TableRow) -> bool:
        """Whether the figure cells say no more than that there is nothing: x, …, a dash."""
        filled = [place for _, place in self.places(row) if self.is_filled(place)]
        texts = [self.sheet.value(*place) for place in filled]
        return all(isinstance(text, str) and not match_key(text).strip("x") for text in texts)

    def is_furniture(self, row: TableRow) -> bool:
        """Ignore a row that is no line of the report, under its rule; True when this was one.

        What looks like a note or a column number is a line all the same when it says so by code or name.
        """
        if row.kind == "blank":
            return not self.has_figure(row)
        if row.kind == "numbering" and self._follows_header(row):
            self.ignore(row, "column_number_row")
            return True
        if row.kind == "repeated_header":
            self.ignore(row, "repeated_header")
            return True
        if row.kind == "note" and not self.is_line(row):
            self.ignore(row, "note_or_signature")
            return True
        return False

    @abstractmethod
    def is_line(self, row: TableRow) -> bool:
        """Whether the row says by code or name that it is a line of the form."""

    def _follows_header(self, row: TableRow) -> bool:
        above = next(
            (kind for index in range(row.index - 1, 0, -1) if (kind := self._kinds.get(index)) != "blank"), None
        )
        return above in (None, "numbering", "repeated_header")

    def ignore(self, row: TableRow, rule: str, count: int = 1) -> None:
        self.collected.ignored.append(IgnoredRow(self.sheet.name, row.index + 1, rule, count))

    def observe_line(self, row: TableRow, line: _Line) -> None:
        """One observation for each filled figure cell; blanks of a total are missing, blanks of a part are ignored."""
        if line.measure.is_in_heading:
            self.ignore(row, "heading_statement")
            return
        for role, place in self.places(row):
            if not self.is_filled(place) and (role == "estimate" or line.axis_code != TOTAL):
                self.ignore(row, "blank_estimate" if role == "estimate" else "blank_line")
                continue
            self._observe(row, role, line, self.figure(row, role, line))

    def observe_unplaced(self, row: TableRow, reason: _Unplaced) -> None:
        """Stage a row that is no line we know, so that it is held back and accounted for."""
        for role, place in self.places(row):
            if self.is_filled(place):
                self._observe(row, role, None, Figure(None, "unreadable", reason.code, reason.detail[:_MAX_RAW]))
            else:
                self.ignore(row, "blank_line")

    def _observe(self, row: TableRow, role: Role, line: _Line | None, figure: Figure) -> None:
        place = (row.index, self.table.columns[role])
        note = self.text(row, "note") if line else ""
        is_estimate = figure.is_estimate or match_key(note).split(" ", 1)[0] == _ESTIMATE_KEY
        raw = self.sheet.errors.get(place) or as_text(self.sheet.value(*place))
        heading = self.heading
        self.collected.observations.append(
            Observation(
                line_number=len(self.collected.observations) + 1,
                measure_code=line.measure.code if line else UNKNOWN_MEASURE,
                reporting_unit_code=heading.reporting_unit_code,
                period_code=heading.period_code,
                axis_code=line.axis_code if line else TOTAL,
                member_code=line.member_code if line else TOTAL,
                value_kind="uoc" if is_estimate and role == "actual" else self._kind_of(role),
                value=figure.value if figure.code is None and figure.state in ("reported", "nil") else None,
                value_state="unreadable" if figure.code else figure.state,
                sheet_name=self.sheet.name,
                cell=address(*place),
                raw_text=raw[:_MAX_RAW] or None,
                printed_unit=(self.text(row, "unit") or None) if line else None,
                note_text=note[:_MAX_NOTE] or None,
                reading_code=figure.code,
                reading_detail=figure.detail[:_MAX_NOTE] or None,
            )
        )

    def print_total(self, row: TableRow, line: _Line | None) -> None:
        """Keep a printed total for comparison; it is never loaded."""
        self.ignore(row, "printed_total", max(1, len(self.roles)))
        if line is not None and line.axis_code != TOTAL:
            self._note_totals(row, line)

    def _note_totals(self, row: TableRow, line: _Line) -> None:
        for role, place in self.places(row):
            figure = self.figure(row, role, line)
            if figure.value is not None and figure.state == "reported":
                self.collected.totals.append(
                    PrintedTotal(
                        line.measure.code,
                        line.axis_code,
                        self._kind_of(role),
                        figure.value,
                        self.sheet.name,
                        address(*place),
                    )
                )

    def _kind_of(self, role: Role) -> ValueKind:
        return "uoc_nam" if role == "estimate" else self.heading.value_kind

    def figure(self, row: TableRow, role: Role, line: _Line) -> Figure:
        place = (row.index, self.table.columns[role])
        merge = self._merge_at.get(place)
        if merge is not None and self._covers_another_figure(merge, place):
            corners = f"{address(merge.top, merge.left)}:{address(merge.bottom, merge.right)}"
            return Figure(None, "unreadable", "FIGURE_MERGED", corners)
        measure, member = line.measure, line.member_code
        choices = None
        if measure.choice_list_code and measure.value_type in _CHOICE_TYPES:
            choices = self.reference.code_lists[measure.choice_list_code]
        # A printed total is in the unit of its parts, which have one unit unless they are companions of the measure.
        asked = self.reference.unit_of_measure(
            measure.code, TOTAL if member == TOTAL else line.axis_code, line.member_code
        )
        unit = unit_of_line(self.text(row, "unit"), self.printed_above[role], asked)
        if isinstance(unit, UnitOfMeasure) and unit.is_money:
            note = self.collected.unit_notes.against(unit, self.sheet, *place, self._currencies)
            if note is not None:
                named = self.text(row, "unit") or self.printed_above[role] or asked.unit_vi
                detail = f"ghi chú “{note.text[:_MAX_RAW]}” trái với đơn vị “{named}” của dòng"
                unit = Figure(None, "unreadable", "UNIT_CONFLICT", detail, expected=asked.unit_vi)
        return read_figure(self.sheet, place, unit, self.styles[role], choices)

    def _covers_another_figure(self, merge: MergedRange, place: CellPosition) -> bool:
        """Whether one merged cell stands for the figures of several lines or columns."""
        columns = {self.table.columns[role] for role in self.roles} - {place[1]}
        lines = (index for index in range(merge.top, merge.bottom + 1) if index != place[0])
        return any(merge.left <= column <= merge.right for column in columns) or any(
            self._kinds.get(index, "blank") != "blank" for index in lines
        )


def _index_merges(sheet: Sheet, table: Table) -> dict[CellPosition, MergedRange]:
    """The merges that touch the table's columns, by each of their cells."""
    columns = set(table.columns.values())
    return {
        (row, column): merge
        for merge in sheet.merges
        for row in range(max(merge.top, table.header_bottom), min(merge.bottom, sheet.row_count) + 1)
        for column in columns
        if merge.left <= column <= merge.right
    }


class MainTable(_FigureTable):
    """The main sheet's table: a line per measure, its breakdowns under it."""

    def __init__(self, collected: Collected, sheet: Sheet, table: Table) -> None:
        super().__init__(collected, sheet, table)
        self.measure: Measure | None = None
        self.axis: Axis | None = None
        self.is_axis_unknown = False
        self.has_lost_place = False
        """Set by a row we could not place: it may have been the measure that later breakdowns belong to."""
        # Where lines carry codes, words alone are titles, even those that read like a measure's name.
        self.has_codes = any(self._code(row) for row in table.rows_of("record"))

    def read(self) -> None:
        """Account for every row of the table."""
        waiting: list[TableRow] = []
        for row in self.table.rows:
            if self.is_furniture(row):
                continue
            if row.kind == "total":
                self._total(row, waiting)
                continue
            label, code = self._label(row), self._code(row)
            if not code and self._is_title(row, label):
                continue
            line = self._line(row, code, label)
            if isinstance(line, _Line):
                self._enter(line)
                for total in waiting:
                    self.print_total(total, self._group())
                waiting.clear()
                self.observe_line(row, line)
            else:
                self._unplaced(row, line)
        for total in waiting:
            self.print_total(total, None)

    def is_line(self, row: TableRow) -> bool:
        code = self._code(row)
        if not code and not self.has_figure(row):
            return False
        return isinstance(self._line(row, code, self._label(row)), _Line)

    def _label(self, row: TableRow) -> str:
        return self.text(row, "label") or row.label

    def _code(self, row: TableRow) -> str:
        """The row's own line code; a code merged over several rows is the first one's only."""
        column = self.table.columns.get("code")
        if column is None:
            return ""
        merge = self._merge_at.get((row.index, column))
        if merge is not None and merge.top < row.index:
            return ""
        code = self.text(row, "code")
        # Numbers of the body's own are no codes of the form; the name decides then.
        return code if _LINE_CODE.fullmatch(code) else ""

    def _total(self, row: TableRow, waiting: list[TableRow]) -> None:
        group = self._group()
        if group is not None:
            self.print_total(row, group)
        elif self._awaits_own_total():
            # “Tổng số” under a measure whose own line is blank may be that line's figure.
            self.observe_unplaced(row, _Unplaced("LINE_UNKNOWN", row.label))
        else:
            waiting.append(row)

    def _awaits_own_total(self) -> bool:
        if self.measure is None or not self.collected.observations:
            return False
        last = self.collected.observations[-1]
        return (last.measure_code, last.axis_code, last.value_state) == (self.measure.code, TOTAL, "missing")

    def _group(self) -> _Line | None:
        return _Line(self.measure, self.axis.code) if self.measure and self.axis else None

    def _enter(self, line: _Line) -> None:
        if line.axis_code == TOTAL or line.measure is not self.measure:
            self.has_lost_place = False
        self.measure = line.measure
        self.axis = None if line.axis_code == TOTAL else line.measure.axis(line.axis_code)
        self.is_axis_unknown = False

    def _is_title(self, row: TableRow, label: str) -> bool:
        """A row of words: a section title, or “Trong đó, theo ngôn ngữ:” which opens a breakdown."""
        is_breakdown, axis = self._breakdown_named(label)
        has_figure = self.has_figure(row)
        if is_breakdown and not isinstance(self._named_line(label), _Line):
            if not self.has_only_marks(row) and (axis is None or self.has_lost_place):
                return False
            if self.has_lost_place:
                self.measure = None
            self.axis = axis
            self.is_axis_unknown = axis is None and match_key(label) not in _BREAKDOWN_STARTS
            if self.has_only_marks(row):
                self.ignore(row, "heading_row")
            else:
                self.print_total(row, self._group())
            return True
        if not self.has_only_marks(row):
            return False
        if (has_figure or not self.has_codes) and isinstance(self._named_line(label), _Line):
            return False
        self.has_lost_place = True
        self.axis, self.is_axis_unknown = None, False
        self.ignore(row, "heading_row")
        return True

    def _breakdown_named(self, label: str) -> tuple[bool, Axis | None]:
        """Whether the words open a breakdown, and which of the current measure's."""
        key = match_key(label)
        start = next((start for start in _BREAKDOWN_STARTS if key == start or key.startswith(f"{start} ")), None)
        if start is None:
            return False, None
        if self.measure is None:
            return True, None
        named = key.removeprefix(start).strip().removeprefix("theo ")
        if not named:
            in_form = [axis for axis in self.measure.axes if axis.in_form]
            return True, in_form[0] if len(in_form) == 1 else None
        return True, next((axis for axis in self.measure.axes if named in _axis_keys(axis)), None)

    def _line(self, row: TableRow, code: str, label: str) -> _Line | _Unplaced:
        """The line a row is, or the code and words to ask it back with."""
        named = self._named_line(label, self.text(row, "breakdown"))
        if not code:
            return named if isinstance(named, _Line) else _Unplaced("LINE_UNKNOWN", label or NO_NAME)
        coded = _line_of_code(code, self.reference, self.asked)
        if coded is None:
            return _Unplaced("LINE_UNKNOWN", code)
        other = self._contradicted_by(coded, label)
        return _Unplaced("LINE_CONFLICT", f"{code}: {other}") if other else coded

    def _contradicted_by(self, line: _Line, label: str) -> str | None:
        """The name on the line when it is exactly that of another line than its code says."""
        measure = self.reference.measure_named(label)
        if line.axis_code == TOTAL:
            return label if measure is not None and measure is not line.measure else None
        axis = line.measure.axis(line.axis_code)
        member = self._member(axis, label) if axis else None
        return label if member is not None and member.code != line.member_code else None

    def _named_line(self, label: str, breakdown: str = "") -> _Line | None:
        for text in _plainer(label):
            line = self._exactly_named(text, breakdown)
            if line is not None:
                return line
        return None

    def _exactly_named(self, text: str, breakdown: str) -> _Line | None:
        measure = self.reference.measure_named(text)
        if measure is None and (bracketed := _BRACKETED.fullmatch(text)):
            # “Kinh phí đã thực hiện (triệu đồng)”: the unit behind the name has to be the form's.
            named = self.reference.measure_named(bracketed["name"])
            measure = named if named and match_key(named.unit_vi) == match_key(bracketed["unit"]) else None
        if measure is not None:
            return self._with_breakdown(measure, breakdown) if measure.code in self.asked else None
        if self.measure is None or self.is_axis_unknown:
            return None
        named_axis = next((axis for axis in self.measure.axes if match_key(breakdown) in _axis_keys(axis)), None)
        axes = [axis for axis in (named_axis or self.axis,) if axis is not None]
        found = self._members(self.measure, axes, text)
        if not found and not self.has_lost_place and named_axis is None:
            found = self._members(self.measure, [axis for axis in self.measure.axes if axis.in_form], text)
        return found[0] if len(found) == 1 else None

    def _with_breakdown(self, measure: Measure, breakdown: str) -> _Line | None:
        """The measure whole, or the member that the column “Phân tổ” names beside it."""
        if not breakdown or match_key(breakdown) in _WHOLE_KEYS:
            return _Line(measure)
        found = self._members(measure, list(measure.axes), breakdown)
        return found[0] if len(found) == 1 else None

    def _members(self, measure: Measure, axes: list[Axis], text: str) -> list[_Line]:
        members = ((axis, self._member(axis, text)) for axis in axes)
        return [_Line(measure, axis.code, member.code) for axis, member in members if member is not None]

    def _member(self, axis: Axis, text: str) -> Member | None:
        choices = self.reference.code_lists[axis.list_code]
        return next((member for each in _plainer(text) if (member := choices.named(each)) is not None), None)

    def _unplaced(self, row: TableRow, reason: _Unplaced) -> None:
        self.has_lost_place = True
        if self.has_figure(row):
            self.observe_unplaced(row, reason)
        else:
            self.ignore(row, "heading_row")


class DetailTable(_FigureTable):
    """The detail sheet's table: free breakdown lines, each naming its measure, axis and member."""

    def read(self) -> None:
        """Account for every row of the table."""
        waiting: list[TableRow] = []
        previous: _Line | None = None
        totals_come_first: bool | None = None
        for row in self.table.rows:
            if self.is_furniture(row):
                continue
            code, axis, member = (self.text(row, role) for role in ("code", "axis", "member"))
            if not self.has_figure(row) and (row.kind == "heading" or not member):
                # Prepared lines of the form that were not used carry at most a number or a unit.
                self.ignore(row, "heading_row" if row.kind == "heading" else "blank_line")
                continue
            if row.kind == "total" or any(match_key(text) in _TOTAL_KEYS for text in (code, axis, member)):
                if totals_come_first is None:
                    totals_come_first = previous is None
                stated = self._group(code, axis)
                if stated is None and totals_come_first:
                    waiting.append(row)
                else:
                    self.print_total(row, stated or previous)
                continue
            line = self._line(code, axis, member)
            if line is None:
                detail = " / ".join(part for part in (code, axis, member) if part)
                self.observe_unplaced(row, _Unplaced("LINE_UNKNOWN", detail or row.label or NO_NAME))
                continue
            for total in waiting:
                self.print_total(total, line)
            waiting.clear()
            self.observe_line(row, line)
            previous = line
        for total in waiting:
            self.print_total(total, None)

    def is_line(self, row: TableRow) -> bool:
        return self.has_figure(row) and (
            self._line(self.text(row, "code"), self.text(row, "axis"), self.text(row, "member")) is not None
        )

    def _line(self, code: str, axis_text: str, member_text: str) -> _Line | None:
        group = self._group(code, axis_text)
        axis = group.measure.axis(group.axis_code) if group else None
        if group is None or axis is None:
            return None
        choices = self.reference.code_lists[axis.list_code]
        spellings = (*_plainer(member_text), *re.split(r"\s+[-–—]\s+", member_text, maxsplit=1))
        members = {member.code for text in spellings if (member := choices.named(text)) is not None}
        return _Line(group.measure, axis.code, members.pop()) if len(members) == 1 else None

    def _group(self, code: str, axis_text: str) -> _Line | None:
        """Measure and axis, as the two columns name them."""
        coded = _MEASURE_CODE.match(code)
        measure = self.reference.measures.get(coded[1].upper()) if coded else self.reference.measure_named(code)
        if measure is None or measure.code not in self.asked:
            return None
        key = match_key(axis_text)
        axis = next((axis for axis in measure.axes if key in _axis_keys(axis)), None)
        return _Line(measure, axis.code) if axis else None


def _axis_keys(axis: Axis) -> set[str]:
    label = match_key(axis.label_vi)
    return {axis.code, label, label.removeprefix("theo ")}


def _plainer(label: str) -> Iterator[str]:
    """The label as typed, then without its serial number, bullet, “Trong đó:” or closing colon."""
    yield label
    bare = _SERIAL.sub("", label.strip(_BULLET), count=1).strip(_BULLET).rstrip(" :;")
    if bare != label:
        yield bare
    within = re.sub(r"^trong đó\s*[:,]?\s*", "", bare, flags=re.IGNORECASE)
    if within != bare:
        yield within.strip(_BULLET)


def _line_of_code(code: str, reference: Reference, asked: frozenset[str]) -> _Line | None:
    """The line of a code as printed: MED01, MED01.language.vi."""
    measure_code, *breakdown = (part.strip() for part in code.split("."))
    measure = reference.measures.get(measure_code.upper().replace(" ", ""))
    if measure is None or measure.code not in asked:
        return None
    if not breakdown:
        return _Line(measure)
    axis = measure.axis(breakdown[0].casefold())
    if axis is None or len(breakdown) != 2:
        return None
    member = reference.code_lists[axis.list_code].get(breakdown[1])
    return _Line(measure, axis.code, member.code) if member else None
