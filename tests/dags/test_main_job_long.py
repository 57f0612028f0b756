"""The main job from nothing to the extracts, under a real Airflow: what `make run` and `make stop` do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from include.backups.write import run_client
from include.pipeline.schedule import APPROVED, NOT_BEFORE, REASON, REVIEWED
from include.service import airflow_service
from include.service.airflow_api import AirflowApi
from include.service.credentials import load_credentials, passwords_path
from include.settings import Settings
from include.sources.agency_reports.sample import read_expected
from include.warehouse.connect import engine, warehouse_url
from include.warehouse.embedded import EmbeddedServer
from tests.security.canary import CANARY, files_with, secret_reports

pytestmark = pytest.mark.long

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SAMPLE_RUN = "calendar__2026-06T__2026-06-18"


class Platform:
    """A home of its own with the commands that work on it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, inbox=home / "inbox", page_port=18480)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TTDN_")} | {
            "TTDN_HOME": str(home),
            "TTDN_PAGE_PORT": "18480",
            "TTDN_ENV_FILE": os.devnull,
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "include.service.main_job", *words],
            env=self.environment,
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "include.service.main_job", *words]
        return subprocess.Popen(command, env=self.environment, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL)

    def run(self) -> str:
        done = self.command("run")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def count(self, question: str) -> dict[str, int]:
        with engine(warehouse_url(self.settings)).connect() as connection:
            return {row[0]: row[1] for row in connection.execute(text(question))}

    def verdicts(self) -> dict[str, int]:
        return self.count("select verdict, count(*) from landing.receipt group by verdict")

    def api(self) -> AirflowApi:
        password = load_credentials(self.settings.secrets).admin_password
        return AirflowApi(airflow_service.current_page_url(self.settings), "admin", password)


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    home = Path(tempfile.mkdtemp(prefix="ttdn-main-job-"))
    home.chmod(0o711)  # the database's account has to pass through when root runs the tests
    platform = Platform(home)
    try:
        yield platform
    finally:
        platform.command("stop")
        EmbeddedServer(home).remove()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def first_run(platform: Platform) -> str:
    return platform.run()


def service_processes(platform: Platform) -> list[psutil.Process]:
    leaders = [psutil.Process(state.pid) for state in airflow_service.status(platform.settings) if state.pid]
    return leaders + [child for leader in leaders for child in leader.children(recursive=True)]


def database_process(platform: Platform) -> psutil.Process:
    folder = EmbeddedServer(platform.settings.home).data_path
    assert folder is not None
    return psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))


def test_the_first_run_ends_with_every_sample_file_in_its_expected_verdict(platform: Platform, first_run: str) -> None:
    expected = Counter(file.verdict for file in read_expected() if file.period_code == "2026-06T")
    of_source = "select verdict, count(*) from landing.receipt where source_id {} 'agency_reports' group by verdict"

    assert platform.count(of_source.format("=")) == expected
    feeds = platform.count(of_source.format("<>"))
    assert set(feeds) == {"loaded"}
    together = expected + Counter(feeds)
    for verdict, count in together.items():
        assert re.search(rf"\b{count}\s+{verdict}\b", first_run), verdict
    assert f"Đã xử lý {together.total()} tệp" in first_run
    sources = platform.count("select source_id, 1 from landing.receipt group by source_id")
    assert len(platform.api().latest_runs("build_indicators")) <= len(sources), "a drop of a source at once"


def test_it_says_how_many_reports_are_missing(platform: Platform, first_run: str) -> None:
    told = re.search(r"đã nhận (\d+)/123 báo cáo phải nộp, còn thiếu (\d+)\.", first_run)

    assert told is not None
    assert int(told[1]) + int(told[2]) == 123


