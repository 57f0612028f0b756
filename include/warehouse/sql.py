"""Running the files below sql/ and copying rows in. Values are always bound, never written into SQL."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import faults
from include.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult

SQL_ROOT = PROJECT_ROOT / "sql"

LOCK_WAIT = "10s"

_CHUNK_CHARACTERS = 1 << 16
_FILE_CHUNK_BYTES = 1 << 20


def read_file(name: str) -> str:
    """Return the text of a file below sql/, for example `read_file("rules/totals.sql")`."""
    return (SQL_ROOT / name).read_text(encoding="utf-8")


def run_file(connection: Connection, name: str, params: Mapping[str, object] | None = None) -> CursorResult[Any]:
    """Run one statement kept below sql/ with `:name` parameters bound from `params`; return its result."""
    from sqlalchemy import text

    return connection.execute(text(read_file(name)), dict(params or {}))


def run_script(connection: Connection, script: str) -> None:
    """Run SQL text that takes no parameters, as many statements as it holds, in the open transaction."""
    with _cursor(connection) as cursor:
        cursor.execute(script)


@contextmanager
def limited_lock_waits(connection: Connection) -> Iterator[None]:
    """Let the open transaction give up, to be tried again, when somebody holds for ten seconds what it has to lock.

    Who waits for a whole table makes everybody wait who comes after.
    """
    from sqlalchemy import text

    former = connection.execute(text("select current_setting('lock_timeout')")).scalar_one()
    limit = text("select set_config('lock_timeout', :limit, true)")
    connection.execute(limit, {"limit": LOCK_WAIT})
    yield
    connection.execute(limit, {"limit": former})


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Copy `rows`, in the order of `columns`, into `table` ("schema.table") and return how many there were.

    Streams: the rows may be a generator. None becomes null, a dict json, a list or tuple an array.
    Joins the open transaction. Raises ValueError for text PostgreSQL cannot hold or a datetime without zone.
    """
    from psycopg2 import Error, sql

    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(sql.Identifier(column) for column in columns),
    )
    stream = _CopyStream(_copy_line(row, table, columns) for row in rows)
    with _cursor(connection) as cursor:
        try:
            cursor.copy_expert(statement, stream)
        except Error:
            # The driver reports a failing row as a cancelled query; whoever made the row needs the true reason.
            if stream.failure is not None:
                raise stream.failure from None
            raise
        return int(cursor.rowcount)


def copy_file(connection: Connection, table: str, columns: Sequence[str], path: Path) -> int:
    """Copy a csv file without header into `table` ("schema.table") as it is and return how many rows there were.

    An empty field is null. Joins the open transaction, in which `table` has to have been emptied.
    """
    from psycopg2 import sql

    # Frozen: rows of a table emptied in the same transaction need no second look when they are read.
    statement = sql.SQL("copy {} ({}) from stdin with (format csv, freeze)").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(sql.Identifier(column) for column in columns),
    )
    with path.open("rb") as stream, _cursor(connection) as cursor:
        cursor.copy_expert(statement, stream, _FILE_CHUNK_BYTES)
        return int(cursor.rowcount)


def copy_text(connection: Connection, table: str, columns: Sequence[str], text: str) -> int:
    """Copy csv text without header, made by whoever knows its columns hold no comma, quote or line break."""
    from psycopg2 import sql

    statement = sql.SQL("copy {} ({}) from stdin with (format csv)").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(sql.Identifier(column) for column in columns),
    )
    with _cursor(connection) as cursor:
        cursor.copy_expert(statement, io.StringIO(text), _FILE_CHUNK_BYTES)
        return int(cursor.rowcount)


def _cursor(connection: Connection) -> Any:
    # SQLAlchemy has to know that a transaction is open, or its commit() would do nothing.
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.cursor()


class _CopyStream(io.TextIOBase):
    """Hands lines to COPY in large pieces; psycopg2 asks for a fixed number of characters at a time."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""
        self.failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        faults.hit("copy_within")
        wanted = _CHUNK_CHARACTERS if size is None or size < 0 else size
        pieces, length = [self._rest], len(self._rest)
        try:
            while length < wanted and (line := next(self._lines, None)) is not None:
                pieces.append(line)
                length += len(line)
        except Exception as error:
            self.failure = error
            raise
        text = "".join(pieces)
        self._rest = text[wanted:]
        return text[:wanted]


def _copy_line(row: Sequence[object], table: str, columns: Sequence[str]) -> str:
    if len(row) != len(columns):
        raise ValueError(f"{table}: a row of {len(row)} values for {len(columns)} columns")
    return "\t".join([_copy_field(value, table, column) for value, column in zip(row, columns, strict=True)]) + "\n"


def _copy_field(value: object, table: str, column: str) -> str:
    if value is None:
        return r"\N"
    text = _plain_text(value, table, column)
    if "\0" in text:
        raise ValueError(f"{table}.{column}: text holds the character U+0000, which PostgreSQL cannot store")
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
    return text


def _plain_text(value: object, table: str, column: str) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"{table}.{column}: the moment {value} has no time zone")
            return value.isoformat()
        case date():
            return value.isoformat()
        case dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case list() | tuple():
            return "{" + ",".join(_array_item(item, table, column) for item in value) + "}"
        case _:
            raise TypeError(f"{table}.{column}: cannot copy a {type(value).__name__}")


def _array_item(item: object, table: str, column: str) -> str:
    if item is None:
        return "NULL"
    text = _plain_text(item, table, column).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
