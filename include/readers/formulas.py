"""What a formula does, told from its text: starts a program, reaches the network, was never calculated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from include.readers.grid import CellPosition, CellValue, position

_STRING: Final = re.compile(r'"(?:[^"]|"")*"')
_QUOTED_SHEET: Final = re.compile(r"'[^']*'!")
_PROGRAM: Final = re.compile(
    r"(?:'[^']*'|[\w.]+)\||(?<![^\W_])(?:DDE|CALL|REGISTER(?:\.ID)?|EXEC)\s*\(", re.ASCII | re.IGNORECASE
)
# Functions of Excel, LibreOffice, Google Sheets and WPS that fetch something, or open it when they are clicked.
_NETWORK: Final = re.compile(
    r"(?<![^\W_])(WEBSERVICE|FILTERXML|ENCODEURL|HYPERLINK|RTD|IMAGE|STOCKHISTORY|SQL\.REQUEST"
    r"|IMPORT(?:DATA|XML|HTML|FEED|RANGE)|GOOGLE(?:FINANCE|TRANSLATE)|DISPIMG"
    r"|CUBE(?:VALUE|MEMBER|MEMBERPROPERTY|KPIMEMBER|RANKEDMEMBER|SET|SETCOUNT))\s*\(",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[^\W\d][\w.]*(?!\s*[(!\w.])")
_REFERENCE: Final = re.compile(r"(?<![\w!'\]:.])\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?(?![\w(!])")
_PLAIN_SUM: Final = re.compile(
    r"\s*=?\s*(?:SUM\s*\(\s*{ref}(?:\s*[,;]\s*{ref})*\s*\)|{ref}(?:\s*\+\s*{ref})+)\s*".replace(
        "{ref}", r"\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?"
    ),
    re.IGNORECASE,
)
_MOST_CELLS: Final = 20_000


def starts_program(formula: str) -> bool:
    """Whether a formula starts a program when the workbook is opened: DDE, CALL, REGISTER."""
    return _PROGRAM.search(_QUOTED_SHEET.sub("X!", _STRING.sub('""', formula))) is not None


def network_function(formula: str, names: frozenset[str] = frozenset()) -> str | None:
    """What in a formula fetches or opens something elsewhere: a function, or one of the defined `names`; else None.

    `names` are in lower case. The name of such a function inside a text is none.
    """
    bare = _STRING.sub('""', formula)
    if found := _NETWORK.search(bare):
        return found[1].upper()
    return next((found.group() for found in _NAME.finditer(bare) if found.group().casefold() in names), None)


def names_that_reach(defined: Mapping[str, str]) -> frozenset[str]:
    """The defined names, in lower case, behind which the network stands, directly or through other names."""
    found: frozenset[str] = frozenset()
    while True:
        more = frozenset(name.casefold() for name, formula in defined.items() if network_function(formula, found))
        if more == found:
            return found
        found = more


def looks_uncalculated(
    formulas: Mapping[CellPosition, str],
    zeros: frozenset[CellPosition],
    value: Callable[[int, int], CellValue],
    *,
    is_due: bool,
) -> tuple[frozenset[CellPosition], bool]:
    """Formulas of a sheet whose stored 0 was never calculated, and whether one of them proves it.

    A library that cannot calculate stores 0 for every formula. A plain sum whose cells are above 0 proves it; where
    the file asks for calculation on opening (`is_due`) and all formulas of the book are 0, so is every formula with
    something to calculate. A 0 over empty cells, or a plain sum that is 0, is a true 0.
    """
    found, doubtful = set(), set()
    for place in zeros:
        formula = _STRING.sub('""', formulas.get(place, ""))
        cells = [value(*each) for each in _cells_of(formula)]
        numbers = [each for each in cells if isinstance(each, int | float) and not isinstance(each, bool)]
        if _PLAIN_SUM.fullmatch(formula):
            if any(numbers) and min(numbers) >= 0:
                found.add(place)
            elif not numbers and any(each in zeros for each in _cells_of(formula)):
                doubtful.add(place)
        elif not _REFERENCE.search(formula) or any(each is not None for each in cells):
            doubtful.add(place)
    is_proven = bool(found)
    return frozenset(found | doubtful if is_proven or is_due else found), is_proven


def _cells_of(formula: str) -> Iterator[CellPosition]:
    """The cells of the formula's own sheet that it refers to; of a very large range the first ones."""
    for reference in _REFERENCE.findall(formula.upper()):
        first, _, last = reference.partition(":")
        (top, left), (bottom, right) = position(first), position(last or first)
        count = 0
        for row in range(min(top, bottom), max(top, bottom) + 1):
            for column in range(min(left, right), max(left, right) + 1):
                count += 1
                if count > _MOST_CELLS:
                    return
                yield row, column
