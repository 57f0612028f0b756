"""Ways around the rights and the row-level security, tried one by one as the people they are meant to hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from include.cli import main
from include.doctor import check_database
from include.settings import load_settings
from include.warehouse.roles import ROLES, view_problems
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


@pytest.mark.parametrize(
    ("careless", "found"),
    [
        ("create view public.peek as select * from mart.observation_latest", "public.peek"),
        ("create view reference.peek as select * from mart.observation_latest", "reference.peek"),
        ("create view public.peek as select * from warehouse.observation", "public.peek"),
        ("create view public.peek with (security_invoker = false) as select * from mart.report_latest", "public.peek"),
        # A view that asks for its reader's rights, read through one that does not.
        (
            "create view public.inner_peek with (security_invoker = true) as select * from mart.observation_latest;"
            " create view public.peek as select value from public.inner_peek",
            "public.peek",
        ),
        ("create materialized view mart.peek as select * from mart.observation_latest", "mart.peek"),
    ],
)
def test_s03_a_view_a_privileged_user_made_with_its_own_rights_is_found_wherever_it_is(
    guarded: Engine, careless: str, found: str
) -> None:
    with guarded.connect() as connection:
        assert view_problems(connection) == []
        connection.exec_driver_sql(careless)
        assert view_problems(connection) == [f"{found} shows guarded rows with its owner's rights"]
        connection.rollback()


@pytest.mark.parametrize(
    "harmless",
    [
        "create view public.peek with (security_invoker = true) as select * from mart.observation_latest",
        "create view public.peek as select * from reference.measure",
        "create view public.peek as select * from mart.dim_period",
    ],
)
def test_s03_a_view_that_shows_no_more_than_its_reader_may_see_is_none(guarded: Engine, harmless: str) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql(harmless)
        assert view_problems(connection) == []
        connection.rollback()


def test_s03_the_doctor_names_a_view_that_leaks(warehouse: Connection, tmp_path: Path) -> None:
    url = warehouse.engine.url.render_as_string(hide_password=False)
    settings = load_settings({"TTDN_HOME": str(tmp_path), "TTDN_DATABASE_URL": url}, tmp_path / "none")
    assert check_database(settings).ok
    warehouse.exec_driver_sql("create view public.peek as select * from warehouse.observation")
    warehouse.commit()

    check = check_database(settings)

    assert not check.ok
    assert "public.peek shows guarded rows with its owner's rights" in check.found
    assert "security_invoker" in (check.remedy or "")


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

    own = "select value from mart.observation_latest where value > 0"
    assert commune.exec_driver_sql(own).scalars().all() == [7]
    assert department.exec_driver_sql(own).scalars().all() == [9]
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


@pytest.mark.parametrize(
    "statement",
    [
        "create operator public.=== (leftarg = text, rightarg = text, function = texteq)",
        "create operator mart.=== (leftarg = text, rightarg = text, function = texteq)",
        "create function mart.leak(text) returns boolean language sql as 'select true'",
        "create function public.leak(text) returns boolean language sql as 'select true'",
        "alter function pg_catalog.numeric_eq(numeric, numeric) leakproof",
        "create cast (text as integer) with inout as implicit",
        "create statistics mart.peek on reporting_unit_code, period_code from mart.observation_latest",
        "create rule peek as on select to mart.observation_latest do instead select 1",
        "create trigger peek after insert on mart.observation_latest execute function pg_catalog.now()",
        "create event trigger peek on ddl_command_start execute function pg_catalog.now()",
        "create publication peek for table mart.observation_latest",
    ],
)
def test_s04_a_body_cannot_make_what_would_be_asked_before_the_policy(session: Session, statement: str) -> None:
    commune = session("commune")
    commune.exec_driver_sql("set default_transaction_read_only = off")
    commune.commit()
    with refused(commune):
        commune.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "asked",
    [
        "select string_agg(word, ' ') from ts_stat('select to_tsvector(''simple'', reporting_unit_code)"
        " from mart.observation_latest')",
        "select string_agg(o::text, ' ') from mart.observation_latest as o tablesample system (100)",
        "select string_agg(o::text, ' ') from only mart.observation_latest as o",
    ],
)
def test_s04_functions_that_read_for_their_caller_read_what_the_caller_may(session: Session, asked: str) -> None:
    said = session("commune").exec_driver_sql(asked).scalar()

    assert "28249" in said
    assert "stc" not in said.lower()


def test_s04_a_block_of_code_run_by_a_body_reads_what_the_body_may(session: Session) -> None:
    driver = session("commune").connection.driver_connection
    assert driver is not None
    driver.cursor().execute(
        "do $$ declare unit text; begin for unit in select distinct reporting_unit_code from mart.observation_latest"
        " loop raise notice 'seen %', unit; end loop; end $$"
    )

    assert [line.split("seen ")[1].strip() for line in driver.notices] == ["28249"]


def test_s04_a_plan_made_for_one_body_does_not_serve_another(guarded: Engine) -> None:
    with guarded.connect() as connection:
        connection.exec_driver_sql("set local plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql("prepare mine as select distinct reporting_unit_code from mart.observation_latest")
        seen = {}
        for role in ("ttdn_mart_builder", "ttdn_agency_28249", "ttdn_agency_stc", "ttdn_agency_28249"):
            connection.exec_driver_sql(f"set local role {role}")
            seen.setdefault(role, []).append(set(connection.exec_driver_sql("execute mine").scalars()))
        connection.rollback()

    assert seen == {
        "ttdn_mart_builder": [{"28249", "STC"}],
        "ttdn_agency_28249": [{"28249"}] * 2,
        "ttdn_agency_stc": [{"STC"}],
    }


@pytest.mark.parametrize("unit", ["STC", "NOBODY"])
@pytest.mark.parametrize(
    "statement",
    [
        # A key that is there and one that is not have to get the same answer.
        "insert into mart.report_latest (source_id, reporting_unit_code, period_code, submission_id)"
        " values ('agency_reports', '{unit}', '2026-06T', 1)",
        "insert into mart.report_latest (source_id, reporting_unit_code, period_code, submission_id)"
        " values ('agency_reports', '{unit}', '2026-06T', 1) on conflict do nothing",
        "insert into warehouse.observation (reporting_unit_code) values ('{unit}')",
        "update mart.report_latest set period_code = period_code where reporting_unit_code = '{unit}'",
        "merge into mart.report_latest as mine using (select '{unit}' as unit) as other"
        " on mine.reporting_unit_code = other.unit when matched then delete",
        "select 1 from mart.report_latest where reporting_unit_code = '{unit}' for update",
        "select 1 from mart.report_latest where reporting_unit_code = '{unit}' for key share",
        "create table mine (unit text references mart.report_latest (reporting_unit_code))",
    ],
)
def test_s04_keys_are_no_oracle(session: Session, statement: str, unit: str) -> None:
    commune = session("commune")
    commune.exec_driver_sql("set default_transaction_read_only = off")
    commune.commit()
    with refused(commune):
        commune.exec_driver_sql(statement.format(unit=unit))


@pytest.mark.parametrize("value", [9, 10])
def test_s04_the_plan_of_a_query_does_not_tell_a_hidden_figure(session: Session, value: int) -> None:
    commune = session("commune")
    plan = commune.exec_driver_sql(
        "explain (analyze, costs off, timing off, summary off, buffers off) select 1 from mart.observation_latest"
        f" where reporting_unit_code = 'STC' and measure_code = 'MED01' and value = {value}"
    ).scalars()
    told = [line.replace(f"'{value}'", "?") for line in plan]
    other = commune.exec_driver_sql(
        "explain (analyze, costs off, timing off, summary off, buffers off) select 1 from mart.observation_latest"
        " where reporting_unit_code = 'STC' and measure_code = 'MED01' and value = 77"
    ).scalars()

    assert told == [line.replace("'77'", "?") for line in other]


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


WRITES = {
    "insert into mart.indicator_value select * from mart.indicator_value": ("INSERT", "table indicator_value"),
    "update mart.indicator_value set value = 0": ("UPDATE", "table indicator_value"),
    "delete from mart.indicator_value": ("DELETE", "table indicator_value"),
    "truncate mart.indicator_value": ("TRUNCATE TABLE", "table indicator_value"),
    "update warehouse.observation set value = 0": ("UPDATE", "table observation"),
    "delete from reference.measure": ("DELETE", "table measure"),
    "create table mart.mine (n int)": ("CREATE TABLE", "schema mart"),
}


@pytest.mark.parametrize(("statement", "words"), WRITES.items())
def test_an_analysts_write_is_refused_in_words_first_as_a_reader_then_for_want_of_the_right(
    session: Session, statement: str, words: tuple[str, str]
) -> None:
    verb, object_name = words
    analyst = session("analyst")
    with pytest.raises(DBAPIError, match=f"cannot execute {verb} in a read-only transaction|permission denied for"):
        analyst.exec_driver_sql(statement)
    analyst.rollback()
    analyst.exec_driver_sql("set default_transaction_read_only = off")
    analyst.commit()
    with pytest.raises(DBAPIError, match=f"permission denied for {object_name}"):
        analyst.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "command", [["status"], ["migrate"], ["grant-analyst", "hoa"], ["verify-audit"], ["ingest", "."], ["extract"]]
)
def test_a_command_with_an_analysts_login_ends_with_one_clear_sentence(
    people: dict[str, str],
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TTDN_HOME", str(tmp_path))
    monkeypatch.setenv("TTDN_DATABASE_URL", people["analyst"])
    monkeypatch.chdir(tmp_path)

    assert main(command) == 2

    said = capsys.readouterr().err
    assert "ttdn: the warehouse" in said
    assert "docs/roles.md" in said
    assert "Traceback" not in said
    assert "SELECT" not in said.upper().replace("SELECTED", "")


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
@pytest.mark.parametrize("role", ROLES)
def test_s05_no_role_reaches_the_servers_files_programs_or_settings(guarded: Engine, role: str, statement: str) -> None:
    with guarded.connect() as connection, refused_with_any_right(), with_rights_of(connection, role):
        connection.exec_driver_sql(statement)


@contextmanager
def refused_with_any_right() -> Iterator[None]:
    with pytest.raises(DBAPIError) as refusal:
        yield
    # 25001: ALTER SYSTEM may not stand in a transaction at all; it is tried outside one below.
    assert getattr(refusal.value.orig, "pgcode", None) in (NO_RIGHT, "25001")


@pytest.mark.parametrize("statement", REACHING_OUT)
@pytest.mark.parametrize("who", ["analyst", "auditor", "commune"])
def test_s05_no_login_of_a_person_does_either(session: Session, who: str, statement: str) -> None:
    person = session(who)
    person.exec_driver_sql("set default_transaction_read_only = off")
    person.commit()
    with refused_with_any_right():
        person.exec_driver_sql(statement)


@pytest.mark.parametrize("who", ["analyst", "auditor", "commune"])
def test_s05_no_person_changes_the_servers_settings(session: Session, who: str) -> None:
    person = session(who).execution_options(isolation_level="AUTOCOMMIT")
    with pytest.raises(DBAPIError) as refusal:
        person.exec_driver_sql("alter system set log_statement = 'all'")
    assert refusal.value.orig is not None
    assert refusal.value.orig.pgcode == NO_RIGHT  # type: ignore[attr-defined]
