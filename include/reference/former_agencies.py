"""Agencies that were merged or divided in 2025: whose report theirs is today."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from include.errors import CatalogueError
from include.reference import ReportingUnit, load_reference
from include.vietnamese.text import match_key

_FILE = Path(__file__).with_name("former_agencies.csv")
_PLACES = (
    "",
    " tỉnh",
    *(f"{link}{name}" for link in (" ", " tỉnh ") for name in ("Đồng Tháp", "Tiền Giang")),
)


def successors_of_agency(text: str) -> tuple[ReportingUnit, ...]:
    """The bodies of today that took over the work of a former agency, the main one first; empty for any other text.

    The agency may be written with any province behind it: both former provinces had one.
    """
    return _successors(_FILE).get(match_key(text), ())


@cache
def _successors(path: Path) -> dict[str, tuple[ReportingUnit, ...]]:
    """Successors by every spelling. Raises CatalogueError, naming them all, for codes that are no body of today."""
    units = load_reference().units
    found: dict[str, tuple[ReportingUnit, ...]] = {}
    unknown: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for line in csv.DictReader(lines):
            codes = [code.strip() for code in line["successor_codes"].split(";")]
            unknown += [f"{line['name_vi']}: {code}" for code in codes if code not in units]
            successors = tuple(units[code] for code in codes if code in units)
            names = [line["name_vi"], *(name.strip() for name in line["aliases"].split(";"))]
            found |= {match_key(f"{name}{where}"): successors for name in names for where in _PLACES}
    if unknown:
        raise CatalogueError(
            where=f"include/reference/{path.name}",
            found="; ".join(unknown),
            expected="codes of reporting_bodies.csv",
            remedy="Correct successor_codes of the lines named.",
        )
    return found
