"""Made-up feeds of the monitoring cube: a few days as somebody would send them, or millions of rows for a benchmark.

Nothing in them was ever counted. A cube has no cell to say so, so their file names do.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from include.reference.monitoring_cube import DIMENSIONS, cells

HEADER: Final = ("ngay", "loai_kenh", "chu_de", "sac_thai", "ngon_ngu", "pham_vi", "so_luong")
_ROWS_A_PIECE: Final = 500_000
_MEAN_COUNT: Final = 6
_CELLS_A_DAY: Final = 40


def write_feed(
    path: Path, first_day: date, day_count: int, *, seed: int = 2026, cells_a_day: int = _CELLS_A_DAY
) -> Path:
    """Days of some forty cells each as .csv, .csv.gz, .parquet or .xlsx. Every tenth day was monitored in vain.

    The same seed makes the same file.
    """
    rows = list(_daily_rows(first_day, day_count, seed, cells_a_day))
    if path.suffix == ".xlsx":
        _write_workbook(path, rows)
        return path
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    _write(path, pa.schema(list(zip(HEADER, (column.type for column in columns), strict=True))), [columns])
    return path


def write_big_feed(
    path: Path,
    row_count: int,
    *,
    first_day: date = date(2026, 1, 1),
    seed: int = 2026,
    cells_a_day: int | None = None,
) -> Path:
    """Every cell of the cube on every day until there are `row_count` rows, as .csv, .csv.gz or .parquet.

    With `cells_a_day` so many cells a day, the next day going on where the last one stopped: more days, no fewer rows.
    """
    a_day = len(cells()) if cells_a_day is None else min(cells_a_day, len(cells()))
    members = [pa.array([getattr(cell, name) for cell in cells()]) for name in DIMENSIONS]
    random = np.random.default_rng(seed)
    schema = pa.schema(
        [("ngay", pa.date32()), *((name, pa.string()) for name in HEADER[1:6]), ("so_luong", pa.int64())]
    )

    def pieces() -> Iterator[list[pa.Array]]:
        for start in range(0, row_count, _ROWS_A_PIECE):
            number = np.arange(start, min(start + _ROWS_A_PIECE, row_count))
            days = np.datetime64(first_day) + number // a_day
            cell = pa.array(number % len(cells()))
            counts = random.poisson(_MEAN_COUNT, number.size)
            yield [pa.array(days), *(each.take(cell) for each in members), pa.array(counts)]

    _write(path, schema, pieces())
    return path


def _daily_rows(first_day: date, day_count: int, seed: int, cells_a_day: int) -> Iterator[tuple[object, ...]]:
    random = np.random.default_rng(seed)
    for offset in range(day_count):
        day = first_day + timedelta(days=offset)
        if offset % 10 == 9:
            yield (day, "", "", "", "", "", 0)
            continue
        for number in sorted(random.choice(len(cells()), size=cells_a_day, replace=False)):
            cell = cells()[number]
            yield (day, *(getattr(cell, name) for name in DIMENSIONS), int(random.poisson(_MEAN_COUNT)))


def _write(path: Path, schema: pa.Schema, pieces: Iterable[list[pa.Array]]) -> None:
    if path.suffix == ".parquet":
        with parquet.ParquetWriter(path, schema) as writer:
            for columns in pieces:
                writer.write_batch(pa.record_batch(columns, schema=schema))
        return
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="none")
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as file:
        file.write(f"{','.join(HEADER)}\n".encode())
        with arrow_csv.CSVWriter(file, schema, write_options=options) as writer:
            for columns in pieces:
                writer.write_batch(pa.record_batch(columns, schema=schema))


def _write_workbook(path: Path, rows: list[tuple[object, ...]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        day_format = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet = workbook.add_worksheet("giam_sat")
        sheet.write_row(0, 0, HEADER)
        for index, row in enumerate(rows, start=1):
            sheet.write_datetime(index, 0, row[0], day_format)
            for column, value in enumerate(row[1:], start=1):
                if value != "":
                    sheet.write(index, column, value)
