"""When the reporting calendar fires. Moments are worked out by hand; Vietnamese time is UTC+7."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pendulum
import pytest
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.utils.types import DagRunType

from include.calendar.periods import VIETNAM, load_periods

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "reporting_calendar.py"

DUE = datetime(2026, 6, 15, tzinfo=VIETNAM)
START = pendulum.datetime(2026, 1, 1, tz="UTC")


@pytest.fixture(scope="module")
def calendar() -> ModuleType:
    """The plugin as Airflow loads it: a file of the plugins folder, not a package."""
    spec = importlib.util.spec_from_file_location("reporting_calendar", PLUGIN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reporting_calendar"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def at(calendar: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock the timetable sees."""
    return lambda *moment: monkeypatch.setattr(calendar, "_now", lambda: datetime(*moment, tzinfo=VIETNAM))


def period(code: str, due_at: datetime) -> SimpleNamespace:
    return SimpleNamespace(code=code, due_at=due_at)


def next_run(timetable: Any, *, last: datetime | None = None, catchup: bool = False) -> datetime | None:
    info = timetable.next_dagrun_info(
        last_automated_data_interval=None if last is None else DataInterval.exact(pendulum.instance(last)),
        restriction=TimeRestriction(earliest=START, latest=None, catchup=catchup),
    )
    return None if info is None else info.run_after.astimezone(VIETNAM)


def test_it_fires_at_the_due_moment_and_at_eight_on_the_days_before(calendar: ModuleType) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], days_before=(1, 7))

    assert timetable.moments == (
        (datetime(2026, 6, 8, 8, tzinfo=VIETNAM), "2026-06T-7-days-left"),
        (datetime(2026, 6, 14, 8, tzinfo=VIETNAM), "2026-06T-1-days-left"),
        (DUE, "2026-06T-due"),
    )


def test_the_plans_two_deadlines_are_in_it(calendar: ModuleType) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods(load_periods().values())

    assert {"2026-06T-due", "2026-NAM-due"} <= {label for _, label in timetable.moments}


def test_a_new_dag_waits_for_its_next_moment(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], days_before=(7,))
    at(2026, 6, 10, 12, 0)

    assert next_run(timetable) == DUE


def test_after_a_moment_comes_the_following_one(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], days_before=(7, 1))
    reminder = datetime(2026, 6, 8, 8, tzinfo=VIETNAM)
    at(2026, 6, 8, 8, 1)

    assert next_run(timetable, last=reminder) == datetime(2026, 6, 14, 8, tzinfo=VIETNAM)


def test_after_an_outage_only_the_latest_missed_moment_runs(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], days_before=(7, 3, 1))
    last = datetime(2026, 6, 8, 8, tzinfo=VIETNAM)
    at(2026, 6, 20, 0, 0)

    assert next_run(timetable, last=last) == DUE
    assert next_run(timetable, last=DUE) is None


def test_with_catchup_every_missed_moment_runs(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], days_before=(7, 3))
    at(2026, 6, 20, 0, 0)

    assert next_run(timetable, catchup=True) == datetime(2026, 6, 8, 8, tzinfo=VIETNAM)
    assert next_run(timetable, last=datetime(2026, 6, 8, 8, tzinfo=VIETNAM), catchup=True) == datetime(
        2026, 6, 12, 8, tzinfo=VIETNAM
    )


def test_every_day_comes_between_the_moments_of_the_calendar(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], daily_at="06:00")
    at(2026, 6, 14, 6, 1)

    assert next_run(timetable, last=datetime(2026, 6, 14, 6, tzinfo=VIETNAM)) == DUE
    at(2026, 6, 15, 0, 1)
    assert next_run(timetable, last=DUE) == datetime(2026, 6, 15, 6, tzinfo=VIETNAM)


def test_after_a_week_off_the_daily_run_comes_once(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable([], daily_at="06:00")
    at(2026, 3, 9, 5, 59)

    assert next_run(timetable, last=datetime(2026, 3, 2, 6, tzinfo=VIETNAM)) == datetime(2026, 3, 8, 6, tzinfo=VIETNAM)


def test_without_moments_it_never_fires(calendar: ModuleType) -> None:
    assert next_run(calendar.ReportingCalendarTimetable([])) is None


def test_nothing_fires_after_the_end_of_the_dag(calendar: ModuleType, at: Any) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)])
    at(2026, 6, 1)
    restriction = TimeRestriction(earliest=START, latest=pendulum.datetime(2026, 6, 1, tz="UTC"), catchup=False)

    assert timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction) is None


def test_it_survives_being_stored(calendar: ModuleType) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods(
        [period("2026-06T", DUE)], days_before=(30, 1), daily_at="06:00"
    )

    again = calendar.ReportingCalendarTimetable.deserialize(timetable.serialize())

    assert (again.moments, again.daily_at) == (timetable.moments, timetable.daily_at)
    assert again.serialize() == timetable.serialize()


def test_a_run_is_named_after_what_it_is_for(calendar: ModuleType) -> None:
    timetable = calendar.ReportingCalendarTimetable.from_periods([period("2026-06T", DUE)], daily_at="06:00")

    def named(moment: datetime) -> str:
        return str(
            timetable.generate_run_id(
                run_type=DagRunType.SCHEDULED, run_after=pendulum.instance(moment), data_interval=None
            )
        )

    assert named(DUE).startswith("scheduled__2026-06T-due__2026-06-15T00:00:00")
    assert named(DUE + timedelta(hours=6)).startswith("scheduled__2026-06-15T06:00:00")


def test_a_moment_without_a_zone_and_an_unreadable_hour_are_refused(calendar: ModuleType) -> None:
    from airflow.exceptions import AirflowTimetableInvalid

    with pytest.raises(AirflowTimetableInvalid, match="time zone"):
        calendar.ReportingCalendarTimetable([(datetime(2026, 6, 15), "x")]).validate()
    with pytest.raises(AirflowTimetableInvalid, match="6 giờ"):
        calendar.ReportingCalendarTimetable([], daily_at="6 giờ").validate()
    calendar.ReportingCalendarTimetable([(datetime(2026, 6, 15, tzinfo=UTC), "x")], daily_at="06:00").validate()


def test_the_plugin_adds_no_page_and_no_route(calendar: ModuleType) -> None:
    plugin = calendar.ReportingCalendarPlugin

    assert plugin.timetables == [calendar.ReportingCalendarTimetable]
    for surface in ("fastapi_apps", "fastapi_root_middlewares", "external_views", "react_apps", "flask_blueprints"):
        assert not getattr(plugin, surface, []), surface
