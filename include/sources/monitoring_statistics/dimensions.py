"""The dimensions of a row, from distinct values to parts of a cell code, and what the gate is told of each value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from include.model import Finding, MonitoringValue
from include.readers.grid import as_text
from include.reference.monitoring_cube import weights
from include.sources.monitoring_statistics.guard import ClosedList
from include.sources.monitoring_statistics.rows import CodedColumn, ErrorCell, FileRefused, IntArray, Table
from include.vietnamese.text import describe_repairs, normalise

# Added up over five dimensions these can be told apart from each other and from every cell code (below 2^20).
UNKNOWN: Final = -(1 << 22)
BLANK: Final = -(1 << 26)

_EPOCH: Final = date(1970, 1, 1)
_LONGEST_CACHE: Final = 20_000
_MOST_UNKNOWN: Final = 100
"""Distinct unknown values of one dimension; with more of them the list was never meant to be a closed one."""
_MOST_PAIRS: Final = 4_000_000


@dataclass(slots=True)
class _Seen:
    """One value of one dimension over the whole file; days count from 1970."""

    member_code: str | None
    shown: str
    nearest: str
    cell: str
    row_count: int = 0
    first_day: int | None = None
    last_day: int | None = None

    def note(self, row_count: int, days: IntArray) -> None:
        self.row_count += row_count
        if days.size:
            first, last = int(days.min()), int(days.max())
            self.first_day = first if self.first_day is None else min(first, self.first_day)
            self.last_day = last if self.last_day is None else max(last, self.last_day)


@dataclass(frozen=True, slots=True)
class DayColumn:
    """The days of a batch: distinct ones (negative: none), and for every row which of them it holds."""

    indices: IntArray
    days: IntArray


class Dimension:
    """One dimension of one file, in a column of its own.

    `parts` gives what each row's value adds to its cell code, UNKNOWN or BLANK. Raises FileRefused:
    MONITORING_VALUE_FORBIDDEN, with the place and never the value.
    """

    def __init__(self, name: str, closed_list: ClosedList, table: Table, column: int) -> None:
        self.name = name
        self._list = closed_list
        self._table = table
        self._column = column
        self._weights = weights(name)
        # Value as typed -> its part of the cell code, and its key in `_seen`.
        self._known: dict[tuple[type, object], tuple[int, str]] = {}
        self._seen: dict[str, _Seen] = {}
        self.repairs: dict[str, str] = {}
        """What had to be repaired to read the values, and the first cell of each kind."""

    def parts(self, coded: CodedColumn, lines: IntArray, days: DayColumn) -> IntArray:
        """The part of every row, and the batch noted for the profile."""
        read = [self._read_once(value, index, coded, lines) for index, value in enumerate(coded.values)]
        self._note(coded, [key for _, key in read], days)
        return np.array([part for part, _ in read], dtype=np.int64)[coded.indices]

    def profile(self) -> tuple[MonitoringValue, ...]:
        """A line for every member met and every value that is none."""
        return tuple(as_profile(self.name, each, self._table.sheet_name) for each in self._seen.values())

    def _read_once(self, value: object, index: int, coded: CodedColumn, lines: IntArray) -> tuple[int, str]:
        known = self._known.get((type(value), value))
        if known is None:
            known = self._read(value, index, coded, lines)
            if len(self._known) < _LONGEST_CACHE:
                self._known[type(value), value] = known
        return known

    def _read(self, value: object, index: int, coded: CodedColumn, lines: IntArray) -> tuple[int, str]:
        text = value.text if isinstance(value, ErrorCell) else normalise(as_text(value))  # type: ignore[arg-type]
        if not text:
            return BLANK, ""
        cell = self._table.cell(int(lines[np.argmax(coded.indices == index)]), self._column)
        if isinstance(value, str):
            for kind in describe_repairs(value):
                self.repairs.setdefault(kind, cell)
        match = self._list.match(text)
        unknown = sum(each.member_code is None for each in self._seen.values())
        if match is None or (match.member is None and unknown >= _MOST_UNKNOWN):
            raise FileRefused(
                Finding("MONITORING_VALUE_FORBIDDEN", self._table.sheet_name, cell, subject=self._list.name)
            )
        if match.member is not None:
            code = match.member.code
            self._seen.setdefault(code, _Seen(code, text, code, cell))
            return self._weights[code], code
        nearest = f"{match.nearest.name_vi} ({match.nearest.code})" if match.nearest else ""
        key = f"?{text}"
        self._seen.setdefault(key, _Seen(None, text, nearest, cell))
        return UNKNOWN, key

    def _note(self, coded: CodedColumn, keys: list[str], days: DayColumn) -> None:
        width = days.days.size
        if len(keys) * width <= _MOST_PAIRS:
            pairs = np.bincount(coded.indices * np.int64(width) + days.indices, minlength=len(keys) * width)
            per_day = pairs.reshape(len(keys), width)
            for key, counts in zip(keys, per_day, strict=True):
                if key:
                    met = days.days[counts > 0]
                    self._seen[key].note(int(counts.sum()), met[met >= 0])
            return
        # So many spellings of so many days are nobody's feed: slower, and with no more memory.
        for index, key in enumerate(keys):
            if key:
                rows = coded.indices == index
                met = days.days[days.indices[rows]]
                self._seen[key].note(int(rows.sum()), met[met >= 0])


class FixedDimension:
    """A dimension all rows of the file, or of one column, share; it stands in the heading or in the contract."""

    def __init__(self, name: str, member_code: str, table: Table, column: int | None) -> None:
        self._name = name
        self._sheet_name = table.sheet_name
        self.part = weights(name)[member_code]
        self._seen = _Seen(member_code, member_code, member_code, table.cell(table.header_line, column))

    def note(self, days: DayColumn) -> None:
        """Count the rows of a batch."""
        self._seen.note(int(days.indices.size), days.days[days.days >= 0])

    def profile(self) -> tuple[MonitoringValue, ...]:
        """Its one line; none when the file has no rows."""
        return (as_profile(self._name, self._seen, self._sheet_name),) if self._seen.row_count else ()


def as_profile(name: str, seen: _Seen, sheet_name: str | None) -> MonitoringValue:
    """What the gate is told of one value."""
    return MonitoringValue(
        list_code=name,
        member_code=seen.member_code,
        shown_value=seen.shown,
        nearest=seen.nearest,
        first_day=as_day(seen.first_day),
        last_day=as_day(seen.last_day),
        row_count=seen.row_count,
        sheet_name=sheet_name,
        cell=seen.cell,
    )


def as_day(number: int | None) -> date | None:
    """The day so many days after 1970 began."""
    return None if number is None else _EPOCH + timedelta(days=number)
