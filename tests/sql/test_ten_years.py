"""Of the world the benchmark measures in two years and six bodies: its accounts balance, its questions have answers."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import Connection, text

from include.indicators.marts import build_marts, check_marts
from include.indicators.trace import trace
from include.reference import COMPANION, load_reference
from include.sources.monitoring_statistics.sample_feed import write_big_feed
from tests.bench.ten_years import fill_ten_years
from tests.bench.warehouse import measure_questions, measure_trace, percentile_95
from tests.sql.monitored import count, monitor, nothing_found
from tests.sql.question_page import questions

# One is late again, one was held back, one revises both its reports.
BODIES = {"28393", "28603", "30118", "30025", "SYT", "STC"}


@pytest.fixture(scope="module")
def world(warehouse_of_module: Connection) -> Connection:
    connection = warehouse_of_module
    fill_ten_years(connection, years=2, bodies=BODIES)
    monitor(connection, count("02-02", 3), count("02-03", 1, tone="tich_cuc"), nothing_found("02-04"))
    build_marts(connection)
    # The database is this module's own: what measures comes over connections of its own.
    connection.commit()
    return connection


def rows_of(connection: Connection, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(sql))]


def test_every_file_of_the_made_up_years_is_accounted_for(world):
    check_marts(world)

    kinds = dict(rows_of(world, "select verdict, count(*) from mart.ledger group by verdict"))
    assert kinds["loaded"] > len(BODIES)
    assert kinds.get("quarantined", 0) > 0


def test_a_made_up_report_answers_every_measure_and_every_member_of_every_breakdown(world):
    reference = load_reference()
    [(submission,)] = rows_of(
        world,
        "select submission_id from mart.report_latest where reporting_unit_code = 'SYT' and period_code = '2026-06T'",
    )
    given = set(
        rows_of(
            world,
            "select measure_code, axis_code, member_code from warehouse.observation"
            f" where submission_id = {submission}",
        )
    )

    template = reference.units["SYT"].template_code
    asked = {
        (measure.code, axis.code, member)
        for measure in reference.form_measures(template, "6T")
        for axis in measure.axes
        if axis.code != COMPANION
        for member in reference.code_lists[axis.list_code]
    } | {(measure.code, "total", "total") for measure in reference.form_measures(template, "6T")}
    assert given >= asked


def test_the_parts_of_a_breakdown_make_its_total(world):
    different = rows_of(
        world,
        "select part.submission_id, part.measure_code, part.axis_code, sum(part.value), whole.value"
        " from warehouse.observation as part"
        " inner join reference.measure_axis as axis"
        " on part.measure_code = axis.measure_code and part.axis_code = axis.axis_code and axis.adds_up"
        " inner join warehouse.observation as whole on part.submission_id = whole.submission_id"
        " and part.measure_code = whole.measure_code and part.value_kind = whole.value_kind"
        " and whole.axis_code = 'total'"
        " group by part.submission_id, part.measure_code, part.axis_code, whole.value"
        " having sum(part.value) is distinct from whole.value",
    )

    assert different == []


def test_a_whole_year_is_never_less_than_its_half(world):
    less = rows_of(
        world,
        "select half.reporting_unit_code, half.measure_code, half.value, whole.value"
        " from mart.observation_latest as half"
        " inner join mart.observation_latest as whole using (reporting_unit_code, measure_code, axis_code)"
        " inner join reference.measure using (measure_code)"
        " where half.period_code = '2026-06T' and whole.period_code = '2026-NAM' and half.axis_code = 'total'"
        " and measure.nature = 'flow' and measure.value_type in ('count', 'amount')"
        " and half.source_id = 'agency_reports' and whole.source_id = 'agency_reports'"
        " and half.revision_number = 1 and half.value > whole.value",
    )

    assert less == []


def test_every_revision_has_its_list_of_changes(world):
    revised = rows_of(
        world,
        "select submission.submission_id, count(change.submission_id) from warehouse.submission"
        " left join warehouse.observation_change as change using (submission_id)"
        " where source_id = 'agency_reports' and revision_number > 1 group by submission.submission_id",
    )

    assert revised
    assert all(changes for _, changes in revised)


@pytest.mark.parametrize("number", sorted(questions()))
def test_every_question_has_an_answer_in_the_made_up_years(world, number):
    with world.begin_nested() as savepoint:
        world.execute(text("set local role ttdn_analyst_ro"))
        found = world.execute(text(questions()[number])).all()
        savepoint.rollback()

    assert found


def test_indicators_of_reports_registers_and_days_lead_to_their_cells(world):
    for indicator in ("M01", "X02", "N01"):
        traced = trace(world, indicator, "2026-NAM")

        assert traced["value"] is not None
        assert all(term["cells"] for term in traced["terms"])


@pytest.mark.parametrize(
    ("role", "sources"),
    [
        ("ttdn_analyst_ro", {"finance_fdi", "finance_oda", "finance_ngo", "nso_fdi"}),
        ("ttdn_agency_stc", {"finance_fdi", "finance_oda", "finance_ngo"}),
        ("ttdn_agency_syt", set()),
    ],
)
def test_of_the_capital_flows_a_body_sees_its_own_registers_and_nobody_elses(world, role, sources):
    with world.begin_nested() as savepoint:
        world.execute(
            text(
                f"do $$ begin if to_regrole('{role}') is null"
                f" then create role {role} nologin in role ttdn_agency; end if; end $$"
            )
        )
        world.execute(text(f"set local role {role}"))
        seen = {source for (source,) in rows_of(world, "select distinct source_id from mart.fact_capital_flow")}
        savepoint.rollback()

    assert seen == sources


def test_the_questions_are_measured_over_a_login_that_is_gone_afterwards(world, tmp_path, capsys):
    world.rollback()
    [line] = measure_questions(world.engine, tmp_path, runs=2)

    told = capsys.readouterr().out
    assert [f"question {number} " in told for number in questions()] == [True] * len(questions())
    assert line.seconds > 0
    assert rows_of(world, "select rolname from pg_roles where rolname = 'ttdn_user_bench'") == []


def test_every_indicator_of_a_year_is_measured_when_traced(world):
    world.rollback()
    [line] = measure_trace(world.engine, runs=1)

    [(count_of_year,)] = rows_of(world, "select count(*) from reference.indicator where 'NAM' = any(period_kinds)")
    assert line.note.startswith(f"{count_of_year} indicators")


def test_the_95th_percentile_leaves_out_one_run_in_twenty():
    assert percentile_95(range(1, 21)) == 19
    assert percentile_95(range(1, 41)) == 38
    assert percentile_95([7.0]) == 7.0


def test_monitoring_rows_are_spread_over_more_days_without_a_cell_twice_on_one(tmp_path):
    path = write_big_feed(tmp_path / "feed.csv", 10_000, first_day=date(2026, 3, 1), cells_a_day=3_000)

    keys = [line.rpartition(",")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert Counter(key.partition(",")[0] for key in keys) == {
        "2026-03-01": 3_000,
        "2026-03-02": 3_000,
        "2026-03-03": 3_000,
        "2026-03-04": 1_000,
    }
    assert len(set(keys)) == 10_000
