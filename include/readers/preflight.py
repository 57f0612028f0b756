"""Checks on a file's container before any library sees it: what it really is, and whether it is safe.

The parsers behind this gate can be made to abort or to eat all memory by files of a few kilobytes,
so sizes are counted while unpacking and never taken from what the file says about itself.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from include.readers.grid import WorkbookRefused, column_letters

Container = Literal["xlsx", "xls", "ods"]

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
# A ratio alone says little: a column of zeros packs 200 to 1. Both must be passed.
MAX_RATIO = 100
RATIO_COUNTS_FROM_BYTES = 200 * 1024 * 1024
MAX_ROW = 200_000
MAX_COLUMN = 500
MAX_AREA = 10_000_000
MAX_MERGED_CELLS = 1_000_000
MAX_MERGES = 20_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 256 * 1024
_OVERLAP = 4096
_END_RECORD_BYTES = 22

_TYPE_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"MZ", "EXE"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "GZIP"),
)

_EXTENSIONS: dict[str, tuple[Container, ...]] = {".xlsx": ("xlsx",), ".xls": ("xls",), ".ods": ("ods",)}

_MACRO_PARTS = re.compile(r"(?i)(vbaProject\.bin|vbaData\.xml|/macrosheets/|/dialogsheets/|^Basic/|^Scripts/)")
_EMBEDDED_PARTS = re.compile(r"(?i)(/embeddings/|/activeX/|/ctrlProps/.*\.bin$|^Object ?\d*/|ObjectReplacements/)")
_MACRO_CONTENT_TYPE = re.compile(rb"(?i)(macroEnabled|vbaProject|ms-excel\.macrosheet|ms-excel\.dialogsheet)")
_SHEET_PART = re.compile(r"(?i)^xl/worksheets/[^/]+\.xml$")
_FILLED_CELL = re.compile(
    rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]{1,7})(\d{1,10})[\"'](?:[^>/]|/(?!>))*>(?=\s*<[^/])"
)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Za-z]{1,7})(\d{1,10}):([A-Za-z]{1,7})(\d{1,10})[\"']")
_DECLARED_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_DTD_MARKS = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the container is. `named_otherwise` is set when the extension says something else."""

    container: Container
    named_otherwise: bool = False


def check_file(path: Path) -> Preflight:
    """What kind of workbook the file holds, by its content.

    Raises WorkbookRefused: EMPTY, TOO_BIG, INCOMPLETE, TYPE_MISMATCH, HTML_AS_XLS, ENCRYPTED, MACRO,
    ARCHIVE, EMBEDDED, DDE, ZIP_*, XML_DTD, SHEET_RANGE, TOO_MANY_ROWS, MERGE_RANGE.
    """
    size = path.stat().st_size
    if size == 0:
        raise WorkbookRefused("EMPTY")
    if size > MAX_FILE_BYTES:
        raise WorkbookRefused("TOO_BIG", f"{size / 1024 / 1024:.0f} MB")
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(b"PK"):
            container = _check_zip(file, size)
        elif head.startswith(_OLE):
            file.seek(0)
            container = _check_ole(file.read())
        elif head[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02") or head.startswith(b"\x09\x00\x04\x00"):
            container = "xls"  # a bare BIFF stream, as very old exports write it
        else:
            raise _not_a_workbook(head)
    extension = path.suffix.lower()
    return Preflight(container, named_otherwise=container not in _EXTENSIONS.get(extension, ()))


def _not_a_workbook(head: bytes) -> WorkbookRefused:
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").replace(b"\0", b"").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<div", b"<style")):
        return WorkbookRefused("HTML_AS_XLS")
    if b"<html" in text or (text.startswith(b"<?xml") and b"<table" in text):
        return WorkbookRefused("HTML_AS_XLS")
    if text.startswith(b"mime-version"):
        return WorkbookRefused("HTML_AS_XLS")
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        return WorkbookRefused("TYPE_MISMATCH", "Excel XML 2003")
    for mark, name in _TYPE_MARKS:
        if head.startswith(mark):
            return WorkbookRefused("TYPE_MISMATCH", name)
    if text.startswith((b"{", b"[")):
        return WorkbookRefused("TYPE_MISMATCH", "JSON")
    return WorkbookRefused("TYPE_MISMATCH", "không rõ loại")


