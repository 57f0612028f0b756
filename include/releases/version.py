"""Which program made an edition."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

from include.settings import PROJECT_ROOT

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def code_version(root: Path = PROJECT_ROOT) -> str:
    """“0.1.0+g135d86c0c1d2.s9f86d081884c”: release, commit where there is one, and a hash of the sources as they are.

    The hash tells a checkout somebody has edited from its commit. Needs no git; the same files give the same version.
    """
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    commit = _read_commit(root / ".git")
    parts = [f"g{commit[:12]}"] if commit else []
    return f"{version}+{'.'.join([*parts, f's{_hash_sources(root)[:12]}'])}"


def _hash_sources(root: Path) -> str:
    found = hashlib.sha256()
    for folder in ("include", "sql"):
        paths = (path for path in (root / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in sorted(paths, key=lambda path: path.relative_to(root).as_posix()):
            name, content = path.relative_to(root).as_posix().encode(), path.read_bytes()
            # With their lengths, so that no two sets of files look the same.
            found.update(b"%d %d\n%s%s" % (len(name), len(content), name, content))
    return found.hexdigest()


def _read_commit(git: Path) -> str | None:
    """The commit that is checked out, read from git's own files; None where there are none or they say nothing."""
    try:
        if git.is_file():
            # Of a second working tree it is a file that names the folder.
            git = (git.parent / git.read_text(encoding="utf-8").partition("gitdir: ")[2].strip()).resolve()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head if _COMMIT.fullmatch(head) else None
        reference = head.removeprefix("ref: ")
        shared_file = git / "commondir"
        shared = (git / shared_file.read_text(encoding="utf-8").strip()) if shared_file.is_file() else git
        loose = shared / reference
        if loose.is_file():
            commit = loose.read_text(encoding="utf-8").strip()
        else:
            lines = (shared / "packed-refs").read_text(encoding="utf-8").splitlines()
            commit = next((line.partition(" ")[0] for line in lines if line.endswith(f" {reference}")), "")
    except (OSError, UnicodeDecodeError):
        return None
    return commit if _COMMIT.fullmatch(commit) else None
