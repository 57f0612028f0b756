"""The report workbooks sent out: complete, locked where they must be, and readable back by the same words."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from include.calendar.periods import Period, load_periods
from include.errors import CatalogueError
from include.reference import load_reference
from include.sources.agency_reports import labels
from include.sources.agency_reports.read import read_file
from include.sources.agency_reports.template import (
    DetailEntry,
    FormEntries,
    file_name,
    form_lines,
    form_template,
    reporters,
    write_template,
    write_templates,
)

REFERENCE = load_reference()
HALF_YEAR, YEAR = load_periods()["2026-06T"], load_periods()["2026-NAM"]
NOW = datetime(2026, 6, 10, tzinfo=UTC)


def written(tmp_path: Path, unit: str, period: Period = HALF_YEAR, entries: FormEntries | None = None) -> Path:
    path = tmp_path / file_name(REFERENCE.units[unit], period)
    write_template(REFERENCE.units[unit], period, REFERENCE, path, entries)
    return path


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def header_row(sheet) -> int:
    return next(row for row in range(1, 40) if sheet.cell(row, 1).value == "STT")


def row_of(sheet, code: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 2).value == code)


def test_every_body_that_is_ordered_or_asked_to_report_gets_a_workbook_and_no_other() -> None:
    codes = {unit.code for unit in reporters(HALF_YEAR, REFERENCE)}

    assert len(codes) == 126
    assert {"28249", "SVHTTDL", "HNB", "BPTTH", "MTTQ", "LHHN"} <= codes
    assert not {"BTGDV", "SDTTG", "TTXT", "BCD35", "KBNN"} & codes


def test_an_ad_hoc_request_writes_workbooks_for_the_bodies_asked_only(tmp_path: Path) -> None:
    asked = replace(HALF_YEAR, only_units=("28249", "STC"))

    paths = write_templates("2026-06T", tmp_path / "out", REFERENCE, {"2026-06T": asked})

    assert sorted(path.name for path in paths) == [
        "BC_2026-06T_28249_Phuong-Dao-Thanh.xlsx",
        "BC_2026-06T_STC_So-Tai-chinh.xlsx",
    ]


def test_an_unknown_period_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_templates("2031-06T", tmp_path)


def test_a_body_without_template_cannot_have_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="BTGDV"):
        written(tmp_path, "BTGDV")


@pytest.mark.parametrize("unit", ["28249", "SNV", "SVHTTDL", "CAT", "BCHQS", "STC", "BQLKKT", "VPUB", "MTTQ", "BPTTH"])
def test_the_form_prints_a_line_for_every_measure_asked_and_every_member_of_its_breakdowns(
    tmp_path: Path, unit: str
) -> None:
    sheet = opened(written(tmp_path, unit, YEAR))[labels.MAIN_SHEET]
    template = form_template(REFERENCE.units[unit], YEAR, REFERENCE)
    expected = {measure.code for measure in REFERENCE.form_measures(template.code, "NAM")}
    for code in list(expected):
        for axis in REFERENCE.measures[code].axes:
            if axis.in_form:
                expected |= {f"{code}.{axis.code}.{member}" for member in REFERENCE.members(code, axis.code)}

    printed = [sheet.cell(row, 2).value for row in range(header_row(sheet) + 2, sheet.max_row + 1)]

    codes = [code for code in printed if code]
    assert set(codes) == expected
    assert len(codes) == len(set(codes))


def test_only_the_annual_form_asks_for_the_estimate_of_the_year(tmp_path: Path) -> None:
    half, year = (opened(written(tmp_path, "28249", period))[labels.MAIN_SHEET] for period in (HALF_YEAR, YEAR))

    def headers(sheet) -> list[object]:
        return [cell.value for cell in sheet[header_row(sheet)]]

    assert headers(half) == ["STT", "Mã số", "Chỉ tiêu", "Phân tổ", "Đơn vị tính", "Thực hiện đến ngày chốt", "Ghi chú"]
    assert headers(year)[5:] == ["Thực hiện đến ngày chốt", "Ước cả năm", "Ghi chú"]
    assert [cell.value for cell in year[header_row(year) + 1]] == ["A", "B", "C", "D", "E", 1, 2, 3]


def test_the_heading_says_which_body_period_and_template_and_leaves_the_rest_to_fill(tmp_path: Path) -> None:
    sheet = opened(written(tmp_path, "28249"))[labels.MAIN_SHEET]
    stated = {
        sheet.cell(row, column).value: sheet.cell(row, column + gap).value
        for row in range(1, 16)
        for column, gap in ((1, 2), (4, 2))
    }

    assert stated["Mẫu số"] == "T-COMMUNE, phiên bản 2026.1"
    assert stated["Đơn vị báo cáo"] == "28249 - Phường Đạo Thạnh"
    assert stated["Kỳ báo cáo"] == "2026-06T - 6 tháng đầu năm 2026"
    assert stated["Số liệu từ ngày"] == datetime(2026, 1, 1)
    assert stated["Loại số liệu"] == "thực hiện"
    assert stated["Độ mật"] == "không"
    assert stated["Ngày chốt số liệu"] is None
    assert stated["Người ký (chức vụ)"] is None


def test_defined_names_carry_template_version_body_period_and_the_table(tmp_path: Path) -> None:
    book = opened(written(tmp_path, "28249"))
    sheet = book[labels.MAIN_SHEET]

    names = {name: book.defined_names[name].attr_text for name in book.defined_names}

    assert names["TTDN_MAU"] == '"T-COMMUNE"'
    assert names["TTDN_PHIEN_BAN"] == '"2026.1"'
    assert names["TTDN_DON_VI"] == '"28249"'
    assert names["TTDN_KY"] == '"2026-06T"'
    last = row_of(sheet, "DIF01")
    assert names["TTDN_SO_LIEU"] == f"'Báo cáo'!$A${header_row(sheet)}:$G${last}"


def test_labels_are_locked_and_cells_to_fill_are_not_and_there_is_no_password(tmp_path: Path) -> None:
    sheet = opened(written(tmp_path, "28249"))[labels.MAIN_SHEET]
    row = row_of(sheet, "MED01")

    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert [sheet.cell(row, column).protection.locked for column in range(1, 8)] == [True] * 5 + [False, False]
    assert sheet.cell(header_row(sheet), 6).protection.locked


def validations(sheet, cell: str):
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


def test_numbers_are_checked_but_the_accepted_marks_may_be_typed(tmp_path: Path) -> None:
    sheet = opened(written(tmp_path, "STC", YEAR))[labels.MAIN_SHEET]
    (count,) = validations(sheet, f"F{row_of(sheet, 'EVT01')}")
    (capital,) = validations(sheet, f"F{row_of(sheet, 'FDI02')}")
    (adjusted,) = validations(sheet, f"F{row_of(sheet, 'FDI04')}")

    assert "=INT(" in count.formula1
    assert ">=0" in count.formula1
    assert ">=0" in capital.formula1
    assert "INT(" not in capital.formula1
    assert ">=0" not in adjusted.formula1
    assert all("_danh_muc!$C$1:$C$" in rule.formula1 for rule in (count, capital, adjusted))
    assert all(len(rule.formula1) <= 255 for rule in sheet.data_validations.dataValidation if rule.formula1)


def test_closed_lists_are_dropdowns(tmp_path: Path) -> None:
    book = opened(written(tmp_path, "SVHTTDL", YEAR))
    sheet, detail = book[labels.MAIN_SHEET], book[labels.DETAIL_SHEET]
    (plan,) = validations(sheet, f"F{row_of(sheet, 'LEG05')}")
    (milestone,) = validations(sheet, f"F{row_of(sheet, 'LEG04')}")
    (website,) = validations(sheet, f"F{row_of(sheet, 'VNV02')}")

    assert plan.formula1 == '"Có,Không,không áp dụng,không cung cấp"'
    assert milestone.formula1.startswith('"0,1,2,3,4,')
    assert "Không có trang" in website.formula1
    assert any(rule.formula1 == '"thực hiện,ước,chính thức"' for rule in sheet.data_validations.dataValidation)
    assert [rule.type for rule in validations(detail, "B6")] == ["list"]
    assert "INDIRECT" in validations(detail, "D6")[0].formula1


def test_the_member_dropdown_of_the_detail_sheet_offers_the_countries(tmp_path: Path) -> None:
    book = opened(written(tmp_path, "STC"))
    lists = book[labels.LISTS_SHEET]
    ranges = {lists.cell(row, 1).value: lists.cell(row, 2).value for row in range(1, 80)}
    axis = labels.axis_name(REFERENCE.measures["FDI02"].axis("partner").label_vi)

    cells = lists[ranges[f"FDI02|{axis}"].split("!")[1].replace("$", "")]

    offered = {cell.value for (cell,) in cells}
    assert {"Nhật Bản", "Hàn Quốc"} <= offered
    assert lists.sheet_state == "veryHidden"


def test_the_sheet_prints_on_a4_with_its_header_on_every_page(tmp_path: Path) -> None:
    sheet = opened(written(tmp_path, "28249"))[labels.MAIN_SHEET]
    header = header_row(sheet)

    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == f"${header}:${header + 1}"
    assert sheet.freeze_panes == f"A{header + 2}"


def test_the_guide_explains_every_accepted_mark_and_the_deadline(tmp_path: Path) -> None:
    guide = opened(written(tmp_path, "28249"))[labels.GUIDE_SHEET]
    text = "\n".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)

    for mark in ("0", *labels.MARKS, labels.ESTIMATE_MARK, "Để trống"):
        assert mark in text
    assert "14/6/2026" in text


def test_no_text_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    entries = FormEntries(notes={"MED01": "=1+1", "MED02": "http://vidu.vn", "VNV01": "@SUM(A1)"})
    sheet = opened(written(tmp_path, "28249", entries=entries))[labels.MAIN_SHEET]

    cell = sheet.cell(row_of(sheet, "MED01"), 7)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert sheet.cell(row_of(sheet, "MED02"), 7).hyperlink is None
    assert sheet.cell(row_of(sheet, "VNV01"), 7).value == "@SUM(A1)"


def test_the_same_form_twice_is_the_same_file(tmp_path: Path) -> None:
    first = hashlib.sha256(written(tmp_path, "28249").read_bytes()).hexdigest()
    second = hashlib.sha256(written(tmp_path, "28249").read_bytes()).hexdigest()

    assert first == second


def test_a_filled_form_is_read_back_figure_by_figure(tmp_path: Path) -> None:
    entries = FormEntries(
        actual={
            "MED01": 12,
            "MED01.language.vi": 10,
            "MED01.language.en": 2,
            "BUD01": Decimal("12.5"),
            "TRN03": labels.NIL,
        },
        estimate={"MED01": 15},
        notes={"MED01": "đã đối chiếu"},
        heading={
            "cut_off_date": date(2026, 10, 31),
            "document_number": "07/BC-UBND",
            "document_date": date(2026, 11, 5),
        },
        detail=[DetailEntry("MED02", "Nền tảng", "Truyền hình", 3)],
    )
    path = written(tmp_path, "28249", YEAR, entries)

    reading = read_file(str(path), path.name, NOW)

    assert reading.refusal is None
    assert reading.heading is not None
    assert reading.heading.cut_off_date == date(2026, 10, 31)
    assert reading.heading.document_number == "07/BC-UBND"
    read = {
        (row.measure_code, row.axis_code, row.member_code, row.value_kind): (row.value, row.value_state)
        for row in reading.observations
        if row.value_state != "missing"
    }
    assert read == {
        ("MED01", "total", "total", "thuc_hien"): (Decimal(12), "reported"),
        ("MED01", "total", "total", "uoc_nam"): (Decimal(15), "reported"),
        ("MED01", "language", "vi", "thuc_hien"): (Decimal(10), "reported"),
        ("MED01", "language", "en", "thuc_hien"): (Decimal(2), "reported"),
        ("BUD01", "total", "total", "thuc_hien"): (Decimal(12_500_000), "reported"),
        ("TRN03", "total", "total", "thuc_hien"): (Decimal(0), "nil"),
        ("MED02", "platform", "truyen_hinh", "thuc_hien"): (Decimal(3), "reported"),
    }


def test_a_blank_form_sent_back_holds_no_figures(tmp_path: Path) -> None:
    entries = FormEntries(heading={"cut_off_date": date(2026, 5, 31)})
    path = written(tmp_path, "28249", entries=entries)

    reading = read_file(str(path), path.name, NOW)

    assert reading.refusal is not None
    assert reading.refusal.code == "NO_FIGURES"


def test_sections_without_a_question_for_the_period_are_not_printed() -> None:
    template = form_template(REFERENCE.units["28249"], HALF_YEAR, REFERENCE)
    lines = form_lines(template, HALF_YEAR, REFERENCE)

    titles = [line.text for line in lines if line.kind == "section"]
    codes = [line.code for line in lines if line.kind == "measure"]
    assert "Thông tin chung" not in titles
    assert "BUD03" not in codes
    assert [line.order for line in lines if line.kind == "measure"] == [str(n) for n in range(1, len(codes) + 1)]
