"""The texts the indicators rest on, with the days each is in force: dated data, because the law changes in mid-year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from include.reference.files import Problems, named_entries, one_of, only_keys, read_day, read_text, yaml_mapping

Evidence = Literal["verified", "second_hand", "memory"]

EVIDENCE_VI: Final[Mapping[str, str]] = {
    "verified": "đã thấy văn bản, hoặc Kế hoạch nêu",
    "second_hand": "theo trích dẫn, chưa đối chiếu bản gốc",
    "memory": "theo trí nhớ, chưa đối chiếu bản gốc",
}
"""How well a text is known, as told to readers."""

_FILE: Final = Path(__file__).with_name("legal_bases.yml")
_KEYS: Final = (
    "number name_vi name_en issued valid_from valid_to replaced_by amends basis_of_vi evidence source_vi"
).split()


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One text. `valid_to` is the first day it no longer holds, None while it does.

    `is_start_assumed`: the first day in force is not known, the day of issue stands in for it.
    """

    code: str
    number: str | None
    name_vi: str
    name_en: str
    issued: date | None
    valid_from: date
    valid_to: date | None
    is_start_assumed: bool
    replaced_by: str | None
    amends: str | None
    basis_of_vi: str
    evidence: Evidence
    source_vi: str
    position: int

    def holds_on(self, day: date) -> bool:
        """Whether the text is in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def load_legal_bases(path: Path = _FILE) -> Mapping[str, LegalBasis]:
    """The texts by code, in the order of the file.

    Raises CatalogueError with every mistake at once: an unknown text named as successor or as amended, days the wrong
    way round, a text and its successor in force together or with days between them, a text without any first day.
    """
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _load(path: Path, _: int) -> Mapping[str, LegalBasis]:
    problems = Problems()
    bases: dict[str, LegalBasis] = {}
    for code, entry in named_entries(yaml_mapping(path, problems), path.name, problems):
        bases[str(code)] = _basis(str(code), entry, f"{path.name}, {code}", len(bases) + 1, problems)
    for basis in bases.values():
        _check_neighbours(basis, bases, f"{path.name}, {basis.code}", problems)
    problems.raise_if_any(path.parent)
    return bases


def first_day_without(bases: Iterable[LegalBasis], start: date, end: date) -> date | None:
    """The first day of a window, both ends included, on which none of the texts is in force; None for no such day."""
    day = start
    for basis in sorted(bases, key=lambda each: each.valid_from):
        if day > end:
            break
        if basis.holds_on(day):
            day = end + timedelta(days=1) if basis.valid_to is None else basis.valid_to
    return day if day <= end else None


def _basis(code: str, entry: Mapping[str, Any], where: str, position: int, problems: Problems) -> LegalBasis:
    only_keys(entry, _KEYS, where, problems)
    issued = read_day(entry.get("issued"), f"{where}, issued", problems)
    stated = read_day(entry.get("valid_from"), f"{where}, valid_from", problems)
    start = stated or issued
    end = read_day(entry.get("valid_to"), f"{where}, valid_to", problems)
    if start is None:
        problems.add(where, "neither valid_from nor issued", "the first day it is in force, or the day of issue")
    elif end is not None and end <= start:
        problems.add(f"{where}, valid_to", str(end), f"a day after {start}")
    elif issued is not None and issued > start:
        problems.add(f"{where}, issued", str(issued), f"a day not after it came into force, {start}")
    return LegalBasis(
        code=code,
        number=read_text(entry, "number", where, problems) if "number" in entry else None,
        name_vi=read_text(entry, "name_vi", where, problems),
        name_en=read_text(entry, "name_en", where, problems),
        issued=issued,
        valid_from=start or date.min,
        valid_to=end,
        is_start_assumed=stated is None,
        replaced_by=entry.get("replaced_by"),
        amends=entry.get("amends"),
        basis_of_vi=read_text(entry, "basis_of_vi", where, problems),
        evidence=one_of(entry.get("evidence"), get_args(Evidence), f"{where}, evidence", problems),
        source_vi=read_text(entry, "source_vi", where, problems),
        position=position,
    )


def _check_neighbours(basis: LegalBasis, bases: Mapping[str, LegalBasis], where: str, problems: Problems) -> None:
    for key, code in (("replaced_by", basis.replaced_by), ("amends", basis.amends)):
        if code is not None and (code not in bases or code == basis.code):
            problems.add(f"{where}, {key}", repr(code), "the code of another text of this file")
    successor = bases.get(basis.replaced_by or "")
    if successor is not None and successor is not basis and basis.valid_to != successor.valid_from:
        problems.add(
            f"{where}, valid_to",
            str(basis.valid_to),
            f"{successor.valid_from}, the day {successor.code} takes its place: one of the two each day",
        )
    amended = bases.get(basis.amends or "")
    if amended is not None and amended is not basis and not amended.holds_on(basis.valid_from):
        problems.add(f"{where}, valid_from", str(basis.valid_from), f"a day on which {amended.code} is in force")
