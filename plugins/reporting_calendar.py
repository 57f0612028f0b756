"""A timetable that follows the plan's reporting calendar instead of a cron line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

import pendulum
from airflow.exceptions import AirflowTimetableInvalid
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from airflow.utils.types import DagRunType

from include.calendar.periods import VIETNAM, Period

_REMINDER_HOUR = time(8)


class ReportingCalendarTimetable(Timetable):
    """Fires at given moments, each with a label, and if wanted every day at `daily_at` (HH:MM, Vietnamese time).

    Missed moments do not pile up: after an outage the latest one runs, once, and stands for the earlier ones.
    A DAG seen for the first time waits for its next moment.
    """

    def __init__(self, moments: Iterable[tuple[datetime, str]], daily_at: str | None = None) -> None:
        self.moments = tuple(sorted(moments))
        self.daily_at = daily_at
        self.description = f"{len(self.moments)} moments of the reporting calendar" + (
            f", and every day at {daily_at}" if daily_at else ""
        )

    @classmethod
    def from_periods(
        cls, periods: Iterable[Period], *, days_before: Iterable[int] = (), daily_at: str | None = None
    ) -> ReportingCalendarTimetable:
        """Return a timetable with the due moment of every period and a reminder at 08:00 so many days before.

        The due moment is exclusive and at midnight, so "one day before" is the last day a report is on time.
        The moments are fixed when the DAG is parsed: a period added to the calendar counts from the next parsing on.
        """
        ahead = tuple(days_before)
        moments = []
        for period in periods:
            moments.append((period.due_at, f"{period.code}-due"))
            due_date = period.due_at.astimezone(VIETNAM).date()
            for days in ahead:
                at = datetime.combine(due_date - timedelta(days=days), _REMINDER_HOUR, VIETNAM)
                moments.append((at, f"{period.code}-{days}-days-left"))
        return cls(moments, daily_at)

    def validate(self) -> None:
        """Refuse moments without a time zone and an unreadable time of day."""
        if any(moment.tzinfo is None for moment, _ in self.moments):
            raise AirflowTimetableInvalid("every moment needs a time zone")
        try:
            self._time_of_day()
        except ValueError as error:
            raise AirflowTimetableInvalid(f"daily_at is HH:MM, not {self.daily_at!r}") from error

    @property
    def summary(self) -> str:
        return "reporting calendar" + (f" + {self.daily_at}" if self.daily_at else "")

    def serialize(self) -> dict[str, Any]:
        return {"moments": [[moment.isoformat(), label] for moment, label in self.moments], "daily_at": self.daily_at}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        return cls([(datetime.fromisoformat(moment), label) for moment, label in data["moments"]], data["daily_at"])

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        last = last_automated_data_interval and last_automated_data_interval.end
        following = self._first_after(last, restriction)
        if following is None:
            return None
        if last is not None and not restriction.catchup:
            following = max(following, self._last_until(_now()) or following)
        if restriction.latest is not None and following > restriction.latest:
            return None
        return DagRunInfo.exact(pendulum.instance(following))

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        return DataInterval.exact(run_after)

    def generate_run_id(
        self,
        *,
        run_type: DagRunType,
        run_after: pendulum.DateTime,
        data_interval: DataInterval | None,
        **extra: Any,
    ) -> str:
        label = next((label for moment, label in self.moments if moment == run_after), None)
        suffix = run_after.isoformat() if label is None else f"{label}__{run_after.isoformat()}"
        return run_type.generate_run_id(suffix=suffix)

    def _first_after(self, last: datetime | None, restriction: TimeRestriction) -> datetime | None:
        """The first moment after the last run; without one, the first from the start date on, or from now on."""
        if last is None:
            start = restriction.earliest or _now()
            # One tick earlier, so that a moment exactly at the start counts.
            last = (start if restriction.catchup else max(start, _now())) - timedelta(microseconds=1)
        following = [moment for moment, _ in self.moments if moment > last][:1]
        if (time_of_day := self._time_of_day()) is not None:
            day = last.astimezone(VIETNAM).date()
            ticks = (datetime.combine(day + timedelta(days=ahead), time_of_day, VIETNAM) for ahead in (0, 1))
            following.append(next(tick for tick in ticks if tick > last))
        return min(following, default=None)

    def _last_until(self, until: datetime) -> datetime | None:
        past = [moment for moment, _ in self.moments if moment <= until][-1:]
        if (time_of_day := self._time_of_day()) is not None:
            day = until.astimezone(VIETNAM).date()
            ticks = (datetime.combine(day - timedelta(days=behind), time_of_day, VIETNAM) for behind in (0, 1))
            past.append(next(tick for tick in ticks if tick <= until))
        return max(past, default=None)

    def _time_of_day(self) -> time | None:
        return None if self.daily_at is None else time.fromisoformat(self.daily_at)


def _now() -> datetime:
    return pendulum.now("UTC")


class ReportingCalendarPlugin(AirflowPlugin):
    """Makes the timetable known to every part of Airflow. Adds no page and no route."""

    name = "reporting_calendar"
    timetables: ClassVar[list[Any]] = [ReportingCalendarTimetable]
