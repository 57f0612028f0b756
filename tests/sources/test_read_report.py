"""Reports read as they really come: the form filled in, and the same report typed by hand in a hundred ways."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from include.calendar.periods import load_periods
from include.model import TOTAL, Reading
from include.reference import load_reference
from include.sources.agency_reports.read import read_file
from include.sources.agency_reports.template import DetailEntry
from include.vietnamese import tcvn3
from tests.sources.reports import CUT_OFF, cell_of, figure_column, typical_figures, write_report
from tests.sources.typed import (
    BUDGET,
    HEADER,
    HEADING,
    LANGUAGES,
    NEWS,
    NOW,
    SIGNATURE,
    Page,
    cells,
    codes,
    figures,
    ignored,
    line,
    read_typed,
    rows_of,
)

PLAN = "Đơn vị đã ban hành kế hoạch riêng hoặc lồng ghép"
STAFF = "Đã bố trí nhân sự phụ trách TTĐN"
WEBSITE = "Trang TTĐT có liên kết / khối tin Vietnam.vn"


def heading(**changes: str) -> list[list[Any]]:
    """The heading block with other values behind some labels, by the label's first word."""
    rows = [list(row) for row in HEADING]
    for row in rows:
        for start, value in changes.items():
            if row and isinstance(row[0], str) and row[0].startswith(start):
                row[0] = row[0].split(":")[0] + ": " + value
    return rows


def read_form(path: Path) -> Reading:
    return read_file(str(path), path.name, NOW)


# --- where the table stands and what its header says ---------------------------------------------------


def test_a_report_typed_without_codes_or_names_is_read_with_every_figures_cell(tmp_path: Path) -> None:
    reading = read_typed(
        tmp_path,
        rows_of([1, NEWS, "tin, bài", 12, None], [2, "Số lớp tập huấn, bồi dưỡng đã tổ chức", "lớp", 3, None]),
    )

    assert figures(reading) == {"MED01": 12, "TRN01": 3}
    assert cells(reading) == {"MED01": "Sheet1!D10", "TRN01": "Sheet1!D11"}
    assert reading.heading is not None
    assert (reading.heading.reporting_unit_code, reading.heading.period_code) == ("28249", "2026-06T")
    assert reading.heading.cut_off_date == date(2026, 6, 8)
    assert reading.heading.cells["period"] == ("Sheet1", "A6")


def test_heading_statements_may_share_one_cell_line_by_line(tmp_path: Path) -> None:
    block = "Mẫu số: T-COMMUNE, phiên bản 2026.1\nĐơn vị báo cáo: Phường Đạo Thạnh\nKỳ báo cáo: 2026-06T"
    reading = read_typed(
        tmp_path, rows_of(line(NEWS, 5), heading=[[block], ["Ngày chốt số liệu: ngày 8 tháng 6 năm 2026"]])
    )

    assert figures(reading) == {"MED01": 5}
    assert reading.heading is not None
    assert reading.heading.cut_off_date == date(2026, 6, 8)


@pytest.mark.parametrize(
    "header",
    [
        ["TT", "Tên chỉ tiêu", "Đơn vị", "Thực hiện", "Ghi chú"],
        ["S.T.T", "NỘI DUNG BÁO CÁO", "Đ.V.T", "Kết quả thực hiện", "Giải trình"],
        ["Số TT", "Chỉ  tiêu\nbáo cáo", "Đơn vị\ntính", "Lũy kế từ đầu năm", "Diễn giải"],
        ["STT", "Danh mục chỉ tiêu", "ĐVT", "SỐ LIỆU (*)", "Ghi chú:"],
    ],
)
def test_a_column_is_known_by_any_of_its_names(tmp_path: Path, header: list[str]) -> None:
    assert figures(read_typed(tmp_path, rows_of(line(NEWS, 7), header=header))) == {"MED01": 7}


def test_a_table_moved_right_and_down_with_blank_columns_keeps_its_cells(tmp_path: Path) -> None:
    moved = [[], [], [], *HEADING]
    header = [None, None, "STT", None, "Nội dung", "ĐVT", None, "Số liệu"]
    reading = read_typed(
        tmp_path, rows_of([None, None, 1, None, NEWS, "tin, bài", None, 9], header=header, heading=moved)
    )

    assert cells(reading) == {"MED01": "Sheet1!H13"}


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    header = ["Ghi chú", "Số liệu", "ĐVT", "Nội dung", "STT"]
    reading = read_typed(tmp_path, rows_of([None, 9, "tin, bài", NEWS, 1], header=header))

    assert (figures(reading), cells(reading)) == ({"MED01": 9}, {"MED01": "Sheet1!B10"})


def test_a_header_of_two_merged_rows_gives_actual_and_estimate_their_own_columns(tmp_path: Path) -> None:
    rows = rows_of(
        [None, None, None, "Thực hiện đến ngày chốt", "Ước cả năm"],
        [1, NEWS, "tin, bài", 20, 25],
        header=["STT", "Chỉ tiêu", "ĐVT", "Số liệu", None],
        heading=heading(Kỳ="2026-NAM", Ngày="20/11/2026"),
    )
    reading = read_typed(tmp_path, Page(rows, merges=("A9:A10", "B9:B10", "C9:C10", "D9:E9")))

    assert figures(reading) == {"MED01": 20, "MED01~~": 25}
    assert cells(reading) == {"MED01": "Sheet1!D11", "MED01~~": "Sheet1!E11"}


def test_a_two_row_header_with_one_figure_column_is_read_below_both_rows(tmp_path: Path) -> None:
    rows = rows_of(
        [None, None, None, "Thực hiện đến ngày chốt", None],
        [1, NEWS, "tin, bài", 20, None],
        header=["STT", "Chỉ tiêu", "ĐVT", "Số liệu", "Ghi chú"],
    )
    reading = read_typed(tmp_path, Page(rows, merges=("A9:A10", "B9:B10", "C9:C10", "E9:E10")))

    assert (figures(reading), cells(reading)) == ({"MED01": 20}, {"MED01": "Sheet1!D11"})
    assert ignored(reading) == {}


