"""No byte somebody sent is parsed in a worker's own process: with every parser booby-trapped there, all still works."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from include.cli import _print_json, _print_result
from include.errors import GateError, SourceContractError
from include.model import SPOOL_PREFIX, MonitoringRows, Reading
from include.pipeline import land
from include.pipeline.land import MANIFEST_NAME, read_manifest
from include.pipeline.monitoring import spools_removed
from include.pipeline.results import FileResult
from include.service.sample_inbox import sample_files
from include.sources import list_sources, load_source
from tests.sources.reports import write_report
from tests.sources.typed import BUDGET, NEWS, Page, line, rows_of, save_ods, save_xls

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_OWN_CODE = str(PROJECT_ROOT / "include")
# What lands or hashes a file copies its bytes and understands none; the spool is handed to PostgreSQL as it is.
_MAY_OPEN = {"land.py": "", "sql.py": SPOOL_PREFIX, "read.py": SPOOL_PREFIX}
_MAY_READ_CSV = ("land.py", "reference", "calendar", "indicators")


class ParsedHere(BaseException):
    """A parser was asked in the process itself; no `except Exception` of a reader hides it."""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Files of every source by source, of every format one is taken in."""
    folder = tmp_path_factory.mktemp("sent")
    files: dict[str, list[Path]] = {}
    for source in list_sources():
        place = folder / source.source_id
        place.mkdir()
        if source.sampler is not None:
            files[source.source_id] = sorted(sample_files(source.sampler, place))
    reports = folder / "agency_reports"
    save_xls(reports / "b.xls", [Page(rows_of(line(NEWS, 12), line(BUDGET, 35, "triệu đồng")))])
    save_ods(reports / "c.ods", [Page(rows_of(line(NEWS, 13), line(BUDGET, 35, "triệu đồng")))])
    (reports / "d.xlsx").write_bytes(b"PK\x03\x04 cut off")
    files["agency_reports"] = [write_report(reports / "a.xlsx", "STC"), *sorted(reports.glob("[b-d].*"))]
    return files


def test_there_is_a_file_of_every_source_and_format(sent: dict[str, list[Path]]) -> None:
    assert set(sent) == {source.source_id for source in list_sources()}
    assert {path.suffix for paths in sent.values() for path in paths} == {
        ".csv",
        ".gz",
        ".ods",
        ".parquet",
        ".xls",
        ".xlsx",
        ".xml",
    }


def test_every_source_is_taken_in_and_answered_without_a_byte_parsed_outside_a_child(
    sent: dict[str, list[Path]], warehouse_url: str, tmp_path: Path
) -> None:
    """Ingest, dry run, read, rule impact, explain, again: the whole way, in a process whose parsers raise."""
    dry = [["ingest", "--dry-run", "--source", "agency_reports", *sent["agency_reports"]]]
    ingest = [["ingest", "--source", source, *paths] for source, paths in sent.items()]
    read = [["read", source, path] for source, paths in sent.items() for path in paths[-1:]]
    later = [["rule-impact", "R-01"], ["explain"], ["restatements"], ["ingest", *sent["agency_reports"][:1]]]

    outcomes = _run_trapped([*dry, *ingest, *read, *later], sent, warehouse_url, tmp_path)

    assert [outcome for outcome in outcomes if isinstance(outcome, str)] == []
    for command, (_, answer) in zip(ingest, outcomes[len(dry) :], strict=False):
        loaded = {Path(file["path"]).name: file["verdict"] for file in answer["files"]}
        codes = {file["code"] for file in answer["files"]}
        assert codes.isdisjoint({"PARSER_LIMIT", "READER_FAULT", "UNREADABLE"}), answer
        assert "loaded" in loaded.values(), (command[2], loaded)
        assert set(loaded) == {path.name for path in sent[command[2]]}
        if load_source(command[2]).answerer is not None:
            assert all(Path(file["answer"]).is_file() for file in answer["files"])
    for _, answer in outcomes[len(dry) + len(ingest) :][: len(read)]:
        assert answer["rows"] or answer["refusal"]["code"] == "INCOMPLETE"
    impact, explained, restated, again = (answer for _, answer in outcomes[-4:])
    assert impact["totals"]["looked_at"] >= 3
    assert [each["kind"] for each in explained["open"]] == ["restatement"]
    assert restated["restatements"]
    assert again["files"][0]["verdict"] == "duplicate"


