"""Monitoring files of any number of rows: every cell of the cube on one day after the other, counts made up."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from include.reference.monitoring_cube import cells

_HEADER = "Ngày,Loại kênh,Chủ đề,Sắc thái,Ngôn ngữ,Phạm vi,Số lượng\n"
_LARGEST_COUNT = 50


def write_volume(path: Path, *, first_day: date, row_count: int, seed: int = 1) -> Path:
    """A csv of `row_count` rows from `first_day` on, the last day cut short where they do not fill it."""
    cube = [f"{cell.channel_type},{cell.topic},{cell.tone},{cell.language},{cell.scope}" for cell in cells()]
    numbers = np.random.default_rng(seed)
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEADER)
        for offset in range(-(-row_count // len(cube))):
            day = (first_day + timedelta(days=offset)).isoformat()
            counts = numbers.integers(0, _LARGEST_COUNT, len(cube)).tolist()
            wanted = min(len(cube), row_count - offset * len(cube))
            file.writelines(
                [f"{day},{cell},{items}\n" for cell, items in zip(cube[:wanted], counts[:wanted], strict=True)]
            )
    return path
