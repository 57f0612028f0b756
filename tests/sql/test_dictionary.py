"""The data dictionary: nothing undescribed, everything on the page and in the workbook, nothing from outside."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, text

from include.cli import main
from include.dictionary.columns import Catalog, Column, Relationship, Table, read_catalog, says_more, split_comment
from include.dictionary.content import Dictionary, first_paragraph, head_comment, read_dictionary
from include.dictionary.diagram import draw_diagram, star_of
from include.dictionary.gaps import find_gaps
from include.dictionary.page import render_page
from include.dictionary.write import write_dictionary
from include.indicators.marts import ensure_current
from include.reference import load_reference
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.sql.conftest import TEMPLATE_DATABASE


@pytest.fixture(scope="module")
def built_marts(server: EmbeddedServer) -> Iterator[str]:
    """A database whose marts are built, of no mart at all."""
    name = f"dictionary_{os.getpid()}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    with engine(server.url(name)).begin() as connection:
        ensure_current(connection)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def mart(built_marts: str) -> Iterator[Connection]:
    """A connection to the built marts; what a test adds is rolled back."""
    with engine(built_marts).connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def dictionary(built_marts: str) -> Dictionary:
    with engine(built_marts).connect() as connection:
        return read_dictionary(connection)


def gaps_of_visitor(connection: Connection) -> list[str]:
    return [gap for gap in find_gaps(read_dictionary(connection)) if "mart.visitor" in gap]


class Page(HTMLParser):
    """What a browser would make of a page: its anchors, links and the addresses it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: Counter[str] = Counter()
        self.links: set[str] = set()
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.anchors[value or ""] += 1
            if name == "href" and tag == "a":
                self.links.add(value or "")
            elif name in ("src", "href", "action", "poster", "data"):
                self.fetched.append(f"{tag} {value}")
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}")


def test_nothing_in_the_warehouse_or_the_catalogue_is_undescribed(dictionary):
    assert find_gaps(dictionary) == []


def test_a_table_or_column_made_tomorrow_without_a_comment_is_a_gap(mart):
    mart.execute(text("create table mart.visitor (visitor_count integer, seen_at timestamptz)"))
    mart.execute(text("comment on column mart.visitor.seen_at is 'When counted. | Lúc đếm ở cửa khẩu.'"))

    assert gaps_of_visitor(mart) == ["table mart.visitor", "column mart.visitor.visitor_count"]


@pytest.mark.parametrize(
    ("comment", "is_described"),
    [
        ("Visitor count.", False),
        ("The count of visitors | Số visitor", False),
        ("Visitors counted at the border. | Số visitor", False),
        ("Guests of the year | Khách trong năm", True),
        ("Visitors | Khách qua cửa khẩu", True),
        # Each half is for another reader.
        ("Visitors counted at the border.", False),
        ("Visitors counted at the border. | ", False),
        (" | Khách qua cửa khẩu", False),
    ],
)
def test_a_comment_that_repeats_the_name_counts_as_missing(mart, comment, is_described):
    mart.execute(text("create table mart.visitor (visitor_count integer)"))
    mart.execute(text("comment on table mart.visitor is 'People who crossed. | Người qua cửa khẩu.'"))
    mart.execute(text(f"comment on column mart.visitor.visitor_count is '{comment}'"))

    assert gaps_of_visitor(mart) == ([] if is_described else ["column mart.visitor.visitor_count"])


def test_a_shared_name_explains_a_short_comment_and_does_not_replace_a_missing_one(mart):
    mart.execute(text("create table mart.visitor (indicator_code text, measure_code text)"))
    mart.execute(text("comment on table mart.visitor is 'People who crossed. | Người qua cửa khẩu.'"))
    mart.execute(text("comment on column mart.visitor.indicator_code is 'Indicator. | Mã chỉ tiêu.'"))
    mart.execute(text("comment on column mart.visitor.measure_code is 'Measure of the form, such as MED01.'"))

    assert gaps_of_visitor(mart) == ["column mart.visitor.measure_code"]


def test_words_kept_beside_the_dictionary_do_not_stand_in_for_a_comment(mart):
    mart.execute(text("comment on view mart.ledger is null"))
    mart.execute(text("comment on table mart.report_latest is 'The report that counts of each body.'"))
    mart.execute(text("comment on schema audit is 'Who decided what.'"))

    gaps = find_gaps(read_dictionary(mart))

    assert {"table mart.ledger", "table mart.report_latest", "schema audit"} <= set(gaps)


def test_a_partition_is_described_as_its_table_is(mart):
    mart.execute(text("select warehouse.make_monitoring_month('2026-12-01')"))
    lacking = mart.execute(
        text(
            "select attname from pg_attribute where attrelid = 'warehouse.monitoring_count_2026_12'::regclass"
            " and attnum > 0 and coalesce(col_description(attrelid, attnum), '') not like '%_ | _%'"
        )
    ).scalars()
    assert list(lacking) == []


