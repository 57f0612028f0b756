"""The suites below great_expectations/suites: what must hold of the staging tables, as Great Expectations takes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
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


NEVER_WAIVED_RULES = frozenset({"R-01", "R-02", "R-12", "R-13", "R-17", "R-19"})
NEVER_WAIVED_CODES = frozenset({"ROW_SHAPE", "DUP_KEY", "CAPITAL_KEY_REPEATED", "CAPITAL_CELL_NOT_READ", "NEGATIVE"})
"""What nobody can accept: secrets and personal data, an unknown body, period or code, a cell nobody could read, a
figure stated twice, a line that contradicts itself. The warehouse may not, or cannot, hold any of it."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule on trial since a day: it reports to somebody and decides nothing."""

    since: date
    reader: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of a suite: an expectation with the rule it stands for and the code its breaches carry.

    `rule` is R-01 to R-20, or empty. `query_file` is a file below sql/rules, for SQL rules only. A breach of a rule
    that `is_waivable` can be accepted for a body and period. A rule with a `shadow` is on trial.
    """

    type: str
    kwargs: Mapping[str, Any]
    severity: Literal["block", "warn"]
    rule: str
    code: str
    why: str
    query_file: str | None
    is_waivable: bool = False
    shadow: Shadow | None = None

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

    @property
    def deciding(self) -> Suite:
        """The suite without its rules on trial."""
        return replace(self, expectations=tuple(each for each in self.expectations if each.shadow is None))

    @property
    def on_trial(self) -> tuple[Expectation, ...]:
        """The rules that decide nothing yet."""
        return tuple(each for each in self.expectations if each.shadow is not None)


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
    if entry["type"] == ROW_COUNT_RULE and "shadow" in meta:
        raise _mistake(suite_name, f"shadow for {meta['code']}", "a guard that always counts")
    return Expectation(
        type=entry["type"],
        kwargs=entry.get("kwargs", {}),
        severity="block" if entry["severity"] == "critical" else "warn",
        rule=meta["rule"] or "",
        code=meta["code"],
        why=meta["why"],
        query_file=f"{RULES_FOLDER}/{query_file}" if query_file else None,
        is_waivable=_read_waivable(suite_name, entry),
        shadow=_read_shadow(suite_name, meta),
    )


def _read_waivable(suite_name: str, entry: Mapping[str, Any]) -> bool:
    meta = entry["meta"]
    is_waivable = meta.get("waivable", False)
    if not isinstance(is_waivable, bool):
        raise _mistake(suite_name, f"waivable {is_waivable!r} for {meta['code']}", "true, or nothing")
    never = meta["rule"] in NEVER_WAIVED_RULES or meta["code"] in NEVER_WAIVED_CODES
    if is_waivable and (never or entry["severity"] != "critical" or "shadow" in meta):
        raise _mistake(
            suite_name,
            f"waivable for {meta['code']} ({meta['rule'] or entry['severity']})",
            "waivable only where a breach stops a line and may be accepted (see NEVER_WAIVED_RULES)",
        )
    return is_waivable


def _read_shadow(suite_name: str, meta: Mapping[str, Any]) -> Shadow | None:
    named = {"shadow", "shadow_since", "shadow_reader"} & set(meta)
    if not named:
        return None
    since, reader = meta.get("shadow_since"), str(meta.get("shadow_reader") or "").strip()
    if meta.get("shadow") is not True or not isinstance(since, date) or not reader:
        expected = "shadow: true with shadow_since (a day) and shadow_reader (who reads what it finds)"
        raise _mistake(suite_name, f"{', '.join(sorted(named))} for {meta['code']}", expected)
    return Shadow(since, reader)


def _mistake(suite_name: str, found: str, expected: str) -> CatalogueError:
    return CatalogueError(
        where=f"great_expectations/suites/{suite_name}.yml",
        found=found,
        expected=expected,
        remedy="Correct the suite.",
    )
