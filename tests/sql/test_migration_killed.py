"""A migration that dies half-way: killed as a process, or cut off by the server."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from include.warehouse import migrate as migrating
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.migrate import applied_revision, migrate, newest_revision
from include.warehouse.roles import missing_roles
from include.warehouse.sql import SQL_ROOT

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PAUSE = "select pg_sleep(120);"
HALF = """
create table warehouse.later (n integer);
comment on table warehouse.later is 'Made half-way.';
alter table reference.measure drop column name_vi cascade;
delete from reference.unit_succession;
revoke select on warehouse.observation from ttdn_mart_builder;
"""
MIGRATE = (
    "import sys; from pathlib import Path; from include.warehouse import migrate as m;"
    " m.SQL_ROOT = Path(sys.argv[1]); m.migrate(sys.argv[2])"
)


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder sql with one migration more, which stops in its middle; the migration's file."""
    shutil.copytree(SQL_ROOT, tmp_path / "sql")
    monkeypatch.setattr(migrating, "SQL_ROOT", tmp_path / "sql")
    newest = (sorted((SQL_ROOT / "migrations" / "versions").glob("*.py")))[-1]
    versions = tmp_path / "sql" / "migrations" / "versions"
    source = newest.read_text(encoding="utf-8").split("revision =")[0]
    (versions / "9000_later.py").write_text(
        f'{source}revision = "9000"\ndown_revision = "{newest.stem.split("_")[0]}"\n\n\n'
        "def upgrade():\n    run_script(op.get_bind(), Path(__file__).with_suffix('.sql').read_text())\n"
    )
    script = versions / "9000_later.sql"
    script.write_text(HALF + PAUSE)
    return script


@pytest.fixture
def at_work(next_version: Path, warehouse_url: str) -> Iterator[Any]:
    """A process migrating, in the middle of it: the process and the number of its server process."""
    root = next_version.parents[2]
    process = subprocess.Popen([sys.executable, "-c", MIGRATE, str(root), warehouse_url], cwd=PROJECT_ROOT)
    try:
        with engine(warehouse_url).connect() as watching:
            yield process, _backend_in_pause(watching, process)
    finally:
        process.kill()
        process.wait()


def _backend_in_pause(watching: Connection, process: subprocess.Popen[bytes]) -> int:
    for _ in range(600):
        assert process.poll() is None, "the migration ended before its pause"
        backend = watching.exec_driver_sql(
            "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
        ).scalar()
        watching.rollback()
        if backend is not None:
            return int(backend)
        time.sleep(0.1)
    raise AssertionError("the migration never reached its pause")


def state_of(warehouse: Engine) -> dict[str, Any]:
    """Version, structure with its rights, and data: whatever a migration could change."""
    with warehouse.connect() as connection:
        return {
            "revision": applied_revision(connection),
            "tables": connection.exec_driver_sql(
                "select oid::regclass::text, relacl::text, pg_get_userbyid(relowner)::text,"
                " obj_description(oid, 'pg_class') from pg_class where relkind in ('r', 'p', 'v', 'i')"
                " and relnamespace::regnamespace::text !~ '^pg_|^information_schema$' order by 1"
            ).all(),
            "columns": connection.exec_driver_sql(
                "select attrelid::regclass::text, attname::text, atttypid::regtype::text, attacl::text"
                " from pg_attribute inner join pg_class on pg_class.oid = attrelid"
                " where relnamespace::regnamespace::text !~ '^pg_|^information_schema$' and not attisdropped"
                " order by 1, 2"
            ).all(),
            "lists": connection.exec_driver_sql(
                "select (select md5(string_agg(measure::text, '' order by measure_code))"
                " from reference.measure as measure), (select count(*) from reference.unit_succession)"
            ).one(),
            "roles": missing_roles(connection),
        }


