"""SDMX-ML messages of the National Summary Data Page: series key, period, value with its multiplier."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.errors import SourceContractError
from include.model import Reading, SeriesPoint
from include.quality.messages import render
from include.readers.sandbox import Sandbox
from include.sources import load_source
from include.sources.sdmx_series import contract
from include.sources.sdmx_series.read import read_file
from tests.sources.sdmx_files import generic, specific

RECEIVED = datetime(2026, 11, 20, tzinfo=UTC)


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, RECEIVED)


def point(reading: Reading, code: str, start: date) -> SeriesPoint:
    (found,) = [each for each in reading.series_points if (each.series_code, each.window_start) == (code, start)]
    return found


# --- real files ------------------------------------------------------------------------------------


def test_a_quarters_current_account_is_in_dollars_not_in_millions_of_them(real_data: Path) -> None:
    reading = read(real_data / "sdmx-nsdp" / "SBV.BOP_Vietnam.xml")

    first = point(reading, "BOP6.VNM_BCA_BP6_USD._Z", date(2012, 10, 1))
    assert (first.value, first.unit, first.window_end) == (Decimal(2_519_000_000), "USD", date(2012, 12, 31))
    # As published, the noise of somebody's arithmetic included.
    noisy = point(reading, "BOP6.VNM_BCA_BP6_USD._Z", date(2012, 1, 1))
    assert (noisy.raw_text, noisy.value) == ("2629.2899999999972", Decimal("2629289999.9999972"))
    assert point(reading, "BOP6.VNM_BCA_BP6_USD._Z", date(2019, 4, 1)).value == Decimal(-107_000_000)
    assert (first.area_code, first.frequency, first.as_of_date) == ("VN", "Q", date(2021, 10, 14))
    assert first.cell == "//Series[1]/Obs[4] (line 1)"
    # 55 series, 1842 observations; the last has 38.
    assert len({each.series_code for each in reading.series_points}) == 55
    assert reading.received_count == 1842
    assert reading.findings == ()


def test_debt_written_with_vietnamese_separators_is_read_and_told(real_data: Path) -> None:
    reading = read(real_data / "sdmx-nsdp" / "MOF_CGD_Vietnam.xml")

    # 1528066.24 and 2.767.229,12 billion đồng in one series.
    debt = "CGD.VNM_CGD_TD_XDC._Z"
    points = [each for each in reading.series_points if each.series_code == debt]
    assert [each.value for each in points if each.window_start.year in (2013, 2018)] == [
        Decimal(1_528_066_240_000_000),
        Decimal(2_767_229_120_000_000),
    ]
    half_year = point(reading, debt, date(2019, 1, 1))
    assert (half_year.frequency, half_year.window_end, half_year.unit) == ("S", date(2019, 6, 30), "VND")
    assert half_year.value == Decimal(2_802_593_630_000_000)
    assert [(finding.code, finding.expected) for finding in reading.findings] == [("SDMX_NUMBER_STYLE", "2.767.229,12")]
    assert {each.value_state for each in reading.series_points} == {"reported"}
    assert reading.received_count == 245


def test_the_points_of_a_rate_say_of_which_currency_and_moment(real_data: Path) -> None:
    points = read(real_data / "sdmx-nsdp" / "SBV.EXR_Vietnam.xml").series_points

    # Two series from 2015-01 to 2024-08, 116 months each.
    assert Counter((each.rate_currency, each.rate_kind) for each in points) == {
        ("USD", "end_of_period"): 116,
        ("USD", "average"): 116,
    }
    end = points[4]
    assert (end.value, end.window_start, end.window_end) == (Decimal(21_673), date(2015, 5, 1), date(2015, 5, 31))
    assert (end.unit, end.rate_kind, end.cell) == ("VND per USD", "end_of_period", "//Series[1]/Obs[5] (line 1)")


def test_a_series_that_is_no_rate_does_not_pretend_to_be_one(tmp_path: Path) -> None:
    (each,) = read(specific(tmp_path, ({}, {"2026-Q1": "1"}))).series_points

    assert (each.rate_currency, each.rate_kind) == (None, None)


def test_what_a_message_is_about_does_not_change_with_its_download(real_data: Path, tmp_path: Path) -> None:
    assert {read(path).subject for path in (real_data / "sdmx-nsdp").glob("*.xml")} == {"EXR/VN", "BOP6/VN", "CGD/VN"}
    assert read(specific(tmp_path, ({"REF_AREA": "LA"}, {"2026-Q1": "1"}))).subject == "BOP6/LA"


def test_two_series_cannot_be_one_rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = (Path(contract.__file__).parent / "source.yml").read_text(encoding="utf-8")
    (tmp_path / "source.yml").write_text(written.replace("kind: end_of_period", "kind: average"), encoding="utf-8")
    monkeypatch.setattr(contract, "__file__", str(tmp_path / "contract.py"))

    with pytest.raises(SourceContractError, match="two series of one currency and kind"):
        contract.load_contract.__wrapped__()


# --- both forms, on small files --------------------------------------------------------------------


def test_a_generic_message_says_the_same_as_a_structure_specific_one(tmp_path: Path) -> None:
    values = {"2026-Q1": "12.5", "2026-Q2": "-3"}
    one, other = read(generic(tmp_path, values)), read(specific(tmp_path, ({}, values)))

    assert [(each.series_code, each.window_end, each.value, each.unit) for each in one.series_points] == [
        ("BOP6.VNM_BFDL_BP6_USD._Z", date(2026, 3, 31), Decimal(12_500_000), "USD"),
        ("BOP6.VNM_BFDL_BP6_USD._Z", date(2026, 6, 30), Decimal(-3_000_000), "USD"),
    ]
    assert [(each.series_code, each.window_end, each.value) for each in one.series_points] == [
        (each.series_code, each.window_end, each.value) for each in other.series_points
    ]
    assert [each.cell for each in one.series_points] == [
        "//Series[1]/Obs[1] (line 3)",
        "//Series[1]/Obs[2] (line 4)",
    ]


@pytest.mark.parametrize(
    ("frequency", "period", "start", "end"),
    [
        ("A", "2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("S", "2024-S2", date(2024, 7, 1), date(2024, 12, 31)),
        ("Q", "2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("M", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("D", "2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_period_has_both_its_ends(tmp_path: Path, frequency: str, period: str, start: date, end: date) -> None:
    (each,) = read(specific(tmp_path, ({"FREQ": frequency}, {period: "1"}))).series_points

    assert (each.window_start, each.window_end) == (start, end)


@pytest.mark.parametrize(
    ("frequency", "period"),
    [("Q", "2024-05"), ("M", "2024-Q1"), ("Q", "2024-Q5"), ("D", "2023-02-29"), ("W", "2024-W05")],
)
def test_a_period_that_is_not_of_its_frequency_refuses_the_file(tmp_path: Path, frequency: str, period: str) -> None:
    refusal = read(specific(tmp_path, ({"FREQ": frequency}, {period: "1"}))).refusal

    assert refusal is not None
    assert (refusal.code, refusal.found) == ("SDMX_PERIOD", f"{period}, FREQ={frequency}")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"UNIT_MULT": ""}, "SDMX_MULTIPLIER"),
        ({"UNIT_MULT": "million"}, "SDMX_MULTIPLIER"),
        ({"INDICATOR": "VNM_BFDL_BP6_EUR"}, "SDMX_UNIT_UNKNOWN"),
        ({"COLLECTOR": "someone"}, "SDMX_KEY"),
        ({"COUNTERPART_AREA": ""}, "SDMX_KEY"),
    ],
)
def test_a_series_that_is_not_understood_refuses_the_file(tmp_path: Path, change: dict[str, str], code: str) -> None:
    refusal = read(specific(tmp_path, (change, {"2024-Q1": "1"}))).refusal

    assert refusal is not None
    assert refusal.code == code
    assert render(refusal)[1] == "block"


def test_another_countrys_series_is_left_out_and_counted(tmp_path: Path) -> None:
    values = {"2024-Q1": "1", "2024-Q2": "2"}
    reading = read(specific(tmp_path, ({"REF_AREA": "LA"}, values), ({}, values)))

    assert [(row.rule_code, row.row_count) for row in reading.ignored_rows] == [("other_area", 2)]
    assert (len(reading.series_points), reading.received_count) == (2, 4)


def test_a_value_that_is_missing_is_not_zero(tmp_path: Path) -> None:
    reading = read(specific(tmp_path, ({}, {"2024-Q1": "NaN", "2024-Q2": "0"})))

    assert [(each.value, each.value_state) for each in reading.series_points] == [
        (None, "missing"),
        (Decimal(0), "reported"),
    ]


def test_beside_vietnamese_numbers_a_thousand_like_one_is_not_read(tmp_path: Path) -> None:
    alone = read(specific(tmp_path, ({}, {"2024-Q1": "318.697"})))
    beside = read(specific(tmp_path, ({}, {"2024-Q1": "318.697", "2024-Q2": "1.318.697,44"})))

    assert alone.series_points[0].value == Decimal(318_697_000)
    assert [(each.value, each.reading_code) for each in beside.series_points] == [
        (None, "SDMX_VALUE_UNREADABLE"),
        (Decimal(1_318_697_440_000), None),
    ]


@pytest.mark.parametrize("typed", ["1,234.5", "12,34,56", "about 5", "1.23.4"])
def test_a_value_that_is_no_number_is_told(tmp_path: Path, typed: str) -> None:
    reading = read(specific(tmp_path, ({}, {"2024-Q1": typed})))

    assert [(each.value, each.value_state) for each in reading.series_points] == [(None, "unreadable")]
    assert [finding.code for finding in reading.findings] == ["SDMX_VALUE_UNREADABLE"]


def test_two_series_of_one_key_are_not_chosen_between(tmp_path: Path) -> None:
    refusal = read(specific(tmp_path, ({}, {"2024-Q1": "1"}), ({}, {"2024-Q1": "2"}))).refusal

    assert refusal is not None
    assert refusal.code == "SDMX_DUPLICATE"


def test_one_period_twice_in_a_series_is_not_chosen_between(tmp_path: Path) -> None:
    path = specific(tmp_path, ({}, {"2024-Q1": "1", "2024-Q2": "2"}))
    path.write_text(path.read_text(encoding="utf-8").replace("2024-Q2", "2024-Q1"), encoding="utf-8")

    refusal = read(path).refusal
    assert refusal is not None
    assert (refusal.code, refusal.found) == ("SDMX_POINT_REPEATED", "2024-Q1")


def test_one_series_in_two_multipliers_is_not_chosen_between(tmp_path: Path) -> None:
    refusal = read(specific(tmp_path, ({}, {"2024-Q1": "1"}), ({"UNIT_MULT": "9"}, {"2024-Q1": "1"}))).refusal

    assert refusal is not None
    assert refusal.code == "SDMX_POINT_REPEATED"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "EMPTY"),
        ("a,b", "NOT_XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "XML_DTD"),
        ("<iati-activities/>", "SDMX_NO_SERIES"),
        ("<a><Series><Obs/></Series></a>", "SDMX_UNREADABLE"),
        ("<a><Series><Obs/>", "XML_BROKEN"),
    ],
)
def test_a_file_that_is_no_message_is_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "message.xml"
    path.write_text(content, encoding="utf-8")

    refusal = read(path).refusal
    assert refusal is not None
    assert refusal.code == code


def test_the_library_works_inside_the_sandbox(real_data: Path) -> None:
    path = real_data / "sdmx-nsdp" / "SBV.EXR_Vietnam.xml"

    with Sandbox(workers=1) as sandbox:
        reading = sandbox.run(load_source("sdmx_series").reader, str(path), path.name, RECEIVED)

    assert reading == read(path)
