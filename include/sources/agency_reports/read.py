"""Read an agency's report workbook into observations that remember their cells.

Runs in the sandbox's child process. Tables are found by what their header says, their rows are read by `lines`.
What can be read in two ways is staged as unreadable with the reason, and asked back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from include.calendar.periods import load_periods
from include.model import TOTAL, Finding, Heading, IgnoredRow, Observation, Reading
from include.readers import WorkbookRefused, open_workbook
from include.readers.grid import CellValue, Sheet, Workbook, address, as_text, column_letters
from include.readers.personal_data import find_name_list, find_personal_data
from include.readers.preflight import is_named_otherwise
from include.readers.secrecy import file_is_marked, find_handling_notes, find_marks
from include.readers.table import HeaderRole, Table, TableNotFound, find_table, find_tables
from include.reference import load_reference
from include.sources.agency_reports.heading import Statement, find_statements, read_heading, told_of
from include.sources.agency_reports.labels import (
    ACTUAL,
    ANSWER_SHEET,
    DETAIL_COLUMNS,
    ESTIMATE,
    LISTS_SHEET,
    MAIN_COLUMNS,
    MAIN_SHEET,
    MARKS,
    NO,
    NO_WEBSITE,
    YES,
)
from include.sources.agency_reports.lines import Collected, DetailTable, MainTable
from include.sources.agency_reports.narrative import read_narrative
from include.sources.agency_reports.unit_notes import find_unit_notes
from include.sources.agency_reports.word import ReadTable, find_doubts, name_places, unread_tables
from include.vietnamese.text import (
    FontEncoding,
    LegacyEncoding,
    decode_font,
    decode_legacy,
    describe_repairs,
    is_unicode_vietnamese,
    legacy_encodings,
    lookalike_letters,
    match_key,
)

_MAIN_ROLES: Final = tuple(HeaderRole(each.role, each.all_labels, required=each.is_required) for each in MAIN_COLUMNS)
_DETAIL_ROLES: Final = tuple(
    HeaderRole(each.role, each.all_labels, required=each.is_required) for each in DETAIL_COLUMNS
)
_LABEL_OF_ROLE: Final = {column.role: column.label for column in (*MAIN_COLUMNS, *DETAIL_COLUMNS)}
_REQUIRED_LABELS: Final = ", ".join(f"“{column.label}”" for column in MAIN_COLUMNS if column.is_required)
_FIGURE_NAMES: Final = {
    column.role: frozenset(match_key(label) for label in column.all_labels) for column in (ACTUAL, ESTIMATE)
}
_FONTS: Final[tuple[FontEncoding, ...]] = ("TCVN3", "VNI")
_LEAST_CERTAIN: Final = 4
_PLAIN_WORDS: Final = frozenset(map(match_key, (YES, NO, NO_WEBSITE, *MARKS)))
"""Answers left as typed in a sheet set in an old font: chosen from a dropdown, they are Unicode there too."""
_LONGEST_REMEMBERED: Final = 200
_BESIDE_CELLS: Final = {"comment": "ghi chú (Comment, Note) của ô", "drawing": "hộp chữ, hình vẽ"}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HEADING_ROWS: Final = 30
"""Rows in which a heading is looked for where no table tells where it ends."""


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Everything one report says; a refusal instead where the file cannot be taken as a whole.

    `original_name` is only searched for marks and compared with the heading; `received_at` is not used for
    reading and may be any moment.
    """
    opened = open_sent(path, original_name, takes_documents=True)
    if isinstance(opened, Finding):
        return _refused(opened)
    workbook, findings = opened
    reading = _ReportReader(workbook, original_name, findings).read()
    return _with_words(reading, workbook) if workbook.format == "docx" else reading


