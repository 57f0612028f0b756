"""What reading where it can do no harm costs a file: the way to a child and back, the gate, the second look."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.readers.grid import WorkbookRefused
from include.readers.preflight import check_file
from include.readers.sandbox import Sandbox, resolve
from include.readers.xlsx import read_xlsx
from include.sources import load_source
from tests.bench.home import Home, Measured

REPORTS = 200
WANTED_SECONDS = 0.015
_ROUNDS = 2


def measure_sandbox(at: Home) -> list[Measured]:
    """The same ordinary reports read in this process and through one warm child, in turns.

    Overhead is the trip to the child and back, the check of the container before the parser, and the light pass over
    the XML for what the parser drops: what a reader that trusts every file and every library would save.
    """
    files = _reports(at.path / "overhead")
    source = load_source("agency_reports")
    read = resolve(source.reader)
    calls = [(str(path), path.name, datetime.now(UTC)) for path in files]
    taken: dict[str, list[float]] = {}
    with Sandbox(workers=1) as box:
        rounds: dict[str, Callable[[], None]] = {
            "child": lambda: _each(lambda answer: answer, box.map(source.reader, calls)),
            "here": lambda: _each(lambda call: read(*call), calls),
            "gate": lambda: _each(check_file, files),
            "look": lambda: _each(read_xlsx, files),
            "parser": lambda: _each(_values, files),
            "trip": lambda: _each(lambda _: box.run("math:hypot", 3, 4), files),
        }
        for number in range(_ROUNDS + 1):
            for name, run in rounds.items():
                started = time.perf_counter()
                run()
                # The first round imports, starts the child and fills its caches.
                if number > 0:
                    taken.setdefault(name, []).append(time.perf_counter() - started)
    each = {name: statistics.median(seconds) / len(files) for name, seconds in taken.items()}
    gate, look = each["gate"], each["look"] - each["parser"]
    trip = each["child"] - each["here"]
    note = (
        f"{(trip + gate + look) * 1e3:.1f} ms: trip {trip * 1e3:.1f} (an empty one {each['trip'] * 1e3:.1f}),"
        f" gate {gate * 1e3:.1f}, look {look * 1e3:.1f}; beside {(each['here'] - gate - look) * 1e3:.1f} ms of reading"
    )
    return [Measured(f"sandbox and gate, a file of {len(files)} more", trip + gate + look, WANTED_SECONDS, 0, note)]


def _each(read: Callable[[Any], object], calls: Iterable[Any]) -> None:
    """Read one after another and keep nothing, as a child does."""
    for call in calls:
        read(call)


def _reports(folder: Path) -> list[Path]:
    from include.sources.agency_reports.sample import write_sample

    found: list[Path] = []
    seed = 1
    while len(found) < REPORTS:
        written = write_sample(folder / str(seed), "2026-06T", seed=seed).files
        found += [path for each in written if _is_ordinary(path := folder / str(seed) / each.file)]
        seed += 1
    return found[:REPORTS]


def _is_ordinary(path: Path) -> bool:
    try:
        return check_file(path).container == "xlsx"
    except WorkbookRefused:
        return False


def _values(path: Path) -> None:
    from python_calamine import load_workbook

    with load_workbook(path) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)