def test_column_numbers_page_headers_and_blank_rows_are_no_figures(tmp_path: Path) -> None:
    reading = read_typed(
        tmp_path,
        rows_of(
            ["A", "B", "C", 1, 2],
            [1, NEWS, "tin, bài", 12, None],
            [],
            HEADER,
            ["(1)", "(2)", "(3)", "(4)", "(5)"],
            [2, "Lớp tập huấn, bồi dưỡng", "lớp", 1, None],
        ),
    )

    assert figures(reading) == {"MED01": 12, "TRN01": 1}
    assert ignored(reading) == {10: "column_number_row", 13: "repeated_header", 14: "column_number_row"}


def test_a_line_that_looks_like_column_numbers_is_not_dropped(tmp_path: Path) -> None:
    header = [*HEADER, "Ước cả năm"]
    reading = read_typed(
        tmp_path, rows_of([1, NEWS, "tin, bài", 2, None, 3], [1, None, None, 2, None, 3], header=header)
    )

    assert figures(reading)["?"] == "LINE_UNKNOWN"
    assert figures(reading)["?~~"] == "LINE_UNKNOWN"


def test_notes_and_signature_below_are_ignored_and_no_name_is_kept(tmp_path: Path) -> None:
    reading = read_typed(
        tmp_path, rows_of(line(NEWS, 12), ["Ghi chú: số liệu tính từ 01/01/2026."], foot=[[], *SIGNATURE])
    )

    assert figures(reading) == {"MED01": 12}
    assert set(ignored(reading).values()) == {"note_or_signature"}
    assert not any(name in repr(reading) for name in ("Bưởi", "Ổi"))


def test_a_line_below_a_note_is_still_a_line_even_when_it_says_it_in_words(tmp_path: Path) -> None:
    reading = read_typed(
        tmp_path,
        rows_of(line(NEWS, 12), ["Ghi chú: đã đối chiếu"], line("Lớp tập huấn, bồi dưỡng", "không phát sinh", "lớp")),
    )

    assert figures(reading) == {"MED01": 12, "TRN01": "nil"}


def test_a_date_in_the_note_of_a_line_does_not_make_the_line_a_signature(tmp_path: Path) -> None:
    header = ["Nội dung", "Số liệu", "Ghi chú"]
    reading = read_typed(
        tmp_path, rows_of([PLAN, "có", "45/KH-UBND ngày 12 tháng 3 năm 2026"], [NEWS, 3], header=header)
    )

    assert figures(reading) == {"LEG05": 1, "MED01": 3}


def test_two_tables_on_one_sheet_are_one_report(tmp_path: Path) -> None:
    second = [["II. KINH PHÍ"], ["TT", "Chỉ tiêu", "Đơn vị tính", "Thực hiện"], [1, BUDGET, "triệu đồng", 100]]
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), [], *second))

    assert figures(reading) == {"MED01": 12, "BUD02": 100_000_000}


def test_the_detail_table_may_stand_under_the_main_one(tmp_path: Path) -> None:
    detail = [
        ["STT", "Mã số", "Phân tổ theo", "Thành phần", "Đơn vị tính", "Số liệu"],
        [1, "MED01 - Tin, bài TTĐN đã đăng, phát", "Chủ đề", "Kinh tế, đầu tư", "tin, bài", 4],
        [2, "med01", "theo chủ đề", "nhan_quyen", "tin, bài", 2],
    ]
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), [], ["CHI TIẾT"], *detail))

    assert figures(reading) == {"MED01": 12, "MED01.topic.kinh_te_dau_tu": 4, "MED01.topic.nhan_quyen": 2}


def test_a_column_that_is_missing_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), header=["STT", "Nội dung", "ĐVT", "Tăng, giảm", "Ghi chú"]))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.cell) == ("COLUMN_MISSING", "A9")
    assert "Tăng, giảm" in reading.refusal.found


def test_two_columns_that_could_both_be_the_figures_are_asked_back(tmp_path: Path) -> None:
    header = ["STT", "Nội dung", "ĐVT", "Thực hiện", "Kết quả"]
    reading = read_typed(tmp_path, rows_of([1, NEWS, "tin, bài", 12, 15], header=header))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.cell) == ("COLUMN_AMBIGUOUS", "E9")


def test_a_column_of_figures_the_form_does_not_have_is_told_and_not_read(tmp_path: Path) -> None:
    header = ["STT", "Nội dung", "ĐVT", "Cùng kỳ 2025", "Thực hiện"]
    reading = read_typed(tmp_path, rows_of([1, NEWS, "tin, bài", 10, 12], header=header))

    assert figures(reading) == {"MED01": 12}
    [told] = [finding for finding in reading.findings if finding.code == "COLUMN_NOT_READ"]
    assert (told.cell, told.found) == ("D9", "“Cùng kỳ 2025”")


# --- sheets ------------------------------------------------------------------------------------------------


def test_a_draft_with_an_old_copy_of_the_table_is_left_out_and_told(tmp_path: Path) -> None:
    draft = Page([HEADER, line(NEWS, 99), line("Lớp tập huấn, bồi dưỡng", 1)], name="nháp")
    reading = read_typed(tmp_path, draft, Page(rows_of(line(NEWS, 12)), name="Báo cáo"))

    assert figures(reading) == {"MED01": 12}
    assert "SHEET_LEFT_OUT" in codes(reading)
    assert [(row.sheet_name, row.rule_code, row.row_count) for row in reading.ignored_rows] == [
        ("nháp", "sheet_left_out", 2)
    ]