def open_sent(
    path: str, original_name: str, *, takes_documents: bool = False
) -> tuple[Workbook, list[Finding]] | Finding:
    """A workbook somebody sent, its text repaired, with what is to be said of it; or why it cannot be taken at all.

    A Word document is one too where the source `takes_documents`.
    """
    if file_is_marked(original_name):
        return Finding("SECRET")
    try:
        workbook = open_workbook(Path(path), takes_documents=takes_documents)
    except WorkbookRefused as refused:
        return Finding(refused.code, refused.sheet, refused.cell, found=refused.detail)
    if find_marks(workbook, original_name):
        # Neither the place nor the text of the mark is passed on: the sheet's name may be the mark.
        return Finding("SECRET")
    if (listed := find_name_list(workbook)) is not None:
        # The sheet is not named: its name may be the list's.
        return Finding("PII_LIST", cell=(listed[1] or None) if workbook.format != "docx" else None)
    if workbook.unsettled_changes:
        # Looked for after the marks: a marked document is not kept, whatever else is wrong with it.
        return Finding("TRACKED_CHANGES", found=workbook.unsettled_changes)
    findings = list(_remarks(workbook))
    if is_named_otherwise(original_name, workbook.format):
        findings.append(Finding("NAMED_OTHERWISE", found=f".{workbook.format}"))
    workbook, repairs = _repair(workbook)
    return workbook, findings + repairs


def _refused(
    refusal: Finding,
    findings: Sequence[Finding] = (),
    heading: Heading | None = None,
    told: tuple[str | None, str | None] = (None, None),
) -> Reading:
    unit_code, period_code = told
    return Reading(
        heading=heading,
        refusal=refusal,
        findings=tuple(findings),
        reporting_unit_code=unit_code,
        period_code=period_code,
    )


def _remarks(workbook: Workbook) -> Iterator[Finding]:
    for found in find_personal_data(workbook):
        yield Finding("PERSONAL_DATA", found.sheet, found.cell, found=found.kind)
    for note in find_handling_notes(workbook):
        yield Finding("HANDLING_NOTE", note.sheet, note.cell, found=note.words)
    if workbook.has_external_links:
        yield Finding("EXTERNAL_LINK")
    if workbook.has_change_log:
        yield Finding("HIDDEN_DATA", found="tệp giữ nhật ký theo dõi thay đổi (Track Changes)")
    yield from _figures_beside_cells(workbook)
    for sheet in workbook.sheets:
        if sheet.name == LISTS_SHEET:
            continue
        rows = [row for row in sorted(sheet.hidden_rows) if row < sheet.row_count and _has_content(sheet.rows[row])]
        if rows:
            yield Finding("HIDDEN_DATA", sheet.name, address(rows[0], 0), found=f"{len(rows)} hàng ẩn có dữ liệu")
        columns = [
            column
            for column in sorted(sheet.hidden_columns)
            if column < sheet.column_count
            and any(sheet.value(row, column) is not None for row in range(sheet.row_count))
        ]
        if columns:
            letters = ", ".join(map(column_letters, columns[:10]))
            told = f"{len(columns)} cột ẩn có dữ liệu ({letters})"
            yield Finding("HIDDEN_DATA", sheet.name, address(0, columns[0]), found=told)
        yield from _covered_cells(sheet)
        if not sheet.is_visible and any(True for _ in sheet.cells()):
            yield Finding("HIDDEN_DATA", sheet.name, found="cả trang bị ẩn")
        for place, remarks in sheet.remarks.items():
            if remarks & {"hidden", "unseen"}:
                yield Finding("HIDDEN_TEXT", sheet.name, address(*place))
        if sheet.has_pictures:
            yield Finding("IMAGE_PRESENT", sheet.name)


def _covered_cells(sheet: Sheet) -> Iterator[Finding]:
    """Filled cells nobody sees: printed in white or with an empty format, or under a merged cell."""
    under = {
        (row, column)
        for merge in sheet.merges
        for row in range(merge.top, min(merge.bottom, sheet.row_count - 1) + 1)
        for column in range(merge.left, min(merge.right, len(sheet.rows[row]) - 1) + 1)
        if (row, column) != (merge.top, merge.left) and as_text(sheet.value(row, column)).strip()
    }
    for places, told in (
        (sheet.unseen_cells, "ô có dữ liệu nhưng chữ trùng màu nền hay quá nhỏ, hoặc định dạng không hiện gì"),
        (under, "ô có dữ liệu bị ô gộp che"),
    ):
        if places:
            yield Finding("HIDDEN_DATA", sheet.name, address(*min(places)), found=f"{len(places)} {told}")


