"""Each recipient gets an edition once, whatever the mail server does and whenever the process dies."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from include import faults
from include.cli import main
from include.delivery.decisions import MessageRefused, decide_message
from include.delivery.outbox import enqueue_notice, enqueue_release
from include.delivery.overview import read_overview
from include.delivery.smtp import Patience
from include.errors import GateError
from include.pipeline.deliver import DeliveryReport, deliver
from include.releases.register import list_stops
from include.warehouse.connect import engine
from tests.faults.delivery_child import start_delivery
from tests.faults.delivery_desk import (
    CODE,
    DOMAIN,
    FILES,
    NOON,
    Desk,
    MailServer,
    addresses,
    free_port,
    make_certificate,
    only,
    serving,
    settings_of,
)

IMPATIENT = Patience(connect=0.5)
BY = "Chánh Văn phòng Sở"


@pytest.fixture
def desk(warehouse_url: str, tmp_path: Path) -> Iterator[Desk]:
    warehouse = engine(warehouse_url)
    desk = Desk(warehouse, settings_of(tmp_path, warehouse_url, free_port()))
    desk.list_recipients(addresses(5))
    yield desk
    warehouse.dispose()


@pytest.fixture
def post(desk: Desk) -> Iterator[MailServer]:
    with serving(MailServer(), desk.settings.smtp_port) as handler:
        yield handler


def run(desk: Desk, minutes: float = 0, **options) -> DeliveryReport:
    return deliver(desk.settings, NOON + timedelta(minutes=minutes), **options)


def decide(desk: Desk, message_id: int, decision) -> None:
    with desk.engine.begin() as connection:
        decide_message(connection, message_id, decision, by=BY, moment=NOON)


def overview(desk: Desk, minutes: float) -> dict:
    with desk.engine.connect() as connection:
        return read_overview(connection, NOON + timedelta(minutes=minutes))


def stops_of(desk: Desk) -> list:
    with desk.engine.connect() as connection:
        return list(list_stops(connection))


def waits(desk: Desk) -> list[float]:
    """Minutes after noon at which each mail is tried next."""
    return [(message.next_attempt_at - NOON) / timedelta(minutes=1) for message in desk.messages()]


# --- all goes well ------------------------------------------------------------------------------------------------


def test_every_recipient_gets_the_edition_once_over_one_connection(desk, post):
    desk.approve()

    report = run(desk)

    assert report.ok
    assert report.counts["sent"] == 5
    assert [recipient for recipient, _ in post.taken] == addresses(5)
    assert set(post.received.values()) == {1}
    assert post.connections == 1
    assert desk.scalar("select edition_state from release.edition_state") == "delivered"


def test_an_edition_under_embargo_waits_for_its_hour_whoever_tries_and_is_not_late_before(desk, post):
    desk.approve(not_before=NOON + timedelta(hours=20))

    assert run(desk).counts["sent"] == 0
    assert run(desk, minutes=20 * 60 - 1, waits_too=True).counts["sent"] == 0
    told = overview(desk, minutes=20 * 60 - 1)
    assert (told["needs_a_person"], told["unsent_since"]) == (False, None)
    hours = {datetime.fromisoformat(each["not_before"]) for each in told["subjects"][0]["messages"]}
    assert hours == {NOON + timedelta(hours=20)}
    assert overview(desk, minutes=44 * 60 + 1)["needs_a_person"]

    assert run(desk, minutes=20 * 60).counts["sent"] == 5
    assert set(post.received.values()) == {1}


def test_nobody_lifts_an_embargo_and_a_withdrawn_edition_never_goes(desk, post):
    edition_id = desk.approve(not_before=NOON + timedelta(hours=1))

    with desk.engine.begin() as connection:
        connection.exec_driver_sql("set local role ttdn_releaser")
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.exec_driver_sql("update release.message set not_before = null")
    with pytest.raises(DBAPIError, match="does not change"), desk.engine.begin() as connection:
        connection.exec_driver_sql("update release.message set not_before = null")
    desk.withdraw(edition_id)

    assert run(desk, minutes=60).counts["sent"] == 0


def test_a_second_run_a_cleared_task_and_a_second_approval_of_the_same_send_nothing_more(desk, post):
    edition_id = desk.approve()
    run(desk)

    with desk.engine.begin() as connection:
        added = enqueue_release(connection, edition_id, CODE, 1, "six_month", desk.settings, NOON)
    again = run(desk, 60)

    assert (added, again.counts["sent"], len(post.taken)) == (0, 0, 5)


def test_an_approval_that_is_rolled_back_leaves_no_mail(desk):
    edition_id = desk.approve()
    desk.list_recipients(addresses(6))
    with desk.engine.connect() as connection:
        assert enqueue_release(connection, edition_id, CODE, 1, "six_month", desk.settings, NOON) == 1
        connection.rollback()

    assert len(desk.messages()) == 5


def test_an_edition_that_is_not_rendered_yet_waits_without_a_try(desk, post):
    desk.approve(rendered=False)

    report = run(desk)

    assert (report.waiting, report.handled, post.taken) == (5, (), [])


def test_what_was_sent_is_in_the_audit_log_without_an_address(desk, post):
    desk.approve()
    run(desk)

    assert desk.scalar("select count(*) from audit.event where action = 'delivery'") == 5
    assert desk.scalar(f"select count(*) from audit.event where event::text like '%{DOMAIN}%'") == 0


def test_no_address_and_no_word_of_the_server_gets_into_the_log(desk, post, caplog):
    desk.approve()
    post.answers[("RCPT", addresses(1)[0])] = f"550 5.1.1 <{addresses(1)[0]}> unknown"
    post.answers[("RCPT", addresses(2)[1])] = f"451 <{addresses(2)[1]}> later"
    with caplog.at_level("DEBUG", "include"):
        run(desk)

    told = [record.getMessage() for record in caplog.records if record.name.startswith("include")]
    assert [line.split(": ")[1].split(",")[0] for line in told] == ["permanent", "temporary", "sent", "sent", "sent"]
    assert [line for line in told if "@" in line] == []


def test_delivery_works_with_the_rights_of_the_releaser_alone(desk, post):
    desk.approve()
    with desk.engine.begin() as connection:
        connection.execute(text("revoke update (state) on release.message from ttdn_releaser"))

    with pytest.raises(DBAPIError, match="permission denied for table message"):
        run(desk)
    assert post.taken == []


def test_the_releaser_may_note_how_far_a_mail_got_and_nothing_else_of_it(desk):
    allowed = {"state", "attempt_count", "next_attempt_at", "sent_at", "last_error", "decided_by"}
    with desk.engine.connect() as connection:
        columns = connection.execute(
            text(
                "select attname, has_column_privilege('ttdn_releaser', attrelid, attnum, 'update') as may"
                " from pg_attribute where attrelid = 'release.message'::regclass and attnum > 0"
            )
        ).all()

    assert {each.attname for each in columns if each.may} == allowed
    assert len(columns) > len(allowed)


# --- the server refuses, stalls, hangs up -------------------------------------------------------------------------


def test_while_nobody_answers_all_wait_and_are_sent_once_the_server_is_back(desk):
    desk.approve()

    refused = run(desk)
    assert [code for code, _ in refused.stopped] == ["UNREACHABLE"]
    assert waits(desk) == [1.0] * 5

    with serving(MailServer(), desk.settings.smtp_port) as post:
        assert run(desk, 0.9).handled == ()
        assert run(desk, 1).counts["sent"] == 5
    assert set(post.received.values()) == {1}


def test_the_waits_for_a_server_that_is_away_grow_to_four_minutes_and_no_further(desk):
    desk.approve()
    due_at = []
    for _ in range(5):
        run(desk, due_at[-1] if due_at else 0)
        due_at.append(waits(desk)[0])

    assert due_at == [1.0, 3.0, 7.0, 11.0, 15.0]


def test_a_server_that_never_greets_holds_up_the_run_no_longer_than_its_patience(desk):
    desk.approve()
    with socket.create_server(("127.0.0.1", desk.settings.smtp_port)):
        report = run(desk, patience=IMPATIENT)

    assert [code for code, _ in report.stopped] == ["UNREACHABLE"]
    assert set(desk.states().values()) == {"pending"}


def test_a_temporary_refusal_is_tried_again_after_1_2_4_8_16_30_and_30_minutes(desk, post):
    desk.list_recipients(addresses(1))
    desk.approve()
    post.answers[("RCPT", addresses(1)[0])] = "451 4.2.1 mailbox busy"
    due_at = []
    for _ in range(7):
        run(desk, due_at[-1] if due_at else 0)
        due_at.append(waits(desk)[0])

    assert due_at == [1.0, 3.0, 7.0, 15.0, 31.0, 61.0, 91.0]
    assert desk.messages()[0].last_error == "4.2.1 mailbox busy"
    post.answers.clear()
    assert run(desk, 90.9).handled == ()
    assert run(desk, 91).counts["sent"] == 1


def test_what_waits_for_its_next_try_is_sent_at_once_when_asked_for(desk, post):
    desk.approve()
    post.answers[("DATA", addresses(1)[0])] = "452 4.3.1 disk full"
    assert run(desk).counts == {"sent": 4, "temporary": 1, "permanent": 0, "uncertain": 0, "cancelled": 0}
    post.answers.clear()

    assert run(desk).handled == ()
    assert run(desk, waits_too=True).counts["sent"] == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_one_refused_for_good_of_five_does_not_hold_up_the_others(desk, post, step):
    desk.approve()
    third = addresses(3)[2]
    post.answers[(step, third)] = "550 5.1.1 no such mailbox"

    report = run(desk)

    assert not report.ok
    assert desk.states() == {**dict.fromkeys(addresses(5), "sent"), third: "failed"}
    [failed] = [message for message in desk.messages() if message.state == "failed"]
    assert failed.last_error == "5.1.1 no such mailbox"
    assert run(desk, 60).handled == ()
    decide(desk, failed.message_id, "resent")
    post.answers.clear()
    assert run(desk, 60).counts["sent"] == 1


def test_a_refused_sender_stops_the_run_and_all_wait(desk, post):
    desk.approve()
    post.answers[("MAIL", "")] = "550 5.7.1 sender not allowed"

    report = run(desk)

    assert report.stopped == (("SENDER_REFUSED", "5.7.1 sender not allowed"),)
    assert set(desk.states().values()) == {"pending"}


def test_a_mail_too_big_for_the_server_is_its_own_trouble_not_the_senders(desk, post):
    desk.approve()
    post.answers[("MAIL", "")] = "552 5.3.4 too big"

    assert run(desk).counts["permanent"] == 5


def test_a_wrong_password_stops_the_run_and_all_wait_longer_each_time(desk):
    desk.approve()
    wrong = replace(desk.settings, smtp_user="ttdn", smtp_password="geheim-falsch")
    options = {"authenticator": only("ttdn", "geheim"), "auth_require_tls": False, "auth_required": True}
    with serving(MailServer(), desk.settings.smtp_port, **options) as post:
        at, due_at = 0.0, []
        for _ in range(6):
            report = deliver(wrong, NOON + timedelta(minutes=at))
            assert [code for code, _ in report.stopped] == ["LOGIN_REFUSED"]
            assert "geheim" not in repr(report)
            at = waits(desk)[0]
            due_at.append(at)
        assert (due_at, post.taken) == ([1.0, 3.0, 7.0, 15.0, 31.0, 61.0], [])

        right = replace(wrong, smtp_password="geheim")
        assert deliver(right, NOON + timedelta(minutes=61)).counts["sent"] == 5


def test_a_certificate_nobody_vouches_for_stops_the_run_before_a_password_or_a_mail_is_shown(desk, tmp_path):
    desk.approve()
    context, _ = make_certificate(tmp_path, "127.0.0.1")
    secure = replace(desk.settings, smtp_security="starttls", smtp_user="ttdn", smtp_password="geheim")
    options = {"tls_context": context, "require_starttls": True, "authenticator": only("ttdn", "geheim")}
    with serving(MailServer(), desk.settings.smtp_port, **options) as post:
        report = deliver(secure, NOON)

    assert [code for code, _ in report.stopped] == ["CERTIFICATE"]
    assert post.taken == []


def test_a_certificate_of_another_server_stops_the_run(desk, tmp_path, monkeypatch):
    desk.approve()
    context, certificate = make_certificate(tmp_path, "mail.example.vn")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options = {"tls_context": context, "require_starttls": True}
    with serving(MailServer(), desk.settings.smtp_port, **options):
        report = deliver(replace(desk.settings, smtp_security="starttls"), NOON)

    assert [code for code, _ in report.stopped] == ["CERTIFICATE"]


def test_mail_goes_encrypted_to_a_server_whose_certificate_is_good(desk, tmp_path, monkeypatch):
    desk.approve()
    context, certificate = make_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    secure = replace(desk.settings, smtp_security="starttls", smtp_user="ttdn", smtp_password="geheim")
    options = {"tls_context": context, "require_starttls": True, "authenticator": only("ttdn", "geheim")}
    with serving(MailServer(), desk.settings.smtp_port, **options, auth_required=True):
        assert deliver(secure, NOON).counts["sent"] == 5


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(desk, post):
    desk.approve()

    report = deliver(replace(desk.settings, smtp_security="starttls"), NOON)

    assert ([code for code, _ in report.stopped], post.taken) == (["NOT_OFFERED"], [])


@pytest.mark.parametrize("fault", ["hang_up_on", "keep_silent_on"])
def test_a_mail_whose_text_left_without_an_answer_is_a_question_and_the_others_are_sent(desk, post, fault):
    desk.approve()
    second = addresses(2)[1]
    getattr(post, fault).add(second)

    run(desk, patience=Patience(taking=0.5))

    assert desk.states() == {**dict.fromkeys(addresses(5), "sent"), second: "uncertain"}
    assert run(desk, 600).handled == ()
    assert set(post.received.values()) == {1}
    assert post.connections == 2


def test_a_server_that_hangs_up_after_every_mail_makes_no_more_than_two_uncertain(desk, post):
    desk.approve()
    post.hang_up_on.update(addresses(5))

    report = run(desk)

    assert [code for code, _ in report.stopped] == ["CONNECTION_LOST"]
    assert Counter(desk.states().values()) == {"uncertain": 2, "pending": 3}


# --- the process dies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "taken_first", "state"),
    [
        ("deliver_before_claim", 0, "sent"),
        ("deliver_after_claim", 0, "uncertain"),
        ("deliver_within_data", 0, "uncertain"),
        ("deliver_after_answer", 1, "uncertain"),
        ("deliver_after_commit", 1, "sent"),
    ],
)
def test_a_run_killed_at_a_point_leaves_each_mail_sent_once_or_a_question(desk, post, point, taken_first, state):
    desk.approve()
    child = start_delivery(desk.settings, point)
    child.join()
    assert child.exitcode == -9
    assert len(post.taken) == taken_first

    wait_until_noticed(desk)
    run(desk)

    assert desk.states() == {**dict.fromkeys(addresses(5), "sent"), addresses(1)[0]: state}
    assert set(post.received.values()) == {1}
    assert run(desk, 600).handled == ()


def test_a_person_decides_what_becomes_of_an_uncertain_mail(desk, post):
    desk.list_recipients(addresses(3))
    desk.approve()
    for _ in range(3):
        start_delivery(desk.settings, "deliver_after_answer").join()
        wait_until_noticed(desk)
    run(desk)
    first, second, third = (message.message_id for message in desk.messages())
    assert set(desk.states().values()) == {"uncertain"}

    decide(desk, first, "kept")
    decide(desk, second, "resent")
    decide(desk, third, "given_up")
    run(desk, 60)

    assert list(desk.states().values()) == ["sent", "sent", "cancelled"]
    assert [len(post.mails_to(address)) for address in addresses(3)] == [1, 2, 1]
    again = [content for recipient, content in post.taken if recipient == addresses(2)[1]]
    assert again[0] == again[1]
    assert desk.scalar(f"select count(*) from audit.event where action = 'delivery' and decided_by = '{BY}'") == 3
    assert desk.scalar("select edition_state from release.edition_state") == "delivered"


def test_two_runs_at_once_share_no_mail(desk, post):
    desk.approve()
    post.keep_silent_on.add(addresses(1)[0])
    waiting = threading.Thread(target=deliver, args=(desk.settings, NOON), kwargs={"patience": Patience(taking=3)})
    waiting.start()
    while not post.taken:
        time.sleep(0.01)

    report = run(desk)
    waiting.join()

    assert (report.is_busy, report.handled) == (True, ())
    assert Counter(desk.states().values()) == {"sent": 4, "uncertain": 1}
    assert set(post.received.values()) == {1}


def test_the_database_itself_refuses_to_send_again_what_may_have_been_sent(desk, post):
    desk.approve()
    run(desk)
    for change in ("state = 'pending', sent_at = null", "recipient = 'x@example.vn'", "subject_key = 'release x'"):
        with desk.engine.begin() as connection, pytest.raises(DBAPIError, match=r"does not (become|change)"):
            connection.execute(text(f"update release.message set {change}"))


@pytest.mark.parametrize(
    ("state", "decision"),
    [("sent", "resent"), ("sent", "kept"), ("sent", "given_up"), ("failed", "kept"), ("pending", "resent")],
)
def test_a_person_cannot_decide_what_is_not_open(desk, post, state, decision):
    desk.list_recipients(addresses(1))
    if state == "failed":
        post.answers[("RCPT", addresses(1)[0])] = "550 no"
    desk.approve()
    if state != "pending":
        run(desk)
    [message] = desk.messages()
    assert message.state == state

    with pytest.raises(MessageRefused, match=state):
        decide(desk, message.message_id, decision)


def test_who_decides_is_a_post_and_no_person(desk):
    desk.approve()
    [message, *_] = desk.messages()
    with desk.engine.begin() as connection, pytest.raises(MessageRefused, match="--by"):
        decide_message(connection, message.message_id, "given_up", by="Nguyễn Văn An", moment=NOON)


def wait_until_noticed(desk: Desk) -> None:
    """Wait until the database has noticed that the killed run is gone."""
    for _ in range(2000):
        if not desk.scalar("select count(*) from pg_locks where locktype = 'advisory'"):
            return
        time.sleep(0.005)
    raise AssertionError("the lock of a dead run is still held")


def timed(act: Callable[[], object]) -> float:
    """Seconds it takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


