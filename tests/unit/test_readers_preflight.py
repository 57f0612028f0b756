"""The gate before the parsers: what is let through, what is refused and under which code."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from include.quality.messages import message
from include.readers import preflight
from include.readers.grid import WorkbookRefused
from include.readers.preflight import check_file
from tests.unit.reader_files import ole_file, overlapping_zip, sheet_xml, write_parts, write_xlsx, xlsx_parts

BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><sst>&lol2;</sst>'
)


def test_every_refusal_of_a_reader_has_its_sentence() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(preflight.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'WorkbookRefused\(\s*"([A-Z_]+)"', sources))

    assert codes >= {"EMPTY", "PARSER_LIMIT", "READER_FAULT", "SHEET_RANGE", "UNREADABLE"}
    assert all(message(code).remedy for code in codes | {"SECRET", "PERSONAL_DATA", "XML_DEPTH"})


def refusal_of(path: Path) -> str:
    with pytest.raises(WorkbookRefused) as caught:
        check_file(path)
    assert message(caught.value.code).severity == "block"
    return caught.value.code


def test_a_plain_workbook_passes(tmp_path: Path) -> None:
    assert check_file(write_xlsx(tmp_path / "a.xlsx")).container == "xlsx"


def test_a_workbook_under_another_name_is_told_by_its_content(tmp_path: Path) -> None:
    found = check_file(write_xlsx(tmp_path / "a.xls"))

    assert (found.container, found.named_otherwise) == ("xlsx", True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b"%PDF-1.7 ...", "TYPE_MISMATCH"),
        (b"MZ\x90\x00", "TYPE_MISMATCH"),
        (b"STT,Chi tieu\n1,2\n", "TYPE_MISMATCH"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "HTML_AS_XLS"),
        ("\ufeff  <TABLE border=1><tr><td>1</td></tr></TABLE>".encode(), "HTML_AS_XLS"),
        (b"\xff\xfe" + "<html>".encode("utf-16-le"), "HTML_AS_XLS"),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_content(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "baocao.xls"
    path.write_bytes(content)

    assert refusal_of(path) == code


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(preflight.MAX_FILE_BYTES + 1)

    assert refusal_of(path) == "TOO_BIG"


@pytest.mark.parametrize("lost", [1, 20, 200])
def test_a_truncated_workbook_is_incomplete(tmp_path: Path, lost: int) -> None:
    path = write_xlsx(tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-lost])

    assert refusal_of(path) == "INCOMPLETE"


def test_a_truncated_old_workbook_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(ole_file("Workbook")[:700])

    assert refusal_of(path) == "INCOMPLETE"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("EncryptionInfo", "EncryptedPackage"), "ENCRYPTED"),
        (("WordDocument",), "TYPE_MISMATCH"),
        (("SomethingElse",), "TYPE_MISMATCH"),
    ],
)
def test_an_ole_file_is_told_by_its_directory(tmp_path: Path, names: tuple[str, ...], code: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(ole_file(*names))

    assert refusal_of(path) == code


def test_an_ole_file_with_a_workbook_stream_is_an_old_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(ole_file("Workbook"))

    assert check_file(path).container == "xls"


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"xl/vbaProject.bin": b"x"}, "MACRO"),
        ({"xl/macrosheets/sheet1.xml": "<a/>"}, "MACRO"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "EMBEDDED"),
        ({"../../x.xml": "<a/>"}, "ZIP_PATH"),
        ({"/etc/passwd": "x"}, "ZIP_PATH"),
        ({"C:\\x.xml": "<a/>"}, "ZIP_PATH"),
        ({"xl/Workbook.xml": "<a/>"}, "ZIP_DUP"),
        ({"xl/sharedStrings.xml": BILLION_LAUGHS}, "XML_DTD"),
        ({"docProps/custom.xml": BILLION_LAUGHS}, "XML_DTD"),
        ({"xl/styles.xml": BILLION_LAUGHS.encode("utf-16")}, "XML_DTD"),
        ({"xl/styles.xml": b'<?xml version="1.0" encoding="UTF-7"?><a/>'}, "XML_DTD"),
        ({"xl/styles.xml": b"\x00\x00"}, "ZIP_CORRUPT"),
    ],
)
def test_a_dangerous_part_refuses_the_file(tmp_path: Path, extra: dict[str, str | bytes], code: str) -> None:
    assert refusal_of(write_parts(tmp_path / "a.xlsx", {**xlsx_parts(), **extra})) == code


def test_a_picture_and_an_escaped_doctype_in_a_cell_are_no_danger(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&lt;!DOCTYPE html&gt;</t></is></c></row>'
    parts = {**xlsx_parts(rows), "xl/media/image1.png": b"\x89PNG <!DOCTYPE"}

    assert check_file(write_parts(tmp_path / "a.xlsx", parts)).container == "xlsx"


def test_a_macro_workbook_renamed_to_xlsx_is_told_by_its_content_type(tmp_path: Path) -> None:
    parts = xlsx_parts()
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(
        "openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"
    )

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == "MACRO"


def test_a_document_named_xlsx_is_no_workbook(tmp_path: Path) -> None:
    parts = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == "TYPE_MISMATCH"


def test_a_binary_workbook_is_another_type_and_no_macro(tmp_path: Path) -> None:
    content_types = '<Types><Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    parts = {"[Content_Types].xml": content_types, "xl/workbook.bin": b"x"}

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == "TYPE_MISMATCH"


def test_a_zip_of_workbooks_is_asked_for_one_by_one(tmp_path: Path) -> None:
    assert refusal_of(write_parts(tmp_path / "a.xlsx", {"xa1.xlsx": b"PK", "xa2.xlsx": b"PK"})) == "ARCHIVE"


def test_a_link_inside_the_container_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")

    assert refusal_of(path) == "ZIP_PATH"


def test_an_unusual_compression_is_refused(tmp_path: Path) -> None:
    assert refusal_of(write_parts(tmp_path / "a.xlsx", xlsx_parts(), compression=zipfile.ZIP_BZIP2)) == "ZIP_METHOD"


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(overlapping_zip())

    assert refusal_of(path) == "ZIP_OVERLAP"


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    parts = {f"p{number}.txt": "" for number in range(preflight.MAX_ENTRIES + 1)}

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == "ZIP_ENTRIES"


def test_a_directory_that_lies_about_a_checksum_is_corrupt(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx")
    content = bytearray(path.read_bytes())
    name = content.rfind(b"xl/worksheets/sheet1.xml")
    struct.pack_into("<I", content, name - 46 + 16, 12345)
    path.write_bytes(content)

    assert refusal_of(path) == "ZIP_CORRUPT"


def _in_utf16(text: str, *, mark: bool, encoding: str = "utf-16-le") -> bytes:
    return ("\ufeff" if mark else "").encode(encoding) + text.encode(encoding)


_HIDDEN = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"


@pytest.mark.parametrize(
    "content",
    [
        _HIDDEN,
        "\ufeff" + _HIDDEN,
        " \r\n\t" + _HIDDEN,
        _in_utf16(_HIDDEN, mark=True),
        _in_utf16(_HIDDEN, mark=False),
        _in_utf16(_HIDDEN, mark=True, encoding="utf-16-be"),
        _in_utf16(_HIDDEN, mark=False, encoding="utf-16-be"),
        _in_utf16(_HIDDEN, mark=True, encoding="utf-32-le"),
        _in_utf16(_HIDDEN, mark=False, encoding="utf-32-le"),
        _in_utf16(_HIDDEN, mark=False, encoding="utf-32-be"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
        b'<?xml version="1.0"' + b" " * 1_000 + b"encoding = 'utf-7'?><a/>",
        b'<?xml version="1.0"' + b" " * 5_000 + b"encoding='utf-7'?><a/>",
        "<a>" + "x" * 300_000 + "</a>" + _HIDDEN,
    ],
)
@pytest.mark.parametrize(
    "part", ["xl/styles.xml", "_rels/.rels", "xl/drawings/a.vml", "customXml/item1.xml", "xl/a.dat"]
)
def test_a_document_type_is_found_in_every_part_and_encoding(tmp_path: Path, part: str, content: str | bytes) -> None:
    assert refusal_of(write_parts(tmp_path / "a.xlsx", {**xlsx_parts(), part: content})) == "XML_DTD"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/styles.xml", _in_utf16("<?xml version='1.0' encoding='UTF-16'?><a>!DOCTYPE</a>", mark=True)),
        ("xl/styles.xml", b'<?xml version="1.0" encoding="Windows-1252"?><a/>'),
        ("xl/styles.xml", b'<?xml version="1.0" standalone="yes"?><a encoding="UTF-7"/>'),
        ("xl/printerSettings/printerSettings1.bin", "M\0Z\0Printer <!DOCTYPE"),
        ("xl/media/image1.emf", b"\1\0\0\0<!DOCTYPE"),
    ],
)
def test_what_only_resembles_a_document_type_passes(tmp_path: Path, part: str, content: str | bytes) -> None:
    assert check_file(write_parts(tmp_path / "a.xlsx", {**xlsx_parts(), part: content})).container == "xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_macro_is_told_by_its_content_type_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    types = (
        "<Types><Override PartName='/a' ContentType='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/></Types>"
    )
    parts = {**xlsx_parts(), "[Content_Types].xml": types.encode(encoding)}

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == "MACRO"


def test_content_types_too_long_to_be_looked_through_are_refused(tmp_path: Path) -> None:
    parts = xlsx_parts()
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("<Types ", "<Types " + " " * (1 << 20))

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == "ZIP_CORRUPT"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04" + b"\0" * 100, "EMBEDDED"),
        (ole_file("Workbook"), "EMBEDDED"),
        (b"MZ\x90\0", "EMBEDDED"),
        (b"\x7fELF", "EMBEDDED"),
    ],
)
def test_a_file_within_the_file_is_refused_whatever_it_is_called(tmp_path: Path, content: bytes, code: str) -> None:
    parts = {**xlsx_parts(), "xl/media/image1.png": content}

    assert refusal_of(write_parts(tmp_path / "a.xlsx", parts)) == code


def _entry(content: bytearray, name: bytes) -> tuple[int, int]:
    """Where the directory's entry and the local header of the entry with that name begin."""
    place = content.rfind(name) - 46
    return place, struct.unpack_from("<I", content, place + 42)[0]


