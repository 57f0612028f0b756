"""The gate before the parsers: what is let through, what is refused and under which code."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from pathlib import Path

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