@pytest.mark.parametrize("trials", [25, pytest.param(500, marks=pytest.mark.long)])
def test_no_recipient_gets_an_edition_twice_however_often_the_run_is_killed(desk, post, trials, record_property):
    chance = random.Random(20260618)
    desk.list_recipients(addresses(3))
    killed = uncertain_though_taken = 0
    resent: Counter[str] = Counter()
    desk.approve(1)
    start_delivery(desk.settings).join()  # the first one also starts the process the others are forked from
    desk.approve(2)
    whole_run = timed(lambda: start_delivery(desk.settings).join())
    for trial in range(3, trials + 3):
        desk.approve(trial)
        for _ in range(chance.choice((1, 1, 2))):
            if chance.random() < 0.6:
                child = start_delivery(desk.settings, f"{chance.choice(faults.DELIVERY)}:{chance.randint(1, 3)}")
            else:
                child = start_delivery(desk.settings)
                child.join(chance.uniform(0, whole_run))
                child.kill()
            child.join()
            killed += child.exitcode == -9
        wait_until_noticed(desk)
        run(desk)

        for message in desk.messages(trial):
            taken = post.received[f"<{message.header_message_id}@{DOMAIN}>"]
            assert taken <= 1
            assert message.state in ("sent", "uncertain")
            assert taken == 1 or message.state == "uncertain"
            if message.state == "uncertain":
                uncertain_though_taken += taken
                if chance.random() < 0.5:
                    decide(desk, message.message_id, "resent")
                    resent[f"<{message.header_message_id}@{DOMAIN}>"] += 1
        wait_until_noticed(desk)
        run(desk)

    found = f"{killed} runs killed, {uncertain_though_taken} mails taken but not written down, {len(resent)} sent again"
    record_property("trials", f"{found}; a whole run takes {whole_run:.3f} s; seed 20260618")
    assert killed > trials / 2
    assert uncertain_though_taken > 0
    assert {header for header, count in post.received.items() if count > 1} <= set(resent)
    assert max(post.received.values()) <= 2
    assert set(desk.states().values()) <= {"sent", "uncertain"}