def test_one_body_reporting_on_two_sheets_is_asked_which_one(tmp_path: Path) -> None:
    again = Page(rows_of(line(NEWS, 15), heading=heading(Đơn="Phường Đạo Thạnh")), name="Bản sửa")
    reading = read_typed(tmp_path, Page(rows_of(line(NEWS, 12)), name="Bản đầu"), again)

    assert reading.refusal is not None
    assert reading.refusal.code == "SHEET_AMBIGUOUS"
    assert reading.refusal.found == "“Bản đầu”, “Bản sửa”"


@pytest.mark.parametrize(
    ("second", "code"), [("28261 - Phường Mỹ Tho", "MULTI_AGENCY"), ("Phường Ở Đâu Đó", "SHEET_AMBIGUOUS")]
)
def test_two_bodies_in_one_file_are_never_read_as_one(tmp_path: Path, second: str, code: str) -> None:
    other = Page(rows_of(line(NEWS, 15), heading=heading(Đơn=second)), name="B")
    reading = read_typed(tmp_path, Page(rows_of(line(NEWS, 12)), name="A"), other)

    assert reading.refusal is not None
    assert reading.refusal.code == code


def test_two_bodies_under_each_other_on_one_sheet_are_seen(tmp_path: Path) -> None:
    below = [*heading(Đơn="28261 - Phường Mỹ Tho"), ["STT", "Chỉ tiêu", "ĐVT", "Thực hiện", "Ghi chú"], line(NEWS, 15)]
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), [], *below))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.cell) == ("MULTI_AGENCY", "A16")


def test_hidden_rows_and_columns_are_read_and_told_hidden_sheets_are_told(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"

    def hide(workbook: openpyxl.Workbook) -> None:
        sheet = workbook["Báo cáo"]
        sheet.row_dimensions[cell_of(workbook, "MED01").row].hidden = True
        extra = workbook.create_sheet("cũ")
        extra["A1"] = "Chỉ tiêu"
        extra.sheet_state = "hidden"

    reading = read_form(write_report(path, actual={"MED01": 12}, edit=hide))

    assert figures(reading)["MED01"] == 12
    hidden = [finding.found for finding in reading.findings if finding.code == "HIDDEN_DATA"]
    assert hidden == ["1 hàng ẩn có dữ liệu", "cả trang bị ẩn"]


def _hidden_original(change: Callable[[Any], None], state: str = "hidden") -> Callable[[openpyxl.Workbook], None]:
    """An edit: the form's sheet is copied, `change` is made to the copy, and the original is hidden."""

    def edit(workbook: openpyxl.Workbook) -> None:
        original = workbook["Báo cáo"]
        copy = workbook.copy_worksheet(original)
        copy.title = "Báo cáo (2)"
        change(copy)
        original.sheet_state = state
        workbook.active = workbook.worksheets.index(copy)

    return edit


def _in_copy(code: str, value: object) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        row = next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == code)
        sheet.cell(row, figure_column(sheet)).value = value

    return change


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize(("typed", "count"), [(13, 1), (None, 1), ("không phát sinh", 1), ("mười ba", 1)])
def test_a_hidden_sheet_of_the_same_form_with_other_figures_is_asked_about(
    state: str, typed: object, count: int, tmp_path: Path
) -> None:
    edit = _hidden_original(_in_copy("MED01", typed), state)
    reading = read_form(write_report(tmp_path / "a.xlsx", actual={"MED01": 12}, edit=edit))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.subject) == ("SHEET_HIDDEN_DIFFERS", str(count))
    assert (reading.refusal.found, reading.refusal.expected) == ("“Báo cáo”", "“Báo cáo (2)”")
    assert reading.refusal.cell == next(
        row.cell
        for row in read_form(write_report(tmp_path / "b.xlsx")).observations
        if row.measure_code == "MED01" and row.axis_code == TOTAL
    )
    assert not reading.observations


def test_a_visible_copy_left_blank_over_a_filled_hidden_sheet_names_both(tmp_path: Path) -> None:
    def empty(sheet: Any) -> None:
        for code in typical_figures("28249", "2026-06T"):
            _in_copy(code, None)(sheet)

    reading = read_form(write_report(tmp_path / "a.xlsx", edit=_hidden_original(empty)))

    assert reading.refusal is not None
    assert reading.refusal.code == "SHEET_HIDDEN_DIFFERS"


@pytest.mark.parametrize(
    ("change", "hidden_figures"),
    [
        (lambda sheet: None, {}),
        (_in_copy("MED01", "12,0"), {}),
        # The hidden form is the empty one that was sent out, or an unfinished draft.
        (lambda sheet: None, dict.fromkeys(typical_figures("28249", "2026-06T"))),
    ],
)
def test_a_hidden_sheet_without_another_figure_is_only_told(
    change: Callable[[Any], None], hidden_figures: dict[str, Any], tmp_path: Path
) -> None:
    def edit(workbook: openpyxl.Workbook) -> None:
        _hidden_original(change)(workbook)
        for code, value in hidden_figures.items():
            cell_of(workbook, code).value = value

    reading = read_form(write_report(tmp_path / "a.xlsx", actual={"MED01": 12}, edit=edit))

    assert figures(reading)["MED01"] == 12
    assert "cả trang bị ẩn" in [finding.found for finding in reading.findings if finding.code == "HIDDEN_DATA"]


@pytest.mark.parametrize("before", [{"Kỳ": "2026-NAM"}, {"Đơn": "28261 - Phường Mỹ Tho"}])
def test_a_hidden_sheet_of_another_period_or_body_is_only_told(before: dict[str, str], tmp_path: Path) -> None:
    hidden = Page(rows_of(line(NEWS, 99), heading=heading(**before)), name="Kỳ trước", is_hidden=True)
    reading = read_typed(tmp_path, hidden, Page(rows_of(line(NEWS, 12)), name="Báo cáo"))

    assert figures(reading) == {"MED01": 12}
    assert "HIDDEN_DATA" in codes(reading)


