"""Nothing of a workbook is dropped in silence: every filled cell is typed or has a reason, every line has an end.

What a file holds is counted here by another reading than ours: the raw XML, openpyxl, or the records as written.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from include.calendar.periods import VIETNAM
from include.readers import open_workbook
from include.readers.grid import Sheet, WorkbookRefused, position
from include.readers.preflight import check_file
from include.sources.agency_reports.labels import MAIN_SHEET
from include.sources.agency_reports.read import read_file
from tests.corpus.frame import Case, communes, load_cases
from tests.sources.reports import figure_column, write_report
from tests.unit.reader_files import sheet_xml, write_parts, write_xlsx, xlsx_parts

NOW = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
_XLSX_CASES = [
    each
    for each in load_cases("workbooks")
    if each.verdict in ("loaded", "quarantined")
    and each.entry in ("B028", "B029", "B030", "B044", "B047", "B048", "B049", "B050")
]
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def filled_by_xml(path: Path) -> dict[str, set[str]]:
    """Addresses of the filled cells by sheet part, from nothing but the XML: a value, an inline text or a formula."""
    found: dict[str, set[str]] = {}
    with zipfile.ZipFile(path) as archive:
        strings = _shared(archive)
        parts = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        for part in sorted(parts, key=lambda name: int(re.sub(r"\D", "", name))):
            cells = found.setdefault(part, set())
            for row_number, row in enumerate(_named(etree.fromstring(archive.read(part)), "row"), start=1):
                for column_number, cell in enumerate(_named(row, "c"), start=1):
                    place = cell.get("r") or openpyxl.utils.get_column_letter(column_number) + str(row_number)
                    value = "".join(each.text or "" for each in _named(cell, "v"))
                    if cell.get("t") == "s" and value:
                        value = strings[int(value)]
                    inline = "".join(each.text or "" for each in _named(cell, "t"))
                    if (value + inline).strip() or _named(cell, "f"):
                        cells.add(place)
    return found


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = etree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(each.text or "" for each in _named(item, "t")) for item in _named(root, "si")]


def _named(element: Any, name: str) -> list[Any]:
    return list(element.iter(f"{{*}}{name}"))


def told(sheet: Sheet) -> set[tuple[int, int]]:
    """The cells our reading gives a value or a reason."""
    typed = {(row, column) for row, column, _ in sheet.cells()}
    return typed | sheet.errors.keys() | sheet.uncalculated | sheet.net_cells.keys()


@pytest.mark.parametrize("case", _XLSX_CASES, ids=lambda case: case.name)
def test_every_filled_cell_of_a_workbook_is_typed_or_has_a_reason(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path, communes()[0])
    assert isinstance(path, Path)
    if check_file(path).container != "xlsx":
        pytest.skip("counted by another reading below")

    sheets = open_workbook(path).sheets
    by_xml = filled_by_xml(path)

    assert len(sheets) == len(by_xml)
    for sheet, cells in zip(sheets, by_xml.values(), strict=True):
        assert {position(cell) for cell in cells} - told(sheet) == set(), sheet.name
        assert told(sheet) - {position(cell) for cell in cells} == set(), sheet.name


def test_openpyxl_counts_the_same_cells_in_a_filled_form(tmp_path: Path) -> None:
    path = write_report(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)

    for ours, theirs in zip(open_workbook(path).sheets, book.worksheets, strict=True):
        filled = {
            (cell.row - 1, cell.column - 1)
            for row in theirs.iter_rows()
            for cell in row
            if cell.value is not None and str(cell.value).strip()
        }
        assert told(ours) == filled
        assert len(filled) > 10


def test_every_cell_written_to_an_old_workbook_is_typed_or_has_a_reason(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    written: list[Any] = [12, 12.5, "chữ", True, xlwt.Formula("5+7"), xlwt.Formula('HYPERLINK("https://x.vn";12)')]
    written += [datetime(2026, 6, 8), 0, -1]
    for row, value in enumerate(written):
        sheet.write(row, row % 3, value, *([xlwt.easyxf(num_format_str="DD/MM/YYYY")] if row == 6 else []))
    book.save(str(tmp_path / "a.xls"))

    read = open_workbook(tmp_path / "a.xls").sheets[0]

    assert told(read) == {(row, row % 3) for row in range(len(written))}
    assert read.uncalculated == {(4, 1), (5, 2)}
    assert read.net_cells == {(5, 2): "HYPERLINK"}


def test_every_cell_of_an_open_document_is_typed_or_has_a_reason_those_under_a_merge_too(tmp_path: Path) -> None:
    cells = (
        '<table:table-cell office:value-type="float" office:value="5" table:number-columns-spanned="2"'
        ' table:number-rows-spanned="1"><text:p>5</text:p></table:table-cell>'
        '<table:covered-table-cell office:value-type="float" office:value="7"/>'
        '<table:table-cell table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=5+7"/>'
        '<table:table-cell office:value-type="string"><text:p>chữ</text:p></table:table-cell>'
    )
    namespaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{namespaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="S"><table:table-row>{cells}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    path = write_parts(tmp_path / "a.ods", {"mimetype": mimetype, "content.xml": content})
    in_file = len(
        list(etree.fromstring(content.encode()).iter(f"{_ODS_TABLE}table-cell", f"{_ODS_TABLE}covered-table-cell"))
    )

    sheet = open_workbook(path).sheets[0]

    assert len(told(sheet)) == in_file == 5
    assert sheet.value(0, 1) == 7


# --- what parsers disagree on ---------------------------------------------------------------------------

_A1 = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "ô ghi hai lần"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "ô ghi hai lần"),
        ('<row r="5"><c r="A5"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>', "ô ghi hai lần"),
        (_A1 + '<row r="1"><c r="B1"><v>2</v></c></row>', "hàng ghi hai lần"),
        ('<row r="5"><c r="B9"><v>1</v></c></row>', "ô ghi sai hàng"),
        ('<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>', "một ô có hai giá trị"),
        ('<row r="1"><c r="A1"><v><![CDATA[12]]></v></c></row>', "ghi chú XML nằm giữa các ô"),
        ('<row r="1"><c r="A1"><v>1<!-- -->2</v></c></row>', "ghi chú XML nằm giữa các ô"),
        ('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', "ô trỏ tới chữ không có trong tệp"),
        ('<row r="1"><c r="A1" t="s"><v>1.0</v></c></row>', "ô trỏ tới chữ không có trong tệp"),
    ],
)
def test_a_sheet_that_parsers_read_differently_is_refused(tmp_path: Path, rows: str, why: str) -> None:
    with pytest.raises(WorkbookRefused) as caught:
        open_workbook(write_xlsx(tmp_path / "a.xlsx", rows))

    assert caught.value.code == "WORKBOOK_AMBIGUOUS"
    assert caught.value.detail.startswith(why)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>',
        "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
        '<row r="1"><c r="A1" t="str"><v></v></c><c r="B1"><v>2</v></c></row>',
    ],
)
def test_a_sheet_in_order_is_read(tmp_path: Path, rows: str) -> None:
    assert open_workbook(write_xlsx(tmp_path / "a.xlsx", rows)).sheets[0].value(0, 1) == 2


def test_a_text_the_file_does_not_have_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(WorkbookRefused):
        open_workbook(write_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1" t="s"><v>9</v></c></row>'))


def test_a_repeated_cell_is_found_wherever_the_reading_pieces_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 400))
    good = write_xlsx(tmp_path / "good.xlsx", rows)
    bad = write_xlsx(tmp_path / "bad.xlsx", rows.replace('<c r="A300"', '<c r="A300"><v>0</v></c><c r="A300"'))

    for size in (97, 1_000, 4_096, 5_000, 7_919):
        monkeypatch.setattr("include.readers.preflight._CHUNK", size)
        check_file(good)
        with pytest.raises(WorkbookRefused, match="WORKBOOK_AMBIGUOUS"):
            check_file(bad)


@pytest.mark.parametrize("second", ['name="s" sheetId="2" r:id="rId2"', 'name="T" sheetId="2" r:id="rId1"'])
def test_two_sheets_of_one_name_or_one_content_are_refused(tmp_path: Path, second: str) -> None:
    parts = xlsx_parts()
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</sheets>", f"<sheet {second}/></sheets>")
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    (relation,) = re.findall(r"<Relationship [^>]*/>", relations)
    another = relation.replace("rId1", "rId2").replace("sheet1", "sheet2")
    parts["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", f"{another}</Relationships>")
    parts["xl/worksheets/sheet2.xml"] = sheet_xml(_A1)

    with pytest.raises(WorkbookRefused, match="WORKBOOK_AMBIGUOUS"):
        open_workbook(write_parts(tmp_path / "a.xlsx", parts))


# --- the report: every line of the table, and nothing beside it -----------------------------------------


def accounted(path: Path, filled: Sequence[str], sheet_name: str) -> tuple[set[str], set[int]]:
    """The filled figure cells that became observations, and the rows under a rule."""
    reading = read_file(str(path), "a.xlsx", NOW)
    assert reading.refusal is None
    cells = {each.cell for each in reading.observations if each.sheet_name == sheet_name}
    rows = {
        row
        for each in reading.ignored_rows
        if each.sheet_name == sheet_name
        for row in range(each.row_number, each.row_number + 1)
    }
    return cells & set(filled), rows


def test_every_filled_figure_cell_of_a_report_is_observed_or_ignored_by_a_rule(tmp_path: Path) -> None:
    outside = {"I50": 777, "J3": 888, "B130": 999}

    def edit(book: openpyxl.Workbook) -> None:
        sheet = book[MAIN_SHEET]
        sheet["F20"], sheet["F21"], sheet["F24"] = 2, "3", "không rõ"
        sheet["F45"], sheet["F46"], sheet["F47"] = "x", "-", "#REF!"
        sheet["F60"] = "=F16+1"
        for cell, value in outside.items():
            sheet[cell] = value

    path = write_report(tmp_path / "a.xlsx", edit=edit)
    sheet = openpyxl.load_workbook(path)[MAIN_SHEET]
    column = figure_column(sheet)
    header = next(row for row in range(1, 60) if sheet.cell(row, column).value == "Thực hiện đến ngày chốt")
    filled = {
        sheet.cell(row, column).coordinate: row
        for row in range(header + 1, 123)
        if sheet.cell(row, column).value is not None
    }

    observed, rows = accounted(path, list(filled), MAIN_SHEET)

    lost = {cell for cell, row in filled.items() if cell not in observed and row not in rows}
    assert len(filled) > 30
    assert lost == set()
    reading = read_file(str(path), "a.xlsx", NOW)
    assert not {each.cell for each in reading.observations} & outside.keys()
    assert not {each.value for each in reading.observations} & set(outside.values())


def test_a_column_of_figures_beside_the_table_is_told(tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        sheet = book[MAIN_SHEET]
        sheet["H13"] = "Số người xem"
        sheet["H42"] = 777

    reading = read_file(str(write_report(tmp_path / "a.xlsx", edit=edit)), "a.xlsx", NOW)

    assert [each.cell for each in reading.findings if each.code == "COLUMN_NOT_READ"] == ["H13"]