def test_it_shows_indicators_extracts_and_the_page(platform: Platform, first_run: str) -> None:
    extracts = [path for path in platform.settings.extracts.rglob("*") if path.suffix in (".xlsx", ".html")]

    assert "P01" in first_run
    assert {path.suffix for path in extracts} == {".xlsx", ".html"}
    assert str(platform.settings.extracts) in first_run
    assert "http://127.0.0.1:" in first_run
    assert load_credentials(platform.settings.secrets).admin_password not in first_run


def test_every_file_was_answered(platform: Platform, first_run: str) -> None:
    unanswered = platform.count(
        "select receipt_number, 1 from landing.receipt where answer_name is null and source_id = 'agency_reports'"
    )

    assert unanswered == {}


def test_everything_listens_on_loopback_only(platform: Platform, first_run: str) -> None:
    listening = [
        connection.laddr.ip
        for process in service_processes(platform)
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]

    assert listening
    assert set(listening) == {"127.0.0.1"}


def test_nobody_without_the_password_sees_or_starts_anything(platform: Platform, first_run: str) -> None:
    url = airflow_service.current_page_url(platform.settings)
    for path in ("/api/v2/dags", "/api/v2/importErrors", "/api/v2/plugins", "/api/v2/connections", "/ui/config"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url + path, timeout=20)  # noqa: S310 loopback, http
        assert refused.value.code == 401, path


def answer(platform: Platform, account: str, task_id: str, option: str, **fields: str | None) -> None:
    """Answer a question of the sample's release as that account of the page, a while after it was put as people do.

    An answer while the process that put the question is still ending makes Airflow 3.3 take the task for lost, and ask
    once more.
    """
    time.sleep(6)
    password = json.loads(passwords_path(platform.settings.secrets).read_text())[account]
    page = AirflowApi(airflow_service.current_page_url(platform.settings), account, password)
    page.answer("release_edition", SAMPLE_RUN, task_id, option, **{REASON: None, **fields})


def wait_for_task(platform: Platform, task_id: str, state: str) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        tasks = {
            task["task_id"]: task["state"] for task in platform.api().task_instances("release_edition", SAMPLE_RUN)
        }
        if tasks[task_id] == state:
            return
        assert "failed" not in tasks.values(), tasks
        time.sleep(0.5)
    raise AssertionError(f"{task_id} is not {state}: {tasks}")