def _figures_beside_cells(workbook: Workbook) -> Iterator[Finding]:
    """Comments and text boxes with figures: one finding for each kind and sheet, at the first comment's cell."""
    beside: dict[tuple[str | None, str], list[str | None]] = {}
    for loose in workbook.loose_texts:
        if loose.place in _BESIDE_CELLS and not loose.is_ours and any(map(str.isdigit, loose.text)):
            beside.setdefault((loose.sheet, loose.place), []).append(loose.cell)
    for (sheet, place), cells in beside.items():
        yield Finding("NOTE_NOT_READ", sheet, cells[0], found=f"{len(cells)} {_BESIDE_CELLS[place]}")


def _has_content(row: Sequence[CellValue]) -> bool:
    return any(as_text(value).strip() for value in row)


def _repair(workbook: Workbook) -> tuple[Workbook, list[Finding]]:
    """Text in old font encodings decoded; once a sheet it is told what was repaired and what only looks Vietnamese."""
    sheets, findings = [], []
    for sheet in workbook.sheets:
        first: str | None = None
        kinds: dict[str, int] = {}
        strange: dict[str, str] = {}
        rows = []
        font = _font_of(sheet)
        for row_index, row in enumerate(sheet.rows):
            repaired = list(row)
            for column, typed in enumerate(row):
                if not isinstance(typed, str):
                    continue
                value = _CONTROL.sub("", typed)
                if value != typed:
                    repaired[column] = value
                    kinds["bỏ ký tự điều khiển"] = kinds.get("bỏ ký tự điều khiển", 0) + 1
                    first = first or address(row_index, column)
                if value.isascii():
                    continue
                repaired[column], repairs = _repair_text(value)
                if font is not None and repaired[column] == value and match_key(value) not in _PLAIN_WORDS:
                    repaired[column] = decode_font(value, font)
                for letter in lookalike_letters(value):
                    strange.setdefault(letter, address(row_index, column))
                for kind in repairs:
                    kinds[kind] = kinds.get(kind, 0) + 1
                    first = first or address(row_index, column)
            rows.append(repaired)
        if kinds and sheet.name != LISTS_SHEET:
            told = ", ".join(f"{kind} ({count} ô)" for kind, count in kinds.items())
            findings.append(Finding("TEXT_REPAIRED", sheet.name, first, found=told))
        if strange:
            letters = ", ".join(f"“{letter}”" for letter in strange)
            findings.append(Finding("TEXT_LOOKALIKE", sheet.name, next(iter(strange.values())), found=letters))
        sheets.append(replace(sheet, name=decode_legacy(sheet.name)[0], rows=rows))
    paragraphs = tuple(replace(each, text=_repair_text(each.text)[0]) for each in workbook.paragraphs)
    return replace(workbook, sheets=tuple(sheets), paragraphs=paragraphs), findings


def _font_of(sheet: Sheet) -> FontEncoding | None:
    """The font encoding the sheet as a whole is typed in: many cells certainly are, and next to none is Unicode."""
    counts: Counter[LegacyEncoding] = Counter()
    unicode_count = 0
    for row in sheet.rows:
        for value in row:
            if isinstance(value, str) and not value.isascii():
                if is_unicode_vietnamese(value):
                    unicode_count += 1
                else:
                    counts.update(_remembered_encodings(value[:_LONGEST_REMEMBERED]))
    for font in _FONTS:
        if counts[font] >= _LEAST_CERTAIN and counts[font] >= _LEAST_CERTAIN * unicode_count:
            return font
    return None


_remembered_encodings = lru_cache(maxsize=4096)(legacy_encodings)


def _repair_text(text: str) -> tuple[str, tuple[str, ...]]:
    # Labels come back in every report; a long text comes once and would only fill the memory.
    return _remembered_repair(text) if len(text) <= _LONGEST_REMEMBERED else _remembered_repair.__wrapped__(text)


