"""Reading strangers' files in child processes that may die without taking anyone with them.

A parser can abort the whole process (python-calamine on a 1.5 KB workbook with a cell at
XFD1048576), eat all memory or never return. So parsers run in reused children with limits on
memory, processor time, wall time and what they write; a child that breaks one costs one file a
refusal (PARSER_LIMIT) and is replaced. What a child may touch at all is in confinement.py.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import io
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from include import errors
from include.readers.grid import WorkbookRefused

_ROOT = Path(__file__).resolve().parents[2]
_CHILD = Path(__file__).with_name("child.py")
_LENGTH = struct.Struct(">Q")
_ANSWER_SECONDS = 10.0

# The child reads strangers' files: it is given no password, no database address, no token.
_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "TTDN_HOME")

# Libraries that set address space aside by the gigabyte, or by the processor, would meet the limit of memory before a
# file does: 1.5 GB were taken by adding up a spool of 80 kB on two processors, and more on a larger machine.
_FRUGAL = dict(
    setting.split("=")
    for setting in (
        "ARROW_DEFAULT_MEMORY_POOL=system",
        "MALLOC_ARENA_MAX=2",
        "OMP_NUM_THREADS=1",
        "OPENBLAS_NUM_THREADS=1",
    )
)

IN_CHILD = False
"""True inside a sandbox child, where parsers may be called directly. Set by child.py."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use."""

    memory_bytes: int = 1536 * 1024 * 1024
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    # Ten million monitoring counts, the most a file may bring, spool to some 400 MB.
    file_bytes: int = 1024 * 1024 * 1024
    answer_bytes: int = 512 * 1024 * 1024


