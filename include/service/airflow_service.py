"""A whole Airflow on one machine: its database, its three processes, its page. Loopback only."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from include.errors import PlatformError
from include.service.airflow_api import AirflowApi
from include.service.credentials import ADMIN_USER, USERS, Credentials, load_credentials, passwords_path
from include.service.processes import find_process, read_tail, start_process, stop_processes
from include.settings import PROJECT_ROOT, Settings
from include.warehouse.connect import WAREHOUSE_DATABASE, engine

METADATA_DATABASE = "airflow"
METADATA_ROLE = "airflow"

COMPONENTS = ("api-server", "scheduler", "dag-processor")
"""The processes of the service. No triggerer: nothing here waits asynchronously."""

READY_SECONDS = 180

_HOST = "127.0.0.1"


class ServiceError(PlatformError):
    """A part of the machine's own services cannot start or ended by itself."""


@dataclass(frozen=True, slots=True)
class ComponentState:
    """One process of the service: its number when it runs, and its log."""

    name: str
    pid: int | None
    log: Path


def start(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> AirflowApi:
    """Start what does not run yet, wait until all of it works, return the way to talk to it.

    `tell` hears what is being waited for. Raises ServiceError with the end of the log when a part dies or
    does not get ready in time.
    """
    credentials = load_credentials(settings.secrets)
    metadata_url = prepare_metadata_database(settings, credentials)
    running = {state.name for state in status(settings) if state.pid is not None}
    port = _page_port(settings, is_running="api-server" in running)
    environment = airflow_environment(settings, credentials, metadata_url=metadata_url, port=port)
    # The page takes longest to load and needs no table for it, so it loads while the tables are made.
    _start_missing(settings, ("api-server",), running, environment, port)
    if running <= {"api-server"}:  # it may have been left alone by a start that was interrupted before the tables
        migrate_metadata(settings, environment, tell)
    _start_missing(settings, COMPONENTS, running | {"api-server"}, environment, port)
    api = AirflowApi(page_url(port), ADMIN_USER, credentials.admin_password)
    _wait_until_ready(settings, api, tell)
    return api


def stop(settings: Settings, tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """Stop Airflow with every task it runs, then the embedded server; return what was running."""
    tell("Đang dừng Airflow")
    stopped = stop_processes(COMPONENTS, settings.airflow_home / "run")
    from include.warehouse.embedded import EmbeddedServer

    server = EmbeddedServer(settings.home)
    if server.is_running():
        tell("Đang dừng PostgreSQL")
        server.stop()
        stopped = [*stopped, "PostgreSQL"]
    return stopped


def status(settings: Settings) -> tuple[ComponentState, ...]:
    """Return the state of every process of the service."""
    folder = settings.airflow_home / "run"
    found = {name: find_process(name, folder) for name in COMPONENTS}
    return tuple(
        ComponentState(name, process.pid if process else None, component_log(settings, name))
        for name, process in found.items()
    )


def ended_by_itself(state: ComponentState) -> ServiceError:
    """Return the error that tells of a process that ended, with the end of its log."""
    return ServiceError(
        where=f"Airflow's {state.name}",
        found=f"the process ended\n{read_tail(state.log)}\n",
        expected="a process that keeps running",
        remedy=f"Read {state.log}; run `make stop`, mend the cause, run `make run` again.",
    )


def command_environment(settings: Settings) -> dict[str, str]:
    """Return the environment for a single Airflow command beside the service; starts the database if needed."""
    credentials = load_credentials(settings.secrets)
    metadata_url = prepare_metadata_database(settings, credentials)
    settings.airflow_home.mkdir(parents=True, exist_ok=True)
    port = _noted_port(settings) or settings.page_port
    return airflow_environment(settings, credentials, metadata_url=metadata_url, port=port)


def current_page_url(settings: Settings) -> str:
    """Return the address the page was last started at."""
    return page_url(_noted_port(settings) or settings.page_port)


def airflow_environment(
    settings: Settings, credentials: Credentials, *, metadata_url: str, port: int
) -> dict[str, str]:
    """Return the environment all Airflow processes run in: this process's, without its Airflow settings, plus ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    own = _platform_settings(settings) | _airflow_settings(settings, credentials, metadata_url, port)
    search_path = os.pathsep.join(part for part in (str(PROJECT_ROOT), inherited.get("PYTHONPATH")) if part)
    return inherited | own | {"PYTHONPATH": search_path}


def component_command(name: str, port: int) -> tuple[str, ...]:
    """Return how to call a process of the service."""
    if name == "api-server":
        # `airflow api-server` runs the same application by the same server, but only after the tables are there.
        application = ("airflow.api_fastapi.main:app", "--host", _HOST, "--port", str(port))
        return (sys.executable, "-m", "uvicorn", *application, "--timeout-keep-alive", "120", "--no-server-header")
    if name == "scheduler":
        # The log server would listen on every address; the page reads the log files of this machine without it.
        return (*airflow_command(), "scheduler", "--skip-serve-logs")
    return (*airflow_command(), name)


def airflow_command() -> tuple[str, ...]:
    """Return how to call Airflow's command line in the environment this Python belongs to."""
    return (sys.executable, "-m", "airflow")


def migrate_metadata(settings: Settings, environment: Mapping[str, str], tell: Callable[[str], None]) -> bool:
    """Bring Airflow's own tables to the installed version; return whether there was anything to do.

    Starting Airflow to find that nothing is to be done costs seconds, so the version done last is noted.
    """
    note = settings.airflow_home / "metadata_version"
    installed = version("apache-airflow-core")
    is_noted = note.exists() and note.read_text(encoding="utf-8").strip() == installed
    if is_noted and _has_tables(environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]):
        return False
    tell("chuẩn bị bảng của Airflow")
    log = component_log(settings, "db-migrate")
    log.parent.mkdir(parents=True, exist_ok=True)
    settings.airflow_home.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            (*airflow_command(), "db", "migrate"),
            env=dict(environment),
            cwd=settings.airflow_home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        raise ServiceError(
            where="airflow db migrate",
            found=f"exit code {done.returncode}\n{read_tail(log)}\n",
            expected="Airflow's tables created or brought up to date",
            remedy=f"Read {log}; after mending the cause run `make run` again.",
        )
    note.write_text(installed + "\n", encoding="utf-8")
    return True


def prepare_metadata_database(settings: Settings, credentials: Credentials) -> str:
    """Start the embedded server, make Airflow's role and database on it if missing, return the role's URL.

    The role owns that database and nothing else. The URL holds the password: do not print it.
    """
    from psycopg2 import sql
    from sqlalchemy import make_url

    from include.warehouse.embedded import EmbeddedServer

    server = EmbeddedServer(settings.home)
    server.start()
    role, database = sql.Identifier(METADATA_ROLE), sql.Identifier(METADATA_DATABASE)
    password = sql.Literal(credentials.metadata_password)
    administration = engine(server.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        cursor: Any = connection.connection.cursor()
        cursor.execute("select 1 from pg_roles where rolname = %s", (METADATA_ROLE,))
        verb = "alter" if cursor.fetchone() else "create"
        cursor.execute(
            sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole nobypassrls password {}").format(
                sql.SQL(verb), role, password
            )
        )
        cursor.execute("select 1 from pg_database where datname = %s", (METADATA_DATABASE,))
        if not cursor.fetchone():
            cursor.execute(sql.SQL("create database {} owner {}").format(database, role))
        if settings.is_embedded:
            server.create_database(WAREHOUSE_DATABASE)
        for each in (METADATA_DATABASE, *((WAREHOUSE_DATABASE,) if settings.is_embedded else ())):
            # Airflow has no business in the warehouse, nor the warehouse's readers in Airflow's tables.
            closed = sql.SQL("revoke connect, temporary on database {} from public")
            cursor.execute(closed.format(sql.Identifier(each)))
    url = make_url(server.url(METADATA_DATABASE))
    url = url.set(username=METADATA_ROLE, password=credentials.metadata_password)
    return url.render_as_string(hide_password=False)


def component_log(settings: Settings, name: str) -> Path:
    """Return the log file of a process of the service."""
    return settings.logs / f"airflow-{name}.log"


def page_url(port: int) -> str:
    """Return the address of the Airflow page."""
    return f"http://{_HOST}:{port}"


def _start_missing(
    settings: Settings, names: Sequence[str], running: set[str], environment: Mapping[str, str], port: int
) -> None:
    settings.airflow_home.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name not in running:
            start_process(
                name,
                component_command(name, port),
                environment=environment,
                log=component_log(settings, name),
                folder=settings.airflow_home / "run",
                cwd=settings.airflow_home,
            )


def _platform_settings(settings: Settings) -> dict[str, str]:
    stated = {"TTDN_HOME": str(settings.home), "TTDN_INBOX": str(settings.inbox)}
    if settings.database_url is not None:
        stated["TTDN_DATABASE_URL"] = settings.database_url
    return stated


def _airflow_settings(settings: Settings, credentials: Credentials, metadata_url: str, port: int) -> dict[str, str]:
    bundle = {
        "name": "platform",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        # The whole checkout is the bundle, so code, SQL and catalogue are one version; .airflowignore narrows parsing.
        "kwargs": {"path": str(PROJECT_ROOT), "refresh_interval": 60},
    }
    sections: dict[str, dict[str, object]] = {
        "core": {
            # A dead worker is noticed by its own executor, within seconds.
            "executor": "plugins.watched_executor.WatchedLocalExecutor",
            # By default 32 workers are forked at once, whatever the machine.
            "parallelism": min(4, max(2, os.cpu_count() or 2)),
            "load_examples": False,
            "default_timezone": "Asia/Ho_Chi_Minh",
            "dags_folder": PROJECT_ROOT / "dags",
            "plugins_folder": PROJECT_ROOT / "plugins",
            "dags_are_paused_at_creation": False,
            "fernet_key": credentials.fernet_key,
            "auth_manager": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
            "simple_auth_manager_users": ",".join(f"{user}:{role}" for user, role in USERS.items()),
            "simple_auth_manager_all_admins": False,
            "simple_auth_manager_passwords_file": passwords_path(settings.secrets),
            "execution_api_server_url": f"{page_url(port)}/execution/",
            "test_connection": "Disabled",
        },
        "database": {"sql_alchemy_conn": metadata_url},
        "api": {
            "host": _HOST,
            "port": port,
            "base_url": page_url(port),
            "workers": 1,
            "secret_key": credentials.session_secret,
            "expose_config": False,
            # The pages that explain the interface fetch their scripts from elsewhere, and ask for no password.
            "enable_swagger_ui": False,
        },
        "api_auth": {"jwt_secret": credentials.jwt_secret, "jwt_issuer": page_url(port)},
        "dag_processor": {
            "dag_bundle_config_list": json.dumps([bundle]),
            "dag_bundle_storage_path": settings.airflow_home / "bundles",
            "parsing_processes": 2,
        },
        "scheduler": {
            # No sign of life passes while the API server is away: longer than an outage of two minutes, and one call.
            "task_instance_heartbeat_timeout": 240,
            # Tasks of a killed scheduler are taken over within a minute; by default five after the next start.
            "orphaned_tasks_check_interval": 20,
            "scheduler_idle_sleep_time": 0.5,
            "enable_health_check": False,
        },
        "workers": {
            # After a task's last word its worker may wait a whole interval before it sees the task gone and is
            # free again: with the default of 5 s, runs of short tasks take several times as long.
            "min_heartbeat_interval": 1,
            # A call waits two and a half minutes at least for the API server, asking again every few seconds; by
            # default it gives up after half a minute, or sleeps for one and a half.
            "execution_api_retries": 60,
            "execution_api_retry_wait_min": 2.5,
            "execution_api_retry_wait_max": 5,
            "max_failed_heartbeats": 3,
        },
        "logging": {
            "base_log_folder": settings.logs / "tasks",
            "dag_processor_child_process_log_directory": settings.logs / "dag-processor",
        },
        "usage_data_collection": {"enabled": False},
    }
    configured = {
        f"AIRFLOW__{section}__{option}".upper(): str(value)
        for section, options in sections.items()
        for option, value in options.items()
    }
    return configured | {
        "AIRFLOW_HOME": str(settings.airflow_home),
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        # Talking to itself must not go through a proxy.
        "NO_PROXY": f"{_HOST},localhost",
        "no_proxy": f"{_HOST},localhost",
    }


def _page_port(settings: Settings, *, is_running: bool) -> int:
    """Return the port used last while it is ours or free; else the first free one from the preferred one on."""
    noted = _noted_port(settings)
    if is_running and noted:
        return noted
    wished = range(settings.page_port, min(settings.page_port + 100, 65536))
    port = next((candidate for candidate in (noted, *wished) if candidate and _is_free(candidate)), None)
    if port is None:
        raise ServiceError(
            where=_HOST,
            found=f"ports {wished[0]} to {wished[-1]} all taken",
            expected="one free port for the Airflow page",
            remedy="Set TTDN_PAGE_PORT to a free port.",
        )
    settings.airflow_home.mkdir(parents=True, exist_ok=True)
    _port_note(settings).write_text(f"{port}\n", encoding="utf-8")
    return port


def _noted_port(settings: Settings) -> int | None:
    note = _port_note(settings)
    noted = note.read_text(encoding="utf-8").strip() if note.exists() else ""
    return int(noted) if re.fullmatch(r"[1-9]\d{3,4}", noted) else None


def _port_note(settings: Settings) -> Path:
    return settings.airflow_home / "port"


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
        except OSError:
            return False
    return True


def _has_tables(metadata_url: str) -> bool:
    with engine(metadata_url).connect() as connection:
        return connection.exec_driver_sql("select to_regclass('public.alembic_version')").scalar() is not None


def _wait_until_ready(settings: Settings, api: AirflowApi, tell: Callable[[str], None]) -> None:
    """Wait for the page to answer and both other processes to report; stop waiting at once when one of them ends."""
    tell("chờ Airflow")
    end = time.monotonic() + READY_SECONDS
    waiting_for = list(COMPONENTS)
    while True:
        for state in status(settings):
            if state.pid is None:
                raise ended_by_itself(state)
        try:
            api.warm_up()
            health = api.health()
            waiting_for = [part for part in ("scheduler", "dag_processor") if health[part]["status"] != "healthy"]
        except (urllib.error.URLError, OSError, KeyError, ValueError):
            waiting_for = ["api-server"]
        if not waiting_for:
            return
        if time.monotonic() > end:
            logs = ", ".join(str(state.log) for state in status(settings))
            raise ServiceError(
                where="Airflow",
                found=f"no sign of life from {', '.join(waiting_for)} after {READY_SECONDS} s",
                expected="all parts to answer",
                remedy=f"Read {logs}; run `make stop` and `make run` again.",
            )
        time.sleep(0.25)
