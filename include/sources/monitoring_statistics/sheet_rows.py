"""The one sheet of a workbook that holds the cube, in the same columns as the big files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from include.model import Finding
from include.readers import open_workbook
from include.readers.grid import Sheet, Workbook, address
from include.readers.secrecy import find_marks
from include.sources.monitoring_statistics.rows import Batch, CodedColumn, ErrorCell, FileRefused, PercentCell


class SheetTable:
    """A workbook with one filled sheet, its first filled row being the header.

    A second sheet, a cell beside the table, a comment or a text box can hold anything and refuses the file like a
    further column. Raises FileRefused: SECRET, EMPTY, MONITORING_COLUMN_FORBIDDEN; WorkbookRefused.
    """

    def __init__(self, path: Path, original_name: str) -> None:
        workbook = open_workbook(path)
        if find_marks(workbook, original_name):
            raise FileRefused(Finding("SECRET"))
        self._sheet = _only_sheet(workbook)
        self.sheet_name: str | None = self._sheet.name
        self.code_page: str | None = None
        self.counts_from_1904 = self._sheet.counts_from_1904
        top = next(index for index, row in enumerate(self._sheet.rows) if any(cell is not None for cell in row))
        self.header_line = top + 1
        self.header = tuple(
            " ".join(self._sheet.text(top, column).split()) for column in range(len(self._sheet.rows[top]))
        )
        for row, column, _ in self._sheet.cells():
            if column >= len(self.header):
                raise _forbidden(self.sheet_name, address(row, column), f"cột thứ {column + 1}")

    def batches(self) -> Iterator[Batch]:
        """All rows at once: a sheet has at most 200,000."""
        rows = range(self.header_line, self._sheet.row_count)
        with_error = {row for row, _ in (*self._sheet.errors, *self._sheet.uncalculated)}
        is_filled = [row in with_error or any(cell is not None for cell in self._sheet.rows[row]) for row in rows]
        filled = [row for row, holds in zip(rows, is_filled, strict=True) if holds]
        blank = [row for row, holds in zip(rows, is_filled, strict=True) if not holds]
        yield Batch(
            lines=np.array(filled, dtype=np.int64) + 1,
            columns=tuple(self._column(filled, column) for column in range(len(self.header))),
            blank_lines=tuple(row + 1 for row in blank),
        )

    def cell(self, line: int, column: int | None) -> str:
        """The A1 address; of the row's first cell when no column is given."""
        return address(line - 1, column or 0)

    def _column(self, rows: list[int], column: int) -> CodedColumn:
        # The type belongs to the key: TRUE, 1 and 1.0 are equal to Python.
        known: dict[tuple[type, object], int] = {}
        indices = np.empty(len(rows), dtype=np.int64)
        for index, row in enumerate(rows):
            value = self._value(row, column)
            indices[index] = known.setdefault((type(value), value), len(known))
        return CodedColumn(indices, [value for _, value in known])

    def _value(self, row: int, column: int) -> object:
        place = (row, column)
        if place in self._sheet.errors:
            return ErrorCell(self._sheet.errors[place])
        if place in self._sheet.uncalculated:
            return ErrorCell("")
        value = self._sheet.value(row, column)
        if place in self._sheet.percent_cells and isinstance(value, int | float):
            return PercentCell(float(value))
        return value


def _only_sheet(workbook: Workbook) -> Sheet:
    filled = [(position, sheet) for position, sheet in enumerate(workbook.sheets, start=1) if sheet.rows]
    if not filled:
        raise FileRefused(Finding("EMPTY"))
    shown = [sheet for _, sheet in filled if sheet.is_visible]
    first = shown[0] if shown else filled[0][1]
    for position, sheet in filled:
        if sheet is not first or not sheet.is_visible:
            raise _forbidden(None, None, f"nội dung ở trang tính thứ {position}")
    for loose in workbook.loose_texts:
        if loose.place in ("comment", "drawing", "cache"):
            raise _forbidden(None, None, "ghi chú, hộp chữ hoặc bản sao ô ngoài bảng")
    return first


def _forbidden(sheet: str | None, cell: str | None, found: str) -> FileRefused:
    return FileRefused(Finding("MONITORING_COLUMN_FORBIDDEN", sheet, cell, found))
