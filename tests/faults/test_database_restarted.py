"""PostgreSQL goes away under a run, in every way it can: nothing half is left, and the next run loads once."""

from __future__ import annotations

import ast
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2.errors
import pytest
from sqlalchemy.exc import OperationalError

from include.settings import PROJECT_ROOT
from include.warehouse.embedded import EmbeddedServer
from tests.conftest import TEMPLATE_DATABASE, _fill_template
from tests.faults.pipeline_child import Starter, starting
from tests.faults.pipeline_office import Drop, Office, write_feeds, write_reports

SEED = int(os.environ.get("TTDN_TEST_SEED") or 20260615)
POINTS = {
    "within a COPY": "copy_within:{}",
    "within the inserts": "promote_within_rows:{}",
    "before the commit": "promote_before_commit",
    "between commit and what follows it": "promote_after_commit",
    "before the answer's name is noted": "answer_after_rename",
}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ttdn-restarted-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def own_server(place: Path) -> Iterator[EmbeddedServer]:
    """A server that keeps what it has committed, whatever happens to it, as the platform's own does."""
    server = EmbeddedServer(place / "server", durable=True)
    server.start()
    server.create_database(TEMPLATE_DATABASE)
    _fill_template(server.url(TEMPLATE_DATABASE))
    yield server
    server.start()
    server.remove()


@pytest.fixture(scope="module")
def runs() -> Iterator[Starter]:
    with starting() as starter:
        yield starter


@pytest.fixture(scope="module")
def drops(place: Path) -> dict[str, Drop]:
    return {"reports": write_reports(place / "reports"), "feeds": write_feeds(place / "feeds")}


@pytest.fixture
def new_office(own_server: EmbeddedServer, place: Path, drops: dict[str, Drop]) -> Iterator[Callable[[str], Office]]:
    def make(kind: str) -> Office:
        clear()
        (place / "home").mkdir()
        own_server.create_database("restarted", template=TEMPLATE_DATABASE)
        return Office(place / "home", own_server.url("restarted"), drops[kind])

    def clear() -> None:
        own_server.start()
        own_server.drop_database("restarted")
        shutil.rmtree(place / "home", ignore_errors=True)

    yield make
    clear()


# --- ways to go away ----------------------------------------------------------------------------------------------


def postmaster(server: EmbeddedServer) -> psutil.Process:
    assert server.data_path is not None
    return psutil.Process(int((server.data_path / "postmaster.pid").read_text().splitlines()[0]))


def restart(server: EmbeddedServer, mode: signal.Signals) -> None:
    """What `pg_ctl restart` does: the same signal, and a new start when the server has ended."""
    process = postmaster(server)
    process.send_signal(mode)
    process.wait(60)
    server.start()


def restart_fast(server: EmbeddedServer, office: Office) -> None:
    restart(server, signal.SIGINT)


def restart_immediate(server: EmbeddedServer, office: Office) -> None:
    restart(server, signal.SIGQUIT)


def backends_of(office: Office) -> list[int]:
    others = (
        "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        " and backend_type = 'client backend'"
    )
    return [pid for (pid,) in office.ask(others)]


def end_session(server: EmbeddedServer, office: Office) -> None:
    for pid in backends_of(office):
        office.ask("select pg_terminate_backend(:pid, 10000)", pid=pid)


def kill_backend(server: EmbeddedServer, office: Office) -> None:
    """Crash recovery follows, which drops every session of the server."""
    for pid in backends_of(office):
        os.kill(pid, signal.SIGKILL)
    wait_until_back(server, office)


def kill_all(server: EmbeddedServer, office: Office) -> None:
    """As when the power fails; started again the usual way."""
    process = postmaster(server)
    for each in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait(60)
    server.start()


def wait_until_back(server: EmbeddedServer, office: Office) -> None:
    """Wait until sessions are let in again; the first look may come before the server has noticed anything.

    A recovery that gives up (see test_embedded_server.py) takes the server down; whoever needs it starts it again.
    """
    end = time.monotonic() + 60
    for _ in range(3):
        while True:
            with contextlib.suppress(OperationalError):
                office.ask("select 1")
                break
            server.start()
            assert time.monotonic() < end, "the server does not come back"
            time.sleep(0.05)
        time.sleep(0.1)


