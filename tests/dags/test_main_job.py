"""What the main job decides, without an Airflow: which run to follow, when to fill the inbox, what to say."""

from __future__ import annotations

import http.server
import io
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from rich.console import Console
from sqlalchemy import Connection, text

from include.errors import PlatformError
from include.pipeline.land import inbox_fingerprint, list_inbox
from include.service import airflow_service, main_job
from include.service.airflow_api import AirflowApi
from include.service.arrivals import Progress, count_verdicts, is_anything_waiting, note_beginning, read_progress
from include.service.display import Display
from include.service.late_reports import periods_due
from include.service.sample_inbox import write_sample_inbox
from include.service.summary import describe_missing, list_extracts, print_summary
from include.settings import Settings
from include.sources import list_sources

INGEST = "ingest_agency_reports"
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", inbox=tmp_path / "home" / "inbox")


def plain_display() -> Display:
    return Display(Console(file=io.StringIO(), force_terminal=False))


def task(task_id: str, state: str | None, **more: Any) -> dict[str, Any]:
    return {"task_id": task_id, "state": state, "map_index": -1, "try_number": 1, "start_date": None} | more


class FakeAirflow:
    """Answers as the REST API does, from what the test says has happened."""

    page_url = "http://127.0.0.1:8080"

    def __init__(self, **runs: dict[str, Any]) -> None:
        self.runs: dict[str, dict[str, Any]] = runs
        self.triggered: list[str] = []
        self.hidden: set[str] = set()
        """Runs that appear only when something is triggered."""
        self.log = ["RuntimeError: sums differ"]

    def latest_runs(self, dag_id: str, *, limit: int = 10) -> list[dict[str, Any]]:
        mine = [{"dag_run_id": name} | run for name, run in self.runs.items() if run["dag_id"] == dag_id]
        return [run for run in mine if run["dag_run_id"] not in self.hidden][:limit]

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        return self.runs[run_id]

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        return list(self.runs[run_id]["tasks"])

    def caused_by(self, dag_id: str, run_id: str) -> set[tuple[str, str]]:
        return set(self.runs[run_id].get("causes", ()))

    def trigger(self, dag_id: str) -> str:
        self.triggered.append(dag_id)
        self.hidden.clear()
        return "mine"

    def task_log(self, failed: dict[str, Any]) -> list[str]:
        return self.log


def a_run(dag_id: str, state: str, *tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"dag_id": dag_id, "state": state, "tasks": tasks} | more


# -- which runs are followed -------------------------------------------------------------------------------------------

ACCOUNTED = (task("land", "success"), task("ingest", "success", map_index=0), task("account", "success"))
SKIPPED = (task("land", "success"), task("ingest", "skipped"), task("account", "skipped"))
AFTER_NOON, BEFORE_NOON = (NOON + timedelta(seconds=1)).isoformat(), (NOON - timedelta(seconds=1)).isoformat()


def take_in(
    settings: Settings, warehouse: Connection, airflow: Any, console: Console | None = None
) -> set[tuple[str, str]]:
    settings.inbox.mkdir(parents=True, exist_ok=True)
    beginning = note_beginning(warehouse)
    with Display(console or Console(file=io.StringIO(), force_terminal=False)).step("Nhận") as step:
        return main_job._take_in_source(settings, airflow, "agency_reports", warehouse, beginning, NOON, step)


def put_into_inbox(settings: Settings) -> None:
    settings.inbox.mkdir(parents=True)
    (settings.inbox / "new.xlsx").write_text("x")


def test_a_run_the_scheduler_began_by_itself_is_followed_and_none_is_started_beside_it(
    settings: Settings, warehouse: Connection
) -> None:
    airflow = FakeAirflow(scheduled=a_run(INGEST, "success", *ACCOUNTED, end_date=AFTER_NOON))

    assert take_in(settings, warehouse, airflow) == {(INGEST, "scheduled")}
    assert airflow.triggered == []


def test_what_the_schedulers_run_left_in_the_inbox_gets_a_run_of_its_own(
    settings: Settings, warehouse: Connection
) -> None:
    put_into_inbox(settings)
    airflow = FakeAirflow(
        scheduled=a_run(INGEST, "success", *SKIPPED, end_date=AFTER_NOON),
        mine=a_run(INGEST, "success", *ACCOUNTED, end_date=None),
    )
    airflow.hidden = {"mine"}

    assert take_in(settings, warehouse, airflow) == {(INGEST, "mine")}
    assert airflow.triggered == [INGEST]


