"""Land: take a file's bytes once, note every arrival.

A receipt is one arrival. Bytes are kept under their hash, never under the sender's file name. The name itself waits in
a file beside them until the gate has decided: a row of the database that is overwritten leaves its old text behind in
the table's pages and in the write-ahead log, a file that is removed does not.
Of a file whose name carries a secrecy mark only hash, size and time are taken; the gate then refuses it unread.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import stat
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from uuid import uuid4

from sqlalchemy import Connection, text

from include.calendar.periods import VIETNAM
from include.errors import SourceContractError
from include.readers.personal_data import mask_personal_data
from include.readers.secrecy import file_is_marked, name_is_marked
from include.settings import Settings
from include.sources import Source, broken_sources, list_sources

MANIFEST_NAME = "_manifest.csv"
"""Beside the files of a drop, with columns file and received_at: the true times of receipt of a drop copied later."""

_NOT_REPORTS = ("~$", ".", "_")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_CHUNK = 1 << 20
_NAMES = "names"
_STALE_SECONDS = 24 * 3600
_NAME_WAITS = "(tên tệp chờ đọc)"
NEUTRAL_NAME = "(tên tệp có dấu hiệu mật, không lưu)"
"""Stands for a name that carries a mark, and carries one itself: who meets it later refuses the file as well."""
_MAX_MANIFEST_BYTES = 1 << 20
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

    It is read in this process, unlike anything a sender sends: a plain file of bounded size whose lines are a name
    and a moment. Raises SourceContractError for a manifest that cannot be read: guessing would make a late report
    on time.
    """
    manifest = folder / MANIFEST_NAME
    if not os.path.lexists(manifest):
        return {}
    times: dict[str, datetime] = {}
    try:
        with io.StringIO(_manifest_text(manifest), newline="") as lines:
            for line in csv.DictReader(lines):
                moment = datetime.fromisoformat(line["received_at"])
                name = unicodedata.normalize("NFC", line["file"])
                times[name] = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    except (KeyError, TypeError, ValueError, OSError, csv.Error) as error:
        raise SourceContractError(
            where=str(manifest),
            found=f"{type(error).__name__} after {len(times)} lines",
            expected=f"a plain file of at most {_MAX_MANIFEST_BYTES} bytes with columns file and received_at,"
            " separated by commas, moments in ISO 8601",
            remedy="Correct the manifest, or remove it: then the moment of landing counts as receipt.",
        ) from error
    return times


def _manifest_text(manifest: Path) -> str:
    # No link, which may lead out of the drop, and no pipe, which would have us wait for its writer for ever.
    handle = os.open(manifest, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no plain file")
        content = file.read(_MAX_MANIFEST_BYTES + 1)
    if len(content) > _MAX_MANIFEST_BYTES:
        raise ValueError("too large")
    return content.decode("utf-8-sig")


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
    sent_in: Path | None = None,
) -> Receipt:
    """Copy the bytes to the landing folder (once per content) and write the receipt, in the caller's transaction.

    The copy is complete before the receipt exists: written aside, flushed, then renamed. Of a file whose name, or a
    folder between it and the folder `sent_in` it was sent with, carries a secrecy mark no copy is made and the name is
    not written down.
    """
    is_marked = is_marked_path(path, sent_in)
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
    return note_receipt(
        connection,
        sha256=sha256,
        byte_size=byte_size,
        original_name=NEUTRAL_NAME if is_marked else path.name,
        source_id=source_id,
        received_at=received_at,
        stored=stored,
        sent_path=path,
        inbox_fingerprint=inbox_fingerprint,
    )


def is_marked_path(path: Path, sent_in: Path | None) -> bool:
    """Whether the file's name, or that of a folder it lies in below `sent_in`, carries a secrecy mark."""
    folders = path.relative_to(sent_in).parts[:-1] if sent_in is not None and path.is_relative_to(sent_in) else ()
    return file_is_marked(printable_name(path.name)) or any(name_is_marked(printable_name(each)) for each in folders)


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
    shown = PurePath(printable_name(original_name))
    name = mask_personal_data(shown.stem) + shown.suffix
    keep_name(stored.parents[1], receipt_id, name)
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
            "name": _NAME_WAITS,
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
        {"name": NEUTRAL_NAME if code == "SECRET" else _NAME_NOT_KEPT, "sha256": sha256},
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
    receipts = [Receipt(**row._mapping, path=settings.landing / stored_name(row.sha256)) for row in rows]
    return [
        replace(receipt, original_name=_waiting_name(settings.landing, receipt.receipt_id) or receipt.original_name)
        for receipt in receipts
    ]


def keep_name(landing: Path, receipt_id: int, name: str) -> None:
    """Put the name an arrival came under aside until the gate has decided on it."""
    folder = landing / _NAMES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / str(receipt_id)).write_text(name, encoding="utf-8")


def write_names(connection: Connection, settings: Settings) -> None:
    """Write down the names of arrivals the gate has decided on, and commit; the names of forgotten files are dropped.

    A name whose arrival was never noted, because landing it broke off, is dropped after a day.
    """
    folder = settings.landing / _NAMES
    waiting = {int(path.name): path for path in folder.glob("[0-9]*")} if folder.is_dir() else {}
    rows = connection.execute(
        text(
            "select r.receipt_id, r.verdict is not null as is_decided, f.forgotten_at is not null as is_forgotten"
            " from landing.receipt as r inner join landing.file as f using (sha256) where r.receipt_id = any(:ids)"
        ),
        {"ids": list(waiting)},
    ).all()
    done = [row.receipt_id for row in rows if row.is_decided]
    kept = {row.receipt_id: row.is_forgotten for row in rows}
    for receipt_id in done:
        if not kept[receipt_id] and (name := _waiting_name(settings.landing, receipt_id)):
            connection.execute(
                text("update landing.receipt set original_name = :name where receipt_id = :receipt_id"),
                {"name": name, "receipt_id": receipt_id},
            )
    connection.commit()
    for receipt_id, path in waiting.items():
        if receipt_id in done or (receipt_id not in kept and _is_stale(path)):
            path.unlink(missing_ok=True)


def _waiting_name(landing: Path, receipt_id: int) -> str | None:
    try:
        return (landing / _NAMES / str(receipt_id)).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _is_stale(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _STALE_SECONDS
    except FileNotFoundError:
        return False


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
    aside = landing / f"{uuid4().hex}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, aside.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
            target.flush()
            os.fsync(target.fileno())
        stored = landing / stored_name(digest.hexdigest())
        stored.parent.mkdir(exist_ok=True)
        aside.replace(stored)
    finally:
        aside.unlink(missing_ok=True)
    return digest.hexdigest(), size


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)
