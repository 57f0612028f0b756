"""Is there room: looked at before anything is begun. A database whose disk is full does not come back by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from include.errors import NoRoomError
from include.settings import Settings
from include.warehouse.embedded import EmbeddedServer

TIMES_THE_FILE = 3
"""A load writes the rows into staging, into the log and into the warehouse."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk the platform writes to: what lies on it, the folder it was looked at through, and its bytes."""

    holds: str
    folder: Path
    free: int
    total: int

    @property
    def free_pct(self) -> int:
        """Free percent of the whole, rounded down."""
        return self.free * 100 // self.total if self.total else 0


def disks_at_stake(settings: Settings) -> Iterator[Disk]:
    """The disks of the embedded database and of TTDN_HOME, each once; what another server has is its own care."""
    places = [("the platform's files", settings.home)]
    if settings.is_embedded:
        data = EmbeddedServer(settings.home).data_path
        places.insert(0, ("the database", data or settings.home))
    seen: set[int] = set()
    for holds, folder in places:
        there = next(place for place in (folder, *folder.parents) if place.exists())
        device = there.stat().st_dev
        if device not in seen:
            seen.add(device)
            usage = shutil.disk_usage(there)
            yield Disk(holds, there, usage.free, usage.total)


def require_room(settings: Settings, byte_size: int) -> None:
    """Say no to a load of files of `byte_size` together where a disk has too little room for it.

    Raises NoRoomError below TTDN_DISK_RESERVE_MB or three times the files, whichever is more. Nothing was begun: the
    arrivals stay open, and the next run takes them up.
    """
    needed = max(settings.disk_reserve_bytes, TIMES_THE_FILE * byte_size)
    for disk in disks_at_stake(settings):
        if disk.free < needed:
            raise NoRoomError(
                where=f"the disk of {disk.holds}, {disk.folder}",
                found=f"{disk.free // 1_000_000} MB free",
                expected=f"at least {needed // 1_000_000} MB before files of {byte_size // 1_000} kB are loaded",
                remedy="Make room; docs/operations.md, “The disk is full”. What has arrived is kept and taken up then.",
            )
