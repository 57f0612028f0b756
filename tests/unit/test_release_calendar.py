"""Working days with the real Tết, and what the calendar plans; every date worked out by hand from printed calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from include.calendar import working_days
from include.calendar.due import due_jobs, list_jobs, newest_notices
from include.calendar.periods import VIETNAM, load_periods, require_period
from include.calendar.releases import RELEASES_FILE, notice_rule, release_plans, require_plan
from include.calendar.working_days import add_working_days, is_working_day, previous_working_day, working_day_from
from include.errors import CatalogueError
from include.indicators.catalogue import load_catalogue
from include.sources import list_sources


def on(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("last_worked", "first_worked"),
    [
        ("2024-02-07", "2024-02-15"),  # Giáp Thìn: 8/2 to 14/2 off
        ("2025-01-24", "2025-02-03"),  # Ất Tỵ: Saturday 25/1 to Sunday 2/2 off
        ("2026-02-13", "2026-02-23"),  # Bính Ngọ: Saturday 14/2 to Sunday 22/2 off
        ("2027-02-04", "2027-02-12"),  # Đinh Mùi: 5/2 to 11/2 off
    ],
)
def test_between_the_last_day_before_tet_and_the_first_after_it_nobody_works(last_worked, first_worked):
    assert is_working_day(on(last_worked))
    assert is_working_day(on(first_worked))
    assert add_working_days(on(last_worked), 1) == on(first_worked)
    assert previous_working_day(on(first_worked)) == on(last_worked)
    assert working_day_from(on(last_worked) + timedelta(days=1)) == on(first_worked)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ("2024-05-04", True),  # a Saturday worked for Monday 29/4
        ("2024-04-29", False),
        ("2024-05-11", False),  # any other Saturday
        ("2025-04-26", True),
        ("2025-05-02", False),
        ("2026-04-26", False),  # Giỗ Tổ on a Sunday
        ("2026-04-27", False),  # its day off in lieu
        ("2026-04-28", True),
        ("2026-08-31", False),
        ("2026-08-22", True),
        ("2026-09-01", False),
        ("2026-09-03", True),
        ("2026-11-24", True),  # proposed by nobody with the power to order it
        ("2026-06-14", False),  # the last day on time, a Sunday
    ],
)
def test_holidays_their_days_in_lieu_and_swapped_days(day, is_worked):
    assert is_working_day(on(day)) == is_worked


def test_a_year_without_lines_of_our_own_follows_the_library():
    # Mậu Thân 2028: New Year's Day of the lunar calendar is Wednesday 26/1.
    assert not is_working_day(on("2028-01-26"))
    assert is_working_day(on("2028-02-01"))
    assert not is_working_day(on("2028-09-02"))
    # 2023: 2/9 is a Saturday, Monday 4/9 off in lieu.
    assert not is_working_day(on("2023-09-04"))


def test_our_own_lines_win_over_the_library_for_the_years_they_know(monkeypatch):
    assert not working_days._library_days(2026).is_working_day(on("2026-11-24"))  # the library has it as a holiday
    assert is_working_day(on("2026-11-24"))
    assert not is_working_day(on("2026-01-02"))  # off by a swap the library does not know
    assert working_days._library_days(2026).is_working_day(on("2026-01-02"))


def test_counting_working_days_goes_both_ways_and_zero_is_the_day_itself_when_it_is_worked():
    friday, monday = on("2026-06-12"), on("2026-06-15")

    assert add_working_days(friday, 1) == monday
    assert add_working_days(monday, -1) == friday
    assert add_working_days(on("2026-06-14"), 0) == monday
    assert add_working_days(friday, 0) == friday
    assert add_working_days(friday, 5) == on("2026-06-19")


def test_the_plan_of_2026_by_hand():
    assert {plan.release_code: f"{plan.planned_at:%d/%m %H:%M}" for plan in release_plans()} == {
        "2026-T01": "16/01 08:00",
        "2026-T02": "24/02 08:00",  # closes Saturday 14/2; Tết until 22/2; Monday is one, Tuesday two
        "2026-T03": "17/03 08:00",
        "2026-T04": "16/04 08:00",
        "2026-T05": "18/05 08:00",
        "2026-T06": "16/06 08:00",
        "2026-06T": "18/06 08:00",
        "2026-T07": "16/07 08:00",
        "2026-T08": "18/08 08:00",
        "2026-T09": "16/09 08:00",
        "2026-T10": "16/10 08:00",
        "2026-T11": "17/11 08:00",
        "2026-NAM": "30/11 08:00",
        "2026-T12": "16/12 08:00",
    }


def test_a_month_is_of_the_period_its_closing_day_lies_in_and_covers_the_days_of_the_decree():
    may, july = require_plan("2026-T05"), require_plan("2026-T07")

    assert (may.period_code, may.window, may.name_vi) == (
        "2026-06T",
        (on("2026-04-15"), on("2026-05-14")),
        "Số liệu tháng 5/2026",
    )
    assert (july.period_code, july.window[0]) == ("2026-NAM", on("2026-06-15"))
    assert (may.floor_pct, may.basis) == (None, "decree")
    assert require_plan("2026-T01").window[0] == on("2025-12-15")


def test_what_comes_once_a_quarter_is_in_the_months_that_close_one():
    may, june = require_plan("2026-T05").indicator_codes, require_plan("2026-T06").indicator_codes

    assert may is not None
    assert june is not None
    assert "X05" not in may
    assert "X05" in june
    assert {"N01", "X01", "O03"} <= set(may)
    assert require_plan("2026-06T").indicator_codes is None


def test_names_of_the_calendar_are_names_the_platform_knows():
    catalogue, sources = load_catalogue(), {source.source_id for source in list_sources()}

    for plan in release_plans():
        assert set(plan.indicator_codes or ()) <= set(catalogue), plan.release_code
        assert {source for source, _ in plan.promises} <= sources, plan.release_code
        assert plan.rule_vi
        assert plan.legal_basis_vi


def test_a_release_frozen_late_asks_for_no_fresher_data_than_one_in_time():
    plan = require_plan("2026-06T")

    assert plan.must_cover("monitoring_statistics") == on("2026-05-18")
    assert plan.must_cover("nso_fdi") is None
    assert not plan.is_late(plan.planned_at + timedelta(minutes=60))
    assert plan.is_late(plan.planned_at + timedelta(minutes=60, seconds=1))


def test_what_is_promised_ends_with_the_window():
    period = replace(require_period("2026-06T"), window_end=on("2026-04-30"))
    (plan,) = [plan for plan in release_plans({period.code: period}) if plan.release_code == period.code]

    assert plan.must_cover("monitoring_statistics") == on("2026-04-30")


def test_an_unknown_release_names_the_ones_there_are():
    with pytest.raises(CatalogueError, match=r"2026-T13.*2026-T12"):
        require_plan("2026-T13")


def test_an_ad_hoc_request_has_a_release_after_its_own_deadline():
    request = replace(require_period("2026-06T"), code="DX-1", kind="DX", due_at=at("2026-04-24T00:00"), name_vi="X")
    (plan,) = release_plans({"DX-1": request})

    # Due Friday 24/4; 25 and 26 weekend, 27 in lieu of Giỗ Tổ, 28 one, 29 two, 30/4 and 1/5 holidays, Monday 4/5 three.
    assert plan.planned_at == at("2026-05-04T08:00")
    assert plan.name_vi == "Báo cáo đột xuất DX-1: X"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rules: rules.pop("annual"), "the keys are not"),
        (lambda rules: rules.update(at="8 giờ"), "is not a time of day"),
        (lambda rules: rules.update(at="08:00+07:00"), "is not a time of day"),
        (lambda rules: rules["monthly"].update(closes_on_day=31), "not a day every month has"),
        (lambda rules: rules["six_month"].update(floor_pct=101), "not a percentage"),
        (lambda rules: rules["six_month"].update(floor_pct=True), "not a percentage"),
        (lambda rules: rules["six_month"].pop("floor_pct"), "the keys are not"),
        (lambda rules: rules["annual"].update(working_days_after=-1), "not a number from 0 to 60"),
        (lambda rules: rules["annual"].update(basis="rumour"), "is not one of plan, decree, proposal"),
        (lambda rules: rules["annual"].update(rule_vi=" "), "rule_vi is empty"),
        (lambda rules: rules["annual"].update(promised_days={"nso_fdi": "soon"}), "not sources with numbers"),
        (lambda rules: rules["notices"].update(reminder_days=[-5, -5]), "not a list of different days"),
        (lambda rules: rules["notices"].update(late_list_days=[-1]), "nobody is late before"),
        (lambda rules: rules["notices"].update(final_request_after={"month": 2, "day": 30}), "not a month and a day"),
        (lambda rules: rules["notices"].pop("grace_minutes"), "notices: the keys are not"),
    ],
)
def test_a_calendar_with_a_mistake_is_refused_with_the_mistake(tmp_path: Path, change, said):
    rules = yaml.safe_load(RELEASES_FILE.read_text(encoding="utf-8"))
    change(rules)
    path = tmp_path / "releases.yml"
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")

    with pytest.raises(CatalogueError, match=said):
        release_plans(path=path)


def test_every_mistake_is_named_at_once(tmp_path: Path):
    rules = yaml.safe_load(RELEASES_FILE.read_text(encoding="utf-8"))
    rules["at"] = "noon"
    rules["annual"]["basis"] = "rumour"
    path = tmp_path / "releases.yml"
    path.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")

    with pytest.raises(CatalogueError, match="2 problem"):
        notice_rule(path=path)


def test_reminders_lie_around_the_last_day_on_time_and_move_off_days_off():
    moments = {job.code: f"{job.planned_at:%a %d/%m %H:%M}" for job in list_jobs() if job.kind != "release"}

    assert moments == {
        "reminder 2026-06T/-15": "Fri 29/05 08:00",  # Saturday 30/5, to the working day before
        "reminder 2026-06T/-5": "Tue 09/06 08:00",
        "reminder 2026-06T/-1": "Fri 12/06 08:00",  # Saturday 13/6
        "reminder 2026-06T/+1": "Mon 15/06 08:00",
        "late_list 2026-06T/+1": "Mon 15/06 08:00",
        "reminder 2026-06T/+5": "Fri 19/06 08:00",
        "late_list 2026-06T/+5": "Fri 19/06 08:00",
        "reminder 2026-NAM/-15": "Mon 09/11 08:00",
        "reminder 2026-NAM/-5": "Thu 19/11 08:00",
        "reminder 2026-NAM/-1": "Mon 23/11 08:00",
        "reminder 2026-NAM/+1": "Wed 25/11 08:00",
        "late_list 2026-NAM/+1": "Wed 25/11 08:00",
        "reminder 2026-NAM/+5": "Mon 30/11 08:00",  # Sunday 29/11, to the working day after
        "late_list 2026-NAM/+5": "Mon 30/11 08:00",
        "final_request 2026-NAM": "Tue 15/12 08:00",
    }


def test_what_was_planned_before_the_calendar_began_is_owed_by_nobody():
    due = due_jobs(list_jobs(), at("2026-06-16T08:00"), begun_at=at("2026-06-12T08:00"), served=[])

    assert [job.code for job in due] == [
        "reminder 2026-06T/-1",
        "late_list 2026-06T/+1",
        "reminder 2026-06T/+1",
        "release 2026-T06",
    ]


def test_a_job_is_due_from_its_moment_on_and_not_a_second_before():
    begun = at("2026-06-16T00:00")

    assert due_jobs(list_jobs(), at("2026-06-16T07:59"), begun_at=begun, served=[]) == []
    assert len(due_jobs(list_jobs(), at("2026-06-16T08:00"), begun_at=begun, served=[])) == 1


def test_of_missed_notices_of_a_period_the_newest_goes_out_and_covers_the_others():
    due = due_jobs(list_jobs(), at("2026-06-22T08:00"), begun_at=at("2026-06-01T00:00"), served=[])
    kept, covered = newest_notices(due)

    assert [job.code for job in kept] == ["reminder 2026-06T/+5", "late_list 2026-06T/+5"]
    assert {job.code for job in covered} == {
        "reminder 2026-06T/-5",
        "reminder 2026-06T/-1",
        "reminder 2026-06T/+1",
        "late_list 2026-06T/+1",
    }


def test_a_newly_announced_day_off_sends_no_second_notice_and_a_moved_deadline_does():
    begun, now = at("2026-05-01T00:00"), at("2026-08-01T00:00")
    jobs = [job for job in list_jobs() if job.code in ("reminder 2026-06T/-5", "release 2026-06T")]

    def due(planned: str) -> list[str]:
        served = [(job.code, at(planned)) for job in jobs]
        return [job.code for job in due_jobs(jobs, now, begun_at=begun, served=served)]

    assert due("2026-06-08T08:00") == []
    assert due("2026-05-09T08:00") == ["reminder 2026-06T/-5"]  # a release goes out once, whatever its moment


def test_every_regular_period_has_its_jobs_whatever_the_machine_s_zone(monkeypatch):
    import time

    expected = [(job.code, job.planned_at.isoformat()) for job in list_jobs()]
    for zone in ("UTC", "Asia/Ho_Chi_Minh", "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert [(job.code, job.planned_at.isoformat()) for job in list_jobs(load_periods())] == expected
    monkeypatch.undo()
    time.tzset()
