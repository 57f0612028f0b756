"""Reads .xls (BIFF) through xlrd, which knows its error cells, merges, formats and hidden parts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from include.readers import biff
from include.readers.colours import BLACK, LARGEST_TINY, WHITE, Colour, are_letters_lost, from_palette
from include.readers.formulas import names_that_reach, network_function
from include.readers.grid import (
    CellPosition,
    CellValue,
    LooseText,
    MergedRange,
    Sheet,
    Visibility,
    Workbook,
    WorkbookRefused,
    address,
    header_pieces,
    trimmed,
)
from include.readers.number_formats import colour_printed, prints_another_figure, prints_nothing, shows_percent

_ERROR_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# Another workbook, or one whose sheets are not listed.
_OUTSIDE_SUPPORTING_BOOKS = {2, 4}
_CHANGE_LOGS = ("Revision Log", "User Names")
_PIVOT_CACHE_FOLDER = "_SX_DB_CUR"
_NO_PATTERN, _SOLID_PATTERN = 0, 1
_TWIPS = 20
_VISIBILITIES: tuple[Visibility, ...] = ("visible", "hidden", "very_hidden")


def read_xls(path: Path) -> Workbook:
    """The whole workbook. Raises WorkbookRefused: ENCRYPTED, MACRO, DDE, UNREADABLE."""
    import xlrd

    try:
        book = xlrd.open_workbook(
            str(path), formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
        )
        biff.refuse_macros(book.mem, book.base)
        if biff.calls_program(book.mem, book.base):
            raise WorkbookRefused("DDE")
        loose_texts = list(_loose_texts(xlrd, book, path))
        reaching = names_that_reach({name.name: f"{name.name}(" for name in book.name_obj_list})
        styles = _styles(book)
        sheets = tuple(_sheet(xlrd, book, number, reaching, styles) for number in range(book.nsheets))
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
    in_cells = {value for sheet in sheets for _, _, value in sheet.cells() if isinstance(value, str)}
    loose_texts += [LooseText("part", None, text) for text in set(book._sharedstrings) - in_cells if text.strip()]
    has_links = not _OUTSIDE_SUPPORTING_BOOKS.isdisjoint(book._supbook_types)
    has_links = has_links or any(sheet.net_cells for sheet in sheets)
    return Workbook("xls", sheets, names, tuple(loose_texts), has_links, has_change_log=_has_change_log(xlrd, path))


def _has_change_log(xlrd: Any, path: Path) -> bool:
    content = path.read_bytes()
    if not content.startswith(xlrd.compdoc.SIGNATURE):
        return False
    container = xlrd.compdoc.CompDoc(content, logfile=io.StringIO())
    return any(entry.name in _CHANGE_LOGS for entry in container.dirlist)


def _loose_texts(xlrd: Any, book: Any, path: Path) -> Iterator[LooseText]:
    for name in book.name_obj_list:
        if not name.builtin:
            yield LooseText("defined_name", None, name.name)
    yield from biff.texts_kept_aside(book.mem, book.base)
    for loose in biff.texts_outside_cells(book.mem, book.base):
        if loose.place == "header_footer":
            for piece in header_pieces(loose.text):
                yield LooseText("header_footer", None, piece)
        else:
            yield loose
    for sheet in book.sheets():
        for place, note in sheet.cell_note_map.items():
            yield LooseText("comment", sheet.name, note.text, address(*place))
    content = path.read_bytes()
    if content.startswith(xlrd.compdoc.SIGNATURE):
        container = xlrd.compdoc.CompDoc(content, logfile=io.StringIO())
        if summary := container.get_named_stream("\x05SummaryInformation"):
            yield from biff.properties(summary)
        if summary := container.get_named_stream("\x05DocumentSummaryInformation"):
            yield from biff.custom_properties(summary)
        caches = [entry for entry in container.dirlist if entry.name == _PIVOT_CACHE_FOLDER]
        for cache in caches:
            for number in cache.children:
                name = f"{_PIVOT_CACHE_FOLDER}/{container.dirlist[number].name}"
                yield from biff.texts_kept_aside(container.get_named_stream(name) or b"", 0)


@dataclass(frozen=True, slots=True)
class _Styles:
    """The numbers of the styles that print a percentage, another figure, nothing."""

    percent: frozenset[int]
    otherwise: frozenset[int]
    unseen: frozenset[int]


def _styles(book: Any) -> _Styles:
    styles = list(enumerate(book.xf_list))
    return _Styles(
        frozenset(number for number, style in styles if shows_percent(_format_code(book, style))),
        frozenset(number for number, style in styles if _prints_otherwise(book, style)),
        frozenset(number for number, style in styles if _is_unseen(book, style)),
    )


def _sheet(xlrd: Any, book: Any, number: int, reaching: frozenset[str], styles: _Styles) -> Sheet:
    sheet = book.sheet_by_index(number)
    errors: dict[CellPosition, str] = {}
    percent_cells: set[CellPosition] = set()
    otherwise_cells: set[CellPosition] = set()
    unseen_cells: set[CellPosition] = set()
    formulas: dict[CellPosition, str] = {}
    uncalculated: set[CellPosition] = set()
    net_cells: dict[CellPosition, str] = {}
    rows: list[list[CellValue]] = []
    for row in range(sheet.nrows):
        values: list[CellValue] = []
        for column, (kind, stored) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            value: CellValue = None
            if kind == xlrd.XL_CELL_TEXT:
                value = stored
            elif kind == xlrd.XL_CELL_NUMBER:
                value = stored
                if sheet.cell_xf_index(row, column) in styles.percent:
                    percent_cells.add((row, column))
                if sheet.cell_xf_index(row, column) in styles.otherwise:
                    otherwise_cells.add((row, column))
            elif kind == xlrd.XL_CELL_DATE:
                value = _moment(xlrd, stored, book.datemode)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                value = bool(stored)
            elif kind == xlrd.XL_CELL_ERROR:
                errors[row, column] = _ERROR_TEXTS.get(stored, "#?")
            if value is not None and value != "" and sheet.cell_xf_index(row, column) in styles.unseen:
                unseen_cells.add((row, column))
            values.append(value)
        rows.append(values)
    start = book._sh_abs_posn[number]
    for formula in biff.formulas(book.mem, start, [name.name for name in book.name_obj_list]):
        row, column = formula.place
        shown = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
        formulas[formula.place] = formula.words
        function = network_function(formula.words, reaching)
        if function is not None and (not isinstance(shown, str) or not shown or any(map(str.isdigit, shown))):
            net_cells[formula.place] = function
        if formula.place in net_cells or formula.is_uncalculated:
            uncalculated.add(formula.place)
            if shown is not None:
                rows[row][column] = None
    return Sheet(
        name=sheet.name,
        rows=trimmed(rows),
        visibility=_VISIBILITIES[min(sheet.visibility, 2)],
        merges=tuple(MergedRange(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells),
        errors=errors,
        formulas=formulas,
        uncalculated=frozenset(uncalculated),
        hidden_rows=frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden or info.height == 0),
        hidden_columns=frozenset(
            column for column, info in sheet.colinfo_map.items() if info.hidden or info.width == 0
        ),
        percent_cells=frozenset(percent_cells),
        otherwise_cells=frozenset(otherwise_cells),
        net_cells=net_cells,
        unseen_cells=frozenset(unseen_cells),
        has_pictures=biff.has_pictures(book.mem, start),
        counts_from_1904=book.datemode == 1,
    )


def _format_code(book: Any, style: Any) -> str:
    return getattr(book.format_map.get(style.format_key), "format_str", None) or ""


def _prints_otherwise(book: Any, style: Any) -> bool:
    """Whether a style prints another figure than is stored, or strikes it through."""
    return prints_another_figure(_format_code(book, style)) or bool(book.font_list[style.font_index].struck_out)


def _is_unseen(book: Any, style: Any) -> bool:
    """Whether a style prints nothing one could see: letters lost on their ground or tiny, or empty sections."""
    code = _format_code(book, style)
    font, ground = book.font_list[style.font_index], style.background
    if prints_nothing(code) or 0 < font.height <= LARGEST_TINY * _TWIPS:
        return True
    if ground.fill_pattern not in (_NO_PATTERN, _SOLID_PATTERN):
        return False
    paper = _colour(book, ground.pattern_colour_index) if ground.fill_pattern == _SOLID_PATTERN else WHITE
    letters = colour_printed(code, partial(_colour, book)) or _colour(book, font.colour_index) or BLACK
    return paper is not None and are_letters_lost(letters, paper)


def _colour(book: Any, number: int) -> Colour | None:
    """The colour of that number in the workbook's palette; None for the automatic one."""
    return book.colour_map.get(number) or from_palette(number)


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
