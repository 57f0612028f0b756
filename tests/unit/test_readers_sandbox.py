"""Children that may die: what they cost, and what they never cost."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from include.errors import CatalogueError, PlatformError
from include.readers import Sandbox, WorkbookRefused, read_workbook, sandbox
from include.readers.confinement import landlock_version
from include.readers.sandbox import Limits
from include.settings import PROJECT_ROOT
from tests.unit.reader_files import write_xlsx

CALLS = "tests.unit.sandboxed_calls"


def test_a_call_returns_what_the_function_returns() -> None:
    with Sandbox(workers=1) as box:
        assert box.run("math:hypot", 3, 4) == 5
        assert box.run("decimal:Decimal", "0.10") == Decimal("0.10")


def test_calls_reuse_their_child() -> None:
    with Sandbox(workers=1) as box:
        assert len({box.run("os:getpid") for _ in range(5)}) == 1


def test_many_calls_come_back_in_their_order_from_two_children() -> None:
    with Sandbox(workers=2) as box:
        answers = list(
            box.map(f"{CALLS}:echo_after", [(number, 0.02 if number % 3 == 0 else 0) for number in range(20)])
        )

    assert [number for number, _ in answers] == list(range(20))
    assert len({pid for _, pid in answers}) == 2


@pytest.mark.parametrize(
    ("function", "args", "limits"),
    [
        ("os:abort", (), Limits()),
        ("os:_exit", (0,), Limits()),
        (f"{CALLS}:hang", (), Limits(wall_seconds=0.5)),
        (f"{CALLS}:spin", (), Limits(cpu_seconds=1)),
        (f"{CALLS}:eat_memory", (), Limits(memory_bytes=400 * 1024 * 1024)),
        (f"{CALLS}:write_temporary_file", (3 << 20,), Limits(file_bytes=2 << 20)),
        (f"{CALLS}:return_bytes", (2 << 20,), Limits(answer_bytes=1 << 20)),
    ],
)
def test_a_child_that_dies_or_hangs_costs_one_file_and_the_others_go_on(
    function: str, args: tuple[object, ...], limits: Limits
) -> None:
    with Sandbox(workers=1) as box:
        before = box.run("os:getpid")
        # The tight limit is for the one call: on a busy machine starting a child may take longer.
        generous, box.limits = box.limits, limits
        with pytest.raises(WorkbookRefused) as caught:
            box.run(function, *args)
        box.limits = generous
        after = box.run("os:getpid")

    assert caught.value.code == "PARSER_LIMIT"
    assert after != before


def test_what_stays_within_the_limits_is_an_answer() -> None:
    """The near miss of the limits above."""
    with Sandbox(workers=1, limits=Limits(file_bytes=2 << 20, answer_bytes=2 << 20)) as box:
        spool = Path(box.run(f"{CALLS}:write_temporary_file", 2 << 20))
        assert spool.stat().st_size == 2 << 20
        spool.unlink()
        assert len(box.run(f"{CALLS}:return_bytes", 1 << 20)) == 1 << 20


def test_an_answer_that_never_ends_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_ANSWER_SECONDS", 0.5)
    with Sandbox(workers=1) as box:
        with pytest.raises(WorkbookRefused) as caught:
            box.run(f"{CALLS}:answer_byte_by_byte")
        assert box.run("math:hypot", 3, 4) == 5

    assert caught.value.code == "PARSER_LIMIT"


def test_an_answer_may_wait_for_whoever_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time in which nobody comes to read is not the child's."""
    monkeypatch.setattr(sandbox, "_ANSWER_SECONDS", 5.0)
    with Sandbox(workers=2, limits=Limits(wall_seconds=5.0)) as box:
        box.run("math:hypot", 3, 4)
        outcomes = box.map(f"{CALLS}:return_bytes", [(1,), (30 << 20,)])
        next(outcomes)
        busy = outcomes.gi_frame.f_locals["busy"]  # type: ignore[attr-defined]
        _wait_until(lambda: select.select(list(busy), [], [], 0)[0])
        monkeypatch.setattr(sandbox.time, "monotonic", _later(sandbox.time.monotonic, 60))
        answer = next(outcomes)
    monkeypatch.undo()

    assert len(answer) == 30 << 20


def test_more_than_one_answer_is_no_answer_and_the_child_is_not_asked_again() -> None:
    with Sandbox(workers=1) as box:
        with pytest.raises(WorkbookRefused) as caught:
            box.run(f"{CALLS}:answer_twice")
        assert box.run("math:hypot", 3, 4) == 5

    assert caught.value.code == "READER_FAULT"


@pytest.mark.parametrize("name", ["CatalogueError", "annotations", "SomethingElse"])
def test_a_child_chooses_among_the_platforms_own_errors_only(name: str) -> None:
    with Sandbox(workers=1) as box, pytest.raises(PlatformError) as caught:
        box.run(f"{CALLS}:raise_by_name", name)

    assert type(caught.value) is {"CatalogueError": CatalogueError}.get(name, PlatformError)


