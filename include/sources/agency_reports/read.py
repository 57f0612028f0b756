"""Read an agency's report workbook into observations that remember their cells.

Runs in the sandbox's child process. Tables are found by what their header says, lines by their code or,
in a workbook typed by hand, by the exact name of the measure and of the breakdown's member. What can be
read in two ways is staged as unreadable with the reason, and asked back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from include.calendar.periods import Period, load_periods
from include.model import TOTAL, Finding, Heading, IgnoredRow, Observation, PrintedTotal, Reading, ValueKind, ValueState
from include.readers import WorkbookRefused, open_workbook
from include.readers.grid import CellValue, Sheet, Workbook, address, as_text
from include.readers.personal_data import find_personal_data
from include.readers.secrecy import find_marks
from include.readers.table import HeaderRole, Table, TableNotFound, TableRow, find_table, find_tables
from include.reference import Axis, Measure, Reference, load_reference
from include.sources.agency_reports.heading import Statement, find_statements, read_heading
from include.sources.agency_reports.labels import (
    BREAKDOWN_HEADING_STARTS,
    DETAIL_COLUMNS,
    ESTIMATE_MARK,
    LISTS_SHEET,
    MAIN_COLUMNS,
    MAIN_SHEET,
    NO,
    NO_WEBSITE,
    YES,
    ColumnLabel,
)
from include.vietnamese.money import UnitOfMeasure, read_unit
from include.vietnamese.numbers import Figure, NumberStyle, infer_style, parse_figure
from include.vietnamese.text import decode_legacy, describe_repairs, match_key, normalise

UNKNOWN_MEASURE = "?"
"""Measure code of a line whose code or name is not in the template: staged so that it is accounted for."""

_MAIN_ROLES = tuple(HeaderRole(column.role, column.all_labels, required=column.is_required) for column in MAIN_COLUMNS)
_DETAIL_ROLES = tuple(
    HeaderRole(column.role, column.all_labels, required=column.is_required) for column in DETAIL_COLUMNS
)
_LABEL_OF_ROLE = {column.role: column.label for column in (*MAIN_COLUMNS, *DETAIL_COLUMNS)}
_FIGURE_ROLES: tuple[str, ...] = ("actual", "estimate")
_MAX_NOTE = 300
_MAX_RAW = 120


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Everything one report says; a refusal instead where the file cannot be taken as a whole.

    `original_name` is only searched for marks and compared with the heading; `received_at` is not used for
    reading and may be any moment.
    """
    try:
        workbook = open_workbook(Path(path))
    except WorkbookRefused as refused:
        return _refused(Finding(refused.code, refused.sheet, refused.cell, found=refused.detail))
    if find_marks(workbook, original_name):
        # Neither the place nor the text of the mark is passed on: the sheet's name may be the mark.
        return _refused(Finding("SECRET"))
    findings = list(_remarks(workbook))
    workbook, repairs = _repair(workbook)
    findings += repairs
    return _ReportReader(workbook, original_name, findings).read()


def _refused(refusal: Finding, findings: Sequence[Finding] = (), heading: Heading | None = None) -> Reading:
    return Reading(heading=heading, refusal=refusal, findings=tuple(findings))


def _remarks(workbook: Workbook) -> Iterator[Finding]:
    for found in find_personal_data(workbook):
        yield Finding("PERSONAL_DATA", found.sheet, found.cell, found=found.kind)
    if workbook.has_external_links:
        yield Finding("EXTERNAL_LINK")
    for sheet in workbook.sheets:
        if sheet.name == LISTS_SHEET:
            continue
        hidden = [
            row + 1 for row in sorted(sheet.hidden_rows) if row < sheet.row_count and _has_content(sheet.rows[row])
        ]
        if hidden:
            yield Finding("HIDDEN_DATA", sheet.name, f"A{hidden[0]}", found=f"{len(hidden)} hàng ẩn có dữ liệu")
        if not sheet.is_visible and any(True for _ in sheet.cells()):
            yield Finding("HIDDEN_DATA", sheet.name, found="cả trang bị ẩn")
        if sheet.has_pictures:
            yield Finding("IMAGE_PRESENT", sheet.name)


def _has_content(row: Sequence[CellValue]) -> bool:
    return any(as_text(value).strip() for value in row)


