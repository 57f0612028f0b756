"""Files for one account only: passwords, keys, what a process notes about itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make the folder, or take others' rights to it away: mode 700."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write `text` so that only the owner can read it at any moment, whole or not at all."""
    with private_file(path, text):
        pass


@contextmanager
def private_file(path: Path, text: str) -> Iterator[None]:
    """Put the file, mode 600, in its place once the block has succeeded; leave what was there when it has not."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
