"""Read this register into figures per project. Runs in the sandbox's child process."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from include.model import Reading
from include.sources.project_workbooks.read import read_register


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every figure of every project of the register; a refusal where the workbook cannot be taken as a whole."""
    return read_register(Path(__file__).with_name("source.yml"), path, original_name)