# --- what may not be sent -----------------------------------------------------------------------------------------


def test_a_withdrawn_edition_is_cancelled_and_a_mail_on_its_way_is_not(desk, post):
    edition_id = desk.approve()
    post.answers[("RCPT", addresses(2)[1])] = "451 later"
    run(desk)
    desk.withdraw(edition_id)
    post.answers.clear()

    report = run(desk, 60)

    assert report.counts["cancelled"] == 1
    assert desk.states() == {**dict.fromkeys(addresses(5), "sent"), addresses(2)[1]: "cancelled"}
    assert len(post.taken) == 4


def test_an_edition_withdrawn_while_the_run_is_at_work_is_not_sent_to_the_next_recipient(desk, post):
    edition_id = desk.approve()
    take = post.handle_DATA

    async def withdraw_then_take(*arguments):
        if not post.taken:
            desk.withdraw(edition_id)
        return await take(*arguments)

    post.handle_DATA = withdraw_then_take
    run(desk)

    assert len(post.taken) == 1
    assert run(desk).counts["cancelled"] == 4


def test_what_was_replaced_by_a_later_approved_edition_is_cancelled(desk, post):
    desk.approve(1)
    desk.approve(2)

    report = run(desk)

    assert (report.counts["cancelled"], report.counts["sent"]) == (5, 5)
    assert set(desk.states(1).values()) == {"cancelled"}


