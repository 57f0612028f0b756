"""What the DAG of a release does, without Airflow: freezing once for each moment, and keeping what people answered."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import Engine, text

from include.calendar import releases as calendar
from include.errors import PlatformError
from include.pipeline import schedule
from include.pipeline.release import reject, review
from include.pipeline.schedule import (
    APPROVED,
    NOT_BEFORE,
    REASON,
    REJECTED,
    REVIEWED,
    freeze_planned,
    keep_answer,
    list_due_releases,
    mail_schedule,
    run_id_of,
)
from include.releases.register import DecisionRefused
from include.releases.stops import ReleaseStopped
from include.service.summary import print_releases
from include.settings import Settings
from include.warehouse.connect import engine
from tests.sql.releases import JUNE_18, plan

PLANNED = JUNE_18.isoformat()
REVIEWER, APPROVER = "nguoi-soat", "nguoi-duyet"


class Desk:
    """A warehouse with one report that was checked, fit to be released."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine: Engine = engine(url)
        recipients = folder / "recipients.csv"
        recipients.write_text(
            "address,office_vi,receives,unit_code,valid_from,valid_to,note\n"
            "lanhdao@example.vn,Văn phòng UBND tỉnh,six_month,,2026-01-01,,\n",
            encoding="utf-8",
        )
        self.settings = Settings(
            home=folder,
            inbox=folder / "inbox",
            database_url=url,
            recipients_file=recipients,
            allowed_domains=frozenset({"example.vn"}),
        )

    def freeze(self) -> int | None:
        return freeze_planned("2026-06T", PLANNED, self.settings)

    def frozen(self) -> int:
        edition = self.freeze()
        assert edition is not None
        return edition

    def answer(
        self, step: str, edition: int, option: str, account: str | None, reason: str = "", **fields: str | None
    ) -> bool:
        """What Airflow's question returns when that account answers."""
        answer = {
            "chosen_options": [option],
            "params_input": {REASON: reason, **fields},
            "responded_at": datetime.now(UTC),
            "responded_by_user": {"id": account, "name": account} if account else None,
        }
        return keep_answer(step, edition, answer, self.settings)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    def decisions(self) -> list[tuple[Any, ...]]:
        return self.ask("select decision, decided_by, reason_vi from release.decision order by decision_id")

    def ticks(self) -> list[tuple[Any, ...]]:
        return self.ask("select job_code, is_late, outcome from release.tick where job_code like 'release %'")

    def editions(self) -> list[tuple[Any, ...]]:
        return self.ask("select release_code, edition_number from release.edition order by edition_id")


