"""What a process gives up before it looks at strangers' bytes: what others keep in files is neither changed nor read.

Two features of the kernel that need no privilege. Landlock: nothing is written, made or removed except below the
folders named, nothing is read but those, the program's own files and what else is named, no program is started, no
process outside is traced, signalled or has its environment read. A system
call filter: no socket is opened. Neither can be taken back by the process that asked for it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2

# Numbers of linux/landlock.h; its three system calls have the same numbers on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_EXECUTE: Final = 1 << 0
_WRITE_FILE: Final = 1 << 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_CHAR, _MAKE_DIR, _MAKE_REG, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM = (1 << bit for bit in range(6, 13))
_TRUNCATE: Final = 1 << 14
_TRUNCATE_SINCE: Final = 3
_TCP: Final = 0b11
_TCP_SINCE: Final = 4
_SIGNALS_AND_ABSTRACT_SOCKETS: Final = 0b11
_SCOPES_SINCE: Final = 6

_READ: Final = _READ_FILE | _READ_DIR
# What a Python program and its libraries look at by themselves: shared objects, time zones, what the machine can do.
# Of /proc only this process: the one of the others is theirs.
_ANYBODY_READS: Final = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
)

# Links are in no list: a name made below a folder of ours never leads out of it.
_ALLOWED_BELOW: Final = _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
_HANDLED: Final = _ALLOWED_BELOW | _EXECUTE | _MAKE_CHAR | _MAKE_SOCK | _MAKE_FIFO | _MAKE_BLOCK | _MAKE_SYM

# Root keeps the right to read and write what is not its own, where Landlock lets it; anything more, such as looking
# into other processes, which no Landlock rule forbids it, it gives up.
_KEPT_CAPABILITIES: Final = 1 << 1 | 1 << 2
_CAPABILITY_VERSION: Final = 0x2008_0522

_IO_URING_SETUP: Final = 425
# Machine name -> (its AUDIT_ARCH number, the number of its system call socket).
_MACHINES: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_X32_CALLS: Final = 0x4000_0000
_ALLOW: Final = 0x7FFF_0000
_REFUSE: Final = 0x0005_0000 | errno.EPERM
_KILL: Final = 0x8000_0000


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the kernel took on: `landlock` is its version of Landlock, 0 without; `no_sockets` says the filter is on."""

    landlock: int
    no_sockets: bool


def confine(writable: Iterable[Path], readable: Iterable[Path] | None = None) -> Confinement:
    """Give up, for this process and what it starts, writing anywhere but below `writable`, programs and sockets.

    With `readable`, files and folders, also reading anything but these, what is writable and what any program needs;
    one that is not there is left out. To be called while the process has one thread. A kernel that lacks a feature
    leaves it out of the answer.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return Confinement(0, no_sockets=False)
    _drop_capabilities(libc)
    return Confinement(_restrict_files(libc, writable, readable), _refuse_sockets(libc))


def landlock_version() -> int:
    """The kernel's version of Landlock; 0 where it has none or a container forbids asking."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))))


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    held = ctypes.create_string_buffer(24)
    if libc.capget(header, held) == 0:
        # Effective, permitted, inheritable; the lower 32 of each, then the upper.
        effective, permitted = struct.unpack_from("=II", held.raw)
        kept = (effective & _KEPT_CAPABILITIES, permitted & _KEPT_CAPABILITIES, 0, 0, 0, 0)
        libc.capset(header, struct.pack("=6I", *kept))


def _restrict_files(libc: ctypes.CDLL, writable: Iterable[Path], readable: Iterable[Path] | None) -> int:
    version = landlock_version()
    if version == 0:
        return 0
    truncate = _TRUNCATE if version >= _TRUNCATE_SINCE else 0
    read = 0 if readable is None else _READ
    rules = struct.pack("=Q", _HANDLED | truncate | read)
    if version >= _TCP_SINCE:
        rules += struct.pack("=Q", _TCP)
    if version >= _SCOPES_SINCE:
        rules += struct.pack("=Q", _SIGNALS_AND_ABSTRACT_SOCKETS)
    ruleset = libc.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0))
    if ruleset < 0:
        return 0
    try:
        for folder in writable:
            if not _allow(libc, ruleset, folder, _ALLOWED_BELOW | truncate | read, os.O_DIRECTORY):
                return 0
        for place in () if readable is None else (*map(Path, _ANYBODY_READS), *readable):
            with contextlib.suppress(FileNotFoundError):
                if not _allow(libc, ruleset, place, read if place.is_dir() else _READ_FILE):
                    return 0
        return 0 if libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0)) != 0 else version
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, place: Path, rights: int, flags: int = 0) -> bool:
    opened = os.open(place, os.O_PATH | os.O_CLOEXEC | flags)
    try:
        rule = struct.pack("=Qi", rights, opened)
        return bool(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(opened)


def _refuse_sockets(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _MACHINES:
        return False
    architecture, socket_call = _MACHINES[platform.machine()]
    program = [
        _load(4),  # the architecture the call was made for
        _if_equal(architecture, skip=1),
        _answer(_KILL),
        _load(0),  # the call's number
        _if_at_least(_X32_CALLS, skip=3),
        _if_equal(socket_call, skip=2),
        # Its rings open sockets without the call.
        _if_equal(_IO_URING_SETUP, skip=1),
        _answer(_ALLOW),
        _answer(_REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(program))
    # struct sock_fprog: a count of instructions, padding, a pointer to them.
    filter_program = struct.pack("@HP", len(program), ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, filter_program, 0, 0) == 0)


def _load(offset: int) -> bytes:
    return struct.pack("=HBBI", 0x20, 0, 0, offset)


def _if_equal(value: int, skip: int) -> bytes:
    return struct.pack("=HBBI", 0x15, skip, 0, value)


def _if_at_least(value: int, skip: int) -> bytes:
    return struct.pack("=HBBI", 0x35, skip, 0, value)


def _answer(verdict: int) -> bytes:
    return struct.pack("=HBBI", 0x06, 0, 0, verdict)
