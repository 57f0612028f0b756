"""Read files in the sandbox; of one alone, for `ttdn read`, the tidy rows or the refusal. Touches no database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from include import faults
from include.model import CapitalFlow, Finding, MonitoringRows, Reading, SeriesPoint
from include.pipeline.correct import correct_reading
from include.pipeline.land import Receipt, hash_report, now, printable_name
from include.pipeline.monitoring import spools_removed
from include.quality.messages import render
from include.readers import WorkbookRefused
from include.readers.grid import address
from include.readers.sandbox import Sandbox
from include.readers.secrecy import file_is_marked
from include.reference import load_reference
from include.reference.monitoring_cube import DIMENSIONS, NOTHING_FOUND, cells
from include.sources import Source, load_source
from include.sources.corrections import load_corrections


def read_in_sandbox(sandbox: Sandbox, source: Source, receipts: Sequence[Receipt]) -> list[Reading]:
    """What each file says, known errors mended; a file the reader refuses, or dies of, is refused alone.

    Raises CatalogueError, before anything is read, for a corrections.yml that cannot be followed.
    """
    corrections = load_corrections(source)
    unmarked = [receipt for receipt in receipts if not file_is_marked(receipt.original_name)]
    outcomes = sandbox.map(source.reader, [(str(r.path), r.original_name, r.received_at) for r in unmarked])
    readings: list[Reading] = []
    faults.hit("read_before_files")
    try:
        for receipt in receipts:
            faults.hit("read_between_files")
            if file_is_marked(receipt.original_name):
                readings.append(Reading(heading=None, refusal=Finding("SECRET")))
                continue
            outcome = next(outcomes)
            if isinstance(outcome, WorkbookRefused):
                readings.append(Reading(heading=None, refusal=Finding(outcome.code, found=outcome.detail)))
            elif isinstance(outcome, Reading):
                readings.append(correct_reading(outcome, receipt, corrections))
            else:
                # No reader of ours answers so.
                readings.append(Reading(None, refusal=Finding("READER_FAULT", found=type(outcome).__name__)))
    except BaseException:
        with spools_removed(readings):
            raise
    return _look_at_refused(sandbox, receipts, readings)


def _look_at_refused(sandbox: Sandbox, receipts: Sequence[Receipt], readings: Sequence[Reading]) -> list[Reading]:
    """The readings, those of files refused for something else that yet bear a secrecy mark as refused for that.

    A refused file is kept; one that could not be read may be marked all the same.
    """
    refused = [
        number
        for number, reading in enumerate(readings)
        if reading.refusal is not None and reading.refusal.code != "SECRET"
    ]
    looks = sandbox.map("include.readers.rough_look:is_marked_file", [(str(receipts[n].path),) for n in refused])
    looked = list(readings)
    for number, look in zip(refused, looks, strict=True):
        is_marked = look
        if isinstance(look, WorkbookRefused):
            # The child may have been short of room after the file it died of; one of its own has all of it.
            with Sandbox(workers=1, readable=[receipts[number].path]) as apart:
                call = (str(receipts[number].path),)
                is_marked = next(apart.map("include.readers.rough_look:is_marked_file", [call]))
        if is_marked is True:
            looked[number] = Reading(heading=None, refusal=Finding("SECRET"))
    return looked


def read_report(source_id: str, path: Path) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The rows of a file in the shape `ttdn read --json` prints, and the refusal when it is refused as a whole.

    `value` is a decimal string in whole units (VND, USD, things counted), None unless reported or nil.
    """
    source = load_source(source_id)
    reference = load_reference()
    receipt = Receipt(0, "", *hash_report(path), printable_name(path.name), source_id, now(), path, path)
    with Sandbox(workers=1, readable=[path]) as sandbox:
        reading = read_in_sandbox(sandbox, source, [receipt])[0]
    if reading.refusal is not None:
        rule, _, sentence = render(reading.refusal)
        refusal = reading.refusal
        return [], {
            "code": refusal.code,
            "rule": rule,
            "sheet": refusal.sheet,
            "cell": refusal.cell,
            "text": sentence,
        }
    rows: list[dict[str, Any]] = [
        {**_as_row(flow), "reporting_unit": reading.reporting_unit_code, "period": reading.period_code}
        for flow in reading.capital_flows
    ]
    rows += [_as_point(point) for point in reading.series_points]
    if reading.monitoring is not None:
        with spools_removed([reading]):
            rows += _as_counts(reading.monitoring)
    for row in reading.observations:
        measure = reference.measures.get(row.measure_code)
        unit = (
            reference.unit_of_measure(row.measure_code, row.axis_code, row.member_code).base_unit if measure else None
        )
        rows.append(
            {
                "shape": source.fills,
                "measure": row.measure_code,
                "reporting_unit": row.reporting_unit_code,
                "period": row.period_code,
                "axis": row.axis_code,
                "member": row.member_code,
                "kind": row.value_kind,
                "value": None if row.value is None else format(row.value, "f"),
                "unit": unit,
                "state": row.value_state,
                "sheet": row.sheet_name,
                "cell": row.cell,
            }
        )
    printed = {each.line_number: each for each in reading.corrections}
    lines = [each.line_number for each in reading.capital_flows]
    lines += [each.line_number for each in reading.series_points]
    lines += [each.line_number for each in reading.observations]
    # Monitoring counts, which no correction is about, are in no list of lines.
    for shown, line in zip(rows, lines, strict=False):
        if (correction := printed.get(line)) is not None:
            shown["correction"] = {
                "code": correction.correction_code,
                "printed": None if correction.printed_value is None else format(correction.printed_value, "f"),
                "printed_state": correction.printed_state,
                "printed_unit": correction.printed_unit_code or shown["unit"],
            }
    return rows, None


