"""A real Airflow loses its parts in the middle of a load: it is noticed in time, and the load is done once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from sqlalchemy import text

from include.service import airflow_service
from include.service.credentials import load_credentials
from include.settings import PROJECT_ROOT, Settings
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from tests.sources.reports import write_report

SETTINGS = (
    "CORE__EXECUTOR",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT",
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL",
    "WORKERS__MIN_HEARTBEAT_INTERVAL",
    "WORKERS__MAX_FAILED_HEARTBEATS",
    "WORKERS__EXECUTION_API_RETRIES",
    "WORKERS__EXECUTION_API_RETRY_WAIT_MIN",
    "WORKERS__EXECUTION_API_RETRY_WAIT_MAX",
)
OUTAGE_SECONDS = 120


# --- what is set --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("stated")
    settings = Settings(home=home, inbox=home / "inbox")
    environment = airflow_service.airflow_environment(
        settings, load_credentials(settings.secrets), metadata_url="postgresql://x/y", port=18080
    )
    return {name: environment[f"AIRFLOW__{name}"] for name in SETTINGS}


def test_a_call_outlasts_an_outage_of_two_minutes_and_the_scheduler_waits_longer_still(stated: dict[str, str]) -> None:
    longest = float(stated["WORKERS__EXECUTION_API_RETRY_WAIT_MAX"])
    retries = int(stated["WORKERS__EXECUTION_API_RETRIES"])
    shortest = float(stated["WORKERS__EXECUTION_API_RETRY_WAIT_MIN"])
    silence = int(stated["SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"])

    assert shortest * (retries - 1) > OUTAGE_SECONDS
    # One heartbeat before the outage, the outage, one sleep between two calls, and room for the scheduler's own turns.
    assert silence > OUTAGE_SECONDS + int(stated["WORKERS__MIN_HEARTBEAT_INTERVAL"]) + longest + 30


def test_both_ways_to_run_it_set_the_same(stated: dict[str, str]) -> None:
    composed = yaml.safe_load((PROJECT_ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    scheduler = composed["services"]["airflow-scheduler"]["environment"]

    assert {name: float(scheduler[f"AIRFLOW__{name}"]) for name in SETTINGS[1:]} == {
        name: float(stated[name]) for name in SETTINGS[1:]
    }
    assert scheduler["AIRFLOW__CORE__EXECUTOR"] == stated["CORE__EXECUTOR"]


READ = """
import os, signal, time
from airflow.configuration import conf
from airflow.executors.executor_loader import ExecutorLoader
from airflow.sdk.api import client

def work(workload, **_):
    open(workload, "w").close()
    time.sleep(60)

class Workload(str):
    running_state = None
    display_name = key = property(lambda self: str(self))

executor = ExecutorLoader.get_default_executor()
print("SET", client.API_RETRIES, conf.getint("scheduler", "task_instance_heartbeat_timeout"))
from airflow.executors.base_executor import BaseExecutor
BaseExecutor.run_workload = staticmethod(work)
executor.parallelism = 2
executor.start()
held, failed = Workload(os.environ["HELD"]), []
executor.fail = lambda key, info=None: failed.append((str(key), info))
executor.queued_tasks[held] = held
executor._process_workloads([held])
while not os.path.exists(held):
    time.sleep(0.05)
executor.sync()
print("NOTHING", failed)
[worker] = [pid for pid, key in executor._held.items() if key == held]
os.kill(worker, signal.SIGKILL)
executor.workers[worker].join()
executor.sync()
print("NOTICED", [key == held for key, _ in failed], f"its worker {worker} died" == failed[0][1])
for process in executor.workers.values():
    process.kill()
os._exit(0)
"""


def test_airflow_reads_these_settings_and_its_executor_notices_a_killed_worker_at_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, inbox=tmp_path / "inbox")
    environment = airflow_service.airflow_environment(
        settings, load_credentials(settings.secrets), metadata_url="postgresql+psycopg2://x@127.0.0.1:1/y", port=18080
    )
    read = subprocess.run(
        [sys.executable, "-c", READ],
        env=environment | {"HELD": str(tmp_path / "held")},
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    said = [line for line in read.stdout.splitlines() if line.startswith(("SET", "NOTHING", "NOTICED"))]
    assert said == ["SET 60 240", "NOTHING []", "NOTICED [True] True"], read.stdout + read.stderr


# --- a real Airflow -----------------------------------------------------------------------------------------------


class Platform:
    """The whole platform in a folder of its own; every load stops before its commit until it is let on."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, inbox=home / "inbox", page_port=18680)
        self.sign = home / "go"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TTDN_")} | {
            "TTDN_HOME": str(home),
            "TTDN_PAGE_PORT": "18680",
            "TTDN_ENV_FILE": os.devnull,
            "TTDN_FAULT": f"promote_before_commit!wait:{self.sign}",
        }

    def begin(self, word: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "include.service.main_job", word]
        return subprocess.Popen(
            command,
            env=self.environment,
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self) -> None:
        job = self.begin("run")
        told, _ = job.communicate(timeout=900)
        assert job.returncode == 0, told

    def receive(self, unit_code: str) -> tuple[subprocess.Popen[str], psutil.Process]:
        """Put a report into the inbox and start the main job; it, and the task once it stands before its commit."""
        for path in (self.sign, self.reached):
            path.unlink(missing_ok=True)
        self.settings.inbox.mkdir(exist_ok=True)
        report = write_report(self.settings.home / f"{unit_code}.xlsx", unit_code)
        os.utime(report, (1_700_000_000, 1_700_000_000))
        shutil.move(report, self.settings.inbox)
        job = self.begin("run")
        self.wait(self.reached.exists, 600)
        return job, psutil.Process(int(self.reached.read_text()))

    def let_on(self) -> None:
        self.sign.touch()

    @property
    def reached(self) -> Path:
        return self.sign.with_name("go.reached")

    def ask(self, database: str, query: str) -> list[tuple[Any, ...]]:
        with engine(EmbeddedServer(self.settings.home).url(database)).connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def newest_try(self) -> tuple[str, int]:
        """State and number of the try of the load begun last."""
        [row] = self.ask(
            "airflow",
            "select state, try_number from task_instance where dag_id = 'ingest_agency_reports' and task_id = 'ingest'"
            " and map_index >= 0 order by queued_dttm desc nulls last limit 1",
        )
        return row[0], row[1]

    def wait(self, holds: Callable[[], bool], seconds: float) -> float:
        """Wait until it holds; how long that took."""
        started = time.monotonic()
        while not holds():
            assert time.monotonic() - started < seconds, "it did not come to that in time"
            time.sleep(0.2)
        return time.monotonic() - started

    def loads(self, unit_code: str) -> list[tuple[Any, ...]]:
        """Verdicts of the unit's arrivals with rows promoted and rows there."""
        return self.ask(
            "ttdn",
            "select r.verdict, s.revision_number, s.promoted_count = (select count(*) from warehouse.observation as o"
            " where o.submission_id = s.submission_id) from landing.receipt as r left join warehouse.submission as s"
            f" using (submission_id) where r.original_name = '{unit_code}.xlsx'",
        )

    def process(self, name: str) -> psutil.Process:
        [pid] = [state.pid for state in airflow_service.status(self.settings) if state.name == name]
        assert pid is not None
        return psutil.Process(pid)


