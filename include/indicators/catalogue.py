"""The catalogue of indicators: each defined once, in the YAML files of the folder `catalogue` beside this module."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from include.errors import CatalogueError
from include.indicators.missing_units import missing_unit_rules
from include.model import TOTAL
from include.reference.legal_bases import first_day_without

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.calendar.periods import Period
    from include.reference import Reference
    from include.reference.legal_bases import LegalBasis

Arithmetic = Literal[
    "sum",
    "pair",
    "ratio",
    "units_share",
    "milestone",
    "timeliness",
    "completeness",
    "first_pass",
    "revised_share",
    "estimate_error",
    "feed",
]
Direction = Literal["up", "down", "none"]
TargetStatus = Literal["province_to_set", "baseline_only", "none"]
Side = Literal["numerator", "denominator", "first", "second"]
Population = Literal["received", "with_website", "communes"]

UNIT_AXES: Final = ("template", "former_province", "border_zone")
"""Breakdowns by what the reporting unit is; every other breakdown is an axis of the measures."""

_SIDES: Final[Mapping[str, Side]] = {
    "numerator": "numerator",
    "denominator": "denominator",
    "first": "first",
    "second": "second",
    # The estimate for the whole year that stands beside the numerator of a ratio.
    "year_numerator": "second",
}
_TERMS_OF: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "sum": (("numerator",), ()),
    "milestone": (("numerator",), ()),
    "pair": (("first", "second"), ()),
    "ratio": (("numerator", "denominator"), ("year_numerator",)),
    "units_share": (("numerator",), ()),
    "feed": (("numerator",), ("denominator",)),
}
"""The keys that name the terms of each arithmetic: needed, and possible."""
_OWN_AXES: Final[Mapping[str, tuple[str, ...]]] = {
    "timeliness": ("obligation",),
    "completeness": ("template",),
    "estimate_error": ("element",),
}
_REQUIRED_KEYS: Final = (
    "name_vi name_en unit arithmetic better target owner clauses legal_bases when_missing periods reading_note_vi"
).split()
_OPTIONAL_KEYS: Final = "unit_factor multiplier by disaggregations prevails reconciles population waits_for".split()
_LONG_LISTS: Final = {"legal_bases": "codes of include/reference/legal_bases.yml"}
_TERM_KEYS: Final = "measure axis members except equals at_least".split()


@dataclass(frozen=True, slots=True)
class Term:
    """A measure that enters an indicator, on one side of it.

    `equals` and `at_least` are for shares of units: which answer counts.
    """

    side: Side
    measure_code: str
    axis_code: str = TOTAL
    members: tuple[str, ...] = ()
    excluded_members: tuple[str, ...] = ()
    equals: Decimal | None = None
    at_least: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of the 60. Values are shown in `unit`, one of which is `unit_factor` base units.

    `target` says whether the province may set one; its value is in include/reference/targets.csv. `legal_bases` are
    codes of include/reference/legal_bases.yml, `when_missing` is one of missing_units.yml beside this module.
    """

    code: str
    name_vi: str
    name_en: str
    unit: str
    unit_factor: Decimal
    arithmetic: Arithmetic
    multiplier: Decimal
    better: Direction
    target: TargetStatus
    owner_vi: str
    clauses: tuple[str, ...]
    legal_bases: tuple[str, ...]
    when_missing: str
    periods: tuple[str, ...]
    scopes: tuple[str, ...]
    disaggregations: tuple[str, ...]
    terms: tuple[Term, ...]
    prevails: tuple[str, ...]
    reconciles: tuple[str, ...]
    population: Population | None
    waits_for: str | None
    reading_note_vi: str
    position: int
    definition_hash: str
    """SHA-256 of its entry: another hash, another definition."""

    @property
    def sides(self) -> tuple[str, ...]:
        """The numbers a headline consists of: two for a pair, otherwise one."""
        return ("first", "second") if self.arithmetic == "pair" else ("single",)


def load_catalogue(folder: Path | None = None) -> Mapping[str, Indicator]:
    """The indicators of `folder` (the project's own when None) in catalogue order, read once a process.

    Raises CatalogueError naming every mistake in the files at once.
    """
    return _load(Path(__file__).parent / "catalogue" if folder is None else folder.resolve())


