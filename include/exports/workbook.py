"""A workbook of rows for people at a desk: Vietnamese headings, real numbers and days, states in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.calendar.periods import VIETNAM
from include.dictionary.columns import column_label, column_meaning
from include.errors import PlatformError
from include.exports.delimited import as_text
from include.exports.relations import ExportColumn
from include.exports.rows import BELOW_FIVE, HIDDEN
from include.extracts.leadership.wording import STATES_VI

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS: Final = 1_048_575
"""Rows below the headings that a sheet can hold."""

ROWS_SHEET, NOTES_SHEET = "Dữ liệu", "Chú giải"
STATE_WORDS: Final[Mapping[str, str]] = {
    **STATES_VI,
    "empty": "không có số",
    BELOW_FIVE: "nhỏ hơn 5, không nêu",
    HIDDEN: STATES_VI[HIDDEN],
}
"""What stands in a column of states, by its code."""

_MOST_LETTERS = 32_767
# Excel keeps 15 digits; a longer number would be another one.
_MOST_DIGITS = 15
_NARROWEST, _WIDEST = 8, 48
_FONT: Final[Mapping[str, object]] = {"font_name": "Times New Roman", "font_size": 12}
_FORMATS: Final[Mapping[str, Mapping[str, object]]] = {
    "text": {},
    "whole": {"num_format": "#,##0"},
    "broken": {"num_format": "#,##0.00"},
    "day": {"num_format": "dd/mm/yyyy", "align": "left"},
    "moment": {"num_format": "dd/mm/yyyy hh:mm:ss", "align": "left"},
    "plain": {"num_format": "0"},
    "state": {"italic": True, "font_color": "#4D5B69", "indent": 1},
}
# A workbook carries the moment it was made; the same rows have to give the same bytes.
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001  a workbook knows no zones


def require_room(name: str, row_count: int) -> None:
    """Raise PlatformError when a sheet cannot hold that many rows."""
    if row_count > MOST_ROWS:
        raise PlatformError(
            where=f"ttdn export {name} --format xlsx",
            found=f"{row_count} rows",
            expected=f"at most {MOST_ROWS}, which is all a sheet holds",
            remedy="Export one period with --period, or take csv or parquet.",
        )


def write_rows_workbook(
    name: str, columns: Sequence[ExportColumn], rows: Iterable[Sequence[object]], path: Path
) -> int:
    """Write the rows to `path`, holding one at a time; how many there were. Text never becomes a formula or a link."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": dict(_FONT),
        },
    )
    book.set_properties({"title": f"mart.{name}", "author": "Sở Văn hóa, Thể thao và Du lịch", "created": _MADE})
    book.set_size(2600, 1600)
    count = _RowsSheet(book, columns).write(rows)
    _write_notes(book, columns)
    book.close()
    return count


