"""The leadership's workbook, read back: real numbers, frozen headers, a table, charts, nothing that computes."""

from __future__ import annotations

import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from include.extracts.leadership.workbook import TIDY_COLUMNS, write_workbook
from tests.unit.edition_builders import edition
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


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "@SUM(A1)", "http://example.org", "-2+3"])
def test_text_from_outside_is_neither_formula_nor_link(tmp_path, name):
    write_workbook(edition(snapshot=snapshot(bodies=(body("1", name, "not_reported"),))), tmp_path / "extract.xlsx")

    with zipfile.ZipFile(tmp_path / "extract.xlsx") as container:
        sheets = "".join(container.read(part).decode() for part in container.namelist() if "worksheets/sheet" in part)
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets.lower()
    assert name in texts(openpyxl.load_workbook(tmp_path / "extract.xlsx")["Theo nhóm, xã"])


def test_the_same_edition_gives_the_same_bytes(tmp_path):
    write_workbook(edition(), tmp_path / "one.xlsx")
    write_workbook(edition(), tmp_path / "two.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created == datetime(2026, 6, 18, 8, 0)


def test_the_workbook_is_set_in_times_new_roman(tmp_path):
    fonts = {cell.font.name for row in written(tmp_path)["Tóm tắt"].iter_rows() for cell in row if cell.value}

    assert fonts == {"Times New Roman"}
