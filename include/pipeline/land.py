"""Land: take a file's bytes once, note every arrival.

A receipt is one arrival. Bytes are kept under their hash, never under the sender's file name.
Of a file whose name carries a secrecy mark only hash, size and time are taken; the gate then refuses it unread.
"""

from __future__ import annotations

import csv
import hashlib
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from include import faults
from include.calendar.periods import VIETNAM
from include.drafts import draft_folder
from include.errors import SourceContractError
from include.readers.secrecy import name_is_marked
from include.settings import Settings
from include.sources import Source, broken_sources, list_sources

MANIFEST_NAME = "_manifest.csv"
"""Beside the files of a drop, with columns file and received_at: the true times of receipt of a drop copied later."""

_NOT_REPORTS = ("~$", ".", "_")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_CHUNK = 1 << 20
_NEUTRAL_NAME = "(tên tệp có dấu hiệu mật, không lưu)"
_NAME_NOT_KEPT = "(tên tệp không lưu)"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One arrival of a file. `path` is where its bytes lie: the landing folder, or the given path in a dry run."""

    receipt_id: int
    receipt_number: str
    sha256: str
    byte_size: int
    original_name: str
    source_id: str
    received_at: datetime
    path: Path
    sent_path: Path | None = None


def list_reports(paths: Iterable[Path]) -> tuple[list[Path], int]:
    """The files among `paths`, folders searched through, in name order, and how many were passed over.

    Lock files of office programs, hidden files, names starting with an underscore and anything that is not
    a plain file (pipes, links out of the folder) are no reports.
    """
    found: list[Path] = []
    passed_over = 0
    for given in paths:
        candidates = sorted(p for p in given.rglob("*") if not p.is_dir()) if given.is_dir() else [given]
        for path in candidates:
            # A link inside a drop may point out of it; one that was named on purpose is followed.
            if _is_report(path) and path.is_file() and (path == given or not path.is_symlink()):
                found.append(path)
            else:
                passed_over += 1
    return found, passed_over


def list_inbox(inbox: Path, source: Source) -> list[Path]:
    """What lies in the source's part of the inbox: its folder, or the top without the folders of the other sources."""
    folder = inbox / source.inbox
    reports, _ = list_reports([folder]) if folder.is_dir() else ([], 0)
    others = {inbox / each.inbox for each in list_sources(loadable_only=False)} - {folder}
    others |= {inbox / each.source_id for each in broken_sources()} - {folder}
    inner = [other for other in others if other.is_relative_to(folder)]
    return [path for path in reports if not any(path.is_relative_to(other) for other in inner)]


def open_receipts(connection: Connection, source: Source) -> list[int]:
    """Arrivals of the source without verdict or, where it answers, without answer; in order of receipt."""
    rows = connection.execute(
        text(
            "select receipt_id from landing.receipt where source_id = :source_id"
            " and (verdict is null or (answer_name is null and :is_answered)) order by received_at, receipt_id"
        ),
        {"source_id": source.source_id, "is_answered": source.answerer is not None},
    )
    return list(rows.scalars())


def _is_report(path: Path) -> bool:
    return not path.name.startswith(_NOT_REPORTS) and path.name.lower() not in _SYSTEM_FILES


def read_manifest(folder: Path) -> dict[str, datetime]:
    """Receipt times a drop brings along, by file name in NFC; empty when it brings none.

    Raises SourceContractError for a manifest that cannot be read: guessing would make a late report on time.
    """
    manifest = folder / MANIFEST_NAME
    if not manifest.is_file():
        return {}
    times: dict[str, datetime] = {}
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            for line in csv.DictReader(lines):
                moment = datetime.fromisoformat(line["received_at"])
                name = unicodedata.normalize("NFC", line["file"])
                times[name] = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    except (KeyError, TypeError, ValueError) as error:
        raise SourceContractError(
            where=str(manifest),
            found=f"{type(error).__name__} after {len(times)} lines",
            expected="columns file and received_at, separated by commas, moments in ISO 8601",
            remedy="Correct the manifest, or remove it: then the moment of landing counts as receipt.",
        ) from error
    return times


