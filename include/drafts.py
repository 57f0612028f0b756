"""A place for what is not whole yet, which the next comer clears when its maker was killed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

DRAFT_PREFIX: Final = ".draft-"
"""How the name of such a folder begins; nothing in one is kept, copied or counted."""

# Of linux/fs.h and fcntl.h; Python has no call for it.
_RENAME_EXCHANGE: Final = 2
_HERE: Final = -100


@contextmanager
def draft_folder(beside: Path) -> Iterator[Path]:
    """A hidden folder in `beside`, gone with what is left in it when the block ends.

    What killed processes left there is removed first. A folder belongs to a living process as long as that holds its
    lock, which the system takes back from the dead: no guess by age.
    """
    remove_abandoned(beside)
    folder, lock = _locked_folder(beside)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_abandoned(beside: Path) -> int:
    """Remove the folders of processes that are gone; how many there were."""
    removed = 0
    for folder in beside.glob(f"{DRAFT_PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
                removed += 1
            finally:
                os.close(lock)
    return removed


def _locked_folder(beside: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(dir=beside, prefix=DRAFT_PREFIX))
        # Somebody may clear it away before it is locked: then this one is nobody's any more.
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, lock
        os.close(lock)


def put_in_place(draft: Path, path: Path) -> None:
    """Rename a finished draft; its bytes and its new name are on the disk when this returns."""
    flush(draft)
    draft.replace(path)
    flush(path.parent)


def put_folder_in_place(draft: Path, folder: Path) -> None:
    """Give the finished folder the name of the one that is there, which takes the draft's: there always is one of them.

    Where the file system cannot exchange two names, the former steps aside first.
    """
    try:
        draft.rename(folder)
    except OSError:
        # Nothing is renamed onto a folder with files in it.
        try:
            _exchange(draft, folder)
        except OSError:
            aside = draft.with_name(f"{draft.name}.former")
            folder.rename(aside)
            try:
                draft.rename(folder)
            except OSError:
                aside.rename(folder)
                raise
    flush(folder.parent)


def _exchange(one: Path, other: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        raise OSError(errno.ENOSYS, "no renameat2")
    if libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), ctypes.c_uint(_RENAME_EXCHANGE)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))


def flush(path: Path) -> None:
    """Wait until the file, or the names in the folder, are on the disk. Raises OSError when they cannot be written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
