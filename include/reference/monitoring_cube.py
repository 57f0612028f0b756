"""The closed cube of the monitoring feed: which cells it has, and the one number each is kept under."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from include.errors import CatalogueError
from include.reference import load_reference

DIMENSIONS: Final = ("channel_type", "topic", "tone", "language", "scope")
CAPACITIES: Final = {"channel_type": 32, "topic": 32, "tone": 8, "language": 32, "scope": 4}
"""Fixed for good: they are the bit widths of every stored cell code."""

NOTHING_FOUND: Final = -1
"""Cell code of a day that was monitored and brought nothing in any cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the cube: a member of each list, and the number it is stored under."""

    cell_code: int
    channel_type: str
    topic: str
    tone: str
    language: str
    scope: str


def cell_code(channel_type: str, topic: str, tone: str, language: str, scope: str) -> int:
    """The number of a cell, from 0; raises KeyError for a member that has none."""
    members = (channel_type, topic, tone, language, scope)
    return sum(weights(name)[member] for name, member in zip(DIMENSIONS, members, strict=True))


@cache
def weights(dimension: str) -> Mapping[str, int]:
    """What each member of one list adds to the number of a cell."""
    scale = 1
    for name in reversed(DIMENSIONS):
        if name == dimension:
            break
        scale *= CAPACITIES[name]
    return {member: number * scale for member, number in load_numbers()[dimension].items()}


@cache
def cells() -> tuple[Cell, ...]:
    """Every cell the lists allow, retired members included, in the order of their codes."""
    numbers = load_numbers()
    ordered = (sorted(numbers[name], key=numbers[name].__getitem__) for name in DIMENSIONS)
    return tuple(Cell(cell_code(*members), *members) for members in itertools.product(*ordered))


@cache
def load_numbers(path: Path | None = None) -> Mapping[str, Mapping[str, int]]:
    """The number of every member by list. Raises CatalogueError when file and code lists do not agree, all at once."""
    path = path or Path(__file__).with_name("monitoring_cube.yml")
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = load_reference().code_lists
    problems = [f"list {name}" for name in sorted(written.keys() ^ set(DIMENSIONS))]
    numbers: dict[str, dict[str, int]] = {}
    for name in DIMENSIONS:
        entry = written.get(name, {})
        numbers[name] = dict(entry.get("numbers", {}))
        capacity = CAPACITIES[name]
        if entry.get("capacity") != capacity:
            problems.append(f"{name}: capacity {entry.get('capacity')}, stored codes have room for {capacity}")
        problems += [f"{name}: {code} has no number" for code in lists[name] if code not in numbers[name]]
        problems += [f"{name}: {code} is not in the code list" for code in numbers[name] if code not in lists[name]]
        given = list(numbers[name].values())
        problems += [f"{name}: number {number} twice" for number in sorted({n for n in given if given.count(n) > 1})]
        problems += [f"{name}: number {number} does not fit" for number in given if not 0 <= number < capacity]
    if problems:
        raise CatalogueError(
            where=path.name,
            found="; ".join(problems),
            expected="one number below the capacity for every member of the five lists of code_lists.yml",
            remedy="Give a new member the next number; never change or reuse one.",
        )
    return numbers