class Sandbox:
    """Runs functions given as "module:function" in child processes; usable from several threads.

    Children start on the first call, in about a tenth of a second, are reused, and end with `close`,
    with the process that made them, or when they break a limit. They write nowhere but in the temporary
    folder and below `writable`, folders that exist by the first call. With `readable`, files and folders, they read
    nothing but those, what they may write, the program's code and libraries.
    """

    def __init__(
        self,
        workers: int = 2,
        limits: Limits | None = None,
        writable: Iterable[Path] = (),
        readable: Iterable[Path] | None = None,
    ) -> None:
        self.workers = workers
        self.writable = tuple(writable)
        self.readable = None if readable is None else tuple(readable)
        self.limits = limits or Limits()
        self._idle: list[_Child] = []
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def run(self, function_path: str, *args: object) -> Any:
        """What the function returns. Raises WorkbookRefused (its own, PARSER_LIMIT, READER_FAULT) or PlatformError."""
        outcome = next(self.map(function_path, [args]))
        if isinstance(outcome, WorkbookRefused):
            raise outcome
        return outcome

    def map(self, function_path: str, calls: Iterable[tuple[object, ...]]) -> Iterator[Any]:
        """One outcome for each tuple of arguments, in their order, `workers` at a time.

        A refused file gives its WorkbookRefused as the outcome, so that the others go on.
        """
        waiting = enumerate(calls)
        busy: dict[int, tuple[_Child, int]] = {}
        done: dict[int, Any] = {}
        order: deque[int] = deque()
        exhausted = False
        try:
            while True:
                # A slow first file must not let the answers of thousands behind it pile up in memory.
                while not exhausted and len(busy) < self.workers and len(order) < self.workers * 4:
                    try:
                        number, args = next(waiting)
                    except StopIteration:
                        exhausted = True
                        break
                    order.append(number)
                    child = self._lease()
                    child.send(function_path, args, self.limits)
                    busy[child.answer_fd] = (child, number)
                while order and order[0] in done:
                    yield done.pop(order.popleft())
                if not order:
                    if exhausted:
                        return
                    continue
                if busy:
                    self._collect(busy, done)
        finally:
            for child, _ in busy.values():
                child.kill()

    def close(self) -> None:
        """End the children that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _collect(self, busy: dict[int, tuple[_Child, int]], done: dict[int, Any]) -> None:
        poller = select.poll()
        for fd in busy:
            poller.register(fd, select.POLLIN)
        began = time.monotonic()
        ready = poller.poll(max(0.0, min(child.seconds_left(began) for child, _ in busy.values())) * 1000)
        waited = time.monotonic() - began
        for child, _ in busy.values():
            child.note_waited(waited)
        for fd, _event in ready:
            child, number = busy[fd]
            outcome = child.receive()
            if outcome is not _UNFINISHED:
                del busy[fd]
                self._give_back(child)
                if isinstance(outcome, _BatchError):
                    raise outcome.error
                done[number] = outcome
        now = time.monotonic()
        for fd, (child, number) in list(busy.items()):
            if child.seconds_left(now) <= 0:
                child.kill()
                del busy[fd]
                done[number] = WorkbookRefused("PARSER_LIMIT", f"{self.limits.wall_seconds:.0f} s")

    def _lease(self) -> _Child:
        with self._lock:
            if self._owner != os.getpid():
                # A forked copy (Airflow forks its task processes) must not share its parent's pipes.
                self._idle, self._owner = [], os.getpid()
            while self._idle:
                child = self._idle.pop()
                if child.is_alive():
                    return child
                child.kill()
        return _Child(self.writable, self.readable)

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            if child.is_alive() and not child.is_spent and len(self._idle) < self.workers:
                self._idle.append(child)
                return
        child.kill()


_UNFINISHED = object()
_ERRORS = {
    name: each
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, errors.PlatformError)
}


@dataclass(frozen=True, slots=True)
class _BatchError:
    """An inconsistent catalogue or contract: no fault of the file, so it stops the whole batch."""

    error: errors.PlatformError


class _Child:
    """One child process and the pipes to it."""

    def __init__(self, writable: Iterable[Path], readable: Iterable[Path] | None) -> None:
        request_read, self._request_fd = os.pipe()
        self.answer_fd, answer_write = os.pipe()
        lifeline_read, self._lifeline_fd = os.pipe()
        os.set_blocking(self.answer_fd, False)
        flags = ["-I", "-B"] if sys.dont_write_bytecode else ["-I"]
        handed = (request_read, answer_write, lifeline_read)
        # Isolated mode leaves out user and PYTHONPATH packages, where a container may keep our libraries.
        libraries = [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    *flags,
                    str(_CHILD),
                    *map(str, handed),
                    str(_ROOT),
                    *libraries,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # A parser's panic may quote cells; a refused file must leave no content in any log.
                stderr=subprocess.DEVNULL,
                pass_fds=handed,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _FRUGAL,
                start_new_session=True,
            )
        finally:
            for fd in handed:
                os.close(fd)
        self._deadline = 0.0
        self._patience = 0.0
        self._answer_bytes = 0
        self.is_spent = False
        self._received = bytearray()
        self._request((tuple(writable), None if readable is None else tuple(readable)))

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, function_path: str, args: tuple[object, ...], limits: Limits) -> None:
        self._deadline = time.monotonic() + limits.wall_seconds
        self._patience = _ANSWER_SECONDS
        self._answer_bytes = limits.answer_bytes
        self._received.clear()
        self._request((function_path, args, limits.memory_bytes, limits.cpu_seconds, limits.file_bytes))

    def _request(self, parts: tuple[object, ...]) -> None:
        request = pickle.dumps(parts, protocol=5)
        # A child that died before it read shows itself on the answer pipe.
        with contextlib.suppress(BrokenPipeError):
            _write_all(self._request_fd, _LENGTH.pack(len(request)) + request)

    def seconds_left(self, now: float) -> float:
        """How long to wait for this child: until its limit, and once it answers no longer than an answer takes.

        An answer on its way is no hang, even when it had to wait for us to come and read it; so only the time
        spent waiting for it counts, and one that comes byte by byte ends all the same.
        """
        return self._patience if self._received else self._deadline - now

    def note_waited(self, seconds: float) -> None:
        if self._received:
            self._patience -= seconds

    def receive(self) -> Any:
        """The outcome once it is complete; _UNFINISHED before; PARSER_LIMIT when the child is dead."""
        while True:
            try:
                piece = os.read(self.answer_fd, 1 << 20)
            except BlockingIOError:
                return _UNFINISHED
            if not piece:
                self.is_spent = True
                return WorkbookRefused("PARSER_LIMIT", self._cause_of_death())
            self._received += piece
            if len(self._received) < _LENGTH.size:
                continue
            (length,) = _LENGTH.unpack_from(self._received)
            if length > self._answer_bytes:
                self.is_spent = True
                return WorkbookRefused("PARSER_LIMIT", f"{length} bytes")
            if len(self._received) > _LENGTH.size + length:
                self.is_spent = True
                return WorkbookRefused("READER_FAULT", "more than one answer")
            if len(self._received) == _LENGTH.size + length:
                return self._outcome(bytes(memoryview(self._received)[_LENGTH.size :]))

    def _outcome(self, answer: bytes) -> Any:
        try:
            kind, content, self.is_spent = _SafeUnpickler(io.BytesIO(answer)).load()
            if kind == "error":
                name, parts = content
                return _BatchError(
                    _ERRORS.get(name, errors.PlatformError)(**{part: str(words) for part, words in parts.items()})
                )
        except Exception as error:
            # Not what a sound child sends, whatever it was: it is not asked again.
            self.is_spent = True
            return WorkbookRefused("READER_FAULT", type(error).__name__)
        if kind == "fault":
            return WorkbookRefused("READER_FAULT", str(content))
        if isinstance(content, (BaseException, _BatchError)) and not isinstance(content, WorkbookRefused):
            # A value may not pass for a fault of the batch: that would stop the others.
            self.is_spent = True
            return WorkbookRefused("READER_FAULT", type(content).__name__)
        return content

    def _cause_of_death(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(timeout=5)
            return f"signal {-status}" if status < 0 else f"exit {status}"
        return "no answer"

    def kill(self) -> None:
        """End the process and close the pipes; may be called twice."""
        if self._process.poll() is None:
            # With whatever it started: a child leads a process group of its own.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for name in ("_request_fd", "answer_fd", "_lifeline_fd"):
            fd = getattr(self, name)
            if fd >= 0:
                os.close(fd)
                setattr(self, name, -1)

    def __del__(self) -> None:
        if hasattr(self, "_process"):
            self.kill()


class _SafeUnpickler(pickle.Unpickler):
    """Takes from a child only plain values and the platform's own shapes."""

    _PLAIN = frozenset(
        {
            ("builtins", "set"),
            ("builtins", "frozenset"),
            ("collections", "OrderedDict"),
            ("collections", "defaultdict"),
            ("datetime", "date"),
            ("datetime", "datetime"),
            ("datetime", "time"),
            ("datetime", "timedelta"),
            ("datetime", "timezone"),
            ("decimal", "Decimal"),
            ("pathlib", "PosixPath"),
            ("pathlib", "PurePosixPath"),
            ("zoneinfo", "ZoneInfo._unpickle"),
            ("include.readers.grid", "_refused"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self._PLAIN:
            return super().find_class(module, name)
        if module.split(".", 1)[0] == "include":
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, (Enum, Exception, tuple))):
                return found
        raise pickle.UnpicklingError(f"a sandbox child may not return {module}.{name}")


def _write_all(fd: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]


def resolve(function_path: str) -> Callable[..., Any]:
    """The function that "module:function" names. Raises ImportError, AttributeError."""
    module_name, _, function_name = function_path.partition(":")
    return getattr(importlib.import_module(module_name), function_name)


@cache
def shared_sandbox() -> Sandbox:
    """The process's own sandbox with two workers, made on first use and closed at exit."""
    sandbox = Sandbox(workers=2)
    atexit.register(sandbox.close)
    return sandbox
