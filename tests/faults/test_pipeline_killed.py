"""A run of the pipeline is killed wherever it stands; the next one ends what was begun: nothing half, nothing twice."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from include import faults
from include.releases.bundle import MANIFEST_NAME, SIGNATURE_NAME
from include.warehouse.embedded import EmbeddedServer
from tests.conftest import TEMPLATE_DATABASE
from tests.faults.pipeline_child import Run, Starter, starting
from tests.faults.pipeline_office import Drop, Office, write_feeds, write_reports

SEED = int(os.environ.get("TTDN_TEST_SEED") or 20261125)
MARTS = tuple(point for point in faults.PIPELINE if point.startswith(("marts_", "file_")))
OF_MONITORING = ("promote_after_partitions", "promote_before_totals")
OF_REPORTS = tuple(point for point in faults.PIPELINE if point not in (*MARTS, *OF_MONITORING))
OF_FEEDS = tuple(
    point
    for point in faults.PIPELINE
    if point not in (*MARTS, "forget_before_unlink") and not point.startswith("answer_")
)

NewOffice = Callable[[Drop], Office]


@pytest.fixture(scope="module")
def runs() -> Iterator[Starter]:
    with starting() as starter:
        yield starter


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ttdn-killed-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def reports(place: Path) -> Drop:
    return write_reports(place / "reports")


@pytest.fixture(scope="module")
def feeds(place: Path) -> Drop:
    return write_feeds(place / "feeds")


@pytest.fixture
def new_office(server: EmbeddedServer, place: Path) -> Iterator[NewOffice]:
    """Makes platforms, each with a database and a folder of its own; both go when the next one comes."""
    name = f"killed_{os.getpid()}"
    home = place / "home"

    def make(drop: Drop) -> Office:
        clear()
        home.mkdir()
        server.create_database(name, template=TEMPLATE_DATABASE)
        return Office(home, server.url(name), drop)

    def clear() -> None:
        server.drop_database(name)
        shutil.rmtree(home, ignore_errors=True)

    yield make
    clear()


def run_whole(runs: Starter, office: Office, *, then: str = "") -> None:
    """The next turn, undisturbed."""
    runs.start(office.environment, office.drop.sources, then=then).end()


def assert_nothing_wrong(office: Office) -> None:
    wrong = office.find_wrong()
    assert not wrong, "\n".join(wrong)


def kill_at(runs: Starter, office: Office, fault: str, *, then: str = "") -> bool:
    """Start a run that dies at that point; whether it came there."""
    run = runs.start(office.environment, office.drop.sources, fault=fault, then=then)
    was_killed = run.was_killed()
    office.wait_until_alone()
    assert office.find_partial() == [], fault
    return was_killed


SPOILT = {
    "delete from warehouse.observation where measure_code = 'MED01'": "of submission",
    "update landing.receipt set verdict = null, verdict_code = null where original_name = 'gui-lai.xlsx'": "expected",
    "alter table warehouse.submission drop constraint submission_ledger_balances": "ledger",
    "update warehouse.submission set received_count = received_count + 1": "ledger",
    "insert into staging.blocked_line (submission_id, line_number, rule_code) values (1, 1, 'A01')": "staging.",
}


def test_an_undisturbed_run_gives_every_file_what_it_is_due_and_the_auditor_sees_what_is_not(
    runs: Starter, new_office: NewOffice, reports: Drop, feeds: Drop
) -> None:
    office = new_office(feeds)
    run_whole(runs, office)
    run_whole(runs, office)
    assert_nothing_wrong(office)

    office = new_office(reports)
    run_whole(runs, office)
    assert_nothing_wrong(office)
    with office.engine.connect() as connection:
        connection.exec_driver_sql("set session_replication_role = replica")
        for statement in SPOILT:
            connection.exec_driver_sql(statement)
        connection.commit()
    answer = next((office.home / "outbox").glob("*.xlsx"))
    answer.write_bytes(answer.read_bytes()[:-100])
    shutil.copy(office.drop.folder / "thoi-son.xlsx", office.home / "landing" / "kept")
    (office.home / "landing" / ".draft-x").mkdir()
    (office.home / "landing" / ".draft-x" / "bytes").touch()

    wrong = "\n".join(office.find_wrong())

    for told in (*SPOILT.values(), "does not open", "secret", "was left", "landing:", "instead of"):
        assert told in wrong, told


@pytest.mark.parametrize(("kind", "points"), [("reports", OF_REPORTS), ("feeds", OF_FEEDS)], ids=["reports", "feeds"])
def test_a_run_killed_at_every_point_in_turn_is_ended_by_the_next(
    runs: Starter,
    new_office: NewOffice,
    request: pytest.FixtureRequest,
    kind: str,
    points: tuple[str, ...],
) -> None:
    office = new_office(request.getfixturevalue(kind))

    missed = [point for point in points if not kill_at(runs, office, point)]

    run_whole(runs, office)
    assert_nothing_wrong(office)
    assert missed == []


def test_answers_half_written_by_a_run_that_outlived_the_one_beside_it_are_cleared_by_one_with_nothing_to_answer(
    runs: Starter, new_office: NewOffice, reports: Drop
) -> None:
    office = new_office(reports)
    sign = office.home / "go"
    slow = runs.start(office.environment, office.drop.sources, fault=f"answer_before_rename:2!wait:{sign}")
    while not slow.wait(0.005) and not sign.with_name("go.reached").exists():
        pass
    run_whole(runs, office)
    slow.kill()
    office.wait_until_alone()
    assert any("was left" in each for each in office.find_wrong())

    run_whole(runs, office)

    assert_nothing_wrong(office)


def test_marts_and_extracts_killed_at_every_point_are_whole_before_and_after(
    runs: Starter, new_office: NewOffice, reports: Drop
) -> None:
    office = new_office(reports)
    marts = "select to_regclass('mart.indicator_value') is not null"

    assert [point for point in MARTS if not kill_at(runs, office, point, then="marts")] == []
    assert office.ask(marts) == [(True,)]
    assert kill_at(runs, office, "file_before_rename:2", then="marts")
    run_whole(runs, office, then="marts")

    assert_nothing_wrong(office)
    assert sorted(path.name for path in (office.home / "extracts" / "2026-06T").iterdir()) == [
        "KPI_2026-06T.html",
        "KPI_2026-06T.xlsx",
    ]


def test_a_release_killed_at_every_point_is_frozen_once_and_its_bundle_whole(
    runs: Starter, new_office: NewOffice, reports: Drop
) -> None:
    office = new_office(reports)
    folder = office.home / "releases" / "2026-06T"

    for point in faults.RELEASE:
        assert kill_at(runs, office, point, then="release"), point
        assert not (folder / "lan1").exists() or signed_files(folder / "lan1") == files_in(folder / "lan1"), point
    first = files_in(folder / "lan1")
    shutil.rmtree(folder / "lan1")
    (folder / "lan1").mkdir()
    assert kill_at(runs, office, "render_before_place", then="release")
    run_whole(runs, office, then="release")

    noted = dict(office.ask("select file_name, sha256 from release.document"))
    assert office.ask("select count(*) from release.edition") == [(1,)]
    assert files_in(folder / "lan1") == noted == first
    assert [path.name for path in folder.iterdir()] == ["lan1"]


def files_in(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def signed_files(folder: Path) -> dict[str, str]:
    """What the manifest says is in the bundle, with the manifest and its signature as they are."""
    there = files_in(folder)
    manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    listed = {each["name"]: each["sha256"] for each in manifest["files"]}
    return listed | {name: there[name] for name in (MANIFEST_NAME, SIGNATURE_NAME)}


@pytest.mark.parametrize("kills", [46, pytest.param(1000, marks=pytest.mark.long)])
def test_no_file_is_lost_halved_or_doubled_however_often_the_run_is_killed(
    runs: Starter,
    new_office: NewOffice,
    reports: Drop,
    feeds: Drop,
    kills: int,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(SEED)
    killed = trials = 0
    violations: list[str] = []
    whole_run = {"reports": 0.0, "feeds": 0.0}
    while killed < kills:
        trials += 1
        kind = chance.choice(("reports", "feeds", "feeds"))
        office = new_office(reports if kind == "reports" else feeds)
        for _ in range(chance.randint(2, 5)):
            what, struck = disturb(runs, office, chance, whole_run[kind] or 2.0)
            killed += struck
            if what.startswith("supervisor"):
                continue
            office.wait_until_alone()
            violations += [f"trial {trials} ({kind}, {what}): {each}" for each in office.find_partial()]
        started = time.monotonic()
        run_whole(runs, office)
        whole_run[kind] = time.monotonic() - started
        office.wait_until_alone()
        violations += [f"trial {trials} ({kind}): {each}" for each in office.find_wrong()]

    record_property("trials", f"{killed} kills in {trials} trials, {len(violations)} violations, seed {SEED}")
    assert not violations, "\n".join(violations)


def disturb(runs: Starter, office: Office, chance: random.Random, seconds: float) -> tuple[str, bool]:
    """Start a run and kill of it what chance says, when chance says; what was done and whether it struck.

    Of a supervisor killed alone the task goes on, beside the run that follows.
    """
    scope = chance.choice(("task", "task", "supervisor", "everything"))
    if scope == "supervisor" or chance.random() < 0.5:
        when = f"after {(pause := chance.uniform(0, seconds)):.3f} s"
        run = start(runs, office, "", scope)
        run.wait(pause)
    else:
        when = f"{chance.choice(faults.PIPELINE)}:{chance.choice((1, 1, 2, 3, 7))}"
        sign = office.home / "go"
        run = start(runs, office, f"{when}!wait:{sign}", scope)
        reached = sign.with_name("go.reached")
        while not run.wait(0.005) and not reached.exists():
            pass
        reached.unlink(missing_ok=True)
    run.kill(below=scope == "everything")
    return f"{scope} {when}", run.was_killed()


def start(runs: Starter, office: Office, fault: str, scope: str) -> Run:
    return runs.start(office.environment, office.drop.sources, fault=fault, is_supervised=scope != "task")
