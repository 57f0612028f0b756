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
from operator import ge
from pathlib import Path
from typing import IO, Literal

from include.readers.grid import WorkbookRefused, column_letters
from include.readers.markup import DTD_MARKS, START_BYTES, hiding_encoding
from include.readers.secrecy import file_is_marked, is_marked_text

Container = Literal["xlsx", "xls", "ods", "docx"]

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
_END_RECORD = struct.Struct("<4sHHHHIIH")
_LOCAL_HEADER = struct.Struct("<4sHHHHHIIIHH")
_LOCAL_MARK, _DIRECTORY_MARK, _END_MARK, _ZIP64_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_MAX_NAME_BYTES = 1_024
_MAX_SMALL_PART_BYTES = 1 << 20
_SIZES_FOLLOW = 0x8
_NOT_PLAIN = 0x1 | 0x20 | 0x40 | 0x2000
"""Encrypted, a patch of another file, strongly encrypted, header masked: flags no office program sets in a report."""
# What such a part is for is to be run or opened by itself.
_FILE_WITHIN = (_LOCAL_MARK, _OLE, b"MZ\x90\0", b"\x7fELF", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_XML_STARTS = (
    b"<",
    b"\xef\xbb\xbf<",
    b"\xff\xfe<",
    b"\xff\xfe\0\0",
    b"\xfe\xff\0<",
    b"\0<",
    b"\0\0\0<",
    b"\0\0\xfe\xff",
)
_WIDTH = 1 << 34
"""More than any column of seven letters, so that a row and a column make one number."""

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

_EXTENSIONS: dict[str, tuple[Container, ...]] = {
    ".xlsx": ("xlsx",),
    ".xls": ("xls",),
    ".ods": ("ods",),
    ".docx": ("docx",),
}

_MACRO_PARTS = re.compile(r"(?i)(vbaProject\.bin|vbaData\.xml|/macrosheets/|/dialogsheets/|^Basic/|^Scripts/)")
_EMBEDDED_PARTS = re.compile(r"(?i)(/embeddings/|/activeX/|/ctrlProps/.*\.bin$|^Object ?\d*/|ObjectReplacements/)")
_EMBEDDED_STORAGES = re.compile(r"(?:MBD|LNK)[0-9A-F]{8}")
_MACRO_CONTENT_TYPE = re.compile(rb"(?i)(macroEnabled|vbaProject|ms-excel\.macrosheet|ms-excel\.dialogsheet)")
_SHEET_ROOT = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
_SHEET_PART = re.compile(r"(?i)^xl/worksheets/[^/]+\.xml$")
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Za-z]{1,7})(\d{1,10})[\"'][^>]*+(?<!/)>(?=\s*<[^/])")
# The same where every cell and every row begins as nearly every program writes it.
# A tag that is not over when the next begins counts as filled: no parser is asked what it makes of it.
_FILLED_CELL_ALIKE = re.compile(rb'<c r="([A-Za-z]{1,7})(\d{1,10})"[^<>]*+(?:(?=<)|(?<!/)>(?=\s*<[^/]))')
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^<>]*)>(?=\s*(<[^/])?)")
_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,7})(\d{1,10})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=[\"'](\d{1,10})[\"']")
_ROW_ALIKE = re.compile(rb'<row r="(\d{1,10})"')
_OTHER_SPACES = (b"\n", b"\r", b"\t", b"\v", b"\f")
_ROWS_OPEN = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>/]*)?>")
_ROWS_CLOSE = re.compile(rb"</(?:\w+:)?sheetData>")
_SHARED_TEXT_UNKNOWN = re.compile(rb"\st=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v(?:\s[^>]*)?>\s*(?:\d+\s*)?[^\d\s<]")
_SHARED_TEXT_UNLIKE = re.compile(rb't="s"(?!><v>\d+<)')
_SECOND_VALUE = re.compile(rb"</(?:\w+:)?v>\s*<(?:\w+:)?v[\s>]")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Za-z]{1,7})(\d{1,10}):([A-Za-z]{1,7})(\d{1,10})[\"']")


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the container is. `named_otherwise` is set when the extension says something else."""

    container: Container
    named_otherwise: bool = False


def check_file(path: Path) -> Preflight:
    """What kind of workbook or Word document the file holds, by its content.

    Raises WorkbookRefused: EMPTY, TOO_BIG, INCOMPLETE, TYPE_MISMATCH, HTML_AS_XLS, ENCRYPTED, MACRO,
    ARCHIVE, EMBEDDED, SECRET, ZIP_*, XML_DTD, SHEET_RANGE, TOO_MANY_ROWS, MERGE_RANGE, WORKBOOK_AMBIGUOUS.
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
    return Preflight(container, named_otherwise=is_named_otherwise(path.name, container))


