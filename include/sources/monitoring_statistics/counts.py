"""How many items a row counts: whole numbers from 0; what is no whole number is told, never rounded."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

import numpy as np

from include.sources.monitoring_statistics.guard import may_name_somebody
from include.sources.monitoring_statistics.problems import Problem
from include.sources.monitoring_statistics.rows import ErrorCell, IntArray, PercentCell
from include.vietnamese.numbers import parse_figure
from include.vietnamese.text import normalise

NO_COUNT: Final = -1
_PLAIN: Final = re.compile(r"0|[1-9][0-9]{0,8}")
_WHOLE_WITH_POINT: Final = re.compile(r"([0-9]{1,9})[.,]0{1,2}")
"""12.0, as programs write whole numbers of a column that has gaps; three zeros may be thousands."""
_SHARE: Final = re.compile(r"[0-9]{1,9}[.,](?:[0-9]{1,2}|[0-9]{4,20})|0[.,][0-9]{1,20}|[0-9][0-9.,]{0,20} ?%")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_MOST_LETTERS_REPEATED: Final = 3
_LONGEST_CACHE: Final = 20_000
_MISSING: Final = Problem("MONITORING_COUNT_MISSING")
"""Nobody said how many: not the same as none."""


class CountReader:
    """Reads the distinct values of the count columns of one file; what was read once is remembered."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._known: dict[tuple[type, object], tuple[int, Problem | None]] = {}

    def read(self, values: list[object]) -> tuple[IntArray, list[Problem | None]]:
        """The counts (NO_COUNT for an empty or unreadable cell) and what is wrong with each value."""
        read = [self._read_once(value) for value in values]
        return np.array([count for count, _ in read], dtype=np.int64), [problem for _, problem in read]

    def _read_once(self, value: object) -> tuple[int, Problem | None]:
        if isinstance(value, str) and _PLAIN.fullmatch(value) and (count := int(value)) <= self._largest:
            return count, None
        key = (type(value), value)
        known = self._known.get(key)
        if known is None:
            known = self._read(value)
            if len(self._known) < _LONGEST_CACHE:
                self._known[key] = known
        return known

    def _read(self, value: object) -> tuple[int, Problem | None]:
        if value is None:
            return NO_COUNT, _MISSING
        if isinstance(value, str):
            return self._read_text(value)
        if isinstance(value, ErrorCell):
            return NO_COUNT, Problem("ERROR_CELL" if value.text else "FORMULA_NO_VALUE", value.text)
        if isinstance(value, PercentCell):
            return NO_COUNT, Problem("MONITORING_SHARE_AS_COUNT", f"{value.value * 100:g}%")
        if isinstance(value, float) and math.isnan(value):
            # How dataframes write an empty cell.
            return NO_COUNT, _MISSING
        figure = parse_figure(value, None)
        if figure.value is None:
            return NO_COUNT, Problem(figure.code or "NUMBER_UNREADABLE", "", figure.detail)
        return self._judge(figure.value, str(value))

    def _read_text(self, written: str) -> tuple[int, Problem | None]:
        text = normalise(written)
        whole = _WHOLE_WITH_POINT.fullmatch(text)
        if whole:
            return self._judge(Decimal(whole[1]), text)
        if _SHARE.fullmatch(text):
            return NO_COUNT, Problem("MONITORING_SHARE_AS_COUNT", text)
        figure = parse_figure(text, None)
        if figure.value is not None and not figure.is_estimate:
            return self._judge(figure.value, text)
        if figure.code is None and not figure.is_estimate:
            return NO_COUNT, _MISSING
        if figure.code != "ERROR_CELL" and may_name_somebody(text):
            return NO_COUNT, Problem("MONITORING_VALUE_FORBIDDEN")
        code, detail = (figure.code, figure.detail) if figure.code else ("NUMBER_HEDGED", f"“{text}” là số ước")
        if len(_LETTERS.findall(text)) > _MOST_LETTERS_REPEATED:
            # It may be a name in the wrong column; where it stands is enough to find it.
            return NO_COUNT, Problem(code, "", "nội dung ô không phải một con số (không nhắc lại)")
        return NO_COUNT, Problem(code, text, detail)

    def _judge(self, value: Decimal, text: str) -> tuple[int, Problem | None]:
        if value < 0:
            return NO_COUNT, Problem("MONITORING_COUNT_NEGATIVE", text)
        if value != value.to_integral_value():
            return NO_COUNT, Problem("MONITORING_SHARE_AS_COUNT", text)
        if value > self._largest:
            return NO_COUNT, Problem("MONITORING_COUNT_TOO_LARGE", "", f"{self._largest:,}".replace(",", "."))
        return int(value), None
