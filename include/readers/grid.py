"""What a workbook is once it has been read: sheets of typed cells that still know their addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from include.errors import PlatformError

CellValue = str | int | float | bool | date | datetime | time | timedelta | None
"""Text as typed (never empty), a true number, a true date, or None for an empty cell."""

CellPosition = tuple[int, int]
"""Row and column, both counted from 0; (0, 0) is A1."""

WorkbookFormat = Literal["xlsx", "xls", "ods", "docx"]
CellRemark = Literal["field", "hidden", "maybe_unseen", "page_header", "struck_out", "text_box", "unseen"]
"""What a reader of a Word document has to say of a cell's text: where it stood, or what was left out of it.

"hidden" is what is not printed, "unseen" what is printed in the colour of its ground or too small to be seen; both are
left out. "maybe_unseen" is read: whether it shows depends on the drawing it stands in."""

Visibility = Literal["visible", "hidden", "very_hidden"]
LoosePlace = Literal["header_footer", "property", "drawing", "comment", "defined_name", "cache", "part"]

OWN_COMMENT_AUTHOR: Final = "Nền tảng thông tin đối ngoại"
"""Author of the comments the platform writes into a workbook that it sends back."""

_FORMATS_WITHOUT_SHEETS: Final = (".csv.gz", ".csv", ".parquet", ".xml")
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")


class WorkbookRefused(PlatformError):
    """The file as a whole cannot be taken; `code` is a key of include/quality/messages/.

    `detail` fills the message's {found}; `sheet` and `cell` say where, when a place is to blame.
    """

    def __init__(self, code: str, detail: str = "", *, sheet: str | None = None, cell: str | None = None) -> None:
        self.code, self.detail, self.sheet, self.cell = code, detail, sheet, cell
        place = ", ".join(part for part in (sheet and f"sheet '{sheet}'", cell and f"cell {cell}") if part)
        super().__init__(
            where=place or "the file",
            found=f"{code} ({detail})" if detail else code,
            expected="a workbook that can be read safely",
            remedy=f"The sentence for the sender is the entry {code} of include/quality/messages/.",
        )

    def __reduce__(self) -> tuple[object, ...]:
        return _refused, (self.code, self.detail, self.sheet, self.cell)


def _refused(code: str, detail: str, sheet: str | None, cell: str | None) -> WorkbookRefused:
    return WorkbookRefused(code, detail, sheet=sheet, cell=cell)


def sheet_of_whole(original_name: str) -> str:
    """What a file without sheets has in a sheet's place: its format; many read that, and its name may be a person's."""
    ending = next((each for each in _FORMATS_WITHOUT_SHEETS if original_name.lower().endswith(each)), "")
    return f"(tệp {ending[1:]})" if ending else "(tệp)"


@dataclass(frozen=True, slots=True)
class MergedRange:
    """A block of merged cells, both corners included, counted from 0."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, position: object) -> bool:
        if not isinstance(position, tuple) or len(position) != 2:
            return False
        row, column = position
        return bool(self.top <= row <= self.bottom and self.left <= column <= self.right)


