"""The main job, as `make run` starts it: everything up, what is in the inbox through the real scheduler, results shown.

`python -m include.service.main_job run | stop | status | airflow ARGUMENTS…`
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import time
import urllib.error
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from include.errors import PlatformError
from include.service import airflow_service
from include.service.airflow_api import AirflowApi
from include.service.airflow_service import ServiceError
from include.service.credentials import ADMIN_USER, load_credentials, passwords_path
from include.service.display import Display, Step
from include.settings import PROJECT_ROOT, Settings, load_settings
from include.sources import list_sources

BUILD_DAG = "build_indicators"
RELEASE_DAG = "release_extracts"
SAMPLE_PERIOD = "2026-06T"

_POLL_SECONDS = 0.4
_SETTLING_SECONDS = 2.5
"""The inbox leaves alone what was touched in the last two seconds; asked earlier, a run would find nothing."""
_STALL_SECONDS = 1800
_ENDED = {"success", "failed"}
_TASK_ENDED = {"success", "failed", "skipped", "upstream_failed", "removed"}


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of one DAG that the main job followed."""

    dag_id: str
    run_id: str
    state: str
    tasks: tuple[dict[str, Any], ...]


class JobError(PlatformError):
    """A DAG run of the main job failed; `found` holds the end of the failing task's log."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command named in the arguments; 0 when it worked, 1 when it did not, 2 for a usage error."""
    parser = argparse.ArgumentParser(prog="python -m include.service.main_job", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything and take in what is new in the inbox")
    commands.add_parser("stop", help="stop Airflow and the embedded PostgreSQL")
    commands.add_parser("status", help="what runs, where its page and its logs are")
    commands.add_parser("airflow", help="Airflow's own command line, with this platform's settings", add_help=False)
    asked, passed_on = parser.parse_known_args(arguments)
    if passed_on and asked.command != "airflow":
        parser.error(f"unknown arguments: {' '.join(passed_on)}")

    console = Console(width=None if sys.stdout.isatty() else 120)
    try:
        settings = load_settings()
        match asked.command:
            case "run":
                return run(settings, console)
            case "stop":
                return stop(settings, console)
            case "status":
                return show_status(settings, console)
            case _:
                return run_airflow(settings, passed_on)
    except PlatformError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nInterrupted. What was started keeps running; `make stop` stops it.")
        return 130


def run(settings: Settings, console: Console) -> int:
    """Do the whole main job; 0 when every run it started or waited for succeeded."""
    from include.service.summary import print_summary

    with _only_once(settings), Display(console) as display:
        begun_at = datetime.now(UTC)
        api = _start_everything(settings, display)
        runs = _take_in_inbox(settings, api, display, begun_at)
    print_summary(console, settings, count_verdicts(api, runs))
    _print_page(console, settings, api.page_url)
    return 0


def stop(settings: Settings, console: Console) -> int:
    """Stop Airflow and the embedded server; 0 also when nothing was running."""
    stopped = airflow_service.stop(settings, tell=lambda text: console.print(f"{text} …"))
    console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Airflow was not running.")
    return 0


def show_status(settings: Settings, console: Console) -> int:
    """Print what runs; 0 when all of Airflow does."""
    states = airflow_service.status(settings)
    for state in states:
        console.print(f"{state.name:14} {f'process {state.pid}' if state.pid else 'not running':18} {state.log}")
    is_running = all(state.pid for state in states)
    if is_running:
        _print_page(console, settings, airflow_service.current_page_url(settings))
    return 0 if is_running else 1


def run_airflow(settings: Settings, arguments: Sequence[str]) -> int:
    """Run one command of Airflow's own command line in the service's environment; its exit code."""
    environment = airflow_service.command_environment(settings)
    command = (*airflow_service.airflow_command(), *arguments)
    return subprocess.run(command, env=environment, cwd=settings.airflow_home, check=False).returncode


def count_verdicts(api: AirflowApi, runs: Sequence[JobRun]) -> Counter[str]:
    """Add up the verdict counts that the ingest tasks of these runs returned."""
    verdicts: Counter[str] = Counter()
    for job_run in runs:
        for task in job_run.tasks:
            if task["task_id"] in ("ingest", "account") and task["state"] == "success":
                verdicts.update(api.returned(job_run.dag_id, job_run.run_id, task["task_id"], task["map_index"]) or {})
    return verdicts


def _start_everything(settings: Settings, display: Display) -> AirflowApi:
    """Start Airflow while the warehouse and the inbox are prepared: neither needs the other, both take seconds."""
    with ThreadPoolExecutor(max_workers=1) as beside:

        def start_airflow() -> AirflowApi:
            with display.step("Airflow") as step:
                api = airflow_service.start(settings, tell=step.tell)
                _wait_for_dags(settings, api, step)
                return api

        starting = beside.submit(start_airflow)
        with display.step("Warehouse") as step:
            step.tell("tables and reference data")
            is_unused = _prepare_warehouse(settings)
        if is_unused:
            _fill_empty_inbox(settings, display)
        return starting.result()


def _take_in_inbox(settings: Settings, api: AirflowApi, display: Display, begun_at: datetime) -> list[JobRun]:
    """Follow the reports from the inbox to the extracts; return the runs that took them there."""
    runs = []
    changed: set[tuple[str, str]] = set()
    settled_at = max(begun_at, _let_inbox_settle(settings))
    for source in list_sources():
        dag_id = f"ingest_{source.source_id}"
        with display.step(f"Ingest {source.source_id}") as step:
            run_id = _run_that_sees(api, dag_id, settled_at) or api.trigger(dag_id)
            runs.append(_follow(settings, api, dag_id, run_id, step))
        if any(task["task_id"] == "account" and task["state"] == "success" for task in runs[-1].tasks):
            changed.add((dag_id, run_id))
    for dag_id, title in ((BUILD_DAG, "Build indicators"), (RELEASE_DAG, "Write extracts")):
        with display.step(title) as step:
            due = _runs_due(settings, api, dag_id, changed, step)
            runs += [_follow(settings, api, dag_id, run_id, step) for run_id in due]
            if not due:
                step.tell("up to date")
            changed = {(dag_id, run_id) for run_id in due}
    return runs


def _runs_due(settings: Settings, api: AirflowApi, dag_id: str, causes: set[tuple[str, str]], step: Step) -> list[str]:
    """Runs of `dag_id` to wait for: those started for `causes`, those under way; a failed last run is started again.

    An interrupted or failed earlier job leaves a mart behind its observations: it is caught up here.
    """
    step.tell("waiting for the scheduler")
    end = time.monotonic() + 60
    while causes:
        for latest in api.latest_runs(dag_id):
            if causes & api.caused_by(dag_id, latest["dag_run_id"]):
                return [latest["dag_run_id"]]
        if time.monotonic() > end:
            raise ServiceError(
                where=dag_id,
                found="no run within 60 s of the change it waits for",
                expected="a run started by the scheduler",
                remedy=f"Look at the DAG on {api.page_url}; is it paused?",
            )
        _check_service(settings)
        time.sleep(_POLL_SECONDS)
    latest_runs = api.latest_runs(dag_id, limit=1)
    if latest_runs and latest_runs[0]["state"] == "failed":
        return [api.trigger(dag_id)]
    return [each["dag_run_id"] for each in latest_runs if each["state"] not in _ENDED]


def _follow(settings: Settings, api: AirflowApi, dag_id: str, run_id: str, step: Step) -> JobRun:
    """Wait for a run to end, showing its tasks. Raises JobError with the end of the log when it failed."""
    seen: object = None
    stalled_at = time.monotonic() + _STALL_SECONDS
    while True:
        state = api.run(dag_id, run_id)["state"]
        tasks = api.task_instances(dag_id, run_id)
        if (now_seen := [(task["task_id"], task["map_index"], task["state"]) for task in tasks]) != seen:
            seen, stalled_at = now_seen, time.monotonic() + _STALL_SECONDS
        step.count(sum(task["state"] in _TASK_ENDED for task in tasks), len(tasks))
        if state in _ENDED:
            break
        _check_service(settings)
        if time.monotonic() > stalled_at:
            raise ServiceError(
                where=f"{dag_id}, run {run_id}",
                found=f"no task began or ended for {_STALL_SECONDS // 60} minutes",
                expected="progress",
                remedy=f"Look at the run on {api.page_url} and at the logs below {settings.logs}.",
            )
        time.sleep(_POLL_SECONDS)
    if state == "failed":
        raise _failure(settings, api, dag_id, run_id, tasks)
    return JobRun(dag_id, run_id, state, tuple(tasks))


def _failure(
    settings: Settings, api: AirflowApi, dag_id: str, run_id: str, tasks: Sequence[dict[str, Any]]
) -> JobError:
    failed = next((task for task in tasks if task["state"] == "failed"), None)
    if failed is None:
        where, tail = f"{dag_id}, run {run_id}", ["no task of it failed; see the scheduler's log"]
    else:
        where = f"{dag_id}, task {failed['task_id']}, attempt {failed['try_number']}"
        try:
            tail = api.task_log(failed)[-30:]
        except (urllib.error.URLError, KeyError, ValueError) as error:
            tail = [f"its log could not be read ({error})"]
    return JobError(
        where=where,
        found="a failure\n  " + "\n  ".join(tail) + "\n",
        expected="a run that succeeds",
        remedy=f"Logs are below {settings.logs / 'tasks'}; the run is on {api.page_url}/dags/{dag_id}. "
        "After mending the cause run `make run` again: it goes on where this stopped.",
    )


def _run_that_sees(api: AirflowApi, dag_id: str, settled_at: datetime) -> str | None:
    """A run of the scheduler's own that looked, or will look, into the inbox when everything was there.

    Airflow begins the first scheduled run as soon as it knows the DAG; a second one behind it would find nothing.
    """
    for latest in api.latest_runs(dag_id, limit=3):
        landing = [task for task in api.task_instances(dag_id, latest["dag_run_id"]) if task["task_id"] == "land"]
        has_begun_early = any(
            task["start_date"] and datetime.fromisoformat(task["start_date"]) < settled_at for task in landing
        )
        if landing and not has_begun_early:
            return str(latest["dag_run_id"])
    return None


def _wait_for_dags(settings: Settings, api: AirflowApi, step: Step) -> None:
    """Wait until every DAG the job needs is known: an asset change nobody listens to yet would be lost."""
    wanted = {f"ingest_{source.source_id}" for source in list_sources()} | {BUILD_DAG, RELEASE_DAG}
    step.tell("reading the DAGs")
    end = time.monotonic() + airflow_service.READY_SECONDS
    while missing := wanted - api.dag_ids():
        errors = api.import_errors()
        if errors or time.monotonic() > end:
            raise ServiceError(
                where="the DAGs",
                found="\n".join(f"{file}:\n{trace}" for file, trace in errors) or "nothing",
                expected=", ".join(sorted(missing)),
                remedy=f"Mend the file named, or read {airflow_service.component_log(settings, 'dag-processor')}.",
            )
        _check_service(settings)
        time.sleep(_POLL_SECONDS)


def _check_service(settings: Settings) -> None:
    for state in airflow_service.status(settings):
        if state.pid is None:
            raise airflow_service.ended_by_itself(state)


def _prepare_warehouse(settings: Settings) -> bool:
    """Bring the warehouse up to this checkout; return whether nothing has ever arrived in it."""
    from sqlalchemy import text

    from include.pipeline.prepare import prepare_warehouse
    from include.warehouse.connect import engine, warehouse_url

    warehouse = engine(warehouse_url(settings))
    prepare_warehouse(warehouse)
    with warehouse.connect() as connection:
        return not connection.execute(text("select exists (select from landing.receipt)")).scalar_one()


def _fill_empty_inbox(settings: Settings, display: Display) -> None:
    """Put a synthetic half-year into an inbox that is empty, all files at once or none.

    Only ever for a warehouse nothing has arrived in: real figures must not be joined by invented ones.
    """
    from include.sources.agency_reports.sample import write_sample

    settings.inbox.mkdir(parents=True, exist_ok=True)
    if any(settings.inbox.iterdir()):
        return
    with display.step("Sample reports") as step:
        step.tell(f"the inbox is empty: writing a synthetic {SAMPLE_PERIOD}")
        filling = settings.inbox.with_name(settings.inbox.name + ".filling")
        shutil.rmtree(filling, ignore_errors=True)
        filling.mkdir()
        sample = write_sample(filling, SAMPLE_PERIOD)
        settings.inbox.rmdir()
        filling.rename(settings.inbox)
        step.count(len(sample.files), len(sample.files))
        step.tell(str(settings.inbox))


def _let_inbox_settle(settings: Settings) -> datetime:
    """Wait until what was put into the inbox last counts as complete; return since when it does."""
    newest = max((path.stat().st_mtime for path in settings.inbox.rglob("*") if path.is_file()), default=0.0)
    time.sleep(min(_SETTLING_SECONDS, max(0.0, newest + _SETTLING_SECONDS - time.time())))
    return datetime.fromtimestamp(newest + _SETTLING_SECONDS, UTC)


@contextmanager
def _only_once(settings: Settings) -> Iterator[None]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "main-job.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServiceError(
                where=str(settings.home),
                found="another `make run` at work",
                expected="one at a time",
                remedy="Wait for it to end.",
            ) from error
        yield


def _print_page(console: Console, settings: Settings, url: str) -> None:
    load_credentials(settings.secrets)
    passwords = passwords_path(settings.secrets)
    console.print(f"\nAirflow: {url}  (user {ADMIN_USER}; its password is in {passwords})", soft_wrap=True)
    console.print("It keeps running and looks into the inbox every 15 minutes. `make stop` stops it.", soft_wrap=True)


if __name__ == "__main__":
    os.chdir(PROJECT_ROOT)
    sys.exit(main())
