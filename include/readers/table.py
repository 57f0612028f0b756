"""Finds tables in a sheet by what their header says, wherever they stand.

Real report sheets merge header cells over several rows, split one heading over rows without
merging, repeat the header on each page, number the columns ("A", "B", "1", "2=3+4"), put the total
first or last and a signature block below. Nothing here knows a fixed row or column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from include.readers.grid import CellValue, MergedRange, Sheet, address, as_text
from include.vietnamese.text import match_key, normalise

RowKind = Literal["record", "heading", "total", "numbering", "repeated_header", "note", "blank"]

MAX_HEADER_ROWS = 8
_MAX_HEADER_START = 2_000


@dataclass(frozen=True, slots=True)
class HeaderRole:
    """A column the reader looks for: its name in the contract and the headings it may stand under."""

    name: str
    aliases: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class UnitLine:
    """The unit that is printed once for a table: its text, the unit alone, and its cell."""

    text: str
    unit: str
    cell: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row under the header. `index` counts sheet rows from 0; `label` is its first text."""

    index: int
    kind: RowKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a sheet; every row and column index counts from 0 within the sheet.

    `columns` maps role names to columns; `labels` every column with a heading to its text joined over
    the header's rows. `rows` holds every row below the header, in order, each with its kind.
    """

    sheet_name: str
    header_top: int
    header_bottom: int
    columns: dict[str, int]
    labels: dict[int, str]
    rows: tuple[TableRow, ...]
    unit_line: UnitLine | None = None
    title: str = ""
    title_cell: str = ""

    def rows_of(self, *kinds: RowKind) -> tuple[TableRow, ...]:
        """The rows of these kinds, in order."""
        return tuple(row for row in self.rows if row.kind in kinds)

    def unmapped(self) -> dict[int, str]:
        """Columns with a heading that no role claimed."""
        claimed = set(self.columns.values())
        return {column: label for column, label in self.labels.items() if column not in claimed}


class TableNotFound(Exception):
    """No header in the sheet says all that is required.

    `missing` names the roles that the nearest header lacks; `nearest` is that header's first cell, or
    None when nothing in the sheet resembles one. `present` holds the headings that header does have.
    """

    def __init__(self, missing: tuple[str, ...], nearest: str | None, present: tuple[str, ...] = ()) -> None:
        self.missing, self.nearest, self.present = missing, nearest, present
        super().__init__(f"missing {', '.join(missing)}; nearest header at {nearest}")


def find_table(sheet: Sheet, roles: Sequence[HeaderRole]) -> Table:
    """The table with all required roles that has most rows of data. Raises TableNotFound."""
    tables = find_tables(sheet, roles)
    if tables:
        return max(tables, key=lambda table: (len(table.columns), len(table.rows_of("record", "total"))))
    best = max(_header_candidates(_Text(sheet), roles), key=lambda found: found.score, default=None)
    required = tuple(role.name for role in roles if role.required)
    if best is None:
        raise TableNotFound(required, None)
    raise TableNotFound(
        tuple(name for name in required if name not in best.columns),
        address(best.top, min(best.columns.values())),
        tuple(best.labels[column] for column in sorted(best.labels)),
    )


def find_tables(sheet: Sheet, roles: Sequence[HeaderRole]) -> tuple[Table, ...]:
    """Every table whose header has all required roles, from top to bottom.

    A header repeated further down with the same columns continues its table (printed pages); one
    with other columns starts the next.
    """
    text = _Text(sheet)
    required = {role.name for role in roles if role.required}
    found = [header for header in _header_candidates(text, roles) if required <= header.columns.keys()]
    headers = _without_overlaps(found)
    tables: list[Table] = []
    for number, header in enumerate(headers):
        previous = headers[number - 1] if number else None
        if previous is not None and _is_repetition(previous, header):
            continue
        end = next((later.top for later in headers[number + 1 :] if not _is_repetition(header, later)), text.row_count)
        tables.append(_table(text, header, end, knows_roles=True))
    return tuple(tables)


# --- headers known by role --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    top: int
    bottom: int
    columns: dict[str, int]
    labels: dict[int, str]
    score: tuple[int, int, int, int]


def _header_candidates(text: _Text, roles: Sequence[HeaderRole]) -> list[_Header]:
    """For each row that may start a header, the header of the best height."""
    aliases = [(role, {_compact(alias) for alias in role.aliases}) for role in roles]
    beginnings = {alias[:length] for _, keys in aliases for alias in keys for length in range(1, len(alias) + 1)}
    found = []
    for top in range(min(text.row_count, _MAX_HEADER_START)):
        if text.is_inside_merges(top) or not any(
            _compact(cell) in beginnings or _bare(cell) in beginnings for cell in text.own_texts(top)
        ):
            continue
        best: _Header | None = None
        for bottom in range(top, min(top + MAX_HEADER_ROWS, text.row_count)):
            if bottom > top and text.is_data_row(bottom):
                break
            header = _read_header(text, top, bottom, aliases)
            if header.columns and (best is None or header.score > best.score):
                best = header
        if best is not None:
            found.append(best)
    return found


def _read_header(text: _Text, top: int, bottom: int, aliases: list[tuple[HeaderRole, set[str]]]) -> _Header:
    labels: dict[int, str] = {}
    offers: list[tuple[int, int, int, str]] = []
    for column in range(text.column_count):
        parts = text.header_parts(top, bottom, column)
        if not parts:
            continue
        labels[column] = " ".join(parts)
        for order, (role, keys) in enumerate(aliases):
            rank = _match_rank(parts, keys)
            if rank is not None:
                offers.append((rank, order, column, role.name))
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for _rank, _order, column, name in sorted(offers):
        if name not in columns and column not in taken:
            columns[name] = column
            taken.add(column)
    required = sum(1 for role, _ in aliases if role.required and role.name in columns)
    ranks = sum(rank for rank, _, column, name in offers if columns.get(name) == column)
    height = bottom - top
    if bottom + 1 < text.row_count and any(text.crosses(bottom, column) for column in labels):
        height += 2  # a merge would be cut in two: prefer the height that keeps it whole
        ranks += 1
    return _Header(top, bottom, columns, labels, (required, len(columns), -ranks, -height))


def _match_rank(parts: list[str], keys: set[str]) -> int | None:
    """How well a column's heading fits: 0 its whole text, then its lower rows alone, then its upper."""
    for lower in range(len(parts)):
        if _matches(" ".join(parts[lower:]), keys):
            return lower
    for upper in range(len(parts) - 1, 0, -1):
        # "Số liệu" over "(triệu đồng)" or over "a": the lower rows add a unit or a mark, not a meaning.
        rest = parts[upper:]
        if all(_is_addition(part) for part in rest) and _matches(" ".join(parts[:upper]), keys):
            return len(parts)
    return None


