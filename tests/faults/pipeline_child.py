"""Runs of the pipeline as Airflow starts them, in processes of their own that may be killed; forked from a warm one."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from include.settings import PROJECT_ROOT


class Run:
    """A run of the pipeline: the process at its top, and what it wrote when it failed."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid, self._log = pid, log
        self._handle = os.pidfd_open(pid)

    def wait(self, seconds: float) -> bool:
        """Whether it ended within that time."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(max(0.0, seconds) * 1000))

    def failure(self) -> str:
        """Wait for its end; the kinds of error it failed with and where, empty when it did not fail or was killed."""
        assert self.wait(180), "the run does not end"
        os.close(self._handle)
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def was_killed(self) -> bool:
        """Wait for its end; whether it neither came to its end nor failed."""
        return not self.failure() and not self._log.with_suffix(".done").exists()

    def end(self) -> None:
        """Wait for its end; fails where it failed."""
        failure = self.failure()
        assert not failure, failure
        assert self._log.with_suffix(".done").exists(), "the run was killed"

    def kill(self, *, below: bool = True) -> None:
        """As by `kill -9`: the process at the top, and everything below it at once unless told otherwise."""
        with contextlib.suppress(psutil.NoSuchProcess):
            top = psutil.Process(self.pid)
            top.suspend()
            for process in (*(top.children(recursive=True) if below else ()), top):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


class Starter:
    """A process that has imported everything a run needs, and forks the runs."""

    def __init__(self) -> None:
        self._started = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.pipeline_child"],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def start(
        self,
        environment: Mapping[str, str],
        sources: Sequence[str],
        *,
        fault: str = "",
        then: str = "",
        is_supervised: bool = False,
        by_hand: Sequence[Path] = (),
    ) -> Run:
        """Start a run that takes in what is new of these sources; `then` "marts" follow, or a "release" as well.

        `is_supervised` puts a process above it that waits for it, as a worker of Airflow does. With `by_hand` it takes
        in these files, in this order, as `ttdn ingest` does.
        """
        self._started += 1
        log = Path(environment["TTDN_HOME"]) / f"failure-{self._started}.txt"
        files = [str(path) for path in by_hand]
        asked = [{**environment, "TTDN_FAULT": fault}, list(sources), then, files, is_supervised, str(log)]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Run(int(self._process.stdout.readline()), log)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextlib.contextmanager
def starting() -> Iterator[Starter]:
    """A starter of runs, stopped at the end."""
    starter = Starter()
    try:
        yield starter
    finally:
        starter.stop()


# --- in the process that forks --------------------------------------------------------------------------------


def serve() -> None:
    """Fork one run for each line asked; the answer is its number."""
    from include.pipeline import extract, ingest  # noqa: F401
    from include.quality.library import great_expectations
    from include.quality.suites import load_suites
    from include.readers import sandbox
    from include.reference import load_reference
    from include.sources import list_sources

    great_expectations()
    load_suites()
    load_reference()
    for source in list_sources():
        for function in filter(None, (source.reader, source.answerer)):
            sandbox.resolve(function)
    # A file whose end is missing is told at once: nobody waits half an hour here.
    ingest.INCOMPLETE_AFTER_SECONDS = 0  # type: ignore[misc]
    sandbox.subprocess.Popen = _ForkedReader  # type: ignore[assignment, misc]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for asked in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            _run(*json.loads(asked))
        print(pid, flush=True)


def _run(
    environment: dict[str, str],
    sources: list[str],
    then: str,
    files: list[str],
    is_supervised: bool,
    log: str,
) -> None:
    if is_supervised and (task := os.fork()):
        os.waitpid(task, 0)
        os._exit(0)
    os.environ.update(environment)
    try:
        if files:
            take_in_by_hand(sources[0], files)
        else:
            take_in(sources)
            if then:
                publish()
            if then == "release":
                release()
    except BaseException as error:
        kinds = " ".join(f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
        Path(log).write_text(f"{kinds}\n{traceback.format_exc()}", encoding="utf-8")
        os._exit(1)
    Path(log).with_suffix(".done").touch()
    os._exit(0)


def take_in(sources: Sequence[str]) -> None:
    """What the DAGs of these sources do at their next turn."""
    from include.pipeline.ingest import ingest_receipts, land_inbox, reconcile_receipts

    for source in sources:
        for batch in land_inbox(source):
            ingest_receipts(source, batch)
        reconcile_receipts(source)


def publish() -> None:
    """What the DAGs do that follow new figures."""
    from include.pipeline.build import build_marts
    from include.pipeline.extract import build_extracts

    build_marts()
    build_extracts()


def release() -> None:
    """Freeze, decide and render the six-month release, whatever of it is not done yet; two documents stand for all."""
    from include.calendar import releases
    from include.pipeline import render
    from include.pipeline.release import approve, freeze, review
    from include.settings import load_settings
    from include.warehouse.connect import engine, warehouse_url
    from tests.sql.releases import CLERK, DIRECTOR, HEAD, JUNE_18, plan

    asked_of_few = plan()
    releases.require_plan = lambda code: asked_of_few  # type: ignore[assignment]
    render.documents_of = lambda edition: {name: render.DOCUMENTS[name] for name in ("csv", "snapshot")}
    settings = load_settings()
    opened = engine(warehouse_url(settings))
    with opened.connect() as connection:
        frozen = connection.exec_driver_sql("select edition_id from release.edition").scalar_one_or_none()
        decided = set(connection.exec_driver_sql("select decision from release.decision").scalars())
    edition = frozen or freeze(settings, "2026-06T", by=CLERK, moment=JUNE_18)
    if "reviewed" not in decided:
        review(settings, edition, HEAD)
    if "approved" not in decided:
        approve(settings, edition, DIRECTOR)
    with opened.begin() as connection:
        render.render_release(connection, settings, edition)


def take_in_by_hand(source: str, files: Sequence[str]) -> None:
    """What `ttdn ingest` does."""
    from include.pipeline.ingest import take_in
    from include.settings import load_settings
    from include.warehouse.connect import engine, warehouse_url

    settings = load_settings()
    take_in(map(Path, files), source_id=source, settings=settings, engine=engine(warehouse_url(settings)))


class _ForkedReader:
    """A sandbox child forked from the run, instead of a Python started anew, which takes longer than the file does."""

    def __init__(self, command: Sequence[str], *, pass_fds: tuple[int, ...], **_: object) -> None:
        from include.readers import child

        self._status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                kept = sorted((0, 1, 2, *pass_fds))
                for below, above in itertools.pairwise((*kept, 1 << 16)):
                    os.closerange(below + 1, above)
                # It stands in a process as large as the run; its limits are tested where they are made.
                child._limit = lambda *_: None
                request_fd, answer_fd, lifeline_fd = pass_fds
                # Behind the three pipes: where the code is, where libraries are.
                root = command[command.index(str(lifeline_fd)) + 1]
                child.main(request_fd, answer_fd, lifeline_fd, root, [])
            finally:
                os._exit(0)

    def poll(self) -> int | None:
        if self._status is None and os.waitpid(self.pid, os.WNOHANG)[0]:
            self._status = -signal.SIGKILL
        return self._status

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        while self.poll() is None:
            time.sleep(0.001)
        return -signal.SIGKILL


if __name__ == "__main__":
    serve()