def test_a_file_no_run_can_take_yet_is_asked_for_once_only(settings: Settings, warehouse: Connection) -> None:
    put_into_inbox(settings)
    airflow = FakeAirflow(mine=a_run(INGEST, "success", *SKIPPED, end_date=None))
    airflow.hidden = {"mine"}

    assert take_in(settings, warehouse, airflow) == set()
    assert airflow.triggered == [INGEST]


def test_with_nothing_new_no_run_is_started_and_earlier_ones_do_not_count(
    settings: Settings, warehouse: Connection
) -> None:
    airflow = FakeAirflow(earlier=a_run(INGEST, "success", *ACCOUNTED, end_date=BEFORE_NOON))
    console = Console(file=io.StringIO(), force_terminal=False, width=200)

    assert take_in(settings, warehouse, airflow, console) == set()
    assert airflow.triggered == []
    assert "không có tệp mới" in console.file.getvalue()  # type: ignore[attr-defined]


def test_an_arrival_left_without_a_verdict_is_taken_up_although_the_inbox_is_empty(
    settings: Settings, warehouse: Connection
) -> None:
    arrive(warehouse, None)
    airflow = FakeAirflow(mine=a_run(INGEST, "success", *ACCOUNTED, end_date=None))
    airflow.hidden = {"mine"}

    assert take_in(settings, warehouse, airflow) == {(INGEST, "mine")}


# -- what the warehouse says -------------------------------------------------------------------------------------------


def arrive(
    warehouse: Connection,
    verdict: str | None,
    *,
    fingerprint: str | None = None,
    answered: bool = True,
    source: str = "agency_reports",
) -> int:
    number: int = warehouse.execute(
        text(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " verdict, answer_name, inbox_fingerprint) values (gen_random_uuid()::text, 'x', 1, 'x', :source,"
            " '2026-06-10', :verdict, :answer, :fingerprint) returning receipt_id"
        ),
        {
            "verdict": verdict,
            "answer": "x" if verdict and answered else None,
            "fingerprint": fingerprint,
            "source": source,
        },
    ).scalar_one()
    return number


def test_verdicts_are_counted_from_the_beginning_of_the_job_whoever_took_the_files_in(warehouse: Connection) -> None:
    arrive(warehouse, "loaded")
    beginning = note_beginning(warehouse)
    for verdict in ("loaded", "loaded", "rejected", None):
        arrive(warehouse, verdict)

    assert count_verdicts(warehouse, beginning) == {"loaded": 2, "rejected": 1}
    assert count_verdicts(warehouse, note_beginning(warehouse)) == {}


def test_what_an_interrupted_job_left_open_counts_for_the_one_that_ends_it(warehouse: Connection) -> None:
    open_one, unanswered = arrive(warehouse, None), arrive(warehouse, "rejected", answered=False)
    arrive(warehouse, "loaded")

    beginning = note_beginning(warehouse)
    warehouse.execute(text("update landing.receipt set verdict = 'loaded' where verdict is null"))

    assert set(beginning.open_receipt_ids) == {open_one, unanswered}
    assert count_verdicts(warehouse, beginning) == {"loaded": 1, "rejected": 1}


def test_progress_tells_landed_decided_and_answered_apart(warehouse: Connection) -> None:
    arrive(warehouse, "loaded")
    beginning = note_beginning(warehouse)
    arrive(warehouse, "loaded")
    arrive(warehouse, "rejected", answered=False)
    arrive(warehouse, None)

    assert read_progress(warehouse, beginning, "agency_reports") == Progress(landed=3, decided=2, answered=1)
    assert read_progress(warehouse, beginning, "another") == Progress(landed=0, decided=0, answered=0)


def test_a_warehouse_nothing_ever_arrived_in_is_told_from_one_with_a_past(warehouse: Connection) -> None:
    assert note_beginning(warehouse).is_first
    arrive(warehouse, "loaded")
    assert not note_beginning(warehouse).is_first


def test_only_inbox_files_never_received_are_waiting(tmp_path: Path, warehouse: Connection) -> None:
    report = tmp_path / "a.xlsx"
    report.write_text("x")
    (tmp_path / "_manifest.csv").write_text("file,received_at")

    assert is_anything_waiting(warehouse, tmp_path, "agency_reports")
    arrive(warehouse, "loaded", fingerprint=inbox_fingerprint(tmp_path, report))
    assert not is_anything_waiting(warehouse, tmp_path, "agency_reports")
    report.write_text("changed")
    assert is_anything_waiting(warehouse, tmp_path, "agency_reports")