def _poke(field: int, value: bytes) -> Callable[[bytearray], bytes]:
    """Change a field of the local header of the sheet."""

    def change(content: bytearray) -> bytes:
        _, local = _entry(content, b"xl/worksheets/sheet1.xml")
        content[local + field : local + field + len(value)] = value
        return bytes(content)

    return change


def _end_record_says(field: int, value: bytes) -> Callable[[bytearray], bytes]:
    def change(content: bytearray) -> bytes:
        content[len(content) - 22 + field : len(content) - 22 + field + len(value)] = value
        return bytes(content)

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_poke(0, b"PK\1\2"), "ZIP_CORRUPT"),
        (_poke(6, b"\1"), "ZIP_CORRUPT"),
        (_poke(8, b"\0"), "ZIP_CORRUPT"),
        (_poke(14, b"\0\0\0\0"), "ZIP_CORRUPT"),
        (_poke(18, b"\1\0\0\0"), "ZIP_CORRUPT"),
        (_poke(22, b"\1\0\0\0"), "ZIP_CORRUPT"),
        (_poke(30, b"xl/worksheets/sheet2.xml"), "ZIP_CORRUPT"),
        (_poke(28, b"\xff\x7f"), "ZIP_OVERLAP"),
        (_end_record_says(4, b"\1\0"), "ZIP_CORRUPT"),
        (_end_record_says(8, b"\4\0"), "ZIP_CORRUPT"),
        (_end_record_says(10, b"\6\0"), "ZIP_CORRUPT"),
        (_end_record_says(12, b"\1"), "ZIP_CORRUPT"),
        (_end_record_says(20, b"\1\0"), "ZIP_CORRUPT"),
        (lambda content: bytes(content) + b"\n", "ZIP_CORRUPT"),
        (lambda content: b"PK\x03\x04" + bytes(content), "ZIP_CORRUPT"),
        (lambda content: bytes(content) + bytes(content), "ZIP_CORRUPT"),
    ],
)
def test_a_container_that_can_be_read_in_two_ways_is_refused(
    tmp_path: Path, change: Callable[[bytearray], bytes], code: str
) -> None:
    path = write_xlsx(tmp_path / "a.xlsx")
    path.write_bytes(change(bytearray(path.read_bytes())))

    assert refusal_of(path) == code


