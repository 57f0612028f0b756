"""Rules on trial: they run with every batch, and no verdict, sentence or row of a report is other because of them."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.errors import CatalogueError
from include.indicators.marts import build_marts
from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.quality import shadow
from include.quality.gate import Breach, run_gate
from include.quality.rows_that_break import find_breaches
from include.quality.shadow import run_shadow_rules
from include.quality.suites import COLUMN_RULES, Shadow, Suite, load_suites
from include.settings import Settings
from tests.quality.staged import COMMUNE, Batch
from tests.sources.reports import write_report
from tests.sql.builders import send

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
NEIGHBOUR, NEIGHBOUR_NAME = "28261", "Phường Mỹ Tho"
TRIAL = Shadow(date(2026, 11, 29), "Bộ phận thống kê")
FIGURES = {"MED01": 12, "MED02": 3, "TRN01": 1, "TRN02": 40, "BUD02": 100}


# --- the rule that is on trial ---------------------------------------------------------------------


def copied(batch: Batch) -> list[tuple[int, str]]:
    batch.connection.commit()
    return [(each.submission_id, each.found) for each in run_shadow_rules(batch.connection)]


def test_a_report_equal_to_a_neighbours_in_every_figure_is_found(batch: Batch) -> None:
    batch.already_loaded("2026-06T", datetime(2026, 6, 1, tzinfo=VIETNAM), NEIGHBOUR, **FIGURES)
    batch.report().figures(**FIGURES)

    assert copied(batch) == [(1, f"cả 5 số liệu khác 0 đều bằng báo cáo đã gửi trước của {NEIGHBOUR_NAME}")]


@pytest.mark.parametrize(
    "other",
    [
        {**FIGURES, "TRN02": 41},
        {**FIGURES, "LEG01": 1},
        {name: value for name, value in FIGURES.items() if name != "BUD02"},
    ],
    ids=["one differs", "one more", "one less"],
)
def test_one_figure_that_differs_is_no_copy(batch: Batch, other: dict[str, int]) -> None:
    batch.already_loaded("2026-06T", datetime(2026, 6, 1, tzinfo=VIETNAM), NEIGHBOUR, **other)
    batch.report().figures(**FIGURES)

    assert copied(batch) == []


def test_four_equal_figures_are_too_few(batch: Batch) -> None:
    few = {"MED01": 12, "MED02": 3, "TRN01": 1, "TRN02": 40, "BUD02": 0}
    batch.already_loaded("2026-06T", datetime(2026, 6, 1, tzinfo=VIETNAM), NEIGHBOUR, **few)
    batch.report().figures(**few)

    assert copied(batch) == []


def test_its_own_report_another_period_and_one_sent_later_are_no_originals(batch: Batch) -> None:
    batch.already_loaded("2026-06T", datetime(2026, 6, 1, tzinfo=VIETNAM), COMMUNE, **FIGURES)
    batch.already_loaded("2026-NAM", datetime(2026, 6, 2, tzinfo=VIETNAM), NEIGHBOUR, **FIGURES)
    batch.already_loaded("2026-06T", datetime(2026, 6, 6, tzinfo=VIETNAM), NEIGHBOUR, **FIGURES)
    batch.report().figures(**FIGURES)

    assert copied(batch) == []


def test_a_neighbour_that_has_since_reported_other_figures_is_no_original(batch: Batch) -> None:
    batch.already_loaded("2026-06T", datetime(2026, 6, 1, tzinfo=VIETNAM), NEIGHBOUR, **FIGURES)
    batch.already_loaded("2026-06T", datetime(2026, 6, 2, tzinfo=VIETNAM), NEIGHBOUR, **{**FIGURES, "MED01": 13})
    batch.report().figures(**FIGURES)

    assert copied(batch) == []


def test_of_two_equal_reports_of_one_batch_the_later_is_found(batch: Batch) -> None:
    batch.report(received_at=datetime(2026, 6, 5, 10, tzinfo=VIETNAM)).figures(**FIGURES)
    batch.report(unit=NEIGHBOUR, received_at=datetime(2026, 6, 5, 9, tzinfo=VIETNAM)).figures(**FIGURES)

    assert copied(batch) == [(1, f"cả 5 số liệu khác 0 đều bằng báo cáo đã gửi trước của {NEIGHBOUR_NAME}")]


# --- beside the gate -------------------------------------------------------------------------------


GUARDS = ("ROW_SHAPE", "DUP_KEY", "CAPITAL_KEY_REPEATED", "SERIES_KEY_REPEATED")


def with_trial(code: str, **changes: object) -> tuple[Suite, ...]:
    """The suites with one of their checks put on trial and everything else left out but GUARDS.

    A shape nobody decides anything about would stop the gate.
    """
    return tuple(
        replace(
            suite,
            expectations=(
                suite.expectations[0],
                *(each for each in suite.expectations if each.code in GUARDS and each.code != code),
                *(replace(each, shadow=TRIAL, **changes) for each in suite.expectations if each.code == code),  # type: ignore[arg-type]
            ),
        )
        for suite in load_suites()
    )


def put_on_trial(monkeypatch: pytest.MonkeyPatch, code: str, **changes: object) -> None:
    suites = with_trial(code, **changes)
    monkeypatch.setattr(shadow, "load_suites", lambda: suites)
    monkeypatch.setattr("include.quality.gate.load_suites", lambda: suites)


def recorded(connection: Connection) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in connection.execute(
            text("select rule_code, succeeded, unexpected_count, failure_name from warehouse.gate_run where is_shadow")
        )
    ]


def test_the_gate_does_not_see_a_rule_on_trial(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_trial(monkeypatch, "NEGATIVE")
    batch.report().figure("MED02", -1)
    batch.connection.commit()

    assert run_gate(batch.connection) == []
    assert [(each.code, each.severity, each.line_number) for each in run_shadow_rules(batch.connection)] == [
        ("NEGATIVE", "block", 1)
    ]
    assert recorded(batch.connection) == [("NEGATIVE", False, 1, None)]


def test_a_run_on_trial_says_which_check_in_which_version_like_any_other(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch.report().figure("MED02", 1)
    batch.connection.commit()
    described = "batch_number is not null, message_code, check_name, check_hash, rule_code, submission_count"
    run_gate(batch.connection)
    counted = batch.connection.execute(
        text(f"select {described} from warehouse.gate_run where message_code = 'NEGATIVE'")
    ).one()
    put_on_trial(monkeypatch, "NEGATIVE")

    run_shadow_rules(batch.connection)

    on_trial = batch.connection.execute(text(f"select {described} from warehouse.gate_run where is_shadow")).one()
    assert on_trial == counted
    # Nothing of it counts: a batch of its own, in which no file is said to have been decided on.
    assert (
        batch.connection.execute(
            text(
                "select count(*) from warehouse.gate_submission inner join warehouse.gate_run using (batch_number)"
                " where is_shadow"
            )
        ).scalar()
        == 0
    )


@pytest.mark.parametrize(
    ("query_file", "failure"),
    [
        ("load/observation.sql", "GateError|KeyError"),
        ("rules/nowhere.sql", "FileNotFoundError"),
        ("broken", "SyntaxError"),
    ],
)
def test_a_rule_on_trial_that_cannot_run_is_told_to_engineers_and_stops_nothing(
    batch: Batch,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    query_file: str,
    failure: str,
) -> None:
    if query_file == "broken":
        (tmp_path / "broken.sql").write_text("select 'bí mật' frm nothing", encoding="utf-8")
        monkeypatch.setattr("include.warehouse.sql.SQL_ROOT", tmp_path)
        query_file = "broken.sql"
    put_on_trial(monkeypatch, "NEGATIVE", query_file=query_file)
    batch.report().figure("MED02", -1)
    batch.connection.commit()

    with caplog.at_level(logging.ERROR):
        assert run_shadow_rules(batch.connection) == []

    [(_, succeeded, count, name)] = recorded(batch.connection)
    assert (succeeded, count) == (False, 0)
    assert name in failure.split("|") or name == "ResourceClosedError"
    assert "could not run" in caplog.text
    assert "bí mật" not in caplog.text
    # The transaction is as good as before.
    assert batch.connection.execute(text("select count(*) from staging.observation")).scalar() == 1


def test_a_rule_on_trial_that_takes_too_long_is_ended(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "slow.sql").write_text("select 1 as submission_id from pg_sleep(60)", encoding="utf-8")
    monkeypatch.setattr("include.warehouse.sql.SQL_ROOT", tmp_path)
    monkeypatch.setattr(shadow, "LONGEST_SECONDS", 1)
    put_on_trial(monkeypatch, "NEGATIVE", query_file="slow.sql")
    batch.report().figure("MED02", -1)
    batch.connection.commit()

    assert run_shadow_rules(batch.connection) == []
    assert [row[3] for row in recorded(batch.connection)] == ["QueryCanceled"]
    # What follows has the time it had.
    assert batch.connection.execute(text("show statement_timeout")).scalar() == "0"


def test_what_a_rule_on_trial_writes_does_not_stay(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "writes.sql").write_text(
        "delete from staging.observation returning submission_id, line_number, sheet_name, cell, '' as found,"
        " '' as expected, '' as subject",
        encoding="utf-8",
    )
    monkeypatch.setattr("include.warehouse.sql.SQL_ROOT", tmp_path)
    put_on_trial(monkeypatch, "NEGATIVE", query_file="writes.sql")
    batch.report().figure("MED02", 1)
    batch.connection.commit()

    assert len(run_shadow_rules(batch.connection)) == 1
    assert batch.connection.execute(text("select count(*) from staging.observation")).scalar() == 1


def test_what_is_not_in_the_batch_is_not_asked_about(batch: Batch) -> None:
    batch.connection.commit()

    assert run_shadow_rules(batch.connection) == []
    assert recorded(batch.connection) == []


# --- along the whole way ---------------------------------------------------------------------------


class Office:
    """A platform of one test."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine = create_engine(warehouse.engine.url, poolclass=NullPool)

    def receive(self, *paths: Path, dry_run: bool = False) -> list[FileResult]:
        return take_in(
            paths,
            source_id="agency_reports",
            settings=self.settings,
            engine=self.engine,
            received_at=IN_JUNE,
            dry_run=dry_run,
        ).results

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def office(tmp_path: Path, warehouse: Connection) -> Office:
    return Office(tmp_path, warehouse)


