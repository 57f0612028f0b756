"""Fuzz one target in this process: `python -m tests.fuzz.one TARGET [libFuzzer options]`. Needs atheris."""

from __future__ import annotations

import importlib
import sys

import atheris


def main(name: str, options: list[str]) -> None:
    """Never returns: libFuzzer ends the process, with 77 at a find."""
    with atheris.instrument_imports(include=["include", "zipfile"], enable_loader_override=False):
        targets = importlib.import_module("tests.fuzz.targets")
    targets.in_child()
    target = targets.TARGETS[name]
    atheris.Setup([sys.argv[0], *options], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