@pytest.mark.parametrize("name", [*FILES, "manifest.json", "manifest.sig"])
def test_one_flipped_bit_in_the_bundle_keeps_the_edition_back_and_is_told_once(desk, post, name):
    desk.approve()
    path = desk.settings.releases / CODE / "lan1" / name
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(bytes(content))

    reports = [run(desk), run(desk, 1)]

    assert [[code for code, _ in report.stopped] for report in reports] == [["BUNDLE_CHANGED"]] * 2
    assert (post.taken, set(desk.states().values())) == ([], {"pending"})
    assert desk.scalar("select count(*) from release.stop where step = 'deliver'") == 1
    assert name in desk.scalar("select reasons ->> 0 from release.stop")
    assert [stop.release_code for stop in stops_of(desk)] == [CODE]
    content[-2] ^= 1
    path.write_bytes(bytes(content))
    assert run(desk, 2).counts["sent"] == 5
    assert stops_of(desk) == []


def test_an_edition_with_nothing_to_draw_is_sent_without_a_chart(desk, post):
    desk.approve(files={name: content for name, content in FILES.items() if name != "mail-chart.png"})

    assert run(desk).counts["sent"] == 5
    assert b"image/png" not in post.taken[0][1]


def test_a_bundle_that_lost_its_chart_keeps_the_edition_back(desk, post):
    desk.approve()
    (desk.settings.releases / CODE / "lan1" / "mail-chart.png").unlink()

    assert [code for code, _ in run(desk).stopped] == ["BUNDLE_CHANGED"]
    assert post.taken == []


