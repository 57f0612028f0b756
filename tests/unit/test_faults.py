"""A fault strikes where it is named and nowhere else, and every point it can be named for is there."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from include import faults
from include.drafts import draft_folder
from include.settings import PROJECT_ROOT

PASS = "from include import faults; [faults.hit('deliver_after_data') for _ in range(3)]; print('alive')"


def passed(stated: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PASS]
    return subprocess.run(
        command, env={"TTDN_FAULT": stated}, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("stated", ["", "deliver_after_claim", "deliver_after_data:4"])
def test_a_fault_that_is_not_named_here_or_later_lets_the_process_live(stated):
    assert passed(stated).stdout == "alive\n"


@pytest.mark.parametrize("stated", ["deliver_after_data", "deliver_after_data:1", "deliver_after_data:3"])
def test_a_fault_kills_the_process_as_kill_9_does(stated):
    assert (passed(stated).returncode, passed(stated).stdout) == (-signal.SIGKILL, "")


@pytest.mark.parametrize(
    "stated",
    [
        "deliver_after_dota",
        "deliver_after_data:x",
        "deliver_after_data:0",
        "deliver_after_data!explode",
        "deliver_after_data!wait:relative",
        "1",
    ],
)
def test_a_fault_that_is_none_is_told_at_the_first_point(stated):
    assert f"not among {faults.POINTS[0]}" in passed(stated).stderr


def test_a_fault_may_be_an_error_instead_which_time_would_mend():
    failed = passed("deliver_after_data:2!error")

    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "OSError: deliver_after_data:2!error, as asked for"


def test_a_fault_may_hold_the_process_until_it_is_let_on(tmp_path):
    sign = tmp_path / "go"
    held = subprocess.Popen(
        [sys.executable, "-c", PASS],
        env={"TTDN_FAULT": f"deliver_after_data:3!wait:{sign}"},
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not (reached := tmp_path / "go.reached").exists():
        assert held.poll() is None

    assert reached.read_text() == str(held.pid)
    sign.touch()
    assert held.communicate(timeout=60)[0] == "alive\n"


def test_what_a_killed_process_left_aside_is_cleared_and_what_a_living_one_writes_is_not(tmp_path):
    begin = (
        "import os, signal, sys; from pathlib import Path; from include.drafts import draft_folder\n"
        "with draft_folder(Path(sys.argv[1])) as drafts:\n"
        "    (drafts / 'half').touch(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", begin, str(tmp_path)], cwd=PROJECT_ROOT, check=False)
    assert [path.name for path in tmp_path.glob(".draft-*/*")] == ["half"]

    with draft_folder(tmp_path) as first:
        (first / "mine").touch()
        with draft_folder(tmp_path) as second:
            assert sorted(tmp_path.iterdir()) == sorted([first, second])
            assert (first / "mine").exists()

    assert list(tmp_path.iterdir()) == []


def test_a_draft_folder_cleared_away_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    made = []

    def cleared_away(**where):
        made.append(Path(tempfile_mkdtemp(**where)))
        if len(made) == 1:
            made[0].rmdir()
        return str(made[-1])

    tempfile_mkdtemp = tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", cleared_away)

    with draft_folder(tmp_path) as folder:
        assert folder == made[1]


def test_every_point_is_hit_in_exactly_one_place():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT_ROOT / "include").rglob("*.py"))

    assert sorted(re.findall(r'faults\.hit\("(\w+)"\)', code)) == sorted(faults.POINTS)
