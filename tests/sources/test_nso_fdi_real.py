"""Every foreign investment sheet of the real monthly books is read, and its figures are those that are printed."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from include.model import CapitalFlow, Reading
from include.sources.nso_fdi.read import read_file

EXPECTED = yaml.safe_load((Path(__file__).parent / "nso_fdi_expected.yml").read_text(encoding="utf-8"))
WITHOUT_SHEET = "2000-01-31-bieu-thang-1.xls"


@pytest.fixture(scope="module")
def readings(real_data: Path) -> dict[str, Reading]:
    """What is read of every book of the folder, by file name."""
    books = sorted((real_data / "vn-gso-monthly").glob("*.xls*"))
    return {book.name: read_file(str(book), book.name, datetime(2026, 11, 1, tzinfo=UTC)) for book in books}


def figure(reading: Reading, axis: str, member: str, measure: str) -> CapitalFlow:
    [found] = [row for row in reading.capital_flows if (row.axis, row.member, row.measure) == (axis, member, measure)]
    return found


def test_every_book_is_read_but_the_one_that_has_no_such_sheet(readings: dict[str, Reading]) -> None:
    refused = {name: reading.refusal.code for name, reading in readings.items() if reading.refusal}

    assert refused == {WITHOUT_SHEET: "FDI_SHEET_NOT_FOUND"}
    assert set(EXPECTED) == set(readings) - {WITHOUT_SHEET}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_book_says_what_its_sheet_prints(readings: dict[str, Reading], name: str) -> None:
    reading, expected = readings[name], EXPECTED[name]
    windows = {(row.window_start, row.window_end) for row in reading.capital_flows}

    assert windows == {tuple(expected["window"])}
    assert len(reading.capital_flows) == expected["rows"]
    assert reading.received_count == expected["rows"] + len(reading.ignored_rows)
    for axis, member, code, measure, value, cell in expected["figures"]:
        row = figure(reading, axis, member, measure)
        state = "missing" if value == "missing" else "reported"
        said = None if row.value is None else format(row.value, "f")
        assert (row.member_code, said, row.value_state, row.cell) == (
            code,
            None if state == "missing" else value,
            state,
            cell,
        )
        assert (row.flow, row.unit) == ("fdi", "project" if measure == "projects_new" else "USD")


def test_every_name_has_its_code_and_no_figure_is_left_unread(readings: dict[str, Reading]) -> None:
    rows = [row for reading in readings.values() for row in reading.capital_flows]

    assert {row.value_state for row in rows} == {"reported", "missing"}
    assert {row.member for row in rows if row.axis in ("locality", "partner") and row.member_code is None} == {
        "Tây Ấn thuộc Anh"
    }
    assert {row.member for row in rows if (row.axis, row.member_code) == ("locality", "82")} == {"Tiền Giang"}


def test_listed_members_never_come_to_more_than_the_total(readings: dict[str, Reading]) -> None:
    for reading in readings.values():
        for measure in ("projects_new", "capital_new"):
            totals = [row.value for row in reading.capital_flows if (row.axis, row.measure) == ("total", measure)]
            for axis in ("locality", "partner", "sector"):
                parts = [row.value for row in reading.capital_flows if (row.axis, row.measure) == (axis, measure)]
                # Totals printed to a tenth of a million may be half of that off.
                assert sum(filter(None, parts)) <= sum(filter(None, totals)) + 50_000 * (len(parts) + 1)


def test_the_figures_agree_with_a_table_somebody_else_made_of_the_same_books(
    readings: dict[str, Reading], real_data: Path
) -> None:
    columns = {
        "Số dự án": "projects_new",
        "Vốn đăng ký cấp mới": "capital_new",
        "Vốn đăng ký điều chỉnh": "capital_adjusted",
    }
    by_date = {date.fromisoformat(name[:10]): reading for name, reading in readings.items()}
    compared = 0
    with (real_data / "vn-gso-monthly" / "fdi.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            reading = by_date.get(date.fromisoformat(line["Date"]))
            if reading is None or line["Phân Loại"] not in {row.member for row in reading.capital_flows}:
                continue  # their table renames members; ours keeps what is printed
            for column, measure in columns.items():
                row = next(
                    (r for r in reading.capital_flows if (r.member, r.measure) == (line["Phân Loại"], measure)), None
                )
                if row is None or row.value is None or not line[column]:
                    continue
                factor = 1 if measure == "projects_new" else 1_000_000
                assert abs(row.value - Decimal(line[column]) * factor) <= Decimal("0.5001"), (line["Date"], row.cell)
                compared += 1
    assert compared > 400
