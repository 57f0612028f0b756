"""Several at once: workers on one file, transactions across each other, readers in the way, an order to stop."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from include.indicators.marts import build_marts
from include.warehouse import sql
from include.warehouse.connect import engine
from tests.faults.pipeline_child import Starter, starting
from tests.faults.pipeline_office import AID, MONITORING, REPORTS, SETTLED, Drop, Office, write_feeds
from tests.faults.test_database_restarted import mended_by_time

WORKERS = 20


@pytest.fixture(scope="module")
def runs() -> Iterator[Starter]:
    with starting() as starter:
        yield starter


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Drop:
    return write_feeds(tmp_path_factory.mktemp("drops") / "feeds")


@pytest.fixture
def office(tmp_path: Path, warehouse_url: str, feeds: Drop) -> Office:
    (tmp_path / "home").mkdir()
    return Office(tmp_path / "home", warehouse_url, feeds)


def race(runs: Starter, office: Office, source: str, name: str, number: int) -> Counter[str]:
    """Let 20 workers take in the same bytes at once, each from an inbox of its own; the verdicts of that round."""
    started = []
    for worker in range(WORKERS):
        inbox = office.home / f"inbox-{number}-{worker}"
        folder = inbox if source == REPORTS else inbox / source
        folder.mkdir(parents=True)
        sent = folder / f"{number}-{worker}-{name}"
        shutil.copy(office.home / "sent" / str(number) / name, sent)
        os.utime(sent, (SETTLED, SETTLED))
        started.append(runs.start({**office.environment, "TTDN_INBOX": str(inbox)}, [source]))
    for run in started:
        run.end()
    rows = office.ask(
        "select verdict, count(*) from landing.receipt where original_name like :round group by verdict",
        round=f"{number}-%",
    )
    return Counter(dict(rows))


def write_round(office: Office, number: int, source: str) -> str:
    """The file of a round, which says something no other round says."""
    from tests.sources.monitoring_files import line, write_counts
    from tests.sources.reports import write_report

    folder = office.home / "sent" / str(number)
    folder.mkdir(parents=True)
    if source == REPORTS:
        write_report(folder / "report.xlsx", actual={"MED01": number})
        return "report.xlsx"
    write_counts(folder / "counts.csv", [line("2026-05-01", number)])
    return "counts.csv"


@pytest.mark.parametrize("rounds", [2, pytest.param(200, marks=pytest.mark.long)])
def test_of_twenty_workers_on_one_file_one_loads_it_and_nineteen_say_it_is_there(
    runs: Starter, office: Office, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    violations = []
    for number in range(1, rounds + 1):
        source = REPORTS if number % 10 == 0 else MONITORING
        verdicts = race(runs, office, source, write_round(office, number, source), number)
        if verdicts != {"loaded": 1, "duplicate": WORKERS - 1}:
            violations.append(f"round {number} ({source}): {dict(verdicts)}")
    doubled = office.ask(
        "select monitored_date, revision_number, count(*) from warehouse.monitoring_day"
        " group by monitored_date, revision_number having count(*) > 1"
    )

    record_property("trials", f"{rounds} rounds of {WORKERS} workers, {len(violations)} violations")
    assert violations == []
    assert doubled == []
    assert office.find_partial() == []
    loaded = sum(number % 10 != 0 for number in range(1, rounds + 1))
    assert office.ask("select max(revision_number), count(*) from warehouse.monitoring_day") == [(loaded, loaded)]


def test_two_runs_with_the_same_files_in_another_order_do_not_block_each_other(
    runs: Starter, office: Office, tmp_path: Path
) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        for name in ("x.csv", "y.csv"):
            (tmp_path / folder / name).write_text(f"not a monitoring file {name}\n", encoding="utf-8")
    signs = [office.home / "go-1", office.home / "go-2"]

    both = [
        runs.start(
            office.environment,
            [MONITORING],
            fault=f"land_before_receipt!wait:{sign}",
            by_hand=[tmp_path / each for each in files],
        )
        for sign, files in zip(signs, (("one/x.csv", "one/y.csv"), ("other/y.csv", "other/x.csv")), strict=True)
    ]
    for sign in signs:
        wait_for(sign.with_name(f"{sign.name}.reached"))
    for sign in signs:
        sign.touch()
    for run in both:
        run.end()

    assert office.ask("select count(*), count(distinct sha256), count(verdict) from landing.receipt") == [(4, 2, 4)]


def test_a_run_that_finds_its_file_just_taken_by_another_goes_on(runs: Starter, office: Office) -> None:
    sign = office.home / "go"
    late = runs.start(office.environment, [AID], fault=f"land_before_receipt!wait:{sign}")
    wait_for(sign.with_name("go.reached"))
    blocked = threading.Thread(target=lambda: runs.start(office.environment, [AID]).end())
    blocked.start()
    time.sleep(0.2)
    sign.touch()
    late.end()
    blocked.join()

    assert office.ask("select verdict, count(*) from landing.receipt group by verdict") == [("quarantined", 1)]


def test_a_deadlock_is_one_of_the_failures_that_are_tried_again(office: Office) -> None:
    url = office.environment["TTDN_DATABASE_URL"]
    one, other = psycopg2.connect(url), psycopg2.connect(url)
    failed: list[psycopg2.Error] = []

    def lock(connection: psycopg2.extensions.connection, number: int) -> None:
        try:
            connection.cursor().execute("select pg_advisory_xact_lock(%s)", (number,))
        except psycopg2.Error as error:
            failed.append(error)
            connection.rollback()

    for connection, number in ((one, 1), (other, 2)):
        connection.cursor().execute("set deadlock_timeout = '50ms'")
        lock(connection, number)
    crossing = threading.Thread(target=lock, args=(one, 2))
    crossing.start()
    lock(other, 1)
    crossing.join()
    one.close()
    other.close()

    [deadlock] = failed
    assert deadlock.pgcode == "40P01"
    assert mended_by_time() & {f"{kind.__module__}.{kind.__qualname__}" for kind in type(deadlock).__mro__}


def test_an_open_look_at_the_marts_stops_their_rebuild_for_a_while_only_and_no_load(
    runs: Starter, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = engine(str(office.engine.url.render_as_string(hide_password=False)))
    with opened.begin() as connection:
        build_marts(connection)
    monkeypatch.setattr(sql, "LOCK_WAIT", "200ms")
    with opened.connect() as analyst:
        analyst.exec_driver_sql("select count(*) from mart.indicator_value")

        with pytest.raises(psycopg2.OperationalError, match="lock timeout"), opened.begin() as connection:
            build_marts(connection)
        runs.start(office.environment, office.drop.sources).end()

    assert "psycopg2.OperationalError" in mended_by_time()
    assert office.find_wrong() == []
    with opened.begin() as connection:
        build_marts(connection)


def test_an_open_look_at_the_counts_makes_a_load_give_up_and_try_again(
    runs: Starter, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sql.LOCK_WAIT == "10s"
    with office.engine.connect() as auditor:
        auditor.exec_driver_sql("lock table warehouse.monitoring_count in access share mode")

        failure = runs.start(office.environment, [MONITORING]).failure()

        assert not failure or set(failure.splitlines()[0].split()) & mended_by_time(), failure
        assert office.find_partial() == []
    runs.start(office.environment, office.drop.sources).end()

    assert office.find_wrong() == []


@pytest.mark.parametrize("point", ["copy_within:9", "promote_within_rows:4", "promote_after_commit"])
def test_a_run_told_to_stop_ends_at_once_and_leaves_nothing_half(runs: Starter, office: Office, point: str) -> None:
    sign = office.home / "go"
    run = runs.start(office.environment, office.drop.sources, fault=f"{point}!wait:{sign}")
    wait_for(sign.with_name("go.reached"))

    os.kill(run.pid, signal.SIGTERM)

    assert run.wait(60)
    office.wait_until_alone()
    assert office.find_partial() == []
    runs.start(office.environment, office.drop.sources).end()
    assert office.find_wrong() == []


def wait_for(sign: Path) -> None:
    end = time.monotonic() + 120
    while not sign.exists():
        assert time.monotonic() < end, f"no {sign}"
        time.sleep(0.005)
