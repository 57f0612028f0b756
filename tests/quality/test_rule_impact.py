"""Rule impact: a rule is tried on past files as they came, says what it would have done, and leaves no trace."""

from __future__ import annotations

import json
import threading
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.cli import main
from include.errors import GateError
from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.pipeline.rule_impact import Impact, find_rules, rule_impact, seen_from
from include.pipeline.stage import GATE_LOCK
from include.settings import Settings
from include.warehouse.sql import SQL_ROOT, read_file
from tests.sources.monitoring_files import line, write_counts
from tests.sources.reports import write_report

MANY_CLASSES = """
select
    submission_id,
    line_number,
    sheet_name,
    cell,
    '{' || trim_scale(value) || '} lớp' as found,
    'không quá {3} lớp' as expected,
    measure_code as subject
from staging.observation
where measure_code = 'TRN01' and value > 3
"""


def june(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=VIETNAM)


class Office:
    """A platform of one test."""

    def __init__(self, folder: Path, warehouse: Connection) -> None:
        self.folder = folder
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.engine = create_engine(warehouse.engine.url, poolclass=NullPool)
        self.count = 0

    def receive(
        self, unit: str = "28249", at: datetime | None = None, period: str = "2026-06T", **actual: Any
    ) -> FileResult:
        self.count += 1
        path = write_report(self.folder / f"bao cao {self.count}.xlsx", unit, period, actual=actual)
        return self.take(path, at or june(10))

    def take(self, path: Path, at: datetime, source: str = "agency_reports") -> FileResult:
        [result] = take_in([path], source_id=source, settings=self.settings, engine=self.engine, received_at=at).results
        return result

    def impact(self, rule: str | Path, since: date | None = None) -> Impact:
        with self.engine.connect() as connection:
            return rule_impact(connection, self.settings, str(rule), since)

    def rule(self, script: str, name: str = "many_classes.sql") -> Path:
        path = self.folder / name
        path.write_text(script, encoding="utf-8")
        return path

    def ask(self, query: str, **parameters: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def contents(self) -> dict[str, object]:
        """Every row of every table, and where every sequence stands: what a trace would show in."""
        tables = self.ask(
            "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables"
            " where schemaname in ('reference', 'landing', 'staging', 'quarantine', 'warehouse', 'audit', 'mart')"
        )
        found: dict[str, object] = {
            str(name): self.ask(f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {name} as t")
            for (name,) in tables
        }
        found["sequences"] = self.ask("select schemaname, sequencename, last_value from pg_sequences order by 1, 2")
        return found


@pytest.fixture
def office(tmp_path: Path, warehouse: Connection) -> Office:
    return Office(tmp_path, warehouse)


def outcomes(impact: Impact) -> list[tuple[str | None, str | None, str]]:
    return [(each.reporting_unit, each.period, each.outcome) for each in impact.files]


# --- what a rule would have done -------------------------------------------------------------------


def test_a_rule_in_no_suite_yet_names_the_files_it_would_have_held_with_their_lines(office: Office) -> None:
    quiet = office.receive("28249", june(8), TRN01=3)
    busy = office.receive("28261", june(9), TRN01=4)
    held = office.receive("28270", june(10), TRN01=5, MED02=-1)

    impact = office.impact(office.rule(MANY_CLASSES))

    assert [each.verdict for each in (quiet, busy, held)] == ["loaded", "loaded", "quarantined"]
    assert impact.totals == {"looked_at": 3, "held": 2, "held_in_part": 0, "warned": 0, "passed": 1}
    assert [(each.receipt, each.verdict, each.sha256) for each in impact.files] == [
        (busy.receipt, "loaded", busy.sha256),
        (held.receipt, "quarantined", held.sha256),
    ]
    [told] = impact.files[0].lines
    assert (told["severity"], told["code"], told["sheet"]) == ("block", "MANY_CLASSES", "Báo cáo")
    assert told["text"] == f"Báo cáo, {told['cell']}: TRN01: 4 lớp; cần không quá 3 lớp"
    assert office.ask(
        "select line_number from warehouse.observation where submission_id = 2 and cell = :cell", cell=told["cell"]
    ) == [(told["line"],)]


def test_a_rule_of_a_suite_says_what_its_reporters_were_told_and_waivers_are_left_aside(office: Office) -> None:
    result = office.receive(TRN01=0, TRN02=40)
    [sentence] = [message["text"] for message in result.messages]

    impacts = [office.impact(name) for name in ("R-08", "ATTENDEES_WITHOUT_CLASS", "r08_attendees_without_class.sql")]

    # R-08 is two checks; the other one has nothing to say here.
    assert [len(each.rules) for each in impacts] == [2, 1, 1]
    assert [outcomes(each) for each in impacts] == [[("28249", "2026-06T", "held")]] * 3
    assert {told["text"] for each in impacts for file in each.files for told in file.lines} == {sentence}


def test_a_warning_warns_and_a_template_that_loads_in_part_is_held_in_part(office: Office) -> None:
    office.receive("STC", FDI01=0, FDI02=12.5)
    office.receive("28249", june(11), TRN01=1, TRN02=501)

    assert outcomes(office.impact("R-15")) == [("STC", "2026-06T", "held_in_part")]
    assert outcomes(office.impact("CLASS_SIZE_UNUSUAL")) == [("28249", "2026-06T", "warned")]


def test_a_rule_on_trial_is_tried_like_any_other(office: Office) -> None:
    office.receive("28249", june(8))
    office.receive("28261", june(9))
    office.receive("28270", june(10), TRN02=41)

    impact = office.impact("copied_from_other_body")

    assert [each["on_trial"] for each in impact.rules] == [True]
    assert outcomes(impact) == [("28261", "2026-06T", "warned")]


def test_only_files_received_since_a_day_are_looked_at(office: Office) -> None:
    office.receive("28249", june(8, 23), TRN01=4)
    office.receive("28261", june(9, 0), TRN01=4)

    assert outcomes(office.impact(office.rule(MANY_CLASSES), date(2026, 6, 9))) == [("28261", "2026-06T", "held")]


def test_a_check_on_single_values_is_tried_too(office: Office) -> None:
    office.receive(TRN01=4)

    impact = office.impact("ROW_SHAPE")

    assert len(impact.rules) >= 5
    assert impact.totals["looked_at"] == impact.totals["passed"] == 1


# --- the past as it was ------------------------------------------------------------------------------


def test_a_file_is_not_its_own_past(office: Office) -> None:
    # Every report equals itself: were it in its own past, the rule would find each one.
    only_past = (
        "select report.submission_id, null::integer as line_number, null as sheet_name, null as cell,"
        " 'lần ' || count(*) as found, '' as expected, '' as subject from staging.report"
        " inner join warehouse.submission on report.reporting_unit_code = submission.reporting_unit_code"
        " and submission.verdict = 'loaded' group by report.submission_id"
    )
    office.receive(at=june(8), MED01=5)
    office.receive(at=june(9), MED01=6)
    office.receive(at=june(10), MED01=7)

    impact = office.impact(office.rule(only_past))

    # The first has no past, the third has two: not itself, and nothing that came later.
    assert [(each.revision, each.lines[0]["text"]) for each in impact.files] == [(2, "lần 1"), (3, "lần 2")]


def test_of_two_files_received_at_one_moment_the_one_recorded_first_is_the_past_of_the_other(office: Office) -> None:
    office.receive("28249", june(8))
    office.receive("28261", june(8))

    assert outcomes(office.impact("COPIED_FROM_OTHER_BODY")) == [("28261", "2026-06T", "warned")]


def test_what_came_later_and_was_recorded_first_is_no_past(office: Office) -> None:
    office.receive("28261", june(9))
    office.receive("28249", june(8))

    assert outcomes(office.impact("COPIED_FROM_OTHER_BODY")) == [("28261", "2026-06T", "warned")]


def test_a_year_below_its_half_is_found_although_the_half_has_been_revised_since(office: Office) -> None:
    november = datetime(2026, 11, 24, 9, tzinfo=VIETNAM)
    office.receive(at=june(8), MED01=50)
    year = office.receive(at=november, period="2026-NAM", MED01=40)
    office.receive(at=datetime(2026, 11, 26, tzinfo=VIETNAM), MED01=30)

    impact = office.impact("R-06")

    assert year.verdict == "quarantined"
    [file] = [each for each in impact.files if each.source == "agency_reports"]
    assert (file.period, file.outcome) == ("2026-NAM", "held")
    assert "không nhỏ hơn 50 đã báo cáo 6 tháng" in file.lines[0]["text"]


def test_days_monitored_later_are_no_past_of_a_day(office: Office) -> None:
    days = [f"2026-05-{day:02}" for day in range(1, 9)]
    first = write_counts(office.folder / "a.csv", [line(day, 10) for day in days])
    second = write_counts(office.folder / "b.csv", [line("2026-05-09", 100)])
    office.take(first, june(1), "monitoring_statistics")
    office.take(second, june(2), "monitoring_statistics")

    impact = office.impact("MONITORING_DAY_UNUSUAL")

    assert [(each.subject, each.outcome) for each in impact.files] == [("2026-05-09/2026-05-09", "warned")]
    assert impact.totals["passed"] == 1


@pytest.mark.parametrize("path", sorted((SQL_ROOT / "rules").glob("*.sql")), ids=lambda path: path.stem)
def test_every_rule_of_the_project_runs_over_the_past_as_it_was(warehouse: Connection, path: Path) -> None:
    script = seen_from(read_file(f"rules/{path.name}"))
    parameters = {"before_at": june(1), "before_id": 1}
    used = {key: value for key, value in parameters.items() if f":{key}" in script}

    assert warehouse.execute(text(script), used).all() == []
    assert ("warehouse." in read_file(f"rules/{path.name}")) == bool(used)


# --- no trace ----------------------------------------------------------------------------------------


def test_nothing_is_left_behind(office: Office) -> None:
    office.receive("28249", june(8), TRN01=4)
    office.receive("28261", june(9), MED02=-1)
    days = write_counts(office.folder / "a.csv", [line("2026-05-04", 10)])
    office.take(days, june(1), "monitoring_statistics")
    before = office.contents()

    office.impact(office.rule(MANY_CLASSES))
    office.impact("R-14")
    office.impact("NEGATIVE")

    assert office.contents() == before


def test_a_rule_that_writes_leaves_nothing_behind_either(office: Office) -> None:
    office.receive(TRN01=4)
    before = office.contents()

    office.impact(
        office.rule(
            "with gone as (delete from staging.observation returning submission_id, line_number, sheet_name, cell)"
            " select gone.*, '' as found, '' as expected, '' as subject from gone"
        )
    )

    assert office.contents() == before


def test_a_gate_that_runs_is_waited_for(office: Office) -> None:
    office.receive(TRN01=4)
    path = office.rule(MANY_CLASSES)
    done: list[Impact] = []
    with office.engine.connect() as running:
        running.execute(text("select pg_advisory_lock(:number)"), {"number": GATE_LOCK})
        asking = threading.Thread(target=lambda: done.append(office.impact(path)))
        asking.start()
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while office.ask(waiting) == [(0,)]:
            assert asking.is_alive()
        assert done == []
        running.execute(text("select pg_advisory_unlock(:number)"), {"number": GATE_LOCK})
    asking.join()

    assert [impact.totals["held"] for impact in done] == [1]


# --- what is not looked at ---------------------------------------------------------------------------


def test_files_given_up_refused_or_lost_are_counted_and_not_looked_at(office: Office) -> None:
    def stamp(workbook: Any) -> None:
        workbook["Báo cáo"]["J1"] = "MẬT"

    office.receive("28249", june(8), TRN01=4)
    lost = office.receive("28261", june(9), TRN01=4)
    secret = write_report(office.folder / "c.xlsx", "28270", edit=stamp)
    empty = office.folder / "d.xlsx"
    empty.write_bytes(b"no workbook")
    assert office.take(secret, june(9)).verdict == "refused_secret"
    assert office.take(empty, june(9)).verdict == "rejected"
    (office.settings.landing / lost.sha256[:2] / lost.sha256).unlink()

    impact = office.impact(office.rule(MANY_CLASSES))

    assert outcomes(impact) == [("28249", "2026-06T", "held")]
    assert impact.totals["looked_at"] == 1
    assert impact.not_looked_at == {"given_up": 1, "refused": 1, "refused_now": 0, "bytes_missing": 1}


def test_of_a_file_with_personal_data_nothing_is_repeated(office: Office) -> None:
    def sign(workbook: Any) -> None:
        workbook["Báo cáo"]["G14"] = "0912 345 678"

    path = write_report(office.folder / "a.xlsx", actual={"TRN01": 4}, edit=sign)
    office.take(path, june(9))
    quoting = MANY_CLASSES.replace("'{' || trim_scale(value) || '} lớp'", "coalesce(note_text, '0912 345 678')")

    impact = office.impact(office.rule(quoting))

    assert "0912" not in json.dumps([file.lines for file in impact.files], ensure_ascii=False)
    assert "không nhắc lại" in impact.files[0].lines[0]["text"]


# --- asking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["", "R-99", "NOBODY", "nowhere.sql", "GATE_SAW_OTHER_ROWS"])
def test_a_rule_there_is_not_is_refused(office: Office, rule: str) -> None:
    with pytest.raises(GateError, match="RULE"):
        office.impact(rule)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("select 1 frm staging.observation", "SyntaxError"),
        ("select submission_id from staging.observation", "KeyError"),
        ("select 1 as submission_id", "no table of staging"),
        ("select * from staging.observation, staging.capital_flow", "capital_flow, observation"),
    ],
)
def test_a_rule_that_cannot_run_says_so_and_leaves_nothing(office: Office, script: str, words: str) -> None:
    office.receive(TRN01=4)
    before = office.contents()

    with pytest.raises(GateError, match=words):
        office.impact(office.rule(script))
    assert office.contents() == before


