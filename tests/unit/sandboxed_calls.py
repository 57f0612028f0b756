"""Functions that the sandbox's tests run in a child."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from include.errors import CatalogueError
from include.readers.grid import WorkbookRefused
from include.readers.sandbox import _LENGTH


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


def return_bytes(length: int) -> str:
    return "x" * length


def answer_byte_by_byte() -> None:
    """What a child that was taken over might do: announce an answer and never finish it."""
    answer_fd = int(sys.argv[2])
    os.write(answer_fd, _LENGTH.pack(1000))
    while True:
        time.sleep(0.05)
        os.write(answer_fd, b"x")


def answer_twice() -> int:
    os.write(int(sys.argv[2]), _LENGTH.pack(1) + b"." + b"x" * 100)
    time.sleep(3600)
    return 0


def raise_by_name(name: str) -> None:
    """As `break_catalogue`, under a name of the sender's choice."""
    raise type(name, (CatalogueError,), {})(where="w", found="f", expected="e", remedy="r")


def write_file(path: str, length: int = 1) -> str:
    """Write that many bytes, in pieces; the path back."""
    with Path(path).open("wb") as file:
        for _ in range(max(1, length >> 20)):
            file.write(b"x" * min(length, 1 << 20))
    return path


def write_temporary_file(length: int) -> str:
    return write_file(tempfile.mkstemp(prefix="ttdn-spool-")[1], length)


def open_many_files() -> int:
    kept = []
    with contextlib.suppress(OSError):
        while len(kept) < 10_000:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    return len(kept)


def errors_of_forbidden_deeds(other_file: str, other_process: int) -> dict[str, str]:
    """What the kernel answers a child that was taken over to each thing it has no business doing."""
    inside = tempfile.mkdtemp()
    deeds: dict[str, Callable[[], object]] = {
        "write over a file": lambda: os.open(other_file, os.O_RDWR),
        "cut a file short": lambda: os.truncate(other_file, 0),
        "make a file": lambda: Path(f"{other_file}.new").touch(),
        "remove a file": lambda: Path(other_file).unlink(),
        "rename a file away": lambda: Path(other_file).rename(f"{inside}/taken"),
        "make a link below its own folder": lambda: Path(inside, "link").symlink_to(other_file),
        "make a second name below its own folder": lambda: Path(inside, "name").hardlink_to(other_file),
        "make a pipe below its own folder": lambda: os.mkfifo(f"{inside}/pipe"),
        "start a program": lambda: subprocess.run(["/bin/true"], check=True),
        "end another process": lambda: os.kill(other_process, signal.SIGTERM),
        "read another process's environment": lambda: Path(f"/proc/{other_process}/environ").read_bytes(),
        "open a connection": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "send a datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "reach a server of this machine": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    }
    found = {}
    for name, deed in deeds.items():
        try:
            deed()
            found[name] = "done"
        except OSError as error:
            found[name] = errno.errorcode[error.errno or 0]
    return found


def address_space_with_heavy_libraries() -> int:
    import numpy as np
    import pyarrow as pa

    kept = pa.array(np.arange(100_000)), np.linalg.inv(np.eye(100))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE") if kept else 0
