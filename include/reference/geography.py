"""The province's administrative units over the days they existed: before and since the merger of 01/07/2025.

Codes are used again: 82 is Tiền Giang until 30/06/2025 and Đồng Tháp since, 28249 was a ward of Mỹ Tho and is now a
larger one. A code means something only with its day.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from include.errors import CatalogueError
from include.reference import Reference, load_reference
from include.reference.our_province import load_our_province
from include.reference.provinces import Province, load_provinces
from include.reference.shapes import is_valid_on

Level = Literal["province", "district", "commune"]

_DISTRICTS_FILE = Path(__file__).with_name("former_districts.csv")


@dataclass(frozen=True, slots=True)
class AdministrativeUnit:
    """One province, district or commune over the days it had these borders; `valid_to` is the first day it had not.

    `parent_code` is the unit it lies in on the same days: a former commune's district, a commune's province since.
    """

    unit_code: str
    name_vi: str
    unit_level: Level
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    basis: str

    def is_valid_on(self, on: date) -> bool:
        """Whether the unit existed with these borders on that day."""
        return is_valid_on(self.valid_from, self.valid_to, on)


def load_administrative_units(
    reference: Reference | None = None, districts_file: Path = _DISTRICTS_FILE
) -> tuple[AdministrativeUnit, ...]:
    """Both maps of the province: old provinces, districts and communes, and those of today.

    Raises CatalogueError with every contradiction at once: a former commune in no district, a unit whose parent did
    not exist beside it, a code twice on one day.
    """
    reference = load_reference() if reference is None else reference
    provinces = tuple(each for each in load_provinces() if load_our_province().code in (each.code, each.successor_code))
    districts = _read_districts(districts_file)
    mistakes: list[str] = []
    units = (
        *(_province(each) for each in provinces),
        *districts,
        *_former_communes(reference, provinces, districts, mistakes),
        *_communes_of_today(reference),
    )
    mistakes += _contradictions(units)
    if mistakes:
        raise CatalogueError(
            where="include/reference (units.csv, unit_succession.csv, former_districts.csv, provinces.csv)",
            found="; ".join(mistakes),
            expected="every unit once on a day, inside a unit that existed beside it",
            remedy="Correct the lines named; docs/geography.md says how the files hang together.",
        )
    return units


def sync_administrative_units(connection: Connection) -> int:
    """Make reference.administrative_unit equal to the files, in the caller's transaction; rows changed."""
    from include.vietnamese.text import sort_key
    from include.warehouse.sql import run_file

    rows = [_as_row(unit, sort_key(unit.name_vi)) for unit in load_administrative_units()]
    changed = run_file(
        connection, "load/administrative_unit.sql", {"units": json.dumps(rows, ensure_ascii=False)}
    ).rowcount
    return int(changed)


def _province(province: Province) -> AdministrativeUnit:
    # A province entry of provinces.csv that has no successor is the one of today; its list is official.
    return AdministrativeUnit(
        province.code,
        province.name_vi,
        "province",
        None,
        province.valid_from,
        province.valid_to,
        "memory" if province.valid_to else "official list",
    )


def _read_districts(path: Path) -> tuple[AdministrativeUnit, ...]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return tuple(
            AdministrativeUnit(
                line["code"],
                line["name_vi"],
                "district",
                line["province_code"],
                date.fromisoformat(line["valid_from"]),
                date.fromisoformat(line["valid_to"]),
                line["basis"],
            )
            for line in csv.DictReader(lines)
        )


def _former_communes(
    reference: Reference,
    provinces: tuple[Province, ...],
    districts: tuple[AdministrativeUnit, ...],
    mistakes: list[str],
) -> tuple[AdministrativeUnit, ...]:
    # Two provinces each had a Huyện Châu Thành: the district is found by its name within the former province.
    names = {province.code: province.name_vi for province in provinces if province.valid_to}
    by_name = {(names.get(each.parent_code or ""), each.name_vi): each for each in districts}
    found: dict[str, AdministrativeUnit] = {}
    for succession in reference.successions:
        former_province = reference.units[succession.successor_code].former_province
        district = by_name.get((former_province, succession.former_district_vi))
        if district is None:
            mistakes.append(
                f"{succession.former_code} {succession.former_name_vi} lay in {succession.former_district_vi},"
                f" {former_province}, which former_districts.csv does not have"
            )
            continue
        found[succession.former_code] = AdministrativeUnit(
            succession.former_code,
            succession.former_name_vi,
            "commune",
            district.unit_code,
            # How the communes lay before the earlier rearrangement is not known: no older figure is put on this map.
            district.valid_from,
            succession.changed_on,
            "verified",
        )
    return tuple(found.values())


def _communes_of_today(reference: Reference) -> tuple[AdministrativeUnit, ...]:
    return tuple(
        AdministrativeUnit(
            unit.code, unit.name_vi, "commune", load_our_province().code, unit.valid_from, unit.valid_to, unit.basis
        )
        for unit in reference.units.values()
        if unit.kind == "commune"
    )


def _contradictions(units: tuple[AdministrativeUnit, ...]) -> list[str]:
    days = sorted({unit.valid_from for unit in units})
    mistakes = []
    for day in days:
        standing = [unit for unit in units if unit.is_valid_on(day)]
        counted = Counter(unit.unit_code for unit in standing)
        mistakes += [f"{code} twice on {day}" for code, count in counted.items() if count > 1]
        levels = {unit.unit_code: unit.unit_level for unit in standing}
        mistakes += [
            f"{unit.unit_code} {unit.name_vi} lies in {unit.parent_code}, which is no unit above it on {day}"
            for unit in standing
            if unit.parent_code is not None and levels.get(unit.parent_code) in (None, unit.unit_level)
        ]
    return mistakes


def _as_row(unit: AdministrativeUnit, sort_key: str) -> dict[str, Any]:
    written = {name: str(value) if isinstance(value, date) else value for name, value in asdict(unit).items()}
    return {**written, "sort_key": sort_key}
