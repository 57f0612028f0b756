"""Figures as clerks type them: read when they read one way, asked back otherwise."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from include.vietnamese.numbers import NumberStyle, format_number, infer_style, parse_figure

VIETNAMESE, INTERNATIONAL, PLAIN = NumberStyle.vietnamese, NumberStyle.international, NumberStyle.plain
MILLION = Decimal(1_000_000)


def value_of(raw, style=None, **column):
    figure = parse_figure(raw, style, **column)
    assert figure.code is None, figure.detail
    return figure.value


def code_of(raw, style=VIETNAMESE, **column):
    figure = parse_figure(raw, style, **column)
    assert figure.value is None
    return figure.code


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (0, "0"),
        (12, "12"),
        (12.0, "12"),
        (-3, "-3"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (0.1 + 0.2 - 0.3, "0"),
        (19731.075597449995, "19731.07559745"),
        (1234.5, "1234.5"),
        (999_999_999_999_999, "999999999999999"),
        (1e14, "100000000000000"),
        (Decimal("12.50"), "12.5"),
    ],
)
def test_a_true_number_is_taken_without_the_noise_of_arithmetic(raw, value):
    figure = parse_figure(raw, None)

    assert (str(figure.value), figure.state, figure.code) == (value, "reported", None)


@pytest.mark.parametrize("raw", [1e15, 1e308, -1e16, 10**15, 10**400, Decimal("1e20")])
def test_a_number_longer_than_a_spreadsheet_keeps_is_asked_back(raw):
    assert code_of(raw) == "PRECISION"


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), True, False, object()])
def test_what_is_no_number_is_asked_back(raw):
    assert code_of(raw) == "NUMBER_UNREADABLE"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", "1234"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("75.779.637.433,87", "75779637433.87"),
        ("9.395,2", "9395.2"),
        ("1,5", "1.5"),
        ("0,125", "0.125"),
        ("1,234", "1.234"),
        ("1234,5", "1234.5"),
        ("05", "5"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("-1.234,5", "-1234.5"),
        ("-0", "0"),
        ("1 234 567", "1234567"),
        ("1\u00a0234\u2009567,5", "1234567.5"),
        ("１.２３４", "1234"),
        ("'123", "123"),
        ("  42\u200b\n", "42"),
        ("42_x000D_", "42"),
    ],
)
def test_a_text_number_of_a_vietnamese_column_is_read(text, value):
    assert str(value_of(text, VIETNAMESE)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234,567.89", "1234567.89"),
        ("124,377,804", "124377804"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("109.33", "109.33"),
    ],
)
def test_a_text_number_of_an_international_column_is_read(text, value):
    assert str(value_of(text, INTERNATIONAL)) == value


@pytest.mark.parametrize("text", ["1.5", "0.125", "1,234.5", "1,234,567", "737988129112.35"])
def test_a_number_in_the_other_style_is_asked_back_and_never_fifteen(text):
    assert code_of(text, VIETNAMESE) == "NUMBER_AMBIGUOUS"


def test_the_answer_to_a_decimal_point_proposes_the_comma():
    figure = parse_figure("1.5", VIETNAMESE)

    assert figure.expected == "“1,5” nếu đúng là số đó"
    assert figure.detail.endswith("cần ghi “1,5” nếu đúng là số đó")


@pytest.mark.parametrize("style", [None, PLAIN])
@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "1.5", "0.5"])
def test_one_separator_alone_is_asked_back_when_the_column_does_not_decide(text, style):
    assert code_of(text, style) == "NUMBER_AMBIGUOUS"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("12,5", "12.5"),
    ],
)
def test_a_number_that_reads_one_way_needs_no_column(text, value):
    assert str(value_of(text, None)) == value


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["1.234", "1.234.567"], VIETNAMESE),
        (["1.234", "12,5"], VIETNAMESE),
        (["1.234,5"], VIETNAMESE),
        (["1,234", "1,234.5"], INTERNATIONAL),
        (["124,377,804", "5"], INTERNATIONAL),
        (["737988129112.35", "7"], INTERNATIONAL),
        (["109.33", "12.5"], INTERNATIONAL),
        (["12", "1 234", "không phát sinh", "5"], PLAIN),
        (["ước 1.234.567", "12"], VIETNAMESE),
        (["1\u00a0234,5"], VIETNAMESE),
    ],
)
def test_the_style_of_a_column_is_what_its_clear_cells_show(texts, style):
    assert infer_style(texts) is style


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["x", "không có"],
        ["1.234"],
        ["1,234", "5"],
        ["1.5"],
        ["1.5", "2.25", "1.234"],
        ["1,5", "1,234"],
        ["1.234.567", "1,234,567"],
        ["12,5", "109.33"],
        ["15.6.2026"],
    ],
)
def test_a_column_that_does_not_settle_its_style_or_contradicts_itself_has_none(texts):
    assert infer_style(texts) is None


@pytest.mark.parametrize(
    ("text", "state", "value"),
    [
        (None, "missing", None),
        ("", "missing", None),
        ("  \u00a0", "missing", None),
        ("x", "missing", None),
        ("X", "missing", None),
        ("...", "missing", None),
        ("…", "missing", None),
        ("KXĐ", "missing", None),
        ("không có số liệu", "missing", None),
        ("-", "nil", 0),
        (" -   ", "nil", 0),
        ("–", "nil", 0),
        ("—", "nil", 0),
        ("Không phát sinh", "nil", 0),
        ("KHÔNG CÓ", "nil", 0),
        ("kh«ng ph¸t sinh", "nil", 0),
        ("không áp dụng", "not_applicable", None),
        ("KAD", "not_applicable", None),
        ("Không cung cấp.", "withheld", None),
        ("0", "reported", 0),
    ],
)
def test_missing_nothing_and_zero_are_kept_apart(text, state, value):
    figure = parse_figure(text, VIETNAMESE)

    assert (figure.state, figure.value, figure.code) == (state, value, None)


@pytest.mark.parametrize("text", ["chưa có", "n/a", "NaN", "như trên", "có"])
def test_a_mark_that_could_mean_zero_or_missing_is_asked_back(text):
    assert code_of(text) == "NUMBER_UNREADABLE"


@pytest.mark.parametrize("text", ["ước 120", "Ước: 120", "120 (ước)", "ước thực hiện 120", "ƯTH 120", "120 ước"])
def test_an_estimate_is_read_and_flagged(text):
    figure = parse_figure(text, VIETNAMESE)

    assert (figure.value, figure.is_estimate, figure.code) == (Decimal(120), True, None)


def test_a_plain_figure_is_not_flagged_as_estimate():
    assert parse_figure("120", VIETNAMESE).is_estimate is False


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("~20", "NUMBER_HEDGED", "“20”"),
        (">5", "NUMBER_HEDGED", "“5”"),
        ("khoảng 1.200", "NUMBER_HEDGED", "“1.200”"),
        ("hơn 9,39 tỷ USD", "NUMBER_HEDGED", "“9,39”"),
        ("ước khoảng 20", "NUMBER_HEDGED", "“20”"),
        ("20-25", "NUMBER_HEDGED", "con số chính xác"),
        ("100+", "NUMBER_HEDGED", "“100”"),
        ("nhiều", "NUMBER_HEDGED", "con số chính xác"),
        ("12(1)", "NUMBER_FOOTNOTE", "“12”"),
        ("12*", "NUMBER_FOOTNOTE", "“12”"),
        ("12 (a)", "NUMBER_FOOTNOTE", "“12”"),
        ("12¹", "NUMBER_FOOTNOTE", "“12”"),
        ("(5)", "NUMBER_AMBIGUOUS", "“-5”"),
        ("- 5", "NUMBER_AMBIGUOUS", "“-5”"),
        ("–5", "NUMBER_AMBIGUOUS", "“-5”"),
        ("5-", "NUMBER_AMBIGUOUS", "“-5”"),
        ("1O", "NUMBER_UNREADABLE", "“10”"),
        ("l2", "NUMBER_UNREADABLE", "“12”"),
        ("O", "NUMBER_UNREADABLE", "“0”"),
        ("١٢٣", "NUMBER_UNREADABLE", "“123”"),
        (".5", "NUMBER_UNREADABLE", "“0,5”"),
        ("5.", "NUMBER_UNREADABLE", "“5”"),
        ("+5", "NUMBER_UNREADABLE", "“5”"),
        ("007", "NUMBER_UNREADABLE", "“7”"),
        ("1,2,3", "NUMBER_UNREADABLE", "1.234.567,89"),
        ("1.23.456", "NUMBER_UNREADABLE", "1.234.567,89"),
        ("12 34", "NUMBER_UNREADABLE", "viết liền"),
        ("12 tin, 3 bài", "NUMBER_UNREADABLE", "một con số duy nhất"),
        ("=1+2", "NUMBER_UNREADABLE", "kết quả"),
        ("5+3", "NUMBER_UNREADABLE", "kết quả"),
        ("mười hai", "NUMBER_UNREADABLE", "chữ số"),
        ("ước", "NUMBER_UNREADABLE", "ước 120"),
        ("#####", "NUMBER_UNREADABLE", "con số thật"),
        ("a" * 5000, "NUMBER_UNREADABLE", "cột Ghi chú"),
        ("1E+11", "PRECISION", "đầy đủ"),
        ("1234567890123456", "PRECISION", "15 chữ số"),
        ("1.234.567.890.123.456", "PRECISION", "15 chữ số"),
        ("15/6/2026", "DATE_IN_NUMBER", "Number"),
        ("15.6.2026", "DATE_IN_NUMBER", "Number"),
        ("3-Jan", "DATE_IN_NUMBER", "Number"),
        ("15 tháng 6", "DATE_IN_NUMBER", "Number"),
        (date(2026, 6, 15), "DATE_IN_NUMBER", "Number"),
        (datetime(2026, 6, 15), "DATE_IN_NUMBER", "Number"),
        (time(12, 30), "DATE_IN_NUMBER", "Number"),
    ],
)
def test_what_cannot_be_taken_is_asked_back_with_what_to_write_instead(text, code, expected):
    figure = parse_figure(text, VIETNAMESE)

    assert (figure.value, figure.state, figure.code) == (None, "unreadable", code)
    assert expected in figure.expected
    assert figure.detail.endswith(figure.expected)
    assert len(figure.detail) < 300


@pytest.mark.parametrize("text", ["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?", "Err:502"])
def test_a_formula_error_is_missing_and_never_zero(text):
    figure = parse_figure(text, VIETNAMESE)

    assert (figure.value, figure.state, figure.code) == (None, "missing", "ERROR_CELL")


def test_a_figure_is_returned_in_base_units():
    assert value_of(1.5, None, unit_factor=MILLION, base_unit="VND") == 1_500_000
    assert value_of("1.234,5", VIETNAMESE, unit_factor=MILLION, base_unit="VND") == 1_234_500_000
    assert value_of(19731.075597449995, None, unit_factor=MILLION, base_unit="USD") == Decimal("19731075597.45")


@pytest.mark.parametrize(
    ("text", "base_unit", "factor", "value"),
    [
        ("350 triệu đồng", "VND", 1_000_000, 350_000_000),
        ("350 tr.đ", "VND", 1_000_000, 350_000_000),
        ("350 triệu", "VND", 1_000_000, 350_000_000),
        ("1,2 tỷ đồng", "VND", 1_000_000_000, 1_200_000_000),
        ("5 triệu USD", "USD", 1_000_000, 5_000_000),
        ("US$ 500", "USD", 1, 500),
        ("USD 5 triệu", "USD", 1_000_000, 5_000_000),
        ("1.000.000 đ", "VND", 1, 1_000_000),
        ("12 bài", "tin, bài", 1, 12),
        ("12 tin, bài", "tin, bài", 1, 12),
        ("3 Đoàn", "đoàn", 1, 3),
    ],
)
def test_the_columns_own_unit_beside_the_number_is_taken(text, base_unit, factor, value):
    figure = parse_figure(text, VIETNAMESE, base_unit=base_unit, unit_factor=Decimal(factor))

    assert (figure.value, figure.code) == (value, None)
    assert figure.unit_seen


@pytest.mark.parametrize(
    ("text", "base_unit", "factor", "expected"),
    [
        ("1,2 tỷ", "VND", 1_000_000, "“1.200”"),
        ("350.000.000 đồng", "VND", 1_000_000, "“350”"),
        ("5 triệu USD", "VND", 1_000_000, "theo đơn vị tính của cột"),
        ("350 triệu đồng", "USD", 1_000_000, "theo đơn vị tính của cột"),
        ("5 triệu", "dự án", 1, "theo đơn vị tính của cột"),
        ("12 bài", "đoàn", 1, "“12”"),
        ("12%", "đoàn", 1, "không có dấu %"),
        ("12‰", "đoàn", 1, "“12”"),
        ("5 triệu đồng", None, 1_000_000, "theo đơn vị tính của cột"),
    ],
)
def test_another_unit_beside_the_number_is_asked_back(text, base_unit, factor, expected):
    figure = parse_figure(text, VIETNAMESE, base_unit=base_unit, unit_factor=Decimal(factor))

    assert (figure.value, figure.code) == (None, "UNIT_CONFLICT")
    assert expected in figure.expected


@pytest.mark.parametrize(
    ("raw", "value"), [("12%", "12"), ("12,5 %", "12.5"), ("0,5%", "0.5"), ("100%", "100"), (12.5, "12.5"), (0, "0")]
)
def test_a_percentage_is_read_in_percent(raw, value):
    assert str(value_of(raw, VIETNAMESE, accepts_percent=True)) == value


def test_a_cell_shown_as_percentage_is_what_it_shows():
    assert value_of(0.125, None, accepts_percent=True, percent_formatted=True) == Decimal("12.5")
    assert value_of(1, None, accepts_percent=True, percent_formatted=True) == 100


def test_a_cell_shown_as_percentage_in_a_column_of_counts_is_asked_back():
    figure = parse_figure(0.12, None, percent_formatted=True)

    assert figure.code == "UNIT_CONFLICT"
    assert "12%" in figure.detail


@pytest.mark.parametrize("raw", ["120%", 120, -1, "100,1%"])
def test_a_percentage_outside_nought_to_hundred_is_asked_back(raw):
    assert code_of(raw, accepts_percent=True) == "PERCENT_OUT_OF_RANGE"


@pytest.mark.parametrize("raw", [0.125, "0,125"])
def test_a_share_where_a_percentage_belongs_is_asked_back(raw):
    figure = parse_figure(raw, VIETNAMESE, accepts_percent=True)

    assert figure.code == "NUMBER_AMBIGUOUS"
    assert "“12,5%”" in figure.expected


def test_negative_and_broken_numbers_are_read_as_they_are():
    assert value_of("-5", VIETNAMESE) == -5
    assert value_of("-0", VIETNAMESE) == 0
    assert value_of(12.5) == Decimal("12.5")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("1234567.89", None, "1.234.567,89"),
        ("1234567.890", None, "1.234.567,89"),
        ("0", None, "0"),
        ("-0.00", None, "0"),
        ("1E+3", None, "1.000"),
        ("-1234.5", None, "-1.234,5"),
        ("999", None, "999"),
        ("0.125", 2, "0,13"),
        ("0.5", 0, "1"),
        ("-0.4", 0, "0"),
        ("12", 1, "12,0"),
        ("38418.05", 1, "38.418,1"),
    ],
)
def test_a_number_is_written_the_vietnamese_way(value, decimals, text):
    assert format_number(Decimal(value), decimals) == text


def test_every_code_a_cell_can_get_has_a_sentence():
    import re
    from pathlib import Path

    from include.quality.messages import all_messages
    from include.vietnamese import dates, names, numbers

    written = all_messages()
    for module in (numbers, dates, names):
        source = Path(module.__file__).read_text(encoding="utf-8")
        emitted = set(re.findall(r'"((?:NUMBER|DATE|UNIT|PERCENT|NAME|ERROR)_[A-Z_]+|PRECISION)"', source))
        assert emitted
        assert emitted <= set(written)


@pytest.mark.parametrize(
    "cell", ["2" * 100 + ",5", "2" * 61 + ".5", "1." + "222." * 40 + "222,5", "-" + "9" * 150 + ",25"]
)
@pytest.mark.parametrize("style", [None, VIETNAMESE, INTERNATIONAL, PLAIN])
def test_more_digits_than_arithmetic_has_are_asked_back_like_any_number_that_is_too_long(cell, style):
    assert infer_style([cell, "1.234,5"]) in (None, VIETNAMESE)
    assert code_of(cell, style) == "PRECISION"
