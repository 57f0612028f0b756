"""From a value down to its cells, and the gate that keeps marts that do not add up from being read."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, text

from include.errors import GateError, PlatformError
from include.indicators.catalogue import load_catalogue
from include.indicators.kpi import kpi
from include.indicators.marts import build_marts, check_marts, count_values, ensure_current
from include.indicators.trace import trace
from include.warehouse.connect import engine
from tests.sql.builders import LATE, ZONE, send
from tests.sql.registers import Project, send_register

DAO_THANH, MY_THO = "28249", "28261"


def cells(traced: dict, side: str) -> list[tuple[str, str | None, str]]:
    return [
        (cell["unit"], cell["cell"], cell["value"])
        for term in traced["terms"]
        if term["side"] == side
        for cell in term["cells"]
    ]


def test_a_sum_is_traced_to_the_cells_that_were_added(reports):
    send(reports, "SYT", figures={"MED02": 1, "MED01": 10})
    send(reports, "SYT", figures={"MED02": 1, "MED01": 12}, received_at=LATE)
    send(reports, DAO_THANH, figures={"MED01": "nil"})
    send(reports, MY_THO, figures={"MED01": "withheld"})

    traced = trace(reports, "M01", "2026-06T")

    assert traced["value"] == "12"
    (term,) = traced["terms"]
    assert (term["measure"], term["value"]) == ("MED01", "12")
    assert cells(traced, "numerator") == [("SYT", "F13", "12"), (DAO_THANH, "F12", "0")]
    first = term["cells"][0]
    assert (first["sheet"], first["file"], first["revision"]) == ("Báo cáo", "bao-cao-SYT-1.xlsx", 2)
    assert len(first["sha256"]) == 64


def test_a_ratio_is_traced_only_to_bodies_with_both_sides(reports):
    send(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9})
    send(reports, MY_THO, figures={"RSP02": 40})

    traced = trace(reports, "R02", "2026-06T")

    assert cells(traced, "numerator") == [(DAO_THANH, "F13", "9")]
    assert cells(traced, "denominator") == [(DAO_THANH, "F12", "10")]


def test_figures_that_do_not_prevail_are_not_in_the_trace(reports):
    send(reports, "VPUB", figures={"DEL01": 8})
    send(reports, "SCT", figures={"DEL01": 3})

    assert cells(trace(reports, "D01", "2026-06T"), "numerator") == [("VPUB", "F12", "8")]


def test_members_of_a_breakdown_are_traced_one_by_one(reports):
    send(reports, "SYT", figures={"MED01": 10, "MED01.language.vi": 7, "MED01.language.en": 3})

    traced = trace(reports, "M02", "2026-06T")

    assert cells(traced, "numerator") == [("SYT", "F14", "3")]
    assert (traced["terms"][0]["cells"][0]["axis"], traced["terms"][0]["cells"][0]["member"]) == ("language", "en")


def test_a_zero_that_follows_from_other_cells_shows_them_without_adding_them(reports):
    send(reports, "SYT", figures={"MED01": 9, "MED01.language.vi": 9})

    (term,) = trace(reports, "M02", "2026-06T")["terms"]

    assert term["value"] == "0"
    assert [(cell["cell"], cell["proves_zero"]) for cell in term["cells"]] == [("F13", True), ("F12", True)]


def test_a_pair_is_traced_side_by_side(reports):
    send(reports, "BPTTH", figures={"MED03": 4, "MED04": 12})

    traced = trace(reports, "M04", "2026-06T")

    assert (cells(traced, "first"), cells(traced, "second")) == ([("BPTTH", "F12", "4")], [("BPTTH", "F13", "12")])


def test_a_share_of_bodies_is_traced_to_the_answers_and_to_the_reports(reports):
    send(reports, "SYT", figures={"LEG05": 1})
    send(reports, "SNV", figures={"LEG05": "missing"})

    traced = trace(reports, "L04", "2026-06T")

    assert [(term["measure"], term["value"]) for term in traced["terms"]] == [("LEG05", "1"), ("REP02", "2")]
    assert cells(traced, "denominator") == [("SNV", None, "1"), ("SYT", None, "1")]


def test_punctuality_is_traced_to_the_reports_and_to_those_that_are_missing(reports):
    send(reports, "SYT")

    traced = trace(reports, "P01", "2026-06T")

    terms = {term["measure"]: term for term in traced["terms"]}
    assert (terms["REP02"]["value"], terms["REP01"]["value"]) == ("1", "123")
    files = [cell["file"] for cell in terms["REP01"]["cells"] if cell["sha256"]]
    assert files == ["bao-cao-SYT-0.xlsx"]


def test_the_terms_of_every_indicator_add_up_to_its_numerator(reports):
    figures = {row[0]: 5 for row in reports.execute(text("select distinct measure_code from reference.indicator_term"))}
    figures |= {"LEG05": 1, "STF01": 1, "VNV02": 1, "LEG04": 2, "RSP03": 4}
    for unit in ("SVHTTDL", "STC", "BQLKKT", "VPUB", "BPTTH", "SYT", DAO_THANH):
        send(reports, unit, figures=figures, received_at=datetime(2026, 6, 1, tzinfo=ZONE))

    for line in kpi(reports, "2026-06T"):
        if line["numerator"] is None:
            continue
        terms = trace(reports, line["code"], "2026-06T")["terms"]
        added = sum(int(term["value"]) for term in terms if term["side"] == "numerator")
        assert added == int(line["numerator"]), line["code"]


def test_an_indicator_that_does_not_go_with_the_period_is_refused(reports):
    with pytest.raises(PlatformError, match="P02"):
        trace(reports, "P02", "2026-06T")


def test_a_sum_of_a_group_is_traced_to_the_cells_of_its_bodies(reports):
    send(reports, DAO_THANH, figures={"MED01": 7})
    send(reports, MY_THO, figures={"MED01": 2})
    send(reports, "SYT", figures={"MED01": 10})

    traced = trace(reports, "M01", "2026-06T", scope="group:commune")

    assert (traced["scope"], traced["value"]) == ({"type": "group", "code": "commune"}, "9")
    assert cells(traced, "numerator") == [(DAO_THANH, "F12", "7"), (MY_THO, "F12", "2")]


def test_a_share_of_one_body_is_traced_to_its_own_answer(reports):
    send(reports, DAO_THANH, figures={"LEG05": 1})
    send(reports, MY_THO, figures={"LEG05": 0})

    traced = trace(reports, "L04", "2026-06T", scope=f"unit:{MY_THO}")

    assert traced["value"] == "0"
    assert cells(traced, "numerator") == [(MY_THO, "F12", "0")]
    assert cells(traced, "denominator") == [(MY_THO, None, "1")]


def test_a_member_of_a_breakdown_is_traced_to_the_cells_of_that_member(reports):
    send(reports, "SYT", figures={"MED01": 10, "MED01.language.vi": 7, "MED01.language.en": 3})
    send(reports, "SNV", figures={"MED01": 4, "MED01.language.en": 4})

    traced = trace(reports, "M01", "2026-06T", by="language/en")

    assert (traced["by"], traced["value"]) == ({"axis": "language", "member": "en"}, "7")
    assert cells(traced, "numerator") == [("SNV", "F13", "4"), ("SYT", "F14", "3")]


def test_a_member_of_a_pair_is_traced_side_by_side(reports):
    send(
        reports,
        "BPTTH",
        figures={"MED03": 4, "MED04": 12, "MED03.language.en": 1, "MED04.language.en": 5, "MED04.language.vi": 7},
    )

    traced = trace(reports, "M04", "2026-06T", by="language/en")

    assert [(side["side"], side["value"]) for side in traced["pair"]] == [("first", "1"), ("second", "5")]
    assert traced["value"] is None
    assert (cells(traced, "first"), cells(traced, "second")) == ([("BPTTH", "F14", "1")], [("BPTTH", "F15", "5")])


def test_a_breakdown_by_what_the_body_is_has_the_cells_of_those_bodies(reports):
    send(reports, DAO_THANH, figures={"TRN03": 2})
    send(reports, "30130", figures={"TRN03": 5})

    traced = trace(reports, "T03", "2026-06T", by="former_province/Tiền Giang")

    assert {unit for unit, _, _ in cells(traced, "numerator")} == {DAO_THANH}
    assert len(cells(traced, "denominator")) == int(traced["denominator"])


def test_an_estimate_for_the_whole_year_is_traced_to_its_own_column(reports):
    send(
        reports,
        "SYT",
        "2026-NAM",
        figures={"MED01": 10, "BUD02": 50, "BUD01": 100, "BUD03": 90},
        estimates={"MED01": 13},
    )

    traced = trace(reports, "M01", "2026-NAM")
    budget = trace(reports, "K02", "2026-NAM")

    assert (traced["value"], traced["full_year_estimate"]) == ("10", "13")
    assert (cells(traced, "numerator"), cells(traced, "full_year")) == ([("SYT", "F12", "10")], [("SYT", "F16", "13")])
    assert (budget["value"], budget["full_year_estimate"]) == ("50", "90")
    assert cells(budget, "full_year") == [("SYT", "F15", "90")]
    assert cells(budget, "full_year_denominator") == [("SYT", "F14", "100")]


def test_the_error_of_an_estimate_is_traced_to_the_final_figure_and_the_estimate(reports):
    send(reports, "SYT", "2026-NAM", figures={"MED01": 10}, estimates={"MED01": 13})
    send(reports, "SYT", "2026-NAM", figures={"MED01": 11}, kind="chinh_thuc", received_at=LATE)

    traced = trace(reports, "P07", "2026-NAM", by="element/MED01")

    assert (traced["numerator"], traced["denominator"]) == ("2", "11")
    assert cells(traced, "denominator") == [("SYT", "F12", "11")]
    assert sorted(cells(traced, "numerator")) == [("SYT", "F12", "11"), ("SYT", "F13", "13")]
    # The two cells stand on different revisions, and add up to the distance between them.
    [term] = [term for term in traced["terms"] if term["side"] == "numerator"]
    assert (term["value"], {cell["revision"] for cell in term["cells"]}) == ("2", {1, 2})
    # Without a value of its own, the whole is shown element by element.
    assert [term["side"] for term in trace(reports, "P07", "2026-NAM")["terms"]] == ["numerator", "denominator"]


def test_the_estimate_of_a_figure_that_a_register_took_over_is_that_of_the_report(reports):
    send(reports, "STC", "2026-NAM", figures={"FDI01": 9}, estimates={"FDI01": 12})
    send_register(
        reports,
        "STC",
        "fdi",
        Project("1000000001", figures={"projects_new": 1}),
        period="2026-NAM",
        as_of=date(2026, 10, 31),
    )

    traced = trace(reports, "X01", "2026-NAM")

    assert (traced["value"], traced["full_year_estimate"]) == ("1", "12")
    assert cells(traced, "full_year") == [("STC", "F13", "12")]


def test_the_version_of_an_indicator_is_in_its_trace(reports):
    send(reports, "SYT", figures={"MED01": 10})
    first = trace(reports, "M01", "2026-06T")

    assert first["indicator_version"] == load_catalogue()["M01"].definition_hash
    assert first["indicator_version"] != trace(reports, "M03", "2026-06T")["indicator_version"]


def test_a_file_from_before_files_were_tied_to_their_checks_says_so(reports):
    send(reports, "SYT", figures={"MED01": 10})

    [file] = trace(reports, "M01", "2026-06T")["files"]

    assert (file["file"], file["unit"], file["rules_passed"], file["waivers"]) == (
        "bao-cao-SYT-0.xlsx",
        "SYT",
        None,
        [],
    )


@pytest.mark.parametrize(
    ("scope", "by", "said"),
    [
        ("district:1", None, "group:CODE"),
        ("group:", None, "group:CODE"),
        ("unit:28249", None, "M01"),
        (None, "language/xx", "language/en"),
        ("group:department", "language/en", "no breakdown"),
    ],
)
def test_a_scope_or_member_without_a_value_is_refused_with_what_there_is(reports, scope, by, said):
    send(reports, "SYT", figures={"MED01": 10, "MED01.language.en": 3})

    with pytest.raises(PlatformError, match=said):
        trace(reports, "M01", "2026-06T", scope=scope, by=by)


def test_one_value_is_traced_without_adding_up_every_other(reports):
    send(reports, "SYT", figures={"MED01": 10})
    build_marts(reports)

    plan = "\n".join(
        reports.execute(
            text(
                "explain select * from mart.lineage where indicator_code = 'M01' and period_code = '2026-06T'"
                " and scope_type = 'province' and scope_code = 'province' and line_axis_code = 'total'"
            )
        ).scalars()
    )

    # A CTE computed apart would hold the lineage of all indicators and years.
    assert "CTE" not in plan


# --- the gate -------------------------------------------------------------------------------------------


def test_marts_of_a_balanced_warehouse_pass(reports):
    send(reports, "SYT", figures={"MED01": 10})
    send(reports, "SNV", figures={"MED01": 10}, verdict="quarantined", blocking=1)
    send(reports, "STP", verdict="rejected")
    build_marts(reports)

    check_marts(reports)

    assert count_values(reports) > 100


@pytest.mark.parametrize("table", ["warehouse.observation", "quarantine.observation"])
def test_a_row_that_disappeared_stops_everything(reports, table):
    send(reports, "SYT", figures={"MED01": 10})
    send(reports, "SNV", figures={"MED01": 10}, verdict="quarantined", blocking=1)
    reports.execute(text(f"delete from {table}"))
    build_marts(reports)

    with pytest.raises(GateError, match="1 received"):
        check_marts(reports)


def test_an_indicator_without_its_line_stops_everything(reports):
    build_marts(reports)
    reports.execute(text("delete from mart.indicator_value where indicator_code = 'M01' and period_code = '2026-06T'"))

    with pytest.raises(GateError, match="M01 2026-06T"):
        check_marts(reports)


def test_rebuilding_twice_gives_the_same_marts(reports):
    send(reports, "SYT", figures={"MED01": 10, "BUD01": 7})
    hashed = text("select md5(string_agg(v::text, '|' order by v::text)) from mart.indicator_value as v")
    build_marts(reports)
    before = reports.execute(hashed).scalar()

    build_marts(reports)

    assert reports.execute(hashed).scalar() == before


def test_a_relation_no_longer_built_disappears(reports):
    build_marts(reports)
    reports.execute(text("create table mart.left_over (n integer)"))

    build_marts(reports)

    assert reports.execute(text("select to_regclass('mart.left_over')")).scalar() is None


def test_a_rebuild_that_fails_leaves_the_earlier_marts(warehouse_url):
    with engine(warehouse_url).connect() as connection:
        send(connection, "SYT", figures={"MED01": 10})
        build_marts(connection)
        connection.commit()
        connection.execute(text("alter table reference.indicator_axis rename to elsewhere"))
        with pytest.raises(Exception, match="indicator_axis"):
            build_marts(connection)
        connection.rollback()

        assert connection.execute(text("select count(*) from mart.indicator_value")).scalar_one() > 100
        assert ensure_current(connection) is False


def test_every_mart_and_every_column_is_described(reports):
    build_marts(reports)

    undescribed = reports.execute(
        text(
            "select relation.relname, attribute.attname from pg_class as relation"
            " inner join pg_namespace as namespace on relation.relnamespace = namespace.oid"
            " left join pg_attribute as attribute on attribute.attrelid = relation.oid and attribute.attnum > 0"
            " where namespace.nspname = 'mart' and relation.relkind in ('r', 'v')"
            " and (obj_description(relation.oid) is null or col_description(relation.oid, attribute.attnum) is null)"
        )
    ).all()

    assert undescribed == []


def test_the_grain_of_the_marts_is_held_by_the_database(reports: Connection):
    build_marts(reports)

    without_key = reports.execute(
        text(
            "select relation.relname from pg_class as relation"
            " inner join pg_namespace as namespace on relation.relnamespace = namespace.oid"
            " where namespace.nspname = 'mart' and relation.relkind = 'r' and relation.relname <> 'build'"
            " and not exists (select 1 from pg_constraint where conrelid = relation.oid and contype in ('p', 'u'))"
        )
    ).all()

    assert without_key == []