def test_a_container_written_while_streaming_passes(tmp_path: Path) -> None:
    """Sizes after the content, headers prepared for more than 4 GB: what many programs write."""
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file, zipfile.ZipFile(_NoSeek(file), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in xlsx_parts().items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content.encode() if isinstance(content, str) else content)

    assert check_file(path).container == "xlsx"


class _NoSeek:
    """A pipe, as far as whoever writes into it can tell."""

    def __init__(self, file: IO[bytes]) -> None:
        self.write, self.flush = file.write, file.flush


def _bare(rows: int, columns: int) -> str:
    return f"<row>{'<c><v>1</v></c>' * columns}</row>" * rows


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (_bare(1, 501), "SHEET_RANGE"),
        ('<row r="1"><c r="SF1"/>' + "<c><v>1</v></c>" * 2 + "</row>", "SHEET_RANGE"),
        ("<row r='300000'><c><v>1</v></c></row><row r='300001'><c><v>1</v></c></row>", "SHEET_RANGE"),
        ("<x:row>" + "<x:c><x:v>1</x:v></x:c>" * 501 + "</x:row>", "SHEET_RANGE"),
        ("<row>" + '<c\nt="n"><v>1</v></c>' * 501 + "</row>", "SHEET_RANGE"),
    ],
)
def test_cells_without_an_address_count_where_they_stand(tmp_path: Path, rows: str, code: str) -> None:
    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", rows)) == code


