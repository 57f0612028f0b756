"""Fuzz each target for some minutes and print what was tried, how far it reached and what it found."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from tests.fuzz.seeds import WORDS, seeds
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".fuzz"
"""Corpora that grew, logs and finds stay here between runs; no part of the repository."""
SLOWEST_SECONDS = 10
MOST_MEGABYTES = 2_048

_EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED = re.compile(r"cov: (\d+) ft: (\d+)")


def main() -> int:
    """Exit 1 when something was found, 2 when the fuzzer could not run."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=3, help="of each target (default 3)")
    parser.add_argument("--seed", type=int, default=1, help="of libFuzzer's changes (default 1)")
    asked = parser.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    print(f"{'target':14} {'seed':>5} {'runs':>10} {'edges':>7} {'features':>8}  found", flush=True)
    found = broken = 0
    for name in asked.targets or TARGETS:
        outcome, is_broken = fuzz(name, asked.minutes, asked.seed)
        found, broken = found + bool(outcome), broken + is_broken
    return 2 if broken else int(bool(found))


def fuzz(name: str, minutes: float, seed: int) -> tuple[list[Path], bool]:
    """Fuzz one target in a process of its own; the inputs it found, and whether it could not run at all."""
    corpus, finds, log = KEPT / name / "corpus", KEPT / name / "finds", KEPT / name / "log.txt"
    for folder in (corpus, finds):
        folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seeds(name)):
        (corpus / f"seed-{number:02d}").write_bytes(content)
    words = KEPT / name / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS[name]), encoding="ascii")
    before = set(finds.iterdir())
    with log.open("w", encoding="utf-8") as written:
        subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.one", name, str(corpus)),
                *(f"-max_total_time={round(minutes * 60)}", f"-seed={seed}", f"-max_len={TARGETS[name].longest}"),
                *(f"-timeout={SLOWEST_SECONDS}", f"-rss_limit_mb={MOST_MEGABYTES}", "-print_final_stats=1"),
                f"-artifact_prefix={finds}/",
                *([f"-dict={words}"] if WORDS[name] else []),
            ],
            cwd=ROOT,
            stdout=written,
            stderr=subprocess.STDOUT,
            check=False,
        )
    told = log.read_text(encoding="utf-8", errors="replace")
    new = sorted(set(finds.iterdir()) - before)
    executed, covered = _EXECUTED.findall(told), _COVERED.findall(told)
    edges, features = covered[-1] if covered else ("-", "-")
    shown = ", ".join(path.relative_to(ROOT).as_posix() for path in new) or "nothing"
    if not executed and not new:
        shown = f"could not run: see {log.relative_to(ROOT)}"
    print(f"{name:14} {seed:5} {executed[-1] if executed else '-':>10} {edges:>7} {features:>8}  {shown}", flush=True)
    return new, not executed and not new


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main())
