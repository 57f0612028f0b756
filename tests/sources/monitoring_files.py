"""Monitoring files as the feed sends them: long layout, a day and five codes a line, and a count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

HEADER = "Ngày,Loại kênh,Chủ đề,Sắc thái,Ngôn ngữ,Phạm vi,Số lượng"
CELL = ("bao_in", "van_hoa_du_lich", "trung_tinh", "vi", "trong_nuoc")
DIMENSIONS = ("channel_type", "topic", "tone", "language", "scope")


def line(day: date | str, count: object, **changed: str) -> str:
    """One line of the file; the cell is CELL with the dimensions named changed."""
    cell = {**dict(zip(DIMENSIONS, CELL, strict=True)), **changed}
    return ",".join([str(day), *cell.values(), str(count)])


def write_counts(path: Path, lines: Iterable[str], *, header: str = HEADER) -> Path:
    """The file with these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path
