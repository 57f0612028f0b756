"""The project's own files, for the rules of the house."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def project_files() -> list[Path]:
    """Every file git would keep; where there is no git, every file that is not made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=False,
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    made = {".git", ".venv", ".ttdn", "__pycache__"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(part in made or part.endswith(("_cache", ".egg-info")) for part in path.parts)
    ]


def texts(*suffixes: str) -> list[tuple[str, str]]:
    """(name, text) of the project's text files, of those endings only when some are given."""
    found = []
    for path in project_files():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def python_files(folder: str) -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py" and path.is_relative_to(ROOT / folder)]