def test_a_copied_report_loads_as_ever_and_only_the_statistics_unit_reads_what_was_found(
    office: Office, tmp_path: Path
) -> None:
    first = write_report(tmp_path / "a.xlsx")
    second = write_report(tmp_path / "b.xlsx", NEIGHBOUR)
    changed = write_report(tmp_path / "c.xlsx", "28270", actual={"TRN02": 41})

    results = [office.receive(path)[0] for path in (first, second, changed)]

    assert [(result.verdict, result.code, result.messages) for result in results] == [("loaded", "OK", [])] * 3
    assert office.ask("select count(*) from warehouse.finding") == [(0,)]
    assert office.ask("select warning_count from warehouse.submission") == [(0,)] * 3
    answers = [openpyxl.load_workbook(result.answer) for result in results if result.answer]
    assert len(answers) == 3
    assert not [
        cell.value
        for answer in answers
        for sheet in answer.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and "đã gửi trước" in cell.value
    ]
    with office.engine.begin() as connection:
        build_marts(connection)
    [(submission, sender, verdict, code, severity, found)] = office.ask(
        "select submission_id, sender_name, verdict, message_code, severity, found_vi from mart.shadow_finding"
    )
    assert (submission, sender, verdict, code, severity) == (
        2,
        NEIGHBOUR_NAME,
        "loaded",
        "COPIED_FROM_OTHER_BODY",
        "warn",
    )
    assert "đều bằng báo cáo đã gửi trước của Phường Đạo Thạnh" in str(found)
    assert office.ask("select is_shadow, succeeded, unexpected_count from warehouse.gate_run where is_shadow") == [
        (True, True, 0),
        (True, False, 1),
        (True, True, 0),
    ]


