"""What a clerk writes into a workbook is what is read out of it, or is asked back; it never becomes something else.

Every value goes through a real file (.xlsx, .xls, .ods) and the whole reader, not through a parsing function alone.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from include.model import Reading
from include.reference import load_reference
from include.sources.agency_reports.read import read_file
from include.vietnamese.text import strip_accents
from tests.sources.typed import NOW, key_of, read_typed

SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FORMS = st.sampled_from(["xlsx", "xls", "ods"])
MILLION = Decimal(1_000_000)

HEADER = ["STT", "Mã số", "Chỉ tiêu", "Đơn vị tính", "Số liệu", "Ghi chú"]
MONEY_LINES = [
    "BUD01",
    *(f"BUD01.source.{source}" for source in ("nsnn_tinh", "nsnn_xa", "xa_hoi_hoa", "hop_phap_khac")),
    "BUD02",
    *(f"BUD02.source.{source}" for source in ("nsnn_tinh", "nsnn_xa", "xa_hoi_hoa", "hop_phap_khac")),
]

amounts = st.one_of(
    st.decimals(min_value=0, max_value=10**7, places=0),
    st.decimals(min_value=0, max_value=10**4, places=1),
    st.decimals(min_value=0, max_value=10**4, places=3),
    st.sampled_from([Decimal(1000), Decimal(1234), Decimal("1.5"), Decimal("0.5"), Decimal("1.234"), Decimal(0)]),
).map(abs)


def heading_of(unit: str = "28249 - Phường Đạo Thạnh", cut_off: object = "08/06/2026") -> list[list[Any]]:
    return [
        ["Mẫu số:", "T-COMMUNE, phiên bản 2026.1"],
        ["Đơn vị báo cáo:", unit],
        ["Kỳ báo cáo:", "2026-06T"],
        ["Ngày chốt số liệu:", cut_off],
        [],
    ]


def read_cells(cells: list[Any], form: str, unit: str = "triệu đồng") -> Reading:
    """The reading of a workbook with those cells in the lines of MONEY_LINES, in a column of that unit."""
    lines = [
        [None, code, f"Dòng {number}", unit, cell, None]
        for number, (code, cell) in enumerate(zip(MONEY_LINES, cells, strict=False))
    ]
    with tempfile.TemporaryDirectory() as folder:
        return read_typed(Path(folder), [*heading_of(), HEADER, *lines], form=form)


def told(reading: Reading, code: str) -> tuple[str, Decimal | None]:
    """State, or the code the line is asked back with, and its value in whole đồng."""
    assert reading.refusal is None, reading.refusal
    [row] = [row for row in reading.observations if key_of(row) == code]
    return row.reading_code or row.value_state, row.value


# Numbers


def group(digits: str, mark: str) -> str:
    return f"{int(digits):,}".replace(",", mark)


def write(value: Decimal, style: str) -> Any:
    """The amount as a clerk of that habit writes it."""
    if style == "number":
        return float(value)
    whole, _, part = format(value, "f").partition(".")
    thousand, decimal = {
        "dots": (".", ","),
        "commas": (",", "."),
        "spaces": (" ", ","),
        "unbreakable": ("\u00a0", ","),
        "bare comma": ("", ","),
        "bare point": ("", "."),
        "full width": (".", ","),
    }[style]
    text = group(whole, thousand) + (decimal + part if part else "")
    if style == "full width":
        return "".join(chr(ord(character) + 0xFEE0) for character in text)
    return text


def readings(text: str) -> set[Decimal]:
    """Every number a text may stand for: with points for thousands, and with commas for them."""
    found = set()
    for thousand, decimal in ((r"\.", ","), (",", r"\.")):
        pattern = rf"(\d{{1,3}}(?:{thousand}\d{{3}})+|\d+)(?:{decimal}(\d+))?"
        match = re.fullmatch(pattern, text.replace(" ", "").replace("\u00a0", ""))
        if match:
            found.add(Decimal(re.sub(r"[.,]", "", match[1]) + "." + (match[2] or "0")))
    return found


STYLES = ["number", "dots", "commas", "spaces", "unbreakable", "bare comma", "bare point", "full width"]


@SOME
@given(st.lists(amounts, min_size=1, max_size=10), st.sampled_from(STYLES), FORMS)
def test_a_number_written_by_one_habit_is_read_as_it_is_or_asked_where_it_may_be_two(values, style, form):
    cells = [write(value, style) for value in values]
    reading = read_cells(cells, form)

    for code, value, cell in zip(MONEY_LINES, values, cells, strict=False):
        state, read = told(reading, code)
        if state == "reported":
            assert read == value * MILLION, (cell, read)
            continue
        assert (state, read) == ("NUMBER_AMBIGUOUS", None), (cell, state)
        plain = unicodedata.normalize("NFKC", cell)
        # A single point before one or two digits is a decimal to one clerk and a slip for a comma to the next.
        assert len(readings(plain)) > 1 or re.fullmatch(r"\d{1,3}\.\d{1,2}", plain), cell


@SOME
@given(st.lists(st.tuples(amounts, st.sampled_from(STYLES)), min_size=2, max_size=10), FORMS)
def test_however_habits_are_mixed_no_number_becomes_one_its_text_cannot_mean(written, form):
    cells = [write(value, style) for value, style in written]
    reading = read_cells(cells, form)

    for code, (value, style), cell in zip(MONEY_LINES, written, cells, strict=False):
        state, read = told(reading, code)
        if style == "number":
            assert (state, read) == ("reported", value * MILLION)
        elif state == "reported":
            assert read is not None
            assert read / MILLION in readings(unicodedata.normalize("NFKC", cell)), (cell, read)
        else:
            assert (state, read) == ("NUMBER_AMBIGUOUS", None), (cell, state)


@SOME
@given(st.lists(amounts, min_size=1, max_size=6), FORMS)
def test_one_number_that_can_be_read_one_way_settles_the_others_of_its_column(values, form):
    cells = [*(write(value, "dots") for value in values), "1.234.567,5"]
    reading = read_cells(cells, form)

    assert [told(reading, code) for code in MONEY_LINES[: len(cells)]] == [
        ("reported", value * MILLION) for value in (*values, Decimal("1234567.5"))
    ]


MARKS = {
    **dict.fromkeys(("-", "–", "—", "không phát sinh", "KPS"), "nil"),
    **dict.fromkeys(("x", "…", "...", "KXĐ", "chưa có số liệu"), "missing"),
    "không áp dụng": "not_applicable",
    "không cung cấp": "withheld",
    **dict.fromkeys(("chưa có", "1O", "l2", "NaN", "inf", "mấy chục", "0012"), "NUMBER_UNREADABLE"),
    **dict.fromkeys(("5/6", "1/6/2026", "tháng 6"), "DATE_IN_NUMBER"),
    **dict.fromkeys(("12%", "3 tỷ", "5 USD", "7 người", "12a"), "UNIT_CONFLICT"),
    **dict.fromkeys(("(5)", "- 5", "5-"), "NUMBER_AMBIGUOUS"),
    **dict.fromkeys(("khoảng 10", "3-5", "trên 20"), "NUMBER_HEDGED"),
    **dict.fromkeys(("1,5E+15", "12345678901234567"), "PRECISION"),
    "12 (1)": "NUMBER_FOOTNOTE",
}


@SOME
@given(st.lists(st.one_of(st.sampled_from(sorted(MARKS)), st.integers(0, 10**9)), min_size=1, max_size=9), FORMS)
def test_nothing_changes_its_kind_a_mark_stays_a_mark_and_a_number_a_number(cells, form):
    reading = read_cells([*cells, 7], form)

    for code, cell in zip(MONEY_LINES, cells, strict=False):
        state, value = told(reading, code)
        if isinstance(cell, int):
            assert (state, value) == ("reported", cell * MILLION)
        else:
            assert state == MARKS[cell], cell
            assert value == (Decimal(0) if state == "nil" else None), cell


@SOME
@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), FORMS)
def test_a_true_date_is_never_taken_for_a_figure(day, form):
    state, value = told(read_cells([day], form), "BUD01")

    assert (state, value) == ("DATE_IN_NUMBER", None)


# Units

UNITS = {
    **dict.fromkeys(("đồng", "Đồng", "VNĐ", "VND", "đ", "ĐVT: đồng", "đồng Việt Nam"), Decimal(1)),
    **dict.fromkeys(("nghìn đồng", "ngàn đồng", "1.000 đồng", "1000đ", "Nghìn VNĐ"), Decimal(1000)),
    **dict.fromkeys(("triệu đồng", "Triệu đồng.", "tr. đồng", "trđ", "triệu VND", "Đơn vị tính: triệu đồng"), MILLION),
    **dict.fromkeys(("tỷ đồng", "tỉ đồng", "tỷ VNĐ", "Tỷ đ"), MILLION * 1000),
    **dict.fromkeys(("nghìn tỷ đồng",), MILLION * MILLION),
    **dict.fromkeys(("triệu USD", "USD", "US$", "%", "triệu", "nghìn", "tin, bài", "nghìn đồng hoặc USD"), None),
}


@SOME
@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)), FORMS)
def test_a_figure_is_taken_in_the_unit_printed_beside_it_or_asked(value, unit, form):
    factor = UNITS[unit]
    state, read = told(read_cells([value], form, unit), "BUD01")

    assert (state, read) == (("UNIT_CONFLICT", None) if factor is None else ("reported", value * factor))


@SOME
@given(st.integers(1, 999), st.sampled_from(sorted(UNITS)), FORMS)
def test_a_unit_typed_into_the_cell_is_taken_only_when_it_is_the_columns_own(value, unit, form):
    state, read = told(read_cells([f"{value} {unit}"], form), "BUD01")

    if state == "reported":
        assert read == value * MILLION
        assert UNITS[unit] == MILLION or unit == "triệu"
    else:
        assert read is None
        assert UNITS[unit] != MILLION or ":" in unit, (unit, state)


# Days


def save_heading(path: Path, cut_off: object, *, from_1904: bool) -> None:
    rows = [*heading_of(cut_off=cut_off), HEADER, [None, "MED01", "Dòng", "tin, bài", 7, None]]
    if path.suffix == ".xls":
        old = xlwt.Workbook(encoding="utf-8")
        old.dates_1904 = from_1904
        sheet = old.add_sheet("S")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                is_day = isinstance(value, date)
                if value is not None:
                    sheet.write(number, column, value, *([xlwt.easyxf(num_format_str="DD/MM/YYYY")] if is_day else []))
        old.save(str(path))
        return
    book = openpyxl.Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    for row in rows:
        book.active.append(row)
    if isinstance(cut_off, date):
        book.active["B4"].number_format = "DD/MM/YYYY"
    book.save(path)


WRITTEN_DAYS = {
    "slashes": lambda day: f"{day.day}/{day.month}/{day.year}",
    "slashes and zeros": lambda day: f"{day:%d/%m/%Y}",
    "dashes": lambda day: f"{day:%d-%m-%Y}",
    "points": lambda day: f"{day.day}.{day.month}.{day.year}",
    "words": lambda day: f"ngày {day.day} tháng {day.month} năm {day.year}",
    "place and words": lambda day: f"Đạo Thạnh, ngày {day:%d} tháng {day:%m} năm {day.year}",
    "ISO": lambda day: day.isoformat(),
    "true date": lambda day: datetime(day.year, day.month, day.day),
    "number": lambda day: (day - date(1899, 12, 30)).days,
    "number from 1904": lambda day: (day - date(1904, 1, 1)).days,
    "true date from 1904": lambda day: datetime(day.year, day.month, day.day),
    "short year": lambda day: f"{day:%d/%m/%y}",
    "month and year": lambda day: f"{day:%m/%Y}",
}
ASKED_DAYS = {"short year": "DATE_SHORT_YEAR", "month and year": "DATE_UNREADABLE"}


@SOME
@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.sampled_from(sorted(WRITTEN_DAYS)), st.booleans())
def test_a_day_is_read_as_the_day_it_was_written_for_or_asked(day, way, is_old_format):
    form = "xls" if is_old_format else "xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ngay.{form}"
        save_heading(path, WRITTEN_DAYS[way](day), from_1904=way.endswith("1904"))
        reading = read_file(str(path), "bao cao.xlsx", NOW)

    assert reading.heading is not None, reading.refusal
    asked = {finding.code for finding in reading.findings if finding.code.startswith("DATE_")}
    if way in ASKED_DAYS:
        assert (reading.heading.cut_off_date, asked) == (None, {ASKED_DAYS[way]})
    else:
        assert (reading.heading.cut_off_date, asked) == (day, set())


# Names

COMMUNES = sorted(
    (unit for unit in load_reference().units.values() if unit.template_code == "T-COMMUNE"), key=lambda unit: unit.code
)
WRITTEN_NAMES = {
    "code and name": lambda unit: f"{unit.code} - {unit.name_vi}",
    "code": lambda unit: unit.code,
    "name": lambda unit: unit.name_vi,
    "capitals": lambda unit: unit.name_vi.upper(),
    "decomposed": lambda unit: unicodedata.normalize("NFD", unit.name_vi),
    "spaces": lambda unit: "  " + unit.name_vi.replace(" ", "\u00a0 ") + " ",
    "no accents": lambda unit: strip_accents(unit.name_vi),
    "another code": lambda unit: f"{int(unit.code) + 1} - {unit.name_vi}",
}
MAY_BE_ASKED = ("no accents", "another code")


@SOME
@given(st.sampled_from(COMMUNES), st.sampled_from(sorted(WRITTEN_NAMES)), FORMS)
def test_a_body_is_found_under_its_name_or_asked_and_never_taken_for_another(unit, way, form):
    page = [*heading_of(WRITTEN_NAMES[way](unit)), HEADER, [None, "MED01", "Dòng", "tin, bài", 7, None]]
    with tempfile.TemporaryDirectory() as folder:
        reading = read_typed(Path(folder), page, form=form)

    if reading.heading is not None:
        assert reading.heading.reporting_unit_code == unit.code
    else:
        assert way in MAY_BE_ASKED
        assert reading.refusal is not None
        assert reading.refusal.code in ("BODY_UNKNOWN", "BODY_FORMER")