def hash_file(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def land_file(
    connection: Connection,
    settings: Settings,
    path: Path,
    *,
    source_id: str,
    received_at: datetime,
    inbox_fingerprint: str | None = None,
) -> Receipt:
    """Copy the bytes to the landing folder (once per content) and write the receipt, in the caller's transaction.

    The copy is complete before the receipt exists: written aside, flushed, then renamed. Of a file whose name
    carries a secrecy mark no copy is made and the name is not written down.
    """
    is_marked = name_is_marked(printable_name(path.name))
    sha256, byte_size = hash_file(path) if is_marked else _take_bytes(path, settings.landing)
    stored = settings.landing / stored_name(sha256)
    connection.execute(
        text(
            "insert into landing.file (sha256, byte_size, stored_name, first_received_at)"
            " values (:sha256, :byte_size, :stored_name, :received_at) on conflict (sha256) do nothing"
        ),
        {"sha256": sha256, "byte_size": byte_size, "stored_name": stored_name(sha256), "received_at": received_at},
    )
    if is_marked:
        forget_file(connection, sha256)
    faults.hit("land_before_receipt")
    return note_receipt(
        connection,
        sha256=sha256,
        byte_size=byte_size,
        original_name=_NEUTRAL_NAME if is_marked else path.name,
        source_id=source_id,
        received_at=received_at,
        stored=stored,
        sent_path=path,
        inbox_fingerprint=inbox_fingerprint,
    )


def note_receipt(
    connection: Connection,
    *,
    sha256: str,
    byte_size: int,
    original_name: str,
    source_id: str,
    received_at: datetime,
    stored: Path,
    sent_path: Path | None,
    inbox_fingerprint: str | None,
) -> Receipt:
    """Write one arrival and return it with its number, BN-<year>-<counter>."""
    receipt_id = connection.execute(
        text("select nextval(pg_get_serial_sequence('landing.receipt', 'receipt_id'))")
    ).scalar_one()
    number = f"BN-{received_at.astimezone(VIETNAM).year}-{receipt_id:06d}"
    name = printable_name(original_name)
    connection.execute(
        text(
            "insert into landing.receipt (receipt_id, receipt_number, sha256, byte_size, original_name, source_id,"
            " received_at, inbox_fingerprint) overriding system value"
            " values (:receipt_id, :number, :sha256, :byte_size, :name, :source_id, :received_at, :fingerprint)"
        ),
        {
            "receipt_id": receipt_id,
            "number": number,
            "sha256": sha256,
            "byte_size": byte_size,
            "name": name,
            "source_id": source_id,
            "received_at": received_at,
            "fingerprint": inbox_fingerprint,
        },
    )
    return Receipt(receipt_id, number, sha256, byte_size, name, source_id, received_at, stored, sent_path)


def forget_file(connection: Connection, sha256: str, code: str = "SECRET") -> None:
    """Mark a file that may not be kept as forgotten and blank the names it came under; the rest of its receipts stays.

    The bytes are removed by `remove_forgotten` once this is committed, so that a crash in between cannot make the
    file look like a damaged one.
    """
    connection.execute(
        text(
            "update landing.file set forgotten_at = coalesce(forgotten_at, now()),"
            " forgotten_code = coalesce(forgotten_code, :code) where sha256 = :sha256"
        ),
        {"sha256": sha256, "code": code},
    )
    connection.execute(
        text("update landing.receipt set original_name = :name where sha256 = :sha256"),
        {"name": _NEUTRAL_NAME if code == "SECRET" else _NAME_NOT_KEPT, "sha256": sha256},
    )


def forgotten_among(connection: Connection, receipts: Sequence[Receipt]) -> dict[str, str]:
    """Hashes among the arrivals that may not be kept, each with the code it is refused with, without being read."""
    rows = connection.execute(
        text(
            "select sha256, forgotten_code from landing.file where forgotten_at is not null and sha256 = any(:hashes)"
        ),
        {"hashes": [receipt.sha256 for receipt in receipts]},
    )
    return {row.sha256: row.forgotten_code for row in rows}


def remove_forgotten(connection: Connection, settings: Settings) -> None:
    """Remove the bytes of every forgotten file; also what a crash left behind."""
    for sha256 in connection.execute(text("select sha256 from landing.file where forgotten_at is not null")).scalars():
        faults.hit("forget_before_unlink")
        (settings.landing / stored_name(sha256)).unlink(missing_ok=True)


def inbox_fingerprint(folder: Path, path: Path) -> str:
    """What tells an inbox file taken before from one replaced since: a hash of name below the inbox, size and time.

    Hashed, because the name may carry a secrecy mark.
    """
    facts = path.stat()
    name = os.fsencode(path.relative_to(folder))
    return hashlib.sha256(name + f"|{facts.st_size}|{facts.st_mtime_ns}".encode()).hexdigest()


def known_fingerprints(connection: Connection, fingerprints: Sequence[str]) -> set[str]:
    """Which of the fingerprints have been received already."""
    rows = connection.execute(
        text("select inbox_fingerprint from landing.receipt where inbox_fingerprint = any(:fingerprints)"),
        {"fingerprints": list(fingerprints)},
    )
    return set(rows.scalars())


def load_receipts(connection: Connection, settings: Settings, receipt_ids: Sequence[int]) -> list[Receipt]:
    """The receipts of those ids in order of receipt, each with the place of its bytes."""
    rows = connection.execute(
        text(
            "select receipt_id, receipt_number, sha256, byte_size, original_name, source_id, received_at"
            " from landing.receipt where receipt_id = any(:ids) order by received_at, receipt_id"
        ),
        {"ids": list(receipt_ids)},
    )
    return [Receipt(**row._mapping, path=settings.landing / stored_name(row.sha256)) for row in rows]


def stored_name(sha256: str) -> str:
    """Path of the bytes below the landing folder."""
    return f"{sha256[:2]}/{sha256}"


def printable_name(name: str) -> str:
    """The sender's file name in NFC, undecodable bytes and control characters shown as a replacement mark."""
    shown = os.fsencode(name).decode("utf-8", errors="replace")
    return unicodedata.normalize("NFC", "".join(c if c.isprintable() else "\ufffd" for c in shown))


def _take_bytes(path: Path, landing: Path) -> tuple[str, int]:
    # Hashed while copied: a file replaced in the meantime can never lie under another file's hash.
    landing.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with draft_folder(landing) as drafts:
        aside = drafts / "bytes"
        with path.open("rb") as source, aside.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
            target.flush()
            os.fsync(target.fileno())
        faults.hit("land_before_rename")
        stored = landing / stored_name(digest.hexdigest())
        stored.parent.mkdir(exist_ok=True)
        aside.replace(stored)
        faults.hit("land_after_rename")
    return digest.hexdigest(), size


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)
