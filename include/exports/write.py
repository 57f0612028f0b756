"""One export: the rows of a table or view of schema mart in one format, in a file that appears whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from include.errors import PlatformError
from include.exports.files import whole_file
from include.exports.relations import (
    INDICATORS,
    count_rows,
    require_period_column,
    require_relation,
    scan_figures,
)
from include.exports.rows import Shape, read_rows, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

ExportFormat = Literal["csv", "parquet", "xlsx", "sdmx-csv"]
FORMATS: Final = get_args(ExportFormat)
STRUCTURE_NAME: Final = f"{INDICATORS}.structure.xml"


@dataclass(frozen=True, slots=True)
class Export:
    """What was written: the table or view, how many rows, how many of them with a figure hidden, and the files."""

    relation: str
    format: str
    period: str | None
    row_count: int
    hidden_row_count: int
    files: tuple[Path, ...]


def write_export(
    connection: Connection, name: str, export_format: str, folder: Path, period: str | None = None
) -> Export:
    """Write a table or view of schema mart, or INDICATORS, into `folder`; the same rows give the same bytes.

    Rows are read in one transaction and never all held. Every file is written down in the audit log before it appears.
    Raises PlatformError for a name that is no mart, a format that does not suit, or a period nobody knows.
    """
    from include.warehouse.roles import with_rights_of

    if not connection.in_transaction():
        # Both passes over a view have to see the same rows.
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    with with_rights_of(connection, "ttdn_extractor"):
        return _write_files(connection, name, export_format, folder, period)


def _write_files(connection: Connection, name: str, export_format: str, folder: Path, period: str | None) -> Export:
    from include.indicators.status import require_period
    from include.warehouse.audit import record_export

    relation = require_relation(connection, name)
    if export_format not in FORMATS or (export_format == "sdmx-csv" and relation.name != INDICATORS):
        raise PlatformError(
            where=f"ttdn export {relation.name}",
            found=f"the format {export_format!r}",
            expected="csv, parquet or xlsx" if relation.name != INDICATORS else ", ".join(FORMATS),
            remedy="SDMX-CSV is for the indicators: ttdn export INDICATORS --format sdmx-csv.",
        )
    if period is not None:
        require_period(connection, period)
        require_period_column(relation)
    shape = shape_of(relation)
    hidden = _Hidden()
    folder.mkdir(parents=True, exist_ok=True)
    stem = relation.name if period is None else f"{relation.name}_{period}"
    ending = "sdmx.csv" if export_format == "sdmx-csv" else export_format
    files = [folder / f"{stem}.{ending}"]
    with whole_file(files[0]) as draft:
        rows = hidden.counted(read_rows(connection, shape, period))
        if export_format == "csv":
            from include.exports.delimited import write_delimited

            row_count = write_delimited(shape.columns, rows, draft)
        elif export_format == "parquet":
            from include.exports.parquet import write_parquet

            row_count = write_parquet(shape.columns, rows, scan_figures(connection, relation, period), draft)
        elif export_format == "xlsx":
            from include.exports.workbook import require_room, write_rows_workbook

            require_room(relation.name, count_rows(connection, relation, period))
            row_count = write_rows_workbook(relation.name, shape.columns, rows, draft)
        else:
            from include.exports.sdmx_csv import read_time_periods, write_sdmx_csv

            row_count = write_sdmx_csv(shape.columns, rows, read_time_periods(connection), draft)
        record_export(connection, draft, files[0].name)
    if export_format == "sdmx-csv":
        files.append(_write_structure(connection, shape, folder / STRUCTURE_NAME))
    return Export(relation.name, export_format, period, row_count, hidden.row_count, tuple(files))


def _write_structure(connection: Connection, shape: Shape, path: Path) -> Path:
    from include.exports.sdmx_codes import read_code_lists
    from include.exports.sdmx_csv import write_structure
    from include.warehouse.audit import record_export

    with whole_file(path) as draft:
        write_structure(shape.columns, read_code_lists(connection), draft)
        record_export(connection, draft, path.name)
    return path


class _Hidden:
    """Counts the rows with a figure hidden on their way into a file."""

    def __init__(self) -> None:
        self.row_count = 0

    def counted(self, rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        """The rows, unchanged. The last column says what is hidden."""
        for row in rows:
            self.row_count += bool(row[-1])
            yield row
