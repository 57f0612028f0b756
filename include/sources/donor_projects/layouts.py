"""The layouts of donors' project lists, as source.yml describes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from include.vietnamese.text import match_key


@dataclass(frozen=True, slots=True)
class Amount:
    """A column of money: what it measures, in which currency, how many of it one printed unit is."""

    measure: str
    header: str
    currency: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Layout:
    """One donor's list. `columns` maps a field to its header; `window` and `as_of` name where the dates stand."""

    name: str
    title: str
    donor: str
    flow: Literal["oda", "ngo"]
    columns: dict[str, str]
    amounts: tuple[Amount, ...]
    window: dict[str, str]
    as_of: dict[str, str]
    not_kept: tuple[str, ...]
    repeated: str
    sector_scheme: str
    project_prefix: str
    sheet: str | None
    about_sheet: str | None
    empty_marks: frozenset[str]

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header of the layout, those nobody needs included."""
        dated = [header for key, header in (*self.window.items(), *self.as_of.items()) if key != "about"]
        return (*self.columns.values(), *(amount.header for amount in self.amounts), *dated, *self.not_kept)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why no layout fits: the nearest one, headers it does not know, and headers it misses."""

    nearest: Layout
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """All of source.yml that reading needs."""

    country_keys: frozenset[str]
    layouts: tuple[Layout, ...]

    def layout_of(self, headers: Iterable[str]) -> Layout | Mismatch:
        """The layout with exactly these headers in any order, or what keeps the nearest from being it.

        A header that stands twice is unknown the second time: which of the two is meant cannot be told.
        """
        found = [match_key(header) for header in headers]
        printed = dict(zip(found, headers, strict=True))
        mismatches = []
        for layout in self.layouts:
            expected = {match_key(header): header for header in layout.headers}
            seen: set[str] = set()
            unknown = []
            for key in found:
                if key not in expected or key in seen:
                    unknown.append(printed[key])
                seen.add(key)
            missing = [header for key, header in expected.items() if key not in seen]
            if not unknown and not missing:
                return layout
            mismatches.append(Mismatch(layout, tuple(unknown), tuple(missing)))
        return min(mismatches, key=lambda mismatch: len(mismatch.unknown) + len(mismatch.missing))


@cache
def load_contract() -> Contract:
    """The contract in this folder's source.yml."""
    written = yaml.safe_load(Path(__file__).with_name("source.yml").read_text(encoding="utf-8"))
    return Contract(
        country_keys=frozenset(map(match_key, written["country_names"])),
        layouts=tuple(_layout(name, entry) for name, entry in written["layouts"].items()),
    )


def _layout(name: str, entry: dict[str, Any]) -> Layout:
    return Layout(
        name=name,
        title=entry["title"],
        donor=entry["donor"],
        flow=entry["flow"],
        columns=entry["columns"],
        amounts=tuple(
            Amount(each["measure"], each["header"], each["currency"], Decimal(each["factor"]))
            for each in entry["amounts"]
        ),
        window=entry["window"],
        as_of=entry["as_of"],
        not_kept=tuple(entry["not_kept"]),
        repeated=entry["repeated"],
        sector_scheme=entry["sector_scheme"],
        project_prefix=entry.get("project_prefix", ""),
        sheet=entry.get("sheet"),
        about_sheet=entry.get("about_sheet"),
        empty_marks=frozenset(map(match_key, entry.get("empty_marks", ()))),
    )
