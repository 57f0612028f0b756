"""Workbooks as clerks retype them, and a bare .ods writer: the ways a real report differs from the form sent out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from include.calendar.periods import Period
from include.reference import Reference, ReportingUnit
from include.sources.agency_reports import labels
from include.sources.agency_reports.template import (
    CellEntry,
    DetailEntry,
    FormEntries,
    FormLine,
    form_lines,
    form_template,
)

Cell = CellEntry | date | None


class CachedError(str):
    """A formula whose stored result is this error, for example "#DIV/0!"."""

    __slots__ = ()


@dataclass(slots=True)
class Page:
    """A sheet as cells; merges are top, left, bottom, right; hidden rows and all else counted from 0."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    font: str = "Arial"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a retyped report is laid out; the defaults are a tidy retyping without codes.

    `columns` are roles in order. `headers` replaces printed headers by role. `totals` prints a TỔNG CỘNG line
    above or below the lines of every breakdown. `rewrite` changes every text, for example into another encoding.
    """

    columns: tuple[str, ...] = ("order", "label", "unit", "actual", "note")
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"label": "Nội dung", "unit": "ĐVT", "actual": "Số liệu"}
    )
    sheet_name: str = "Sheet1"
    top: int = 0
    left: int = 0
    has_two_row_header: bool = False
    has_number_row: bool = False
    totals: Literal["none", "first", "last"] = "none"
    states_inline: bool = False
    hidden_lines: int = 0
    font: str = "Arial"
    rewrite: Callable[[str], str] = str


def retype(unit: ReportingUnit, period: Period, reference: Reference, entries: FormEntries, layout: Layout) -> Page:
    """The report as a clerk would type it into an empty workbook."""
    template = form_template(unit, period, reference)
    page = Page(layout.sheet_name, font=layout.font)
    columns = list(layout.columns)
    if period.kind == "NAM" and "estimate" not in columns:
        columns.insert(columns.index("actual") + 1, "estimate")
    width = len(columns)
    _type_heading(page, unit, period, entries, layout, width, template.code, template.version, template.name_vi)
    _type_header(page, columns, layout)
    lines = form_lines(template, period, reference)
    first = len(page.rows)
    for index, line in enumerate(lines):
        if layout.totals == "first" and line.kind == "breakdown":
            page.rows.append(_typed_line(line, entries, columns, layout))
            page.rows.extend(_total_line(line, lines[index + 1 :], entries, columns))
            continue
        page.rows.append(_typed_line(line, entries, columns, layout))
        ends_group = line.kind == "member" and (index + 1 == len(lines) or lines[index + 1].kind != "member")
        if layout.totals == "last" and ends_group:
            page.rows.extend(_total_line(line, _group_before(lines, index), entries, columns))
    page.hidden_rows = set(range(first + 1, first + 1 + layout.hidden_lines))
    page.rows.append(["Ghi chú: số liệu giả lập để thử hệ thống."])
    page.rows.append([])
    page.rows.append(["NGƯỜI LẬP BIỂU", *[None] * (width - 2), "THỦ TRƯỞNG ĐƠN VỊ"])
    _shift(page, layout)
    return page


def _group_before(lines: Sequence[FormLine], last: int) -> list[FormLine]:
    first = last
    while lines[first - 1].kind == "member":
        first -= 1
    return list(lines[first : last + 1])


def _type_heading(
    page: Page,
    unit: ReportingUnit,
    period: Period,
    entries: FormEntries,
    layout: Layout,
    width: int,
    *template: str,
) -> None:
    code, version, name = template
    last = width - 1
    page.rows.append(["ỦY BAN NHÂN DÂN", *[None] * (width - 2), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"])
    page.rows.append([unit.name_vi.upper(), *[None] * (width - 2), "Độc lập - Tự do - Hạnh phúc"])
    page.rows.append([])
    page.rows.append([name.upper()])
    page.merges.append((3, 0, 3, last))
    page.rows.append([f"{labels.SYNTHETIC_TITLE} - không phải số liệu thật"])
    page.merges.append((4, 0, 4, last))
    stated: dict[str, str | date] = {
        "template": labels.template_statement(code, version),
        "unit": labels.coded_statement(unit.code, unit.name_vi),
        "period": labels.coded_statement(period.code, period.name_vi),
        "window_start": period.window_start,
        "value_kind": labels.KIND_LABELS["thuc_hien"],
        "secrecy": labels.SECRECY_NONE,
        **entries.heading,
    }
    for statement in labels.HEADING_FIELDS:
        value = stated.get(statement.key, "")
        if layout.states_inline:
            shown = f"{value:%d/%m/%Y}" if isinstance(value, date) else value
            page.rows.append([f"{statement.label}: {shown}"])
        else:
            page.rows.append([statement.label, None, value or None])
    page.rows.append([])


def _type_header(page: Page, columns: Sequence[str], layout: Layout) -> None:
    printed = {column.role: column.label for column in labels.MAIN_COLUMNS} | dict(layout.headers)
    names: list[Cell] = [printed[role] for role in columns]
    top = len(page.rows)
    if layout.has_two_row_header:
        # The figures stand under a common title, the describing columns run over both rows.
        figures = ("actual", "estimate")
        above = {"actual": "Kết quả trong kỳ", "estimate": None}
        upper: list[Cell] = [above.get(role, name) for role, name in zip(columns, names, strict=True)]
        page.rows.append(upper)
        page.rows.append([name if role in figures else None for role, name in zip(columns, names, strict=True)])
        for index, role in enumerate(columns):
            if role not in figures:
                page.merges.append((top, index, top + 1, index))
        if "estimate" in columns:
            page.merges.append((top, columns.index("actual"), top, columns.index("estimate")))
    else:
        page.rows.append(names)
    if layout.has_number_row:
        page.rows.append([f"({number})" for number in range(1, len(columns) + 1)])


def _typed_line(line: FormLine, entries: FormEntries, columns: Sequence[str], layout: Layout) -> list[Cell]:
    text = line.text
    if line.kind == "measure" and line.measure is not None and "code" not in columns and line.measure.aliases:
        text = line.measure.aliases[0]
    elif line.kind == "member":
        text = f"- {text}"
    cells: dict[str, Cell] = {"order": line.order or None, "label": text}
    if line.code:
        cells |= {
            "code": line.code,
            "breakdown": line.breakdown or None,
            "unit": line.unit_vi,
            "actual": entries.actual.get(line.code),
            "estimate": entries.estimate.get(line.code) if line.takes_estimate else None,
            "note": entries.notes.get(line.code),
        }
    return [cells.get(role) for role in columns]


def _total_line(
    line: FormLine, members: Sequence[FormLine], entries: FormEntries, columns: Sequence[str]
) -> list[list[Cell]]:
    """TỔNG CỘNG of the breakdown the line belongs to, when all its filled lines are numbers."""
    group = []
    for member in members:
        if member.kind != "member" or member.measure is not line.measure:
            break
        group.append(entries.actual.get(member.code))
    numbers = [value for value in group if value is not None and not isinstance(value, str)]
    if not numbers or line.measure is None or any(isinstance(value, str) for value in group):
        return []
    cells: dict[str, Cell] = {"label": labels.TOTAL_LABELS[0], "actual": sum((Decimal(n) for n in numbers), Decimal(0))}
    return [[cells.get(role) for role in columns]]


def _shift(page: Page, layout: Layout) -> None:
    top, left = layout.top, layout.left
    rows: list[list[Cell]] = [
        [layout.rewrite(c) if isinstance(c, str) and not isinstance(c, CachedError) else c for c in row]
        for row in page.rows
    ]
    # The mark that the data are made up stays readable whatever the encoding of the rest.
    rows[4] = page.rows[4]
    page.rows = [[] for _ in range(top)] + [[*[None] * left, *row] for row in rows]
    page.merges = [(a + top, b + left, c + top, d + left) for a, b, c, d in page.merges]
    page.hidden_rows = {row + top for row in page.hidden_rows}


def detail_page(entries: Sequence[DetailEntry], reference: Reference) -> Page:
    """A retyped detail sheet."""
    columns = [c for c in labels.DETAIL_COLUMNS if c.role not in ("estimate", "note")]
    rows: list[list[Cell]] = [["Chi tiết"], [column.label for column in columns]]
    for number, entry in enumerate(entries, start=1):
        unit_vi = reference.measures[entry.measure_code].unit_vi
        rows.append([number, entry.measure_code, entry.axis, entry.member, unit_vi, entry.actual])
    return Page(labels.DETAIL_SHEET, rows)


def save_xlsx(pages: Sequence[Page], path: Path) -> None:
    """Write the pages as .xlsx, marked synthetic."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": labels.SYNTHETIC_TITLE, "created": datetime(2026, 1, 1)})  # noqa: DTZ001
        book.set_custom_property(labels.SYNTHETIC_PROPERTY, True)
        for page in pages:
            sheet = book.add_worksheet(page.name)
            plain = book.add_format({"font_name": page.font, "font_size": 11})
            day = book.add_format({"font_name": page.font, "font_size": 11, "num_format": "dd/mm/yyyy"})
            sheet.set_column(0, 20, 18)
            for top, left, bottom, right in page.merges:
                sheet.merge_range(top, left, bottom, right, None, plain)
            for row in page.hidden_rows:
                sheet.set_row(row, None, None, {"hidden": True})
            for row, cells in enumerate(page.rows):
                for column, value in enumerate(cells):
                    if isinstance(value, CachedError):
                        sheet.write_formula(row, column, "=1/0", plain, str(value))
                    elif isinstance(value, date):
                        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
                    elif isinstance(value, str):
                        sheet.write_string(row, column, value, plain)
                    elif value is not None:
                        sheet.write_number(row, column, float(value), plain)


