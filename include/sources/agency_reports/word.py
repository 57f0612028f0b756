"""Reports sent as Word documents: how their places are called, and which figures were not read for certain.

A table of a document is read like a sheet; what the reader called F12 is “hàng 5, cột 6” of “Bảng 2” to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from include.model import Finding, IgnoredRow, Observation, Reading
from include.readers.docx import PARAGRAPH
from include.readers.grid import CellRemark, MergedRange, Sheet, Workbook, address, position
from include.readers.table import Table, discover_tables
from include.reference import Reference
from include.sources.agency_reports.labels import ACTUAL, ESTIMATE, ESTIMATE_MARK
from include.sources.agency_reports.lines import Role
from include.vietnamese.money import UnitOfMeasure
from include.vietnamese.numbers import format_number
from include.vietnamese.text import match_key, normalise

_DOUBTS_OF_REMARKS: Final[dict[CellRemark, str]] = {
    "field": "con số là kết quả của công thức trong Word, có thể chưa được tính lại",
    "text_box": "con số nằm trong hộp văn bản đặt ở ô",
    "page_header": "bảng nằm ở đầu trang, có thể lặp lại hoặc khác nhau giữa các trang",
    "struck_out": "trong ô có chữ bị gạch ngang, phần gạch ngang không được đọc",
}
_SIGHT_REMARKS: Final[dict[CellRemark, str]] = {
    "unseen": "trong ô có chữ trùng màu nền hoặc quá nhỏ, không hiện trên giấy nên không được đọc",
    "maybe_unseen": "chữ trong ô có màu trắng và nằm trong hình vẽ, không rõ trên giấy có hiện không",
}
"""Remarks that make any cell of a line doubtful: its code, name and unit decide over the figure as well."""

_OTHER_WIDTH: Final = "hàng tiêu đề rộng {head} ô mà hàng này rộng {width} ô, nên số liệu có thể lệch sang cột khác"
_OTHER_EDGES: Final = "các ô của hàng này không thẳng với hàng tiêu đề, nên số liệu có thể lệch sang cột khác"
_IN_WORDS: Final = "con số đứng giữa các chữ trong ô"
_MERGED: Final = "ô số liệu bị gộp với ô bên cạnh"
_UNIT_ABOVE: Final = "dòng không ghi đơn vị tính, đơn vị được lấy ở phía trên bảng hoặc ở tiêu đề cột"
_NO_CODES: Final = "bảng không có mã số nên các dòng chỉ được nhận ra theo tên"
_OTHER_HEADING: Final = "tiêu đề cột không phải của biểu mẫu nên chỉ được hiểu theo nghĩa"

_NO_LINES: Final = frozenset({"blank", "note", "numbering", "repeated_header"})
_WORD: Final = re.compile(r"[^\W\d_]{2}")
_ESTIMATED: Final = re.compile(rf"{ESTIMATE_MARK}(?: tính)?\b", re.IGNORECASE)
"""The form's own word before an estimate: “ước 120” is no number among words."""

