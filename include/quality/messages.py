"""What the platform tells a reporter: one sentence per code.

Sentences of readers and rules that many share stand in the folder `messages`, those of one source in its own folder.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from include.errors import CatalogueError, tell_on_one_line
from include.model import Finding, Severity

if TYPE_CHECKING:
    from include.quality.gate import Breach

MESSAGES_ROOT = Path(__file__).parent / "messages"
_SOURCES_ROOT = Path(__file__).parents[1] / "sources"

_ADDRESS = re.compile(r"[A-Z]{1,3}\d+(:[A-Z]{1,3}\d+)?")
_DOCUMENT_PLACE = re.compile(r"hàng \d+, cột \d+|đoạn \d+")
_KEYS = {"rule", "severity", "text", "remedy"}
_FIELDS = {"found", "expected", "subject"}
_LINE_END = re.compile(r"\s*[\t\r\n\v\f\x85\u2028\u2029]\s*")
_LONGEST_FIELD = 4_000
"""Longer than any list of ours; readers cut what they quote of a cell long before."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a reporter. `text` and `remedy` may hold {found}, {expected} and {subject}.

    `rule` is R-01 to R-20 or empty for what no cross-check covers.
    """

    code: str
    rule: str
    severity: Severity
    text: str
    remedy: str


def message(code: str) -> Message:
    """Return the message of a code. Raises CatalogueError for a code nobody has written a sentence for."""
    known = all_messages()
    if code not in known:
        raise CatalogueError(
            where="include/quality/messages, include/sources/*/messages.yml",
            found=f"no entry for the code {code!r}",
            expected="an entry for every code a reader or a check emits",
            remedy="Add it to the messages file of the part that emits it.",
        )
    return known[code]


def all_messages() -> dict[str, Message]:
    """Every message by code. Raises CatalogueError for an entry that is incomplete or written twice."""
    return dict(_load_all())


def render(said: Finding | Breach) -> tuple[str, Severity, str]:
    """Return rule code, severity and the Vietnamese sentence: place, subject, what was found and expected, what to do.

    Raises CatalogueError when the code has no message.
    """
    template = message(said.code)
    sheet = said.sheet if isinstance(said, Finding) else said.sheet_name
    # What a file says is repeated on one line, and nothing of it steers the terminal or the page it is read on.
    fields = {name: _quoted(getattr(said, name)) for name in sorted(_FIELDS)}
    sentence = template.text.format_map(fields)
    if said.subject and "{subject}" not in template.text:
        sentence = f"{fields['subject']}: {sentence}"
    if place := _place(sheet and _quoted(sheet), said.cell and _quoted(said.cell)):
        sentence = f"{place}: {sentence}"
    if template.remedy:
        sentence = f"{sentence} {template.remedy.format_map(fields)}"
    if not isinstance(said, Finding) and said.accepted:
        sentence = f"{sentence} {said.accepted}"
    severity = template.severity if isinstance(said, Finding) else said.severity
    return template.rule, severity, sentence


def load_messages(files: Iterable[Path]) -> dict[str, Message]:
    """Read and merge message files.

    Raises CatalogueError naming file and code for a repeated code, an unknown key, severity, rule or placeholder.
    """
    found: dict[str, Message] = {}
    origin: dict[str, str] = {}
    for path in files:
        for code, entry in _read_entries(path):
            if code in found:
                raise _mistake(path, code, f"also written in {origin[code]}", "one entry a code")
            found[code] = _as_message(path, code, entry)
            origin[code] = _shown(path)
    return found


@cache
def _load_all() -> dict[str, Message]:
    return load_messages([*sorted(MESSAGES_ROOT.glob("*.yml")), *sorted(_SOURCES_ROOT.glob("*/messages.yml"))])


def _read_entries(path: Path) -> list[tuple[str, Any]]:
    import yaml

    # Composed, not loaded: a mapping would keep the last of two entries for a code and say nothing.
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise _mistake(path, "", "no mapping", "codes with their entries")
    constructor = yaml.constructor.SafeConstructor()
    return [(str(key.value), constructor.construct_document(value)) for key, value in root.value]


def _as_message(path: Path, code: str, entry: Any) -> Message:
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        raise _mistake(path, code, f"keys {sorted(entry) if isinstance(entry, dict) else entry}", f"{sorted(_KEYS)}")
    if entry["severity"] not in get_args(Severity):
        raise _mistake(path, code, f"severity {entry['severity']!r}", " or ".join(get_args(Severity)))
    rule = entry["rule"] or ""
    if rule and not re.fullmatch(r"R-(0[1-9]|1[0-9]|20)", rule):
        raise _mistake(path, code, f"rule {rule!r}", "R-01 to R-20, or nothing")
    for part in (entry["text"], entry["remedy"] or ""):
        if unknown := _placeholders(path, code, part) - _FIELDS:
            raise _mistake(path, code, f"placeholder {sorted(unknown)}", f"only {sorted(_FIELDS)}")
    return Message(code, rule, entry["severity"], entry["text"].strip(), (entry["remedy"] or "").strip())


def _placeholders(path: Path, code: str, text: Any) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except (TypeError, ValueError) as error:
        raise _mistake(path, code, f"text {text!r}", "a sentence with {found}, {expected} or {subject}") from error


def _quoted(text: str) -> str:
    return tell_on_one_line(_LINE_END.sub(" ", text[: 2 * _LONGEST_FIELD]), _LONGEST_FIELD)


def _place(sheet: str | None, cell: str | None) -> str:
    # A line of a text file, or a path in XML, says itself what it is.
    place = f"ô {cell}" if cell and _ADDRESS.fullmatch(cell) else cell
    # In a Word document there are no sheets: “Bảng 2, hàng 5, cột 3”, “Văn bản, đoạn 7”.
    shown = sheet if cell and _DOCUMENT_PLACE.fullmatch(cell) else f"Trang “{sheet}”"
    return ", ".join(([str(shown)] if sheet else []) + ([place] if place else []))


def _mistake(path: Path, code: str, found: str, expected: str) -> CatalogueError:
    return CatalogueError(
        where=_shown(path) + (f", {code}" if code else ""),
        found=found,
        expected=expected,
        remedy="Correct the entry.",
    )


def _shown(path: Path) -> str:
    root = _SOURCES_ROOT.parents[1]
    return str(path.relative_to(root) if path.is_relative_to(root) else path.name)
