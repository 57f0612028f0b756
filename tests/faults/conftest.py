"""Fixtures for what may break."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def inbox(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inbox of a platform of its own; a file settles at once unless the test says otherwise."""
    for name, value in {
        "TTDN_HOME": str(tmp_path / "home"),
        "TTDN_DATABASE_URL": warehouse_url,
        "TTDN_SETTLING_SECONDS": "0",
    }.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "home" / "inbox"
    folder.mkdir(parents=True)
    return folder
