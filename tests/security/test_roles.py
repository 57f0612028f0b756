"""Every role may do what its job needs and nothing else, on tables that are here and on tables that come."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2.errors
import pytest
import yaml
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from include.cli import main
from include.doctor import check_database
from include.errors import PlatformError
from include.indicators.marts import build_marts, check_marts
from include.indicators.trace import trace
from include.reference.sync import sync_reference
from include.settings import load_settings
from include.warehouse.audit import verify_audit
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.migrate import migrate
from include.warehouse.roles import (
    ROLES,
    apply_roles,
    grant_login,
    missing_roles,
    revoke_login,
    role_problems,
)
from include.warehouse.sql import SQL_ROOT, read_file, run_script
from tests.security.conftest import Session, url_of, with_rights_of
from tests.sql import builders

GOLDEN = yaml.safe_load((Path(__file__).parent / "golden_matrix.yml").read_text(encoding="utf-8"))
SOON = date.today() + timedelta(days=2)
# The owner owns; who is made an owner by membership is judged by that membership.
JUDGED = [role for role in ROLES if role not in ("ttdn_owner", "ttdn_migrator")]


# -- the matrix --------------------------------------------------------------------------------------------------------


def granted(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """What PostgreSQL says: (table, role) -> verbs, for every table and view of ours."""
    rows = connection.execute(
        text(
            "select pg_class.oid::regclass::text as relation, role_name, array_remove(array["
            + ", ".join(
                f"case when has_table_privilege(role_name, pg_class.oid, '{verb}') then '{verb}' end"
                for verb in GOLDEN["verbs"]
            )
            + ", case when has_any_column_privilege(role_name, pg_class.oid, 'select')"
            " and not has_table_privilege(role_name, pg_class.oid, 'select') then 'select some' end,"
            " case when has_any_column_privilege(role_name, pg_class.oid, 'update')"
            " and not has_table_privilege(role_name, pg_class.oid, 'update') then 'update some' end,"
            " case when has_any_column_privilege(role_name, pg_class.oid, 'insert, references')"
            " and not has_table_privilege(role_name, pg_class.oid, 'insert, references')"
            " then 'write some' end], null) as verbs"
            " from pg_class cross join unnest(cast(:roles as text[])) as role_name"
            " where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text = any(:schemas)"
        ),
        {"roles": JUDGED, "schemas": list(GOLDEN["rules"])},
    )
    return {(row.relation, row.role_name): set(row.verbs) for row in rows}


def expected(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """What the golden matrix says of the same tables."""
    relations = connection.exec_driver_sql(
        "select pg_class.oid::regclass::text as relation, pg_class.relname, relkind, relispartition,"
        " relnamespace::regnamespace::text as schema,"
        " array(select attname::text from pg_attribute where attrelid = pg_class.oid and attnum > 0) as columns"
        " from pg_class where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text = any(%s)",
        (list(GOLDEN["rules"]),),
    ).all()
    matrix = {}
    for each in relations:
        rule = {**GOLDEN["rules"][each.schema], **GOLDEN["exceptions"].get(each.relation, {})}
        for role in JUDGED:
            verbs = set(rule.get(role, ()))
            if role == "ttdn_mart_builder" and each.schema == "mart":
                verbs = set(GOLDEN["verbs"])
            if role == "ttdn_agency" and each.schema == "mart" and each.relkind in "rp":
                names_body = any(set(names) <= set(each.columns) for names in GOLDEN["agency"]["columns"])
                if names_body or each.relname.startswith(GOLDEN["agency"]["dimensions"]):
                    verbs = {"select"}
            if each.relispartition:
                verbs.discard("select some")
            matrix[each.relation, role] = verbs
    return matrix


def differences(connection: Connection) -> list[str]:
    found, wanted = granted(connection), expected(connection)
    views = set(
        connection.exec_driver_sql(
            "select oid::regclass::text from pg_class where relkind = 'v' and relnamespace = 'mart'::regnamespace"
        ).scalars()
    )
    return [
        f"{relation} {role}: {sorted(found[relation, role])} instead of {sorted(verbs)}"
        for (relation, role), verbs in wanted.items()
        # Views of the bodies follow from their tables; test_bypass looks through every one of them.
        if found[relation, role] != verbs and not (role == "ttdn_agency" and relation in views)
    ]


def test_s01_roles_tables_and_verbs_are_those_of_the_golden_matrix(guarded: Engine) -> None:
    with guarded.connect() as connection:
        assert len(granted(connection)) > 6 * 40
        assert differences(connection) == []


@pytest.mark.parametrize(
    ("drift", "told"),
    [
        ("grant update on warehouse.observation to ttdn_loader", "warehouse.observation ttdn_loader"),
        ("grant select on staging.observation to ttdn_analyst_ro", "staging.observation ttdn_analyst_ro"),
        ("grant select (raw_text) on staging.observation to ttdn_agency", "staging.observation ttdn_agency"),
        ("grant insert (verdict) on landing.receipt to ttdn_auditor", "landing.receipt ttdn_auditor"),
        ("revoke select on mart.indicator_value from ttdn_analyst_ro", "mart.indicator_value ttdn_analyst_ro"),
        ("grant delete on audit.event to public", "audit.event ttdn_loader"),
        ("grant ttdn_loader to ttdn_extractor", "warehouse.observation ttdn_extractor"),
        ("create table mart.secret (n int); grant select on mart.secret to ttdn_agency", "mart.secret ttdn_agency"),
    ],
)
def test_s01_a_right_too_many_or_too_few_is_noticed(guarded: Engine, drift: str, told: str) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql(drift)
        assert any(line.startswith(told + ":") for line in differences(connection))
        connection.rollback()


def test_s01_what_drifted_is_put_right_by_the_next_migration(guarded: Engine) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql("grant update, delete on warehouse.observation to ttdn_loader")
        connection.exec_driver_sql("grant select (raw_text) on staging.observation to ttdn_analyst_ro")
        connection.exec_driver_sql("revoke select on reference.measure from ttdn_extractor")
        apply_roles(connection)
        assert differences(connection) == []
        connection.rollback()


def test_s01_a_table_added_later_falls_under_the_rule_of_its_schema(guarded: Engine) -> None:
    with guarded.connect() as connection:
        for schema in ("reference", "landing", "staging", "quarantine", "warehouse"):
            connection.exec_driver_sql(f"create table {schema}.later (submission_id bigint, raw_text text)")
        new = {each.split(".")[0] for each in differences(connection) if ".later" in each}
        assert new == {"landing", "quarantine", "warehouse", "staging"}  # columns and maintenance wait for a migration
        assert granted(connection)["warehouse.later", "ttdn_loader"] == {"select", "insert"}

        apply_roles(connection)

        assert differences(connection) == []
        connection.rollback()


def test_s01_a_mart_added_later_is_covered_by_the_build(
    guarded: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(SQL_ROOT / "marts", tmp_path / "marts")
    (tmp_path / "marts" / "900_later.sql").write_text(
        "create table mart.later_own as select '28249' as reporting_unit_code, 1 as value;"
        "create table mart.later_all as select 1 as value;"
        "create view mart.later_own_view as select * from mart.later_own;"
        "create view mart.later_mixed_view as select later_own.value from mart.later_own, mart.later_all;"
    )
    monkeypatch.setattr("include.warehouse.sql.SQL_ROOT", tmp_path)
    with guarded.connect() as connection:
        build_marts(connection)
        rights = granted(connection)

        assert differences(connection) == []
        assert {
            name: rights[f"mart.later_{name}", "ttdn_agency"] for name in ("own", "all", "own_view", "mixed_view")
        } == {
            "own": {"select"},
            "all": set(),
            "own_view": {"select"},
            "mixed_view": set(),
        }
        connection.rollback()


def test_analysts_find_no_text_a_sender_typed_in_the_core(guarded: Engine) -> None:
    with guarded.connect() as connection:
        readable = connection.execute(
            text(
                "select attrelid::regclass::text || '.' || attname from pg_attribute"
                " inner join pg_class on pg_class.oid = attrelid"
                " where relnamespace::regnamespace::text in ('landing', 'staging', 'quarantine', 'warehouse')"
                " and attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v')"
                " and has_column_privilege('ttdn_analyst_ro', attrelid, attnum, 'select')"
                " and (attname = any(:typed) or atttypid in ('json'::regtype, 'jsonb'::regtype, 'bytea'::regtype))"
            ),
            {"typed": GOLDEN["typed_text"]},
        ).scalars()
        assert list(readable) == []


def test_an_analyst_follows_a_figure_to_its_receipt_and_hash_and_never_to_the_name_of_a_file(
    guarded: Engine, session: Session
) -> None:
    with guarded.begin() as connection:
        connection.exec_driver_sql("update landing.receipt set original_name = 'Nguyen Van Binh - bao cao.xlsx'")
        build_marts(connection)
    analyst = session("analyst")

    behind = analyst.exec_driver_sql(
        "select distinct lineage.receipt_number, lineage.sha256, receipt.byte_size from mart.lineage as lineage"
        " inner join landing.receipt using (receipt_number) where lineage.indicator_code = 'M01'"
    ).all()
    assert len(behind) == 2
    relations = analyst.exec_driver_sql(
        "select oid::regclass::text from pg_class"
        " where relkind in ('r', 'p', 'v') and relnamespace = 'mart'::regnamespace"
    ).scalars()
    for relation in relations.all():
        rows = analyst.exec_driver_sql(f"select to_jsonb(t)::text from {relation} as t").scalars()
        assert not any("Nguyen Van Binh" in row for row in rows), relation
    for statement in ("select original_name from landing.receipt", "select * from landing.receipt"):
        with pytest.raises(DBAPIError, match="permission denied"), analyst.begin_nested():
            analyst.exec_driver_sql(statement)


def test_a_trace_names_the_files_to_the_platform_and_an_extract_and_is_refused_to_an_analyst(
    guarded: Engine, session: Session
) -> None:
    with guarded.begin() as connection:
        connection.exec_driver_sql("update landing.receipt set original_name = 'bao-cao.xlsx'")
        build_marts(connection)
        (term,) = trace(connection, "M01", "2026-06T")["terms"]
        assert {cell["file"] for cell in term["cells"]} == {"bao-cao.xlsx"}
    with guarded.connect() as connection, with_rights_of(connection, "ttdn_extractor"):
        (term,) = trace(connection, "M01", "2026-06T")["terms"]
        assert {cell["file"] for cell in term["cells"]} == {"bao-cao.xlsx"}

    with pytest.raises(DBAPIError, match="permission denied for table receipt"):
        trace(session("analyst"), "M01", "2026-06T")


def test_of_quarantined_rows_analysts_see_that_they_are_held_and_why_not_what_they_say(guarded: Engine) -> None:
    with guarded.connect() as connection:
        readable = connection.exec_driver_sql(
            "select attname::text from pg_attribute where attrelid = 'quarantine.observation'::regclass and attnum > 0"
            " and has_column_privilege('ttdn_analyst_ro', attrelid, attnum, 'select')"
        ).scalars()
        assert set(readable) == {"submission_id", "rule_codes", "quarantined_at"}


def test_a_text_column_nobody_thought_of_stays_out_of_an_analysts_sight(guarded: Engine) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql(
            "alter table warehouse.observation add column remark text, add column remark_code text,"
            " add column remark_count integer, add column remarks jsonb"
        )
        apply_roles(connection)
        readable = connection.exec_driver_sql(
            "select attname::text from pg_attribute where attrelid = 'warehouse.observation'::regclass"
            " and attname like 'remark%%' and has_column_privilege('ttdn_analyst_ro', attrelid, attnum, 'select')"
        ).scalars()
        assert set(readable) == {"remark_code", "remark_count"}
        connection.rollback()


def test_an_analyst_reads_every_mart_and_every_list(session: Session) -> None:
    analyst = session("analyst")
    relations = analyst.exec_driver_sql(
        "select oid::regclass::text from pg_class where relkind in ('r', 'p', 'v')"
        " and relnamespace::regnamespace::text in ('mart', 'reference') order by 1"
    ).scalars()

    unreadable = []
    for relation in relations.all():
        savepoint = analyst.begin_nested()
        try:
            analyst.exec_driver_sql(f"select * from {relation} limit 1")
        except DBAPIError as refusal:
            unreadable.append(f"{relation}: {refusal.orig}")
        savepoint.rollback()
    assert unreadable == []


def test_marts_belong_to_their_builder_and_the_rest_to_the_owner(guarded: Engine) -> None:
    with guarded.connect() as connection:
        owners = connection.exec_driver_sql(
            "select relnamespace::regnamespace::text = 'mart', array_agg(distinct pg_get_userbyid(relowner)::text)"
            " from pg_class where relkind in ('r', 'p', 'v', 'm', 'S') and relnamespace::regnamespace::text = any(%s)"
            " group by 1 order by 1",
            (list(GOLDEN["rules"]),),
        ).all()
        assert [tuple(row) for row in owners] == [(False, ["ttdn_owner"]), (True, ["ttdn_mart_builder"])]


# -- what the roles are ------------------------------------------------------------------------------------------------


def test_no_role_can_log_in_or_undo_its_limits(guarded: Engine) -> None:
    with guarded.connect() as connection:
        assert missing_roles(connection) == ()
        assert role_problems(connection) == []


def test_a_role_that_was_given_a_power_is_reported(guarded: Engine) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql("alter role ttdn_extractor login bypassrls")
        assert role_problems(connection) == [
            "ttdn_extractor can log in",
            "ttdn_extractor has a power of an administrator",
        ]
        connection.rollback()


def test_nobody_makes_tables_where_they_do_not_belong(guarded: Engine) -> None:
    with guarded.connect() as connection:
        may_create = connection.exec_driver_sql(
            "select role_name || ' ' || nspname from pg_namespace cross join unnest(%s::text[]) as role_name"
            " where has_schema_privilege(role_name, oid, 'create')",
            (JUDGED,),
        ).scalars()
        assert list(may_create) == ["ttdn_mart_builder mart"]
        assert not any(
            connection.exec_driver_sql(
                "select has_database_privilege(role_name, current_database(), 'create, temporary')"
                " from unnest(%s::text[]) as role_name",
                (JUDGED,),
            ).scalars()
        )


def test_the_loader_can_take_a_report_in_and_change_none(guarded: Engine) -> None:
    with guarded.connect() as connection:
        with with_rights_of(connection, "ttdn_loader"):
            builders.send(connection, "SYT", figures={"MED01": 5})
            connection.exec_driver_sql("truncate staging.report, staging.observation")
            connection.exec_driver_sql("analyze staging.observation")
            connection.exec_driver_sql("set constraints all immediate")
        for statement in (
            "update warehouse.observation set value = 8",
            "delete from warehouse.observation",
            "truncate warehouse.observation cascade",
            "delete from landing.receipt",
            "insert into audit.event select * from audit.event",
            "update audit.head set event_count = 0",
            "create table warehouse.mine (n int)",
            "select * from mart.indicator_value",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), with_rights_of(connection, "ttdn_loader"):
                connection.exec_driver_sql(statement)


def test_a_refusal_written_by_the_loader_is_in_the_log_under_the_login(guarded: Engine) -> None:
    with guarded.connect() as connection, with_rights_of(connection, "ttdn_loader"):
        connection.exec_driver_sql(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at)"
            " values ('BN-2026-900001', %s, 1, 'x.xlsx', 'agency_reports', now())",
            ("e" * 64,),
        )
        connection.exec_driver_sql(
            "update landing.receipt set verdict = 'rejected', verdict_code = 'R-01'"
            " where receipt_number = 'BN-2026-900001'"
        )
        connection.exec_driver_sql("set constraints all immediate")
        connection.exec_driver_sql("reset role")
        row = connection.exec_driver_sql("select subject, actor from audit.event where action = 'refusal'").one()
        assert tuple(row) == ("BN-2026-900001", "ttdn")


def test_the_mart_builder_builds_the_marts_and_writes_nothing_else(guarded: Engine) -> None:
    with guarded.connect() as connection:
        build_marts(connection)
        owner = connection.exec_driver_sql(
            "select pg_get_userbyid(relowner) from pg_class where oid = 'mart.indicator_value'::regclass"
        ).scalar()
        assert owner == "ttdn_mart_builder"
        # The rights were given back at the end of the build.
        assert connection.exec_driver_sql("select current_user = session_user").scalar()
        connection.rollback()
        for statement in (
            "insert into warehouse.observation select * from warehouse.observation",
            "update landing.receipt set verdict = 'loaded'",
            "select * from staging.observation",
            "select original_name, inbox_fingerprint from landing.receipt",
            "insert into reference.measure select * from reference.measure",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), with_rights_of(connection, "ttdn_mart_builder"):
                connection.exec_driver_sql(statement)


def test_a_build_that_fails_leaves_its_rights_behind(guarded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.warehouse.sql.read_file", lambda name: "select 1 / 0")
    with guarded.connect() as connection:
        connection.exec_driver_sql("select 1")
        with pytest.raises(psycopg2.errors.DivisionByZero):
            build_marts(connection)
        assert connection.exec_driver_sql("select current_user = session_user").scalar()


def test_the_extractor_reads_every_mart_and_of_the_core_only_what_views_need(guarded: Engine) -> None:
    with guarded.connect() as connection:
        with with_rights_of(connection, "ttdn_extractor"):
            marts = connection.exec_driver_sql(
                "select oid::regclass::text from pg_class"
                " where relnamespace = 'mart'::regnamespace and relkind in ('r', 'p', 'v')"
            )
            for name in marts.scalars().all():
                connection.exec_driver_sql(f"select count(*) from {name}")
        for statement in (
            "select value from quarantine.observation",
            "select inbox_fingerprint from landing.receipt",
            "select reason from warehouse.project_match_decision",
            "select * from staging.report",
            "select * from audit.event",
            "delete from mart.indicator_value",
            "insert into warehouse.finding (receipt_id) values (1)",
        ):
            with pytest.raises(DBAPIError, match="permission denied"), with_rights_of(connection, "ttdn_extractor"):
                connection.exec_driver_sql(statement)


def test_of_the_core_the_extractor_reads_what_an_analyst_does_and_the_sentences_the_extract_prints(
    guarded: Engine,
) -> None:
    with guarded.connect() as connection:
        more = connection.exec_driver_sql(
            "select attrelid::regclass::text || '.' || attname from pg_attribute"
            " inner join pg_class on pg_class.oid = attrelid"
            " where relnamespace::regnamespace::text = any(%s) and attnum > 0 and relkind in ('r', 'p', 'v')"
            " and has_column_privilege('ttdn_extractor', attrelid, attnum, 'select')"
            " <> has_column_privilege('ttdn_analyst_ro', attrelid, attnum, 'select')",
            # Of releases the analyst reads how far they got; the extractor has no business there.
            ([schema for schema in GOLDEN["rules"] if schema != "release"],),
        ).scalars()
        assert sorted(more) == [
            "landing.receipt.original_name",
            "warehouse.explanation.reason_vi",
            "warehouse.finding.text_vi",
        ]


def test_an_auditor_reads_the_log_and_the_history_and_no_figure(session: Session) -> None:
    auditor = session("auditor")
    assert verify_audit(auditor).ok
    for relation in ("audit.event", "landing.receipt", "warehouse.submission"):
        assert auditor.exec_driver_sql(f"select count(*) from {relation}").scalar_one() > 0
    for relation in ("warehouse.observation", "mart.indicator_value", "quarantine.observation", "warehouse.finding"):
        with pytest.raises(DBAPIError, match="permission denied"):
            auditor.exec_driver_sql(f"select * from {relation}")
        auditor.rollback()


# -- logins ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lan(guarded: Engine, tmp_path: Path) -> Iterator[Any]:
    """An analyst called lan; taken back afterwards, whatever the test did."""
    login = grant_login(guarded, tmp_path, "lan", until=SOON)
    yield login
    with guarded.begin() as connection:
        connection.exec_driver_sql("drop role if exists ttdn_user_lan")


def test_a_login_works_with_the_password_from_its_file_and_within_limits(guarded: Engine, lan: Any) -> None:
    with engine(url_of(guarded, lan.password_file)).connect() as analyst:
        shown = {
            name: analyst.exec_driver_sql(f"show {name}").scalar()
            for name in (
                "default_transaction_read_only",
                "statement_timeout",
                "work_mem",
                "temp_file_limit",
                "search_path",
            )
        }
        found = analyst.exec_driver_sql("select count(*) from indicator_value").scalar_one()
    with guarded.connect() as connection:
        role = connection.exec_driver_sql(
            "select rolsuper, rolcreaterole, rolbypassrls, rolconnlimit, rolvaliduntil from pg_roles"
            " where rolname = 'ttdn_user_lan'"
        ).one()

    assert shown == {
        "default_transaction_read_only": "on",
        "statement_timeout": "2min",
        "work_mem": "64MB",
        "temp_file_limit": "2GB",
        "search_path": "mart, reference",
    }
    assert found > 0
    assert tuple(role[:4]) == (False, False, False, 5)
    assert role[4] == datetime(SOON.year, SOON.month, SOON.day, 17, tzinfo=UTC)  # midnight in Việt Nam


def test_a_statement_that_runs_too_long_is_ended(guarded: Engine, lan: Any) -> None:
    with engine(url_of(guarded, lan.password_file)).connect() as analyst:
        analyst.exec_driver_sql("set statement_timeout = '50ms'")
        with pytest.raises(OperationalError, match="statement timeout"):
            analyst.exec_driver_sql("select pg_sleep(60)")


def test_a_sixth_session_of_one_login_is_refused(guarded: Engine, lan: Any) -> None:
    opened = [engine(url_of(guarded, lan.password_file)).connect() for _ in range(5)]
    try:
        with pytest.raises(OperationalError, match="too many connections"):
            engine(url_of(guarded, lan.password_file)).connect()
    finally:
        for connection in opened:
            connection.close()


def test_the_temporary_space_of_a_login_cannot_be_raised_by_it(guarded: Engine, lan: Any) -> None:
    with (
        engine(url_of(guarded, lan.password_file)).connect() as analyst,
        pytest.raises(DBAPIError, match="permission denied to set parameter"),
    ):
        analyst.exec_driver_sql("set temp_file_limit = -1")


def test_the_password_is_in_a_file_for_its_owner_alone_and_the_server_has_a_verifier(guarded: Engine, lan: Any) -> None:
    password = lan.password_file.read_text().strip().rsplit(":", 1)[1]

    assert lan.password_file.stat().st_mode & 0o777 == 0o600
    assert lan.password_file.parent.stat().st_mode & 0o777 == 0o700
    assert len(password) >= 32
    with guarded.connect() as connection:
        stored = connection.exec_driver_sql(
            "select rolpassword from pg_authid where rolname = 'ttdn_user_lan'"
        ).scalar()
        log = connection.exec_driver_sql("select string_agg(event::text, '') from audit.event as event").scalar()
    assert stored.startswith("SCRAM-SHA-256$")
    assert password not in stored + log


def test_a_login_somebody_made_powerful_is_not_renewed(guarded: Engine, lan: Any, tmp_path: Path) -> None:
    with guarded.begin() as connection:
        connection.exec_driver_sql("alter role ttdn_user_lan createrole")

    with pytest.raises(PlatformError, match="power of an administrator"):
        grant_login(guarded, tmp_path, "lan", until=SOON)


def test_granting_again_renews_password_and_groups(guarded: Engine, lan: Any, tmp_path: Path) -> None:
    old_url = url_of(guarded, lan.password_file)
    renewed = grant_login(guarded, tmp_path, "lan", kind="auditor", until=SOON)

    with pytest.raises(OperationalError, match="password authentication failed"):
        engine(old_url).connect()
    with engine(url_of(guarded, renewed.password_file)).connect() as auditor:
        assert auditor.exec_driver_sql("select count(*) from audit.event").scalar_one() > 0
        with pytest.raises(DBAPIError, match="permission denied"):
            auditor.exec_driver_sql("select * from mart.indicator_value")


def test_a_revoked_login_loses_its_sessions_and_does_not_come_back(guarded: Engine, lan: Any, tmp_path: Path) -> None:
    url = url_of(guarded, lan.password_file)
    analyst = engine(url).connect()
    analyst.exec_driver_sql("select 1")

    revoke_login(guarded, tmp_path, "lan")

    assert not lan.password_file.exists()
    with pytest.raises(DBAPIError):
        analyst.exec_driver_sql("select 1")
    analyst.invalidate()
    with pytest.raises(OperationalError, match="password authentication failed"):
        engine(url).connect()
    with pytest.raises(PlatformError, match="no login of that name"):
        revoke_login(guarded, tmp_path, "lan")


def test_an_expired_login_does_not_get_in(guarded: Engine, lan: Any) -> None:
    with guarded.begin() as connection:
        connection.exec_driver_sql("alter role ttdn_user_lan valid until '2020-01-01'")

    with pytest.raises(OperationalError, match="password authentication failed"):
        engine(url_of(guarded, lan.password_file)).connect()


def test_logins_given_and_taken_back_are_in_the_log(guarded: Engine, tmp_path: Path) -> None:
    grant_login(guarded, tmp_path, "minh", kind="agency", unit_code="stc", until=SOON)
    revoke_login(guarded, tmp_path, "minh")

    with guarded.connect() as connection:
        rows = connection.exec_driver_sql(
            "select action, details from audit.event where subject = 'ttdn_user_minh' order by event_number"
        ).all()
        assert [tuple(row) for row in rows] == [
            ("grant", {"groups": "ttdn_agency_stc", "until": SOON.isoformat()}),
            ("revocation", {}),
        ]
        assert verify_audit(connection).ok


@pytest.mark.parametrize(
    "name", ["", "a", "Lan", "lan'; drop table x; --", 'lan"', "lan an", "lân", "1lan", "_lan", "a" * 31, "lan\n"]
)
def test_a_name_that_is_no_name_is_refused(guarded: Engine, tmp_path: Path, name: str) -> None:
    with pytest.raises(PlatformError, match="small letters"):
        grant_login(guarded, tmp_path, name, until=SOON)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"until": date(2020, 1, 1)}, "today or later"),
        ({"until": SOON, "kind": "agency", "unit_code": "99999"}, "the code of a body"),
        ({"until": SOON, "kind": "agency"}, "the code of a body"),
    ],
)
def test_a_day_gone_by_and_an_unknown_body_are_refused(
    guarded: Engine, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(PlatformError, match=message):
        grant_login(guarded, tmp_path, "lan", **options)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# -- servers that are not ours -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def foreign_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server of its own: roles belong to a server, and the shared one has the platform's already."""
    server = EmbeddedServer(tmp_path_factory.mktemp("foreign"), durable=False)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def bare_server(foreign_server: EmbeddedServer) -> Iterator[EmbeddedServer]:
    """The same without any database or role of the platform; emptied again afterwards."""
    yield foreign_server
    with engine(foreign_server.url("postgres")).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for name in connection.exec_driver_sql("select datname from pg_database where datname like 'of_%%'").scalars():
            foreign_server.drop_database(name)
        for name in connection.exec_driver_sql(
            "select rolname from pg_roles where rolname like 'of_%%' or rolname like 'ttdn_%%' order by rolname desc"
        ).scalars():
            connection.exec_driver_sql(f"drop role {name}")


