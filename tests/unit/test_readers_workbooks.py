"""What the three formats give: values where they stand, and what the value readers alone would drop.

The parsers run in this process here: these workbooks are our own.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from include.readers import open_workbook
from include.readers.biff import calls_program, properties, refuse_macros, texts_outside_cells
from include.readers.grid import LooseText, MergedRange, Sheet, Workbook, WorkbookRefused, position
from tests.unit.reader_files import write_parts, write_xlsx, xlsx_parts


def made(path: Path, fill: Callable[[Any, Any], object]) -> Sheet:
    return made_book(path, fill).sheets[0]


def made_book(path: Path, fill: Callable[[Any, Any], object]) -> Workbook:
    book = xlsxwriter.Workbook(path)
    fill(book, book.add_worksheet("Báo cáo"))
    book.close()
    return open_workbook(path)


def value(sheet: Sheet, cell: str) -> object:
    return sheet.value(*position(cell))


# --- xlsx -----------------------------------------------------------------------------------------------


def test_values_stand_at_their_addresses_with_their_types(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        day, moment = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write("B3", "Chỉ tiêu")
        sheet.write("C4", 12)
        sheet.write("C5", 12.5)
        sheet.write("C6", "12")
        sheet.write_datetime("D4", datetime(2026, 6, 14), day)
        sheet.write_datetime("D5", datetime(2026, 6, 14, 7, 30), moment)
        sheet.write_boolean("E4", True)
        sheet.write_blank("Z900", None, day)

    sheet = made(tmp_path / "a.xlsx", fill)

    assert value(sheet, "B3") == "Chỉ tiêu"
    assert (value(sheet, "C4"), value(sheet, "C5"), value(sheet, "C6")) == (12, 12.5, "12")
    assert (value(sheet, "D4"), value(sheet, "D5")) == (date(2026, 6, 14), datetime(2026, 6, 14, 7, 30))
    assert value(sheet, "E4") is True
    assert (sheet.row_count, sheet.column_count) == (6, 5)


def test_an_error_is_no_missing_value_and_a_formula_without_result_no_zero(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B3", "=SUM(A1:A2)", None, "")
        sheet.write_formula("B4", "=SUM(A1:A2)", None, 7)
        sheet.write_formula("B5", '=""', None, "chữ")

    sheet = made(tmp_path / "a.xlsx", fill)

    assert sheet.errors == {position("B2"): "#DIV/0!"}
    assert sheet.uncalculated == {position("B3")}
    assert [value(sheet, cell) for cell in ("B2", "B3", "B4", "B5")] == [None, None, 7, "chữ"]
    assert set(sheet.formulas) == {position(cell) for cell in ("B2", "B3", "B4", "B5")}


def test_hidden_parts_merges_and_percentages_are_told(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:C2", "Tiêu đề")
        sheet.write("A4", 0.125, book.add_format({"num_format": "0.0%"}))
        sheet.write("A5", 0.125, book.add_format({"num_format": '0.0 "%"'}))
        sheet.write("A6", 3)
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.set_column("D:F", None, None, {"hidden": True})
        book.add_worksheet("Ẩn").hide()
        book.add_worksheet("_danh_muc").very_hidden()

    book = made_book(tmp_path / "a.xlsx", fill)
    sheet = book.sheets[0]

    assert sheet.merges == (MergedRange(0, 0, 1, 2),)
    assert sheet.percent_cells == {position("A4")}
    assert sheet.hidden_rows == {5}
    assert sheet.hidden_columns == {3, 4, 5}
    assert [entry.visibility for entry in book.sheets] == ["visible", "hidden", "very_hidden"]


def test_defined_names_of_the_book_are_kept_and_those_of_one_sheet_are_not(tmp_path: Path) -> None:
    def fill(book: Any, _: Any) -> None:
        book.define_name("TTDN_KY", "='Báo cáo'!$B$5")
        book.define_name("'Báo cáo'!RIENG", "='Báo cáo'!$B$6")

    assert made_book(tmp_path / "a.xlsx", fill).defined_names == {"TTDN_KY": "'Báo cáo'!$B$5"}


def test_text_outside_the_cells_is_collected_without_authors(tmp_path: Path) -> None:
    def fill(book: Any, sheet: Any) -> None:
        book.set_properties({"title": "Báo cáo 6 tháng", "author": "Nguyễn Văn A", "manager": "Trần Thị B"})
        sheet.set_header('&L&"Times New Roman,Bold"&12Trái&CGiữa &P&RPhải')
        sheet.write_comment("B2", "Ghi chú riêng", {"author": "Nguyễn Văn A"})
        sheet.insert_textbox("D2", "Trong khung chữ")

    texts = made_book(tmp_path / "a.xlsx", fill).loose_texts

    assert not any("Nguyễn" in loose.text or "Trần" in loose.text for loose in texts)
    assert {loose for loose in texts if loose.place not in ("part", "defined_name")} == {
        LooseText("property", None, "Báo cáo 6 tháng"),
        LooseText("header_footer", "Báo cáo", "Trái"),
        LooseText("header_footer", "Báo cáo", "Giữa"),
        LooseText("header_footer", "Báo cáo", "Phải"),
        LooseText("comment", "Báo cáo", "Ghi chú riêng", "B2"),
        LooseText("drawing", "Báo cáo", "Trong khung chữ"),
    }


def test_a_link_to_another_workbook_is_told(tmp_path: Path) -> None:
    parts = xlsx_parts()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="rId9" Type="{kind}/externalLink" Target="externalLinks/externalLink1.xml"/>'
        "</Relationships>",
    )
    parts["xl/externalLinks/externalLink1.xml"] = "<externalLink/>"

    assert open_workbook(write_parts(tmp_path / "a.xlsx", parts)).has_external_links
    assert not open_workbook(write_xlsx(tmp_path / "b.xlsx")).has_external_links

    parts["xl/externalLinks/externalLink1.xml"] = '<externalLink><ddeLink ddeService="cmd"/></externalLink>'
    with pytest.raises(WorkbookRefused) as caught:
        open_workbook(write_parts(tmp_path / "c.xlsx", parts))
    assert caught.value.code == "DDE"


def test_a_formula_that_starts_a_program_refuses_the_file_with_its_cell(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", '<row r="2"><c r="B2"><f>cmd|\'/c calc\'!A1</f><v>0</v></c></row>')

    with pytest.raises(WorkbookRefused) as caught:
        open_workbook(path)
    assert (caught.value.code, caught.value.sheet, caught.value.cell) == ("DDE", "S", "B2")


@pytest.mark.parametrize("claimed", ["A1:XFD1048576", "A1", "B2:C2"])
def test_a_wrong_claimed_range_changes_nothing(tmp_path: Path, claimed: str) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3"><v>5</v></c></row>'

    sheet = open_workbook(write_xlsx(tmp_path / "a.xlsx", rows, before=f'<dimension ref="{claimed}"/>')).sheets[0]

    assert sheet.rows == [[1], [], [None, None, 5]]


def test_a_million_empty_styled_rows_are_no_rows(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/></row>' for row in range(2, 60_000)
    )

    assert open_workbook(write_xlsx(tmp_path / "a.xlsx", rows)).sheets[0].rows == [[1]]


def test_cells_without_addresses_and_inline_text_are_read(tmp_path: Path) -> None:
    rows = '<row><c t="inlineStr"><is><t>Tổng</t></is></c><c t="e"><v>#N/A</v></c><c><v>3</v></c></row>'

    sheet = open_workbook(write_xlsx(tmp_path / "a.xlsx", rows)).sheets[0]

    assert sheet.rows == [["Tổng", None, 3]]
    assert sheet.errors == {(0, 1): "#N/A"}


def test_broken_xml_and_endless_nesting_are_refused(tmp_path: Path) -> None:
    codes = []
    for name, rows in (("a", "<row><c></row>"), ("b", "<row>" + "<a>" * 5000 + "</a>" * 5000 + "<c><f/></c></row>")):
        with pytest.raises(WorkbookRefused) as caught:
            open_workbook(write_xlsx(tmp_path / f"{name}.xlsx", rows))
        codes.append(caught.value.code)

    assert codes == ["UNREADABLE", "XML_DEPTH"]


# --- xls ------------------------------------------------------------------------------------------------


def old_workbook(path: Path, fill: Callable[[Any, Any], object]) -> Workbook:
    import xlwt

    book = xlwt.Workbook()
    fill(book, book.add_sheet("Báo cáo"))
    book.save(str(path))
    return open_workbook(path)


def test_an_old_workbook_gives_the_same_kinds_of_values(tmp_path: Path) -> None:
    import xlwt

    def fill(book: Any, sheet: Any) -> None:
        sheet.write(1, 1, "Chỉ tiêu")
        sheet.write(2, 1, 12)
        sheet.write(2, 2, datetime(2026, 6, 14), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
        sheet.write(2, 3, datetime(2026, 6, 14, 7, 30), xlwt.easyxf(num_format_str="DD/MM/YYYY HH:MM"))
        sheet.write(2, 4, 0.125, xlwt.easyxf(num_format_str="0.0%"))
        sheet.write_merge(0, 0, 0, 3, "Tiêu đề")
        sheet.row(2).hidden = True
        sheet.col(5).hidden = True
        book.add_sheet("Ẩn").visibility = 1

    book = old_workbook(tmp_path / "a.xls", fill)
    sheet = book.sheets[0]

    assert book.format == "xls"
    assert sheet.rows == [
        ["Tiêu đề"],
        [None, "Chỉ tiêu"],
        [None, 12, date(2026, 6, 14), datetime(2026, 6, 14, 7, 30), 0.125],
    ]
    assert sheet.merges == (MergedRange(0, 0, 0, 3),)
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {5})
    assert sheet.percent_cells == {(2, 4)}
    assert [entry.visibility for entry in book.sheets] == ["visible", "hidden"]


def test_a_date_that_never_was_stays_a_number_in_an_old_workbook(tmp_path: Path) -> None:
    import xlwt

    def fill(_: Any, sheet: Any) -> None:
        day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
        sheet.write(0, 0, 60, day)  # 29/02/1900
        sheet.write(0, 1, -5, day)
        sheet.write(0, 2, 0.25, xlwt.easyxf(num_format_str="HH:MM"))

    assert old_workbook(tmp_path / "a.xls", fill).sheets[0].rows == [[60, -5, time(6, 0)]]


def test_a_damaged_old_workbook_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    old_workbook(path, lambda _, sheet: [sheet.write(row, 0, f"dòng {row}") for row in range(200)])
    content = bytearray(path.read_bytes())
    content[600:1400] = b"\xff" * 800
    path.write_bytes(content)

    with pytest.raises(WorkbookRefused) as caught:
        open_workbook(path)
    assert caught.value.code == "UNREADABLE"


def biff_record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def test_headers_and_text_boxes_of_an_old_workbook_are_collected() -> None:
    header = "&LTrái&CGiữa"
    stream = (
        biff_record(0x0014, struct.pack("<HB", len(header), 1) + header.encode("utf-16-le"))
        + biff_record(0x0015, struct.pack("<HB", 5, 0) + b"&CEnd")
        + biff_record(0x003C, b"\x00stray continuation")
        + biff_record(0x01B6, b"\0" * 18)
        + biff_record(0x003C, b"\x01" + "MẬT".encode("utf-16-le"))
    )

    assert list(texts_outside_cells(stream, 0)) == [
        LooseText("header_footer", None, header),
        LooseText("header_footer", None, "&CEnd"),
        LooseText("drawing", None, "MẬT"),
    ]


def test_macros_of_an_old_workbook_are_told_by_its_records() -> None:
    end = biff_record(0x000A)
    macro_sheet = biff_record(0x0085, struct.pack("<IBB", 0, 0, 1) + b"\x01\x00A")
    plain_sheet = biff_record(0x0085, struct.pack("<IBB", 0, 0, 0) + b"\x01\x00A")

    refuse_macros(plain_sheet + biff_record(0x00D3) + biff_record(0x01BD) + end, 0)
    for stream in (plain_sheet + biff_record(0x00D3) + end, macro_sheet + end):
        with pytest.raises(WorkbookRefused, match="MACRO"):
            refuse_macros(stream, 0)


def test_properties_of_an_old_workbook_leave_out_people() -> None:
    texts = {1: None, 2: "Tối mật", 3: "Báo cáo", 4: "Nguyễn Văn A", 8: "Trần Thị B"}
    entries, values = b"", b""
    for kind, text in texts.items():
        entries += struct.pack("<II", kind, 8 + 8 * len(texts) + len(values))
        encoded = (text or "").encode() + b"\0"
        value = struct.pack("<II", 30, len(encoded)) + encoded if text else struct.pack("<IHH", 2, 65001, 0)
        values += value.ljust(-(-len(value) // 4) * 4, b"\0")
    stream = b"\xfe\xff".ljust(44, b"\0") + struct.pack("<I", 48) + struct.pack("<II", 0, len(texts)) + entries + values

    assert list(properties(stream)) == [LooseText("property", None, "Tối mật"), LooseText("property", None, "Báo cáo")]
    assert list(properties(stream[:60])) == []


# --- ods ------------------------------------------------------------------------------------------------

_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:automatic-styles><style:style style:name="an"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>
</office:document-content>"""


