"""Running Airflow as processes: environment, passwords, port, database role, and stopping exactly what was started."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from include.errors import SettingsError
from include.service import airflow_service
from include.service.credentials import Credentials, load_credentials, passwords_path
from include.service.processes import find_process, read_tail, start_process, stop_processes
from include.settings import PROJECT_ROOT, Settings
from include.warehouse.connect import engine
from include.warehouse.embedded import EmbeddedServer


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", page_port=18080)


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    url = "postgresql+psycopg2://airflow:x@127.0.0.1:5432/airflow"
    credentials = load_credentials(settings.secrets)
    return airflow_service.airflow_environment(settings, credentials, metadata_url=url, port=18080)


def mode_of(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


# -- environment -------------------------------------------------------------------------------------------------------


def test_everything_binds_to_loopback(environment: dict[str, str]) -> None:
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18080"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18080/execution/"
    assert "0.0.0.0" not in " ".join(value for name, value in environment.items() if name.startswith("AIRFLOW"))  # noqa: S104


def test_no_process_opens_a_second_port() -> None:
    commands = {name: airflow_service.component_command(name, 18080) for name in airflow_service.COMPONENTS}

    assert "--skip-serve-logs" in commands["scheduler"]
    assert commands["api-server"][commands["api-server"].index("--host") + 1] == "127.0.0.1"


def test_every_setting_is_one_airflow_knows(environment: dict[str, str]) -> None:
    airflow = importlib.util.find_spec("airflow")
    assert airflow is not None
    assert airflow.origin is not None
    described = yaml.safe_load(
        (Path(airflow.origin).parent / "config_templates" / "config.yml").read_text(encoding="utf-8")
    )
    known = {
        f"AIRFLOW__{section}__{option}".upper() for section in described for option in described[section]["options"]
    }

    ours = {name for name in environment if name.startswith("AIRFLOW__")}
    assert len(ours) > 20
    assert ours - known - {"AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"} == set()


def test_nothing_is_reported_to_anybody(environment: dict[str, str]) -> None:
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert environment["SCARF_ANALYTICS"] == "false"
    assert environment["GX_ANALYTICS_ENABLED"] == "false"
    assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert environment["AIRFLOW__CORE__TEST_CONNECTION"] == "Disabled"


def test_the_developers_own_airflow_settings_do_not_leak_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
    monkeypatch.setenv("AIRFLOW__CORE__HOSTNAME_CALLABLE", "somewhere.else")

    environment = airflow_service.airflow_environment(
        settings, load_credentials(settings.secrets), metadata_url="postgresql://x/y", port=18080
    )

    assert environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert "AIRFLOW__CORE__HOSTNAME_CALLABLE" not in environment


def test_tasks_work_in_the_same_home_and_the_checkout_is_the_bundle(
    settings: Settings, environment: dict[str, str]
) -> None:
    (bundle,) = json.loads(environment["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])

    assert environment["TTDN_HOME"] == str(settings.home)
    assert environment["TTDN_INBOX"] == str(settings.inbox)
    assert bundle["kwargs"]["path"] == str(PROJECT_ROOT)
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(PROJECT_ROOT)


# -- passwords ---------------------------------------------------------------------------------------------------------


def test_passwords_are_made_once_and_readable_by_their_owner_only(settings: Settings) -> None:
    first = load_credentials(settings.secrets)
    second = load_credentials(settings.secrets)

    assert first == second
    assert mode_of(settings.secrets) == "0o700"
    assert {mode_of(path) for path in settings.secrets.iterdir()} == {"0o600"}
    passwords = json.loads(passwords_path(settings.secrets).read_text())
    assert passwords["admin"] == first.admin_password
    assert set(passwords) == {"admin", "nguoi-soat", "nguoi-duyet"}
    assert len({*passwords.values()}) == 3


def test_two_machines_do_not_share_a_password(tmp_path: Path) -> None:
    first, second = load_credentials(tmp_path / "a"), load_credentials(tmp_path / "b")

    for name in Credentials.__dataclass_fields__:
        assert getattr(first, name) != getattr(second, name), name
        assert len(getattr(first, name)) >= 16, name


def test_passwords_do_not_show_in_a_representation(settings: Settings) -> None:
    credentials = load_credentials(settings.secrets)

    assert repr(credentials) == "Credentials()"


def test_opened_up_password_files_are_closed_again(settings: Settings) -> None:
    load_credentials(settings.secrets)
    passwords_path(settings.secrets).chmod(0o644)
    settings.secrets.chmod(0o755)

    load_credentials(settings.secrets)

    assert mode_of(passwords_path(settings.secrets)) == "0o600"
    assert mode_of(settings.secrets) == "0o700"


def test_a_damaged_password_file_is_named_and_not_replaced(settings: Settings) -> None:
    load_credentials(settings.secrets)
    path = settings.secrets / "airflow.json"
    path.write_text("{}")

    with pytest.raises(SettingsError, match=r"airflow\.json"):
        load_credentials(settings.secrets)
    assert path.read_text() == "{}"


# -- port --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_gives_way_to_the_next_free_one(tmp_path: Path, taken_port: int) -> None:
    settings = Settings(home=tmp_path, inbox=tmp_path / "inbox", page_port=taken_port)

    port = airflow_service._page_port(settings, is_running=False)

    assert taken_port < port < taken_port + 100
    assert airflow_service.current_page_url(settings) == f"http://127.0.0.1:{port}"


def test_the_port_stays_the_same_from_start_to_start_and_while_it_is_ours(tmp_path: Path, taken_port: int) -> None:
    settings = Settings(home=tmp_path, inbox=tmp_path / "inbox", page_port=taken_port)
    port = airflow_service._page_port(settings, is_running=False)

    assert airflow_service._page_port(settings, is_running=False) == port
    (tmp_path / "airflow" / "port").write_text(f"{taken_port}\n")
    assert airflow_service._page_port(settings, is_running=True) == taken_port
    assert airflow_service._page_port(settings, is_running=False) != taken_port


# -- database ----------------------------------------------------------------------------------------------------------


def test_airflow_gets_a_database_of_its_own_and_cannot_enter_the_warehouse(server: EmbeddedServer) -> None:
    settings = Settings(home=server.home, inbox=server.home / "inbox")
    credentials = load_credentials(settings.secrets)

    first = airflow_service.prepare_metadata_database(settings, credentials)
    second = airflow_service.prepare_metadata_database(settings, credentials)

    assert first == second
    assert make_url(first).username == "airflow"
    with engine(first).connect() as connection:
        rights = connection.exec_driver_sql(
            "select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        ).one()
        assert tuple(rights) == (False, False, False, False)
        connection.exec_driver_sql("create table own (x integer)")
    with pytest.raises(OperationalError, match="permission denied"):
        engine(make_url(first).set(database="ttdn").render_as_string(hide_password=False)).connect()


def test_an_airflow_without_its_password_is_refused(server: EmbeddedServer) -> None:
    settings = Settings(home=server.home, inbox=server.home / "inbox")
    url = airflow_service.prepare_metadata_database(settings, load_credentials(settings.secrets))

    with pytest.raises(OperationalError, match="password authentication failed"):
        engine(make_url(url).set(password="airflow").render_as_string(hide_password=False)).connect()


# -- processes ---------------------------------------------------------------------------------------------------------

# A leader that ignores nothing and a child that, as Airflow's tasks do, leaves the leader's process group.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str, str], Path]]:
    folder = tmp_path / "run"
    names = []

    def start_one(name: str, code: str) -> Path:
        log = tmp_path / f"{name}.log"
        start_process(name, (sys.executable, "-c", code), environment=os.environ, log=log, folder=folder, cwd=tmp_path)
        names.append(name)
        return log

    yield start_one
    stop_processes(names, folder, patience_seconds=1)


def wait_for(answer: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while not (found := answer()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_stopping_reaches_children_that_left_the_process_group(
    tmp_path: Path, start: Callable[[str, str], Path]
) -> None:
    log = start("family", FAMILY)
    child = psutil.Process(int(wait_for(lambda: read_tail(log))))

    stopped = stop_processes(["family"], tmp_path / "run", patience_seconds=5)

    assert stopped == ["family"]
    assert find_process("family", tmp_path / "run") is None
    assert wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_stopping_reaches_the_children_of_a_leader_that_was_killed(
    tmp_path: Path, start: Callable[[str, str], Path]
) -> None:
    log = start("family", FAMILY)
    child = psutil.Process(int(wait_for(lambda: read_tail(log))))
    leader = find_process("family", tmp_path / "run")
    assert leader is not None
    leader.kill()
    leader.wait(5)

    assert stop_processes(["family"], tmp_path / "run") == []
    assert wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_starting_anew_ends_what_a_killed_one_left_behind(tmp_path: Path, start: Callable[[str, str], Path]) -> None:
    log = start("family", FAMILY)
    child = psutil.Process(int(wait_for(lambda: read_tail(log))))
    leader = find_process("family", tmp_path / "run")
    assert leader is not None
    leader.kill()
    leader.wait(5)

    start("family", FAMILY)

    assert wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert find_process("family", tmp_path / "run") is not None


def test_one_that_does_not_listen_is_killed(tmp_path: Path, start: Callable[[str, str], Path]) -> None:
    ignore = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    log = start("deaf", f"{ignore}; print('deaf', flush=True); time.sleep(600)")
    assert wait_for(lambda: read_tail(log)) == "deaf"
    process = find_process("deaf", tmp_path / "run")
    assert process is not None

    stop_processes(["deaf"], tmp_path / "run", patience_seconds=0.1)

    assert not process.is_running()


def test_a_stranger_with_the_same_number_is_left_alone(tmp_path: Path, start: Callable[[str, str], Path]) -> None:
    start("mine", "import time; time.sleep(600)")
    record = tmp_path / "run" / "mine.pid.json"
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    try:
        written = json.loads(record.read_text())
        long_gone = {**written, "pid": stranger.pid, "created_at": written["created_at"] - 3600}
        before_restart = {**long_gone, "booted_at": written["booted_at"] - 7200}
        for name, told in (("long-gone", long_gone), ("before-restart", before_restart)):
            record.with_name(f"{name}.pid.json").write_text(json.dumps(told))

            assert find_process(name, tmp_path / "run") is None
            assert stop_processes([name], tmp_path / "run") == []
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_process_that_ended_is_not_running_although_nobody_collected_it(
    tmp_path: Path, start: Callable[[str, str], Path]
) -> None:
    start("short", "pass")

    assert wait_for(lambda: find_process("short", tmp_path / "run") is None)


def test_stopping_what_never_ran_does_nothing(tmp_path: Path) -> None:
    assert stop_processes(["nobody"], tmp_path / "run") == []


def test_only_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("".join(f"line {number}\n" for number in range(1, 101)))

    assert read_tail(log, 2) == "line 99\nline 100"
    assert read_tail(tmp_path / "none.log") == ""


def test_a_part_that_dies_is_told_with_the_end_of_its_log(settings: Settings) -> None:
    log = airflow_service.component_log(settings, "scheduler")
    log.parent.mkdir(parents=True)
    log.write_text("all well\nno space left on device\n")

    error = airflow_service.ended_by_itself(airflow_service.ComponentState("scheduler", None, log))

    assert "scheduler" in str(error)
    assert "no space left on device" in str(error)
    assert str(log) in str(error)


def test_a_log_grown_too_long_is_put_aside_at_the_next_start(tmp_path: Path, start: Callable[[str, str], Path]) -> None:
    log = tmp_path / "talker.log"
    log.write_bytes(b"x" * 20_000_001)

    start("talker", "print('new', flush=True)")

    assert wait_for(lambda: read_tail(log)) == "new"
    assert (tmp_path / "talker.log.1").stat().st_size == 20_000_001


@pytest.mark.parametrize(
    ("running", "expected"), [((), ["migrate"]), (("api-server",), ["migrate"]), (("api-server", "scheduler"), [])]
)
def test_tables_are_made_also_after_a_start_that_was_interrupted_before_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, running: tuple[str, ...], expected: list[str]
) -> None:
    done: list[str] = []
    states = tuple(
        airflow_service.ComponentState(name, 1 if name in running else None, settings.logs / name)
        for name in airflow_service.COMPONENTS
    )
    monkeypatch.setattr(airflow_service, "prepare_metadata_database", lambda *_: "postgresql://x/airflow")
    monkeypatch.setattr(airflow_service, "status", lambda _: states)
    monkeypatch.setattr(airflow_service, "migrate_metadata", lambda *_: done.append("migrate"))
    monkeypatch.setattr(airflow_service, "start_process", lambda *_, **__: None)
    monkeypatch.setattr(airflow_service, "_wait_until_ready", lambda *_: None)

    airflow_service.start(settings)

    assert done == expected