def test_the_sample_s_release_waits_for_two_people_and_goes_on_when_both_have_answered(
    platform: Platform, first_run: str
) -> None:
    editions = "select release_code || '/' || edition_number, 1 from release.edition where is_late"
    wait_for_task(platform, "ask_review", "awaiting_input")
    assert platform.count(editions) == {"2026-06T/1": 1}
    for account in ("admin", "nguoi-duyet"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            answer(platform, account, "ask_review", REVIEWED)

    answer(platform, "nguoi-soat", "ask_review", REVIEWED)
    wait_for_task(platform, "ask_approval", "awaiting_input")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        answer(platform, "nguoi-soat", "ask_approval", APPROVED)
    # An answer has every field that was asked for.
    answer(platform, "nguoi-duyet", "ask_approval", APPROVED, **{NOT_BEFORE: "20/06/2126 08:00"})
    wait_for_task(platform, "deliver", "success")

    assert platform.count("select decision || ' ' || decided_by, 1 from release.decision") == {
        "reviewed nguoi-soat": 1,
        "approved nguoi-duyet": 1,
    }


def test_a_second_run_does_nothing_again(platform: Platform, first_run: str) -> None:
    before, builds = platform.verdicts(), len(platform.api().latest_runs("build_indicators"))

    shown = platform.run()

    assert "Không có tệp mới" in shown
    assert platform.verdicts() == before
    assert len(platform.api().latest_runs("build_indicators")) == builds


def test_only_what_is_new_is_taken_in(platform: Platform, first_run: str) -> None:
    before = platform.verdicts()
    reports = [file for file in read_expected() if file.period_code == "2026-06T"]
    sent_by = Counter(file.unit_code for file in reports)
    # Of a body that sent one report: the bytes before a revision take that revision back.
    sent = next(file for file in reports if file.verdict == "loaded" and sent_by[file.unit_code] == 1)
    again = platform.settings.inbox / f"sent-again{Path(sent.file).suffix}"
    shutil.copy(platform.settings.inbox / sent.file, again)

    shown = platform.run()

    assert "Đã xử lý 1 tệp" in shown
    assert platform.verdicts() == before | {"duplicate": before.get("duplicate", 0) + 1}


def test_of_a_secret_file_nothing_is_left_in_airflow_either(platform: Platform, first_run: str, tmp_path: Path) -> None:
    refused = "select receipt_number, 1 from landing.receipt where verdict = 'refused_secret'"
    before = platform.count(refused)
    sent = secret_reports(tmp_path / "sent")
    for report in sent:
        shutil.move(report, platform.settings.inbox / report.name)

    shown = platform.run()

    # All but the list of people, refused for that, and the one cut off, which may still be on its way.
    others = ("2.xlsx", "7.xlsx")
    assert len(platform.count(refused)) - len(before) == sum(not each.name.endswith(others) for each in sent)
    for report in sent:
        (platform.settings.inbox / report.name).unlink()
    server = EmbeddedServer(platform.settings.home)
    for database in ("ttdn", "airflow"):
        # Its runs, what tasks handed on, what they were called with.
        run_client(server.url(database), "pg_dump", "--format=plain", f"--file={tmp_path / database}.sql")
    assert CANARY not in shown
    assert [str(path) for folder in (tmp_path, platform.settings.home) for path in files_with(folder, CANARY)] == []
    assert (tmp_path / "airflow.sql").read_text(encoding="utf-8").count("ingest_agency_reports") > 3


def test_after_the_scheduler_was_killed_the_next_run_mends_it(platform: Platform, first_run: str) -> None:
    scheduler = next(state for state in airflow_service.status(platform.settings) if state.name == "scheduler")
    assert scheduler.pid is not None
    workers = psutil.Process(scheduler.pid).children(recursive=True)
    assert workers
    psutil.Process(scheduler.pid).kill()

    platform.run()

    assert not [worker for worker in workers if worker.is_running()]
    assert all(state.pid for state in airflow_service.status(platform.settings))


def test_after_everything_was_killed_at_work_the_next_run_ends_what_was_begun(
    platform: Platform, first_run: str
) -> None:
    sent = [file for file in read_expected() if file.period_code == "2026-06T" and file.verdict == "loaded"][:20]
    before = sum(platform.verdicts().values())
    for file in sent:
        again = platform.settings.inbox / f"resaved-{file.file}"
        shutil.copy(platform.settings.inbox / file.file, again)
        with again.open("ab") as bytes_of_file:
            bytes_of_file.write(b"\0")  # other bytes, so that the file has to be read again
    interrupted = platform.begin("run")
    unfinished = "select verdict, 1 from landing.receipt where verdict is null"
    while sum(platform.verdicts().values()) == before:
        time.sleep(0.2)
    assert platform.count(unfinished), "killed before the verdicts"
    for process in (psutil.Process(interrupted.pid), *service_processes(platform), database_process(platform)):
        process.kill()
    interrupted.wait()

    shown = platform.run()

    assert "Đã xử lý 20 tệp" in shown
    assert platform.count(unfinished) == {}


def test_stopping_leaves_nothing_behind_and_starting_again_keeps_everything(platform: Platform, first_run: str) -> None:
    before, processes = platform.verdicts(), service_processes(platform)

    assert platform.command("stop").returncode == 0

    end = time.monotonic() + 10
    while any(process.is_running() for process in processes) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [process for process in processes if process.is_running()]
    assert not EmbeddedServer(platform.settings.home).is_running()
    assert platform.command("status").returncode == 1
    assert platform.command("stop").returncode == 0

    platform.run()
    assert platform.verdicts() == before