# --- OLE: .xls, and the wrapper of encrypted workbooks -------------------------------------------------


def _check_ole(content: bytes) -> Container:
    names = _ole_names(content)
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise WorkbookRefused("ENCRYPTED")
    if not names & {"Workbook", "Book"}:
        raise WorkbookRefused("TYPE_MISMATCH", "DOC" if "WordDocument" in names else "OLE")
    return "xls"  # macros are told by the records of the Workbook stream: see xls.py


def _ole_names(content: bytes) -> set[str]:
    """The names in the compound file's directory; refuses one whose directory cannot be walked."""
    if len(content) < 512:
        raise WorkbookRefused("INCOMPLETE")
    sector_size = 1 << min(int.from_bytes(content[30:32], "little"), 16)
    (directory_start,) = struct.unpack_from("<I", content, 48)
    table: list[int] = []
    for (number,) in struct.iter_unpack("<I", content[76:512]):
        if number < 0xFFFFFFFA:
            start = (number + 1) * sector_size
            sector = content[start : start + sector_size]
            table.extend(value for (value,) in struct.iter_unpack("<I", sector[: len(sector) // 4 * 4]))
    names: set[str] = set()
    sector_number, steps = directory_start, 0
    while sector_number < 0xFFFFFFFA and steps < 4096:
        steps += 1
        start = (sector_number + 1) * sector_size
        sector = content[start : start + sector_size]
        if not sector:
            raise WorkbookRefused("INCOMPLETE")
        for offset in range(0, len(sector) - 127, 128):
            (length,) = struct.unpack_from("<H", sector, offset + 64)
            if 2 <= length <= 64:
                names.add(sector[offset : offset + length - 2].decode("utf-16-le", "replace"))
        sector_number = table[sector_number] if sector_number < len(table) else 0xFFFFFFFE
    return names


# --- zip: .xlsx and .ods -------------------------------------------------------------------------------


def _check_zip(file: IO[bytes], size: int) -> Container:
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise _broken_zip(file, size) from error
    with archive:
        entries = archive.infolist()
        _check_entries(entries)
        container = _container(archive, {entry.filename for entry in entries})
        _check_contents(archive, entries, container, size)
    return container


def _broken_zip(file: IO[bytes], size: int) -> WorkbookRefused:
    """Cut off in transport (no end record) or damaged in some other way."""
    file.seek(max(0, size - 66_000))
    tail = file.read()
    end_record = tail.rfind(b"PK\x05\x06")
    is_whole = end_record >= 0 and len(tail) - end_record >= _END_RECORD_BYTES
    return WorkbookRefused("ZIP_CORRUPT" if is_whole else "INCOMPLETE")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise WorkbookRefused("ZIP_ENTRIES", str(len(entries)))
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        parts = name.replace("\\", "/").split("/")
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in entry.orig_filename or is_link:
            raise WorkbookRefused("ZIP_PATH")
        key = name.replace("\\", "/").casefold()
        if key in seen:
            raise WorkbookRefused("ZIP_DUP")
        seen.add(key)
        if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookRefused("ZIP_METHOD")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise WorkbookRefused("ZIP_OVERLAP")
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size


def _container(archive: zipfile.ZipFile, names: set[str]) -> Container:
    if any(_MACRO_PARTS.search(name) for name in names):
        raise WorkbookRefused("MACRO")
    if "[Content_Types].xml" in names:
        content_types = _small_part(archive, "[Content_Types].xml")
        if "xl/workbook.bin" in names:
            raise WorkbookRefused("TYPE_MISMATCH", "XLSB")
        if _MACRO_CONTENT_TYPE.search(content_types):
            raise WorkbookRefused("MACRO")
        if "xl/workbook.xml" in names or b"spreadsheetml.sheet.main" in content_types:
            return "xlsx"
        for prefix, name in (("word/", "DOCX"), ("ppt/", "PPTX")):
            if any(entry.startswith(prefix) for entry in names):
                raise WorkbookRefused("TYPE_MISMATCH", name)
    if "mimetype" in names and "content.xml" in names:
        mimetype = _small_part(archive, "mimetype").strip()
        if b"opendocument.spreadsheet" not in mimetype:
            raise WorkbookRefused("TYPE_MISMATCH", "ODT" if b"opendocument.text" in mimetype else "ODF")
        if "META-INF/manifest.xml" in names and b"encryption-data" in _small_part(archive, "META-INF/manifest.xml"):
            raise WorkbookRefused("ENCRYPTED")
        return "ods"
    if any(name.lower().endswith((".xlsx", ".xls", ".ods")) for name in names):
        raise WorkbookRefused("ARCHIVE")
    raise WorkbookRefused("TYPE_MISMATCH", "ZIP")


def _small_part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise WorkbookRefused("ZIP_CORRUPT", name) from error


def _check_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], container: Container, size: int) -> None:
    if any(_EMBEDDED_PARTS.search(entry.filename) for entry in entries):
        raise WorkbookRefused("EMBEDDED")
    unpacked = 0
    for entry in entries:
        sheet = _SheetScan() if container == "xlsx" and _SHEET_PART.match(entry.filename) else None
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        scan = _PartScan(sheet) if is_xml else None
        for chunk in _chunks(archive, entry):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * size):
                raise WorkbookRefused("ZIP_BOMB")
            if scan is not None:
                scan.feed(chunk)
        if sheet is not None:
            sheet.finish()


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise WorkbookRefused("ZIP_CORRUPT", entry.filename) from error


