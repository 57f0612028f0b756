"""What a number format prints: the figure as it is stored, a hundred times it, or another one."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)')
_CURRENCY: Final = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_SCALED: Final = re.compile(r"[0#?],+(?![0#?,])")
# A firm is no thousand million: “12 công ty”.
_DIGITS_OR_THOUSANDS: Final = re.compile(r"\d|\b(?:ngh[iì]n|ng[aà]n|tri[eệ]u)\b|(?<!c[oô]ng )\bt[yỷỉ]\b", re.IGNORECASE)


def shows_percent(code: str) -> bool:
    """Whether a format code prints a hundred times the figure, with the sign of a percentage behind it."""
    return "%" in _bare(code)


def prints_another_figure(code: str) -> bool:
    """Whether a format code shows thousands of what is stored, or puts digits or a unit of thousands beside it."""
    beside = ["".join(quoted or escaped for quoted, escaped in _QUOTED.findall(part)) for part in code.split(";")]
    return _SCALED.search(_bare(code)) is not None or any(map(changes_a_figure, (*beside, *_CURRENCY.findall(code))))


def changes_a_figure(text: str) -> bool:
    """Whether a figure with that text beside it reads as another one: “12000”, “12 nghìn”."""
    return _DIGITS_OR_THOUSANDS.search(unicodedata.normalize("NFC", text)) is not None


def _bare(code: str) -> str:
    """The code without the texts that are printed as they stand."""
    return _CURRENCY.sub("", _QUOTED.sub("", code))
