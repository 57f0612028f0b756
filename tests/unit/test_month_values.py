"""Month values are differences of cumulative ones, and only where both ends are known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from include.indicators.month_values import CumulativeValue, MonthValue, month_values


def upto(end: date, value: str | None) -> CumulativeValue:
    return CumulativeValue(date(end.year, 1, 1), end, None if value is None else Decimal(value))


def values(*printed: CumulativeValue) -> list[tuple[date, str]]:
    return [(each.month, str(each.value)) for each in month_values(printed)]


def test_january_is_the_printed_figure_and_later_months_are_differences() -> None:
    assert values(upto(date(2024, 1, 20), "100"), upto(date(2024, 2, 20), "250"), upto(date(2024, 3, 20), "260")) == [
        (date(2024, 1, 1), "100"),
        (date(2024, 2, 1), "150"),
        (date(2024, 3, 1), "10"),
    ]


def test_a_month_says_which_days_it_really_covers() -> None:
    [_, february] = month_values([upto(date(2025, 1, 31), "10"), upto(date(2025, 2, 28), "15")])
    [_, march] = month_values([upto(date(2024, 1, 20), "10"), upto(date(2024, 2, 20), "30")])

    assert february == MonthValue(date(2025, 2, 1), date(2025, 2, 1), date(2025, 2, 28), Decimal(5))
    assert (march.covers_from, march.covers_to) == (date(2024, 1, 21), date(2024, 2, 20))


def test_counting_restarts_each_january() -> None:
    assert values(upto(date(2023, 12, 20), "900"), upto(date(2024, 1, 20), "40")) == [(date(2024, 1, 1), "40")]


@pytest.mark.parametrize("february", [[], [upto(date(2024, 2, 20), None)]])
def test_a_missing_month_gives_no_value_for_itself_nor_for_the_next(february: list[CumulativeValue]) -> None:
    printed = [upto(date(2024, 1, 20), "1"), *february, upto(date(2024, 3, 20), "7"), upto(date(2024, 4, 20), "9")]

    assert values(*printed) == [(date(2024, 1, 1), "1"), (date(2024, 4, 1), "2")]


def test_a_printed_zero_is_a_figure_and_no_gap() -> None:
    assert values(upto(date(2024, 1, 20), "0"), upto(date(2024, 2, 20), "3")) == [
        (date(2024, 1, 1), "0"),
        (date(2024, 2, 1), "3"),
    ]


def test_a_cumulative_figure_that_falls_gives_a_negative_month() -> None:
    assert values(upto(date(2024, 1, 20), "50"), upto(date(2024, 2, 20), "-12.5"))[1] == (date(2024, 2, 1), "-62.5")


def test_of_two_books_that_end_in_one_month_the_later_window_counts() -> None:
    printed = [upto(date(2014, 12, 20), "12"), upto(date(2014, 12, 15), "10"), upto(date(2014, 11, 20), "4")]

    assert values(*printed) == [(date(2014, 12, 1), "8")]


def test_a_window_that_does_not_count_from_january_is_no_cumulative_figure() -> None:
    with pytest.raises(ValueError, match="1 January"):
        month_values([CumulativeValue(date(2024, 3, 1), date(2024, 3, 31), Decimal(1))])
