"""Dates are day first and periods are named in words."""

from __future__ import annotations

import pickle
from datetime import date, datetime

import pytest

from include.vietnamese.dates import DateUnreadable, PeriodPhrase, find_period, format_date, parse_date, read_period

DUE = date(2026, 6, 15)


@pytest.mark.parametrize(
    "raw",
    [
        "15/6/2026",
        "15/06/2026",
        "15-6-2026",
        "15.6.2026",
        " 15 / 6 / 2026 ",
        "ngày 15/6/2026",
        "ngày 15 tháng 6 năm 2026",
        "15 tháng 06 năm 2026",
        "Đồng Tháp, ngày 15 tháng 6 năm 2026",
        "ngµy 15 th¸ng 6 n¨m 2026",
        "2026-06-15",
        "2026/06/15",
        "2026-06-15T08:30:00+07:00",
        "2026-06-15T00:30:00Z",
        "2026-06-15T16:59:00Z",
        "2026-06-15T05:00:00-05:00",
        "'15/6/2026",
        date(2026, 6, 15),
        datetime(2026, 6, 15, 8, 30),
        46188,
        46188.0,
        46188.75,
    ],
)
def test_a_day_is_read_in_every_way_offices_write_it(raw):
    assert parse_date(raw) == DUE


def test_the_day_comes_before_the_month():
    assert parse_date("03/04/2026") == date(2026, 4, 3)


def test_day_numbers_follow_the_workbooks_own_beginning():
    assert parse_date(45983) == date(2025, 11, 22)
    assert parse_date(45983 - 1462, counts_from_1904=True) == date(2025, 11, 22)


@pytest.mark.parametrize("raw", [None, "", "  ", "\u00a0"])
def test_an_empty_cell_has_no_date(raw):
    assert parse_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("15/6/26", "DATE_SHORT_YEAR"),
        ("ngày 15 tháng 6 năm 26", "DATE_SHORT_YEAR"),
        ("31/11/2026", "DATE_IMPOSSIBLE"),
        ("29/02/2026", "DATE_IMPOSSIBLE"),
        ("6/15/2026", "DATE_IMPOSSIBLE"),
        ("0/6/2026", "DATE_IMPOSSIBLE"),
        (60, "DATE_IMPOSSIBLE"),
        (60.5, "DATE_IMPOSSIBLE"),
        (-5, "DATE_OUT_OF_RANGE"),
        (0, "DATE_OUT_OF_RANGE"),
        (2026, "DATE_OUT_OF_RANGE"),
        ("15/6/2569", "DATE_OUT_OF_RANGE"),
        ("15/6/1026", "DATE_OUT_OF_RANGE"),
        (date(1900, 1, 1), "DATE_OUT_OF_RANGE"),
        (1e30, "DATE_UNREADABLE"),
        (float("nan"), "DATE_UNREADABLE"),
        (float("inf"), "DATE_UNREADABLE"),
        (True, "DATE_UNREADABLE"),
        ("15-6/2026", "DATE_UNREADABLE"),
        ("15/6", "DATE_UNREADABLE"),
        ("20260615", "DATE_UNREADABLE"),
        ("15-Jun-2026", "DATE_UNREADABLE"),
        ("tháng 6 năm 2026", "DATE_UNREADABLE"),
        ("15/6/20266", "DATE_UNREADABLE"),
        ("sau ngày 15/6/2026", "DATE_UNREADABLE"),
        ("a" * 1000, "DATE_UNREADABLE"),
        ([], "DATE_UNREADABLE"),
        ("2026-06-14T17:00:00Z", "DATE_UNREADABLE"),
        ("2026-06-15T00:30:00+09:00", "DATE_UNREADABLE"),
        ("2026-06-14T20:00:00-05:00", "DATE_UNREADABLE"),
    ],
)
def test_what_is_not_exactly_one_real_day_is_refused(raw, code):
    with pytest.raises(DateUnreadable) as refusal:
        parse_date(raw)

    assert refusal.value.code == code
    assert refusal.value.expected
    assert refusal.value.expected in str(refusal.value)


