"""Tables found by what their header says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from include.readers.table import (
    HeaderRole,
    Table,
    TableNotFound,
    discover_tables,
    find_table,
    find_tables,
    is_numbering_row,
    read_unit,
)
from tests.unit.reader_files import sheet_of

ROLES = (
    HeaderRole("serial", ("STT", "TT", "Số TT"), required=False),
    HeaderRole("code", ("Mã số", "Mã"), required=False),
    HeaderRole("label", ("Chỉ tiêu", "Nội dung", "Tên chỉ tiêu")),
    HeaderRole("unit", ("Đơn vị tính", "ĐVT"), required=False),
    HeaderRole("value", ("Thực hiện đến ngày chốt", "Thực hiện", "Số liệu")),
    HeaderRole("note", ("Ghi chú",), required=False),
)
HEADER = ["STT", "Mã số", "Chỉ tiêu", "Đơn vị tính", "Thực hiện đến ngày chốt", "Ghi chú"]
BODY = [
    ["1", "MED01", "Tin, bài", "tin, bài", 120, ""],
    ["2", "TRN01", "Số lớp", "lớp", 3, ""],
]


def kinds(table: Table) -> list[tuple[int, str]]:
    """Sheet row and kind of every row that is not blank."""
    return [(row.index + 1, row.kind) for row in table.rows if row.kind != "blank"]


def found(rows: Sequence[Sequence[Any]], *merges: str) -> Table:
    return find_table(sheet_of(rows, merges=merges), ROLES)


def test_a_header_gives_each_role_its_column() -> None:
    table = found([HEADER, *BODY])

    assert table.columns == {"serial": 0, "code": 1, "label": 2, "unit": 3, "value": 4, "note": 5}
    assert kinds(table) == [(2, "record"), (3, "record")]
    assert [row.label for row in table.rows] == ["MED01", "TRN01"]


def test_a_table_may_stand_anywhere_and_its_columns_in_any_order() -> None:
    moved = [["", "", "", *reversed(HEADER)], ["", "", "", *reversed(BODY[0])]]

    table = found([["SỞ TÀI CHÍNH"], [], ["BÁO CÁO"], [], [], *moved])

    assert (table.header_top, table.columns["label"], table.columns["value"]) == (5, 6, 4)
    assert table.title == "SỞ TÀI CHÍNH BÁO CÁO"


def test_a_heading_is_known_by_its_other_names_and_spellings() -> None:
    table = found([["TT", "Nội  dung\n", "ĐVT ", "THỰC HIỆN (triệu đồng)", "GHI CHÚ:"], ["1", "Chi", "đồng", 5, ""]])

    assert table.columns == {"serial": 0, "label": 1, "unit": 2, "value": 3, "note": 4}


def test_a_heading_typed_with_combining_marks_or_in_an_old_font_is_the_same_heading() -> None:
    table = found([["Chi\u0309 tie\u0302u", "§¬n vÞ tÝnh", "Thực hiện"], ["Số lớp", "lớp", 3]])

    assert table.columns == {"label": 0, "unit": 1, "value": 2}


def test_an_unknown_heading_is_reported_and_never_guessed() -> None:
    with pytest.raises(TableNotFound) as caught:
        found([["STT", "Chỉ tiêu", "Kết quả đạt được"], ["1", "Số lớp", 3]])

    assert caught.value.missing == ("value",)
    assert caught.value.nearest == "A1"
    assert caught.value.present == ("STT", "Chỉ tiêu", "Kết quả đạt được")


def test_a_sheet_without_anything_like_the_header_names_all_that_is_missing() -> None:
    with pytest.raises(TableNotFound) as caught:
        found([["Kính gửi: Ủy ban nhân dân tỉnh"], ["Đơn vị xin báo cáo như sau"]])

    assert (caught.value.missing, caught.value.nearest) == (("label", "value"), None)


def test_a_header_merged_over_several_rows_is_one_header() -> None:
    table = found(
        [
            ["STT", "Chỉ tiêu", "Đơn vị tính", "Kỳ báo cáo", ""],
            ["", "", "", "Thực hiện", "Ước cả năm"],
            ["1", "Số lớp", "lớp", 3, 6],
        ],
        "A1:A2",
        "B1:B2",
        "C1:C2",
        "D1:E1",
    )

    assert (table.header_top, table.header_bottom) == (0, 1)
    assert table.labels == {
        0: "STT",
        1: "Chỉ tiêu",
        2: "Đơn vị tính",
        3: "Kỳ báo cáo Thực hiện",
        4: "Kỳ báo cáo Ước cả năm",
    }
    assert table.columns["value"] == 3
    assert kinds(table) == [(3, "record")]


def test_a_heading_split_over_rows_without_merges_is_joined() -> None:
    table = found(
        [
            ["S", "Chỉ", "Đơn vị", "Thực hiện"],
            ["T", "tiêu", "tính", "đến ngày"],
            ["T", "", "", "chốt"],
            ["1", "Số lớp", "lớp", 3],
        ]
    )

    assert table.columns == {"serial": 0, "label": 1, "unit": 2, "value": 3}
    assert table.header_bottom == 2


def test_a_unit_under_the_heading_belongs_to_it() -> None:
    table = found([["Chỉ tiêu", "Số liệu"], ["", "(triệu đồng)"], ["Chi", 5]])

    assert (table.columns, table.header_bottom) == ({"label": 0, "value": 1}, 0)
    assert table.labels[1] in ("Số liệu", "Số liệu (triệu đồng)")


@pytest.mark.parametrize(
    "numbers",
    [
        ["A", "B", "C", "1", "2", "3"],
        ["A", "B", 1, 2, "3=1+2", "4"],
        ["(1)", "(2)", "(3)", "(4)", "(5)=(3)+(4)", "(6)"],
        [1, 2, 3, "4=5+6", 5, 6],
        ["A", "B", "", "1", "", "2"],
        ["A", "B", "1=2+7", "2=3+6", "7", "9=10+…+19"],
    ],
)
def test_column_numbers_are_no_record(numbers: list[object]) -> None:
    table = found([HEADER, numbers, *BODY])

    assert kinds(table) == [(2, "numbering"), (3, "record"), (4, "record")]


@pytest.mark.parametrize(
    "cells", [["1", "2"], ["1", "Số lớp", "3"], ["5", "7", "9"], ["12"], ["3", "1", "2"], ["A"], ["I", "Chi"]]
)
def test_figures_and_serial_numbers_are_no_column_numbers(cells: list[str]) -> None:
    assert not is_numbering_row(cells)


def test_a_header_repeated_on_the_next_page_continues_the_table() -> None:
    rows = [HEADER, ["A", "B", "C", "1", "2", "3"], BODY[0], [], HEADER, ["A", "B", "C", "1", "2", "3"], BODY[1]]

    tables = find_tables(sheet_of(rows), ROLES)

    assert [kinds(table) for table in tables] == [
        [(2, "numbering"), (3, "record"), (5, "repeated_header"), (6, "numbering"), (7, "record")]
    ]


def test_a_header_of_two_rows_repeated_is_repeated_in_both() -> None:
    header = [["Chỉ tiêu", "Kỳ báo cáo"], ["", "Thực hiện"]]

    table = found([*header, ["Số lớp", 3], *header, ["Số tin", 5]])

    assert kinds(table) == [(3, "record"), (4, "repeated_header"), (5, "repeated_header"), (6, "record")]


def test_another_header_starts_another_table() -> None:
    second = ["Chỉ tiêu", "Số liệu", "Ghi chú"]

    tables = find_tables(sheet_of([HEADER, *BODY, [], second, ["Số đoàn", 4, ""]]), ROLES)

    assert [(table.header_top, kinds(table)) for table in tables] == [
        (0, [(2, "record"), (3, "record")]),
        (4, [(6, "record")]),
    ]


@pytest.mark.parametrize(
    "label",
    [
        "TỔNG CỘNG",
        "Tổng số",
        "Cộng",
        "CỘNG:",
        "TỔNG SỐ (A+B+C)",
        "Tổng số - Total",
        "TOÀN QUỐC",
        "CẢ NƯỚC ",
        "Tổng số\nTotal",
    ],
)
def test_a_total_is_known_first_or_last(label: str) -> None:
    total = ["", "", label, "", 123, ""]

    assert kinds(found([HEADER, total, *BODY]))[0] == (2, "total")
    assert kinds(found([HEADER, *BODY, total]))[-1] == (4, "total")


@pytest.mark.parametrize(
    "label", ["Tổng số văn bản đã ban hành", "Cộng đồng người Việt ở nước ngoài", "Cộng dồn", "Tổng cục Du lịch"]
)
def test_a_measure_that_begins_like_a_total_is_a_record(label: str) -> None:
    assert kinds(found([HEADER, ["1", "", label, "", 5, ""]])) == [(2, "record")]


def test_of_which_lines_are_headings_unless_they_carry_a_figure() -> None:
    table = found(
        [
            HEADER,
            BODY[0],
            ["", "", "Trong đó, theo ngôn ngữ:", "", "", ""],
            ["", "", "Tiếng Việt", "", 100, ""],
            ["", "", "Trong đó: tiếng Anh", "", 20, ""],
            ["", "", "Phân theo nền tảng", "", "", ""],
        ]
    )

    assert kinds(table) == [(2, "record"), (3, "heading"), (4, "record"), (5, "record"), (6, "heading")]


def test_a_banner_merged_over_the_table_is_a_heading() -> None:
    table = found([HEADER, ["I. VĂN BẢN", "", "", "", "", ""], *BODY], "A2:F2")

    assert kinds(table) == [(2, "heading"), (3, "record"), (4, "record")]


def test_a_line_left_empty_by_the_reporter_is_still_a_record() -> None:
    assert kinds(found([HEADER, ["1", "MED01", "Tin, bài", "tin, bài", "", ""]])) == [(2, "record")]


def test_empty_rows_inside_the_table_end_nothing() -> None:
    assert kinds(found([HEADER, BODY[0], [], [], [], BODY[1]])) == [(2, "record"), (6, "record")]


def test_notes_date_and_signatures_below_are_notes() -> None:
    table = found(
        [
            HEADER,
            *BODY,
            [],
            ["Ghi chú: số liệu tính đến ngày chốt", "", "", "", "", ""],
            ["- Chưa gồm số liệu của đơn vị trực thuộc", "", "", "", "", ""],
            ["", "", "", "Đồng Tháp, ngày 10 tháng 6 năm 2026", "", ""],
            ["NGƯỜI LẬP BIỂU", "", "", "THỦ TRƯỞNG ĐƠN VỊ", "", ""],
            ["(Ký, họ tên)", "", "", "(Ký tên, đóng dấu)", "", ""],
            [],
            ["Nguyễn Văn A", "", "", "Trần Thị B", "", ""],
            ["Nơi nhận:", "", "", "", "", ""],
            ["- Như trên;", "", "", "", "", ""],
        ]
    )

    assert kinds(table) == [(2, "record"), (3, "record"), *((row, "note") for row in (5, 6, 7, 8, 9, 11, 12, 13))]
    assert all(row.label == "" for row in table.rows_of("note"))


def test_a_record_below_a_note_is_not_lost() -> None:
    assert kinds(found([HEADER, BODY[0], ["Ghi chú: tạm tính", "", "", "", "", ""], BODY[1]])) == [
        (2, "record"),
        (3, "note"),
        (4, "record"),
    ]


def test_a_note_in_the_notes_column_is_no_note_row() -> None:
    assert kinds(found([HEADER, ["1", "", "Số lớp", "lớp", 3, "Ghi chú: tạm tính"]])) == [(2, "record")]


def test_a_measure_about_notes_or_reporters_is_a_record() -> None:
    rows = [["1", "", "Nguồn xã hội hóa", "triệu đồng", 5, ""], ["2", "", "Người lập trang thông tin", "người", 2, ""]]

    assert [kind for _, kind in kinds(found([HEADER, *rows]))] == ["record", "record"]


def test_the_unit_printed_above_is_told_with_its_cell() -> None:
    table = found([["BÁO CÁO"], ["", "", "", "", "Đơn vị tính: Triệu đồng"], HEADER, *BODY])

    assert table.unit_line is not None
    assert (table.unit_line.unit, table.unit_line.text, table.unit_line.cell) == (
        "Triệu đồng",
        "Đơn vị tính: Triệu đồng",
        "E2",
    )


def test_a_column_of_units_is_no_unit_of_the_whole_table() -> None:
    assert found([["Đơn vị báo cáo", "Sở Tài chính"], HEADER, *BODY]).unit_line is None


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        ("Đơn vị tính: Tỷ đồng", "Tỷ đồng"),
        (" " * 56 + "Đơn vị tính: Tỷ đồng", "Tỷ đồng"),
        ("ĐVT: triệu đồng", "triệu đồng"),
        ("Đơn vị: Triệu đồng.", "Triệu đồng"),
        ("(Triệu USD)", "Triệu USD"),
        ("Nghìn tấn; Triệu USD", "Nghìn tấn; Triệu USD"),
        ("Tỷ đồng - Billions of dong", "Tỷ đồng - Billions of dong"),
        ("%", "%"),
        ("Đơn vị: Sở Tài chính", None),
        ("Đơn vị báo cáo: UBND xã Tân Thành", None),
        ("Đơn vị tính", None),
        ("Chi tại các tỉnh, thành phố", None),
        ("THỦ TRƯỞNG ĐƠN VỊ", None),
    ],
)
def test_a_unit_is_known_from_its_wording(cell: str, unit: str | None) -> None:
    assert read_unit(cell) == unit


def test_an_error_cell_counts_as_a_figure_of_its_row() -> None:
    sheet = sheet_of([["Chỉ tiêu", "Số liệu"], ["Trong đó: chi", ""]], errors={"B2": "#REF!"})

    assert kinds(find_table(sheet, ROLES)) == [(2, "record")]


# --- without roles --------------------------------------------------------------------------------------


def test_a_table_nobody_described_is_found_under_its_title_and_unit() -> None:
    (table,) = discover_tables(
        sheet_of(
            [
                ["25. Đầu tư nước ngoài được cấp phép đến 31/12/2024"],
                [],
                ["", "", "", "Triệu USD"],
                ["", "", "Số dự án", "Vốn đăng ký"],
                ["", "", "(Dự án)", "cấp mới"],
                [],
                ["TỔNG SỐ", "", 3375, 19731.07],
                ["Phân theo một số địa phương"],
                ["", "Tiền Giang", 12, -9.5],
            ]
        )
    )

    assert table.labels == {2: "Số dự án (Dự án)", 3: "Vốn đăng ký cấp mới"}
    assert (table.header_top, table.header_bottom) == (3, 4)
    assert table.unit_line is not None
    assert table.unit_line.cell == "D3"
    assert (table.title, table.title_cell) == ("25. Đầu tư nước ngoài được cấp phép đến 31/12/2024", "A1")
    assert kinds(table) == [(7, "total"), (8, "heading"), (9, "record")]


def test_years_in_a_header_are_headings_and_no_figures() -> None:
    (table,) = discover_tables(sheet_of([["Chỉ tiêu", 2023, 2024, "Ước 2025"], ["Dân số", 5, 6, 7]]))

    assert table.labels == {0: "Chỉ tiêu", 1: "2023", 2: "2024", 3: "Ước 2025"}
    assert kinds(table) == [(2, "record")]


def test_two_tables_below_each_other_are_two() -> None:
    tables = discover_tables(
        sheet_of(
            [
                ["", "Hành khách", "Luân chuyển"],
                ["Đường sắt", 5, 6],
                ["Đường biển", 7, 8],
                [],
                ["", "Nghìn tấn", "Triệu tấn.km"],
                ["Đường sắt", 1, 2],
            ]
        )
    )

    assert [(table.header_top, table.labels[1], len(table.rows_of("record"))) for table in tables] == [
        (0, "Hành khách", 2),
        (4, "Nghìn tấn", 1),
    ]


def test_a_letter_has_no_table() -> None:
    assert discover_tables(sheet_of([["Kính gửi: Sở Văn hóa"], ["Năm 2026"], [2026]])) == ()
