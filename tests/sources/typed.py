"""Reports as a clerk types them into an empty workbook, for the reader's tests: .xlsx, .xls and .ods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from include.calendar.periods import VIETNAM
from include.model import TOTAL, Reading
from include.readers.grid import position
from include.sources.agency_reports.read import read_file

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
Rows = list[list[Any]]

HEADING: Rows = [
    ["ỦY BAN NHÂN DÂN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["PHƯỜNG ĐẠO THẠNH", None, None, "Độc lập - Tự do - Hạnh phúc"],
    ["BÁO CÁO KẾT QUẢ HOẠT ĐỘNG THÔNG TIN ĐỐI NGOẠI"],
    ["Mẫu số: T-COMMUNE, phiên bản 2026.1"],
    ["Đơn vị báo cáo: 28249 - Phường Đạo Thạnh"],
    ["Kỳ báo cáo: 2026-06T"],
    ["Ngày chốt số liệu: 08/06/2026"],
    [],
]
HEADER = ["STT", "Nội dung", "ĐVT", "Số liệu", "Ghi chú"]
NEWS = "Tin, bài TTĐN đã đăng, phát"
BUDGET = "Kinh phí đã thực hiện đến ngày chốt"
EVENTS = "Chương trình, sự kiện do đơn vị tổ chức"
LANGUAGES = "Trong đó, theo ngôn ngữ:"
SIGNATURE: Rows = [
    ["Nơi nhận:", None, None, "Đạo Thạnh, ngày 09 tháng 6 năm 2026"],
    ["- Sở VHTTDL;"],
    ["NGƯỜI LẬP BIỂU", None, None, "TM. ỦY BAN NHÂN DÂN"],
    [None, None, None, "PHÓ CHỦ TỊCH"],
    [],
    ["Nguyễn Thị Bưởi", None, None, "Trần Văn Ổi"],
]


@dataclass(slots=True)
class Page:
    """One sheet: cells, and what is special about some of them (addresses as in a spreadsheet)."""

    rows: Rows
    name: str = "Sheet1"
    merges: Sequence[str] = ()
    hidden_rows: Sequence[int] = ()
    percents: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    struck: Sequence[str] = ()
    is_hidden: bool = False


def rows_of(
    *lines: Sequence[Any],
    header: Sequence[Any] = HEADER,
    heading: Sequence[Sequence[Any]] = HEADING,
    foot: Sequence[Sequence[Any]] = (),
) -> Rows:
    """A whole sheet: heading, header, lines, what stands below."""
    return [list(row) for row in (*heading, header, *lines, *foot)]


def line(label: str, figure: Any, unit: str | None = "tin, bài", note: str | None = None) -> list[Any]:
    """One line in the columns of HEADER, without a serial number."""
    return [None, label, unit, figure, note]


def read_typed(
    folder: Path,
    *pages: Page | Rows,
    form: str = "xlsx",
    name: str = "bao cao.xlsx",
) -> Reading:
    """The reading of a workbook of these sheets; plain rows are one sheet."""
    sheets = [page if isinstance(page, Page) else Page(page) for page in pages]
    path = folder / f"typed.{form}"
    {"xlsx": save_xlsx, "xls": save_xls, "ods": save_ods}[form](path, sheets)
    return read_file(str(path), name, NOW)


def save_xlsx(path: Path, pages: Sequence[Page]) -> None:
    """Text that starts with = becomes a formula without a result, #DIV/0! and its like an error."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.name)
        for row, cells in enumerate(page.rows, start=1):
            for column, value in enumerate(cells, start=1):
                if value is not None:
                    sheet.cell(row, column).value = value
        for merge in page.merges:
            sheet.merge_cells(merge)
        for row in page.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        for cell in page.percents:
            sheet[cell].number_format = "0.0%"
        for cell, code in page.formats.items():
            sheet[cell].number_format = code
        for cell in page.struck:
            sheet[cell].font = Font(strike=True)
        if page.is_hidden:
            sheet.sheet_state = "hidden"
    book.save(path)


