"""Public holidays, the days off that stand in for them, and the Saturdays worked in exchange: dated, to be confirmed.

The Government announces them year by year; a year without lines here is not known, and nothing is worked out for it.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from include.errors import CatalogueError

_FILE: Final = Path(__file__).with_name("public_holidays.csv")
_COLUMNS: Final = ("holiday_date", "day_kind", "name_vi", "name_en", "basis")
_KINDS: Final = ("holiday", "substitute", "swapped_off", "swapped_work", "proposed")
_BASES: Final = ("memory", "verified", "to confirm")
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """One day the working week does not apply to.

    `day_kind`: holiday by law, substitute for one on a weekend, swapped_off and swapped_work for two days exchanged,
    proposed for a holiday no law orders yet, which counts as an ordinary day.
    """

    holiday_date: date
    day_kind: str
    name_vi: str
    name_en: str
    basis: str


def load_public_holidays(path: Path = _FILE) -> tuple[PublicHoliday, ...]:
    """Every line of the file, in its order.

    Raises CatalogueError with every mistake at once: another header, kind or basis, a day twice, a day without both
    names, a substitute or swapped day off on a weekend, a swapped working day that is none.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        header, rows = tuple(reader.fieldnames or ()), list(reader)
    mistakes: list[str] = []
    found: dict[date, PublicHoliday] = {}
    if header != _COLUMNS:
        mistakes.append(f"header {','.join(header)}")
        rows = []
    for number, row in enumerate(rows, start=2):
        try:
            day = _holiday(row)
        except ValueError as mistake:
            mistakes.append(f"line {number}: {mistake}")
            continue
        if day.holiday_date in found:
            mistakes.append(f"line {number}: {day.holiday_date} again")
        found[day.holiday_date] = day
    if mistakes:
        raise CatalogueError(
            where=f"include/reference/{path.name}",
            found="; ".join(mistakes),
            expected=f"the columns {', '.join(_COLUMNS)}, each day once, of a kind among {', '.join(_KINDS)}",
            remedy="Correct the lines named.",
        )
    return tuple(found.values())


def sync_public_holidays(connection: Connection) -> int:
    """Make reference.public_holiday equal to the file, in the caller's transaction; rows changed."""
    from include.warehouse.sql import run_file

    rows = [{**asdict(each), "holiday_date": each.holiday_date.isoformat()} for each in load_public_holidays()]
    changed = run_file(connection, "load/public_holiday.sql", {"days": json.dumps(rows, ensure_ascii=False)}).rowcount
    return int(changed)


def _holiday(row: dict[str, str]) -> PublicHoliday:
    day = PublicHoliday(**{**row, "holiday_date": date.fromisoformat(row["holiday_date"])})  # type: ignore[arg-type]
    is_weekend = day.holiday_date.weekday() >= _SATURDAY
    if day.day_kind not in _KINDS or day.basis not in _BASES:
        raise ValueError(f"kind {day.day_kind!r}, basis {day.basis!r}")
    if not day.name_vi or not day.name_en:
        raise ValueError(f"{day.holiday_date} without both names")
    if is_weekend and day.day_kind in ("substitute", "swapped_off"):
        raise ValueError(f"{day.holiday_date} is off anyway, being a weekend")
    if not is_weekend and day.day_kind == "swapped_work":
        raise ValueError(f"{day.holiday_date} is worked anyway, being no weekend")
    return day
