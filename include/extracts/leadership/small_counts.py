"""Small counts of sensitive matters do not leave the lead department: 1 to 4 become “<5”, also by subtraction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, Protocol

from include.extracts.leadership.suppression import Key, Quantity, Table, is_small
from include.indicators.catalogue import UNIT_AXES
from include.model import TOTAL

if TYPE_CHECKING:
    from include.indicators.catalogue import Indicator, Term
    from include.reference import Reference

__all__ = ["IndicatorLine", "LineMarks", "Mark", "is_small", "mark_period", "mark_small"]

Mark = Literal["", "small", "companion"]
"""Why a number is not shown: it is one to four itself, or it would tell one that is."""

Place = Literal["numerator", "denominator", "full_year_estimate"]
PLACES: Final[tuple[Place, ...]] = ("numerator", "denominator", "full_year_estimate")
"""Where a line holds numbers that are added up. Its value says no more than the first two."""

MONITORED_ITEMS: Final = "MON01"

_HEADLINE_COST: Final = 1000
"""A headline is left out only where no set of other numbers would do."""


class IndicatorLine(Protocol):
    """What has to be known of an indicator's value to decide; a row of mart.indicator_value has it all."""

    @property
    def scope_type(self) -> str: ...
    @property
    def scope_code(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def axis_code(self) -> str: ...
    @property
    def member_code(self) -> str: ...
    @property
    def numerator(self) -> Decimal | None: ...
    @property
    def denominator(self) -> Decimal | None: ...
    @property
    def full_year_estimate(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class LineMarks:
    """What must not be shown of one line. The value, and the estimate for the year, go with either number."""

    numerator: Mark = ""
    denominator: Mark = ""
    full_year_estimate: Mark = ""

    @property
    def hides_value(self) -> bool:
        return bool(self.numerator or self.denominator)

    @property
    def hides_estimate(self) -> bool:
        return bool(self.full_year_estimate)


def mark_small(lines: Sequence[IndicatorLine], indicator: Indicator, reference: Reference) -> list[LineMarks]:
    """Decide what to hide of one indicator in one period, line by line; `lines` are those of all scopes."""
    return mark_period({indicator.code: lines}, {indicator.code: indicator}, reference)[indicator.code]


def mark_period(
    lines: Mapping[str, Sequence[IndicatorLine]], catalogue: Mapping[str, Indicator], reference: Reference
) -> dict[str, list[LineMarks]]:
    """Decide what to hide of one period, by indicator and line; `lines` are those of all scopes and breakdowns.

    All indicators are decided together: the same count stands in several, and what one hides another must not tell.
    """
    # In an order of their own: extract and export, which read the lines in different ones, hide the same.
    order = {
        code: sorted(range(len(each)), key=lambda position: (each[position].side, *_where(each[position])))
        for code, each in lines.items()
    }
    period = _Period(
        {code: [lines[code][position] for position in order[code]] for code in catalogue if code in lines},
        catalogue,
        reference,
    )
    hidden, exposed = period.hide()
    return {
        code: [
            LineMarks(**{place: period.mark(code, rank, place, hidden, exposed) for place in PLACES})
            for _, rank in sorted(zip(order[code], range(len(each)), strict=True))
        ]
        for code, each in lines.items()
    }


class _Period:
    """The numbers of one period as quantities, and everything a reader knows of how they add up."""

    def __init__(
        self,
        lines: Mapping[str, Sequence[IndicatorLine]],
        catalogue: Mapping[str, Indicator],
        reference: Reference,
    ) -> None:
        self._lines = lines
        self._catalogue = catalogue
        self._reference = reference
        self._table = Table()
        self._keys: dict[tuple[str, int, Place], Key] = {}
        self._printed: dict[Key, list[tuple[str, int, Place]]] = defaultdict(list)

    def hide(self) -> tuple[set[Key], set[Key]]:
        """The quantities to leave out, and those of the small ones among them nothing could protect."""
        self._collect()
        if not any(quantity.is_primary for quantity in self._table.quantities.values()):
            return set(), set()
        for code in self._lines:
            if self._catalogue[code].arithmetic == "feed":
                continue
            self._relate_lines(code)
        self._relate_feed()
        self._relate_measures()
        hidden, exposed = self._table.hide(self._goes_with)
        for code in self._lines:
            own = {key for (its_code, _, _), key in self._keys.items() if its_code == code}
            if self._has_sums_we_cannot_see(code) and any(self._table.quantities[key].is_primary for key in own):
                hidden |= {key for key in own if self._table.quantities[key].value > 0}
        return hidden, exposed

    def mark(self, code: str, position: int, place: Place, hidden: set[Key], exposed: set[Key]) -> Mark:
        key = self._keys.get((code, position, place))
        if key is None or key not in hidden:
            return ""
        # A small one that could be worked out even so is not told from its companions.
        return "small" if self._table.quantities[key].is_primary and key not in exposed else "companion"

    # --- quantities -------------------------------------------------------------------------------------

    def _collect(self) -> None:
        found: dict[Key, tuple[Decimal, bool]] = {}
        for code, lines in self._lines.items():
            indicator = self._catalogue[code]
            for position, line in enumerate(lines):
                for place in PLACES:
                    value = _number(line, place, indicator)
                    if value is None:
                        continue
                    key = _quantity_key(indicator, line, place)
                    if key in found and found[key][0] != value:
                        key = (code, position, place)
                    is_sensitive = self._is_sensitive(indicator, line, place)
                    found[key] = (value, is_sensitive or (key in found and found[key][1]))
                    self._keys[code, position, place] = key
                    self._printed[key].append((code, position, place))
        # What is left out first of equally cheap ones is decided by where it stands, never by how much it is: the last
        # of a list is the least telling (“other topics”).
        for key in sorted(found, key=lambda key: self._rank(self._printed[key][0])):
            value, is_sensitive = found[key]
            self._table.add(key, Quantity(value, is_sensitive, self._cost(key)))

    def _cost(self, key: Key) -> int:
        printed = self._printed[key]
        is_headline = any(
            self._lines[code][position].scope_type == "province" and self._lines[code][position].axis_code == TOTAL
            for code, position, _ in printed
        )
        return len(printed) + _HEADLINE_COST * is_headline

    def _rank(self, first: tuple[str, int, Place]) -> tuple[int, bool, tuple[int, ...], str, str, str, str]:
        code, position, place = first
        line = self._lines[code][position]
        indicator = self._catalogue[code]
        return (
            indicator.position,
            self._is_sensitive(indicator, line, place),
            tuple(-place for place in self._places_in_lists(indicator, line)),
            line.scope_type,
            line.scope_code,
            line.member_code,
            f"{line.side} {place}",
        )

    def _places_in_lists(self, indicator: Indicator, line: IndicatorLine) -> Iterator[int]:
        for axis, member in _parts(line):
            for term in indicator.terms:
                if self._reference.measures[term.measure_code].axis(axis) is not None:
                    members = list(self._reference.members(term.measure_code, axis))
                    yield members.index(member) if member in members else len(members)
                    break

    def _is_sensitive(self, indicator: Indicator, line: IndicatorLine, place: Place) -> bool:
        """Whether the number counts a sensitive matter: by its measure, or by the member of a breakdown it is of."""
        if any(self._reference.measures[term.measure_code].is_sensitive for term in _terms(indicator, line, place)):
            return True
        return any(
            listed.is_sensitive
            for axis, member in _parts(line)
            for term in indicator.terms
            if self._reference.measures[term.measure_code].axis(axis) is not None
            for code, listed in self._reference.members(term.measure_code, axis).items()
            if code == member
        )

    def _goes_with(self, key: Key) -> Iterable[Key]:
        """The estimate for the year stands beside a value and goes with it."""
        for code, position, place in self._printed[key]:
            estimate = self._keys.get((code, position, "full_year_estimate"))
            if place != "full_year_estimate" and estimate is not None and self._table.quantities[estimate].value > 0:
                yield estimate

    # --- what adds up ----------------------------------------------------------------------------------

    def _relate_lines(self, code: str) -> None:
        """What the bodies' figures add up to: breakdowns to their total, bodies to groups, groups to the province."""
        lines = self._lines[code]
        rests: dict[tuple[str, str, str, str], dict[Place, Key]] = defaultdict(dict)
        for place in PLACES:
            at: dict[tuple[str, str, str, str, str], Key] = {
                (line.side, line.scope_type, line.scope_code, line.axis_code, line.member_code): self._keys[
                    code, position, place
                ]
                for position, line in enumerate(lines)
                if (code, position, place) in self._keys
            }
            families: dict[tuple[str, str, str, str], list[Key]] = defaultdict(list)
            for (side, scope, scope_code, axis, _), key in at.items():
                if axis != TOTAL:
                    families[side, scope, scope_code, axis].append(key)
            for (side, scope, scope_code, axis), members in families.items():
                whole = at.get((side, scope, scope_code, TOTAL, TOTAL))
                if whole is not None and (rest := self._table.add_up(whole, members, may_lack=True)) is not None:
                    rests[side, scope, scope_code, axis][place] = rest
            self._relate_scopes(at)
        # A part is at most its whole, and what came by the cut-off is part of the estimate for the year.
        wholes: tuple[Place, ...] = ("denominator", "full_year_estimate")
        if self._catalogue[code].arithmetic not in ("sum", "pair"):
            wholes = ("denominator",)
        for whole in wholes:
            for position in range(len(lines)):
                above, below = (self._keys.get((code, position, place)) for place in ("numerator", whole))
                if above is not None and below is not None:
                    self._table.cap([below], [above])
            for rest_of in rests.values():
                if "numerator" in rest_of and whole in rest_of:
                    self._table.cap([rest_of[whole]], [rest_of["numerator"]])

    def _relate_scopes(self, at: Mapping[tuple[str, str, str, str, str], Key]) -> None:
        """Bodies add up to their group, groups to the province, bodies to what they are (template, border, …)."""
        units = self._reference.units
        for side, axis, member in sorted({(side, axis, member) for side, _, _, axis, member in at}):
            groups = {
                scope_code: key
                for (*where, scope_code, its_axis, its_member), key in at.items()
                if (where, its_axis, its_member) == ([side, "group"], axis, member)
            }
            bodies = {
                scope_code: key
                for (*where, scope_code, its_axis, its_member), key in at.items()
                if (where, its_axis, its_member) == ([side, "unit"], axis, member)
            }
            group_of = {body: units[body].group_code if body in units else "" for body in bodies}
            for group, whole in groups.items():
                if parts := [key for body, key in bodies.items() if group_of[body] == group]:
                    self._table.add_up(whole, parts)
            parts = [*groups.values(), *(key for body, key in bodies.items() if group_of[body] not in groups)]
            if parts and (province := at.get((side, "province", "province", axis, member))) is not None:
                self._table.add_up(province, parts)
            if axis != TOTAL:
                continue
            for unit_axis in UNIT_AXES:
                attributes = {
                    body: getattr(units[body], _ATTRIBUTES[unit_axis], None) for body in bodies if body in units
                }
                for (its_side, scope, _, its_axis, its_member), whole in at.items():
                    if (its_side, scope, its_axis) != (side, "province", unit_axis):
                        continue
                    if parts := [bodies[body] for body, attribute in attributes.items() if attribute == its_member]:
                        self._table.add_up(whole, parts)

    def _has_sums_we_cannot_see(self, code: str) -> bool:
        """Whether two ways of grouping bodies are printed without the bodies, which alone would tell what adds up.

        Every commune has one template and one of two former provinces, so these two lines are that one. No indicator
        with a sensitive measure is printed like this today.
        """
        lines = self._lines[code]
        groupings = {line.axis_code for line in lines if line.axis_code in UNIT_AXES}
        groupings |= {line.scope_type for line in lines if line.scope_type == "group"}
        return len(groupings) > 1 and not any(line.scope_type == "unit" for line in lines)

    def _relate_feed(self) -> None:
        """Monitored items: every item has one member of every axis, so a cube adds up along each of them."""
        quantities = self._table.quantities
        cube = [key for key in quantities if isinstance(key, CubeCell)]
        named_by_rest: dict[tuple[CubeCell, str], CubeCell] = {}
        for key in list(cube):
            for axis, member in sorted(key.cell, key=str):
                whole = CubeCell(key.measure_code, key.cell - {(axis, member)})
                if isinstance(member, str) or whole not in quantities:
                    continue
                named_by_rest[whole, axis] = key
                left_out = [CubeCell(key.measure_code, whole.cell | {(axis, each)}) for each in member]
                rest = quantities[whole].value - quantities[key].value
                if len(left_out) == 1 and left_out[0] not in quantities and rest > 0:
                    # Printed nowhere, and the same in every sum it is part of. No line may also mean that it is 0.
                    self._table.add(left_out[0], Quantity(rest, cost=0))
                    cube.append(left_out[0])
                self._table.add_up(whole, [key, *(each for each in left_out if each in quantities)], may_lack=True)
        slices: dict[tuple[CubeCell, str], list[Key]] = defaultdict(list)
        for key in cube:
            for axis, member in sorted(key.cell, key=str):
                whole = CubeCell(key.measure_code, key.cell - {(axis, member)})
                if isinstance(member, str):
                    slices[whole, axis].append(key)
                    part = named_by_rest.get((whole, axis))
                    if part is not None and member not in dict(part.cell)[axis]:
                        slices[part, axis].append(key)
        for (whole, _), parts in slices.items():
            if whole in quantities:
                self._table.add_up(whole, parts, may_lack=True)

    def _relate_measures(self) -> None:
        """The same measure in several indicators: parts of a sum over measures, and parts that exceed no whole."""
        of_measure: dict[tuple[str, ...], Key] = {}
        for code, lines in self._lines.items():
            indicator = self._catalogue[code]
            if indicator.arithmetic not in ("sum", "pair"):
                continue
            for position, line in enumerate(lines):
                for place in PLACES:
                    terms = _terms(indicator, line, place)
                    key = self._keys.get((code, position, place))
                    if key is not None and len(terms) == 1 and terms[0].axis_code == TOTAL:
                        of_measure.setdefault((terms[0].measure_code, place, *_where(line)), key)
        for code, lines in self._lines.items():
            indicator = self._catalogue[code]
            for position, line in enumerate(lines) if indicator.arithmetic == "sum" else ():
                for place in PLACES:
                    key = self._keys.get((code, position, place))
                    parts = [
                        of_measure[where]
                        for term in _terms(indicator, line, place)
                        if term.axis_code in (TOTAL, line.axis_code)
                        and (where := (term.measure_code, place, *_where(line))) in of_measure
                    ]
                    if key is not None and parts and parts != [key]:
                        self._table.add_up(key, parts, may_lack=True)
        for bound in self._reference.bounds:
            for first, *line_of in sorted(of_measure):
                wholes = [of_measure.get((measure, *line_of)) for measure in bound.wholes]
                capped = [of_measure.get((measure, *line_of)) for measure in bound.parts]
                if first == bound.parts[0] and None not in wholes and None not in capped:
                    self._table.cap(wholes, capped)


@dataclass(frozen=True, slots=True)
class CubeCell:
    """The monitored items with these members, whatever they are on the other axes.

    A part named by what it leaves out (“not Vietnamese”) has the tuple of that as its member.
    """

    measure_code: str
    cell: frozenset[tuple[str, str | tuple[str, ...]]]


_ATTRIBUTES: Final = {
    "template": "template_code",
    "former_province": "former_province",
    "border_zone": "border_zone",
}


def _number(line: IndicatorLine, place: Place, indicator: Indicator) -> Decimal | None:
    """The number in base units. The estimate of a rate is a rate; its numerator is what could be small."""
    value: Decimal | None = getattr(line, place)
    if value is None or place != "full_year_estimate":
        return value
    if indicator.arithmetic in ("sum", "pair"):
        return value * indicator.unit_factor
    if line.denominator is None:
        return None
    return value * line.denominator / indicator.multiplier


def _terms(indicator: Indicator, line: IndicatorLine, place: Place) -> list[Term]:
    """The terms a number of the line is made of."""
    if place == "denominator":
        sides: tuple[str, ...] = ("denominator",)
    elif indicator.arithmetic == "pair":
        sides = (line.side,)
    else:
        sides = ("numerator", "second") if place == "full_year_estimate" else ("numerator",)
    terms = [term for term in indicator.terms if term.side in sides]
    # A feed may name one side only: what it is divided by is of the same measure.
    return terms or ([*indicator.terms] if indicator.arithmetic == "feed" else [])


def _parts(line: IndicatorLine) -> list[tuple[str, str]]:
    """Breakdown and member, each part of “topic/tone” for itself."""
    axes, members = line.axis_code.split("/"), line.member_code.split("/")
    return list(zip(axes, members, strict=True)) if len(axes) == len(members) else [(line.axis_code, line.member_code)]


def _where(line: IndicatorLine) -> tuple[str, str, str, str]:
    return line.scope_type, line.scope_code, line.axis_code, line.member_code


def _quantity_key(indicator: Indicator, line: IndicatorLine, place: Place) -> Key:
    """What a number is. Monitored items of the same part of the cube are the same quantity in every indicator."""
    if indicator.arithmetic == "feed" and indicator.terms[0].measure_code == MONITORED_ITEMS:
        return CubeCell(MONITORED_ITEMS, frozenset(_cell(indicator, line, place).items()))
    return indicator.code, line.side, place, *_where(line)


def _cell(indicator: Indicator, line: IndicatorLine, place: Place) -> Mapping[str, str | tuple[str, ...]]:
    """The part of the cube a number is the sum of, as sql/marts/166_monitoring_indicator.sql adds it up."""
    numerator = next(term for term in indicator.terms if term.side == "numerator")
    named: dict[str, str | tuple[str, ...]] = {axis: member for axis, member in _parts(line) if axis != TOTAL}
    if numerator.axis_code == TOTAL:
        return named
    part: dict[str, str | tuple[str, ...]] = {numerator.axis_code: tuple(sorted(numerator.excluded_members))}
    # What is left out of the parts stands on an axis of its own, over everything.
    left_out = named.pop("unclassified", None)
    within = {axis: member for axis, member in named.items() if axis != numerator.axis_code}
    if place == "denominator":
        is_share = any(term.side == "denominator" for term in indicator.terms)
        return within if is_share or left_out or not named else {**within, **part}
    return {**within, numerator.axis_code: left_out} if left_out else {**part, **named}