def sync_indicators(connection: Connection) -> int:
    """Write the catalogue into reference.indicator and what hangs on it, in the caller's transaction; how many.

    Needs the measures, legal bases and sentences on missing bodies to be there already. Running it twice changes
    nothing, but takes the targets out: sync_targets writes them after it.
    """
    from sqlalchemy import text

    from include.warehouse.sql import copy_rows

    catalogue = load_catalogue()
    codes = {"codes": list(catalogue)}
    connection.execute(text("delete from reference.indicator_term"))
    connection.execute(text("delete from reference.indicator_axis"))
    connection.execute(text("delete from reference.indicator_legal_basis"))
    # Targets are written anew after this; until then they must not hold an indicator that left.
    connection.execute(text("delete from reference.indicator_target"))
    connection.execute(text("delete from reference.indicator where indicator_code <> all(:codes)"), codes)
    columns = (
        "indicator_code name_vi name_en unit_vi unit_factor arithmetic multiplier direction target_status"
        " owner_vi clauses missing_unit_code period_kinds scopes prevailing_units reconciling_units"
        " denominator_population waits_for reading_note_vi position definition_hash"
    ).split()
    connection.execute(
        text(
            f"insert into reference.indicator ({', '.join(columns)})"  # noqa: S608
            f" values ({', '.join(f':{column}' for column in columns)})"
            " on conflict (indicator_code) do update set "
            + ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        ),  # only the column names above stand in the text; values are bound
        [_indicator_row(indicator) for indicator in catalogue.values()],
    )
    copy_rows(
        connection,
        "reference.indicator_term",
        (
            "indicator_code side measure_code axis_code member_codes excluded_member_codes required_value minimum_value"
        ).split(),
        (
            (
                indicator.code,
                term.side,
                term.measure_code,
                term.axis_code,
                term.members or None,
                term.excluded_members or None,
                term.equals,
                term.at_least,
            )
            for indicator in catalogue.values()
            for term in indicator.terms
        ),
    )
    copy_rows(
        connection,
        "reference.indicator_axis",
        ("indicator_code", "axis_code", "position"),
        (
            (indicator.code, axis, position)
            for indicator in catalogue.values()
            for position, axis in enumerate(indicator.disaggregations, start=1)
        ),
    )
    copy_rows(
        connection,
        "reference.indicator_legal_basis",
        ("indicator_code", "legal_basis_code", "position"),
        (
            (indicator.code, basis, position)
            for indicator in catalogue.values()
            for position, basis in enumerate(indicator.legal_bases, start=1)
        ),
    )
    return len(catalogue)


def _indicator_row(indicator: Indicator) -> dict[str, object]:
    return {
        "indicator_code": indicator.code,
        "name_vi": indicator.name_vi,
        "name_en": indicator.name_en,
        "unit_vi": indicator.unit,
        "unit_factor": indicator.unit_factor,
        "arithmetic": indicator.arithmetic,
        "multiplier": indicator.multiplier,
        "direction": indicator.better,
        "target_status": indicator.target,
        "owner_vi": indicator.owner_vi,
        "clauses": list(indicator.clauses),
        "missing_unit_code": indicator.when_missing,
        "period_kinds": list(indicator.periods),
        "scopes": list(indicator.scopes),
        "prevailing_units": list(indicator.prevails) or None,
        "reconciling_units": list(indicator.reconciles) or None,
        "denominator_population": indicator.population,
        "waits_for": indicator.waits_for,
        "reading_note_vi": indicator.reading_note_vi,
        "position": indicator.position,
        "definition_hash": indicator.definition_hash,
    }


@lru_cache(maxsize=8)
def _load(folder: Path) -> Mapping[str, Indicator]:
    from include.calendar.periods import load_periods
    from include.reference import load_reference
    from include.reference.legal_bases import load_legal_bases

    reading = _Reading(load_reference(), load_legal_bases(), load_periods())
    for path in sorted(folder.glob("*.yml")):
        reading.read_file(path)
    if reading.problems or not reading.indicators:
        problems = reading.problems or ["no *.yml with an indicator"]
        raise CatalogueError(
            where=str(folder),
            found=f"{len(problems)} problem(s)\n  - " + "\n  - ".join(problems) + "\n",
            expected="indicators that use measures, axes and members of the reference data",
            remedy="Correct the entries named above; docs/indicators.md says how an indicator is defined.",
        )
    return reading.indicators


