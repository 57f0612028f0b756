"""Workbooks made to order for the readers' tests: plain ones, and ones that attack the reader."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from include.readers.grid import CellValue, MergedRange, Sheet, Visibility, Workbook, position

_CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
    "</Types>"
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    """The XML of a sheet around the given rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def xlsx_parts(rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>', **sheet: str) -> dict[str, str | bytes]:
    """The parts of the smallest workbook, with one sheet named S."""
    return {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE_RELATIONS}">'
            f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
            '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE_RELATIONS}">'
            f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": sheet_xml(rows, **sheet),
    }


def write_parts(path: Path, parts: Mapping[str, str | bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip container with these parts."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_xlsx(path: Path, rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>', **sheet: str) -> Path:
    """The smallest workbook with these rows."""
    return write_parts(path, xlsx_parts(rows, **sheet))


_OPEN_NAMESPACES = "".join(
    f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *(("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("number", "datastyle")),
        ("fo", "xsl-fo-compatible"),
    )
)


def write_ods(path: Path, styles: str, rows: str, *, columns: str = "", of_document: str = "") -> Path:
    """The smallest open document: one sheet named S, with the content's own styles and those of the document."""
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": (
            f"<office:document-content{_OPEN_NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f'<office:body><office:spreadsheet><table:table table:name="S">{columns}{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        ),
        "styles.xml": (
            f"<office:document-styles{_OPEN_NAMESPACES}><office:styles>{of_document}</office:styles>"
            "</office:document-styles>"
        ),
    }
    return write_parts(path, parts)


def ole_file(*names: str) -> bytes:
    """A compound file of one directory sector with entries of these names."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<I", header, 44, 1)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *([0xFFFFFFFF] * 108))
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *([0xFFFFFFFF] * 126))
    directory = bytearray()
    for name in ("Root Entry", *names)[:4]:
        entry = bytearray(128)
        encoded = name.encode("utf-16-le")
        entry[: len(encoded)] = encoded
        struct.pack_into("<H", entry, 64, len(encoded) + 2)
        directory += entry
    return bytes(header) + table + bytes(directory.ljust(512, b"\0"))


def overlapping_zip() -> bytes:
    """A container whose two directory entries point at the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("xl/workbook.xml", "<workbook/>")
    content = bytearray(buffer.getvalue())
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(content)


def sheet_of(
    rows: Sequence[Sequence[Any]],
    *,
    merges: Sequence[str] = (),
    name: str = "Báo cáo",
    visibility: Visibility = "visible",
    errors: Mapping[str, str] | None = None,
) -> Sheet:
    """A sheet typed in as rows; "" is an empty cell, merges are "A1:B2"."""
    cells: list[list[CellValue]] = [[None if value == "" else value for value in row] for row in rows]
    ranges = []
    for merge in merges:
        first, last = merge.split(":")
        (top, left), (bottom, right) = position(first), position(last)
        ranges.append(MergedRange(top, left, bottom, right))
    return Sheet(
        name=name,
        rows=cells,
        merges=tuple(ranges),
        visibility=visibility,
        errors={position(cell): error for cell, error in (errors or {}).items()},
    )


def workbook_of(*sheets: Sheet, **fields: Any) -> Workbook:
    """A workbook of these sheets."""
    return Workbook("xlsx", sheets, **fields)
