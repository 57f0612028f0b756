"""Parquet files, batch by batch; only flat columns of text, numbers and dates are a cube."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import parquet, types

from include.calendar.periods import VIETNAM
from include.model import Finding
from include.readers.secrecy import is_marked_text
from include.sources.monitoring_statistics.rows import Batch, CodedColumn, FileRefused, line_cell

_BATCH_ROWS: Final = 65_536
_FLAT: Final = (
    types.is_string,
    types.is_large_string,
    types.is_integer,
    types.is_floating,
    types.is_decimal,
    types.is_date,
    types.is_timestamp,
    types.is_boolean,
    types.is_null,
)


class ParquetTable:
    """A Parquet file; its rows count from 1 and its column names are the header.

    Raises FileRefused: UNREADABLE, ZIP_BOMB, SECRET for a mark among the file's notes, MONITORING_COLUMN_FORBIDDEN for
    a nested or binary column.
    """

    sheet_name: str | None = None
    code_page: str | None = None
    header_line = 0

    def __init__(self, path: Path, *, unpacked_bytes: int) -> None:
        try:
            self._file = parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20)
            texts = [field.name for field in self._file.schema_arrow if types.is_string(_plain(field.type))]
            self._file = parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20, read_dictionary=texts)
        except (pa.ArrowException, OSError) as error:
            raise FileRefused(Finding("UNREADABLE")) from error
        metadata = self._file.metadata
        if sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)) > unpacked_bytes:
            raise FileRefused(Finding("ZIP_BOMB"))
        for position, field in enumerate(self._file.schema_arrow, start=1):
            if not any(is_kind(_plain(field.type)) for is_kind in _FLAT):
                raise FileRefused(Finding("MONITORING_COLUMN_FORBIDDEN", None, None, f"cột thứ {position}"))
        if any(map(is_marked_text, _notes_of(self._file))):
            raise FileRefused(Finding("SECRET"))
        self.header = tuple(self._file.schema_arrow.names)

    def batches(self) -> Iterator[Batch]:
        """The rows in order, once."""
        line = 1
        try:
            for batch in self._file.iter_batches(_BATCH_ROWS, use_threads=False):
                lines = np.arange(line, line + batch.num_rows, dtype=np.int64)
                line += batch.num_rows
                yield Batch(lines, tuple(_coded(column) for column in batch.columns))
        except (pa.ArrowException, OSError) as error:
            raise FileRefused(Finding("UNREADABLE")) from error

    def cell(self, line: int, column: int | None) -> str:
        """ "dòng 12, cột 3"; the names of the columns stand above the first row."""
        if line == self.header_line:
            return "tên các cột" if column is None else f"tên cột {column + 1}"
        return line_cell(line, column)


def _notes_of(file: parquet.ParquetFile) -> Iterator[str]:
    """What the writer noted about the file and its columns."""
    fields = [file.schema_arrow.field(position) for position in range(len(file.schema_arrow))]
    for notes in (file.metadata.metadata, *(field.metadata for field in fields)):
        for key, value in (notes or {}).items():
            if key != b"ARROW:schema":
                yield from (key.decode("utf-8", "replace"), value.decode("utf-8", "replace"))


def _plain(kind: Any) -> Any:
    return kind.value_type if types.is_dictionary(kind) else kind


def _coded(column: Any) -> CodedColumn:
    if not types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values: list[object] = [_as_typed(value) for value in column.dictionary.to_pylist()]
    indices = column.indices
    if indices.null_count:
        indices = indices.fill_null(len(values))
        values.append(None)
    return CodedColumn(indices.to_numpy(zero_copy_only=False), values)


def _as_typed(value: object) -> object:
    """A moment with a time zone is the day it was in Vietnam: 2026-10-01 17:30 UTC is 2 October."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).astimezone(VIETNAM).date()
    return value
