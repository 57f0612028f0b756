"""Functions that the sandbox's tests run in a child."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from include.errors import CatalogueError
from include.readers.grid import WorkbookRefused


def echo_after(number: int, seconds: float) -> tuple[int, int]:
    time.sleep(seconds)
    return number, os.getpid()


def hang() -> None:
    time.sleep(3600)


def spin() -> None:
    while True:
        pass


def eat_memory() -> int:
    kept = []
    while True:
        kept.append(bytearray(50 * 1024 * 1024))


def refuse_odd(number: int) -> int:
    if number % 2:
        raise WorkbookRefused("EMPTY")
    return number


def fail_quoting(text: str) -> str:
    return {"a": "b"}[text]


def break_catalogue() -> None:
    raise CatalogueError(where="measures", found="two", expected="one", remedy="Remove one.")


def return_code_to_run() -> Callable[..., int]:
    return os.system


def environment() -> dict[str, str]:
    return dict(os.environ)


def loaded_modules() -> set[str]:
    return {name.partition(".")[0] for name in sys.modules}
