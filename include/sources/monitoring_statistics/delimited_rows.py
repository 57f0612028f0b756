"""Comma-separated text, block by block through pyarrow: distinct values and indices, true line numbers, no row lost."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from include.model import Finding
from include.sources.monitoring_statistics.encoding import TextEncoding
from include.sources.monitoring_statistics.rows import Batch, BrokenLine, CodedColumn, FileRefused, IntArray, line_cell
from include.sources.monitoring_statistics.text_lines import LineBlock, read_line_blocks

MOST_COLUMNS: Final = 100
_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR_LINE: Final = re.compile(rb"\"?sep=(.)\"?\s*", re.IGNORECASE)
_LONGEST_HEADER_LINES: Final = 20
_TEXT_ONCE: Final = pa.dictionary(pa.int32(), pa.binary())
_LINE_FEED: Final = ord("\n")
_BLANKS: Final = re.compile(r"[ \t\n\r]+")


class DelimitedTable:
    """A text file whose first filled line, after an optional "sep=;", is the header.

    The delimiter is the one that turns that line into the most known headings. Cells hold no line breaks, the header's
    excepted: a quote left open costs its own line, not the rest of the file. `is_known` says whether a text is a
    heading or a member of a list.
    Raises FileRefused: EMPTY, TEXT_ENCODING, TEXT_BROKEN, MONITORING_COLUMN_FORBIDDEN, those of packed files.
    """

    sheet_name: str | None = None

    def __init__(
        self, path: Path, *, unpacked_bytes: int, is_heading: Callable[[str], bool], is_known: Callable[[str], bool]
    ) -> None:
        self._blocks = read_line_blocks(path, unpacked_bytes)
        self._encoding = TextEncoding(lambda text: is_heading(text) or is_known(text))
        self._first = self._take_header(is_heading)

    @property
    def code_page(self) -> str | None:
        """The Vietnamese code page of before the text is in; None for Unicode."""
        return self._encoding.code_page

    def _take_header(self, is_heading: Callable[[str], bool]) -> LineBlock:
        """Find the header; what is left of its block are the first rows."""
        delimiters: tuple[str, ...] = _DELIMITERS
        for block in self._blocks:
            text, start, number = self._encoding.parsable(block), 0, block.first_line
            while start < len(text):
                end = text.index(b"\n", start)
                line = text[start:end]
                stated = _SEPARATOR_LINE.fullmatch(line)
                if stated:
                    delimiters = (stated[1].decode(),)
                elif line.strip():
                    self.header_line = number
                    candidates = text[start:].split(b"\n", _LONGEST_HEADER_LINES)[:_LONGEST_HEADER_LINES]
                    used = self._read_header(candidates, delimiters, is_heading)
                    start += sum(len(each) + 1 for each in candidates[:used])
                    first = number + used
                    return LineBlock(first, text[start:], block.first_line + block.line_count - first)
                start, number = end + 1, number + 1
        raise FileRefused(Finding("EMPTY"))

    def _read_header(self, lines: list[bytes], delimiters: tuple[str, ...], is_heading: Callable[[str], bool]) -> int:
        try:
            texts = [f"{self._encoding.text(line)}\n" for line in lines]
        except UnicodeDecodeError as error:
            raise FileRefused(Finding("TEXT_ENCODING", found=str(self.header_line))) from error
        best: tuple[tuple[int, int], str, list[str], int] | None = None
        for delimiter in delimiters:
            reader = csv.reader(texts, delimiter=delimiter)
            cells = next(reader)
            score = (sum(map(is_heading, cells)), len(cells))
            if best is None or score > best[0]:
                best = score, delimiter, cells, reader.line_num
        assert best is not None
        _, self._delimiter, cells, used = best
        if len(cells) > MOST_COLUMNS:
            raise FileRefused(
                Finding("MONITORING_COLUMN_FORBIDDEN", None, self.cell(self.header_line, None), "hơn 100 cột")
            )
        # Only ASCII blanks: a no-break space may be half of a misread letter.
        self.header = tuple(_BLANKS.sub(" ", cell).strip(" ") for cell in cells)
        self._names = [str(index) for index in range(len(cells))]
        return used

    def batches(self) -> Iterator[Batch]:
        """The rows in order, once."""
        if self._first.text:
            yield self._read_block(self._first)
        for block in self._blocks:
            yield self._read_block(LineBlock(block.first_line, self._encoding.parsable(block), block.line_count))

    def cell(self, line: int, column: int | None) -> str:
        """ "dòng 12, cột 3"."""
        return line_cell(line, column)

    def _read_block(self, block: LineBlock) -> Batch:
        blank = _blank_lines(block)
        table, ragged = self._parse(block.text)
        is_whole = table.num_rows + len(ragged) + blank.size == block.line_count
        if is_whole and block.text.count(b'"') % 2 == 0:
            return self._batch(block, blank, table, ragged)
        return self._read_badly_quoted(block)

    def _parse(self, text: bytes) -> tuple[pa.Table, list[tuple[int, str]]]:
        ragged: list[tuple[int, str]] = []

        def set_aside(row: Any) -> str:
            ragged.append((row.number, row.text))
            return "skip"

        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            # One thread: only then do rows that do not fit know their number.
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=self._names),
            parse_options=arrow_csv.ParseOptions(delimiter=self._delimiter, invalid_row_handler=set_aside),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False, strings_can_be_null=False, column_types=dict.fromkeys(self._names, _TEXT_ONCE)
            ),
        )
        return table, ragged

    def _batch(
        self,
        block: LineBlock,
        blank: IntArray,
        table: pa.Table,
        ragged: list[tuple[int, str]],
        unquoted: tuple[BrokenLine, ...] = (),
    ) -> Batch:
        lines = np.arange(block.line_count, dtype=np.int64)
        if blank.size:
            lines = np.delete(lines, blank)
        broken = list(unquoted)
        empty = sorted(set(blank.tolist()) - {each.line for each in unquoted})
        if ragged:
            # pyarrow counts rows from 1 and leaves blank lines out.
            places = np.array([number - 1 for number, _ in ragged])
            for line, (_, text) in zip(lines[places].tolist(), ragged, strict=True):
                cells = self._cut(text)
                if any(cells):
                    broken.append(BrokenLine(line, cells))
                else:
                    empty.append(line)
            lines = np.delete(lines, places)
        lines += block.first_line
        return Batch(
            lines=lines,
            columns=tuple(self._column(table.column(index), lines) for index in range(len(self._names))),
            broken=tuple(BrokenLine(each.line + block.first_line, each.cells) for each in broken),
            blank_lines=tuple(sorted(line + block.first_line for line in empty)),
        )

    def _column(self, column: pa.ChunkedArray, lines: IntArray) -> CodedColumn:
        if not column.num_chunks:
            return CodedColumn(np.zeros(0, dtype=np.int32), [])
        coded = column.combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
        indices = coded.indices.to_numpy()
        values: list[object] = []
        for index, value in enumerate(coded.dictionary.to_pylist()):
            try:
                values.append(self._encoding.text(value))
            except UnicodeDecodeError as error:
                line = int(lines[np.argmax(indices == index)])
                raise FileRefused(Finding("TEXT_ENCODING", found=str(line))) from error
        return CodedColumn(indices, values)

    def _cut(self, text: str) -> tuple[str, ...]:
        try:
            meant = self._encoding.text(text.encode())
        except UnicodeDecodeError:
            meant = text
        return tuple(cell.strip().strip('"') for cell in meant.split(self._delimiter))

    def _read_badly_quoted(self, block: LineBlock) -> Batch:
        """A block in which a quote is left open somewhere: the lines to blame are taken out, the others stay rows."""
        lines = block.text.split(b"\n")[:-1]
        unquoted = []
        for index, line in enumerate(lines):
            if b'"' in line and not self._is_well_quoted(line.decode()):
                unquoted.append(BrokenLine(index, self._cut(line.decode())))
                lines[index] = b""
        mended = LineBlock(block.first_line, b"\n".join([*lines, b""]), block.line_count)
        table, ragged = self._parse(mended.text)
        blank = _blank_lines(mended)
        if table.num_rows + len(ragged) + blank.size != block.line_count:
            raise FileRefused(Finding("TEXT_BROKEN", found=str(block.first_line)))
        return self._batch(mended, blank, table, ragged, tuple(unquoted))

    def _is_well_quoted(self, line: str) -> bool:
        try:
            return sum(1 for _ in csv.reader([line], delimiter=self._delimiter, strict=True)) == 1
        except csv.Error:
            return False


def _blank_lines(block: LineBlock) -> IntArray:
    """Which lines of the block hold nothing, from 0. Most blocks have none, which is seen without looking at each."""
    if b"\n\n" not in block.text and not block.text.startswith(b"\n"):
        return np.zeros(0, dtype=np.int64)
    ends = np.flatnonzero(np.frombuffer(block.text, dtype=np.uint8) == _LINE_FEED)
    return np.flatnonzero(np.diff(ends, prepend=-1) == 1)