@lru_cache(maxsize=8192)
def _remembered_repair(text: str) -> tuple[str, tuple[str, ...]]:
    return decode_legacy(text)[0], describe_repairs(text)


def _with_words(reading: Reading, workbook: Workbook) -> Reading:
    """The reading of a Word document with its places called by table, row and column, and what it says in words."""
    reading = name_places(reading, workbook)
    if reading.refusal is not None:
        return reading
    narrative, left_out = read_narrative(workbook.paragraphs)
    return replace(reading, narrative=narrative, ignored_rows=(*reading.ignored_rows, *left_out))


class _ReportReader:
    """One pass over one workbook."""

    def __init__(self, workbook: Workbook, original_name: str, findings: list[Finding]) -> None:
        self.workbook = workbook
        self.original_name = original_name
        self.findings = findings
        self.is_document = workbook.format == "docx"
        self.reference = load_reference()
        self.periods = load_periods()

    def read(self) -> Reading:
        """The reading, or the refusal with everything else there is to say."""
        found = self._find_tables()
        headed = [place for place in found.main if place.is_headed] or found.main
        problem = self._problem_of(found, headed)
        statements = merge_statements(place.statements for place in (*headed, *found.detail))
        if not found.main or (problem is not None and not statements):
            return _refused(problem or self._no_table(None), self.findings, told=self._told(statements))
        read = read_heading(self.workbook, statements, self.reference, self.periods, self.original_name)
        self.findings += read.findings
        # Two headed sheets are two bodies' reports, or one body's twice.
        is_about_bodies = read.refusal is not None and read.refusal.code == "MULTI_AGENCY"
        refusal = read.refusal if problem is None or is_about_bodies else problem
        if refusal is not None or read.heading is None:
            return _refused(refusal or self._no_table(None), self.findings, read.heading, self._told(statements))
        tables_read = [(place.sheet, place.table) for place in (*headed, *found.detail)]
        collected = Collected(read.heading, self.reference, find_unit_notes(self.workbook, tables_read))
        for place in found.main:
            if place not in headed:
                self._leave_out(place, collected)
        tables: list[ReadTable] = []
        for place in headed:
            self._remark_other_columns(place)
            main = MainTable(collected, place.sheet, place.table)
            main.read()
            tables.append(ReadTable(place.sheet, place.table, main.has_codes, dict(main.printed_above)))
        rival = self._hidden_rival(collected, headed[0].sheet)
        if rival is not None:
            return _refused(rival, self.findings, read.heading)
        for place in found.detail:
            self._remark_other_columns(place)
            detail = DetailTable(collected, place.sheet, place.table)
            detail.read()
            tables.append(ReadTable(place.sheet, place.table, True, dict(detail.printed_above)))
        if all(row.value_state == "missing" for row in collected.observations):
            return _refused(Finding("NO_FIGURES", headed[0].sheet.name), self.findings, read.heading)
        self._remark_absent_lines(collected)
        if self.is_document:
            self.findings += find_doubts(tables, collected.observations, self.reference)
            for finding, ignored in unread_tables(self.workbook, [each.sheet for each in tables]):
                self.findings.append(finding)
                collected.ignored.append(ignored)
        return Reading(
            heading=read.heading,
            observations=tuple(collected.observations),
            printed_totals=tuple(collected.totals),
            ignored_rows=tuple(collected.ignored),
            findings=tuple(self.findings),
        )

    def _told(self, statements: Mapping[str, list[Statement]]) -> tuple[str | None, str | None]:
        """Whose report it is and for which period, where the table is not there to stand under the heading either."""
        if not statements:
            statements = merge_statements(
                find_statements(sheet, _HEADING_ROWS)
                for sheet in self.workbook.sheets
                if sheet.is_visible and sheet.name not in (ANSWER_SHEET, LISTS_SHEET)
            )
        return told_of(self.workbook, statements, self.reference, self.periods, self.original_name)

    def _find_tables(self) -> _Found:
        found = _Found()
        above: dict[str, list[Statement]] = {}
        for sheet in self.workbook.sheets:
            if not sheet.is_visible or not sheet.rows or sheet.name == ANSWER_SHEET:
                continue
            detail = find_tables(sheet, _DETAIL_ROLES)
            detail_tops = {table.header_top for table in detail}
            main = [table for table in find_tables(sheet, _MAIN_ROLES) if table.header_top not in detail_tops]
            ends = sorted({*detail_tops, *(table.header_top for table in main)})
            found.detail += [_Place(sheet, _cut(table, ends), statements={}) for table in detail]
            if self.is_document:
                # The heading of a document stands above all its tables, in paragraphs or in a table of its own.
                above = merge_statements([above, find_statements(sheet, ends[0] if ends else sheet.row_count)])
                found.main += [_Place(sheet, _cut(table, ends), above) for table in main]
                continue
            found.main += [_Place(sheet, _cut(table, ends), find_statements(sheet, table.header_top)) for table in main]
        if not found.main:
            for sheet in self.workbook.sheets:
                if sheet.is_visible:
                    found.note_nearest(sheet)
        return found

    def _problem_of(self, found: _Found, headed: Sequence[_Place]) -> Finding | None:
        """Why the tables found cannot be taken for one report, or None."""
        if not found.main:
            return self._no_table(found.nearest)
        sheets = list(dict.fromkeys(place.sheet.name for place in headed))
        # A document has a table for each of its sections, all under one heading.
        if len(sheets) > 1 and not self.is_document:
            return Finding("SHEET_AMBIGUOUS", sheets[1], found=", ".join(f"“{name}”" for name in sheets))
        for place in (*headed, *found.detail):
            doubled = _second_figure_column(place)
            if doubled is not None:
                return doubled
        return None

    def _no_table(self, nearest: tuple[Sheet, TableNotFound] | None) -> Finding:
        if nearest is None and self.is_document:
            return Finding("NO_TABLE", expected=_REQUIRED_LABELS)
        return _no_table(nearest)

    def _hidden_rival(self, collected: Collected, shown: Sheet) -> Finding | None:
        """What to say of a hidden sheet that holds the same report with other figures than the one `shown`, or None.

        The sheet that shows is what the office filled in and printed; the other may be what it meant to send.
        """
        heading = collected.heading
        seen = {_figure_of(row) for row in collected.observations}
        for sheet in self.workbook.sheets:
            if sheet.is_visible or sheet.name in (LISTS_SHEET, ANSWER_SHEET):
                continue
            for table in find_tables(sheet, _MAIN_ROLES):
                statements = find_statements(sheet, table.header_top)
                if not statements or self._told(statements) != (heading.reporting_unit_code, heading.period_code):
                    continue
                hidden = Collected(heading, self.reference)
                MainTable(hidden, sheet, table).read()
                others = [
                    row for row in hidden.observations if row.value_state != "missing" and _figure_of(row) not in seen
                ]
                if others:
                    return Finding(
                        "SHEET_HIDDEN_DIFFERS",
                        sheet.name,
                        others[0].cell,
                        found=f"“{sheet.name}”",
                        expected=f"“{shown.name}”",
                        subject=str(len(others)),
                    )
        return None

    def _leave_out(self, place: _Place, collected: Collected) -> None:
        """Ignore, and say so, a table on a sheet without a heading block beside the headed one."""
        rows = [row for row in place.table.rows if row.kind in ("record", "total")]
        self.findings.append(Finding("SHEET_LEFT_OUT", place.sheet.name, found=str(len(rows)), expected=MAIN_SHEET))
        if rows:
            collected.ignored.append(IgnoredRow(place.sheet.name, rows[0].index + 1, "sheet_left_out", len(rows)))

    def _remark_other_columns(self, place: _Place) -> None:
        """Say which columns with figures were not read, because the form has no such column."""
        table, sheet = place.table, place.sheet
        others = [
            (column, label)
            for column, label in sorted(table.unmapped().items())
            if any(isinstance(sheet.value(row.index, column), int | float) for row in table.rows_of("record"))
        ]
        if others:
            names = ", ".join(f"“{label}”" for _, label in others)
            self.findings.append(
                Finding("COLUMN_NOT_READ", sheet.name, address(table.header_top, others[0][0]), found=names)
            )

    def _remark_absent_lines(self, collected: Collected) -> None:
        heading = collected.heading
        present = {row.measure_code for row in collected.observations if row.axis_code == TOTAL}
        period_kind = self.periods[heading.period_code].kind
        absent = [
            f"{measure.code} {measure.name_vi}"
            for measure in self.reference.form_measures(heading.template_code, period_kind)
            if measure.is_required and measure.code not in present
        ]
        if absent:
            self.findings.append(Finding("LINES_ABSENT", found="; ".join(absent), expected=str(len(absent))))


