"""Month values out of cumulative ones, by difference; what was printed stays as it was printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CumulativeValue:
    """A figure that counts from 1 January to `window_end`; `value` is None where the book leaves a blank."""

    window_start: date
    window_end: date
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class MonthValue:
    """What one month added, with the days it really covers: a book closed on the 20th splits months at the 20th.

    `value` is a difference of two printed figures, or the printed one itself in January.
    """

    month: date
    covers_from: date
    covers_to: date
    value: Decimal


def month_values(printed: Iterable[CumulativeValue]) -> tuple[MonthValue, ...]:
    """The months that can be told from cumulative figures of one series, in order.

    Counting restarts each January. A month whose own figure or that of the month before is missing gives no value:
    the difference of more than one month belongs to none. Negative differences are kept: corrections and withdrawn
    licences make them. Of several windows that end in one month the last counts. Raises ValueError for a window
    that does not begin on 1 January of the year it ends in.
    """
    by_month: dict[tuple[int, int], CumulativeValue] = {}
    for figure in printed:
        start, end = figure.window_start, figure.window_end
        if (start.month, start.day) != (1, 1) or start.year != end.year:
            raise ValueError(f"the window {start} to {end} does not count from 1 January")
        known = by_month.get((end.year, end.month))
        if known is None or known.window_end <= end:
            by_month[end.year, end.month] = figure
    found: list[MonthValue] = []
    for (year, month), figure in sorted(by_month.items()):
        if figure.value is None:
            continue
        first = date(year, month, 1)
        if month == 1:
            found.append(MonthValue(first, figure.window_start, figure.window_end, figure.value))
            continue
        before = by_month.get((year, month - 1))
        if before is not None and before.value is not None:
            covers_from = date.fromordinal(before.window_end.toordinal() + 1)
            found.append(MonthValue(first, covers_from, figure.window_end, figure.value - before.value))
    return tuple(found)
