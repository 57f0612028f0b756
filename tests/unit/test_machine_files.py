"""The figures of an edition for machines: every figure once, every state told apart, from the edition alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sdmx

from include.errors import CatalogueError
from include.exports.delimited import guarded
from include.exports.sdmx_codes import DIMENSIONS
from include.extracts.leadership.edition import Comparison
from include.extracts.leadership.machine_files import COLUMNS, write_csv, write_sdmx
from tests.unit.edition_builders import edition
from tests.unit.extract_builders import figure, indicator, language, snapshot

INJECTED = ["=1+1", "@SUM(A1)", "+84", "-2+3", "\t=1", '=HYPERLINK("http://x")', "<script>", "'đơn vị'", 'a"b,c\nd']

HIDDEN = figure(
    "M05",
    None,
    state="suppressed",
    kind="thuc_hien",
    reason="Số từ 1 đến 4 của nội dung nhạy cảm chỉ Sở VHTTDL được xem.",
    numerator_mark="<5",
    denominator_mark="không nêu",
    full_year_count=2,
)
STATES = {
    "M10": figure("M10", "0"),
    "M11": figure("M11", "0", state="nil"),
    "M12": figure("M12", None, state="missing"),
    "M13": figure("M13", None, state="withheld", reason="Đơn vị trả lời “không cung cấp”."),
    "M14": figure("M14", None, state="not_applicable"),
    "M15": figure("M15", None, state="no_value"),
    "M05": HIDDEN,
    "M16": figure("M16", "3", kind="uoc"),
    "M17": figure("M17", "3", is_provisional=True),
}


def of_figures(*figures, **changes):
    return edition(
        snapshot=snapshot(indicators=tuple(indicator(each.indicator_code, each) for each in figures)), **changes
    )


def lines(told, tmp_path: Path) -> list[dict[str, str]]:
    write_csv(told, tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def observations(told, tmp_path: Path) -> list[dict[str, str]]:
    write_sdmx(told, tmp_path)
    with (tmp_path / f"{told.file_stem}.sdmx.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_figure_is_one_line_under_the_number_of_the_release(tmp_path):
    told = lines(edition(), tmp_path)

    assert [(line["indicator_code"], line["axis_code"], line["member_code"], line["value"]) for line in told] == [
        ("M01", "total", "total", "1234.5"),
        ("M02", "total", "total", "7"),
        ("M02", "language", "en", "4"),
        ("M02", "language", "km", "3"),
        ("M02", "language", "zh", ""),
        ("N01", "total", "total", ""),
    ]
    assert {(line["release_number"], line["is_draft"], line["period_code"]) for line in told} == {
        ("2026-06T/1", "false", "2026-06T")
    }
    assert (told[2]["member_name_vi"], told[2]["axis_name_vi"]) == ("Tiếng Anh", "theo ngôn ngữ")


def test_a_draft_says_so_in_every_line_and_in_its_name(tmp_path):
    draft = edition(approval=None)

    assert {line["is_draft"] for line in lines(draft, tmp_path)} == {"true"}
    assert {each["IS_DRAFT"] for each in observations(draft, tmp_path)} == {"true"}
    assert (tmp_path / "TTDN_2026-06T_lan1_DU-THAO.sdmx.csv").exists()


def test_a_line_carries_what_is_needed_to_judge_the_figure(tmp_path):
    rate = figure(
        "E01",
        "0.5",
        unit="%",
        numerator=Decimal(1),
        denominator=Decimal(200),
        kind="uoc",
        full_year_estimate=Decimal("12.50"),
        full_year_count=1,
        cut_off_to=date(2026, 6, 8),
        is_revised=True,
        is_provisional=True,
    )

    (line,) = lines(of_figures(rate), tmp_path)

    assert {name: line[name] for name in ("value", "unit_vi", "numerator", "denominator", "value_kind")} == {
        "value": "0.5",
        "unit_vi": "%",
        "numerator": "1",
        "denominator": "200",
        "value_kind": "uoc",
    }
    assert (line["coverage_received"], line["coverage_expected"], line["is_coverage_in_days"]) == ("2", "3", "false")
    assert (line["cut_off_from"], line["cut_off_to"]) == ("2026-05-31", "2026-06-08")
    assert (line["full_year_estimate"], line["full_year_estimate_state"]) == ("12.50", "reported")
    assert (line["is_revised"], line["is_before_due"], line["hidden_columns"]) == ("true", "true", "")


def test_states_are_told_apart_and_none_but_a_number_has_a_value(tmp_path):
    told = {line["indicator_code"]: line for line in lines(of_figures(*STATES.values()), tmp_path)}

    assert {code: (line["value"], line["value_state"], line["value_state_name_vi"]) for code, line in told.items()} == {
        "M10": ("0", "reported", "có số liệu"),
        "M11": ("0", "nil", "không phát sinh"),
        "M12": ("", "missing", "thiếu số liệu"),
        "M13": ("", "withheld", "không cung cấp"),
        "M14": ("", "not_applicable", "không áp dụng"),
        "M15": ("", "no_value", "không tính được"),
        "M05": ("", "suppressed", "không nêu số nhỏ"),
        "M16": ("3", "reported", "có số liệu"),
        "M17": ("3", "reported", "có số liệu"),
    }


def test_sdmx_has_the_status_the_exports_give_each_state(tmp_path):
    told = {each["INDICATOR"]: each["OBS_STATUS"] for each in observations(of_figures(*STATES.values()), tmp_path)}

    assert told == {
        "M10": "A",
        "M11": "A",
        "M12": "O",
        "M13": "L",
        "M14": "M",
        "M15": "M",
        "M05": "Q",
        "M16": "E",
        "M17": "P",
    }


def test_what_is_hidden_is_named_and_said_to_be_small_or_beside_a_small_one(tmp_path):
    (line,) = lines(of_figures(HIDDEN), tmp_path)

    assert (line["value"], line["numerator"], line["denominator"], line["full_year_estimate"]) == ("", "", "", "")
    assert (line["numerator_state"], line["denominator_state"]) == ("below_5", "suppressed")
    assert line["full_year_estimate_state"] == "suppressed"
    assert line["hidden_columns"] == "value numerator denominator full_year_estimate"


def test_a_denominator_that_never_was_is_empty_and_not_hidden(tmp_path):
    (line,) = lines(of_figures(replace(HIDDEN, denominator_mark="", full_year_count=0)), tmp_path)

    assert (line["denominator_state"], line["full_year_estimate_state"]) == ("empty", "empty")
    assert line["hidden_columns"] == "value numerator"


def test_the_same_period_of_the_year_before_stands_beside_the_provinces_headline_alone(tmp_path):
    m01, *others = lines(edition(), tmp_path)

    assert (m01["compared_period_code"], m01["compared_value"], m01["compared_value_state"]) == (
        "2025-06T",
        "1000",
        "reported",
    )
    assert (m01["compared_value_kind"], m01["compared_difference"]) == ("chinh_thuc", "234.5")
    assert {line["compared_period_code"] for line in others} == {""}


def test_a_comparison_with_a_hidden_value_says_that_it_is_hidden(tmp_path):
    hidden = Comparison("M01", "single", "2025-06T", "x", None, "suppressed", None, None, "Số nhỏ không nêu.")

    m01, *_ = lines(edition(comparisons=(hidden,)), tmp_path)

    assert (m01["value"], m01["compared_value"], m01["compared_difference"]) == ("1234.5", "", "")
    assert m01["hidden_columns"] == "compared_value compared_difference"
    assert m01["compared_reason_vi"] == "Số nhỏ không nêu."


@pytest.mark.parametrize("name", INJECTED)
def test_no_name_of_a_body_is_calculated_and_each_comes_back(tmp_path, name):
    of_body = figure("M01", "5", scope_type="unit", scope_code="28249", scope_name=name)

    (line,) = lines(of_figures(of_body), tmp_path)
    (observation,) = observations(of_figures(of_body), tmp_path)

    assert line["scope_name_vi"] == guarded(name)
    assert line["scope_name_vi"].removeprefix("'" if guarded(name) != name else "") == name
    assert observation["SCOPE"] == "28249"
    message = sdmx.read_sdmx(tmp_path / "TTDN_2026-06T_lan1.structure.xml")
    assert str(message.codelist["CL_SCOPE"]["28249"].name) == name


def test_a_negative_number_is_a_number(tmp_path):
    (line,) = lines(of_figures(figure("F01", "-12.5")), tmp_path)

    assert line["value"] == "-12.5"


def test_numbers_are_exact_however_long(tmp_path):
    (line,) = lines(of_figures(figure("F01", "1234567890123456789.000000001")), tmp_path)

    assert line["value"] == "1234567890123456789.000000001"


def test_csv_is_as_the_exports_write_it(tmp_path):
    write_csv(edition(), tmp_path / "x.csv")

    raw = (tmp_path / "x.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfrelease_number,is_draft,indicator_code,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 7


def test_a_reader_of_the_standard_finds_every_value_under_its_structure(tmp_path):
    told = edition()
    write_sdmx(told, tmp_path)
    message = sdmx.read_sdmx(tmp_path / f"{told.file_stem}.structure.xml")

    (data,) = sdmx.read_sdmx(tmp_path / f"{told.file_stem}.sdmx.csv", structure=message.dataflow["RELEASED_VALUE"]).data

    first, *_ = data.obs
    assert len(data.obs) == 6
    assert first.value == "1234.5"
    assert [each.value for each in first.dimension.values.values()] == [
        "M01",
        "2026-06T",
        "province",
        "province",
        "single",
        "total",
        "total",
        "2026-S1",
    ]
    assert first.attached_attribute["UNIT_MEASURE"].value == "TIN_BAI"
    assert first.attached_attribute["RELEASE_NUMBER"].value == "2026-06T/1"


def test_every_code_in_the_data_is_in_its_list_and_every_column_in_the_structure(tmp_path):
    told = of_figures(
        *STATES.values(),
        language("M02", "en", "Tiếng Anh", "4"),
        replace(language("M03", "en", "Bằng tiếng Anh", "4"), unit="%"),
    )
    rows = observations(told, tmp_path)
    message = sdmx.read_sdmx(tmp_path / f"{told.file_stem}.structure.xml")
    structure = message.structure["DSD_RELEASED_VALUE"]
    coded = {
        part.id: part.local_representation.enumerated.id
        for part in (*structure.dimensions, *structure.attributes)
        if part.local_representation.enumerated
    }

    assert set(rows[0]) - {"STRUCTURE", "STRUCTURE_ID", "ACTION"} == {
        part.id for part in (*structure.dimensions, *structure.measures, *structure.attributes)
    }
    assert set(DIMENSIONS.values()) < set(coded)
    for row in rows:
        assert [
            (name, row[name]) for name, of in coded.items() if row[name] and row[name] not in message.codelist[of]
        ] == []
    # One code of two breakdowns has both names.
    assert str(message.codelist["CL_MEMBER"]["en"].name) == "Tiếng Anh; Bằng tiếng Anh"


def test_names_come_from_the_edition_and_not_from_todays_reference_files(tmp_path):
    told = of_figures(figure("P04", "5", indicator_name="Tên cũ của chỉ tiêu", unit="đơn vị cũ"))

    (row,) = observations(told, tmp_path)

    message = sdmx.read_sdmx(tmp_path / f"{told.file_stem}.structure.xml")
    assert str(message.codelist["CL_INDICATOR"]["P04"].name) == "Tên cũ của chỉ tiêu"
    assert [each.id for each in message.codelist["CL_INDICATOR"]] == ["P04"]
    assert row["UNIT_MEASURE"] == "DON_VI_CU"


def test_two_units_that_differ_in_accents_only_stop_the_file(tmp_path):
    with pytest.raises(CatalogueError, match="CL_UNIT"):
        write_sdmx(of_figures(figure("M01", unit="tin, bài"), figure("M02", unit="tin, bải")), tmp_path)


def test_the_same_edition_gives_the_same_bytes(tmp_path):
    told = edition()
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        write_csv(told, folder / "x.csv")
        write_sdmx(told, folder)

    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_no_column_is_named_twice():
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
