"""The release calendar: what is frozen for the leadership, at which moment, and what has to be there for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from include.calendar.periods import VIETNAM, Period, load_periods
from include.calendar.working_days import add_working_days
from include.errors import CatalogueError

ReleaseKind = Literal["monthly", "six_month", "annual", "ad_hoc"]
Basis = Literal["plan", "decree", "proposal"]

RELEASES_FILE: Final = Path(__file__).parent / "releases.yml"

_KINDS: Final[tuple[ReleaseKind, ...]] = ("monthly", "six_month", "annual", "ad_hoc")
_KIND_OF_PERIOD: Final[Mapping[str, ReleaseKind]] = {"6T": "six_month", "NAM": "annual", "DX": "ad_hoc"}
_BASES: Final = ("plan", "decree", "proposal")
_KEYS: Final = frozenset({"working_days_after", "grace_minutes", "promised_days", "rule_vi", "legal_basis_vi", "basis"})
_MONTHLY_KEYS: Final = _KEYS | {"closes_on_day", "indicators", "indicators_of_quarter"}
_NOTICE_KEYS: Final = frozenset(
    {"at", "grace_minutes", "reminder_days", "late_list_days", "final_request_after", "legal_basis_vi", "basis"}
)
_LAST_DAY_OF_EVERY_MONTH: Final = 28


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """One release of the calendar.

    `planned_at` is the moment of freezing, aware. `floor_pct` is the share of obliged bodies, in %, that must have an
    accepted report; None where no body is asked. `promises` are sources with a number of days, see `must_cover`.
    `indicator_codes` None means every indicator of the period. `window` is what the law says the figures cover.
    """

    release_code: str
    release_kind: ReleaseKind
    period_code: str
    name_vi: str
    planned_at: datetime
    grace: timedelta
    floor_pct: int | None
    promises: tuple[tuple[str, int], ...]
    indicator_codes: tuple[str, ...] | None
    window: tuple[date, date]
    rule_vi: str
    legal_basis_vi: str
    basis: Basis

    def must_cover(self, source_id: str) -> date | None:
        """The day the newest accepted file of that source has to cover; None when nothing was promised.

        Measured from the planned day, so that a release frozen late asks for no more than one frozen in time.
        """
        days = dict(self.promises).get(source_id)
        if days is None:
            return None
        return min(self.planned_at.astimezone(VIETNAM).date() - timedelta(days=days), self.window[1])

    @property
    def name_of_window_vi(self) -> str:
        """“Tháng 5/2026, cộng dồn từ đầu năm”: figures are kept by half-year and year, and run from their start."""
        year, _, month = self.release_code.partition("-T")
        return f"Tháng {int(month)}/{year}, cộng dồn từ đầu năm"

    def is_late(self, moment: datetime) -> bool:
        """Whether a freeze at that moment has to be marked late."""
        return moment > self.planned_at + self.grace


def release_plans(periods: Mapping[str, Period] | None = None, *, path: Path | None = None) -> list[ReleasePlan]:
    """Every release of the calendar's years, by moment: each period once, and the twelve months of every plan year.

    Raises CatalogueError, with every mistake of include/calendar/releases.yml at once.
    """
    known = load_periods() if periods is None else periods
    rules = _rules(RELEASES_FILE if path is None else path)
    at = time.fromisoformat(rules["at"])
    plans = [_of_period(period, rules, at) for period in known.values()]
    for year in sorted({period.plan_year for period in known.values() if period.kind != "DX"}):
        for month in range(1, 13):
            plan = _of_month(year, month, known, rules["monthly"], at)
            if plan is not None:
                plans.append(plan)
    return sorted(plans, key=lambda plan: (plan.planned_at, plan.release_code))


def require_plan(release_code: str) -> ReleasePlan:
    """The release of that code. Raises CatalogueError naming the ones there are."""
    plans = {plan.release_code: plan for plan in release_plans()}
    if release_code not in plans:
        raise CatalogueError(
            where="the release calendar",
            found=repr(release_code),
            expected=", ".join(plans),
            remedy="Use a listed release; a new period in include/calendar/periods.yml brings its own.",
        )
    return plans[release_code]


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """When bodies and the lead department are written to: days around the last day on time, negative before it."""

    at: time
    grace: timedelta
    reminder_days: tuple[int, ...]
    late_list_days: tuple[int, ...]
    final_request_after: tuple[int, int]


def notice_rule(*, path: Path | None = None) -> NoticeRule:
    """The rule of the file. Raises CatalogueError, with every mistake of the file at once."""
    rule = _rules(RELEASES_FILE if path is None else path)["notices"]
    return NoticeRule(
        at=time.fromisoformat(rule["at"]),
        grace=timedelta(minutes=rule["grace_minutes"]),
        reminder_days=tuple(sorted(rule["reminder_days"])),
        late_list_days=tuple(sorted(rule["late_list_days"])),
        final_request_after=(rule["final_request_after"]["month"], rule["final_request_after"]["day"]),
    )


def _of_period(period: Period, rules: Mapping[str, Any], at: time) -> ReleasePlan:
    kind = _KIND_OF_PERIOD[period.kind]
    due_date = period.due_at.astimezone(VIETNAM).date()
    name = {
        "six_month": f"Báo cáo {period.name_vi}",
        "annual": f"Báo cáo năm {period.plan_year}",
        "ad_hoc": f"Báo cáo đột xuất {period.code}: {period.name_vi}",
    }[kind]
    return _plan(
        rules[kind],
        at,
        release_code=period.code,
        release_kind=kind,
        period_code=period.code,
        name_vi=name,
        counted_from=due_date,
        indicator_codes=None,
        window=(period.window_start, period.window_end),
    )


def _of_month(
    year: int, month: int, periods: Mapping[str, Period], rule: Mapping[str, Any], at: time
) -> ReleasePlan | None:
    closes_on = date(year, month, rule["closes_on_day"])
    regular = [period for period in periods.values() if period.kind != "DX" and period.covers(closes_on)]
    if not regular:
        return None
    # Of the half-year and the year, both of which hold a day of spring, the one that ends first.
    period = min(regular, key=lambda each: each.window_end)
    opens_on = (closes_on.replace(day=1) - timedelta(days=1)).replace(day=rule["closes_on_day"]) + timedelta(days=1)
    of_quarter = rule["indicators_of_quarter"] if month % 3 == 0 else []
    return _plan(
        rule,
        at,
        release_code=f"{year}-T{month:02}",
        release_kind="monthly",
        period_code=period.code,
        name_vi=f"Số liệu tháng {month}/{year}",
        counted_from=closes_on,
        indicator_codes=(*rule["indicators"], *of_quarter),
        window=(opens_on, closes_on),
    )


def _plan(
    rule: Mapping[str, Any],
    at: time,
    *,
    release_code: str,
    release_kind: ReleaseKind,
    period_code: str,
    name_vi: str,
    counted_from: date,
    indicator_codes: tuple[str, ...] | None,
    window: tuple[date, date],
) -> ReleasePlan:
    planned_on = add_working_days(counted_from, rule["working_days_after"])
    return ReleasePlan(
        release_code=release_code,
        release_kind=release_kind,
        period_code=period_code,
        name_vi=name_vi,
        planned_at=datetime.combine(planned_on, at, VIETNAM),
        grace=timedelta(minutes=rule["grace_minutes"]),
        floor_pct=rule.get("floor_pct"),
        promises=tuple(rule["promised_days"].items()),
        indicator_codes=indicator_codes,
        window=window,
        rule_vi=rule["rule_vi"],
        legal_basis_vi=rule["legal_basis_vi"],
        basis=rule["basis"],
    )


def _rules(path: Path) -> Mapping[str, Any]:
    return _load(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=8)
def _load(path: Path, changed_at: int) -> Mapping[str, Any]:
    """Cached by the file's time of change, as the reporting calendar is."""
    try:
        content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _refusal(path, [" ".join(str(error).split())]) from error
    problems = _problems(content)
    if problems:
        raise _refusal(path, problems)
    rules: Mapping[str, Any] = content
    return rules


