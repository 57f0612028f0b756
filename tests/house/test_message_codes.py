"""Every code that can be told has a sentence, and every sentence can be told."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from include.quality.messages import all_messages
from tests.house.project_files import ROOT, python_files, texts

READ_OR_CHECK = ("readers", "sources", "vietnamese", "pipeline", "quality")
NO_CODES = {"LC_ALL", "GX_ANALYTICS_ENABLED", "REF_AREA", "UNIT_MULT"}
NO_CODE_PREFIXES = ("TTDN_",)
# Why a release stopped or mail did not go is told in its own words, beside the code; docs/releases.md lists the codes.
RELEASE_CODES = {
    "LEDGER_UNBALANCED",
    "GATE_DID_NOT_RUN",
    "COVERAGE_BELOW_FLOOR",
    "EMPTY_TABLE",
    "DATA_TOO_OLD",
    "CONTENT_CHANGED",
    "OTHER_SNAPSHOT",
    "OTHER_BYTES",
    "BUNDLE_CHANGED",
    "CONNECTION_LOST",
    "NOBODY_TOLD",
    "NOT_SET_UP",
    "REMINDERS_WAIT",
}
# Of a file that could not be taken, or does not add up, nothing is told to a reporter: include/pipeline/land.py and
# reconcile.py have the words beside the codes, docs/operations.md what to do.
FILE_CODES = {
    "HARD_LINK",
    "NOT_A_FILE",
    "NO_RIGHT",
    "TOO_LARGE",
    "NO_BYTES",
    "OTHER_SIZE",
    "NO_RECEIPT",
    "NOT_FORGOTTEN",
    "DATED_AHEAD",
    "NOT_TAKEN",
}
TELLERS = {"Finding", "WorkbookRefused", "DateUnreadable", "message"}


def codes_in_python(source: str) -> Iterator[str]:
    """Constants written like a code (TWO_WORDS), and whatever constant is given first to what makes a finding."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_code = re.fullmatch(r"[A-Z]+(_[A-Z]+)+", node.value) is not None
            if (
                is_code
                and node.value not in NO_CODES | RELEASE_CODES | FILE_CODES
                and not node.value.startswith(NO_CODE_PREFIXES)
            ):
                yield node.value
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if called in TELLERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def files_that_tell() -> list[Path]:
    return [path for folder in READ_OR_CHECK for path in python_files(f"include/{folder}")]


def test_every_code_in_the_code_has_a_sentence() -> None:
    told = {
        (code, str(path.relative_to(ROOT)))
        for path in files_that_tell()
        for code in codes_in_python(path.read_text(encoding="utf-8"))
    }

    assert sorted((code, path) for code, path in told if code not in all_messages()) == []
    assert len({code for code, _ in told}) > 50


def test_every_code_in_a_rule_has_a_sentence() -> None:
    told = {
        (code, name)
        for name, text in texts(".sql")
        if name.startswith("sql/rules/")
        for code in re.findall(r"'([A-Z]+(?:_[A-Z]+)+)'", text)
    }

    assert sorted((code, name) for code, name in told if code not in all_messages()) == []


def test_every_sentence_is_told_by_something() -> None:
    tellers = [text for name, text in texts(".py") if name.startswith("include/")]
    tellers += [text for name, text in texts(".sql", ".yml") if name.startswith(("sql/rules/", "great_expectations/"))]
    words = set(re.findall(r"\b[A-Z]+(?:_[A-Z0-9]+)*\b", "\n".join(tellers)))

    assert set(all_messages()) - words == set()


def test_a_code_without_a_sentence_would_be_noticed() -> None:
    source = 'Finding("EMPTY")\nerrors.append(Finding(f"{x}"))\ncode = "NOT_WRITTEN"\nhome = "TTDN_HOME"\n'

    assert set(codes_in_python(source)) == {"EMPTY", "NOT_WRITTEN"}


def test_why_a_release_stopped_is_listed_for_those_who_look_it_up() -> None:
    told = {
        node.args[0].value
        for path in (*python_files("include/releases"), *python_files("include/pipeline"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "StopReason"
        and isinstance(node.args[0], ast.Constant)
    }
    listed = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8") + (ROOT / "docs" / "delivery.md").read_text(
        encoding="utf-8"
    )

    assert told <= RELEASE_CODES
    assert sorted(code for code in RELEASE_CODES if f"`{code}`" not in listed) == []
