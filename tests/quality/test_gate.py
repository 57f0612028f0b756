"""The gate itself: it records what it saw, names every row, and says no whenever it cannot say yes."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from include.errors import CatalogueError, GateError
from include.quality import gate
from include.quality.gate import run_gate
from include.quality.suites import Suite, load_suites
from tests.quality.staged import VIETNAM, Batch


def only(code: str, **changes: object) -> tuple[Suite, ...]:
    """The suites cut down to their row guards and one check, changed."""
    return tuple(
        replace(
            suite,
            expectations=tuple(
                [suite.expectations[0]] + [replace(each, **changes) for each in suite.expectations if each.code == code]  # type: ignore[arg-type]
            ),
        )
        for suite in load_suites()
    )


def test_a_report_without_mistakes_passes_every_check(batch: Batch) -> None:
    report = batch.report()
    report.figures(LEG01=4, LEG02=1, STF01=1, STF02=2, TRN01=1, TRN02=30, MED01=12, MED02=3, BUD01="120.5", BUD02=100)
    report.parts("MED01", "language", vi=10, en=2)
    report.parts("MED01", "platform", cong_ttdt=12)
    report.figure("LEG05", 1, note="45/KH-UBND ngày 12/3/2026")

    assert batch.gate() == []


def test_every_verdict_is_recorded_with_counts_only(batch: Batch) -> None:
    batch.report().figure("MED02", -1)
    batch.report().figure("MED02", -2)
    batch.connection.commit()
    moment = datetime(2026, 6, 10, 8, tzinfo=VIETNAM)

    run_gate(batch.connection, as_of=moment)

    recorded = batch.connection.execute(text("select * from warehouse.gate_run")).all()
    # Every check on what the batch holds; a shape that is not there is not asked about.
    held = [suite.deciding for suite in load_suites() if suite.name in ("staging/report", "staging/observation")]
    assert len(recorded) == sum(len(suite.expectations) for suite in held)
    assert {row.ran_at for row in recorded} == {moment}
    assert [
        (row.rule_code, row.severity, row.unexpected_count, row.submission_count)
        for row in recorded
        if not row.succeeded
    ] == [("NEGATIVE", "block", 2, 2)]


def test_each_file_is_tied_to_the_checks_it_went_through_and_to_those_that_found_something(batch: Batch) -> None:
    wrong, clean = batch.report(), batch.report(unit="28261")
    wrong.figure("MED02", -1)
    wrong.figure("MED02", -2, part=("topic", "khac"))
    clean.figure("MED02", 3)
    batch.connection.commit()

    run_gate(batch.connection)

    seen = batch.connection.execute(text("select suite_name, submission_id from warehouse.gate_submission")).all()
    assert {tuple(row) for row in seen} == {
        (suite, report.submission_id)
        for suite in ("staging/report", "staging/observation")
        for report in (wrong, clean)
    }
    found = batch.connection.execute(
        text(
            "select run.message_code, run.check_name, run.check_hash, breach.submission_id, breach.breach_count"
            " from warehouse.gate_breach as breach inner join warehouse.gate_run as run using (gate_run_id)"
            " where run.message_code = 'NEGATIVE'"
        )
    ).all()
    [negative] = [
        each
        for suite in load_suites()
        if suite.name == "staging/observation"
        for each in suite.expectations
        if each.code == "NEGATIVE"
    ]
    assert [tuple(row) for row in found] == [
        ("NEGATIVE", "rules/negative_value.sql", negative.version, wrong.submission_id, 2)
    ]


def test_more_rows_than_a_page_are_all_named(batch: Batch) -> None:
    # Great Expectations itself hands out the first 200 rows of a SQL rule.
    report = batch.report()
    for _ in range(250):
        report.figure("MED02", -1, part=("topic", "khac"), cell="F1", state="reported")
    batch.connection.commit()

    negative = [breach for breach in run_gate(batch.connection) if breach.code == "NEGATIVE"]

    assert len(negative) == 250


def test_an_empty_batch_passes(batch: Batch) -> None:
    assert batch.gate() == []


def test_rows_that_are_not_committed_stop_the_gate(batch: Batch) -> None:
    batch.report().figure("MED02", 1)

    with pytest.raises(GateError, match="GATE_SAW_OTHER_ROWS"):
        run_gate(batch.connection)


def test_a_rule_that_raises_stops_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = only("NEGATIVE", query_file="load/observation.sql")
    monkeypatch.setattr(gate, "load_suites", lambda: broken)

    with pytest.raises(GateError, match=r"load/observation\.sql"):
        batch.gate()


def test_an_expectation_the_library_cannot_use_stops_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    # The library logs it and goes on without it.
    broken = only("MONITORING_VALUE_INVALID", kwargs={"column": None})
    monkeypatch.setattr(gate, "load_suites", lambda: broken)

    with pytest.raises(GateError):
        batch.gate()


def test_a_missing_result_stops_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_the_last(suite: Suite, position: int) -> dict[str, object]:
        return configure(suite, min(position, len(suite.expectations) - 2))

    configure = gate.as_gx_configuration
    monkeypatch.setattr(gate, "as_gx_configuration", without_the_last)

    with pytest.raises(GateError, match="no result"):
        batch.gate()


def test_rows_that_differ_from_the_verdict_stop_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch.report().figure("MED02", -1)
    other_rule = gate.run_file
    monkeypatch.setattr(gate, "run_file", lambda connection, _: other_rule(connection, "rules/r19_error_cell.sql"))

    with pytest.raises(GateError, match="0 rows by the rule, 1 by Great Expectations"):
        batch.gate()


def test_a_code_without_a_message_stops_the_gate(batch: Batch) -> None:
    batch.report().figure("MED02", None, state="unreadable", reading_code="NOBODY_KNOWS")

    with pytest.raises(GateError, match="NOBODY_KNOWS"):
        batch.gate()


def test_a_lost_database_stops_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch.connection.commit()
    batch.connection.execute(text("alter table staging.monitoring_count rename to elsewhere"))
    batch.connection.commit()

    with pytest.raises(GateError):
        run_gate(batch.connection)


def test_a_library_that_cannot_be_imported_stops_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    batch.report()
    monkeypatch.setitem(sys.modules, "great_expectations", None)

    with pytest.raises(GateError, match="great_expectations"):
        batch.gate()


@pytest.mark.parametrize("kept", [(), ("report",), ("observation", "capital_flow")])
def test_a_shape_that_arrives_without_a_suite_of_its_own_stops_the_gate(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, kept: tuple[str, ...]
) -> None:
    batch.report().figure("MED02", -1)
    suites = tuple(suite for suite in gate.load_suites() if suite.table in kept)
    monkeypatch.setattr(gate, "load_suites", lambda: suites)

    with pytest.raises(GateError, match="no check of it in any suite"):
        batch.gate()


@pytest.mark.parametrize("kept", [0, 1])
def test_a_suite_that_asks_nothing_but_how_many_rows_there_are_stops_the_gate(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    batch.report()
    emptied = tuple(replace(suite, expectations=suite.expectations[:kept]) for suite in gate.load_suites())
    monkeypatch.setattr(gate, "load_suites", lambda: emptied)

    with pytest.raises(GateError, match="no check of it in any suite"):
        batch.gate()


def test_suites_that_cannot_be_read_stop_the_gate(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> tuple[Suite, ...]:
        raise CatalogueError(where="report.yml", found="no table", expected="a table", remedy="Name it.")

    batch.report()
    monkeypatch.setattr(gate, "load_suites", unreadable)

    with pytest.raises(GateError, match=r"report\.yml"):
        batch.gate()


def test_the_gate_writes_nothing_to_standard_output(batch: Batch, capfd: pytest.CaptureFixture[str]) -> None:
    batch.report().figure("MED02", -1)
    batch.gate()

    assert capfd.readouterr().out == ""


def test_a_check_that_many_rows_break_names_every_one_of_them(batch: Batch) -> None:
    report = batch.report()
    for number in range(250):
        report.figure("MED02", 1, part=("topic", f"khong-co-{number}"), cell=f"không phải ô {number}")
    batch.connection.commit()

    named = [breach for breach in run_gate(batch.connection) if breach.code == "ROW_SHAPE"]

    assert len({breach.line_number for breach in named}) == 250