def _problems(content: Any) -> list[str]:
    if not isinstance(content, dict) or set(content) != {"at", *_KINDS, "notices"}:
        return [f"the keys are not at, {', '.join(_KINDS)}, notices"]
    problems = [] if _is_time_of_day(content["at"]) else [f'at {content["at"]!r} is not a time of day as "08:00"']
    problems += [f"notices: {problem}" for problem in _notice_problems(content["notices"])]
    for kind in _KINDS:
        rule = content[kind]
        wanted = _MONTHLY_KEYS if kind == "monthly" else _KEYS | {"floor_pct"}
        if not isinstance(rule, dict) or set(rule) - {"floor_pct"} != wanted - {"floor_pct"} or wanted - set(rule):
            problems.append(f"{kind}: the keys are not {', '.join(sorted(wanted))}")
            continue
        problems += [f"{kind}: {problem}" for problem in _rule_problems(rule)]
    return problems


def _rule_problems(rule: Mapping[str, Any]) -> list[str]:
    problems = []
    if not _is_count(rule["working_days_after"]) or rule["working_days_after"] > 60:
        problems.append(f"working_days_after {rule['working_days_after']!r} is not a number from 0 to 60")
    if not _is_count(rule["grace_minutes"]):
        problems.append(f"grace_minutes {rule['grace_minutes']!r} is not a number of minutes")
    floor = rule.get("floor_pct")
    if floor is not None and not (_is_count(floor) and floor <= 100):
        problems.append(f"floor_pct {floor!r} is not a percentage from 0 to 100")
    promised = rule["promised_days"]
    if not isinstance(promised, dict) or not all(isinstance(key, str) and _is_count(promised[key]) for key in promised):
        problems.append(f"promised_days {promised!r} is not sources with numbers of days")
    if rule["basis"] not in _BASES:
        problems.append(f"basis {rule['basis']!r} is not one of {', '.join(_BASES)}")
    for key in ("rule_vi", "legal_basis_vi"):
        if not isinstance(rule[key], str) or not rule[key].strip():
            problems.append(f"{key} is empty")
    if "closes_on_day" in rule:
        day = rule["closes_on_day"]
        if not _is_count(day) or not 1 <= day <= _LAST_DAY_OF_EVERY_MONTH:
            problems.append(f"closes_on_day {day!r} is not a day every month has")
        for key in ("indicators", "indicators_of_quarter"):
            if not isinstance(rule[key], list) or not all(isinstance(code, str) for code in rule[key]):
                problems.append(f"{key} is not a list of codes")
    return problems


