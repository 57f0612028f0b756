"""Which column of a file means what: its headings held against the layouts of the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from include.model import Finding
from include.sources.monitoring_statistics.contract import Contract, CountColumn, Layout
from include.sources.monitoring_statistics.rows import FileRefused, Table
from include.vietnamese.text import match_key

_MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Binding:
    """A layout laid over the columns of one file, which count from 0.

    `unnamed` columns have no heading and must be empty; `missing` are the headings the layout asks for in vain, and
    then nothing of the file is loaded.
    """

    layout: Layout
    columns: Mapping[str, int]
    counts: tuple[tuple[int, CountColumn], ...]
    unnamed: tuple[int, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Attempt:
    binding: Binding
    forbidden: tuple[int, ...]


def bind_layout(contract: Contract, table: Table, is_harmless: Callable[[str], bool]) -> Binding:
    """The layout whose headings are the file's, in any order.

    Raises FileRefused: MONITORING_COLUMN_FORBIDDEN when a column means nothing the cube has, or repeats another;
    MONITORING_HEADER_MISSING when the first line is a row already.
    """
    attempts = [_attempt(layout, table.header) for layout in contract.layouts]
    best = min(attempts, key=lambda each: (len(each.forbidden), len(each.binding.missing)))
    if not best.forbidden:
        return best.binding
    place = table.cell(table.header_line, None)
    if not best.binding.columns and all(map(is_harmless, table.header)):
        raise FileRefused(Finding("MONITORING_HEADER_MISSING", table.sheet_name, place))
    told = [_told(contract, table.header[column], column) for column in best.forbidden[:_MOST_NAMED]]
    raise FileRefused(Finding("MONITORING_COLUMN_FORBIDDEN", table.sheet_name, place, ", ".join(told)))


def _attempt(layout: Layout, header: tuple[str, ...]) -> _Attempt:
    columns: dict[str, int] = {}
    counts: dict[int, int] = {}
    forbidden, unnamed = [], []
    for index, heading in enumerate(header):
        key = match_key(heading)
        role = next((role for role, keys in layout.columns.items() if key in keys), None)
        position = next((number for number, column in enumerate(layout.counts) if key in column.keys), None)
        if not heading.strip():
            unnamed.append(index)
        elif role is not None and role not in columns:
            columns[role] = index
        elif role is None and position is not None and position not in counts:
            counts[position] = index
        else:
            forbidden.append(index)
    missing = [layout.labels[role] for role in layout.columns if role not in columns]
    missing += [column.label for number, column in enumerate(layout.counts) if number not in counts]
    bound = tuple((index, layout.counts[number]) for number, index in sorted(counts.items()))
    return _Attempt(Binding(layout, columns, bound, tuple(unnamed), tuple(missing)), tuple(forbidden))


def _told(contract: Contract, heading: str, column: int) -> str:
    """A harmless heading by its name, any other by its place: it may itself be an account or an outlet."""
    name = contract.harmless_names.get(match_key(heading))
    known = name is not None or match_key(heading) in contract.heading_keys
    return f"cột thứ {column + 1}" + (f" (“{name or match_key(heading)}”)" if known else "")
