"""Reads .xls (BIFF) through xlrd, which knows its error cells, merges, formats and hidden parts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from include.readers.biff import properties, refuse_macros, texts_outside_cells
from include.readers.grid import (
    CellPosition,
    CellValue,
    LooseText,
    MergedRange,
    Sheet,
    Visibility,
    Workbook,
    WorkbookRefused,
    header_pieces,
    trimmed,
)

_ERROR_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_OUTSIDE_SUPPORTING_BOOKS = (2, 4)
_VISIBILITIES: tuple[Visibility, ...] = ("visible", "hidden", "very_hidden")


def read_xls(path: Path) -> Workbook:
    """The whole workbook. Raises WorkbookRefused: ENCRYPTED, MACRO, UNREADABLE."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            str(path), formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
        )
        refuse_macros(book.mem, book.base)
        loose_texts = tuple(_loose_texts(xlrd, book, path))
        sheets = tuple(_sheet(xlrd, book, sheet) for sheet in book.sheets())
    except (MemoryError, WorkbookRefused):
        raise
    except Exception as error:
        # xlrd answers damaged records with whatever went wrong inside it: struct.error, IndexError,
        # AssertionError, UnicodeDecodeError, its own XLRDError.
        is_encrypted = "encrypted" in str(error).lower()
        raise WorkbookRefused("ENCRYPTED" if is_encrypted else "UNREADABLE", type(error).__name__) from error
    names = {
        name.name: str(name.result.text)
        for name in book.name_obj_list
        if name.scope == -1 and not name.builtin and name.result is not None and name.result.text
    }
    # Links to other files, to programs (DDE) and to embedded objects are all kept as "supporting books".
    has_links = any(kind in _OUTSIDE_SUPPORTING_BOOKS for kind in book._supbook_types)
    return Workbook("xls", sheets, names, loose_texts, has_links)


def _loose_texts(xlrd: Any, book: Any, path: Path) -> Iterator[LooseText]:
    for name in book.name_obj_list:
        if name.scope == -1 and not name.builtin:
            yield LooseText("defined_name", None, name.name)
    for loose in texts_outside_cells(book.mem, book.base):
        if loose.place == "header_footer":
            for piece in header_pieces(loose.text):
                yield LooseText("header_footer", None, piece)
        else:
            yield loose
    for sheet in book.sheets():
        for note in sheet.cell_note_map.values():
            yield LooseText("comment", sheet.name, note.text)
    content = path.read_bytes()
    if content.startswith(xlrd.compdoc.SIGNATURE):
        container = xlrd.compdoc.CompDoc(content, logfile=io.StringIO())
        if summary := container.get_named_stream("\x05SummaryInformation"):
            yield from properties(summary)


def _sheet(xlrd: Any, book: Any, sheet: Any) -> Sheet:
    percent_styles = {
        number
        for number, style in enumerate(book.xf_list)
        if "%" in (getattr(book.format_map.get(style.format_key), "format_str", None) or "")
    }
    errors: dict[CellPosition, str] = {}
    percent_cells: set[CellPosition] = set()
    rows: list[list[CellValue]] = []
    for row in range(sheet.nrows):
        values: list[CellValue] = []
        for column, (kind, stored) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            value: CellValue = None
            if kind == xlrd.XL_CELL_TEXT:
                value = stored
            elif kind == xlrd.XL_CELL_NUMBER:
                value = stored
                if sheet.cell_xf_index(row, column) in percent_styles:
                    percent_cells.add((row, column))
            elif kind == xlrd.XL_CELL_DATE:
                value = _moment(xlrd, stored, book.datemode)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                value = bool(stored)
            elif kind == xlrd.XL_CELL_ERROR:
                errors[row, column] = _ERROR_TEXTS.get(stored, "#?")
            values.append(value)
        rows.append(values)
    return Sheet(
        name=sheet.name,
        rows=trimmed(rows),
        visibility=_VISIBILITIES[min(sheet.visibility, 2)],
        merges=tuple(MergedRange(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells),
        errors=errors,
        hidden_rows=frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns=frozenset(column for column, info in sheet.colinfo_map.items() if info.hidden),
        percent_cells=frozenset(percent_cells),
        counts_from_1904=book.datemode == 1,
    )


def _moment(xlrd: Any, serial: float, datemode: int) -> CellValue:
    """A date without its midnight; a serial that is no date (29/02/1900, negative) stays a number."""
    try:
        moment = xlrd.xldate_as_datetime(serial, datemode)
        xlrd.xldate_as_tuple(serial, datemode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return serial
    if serial < 1:
        return moment.time()
    if (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0):
        return moment.date()
    return moment
