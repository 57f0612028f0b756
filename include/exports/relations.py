"""Which tables and views of schema mart there are, and how the rows of one are read, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from include.errors import PlatformError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

SCHEMA = "mart"
INDICATORS = "indicator_value"
_ALIAS = "INDICATORS"
_ROWS_AT_ONCE = 5000
_WHOLE_NUMBERS = ("smallint", "integer", "bigint")
_PLAIN_TYPES = (*_WHOLE_NUMBERS, "boolean", "date", "timestamp with time zone", "double precision", "real")


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of a relation: its name and its type as PostgreSQL writes it."""

    name: str
    type: str

    @property
    def is_figure(self) -> bool:
        """Whether it holds an amount or a ratio, as opposed to a number of bodies, a place or a key."""
        return self.type.startswith("numeric")

    @property
    def is_whole_number(self) -> bool:
        return self.type in _WHOLE_NUMBERS

    @property
    def is_list(self) -> bool:
        return self.type.endswith("[]")

    @property
    def is_text(self) -> bool:
        """Whether it is written as text: text itself and whatever has no type of its own in a file."""
        return not (self.is_figure or self.is_list or self.type in _PLAIN_TYPES)


@dataclass(frozen=True, slots=True)
class Relation:
    """One table or view of schema mart. `key` is its primary key, empty for a view."""

    name: str
    columns: tuple[ExportColumn, ...]
    key: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether it has all these columns."""
        return {column.name for column in self.columns}.issuperset(names)

    def place(self, name: str) -> int:
        """Where a column stands."""
        return next(place for place, column in enumerate(self.columns) if column.name == name)


def require_relation(connection: Connection, name: str) -> Relation:
    """The table or view of schema mart of that name; INDICATORS stands for mart.indicator_value.

    The name is looked up, never put into SQL as typed. Raises PlatformError listing what there is.
    """
    wanted = INDICATORS if name == _ALIAS else name.removeprefix(f"{SCHEMA}.")
    known = list_relations(connection)
    if wanted not in known:
        raise PlatformError(
            where="ttdn export",
            found=repr(name),
            expected=f"{_ALIAS} or one of {', '.join(known)}",
            remedy="Name a table or view of schema mart; the dictionary (ttdn dictionary) says what each holds.",
        )
    return _read_relation(connection, wanted)


def list_relations(connection: Connection) -> list[str]:
    """The tables and views of schema mart by name."""
    from sqlalchemy import text

    return list(
        connection.execute(
            text(
                "select relation.relname from pg_class as relation"
                " inner join pg_namespace on relation.relnamespace = pg_namespace.oid"
                " where pg_namespace.nspname = :schema and relation.relkind in ('r', 'p', 'v', 'm')"
                " and not relation.relispartition order by relation.relname"
            ),
            {"schema": SCHEMA},
        ).scalars()
    )


def _read_relation(connection: Connection, name: str) -> Relation:
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select attribute.attname, format_type(attribute.atttypid, attribute.atttypmod) as type_name,"
            " array_position(key.conkey, attribute.attnum) as key_place"
            " from pg_class as relation"
            " inner join pg_namespace on relation.relnamespace = pg_namespace.oid"
            " inner join pg_attribute as attribute on relation.oid = attribute.attrelid and attribute.attnum > 0"
            " and not attribute.attisdropped"
            " left join pg_constraint as key on relation.oid = key.conrelid and key.contype = 'p'"
            " where pg_namespace.nspname = :schema and relation.relname = :name"
            " order by attribute.attnum"
        ),
        {"schema": SCHEMA, "name": name},
    ).all()
    keys = sorted((row.key_place, row.attname) for row in rows if row.key_place is not None)
    return Relation(
        name, tuple(ExportColumn(row.attname, row.type_name) for row in rows), tuple(key for _, key in keys)
    )


def require_period_column(relation: Relation) -> None:
    """Raise PlatformError for a relation whose rows do not say which period they are about."""
    if not relation.has("period_code"):
        raise PlatformError(
            where="ttdn export --period",
            found=f"mart.{relation.name}, which has no column period_code",
            expected="a table or view with periods",
            remedy="Leave --period out and filter afterwards.",
        )


def count_rows(connection: Connection, relation: Relation, period: str | None) -> int:
    """How many rows an export of the relation has."""
    statement, parameters = _select(relation, "count(*)", period)
    return int(connection.execute(statement, parameters).scalar_one())


def scan_figures(connection: Connection, relation: Relation, period: str | None) -> dict[str, tuple[int, int]]:
    """Digits before and after the point that each numeric column needs, of the rows of the period."""
    figures = [column.name for column in relation.columns if column.is_figure]
    if not figures:
        return {}
    wanted = ", ".join(
        f"coalesce(max(length(trunc(abs({_quoted(name)}))::text)), 1), coalesce(max(scale({_quoted(name)})), 0)"
        for name in figures
    )
    statement, parameters = _select(relation, wanted, period)
    found = connection.execute(statement, parameters).one()
    return {name: (found[2 * place], found[2 * place + 1]) for place, name in enumerate(figures)}


def stream_rows(connection: Connection, relation: Relation, period: str | None) -> Iterator[Sequence[Row[Any]]]:
    """The rows in pieces, ordered by their key (all columns, for a view), text by its code points on any server."""
    wanted = ", ".join(
        f"{_quoted(column.name)}::text as {_quoted(column.name)}" if _needs_cast(column) else _quoted(column.name)
        for column in relation.columns
    )
    statement, parameters = _select(relation, wanted, period, _order(relation))
    streamed = statement.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE)
    yield from connection.execute(streamed, parameters).partitions()


def _needs_cast(column: ExportColumn) -> bool:
    return column.is_text and column.type != "text"


def _order(relation: Relation) -> str:
    # What belongs together comes together: small counts are hidden indicator by indicator.
    first = [name for name in ("period_code", "indicator_code", "measure_code", "axis_code") if relation.has(name)]
    names = [*first, *(relation.key or [column.name for column in relation.columns])]
    types = {column.name: column for column in relation.columns}
    return ", ".join(
        f'relation.{_quoted(name)}::text collate "C" nulls last'
        if types[name].is_text
        else f"relation.{_quoted(name)} nulls last"
        for name in dict.fromkeys(names)
    )


def _select(relation: Relation, wanted: str, period: str | None, order: str = "") -> tuple[Any, dict[str, object]]:
    from sqlalchemy import text

    # The names come from the catalog and are quoted; the period is bound.
    statement = f"select {wanted} from {_quoted(SCHEMA)}.{_quoted(relation.name)} as relation"  # noqa: S608
    parameters: dict[str, object] = {}
    if period is not None:
        statement += ' where relation."period_code" = :period'
        parameters["period"] = period
    if order:
        statement += f" order by {order}"
    return text(statement), parameters


def _quoted(name: str) -> str:
    # A colon would be taken for a bound parameter.
    return '"' + name.replace('"', '""').replace(":", r"\:") + '"'


def plain_decimal(value: Decimal) -> str:
    """A figure with all its digits and no exponent."""
    return format(value, "f")
