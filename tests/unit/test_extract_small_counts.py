"""Small counts of sensitive matters: hidden, and not to be found by subtraction either."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.extracts.leadership.small_counts import Hidden, hide_small, is_small


def counts(**members: int | None) -> dict[str, Decimal | None]:
    return {member: None if count is None else Decimal(count) for member, count in members.items()}


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (4, True), (5, False), (-2, False)])
def test_one_to_four_are_small_and_zero_is_not(count, small):
    assert is_small(Decimal(count)) is small


def test_a_missing_count_is_not_small():
    assert not is_small(None)


def test_counts_of_five_and_more_hide_nothing():
    assert hide_small(counts(rights=5, economy=2), frozenset({"rights"})) == Hidden()


def test_a_lone_small_count_takes_the_smallest_other_with_it():
    hidden = hide_small(counts(rights=3, economy=40, culture=12, climate=0), frozenset({"rights"}))

    assert hidden == Hidden(frozenset({"rights"}), frozenset({"culture"}))


def test_two_small_counts_hide_each_other():
    hidden = hide_small(counts(rights=3, security=2, economy=40), frozenset({"rights", "security"}))

    assert hidden == Hidden(frozenset({"rights", "security"}))


@pytest.mark.parametrize("both", [1, 4])
def test_two_small_counts_whose_sum_has_one_solution_need_a_companion(both):
    hidden = hide_small(counts(rights=both, security=both, economy=40), frozenset({"rights", "security"}))

    assert hidden.companions == {"economy"}


def test_the_total_goes_when_the_small_count_is_all_there_is():
    hidden = hide_small(counts(rights=3, economy=0, culture=None), frozenset({"rights"}))

    assert hidden == Hidden(frozenset({"rights"}), hides_total=True)


def test_of_two_equal_companions_the_same_one_is_hidden_every_time():
    one = hide_small(counts(rights=3, b=9, a=9), frozenset({"rights"}))
    other = hide_small(counts(a=9, rights=3, b=9), frozenset({"rights"}))

    assert one.companions == other.companions == {"a"}
