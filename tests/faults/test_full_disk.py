"""A full disk: nothing is begun that it would break off, nothing is half written, and it comes back by a known way."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from include.doctor import check_disk
from include.errors import NoRoomError, PlatformError
from include.exports.files import whole_file
from include.pipeline import render
from include.pipeline.ingest import ingest_receipts, land_inbox, reconcile_receipts, take_in
from include.reference.sync import sync_reference
from include.releases.stops import ReleaseStopped
from include.settings import Settings, load_settings
from include.warehouse import room
from include.warehouse.connect import engine as open_engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.migrate import migrate
from include.warehouse.room import Disk, require_room
from tests.sources.reports import write_report
from tests.unit.edition_builders import edition


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of that size at `folder`; the test is skipped where mounting is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=755", "ttdn-test", folder]
    mounted = subprocess.run(command, check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> Path:
    """Take every byte that is left there."""
    filler = folder / "filler"
    with filler.open("wb") as rest:
        left = os.statvfs(folder)
        os.posix_fallocate(rest.fileno(), 0, left.f_bavail * left.f_frsize)
    return filler


@pytest.fixture
def home(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """TTDN_HOME of a platform of its own, whose files settle at once."""
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    monkeypatch.setenv("TTDN_SETTLING_SECONDS", "0")
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return tmp_path / "home"


def ask(warehouse: Connection, query: str) -> list[tuple[object, ...]]:
    warehouse.rollback()
    return [tuple(row) for row in warehouse.execute(text(query))]


def test_below_the_reserve_a_load_is_refused_before_it_begins_and_taken_up_when_there_is_room(
    home: Path, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(home / "inbox" / "a.xlsx")
    [[receipt]] = land_inbox("agency_reports")

    monkeypatch.setenv("TTDN_DISK_RESERVE_MB", "1000000")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: _Usage(free=999_999_000_000))
    with pytest.raises(NoRoomError, match=r"999999 MB free.*at least 1000000 MB.*The disk is full"):
        ingest_receipts("agency_reports", [receipt])
    assert ask(warehouse, "select verdict from landing.receipt") == [(None,)]
    assert ask(warehouse, "select count(*) from warehouse.submission") == [(0,)]

    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: _Usage(free=1_000_000_000_000))
    assert reconcile_receipts("agency_reports") == {"loaded": 1}


class _Usage:
    def __init__(self, free: int, total: int = 2_000_000_000_000) -> None:
        self.free, self.total, self.used = free, total, total - free


def test_three_times_the_files_have_to_fit_where_that_is_more_than_the_reserve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path, tmp_path, database_url="postgresql://elsewhere/ttdn", disk_reserve_bytes=100)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: _Usage(free=300))

    require_room(settings, 100)
    with pytest.raises(NoRoomError):
        require_room(settings, 101)


def test_the_disk_of_the_embedded_database_counts_and_that_of_another_server_does_not(tmp_path: Path) -> None:
    embedded = Settings(tmp_path, tmp_path)

    assert [disk.holds for disk in room.disks_at_stake(embedded)] == ["the database"]
    assert [disk.holds for disk in room.disks_at_stake(replace(embedded, database_url="postgresql://x/y"))] == [
        "the platform's files"
    ]


def test_what_does_not_fit_into_landing_leaves_no_half_file_and_is_taken_once_there_is_room(
    home: Path, warehouse: Connection
) -> None:
    big = write_report(home / "inbox" / "a.xlsx")
    (home / "inbox" / "b.xlsx").write_bytes(b"small")
    with small_disk(home / "landing", big.stat().st_size // 1024 - 4):
        with pytest.raises(NoRoomError, match="The next run takes the file"):
            land_inbox("agency_reports")

        [(digest,)] = ask(warehouse, "select sha256 from landing.receipt")
        assert digest == hashlib.sha256(b"small").hexdigest()
        kept = [path for path in (home / "landing").rglob("*") if path.is_file() and path.parent.name != "names"]
        assert [path.stat().st_size for path in kept] == [5]
    small = warehouse.execute(text("select stored_name from landing.file")).scalar_one()
    (home / "landing" / small).parent.mkdir()
    (home / "landing" / small).write_bytes(b"small")

    [batch] = land_inbox("agency_reports")
    assert ingest_receipts("agency_reports", batch) == {"loaded": 1, "rejected": 1}


def test_an_answer_that_does_not_fit_leaves_nothing_and_is_written_once_there_is_room(
    home: Path, warehouse: Connection
) -> None:
    report = write_report(home.parent / "a.xlsx")
    with small_disk(home / "outbox", 8):
        fill(home / "outbox")
        with pytest.raises(NoRoomError, match="no room left for an answer"):
            take_in(
                [report],
                source_id="agency_reports",
                settings=load_settings(),
                engine=create_engine(warehouse.engine.url, poolclass=NullPool),
            )
        assert [path.name for path in (home / "outbox").iterdir()] == ["filler"]
    assert ask(warehouse, "select verdict, answer_name from landing.receipt") == [("loaded", None)]

    assert reconcile_receipts("agency_reports") == {"loaded": 1}
    [(name,)] = ask(warehouse, "select answer_name from landing.receipt")
    assert (home / "outbox" / str(name)).stat().st_size > 0
    assert ask(warehouse, "select count(*) from warehouse.submission") == [(1,)]


def test_an_extract_or_export_that_does_not_fit_leaves_the_former_one(tmp_path: Path) -> None:
    with small_disk(tmp_path / "extracts", 40) as folder:
        target = folder / "KPI.xlsx"
        target.write_bytes(b"former")

        with pytest.raises(OSError, match="No space left"), whole_file(target) as draft:
            draft.write_bytes(b"x" * 100_000)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"KPI.xlsx": b"former"}

        with whole_file(target) as draft:
            draft.write_bytes(b"later")
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"KPI.xlsx": b"later"}


def test_a_bundle_that_does_not_fit_leaves_the_former_one_and_says_which_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        render,
        "documents_of",
        lambda _: {"pdf": lambda _edition, folder: (folder / "a.pdf").write_bytes(b"x" * 99_999)},
    )
    with small_disk(tmp_path / "releases", 60) as releases:
        (releases / "lan1").mkdir()
        (releases / "lan1" / "a.pdf").write_bytes(b"former")

        with pytest.raises(ReleaseStopped, match=r"RENDER_PDF.*No space left"):
            render.render_edition(edition(), releases / "lan1", Settings(tmp_path, tmp_path))

        assert {str(path.relative_to(releases)) for path in releases.rglob("*")} == {"lan1", "lan1/a.pdf"}


def test_the_doctor_warns_below_fifteen_percent_and_says_no_below_what_a_year_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for free in (300_000_000_000, 299_000_000_000, 2_900_000_000):
        monkeypatch.setattr(room.shutil, "disk_usage", lambda _, free=free: _Usage(free=free))
        check = check_disk(Settings(tmp_path, tmp_path))
        found[free] = (check.ok, check.warns)

    assert found == {300_000_000_000: (True, False), 299_000_000_000: (True, True), 2_900_000_000: (False, True)}
    assert Disk("x", tmp_path, 299, 2000).free_pct == 14


def test_a_database_whose_disk_is_full_comes_back_when_the_ballast_is_deleted_and_the_load_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = Path(tempfile.mkdtemp(prefix="ttdn-full-"))
    root.chmod(0o711)
    try:
        with small_disk(root / "disk", 900_000) as disk:
            _fill_and_recover(root, disk, monkeypatch)
    finally:
        subprocess.run(["rm", "-rf", root], check=True)


def _fill_and_recover(root: Path, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedServer(disk / "home", durable=False, ballast_bytes=64 * 1024 * 1024)
    server.start()
    try:
        assert server.ballast_path is not None
        assert server.has_ballast
        assert server.ballast_path.stat().st_blocks * 512 >= 64 * 1024 * 1024
        server.create_database("ttdn")
        url = server.url("ttdn")
        migrate(url)
        with open_engine(url).begin() as connection:
            sync_reference(connection)
        monkeypatch.setenv("TTDN_HOME", str(root / "home"))
        monkeypatch.setenv("TTDN_DATABASE_URL", url)
        monkeypatch.setenv("TTDN_SETTLING_SECONDS", "0")
        (root / "home" / "inbox").mkdir(parents=True)
        for unit in ("28249", "28261"):
            write_report(root / "home" / "inbox" / f"{unit}.xlsx", unit)
        [batch] = land_inbox("agency_reports")

        fill(disk)
        _bring_down(server)
        with pytest.raises(OperationalError):
            ingest_receipts("agency_reports", batch)
        with pytest.raises(PlatformError, match="No space left on device"):
            server.start()

        server.ballast_path.unlink()
        server.start()
        assert not server.has_ballast
        assert reconcile_receipts("agency_reports") == {"loaded": 2}
        assert reconcile_receipts("agency_reports") == {}
        with open_engine(url).connect() as connection:
            counts = connection.execute(
                text(
                    "select (select count(*) from landing.receipt), (select count(*) from warehouse.submission),"
                    " (select count(*) = count(distinct (submission_id, measure_code, axis_code, member_code,"
                    " value_kind)) from warehouse.observation)"
                )
            ).one()
        assert tuple(counts) == (2, 2, True)
        with open_engine(url).connect() as connection:
            connection.engine.dispose()
    finally:
        server.stop()


def _bring_down(server: EmbeddedServer) -> None:
    """Write until the log needs a new segment and there is no room for one."""
    for _ in range(100):
        try:
            connection = psycopg2.connect(
                host="127.0.0.1", port=server.port, user="ttdn", password=server.password, dbname="ttdn"
            )
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("select pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()")
            connection.close()
        except psycopg2.Error:
            if not server.is_running():
                return
    pytest.fail("the server went on although its disk was full")