def test_while_nobody_can_say_who_still_owes_a_report_reminders_wait_and_the_edition_is_sent(desk, post, monkeypatch):
    def fail(*_: object) -> int:
        raise GateError(where="the marts", found="another ledger", expected="one that balances", remedy="Look at it.")

    desk.approve()
    notify(desk, f"x@{DOMAIN}")
    with monkeypatch.context() as broken:
        broken.setattr("include.pipeline.deliver.cancel_answered_reminders", fail)
        report = run(desk)

    assert [code for code, _ in report.stopped] == ["REMINDERS_WAIT"]
    assert sorted(to for to, _ in post.taken) == sorted(addresses(5))


def test_an_edition_kept_back_half_way_is_not_told_as_one_nobody_received(desk, post):
    with desk.settings.recipients_file.open("a", encoding="utf-8") as lines:
        lines.write(f"cho-tin@{DOMAIN},Văn phòng,release_late,,2026-01-01,,\n")
    desk.approve()
    post.answers[("RCPT", addresses(2)[1])] = "451 later"
    run(desk)
    (desk.settings.releases / CODE / "lan1" / "bao-cao.pdf").unlink()

    run(desk, 5)

    told = desk.scalar("select body_text_vi from release.message where message_kind = 'release_late'")
    assert "4 thư của bản này đã gửi trước đó" in told
    assert "Chưa có số liệu nào" not in told


