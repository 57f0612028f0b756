"""The sandbox's child process: takes calls on one pipe, answers on another, dies with its parent.

Started by sandbox.py as `python -I child.py REQUEST_FD ANSWER_FD LIFELINE_FD ROOT LIBRARIES...`; not imported.
What comes first on the request pipe are the folders it may write to and the files and folders it may read.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import resource
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LENGTH = struct.Struct(">Q")

_MAX_OPEN_FILES = 128

_PYTHON = {Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)}

# A parser's heap rarely shrinks: a child that has once grown this large is replaced after its answer.
_WORTH_KEEPING_BYTES = 600 * 1024 * 1024


def main(request_fd: int, answer_fd: int, lifeline_fd: int, root: str, libraries: list[str]) -> None:
    """Answer calls until the parent closes the request pipe, confined to what the parent names first."""
    _die_with_parent(lifeline_fd)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _set_limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    sys.path.insert(0, root)
    sys.path += [folder for folder in libraries if folder not in sys.path]

    from include.readers import sandbox
    from include.readers.confinement import confine

    sandbox.IN_CHILD = True
    named = _read_request(request_fd)
    if named is None:
        return
    writable, readable = named
    if readable is not None:
        # Of the folder of the program only its code: settings and secrets may lie beside that.
        code = [Path(root, "include"), *_PYTHON, *map(Path, libraries)]
        readable = [*readable, *code]
    confine([Path(tempfile.gettempdir()), *writable], readable)
    functions: dict[str, Callable[..., Any]] = {}
    while (request := _read_request(request_fd)) is not None:
        function_path, args, *limits = request
        try:
            _limit(*limits)
            answer = _outcome(function_path, functions, args)
        except BaseException:  # no memory left, or a panic of native code: nothing here can be trusted further
            os._exit(1)
        sandbox._write_all(answer_fd, _LENGTH.pack(len(answer)) + answer)


def _read_request(request_fd: int) -> Any:
    header = _read_exactly(request_fd, _LENGTH.size)
    request = None if header is None else _read_exactly(request_fd, _LENGTH.unpack(header)[0])
    return None if request is None else pickle.loads(request)  # noqa: S301 - from our own parent


def _outcome(function_path: str, functions: dict[str, Callable[..., Any]], args: tuple[Any, ...]) -> bytes:
    from include.errors import GateError, PlatformError
    from include.readers.grid import WorkbookRefused
    from include.readers.sandbox import resolve

    result: tuple[str, object]
    try:
        if function_path not in functions:
            functions[function_path] = resolve(function_path)
        result = ("value", functions[function_path](*args))
    except MemoryError:
        raise
    except WorkbookRefused as refusal:
        result = ("value", refusal)
    except PlatformError as error:
        parts = {"where": error.where, "found": error.found, "expected": error.expected, "remedy": error.remedy}
        result = ("error", (type(error).__name__, parts))
    except ImportError as error:
        parts = {"where": function_path, "found": str(error), "expected": "a function", "remedy": "Mend the import."}
        result = ("error", (GateError.__name__, parts))
    except Exception as error:  # one file that trips a bug must not stop the others
        result = ("fault", _fault(error))
    is_spent = _resident_bytes() > _WORTH_KEEPING_BYTES
    try:
        return pickle.dumps((*result, is_spent), protocol=5)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        return pickle.dumps(("fault", _fault(error), is_spent), protocol=5)


def _fault(error: BaseException) -> str:
    """Where the code failed, without the error's own text: that may quote a cell."""
    frames = traceback.extract_tb(error.__traceback__)
    called = [frame for frame in frames if frame.filename != __file__]
    ours = [frame for frame in called if "site-packages" not in frame.filename] or called
    if not ours:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _resident_bytes() -> int:
    # Not ru_maxrss: that remembers the size of the process we were started from.
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _limit(memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _set_limit(resource.RLIMIT_AS, memory_bytes)
    _set_limit(resource.RLIMIT_FSIZE, file_bytes)
    _set_limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + cpu_seconds + 1)


def _set_limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _die_with_parent(lifeline_fd: int) -> None:
    """End this process when the parent's end of the lifeline closes, even in the middle of a parse.

    The kernel sends SIGIO when the pipe hangs up and its default action is to end the process, so
    neither the interpreter lock nor a native loop can delay it. PR_SET_PDEATHSIG would fire when
    the *thread* that started us ends, which in a pool of threads is too early.
    """
    # Also those of a broken limit: the interpreter ignores SIGXFSZ, and a parser could go on without its file.
    ending = {signal.SIGIO, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGTERM}
    for number in ending:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ending)
    fcntl.fcntl(lifeline_fd, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline_fd, fcntl.F_SETFL, fcntl.fcntl(lifeline_fd, fcntl.F_GETFL) | os.O_ASYNC)


def _read_exactly(fd: int, length: int) -> bytes | None:
    pieces = bytearray()
    while len(pieces) < length:
        piece = os.read(fd, min(length - len(pieces), 1 << 20))
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:])