def test_the_traps_catch_the_parser_of_every_source(
    sent: dict[str, list[Path]], warehouse_url: str, tmp_path: Path
) -> None:
    """The same with children that are no children: whatever reads a source runs into a trap."""
    # A file that is cut off is refused by its last bytes, before any parser is asked.
    reads = [["read", source, path] for source, paths in sent.items() for path in paths if path.name != "d.xlsx"]

    outcomes = _run_trapped(reads, sent, warehouse_url, tmp_path, in_this_process=True)

    assert [str(read[1:]) for read, outcome in zip(reads, outcomes, strict=True) if not isinstance(outcome, str)] == []


@pytest.mark.parametrize(
    "parser",
    [
        "zipfile.ZipFile",
        "lxml.etree.parse",
        "xml.dom.minidom.parse",
        "openpyxl.load_workbook",
        "python_calamine.load_workbook",
        "xlrd.open_workbook",
        "docx.Document",
        "pyarrow.csv.read_csv",
        "pyarrow.parquet.ParquetFile",
        "gzip.open",
        "csv.reader",
    ],
)
def test_each_trap_goes_off(parser: str, tmp_path: Path) -> None:
    (tmp_path / "sent").touch()
    with pytest.raises(ParsedHere), _traps():
        _function(parser)(str(tmp_path / "sent"))


