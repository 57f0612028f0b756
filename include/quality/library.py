"""Great Expectations, loaded without what it imports and our checks never use.

Half of its import is scipy.stats and altair, which serve expectations on distributions and charts. They are put off
until somebody touches them, which nobody does; a thread may load the rest while a file is read in another process.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

NEVER_USED = ("scipy.stats", "altair")
"""Imported by Great Expectations when it starts; executed only if something asks them for anything."""

_loading = threading.Lock()


def great_expectations() -> Any:
    """The library; waits for a load that is under way."""
    with _loading, _put_off(NEVER_USED), _without_collecting():
        # Set before the import: the library reads it once, then.
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        return importlib.import_module("great_expectations")


def load_library_meanwhile() -> None:
    """Start loading the library in a thread, for whoever is about to wait for a file to be read."""
    if "great_expectations" not in sys.modules and not _loading.locked():
        threading.Thread(target=_load_quietly, name="great_expectations", daemon=True).start()


def _load_quietly() -> None:
    try:
        great_expectations()
    except Exception:  # the gate imports it again and says what is wrong
        return


class _PutOff(MetaPathFinder):
    """Finds the named modules as usual and executes them only when one of their attributes is asked for."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def _without_collecting() -> Iterator[None]:
    # An import makes a million objects that all stay: looking through them for garbage again and again is an eighth
    # of it, and would go on at every later collection.
    was_on = gc.isenabled() and "great_expectations" not in sys.modules
    if not was_on:
        yield
        return
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


@contextmanager
def _put_off(names: Sequence[str]) -> Iterator[None]:
    finder = _PutOff(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
