"""What a register's source.yml says of its form: columns by role, who sends it, how it is titled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml

from include.calendar.periods import Period
from include.errors import SourceContractError
from include.readers.table import HeaderRole
from include.reference import Reference, ReportingUnit
from include.reference.shapes import is_valid_on

ColumnKind = Literal[
    "order", "code", "title", "organisation", "member", "date", "currency", "tick", "count", "money", "note"
]
FIGURE_KINDS: Final = frozenset({"tick", "count", "money"})
NAMED_FIELDS: Final = frozenset(
    {"partner_code", "sector_code", "locality_code", "zone_code", "type_code", "form_code", "provider_code"}
)
OWN_CURRENCY: Final = "currency"
"""Unit of a money column whose lines each state their currency."""
WHOLE_PROVINCE: Final = "Toàn tỉnh"
NIL_REGISTER: Final = "không phát sinh"
"""Written in place of a project's name, it says that the register is empty on purpose."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register.

    `required`: a line without it is held. `field` is where a name's code goes in CapitalFlow. Of figures, `unit` is
    what is counted, a currency, or OWN_CURRENCY; `factor` whole units make one printed. `asked_with` names the tick or
    count that, set on a line, makes a blank here a missing figure. `is_dated`: the figure belongs to the line's date,
    which has to lie in the window. A date column may itself count the line (`counts`) when its day lies in the window.
    """

    role: str
    kind: ColumnKind
    label: str
    width: float
    headers: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    list_code: str = ""
    field: str = ""
    unit: str = ""
    factor: Decimal = Decimal(1)
    is_signed: bool = False
    is_dated: bool = False
    asked_with: str = ""
    counts: str = ""

    @property
    def is_figure(self) -> bool:
        return self.kind in FIGURE_KINDS

    @property
    def bare_label(self) -> str:
        """The label without what stands in brackets: people retype the words and leave the unit out."""
        return re.sub(r"\s*\([^)]*\)", "", self.label)

    @property
    def must_stand(self) -> bool:
        """Whether a table without this column is not the register."""
        return self.required or (self.is_figure and not self.optional)


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its form and what its figures are."""

    flow: Literal["fdi", "oda", "ngo"]
    template: str
    version: str
    sheet: str
    file_prefix: str
    heading: str
    senders: tuple[str, ...]
    line_count: int
    date_before_window: Literal["block", "ignore"]
    columns: tuple[Column, ...]
    guide: tuple[tuple[str, str], ...]

    @property
    def roles(self) -> tuple[HeaderRole, ...]:
        """The columns as the table finder looks for them."""
        return tuple(
            HeaderRole(column.role, (column.label, column.bare_label, *column.headers), required=column.must_stand)
            for column in self.columns
        )

    def column(self, role: str) -> Column:
        """The column of that role; KeyError when the register has none."""
        return self._by_role[role]

    @property
    def _by_role(self) -> Mapping[str, Column]:
        return {column.role: column for column in self.columns}

    def column_of_kind(self, kind: ColumnKind) -> Column | None:
        """The first column of that kind, or None."""
        return next((column for column in self.columns if column.kind == kind), None)

    def bodies(self, period: Period, reference: Reference) -> tuple[ReportingUnit, ...]:
        """The senders in force on the period's last day on time that the period asks."""
        units = (reference.units[code] for code in self.senders)
        return tuple(
            unit
            for unit in units
            if unit.is_valid_on(period.last_day_on_time) and (not period.only_units or unit.code in period.only_units)
        )


@cache
def load_register(contract: Path) -> Register:
    """The register a source.yml describes.

    Raises SourceContractError naming what is missing or unknown in it.
    """
    written: dict[str, Any] = yaml.safe_load(contract.read_text(encoding="utf-8"))["register"]
    try:
        return Register(
            flow=written["flow"],
            template=written["template"],
            version=written["version"],
            sheet=written["sheet"],
            file_prefix=written["file_prefix"],
            heading=written["heading"],
            senders=tuple(written["senders"]),
            line_count=written["line_count"],
            date_before_window=written["date_before_window"],
            columns=tuple(_column(entry) for entry in written["columns"]),
            guide=tuple((label, words) for label, words in written["guide"]),
        )
    except (KeyError, TypeError, ValueError) as mistake:
        raise SourceContractError(
            where=f"{contract.parent.name}/{contract.name}, register",
            found=f"{type(mistake).__name__}: {mistake}",
            expected="the keys of include/sources/finance_fdi/source.yml",
            remedy="Complete the register's description.",
        ) from mistake


def _column(entry: Mapping[str, Any]) -> Column:
    given = dict(entry)
    if given["kind"] not in get_args(ColumnKind):
        raise ValueError(f"column {given['role']}: kind {given['kind']!r}")
    if given.get("field", "provider_code") not in NAMED_FIELDS:
        raise ValueError(f"column {given['role']}: field {given['field']!r}")
    return Column(
        list_code=given.pop("list", ""),
        factor=Decimal(given.pop("factor", 1)),
        headers=tuple(given.pop("headers", ())),
        **given,
    )


def choices(column: Column, reference: Reference, on: date) -> tuple[str, ...]:
    """The names a list column offers on a day, as its drop-down shows them."""
    members = reference.code_lists[column.list_code].values()
    names = tuple(each.name_vi for each in members if is_valid_on(each.valid_from, each.valid_to, on))
    return (WHOLE_PROVINCE, *names) if column.list_code == "commune" else names


def register_contracts() -> tuple[Path, ...]:
    """The source.yml of every register, in name order."""
    contracts = sorted(Path(__file__).parent.parent.glob("*/source.yml"))
    return tuple(path for path in contracts if "\nregister:\n" in path.read_text(encoding="utf-8"))
