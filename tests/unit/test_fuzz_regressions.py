"""What `make fuzz` found stays mended, and some thousands of random inputs hold, on machines without the fuzzer."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from zipfile import BadZipFile

import pytest

from tests.fuzz import targets
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import WORDS, seeds
from tests.fuzz.targets import TARGETS, Target

ROOT = Path(__file__).resolve().parents[2]
REGRESSIONS = ROOT / "tests" / "fuzz" / "regressions"
FOUND = sorted(REGRESSIONS.glob("*/*"))
SEED, TRIALS, LONG_TRIALS = 20260610, 2_000, 40_000
SLOW = ("names", "secrecy", "counts", "preflight", "workbook", "open_document", "document", "markup")
HANGS_AFTER_SECONDS = 30
LARGEST_REGRESSION = 8_192


@pytest.fixture(autouse=True)
def _as_a_child_that_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets.sandbox, "IN_CHILD", True)


@contextmanager
def no_hang(content: bytes) -> Iterator[None]:
    """An alarm for what never comes back; it measures nothing."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"no end for {content[:200]!r}")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(HANGS_AFTER_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def try_mutations(target: Target, trials: int, seed: int) -> None:
    """Check so many changed seeds and finds; a failure shows the input."""
    pool = [*seeds(target.name), *(path.read_bytes() for path in FOUND if path.parent.name == target.name)]
    random = Random(f"{seed} {target.name}")
    for number in range(trials):
        content = mutated(random.choice(pool), pool, WORDS[target.name], random, target.longest)
        with no_hang(content):
            try:
                target.check(content)
            except Exception as problem:
                pytest.fail(f"{target.name}, seed {seed}, trial {number}: {problem!r}\ninput: {content!r}")


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_the_fuzzer_found_stays_mended(path: Path) -> None:
    content = path.read_bytes()
    assert len(content) <= LARGEST_REGRESSION

    with no_hang(content):
        TARGETS[path.parent.name].check(content)


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_of_a_target_holds(name: str) -> None:
    assert seeds(name) == seeds(name)
    for content in seeds(name):
        TARGETS[name].check(content)


@pytest.mark.parametrize("name", TARGETS)
def test_random_changes_of_the_seeds_hold(name: str) -> None:
    try_mutations(TARGETS[name], TRIALS // 10 if name in SLOW else TRIALS, SEED)


@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_many_random_changes_of_the_seeds_hold(name: str) -> None:
    try_mutations(TARGETS[name], LONG_TRIALS, SEED)
    print(f"\n{name}: {LONG_TRIALS} trials, 0 violations, seed {SEED}")


def test_a_target_sees_a_reader_that_lets_its_own_error_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(path: Path) -> None:
        raise KeyError(path.name)

    monkeypatch.setattr(targets, "check_file", stumble)

    with pytest.raises(KeyError):
        TARGETS["preflight"].check(b"PK\x03\x04")


def test_a_target_sees_a_figure_that_is_not_the_one_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    read = targets.parse_figure
    monkeypatch.setattr(
        targets, "parse_figure", lambda cell, *rest, **named: read(cell.replace("12", "21"), *rest, **named)
    )

    with pytest.raises(AssertionError):
        TARGETS["numbers"].check(b"\1\0" + b"1.212,5")


def test_a_target_sees_a_mark_that_is_none_when_its_accents_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "is_marked_text", lambda text: "MẬT" in text)

    with pytest.raises(AssertionError):
        TARGETS["secrecy"].check("MẬT".encode())


def test_a_target_sees_a_container_that_two_programs_read_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = seeds("preflight")[0]
    differing = sound.replace(b"xl/_rels/workbook.xml.rels", b"xl/_rels/workbook.xml.rexx", 1)
    TARGETS["preflight"].check(differing)
    monkeypatch.setattr(targets, "check_file", lambda path: targets.Preflight("xlsx"))

    TARGETS["preflight"].check(sound)
    with pytest.raises(BadZipFile, match="differ"):
        TARGETS["preflight"].check(differing)


def test_an_unknown_target_is_a_usage_error() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert "no target nothing" in ended.stderr