def _matches(label: str, keys: set[str]) -> bool:
    return _compact(label) in keys or _bare(label) in keys


def _is_addition(part: str) -> bool:
    return re.fullmatch(r"\(.*\)|\W*|[a-z]|\d{1,2}", part.strip(), re.DOTALL) is not None


def _is_repetition(first: _Header, second: _Header) -> bool:
    return second.top > first.bottom and {column: _compact(label) for column, label in first.labels.items()} == {
        column: _compact(label) for column, label in second.labels.items()
    }


def _without_overlaps(headers: list[_Header]) -> list[_Header]:
    """Of headers that share rows, the best; so a header's own second row does not count as another."""
    kept: list[_Header] = []
    for header in sorted(headers, key=lambda header: header.score, reverse=True):
        if all(header.bottom < other.top or header.top > other.bottom for other in kept):
            kept.append(header)
    return sorted(kept, key=lambda header: header.top)


# --- tables nobody described ---------------------------------------------------------------------------

_SAMPLE_ROWS = 40
_LOOK_AHEAD = 10


def discover_tables(sheet: Sheet) -> tuple[Table, ...]:
    """Every table in a sheet that no contract describes, from top to bottom; `columns` stays empty.

    A table begins where words stand left of figures; its header is the block of words over those
    figures. A body row without figures is told as a heading.
    """
    text = _Text(sheet)
    tables: list[Table] = []
    start = 0
    while (block := _next_block(text, start)) is not None:
        top, bottom, figure_columns = block
        end = _end_of_block(text, top, bottom, figure_columns)
        labels = {
            column: " ".join(parts)
            for column in range(text.column_count)
            if (parts := text.header_parts(top, bottom, column))
        }
        tables.append(_table(text, _Header(top, bottom, {}, labels, (0, 0, 0, 0)), end, knows_roles=False))
        start = end
    return tuple(tables)


