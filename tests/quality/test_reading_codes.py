"""Whatever reading a file may say has a sentence: a code without one would stop a whole batch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from include.quality.messages import all_messages
from include.settings import PROJECT_ROOT

READING = ("include/readers", "include/sources/agency_reports", "include/vietnamese")
_CODE = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*")
_PLACE_OF_CODE = {
    "Finding": 0,
    "WorkbookRefused": 0,
    "DateUnreadable": 0,
    "_ask": 0,
    "_Unplaced": 0,
    "Figure": 2,
}


def _codes_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = _PLACE_OF_CODE.get(name)
            if place is not None and len(node.args) > place:
                said = [node.args[place]]
        elif isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "code" for target in node.targets):
            said = [node.value]
        for expression in said:
            for part in ast.walk(expression):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and _CODE.fullmatch(part.value):
                    yield part.value


def codes_of_reading() -> set[str]:
    files = (path for folder in READING for path in sorted((PROJECT_ROOT / folder).rglob("*.py")))
    return {code for path in files for code in _codes_of(path)}


def test_every_code_that_reading_can_say_has_a_sentence() -> None:
    codes = codes_of_reading()

    assert {"LINE_UNKNOWN", "LINE_CONFLICT", "NUMBER_AMBIGUOUS", "ZIP_BOMB", "DATE_SHORT_YEAR", "SECRET"} <= codes
    assert codes - set(all_messages()) == set()


def test_every_sentence_of_the_report_reader_is_said_somewhere() -> None:
    pipeline = (PROJECT_ROOT / "include" / "pipeline").rglob("*.py")
    said = codes_of_reading() | {code for path in pipeline for code in _codes_of(path)}
    written = {code for code in all_messages() if code in _entries_of("agency_reports")}

    assert written - said == set()


def _entries_of(source_id: str) -> set[str]:
    path = PROJECT_ROOT / "include" / "sources" / source_id / "messages.yml"
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Z][A-Z0-9_]*):", text, re.MULTILINE))