def test_a_hidden_draft_without_a_heading_block_is_only_told(tmp_path: Path) -> None:
    hidden = Page([HEADER, line(NEWS, 99)], name="nháp", is_hidden=True)
    reading = read_typed(tmp_path, hidden, Page(rows_of(line(NEWS, 12)), name="Báo cáo"))

    assert figures(reading) == {"MED01": 12}


def test_a_hidden_sheet_of_an_old_workbook_is_asked_about_too(tmp_path: Path) -> None:
    hidden = Page(rows_of(line(NEWS, 99)), name="Bản đầu", is_hidden=True)
    reading = read_typed(tmp_path, Page(rows_of(line(NEWS, 12)), name="Bản sửa"), hidden, form="xls")

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.sheet) == ("SHEET_HIDDEN_DIFFERS", "Bản đầu")


def test_an_empty_form_is_sent_back_as_empty_not_as_zero(tmp_path: Path) -> None:
    blank = write_report(tmp_path / "a.xlsx", actual=dict.fromkeys(typical_figures("28249", "2026-06T")))
    reading = read_form(blank)

    assert reading.refusal is not None
    assert reading.refusal.code == "NO_FIGURES"


# --- which line a row is -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["", "- ", "+ ", "a) ", "1.1. ", "• "])
def test_breakdown_lines_are_known_by_the_members_name_under_their_heading(tmp_path: Path, mark: str) -> None:
    reading = read_typed(
        tmp_path,
        rows_of(
            line(NEWS, 12), line(LANGUAGES, None, None), line(f"{mark}Tiếng Việt", 10), line(f"{mark}Tiếng Anh:", 2)
        ),
    )

    assert figures(reading) == {"MED01": 12, "MED01.language.vi": 10, "MED01.language.en": 2}


def test_a_member_two_breakdowns_share_is_told_apart_by_the_heading_or_asked_back(tmp_path: Path) -> None:
    under_platforms = rows_of(line(NEWS, 12), line("Trong đó, theo nền tảng:", None, None), line("Khác", 3))
    without_heading = rows_of(line(NEWS, 12), line("Tiếng Việt", 9), line("Trong đó:", None), line("Khác", 3))

    assert figures(read_typed(tmp_path, under_platforms))["MED01.platform.khac"] == 3
    assert figures(read_typed(tmp_path, without_heading)) == {
        "MED01": 12,
        "MED01.language.vi": 9,
        "?": "LINE_UNKNOWN",
    }


def test_lines_under_a_heading_we_do_not_know_are_asked_back(tmp_path: Path) -> None:
    reading = read_typed(
        tmp_path, rows_of(line(NEWS, 12), line("Trong đó, đăng ở nước ngoài:", None, None), line("Tiếng Anh", 2))
    )

    assert figures(reading) == {"MED01": 12, "?": "LINE_UNKNOWN"}


def test_breakdowns_under_a_misspelt_measure_are_not_given_to_the_one_before(tmp_path: Path) -> None:
    for figure in (8, None):
        reading = read_typed(
            tmp_path,
            rows_of(
                line(NEWS, 12),
                line("Sản phẩn sốo", figure, "sản phẩm"),
                line(LANGUAGES, None, None),
                line("Tiếng Anh", 2),
            ),
        )

        assert "MED01.language.en" not in figures(reading)
        assert "LINE_UNKNOWN" in str(figures(reading)["?"])


def test_marks_beside_a_breakdown_heading_say_nothing_and_a_number_there_is_a_printed_total(tmp_path: Path) -> None:
    marked = rows_of(line(NEWS, 12), line(LANGUAGES, "x", None), line("Tiếng Việt", 12))
    summed = rows_of(line(NEWS, 12), line(LANGUAGES, 13, None), line("Tiếng Việt", 12))

    assert figures(read_typed(tmp_path, marked)) == {"MED01": 12, "MED01.language.vi": 12}
    reading = read_typed(tmp_path, summed)
    assert figures(reading) == {"MED01": 12, "MED01.language.vi": 12}
    assert [(total.measure_code, total.axis_code, total.value, total.cell) for total in reading.printed_totals] == [
        ("MED01", "language", 13, "D11")
    ]


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_printed_total_first_or_last_is_compared_and_never_loaded(tmp_path: Path, place: str) -> None:
    members = [line("Tiếng Việt", 10), line("Tiếng Anh", 2)]
    total = line("TỔNG CỘNG", 12, None)
    group = [total, *members] if place == "first" else [*members, total]
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), line(LANGUAGES, None, None), *group))

    assert figures(reading) == {"MED01": 12, "MED01.language.vi": 10, "MED01.language.en": 2}
    assert [(t.measure_code, t.axis_code, t.value) for t in reading.printed_totals] == [("MED01", "language", 12)]


def test_tong_so_under_a_blank_measure_is_asked_back(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, None), line("Tổng số", 12), line("Tiếng Việt", 12)))

    assert figures(reading) == {"MED01": "missing", "?": "LINE_UNKNOWN", "MED01.language.vi": 12}


def test_an_unknown_line_with_a_figure_is_held_with_its_cell_and_one_without_is_a_title(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line("I. Tuyên truyền", None, None), line("Số bài hay", 4), line(NEWS, 12)))

    assert figures(reading) == {"?": "LINE_UNKNOWN", "MED01": 12}
    [unknown] = [row for row in reading.observations if row.measure_code == "?"]
    assert (unknown.cell, unknown.reading_detail, unknown.value) == ("D11", "Số bài hay", None)
    assert ignored(reading) == {10: "heading_row"}


def test_a_measure_of_another_template_is_no_line_of_this_report(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), line("Dự án FDI cấp mới", 2, "dự án")))

    assert figures(reading) == {"MED01": 12, "?": "LINE_UNKNOWN"}