@pytest.fixture
def desk(copy_of_one_report: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(calendar, "require_plan", plan)
    desk = Desk(copy_of_one_report, tmp_path)
    yield desk
    desk.engine.dispose()


def test_a_planned_release_is_frozen_once_however_often_its_run_is_tried_again(desk: Desk) -> None:
    first = desk.frozen()

    assert desk.freeze() == first
    assert desk.editions() == [("2026-06T", 1)]
    # Frozen months after 18/6: late, and marked.
    assert desk.ticks() == [("release 2026-06T", True, "done")]
    assert desk.ask("select is_late, planned_at from release.edition") == [(True, JUNE_18)]


def test_two_runs_at_once_freeze_one_edition(desk: Desk) -> None:
    found: list[int | None] = []
    runs = [threading.Thread(target=lambda: found.append(desk.freeze())) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert len(set(found)) == 1
    assert desk.editions() == [("2026-06T", 1)]


def test_a_run_killed_between_the_freezing_and_its_tick_freezes_no_second_edition(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from include.releases import schedule as released

    def die(*_: object) -> bool:
        raise ConnectionError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(released, "note_release", die)
        with pytest.raises(ConnectionError):
            desk.freeze()
    assert (desk.editions(), desk.ticks()) == ([("2026-06T", 1)], [])

    desk.freeze()

    assert (desk.editions(), desk.ticks()) == ([("2026-06T", 1)], [("release 2026-06T", True, "done")])


def test_where_a_person_froze_before_the_calendar_adds_nothing(desk: Desk) -> None:
    from include.pipeline.release import freeze

    freeze(desk.settings, "2026-06T", by="Chuyên viên thống kê")

    assert desk.freeze() is None
    assert desk.editions() == [("2026-06T", 1)]
    assert desk.ticks() == [("release 2026-06T", True, "covered")]


def test_a_release_that_may_not_be_frozen_is_ticked_as_stopped_and_can_be_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as strict:
        strict.setattr(calendar, "require_plan", lambda code: plan(code, floor_pct=80))
        with pytest.raises(ReleaseStopped, match="COVERAGE_BELOW_FLOOR"):
            desk.freeze()
    assert desk.ticks() == [("release 2026-06T", True, "stopped")]

    assert desk.freeze() is not None


def test_the_answer_of_the_reviewer_and_of_another_person_approve_and_fill_the_outbox(desk: Desk) -> None:
    edition = desk.frozen()

    assert desk.answer("reviewed", edition, REVIEWED, REVIEWER)
    assert desk.ask("select count(*) from release.message") == [(0,)]
    assert desk.answer("approved", edition, APPROVED, APPROVER)

    assert desk.decisions() == [("reviewed", REVIEWER, None), ("approved", APPROVER, None)]
    assert desk.ask("select recipient, state from release.message") == [("lanhdao@example.vn", "pending")]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20/06/2126 08:00", datetime(2126, 6, 20, 1, 0, tzinfo=UTC)),
        ("2126-06-20T08:00", datetime(2126, 6, 20, 1, 0, tzinfo=UTC)),
        ("2126-06-20T01:00:00+00:00", datetime(2126, 6, 20, 1, 0, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_an_approval_may_name_the_hour_before_which_no_mail_goes(
    desk: Desk, written: str | None, moment: datetime | None
) -> None:
    edition = desk.frozen()
    desk.answer("reviewed", edition, REVIEWED, REVIEWER)

    assert desk.answer("approved", edition, APPROVED, APPROVER, **{NOT_BEFORE: written})

    assert desk.ask("select not_before from release.message") == [(moment,)]


@pytest.mark.parametrize(("written", "why"), [("20/06/2026 08:00", "đã qua"), ("sáng thứ Bảy", "không phải ngày giờ")])
def test_an_hour_that_is_past_or_cannot_be_read_approves_nothing(desk: Desk, written: str, why: str) -> None:
    edition = desk.frozen()
    desk.answer("reviewed", edition, REVIEWED, REVIEWER)

    with pytest.raises(DecisionRefused, match=why):
        desk.answer("approved", edition, APPROVED, APPROVER, **{NOT_BEFORE: written})

    assert [row[0] for row in desk.decisions()] == ["reviewed"]
    assert desk.ask("select count(*) from release.message") == [(0,)]
    assert not desk.answer("approved", edition, REJECTED, APPROVER, "gửi lại sau", **{NOT_BEFORE: written})


def test_the_reviewer_cannot_approve_and_somebody_else_still_can(desk: Desk) -> None:
    edition = desk.frozen()
    desk.answer("reviewed", edition, REVIEWED, REVIEWER)

    with pytest.raises(DecisionRefused, match="trùng với"):
        desk.answer("approved", edition, APPROVED, f" {REVIEWER.upper()} ")

    assert desk.ask("select count(*) from release.message") == [(0,)]
    assert desk.answer("approved", edition, APPROVED, APPROVER)


def test_a_rejection_needs_a_reason_and_ends_the_release(desk: Desk) -> None:
    edition = desk.frozen()
    with pytest.raises(DecisionRefused):
        desk.answer("reviewed", edition, REJECTED, REVIEWER)
    assert desk.decisions() == []

    assert not desk.answer("reviewed", edition, REJECTED, REVIEWER, "Thiếu số liệu của Sở Y tế.")

    assert desk.decisions() == [("rejected", REVIEWER, "Thiếu số liệu của Sở Y tế.")]
    assert not desk.answer("approved", edition, APPROVED, APPROVER), "a rejected edition is never approved"


def test_after_a_rejection_a_run_started_again_freezes_the_next_edition(desk: Desk) -> None:
    first = desk.frozen()
    reject(desk.settings, first, "Trưởng phòng", "Thiếu báo cáo của Sở Y tế.")

    second = desk.frozen()

    assert second != first
    assert desk.editions() == [("2026-06T", 1), ("2026-06T", 2)]
    assert desk.freeze() == second


def test_the_approver_can_reject_too(desk: Desk) -> None:
    edition = desk.frozen()
    desk.answer("reviewed", edition, REVIEWED, REVIEWER)

    assert not desk.answer("approved", edition, REJECTED, APPROVER, "Chờ số liệu FDI tháng 5.")

    assert desk.decisions()[-1] == ("rejected", APPROVER, "Chờ số liệu FDI tháng 5.")
    assert desk.ask("select count(*) from release.message") == [(0,)]


def test_a_task_tried_again_after_its_decision_was_kept_decides_nothing_twice(desk: Desk) -> None:
    edition = desk.frozen()
    for _ in range(2):
        assert desk.answer("reviewed", edition, REVIEWED, REVIEWER)
    for _ in range(2):
        assert desk.answer("approved", edition, APPROVED, APPROVER)

    assert len(desk.decisions()) == 2
    assert desk.ask("select count(*) from release.message") == [(1,)]


def test_what_was_decided_from_the_shell_meanwhile_stands(desk: Desk) -> None:
    edition = desk.frozen()
    review(desk.settings, edition, "Trưởng phòng Văn hóa")

    assert desk.answer("reviewed", edition, REVIEWED, REVIEWER)
    reject(desk.settings, edition, "Giám đốc Sở", "Chờ số liệu FDI tháng 5.")
    assert not desk.answer("approved", edition, APPROVED, APPROVER)

    assert [who for _, who, _ in desk.decisions()] == ["Trưởng phòng Văn hóa", "Giám đốc Sở"]


@pytest.mark.parametrize("chosen", [[], [REVIEWED, REJECTED]])
def test_an_answer_that_is_not_one_option_decides_nothing(desk: Desk, chosen: list[str]) -> None:
    edition = desk.frozen()

    with pytest.raises(PlatformError, match="options"):
        keep_answer("reviewed", edition, {"chosen_options": chosen, "responded_by_user": {"id": "x"}}, desk.settings)
    assert desk.decisions() == []


def test_an_answer_nobody_gave_decides_nothing(desk: Desk) -> None:
    edition = desk.frozen()

    with pytest.raises(PlatformError, match="no account"):
        desk.answer("reviewed", edition, REVIEWED, None)
    assert desk.decisions() == []


def test_what_is_asked_says_the_coverage_and_where_the_draft_is_and_shows_markdown_literally(desk: Desk) -> None:
    edition = desk.frozen()

    asked = schedule.describe_edition(edition, "/x/lan1", desk.settings)

    assert "(2026-06T/1)" in asked
    assert "1/123 đơn vị phải báo cáo" in asked
    assert "chậm so với lịch" in asked
    assert "`/x/lan1`" in asked
    assert schedule._plain("<b>[x](y)*") == r"\<b\>\[x\]\(y\)\*"


def test_the_same_release_has_the_same_run_on_one_day_and_another_the_next(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(
            text("insert into release.tick values ('calendar begins', '2026-06-17T00:00+07:00', now(), false, 'done')")
        )
    asked = [datetime.fromisoformat(f"2026-06-{moment}+07:00") for moment in ("18T08:01", "18T23:00", "19T00:10")]

    told = [list_due_releases(desk.settings, moment) for moment in asked]

    assert [due["run_id"] for (due,) in told] == [
        "calendar__2026-06T__2026-06-18__2026-06-18",
        "calendar__2026-06T__2026-06-18__2026-06-18",
        "calendar__2026-06T__2026-06-18__2026-06-19",
    ]
    assert told[0][0]["planned_at"] == PLANNED
    assert run_id_of("2026-06T", JUNE_18) == "calendar__2026-06T__2026-06-18"


def test_the_main_job_shows_what_waits_for_a_person_and_nothing_once_it_was_decided(desk: Desk) -> None:
    def shown() -> str:
        page = Console(file=io.StringIO(), width=200)
        print_releases(page, desk.settings, "http://127.0.0.1:8080")
        return page.file.getvalue()

    assert shown() == ""
    edition = desk.frozen()
    told = shown()
    desk.answer("reviewed", edition, REJECTED, REVIEWER, "Thiếu số liệu của Sở Y tế.")

    assert "2026-06T/1: đã chốt, chờ soát; dự thảo trong" in told
    assert "lan1-du-thao" in told
    assert "http://127.0.0.1:8080/required_actions, tài khoản nguoi-soat soát, rồi nguoi-duyet duyệt" in told
    assert "ttdn release review 2026-06T/1 --by" in told
    assert shown() == ""


def test_without_a_mail_server_nothing_runs_for_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TTDN_SMTP_HOST", raising=False)
    assert mail_schedule() is None
    assert schedule.deliver_mail() is None
    monkeypatch.setenv("TTDN_SMTP_HOST", "127.0.0.1")
    assert mail_schedule() == "*/5 * * * *"