def _next_block(text: _Text, start: int) -> tuple[int, int, set[int]] | None:
    """Header rows and figure columns of the first table at or below `start`."""
    labelled = [row for row in range(start, text.row_count) if text.is_labelled_figures(row)]
    # A list of codes without words beside the figures is a table only when nothing better is there.
    others = [row for row in range(start, text.row_count) if text.figure_columns(row) and not labelled]
    for first in labelled or others:
        figure_columns: set[int] = set()
        for row in range(first, min(first + _SAMPLE_ROWS, text.row_count)):
            figure_columns |= text.figure_columns(row)
        header = _header_above(text, first, start, figure_columns)
        if header is not None:
            return (*header, figure_columns)
    return None


def _header_above(text: _Text, first: int, start: int, figure_columns: set[int]) -> tuple[int, int] | None:
    """Top and bottom row of the words over the figures, or None."""
    below = first
    for row in range(first - 1, max(start, first - 6) - 1, -1):
        if text.is_numbering(row):
            below = row  # what stands between the column numbers and the figures belongs to the body
    bottom = below - 1
    while bottom >= start and not text.is_header_row(bottom, figure_columns):
        if bottom < below - 6 or text.is_labelled_figures(bottom):
            return None
        bottom -= 1
    if bottom < start:
        return None
    top = bottom
    while top > start and bottom - top < MAX_HEADER_ROWS and text.continues_header(top - 1, figure_columns):
        top -= 1
    if text.is_caption_row(top) and top == bottom:
        return None
    return top, max(bottom, text.bottom_of_merges(bottom, below - 1))


def _end_of_block(text: _Text, top: int, bottom: int, figure_columns: set[int]) -> int:
    """The first row of the next table's header, or the end of the sheet."""
    known = [text.keys(row) for row in range(top, bottom + 1)]
    repeated_until = 0
    for row in range(bottom + 2, text.row_count):
        if all(text.repeats(row + step, keys) for step, keys in enumerate(known)):
            repeated_until = row + len(known)  # the header printed again on the next page
        words = {
            column: cell
            for column, cell in text.own_cells(row).items()
            if column in figure_columns and _WORDS.search(cell)
        }
        if row < repeated_until or len(set(words.values())) < 2 or text.figure_columns(row):
            continue
        before = text.figure_rows_between(bottom + 1, row)
        after = text.figure_rows_between(row + 1, min(row + _LOOK_AHEAD, text.row_count))
        if before and after:
            return row
    return text.row_count


# --- rows under a header -----------------------------------------------------------------------------