class _Reading:
    """Reads catalogue files one after the other, collecting every problem before anything fails."""

    def __init__(
        self, reference: Reference, legal_bases: Mapping[str, LegalBasis], periods: Mapping[str, Period]
    ) -> None:
        self.reference = reference
        self.legal_bases = legal_bases
        self.periods = periods
        self.indicators: dict[str, Indicator] = {}
        self.problems: list[str] = []

    def read_file(self, path: Path) -> None:
        import yaml

        try:
            entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            self._wrong(path.name, " ".join(str(error).split()), "a readable YAML file")
            return
        if not isinstance(entries, dict):
            self._wrong(path.name, type(entries).__name__, "a mapping from indicator code to definition")
            return
        for code, entry in entries.items():
            where = f"{path.name}, {code}"
            if code in self.indicators:
                self._wrong(where, "the code a second time", "one definition an indicator")
            elif not isinstance(entry, dict):
                self._wrong(where, repr(entry), "a mapping")
            else:
                self._read_indicator(str(code), entry, where)

    def _read_indicator(self, code: str, entry: Mapping[str, Any], where: str) -> None:
        before = len(self.problems)
        arithmetic = self._one_of(entry, "arithmetic", get_args(Arithmetic), where)
        needed, possible = _TERMS_OF.get(arithmetic, ((), ()))
        self._check_keys(entry, {*_REQUIRED_KEYS, *needed}, {*_OPTIONAL_KEYS, *possible}, where)
        terms = tuple(
            term
            for key in (*needed, *possible)
            for term in self._terms(entry.get(key, []), _SIDES[key], f"{where}, {key}")
        )
        population = None
        if arithmetic == "units_share":
            population = self._one_of(entry, "population", get_args(Population), where)
            if not all((term.equals is None) != (term.at_least is None) for term in terms):
                self._wrong(where, "no condition on the answer", "equals or at_least")
        better = self._one_of(entry, "better", get_args(Direction), where)
        target = self._one_of(entry, "target", get_args(TargetStatus), where)
        if better == "none" and target == "province_to_set":
            self._wrong(where, "a target for context", "target: none or baseline_only, no direction is no score")
        if arithmetic == "feed" and not entry.get("waits_for"):
            self._wrong(where, "no waits_for", "the source the indicator waits for")
        indicator = Indicator(
            code=code,
            name_vi=str(entry.get("name_vi", "")),
            name_en=str(entry.get("name_en", "")),
            unit=str(entry.get("unit", "")),
            unit_factor=self._number(entry.get("unit_factor", 1), f"{where}, unit_factor") or Decimal(1),
            arithmetic=arithmetic,
            multiplier=self._number(entry.get("multiplier", 1), f"{where}, multiplier") or Decimal(1),
            better=better,
            target=target,
            owner_vi=str(entry.get("owner", "")),
            clauses=self._clauses(entry, where),
            legal_bases=self._all_of(entry, "legal_bases", tuple(self.legal_bases), where),
            when_missing=self._one_of(entry, "when_missing", tuple(missing_unit_rules()), where),
            periods=self._all_of(entry, "periods", ("6T", "NAM", "DX"), where),
            scopes=("province", *self._all_of(entry, "by", ("group", "unit"), where)),
            disaggregations=self._axes(entry, arithmetic, terms, where),
            terms=terms,
            prevails=self._all_of(entry, "prevails", tuple(self.reference.units), where),
            reconciles=self._all_of(entry, "reconciles", tuple(self.reference.units), where),
            population=population,
            waits_for=entry.get("waits_for"),
            reading_note_vi=str(entry.get("reading_note_vi", "")),
            position=len(self.indicators) + 1,
            definition_hash=hashlib.sha256(
                json.dumps({code: entry}, sort_keys=True, ensure_ascii=False, default=str).encode()
            ).hexdigest(),
        )
        if len(self.problems) == before:
            self._check_when_missing(indicator, where)
            self._check_legal_bases(indicator, where)
        if len(self.problems) == before:
            self.indicators[code] = indicator

    def _check_when_missing(self, indicator: Indicator, where: str) -> None:
        measures = tuple(term.measure_code for term in indicator.terms)
        asked = (indicator.arithmetic, indicator.population, measures, len(indicator.prevails))
        if not missing_unit_rules()[indicator.when_missing].fits(*asked):
            fitting = [rule.code for rule in missing_unit_rules().values() if rule.fits(*asked)]
            self._wrong(where, f"when_missing: {indicator.when_missing}", "one that fits: " + ", ".join(fitting))

    def _check_legal_bases(self, indicator: Indicator, where: str) -> None:
        """Every day of every period has a text in force, and no text is named without what replaced or amended it."""
        named = [self.legal_bases[code] for code in indicator.legal_bases]
        for basis in self.legal_bases.values():
            follows = [each.code for each in named if each.replaced_by == basis.code or basis.amends == each.code]
            if follows and basis.code not in indicator.legal_bases:
                self._wrong(
                    where,
                    f"legal_bases: {follows[0]} without {basis.code}",
                    f"{basis.code} too, which follows it on {basis.valid_from}",
                )
        for period in self.periods.values():
            bare = first_day_without(named, period.window_start, period.window_end)
            if period.kind in indicator.periods and bare is not None:
                self._wrong(where, f"no legal basis in force on {bare}", f"one for every day of {period.code}")

    def _terms(self, written: object, side: Side, where: str) -> Iterable[Term]:
        if not isinstance(written, list):
            self._wrong(where, repr(written), "a list of measures")
            return
        for item in written:
            entry = {"measure": item} if isinstance(item, str) else item
            if not isinstance(entry, dict) or not set(entry) <= set(_TERM_KEYS):
                self._wrong(where, repr(item), "a measure code, or " + ", ".join(_TERM_KEYS))
                continue
            measure = self.reference.measures.get(str(entry.get("measure")))
            if measure is None:
                self._wrong(where, repr(entry.get("measure")), "a measure of include/reference/measures.yml")
                continue
            axis_code = str(entry.get("axis", TOTAL))
            members, excluded = tuple(entry.get("members", ())), tuple(entry.get("except", ()))
            if axis_code == TOTAL and (members or excluded):
                self._wrong(where, f"members of {measure.code} without an axis", "the axis they belong to")
            elif axis_code != TOTAL and measure.axis(axis_code) is None:
                self._wrong(where, f"axis {axis_code}", f"an axis of {measure.code}")
            elif axis_code != TOTAL:
                unknown = {*members, *excluded} - set(self.reference.members(measure.code, axis_code))
                if unknown or not (members or excluded):
                    self._wrong(where, f"members {sorted(unknown)}", f"some members of {axis_code}")
            yield Term(
                side,
                measure.code,
                axis_code,
                members,
                excluded,
                self._number(entry.get("equals"), f"{where}, equals"),
                self._number(entry.get("at_least"), f"{where}, at_least"),
            )

    def _axes(self, entry: Mapping[str, Any], arithmetic: str, terms: tuple[Term, ...], where: str) -> tuple[str, ...]:
        """Breakdowns: of the unit, of the arithmetic's own, or an axis that every term has, or one side of a pair."""
        allowed = {*UNIT_AXES, *_OWN_AXES.get(arithmetic, ())}
        axes_of = [
            {axis.code for axis in self.reference.measure_axes(term.measure_code)}
            if term.axis_code == TOTAL or arithmetic == "feed"
            else {term.axis_code}
            for term in terms
        ]
        if axes_of:
            allowed |= set.union(*axes_of) if arithmetic == "pair" else set.intersection(*axes_of)
        return self._all_of(entry, "disaggregations", tuple(sorted(allowed)), where)

    def _clauses(self, entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
        clauses = tuple(str(clause) for clause in entry.get("clauses", ()))
        for clause in clauses:
            if not any(known == clause or known.startswith(f"{clause}.") for known in self.reference.clauses):
                self._wrong(where, f"clause {clause}", "a clause of the plan, or the beginning of some")
        return clauses

    def _check_keys(self, entry: Mapping[str, Any], required: set[str], optional: set[str], where: str) -> None:
        for key in sorted(required - set(entry)):
            self._wrong(where, f"no {key}", "it to be stated")
        for key in sorted(set(entry) - required - optional):
            self._wrong(where, f"key {key!r}", "one of " + ", ".join(sorted(required | optional)))
        for key in ("name_vi", "name_en", "unit", "owner", "reading_note_vi"):
            if key in entry and (not isinstance(entry[key], str) or not entry[key].strip()):
                self._wrong(where, f"{key}: {entry[key]!r}", "a text")

    def _one_of(self, entry: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> Any:
        value = entry.get(key)
        if value not in allowed:
            self._wrong(where, f"{key}: {value!r}", "one of " + ", ".join(allowed))
            return allowed[0]
        return value

    def _all_of(self, entry: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> tuple[str, ...]:
        values = entry.get(key, [])
        if not isinstance(values, list) or not set(values) <= set(allowed) or len(values) != len(set(values)):
            expected = ", ".join(allowed) if len(allowed) < 20 else _LONG_LISTS.get(key, "units of the reference data")
            self._wrong(where, f"{key}: {values!r}", f"a list, each once, of: {expected}")
            return ()
        return tuple(values)

    def _number(self, value: object, where: str) -> Decimal | None:
        if value is None:
            return None
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self._wrong(where, repr(value), "a number")
            return None

    def _wrong(self, where: str, found: str, expected: str) -> None:
        self.problems.append(f"{where}: {found}; expected {expected}")
