"""Files are taken in with the loader's rights alone: proved by whom the database saw writing, and what it refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from include.calendar.periods import VIETNAM
from include.errors import GateError
from include.exports.write import write_export
from include.indicators.marts import build_marts, check_marts
from include.pipeline import ingest, prepare, promote
from include.pipeline.extract import write_extracts
from include.pipeline.ingest import reconcile_receipts, take_in
from include.pipeline.results import FileResult
from include.quality import gate
from include.quality.explanations import Speaker, explain_target
from include.reference.sync import sync_reference
from include.settings import Settings
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.migrate import migrate
from include.warehouse.roles import apply_roles, connected_as
from include.warehouse.sql import read_file, run_script
from tests.security.conftest import with_rights_of
from tests.sources.monitoring_files import line, write_counts
from tests.sources.reports import write_report
from tests.sql import builders

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
WRITTEN = ("landing", "staging", "quarantine", "warehouse")


class Desk:
    """Hands files in on one test's warehouse."""

    def __init__(self, folder: Path, url: str) -> None:
        self.settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
        self.folder, self.engine = folder, engine(url)

    def hand_in(self, *paths: Path, source: str = "agency_reports", dry_run: bool = False) -> list[FileResult]:
        return take_in(
            paths, source_id=source, settings=self.settings, engine=self.engine, received_at=IN_JUNE, dry_run=dry_run
        ).results

    def report(self, **options: Any) -> Path:
        return write_report(self.folder / "bao-cao.xlsx", **options)

    def counts(self, name: str, *days: date, count: object = 5) -> Path:
        return write_counts(self.folder / name, [line(day, count) for day in days])


@pytest.fixture
def desk(tmp_path: Path, warehouse_url: str) -> Desk:
    return Desk(tmp_path, warehouse_url)


@pytest.fixture
def writers(warehouse: Connection) -> Any:
    """Has every table the pipeline fills note who writes to it; answers with table -> roles."""
    warehouse.exec_driver_sql(
        "create schema watch; grant usage on schema watch to public;"
        " create table watch.writer (relation text, writer text); grant insert on watch.writer to public;"
        " create function watch.note() returns trigger language plpgsql as"
        " 'begin insert into watch.writer values (tg_table_schema || ''.'' || tg_table_name, current_user);"
        " return null; end'; grant execute on function watch.note() to public"
    )
    for name in (
        warehouse.exec_driver_sql(
            "select oid::regclass::text from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace::regnamespace::text = any(%s)",
            (list(WRITTEN),),
        )
        .scalars()
        .all()
    ):
        warehouse.exec_driver_sql(
            f"create trigger watched after insert or update or delete or truncate on {name}"
            " for each statement execute function watch.note()"
        )
    warehouse.commit()

    def seen() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for relation, writer in warehouse.exec_driver_sql("select distinct relation, writer from watch.writer"):
            found.setdefault(relation, set()).add(writer)
        warehouse.rollback()
        return found

    return seen


def test_the_database_sees_the_loader_and_nobody_else_write_what_comes_in(desk: Desk, writers: Any) -> None:
    good, held = desk.report(), write_report(desk.folder / "sai.xlsx", "STC", actual={"FDI01": -2})
    changed = write_report(desk.folder / "sua.xlsx", actual={"MED01": 6})
    secret = Path(good.rename(desk.folder / "MẬT.xlsx"))
    desk.report()

    results = [*desk.hand_in(desk.folder / "bao-cao.xlsx"), *desk.hand_in(held, changed, secret)]
    [counted] = desk.hand_in(desk.counts("t5.csv", date(2026, 5, 1)), source="monitoring_statistics")
    [revised] = desk.hand_in(desk.counts("t5-sua.csv", date(2026, 5, 1), count=6), source="monitoring_statistics")

    assert {(result.verdict, result.code) for result in results} == {
        ("loaded", "OK"),
        ("loaded", "PARTIAL"),
        ("refused_secret", "SECRET"),
    }
    assert (counted.verdict, revised.revision) == ("loaded", 2)
    seen = writers()
    assert {role for roles in seen.values() for role in roles} == {"ttdn_loader"}
    assert set(seen) >= {
        "landing.file",
        "landing.receipt",  # with the answers' names
        "staging.report",
        "staging.monitoring_count",
        "quarantine.observation",
        "warehouse.submission",
        "warehouse.observation",
        "warehouse.observation_change",
        "warehouse.finding",
        "warehouse.gate_run",
        "warehouse.monitoring_count",
        "warehouse.monitoring_day_total",
        "warehouse.monitoring_day_change",
    }