_TOTAL = re.compile(
    r"^(?:tổng cộng|tổng số|tổng|cộng|toàn quốc|cả nước|toàn tỉnh|tổng cộng toàn tỉnh|tổng chung|tổng trị giá)"
    r"(?:\s*(?:\(.*\)|[:.*]+|[-–/]\s*(?:grand )?total.*|(?:grand )?total.*))*$",
    re.DOTALL,
)
_HEADING = re.compile(r"^(?:trong đó|chia ra|bao gồm|gồm|phân theo|chia theo|of which)\b")
_NOTE = re.compile(
    r"^(?:ghi chú|chú thích|lưu ý|nơi nhận|người lập|người tổng hợp|người ký|kế toán|thủ trưởng|lãnh đạo đơn vị"
    r"|chủ tịch|giám đốc|tm\.|kt\.|tl\.|tuq\.|q\.|nguồn\s*:|nguồn số liệu|note\s*:|\(\*+\)|\*+\s*\)?|\(\d+\)\s*\S"
    r"|\(?ký\b|đơn vị lập|xác nhận)"
)
_DATE_LINE = re.compile(r"\bngày\s*(?:\d{1,2}|[.…_\s]+)\s*tháng\s*(?:\d{1,2}|[.…_\s]+)\s*năm\b")
_COLUMN_NUMBER = re.compile(r"\(?(?:[A-ZĐ]|\d{1,3})[a-z]?\)?(?:\s*=[\d\s()+\-*/x:.,…%A-Za-z]+)?")


def _table(text: _Text, header: _Header, end: int, *, knows_roles: bool) -> Table:
    rows = tuple(_body_rows(text, header, end, knows_roles=knows_roles))
    unit_line = _unit_line(text, header.top, header.bottom)
    title, title_cell = _title(text, header.top)
    return Table(
        sheet_name=text.sheet.name,
        header_top=header.top,
        header_bottom=header.bottom,
        columns=header.columns,
        labels=header.labels,
        rows=rows,
        unit_line=unit_line,
        title=title,
        title_cell=title_cell,
    )


def _body_rows(text: _Text, header: _Header, end: int, *, knows_roles: bool) -> Iterator[TableRow]:
    header_rows = [keys for row in range(header.top, header.bottom + 1) if (keys := text.keys(row))]
    in_notes = False
    for row in range(header.bottom + 1, end):
        cells = text.own_cells(row)
        if not cells:
            yield TableRow(row, "blank")
        elif any(text.repeats(row, known) for known in header_rows):
            in_notes = False
            yield TableRow(row, "repeated_header")
        elif text.is_numbering(row):
            yield TableRow(row, "numbering")
        elif _starts_notes(text, row, cells) or (in_notes and not text.has_figure(row, header.labels)):
            in_notes = True
            yield TableRow(row, "note")
        elif not cells.keys() & header.labels.keys() and not text.row_label(row):
            yield TableRow(row, "note")  # figures beside the table, under no heading of it
        else:
            # A record below the notes is still a record: it must never be lost in silence.
            in_notes = False
            label = text.row_label(row)
            yield TableRow(row, _record_kind(text, row, label, header.labels, knows_roles=knows_roles), label)


def _record_kind(text: _Text, row: int, label: str, labels: dict[int, str], *, knows_roles: bool) -> RowKind:
    key = _plain(label)
    if _TOTAL.match(key):
        return "total"
    if text.has_figure(row, labels):
        return "record"
    is_banner = len(text.own_cells(row)) == 1 and text.spans_table(row, labels)
    return "heading" if is_banner or _HEADING.match(key) or not knows_roles else "record"


def _starts_notes(text: _Text, row: int, cells: dict[int, str]) -> bool:
    """A note, a date line or a signature starts here: words only, and one of the known beginnings."""
    if text.has_number(row):
        return False
    keys = [_plain(cell) for cell in cells.values()]
    if len(keys) <= 3 and any(_DATE_LINE.search(key) for key in keys):
        return True
    return _NOTE.match(keys[0]) is not None or (len(keys) <= 3 and all(_NOTE.match(key) for key in keys))


