"""The made-up monthly book of this source, as sample_book.py writes it."""

from __future__ import annotations

import shutil
from pathlib import Path

from include.sources.nso_fdi.sample_book import SAMPLE_PATH


def write_sample(folder: Path) -> list[Path]:
    """Put the book into the folder; the file written."""
    return [Path(shutil.copy(SAMPLE_PATH, folder))]
