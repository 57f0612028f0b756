"""Small counts of sensitive matters do not leave the lead department: 1 to 4 become “<5”, also by subtraction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, Protocol

from include.model import TOTAL

if TYPE_CHECKING:
    from include.indicators.catalogue import Indicator
    from include.reference import Reference

SMALLEST_SHOWN: Final = 5

Mark = Literal["", "small", "companion"]
"""Why a number is not shown: it is one to four itself, or it would tell one that is."""


def is_small(value: Decimal | None) -> bool:
    """Whether a count is one to four, and so could point at somebody."""
    return value is not None and 0 < value < SMALLEST_SHOWN


@dataclass(frozen=True, slots=True)
class Hidden:
    """What must not be shown of one breakdown.

    `small` is shown as “<5”; `companions` are left out so that the total minus the rest does not tell a small one;
    `hides_total` is set when there was no companion to hide, so that the total itself would tell.
    """

    small: frozenset[str] = frozenset()
    companions: frozenset[str] = frozenset()
    hides_total: bool = False


def hide_small(counts: Mapping[str, Decimal | None], sensitive: frozenset[str]) -> Hidden:
    """Decide what to hide of one breakdown (member code to count) whose total the reader knows."""
    small = frozenset(member for member in sensitive if is_small(counts.get(member)))
    if not small or not _gives_away(counts, small):
        return Hidden(small)
    # Of two equal counts the code decides, so that a second run hides the same one.
    others = sorted(
        (count, member) for member, count in counts.items() if count is not None and count > 0 and member not in small
    )
    if not others:
        return Hidden(small, hides_total=True)
    return Hidden(small, frozenset({others[0][1]}))


def _gives_away(counts: Mapping[str, Decimal | None], small: frozenset[str]) -> bool:
    """Whether the sum of the hidden counts leaves only one possibility for each of them."""
    hidden_sum = sum((counts[member] or Decimal(0) for member in small), Decimal(0))
    return len(small) == 1 or hidden_sum in (len(small), (SMALLEST_SHOWN - 1) * len(small))


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
    """What must not be shown of one line. The value goes with either number."""

    numerator: Mark = ""
    denominator: Mark = ""
    hides_estimate: bool = False

    @property
    def hides_value(self) -> bool:
        return bool(self.numerator or self.denominator)


def mark_small(lines: Sequence[IndicatorLine], indicator: Indicator, reference: Reference) -> list[LineMarks]:
    """Decide what to hide of one indicator in one period, line by line; `lines` are those of all scopes."""
    sensitive_sides = {
        side
        for side in ("numerator", "denominator")
        for term in indicator.terms
        if reference.measures[term.measure_code].is_sensitive
        and (term.side == "denominator") == (side == "denominator")
    }
    marks: dict[tuple[int, str], Mark] = {}
    whole_sides: set[str] = set()
    families: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for position, line in enumerate(lines):
        families[line.scope_type, line.scope_code, line.side, line.axis_code].append(position)
    for side in ("numerator", "denominator"):
        for (_, _, _, axis_code), positions in families.items():
            members = {lines[position].member_code: position for position in positions}
            sensitive = (
                frozenset(members) if side in sensitive_sides else _sensitive_members(axis_code, indicator, reference)
            )
            counts: dict[str, Decimal | None] = {
                member: getattr(lines[position], side) for member, position in members.items()
            }
            hidden = (
                Hidden(frozenset(member for member in sensitive if is_small(counts.get(member))))
                if axis_code == TOTAL
                else hide_small(counts, sensitive)
            )
            for member in hidden.small:
                marks[members[member], side] = "small"
            for member in hidden.companions:
                marks[members[member], side] = "companion"
            if hidden.hides_total:
                whole_sides.add(side)

    def mark(position: int, side: str) -> Mark:
        if getattr(lines[position], side) is None:
            return ""
        return marks.get((position, side)) or ("companion" if side in whole_sides else "")

    return [
        LineMarks(
            mark(position, "numerator"),
            mark(position, "denominator"),
            # An estimate for the year may be small while the figure up to the cut-off is still zero.
            hides_estimate=is_small(line.full_year_estimate)
            and (bool(sensitive_sides) or line.member_code in _sensitive_members(line.axis_code, indicator, reference)),
        )
        for position, line in enumerate(lines)
    ]


def _sensitive_members(axis_code: str, indicator: Indicator, reference: Reference) -> frozenset[str]:
    return frozenset(
        member.code
        for term in indicator.terms
        if reference.measures[term.measure_code].axis(axis_code) is not None
        for member in reference.members(term.measure_code, axis_code).values()
        if member.is_sensitive
    )
