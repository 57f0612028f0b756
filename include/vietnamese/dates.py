"""Dates and reporting periods as Vietnamese offices write them: day first, four-digit years, nothing inferred."""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal

from include.vietnamese.text import normalise

EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2099, 12, 31)
"""Dates outside are typing mistakes, other calendars, or plain numbers in a date's cell."""

_DAY_ZERO: Final = date(1899, 12, 30)
_DAY_ZERO_1904: Final = date(1904, 1, 1)

_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\s*([/.-])\s*([0-9]{1,2})\s*\2\s*([0-9]+)")
_YEAR_FIRST: Final = re.compile(
    r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})"
    r"(?:[ T](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?"
    r"(?:(?P<utc>Z)|(?P<side>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?)?",
)
_VIETNAM_AHEAD: Final = timedelta(hours=7)
_IN_WORDS: Final = re.compile(
    r"(?:[^0-9]*,\s*)?(?:ngày\s+)?([0-9]{1,2})\s+tháng\s+([0-9]{1,2})\s*(?:năm|,|/)\s*([0-9]+)",
    re.IGNORECASE,
)
_DAY_LABEL: Final = re.compile(r"^(?:[^0-9]*,\s*)?ngày\s*:?\s*(?=[0-9])", re.IGNORECASE)


_EXPECTED: Final = "ngày viết dạng ngày/tháng/năm, ví dụ 15/06/2026"


class DateUnreadable(ValueError):
    """A cell that should hold a date and cannot be read as exactly one.

    `code` is a key of include/quality/messages/; `found` and `expected` fill it, in Vietnamese.
    """

    def __init__(self, code: str, found: str, expected: str = _EXPECTED) -> None:
        self.code, self.found, self.expected = code, found, expected
        super().__init__(f"{found} không phải một ngày đọc được; cần ghi {expected}")

    def __reduce__(self) -> tuple[type[DateUnreadable], tuple[str, str, str]]:
        return DateUnreadable, (self.code, self.found, self.expected)


def parse_date(raw: object, *, counts_from_1904: bool = False) -> date | None:
    """The day a cell states, None when it is empty.

    Takes true dates, 15/6/2026, 15-6-2026, 15.6.2026, “ngày 15 tháng 6 năm 2026”, 2026-06-15 and the day
    numbers of spreadsheets (from 1904 on when the workbook says so). Raises DateUnreadable for anything
    else: two-digit years, 31/11, month before day, 29/02/1900, numbers that are no day between 1990 and 2099,
    a moment of another time zone that is another day here.
    """
    if raw is None:
        return None
    if isinstance(raw, datetime):
        return _within(raw.date(), f"{raw:%d/%m/%Y}")
    if isinstance(raw, date):
        return _within(raw, f"{raw:%d/%m/%Y}")
    if isinstance(raw, bool):
        raise DateUnreadable("DATE_UNREADABLE", "ô chứa giá trị TRUE/FALSE")
    if isinstance(raw, int | float):
        return _from_serial(raw, counts_from_1904)
    if isinstance(raw, str):
        return _from_text(raw)
    raise DateUnreadable("DATE_UNREADABLE", "ô không chứa ngày")