def test_the_same_line_twice_gives_two_observations_and_neither_is_chosen(tmp_path: Path) -> None:
    assert figures(read_typed(tmp_path, rows_of(line(NEWS, 12), line(NEWS, 15)))) == {"MED01": [12, 15]}


def test_a_code_and_a_name_that_contradict_each_other_are_asked_back(tmp_path: Path) -> None:
    header = ["Mã số", "Chỉ tiêu", "ĐVT", "Số liệu"]
    reading = read_typed(
        tmp_path,
        rows_of(
            ["MED01", "Sản phẩm số", "sản phẩm", 4],
            ["TRN01", "Lớp học đã mở (cách gọi của xã)", "lớp", 2],
            ["MED02.language.vi", "Tiếng Anh", "sản phẩm", 1],
            header=header,
        ),
    )

    assert figures(reading) == {"?": ["LINE_CONFLICT", "LINE_CONFLICT"], "TRN01": 2}


def test_numbers_of_the_bodys_own_in_the_code_column_leave_the_name_to_decide(tmp_path: Path) -> None:
    header = ["Mã số", "Chỉ tiêu", "ĐVT", "Số liệu"]
    reading = read_typed(tmp_path, rows_of(["1.1", NEWS, "tin, bài", 4], ["MED99", "Gì đó", None, 1], header=header))

    assert figures(reading) == {"MED01": 4, "?": "LINE_UNKNOWN"}


def test_a_member_named_in_the_breakdown_column_is_that_member(tmp_path: Path) -> None:
    header = ["Nội dung", "Phân tổ", "ĐVT", "Số liệu"]
    rows = rows_of(
        [NEWS, "Tổng số", "tin, bài", 12],
        [None, "Tiếng Việt", "tin, bài", 10],
        [None, "Tiếng Anh", "tin, bài", 2],
        header=header,
    )

    for merges in ((), ("A10:A12",)):
        assert figures(read_typed(tmp_path, Page(rows, merges=merges))) == {
            "MED01": 12,
            "MED01.language.vi": 10,
            "MED01.language.en": 2,
        }


def test_a_cell_merged_over_the_figures_of_two_lines_is_asked_back(tmp_path: Path) -> None:
    rows = rows_of(line(NEWS, 12), line("Lớp tập huấn, bồi dưỡng", None, "lớp"))
    reading = read_typed(tmp_path, Page(rows, merges=("D10:D11",)))

    assert figures(reading)["MED01"] == "FIGURE_MERGED"


def test_a_line_merged_over_two_rows_is_one_line(tmp_path: Path) -> None:
    rows = rows_of(line(NEWS, 12), [], line("Lớp tập huấn, bồi dưỡng", 1, "lớp"))
    reading = read_typed(tmp_path, Page(rows, merges=("B10:B11", "C10:C11", "D10:D11")))

    assert figures(reading) == {"MED01": 12, "TRN01": 1}


def test_a_statement_of_the_heading_repeated_in_the_table_is_no_figure(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line("Ngày chốt số liệu", date(2026, 6, 8), "ngày"), line(NEWS, 12)))

    assert figures(reading) == {"MED01": 12}
    assert ignored(reading) == {10: "heading_statement"}


# --- what a figure cell says ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (12, 12),
        (12.0, 12),
        ("12", 12),
        ("'12", 12),
        (" 12\u00a0", 12),
        ("１２", 12),
        ("1.234.567", 1234567),
        ("1 234 567", 1234567),
        ("12 tin", 12),
        ("0", 0),
        ("-", "nil"),
        ("–", "nil"),
        ("không phát sinh", "nil"),
        ("KHÔNG CÓ", "nil"),
        ("không áp dụng", "not_applicable"),
        ("không cung cấp", "withheld"),
        ("KXĐ", "missing"),
        ("x", "missing"),
        ("…", "missing"),
        ("1.234", "NUMBER_AMBIGUOUS"),
        ("(5)", "NUMBER_AMBIGUOUS"),
        ("12 (1)", "NUMBER_FOOTNOTE"),
        ("khoảng 120", "NUMBER_HEDGED"),
        ("10 + 2", "NUMBER_UNREADABLE"),
        ("nhiều", "NUMBER_HEDGED"),
        ("mười hai", "NUMBER_UNREADABLE"),
        ("1O", "NUMBER_UNREADABLE"),
        ("12%", "UNIT_CONFLICT"),
        ("12 triệu đồng", "UNIT_CONFLICT"),
        ("1E+11", "PRECISION"),
        ("5/6", "DATE_IN_NUMBER"),
        (date(2026, 6, 5), "DATE_IN_NUMBER"),
        (-3, -3),
        (2.5, "2.5"),
        ("#DIV/0!", "ERROR_CELL"),
        ("=D9+1", "FORMULA_NO_VALUE"),
        (True, "NUMBER_UNREADABLE"),
    ],
)
def test_a_count_is_read_in_every_accepted_form_and_asked_back_in_every_other(
    tmp_path: Path, typed: Any, told: Any
) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, typed), line("Lớp tập huấn, bồi dưỡng", 1, "lớp")))

    assert figures(reading) == {"MED01": told, "TRN01": 1}
    assert cells(reading)["MED01"] == "Sheet1!D10"


@pytest.mark.parametrize(
    ("typed", "unit", "told"),
    [
        (350, "triệu đồng", 350_000_000),
        ("350,5", "triệu đồng", 350_500_000),
        ("350 triệu đồng", "triệu đồng", 350_000_000),
        ("350 trđ", "Tr. đồng", 350_000_000),
        (350_000_000, "đồng", 350_000_000),
        (350_000, "nghìn đồng", 350_000_000),
        ("1,2", "tỷ đồng", 1_200_000_000),
        (350, None, 350_000_000),
        ("1,2 tỷ", "triệu đồng", "UNIT_CONFLICT"),
        ("350 USD", "triệu đồng", "UNIT_CONFLICT"),
        (350, "USD", "UNIT_CONFLICT"),
        (350, "tin, bài", "UNIT_CONFLICT"),
        ("không phát sinh", "USD", "nil"),
    ],
)
def test_money_is_stored_in_dong_whatever_unit_its_line_prints(
    tmp_path: Path, typed: Any, unit: str | None, told: Any
) -> None:
    assert figures(read_typed(tmp_path, rows_of(line(BUDGET, typed, unit)))) == {"BUD02": told}