def open_document(path: Path, *tables: str) -> Workbook:
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    parts: dict[str, str | bytes] = {"mimetype": mimetype, "content.xml": _ODS.format(tables="".join(tables))}
    return open_workbook(write_parts(path, parts))


def test_an_open_document_gives_values_errors_merges_and_hidden_parts(tmp_path: Path) -> None:
    book = open_document(
        tmp_path / "a.ods",
        '<table:table table:name="Báo cáo">'
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        '<table:table-row><table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="1">'
        '<text:p>Tiêu<text:s text:c="2"/>đề</text:p><text:p>dòng hai</text:p></table:table-cell>'
        "<table:covered-table-cell/></table:table-row>"
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/>'
        "</table:table-row>"
        '<table:table-row table:visibility="collapse">'
        '<table:table-cell office:value-type="float" office:value="12"><text:p>12</text:p></table:table-cell>'
        '<table:table-cell office:value-type="percentage" office:value="0.125"><text:p>12,5%</text:p>'
        "</table:table-cell>"
        '<table:table-cell office:value-type="date" office:date-value="2026-06-14"><text:p>14/06/26</text:p>'
        "</table:table-cell>"
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error">'
        "<text:p>#DIV/0!</text:p></table:table-cell>"
        '<table:table-cell table:formula="of:=SUM(1)"/>'
        '<table:table-cell office:value-type="float" office:value="5" table:number-columns-repeated="2"/>'
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row></table:table>",
        '<table:table table:name="Ẩn" table:style-name="an"/>',
    )
    sheet = book.sheets[0]

    assert book.format == "ods"
    assert sheet.rows == [["Tiêu  đề\ndòng hai"], [], [], [12, 0.125, date(2026, 6, 14), None, None, 5, 5]]
    assert sheet.merges == (MergedRange(0, 0, 0, 1),)
    assert sheet.errors == {(3, 3): "#DIV/0!"}
    assert sheet.uncalculated == {(3, 4)}
    assert sheet.percent_cells == {(3, 1)}
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({3}, {1})
    assert [entry.visibility for entry in book.sheets] == ["visible", "hidden"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float"'
            ' office:value="1"/></table:table-row>',
            "SHEET_RANGE",
        ),
        (
            '<table:table-row><table:table-cell office:value-type="float" office:value="1"'
            ' table:number-columns-repeated="16384"/></table:table-row>',
            "SHEET_RANGE",
        ),
        (
            '<table:table-row><table:table-cell table:number-columns-spanned="16384"'
            ' table:number-rows-spanned="1048576"/></table:table-row>',
            "MERGE_RANGE",
        ),
        ('<table:table-row table:number-rows-repeated="many"/>', "UNREADABLE"),
        (
            '<table:table-row><table:table-cell table:formula="of:=DDE(&quot;soffice&quot;;&quot;x&quot;)"/>'
            "</table:table-row>",
            "DDE",
        ),
    ],
)
def test_an_open_document_that_would_unroll_without_end_is_refused(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(WorkbookRefused) as caught:
        open_document(tmp_path / "a.ods", f'<table:table table:name="S">{row}</table:table>')
    assert caught.value.code == code


def test_an_open_document_written_by_a_library_is_read(tmp_path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="Báo cáo")
    row = TableRow()
    for text, number in (("Số lớp", None), ("7", 7)):
        cell = TableCell(valuetype="string") if number is None else TableCell(valuetype="float", value=number)
        cell.addElement(P(text=text))
        row.addElement(cell)
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "a.ods"))

    assert open_workbook(tmp_path / "a.ods").sheets[0].rows == [["Số lớp", 7]]


def _linked_to(link: str) -> bytes:
    """The globals of an .xls with one supporting book without sheets."""
    text = struct.pack("<HB", len(link), 1) + link.encode("utf-16-le")
    records = [(0x0809, b"\0\x06\x05\0" + bytes(12)), (0x01AE, struct.pack("<H", 0) + text), (0x000A, b"")]
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in records)


@pytest.mark.parametrize(
    ("link", "is_program"),
    [
        ("cmd\x03/c calc", True),
        ("Excel.Sheet.8\x03C:\\so lieu.xls", True),
        # As the statistics office's own books have them: a folder, a folder, a workbook nobody opened.
        ("\x01\x0301 Bao cao thang\x03Nam 2011\x03Thang 11.xls", False),
        ("\x01\x05NC:/01 Bao cao thang/Nam 2011/Thang 11.xls", False),
    ],
)
def test_a_link_of_an_xls_to_a_program_is_told_from_one_to_another_workbook(link: str, is_program: bool) -> None:
    assert calls_program(_linked_to(link), 0) is is_program
