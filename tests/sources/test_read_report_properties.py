"""Whatever a clerk does to a report, every row is accounted for and no figure turns into another one unseen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.calendar.periods import load_periods
from include.model import Reading
from include.readers.grid import Sheet, address
from include.reference import load_reference
from include.sources.agency_reports import read
from include.sources.agency_reports.sample_layouts import Layout, retype
from include.sources.agency_reports.template import FormEntries
from tests.sources.reports import CUT_OFF
from tests.sources.typed import NOW
from tests.unit.reader_files import sheet_of, workbook_of

LABEL, UNIT, FIGURE = 1, 2, 3
MAY_HOLD_A_NUMBER = {"printed_total", "repeated_header", "column_number_row", "heading_statement"}
"""Rules that leave out a row with a number in it: the number is compared, repeated, or no figure of the table."""

_TYPED = st.sampled_from(
    [
        *(0, 1, 2, 7, 1.5, -4, 10**15, True, "1.234", "1.234.567", "12,5", "ước 120", "350 triệu đồng", "1,2 tỷ"),
        *("-", "x", "…", "KXĐ", "không phát sinh", "không cung cấp", "không áp dụng", "có", "không", "12%", "(3)"),
        *("3-5", "khoảng 10", "#REF!", "05/06/2026", "A", "1", "2", "Nguyễn Văn Mít", "TỔNG CỘNG", "\u200b", " "),
    ]
)
_WORDS = st.one_of(
    st.sampled_from(
        [
            *("Tin, bài TTĐN đã đăng, phát", "Tiếng Việt", "- Tiếng Anh", "Khác", "Trong đó, theo ngôn ngữ:"),
            *("Trong đó:", "Tổng số", "TỔNG CỘNG", "Ghi chú: đã rà soát", "NGƯỜI LẬP BIỂU", "Nơi nhận:", "(1)", "A"),
            *("Dự án FDI cấp mới", "Ngày chốt số liệu", "MED01", "MED01.language.vi", "II", "Đơn vị tính", "STT"),
        ]
    ),
    st.text(alphabet="aăâbcđeêghiklmnoôơ ., -()1:0", max_size=12),
)
_ROW = st.integers(min_value=0, max_value=200)
_EDIT = st.one_of(
    st.tuples(st.just("figure"), _ROW, _TYPED),
    st.tuples(st.just("label"), _ROW, _WORDS),
    st.tuples(st.just("unit"), _ROW, st.sampled_from([None, "đồng", "triệu đồng", "%", "nghìn lượt", "USD", "tin"])),
    st.tuples(st.just("order"), _ROW, st.sampled_from([None, 1, "I", "a", "TỔNG"])),
    st.tuples(st.sampled_from(["delete", "repeat", "blank", "swap", "clear label", "repeat header"]), _ROW, st.none()),
    st.tuples(st.just("insert"), _ROW, st.lists(st.one_of(st.none(), _WORDS, _TYPED), min_size=1, max_size=5)),
)


def typed_commune() -> tuple[list[list[Any]], int]:
    """A commune's report typed by hand with a figure on every line, and the index of its header."""
    reference, period = load_reference(), load_periods()["2026-06T"]
    entries = FormEntries(heading={"cut_off_date": CUT_OFF["2026-06T"]})
    page = retype(reference.units["28249"], period, reference, entries, Layout(has_number_row=True))
    header = next(index for index, row in enumerate(page.rows) if "Nội dung" in row)
    for number, row in enumerate(page.rows[header + 2 :]):
        if len(row) > FIGURE and row[UNIT]:
            row[FIGURE] = "có" if "có/không" in str(row[UNIT]) else number % 9 + 1
    return page.rows, header


ROWS, HEADER = typed_commune()


