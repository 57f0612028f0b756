"""Made-up registers of the first half of 2026, marked synthetic: each source brings its own projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from include.calendar.periods import load_periods
from include.reference import load_reference
from include.sources.agency_reports.look import CellEntry
from include.sources.project_workbooks.layout import load_register
from include.sources.project_workbooks.template import RegisterEntries, register_file_name, write_register

SAMPLE_PERIOD: Final = "2026-06T"
CUT_OFF: Final = date(2026, 5, 31)

Line = Mapping[str, CellEntry | date]


def write_sample_registers(contract: Path, lines_by_sender: Mapping[str, Sequence[Line]], folder: Path) -> list[Path]:
    """Write one filled register per sender; the same bytes each time."""
    register, reference, period = load_register(contract), load_reference(), load_periods()[SAMPLE_PERIOD]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sender, lines in lines_by_sender.items():
        unit = reference.units[sender]
        path = folder / register_file_name(register, unit, period)
        heading: dict[str, str | date] = {"cut_off_date": CUT_OFF, "preparer_position": "Chuyên viên tổng hợp"}
        write_register(register, unit, period, path, RegisterEntries(lines, heading, is_synthetic=True))
        written.append(path)
    return written