class _PartScan:
    """Looks through one XML part, piece by piece, without parsing it."""

    def __init__(self, sheet: _SheetScan | None) -> None:
        self._sheet = sheet
        self._tail = b""
        self._is_first = True

    def feed(self, chunk: bytes) -> None:
        if self._is_first:
            _check_encoding(chunk)
            self._is_first = False
        window = self._tail + chunk
        if b"<!" in window or b"\0" in window:
            for mark in _DTD_MARKS:
                if mark in window:
                    raise WorkbookRefused("XML_DTD")
        if self._sheet is not None:
            self._sheet.look(window)
        # A tag cut in two by the piece's end is seen whole in the next window.
        self._tail = window[-_OVERLAP:]


def _check_encoding(start: bytes) -> None:
    """Only encodings in which the marks of a DTD can be seen as bytes are taken."""
    if start.startswith((b"<\0\0\0", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\0\0\0<")):
        raise WorkbookRefused("XML_DTD", "UTF-32")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    declared = _DECLARED_ENCODING.match(start)
    if declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii", b"utf8", b"utf-16"):
        raise WorkbookRefused("XML_DTD", declared[1].decode("ascii", "replace"))
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise WorkbookRefused("ZIP_CORRUPT")


class _SheetScan:
    """Counts what one sheet really uses; the file's own <dimension> is not believed."""

    def __init__(self) -> None:
        self._last_row = 0
        self._last_column = 0
        self._filled_rows = 0
        self._merges = 0
        self._merged_cells = 0
        self._columns_seen: set[bytes] = set()

    def look(self, window: bytes) -> None:
        cells = _FILLED_CELL.findall(window)
        if cells:
            for letters in {letters for letters, _ in cells} - self._columns_seen:
                self._columns_seen.add(letters)
                self._last_column = max(self._last_column, _column_number(letters))
            rows = {int(row) for _, row in cells}
            self._filled_rows += sum(1 for row in rows if row > self._last_row)
            self._last_row = max(self._last_row, *rows)
        if b"mergeCell" in window:
            for left, top, right, bottom in _MERGE.findall(window):
                self._merges += 1
                height = int(bottom) - int(top) + 1
                self._merged_cells += height * (_column_number(right) - _column_number(left) + 1)
            if self._merges > MAX_MERGES or self._merged_cells > MAX_MERGED_CELLS:
                raise WorkbookRefused("MERGE_RANGE", str(self._merged_cells))

    def finish(self) -> None:
        if self._filled_rows > MAX_ROW:
            raise WorkbookRefused("TOO_MANY_ROWS", str(self._filled_rows))
        too_far = self._last_row > MAX_ROW or self._last_column > MAX_COLUMN
        if too_far or self._last_row * self._last_column > MAX_AREA:
            raise WorkbookRefused("SHEET_RANGE", f"{column_letters(self._last_column - 1)}{self._last_row}")


def _column_number(letters: bytes) -> int:
    number = 0
    for byte in letters.upper():
        number = number * 26 + byte - 64
    return number
