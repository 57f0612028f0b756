"""The tables, columns and foreign keys of the database as its own catalog describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LANGUAGES = " | "
"""Between the English and the Vietnamese half of a comment."""
_WORD = re.compile(r"[^\W_]+")
_SAYS_NOTHING = frozenset(
    "a an the of its is are this that for in to and or by with on as it each one "
    "table view column field value code name id number text "
    "bảng cột trường mã tên số giá trị của là các những một".split()
)


@dataclass(frozen=True, slots=True)
class SharedName:
    """What a column name means wherever it stands: a heading, and a sentence where one is needed."""

    label: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `references` names the column a foreign key points at, as schema.table.column."""

    name: str
    type: str
    english: str
    vietnamese: str
    is_required: bool
    is_key: bool
    references: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Its heading in Vietnamese, or the name itself."""
        return column_label(self.name)


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view with its columns in order."""

    schema: str
    name: str
    kind: str
    english: str
    vietnamese: str
    columns: tuple[Column, ...]

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Relationship:
    """One foreign key."""

    name: str
    source: str
    source_columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that the database says of itself: schemas with their comments, tables, foreign keys."""

    schemas: Mapping[str, tuple[str, str]]
    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...]


def read_catalog(connection: Connection) -> Catalog:
    """Ask the database for every table and view, its columns, their comments and foreign keys."""
    from include.warehouse.sql import run_file

    relationships = tuple(
        Relationship(
            name=row.constraint_name,
            source=f"{row.source_schema}.{row.source_table}",
            source_columns=tuple(row.source_columns),
            target=f"{row.target_schema}.{row.target_table}",
            target_columns=tuple(row.target_columns),
        )
        for row in run_file(connection, "dictionary/relationships.sql")
    )
    pointers: dict[tuple[str, str], list[str]] = {}
    for each in relationships:
        for source, target in zip(each.source_columns, each.target_columns, strict=True):
            pointers.setdefault((each.source, source), []).append(f"{each.target}.{target}")

    tables, schemas = [], {}
    rows = run_file(connection, "dictionary/columns.sql").all()
    for (schema, name), group in groupby(rows, key=lambda row: (row.schema_name, row.table_name)):
        lines = list(group)
        schemas[schema] = split_comment(lines[0].schema_comment)
        english, vietnamese = split_comment(lines[0].table_comment)
        columns = []
        for line in lines:
            column_english, column_vietnamese = split_comment(line.column_comment)
            columns.append(
                Column(
                    name=line.column_name,
                    type=line.column_type,
                    english=column_english,
                    vietnamese=_best(column_vietnamese, line.column_name),
                    is_required=line.is_required,
                    is_key=line.is_key,
                    references=tuple(pointers.get((f"{schema}.{name}", line.column_name), ())),
                )
            )
        tables.append(Table(schema, name, lines[0].table_kind, english, vietnamese, tuple(columns)))
    return Catalog(schemas, tuple(tables), relationships)


def _best(vietnamese: str, name: str) -> str:
    """What the comment says in Vietnamese; what the name means everywhere, where the comment only repeats it."""
    if not vietnamese or says_more(vietnamese, name, column_label(name)):
        return vietnamese
    return column_meaning(name) or vietnamese


def split_comment(comment: str | None) -> tuple[str, str]:
    """The English and the Vietnamese half of a comment; the second is empty where it is in one language."""
    english, _, vietnamese = (comment or "").partition(_LANGUAGES)
    return english.strip(), vietnamese.strip()


def says_more(description: str, *names: str) -> bool:
    """Whether a description holds a word that is not in the names, plurals and words that say nothing apart."""
    known = {_stem(word) for name in names for word in _WORD.findall(name.casefold())}
    return any(_stem(word) not in known and word not in _SAYS_NOTHING for word in _WORD.findall(description.casefold()))


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def column_label(name: str) -> str:
    """The Vietnamese heading of a column of that name; the name itself where nobody has given one."""
    shared = shared_names().get(name)
    if shared is not None:
        return shared.label
    # An export writes the state of a figure beside it.
    figure = shared_names().get(name.removesuffix("_state"))
    return f"{figure.label}: trạng thái" if figure is not None else name


def column_meaning(name: str) -> str:
    """What a column of that name means wherever it stands; empty where nobody has said."""
    shared = shared_names().get(name)
    return shared.meaning if shared else ""


@cache
def shared_names() -> Mapping[str, SharedName]:
    """The column names that mean the same everywhere, from columns.yml beside this module."""
    import yaml

    entries = yaml.load((Path(__file__).parent / "columns.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {name: SharedName(**entry) for name, entry in entries.items()}
