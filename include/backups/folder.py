"""A backup on disk: one folder, complete when it has its name, every member known by its hash."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from include.errors import PlatformError
from include.releases.bundle import hash_file

DATABASE: Final = "warehouse.dump"
ROLES_FILE: Final = "roles.json"
CONTENTS_FILE: Final = "contents.json"
FILES: Final = "files.tar"
SECRETS: Final = "secrets.tar"
MEMBERS: Final = (DATABASE, ROLES_FILE, CONTENTS_FILE, FILES, SECRETS)
MANIFEST: Final = "manifest.json"
FORMAT: Final = 1

PARTIAL: Final = ".part"
_NAME = re.compile(r"ttdn-\d{8}T\d{6}Z")


class BackupError(PlatformError):
    """A backup that cannot be written, trusted or laid back."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup as its manifest describes it.

    `members` are SHA-256 by file; `unread` are receipt numbers of arrivals that had no verdict yet and whose bytes are
    therefore not in it.
    """

    folder: Path
    taken_at: datetime
    revision: str
    members: Mapping[str, str]
    file_count: int
    row_count: int
    byte_size: int
    unread: tuple[str, ...]


def backup_name(moment: datetime) -> str:
    """The folder's name: "ttdn-20261130T020000Z"."""
    return f"ttdn-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the manifest of a backup whose members all lie in `folder`; it carries a hash of itself."""
    members = {name: hash_file(folder / name) for name in MEMBERS}
    stated = {"format": FORMAT, **facts, "members": members}
    content = {**stated, "manifest_hash": _hash_of(stated)}
    write_member(folder / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1).encode())


def write_member(path: Path, content: bytes) -> None:
    """Write a member for its owner's eyes alone, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_backup(folder: Path) -> Backup:
    """What the manifest says, without looking at the members. Raises BackupError for one that cannot be believed."""
    path = folder / MANIFEST
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
        claimed = stated.pop("manifest_hash")
        is_own = claimed == _hash_of(stated)
        if stated["format"] != FORMAT or set(stated["members"]) != set(MEMBERS) or not is_own:
            raise ValueError
        return Backup(
            folder=folder,
            taken_at=datetime.fromisoformat(stated["taken_at"]),
            revision=stated["revision"],
            members=stated["members"],
            file_count=int(stated["file_count"]),
            row_count=int(stated["row_count"]),
            byte_size=sum((folder / name).stat().st_size for name in MEMBERS if (folder / name).exists()),
            unread=tuple(stated["unread"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(
            where=str(path),
            found="no manifest" if not path.is_file() else "a manifest that is not as it was written",
            expected="a folder written by `ttdn backup`",
            remedy="Name another backup: `ttdn backup --list` shows those that are whole.",
        ) from error


def check_backup(folder: Path) -> Backup:
    """The backup, once every byte of it has been compared with its hash. Raises BackupError that names all faults."""
    backup = read_backup(folder)
    faults = []
    for name, wanted in backup.members.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            faults.append(f"{name} is missing")
        elif hash_file(path) != wanted:
            faults.append(f"{name} was changed or damaged")
    if faults:
        raise BackupError(
            where=str(folder),
            found="; ".join(faults),
            expected="every member as it was written",
            remedy="Use another backup; this one cannot be laid back in full.",
        )
    return backup


def list_backups(place: Path) -> list[Backup]:
    """The backups in a folder whose manifests can be believed, newest first."""
    if not place.is_dir():
        return []
    found = []
    for folder in place.iterdir():
        if _NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink():
            try:
                found.append(read_backup(folder))
            except BackupError:
                continue
    return sorted(found, key=lambda each: each.taken_at, reverse=True)


def remove_old_backups(place: Path, *, keep: int) -> list[Path]:
    """Remove all but the `keep` newest whole backups; the folders removed."""
    old = [backup.folder for backup in list_backups(place)[keep:]]
    for folder in old:
        shutil.rmtree(folder)
    return old


def remove_interrupted(place: Path) -> list[Path]:
    """Remove what interrupted backups left behind; the folders removed. For whoever holds the place's lock."""
    left_behind = [
        folder
        for folder in place.iterdir()
        if folder.name.endswith(PARTIAL) and _NAME.fullmatch(folder.name.removesuffix(PARTIAL))
    ]
    for folder in left_behind:
        shutil.rmtree(folder)
    return left_behind


def _hash_of(stated: Mapping[str, Any]) -> str:
    canonical = json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
