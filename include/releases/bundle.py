"""A bundle and its manifest: what is in it, under which edition, signed; and whether one is as it was signed.

Verifying needs the bundle and a public key: no database, no settings, no network.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from include.calendar.periods import VIETNAM
from include.releases.signing import PublicKey

if TYPE_CHECKING:
    from include.extracts.leadership.edition import Edition
    from include.releases.signing import SigningKey

MANIFEST_NAME: Final = "manifest.json"
SIGNATURE_NAME: Final = "manifest.sig"
SNAPSHOT_NAME: Final = "snapshot.json"
FORMAT: Final = "ttdn-bundle/1"

# Both are read whole; no bundle of ours comes near.
_LARGEST_MANIFEST = 1_000_000
_SIGNATURE_BYTES = 64
_PIECE = 1 << 20

Signer = Literal["known", "unknown", "nobody"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one file of a bundle, told to whoever received it."""

    file: str
    code: str
    text_vi: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `signer` is nobody where the signature holds for no key, unknown where the key is not trusted.

    The descriptions come from the manifest and are empty where it could not be read.
    """

    number: str
    name: str
    is_draft: bool
    approved_by: str
    fingerprint: str
    signer: Signer
    file_count: int
    problems: tuple[Problem, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every file is the one the signature is about, whoever signed."""
        return self.signer != "nobody" and all(each.code == "unknown_key" for each in self.problems)

    @property
    def ok(self) -> bool:
        """Whether it is whole and signed by a key that is trusted."""
        return not self.problems


def sign_bundle(edition: Edition, folder: Path, key: SigningKey) -> None:
    """Write the manifest of all files in the folder and its signature; the same files and key give the same bytes."""
    files = [
        {"name": path.name, "sha256": hash_file(path), "byte_size": path.stat().st_size}
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.name not in (MANIFEST_NAME, SIGNATURE_NAME)
    ]
    approval = edition.approval
    manifest = {
        "format": FORMAT,
        "release": edition.release_code,
        "edition": edition.edition_number,
        "number": edition.number,
        "name": edition.name,
        "is_draft": edition.is_draft,
        "content_hash": edition.content_hash,
        "code_version": edition.code_version,
        "as_known_at": _moment(edition.as_known_at),
        "frozen_at": _moment(edition.frozen_at),
        "frozen_by": edition.frozen_by,
        "approval": approval
        and {
            "reviewed_by": approval.reviewed_by,
            "approved_by": approval.approved_by,
            "approved_at": _moment(approval.approved_at),
        },
        "files": files,
        "key": {"fingerprint": key.public.fingerprint, "pem": key.public.pem},
    }
    content = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    (folder / MANIFEST_NAME).write_bytes(content)
    (folder / SIGNATURE_NAME).write_bytes(key.sign(content))


