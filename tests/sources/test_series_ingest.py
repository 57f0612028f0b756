"""Published series through the whole gate: real files, revisions, and what may not pass."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from include.calendar.periods import VIETNAM
from include.quality.gate import run_gate
from include.sources.sdmx_series import sample_files as sdmx_sample
from include.sources.wdi_series import sample_files as wdi_sample
from include.warehouse.sql import copy_rows, run_file
from tests.sources.feed_desk import FeedDesk, codes, verdict
from tests.sources.sdmx_files import DOLLAR, DOLLAR_AT_END, specific

WDI = "API_BX.KLT.DINV.CD.WD_DS2_en_csv_v2_4687764.csv"


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection) -> FeedDesk:
    return FeedDesk(tmp_path, warehouse)


# --- real files ------------------------------------------------------------------------------------


def test_every_real_message_loads_whole_and_a_second_time_is_a_duplicate(desk: FeedDesk, real_data: Path) -> None:
    messages = sorted((real_data / "sdmx-nsdp").glob("*.xml"))

    first = desk.hand_in("sdmx_series", *messages)
    again = desk.hand_in("sdmx_series", *messages)

    assert {(each.subject, each.revision, each.counts["promoted"], *verdict(each)) for each in first} == {
        ("CGD/VN", 1, 245, "loaded", "OK"),
        ("BOP6/VN", 1, 1842, "loaded", "OK"),
        ("EXR/VN", 1, 232, "loaded", "OK"),
    }
    assert {each.verdict for each in again} == {"duplicate"}
    # The half-year of 2.802.593,63 billion đồng, in đồng.
    assert desk.ask(
        "select value, unit_name, window_end, as_of_date from warehouse.series_point"
        " where series_code = 'CGD.VNM_CGD_TD_XDC._Z' and window_start = '2019-01-01' and frequency_code = 'S'"
    ) == [(Decimal(2_802_593_630_000_000), "VND", date(2019, 6, 30), date(2020, 7, 14))]
    assert desk.ask("select count(*) from warehouse.series_point") == [(2319,)]
    assert desk.is_balanced()


@pytest.mark.parametrize("name", ["MOF_CGD_Vietnam.xml", "SBV.BOP_Vietnam.xml", "SBV.EXR_Vietnam.xml"])
def test_a_real_message_in_another_order_of_its_series_is_unchanged(
    desk: FeedDesk, real_data: Path, tmp_path: Path, name: str
) -> None:
    original = real_data / "sdmx-nsdp" / name
    written = original.read_text(encoding="utf-8")
    series = re.findall(r"<Series .*?</Series>", written, flags=re.DOTALL)
    reordered = tmp_path / "reordered.xml"
    start, end = written.index(series[0]), written.rindex("</Series>") + len("</Series>")
    reordered.write_text(written[:start] + "".join(reversed(series)) + written[end:], encoding="utf-8")

    [first] = desk.hand_in("sdmx_series", original)
    [second] = desk.hand_in("sdmx_series", reordered)

    assert len(series) > 1
    assert (first.verdict, verdict(second)) == ("loaded", ("unchanged", "UNCHANGED"))
    assert second.counts["ignored"] == first.counts["promoted"] == second.counts["received"]
    assert desk.is_balanced()


def test_the_real_download_loads_is_a_duplicate_and_reordered_unchanged(
    desk: FeedDesk, real_data: Path, tmp_path: Path
) -> None:
    original = real_data / "wdi" / WDI
    lines = original.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    reordered = tmp_path / "reordered.csv"
    reordered.write_text("".join((*lines[:5], *reversed(lines[5:]))), encoding="utf-8", newline="")

    results = [desk.hand_in("wdi_series", path)[0] for path in (original, original, reordered)]

    assert [each.verdict for each in results] == ["loaded", "duplicate", "unchanged"]
    # 266 lines of 62 years; the ten areas we compare with are kept.
    assert results[0].counts == {"received": 16492, "promoted": 620, "quarantined": 0, "ignored": 15872}
    assert desk.ask(
        "select value, value_state from warehouse.series_point where area_code = 'VN'"
        " and window_start in ('1972-01-01', '2021-01-01') order by window_start"
    ) == [(Decimal(-890_000), "reported"), (None, "missing")]
    assert desk.is_balanced()


@pytest.mark.parametrize(
    ("source", "path", "code"),
    [
        ("sdmx_series", "sdmx-nsdp/dsbb_database.csv", "NOT_XML"),
        ("wdi_series", f"wdi/Metadata_Country_{WDI}", "WDI_HEADER"),
        ("wdi_series", f"wdi/Metadata_Indicator_{WDI}", "WDI_HEADER"),
    ],
)
def test_what_comes_along_with_a_real_download_is_rejected(
    desk: FeedDesk, real_data: Path, source: str, path: str, code: str
) -> None:
    [result] = desk.hand_in(source, real_data / path)

    assert verdict(result) == ("rejected", code)


# --- revisions -------------------------------------------------------------------------------------


def test_a_restated_value_is_a_revision_with_its_difference(desk: FeedDesk, tmp_path: Path) -> None:
    one = specific(tmp_path, ({}, {"2026-Q1": "5", "2026-Q2": "6"}), name="a.xml")
    other = specific(tmp_path, ({}, {"2026-Q2": "6.5", "2026-Q3": "NaN"}), name="b.xml")

    [first], [second] = desk.hand_in("sdmx_series", one), desk.hand_in("sdmx_series", other)

    assert (first.revision, second.revision) == (1, 2)
    assert desk.ask(
        "select window_start, change_kind, old_value, new_value, new_state from warehouse.series_point_change"
        " where submission_id = (select max(submission_id) from warehouse.submission) order by change_number"
    ) == [
        (date(2026, 4, 1), "changed", Decimal(6_000_000), Decimal(6_500_000), "reported"),
        (date(2026, 7, 1), "added", None, None, "missing"),
        (date(2026, 1, 1), "removed", Decimal(5_000_000), None, None),
    ]
    assert desk.ask("select count(*) from warehouse.series_point") == [(4,)]


def test_the_mart_shows_the_values_of_the_newest_file_and_at_an_earlier_moment_those_known_then(
    desk: FeedDesk, tmp_path: Path
) -> None:
    early, late = datetime(2026, 7, 1, tzinfo=VIETNAM), datetime(2026, 11, 1, tzinfo=VIETNAM)
    desk.hand_in(
        "sdmx_series", specific(tmp_path, ({}, {"2026-Q1": "5"}), name="a.xml", prepared="2026-06-30"), at=early
    )
    desk.hand_in(
        "sdmx_series", specific(tmp_path, ({}, {"2026-Q1": "6.5"}), name="b.xml", prepared="2026-10-31"), at=late
    )
    shown = "select value, revision_number from mart.series_latest"

    desk.build()
    assert desk.ask(shown) == [(Decimal(6_500_000), 2)]
    desk.build(as_known=datetime(2026, 8, 1, tzinfo=VIETNAM))
    assert desk.ask(shown) == [(Decimal(5_000_000), 1)]


def test_a_message_made_later_that_says_the_same_is_no_revision(desk: FeedDesk, tmp_path: Path) -> None:
    october = specific(tmp_path, ({}, {"2026-Q1": "5"}), name="a.xml", prepared="2026-10-01")
    november = specific(tmp_path, ({}, {"2026-Q1": "5.0"}), name="b.xml", prepared="2026-11-01")

    assert [desk.hand_in("sdmx_series", path)[0].verdict for path in (october, november)] == ["loaded", "unchanged"]


def test_another_countrys_message_loads_no_row_and_takes_nothing_away(desk: FeedDesk, tmp_path: Path) -> None:
    ours = specific(tmp_path, ({}, {"2026-Q1": "5"}), name="vn.xml")
    theirs = specific(tmp_path, ({"REF_AREA": "LA"}, {"2026-Q1": "5", "2026-Q2": "5"}), name="la.xml")

    [loaded], [empty] = desk.hand_in("sdmx_series", ours), desk.hand_in("sdmx_series", theirs)

    assert (verdict(empty), empty.revision, empty.subject) == (("loaded", "OK"), 1, "BOP6/LA")
    assert empty.counts == {"received": 2, "promoted": 0, "quarantined": 0, "ignored": 2}
    assert desk.ask("select subject_key from warehouse.submission where verdict = 'loaded' order by 1") == [
        ("BOP6/LA",),
        (loaded.subject,),
    ]
    assert desk.is_balanced()


# --- what may not pass -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "code"),
    [
        ([({}, {"2026-Q1": "about 5", "2026-Q2": "7"})], "SDMX_VALUE_UNREADABLE"),
        ([({}, {"2026-Q1": "5", "2027-Q1": "6"})], "SERIES_WINDOW_AHEAD"),
        ([(DOLLAR, {"2026-01": "26000", "2026-02": "26.1"})], "RATE_OUT_OF_SCALE"),
        (
            [({**DOLLAR, "UNIT_MULT": "3"}, {"2026-01": "26000"}), (DOLLAR_AT_END, {"2026-01": "-1"})],
            "RATE_OUT_OF_SCALE",
        ),
        ([(DOLLAR, {"2026-01": "0"})], "RATE_OUT_OF_SCALE"),
    ],
)
def test_a_message_with_one_wrong_value_is_held_whole(
    desk: FeedDesk, tmp_path: Path, series: list[tuple[dict[str, str], dict[str, str]]], code: str
) -> None:
    [result] = desk.hand_in("sdmx_series", specific(tmp_path, *series))

    assert verdict(result) == ("quarantined", code)
    assert result.counts["quarantined"] == result.counts["received"] > 0
    assert desk.ask("select count(*) from warehouse.series_point") == [(0,)]
    assert desk.ask("select count(*) from reference.exchange_rate") == [(0,)]
    assert desk.ask("select count(*) from quarantine.series_point") == [(result.counts["quarantined"],)]
    assert desk.is_balanced()


def test_near_misses_of_those_checks_load(desk: FeedDesk, tmp_path: Path) -> None:
    # The quarter that has begun, a forecast left blank, a rate that nearly doubles.
    message = specific(
        tmp_path,
        ({}, {"2026-Q4": "5", "2027-Q1": "NaN"}),
        (DOLLAR, {"2026-01": "13001", "2026-02": "26000", "2026-03": "NaN"}),
    )

    [result] = desk.hand_in("sdmx_series", message)

    assert verdict(result) == ("loaded", "OK")


def test_a_rate_is_compared_with_the_newest_known_of_the_year_before(desk: FeedDesk, tmp_path: Path) -> None:
    desk.keep_rates("USD,2026-01-01,2026-01-31,26000,average,Vietcombank 31/01/2026,2026-02-01")
    thousandth = specific(tmp_path, (DOLLAR, {"2026-02": "26.1"}), name="a.xml")
    long_after = specific(tmp_path, (DOLLAR, {"2028-02": "26.1"}), name="b.xml")
    in_2028 = datetime(2028, 3, 1, tzinfo=VIETNAM)

    [held], [loaded] = desk.hand_in("sdmx_series", thousandth), desk.hand_in("sdmx_series", long_after, at=in_2028)

    assert verdict(held) == ("quarantined", "RATE_OUT_OF_SCALE")
    assert "26,1 đồng một USD, kỳ trước 26.000" in str(held.messages[0]["text"])
    # Two years on there is nothing to compare with.
    assert loaded.verdict == "loaded"


STAGED = (
    "submission_id line_number series_code area_code frequency_code window_start window_end value value_state unit_name"
    " as_of_date publisher_name rate_currency_code rate_kind cell"
).split()
GOOD = {
    "submission_id": 1,
    "series_code": "S",
    "area_code": "VN",
    "frequency_code": "M",
    "window_start": date(2026, 1, 1),
    "window_end": date(2026, 1, 31),
    "value": Decimal(26_000),
    "value_state": "reported",
    "unit_name": "VND per USD",
    "as_of_date": date(2026, 2, 1),
    "publisher_name": "P",
    "rate_currency_code": "USD",
    "rate_kind": "average",
}


def stage(connection: Connection, *rows: dict[str, object]) -> None:
    copy_rows(
        connection,
        "staging.series_point",
        STAGED,
        [
            [{**GOOD, "line_number": number, "cell": f"line {number}", **row}.get(name) for name in STAGED]
            for number, row in enumerate(rows, start=1)
        ],
    )


def broken(connection: Connection, rule: str) -> list[int]:
    return sorted(row.line_number for row in run_file(connection, f"rules/{rule}.sql"))


@pytest.mark.parametrize(
    "row",
    [
        {"value": None},
        {"value_state": "missing"},
        {"value_state": "nil"},
        {"value_state": "guessed"},
        {"window_end": date(2025, 12, 31)},
        {"frequency_code": "W"},
        {"rate_kind": None},
        {"rate_currency_code": "usd"},
    ],
)
def test_a_point_that_contradicts_itself_is_told(warehouse: Connection, row: dict[str, object]) -> None:
    stage(warehouse, {}, row)

    assert broken(warehouse, "series_point_shape") == [2]


def test_a_key_that_stands_twice_is_told_on_both_lines_and_another_area_is_not(warehouse: Connection) -> None:
    stage(warehouse, {}, {"value": Decimal(1)}, {"area_code": "TH"}, {"frequency_code": "D"})

    assert broken(warehouse, "series_point_repeated_key") == [1, 2]


def test_two_series_that_give_one_rate_are_told_and_another_kind_is_not(warehouse: Connection) -> None:
    stage(warehouse, {}, {"series_code": "T"}, {"series_code": "U", "rate_kind": "end_of_period"}, {"submission_id": 2})

    assert broken(warehouse, "series_rate_contradicts") == [1, 2]


def test_a_value_that_was_not_read_is_told_even_when_its_reader_gave_no_reason(warehouse: Connection) -> None:
    stage(warehouse, {}, {"value": None, "value_state": "unreadable"}, {"value": None, "value_state": "missing"})

    [row] = run_file(warehouse, "rules/series_point_not_read.sql").all()
    assert (row.line_number, row.code) == (2, "SERIES_VALUE_NOT_READ")


def test_a_series_without_a_unit_is_stopped_at_the_gate(warehouse: Connection) -> None:
    stage(warehouse, {}, {"area_code": "TH", "unit_name": " ", "rate_currency_code": None, "rate_kind": None})
    warehouse.commit()

    assert [(breach.line_number, breach.code, breach.severity) for breach in run_gate(warehouse)] == [
        (2, "SERIES_UNIT_MISSING", "block")
    ]


def test_the_warehouse_itself_refuses_one_point_twice(desk: FeedDesk, tmp_path: Path) -> None:
    desk.hand_in("sdmx_series", specific(tmp_path, ({}, {"2026-Q1": "5"})))

    with desk.engine.begin() as connection, pytest.raises(Exception, match="series_point_grain"):
        connection.execute(
            text(
                "insert into warehouse.series_point select submission_id, 99, series_code, area_code, frequency_code,"
                " window_start, window_end, value, value_state, unit_name, as_of_date, publisher_name,"
                " rate_currency_code, rate_kind, revision_number, cell from warehouse.series_point"
            )
        )


# --- the sample ------------------------------------------------------------------------------------


def test_the_made_up_files_load_and_say_that_they_are_made_up(desk: FeedDesk, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    [message], [download] = sdmx_sample.write_sample(folder), wdi_sample.write_sample(folder)

    [rates], [series] = desk.hand_in("sdmx_series", message), desk.hand_in("wdi_series", download)

    assert [verdict(rates), verdict(series)] == [("loaded", "OK"), ("loaded", "OK")]
    assert (codes(rates), codes(series)) == (set(), set())
    assert desk.ask("select count(*) from reference.exchange_rate") == [(22,)]
    for path in folder.iterdir():
        assert "DỮ LIỆU GIẢ LẬP" in path.read_text(encoding="utf-8")
    assert desk.is_balanced()
    shutil.rmtree(folder)
