"""Ways around the rights and the row-level security, tried one by one as the people they are meant to hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from include.warehouse.roles import ROLES
from tests.security.conftest import Session, with_rights_of

GOLDEN = yaml.safe_load((Path(__file__).parent / "golden_matrix.yml").read_text(encoding="utf-8"))
NO_RIGHT = "42501"
OUR_SCHEMAS = list(GOLDEN["rules"])


@contextmanager
def refused(connection: Connection, code: str = NO_RIGHT) -> Iterator[None]:
    """The block ends with that SQLSTATE and nothing else."""
    with pytest.raises(DBAPIError) as refusal:
        yield
    assert getattr(refusal.value.orig, "pgcode", None) == code
    connection.rollback()


# -- S02, S03: what is there -------------------------------------------------------------------------------------------

WITHOUT_SECURITY = """
    select pg_class.oid::regclass::text
    from pg_class
    where
        relkind in ('r', 'p', 'm') and relnamespace::regnamespace::text = any(%s)
        and has_any_column_privilege('ttdn_agency', oid, 'select')
        and exists (
            select from pg_attribute
            where attrelid = pg_class.oid and attname in ('reporting_unit_code', 'scope_code')
        )
        and not (
            relrowsecurity and relforcerowsecurity
            and exists (select from pg_policy where polrelid = pg_class.oid and polcmd = 'r')
        )
