"""Builds agency reports for tests: the project's own form, filled with a plain set of consistent figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from include.calendar.periods import load_periods
from include.reference import load_reference
from include.sources.agency_reports.template import CellEntry, DetailEntry, FormEntries, form_lines, write_template

CUT_OFF = {"2026-06T": date(2026, 6, 8), "2026-NAM": date(2026, 11, 20)}
COMMUNE = "28249"

_TYPICAL = {
    "TRN01": 1,
    "TRN02": 40,
    "LEG02": 1,
    "RSP03": 2,
    "EVT02": 1,
    "MED07": 1,
    "BUD01": 350,
    "BUD02": 100,
    "BUD03": 300,
}
_NOTE_OF_PLAN = "45/KH-UBND ngày 12/3/2026"


def typical_figures(unit_code: str, period_code: str) -> dict[str, CellEntry]:
    """A figure for every undivided line of the body's form, consistent with every cross-check."""
    reference, period = load_reference(), load_periods()[period_code]
    template = reference.templates[reference.units[unit_code].template_code or ""]
    figures: dict[str, CellEntry] = {}
    for line in form_lines(template, period, reference):
        if line.kind != "measure" or line.measure is None:
            continue
        is_choice = line.measure.value_type in ("yes_no", "choice")
        figures[line.code] = (
            "có" if is_choice else _TYPICAL.get(line.code, 2 if line.measure.value_type == "milestone" else 5)
        )
    return figures


def write_report(
    path: Path,
    unit_code: str = COMMUNE,
    period_code: str = "2026-06T",
    *,
    actual: Mapping[str, CellEntry | None] | None = None,
    heading: Mapping[str, Any] | None = None,
    estimate: Mapping[str, CellEntry] | None = None,
    detail: Sequence[DetailEntry] = (),
    edit: Callable[[openpyxl.Workbook], None] | None = None,
) -> Path:
    """Write a filled report; `actual` overrides figures (None leaves the cell blank), `edit` changes the workbook."""
    figures = typical_figures(unit_code, period_code) | dict(actual or {})
    entries = FormEntries(
        actual={code: figure for code, figure in figures.items() if figure is not None},
        estimate=dict(estimate or {}),
        notes={"LEG05": _NOTE_OF_PLAN},
        heading={
            "cut_off_date": CUT_OFF[period_code],
            "document_number": "12/BC-UBND",
            "document_date": CUT_OFF[period_code],
            **(heading or {}),
        },
        detail=detail,
    )
    reference = load_reference()
    write_template(reference.units[unit_code], load_periods()[period_code], reference, path, entries)
    if edit is not None:
        workbook = openpyxl.load_workbook(path)
        edit(workbook)
        workbook.save(path)
    return path


def cell_of(workbook: openpyxl.Workbook, code: str) -> Any:
    """The figure cell of the line with that code on the main sheet."""
    sheet = workbook["Báo cáo"]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == code:
                return sheet.cell(cell.row, figure_column(sheet))
    raise KeyError(code)


def figure_column(sheet: Any) -> int:
    """Number of the column “Thực hiện đến ngày chốt”."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "Thực hiện đến ngày chốt":
                return int(cell.column)
    raise KeyError("Thực hiện đến ngày chốt")