def test_a_right_taken_from_the_loader_stops_an_ingest_and_giving_it_back_lets_it_go_on(
    desk: Desk, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.exec_driver_sql("revoke insert on warehouse.observation from ttdn_loader")
    warehouse.commit()

    with pytest.raises(DBAPIError, match="permission denied for table observation"):
        desk.hand_in(desk.report())

    assert warehouse.exec_driver_sql("select count(*) from warehouse.submission").scalar() == 0
    assert warehouse.exec_driver_sql("select verdict from landing.receipt").scalars().all() == [None]
    apply_roles(warehouse)
    warehouse.commit()
    monkeypatch.setenv("TTDN_HOME", str(desk.settings.home))
    monkeypatch.setenv("TTDN_DATABASE_URL", desk.engine.url.render_as_string(hide_password=False))
    assert reconcile_receipts("agency_reports") == {"loaded": 1}
    assert warehouse.exec_driver_sql("select count(*) > 0 from warehouse.observation").scalar()


FORBIDDEN = [
    "update warehouse.observation set value = 8",
    "delete from warehouse.observation",
    "truncate warehouse.submission cascade",
    "update warehouse.submission set verdict = 'loaded'",
    "delete from landing.receipt",
    "update audit.event set subject = 'x'",
    "insert into audit.event select * from audit.event",
    "create table warehouse.mine (n int)",
    "create table staging.mine (n int)",
    "create temporary table mine (n int)",
    "alter table staging.monitoring_count alter column submission_id set default 1",
    "alter table warehouse.monitoring_count add column mine int",
    "alter table warehouse.observation disable trigger all",
    "drop table staging.report",
    "create function staging.mine() returns int language sql as 'select 1'",
    "select * from mart.build",
    "insert into reference.measure select * from reference.measure",
]


def test_inside_the_pipelines_own_session_a_figure_cannot_be_changed_nor_anything_made(
    desk: Desk, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_roles(warehouse)  # rights on the database itself are not copied from a template
    build_marts(warehouse)
    warehouse.commit()
    tried: dict[str, str | None] = {}

    def and_try(connection: Connection, *arguments: Any) -> Any:
        for statement in FORBIDDEN:
            savepoint = connection.begin_nested()
            try:
                connection.exec_driver_sql(statement)
                tried[statement] = None
            except DBAPIError as refusal:
                tried[statement] = getattr(refusal.orig, "pgcode", None)
            savepoint.rollback()
        return promote.promote_batch(connection, *arguments)

    monkeypatch.setattr(ingest, "promote_batch", and_try)

    assert desk.hand_in(desk.report())[0].verdict == "loaded"
    assert tried == dict.fromkeys(FORBIDDEN, "42501")


def test_great_expectations_looks_with_the_loaders_rights_in_a_session_that_cannot_write(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    validate = gate._validate

    def and_ask(gx: Any, context: Any, datasource: Any, *arguments: Any) -> Any:
        with datasource.get_execution_engine().engine.connect() as connection:
            asked.append(
                tuple(
                    connection.exec_driver_sql(
                        "select current_user, current_setting('default_transaction_read_only')"
                    ).one()
                )
            )
        return validate(gx, context, datasource, *arguments)

    monkeypatch.setattr(gate, "_validate", and_ask)

    desk.hand_in(desk.report())

    assert set(asked) == {("ttdn_loader", "on")}


def test_a_dry_run_has_no_more_rights_than_the_real_one(desk: Desk, writers: Any) -> None:
    assert desk.hand_in(desk.report(), dry_run=True)[0].verdict == "loaded"

    seen = writers()
    assert {relation.split(".")[0] for relation in seen} <= {"staging", "warehouse"}
    assert {role for roles in seen.values() for role in roles} == {"ttdn_loader"}


# -- the months of counts ----------------------------------------------------------------------------------------------


def test_a_month_is_made_once_belongs_to_the_owner_and_follows_the_rules_of_its_schema(desk: Desk) -> None:
    with connected_as(desk.engine, "ttdn_loader") as loader:
        make = text("select warehouse.make_monitoring_month(:month)")
        assert loader.execute(make, {"month": date(2026, 12, 1)}).scalar() is True
        assert loader.execute(make, {"month": date(2026, 12, 1)}).scalar() is False
        row = loader.exec_driver_sql(
            "select pg_get_userbyid(relowner), pg_get_expr(relpartbound, pg_class.oid),"
            " obj_description(pg_class.oid, 'pg_class'), has_table_privilege('ttdn_loader', pg_class.oid, 'insert'),"
            " has_table_privilege('ttdn_loader', pg_class.oid, 'update, delete, truncate, trigger, maintain'),"
            " has_table_privilege('ttdn_mart_builder', pg_class.oid, 'select'),"
            " has_any_column_privilege('ttdn_agency', pg_class.oid, 'select')"
            " from pg_class where oid = 'warehouse.monitoring_count_2026_12'::regclass"
        ).one()
    assert row[:2] == ("ttdn_owner", "FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')")
    assert row[2] == (
        "Monitoring counts of 12/2026; see warehouse.monitoring_count."
        " | Số đếm theo dõi của tháng 12/2026; xem warehouse.monitoring_count."
    )
    assert row[3:] == (True, False, True, False)


@pytest.mark.parametrize(
    "month", ["2026-12-02", "infinity", "-infinity", None, "1999-12-01", "2100-01-01", "0044-03-01 BC"]
)
def test_only_the_first_day_of_a_month_makes_a_month(desk: Desk, month: str | None) -> None:
    with connected_as(desk.engine, "ttdn_loader") as loader:
        with pytest.raises(DBAPIError, match="not the first day of a month") as refusal:
            loader.execute(text("select warehouse.make_monitoring_month(cast(:month as date))"), {"month": month})
        assert getattr(refusal.value.orig, "pgcode", None) == "22023"


def test_what_is_no_month_of_counts_is_not_constrained(desk: Desk) -> None:
    with connected_as(desk.engine, "ttdn_loader") as loader:
        for month in ("2026-12-01", None):
            with pytest.raises(DBAPIError, match="no month of counts"):
                loader.execute(
                    text("select warehouse.constrain_monitoring_month(cast(:month as date))"), {"month": month}
                )
            loader.rollback()


@pytest.mark.parametrize("role", ["ttdn_mart_builder", "ttdn_extractor", "ttdn_analyst_ro", "ttdn_agency"])
def test_nobody_but_the_loader_makes_months_or_stamps_rows(warehouse: Connection, role: str) -> None:
    for call in (
        "warehouse.make_monitoring_month('2026-12-01')",
        "warehouse.constrain_monitoring_month('2026-12-01')",
        "staging.stamp_monitoring_counts(1)",
    ):
        with pytest.raises(DBAPIError, match="permission denied"), with_rights_of(warehouse, role):
            warehouse.exec_driver_sql(f"select {call}")


def test_names_of_the_callers_cannot_stand_in_for_the_functions_own(desk: Desk, warehouse: Connection) -> None:
    warehouse.exec_driver_sql(
        "create schema bait; grant usage on schema bait to public;"
        " create function bait.to_char(date, text) returns text language sql as $$ select 'x; drop table y' $$;"
        " create function bait.format(text, text) returns text language sql as $$ select 'warehouse.submission' $$;"
        " grant execute on all functions in schema bait to public"
    )
    warehouse.commit()
    with connected_as(desk.engine, "ttdn_loader") as loader:
        loader.exec_driver_sql("set search_path = bait, pg_catalog")
        assert loader.exec_driver_sql("select warehouse.make_monitoring_month('2026-12-01')").scalar() is True
        assert loader.exec_driver_sql("select to_regclass('warehouse.monitoring_count_2026_12') is not null").scalar()


# -- figures nobody wrote down -----------------------------------------------------------------------------------------


def test_a_later_revision_is_in_the_log_even_when_whoever_loads_it_leaves_the_changes_out(
    desk: Desk, warehouse: Connection
) -> None:
    builders.send(warehouse, "28249", figures={"MED01": 7})
    warehouse.commit()
    with connected_as(desk.engine, "ttdn_loader") as loader:
        second = builders.send(loader, "28249", figures={"MED01": 70})
        loader.commit()

    entries = warehouse.exec_driver_sql("select details from audit.event where action = 'restatement'").scalars().all()
    assert [(each["submission"], each["revision"], each["changed"]) for each in entries] == [(second, 2, 0)]


def test_a_figure_added_to_a_file_of_before_stops_every_extract(desk: Desk, warehouse: Connection) -> None:
    builders.send(warehouse, "28249", figures={"MED01": 7})
    warehouse.commit()
    with connected_as(desk.engine, "ttdn_loader") as loader:
        loader.exec_driver_sql(
            "insert into warehouse.observation (submission_id, line_number, measure_code, reporting_unit_code,"
            " period_code, axis_code, member_code, value_kind, value, value_state, sheet_name, cell, revision_number)"
            " select submission_id, 99, 'MED02', reporting_unit_code, period_code, axis_code, member_code, value_kind,"
            " 500, value_state, sheet_name, 'F99', revision_number from warehouse.observation"
        )
        loader.commit()
    build_marts(warehouse)

    with pytest.raises(GateError, match=r"mart\.ledger.*1 received, 2 promoted"):
        check_marts(warehouse)


def test_a_total_added_to_a_monitored_day_stops_every_extract(desk: Desk, warehouse: Connection) -> None:
    desk.hand_in(desk.counts("t5.csv", date(2026, 5, 1)), source="monitoring_statistics")
    build_marts(warehouse)
    check_marts(warehouse)
    with connected_as(desk.engine, "ttdn_loader") as loader:
        loader.exec_driver_sql(
            "insert into warehouse.monitoring_day_total select submission_id, monitored_date, axis_code,"
            " 'kinh_te', tone, is_foreign_language, 40 from warehouse.monitoring_day_total where axis_code = 'topic'"
        )
        loader.commit()

    with pytest.raises(GateError, match=r"monitoring_day_total.*45 items by topic; expected 5"):
        check_marts(warehouse)


# -- what goes out, and what the platform does to its own tables -------------------------------------------------------


def test_extracts_and_exports_are_read_with_the_extractors_rights(desk: Desk, warehouse: Connection) -> None:
    desk.hand_in(desk.report())
    build_marts(warehouse)
    warehouse.commit()
    with desk.engine.begin() as connection:
        assert len(write_extracts(connection, desk.settings, "2026-06T")) == 2
        assert connection.exec_driver_sql("select current_user").scalar() == "ttdn"
    with desk.engine.connect() as connection:
        assert write_export(connection, "fact_report", "csv", desk.folder / "out").row_count > 0
    before = {path: path.read_bytes() for path in desk.folder.rglob("KPI_*")}

    warehouse.exec_driver_sql("revoke select on mart.indicator_value, mart.fact_report from ttdn_extractor")
    warehouse.commit()

    with pytest.raises(DBAPIError, match="permission denied"), desk.engine.begin() as connection:
        write_extracts(connection, desk.settings, "2026-06T")
    with pytest.raises(DBAPIError, match="permission denied"), desk.engine.connect() as connection:
        write_export(connection, "fact_report", "csv", desk.folder / "again")
    assert {path: path.read_bytes() for path in desk.folder.rglob("KPI_*")} == before
    assert list((desk.folder / "again").iterdir()) == []


def test_an_extract_with_a_target_prints_why_it_was_missed_with_the_extractors_rights(
    desk: Desk, warehouse: Connection
) -> None:
    desk.hand_in(desk.report())
    warehouse.exec_driver_sql(
        "insert into reference.indicator_target values"
        " ('M01', 'single', '2026-06T', '2026-06T', 2026, 5000, '12/QĐ-UBND', '2026-01-15', 'UBND tỉnh')"
    )
    build_marts(warehouse)
    explain_target(warehouse, "M01", "2026-06T", Speaker("SVHTTDL", "Ít sự kiện trong kỳ.", "Phó Giám đốc Sở"))
    build_marts(warehouse)
    warehouse.commit()

    with desk.engine.begin() as connection:
        written = write_extracts(connection, desk.settings, "2026-06T")

    assert "Ít sự kiện trong kỳ." in next(path for path in written if path.suffix == ".html").read_text()


def test_lists_are_copied_in_with_the_migrators_rights(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    acting = []

    def and_ask(connection: Connection) -> None:
        acting.append(connection.exec_driver_sql("select current_user").scalar())
        sync_reference(connection)

    monkeypatch.setattr(prepare, "sync_reference", and_ask)

    assert prepare.prepare_warehouse(desk.engine) is True
    assert acting == ["ttdn_migrator"]


# -- servers without the roles -----------------------------------------------------------------------------------------


@pytest.fixture
def bare_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server of its own, without any role of the platform, with a migrated warehouse of a plain user."""
    server = EmbeddedServer(tmp_path_factory.mktemp("bare"), durable=False)
    server.start()
    server.create_database("plain")
    with engine(server.url("postgres")).begin() as administrator:
        administrator.exec_driver_sql("create role plain login password 'p' nosuperuser nocreaterole nocreatedb")
        administrator.exec_driver_sql("alter database plain owner to plain")
    migrate(_url_of_plain(server))
    with engine(_url_of_plain(server)).begin() as connection:
        sync_reference(connection)
    yield server
    server.remove()


def _url_of_plain(server: EmbeddedServer) -> str:
    url = make_url(server.url("plain")).set(username="plain", password="p")
    return url.render_as_string(hide_password=False)


def test_without_roles_files_come_in_with_the_rights_of_one_user_and_roles_made_later_take_over(
    bare_server: EmbeddedServer, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, _url_of_plain(bare_server))
    [report] = desk.hand_in(desk.report())
    [may] = desk.hand_in(desk.counts("t5.csv", date(2026, 5, 1)), source="monitoring_statistics")
    assert (report.verdict, may.verdict) == ("loaded", "loaded")
    with connected_as(desk.engine, "ttdn_loader") as connection:
        assert connection.exec_driver_sql("select current_user").scalar() == "plain"

    with engine(bare_server.url("postgres")).begin() as administrator:
        run_script(administrator, read_file("roles/010_create.sql"))
        administrator.exec_driver_sql("grant ttdn_migrator, ttdn_loader, ttdn_mart_builder, ttdn_extractor to plain")
    with connected_as(desk.engine, "ttdn_loader") as connection:
        # Roles without rights in this database are no use yet: nothing changes until the rights are given.
        assert connection.exec_driver_sql("select current_user").scalar() == "plain"
    with desk.engine.begin() as connection:
        assert apply_roles(connection) is None

    with connected_as(desk.engine, "ttdn_loader") as connection:
        assert connection.exec_driver_sql("select current_user").scalar() == "ttdn_loader"
    [corrected] = desk.hand_in(
        desk.counts("t5-t6.csv", date(2026, 5, 1), date(2026, 6, 1), count=6), source="monitoring_statistics"
    )
    assert corrected.verdict == "loaded"
    with desk.engine.connect() as connection:
        owners = connection.exec_driver_sql(
            "select distinct pg_get_userbyid(relowner)::text from pg_class where relname like 'monitoring_count%%'"
            " and relkind in ('r', 'p')"
        )
        assert owners.scalars().all() == ["ttdn_owner"]
