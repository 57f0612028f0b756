"""Pours strings into every text people wrote of whatever a document is made from, at any depth."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

WORDS = frozenset(
    "name short_name indicator_name scope_name side_name axis_name member_name owner reading_note reason reviewed_by"
    " approved_by frozen_by unit_name file_name receipt_number measure_name before after why text rule breakdown_name"
    " sheet cell period_name when_missing".split()
)
"""Fields of an edition that hold what people wrote; the others hold codes the program chooses by."""

WORDS_OF_DICTIONARY = frozenset(
    "english vietnamese description_vi description_en description check why sql_note title owner name_vi name_en note"
    " definition purpose reading_note printed_name".split()
)
"""The same of a dictionary, whose names are names of tables and columns."""


class Poured:
    """Puts the strings, in turn, behind or instead of every text in a field of one of those names."""

    def __init__(self, strings: Sequence[str], words: frozenset[str] = WORDS, *, instead: bool = False) -> None:
        self.turn = itertools.cycle(strings)
        self.words, self.instead = words, instead
        self.count = 0

    def into(self, content: Any, name: str = "") -> Any:
        """The same content with strings poured in."""
        if isinstance(content, str):
            if name not in self.words:
                return content
            self.count += 1
            return next(self.turn) if self.instead else f"{content} {next(self.turn)}"
        if isinstance(content, tuple):
            return tuple(self.into(each, name) for each in content)
        if is_dataclass(content) and not isinstance(content, type):
            changes = {
                each.name: self.into(getattr(content, each.name), each.name) for each in fields(content) if each.init
            }
            return replace(content, **changes)
        if isinstance(content, Mapping):
            return {key: self.into(each, name) for key, each in content.items()}
        return content