def is_named_otherwise(name: str, container: str) -> bool:
    """Whether a file of that name should hold something else than that container."""
    return container not in _EXTENSIONS.get(Path(name).suffix.lower(), ())


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
    if any(_EMBEDDED_STORAGES.fullmatch(name) for name in names):
        raise WorkbookRefused("EMBEDDED")
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


# --- zip: .xlsx, .ods and .docx -------------------------------------------------------------------------------


def _check_zip(file: IO[bytes], size: int) -> Container:
    _check_directory(file, size)
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise WorkbookRefused("ZIP_CORRUPT") from error
    with archive:
        entries = archive.infolist()
        _check_entries(entries)
        if is_marked_text(_decoded(archive.comment)) or any(
            not entry.filename.isascii() and file_is_marked(entry.filename) for entry in entries
        ):
            raise WorkbookRefused("SECRET")
        _check_places(file, entries, archive.start_dir)
        container = _container(archive, {entry.filename for entry in entries})
        _check_contents(archive, entries, container, size)
    return container


def _decoded(comment: bytes) -> str:
    try:
        return comment.decode("utf-8")
    except UnicodeDecodeError:
        return comment.decode("cp1252", "replace")


def _check_directory(file: IO[bytes], size: int) -> None:
    """One directory, at the very end, as long and with as many entries as its end record says.

    Programs that look for it in different ways find the same one; and it is counted before it is taken into memory.
    """
    start = max(0, size - _END_RECORD.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END_RECORD.size:
        raise WorkbookRefused("INCOMPLETE")
    _, disk, first_disk, count_here, count, directory_size, offset, comment_size = _END_RECORD.unpack_from(tail, place)
    if tail[max(0, place - _ZIP64_LOCATOR_BYTES) :].startswith(_ZIP64_MARK) or 0xFFFFFFFF in (offset, directory_size):
        # More than 65,535 entries, or 4 GB, and nobody's report.
        raise WorkbookRefused("ZIP_ENTRIES" if count == 0xFFFF else "ZIP_METHOD", "zip64")
    ends_the_file = len(tail) - place == _END_RECORD.size + comment_size
    if not ends_the_file or _count_ends(tail) != 1 or offset + directory_size != start + place:
        raise WorkbookRefused("ZIP_CORRUPT")
    file.seek(offset)
    directory = file.read(directory_size)
    # A mark inside a name or a comment counts as well: whoever writes one there has no report to send.
    found = directory.count(_DIRECTORY_MARK)
    if max(found, count) > MAX_ENTRIES:
        raise WorkbookRefused("ZIP_ENTRIES", str(max(found, count)))
    if (disk, first_disk) != (0, 0) or not found == count == count_here:
        raise WorkbookRefused("ZIP_CORRUPT")


def _count_ends(tail: bytes) -> int:
    """How many end records could be the file's own; one inside a packed container stops short of the file's end."""
    places = (found.start() for found in re.finditer(re.escape(_END_MARK), tail))
    whole = (place for place in places if len(tail) - place >= _END_RECORD.size)
    return sum(_END_RECORD.unpack_from(tail, place)[-1] == len(tail) - place - _END_RECORD.size for place in whole)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        parts = name.replace("\\", "/").split("/")
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in entry.orig_filename or is_link:
            raise WorkbookRefused("ZIP_PATH")
        if not name or len(name.encode("utf-8", "surrogatepass")) > _MAX_NAME_BYTES:
            raise WorkbookRefused("ZIP_PATH")
        key = name.replace("\\", "/").casefold()
        if key in seen:
            raise WorkbookRefused("ZIP_DUP")
        seen.add(key)
        if entry.flag_bits & _NOT_PLAIN or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookRefused("ZIP_METHOD")


def _check_places(file: IO[bytes], entries: list[zipfile.ZipInfo], directory_start: int) -> None:
    """No two entries share a byte, none reaches into the directory, and each says of itself what the directory says.

    A program that reads an entry by the directory and one that reads it by its own header then read the same.
    """
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise WorkbookRefused("ZIP_OVERLAP")
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(_LOCAL_MARK):
            raise WorkbookRefused("ZIP_CORRUPT", entry.filename)
        _, _, flags, method, _, _, crc, packed, unpacked, name_size, extra_size = _LOCAL_HEADER.unpack(header)
        end = entry.header_offset + _LOCAL_HEADER.size + name_size + extra_size + entry.compress_size
        if end > directory_start:
            raise WorkbookRefused("ZIP_OVERLAP")
        said = {(crc, entry.CRC), (packed, entry.compress_size), (unpacked, entry.file_size)}
        if flags & _SIZES_FOLLOW:
            # Written while streaming: sizes come after the content, and stand as 0 or as "see zip64" before it.
            said = {(here, there) for here, there in said if here not in (0, 0xFFFFFFFF)}
        elif extra_size:
            said = {(here, there) for here, there in said if here != 0xFFFFFFFF}
        differs = any(here != there for here, there in said)
        if differs or method != entry.compress_type or (flags ^ entry.flag_bits) & _NOT_PLAIN:
            raise WorkbookRefused("ZIP_CORRUPT", entry.filename)


def _container(archive: zipfile.ZipFile, names: set[str]) -> Container:
    if any(_MACRO_PARTS.search(name) for name in names):
        raise WorkbookRefused("MACRO")
    if "[Content_Types].xml" in names:
        # In UTF-16 every second byte is 0; in UTF-8 none is.
        content_types = _small_part(archive, "[Content_Types].xml").replace(b"\0", b"")
        if "xl/workbook.bin" in names:
            raise WorkbookRefused("TYPE_MISMATCH", "XLSB")
        if _MACRO_CONTENT_TYPE.search(content_types):
            raise WorkbookRefused("MACRO")
        if "xl/workbook.xml" in names or b"spreadsheetml.sheet.main" in content_types:
            return "xlsx"
        if b"wordprocessingml.document.main" in content_types:
            return "docx"
        for prefix, name in (("word/", "DOTX"), ("ppt/", "PPTX")):
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
            content = part.read(_MAX_SMALL_PART_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise WorkbookRefused("ZIP_CORRUPT", name) from error
    if len(content) > _MAX_SMALL_PART_BYTES:
        # What stands after the piece that is looked at would be seen by others and not by us.
        raise WorkbookRefused("ZIP_CORRUPT", name)
    return content


def _check_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], container: Container, size: int) -> None:
    if any(_EMBEDDED_PARTS.search(entry.filename) for entry in entries):
        raise WorkbookRefused("EMBEDDED")
    unpacked = 0
    for entry in entries:
        scan = _PartScan(entry.filename, is_workbook=container == "xlsx")
        for chunk in _chunks(archive, entry):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED_BYTES or (unpacked > RATIO_COUNTS_FROM_BYTES and unpacked > MAX_RATIO * size):
                raise WorkbookRefused("ZIP_BOMB")
            scan.feed(chunk)
        scan.finish()


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(entry) as part:
            left = entry.file_size
            while chunk := part.read(_CHUNK):
                left -= len(chunk)
                yield chunk
            if left:
                raise WorkbookRefused("ZIP_CORRUPT", entry.filename)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise WorkbookRefused("ZIP_CORRUPT", entry.filename) from error


