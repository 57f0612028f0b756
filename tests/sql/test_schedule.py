"""Everything on the calendar is done once: no release, reminder or list is missing or double, whatever happens."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from include.calendar import due
from include.calendar.due import Job, list_jobs
from include.calendar.periods import VIETNAM, load_periods
from include.errors import CatalogueError
from include.indicators.marts import build_marts, ensure_current
from include.reference import load_reference
from include.releases import schedule
from include.releases.schedule import (
    BEGINNING,
    cancel_answered_reminders,
    due_releases,
    note_release,
    read_calendar,
    serve_notices,
)
from include.settings import Settings
from include.warehouse.connect import engine
from tests.sql.builders import send

DAY = timedelta(days=1)
OUTAGES = (timedelta(minutes=5), timedelta(hours=26), timedelta(days=10))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)


class Office:
    """A warehouse with a list of recipients, and a calendar that began on a day."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine: Engine = engine(url)
        self.file = folder / "recipients.csv"
        self.settings = Settings(
            home=folder,
            inbox=folder / "inbox",
            database_url=url,
            recipients_file=self.file,
            allowed_domains=frozenset({"example.vn"}),
            smtp_sender="baocao@example.vn",
        )
        with self.engine.begin() as connection:
            ensure_current(connection)
        self.list_recipients()

    def list_recipients(self, *, without: frozenset[str] = frozenset(), lead: bool = True) -> None:
        lines = ["address,office_vi,receives,unit_code,valid_from,valid_to,note"]
        if lead:
            lines.append("tonghop@example.vn,Sở VHTTDL,late_list release_late,,2026-01-01,,")
        lines += [
            f"u{code.lower()}@example.vn,Văn thư,,{code},2026-01-01,,"
            for code in load_reference().units
            if code not in without
        ]
        self.file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def begin(self, moment: datetime) -> None:
        with self.engine.begin() as connection:
            schedule._tick(connection, BEGINNING, moment, moment, False, "done")

    def serve(self, moment: datetime) -> list[schedule.Served]:
        return serve_notices(self.engine, self.settings, moment)

    def ticks(self) -> dict[tuple[str, datetime], tuple[bool, str]]:
        rows = self.ask("select job_code, planned_at, is_late, outcome from release.tick")
        return {(code, planned_at): (late, outcome) for code, planned_at, late, outcome in rows if code != BEGINNING}

    def messages(self) -> list[tuple[str, str, str | None, str, str]]:
        return self.ask(
            "select message_kind, recipient, reporting_unit_code, subject_vi, body_text_vi from release.message"
            " order by message_id"
        )

    def to(self, unit: str) -> list[str]:
        return [text_vi for _, _, code, _, text_vi in self.messages() if code == unit]

    def report(self, unit: str, received_at: datetime, **how: object) -> None:
        with self.engine.begin() as connection:
            send(connection, unit, received_at=received_at, **how)

    def ask(self, question: str) -> list:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(question))]


