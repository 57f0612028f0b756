"""The day a row is about, in the order its layout declares; nothing about a date is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

import numpy as np

from include.sources.monitoring_statistics.contract import DateOrder, Limits
from include.sources.monitoring_statistics.guard import may_name_somebody
from include.sources.monitoring_statistics.problems import Problem
from include.sources.monitoring_statistics.rows import ErrorCell, IntArray
from include.vietnamese.dates import DateUnreadable, format_date, parse_date
from include.vietnamese.text import normalise

NO_DAY: Final = -1
_DAY_ZERO: Final = date(1970, 1, 1).toordinal()
_MONTH_FIRST: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_MOST_LETTERS_REPEATED: Final = 3
_LONGEST_CACHE: Final = 20_000


class DayReader:
    """Reads the distinct values of the date column of one file; what was read once is remembered."""

    def __init__(self, order: DateOrder, limits: Limits, received_on: date, *, counts_from_1904: bool = False) -> None:
        self._order = order
        self._counts_from_1904 = counts_from_1904
        self._earliest = limits.earliest_day
        self._final_until = limits.final_until
        self._received_on = received_on
        self._known: dict[tuple[type, object], tuple[int, Problem | None]] = {}

    def read(self, values: list[object]) -> tuple[IntArray, list[Problem | None]]:
        """Days since 1970 (NO_DAY where there is none) and what is wrong with each value."""
        read = [self._read_once(value) for value in values]
        return np.array([day for day, _ in read], dtype=np.int64), [problem for _, problem in read]

    def _read_once(self, value: object) -> tuple[int, Problem | None]:
        key = (type(value), value)
        known = self._known.get(key)
        if known is None:
            known = self._read(value)
            if len(self._known) < _LONGEST_CACHE:
                self._known[key] = known
        return known

    def _read(self, value: object) -> tuple[int, Problem | None]:
        if isinstance(value, ErrorCell):
            return NO_DAY, Problem("ERROR_CELL" if value.text else "FORMULA_NO_VALUE", value.text)
        try:
            day = self._parse(value)
        except DateUnreadable as error:
            return NO_DAY, _as_problem(error, value)
        if day is None:
            return NO_DAY, Problem("MONITORING_DAY_MISSING")
        if day < self._earliest:
            return NO_DAY, Problem(
                "DATE_OUT_OF_RANGE", format_date(day), f"ngày từ {format_date(self._earliest)} trở đi"
            )
        number = day.toordinal() - _DAY_ZERO
        if day > self._received_on:
            return number, Problem("MONITORING_DAY_AHEAD", format_date(day), format_date(self._received_on))
        if self._final_until is not None and day <= self._final_until:
            return number, Problem("MONITORING_MONTH_FINAL", format_date(day), format_date(self._final_until))
        return number, None

    def _parse(self, value: object) -> date | None:
        if self._order == "month_first" and isinstance(value, str) and not isinstance(value, datetime):
            text = normalise(value)
            written = _MONTH_FIRST.fullmatch(text)
            if written:
                month, day, year = written.groups()
                return parse_date(f"{day}/{month}/{year if len(year) == 4 else '20' + year}")
            if "/" in text:
                raise DateUnreadable("DATE_UNREADABLE", f"“{text[:40]}”", "tháng/ngày/năm, ví dụ 6/15/26")
        return parse_date(value, counts_from_1904=self._counts_from_1904)


def _as_problem(error: DateUnreadable, value: object) -> Problem:
    if isinstance(value, str):
        if may_name_somebody(normalise(value)):
            return Problem("MONITORING_VALUE_FORBIDDEN")
        if len(_LETTERS.findall(value)) > _MOST_LETTERS_REPEATED:
            # It may be a name in the wrong column; where it stands is enough to find it.
            return Problem(error.code, "(không nhắc lại)", error.expected)
    return Problem(error.code, error.found, error.expected)
