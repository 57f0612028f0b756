"""What a warehouse holds, in numbers that can be compared: rows and checksums by table, and every rule it keeps.

Compared are the rows of all tables that outlive a crash (staging does not), where sequences stand, and each
structure: columns, constraints, indexes, triggers, functions, views, policies, owners, rights, comments, roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from include.warehouse.roles import AGENCY_PREFIX, LOGIN_PREFIX, ROLES
from include.warehouse.sql import run_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCHEMAS: Final = ("landing", "staging", "quarantine", "warehouse", "mart", "reference", "audit", "release", "public")
"""Every schema a copy is made of."""

_TABLES = """
select n.nspname || '.' || c.relname
from pg_catalog.pg_class as c inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any(%(schemas)s) and c.relkind = 'r' and c.relpersistence = 'p'
order by 1
"""

_SEQUENCES = """
select schemaname || '.' || sequencename, coalesce(last_value, 0)
from pg_catalog.pg_sequences where schemaname = any(%(schemas)s) order by 1
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """Rows and checksum by table, where each sequence stands, and each structure by kind and name."""

    tables: Mapping[str, tuple[int, str]]
    sequences: Mapping[str, int]
    structure: Mapping[str, str] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, for a file."""
        return {
            "tables": {name: list(both) for name, both in self.tables.items()},
            "sequences": dict(self.sequences),
            "structure": dict(self.structure),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Contents:
        """The contents `as_json` gave."""
        return cls(
            tables={name: (int(rows), str(checksum)) for name, (rows, checksum) in stored["tables"].items()},
            sequences={name: int(value) for name, value in stored["sequences"].items()},
            structure=dict(stored["structure"]),
        )


def describe_contents(connection: Connection) -> Contents:
    """What the warehouse holds as the connection's transaction sees it.

    A table's checksum is the sum of a 64-bit hash of each of its rows as text, so that it does not depend on their
    order; two rows that changed places are the same table, a row that is there twice is not.
    """
    # How a value is written as text must not depend on whose session it is.
    for setting, value in (
        ("timezone", "UTC"),
        ("datestyle", "iso, mdy"),
        ("intervalstyle", "iso_8601"),
        ("extra_float_digits", "1"),
        ("bytea_output", "hex"),
        ("search_path", "pg_catalog"),
    ):
        connection.exec_driver_sql("select pg_catalog.set_config(%s, %s, true)", (setting, value))
    names = {
        "schemas": list(SCHEMAS),
        "roles": list(ROLES),
        "agencies": AGENCY_PREFIX,
        "logins": LOGIN_PREFIX,
    }
    tables = {name: _count(connection, name) for name in connection.exec_driver_sql(_TABLES, names).scalars().all()}
    sequences = {name: int(value) for name, value in connection.exec_driver_sql(_SEQUENCES, names)}
    found = run_file(connection, "backups/structure.sql", names)
    structure = {f"{row.kind} {row.name}": row.definition or "" for row in found}
    return Contents(tables, sequences, dict(sorted(structure.items())))


def differences(wanted: Contents, found: Contents) -> list[str]:
    """Every table, sequence and structure that is not the same in both, in words; empty when they are alike."""
    told = []
    for name in sorted({*wanted.tables, *found.tables}):
        there, here = wanted.tables.get(name), found.tables.get(name)
        if there == here:
            continue
        if there is None or here is None:
            told.append(f"table {name} is {'missing' if here is None else 'not in the backup'}")
        elif there[0] != here[0]:
            told.append(f"table {name} has {here[0]} rows instead of {there[0]}")
        else:
            told.append(f"table {name} has the {here[0]} rows but other values in them")
    for name in sorted({*wanted.sequences, *found.sequences}):
        if wanted.sequences.get(name) != found.sequences.get(name):
            told.append(
                f"sequence {name} stands at {found.sequences.get(name)} instead of {wanted.sequences.get(name)}"
            )
    for name in sorted({*wanted.structure, *found.structure}):
        if name not in found.structure:
            told.append(f"{name} is missing")
        elif name not in wanted.structure:
            told.append(f"{name} is not in the backup")
        elif wanted.structure[name] != found.structure[name]:
            told.append(f"{name} is another")
    return told


def _count(connection: Connection, name: str) -> tuple[int, str]:
    from psycopg2 import sql

    schema_name, _, table_name = name.partition(".")
    query = sql.SQL(
        "select count(*), coalesce(sum(pg_catalog.hashtextextended(t::text, 0)), 0)::text from {} as t"
    ).format(sql.Identifier(schema_name, table_name))
    driver: Any = connection.connection.driver_connection
    rows, checksum = connection.exec_driver_sql(query.as_string(driver)).one()
    return int(rows), str(checksum)
