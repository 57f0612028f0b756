"""FDI, ODA and NGO figures that count: the latest file, converted at the rate of the day, and months by difference."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, text

from include.calendar.periods import VIETNAM
from include.sources.nso_fdi.title import read_window
from include.warehouse.sql import copy_rows, read_file, run_script

RECEIVED = datetime(2026, 11, 2, 9, 0, tzinfo=VIETNAM)
MARTS = ("000_clear", "010_build", "091_file_version", "102_capital_flow_latest", "103_capital_month")
FLOW = {
    "flow_code": "fdi",
    "measure_code": "capital_new",
    "axis_code": "total",
    "member_name": "total",
    "value_state": "reported",
    "unit_code": "USD",
    "window_start": date(2026, 1, 1),
    "window_end": date(2026, 1, 20),
    "as_of_date": date(2026, 1, 20),
    "is_cumulative": True,
    "sheet_name": "12. FDI",
    "cell": "'12. FDI'!D7",
}
Row = dict[str, object]


def load(
    connection: Connection,
    *rows: Row,
    subject: str = "S",
    source: str = "nso_fdi",
    revision: int = 1,
    at: datetime = RECEIVED,
) -> int:
    """A loaded file with these figures; its submission id."""
    sha256 = hashlib.sha256(f"{source} {subject} {revision}".encode()).hexdigest()
    connection.execute(text("insert into landing.file values (:sha256, 1, 'a', :at)"), {"sha256": sha256, "at": at})
    submission_id: int = connection.execute(
        text(
            "insert into warehouse.submission (sha256, source_id, subject_key, received_at, verdict, verdict_code,"
            " revision_number, received_count, promoted_count, quarantined_count, ignored_count)"
            " values (:sha256, :source, :subject, :at, 'loaded', 'OK', :revision, :count, :count, 0, 0)"
            " returning submission_id"
        ),
        {
            "sha256": sha256,
            "source": source,
            "subject": subject,
            "at": at,
            "revision": revision,
            "count": len(rows),
        },
    ).scalar_one()
    written = [{**FLOW, **row} for row in rows]
    columns = sorted({name for row in written for name in row})
    copy_rows(
        connection,
        "warehouse.capital_flow",
        ["submission_id", "line_number", "revision_number", *columns],
        [
            (submission_id, number, revision, *(row.get(name) for name in columns))
            for number, row in enumerate(written, start=1)
        ],
    )
    return submission_id


def keep_rate(
    connection: Connection, currency: str, start: date, end: date, rate: str, *, known: datetime = RECEIVED
) -> int:
    found: int = connection.execute(
        text(
            "insert into reference.exchange_rate (currency_code, valid_from, valid_to, vnd_per_unit, rate_kind,"
            " source_name, line_number, cell, as_of_date, known_at)"
            " values (:currency, :start, :end, :rate, 'average', 'bank', 1, 'line 1', :end, :known) returning rate_id"
        ),
        {"currency": currency, "start": start, "end": end, "rate": Decimal(rate), "known": known},
    ).scalar_one()
    return found


def build(connection: Connection, as_known: datetime | None = None) -> None:
    connection.execute(
        text("select set_config('ttdn.as_known', :moment, true)"), {"moment": as_known.isoformat() if as_known else ""}
    )
    for name in MARTS:
        run_script(connection, read_file(f"marts/{name}.sql"))


def ask(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(query))]


# --- which file counts -----------------------------------------------------------------------------


def test_of_the_files_of_one_subject_the_one_received_last_counts(warehouse: Connection) -> None:
    may, june = (datetime(2026, month, 1, tzinfo=VIETNAM) for month in (5, 6))
    load(warehouse, {"value": Decimal(1)}, at=may)
    load(warehouse, {"value": Decimal(2)}, revision=2, at=june)
    load(warehouse, {"value": Decimal(7)}, subject="T", at=may)
    load(warehouse, {"value": Decimal(9)}, source="other", at=june)

    build(warehouse)
    assert ask(warehouse, "select value, revision_number from mart.capital_flow_latest order by value") == [
        (Decimal(2), 2),
        (Decimal(7), 1),
        (Decimal(9), 1),
    ]
    build(warehouse, as_known=may)
    assert ask(warehouse, "select value from mart.capital_flow_latest order by value") == [(Decimal(1),), (Decimal(7),)]


def test_a_file_without_rows_replaces_the_rows_of_its_subject(warehouse: Connection) -> None:
    load(warehouse, {"value": Decimal(1)})
    load(warehouse, revision=2, at=datetime(2026, 11, 3, tzinfo=VIETNAM))

    build(warehouse)
    assert ask(warehouse, "select count(*) from mart.capital_flow_latest") == [(0,)]


# --- conversion ------------------------------------------------------------------------------------

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
IN_MARCH: Row = {"window_start": MARCH[0], "window_end": date(2026, 3, 20), "is_cumulative": False}


def test_amounts_are_converted_at_the_rate_of_their_day_and_name_the_rates(warehouse: Connection) -> None:
    dollar = keep_rate(warehouse, "USD", *MARCH, "25000")
    canadian = keep_rate(warehouse, "CAD", *MARCH, "18750")
    load(
        warehouse,
        {**IN_MARCH, "measure_code": "a", "value": Decimal(100)},
        {**IN_MARCH, "measure_code": "b", "value": Decimal(5_000_000), "unit_code": "VND"},
        {**IN_MARCH, "measure_code": "c", "value": Decimal(200), "unit_code": "CAD"},
        {**IN_MARCH, "measure_code": "d", "value": Decimal(3), "unit_code": "project"},
    )

    build(warehouse)
    # 100 x 25 000; 5 000 000 / 25 000; 200 x 18 750 = 3 750 000, / 25 000 = 150; counts are worth nothing.
    assert ask(
        warehouse,
        "select value, rate_date, usd_value, usd_rate_id, vnd_value, vnd_rate_id from mart.capital_flow_latest"
        " order by measure_code",
    ) == [
        (Decimal(100), date(2026, 3, 20), Decimal(100), None, Decimal(2_500_000), dollar),
        (Decimal(5_000_000), date(2026, 3, 20), Decimal(200), dollar, Decimal(5_000_000), None),
        (Decimal(200), date(2026, 3, 20), Decimal(150), dollar, Decimal(3_750_000), canadian),
        (Decimal(3), None, None, None, None, None),
    ]
    assert ask(warehouse, "select * from mart.missing_exchange_rate") == []


def test_the_publishers_value_date_goes_before_the_end_of_the_window(warehouse: Connection) -> None:
    keep_rate(warehouse, "USD", *MARCH, "25000")
    keep_rate(warehouse, "USD", date(2026, 2, 1), date(2026, 2, 28), "24000")
    load(warehouse, {**IN_MARCH, "value": Decimal(1), "value_date": date(2026, 2, 28)})

    build(warehouse)
    assert ask(warehouse, "select rate_date, vnd_value from mart.capital_flow_latest") == [
        (date(2026, 2, 28), Decimal(24_000))
    ]


def test_without_a_rate_a_conversion_is_empty_and_the_missing_rate_is_named(warehouse: Connection) -> None:
    keep_rate(warehouse, "CAD", *MARCH, "18750")
    april: Row = {"window_start": date(2026, 4, 1), "window_end": date(2026, 4, 30), "is_cumulative": False}
    load(
        warehouse,
        {**IN_MARCH, "measure_code": "a", "value": Decimal(100)},
        {**april, "measure_code": "a", "value": Decimal(100)},
        {**IN_MARCH, "measure_code": "b", "value": Decimal(200), "unit_code": "CAD"},
        {**IN_MARCH, "measure_code": "c", "value": Decimal(7), "unit_code": "EUR"},
        # Nothing to convert: no rate is missed.
        {**IN_MARCH, "measure_code": "d", "value": None, "value_state": "missing", "unit_code": "JPY"},
        {**IN_MARCH, "measure_code": "e", "value": Decimal(3), "unit_code": "project"},
    )

    build(warehouse)
    assert ask(
        warehouse, "select unit_code, usd_value, vnd_value from mart.capital_flow_latest order by line_number"
    ) == [
        ("USD", Decimal(100), None),
        ("USD", Decimal(100), None),
        ("CAD", None, Decimal(3_750_000)),
        ("EUR", None, None),
        ("JPY", None, None),
        ("project", None, None),
    ]
    assert ask(warehouse, "select * from mart.missing_exchange_rate order by currency_code") == [
        ("nso_fdi", "EUR", date(2026, 3, 20), date(2026, 3, 20), 1),
        ("nso_fdi", "USD", date(2026, 3, 20), date(2026, 4, 30), 3),
    ]


def test_zero_and_a_dash_are_worth_zero_and_a_blank_nothing(warehouse: Connection) -> None:
    keep_rate(warehouse, "USD", *MARCH, "25000")
    load(
        warehouse,
        {**IN_MARCH, "measure_code": "a", "value": Decimal(0)},
        {**IN_MARCH, "measure_code": "b", "value": Decimal(0), "value_state": "nil"},
        {**IN_MARCH, "measure_code": "c", "value": None, "value_state": "missing"},
    )

    build(warehouse)
    assert ask(warehouse, "select vnd_value from mart.capital_flow_latest order by measure_code") == [
        (Decimal(0),),
        (Decimal(0),),
        (None,),
    ]


def test_as_known_then_means_by_the_rates_of_then(warehouse: Connection) -> None:
    april, may = (datetime(2026, month, 3, tzinfo=VIETNAM) for month in (4, 5))
    load(warehouse, {**IN_MARCH, "value": Decimal(1)}, at=april)
    keep_rate(warehouse, "USD", *MARCH, "25000", known=may)

    build(warehouse, as_known=april)
    assert ask(warehouse, "select vnd_value from mart.capital_flow_latest") == [(None,)]
    build(warehouse)
    assert ask(warehouse, "select vnd_value from mart.capital_flow_latest") == [(Decimal(25_000),)]


# --- months by difference --------------------------------------------------------------------------


def upto(end: date, value: str | None, **more: object) -> Row:
    state = "missing" if value is None else "reported"
    return {
        "window_start": date(end.year, 1, 1),
        "window_end": end,
        "as_of_date": end,
        "value": None if value is None else Decimal(value),
        "value_state": state,
        "cell": f"'12. FDI'!D{end.month}",
        **more,
    }


def print_books(connection: Connection, *rows: Row) -> None:
    """Each figure in a book of its own, as published; then the marts."""
    for row in rows:
        load(connection, row, subject=f"{row['window_start']}/{row['window_end']}")
    build(connection)


def months(connection: Connection) -> list[tuple[object, ...]]:
    return ask(connection, "select month_start, value from mart.capital_month order by month_start")


def test_january_is_the_printed_figure_and_later_months_are_differences(warehouse: Connection) -> None:
    print_books(
        warehouse, upto(date(2024, 1, 20), "100"), upto(date(2024, 2, 20), "250"), upto(date(2024, 3, 20), "260")
    )

    assert months(warehouse) == [
        (date(2024, 1, 1), Decimal(100)),
        (date(2024, 2, 1), Decimal(150)),
        (date(2024, 3, 1), Decimal(10)),
    ]


def test_a_month_says_which_days_it_is_about_and_which_two_cells_it_is_the_difference_of(
    warehouse: Connection,
) -> None:
    print_books(warehouse, upto(date(2024, 1, 20), "10"), upto(date(2024, 2, 20), "30"))

    assert ask(
        warehouse,
        "select covers_from, covers_to, cell, printed_value, earlier_cell, earlier_printed_value,"
        " submission_id <> earlier_submission_id from mart.capital_month order by month_start",
    ) == [
        (date(2024, 1, 1), date(2024, 1, 20), "'12. FDI'!D1", Decimal(10), None, None, None),
        (date(2024, 1, 21), date(2024, 2, 20), "'12. FDI'!D2", Decimal(30), "'12. FDI'!D1", Decimal(10), True),
    ]


def test_books_closed_at_the_end_of_the_month_give_whole_months(warehouse: Connection) -> None:
    print_books(warehouse, upto(date(2025, 1, 31), "10"), upto(date(2025, 2, 28), "15"))

    assert ask(warehouse, "select covers_from, covers_to, value from mart.capital_month where value = 5") == [
        (date(2025, 2, 1), date(2025, 2, 28), Decimal(5))
    ]


def test_the_titles_of_2018_and_2019_leave_the_last_days_of_december_in_no_month(warehouse: Connection) -> None:
    titles = [f"Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/{month}" for month in ("11/2018", "12/2018")]
    titles += [f"Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/{month}" for month in ("1/2019", "02/2019")]
    windows = [window for title in titles if (window := read_window(title)) is not None]
    print_books(
        warehouse,
        *(
            upto(window.end, value)
            for window, value in zip(windows, ("15785.5", "17976.2", "805", "2130.25"), strict=True)
        ),
    )

    # 17976.2 - 15785.5 = 2190.7 from 21/11 to 20/12/2018; 2130.25 - 805 = 1325.25 from 21/01 to 20/02/2019.
    assert ask(
        warehouse, "select month_start, covers_from, covers_to, value from mart.capital_month order by month_start"
    ) == [
        (date(2018, 12, 1), date(2018, 11, 21), date(2018, 12, 20), Decimal("2190.7")),
        (date(2019, 1, 1), date(2019, 1, 1), date(2019, 1, 20), Decimal(805)),
        (date(2019, 2, 1), date(2019, 1, 21), date(2019, 2, 20), Decimal("1325.25")),
    ]


@pytest.mark.parametrize("february", [[], [upto(date(2024, 2, 20), None)]])
def test_a_missing_month_gives_no_value_for_itself_nor_for_the_next(warehouse: Connection, february: list[Row]) -> None:
    print_books(
        warehouse, upto(date(2024, 1, 20), "1"), *february, upto(date(2024, 3, 20), "7"), upto(date(2024, 4, 20), "9")
    )

    assert months(warehouse) == [(date(2024, 1, 1), Decimal(1)), (date(2024, 4, 1), Decimal(2))]


def test_a_printed_zero_is_a_figure_and_no_gap(warehouse: Connection) -> None:
    print_books(warehouse, upto(date(2024, 1, 20), "0"), upto(date(2024, 2, 20), "3"))

    assert months(warehouse) == [(date(2024, 1, 1), Decimal(0)), (date(2024, 2, 1), Decimal(3))]


def test_a_cumulative_figure_that_falls_gives_a_negative_month(warehouse: Connection) -> None:
    print_books(warehouse, upto(date(2024, 1, 20), "50"), upto(date(2024, 2, 20), "-12.5"))

    assert months(warehouse)[1] == (date(2024, 2, 1), Decimal("-62.5"))


def test_of_two_books_that_end_in_one_month_the_later_window_counts(warehouse: Connection) -> None:
    print_books(
        warehouse, upto(date(2014, 12, 20), "12"), upto(date(2014, 12, 15), "10"), upto(date(2014, 11, 20), "4")
    )

    assert months(warehouse) == [(date(2014, 12, 1), Decimal(8))]


@pytest.mark.parametrize(
    "other",
    [
        {"measure_code": "capital_adjusted"},
        {"axis_code": "partner", "member_name": "Lào", "member_code": "LA"},
        {"unit_code": "VND"},
        {"zone_code": "trong_kcn"},
        {"is_cumulative": False},
        {"window_start": date(2023, 12, 21)},
    ],
)
def test_only_figures_of_one_series_that_count_from_january_are_subtracted(warehouse: Connection, other: Row) -> None:
    print_books(warehouse, upto(date(2024, 1, 20), "10", **other), upto(date(2024, 2, 20), "30"))

    assert (date(2024, 2, 1), Decimal(20)) not in months(warehouse)


def test_a_member_is_the_same_by_its_code_however_it_is_spelt(warehouse: Connection) -> None:
    def australia(name: str) -> Row:
        return {"axis_code": "partner", "member_name": name, "member_code": "AU"}

    print_books(
        warehouse,
        upto(date(2024, 1, 20), "10", **australia("Ôx-trây-li-a")),
        upto(date(2024, 2, 20), "30", **australia("Úc")),
    )

    assert months(warehouse)[1] == (date(2024, 2, 1), Decimal(20))


def test_code_82_before_and_after_the_merger_is_not_one_province(warehouse: Connection) -> None:
    def province(name: str) -> Row:
        return {"axis_code": "locality", "member_name": name, "member_code": "82"}

    print_books(
        warehouse,
        upto(date(2025, 5, 31), "4", **province("Tiền Giang")),
        upto(date(2025, 6, 30), "5", **province("Tiền Giang")),
        upto(date(2025, 7, 31), "90", **province("Đồng Tháp")),
        upto(date(2025, 8, 31), "97", **province("Đồng Tháp")),
    )

    # July would be 90 - 5: the new province less the smaller half of it.
    assert months(warehouse) == [(date(2025, 6, 1), Decimal(1)), (date(2025, 8, 1), Decimal(7))]


def test_a_corrected_book_corrects_its_month_and_the_next(warehouse: Connection) -> None:
    windows = [date(2024, 1, 20), date(2024, 2, 20), date(2024, 3, 20)]
    for end, value in zip(windows, ("10", "30", "60"), strict=True):
        load(warehouse, upto(end, value), subject=f"{end}")
    load(
        warehouse,
        upto(windows[1], "25"),
        subject=f"{windows[1]}",
        revision=2,
        at=datetime(2026, 11, 5, tzinfo=VIETNAM),
    )

    build(warehouse)
    assert [value for _, value in months(warehouse)] == [Decimal(10), Decimal(15), Decimal(35)]
    build(warehouse, as_known=RECEIVED)
    assert [value for _, value in months(warehouse)] == [Decimal(10), Decimal(20), Decimal(30)]


def test_what_was_printed_stays_as_it_was_printed(warehouse: Connection) -> None:
    print_books(warehouse, upto(date(2024, 1, 20), "100"), upto(date(2024, 2, 20), "250"))

    assert ask(warehouse, "select value from mart.capital_flow_latest order by value") == [
        (Decimal(100),),
        (Decimal(250),),
    ]


# --- provinces -------------------------------------------------------------------------------------


def test_the_provinces_of_every_day_are_in_the_reference_schema(warehouse: Connection) -> None:
    assert ask(
        warehouse,
        "select name_vi, valid_from < '2025-07-01', valid_to from reference.province where province_code = '82'"
        " order by valid_from",
    ) == [("Tiền Giang", True, date(2025, 7, 1)), ("Đồng Tháp", False, None)]
    assert ask(
        warehouse,
        "select count(*) filter (where valid_from <= '2025-06-30' and coalesce(valid_to, 'infinity') > '2025-06-30'),"
        " count(*) filter (where valid_to is null) from reference.province",
    ) == [(63, 34)]
