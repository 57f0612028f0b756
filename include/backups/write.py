"""Writing a backup: the warehouse as of one moment, the files it speaks of, the keys that belong to it."""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from include.backups.contents import describe_contents
from include.backups.folder import (
    CONTENTS_FILE,
    DATABASE,
    FILES,
    PARTIAL,
    ROLES_FILE,
    SECRETS,
    Backup,
    BackupError,
    backup_name,
    list_backups,
    read_backup,
    remove_interrupted,
    remove_old_backups,
    write_manifest,
    write_member,
)
from include.backups.roles import list_roles
from include.drafts import DRAFT_PREFIX, flush
from include.errors import NoRoomError
from include.private_files import make_private_folder
from include.settings import Settings
from include.warehouse.audit import record_event
from include.warehouse.connect import engine as engine_on
from include.warehouse.connect import warehouse_url
from include.warehouse.embedded import client_program
from include.warehouse.migrate import applied_revision, newest_revision

if TYPE_CHECKING:
    from sqlalchemy import Engine

_LOCK_NAME: Final = ".lock"
# They belong to the server that runs here, or to nobody.
_SECRETS_LEFT_OUT: Final = frozenset({"database-port", "database-lock"})
_ROOM_BESIDE: Final = 1.2
"""A backup is about as large as the one before it; this much room is asked for, times that."""

_KEPT_BYTES = text(
    "select f.stored_name from landing.file as f where f.forgotten_at is null and exists ("
    " select 1 from landing.receipt as r where r.sha256 = f.sha256 and r.verdict is not null) order by 1"
)
_UNREAD = text("select receipt_number from landing.receipt where verdict is null order by receipt_id")


def write_backup(settings: Settings, place: Path | None = None, *, moment: datetime | None = None) -> Backup:
    """Write a backup into `place` (TTDN_BACKUPS without it) and remove the oldest beyond TTDN_BACKUPS_KEPT.

    The database is copied as of one moment, with what it held counted in that same moment. Bytes of a file nobody has
    looked at yet are left out, because it may turn out to be one that must not be kept; the backup names its receipt.
    Other processes go on working meanwhile. Raises BackupError: another backup running, a warehouse
    of another version, pg_dump refused; NoRoomError for too little room.
    """
    place = (place or settings.backups).resolve()
    moment = moment or datetime.now(UTC)
    make_private_folder(place)
    opened = engine_on(settings.backup_database_url or warehouse_url(settings))
    try:
        with _alone(place):
            target = place / backup_name(moment)
            if target.exists():
                raise BackupError(
                    where=str(target),
                    found="a backup of this very second",
                    expected="one at a time",
                    remedy="Wait a second, then try again.",
                )
            remove_interrupted(place)
            partial = target.with_name(target.name + PARTIAL)
            partial.mkdir(mode=0o700)
            try:
                _fill(opened, settings, partial, moment)
                partial.rename(target)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
            flush(place)
            backup = read_backup(target)
            with opened.begin() as connection:
                record_event(connection, "backup", target.name, {"rows": backup.row_count, "files": backup.file_count})
            remove_old_backups(place, keep=settings.backups_kept)
    finally:
        opened.dispose()
    return backup


def _fill(opened: Engine, settings: Settings, folder: Path, moment: datetime) -> None:
    # Read before the moment of the copy: a head noted later would be one the copied log has not reached.
    heads = settings.home / "audit" / "heads.csv"
    noted = {str(heads.relative_to(settings.home)): heads.read_bytes()} if heads.is_file() else {}
    with opened.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        revision = applied_revision(connection)
        if revision is None or revision > newest_revision():
            raise BackupError(
                where="the warehouse",
                found="no tables of the platform" if revision is None else f"migration {revision}",
                expected=f"a warehouse at migration {newest_revision()} or an earlier one",
                remedy="Run `ttdn migrate`, or use the version of the platform that made the database.",
            )
        snapshot = connection.exec_driver_sql("select pg_catalog.pg_export_snapshot()").scalar_one()
        kept = list(connection.execute(_KEPT_BYTES).scalars())
        unread = list(connection.execute(_UNREAD).scalars())
        paths = _files_of(settings, kept)
        _require_room(connection, folder, paths)
        _dump(opened, snapshot, folder / DATABASE)
        contents = describe_contents(connection)
        roles = list_roles(connection)
    write_member(folder / CONTENTS_FILE, json.dumps(contents.as_json(), ensure_ascii=False).encode())
    write_member(folder / ROLES_FILE, json.dumps(roles, ensure_ascii=False, indent=1).encode())
    file_count = _pack(folder / FILES, settings.home, paths, noted)
    secrets = [path for path in _regular_files(settings.secrets) if path.name not in _SECRETS_LEFT_OUT]
    _pack(folder / SECRETS, settings.home, secrets)
    write_manifest(
        folder,
        {
            "taken_at": moment.astimezone(UTC).isoformat(),
            "revision": revision,
            "row_count": sum(rows for rows, _ in contents.tables.values()),
            "file_count": file_count,
            "unread": unread,
        },
    )
    flush(folder)