def save_ods(pages: Sequence[Page], path: Path) -> None:
    """Write the pages as the smallest OpenDocument spreadsheet that office programs open."""
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    tables = "".join(_ods_table(page) for page in pages)
    parts = {
        "mimetype": kind,
        "content.xml": f'{head}<office:document-content {spaces} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        "meta.xml": f'{head}<office:document-meta {spaces} office:version="1.2"><office:meta>'
        f"<dc:title>{labels.SYNTHETIC_TITLE}</dc:title>"
        f'<meta:user-defined meta:name="{labels.SYNTHETIC_PROPERTY}" meta:value-type="boolean">true'
        "</meta:user-defined></office:meta></office:document-meta>",
        "META-INF/manifest.xml": f'{head}<manifest:manifest manifest:version="1.2"'
        ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            # The type stands first and uncompressed: that is how programs tell the format from the bytes.
            archive.writestr(entry, content, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)


def _ods_table(page: Page) -> str:
    rows = "".join(
        f"<table:table-row>{''.join(_ods_cell(value) for value in row) or '<table:table-cell/>'}</table:table-row>"
        for row in page.rows
    )
    return f"<table:table table:name={quoteattr(page.name)}>{rows}</table:table>"


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    if isinstance(value, date):
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}">'
            f"<text:p>{value:%d/%m/%Y}</text:p></table:table-cell>"
        )
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
