"""B001 to B018: the container, its name, and what transport does to it."""

from __future__ import annotations

import gzip
import shutil
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from include.readers import preflight
from tests.corpus.frame import case
from tests.sources.reports import write_report
from tests.unit.reader_files import ole_file, overlapping_zip

_MEGABYTE = 1024 * 1024


def _report(folder: Path, unit: str, name: str = "bao-cao.xlsx") -> Path:
    return write_report(folder / name, unit)


def _renamed(folder: Path, unit: str, name: str) -> Path:
    report = _report(folder, unit, "made.xlsx")
    return report.rename(folder / name)


def _bytes(folder: Path, content: bytes, name: str = "bao-cao.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _with_part(folder: Path, unit: str, name: str | zipfile.ZipInfo, content: bytes | str = b"x") -> Path:
    """A sound report with one more entry in its container."""
    path = _report(folder, unit)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def _repacked(
    folder: Path, unit: str, pack: Callable[[zipfile.ZipFile, Mapping[str, bytes]], None], **how: int
) -> Path:
    """A sound report's parts in a container packed in another way."""
    report = _report(folder, unit, "made.xlsx")
    with zipfile.ZipFile(report) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = folder / "bao-cao.xlsx"
    with zipfile.ZipFile(path, "w", **{"compression": zipfile.ZIP_DEFLATED, **how}) as archive:
        pack(archive, parts)
    return path


def _store_all(archive: zipfile.ZipFile, parts: Mapping[str, bytes]) -> None:
    for name, content in parts.items():
        archive.writestr(name, content)


def _changed(path: Path, change: Callable[[bytearray], object]) -> Path:
    content = bytearray(path.read_bytes())
    changed = change(content)
    path.write_bytes(changed if isinstance(changed, (bytes, bytearray)) else content)
    return path


def _directory_entry(content: bytearray, name: bytes) -> int:
    return content.rfind(name) - 46


# --- B001, B002 -----------------------------------------------------------------------------------------


@case("B001", "a file without a byte", "rejected", "EMPTY", told=["EMPTY"], told_only=True)
def empty(folder: Path, unit: str) -> Path:
    return _bytes(folder, b"")


@case("B001", "a second one, the same to the last byte", "duplicate", "DUPLICATE_HELD", told=["EMPTY"])
def empty_xls(folder: Path, unit: str) -> Path:
    return _bytes(folder, b"", "bao-cao.xls")


@case("B002", "a workbook whose last 200 bytes are missing", "incomplete", "INCOMPLETE", told=["INCOMPLETE"])
def cut_off(folder: Path, unit: str) -> Path:
    return _changed(_report(folder, unit), lambda content: content[:-200])


@case("B002", "half a workbook", "incomplete", "INCOMPLETE", told=["INCOMPLETE"])
def half(folder: Path, unit: str) -> Path:
    return _changed(_report(folder, unit), lambda content: content[: len(content) // 2])


@case("B002", "a workbook cut off, then the whole of it", "loaded", "OK")
def cut_off_then_whole(folder: Path, unit: str) -> list[Path]:
    whole = _report(folder, unit)
    (folder / "truoc").mkdir()
    first = _bytes(folder / "truoc", whole.read_bytes()[:-1])
    return [first, whole]


# --- B003 to B006: what it really is --------------------------------------------------------------------


@case("B003", "a workbook named .xls", "loaded", "OK", told=["NAMED_OTHERWISE"])
def xlsx_named_xls(folder: Path, unit: str) -> Path:
    return _renamed(folder, unit, "bao-cao.xls")


@case("B003", "a workbook named .csv", "loaded", "OK", told=["NAMED_OTHERWISE"])
def xlsx_named_csv(folder: Path, unit: str) -> Path:
    return _renamed(folder, unit, "bao-cao.csv")


@case("B003", "a workbook named .docx", "loaded", "OK", told=["NAMED_OTHERWISE"])
def xlsx_named_docx(folder: Path, unit: str) -> Path:
    return _renamed(folder, unit, "bao-cao.docx")


@case("B003", "a presentation named .xlsx", "rejected", "TYPE_MISMATCH", told=["TYPE_MISMATCH"])
def presentation_named_xlsx(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("ppt/presentation.xml", "<p/>")
    return path


@case("B003", "an old document named .xls", "rejected", "TYPE_MISMATCH", told=["TYPE_MISMATCH"])
def doc_named_xls(folder: Path, unit: str) -> Path:
    return _bytes(folder, ole_file("WordDocument"), "bao-cao.xls")


_TABLE = "<table border=1><tr><td>STT</td><td>Số liệu</td></tr><tr><td>1</td><td>12</td></tr></table>"


@case("B004", "an HTML table saved as .xls", "rejected", "HTML_AS_XLS", told=["HTML_AS_XLS"], told_only=True)
def html_as_xls(folder: Path, unit: str) -> Path:
    return _bytes(folder, f"<html><head></head><body>{_TABLE}</body></html>".encode(), "bao-cao.xls")


@case("B004", "an HTML table in UTF-16 without html element", "rejected", "HTML_AS_XLS", told=["HTML_AS_XLS"])
def html_in_utf16(folder: Path, unit: str) -> Path:
    return _bytes(folder, ("\ufeff \r\n" + _TABLE).encode("utf-16-le"), "bao-cao.xls")


@case("B004", "a web archive saved as .xls", "rejected", "HTML_AS_XLS", told=["HTML_AS_XLS"])
def web_archive(folder: Path, unit: str) -> Path:
    return _bytes(folder, b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "bao-cao.xls")


_FOREIGN = {
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a scan as JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a picture as PNG": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a .rar archive": b"Rar!\x1a\x07\x01\x00",
    "a .7z archive": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "a Windows program": b"MZ\x90\x00\x03\x00\x00\x00",
    "a Linux program": b"\x7fELF\x02\x01\x01\x00",
    "a text in RTF": b"{\\rtf1\\ansi }",
    "a workbook packed with gzip": gzip.compress(b"PK\x03\x04", mtime=0),
    "a shell script": b"#!/bin/sh\nexit 0\n",
}

for _what, _start in _FOREIGN.items():

    @case("B005", f"{_what} named .xlsx", "rejected", "TYPE_MISMATCH", told=["TYPE_MISMATCH"], told_only=True)
    def foreign(folder: Path, unit: str, content: bytes = _start) -> Path:
        return _bytes(folder, content + unit.encode().ljust(600, b"\0"))


@case("B006", "a zip of two workbooks", "rejected", "ARCHIVE", told=["ARCHIVE"], told_only=True)
def zip_of_workbooks(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.xlsx", "b.xlsx"):
            archive.write(_report(folder, unit, name), name)
    return path


@case("B006", "a zip of one workbook in a folder, named .xlsx", "rejected", "ARCHIVE", told=["ARCHIVE"])
def zip_of_one(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(_report(folder, unit, "a.xlsx"), "thang 6/a.xlsx")
    return path


# --- B007 to B013: what is wrong with the zip -----------------------------------------------------------

for _name in ("../../x.xml", "/etc/cron.d/x", "C:\\x.xml", "xl\\..\\..\\x.xml", "a" * 2_000):

    @case("B007", f"an entry named {_name[:20]!r}", "rejected", "ZIP_PATH", told=["ZIP_PATH"], told_only=True)
    def outside(folder: Path, unit: str, name: str = _name) -> Path:
        return _with_part(folder, unit, name)


@case("B007", "an entry that is a link", "rejected", "ZIP_PATH", told=["ZIP_PATH"])
def link_entry(folder: Path, unit: str) -> Path:
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return _with_part(folder, unit, link, "/etc/passwd")


@case("B008", "two entries of the same bytes", "rejected", "ZIP_OVERLAP", told=["ZIP_OVERLAP"])
def overlap(folder: Path, unit: str) -> Path:
    return _bytes(folder, overlapping_zip())


@case("B008", "an entry whose content reaches into the next one's header", "rejected", "ZIP_OVERLAP")
def quoted_overlap(folder: Path, unit: str) -> Path:
    """Made longer in both places, so that only the bytes after it tell."""

    def lengthen(content: bytearray) -> None:
        place = _directory_entry(content, b"xl/workbook.xml")
        (offset,) = struct.unpack_from("<I", content, place + 42)
        for field in (place + 20, offset + 18):
            (size,) = struct.unpack_from("<I", content, field)
            struct.pack_into("<I", content, field, size + 100)

    return _changed(_report(folder, unit), lengthen)


@case("B009", "2 MB that unpack to 300 MB", "rejected", "ZIP_BOMB", told=["ZIP_BOMB"], told_only=True)
def bomb(folder: Path, unit: str) -> Path:
    def pack(archive: zipfile.ZipFile, parts: Mapping[str, bytes]) -> None:
        _store_all(archive, parts)
        with archive.open("xl/worksheets/sheet9.xml", "w") as part:
            part.write(b"<worksheet><sheetData>")
            for _ in range(300):
                part.write(b" " * _MEGABYTE)
            part.write(b"</sheetData></worksheet>")

    return _repacked(folder, unit, pack)


@case("B009", "2 MB of zeros in a picture, packed 1,000 to 1", "loaded", "OK")
def well_packed(folder: Path, unit: str) -> Path:
    return _with_part(folder, unit, "xl/media/image99.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 2 * _MEGABYTE)


@case("B010", "100,000 entries", "rejected", "ZIP_ENTRIES", told=["ZIP_ENTRIES"], told_only=True)
def many_entries(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return path


@case("B010", "one entry more than the limit, and an end record that says 5", "rejected", "ZIP_ENTRIES")
def hidden_entries(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(preflight.MAX_ENTRIES + 1):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return _changed(path, lambda content: struct.pack_into("<HH", content, len(content) - 14, 5, 5))


def _lie(what: str, offset: int, change: int) -> None:
    @case("B011", f"a directory that lies about {what}", "rejected", "ZIP_CORRUPT", told=["ZIP_CORRUPT"])
    def lie(folder: Path, unit: str) -> Path:
        def tell(content: bytearray) -> None:
            place = _directory_entry(content, b"xl/styles.xml") + offset
            (said,) = struct.unpack_from("<I", content, place)
            struct.pack_into("<I", content, place, said + change)

        return _changed(_report(folder, unit), tell)


_lie("a checksum", 16, 1)
_lie("an entry's size, too small", 24, -1)
_lie("an entry's size, too large", 24, 1)


@case("B011", "an entry named otherwise in its own header", "rejected", "ZIP_CORRUPT", told=["ZIP_CORRUPT"])
def other_name(folder: Path, unit: str) -> Path:
    return _changed(_report(folder, unit), lambda content: content.replace(b"xl/styles.xml", b"xl/stylez.xml", 1))


@case("B011", "bytes after the end of the container", "rejected", "ZIP_CORRUPT", told=["ZIP_CORRUPT"])
def trailing(folder: Path, unit: str) -> Path:
    return _changed(_report(folder, unit), lambda content: content + b"more")


@case("B011", "a second end record in the comment", "rejected", "ZIP_CORRUPT", told=["ZIP_CORRUPT"])
def second_end(folder: Path, unit: str) -> Path:
    path = _report(folder, unit)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK\x05\x06" + b"\0" * 18
    return path


@case("B011", "a container with a plain comment", "loaded", "OK")
def commented(folder: Path, unit: str) -> Path:
    path = _report(folder, unit)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"bao cao"
    return path


@case("B012", "xl/workbook.xml twice", "rejected", "ZIP_DUP", told=["ZIP_DUP"], told_only=True)
def twice(folder: Path, unit: str) -> Path:
    path = _with_part(folder, unit, "xl/workbook.xmm", "<workbook/>")
    return _changed(path, lambda content: content.replace(b"xl/workbook.xmm", b"xl/workbook.xml"))


@case("B012", "names that differ in capitals only", "rejected", "ZIP_DUP", told=["ZIP_DUP"])
def twice_in_capitals(folder: Path, unit: str) -> Path:
    return _with_part(folder, unit, "xl/WORKBOOK.xml", "<workbook/>")


@case("B013", "entries packed with bzip2", "rejected", "ZIP_METHOD", told=["ZIP_METHOD"])
def packed_with_bzip2(folder: Path, unit: str) -> Path:
    return _repacked(folder, unit, _store_all, compression=zipfile.ZIP_BZIP2)


@case("B013", "entries packed with LZMA", "rejected", "ZIP_METHOD", told=["ZIP_METHOD"])
def packed_with_lzma(folder: Path, unit: str) -> Path:
    return _repacked(folder, unit, _store_all, compression=zipfile.ZIP_LZMA)


@case("B013", "an encrypted entry", "rejected", "ZIP_METHOD", told=["ZIP_METHOD"])
def encrypted_entry(folder: Path, unit: str) -> Path:
    def encrypt(content: bytearray) -> None:
        place = _directory_entry(content, b"xl/styles.xml")
        (offset,) = struct.unpack_from("<I", content, place + 42)
        content[place + 8] |= 1
        content[offset + 6] |= 1

    return _changed(_report(folder, unit), encrypt)


@case("B013", "a directory in the form for archives over 4 GB", "rejected", "ZIP_METHOD", told=["ZIP_METHOD"])
def zip64(folder: Path, unit: str) -> Path:
    def widen(content: bytearray) -> bytes:
        end = len(content) - 22
        count, size, offset = struct.unpack_from("<HII", content, end + 10)
        record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
        locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
        last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, 0xFFFFFFFF, 0)
        return bytes(content[:end]) + record + locator + last

    return _changed(_report(folder, unit), widen)


@case("B013", "headers prepared for 4 GB, as streaming programs write them", "loaded", "OK")
def zip64_headers(folder: Path, unit: str) -> Path:
    def pack(archive: zipfile.ZipFile, parts: Mapping[str, bytes]) -> None:
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content)

    return _repacked(folder, unit, pack)


@case("B013", "entries that are not packed at all", "loaded", "OK")
def stored(folder: Path, unit: str) -> Path:
    return _repacked(folder, unit, _store_all, compression=zipfile.ZIP_STORED)


# --- B014 to B018: name, place, size --------------------------------------------------------------------

_NAMES = {
    "accents as marks of their own": unicodedata.normalize("NFD", "Báo cáo  tháng 10 (bản cuối cùng) (2).xlsx"),
    "255 bytes": "b" * 250 + ".xlsx",
    "a mark that turns the text round": "bao-cao-\u202exslx.xlsx",
    "a line break": "bao\ncao.xlsx",
    "a terminal's escape": "bao\x1b[31mcao.xlsx",
    "pictures": "báo cáo 📊✅.xlsx",
    "a hyphen in front": "-rf.xlsx",
    "a device of Windows": "CON.xlsx",
    "markup and quotes": "<b>'\"&;$(x)`.xlsx",
    "several points and spaces": "bao.cao.. .xlsx",
    "bytes that are no text": b"b\xe1o c\xe1o.xlsx".decode("utf-8", "surrogateescape"),
}

for _what, _name in _NAMES.items():

    @case("B014", f"a name with {_what}", "loaded", "OK")
    def named(folder: Path, unit: str, name: str = _name) -> Path:
        return _renamed(folder, unit, name)


for _name in ("~$baocao.xlsx", ".DS_Store", "Thumbs.db", "._baocao.xlsx", "desktop.ini"):

    @case("B015", f"{_name} in a folder", "", "", lands=False)
    def no_report(folder: Path, unit: str, name: str = _name) -> Path:
        return _bytes(folder, b"\0\1\2", name)


@case("B016", "the same name with other content", "loaded", "OK")
def same_name(folder: Path, unit: str) -> list[Path]:
    (folder / "lan1").mkdir()
    (folder / "lan2").mkdir()
    return [
        write_report(folder / "lan1" / "bao-cao.xlsx", unit, actual={"MED01": 12}),
        write_report(folder / "lan2" / "bao-cao.xlsx", unit, actual={"MED01": 13}),
    ]


@case("B016", "the same content under another name", "duplicate", "DUPLICATE")
def same_content(folder: Path, unit: str) -> list[Path]:
    report = _report(folder, unit)
    return [report, Path(shutil.copy(report, folder / "bao-cao (2).xlsx"))]


@case("B017", "60 MB", "rejected", "TOO_BIG", told=["TOO_BIG"], told_only=True)
def huge(folder: Path, unit: str) -> Path:
    path = _bytes(folder, b"PK\x03\x04")
    with path.open("r+b") as file:
        file.truncate(60 * _MEGABYTE)
    return path


@case("B017", "one byte more than the limit", "rejected", "TOO_BIG", told=["TOO_BIG"])
def just_too_big(folder: Path, unit: str) -> Path:
    path = _bytes(folder, b"PK\x03\x04")
    with path.open("r+b") as file:
        file.truncate(preflight.MAX_FILE_BYTES + 1)
    return path


# No virus scanner is part of the platform. What the test string stands for, a program, is refused by what it is.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@case("B018", "the test string of virus scanners named .xlsx", "rejected", "TYPE_MISMATCH", told=["TYPE_MISMATCH"])
def eicar(folder: Path, unit: str) -> Path:
    return _bytes(folder, _EICAR)


@case("B018", "a program in a workbook's part", "rejected", "EMBEDDED", told=["EMBEDDED"])
def program_within(folder: Path, unit: str) -> Path:
    return _with_part(folder, unit, "xl/media/image1.png", b"MZ\x90\x00" + b"\0" * 100)


@case("B018", "a zip in a workbook's part", "rejected", "EMBEDDED", told=["EMBEDDED"])
def zip_within(folder: Path, unit: str) -> Path:
    return _with_part(folder, unit, "customXml/item9.bin", b"PK\x03\x04" + b"\0" * 100)


@case("B018", "an ordinary picture in a workbook's part", "loaded", "OK")
def picture_within(folder: Path, unit: str) -> Path:
    return _with_part(folder, unit, "xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