def format_date(day: date) -> str:
    """The day as dd/mm/yyyy."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _from_serial(serial: int | float, counts_from_1904: bool) -> date:
    found = f"số {serial:g}" if abs(serial) < 1e6 else "một con số quá lớn"
    if math.isnan(serial) or abs(serial) > 1e6:
        raise DateUnreadable("DATE_UNREADABLE", found)
    if not counts_from_1904 and int(serial) == 60:
        # Spreadsheets count 29/02/1900, a day that never was.
        raise DateUnreadable("DATE_IMPOSSIBLE", "số 60, tức ngày 29/02/1900 không có thật")
    if serial < 0:
        raise DateUnreadable("DATE_OUT_OF_RANGE", found)
    return _within((_DAY_ZERO_1904 if counts_from_1904 else _DAY_ZERO) + timedelta(days=int(serial // 1)), found)


def _from_text(raw: str) -> date | None:
    if len(raw) > 200:
        raise DateUnreadable("DATE_UNREADABLE", f"“{raw[:40]}…”")
    text = normalise(raw).removeprefix("'").strip()
    if not text:
        return None
    words = _IN_WORDS.fullmatch(text)
    if words:
        return _build(text, year=words[3], month=words[2], day=words[1])
    text = _DAY_LABEL.sub("", text, count=1)
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first:
        return _build(text, year=day_first[4], month=day_first[3], day=day_first[1])
    year_first = _YEAR_FIRST.fullmatch(text)
    if year_first:
        day = _build(text, year=year_first[1], month=year_first[3], day=year_first[4])
        if not _is_same_day_in_vietnam(year_first):
            raise DateUnreadable("DATE_UNREADABLE", f"“{text[:40]}”", "ngày theo giờ Việt Nam, ví dụ 15/06/2026")
        return day
    raise DateUnreadable("DATE_UNREADABLE", f"“{text[:40]}”")


def _is_same_day_in_vietnam(stated: re.Match[str]) -> bool:
    """Whether a moment that names its time zone falls on the stated day here too; without a zone it is ours."""
    if stated["utc"] is None and stated["side"] is None:
        return True
    ahead = timedelta(hours=int(stated["hours"] or 0), minutes=int(stated["minutes"] or 0))
    since_midnight = timedelta(hours=int(stated["hour"]), minutes=int(stated["minute"]))
    here = since_midnight - (-ahead if stated["side"] == "-" else ahead) + _VIETNAM_AHEAD
    return timedelta(0) <= here < timedelta(days=1)


def _build(text: str, *, year: str, month: str, day: str) -> date:
    found = f"“{text[:40]}”"
    if len(year) != 4:
        code = "DATE_SHORT_YEAR" if len(year) == 2 else "DATE_UNREADABLE"
        raise DateUnreadable(code, found, "năm viết đủ bốn chữ số, ví dụ 15/06/2026")
    try:
        built = date(int(year), int(month), int(day))
    except ValueError:
        is_month_first = int(month) > 12 >= int(day) > 0
        expected = "một ngày có thật, viết dạng ngày/tháng/năm"
        if is_month_first:
            expected = f"ngày trước, tháng sau: “{int(month):02d}/{int(day):02d}/{year}”"
        raise DateUnreadable("DATE_IMPOSSIBLE", found, expected) from None
    return _within(built, found)


def _within(day: date, found: str) -> date:
    if not EARLIEST <= day <= LATEST:
        raise DateUnreadable("DATE_OUT_OF_RANGE", found, f"ngày từ {format_date(EARLIEST)} đến {format_date(LATEST)}")
    return day


PeriodKind = Literal["year", "half", "quarter", "month", "months_to_date", "range", "ad_hoc"]


@dataclass(frozen=True, slots=True)
class PeriodPhrase:
    """A reporting period named in words.

    `number` is the half, quarter, month, count of months from January, or ad hoc number; 0 for a year or range.
    `start` and `end` are its first and last day, None while the year is not named.
    """

    kind: PeriodKind
    number: int
    year: int | None
    start: date | None
    end: date | None

    @property
    def code(self) -> str | None:
        """The platform's period code where one exists: 2026-06T, 2026-NAM, DX-3."""
        if self.kind == "ad_hoc":
            return f"DX-{self.number}"
        if self.year is None:
            return None
        if (self.kind, self.number) == ("half", 1):
            return f"{self.year}-06T"
        return f"{self.year}-NAM" if self.kind == "year" else None


