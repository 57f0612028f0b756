"""Aid activities through the whole gate: real files with their true verdicts, shares, and what a later file revises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection

from include.sources.iati_activities.sample_files import write_sample
from tests.sources.feed_desk import FeedDesk, codes, verdict
from tests.sources.iati_files import HUNDRED, activity, recipient, transaction_on, write_file

TIMOR = "iati_1.04_TimorLesteAIMS_GeocodedResearchRelease.xml"


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection) -> FeedDesk:
    return FeedDesk(tmp_path, warehouse)


def at(folder: Path, name: str, *activities: str) -> Path:
    """The activities as a file of that name."""
    return write_file(folder, *activities).rename(folder / name)


# --- real files ------------------------------------------------------------------------------------


def test_the_real_canadian_file_is_held_for_want_of_rates_and_loads_once_they_are_there(
    desk: FeedDesk, real_data: Path
) -> None:
    path = real_data / "iati" / "canada-activity.xml"
    [held] = desk.hand_in("iati_activities", path)
    desk.keep_rates(
        "CAD,2016-01-01,2021-12-31,18000,average,made up for this test,2022-01-01",
        "USD,2016-01-01,2021-12-31,24000,average,made up for this test,2022-01-01",
    )
    [loaded] = desk.hand_in("iati_activities", path)

    assert verdict(held) == ("quarantined", "EXCHANGE_RATE_MISSING")
    assert held.counts == {"received": 20, "promoted": 0, "quarantined": 13, "ignored": 7}
    [told] = [message for message in held.messages if message["code"] == "EXCHANGE_RATE_MISSING"]
    assert "CAD ngày 20/01/2016, 02/03/2016, 26/09/2016" in str(told["text"])
    assert (verdict(loaded), codes(loaded)) == (("loaded", "OK"), set())
    assert loaded.counts == {"received": 20, "promoted": 13, "quarantined": 0, "ignored": 7}
    assert desk.is_balanced()
    # 1 664 612 CAD x 14.29 % = 237 873.0548; x 18 000 = 4 281 714 986.4 đồng; / 24 000 = 178 404.7911 USD.
    assert desk.ask(
        "select latest.value, flow.raw_text, flow.share_pct, latest.vnd_value, latest.usd_value"
        " from mart.capital_flow_latest as latest inner join warehouse.capital_flow as flow"
        " using (submission_id, line_number) where latest.window_end = '2016-03-02'"
    ) == [
        (
            Decimal("237873.0548"),
            "1664612",
            Decimal("14.29"),
            Decimal("4281714986.4"),
            Decimal("178404.7911"),
        )
    ]


def test_the_real_swiss_file_loads_its_one_payment_in_dollars(desk: FeedDesk, real_data: Path) -> None:
    [result] = desk.hand_in("iati_activities", real_data / "iati" / "finddiagnostics-activity.xml")

    assert verdict(result) == ("loaded", "OK")
    assert result.counts == {"received": 5, "promoted": 1, "quarantined": 0, "ignored": 4}
    assert codes(result) == {"DOLLAR_RATE_MISSING"}
    assert desk.is_balanced()
    assert desk.ask("select flow_code, value, usd_value, vnd_value, rate_date from mart.capital_flow_latest") == [
        ("ngo", Decimal("78308.5446"), Decimal("78308.5446"), None, date(2021, 12, 31))
    ]


def test_the_real_file_of_timor_leste_loads_without_a_row_and_every_row_of_it_is_accounted_for(
    desk: FeedDesk, real_data: Path
) -> None:
    [result], [again] = (desk.hand_in("iati_activities", real_data / "iati" / TIMOR) for _ in range(2))

    assert (verdict(result), result.messages) == (("loaded", "OK"), [])
    assert result.counts == {"received": 274, "promoted": 0, "quarantined": 0, "ignored": 274}
    assert result.subject == "US-501c3-522318905/-"
    assert desk.ask("select rule_code, sum(row_count) from warehouse.ignored_row group by 1 order by 1") == [
        ("no_recipient_stated", 120),
        ("no_transaction", 23),
        ("other_recipient", 131),
    ]
    assert again.verdict == "duplicate"
    assert desk.is_balanced()


# --- what a later file revises ---------------------------------------------------------------------


def test_a_later_file_of_the_reporter_is_its_next_revision(desk: FeedDesk, tmp_path: Path) -> None:
    first = at(tmp_path, "a.xml", activity(recipient("VN"), HUNDRED))
    second = at(tmp_path, "b.xml", activity(recipient("VN"), HUNDRED, transaction_on("2026-04-01")))

    results = [desk.hand_in("iati_activities", path)[0] for path in (first, second)]

    assert [(each.subject, each.revision) for each in results] == [("CH-4", 1), ("CH-4", 2)]
    assert desk.ask("select change_kind, new_value from warehouse.capital_flow_change") == [("added", Decimal(100))]


def test_the_same_payments_of_one_day_in_another_order_are_unchanged(desk: FeedDesk, tmp_path: Path) -> None:
    three, five = transaction_on("2026-04-01", "3"), transaction_on("2026-04-01", "5")
    first = at(tmp_path, "a.xml", activity(recipient("VN"), three, five))
    second = at(tmp_path, "b.xml", activity(recipient("VN"), five, three))

    assert [desk.hand_in("iati_activities", path)[0].verdict for path in (first, second)] == ["loaded", "unchanged"]


def test_a_file_of_the_reporter_about_other_countries_takes_nothing_away(desk: FeedDesk, tmp_path: Path) -> None:
    ours = at(tmp_path, "vn.xml", activity(recipient("VN"), HUNDRED))
    theirs = at(tmp_path, "la.xml", activity(recipient("LA"), HUNDRED))

    desk.hand_in("iati_activities", ours)
    [empty] = desk.hand_in("iati_activities", theirs)

    assert verdict(empty) == ("loaded", "OK")
    desk.build()
    assert desk.ask("select value from mart.capital_flow_latest") == [(Decimal(100),)]


def test_a_file_with_none_of_the_projects_before_is_held_and_one_with_some_of_them_loads(
    desk: FeedDesk, tmp_path: Path
) -> None:
    one, two, three = (activity(recipient("VN"), HUNDRED, identifier=f"XX-{number}") for number in (1, 2, 3))
    desk.hand_in("iati_activities", at(tmp_path, "a.xml", one, two))

    [held] = desk.hand_in("iati_activities", at(tmp_path, "b.xml", three))
    [loaded] = desk.hand_in("iati_activities", at(tmp_path, "c.xml", two, three))

    assert verdict(held) == ("quarantined", "CAPITAL_OTHER_PROJECTS")
    assert "Tệp có 1 dự án" in str(held.messages[0]["text"])
    assert (verdict(loaded), loaded.revision) == (("loaded", "OK"), 2)


# --- shares ----------------------------------------------------------------------------------------


def test_a_share_of_what_was_printed_can_be_seen_in_the_warehouse(desk: FeedDesk, tmp_path: Path) -> None:
    desk.hand_in(
        "iati_activities",
        at(
            tmp_path,
            "a.xml",
            activity(recipient("VN", "12.5"), recipient("LA", "87.5"), transaction_on("2026-03-31", "-8")),
        ),
    )

    assert desk.ask("select value, raw_text, share_pct from warehouse.capital_flow") == [
        (Decimal(-1), "-8", Decimal("12.5"))
    ]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((recipient("VN", "30"), recipient("LA", "60"), HUNDRED), "IATI_SHARES_NOT_100"),
        ((recipient("VN"), transaction_on("2026-03-31", "1,000")), "IATI_VALUE_UNREADABLE"),
    ],
)
def test_an_activity_that_cannot_be_counted_holds_the_file_and_is_named(
    desk: FeedDesk, tmp_path: Path, parts: tuple[str, ...], code: str
) -> None:
    [result] = desk.hand_in("iati_activities", at(tmp_path, "a.xml", activity(*parts, identifier="XX-BAD")))

    assert verdict(result) == ("quarantined", code)
    assert "XX-BAD" in str(result.messages[0]["text"])
    assert desk.is_balanced()


def test_an_activity_without_currency_rejects_the_file_and_is_named(desk: FeedDesk, tmp_path: Path) -> None:
    [result] = desk.hand_in(
        "iati_activities", at(tmp_path, "a.xml", activity(recipient("VN"), HUNDRED, currency=None, identifier="XX-BAD"))
    )

    assert verdict(result) == ("rejected", "IATI_CURRENCY_MISSING")
    assert "XX-BAD" in str(result.messages[0]["text"])


# --- the sample ------------------------------------------------------------------------------------


def test_the_made_up_file_loads_and_says_that_it_is_made_up(desk: FeedDesk, tmp_path: Path) -> None:
    [path] = write_sample(tmp_path)
    [result] = desk.hand_in("iati_activities", path)

    assert verdict(result) == ("loaded", "OK")
    assert result.counts == {"received": 5, "promoted": 3, "quarantined": 0, "ignored": 2}
    # Half of nothing is invented: 40 % of 250 000.
    assert desk.ask("select value, share_pct, locality_code from warehouse.capital_flow order by line_number") == [
        (Decimal(1_500_000), None, "82"),
        (Decimal(400_000), None, "82"),
        (Decimal(100_000), Decimal(40), None),
    ]
    assert "DỮ LIỆU GIẢ LẬP" in path.read_text(encoding="utf-8")
    assert desk.is_balanced()