_CORNERS: Final = re.compile(r"([A-Z]{1,3}\d+):([A-Z]{1,3}\d+)")
_COLUMN: Final = re.compile(r"\(cột ([A-Z]{1,3})\)")
_LAST_NUMBER: Final = re.compile(r"\d+$")
_MAX_RAW: Final = 60


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read: its sheet, whether its lines carry codes, and the unit printed above each column."""

    sheet: Sheet
    table: Table
    has_codes: bool
    printed_above: Mapping[Role, str]


def find_doubts(
    tables: Sequence[ReadTable], observations: Iterable[Observation], reference: Reference
) -> Iterator[Finding]:
    """What of a document was read without being certain, table by table and figure by figure, each with its reason."""
    by_sheet: dict[str, list[ReadTable]] = {}
    for read in tables:
        by_sheet.setdefault(read.sheet.name, []).append(read)
        yield from _doubts_about_table(read)
        yield from _doubts_about_sight(read)
        yield from _doubts_about_edges(read)
    for row in observations:
        if row.value_state != "reported" or row.reading_code is not None:
            continue  # what could not be read is asked back anyhow, and of marks there is no doubt
        place = position(row.cell)
        read = max(
            (each for each in by_sheet[row.sheet_name] if each.table.header_top <= place[0]),
            key=lambda each: each.table.header_top,
        )
        for reason in _doubts_about_figure(row, read, reference):
            measure = reference.measures[row.measure_code]
            yield Finding(
                "READING_DOUBTFUL",
                row.sheet_name,
                row.cell,
                found=_as_read(row),
                expected=reason,
                subject=f"{measure.name_vi} ({row.measure_code})",
            )


def _doubts_about_table(read: ReadTable) -> Iterator[Finding]:
    table, sheet = read.table, read.sheet
    if not read.has_codes:
        column = table.columns.get("label", min(table.columns.values()))
        count = len(table.rows_of("record"))
        yield Finding(
            "READING_DOUBTFUL", sheet.name, address(table.header_top, column), found=f"{count} dòng", expected=_NO_CODES
        )
    for known in (ACTUAL, ESTIMATE):
        column = table.columns.get(known.role, -1)
        label = table.labels.get(column, "")
        if column >= 0 and match_key(known.label) not in match_key(label):
            yield Finding(
                "READING_DOUBTFUL",
                sheet.name,
                address(table.header_top, column),
                found=f"cột “{label}” là cột “{known.label}”",
                expected=_OTHER_HEADING,
            )


def _doubts_about_sight(read: ReadTable) -> Iterator[Finding]:
    """Cells of the table's rows of which a part does not show on paper; a figure that does not show at all is one."""
    rows = {row.index: row for row in read.table.rows}
    columns = set(read.table.columns.values())
    for place, remarks in sorted(read.sheet.remarks.items()):
        if place[0] not in rows or place[1] not in columns:
            continue
        for remark, reason in _SIGHT_REMARKS.items():
            if remark in remarks:
                shown = read.sheet.text(*place)
                yield Finding(
                    "READING_DOUBTFUL",
                    read.sheet.name,
                    address(*place),
                    found=f"“{shown[:_MAX_RAW]}”" if shown else "ô trống",
                    expected=reason,
                    subject=rows[place[0]].label[:_MAX_RAW],
                )


def _doubts_about_edges(read: ReadTable) -> Iterator[Finding]:
    """Rows whose cells are not those of the head: one more or less, and every figure behind it stands elsewhere."""
    table, sheet = read.table, read.sheet
    head = _head_edges(read)
    width = max(edges[-1] for edges in head)
    known = {edge for edges in head for edge in edges}
    figures = {table.columns[each.role] for each in (ACTUAL, ESTIMATE) if each.role in table.columns}
    for row in table.rows:
        edges = sheet.row_edges[row.index]
        filled = [column for column, value in enumerate(sheet.rows[row.index]) if value is not None]
        if row.kind in _NO_LINES or _is_caption([sheet.text(row.index, column) for column in filled]):
            continue
        if edges[-1] != width:
            reason = _OTHER_WIDTH.format(head=width, width=edges[-1])
        elif known.issuperset(filled) and figures.issubset(edges[:-1]):
            continue
        else:
            reason = _OTHER_EDGES
        yield Finding(
            "READING_DOUBTFUL",
            sheet.name,
            address(row.index, min(figures)),
            found=f"hàng “{row.label[:_MAX_RAW]}”",
            expected=reason,
        )


def _is_caption(texts: list[str]) -> bool:
    """Whether a row says one thing, in words, or nothing; a number before it is its own."""
    if texts and not _WORD.search(texts[0]):
        texts = texts[1:]
    return not texts or (len(texts) == 1 and bool(_WORD.search(texts[0])))


def _doubts_about_figure(row: Observation, read: ReadTable, reference: Reference) -> Iterator[str]:
    place = position(row.cell)
    for remark, reason in _DOUBTS_OF_REMARKS.items():
        if remark in read.sheet.remarks.get(place, ()):
            yield reason
    if any(place in merge and not _is_as_wide_as_head(merge, read) for merge in read.sheet.merges):
        yield _MERGED
    measure = reference.measures[row.measure_code]
    if measure.value_type not in ("yes_no", "choice", "milestone") and _WORD.search(
        _ESTIMATED.sub("", normalise(row.raw_text or ""))
    ):
        yield _IN_WORDS
    asked = reference.unit_of_measure(row.measure_code, row.axis_code, row.member_code)
    role: Role = "estimate" if row.value_kind == "uoc_nam" else "actual"
    if (
        row.printed_unit is None
        and read.printed_above.get(role)
        and UnitOfMeasure(asked.base_unit, asked.unit_factor).is_money
    ):
        yield _UNIT_ABOVE


