"""Reference data: who reports, what is asked, in which words. The files beside this module are the truth."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from include.reference.shapes import (
    COMPANION,
    OF_WHICH,
    Axis,
    Bound,
    Clause,
    CodeList,
    Measure,
    Member,
    Reference,
    ReportingUnit,
    Section,
    Succession,
    Template,
    WrittenUnit,
)

__all__ = [
    "COMPANION",
    "OF_WHICH",
    "Axis",
    "Bound",
    "Clause",
    "CodeList",
    "Measure",
    "Member",
    "Reference",
    "ReportingUnit",
    "Section",
    "Succession",
    "Template",
    "WrittenUnit",
    "load_reference",
]


def load_reference(folder: Path | None = None) -> Reference:
    """The reference data of `folder` (the project's own when None), read once a process.

    Raises CatalogueError naming every contradiction in the files at once.
    """
    return _load(Path(__file__).parent if folder is None else folder.resolve())


@lru_cache(maxsize=8)
def _load(folder: Path) -> Reference:
    from include.reference.loading import read_reference

    return read_reference(folder)