def test_a_measure_an_indicator_a_rule_and_a_source_can_be_gaps_too(dictionary):
    measure = dictionary.measures[10]
    indicator, rule, source = dictionary.indicators[3], dictionary.rules[5], dictionary.sources[0]
    spoiled = replace(
        dictionary,
        catalog=Catalog({}, (), ()),
        measures=(replace(measure, rule=f"{measure.measure.name_vi}."),),
        indicators=(replace(indicator, reading_note_vi=f"{indicator.code} {indicator.name_vi}"),),
        rules=(*dictionary.rules, replace(rule, why=f"{rule.code}.")),
        sources=(replace(source, about=""),),
        sql_rules={**dictionary.sql_rules, "new_rule.sql": "Grain: one row per new rule."},
    )

    assert find_gaps(spoiled) == [
        f"indicator {indicator.code}",
        f"measure {measure.measure.code}",
        f"rule {rule.key}",
        "SQL rule new_rule.sql",
        "SQL rule new_rule.sql, which no suite asks for",
        f"source {source.source_id}",
    ]


def test_words_are_compared_without_plural_case_and_filler():
    assert not says_more("The reports of a period", "period_report")
    assert says_more("Reports that came late", "period_report")
    assert not says_more("", "anything")


def test_a_comment_may_be_in_two_languages():
    assert split_comment("Full name. | Tên đầy đủ.") == ("Full name.", "Tên đầy đủ.")
    assert split_comment("Full name.") == ("Full name.", "")
    assert split_comment(None) == ("", "")


def test_words_at_the_head_of_a_sql_file_and_of_a_readme_are_found():
    assert head_comment("-- Grain: one row.\n-- Why.\nselect 1 -- not this\n") == "Grain: one row. Why."
    assert head_comment("select 1\n-- late\n") == ""
    assert first_paragraph("# Title\n\n| a | b |\n\nWhat *it* is: `x`, [there](y.md).\nMore.\n\nNext.") == (
        "What it is: x, there. More."
    )


def test_every_table_column_measure_indicator_rule_source_and_code_has_one_anchor(dictionary):
    page = Page(render_page(dictionary))

    expected = {f"bang-{table.qualified}" for table in dictionary.catalog.tables}
    expected |= {
        f"cot-{table.qualified}.{column.name}" for table in dictionary.catalog.tables for column in table.columns
    }
    expected |= {f"so-lieu-{entry.measure.code}" for entry in dictionary.measures}
    expected |= {f"chi-tieu-{indicator.code}" for indicator in dictionary.indicators}
    expected |= {f"quy-tac-{rule.key}" for rule in dictionary.rules}
    expected |= {f"nguon-{source.source_id}" for source in dictionary.sources}
    expected |= {f"danh-muc-{code_list.code}" for code_list in dictionary.code_lists}
    assert expected - set(page.anchors) == set()
    assert [anchor for anchor, count in page.anchors.items() if count > 1] == []
    assert len(dictionary.measures) == 77
    assert len(dictionary.indicators) == 60


def test_every_link_of_the_page_stays_on_the_page_and_arrives(dictionary):
    page = Page(render_page(dictionary))

    assert [link for link in page.links if not link.startswith("#") or link[1:] not in page.anchors] == []


def test_the_page_asks_nothing_of_any_network_and_runs_only_its_own_script(dictionary):
    html = render_page(dictionary)
    page = Page(html)

    assert page.fetched == []
    assert page.handlers == []
    assert html.count("<script>") == 1
    assert "default-src 'none'; script-src 'sha256-" in unescape(html)
    assert not re.search(r"@import|url\(", html)


def test_what_comes_from_the_database_is_escaped(mart):
    mart.execute(text('create table mart."<b>x" ("<i>" integer)'))
    mart.execute(text("comment on table mart.\"<b>x\" is '<script>alert(1)</script> {{ 7*7 }}'"))

    html = render_page(read_dictionary(mart))

    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in html
    assert "<script>alert" not in html
    assert "<b>x" not in html
    assert "<i>" not in html


def test_partitions_stand_under_their_parent_and_the_migrations_bookkeeping_nowhere(mart):
    mart.execute(text("create table mart.event (day date) partition by range (day)"))
    mart.execute(
        text("create table mart.event_2026 partition of mart.event for values from ('2026-01-01') to ('2027-01-01')")
    )

    tables = {table.qualified for table in read_catalog(mart).tables}

    assert "mart.event" in tables
    assert {"mart.event_2026", "public.alembic_version"} & tables == set()


def test_a_foreign_key_is_drawn_and_leads_to_the_column_it_points_at(dictionary):
    observation = next(t for t in dictionary.catalog.tables if t.qualified == "warehouse.observation")
    measure = next(column for column in observation.columns if column.name == "measure_code")
    svg = draw_diagram(dictionary.catalog, "bang-")

    assert measure.references == ("reference.measure.measure_code",)
    assert "<title>warehouse.observation (measure_code) → reference.measure (measure_code)</title>" in svg
    assert svg.count("<path d=") == len(dictionary.catalog.relationships) + svg.count('<a href="#bang-')