def test_a_unit_printed_once_above_the_table_or_in_its_header_holds_for_the_money_lines(tmp_path: Path) -> None:
    above = rows_of(
        [NEWS, 12], [BUDGET, 350_000], header=["Nội dung", "Số liệu"], heading=[*HEADING, ["Đơn vị tính: nghìn đồng"]]
    )
    within = rows_of([NEWS, 12], [BUDGET, 350_000], header=["Nội dung", "Số liệu (nghìn đồng)"])
    wrong = rows_of([NEWS, 12], [BUDGET, 350], header=["Nội dung", "Số liệu (triệu USD)"])

    assert figures(read_typed(tmp_path, above)) == {"MED01": 12, "BUD02": 350_000_000}
    assert figures(read_typed(tmp_path, within)) == {"MED01": 12, "BUD02": 350_000_000}
    assert figures(read_typed(tmp_path, wrong)) == {"MED01": 12, "BUD02": "UNIT_CONFLICT"}


def test_the_unit_behind_a_lines_name_has_to_be_the_forms(tmp_path: Path) -> None:
    same = rows_of([f"{BUDGET} (triệu đồng)", 350], header=["Nội dung", "Số liệu"])
    other = rows_of([NEWS, 1], [f"{BUDGET} (đồng)", 350], header=["Nội dung", "Số liệu"])

    assert figures(read_typed(tmp_path, same)) == {"BUD02": 350_000_000}
    assert figures(read_typed(tmp_path, other)) == {"MED01": 1, "?": "LINE_UNKNOWN"}


def test_a_share_printed_for_a_count_is_asked_back(tmp_path: Path) -> None:
    percent = Page(rows_of(line(NEWS, 0.12)), percents=("D10",))

    assert figures(read_typed(tmp_path, percent)) == {"MED01": "UNIT_CONFLICT"}
    assert figures(read_typed(tmp_path, rows_of(line(NEWS, 12, "%")))) == {"MED01": "UNIT_CONFLICT"}


@pytest.mark.parametrize("typed", ["ước 120", "120 (ước)", "Ước đạt: 120"])
def test_an_estimate_is_marked_in_its_cell(tmp_path: Path, typed: str) -> None:
    assert figures(read_typed(tmp_path, rows_of(line(NEWS, typed)))) == {"MED01~": 120}


def test_an_estimate_is_marked_in_the_note_or_by_the_heading(tmp_path: Path) -> None:
    by_note = rows_of(line(NEWS, 120, note="Ước tính đến 30/6"), line("Lớp tập huấn, bồi dưỡng", 1, "lớp"))
    by_heading = rows_of(line(NEWS, 120), heading=[*HEADING, ["Loại số liệu: ước"]])

    assert figures(read_typed(tmp_path, by_note)) == {"MED01~": 120, "TRN01": 1}
    assert figures(read_typed(tmp_path, by_heading)) == {"MED01~": 120}


def test_one_clear_number_settles_what_the_dots_of_its_column_mean(tmp_path: Path) -> None:
    vietnamese = rows_of(line(NEWS, "1.234"), line(BUDGET, "350,5", "triệu đồng"))
    contradicting = rows_of(line(NEWS, "1.234"), line(BUDGET, "350,5", "triệu đồng"), line("Sản phẩm số", "1,234.5"))

    assert figures(read_typed(tmp_path, vietnamese))["MED01"] == 1234
    assert figures(read_typed(tmp_path, contradicting))["MED01"] == "NUMBER_AMBIGUOUS"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("có", 1),
        ("Có", 1),
        (1, 1),
        ("đã ban hành", 1),
        ("không", 0),
        ("KHÔNG", 0),
        (0, 0),
        ("chưa", 0),
        (None, "missing"),
        ("…", "missing"),
        ("không áp dụng", "not_applicable"),
        ("không cung cấp", "withheld"),
        ("x", "CHOICE_UNKNOWN"),
        (2, "CHOICE_UNKNOWN"),
        ("-", "CHOICE_UNKNOWN"),
        ("đang làm", "CHOICE_UNKNOWN"),
        ("không phát sinh", "CHOICE_UNKNOWN"),
        ("#N/A", "ERROR_CELL"),
    ],
)
def test_yes_or_no_is_one_or_nought_and_a_cross_is_asked_back(tmp_path: Path, typed: Any, told: Any) -> None:
    reading = read_typed(tmp_path, rows_of(line(STAFF, typed, "có/không"), line(NEWS, 1)))

    assert figures(reading) == {"STF01": told, "MED01": 1}


def test_a_body_without_a_website_has_nothing_to_link(tmp_path: Path) -> None:
    for typed, told in (("không có trang", "not_applicable"), ("Chưa có trang TTĐT", "not_applicable"), ("không", 0)):
        assert figures(read_typed(tmp_path, rows_of(line(WEBSITE, typed), line(NEWS, 1))))["VNV02"] == told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (2, 2),
        ("2", 2),
        ("2 - lấy ý kiến", 2),
        ("2. Đang lấy ý kiến", 2),
        ("Đang lấy ý kiến", 2),
        ("mốc 4", 4),
        ("2 - đã ban hành", "CHOICE_UNKNOWN"),
        ("2/4", "CHOICE_UNKNOWN"),
        (5, "CHOICE_UNKNOWN"),
    ],
)
def test_a_milestone_is_its_number_its_name_or_both_when_they_agree(tmp_path: Path, typed: Any, told: Any) -> None:
    lead = heading(Mẫu="T-LEAD, phiên bản 2026.1", Đơn="SVHTTDL")
    reading = read_typed(tmp_path, rows_of(line("Quy chế quản lý hoạt động TTĐN: mốc tiến độ", typed), heading=lead))

    assert figures(reading) == {"LEG04": told}