WAYS = (restart_fast, restart_immediate, end_session, kill_backend, kill_all)


# --- what follows -------------------------------------------------------------------------------------------------


def disturbed_run(
    runs: Starter, server: EmbeddedServer, office: Office, fault: str, go_away: Callable[..., None], *, dies: bool
) -> bool:
    """A run whose database goes away while it stands at the point; whether it came there. It dies too, or is let on."""
    sign = office.home / "go"
    run = runs.start(office.environment, office.drop.sources, fault=f"{fault}!wait:{sign}")
    reached = sign.with_name("go.reached")
    while not run.wait(0.005) and not reached.exists():
        pass
    struck = reached.exists()
    if struck:
        go_away(server, office)
        if dies:
            run.kill()
        else:
            sign.touch()
    failure = run.failure()
    assert not failure or set(failure.splitlines()[0].split()) & mended_by_time(), failure
    for path in (sign, reached):
        path.unlink(missing_ok=True)
    office.wait_until_alone()
    return struck


def mended_by_time() -> set[str]:
    """The errors dags/retries.py has a task tried again for; read, because Airflow takes seconds to import."""
    tree = ast.parse((PROJECT_ROOT / "dags" / "retries.py").read_text(encoding="utf-8"))
    [listed] = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_MENDED_BY_TIME"
    ]
    return set(ast.literal_eval(listed))


@pytest.mark.parametrize(
    ("state", "is_mended"),
    [
        *((state, True) for state in ("08000", "08003", "08006", "40001", "40P01", "53100", "53200", "53300", "55P03")),
        *((state, True) for state in ("57014", "57P01", "57P02", "57P03")),
        *((state, False) for state in ("22P02", "23505", "23514", "42501", "42P01")),
    ],
)
def test_what_the_server_says_is_tried_again_when_time_mends_it(state: str, is_mended: bool) -> None:
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in psycopg2.errors.lookup(state).__mro__}

    assert bool(kinds & mended_by_time()) == is_mended


def run_whole(runs: Starter, office: Office) -> None:
    runs.start(office.environment, office.drop.sources).end()


def assert_nothing_wrong(office: Office) -> None:
    wrong = office.find_wrong()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("go_away", WAYS)
def test_a_database_that_goes_away_leaves_nothing_half_and_the_next_run_loads_once(
    runs: Starter, own_server: EmbeddedServer, new_office: Callable[[str], Office], go_away: Callable[..., None]
) -> None:
    office = new_office("feeds")

    for fault in ("copy_within:9", "promote_within_rows:4", "promote_after_commit"):
        assert disturbed_run(runs, own_server, office, fault, go_away, dies=go_away is kill_all), fault
        assert office.find_partial() == []
    run_whole(runs, office)

    assert_nothing_wrong(office)


@pytest.mark.long
@pytest.mark.parametrize("go_away", WAYS)
def test_fifty_times_over_each_way_at_any_point(
    runs: Starter,
    own_server: EmbeddedServer,
    new_office: Callable[[str], Office],
    go_away: Callable[..., None],
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(SEED)
    struck = trials = 0
    violations: list[str] = []
    while struck < 50:
        trials += 1
        kind = chance.choice(("reports", "feeds"))
        office = new_office(kind)
        for _ in range(3):
            where, fault = chance.choice(list(POINTS.items()))
            fault = fault.format(chance.randint(1, 20))
            dies = go_away is kill_all or chance.random() < 0.2
            struck += disturbed_run(runs, own_server, office, fault, go_away, dies=dies)
            violations += [f"trial {trials} ({kind}, {where}, {fault}): {each}" for each in office.find_partial()]
        run_whole(runs, office)
        violations += [f"trial {trials} ({kind}): {each}" for each in office.find_wrong()]

    record_property(
        "trials", f"{go_away.__name__}: {struck} in {trials} trials, {len(violations)} violations, seed {SEED}"
    )
    assert not violations, "\n".join(violations)