def apply(edit: tuple[str, int, Any], rows: list[list[Any]]) -> None:
    """Do to the body what a clerk might."""
    what, place, value = edit
    body = range(HEADER + 1, len(rows))
    if not body:
        return
    index = body[place % len(body)]
    row = rows[index]
    row += [None] * (5 - len(row))
    if what in ("figure", "label", "unit", "order"):
        row[{"figure": FIGURE, "label": LABEL, "unit": UNIT, "order": 0}[what]] = value
    elif what == "clear label":
        row[LABEL] = None
    elif what == "delete":
        del rows[index]
    elif what == "repeat":
        rows.insert(index, list(row))
    elif what == "blank":
        rows.insert(index, [])
    elif what == "repeat header":
        rows.insert(index, list(rows[HEADER]))
    elif what == "insert":
        rows.insert(index, list(value))
    elif what == "swap" and index + 1 < len(rows):
        rows[index], rows[index + 1] = rows[index + 1], rows[index]


def read_sheet(sheet: Sheet, patch: pytest.MonkeyPatch) -> Reading:
    patch.setattr(read, "open_workbook", lambda path, **_: workbook_of(sheet))
    return read.read_file("unused.xlsx", "bao cao.xlsx", NOW)


def assert_accounted_for(reading: Reading, sheet: Sheet) -> None:
    assert len({row.line_number for row in reading.observations}) == len(reading.observations)
    observed = {row.cell: row for row in reading.observations}
    assert len(observed) == len(reading.observations), "a cell was observed twice"
    rules: dict[int, set[str]] = {}
    for row in reading.ignored_rows:
        rules.setdefault(row.row_number - 1, set()).add(row.rule_code)
    for index in range(HEADER + 1, sheet.row_count):
        if all(value is None or not str(value).strip(" \u200b") for value in sheet.rows[index]):
            continue
        if sheet.value(index, FIGURE) == ROWS[HEADER][FIGURE]:
            continue  # the header itself, printed again
        cell, value = address(index, FIGURE), sheet.value(index, FIGURE)
        assert cell in observed or index in rules, f"row {index + 1} is lost: {sheet.rows[index]}"
        assert not (cell in observed and rules.get(index, set()) - {"blank_estimate"})
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        if cell not in observed:
            assert rules[index] <= MAY_HOLD_A_NUMBER, f"{cell} = {value} was left out under {rules[index]}"
            continue
        row = observed[cell]
        if row.value_state == "reported":
            asked = load_reference().unit_of_measure(row.measure_code, row.axis_code, row.member_code)
            factors = {asked.unit_factor, Decimal(1), Decimal(1000), Decimal(1_000_000)}
            assert row.value in {Decimal(str(value)) * factor for factor in factors}
        else:
            assert (row.value_state, row.value) == ("unreadable", None), f"{cell} = {value} became {row.value_state}"
            assert row.reading_code is not None


def test_the_unspoilt_report_gives_every_line_its_figure() -> None:
    with pytest.MonkeyPatch.context() as patch:
        sheet = sheet_of(ROWS)
        reading = read_sheet(sheet, patch)

    assert reading.refusal is None
    assert_accounted_for(reading, sheet)
    typed = sum(len(row) > FIGURE and row[FIGURE] is not None for row in ROWS[HEADER + 2 :])
    assert len(reading.observations) == typed
    assert not any(row.reading_code for row in reading.observations)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=st.lists(_EDIT, min_size=1, max_size=12))
def test_no_edit_loses_a_row_or_changes_a_number(edits: list[tuple[str, int, Any]]) -> None:
    rows = [list(row) for row in ROWS]
    for edit in edits:
        apply(edit, rows)
    errors = {
        address(index, FIGURE): row[FIGURE]
        for index, row in enumerate(rows)
        if len(row) > FIGURE and isinstance(row[FIGURE], str) and row[FIGURE].startswith("#")
    }
    for index, row in enumerate(rows):
        rows[index] = [None if isinstance(value, str) and value.startswith("#") else value for value in row]
    sheet = sheet_of(rows, errors=errors)
    with pytest.MonkeyPatch.context() as patch:
        reading = read_sheet(sheet, patch)

    if reading.refusal is None:
        assert_accounted_for(reading, sheet)
    else:
        assert reading.observations == ()