def _is_as_wide_as_head(merge: MergedRange, read: ReadTable) -> bool:
    """Whether the merge is a cell of one row as wide as a cell of the head: the grid is finer than either."""
    edges = sorted({edge for row in _head_edges(read) for edge in row})
    return merge.top == merge.bottom and (merge.left, merge.right + 1) in pairwise(edges)


def _head_edges(read: ReadTable) -> list[tuple[int, ...]]:
    """The edges of the head's rows; a heading split over a paragraph and the table has some in the table only."""
    rows = range(read.table.header_top, read.table.header_bottom + 1)
    return [edges for row in rows if (edges := read.sheet.row_edges[row])]


def _as_read(row: Observation) -> str:
    value = "" if row.value is None else f" là {format_number(row.value)}"
    return f"“{(row.raw_text or '')[:_MAX_RAW]}”{value}"


def unread_tables(workbook: Workbook, read: Iterable[Sheet]) -> Iterator[tuple[Finding, IgnoredRow]]:
    """Tables with figures that have none of the form's headings: left out, and said so."""
    names = {sheet.name for sheet in read}
    for sheet in workbook.sheets:
        if sheet.name in names:
            continue
        for table in discover_tables(sheet):
            rows = table.rows_of("record", "total")
            if rows:
                yield (
                    Finding("TABLE_NOT_READ", sheet.name, address(table.header_top, 0), found=str(len(rows))),
                    IgnoredRow(sheet.name, rows[0].index + 1, "table_not_read", len(rows)),
                )


def name_places(reading: Reading, workbook: Workbook) -> Reading:
    """The same reading with every place called as people find it in the document: table, row, column, or paragraph."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}

    def named(sheet_name: str, cell: str) -> tuple[str, str]:
        sheet = sheets.get(sheet_name)
        if sheet is None:
            return sheet_name, cell
        try:
            row, column = position(cell)
        except ValueError:
            return sheet_name, cell
        part, row_name = sheet.row_names[row] if row < len(sheet.row_names) else (sheet_name, f"hàng {row + 1}")
        return part, row_name if row_name.startswith(PARAGRAPH) else f"{row_name}, cột {column + 1}"

    def of_finding(said: Finding) -> Finding:
        found = _COLUMN.sub(lambda match: f"(cột {position(match[1] + '1')[1] + 1})", said.found)
        if not said.sheet or not said.cell:
            return replace(said, found=found)
        part, cell = named(said.sheet, said.cell)
        return replace(said, sheet=part, cell=cell, found=found)

    def of_figure(row: Observation) -> Observation:
        part, cell = named(row.sheet_name, row.cell)
        detail = row.reading_detail
        if detail and (corners := _CORNERS.fullmatch(detail)):
            detail = " đến ".join(named(row.sheet_name, corner)[1] for corner in corners.groups())
        return replace(row, sheet_name=part, cell=cell, reading_detail=detail)

    def of_ignored(row: IgnoredRow) -> IgnoredRow:
        sheet = sheets.get(row.sheet_name)
        if sheet is None or not 0 < row.row_number <= len(sheet.row_names):
            return row
        part, name = sheet.row_names[row.row_number - 1]
        number = _LAST_NUMBER.search(name)
        return replace(row, sheet_name=part, row_number=int(number[0]) if number else row.row_number)

    heading = reading.heading
    if heading is not None:
        heading = replace(heading, cells={key: named(*place) for key, place in heading.cells.items()})
    totals = []
    for total in reading.printed_totals:
        part, cell = named(total.sheet_name, total.cell)
        totals.append(replace(total, sheet_name=part, cell=cell))
    return replace(
        reading,
        heading=heading,
        observations=tuple(map(of_figure, reading.observations)),
        printed_totals=tuple(totals),
        ignored_rows=tuple(map(of_ignored, reading.ignored_rows)),
        findings=tuple(map(of_finding, reading.findings)),
        refusal=of_finding(reading.refusal) if reading.refusal else None,
    )
