"""What an .xls keeps beside its cells and xlrd passes over: macros, page headers, text boxes, properties."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from include.readers.grid import LooseText, WorkbookRefused

_END_OF_STREAM = 0x000A
_HEADER, _FOOTER = 0x0014, 0x0015
_CONTINUED = 0x003C
_SHEET_ENTRY = 0x0085
_PROJECT, _PROJECT_WITHOUT_CODE = 0x00D3, 0x01BD
_TEXT_OBJECT = 0x01B6
_MACRO_SHEET = 1

# Properties that describe the document: title, subject, keywords, comments. The others name people.
_KEPT_PROPERTIES = frozenset({2, 3, 5, 6})
_CODE_PAGE_PROPERTY = 1
_ANSI_TEXT, _WIDE_TEXT = 30, 31
_MAX_LOOSE_TEXT = 2_000


def refuse_macros(stream: bytes, start: int) -> None:
    """Walk the workbook's global records for a macro sheet or a project with code in it.

    Old files often carry a project without a line of code; Excel then writes a record that says so.
    Raises WorkbookRefused MACRO.
    """
    has_project = has_no_code = False
    for kind, record in _records(stream, start):
        if kind == _END_OF_STREAM:
            break
        if kind == _SHEET_ENTRY and len(record) >= 6 and record[5] == _MACRO_SHEET:
            raise WorkbookRefused("MACRO")
        has_project = has_project or kind == _PROJECT
        has_no_code = has_no_code or kind == _PROJECT_WITHOUT_CODE
    if has_project and not has_no_code:
        raise WorkbookRefused("MACRO")


def texts_outside_cells(stream: bytes, start: int) -> Iterator[LooseText]:
    """Page headers and footers, and the text of boxes, of all sheets."""
    follows_text_object = False
    for kind, record in _records(stream, start):
        if kind in (_HEADER, _FOOTER) and len(record) > 3:
            (length,) = struct.unpack_from("<H", record)
            yield LooseText("header_footer", None, _characters(record[2:], length))
        elif kind == _CONTINUED and follows_text_object and len(record) > 1:
            yield LooseText("drawing", None, _characters(record, len(record)).strip("\0 "))
        follows_text_object = kind == _TEXT_OBJECT


def properties(stream: bytes) -> Iterator[LooseText]:
    """The describing texts of a summary information stream; nothing from one that is damaged."""
    try:
        (section,) = struct.unpack_from("<I", stream, 44)
        (count,) = struct.unpack_from("<I", stream, section + 4)
        offsets = [struct.unpack_from("<II", stream, section + 8 + 8 * index) for index in range(min(count, 64))]
        pages = [
            struct.unpack_from("<H", stream, section + at + 4)[0] for kind, at in offsets if kind == _CODE_PAGE_PROPERTY
        ]
        for kind, at in offsets:
            if kind in _KEPT_PROPERTIES and (text := _property_text(stream, section + at, pages[0] if pages else 1252)):
                yield LooseText("property", None, text[:_MAX_LOOSE_TEXT])
    except struct.error:
        return


def _property_text(stream: bytes, at: int, code_page: int) -> str:
    kind, length = struct.unpack_from("<II", stream, at)
    if kind == _WIDE_TEXT:
        return stream[at + 8 : at + 8 + 2 * length].decode("utf-16-le", "replace").rstrip("\0").strip()
    if kind != _ANSI_TEXT:
        return ""
    content = stream[at + 8 : at + 8 + length].rstrip(b"\0")
    if code_page == 1200:
        return content.decode("utf-16-le", "replace").strip("\0 ")
    try:
        return content.decode("utf-8" if code_page == 65001 else f"cp{code_page}", "replace").strip()
    except LookupError:
        return content.decode("cp1252", "replace").strip()


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    offset = start
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        if kind == 0 and length == 0:
            return  # padding at the end
        yield kind, bytes(stream[offset + 4 : offset + 4 + length])
        offset += 4 + length


def _characters(content: bytes, length: int) -> str:
    """A string whose first byte tells whether its characters take one byte or two."""
    if content[0] & 0x01:
        return content[1 : 1 + 2 * length].decode("utf-16-le", "replace")[:_MAX_LOOSE_TEXT]
    return content[1 : 1 + length].decode("latin-1")[:_MAX_LOOSE_TEXT]