def test_what_the_cell_offers_is_told_without_the_answer_itself(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(STAFF, "để hỏi lại"), line(NEWS, 1)))

    [asked] = [row for row in reading.observations if row.reading_code == "CHOICE_UNKNOWN"]
    assert (asked.raw_text, asked.reading_detail) == ("để hỏi lại", "Có; Không")


# --- the detail sheet ------------------------------------------------------------------------------------------


def test_partners_on_the_detail_sheet_are_known_by_code_name_or_alias(tmp_path: Path) -> None:
    detail = (
        DetailEntry("FDI01", "Nước, vùng lãnh thổ", "Xinh-ga-po", 2),
        DetailEntry("FDI01", "partner", "JP - Nhật Bản", 1),
        DetailEntry("FDI01", "theo nước, vùng lãnh thổ", "KR", 1),
        DetailEntry("FDI01", "partner", "SG - Nhật Bản", 1),
        DetailEntry("FDI01", "partner", "Xứ sở thần tiên", 1),
    )
    reading = read_form(write_report(tmp_path / "a.xlsx", "STC", actual={"FDI01": 4}, detail=detail))

    told = figures(reading)
    assert [told[f"FDI01.partner.{country}"] for country in ("SG", "JP", "KR")] == [2, 1, 1]
    assert told["?"] == ["LINE_UNKNOWN", "LINE_UNKNOWN"]


@pytest.mark.parametrize("place", ["first", "last"])
def test_totals_on_the_detail_sheet_belong_to_the_lines_they_stand_by(tmp_path: Path, place: str) -> None:
    def lines(measure: str, *counts: int) -> list[DetailEntry]:
        members = [
            DetailEntry(measure, "Nước, vùng lãnh thổ", country, count)
            for country, count in zip(("JP", "KR", "SG"), counts, strict=False)
        ]
        total = [DetailEntry("", "", "TỔNG CỘNG", sum(counts))]
        return [*total, *members] if place == "first" else [*members, *total]

    header = ["STT", "Chỉ tiêu", "Phân tổ theo", "Thành phần", "Số liệu"]
    entries = [*lines("FDI01", 3, 1), *lines("FDI03", 2, 2, 2)]
    detail = [header, *([None, each.measure_code, each.axis, each.member, each.actual] for each in entries)]
    main = rows_of(line("Dự án FDI cấp mới", 4, "dự án"), heading=heading(Mẫu="T-FIN, phiên bản 2026.1", Đơn="STC"))
    reading = read_typed(tmp_path, main, Page(detail, name="Chi tiết"))

    assert [(t.measure_code, t.axis_code, t.value) for t in reading.printed_totals] == [
        ("FDI01", "partner", 4),
        ("FDI03", "partner", 6),
    ]


def test_a_measure_and_axis_merged_down_over_their_lines_hold_for_each(tmp_path: Path) -> None:
    detail = [
        ["Mã số", "Phân tổ theo", "Thành phần", "Số liệu"],
        ["MED01", "Chủ đề", "Kinh tế, đầu tư", 4],
        [None, None, "Nhân quyền", 2],
    ]
    page = Page(detail, name="Chi tiết", merges=("A2:A3", "B2:B3"))
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12)), page)

    assert figures(reading) == {"MED01": 12, "MED01.topic.kinh_te_dau_tu": 4, "MED01.topic.nhan_quyen": 2}


# --- encodings and formats ---------------------------------------------------------------------------------------

_WHOLE = rows_of(
    [1, NEWS, "tin, bài", "1.234.567", None],
    line(LANGUAGES, None, None),
    line("- Tiếng Việt", "không phát sinh"),
    line(BUDGET, "350,5", "triệu đồng"),
    line(PLAN, "có", "có/không", "45/KH-UBND ngày 12/3/2026"),
    foot=SIGNATURE,
)
_READ = {"MED01": 1234567, "MED01.language.vi": "nil", "BUD02": 350_500_000, "LEG05": 1}


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("spelling", ["NFC", "NFD", "TCVN3"])
def test_a_sheet_says_the_same_in_every_format_and_encoding(tmp_path: Path, form: str, spelling: str) -> None:
    def spell(text: str) -> str:
        return tcvn3.encode(text) if spelling == "TCVN3" else unicodedata.normalize(spelling, text)

    rows = [[spell(value) if isinstance(value, str) else value for value in row] for row in _WHOLE]
    reading = read_typed(tmp_path, Page(rows), form=form)

    assert figures(reading) == _READ
    assert ("TEXT_REPAIRED" in codes(reading)) == (spelling != "NFC")


@pytest.mark.parametrize("form", ["xls", "ods"])
def test_merges_and_dates_of_the_other_formats_are_understood(tmp_path: Path, form: str) -> None:
    dated = [*HEADING[:6], ["Ngày chốt số liệu", None, date(2026, 6, 8)], []]
    rows = rows_of(
        [None, None, None, "Thực hiện đến ngày chốt", "Ước cả năm"],
        [1, NEWS, "tin, bài", 20, 25],
        header=["STT", "Chỉ tiêu", "ĐVT", "Số liệu", None],
        heading=dated,
    )
    reading = read_typed(tmp_path, Page(rows, merges=("A9:A10", "B9:B10", "C9:C10", "D9:E9")), form=form)

    assert cells(reading) == {"MED01": "Sheet1!D11", "MED01~~": "Sheet1!E11"}
    assert reading.heading is not None
    assert reading.heading.cut_off_date == date(2026, 6, 8)