def test_a_broken_list_of_recipients_does_not_lose_why_an_edition_was_kept_back_nor_hold_up_others(desk, post):
    desk.approve()
    (desk.settings.releases / CODE / "lan1" / "bao-cao.pdf").unlink()
    notify(desk, f"x@{DOMAIN}")
    desk.settings.recipients_file.write_text("not,a,list\n", encoding="utf-8")

    report = run(desk)

    assert [code for code, _ in report.stopped] == ["BUNDLE_CHANGED", "NOBODY_TOLD"]
    assert report.counts["sent"] == 1
    assert desk.scalar("select count(*) from release.stop where step = 'deliver'") == 1


def test_a_mail_given_up_while_the_server_puts_it_off_stays_given_up_and_the_others_are_sent(desk, post):
    desk.approve()
    take = post.handle_RCPT

    async def give_up_then_put_off(server, session, envelope, address, options):
        if address == addresses(1)[0]:
            with desk.engine.begin() as connection:
                number = connection.execute(
                    text("select message_id from release.message where recipient = :it"), {"it": address}
                ).scalar_one()
            decide(desk, number, "given_up")
            return "451 later"
        return await take(server, session, envelope, address, options)

    post.handle_RCPT = give_up_then_put_off

    assert run(desk).counts["sent"] == 4
    assert desk.states()[addresses(1)[0]] == "cancelled"


def test_what_was_late_and_has_come_is_neither_told_nor_listed_as_late(desk, post):
    desk.approve()
    waits = f"cho-tin@{DOMAIN}"
    with desk.settings.recipients_file.open("a", encoding="utf-8") as lines:
        lines.write(f"{waits},Văn phòng,release_late,,2026-01-01,,\n")
    path = desk.settings.releases / CODE / "lan1" / "mail.txt"
    written = path.read_bytes()
    path.write_bytes(written + b"!")

    run(desk)

    assert desk.states()[waits] == "pending"
    with desk.engine.connect() as connection:
        assert [stop.step for stop in list_stops(connection)] == ["deliver"]
    path.write_bytes(written)
    assert run(desk, 1).counts["sent"] == 5
    assert run(desk, 2).counts["cancelled"] == 1
    assert (desk.states()[waits], post.mails_to(waits)) == ("cancelled", [])
    with desk.engine.connect() as connection:
        assert list_stops(connection) == []


