"""The monthly book of the statistics office: what is read, what is asked back, and what only looks like it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from include.model import CapitalFlow, Reading
from include.sources.nso_fdi.read import read_file
from include.sources.nso_fdi.sample_book import MARK, SAMPLE_PATH, SECTIONS, write_sample_book
from include.sources.nso_fdi.title import Window, is_fdi_title, read_window
from include.vietnamese import tcvn3


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, datetime(2026, 11, 2, tzinfo=UTC))


def values(reading: Reading, measure: str, axis: str = "total") -> dict[str, str | None]:
    return {
        row.member: None if row.value is None else format(row.value, "f")
        for row in reading.capital_flows
        if (row.measure, row.axis) == (measure, axis)
    }


def row_of(reading: Reading, member: str, measure: str) -> CapitalFlow:
    [found] = [row for row in reading.capital_flows if (row.member, row.measure) == (member, measure)]
    return found


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


def test_the_sample_reads_to_the_cell_and_is_marked_synthetic() -> None:
    reading = read(SAMPLE_PATH)
    row = row_of(reading, "Tây Ninh", "capital_adjusted")

    assert (str(row.value), row.value_state, row.unit, row.cell) == ("-15750000", "reported", "USD", "'12. FDI '!E10")
    assert (row.window_start, row.window_end, row.as_of_date) == (
        date(2026, 1, 1),
        date(2026, 10, 20),
        date(2026, 10, 20),
    )
    assert row.is_cumulative
    assert openpyxl.load_workbook(SAMPLE_PATH)["12. FDI "]["G1"].value == MARK


def test_every_row_of_the_sheet_is_a_figure_or_ignored_by_a_declared_rule() -> None:
    reading = read(SAMPLE_PATH)

    assert len(reading.capital_flows) == 7 * 3
    assert [(row.row_number, row.rule_code) for row in reading.ignored_rows] == [
        (8, "heading_row"),
        (12, "heading_row"),
        (17, "note_or_signature"),
    ]
    assert reading.received_count == 21 + 3


def test_a_blank_is_missing_a_zero_is_zero_and_a_dash_is_nothing() -> None:
    reading = read(SAMPLE_PATH)
    blank = row_of(reading, "Cà Mau", "capital_adjusted")
    dash = row_of(reading, "Đặc khu hành chính Hồng Kông (TQ)", "capital_adjusted")
    zero = row_of(reading, "Ôx -trây-li- a", "capital_adjusted")

    assert (blank.value, blank.value_state) == (None, "missing")
    assert (str(dash.value), dash.value_state) == ("0", "nil")
    assert (str(zero.value), zero.value_state) == ("0", "reported")


@pytest.mark.parametrize(
    ("printed", "whole"),
    [
        (19731.075597449995, "19731075597"),
        (0.0000005, "1"),
        (0.0000004, "0"),
        (-44.37238159375, "-44372382"),
        (172.81230299999999, "172812303"),
        ("1.234,5", "1234500000"),
    ],
)
def test_money_is_rounded_half_up_to_the_whole_dollar_after_fifteen_digits(
    tmp_path: Path, printed: object, whole: str
) -> None:
    reading = read(write_sample_book(tmp_path / "a.xlsx", total=(100, 1000, printed)))

    assert values(reading, "capital_adjusted") == {"total": whole}


@pytest.mark.parametrize(
    ("unit_line", "factor"),
    [("Nghìn USD", 1_000), ("Đơn vị tính: Triệu USD", 1_000_000), ("1000 USD", 1_000), ("USD", 1)],
)
def test_the_unit_line_says_what_a_figure_is_worth(tmp_path: Path, unit_line: str, factor: int) -> None:
    reading = read(write_sample_book(tmp_path / "a.xlsx", unit_line=unit_line, total=(100, 3200, None)))

    assert values(reading, "capital_new") == {"total": str(3200 * factor)}
    assert values(reading, "projects_new") == {"total": "100"}


def test_the_unit_may_stand_in_the_heading_of_the_column(tmp_path: Path) -> None:
    headings = (("Số dự án", "(Dự án)"), ("Số vốn đăng ký", "(Nghìn USD)"))
    book = write_sample_book(tmp_path / "a.xlsx", headings=headings, unit_line=None, total=(9, 3200), sections={})

    assert values(read(book), "capital_new") == {"total": "3200000"}


def test_a_part_of_a_column_has_the_unit_of_the_column_to_its_left(tmp_path: Path) -> None:
    headings = (("Số dự án", "(Dự án)"), ("Số vốn đăng ký (Triệu USD)", "Tổng số"), ("", "Trong đó: Vốn điều lệ"))
    book = write_sample_book(tmp_path / "a.xlsx", headings=headings, unit_line=None, total=(9, 32, 4.5), sections={})

    assert values(read(book), "capital_charter") == {"total": "4500000"}


def test_two_units_for_one_column_are_asked_back(tmp_path: Path) -> None:
    headings = (("Số dự án", "(Dự án)"), ("Số vốn đăng ký", "(Nghìn USD)"))
    book = write_sample_book(
        tmp_path / "a.xlsx", headings=headings, unit_line="Triệu USD", total=(9, 3200), sections={}
    )

    assert refusal(book) == "FDI_UNIT_CONFLICT"


def refusal(book: Path) -> str | None:
    refused = read(book).refusal
    return refused.code if refused else None


def test_a_money_column_without_a_unit_is_refused(tmp_path: Path) -> None:
    assert refusal(write_sample_book(tmp_path / "a.xlsx", unit_line=None)) == "FDI_UNIT_MISSING"


def test_a_heading_over_figures_that_no_one_declared_holds_the_book(tmp_path: Path) -> None:
    headings = (("Số dự án", "(Dự án)"), ("Vốn đăng ký", "cấp mới"), ("Vốn", "giải ngân"))

    assert refusal(write_sample_book(tmp_path / "a.xlsx", headings=headings)) == "FDI_COLUMN_UNKNOWN"


def test_an_undeclared_heading_over_an_empty_column_harms_nobody(tmp_path: Path) -> None:
    headings = (("Số dự án", "(Dự án)"), ("Vốn đăng ký", "cấp mới"), ("Ghi", "chú"))
    book = write_sample_book(tmp_path / "a.xlsx", headings=headings, total=(1, 2), sections={})

    assert refusal(book) is None


@pytest.mark.parametrize(
    ("title", "window"),
    [
        ("... được cấp phép từ 01/01- 20/12/2018", ("2018-01-01", "2018-12-20")),
        ("... từ 01/01- 20/8/2020", ("2020-01-01", "2020-08-20")),
        ("... từ ngày 01/01/2004 đến ngày 20/11/2004", ("2004-01-01", "2004-11-20")),
        ("... từ 1/1 – 31/5/2026", ("2026-01-01", "2026-05-31")),
    ],
)
def test_the_window_is_read_from_the_title(title: str, window: tuple[str, str]) -> None:
    assert read_window(title) == Window(*map(date.fromisoformat, window))


@pytest.mark.parametrize(
    "title",
    [
        "... 11 tháng năm 2024",
        "... từ 01/01- 31/11/2024",
        "... từ 01/01- 20/12/24",
        "... từ 20/12/2024- 01/01/2024",
        "... tháng 12/2024",
    ],
)
def test_a_window_that_is_not_written_out_is_never_guessed(tmp_path: Path, title: str) -> None:
    assert read_window(title) is None
    book = write_sample_book(tmp_path / "a.xlsx", title=f"12. Đầu tư nước ngoài vào Việt Nam được cấp phép {title}")
    assert refusal(book) == "FDI_WINDOW_UNREADABLE"


@pytest.mark.parametrize(
    ("title", "is_ours"),
    [
        ("16. Đầu tư trực tiếp của nước ngoài được cấp phép từ 01/01- 19/12/2008", True),
        ("Đầu tư trực tiếp nước ngoài được cấp giấy phép", True),
        ("26. Đầu tư của Việt Nam ra nước ngoài được cấp phép từ 01/01- 20/12/2024", False),
        ("Khu vực có vốn đầu tư trực tiếp nước ngoài", False),
        ("Vốn đầu tư thực hiện toàn xã hội", False),
    ],
)
def test_investment_into_the_country_is_told_from_what_resembles_it(title: str, is_ours: bool) -> None:
    assert is_fdi_title(title) is is_ours


def test_a_title_over_two_rows_is_one_title(tmp_path: Path) -> None:
    book = write_sample_book(
        tmp_path / "a.xlsx", title=["5. Đầu tư trực tiếp của nước ngoài", "được cấp phép từ 01/01- 20/10/2026"]
    )

    assert {row.window_end for row in read(book).capital_flows} == {date(2026, 10, 20)}


def test_a_book_in_the_old_font_encoding_is_read_and_said_to_be(tmp_path: Path) -> None:
    book = write_sample_book(
        tmp_path / "a.xlsx", unit_line="Nghìn USD", title=SAMPLE_TITLE_2004, sections=SECTIONS_2004
    )
    workbook = openpyxl.load_workbook(book)
    for row in workbook["12. FDI "].iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = tcvn3.encode(cell.value)
    workbook.save(book)
    reading = read(book)

    assert values(reading, "capital_new", "locality") == {"Tiền Giang": "3200000"}
    assert row_of(reading, "Tiền Giang", "capital_new").member_code == "82"
    assert codes(reading) == ["TEXT_REPAIRED"]


SAMPLE_TITLE_2004 = "5. Đầu tư trực tiếp của nước ngoài được cấp phép từ 01/01- 20/12/2004"
SECTIONS_2004 = {"Phân theo một số địa phương": {"Tiền Giang": (1, 3200, None)}}


def test_a_name_in_decomposed_letters_is_the_same_province(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Tiền Giang")
    book = write_sample_book(
        tmp_path / "a.xlsx",
        title="25. Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/12/2018",
        sections={"Phân theo một số địa phương": {decomposed: (4, 10, 1)}},
    )
    row = row_of(read(book), "Tiền Giang", "capital_new")

    assert (row.member_code, unicodedata.is_normalized("NFC", row.member)) == ("82", True)


def test_a_footnote_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    book = write_sample_book(
        tmp_path / "a.xlsx", sections={"Phân theo một số nước và vùng lãnh thổ": {"Xin-ga-po (*)": (4, 10, 1)}}
    )

    assert row_of(read(book), "Xin-ga-po", "capital_new").member_code == "SG"


def test_an_unknown_name_is_asked_back_with_the_nearest_known(tmp_path: Path) -> None:
    book = write_sample_book(
        tmp_path / "a.xlsx",
        sections={"Phân theo một số nước và vùng lãnh thổ": {"Xin-ga-pua": (4, 10, 1), "Lào": (1, 2, 3)}},
    )
    reading = read(book)
    row = row_of(reading, "Xin-ga-pua", "capital_new")

    assert (row.value_state, row.value, row.reading_code) == ("unreadable", None, "FDI_NAME_UNKNOWN")
    assert "Xin-ga-po" in (row.reading_detail or "")
    assert row_of(reading, "Lào", "capital_new").value_state == "reported"


def test_a_province_that_no_longer_exists_on_that_day_is_not_taken_for_its_successor(tmp_path: Path) -> None:
    book = write_sample_book(tmp_path / "a.xlsx", sections={"Phân theo một số địa phương": {"Tiền Giang": (4, 10, 1)}})

    assert row_of(read(book), "Tiền Giang", "capital_new").reading_code == "FDI_NAME_UNKNOWN"


def test_a_section_nobody_declared_is_asked_back(tmp_path: Path) -> None:
    book = write_sample_book(tmp_path / "a.xlsx", sections={"Phân theo hình thức đầu tư": {"Liên doanh": (4, 10, 1)}})
    reading = read(book)

    assert codes(reading) == ["FDI_SECTION_UNKNOWN", "FDI_ROW_WITHOUT_SECTION"]
    assert values(reading, "capital_new") == {"total": "1000075597"}


def test_sectors_keep_the_names_of_the_book(tmp_path: Path) -> None:
    sections = {"Phân theo ngành kinh tế": {"Công nghiệp chế biến, chế tạo": (4, 10, 1)}}
    row = row_of(read(write_sample_book(tmp_path / "a.xlsx", sections=sections)), *NAME_OF_SECTOR)

    assert (row.axis, row.member_code) == ("sector", None)


NAME_OF_SECTOR = ("Công nghiệp chế biến, chế tạo", "capital_new")


def test_a_table_without_its_total_is_held(tmp_path: Path) -> None:
    assert codes(read(write_sample_book(tmp_path / "a.xlsx", total=None))) == ["FDI_TOTAL_MISSING"]


def test_a_hidden_investment_sheet_is_left_alone_and_said_to_be(tmp_path: Path) -> None:
    reading = read(write_sample_book(tmp_path / "a.xlsx", is_hidden=True))

    assert reading.refusal is not None
    assert (reading.refusal.code, codes(reading)) == ("FDI_SHEET_NOT_FOUND", ["FDI_SHEET_HIDDEN"])


def test_a_formula_error_is_asked_back_and_never_a_missing_figure(tmp_path: Path) -> None:
    book = write_sample_book(tmp_path / "a.xlsx", sections=with_figures("Lào", (1, "#REF!", 3)))
    row = row_of(read(book), "Lào", "capital_new")

    assert (row.value_state, row.reading_code) == ("unreadable", "ERROR_CELL")


def with_figures(country: str, figures: Sequence[object]) -> dict[str, dict[str, Sequence[object]]]:
    return {"Phân theo một số nước và vùng lãnh thổ": {country: figures}}


def test_half_a_project_is_asked_back(tmp_path: Path) -> None:
    book = write_sample_book(tmp_path / "a.xlsx", sections=with_figures("Lào", (1.5, 2, 3)))

    assert row_of(read(book), "Lào", "projects_new").reading_code == "FDI_COUNT_NOT_WHOLE"


def test_a_book_marked_secret_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    reading = read(write_sample_book(tmp_path / "a.xlsx", footnote="TUYỆT MẬT"))

    assert reading == Reading(heading=None, refusal=reading.refusal)
    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.found) == ("SECRET", "")


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text("không phải bảng tính", encoding="utf-8")

    assert refusal(path) == "TYPE_MISMATCH"


def test_the_sample_is_what_the_script_writes(tmp_path: Path) -> None:
    written = read(write_sample_book(tmp_path / "a.xlsx"))

    assert [row.value for row in written.capital_flows] == [row.value for row in read(SAMPLE_PATH).capital_flows]
    assert len(SECTIONS) == 2
