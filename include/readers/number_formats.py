"""What a number format prints: the figure as it is stored, a hundred times it, another one or none, in which colour."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from include.readers.colours import PLAIN_COLOURS, Colour

# Above zero, below it, zero; the fourth is for words.
_SECTIONS_OF_FIGURES: Final = 3
_COLOUR_OF_SECTION: Final = re.compile(
    r"\s*(?:\[\$[^\]]*\]\s*)*\[(?:colou?r\s*(?P<number>\d{1,2})|(?P<name>[a-z]+))\]", re.IGNORECASE
)
_CONDITION: Final = re.compile(r"\[\s*[<>=]")
# [Color1] is number 8 of the palette.
_BEFORE_FIRST: Final = 7
_MOST_COLOURS: Final = 56
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


def prints_nothing(code: str) -> bool:
    """Whether a format code has empty sections for figures, so that none is printed: “;;;”, “;;;@”."""
    sections = code.replace('""', "").replace(" ", "").split(";")
    return len(sections) >= _SECTIONS_OF_FIGURES and not any(sections[:_SECTIONS_OF_FIGURES])


def colour_printed(code: str, numbered: Callable[[int], Colour | None]) -> Colour | None:
    """The colour a format code prints ordinary figures in, whatever the font's: “[White]0”; None where it names none.

    `numbered` knows the workbook's palette, for “[Color2]”. Of several sections the first is looked at: who hides
    zeros, or shows minus in red, hides no figure.
    """
    first = code.split(";", maxsplit=1)[0]
    found = _COLOUR_OF_SECTION.match(first)
    if found is None or _CONDITION.search(first):
        return None
    if number := found["number"]:
        return numbered(int(number) + _BEFORE_FIRST) if 1 <= int(number) <= _MOST_COLOURS else None
    return PLAIN_COLOURS.get(found["name"].lower())


def changes_a_figure(text: str) -> bool:
    """Whether a figure with that text beside it reads as another one: “12000”, “12 nghìn”."""
    return _DIGITS_OR_THOUSANDS.search(unicodedata.normalize("NFC", text)) is not None


def _bare(code: str) -> str:
    """The code without the texts that are printed as they stand."""
    return _CURRENCY.sub("", _QUOTED.sub("", code))
