"""The dictionary as a workbook: a sheet a kind, to filter, sort and copy from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from include.dictionary import content
from include.dictionary.content import Dictionary

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

_FONT = {"font_name": "Times New Roman", "font_size": 12}
_NARROWEST, _WIDEST = 9, 60
_MOST_LINES = 20

# A workbook carries the moment it was made; the same dictionary has to give the same bytes.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  a workbook knows no zones


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_workbook(dictionary: Dictionary, path: Path) -> None:
    """Write the workbook to `path`; the same dictionary gives the same bytes, and text stays text."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": _FONT,
        },
    )
    book.set_properties({"title": "Từ điển dữ liệu", "author": "Sở Văn hóa, Thể thao và Du lịch", "created": _MADE})
    book.set_size(2600, 1600)
    header = book.add_format(
        {**_FONT, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "valign": "vcenter", "text_wrap": True}
    )
    cell = book.add_format({**_FONT, "valign": "top", "text_wrap": True, "bottom": 1, "bottom_color": "#CFD6DE"})
    for sheet in _sheets(dictionary):
        _write_sheet(book, sheet, header, cell)
    book.close()


def _write_sheet(book: Workbook, sheet: _Sheet, header: Format, cell: Format) -> None:
    worksheet = book.add_worksheet(sheet.name)
    worksheet.hide_gridlines(2)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    worksheet.set_footer(f"&L&9Từ điển dữ liệu · {sheet.name}&R&9Trang &P/&N")
    worksheet.repeat_rows(0)
    worksheet.freeze_panes(1, 2)
    widths = [_width(column) for column in zip(sheet.headers, *sheet.rows, strict=True)]
    for place, (title, width) in enumerate(zip(sheet.headers, widths, strict=True)):
        worksheet.set_column(place, place, width)
        worksheet.write_string(0, place, title, header)
    worksheet.set_row(0, 24)
    for number, row in enumerate(sheet.rows, start=1):
        worksheet.set_row(number, 16.5 * min(_MOST_LINES, max(map(_lines, row, widths))) + 3)
        for place, text in enumerate(row):
            worksheet.write_string(number, place, text, cell)
    worksheet.autofilter(0, 0, len(sheet.rows), len(sheet.headers) - 1)


def _width(texts: Sequence[str]) -> float:
    """As wide as nearly all of its texts, the heading with its filter button among them; the longest are wrapped."""
    heading, *others = texts
    lengths = sorted(max(map(len, text.split("\n"))) for text in others if text) or [0]
    usual = lengths[int(len(lengths) * 0.95)] if len(lengths) > 20 else lengths[-1]
    return min(_WIDEST, max(_NARROWEST, len(heading) + 4, usual * 1.05 + 2))


def _lines(text: str, width: float) -> int:
    return sum(max(1, math.ceil(len(line) * 0.95 / (width - 1))) for line in text.split("\n"))