def save_xls(path: Path, pages: Sequence[Page]) -> None:
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    day, plain = xlwt.easyxf(num_format_str="DD/MM/YYYY"), xlwt.easyxf()
    for page in pages:
        sheet = book.add_sheet(page.name)
        looks = {position(cell): xlwt.easyxf(num_format_str=code) for cell, code in page.formats.items()}
        looks |= {position(cell): xlwt.easyxf("font: struck_out true") for cell in page.struck}
        covered = set()
        for merge in page.merges:
            (top, left), (bottom, right) = (position(corner) for corner in merge.split(":"))
            value = page.rows[top][left] if left < len(page.rows[top]) else None
            sheet.write_merge(top, bottom, left, right, value)
            covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        for row, cells in enumerate(page.rows):
            for column, value in enumerate(cells):
                if value is None or (row, column) in covered:
                    continue
                sheet.write(row, column, value, looks.get((row, column), day if isinstance(value, date) else plain))
        for row in page.hidden_rows:
            sheet.row(row - 1).hidden = True
        if page.is_hidden:
            sheet.visibility = 1
    book.save(str(path))


def save_ods(path: Path, pages: Sequence[Page]) -> None:
    from odf.number import Number, NumberStyle
    from odf.number import Text as Beside
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.style import Style, TextProperties
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()

    def look(cell: str, code: str = "", *, is_struck: bool = False) -> Any:
        shape = NumberStyle(name=f"N{cell}")
        shape.addElement(Number(grouping="true", **({"displayfactor": "1000"} if code.endswith(",") else {})))
        shape.addElement(Beside(text=code.partition('"')[2].rstrip('"')))
        style = Style(name=f"C{cell}", family="table-cell", datastylename=shape)
        if is_struck:
            style.addElement(TextProperties(textlinethroughstyle="solid"))
        book.automaticstyles.addElement(shape)
        book.automaticstyles.addElement(style)
        return style

    for page in pages:
        looks = {position(cell): look(cell, code) for cell, code in page.formats.items()}
        looks |= {position(cell): look(cell, is_struck=True) for cell in page.struck}
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        covered: set[tuple[int, int]] = set()
        for merge in page.merges:
            (top, left), (bottom, right) = (position(corner) for corner in merge.split(":"))
            spans[top, left] = (bottom - top + 1, right - left + 1)
            covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {(top, left)}
        table = Table(name=page.name)
        width = max(len(cells) for cells in page.rows)
        for row, cells in enumerate(page.rows):
            table_row = TableRow()
            for column in range(width):
                value = cells[column] if column < len(cells) else None
                height, breadth = spans.get((row, column), (1, 1))
                span = {"numberrowsspanned": height, "numbercolumnsspanned": breadth} if height * breadth > 1 else {}
                if (row, column) in looks:
                    span["stylename"] = looks[row, column]
                if (row, column) in covered:
                    cell = CoveredTableCell()
                elif value is None:
                    cell = TableCell(**span)
                elif isinstance(value, date):
                    cell = TableCell(valuetype="date", datevalue=value.isoformat(), **span)
                    cell.addElement(P(text=f"{value:%d/%m/%Y}"))
                elif isinstance(value, str):
                    cell = TableCell(valuetype="string", **span)
                    cell.addElement(P(text=value))
                else:
                    cell = TableCell(valuetype="float", value=str(value), **span)
                    cell.addElement(P(text=str(value)))
                table_row.addElement(cell)
            table.addElement(table_row)
        book.spreadsheet.addElement(table)
    book.save(str(path))


def key_of(row: Any) -> str:
    """MED01 or MED01.language.vi; a “~” behind an estimate, two behind an estimate for the year."""
    parts = [row.measure_code] if row.axis_code == TOTAL else [row.measure_code, row.axis_code, row.member_code]
    return ".".join(parts) + {"uoc": "~", "uoc_nam": "~~"}.get(row.value_kind, "")


def figures(reading: Reading) -> dict[str, Any]:
    """What was read, by line: the number as int where it is whole, else the state, or the code that asks it back.

    A line that was read twice is told as a list.
    """
    assert reading.refusal is None, reading.refusal
    found: dict[str, Any] = {}
    for row in reading.observations:
        told: Any = row.reading_code or row.value_state
        if told == "reported" and row.value is not None:
            told = int(row.value) if row.value == row.value.to_integral_value() else str(row.value)
        key = key_of(row)
        found[key] = [found[key], told] if key in found else told
    return found


def cells(reading: Reading) -> dict[str, str]:
    """Where each figure stands, as Sheet!A1."""
    return {key_of(row): f"{row.sheet_name}!{row.cell}" for row in reading.observations}


def codes(reading: Reading) -> set[str]:
    """Codes of the findings, and of the refusal."""
    return {finding.code for finding in (*reading.findings, *([reading.refusal] if reading.refusal else []))}


def ignored(reading: Reading) -> dict[int, str]:
    """Rule by row, counted as in the spreadsheet."""
    return {row.row_number: row.rule_code for row in reading.ignored_rows}
