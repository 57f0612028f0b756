"""What the calendar wants done at which moment: releases, reminders, late lists, the request for final figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from include.calendar.periods import VIETNAM, Period, load_periods
from include.calendar.releases import NoticeRule, notice_rule, release_plans
from include.calendar.working_days import add_working_days, working_day_from, working_day_until

JobKind = Literal["release", "reminder", "late_list", "final_request"]

KINDS_VI: Final[Mapping[JobKind, str]] = {
    "release": "Phát hành",
    "reminder": "Nhắc nộp báo cáo",
    "late_list": "Danh sách chậm",
    "final_request": "Đề nghị số chính thức",
}

SAME_OCCASION: Final = timedelta(days=10)
"""A notice whose day moved by less, as a newly announced day off moves it, is the one that was sent already."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do once. `subject` is the release or period; `days` those of a notice from the last day on time."""

    kind: JobKind
    subject: str
    planned_at: datetime
    grace: timedelta
    days: int | None = None

    @property
    def code(self) -> str:
        """“release 2026-T05”, “reminder 2026-06T/-5”."""
        return f"{self.kind} {self.subject}" + ("" if self.days is None else f"/{self.days:+d}")

    def is_late(self, moment: datetime) -> bool:
        """Whether doing it at that moment has to be marked late."""
        return moment > self.planned_at + self.grace


def list_jobs(periods: Mapping[str, Period] | None = None, *, path: Path | None = None) -> list[Job]:
    """Every job of the calendar, by moment; `path` is another include/calendar/releases.yml.

    Raises CatalogueError for a calendar that cannot be used.
    """
    known = load_periods() if periods is None else periods
    rule = notice_rule(path=path)
    jobs = [Job("release", plan.release_code, plan.planned_at, plan.grace) for plan in release_plans(known, path=path)]
    for period in known.values():
        jobs += _notices(period, rule)
    return sorted(jobs, key=lambda job: (job.planned_at, job.code))


def due_jobs(
    jobs: Iterable[Job], moment: datetime, *, begun_at: datetime, served: Iterable[tuple[str, datetime]]
) -> list[Job]:
    """The jobs due at `moment` and not served yet, by moment; what was planned before `begun_at` is owed by nobody.

    `served` are codes with the moments they were planned for. A release is served once whatever its moment; a notice
    comes again when its deadline was moved (SAME_OCCASION).
    """
    done: dict[str, list[datetime]] = {}
    for code, planned_at in served:
        done.setdefault(code, []).append(planned_at)

    def is_served(job: Job) -> bool:
        before = done.get(job.code, [])
        if job.kind == "release":
            return bool(before)
        return any(abs(planned_at - job.planned_at) < SAME_OCCASION for planned_at in before)

    return [job for job in jobs if begun_at <= job.planned_at <= moment and not is_served(job)]


def newest_notices(jobs: Iterable[Job]) -> tuple[list[Job], list[Job]]:
    """Of several notices of one kind about one period the newest, and the others, which it covers."""
    newest: dict[tuple[str, str], Job] = {}
    ordered = sorted((job for job in jobs if job.kind != "release"), key=lambda job: (job.planned_at, job.days or 0))
    for job in ordered:
        newest[job.kind, job.subject] = job
    kept = list(newest.values())
    return kept, [job for job in ordered if job not in kept]


def notice_moment(period: Period, days: int, rule: NoticeRule) -> datetime:
    """When the notice of so many days from the last day on time goes out, on a working day."""
    day = period.last_day_on_time + timedelta(days=days)
    return datetime.combine(working_day_until(day) if days < 0 else working_day_from(day), rule.at, VIETNAM)


def _notices(period: Period, rule: NoticeRule) -> list[Job]:
    jobs = [
        Job("reminder", period.code, notice_moment(period, days, rule), rule.grace, days) for days in rule.reminder_days
    ]
    jobs += [
        Job("late_list", period.code, notice_moment(period, days, rule), rule.grace, days)
        for days in rule.late_list_days
    ]
    if period.kind == "NAM":
        closes_on = date(period.plan_year, *rule.final_request_after)
        asked_at = datetime.combine(add_working_days(closes_on, 1), rule.at, VIETNAM)
        jobs.append(Job("final_request", period.code, asked_at, rule.grace))
    return jobs