# -- what follows ------------------------------------------------------------------------------------------------------


def test_what_lies_in_another_sources_folder_waits_for_that_source_only(tmp_path: Path, warehouse: Connection) -> None:
    (tmp_path / "nso_fdi").mkdir()
    (tmp_path / "nso_fdi" / "a.xlsx").write_text("x")

    assert is_anything_waiting(warehouse, tmp_path, "nso_fdi")
    assert not is_anything_waiting(warehouse, tmp_path, "agency_reports")


def test_a_source_that_answers_nobody_is_done_with_its_verdict(tmp_path: Path, warehouse: Connection) -> None:
    arrive(warehouse, "loaded", answered=False, source="nso_fdi")

    assert not is_anything_waiting(warehouse, tmp_path, "nso_fdi")
    assert note_beginning(warehouse).open_receipt_ids == ()


def due(settings: Settings, airflow: Any, causes: set[tuple[str, str]]) -> list[str]:
    with plain_display().step("x") as step:
        return main_job._runs_due(settings, airflow, main_job.BUILD_DAG, causes, step)


def test_the_run_started_for_our_change_is_the_one_waited_for(settings: Settings) -> None:
    airflow = FakeAirflow(
        other=a_run(main_job.BUILD_DAG, "running", causes=[(INGEST, "yesterday")]),
        ours=a_run(main_job.BUILD_DAG, "queued", causes=[(INGEST, "mine")]),
    )

    assert due(settings, airflow, {(INGEST, "mine")}) == ["ours"]


def test_changes_that_started_several_runs_are_waited_for_in_all_of_them(settings: Settings) -> None:
    airflow = FakeAirflow(
        second=a_run(main_job.BUILD_DAG, "queued", causes=[("ingest_nso_fdi", "its")]),
        first=a_run(main_job.BUILD_DAG, "running", causes=[(INGEST, "mine")]),
    )

    assert due(settings, airflow, {(INGEST, "mine"), ("ingest_nso_fdi", "its")}) == ["first", "second"]


def test_a_change_the_scheduler_lost_is_not_waited_for_when_the_run_has_seen_it(settings: Settings) -> None:
    airflow: Any = FakeAirflow(only=a_run(main_job.BUILD_DAG, "success", causes=[(INGEST, "mine")]))
    causes = {(INGEST, "mine"), ("ingest_wdi_series", "lost")}

    with plain_display().step("x") as step:
        found = main_job._runs_due(settings, airflow, main_job.BUILD_DAG, causes, step, is_caught_up=lambda: True)

    assert (found, airflow.triggered) == (["only"], [])


