"""The suites below great_expectations/suites: what must hold of the staging tables, as Great Expectations takes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from include.errors import CatalogueError
from include.settings import PROJECT_ROOT
from include.warehouse.sql import read_file

GX_ROOT = PROJECT_ROOT / "great_expectations"
SUITES_ROOT = GX_ROOT / "suites"
RULES_FOLDER = "rules"

SQL_RULE = "unexpected_rows_expectation"
COLUMN_RULES = frozenset(
    {
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_be_between",
    }
)
"""Expectations about single values, whose failing rows Great Expectations itself can name."""

ROW_COUNT_RULE = "expect_table_row_count_to_equal"
"""Guards that Great Expectations looked at the same rows as we do; it says nothing about a report."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of a suite: an expectation with the rule it stands for and the code its breaches carry.

    `rule` is R-01 to R-20, or empty. `query_file` is a file below sql/rules, for SQL rules only.
    """

    type: str
    kwargs: Mapping[str, Any]
    severity: Literal["block", "warn"]
    rule: str
    code: str
    why: str
    query_file: str | None

    @property
    def name(self) -> str:
        """The SQL file of the rule, or what Great Expectations is asked and of which column."""
        return self.query_file or f"{self.type}({self.kwargs.get('column', '')})"

    @property
    def version(self) -> str:
        """SHA-256 over all that decides its verdict: the line of the suite and the text of its rule."""
        said = {
            "type": self.type,
            "kwargs": self.kwargs,
            "severity": self.severity,
            "rule": self.rule,
            "code": self.code,
            "query": read_file(self.query_file) if self.query_file else None,
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Suite:
    """What must hold of one staging table. `row_key`: the columns that tell a row and its place in the file."""

    name: str
    schema: str
    table: str
    row_key: tuple[str, ...]
    expectations: tuple[Expectation, ...]

    @property
    def qualified_table(self) -> str:
        return f"{self.schema}.{self.table}"


def load_suites(root: Path = SUITES_ROOT) -> tuple[Suite, ...]:
    """Read every suite, in file order.

    Raises CatalogueError for a suite that is incomplete, names no reason, or asks for a check the gate cannot follow
    down to the row.
    """
    return tuple(_read_suite(path, root) for path in sorted(root.glob("*/*.yml")))


def query_for_expectations(query_file: str) -> str:
    """The text of a SQL rule as Great Expectations runs it: literal braces doubled."""
    query = read_file(query_file).replace("{", "{{").replace("}", "}}")
    # A rule names its tables itself, often several. Without a {batch} the library prints a warning to standard output,
    # where `--json` writes.
    return f"/* {{batch}} */\n{query}"


def as_gx_configuration(suite: Suite, position: int) -> dict[str, Any]:
    """One expectation of a suite in Great Expectations' own serialised form, marked with its position."""
    expectation = suite.expectations[position]
    kwargs = dict(expectation.kwargs)
    if expectation.query_file is not None:
        kwargs["unexpected_rows_query"] = query_for_expectations(expectation.query_file)
    return {
        "type": expectation.type,
        "kwargs": kwargs,
        "severity": "critical" if expectation.severity == "block" else "warning",
        "meta": {"position": position, "rule": expectation.rule, "code": expectation.code},
    }


def _read_suite(path: Path, root: Path) -> Suite:
    import yaml

    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    name = path.relative_to(root).with_suffix("").as_posix()
    schema, _, table = name.partition("/")
    try:
        if content["name"] != name:
            raise _mistake(name, f"name {content['name']!r}", f"name {name!r}, as the file is called")
        return Suite(
            name=name,
            schema=schema,
            table=table,
            row_key=tuple(content["meta"]["row_key"]),
            expectations=tuple(_read_expectation(name, entry) for entry in content["expectations"]),
        )
    except KeyError as error:
        expected = "name, meta.row_key, and expectations each with type, severity and meta (rule, code, why)"
        raise _mistake(name, f"no {error.args[0]!r}", expected) from error


def _read_expectation(suite_name: str, entry: Mapping[str, Any]) -> Expectation:
    meta = entry["meta"]
    query_file = meta.get("query_file")
    if entry["severity"] not in ("critical", "warning"):
        raise _mistake(suite_name, f"severity {entry['severity']!r}", "critical or warning")
    if not str(meta["why"]).strip():
        raise _mistake(suite_name, f"no reason for {meta['code']}", "why the check exists")
    if (entry["type"] == SQL_RULE) != (query_file is not None):
        raise _mistake(suite_name, f"{entry['type']} with query_file {query_file!r}", f"{SQL_RULE} with a query_file")
    if entry["type"] not in {SQL_RULE, ROW_COUNT_RULE, *COLUMN_RULES}:
        raise _mistake(suite_name, f"type {entry['type']!r}", "a type whose failing rows the gate can name")
    return Expectation(
        type=entry["type"],
        kwargs=entry.get("kwargs", {}),
        severity="block" if entry["severity"] == "critical" else "warn",
        rule=meta["rule"] or "",
        code=meta["code"],
        why=meta["why"],
        query_file=f"{RULES_FOLDER}/{query_file}" if query_file else None,
    )


def _mistake(suite_name: str, found: str, expected: str) -> CatalogueError:
    return CatalogueError(
        where=f"great_expectations/suites/{suite_name}.yml",
        found=found,
        expected=expected,
        remedy="Correct the suite.",
    )
