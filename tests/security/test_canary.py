"""What a refused file said is found nowhere afterwards: not in the database's files, not in a folder, not in a log."""

from __future__ import annotations

import base64
import json
import logging
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from include.backups.write import run_client, write_backup
from include.calendar.periods import VIETNAM
from include.pipeline import ingest
from include.pipeline.ingest import take_in
from include.pipeline.read import read_report
from include.pipeline.results import FileResult
from include.readers.sandbox import Sandbox
from include.reference.sync import sync_reference
from include.settings import PROJECT_ROOT, Settings
from include.sources import Source, load_source
from include.warehouse.connect import engine as open_engine
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.migrate import migrate
from tests.security.canary import (
    ADMITTED,
    CANARY,
    PEOPLE,
    files_with,
    fill_with_canary,
    holds,
    log_segments_with,
    secret_feeds,
    secret_reports,
)
from tests.sources.reports import write_report

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
IN_NOVEMBER = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)


def die_of_it(path: str, original_name: str, received_at: datetime) -> None:
    """A reader that takes its process with it, telling everybody what it read."""
    print(original_name, Path(path).read_bytes(), flush=True)
    os.abort()


def stumble_over_it(path: str, original_name: str, received_at: datetime) -> None:
    """A reader with a bug whose error quotes the file."""
    raise ValueError(f"{original_name}: {Path(path).read_bytes()!r}")


def _sandbox_that_knows_the_tests(settings: Settings) -> Sandbox:
    places = [settings.landing, PROJECT_ROOT]
    return Sandbox(workers=2, writable=[settings.outbox], readable=places)


@dataclass
class Left:
    """A warehouse after the files have passed, and all that was printed and logged meanwhile."""

    results: list[FileResult] = field(default_factory=list)
    said: str = ""
    data: Path = Path()
    log_of_writes: Path = Path()
    server_log: Path = Path()
    home: Path = Path()
    rows: list[str] = field(default_factory=list)

    def places_of(self, word: str) -> list[str]:
        """Where the word is found, in whichever way it may be written down."""
        found = [f"said: {word}"] if word in self.said else []
        found += [f"row: {row[:60]}" for row in self.rows if word in row]
        for folder in (self.home, self.data, Path(tempfile.gettempdir())):
            found += [str(path) for path in files_with(folder, word)]
        found += [str(path) for path in log_segments_with(self.log_of_writes, word)]
        return found + ([str(self.server_log)] if holds(self.server_log.read_bytes(), word) else [])


@pytest.fixture(scope="module")
def own_server() -> Iterator[EmbeddedServer]:
    """A server as the platform's own is, which keeps its whole write-ahead log from here on."""
    place = Path(tempfile.mkdtemp(prefix="ttdn-canary-"))
    place.chmod(0o711)
    server = EmbeddedServer(place, durable=True, ballast_bytes=0)
    server.start()
    try:
        with open_engine(server.url("postgres")).begin() as connection:
            connection.execute(text("select pg_create_physical_replication_slot('kept', true)"))
        yield server
    finally:
        server.remove()
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def left(own_server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    server = own_server
    folder = tmp_path_factory.mktemp("desk")
    database = "canary"
    server.create_database(database)
    migrate(server.url(database))
    settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
    engine = open_engine(server.url(database))
    with engine.begin() as connection:
        sync_reference(connection)
    logged: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(self.format(record))

    keeper = Keeper(level=logging.DEBUG)
    logging.getLogger().addHandler(keeper)
    outcome = Left(home=settings.home)
    try:
        reports = secret_reports(folder / "sent")
        admitted = write_report(folder / f"{ADMITTED}.xlsx", "28261")

        def send(source: str, paths: Sequence[Path], at: datetime, *, dry_run: bool = False) -> None:
            outcome.results += take_in(
                paths, source_id=source, settings=settings, engine=engine, received_at=at, dry_run=dry_run
            ).results

        send("agency_reports", reports, IN_JUNE, dry_run=True)
        send("agency_reports", [*reports, admitted], IN_JUNE)
        send("agency_reports", reports[:1], IN_JUNE)
        for source, path in secret_feeds(folder / "feeds"):
            send(source, [path], IN_NOVEMBER)
        for number, reader in enumerate(("die_of_it", "stumble_over_it")):
            broken = folder / f"{CANARY} {reader}.xlsx"
            write_report(broken, edit=lambda book, n=number: fill_with_canary(book, f"Độ mật: Mật; bản {n}"))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(ingest, "load_source", _reading_with(f"tests.security.test_canary:{reader}"))
                patch.setattr(ingest, "_gate_sandbox", _sandbox_that_knows_the_tests)
                send("agency_reports", [broken], IN_JUNE)
        url = server.url(database)
        run_client(url, "pg_dump", "--format=plain", f"--file={settings.home / 'dump.sql'}")
        write_backup(replace(settings, database_url=url))
        # What was read only is told in the same words.
        logged.append(json.dumps([read_report("agency_reports", path) for path in reports], default=str))
        with engine.connect() as connection:
            tables = connection.execute(
                text(
                    "select format('%I.%I', table_schema, table_name) from information_schema.tables"
                    " where table_schema not in ('pg_catalog', 'information_schema')"
                )
            ).scalars()
            for table in tables.all():
                outcome.rows += [
                    f"{table}: {row}" for row in connection.execute(text(f"select t::text from {table} t")).scalars()
                ]
            number = connection.execute(text("select oid from pg_database where datname = current_database()")).scalar()
            connection.rollback()
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("checkpoint"))
        assert server.data_path is not None
        assert server.log_path is not None
        outcome.data, outcome.server_log = server.data_path / "base" / str(number), server.log_path
        outcome.log_of_writes = server.data_path / "pg_wal"
        # The answer repeats to the sender which file it is about; that name alone is left out here.
        outcome.said = "\n".join(
            [*logged, *(json.dumps(asdict(replace(each, path="")), ensure_ascii=False) for each in outcome.results)]
        )
        yield outcome
    finally:
        logging.getLogger().removeHandler(keeper)
        engine.dispose()


