"""S07: no statement is put together from data: values are bound, names quoted or from a list of ours."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.house.project_files import ROOT, project_files

SINKS = {"exec_driver_sql", "execute", "executemany", "copy_expert", "run_script", "mogrify", "text", "TextClause"}
"""What sends its first argument to the database as a statement; `text` only where it is SQLAlchemy's."""

LOOKS_LIKE_SQL = re.compile(
    r"\bselect\b.+\bfrom\b|\binsert into\b|\bupdate\s+\S+\s+set\b|\bdelete from\b|\btruncate\s+\S"
    r"|\b(create|alter|drop)\s+(table|view|role|schema|index|function|database|policy|trigger|materialized)\b"
    r"|\b(grant|revoke)\b.+\b(to|from|on)\b|\bset (local |session )?role\b|\bcopy\b.+\b(from|to)\b|\border by\b"
    r"|\bwhere\b.+[=<>]|\bexists \(select",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Built:
    """A string put together at run time: where, out of what text, with which expressions put in."""

    path: str
    function: str
    text: str
    parts: tuple[str, ...]
    is_sent: bool

    @property
    def is_sql(self) -> bool:
        return self.is_sent or LOOKS_LIKE_SQL.search(self.text) is not None


def pieces(node: ast.AST) -> tuple[str, list[str]] | None:
    """The fixed text of a string expression and what is put into it; None when it is no string being built."""
    if isinstance(node, ast.Constant):
        return (node.value, []) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        fixed = "".join(each.value for each in node.values if isinstance(each, ast.Constant))
        return fixed, [ast.unparse(each.value) for each in node.values if isinstance(each, ast.FormattedValue)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = pieces(node.left), pieces(node.right)
        if left is None and right is None:
            return None
        text, parts = "", []
        for side, found in ((node.left, left), (node.right, right)):
            text += found[0] if found else ""
            parts += found[1] if found else [ast.unparse(side)]
        return text, parts
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and (found := pieces(node.left)):
        return found[0], [*found[1], ast.unparse(node.right)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (found := pieces(node.func.value)):
        arguments = [*node.args, *(each.value for each in node.keywords)]
        if node.func.attr in ("format", "join", "replace") and arguments:
            return found[0], [*found[1], *(ast.unparse(each) for each in arguments)]
    return None


def built_strings(path: str, source: str) -> Iterator[Built]:
    """Every string of the module that is put together, outermost expression only."""
    tree = ast.parse(source)
    sqlalchemy_texts = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sqlalchemy")
        for alias in node.names
        if alias.name == "text"
    }

    def visit(node: ast.AST, function: str, is_sent: bool) -> Iterator[Built]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            function = f"{function}.{node.name}".strip(".")
        found = pieces(node)
        if found is not None and found[1]:
            yield Built(path, function, found[0], tuple(found[1]), is_sent)
            return
        sent: list[ast.AST] = []
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_text = name in sqlalchemy_texts or (
                isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "sa.text"
            )
            if (name in SINKS and name != "text") or is_text:
                sent = node.args[: 2 if name == "run_script" else 1]
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function, any(child is each for each in sent))

    return visit(tree, "", False)


def of_the_project() -> list[Built]:
    return [
        each
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("include", "dags", "plugins", "sql")
        for each in built_strings(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        if each.is_sql
    ]


REVIEWED = {
    ("include/exports/relations.py", "_select"): "columns and relation are those the catalogue listed, each quoted",
    ("include/exports/sdmx_codes.py", "read_code_lists"): "columns from the constants of the module",
    ("include/indicators/catalogue.py", "sync_indicators"): "columns from the tuple above",
    (
        "include/indicators/composition.py",
        "composed_query",
    ): "queries of our own files of sql/marts",
    ("include/indicators/composition.py", "_needed.visit"): "words of an error, no statement",
    ("include/indicators/kpi.py", "_read"): "one of the two relations named above",
    ("include/indicators/targets.py", "read_targets"): "one of the two relations named above",
    ("include/pipeline/deliver.py", "_Run._claim"): "a constant of the module",
    ("include/pipeline/deliver.py", "_Run._cancel_overtaken"): "the same constant",
    ("include/pipeline/readings.py", "list_readings"): "a constant of the module",
    ("include/pipeline/readings.py", "_require_waiting"): "the same constant",
    ("include/quality/explanations.py", "_keep"): "columns the callers in the module name",
    ("include/reference/sync.py", "_add_monitoring_cells"): "the closed cube of monitoring_cube.yml, out of constants",
    ("include/reference/sync.py", "_upsert"): "table and columns of the module's own list of tables",
    ("include/releases/register.py", ""): "constants of the module",
    ("include/releases/register.py", "released_editions"): "a constant of the module",
    ("include/releases/register.py", "printed_of_period"): "a constant of the module",
}
"""(file, function) -> where what is put into the statement comes from. Looked at one by one; a new one fails."""


def test_s07_no_statement_is_put_together_but_the_ones_that_were_looked_at() -> None:
    found = {(each.path, each.function): each for each in of_the_project()}

    assert {place: found[place] for place in found.keys() - REVIEWED.keys()} == {}
    assert REVIEWED.keys() - found.keys() == set()  # what is gone leaves the list


@pytest.mark.parametrize(
    "careless",
    [
        """connection.exec_driver_sql(f"select * from {sheet_name}")""",
        """connection.exec_driver_sql("select * from mart.x where unit = '%s'" % unit)""",
        """connection.exec_driver_sql("delete from mart.x where unit = '" + unit + "'")""",
        """cursor.execute("alter role {} login".format(name))""",
        """cursor.execute("set role " + role)""",
        """cursor.copy_expert(f"copy {table} from stdin", file)""",
        """connection.execute(text(f"call {routine}()"))""",
        """query = f"select {column} from warehouse.observation"; connection.exec_driver_sql(query)""",
        """clause = "where " + column + " = 1" """,
        """clause = " order by ".join(columns)""",
        """run_script(connection, f"drop table {name}")""",
        """query = "grant {verb} on {table} to x".format(verb=verb, table=table)""",
        """query = "select 1 from t where c = '§'".replace("§", value)""",
    ],
)
def test_s07_a_statement_put_together_is_seen(careless: str) -> None:
    source = "from sqlalchemy import text\n" + careless
    assert [each for each in built_strings("x.py", source) if each.is_sql]


@pytest.mark.parametrize(
    "bound",
    [
        """connection.execute(text("select * from mart.x where unit = :unit"), {"unit": unit})""",
        """connection.exec_driver_sql("select 1 from pg_roles where rolname = %s", (name,))""",
        """cursor.execute(sql.SQL("alter role {} login").format(sql.Identifier(name)))""",
        """connection.exec_driver_sql("select 1" " from mart.x")""",
        """raise ValueError(f"choose one of {names} from the list")""",
        """cell = as_text(f"{value} đồng")""",
    ],
)
def test_s07_a_bound_value_a_quoted_name_and_words_are_none(bound: str) -> None:
    source = "from sqlalchemy import text\n" + bound
    assert [each for each in built_strings("x.py", source) if each.is_sql] == []


def test_s07_ruff_looks_for_it_too_and_every_exception_is_a_place_on_the_list() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in configured["select"]
    assert not {"S608", "S"} & {*configured["ignore"]}
    excused = {
        str(path.relative_to(ROOT))
        for path in project_files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] != "tests"
        and re.search(r"noqa: [^\n]*S608", path.read_text(encoding="utf-8"))
    }
    assert excused <= {path for path, _ in REVIEWED}


FILLED_IN_SQL = {
    "sql/marts/000_clear.sql": 2,
    "sql/marts/990_grants.sql": 10,
    "sql/migrations/versions/0010_audit.sql": 1,
    "sql/migrations/versions/0013_targets.sql": 1,
    "sql/migrations/versions/0015_loader.sql": 3,
    "sql/migrations/versions/0022_backups.sql": 1,
    "sql/roles/020_rights.sql": 14,
}
"""Statements of our SQL that put something in unquoted: names as regclass and regprocedure write them, and words of the
file itself. File -> how many were looked at."""


def filled_in(source: str) -> int:
    """How many statements are executed that hold text joined to them or put in as it is, instead of by %I or %L."""
    code = re.sub(r"--[^\n]*", "", source)
    executed = re.findall(r"\bexecute\b(?!\s+(?:on|function|procedure)\b)(.*?);", code, flags=re.DOTALL)
    return sum("||" in statement or "%s" in statement for statement in executed)


def test_s07_in_the_database_too_names_are_quoted_and_what_is_not_was_looked_at() -> None:
    found = {
        str(path.relative_to(ROOT)): filled_in(path.read_text(encoding="utf-8"))
        for path in project_files()
        if path.suffix == ".sql"
    }
    assert {name: count for name, count in found.items() if count} == FILLED_IN_SQL
    assert filled_in("begin execute 'drop table ' || name; end") == 1
    assert filled_in("begin execute format('drop table %s', name); execute format('drop table %I', name); end") == 1
