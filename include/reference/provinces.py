"""Provinces by name and day: the 63 of before 01/07/2025 and the 34 since, under the statistics office's codes.

Codes are used again: 82 is Tiền Giang until 30/06/2025 and Đồng Tháp since. A code means something only with its day.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from include.errors import CatalogueError
from include.vietnamese.names import NameIndex
from include.vietnamese.text import match_key

_FILE = Path(__file__).parent / "provinces.csv"


@dataclass(frozen=True, slots=True)
class Province:
    """One province over the days it existed with these borders; `valid_to` is the first day it did not."""

    code: str
    name_vi: str
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    successor_code: str | None

    def is_valid_on(self, on: date) -> bool:
        """Whether the province existed with these borders on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def keys(self) -> frozenset[str]:
        """Every spelling of the name, ready for comparing."""
        return frozenset(match_key(name) for name in (self.name_vi, *self.aliases))


@cache
def load_provinces(path: Path = _FILE) -> tuple[Province, ...]:
    """Every province of the file, in its order.

    Raises CatalogueError when a code stands twice on one day or two provinces bear one name at the same time.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        provinces = tuple(
            Province(
                code=line["code"],
                name_vi=line["name_vi"],
                aliases=tuple(name.strip() for name in line["aliases"].split(";") if name.strip()),
                valid_from=date.fromisoformat(line["valid_from"]),
                valid_to=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
                successor_code=line["successor_code"] or None,
            )
            for line in csv.DictReader(lines)
        )
    for number, one in enumerate(provinces):
        for other in provinces[:number]:
            is_same = one.code == other.code or one.keys & other.keys
            if (
                is_same
                and (other.valid_to or date.max) > one.valid_from
                and (one.valid_to or date.max) > other.valid_from
            ):
                raise CatalogueError(
                    where=f"include/reference/{path.name}",
                    found=f"{one.code} {one.name_vi} and {other.code} {other.name_vi} at the same time",
                    expected="one province a code and a name on any day",
                    remedy="Correct valid_from or valid_to of one of them.",
                )
    return provinces


def province_named(name: str, on: date) -> Province | None:
    """The province of exactly that name (spelling variants declared in the file) on that day, or None."""
    key = match_key(name)
    return next((each for each in load_provinces() if each.is_valid_on(on) and key in each.keys), None)


def suggest_provinces(name: str, on: date) -> tuple[str, ...]:
    """Names of that day which look like it, best first; for a person to choose from, never a match."""
    return _index(on).suggest(name)


@cache
def _index(on: date) -> NameIndex:
    return NameIndex({each.code: (each.name_vi, *each.aliases) for each in load_provinces() if each.is_valid_on(on)})