def _reading_with(reader: str):  # type: ignore[no-untyped-def]
    def load(source_id: str) -> Source:
        return replace(load_source(source_id), reader=reader)

    return load


def test_every_one_of_the_files_was_refused_and_forgotten(left: Left) -> None:
    by_name = [(Path(each.path).name, each.verdict, each.code) for each in left.results]
    others = {(verdict, code) for name, verdict, code in by_name if CANARY in name and verdict != "refused_secret"}

    assert others == {
        ("rejected", code) for code in ("PII_LIST", "MONITORING_VALUE_FORBIDDEN", "FINANCE_PERSON_COLUMN")
    }
    assert len([each for each in by_name if each[1] == "refused_secret"]) == 2 * 8 + 1 + 6 + 2


def test_the_canary_of_a_refused_file_is_found_nowhere(left: Left) -> None:
    assert left.places_of(CANARY) == []


def test_neither_are_the_people_of_a_list(left: Left) -> None:
    assert [place for name in PEOPLE for place in left.places_of(name)] == []


def test_the_canary_of_an_accepted_file_is_found_in_the_database_on_its_disk_and_in_its_log(left: Left) -> None:
    places = left.places_of(ADMITTED)

    assert any(place.startswith("row: landing.receipt") for place in places)
    assert any(place.startswith(str(left.data)) for place in places)
    assert any(place.startswith(str(left.log_of_writes)) for place in places)
    assert any("TraLoi" in place for place in places)
    assert any(place.endswith("dump.sql") for place in places)
    assert any(place.endswith("files.tar") for place in places)


def test_a_word_of_the_write_ahead_log_is_found_across_its_pages_and_segments(tmp_path: Path) -> None:
    first_head, head = b"\x18\xd1\x02" + b"\0" * 37, b"\x18\xd1\0" + b"\0" * 21
    room, word = 8192 - len(first_head), CANARY.encode()
    across_pages = first_head + b"x" * (room - 4) + word[:4] + head + word[4:]
    begins, ends = first_head + b"x" * (room - 7) + word[:7], first_head + word[7:]
    for number, content in enumerate((across_pages, first_head, begins, ends, first_head + word[1:])):
        (tmp_path / f"{number:024d}").write_bytes(content)
    (tmp_path / "archive_status").mkdir()

    assert [int(path.name) for path in log_segments_with(tmp_path, CANARY)] == [0, 3]


def test_every_way_of_writing_a_word_down_is_recognised(tmp_path: Path) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", f"<t>{CANARY}</t>")
    ways = [
        CANARY.encode(),
        CANARY.encode("utf-16-le"),
        *(base64.b64encode(b"x" * offset + CANARY.encode() + b"yz") for offset in range(3)),
        packed.getvalue(),
    ]

    assert [holds(way, CANARY) for way in ways] == [True] * len(ways)
    assert not holds(CANARY[:-1].encode(), CANARY)
