"""The reporting calendar: which periods exist, what they cover, when a report for them is late."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml

from include.errors import CatalogueError

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

PeriodKind = Literal["6T", "NAM", "DX"]
KINDS: tuple[PeriodKind, ...] = ("6T", "NAM", "DX")
KEYS = (
    "kind",
    "name_vi",
    "plan_year",
    "window_start",
    "window_end",
    "due_at",
    "rule_vi",
    "legal_basis_vi",
    "aliases",
    "only_units",
)
_DAY_AND_HOUR = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:,?\s+([0-9]{1,2})(?::(?=[0-9])|h|\s*giờ\s*)([0-9]{2})?)?", re.IGNORECASE
)
WEEKEND_RULES = ("as_written", "next_working_day")
CALENDAR_FILE = Path(__file__).parent / "periods.yml"


@dataclass(frozen=True, slots=True)
class Period:
    """One entry of the calendar.

    `window_start` and `window_end` are the first and last day the figures may cover (both included).
    `due_at` is the first instant that is late, aware, after the weekend rule.
    `only_units` names the bodies an ad hoc request was sent to; empty means every body.
    """

    code: str
    kind: PeriodKind
    name_vi: str
    plan_year: int
    window_start: date
    window_end: date
    due_at: datetime
    rule_vi: str
    legal_basis_vi: str
    aliases: tuple[str, ...] = ()
    only_units: tuple[str, ...] = ()

    @property
    def last_day_on_time(self) -> date:
        """The last calendar day, in Việt Nam, on which a report can still be on time."""
        return (self.due_at.astimezone(VIETNAM) - timedelta(microseconds=1)).date()

    def covers(self, day: date) -> bool:
        """Whether a cut-off date lies inside the window."""
        return self.window_start <= day <= self.window_end


def read_moment(written: str) -> datetime:
    """The moment written in ISO 8601, aware; Vietnamese time where no offset stands. Raises ValueError."""
    moment = datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    try:
        moment.astimezone(VIETNAM)
    except OverflowError as error:
        raise ValueError(written) from error
    return moment


def read_typed_moment(written: str) -> datetime:
    """The moment a person typed: as 20/06/2026 08:00 (8h, 8h30, or the day alone), else as read_moment reads it.

    Not for files: a program that writes the month first would be believed.
    """
    typed = written.strip()
    if found := _DAY_AND_HOUR.fullmatch(typed):
        day, month, year, hour, minute = (int(part or 0) for part in found.groups())
        return datetime(year, month, day, hour, minute, tzinfo=VIETNAM)
    return read_moment(typed)


def load_periods(path: Path | None = None) -> dict[str, Period]:
    """The calendar, period code to Period, in the order of the file (the project's own when None).

    Raises CatalogueError listing every mistake of the file at once.
    """
    chosen = CALENDAR_FILE if path is None else path
    return dict(_load(chosen, chosen.stat().st_mtime_ns if chosen.exists() else 0))


def require_period(code: str) -> Period:
    """The period of that code. Raises CatalogueError naming the ones there are."""
    periods = load_periods()
    if code not in periods:
        raise CatalogueError(
            where="the reporting calendar",
            found=repr(code),
            expected=", ".join(periods),
            remedy="Use a listed period, or add it to include/calendar/periods.yml.",
        )
    return periods[code]


def is_on_time(period: Period, received_at: datetime) -> bool:
    """Whether a report received at that moment is on time: strictly before `due_at`.

    Raises ValueError for a moment without a time zone, which could be seven hours off.
    """
    if received_at.tzinfo is None:
        raise ValueError(f"received_at {received_at} has no time zone")
    return received_at < period.due_at


def previous_period(period: Period, periods: Mapping[str, Period]) -> Period | None:
    """The regular period due before this one in the same plan year (2026-NAM gives 2026-06T), or None.

    Figures accumulate within a plan year only, so the year before is no predecessor; ad hoc requests
    have none either.
    """
    if period.kind == "DX":
        return None
    earlier = [
        other
        for other in periods.values()
        if other.kind != "DX" and other.plan_year == period.plan_year and other.due_at < period.due_at
    ]
    return max(earlier, key=lambda other: other.due_at, default=None)


def period_of_text(text: str, periods: Mapping[str, Period] | None = None) -> Period | None:
    """The period a cell names: its code, its name or a declared alias, exact after normalisation, else None.

    “Báo cáo”, “kỳ” and “kỳ báo cáo” in front, and “code - name” that agree, are understood. A phrase without
    its year is not: it could be any year's.
    """
    from include.vietnamese.text import match_key

    known: dict[str, Period | None] = {}
    for period in (load_periods() if periods is None else periods).values():
        for key in {match_key(spelling) for spelling in (period.code, period.name_vi, *period.aliases)}:
            # Two requests may bear one title; then only their codes tell them apart.
            known[key] = None if key in known else period
    leads = [match_key(lead) for lead in ("kỳ báo cáo", "báo cáo kỳ", "báo cáo", "kỳ")]

    def named(part: str) -> Period | None:
        key = match_key(part)
        for lead in leads:
            if key not in known and key.startswith(f"{lead} "):
                key = key.removeprefix(lead).strip()
        return known.get(key)

    whole = named(text)
    if whole is not None:
        return whole
    for separator in (" - ", " – ", " — ", ": ", "("):
        first, found, second = text.partition(separator)
        if found and first.strip():
            by_first, by_second = named(first), named(second.strip().removesuffix(")"))
            if by_first is not None and by_first == by_second:
                return by_first
    return None


def add_request(
    name_vi: str,
    *,
    window_start: date,
    window_end: date,
    due_at: datetime,
    legal_basis_vi: str,
    only_units: Iterable[str] = (),
    path: Path | None = None,
) -> Period:
    """Write an ad hoc request into the calendar under the next number (DX-1, DX-2, ...) and return it.

    `only_units` are the codes of the bodies asked, empty for every body. The file keeps its comments.
    Raises CatalogueError, with the file untouched, when the request contradicts itself or names an unknown body.
    """
    from include.reference import load_reference

    chosen = CALENDAR_FILE if path is None else path
    units = tuple(only_units)
    unknown = [code for code in units if code not in load_reference().units]
    if unknown:
        raise CatalogueError(
            where=f"ad hoc request {name_vi!r}, only_units",
            found=", ".join(unknown),
            expected="codes of include/reference/reporting_bodies.csv",
            remedy="Correct the codes; ttdn status lists them.",
        )
    if due_at.tzinfo is None:
        raise ValueError(f"due_at {due_at} has no time zone")
    due_here = due_at.astimezone(VIETNAM)
    numbers = [int(code.removeprefix("DX-")) for code in load_periods(chosen) if code.startswith("DX-")]
    code = f"DX-{max(numbers, default=0) + 1}"
    entry = {
        code: {
            "kind": "DX",
            "name_vi": name_vi,
            "plan_year": window_end.year,
            "window_start": window_start,
            "window_end": window_end,
            "due_at": due_here.isoformat(timespec="minutes"),
            "rule_vi": f"Nhận trước {due_here:%H giờ %M} ngày {due_here.day}/{due_here.month}/{due_here.year}",
            "legal_basis_vi": legal_basis_vi,
            **({"only_units": list(units)} if units else {}),
        }
    }
    block = yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=120)
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    written = chosen.read_text(encoding="utf-8").rstrip("\n") + "\n" + indented
    handle, draft = tempfile.mkstemp(dir=chosen.parent, prefix=f"{chosen.stem}-", suffix=".yml")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(written)
        Path(draft).chmod(chosen.stat().st_mode)
        added = _read(Path(draft))[code]
        Path(draft).replace(chosen)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return added


@lru_cache(maxsize=8)
def _load(path: Path, changed_at: int) -> dict[str, Period]:
    """Cached by the file's time of change, so that a request added while running is seen."""
    return _read(path)


def _read(path: Path) -> dict[str, Period]:
    problems: list[str] = []
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _refusal(path, [" ".join(str(error).split())]) from error
    if not isinstance(content, dict) or not isinstance(content.get("periods"), dict):
        raise _refusal(path, ["no mapping named periods"])
    weekend_rule = content.get("due_on_weekend", "as_written")
    if weekend_rule not in WEEKEND_RULES:
        problems.append(f"due_on_weekend {weekend_rule!r} is not one of {', '.join(WEEKEND_RULES)}")
    days_off = content.get("days_off") or []
    if not all(isinstance(day, date) for day in days_off):
        problems.append(f"days_off {days_off!r} are not all days written 2026-09-02")
        days_off = []
    periods: dict[str, Period] = {}
    for code, entry in content["periods"].items():
        period = _period(str(code), entry, weekend_rule, frozenset(days_off), problems)
        if period is not None:
            periods[period.code] = period
    problems.extend(_clashes(periods))
    if problems:
        raise _refusal(path, problems)
    return periods


def _period(
    code: str, entry: object, weekend_rule: str, days_off: frozenset[date], problems: list[str]
) -> Period | None:
    before = len(problems)
    if not isinstance(entry, dict):
        problems.append(f"{code}: {entry!r} is no entry with keys")
        return None
    unknown = sorted(set(entry) - set(KEYS))
    missing = sorted(set(KEYS[:8]) - set(entry))
    if unknown or missing:
        problems.append(f"{code}: unknown keys {unknown}, missing keys {missing}")
        return None
    kind, plan_year = entry["kind"], entry["plan_year"]
    expected_code = {"6T": f"{plan_year}-06T", "NAM": f"{plan_year}-NAM"}.get(str(kind))
    if kind not in KINDS:
        problems.append(f"{code}: kind {kind!r} is not one of {', '.join(KINDS)}")
    elif kind == "DX" and not (code.startswith("DX-") and code[3:].isdigit()):
        problems.append(f"{code}: an ad hoc request is named DX-<number>")
    elif expected_code is not None and code != expected_code:
        problems.append(f"{code}: kind {kind} of {plan_year} is named {expected_code}")
    start, end = entry["window_start"], entry["window_end"]
    if type(start) is not date or type(end) is not date:
        problems.append(f"{code}: window_start and window_end are days written 2026-01-01")
    elif end < start:
        problems.append(f"{code}: window ends {end} before it starts {start}")
    due_at = entry["due_at"]
    if isinstance(due_at, str):
        try:
            due_at = datetime.fromisoformat(due_at)
        except ValueError:
            due_at = None
    if not isinstance(due_at, datetime) or due_at.tzinfo is None:
        problems.append(
            f'{code}: due_at {entry["due_at"]!r} is not a moment with its zone, as "2026-06-15T00:00+07:00"'
        )
    for key in ("aliases", "only_units"):
        if not isinstance(entry.get(key, []), list) or not all(isinstance(item, str) for item in entry.get(key, [])):
            problems.append(f"{code}: {key} is not a list of texts")
    if len(problems) > before:
        return None
    assert isinstance(due_at, datetime)
    return Period(
        code=code,
        kind=kind,
        name_vi=unicodedata.normalize("NFC", str(entry["name_vi"])),
        plan_year=int(plan_year),
        window_start=start,
        window_end=end,
        due_at=_moved(due_at.astimezone(VIETNAM), weekend_rule, days_off),
        rule_vi=str(entry["rule_vi"]),
        legal_basis_vi=str(entry["legal_basis_vi"]),
        aliases=tuple(entry.get("aliases", [])),
        only_units=tuple(entry.get("only_units", [])),
    )


def _moved(due_at: datetime, weekend_rule: str, days_off: frozenset[date]) -> datetime:
    """The deadline after the weekend rule, which looks at the last day on time, not at the first late one."""
    if weekend_rule == "as_written":
        return due_at
    last_moment = due_at - timedelta(microseconds=1)
    while last_moment.weekday() >= 5 or last_moment.date() in days_off:
        last_moment += timedelta(days=1)
    return last_moment + timedelta(microseconds=1)


def _clashes(periods: Mapping[str, Period]) -> list[str]:
    """Regular periods must be told apart by name; ad hoc requests may repeat a title."""
    owner: dict[str, str] = {}
    clashes: list[str] = []
    for period in (period for period in periods.values() if period.kind != "DX"):
        for spelling in {text.casefold() for text in (period.code, period.name_vi, *period.aliases)}:
            other = owner.setdefault(spelling, period.code)
            if other != period.code:
                clashes.append(f"{period.code}: {spelling!r} also names {other}")
    return clashes


def _refusal(path: Path, problems: list[str]) -> CatalogueError:
    return CatalogueError(
        where=path.name,
        found=f"{len(problems)} problem(s)\n  - " + "\n  - ".join(problems) + "\n",
        expected="a calendar whose entries are complete and distinct",
        remedy="Correct the entries named above; the comments at the top of the file show the form.",
    )
