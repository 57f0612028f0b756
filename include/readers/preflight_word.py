"""Checks on a Word document's parts before anything is read from them: what it would load, run or hide elsewhere.

The container itself was checked by preflight.py. The parts come parsed, without entities and without a network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from include.readers.grid import WorkbookRefused
from include.readers.markup import attribute_of, local_name

_PROGRAM_FIELDS: Final = frozenset({"DDE", "DDEAUTO"})
_LOADING_FIELDS: Final = frozenset({"INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "DATABASE", "RD"})
_FIELD_NAME: Final = re.compile(r"\s*\\?([A-Za-z=]+)")
_LOCAL_PATH: Final = re.compile(r"(?:file:/{2,3})?/?[A-Za-z]:[\\/]")
_EMBEDDING: Final = frozenset({"OLEObject", "control", "objectEmbed", "objectLink"})
_JOINING: Final = frozenset({"altChunk", "subDoc"})
_FOLLOWED_BY_HAND: Final = "hyperlink"


def check_word(trees: Mapping[str, Any], relations: Mapping[str, Any]) -> None:
    """Look through the parts and their relationships for what no reader may follow.

    Raises WorkbookRefused: EMBEDDED, ALT_CHUNK, DDE, FIELD_LOADS, EXTERNAL_CONTENT.
    """
    for tree in relations.values():
        _check_relations(tree)
    for tree in trees.values():
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            name = local_name(element)
            if name in _JOINING:
                raise WorkbookRefused("ALT_CHUNK")
            if name in _EMBEDDING:
                raise WorkbookRefused("EMBEDDED")
        for instruction in _instructions(tree):
            _check_field(instruction)


def _check_relations(tree: Any) -> None:
    for relation in tree:
        kind = str(relation.get("Type", "")).rpartition("/")[2]
        if kind == "aFChunk":
            raise WorkbookRefused("ALT_CHUNK")
        if kind in ("oleObject", "package", "control"):
            raise WorkbookRefused("EMBEDDED")
        if str(relation.get("TargetMode", "")).lower() != "external" or kind == _FOLLOWED_BY_HAND:
            continue
        # Word notes the template a document was begun with; a path on the writer's own disk is fetched by nobody.
        if kind == "attachedTemplate" and _LOCAL_PATH.match(str(relation.get("Target", ""))):
            continue
        raise WorkbookRefused("EXTERNAL_CONTENT", kind)


def _instructions(tree: Any) -> Iterable[str]:
    """The instruction of every field; a field whose name another field makes up comes as "{"."""
    open_fields: list[list[str]] = []
    in_instruction: list[bool] = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        name = local_name(element)
        if name == "fldSimple":
            yield attribute_of(element, "instr")
        elif name == "fldChar":
            kind = attribute_of(element, "fldCharType")
            if kind == "begin":
                if in_instruction and in_instruction[-1]:
                    open_fields[-1].append("{")
                open_fields.append([])
                in_instruction.append(True)
            elif kind == "separate" and in_instruction:
                in_instruction[-1] = False
            elif kind == "end" and open_fields:
                yield "".join(open_fields.pop())
                in_instruction.pop()
        elif name in ("instrText", "delInstrText"):
            if open_fields:
                open_fields[-1].append(element.text or "")
            else:
                yield element.text or ""
    yield from ("".join(pieces) for pieces in open_fields)


def _check_field(instruction: str) -> None:
    if instruction.lstrip().startswith("{"):
        raise WorkbookRefused("FIELD_LOADS", "trường lồng nhau")
    named = _FIELD_NAME.match(instruction)
    name = named[1].upper() if named else ""
    if name in _PROGRAM_FIELDS:
        raise WorkbookRefused("DDE")
    if name in _LOADING_FIELDS:
        raise WorkbookRefused("FIELD_LOADS", name)
