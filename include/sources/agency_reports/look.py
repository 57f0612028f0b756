"""How the workbooks sent out look: one set of colours, the official heading block, the printed page, the guide."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from include.reference import ReportingUnit

CellEntry = str | int | float | Decimal
"""What stands in a cell to fill: a number, or a text exactly as typed."""

FONT: Final = "Times New Roman"
INK: Final = "#1F2937"
QUIET: Final = "#6B7280"
LINE: Final = "#C9CED6"
HEAD_FILL: Final = "#DCE6F1"
SECTION_FILL: Final = "#EEF2F7"
INPUT_FILL: Final = "#FFFBEA"
CLOSED_FILL: Final = "#F3F4F6"
WARNING_INK: Final = "#B42318"
WARNING_FILL: Final = "#FEE4E2"

WORKBOOK_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
"""Text stays text: what somebody typed never becomes a formula or a link."""

_PARENT_BODIES: Final = {
    "department": "ỦY BAN NHÂN DÂN TỈNH ĐỒNG THÁP",
    "finance": "ỦY BAN NHÂN DÂN TỈNH ĐỒNG THÁP",
    "office": "ỦY BAN NHÂN DÂN TỈNH ĐỒNG THÁP",
    "police": "BỘ CÔNG AN",
    "military": "QUÂN KHU 9",
    "commune": "ỦY BAN NHÂN DÂN",
}
"""Upper line of the heading block by peer group; the others write no parent body, the clerk adds one by hand."""


class Styles:
    """The cell formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}

    def __call__(self, **properties: object) -> Any:
        """The format with these properties."""
        key = tuple(properties.items())
        if key not in self._formats:
            base = {"font_name": FONT, "font_size": 12, "font_color": INK, "valign": "vcenter"}
            self._formats[key] = self.book.add_format(base | properties)
        return self._formats[key]


def write_official_heading(sheet: Any, style: Styles, unit: ReportingUnit, last: int, split: int = 3) -> int:
    """Body on the left, national motto on the right from column `split` on; returns the row below."""
    parent = _PARENT_BODIES.get(unit.group_code, "")
    left = {"align": "center", "text_wrap": True}
    # Decree 30/2020, Annex I: parent body regular, issuing body bold; a commune's committee has no parent line.
    sheet.merge_range(0, 0, 0, split - 1, parent, style(**left, bold=unit.kind == "commune"))
    sheet.merge_range(1, 0, 1, split - 1, unit.name_vi.upper(), style(**left, bold=True))
    sheet.merge_range(0, split, 0, last, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", style(align="center", bold=True))
    sheet.merge_range(1, split, 1, last, "Độc lập - Tự do - Hạnh phúc", style(align="center", bold=True, font_size=13))
    rule = style(align="center", valign="top", font_size=8, font_color=QUIET)
    sheet.merge_range(2, 0, 2, split - 1, "―" * 10, rule)
    sheet.merge_range(2, split, 2, last, "―" * 24, rule)
    sheet.set_row(0, 18)
    sheet.set_row(1, 18)
    sheet.set_row(2, 12)
    return 3


def set_up_page(sheet: Any, header: int, first_line: int, *, paper: int = 9, insert_rows: bool = False) -> None:
    """Landscape pages as wide as the table, its header on each, locked but for the cells to fill.

    `paper` 9 is A4, 8 is A3.
    """
    sheet.set_landscape()
    sheet.set_paper(paper)
    # Decree 30/2020: top and bottom 20-25 mm, left 30-35 mm, right 15-20 mm, page number top centre.
    sheet.set_margins(left=1.18, right=0.6, top=0.85, bottom=0.8)
    sheet.set_header(f'&C&"{FONT},Regular"&13&P', {"margin": 0.4})
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header, first_line - 1)
    sheet.freeze_panes(first_line, 0)
    sheet.hide_gridlines(2)
    sheet.set_zoom(90)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": insert_rows})


def write_guide(
    sheet: Any, style: Styles, title: str, sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]
) -> None:
    """The guidance sheet: sections of label and words."""
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 78)
    section = style(bold=True, font_size=12, bg_color=SECTION_FILL)
    name = style(bold=True, border=1, border_color=LINE, align="left", valign="top", text_wrap=True, indent=1)
    text = style(border=1, border_color=LINE, align="left", valign="top", text_wrap=True, indent=1)
    sheet.merge_range(0, 0, 0, 1, title, style(bold=True, font_size=14))
    sheet.set_row(0, 26)
    row = 1
    for heading, lines in sections:
        sheet.merge_range(row, 0, row, 1, heading, section)
        sheet.set_row(row, 20)
        row += 1
        for label, words in lines:
            sheet.write_string(row, 0, label, name)
            sheet.write_string(row, 1, words, text)
            sheet.set_row(row, 5 + 16 * max(count_lines(words, 90), count_lines(label, 30)))
            row += 1
    sheet.set_paper(9)
    sheet.set_margins(left=1.18, right=0.6, top=0.85, bottom=0.8)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 0)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def write_cell(sheet: Any, row: int, column: int, value: CellEntry | None, cell_format: Any) -> None:
    """Write text as text, a number as a number, nothing as an empty cell with its format."""
    if value is None:
        sheet.write_blank(row, column, None, cell_format)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, cell_format)
    else:
        sheet.write_number(row, column, float(value), cell_format)


def count_lines(text: str, characters: int) -> int:
    """Lines a text takes in a column that many characters wide."""
    return max(1, -(-len(text) // characters))