LOADED_ONCE = [("loaded", 1, True)]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    home = Path(tempfile.mkdtemp(prefix="ttdn-airflow-killed-"))
    home.chmod(0o711)
    platform = Platform(home)
    try:
        yield platform
    finally:
        platform.begin("stop").wait(120)
        EmbeddedServer(home).remove()
        shutil.rmtree(home, ignore_errors=True)


def ended(job: subprocess.Popen[str]) -> str:
    told, _ = job.communicate(timeout=900)
    return told


@pytest.mark.long
def test_a_lost_worker_is_noticed_within_90_seconds_and_its_load_done_once(
    platform: Platform, record_property: Callable[[str, object], None]
) -> None:
    job, task = platform.receive("28249")
    supervisor = task.parent()
    assert supervisor is not None
    platform.reached.unlink()

    supervisor.kill()
    task.kill()
    noticed = platform.wait(lambda: platform.newest_try() != ("running", 1), 90)
    resumed = noticed + platform.wait(platform.reached.exists, 120)
    platform.let_on()
    told = ended(job)

    record_property("trials", f"F02: noticed after {noticed:.1f} s, tried again after {resumed:.1f} s")
    assert job.returncode == 0, told
    assert platform.loads("28249") == LOADED_ONCE


@pytest.mark.long
@pytest.mark.parametrize("way", [signal.SIGSTOP, signal.SIGKILL])
def test_a_load_outlives_two_minutes_without_the_api_server(
    platform: Platform, record_property: Callable[[str, object], None], way: signal.Signals
) -> None:
    unit_code = {signal.SIGSTOP: "28261", signal.SIGKILL: "28270"}[way]
    job, task = platform.receive(unit_code)
    server = platform.process("api-server")

    server.send_signal(way)
    time.sleep(OUTAGE_SECONDS)
    assert platform.newest_try() == ("running", 1)
    assert task.is_running()
    if way == signal.SIGSTOP:
        server.send_signal(signal.SIGCONT)
    job.kill()
    job.wait()
    platform.let_on()
    platform.run()

    record_property("trials", f"F05: {OUTAGE_SECONDS} s without the API server ({way.name}), 1 try")
    assert platform.newest_try() == ("success", 1)
    assert platform.loads(unit_code) == LOADED_ONCE


@pytest.mark.long
def test_a_killed_scheduler_is_followed_by_one_that_ends_the_load_once(
    platform: Platform, record_property: Callable[[str, object], None]
) -> None:
    job, _ = platform.receive("28273")
    runs = platform.ask("airflow", "select count(*) from dag_run where dag_id = 'ingest_agency_reports'")

    platform.process("scheduler").kill()
    ended(job)
    platform.let_on()
    started = time.monotonic()
    platform.run()

    record_property("trials", f"F04: the load done {time.monotonic() - started:.0f} s after the new start")
    assert platform.loads("28273") == LOADED_ONCE
    assert platform.ask("airflow", "select count(*) from dag_run where dag_id = 'ingest_agency_reports'") == runs


@pytest.mark.long
def test_after_everything_was_killed_a_new_start_ends_the_load_once(
    platform: Platform, record_property: Callable[[str, object], None]
) -> None:
    job, _ = platform.receive("28285")
    leaders = [platform.process(name) for name in airflow_service.COMPONENTS]
    folder = EmbeddedServer(platform.settings.home).data_path
    assert folder is not None
    database = psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
    everything = [psutil.Process(job.pid), *leaders, database]

    for process in [*everything, *(child for each in everything for child in each.children(recursive=True))]:
        if process.is_running():
            process.kill()
    job.wait()
    platform.let_on()
    started = time.monotonic()
    platform.run()

    record_property("trials", f"F03: the load done {time.monotonic() - started:.0f} s after the new start")
    assert platform.loads("28285") == LOADED_ONCE