def _figure_of(row: Observation) -> tuple[object, ...]:
    """Which figure a row is and what it comes to, as far as two sheets can differ in it."""
    said = row.value_state if row.value is None else row.value
    return row.measure_code, row.axis_code, row.member_code, row.value_kind, said


@dataclass(frozen=True, slots=True)
class _Place:
    """A table, its sheet, and the statements of the heading block above it."""

    sheet: Sheet
    table: Table
    statements: Mapping[str, list[Statement]]

    @property
    def is_headed(self) -> bool:
        return bool(self.statements.get("unit"))


@dataclass(slots=True)
class _Found:
    """The tables of a workbook, and the header nearest to one when there is none."""

    main: list[_Place] = field(default_factory=list)
    detail: list[_Place] = field(default_factory=list)
    nearest: tuple[Sheet, TableNotFound] | None = None

    def note_nearest(self, sheet: Sheet) -> None:
        """Remember the header of the sheet when it lacks less than those seen before."""
        try:
            find_table(sheet, _MAIN_ROLES)
        except TableNotFound as problem:
            closer = self.nearest is None or len(problem.missing) < len(self.nearest[1].missing)
            if problem.nearest is not None and (closer or sheet.name == MAIN_SHEET):
                self.nearest = (sheet, problem)


def _cut(table: Table, header_tops: Sequence[int]) -> Table:
    """The table without the rows from the next table's header on."""
    end = next((top for top in header_tops if top > table.header_bottom), None)
    # A header printed again on the next page is a row of the table, and no table's top.
    return table if end is None else replace(table, rows=tuple(row for row in table.rows if row.index < end))


