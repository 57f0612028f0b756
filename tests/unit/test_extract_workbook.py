"""The leadership's workbook, read back: real numbers, frozen headers, a table, charts, nothing that computes."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from include.extracts.leadership.letters import write_out_unseen
from include.extracts.leadership.workbook import LINEAGE_COLUMNS, TIDY_COLUMNS, write_workbook
from tests.unit.edition_builders import APPROVAL, CORRECTION, edition
from tests.unit.extract_builders import body, figure, indicator, snapshot


def written(tmp_path: Path, **changes: object) -> openpyxl.Workbook:
    write_workbook(edition(snapshot=snapshot(**changes)), tmp_path / "extract.xlsx")
    return openpyxl.load_workbook(tmp_path / "extract.xlsx")


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def row_of(sheet: Worksheet, first: str) -> list[object]:
    """The row that begins with a text."""
    (found,) = [[cell.value for cell in row] for row in sheet.iter_rows() if row[0].value == first]
    return found


def test_the_sheets_stand_in_reading_order(tmp_path):
    assert written(tmp_path).sheetnames == [
        "Tóm tắt",
        "Chỉ tiêu",
        "Theo nhóm, xã",
        "Biểu đồ",
        "Dữ liệu",
        "Đính chính, đối chiếu",
        "Ghi chú, định nghĩa",
        "Nguồn",
        "Dòng dữ liệu nguồn",
    ]


def test_the_summary_says_period_cut_off_reports_missing_estimates_and_revisions(tmp_path):
    said = " | ".join(texts(written(tmp_path)["Tóm tắt"]))

    for sentence in (
        "6 tháng đầu năm 2026 (2026-06T), từ 01/01/2026 đến 30/06/2026",
        "từ 31/05/2026 đến 08/06/2026",
        "10/06/2026, 09:00",
        "2/3 đơn vị phải báo cáo (1 đúng hạn, 1 muộn)",
        "1 đơn vị chưa nộp: Phường Thới Sơn",
        "Không có chỉ tiêu nào mang số ước",
        "Chưa có báo cáo nào nộp lại",
    ):
        assert sentence in said


def test_values_are_numbers_and_missing_ones_are_words(tmp_path):
    sheet = written(tmp_path)["Chỉ tiêu"]

    assert row_of(sheet, "M01")[2:5] == [1234.5, "tin, bài", "có số liệu"]
    assert row_of(sheet, "N01")[2:5] == ["thiếu số liệu", "tin, bài", "thiếu số liệu"]
    (cell,) = [row[2] for row in sheet.iter_rows() if row[0].value == "M01"]
    assert cell.number_format == "#,##0.0"  # 1.234,5 where Windows speaks Vietnamese


def test_zero_and_nothing_happened_are_told_apart(tmp_path):
    zero = indicator("B01", figure("B01", "0"))
    nil = indicator("B02", figure("B02", "0", state="nil"))

    sheet = written(tmp_path, indicators=(zero, nil))["Chỉ tiêu"]

    assert row_of(sheet, "B01")[2:5] == [0, "tin, bài", "có số liệu"]
    assert row_of(sheet, "B02")[2:5] == [0, "tin, bài", "không phát sinh"]


def test_a_ratio_shows_what_was_divided_and_a_sum_does_not_repeat_itself(tmp_path):
    ratio = figure("R02", "60", unit="%", numerator=Decimal(6), denominator=Decimal(10))

    sheet = written(tmp_path, indicators=(indicator("R02", ratio), indicator("M01")))["Chỉ tiêu"]

    assert row_of(sheet, "R02")[6:8] == [6, 10]
    assert row_of(sheet, "M01")[6:8] == [None, None]


def test_a_hidden_count_leaves_its_mark_and_no_number(tmp_path):
    hidden = figure(
        "R02",
        None,
        unit="%",
        denominator=Decimal(10),
        state="suppressed",
        numerator_mark="<5",
    )

    book = written(tmp_path, indicators=(indicator("R02", hidden),))

    assert row_of(book["Chỉ tiêu"], "R02")[2:8] == ["không nêu", "%", "không nêu số nhỏ", None, "<5", 10]


def test_the_annual_estimate_has_its_own_column_only_when_there_is_one(tmp_path):
    annual = figure("M01", "10", full_year_estimate=Decimal(12), full_year_count=2)

    with_estimate = written(tmp_path, indicators=(indicator("M01", annual),))["Chỉ tiêu"]
    without = written(tmp_path)["Chỉ tiêu"]

    assert row_of(with_estimate, "M01")[8] == 12
    assert "Ước cả năm" in texts(with_estimate)
    assert "Ước cả năm" not in texts(without)


def test_tidy_figures_are_an_excel_table_with_filter_and_frozen_header(tmp_path):
    sheet = written(tmp_path)["Dữ liệu"]
    table = sheet.tables["DuLieu"]
    header, *rows = sheet[table.ref]

    assert [cell.value for cell in header] == [name for name, _ in TIDY_COLUMNS]
    assert len(rows) == 6  # three headlines, three languages
    assert table.autoFilter is not None
    assert sheet.freeze_panes == f"D{header[0].row + 1}"
    english = next(row for row in rows if row[8].value == "Tiếng Anh")
    assert [english[at].value for at in (0, 1, 7, 9, 11)] == ["2026-06T", "M02", "theo ngôn ngữ", 4, "có số liệu"]


@pytest.mark.parametrize("name", ["Chỉ tiêu", "Theo nhóm, xã", "Nguồn"])
def test_headers_stay_on_screen_and_on_every_printed_page(tmp_path, name):
    sheet = written(tmp_path)[name]

    assert sheet.freeze_panes is not None
    assert sheet.print_title_rows is not None
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_charts_are_native_and_described(tmp_path):
    write_workbook(edition(), tmp_path / "extract.xlsx")

    with zipfile.ZipFile(tmp_path / "extract.xlsx") as container:
        charts = [name for name in container.namelist() if name.startswith("xl/charts/chart")]
        drawing = container.read("xl/drawings/drawing1.xml").decode()
    assert len(charts) == 4  # both on the summary, and each beside its numbers
    assert "2/3 đơn vị phải báo cáo đã có báo cáo được nhận" in drawing


PREFIXED = [
    "=HYPERLINK(1)",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1+1",
    "\u00a0=1+1",
    '"=1+1"',
    "'=1+1",
    "=cmd|' /C calc'!A0",
    "{=1+1}",
    "%=1+1",
    "|=1+1",
    "http://example.org",
    "mailto:a@example.org",
    "internal:'Nguồn'!A1",
]


@pytest.mark.parametrize("name", PREFIXED)
def test_text_from_outside_is_neither_formula_nor_link(tmp_path, name):
    shown = snapshot(bodies=(body("1", name, "not_reported"),))
    (cell,) = edition().lineage
    change = replace(CORRECTION.changes[0], indicator_name=name, before=name, after=name, why=name)
    made = edition(
        snapshot=shown,
        lineage=(replace(cell, unit_name=name, measure_name=name, sheet=name, cell=name),),
        correction=replace(CORRECTION, reason=name, changes=(change,)),
    )
    write_workbook(made, tmp_path / "extract.xlsx")

    with zipfile.ZipFile(tmp_path / "extract.xlsx") as container:
        sheets = "".join(container.read(part).decode() for part in container.namelist() if "worksheets/sheet" in part)
        strings = container.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets.lower()
    assert f">{write_out_unseen(name).replace('&', '&amp;')}</t>" in strings
    book = openpyxl.load_workbook(tmp_path / "extract.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds <= {"s", "n", "d"}


def test_a_negative_number_stays_a_number(tmp_path):
    fell = replace(edition().comparisons[0], value=Decimal("1300"), difference=Decimal("-65.5"))
    write_workbook(edition(comparisons=(fell,)), tmp_path / "a.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Chỉ tiêu"]
    assert row_of(sheet, "M01")[8:10] == [1300, -65.5]
    (cells,) = [row for row in sheet.iter_rows() if row[0].value == "M01"]
    assert cells[9].number_format == "+#,##0.0;-#,##0.0;0"


def test_the_same_period_stands_beside_every_headline(tmp_path):
    made = edition(
        comparisons=(
            replace(edition().comparisons[0], kind="uoc"),
            replace(edition().comparisons[0], indicator_code="M02", value=None, state="missing", difference=None),
        )
    )
    write_workbook(made, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")

    sheet = book["Chỉ tiêu"]
    assert "Cùng kỳ: 6 tháng đầu năm 2025" in texts(sheet)
    assert row_of(sheet, "M01")[8:10] == [1000, 234.5]
    assert row_of(sheet, "M02")[8:10] == ["thiếu số liệu", "–"]
    assert row_of(sheet, "N01")[8:10] == ["–", "–"]
    (cells,) = [row for row in sheet.iter_rows() if row[0].value == "M01"]
    assert cells[8].number_format == '#,##0" (ước)"'
    assert row_of(book["Tóm tắt"], "M01")[2:6] == [1234.5, "tin, bài", 1000, 234.5]
    header, first, *_ = book["Dữ liệu"][book["Dữ liệu"].tables["DuLieu"].ref]
    named = dict(zip([cell.value for cell in header], [cell.value for cell in first], strict=True))
    assert (named["Cùng kỳ năm trước"], named["Chênh lệch"]) == (1000, 234.5)


def test_without_comparisons_there_is_no_column_for_them(tmp_path):
    write_workbook(edition(comparisons=()), tmp_path / "a.xlsx")

    assert "Chênh lệch" not in texts(openpyxl.load_workbook(tmp_path / "a.xlsx")["Chỉ tiêu"])


def test_the_edition_names_itself_its_hash_and_whether_it_is_late(tmp_path):
    made = edition(is_late=True)
    write_workbook(made, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    said = " | ".join(texts(book["Tóm tắt"]))

    for sentence in (
        "Bản phát hành 2026-06T, lần 1 (số bản 2026-06T/1); chốt lúc 18/06/2026, 08:00; duyệt lúc 19/06/2026, 09:30.",
        made.content_hash,
        "Bản này phát hành chậm so với lịch. Theo lịch: 18/06/2026, 08:00.",
    ):
        assert sentence in said
    assert "Giám đốc" not in said  # no posts
    assert book.properties.keywords == "Bản phát hành 2026-06T, lần 1"
    write_workbook(edition(), tmp_path / "b.xlsx")
    assert "phát hành chậm" not in " | ".join(texts(openpyxl.load_workbook(tmp_path / "b.xlsx")["Tóm tắt"]))


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"approval": None}, "DỰ THẢO – chưa được duyệt"),
        ({"approval": APPROVAL}, None),
        ({"approval": None, "edition_number": 0}, "BẢN LÀM VIỆC – chưa phát hành"),
    ],
)
def test_every_sheet_and_every_printed_page_says_that_it_is_a_draft(tmp_path, changes, mark):
    write_workbook(edition(**changes), tmp_path / "a.xlsx")

    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx"):
        if mark is None:
            assert "DỰ THẢO" not in " ".join(texts(sheet))
            assert sheet.oddHeader.center.text is None
        else:
            assert sheet["A1"].value == mark
            assert sheet.oddHeader.center.text == f"&B{mark}"


def test_a_correction_lists_what_was_printed_what_it_is_now_and_why(tmp_path):
    write_workbook(edition(edition_number=2, correction=CORRECTION), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Tóm tắt"]
    said = texts(sheet)

    at = said.index("ĐÍNH CHÍNH lần 1")
    assert said[at + 1 : at + 12] == [
        "Thay cho lần 1. Lý do: Phường Đạo Thạnh gửi lại báo cáo.",
        *("Mã", "Số liệu", "Đã in", "Nay là", "Vì sao"),
        *("M01", "Chỉ tiêu M01 (tin, bài), Toàn tỉnh", "1.232,5", "1.234,5", "Phường Đạo Thạnh nộp lại"),
    ]


def test_a_headline_is_traced_to_its_file_sheet_and_cell(tmp_path):
    (cell,) = edition().lineage
    hidden = replace(cell, cell="D13", value=None, added=None, is_hidden=True)
    absent = replace(cell, file_number=None, sheet="", cell="", value=Decimal(0), added=Decimal(0), state="nil")
    write_workbook(edition(lineage=(cell, hidden, absent)), tmp_path / "a.xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Dòng dữ liệu nguồn"]
    header, *rows = [[cell.value for cell in row] for row in sheet[sheet.tables["DongDuLieu"].ref]]
    assert header == [name for name, _ in LINEAGE_COLUMNS]
    named = [dict(zip(header, row, strict=True)) for row in rows]
    assert {name: value for name, value in named[0].items() if value is not None} == {
        "Mã": "M01",
        "Phần": "tử số",
        "Mã số liệu": "MED01",
        "Số liệu": "Số tin, bài",
        "Mã đơn vị": "28249",
        "Đơn vị": "Phường Đạo Thạnh",
        "Tệp": "bao-cao.xlsx",
        "Bản": 1,
        "Số biên nhận": "BN-2026-1",
        "Trang": "Số liệu",
        "Ô": "D12",
        "Giá trị": 1234.5,
        "Cộng vào": 1234.5,
        "Trạng thái": "có số liệu",
    }
    assert [named[1][key] for key in ("Ô", "Giá trị", "Cộng vào")] == ["D13", "không nêu", "không nêu"]
    assert [named[2][key] for key in ("Tệp", "Ô", "Cộng vào", "Trạng thái")] == [
        "không có tệp",
        None,
        0,
        "không phát sinh",
    ]


def test_numbers_of_a_chart_stand_beside_it_and_its_missing_part_as_a_word(tmp_path):
    sheet = written(tmp_path)["Biểu đồ"]

    assert row_of(sheet, "Tiếng Anh")[1] == 4
    assert row_of(sheet, "Tiếng Trung")[1] == "thiếu số liệu"


def test_the_same_edition_gives_the_same_bytes(tmp_path):
    write_workbook(edition(), tmp_path / "one.xlsx")
    write_workbook(edition(), tmp_path / "two.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created == datetime(2026, 6, 18, 8, 0)


def test_the_workbook_is_set_in_times_new_roman(tmp_path):
    fonts = {cell.font.name for row in written(tmp_path)["Tóm tắt"].iter_rows() for cell in row if cell.value}

    assert fonts == {"Times New Roman"}
