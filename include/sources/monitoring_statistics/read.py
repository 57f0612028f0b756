"""Read one file of monitoring counts into rows that wait for COPY, with every line accounted for.

Runs in the sandbox's child process. Rows are never looked at one by one: a column is a few distinct values, read in
Python, and an index for every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from include.calendar.periods import VIETNAM
from include.model import Finding, IgnoredRow, MonitoringRows, MonitoringValue, Reading
from include.readers import WorkbookRefused
from include.readers.grid import sheet_of_whole
from include.readers.preflight import check_file
from include.readers.secrecy import file_is_marked
from include.reference import load_reference
from include.reference.monitoring_cube import DIMENSIONS, NOTHING_FOUND
from include.sources.monitoring_statistics.binding import bind_layout
from include.sources.monitoring_statistics.contract import DATE, Contract, load_contract
from include.sources.monitoring_statistics.counts import NO_COUNT, CountReader
from include.sources.monitoring_statistics.days import NO_DAY, DayReader
from include.sources.monitoring_statistics.delimited_rows import DelimitedTable
from include.sources.monitoring_statistics.dimensions import BLANK, DayColumn, Dimension, FixedDimension
from include.sources.monitoring_statistics.guard import Guard
from include.sources.monitoring_statistics.parquet_rows import ParquetTable
from include.sources.monitoring_statistics.problems import LineProblems, Problem
from include.sources.monitoring_statistics.rows import Batch, BrokenLine, FileRefused, IntArray, Table
from include.sources.monitoring_statistics.sheet_rows import SheetTable
from include.sources.monitoring_statistics.spool import NO_CELL, Spool, open_spool
from include.vietnamese.text import describe_repairs, match_key

_WORKBOOK_MARKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_PARQUET_MARKS: Final = (b"PAR1", b"PARE")
_NO_TEXT_MARKS: Final = (b"%PDF", b"Rar!", b"7z\xbc\xaf", b"MZ", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{", b"[", b"<")
_FORBIDDEN: Final = "MONITORING_VALUE_FORBIDDEN"
_BLANK_LINES_ONE_BY_ONE: Final = 50
_MOST_BROKEN_LINES: Final = 10_000
_ROWS_A_PIECE: Final = 65_536


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every count of the file in a spool, or the refusal of the file as a whole; a refused file leaves no spool."""
    return read_with(load_contract(), Path(path), original_name, received_at)


def read_with(contract: Contract, path: Path, original_name: str, received_at: datetime) -> Reading:
    """The same with another contract: other layouts, other limits."""
    if file_is_marked(original_name):
        return _refused(Finding("SECRET"))
    try:
        return _FileReader(contract, path, original_name, received_at).read()
    except FileRefused as refused:
        return _refused(refused.finding)
    except WorkbookRefused as refused:
        return _refused(Finding(refused.code, refused.sheet, refused.cell, found=refused.detail))


def _refused(refusal: Finding, *others: Finding) -> Reading:
    return Reading(heading=None, refusal=refusal, findings=others)


