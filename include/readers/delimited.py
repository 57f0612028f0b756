"""Comma-separated text that strangers send, into rows that remember the line they begin on."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from include.readers.grid import WorkbookRefused
from include.readers.secrecy import is_marked_text

MAX_TEXT_BYTES: Final = 50 * 1024 * 1024
MAX_CELL_CHARACTERS: Final = 131_072
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    """One record. `line_number` is the line of the file it begins on, from 1; quoted cells may run over more."""

    line_number: int
    cells: tuple[str, ...]


def read_delimited(path: Path, delimiter: str = ",") -> tuple[DelimitedRow, ...]:
    """Every record that is not blank, at least one, in order, cells as written.

    The encoding is UTF-8, or UTF-16 where its mark says so; nothing else is tried, because it could not be told
    from a wrong guess. Raises WorkbookRefused: EMPTY, TOO_BIG, TEXT_ENCODING with the line, TEXT_BROKEN with the line,
    SECRET without the place.
    """
    content = path.read_bytes() if path.stat().st_size <= MAX_TEXT_BYTES else None
    if content is None:
        raise WorkbookRefused("TOO_BIG", f"{path.stat().st_size / 1024 / 1024:.0f} MB")
    reader = csv.reader(io.StringIO(_decode(content), newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    rows, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(DelimitedRow(begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise WorkbookRefused("TEXT_BROKEN", str(begins)) from error
    if not rows:
        raise WorkbookRefused("EMPTY")
    if any(is_marked_text(cell) for row in rows for cell in row.cells):
        raise WorkbookRefused("SECRET")
    return tuple(rows)


def _decode(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise WorkbookRefused("TEXT_ENCODING", str(line)) from error
    if "\0" in text:
        raise WorkbookRefused("TEXT_ENCODING", str(text[: text.index("\0")].count("\n") + 1))
    return text
