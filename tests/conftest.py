"""Fixtures every test may ask for: a real PostgreSQL, a fresh warehouse in it, the real input files."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Connection

from include.reference.sync import sync_reference
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.migrate import migrate

PROJECT_ROOT = Path(__file__).resolve().parents[1]
TEMPLATE_DATABASE = "ttdn_template"
HOME_VARIABLE = "TTDN_TEST_HOME"
HOME_PREFIX = "ttdn-test-"
MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 4 * 1024**3
"""A run keeps less than half a GB there; the rest is for the tests themselves."""

_database_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Give the run, with all its workers, one home outside the checkout, and forget the developer's own settings."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    if hasattr(config, "workerinput"):
        return
    for name in [name for name in os.environ if name.startswith("TTDN_") and name != "TTDN_REAL_DATA"]:
        del os.environ[name]
    os.environ["TTDN_ENV_FILE"] = os.devnull
    _remove_homes_of_dead_runs()
    home = Path(tempfile.mkdtemp(prefix=f"{HOME_PREFIX}{os.getpid()}-", dir=_folder_of_homes()))
    home.chmod(0o711)  # the server's account has to pass through when root runs the tests
    os.environ[HOME_VARIABLE] = str(home)
    os.environ["TTDN_HOME"] = str(home / "home")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server the run started and delete its home."""
    if hasattr(config, "workerinput") or HOME_VARIABLE not in os.environ:
        return
    _remove_home(Path(os.environ.pop(HOME_VARIABLE)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how often each fault was tried and with what outcome, as the tests noted under the name `trials`."""
    ended = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    told = [(report.nodeid, value) for report in ended for name, value in report.user_properties if name == "trials"]
    if told:
        terminalreporter.section("trials")
        for nodeid, value in told:
            terminalreporter.line(f"{nodeid.rpartition('::')[2]}: {value}")


@pytest.fixture(scope="session")
def server() -> EmbeddedServer:
    """The embedded PostgreSQL of this test run, shared by all workers, with a migrated template database."""
    home = Path(os.environ[HOME_VARIABLE])
    server = EmbeddedServer(home, durable=False)
    server.start()
    with (home / "template-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = home / "template-ready"
        if not ready.exists():
            server.drop_database(TEMPLATE_DATABASE)
            server.create_database(TEMPLATE_DATABASE)
            _fill_template(server.url(TEMPLATE_DATABASE))
            ready.touch()
    return server


@pytest.fixture
def warehouse_url(server: EmbeddedServer) -> Iterator[str]:
    """The URL of a fresh, migrated database with the reference lists in it; dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_database_numbers)}"
    server.create_database(name, template=TEMPLATE_DATABASE)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def warehouse(warehouse_url: str) -> Iterator[Connection]:
    """A connection to the fresh database; the test commits or not as it likes."""
    with engine(warehouse_url).connect() as connection:
        yield connection


@pytest.fixture
def empty_database_url(server: EmbeddedServer) -> Iterator[str]:
    """The URL of a database nothing was ever done to; dropped afterwards."""
    name = f"empty_{os.getpid()}_{next(_database_numbers)}"
    server.create_database(name)
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real input files; the test is skipped where they are not."""
    folder = Path(os.environ.get("TTDN_REAL_DATA") or PROJECT_ROOT.parent / "shared" / "data" / "real")
    if not folder.is_dir():
        pytest.skip(f"no real input files in {folder}; set TTDN_REAL_DATA to where they are")
    return folder


def _fill_template(url: str) -> None:
    migrate(url)
    with engine(url).begin() as connection:
        sync_reference(connection)


def _folder_of_homes() -> Path:
    """Return where the run's home goes: memory where there is plenty, since most tests ask for a fresh database.

    A database is 700 small files; making and dropping 800 of them on a busy disk takes longer than the tests.
    """
    try:
        mount, free = os.statvfs(MEMORY), psutil.virtual_memory().available
    except OSError:
        return Path(tempfile.gettempdir())
    has_room = min(mount.f_bavail * mount.f_frsize, free) > ROOM_IN_MEMORY
    # Root's server may need its programs copied beside the data.
    may_run_programs = not mount.f_flag & os.ST_NOEXEC
    return MEMORY if has_room and may_run_programs and os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())


def _remove_homes_of_dead_runs() -> None:
    places = {Path(tempfile.gettempdir()), MEMORY}
    for home in itertools.chain.from_iterable(place.glob(f"{HOME_PREFIX}*-*") for place in places):
        owner = home.name.removeprefix(HOME_PREFIX).split("-")[0]
        with contextlib.suppress(Exception):  # tidying up after another run must not fail this one
            if home.stat().st_uid == os.geteuid() and owner.isdigit() and not Path(f"/proc/{owner}").exists():
                _remove_home(home)


def _remove_home(home: Path) -> None:
    for place in (home, home / "home"):
        if place.is_dir():
            EmbeddedServer(place).remove()
    shutil.rmtree(home, ignore_errors=True)
