"""Donors' project lists: Việt Nam's projects once each, with their amounts, and every other line accounted for."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from include.model import CapitalFlow, Reading
from include.quality.messages import render
from include.sources.donor_projects.layouts import load_contract
from include.sources.donor_projects.read import read_file

RECEIVED = datetime(2026, 11, 20, tzinfo=UTC)
LAYOUTS = {layout.name: layout for layout in load_contract().layouts}


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, RECEIVED)


def ignored(reading: Reading) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in reading.ignored_rows:
        counts[row.rule_code] += row.row_count
    return dict(counts)


def of_project(reading: Reading, code: str, axis: str = "project") -> list[CapitalFlow]:
    return [flow for flow in reading.capital_flows if flow.project_code == code and flow.axis == axis]


# --- World Bank ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world_bank(real_data: Path) -> Reading:
    return read(real_data / "aid-donor" / "AllWorldBank_IBRDIDA_VN_subset.csv")


def test_a_world_bank_project_is_counted_once_however_many_places_it_has(world_bank: Reading) -> None:
    # P059663 stands on 59 lines, each with 225.26 (million USD), approved 12/18/2003.
    committed, disbursed = of_project(world_bank, "P059663")

    assert (committed.measure, committed.value, committed.unit) == ("capital_committed", Decimal(225_260_000), "USD")
    assert (committed.window_start, committed.window_end, committed.as_of_date) == (
        date(2003, 12, 18),
        date(2003, 12, 18),
        date(2010, 11, 30),
    )
    assert (committed.member, committed.partner_code) == ("Road Network Improvement Project", "org_wb")
    assert committed.sector_code == "wb:Transportation"
    assert committed.cell == "line 2, column Total Amt"
    assert (disbursed.measure, disbursed.value, disbursed.value_state) == ("capital_disbursed", None, "missing")


def test_an_empty_amount_is_missing_and_a_zero_is_reported(world_bank: Reading) -> None:
    empty, zero = of_project(world_bank, "P113949")[0], of_project(world_bank, "P080074")[0]

    assert (empty.value, empty.value_state, empty.cell) == (None, "missing", "line 1367, column Total Amt")
    assert (zero.value, zero.value_state, zero.cell) == (Decimal(0), "reported", "line 1289, column Total Amt")


def test_a_project_with_a_place_in_the_province_says_so_without_an_amount(world_bank: Reading) -> None:
    places = of_project(world_bank, "P083588", axis="locality")

    # The Mekong Delta transport project: 207.7 million for 28 places, one in Dong Thap and three in Tien Giang.
    assert of_project(world_bank, "P083588")[0].value == Decimal(207_700_000)
    assert [(flow.member, flow.member_code, flow.value, flow.value_state, flow.cell) for flow in places] == [
        ("Dong Thap", "87", None, "missing", "line 1020, column ADM1"),
        ("Tien Giang", "82", None, "missing", "line 1083, column ADM1"),
    ]


def test_fourteen_of_the_69_projects_have_a_place_in_the_province_and_kien_giang_is_not_one(
    world_bank: Reading,
) -> None:
    assert len({flow.project_code for flow in world_bank.capital_flows if flow.axis == "project"}) == 69
    assert len({flow.project_code for flow in world_bank.capital_flows if flow.axis == "locality"}) == 14
    assert {flow.member for flow in world_bank.capital_flows if flow.axis == "locality"} == {"Dong Thap", "Tien Giang"}


def test_every_line_of_the_world_banks_file_became_a_flow_or_was_left_out(world_bank: Reading) -> None:
    used = {int(flow.cell.split()[1].rstrip(",")) for flow in world_bank.capital_flows}
    left_out = {row.row_number + extra for row in world_bank.ignored_rows for extra in range(row.row_count)}

    assert used | left_out == set(range(2, 1514))
    assert used & left_out == set()
    assert set(ignored(world_bank)) == {"repeated_location"}


# --- KOICA -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def koica(real_data: Path) -> Reading:
    return read(real_data / "aid-donor" / "Korea_Project.xlsx")


def test_of_29549_korean_lines_the_1733_of_viet_nam_are_taken(koica: Reading) -> None:
    assert len(koica.capital_flows) == 1733
    assert ignored(koica) == {"other_country": 27_816}
    assert koica.received_count == 29_549


def test_a_korean_amount_is_in_won_for_its_year_and_not_a_second_time_in_dollars(koica: Reading) -> None:
    first, last = koica.capital_flows[0], koica.capital_flows[-1]

    assert (first.project_code, first.value, first.unit, first.cell) == (
        "KOICA-210",
        Decimal(3_235_447),
        "KRW",
        "'Data'!G211",
    )
    assert (first.window_start, first.window_end, first.as_of_date) == (
        date(1991, 1, 1),
        date(1991, 12, 31),
        date(2009, 2, 28),
    )
    assert (last.project_code, last.value, last.window_start) == ("KOICA-27733", Decimal(25_526_331), date(2007, 1, 1))
    assert (last.member, last.sector_code) == ("Vietnam Water Filter Project and Free Mobile Clinic", "koica:Health")
    assert {flow.unit for flow in koica.capital_flows} == {"KRW"}


def test_a_korean_zero_is_a_reported_zero(koica: Reading) -> None:
    (flow,) = of_project(koica, "KOICA-809")

    assert (flow.value, flow.value_state, flow.cell) == (Decimal(0), "reported", "'Data'!G810")


# --- CIDA ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cida(real_data: Path) -> Reading:
    return read(real_data / "aid-donor" / "CIDA_Project.xlsx")


def test_a_canadian_project_for_viet_nam_alone_is_counted_whole(cida: Reading) -> None:
    (flow,) = of_project(cida, "A032157-001")

    assert (flow.measure, flow.value, flow.unit, flow.cell) == (
        "capital_committed",
        Decimal(18_000_000),
        "CAD",
        "'Data'!E2197",
    )
    assert (flow.window_start, flow.window_end, flow.as_of_date) == (
        date(2005, 1, 1),
        date(2010, 12, 31),
        date(2009, 3, 26),
    )


def test_a_canadian_project_listed_twice_is_counted_once(cida: Reading) -> None:
    # A032787-002: two million on line 2192 and again on line 2727.
    assert [(flow.value, flow.cell) for flow in of_project(cida, "A032787-002")] == [
        (Decimal(2_000_000), "'Data'!E2192"),
    ]
    alone = [flow.value for flow in cida.capital_flows if flow.value is not None]
    # The 35 lines that name Vietnam alone add up to 241 369 026, two million of it twice.
    assert (len(alone), sum(alone)) == (34, Decimal(239_369_026))


def test_of_a_project_of_several_countries_viet_nams_share_is_not_invented(cida: Reading) -> None:
    # 450 million for the Global Fund, 159 names in one cell and not a percentage.
    (flow,) = of_project(cida, "M012761-001")

    assert (flow.value, flow.value_state, flow.raw_text) == (None, "missing", "450000000")
    assert flow.reading_code == "DONOR_SHARE_NOT_STATED"


def test_projects_restated_further_down_with_another_amount_have_none(cida: Reading) -> None:
    told = [(finding.subject, finding.cell, finding.found) for finding in cida.findings]

    assert told == [
        ("S064381-001", "E2563", "150000, 147913"),
        ("A031004-001", "E2575", "9000000, 9945000"),
        ("S064394-001", "E2617", "165000, 132956"),
    ]
    assert [flow.reading_code for flow in of_project(cida, "A031004-001")] == ["DONOR_AMOUNT_DIFFERS"]


def test_every_canadian_line_is_accounted_for(cida: Reading) -> None:
    # 72 lines name Vietnam: 65 projects, seven of them a second time. Seven lines are withdrawn projects, all "None".
    assert ignored(cida) == {"other_country": 2661, "no_country_stated": 7, "repeated_project": 7}
    assert len(cida.capital_flows) == 65
    assert cida.received_count == 2740


# --- contracts, on small files ---------------------------------------------------------------------

CIDA_LINE = {
    "project_number": "A1-001",
    "title": "Safe water",
    "countries": "Vietnam",
    "sectors": "Health",
    "max_cida_contribution": 1000,
    "start_year": 2005,
    "end_year": 2007,
}
WB_LINE = {
    "Project ID": "P1",
    "Project Title": "Roads",
    "Country": "Vietnam",
    "ADM1": "An Giang",
    "Total Amt": "1.5",
    "Approval Date": "12/31/2009",
    "Timestamp": "1/2/2010",
}


@pytest.fixture
def cida_file(tmp_path: Path) -> Callable[..., Path]:
    def write(
        *lines: dict[str, object],
        about: str = "Canada (3/26/2009)",
        headers: list[str] | None = None,
        sheets: tuple[str, ...] = (),
    ) -> Path:
        path = tmp_path / "list.xlsx"
        names = headers or list(LAYOUTS["cida"].headers)
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("Info").write_string("A1", about)
            data = book.add_worksheet("Data")
            data.write_row(0, 0, names)
            for row, line in enumerate(lines, start=1):
                data.write_row(row, 0, [{**CIDA_LINE, **line}.get(name, "") for name in names])
            for sheet in sheets:
                book.add_worksheet(sheet).write_string("A1", "x")
        return path

    return write


def wb_file(folder: Path, *lines: dict[str, str], encoding: str = "utf-8", headers: list[str] | None = None) -> Path:
    path = folder / "list.csv"
    names = headers or list(LAYOUTS["world_bank"].headers)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([{**WB_LINE, **line}.get(name, "") for name in names] for line in lines)
    return path


@pytest.mark.parametrize(
    ("countries", "value", "code"),
    [
        ("Vietnam", "1000", None),
        ("Viet Nam", "1000", None),
        ("Vietnam (25%), Laos (75%)", "250", None),
        ("Laos 66.67%, Vietnam 33.33%", "333.3", None),
        ("Vietnam (25%), Laos (70%)", None, "DONOR_SHARES_NOT_100"),
        ("Vietnam (25%), Laos", None, "DONOR_SHARE_NOT_STATED"),
        ("Vietnam, Laos", None, "DONOR_SHARE_NOT_STATED"),
    ],
)
def test_viet_nams_share_is_the_stated_one_or_none(
    cida_file: Callable[..., Path], countries: str, value: str | None, code: str | None
) -> None:
    (flow,) = read(cida_file({"countries": countries})).capital_flows

    assert flow.value == (None if value is None else Decimal(value))
    assert flow.reading_code == code


@pytest.mark.parametrize("countries", ["Laos", "South Vietnam", "Vietnamese diaspora", "Vanuatu"])
def test_a_name_that_only_looks_like_viet_nam_is_another_country(
    cida_file: Callable[..., Path], countries: str
) -> None:
    reading = read(cida_file({"countries": countries}))

    assert ignored(reading) == {"other_country": 1}
    assert [finding.code for finding in reading.findings] == ["DONOR_NOT_VIET_NAM"]


def test_an_unknown_header_refuses_the_file_with_found_and_expected(cida_file: Callable[..., Path]) -> None:
    headers = [name for name in LAYOUTS["cida"].headers if name != "countries"] + ["Country list", "coder_name"]
    refusal = read(cida_file({}, headers=headers)).refusal

    assert refusal is not None
    assert refusal.code == "DONOR_HEADER_UNKNOWN"
    assert refusal.found == "cột lạ: “Country list”, “coder_name”; cột thiếu: “countries”"
    assert "CIDA" in render(refusal)[2]


def test_a_column_of_names_that_was_taken_out_refuses_the_file_when_it_comes_back(tmp_path: Path) -> None:
    refusal = read(wb_file(tmp_path, {}, headers=[*LAYOUTS["world_bank"].headers, "User ID"])).refusal

    assert refusal is not None
    assert refusal.found == "cột lạ: “User ID”; cột thiếu: không"


def test_a_header_that_stands_twice_refuses_the_file(tmp_path: Path) -> None:
    refusal = read(wb_file(tmp_path, {}, headers=[*LAYOUTS["world_bank"].headers, "Total Amt"])).refusal

    assert refusal is not None
    assert refusal.code == "DONOR_HEADER_UNKNOWN"


def test_columns_may_change_places(tmp_path: Path) -> None:
    reading = read(wb_file(tmp_path, {}, headers=sorted(LAYOUTS["world_bank"].headers)))

    assert [flow.value for flow in reading.capital_flows] == [Decimal(1_500_000), None]


def test_a_sheet_nobody_described_refuses_the_workbook(cida_file: Callable[..., Path]) -> None:
    refusal = read(cida_file({}, sheets=("Contacts",))).refusal

    assert refusal is not None
    assert refusal.code == "DONOR_SHEETS"


def test_a_list_that_does_not_say_when_it_was_made_is_refused(cida_file: Callable[..., Path]) -> None:
    refusal = read(cida_file({}, about="Canada (CIDA) Project Database")).refusal

    assert refusal is not None
    assert (refusal.code, refusal.sheet, refusal.cell) == ("DONOR_DATE", "Info", "A1")


def test_all_lines_with_a_wrong_year_are_told_at_once(cida_file: Callable[..., Path]) -> None:
    reading = read(
        cida_file(
            {"project_number": "A1", "start_year": "soon"},
            {"project_number": "A2", "start_year": 2010, "end_year": 2009},
            {"project_number": "A3"},
        )
    )

    assert reading.refusal is not None
    assert [finding.found for finding in (reading.refusal, *reading.findings)] == ["soon", "2009"]
    assert reading.capital_flows == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_at_the_start_is_no_part_of_the_first_header(tmp_path: Path, encoding: str) -> None:
    assert read(wb_file(tmp_path, {"Project Title": "Đường"}, encoding=encoding)).capital_flows[0].member == "Đường"


def test_an_encoding_that_would_have_to_be_guessed_is_refused_with_its_line(tmp_path: Path) -> None:
    path = wb_file(tmp_path, {}, {"Project ID": "P2", "Project Title": "Café"}, encoding="cp1252")

    refusal = read(path).refusal
    assert refusal is not None
    assert (refusal.code, refusal.found) == ("TEXT_ENCODING", "3 (byte thứ 7 của dòng, mã E9)")


def test_a_line_break_inside_quotes_is_no_new_record_and_lines_stay_right(tmp_path: Path) -> None:
    path = wb_file(tmp_path, {"Description": "one\ntwo\n\nthree"}, {"Project ID": "P2"})

    assert [flow.cell for flow in read(path).capital_flows if flow.measure == "capital_committed"] == [
        "line 2, column Total Amt",
        "line 6, column Total Amt",
    ]


def test_a_ragged_line_and_an_open_quote_are_refused_with_their_line(tmp_path: Path) -> None:
    path = wb_file(tmp_path, {})
    whole = path.read_text(encoding="utf-8")

    path.write_text(whole + "P2,Bridge\n", encoding="utf-8")
    ragged = read(path).refusal
    path.write_text(whole + '"P2,Bridge\n', encoding="utf-8")
    unclosed = read(path).refusal

    assert ragged is not None
    assert (ragged.code, ragged.cell, ragged.found) == ("DONOR_RAGGED", "line 3", "2")
    assert unclosed is not None
    assert (unclosed.code, unclosed.found) == ("TEXT_BROKEN", "3")


@pytest.mark.parametrize("day", ["31/12/2009", "2009-12-31", "12/31/09", ""])
def test_a_day_in_another_order_than_the_lists_is_not_guessed(tmp_path: Path, day: str) -> None:
    refusal = read(wb_file(tmp_path, {"Approval Date": day})).refusal

    assert refusal is not None
    assert (refusal.code, refusal.cell) == ("DONOR_DATE", "line 2, column Approval Date")


def test_the_same_place_twice_is_one_statement_about_the_province(tmp_path: Path) -> None:
    lines = [{"ADM1": name} for name in ("An Giang", "Dong Thap", "Dong Thap", "Tien Giang", "Kien Giang")]
    reading = read(wb_file(tmp_path, *lines))

    assert [(flow.axis, flow.member) for flow in reading.capital_flows] == [
        ("project", "Roads"),
        ("project", "Roads"),
        ("locality", "Dong Thap"),
        ("locality", "Tien Giang"),
    ]
    assert ignored(reading) == {"repeated_location": 2}