def is_numbering_row(cells: list[str]) -> bool:
    """Whether the texts of a row are column numbers: A, B, 1, 2=3+4 ..."""
    if len(cells) < 2 or not all(_COLUMN_NUMBER.fullmatch(cell.strip()) for cell in cells):
        return False
    numbers = [int(match[0]) for cell in cells if (match := re.match(r"\d+", cell.strip("( ")))]
    letters = [cell for cell in cells if cell.strip("( ")[:1].isalpha()]
    if not numbers:
        return [cell.strip("() ") for cell in letters[:2]] == ["A", "B"]
    if any(after < before for before, after in pairwise(numbers)) or numbers[0] > 2:
        return False
    # Figures may happen to rise too (1, 2, 40): without letters or formulas only close steps count.
    is_marked = bool(letters) or any("=" in cell for cell in cells)
    return is_marked or (len(numbers) >= 3 and all(after - before <= 3 for before, after in pairwise(numbers)))


# --- unit line and title -----------------------------------------------------------------------------

_SIDE_LINE = re.compile(
    r"\(|kèm theo|ban hành kèm|của bộ trưởng|[^,]{3,40},\s*ngày\s*\d{1,2}\s*tháng\s*\d{1,2}\s*năm \d{4}$"
)
_UNIT_LABEL = re.compile(r"\b(?:đơn vị(?P<sure> t[íỉ]nh)?|(?P<short>đvt|đ\.v\.t))\b\s*[:;.]?\s*")
_UNIT_SCALES = r"(?:nghìn tỷ|nghìn tỉ|tỷ|tỉ|triệu|nghìn|ngàn|trăm|1000|1\.000)"
_UNIT_NAMES = (
    r"(?:đồng|đ|vnđ|usd|đô la mỹ|đô la|tấn|ha|lượt người|lượt|người|dự án|văn bản|tin, bài|doanh nghiệp|kwh"
    r"|m2|m3|con|cái|chiếc|%|phần trăm)"
)
_UNIT_WORDS = rf"(?:{_UNIT_SCALES}\s*)?{_UNIT_NAMES}"
_UNIT_ALONE = re.compile(rf"\(?\s*{_UNIT_WORDS}(?:\s*(?:[;,/]|và)\s*{_UNIT_WORDS})*\s*\.?\s*\)?(?:\s*[-–]\s*[a-z ]+)?")
_NAMES_UNIT = re.compile(r"đơn vị t[íỉ]nh|đvt", re.IGNORECASE)
_LONGEST_UNIT = 60


def read_unit(cell: str) -> str | None:
    """The unit a cell prints for its whole table, or None: "Đơn vị tính: Tỷ đồng" -> "Tỷ đồng".

    "Đơn vị: Sở Tài chính" names a body: without "tính" only a known unit of measure is taken.
    """
    flat = normalise(cell)
    if len(flat) > 2 * _LONGEST_UNIT:
        return None
    folded = flat.casefold()
    for label in _UNIT_LABEL.finditer(folded):
        unit = flat[label.end() :].strip(" ().:;")
        is_sure = bool(label["sure"] or label["short"])
        if 0 < len(unit) <= _LONGEST_UNIT:
            return unit if is_sure or _UNIT_ALONE.fullmatch(unit.casefold()) else None
    return flat.strip(" ().") if _UNIT_ALONE.fullmatch(folded) else None


def _unit_line(text: _Text, header_top: int, header_bottom: int) -> UnitLine | None:
    """The unit printed nearest above the header, or in it beside headings that are no unit of a column."""
    for row in range(header_top - 1, max(-1, header_top - 8), -1):
        for column, cell in sorted(text.own_cells(row).items(), reverse=True):
            unit = read_unit(cell)
            if unit is not None:
                return UnitLine(normalise(cell), unit, address(row, column))
    for row in range(header_top, header_bottom + 1):
        for column, cell in text.own_cells(row).items():
            if _NAMES_UNIT.search(normalise(cell)) and (unit := read_unit(cell)) is not None:
                return UnitLine(normalise(cell), unit, address(row, column))
    return None


