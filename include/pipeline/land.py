"""Land: take a file's bytes once, note every arrival.

A receipt is one arrival. A file is opened once, never through a link, and what is opened must be a plain file: what is
hashed is what is copied. Bytes are kept under their hash, never under the sender's file name. The name itself waits in
a file beside them until the gate has decided: a row of the database that is overwritten leaves its old text behind in
the table's pages and in the write-ahead log, a file that is removed does not.
Of a file whose name carries a secrecy mark only hash, size and time are taken; the gate then refuses it unread.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import logging
import os
import stat
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from typing import Final

from sqlalchemy import Connection, text

from include import faults
from include.calendar.periods import VIETNAM, read_moment
from include.drafts import draft_folder, flush, remove_abandoned
from include.errors import NoRoomError, PlatformError, SourceContractError
from include.readers.personal_data import mask_file_name
from include.readers.secrecy import file_is_marked, name_is_marked
from include.settings import Settings
from include.sources import Source, broken_sources, list_sources

MANIFEST_NAME = "_manifest.csv"
"""Beside the files of a drop, with columns file and received_at: the true times of receipt of a drop copied later."""

INCOMPLETE_AFTER_SECONDS: Final = 30 * 60
"""An inbox file that is empty, or lacks its end, may still be on its way so long; then its sender is told."""

LARGEST_FILE_BYTES: Final = 4_000_000_000
"""Twice what any source takes. A larger file is not even copied: one that is mostly hole costs its sender nothing."""

REASONS_VI: Final[Mapping[str, str]] = {
    "LINK": "là liên kết, không phải tệp; hãy chép chính tệp đó vào đây",
    "HARD_LINK": "còn có tên thứ hai ở chỗ khác (liên kết cứng); hãy chép thành tệp riêng",
    "FOLDER": "là thư mục đặt tên như tệp; hãy lấy tệp ở bên trong ra",
    "NOT_A_FILE": "không phải tệp thường (ống dẫn, thiết bị)",
    "GONE": "vừa bị xóa hoặc đổi tên",
    "NO_RIGHT": "nền tảng không có quyền đọc",
    "CHANGED": "đang được ghi; lần sau sẽ nhận",
    "TOO_LARGE": f"lớn hơn {LARGEST_FILE_BYTES // 10**9} GB, không nguồn nào nhận; hãy tách nhỏ rồi gửi lại",
    "UNREADABLE": "ổ đĩa báo lỗi khi đọc",
}
"""Why something found among the files was not taken; nothing is known of its content."""

_LOG = logging.getLogger(__name__)

_SET_BACK_BY_AT_MOST = timedelta(days=1)
_NOT_REPORTS = ("~$", ".", "_")
_ON_THEIR_WAY = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".download", ".opdownload")
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_FILE_SUFFIXES = (".xlsx", ".xls", ".xlsm", ".ods", ".docx", ".csv", ".gz", ".parquet", ".xml", ".zip", ".json")
_REASON_OF = {
    errno.ELOOP: "LINK",
    errno.ENOENT: "GONE",
    errno.EACCES: "NO_RIGHT",
    errno.EPERM: "NO_RIGHT",
    errno.ENXIO: "NOT_A_FILE",
    errno.ENODEV: "NOT_A_FILE",
    errno.EISDIR: "FOLDER",
}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_CHUNK = 1 << 20
# The record itself and the longest comment behind it.
_LONGEST_END_OF_ZIP = 22 + 65_535
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


@dataclass(frozen=True, slots=True)
class OddFile:
    """Something among the files that was not taken; `reason` is a key of REASONS_VI."""

    path: Path
    reason: str

    @property
    def text_vi(self) -> str:
        """The reason in words, without the name."""
        return REASONS_VI[self.reason]


class FileNotTaken(PlatformError):
    """A file that could not be taken; the others are not touched by it."""

    def __init__(self, path: Path, reason: str, found: str) -> None:
        self.odd = OddFile(path, reason)
        super().__init__(
            where=shown_path(path),
            found=f"{reason}: {found}",
            expected=f"a plain file of its own of at most {LARGEST_FILE_BYTES} bytes"
            " that can be read and is not being written",
            remedy="Put the file itself there, give the platform's user the right to read it, or remove it.",
        )


@dataclass(slots=True)
class Listing:
    """What was found: reports in order, things that cannot be taken, and how many were passed over as no reports.

    `folder_of` has, for a report that was found in a folder, the folder that was searched.
    """

    reports: list[Path] = field(default_factory=list)
    odd: list[OddFile] = field(default_factory=list)
    passed_over: int = 0
    folder_of: dict[Path, Path] = field(default_factory=dict)


def list_reports(paths: Iterable[Path]) -> Listing:
    """The files among `paths`, folders searched through, in name order.

    Lock files of office programs, hidden files, files a program is still fetching (.part, .tmp, .crdownload), and names
    starting with an underscore are passed over. Links, pipes, devices, folders that are links or named like a file, and
    what may not be looked at are told as odd, and never followed or opened.
    """
    listing = Listing()
    for given in paths:
        if not is_folder(given):
            _look_at(given, listing)
            continue
        for path in sorted(_walk(given, listing)):
            if _look_at(path, listing):
                listing.folder_of[path] = given
    return listing


def is_folder(path: Path) -> bool:
    """Whether there is a folder of that name; False also where nobody may look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _walk(folder: Path, listing: Listing) -> Iterator[Path]:
    def tell(error: OSError) -> None:
        listing.odd.append(OddFile(Path(os.fsdecode(error.filename)), _REASON_OF.get(error.errno or 0, "UNREADABLE")))

    for here, folders, names in os.walk(folder, onerror=tell):
        for name in sorted(folders):
            inner = Path(here, name)
            if inner.is_symlink():
                listing.odd.append(OddFile(inner, "LINK"))
            elif name.lower().endswith(_FILE_SUFFIXES) and _is_report(inner):
                listing.odd.append(OddFile(inner, "FOLDER"))
                folders.remove(name)
        yield from (Path(here, name) for name in names)


