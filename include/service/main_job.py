"""The main job, as `make run` starts it: everything up, what is in the inbox through the real scheduler, results shown.

`python -m include.service.main_job run | stop | status | airflow ARGUMENTS…`
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console

from include.errors import PlatformError
from include.indicators.marts import is_current
from include.service import airflow_service
from include.service.airflow_api import AirflowApi
from include.service.airflow_service import ServiceError
from include.service.arrivals import Beginning, count_verdicts, is_anything_waiting, note_beginning, read_progress
from include.service.credentials import ADMIN_USER, load_credentials, passwords_path
from include.service.display import Display, Step
from include.settings import PROJECT_ROOT, Settings, load_settings
from include.sources import list_sources, load_source

if TYPE_CHECKING:
    from sqlalchemy import Connection

BUILD_DAG = "build_indicators"
RELEASE_DAG = "release_extracts"
EDITION_DAG = "release_edition"
SAMPLE_PERIOD = "2026-06T"

_POLL_SECONDS = 0.4
_COUNT_SECONDS = 1.0
_STALL_SECONDS = 1800
_FIRST_EDITION_SECONDS = 10
"""How long the job waits for the draft of the sample's release; it is made in any case."""
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
        console.print("\nĐã ngắt. Những gì đã khởi động vẫn chạy tiếp; dừng bằng lệnh `make stop`.")
        return 130


def run(settings: Settings, console: Console) -> int:
    """Do the whole main job; 0 when every run it started or waited for succeeded."""
    from include.service.summary import print_releases, print_summary

    with _only_once(settings), _lost_parts_told(settings), Display(console) as display:
        begun_at = datetime.now(UTC)
        api, beginning, is_sample = _start_everything(settings, display)
        _take_in_inbox(settings, api, display, beginning, begun_at)
        if is_sample:
            _begin_sample_release(api, display)
    with _warehouse(settings) as connection:
        verdicts = count_verdicts(connection, beginning)
    print_summary(console, settings, verdicts)
    print_releases(console, settings, api.page_url)
    _print_page(console, settings, api.page_url)
    return 0


def stop(settings: Settings, console: Console) -> int:
    """Stop Airflow and the embedded server; 0 also when nothing was running."""
    stopped = airflow_service.stop(settings, tell=lambda text: console.print(f"{text} …"))
    console.print(f"Đã dừng: {', '.join(stopped)}." if stopped else "Không có gì đang chạy.", highlight=False)
    return 0


def show_status(settings: Settings, console: Console) -> int:
    """Print what runs; 0 when all of Airflow does."""
    states = airflow_service.status(settings)
    for state in states:
        process = f"tiến trình {state.pid}" if state.pid else "không chạy"
        console.print(f"{state.name:14} {process:20} {state.log}", highlight=False, soft_wrap=True)
    is_running = all(state.pid for state in states)
    if is_running:
        _print_page(console, settings, airflow_service.current_page_url(settings))
    return 0 if is_running else 1


def run_airflow(settings: Settings, arguments: Sequence[str]) -> int:
    """Run one command of Airflow's own command line in the service's environment; its exit code."""
    environment = airflow_service.command_environment(settings)
    command = (*airflow_service.airflow_command(), *arguments)
    return subprocess.run(command, env=environment, cwd=settings.airflow_home, check=False).returncode


def _start_everything(settings: Settings, display: Display) -> tuple[AirflowApi, Beginning, bool]:
    """Start Airflow while the warehouse and the inbox are prepared: neither needs the other, both take seconds.

    True beside them when the inbox was filled with the sample.
    """
    starting: Future[AirflowApi] = Future()

    def start_airflow() -> None:
        try:
            with display.step("Airflow") as step:
                api = airflow_service.start(settings, tell=step.tell)
                _wait_for_dags(settings, api, step)
            starting.set_result(api)
        except BaseException as error:
            starting.set_exception(error)

    # A daemon, not an executor: whoever presses Ctrl-C, or has a broken warehouse, does not wait for Airflow first.
    threading.Thread(target=start_airflow, daemon=True).start()
    with display.step("Kho dữ liệu") as step:
        step.tell("chuẩn bị bảng và danh mục")
        beginning = _prepare_warehouse(settings)
    is_sample = beginning.is_first and _fill_empty_inbox(settings, display)
    return starting.result(), beginning, is_sample


