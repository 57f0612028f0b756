"""Units of money stated beside a report's figures: above the table, in a heading, in a remark, at the foot of the page.

A line's figure is in the unit on the line. A remark that names another one is not decided about, it is asked.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from include.readers.docx import TEXT_PART
from include.readers.grid import Sheet, Workbook, position
from include.readers.table import Table, discover_tables
from include.vietnamese.money import UnitOfMeasure, find_stated_money, find_unit, read_unit
from include.vietnamese.text import normalise

_FIGURE_ROLES: Final = ("actual", "estimate")
_OWN_ROLES: Final = ("order", "code", "unit", *_FIGURE_ROLES)
"""Columns in which a line states nothing about others: its unit is the line's own."""

_BESIDE_CELLS: Final = frozenset({"header_footer", "drawing", "comment"})


@dataclass(frozen=True, slots=True)
class UnitNote:
    """A unit of money that is stated, its words, and where: `row` and `column` are -1 outside the cells.

    `is_of_column`: it heads that column of figures and is about no other. `is_own`: it is about its own row's figure.
    """

    unit: UnitOfMeasure
    text: str
    sheet: str
    row: int = -1
    column: int = -1
    is_of_column: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class UnitNotes:
    """The notes of a report; those of a document are about all its tables, those of a sheet about the sheet's."""

    notes: tuple[UnitNote, ...] = ()
    is_document: bool = False

    def against(
        self, unit: UnitOfMeasure, sheet: Sheet, row: int, column: int, currencies: frozenset[str]
    ) -> UnitNote | None:
        """The first note that contradicts a figure in that unit of money at that place, or None.

        A note elsewhere than on the figure's row is about figures in its own currency; where no line of the form is
        in that currency (`currencies` are those of the form), it is about all of them.
        """
        for note in self.notes:
            if not self.is_document and note.sheet != sheet.name:
                continue
            if (note.sheet, note.row) == (sheet.name, row):
                is_meant = True
            elif note.is_own or (note.is_of_column and (note.sheet, note.column) != (sheet.name, column)):
                is_meant = False
            else:
                is_meant = note.unit.base_unit == unit.base_unit or note.unit.base_unit not in currencies
            if is_meant and note.unit != unit:
                return note
        return None


def find_unit_notes(workbook: Workbook, tables: Sequence[tuple[Sheet, Table]]) -> UnitNotes:
    """What is stated beside the figures of these tables of the report."""
    is_document = workbook.format == "docx"
    of_sheet: dict[str, list[Table]] = {}
    for sheet, table in tables:
        of_sheet.setdefault(sheet.name, []).append(table)
    notes: list[UnitNote] = []
    for sheet in workbook.sheets:
        if sheet.name in of_sheet:
            notes += _in_tables(sheet, of_sheet[sheet.name])
            notes += _in_cells(sheet, of_sheet[sheet.name])
        elif is_document and not _is_about_others(sheet, workbook, of_sheet):
            notes += _in_cells(sheet, ())
    for loose in workbook.loose_texts:
        if loose.place not in _BESIDE_CELLS or loose.is_ours:
            continue
        row = position(loose.cell)[0] if loose.cell else -1
        for name in of_sheet if loose.sheet is None else (loose.sheet,):
            notes += (UnitNote(unit, loose.text, name, row) for unit in find_stated_money(loose.text))
    return UnitNotes(tuple(notes), is_document)


def _is_about_others(sheet: Sheet, workbook: Workbook, read: Container[str]) -> bool:
    """Whether the words of a part of a document are about figures that are not read: it has a table of its own.

    What stands below the last table is about that one.
    """
    if sheet.name == TEXT_PART:
        before = [each for each in workbook.sheets[: workbook.sheets.index(sheet)] if each.name != TEXT_PART]
        return bool(before) and _is_about_others(before[-1], workbook, read)
    return sheet.name not in read and any(table.rows_of("record", "total") for table in discover_tables(sheet))


def _in_tables(sheet: Sheet, tables: Iterable[Table]) -> Iterator[UnitNote]:
    """Headings of the columns of figures, and headings that state nothing but a unit."""
    for table in tables:
        figures = {table.columns[role] for role in _FIGURE_ROLES if role in table.columns}
        for column, label in table.labels.items():
            is_figure = column in figures
            unit = find_unit(label) if is_figure or column == table.columns.get("unit") else read_unit(label)
            if unit is not None and unit.is_money:
                yield UnitNote(unit, label, sheet.name, table.header_top, column, is_of_column=is_figure)


def _in_cells(sheet: Sheet, tables: Iterable[Table]) -> Iterator[UnitNote]:
    table_of = {row.index: table for table in tables for row in table.rows_of("record", "total")}
    heads = {row for table in tables for row in range(table.header_top, table.header_bottom + 1)}
    for row, cells in enumerate(sheet.rows):
        if row in heads:
            continue
        table = table_of.get(row)
        roles = {column: role for role, column in table.columns.items()} if table is not None else {}
        for column, value in enumerate(cells):
            if not isinstance(value, str) or roles.get(column) in _OWN_ROLES:
                continue
            for unit in _stated(value, is_name=roles.get(column) == "label"):
                is_own = table is not None and _is_of_money(sheet, row, table)
                yield UnitNote(unit, normalise(value), sheet.name, row, column, is_own=is_own)


def _is_of_money(sheet: Sheet, row: int, table: Table) -> bool:
    """Whether a row has a figure and a unit of money of its own, so that what it states is about itself."""
    unit = read_unit(sheet.text(row, table.columns.get("unit", -1)))
    has_figure = any(sheet.text(row, table.columns.get(role, -1)) for role in _FIGURE_ROLES)
    return unit is not None and unit.is_money and has_figure


def _stated(text: str, *, is_name: bool) -> tuple[UnitOfMeasure, ...]:
    unit = find_unit(text) if is_name else None
    return (unit,) if unit is not None and unit.is_money else find_stated_money(text)
