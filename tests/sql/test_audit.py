"""The log of decisions: one chain, append only, and whoever changes it behind the database's back is found out."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from include.errors import PlatformError
from include.pipeline.extract import write_extracts
from include.pipeline.ingest import take_in
from include.pipeline.verify import AuditChanged, require_log_whole
from include.settings import load_settings
from include.warehouse.audit import (
    NO_HASH,
    Verification,
    hash_event,
    note_anchor,
    read_anchors,
    record_event,
    verify_audit,
)
from include.warehouse.connect import engine
from tests.sources.reports import write_report
from tests.sql import builders

SAMPLE = [
    ("approval", "BC 2026-06T", {"release": "2026-06T.1"}, "VP UBND"),
    ("refusal", "BN-2026-000007", {"verdict": "rejected", "code": "R-01"}, None),
    ("export", "KPI_2026-06T.xlsx", {"byte_size": 10}, None),
    ("grant", "ttdn_user_a", {}, None),
    ("restatement", "28249/2026-06T", {"changed": 3}, None),
]


def write_sample(connection: Connection) -> None:
    for action, subject, details, decided_by in SAMPLE:
        record_event(connection, action, subject, details, decided_by=decided_by)


def forge(connection: Connection, statement: str, **values: Any) -> None:
    """Change the log as a superuser who switches its triggers off."""
    connection.exec_driver_sql("alter table audit.event disable trigger all")
    connection.execute(text(statement), values)
    connection.exec_driver_sql("alter table audit.event enable always trigger event_append_only")
    connection.exec_driver_sql("alter table audit.event enable always trigger event_chained")


def entries(connection: Connection, action: str) -> list[tuple[str, dict[str, Any]]]:
    rows = connection.execute(
        text("select subject, details from audit.event where action = :action order by event_number"),
        {"action": action},
    )
    return [(row.subject, row.details) for row in rows]


# -- the chain ---------------------------------------------------------------------------------------------------------


def test_an_empty_log_is_sound(reports: Connection) -> None:
    assert verify_audit(reports) == Verification(0, NO_HASH, 0, ())


def test_entries_are_numbered_and_tied_to_the_one_before(reports: Connection) -> None:
    write_sample(reports)

    rows = reports.exec_driver_sql(
        "select event_number, previous_hash, event_hash, actor = session_user from audit.event order by 1"
    ).all()

    assert [row[0] for row in rows] == [1, 2, 3, 4, 5]
    assert [row[1] for row in rows] == [NO_HASH, *(row[2] for row in rows[:-1])]
    assert all(row[3] for row in rows)
    assert verify_audit(reports) == Verification(5, rows[-1][2], 0, ())


def test_the_hash_is_that_of_the_fields_with_their_lengths() -> None:
    # Worked out with sha256sum over 64:000…0,1:1,26:2026-06-15T00:00:00.000000,2:Đ,5:grant,1:x,-,2:{},
    event = {
        "previous_hash": NO_HASH,
        "event_number": 1,
        "occurred_at": "2026-06-15T00:00:00.000000",
        "actor": "Đ",
        "action": "grant",
        "subject": "x",
        "decided_by": None,
        "details": "{}",
    }

    assert hash_event(event) == "6c225514587cf1499afe29149cdfbf9f99c1389639b6160c359c997dc2a66208"
    assert hash_event({**event, "decided_by": "-"}) != hash_event(event)


def test_a_field_cannot_lend_its_end_to_the_next_one() -> None:
    event = dict.fromkeys(("previous_hash", "event_number", "occurred_at", "actor", "decided_by", "details"), "1")

    assert hash_event({**event, "action": "ab", "subject": "c"}) != hash_event(
        {**event, "action": "a", "subject": "bc"}
    )


@pytest.mark.parametrize(
    "statement",
    [
        "update audit.event set subject = 'another' where event_number = 3",
        "delete from audit.event where event_number = 3",
        "delete from audit.event",
        "truncate audit.event",
        "delete from audit.head",
        "truncate audit.head",
        "update audit.event set subject = subject where false",
    ],
)
def test_not_even_the_owner_changes_the_log(reports: Connection, statement: str) -> None:
    write_sample(reports)

    with pytest.raises(DBAPIError, match="append only"):
        reports.exec_driver_sql(statement)


def test_switching_triggers_off_for_a_session_does_not_help(reports: Connection) -> None:
    write_sample(reports)
    reports.exec_driver_sql("set local session_replication_role = replica")

    with pytest.raises(DBAPIError, match="append only"):
        reports.exec_driver_sql("update audit.event set subject = 'another' where event_number = 3")


def test_a_writer_decides_neither_number_nor_moment_nor_login(reports: Connection) -> None:
    reports.exec_driver_sql(
        "insert into audit.event values (77, '2000-01-01', 'nobody', 'grant', 'x', null, '{}', %s, %s)",
        ("a" * 64, "b" * 64),
    )

    row = reports.exec_driver_sql("select event_number, occurred_at > '2001-01-01', actor from audit.event").one()
    assert tuple(row) == (1, True, "ttdn")
    assert verify_audit(reports).ok


@pytest.mark.parametrize(
    ("action", "subject", "details"),
    [("gossip", "x", {}), ("grant", "", {}), ("grant", "x", {"text": "a" * 2000})],
)
def test_an_entry_of_another_kind_or_with_a_text_in_it_is_refused(
    reports: Connection, action: str, subject: str, details: dict[str, str]
) -> None:
    with pytest.raises(DBAPIError, match="violates check constraint"):
        record_event(reports, action, subject, details)


# -- forgeries ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "event"),
    [
        ("update audit.event set subject = 'BN-2026-000008' where event_number = 2", 2),
        ("update audit.event set decided_by = null where event_number = 1", 1),
        ("update audit.event set occurred_at = occurred_at - interval '1 microsecond' where event_number = 4", 4),
        ("delete from audit.event where event_number = 3", 3),
        ("delete from audit.event where event_number = 1", 1),
    ],
    ids=["edited", "approver removed", "moved in time", "deleted in the middle", "deleted at the start"],
)
def test_a_forgery_is_found_at_its_entry(reports: Connection, statement: str, event: int) -> None:
    write_sample(reports)
    forge(reports, statement)

    assert verify_audit(reports).problems[0].event == event


def test_entries_that_changed_places_are_found(reports: Connection) -> None:
    write_sample(reports)
    forge(reports, "update audit.event set event_number = 10 where event_number = 2")
    forge(reports, "update audit.event set event_number = 2 where event_number = 3")
    forge(reports, "update audit.event set event_number = 3 where event_number = 10")

    assert {2, 3} <= {problem.event for problem in verify_audit(reports).problems}


def test_an_edited_entry_with_a_new_hash_no_longer_carries_the_next(reports: Connection) -> None:
    write_sample(reports)
    forge(reports, "update audit.event set subject = 'another' where event_number = 2")
    forge(reports, "update audit.event as entry set event_hash = audit.hash_of(entry) where event_number = 2")

    assert [problem.event for problem in verify_audit(reports).problems] == [3]


def test_a_tail_that_was_cut_off_is_missed(reports: Connection) -> None:
    write_sample(reports)
    forge(reports, "delete from audit.event where event_number >= 4")

    assert [problem.event for problem in verify_audit(reports).problems] == [3]


def test_a_tail_cut_off_with_its_head_is_seen_by_who_noted_the_head_elsewhere(reports: Connection) -> None:
    write_sample(reports)
    noted = (5, verify_audit(reports).head_hash)
    forge(reports, "delete from audit.event where event_number >= 4")
    reports.exec_driver_sql(
        "update audit.head set (event_count, event_hash) ="
        " (select event_number, event_hash from audit.event where event_number = 3)"
    )

    assert verify_audit(reports).ok  # the database alone cannot know
    assert [problem.event for problem in verify_audit(reports, [noted]).problems] == [5]


def test_the_daily_look_notes_the_head_and_stops_at_the_first_changed_entry(
    warehouse: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse.engine.url.render_as_string(hide_password=False))
    write_sample(warehouse)
    warehouse.commit()

    assert require_log_whole() == 5

    # Cut off with its head: the database alone cannot know, the head noted in the home does.
    forge(warehouse, "delete from audit.event where event_number >= 4")
    warehouse.exec_driver_sql(
        "update audit.head set (event_count, event_hash) ="
        " (select event_number, event_hash from audit.event where event_number = 3)"
    )
    warehouse.commit()
    with pytest.raises(AuditChanged, match="entry 5"):
        require_log_whole()


def test_a_head_that_lost_its_row_is_found(reports: Connection) -> None:
    write_sample(reports)
    reports.exec_driver_sql("alter table audit.head disable trigger all")
    reports.exec_driver_sql("delete from audit.head")

    assert not verify_audit(reports).ok


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_edit_of_one_row_is_detected(reports: Connection, data: st.DataObject) -> None:
    reports.rollback()
    words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=8)
    for subject in data.draw(st.lists(words, min_size=1, max_size=5), label="subjects"):
        record_event(reports, "waiver", subject, {"until": "2026-12-31"}, decided_by="STC")
    count = verify_audit(reports).events
    number = data.draw(st.integers(1, count), label="entry")
    column, value = data.draw(
        st.one_of(
            st.tuples(st.sampled_from(["subject", "decided_by", "actor"]), words),
            st.tuples(st.just("action"), st.sampled_from(["waiver", "approval", "grant"])),
            st.tuples(st.just("details"), st.sampled_from(['{"until": "2027-12-31"}', "{}", '{"until":"2026-12-31"}'])),
            st.tuples(st.sampled_from(["previous_hash", "event_hash"]), st.sampled_from(["a" * 64, "b" * 64])),
            st.tuples(st.just("occurred_at"), st.datetimes().map(str)),
        ),
        label="forgery",
    )
    before = reports.execute(
        text("select event::text from audit.event where event_number = :n"), {"n": number}
    ).scalar()
    types = {"details": "jsonb", "occurred_at": "timestamptz"}
    forge(
        reports,
        f"update audit.event set {column} = cast(:value as {types.get(column, 'text')}) where event_number = :number",
        value=value,
        number=number,
    )
    after = reports.execute(text("select event::text from audit.event where event_number = :n"), {"n": number}).scalar()

    assert verify_audit(reports).ok == (before == after)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 6), data=st.data())
def test_any_removal_of_rows_is_detected(reports: Connection, count: int, data: st.DataObject) -> None:
    reports.rollback()
    for _ in range(count):
        record_event(reports, "waiver", "x")
    removed = data.draw(st.sets(st.integers(1, count), min_size=1), label="removed")
    forge(reports, "delete from audit.event where event_number = any(:removed)", removed=list(removed))

    assert not verify_audit(reports).ok


# -- writers -----------------------------------------------------------------------------------------------------------


def test_two_writers_at_once_keep_one_chain(warehouse_url: str) -> None:
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            with engine(warehouse_url).connect() as connection:
                start.wait()
                for number in range(25):
                    record_event(connection, "export", f"{name} {number}")
                    record_event(connection, "export", f"{name} {number} again")
                    (connection.rollback if number % 5 == 4 else connection.commit)()
        except BaseException as failure:
            failures.append(failure)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failures == []
    with engine(warehouse_url).connect() as connection:
        verification = verify_audit(connection)
    assert (verification.events, verification.problems) == (2 * 2 * 20, ())


def test_an_entry_goes_with_the_transaction_that_wrote_it(warehouse: Connection) -> None:
    record_event(warehouse, "grant", "kept")
    warehouse.commit()
    record_event(warehouse, "grant", "lost")
    warehouse.rollback()
    record_event(warehouse, "grant", "next")

    assert entries(warehouse, "grant") == [("kept", {}), ("next", {})]
    assert verify_audit(warehouse).ok


# -- what is written down ----------------------------------------------------------------------------------------------


@pytest.fixture
def send(warehouse_url: str, tmp_path: Path) -> Callable[..., Any]:
    folder = tmp_path / "sent"
    folder.mkdir()
    platform = load_settings({"TTDN_HOME": str(tmp_path / "home"), "TTDN_DATABASE_URL": warehouse_url}, tmp_path / "-")

    def take(name: str, content: bytes | None = None, **figures: Any) -> Any:
        path = folder / name
        if content is None:
            write_report(path, actual=figures)
        else:
            path.write_bytes(content)
        opened = engine(warehouse_url)
        [result] = take_in([path], source_id="agency_reports", settings=platform, engine=opened).results
        return result

    return take


def test_a_revision_that_changes_figures_is_one_entry_with_counts_and_without_the_figures(
    warehouse: Connection, send: Callable[..., Any]
) -> None:
    send("a.xlsx", MED01=12, MED02=4)
    warehouse.rollback()
    assert entries(warehouse, "restatement") == []

    later = send("b.xlsx", MED01=987654, MED02=4)
    warehouse.rollback()

    [(subject, details)] = entries(warehouse, "restatement")
    assert subject == "28249/2026-06T"
    assert (details["revision"], details["sha256"], details["source"]) == (2, later.sha256, "agency_reports")
    assert (details["added"], details["changed"], details["removed"]) == (0, 1, 0)
    assert "987654" not in str(details)
    assert verify_audit(warehouse).ok


def test_a_file_sent_again_is_no_restatement(warehouse: Connection, send: Callable[..., Any]) -> None:
    send("a.xlsx", MED01=12)
    send("b.xlsx", MED01=12)

    assert entries(warehouse, "restatement") == []


def test_a_rejected_file_is_one_entry_without_its_name(warehouse: Connection, send: Callable[..., Any]) -> None:
    refused = send("Nguyen Van An.xlsx", content=b"not a workbook at all")

    [(subject, details)] = entries(warehouse, "refusal")
    assert subject == refused.receipt
    assert (details["verdict"], details["code"]) == ("rejected", refused.code)
    assert "Nguyen" not in str(warehouse.exec_driver_sql("select event::text from audit.event as event").all())


def test_a_secret_file_is_one_entry_that_says_no_more_than_that(
    warehouse: Connection, send: Callable[..., Any]
) -> None:
    refused = send("bao cao MẬT.xlsx", MED01=12)

    assert refused.verdict == "refused_secret"
    [(subject, details)] = entries(warehouse, "refusal")
    assert subject == refused.receipt
    assert set(details) == {"verdict", "code", "source", "sha256"}


def test_changes_of_any_table_of_changes_are_counted_also_of_one_made_later(reports: Connection) -> None:
    reports.exec_driver_sql("create table warehouse.visit_change (submission_id bigint, change_kind text)")
    reports.exec_driver_sql("insert into warehouse.visit_change values (7, 'added'), (7, 'removed'), (8, 'added')")
    reports.exec_driver_sql(
        "create table warehouse.day_change"
        " (submission_id bigint, added_count int, changed_count int, removed_count int)"
    )
    reports.exec_driver_sql("insert into warehouse.day_change values (7, 1, 2, 4), (7, 0, 3, 0)")

    assert tuple(reports.exec_driver_sql("select * from audit.count_changes(7)").one()) == (2, 5, 5)


def test_every_extract_is_written_down_with_its_hash_before_it_appears(warehouse: Connection, tmp_path: Path) -> None:
    builders.send(warehouse, "28249", figures={"MED01": 12})
    platform = load_settings({"TTDN_HOME": str(tmp_path / "home")}, tmp_path / "-")

    written = write_extracts(warehouse, platform, "2026-06T")

    assert entries(warehouse, "export") == [
        (path.name, {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "byte_size": path.stat().st_size})
        for path in written
    ]


def test_an_extract_that_cannot_be_written_down_does_not_appear(warehouse: Connection, tmp_path: Path) -> None:
    builders.send(warehouse, "28249", figures={"MED01": 12})
    platform = load_settings({"TTDN_HOME": str(tmp_path / "home")}, tmp_path / "-")
    with warehouse.engine.begin() as breaking:
        breaking.exec_driver_sql("alter table audit.event add constraint full_up check (event_number < 1) not valid")

    with pytest.raises(DBAPIError, match="full_up"):
        write_extracts(warehouse, platform, "2026-06T")

    assert list(platform.extracts.rglob("*.*")) == []


# -- what tables write down themselves --------------------------------------------------------------------------------


APPEND_ONLY = (
    "applied_correction",
    "explanation",
    "project_match_decision",
    "shadow_finding",
    "waiver",
    "waiver_use",
    "waiver_withdrawal",
)


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["update {} set {} = {}", "delete from {}", "truncate {} cascade"])
def test_a_table_that_only_grows_is_neither_changed_nor_emptied_by_its_owner(
    reports: Connection, table: str, change: str
) -> None:
    column = reports.execute(
        text(
            "select column_name from information_schema.columns where table_schema = 'warehouse'"
            " and table_name = :table and is_identity = 'NO' order by ordinal_position limit 1"
        ),
        {"table": table},
    ).scalar_one()

    with pytest.raises(DBAPIError, match="append only"):
        reports.exec_driver_sql(change.format(f"warehouse.{table}", column, column))


def test_a_waiver_its_withdrawal_and_an_explanation_are_entries_however_they_are_inserted(
    reports: Connection,
) -> None:
    first = builders.send(reports, "28249", figures={"MED01": 12})
    reports.exec_driver_sql("set local role ttdn_loader")
    reports.exec_driver_sql(
        "insert into warehouse.waiver (rule_code, reporting_unit_code, period_code, reason_vi, decided_by_role,"
        " decided_at, valid_until) values ('R-08', '28249', '2026-06T', 'Hai lớp ghép.', E' Phó\nGiám đốc ',"
        " '2026-06-01T08:00+07:00', '2026-06-30')"
    )
    reports.exec_driver_sql(
        "insert into warehouse.waiver_withdrawal (waiver_id, reason_vi, decided_by_role, withdrawn_at)"
        " select waiver_id, 'Nhầm kỳ.', 'Giám đốc', now() from warehouse.waiver"
    )
    # A second one is none, and no entry.
    reports.exec_driver_sql(
        "insert into warehouse.waiver_withdrawal (waiver_id, reason_vi, decided_by_role, withdrawn_at)"
        " select waiver_id, 'Nhầm kỳ.', 'Giám đốc', now() from warehouse.waiver on conflict do nothing"
    )
    reports.exec_driver_sql(
        "insert into warehouse.explanation (subject_kind, submission_id, reporting_unit_code, reason_vi,"
        f" given_by_role) values ('restatement', {first}, '28249', 'Bổ sung.', 'Chủ tịch')"
    )
    reports.exec_driver_sql(
        "insert into warehouse.explanation (subject_kind, indicator_code, period_code, side, explained_value,"
        " explained_target_value, reporting_unit_code, reason_vi, given_by_role)"
        " values ('target', 'M01', '2026-06T', 'single', 40, 50, '28249', 'Chưa kịp.', 'Chủ tịch')"
    )
    reports.exec_driver_sql("reset role")

    number = reports.exec_driver_sql("select waiver_id from warehouse.waiver").scalar_one()
    words, target = reports.exec_driver_sql("select explanation_id from warehouse.explanation order by 1").scalars()
    found = reports.exec_driver_sql(
        "select action, subject, details, decided_by from audit.event order by event_number"
    ).all()
    assert [tuple(row) for row in found] == [
        (
            "waiver",
            f"waiver {number}",
            {
                "waiver": number,
                "rule": "R-08",
                "unit": "28249",
                "period": "2026-06T",
                "valid_until": "2026-06-30",
            },
            "Phó Giám đốc",
        ),
        ("waiver", f"waiver {number}", {"waiver": number, "withdrawn": 1}, "Giám đốc"),
        (
            "explanation",
            f"submission {first} 28249",
            {"explanation": words, "kind": "restatement"},
            "Chủ tịch",
        ),
        ("explanation", "M01 2026-06T 28249", {"explanation": target, "kind": "target"}, "Chủ tịch"),
    ]
    assert verify_audit(reports).ok


# -- heads noted outside -----------------------------------------------------------------------------------------------


def test_the_head_of_a_sound_log_is_noted_once(tmp_path: Path) -> None:
    file = tmp_path / "audit" / "heads.csv"
    sound = Verification(3, "c" * 64, 0, ())

    note_anchor(file, sound)
    note_anchor(file, sound)

    assert read_anchors(file) == {3: "c" * 64}
    assert len(file.read_text().splitlines()) == 1
    assert file.stat().st_mode & 0o077 == 0


def test_the_head_of_a_broken_log_is_not_noted(reports: Connection, tmp_path: Path) -> None:
    write_sample(reports)
    forge(reports, "delete from audit.event where event_number = 2")

    note_anchor(tmp_path / "heads.csv", verify_audit(reports))

    assert read_anchors(tmp_path / "heads.csv") == {}


@pytest.mark.parametrize(
    "line", ["3,short,2026-06-15", "three," + "c" * 64 + ",2026-06-15", "3," + "d" * 64 + ",2026-06-15", ""]
)
def test_a_file_of_heads_somebody_wrote_in_is_no_witness(tmp_path: Path, line: str) -> None:
    file = tmp_path / "heads.csv"
    note_anchor(file, Verification(3, "c" * 64, 0, ()))
    file.write_text(file.read_text() + line + "\n")

    with pytest.raises(PlatformError, match=r"heads\.csv, line 2"):
        read_anchors(file)


def test_everything_in_the_schema_says_what_it_holds(reports: Connection) -> None:
    undescribed = reports.exec_driver_sql(
        "select pg_class.oid::regclass || coalesce('.' || attname, '') from pg_class"
        " left join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped"
        " where relkind = 'r' and relnamespace = 'audit'::regnamespace"
        " and (coalesce(col_description(pg_class.oid, attnum), '') = ''"
        " or coalesce(obj_description(pg_class.oid, 'pg_class'), '') = '')"
        " union all select oid::regprocedure::text from pg_proc"
        " where pronamespace = 'audit'::regnamespace and coalesce(obj_description(oid, 'pg_proc'), '') = ''"
    ).scalars()

    assert list(undescribed) == []


# -- every kind of entry -----------------------------------------------------------------------------------------------

PROJECT = Path(__file__).resolve().parents[2]


def test_every_kind_of_entry_there_may_be_has_something_that_writes_it(reports: Connection) -> None:
    """The list is the constraint's own: a kind added later without a writer is missed, so is one nobody may write."""
    condition = reports.exec_driver_sql(
        "select string_agg(pg_get_expr(conbin, conrelid), ' ') from pg_constraint"
        " where conrelid = 'audit.event'::regclass and conname = 'event_action'"
    ).scalar_one()
    kinds = set(re.findall(r"'(\w+)'", condition))
    writing = [
        path.read_text(encoding="utf-8")
        for folder, ending in ((PROJECT / "include", "*.py"), (PROJECT / "sql" / "migrations" / "versions", "*.sql"))
        for path in folder.rglob(ending)
    ]
    writers = [text for text in writing if "record_event(" in text]
    # The list of kinds in the first migration is no writer.
    written = {
        kind
        for kind in kinds
        for text in writers
        for place in re.finditer(rf"""["']{kind}["']""", text)
        if "record_event(" in text[max(0, place.start() - 400) : place.start()] or f'_note(connection, "{kind}"' in text
    }

    assert kinds >= {
        "approval", "approval_withdrawn", "restatement", "refusal", "export", "delivery", "grant", "revocation",
        "waiver", "backup", "restore", "explanation",
    }  # fmt: skip
    assert kinds - written == set()