def _take_in_inbox(
    settings: Settings, api: AirflowApi, display: Display, beginning: Beginning, begun_at: datetime
) -> None:
    """Follow the reports from the inbox to the extracts."""
    changed: set[tuple[str, str]] = set()
    _let_inbox_settle(settings)
    with _warehouse(settings) as connection:
        # All at once: starting a run takes seconds, in which another one can work.
        for source in list_sources():
            dag_id = f"ingest_{source.source_id}"
            is_due = is_anything_waiting(connection, settings.inbox, source.source_id)
            if is_due and not _runs_since(api, dag_id, begun_at):
                api.trigger(dag_id)
        for source in list_sources():
            with display.step(f"Nhận {source.source_id}") as step:
                changed |= _take_in_source(settings, api, source.source_id, connection, beginning, begun_at, step)
        for dag_id, title in ((BUILD_DAG, "Tính chỉ tiêu"), (RELEASE_DAG, "Xuất báo cáo")):
            with display.step(title) as step:
                is_behind = dag_id == BUILD_DAG and not changed and not is_current(connection)
                is_caught_up = partial(is_current, connection) if dag_id == BUILD_DAG else None
                due = (
                    [api.trigger(dag_id)]
                    if is_behind
                    else _runs_due(settings, api, dag_id, changed, step, is_caught_up=is_caught_up)
                )
                for run_id in due:
                    _follow(settings, api, dag_id, run_id, _count_tasks(step))
                if not due:
                    step.conclude("không có gì mới")
                changed = {(dag_id, run_id) for run_id in due}


def _begin_sample_release(api: AirflowApi, display: Display) -> None:
    """Have the sample's release frozen and drafted, so that a newcomer sees one; people decide what comes of it."""
    from include.calendar.releases import require_plan
    from include.pipeline.schedule import run_id_of

    plan = require_plan(SAMPLE_PERIOD)
    conf = {"release_code": plan.release_code, "planned_at": plan.planned_at.isoformat()}
    with display.step("Bản phát hành mẫu") as step:
        step.tell("chốt số liệu, tạo dự thảo")
        run_id = api.trigger(EDITION_DAG, run_id=run_id_of(plan.release_code, plan.planned_at), conf=conf)
        end = time.monotonic() + _FIRST_EDITION_SECONDS
        while time.monotonic() < end:
            if api.run(EDITION_DAG, run_id)["state"] in _ENDED:
                step.conclude("đã dừng, xem `ttdn release list`")
                return
            if any(each["state"] == "awaiting_input" for each in api.task_instances(EDITION_DAG, run_id)):
                step.conclude("dự thảo chờ soát")
                return
            time.sleep(_POLL_SECONDS)
        step.conclude("còn đang tạo dự thảo, xem `ttdn release list`")


def _take_in_source(
    settings: Settings,
    api: AirflowApi,
    source_id: str,
    connection: Connection,
    beginning: Beginning,
    begun_at: datetime,
    step: Step,
) -> set[tuple[str, str]]:
    """Follow the runs of a source until nothing waits in the inbox; return those that changed observations.

    Runs the scheduler began by itself come first: a second one behind them would find nothing.
    """
    dag_id = f"ingest_{source_id}"
    followed: dict[str, JobRun] = {}
    counted_at = 0.0

    def show(_: Sequence[dict[str, Any]]) -> None:
        nonlocal counted_at
        if time.monotonic() - counted_at >= _COUNT_SECONDS:
            counted_at = time.monotonic()
            progress = read_progress(connection, beginning, source_id)
            answered = f", {progress.answered} đã trả lời" if load_source(source_id).answerer else ""
            step.count(progress.decided, progress.landed, f"tệp{answered}")

    has_own_run = False
    while True:
        run_ids = [run_id for run_id in _runs_since(api, dag_id, begun_at) if run_id not in followed]
        if not run_ids:
            if has_own_run or not is_anything_waiting(connection, settings.inbox, source_id):
                break
            run_ids, has_own_run = [api.trigger(dag_id)], True
        for run_id in run_ids:
            followed[run_id] = _follow(settings, api, dag_id, run_id, show)
    progress = read_progress(connection, beginning, source_id)
    step.count(progress.decided, progress.landed, "tệp")
    if not progress.landed:
        step.conclude("không có tệp mới")
    return {
        (dag_id, run_id)
        for run_id, run in followed.items()
        if any(task["task_id"] == "account" and task["state"] == "success" for task in run.tasks)
    }


def _runs_since(api: AirflowApi, dag_id: str, moment: datetime) -> list[str]:
    """Runs of the DAG that were not over at that moment, oldest first."""
    return [
        str(each["dag_run_id"])
        for each in reversed(api.latest_runs(dag_id))
        if each["end_date"] is None or datetime.fromisoformat(each["end_date"]) >= moment
    ]


def _runs_due(
    settings: Settings,
    api: AirflowApi,
    dag_id: str,
    causes: set[tuple[str, str]],
    step: Step,
    *,
    is_caught_up: Callable[[], bool] | None = None,
) -> list[str]:
    """Runs of `dag_id` to wait for: those started for `causes`, those under way; a failed last run is started again.

    Changes that come one after the other may start several runs; all of them are waited for, until each has its run.
    The scheduler can lose a change that comes between making a run and starting it: then the run sees it all the same,
    and `is_caught_up` says so; where nothing can say so, one more run is started.
    An interrupted or failed earlier job leaves a mart behind its observations: it is caught up here.
    """
    if causes:
        step.tell("chờ bộ lập lịch")
    end = time.monotonic() + 60
    while causes:
        latest_runs = list(reversed(api.latest_runs(dag_id)))
        found = {run["dag_run_id"]: causes & api.caused_by(dag_id, run["dag_run_id"]) for run in latest_runs}
        ours = [run_id for run_id, met in found.items() if met]
        if causes <= set().union(*found.values()):
            return ours
        if ours and all(run["state"] in _ENDED for run in latest_runs):
            if is_caught_up is not None and is_caught_up():
                return ours
            if time.monotonic() > end:
                return [*ours, api.trigger(dag_id)]
        elif time.monotonic() > end and not ours:
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


