"""What is wrong with single lines: the first twenty of a kind are told one by one, the others counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from include.model import Finding
from include.sources.monitoring_statistics.rows import IntArray, Table

TOLD_ONE_BY_ONE: Final = 20


class Problem(NamedTuple):
    """Why a value cannot be taken: a message code and what fills its sentence."""

    code: str
    found: str = ""
    expected: str = ""


class LineProblems:
    """Collects the findings about lines of one file."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._told: dict[str, list[Finding]] = {}
        self._counts: dict[str, int] = {}

    def add(self, code: str, lines: IntArray, columns: IntArray | None, describe: Callable[[int], Problem]) -> None:
        """Note one kind of problem at some places, in order; `describe` is asked for the problem at the n-th of them.

        Without `columns` whole lines are meant.
        """
        told = self._told.setdefault(code, [])
        self._counts[code] = self._counts.get(code, 0) + len(lines)
        for index in range(min(len(lines), TOLD_ONE_BY_ONE - len(told))):
            problem = describe(index)
            place = self._table.cell(int(lines[index]), None if columns is None else int(columns[index]))
            told.append(Finding(code, self._table.sheet_name, place, problem.found, problem.expected))

    def findings(self) -> tuple[Finding, ...]:
        """Everything noted, kind by kind, with the count of what is not told one by one."""
        found: list[Finding] = []
        for code, told in self._told.items():
            found += told
            more = self._counts[code] - len(told)
            if more:
                found.append(
                    Finding("MONITORING_MORE_LINES", self._table.sheet_name, None, str(more), told[0].cell or "")
                )
        return tuple(found)