class _FileReader:
    """One pass over one file."""

    def __init__(self, contract: Contract, path: Path, original_name: str, received_at: datetime) -> None:
        self._contract = contract
        self._limits = contract.limits
        self._name = original_name
        self._received_on = received_at.astimezone(VIETNAM).date()
        self._guard = self._guard_with({})
        self._table = self._open(path)
        self._binding = bind_layout(contract, self._table, self._guard.is_harmless)
        layout = self._binding.layout
        self._guard = self._guard_with(layout.values)
        self._problems = LineProblems(self._table)
        self._days = DayReader(
            layout.dates,
            contract.limits,
            self._received_on,
            counts_from_1904=isinstance(self._table, SheetTable) and self._table.counts_from_1904,
        )
        self._counts = CountReader(contract.limits.count)
        self._dimensions = [
            Dimension(name, self._guard.lists[name], self._table, self._binding.columns[name])
            for name in DIMENSIONS
            if name in self._binding.columns
        ]
        self._fixed = [FixedDimension(name, member, self._table, None) for name, member in layout.fixed.items()]
        self._of_column = [
            [FixedDimension(name, member, self._table, index) for name, member in column.members.items()]
            for index, column in self._binding.counts
        ]
        self._blank: list[int] = []
        self._blank_count = 0
        self._broken_count = 0

    def read(self) -> Reading:
        """The reading. Raises FileRefused."""
        if self._binding.missing or self._binding.layout.unit != "count":
            self._refuse_after_looking()
        with open_spool(self._limits.earliest_day, self._received_on) as spool:
            for batch in self._table.batches():
                self._take(batch, spool)
                if spool.row_count > self._limits.rows:
                    raise FileRefused(Finding("MONITORING_TOO_MANY_ROWS", expected=_grouped(self._limits.rows)))
            if not spool.row_count:
                raise FileRefused(Finding("EMPTY"))
        findings = (
            *self._repairs(),
            *self._problems.findings(),
            *self._repeats(spool),
            *self._contradictions(spool),
        )
        return Reading(
            heading=None,
            monitoring=MonitoringRows(
                spool_path=str(spool.path),
                row_count=spool.row_count,
                first_day=spool.first_day,
                last_day=spool.last_day,
                content_hash=spool.content_hash,
                profile=self._profile(),
                sheet_name=self._table.sheet_name,
            ),
            ignored_rows=self._ignored(),
            findings=findings,
            subject=f"{spool.first_day}/{spool.last_day}" if spool.first_day else "unknown",
        )

    # --- the file ------------------------------------------------------------------------------------------

    def _guard_with(self, values: Mapping[str, Mapping[str, str]]) -> Guard:
        return Guard(self._contract, load_reference().code_lists, values)

    def _open(self, path: Path) -> Table:
        size = path.stat().st_size
        if size == 0:
            raise FileRefused(Finding("EMPTY"))
        if size > self._limits.file_bytes:
            raise FileRefused(
                Finding("MONITORING_TOO_BIG", found=_grouped(size), expected=_grouped(self._limits.file_bytes))
            )
        with path.open("rb") as file:
            head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(_NO_TEXT_MARKS):
            check_file(path)
        if head.startswith(_WORKBOOK_MARKS):
            return SheetTable(path, self._name)
        if head.startswith(_PARQUET_MARKS):
            return ParquetTable(path, unpacked_bytes=self._limits.unpacked_bytes)
        headings = self._contract.heading_keys
        return DelimitedTable(
            path,
            unpacked_bytes=self._limits.unpacked_bytes,
            is_heading=lambda text: match_key(text) in headings,
            is_known=self._guard.is_member,
        )

    def _refuse_after_looking(self) -> None:
        """Refuse a file that is not the cube, or not counts; what must be forgotten is looked for first."""
        for batch in self._table.batches():
            self._check_unnamed(batch)
            for broken in batch.broken:
                self._check_harmless(broken)
            no_days = DayColumn(np.zeros(batch.lines.size, dtype=np.int64), np.array([NO_DAY]))
            for dimension in self._dimensions:
                dimension.parts(batch.columns[self._binding.columns[dimension.name]], batch.lines, no_days)
            read = {index: self._counts.read(batch.columns[index].values)[1] for index, _ in self._binding.counts}
            if DATE in self._binding.columns:
                column = self._binding.columns[DATE]
                read[column] = self._days.read(batch.columns[column].values)[1]
            self._note(batch, read)
        place = self._table.sheet_name, self._table.cell(self._table.header_line, None)
        if self._binding.missing:
            raise FileRefused(Finding("MONITORING_COLUMN_MISSING", *place, ", ".join(self._binding.missing)))
        raise FileRefused(Finding("MONITORING_SHARES", *place))

    # --- rows ----------------------------------------------------------------------------------------------

    def _take(self, batch: Batch, spool: Spool) -> None:
        self._check_unnamed(batch)
        self._note_blank(batch.blank_lines)
        if batch.lines.size:
            self._take_rows(batch, spool)
        if batch.broken:
            self._take_broken(batch.broken, spool)

    def _take_rows(self, batch: Batch, spool: Spool) -> None:
        column = self._binding.columns[DATE]
        day_values, day_problems = self._days.read(batch.columns[column].values)
        days = DayColumn(batch.columns[column].indices.astype(np.int64), day_values)
        parts = [
            dimension.parts(batch.columns[self._binding.columns[dimension.name]], batch.lines, days)
            for dimension in self._dimensions
        ]
        base = np.zeros(batch.lines.size, dtype=np.int64)
        for part in parts:
            base += part
        counts = []
        count_problems = {}
        for index, _ in self._binding.counts:
            values, count_problems[index] = self._counts.read(batch.columns[index].values)
            counts.append(values[batch.columns[index].indices])

        all_blank = base == len(parts) * BLANK
        is_row = np.ones(base.size, dtype=bool)
        if parts and all_blank.any():
            is_row = ~(all_blank & _is_missing(day_problems)[days.indices])
            for count in counts:
                is_row |= count != NO_COUNT
            self._note_blank(tuple(batch.lines[~is_row].tolist()))
        self._note(batch, {column: day_problems}, is_row)
        self._note(batch, count_problems, is_row)

        nothing = all_blank & (counts[0] == 0) if len(parts) == len(DIMENSIONS) else np.zeros(base.size, dtype=bool)
        self._note_blank_dimensions(batch, parts, base, is_row & ~nothing)
        base += sum(each.part for each in self._fixed)
        for each in (*self._fixed, *(each for column_members in self._of_column for each in column_members)):
            each.note(DayColumn(days.indices[is_row], days.days))
        self._write(spool, batch.lines, days, base, nothing, counts, is_row)

    def _write(
        self,
        spool: Spool,
        lines: IntArray,
        days: DayColumn,
        base: IntArray,
        nothing: IntArray,
        counts: list[IntArray],
        is_row: IntArray,
    ) -> None:
        width = len(counts)
        rows = np.flatnonzero(is_row)
        own = np.array([sum(each.part for each in members) for members in self._of_column], dtype=np.int64)
        numbers = np.array([index + 1 for index, _ in self._binding.counts], dtype=np.int64)
        for start in range(0, rows.size, _ROWS_A_PIECE // width):
            piece = rows[start : start + _ROWS_A_PIECE // width]
            codes = base[piece, np.newaxis] + own
            codes = np.where(codes >= 0, codes, NO_CELL)
            codes[nothing[piece]] = NOTHING_FOUND
            spool.write(
                np.repeat(lines[piece], width),
                np.tile(numbers, piece.size) if self._binding.layout.is_wide else None,
                np.repeat(days.indices[piece], width),
                days.days,
                codes.ravel(),
                np.stack([count[piece] for count in counts], axis=1).ravel(),
            )

    def _take_broken(self, broken: tuple[BrokenLine, ...], spool: Spool) -> None:
        for each in broken:
            self._check_harmless(each)
        self._broken_count += len(broken)
        if self._broken_count > _MOST_BROKEN_LINES:
            raise FileRefused(Finding("MONITORING_TOO_MANY_BROKEN", found=_grouped(_MOST_BROKEN_LINES)))
        lines = np.array([each.line for each in broken], dtype=np.int64)
        width = str(len(self._table.header))
        self._problems.add(
            "MONITORING_LINE_BROKEN",
            lines,
            None,
            lambda index: Problem("MONITORING_LINE_BROKEN", str(len(broken[index].cells)), width),
        )
        unread = np.zeros(lines.size, dtype=np.int64)
        spool.write(lines, None, unread, np.array([NO_DAY]), unread + NO_CELL, unread + NO_COUNT)

    # --- what is said ----------------------------------------------------------------------------------------

    def _note(self, batch: Batch, read: Mapping[int, list[Problem | None]], is_row: IntArray | None = None) -> None:
        """Tell, line by line, where the values of some columns have a problem.

        `read` holds what is wrong with every distinct value of a column. A value that may name somebody refuses the
        file.
        """
        for code in dict.fromkeys(each.code for problems in read.values() for each in problems if each is not None):
            rows, columns = [], []
            for column, problems in read.items():
                has_it = np.array([each is not None and each.code == code for each in problems])
                met = has_it[batch.columns[column].indices]
                rows.append(np.flatnonzero(met if is_row is None else met & is_row))
                columns.append(np.full(rows[-1].size, column))
            row, column_of = np.concatenate(rows), np.concatenate(columns)
            order = np.lexsort((column_of, row))
            row, column_of = row[order], column_of[order]
            if row.size and code == _FORBIDDEN:
                raise self._forbidden(int(batch.lines[row[0]]), int(column_of[0]))
            self._problems.add(code, batch.lines[row], column_of, _describer(batch, read, row, column_of))

    def _note_blank_dimensions(self, batch: Batch, parts: list[IntArray], base: IntArray, is_row: IntArray) -> None:
        rows = np.flatnonzero((base < BLANK // 2) & is_row)
        if rows.size:

            def describe(index: int) -> Problem:
                row = rows[index]
                empty = [
                    self._guard.lists[dimension.name].name
                    for dimension, part in zip(self._dimensions, parts, strict=True)
                    if part[row] == BLANK
                ]
                return Problem("MONITORING_DIMENSION_BLANK", ", ".join(empty))

            self._problems.add("MONITORING_DIMENSION_BLANK", batch.lines[rows], None, describe)

    def _note_blank(self, lines: tuple[int, ...]) -> None:
        self._blank += lines[: max(_BLANK_LINES_ONE_BY_ONE + 1 - len(self._blank), 0)]
        self._blank_count += len(lines)

    def _check_unnamed(self, batch: Batch) -> None:
        for column in self._binding.unnamed:
            for index, value in enumerate(batch.columns[column].values):
                if value is not None and str(value).strip():
                    line = int(batch.lines[np.argmax(batch.columns[column].indices == index)])
                    raise FileRefused(
                        Finding(
                            "MONITORING_COLUMN_FORBIDDEN",
                            self._table.sheet_name,
                            self._table.cell(line, column),
                            f"cột thứ {column + 1} (không có tên)",
                        )
                    )

    def _check_harmless(self, broken: BrokenLine) -> None:
        for column, cell in enumerate(broken.cells):
            if not self._guard.is_harmless(cell):
                raise self._forbidden(broken.line, column)

    def _forbidden(self, line: int, column: int) -> FileRefused:
        return FileRefused(Finding(_FORBIDDEN, self._table.sheet_name, self._table.cell(line, column)))

    def _repeats(self, spool: Spool) -> tuple[Finding, ...]:
        if not spool.repeated_count:
            return ()
        first = spool.first_places_of_repeats()
        said = []
        for line, column, day, code in spool.repeats:
            before_line, before_column = first[day, code]
            said.append(
                Finding(
                    "MONITORING_KEY_REPEATED",
                    self._table.sheet_name,
                    self._table.cell(line, column - 1 if column else None),
                    self._table.cell(before_line, before_column - 1 if before_column else None),
                )
            )
        more = spool.repeated_count - len(said)
        if more:
            said.append(
                Finding("MONITORING_MORE_LINES", self._table.sheet_name, None, _grouped(more), said[0].cell or "")
            )
        return tuple(said)

    def _repairs(self) -> tuple[Finding, ...]:
        """That the file's text was not in composed Unicode, so that its sender exports it right next time."""
        kinds: dict[str, str] = {}
        if self._table.code_page is not None:
            kinds[f"bảng mã {self._table.code_page}"] = self._table.cell(self._table.header_line, None)
        for column, heading in enumerate(self._table.header):
            for kind in describe_repairs(heading):
                kinds.setdefault(kind, self._table.cell(self._table.header_line, column))
        for dimension in self._dimensions:
            for kind, cell in dimension.repairs.items():
                kinds.setdefault(kind, cell)
        if not kinds:
            return ()
        first = next(iter(kinds.values()))
        return (Finding("TEXT_REPAIRED", self._table.sheet_name, first, found=", ".join(kinds)),)

    def _contradictions(self, spool: Spool) -> tuple[Finding, ...]:
        return tuple(
            Finding("MONITORING_NOTHING_AND_ROWS", self._table.sheet_name, None, f"{day:%d/%m/%Y}")
            for day in spool.days_with_nothing_and_something()[:_BLANK_LINES_ONE_BY_ONE]
        )

    def _profile(self) -> tuple[MonitoringValue, ...]:
        fixed = (*self._fixed, *(each for members in self._of_column for each in members))
        in_columns = tuple(value for each in self._dimensions for value in each.profile())
        return (*in_columns, *(value for each in fixed for value in each.profile()))

    def _ignored(self) -> tuple[IgnoredRow, ...]:
        sheet = self._table.sheet_name or sheet_of_whole(self._name)
        told = self._blank[:_BLANK_LINES_ONE_BY_ONE]
        rows = [IgnoredRow(sheet, line, "blank_line") for line in told]
        if self._blank_count > len(told):
            rows.append(IgnoredRow(sheet, self._blank[len(told)], "blank_line", self._blank_count - len(told)))
        return tuple(rows)


def _describer(
    batch: Batch, read: Mapping[int, list[Problem | None]], rows: IntArray, columns: IntArray
) -> Callable[[int], Problem]:
    def describe(index: int) -> Problem:
        column = int(columns[index])
        problem = read[column][batch.columns[column].indices[rows[index]]]
        assert problem is not None
        return problem

    return describe


def _is_missing(problems: list[Problem | None]) -> IntArray:
    return np.array([problem is not None and problem.code == "MONITORING_DAY_MISSING" for problem in problems])


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
