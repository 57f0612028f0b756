"""Codes a spreadsheet took for numbers or days: what it wrote instead cannot be turned back."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Final

from include.readers.grid import CellValue

_EXACT_BELOW: Final = 10**15
"""A spreadsheet keeps fifteen digits; of a longer number the rest became zeros."""
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|thg ?\\d{1,2}"
_REWRITTEN: Final = re.compile(
    rf"\d(?:[.,]\d{{1,15}})?E\+\d{{1,3}}|\d{{1,4}}-(?:{_MONTHS})(?:-\d{{2,4}})?|(?:{_MONTHS})-\d{{1,4}}", re.IGNORECASE
)


def is_mangled_code(value: CellValue) -> bool:
    """Whether the cell holds what a spreadsheet makes of a code: 1.2E+11, 3-Jan, a day, a number past fifteen digits.

    A code whose leading zeros were dropped cannot be told from a shorter one.
    """
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, date):
        return True
    if isinstance(value, int | float):
        return not math.isfinite(value) or value != int(value) or abs(value) >= _EXACT_BELOW
    return isinstance(value, str) and _REWRITTEN.fullmatch(value.strip()) is not None
