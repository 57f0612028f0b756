"""World Development Indicators as downloaded: Việt Nam and the countries beside it, year by year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.model import Reading, SeriesPoint
from include.quality.messages import render
from include.sources.wdi_series.read import read_file

RECEIVED = datetime(2026, 11, 20, tzinfo=UTC)
FDI = "BX.KLT.DINV.CD.WD"
PREAMBLE = '"Data Source","World Development Indicators",\r\n\r\n"Last Updated Date","2022-09-16",\r\n\r\n'
HEADER = '"Country Name","Country Code","Indicator Name","Indicator Code","2020","2021",\r\n'
VIET_NAM = f'"Vietnam","VNM","FDI","{FDI}","15800000000","",\r\n'


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, RECEIVED)


def write(folder: Path, text: str) -> Path:
    path = folder / "API.csv"
    path.write_text("\ufeff" + text, encoding="utf-8", newline="")
    return path


def of_year(reading: Reading, area: str, year: int) -> SeriesPoint:
    (found,) = [each for each in reading.series_points if (each.area_code, each.window_start.year) == (area, year)]
    return found


@pytest.fixture(scope="module")
def downloaded(real_data: Path) -> Reading:
    return read(real_data / "wdi" / "API_BX.KLT.DINV.CD.WD_DS2_en_csv_v2_4687764.csv")


def test_viet_nams_investment_is_read_with_its_negative_years(downloaded: Reading) -> None:
    assert [of_year(downloaded, "VN", year).value for year in (1970, 1972, 2008, 2020)] == [
        Decimal(70_000),
        Decimal(-890_000),
        Decimal(9_579_000_000),
        Decimal(15_800_000_000),
    ]
    assert of_year(downloaded, "VN", 1974).value == Decimal(1_250_000)


def test_a_point_knows_its_year_unit_and_cell(downloaded: Reading) -> None:
    point = of_year(downloaded, "VN", 2020)

    assert (point.series_code, point.unit, point.frequency) == (FDI, "USD", "A")
    assert (point.window_start, point.window_end, point.as_of_date) == (
        date(2020, 1, 1),
        date(2020, 12, 31),
        date(2022, 9, 16),
    )
    assert point.cell == "line 263, column 2020"


def test_a_blank_year_is_missing_and_not_zero(downloaded: Reading) -> None:
    assert [
        (of_year(downloaded, "VN", year).value, of_year(downloaded, "VN", year).value_state) for year in (1969, 2021)
    ] == [
        (None, "missing"),
        (None, "missing"),
    ]


def test_every_country_and_year_of_the_file_is_accounted_for(downloaded: Reading) -> None:
    # 266 lines of 62 years; ten areas are kept.
    assert len(downloaded.series_points) == 10 * 62
    assert sum(row.row_count for row in downloaded.ignored_rows) == 256 * 62
    assert {row.rule_code for row in downloaded.ignored_rows} == {"area_not_compared"}
    assert downloaded.received_count == 266 * 62
    assert {point.area_code for point in downloaded.series_points} >= {"VN", "TH", "WLD"}


@pytest.mark.parametrize("name", ["Country", "Indicator"])
def test_the_metadata_beside_the_download_is_no_series(real_data: Path, name: str) -> None:
    refusal = read(real_data / "wdi" / f"Metadata_{name}_API_BX.KLT.DINV.CD.WD_DS2_en_csv_v2_4687764.csv").refusal

    assert refusal is not None
    assert refusal.code == "WDI_HEADER"
    assert "Country Name" in render(refusal)[2]


def test_the_comma_at_the_end_of_each_line_is_no_column(tmp_path: Path) -> None:
    with_comma = read(write(tmp_path, PREAMBLE + HEADER + VIET_NAM))
    without = read(write(tmp_path, (PREAMBLE + HEADER + VIET_NAM).replace(",\r\n", "\r\n")))

    assert [(point.value, point.window_start.year) for point in with_comma.series_points] == [
        (Decimal(15_800_000_000), 2020),
        (None, 2021),
    ]
    assert with_comma.series_points == without.series_points


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEADER + VIET_NAM, "WDI_DATE"),
        (PREAMBLE.replace("2022-09-16", "16/09/2022") + HEADER + VIET_NAM, "WDI_DATE"),
        (PREAMBLE + HEADER.replace("2021", "Notes") + VIET_NAM, "WDI_YEAR"),
        (PREAMBLE + HEADER.replace("2021", "2020") + VIET_NAM, "WDI_YEAR"),
        (PREAMBLE + HEADER.replace("Country Code", "Code") + VIET_NAM, "WDI_HEADER"),
        (PREAMBLE + HEADER + VIET_NAM.replace(FDI, "SP.POP.TOTL"), "WDI_INDICATOR_UNKNOWN"),
        (PREAMBLE + HEADER + VIET_NAM.replace('"",', ""), "WDI_RAGGED"),
        (PREAMBLE + HEADER + VIET_NAM + VIET_NAM, "WDI_REPEATED"),
        (PREAMBLE + HEADER, "WDI_EMPTY"),
        ("", "EMPTY"),
        (PREAMBLE + HEADER + VIET_NAM[:-4], "TEXT_BROKEN"),
    ],
)
def test_a_file_that_was_changed_on_the_way_is_refused(tmp_path: Path, text: str, code: str) -> None:
    refusal = read(write(tmp_path, text)).refusal

    assert refusal is not None
    assert refusal.code == code
    assert render(refusal)[1] == "block"


def test_a_download_without_viet_nam_gives_nothing_and_revises_nothing(tmp_path: Path) -> None:
    thailand = VIET_NAM.replace("Vietnam", "Thailand").replace("VNM", "THA")
    ours = read(write(tmp_path, PREAMBLE + HEADER + VIET_NAM + thailand))
    theirs = read(write(tmp_path, PREAMBLE + HEADER + thailand + thailand.replace("THA", "FRA")))

    assert (ours.subject, theirs.subject) == (FDI, f"{FDI}/-")
    assert (theirs.refusal, theirs.series_points) == (None, ())
    assert [(row.rule_code, row.row_count) for row in theirs.ignored_rows] == [("viet_nam_not_in_file", 4)]
    assert [finding.code for finding in theirs.findings] == ["WDI_NOT_VIET_NAM"]
    assert render(theirs.findings[0])[1] == "warn"


@pytest.mark.parametrize("typed", ["15.800.000.000", "1,5", "..", "n/a"])
def test_a_value_that_is_no_number_is_told_with_its_cell(tmp_path: Path, typed: str) -> None:
    reading = read(write(tmp_path, PREAMBLE + HEADER + VIET_NAM.replace("15800000000", typed)))

    assert [(finding.code, finding.cell, finding.found) for finding in reading.findings] == [
        ("WDI_VALUE_UNREADABLE", "line 6, column 2020", typed)
    ]
    assert reading.series_points[0].value_state == "unreadable"