def test_a_changed_copy_of_a_rule_is_tried_in_its_place(office: Office) -> None:
    office.receive(MED02=3)
    stricter = read_file("rules/negative_value.sql").replace("value < 0", "value < 4")
    assert stricter != read_file("rules/negative_value.sql")

    assert office.impact("NEGATIVE").files == ()
    assert outcomes(office.impact(office.rule(stricter, "negative_value.sql")))[0][2] == "held"


def test_a_rule_that_reads_a_table_by_no_submission_is_cut_back_by_it() -> None:
    rewritten = seen_from("select * from warehouse.monitoring_day as day inner join staging.report on true")

    assert rewritten.startswith("select * from (select * from warehouse.monitoring_day where submission_id in")
    assert rewritten.endswith(") as day inner join staging.report on true")


def test_a_table_without_an_alias_keeps_its_name_and_a_longer_name_is_left_alone() -> None:
    rewritten = seen_from(
        "select submission.x from warehouse.submission inner join warehouse.submission_x on submission.a = 1"
    )

    assert ") as submission inner join warehouse.submission_x on submission.a = 1" in rewritten
    assert rewritten.count(":before_at") == 1


def test_find_rules_knows_each_way_to_name_one() -> None:
    ways = ("R-06", "ANNUAL_BELOW_SIX_MONTHS", "r06_annual_below_six_months", "r06_annual_below_six_months.sql")

    assert [len(find_rules(way)) for way in ways] == [3, 1, 1, 1]


@pytest.fixture
def ttdn(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)

    def run(*arguments: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if "--json" in arguments and printed else printed

    return run


def test_the_command_prints_files_lines_and_totals(ttdn: Any, office: Office) -> None:
    office.receive("28249", june(8), TRN01=4)
    path = office.rule(MANY_CLASSES)

    code, printed = ttdn("rule-impact", path, "--since", "2026-06-01", "--json")
    assert code == 0
    assert set(printed) == {"rule", "rules", "since", "files", "totals", "not_looked_at"}
    assert (printed["since"], printed["totals"]["held"]) == ("2026-06-01", 1)
    [file] = printed["files"]
    assert {
        "file",
        "sha256",
        "source",
        "reporting_unit",
        "period",
        "receipt",
        "received_at",
        "outcome",
        "lines",
    } <= set(file)

    code, words = ttdn("rule-impact", path)
    assert code == 0
    assert "bị giữ" in words
    assert "28249 2026-06T" in words
    assert "xem lại 1 tệp; sẽ giữ 1" in words
    assert ttdn("rule-impact", "R-99")[0] == 2
