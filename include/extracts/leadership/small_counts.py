"""Small counts of sensitive matters do not leave the lead department: 1 to 4 become “<5”, also by subtraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

SMALLEST_SHOWN: Final = 5


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
