"""Donors' project lists through the whole gate: real files with their true verdicts and counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection

from include.sources.donor_projects.sample_files import write_sample
from tests.sources.feed_desk import FeedDesk, codes, verdict


@pytest.fixture
def desk(tmp_path: Path, warehouse: Connection) -> FeedDesk:
    return FeedDesk(tmp_path, warehouse)


def lists(real_data: Path) -> Path:
    return real_data / "aid-donor"


def test_the_real_world_bank_list_loads_and_is_told_once_that_its_rates_are_missing(
    desk: FeedDesk, real_data: Path
) -> None:
    path = lists(real_data) / "AllWorldBank_IBRDIDA_VN_subset.csv"
    [result], [again] = (desk.hand_in("donor_projects", path) for _ in range(2))

    assert (verdict(result), result.subject, result.revision) == (("loaded", "OK"), "world_bank", 1)
    # 69 projects of two amounts each and 23 places in the province; every other line repeats a project.
    assert result.counts == {"received": 1582, "promoted": 161, "quarantined": 0, "ignored": 1421}
    assert [message["code"] for message in result.messages] == ["DOLLAR_RATE_MISSING"]
    assert again.verdict == "duplicate"
    assert desk.is_balanced()
    assert desk.ask(
        "select value, usd_value, vnd_value from mart.capital_flow_latest"
        " where project_code = 'P059663' and measure_code = 'capital_committed' and axis_code = 'project'"
    ) == [(Decimal(225_260_000), Decimal(225_260_000), None)]
    assert desk.ask("select currency_code, first_date, last_date from mart.missing_exchange_rate") == [
        ("USD", date(2001, 3, 20), date(2011, 5, 24))
    ]


@pytest.mark.parametrize(
    ("name", "currency", "subject", "counts"),
    [
        ("Korea_Project.xlsx", "KRW", "koica", {"received": 29_549, "held": 1733, "ignored": 27_816}),
        ("CIDA_Project.xlsx", "CAD", "cida", {"received": 2740, "held": 65, "ignored": 2675}),
    ],
)
def test_real_lists_in_won_and_canadian_dollars_wait_for_their_rates(
    desk: FeedDesk, real_data: Path, name: str, currency: str, subject: str, counts: dict[str, int]
) -> None:
    path = lists(real_data) / name
    [held] = desk.hand_in("donor_projects", path)
    desk.keep_rates(f"{currency},1990-01-01,2014-12-31,20,average,made up for this test,2015-01-01")
    [loaded] = desk.hand_in("donor_projects", path)

    assert verdict(held) == ("quarantined", "EXCHANGE_RATE_MISSING")
    assert (held.counts["received"], held.counts["quarantined"], held.counts["ignored"]) == tuple(counts.values())
    [told] = [message for message in held.messages if message["code"] == "EXCHANGE_RATE_MISSING"]
    assert f"không có tỷ giá {currency} ngày 31/12/" in str(told["text"])
    assert (verdict(loaded), loaded.subject) == (("loaded", "OK"), subject)
    assert (loaded.counts["promoted"], loaded.counts["ignored"]) == (counts["held"], counts["ignored"])
    assert "DOLLAR_RATE_MISSING" in codes(loaded)
    assert desk.is_balanced()
    # đồng at the rate that is there; USD wait for theirs, and nobody writes zero.
    assert desk.ask(
        "select bool_and(vnd_value = 20 * value), count(usd_value) from mart.capital_flow_latest"
        " where value is not null"
    ) == [(True, 0)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ChinasPublicDiplomacyinEastAsiaandPacific_v1.0.csv", "DONOR_HEADER_UNKNOWN"),
        ("Readme_ChinaPublicDiplomacyinEAP.pdf", "TYPE_MISMATCH"),
    ],
)
def test_a_real_file_in_no_known_layout_is_rejected(desk: FeedDesk, real_data: Path, name: str, code: str) -> None:
    [result] = desk.hand_in("donor_projects", lists(real_data) / name)

    assert verdict(result) == ("rejected", code)


def sample_text(folder: Path) -> str:
    [path] = write_sample(folder)
    text = path.read_text(encoding="utf-8")
    path.unlink()
    return text


def test_a_later_list_of_a_layout_is_its_next_revision_and_one_without_viet_nam_revises_nothing(
    desk: FeedDesk, tmp_path: Path
) -> None:
    written = sample_text(tmp_path)
    texts = {"a.csv": written, "b.csv": written.replace("12.5", "13"), "c.csv": written.replace("Vietnam", "Laos")}
    for name, content in texts.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    results = [desk.hand_in("donor_projects", tmp_path / name)[0] for name in texts]

    assert [(each.subject, each.revision, each.code) for each in results] == [
        ("world_bank", 1, "OK"),
        ("world_bank", 2, "OK"),
        ("world_bank/-", 1, "OK"),
    ]
    assert results[2].counts == {"received": 4, "promoted": 0, "quarantined": 0, "ignored": 4}
    assert codes(results[2]) == {"DONOR_NOT_VIET_NAM"}
    assert desk.ask("select old_value, new_value, cell from warehouse.capital_flow_change") == [
        (Decimal(12_500_000), Decimal(13_000_000), "line 2, column Total Amt")
    ]
    assert desk.is_balanced()
    assert desk.ask("select count(*) from mart.capital_flow_latest") == [(5,)]


def test_the_made_up_list_loads_and_says_that_it_is_made_up(desk: FeedDesk, tmp_path: Path) -> None:
    [path] = write_sample(tmp_path)
    [result] = desk.hand_in("donor_projects", path)

    assert verdict(result) == ("loaded", "OK")
    assert result.counts == {"received": 7, "promoted": 5, "quarantined": 0, "ignored": 2}
    assert path.read_text(encoding="utf-8").count("DỮ LIỆU GIẢ LẬP") == 4
    assert desk.is_balanced()