class _PartScan:
    """Looks through one part, piece by piece, without parsing it: XML by its name or by how it begins."""

    def __init__(self, name: str, *, is_workbook: bool) -> None:
        self._name = name
        self._is_workbook = is_workbook
        self._start = b""
        self._is_begun = False
        self._is_xml = False
        self._sheet: _SheetScan | None = None
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        if not self._is_begun:
            self._start += chunk
            if len(self._start) < START_BYTES:
                return
            chunk = self._begin()
        self._look(chunk)

    def finish(self) -> None:
        """The part is over; raises WorkbookRefused for what the whole of it amounts to."""
        if not self._is_begun:
            self._look(self._begin())
        if self._sheet is not None:
            self._sheet.finish()

    def _begin(self) -> bytes:
        """What the part is, now that enough of it is known; what is known."""
        self._is_begun, start, self._start = True, self._start, b""
        is_named_xml = self._name.lower().endswith((".xml", ".rels", ".vml"))
        # A relationship may call any part a sheet, whatever its name.
        self._is_xml = is_named_xml or start.lstrip(b" \t\r\n").startswith(_XML_STARTS)
        if start.startswith(_FILE_WITHIN):
            raise WorkbookRefused("EMBEDDED")
        if self._is_xml and start:
            _check_encoding(start)
            is_sheet = _SHEET_PART.match(self._name) or _SHEET_ROOT.search(start)
            self._sheet = _SheetScan() if self._is_workbook and is_sheet else None
        return start

    def _look(self, chunk: bytes) -> None:
        if not self._is_xml:
            return
        window = self._tail + chunk
        if b"<!" in window or b"\0" in window:
            for mark in DTD_MARKS:
                if mark in window:
                    raise WorkbookRefused("XML_DTD")
        if self._sheet is not None:
            self._sheet.look(self._tail, chunk)
        # A tag cut in two by the piece's end is seen whole in the next window.
        self._tail = window[-_OVERLAP:]


