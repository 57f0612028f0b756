"""Which days are worked in Việt Nam: weekends, public holidays, Tết, and the Saturdays worked in exchange."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_OFF: Final = frozenset({"holiday", "substitute", "swapped_off"})
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether public offices work on that day.

    A year with lines in include/reference/public_holidays.csv follows them alone, where a proposed holiday is worked;
    any other year follows the library `holidays`, which works Tết out and does not know swaps not yet announced.
    """
    known = _own_days().get(day.year)
    if known is None:
        return bool(_library_days(day.year).is_working_day(day))
    kind = known.get(day)
    if kind in _OFF:
        return False
    return kind == "swapped_work" or day.weekday() < _SATURDAY


def add_working_days(day: date, count: int) -> date:
    """The day so many working days after `day`, or before it for a negative count; `day` itself need not be worked.

    A count of 0 gives `day` when it is worked, else the next working day.
    """
    step = -_DAY if count < 0 else _DAY
    if count == 0:
        while not is_working_day(day):
            day += step
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day):
            day += step
    return day


def working_day_from(day: date) -> date:
    """`day` when it is worked, else the next working day."""
    return add_working_days(day, 0)


def working_day_until(day: date) -> date:
    """`day` when it is worked, else the last working day before it."""
    return day if is_working_day(day) else previous_working_day(day)


def previous_working_day(day: date) -> date:
    """The last working day before `day`, never `day` itself."""
    return add_working_days(day, -1)


@lru_cache(maxsize=1)
def _own_days() -> dict[int, dict[date, str]]:
    from include.reference.public_holidays import load_public_holidays

    years: dict[int, dict[date, str]] = {}
    for each in load_public_holidays():
        years.setdefault(each.holiday_date.year, {})[each.holiday_date] = each.day_kind
    return years


@lru_cache(maxsize=16)
def _library_days(year: int):  # type: ignore[no-untyped-def]  # its own class, made on demand
    import holidays

    return holidays.country_holidays("VN", years=[year])