def test_a_change_the_scheduler_lost_gets_a_run_when_nobody_has_seen_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 30))
    monkeypatch.setattr(main_job.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(main_job.time, "sleep", lambda _: None)
    monkeypatch.setattr(main_job, "_check_service", lambda _: None)
    airflow: Any = FakeAirflow(only=a_run(main_job.BUILD_DAG, "success", causes=[(INGEST, "mine")]))
    causes = {(INGEST, "mine"), ("ingest_wdi_series", "lost")}

    with plain_display().step("x") as step:
        found = main_job._runs_due(settings, airflow, main_job.BUILD_DAG, causes, step, is_caught_up=lambda: False)

    assert found == ["only", "mine"]
    assert airflow.triggered == [main_job.BUILD_DAG]


def test_nothing_new_means_nothing_to_wait_for(settings: Settings) -> None:
    airflow = FakeAirflow(before=a_run(main_job.BUILD_DAG, "success"))

    assert due(settings, airflow, set()) == []
    assert airflow.triggered == []


def test_a_failed_last_build_is_made_good_although_nothing_is_new(settings: Settings) -> None:
    airflow = FakeAirflow(before=a_run(main_job.BUILD_DAG, "failed"))

    assert due(settings, airflow, set()) == ["mine"]
    assert airflow.triggered == [main_job.BUILD_DAG]


def test_a_build_under_way_is_waited_for(settings: Settings) -> None:
    airflow = FakeAirflow(before=a_run(main_job.BUILD_DAG, "running"))

    assert due(settings, airflow, set()) == ["before"]


# -- following ---------------------------------------------------------------------------------------------------------


def test_a_failed_run_is_told_with_its_task_and_the_end_of_the_log(settings: Settings) -> None:
    tasks = (task("land", "success"), task("ingest", "failed", try_number=3), task("account", "upstream_failed"))
    airflow: Any = FakeAirflow(mine=a_run(INGEST, "failed", *tasks))

    with (
        plain_display().step("x") as step,
        pytest.raises(main_job.JobError, match="task ingest, attempt 3") as told,
    ):
        main_job._follow(settings, airflow, INGEST, "mine", main_job._count_tasks(step))

    assert "RuntimeError: sums differ" in str(told.value)
    assert str(settings.logs) in str(told.value)


def test_a_part_of_airflow_that_dies_ends_the_waiting(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = (airflow_service.ComponentState("scheduler", None, settings.logs / "x.log"),)
    monkeypatch.setattr(airflow_service, "status", lambda _: dead)
    airflow: Any = FakeAirflow(mine=a_run(INGEST, "running", task("land", "running")))

    with plain_display().step("x") as step, pytest.raises(PlatformError, match="scheduler"):
        main_job._follow(settings, airflow, INGEST, "mine", main_job._count_tasks(step))


# -- the inbox ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands in for the sample writer; returns where it was asked to write."""
    asked: list[Path] = []

    def write_sample_inbox(folder: Path, period: str) -> int:
        asked.append(folder)
        (folder / f"{period}.xlsx").write_text("x")
        return 1

    monkeypatch.setattr("include.service.sample_inbox.write_sample_inbox", write_sample_inbox)
    return asked


@pytest.mark.long
def test_the_sample_inbox_has_something_for_every_source_where_each_belongs(tmp_path: Path) -> None:
    written = write_sample_inbox(tmp_path, main_job.SAMPLE_PERIOD)

    found = {source.source_id: list_inbox(tmp_path, source) for source in list_sources()}
    assert all(found.values()), found
    assert sum(len(files) for files in found.values()) == written


def test_an_empty_inbox_is_filled_all_at_once(settings: Settings, sample: list[Path]) -> None:
    with plain_display() as display:
        main_job._fill_empty_inbox(settings, display)

    assert [path.name for path in settings.inbox.iterdir()] == ["2026-06T.xlsx"]
    assert sample != [settings.inbox], "written beside the inbox, then moved: no run sees half of it"
    assert [path.name for path in settings.home.iterdir()] == ["inbox"]


def test_what_an_interrupted_start_left_half_written_is_written_anew(settings: Settings, sample: list[Path]) -> None:
    left = settings.home / "inbox.filling"
    left.mkdir(parents=True)
    (left / "half.xlsx").write_text("x")

    with plain_display() as display:
        main_job._fill_empty_inbox(settings, display)

    assert [path.name for path in settings.inbox.iterdir()] == ["2026-06T.xlsx"]


def test_an_inbox_with_a_report_is_left_as_it_is(settings: Settings, sample: list[Path]) -> None:
    settings.inbox.mkdir(parents=True)
    (settings.inbox / "real.xlsx").write_text("x")

    with plain_display() as display:
        main_job._fill_empty_inbox(settings, display)

    assert sample == []


def test_a_file_put_in_just_now_is_given_time_to_be_complete(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(main_job.time, "sleep", waited.append)
    settings.inbox.mkdir(parents=True)
    path = settings.inbox / "new.xlsx"
    path.write_text("x")
    os.utime(path, (1, 1))  # the date of its original says nothing
    written = path.stat().st_ctime

    monkeypatch.setattr(main_job.time, "time", lambda: written + 3600)
    main_job._let_inbox_settle(settings)
    assert waited == [0.0]

    monkeypatch.setattr(main_job.time, "time", lambda: written + 1)
    main_job._let_inbox_settle(settings)
    assert waited[1] == pytest.approx(9.5)


def test_two_main_jobs_do_not_work_at_once(settings: Settings) -> None:
    with (
        main_job._only_once(settings),
        pytest.raises(PlatformError, match="another `make run`"),
        main_job._only_once(settings),
    ):
        pass


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_without_a_terminal_the_progress_is_plain_lines_and_none_is_repeated() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, width=200)
    with Display(console) as display, display.step("Ingest") as step:
        step.count(0, 0, "files")
        step.count(1, 3, "files")
        step.count(1, 3, "files")
        step.count(2, 3)

    lines = [line.split("] ")[1] for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert lines == ["Ingest: 1/3 files", "Ingest: 2/3", "Ingest: xong"]


def test_a_step_that_fails_is_not_shown_as_done() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, width=200)
    with pytest.raises(RuntimeError), Display(console) as display, display.step("Ingest"):
        raise RuntimeError

    assert "xong" not in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_terminal_shows_what_came_of_a_step_and_no_longer_what_it_waited_for() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with Display(console) as display, display.step("Build") as step:
        step.tell("waiting for the scheduler")
        step.conclude("nothing new")

    shown = console.file.getvalue().split("\n")[-2]  # type: ignore[attr-defined]
    assert "nothing new" in shown
    assert "waiting" not in shown


def test_nothing_new_is_said_in_words(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.service.summary.read_leading_indicators", lambda _: ("", []))
    console = Console(file=io.StringIO(), force_terminal=False, width=200)

    print_summary(console, settings, {})

    assert f"Không có tệp mới trong {settings.inbox}" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_missing_indicator_is_not_shown_as_zero(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = {"code": "M01", "name": "Số tin, bài", "value": None, "unit": "tin, bài"}
    indicators = [missing | {"coverage": {"received": 0, "expected": 123}}]
    monkeypatch.setattr("include.service.summary.read_leading_indicators", lambda _: ("2026-06T", indicators))
    monkeypatch.setattr("include.service.summary.count_reports", lambda *_: (114, 123))
    console = Console(file=io.StringIO(), force_terminal=False, width=200)

    print_summary(console, settings, {"loaded": 2, "rejected": 1})

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "Đã xử lý 3 tệp" in shown
    assert "chưa có số liệu" in shown
    assert "0/123" in shown
    assert "đã nhận 114/123 báo cáo phải nộp, còn thiếu 9." in shown


def test_when_every_report_is_there_nobody_is_said_to_be_missing() -> None:
    assert describe_missing("2026-06T", 123, 123) == "Kỳ 2026-06T: đã nhận đủ 123/123 báo cáo phải nộp."


def test_the_finished_extracts_of_the_period_are_named_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "2026-06T").mkdir()
    (tmp_path / "2025-NAM").mkdir()
    for name in ("2026-06T/KPI.xlsx", "2026-06T/KPI.html", "2025-NAM/KPI.xlsx", "2026-06T/.KPI-x1.xlsx"):
        (tmp_path / name).write_text("x")

    assert list_extracts(tmp_path, "2026-06T") == [tmp_path / "2026-06T/KPI.html", tmp_path / "2026-06T/KPI.xlsx"]
    assert list_extracts(tmp_path / "nowhere", "2026-06T") == []


def test_the_list_of_the_late_covers_periods_due_about_now_only() -> None:
    def codes(*moment: int) -> list[str]:
        return [period.code for period in periods_due(datetime(*moment, tzinfo=UTC)) if period.kind != "DX"]

    assert codes(2026, 6, 10) == ["2026-06T"]
    assert codes(2026, 7, 30) == ["2026-06T"]
    assert codes(2026, 9, 1) == []
    assert codes(2026, 11, 22) == ["2026-NAM"]


# -- talking to Airflow ------------------------------------------------------------------------------------------------


class FakePage(http.server.BaseHTTPRequestHandler):
    """Hands out numbered tokens; the first one has expired by the time it is used."""

    tokens: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        self._answer(201, {"access_token": self.tokens[-1]})

    def do_GET(self) -> None:
        accepted = self.headers["Authorization"] == "Bearer token-2"
        self._answer(200 if accepted else 401, {"dags": [{"dag_id": INGEST}], "path": self.path})

    def _answer(self, code: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        pass


@pytest.fixture
def page() -> Iterator[str]:
    FakePage.tokens.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakePage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_expired_token_is_renewed_once_and_a_proxy_is_never_asked(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    airflow = AirflowApi(page, "admin", "x")

    assert airflow.dag_ids() == {INGEST}
    assert airflow.dag_ids() == {INGEST}
    assert FakePage.tokens == ["token-1", "token-2"]


def test_a_run_id_with_a_plus_and_colons_arrives_as_it_is(page: str) -> None:
    airflow = AirflowApi(page, "admin", "x")

    asked = airflow.run(INGEST, "manual__2026-06-10T12:00:00+00:00")["path"]

    assert asked == f"/api/v2/dags/{INGEST}/dagRuns/manual__2026-06-10T12%3A00%3A00%2B00%3A00"
