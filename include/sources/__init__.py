"""The sources the platform knows: one folder each, described by its source.yml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from include.errors import SourceContractError

SOURCES_FOLDER = Path(__file__).parent
SHAPES = ("observation", "capital_flow", "monitoring_count", "series_point")
LOADED_SHAPES = SHAPES
"""Shapes the pipeline takes into the warehouse; a source of another shape says `loads: false`."""
EVERY_QUARTER_HOUR = "*/15 * * * *"


@dataclass(frozen=True, slots=True)
class Source:
    """What the pipeline must know of a source; everything else stays in the source's folder.

    `reader` and `answerer` are written `package.module:function`; both run in the sandbox.
    A source that does not load yet (`loads: false`) can be read, but has no DAG.
    `inbox` is its folder below the inbox, named like the source unless source.yml says otherwise; `schedule` (cron,
    Vietnamese time) is when its DAG looks there.
    """

    source_id: str
    title: str
    owner: str
    fills: str
    extensions: tuple[str, ...]
    reader: str
    answerer: str | None
    batch_size: int
    loads: bool = True
    inbox: str = "."
    schedule: str = EVERY_QUARTER_HOUR


def list_sources(*, loadable_only: bool = True) -> tuple[Source, ...]:
    """The registered sources in name order; those that can only be read are left out unless asked for.

    Raises SourceContractError naming the file when a source.yml lacks a key or fills no known shape.
    """
    return tuple(source for source in _all_sources() if source.loads or not loadable_only)


@cache
def _all_sources() -> tuple[Source, ...]:
    return tuple(_load(path) for path in sorted(SOURCES_FOLDER.glob("*/source.yml")))


def load_source(source_id: str) -> Source:
    """The source of that name; raises SourceContractError listing the known ones."""
    for source in _all_sources():
        if source.source_id == source_id:
            return source
    raise SourceContractError(
        where="--source",
        found=repr(source_id),
        expected="one of " + ", ".join(source.source_id for source in _all_sources()),
        remedy="Use a listed source, or add a folder under include/sources.",
    )


def _load(path: Path) -> Source:
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = {"title", "owner", "fills", "extensions", "reader"} - set(contract)
    if missing or contract["fills"] not in SHAPES:
        raise SourceContractError(
            where=str(path.relative_to(SOURCES_FOLDER.parent.parent)),
            found=f"fills: {contract.get('fills')!r}, missing keys: {sorted(missing) or 'none'}",
            expected=f"title, owner, fills ({', '.join(SHAPES)}), extensions, reader",
            remedy="Complete the contract; include/sources/agency_reports/source.yml is a full example.",
        )
    if contract.get("loads", True) and contract["fills"] not in LOADED_SHAPES:
        raise SourceContractError(
            where=f"{path.parent.name}/{path.name}",
            found=f"fills: {contract['fills']}, which the warehouse does not take in yet",
            expected=f"one of {', '.join(LOADED_SHAPES)}, or `loads: false`",
            remedy="Add `loads: false`: the files can be read, and nothing of them is dropped in silence.",
        )
    return Source(
        source_id=path.parent.name,
        title=contract["title"],
        owner=contract["owner"],
        fills=contract["fills"],
        extensions=tuple(contract["extensions"]),
        reader=contract["reader"],
        answerer=contract.get("answerer"),
        batch_size=int(contract.get("batch_size", 150)),
        loads=bool(contract.get("loads", True)),
        inbox=contract.get("inbox", path.parent.name),
        schedule=contract.get("schedule", EVERY_QUARTER_HOUR),
    )