def merge_statements(blocks: Iterable[Mapping[str, list[Statement]]]) -> dict[str, list[Statement]]:
    """The statements of several heading blocks, each once."""
    merged: dict[str, list[Statement]] = {}
    for statements in blocks:
        for key, stated in statements.items():
            merged.setdefault(key, []).extend(each for each in stated if each not in merged.get(key, ()))
    return merged


def _second_figure_column(place: _Place) -> Finding | None:
    """Two columns that could both be the figures of one role, both with figures in them."""
    table, sheet = place.table, place.sheet
    for role, names in _FIGURE_NAMES.items():
        if role not in table.columns:
            continue
        rivals = [
            column
            for column, label in table.unmapped().items()
            if match_key(label.split("(")[0]) in names
            and any(sheet.value(row.index, column) is not None for row in table.rows_of("record"))
        ]
        if rivals:
            columns = sorted([table.columns[role], *rivals])
            return Finding(
                "COLUMN_AMBIGUOUS",
                sheet.name,
                address(table.header_top, columns[1]),
                found=", ".join(f"“{table.labels[column]}” (cột {column_letters(column)})" for column in columns),
                expected=_LABEL_OF_ROLE[role],
            )
    return None


def _no_table(nearest: tuple[Sheet, TableNotFound] | None) -> Finding:
    if nearest is None:
        return Finding("HEADER_NOT_FOUND", expected=_REQUIRED_LABELS)
    sheet, problem = nearest
    return Finding(
        "COLUMN_MISSING",
        sheet.name,
        problem.nearest,
        found=", ".join(f"“{label}”" for label in problem.present),
        expected=", ".join(f"“{_LABEL_OF_ROLE[role]}”" for role in problem.missing),
    )
