"""The made-up download of this source; every figure in it is invented and it says so."""

from __future__ import annotations

import shutil
from pathlib import Path

_SAMPLE = Path(__file__).parent / "sample"


def write_sample(folder: Path) -> list[Path]:
    """Put the files of sample/ into the folder; the files written, in name order."""
    return [Path(shutil.copy(path, folder)) for path in sorted(_SAMPLE.iterdir())]