def _title(text: _Text, header_top: int) -> tuple[str, str]:
    """The lines above the header that stand alone in their row, joined, and the first one's cell."""
    lines: list[tuple[str, str]] = []
    for row in range(header_top - 1, max(-1, header_top - 15), -1):
        cells = text.own_cells(row)
        if text.is_labelled_figures(row):
            break
        if len(cells) != 1:
            continue
        ((column, cell),) = cells.items()
        line = normalise(cell)
        if _WORDS.search(line) and read_unit(cell) is None and not _SIDE_LINE.match(_plain(line)):
            lines.insert(0, (line, address(row, column)))
    return " ".join(line for line, _ in lines), lines[0][1] if lines else ""


# --- the sheet as text -------------------------------------------------------------------------------


class _Text:
    """A sheet seen as text, with merged cells filled in where a header needs them."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.row_count = sheet.row_count
        self.column_count = sheet.column_count
        self._merge_at: dict[tuple[int, int], MergedRange] = {}
        for merge in sheet.merges:
            for row in range(merge.top, min(merge.bottom, self.row_count) + 1):
                for column in range(merge.left, min(merge.right, self.column_count) + 1):
                    self._merge_at[row, column] = merge
        self._own: dict[int, dict[int, str]] = {}
        self._figures: dict[int, set[int]] = {}
        self._errors: dict[int, dict[int, str]] = {}
        for (row, column), error in sheet.errors.items():
            self._errors.setdefault(row, {})[column] = error

    def own_cells(self, row: int) -> dict[int, str]:
        """The filled cells of a row as text, by column; a merge counts where its text stands."""
        cells = self._own.get(row)
        if cells is None:
            cells = {}
            for column, value in enumerate(self.sheet.rows[row] if 0 <= row < self.row_count else ()):
                if value is not None:
                    cells[column] = as_text(value)
            if row in self._errors:
                cells = dict(sorted({**cells, **self._errors[row]}.items()))
            self._own[row] = cells
        return cells

    def own_texts(self, row: int) -> Iterable[str]:
        return (value for value in self.sheet.rows[row] if isinstance(value, str))

    def keys(self, row: int) -> dict[int, str]:
        """The comparison keys of a row's filled cells, by column."""
        return {column: _compact(cell) for column, cell in self.own_cells(row).items()}

    def repeats(self, row: int, known: dict[int, str]) -> bool:
        """Whether a row says the same as a header row with these keys."""
        cells = self.own_cells(row)
        return cells.keys() == known.keys() and all(_compact(cells[column]) == key for column, key in known.items())

    def figure_columns(self, row: int) -> set[int]:
        """Where a row holds figures, right of its first words when it has any.

        Serial numbers, column numbers, and years or counts standing in a header are none.
        """
        known = self._figures.get(row)
        if known is None:
            known = self._figures[row] = self._find_figures(row)
        return known

    def _find_figures(self, row: int) -> set[int]:
        if not 0 <= row < self.row_count:
            return set()
        found = {column for column, value in enumerate(self.sheet.rows[row]) if _is_figure(value)}
        found |= self._errors.get(row, {}).keys()
        if not found or self.is_numbering(row):
            return set()
        words = [c for c, v in enumerate(self.sheet.rows[row]) if isinstance(v, str) and _WORDS.search(v)]
        if words:
            found = {column for column in found if column > words[0]}
        if not found or self._is_scale(row, found):
            return set()
        return set() if all(_is_year(self.sheet.value(row, column)) for column in found) else found

    def is_numbering(self, row: int) -> bool:
        """Whether a row numbers the columns; a formula error in one of its cells changes nothing."""
        errors = self._errors.get(row, {})
        return is_numbering_row([cell for column, cell in self.own_cells(row).items() if column not in errors])

    def _is_scale(self, row: int, columns: set[int]) -> bool:
        """Whether the numbers count up by one with no words before them: ages, school years in a header."""
        numbers = [self.sheet.value(row, column) for column in sorted(columns)]
        words_before = any(_WORDS.search(cell) for column, cell in self.own_cells(row).items() if column < min(columns))
        return (
            len(numbers) >= 3
            and not words_before
            and all(isinstance(number, int) for number in numbers)
            and all(
                after - before == 1  # type: ignore[operator]
                for before, after in pairwise(numbers)
            )
        )

    def is_labelled_figures(self, row: int) -> bool:
        """Whether words stand left of figures in this row."""
        figures = self.figure_columns(row)
        return bool(figures) and any(
            column < max(figures) and _WORDS.search(cell) for column, cell in self.own_cells(row).items()
        )

    def figure_rows_between(self, first: int, end: int) -> bool:
        return any(self.figure_columns(row) for row in range(first, end))

    def is_header_row(self, row: int, figure_columns: set[int]) -> bool:
        """Whether words, and no figures, stand over at least one of the figure columns."""
        if not 0 <= row < self.row_count or self.figure_columns(row):
            return False
        return any(self.filled(row, column) for column in figure_columns)

    def continues_header(self, row: int, figure_columns: set[int]) -> bool:
        """Whether a row right above a header still belongs to it: no title, and no unit line on its own."""
        if self.is_title_row(row):
            return False
        if self.is_unit_row(row):
            return not self.is_caption_row(row - 1) and self.is_header_row(row - 1, figure_columns)
        return self.is_header_row(row, figure_columns) or any(self.crosses(row, c) for c in figure_columns)

    def is_caption_row(self, row: int) -> bool:
        return self.is_title_row(row) or self.is_unit_row(row)

    def is_title_row(self, row: int) -> bool:
        """One text alone at the left edge, long or merged over other columns."""
        cells = self.own_cells(row)
        merge = self._merge_at.get((row, 0))
        if not cells and merge is not None and merge.top < row:
            return self.is_title_row(merge.top)
        if len(cells) != 1 or 0 not in cells:
            return False
        return len(cells[0]) > 25 or (merge is not None and merge.right > 0)

    def is_unit_row(self, row: int) -> bool:
        """Nothing but a unit, once or repeated."""
        cells = self.own_cells(row).values()
        return len(set(cells)) == 1 and all(read_unit(cell) is not None for cell in cells)

    def bottom_of_merges(self, row: int, limit: int) -> int:
        """The last row, down to `limit`, that a merge starting in the header above reaches."""
        bottom = row
        while bottom < limit and any(self.crosses(bottom, column) for column in range(self.column_count)):
            bottom += 1
        return bottom

    def filled(self, row: int, column: int) -> str:
        """The cell's text; for a cell inside a merge the text of the whole merge."""
        merge = self._merge_at.get((row, column))
        if merge is not None:
            row, column = merge.top, merge.left
        return as_text(self.sheet.value(row, column))

    def header_parts(self, top: int, bottom: int, column: int) -> list[str]:
        """The header texts over one column, from top to bottom, each merged text once."""
        parts: list[str] = []
        seen: set[MergedRange] = set()
        for row in range(top, bottom + 1):
            merge = self._merge_at.get((row, column))
            if merge is not None:
                if merge in seen:
                    continue
                seen.add(merge)
            cell = normalise(self.filled(row, column))
            if cell:
                parts.append(cell)
        return parts

    def is_inside_merges(self, row: int) -> bool:
        """Whether a merge that began in a row above, and holds text, reaches into this one."""
        merges = (self._merge_at.get((row, column)) for column in range(self.column_count))
        return any(merge is not None and merge.top < row and self.filled(merge.top, merge.left) for merge in merges)

    def crosses(self, row: int, column: int) -> bool:
        """Whether a merge joins this cell with the one below it."""
        merge = self._merge_at.get((row, column))
        return merge is not None and merge.bottom > row

    def has_number(self, row: int) -> bool:
        return any(_is_number(value) for value in self.sheet.rows[row])

    def has_figure(self, row: int, columns: Iterable[int]) -> bool:
        """Whether a column of the table other than the leftmost holds a number or typed digits."""
        ordered = sorted(columns)
        values = (self.sheet.value(row, column) for column in ordered[1:])
        return any(_is_figure(value) for value in values) or bool(self._errors.get(row, {}).keys() & set(ordered[1:]))

    def is_data_row(self, row: int) -> bool:
        """Whether the row holds figures beside words: never part of a header."""
        if self.is_numbering(row):
            return True
        numbers = [value for value in self.sheet.rows[row] if _is_number(value) and not _is_year(value)]
        return bool(numbers)

    def row_label(self, row: int) -> str:
        """The first words of a row, leaving out a serial number (1, 2.1, IV, a)."""
        for column, value in enumerate(self.sheet.rows[row]):
            if isinstance(value, str) and not _SERIAL.fullmatch(value.strip()):
                return " ".join(normalise(self.filled(row, column)).split())
        return ""

    def spans_table(self, row: int, columns: Iterable[int]) -> bool:
        """Whether the row's only text is merged over most of the table's width."""
        ordered = sorted(columns)
        (column,) = self.own_cells(row)
        merge = self._merge_at.get((row, column))
        return merge is not None and len(ordered) > 1 and merge.right - merge.left + 1 > len(ordered) / 2


