"""What source.yml says of the book: which headings stand for which measure, which words begin which section."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from include.readers.table import HeaderRole
from include.vietnamese.text import match_key

MONEY = "money"


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract, ready for matching.

    `units` maps a measure to the thing counted, or MONEY. `names` maps an axis to the code of every listed name's
    key; a name without a code of its own is kept as None.
    """

    roles: tuple[HeaderRole, ...]
    units: dict[str, str]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    names: dict[str, dict[str, str | None]]


@cache
def load_contract() -> Contract:
    """The contract of this folder, read once a process."""
    written = yaml.safe_load((Path(__file__).parent / "source.yml").read_text(encoding="utf-8"))
    return Contract(
        roles=tuple(
            HeaderRole(measure, tuple(entry["headers"]), required=entry.get("required", False))
            for measure, entry in written["measures"].items()
        ),
        units={measure: entry["unit"] for measure, entry in written["measures"].items()},
        sections=tuple((axis, tuple(words)) for axis, words in written["sections"].items()),
        names={
            axis: {match_key(name): code for code, names in entries.items() for name in names}
            for axis, entries in written["names"].items()
        },
    )