def hash_file(path: Path) -> str:
    """SHA-256 of its bytes, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_bundle(bundle: Path, keys: Iterable[PublicKey] = ()) -> Verification:
    """Whether a bundle (its folder, or one .zip of it) is what a key of `keys` signed; every problem at once.

    Reads files only, changes none, unpacks none. Raises OSError when there is nothing at `bundle` to read.
    """
    with _opened(bundle) as contents:
        return _verify(contents, tuple(keys))


def _moment(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat()


# --- what there is to read ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Contents:
    """The files of a bundle by name, and what was found that is no file of one."""

    files: Mapping[str, Callable[[], AbstractContextManager[IO[bytes]]]]
    problems: tuple[Problem, ...]

    def read(self, name: str, most_bytes: int) -> bytes | None:
        """The file when it is there, can be read and is no longer than that."""
        if name not in self.files:
            return None
        try:
            with self.files[name]() as file:
                content = file.read(most_bytes + 1)
        except _UNREADABLE:
            return None
        return content if len(content) <= most_bytes else None

    def measure(self, name: str, most_bytes: int) -> tuple[str, int] | None:
        """Its hash and size, read no further than one byte more than `most_bytes`; None where it cannot be read."""
        found, size = hashlib.sha256(), 0
        try:
            with self.files[name]() as file:
                while size <= most_bytes and (piece := file.read(min(_PIECE, most_bytes + 1 - size))):
                    found.update(piece)
                    size += len(piece)
        except _UNREADABLE:
            return None
        return found.hexdigest(), size


# What a damaged or foreign .zip raises, beside the file system's own.
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError)


@contextmanager
def _opened(bundle: Path) -> Iterator[_Contents]:
    if bundle.is_dir():
        yield _folder_contents(bundle)
        return
    with bundle.open("rb") as file:
        try:
            container = zipfile.ZipFile(file)
        except _UNREADABLE:
            yield _Contents({}, (Problem(bundle.name, "not_a_bundle", "Không phải thư mục gói tệp hay tệp .zip."),))
            return
        with container:
            yield _zip_contents(container)


def _folder_contents(folder: Path) -> _Contents:
    files: dict[str, Callable[[], AbstractContextManager[IO[bytes]]]] = {}
    problems = []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.is_symlink() or not path.is_file():
            problems.append(Problem(path.name, "not_a_file", "Không phải tệp thường (thư mục con hoặc liên kết)."))
        else:
            files[path.name] = partial(_open_file, path)
    return _Contents(files, tuple(problems))


def _open_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _zip_contents(container: zipfile.ZipFile) -> _Contents:
    members = [member for member in container.infolist() if not member.is_dir()]
    # Packed with its folder or without it, a bundle is the same bundle.
    folders = {member.filename.rpartition("/")[0] for member in members}
    prefix = f"{folders.pop()}/" if len(folders) == 1 and "" not in folders else ""
    names = Counter(member.filename.removeprefix(prefix) for member in members)
    problems = [
        Problem(name, "twice", f"Có {count} tệp cùng tên trong gói nén.") for name, count in names.items() if count > 1
    ]
    files: dict[str, Callable[[], AbstractContextManager[IO[bytes]]]] = {
        member.filename.removeprefix(prefix): partial(container.open, member) for member in members
    }
    return _Contents(files, tuple(problems))


# --- whether it is as signed --------------------------------------------------------------------------------


def _verify(contents: _Contents, keys: tuple[PublicKey, ...]) -> Verification:
    problems = list(contents.problems)
    raw = contents.read(MANIFEST_NAME, _LARGEST_MANIFEST)
    manifest = _parse(raw) if raw is not None else None
    if raw is None:
        problems.append(Problem(MANIFEST_NAME, "missing", "Không có bản kê, hoặc không đọc được."))
    elif manifest is None:
        problems.append(Problem(MANIFEST_NAME, "damaged", "Bản kê bị hỏng, không đọc được."))
    signer, key_problems = _check_signature(contents, raw, manifest, keys)
    problems += key_problems
    problems += _check_files(contents, manifest)
    return Verification(
        number=manifest.number if manifest else "",
        name=manifest.name if manifest else "",
        is_draft=manifest.is_draft if manifest else False,
        approved_by=manifest.approved_by if manifest else "",
        fingerprint=manifest.key.fingerprint if manifest else "",
        signer=signer,
        file_count=len(contents.files),
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class _Manifest:
    number: str
    name: str
    is_draft: bool
    content_hash: str
    frozen_at: datetime
    approved_by: str
    approved_at: datetime | None
    files: Mapping[str, tuple[str, int]]
    key: PublicKey


def _parse(raw: bytes) -> _Manifest | None:
    """The manifest, None where it is not one: it may be anything anybody wrote."""
    try:
        told: Any = json.loads(raw.decode("utf-8"))
        approval = told["approval"]
        files = {str(each["name"]): (str(each["sha256"]), int(each["byte_size"])) for each in told["files"]}
        if told["format"] != FORMAT or len(files) != len(told["files"]) or (approval is None) != bool(told["is_draft"]):
            return None
        return _Manifest(
            number=str(told["number"]),
            name=str(told["name"]),
            is_draft=bool(told["is_draft"]),
            content_hash=str(told["content_hash"]),
            frozen_at=datetime.fromisoformat(told["frozen_at"]),
            approved_by=str(approval["approved_by"]) if approval else "",
            approved_at=datetime.fromisoformat(approval["approved_at"]) if approval else None,
            files=files,
            key=PublicKey(str(told["key"]["fingerprint"]), str(told["key"]["pem"])),
        )
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def _check_signature(
    contents: _Contents, raw: bytes | None, manifest: _Manifest | None, keys: tuple[PublicKey, ...]
) -> tuple[Signer, list[Problem]]:
    signature = contents.read(SIGNATURE_NAME, _SIGNATURE_BYTES)
    if signature is None or len(signature) != _SIGNATURE_BYTES:
        return "nobody", [Problem(SIGNATURE_NAME, "missing", "Không có chữ ký, hoặc chữ ký bị hỏng.")]
    if raw is None:
        return "nobody", []
    trusted = next((key for key in keys if key.signed(raw, signature)), None)
    if trusted is None and (manifest is None or not _signed_by_named_key(manifest.key, raw, signature)):
        text = "Chữ ký không khớp với bản kê: một trong hai đã bị thay đổi."
        return "nobody", [Problem(SIGNATURE_NAME, "wrong_signature", text)]
    if trusted is None:
        text = "Ký bằng khóa không có trong danh sách khóa tin cậy. Hãy hỏi nơi gửi và so dấu vân tay của khóa."
        return "unknown", [Problem(SIGNATURE_NAME, "unknown_key", text)]
    decided_at = (manifest.approved_at or manifest.frozen_at) if manifest else None
    if trusted.until is not None and decided_at is not None and decided_at > trusted.until:
        text = f"Khóa đã bị thay từ {trusted.until.astimezone(VIETNAM):%d/%m/%Y, %H:%M}, trước lúc duyệt bản này."
        return "known", [Problem(SIGNATURE_NAME, "key_was_replaced", text)]
    return "known", []


def _signed_by_named_key(key: PublicKey, content: bytes, signature: bytes) -> bool:
    try:
        return key.signed(content, signature)
    except (ValueError, TypeError):
        return False


def _check_files(contents: _Contents, manifest: _Manifest | None) -> Iterator[Problem]:
    if manifest is None:
        return
    for name, (sha256, byte_size) in manifest.files.items():
        if name not in contents.files:
            yield Problem(name, "missing", "Thiếu tệp này.")
        elif contents.measure(name, byte_size) != (sha256, byte_size):
            yield Problem(name, "changed", "Nội dung đã bị thay đổi sau khi ký.")
    for name in contents.files:
        if name not in manifest.files and name not in (MANIFEST_NAME, SIGNATURE_NAME):
            yield Problem(name, "extra", "Tệp này không có trong bản kê.")
    listed, _ = manifest.files.get(SNAPSHOT_NAME, ("", 0))
    if listed != manifest.content_hash:
        yield Problem(
            SNAPSHOT_NAME, "other_snapshot", "Không phải bản số liệu đã chốt mà các tài liệu được viết từ đó."
        )