_WORDS = re.compile(r"[^\W\d_]{2}")
_SERIAL = re.compile(r"\(?(?:[IVXLC]{1,6}|[A-Za-zĐđ]|\d+(?:\.\d{1,3})*)[.)\]]?|[-+*•]")
_NOTE_MARK = re.compile(r"\s*\(\d{1,2}\)\s*")
_FIGURE = re.compile(r"\s*[-+(]?\s*\d[\d.,\s\u00a0]*\)?\s*%?\s*")


def _is_number(value: CellValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_figure(value: CellValue) -> bool:
    """A true number, or one typed as text; "(1)" alone refers to a note."""
    if isinstance(value, str):
        return _FIGURE.fullmatch(value) is not None and _NOTE_MARK.fullmatch(value) is None
    return _is_number(value)


def _is_year(value: CellValue) -> bool:
    """A year as headers print it: 2024, "2024", "(2019)"."""
    if isinstance(value, str):
        value = value.strip("() ")
        return len(value) == 4 and value.isdigit() and 1980 <= int(value) <= 2100
    return isinstance(value, int) and 1980 <= value <= 2100


def _plain(cell: str) -> str:
    """For comparing with known words: normalised, lower case, single spaces."""
    return " ".join(normalise(cell).casefold().split())


def _compact(cell: str) -> str:
    """A heading's key without its spaces: headings are split over rows and lines anywhere."""
    return _keys(cell)[0] if len(cell) <= _LONGEST_REMEMBERED else _key_of_long(cell)


def _bare(cell: str) -> str:
    """The key of a heading without its bracketed part and footnote marks: "Vốn (triệu USD) (1)" -> "Vốn"."""
    return _keys(cell)[1] if len(cell) <= _LONGEST_REMEMBERED else _compact(cell)


_LONGEST_REMEMBERED = 200
"""No heading is longer; and long texts in the memory below would fill it."""


@lru_cache(maxsize=16384)
def _keys(cell: str) -> tuple[str, str]:
    bare = _ADDITION.sub(" ", cell)
    compact = match_key(cell).replace(" ", "")
    return compact, compact if bare == cell else match_key(bare).replace(" ", "")


@lru_cache(maxsize=4)
def _key_of_long(cell: str) -> str:
    # A text of megabytes below a table is asked about for every role and every height of a heading.
    return match_key(cell).replace(" ", "")


_ADDITION = re.compile(r"\([^)]*\)|\*+|:\s*$")