class _RowsSheet:
    def __init__(self, book: Workbook, columns: Sequence[ExportColumn]) -> None:
        self.columns = columns
        self.sheet: Worksheet = book.add_worksheet(ROWS_SHEET)
        self.header = _header(book)
        self.formats: dict[str, Format] = {
            name: book.add_format({**_FONT, **properties}) for name, properties in _FORMATS.items()
        }
        self.widths = [
            float(min(_WIDEST, max(_NARROWEST, len(column_label(column.name)) * 0.75 + 4))) for column in columns
        ]

    def write(self, rows: Iterable[Sequence[object]]) -> int:
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_row(0, 36)
        for place, column in enumerate(self.columns):
            self.sheet.write_string(0, place, column_label(column.name), self.header)
        writers = [self._writer_of(column) for column in self.columns]
        number = 0
        for number, row in enumerate(rows, start=1):
            for place, (write, value) in enumerate(zip(writers, row, strict=True)):
                if value is not None and value != "":
                    write(number, place, value)
        self.sheet.autofilter(0, 0, max(number, 1), len(self.columns) - 1)
        for place, width in enumerate(self.widths):
            self.sheet.set_column(place, place, width)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.repeat_rows(0)
        return number

    def _writer_of(self, column: ExportColumn) -> Callable[[int, int, object], None]:
        if column.name.endswith("_state"):
            return self._write_state
        if column.is_figure or column.type in ("real", "double precision"):
            return self._write_figure
        if column.is_whole_number:
            return self._write_whole
        return {
            "boolean": self._write_yes_no,
            "date": self._write_day,
            "timestamp with time zone": self._write_moment,
        }.get(column.type, self._write_text)

    def _write_state(self, row: int, place: int, value: object) -> None:
        self._write_string(row, place, STATE_WORDS.get(str(value), str(value)), "state")

    def _write_figure(self, row: int, place: int, value: object) -> None:
        exact = Decimal(str(value))
        whole = exact == exact.to_integral_value()
        if exact.adjusted() >= _MOST_DIGITS:
            self._write_string(row, place, as_text(exact), "text")
            return
        self.sheet.write_number(row, place, float(exact), self.formats["whole" if whole else "broken"])
        self._widen(place, len(f"{exact:,.0f}" if whole else f"{exact:,.2f}") + 1)

    def _write_whole(self, row: int, place: int, value: object) -> None:
        number = int(str(value))
        if len(str(abs(number))) > _MOST_DIGITS:
            self._write_string(row, place, str(number), "text")
            return
        self.sheet.write_number(row, place, number, self.formats["plain"])
        self._widen(place, len(str(number)) + 1)

    def _write_yes_no(self, row: int, place: int, value: object) -> None:
        self.sheet.write_boolean(row, place, bool(value), self.formats["text"])

    def _write_day(self, row: int, place: int, value: object) -> None:
        assert isinstance(value, date)
        self.sheet.write_datetime(row, place, value, self.formats["day"])
        self._widen(place, 12)

    def _write_moment(self, row: int, place: int, value: object) -> None:
        assert isinstance(value, datetime)
        self.sheet.write_datetime(row, place, value.astimezone(VIETNAM).replace(tzinfo=None), self.formats["moment"])
        self._widen(place, 20)

    def _write_text(self, row: int, place: int, value: object) -> None:
        self._write_string(row, place, value if isinstance(value, str) else as_text(value), "text")

    def _write_string(self, row: int, place: int, text: str, style: str) -> None:
        if len(text) > _MOST_LETTERS:
            raise PlatformError(
                where=f"row {row}, column {self.columns[place].name}",
                found=f"a text of {len(text)} letters",
                expected=f"at most {_MOST_LETTERS}, which is all a cell holds",
                remedy="Take csv or parquet.",
            )
        self.sheet.write_string(row, place, text, self.formats[style])
        self._widen(place, len(text))

    def _widen(self, place: int, letters: int) -> None:
        self.widths[place] = min(_WIDEST, max(self.widths[place], letters + 1.5))


def _write_notes(book: Workbook, columns: Sequence[ExportColumn]) -> None:
    """What the headings and the words of the states mean, and the names the headings have in the database."""
    sheet = book.add_worksheet(NOTES_SHEET)
    header = _header(book)
    cell = book.add_format({**_FONT, "valign": "top", "text_wrap": True})
    sheet.hide_gridlines(2)
    for place, width in enumerate((34, 34, 90)):
        sheet.set_column(place, place, width)
    lines = [(column_label(column.name), column.name, column_meaning(column.name)) for column in columns]
    lines += [("", "", "")] + [(word, code, "Trạng thái của một con số.") for code, word in STATE_WORDS.items()]
    for place, title in enumerate(("Trên trang Dữ liệu", "Trong cơ sở dữ liệu", "Nghĩa")):
        sheet.write_string(0, place, title, header)
    for number, line in enumerate(lines, start=1):
        sheet.set_row(number, 16.5 * max(1, -(-len(line[2]) // 82)))
        for place, text in enumerate(line):
            if text:
                sheet.write_string(number, place, text, cell)


def _header(book: Workbook) -> Format:
    return book.add_format(
        {**_FONT, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
    )
