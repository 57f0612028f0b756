"""What the reference files say, as frozen shapes with the look-ups the rest of the platform needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from include.model import TOTAL

if TYPE_CHECKING:
    from include.calendar.periods import Period

ValueType = Literal["count", "amount", "signed_amount", "yes_no", "choice", "milestone", "date", "moment", "system"]
Nature = Literal["flow", "stock", "flag", "system"]
Obligation = Literal["obliged", "requested", "to_confirm", "via_parent", "none"]
Basis = Literal["plan", "verified", "memory", "to confirm", "official list"]

OF_WHICH = "of_which"
"""Axis of a part named in the measure itself (“trong đó khách quốc tế”): each member is at most the total."""

COMPANION = "companion"
"""Axis of a second quantity asked under the same code; its members bring a unit of their own and are never compared."""


_CODE_AND_NAME = re.compile(r"\s*(?P<code>\w+)\s*[-–—:|.(]\s*(?P<name>\S.*?)[\s)]*")
_DISTRICT_KIND = re.compile(r"^(huyện|thị xã|thành phố)\s+", re.IGNORECASE)


def district_name(district: str) -> str:
    """The name of a former district without its kind: “Huyện Cái Bè” gives “Cái Bè”."""
    return _DISTRICT_KIND.sub("", district)


def is_valid_on(valid_from: date, valid_to: date | None, on: date) -> bool:
    """Whether a dated entry is in force on a day; `valid_to` is the first day it is not."""
    return valid_from <= on and (valid_to is None or on < valid_to)


@dataclass(frozen=True, slots=True)
class WrittenUnit:
    """The unit a clerk writes in, the base unit values are stored in, and how many of the latter make one."""

    unit_vi: str
    base_unit: str
    unit_factor: Decimal


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of a closed list. `unit` is set only for members of a companion axis."""

    code: str
    name_vi: str
    name_en: str
    position: int
    valid_from: date
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    is_sensitive: bool = False
    unit: WrittenUnit | None = None