def test_a_rehearsal_keeps_no_finding_of_a_rule_on_trial(office: Office, tmp_path: Path) -> None:
    office.receive(write_report(tmp_path / "a.xlsx"))

    office.receive(write_report(tmp_path / "b.xlsx", NEIGHBOUR), dry_run=True)

    assert office.ask("select count(*) from warehouse.shadow_finding") == [(0,)]
    assert office.ask("select count(*) from warehouse.gate_run where is_shadow") == [(1,)]


def test_a_rule_on_trial_that_breaks_lets_a_good_report_load_and_a_bad_one_be_held(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = write_report(tmp_path / "a.xlsx"), write_report(tmp_path / "b.xlsx", NEIGHBOUR, actual={"MED02": -1})
    suites = tuple(
        replace(
            suite,
            expectations=tuple(
                replace(each, query_file="rules/nowhere.sql") if each.shadow else each for each in suite.expectations
            ),
        )
        for suite in load_suites()
    )
    monkeypatch.setattr(shadow, "load_suites", lambda: suites)

    assert [result.code for result in office.receive(good, bad)] == ["OK", "NEGATIVE"]
    assert office.ask("select failure_name from warehouse.gate_run where is_shadow") == [("FileNotFoundError",)]


def test_a_finding_that_names_a_sensitive_matter_is_not_repeated_in_the_mart(warehouse: Connection) -> None:
    submission = send(warehouse, COMMUNE, figures={"MED01": 3})
    sensitive = warehouse.execute(
        text("select measure_code from reference.measure where is_sensitive order by 1 limit 1")
    ).scalar_one()
    subjects = (
        f"Chỉ tiêu ({sensitive})",
        "Chỉ tiêu (MED01)",
        "Tin bài (MED01), chủ đề nhân quyền",
        "Tin bài (MED01), chủ đề kinh tế",
    )
    for line, subject in enumerate(subjects, start=1):
        warehouse.execute(
            text(
                "insert into warehouse.shadow_finding (submission_id, line_number, rule_code, message_code, severity,"
                " found_vi, expected_vi, subject_vi)"
                " values (:submission, :line, 'X', 'X', 'warn', 'ghi 3', '4', :subject)"
            ),
            {"submission": submission, "line": line, "subject": subject},
        )
    build_marts(warehouse)

    assert warehouse.execute(
        text("select found_vi from mart.shadow_finding order by shadow_finding_id")
    ).scalars().all() == ["không nêu chi tiết", "ghi 3", "không nêu chi tiết", "ghi 3"]


def test_the_bodies_cannot_read_what_rules_on_trial_found(warehouse: Connection) -> None:
    build_marts(warehouse)
    allowed = {
        role: warehouse.execute(
            text("select has_table_privilege(:role, 'mart.shadow_finding', 'select')"), {"role": role}
        ).scalar()
        for role in ("ttdn_agency", "ttdn_analyst_ro")
    }

    assert allowed == {"ttdn_agency": False, "ttdn_analyst_ro": True}


# --- rules about single values, as plain SQL ---------------------------------------------------------


def test_every_rule_about_single_values_finds_in_plain_sql_what_great_expectations_finds(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED02", 1, state="guessed")
    report.figure("MED01", 1, cell="14F")
    report.figure("TRN01", 1)
    batch.connection.execute(text("update staging.observation set value_kind = 'plan' where line_number = 2"))
    batch.connection.commit()

    def key(breach: Breach) -> tuple[object, ...]:
        return (breach.submission_id, breach.line_number, breach.code, breach.cell, breach.found, breach.severity)

    ours = [
        key(breach)
        for suite in load_suites()
        for each in suite.expectations
        if each.type in COLUMN_RULES
        for breach in find_breaches(batch.connection, suite, each)
    ]
    theirs = [key(breach) for breach in run_gate(batch.connection) if breach.found in ("guessed", "14F", "plan")]

    assert sorted(map(str, ours)) == sorted(map(str, theirs))
    assert len(ours) == 3


@pytest.mark.parametrize(
    ("careful", "careless"),
    [
        ("shadow: true", "shadow: yes please"),
        ("shadow: true, ", ""),
        ("shadow_since: 2026-11-29, ", ""),
        ('shadow_reader: "Thống kê"', 'shadow_reader: ""'),
        ('why: "Because."', 'why: "Because.", waivable: true'),
    ],
)
def test_a_rule_on_trial_says_since_when_and_who_reads_it(tmp_path: Path, careful: str, careless: str) -> None:
    written = (
        "name: staging/report\nmeta: {row_key: [submission_id]}\nexpectations:\n"
        "  - type: unexpected_rows_expectation\n    severity: warning\n"
        '    meta: {rule: "", code: COPIED_FROM_OTHER_BODY, query_file: copied_from_other_body.sql, why: "Because.",'
        ' shadow: true, shadow_since: 2026-11-29, shadow_reader: "Thống kê"}\n'
    )
    (tmp_path / "staging").mkdir()
    path = tmp_path / "staging" / "report.yml"
    path.write_text(written, encoding="utf-8")
    assert load_suites(tmp_path)[0].expectations[0].shadow == Shadow(date(2026, 11, 29), "Thống kê")

    assert careful in written
    path.write_text(written.replace(careful, careless), encoding="utf-8")
    with pytest.raises(CatalogueError, match="staging/report"):
        load_suites(tmp_path)