def _check_encoding(start: bytes) -> None:
    """Only encodings in which the marks of a DTD can be seen as bytes are taken."""
    if not start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith(b"<"):
        raise WorkbookRefused("ZIP_CORRUPT")
    if (encoding := hiding_encoding(start)) is not None:
        raise WorkbookRefused("XML_DTD", encoding)


class _SheetScan:
    """Counts what one sheet really uses; the file's own <dimension> is not believed."""

    def __init__(self) -> None:
        self._last_row = 0
        self._last_column = 0
        self._filled_rows = 0
        self._merges = 0
        self._merged_cells = 0
        self._row = 0
        self._column = 0
        self._has_unaddressed = False
        self._columns: dict[bytes, int] = {}
        self._cell_before = self._row_before = -1
        self._is_within_rows = False

    def look(self, before: bytes, chunk: bytes) -> None:
        """Look at the next piece, and again at the end of the one before, where a tag may have been cut in two."""
        window = before + chunk
        is_alike = _begin_alike(window)
        cells = (_FILLED_CELL_ALIKE if is_alike else _FILLED_CELL).findall(window)
        rows = (_ROW_ALIKE if is_alike else _ROW).findall(window)
        numbers = {row: int(row) for row in {row for _, row in cells}}
        for letters in {letters for letters, _ in cells} - self._columns.keys():
            self._columns[letters] = _column_number(letters)
            self._last_column = max(self._last_column, self._columns[letters])
        new_cells, new_rows = cells[len(_FILLED_CELL.findall(before)) :], rows[len(_ROW.findall(before)) :]
        self._check_order(new_cells, new_rows, numbers)
        self._check_values(window)
        if numbers:
            self._filled_rows += len({row for row in numbers.values() if row > self._last_row})
            self._last_row = max(self._last_row, *numbers.values())
        if b"mergeCell" in window:
            for left, top, right, bottom in _MERGE.findall(window):
                self._merges += 1
                height = int(bottom) - int(top) + 1
                self._merged_cells += height * (_column_number(right) - _column_number(left) + 1)
            if self._merges > MAX_MERGES or self._merged_cells > MAX_MERGED_CELLS:
                raise WorkbookRefused("MERGE_RANGE", str(self._merged_cells))
        if self._has_unaddressed or not is_alike or b"<c>" in window:
            self._count_unaddressed(before[max(_last_tag(before), 0) :] + chunk)

    def _count_unaddressed(self, text: bytes) -> None:
        """Count the cells that say no address and so stand after the one before them, as the standard allows."""
        self._has_unaddressed = self._has_unaddressed or _has_unaddressed(text)
        if self._has_unaddressed:
            # The last tag may go on in the next piece, which begins with it; here it says that a cell is filled.
            text = text[: _last_tag(text) + 2]
            for tag, attributes, is_filled in _ROW_OR_CELL.findall(text):
                self._place(tag == b"row", _ADDRESS.search(attributes), is_filled and not attributes.endswith(b"/"))

    def _place(self, is_row: bool, address: re.Match[bytes] | None, is_filled: bool) -> None:
        if is_row:
            self._row = int(address[2]) if address else max(self._row, self._last_row) + 1
            self._column = 0
            return
        self._column = _column_number(address[1]) if address else self._column + 1
        if is_filled and address is None:
            row = max(self._row, 1)
            self._filled_rows += row > self._last_row
            self._last_row = max(self._last_row, row)
            self._last_column = max(self._last_column, self._column)

    def _check_order(
        self, cells: list[tuple[bytes, bytes]], written_rows: list[bytes], numbers: dict[bytes, int]
    ) -> None:
        """Rows and cells come in order, each once: which of two figures of one cell counts is nobody's guess."""
        columns = self._columns
        places = [numbers[row] * _WIDTH + columns[letters] for letters, row in cells]
        rows = [int(row) for row in written_rows]
        for told, order, before in (("ô", places, self._cell_before), ("hàng", rows, self._row_before)):
            if any(map(ge, [before, *order], order)):
                raise WorkbookRefused("WORKBOOK_AMBIGUOUS", f"{told} ghi hai lần hoặc không theo thứ tự")
        known_rows = {*rows, self._row_before}
        if known_rows != {-1} and not {numbers[row] for _, row in cells} <= known_rows:
            raise WorkbookRefused("WORKBOOK_AMBIGUOUS", "ô ghi sai hàng")
        self._cell_before = places[-1] if places else self._cell_before
        self._row_before = rows[-1] if rows else self._row_before

    def _check_values(self, window: bytes) -> None:
        """A value is one plain text: what one parser joins and the next one cuts off is no figure."""
        opening = _ROWS_OPEN.search(window)
        if opening or self._is_within_rows:
            start = opening.end() if opening else 0
            at = window.find(b"sheetData>", start)
            closing = _ROWS_CLOSE.search(window, max(start, window.rfind(b"<", start, at))) if at >= 0 else None
            end = closing.start() if closing else len(window)
            if any(window.find(mark, start, end) >= 0 for mark in (b"<!", b"AlternateContent")):
                raise WorkbookRefused("WORKBOOK_AMBIGUOUS", "ghi chú XML nằm giữa các ô")
            self._is_within_rows = closing is None
        if _may_lack_text(window) and _SHARED_TEXT_UNKNOWN.search(window):
            raise WorkbookRefused("WORKBOOK_AMBIGUOUS", "ô trỏ tới chữ không có trong tệp")
        if _may_have_second_value(window) and _SECOND_VALUE.search(window):
            raise WorkbookRefused("WORKBOOK_AMBIGUOUS", "một ô có hai giá trị")

    def finish(self) -> None:
        if self._filled_rows > MAX_ROW:
            raise WorkbookRefused("TOO_MANY_ROWS", str(self._filled_rows))
        too_far = self._last_row > MAX_ROW or self._last_column > MAX_COLUMN
        if too_far or self._last_row * self._last_column > MAX_AREA:
            raise WorkbookRefused("SHEET_RANGE", f"{column_letters(self._last_column - 1)}{self._last_row}")


