"""What an .xls keeps beside its cells and xlrd passes over: macros, page headers, text boxes, properties."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from include.readers.grid import CellPosition, LooseText, WorkbookRefused

_END_OF_STREAM = 0x000A
_SUPPORTING_BOOK, _LENGTH_AND_FLAG = 0x01AE, 5
_HEADER, _FOOTER = 0x0014, 0x0015
_CONTINUED = 0x003C
_SHEET_ENTRY = 0x0085
_PROJECT, _PROJECT_WITHOUT_CODE = 0x00D3, 0x01BD
_TEXT_OBJECT = 0x01B6
_MACRO_SHEET = 1
_BEGIN_OF_STREAM = 0x0809
_FORMULA, _SHARED_FORMULA = 0x0006, 0x04BC
_OBJECT, _PICTURE_OBJECT = 0x005D, 8
# Texts a workbook keeps beside its cells, with the bytes before the string: number formats, chart captions,
# cached cells of linked workbooks, entries of pivot caches.
_FORMAT, _CHART_TEXT, _PIVOT_TEXT = 0x041E, 0x100D, 0x00CD
_VALIDATION, _LINK_TIP, _STYLE, _LINKED_CELLS = 0x01BE, 0x0800, 0x0293, 0x005A
_EMPTY_RESULT = b"\x03\x00\x00\x00\x00\x00\xff\xff"
_FUNCTION_NAMES = {150: "CALL", 267: "REGISTER", 359: "HYPERLINK", 379: "RTD"}
# Bytes behind a token of a BIFF8 formula; the class of an operand (reference, value, array) changes nothing.
_TOKEN_BYTES = {
    **dict.fromkeys(range(0x03, 0x17), 0),
    0x01: 4,
    0x02: 4,
    0x1C: 1,
    0x1D: 1,
    0x1E: 2,
    0x1F: 8,
    0x20: 7,
    0x21: 2,
    0x22: 3,
    0x23: 4,
    0x24: 4,
    0x25: 8,
    0x26: 6,
    0x27: 6,
    0x28: 6,
    0x29: 2,
    0x2A: 4,
    0x2B: 8,
    0x2C: 4,
    0x2D: 8,
    0x39: 6,
    0x3A: 6,
    0x3B: 10,
    0x3C: 6,
    0x3D: 10,
}
_SHARED_TOKEN, _STRING_TOKEN, _ATTRIBUTE_TOKEN, _FUNCTION, _VARIABLE_FUNCTION, _NAME = (
    0x01,
    0x17,
    0x19,
    0x21,
    0x22,
    0x23,
)
_CHOOSE = 0x04

# Properties that describe the document: title, subject, keywords, comments. The others name people.
_KEPT_PROPERTIES = frozenset({2, 3, 5, 6})
_CODE_PAGE_PROPERTY = 1
_CATEGORY = 2
_FORMAT_LITERAL = re.compile(r'"([^"]+)"')
# Letters, digits, spaces and marks, three and more in a row.
_NARROW_RUN = re.compile(rb"[\x20-\x7e\xc0-\xff]{3,}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e\xc0-\xff]\x00|[\x00-\xff][\x01\x03\x1e\x20]){3,}")
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


def calls_program(stream: bytes, start: int) -> bool:
    """Whether the workbook is linked to a program's conversation (DDE) or object, as against another workbook.

    Both kinds of link are a "supporting book" without sheets where the other workbook was never opened. The path of a
    workbook begins with U+0001; a program's link is its name and its topic with U+0003 between them.
    """
    for kind, record in _records(stream, start):
        if kind == _END_OF_STREAM:
            break
        if kind == _SUPPORTING_BOOK and len(record) > _LENGTH_AND_FLAG and record[2:4] != b"\x01\x04":
            (length,) = struct.unpack_from("<H", record, 2)
            link = _characters(record[4:], length)
            if not link.startswith("\x01") and "\x03" in link:
                return True
    return False


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


def has_pictures(stream: bytes, start: int) -> bool:
    """Whether the sheet whose records begin there shows a picture."""
    return any(
        kind == _OBJECT and len(record) >= 6 and struct.unpack_from("<H", record, 4) == (_PICTURE_OBJECT,)
        for kind, record in _sheet_records(stream, start)
    )


@dataclass(frozen=True, slots=True)
class StoredFormula:
    """A formula of a sheet: its functions and names as words, and whether its empty result was never calculated."""

    place: CellPosition
    words: str
    is_uncalculated: bool


def formulas(stream: bytes, start: int, names: Sequence[str]) -> Iterator[StoredFormula]:
    """The formulas of the sheet whose records begin there. `names` are the workbook's, in their order.

    An empty text is a result where the formula holds a text ("if nothing, then nothing"), else it was never calculated.
    """
    found: list[tuple[CellPosition, bytes, bool]] = []
    shared: dict[CellPosition, bytes] = {}
    for kind, record in _sheet_records(stream, start):
        if kind == _FORMULA and len(record) >= 22:
            row, column = struct.unpack_from("<HH", record)
            (length,) = struct.unpack_from("<H", record, 20)
            found.append(((row, column), record[22 : 22 + length], record[6:14] == _EMPTY_RESULT))
        elif kind == _SHARED_FORMULA and len(record) >= 10 and found:
            shared[found[-1][0]] = record[10:]
    for place, stored, is_empty in found:
        is_shared = len(stored) == 5 and stored[0] == _SHARED_TOKEN
        tokens = shared.get(struct.unpack_from("<HH", stored, 1), b"") if is_shared else stored
        words, has_text = _words_of_formula(tokens, names)
        yield StoredFormula(place, words, is_empty and not has_text)


def _words_of_formula(tokens: bytes, names: Sequence[str]) -> tuple[str, bool]:
    """The functions and names of a formula ("HYPERLINK( _xlfn.WEBSERVICE("), and whether it holds a text."""
    words: list[str] = []
    has_text = False
    at = 0
    while at < len(tokens):
        token = tokens[at]
        kind = token if token < 0x20 else (token & 0x1F) | 0x20
        content = tokens[at + 1 :]
        if kind == _STRING_TOKEN and len(content) >= 2:
            has_text = True
            size = 2 + content[0] * (2 if content[1] & 1 else 1)
        elif kind == _ATTRIBUTE_TOKEN and len(content) >= 3:
            size = 3 + (2 * (struct.unpack_from("<H", content, 1)[0] + 1) if content[0] & _CHOOSE else 0)
        elif kind in _TOKEN_BYTES:
            size = _TOKEN_BYTES[kind]
            if kind in (_FUNCTION, _VARIABLE_FUNCTION) and len(content) >= size:
                (function,) = struct.unpack_from("<H", content, size - 2)
                words += [f"{_FUNCTION_NAMES[function]}("] if function in _FUNCTION_NAMES else []
            elif kind == _NAME and len(content) >= 2:
                (number,) = struct.unpack_from("<H", content)
                words += [f"{names[number - 1]}("] if 0 < number <= len(names) else []
        else:
            break
        at += 1 + size
    return " ".join(words), has_text


def texts_kept_aside(stream: bytes, start: int) -> Iterator[LooseText]:
    """Texts of number formats, charts, input prompts and copied cells: shown to somebody, but in no cell."""
    for kind, record in _records(stream, start):
        if kind == _FORMAT and len(record) > 5:
            for text in _FORMAT_LITERAL.findall(_characters(record[4:], struct.unpack_from("<H", record, 2)[0])):
                yield LooseText("part", None, text)
        elif kind == _CHART_TEXT and len(record) > 4:
            yield LooseText("part", None, _characters(record[3:], record[2]))
        elif kind == _PIVOT_TEXT and len(record) > 3:
            yield LooseText("cache", None, _characters(record[2:], struct.unpack_from("<H", record)[0]))
        elif kind in (_VALIDATION, _LINK_TIP, _STYLE, _LINKED_CELLS):
            for text in _any_texts(record):
                yield LooseText("cache" if kind == _LINKED_CELLS else "part", None, text)


def _any_texts(record: bytes) -> Iterator[str]:
    """Runs of letters in a record whose strings stand between numbers, in one and in two bytes a character."""
    for found in _WIDE_RUN.findall(record):
        yield found.decode("utf-16-le")[:_MAX_LOOSE_TEXT].strip()
    for found in _NARROW_RUN.findall(record):
        yield found.decode("latin-1")[:_MAX_LOOSE_TEXT].strip()


def _sheet_records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one sheet, those of the charts in it included."""
    depth = 0
    for kind, record in _records(stream, start):
        depth += (kind & 0xFF == _BEGIN_OF_STREAM & 0xFF and kind >> 8 in (0, 2, 4, 8)) - (kind == _END_OF_STREAM)
        if depth <= 0:
            return
        yield kind, record


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


def custom_properties(stream: bytes) -> Iterator[LooseText]:
    """Category, and all properties people made themselves, of a document summary stream."""
    try:
        (sections,) = struct.unpack_from("<I", stream, 24)
        for number in range(min(sections, 2)):
            (section,) = struct.unpack_from("<I", stream, 44 + 20 * number)
            (count,) = struct.unpack_from("<I", stream, section + 4)
            entries = [struct.unpack_from("<II", stream, section + 8 + 8 * index) for index in range(min(count, 256))]
            pages = [
                struct.unpack_from("<H", stream, section + at + 4)[0]
                for kind, at in entries
                if kind == _CODE_PAGE_PROPERTY
            ]
            page = pages[0] if pages else 1252
            for kind, at in entries:
                if kind == 0 and number == 1:
                    for name in _any_texts(stream[section + at : section + at + _MAX_LOOSE_TEXT]):
                        yield LooseText("property", None, name)
                elif (number == 1 or kind == _CATEGORY) and (text := _property_text(stream, section + at, page)):
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
