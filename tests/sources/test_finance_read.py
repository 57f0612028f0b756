"""What a register's workbook says, read by hand once and by the reader ever after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from include.model import Reading
from include.pipeline.read import read_report
from include.sources.finance_fdi.sample_files import write_sample as write_fdi_sample
from include.sources.finance_ngo.sample_files import write_sample as write_ngo_sample
from include.sources.finance_oda.sample_files import write_sample as write_oda_sample
from tests.sources.registers import (
    FACTORY,
    FDI_HEADER,
    FDI_LINE,
    GRANT,
    ROAD,
    TYPICAL,
    fill,
    flow_of,
    read,
    register_of,
    told,
    typed,
)


def figures(reading: Reading) -> dict[tuple[str, str | None], tuple[Any, str, str]]:
    return {(f.measure, f.project_code): (f.value, f.value_state, f.unit) for f in reading.capital_flows}


# Read by hand


def test_an_investment_register_gives_each_filled_figure_of_each_project(tmp_path: Path) -> None:
    inside = read("finance_fdi", next(path for path in write_fdi_sample(tmp_path) if "BQLKKT" in path.name))

    assert (inside.subject, inside.reporting_unit_code, inside.period_code) == ("BQLKKT/2026-06T", "BQLKKT", "2026-06T")
    assert figures(inside) == {
        ("projects_new", "GL5200000001"): (Decimal(1), "reported", "project"),
        ("capital_new", "GL5200000001"): (Decimal(48_000_000), "reported", "USD"),
        ("capital_disbursed", "GL5200000001"): (Decimal(6_500_000), "reported", "USD"),
        ("projects_adjusted", "GL5200000002"): (Decimal(1), "reported", "project"),
        ("capital_adjusted", "GL5200000002"): (Decimal(7_250_000), "reported", "USD"),
        ("capital_disbursed", "GL5200000002"): (Decimal(4_100_000), "reported", "USD"),
        ("capital_disbursed", "GL5200000003"): (Decimal(2_050_000), "reported", "USD"),
    }
    new = flow_of(inside, "capital_new")
    assert (new.flow, new.axis, new.member, new.member_code) == (
        "fdi",
        "project",
        "Nhà máy linh kiện điện tử (giả lập)",
        "GL5200000001",
    )
    assert (new.partner_code, new.sector_code, new.zone_code, new.locality_code) == ("SG", "C", "trong_kcn", "28525")
    assert (new.window_start, new.window_end, new.as_of_date) == (
        date(2026, 1, 1),
        date(2026, 5, 31),
        date(2026, 5, 31),
    )
    assert (new.is_cumulative, new.value_date, new.cell) == (True, date(2026, 1, 28), "'Sổ FDI'!J15")


def test_an_oda_register_keeps_signed_planned_and_disbursed_apart(tmp_path: Path) -> None:
    [path] = write_oda_sample(tmp_path)
    reading = read("finance_oda", path)

    assert figures(reading) == {
        ("projects_running", "P096418"): (Decimal(1), "reported", "project"),
        ("capital_planned", "P096418"): (Decimal(42_000_000_000), "reported", "VND"),
        ("capital_disbursed", "P096418"): (Decimal(18_600_000_000), "reported", "VND"),
        ("projects_running", "GLODA-02"): (Decimal(1), "reported", "project"),
        ("capital_signed", "GLODA-02"): (Decimal(35_500_000), "reported", "USD"),
        ("capital_planned", "GLODA-02"): (Decimal(60_000_000_000), "reported", "VND"),
        ("capital_disbursed", "GLODA-02"): (Decimal(64_250_000_000), "reported", "VND"),
        ("capital_carried_over", "GLODA-02"): (Decimal(10_000_000_000), "reported", "VND"),
        ("projects_running", "GLODA-03"): (Decimal(1), "reported", "project"),
        ("capital_planned", "GLODA-03"): (Decimal(8_400_000_000), "reported", "VND"),
        ("capital_disbursed", "GLODA-03"): (Decimal(0), "nil", "VND"),
    }
    signed, running = flow_of(reading, "capital_signed"), flow_of(reading, "projects_running", "P096418")
    assert (signed.type_code, signed.form_code, signed.value_date) == ("vay", "vay_lai", date(2026, 3, 9))
    assert (running.partner_code, running.locality_code, running.value_date) == ("org_wb", "82", None)


def test_a_grant_counts_in_the_year_it_was_approved_and_disburses_in_any(tmp_path: Path) -> None:
    own, other = (read("finance_ngo", path) for path in write_ngo_sample(tmp_path))

    assert figures(own) == {
        ("grants_approved", "GLVT-2026-01"): (Decimal(1), "reported", "grant"),
        ("capital_committed", "GLVT-2026-01"): (Decimal(120_000), "reported", "USD"),
        ("capital_disbursed", "GLVT-2026-01"): (Decimal(45_500), "reported", "USD"),
        ("grants_approved", "GLVT-2026-02"): (Decimal(1), "reported", "grant"),
        ("capital_committed", "GLVT-2026-02"): (Decimal(36_800), "reported", "USD"),
        ("capital_disbursed", "GLVT-2026-02"): (Decimal(36_800), "reported", "USD"),
        ("capital_disbursed", "GLVT-2025-07"): (Decimal(22_000), "reported", "USD"),
    }
    committed = flow_of(own, "capital_committed", "GLVT-2026-02")
    assert (committed.provider_code, committed.type_code, committed.form_code) == (
        "Quỹ Ánh sáng (giả lập)",
        "phi_du_an",
        "hien_vat",
    )
    assert (other.reporting_unit_code, other.subject) == ("LHHN", "LHHN/2026-06T")


def test_the_two_bodies_of_the_sample_share_a_grant_by_code_and_one_by_what_it_is(tmp_path: Path) -> None:
    own, other = (read("finance_ngo", path) for path in write_ngo_sample(tmp_path))
    told_of = [
        {
            (f.project_code, f.provider_code, f.member, f.value, f.value_date)
            for f in reading.capital_flows
            if f.measure == "capital_committed"
        }
        for reading in (own, other)
    ]

    assert {each[0] for each in told_of[0]} & {each[0] for each in told_of[1]} == {"GLVT-2026-01"}
    assert {each[1:] for each in told_of[0]} & {each[1:] for each in told_of[1]} >= {
        ("Quỹ Ánh sáng (giả lập)", "Khám mắt miễn phí cho người cao tuổi (giả lập)", Decimal(36_800), date(2026, 4, 22))
    }


@pytest.mark.parametrize("write", [write_fdi_sample, write_oda_sample, write_ngo_sample])
def test_samples_say_that_they_are_made_up_and_are_the_same_each_time(tmp_path: Path, write: Any) -> None:
    first, again = write(tmp_path / "a"), write(tmp_path / "b")

    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    for path in first:
        book = openpyxl.load_workbook(path)
        assert any("SỐ LIỆU GIẢ LẬP" in str(row[0].value) for row in book.worksheets[0].iter_rows(max_row=8))
        assert "TTDN_DU_LIEU_GIA_LAP" in [item.name for item in book.custom_doc_props.props]


# There and back


@pytest.mark.parametrize("source", sorted(TYPICAL))
def test_what_is_filled_in_comes_back(tmp_path: Path, source: str) -> None:
    line, register = TYPICAL[source], register_of(source)
    reading = read(source, fill(tmp_path, source, line, {**line, "code": "X-2"}))

    assert told(reading) == []
    for column in register.columns:
        if column.kind in ("money", "count", "tick") and column.role in line:
            entry = Decimal(1) if column.kind == "tick" else Decimal(str(line[column.role])) * column.factor
            assert [f.value for f in reading.capital_flows if f.measure == column.role] == [entry, entry]


@pytest.mark.parametrize("source", sorted(TYPICAL))
def test_a_workbook_saved_by_a_program_that_does_not_calculate_is_read_all_the_same(
    tmp_path: Path, source: str
) -> None:
    reading = read(source, fill(tmp_path, source, TYPICAL[source], edit=lambda sheet: None))

    assert (told(reading), reading.refusal) == ([], None)


def test_every_row_of_the_table_is_a_figure_or_ignored_under_a_rule(tmp_path: Path) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", FACTORY))

    rules = [row.rule_code for row in reading.ignored_rows]
    assert {rule: rules.count(rule) for rule in sorted(set(rules))} == {
        "blank_line": 59,
        "column_number_row": 1,
        "note_or_signature": 4,
        "printed_total": 1,
    }
    assert reading.received_count == 3 + 65


# Typed by hand


def test_columns_may_move_and_bear_other_names_and_no_name_need_be_defined(tmp_path: Path) -> None:
    order = [2, 1, 14, 3, 5, 4, 6, 7, 9, 8, 10, 11, 12, 13]
    rows = [[FDI_HEADER[index] for index in order], [FDI_LINE[index] for index in order]]

    reading = read("finance_fdi", typed(tmp_path / "so.xlsx", rows))

    assert told(reading) == []
    assert figures(reading) == {
        ("projects_new", "5400000001"): (Decimal(1), "reported", "project"),
        ("capital_new", "5400000001"): (Decimal(12_500_000), "reported", "USD"),
        ("capital_disbursed", "5400000001"): (Decimal(1_250_000), "reported", "USD"),
    }
    assert flow_of(reading, "capital_disbursed").cell == "'Sheet1'!C6"


def test_a_heading_over_two_rows_with_merged_cells_is_read_as_one(tmp_path: Path) -> None:
    upper, lower = list(FDI_HEADER), [None] * len(FDI_HEADER)
    upper[8], upper[9] = "Cấp mới", None
    lower[8], lower[9] = "Dự án", "Vốn đăng ký (triệu USD)"
    upper[10], upper[11] = "Điều chỉnh", None
    lower[10], lower[11] = "Số lượt điều chỉnh", "Vốn điều chỉnh (triệu USD)"
    merges = ["I5:J5", "K5:L5", *(f"{letter}5:{letter}6" for letter in "ABCDEFGHMNO")]

    reading = read("finance_fdi", typed(tmp_path / "so.xlsx", [upper, lower, FDI_LINE], merges=merges))

    assert told(reading) == []
    assert flow_of(reading, "capital_new").value == Decimal(12_500_000)
    assert flow_of(reading, "projects_new").cell == "'Sheet1'!I7"


def test_a_group_written_once_down_a_merge_holds_for_each_of_its_lines(tmp_path: Path) -> None:
    second = [2, "5400000002", "Nhà máy B", None, *FDI_LINE[4:]]

    reading = read("finance_fdi", typed(tmp_path / "a.xlsx", [FDI_HEADER, FDI_LINE, second], merges=["D6:D7"]))

    assert told(reading) == []
    assert {f.partner_code for f in reading.capital_flows} == {"JP"}


def test_a_blank_below_a_name_is_not_filled_down_without_a_merge(tmp_path: Path) -> None:
    second = [2, "5400000002", "Nhà máy B", None, *FDI_LINE[4:]]

    assert told(read("finance_fdi", typed(tmp_path / "a.xlsx", [FDI_HEADER, FDI_LINE, second]))) == [
        ("FINANCE_NAME_MISSING", "D7")
    ]


def test_one_merged_figure_for_two_projects_is_asked_back(tmp_path: Path) -> None:
    second = [2, "5400000002", "Nhà máy B", *FDI_LINE[3:14], None]

    reading = read("finance_fdi", typed(tmp_path / "a.xlsx", [FDI_HEADER, FDI_LINE, second], merges=["O6:O7"]))

    merged = flow_of(reading, "capital_disbursed", "5400000001")
    assert (merged.value_state, merged.reading_code, merged.value) == ("unreadable", "FIGURE_MERGED", None)


@pytest.mark.parametrize(
    ("label", "above", "value", "unit"),
    [
        ("Vốn đăng ký", [], 12_500_000, "USD"),
        ("Vốn đăng ký (nghìn USD)", [], 12_500, "USD"),
        ("Vốn đăng ký (USD)", [], 13, "USD"),  # 12.5 dollars, rounded half up
        ("Vốn đăng ký", [["ĐVT: nghìn USD"]], 12_500, "USD"),
        ("Vốn đăng ký", [["Đơn vị tính: triệu đồng"]], 12_500_000, "VND"),
        ("Vốn đăng ký (triệu USD)", [["ĐVT: triệu đồng"]], 12_500_000, "USD"),
        ("Vốn đăng ký (nghìn EUR)", [], 12_500, "EUR"),
    ],
)
def test_the_unit_is_the_headings_else_the_lines_above_else_the_forms(
    tmp_path: Path, label: str, above: list[list[str]], value: int, unit: str
) -> None:
    header = [*FDI_HEADER[:9], label, *FDI_HEADER[10:]]
    reading = read("finance_fdi", typed(tmp_path / "a.xlsx", [header, FDI_LINE], above=above))

    new = flow_of(reading, "capital_new")
    assert (new.value, new.unit) == (Decimal(value), unit)


def test_two_sizes_of_one_currency_over_one_column_are_asked_back(tmp_path: Path) -> None:
    header = [*FDI_HEADER[:9], "Vốn đăng ký (triệu USD)", *FDI_HEADER[10:]]

    reading = read("finance_fdi", typed(tmp_path / "a.xlsx", [header, FDI_LINE], above=[["ĐVT: nghìn USD"]]))

    assert told(reading) == [("FINANCE_UNIT_CONFLICT", "J6")]


def test_numbers_typed_as_text_are_read_as_the_column_shows_and_asked_back_when_it_does_not(tmp_path: Path) -> None:
    clear = [[*FDI_LINE[:9], "1.012,5", *FDI_LINE[10:]], [2, "54-2", "B", *FDI_LINE[3:9], "1.234", *FDI_LINE[10:]]]
    unclear = [[*FDI_LINE[:9], "1.234", *FDI_LINE[10:]]]

    read_clear = read("finance_fdi", typed(tmp_path / "a.xlsx", [FDI_HEADER, *clear]))
    read_unclear = read("finance_fdi", typed(tmp_path / "b.xlsx", [FDI_HEADER, *unclear]))

    assert flow_of(read_clear, "capital_new", "54-2").value == Decimal(1_234_000_000)
    assert flow_of(read_unclear, "capital_new").reading_code == "NUMBER_AMBIGUOUS"


def test_a_formula_error_is_no_missing_figure(tmp_path: Path) -> None:
    def break_cell(sheet: Any) -> None:
        sheet["O14"] = "#REF!"
        sheet["O14"].data_type = "e"

    disbursed = flow_of(
        read("finance_fdi", fill(tmp_path, "finance_fdi", FACTORY, edit=break_cell)), "capital_disbursed"
    )

    assert (disbursed.value_state, disbursed.reading_code) == ("unreadable", "ERROR_CELL")


# Blank, nil, ticks, counts


def test_a_blank_is_missing_only_where_the_line_is_asked_for_it_and_a_dash_is_nil(tmp_path: Path) -> None:
    bare = {key: entry for key, entry in ROAD.items() if key not in ("capital_signed", "capital_disbursed")}
    closed = {**bare, "code": "ODA-2", "projects_running": "", "capital_planned": "-"}

    reading = read("finance_oda", fill(tmp_path, "finance_oda", bare, closed))

    assert figures(reading) == {
        ("projects_running", "ODA-1"): (Decimal(1), "reported", "project"),
        ("capital_planned", "ODA-1"): (Decimal(60_000_000_000), "reported", "VND"),
        ("capital_disbursed", "ODA-1"): (None, "missing", "VND"),
        ("capital_planned", "ODA-2"): (Decimal(0), "nil", "VND"),
    }


@pytest.mark.parametrize(
    ("typed_as", "state", "code"),
    [
        ("X", "reported", None),
        ("có", "reported", None),
        (1, "reported", None),
        ("-", "nil", None),
        (2, "unreadable", "FINANCE_TICK_UNCLEAR"),
        ("cấp mới", "unreadable", "FINANCE_TICK_UNCLEAR"),
    ],
)
def test_a_tick_says_yes_or_no_and_never_how_many(
    tmp_path: Path, typed_as: str | int, state: str, code: str | None
) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", {**FACTORY, "projects_new": typed_as}))

    tick = flow_of(reading, "projects_new")
    assert (tick.value_state, tick.reading_code) == (state, code)


def test_half_an_adjustment_is_asked_back(tmp_path: Path) -> None:
    line = {**FACTORY, "projects_adjusted": 1.5, "capital_adjusted": -2.5}
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", line))

    assert flow_of(reading, "projects_adjusted").reading_code == "FINANCE_COUNT_NOT_WHOLE"
    assert flow_of(reading, "capital_adjusted").value == Decimal(-2_500_000)


def test_a_line_without_a_figure_is_told_and_ignored(tmp_path: Path) -> None:
    empty = {key: FACTORY[key] for key in ("title", "partner", "sector", "zone", "locality")} | {"code": "E-1"}
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", FACTORY, empty))

    assert told(reading) == [("FINANCE_LINE_EMPTY", "C15")]
    assert "line_without_figures" in [row.rule_code for row in reading.ignored_rows]


def test_an_empty_register_says_so_in_words_and_every_measure_is_nil(tmp_path: Path) -> None:
    reading = read("finance_ngo", fill(tmp_path, "finance_ngo", {"title": "Không phát sinh"}, unit="LHHN"))

    assert told(reading) == []
    assert {(f.measure, f.axis, f.member, f.value, f.value_state) for f in reading.capital_flows} == {
        (measure, "total", "total", Decimal(0), "nil")
        for measure in ("grants_approved", "capital_committed", "capital_disbursed")
    }


def test_an_empty_register_with_a_project_in_it_contradicts_itself(tmp_path: Path) -> None:
    reading = read("finance_ngo", fill(tmp_path, "finance_ngo", GRANT, {"title": "Không phát sinh"}))

    assert told(reading)[0] == ("FINANCE_NIL_BESIDE_PROJECTS", "C15")


# Currencies


def test_the_original_currency_is_kept(tmp_path: Path) -> None:
    yen = {**ROAD, "currency": "yên Nhật", "capital_signed": 5125.5}
    euro = {**GRANT, "currency": "EUR", "capital_committed": 40.25}

    signed = flow_of(read("finance_oda", fill(tmp_path, "finance_oda", yen)), "capital_signed")
    committed = flow_of(read("finance_ngo", fill(tmp_path, "finance_ngo", euro)), "capital_committed")

    assert (signed.value, signed.unit) == (Decimal(5_125_500_000), "JPY")
    assert (committed.value, committed.unit) == (Decimal(40_250), "EUR")


def test_an_amount_without_currency_is_asked_back_with_its_cell(tmp_path: Path) -> None:
    reading = read("finance_oda", fill(tmp_path, "finance_oda", {**ROAD, "currency": ""}))

    assert told(reading) == [("CURRENCY_MISSING", "L14")]


def test_no_currency_is_needed_where_no_amount_stands(tmp_path: Path) -> None:
    lines = ({**ROAD, "currency": "", "capital_signed": ""}, {**ROAD, "code": "B", "currency": "", "capital_signed": 0})

    assert told(read("finance_oda", fill(tmp_path, "finance_oda", *lines))) == []


def test_the_heading_may_state_the_currency_for_all_lines_but_not_against_one(tmp_path: Path) -> None:
    def head(sheet: Any) -> None:
        sheet["L11"] = "Giá trị ký kết trong kỳ (nghìn USD)"

    without = fill(tmp_path / "a", "finance_oda", {**ROAD, "currency": ""}, edit=head)
    against = fill(tmp_path / "b", "finance_oda", {**ROAD, "currency": "EUR"}, edit=head)

    assert flow_of(read("finance_oda", without), "capital_signed").value == Decimal(35_500)
    assert told(read("finance_oda", against)) == [("FINANCE_CURRENCY_CONFLICT", "L14")]


def test_an_unknown_currency_is_told_with_the_nearest(tmp_path: Path) -> None:
    reading = read("finance_ngo", fill(tmp_path, "finance_ngo", {**GRANT, "currency": "yên Nhậtt"}))

    [finding] = reading.findings
    assert (finding.code, finding.cell, finding.found) == ("FINANCE_CURRENCY_UNKNOWN", "K14", "yên Nhậtt")
    assert "JPY" in finding.expected


# Totals


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        (25.0, []),
        (25.2, []),  # two lines may each be 0.05 off, and 0.2 is allowed in any case
        (25.21, ["J13"]),
        (24.7, ["J13"]),
    ],
)
def test_a_printed_sum_of_money_may_differ_by_rounding_only(tmp_path: Path, printed: float, found: list[str]) -> None:
    def total(sheet: Any) -> None:
        sheet["J13"] = printed

    path = fill(tmp_path, "finance_fdi", FACTORY, {**FACTORY, "code": "X-2"}, edit=total)

    assert told(read("finance_fdi", path)) == [("FINANCE_TOTAL_DIFFERS", cell) for cell in found]


def test_a_printed_count_has_to_be_exact(tmp_path: Path) -> None:
    def total(sheet: Any) -> None:
        sheet["I13"], sheet["K13"] = 2, 0

    lines = [{**FACTORY, "code": str(number)} for number in (1, 2, 3)]

    assert told(read("finance_fdi", fill(tmp_path, "finance_fdi", *lines, edit=total))) == [
        ("FINANCE_TOTAL_DIFFERS", "I13")
    ]


def test_sums_of_groups_are_compared_with_their_group(tmp_path: Path) -> None:
    second = [2, "5400000002", "Nhà máy B", *FDI_LINE[3:]]
    sums = [[None, None, "Cộng", *[None] * 6, amount, *[None] * 5] for amount in (12.5, 12.5, 25.0, 26.0)]
    rows = [FDI_HEADER, FDI_LINE, sums[0], second, sums[1], sums[2], sums[3]]

    reading = read("finance_fdi", typed(tmp_path / "a.xlsx", rows))

    assert told(reading) == [("FINANCE_TOTAL_DIFFERS", "J11")]


def test_a_sum_over_several_currencies_is_compared_with_nothing(tmp_path: Path) -> None:
    def total(sheet: Any) -> None:
        sheet["L13"] = 71

    one_currency = fill(tmp_path / "a", "finance_oda", ROAD, {**ROAD, "code": "B"}, edit=total)
    two = fill(tmp_path / "b", "finance_oda", ROAD, {**ROAD, "code": "B", "currency": "EUR"}, edit=total)

    assert told(read("finance_oda", one_currency)) == []
    assert told(read("finance_oda", two)) == [("FINANCE_TOTAL_MIXED", "L13")]


# Names and codes


@pytest.mark.parametrize(
    ("source", "role", "name", "cell", "near"),
    [
        ("finance_fdi", "partner", "Nhật Bảng", "D14", "“Nhật Bản”"),
        ("finance_fdi", "sector", "Xây dựn", "E14", "“Xây dựng”"),
        ("finance_fdi", "zone", "KCN Long Giang", "F14", "“Trong khu kinh tế, khu công nghiệp”"),
        ("finance_fdi", "locality", "Xã Châu Thànhh", "G14", "“Xã Châu Thành”"),
        ("finance_oda", "partner", "Ngân hàng Thế giớ", "D14", "“Ngân hàng Thế giới”"),
        ("finance_oda", "type", "Ưu đãi", "E14", "“Không hoàn lại” hoặc “Vốn vay”"),
        ("finance_ngo", "form", "Tiền mặt", "H14", "“Bằng tiền” hoặc “Bằng hiện vật”"),
    ],
)
def test_a_name_in_no_list_is_told_with_its_cell_and_the_nearest(
    tmp_path: Path, source: str, role: str, name: str, cell: str, near: str
) -> None:
    reading = read(source, fill(tmp_path, source, {**TYPICAL[source], role: name}))

    [finding] = reading.findings
    assert (finding.code, finding.cell, finding.found) == ("FINANCE_NAME_UNKNOWN", cell, name)
    assert near in finding.expected


def test_a_commune_of_before_the_merger_is_told_with_those_of_today(tmp_path: Path) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", {**FACTORY, "locality": "Huyện Tân Phước"}))

    [finding] = reading.findings
    assert "“Xã Tân Phước 1”" in finding.expected


@pytest.mark.parametrize(
    "name", ["C", "C - Công nghiệp chế biến, chế tạo", "CN chế biến, chế tạo", "c. Công nghiệp chế biến chế tạo"]
)
def test_a_sector_may_be_written_by_its_letter_its_name_or_both(tmp_path: Path, name: str) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", {**FACTORY, "sector": name}))

    assert {flow.sector_code for flow in reading.capital_flows} == {"C"}


def test_a_letter_beside_another_sectors_name_is_neither(tmp_path: Path) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", {**FACTORY, "sector": "A - Xây dựng"}))

    assert told(reading) == [("FINANCE_NAME_UNKNOWN", "E14")]


def test_a_code_that_stands_twice_names_both_cells(tmp_path: Path) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", FACTORY, {**FACTORY, "title": "Nhà máy B"}))

    [finding] = reading.findings
    assert (finding.code, finding.cell, finding.expected) == ("FINANCE_CODE_REPEATED", "B15", "B14")
    assert len(reading.capital_flows) == 3
    assert "repeated_code" in [row.rule_code for row in reading.ignored_rows]


@pytest.mark.parametrize(("role", "cell"), [("code", "B14"), ("title", "C14"), ("partner", "D14"), ("zone", "F14")])
def test_a_project_lacks_neither_code_nor_name_nor_what_it_belongs_to(tmp_path: Path, role: str, cell: str) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", {**FACTORY, role: ""}))

    assert told(reading) == [("FINANCE_NAME_MISSING", cell)]


# Days


@pytest.mark.parametrize(
    ("source", "day", "told_of"),
    [
        ("finance_fdi", date(2026, 5, 31), []),
        ("finance_fdi", date(2026, 6, 1), [("FINANCE_DATE_AFTER_CUT_OFF", "H14")]),
        ("finance_fdi", date(2026, 1, 1), []),
        (
            "finance_fdi",
            date(2025, 12, 31),
            [("FINANCE_DATE_BEFORE_WINDOW", "I14"), ("FINANCE_DATE_BEFORE_WINDOW", "J14")],
        ),
        ("finance_oda", date(2025, 12, 31), [("FINANCE_DATE_BEFORE_WINDOW", "L14")]),
        ("finance_ngo", date(2025, 12, 31), [("FINANCE_EARLIER_COMMITMENT", "L14")]),
        ("finance_fdi", "31/4/2026", [("DATE_IMPOSSIBLE", "H14")]),
        ("finance_ngo", "", [("FINANCE_DATE_MISSING", "J14")]),
    ],
)
def test_what_belongs_to_a_day_has_its_day_in_the_window(
    tmp_path: Path, source: str, day: date | str, told_of: list[tuple[str, str]]
) -> None:
    assert told(read(source, fill(tmp_path, source, {**TYPICAL[source], "date": day}))) == told_of


def test_the_commitment_of_an_earlier_year_is_no_commitment_of_this(tmp_path: Path) -> None:
    reading = read("finance_ngo", fill(tmp_path, "finance_ngo", {**GRANT, "date": date(2025, 12, 31)}))

    assert [flow.measure for flow in reading.capital_flows] == ["capital_disbursed"]
    assert "approved_before_window" in [row.rule_code for row in reading.ignored_rows]


def test_a_grant_of_an_unknown_day_is_not_counted_as_approved(tmp_path: Path) -> None:
    approved = flow_of(read("finance_ngo", fill(tmp_path, "finance_ngo", {**GRANT, "date": ""})), "grants_approved")

    assert (approved.value, approved.value_state) == (None, "missing")


# The heading


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ({"unit": "SVHTTDL - Sở Văn hóa, Thể thao và Du lịch"}, "BODY_CONFLICT"),
        ({"period": "2026-NAM - Năm 2026"}, "PERIOD_CONFLICT"),
        ({"template": "T-FIN, phiên bản 2026.1"}, "FINANCE_TEMPLATE_UNKNOWN"),
        ({"template": "T-SO-FDI, phiên bản 2025.1"}, "TEMPLATE_VERSION"),
        ({"cut_off_date": date(2026, 7, 1)}, "CUT_OFF_OUTSIDE_PERIOD"),
        ({"cut_off_date": date(2025, 12, 31)}, "CUT_OFF_OUTSIDE_PERIOD"),
        ({"cut_off_date": "31/6/2026"}, "DATE_IMPOSSIBLE"),
        ({"cut_off_date": ""}, "HEADING_MISSING"),
    ],
)
def test_a_register_whose_heading_cannot_be_believed_is_refused(
    tmp_path: Path, heading: dict[str, object], code: str
) -> None:
    assert told(read("finance_fdi", fill(tmp_path, "finance_fdi", FACTORY, heading=heading)))[0][0] == code


def test_a_body_that_keeps_no_such_register_is_refused_by_name(tmp_path: Path) -> None:
    path = typed(tmp_path / "a.xlsx", [FDI_HEADER, FDI_LINE], unit="SXD - Sở Xây dựng")
    near = typed(tmp_path / "b.xlsx", [FDI_HEADER, FDI_LINE], unit="Ban Quản lý Khu kinh tế tỉnh")

    assert told(read("finance_fdi", path))[0] == ("FINANCE_SENDER_UNKNOWN", "B1")
    assert read("finance_fdi", near).reporting_unit_code == "BQLKKT"


def test_another_sources_workbook_lacks_the_columns(tmp_path: Path) -> None:
    reading = read("finance_oda", fill(tmp_path, "finance_fdi", FACTORY))

    assert reading.refusal is not None
    assert reading.refusal.code == "COLUMN_MISSING"
    assert "Kế hoạch vốn nước ngoài năm" in reading.refusal.expected


def test_a_second_sheet_with_a_heading_is_ambiguous_and_one_without_is_left_out(tmp_path: Path) -> None:
    def copy(sheet: Any) -> None:
        sheet.parent.copy_worksheet(sheet)

    def draft_beside(sheet: Any) -> None:
        second = sheet.parent.create_sheet("Nháp")
        for row in (FDI_HEADER, FDI_LINE):
            second.append(row)

    two = read("finance_fdi", fill(tmp_path / "a", "finance_fdi", FACTORY, edit=copy))
    draft = read("finance_fdi", fill(tmp_path / "b", "finance_fdi", FACTORY, edit=draft_beside))

    assert told(two)[0][0] == "SHEET_AMBIGUOUS"
    assert told(draft) == [("SHEET_LEFT_OUT", None)]
    assert len(draft.capital_flows) == 3


# What may not be in it


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"note": "liên hệ 0912 345 678"}, "PERSONAL_DATA"),
        ({"title": "Nhà máy A (a.nguyen@example.org)"}, "PERSONAL_DATA"),
    ],
)
def test_personal_data_refuses_the_register_and_nothing_of_it_is_kept(
    tmp_path: Path, line: dict[str, str], code: str
) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", {**FACTORY, **line}))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.capital_flows) == (code, ())
    assert (reading.reporting_unit_code, reading.period_code) == ("STC", "2026-06T")


@pytest.mark.parametrize(
    "label", ["Nhà đầu tư", "Tên nhà đầu tư", "Người đại diện pháp luật", "Họ và tên", "Điện thoại"]
)
def test_a_filled_column_about_people_or_investors_refuses_the_register(tmp_path: Path, label: str) -> None:
    filled = typed(tmp_path / "a.xlsx", [[*FDI_HEADER, label], [*FDI_LINE, "Nguyễn Văn A"]])
    blank = typed(tmp_path / "b.xlsx", [[*FDI_HEADER, label], FDI_LINE])

    refused = read("finance_fdi", filled)

    assert told(refused)[0] == ("FINANCE_PERSON_COLUMN", "P5")
    assert "Nguyễn" not in str(refused)
    assert told(read("finance_fdi", blank)) == []


def test_a_column_of_the_clerks_own_is_told_and_not_read(tmp_path: Path) -> None:
    path = typed(tmp_path / "a.xlsx", [[*FDI_HEADER, "Diện tích (ha)"], [*FDI_LINE, 12]])

    assert told(read("finance_fdi", path)) == [("COLUMN_NOT_READ", "P5")]


@pytest.mark.parametrize(
    ("provider", "is_person"),
    [("Ông John Smith", True), ("Mr. Smith", True), ("Bà Trần Thị B", True), ("cá nhân", False), ("Ong Vàng", False)],
)
def test_a_person_given_as_the_donor_is_asked_back_and_not_repeated(
    tmp_path: Path, provider: str, is_person: bool
) -> None:
    reading = read("finance_ngo", fill(tmp_path, "finance_ngo", {**GRANT, "provider": provider}))

    assert told(reading) == ([("FINANCE_PERSON_NAMED", "D14")] if is_person else [])
    assert (provider in str(reading)) is not is_person


@pytest.mark.parametrize("heading", [{"secrecy": "Mật"}, {"preparer_position": "TỐI MẬT"}])
def test_a_register_with_a_secrecy_mark_is_refused_without_a_word_of_it(
    tmp_path: Path, heading: dict[str, str]
) -> None:
    reading = read("finance_fdi", fill(tmp_path, "finance_fdi", FACTORY, heading=heading))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.cell, reading.subject) == ("SECRET", None, None)


def test_the_command_prints_every_attribute_of_a_project(tmp_path: Path) -> None:
    rows, refusal = read_report("finance_oda", fill(tmp_path, "finance_oda", ROAD))

    assert refusal is None
    signed = next(row for row in rows if row["measure"] == "capital_signed")
    assert {key: signed[key] for key in ("zone", "type", "form", "reporting_unit", "period", "unit", "value")} == {
        "zone": None,
        "type": "vay",
        "form": "vay_lai",
        "reporting_unit": "STC",
        "period": "2026-06T",
        "unit": "USD",
        "value": "35500000",
    }