def test_a_date_with_the_month_first_is_answered_with_the_day_first():
    with pytest.raises(DateUnreadable) as refusal:
        parse_date("6/15/2026")

    assert "15/06/2026" in refusal.value.expected


def test_a_refusal_survives_the_way_back_from_a_child_process():
    sent = pickle.dumps(DateUnreadable("DATE_UNREADABLE", "“x”", "ngày"))
    refusal = pickle.loads(sent)  # noqa: S301 - bytes made one line above

    assert (refusal.code, refusal.found, refusal.expected) == ("DATE_UNREADABLE", "“x”", "ngày")


def test_a_date_is_written_with_leading_zeros():
    assert format_date(date(2026, 6, 5)) == "05/06/2026"


@pytest.mark.parametrize(
    ("text", "kind", "number", "start", "end"),
    [
        ("6 tháng đầu năm 2026", "half", 1, date(2026, 1, 1), date(2026, 6, 30)),
        ("06 THÁNG ĐẦU NĂM 2026", "half", 1, date(2026, 1, 1), date(2026, 6, 30)),
        ("6 tháng cuối năm 2026", "half", 2, date(2026, 7, 1), date(2026, 12, 31)),
        ("năm 2026", "year", 0, date(2026, 1, 1), date(2026, 12, 31)),
        ("Cả năm 2026", "year", 0, date(2026, 1, 1), date(2026, 12, 31)),
        ("quý III/2026", "quarter", 3, date(2026, 7, 1), date(2026, 9, 30)),
        ("Quí 4 năm 2026", "quarter", 4, date(2026, 10, 1), date(2026, 12, 31)),
        ("Q1/2026", "quarter", 1, date(2026, 1, 1), date(2026, 3, 31)),
        ("tháng 10/2026", "month", 10, date(2026, 10, 1), date(2026, 10, 31)),
        ("T2/2028", "month", 2, date(2028, 2, 1), date(2028, 2, 29)),
        ("Tháng 02 năm 2026", "month", 2, date(2026, 2, 1), date(2026, 2, 28)),
        ("9 tháng năm 2026", "months_to_date", 9, date(2026, 1, 1), date(2026, 9, 30)),
        ("11 tháng đầu năm 2026", "months_to_date", 11, date(2026, 1, 1), date(2026, 11, 30)),
        ("từ ngày 01/01/2026 đến ngày 15/6/2026", "range", 0, date(2026, 1, 1), date(2026, 6, 15)),
        ("01/01- 20/12/2018", "range", 0, date(2018, 1, 1), date(2018, 12, 20)),
        ("2026-06T", "half", 1, date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-NAM", "year", 0, date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_in_words_becomes_its_days(text, kind, number, start, end):
    phrase = read_period(text)

    assert phrase is not None
    assert (phrase.kind, phrase.number, phrase.start, phrase.end) == (kind, number, start, end)


def test_a_period_without_its_year_has_no_days():
    assert read_period("6 tháng đầu năm") == PeriodPhrase("half", 1, None, None, None)
    assert read_period("Quý IV") == PeriodPhrase("quarter", 4, None, None, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("6 tháng đầu năm 2026", "2026-06T"),
        ("năm 2026", "2026-NAM"),
        ("DX-3", "DX-3"),
        ("quý I/2026", None),
        ("cả năm", None),
    ],
)
def test_a_period_the_plan_reports_on_has_a_code(text, code):
    phrase = read_period(text)

    assert phrase is not None
    assert phrase.code == code


@pytest.mark.parametrize(
    "text", ["", "2026", "tháng 13/2026", "quý V/2026", "kỳ này", "31/02- 20/12/2018", "20/12/2018 - 01/01/2018"]
)
def test_what_names_no_period_is_none(text):
    assert read_period(text) is None


def test_a_period_is_found_in_a_title_but_a_title_is_not_a_period():
    title = "BÁO CÁO kết quả công tác 6 tháng đầu năm 2026"

    assert read_period(title) is None
    assert find_period(title) == read_period("6 tháng đầu năm 2026")
    assert find_period("Đầu tư được cấp phép từ 01/01- 20/12/2018") == read_period("01/01- 20/12/2018")
    assert find_period("Phụ lục") is None