def test_a_correction_that_is_late_does_not_claim_that_nothing_was_sent(desk, post):
    desk.approve(1)
    run(desk)
    desk.approve(2)
    waits = f"cho-tin@{DOMAIN}"
    with desk.settings.recipients_file.open("a", encoding="utf-8") as lines:
        lines.write(f"{waits},Văn phòng,release_late,,2026-01-01,,\n")
    (desk.settings.releases / CODE / "lan2" / "mail.txt").unlink()

    run(desk, 1)
    run(desk, 2)

    (told,) = post.mails_to(waits)
    assert "Lần đã gửi trước đây vẫn là lần gần nhất" in told.get_content()
    assert "Chưa có số liệu nào được gửi đi" not in told.get_content()


def test_a_bundle_signed_anew_with_other_figures_is_not_what_was_rendered(desk, post):
    desk.approve(1)
    desk.approve(2, {**FILES, "bao-cao.pdf": b"%PDF other"})
    with desk.engine.begin() as connection:
        hashes = text("select file_name from release.document where edition_id = 2 and file_name = 'bao-cao.pdf'")
        assert connection.execute(hashes).scalar() == "bao-cao.pdf"
    folder = desk.settings.releases / CODE
    (folder / "lan2").rename(folder / "aside")
    (folder / "lan1").rename(folder / "lan2")

    report = run(desk)

    assert [code for code, _ in report.stopped] == ["BUNDLE_CHANGED"]
    assert "the manifest is that of 2026-06T/1" in report.stopped[0][1]
    assert post.taken == []


def test_an_edition_kept_back_does_not_hold_up_a_notice(desk, post):
    desk.approve()
    (desk.settings.releases / CODE / "lan1" / "bao-cao.pdf").unlink()
    notify(desk, f"x@{DOMAIN}")

    assert run(desk).counts["sent"] == 1


def test_a_domain_taken_off_the_list_after_the_approval_gets_nothing(desk, post):
    desk.approve()

    report = deliver(replace(desk.settings, allowed_domains=frozenset({"vn", "example.vn"})), NOON)

    assert (report.counts["permanent"], post.taken) == (5, [])
    assert set(desk.states().values()) == {"failed"}


def test_nothing_is_sent_where_no_server_or_no_sender_is_named(desk, post):
    desk.approve()
    for missing in ({"smtp_host": None}, {"smtp_sender": None}):
        report = deliver(replace(desk.settings, **missing), NOON)
        assert [code for code, _ in report.stopped] == ["NOT_SET_UP"]
    assert (post.taken, set(waits(desk))) == ([], {0.0})


def notify(desk: Desk, *recipients: str, **changes) -> int:
    notice = {
        "kind": "reminder",
        "subject_key": "reminder 2026-06T/-5/SYT",
        "subject": "Nhắc nộp báo cáo\r\nBcc: x@evil.example\u2028Z",
        "text": "Còn 5 ngày làm việc.\n",
        "html": "<p>Còn 5 ngày làm việc.</p>",
        "unit_code": "SYT",
        "moment": NOON,
    }
    with desk.engine.begin() as connection:
        return enqueue_notice(connection, recipients=recipients, **{**notice, **changes})


def test_a_notice_goes_once_to_each_address_with_its_subject_on_one_line(desk, post):
    assert notify(desk, f"a@{DOMAIN}", f"A@{DOMAIN}", f"b@{DOMAIN}") == 2
    assert notify(desk, f"b@{DOMAIN}", f"c@{DOMAIN}") == 1

    run(desk)

    [mail] = post.mails_to(f"a@{DOMAIN}")
    assert mail["Subject"] == "Nhắc nộp báo cáo Bcc: x@evil.example Z"
    assert mail["Bcc"] is None
    assert mail.get_body(("plain",)).get_content().split() == "Còn 5 ngày làm việc.".split()
    assert len(post.taken) == 3


def test_a_notice_past_its_time_is_cancelled_not_sent(desk, post):
    notify(desk, f"a@{DOMAIN}", not_after=NOON + timedelta(hours=1))
    notify(desk, f"b@{DOMAIN}", not_after=NOON + timedelta(hours=3), subject_key="reminder 2026-06T/-1/SYT")

    report = run(desk, 120)

    assert (report.counts["cancelled"], report.counts["sent"]) == (1, 1)