@dataclass(frozen=True, eq=False, repr=False)
class CodeList(Mapping[str, Member]):
    """A closed list: a mapping from member code to member, in the order of the file."""

    code: str
    name_vi: str
    by_vi: str
    basis: str
    members: Mapping[str, Member]
    note: str = ""

    def __getitem__(self, member_code: str) -> Member:
        return self.members[member_code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def named(self, text: str) -> Member | None:
        """The member whose code, name or declared alias this is, exact after normalisation; None when none is."""
        from include.vietnamese.text import match_key

        return self._by_code.get(text.strip().casefold()) or self._by_name.get(match_key(text))

    @cached_property
    def _by_code(self) -> dict[str, Member]:
        # Codes are not words: folding y into i, as names need, would make BY (Belarus) and BI (Burundi) one.
        return {code.casefold(): member for code, member in self.members.items()}

    @cached_property
    def _by_name(self) -> dict[str, Member]:
        from include.vietnamese.text import match_key

        return {
            match_key(text): member
            for member in self.members.values()
            for text in (member.name_en, *member.aliases, member.name_vi)
        }


@dataclass(frozen=True, slots=True)
class Axis:
    """One way of breaking a measure down.

    `adds_up`: when parts are given they must sum to the total. `in_form`: the main sheet prints a line
    for every member; otherwise lines are typed on the detail sheet. `label_vi` reads after “Trong đó,”.
    """

    code: str
    list_code: str
    label_vi: str
    adds_up: bool
    in_form: bool
    position: int


@dataclass(frozen=True, slots=True)
class Feed:
    """The figure of the capital feeds that a register of projects gives a measure from."""

    flow: Literal["fdi", "oda", "ngo"]
    measure: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the 77 measures. Values are stored as workbook figure x `unit_factor`, in `base_unit`.

    `period_kinds` empty: asked in every kind of period. `is_in_heading`: answered by the heading block,
    so the table prints no line for it. `takes_year_estimate`: the annual form asks “Ước cả năm” beside it.
    `origin`: a body's report, the platform itself, or the monitoring feed.
    """

    code: str
    name_vi: str
    name_en: str
    unit_vi: str
    base_unit: str
    unit_factor: Decimal
    value_type: ValueType
    nature: Nature
    is_sensitive: bool
    is_required: bool
    choice_list_code: str | None
    axes: tuple[Axis, ...]
    rule_vi: str | None
    aliases: tuple[str, ...]
    period_kinds: tuple[str, ...]
    is_in_heading: bool
    takes_year_estimate: bool
    origin: Literal["report", "system", "monitoring"]
    position: int
    feed: Feed | None = None

    def axis(self, axis_code: str) -> Axis | None:
        """The axis of that code, or None."""
        return next((axis for axis in self.axes if axis.code == axis_code), None)

    def is_asked_in(self, period_kind: str) -> bool:
        """Whether a report of this kind of period (6T, NAM, DX) asks for the measure."""
        return not self.period_kinds or period_kind in self.period_kinds


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of measures on the printed form."""

    code: str
    title_vi: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A report form: its sections hold every measure it asks for, in printing order."""

    code: str
    version: str
    name_vi: str
    allows_partial_load: bool
    sections: tuple[Section, ...]
    valid_from: date
    valid_to: date | None

    @property
    def measures(self) -> tuple[str, ...]:
        """Measure codes in printing order, the heading's included."""
        return tuple(code for section in self.sections for code in section.measures)


@dataclass(frozen=True, slots=True)
class ReportingUnit:
    """A body the plan speaks of. Only `obliged` ones valid on the last day on time enter on-time rates."""

    code: str
    name_vi: str
    name_en: str
    short_name_vi: str
    kind: Literal["commune", "agency"]
    group_code: str
    template_code: str | None
    obligation: Obligation
    basis: Basis
    valid_from: date
    valid_to: date | None
    former_province: str | None = None
    border_zone: str | None = None
    border_zone_basis: str | None = None
    aliases: tuple[str, ...] = ()
    note: str | None = None

    def is_valid_on(self, on: date) -> bool:
        """Whether the body exists and reports on that day."""
        return is_valid_on(self.valid_from, self.valid_to, on)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way its name may be written, before normalisation: alone, as its committee, with the province."""
        from include.vietnamese.names import agency_spellings, commune_spellings

        if self.kind == "agency":
            return (*agency_spellings(self.name_vi, self.code, "Đồng Tháp"), self.short_name_vi, *self.aliases)
        spelled: list[str] = []
        official = self.name_vi.partition(" ")[0]
        for full in (self.name_vi, *self.aliases):
            kind, _, bare = full.partition(" ")
            if kind != official:
                spelled += [full, f"UBND {full}", f"Ủy ban nhân dân {full}"]
                continue
            # The bare name is left out: it may be a former district's, or that of a commune of before 2025.
            spelled += [each for each in commune_spellings(kind, bare) if each not in (bare, f"UBND {bare}")]
        return tuple(spelled)


@dataclass(frozen=True, slots=True)
class Succession:
    """A commune of before `changed_on` and one commune of today that contains it, wholly or in part."""

    former_code: str
    former_name_vi: str
    former_district_vi: str
    successor_code: str
    is_partial: bool
    changed_on: date


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the plan, who leads it and what can be counted of it (empty: nothing, on purpose)."""

    code: str
    title_vi: str
    lead_unit_code: str | None
    counted_vi: str | None
    indicators: tuple[str, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A subset rule: the sum of `parts` may not exceed the sum of `wholes`."""

    code: str
    parts: tuple[str, ...]
    wholes: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Reference:
    """Everything the platform knows before a report arrives. Mappings keep the order of the files."""

    measures: Mapping[str, Measure]
    templates: Mapping[str, Template]
    units: Mapping[str, ReportingUnit]
    code_lists: Mapping[str, CodeList]
    successions: tuple[Succession, ...]
    clauses: Mapping[str, Clause]
    bounds: tuple[Bound, ...]

    def units_expected(self, period: Period) -> tuple[ReportingUnit, ...]:
        """Bodies that owe a report for the period: obliged, in force on its last day on time, and asked."""
        return self._units_of(period, "obliged")

    def units_requested(self, period: Period) -> tuple[ReportingUnit, ...]:
        """Bodies the plan only asks to report; their silence never lowers a rate."""
        return self._units_of(period, "requested")

    def _units_of(self, period: Period, obligation: Obligation) -> tuple[ReportingUnit, ...]:
        return tuple(
            unit
            for unit in self.units.values()
            if unit.obligation == obligation
            and unit.is_valid_on(period.last_day_on_time)
            and (not period.only_units or unit.code in period.only_units)
        )

    def measure_axes(self, measure_code: str) -> tuple[Axis, ...]:
        """Axes of a measure in printing order; KeyError for an unknown measure."""
        return self.measures[measure_code].axes

    def members(self, measure_code: str, axis_code: str) -> CodeList:
        """The closed list behind one axis of a measure; KeyError when the measure has no such axis."""
        axis = self.measures[measure_code].axis(axis_code)
        if axis is None:
            raise KeyError(f"{measure_code} has no axis {axis_code}")
        return self.code_lists[axis.list_code]

    def member_named(self, list_code: str, text: str) -> Member | None:
        """The member of a list written as `text` (code, name or alias), exact after normalisation, else None."""
        return self.code_lists[list_code].named(text)

    def unit_of_measure(self, measure_code: str, axis_code: str = TOTAL, member_code: str = TOTAL) -> WrittenUnit:
        """The unit of one line of a report: the measure's, unless the member of a companion axis brings its own."""
        measure = self.measures[measure_code]
        if TOTAL not in (axis_code, member_code):
            own = self.members(measure_code, axis_code)[member_code].unit
            if own is not None:
                return own
        return WrittenUnit(measure.unit_vi, measure.base_unit, measure.unit_factor)

    def form_measures(self, template_code: str, period_kind: str) -> tuple[Measure, ...]:
        """Measures printed as lines of the form for that kind of period, in order; the heading's are left out."""
        asked = (self.measures[code] for code in self.templates[template_code].measures)
        return tuple(measure for measure in asked if not measure.is_in_heading and measure.is_asked_in(period_kind))

    def measure_named(self, text: str, template_code: str | None = None) -> Measure | None:
        """The measure whose code, name or alias `text` is, exact after normalisation, within a template when given."""
        from include.vietnamese.text import match_key

        measure = self.measures.get(text.strip().upper()) or self._measures_by_name.get(match_key(text))
        if measure is None or (template_code and measure.code not in self.templates[template_code].measures):
            return None
        return measure

    def unit_named(self, text: str, on: date) -> ReportingUnit | None:
        """The body `text` stands for on a day: its code, a spelling of its name, or “code - name” that agree.

        None when nothing matches exactly, or when a code and a name beside it contradict each other.
        """
        whole = self._unit_written(text, on)
        if whole is not None:
            return whole
        split = _CODE_AND_NAME.fullmatch(text)
        if split is None:
            return None
        by_code, by_name = self._unit_written(split["code"], on), self._unit_written(split["name"], on)
        return by_code if by_code is not None and by_code is by_name else None

    def _unit_written(self, text: str, on: date) -> ReportingUnit | None:
        from include.vietnamese.text import match_key

        coded = self.units.get(text.strip().upper())
        candidates = [coded] if coded is not None else self._units_by_name.get(match_key(text), [])
        valid = [unit for unit in candidates if unit.is_valid_on(on)]
        return valid[0] if len(valid) == 1 else None

    def successors_of(self, text: str) -> tuple[Succession, ...]:
        """What became of a former commune (code or name) or a former district (name); empty when it is neither.

        A name borne by several former communes returns them all. The caller looks for a body of today first:
        most codes and some names live on as those of a larger commune.
        """
        from include.vietnamese.text import match_key

        return self._successions_by_name.get(match_key(text), ())

    def successor_units_of(self, text: str) -> tuple[ReportingUnit, ...]:
        """Communes of today holding what `text` named before, each once, in the order of the files."""
        codes = {succession.successor_code for succession in self.successors_of(text)}
        return tuple(unit for code, unit in self.units.items() if code in codes)

    @cached_property
    def _measures_by_name(self) -> dict[str, Measure]:
        from include.vietnamese.text import match_key

        return {
            match_key(text): measure
            for measure in self.measures.values()
            for text in (measure.name_vi, *measure.aliases)
        }

    @cached_property
    def _units_by_name(self) -> dict[str, list[ReportingUnit]]:
        from include.vietnamese.text import match_key

        found: dict[str, list[ReportingUnit]] = {}
        for unit in self.units.values():
            for key in {match_key(text) for text in unit.spellings}:
                found.setdefault(key, []).append(unit)
        return found

    @cached_property
    def _successions_by_name(self) -> dict[str, tuple[Succession, ...]]:
        from include.vietnamese.names import commune_kind_and_name, commune_spellings
        from include.vietnamese.text import match_key

        found: dict[str, tuple[Succession, ...]] = {}
        for succession in self.successions:
            district = succession.former_district_vi
            texts = {succession.former_code, district, district_name(district)}
            kind, bare = commune_kind_and_name(succession.former_name_vi)
            # Without its kind the name may be a commune's of today, and “8” anything.
            texts |= {each for each in commune_spellings(kind, bare) if each not in (bare, f"UBND {bare}")}
            texts |= {f"{office}{district}" for office in ("UBND ", "Ủy ban nhân dân ")}
            for key in {match_key(text) for text in texts}:
                found[key] = (*found.get(key, ()), succession)
        return found
