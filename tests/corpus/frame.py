"""The corpus of bad inputs: what is sent, and what has to become of it.

An entry B001 to B136 is one kind of bad input; a case is one file of that kind, made by a function. Parts of the
corpus are modules of this folder that register their cases; `test_corpus.py` sends them all through the whole gate.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from include.calendar.periods import VIETNAM
from include.reference import load_reference

PARTS: Final = (
    "containers",
    "workbooks",
    "documents",
    "text_files",
    "vietnamese",
    "figures",
    "meaning",
    "confidential",
    "injection",
)
"""Modules of this folder, in the order of the entries."""

IN_JUNE: Final = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
IN_NOVEMBER: Final = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)

Make = Callable[[Path, str], Path | Sequence[Path]]
"""Writes the files of a case into a folder of its own, about the body with that code (a commune no other case of the
module has), and returns what is sent: the last file is judged, the ones before it are sent first, one after another."""


@dataclass(frozen=True, slots=True)
class Case:
    """One bad file and what has to become of it.

    `told` are message codes the sender must be told (others may be there, unless `told_only`); `cells` maps a message
    code to the cell it must name; `loads` maps a measure to the figure in the warehouse after it (a Decimal in base
    units, or a state such as "nil" or "missing"); `lands` is False for what is no report and is passed over;
    `kept` maps a text column ("capital_flow.member_name", by submission) to the one text it must hold.
    """

    entry: str
    what: str
    make: Make
    verdict: str
    code: str
    told: frozenset[str] = frozenset()
    told_only: bool = False
    cells: Mapping[str, str] = field(default_factory=dict)
    loads: Mapping[str, Decimal | str | None] = field(default_factory=dict)
    source: str = "agency_reports"
    lands: bool = True
    received_at: datetime = IN_JUNE
    part: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.entry} {self.what}"


_cases: list[Case] = []


def case(
    entry: str,
    what: str,
    verdict: str,
    code: str,
    *,
    told: Sequence[str] = (),
    told_only: bool = False,
    cells: Mapping[str, str] | None = None,
    loads: Mapping[str, Decimal | str | None] | None = None,
    source: str = "agency_reports",
    lands: bool = True,
    received_at: datetime = IN_JUNE,
    kept: Mapping[str, str] | None = None,
) -> Callable[[Make], Make]:
    """Register the decorated function as the maker of one case; may be stacked for several."""

    def register(make: Make) -> Make:
        _cases.append(
            Case(
                entry,
                what,
                make,
                verdict,
                code,
                frozenset(told),
                told_only,
                dict(cells or {}),
                dict(loads or {}),
                source,
                lands,
                received_at,
                make.__module__.rpartition(".")[2],
                dict(kept or {}),
            )
        )
        return make

    return register


def load_cases(*parts: str) -> list[Case]:
    """Every case of those parts of the corpus, of all parts by default, in the order of the entries."""
    wanted = parts or PARTS
    for part in wanted:
        if (Path(__file__).parent / f"{part}.py").exists():
            importlib.import_module(f"tests.corpus.{part}")
    return sorted((each for each in _cases if each.part in wanted), key=lambda each: each.entry)


def communes() -> list[str]:
    """Codes of the bodies cases may report for: every commune and ward, each used by one case of a part."""
    return sorted(unit.code for unit in load_reference().units.values() if unit.template_code == "T-COMMUNE")