def database_of_plain_user(server: EmbeddedServer, name: str) -> str:
    """A database of a user who may create neither roles nor databases, as in docker-compose.yml; its URL."""
    server.create_database(name)
    with engine(server.url("postgres")).begin() as connection:
        connection.exec_driver_sql(f"create role {name} login password 'p' nosuperuser nocreaterole nocreatedb")
        connection.exec_driver_sql(f"alter database {name} owner to {name}")
    return re.sub(r"//[^@]+@", f"//{name}:p@", server.url(name))


def test_a_user_who_may_not_create_roles_still_gets_the_tables_and_is_told(
    bare_server: EmbeddedServer, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    url = database_of_plain_user(bare_server, "of_nobody")

    assert migrate(url) is True

    assert "ttdn_owner" in caplog.text
    assert "may not create roles" in caplog.text
    settings = load_settings({"TTDN_HOME": str(tmp_path), "TTDN_DATABASE_URL": url}, tmp_path / "none")
    check = check_database(settings)
    assert check.ok
    assert "without the roles ttdn_owner" in check.found
    with engine(url).begin() as connection:
        build_marts(connection)
        assert connection.exec_driver_sql("select count(*) from mart.build").scalar_one() == 1
    with pytest.raises(PlatformError, match="TTDN_DATABASE_URL of an administrator"):
        grant_login(engine(url), tmp_path / "secrets", "lan", until=SOON)


def test_a_plain_user_works_through_roles_an_administrator_made(bare_server: EmbeddedServer) -> None:
    url = database_of_plain_user(bare_server, "of_helped")
    with engine(bare_server.url("postgres")).begin() as administrator:
        run_script(administrator, read_file("roles/010_create.sql"))
        administrator.exec_driver_sql(
            "grant ttdn_migrator, ttdn_loader, ttdn_mart_builder, ttdn_extractor to of_helped"
        )

    migrate(url)

    with engine(url).begin() as connection:
        sync_reference(connection)
        builders.send(connection, "28249", figures={"MED01": 7})
        build_marts(connection)
        assert differences(connection) == []
        assert connection.exec_driver_sql(
            "select array_agg(pg_get_userbyid(relowner)::text order by relname) from pg_class"
            " where oid in ('mart.indicator_value'::regclass, 'warehouse.observation'::regclass)"
        ).scalar() == ["ttdn_mart_builder", "ttdn_owner"]
        # Security is forced on the marts, and the platform's own login still reads and rebuilds all of them.
        assert connection.exec_driver_sql("select count(*) from mart.report_latest").scalar_one() == 1
        build_marts(connection)
        check_marts(connection)


def test_roles_that_were_there_without_membership_leave_the_tables_to_the_user(bare_server: EmbeddedServer) -> None:
    url = database_of_plain_user(bare_server, "of_apart")
    with engine(bare_server.url("postgres")).begin() as administrator:
        run_script(administrator, read_file("roles/010_create.sql"))

    migrate(url)

    with engine(url).begin() as connection:
        sync_reference(connection)
        builders.send(connection, "28249", figures={"MED01": 7})
        build_marts(connection)
        check_marts(connection)
        assert connection.exec_driver_sql("select count(*) from mart.report_latest").scalar_one() == 1


def test_a_user_who_may_create_roles_makes_them_and_works_through_them(
    bare_server: EmbeddedServer, tmp_path: Path
) -> None:
    url = database_of_plain_user(bare_server, "of_maker")
    with engine(bare_server.url("postgres")).begin() as administrator:
        administrator.exec_driver_sql("alter role of_maker createrole")

    migrate(url)

    with engine(url).begin() as connection:
        sync_reference(connection)
        build_marts(connection)
        check_marts(connection)
        assert differences(connection) == []
        assert (
            connection.exec_driver_sql(
                "select pg_get_userbyid(relowner) from pg_class where oid = 'warehouse.observation'::regclass"
            ).scalar()
            == "ttdn_owner"
        )
    login = grant_login(engine(url), tmp_path, "lan", until=SOON)
    with engine(url_of(engine(url), login.password_file)).connect() as analyst:
        assert analyst.exec_driver_sql("select count(*) from indicator_value").scalar_one() > 0
    revoke_login(engine(url), tmp_path, "lan")


def test_two_databases_of_one_server_may_make_the_roles_at_the_same_moment(bare_server: EmbeddedServer) -> None:
    bare_server.create_database("of_other")
    here, there = engine(bare_server.url("postgres")), engine(bare_server.url("of_other"))
    failures: list[BaseException] = []

    def make() -> None:
        try:
            with there.begin() as connection:
                run_script(connection, read_file("roles/010_create.sql"))
        except BaseException as failure:
            failures.append(failure)

    other = threading.Thread(target=make)
    with here.connect() as connection, here.connect() as watching:
        run_script(connection, read_file("roles/010_create.sql"))
        other.start()
        while (
            other.is_alive()
            and not watching.exec_driver_sql(
                "select count(*) from pg_stat_activity where datname = 'of_other' and wait_event_type = 'Lock'"
            ).scalar()
        ):
            watching.rollback()
        connection.commit()
        other.join()
        assert failures == []
        assert missing_roles(watching) == ()


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def ttdn(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*arguments, "--json"])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if printed else None

    yield run
    main(["grant-analyst", "hoa", "--revoke"])