def _sheets(dictionary: Dictionary) -> Iterator[_Sheet]:
    yield _sheet(
        "Bảng",
        ("Lược đồ", "Bảng", "Loại", "Nghĩa", "English"),
        (
            (table.schema, table.name, "bảng nhìn" if table.kind == "view" else "bảng", table.vietnamese, table.english)
            for table in dictionary.catalog.tables
        ),
    )
    yield _sheet(
        "Cột",
        ("Bảng", "Cột", "Tên đọc", "Kiểu", "Khóa", "Bắt buộc", "Nghĩa", "English", "Chỉ đến"),
        (
            (
                table.qualified,
                column.name,
                column.label if column.label != column.name else "",
                column.type,
                "khóa" if column.is_key else "",
                "có" if column.is_required else "",
                column.vietnamese,
                column.english,
                "\n".join(column.references),
            )
            for table in dictionary.catalog.tables
            for column in table.columns
        ),
    )
    yield _sheet(
        "Chỉ tiêu",
        tuple(
            "Mã;Tên;English;Đơn vị tính;Cách tính;Từ số liệu;Cách đọc;Chiều tốt;Chỉ tiêu giao;Chịu trách nhiệm;"
            "Mục kế hoạch;Kỳ;Phân tổ;Khi thiếu đơn vị;When a body is missing;Căn cứ pháp lý".split(";")
        ),
        (
            (
                each.code,
                each.name_vi,
                each.name_en,
                each.unit,
                content.ARITHMETIC_VI[each.arithmetic],
                "; ".join(dict.fromkeys(term.measure_code for term in each.terms)),
                each.reading_note_vi,
                content.DIRECTIONS_VI[each.better],
                content.TARGETS_VI[each.target],
                each.owner_vi,
                "; ".join(each.clauses),
                "; ".join(content.PERIODS_VI[period] for period in each.periods),
                "; ".join(content.name_breakdown(axis) for axis in each.disaggregations),
                dictionary.missing_units[each.when_missing].sentence_vi,
                dictionary.missing_units[each.when_missing].sentence_en,
                "\n".join(content.legal_basis_line(dictionary.legal_bases[code]) for code in each.legal_bases),
            )
            for each in dictionary.indicators
        ),
    )
    yield _sheet(
        "Số liệu",
        tuple(
            "Mã;Tên;English;Đơn vị tính;Đơn vị trong kho;Tính chất;Giá trị là;Quy tắc;Nhạy cảm;Phân tổ;Biểu mẫu hỏi;"
            "Dùng cho chỉ tiêu".split(";")
        ),
        (
            (
                each.measure.code,
                each.measure.name_vi,
                each.measure.name_en,
                each.measure.unit_vi,
                each.measure.base_unit,
                content.NATURES_VI[each.measure.nature],
                content.VALUE_TYPES_VI[each.measure.value_type],
                each.rule,
                "có" if each.measure.is_sensitive else "",
                "; ".join(name for _, name in each.breakdowns),
                "; ".join(each.templates),
                "; ".join(each.indicators),
            )
            for each in dictionary.measures
        ),
    )
    yield _sheet(
        "Quy tắc",
        ("Bảng", "Mã", "Quy tắc", "Mức", "Phép kiểm", "Nói với người gửi", "Vì sao (English)", "Tìm gì (English)"),
        (
            (
                f"staging.{each.table}",
                each.code,
                each.rule,
                content.SEVERITIES_VI[each.severity],
                each.check,
                content.told(each.message.text) if each.message else "",
                each.why,
                each.sql_note,
            )
            for each in dictionary.rules
        ),
    )
    yield _sheet(
        "Thông báo",
        ("Mã", "Quy tắc", "Mức", "Câu", "Cách sửa"),
        (
            (
                each.code,
                each.rule,
                content.SEVERITIES_VI[each.severity],
                content.told(each.text),
                content.told(each.remedy),
            )
            for each in dictionary.messages
        ),
    )
    yield _sheet(
        "Nguồn",
        ("Nguồn", "Tên", "Nơi cung cấp", "Điền vào", "Loại tệp", "Lịch tìm tệp", "English"),
        (
            (
                each.source_id,
                each.title or each.problem,
                each.owner,
                content.SHAPES_VI.get(each.fills, each.fills),
                "; ".join(each.extensions),
                each.schedule,
                each.about,
            )
            for each in dictionary.sources
        ),
    )
    yield _sheet(
        "Hợp đồng nguồn",
        ("Nguồn", "Khóa", "Ghi"),
        ((each.source_id, path, said) for each in dictionary.sources for path, said in each.contract),
    )
    yield _sheet(
        "Danh mục mã",
        ("Danh mục", "Mã", "Tên", "English", "Nhạy cảm", "Từ ngày", "Đến trước ngày", "Tên danh mục"),
        (
            (
                each.code,
                member.code,
                member.name_vi,
                member.name_en,
                "có" if member.is_sensitive else "",
                f"{member.valid_from:%d/%m/%Y}",
                f"{member.valid_to:%d/%m/%Y}" if member.valid_to else "",
                each.name_vi,
            )
            for each in dictionary.code_lists
            for member in each.values()
        ),
    )


def _sheet(name: str, headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> _Sheet:
    return _Sheet(name, headers, tuple(rows))