def test_a_child_keeps_few_files_open() -> None:
    with Sandbox(workers=1) as box:
        assert box.run(f"{CALLS}:open_many_files") < 128


@pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock, or forbids asking for it")
def test_a_child_that_was_taken_over_changes_nothing_reaches_nobody_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Landlock and the filter of system calls."""
    temporary, answers, elsewhere = (tmp_path / name for name in ("temporary", "answers", "elsewhere"))
    for folder in (temporary, answers, elsewhere):
        folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    landed = elsewhere / "landed"
    landed.write_bytes(b"as sent")
    with subprocess.Popen(["/bin/sleep", "600"]) as other, Sandbox(workers=1, writable=[answers]) as box:
        deeds = box.run(f"{CALLS}:errors_of_forbidden_deeds", str(landed), other.pid)
        still_runs = other.poll() is None
        other.kill()
        # The near misses: what a reader has to do.
        assert Path(box.run(f"{CALLS}:write_file", str(answers / "answer.xlsx"))).read_bytes() == b"x"
        assert Path(box.run(f"{CALLS}:write_temporary_file", 1)).parent == temporary

    assert {name: error for name, error in deeds.items() if error not in ("EACCES", "EPERM", "EXDEV")} == {}
    assert len(deeds) == 14
    assert still_runs
    assert landed.read_bytes() == b"as sent"
    assert sorted(path.name for path in elsewhere.iterdir()) == ["landed"]


@pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock, or forbids asking for it")
def test_a_child_that_was_taken_over_reads_what_it_was_sent_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, landing, outbox, sent = (tmp_path / name for name in ("temporary", "landing", "outbox", "sent"))
    for folder in (temporary, landing, outbox, sent, tmp_path / "secrets"):
        folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    password = tmp_path / "secrets" / "password"
    for path in (landing / "report.xlsx", outbox / "answer.xlsx", sent / "report.xlsx", sent / "other.xlsx", password):
        path.write_bytes(b"x")
    (landing / "link").symlink_to(password)

    def told(function_path: str, *arguments: object) -> str:
        try:
            return f"{box.run(function_path, *arguments)}"
        except WorkbookRefused as refused:
            return str(refused.detail).split(" at ")[0]

    places = [landing, sent / "report.xlsx", tmp_path / "gone"]
    with Sandbox(workers=1, writable=[outbox], readable=places) as box:
        read = {
            path: told("shutil:copyfile", str(path), str(temporary / "copied"))
            for path in (
                landing / "report.xlsx",
                outbox / "answer.xlsx",
                sent / "report.xlsx",
                landing / "link",
                sent / "other.xlsx",
                password,
                Path("/etc/passwd"),
                PROJECT_ROOT / "pyproject.toml",
                Path(f"/proc/{os.getpid()}/status"),
            )
        }
        listed = {folder: told("os:listdir", str(folder)) for folder in (landing, sent, tmp_path, PROJECT_ROOT)}

    copied = str(temporary / "copied")
    assert list(read.values()) == [copied] * 3 + ["PermissionError"] * 6
    assert [told.startswith("[") for told in listed.values()] == [True, False, False, False]


def test_a_kernel_without_the_features_is_told_and_files_are_still_read() -> None:
    """An old kernel, or a container that forbids asking: prctl refuses, nothing is claimed."""
    script = (
        "import ctypes, sys\n"
        f"sys.path.insert(0, {str(sandbox._ROOT)!r})\n"
        "from include.readers import confinement\n"
        "class Old:\n"
        "    prctl = staticmethod(lambda *_: -1)\n"
        "    syscall = staticmethod(lambda *_: -1)\n"
        "confinement.ctypes.CDLL = lambda *_, **__: Old\n"
        "print(confinement.confine([]), confinement.landlock_version())\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert told == "Confinement(landlock=0, no_sockets=False) 0\n"


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(memory_bytes=300 * 1024 * 1024), "memory"),
        (Limits(cpu_seconds=1), "processor time"),
        (Limits(wall_seconds=1.0), "wall time"),
    ],
)
def test_a_bomb_that_got_past_the_gate_costs_one_file_and_the_next_is_read(
    tmp_path: Path, limits: Limits, what: str
) -> None:
    rows = "".join(
        f'<row r="{row}">{"<c t=&quot;e&quot;/>".replace("&quot;", chr(34)) * 40}</row>' for row in range(1, 40_000)
    )
    bomb = write_xlsx(tmp_path / "bomb.xlsx", rows)
    good = write_xlsx(tmp_path / "good.xlsx")
    with Sandbox(workers=1) as box:
        assert box.run("include.readers.xlsx:read_xlsx", good).sheets[0].rows == [[1]]
        generous, box.limits = box.limits, limits
        with pytest.raises(WorkbookRefused) as caught:
            box.run("include.readers.xlsx:read_xlsx", bomb)
        box.limits = generous
        assert box.run("include.readers.xlsx:read_xlsx", good).sheets[0].rows == [[1]]

    assert caught.value.code == "PARSER_LIMIT", what


def test_a_refused_file_is_an_outcome_among_the_others() -> None:
    with Sandbox(workers=2) as box:
        outcomes = list(box.map(f"{CALLS}:refuse_odd", [(number,) for number in range(4)]))

    assert [getattr(outcome, "code", outcome) for outcome in outcomes] == [0, "EMPTY", 2, "EMPTY"]


def test_a_bug_costs_one_file_and_its_report_quotes_nothing() -> None:
    with Sandbox(workers=1) as box, pytest.raises(WorkbookRefused) as caught:
        box.run(f"{CALLS}:fail_quoting", "nội dung kín")

    assert caught.value.code == "READER_FAULT"
    assert caught.value.detail.startswith("KeyError at sandboxed_calls.py:")
    assert "kín" not in str(caught.value)


def test_an_inconsistent_catalogue_stops_the_batch() -> None:
    with Sandbox(workers=1) as box, pytest.raises(CatalogueError, match="found two"):
        box.run(f"{CALLS}:break_catalogue")


def test_a_child_may_not_send_back_code() -> None:
    with Sandbox(workers=1) as box, pytest.raises(WorkbookRefused) as caught:
        box.run(f"{CALLS}:return_code_to_run")

    assert caught.value.code == "READER_FAULT"


def test_a_child_sees_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTDN_DATABASE_URL", "postgresql://localhost/db?password=secret")
    monkeypatch.setenv("SMTP_PASSWORD", "secret")
    with Sandbox(workers=1) as box:
        assert "secret" not in str(box.run(f"{CALLS}:environment"))


def test_the_memory_limit_is_met_by_files_and_not_by_libraries() -> None:
    """Arrow alone would set a gigabyte of address space aside; the readers of a child need a fraction of the limit."""
    with Sandbox(workers=1) as box:
        taken = box.run(f"{CALLS}:address_space_with_heavy_libraries")

    assert taken < Limits().memory_bytes / 3


def test_a_child_starts_without_the_heavy_libraries() -> None:
    with Sandbox(workers=1) as box:
        box.run("os:getpid")
        loaded = box.run(f"{CALLS}:loaded_modules")

    assert loaded.isdisjoint({"pandas", "numpy", "great_expectations", "airflow", "sqlalchemy", "openpyxl"})


def test_an_abandoned_map_leaves_no_child_behind() -> None:
    box = Sandbox(workers=2)
    outcomes = box.map(f"{CALLS}:echo_after", [(number, 0) for number in range(10)])
    _, pid = next(outcomes)
    outcomes.close()
    box.close()

    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_forked_copy_starts_children_of_its_own() -> None:
    with Sandbox(workers=1) as box:
        ours = box.run("os:getpid")
        read_end, write_end = os.pipe()
        pid = os.fork()
        if pid == 0:  # as Airflow forks its task processes
            os.write(write_end, str(box.run("os:getpid")).encode())
            os._exit(0)
        os.waitpid(pid, 0)
        theirs = int(os.read(read_end, 100))

        assert theirs != ours
        assert box.run("os:getpid") == ours


def test_children_end_with_their_parent_even_in_the_middle_of_a_call(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, threading, time\n"
        f"sys.path.insert(0, {str(sandbox._ROOT)!r})\n"
        "from include.readers import Sandbox\n"
        "box = Sandbox(workers=1)\n"
        "print(box.run('os:getpid'), flush=True)\n"
        f"threading.Thread(target=box.run, args=('{CALLS}:spin',), daemon=True).start()\n"
        "time.sleep(3600)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        _wait_until(lambda: child.cpu_times().user > 0.3)
        parent.kill()
        parent.wait()
        gone, _ = psutil.wait_procs([child], timeout=60)

    assert gone


def test_a_workbook_that_aborts_its_parser_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    """The gate stops this file first; here the parser meets it, as it would meet one the gate does not know."""
    deadly = write_xlsx(tmp_path / "a.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    good = write_xlsx(tmp_path / "b.xlsx")
    with Sandbox(workers=1) as box:
        outcomes = list(box.map("include.readers.xlsx:read_xlsx", [(deadly,), (good,)]))

    assert outcomes[0].code == "PARSER_LIMIT"
    assert outcomes[1].sheets[0].rows == [[1]]


def test_read_workbook_reads_in_a_child_and_its_refusals_come_back(tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").write_bytes(b"")

    assert read_workbook(write_xlsx(tmp_path / "a.xlsx")).sheets[0].rows == [[1]]
    with pytest.raises(WorkbookRefused) as caught:
        read_workbook(tmp_path / "empty.xlsx")
    assert caught.value.code == "EMPTY"


def _later(clock: Callable[[], float], seconds: float) -> Callable[[], float]:
    return lambda: clock() + seconds


def _wait_until(holds: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)
