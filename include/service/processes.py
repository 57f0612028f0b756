"""Long-running processes, each leading a session of its own, so that stopping reaches exactly what was started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from include.private_files import write_private

_LOG_LIMIT_BYTES = 20_000_000


def start_process(
    name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path, folder: Path, cwd: Path
) -> None:
    """Start `command` detached, its output appended to `log`, and remember it as `name` in `folder`.

    A log grown beyond 20 MB is put aside first, in place of the one put aside before.
    What an earlier one of that name left behind when it was killed is ended first: nobody else would know of it.
    """
    stop_processes([name], folder)
    log.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_name(log.name + ".1"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = {"pid": process.pid, "created_at": psutil.Process(process.pid).create_time(), "booted_at": _booted_at()}
    write_private(_record_path(folder, name), json.dumps(record))


def find_process(name: str, folder: Path) -> psutil.Process | None:
    """Return the running process remembered as `name`; None when it ended, even if its number was given away since."""
    record = _read_record(folder, name)
    if record is None:
        return None
    try:
        process = psutil.Process(int(record["pid"]))
        return process if _is_born(process, record) and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def stop_processes(names: Sequence[str], folder: Path, *, patience_seconds: float = 20) -> list[str]:
    """Stop the processes remembered as `names` with everything they started; return those that were running.

    Each leader is asked first and may end its work for `patience_seconds`; then its whole session is
    asked, and after 3 seconds killed.
    """
    leaders = {name: process for name in names if (process := find_process(name, folder)) is not None}
    for leader in leaders.values():
        _signal(leader, signal.SIGTERM)
    psutil.wait_procs(list(leaders.values()), timeout=patience_seconds)

    left = [process for name in names for process in _session(name, folder)]
    for process in left:
        _signal(process, signal.SIGTERM)
    for process in psutil.wait_procs(left, timeout=3)[1]:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)
    for name in names:
        _record_path(folder, name).unlink(missing_ok=True)
    return list(leaders)


def read_tail(log: Path, line_count: int = 25) -> str:
    """Return the last lines of a log; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 64 * 1024))
        return "\n".join(file.read().decode("utf-8", errors="replace").splitlines()[-line_count:])


def _session(name: str, folder: Path) -> list[psutil.Process]:
    """Processes of the session `name` leads or led; a task whose scheduler was killed still belongs to it."""
    record = _read_record(folder, name)
    if record is None or abs(record["booted_at"] - _booted_at()) > 60:
        return []
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid == record["pid"] and not _is_born(process, record):
                # The system gives a number away again only when its session is empty: ours is.
                return []
            if os.getsid(process.pid) == record["pid"]:
                members.append(process)
    return members


def _is_born(process: psutil.Process, record: dict[str, float]) -> bool:
    return abs(process.create_time() - record["created_at"]) < 0.05


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _booted_at() -> float:
    return psutil.boot_time()


def _record_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.pid.json"


def _read_record(folder: Path, name: str) -> dict[str, float] | None:
    try:
        record: dict[str, float] = json.loads(_record_path(folder, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return record if {"pid", "created_at", "booted_at"} <= set(record) else None