def _begin_alike(window: bytes) -> bool:
    """Whether every cell and row, if it has attributes, is without prefix and begins with its only address."""
    # Looking for bytes is many times faster than matching; what these cannot rule out is left to the patterns.
    if any(mark in window for mark in (b":c", b":row", b" r='")):
        return False
    if any(
        space in window and any(mark in window for mark in (b"<c" + space, b"<row" + space, space + b"r="))
        for space in _OTHER_SPACES
    ):
        return False
    cells, rows = window.count(b'<c r="'), window.count(b'<row r="')
    return (window.count(b"<c "), window.count(b"<row "), window.count(b' r="')) == (cells, rows, cells + rows)


def _may_lack_text(window: bytes) -> bool:
    """Whether a cell with a shared text goes on with anything but its number."""
    return b"='s" in window or b"=\"s'" in window or _SHARED_TEXT_UNLIKE.search(window) is not None


def _may_have_second_value(window: bytes) -> bool:
    """Whether anything but the end of its cell follows a value."""
    return b":v>" in window or window.count(b"</v>") != window.count(b"</v></c>")


def _last_tag(text: bytes) -> int:
    """Where the last tag of which more than its first sign is there begins; -1 for none."""
    return text.rfind(b"<", 0, len(text) - 1)


def _has_unaddressed(chunk: bytes) -> bool:
    # Written as nearly every program does, each cell begins so; looking for bytes is many times faster than matching.
    cells, addressed = chunk.count(b"<c "), chunk.count(b'<c r="')
    return cells - addressed > 1 or any(mark in chunk for mark in (b"<c>", b":c", b"<c\n", b"<c\r", b"<c\t"))


def _column_number(letters: bytes) -> int:
    number = 0
    for byte in letters.upper():
        number = number * 26 + byte - 64
    return number
