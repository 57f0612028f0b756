"""Laying a backup back onto a machine that has nothing, and saying whether all of it came back."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text

from include.backups.contents import Contents, describe_contents, differences
from include.backups.folder import (
    CONTENTS_FILE,
    DATABASE,
    FILES,
    ROLES_FILE,
    SECRETS,
    Backup,
    BackupError,
    check_backup,
)
from include.backups.roles import make_roles
from include.backups.write import run_client
from include.drafts import draft_folder, put_in_place
from include.model import Finding
from include.pipeline.check import tell
from include.pipeline.land import load_receipts
from include.pipeline.prepare import prepare_warehouse
from include.pipeline.promote import close_receipt, note_findings
from include.private_files import make_private_folder
from include.settings import Settings
from include.warehouse.audit import record_event
from include.warehouse.connect import engine as engine_on
from include.warehouse.connect import warehouse_url
from include.warehouse.migrate import applied_revision, known_revisions

_FOLDERS: Final = ("audit", "landing", "outbox", "releases")
_OF_THE_SERVER: Final = "database-password"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was laid back. `differences` says in words what is not as it was; it should be empty.

    `unread` are receipts whose bytes the backup does not have: their senders are asked, in the answer, to send again.
    """

    backup: Backup
    table_count: int
    differences: tuple[str, ...]
    unread: tuple[str, ...]


def restore_backup(settings: Settings, folder: Path) -> Restored:
    """Lay the backup back: keys, files, roles, the database in one transaction; then count and compare everything.

    The warehouse must hold nothing of the platform yet; what was interrupted may be run again from the start. An older
    backup is brought to this version after it was compared. Raises BackupError for a backup that is not whole, a
    warehouse or file that is in the way, a backup newer than this version.
    """
    backup = check_backup(folder.resolve())
    if backup.revision not in known_revisions():
        raise BackupError(
            where=str(folder),
            found=f"migration {backup.revision}, which this version does not know",
            expected=f"{known_revisions()[-1]} or an earlier one",
            remedy="Use the version of the platform that wrote the backup, or a newer one.",
        )
    _require_no_other(settings, backup)
    _unpack(backup.folder / SECRETS, settings.home, ("secrets",), kept=_OF_THE_SERVER)
    opened = engine_on(warehouse_url(settings))
    try:
        _require_empty(opened)
        _unpack(backup.folder / FILES, settings.home, _FOLDERS)
        with opened.begin() as connection:
            make_roles(connection, json.loads((backup.folder / ROLES_FILE).read_text(encoding="utf-8")))
        run_client(
            opened.url.render_as_string(hide_password=False),
            "pg_restore",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={opened.url.database}",
            str(backup.folder / DATABASE),
        )
        wanted = Contents.from_json(json.loads((backup.folder / CONTENTS_FILE).read_text(encoding="utf-8")))
        with opened.connect() as connection:
            found = describe_contents(connection)
        told = tuple(differences(wanted, found))
        with opened.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("analyze")
        prepare_warehouse(opened)
        _ask_again(opened, settings)
        with opened.begin() as connection:
            record_event(
                connection,
                "restore",
                backup.folder.name,
                {"rows": sum(rows for rows, _ in found.tables.values()), "differences": len(told)},
            )
    finally:
        opened.dispose()
    return Restored(backup, len(found.tables), told, backup.unread)


def _require_empty(opened: Engine) -> None:
    with opened.connect() as connection:
        schema = connection.exec_driver_sql("select pg_catalog.to_regnamespace('landing')::text").scalar()
        if schema is None and applied_revision(connection) is None:
            return
    raise BackupError(
        where="the warehouse",
        found="tables of the platform in it already",
        expected="a machine, or a TTDN_HOME, that has none",
        remedy="Set TTDN_HOME to a new folder (or TTDN_DATABASE_URL to an empty database); nothing here was touched.",
    )


def _require_no_other(settings: Settings, backup: Backup) -> None:
    """Refuse before anything is written when a file of the backup is there with other content."""
    in_the_way = []
    for name, folders in ((SECRETS, ("secrets",)), (FILES, _FOLDERS)):
        with tarfile.open(backup.folder / name) as archive:
            for entry, target in _entries(archive, settings.home, folders):
                if target.name == _OF_THE_SERVER or not target.exists():
                    continue
                stored = archive.extractfile(entry)
                if not target.is_file() or stored is None or target.read_bytes() != stored.read():
                    in_the_way.append(str(target))
    if in_the_way:
        raise BackupError(
            where=str(settings.home),
            found=f"{len(in_the_way)} files with other content, for example {in_the_way[0]}",
            expected="a folder without files of another installation",
            remedy="Set TTDN_HOME to a new folder, or move these files away.",
        )


def _unpack(archive_path: Path, home: Path, folders: tuple[str, ...], *, kept: str | None = None) -> None:
    """Write the archive's files below `home`, each whole or not at all; `kept` is left as it is where it exists."""
    home.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive_path) as archive:
        for entry, target in _entries(archive, home, folders):
            if target.name == kept and target.exists():
                continue
            if folders == ("secrets",):
                make_private_folder(home / "secrets")
            target.parent.mkdir(parents=True, exist_ok=True)
            stored = archive.extractfile(entry)
            with draft_folder(target.parent) as drafts:
                aside = drafts / target.name
                aside.touch(mode=0o600)
                aside.write_bytes(stored.read() if stored is not None else b"")
                os.utime(aside, (entry.mtime, entry.mtime))
                put_in_place(aside, target)


def _entries(archive: tarfile.TarFile, home: Path, folders: tuple[str, ...]) -> Iterator[tuple[tarfile.TarInfo, Path]]:
    # Whoever can write into the folder of backups could have put anything in: nothing may land elsewhere.
    for entry in archive:
        parts = Path(entry.name).parts
        if (
            not entry.isreg()
            or len(parts) < 2
            or parts[0] not in folders
            or ".." in parts
            or Path(entry.name).is_absolute()
        ):
            raise BackupError(
                where=str(archive.name),
                found=f"an entry {entry.name!r}",
                expected=f"plain files below {', '.join(folders)}",
                remedy="Do not use this backup: the platform did not write it.",
            )
        yield entry, home / entry.name


def _ask_again(opened: Engine, settings: Settings) -> None:
    """Close arrivals whose bytes are in no backup, so that their senders are told to send them again."""
    with opened.begin() as connection:
        ids = list(connection.execute(text("select receipt_id from landing.receipt where verdict is null")).scalars())
        for receipt in load_receipts(connection, settings, ids):
            if not receipt.path.exists():
                note_findings(connection, [(receipt.receipt_id, tell([Finding("INCOMPLETE")]))])
                close_receipt(connection, receipt, "incomplete", "INCOMPLETE", None)
