"""What becomes of an indicator when a body has not reported: a closed list of codes, each with its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("missing_units.yml")


@dataclass(frozen=True, slots=True)
class MissingUnitRule:
    """One code with its sentences and the indicators it may stand for; an empty condition admits every one."""

    code: str
    sentence_vi: str
    sentence_en: str
    arithmetics: tuple[str, ...]
    populations: tuple[str, ...]
    measures: tuple[str, ...]
    prevails: str | None

    def fits(self, arithmetic: str, population: str | None, measures: tuple[str, ...], prevailing: int) -> bool:
        """Whether an indicator of that arithmetic, population, measures and number of prevailing bodies may say so."""
        return (
            arithmetic in self.arithmetics
            and (not self.populations or population in self.populations)
            and (not self.measures or set(measures) <= set(self.measures))
            and self.prevails in (None, ("none", "one")[prevailing] if prevailing < 2 else "several")
        )


@lru_cache(maxsize=1)
def missing_unit_rules() -> Mapping[str, MissingUnitRule]:
    """The codes in the order of missing_units.yml beside this module."""
    import yaml

    entries = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        code: MissingUnitRule(
            code=code,
            sentence_vi=entry["vi"],
            sentence_en=entry["en"],
            arithmetics=tuple(entry["fits"]["arithmetic"]),
            populations=tuple(entry["fits"].get("population", ())),
            measures=tuple(entry["fits"].get("measures", ())),
            prevails=entry["fits"].get("prevails"),
        )
        for code, entry in entries.items()
    }
