"""CSV as Excel and statistics programs take it: UTF-8 with byte order mark, commas, RFC 4180, exact decimals.

A cell whose text a spreadsheet would calculate gets an apostrophe in front; so does text that begins with one, so that
whoever takes one apostrophe off every text that begins with it has the text as it was.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from include.calendar.periods import VIETNAM
from include.exports.relations import ExportColumn, plain_decimal

# What a spreadsheet takes for the start of a formula, full-width forms, white space and controls before it included.
_WOULD_BE_CALCULATED = re.compile(r"[\s\x00-\x1f\u00a0\u200b\ufeff]*['=+\-@＝＋－＠]|[\t\r\n]")


def write_delimited(columns: Sequence[ExportColumn], rows: Iterable[Sequence[object]], path: Path) -> int:
    """Write the rows to `path` under their column names; how many there were. Streams: `rows` may be a generator."""
    writers = [_writer_of(column) for column in columns]
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.name for column in columns])
        for row in rows:
            writer.writerow(
                [write(value) if value is not None else "" for write, value in zip(writers, row, strict=True)]
            )
            count += 1
    return count


def guarded(text: str) -> str:
    """The text as no spreadsheet calculates it."""
    return f"'{text}" if _WOULD_BE_CALCULATED.match(text) else text


def _writer_of(column: ExportColumn) -> Callable[[object], str]:
    if column.is_text:
        return lambda value: guarded(str(value))
    return as_text


def as_text(value: object) -> str:
    """A value in letters: decimals with all digits, moments with Vietnamese offset, lists as JSON."""
    match value:
        case Decimal():
            return plain_decimal(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(VIETNAM).isoformat() if value.tzinfo else value.isoformat()
        case list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
