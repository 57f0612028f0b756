"""The embedded PostgreSQL keeps its door shut and comes back after what machines do to it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psutil
import psycopg2
import pytest

from include.errors import PlatformError
from include.warehouse.embedded import EmbeddedServer

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give the server another account")


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder everybody may pass through; pytest's own are closed to the server's account when root runs it."""
    folder = Path(tempfile.mkdtemp(prefix="ttdn-server-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def own_server(open_folder: Path) -> Iterator[EmbeddedServer]:
    """A server of this module's own, which its tests may kill; each leaves it startable."""
    server = EmbeddedServer(open_folder / "home", durable=False)
    server.start()
    yield server
    server.remove()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _postmaster(server: EmbeddedServer) -> psutil.Process:
    assert server.data_path is not None
    return psutil.Process(int((server.data_path / "postmaster.pid").read_text().splitlines()[0]))


def _connect(server: EmbeddedServer, **changes: object) -> psycopg2.extensions.connection:
    stated = {"host": "127.0.0.1", "port": server.port, "user": "ttdn", "password": server.password}
    return psycopg2.connect(**(stated | {"dbname": "postgres"} | changes))


def _answers(server: EmbeddedServer) -> bool:
    connection = _connect(server)
    connection.close()
    return True


def test_a_second_start_takes_the_running_server(own_server):
    own_server.start()
    before = _postmaster(own_server)

    EmbeddedServer(own_server.home, durable=False).start()

    assert _postmaster(own_server) == before


def test_nobody_gets_in_without_the_password(own_server):
    own_server.start()

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        _connect(own_server, password="ttdn")
    with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
        _connect(own_server, password=None)


def test_passwords_are_kept_as_scram_and_in_a_file_of_mode_600(own_server):
    own_server.start()
    connection = _connect(own_server)
    with connection.cursor() as cursor:
        cursor.execute("select left(rolpassword, 13) from pg_authid where rolname = 'ttdn'")
        kept = cursor.fetchone()
        cursor.execute("select distinct auth_method from pg_hba_file_rules")
        methods = cursor.fetchall()
    connection.close()

    assert kept == ("SCRAM-SHA-256",)
    assert methods == [("scram-sha-256",)]
    assert _mode(own_server.home / "secrets") == 0o700
    assert _mode(own_server.home / "secrets" / "database-password") == 0o600
    assert len(own_server.password) >= 40


def test_it_listens_on_the_loopback_address_alone(own_server):
    own_server.start()

    listening = {
        connection.laddr.ip
        for connection in _postmaster(own_server).net_connections()
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening == {"127.0.0.1"}


def test_the_password_stands_in_no_process_no_log_and_no_file_but_its_own(own_server):
    own_server.start()
    password = own_server.password.encode()
    _connect(own_server).close()
    with pytest.raises(psycopg2.OperationalError):
        _connect(own_server, password="wrong")

    told = []
    for process in (_postmaster(own_server), *_postmaster(own_server).children(recursive=True)):
        # A process of the server may end while it is looked at.
        with contextlib.suppress(psutil.NoSuchProcess):
            told += [process.name()] if password.decode() in " ".join(process.cmdline()) else []
            told += [process.name()] if password.decode() in "".join(process.environ().values()) else []
    places = {own_server.home, own_server.data_path.parent}
    holding = {
        path for place in places for path in place.rglob("*") if path.is_file() and password in path.read_bytes()
    }

    assert told == []
    assert holding == {own_server.home / "secrets" / "database-password"}


def test_every_way_in_asks_for_the_password_also_the_socket_and_for_copies_of_the_server(own_server):
    own_server.start()
    with _connect(own_server) as connection, connection.cursor() as cursor:
        cursor.execute("select type, database, address, auth_method from pg_hba_file_rules where error is null")
        ways = cursor.fetchall()
        cursor.execute("select count(*) from pg_hba_file_rules where error is not null")
        assert cursor.fetchone() == (0,)
        cursor.execute("select current_setting('unix_socket_directories'), current_setting('listen_addresses')")
        sockets, addresses = cursor.fetchone()
    connection.close()

    assert {way[0] for way in ways} <= {"local", "host"}
    assert {way[3] for way in ways} == {"scram-sha-256"}
    assert {way[2] for way in ways} <= {None, "127.0.0.1", "::1"}
    assert any("replication" in way[1] for way in ways)
    assert addresses == "127.0.0.1"
    # A socket, where there is one, lies behind the same password and in no folder everybody writes to.
    for folder in filter(None, (part.strip() for part in sockets.split(","))):
        assert not Path(folder).stat().st_mode & stat.S_IWOTH


def test_text_is_utf_8_and_time_is_vietnamese(own_server):
    own_server.start()
    connection = _connect(own_server)
    with connection.cursor() as cursor:
        cursor.execute("select lower('ĐỒNG THÁP'), '15/6/2026'::date, current_setting('timezone')")
        row = cursor.fetchone()
    connection.close()

    assert row is not None
    assert (row[0], row[1].isoformat(), row[2]) == ("đồng tháp", "2026-06-15", "Asia/Ho_Chi_Minh")


def test_stopped_and_started_it_keeps_port_password_and_data(own_server):
    own_server.start()
    own_server.create_database("kept")
    before = own_server.url("kept")

    own_server.stop()
    assert not own_server.is_running()
    own_server.stop()
    own_server.start()

    assert own_server.url("kept") == before
    assert own_server.create_database("kept") is False


def test_it_comes_back_after_a_kill(own_server):
    own_server.start()
    children = _postmaster(own_server).children()
    _postmaster(own_server).send_signal(signal.SIGKILL)
    psutil.wait_procs(children, timeout=10)
    assert not own_server.is_running()

    own_server.start()

    assert _answers(own_server)


def test_it_comes_back_after_a_kill_that_followed_an_unlogged_table_whose_emptying_was_given_up(own_server):
    own_server.start()
    own_server.create_database("unlogged")
    with contextlib.closing(_connect(own_server, dbname="unlogged")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("alter system set wal_writer_delay = '10s'")  # so that the giving up is not in the log yet
        cursor.execute("select pg_reload_conf()")
        cursor.execute("create unlogged table staged (n int primary key)")
        cursor.execute("create table kept (n int)")
        cursor.execute("checkpoint")
        with contextlib.closing(_connect(own_server, dbname="unlogged")) as loading:
            loading.cursor().execute("truncate staged")
            cursor.execute("set synchronous_commit = on")
            cursor.execute("insert into kept values (1)")
            loading.rollback()
        server = _postmaster(own_server)
        killed = [server, *server.children(recursive=True)]
        for process in killed:
            process.kill()
    psutil.wait_procs(killed, timeout=10)

    own_server.start()

    assert own_server.log_path is not None
    assert "File exists" in own_server.log_path.read_text(), "the fault did not strike"
    with contextlib.closing(_connect(own_server, dbname="unlogged")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("select (select count(*) from kept), (select count(*) from staged)")
        assert cursor.fetchone() == (1, 0)
        cursor.execute("alter system reset wal_writer_delay")
        cursor.execute("select pg_reload_conf()")
    own_server.drop_database("unlogged")


def test_a_server_still_recovering_is_waited_for_and_not_started_again(own_server, monkeypatch):
    own_server.start()
    before = _postmaster(own_server)
    answers = iter([False, False, True])
    monkeypatch.setattr(own_server, "_is_ready", lambda: next(answers))

    own_server.start()

    assert _postmaster(own_server) == before
    assert list(answers) == []


def test_a_leftover_lock_with_somebody_elses_process_id_does_not_stop_it(own_server):
    own_server.stop()
    assert own_server.data_path is not None
    leftover = own_server.data_path / "postmaster.pid"
    leftover.write_text(f"{os.getpid()}\n{own_server.data_path}\n1\n1\n\n127.0.0.1\n0 0\nready\n")

    assert not own_server.is_running()
    own_server.start()

    assert _answers(own_server)


def test_a_port_taken_while_it_was_stopped_is_left_to_its_new_owner(own_server):
    own_server.start()
    own_server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", own_server.port))
        other.listen()

        own_server.start()

        assert own_server.port != other.getsockname()[1]
        assert _answers(own_server)


def test_a_server_that_cannot_start_says_why_and_where_to_look(own_server):
    own_server.stop()
    assert own_server.data_path is not None
    configuration = own_server.data_path / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "\nmax_connections = 'rất nhiều'\n")
    try:
        with pytest.raises(PlatformError, match=r"(?s)max_connections.*The whole log is in .*server\.log"):
            own_server.start()
    finally:
        configuration.write_text(good)


def test_a_first_start_that_was_interrupted_is_begun_again(open_folder):
    home = open_folder / "interrupted"
    server = EmbeddedServer(home, durable=False)
    half_made = home / "postgres" / "data.fresh"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    try:
        server.start()
        assert _answers(server)
    finally:
        server.remove()


def test_starting_changes_no_permission_of_a_folder_above(own_server, open_folder):
    own_server.start()
    before = {folder: (_mode(folder), folder.stat().st_uid) for folder in (open_folder, *open_folder.parents)}

    own_server.stop()
    own_server.start()

    assert {folder: (_mode(folder), folder.stat().st_uid) for folder in before} == before


@as_root
def test_root_gives_the_server_an_account_of_its_own_and_that_account_the_data(own_server):
    own_server.start()

    assert _postmaster(own_server).uids().real != 0
    assert own_server.data_path is not None
    assert own_server.data_path.stat().st_uid == _postmaster(own_server).uids().real
    assert _mode(own_server.data_path) == 0o700


@as_root
def test_of_several_first_starts_at_once_all_get_the_same_account_and_it_is_there():
    name = f"ttdn-test-{os.getpid()}"
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(6, initializer=_meet, initargs=(processes.Barrier(6), name)) as starts:
        accounts = starts.map(_account, range(6), chunksize=1)
    try:
        assert set(accounts) == {(pwd.getpwnam(name).pw_uid, pwd.getpwnam(name).pw_gid)}
    finally:
        subprocess.run(["userdel", name], check=True)


def _meet(others: Barrier, name: str) -> None:
    from include.warehouse import embedded

    embedded.SYSTEM_USER = name
    others.wait(60)


def _account(_: int) -> tuple[int, int]:
    """In a process of its own: the account a first start on a machine without one would get."""
    from include.warehouse import embedded

    return embedded._system_account()


@as_root
def test_a_home_the_servers_account_cannot_reach_keeps_its_mode_and_the_data_go_elsewhere(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed / "home", durable=False)
    try:
        server.start()
        assert _answers(server)
        assert server.data_path is not None
        assert not server.data_path.is_relative_to(closed)
        assert _mode(closed) == 0o700
    finally:
        server.remove()
    assert server.data_path is None


@as_root
def test_binaries_the_servers_account_cannot_reach_are_copied_beside_the_data(tmp_path, open_folder, monkeypatch):
    from include.warehouse import embedded

    installed = embedded._wheel_folder()
    closed = tmp_path / "site-packages"
    closed.mkdir(mode=0o700)
    for folder in (installed, installed.with_name(installed.name + ".libs")):
        if folder.is_dir():
            (closed / folder.name).symlink_to(folder)
    monkeypatch.setattr(embedded, "_wheel_folder", lambda: closed / installed.name)
    server = EmbeddedServer(open_folder / "copied", durable=False)
    try:
        server.start()
        assert _answers(server)
        assert Path(_postmaster(server).exe()).is_relative_to(open_folder / "copied")
    finally:
        server.remove()


def test_a_database_is_copied_from_a_template_and_dropped_with_someone_on_it(own_server):
    own_server.start()
    own_server.create_database("first")
    connection = _connect(own_server, dbname="first")
    connection.autocommit = True
    connection.cursor().execute("create table here (n int)")
    connection.close()

    assert own_server.create_database("second", template="first") is True
    on_it = _connect(own_server, dbname="second")
    on_it.cursor().execute("select n from here")
    own_server.drop_database("second")
    own_server.drop_database("second")

    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        _connect(own_server, dbname="second")
    on_it.close()


def test_asking_for_the_url_of_a_server_never_made_says_what_to_do(tmp_path):
    with pytest.raises(PlatformError, match="make run"):
        EmbeddedServer(tmp_path / "nothing").url("ttdn")
