"""Where a measurement happens, how a command is run in it, and what a line of the table holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from include.warehouse.embedded import EmbeddedServer

PROJECT_ROOT = Path(__file__).resolve().parents[2]
TTDN = (sys.executable, "-m", "include.cli")
"""`ttdn` of this very checkout, whichever one the environment has installed."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a measurement happens: a folder of its own, the environment of its commands, its durable server."""

    path: Path
    environment: Mapping[str, str]
    server: EmbeddedServer


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table."""

    what: str
    seconds: float
    wanted_seconds: float
    peak_bytes: int
    note: str


def in_a_home(*measurements: Callable[[Home], list[Measured]]) -> list[Measured]:
    home = Path(tempfile.mkdtemp(prefix="ttdn-bench-"))
    home.chmod(0o711)  # the database server's account passes through when root runs this
    environment = {**os.environ, "TTDN_HOME": str(home), "TTDN_ENV_FILE": os.devnull}
    environment.pop("TTDN_DATABASE_URL", None)
    environment.pop("TTDN_INBOX", None)
    server = EmbeddedServer(home)
    try:
        run([*TTDN, "migrate"], environment)
        return [line for measure in measurements for line in measure(Home(home, environment, server))]
    finally:
        server.remove()
        shutil.rmtree(home, ignore_errors=True)


def run(command: list[str | Path], environment: Mapping[str, str]) -> tuple[str, float, int]:
    """Run a command; return its output, its seconds and the peak memory of it and its children, the server apart."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    peak = 0
    is_over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.2):
            peak = max(peak, _memory_of_tree(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    answer, _ = process.communicate()
    seconds = time.perf_counter() - started
    is_over.set()
    watcher.join()
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command[:4]))} ended with {process.returncode}")
    return answer, seconds, peak


def _memory_of_tree(process_id: int) -> int:
    total = 0
    try:
        root = psutil.Process(process_id)
        for process in (root, *root.children(recursive=True)):
            if not process.name().startswith("postgres"):
                total += process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return total
    return total