def _follow(
    settings: Settings,
    api: AirflowApi,
    dag_id: str,
    run_id: str,
    show: Callable[[Sequence[dict[str, Any]]], None],
) -> JobRun:
    """Wait for a run to end; `show` hears of its tasks. Raises JobError with the end of the log when it failed."""
    seen: object = None
    stalled_at = time.monotonic() + _STALL_SECONDS
    while True:
        state = api.run(dag_id, run_id)["state"]
        tasks = api.task_instances(dag_id, run_id)
        if (now_seen := [(task["task_id"], task["map_index"], task["state"]) for task in tasks]) != seen:
            seen, stalled_at = now_seen, time.monotonic() + _STALL_SECONDS
        show(tasks)
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


def _count_tasks(step: Step) -> Callable[[Sequence[dict[str, Any]]], None]:
    return lambda tasks: step.count(sum(task["state"] in _TASK_ENDED for task in tasks), len(tasks))


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


def _wait_for_dags(settings: Settings, api: AirflowApi, step: Step) -> None:
    """Wait until every DAG the job needs is known: an asset change nobody listens to yet would be lost."""
    wanted = {f"ingest_{source.source_id}" for source in list_sources()} | {BUILD_DAG, RELEASE_DAG, EDITION_DAG}
    step.tell("đọc các DAG")
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


@contextmanager
def _lost_parts_told(settings: Settings) -> Iterator[None]:
    """Turn a broken connection into the error that names the part that is gone."""
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except (urllib.error.URLError, ConnectionError, TimeoutError, OperationalError) as error:
        _check_service(settings)
        raise ServiceError(
            where="Airflow" if isinstance(error, OSError) else "the warehouse",
            found=str(error).splitlines()[0],
            expected="an answer",
            remedy=f"Logs are below {settings.logs}. Run `make run` again: it goes on where this stopped.",
        ) from error


def _check_service(settings: Settings) -> None:
    for state in airflow_service.status(settings):
        if state.pid is None:
            raise airflow_service.ended_by_itself(state)


def _prepare_warehouse(settings: Settings) -> Beginning:
    """Bring the warehouse up to this checkout; return where it stands."""
    from include.pipeline.prepare import prepare_warehouse

    with _warehouse(settings) as connection:
        prepare_warehouse(connection.engine)
        return note_beginning(connection)


@contextmanager
def _warehouse(settings: Settings) -> Iterator[Connection]:
    """A connection on which every question sees the latest state and holds nothing up."""
    from include.warehouse.connect import engine, warehouse_url

    with engine(warehouse_url(settings)).connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


def _fill_empty_inbox(settings: Settings, display: Display) -> bool:
    """Put a synthetic half-year into an inbox that is empty, all files at once or none; whether it was empty.

    Only ever for a warehouse nothing has arrived in: real figures must not be joined by invented ones.
    """
    from include.service.sample_inbox import write_sample_inbox

    settings.inbox.mkdir(parents=True, exist_ok=True)
    if any(settings.inbox.iterdir()):
        return False
    with display.step("Tệp mẫu") as step:
        step.tell(f"hộp nhận trống: ghi tệp giả lập của mọi nguồn, kỳ {SAMPLE_PERIOD}")
        filling = settings.inbox.with_name(settings.inbox.name + ".filling")
        shutil.rmtree(filling, ignore_errors=True)
        filling.mkdir()
        written = write_sample_inbox(filling, SAMPLE_PERIOD)
        settings.inbox.rmdir()
        filling.rename(settings.inbox)
        step.count(written, written, "tệp")
        step.conclude(f"giả lập, trong {settings.inbox}")
    return True


def _let_inbox_settle(settings: Settings) -> None:
    """Wait until what was put into the inbox last counts as complete."""
    # Asked earlier, a run would find nothing: the inbox leaves alone what was touched in the last seconds.
    settled_after = settings.settling_seconds + 0.5
    newest = 0.0
    for path in settings.inbox.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
            newest = max(newest, path.lstat().st_ctime)
    time.sleep(min(settled_after, max(0.0, newest + settled_after - time.time())))


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
    for line in (
        f"\nAirflow: {url}  (tài khoản {ADMIN_USER}, mật khẩu trong {passwords})",
        "Hệ thống chạy tiếp, cứ 15 phút xem hộp nhận một lần. Dừng bằng lệnh: make stop",
    ):
        console.print(line, soft_wrap=True, highlight=False)


if __name__ == "__main__":
    os.chdir(PROJECT_ROOT)
    sys.exit(main())