def _repair(workbook: Workbook) -> tuple[Workbook, list[Finding]]:
    """Text in TCVN3 decoded, cell by cell; one finding a sheet says what was repaired and where first."""
    sheets, findings = [], []
    for sheet in workbook.sheets:
        first: str | None = None
        kinds: dict[str, int] = {}
        rows = []
        for row_index, row in enumerate(sheet.rows):
            repaired = list(row)
            for column, value in enumerate(row):
                if not isinstance(value, str) or value.isascii():
                    continue
                for kind in describe_repairs(value):
                    kinds[kind] = kinds.get(kind, 0) + 1
                    first = first or address(row_index, column)
                repaired[column] = decode_legacy(value)[0]
            rows.append(repaired)
        if kinds and sheet.name != LISTS_SHEET:
            told = ", ".join(f"{kind} ({count} ô)" for kind, count in kinds.items())
            findings.append(Finding("TEXT_REPAIRED", sheet.name, first, found=told))
        sheets.append(replace(sheet, name=decode_legacy(sheet.name)[0], rows=rows))
    return replace(workbook, sheets=tuple(sheets)), findings


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row of a table is about: a measure, whole or one member of a breakdown."""

    measure: Measure
    axis_code: str = TOTAL
    member_code: str = TOTAL


class _ReportReader:
    """One pass over one workbook."""

    def __init__(self, workbook: Workbook, original_name: str, findings: list[Finding]) -> None:
        self.workbook = workbook
        self.original_name = original_name
        self.findings = findings
        self.reference: Reference = load_reference()
        self.periods: Mapping[str, Period] = load_periods()
        self.observations: list[Observation] = []
        self.totals: list[PrintedTotal] = []
        self.ignored: list[IgnoredRow] = []
        self.heading: Heading | None = None

    def read(self) -> Reading:
        main, detail, problem = self._find_tables()
        statements = self._statements(main, detail)
        if problem is not None and not (main and statements):
            return _refused(problem, self.findings)
        read = read_heading(self.workbook, statements, self.reference, self.periods, self.original_name)
        self.findings += read.findings
        if problem is not None or read.refusal is not None or read.heading is None:
            if problem is not None and read.refusal is not None:
                self.findings.append(read.refusal)
            refusal = problem or read.refusal or Finding("HEADER_NOT_FOUND")
            return _refused(refusal, self.findings, read.heading)
        self.heading = read.heading
        for table, sheet in main:
            _MainTable(self, sheet, table).read()
        for table, sheet in detail:
            _DetailTable(self, sheet, table).read()
        if not any(row.value_state != "missing" for row in self.observations):
            return _refused(Finding("NO_FIGURES", main[0][1].name), self.findings, self.heading)
        self._remark_absent_lines()
        return Reading(
            heading=self.heading,
            observations=tuple(self.observations),
            printed_totals=tuple(self.totals),
            ignored_rows=tuple(self.ignored),
            findings=tuple(self.findings),
        )

    def _find_tables(self) -> tuple[list[tuple[Table, Sheet]], list[tuple[Table, Sheet]], Finding | None]:
        main: list[tuple[Table, Sheet]] = []
        detail: list[tuple[Table, Sheet]] = []
        nearest: tuple[Sheet, TableNotFound] | None = None
        for sheet in self.workbook.sheets:
            if not sheet.is_visible or not sheet.rows:
                continue
            found = [(table, sheet) for table in find_tables(sheet, _DETAIL_ROLES)]
            detail += found
            if found:
                continue
            try:
                find_table(sheet, _MAIN_ROLES)
                main += [(table, sheet) for table in find_tables(sheet, _MAIN_ROLES)]
            except TableNotFound as problem:
                closer = nearest is None or len(problem.missing) < len(nearest[1].missing)
                if problem.nearest is not None and (closer or sheet.name == MAIN_SHEET):
                    nearest = (sheet, problem)
        if not main:
            return main, detail, _no_table(nearest)
        sheets = {sheet.name for _, sheet in main}
        if len(sheets) > 1:
            headed = [(t, s) for t, s in main if find_statements(s, t.header_top).get("unit")]
            if len({s.name for _, s in headed}) == 1:
                return headed, detail, None
            # Several headed tables: one body twice is ambiguous, two bodies are told apart by the heading.
            units = {
                normalise(statement.text)
                for t, s in headed
                for statement in find_statements(s, t.header_top).get("unit", ())
            }
            if len(units) > 1:
                return headed, detail, None
            names = ", ".join(f"“{name}”" for name in sorted(sheets))
            return main, detail, Finding("SHEET_AMBIGUOUS", main[1][1].name, found=names)
        return main, detail, None

    def _statements(
        self, main: list[tuple[Table, Sheet]], detail: list[tuple[Table, Sheet]]
    ) -> dict[str, list[Statement]]:
        merged: dict[str, list[Statement]] = {}
        for table, sheet in (*main, *detail):
            for key, stated in find_statements(sheet, table.header_top).items():
                merged.setdefault(key, []).extend(each for each in stated if each not in merged.get(key, ()))
        return merged

    def _remark_absent_lines(self) -> None:
        heading = self._heading
        present = {row.measure_code for row in self.observations if row.axis_code == TOTAL}
        absent = [
            f"{measure.code} {measure.name_vi}"
            for measure in self.reference.form_measures(heading.template_code, self.period.kind)
            if measure.is_required and measure.code not in present
        ]
        if absent:
            self.findings.append(Finding("LINES_ABSENT", found="; ".join(absent), expected=str(len(absent))))

    @property
    def _heading(self) -> Heading:
        if self.heading is None:
            raise ValueError("lines are read after the heading")
        return self.heading

    @cached_property
    def period(self) -> Period:
        return self.periods[self._heading.period_code]

    @cached_property
    def asked(self) -> frozenset[str]:
        """Codes of the measures the template asks for."""
        return frozenset(self.reference.templates[self._heading.template_code].measures)

    def observe(self, observation: Observation) -> None:
        self.observations.append(replace(observation, line_number=len(self.observations) + 1))

    def ignore(self, sheet: Sheet, row: TableRow, rule: str, count: int = 1) -> None:
        self.ignored.append(IgnoredRow(sheet.name, row.index + 1, rule, count))


def _no_table(nearest: tuple[Sheet, TableNotFound] | None) -> Finding:
    if nearest is None:
        labels = ", ".join(f"“{column.label}”" for column in MAIN_COLUMNS if column.is_required)
        return Finding("HEADER_NOT_FOUND", expected=labels)
    sheet, problem = nearest
    return Finding(
        "COLUMN_MISSING",
        sheet.name,
        problem.nearest,
        found=", ".join(f"“{label}”" for label in problem.present),
        expected=", ".join(f"“{_LABEL_OF_ROLE[role]}”" for role in problem.missing),
    )


class _FigureTable:
    """What the main and the detail table share: figure columns, units, marks, accounting."""

    columns: tuple[ColumnLabel, ...]

    def __init__(self, report: _ReportReader, sheet: Sheet, table: Table) -> None:
        self.report, self.sheet, self.table = report, sheet, table
        self.roles = [role for role in _FIGURE_ROLES if role in table.columns]
        self.styles: dict[str, NumberStyle | None] = {role: self._style_of(role) for role in self.roles}

    def _style_of(self, role: str) -> NumberStyle | None:
        column = self.table.columns[role]
        texts = (self.sheet.value(row.index, column) for row in self.table.rows_of("record", "total"))
        return infer_style(text for text in texts if isinstance(text, str))

    def text(self, row: TableRow, role: str) -> str:
        """The row's cell in that column, normalised; of a merged cell the merge's own text."""
        column = self.table.columns.get(role)
        if column is None:
            return ""
        for merge in self.sheet.merges:
            if (row.index, column) in merge:
                return normalise(self.sheet.text(merge.top, merge.left)).strip()
        return normalise(self.sheet.text(row.index, column)).strip()

    def has_figure(self, row: TableRow) -> bool:
        """Whether any figure column of the row holds anything."""
        places = [(row.index, self.table.columns[role]) for role in self.roles]
        return any(
            place in self.sheet.errors or place in self.sheet.uncalculated or self.sheet.text(*place).strip()
            for place in places
        )

    def account_for_furniture(self, row: TableRow) -> bool:
        """Ignore rows that are no lines of the report, under their rule; True when this was one."""
        rule = {
            "blank": "",
            "numbering": "column_number_row",
            "repeated_header": "repeated_header",
            "note": "note_or_signature",
        }.get(row.kind)
        if rule is None:
            return False
        if rule:
            self.report.ignore(self.sheet, row, rule)
        return True

    def observe_line(self, row: TableRow, line: _Line) -> None:
        """One observation for each filled figure cell; blanks of a total are missing, blanks of a part are ignored."""
        for role in self.roles:
            kind: ValueKind = "uoc_nam" if role == "estimate" else self.report._heading.value_kind
            place = (row.index, self.table.columns[role])
            is_blank = not (
                self.sheet.text(*place).strip() or place in self.sheet.errors or place in self.sheet.uncalculated
            )
            if is_blank and (role == "estimate" or line.axis_code != TOTAL):
                self.report.ignore(self.sheet, row, "blank_estimate" if role == "estimate" else "blank_line")
                continue
            self.report.observe(self._observation(row, role, line, kind))

    def observe_unknown(self, row: TableRow, code: str, detail: str) -> None:
        """Stage a row that says nothing we know, so that it is held back and accounted for."""
        for role in self.roles:
            column = self.table.columns[role]
            if not self.sheet.text(row.index, column).strip():
                self.report.ignore(self.sheet, row, "blank_line")
                continue
            heading = self.report._heading
            self.report.observe(
                Observation(
                    line_number=0,
                    measure_code=UNKNOWN_MEASURE,
                    reporting_unit_code=heading.reporting_unit_code,
                    period_code=heading.period_code,
                    axis_code=TOTAL,
                    member_code=TOTAL,
                    value_kind="uoc_nam" if role == "estimate" else heading.value_kind,
                    value=None,
                    value_state="unreadable",
                    sheet_name=self.sheet.name,
                    cell=address(row.index, column),
                    reading_code=code,
                    reading_detail=detail[:_MAX_RAW],
                )
            )

    def print_total(self, row: TableRow, line: _Line | None) -> None:
        """Keep a printed total for comparison; it is never loaded."""
        self.report.ignore(self.sheet, row, "printed_total", max(1, len(self.roles)))
        if line is None or line.axis_code == TOTAL:
            return
        for role in self.roles:
            figure, _ = self._figure(row, role, line)
            if figure.value is not None and figure.state in ("reported", "nil"):
                kind: ValueKind = "uoc_nam" if role == "estimate" else self.report._heading.value_kind
                self.report.totals.append(
                    PrintedTotal(
                        line.measure.code,
                        line.axis_code,
                        kind,
                        figure.value,
                        self.sheet.name,
                        address(row.index, self.table.columns[role]),
                    )
                )

    def _observation(self, row: TableRow, role: str, line: _Line, kind: ValueKind) -> Observation:
        figure, raw = self._figure(row, role, line)
        note = self.text(row, "note")
        is_estimate = figure.is_estimate or match_key(note).split(" ")[:1] == [match_key(ESTIMATE_MARK)]
        state: ValueState = "unreadable" if figure.code and figure.value is None else figure.state
        heading = self.report._heading
        return Observation(
            line_number=0,
            measure_code=line.measure.code,
            reporting_unit_code=heading.reporting_unit_code,
            period_code=heading.period_code,
            axis_code=line.axis_code,
            member_code=line.member_code,
            value_kind="uoc" if is_estimate and kind != "uoc_nam" else kind,
            value=figure.value if state in ("reported", "nil") else None,
            value_state=state,
            sheet_name=self.sheet.name,
            cell=address(row.index, self.table.columns[role]),
            raw_text=raw[:_MAX_RAW] or None,
            printed_unit=self.text(row, "unit") or None,
            note_text=note[:_MAX_NOTE] or None,
            reading_code=figure.code,
            reading_detail=figure.detail[:_MAX_NOTE] or None,
        )

    def _figure(self, row: TableRow, role: str, line: _Line) -> tuple[Figure, str]:
        place = (row.index, self.table.columns[role])
        if place in self.sheet.errors:
            error = self.sheet.errors[place]
            return Figure(None, "missing", "ERROR_CELL", error), error
        if place in self.sheet.uncalculated:
            return Figure(None, "missing", "FORMULA_NO_VALUE", "công thức chưa có kết quả"), ""
        value = self.sheet.value(*place)
        raw = as_text(value)
        measure = line.measure
        if measure.choice_list_code and measure.value_type in ("yes_no", "choice", "milestone"):
            return self._choice(value, measure), raw
        unit = self._unit(row, line)
        if isinstance(unit, Figure):
            return unit, raw
        is_percent = place in self.sheet.percent_cells
        return parse_figure(
            value, self.styles[role], unit_factor=unit.factor, base_unit=unit.base_unit, percent_formatted=is_percent
        ), raw

    def _choice(self, value: CellValue, measure: Measure) -> Figure:
        marked = parse_figure(value, None) if value is None or isinstance(value, str) else None
        text = match_key(as_text(value))
        if text in (match_key(NO_WEBSITE), match_key("không có website"), match_key("chưa có trang")):
            return Figure(None, "not_applicable", None, "")
        if measure.value_type in ("yes_no", "choice"):
            if text in (match_key(YES), "x co", "1", "đã có", "rồi"):
                return Figure(Decimal(1), "reported", None, "")
            if text in (match_key(NO), "chưa", "chưa có", "0"):
                return Figure(Decimal(0), "reported", None, "")
        member = self.report.reference.member_named(measure.choice_list_code or "", as_text(value))
        if member is not None and member.code.isdigit():
            return Figure(Decimal(member.code), "reported", None, "")
        if text[:1].isdigit() and measure.choice_list_code:
            # "2 - lấy ý kiến": the number before the words decides when it is in the list.
            digits = text.split(" ", 1)[0].strip("-–.:)")
            if digits in self.report.reference.code_lists[measure.choice_list_code]:
                return Figure(Decimal(digits), "reported", None, "")
        if marked is not None and marked.state in ("missing", "not_applicable", "withheld") and marked.code is None:
            return marked
        names = "; ".join(m.name_vi for m in self.report.reference.code_lists[measure.choice_list_code or ""].values())
        return Figure(None, "unreadable", "CHOICE_UNKNOWN", f"{as_text(value)}|{names}")

    def _unit(self, row: TableRow, line: _Line) -> UnitOfMeasure | Figure:
        """The unit the line's figure is in: the template's, unless the line prints another of the same kind."""
        asked = self.report.reference.unit_of_measure(line.measure.code, line.axis_code, line.member_code)
        expected = UnitOfMeasure(asked.base_unit, asked.unit_factor)
        printed = self.text(row, "unit")
        if not printed or match_key(printed) == match_key(asked.unit_vi):
            return expected
        stated = read_unit(printed)
        if stated is not None and stated.base_unit == expected.base_unit:
            return stated
        if not expected.is_money and (stated is None or not stated.is_money):
            # Beside a count, "bài viết" for "tin, bài" changes nothing; beside money, words we do not know do.
            return expected
        detail = f"đơn vị tính ghi “{printed}”, biểu mẫu dùng “{asked.unit_vi}”"
        return Figure(None, "unreadable", "UNIT_CONFLICT", detail, expected=asked.unit_vi)


class _MainTable(_FigureTable):
    """The main sheet's table: a line per measure, its breakdowns under it."""

    def __init__(self, report: _ReportReader, sheet: Sheet, table: Table) -> None:
        super().__init__(report, sheet, table)
        self.measure: Measure | None = None
        self.axis: Axis | None = None
        # Where lines carry codes, words alone are titles, even those that read like a measure's name.
        self.has_codes = any(self.text(row, "code") for row in table.rows_of("record"))

    def read(self) -> None:
        pending_total: TableRow | None = None
        for row in self.table.rows:
            if self.account_for_furniture(row):
                continue
            if row.kind == "total":
                line = self._group()
                if line is None:
                    pending_total = row
                else:
                    self.print_total(row, line)
                continue
            label = self.text(row, "label") or row.label
            code = self.text(row, "code")
            if not code and not self.has_figure(row) and self._opens_group(row, label):
                continue
            line = self._line_by_code(code) if code else self._line_by_label(label)
            if line is None:
                self._unknown(row, code, label)
                continue
            self._enter(line)
            if pending_total is not None:
                self.print_total(pending_total, self._group())
                pending_total = None
            self.observe_line(row, line)
        if pending_total is not None:
            self.print_total(pending_total, None)

    def _group(self) -> _Line | None:
        return _Line(self.measure, self.axis.code, TOTAL) if self.measure and self.axis else None

    def _enter(self, line: _Line) -> None:
        if line.axis_code == TOTAL:
            self.measure, self.axis = line.measure, None
        else:
            self.measure, self.axis = line.measure, line.measure.axis(line.axis_code)

    def _opens_group(self, row: TableRow, label: str) -> bool:
        """A row of words alone: a section title, or “Trong đó, theo ngôn ngữ:” which opens a breakdown."""
        if self.measure is not None:
            axis = self._axis_named(label)
            if axis is not None:
                self.axis = axis
                self.report.ignore(self.sheet, row, "heading_row")
                return True
        if not self.has_codes and self._line_by_label(label) is not None:
            return False
        self.report.ignore(self.sheet, row, "heading_row")
        return True

    def _axis_named(self, label: str) -> Axis | None:
        if self.measure is None:
            return None
        key = match_key(label).rstrip(" :")
        for start in sorted((match_key(text).rstrip(" :") for text in BREAKDOWN_HEADING_STARTS), key=len, reverse=True):
            if key.startswith(start):
                named = key[len(start) :].strip(" :,")
                for axis in self.measure.axes:
                    label_key = match_key(axis.label_vi)
                    names = {label_key, label_key.removeprefix(match_key("theo") + " "), axis.code}
                    if named in names or named.removeprefix(match_key("theo") + " ") in names:
                        return axis
                in_form = [axis for axis in self.measure.axes if axis.in_form]
                return in_form[0] if not named and len(in_form) == 1 else None
        return None

    def _line_by_code(self, code: str) -> _Line | None:
        measure_code, _, breakdown = code.partition(".")
        measure = self.report.reference.measures.get(measure_code.strip().upper())
        if measure is None or measure.code not in self.report.asked:
            return None
        if not breakdown:
            return _Line(measure)
        axis_code, _, member_code = breakdown.partition(".")
        axis = measure.axis(axis_code)
        if axis is None or member_code not in self.report.reference.code_lists[axis.list_code]:
            return None
        return _Line(measure, axis_code, member_code)

    def _line_by_label(self, label: str) -> _Line | None:
        text = label.lstrip("-–+•* ").strip()
        reference = self.report.reference
        measure = reference.measure_named(text, self.report._heading.template_code)
        if self.measure is not None:
            axes = [self.axis] if self.axis else [axis for axis in self.measure.axes if axis.in_form]
            members = [(axis, reference.code_lists[axis.list_code].named(text)) for axis in axes]
            found = [(axis, member) for axis, member in members if member is not None]
            if len(found) == 1 and measure is None:
                axis, member = found[0]
                return _Line(self.measure, axis.code, member.code)
        return _Line(measure) if measure is not None else None

    def _unknown(self, row: TableRow, code: str, label: str) -> None:
        if not self.has_figure(row):
            self.report.ignore(self.sheet, row, "heading_row")
            return
        self.observe_unknown(row, "LINE_UNKNOWN", code or label)


