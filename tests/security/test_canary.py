"""What a refused file said is found nowhere afterwards: not in the database's files, not in a folder, not in a log."""

from __future__ import annotations

import base64
import json
import logging
import os
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from sqlalchemy import text

from include.calendar.periods import VIETNAM
from include.pipeline import ingest
from include.pipeline.ingest import FileResult, ingest_files
from include.pipeline.read import read_report
from include.settings import Settings
from include.sources import Source, load_source
from include.warehouse.connect import engine as open_engine
from include.warehouse.embedded import EmbeddedServer
from tests.conftest import TEMPLATE_DATABASE
from tests.security.test_marked_everywhere import MARKED
from tests.sources.monitoring_files import line, write_counts
from tests.sources.reports import write_report
from tests.sources.typed import Page, save_ods, save_xls

CANARY = "Phuonghoang2711vang"
"""In every secret file, in each of its parts and in its name."""
ADMITTED = "Bochimcanh3012xanh"
"""In the names and cells of a file that is accepted: the search has to find it."""
IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
IN_NOVEMBER = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)
PEOPLE = ("Nguyễn Văn An", "Trần Thị Bích", "Lê Hữu Chí", "Phạm Ngọc Dung", "Võ Minh Em")


def die_of_it(path: str, original_name: str, received_at: datetime) -> None:
    """A reader that takes its process with it, telling everybody what it read."""
    print(original_name, Path(path).read_bytes(), flush=True)
    os.abort()


def stumble_over_it(path: str, original_name: str, received_at: datetime) -> None:
    """A reader with a bug whose error quotes the file."""
    raise ValueError(f"{original_name}: {Path(path).read_bytes()!r}")


@dataclass
class Left:
    """A warehouse after the files have passed, and all that was printed and logged meanwhile."""

    results: list[FileResult] = field(default_factory=list)
    said: str = ""
    data: Path = Path()
    server_log: Path = Path()
    home: Path = Path()
    rows: list[str] = field(default_factory=list)

    def places_of(self, word: str) -> list[str]:
        """Where the word is found, in whichever way it may be written down."""
        found = [f"said: {word}"] if word in self.said else []
        found += [f"row: {row[:60]}" for row in self.rows if word in row]
        for folder in (self.home, self.data, Path(tempfile.gettempdir())):
            found += [str(path) for path in _files_with(folder, word)]
        return found + ([str(self.server_log)] if _holds(self.server_log.read_bytes(), word) else [])


def spellings(word: str) -> list[bytes]:
    """The word's bytes: plain, in UTF-16, and the part of its base64 that is the same at each of three offsets."""
    coded = [base64.b64encode(b"\0" * offset + word.encode())[(4 if offset else 0) : -4] for offset in range(3)]
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), *coded]


def _holds(content: bytes, word: str, depth: int = 0) -> bool:
    if any(spelling in content for spelling in spellings(word)):
        return True
    if depth > 1 or not zipfile.is_zipfile(BytesIO(content)):
        return False
    with zipfile.ZipFile(BytesIO(content)) as packed:
        return any(word in name or _holds(packed.read(name), word, depth + 1) for name in packed.namelist())


def _files_with(folder: Path, word: str) -> Iterator[Path]:
    is_shared = folder == Path(tempfile.gettempdir())
    for path in folder.iterdir() if is_shared else folder.rglob("*"):
        # Of the folder everybody's temporary files are in, only what this platform puts there.
        if is_shared and not path.name.startswith(("ttdn-spool", "tmp")):
            continue
        try:
            if word in path.name or (path.is_file() and _holds(path.read_bytes(), word)):
                yield path
        except OSError:
            continue


def _fill_with_canary(book: openpyxl.Workbook, mark: str) -> None:
    sheet = book.worksheets[0]
    row = sheet.max_row + 2
    sheet.cell(row, 2).value = mark
    sheet.cell(row + 1, 2).value = f"Nội dung {CANARY}"
    sheet.cell(row + 1, 9).comment = Comment(CANARY, CANARY)
    sheet.oddHeader.left.text = CANARY
    book.properties.title = CANARY
    book.properties.creator = CANARY
    book.create_sheet(CANARY)["A1"] = CANARY


def secret_reports(folder: Path) -> list[Path]:
    """Marked workbooks of every format, whole and damaged, and a list of people."""
    folder.mkdir()
    whole = write_report(folder / f"{CANARY} 1.xlsx", edit=lambda book: _fill_with_canary(book, "MẬT"))
    cut = folder / f"{CANARY} 2.xlsx"
    cut.write_bytes(whole.read_bytes()[:-300])
    again = folder / f"{CANARY} 3.xlsx"
    again.write_bytes(whole.read_bytes())
    rows = [["Báo cáo", CANARY], ["TUYỆT MẬT", None], ["Số lớp", 3]]
    save_xls(folder / f"{CANARY} 4.xls", [Page(rows, name=CANARY)])
    save_ods(folder / f"{CANARY} 5.ods", [Page(rows, name=CANARY)])
    named = write_report(folder / f"{CANARY} (MẬT).xlsx", edit=lambda book: _fill_with_canary(book, "không"))
    page = folder / f"{CANARY} 6.xls"
    page.write_text(f"<html><table><tr><td>TỐI MẬT</td><td>{CANARY}</td></tr></table></html>", encoding="utf-8")
    listed = write_report(
        folder / f"{CANARY} 7.xlsx", edit=lambda book: _fill_with_canary(book, "; ".join((*PEOPLE, CANARY)))
    )
    return [whole, cut, again, *sorted(folder.glob("* [45].*")), named, page, listed]


