"""Further ways at what others hold: estimates, locks, names that stand in, the server's own views and functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from include.warehouse.roles import ROLES
from tests.security.conftest import Session, with_rights_of

NO_RIGHT = "42501"
PEOPLE = ("analyst", "auditor", "commune")


def writing(session: Session, who: str) -> Connection:
    """The session of a person who lifted every limit a session may lift."""
    person = session(who)
    for setting in ("default_transaction_read_only = off", "statement_timeout = 0", "lock_timeout = 0"):
        person.exec_driver_sql(f"set {setting}")
    person.commit()
    return person


def refusal(connection: Connection, statement: str) -> str | None:
    """The SQLSTATE the statement ends with; None when it went through. Nothing of it stays."""
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        return str(getattr(error.orig, "pgcode", ""))
    finally:
        connection.rollback()
    return None


# -- S02, S03 by the catalogue -----------------------------------------------------------------------------------------


def test_s02_every_guarded_table_has_policies_for_its_readers_alone(guarded: Engine) -> None:
    """One policy shows a body its own rows; the others are for roles that see all, never for everybody."""
    with guarded.connect() as connection:
        rows = connection.exec_driver_sql(
            "select polrelid::regclass::text as relation, polname, polcmd,"
            " array(select coalesce(rolname::text, 'public') from unnest(polroles) as given (oid)"
            " left join pg_roles using (oid) order by 1) as readers, pg_get_expr(polqual, polrelid) as condition"
            " from pg_policy"
        ).all()
        assert len({row.relation for row in rows}) >= 8
        for row in rows:
            if "ttdn_agency" in row.readers:
                assert row.readers == ["ttdn_agency"], row
                assert row.polcmd == "r", row
                assert "own_unit_codes" in row.condition, row
            else:
                assert {*row.readers} <= {"ttdn_mart_builder", "ttdn_extractor", "ttdn_analyst_ro"}, row


def test_s02_a_guarded_table_that_lost_its_policy_shows_a_body_nothing(guarded: Engine, session: Session) -> None:
    session("commune")
    with guarded.connect() as connection:
        connection.exec_driver_sql("drop policy own_rows on mart.observation_latest")
        connection.exec_driver_sql("set local role ttdn_agency_28249")
        assert connection.exec_driver_sql("select count(*) from mart.observation_latest").scalar() == 0
        connection.rollback()


# -- S04: what the planner and the server's views tell -----------------------------------------------------------------


@pytest.fixture
def many_figures(guarded: Engine) -> Iterator[None]:
    """The department's row three thousand times with the figure 4242, so that the planner's statistics know it."""
    with guarded.begin() as connection:
        connection.exec_driver_sql("create table public.before as select * from mart.observation_latest")
        connection.exec_driver_sql(
            "insert into mart.observation_latest select copied.* from generate_series(1, 3000) as number,"
            " jsonb_populate_record(null::mart.observation_latest, (select to_jsonb(o)"
            " || jsonb_build_object('value', 4242, 'member_code', number)"
            " from mart.observation_latest as o where reporting_unit_code = 'STC' and measure_code = 'MED01'"
            " limit 1)) as copied"
        )
        connection.exec_driver_sql("analyze mart.observation_latest")
    yield
    with guarded.begin() as connection:
        connection.exec_driver_sql("delete from mart.observation_latest")
        connection.exec_driver_sql("insert into mart.observation_latest select * from public.before")
        connection.exec_driver_sql("drop table public.before")
        connection.exec_driver_sql("analyze mart.observation_latest")


def rows_expected(connection: Connection, condition: str) -> int:
    plan = connection.exec_driver_sql(f"explain select 1 from mart.observation_latest where {condition}").scalars()
    [rows] = [re.search(r"rows=(\d+)", line) for line in plan if "observation_latest" in line]
    assert rows is not None
    return int(rows[1])


def test_s04_the_planners_estimate_does_not_tell_a_figure_of_another_body(
    guarded: Engine, session: Session, many_figures: None
) -> None:
    commune = session("commune")
    there = [
        rows_expected(commune, f"value {condition}") for condition in ("= 4242", "> 4000", "between 4241 and 4243")
    ]
    not_there = [rows_expected(commune, f"value {condition}") for condition in ("= 77", "> 9000", "between 76 and 78")]
    with guarded.connect() as everything:
        known = [rows_expected(everything, condition) for condition in ("value = 4242", "value = 77")]

    assert there == not_there
    assert known[0] > 2900 > known[1]  # whoever may see the rows is told by the same estimate


NO_FIGURE = re.compile(r"_(id|number|count|rank|year|expected|received|place)$|[.]place$")
"""Whole numbers that identify, order or count reports."""


def test_s04_columns_whose_statistics_the_planner_uses_for_a_body_hold_no_figures(guarded: Engine) -> None:
    """Comparisons of text, dates and whole numbers are leakproof: their estimates tell how often a value occurs."""
    with guarded.connect() as connection:
        columns = connection.exec_driver_sql(
            "select attrelid::regclass::text || '.' || attname from pg_attribute"
            " inner join pg_class on pg_class.oid = attrelid"
            " where relrowsecurity and relkind in ('r', 'p') and attnum > 0 and not attisdropped"
            " and atttypid in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'float8'::regtype,"
            " 'float4'::regtype) and has_column_privilege('ttdn_agency', attrelid, attnum, 'select')"
        ).scalars()
        assert [name for name in columns if not NO_FIGURE.search(name)] == []


@pytest.mark.parametrize("who", PEOPLE)
def test_s04_the_servers_own_views_show_no_statement_and_no_value_of_another(session: Session, who: str) -> None:
    person = session(who)
    others = person.exec_driver_sql(
        "select query from pg_stat_activity where usename <> current_user"
        " and coalesce(query, '') not in ('', '<insufficient privilege>')"
    ).scalars()
    assert list(others) == []
    assert person.exec_driver_sql("select count(*) from pg_prepared_statements").scalar() == 0
    seen = set(person.exec_driver_sql("select distinct schemaname || '.' || tablename from pg_stats").scalars())
    guarded_tables = set(
        person.exec_driver_sql("select oid::regclass::text from pg_class where relrowsecurity").scalars()
    )
    assert guarded_tables
    assert not seen & guarded_tables
    assert not {name for name in seen if name.startswith(("landing.", "staging.", "quarantine.", "audit."))}


# -- S05: the server's files, programs, logs and doors -----------------------------------------------------------------

FORBIDDEN = [
    "create extension dblink",
    "create extension file_fdw",
    "create extension plpython3u",
    "create extension adminpack",
    "create foreign data wrapper mine",
    "create server mine foreign data wrapper mine",
    "create language mine handler plpgsql_call_handler",
    "select * from pg_hba_file_rules",
    "select * from pg_file_settings",
    "select * from pg_shadow",
    "select * from pg_largeobject",
    "select * from pg_statistic",
    "select * from pg_user_mapping",
    "select current_setting('data_directory')",
    "select current_setting('hba_file')",
    "select pg_current_logfile()",
    "select pg_ls_tmpdir()",
    "select pg_backup_start('mine')",
    "select pg_switch_wal()",
    "select pg_create_logical_replication_slot('mine', 'pgoutput')",
    "select pg_stat_reset()",
    "select pg_log_backend_memory_contexts(pg_backend_pid())",
    "select lo_create(0)",
    "select lo_creat(-1)",
    "select lo_from_bytea(0, 'mine')",
    "select lo_put(1, 0, 'mine')",
    "select lo_unlink(1)",
    "select pg_logical_emit_message(false, 'mine', repeat('x', 100))",
    "set lo_compat_privileges = on",
    "set temp_file_limit = -1",
    "set log_statement = 'none'",
    "set session_preload_libraries = 'mine'",
    "set allow_system_table_mods = on",
    "set role pg_read_server_files",
    "set role pg_execute_server_program",
    "set role pg_read_all_data",
    "copy (select 1) to program 'true'",
    "grant pg_read_all_data to current_user",
    "alter role current_user set temp_file_limit to -1",
    "alter role current_user createrole",
    "alter role current_user connection limit 500",
    "alter role current_user valid until 'infinity'",
]
NOT_THERE = {"0A000", "42704", "55000", "58P01"}
"""No such extension or wrapper on this server: there is nothing a right could be to."""


@pytest.mark.parametrize("who", PEOPLE)
def test_s05_a_person_with_every_limit_lifted_reaches_nothing_of_the_server(session: Session, who: str) -> None:
    person = writing(session, who)

    ended = {statement: refusal(person, statement) for statement in FORBIDDEN}

    assert {
        statement: code
        for statement, code in ended.items()
        if code != NO_RIGHT and not (code in NOT_THERE and statement.startswith("create "))
    } == {}
    assert list(ended.values()).count(NO_RIGHT) >= 35


def test_s05_the_roles_of_the_programs_keep_no_large_objects_either(guarded: Engine) -> None:
    with guarded.connect() as connection:
        for role in ROLES:
            with pytest.raises(DBAPIError, match="permission denied"), with_rights_of(connection, role):
                connection.exec_driver_sql("select lo_from_bytea(0, 'mine')")
        assert connection.exec_driver_sql("select count(*) from pg_largeobject_metadata").scalar() == 0


def test_s05_of_the_functions_of_the_server_none_that_writes_is_everybodys(guarded: Engine) -> None:
    with guarded.connect() as connection:
        open_to_all = connection.exec_driver_sql(
            "select oid::regprocedure::text from pg_proc where pronamespace = 'pg_catalog'::regnamespace"
            " and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0 ))"
            " and (proname ~ '^(lo_(creat|from|put|trunc|unlink|import|export|open)|lowrite|pg_read_|pg_ls_"
            "|pg_stat_file|pg_logical_emit|pg_reload|pg_rotate|pg_switch|pg_promote)' or proname ~ 'advisory')"
        ).scalars()
        assert list(open_to_all) == []


# -- S03: names that stand in for ours ---------------------------------------------------------------------------------


def test_s03_a_table_or_function_of_a_temporary_schema_does_not_stand_in_for_one_of_ours(guarded: Engine) -> None:
    """The administrator alone may make one; the functions with their owner's rights look there last."""
    with guarded.connect() as connection:
        connection.exec_driver_sql(
            "create temporary table event (action text, subject text, details jsonb, decided_by text);"
            " create function pg_temp.regexp_replace(text, text, text, text) returns text language sql as"
            " 'select ''stand-in''';"
            " grant insert on pg_temp.event to public; set local search_path = pg_temp, pg_catalog"
        )
        connection.exec_driver_sql("set local role ttdn_loader")
        number = connection.exec_driver_sql("select audit.record_event('refusal', 'ours')").scalar()
        connection.exec_driver_sql("reset role")
        assert connection.exec_driver_sql("select count(*) from pg_temp.event").scalar() == 0
        subject = connection.exec_driver_sql("select subject from audit.event where event_number = %s", (number,))
        assert subject.scalar() == "ours"
        connection.rollback()


