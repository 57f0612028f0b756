"""The sources the platform knows: one folder each, described by its source.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from include.errors import SourceContractError

SOURCES_FOLDER = Path(__file__).parent
SHAPES = ("observation", "capital_flow", "monitoring_count", "series_point")
EVERY_QUARTER_HOUR = "*/15 * * * *"

_REQUIRED = ("title", "owner", "fills", "extensions", "reader")
_FUNCTION = re.compile(r"[a-z_][\w.]*:[a-z_]\w*")
_CRON = re.compile(r"[\d*/,-]+( [\d*/,-]+){4}")


@dataclass(frozen=True, slots=True)
class Source:
    """What the pipeline must know of a source; everything else stays in the source's folder.

    `reader` and `answerer` are written `package.module:function`; both run in the sandbox. So is `sampler`, which
    writes made-up files, marked synthetic, into the folder it is given.
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
    sampler: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenSource:
    """A source whose contract cannot be used; the others go on without it."""

    source_id: str
    error: SourceContractError


def list_sources(*, loadable_only: bool = True) -> tuple[Source, ...]:
    """The registered sources in name order; those that can only be read are left out unless asked for.

    A source with a broken contract is left out: it is in `broken_sources`.
    """
    sound = (source for source in _all_sources() if isinstance(source, Source))
    return tuple(source for source in sound if source.loads or not loadable_only)


def broken_sources() -> tuple[BrokenSource, ...]:
    """The sources whose contract cannot be used, each with what is wrong with it, in name order."""
    return tuple(source for source in _all_sources() if isinstance(source, BrokenSource))


@cache
def _all_sources(folder: Path = SOURCES_FOLDER) -> tuple[Source | BrokenSource, ...]:
    found: list[Source | BrokenSource] = []
    for path in sorted(folder.glob("*/source.yml")):
        try:
            found.append(_load(path))
        except SourceContractError as error:
            found.append(BrokenSource(path.parent.name, error))
    return tuple(found)


def load_source(source_id: str) -> Source:
    """The source of that name; raises SourceContractError for a broken contract, or listing the known ones."""
    for source in _all_sources():
        if source.source_id == source_id:
            if isinstance(source, BrokenSource):
                raise source.error
            return source
    raise SourceContractError(
        where="--source",
        found=repr(source_id),
        expected="one of " + ", ".join(source.source_id for source in _all_sources()),
        remedy="Use a listed source, or add a folder under include/sources.",
    )


def _load(path: Path) -> Source:
    where = f"{path.parent.name}/{path.name}"
    try:
        contract = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _mistake(where, str(error).replace("\n", " "), "a file YAML can read") from error
    if not isinstance(contract, dict):
        raise _mistake(where, type(contract).__name__, f"the keys {', '.join(_REQUIRED)}")
    if missing := [key for key in _REQUIRED if key not in contract]:
        raise _mistake(where, f"no {', '.join(missing)}", ", ".join(_REQUIRED))
    if contract["fills"] not in SHAPES:
        raise _mistake(where, f"fills: {contract['fills']!r}", f"one of {', '.join(SHAPES)}")
    for key in ("reader", "answerer", "sampler"):
        if contract.get(key) is not None and not _FUNCTION.fullmatch(str(contract[key])):
            raise _mistake(where, f"{key}: {contract[key]!r}", "package.module:function")
    schedule = contract.get("schedule", EVERY_QUARTER_HOUR)
    if not _CRON.fullmatch(str(schedule)):
        raise _mistake(where, f"schedule: {schedule!r}", "five fields of a cron expression, in Vietnamese time")
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
        schedule=schedule,
        sampler=contract.get("sampler"),
    )


def _mistake(where: str, found: str, expected: str) -> SourceContractError:
    return SourceContractError(
        where=f"include/sources/{where}",
        found=found,
        expected=expected,
        remedy="Correct the contract; include/sources/agency_reports/source.yml is a full example.",
    )