def secret_feeds(folder: Path) -> list[tuple[str, Path]]:
    """Marked files of the other sources with the canary in them, and a monitoring file with more than counts."""
    made = []
    for source, form in (
        ("iati_activities", "xml, text"),
        ("sdmx_series", "xml, comment"),
        ("wdi_series", "csv"),
        ("donor_projects", "csv"),
        ("monitoring_statistics", "parquet"),
        ("monitoring_statistics", "xlsx"),
    ):
        place = folder / f"{source} {form}".replace(" ", "-").replace(",", "")
        place.mkdir(parents=True)
        path = MARKED[source][form](place, "TỐI MẬT")
        if path.suffix in (".xml", ".csv"):
            content = path.read_text(encoding="utf-8")
            for plain in ("Synthetic", "GIALAP1", "SYNTHETIC"):
                content = content.replace(plain, CANARY)
            path.write_text(content, encoding="utf-8")
            assert CANARY in content
        made.append((source, path.rename(place / f"{CANARY}{path.suffix}")))
    forbidden = write_counts(folder / f"{CANARY}.csv", [line("2026-05-04", 3, topic=f"{CANARY} trên mạng")])
    return [*made, ("monitoring_statistics", forbidden)]


@pytest.fixture(scope="module")
def left(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("desk")
    database = f"canary_{os.getpid()}"
    server.create_database(database, template=TEMPLATE_DATABASE)
    settings = Settings(home=folder / "home", inbox=folder / "home" / "inbox")
    engine = open_engine(server.url(database))
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
            outcome.results += ingest_files(
                paths, source_id=source, settings=settings, engine=engine, received_at=at, dry_run=dry_run
            )

        send("agency_reports", reports, IN_JUNE, dry_run=True)
        send("agency_reports", [*reports, admitted], IN_JUNE)
        send("agency_reports", reports[:1], IN_JUNE)
        for source, path in secret_feeds(folder / "feeds"):
            send(source, [path], IN_NOVEMBER)
        for number, reader in enumerate(("die_of_it", "stumble_over_it")):
            broken = folder / f"{CANARY} {reader}.xlsx"
            write_report(broken, edit=lambda book, n=number: _fill_with_canary(book, f"Độ mật: Mật; bản {n}"))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(ingest, "load_source", _reading_with(f"tests.security.test_canary:{reader}"))
                send("agency_reports", [broken], IN_JUNE)
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
        # The answer repeats to the sender which file it is about; that name alone is left out here.
        outcome.said = "\n".join(
            [*logged, *(json.dumps(asdict(replace(each, path="")), ensure_ascii=False) for each in outcome.results)]
        )
        yield outcome
    finally:
        logging.getLogger().removeHandler(keeper)
        engine.dispose()
        server.drop_database(database)


def _reading_with(reader: str):  # type: ignore[no-untyped-def]
    def load(source_id: str) -> Source:
        return replace(load_source(source_id), reader=reader)

    return load


def test_every_one_of_the_files_was_refused_and_forgotten(left: Left) -> None:
    by_name = [(Path(each.path).name, each.verdict, each.code) for each in left.results]
    others = {(verdict, code) for name, verdict, code in by_name if CANARY in name and verdict != "refused_secret"}

    assert others == {("rejected", "PII_LIST"), ("rejected", "MONITORING_VALUE_FORBIDDEN")}
    assert len([each for each in by_name if each[1] == "refused_secret"]) == 2 * 7 + 1 + 6 + 2


def test_the_canary_of_a_refused_file_is_found_nowhere(left: Left) -> None:
    assert left.places_of(CANARY) == []


def test_neither_are_the_people_of_a_list(left: Left) -> None:
    assert [place for name in PEOPLE for place in left.places_of(name)] == []


def test_the_canary_of_an_accepted_file_is_found_in_the_database_and_on_its_disk(left: Left) -> None:
    places = left.places_of(ADMITTED)

    assert any(place.startswith("row: landing.receipt") for place in places)
    assert any(place.startswith(str(left.data)) for place in places)
    assert any("TraLoi" in place for place in places)


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

    assert [_holds(way, CANARY) for way in ways] == [True] * len(ways)
    assert not _holds(CANARY[:-1].encode(), CANARY)
