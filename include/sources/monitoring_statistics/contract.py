"""What source.yml says of the feed: which headings mean which dimension, which layouts there are, what is too much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from include.errors import SourceContractError
from include.reference import load_reference
from include.reference.monitoring_cube import DIMENSIONS
from include.vietnamese.text import match_key

DATE = "date"
COUNT = "count"
Unit = Literal["count", "share"]
DateOrder = Literal["day_first", "month_first"]


@dataclass(frozen=True, slots=True)
class CountColumn:
    """A column of counts: how it is headed, and what every count in it is a count of beside what its row says."""

    label: str
    keys: frozenset[str]
    members: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way the cube is laid out in a file.

    `columns` maps date and dimensions to the keys of their headings, `labels` to the first of these; `fixed` gives
    dimensions the file does not repeat; `counts` are the columns of counts, one in a long layout; `values` are
    spellings that only this layout uses.
    """

    name: str
    unit: Unit
    dates: DateOrder
    columns: Mapping[str, frozenset[str]]
    labels: Mapping[str, str]
    fixed: Mapping[str, str]
    counts: tuple[CountColumn, ...]
    values: Mapping[str, Mapping[str, str]]

    @property
    def is_wide(self) -> bool:
        """Whether the heading of a count says more than that it is one."""
        return any(column.members for column in self.counts)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold."""

    file_bytes: int
    unpacked_bytes: int
    rows: int
    count: int
    earliest_day: date
    final_until: date | None = None
    """Last day of the months declared final; nothing about them or before is taken any more."""


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract, ready for matching."""

    layouts: tuple[Layout, ...]
    harmless_names: Mapping[str, str]
    harmless_words: Mapping[str, frozenset[str]]
    limits: Limits

    @property
    def heading_keys(self) -> frozenset[str]:
        """The key of every heading any layout knows."""
        known = {key for layout in self.layouts for keys in layout.columns.values() for key in keys}
        return frozenset(known | {key for layout in self.layouts for column in layout.counts for key in column.keys})


@cache
def load_contract() -> Contract:
    """The contract of this folder, read once a process."""
    return contract_from(yaml.safe_load(Path(__file__).with_name("source.yml").read_text(encoding="utf-8")))


def contract_from(written: Mapping[str, Any]) -> Contract:
    """A contract as source.yml writes one; a layout may bring `headers` and `values` of its own.

    Raises SourceContractError naming the layout that leaves a dimension open, gives it twice, or names no member.
    """
    return Contract(
        layouts=tuple(_layout(name, entry, written["headers"]) for name, entry in written["layouts"].items()),
        harmless_names={match_key(name): name for name in written.get("harmless_names", ())},
        harmless_words={
            dimension: frozenset(match_key(word) for word in words)
            for dimension, words in written.get("harmless_words", {}).items()
        },
        limits=Limits(**written["limits"]),
    )


def _layout(name: str, entry: Mapping[str, Any], headers: Mapping[str, Any]) -> Layout:
    named = {**headers, **entry.get("headers", {})}
    counts = tuple(
        CountColumn(
            column["headers"][0],
            frozenset(match_key(heading) for heading in column["headers"]),
            {dimension: member for dimension, member in column.items() if dimension != "headers"},
        )
        for column in entry.get("counts", ())
    )
    fixed = dict(entry.get("fixed", {}))
    values = entry.get("values", {})
    roles = tuple(entry["columns"])
    _check(name, entry, roles, fixed, counts, values)
    if not counts:
        counts = (CountColumn(named[COUNT][0], frozenset(match_key(heading) for heading in named[COUNT]), {}),)
    return Layout(
        name=name,
        unit=entry["unit"],
        dates=entry["dates"],
        columns={role: frozenset(match_key(heading) for heading in named[role]) for role in roles if role != COUNT},
        labels={role: named[role][0] for role in roles},
        fixed=fixed,
        counts=counts,
        values={
            dimension: {match_key(text): member for text, member in spelled.items()}
            for dimension, spelled in values.items()
        },
    )


def _check(
    name: str,
    entry: Mapping[str, Any],
    roles: tuple[str, ...],
    fixed: Mapping[str, str],
    counts: tuple[CountColumn, ...],
    values: Mapping[str, Mapping[str, str]],
) -> None:
    lists = load_reference().code_lists
    problems = []
    for given in [column.members for column in counts] or [{}]:
        stated = [*(role for role in roles if role in DIMENSIONS), *fixed, *given]
        if sorted(stated) != sorted(DIMENSIONS):
            problems.append(f"dimensions {', '.join(sorted(stated))}")
    if DATE not in roles or (COUNT in roles) == bool(counts):
        problems.append("no date, or not exactly one of a count column and `counts`")
    if entry["unit"] not in ("count", "share") or entry["dates"] not in ("day_first", "month_first"):
        problems.append(f"unit {entry['unit']}, dates {entry['dates']}")
    named = [*fixed.items(), *(pair for column in counts for pair in column.members.items())]
    named += [(dimension, member) for dimension, spelled in values.items() for member in spelled.values()]
    problems += [f"{member} in {dimension}" for dimension, member in named if member not in lists.get(dimension, {})]
    if problems:
        raise SourceContractError(
            where=f"monitoring_statistics/source.yml, layout {name}",
            found="; ".join(problems),
            expected="every dimension once (as a column, fixed, or by count column), members of the code lists",
            remedy="Complete the layout; `long` beside it is a full example.",
        )
