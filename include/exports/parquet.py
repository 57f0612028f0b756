"""Parquet with the types of the database: exact decimals, days, moments with their zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from include.errors import PlatformError
from include.exports.relations import ExportColumn

_ROWS_IN_A_GROUP = 50_000
_DIGITS, _WIDE_DIGITS = 38, 76
_ZONE = "Asia/Ho_Chi_Minh"


def write_parquet(
    columns: Sequence[ExportColumn],
    rows: Iterable[Sequence[object]],
    digits: Mapping[str, tuple[int, int]],
    path: Path,
) -> int:
    """Write the rows to `path`; how many there were. Holds one group of rows at a time.

    `digits` says how many digits before and after the point each figure needs; PlatformError for more than 76.
    """
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(column.name, _type_of(column, digits)) for column in columns])
    count = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(rows):
            arrays = [
                pyarrow.array([_as_typed(column, row[place]) for row in group], type=schema.field(place).type)
                for place, column in enumerate(columns)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    source = iter(rows)
    while group := list(islice(source, _ROWS_IN_A_GROUP)):
        yield group


def _type_of(column: ExportColumn, digits: Mapping[str, tuple[int, int]]) -> Any:
    import pyarrow

    if column.is_figure:
        return _decimal(column.name, *digits[column.name])
    if column.is_list:
        is_whole = column.type.removesuffix("[]") in ("smallint", "integer", "bigint")
        return pyarrow.list_(pyarrow.int64() if is_whole else pyarrow.string())
    return {
        "smallint": pyarrow.int16(),
        "integer": pyarrow.int32(),
        "bigint": pyarrow.int64(),
        "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "timestamp with time zone": pyarrow.timestamp("us", tz=_ZONE),
        "real": pyarrow.float32(),
        "double precision": pyarrow.float64(),
    }.get(column.type, pyarrow.string())


def _decimal(name: str, before: int, after: int) -> Any:
    import pyarrow

    if before + after <= _DIGITS:
        return pyarrow.decimal128(_DIGITS, after)
    if before + after <= _WIDE_DIGITS:
        return pyarrow.decimal256(_WIDE_DIGITS, after)
    raise PlatformError(
        where=f"column {name}",
        found=f"figures of {before} digits before and {after} after the point",
        expected=f"{_WIDE_DIGITS} digits in all",
        remedy="Export it as CSV, which holds any number.",
    )


def _as_typed(column: ExportColumn, value: object) -> object:
    if value is None:
        return None
    if isinstance(value, list):
        return [item if isinstance(item, int) else str(item) for item in value]
    return str(value) if column.is_text else value