"""


def test_s02_every_table_of_the_marts_that_names_a_body_is_under_forced_row_level_security(guarded: Engine) -> None:
    with guarded.connect() as connection:
        bare = connection.exec_driver_sql(
            "select oid::regclass::text from pg_class where relkind in ('r', 'p')"
            " and relnamespace = 'mart'::regnamespace"
            " and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'reporting_unit_code')"
            " and not (relrowsecurity and relforcerowsecurity"
            " and (select count(*) from pg_policy where polrelid = pg_class.oid) >= 2)"
        ).scalars()
        assert list(bare) == []


def test_s02_whatever_a_body_may_read_that_names_bodies_is_under_it_whatever_schema(guarded: Engine) -> None:
    with guarded.connect() as connection:
        assert connection.exec_driver_sql(WITHOUT_SECURITY, (OUR_SCHEMAS,)).scalars().all() == []
        connection.exec_driver_sql("grant select (value) on warehouse.observation to ttdn_agency")
        connection.exec_driver_sql("alter table mart.report_latest no force row level security")
        assert set(connection.exec_driver_sql(WITHOUT_SECURITY, (OUR_SCHEMAS,)).scalars()) >= {
            "warehouse.observation",
            "mart.report_latest",
        }
        connection.rollback()


def test_s02_bodies_have_no_right_at_all_in_the_core(guarded: Engine) -> None:
    with guarded.connect() as connection:
        open_to_bodies = connection.exec_driver_sql(
            "select nspname::text from pg_namespace where nspname = any(%s)"
            " and has_schema_privilege('ttdn_agency', oid, 'usage')",
            (OUR_SCHEMAS,),
        ).scalars()
        assert set(open_to_bodies) == {"reference", "mart"}


def test_s03_every_view_reads_with_the_rights_of_its_reader(guarded: Engine) -> None:
    with guarded.connect() as connection:
        views = connection.exec_driver_sql(
            "select oid::regclass::text, coalesce(array_to_string(reloptions, ','), '') from pg_class"
            " where relkind = 'v' and relnamespace::regnamespace::text = any(%s)",
            (OUR_SCHEMAS,),
        ).all()
        assert len(views) >= 6
        assert [name for name, options in views if "security_invoker=true" not in options] == []


def test_s03_no_materialised_view_is_open_to_a_body(guarded: Engine) -> None:
    with guarded.connect() as connection:
        assert (
            connection.exec_driver_sql(
                "select oid::regclass::text from pg_class where relkind = 'm'"
                " and has_any_column_privilege('ttdn_agency', oid, 'select')"
            )
            .scalars()
            .all()
            == []
        )


def test_s03_routines_with_their_owners_rights_are_listed_and_pin_their_search_path(guarded: Engine) -> None:
    with guarded.connect() as connection:
        rows = connection.exec_driver_sql(
            "select oid::regprocedure::text as name, pg_get_userbyid(proowner)::text as owner, proconfig,"
            " array(select rolname::text from pg_roles where rolname = any(%s)"
            " and has_function_privilege(pg_roles.oid, pg_proc.oid, 'execute')) as callers"
            " from pg_proc where prosecdef"
            " and pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema')",
            ([role for role in ROLES if role not in ("ttdn_owner", "ttdn_migrator")],),
        ).all()
        assert {row.name: set(row.callers) for row in rows} == {
            name: set(callers) for name, callers in GOLDEN["security_definer"].items()
        }
        # What answers from the marts' files runs as the marts are built; everything else as the owner.
        assert {row.owner for row in rows if row.name.startswith("mart.")} == {"ttdn_mart_builder"}
        assert {row.owner for row in rows if not row.name.startswith("mart.")} == {"ttdn_owner"}
        assert all("search_path=pg_catalog, pg_temp" in row.proconfig for row in rows)


def test_s03_no_routine_of_ours_is_everybodys(guarded: Engine) -> None:
    with guarded.connect() as connection:
        assert (
            connection.exec_driver_sql(
                "select oid::regprocedure::text from pg_proc where pronamespace::regnamespace::text = any(%s)"
                " and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))",
                (OUR_SCHEMAS,),
            )
            .scalars()
            .all()
            == []
        )


# -- S04: one body after the rows of another ---------------------------------------------------------------------------


def units_seen(connection: Connection, relation: str) -> set[str]:
    return set(connection.exec_driver_sql(f"select distinct reporting_unit_code from {relation}").scalars())


def test_s04_a_body_sees_its_own_rows(session: Session) -> None:
    commune, department = session("commune"), session("department")

    assert commune.exec_driver_sql("select value from mart.observation_latest where value > 0").scalars().all() == [7]
    assert department.exec_driver_sql("select value from mart.observation_latest where value > 0").scalars().all() == [
        9
    ]
    assert session("analyst").exec_driver_sql(
        "select value from mart.observation_latest where value > 0 order by value"
    ).scalars().all() == [7, 9]


def test_s04_in_everything_a_body_can_read_no_other_body_appears(session: Session) -> None:
    commune = session("commune")
    readable = commune.exec_driver_sql(
        "select 'mart.' || relname,"
        " array(select attname::text from pg_attribute where attrelid = pg_class.oid and attnum > 0)"
        " from pg_class where relnamespace = 'mart'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
        " and has_any_column_privilege(oid, 'select') order by 1"
    ).all()

    assert len(readable) >= 10
    for name, columns in readable:
        # Dimensions name every body and say nothing about it.
        if "reporting_unit_code" in columns and not name.startswith("mart.dim_"):
            assert units_seen(commune, name) <= {"28249"}, name
        if "scope_code" in columns and "reporting_unit_code" not in columns:
            assert set(commune.exec_driver_sql(f"select distinct scope_code from {name}").scalars()) <= {"28249"}, name


@pytest.mark.parametrize(
    "setting",
    ["ttdn.agency", "ttdn.unit", "app.agency", "role.agency", "ttdn.as_known"],
)
def test_s04_a_setting_changes_nothing(session: Session, setting: str) -> None:
    commune = session("commune")
    commune.exec_driver_sql(f"select set_config('{setting}', '2026-01-01', false)")

    assert units_seen(commune, "mart.observation_latest") == {"28249"}


@pytest.mark.parametrize(
    "role", ["ttdn_agency_stc", "ttdn_analyst_ro", "ttdn_owner", "ttdn_mart_builder", "ttdn_loader", "ttdn"]
)
def test_s04_a_body_cannot_become_another_role(session: Session, role: str) -> None:
    commune = session("commune")
    with refused(commune):
        commune.exec_driver_sql(f"set role {role}")
    with refused(commune):
        commune.exec_driver_sql(f"set session authorization {role}")


def test_s04_a_body_that_takes_on_the_group_of_all_bodies_loses_its_own_rows_too(session: Session) -> None:
    commune = session("commune")
    commune.exec_driver_sql("set role ttdn_agency")

    assert units_seen(commune, "mart.observation_latest") == set()


def test_s04_switching_row_security_off_is_an_error_not_a_way_in(session: Session) -> None:
    commune = session("commune")
    commune.exec_driver_sql("set row_security = off")
    with refused(commune):
        commune.exec_driver_sql("select * from mart.observation_latest")


@pytest.mark.parametrize(
    "condition",
    [
        "1 / (value - 9)::integer is not null",  # an error would tell that a 9 is there
        "(case when value = 9 then 'STC' else '1' end)::integer = 1",
        "reporting_unit_code::text = 'STC' or true",
        "reporting_unit_code ~ 'S(T)C' or 1 / (case when reporting_unit_code = 'STC' then 0 else 1 end) = 1",
    ],
)
def test_s04_a_condition_that_fails_on_hidden_rows_never_sees_them(session: Session, condition: str) -> None:
    commune = session("commune")

    assert (
        commune.exec_driver_sql(
            f"select count(*) from mart.observation_latest where value is not null and ({condition})"
        ).scalar()
        is not None
    )
    assert units_seen(commune, "mart.observation_latest") == {"28249"}


def test_s04_statistics_of_the_planner_tell_nothing(guarded: Engine, session: Session) -> None:
    with guarded.begin() as connection:
        connection.exec_driver_sql("analyze mart.observation_latest, mart.indicator_value, warehouse.observation")
    commune = session("commune")

    assert (
        commune.exec_driver_sql(
            "select tablename from pg_stats where schemaname in ('mart', 'warehouse')"
            " and tablename in ('observation_latest', 'indicator_value', 'observation')"
        )
        .scalars()
        .all()
        == []
    )
    with refused(commune):
        commune.exec_driver_sql("select * from pg_statistic")


@pytest.mark.parametrize(
    "statement",
    [
        "create temporary table mine as select * from mart.observation_latest",
        "create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0001 as"
        " 'begin raise notice ''%%'', $1; return true; end'",
        "create view public.peek as select * from mart.observation_latest",
        "create schema mine",
        "create role mine",
        "alter table mart.observation_latest disable row level security",
        "alter table mart.observation_latest no force row level security",
        "drop policy own_rows on mart.observation_latest",
        "create policy mine on mart.observation_latest using (true)",
        "alter view mart.report_status set (security_invoker = false)",
        "insert into mart.observation_latest select * from mart.observation_latest",
        "update mart.observation_latest set reporting_unit_code = '28249'",
        "delete from mart.observation_latest",
        "truncate mart.observation_latest",
        "insert into reference.reporting_unit select * from reference.reporting_unit",
        "select * from warehouse.observation",
        "select * from quarantine.observation",
        "select * from staging.observation",
        "select * from landing.receipt",
        "select * from audit.event",
        "select audit.record_event('grant', 'x')",
        "grant ttdn_agency_stc to current_user",
        "alter role ttdn_agency_stc rename to ttdn_agency_28249x",
        "lock table mart.observation_latest in access exclusive mode",
        "comment on table mart.observation_latest is 'mine'",
        "select rolpassword from pg_authid",
        "select pg_reload_conf()",
        "vacuum full mart.observation_latest",
    ],
)
def test_s04_a_body_that_lifts_its_read_only_default_still_has_no_right(session: Session, statement: str) -> None:
    commune = session("commune")
    commune.exec_driver_sql("set default_transaction_read_only = off")
    commune.commit()
    if statement.startswith("vacuum"):
        # Left out with a warning, not refused: nothing is rewritten.
        commune = commune.execution_options(isolation_level="AUTOCOMMIT")
        before = commune.exec_driver_sql("select pg_relation_filenode('mart.observation_latest')").scalar()
        commune.exec_driver_sql(statement)
        assert commune.exec_driver_sql("select pg_relation_filenode('mart.observation_latest')").scalar() == before
        return
    with refused(commune):
        commune.exec_driver_sql(statement)


def test_s04_an_unknown_row_and_a_hidden_one_look_the_same(session: Session) -> None:
    commune = session("commune")
    for unit in ("STC", "NOBODY"):
        assert (
            commune.exec_driver_sql(
                f"select count(*) from mart.observation_latest where reporting_unit_code = '{unit}'"
            ).scalar()
            == 0
        )


def test_s04_rows_cannot_be_copied_out_around_the_policy(session: Session) -> None:
    import io

    commune = session("commune")
    out = io.StringIO()
    commune.connection.cursor().copy_expert(
        "copy (select reporting_unit_code from mart.observation_latest) to stdout", out
    )
    assert set(out.getvalue().split()) == {"28249"}
    out = io.StringIO()
    commune.connection.cursor().copy_expert("copy mart.observation_latest (reporting_unit_code) to stdout", out)
    assert set(out.getvalue().split()) == {"28249"}


def test_s04_a_view_whose_owner_sees_all_would_leak_and_the_build_closes_it(guarded: Engine) -> None:
    grants = (Path(__file__).parents[2] / "sql" / "marts" / "990_grants.sql").read_text(encoding="utf-8")
    with guarded.connect() as connection:
        connection.exec_driver_sql("set local role ttdn_mart_builder")
        connection.exec_driver_sql("create view mart.careless as select * from mart.observation_latest")
        connection.exec_driver_sql("grant select on mart.careless to ttdn_agency")
        connection.exec_driver_sql("set local role ttdn_agency_28249")
        leaked = units_seen(connection, "mart.careless")
        connection.exec_driver_sql("set local role ttdn_mart_builder")
        closing = next(line.strip() for line in grants.splitlines() if "security_invoker" in line)
        assert closing == "execute format('alter view %s set (security_invoker = true)', relation.name);"
        connection.exec_driver_sql("alter view mart.careless set (security_invoker = true)")
        connection.exec_driver_sql("set local role ttdn_agency_28249")
        closed = units_seen(connection, "mart.careless")
        connection.rollback()

    assert (leaked, closed) == ({"28249", "STC"}, {"28249"})


def test_s04_row_level_security_holds_for_the_owner_of_the_marts_too(guarded: Engine) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql("drop policy whole on mart.observation_latest")
        connection.exec_driver_sql("set local role ttdn_mart_builder")
        assert units_seen(connection, "mart.observation_latest") == set()
        connection.rollback()


def test_an_analysts_write_gets_a_clear_refusal(session: Session) -> None:
    analyst = session("analyst")
    with pytest.raises(DBAPIError, match=r"cannot execute DELETE in a read-only transaction|permission denied"):
        analyst.exec_driver_sql("delete from mart.indicator_value")
    analyst.rollback()
    analyst.exec_driver_sql("set default_transaction_read_only = off")
    analyst.commit()
    with refused(analyst):
        analyst.exec_driver_sql("delete from mart.indicator_value")


# -- S05: the server's files and programs ------------------------------------------------------------------------------

REACHING_OUT = [
    "copy (select 1) to program 'cat > /dev/null'",
    "copy (select 1) to '/tmp/ttdn_out'",
    "copy reference.measure from program 'true'",
    "copy reference.measure from '/etc/hostname'",
    "select pg_read_file('/etc/hostname')",
    "select pg_read_binary_file('/etc/hostname')",
    "select pg_ls_dir('/')",
    "select pg_stat_file('/etc/hostname')",
    "select lo_import('/etc/hostname')",
    "select lo_export(1, '/tmp/ttdn_out')",
    "select pg_ls_logdir()",
    "select pg_ls_waldir()",
    "alter system set log_statement = 'all'",
    "load '/tmp/mine.so'",
    "set session_replication_role = replica",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ttdn'",
]


@pytest.mark.parametrize("statement", REACHING_OUT)
@pytest.mark.parametrize("role", [role for role in ROLES if role != "ttdn_migrator"])
def test_s05_no_role_reaches_the_servers_files_programs_or_settings(guarded: Engine, role: str, statement: str) -> None:
    with guarded.connect() as connection, refused_with_any_right(), with_rights_of(connection, role):
        connection.exec_driver_sql(statement)


@contextmanager
def refused_with_any_right() -> Iterator[None]:
    with pytest.raises(DBAPIError) as refusal:
        yield
    # 25001: ALTER SYSTEM may not stand in a transaction at all; it is tried outside one below.
    assert getattr(refusal.value.orig, "pgcode", None) in (NO_RIGHT, "25001")


@pytest.mark.parametrize("who", ["analyst", "auditor", "commune"])
def test_s05_no_person_changes_the_servers_settings(session: Session, who: str) -> None:
    person = session(who).execution_options(isolation_level="AUTOCOMMIT")
    with pytest.raises(DBAPIError) as refusal:
        person.exec_driver_sql("alter system set log_statement = 'all'")
    assert refusal.value.orig is not None
    assert refusal.value.orig.pgcode == NO_RIGHT  # type: ignore[attr-defined]