def _function(path: str) -> Callable[..., object]:
    module, _, name = path.rpartition(".")
    found: Callable[..., object] = getattr(import_module(module), name)
    return found


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x1b[31mb.xlsx", "a\\x1b[31mb.xlsx"),
        ("a\u202excod.xlsx", "a\\u202excod.xlsx"),
        ("a\nb.xlsx", "a\\nb.xlsx"),
        ("a\udcff.xlsx", "a\\udcff.xlsx"),
        ("Báo cáo 📊.xlsx", "Báo cáo 📊.xlsx"),
    ],
)
def test_a_name_or_a_sentence_cannot_move_the_terminal(
    name: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = dict.fromkeys(("received", "promoted", "quarantined", "ignored"), 0)
    messages = [{"severity": "warn", "rule": "", "text": name}]
    _print_result(FileResult(name, "", "", None, None, None, "loaded", "OK", counts, messages, None, None))
    printed = capsys.readouterr().out

    assert printed.count(shown) == 2
    assert len(printed.splitlines()) == 2
    _print_json({"path": name})
    assert json.loads(capsys.readouterr().out) == {"path": name}


# --- what a child hands over ----------------------------------------------------------------------------


@pytest.fixture
def spools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "spools"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.mark.parametrize(
    "said",
    [
        "/etc/passwd",
        "{spools}/letter.csv",
        "{spools}/../" + SPOOL_PREFIX + "a.csv",
        "{spools}/inner/" + SPOOL_PREFIX + "a.csv",
        "{spools}/" + SPOOL_PREFIX + "link.csv",
        "{spools}/" + SPOOL_PREFIX + "second-name.csv",
        "{spools}/" + SPOOL_PREFIX + "pipe.csv",
        "{spools}/" + SPOOL_PREFIX + "folder.csv",
        "{spools}/" + SPOOL_PREFIX + "nothing.csv",
        SPOOL_PREFIX + "a.csv",
    ],
)
def test_a_child_that_was_taken_over_cannot_pass_off_another_file_as_its_spool(spools: Path, said: str) -> None:
    letter = spools / "letter.csv"
    for path in (letter, spools.parent / f"{SPOOL_PREFIX}a.csv", spools / "inner" / f"{SPOOL_PREFIX}a.csv"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("kept")
    (spools / f"{SPOOL_PREFIX}link.csv").symlink_to(letter)
    (spools / f"{SPOOL_PREFIX}second-name.csv").hardlink_to(letter)
    os.mkfifo(spools / f"{SPOOL_PREFIX}pipe.csv")
    (spools / f"{SPOOL_PREFIX}folder.csv").mkdir()
    before = sorted(spools.parent.rglob("*"))
    reading = Reading(heading=None, monitoring=MonitoringRows(said.format(spools=spools), 1, None, None, "x"))

    with pytest.raises(GateError, match="spool"), spools_removed([reading]):
        pass
    assert sorted(spools.parent.rglob("*")) == before
    assert letter.read_text() == "kept"


def test_a_spool_is_removed_once_it_is_used(spools: Path) -> None:
    spool = spools / f"{SPOOL_PREFIX}a.csv"
    spool.write_text("1,,2026-05-04,1,3\n")
    reading = Reading(heading=None, monitoring=MonitoringRows(str(spool), 1, None, None, "x"))

    with spools_removed([reading]):
        assert spool.exists()
    assert not spool.exists()


# --- what the process itself reads of a drop: its manifest ----------------------------------------------


def _manifest(folder: Path) -> Path:
    return folder / MANIFEST_NAME


def test_a_manifest_gives_the_times_of_receipt(tmp_path: Path) -> None:
    _manifest(tmp_path).write_text("file,received_at\na.xlsx,2026-06-10T09:00+07:00\n")

    assert read_manifest(tmp_path)["a.xlsx"].isoformat() == "2026-06-10T09:00:00+07:00"


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b"\x00\xff\xfe garbage"),
        lambda path: path.write_text("file;received_at\na.xlsx;yesterday\n"),
        lambda path: path.write_text("file,received_at\na.xlsx\n"),
        lambda path: path.write_text('file,received_at\n"' + "x" * 200_000 + '",2026-06-10\n'),
        lambda path: path.write_text("file,received_at\n" + "a.xlsx,2026-06-10\n" * 100_000),
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.mkdir(),
        os.mkfifo,
    ],
    ids=["bytes", "no moment", "short line", "endless field", "too large", "link", "folder", "pipe"],
)
def test_a_manifest_that_is_none_stops_its_drop_with_a_reason(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    make(_manifest(tmp_path))

    with pytest.raises(SourceContractError, match=MANIFEST_NAME):
        read_manifest(tmp_path)


def test_a_manifest_in_a_folder_whose_name_bears_a_mark_is_told_without_that_name(tmp_path: Path) -> None:
    folder = tmp_path / "Tài liệu TỐI MẬT"
    folder.mkdir()
    _manifest(folder).write_text("file;received_at\na.xlsx;2026-06-10\n")

    with pytest.raises(SourceContractError, match=MANIFEST_NAME) as told:
        read_manifest(folder)
    assert "TỐI MẬT" not in str(told.value)


def test_a_manifest_as_large_as_may_be_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "file,received_at\n" + "".join(f"{number}.xlsx,2026-06-10\n" for number in range(100))
    _manifest(tmp_path).write_text(text)

    monkeypatch.setattr(land, "_MAX_MANIFEST_BYTES", len(text))
    assert len(read_manifest(tmp_path)) == 100
    monkeypatch.setattr(land, "_MAX_MANIFEST_BYTES", len(text) - 1)
    with pytest.raises(SourceContractError):
        read_manifest(tmp_path)


# --- the process with the traps ---------------------------------------------------------------------------


def _run_trapped(
    commands: Sequence[Sequence[object]],
    sent: dict[str, list[Path]],
    warehouse_url: str,
    folder: Path,
    *,
    in_this_process: bool = False,
) -> list[Any]:
    """What each `ttdn` command gave, [exit code, answer], or the name of the trap it ran into."""
    orders = {
        "commands": [[*map(str, command), "--json"] for command in commands],
        "untrusted": [str(folder / "home" / "landing"), str(next(iter(sent.values()))[0].parents[1])],
        "in_this_process": in_this_process,
    }
    environment = {**os.environ, "TTDN_HOME": str(folder / "home"), "TTDN_DATABASE_URL": warehouse_url}
    process = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import run_commands; run_commands()"],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        env=environment,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    outcomes: list[Any] = json.loads(process.stdout.splitlines()[-1])
    return outcomes


def run_commands() -> None:
    """Run the commands of standard input one after another with the traps set; print what became of them."""
    from include.cli import main
    from include.readers import sandbox

    orders = json.load(sys.stdin)
    if orders["in_this_process"]:
        sandbox.Sandbox.map = _map_in_this_process  # type: ignore[method-assign]
        sandbox.IN_CHILD = True
    _watch_opened_files(orders["untrusted"], is_on=not orders["in_this_process"])
    outcomes: list[object] = []
    with _traps():
        for command in orders["commands"]:
            said = io.StringIO()
            try:
                with contextlib.redirect_stdout(said):
                    code = main(command)
                outcomes.append([code, json.loads(said.getvalue())])
            except ParsedHere as trap:
                outcomes.append(f"{command}: {trap}")
    print(json.dumps(outcomes))


def _map_in_this_process(_: object, function_path: str, calls: Any) -> Iterator[Any]:
    from include.readers.grid import WorkbookRefused
    from include.readers.sandbox import resolve

    for arguments in calls:
        try:
            yield resolve(function_path)(*arguments)
        except WorkbookRefused as refused:
            yield refused


def _watch_opened_files(folders: Sequence[str], *, is_on: bool) -> None:
    """Whatever opens a file that was sent, landed or spooled, through Python, is one of those that may."""

    def look(event: str, facts: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(facts[0], str) or not is_on:
            return
        path = facts[0]
        if not path.startswith(tuple(folders)) and SPOOL_PREFIX not in path:
            return
        # A folder, opened to be locked or flushed, has no bytes; those of a waiting name are nobody's file.
        if Path(path).is_dir() or "/landing/names/" in path:
            return
        opener = _own_caller()
        if opener not in _MAY_OPEN or _MAY_OPEN[opener] not in path:
            raise ParsedHere(f"{opener} opened {path}")

    sys.addaudithook(look)


def _own_caller() -> str:
    frame: Any = sys._getframe(2)
    while frame is not None and not frame.f_code.co_filename.startswith(_OWN_CODE):
        frame = frame.f_back
    return Path(frame.f_code.co_filename).name if frame is not None else "?"


@contextlib.contextmanager
def _traps() -> Iterator[None]:
    """Every parser a reader uses, or might come to use, raises instead of parsing; writing still works."""
    import xml.parsers.expat
    import xml.sax
    from xml.etree import ElementTree

    import docx
    import openpyxl
    import pyarrow.csv
    import pyarrow.parquet
    import python_calamine
    import xlrd
    from lxml import etree

    with pytest.MonkeyPatch.context() as patched:

        def trap(owner: Any, *names: str) -> None:
            for name in names:

                def go_off(*_: object, _name: str = f"{owner.__name__}.{name}", **__: object) -> Any:
                    raise ParsedHere(_name)

                patched.setattr(owner, name, go_off)

        trap(etree, "parse", "fromstring", "XML", "iterparse", "HTML", "XMLParser", "XMLPullParser")
        trap(ElementTree, "parse", "fromstring", "XML", "iterparse", "XMLParser", "XMLPullParser")
        trap(xml.parsers.expat, "ParserCreate")
        trap(xml.sax, "parse", "parseString", "make_parser")
        trap(openpyxl, "load_workbook")
        trap(docx, "Document")
        trap(xlrd, "open_workbook")
        trap(python_calamine, "load_workbook", "CalamineWorkbook")
        trap(pyarrow.csv, "open_csv", "read_csv", "CSVStreamingReader")
        trap(pyarrow.parquet, "ParquetFile", "read_table", "read_metadata", "read_schema")
        trap(gzip, "open", "decompress", "GzipFile")
        for owner, name in ((csv, "reader"), (csv, "DictReader")):
            patched.setattr(owner, name, _csv_trap(getattr(owner, name), name))
        opened = zipfile.ZipFile.__init__

        def open_zip(self: zipfile.ZipFile, file: Any, mode: str = "r", *more: Any, **others: Any) -> None:
            # The interpreter looks for packages in whatever of its path is no folder.
            if mode in ("r", "a") and str(file) not in (*sys.path, "."):
                raise ParsedHere("zipfile.ZipFile")
            opened(self, file, mode, *more, **others)

        patched.setattr(zipfile.ZipFile, "__init__", open_zip)
        yield


def _csv_trap(read: Any, name: str) -> Any:
    """The platform's own lists are csv too, and so is what packages say of themselves."""

    def look(*arguments: Any, **named: Any) -> Any:
        caller = Path(sys._getframe(1).f_code.co_filename)
        is_list = str(caller).startswith(_OWN_CODE) and any(part in _MAY_READ_CSV for part in caller.parts)
        if is_list or (name == "reader" and caller.name in ("csv.py", "__init__.py") and "importlib" in str(caller)):
            return read(*arguments, **named)
        if caller.name == "csv.py":
            return read(*arguments, **named)
        raise ParsedHere(f"csv.{name} in {caller.name}")

    return look
