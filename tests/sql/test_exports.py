"""Exports: every value, state and code comes back the same, and nothing sensitive and small leaves."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pyarrow
import pytest
import sdmx
from openpyxl.utils.escape import unescape
from pyarrow import parquet
from sqlalchemy import Connection, text

from include.calendar.periods import VIETNAM
from include.cli import main
from include.errors import PlatformError
from include.exports.delimited import as_text, guarded
from include.exports.relations import list_relations, require_relation
from include.exports.rows import read_rows, shape_of
from include.exports.sdmx_codes import DIMENSIONS
from include.exports.sdmx_csv import CODE_ANNOTATION
from include.exports.workbook import STATE_WORDS
from include.exports.write import FORMATS, write_export
from include.indicators.marts import build_marts, ensure_current
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.sql.builders import send
from tests.sql.conftest import TEMPLATE_DATABASE
from tests.sql.monitored import ON_THE_TENTH, count, monitor

DAO_THANH, MY_THO = "28249", "28261"

# What a spreadsheet might calculate, and near misses it would not.
DANGEROUS = [
    "=1+1",
    "@SUM(A1)",
    "+84 273",
    "-2+3",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    "＠x",
    "'=1",
    "'quoted'",
    '=HYPERLINK("http://example.vn")',
]
HARMLESS = ["a=1", "Tân Thành", "1+1", '"=1"', "0", "x,y", "hai\ndòng", "NA", "Đồng Tháp; Tiền Giang"]


@pytest.fixture(scope="module")
def built_marts(server: EmbeddedServer) -> Iterator[str]:
    """A database with marts of every state: numbers, zero, nil, withheld, not applicable, blank, an estimate."""
    name = f"exports_{os.getpid()}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    with engine(server.url(name)).begin() as connection:
        told = {"MED01": 30, "MED01.language.vi": 20, "MED01.language.en": 10, "BUD02": "1234567890123"}
        send(connection, "SYT", figures=told)
        send(connection, DAO_THANH, figures={"MED01": 7, "TRN03": "nil", "TRN01": 3, "TRN02": 50}, kind="uoc")
        refused = {"TRN03": "withheld", "TRN01": "not_applicable", "TRN02": "missing"}
        send(connection, MY_THO, figures={"MED01": 0, **refused})
        ensure_current(connection)
        # Tables the tests add are as a build would leave them.
        connection.exec_driver_sql("alter default privileges in schema mart grant select on tables to ttdn_extractor")
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def mart(built_marts: str) -> Iterator[Connection]:
    """A connection to the built marts; what a test adds is rolled back."""
    with engine(built_marts).connect() as connection:
        yield connection
        connection.rollback()


def stored(connection: Connection, name: str) -> list[dict[str, Any]]:
    """What the export is to hold: the rows of the table itself, in the order of the export."""
    shape = shape_of(require_relation(connection, name))
    names = [column.name for column in shape.columns]
    return [dict(zip(names, row, strict=True)) for row in read_rows(connection, shape, None)]


def only(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def unguarded(cell: str) -> str:
    return cell.removeprefix("'")


def make_notes(connection: Connection) -> list[str]:
    texts = DANGEROUS + HARMLESS
    connection.execute(text("create table mart.note (number integer primary key, said text, amount numeric)"))
    for number, said in enumerate(texts):
        connection.execute(
            text("insert into mart.note values (:number, :said, :amount)"),
            {"number": number, "said": said, "amount": Decimal(-number)},
        )
    return texts


# --- what may be exported --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "warehouse.observation",
        "reference.measure",
        "pg_class",
        "mart.pg_class",
        "indicator_value; drop table mart.build",
        'indicator_value" where true --',
        "select 1",
        "INDICATOR_VALUE",
        "",
    ],
)
def test_only_a_table_or_view_of_schema_mart_is_exported_and_only_by_its_name(mart, tmp_path, name):
    with pytest.raises(PlatformError, match=r"INDICATORS or one of .*indicator_value"):
        write_export(mart, name, "csv", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_every_table_and_view_of_schema_mart_can_be_exported_without_knowing_it(mart, tmp_path):
    names = list_relations(mart)

    for name in names:
        export = write_export(mart, name, "csv", tmp_path)
        assert len(only(export.files[0])) == export.row_count

    assert {"indicator_value", "observation_latest", "report_status", "ledger"} <= set(names)


def test_a_name_nobody_would_choose_is_still_only_a_name(mart, tmp_path):
    mart.execute(text('create table mart."a:b ""c" ("x:y" integer primary key, "Kỳ, tháng" text)'))
    mart.execute(text('insert into mart."a:b ""c" values (1, \'x\')'))

    export = write_export(mart, 'a:b "c', "csv", tmp_path)

    assert only(export.files[0]) == [{"x:y": "1", "Kỳ, tháng": "x", "hidden_columns": ""}]


def test_one_period_can_be_exported_where_there_are_periods(mart, tmp_path):
    export = write_export(mart, "INDICATORS", "csv", tmp_path, "2026-06T")

    assert export.files[0].name == "indicator_value_2026-06T.csv"
    assert {row["period_code"] for row in only(export.files[0])} == {"2026-06T"}
    with pytest.raises(PlatformError, match="2026-06T, 2026-NAM"):
        write_export(mart, "INDICATORS", "csv", tmp_path, "2026-13T")
    with pytest.raises(PlatformError, match=r"mart\.build, which has no column period_code"):
        write_export(mart, "build", "csv", tmp_path, "2026-06T")


def test_sdmx_is_for_the_indicators_only(mart, tmp_path):
    with pytest.raises(PlatformError, match="expected csv, parquet or xlsx"):
        write_export(mart, "ledger", "sdmx-csv", tmp_path)


# --- round trips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["indicator_value", "observation_latest", "report_status", "indicator_reading"])
def test_a_csv_comes_back_the_same(mart, tmp_path, name):
    expected = stored(mart, name)
    (path,) = write_export(mart, name, "csv", tmp_path).files

    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert list(frame.columns) == list(expected[0])
    texts = {column.name for column in shape_of(require_relation(mart, name)).columns if column.is_text}
    for row, line in zip(frame.to_dict("records"), expected, strict=True):
        for column, value in line.items():
            cell = unguarded(row[column]) if column in texts else row[column]
            if isinstance(value, Decimal):
                assert (Decimal(cell), cell) == (value, format(value, "f"))
            elif isinstance(value, datetime):
                assert datetime.fromisoformat(cell) == value
                assert cell.endswith("+07:00")
            elif isinstance(value, list):
                assert json.loads(cell) == value
            elif isinstance(value, bool):
                assert cell == str(value).lower()
            else:
                assert cell == ("" if value is None else str(value))


def test_an_empty_figure_has_its_reason_beside_it(mart, tmp_path):
    (path,) = write_export(mart, "observation_latest", "csv", tmp_path).files

    rows = only(path)
    header = list(rows[0])
    said = {(row["reporting_unit_code"], row["measure_code"]): (row["value"], row["value_state"]) for row in rows}
    assert header[header.index("value") + 1] == "value_state"
    assert said["SYT", "BUD02"] == ("1234567890123", "reported")
    assert said[MY_THO, "MED01"] == ("0", "reported")
    assert said[DAO_THANH, "TRN03"] == ("0", "nil")
    assert said[MY_THO, "TRN03"] == ("", "withheld")
    assert said[MY_THO, "TRN01"] == ("", "not_applicable")
    assert said[MY_THO, "TRN02"] == ("", "missing")
    assert {row["full_year_estimate_state"] for row in rows} == {"empty"}


@pytest.mark.parametrize("name", ["indicator_value", "observation_latest", "report_status", "indicator_reading"])
def test_a_parquet_file_comes_back_the_same_with_its_types(mart, tmp_path, name):
    expected = stored(mart, name)
    (path,) = write_export(mart, name, "parquet", tmp_path).files

    table = parquet.read_table(path)

    assert table.to_pylist() == expected
    for column in shape_of(require_relation(mart, name)).columns:
        kind = table.schema.field(column.name).type
        if column.is_figure:
            assert pyarrow.types.is_decimal128(kind)
        if column.type == "date":
            assert kind == pyarrow.date32()
        if column.type == "timestamp with time zone":
            assert kind == pyarrow.timestamp("us", tz="Asia/Ho_Chi_Minh")


def test_a_figure_keeps_all_its_digits_in_csv_and_parquet(mart, tmp_path):
    mart.execute(text("create table mart.exact (number integer primary key, amount numeric)"))
    figures = ["0.1", "-12345678901234567890.123456789012345678", "1e-9", "100", None]
    for number, figure in enumerate(figures):
        mart.execute(text("insert into mart.exact values (:n, cast(:f as numeric))"), {"n": number, "f": figure})
    exact = [Decimal(figure) if figure else None for figure in figures]

    (as_csv,) = write_export(mart, "exact", "csv", tmp_path).files
    (as_parquet,) = write_export(mart, "exact", "parquet", tmp_path).files

    assert [Decimal(row["amount"]) if row["amount"] else None for row in only(as_csv)] == exact
    assert parquet.read_table(as_parquet).column("amount").to_pylist() == exact


def test_a_figure_too_long_for_38_digits_gets_a_wider_type_and_one_too_long_for_that_is_refused(mart, tmp_path):
    mart.execute(text("create table mart.exact (number integer primary key, amount numeric)"))
    mart.execute(text("insert into mart.exact values (1, 1234567890123456789012345678901234567890.5)"))

    (path,) = write_export(mart, "exact", "parquet", tmp_path).files

    assert parquet.read_table(path).column("amount").to_pylist() == [
        Decimal("1234567890123456789012345678901234567890.5")
    ]
    mart.execute(text("insert into mart.exact values (2, 10::numeric ^ 90)"))
    with pytest.raises(PlatformError, match="Export it as CSV"):
        write_export(mart, "exact", "parquet", tmp_path)


@pytest.mark.parametrize("name", ["indicator_value", "observation_latest", "report_status"])
def test_a_workbook_comes_back_the_same_under_vietnamese_headings(mart, tmp_path, name):
    expected = stored(mart, name)
    (path,) = write_export(mart, name, "xlsx", tmp_path).files

    book = openpyxl.load_workbook(path)
    headings, *rows = book["Dữ liệu"].iter_rows(values_only=True)
    names = {label: column for label, column, _ in book["Chú giải"].iter_rows(min_row=2, max_col=3, values_only=True)}

    assert [names[heading] for heading in headings] == list(expected[0])
    for row, line in zip(rows, expected, strict=True):
        for cell, (column, value) in zip(row, line.items(), strict=True):
            if column.endswith("_state") and value is not None:
                assert cell == STATE_WORDS.get(value, value)
            elif isinstance(value, Decimal):
                assert cell == float(value)
            elif isinstance(value, datetime):
                assert cell == value.astimezone(VIETNAM).replace(tzinfo=None, microsecond=value.microsecond)
            elif isinstance(value, date):
                assert cell.date() == value
            elif isinstance(value, list):
                assert json.loads(cell) == value
            else:
                assert cell == (value if value != "" else None)


def test_words_of_states_in_a_workbook_are_all_different_but_for_hidden_ones():
    assert len(set(STATE_WORDS.values())) == len(STATE_WORDS)


def test_a_workbook_can_be_read_at_a_desk(mart, tmp_path):
    (path,) = write_export(mart, "observation_latest", "xlsx", tmp_path).files

    sheet = openpyxl.load_workbook(path)["Dữ liệu"]
    headings = {cell.value: cell.column for cell in sheet[1]}
    money = next(row for row in sheet.iter_rows(min_row=2) if row[headings["Giá trị"] - 1].value == 1234567890123)

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    assert money[headings["Giá trị"] - 1].number_format == "#,##0"
    assert money[headings["Ngày chốt"] - 1].number_format == "dd/mm/yyyy"
    widths = [sheet.column_dimensions[openpyxl.utils.get_column_letter(place)].width for place in headings.values()]
    assert all(width >= 8 for width in widths)


def test_a_number_longer_than_excel_keeps_is_written_as_text(mart, tmp_path):
    mart.execute(text("create table mart.exact (number integer primary key, amount numeric)"))
    mart.execute(text("insert into mart.exact values (1, 1234567890123456), (2, 123456789012345), (3, 12.5)"))

    (path,) = write_export(mart, "exact", "xlsx", tmp_path).files

    sheet = openpyxl.load_workbook(path)["Dữ liệu"]
    assert [sheet.cell(row, 2).value for row in (2, 3, 4)] == ["1234567890123456", 123456789012345, 12.5]


# --- SDMX ------------------------------------------------------------------------------------------------


def test_the_indicators_come_back_from_sdmx_value_by_value(mart, tmp_path):
    expected = {tuple(line[column] for column in DIMENSIONS): line for line in stored(mart, "indicator_value")}
    data, structure = write_export(mart, "INDICATORS", "sdmx-csv", tmp_path).files

    message = sdmx.read_sdmx(structure)
    flow = message.dataflow["INDICATOR_VALUE"]
    lists = message.codelist
    received = sdmx.read_sdmx(data, structure=flow)

    def our_code(list_id: str, code_id: str) -> str:
        notes = [note for note in lists[list_id][code_id].annotations if note.id == CODE_ANNOTATION]
        return str(notes[0].text) if notes else code_id

    (data_set,) = received.data
    assert len(data_set.obs) == len(expected)
    for observation in data_set.obs:
        dimensions = {key: value.value for key, value in observation.dimension.values.items()}
        line = expected.pop(tuple(our_code(f"CL_{name}", dimensions[name]) for name in DIMENSIONS.values()))
        assert (Decimal(observation.value) if observation.value else None) == line["value"]
        said = {name: value.value for name, value in observation.attached_attribute.items()}
        for column, value in line.items():
            if column in DIMENSIONS or column == "value":
                continue
            shown = said[column.upper()]
            if isinstance(value, Decimal):
                assert Decimal(shown) == value
            else:
                assert shown == ("" if value is None else as_text(value))
    assert expected == {}


def test_every_code_in_the_sdmx_data_is_in_its_list_and_every_column_in_the_structure(mart, tmp_path):
    data, structure = write_export(mart, "INDICATORS", "sdmx-csv", tmp_path).files
    message = sdmx.read_sdmx(structure)
    definition = message.structure["DSD_INDICATOR_VALUE"]
    with data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    components = [*definition.dimensions, *definition.measures, *definition.attributes]
    assert list(rows[0]) == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *(component.id for component in components)]
    assert {row["STRUCTURE_ID"] for row in rows} == {"SVHTTDL_DONGTHAP:INDICATOR_VALUE(1.0)"}
    for component in components:
        listed = component.local_representation.enumerated
        if listed is not None:
            assert {row[component.id] for row in rows} - set(message.codelist[listed.id].items) <= {""}
    assert {row["TIME_PERIOD"] for row in rows} == {"2026-S1", "2026"}
    assert {row["UNIT_MEASURE"] for row in rows if row["INDICATOR"] == "P01"} == {"PT"}


def test_sdmx_says_of_every_state_what_its_own_list_calls_it(mart, tmp_path):
    data, _ = write_export(mart, "INDICATORS", "sdmx-csv", tmp_path).files
    with data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    said = {(row["VALUE_STATE"], row["VALUE_KIND"] == "uoc", row["OBS_STATUS"], bool(row["OBS_VALUE"])) for row in rows}

    assert ("reported", False, "A", True) in said
    assert ("reported", True, "E", True) in said
    assert ("missing", False, "O", False) in said
    assert {(state, status) for state, _, status, _ in said} <= {
        ("reported", "A"),
        ("reported", "E"),
        ("reported", "P"),
        ("nil", "A"),
        ("missing", "O"),
        ("withheld", "L"),
        ("not_applicable", "M"),
        ("no_value", "M"),
    }


# --- text stays text -------------------------------------------------------------------------------------


def test_no_cell_of_a_csv_begins_like_a_formula_and_the_text_can_be_had_back(mart, tmp_path):
    texts = make_notes(mart)

    rows = only(write_export(mart, "note", "csv", tmp_path).files[0])

    assert [unguarded(row["said"]) for row in rows] == texts
    assert [row["said"][0] for row in rows[: len(DANGEROUS)]] == ["'"] * len(DANGEROUS)
    assert [row["said"] for row in rows[len(DANGEROUS) :]] == HARMLESS
    # A negative number is a number, not a formula.
    assert rows[3]["amount"] == "-3"


def test_no_cell_of_a_workbook_is_a_formula_or_a_link_and_the_text_is_what_it_was(mart, tmp_path):
    texts = make_notes(mart)

    sheet = openpyxl.load_workbook(write_export(mart, "note", "xlsx", tmp_path).files[0])["Dữ liệu"]

    # Excel writes a carriage return as _x000D_ and shows it as one.
    assert [unescape(cell.value) for cell in sheet["B"][1:]] == texts
    assert {cell.data_type for cell in sheet["B"]} == {"s"}
    assert [cell.value for cell in sheet["C"][1:4]] == [0, -1, -2]
    assert sheet._hyperlinks == []


def test_parquet_keeps_text_as_it_is(mart, tmp_path):
    texts = make_notes(mart)

    table = parquet.read_table(write_export(mart, "note", "parquet", tmp_path).files[0])

    assert table.column("said").to_pylist() == texts


def test_a_guarded_text_differs_from_every_other_text():
    texts = [*DANGEROUS, *HARMLESS, "''=1", "''"]

    assert len({guarded(said) for said in texts}) == len(texts)


# --- small counts ----------------------------------------------------------------------------------------


def indicator(rows: list[dict[str, str]], code: str, member: str = "total") -> dict[str, str]:
    (found,) = [
        row
        for row in rows
        if (row["indicator_code"], row["member_code"], row["scope_type"], row["period_code"])
        == (code, member, "province", "2026-06T")
    ]
    return found


@pytest.mark.parametrize("name", ["indicator_value", "indicator_reading"])
def test_a_small_count_of_responses_is_hidden_as_in_the_extract(reports, tmp_path, name):
    send(reports, "SYT", figures={"RSP02": 9, "RSP03": 3})
    ensure_current(reports)

    export = write_export(reports, name, "csv", tmp_path)

    row = indicator(only(export.files[0]), "R02")
    assert (row["value"], row["value_state"]) == ("", "suppressed")
    assert (row["numerator"], row["numerator_state"]) == ("", "below_5")
    assert (row["denominator"], row["denominator_state"]) == ("9", "reported")
    assert row["hidden_columns"] == "value numerator"
    assert export.hidden_row_count == 1


def test_larger_counts_of_responses_are_exported(reports, tmp_path):
    send(reports, "SYT", figures={"RSP02": 10, "RSP03": 5})
    ensure_current(reports)

    row = indicator(only(write_export(reports, "INDICATORS", "csv", tmp_path).files[0]), "R02")

    assert (Decimal(row["value"]), row["numerator"], row["hidden_columns"]) == (50, "5", "")


def test_a_small_count_of_a_sensitive_topic_takes_another_one_with_it(reports, tmp_path):
    topics = {"MED01.topic.nhan_quyen": 3, "MED01.topic.khac": 7, "MED01.topic.kinh_te_dau_tu": 20}
    send(reports, "SYT", figures={"MED01": 30, **topics})
    ensure_current(reports)

    rows = only(write_export(reports, "INDICATORS", "csv", tmp_path).files[0])

    assert indicator(rows, "M01", "nhan_quyen")["numerator_state"] == "below_5"
    assert indicator(rows, "M01", "khac")["numerator_state"] == "suppressed"
    assert indicator(rows, "M01", "kinh_te_dau_tu")["value"] == "20"
    assert indicator(rows, "M01")["value"] == "30"


def test_no_format_lets_a_hidden_number_through(reports, tmp_path):
    send(reports, "SYT", figures={"RSP02": 977, "RSP03": 3})
    ensure_current(reports)

    for export_format in FORMATS:
        write_export(reports, "INDICATORS", export_format, tmp_path)

    as_csv = indicator(only(tmp_path / "indicator_value.csv"), "R02")
    assert as_csv["denominator"] == "977"
    with (tmp_path / "indicator_value.sdmx.csv").open(encoding="utf-8", newline="") as file:
        (said,) = [
            row
            for row in csv.DictReader(file)
            if (row["INDICATOR"], row["REPORTING_PERIOD"], row["SCOPE"], row["MEMBER"])
            == ("R02", "2026-06T", "province", "total")
        ]
    assert (said["OBS_VALUE"], said["OBS_STATUS"], said["NUMERATOR"]) == ("", "Q", "")
    typed = [
        row
        for row in parquet.read_table(tmp_path / "indicator_value.parquet").to_pylist()
        if row["indicator_code"] == "R02" and row["denominator"] == 977
    ]
    assert [(row["value"], row["numerator"]) for row in typed] == [(None, None)]
    sheet = openpyxl.load_workbook(tmp_path / "indicator_value.xlsx")["Dữ liệu"]
    written = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True) if 977 in row]
    assert [3 in row for row in written] == [False]
    assert "nhỏ hơn 5, không nêu" in written[0]


@pytest.mark.parametrize("name", ["observation_latest", "indicator_answer", "indicator_contribution", "lineage"])
def test_below_the_province_a_small_count_takes_its_measure_of_the_period_with_it(reports, tmp_path, name):
    # 21 in all is known from the indicator: with 10 and 8 beside it, 3 would be known too.
    send(reports, "SYT", figures={"RSP02": 50, "RSP03": 10, "MED01": 2})
    send(reports, "SNV", figures={"RSP02": 50, "RSP03": 3, "MED01": 2})
    send(reports, DAO_THANH, figures={"RSP02": 50, "RSP03": 8, "MED01": 2})
    ensure_current(reports)

    rows = only(write_export(reports, name, "csv", tmp_path).files[0])

    figures = [column for column in ("value", "added_value", "numerator") if column in rows[0]]
    about = "measure_code" if "measure_code" in rows[0] else "indicator_code"
    sensitive = [row for row in rows if row[about] in ("RSP03", "R02") and row.get("side") != "denominator"]
    others = [row for row in rows if row[about] in ("MED01", "M01") and row["reporting_unit_code"]]
    assert len(sensitive) >= 3
    assert {row[figure] for row in sensitive for figure in figures} == {""}
    assert {row[figures[0]] for row in others} == {"2"}


def test_a_small_sensitive_topic_of_one_body_hides_the_topics_of_all_and_no_other_breakdown(reports, tmp_path):
    for unit, small in (("SYT", 3), ("SNV", 9)):
        topics = {"MED01.topic.nhan_quyen": small, "MED01.topic.khac": 7, "MED01.topic.kinh_te_dau_tu": 20}
        send(reports, unit, figures={"MED01": 27 + small, "MED01.language.vi": 2, **topics})
    ensure_current(reports)

    rows = only(write_export(reports, "observation_latest", "csv", tmp_path).files[0])

    assert {row["value"] for row in rows if row["axis_code"] == "topic"} == {""}
    assert {row["value_state"] for row in rows if row["axis_code"] == "topic"} == {"suppressed"}
    assert {row["value"] for row in rows if row["axis_code"] == "language"} == {"2"}
    assert {row["value"] for row in rows if row["axis_code"] == "total"} == {"30", "36"}


@pytest.mark.parametrize("name", ["observation_latest", "fact_observation", "indicator_answer", "lineage"])
def test_the_total_of_a_body_that_has_nothing_else_goes_with_its_measure(reports, tmp_path, name):
    send(reports, "SYT", figures={"MED01": 3, "MED01.topic.nhan_quyen": 3, "MED02": 4})
    send(reports, "SNV", figures={"MED01": 30, "MED01.topic.nhan_quyen": 9, "MED01.topic.khac": 21})
    ensure_current(reports)

    rows = only(write_export(reports, name, "csv", tmp_path).files[0])

    code = "measure_code" if "measure_code" in rows[0] else "indicator_code"
    assert {row["value"] for row in rows if row[code] in ("MED01", "M01")} == {""}
    assert "4" in {row["value"] for row in rows if row[code] in ("MED02", "M03")}


def test_totals_of_bodies_do_not_add_up_to_a_hidden_one(reports, tmp_path):
    # 4 and 4 in all: the sum of 8 is hidden in the indicators, and each body's 4 in two topics tells nothing by itself.
    for unit in ("SYT", "SNV"):
        send(reports, unit, figures={"MED07": 4, "MED07.topic.nhan_quyen": 2, "MED07.topic.an_ninh_trat_tu": 2})
    ensure_current(reports)

    assert indicator(only(write_export(reports, "INDICATORS", "csv", tmp_path).files[0]), "R03")["numerator"] == ""
    rows = only(write_export(reports, "observation_latest", "csv", tmp_path).files[0])

    assert {row["value"] for row in rows if row["measure_code"] == "MED07"} == {""}


def test_a_body_is_not_told_by_the_provinces_topics_and_the_other_bodies_totals(reports, tmp_path):
    # 7 of the province's 10 are the other's, which has nothing else, so 3 would be left for the first.
    send(reports, "SYT", figures={"MED01": 10, "MED01.topic.nhan_quyen": 3, "MED01.topic.khac": 7})
    send(reports, "SNV", figures={"MED01": 7, "MED01.topic.nhan_quyen": 7})
    ensure_current(reports)

    assert indicator(only(write_export(reports, "INDICATORS", "csv", tmp_path).files[0]), "M01", "nhan_quyen")["value"]
    rows = only(write_export(reports, "observation_latest", "csv", tmp_path).files[0])

    assert {row["value"] for row in rows if row["measure_code"] == "MED01"} == {""}


def test_the_total_of_a_body_that_has_other_matters_is_exported(reports, tmp_path):
    send(reports, "SYT", figures={"MED01": 8, "MED01.topic.nhan_quyen": 3, "MED01.topic.khac": 5})
    ensure_current(reports)

    rows = only(write_export(reports, "observation_latest", "csv", tmp_path).files[0])

    assert {(row["axis_code"], row["value"]) for row in rows if row["measure_code"] == "MED01"} == {
        ("total", "8"),
        ("topic", ""),
    }


@pytest.mark.parametrize("name", ["indicator_reading", "fact_indicator"])
def test_every_view_of_the_indicators_hides_the_same_numbers(reports, tmp_path, name):
    # 4 and 4 in 8: both are told by the sum, so it goes as well. Kept in one view, it would tell what the other hides.
    topics = {"MED07.topic.nhan_quyen": 4, "MED07.topic.an_ninh_trat_tu": 4}
    send(reports, "SYT", figures={"MED07": 8, **topics, "MED01": 30, "RSP02": 9, "RSP03": 3})
    send(reports, DAO_THANH, figures={"TRN01": 9, "TRN01.topic.nhan_quyen": 2, "TRN01.topic.khac": 7})
    ensure_current(reports)

    def hidden(view: str) -> list[tuple[str, ...]]:
        rows = only(write_export(reports, view, "csv", tmp_path).files[0])
        names = ("indicator_code", "scope_type", "axis_code", "member_code", "value", "numerator", "denominator")
        return sorted(tuple(row[each] for each in names) for row in rows if "numerator" in row["hidden_columns"])

    assert len(hidden("indicator_value")) == 6
    assert hidden(name) == hidden("indicator_value")


def test_monitored_items_of_a_sensitive_topic_are_hidden_in_every_view_of_them(reports, tmp_path):
    monitor(
        reports,
        count("01-04", 2, topic="nhan_quyen", tone="tieu_cuc"),
        count("01-04", 30, topic="khac"),
        count("01-05", 40),
        received_at=ON_THE_TENTH,
    )
    ensure_current(reports)

    indicators = only(write_export(reports, "INDICATORS", "csv", tmp_path).files[0])
    tones = {
        row["member_code"]: row
        for row in indicators
        if row["axis_code"] == "topic/tone" and row["period_code"] == "2026-06T"
    }
    assert tones["nhan_quyen/tieu_cuc"]["numerator_state"] == "below_5"
    assert tones["nhan_quyen/tieu_cuc"]["value"] == ""
    for name, figure in (
        ("monitoring_total", "item_count"),
        ("monitoring_indicator", "numerator"),
        ("fact_monitoring_day", "item_count"),
    ):
        rows = only(write_export(reports, name, "csv", tmp_path).files[0])
        assert {row[figure] for row in rows if row.get("indicator_code") in (None, "N01")} <= {"", "0"}, name


def test_sensitive_figures_none_of_which_is_small_are_exported(reports, tmp_path):
    send(reports, "SYT", figures={"RSP02": 50, "RSP03": 10, "MED01": 9, "MED01.topic.nhan_quyen": 0})
    ensure_current(reports)

    export = write_export(reports, "observation_latest", "csv", tmp_path)

    assert export.hidden_row_count == 0
    assert {row["value"] for row in only(export.files[0]) if row["measure_code"] == "RSP03"} == {"10"}


def test_numbers_of_days_bodies_and_places_beside_a_figure_are_no_small_counts(reports, tmp_path):
    # Two bodies, one commune, two monitored days: no figure of a sensitive matter is below 5.
    send(reports, "SYT", figures={"RSP02": 50, "RSP03": 10, "MED07": 9, "MED07.topic.nhan_quyen": 9})
    send(reports, DAO_THANH, figures={"RSP02": 9, "RSP03": 8})
    monitor(reports, count("01-04", 6, topic="nhan_quyen"), count("01-05", 7), received_at=ON_THE_TENTH)
    ensure_current(reports)

    hidden = {name: write_export(reports, name, "csv", tmp_path).hidden_row_count for name in list_relations(reports)}

    assert {name: number for name, number in hidden.items() if number} == {}


def test_a_view_nobody_has_heard_of_is_covered_also_when_it_names_the_matter_in_words(reports, tmp_path):
    ensure_current(reports)
    reports.execute(text("create table mart.by_subject (subject text, weekly_count integer, body_id integer)"))
    reports.execute(text("grant select on mart.by_subject to ttdn_extractor"))
    reports.execute(
        text("insert into mart.by_subject values ('Nhân quyền', 3, 4), ('Nhân quyền', 0, 5), ('Kinh tế, đầu tư', 2, 6)")
    )

    rows = only(write_export(reports, "by_subject", "csv", tmp_path).files[0])

    # Nobody has said whether the other subjects and the small one have a known sum, so they go too.
    assert sorted((row["subject"], row["weekly_count"], row["body_id"], row["hidden_columns"]) for row in rows) == [
        ("Kinh tế, đầu tư", "", "6", "weekly_count"),
        ("Nhân quyền", "", "4", "weekly_count"),
        ("Nhân quyền", "0", "5", ""),
    ]


# --- files -----------------------------------------------------------------------------------------------


def test_the_same_figures_give_the_same_bytes_in_every_format(mart, tmp_path):
    def export(folder: Path) -> dict[str, bytes]:
        for export_format in FORMATS:
            write_export(mart, "INDICATORS", export_format, folder)
        write_export(mart, "fact_observation", "csv", folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    first = export(tmp_path / "first")
    build_marts(mart)
    again = export(tmp_path / "again")

    assert sorted(first) == [
        "fact_observation.csv",
        "indicator_value.csv",
        "indicator_value.parquet",
        "indicator_value.sdmx.csv",
        "indicator_value.structure.xml",
        "indicator_value.xlsx",
    ]
    assert first == again


def test_a_large_table_is_written_piece_by_piece(mart, tmp_path):
    mart.execute(
        text("create table mart.many as select n as number, n / 3.0 as share from generate_series(1, 60000) n")
    )

    as_csv = write_export(mart, "many", "csv", tmp_path)
    as_parquet = write_export(mart, "many", "parquet", tmp_path)

    assert as_csv.row_count == as_parquet.row_count == 60_000
    file = parquet.ParquetFile(as_parquet.files[0])
    assert file.num_row_groups == 2
    assert file.read().column("number").to_pylist() == list(range(1, 60_001))


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(mart, tmp_path):
    mart.execute(text("create view mart.many as select n as number from generate_series(1, 1048576) n"))

    with pytest.raises(PlatformError, match="at most 1048575"):
        write_export(mart, "many", "xlsx", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_leaves_the_earlier_file_as_it_was(mart, tmp_path):
    mart.execute(text("create table mart.note (number integer primary key, said text)"))
    mart.execute(text("insert into mart.note values (1, 'x')"))
    (path,) = write_export(mart, "note", "xlsx", tmp_path).files
    before = path.read_bytes()
    mart.execute(text("insert into mart.note values (2, repeat('x', 40000))"))

    with pytest.raises(PlatformError, match="a text of 40000 letters"):
        write_export(mart, "note", "xlsx", tmp_path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["note.xlsx"]
    assert path.read_bytes() == before


def test_the_command_says_what_it_wrote_and_the_audit_log_knows_the_file(
    warehouse, warehouse_url, tmp_path, monkeypatch, capsys
):
    send(warehouse, "SYT", figures={"MED01": 3})
    warehouse.commit()
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))

    assert main(["export", "INDICATORS", "--format", "sdmx-csv", "--period", "2026-06T", "--json"]) == 0

    said = json.loads(capsys.readouterr().out)["export"]
    files = [
        tmp_path / "exports" / "indicator_value_2026-06T.sdmx.csv",
        tmp_path / "exports" / "indicator_value.structure.xml",
    ]
    assert said["files"] == [str(path) for path in files]
    assert (said["relation"], said["hidden_row_count"]) == ("indicator_value", 0)
    noted = warehouse.execute(
        text("select subject, details ->> 'sha256' from audit.event where action = 'export' order by event_number")
    ).all()
    assert [tuple(row) for row in noted] == [
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files
    ]


def test_a_wrong_name_on_the_command_line_is_a_usage_error(warehouse_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))

    assert main(["export", "observation", "--format", "csv"]) == 2

    assert "expected INDICATORS or one of" in capsys.readouterr().err