# --- what is told -------------------------------------------------------------------------------------------------


def test_a_mail_unsent_for_a_quarter_of_an_hour_is_told(desk):
    desk.approve()

    early, late = overview(desk, 15), overview(desk, 15.1)

    assert (early["needs_a_person"], late["needs_a_person"]) == (False, True)
    assert late["unsent_since"] == desk.messages()[0].created_at.isoformat()
    assert [message["overdue"] for message in late["subjects"][0]["messages"]] == [True] * 5


def test_the_overview_counts_by_edition_and_says_what_to_do(desk, post):
    desk.approve()
    post.answers[("RCPT", addresses(1)[0])] = "550 5.1.1 no such mailbox"
    post.answers[("RCPT", addresses(2)[1])] = "451 4.2.1 busy"
    post.hang_up_on.add(addresses(3)[2])
    run(desk)

    told = overview(desk, 1)

    [subject] = told["subjects"]
    assert {state: subject[state] for state in ("sent", "waiting", "failed", "uncertain", "cancelled")} == {
        "sent": 2,
        "waiting": 1,
        "failed": 1,
        "uncertain": 1,
        "cancelled": 0,
    }
    assert [(each["state"], each["recipient"], each["error"]) for each in subject["messages"]][:2] == [
        ("failed", addresses(1)[0], "5.1.1 no such mailbox"),
        ("waiting", addresses(2)[1], "4.2.1 busy"),
    ]
    asked = [each["question"] or "" for each in subject["messages"]]
    assert ["--give-up" in each for each in asked] == [True, False, False]
    assert ["--keep" in each for each in asked] == [False, False, True]
    assert told["needs_a_person"]


def test_after_everything_was_sent_nothing_needs_a_person(desk, post):
    desk.approve()
    run(desk)

    told = overview(desk, 60)

    assert (told["needs_a_person"], told["unsent_since"], told["subjects"][0]["messages"]) == (False, None, [])


# --- from the shell -----------------------------------------------------------------------------------------------


@pytest.fixture
def shell(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs `ttdn deliver …` on the desk; returns the exit code and what it printed as JSON."""
    for name, value in {
        "TTDN_HOME": desk.settings.home,
        "TTDN_DATABASE_URL": desk.settings.database_url.replace("+psycopg2", ""),
        "TTDN_SMTP_HOST": "127.0.0.1",
        "TTDN_SMTP_PORT": desk.settings.smtp_port,
        "TTDN_SMTP_SENDER": desk.settings.smtp_sender,
        "TTDN_ALLOWED_DOMAINS": DOMAIN,
    }.items():
        monkeypatch.setenv(name, str(value))

    def typed(*words: str) -> tuple[int, dict]:
        exit_code = main(["deliver", *words, "--json"])
        return exit_code, json.loads(capsys.readouterr().out)

    return typed


def test_the_command_sends_tells_and_keeps_the_word_of_a_person(desk, post, shell):
    desk.approve()
    post.answers[("RCPT", addresses(1)[0])] = "550 5.1.1 no such mailbox"

    sending, report = shell()
    telling, told = shell("--status")
    [failed] = told["subjects"][0]["messages"]
    deciding, decided = shell("--give-up", str(failed["message"]), "--by", BY)

    assert (sending, report["counts"]["sent"], report["counts"]["permanent"]) == (1, 4, 1)
    assert (telling, failed["recipient"], failed["error"]) == (1, addresses(1)[0], "5.1.1 no such mailbox")
    assert (deciding, decided["state"]) == (0, "cancelled")
    assert shell("--status")[0] == 0
    assert shell("--give-up", str(failed["message"]), "--by", BY)[1]["refusal"]["found"] == "cancelled"


@pytest.mark.parametrize("words", [["--resend", "1"], ["--by", BY], ["--status", "--by", BY]])
def test_a_decision_without_a_post_and_a_post_without_a_decision_are_not_understood(words, capsys):
    assert main(["deliver", *words]) == 2
    assert "--by" in capsys.readouterr().err


def test_for_people_the_command_says_the_same_in_vietnamese(desk, post, shell, capsys):
    desk.approve()
    post.hang_up_on.add(addresses(2)[1])
    main(["deliver"])
    main(["deliver", "--status"])

    said = capsys.readouterr().out
    assert "Đã gửi 4, lỗi tạm 0, bị từ chối 0, chưa rõ 1, hủy 0; còn chờ 0." in said
    assert f"tới {addresses(2)[1]}: chưa rõ (đã thử 1 lần)" in said
    assert "Hỏi người nhận" in said
