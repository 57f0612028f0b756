"""Deadlines are exclusive moments in Việt Nam, and a period is known by what people call it."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from include.calendar.periods import (
    CALENDAR_FILE,
    VIETNAM,
    add_request,
    is_on_time,
    load_periods,
    period_of_text,
    previous_period,
    read_moment,
    read_typed_moment,
)
from include.errors import CatalogueError


@pytest.fixture
def calendar_file(tmp_path):
    return Path(shutil.copy(CALENDAR_FILE, tmp_path / "periods.yml"))


def _edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def _request(file: Path, **changes):
    asked = {
        "window_start": date(2026, 1, 1),
        "window_end": date(2026, 8, 31),
        "due_at": datetime(2026, 9, 10, 17, 0, tzinfo=VIETNAM),
        "legal_basis_vi": "Công văn đề nghị báo cáo đột xuất",
        "path": file,
    }
    return add_request("Báo cáo đột xuất về biên giới", **{**asked, **changes})


def test_the_plan_year_has_its_two_periods_and_no_invented_request():
    assert list(load_periods()) == ["2026-06T", "2026-NAM"]


@pytest.mark.parametrize(
    ("code", "received_at", "on_time"),
    [
        ("2026-06T", datetime(2026, 6, 14, 23, 59, 59, tzinfo=VIETNAM), True),
        ("2026-06T", datetime(2026, 6, 15, 0, 0, 0, tzinfo=VIETNAM), False),
        ("2026-06T", datetime(2026, 6, 14, 16, 59, 59, tzinfo=UTC), True),
        ("2026-06T", datetime(2026, 6, 14, 17, 0, 0, tzinfo=UTC), False),
        ("2026-NAM", datetime(2026, 11, 24, 23, 59, 59, tzinfo=VIETNAM), True),
        ("2026-NAM", datetime(2026, 11, 25, 0, 0, 0, tzinfo=VIETNAM), False),
    ],
)
def test_before_the_15th_means_the_last_second_of_the_14th(code, received_at, on_time):
    assert is_on_time(load_periods()[code], received_at) is on_time


def test_a_moment_without_a_time_zone_is_not_judged():
    with pytest.raises(ValueError, match="no time zone"):
        is_on_time(load_periods()["2026-06T"], datetime(2026, 6, 1))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20/06/2026 08:00", "2026-06-20T08:00+07:00"),
        ("20/6/2026 8h", "2026-06-20T08:00+07:00"),
        (" 20/06/2026, 8h30 ", "2026-06-20T08:30+07:00"),
        ("2026-06-20T08:00", "2026-06-20T08:00+07:00"),
        ("2026-06-20T01:00:00Z", "2026-06-20T08:00+07:00"),
        ("2026-06-20", "2026-06-20T00:00+07:00"),
        ("20/06/2026", "2026-06-20T00:00+07:00"),
        ("20/06/2026 8 giờ 30", "2026-06-20T08:30+07:00"),
        ("20/06/2026 8H", "2026-06-20T08:00+07:00"),
    ],
)
def test_a_moment_is_read_as_offices_and_as_machines_write_it_in_vietnamese_time(written: str, moment: str):
    assert read_typed_moment(written) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "written",
    ["0001-01-01T00:00+14:00", "06/20/2026 08:00", "20/06/26 08:00", "20/06/2026 8:", "20/06/2026 25:00", "8h", ""],
)
def test_what_is_no_day_with_an_hour_is_no_moment(written: str):
    with pytest.raises(ValueError, match=r"."):
        read_typed_moment(written)


def test_in_a_file_no_month_is_guessed():
    assert read_moment("2026-06-20T01:00Z") == datetime(2026, 6, 20, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="06/07/2026"):
        read_moment("06/07/2026 08:00")


def test_the_last_day_on_time_is_the_day_before_an_exclusive_midnight():
    periods = load_periods()

    assert periods["2026-06T"].last_day_on_time == date(2026, 6, 14)
    assert periods["2026-NAM"].last_day_on_time == date(2026, 11, 24)


def test_a_cut_off_date_lies_in_the_window_with_both_ends():
    year = load_periods()["2026-NAM"]

    assert year.covers(date(2026, 1, 1))
    assert year.covers(date(2026, 12, 31))
    assert not year.covers(date(2025, 12, 31))
    assert not year.covers(date(2027, 1, 1))


def test_a_deadline_on_a_sunday_stands_as_written_unless_the_province_says_otherwise(calendar_file):
    _edit(calendar_file, "due_on_weekend: as_written", "due_on_weekend: next_working_day")

    moved = load_periods(calendar_file)

    # 14/6/2026 is a Sunday: the last day on time becomes Monday the 15th. 24/11 is a Tuesday and stays.
    assert load_periods()["2026-06T"].due_at == datetime(2026, 6, 15, tzinfo=VIETNAM)
    assert moved["2026-06T"].due_at == datetime(2026, 6, 16, tzinfo=VIETNAM)
    assert moved["2026-NAM"].due_at == datetime(2026, 11, 25, tzinfo=VIETNAM)


def test_public_holidays_count_as_days_off_for_the_weekend_rule(calendar_file):
    _edit(calendar_file, "due_on_weekend: as_written", "due_on_weekend: next_working_day")
    _edit(calendar_file, "days_off: []", "days_off: [2026-06-15]")

    assert load_periods(calendar_file)["2026-06T"].last_day_on_time == date(2026, 6, 16)


def test_the_annual_report_follows_the_half_year_of_its_own_year(calendar_file):
    text = calendar_file.read_text(encoding="utf-8")
    next_year = text[text.index("  2026-06T:") :].replace("2026", "2027")
    calendar_file.write_text(text + next_year, encoding="utf-8")
    periods = load_periods(calendar_file)

    assert previous_period(periods["2026-NAM"], periods) == periods["2026-06T"]
    assert previous_period(periods["2027-NAM"], periods) == periods["2027-06T"]
    assert previous_period(periods["2026-06T"], periods) is None
    assert previous_period(periods["2027-06T"], periods) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-06T", "2026-06T"),
        ("6 tháng đầu năm 2026", "2026-06T"),
        ("BÁO CÁO 06 THÁNG NĂM 2026", "2026-06T"),
        ("Kỳ báo cáo: 6 tháng đầu năm 2026", "2026-06T"),
        ("2026-06T — 6 tháng đầu năm 2026", "2026-06T"),
        ("2026-NAM (Năm 2026)", "2026-NAM"),
        ("Báo cáo năm 2026", "2026-NAM"),
    ],
)
def test_a_period_is_known_by_code_name_or_both(text, code):
    assert period_of_text(text).code == code


@pytest.mark.parametrize("text", ["", "6 tháng", "6 tháng đầu năm", "2025-06T", "2026", "2026-06T - Năm 2026"])
def test_a_period_is_not_guessed(text):
    assert period_of_text(text) is None


def test_an_ad_hoc_request_gets_the_next_number_and_the_file_keeps_its_comments(calendar_file):
    comments = [line for line in calendar_file.read_text(encoding="utf-8").splitlines() if line.startswith("#")]

    first = _request(calendar_file)
    second = _request(calendar_file, only_units=("CAT", "28249"))

    assert (first.code, second.code) == ("DX-1", "DX-2")
    assert load_periods(calendar_file)["DX-2"] == second
    assert second.only_units == ("CAT", "28249")
    assert first.due_at == datetime(2026, 9, 10, 17, 0, tzinfo=VIETNAM)
    assert first.rule_vi == "Nhận trước 17 giờ 00 ngày 10/9/2026"
    assert first.last_day_on_time == date(2026, 9, 10)
    assert previous_period(first, load_periods(calendar_file)) is None
    kept = [line for line in calendar_file.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert kept == comments


def test_two_requests_of_one_title_are_told_apart_by_code_only(calendar_file):
    _request(calendar_file)
    _request(calendar_file)
    periods = load_periods(calendar_file)

    assert period_of_text("Báo cáo đột xuất về biên giới", periods) is None
    assert period_of_text("DX-2", periods).code == "DX-2"


def test_a_request_to_a_body_nobody_knows_leaves_the_calendar_alone(calendar_file):
    before = calendar_file.read_bytes()

    with pytest.raises(CatalogueError, match="28252"):
        _request(calendar_file, only_units=("CAT", "28252"))

    assert calendar_file.read_bytes() == before


def test_a_request_whose_window_ends_before_it_starts_leaves_the_calendar_alone(calendar_file):
    before = calendar_file.read_bytes()

    with pytest.raises(CatalogueError, match="window ends"):
        _request(calendar_file, window_end=date(2025, 12, 31))

    assert calendar_file.read_bytes() == before
    assert [file.name for file in calendar_file.parent.iterdir()] == ["periods.yml"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('due_at: "2026-06-15T00:00+07:00"', 'due_at: "2026-06-15T00:00"', "not a moment with its zone"),
        ('due_at: "2026-06-15T00:00+07:00"', 'due_at: "15/6/2026"', "not a moment with its zone"),
        ("  2026-06T:\n", "  2026-05T:\n  2026-06T:\n", "2026-05T: None"),
        ("kind: 6T\n", "kind: 6M\n", "kind '6M'"),
        ("plan_year: 2026\n", "plan_year: 2027\n", "is named 2027-06T"),
        ("due_on_weekend: as_written", "due_on_weekend: monday", "due_on_weekend 'monday'"),
        ("    rule_vi:", "    rule:", "missing keys ['rule_vi']"),
        ('"cả năm 2026"', '"6 tháng năm 2026"', "also names 2026-06T"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(calendar_file, before, after, told):
    _edit(calendar_file, before, after)

    with pytest.raises(CatalogueError) as refusal:
        load_periods(calendar_file)

    assert told in str(refusal.value)
