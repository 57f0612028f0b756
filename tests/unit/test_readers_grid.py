"""Addresses and cells of a sheet that has been read."""

from __future__ import annotations

import pickle
from datetime import date, datetime

import pytest

from include.readers.grid import Sheet, WorkbookRefused, address, as_text, column_letters, position, trimmed


@pytest.mark.parametrize(
    ("row", "column", "a1"), [(0, 0, "A1"), (9, 25, "Z10"), (9, 26, "AA10"), (1_048_575, 16_383, "XFD1048576")]
)
def test_an_address_and_a_position_are_the_same_place(row: int, column: int, a1: str) -> None:
    assert address(row, column) == a1
    assert position(a1) == (row, column)


def test_a_position_ignores_dollar_signs_and_case() -> None:
    assert position("$b$3") == (2, 1)


@pytest.mark.parametrize("text", ["", "A0", "1A", "ABCD1", "A1:B2", "R1C1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cell address"):
        position(text)


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letters(column) for column in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def test_empty_ends_are_cut_off_and_whole_numbers_lose_their_point() -> None:
    rows = trimmed([[12.0, "", " "], ["", "x", 0.5], [], ["", "\n"]])

    assert rows == [[12], [None, "x", 0.5]]
    assert type(rows[0][0]) is int


def test_zero_and_false_are_no_empty_cells() -> None:
    assert trimmed([["", 0.0], ["", False]]) == [[None, 0], [None, False]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12.0, "12"),
        (1234567.5, "1234567.5"),
        (True, "TRUE"),
        (date(2026, 6, 14), "14/06/2026"),
        (datetime(2026, 6, 14, 7, 5), "14/06/2026 07:05"),
    ],
)
def test_a_value_is_told_as_a_person_types_it(value: object, text: str) -> None:
    assert as_text(value) == text  # type: ignore[arg-type]


def test_a_cell_outside_the_grid_is_empty() -> None:
    sheet = Sheet("S", [["a"], []])

    assert (sheet.value(0, 5), sheet.value(7, 0), sheet.text(1, 0)) == (None, None, "")


def test_a_refusal_survives_the_way_between_processes() -> None:
    pickled = pickle.dumps(WorkbookRefused("DDE", "detail", sheet="S", cell="B2"))
    refusal = pickle.loads(pickled)  # noqa: S301

    assert (refusal.code, refusal.detail, refusal.sheet, refusal.cell) == ("DDE", "detail", "S", "B2")
