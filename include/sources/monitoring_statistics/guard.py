"""What may stand in a cell of the cube, and what might name a person, an account or an outlet and refuses the file.

The lists are closed. A misspelt entry is asked back with the entry it resembles; anything that resembles none is not
repeated to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from include.readers.personal_data import kinds_in_text
from include.reference.monitoring_cube import DIMENSIONS
from include.reference.shapes import CodeList, Member
from include.sources.monitoring_statistics.contract import Contract
from include.vietnamese.numbers import ERROR_TEXTS
from include.vietnamese.text import match_key, normalise, strip_accents

LONGEST_VALUE: Final = 40
_SIMILAR_ENOUGH: Final = 0.6
_ADDRESS: Final = re.compile(r"@|https?:|www\.|://|\w\.(?:com|vn|net|org|info|me|tv|gov|edu)\b|^[#/\\]", re.IGNORECASE)
_FIGURE_OR_DAY: Final = re.compile(r"[-+(]?[0-9]{1,9}(?:[ ./,:-][0-9]{1,6})*\)?%?")
_LANGUAGE_CODE: Final = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True, slots=True)
class Match:
    """A value of a dimension: the member it is, or the one it resembles."""

    member: Member | None
    nearest: Member | None


class ClosedList:
    """One list of the cube, with the spellings a layout adds to it."""

    def __init__(self, code_list: CodeList, spellings: Mapping[str, str], words: frozenset[str]) -> None:
        self._list = code_list
        self._spellings = spellings
        self._entries = {
            strip_accents(match_key(text)): member
            for member in code_list.values()
            for text in (member.name_en, *member.aliases, member.name_vi, member.code)
        }
        self._words = {word for entry in self._entries for word in entry.split()} | set(map(strip_accents, words))

    @property
    def name(self) -> str:
        """The list's Vietnamese name."""
        return self._list.name_vi

    def member(self, text: str) -> Member | None:
        """The member `text` names, exact after normalisation."""
        member = self._list.named(text)
        if member is None and self._spellings:
            code = self._spellings.get(match_key(text))
            member = self._list[code] if code else None
        return member

    def match(self, text: str) -> Match | None:
        """The member `text` names or nearly names; None when it resembles no entry and may not be repeated."""
        member = self.member(text)
        if member is not None:
            return Match(member, member)
        if text in ERROR_TEXTS:
            return Match(None, None)
        if may_name_somebody(text):
            return None
        nearest = self._nearest(strip_accents(match_key(text)))
        return Match(None, nearest) if nearest else None

    def _nearest(self, key: str) -> Member | None:
        if not key:
            return None
        best, ratio = max(((entry, _likeness(key, entry)) for entry in self._entries), key=lambda each: each[1])
        if ratio >= _SIMILAR_ENOUGH and all(word in self._words for word in key.split()):
            return self._entries[best]
        # Half the letters of “Báo Đồng Tháp” are those of “Báo điện tử”: a slip of the finger is told by its edits.
        slips = [entry for entry in self._entries if _is_slip_of(key, entry)]
        if slips:
            return self._entries[max(slips, key=lambda entry: _likeness(key, entry))]
        if self._list.code == "language" and _LANGUAGE_CODE.fullmatch(key):
            return self._list.get("khac")
        return None


class Guard:
    """All five lists of one contract: what a stray cell may hold without refusing the file."""

    def __init__(
        self, contract: Contract, lists: Mapping[str, CodeList], values: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.lists = {
            name: ClosedList(lists[name], values.get(name, {}), contract.harmless_words.get(name, frozenset()))
            for name in DIMENSIONS
        }
        self._harmless: set[str] = set()

    def is_member(self, text: str) -> bool:
        """Whether the text is an entry of one of the lists."""
        return any(each.member(text) is not None for each in self.lists.values())

    def is_harmless(self, text: str) -> bool:
        """Whether the text is nothing, a figure, a day, or close to an entry of one of the lists."""
        text = normalise(text)
        if not text or _FIGURE_OR_DAY.fullmatch(text):
            return not kinds_in_text(text)
        if text not in self._harmless:
            if not (self.is_member(text) or any(each.match(text) is not None for each in self.lists.values())):
                return False
            self._harmless.add(text)
        return True


def may_name_somebody(text: str) -> bool:
    """Whether the text looks like an address, an account, a telephone or identity number, or is a whole sentence."""
    return len(text) > LONGEST_VALUE or _ADDRESS.search(text) is not None or bool(kinds_in_text(text))


def _likeness(key: str, entry: str) -> float:
    """How much of the two is common, from 0 to 1, whatever the order of their words."""
    sorted_key, sorted_entry = " ".join(sorted(key.split())), " ".join(sorted(entry.split()))
    return max(SequenceMatcher(None, key, entry).ratio(), SequenceMatcher(None, sorted_key, sorted_entry).ratio())


def _is_slip_of(key: str, entry: str) -> bool:
    """Whether a few strokes make the one into the other: one in a short word, up to three in a long one."""
    allowed = 1 if len(entry) < 8 else 2 if len(entry) < 16 else 3
    if min(len(key), len(entry)) < 2 or abs(len(key) - len(entry)) > allowed:
        return False
    return _distance(key, entry) <= allowed


def _distance(left: str, right: str) -> int:
    """Letters added, left out, changed or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, start=1):
        above, before, row = before, row, [i]
        for j, other in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
