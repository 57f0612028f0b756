"""Exchange rates: where they come from, which one counts on a day, and what a missing one stops."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from include.calendar.periods import VIETNAM
from include.errors import CatalogueError
from include.reference.exchange_rates import load_exchange_rates, sync_exchange_rates
from include.reference.sync import sync_reference
from tests.sources.feed_desk import RATES_HEADER, FeedDesk, codes, verdict
from tests.sources.iati_files import activity, recipient, transaction_on, write_file
from tests.sources.sdmx_files import DOLLAR, DOLLAR_AT_END, specific

JANUARY = "2026-01-01,2026-01-31"


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection) -> FeedDesk:
    return FeedDesk(tmp_path, warehouse)


def rate_on(desk: FeedDesk, currency: str, day: date, known: datetime | None = None) -> Decimal | None:
    """What the warehouse takes for the rate of that day; None where it knows none."""
    found = desk.ask(
        "select vnd_per_unit from reference.exchange_rate_on(:currency, :day, :known)",
        currency=currency,
        day=day,
        known=known,
    )
    return found[0][0] if found else None  # type: ignore[return-value]


# --- rates that come with a file -------------------------------------------------------------------


def test_real_rates_are_kept_with_their_days_source_and_cell(desk: FeedDesk, real_data: Path) -> None:
    [result] = desk.hand_in("sdmx_series", real_data / "sdmx-nsdp" / "SBV.EXR_Vietnam.xml")

    assert result.verdict == "loaded"
    assert desk.ask(
        "select rate.valid_from, rate.valid_to, rate.vnd_per_unit, rate.source_name, rate.cell, rate.as_of_date,"
        " submission.sha256 from reference.exchange_rate as rate inner join warehouse.submission using (submission_id)"
        " where rate.currency_code = 'USD' and rate.rate_kind = 'end_of_period' and rate.valid_from = '2015-05-01'"
    ) == [
        (
            date(2015, 5, 1),
            date(2015, 5, 31),
            Decimal(21_673),
            "National Summary Data Page of Viet Nam, EXR.ENDE_MID_XDC_USD_RATE._Z",
            "//Series[1]/Obs[5] (line 1)",
            date(2024, 9, 27),
            result.sha256,
        )
    ]
    # Averages convert, not the rates at the end of the month.
    assert rate_on(desk, "USD", date(2015, 5, 20)) == Decimal("21640.75")
    assert desk.ask("select count(*) from reference.exchange_rate") == [(232,)]


@pytest.mark.parametrize(
    ("currency", "day"), [("USD", date(2024, 9, 1)), ("USD", date(2014, 12, 31)), ("EUR", date(2020, 1, 1))]
)
def test_a_day_outside_the_published_ones_has_no_rate(
    desk: FeedDesk, real_data: Path, currency: str, day: date
) -> None:
    desk.hand_in("sdmx_series", real_data / "sdmx-nsdp" / "SBV.EXR_Vietnam.xml")

    assert rate_on(desk, currency, day) is None


def test_a_series_that_is_no_rate_and_a_rate_without_value_leave_no_rate(desk: FeedDesk, tmp_path: Path) -> None:
    desk.hand_in("sdmx_series", specific(tmp_path, ({}, {"2026-Q1": "5"}), (DOLLAR, {"2026-01": "NaN"})))

    assert desk.ask("select count(*) from reference.exchange_rate") == [(0,)]


def test_the_file_made_last_counts_even_when_it_came_first(desk: FeedDesk, tmp_path: Path) -> None:
    restated = specific(tmp_path, (DOLLAR, {"2026-01": "25100"}), name="new.xml", prepared="2026-03-01")
    original = specific(tmp_path, (DOLLAR, {"2026-01": "25000"}), name="old.xml", prepared="2026-02-01")

    desk.hand_in("sdmx_series", restated)
    desk.hand_in("sdmx_series", original)

    assert rate_on(desk, "USD", date(2026, 1, 31)) == Decimal(25_100)
    assert desk.ask("select vnd_per_unit from reference.exchange_rate order by 1") == [
        (Decimal(25_000),),
        (Decimal(25_100),),
    ]


def test_the_shortest_period_that_holds_the_day_counts_before_the_newest_file(desk: FeedDesk, tmp_path: Path) -> None:
    daily = specific(
        tmp_path, ({**DOLLAR, "FREQ": "D"}, {"2026-01-15": "25050"}), name="day.xml", prepared="2026-01-16"
    )
    monthly = specific(tmp_path, (DOLLAR, {"2026-01": "25000"}), name="month.xml", prepared="2026-02-01")

    desk.hand_in("sdmx_series", daily)
    desk.hand_in("sdmx_series", monthly)

    assert rate_on(desk, "USD", date(2026, 1, 15)) == Decimal(25_050)
    assert rate_on(desk, "USD", date(2026, 1, 16)) == Decimal(25_000)


def test_a_gap_between_two_months_is_not_bridged(desk: FeedDesk, tmp_path: Path) -> None:
    desk.hand_in("sdmx_series", specific(tmp_path, (DOLLAR, {"2026-01": "25000", "2026-03": "26000"})))

    days = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [rate_on(desk, "USD", day) for day in days] == [Decimal(25_000), None, None, Decimal(26_000)]


def test_a_rate_at_the_end_of_a_period_converts_nothing(desk: FeedDesk, tmp_path: Path) -> None:
    desk.hand_in("sdmx_series", specific(tmp_path, (DOLLAR_AT_END, {"2026-01": "25000"})))

    assert rate_on(desk, "USD", date(2026, 1, 15)) is None


def test_what_was_known_at_a_moment_can_still_be_asked(desk: FeedDesk, tmp_path: Path) -> None:
    february, april = (datetime(2026, month, 3, tzinfo=VIETNAM) for month in (2, 4))
    first = specific(tmp_path, (DOLLAR, {"2026-01": "25000"}), name="a.xml", prepared="2026-02-01")
    second = specific(tmp_path, (DOLLAR, {"2026-01": "25100"}), name="b.xml", prepared="2026-04-01")
    desk.hand_in("sdmx_series", first, at=february)
    desk.hand_in("sdmx_series", second, at=april)

    moments = (datetime(2026, 1, 31, tzinfo=VIETNAM), february, datetime(2026, 4, 2, tzinfo=VIETNAM), april, None)
    assert [rate_on(desk, "USD", date(2026, 1, 15), moment) for moment in moments] == [
        None,
        Decimal(25_000),
        Decimal(25_000),
        Decimal(25_100),
        Decimal(25_100),
    ]


# --- rates kept by hand ----------------------------------------------------------------------------


def test_a_line_of_the_file_is_a_rate_with_its_publisher_and_line(desk: FeedDesk) -> None:
    assert (
        desk.keep_rates(f"CAD,{JANUARY},18 500.5".replace(" ", "") + ",average,Vietcombank 31/01/2026,2026-02-01") == 1
    )

    assert desk.ask(
        "select currency_code, vnd_per_unit, source_name, submission_id, line_number, cell, known_at"
        " from reference.exchange_rate"
    ) == [
        (
            "CAD",
            Decimal("18500.5"),
            "Vietcombank 31/01/2026",
            None,
            3,
            "exchange_rates.csv, line 3",
            datetime(2026, 2, 1, tzinfo=VIETNAM),
        )
    ]
    assert rate_on(desk, "CAD", date(2026, 1, 31)) == Decimal("18500.5")


def test_the_same_file_again_changes_nothing_and_a_corrected_line_withdraws_the_wrong_one(desk: FeedDesk) -> None:
    wrong, right = (f"CAD,{JANUARY},{rate},average,Vietcombank 31/01/2026,2026-02-01" for rate in (1850, 18500))

    assert (desk.keep_rates(wrong), desk.keep_rates(wrong), desk.keep_rates(right)) == (1, 0, 2)

    assert rate_on(desk, "CAD", date(2026, 1, 15)) == Decimal(18_500)
    assert desk.ask("select vnd_per_unit, withdrawn_at is null from reference.exchange_rate order by rate_id") == [
        (Decimal(1850), False),
        (Decimal(18_500), True),
    ]
    # A report of before the correction was made with the rate of before.
    before = desk.ask("select min(withdrawn_at) - interval '1 second' from reference.exchange_rate")[0][0]
    assert rate_on(desk, "CAD", date(2026, 1, 15), before) == Decimal(1850)  # type: ignore[arg-type]


def test_a_line_that_left_the_file_converts_nothing_any_more(desk: FeedDesk) -> None:
    desk.keep_rates(f"CAD,{JANUARY},18500,average,Vietcombank,2026-02-01")

    assert desk.keep_rates() == 1
    assert rate_on(desk, "CAD", date(2026, 1, 15)) is None


def test_the_projects_own_file_holds_good_lines_and_goes_with_the_reference_data(warehouse: Connection) -> None:
    assert load_exchange_rates() == ()
    assert sync_exchange_rates(warehouse) == 0
    assert sync_reference(warehouse)["exchange_rate"] == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"CAD,{JANUARY},18.500,average,V,2026-02-01", None),
        (f"CAD,{JANUARY},18 500,average,V,2026-02-01", "line 2: rate '18 500'"),
        (f'CAD,{JANUARY},"18,500",average,V,2026-02-01', "line 2: rate '18,500'"),
        (f"CAD,{JANUARY},0,average,V,2026-02-01", "line 2: rate '0'"),
        (f"CAD,{JANUARY},-1,average,V,2026-02-01", "line 2: rate '-1'"),
        (f"VND,{JANUARY},1,average,V,2026-02-01", "line 2: currency 'VND'"),
        (f"Cad,{JANUARY},1,average,V,2026-02-01", "line 2: currency 'Cad'"),
        (f"CAD,{JANUARY},1,mean,V,2026-02-01", "line 2: kind 'mean'"),
        (f"CAD,{JANUARY},1,average, ,2026-02-01", "line 2: no source"),
        ("CAD,2026-01-31,2026-01-01,1,average,V,2026-02-01", "line 2: valid_to 2026-01-01 before"),
        ("CAD,31/01/2026,2026-01-31,1,average,V,2026-02-01", "line 2: Invalid isoformat"),
        (f"CAD,{JANUARY},1,average,V", "line 2: 6 values for 7 columns"),
    ],
)
def test_a_line_that_is_no_published_rate_is_refused_with_its_number(
    tmp_path: Path, line: str, told: str | None
) -> None:
    path = tmp_path / "exchange_rates.csv"
    path.write_text(f"{RATES_HEADER}\n{line}\n", encoding="utf-8")

    if told is None:
        assert len(load_exchange_rates(path)) == 1
    else:
        with pytest.raises(CatalogueError, match=told):
            load_exchange_rates(path)


def test_all_mistakes_of_the_file_are_told_at_once(tmp_path: Path) -> None:
    good = f"CAD,{JANUARY},18500,average,V,2026-02-01"
    path = tmp_path / "exchange_rates.csv"
    path.write_text(f"# remark\n{RATES_HEADER}\n{good}\n\n{good}\nXX\n", encoding="utf-8")

    with pytest.raises(CatalogueError, match=r"line 5: the same .* as line 3; line 6: 1 values"):
        load_exchange_rates(path)
    path.write_text(good, encoding="utf-8")
    with pytest.raises(CatalogueError, match="line 1: header"):
        load_exchange_rates(path)


# --- at the gate -----------------------------------------------------------------------------------


def aid(folder: Path, currency: str, *days: str) -> Path:
    """An activity file of one payment of 100 a day."""
    return write_file(folder, activity(recipient("VN"), *map(transaction_on, days), currency=currency))


def test_money_without_a_rate_is_held_and_told_once_with_currency_and_days(desk: FeedDesk, tmp_path: Path) -> None:
    desk.keep_rates(f"EUR,{JANUARY},30000,average,Vietcombank,2026-02-01")

    [result] = desk.hand_in("iati_activities", aid(tmp_path, "EUR", "2026-01-05", "2026-02-01", "2026-03-31"))

    assert verdict(result) == ("quarantined", "EXCHANGE_RATE_MISSING")
    assert result.counts["quarantined"] == 3
    [told] = [message for message in result.messages if message["code"] == "EXCHANGE_RATE_MISSING"]
    assert "không có tỷ giá EUR ngày 01/02/2026, 31/03/2026, nên" in str(told["text"])
    assert "rồi gửi lại đúng tệp này" in str(told["text"])
    assert desk.ask("select line_number, rule_codes from quarantine.capital_flow order by 1") == [
        (1, ["FILE"]),
        (2, ["R-09"]),
        (3, ["R-09"]),
    ]


def test_the_same_bytes_are_looked_at_again_and_load_once_the_rates_are_there(desk: FeedDesk, tmp_path: Path) -> None:
    path = aid(tmp_path, "EUR", "2026-01-05")

    [held], [again] = desk.hand_in("iati_activities", path), desk.hand_in("iati_activities", path)
    desk.keep_rates(f"EUR,{JANUARY},30000,average,Vietcombank,2026-02-01")
    [loaded] = desk.hand_in("iati_activities", path)

    assert [verdict(each) for each in (held, again, loaded)] == [
        ("quarantined", "EXCHANGE_RATE_MISSING"),
        ("duplicate", "DUPLICATE_HELD"),
        ("loaded", "OK"),
    ]
    assert codes(loaded) == {"DOLLAR_RATE_MISSING"}
    assert desk.is_balanced()


@pytest.mark.parametrize("currency", ["USD", "VND"])
def test_dollars_and_dong_load_without_a_rate_and_the_file_is_told_once(
    desk: FeedDesk, tmp_path: Path, currency: str
) -> None:
    [result] = desk.hand_in("iati_activities", aid(tmp_path, currency, "2026-01-05", "2026-02-01", "2026-02-01"))

    assert verdict(result) == ("loaded", "OK")
    [told] = result.messages
    assert (told["code"], told["severity"], told["cell"]) == ("DOLLAR_RATE_MISSING", "warn", None)
    assert "USD từ 05/01/2026 đến 01/02/2026 (2 ngày)" in str(told["text"])


def test_nothing_is_told_where_every_day_has_its_rate(desk: FeedDesk, tmp_path: Path) -> None:
    desk.hand_in("sdmx_series", specific(tmp_path, (DOLLAR, {"2026-01": "25000", "2026-02": "25100"})))

    [result] = desk.hand_in("iati_activities", aid(tmp_path, "USD", "2026-01-05", "2026-02-28"))

    assert (verdict(result), result.messages) == (("loaded", "OK"), [])


def test_an_amount_that_is_missing_needs_no_rate(warehouse: Connection) -> None:
    insert = text(
        "insert into staging.capital_flow (submission_id, line_number, flow_code, measure_code, axis_code, member_name,"
        " value, value_state, unit_code, window_start, window_end, as_of_date, value_date, is_cumulative, sheet_name,"
        " cell) values (1, :line, 'oda', 'm', 'project', 'P', :value, :state, :unit, '2026-01-01', '2026-01-31',"
        " '2026-02-01', :value_date, false, 's', 'A' || :line)"
    )
    day = date(2026, 3, 3)
    for line, value, state, unit in [
        (1, None, "missing", "EUR"),
        (2, Decimal(3), "reported", "project"),
        (3, Decimal(0), "nil", "EUR"),
    ]:
        warehouse.execute(insert, {"line": line, "value": value, "state": state, "unit": unit, "value_date": day})

    held = warehouse.execute(text(Path("sql/rules/capital_flow_without_rate.sql").read_text(encoding="utf-8"))).all()
    assert [(row.found, row.held_lines) for row in held] == [("EUR ngày 03/03/2026", [3])]
