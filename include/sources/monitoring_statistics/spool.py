"""The file rows wait in for COPY, written in bounded pieces, and what must be known of all of them together."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute
from pyarrow import csv as arrow_csv

from include.model import SPOOL_PREFIX
from include.reference.monitoring_cube import NOTHING_FOUND, cells
from include.sources.monitoring_statistics.dimensions import as_day
from include.sources.monitoring_statistics.rows import IntArray

NO_CELL: Final = -2
"""No cell could be told; stored as empty."""

_ROWS_A_PIECE: Final = 65_536
_COLUMNS: Final = pa.schema(
    [
        ("line_number", pa.int64()),
        ("column_number", pa.int32()),
        ("monitored_date", pa.string()),
        ("cell_code", pa.int64()),
        ("item_count", pa.int64()),
    ]
)
_EPOCH: Final = date(1970, 1, 1)
_MOST_REPEATS_TOLD: Final = 20
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class Spool:
    """Rows on their way out of the child, and over all of them: how many, which days, repeats, one hash.

    A row's key is its day and cell; days before `earliest` and after `latest` are held for that alone and not
    compared. The hash does not depend on the order of the rows.
    """

    def __init__(self, path: Path, earliest: date, latest: date) -> None:
        self.path = path
        self.row_count = 0
        self.repeated_count = 0
        self.repeats: list[tuple[int, int, int, int]] = []
        self._first_day: int | None = None
        self._last_day: int | None = None
        self._sums = [np.uint64(0), np.uint64(0)]
        self._begin = (earliest - _EPOCH).days
        self._end = (latest - _EPOCH).days
        codes = np.array([cell.cell_code for cell in cells()])
        self._position = np.full(int(codes.max()) + 1, -1, dtype=np.int64)
        self._position[codes] = np.arange(codes.size)
        self._width = codes.size + 1
        # Zeroed pages cost nothing until a day in them is met.
        self._met = np.zeros(max(self._end - self._begin + 1, 0) * self._width, dtype=np.uint8)
        self._writer = arrow_csv.CSVWriter(
            str(path),
            _COLUMNS,
            write_options=arrow_csv.WriteOptions(include_header=False, quoting_style="none", batch_size=_ROWS_A_PIECE),
        )

    def write(
        self,
        lines: IntArray,
        column: IntArray | None,
        day_indices: IntArray,
        days: IntArray,
        codes: IntArray,
        counts: IntArray,
    ) -> None:
        """Add rows. `days` are the distinct days since 1970 (negative: none) that `day_indices` points to.

        `codes` below NOTHING_FOUND and `counts` below 0 are written as empty.
        """
        if not lines.size:
            return
        iso = pa.array([None if day < 0 else str(as_day(int(day))) for day in days], pa.string())
        self._writer.write_batch(
            pa.record_batch(
                [
                    pa.array(lines),
                    pa.nulls(lines.size, pa.int32()) if column is None else pa.array(column.astype(np.int32)),
                    iso.take(pa.array(day_indices)),
                    pa.array(codes, mask=codes < NOTHING_FOUND),
                    pa.array(counts, mask=counts < 0),
                ],
                schema=_COLUMNS,
            )
        )
        self.row_count += lines.size
        day = days[day_indices]
        self._note_days(day)
        self._note_hash(day, codes, counts)
        self._note_keys(lines, column, day, codes)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    @property
    def first_day(self) -> date | None:
        return as_day(self._first_day)

    @property
    def last_day(self) -> date | None:
        return as_day(self._last_day)

    @property
    def content_hash(self) -> str:
        """One hash of day, cell and count of every row, whatever their order."""
        said = f"{self.row_count}:{self._sums[0]}:{self._sums[1]}"
        return hashlib.sha256(said.encode()).hexdigest()

    def days_with_nothing_and_something(self) -> tuple[date, ...]:
        """Days said to have brought nothing that have rows of their own all the same."""
        by_day = self._met.reshape(-1, self._width)
        nothing = np.flatnonzero(by_day[:, -1])
        both = nothing[by_day[nothing, :-1].any(axis=1)] if nothing.size else nothing
        return tuple(day for number in both if (day := as_day(int(number) + self._begin)))

    def first_places_of_repeats(self) -> dict[tuple[int, int], tuple[int, int]]:
        """For day and cell code of every repeat in `repeats`, line and column (0: none) where they first stand."""
        wanted = {(day, code) for _, _, day, code in self.repeats}
        found: dict[tuple[int, int], tuple[int, int]] = {}
        if not wanted:
            return found
        codes = pa.array(sorted({code for _, code in wanted}), pa.int64())
        reader = arrow_csv.open_csv(
            self.path,
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=_COLUMNS.names, block_size=1 << 20),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: _COLUMNS.field(name).type for name in _COLUMNS.names}
            ),
        )
        for batch in reader:
            rows = batch.filter(compute.is_in(batch.column("cell_code"), value_set=codes))
            for row in rows.to_pylist():
                if not row["monitored_date"]:
                    continue
                key = ((date.fromisoformat(row["monitored_date"]) - _EPOCH).days, row["cell_code"])
                if key in wanted and key not in found:
                    found[key] = (row["line_number"], row["column_number"] or 0)
            if len(found) == len(wanted):
                break
        return found

    def _note_days(self, days: IntArray) -> None:
        met = days[days >= 0]
        if met.size:
            first, last = int(met.min()), int(met.max())
            self._first_day = first if self._first_day is None else min(first, self._first_day)
            self._last_day = last if self._last_day is None else max(last, self._last_day)

    def _note_hash(self, days: IntArray, codes: IntArray, counts: IntArray) -> None:
        cell = ((days + 1) << 21 | (codes - NO_CELL)).astype(np.uint64)
        items = (counts + 1).astype(np.uint64)
        for number, factor in enumerate(_MIX):
            mixed = _mixed(_mixed(cell + factor) + items * factor)
            self._sums[number] = np.add(self._sums[number], np.add.reduce(mixed))

    def _note_keys(self, lines: IntArray, column: IntArray | None, days: IntArray, codes: IntArray) -> None:
        comparable = (days >= self._begin) & (days <= self._end) & (codes >= NOTHING_FOUND)
        if not comparable.all():
            lines, days, codes = lines[comparable], days[comparable], codes[comparable]
            column = None if column is None else column[comparable]
        keys = (days - self._begin) * self._width + np.where(
            codes == NOTHING_FOUND, self._width - 1, self._position[codes]
        )
        met = self._met[keys].astype(bool)
        ordered = np.sort(keys)
        if met.any() or bool((ordered[1:] == ordered[:-1]).any()):
            again = np.ones(keys.size, dtype=bool)
            again[np.unique(keys, return_index=True)[1]] = False
            repeated = np.flatnonzero(again | met)
            self.repeated_count += repeated.size
            for row in repeated[: _MOST_REPEATS_TOLD - len(self.repeats)]:
                place = 0 if column is None else int(column[row])
                self.repeats.append((int(lines[row]), place, int(days[row]), int(codes[row])))
        self._met[keys] = 1


@contextmanager
def open_spool(earliest: date, latest: date) -> Iterator[Spool]:
    """A spool below the temporary folder, deleted again when reading fails."""
    handle, name = tempfile.mkstemp(prefix=SPOOL_PREFIX, suffix=".csv")
    os.close(handle)
    path = Path(name)
    try:
        spool = Spool(path, earliest, latest)
        yield spool
        spool.close()
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every number scattered over 64 bits, so that sums of different rows do not meet."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _MIX[0]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _MIX[1]
    return numbers ^ (numbers >> np.uint64(31))
