"""Who may import whom, and that the contracts notice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )


def test_the_contracts_are_kept():
    outcome = _lint(ROOT)

    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("pipeline", "from airflow.sdk import dag", "never imports Airflow"),
        ("vietnamese", "import include.readers", "stand alone"),
        ("readers", "import include.warehouse.sql", "Readers know files"),
        ("sources", "import include.pipeline", "A source reads"),
        ("warehouse", "import include.quality", "The warehouse layer"),
        ("delivery", "import include.pipeline", "Delivery sends"),
    ],
)
def test_an_import_against_a_contract_is_noticed(tmp_path, module, line, contract):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    packages = [path.parent for path in (ROOT / "include").rglob("__init__.py")]
    for package in packages:  # the packages without what is in them: enough for the rules, and quick
        copy = tmp_path / package.relative_to(ROOT)
        copy.mkdir(parents=True, exist_ok=True)
        (copy / "__init__.py").touch()
    (tmp_path / "include" / "warehouse" / "sql.py").touch()
    (tmp_path / "include" / module / "trespass.py").write_text(line + "\n")

    outcome = _lint(tmp_path)

    assert outcome.returncode == 1
    assert any(contract in row and "BROKEN" in row for row in outcome.stdout.splitlines()), outcome.stdout