_YEAR: Final = r"(?:\s*(?:năm|,|/|-|\.)?\s*(?P<year>(?:19|20)[0-9]{2})(?![0-9]))"
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_CODE: Final = re.compile(r"(?P<year>20[0-9]{2})-(?P<what>06t|nam)|dx-(?P<adhoc>[1-9][0-9]{0,3})")
_RANGE: Final = re.compile(
    r"(?:từ\s+)?(?:ngày\s+)?(?P<d1>[0-9]{1,2})/(?P<m1>[0-9]{1,2})(?:/(?P<y1>[0-9]{4}))?"
    r"\s*(?:-|–|—|đến)\s*(?:hết\s+)?(?:ngày\s+)?(?P<d2>[0-9]{1,2})/(?P<m2>[0-9]{1,2})/(?P<y2>[0-9]{4})(?![0-9])",
)
_HALF: Final = re.compile(rf"(?:0?6|sáu)\s*tháng\s+(?P<half>đầu|cuối)(?:\s+năm\b)?{_YEAR}?")
_MONTHS: Final = re.compile(rf"(?<![0-9])(?P<count>0?[1-9]|1[0-2])\s*tháng(?!\s*[0-9])(?:\s+đầu)?(?:\s+năm\b)?{_YEAR}?")
_QUARTER: Final = re.compile(rf"(?:quý|quí|\bq)\s*(?P<quarter>iv|i{{1,3}}|0?[1-4])\b{_YEAR}?")
_MONTH: Final = re.compile(rf"(?:tháng|\bt)\s*(?P<month>0?[1-9]|1[0-2])(?![0-9]){_YEAR}?")
_WHOLE_YEAR: Final = re.compile(r"(?:cả\s+)?năm\s+(?P<year>(?:19|20)[0-9]{2})(?![0-9])")
_BARE_WHOLE_YEAR: Final = re.compile(r"(?:cả\s+)?năm")


@lru_cache(maxsize=1024)
def read_period(text: str) -> PeriodPhrase | None:
    """The one period a cell names and nothing besides: “6 tháng đầu năm 2026”, “quý III/2026”, “2026-NAM”."""
    line = normalise(text).lower().strip(" .:;()")
    return _read(line, whole=True)


@lru_cache(maxsize=1024)
def find_period(text: str) -> PeriodPhrase | None:
    """The period named somewhere in a title, the most telling first: dates, half-year, quarter, months, year.

    A title is weak evidence (weekly reports carry the year to date); compare it with the heading, never prefer it.
    """
    return _read(normalise(text).lower(), whole=False)


def _read(line: str, *, whole: bool) -> PeriodPhrase | None:
    def seek(pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.fullmatch(line) if whole else pattern.search(line)

    if found := seek(_CODE):
        if found["adhoc"]:
            return PeriodPhrase("ad_hoc", int(found["adhoc"]), None, None, None)
        return _period("half", 1, found["year"]) if found["what"] == "06t" else _period("year", 0, found["year"])
    if found := seek(_RANGE):
        return _date_range(found)
    if found := seek(_HALF):
        return _period("half", 1 if found["half"] == "đầu" else 2, found["year"])
    if found := seek(_QUARTER):
        number = _ROMAN.get(found["quarter"]) or int(found["quarter"])
        return _period("quarter", number, found["year"])
    if found := seek(_MONTHS):
        return _period("months_to_date", int(found["count"]), found["year"])
    if found := seek(_MONTH):
        return _period("month", int(found["month"]), found["year"])
    if found := seek(_WHOLE_YEAR):
        return _period("year", 0, found["year"])
    if whole and _BARE_WHOLE_YEAR.fullmatch(line):
        return _period("year", 0, None)
    return None


def _period(kind: PeriodKind, number: int, year_text: str | None) -> PeriodPhrase:
    first, last = {
        "year": (1, 12),
        "half": (6 * number - 5, 6 * number),
        "quarter": (3 * number - 2, 3 * number),
        "months_to_date": (1, number),
        "month": (number, number),
    }[kind]
    if year_text is None:
        return PeriodPhrase(kind, number, None, None, None)
    year = int(year_text)
    return PeriodPhrase(kind, number, year, date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def _date_range(found: re.Match[str]) -> PeriodPhrase | None:
    try:
        end = date(int(found["y2"]), int(found["m2"]), int(found["d2"]))
        start = date(int(found["y1"] or end.year), int(found["m1"]), int(found["d1"]))
    except ValueError:
        return None
    return PeriodPhrase("range", 0, end.year, start, end) if start <= end else None
