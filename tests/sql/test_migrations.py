"""The migrations bring an empty database to what the rest of the platform expects, and only forward."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from include.errors import PlatformError
from include.model import CODES_TO_FORGET
from include.warehouse.connect import engine
from include.warehouse.migrate import applied_revision, known_revisions, migrate, newest_revision
from include.warehouse.sql import SQL_ROOT, run_script

OUR_SCHEMAS = "('reference', 'landing', 'staging', 'quarantine', 'warehouse', 'mart')"


def test_an_empty_database_is_brought_to_the_newest_revision(empty_database_url):
    with engine(empty_database_url).connect() as connection:
        assert applied_revision(connection) is None

    assert migrate(empty_database_url) is True

    with engine(empty_database_url).connect() as connection:
        assert applied_revision(connection) == newest_revision()


def test_migrating_twice_changes_nothing(warehouse_url):
    assert migrate(warehouse_url) is False


def test_a_database_newer_than_the_checkout_is_refused(warehouse_url):
    with engine(warehouse_url).begin() as connection:
        connection.exec_driver_sql("update public.alembic_version set version_num = '9999'")

    with pytest.raises(PlatformError, match=r"9999.*Use the version of the platform"):
        migrate(warehouse_url)


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_database_url):
    with engine(empty_database_url).begin() as connection:
        connection.exec_driver_sql("create schema warehouse")  # 0002 wants to create it: 0001 must go back with it

    with pytest.raises(Exception, match='schema "warehouse" already exists'):
        migrate(empty_database_url)

    with engine(empty_database_url).connect() as connection:
        assert applied_revision(connection) is None
        assert connection.exec_driver_sql("select to_regnamespace('reference')").scalar() is None


def test_every_migration_has_its_sql_beside_it_and_follows_the_one_before():
    versions = SQL_ROOT / "migrations" / "versions"

    assert {path.stem for path in versions.glob("*.py")} == {path.stem for path in versions.glob("*.sql")}
    assert list(known_revisions()) == [f"{number:04d}" for number in range(1, len(known_revisions()) + 1)]


def test_every_table_and_column_says_what_it_holds(warehouse: Connection):
    undescribed = warehouse.exec_driver_sql(
        f"""
        select pg_class.oid::regclass || coalesce('.' || attname, '')
        from pg_class
        left join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
        where relkind in ('r', 'p') and relnamespace::regnamespace::text in {OUR_SCHEMAS}
            and (
                coalesce(col_description(pg_class.oid, attnum), '') = ''
                or coalesce(obj_description(pg_class.oid, 'pg_class'), '') = ''
            )
        order by 1
        """
    ).scalars()

    assert list(undescribed) == []


def test_no_column_description_only_repeats_the_name(warehouse: Connection):
    repeated = warehouse.exec_driver_sql(
        f"""
        select attrelid::regclass || '.' || attname
        from pg_attribute
        inner join pg_class on pg_class.oid = attrelid
        where attnum > 0 and relkind in ('r', 'p') and relnamespace::regnamespace::text in {OUR_SCHEMAS}
            and lower(trim(trailing '.' from col_description(attrelid, attnum))) = replace(attname, '_', ' ')
        """
    ).scalars()

    assert list(repeated) == []


def test_every_constraint_has_a_name_someone_gave_it(warehouse: Connection):
    named_by_postgres = warehouse.exec_driver_sql(
        f"""
        select conrelid::regclass || ': ' || conname
        from pg_constraint
        where connamespace::regnamespace::text in {OUR_SCHEMAS}
            and contype <> 'n' and conname ~ '_(pkey|fkey|key|check|excl)[0-9]*$'
        """
    ).scalars()

    assert list(named_by_postgres) == []


def test_registers_with_a_column_of_people_that_came_before_are_forgotten_and_others_stay(warehouse: Connection):
    for letter, verdicts in (("a", ["rejected"]), ("b", ["rejected", "duplicate"]), ("c", ["rejected", "loaded"])):
        _arrived(warehouse, letter, verdicts, code="FINANCE_PERSON_COLUMN")
    _arrived(warehouse, "d", ["rejected"], code="COLUMN_MISSING")

    run_script(warehouse, (SQL_ROOT / "migrations" / "versions" / "0024_forgotten.sql").read_text(encoding="utf-8"))

    kept = warehouse.exec_driver_sql(
        "select distinct left(sha256, 1), forgotten_code, original_name"
        " from landing.file inner join landing.receipt using (sha256) order by 1"
    )
    assert [tuple(row) for row in kept] == [
        ("a", "FINANCE_PERSON_COLUMN", "(tên tệp không lưu)"),
        ("b", "FINANCE_PERSON_COLUMN", "(tên tệp không lưu)"),
        ("c", None, "so.xlsx"),
        ("d", None, "so.xlsx"),
    ]


def _arrived(connection: Connection, letter: str, verdicts: list[str], code: str) -> None:
    connection.exec_driver_sql("insert into landing.file values (%s, 10, 'aa/bb', now())", (letter * 64,))
    for number, verdict in enumerate(verdicts):
        connection.exec_driver_sql(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " verdict, verdict_code) values (%s, %s, 10, 'so.xlsx', 'finance_fdi', now(), %s, %s)",
            (f"BN-2026-{letter}{number}", letter * 64, verdict, code if verdict == "rejected" else "OK"),
        )


def test_every_code_to_forget_is_told_by_the_column_that_holds_it(warehouse: Connection):
    comment = warehouse.exec_driver_sql(
        "select col_description(attrelid, attnum) from pg_attribute"
        " where attrelid = 'landing.file'::regclass and attname = 'forgotten_code'"
    ).scalar_one()

    for told in comment.split(" | "):
        assert {code for code in (*CODES_TO_FORGET, "SECRET") if code not in told} == set()


def _received(connection: Connection, **ledger: int) -> None:
    connection.exec_driver_sql(
        "insert into landing.file values (%(sha)s, 10, 'aa/bb', now()) on conflict do nothing", {"sha": "a" * 64}
    )
    connection.exec_driver_sql(
        """
        insert into warehouse.submission (
            sha256, source_id, received_at, verdict, verdict_code,
            received_count, promoted_count, quarantined_count, ignored_count
        )
        values (
            %(sha)s, 'agency_reports', now(), 'quarantined', 'R-01',
            %(received)s, %(promoted)s, %(quarantined)s, %(ignored)s
        )
        """,
        {"sha": "a" * 64, **ledger},
    )


def test_a_ledger_that_balances_is_stored(warehouse: Connection):
    _received(warehouse, received=10, promoted=6, quarantined=1, ignored=3)

    assert warehouse.exec_driver_sql("select received_count from warehouse.submission").scalars().all() == [10]


def test_the_database_itself_refuses_a_ledger_that_does_not_balance(warehouse: Connection):
    with pytest.raises(IntegrityError, match="submission_ledger_balances"):
        _received(warehouse, received=10, promoted=6, quarantined=1, ignored=2)
