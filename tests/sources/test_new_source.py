"""The walk of docs/new-source.md: a folder made by `ttdn new-source` takes files in before a line of it is changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.errors import SourceContractError
from include.sources.scaffold import scaffold_source

PROJECT_ROOT = Path(__file__).resolve().parents[2]

Ttdn = Callable[..., tuple[int, Any]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout a new source may be made in, without touching this one."""
    root = tmp_path / "checkout"
    for folder in ("include", "sql", "great_expectations"):
        shutil.copytree(PROJECT_ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture
def ttdn(checkout: Path, tmp_path: Path, warehouse_url: str) -> Ttdn:
    """`ttdn … --json` of that checkout: exit code and answer."""
    environment = os.environ | {
        "PYTHONPATH": str(checkout),
        "TTDN_HOME": str(tmp_path / "home"),
        "TTDN_ENV_FILE": os.devnull,
        "TTDN_DATABASE_URL": warehouse_url,
    }

    def run(*arguments: object) -> tuple[int, Any]:
        command = [sys.executable, "-m", "include.cli", *map(str, arguments), "--json"]
        done = subprocess.run(command, env=environment, cwd=checkout, capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def test_a_new_source_reads_checks_and_loads_its_sample_and_nothing_outside_its_folder_was_touched(
    checkout: Path, ttdn: Ttdn, tmp_path: Path
) -> None:
    before = {path for path in checkout.rglob("*") if "__pycache__" not in path.parts}

    code, made = ttdn("new-source", "embassy_aid")
    folder = Path(made["folder"])
    assert code == 0
    added = {path for path in checkout.rglob("*") if "__pycache__" not in path.parts} - before
    assert {path.name for path in added} == {
        "embassy_aid",
        "__init__.py",
        "source.yml",
        "read.py",
        "messages.yml",
        "sample_files.py",
        "README.md",
    }
    assert all(folder in (path, path.parent) for path in added)

    code, sample = ttdn("sample", "--source", "embassy_aid", "--to", tmp_path / "sample")
    [path] = sample["files"]
    assert code == 0

    code, read = ttdn("read", "embassy_aid", path)
    assert [(row["member"], row["value"], row["state"], row["cell"]) for row in read["rows"]] == [
        ("Nhật Bản", "1250000.5", "reported", "dòng 2, cột 3"),
        ("Hàn Quốc", "0", "reported", "dòng 3, cột 3"),
        ("Pháp", None, "missing", "dòng 4, cột 3"),
    ]

    code, taken = ttdn("ingest", path, "--source", "embassy_aid", "--as-of", "2026-04-02T09:00+07:00")
    [file] = taken["files"]
    assert (code, file["verdict"], file["counts"]["promoted"]) == (0, "loaded", 3)
    assert ttdn("ingest", path, "--source", "embassy_aid")[1]["files"][0]["verdict"] == "duplicate"

    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Ngày,Nước,USD\n", encoding="utf-8")
    code, refused = ttdn("ingest", wrong, "--source", "embassy_aid")
    [told] = refused["files"][0]["messages"]
    assert (code, told["code"]) == (1, "EMBASSY_AID_COLUMNS")
    assert "cần đúng các cột Ngày chốt, Nước, Giải ngân (USD)" in told["text"]


@pytest.mark.parametrize("name", ["nso_fdi", "Hải-quan", "../x", "a"])
def test_a_name_that_is_taken_or_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(SourceContractError):
        scaffold_source(name)