def test_s03_nothing_that_runs_for_others_calls_what_a_person_could_replace(guarded: Engine) -> None:
    """Functions with their owner's rights, triggers and policies belong to the owners, in schemas nobody may add to."""
    with guarded.connect() as connection:
        strange = connection.exec_driver_sql(
            "select pg_proc.oid::regprocedure::text from pg_proc where (prosecdef"
            " or pg_proc.oid in (select tgfoid from pg_trigger where not tgisinternal))"
            " and pronamespace <> 'pg_catalog'::regnamespace"
            " and pg_get_userbyid(proowner) not in ('ttdn_owner', 'ttdn_mart_builder')"
        ).scalars()
        assert list(strange) == []


# -- locks: nobody stops the platform by holding a number or a table ---------------------------------------------------

LOCKS = [
    f"select {name}({arguments})"
    for name in ("pg_advisory_lock", "pg_try_advisory_lock", "pg_advisory_xact_lock", "pg_advisory_lock_shared")
    for arguments in ("1", "1, 2")
]


@pytest.mark.parametrize("who", PEOPLE)
def test_s04_no_person_holds_a_lock_the_gate_or_a_delivery_waits_for(session: Session, who: str) -> None:
    person = writing(session, who)

    assert {refusal(person, statement) for statement in LOCKS} == {NO_RIGHT}


@pytest.mark.parametrize(
    "role", ["ttdn_loader", "ttdn_mart_builder", "ttdn_extractor", "ttdn_releaser", "ttdn_migrator"]
)
def test_the_programs_still_take_their_turns_by_such_locks(guarded: Engine, role: str) -> None:
    with guarded.connect() as connection, with_rights_of(connection, role):
        assert connection.exec_driver_sql("select pg_try_advisory_xact_lock(4711)").scalar() is True


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("mode", ["access exclusive", "exclusive", "share row exclusive", "share", "row exclusive"])
def test_s04_no_person_locks_a_table_others_write(session: Session, who: str, mode: str) -> None:
    person = writing(session, who)
    relations = ["warehouse.observation", "landing.receipt", "release.message", "mart.observation_latest", "audit.head"]

    assert {refusal(person, f"lock table {each} in {mode} mode nowait") for each in relations} == {NO_RIGHT}