def table(name: str, *columns: str) -> Table:
    return Table("s", name, "table", "", "", tuple(Column(each, "text", "", "", True, False) for each in columns))


def test_tables_that_point_at_each_other_in_a_circle_are_drawn_without_end():
    catalog = Catalog(
        {"s": ("", "")},
        (table("a", "b_id"), table("b", "a_id"), table("alone", "x")),
        (
            Relationship("a_b", "s.a", ("b_id",), "s.b", ("a_id",)),
            Relationship("b_a", "s.b", ("a_id",), "s.a", ("b_id",)),
            Relationship("a_a", "s.a", ("b_id",), "s.a", ("b_id",)),
        ),
    )

    svg = draw_diagram(catalog, "bang-")

    assert "#bang-s.a" in svg
    assert "#bang-s.b" in svg
    assert "alone" not in svg
    assert draw_diagram(replace(catalog, relationships=()), "bang-") == ""


def test_facts_are_drawn_with_the_dimensions_their_columns_name(dictionary):
    star = star_of(dictionary.catalog)
    ties = {(each.source, each.source_columns[0], each.target) for each in star.relationships}

    assert ("mart.fact_observation", "reporting_unit_code", "mart.dim_reporting_unit") in ties
    assert ("mart.fact_report", "first_accepted_date", "mart.dim_date") in ties
    assert ("mart.fact_capital_flow", "value", "mart.dim_measure") not in ties
    facts = {each.qualified for each in dictionary.catalog.tables if each.name.startswith("fact_")}
    assert {source for source, _, _ in ties} == facts
    assert '<a href="#bang-mart.fact_observation">' in draw_diagram(star, "bang-")


def test_periods_and_breakdowns_of_an_indicator_are_told_in_words(dictionary):
    page = render_page(dictionary)

    assert "<dt>Kỳ</dt><dd>6 tháng</dd>" in page
    assert "theo nghĩa vụ báo cáo (obligation)" in page
    assert "theo ngôn ngữ (language)" in page


def test_what_people_start_from_comes_first_on_the_page(dictionary):
    page = render_page(dictionary)
    places = [page.index(f'id="bang-mart.{name}"') for name in ("fact_capital_flow", "dim_date", "build")]
    assert places == sorted(places)


@pytest.mark.parametrize("drawn", [lambda catalog: catalog, star_of], ids=["core", "star"])
def test_no_two_boxes_of_the_diagram_touch(dictionary, drawn):
    svg = draw_diagram(drawn(dictionary.catalog), "bang-")
    boxes = [
        tuple(map(int, found))
        for found in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" rx="3"', svg)
    ]
    width, height = map(int, re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])

    assert len(boxes) > 10
    assert all(x + w <= width and y + h <= height for x, y, w, h in boxes)
    for number, (x, y, w, h) in enumerate(boxes):
        for other_x, other_y, other_w, other_h in boxes[number + 1 :]:
            assert x + w < other_x or other_x + other_w < x or y + h < other_y or other_y + other_h < y


def test_the_workbook_has_a_sheet_a_kind_with_every_entry_and_can_be_filtered(dictionary, mart, tmp_path):
    _, workbook = write_dictionary(mart, tmp_path)
    book = openpyxl.load_workbook(workbook)

    columns = sum(len(each.columns) for each in dictionary.catalog.tables)
    members = sum(len(code_list) for code_list in load_reference().code_lists.values())
    assert {sheet.title: sheet.max_row - 1 for sheet in book} == {
        "Bảng": len(dictionary.catalog.tables),
        "Cột": columns,
        "Chỉ tiêu": 60,
        "Số liệu": 77,
        "Quy tắc": len(dictionary.rules),
        "Thông báo": len(dictionary.messages),
        "Nguồn": len(dictionary.sources),
        "Hợp đồng nguồn": sum(len(source.contract) for source in dictionary.sources),
        "Danh mục mã": members,
    }
    for sheet in book:
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
        assert all(9 <= dimension.width <= 61 for dimension in sheet.column_dimensions.values())
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_the_same_warehouse_gives_the_same_dictionary_byte_for_byte(dictionary, mart, tmp_path):
    first = [path.read_bytes() for path in write_dictionary(mart, tmp_path / "a")]
    again = [path.read_bytes() for path in write_dictionary(mart, tmp_path / "b")]

    assert first == again


def test_the_command_writes_both_files_where_it_is_told(warehouse_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))

    assert main(["dictionary", "--to", str(tmp_path / "out"), "--json"]) == 0

    assert sorted(path.name for path in Path(tmp_path / "out").iterdir()) == [
        "tu-dien-du-lieu.html",
        "tu-dien-du-lieu.xlsx",
    ]
    assert "tu-dien-du-lieu.html" in capsys.readouterr().out