def test_rows_without_an_address_count_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MAX_ROW", 100)

    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", _bare(102, 3))) == "TOO_MANY_ROWS"


def test_as_many_cells_without_an_address_as_may_be_pass(tmp_path: Path) -> None:
    assert check_file(write_xlsx(tmp_path / "a.xlsx", _bare(200, 500))).container == "xlsx"


def test_a_sheet_is_one_by_its_content_wherever_it_lies(tmp_path: Path) -> None:
    sheet = sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>')

    assert refusal_of(write_parts(tmp_path / "a.xlsx", {**xlsx_parts(), "xl/other.dat": sheet})) == "SHEET_RANGE"


def test_a_bomb_is_stopped_while_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "RATIO_COUNTS_FROM_BYTES", 4 * 1024 * 1024)
    path = write_xlsx(tmp_path / "a.xlsx", after="<!-- " + " " * 8 * 1024 * 1024 + "-->")

    assert refusal_of(path) == "ZIP_BOMB"


def test_a_well_packed_but_small_sheet_is_no_bomb(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>0</v></c></row>' for row in range(1, 20_001))

    assert check_file(write_xlsx(tmp_path / "a.xlsx", rows)).container == "xlsx"


def test_a_cell_in_the_last_corner_is_refused_with_its_address(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')

    with pytest.raises(WorkbookRefused) as caught:
        check_file(path)
    assert (caught.value.code, caught.value.detail) == ("SHEET_RANGE", "XFD1048576")


def test_a_cell_beyond_the_grid_is_refused(tmp_path: Path) -> None:
    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="XFE1"><v>1</v></c></row>')) == "SHEET_RANGE"


def test_a_claimed_range_and_empty_styled_cells_do_not_count(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576" s="1"><c r="XFC1048576" s="1"></c><c r="XFD1048576" s="1"/></row>'
    )

    path = write_xlsx(tmp_path / "a.xlsx", rows, before='<dimension ref="A1:XFD1048576"/>')

    assert check_file(path).container == "xlsx"


def test_more_rows_than_any_report_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "MAX_ROW", 100)
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 102))

    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", rows)) == "TOO_MANY_ROWS"


def test_a_merge_over_the_whole_sheet_is_refused(tmp_path: Path) -> None:
    merge = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'

    assert refusal_of(write_xlsx(tmp_path / "a.xlsx", after=merge)) == "MERGE_RANGE"


def test_a_far_cell_is_seen_where_the_reading_pieces_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scan reads in pieces; whatever the cut, a cell split by it is found."""
    monkeypatch.setattr(preflight, "MAX_COLUMN", 5)
    plain = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in (1, 2, 3))
    sheet = sheet_xml(plain + '<row r="4"><c r="K4" s="12"><v>1</v></c></row>')
    path = write_parts(tmp_path / "a.xlsx", {**xlsx_parts(), "xl/worksheets/sheet1.xml": sheet})

    for size in range(40, 120):
        monkeypatch.setattr(preflight, "_CHUNK", size)
        assert refusal_of(path) == "SHEET_RANGE", size
