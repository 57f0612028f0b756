"""S31: what is installed is what was locked: every version with its hashes, from wherever an index is configured."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

from tests.house.project_files import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)(?: ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def mistakes(lock: str) -> list[str]:
    """Every line that is neither a pinned version nor one of its hashes, and every version without any."""
    told, pinned = [], None
    for line in lock.splitlines():
        if HASH.fullmatch(line):
            pinned = None
        elif PIN.fullmatch(line):
            if pinned is not None:
                told.append(f"no hash: {pinned}")
            pinned = line
        else:
            told.append(f"neither a version nor a hash: {line}")
    return [*told, *([f"no hash: {pinned}"] if pinned is not None else [])]


def versions(lock: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in PIN.findall(lock.read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_of_a_lock_is_a_version_with_its_hashes_and_no_address(lock: Path) -> None:
    assert mistakes(lock.read_text(encoding="utf-8")) == []


GOOD = "six==1.17.0 \\\n    --hash=sha256:" + "a" * 64 + "\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("attrs==26.1.0\n", "neither"),
        ("attrs==26.1.0 \\\n", "no hash"),
        ("attrs>=26 \\\n    --hash=sha256:" + "a" * 64 + "\n", "neither"),
        ("--index-url " + "https://example.vn/\n", "neither"),
        ("--extra-index-url " + "https://example.vn/\n", "neither"),
        ("--trusted-host example.vn\n", "neither"),
        ("-e .\n", "neither"),
        ("attrs @ https://example.vn/attrs.whl \\\n    --hash=sha256:" + "a" * 64 + "\n", "neither"),
        ("attrs==26.1.0 \\\n    --hash=md5:" + "a" * 32 + "\n", "neither"),
    ],
)
def test_a_line_that_would_install_something_else_is_seen(line: str, told: str) -> None:
    assert mistakes(GOOD) == []
    for lock in (GOOD + line, line + GOOD):
        assert any(each.startswith(told) for each in mistakes(lock)), lock


def test_what_is_wanted_is_locked_and_tests_run_on_what_is_shipped() -> None:
    assert {lock.stem for lock in LOCKS} == {"runtime", "dev", "uv", "audit", "fuzz"}
    for lock in LOCKS:
        wanted = {
            re.split(r"[=<>~! #\[]", line)[0].lower()
            for line in lock.with_suffix(".in").read_text(encoding="utf-8").splitlines()
            if line and not line.startswith(("#", "-r"))
        }
        assert wanted <= set(versions(lock)), lock.name
    runtime, dev = (versions(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "dev"))
    assert {name: dev.get(name) for name in runtime} == runtime


def test_the_environment_the_tests_run_in_is_the_locked_one() -> None:
    locked = versions(ROOT / "requirements" / "dev.txt")
    installed = {
        re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each.version for each in metadata.distributions()
    }
    ours = {"ttdn", "pip", "uv"}
    assert {
        name: version for name, version in installed.items() if name not in ours and version not in locked.get(name, ())
    } == {}


def test_the_installers_check_hashes() -> None:
    for script in ("install.sh", "audit.sh"):
        calls = [
            line
            for line in (ROOT / "requirements" / script).read_text(encoding="utf-8").splitlines()
            if re.search(r"pip (install|sync)\b|pip-audit\"", line) and "--no-index" not in line
        ]
        assert calls
        assert [line for line in calls if "--require-hashes" not in line] == []