def _as_counts(monitoring: MonitoringRows) -> Iterator[dict[str, Any]]:
    members = {cell.cell_code: cell for cell in cells()}
    with Path(monitoring.spool_path).open(encoding="ascii") as file:
        # Numbers and dates that our reader wrote in a child: whatever is no such line ends the reading here.
        for line, column, day, code, count in (spooled.rstrip("\n").split(",") for spooled in file):
            cell = members.get(int(code)) if code else None
            state = "nil" if code == str(NOTHING_FOUND) else "reported" if count else "missing"
            yield {
                "shape": "monitoring_count",
                "date": day or None,
                **{name: getattr(cell, name) if cell else None for name in DIMENSIONS},
                "value": count or None,
                "unit": "item",
                "state": state if day and code else "unreadable",
                "cell": _monitoring_cell(monitoring.sheet_name, int(line), int(column) if column else None),
            }


def _monitoring_cell(sheet_name: str | None, line: int, column: int | None) -> str:
    if sheet_name is not None:
        return f"'{sheet_name}'!{address(line - 1, (column or 1) - 1)}"
    return f"dòng {line}" if column is None else f"dòng {line}, cột {column}"


def _as_point(point: SeriesPoint) -> dict[str, Any]:
    # Keys shared with the other shapes keep their names, so that one table can show them all.
    return {
        "shape": "series_point",
        "measure": point.series_code,
        "axis": "area",
        "member": point.area_code,
        "value": None if point.value is None else format(point.value, "f"),
        "unit": point.unit,
        "state": point.value_state,
        "frequency": point.frequency,
        "window_start": point.window_start.isoformat(),
        "window_end": point.window_end.isoformat(),
        "as_of": point.as_of_date.isoformat(),
        "publisher": point.publisher,
        "cell": point.cell,
    }


def _as_row(flow: CapitalFlow) -> dict[str, Any]:
    return {
        "shape": "capital_flow",
        "flow": flow.flow,
        "measure": flow.measure,
        "axis": flow.axis,
        "member": flow.member,
        "member_code": flow.member_code,
        "partner": flow.partner_code,
        "sector": flow.sector_code,
        "locality": flow.locality_code,
        "project": flow.project_code,
        "zone": flow.zone_code,
        "type": flow.type_code,
        "form": flow.form_code,
        "value": None if flow.value is None else format(flow.value, "f"),
        "unit": flow.unit,
        "state": flow.value_state,
        "window_start": flow.window_start.isoformat(),
        "window_end": flow.window_end.isoformat(),
        "as_of": flow.as_of_date.isoformat(),
        "cumulative": flow.is_cumulative,
        "sheet": flow.sheet_name,
        "cell": flow.cell,
    }