def test_a_migration_killed_half_way_leaves_the_old_version_and_the_next_one_succeeds(
    warehouse_url: str, next_version: Path, request: pytest.FixtureRequest
) -> None:
    before = state_of(engine(warehouse_url))
    assert before["lists"][1] > 0
    process, backend = request.getfixturevalue("at_work")

    process.send_signal(signal.SIGKILL)
    process.wait()
    with engine(warehouse_url).begin() as administrator:
        # The server does not notice by itself that nobody waits for the statement any more.
        administrator.exec_driver_sql("select pg_terminate_backend(%s, 10000)", (backend,))

    assert process.returncode == -signal.SIGKILL
    assert state_of(engine(warehouse_url)) == before
    next_version.write_text(HALF.replace("drop column name_vi cascade", "add column later text"))
    assert migrate(warehouse_url) is True
    after = state_of(engine(warehouse_url))
    assert after["revision"] == "9000" != before["revision"]
    assert {row[0] for row in after["tables"]} - {row[0] for row in before["tables"]} == {"warehouse.later"}


@pytest.mark.long
def test_all_migrations_killed_at_any_moment_end_as_if_nothing_had_been_when_run_again(
    server: EmbeddedServer, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(33)
    name, trials, killed = f"migrated_{os.getpid()}", 0, 0
    server.create_database(name)
    started = time.monotonic()
    migrate(server.url(name))
    whole = time.monotonic() - started
    expected = state_of(engine(server.url(name)))
    while killed < 20:
        trials += 1
        server.drop_database(name)
        server.create_database(name)
        process = subprocess.Popen([sys.executable, "-c", MIGRATE, str(SQL_ROOT), server.url(name)], cwd=PROJECT_ROOT)
        try:
            process.wait(chance.uniform(0.5, 1 + whole))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1

        migrate(server.url(name))

        assert state_of(engine(server.url(name))) == expected
    server.drop_database(name)
    record_property("trials", f"{killed} of {trials} migrations killed, 0 violations, seed 33")


def test_a_migration_cut_off_by_the_server_fails_and_leaves_the_old_version(
    warehouse_url: str, next_version: Path, request: pytest.FixtureRequest
) -> None:
    before = state_of(engine(warehouse_url))
    process, backend = request.getfixturevalue("at_work")

    with engine(warehouse_url).begin() as administrator:
        administrator.exec_driver_sql("select pg_terminate_backend(%s, 10000)", (backend,))

    assert process.wait(60) == 1
    assert state_of(engine(warehouse_url)) == before
    next_version.write_text(HALF.replace("drop column name_vi cascade", "add column later text"))
    assert migrate(warehouse_url) is True


def test_while_a_migration_runs_readers_see_the_old_version_and_a_second_one_waits(
    warehouse_url: str, at_work: Any
) -> None:
    with engine(warehouse_url).connect() as reader:
        assert applied_revision(reader) == newest_version_of_the_checkout()
        assert reader.exec_driver_sql("select to_regclass('warehouse.later')").scalar() is None
        assert not reader.exec_driver_sql("select pg_try_advisory_xact_lock(%s)", (migrating._MIGRATION_LOCK,)).scalar()


def newest_version_of_the_checkout() -> str:
    return sorted(path.stem.split("_")[0] for path in (SQL_ROOT / "migrations" / "versions").glob("*.py"))[-1]


def test_migrations_after_the_first_run_as_the_migrator_and_what_they_make_is_the_owners(
    warehouse_url: str, next_version: Path
) -> None:
    next_version.write_text(
        "create table warehouse.later as select current_user::text as who;"
        " comment on table warehouse.later is 'Who migrates.'; create schema later_schema;"
    )
    with engine(warehouse_url).begin() as connection:
        migrating.apply_roles(connection)  # rights on the database itself are not copied from a template

    assert migrate(warehouse_url) is True

    assert newest_revision() == "9000"
    with engine(warehouse_url).connect() as connection:
        assert connection.exec_driver_sql("select who from warehouse.later").scalar() == "ttdn_migrator"
        assert (
            connection.exec_driver_sql(
                "select pg_get_userbyid(relowner) from pg_class where oid = 'warehouse.later'::regclass"
            ).scalar()
            == "ttdn_owner"
        )