def test_a_login_is_given_and_taken_back_from_the_command_line_without_showing_the_password(ttdn: Any) -> None:
    code, given = ttdn("grant-analyst", "hoa", "--unit", "28249", "--until", SOON.isoformat())

    assert code == 0
    assert (given["login"], given["groups"]) == ("ttdn_user_hoa", ["ttdn_agency_28249"])
    assert given["valid_until"].startswith((SOON + timedelta(days=1)).isoformat())
    password = Path(given["password_file"]).read_text().strip().rsplit(":", 1)[1]
    assert password not in json.dumps(given)
    assert ttdn("grant-analyst", "hoa", "--revoke") == (0, {"login": "ttdn_user_hoa", "revoked": True})
    assert ttdn("grant-analyst", "hoa", "--revoke")[0] == 2
    assert ttdn("grant-analyst", "Hòa")[0] == 2
    assert ttdn("grant-analyst", "hoa", "--unit", "28249", "--auditor")[0] == 2


def test_the_log_is_verified_from_the_command_line_and_its_head_noted_outside(ttdn: Any, warehouse_url: str) -> None:
    ttdn("grant-analyst", "hoa")
    code, sound = ttdn("verify-audit")
    assert (code, sound["ok"], sound["events"], sound["anchors"]) == (0, True, 1, 0)

    with engine(warehouse_url).begin() as forger:
        forger.exec_driver_sql("alter table audit.event disable trigger all")
        forger.exec_driver_sql("delete from audit.event")
        forger.exec_driver_sql("update audit.head set event_count = 0, event_hash = repeat('0', 64)")
        forger.exec_driver_sql("alter table audit.event enable always trigger event_chained")
    code, forged = ttdn("verify-audit")

    assert (code, forged["ok"], forged["anchors"]) == (1, False, 1)
    assert [problem["event"] for problem in forged["problems"]] == [1]
    assert ttdn("verify-audit", "--head", f"1:{sound['head_hash']}")[1]["anchors"] == 2
    with pytest.raises(SystemExit):
        ttdn("verify-audit", "--head", "1:short")


def test_migrating_again_makes_roles_that_a_restored_database_lacks(ttdn: Any, warehouse_url: str) -> None:
    with engine(warehouse_url).begin() as connection:
        connection.exec_driver_sql("revoke select on warehouse.observation from ttdn_mart_builder")

    assert ttdn("migrate") == (0, {"migrated": True, "without_roles": None})

    with engine(warehouse_url).connect() as connection:
        assert differences(connection) == []
