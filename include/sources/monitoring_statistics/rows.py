"""Rows between a file and the spool: a few distinct values a column and an index a row, never an object a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from include.model import Finding

IntArray = NDArray[np.int64]
IndexArray = NDArray[Any]
"""Whole numbers of whatever width the file's library gives."""


class FileRefused(Exception):
    """The file as a whole cannot be taken; carries what is told about it."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A spreadsheet cell that shows an error (#REF!) or a formula without a result (empty text)."""

    text: str


@dataclass(frozen=True, slots=True)
class PercentCell:
    """A number a spreadsheet shows as a percentage."""

    value: float


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """One column of a batch: its distinct values as typed, and for every row which of them it holds."""

    indices: IndexArray
    values: list[object]


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that does not have the cells its header promises, cut up as well as it can be."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of the file in order. Broken and blank lines are in no column."""

    lines: IntArray
    columns: tuple[CodedColumn, ...]
    broken: tuple[BrokenLine, ...] = ()
    blank_lines: tuple[int, ...] = ()


class Table(Protocol):
    """A file with a header and rows, whatever its format. Lines count from 1 as the sender sees them."""

    header: tuple[str, ...]
    header_line: int
    sheet_name: str | None

    @property
    def code_page(self) -> str | None:
        """The Vietnamese code page of before the text is in; None for Unicode."""

    def batches(self) -> Iterator[Batch]:
        """The rows in order, once. Raises FileRefused, WorkbookRefused."""

    def cell(self, line: int, column: int | None) -> str:
        """Where a value stands, for people; the whole line when no column is given (columns count from 0)."""


def line_cell(line: int, column: int | None) -> str:
    """The place of a value in a text or columnar file: "dòng 12, cột 3"."""
    return f"dòng {line}" if column is None else f"dòng {line}, cột {column + 1}"
