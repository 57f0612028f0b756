"""Reads files as they were sent, without the project's readers: a cell by its address, lines of a feed, a rate.

Nothing of include/ is used here. What the project read wrongly must not be read wrongly again.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import coordinate_to_tuple
from pyarrow import parquet

Raw = str | int | float | bool | datetime | date | None
Grid = Mapping[tuple[int, int], Raw]

NOTHING = ("không phát sinh", "-", "–", "—")
NO_FIGURE = ("không áp dụng", "không cung cấp", "không có trang")
UNITS = {
    "nghìn USD": Decimal(1_000),
    "triệu USD": Decimal(1_000_000),
    "triệu đồng": Decimal(1_000_000),
    "tỷ đồng": Decimal(1_000_000_000),
}
ANSWERS = {"có": Decimal(1), "không": Decimal(0), "x": Decimal(1)}
_ODF = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+(,\d+)?")
_LINES = re.compile(r"dòng (\d+)–(\d+)")
_OBSERVATION = re.compile(r"//Series\[(\d+)\]/Obs\[(\d+)\] \(line \d+\)")


def is_blank(raw: Raw) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def words(raw: Raw) -> str:
    """Text in one form of its letters, without blanks at its ends; empty for what is no text."""
    return unicodedata.normalize("NFC", raw).strip() if isinstance(raw, str) else ""


def number(raw: Raw, factor_of_form: Decimal = Decimal(1)) -> Decimal | None:
    """What a cell says as Vietnamese offices write it, in whole units: 1.234.567,89 is a number, "không phát sinh" 0.

    `factor_of_form` is that of the unit the form prints; a unit typed in the cell itself goes before it.

    None for a blank and for an answer that is no figure. Raises ValueError for anything else.
    """
    if is_blank(raw):
        return None
    if isinstance(raw, bool):
        raise ValueError(f"{raw!r} is no figure")
    if isinstance(raw, int | float):
        return Decimal(str(raw)) * factor_of_form
    if isinstance(raw, datetime | date):
        return Decimal(1)  # a register counts the line whose day stands here
    text = words(raw)
    if text in NOTHING:
        return Decimal(0)
    if text in NO_FIGURE:
        return None
    if text in ANSWERS:
        return ANSWERS[text]
    for unit, factor in UNITS.items():
        if text.endswith(unit):
            text, factor_of_form = text.removesuffix(unit).strip(), factor
            break
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{raw!r} is no figure")
    return Decimal(text.replace(".", "").replace(",", ".")) * factor_of_form


@dataclass
class OriginalFiles:
    """The landing folder: every file by its hash, opened once.

    `change` stands between the files and the test: it may answer another content of a cell, to see what notices.
    """

    landing: Path
    stored: Mapping[str, str]
    change: Callable[[str, str | None, str, Raw], Raw] = lambda sha256, sheet, cell, raw: raw
    _grids: dict[str, dict[str, Grid]] = field(default_factory=dict)
    _texts: dict[tuple[str, str], dict[int, list[str]]] = field(default_factory=dict)
    _feeds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def content(self, sha256: str) -> bytes:
        return (self.landing / self.stored[sha256]).read_bytes()

    def sheets(self, sha256: str) -> dict[str, Grid]:
        """Every sheet of a workbook as row, column -> content, both counted from 1."""
        if sha256 not in self._grids:
            content = self.content(sha256)
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                is_odf = "content.xml" in parts.namelist()
                self._grids[sha256] = _ods(parts.read("content.xml")) if is_odf else _xlsx(content)
        return self._grids[sha256]

    def cell(self, sha256: str, sheet: str, address: str) -> Raw:
        return self.change(sha256, sheet, address, self.sheets(sha256)[sheet].get(coordinate_to_tuple(address)))

    def row(self, sha256: str, sheet: str, address: str) -> list[str]:
        """The texts that stand in the row of a cell."""
        return self.texts(sha256, sheet).get(coordinate_to_tuple(address)[0], [])

    def texts(self, sha256: str, sheet: str) -> dict[int, list[str]]:
        """The texts of every row of a sheet."""
        if (sha256, sheet) not in self._texts:
            found: dict[int, list[str]] = {}
            for (row, _), raw in self.sheets(sha256)[sheet].items():
                if words(raw):
                    found.setdefault(row, []).append(words(raw))
            self._texts[sha256, sheet] = found
        return self._texts[sha256, sheet]

    def column_above(self, sha256: str, sheet: str, address: str) -> list[str]:
        """The texts that stand above a cell, the nearest first."""
        row, column = coordinate_to_tuple(address)
        grid = self.sheets(sha256)[sheet]
        return [words(grid.get((at, column))) for at in range(row - 1, 0, -1) if words(grid.get((at, column)))]

    def counts(self, sha256: str, sheet: str | None, cell: str, first: date, last: date) -> Iterator[dict[str, Any]]:
        """The lines of a monitoring file that an address names, those of the days from `first` to `last`."""
        found = _LINES.fullmatch(cell)
        assert found, cell
        for line in self._feed(sha256, sheet):
            if int(found[1]) <= line["line"] <= int(found[2]) and first <= line["ngay"] <= last:
                said = self.change(sha256, sheet, str(line["line"]), line["so_luong"])
                yield line | {"so_luong": said}

    def _feed(self, sha256: str, sheet: str | None) -> list[dict[str, Any]]:
        if sha256 not in self._feeds:
            content = self.content(sha256)
            if content[:4] == b"PAR1":
                rows = parquet.read_table(io.BytesIO(content)).to_pylist()
                numbered = list(enumerate(rows, start=1))
            elif content[:4] == b"PK\x03\x04":
                assert sheet is not None
                header, *lines = openpyxl.load_workbook(io.BytesIO(content), data_only=True)[sheet].values
                numbered = [
                    (n, dict(zip(map(str, header), line, strict=True))) for n, line in enumerate(lines, start=2)
                ]
            else:
                plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
                reader = csv.DictReader(io.StringIO(plain.decode("utf-8-sig")))
                numbered = [(reader.line_num, dict(row)) for row in reader]
            self._feeds[sha256] = [
                row | {"line": line, "ngay": _day(row["ngay"]), "so_luong": int(row["so_luong"])}
                for line, row in numbered
            ]
        return self._feeds[sha256]

    def rate(self, sha256: str, cell: str) -> Rate:
        """An exchange rate of an SDMX file by its place in it."""
        found = _OBSERVATION.fullmatch(cell)
        assert found, cell
        series = etree.fromstring(self.content(sha256)).xpath("//*[local-name() = 'Series']")[int(found[1]) - 1]
        said = series.xpath("*[local-name() = 'Obs']")[int(found[2]) - 1]
        assert series.get("UNIT_MULT") in (None, "0")
        assert series.get("INDICATOR") == "ENDA_MID_XDC_USD_RATE", "amounts are converted at the average of the month"
        value = self.change(sha256, None, cell, said.get("OBS_VALUE"))
        return Rate("USD", said.get("TIME_PERIOD"), Decimal(str(value)))


@dataclass(frozen=True)
class Rate:
    """Đồng for one unit of a currency, in a month such as 2026-10."""

    currency: str
    month: str
    vnd: Decimal


def kept_rate(path: Path, cell: str) -> Rate:
    """A line of the file of rates kept by hand."""
    line = path.read_text(encoding="utf-8").splitlines()[int(cell.rpartition(" ")[2]) - 1].split(",")
    assert line[4] == "average"
    return Rate(line[0], line[1][:7], Decimal(line[3]))


def _day(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    return raw if isinstance(raw, date) else date.fromisoformat(raw)


def _xlsx(content: bytes) -> dict[str, Grid]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {
        sheet.title: {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        for sheet in book.worksheets
    }


def _ods(content: bytes) -> dict[str, Grid]:
    def repeated(element: Any, what: str) -> int:
        return int(element.get(f"{{{_ODF['table']}}}number-{what}-repeated", 1))

    sheets = {}
    for table in etree.fromstring(content).iterfind(".//table:table", _ODF):
        grid: dict[tuple[int, int], Raw] = {}
        at_row = 1
        for row in table.iterfind(".//table:table-row", _ODF):
            at_column = 1
            for cell in row.iterchildren(f"{{{_ODF['table']}}}table-cell", f"{{{_ODF['table']}}}covered-table-cell"):
                kind = cell.get(f"{{{_ODF['office']}}}value-type")
                text = "\n".join("".join(part.itertext()) for part in cell.iterfind("text:p", _ODF))
                if kind in ("float", "percentage", "currency"):
                    grid[at_row, at_column] = float(cell.get(f"{{{_ODF['office']}}}value"))
                elif text:
                    grid[at_row, at_column] = text
                at_column += repeated(cell, "columns")
            at_row += repeated(row, "rows")
        sheets[table.get(f"{{{_ODF['table']}}}name")] = grid
    return sheets