@dataclass(frozen=True, slots=True)
class LooseText:
    """Text that stands outside the cells: a page header, a document property, a text box, a comment.

    "cache" is a copy of cells kept aside (pivot table, linked workbook, old versions of cells), "part" any other place
    a program may keep text in. `cell` is the comment's own; `is_ours` marks a comment the platform wrote itself.
    """

    place: LoosePlace
    sheet: str | None
    text: str
    cell: str | None = None
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, aligned to A1: rows[0][0] is cell A1. Rows may differ in length; use `value`.

    Trailing empty rows and columns are cut off. `errors` maps an error cell to its text ("#REF!"),
    the cell itself reads None. `uncalculated` are formulas saved without a result; those of them that
    fetch from the network are `net_cells` too, with the function that does. `percent_cells` are numbers
    shown as percentages (0.125 shown as 12,5%), `otherwise_cells` are numbers whose format prints another
    figure than is stored, or that are struck through, `unseen_cells` are filled ones that print nothing a
    reader can see.
    `counts_from_1904`: a bare number that stands for a day counts from 1904, as the whole workbook does.

    A table of a Word document is a sheet too, with the paragraphs above it as rows. There `row_names` says of each row
    in which part it stands and what it is called there ("Bảng 2", "hàng 5"), `row_edges` in which columns its cells
    begin and the last one ends (nothing for a paragraph), and `remarks` what to know of a cell.
    """

    name: str
    rows: list[list[CellValue]]
    visibility: Visibility = "visible"
    merges: tuple[MergedRange, ...] = ()
    errors: dict[CellPosition, str] = field(default_factory=dict)
    formulas: dict[CellPosition, str] = field(default_factory=dict)
    uncalculated: frozenset[CellPosition] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    percent_cells: frozenset[CellPosition] = frozenset()
    otherwise_cells: frozenset[CellPosition] = frozenset()
    net_cells: dict[CellPosition, str] = field(default_factory=dict)
    unseen_cells: frozenset[CellPosition] = frozenset()
    has_pictures: bool = False
    row_names: tuple[tuple[str, str], ...] = ()
    row_edges: tuple[tuple[int, ...], ...] = ()
    remarks: dict[CellPosition, frozenset[CellRemark]] = field(default_factory=dict)
    counts_from_1904: bool = False

    @property
    def is_visible(self) -> bool:
        return self.visibility == "visible"

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def column_count(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    def value(self, row: int, column: int) -> CellValue:
        """The cell's value, None outside the grid."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None

    def text(self, row: int, column: int) -> str:
        """The cell as a person would type it; "" when empty."""
        return as_text(self.value(row, column))

    def cells(self) -> Iterator[tuple[int, int, CellValue]]:
        """Every filled cell, row by row."""
        for row_index, row in enumerate(self.rows):
            for column_index, value in enumerate(row):
                if value is not None:
                    yield row_index, column_index, value


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a Word document outside its tables, counted from 1. `level` is 1 to 9 for a styled heading."""

    number: int
    text: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Workbook:
    """A whole workbook. Sheets keep the file's order, hidden ones included.

    `defined_names` maps a name to its reference as stored ("'Báo cáo'!$A$1:$H$40"); names that
    belong to one sheet only are left out. Names of authors are never kept. `has_change_log` tells of
    recorded changes, which keep what stood in the cells before. `paragraphs` are those of a Word document;
    `unsettled_changes` says in Vietnamese which changes of it nobody has accepted or refused yet.
    """

    format: WorkbookFormat
    sheets: tuple[Sheet, ...]
    defined_names: dict[str, str] = field(default_factory=dict)
    loose_texts: tuple[LooseText, ...] = ()
    has_external_links: bool = False
    has_change_log: bool = False
    paragraphs: tuple[Paragraph, ...] = ()
    unsettled_changes: str = ""

    def sheet(self, name: str) -> Sheet | None:
        """The sheet with exactly this name, or None."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def as_text(value: CellValue) -> str:
    """A cell value in plain text: whole numbers without ".0", dates as dd/mm/yyyy, "" for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def column_letters(column: int) -> str:
    """The letters of a column counted from 0: 0 -> "A", 26 -> "AA"."""
    letters = ""
    number = column + 1
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


def address(row: int, column: int) -> str:
    """The A1 address of a cell counted from 0: (0, 0) -> "A1"."""
    return f"{column_letters(column)}{row + 1}"


def position(a1: str) -> CellPosition:
    """Row and column, from 0, of an A1 address ("$B$3" -> (2, 1)). Raises ValueError."""
    match = _ADDRESS.fullmatch(a1.strip())
    if match is None:
        raise ValueError(f"not a cell address: {a1!r}")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def header_pieces(text: str) -> Iterator[str]:
    """The left, middle and right text of a page header, without its layout codes."""
    text = re.sub(r'&"[^"]*"|&K[0-9A-Fa-f]{6}|&\d+', "", text)
    for piece in re.split(r"&[LCR]", text):
        for line in re.sub(r"&[A-Za-z]", "", piece).splitlines():
            if line.strip():
                yield line.strip()


def trimmed(rows: list[list[CellValue]]) -> list[list[CellValue]]:
    """The same rows without empty cells at their ends and without empty rows at the bottom, in place.

    Whole floats become ints, so that 12.0 is told to people as 12; blank text becomes None.
    """
    for row in rows:
        for column, value in enumerate(row):
            if type(value) is str:  # exact types: this loop sees every cell of a big sheet
                # No program shows a NUL, and no database stores it.
                bare = value.replace("\0", "") if value and "\0" in value else value
                row[column] = None if not bare or bare.isspace() else bare
            elif type(value) is float and value.is_integer() and -1e15 < value < 1e15:
                row[column] = int(value)
        length = len(row)
        while length and row[length - 1] is None:
            length -= 1
        del row[length:]
    while rows and not rows[-1]:
        rows.pop()
    return rows