class _DetailTable(_FigureTable):
    """The detail sheet's table: free breakdown lines, each naming its measure, axis and member."""

    def read(self) -> None:
        pending: TableRow | None = None
        previous: _Line | None = None
        for row in self.table.rows:
            if self.account_for_furniture(row):
                continue
            member_text, code = self.text(row, "member"), self.text(row, "code")
            if row.kind == "heading" or not (self.has_figure(row) or member_text):
                # Prepared lines of the form that were not used carry at most a number or a unit.
                self.report.ignore(self.sheet, row, "heading_row" if row.kind == "heading" else "blank_line")
                continue
            if row.kind == "total" or _is_total(member_text):
                line = self._line(code, self.text(row, "axis"), None) if code else previous
                if line is None:
                    pending = row
                else:
                    self.print_total(row, line)
                continue
            line = self._line(code, self.text(row, "axis"), member_text)
            if line is None:
                detail = " / ".join(part for part in (code, self.text(row, "axis"), member_text) if part)
                self.observe_unknown(row, "LINE_UNKNOWN", detail)
                continue
            if pending is not None:
                self.print_total(pending, line)
                pending = None
            self.observe_line(row, line)
            previous = line
        if pending is not None:
            self.print_total(pending, None)

    def _line(self, code: str, axis_text: str, member_text: str | None) -> _Line | None:
        reference = self.report.reference
        head = code.split(" ", 1)[0].split(".", 1)[0].strip().upper()
        measure = reference.measures.get(head) or reference.measure_named(code, self.report._heading.template_code)
        if measure is None or measure.code not in self.report.asked:
            return None
        key = match_key(axis_text)
        axis = next(
            (
                axis
                for axis in measure.axes
                if key in (axis.code, match_key(axis.label_vi), match_key(axis.label_vi).removeprefix("theo "))
            ),
            None,
        )
        if axis is None:
            return None
        if member_text is None:
            return _Line(measure, axis.code, TOTAL)
        member = reference.code_lists[axis.list_code].named(member_text)
        if member is None and " - " in member_text:
            member = reference.code_lists[axis.list_code].named(member_text.split(" - ", 1)[0])
        return _Line(measure, axis.code, member.code) if member else None


def _is_total(text: str) -> bool:
    return match_key(text).rstrip(" :") in {match_key(t) for t in ("Tổng cộng", "Tổng số", "Cộng", "Tổng")}
