"""The title of the sheet: the only place where the book says which days its figures cover."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from include.vietnamese.text import normalise

_INWARD = re.compile(r"đầu tư\s+(?:trực tiếp\s+)?(?:của\s+)?nước ngoài")
_OUTWARD = re.compile(r"(?:ra|ở)\s+nước ngoài")
_LICENSED = re.compile(r"cấp\s+(?:giấy\s+)?(?:phép|chứng nhận)|đăng ký")
_WINDOW = re.compile(
    r"từ\s*(?:ngày\s*)?(\d{1,2})\s*/\s*(\d{1,2})(?:\s*/\s*(\d{4}))?"
    r"\s*(?:[-–—]|đến(?:\s+hết)?)\s*(?:ngày\s*)?(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4})(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Window:
    """The days a cumulative figure covers, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return f"{self.start:%d/%m/%Y} - {self.end:%d/%m/%Y}"


def is_fdi_title(text: str) -> bool:
    """Whether a title speaks of investment licensed into the country, not of investment going abroad."""
    plain = normalise(text).casefold()
    inward = _INWARD.search(plain)
    return bool(inward and (_LICENSED.search(plain) or _WINDOW.search(plain))) and not _OUTWARD.search(plain)


def read_window(text: str) -> Window | None:
    """The window a title states (“từ 01/01- 20/12/2018”), None when it states none or an impossible one.

    A first day without a year is of the last day's year.
    """
    found = _WINDOW.search(normalise(text).casefold())
    if found is None:
        return None
    day, month, year, last_day, last_month, last_year = found.groups()
    try:
        window = Window(
            date(int(year or last_year), int(month), int(day)), date(int(last_year), int(last_month), int(last_day))
        )
    except ValueError:
        return None
    return window if window.start <= window.end else None