def _notice_problems(rule: Any) -> list[str]:
    if not isinstance(rule, dict) or set(rule) != _NOTICE_KEYS:
        return [f"the keys are not {', '.join(sorted(_NOTICE_KEYS))}"]
    problems = []
    if not _is_time_of_day(rule["at"]):
        problems.append(f'at {rule["at"]!r} is not a time of day as "08:00"')
    if not _is_count(rule["grace_minutes"]):
        problems.append(f"grace_minutes {rule['grace_minutes']!r} is not a number of minutes")
    for key in ("reminder_days", "late_list_days"):
        days = rule[key]
        if (
            not isinstance(days, list)
            or not all(type(day) is int and day != 0 for day in days)
            or len(set(days)) != len(days)
        ):
            problems.append(f"{key} {days!r} is not a list of different days before (-) or after the deadline")
    if isinstance(rule["late_list_days"], list) and not all(_is_count(day) for day in rule["late_list_days"]):
        problems.append(f"late_list_days {rule['late_list_days']!r}: nobody is late before the deadline")
    after = rule["final_request_after"]
    try:
        date(2026, after["month"], after["day"])
    except (TypeError, KeyError, ValueError):
        problems.append(f"final_request_after {after!r} is not a month and a day")
    return problems


def _is_time_of_day(value: object) -> bool:
    try:
        return isinstance(value, str) and time.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _refusal(path: Path, problems: list[str]) -> CatalogueError:
    return CatalogueError(
        where=path.name,
        found=f"{len(problems)} problem(s)\n  - " + "\n  - ".join(problems) + "\n",
        expected="a release calendar whose rules are complete",
        remedy="Correct the rules named above; the comments at the top of the file show the form.",
    )