def _look_at(path: Path, listing: Listing) -> bool:
    if not _is_report(path):
        listing.passed_over += 1
        return False
    try:
        reason = _reason_against(path.lstat())
    except OSError as error:
        reason = _REASON_OF.get(error.errno or 0, "UNREADABLE")
    if reason is None:
        listing.reports.append(path)
    else:
        listing.odd.append(OddFile(path, reason))
    return reason is None


def _reason_against(facts: os.stat_result) -> str | None:
    if stat.S_ISLNK(facts.st_mode):
        return "LINK"
    if not stat.S_ISREG(facts.st_mode):
        return "NOT_A_FILE"
    # Whoever may write here could give a file elsewhere, which the sender may not read, a second name in the inbox.
    if facts.st_nlink > 1:
        return "HARD_LINK"
    return "TOO_LARGE" if facts.st_size > LARGEST_FILE_BYTES else None


def survey_inbox(inbox: Path, source: Source) -> Listing:
    """What lies in the source's part of the inbox: its folder, or the top without the folders of the other sources."""
    folder = inbox / source.inbox
    if folder.is_symlink() and folder != inbox:
        return Listing(odd=[OddFile(folder, "LINK")])
    found = list_reports([folder]) if folder.is_dir() else Listing()
    others = {inbox / each.inbox for each in list_sources(loadable_only=False)} - {folder}
    others |= {inbox / each.source_id for each in broken_sources()} - {folder}
    inner = [other for other in others if other.is_relative_to(folder)]

    def is_own(path: Path) -> bool:
        return not any(path.is_relative_to(other) for other in inner)

    return Listing(
        [path for path in found.reports if is_own(path)],
        [odd for odd in found.odd if is_own(odd.path)],
        found.passed_over,
        found.folder_of,
    )


