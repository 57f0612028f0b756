"""Whatever lies among the files: what is no plain, settled file of its own is told, and the others go on."""

from __future__ import annotations

import errno
import os
import random
import shutil
import socket
import subprocess
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.pipeline import ingest as ingesting
from include.pipeline.ingest import Intake, ingest_receipts, land_inbox, take_in
from include.pipeline.land import (
    LARGEST_FILE_BYTES,
    FileNotTaken,
    OddFile,
    Receipt,
    hash_report,
    land_file,
    list_reports,
    load_receipts,
    now,
    opened_report,
)
from include.settings import Settings, load_settings
from tests.sources.reports import write_report

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="making devices and mounts takes root")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a good report."""
    return write_report(tmp_path_factory.mktemp("report") / "a.xlsx").read_bytes()


def received(warehouse: Connection) -> list[Receipt]:
    """Every arrival under the name it was sent with, which waits outside the database until the file is read."""
    warehouse.rollback()
    ids = warehouse.execute(text("select receipt_id from landing.receipt")).scalars().all()
    return load_receipts(warehouse, load_settings(), ids)


def names_received(warehouse: Connection) -> list[str]:
    return sorted(each.original_name for each in received(warehouse))


def odd_of(found: list[OddFile]) -> dict[str, str]:
    return {odd.path.name: odd.reason for odd in found}


def make_odd_things(folder: Path, outside: Path) -> dict[str, str]:
    """One of everything that is no plain file of its own, and the reason each is told with."""
    outside.mkdir()
    (outside / "mot.xlsx").write_bytes(b"PK elsewhere")
    (folder / "lien ket.xlsx").symlink_to("/etc/passwd")
    (folder / "dut.xlsx").symlink_to(folder / "khong co.xlsx")
    (folder / "vong 1.xlsx").symlink_to(folder / "vong 2.xlsx")
    (folder / "vong 2.xlsx").symlink_to(folder / "vong 1.xlsx")
    (folder / "thu muc lien ket").symlink_to(outside, target_is_directory=True)
    (folder / "lien ket cung.xlsx").hardlink_to(outside / "mot.xlsx")
    (folder / "thu muc.xlsx").mkdir()
    (folder / "thu muc.docx").mkdir()
    (folder / "thu muc.xlsx" / "xl.xlsx").write_bytes(b"inside")
    with (folder / "toan lo.csv").open("wb") as hole:
        hole.truncate(LARGEST_FILE_BYTES + 1)
    os.mkfifo(folder / "ong dan.xlsx")
    with socket.socket(socket.AF_UNIX) as plug:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket may be no longer than about a hundred letters
        try:
            plug.bind("o cam.xlsx")
        finally:
            os.chdir(here)
    return {
        "lien ket.xlsx": "LINK",
        "dut.xlsx": "LINK",
        "vong 1.xlsx": "LINK",
        "vong 2.xlsx": "LINK",
        "thu muc lien ket": "LINK",
        "lien ket cung.xlsx": "HARD_LINK",
        "thu muc.xlsx": "FOLDER",
        "thu muc.docx": "FOLDER",
        "toan lo.csv": "TOO_LARGE",
        "ong dan.xlsx": "NOT_A_FILE",
        "o cam.xlsx": "NOT_A_FILE",
    }


def test_the_inbox_takes_the_plain_file_among_one_of_everything_else_and_tells_the_others(
    inbox: Path, tmp_path: Path, report: bytes, warehouse: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    told = make_odd_things(inbox, tmp_path / "ngoai")
    for name in ("~$tot.xlsx", "tai.xlsx.part", "tai.xlsx.crdownload", "tai.filepart", "tai.tmp", ".an.xlsx"):
        (inbox / name).write_bytes(report)
    (inbox / "tot.xlsx").write_bytes(report)

    [[receipt]] = land_inbox("agency_reports")

    assert names_received(warehouse) == ["tot.xlsx"]
    assert Counter(told.values()) <= Counter(line.rpartition(": ")[2] for line in caplog.messages)
    # The log of a folder keeps no name: what such a file says may be secret.
    assert [name for name in told if name in caplog.text] == []
    assert ingest_receipts("agency_reports", [receipt]) == {"loaded": 1}


@as_root
def test_a_device_is_told_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        os.mknod(tmp_path / "thiet bi.xlsx", 0o600 | 0o020000, os.makedev(1, 5))
    except OSError as error:
        pytest.skip(f"no device can be made here: {error}")
    monkeypatch.setattr(os, "open", lambda *_args, **_kwargs: pytest.fail("opened"))

    assert odd_of(list_reports([tmp_path]).odd) == {"thiet bi.xlsx": "NOT_A_FILE"}


def intake(paths: list[Path], home: Path, url: str) -> Intake:
    engine = create_engine(url, poolclass=NullPool)
    return take_in(paths, source_id="agency_reports", settings=Settings(home, home / "inbox"), engine=engine)


def test_of_files_given_by_name_the_odd_ones_are_told_and_the_good_ones_loaded(
    tmp_path: Path, report: bytes, warehouse_url: str
) -> None:
    folder = tmp_path / "tha"
    folder.mkdir()
    told = make_odd_things(folder, tmp_path / "ngoai")
    (folder / "tot.xlsx").write_bytes(report)

    given = [*sorted(folder.iterdir()), folder / "khong co that.xlsx"]
    found = intake([path for path in given if not path.is_dir()], tmp_path, warehouse_url)

    of_files = {name: reason for name, reason in told.items() if not (folder / name).is_dir()}
    assert odd_of(found.not_taken) == of_files | {"khong co that.xlsx": "GONE"}
    assert [(Path(each.path).name, each.verdict) for each in found.results] == [("tot.xlsx", "loaded")]


def test_a_file_is_read_through_no_link_put_there_after_it_was_listed(tmp_path: Path) -> None:
    drop, outside = tmp_path / "tha", tmp_path / "ngoai"
    (drop / "xa").mkdir(parents=True)
    outside.mkdir()
    for folder in (drop / "xa", outside):
        (folder / "a.xlsx").write_bytes(folder.name.encode())
    [listed] = list_reports([drop]).reports

    shutil.rmtree(drop / "xa")
    (drop / "xa").symlink_to(outside, target_is_directory=True)
    with pytest.raises(FileNotTaken, match="LINK"):
        hash_report(listed, drop)

    (drop / "xa").unlink()
    (drop / "xa").mkdir()
    listed.symlink_to(outside / "a.xlsx")
    with pytest.raises(FileNotTaken, match="LINK"):
        hash_report(listed, drop)

    listed.unlink()
    with pytest.raises(FileNotTaken, match="GONE"):
        hash_report(listed, drop)
    os.mkfifo(listed)
    with pytest.raises(FileNotTaken, match="NOT_A_FILE"):
        hash_report(listed, drop)

    listed.unlink()
    listed.write_bytes(b"")
    assert hash_report(listed, drop)[1] == 0


def test_what_was_opened_is_what_is_read_whatever_becomes_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"first")

    with opened_report(path) as opened:
        path.unlink()
        path.write_bytes(b"second, longer")
        assert b"".join(opened.read_all()) == b"first"


@pytest.mark.parametrize("change", ["grows", "shrinks", "is rewritten at the same size"])
def test_a_file_that_changes_while_it_is_read_is_not_taken_this_time(
    inbox: Path, report: bytes, warehouse: Connection, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = inbox / "a.xlsx"
    path.write_bytes(report)
    (inbox / "b.xlsx").write_bytes(report + b"")
    read = os.read
    changes = iter([True])

    def read_and_change(descriptor: int, count: int) -> bytes:
        piece = read(descriptor, count)
        if os.fstat(descriptor).st_ino == path.stat().st_ino and next(changes, False):
            match change:
                case "grows":
                    path.open("ab").write(b"more")
                case "shrinks":
                    os.truncate(path, 10)
                case _:
                    path.open("r+b").write(b"PK")
                    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
        return piece

    monkeypatch.setattr(os, "read", read_and_change)
    land_inbox("agency_reports")

    assert names_received(warehouse) == ["b.xlsx"]
    landing = inbox.parent / "landing"
    kept = {each.parent.name for each in landing.rglob("*") if each.is_file()}
    [arrived] = received(warehouse)
    assert kept == {arrived.sha256[:2], "names"}


def test_a_file_that_is_written_as_fast_as_it_is_read_is_let_go_at_the_size_it_had_when_opened(tmp_path: Path) -> None:
    path = tmp_path / "khong dut.csv"
    path.write_bytes(b"x" * 100)

    with opened_report(path) as opened:
        pieces = opened.read_all()
        assert next(pieces) == b"x" * 100
        for _ in range(3):
            path.open("ab").write(b"y" * 100)
        with pytest.raises(FileNotTaken, match="CHANGED"):
            next(pieces)


@pytest.mark.parametrize(("size", "reason"), [(LARGEST_FILE_BYTES, None), (LARGEST_FILE_BYTES + 1, "TOO_LARGE")])
def test_a_file_larger_than_any_source_takes_is_told_by_its_size_and_never_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, reason: str | None
) -> None:
    """A file that is mostly hole costs its sender nothing; its copy would fill the disk."""
    path = tmp_path / "lo.csv"
    with path.open("wb") as hole:
        hole.truncate(size)
    monkeypatch.setattr(os, "read", lambda *_args: pytest.fail("read"))

    assert odd_of(list_reports([path]).odd).get("lo.csv") == reason
    if reason:
        with pytest.raises(FileNotTaken, match=reason), opened_report(path):
            pytest.fail("opened")
    else:
        with opened_report(path) as opened:
            assert opened.facts.st_size == size


def test_a_disk_that_fails_on_one_file_does_not_keep_the_others_out(
    tmp_path: Path, report: bytes, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tha"
    folder.mkdir()
    for name in ("a.xlsx", "hong.xlsx", "z.xlsx"):
        (folder / name).write_bytes(report)
    bad, read = (folder / "hong.xlsx").stat().st_ino, os.read

    def fail(descriptor: int, count: int) -> bytes:
        if os.fstat(descriptor).st_ino == bad:
            raise OSError(errno.EIO, "Input/output error")
        return read(descriptor, count)

    monkeypatch.setattr(os, "read", fail)
    found = intake([folder], tmp_path, warehouse_url)

    assert odd_of(found.not_taken) == {"hong.xlsx": "UNREADABLE"}
    assert [each.verdict for each in found.results] == ["loaded", "duplicate"]


@as_root
def test_an_input_output_error_of_the_kernel_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "hong.xlsx"
    path.touch()
    # The first page of a process's memory cannot be read: the one file that fails on every machine.
    mounted = subprocess.run(["mount", "--bind", f"/proc/{os.getpid()}/mem", path], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip(f"mounting is not allowed here: {mounted.stderr.decode().strip()}")
    try:
        with pytest.raises(FileNotTaken, match=r"UNREADABLE: Input/output error"):
            hash_report(path)
    finally:
        subprocess.run(["umount", path], check=True)


def test_one_that_may_not_be_read_is_told_and_does_not_block_399_others(tmp_path: Path) -> None:
    drop = tmp_path / "tha"
    (drop / "kin").mkdir(parents=True)
    (drop / "kin" / "trong.xlsx").write_bytes(b"x")
    for number in range(400):
        (drop / f"{number:03}.xlsx").write_bytes(b"x")
    (drop / "200.xlsx").chmod(0)
    (drop / "kin").chmod(0)
    look = (
        "import sys; from pathlib import Path\n"
        "from include.pipeline.land import FileNotTaken, hash_report, list_reports\n"
        "found = list_reports([Path(sys.argv[1])])\n"
        "for path in found.reports:\n"
        "    try: hash_report(path, Path(sys.argv[1]))\n"
        "    except FileNotTaken as problem: found.odd.append(problem.odd)\n"
        "print(len(found.reports), sorted((odd.path.name, odd.reason) for odd in found.odd))\n"
    )
    try:
        said = _as_nobody(look, drop)
    finally:
        (drop / "kin").chmod(0o700)

    assert said == "400 [('200.xlsx', 'NO_RIGHT'), ('kin', 'NO_RIGHT')]"


def _as_nobody(program: str, drop: Path) -> str:
    """Run the program as a user whom modes bind: root is bound by none."""
    import sys

    if os.geteuid() != 0:
        run = subprocess.run([sys.executable, "-c", program, str(drop)], check=True, capture_output=True, text=True)
        return run.stdout.strip()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        # Forked, so that neither the interpreter nor the checkout has to be readable to that user.
        status = 1
        try:
            os.dup2(writing, 1)
            os.chdir(drop)
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            sys.stdout = os.fdopen(1, "w")
            sys.argv = ["-c", "."]
            exec(program, {})  # noqa: S102
            sys.stdout.flush()
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as said:
        answer = said.read().strip()
    os.waitpid(child, 0)
    return answer


# --- files that are still being written ---------------------------------------------------------------------


def test_a_file_is_left_alone_until_nothing_was_written_to_it_for_ten_seconds_whatever_its_date(
    inbox: Path, report: bytes, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TTDN_SETTLING_SECONDS")
    path = inbox / "a.xlsx"
    path.write_bytes(report)
    os.utime(path, (1_000_000_000, 1_000_000_000))  # as programs do that keep the date of the original
    written = path.stat().st_ctime
    clock = {"now": written + 9.9}
    monkeypatch.setattr(ingesting.time, "time", lambda: clock["now"])

    assert land_inbox("agency_reports") == []
    clock["now"] = written + 10.1
    assert len(land_inbox("agency_reports")) == 1
    assert names_received(warehouse) == ["a.xlsx"]


def test_what_lacks_its_end_or_is_empty_waits_half_an_hour_and_is_then_answered(
    inbox: Path, report: bytes, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "cut.xlsx").write_bytes(report[:-200])
    (inbox / "rong.xlsx").touch()
    (inbox / "tot.xlsx").write_bytes(report)
    began = time.time()

    [[whole]] = land_inbox("agency_reports")
    assert names_received(warehouse) == ["tot.xlsx"]
    monkeypatch.setattr(ingesting.time, "time", lambda: began + 1795)
    assert land_inbox("agency_reports") == [[whole]]
    monkeypatch.setattr(ingesting.time, "time", lambda: began + 1805)
    [batch] = land_inbox("agency_reports")
    ingest_receipts("agency_reports", batch)

    rows = warehouse.execute(text("select original_name, verdict, verdict_code, answer_name from landing.receipt"))
    assert {row[0]: (row[1], row[2], row[3] is not None) for row in rows} == {
        "cut.xlsx": ("incomplete", "INCOMPLETE", True),
        "rong.xlsx": ("rejected", "EMPTY", True),
        "tot.xlsx": ("loaded", "OK", True),
    }


def test_a_file_completed_after_it_was_told_incomplete_is_taken_as_a_new_one(
    inbox: Path, report: bytes, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = inbox / "a.xlsx"
    path.write_bytes(report[:20_000])
    began = time.time()
    monkeypatch.setattr(ingesting.time, "time", lambda: began + 1805)
    [first] = land_inbox("agency_reports")
    ingest_receipts("agency_reports", first)

    with path.open("ab") as rest:
        rest.write(report[20_000:])
    [second] = land_inbox("agency_reports")

    assert ingest_receipts("agency_reports", second) == {"loaded": 1}


def test_where_the_clock_was_set_back_a_second_look_tells_and_a_file_being_written_waits(
    inbox: Path, report: bytes, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "dang ghi.xlsx").write_bytes(report)
    (inbox / "yen.xlsx").write_bytes(report)
    monkeypatch.setenv("TTDN_SETTLING_SECONDS", "10")
    an_hour_back = time.time() - 3600
    waits: list[float] = []

    def write_meanwhile(seconds: float) -> None:
        waits.append(seconds)
        with (inbox / "dang ghi.xlsx").open("ab") as still:
            still.write(b"more")

    monkeypatch.setattr(ingesting.time, "time", lambda: an_hour_back)
    monkeypatch.setattr(ingesting.time, "sleep", write_meanwhile)
    land_inbox("agency_reports")

    assert names_received(warehouse) == ["yen.xlsx"]
    assert waits == [10]


def test_a_file_given_by_name_is_read_at_once(tmp_path: Path, report: bytes, warehouse_url: str) -> None:
    (tmp_path / "cut.xlsx").write_bytes(report[:-200])
    (tmp_path / "tot.xlsx").write_bytes(report)

    found = intake([tmp_path / "cut.xlsx", tmp_path / "tot.xlsx"], tmp_path, warehouse_url)

    assert [each.verdict for each in found.results] == ["incomplete", "loaded"]


def _slow_writers(inbox: Path, warehouse: Connection, count: int, seed: int) -> tuple[int, int]:
    """Let writers write zip files piece by piece while the inbox is landed; how many were taken, how many early.

    A pause of a writer is shorter than the settling time, now and then longer: then only the missing end tells.
    """
    chance = random.Random(seed)
    whole: dict[str, bytes] = {}
    for number in range(count):
        name = f"{number:03}.xlsx"
        path = inbox.parent / name
        with zipfile.ZipFile(path, "w") as container:
            container.writestr("a", chance.randbytes(chance.randrange(200, 4000)))
        whole[name] = path.read_bytes()

    def write(name: str, pauses: list[float]) -> None:
        content = whole[name]
        with (inbox / name).open("wb") as slow:
            for number, pause in enumerate(pauses):
                piece = len(content) // len(pauses) + 1
                slow.write(content[number * piece : (number + 1) * piece])
                slow.flush()
                time.sleep(pause)

    writers = [
        threading.Thread(target=write, args=(name, [chance.choice([0.0, 0.1, 0.3, 1.4]) for _ in range(4)]))
        for name in whole
    ]
    for writer in writers:
        writer.start()
    taken, deadline = 0, time.monotonic() + 120
    while taken < count and time.monotonic() < deadline:
        land_inbox("agency_reports")
        taken = len(names_received(warehouse))
    for writer in writers:
        writer.join()
    arrived = received(warehouse)
    return len(arrived), sum(len(whole[each.original_name]) != each.byte_size for each in arrived)


def test_of_slow_writers_none_is_read_early(
    inbox: Path, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTDN_SETTLING_SECONDS", "1")

    assert _slow_writers(inbox, warehouse, 6, seed=27) == (6, 0)


@pytest.mark.long
def test_of_two_hundred_slow_writers_none_is_read_early(
    inbox: Path, warehouse: Connection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTDN_SETTLING_SECONDS", "1")
    seed = int(os.environ.get("TTDN_TEST_SEED", "2027"))

    taken, early = _slow_writers(inbox, warehouse, 200, seed)

    with capsys.disabled():
        print(f"\nF27 slow writers: {taken} trials, {early} premature reads, seed {seed}")
    assert (taken, early) == (200, 0)


def test_the_name_of_the_copy_is_on_the_disk_before_the_receipt_is_written(
    tmp_path: Path, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"bytes")
    flushed: list[str] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with opened_report(path) as opened:
        receipt = land_file(
            warehouse, Settings(tmp_path, tmp_path), opened, source_id="agency_reports", received_at=now()
        )

    copy, folder, landing, name, _ = flushed
    assert Path(copy).parent.parent == tmp_path / "landing", "in a draft folder"
    assert (Path(folder), Path(landing)) == (receipt.path.parent, tmp_path / "landing")
    assert Path(name) == tmp_path / "landing" / "names" / str(receipt.receipt_id)


@pytest.fixture(autouse=True)
def _no_mount_left(tmp_path: Path) -> Iterator[Any]:
    yield
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()


# --- the same content again ---------------------------------------------------------------------------------


def test_the_same_bytes_in_another_bodys_folder_are_a_duplicate_that_names_the_first(
    inbox: Path, report: bytes, warehouse: Connection
) -> None:
    for folder in ("a 28249", "b 28261"):
        (inbox / folder).mkdir()
        (inbox / folder / f"bao cao {folder}.xlsx").write_bytes(report)

    [batch] = land_inbox("agency_reports")
    assert ingest_receipts("agency_reports", batch) == {"duplicate": 1, "loaded": 1}

    first, again = warehouse.execute(
        text("select receipt_number, submission_id, verdict from landing.receipt order by receipt_id")
    ).all()
    assert (first.verdict, again.verdict, again.submission_id) == ("loaded", "duplicate", first.submission_id)
    told = warehouse.execute(
        text("select text_vi from warehouse.finding where message_code = 'DUPLICATE'")
    ).scalar_one()
    assert first.receipt_number in told
    # Whose report it is stands in the report; where it was put decides nothing.
    assert warehouse.execute(text("select reporting_unit_code from warehouse.submission")).scalars().all() == ["28249"]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_a_report_saved_again_by_libreoffice_is_unchanged(tmp_path: Path, report: bytes, warehouse_url: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(report)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        tmp_path / "lai",
        tmp_path / "a.xlsx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert (tmp_path / "lai" / "a.xlsx").read_bytes() != report

    found = intake([tmp_path / "a.xlsx", tmp_path / "lai" / "a.xlsx"], tmp_path, warehouse_url)

    assert [each.verdict for each in found.results] == ["loaded", "unchanged"]
