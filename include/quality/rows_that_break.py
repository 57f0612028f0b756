"""The rows that break one rule, by plain SQL: for rules that decide nothing now, on trial or looked at over past files.

The gate asks Great Expectations. Here the same SQL is run in the caller's own transaction, which may hold rows nobody
else sees, and a rule about single values is put into SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from include.errors import GateError
from include.quality.gate import Breach, as_breaches, as_found
from include.quality.suites import Expectation, Suite

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

_COLUMN_ARGUMENTS = {
    "expect_column_values_to_be_in_set": {"value_set"},
    "expect_column_values_to_match_regex": {"regex"},
    "expect_column_values_to_not_be_null": set(),
    "expect_column_values_to_be_between": {"min_value", "max_value"},
}


def find_breaches(
    connection: Connection,
    suite: Suite,
    expectation: Expectation,
    run_rule: Callable[[str], Sequence[Mapping[str, Any]]] | None = None,
) -> list[Breach]:
    """Every breach of one expectation among the staged rows, in file and line order.

    `run_rule` runs a SQL rule by the name of its file; without it the file is run as it is.
    Raises GateError for an expectation that cannot be put into SQL; errors of the database pass through.
    """
    rows: Sequence[Mapping[str, Any]]
    if expectation.query_file is None:
        rows = list(_rows_of_column_rule(connection, suite, expectation))
    else:
        rows = (run_rule or _runner(connection))(expectation.query_file)
    breaches = [breach for row in rows for breach in as_breaches(suite, expectation, row)]
    return sorted(breaches, key=lambda each: (each.submission_id, each.line_number or 0, each.code))


def _runner(connection: Connection) -> Callable[[str], Sequence[Mapping[str, Any]]]:
    from include.warehouse.sql import run_file

    return lambda name: [dict(row._mapping) for row in run_file(connection, name)]


def _rows_of_column_rule(connection: Connection, suite: Suite, expectation: Expectation) -> Iterator[dict[str, Any]]:
    from sqlalchemy import column, select, table

    name = expectation.kwargs["column"]
    columns: list[ColumnElement[Any]] = [column(each) for each in dict.fromkeys((*suite.row_key, name))]
    broken = select(*columns).select_from(table(suite.table, schema=suite.schema)).where(_is_broken(expectation))
    for row in connection.execute(broken):
        yield {**row._mapping, "found": as_found(row._mapping[name]), "expected": "", "subject": ""}


def _is_broken(expectation: Expectation) -> ColumnElement[bool]:
    """What is true of a row that breaks a rule about single values; a null breaks only the rule against nulls."""
    from sqlalchemy import and_, column, literal, not_, or_

    arguments = {key: value for key, value in expectation.kwargs.items() if key != "column"}
    known = _COLUMN_ARGUMENTS.get(expectation.type)
    if known is None or set(arguments) - known:
        raise GateError(
            where=f"{expectation.type} ({expectation.code})",
            found=", ".join(sorted(set(arguments) - (known or set()))) or "a type there is no SQL for",
            expected=f"one of {', '.join(_COLUMN_ARGUMENTS)}, with its plain arguments",
            remedy="Write it as a SQL rule in sql/rules.",
        )
    value: ColumnElement[Any] = column(expectation.kwargs["column"])
    fails: ColumnElement[bool]
    match expectation.type:
        case "expect_column_values_to_not_be_null":
            return value.is_(None)
        case "expect_column_values_to_be_in_set":
            fails = value.not_in(arguments["value_set"])
        case "expect_column_values_to_match_regex":
            fails = not_(value.op("~")(literal(arguments["regex"])))
        case _:
            bounds = [value < arguments["min_value"]] if arguments.get("min_value") is not None else []
            bounds += [value > arguments["max_value"]] if arguments.get("max_value") is not None else []
            fails = or_(*bounds)
    return and_(value.is_not(None), fails)
