"""Which version of the program made a release."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

from include.settings import PROJECT_ROOT

_MAKES_A_RELEASE = ("include", "sql/marts", "requirements/runtime.txt")


@cache
def code_version() -> str:
    """“0.1.0+3f2a9c01b7de”: the package's version and a hash of everything a release is computed and written by."""
    digest = hashlib.sha256()
    for name in _MAKES_A_RELEASE:
        root = PROJECT_ROOT / name
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if _is_source(path.name))
        for path in files:
            digest.update(f"{path.relative_to(PROJECT_ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return f"{version('ttdn')}+{digest.hexdigest()[:12]}"


def _is_source(name: str) -> bool:
    return name.endswith((".py", ".sql", ".yml", ".csv", ".j2", ".css", ".js", ".typ"))