# --- the heading and the name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "cell"),
    [
        ({"Kỳ": "9 tháng năm 2026"}, "PERIOD_UNKNOWN", "A6"),
        ({"Kỳ": "6 tháng đầu năm"}, "PERIOD_UNKNOWN", "A6"),
        ({"Đơn": "Xã Không Có Thật"}, "BODY_UNKNOWN", "A5"),
        ({"Đơn": "28249 - Phường Mỹ Tho"}, "BODY_UNKNOWN", "A5"),
        ({"Mẫu": "T-COMMUNE, phiên bản 2025.1"}, "TEMPLATE_VERSION", "A4"),
        ({"Mẫu": "T-COMMUNE"}, "TEMPLATE_VERSION", "A4"),
        ({"Mẫu": "Biểu 01"}, "TEMPLATE_UNKNOWN", "A4"),
        ({"Mẫu": "T-DEPT, phiên bản 2026.1"}, "TEMPLATE_WRONG", "A4"),
    ],
)
def test_a_heading_that_cannot_be_trusted_refuses_the_file_and_names_the_cell(
    tmp_path: Path, changes: dict[str, str], code: str, cell: str
) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), heading=heading(**changes)))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.sheet, reading.refusal.cell) == (code, "Sheet1", cell)
    assert reading.observations == ()


def test_every_missing_statement_is_named_at_once(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), heading=HEADING[:4]))

    assert reading.refusal is not None
    assert reading.refusal.code == "HEADING_MISSING"
    assert all(label in reading.refusal.found for label in ("Đơn vị báo cáo", "Kỳ báo cáo", "Ngày chốt số liệu"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [("31/11/2026", "DATE_IMPOSSIBLE"), ("08/06/26", "DATE_SHORT_YEAR"), ("đầu tháng 6", "DATE_UNREADABLE")],
)
def test_a_date_in_the_heading_that_is_none_is_asked_back_with_its_cell(tmp_path: Path, typed: str, code: str) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), heading=heading(Ngày=typed)))

    [told] = [finding for finding in reading.findings if finding.code.startswith("DATE_")]
    assert (told.code, told.cell) == (code, "A7")


def test_the_day_comes_before_the_month(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12), heading=heading(Ngày="03/04/2026")))

    assert reading.heading is not None
    assert reading.heading.cut_off_date == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("BC_2026-NAM_28249.xlsx", True),
        ("Báo cáo năm 2026 - Đạo Thạnh.xlsx", True),
        ("Bao cao ca nam 2026.xlsx", True),
        ("BC_2026-06T_28249.xlsx", False),
        ("Báo cáo 6 tháng đầu năm 2026.xlsx", False),
        ("BC 6T-2026.xlsx", False),
        ("Bao cao 6T dau nam 2026.xlsx", False),
        ("BC tinh den ngay 8 thang 6 nam 2026.xlsx", False),
        ("TTDN Viet Nam 2026.xlsx", False),
        ("Ke hoach nam 2026 va bao cao.xlsx", False),
        ("Bao cao quy II nam 2026.xlsx", False),
        ("2026-06T thay cho 2026-NAM.xlsx", False),
        ("bao cao (1).xlsx", False),
    ],
)
def test_only_a_plain_statement_in_the_file_name_can_contradict_the_period(
    tmp_path: Path, name: str, is_refused: bool
) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12)), name=name)

    assert (reading.refusal is not None and reading.refusal.code == "PERIOD_CONFLICT") == is_refused


def test_a_name_that_says_the_first_half_contradicts_an_annual_report(tmp_path: Path) -> None:
    annual = rows_of(line(NEWS, 12), heading=heading(Kỳ="2026-NAM", Ngày="20/11/2026"))

    for name, is_refused in (("BC 6 thang dau nam 2026.xlsx", True), ("BC 6 thang cuoi nam 2026.xlsx", False)):
        reading = read_typed(tmp_path, annual, name=name)
        assert (reading.refusal is not None) == is_refused


def test_a_form_made_for_another_period_contradicts_what_is_typed_in_it(tmp_path: Path) -> None:
    periods = load_periods()
    assert set(CUT_OFF) <= set(periods)
    retyped = write_report(tmp_path / "a.xlsx", heading={"period": "2026-NAM"})
    reading = read_form(retyped)

    assert reading.refusal is not None
    assert reading.refusal.code == "PERIOD_CONFLICT"


# --- everything is accounted for ---------------------------------------------------------------------------------


def test_the_form_filled_in_gives_every_line_its_figure_and_accounts_for_every_row(tmp_path: Path) -> None:
    figures_given = typical_figures("28249", "2026-06T")
    path = write_report(tmp_path / "a.xlsx")
    reading = read_form(path)

    told = figures(reading)
    assert set(told) == set(figures_given)
    assert reading.findings == ()
    sheet = openpyxl.load_workbook(path)["Báo cáo"]
    for row in reading.observations:
        assert row.axis_code == TOTAL
        assert str(sheet[row.cell].value) == row.raw_text
    accounted = {row.cell.lstrip("ABCDEFGHIJ") for row in reading.observations} | {str(row) for row in ignored(reading)}
    first = min(int(row) for row in accounted)
    filled = {str(row[0].row) for row in sheet.iter_rows(min_row=first) if any(cell.value is not None for cell in row)}
    assert filled <= accounted


def test_the_lines_a_report_leaves_out_are_named_and_not_taken_for_nought(tmp_path: Path) -> None:
    reading = read_typed(tmp_path, rows_of(line(NEWS, 12)))

    [told] = [finding for finding in reading.findings if finding.code == "LINES_ABSENT"]
    asked = load_reference().form_measures("T-COMMUNE", "6T")
    assert told.expected == str(sum(measure.is_required for measure in asked) - 1)
    assert "TRN01" in told.found
