"""N01 to N04, worked out by hand: what is counted, what it is divided by, and what a day without a row means."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, text

from include.indicators.kpi import kpi, kpi_as_known
from include.indicators.marts import build_marts, check_marts
from include.indicators.trace import trace
from tests.sql.builders import ZONE, send
from tests.sql.monitored import count, monitor, nothing_found

ELEVENTH_OF_JANUARY = datetime(2026, 1, 11, 9, 0, tzinfo=ZONE)
"""Ten days of the half-year have passed then."""

# 20 items on three monitored days, one of them without any; 15 are classified, 6 are in foreign languages.
THREE_DAYS = (
    count("01-01", 6),
    count("01-01", 3, tone="tich_cuc"),
    count("01-01", 1, tone="tieu_cuc", language="en", channel_type="mxh"),
    nothing_found("01-02"),
    count("01-03", 5, tone="chua_phan_loai", channel_type="mxh"),
    count("01-03", 5, tone="tich_cuc", language="zh", scope="ngoai_nuoc", topic="kinh_te_dau_tu"),
)


def values(
    connection: Connection,
    code: str,
    axis: str = "total",
    *,
    at: datetime = ELEVENTH_OF_JANUARY,
    period: str = "2026-06T",
) -> dict[str, tuple[Decimal | None, Decimal | None, Decimal | None]]:
    """Value, numerator and denominator of each member of a breakdown, as known at a moment."""
    build_marts(connection, as_known=at)
    rows = connection.execute(
        text(
            "select member_code, value, numerator, denominator from mart.indicator_value where indicator_code = :code"
            " and period_code = :period and axis_code = :axis and scope_type = 'province'"
        ),
        {"code": code, "period": period, "axis": axis},
    )
    return {row.member_code: (row.value, row.numerator, row.denominator) for row in rows}


def headline(
    connection: Connection, code: str, at: datetime = ELEVENTH_OF_JANUARY, period: str = "2026-06T"
) -> dict[str, Any]:
    [found] = [each for each in kpi_as_known(connection, at, period) if each["code"] == code]
    return found


def shares(found: dict[str, tuple[Decimal | None, Decimal | None, Decimal | None]]) -> dict[str, str]:
    return {member: f"{value:.2f}" for member, (value, _, _) in found.items() if value is not None}


def test_n01_is_the_sum_of_items_with_the_days_it_stands_on(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    line = headline(reports, "N01")

    assert (line["value"], line["numerator"], line["denominator"], line["unit"]) == ("20", "20", None, "tin, bài")
    assert (line["state"], line["reason_code"], line["kind"], line["direction"]) == (
        "reported",
        None,
        "thuc_hien",
        "none",
    )
    assert (line["coverage"]["received"], line["coverage"]["expected"]) == (3, 10)
    assert (line["cut_off"], line["revised"]) == ("2026-01-03", False)


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ("channel_type", {"bao_in": "14.00", "mxh": "6.00"}),
        ("topic", {"van_hoa_du_lich": "15.00", "kinh_te_dau_tu": "5.00"}),
        ("scope", {"trong_nuoc": "15.00", "ngoai_nuoc": "5.00"}),
        ("language", {"vi": "14.00", "en": "1.00", "zh": "5.00"}),
    ],
)
def test_every_breakdown_of_n01_adds_up_to_it(reports: Connection, axis: str, expected: dict[str, str]) -> None:
    monitor(reports, *THREE_DAYS)

    assert shares(values(reports, "N01", axis)) == expected


def test_n02_has_three_shares_of_the_classified_items_and_no_value_of_its_own(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    # 8, 6 and 1 of 15; the 5 that are not classified are 25 % of all 20.
    tones = values(reports, "N02", "tone")
    assert shares(tones) == {"tich_cuc": "53.33", "trung_tinh": "40.00", "tieu_cuc": "6.67"}
    assert {(numerator, denominator) for _, numerator, denominator in tones.values()} == {(8, 15), (6, 15), (1, 15)}
    assert abs(sum(value or 0 for value, _, _ in tones.values()) - 100) < Decimal("0.000001")
    assert values(reports, "N02", "unclassified") == {"chua_phan_loai": (25, 5, 20)}
    line = headline(reports, "N02")
    assert (line["value"], line["numerator"], line["denominator"]) == (None, "15", "20")
    assert (line["state"], line["reason_code"]) == ("no_value", "by_element")
    assert (line["coverage"]["received"], line["coverage"]["expected"]) == (3, 10)


def test_n02_adds_up_to_100_within_every_member_of_a_breakdown(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    assert shares(values(reports, "N02", "channel_type/tone")) == {
        "bao_in/tich_cuc": "57.14",
        "bao_in/trung_tinh": "42.86",
        "mxh/tieu_cuc": "100.00",
    }
    # 5 of the 6 items of social media are not classified.
    assert shares(values(reports, "N02", "channel_type/unclassified")) == {"mxh/chua_phan_loai": "83.33"}
    assert shares(values(reports, "N02", "scope/tone")) == {
        "trong_nuoc/tich_cuc": "30.00",
        "trong_nuoc/trung_tinh": "60.00",
        "trong_nuoc/tieu_cuc": "10.00",
        "ngoai_nuoc/tich_cuc": "100.00",
    }


def test_n02_of_items_none_of_which_is_classified_has_no_value(reports: Connection) -> None:
    monitor(reports, count("01-01", 4, tone="chua_phan_loai"), count("01-01", 0))

    assert values(reports, "N02", "tone") == {"trung_tinh": (None, 0, 0)}
    assert values(reports, "N02", "unclassified") == {"chua_phan_loai": (100, 4, 4)}
    assert reports.execute(
        text(
            "select value_state, reason_code from mart.indicator_value"
            " where indicator_code = 'N02' and axis_code = 'tone' and period_code = '2026-06T'"
        )
    ).all() == [("no_value", "zero_denominator")]


def test_n03_is_the_share_of_foreign_languages_by_language_and_topic(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    assert values(reports, "N03") == {"total": (30, 6, 20)}
    assert values(reports, "N03", "language") == {"en": (5, 1, 20), "zh": (25, 5, 20)}
    assert values(reports, "N03", "topic") == {
        "van_hoa_du_lich": (Decimal("6.6666666667"), 1, 15),
        "kinh_te_dau_tu": (100, 5, 5),
    }


def test_n04_counts_an_empty_day_and_not_an_unmonitored_one(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    # 1, 2 and 3 January of the ten that have passed; on the 2nd every kind of channel was looked at in vain.
    assert values(reports, "N04") == {"total": (30, 3, 10)}
    by_channel = values(reports, "N04", "channel_type")
    assert (by_channel["bao_in"], by_channel["mxh"], by_channel["phat_thanh"]) == (
        (30, 3, 10),
        (30, 3, 10),
        (10, 1, 10),
    )


def test_a_zero_row_is_a_monitored_day_of_its_channel_alone(reports: Connection) -> None:
    monitor(reports, count("01-05", 0, channel_type="mxh"))

    assert values(reports, "N01") == {"total": (0, 0, None)}
    assert values(reports, "N04", "channel_type") == {"mxh": (10, 1, 10)}


def test_days_on_which_nothing_was_found_make_a_zero_and_no_share(reports: Connection) -> None:
    monitor(reports, nothing_found("01-05"), nothing_found("01-06"))

    volume, foreign, days = (headline(reports, code) for code in ("N01", "N03", "N04"))
    assert (volume["value"], volume["state"]) == ("0", "reported")
    assert (foreign["value"], foreign["state"], foreign["reason_code"]) == (None, "no_value", "zero_denominator")
    assert days["value"] == "20"


def test_a_period_without_a_monitored_day_awaits_its_feed(reports: Connection) -> None:
    monitor(reports, count("07-01", 5), received_at=datetime(2026, 7, 2, tzinfo=ZONE))

    at = datetime(2026, 7, 3, tzinfo=ZONE)
    assert {
        (each["code"], each["value"], each["state"], each["reason_code"])
        for each in kpi_as_known(reports, at, "2026-06T")
        if each["code"].startswith("N0")
    } == {(code, None, "missing", "awaiting_feed") for code in ("N01", "N02", "N03", "N04")}
    assert headline(reports, "N01", at, "2026-NAM")["value"] == "5"


def test_days_to_come_are_never_divided_by(reports: Connection) -> None:
    monitor(reports, count("06-30", 1), received_at=datetime(2026, 6, 30, 20, tzinfo=ZONE))

    # At noon of the 30th, 180 days are over and the 30th has been monitored already; later nothing is added.
    for moment in (
        datetime(2026, 6, 30, 21, tzinfo=ZONE),
        datetime(2026, 7, 1, tzinfo=ZONE),
        datetime(2026, 9, 1, tzinfo=ZONE),
    ):
        assert headline(reports, "N04", moment)["denominator"] == "181"
    assert headline(reports, "N04", datetime(2026, 9, 1, tzinfo=ZONE), "2026-NAM")["denominator"] == "243"


def test_a_corrected_day_replaces_itself_alone_and_says_so(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)
    monitor(reports, count("01-01", 4), count("01-04", 1))

    assert values(reports, "N01") == {"total": (15, 15, None)}
    assert values(reports, "N04") == {"total": (40, 4, 10)}
    assert headline(reports, "N01")["revised"] is True


def test_a_day_sent_again_without_a_change_is_not_revised(reports: Connection) -> None:
    monitor(reports, count("01-01", 4))
    monitor(reports, count("01-01", 4), count("01-02", 4))

    assert headline(reports, "N01")["revised"] is False


def test_as_known_then_a_later_correction_had_not_come(reports: Connection) -> None:
    send(reports, "SYT", received_at=datetime(2026, 1, 2, tzinfo=ZONE))
    monitor(reports, *THREE_DAYS, received_at=datetime(2026, 1, 4, tzinfo=ZONE))
    monitor(reports, count("01-01", 4), received_at=datetime(2026, 1, 8, tzinfo=ZONE))

    known = {day: headline(reports, "N01", datetime(2026, 1, day, 12, tzinfo=ZONE)) for day in (3, 5, 9)}

    assert [known[day]["value"] for day in (3, 5, 9)] == [None, "20", "14"]
    assert [known[day]["revised"] for day in (3, 5, 9)] == [False, False, True]


def test_months_of_the_half_year_are_in_the_year_and_july_is_not_in_the_half_year(reports: Connection) -> None:
    monitor(reports, count("06-30", 5), count("07-01", 7), received_at=datetime(2026, 7, 2, tzinfo=ZONE))
    at = datetime(2026, 7, 3, tzinfo=ZONE)

    assert (headline(reports, "N01", at)["value"], headline(reports, "N01", at, "2026-NAM")["value"]) == ("5", "12")


def test_the_number_is_traced_to_the_lines_of_each_file_and_month(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS, count("02-01", 2), sheet="Số liệu")
    monitor(reports, count("02-02", 8))

    traced = trace(reports, "N01", "2026-06T")

    assert (traced["value"], len(traced["terms"])) == ("30", 1)
    [term] = traced["terms"]
    assert (term["measure"], term["value"]) == ("MON01", "30")
    assert [(cell["file"], cell["sheet"], cell["cell"], cell["value"]) for cell in term["cells"]] == [
        ("giam-sat-0.csv", "Số liệu", "dòng 2–7", "20"),
        ("giam-sat-0.csv", "Số liệu", "dòng 8–8", "2"),
        ("giam-sat-1.csv", None, "dòng 2–2", "8"),
    ]


def test_every_term_of_a_share_adds_up_from_its_lines(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    for code, expected in {
        "N02": [("numerator", "15"), ("denominator", "20")],
        "N03": [("numerator", "6"), ("denominator", "20")],
    }.items():
        assert [(term["side"], term["value"]) for term in trace(reports, code, "2026-06T")["terms"]] == expected


def test_days_are_traced_to_their_lines_and_those_that_have_passed_to_the_calendar(
    reports: Connection,
) -> None:
    monitor(reports, *THREE_DAYS)

    traced = trace(reports, "N04", "2026-06T")

    monitored, passed = traced["terms"]
    assert (monitored["side"], monitored["value"]) == ("numerator", "3")
    assert (passed["side"], passed["value"]) == ("denominator", traced["denominator"])
    [calendar] = passed["cells"]
    assert (calendar["sha256"], calendar["cell"], calendar["days"][0]) == (None, None, "2026-01-01")


def test_days_another_file_has_taken_over_are_not_among_the_lines(reports: Connection) -> None:
    monitor(reports, count("01-05", 1), count("01-06", 2), count("01-07", 4))
    monitor(reports, count("01-06", 8))

    [term] = trace(reports, "N01", "2026-06T")["terms"]

    # Line 3 of the first file is about a day that the second one corrected.
    assert [(cell["file"], cell["cell"], cell["days"], cell["value"]) for cell in term["cells"]] == [
        ("giam-sat-0.csv", "dòng 2–2", ["2026-01-05", "2026-01-05"], "1"),
        ("giam-sat-0.csv", "dòng 4–4", ["2026-01-07", "2026-01-07"], "4"),
        ("giam-sat-1.csv", "dòng 2–2", ["2026-01-06", "2026-01-06"], "8"),
    ]


def test_a_tone_within_a_channel_is_traced_to_its_part_of_the_lines(reports: Connection) -> None:
    monitor(reports, count("01-05", 3, tone="tich_cuc"), count("01-05", 1), count("01-05", 9, channel_type="mxh"))

    traced = trace(reports, "N02", "2026-06T", by="channel_type/tone/bao_in/tich_cuc")

    assert (traced["value"], [(term["side"], term["value"]) for term in traced["terms"]]) == (
        "75",
        [("numerator", "3"), ("denominator", "4")],
    )


def test_the_marts_pass_their_check_with_a_feed_in_them(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    build_marts(reports)
    check_marts(reports)


def test_breakdowns_are_in_what_scripts_read(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)

    [n02] = [each for each in kpi(reports, "2026-06T", with_breakdowns=True) if each["code"] == "N02"]

    assert {"axis": "tone", "member": "trung_tinh", "value": "40"}.items() <= next(
        each for each in n02["breakdowns"] if each["member"] == "trung_tinh"
    ).items()


def test_the_indicators_are_made_without_a_look_at_the_counts(reports: Connection) -> None:
    monitor(reports, *THREE_DAYS)
    reports.execute(text("drop table warehouse.monitoring_count cascade"))

    assert values(reports, "N01") == {"total": (20, 20, None)}
    assert values(reports, "N03") == {"total": (30, 6, 20)}
