"""Comma-separated text that strangers send, into rows that remember the line they begin on."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from include.readers.grid import WorkbookRefused
from include.readers.secrecy import is_marked_text

MAX_TEXT_BYTES: Final = 50 * 1024 * 1024
MAX_CELL_CHARACTERS: Final = 131_072
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD_BYTES: Final = 1024
_SEPARATOR_LINE: Final = re.compile(r"\"?sep=(.)\"?[,;\s]*", re.IGNORECASE)
_OTHER_DELIMITERS: Final = {";": "chấm phẩy", "\t": "tab", "|": "gạch đứng"}


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    """One record. `line_number` is the line of the file it begins on, from 1; quoted cells may run over more."""

    line_number: int
    cells: tuple[str, ...]


def read_delimited(path: Path, delimiter: str = ",") -> tuple[DelimitedRow, ...]:
    """Every record that is not blank, at least one, in order, cells as written.

    The encoding is UTF-8, or UTF-16 where its mark or its zero bytes say so; nothing else is tried, because it could
    not be told from a wrong guess. A line "sep=," before all others is no record. Raises WorkbookRefused: EMPTY,
    TOO_BIG, TEXT_ENCODING with line and byte, TEXT_BROKEN with the line, TEXT_DELIMITER with the delimiter used
    instead (a spreadsheet that writes another one has rewritten numbers and codes too), SECRET without the place.
    """
    content = path.read_bytes() if path.stat().st_size <= MAX_TEXT_BYTES else None
    if content is None:
        raise WorkbookRefused("TOO_BIG", f"{path.stat().st_size / 1024 / 1024:.0f} MB")
    text = _decode(content)
    first_row = _check_delimiter(text, delimiter)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    rows, begins = [], 1
    try:
        for cells in reader:
            if begins >= first_row and any(cell.strip() for cell in cells):
                rows.append(DelimitedRow(begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise WorkbookRefused("TEXT_BROKEN", str(begins)) from error
    if not rows:
        raise WorkbookRefused("EMPTY")
    if any(is_marked_text(cell) for row in rows for cell in row.cells):
        raise WorkbookRefused("SECRET")
    return tuple(rows)


def _check_delimiter(text: str, delimiter: str) -> int:
    """The line the records begin on: the second where the first only says which delimiter is used."""
    first = text.lstrip().partition("\n")[0]
    stated = _SEPARATOR_LINE.fullmatch(first)
    used = stated[1] if stated else max(_OTHER_DELIMITERS, key=first.count)
    if used != delimiter and used in first and (stated or delimiter not in first):
        raise WorkbookRefused("TEXT_DELIMITER", _OTHER_DELIMITERS.get(used, f"“{used}”"))
    return text.count("\n", 0, text.index(first)) + 2 if stated else 1


def utf16_without_mark(head: bytes) -> Literal["utf-16-le", "utf-16-be"] | None:
    """Which UTF-16 the first bytes of a text without byte order mark are; None when they are not.

    In UTF-16 every comma, digit and line end has a zero byte on one side, always the same; other text has none.
    """
    head = head[:_HEAD_BYTES]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 2 < len(head[1::2]) or min(even, odd):
        return None
    return "utf-16-le" if odd else "utf-16-be" if even else None


def undecodable_place(line_number: int, line: bytes, offset: int) -> str:
    """Where a byte stands that is no letter, `offset` bytes into its line: "3 (byte thứ 12 của dòng, mã EB)"."""
    return f"{line_number} (byte thứ {offset + 1} của dòng, mã {line[offset]:02X})"


def _decode(content: bytes) -> str:
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    try:
        text = content.decode(marked or utf16_without_mark(content) or "utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(content, error.start) from error
    if "\0" in text:
        raise _undecodable(text.encode(), text.encode().index(0))
    return text


def _undecodable(content: bytes, at: int) -> WorkbookRefused:
    begin = content.rfind(b"\n", 0, at) + 1
    line = content.count(b"\n", 0, at) + 1
    return WorkbookRefused("TEXT_ENCODING", undecodable_place(line, content[begin : at + 1], at - begin))