def list_inbox(inbox: Path, source: Source) -> list[Path]:
    """The files in the source's part of the inbox that can be taken."""
    return survey_inbox(inbox, source).reports


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
    name = path.name.lower()
    return not name.startswith(_NOT_REPORTS) and not name.endswith(_ON_THEIR_WAY) and name not in _SYSTEM_FILES


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
                moment = read_moment(line["received_at"] or "")
                times[unicodedata.normalize("NFC", line["file"])] = moment
    except (KeyError, TypeError, ValueError, OSError, csv.Error) as error:
        raise SourceContractError(
            where=shown_path(manifest),
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


@dataclass(frozen=True, slots=True)
class OpenReport:
    """A file held open: whatever happens to its name, these are its bytes. `facts` are those at opening."""

    path: Path
    descriptor: int
    facts: os.stat_result

    @property
    def look(self) -> tuple[int, ...]:
        """What tells this file, in this state, from another one or a later state."""
        return _look_of(self.facts)

    def read_all(self) -> Iterator[bytes]:
        """All bytes, from the first, in pieces.

        Raises FileNotTaken when the disk fails, or when the file grew, shrank or was written to meanwhile.
        """
        size = 0
        try:
            os.lseek(self.descriptor, 0, os.SEEK_SET)
            while piece := os.read(self.descriptor, _CHUNK):
                size += len(piece)
                if size > self.facts.st_size:
                    # A file that is written as fast as it is read has no end.
                    break
                yield piece
            after = os.fstat(self.descriptor)
        except OSError as error:
            raise _not_taken(self.path, error) from error
        before = (self.facts.st_size, self.facts.st_size, self.facts.st_mtime_ns)
        if (size, after.st_size, after.st_mtime_ns) != before:
            raise FileNotTaken(self.path, "CHANGED", f"{self.facts.st_size} bytes at first, {size} read")

    def seems_whole(self) -> bool:
        """Whether there is anything, and, of a zip container (xlsx, ods), the record that is written last."""
        if self.facts.st_size == 0:
            return False
        # Looked for as bytes: nothing of a stranger's file is parsed in this process.
        if os.pread(self.descriptor, 2, 0) != b"PK":
            return True
        tail = os.pread(self.descriptor, _LONGEST_END_OF_ZIP, max(0, self.facts.st_size - _LONGEST_END_OF_ZIP))
        return b"PK\x05\x06" in tail


@contextmanager
def opened_report(path: Path, folder: Path | None = None) -> Iterator[OpenReport]:
    """Open the file once, through no link: neither its own name nor a folder between it and `folder` may be one.

    Never waits for a pipe. Raises FileNotTaken for whatever is no plain file, is gone, may not be read or has more than
    LARGEST_FILE_BYTES.
    """
    with ExitStack() as held:
        try:
            place: int | None = None
            name: str | Path = path
            if folder is not None:
                *between, name = path.relative_to(folder).parts
                place = _held(held, os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
                for part in between:
                    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                    place = _held(held, os.open(part, flags, dir_fd=place))
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
            descriptor = _held(held, os.open(name, flags, dir_fd=place))
            facts = os.fstat(descriptor)
        except OSError as error:
            raise _not_taken(path, error) from error
        if reason := _reason_against(facts):
            raise FileNotTaken(
                path,
                "FOLDER" if stat.S_ISDIR(facts.st_mode) else reason,
                f"{facts.st_size} bytes" if reason == "TOO_LARGE" else "not a plain file",
            )
        yield OpenReport(path, descriptor, facts)


def _held(held: ExitStack, descriptor: int) -> int:
    held.callback(os.close, descriptor)
    return descriptor


def _not_taken(path: Path, error: OSError) -> FileNotTaken:
    # A folder on the way that became a link answers ENOTDIR, being no folder.
    reason = "LINK" if error.errno == errno.ENOTDIR else _REASON_OF.get(error.errno or 0, "UNREADABLE")
    return FileNotTaken(path, reason, error.strerror or type(error).__name__)


def _look_of(facts: os.stat_result) -> tuple[int, ...]:
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def hash_report(path: Path, folder: Path | None = None) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes. Raises FileNotTaken for what is no plain file, or changes while it is read."""
    digest = hashlib.sha256()
    with opened_report(path, folder) as report:
        for piece in report.read_all():
            digest.update(piece)
        return digest.hexdigest(), report.facts.st_size


def remove_left_drafts(settings: Settings) -> int:
    """Remove what killed runs left unfinished in the landing folder and the outbox; how many folders there were."""
    return sum(remove_abandoned(folder) for folder in (settings.landing, settings.outbox))


def land_file(
    connection: Connection,
    settings: Settings,
    report: OpenReport,
    *,
    source_id: str,
    received_at: datetime,
    inbox_fingerprint: str | None = None,
    sent_in: Path | None = None,
) -> Receipt:
    """Copy the bytes to the landing folder (once per content) and write the receipt, in the caller's transaction.

    The copy is complete before the receipt exists: written aside, flushed, then renamed. Of a file whose name, or a
    folder between it and the folder `sent_in` it was sent with, carries a secrecy mark no copy is made and the name is
    not written down. Raises FileNotTaken when the file cannot be read or is being written, NoRoomError when the landing
    folder is full; then nothing was copied or noted.
    """
    path = report.path
    is_marked = is_marked_path(path, sent_in)
    sha256, byte_size = _take_bytes(report, None if is_marked else settings.landing)
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
        original_name=NEUTRAL_NAME if is_marked else path.name,
        source_id=source_id,
        received_at=received_at,
        stored=stored,
        sent_path=path,
        inbox_fingerprint=inbox_fingerprint,
    )


def shown_path(path: Path) -> str:
    """The path as a log, a notice or a page may show it: no part with a mark in it, no personal data."""
    parts = [printable_name(part) for part in path.parts]
    shown = [
        NEUTRAL_NAME if (file_is_marked if part is parts[-1] else name_is_marked)(part) else _masked_name(part)
        for part in parts
    ]
    return str(PurePath(*shown))


def _masked_name(name: str) -> str:
    # What is no ending may be the end of a mail address.
    ending = PurePath(name).suffix if name.lower().endswith(_FILE_SUFFIXES) else ""
    return mask_file_name(name.removesuffix(ending)) + ending


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
    name = _masked_name(printable_name(original_name))
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
            "update landing.file set forgotten_at = coalesce(forgotten_at, now()), forgotten_code ="
            " case when :code = 'SECRET' then :code else coalesce(forgotten_code, :code) end where sha256 = :sha256"
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
        faults.hit("forget_before_unlink")
        (settings.landing / stored_name(sha256)).unlink(missing_ok=True)


def inbox_fingerprint(folder: Path, path: Path, facts: os.stat_result | None = None) -> str:
    """What tells an inbox file taken before from one replaced since: a hash of name below the inbox, size and time.

    Hashed, because the name may carry a secrecy mark. `facts` are those of the opened file; without them the name is
    asked. Raises OSError when the name is gone.
    """
    facts = facts or path.lstat()
    name = os.fsencode(path.relative_to(folder))
    return hashlib.sha256(name + f"|{facts.st_size}|{facts.st_mtime_ns}".encode()).hexdigest()


def fingerprints_of(inbox: Path, paths: Iterable[Path]) -> dict[Path, str]:
    """The fingerprint of each inbox file; one that is gone since it was listed has none."""
    prints = {}
    for path in paths:
        with suppress(OSError):
            prints[path] = inbox_fingerprint(inbox, path)
    return prints


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
    """Put the name an arrival came under aside, down to the disk, until the gate has decided on it."""
    folder = landing / _NAMES
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(receipt_id)).write_text(name, encoding="utf-8")
        flush(folder / str(receipt_id))
        flush(folder)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _no_room(landing, "a file's name") from error
        raise


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


def _take_bytes(report: OpenReport, landing: Path | None) -> tuple[str, int]:
    # Hashed while copied: a file replaced in the meantime can never lie under another file's hash.
    digest = hashlib.sha256()
    if landing is None:
        for piece in report.read_all():
            digest.update(piece)
        return digest.hexdigest(), report.facts.st_size
    try:
        landing.mkdir(parents=True, exist_ok=True)
        with draft_folder(landing) as drafts:
            _copy_whole(report, landing, drafts / "bytes", digest)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _no_room(landing, f"the {report.facts.st_size} bytes of {shown_path(report.path)}") from error
        raise
    return digest.hexdigest(), report.facts.st_size


def _no_room(landing: Path, what: str) -> NoRoomError:
    return NoRoomError(
        where=str(landing),
        found=f"no room for {what}",
        expected="room for a copy of every file that arrives",
        remedy="Make room on that disk; docs/operations.md, “The disk is full”. The next run takes the file.",
    )


def _copy_whole(report: OpenReport, landing: Path, aside: Path, digest: hashlib._Hash) -> None:
    with aside.open("wb") as target:
        for piece in report.read_all():
            digest.update(piece)
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    faults.hit("land_before_rename")
    stored = landing / stored_name(digest.hexdigest())
    is_new_folder = not stored.parent.exists()
    stored.parent.mkdir(exist_ok=True)
    aside.replace(stored)
    # A name is kept by its folder: without this a power cut may leave a receipt whose bytes have no name.
    flush(stored.parent)
    if is_new_folder:
        flush(landing)
    faults.hit("land_after_rename")


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


class ReceiptClock:
    """The moments arrivals are dated with: never before an earlier arrival's, though the machine's clock be set back.

    Of two files about one thing the one received later counts, so a clock set back by an hour must not make today's
    correction older than what it corrects. Further back than a day no guess is made: either clock may be the wrong one.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: datetime | None = None

    def read(self) -> datetime:
        """The present moment, or a microsecond after the latest arrival dated up to a day ahead of it."""
        moment = now()
        if self._last is None or moment <= self._last:
            ahead = self._connection.execute(
                text("select max(received_at) from landing.receipt where received_at between :moment and :day_ahead"),
                {"moment": moment, "day_ahead": moment + _SET_BACK_BY_AT_MOST},
            ).scalar_one()
            if ahead is not None:
                _LOG.warning("the clock was set back: it is before %s, when the latest file was received", ahead)
                moment = ahead + timedelta(microseconds=1)
        self._last = moment
        return moment
