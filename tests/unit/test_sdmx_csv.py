"""The indicators in the words of SDMX: periods, codes, units and statuses."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sdmx

from include.errors import CatalogueError
from include.exports.relations import ExportColumn
from include.exports.sdmx_codes import (
    DIMENSIONS,
    OBS_STATUS,
    OBS_STATUS_NAMES,
    SdmxCode,
    list_attributes,
    list_codes,
    sdmx_id,
    time_period,
    unit_of,
)
from include.exports.sdmx_csv import obs_status, write_sdmx_csv, write_structure
from include.extracts.leadership.wording import STATES_VI

COLUMNS = (
    *(ExportColumn(name, "text") for name in DIMENSIONS),
    ExportColumn("value", "numeric"),
    ExportColumn("value_state", "text"),
    ExportColumn("value_kind", "text"),
    ExportColumn("cut_off_to", "date"),
    ExportColumn("is_before_due", "boolean"),
)
CODES = {
    "CL_INDICATOR": ["M01"],
    "CL_REPORTING_PERIOD": ["2026-06T"],
    "CL_SCOPE_TYPE": ["province"],
    "CL_SCOPE": ["province"],
    "CL_SIDE": ["single"],
    "CL_AXIS": ["former_province", "total"],
    "CL_MEMBER": ["total", "Tiền Giang"],
    "CL_VALUE_STATE": ["reported", "missing"],
    "CL_VALUE_KIND": ["thuc_hien"],
    "CL_OBS_STATUS": ["A", "O"],
    "CL_UNIT": ["tin, bài"],
}
LISTS = {name: list_codes(name, dict.fromkeys(codes, ("", "", ""))) for name, codes in CODES.items()}
KEY = ("M01", "2026-06T", "province", "province", "single")


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 1, 1), date(2026, 6, 30), "2026-S1"),
        (date(2026, 7, 1), date(2026, 12, 31), "2026-S2"),
        (date(2026, 4, 1), date(2026, 6, 30), "2026-Q2"),
        (date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        # Near misses: whole months that are no quarter, a day short, two years.
        (date(2026, 2, 1), date(2026, 4, 30), "2026-02-01/P89D"),
        (date(2026, 1, 1), date(2026, 6, 29), "2026-01-01/P180D"),
        (date(2026, 3, 1), date(2026, 3, 1), "2026-03-01/P1D"),
        (date(2025, 7, 1), date(2026, 6, 30), "2025-07-01/P365D"),
    ],
)
def test_a_window_is_written_as_the_period_it_is_or_else_with_its_length(start, end, written):
    assert time_period(start, end) == written


@pytest.mark.parametrize(
    ("code", "identifier"),
    [
        ("M01", "M01"),
        ("2026-06T", "2026-06T"),
        ("nhan_quyen", "nhan_quyen"),
        ("Đồng Tháp", "DONG_THAP"),
        ("tin, bài", "TIN_BAI"),
        ("%", "PT"),
        ("mốc 0-4", "MOC_0_4"),
    ],
)
def test_a_code_stays_as_it_is_where_sdmx_allows_it(code, identifier):
    assert sdmx_id(code) == identifier


def test_two_codes_that_differ_in_accents_only_are_refused():
    with pytest.raises(CatalogueError, match="Tân Thành, Tân Thạnh"):
        list_codes("CL_MEMBER", {"Tân Thành": ("", "", ""), "Tân Thạnh": ("", "", ""), "Tân Thới": ("", "", "")})


def test_every_state_a_value_may_have_has_a_status_with_a_name():
    assert set(OBS_STATUS) == set(STATES_VI)
    assert {*OBS_STATUS.values(), "E", "P"} == set(OBS_STATUS_NAMES)


@pytest.mark.parametrize(
    ("state", "kind", "is_before_due", "status"),
    [
        ("reported", "thuc_hien", False, "A"),
        ("reported", "thuc_hien", True, "P"),
        ("reported", "uoc", True, "E"),
        ("reported", "chinh_thuc", False, "A"),
        ("nil", "thuc_hien", False, "A"),
        ("nil", "uoc", True, "P"),
        ("missing", None, True, "O"),
        ("withheld", None, False, "L"),
        ("not_applicable", None, False, "M"),
        ("no_value", None, False, "M"),
        ("suppressed", "uoc", False, "Q"),
    ],
)
def test_the_status_follows_from_state_kind_and_due_moment(state, kind, is_before_due, status):
    assert obs_status({"value_state": state, "value_kind": kind, "is_before_due": is_before_due}) == status


def test_each_number_of_a_pair_has_its_own_unit():
    assert unit_of("M01", "single") == "tin, bài"
    assert [unit_of("M04", side) for side in ("first", "second")] == ["chuyên mục", "loạt bài"]


def test_a_column_added_to_the_indicators_becomes_an_attribute_of_its_type():
    added = [*COLUMNS, ExportColumn("distance", "numeric"), ExportColumn("target_source", "text")]

    attributes = {each.id: (each.code_list, each.text_type) for each in list_attributes(added)}

    assert attributes == {
        "OBS_STATUS": ("CL_OBS_STATUS", ""),
        "UNIT_MEASURE": ("CL_UNIT", ""),
        "VALUE_STATE": ("CL_VALUE_STATE", ""),
        "VALUE_KIND": ("CL_VALUE_KIND", ""),
        "CUT_OFF_TO": ("", "gregorianDay"),
        "IS_BEFORE_DUE": ("", "boolean"),
        "DISTANCE": ("", "decimal"),
        "TARGET_SOURCE": ("", "string"),
    }


def test_what_is_written_is_what_a_reader_of_the_standard_finds(tmp_path: Path):
    rows = [
        (*KEY, "total", "total", Decimal("12.50"), "reported", "thuc_hien", date(2026, 5, 31), False),
        (*KEY, "former_province", "Tiền Giang", None, "missing", None, None, False),
    ]
    data, structure = tmp_path / "x.csv", tmp_path / "x.xml"
    write_structure(COLUMNS, LISTS, structure)

    assert write_sdmx_csv(COLUMNS, rows, {"2026-06T": "2026-S1"}, data) == 2

    message = sdmx.read_sdmx(structure)
    (data_set,) = sdmx.read_sdmx(data, structure=message.dataflow["INDICATOR_VALUE"]).data
    first, second = data_set.obs
    assert (first.value, second.value) == ("12.50", "")
    assert [value.value for value in second.dimension.values.values()] == [
        *KEY,
        "former_province",
        "TIEN_GIANG",
        "2026-S1",
    ]
    assert first.attached_attribute["UNIT_MEASURE"].value == "TIN_BAI"
    assert first.attached_attribute["CUT_OFF_TO"].value == "2026-05-31"
    assert second.attached_attribute["OBS_STATUS"].value == "O"
    (note,) = message.codelist["CL_MEMBER"]["TIEN_GIANG"].annotations
    assert str(note.text) == "Tiền Giang"
    assert message.codelist["CL_MEMBER"]["total"].annotations == []


def test_a_structure_names_every_dimension_with_its_list_and_is_the_same_every_time(tmp_path: Path):
    write_structure(COLUMNS, LISTS, tmp_path / "a.xml")
    write_structure(COLUMNS, LISTS, tmp_path / "b.xml")

    definition = sdmx.read_sdmx(tmp_path / "a.xml").structure["DSD_INDICATOR_VALUE"]
    assert [each.id for each in definition.dimensions] == [*DIMENSIONS.values(), "TIME_PERIOD"]
    assert [each.local_representation.enumerated.id for each in list(definition.dimensions)[:-1]] == [
        f"CL_{name}" for name in DIMENSIONS.values()
    ]
    assert (tmp_path / "a.xml").read_bytes() == (tmp_path / "b.xml").read_bytes()


def test_sdmx_csv_has_no_byte_order_mark_and_no_text_that_could_break_a_line(tmp_path: Path):
    rows = [(*KEY, "total", "total", Decimal(1), "reported", "thuc_hien", None, True)]

    write_sdmx_csv(COLUMNS, rows, {"2026-06T": "2026-S1"}, tmp_path / "x.csv")

    raw = (tmp_path / "x.csv").read_bytes()
    assert raw.startswith(b"STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,")
    (row,) = csv.DictReader(raw.decode().splitlines())
    assert (row["OBS_VALUE"], row["IS_BEFORE_DUE"], row["CUT_OFF_TO"], row["OBS_STATUS"]) == ("1", "true", "", "P")


def test_codes_know_how_the_platform_writes_them():
    assert LISTS["CL_UNIT"] == (SdmxCode("TIN_BAI", "tin, bài", "tin, bài"),)