def _files_of(settings: Settings, kept: Sequence[str]) -> list[Path]:
    """The landed bytes the warehouse keeps, the answers, the released bundles: what exists of them."""
    landed = [settings.landing / name for name in kept]
    folders = (settings.outbox, settings.releases)
    return [path for path in landed if path.is_file()] + [path for folder in folders for path in _regular_files(folder)]


def _regular_files(folder: Path) -> list[Path]:
    # Drafts come and go while others work: they are not looked into, and a folder that is gone by now has no files.
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(DRAFT_PREFIX)]
        found += [Path(here, name) for name in names if not name.endswith(PARTIAL)]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _pack(target: Path, home: Path, paths: Sequence[Path], texts: Mapping[str, bytes] | None = None) -> int:
    """Write the files, under their names below the home, into one archive; how many were still there."""
    count = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    # Not compressed: almost all of it is workbooks and documents, which are compressed already.
    with os.fdopen(descriptor, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, content in (texts or {}).items():
                _add(archive, name, content, 0)
            for path in paths:
                try:
                    content, moment = path.read_bytes(), int(path.stat().st_mtime)
                except FileNotFoundError:
                    continue  # an answer replaced, or bytes given up, since they were listed
                _add(archive, str(path.relative_to(home)), content, moment)
                count += 1
        stream.flush()
        os.fsync(stream.fileno())
    return count


def _add(archive: tarfile.TarFile, name: str, content: bytes, moment: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, moment
    archive.addfile(entry, io.BytesIO(content))


def _dump(opened: Engine, snapshot: str, target: Path) -> None:
    run_client(
        opened.url.render_as_string(hide_password=False),
        "pg_dump",
        "--format=custom",
        "--compress=gzip:3",
        f"--snapshot={snapshot}",
        "--no-unlogged-table-data",
        # A table may be rebuilt meanwhile by whoever holds its lock: waiting for ever would keep the snapshot open.
        "--lock-wait-timeout=60s",
        f"--file={target}",
    )
    flush(target)


def run_client(url: str, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on that database. Raises BackupError with what it said."""
    at = make_url(url)
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "PGAPPNAME": "ttdn",
        "PGCONNECT_TIMEOUT": "10",
        "PGTZ": "UTC",
        **{
            name: str(value)
            for name, value in (
                ("PGHOST", at.host),
                ("PGPORT", at.port),
                ("PGUSER", at.username),
                ("PGPASSWORD", at.password),
                ("PGDATABASE", at.database),
                ("PGSSLMODE", at.query.get("sslmode")),
                ("PGSSLROOTCERT", at.query.get("sslrootcert")),
            )
            if value is not None
        },
    }
    done = subprocess.run(
        [client_program(program), "--no-password", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        umask=0o077,
    )
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise BackupError(
            where=program,
            found=" / ".join(lines[:4])[:600] or f"exit {done.returncode}",
            expected="the whole database read or written",
            remedy="Nothing half done is kept. A TTDN_DATABASE_URL needs a login that may read every row.",
        )


def _require_room(connection: Connection, folder: Path, paths: Sequence[Path]) -> None:
    former = list_backups(folder.parent)
    if former:
        needed = int(former[0].byte_size * _ROOM_BESIDE)
    else:
        database = int(
            connection.exec_driver_sql("select pg_catalog.pg_database_size(current_database())").scalar_one()
        )
        needed = database + sum(path.stat().st_size for path in paths if path.exists())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoomError(
            where=str(folder.parent),
            found=f"{free / 1e9:.1f} GB free",
            expected=f"{needed / 1e9:.1f} GB",
            remedy="Make room, or set TTDN_BACKUPS to a folder on another disk.",
        )


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with (place / _LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(
                where=str(place),
                found="another backup being written",
                expected="one at a time",
                remedy="Wait until it is done.",
            ) from error
        yield