@pytest.fixture
def office(warehouse_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office(warehouse_url, tmp_path)
    yield office
    office.engine.dispose()


def test_the_first_question_ever_begins_the_calendar_a_day_before_and_owes_nothing_older(office: Office):
    # Started in the afternoon of 17/6, first asked the next morning, a moment after the half-year fell due.
    assert [job.code for job in due_releases(office.engine, at("2026-06-18T08:00:05"))] == ["release 2026-06T"]
    assert office.serve(at("2026-06-18T08:00:05")) == []

    assert [job.code for job in due_releases(office.engine, at("2026-07-16T08:00"))] == [
        "release 2026-06T",
        "release 2026-T07",
    ]


def test_a_reminder_that_still_waits_when_the_report_comes_is_taken_back_and_the_others_stay(office: Office):
    office.begin(at("2026-06-08T00:00"))
    office.serve(at("2026-06-09T08:00"))
    assert office.to("SYT")
    assert cancel_answered_reminders(office.engine, at("2026-06-09T08:30")) == 0
    office.report("SYT", at("2026-06-09T09:00"), figures={"MED01": 1})

    assert cancel_answered_reminders(office.engine, at("2026-06-09T09:30")) == 1

    states = dict(office.ask("select reporting_unit_code, state from release.message where message_kind = 'reminder'"))
    assert (states["SYT"], states["SNV"]) == ("cancelled", "pending")


def test_a_reminder_sent_late_after_a_long_outage_is_not_taken_for_answered(office: Office):
    office.begin(at("2026-06-08T00:00"))
    # Down from 9/6 to 6/7, three weeks after the deadline.
    office.serve(at("2026-07-06T08:00"))
    office.report("SYT", at("2026-07-06T08:05"), figures={"MED01": 1})

    assert cancel_answered_reminders(office.engine, at("2026-07-06T08:10")) == 1

    states = dict(office.ask("select reporting_unit_code, state from release.message where message_kind = 'reminder'"))
    assert (states["SYT"], states["SNV"]) == ("cancelled", "pending")


def test_the_calendar_tells_what_was_done_what_is_overdue_and_what_comes(office: Office):
    office.begin(at("2026-06-09T00:00"))
    office.serve(at("2026-06-09T08:00"))
    before = office.ticks()
    with office.engine.connect() as connection:
        told = {line.job.code: line for line in read_calendar(connection, at("2026-06-18T08:30"))}

    assert {code: line.state for code, line in told.items() if code.endswith(("T/-15", "T/-5", "T/+1", "T/+5"))} == {
        "reminder 2026-06T/-15": "not_owed",
        "reminder 2026-06T/-5": "done",
        "reminder 2026-06T/+1": "overdue",
        "late_list 2026-06T/+1": "overdue",
        "reminder 2026-06T/+5": "next",
        "late_list 2026-06T/+5": "next",
    }
    assert (told["release 2026-T06"].state, told["release 2026-06T"].state) == ("overdue", "due")
    assert told["reminder 2026-06T/-5"].ran_at == at("2026-06-09T08:00")
    assert office.ticks() == before, "looking changes nothing"


def test_five_days_before_each_body_that_owes_a_report_gets_one_mail_and_a_second_run_sends_nothing(office: Office):
    office.begin(at("2026-06-08T00:00"))
    office.report("SYT", at("2026-06-05T09:00"))
    office.report("SNV", at("2026-06-08T09:00"), verdict="quarantined", blocking=2)

    (served,) = office.serve(at("2026-06-09T08:00"))

    # 123 obliged and 4 requested, less the one that has reported.
    assert (served.job.code, served.message_count, served.is_late) == ("reminder 2026-06T/-5", 126, False)
    assert office.to("SYT") == []
    (silent,) = office.to("STP")
    assert "hết ngày 14/06/2026 (Chủ nhật)" in silent
    assert "chưa nhận được tệp nào" in silent
    assert "baocao@example.vn" in silent
    (held,) = office.to("SNV")
    assert "Tệp nhận lúc 08/06/2026, 09:00, số biên nhận BN-2026-" in held
    assert "đang bị giữ lại vì có lỗi" in held
    assert "chưa nhận được tệp nào" not in held
    assert office.serve(at("2026-06-09T08:01")) == []
    assert len(office.messages()) == 126


def test_a_reminder_stops_on_receipt_and_a_body_only_asked_is_not_chased_after_the_deadline(office: Office):
    office.begin(at("2026-06-12T00:00"))
    office.serve(at("2026-06-12T08:00"))
    office.report("SYT", at("2026-06-13T09:00"))
    served = office.serve(at("2026-06-15T08:00"))

    assert [len(office.to(unit)) for unit in ("SYT", "STP", "MTTQ")] == [1, 2, 1]
    assert "đã quá hạn" in office.to("STP")[1]
    assert "được đề nghị phối hợp báo cáo" in office.to("MTTQ")[0]
    assert {each.job.code: each.message_count for each in served} == {
        "reminder 2026-06T/+1": 122,
        "late_list 2026-06T/+1": 1,
    }


def test_the_late_list_tells_the_lead_department_who_is_silent_and_who_is_held(office: Office):
    office.begin(at("2026-06-15T00:00"))
    office.report("SYT", at("2026-06-05T09:00"))
    office.report("SNV", at("2026-06-08T09:00"), verdict="rejected")
    office.serve(at("2026-06-15T08:00"))

    (told,) = [message for message in office.messages() if message[0] == "late_list"]

    assert told[1] == "tonghop@example.vn"
    assert told[3] == "Danh sách chậm báo cáo 6 tháng đầu năm 2026: 122 đơn vị"
    assert "đã chấp nhận 1/123 báo cáo phải nộp, còn thiếu 122" in told[4]
    assert "Chưa gửi (121 đơn vị)" in told[4]
    assert "chưa được chấp nhận vì có lỗi (1 đơn vị):\n- Sở Nội vụ" in told[4]
    assert "Mặt trận" not in told[4]


def test_a_body_without_a_mailbox_is_counted_and_listed_for_the_lead_department(office: Office):
    office.list_recipients(without=frozenset({"STP"}))
    office.begin(at("2026-06-09T00:00"))

    (served,) = office.serve(at("2026-06-09T08:00"))

    assert (served.message_count, served.unreachable, served.outcome) == (126, ("STP",), "done")
    (told,) = [message for message in office.messages() if message[0] == "late_list"]
    assert told[3] == "1 đơn vị chưa có hộp thư để gửi thư nhắc nộp báo cáo"
    assert "- Sở Tư pháp" in told[4]


def test_a_calendar_without_any_mailbox_says_that_it_could_not_write(office: Office):
    office.list_recipients(without=frozenset(load_reference().units), lead=False)
    office.begin(at("2026-06-15T00:00"))

    served = office.serve(at("2026-06-15T08:00"))

    assert {each.job.code: each.outcome for each in served} == {
        "reminder 2026-06T/+1": "stopped",
        "late_list 2026-06T/+1": "stopped",
    }
    assert len(served[0].unreachable) == 123
    assert office.messages() == []


def test_a_broken_list_of_recipients_ticks_nothing_and_holds_no_release(office: Office):
    office.begin(at("2026-06-15T00:00"))
    office.file.write_text("address\nx\n", encoding="utf-8")

    with pytest.raises(CatalogueError):
        office.serve(at("2026-06-16T08:00"))

    assert office.ticks() == {}
    assert [job.code for job in due_releases(office.engine, at("2026-06-16T08:00"))] == ["release 2026-T06"]
    office.list_recipients()
    assert {each.job.code for each in office.serve(at("2026-06-16T08:30"))} == {
        "reminder 2026-06T/+1",
        "late_list 2026-06T/+1",
    }


def test_after_an_outage_the_newest_reminder_goes_out_marked_late_and_covers_the_missed_ones(office: Office):
    office.begin(at("2026-06-09T00:00"))

    served = office.serve(at("2026-06-21T08:00"))

    assert {each.job.code: (each.outcome, each.is_late) for each in served} == {
        "reminder 2026-06T/-5": ("covered", True),
        "reminder 2026-06T/-1": ("covered", True),
        "reminder 2026-06T/+1": ("covered", True),
        "late_list 2026-06T/+1": ("covered", True),
        "reminder 2026-06T/+5": ("done", True),
        "late_list 2026-06T/+5": ("done", True),
    }
    assert len(office.to("STP")) == 1
    assert "gửi chậm so với lịch" in office.to("STP")[0]
    assert [job.code for job in due_releases(office.engine, at("2026-06-21T08:00"))] == [
        "release 2026-T06",
        "release 2026-06T",
    ]


def test_two_periods_due_on_one_day_are_one_mail(office: Office, monkeypatch: pytest.MonkeyPatch):
    # Last day on time Thursday 11/6: five days after is Tuesday 16/6; the half-year is reminded on Monday 15/6.
    periods = load_periods()
    request = replace(
        periods["2026-06T"],
        code="DX-1",
        kind="DX",
        name_vi="Số liệu đột xuất",
        due_at=at("2026-06-12T00:00"),
        only_units=("STP",),
    )
    both = {**periods, "DX-1": request}
    monkeypatch.setattr(schedule, "load_periods", lambda: both)
    monkeypatch.setattr(due, "load_periods", lambda: both)
    with office.engine.begin() as connection:
        connection.execute(
            text(
                "insert into reference.reporting_period values ('DX-1', 'DX', 'Số liệu đột xuất', 2026, '2026-03-01',"
                " '2026-03-31', '2026-06-12T00:00+07:00', 'Theo yêu cầu', 'Công văn', array['STP'])"
            )
        )
        build_marts(connection)
    office.begin(at("2026-06-15T00:00"))
    office.serve(at("2026-06-16T08:00"))

    (digest,) = office.to("STP")
    assert "1. Báo cáo số liệu đột xuất" in digest
    assert "2. Báo cáo 6 tháng đầu năm 2026" in digest
    assert "đột xuất" not in office.to("SYT")[0]


def test_after_the_year_closes_the_bodies_whose_figures_are_estimates_are_asked_for_final_ones(office: Office):
    office.begin(at("2026-12-01T00:00"))
    sent = {"period": "2026-NAM", "cut_off": date(2026, 11, 20)}
    office.report("SYT", at("2026-11-20T09:00"), figures={"MED01": 5, "EVT01": 2}, estimates={"MED01": 6}, **sent)
    office.report("SNV", at("2026-11-20T09:00"), figures={"MED01": 5}, **sent)
    office.report("STP", at("2026-11-20T09:00"), figures={"MED01": 5}, estimates={"MED01": 6}, **sent)
    office.report("STP", at("2026-12-10T09:00"), figures={"MED01": 7}, kind="chinh_thuc", **sent)

    (served,) = [each for each in office.serve(at("2026-12-15T08:00")) if each.job.kind == "final_request"]

    assert served.message_count == 1
    (asked,) = office.to("SYT")
    assert "có 1 số liệu còn là số ước" in asked
    assert "- Tin, bài" in asked
    assert office.to("SNV") == office.to("STP") == []


def test_a_release_stays_due_until_it_is_noted_and_is_noted_once(office: Office):
    office.begin(at("2026-06-15T00:00"))
    (job,) = due_releases(office.engine, at("2026-06-16T09:30"))

    assert due_releases(office.engine, at("2026-06-16T10:00")) == [job]
    assert note_release(office.engine, "2026-T06", job.planned_at, at("2026-06-16T10:00"), "done")
    assert not note_release(office.engine, "2026-T06", job.planned_at, at("2026-06-16T11:00"), "done")
    assert office.ticks() == {("release 2026-T06", job.planned_at): (True, "done")}
    assert due_releases(office.engine, at("2026-06-16T12:00")) == []


def test_a_run_that_dies_before_its_end_leaves_neither_mail_nor_tick(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.begin(at("2026-06-15T00:00"))

    def die(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(schedule, "_tick", die)
        with pytest.raises(KeyboardInterrupt):
            office.serve(at("2026-06-15T08:00"))

    assert (office.messages(), office.ticks()) == ([], {})
    assert len(office.serve(at("2026-06-15T08:00"))) == 2


@pytest.mark.parametrize(
    ("zone", "database_zone"),
    [("UTC", "America/New_York"), ("Asia/Ho_Chi_Minh", "UTC"), ("America/New_York", "Asia/Ho_Chi_Minh")],
)
def test_the_moment_is_the_same_wherever_the_servers_clock_stands(
    office: Office, monkeypatch: pytest.MonkeyPatch, zone: str, database_zone: str
):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        with office.engine.connect() as connection:
            name = connection.execute(text("select current_database()")).scalar_one()
        with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"alter database {name} set timezone = '{database_zone}'")
        office.begin(at("2026-06-15T00:00"))
        # The same instant, said in another zone: 08:00 in Việt Nam is 01:00 in London's winter.
        early, on_time = datetime(2026, 6, 15, 0, 59, 59, tzinfo=UTC), datetime(2026, 6, 15, 1, 0, tzinfo=UTC)

        assert office.serve(early) == []
        assert {each.job.planned_at for each in office.serve(on_time)} == {at("2026-06-15T08:00")}
        assert "14/06/2026 (Chủ nhật), đã quá hạn" in office.to("STP")[0]
        assert {planned_at for _, planned_at in office.ticks()} == {on_time}
    finally:
        monkeypatch.undo()
        time.tzset()


class Simulation:
    """Two schedulers step through a stretch of time; both are away during outages, and die at random."""

    def __init__(
        self, office: Office, start: datetime, end: datetime, outages: list[tuple[datetime, datetime]], seed: int
    ):
        self.office, self.start, self.end, self.outages = office, start, end, outages
        self.random = random.Random(seed)
        self.frozen: Counter[tuple[str, datetime]] = Counter()
        self.lock = threading.Lock()

    def is_down(self, moment: datetime) -> bool:
        return any(begin <= moment < end for begin, end in self.outages)

    def run(self) -> None:
        self.office.begin(self.start)
        moments = [job.planned_at for job in self.jobs()] + [end for _, end in self.outages]
        moments += [self.start + self.random.random() * (self.end - self.start) for _ in range(20)]
        for moment in sorted(moment for moment in {*moments, self.end} if moment <= self.end):
            if not self.is_down(moment):
                self._wake(moment)
        self._settle(self.end)

    def jobs(self) -> list[Job]:
        return [job for job in list_jobs() if self.start <= job.planned_at <= self.end]

    def _wake(self, moment: datetime) -> None:
        dies = self.random.random() < 0.3
        both = [threading.Thread(target=self._settle, args=(moment,)) for _ in range(2)]
        if dies:
            self._die(moment)
        for runner in both:
            runner.start()
        for runner in both:
            runner.join()

    def _die(self, moment: datetime) -> None:
        """A scheduler that freezes and is killed before it can say so; one that is killed before its commit."""
        for job in due_releases(self.office.engine, moment):
            self._freeze(job)
        posted = schedule._Office._post

        def die(*arguments: object, **named: object) -> int:
            posted(*arguments, **named)  # type: ignore[arg-type]
            raise ConnectionError("killed")

        schedule._Office._post = die  # type: ignore[method-assign]
        try:
            self.office.serve(moment)
        except ConnectionError:
            pass
        finally:
            schedule._Office._post = posted  # type: ignore[method-assign]

    def _settle(self, moment: datetime) -> None:
        for job in due_releases(self.office.engine, moment):
            self._freeze(job)
            note_release(self.office.engine, job.subject, job.planned_at, moment, "done")
        self.office.serve(moment)

    def _freeze(self, job: Job) -> None:
        """A run of the DAG has the id of its release and moment: a second one is none."""
        with self.lock:
            self.frozen[job.subject, job.planned_at] = 1

    def lateness(self, job: Job) -> bool:
        return any(begin <= job.planned_at < end and end > job.planned_at + job.grace for begin, end in self.outages)


def check(simulation: Simulation) -> None:
    """None missing, none double, late ones marked, and no body written to twice about one occasion."""
    office, jobs = simulation.office, simulation.jobs()
    ticks = office.ticks()
    assert set(ticks) == {(job.code, job.planned_at) for job in jobs}
    assert {key: late for key, (late, _) in ticks.items()} == {
        (job.code, job.planned_at): simulation.lateness(job) for job in jobs
    }
    assert set(simulation.frozen) == {(job.subject, job.planned_at) for job in jobs if job.kind == "release"}
    sent = Counter((kind, unit, subject) for kind, _, unit, subject, _ in office.messages() if kind == "reminder")
    done = [code for (code, _), (_, outcome) in ticks.items() if outcome == "done" and code.startswith("reminder")]
    assert Counter(unit for _, unit, _ in sent.elements())["STP"] == len(done)
    silent = {code for (code, _), (_, outcome) in ticks.items() if outcome == "stopped"}
    assert silent == set()


@pytest.mark.parametrize("seed", range(3))
def test_over_sixty_days_with_outages_none_is_missing_and_none_is_double(office: Office, seed: int):
    start, end = at("2026-05-25T00:00"), at("2026-07-24T00:00")
    chance = random.Random(seed)
    planned = [job.planned_at for job in list_jobs() if start <= job.planned_at <= end]
    # Each outage begins shortly before something is due, so that it does miss it.
    begins = [chance.choice(planned) - chance.random() * timedelta(minutes=4) for _ in OUTAGES]
    outages = [(begin, begin + length) for begin, length in zip(begins, OUTAGES, strict=True)]
    simulation = Simulation(office, start, end, _apart(outages), seed)

    simulation.run()

    check(simulation)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_over_a_year_with_outages_none_is_missing_and_none_is_double(office: Office, seed: int):
    start, end = at("2026-01-01T00:00"), at("2026-12-31T00:00")
    chance = random.Random(seed)
    planned = [job.planned_at for job in list_jobs() if start <= job.planned_at <= end]
    begins = [chance.choice(planned) - chance.random() * timedelta(minutes=4) for _ in range(9)]
    outages = [(begin, begin + OUTAGES[number % 3]) for number, begin in enumerate(begins)]
    simulation = Simulation(office, start, end, _apart(outages), seed)

    simulation.run()

    check(simulation)


def _apart(outages: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Outages that overlap are one."""
    joined: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(outages):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
