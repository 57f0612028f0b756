"""Freeze, review, approve, reject, withdraw, correct: a release in a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from include.errors import PlatformError
from include.extracts.leadership import statements
from include.extracts.leadership.edition import edition_json
from include.indicators.marts import ensure_current
from include.pipeline.release import approve_edition, with_sources, withdraw
from include.pipeline.release import freeze as freeze_for_good
from include.releases.register import (
    DecisionRefused,
    add_decision,
    find_edition,
    list_editions,
    list_stops,
    load_edition,
    state_vi,
)
from include.releases.stops import ReleaseStopped
from tests.sql.builders import IN_TIME, LATE, ZONE, send
from tests.sql.monitored import count, monitor
from tests.sql.releases import (
    CLERK,
    DIRECTOR,
    HEAD,
    JUNE_18,
    desk,
    freeze,
    frozen,
    plan,
    released,
    send_checked,
)

DAO_THANH, MY_THO = "28249", "28261"


def state_of(connection, number: str) -> str:
    return next(each.state for each in list_editions(connection) if each.number == number)


def codes(reasons) -> list[str]:
    return [reason.code for reason in reasons]


# --- freezing ------------------------------------------------------------------------------------------


def test_an_edition_holds_the_figures_with_state_coverage_cells_and_definitions(reports, tmp_path):
    send_checked(reports, "SYT", figures={"MED01": 8})
    send_checked(reports, DAO_THANH, figures={"MED01": "nil"})

    edition = frozen(reports, tmp_path)

    (items,) = [each for each in edition.snapshot.headlines if each.indicator_code == "M01"]
    assert (items.value, items.state, items.received) == (Decimal(8), "reported", 2)
    behind = [(cell.unit_name, cell.cell, cell.value) for cell in edition.lineage if cell.indicator_code == "M01"]
    assert behind == [("Sở Y tế", "F12", 8), ("Phường Đạo Thạnh", "F12", 0)]
    assert (edition.number, edition.is_draft, edition.frozen_by) == ("2026-06T/1", True, CLERK)
    assert edition.code_version.startswith("0.1.0+")
    assert {code for code, _ in edition.definition_hashes} == {each.code for each in edition.snapshot.indicators}


def test_an_edition_does_not_move_when_figures_arrive_afterwards(one_report, tmp_path):
    edition = frozen(one_report, tmp_path)
    send_checked(one_report, "SYT", figures={"MED01": 9})

    again = load_edition(one_report, find_edition(one_report, "2026-06T/1"))

    assert again == edition
    assert edition_json(again) == edition_json(edition)


@pytest.mark.parametrize(("table", "column"), [("edition", "frozen_by"), ("decision", "decided_by")])
def test_nothing_of_a_release_is_changed_or_removed_not_even_by_the_owner(one_report, tmp_path, table, column):
    released(one_report, tmp_path)

    for statement in (f"update release.{table} set {column} = {column}", f"delete from release.{table}"):
        with pytest.raises(DBAPIError, match="append only"), one_report.begin_nested():
            one_report.execute(text(statement))


def test_a_stored_snapshot_that_was_changed_is_not_read(one_report, tmp_path):
    edition = frozen(one_report, tmp_path)
    number = find_edition(one_report, edition.number)
    one_report.execute(text("alter table release.edition disable trigger all"))
    one_report.execute(text("alter table release.edition drop constraint edition_content_is_hashed"))
    one_report.execute(
        text(
            "update release.edition set content = convert_to(replace(convert_from(content, 'utf8'), '8', '9'), 'utf8')"
        )
    )

    with pytest.raises(PlatformError, match="stored snapshot was changed"):
        load_edition(one_report, number)


def test_while_one_edition_waits_for_a_decision_no_second_is_frozen(one_report, tmp_path):
    frozen(one_report, tmp_path)

    with pytest.raises(DecisionRefused, match="2026-06T/1 còn chờ quyết định"):
        freeze(one_report, tmp_path)


def test_after_a_rejection_the_next_edition_is_no_correction(one_report, tmp_path):
    first = frozen(one_report, tmp_path)
    add_decision(
        one_report, find_edition(one_report, first.number), "rejected", HEAD, JUNE_18, "Thiếu số liệu Sở Y tế."
    )

    second = frozen(one_report, tmp_path)

    assert (second.number, second.correction) == ("2026-06T/2", None)
    assert state_of(one_report, "2026-06T/1") == "rejected"


def test_a_month_brings_the_figures_that_come_monthly_and_no_others(one_report, tmp_path):
    edition = frozen(one_report, tmp_path, plan=plan("2026-T05", indicator_codes=("M01", "N01")))

    assert [each.code for each in edition.snapshot.indicators] == ["M01", "N01"]
    assert (edition.release_kind, edition.name) == ("monthly", "Số liệu tháng 5/2026")


def test_a_month_asks_no_body_so_that_none_is_told_to_be_missing_before_its_deadline(one_report, tmp_path):
    may_18 = datetime(2026, 5, 18, 8, 0, tzinfo=ZONE)

    month = frozen(one_report, tmp_path, plan=plan("2026-T05", indicator_codes=("M01",)), moment=may_18).snapshot

    assert statements.missing_sentence(month) == "Bản này không yêu cầu đơn vị nào báo cáo."
    assert statements.title(month).endswith("kỳ tháng 5/2026, cộng dồn từ đầu năm")
    assert (month.period.window_start, month.period.window_end) == (date(2026, 1, 1), date(2026, 5, 18))
    half_year = frozen(one_report, tmp_path).snapshot
    assert statements.missing_sentence(half_year).startswith("122 đơn vị chưa nộp")


def test_a_run_that_came_late_says_so(one_report, tmp_path):
    edition = frozen(one_report, tmp_path, planned_at=JUNE_18 - timedelta(days=2), is_late=True)

    assert edition.is_late
    assert list_editions(one_report)[0].is_late


# --- two people ----------------------------------------------------------------------------------------


def test_freeze_review_approve_in_that_order_by_two_people(one_report, tmp_path):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)

    add_decision(one_report, number, "reviewed", CLERK, JUNE_18)  # whoever froze may look it through
    approve_edition(one_report, desk(tmp_path), number, DIRECTOR, JUNE_18)

    edition = load_edition(one_report, number)
    assert edition.approval is not None
    assert (edition.approval.reviewed_by, edition.approval.approved_by) == (CLERK, DIRECTOR)
    assert state_of(one_report, "2026-06T/1") == "approved"


def test_an_hour_of_publication_that_is_past_is_refused_and_nothing_is_approved(one_report, tmp_path):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)
    add_decision(one_report, number, "reviewed", CLERK, JUNE_18)

    with pytest.raises(DecisionRefused, match="đã qua"):
        approve_edition(one_report, desk(tmp_path), number, DIRECTOR, JUNE_18, JUNE_18)
    assert state_of(one_report, "2026-06T/1") == "reviewed"

    approve_edition(one_report, desk(tmp_path), number, DIRECTOR, JUNE_18, JUNE_18 + timedelta(minutes=1))
    assert state_of(one_report, "2026-06T/1") == "approved"


@pytest.mark.parametrize(
    "approver",
    [
        CLERK,
        "chuyên viên  THỐNG KÊ",
        " Chuyên viên thống kê ",
        "Chuyên viên thống kê.",
        "Chuyên-viên thống kê",
        "Chuyen vien thong ke",
        HEAD,
        HEAD.upper(),
    ],
    ids=[
        "froze",
        "froze, other capitals",
        "froze, spaces",
        "froze, full stop",
        "froze, hyphen",
        "froze, no accents",
        "reviewed",
        "reviewed, capitals",
    ],
)
def test_whoever_froze_or_reviewed_does_not_approve(one_report, tmp_path, approver):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)
    add_decision(one_report, number, "reviewed", HEAD, JUNE_18)

    with pytest.raises(DecisionRefused, match="trùng với người chốt hoặc người soát"):
        add_decision(one_report, number, "approved", approver, JUNE_18)

    assert state_of(one_report, "2026-06T/1") == "reviewed"


def test_posts_are_one_person_by_letters_and_digits_alone(reports):
    def same(first, second):
        return reports.execute(
            text("select release.same_person(:first, :second)"), {"first": first, "second": second}
        ).scalar()

    assert same("Giám đốc Sở", "GIÁM\u200b ĐỐC\u00a0SỞ.")
    assert not same("Giám đốc Sở", "Phó Giám đốc Sở")
    assert not same("Phó Giám đốc 1", "Phó Giám đốc 2")
    assert not same("nguoi-soat", "nguoi-duyet")


@pytest.mark.parametrize("reason", ["ok", "\u200b\u200b\u200b\u200b\u200b"])
def test_a_reason_that_says_nothing_is_refused_before_the_database_is(one_report, tmp_path, reason):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)

    with pytest.raises(DecisionRefused, match=r"ngắn hơn 5 chữ|để trống"):
        add_decision(one_report, number, "rejected", HEAD, JUNE_18, reason)
    with pytest.raises(DecisionRefused, match=r"ngắn hơn 5 chữ|để trống"):
        frozen(one_report, tmp_path, reason=reason)


def test_nothing_is_approved_that_nobody_reviewed(one_report, tmp_path):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)

    with pytest.raises(DecisionRefused, match="chưa được soát"):
        add_decision(one_report, number, "approved", DIRECTOR, JUNE_18)


@pytest.mark.parametrize("decision", ["rejected", "withdrawn"])
def test_a_rejection_and_a_withdrawal_need_a_reason(one_report, tmp_path, decision):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)

    with pytest.raises(DecisionRefused, match="để trống"):
        add_decision(one_report, number, decision, HEAD, JUNE_18)


def test_a_decision_is_by_a_post_and_never_by_a_person(one_report, tmp_path):
    number = find_edition(one_report, frozen(one_report, tmp_path).number)

    with pytest.raises(DecisionRefused, match="tên người"):
        add_decision(one_report, number, "reviewed", "Nguyễn Văn An", JUNE_18)


def test_an_approved_edition_is_withdrawn_not_rejected_and_then_nothing_more_happens_to_it(one_report, tmp_path):
    number = find_edition(one_report, released(one_report, tmp_path).number)

    with pytest.raises(DecisionRefused, match="chỉ có thể rút lại"):
        add_decision(one_report, number, "rejected", HEAD, JUNE_18, "Sai số liệu.")
    add_decision(one_report, number, "withdrawn", DIRECTOR, JUNE_18, "Sai số liệu Sở Y tế.")
    with pytest.raises(DecisionRefused, match="bị từ chối hoặc rút lại"):
        add_decision(one_report, number, "withdrawn", HEAD, JUNE_18, "Lần nữa cho chắc.")

    assert state_of(one_report, "2026-06T/1") == "withdrawn"


def test_every_decision_stands_in_the_audit_log_with_the_hash_of_what_was_decided_on(one_report, tmp_path):
    edition = released(one_report, tmp_path)

    told = one_report.execute(
        text("select action, decided_by, details ->> 'content_hash' from audit.event where subject = :subject"),
        {"subject": f"release {edition.number}"},
    ).all()

    assert [tuple(row) for row in told] == [
        ("approval", HEAD, edition.content_hash),
        ("approval", DIRECTOR, edition.content_hash),
    ]


# --- corrections ---------------------------------------------------------------------------------------


def test_a_corrected_figure_makes_a_new_edition_that_lists_what_changed_from_to_and_why(reports, tmp_path):
    send_checked(reports, "SYT", figures={"MED01": 8})
    send_checked(reports, DAO_THANH, figures={"MED01": 2})
    released(reports, tmp_path)
    send_checked(reports, "SYT", figures={"MED01": 9}, received_at=IN_TIME + timedelta(days=7))
    send_checked(reports, MY_THO, figures={"MED01": 5}, received_at=LATE + timedelta(days=4))

    edition = frozen(reports, tmp_path, reason="Sở Y tế gửi lại, phường Mỹ Tho gửi muộn.")

    assert edition.number == "2026-06T/2"
    assert edition.correction is not None
    assert (edition.correction.title, edition.correction.of_edition) == ("ĐÍNH CHÍNH lần 1", 1)
    change = next(each for each in edition.correction.changes if each.indicator_code == "M01")
    assert (change.before, change.after) == ("10", "16")
    assert change.why == "Phường Mỹ Tho gửi sau lần phát hành trước; Sở Y tế gửi lại"
    unchanged = {each.indicator_code for each in edition.correction.changes}
    assert "E01" not in unchanged


def test_a_second_correction_is_counted_on(reports, tmp_path):
    for number, figure in enumerate((8, 9, 10), start=1):
        send_checked(reports, "SYT", figures={"MED01": figure})
        edition = released(reports, tmp_path, reason=None if number == 1 else "Sở Y tế gửi lại báo cáo.")

    assert edition.number == "2026-06T/3"
    assert edition.correction is not None
    assert (edition.correction.title, edition.correction.of_edition) == ("ĐÍNH CHÍNH lần 2", 2)


def test_a_correction_needs_a_reason_and_a_figure_that_changed(one_report, tmp_path):
    released(one_report, tmp_path)

    with pytest.raises(DecisionRefused, match="đính chính mà không có lý do"):
        freeze(one_report, tmp_path)
    with pytest.raises(DecisionRefused, match="không con số nào khác"):
        freeze(one_report, tmp_path, reason="Phát hành lại cho chắc.")


def test_an_edition_withdrawn_before_anybody_received_it_needs_no_correction(one_report, tmp_path):
    first = released(one_report, tmp_path)
    number = find_edition(one_report, first.number)
    add_decision(one_report, number, "withdrawn", DIRECTOR, JUNE_18, "Sai số liệu Sở Y tế.")

    assert frozen(one_report, tmp_path).correction is None


def test_a_small_step_between_two_editions_of_a_sensitive_count_is_hidden_in_the_second(reports, tmp_path):
    send_checked(reports, "SYT", figures={"RSP02": 10, "RSP03": 9})
    send_checked(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9, "MED01": 8})
    first = released(reports, tmp_path)
    assert any(each.value is not None for each in first.snapshot.headlines if each.indicator_code == "R02")
    send_checked(reports, "SYT", figures={"RSP02": 12, "RSP03": 9})

    second = frozen(reports, tmp_path, reason="Sở Y tế gửi lại báo cáo.")

    told = [each for each in second.snapshot.figures if each.indicator_code == "R02"]
    assert [each for each in told if each.value is not None or each.numerator is not None] == []
    assert {each.state for each in told} >= {"suppressed"}
    assert all(cell.value is None for cell in second.lineage if cell.indicator_code == "R02")
    assert {(each.before, each.after) for each in second.snapshot.restatements} == {("không nêu", "không nêu")}
    assert second.correction is not None
    assert {each.after for each in second.correction.changes if each.indicator_code == "R02"} == {"không nêu"}


def test_a_small_step_from_an_edition_that_still_waits_for_its_approval_is_hidden_too(reports, tmp_path):
    send_checked(reports, "SYT", figures={"RSP02": 10, "RSP03": 9})
    send_checked(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9, "MED01": 8})
    month = frozen(reports, tmp_path, plan=plan("2026-T05", indicator_codes=("R02", "M01")))
    assert any(each.value is not None for each in month.snapshot.headlines if each.indicator_code == "R02")
    send_checked(reports, "SYT", figures={"RSP02": 12, "RSP03": 9})

    half_year = frozen(reports, tmp_path)

    assert {each.state for each in half_year.snapshot.headlines if each.indicator_code == "R02"} == {"suppressed"}


def test_the_same_period_of_the_year_before_tells_no_small_step_from_what_was_printed_of_it(reports, tmp_path):
    send_checked(reports, "SYT", figures={"RSP02": 10, "RSP03": 9})
    send_checked(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9, "MED01": 8})
    printed = released(reports, tmp_path)
    send_checked(reports, "SYT", figures={"RSP02": 12, "RSP03": 9})
    ensure_current(reports)
    next_year = replace(printed.snapshot, period=replace(printed.snapshot.period, plan_year=2027))

    compared = {
        each.indicator_code: (each.value, each.state)
        for each in with_sources(reports, replace(printed, release_code="2027-06T", snapshot=next_year)).comparisons
    }

    assert (compared["R02"], compared["M01"]) == ((None, "suppressed"), (8, "reported"))


def test_what_one_body_takes_back_and_another_adds_is_a_correction_of_their_groups(reports, tmp_path):
    send_checked(reports, "SYT", figures={"MED01": 8})
    send_checked(reports, DAO_THANH, figures={"MED01": 20})
    released(reports, tmp_path)
    send_checked(reports, "SYT", figures={"MED01": 9}, received_at=IN_TIME + timedelta(hours=1))
    send_checked(reports, DAO_THANH, figures={"MED01": 19}, received_at=IN_TIME + timedelta(hours=1))

    correction = frozen(reports, tmp_path, reason="Hai đơn vị gửi lại báo cáo.").correction

    assert correction is not None
    told = {each.scope_name: (each.before, each.after) for each in correction.changes if each.indicator_code == "M01"}
    assert told == {"Sở, ban, ngành": ("8", "9"), "Xã, phường": ("20", "19")}


def test_what_a_person_freezes_after_its_moment_is_marked_late_and_a_correction_is_not(one_report, tmp_path):
    assert released(one_report, tmp_path, moment=JUNE_18 + timedelta(hours=2)).is_late
    send_checked(one_report, "SYT", figures={"MED01": 9})
    correction = frozen(one_report, tmp_path, moment=JUNE_18 + timedelta(days=9), reason="Sở Y tế gửi lại báo cáo.")
    assert not correction.is_late


def test_a_reason_with_a_number_does_not_tell_what_the_edition_hides(reports, tmp_path):
    send_checked(reports, "SYT", figures={"RSP02": 10, "RSP03": 9, "MED01": 8})
    released(reports, tmp_path)
    send_checked(reports, "SYT", figures={"RSP02": 12, "RSP03": 9, "MED01": 9})

    with pytest.raises(DecisionRefused, match="lý do có con số"):
        freeze(reports, tmp_path, reason="Sở Y tế sửa RSP02 từ 10 thành 12.")
    assert frozen(reports, tmp_path, reason="Sở Y tế gửi lại báo cáo.").correction is not None


def test_a_large_step_between_two_editions_is_printed(reports, tmp_path):
    send_checked(reports, "SYT", figures={"RSP02": 10, "RSP03": 9})
    send_checked(reports, DAO_THANH, figures={"RSP02": 10, "RSP03": 9, "MED01": 8})
    released(reports, tmp_path)
    send_checked(reports, "SYT", figures={"RSP02": 15, "RSP03": 14})

    second = frozen(reports, tmp_path, reason="Sở Y tế gửi lại báo cáo.")

    (rate,) = [each for each in second.snapshot.headlines if each.indicator_code == "R02"]
    assert (rate.numerator, rate.denominator) == (23, 25)


# --- fail closed ---------------------------------------------------------------------------------------


def test_a_ledger_that_does_not_balance_stops_the_release(reports, tmp_path):
    submission = send_checked(reports, "SYT", figures={"MED01": 8})
    reports.execute(text("alter table warehouse.submission disable trigger all"))
    reports.execute(text("alter table warehouse.submission drop constraint submission_ledger_balances"))
    reports.execute(
        text("update warehouse.submission set received_count = 5 where submission_id = :it"), {"it": submission}
    )

    assert "LEDGER_UNBALANCED" in codes(freeze(reports, tmp_path))


def test_a_report_no_check_looked_at_stops_the_release(reports, tmp_path):
    send(reports, "SYT", figures={"MED01": 8})  # loaded without a run of the gate
    send_checked(reports, DAO_THANH, figures={"MED01": 8})

    (reason,) = freeze(reports, tmp_path)

    assert reason.code == "GATE_DID_NOT_RUN"
    assert "Sở Y tế" in reason.text_vi
    assert "Đạo Thạnh" not in reason.text_vi


def test_a_feed_no_check_looked_at_stops_the_release_of_the_month_made_of_it(reports, tmp_path):
    monitor(reports, count("05-01", 3), count("05-02", 4))  # loaded without a run of the gate

    (reason,) = freeze(reports, tmp_path, plan=plan("2026-T05"))

    assert (reason.code, "nguồn khác" in reason.text_vi) == ("GATE_DID_NOT_RUN", True)


def test_coverage_under_the_floor_stops_the_release_and_at_the_floor_does_not(reports, tmp_path):
    send_checked(reports, "SYT", figures={"MED01": 8})  # 1 of 123 is 0,81 %

    (reason,) = freeze(reports, tmp_path, plan=plan(floor_pct=1))

    assert (reason.code, "1/123" in reason.text_vi) == ("COVERAGE_BELOW_FLOOR", True)
    send_checked(reports, DAO_THANH, figures={"MED01": 8})  # 2 of 123 is 1,63 %
    assert isinstance(freeze(reports, tmp_path, plan=plan(floor_pct=1)), int)


def test_a_release_without_a_single_value_is_an_empty_table(reports, tmp_path):
    reasons = freeze(reports, tmp_path)

    assert set(codes(reasons)) == {"EMPTY_TABLE"}


def test_data_older_than_promised_stops_the_release_with_the_day_it_reaches(one_report, tmp_path):
    (reason,) = freeze(one_report, tmp_path, plan=plan(promises=(("monitoring_statistics", 7),)))

    assert reason.code == "DATA_TOO_OLD"
    assert "chưa có số liệu nào" in reason.text_vi


def test_all_reasons_are_told_at_once(reports, tmp_path):
    send(reports, "SYT", figures={"MED01": 8})

    reasons = freeze(reports, tmp_path, plan=plan(floor_pct=80, promises=(("finance_fdi", 47),)))

    assert codes(reasons) == ["GATE_DID_NOT_RUN", "COVERAGE_BELOW_FLOOR", "DATA_TOO_OLD"]


def test_a_stop_is_kept_and_those_who_wait_are_told_once_a_day(warehouse, warehouse_url, tmp_path, monkeypatch):
    recipients = tmp_path / "recipients.csv"
    recipients.write_text(
        "address,office_vi,receives,unit_code,valid_from,valid_to,note\n"
        "vanphong@dongthap.gov.vn,Văn phòng UBND tỉnh,six_month release_late,,2026-01-01,,\n",
        encoding="utf-8",
    )
    from include.settings import load_settings

    for name, value in {
        "TTDN_DATABASE_URL": warehouse_url,
        "TTDN_HOME": str(tmp_path),
        "TTDN_RECIPIENTS_FILE": str(recipients),
        "TTDN_ALLOWED_DOMAINS": "dongthap.gov.vn",
    }.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    for _ in range(2):
        with pytest.raises(ReleaseStopped, match="EMPTY_TABLE") as stopped:
            freeze_for_good(settings, "2026-06T", by=CLERK, moment=JUNE_18)

    assert stopped.value.stop_id is not None
    assert [(stop.release_code, stop.step) for stop in list_stops(warehouse)] == [("2026-06T", "freeze")]
    assert list_editions(warehouse) == []
    waiting = warehouse.execute(text("select message_kind, recipient, body_text_vi from release.message")).all()
    assert [(row.message_kind, row.recipient) for row in waiting] == [("release_late", "vanphong@dongthap.gov.vn")]
    assert "- Mới nhận 0/123 báo cáo phải nộp" in waiting[0].body_text_vi


# --- taking back ---------------------------------------------------------------------------------------


def test_whoever_received_an_edition_that_is_taken_back_is_told_and_why(warehouse, warehouse_url, tmp_path):
    send_checked(warehouse, "SYT", figures={"MED01": 8})
    number = find_edition(warehouse, released(warehouse, tmp_path).number)
    for place, state in enumerate(("sent", "pending", "uncertain")):
        warehouse.execute(
            text(
                "insert into release.message (message_kind, subject_key, edition_id, recipient, header_message_id,"
                " subject_vi, created_at, state, next_attempt_at, sent_at)"
                " values ('release', 'release 2026-06T/1', :it,"
                " :mailbox, :header, 'Báo cáo', now(), :state, now(), case when :state = 'sent' then now() end)"
            ),
            {"it": number, "mailbox": f"{state}@example.vn", "header": f"{place}", "state": state},
        )
    warehouse.commit()

    outcome = withdraw(replace(desk(tmp_path), database_url=warehouse_url), number, DIRECTOR, "Sai số liệu Sở Y tế.")

    assert (outcome.stopped, outcome.told) == (1, 2)
    told = warehouse.execute(
        text("select recipient, body_text_vi from release.message where message_kind = 'withdrawal' order by recipient")
    ).all()
    assert [row.recipient for row in told] == ["sent@example.vn", "uncertain@example.vn"]
    assert "Lý do: Sai số liệu Sở Y tế." in told[0].body_text_vi


def test_a_decision_names_the_edition_it_is_about(one_report, tmp_path):
    frozen(one_report, tmp_path)

    assert find_edition(one_report, "2026-06T") == find_edition(one_report, "2026-06T/1", is_whole=True)
    with pytest.raises(DecisionRefused, match="không nói lần chốt nào"):
        find_edition(one_report, "2026-06T", is_whole=True)


def test_an_edition_that_went_by_hand_is_corrected_though_no_mail_of_it_was_sent(one_report, tmp_path):
    number = find_edition(one_report, released(one_report, tmp_path).number)
    one_report.execute(
        text("insert into release.document values (:it, false, 'a.pdf', repeat('a', 64), 1, now())"), {"it": number}
    )
    add_decision(one_report, number, "withdrawn", DIRECTOR, JUNE_18, "Sai số liệu Sở Y tế.")
    send_checked(one_report, "SYT", figures={"MED01": 9})

    assert frozen(one_report, tmp_path, reason="Sở Y tế gửi lại báo cáo.").correction is not None


def test_an_edition_nobody_is_listed_for_does_not_wait_to_be_sent(one_report, tmp_path):
    number = find_edition(one_report, released(one_report, tmp_path).number)
    one_report.execute(
        text("insert into release.document values (:it, false, 'a.pdf', repeat('a', 64), 1, now())"), {"it": number}
    )

    (line,) = list_editions(one_report)

    assert (line.state, state_vi(line)) == ("rendered", "đã tạo tệp, không có ai trong danh sách nhận")
    assert state_vi(replace(line, message_count=2, waiting_count=2)) == "đã tạo tệp, chờ gửi"
    assert state_vi(replace(line, state="delivered", message_count=2, sent_count=1)).startswith("đã thôi gửi")
    assert state_vi(replace(line, state="delivered", message_count=2, sent_count=2)) == "đã gửi đủ"
