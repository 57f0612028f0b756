"""A made-up monthly book that looks like the real ones: hidden first sheet, drifting names, a total first.

Real books are not redistributed; every figure here is invented and says so on the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

SAMPLE_PATH = Path(__file__).parent / "sample" / "bieu-thang-10-2026.xlsx"
TITLE = "12. Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/10/2026"
MARK = "DỮ LIỆU GIẢ LẬP"

HEADINGS: tuple[tuple[str, str], ...] = (
    ("Số dự án", "(Dự án)"),
    ("Vốn đăng ký", "cấp mới"),
    ("Vốn đăng ký", "điều chỉnh"),
)
SECTIONS: Mapping[str, Mapping[str, tuple[object, ...]]] = {
    "Phân theo một số địa phương": {
        "Đồng Tháp": (12, 210.5, 30.25),
        "Tây Ninh": (30, 400, -15.75),
        "Cà Mau": (1, 80, None),
    },
    "Phân theo một số nước và vùng lãnh thổ": {
        "Xin-ga-po": (40, 500.25, 60),
        "Đặc khu hành chính Hồng Kông (TQ)": (20, 150, "-"),
        "Ôx -trây-li- a": (3, 12.5, 0),
    },
}


def write_sample_book(
    path: Path,
    *,
    title: str | Sequence[str] = TITLE,
    sheet_name: str = "12. FDI ",
    unit_line: str | None = "Triệu USD",
    headings: Sequence[tuple[str, str]] = HEADINGS,
    total: Sequence[object] | None = (100, 1000.075597449995, 250.5),
    sections: Mapping[str, Mapping[str, Sequence[object]]] = SECTIONS,
    footnote: str = "(*) Không kể góp vốn, mua cổ phần.",
    is_hidden: bool = False,
) -> Path:
    """Write a book with one investment sheet behind a hidden one and a sheet on another subject."""
    import openpyxl

    book = openpyxl.Workbook()
    first = book.create_sheet("6NN", 0)
    del book["Sheet"]
    first["A1"] = MARK
    first.sheet_state = "hidden"
    capital = book.create_sheet("11.VDT")
    capital["A1"] = "11. Vốn đầu tư thực hiện toàn xã hội"
    capital["B5"], capital["C5"] = "Khu vực có vốn đầu tư trực tiếp nước ngoài", 123.4

    sheet = book.create_sheet(sheet_name)
    sheet.sheet_state = "hidden" if is_hidden else "visible"
    sheet["G1"] = MARK
    for row, line in enumerate([title] if isinstance(title, str) else title, start=1):
        sheet.cell(row, 1, line)
    last = 2 + len(headings)
    if unit_line:
        sheet.cell(3, last, unit_line)
    for column, (upper, lower) in enumerate(headings, start=3):
        sheet.cell(4, column, upper)
        sheet.cell(5, column, lower)
    row = 7
    if total is not None:
        sheet.cell(row, 1, "TỔNG SỐ")
        _write_figures(sheet, row, total)
    for heading, members in sections.items():
        row += 1
        sheet.cell(row, 1, heading)
        for name, figures in members.items():
            row += 1
            sheet.cell(row, 2, name)
            _write_figures(sheet, row, figures)
    if footnote:
        sheet.cell(row + 2, 1, footnote)
    book.save(path)
    return path


def _write_figures(sheet: object, row: int, figures: Sequence[object]) -> None:
    for column, figure in enumerate(figures, start=3):
        if figure is not None:
            sheet.cell(row, column, figure)  # type: ignore[attr-defined]
