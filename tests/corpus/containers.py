"""B001 to B018: the container, its name, and what transport does to it."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.frame import case
from tests.sources.reports import write_report


@case("B001", "a file without a byte", "rejected", "EMPTY", told=["EMPTY"], told_only=True)
def empty(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    path.touch()
    return path


@case("B016", "the same name with other content", "loaded", "OK")
def same_name(folder: Path, unit: str) -> list[Path]:
    (folder / "lan1").mkdir()
    (folder / "lan2").mkdir()
    return [
        write_report(folder / "lan1" / "bao-cao.xlsx", unit, actual={"MED01": 12}),
        write_report(folder / "lan2" / "bao-cao.xlsx", unit, actual={"MED01": 13}),
    ]
