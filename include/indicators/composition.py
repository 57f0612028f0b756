"""One query out of many marts: what a mart would hold as known at another moment, from the very files that make it.

Every mart below sql/marts is a query over lists, the warehouse and marts before it. Put one into the other as common
table expressions, with mart.build giving another moment or another version, they answer a question without building
anything: a function of schema mart that a read-only session may call. No arithmetic is written twice.

A file may say what helps a function and would hinder the build, in a comment `/* composed: <sql> */`: it is sql in a
composed query and nothing in the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from include.errors import CatalogueError
from include.warehouse.sql import SQL_ROOT

MARTS = SQL_ROOT / "marts"

_DEFINITION = re.compile(
    r"^create (?:table|view) mart\.(\w+)(?: with \([^)]*\))? as\n(.*?);\n", re.DOTALL | re.MULTILINE
)
_REFERENCE = re.compile(r"\bmart\.(\w+)(\s+as\b)?")
_PLACE = re.compile(r"/\* mart\.(\w+) composed \*/")

_COMPOSED_ONLY = re.compile(r"/\* composed: (.*?) \*/", re.DOTALL)

_BUILD = """select
    coalesce(moment, now()) as built_at,
    moment as as_known,
    only_period as only_period_code,
    reports_back as reports_back,
    registers_back as registers_back"""
"""mart.build inside a function, which names its parameters or constants so: moment, only_period, reports_back,
registers_back. It also says whether it wants headlines_only."""


def with_composed_queries(script: str, folder: Path = MARTS) -> str:
    """Put the composed query of a mart wherever the script says `/* mart.<name> composed */`; else leave it as it is.

    Raises CatalogueError for a mart no file of `folder` makes.
    """
    return _PLACE.sub(lambda place: composed_query(place[1], folder), script)


@cache
def composed_query(mart: str, folder: Path = MARTS) -> str:
    """The one query that gives what `mart` holds, for the moment and versions the surrounding function names."""
    definitions = _definitions(folder)
    parts = [
        f"known_{name} as {_hint(name)}(\n{_with_own_names(definitions[name])}\n)"
        for name in _needed(mart, definitions)
    ]
    return "with recursive\n" + ",\n".join(parts) + f"\nselect * from known_{mart}"


@cache
def _definitions(folder: Path) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.sql")):
        found.update(_DEFINITION.findall(path.read_text(encoding="utf-8")))
    found["build"] = _BUILD
    return found


def _needed(mart: str, definitions: Mapping[str, str]) -> Iterator[str]:
    """The marts `mart` is made of, each after those it needs itself."""
    seen: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        if name not in definitions:
            raise CatalogueError(
                where=f"the query composed for mart.{mart}",
                found=f"mart.{name}, which no file makes by `create table mart.{name} as` or `create view`",
                expected="marts that are queries",
                remedy="Write the mart as one query; statements that change it afterwards cannot be composed.",
            )
        for needed, _ in _REFERENCE.findall(definitions[name]):
            yield from visit(needed)
        yield name

    yield from visit(mart)


def _hint(name: str) -> str:
    # Taken apart into constants; every other part is computed once however often it is used.
    return "not materialized " if name == "build" else ""


def _with_own_names(query: str) -> str:
    """Marts become common table expressions that keep the alias the query knows them by."""
    # A part the build reads anew wherever it is used is small in a function: there it is read once.
    asked = _COMPOSED_ONLY.sub(lambda only: only[1], query).replace(" as not materialized (", " as materialized (")
    return _REFERENCE.sub(lambda found: f"known_{found[1]}{found[2] or f' as {found[1]}'}", asked)
