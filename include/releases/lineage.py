"""The cells behind each headline of the province, as they stand when an edition is frozen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from include.extracts.leadership.edition import LineageCell, LineageFile
from include.extracts.leadership.snapshot import read_untold
from include.vietnamese.dates import format_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.extracts.leadership.snapshot import Snapshot
    from include.reference import Reference


def read_lineage(connection: Connection, snapshot: Snapshot) -> tuple[tuple[LineageFile, ...], tuple[LineageCell, ...]]:
    """The files and cells behind the province's headlines in the snapshot, in reading order.

    Where a measure is sensitive, or a number made of it is hidden, its cells are named without their numbers.
    """
    from sqlalchemy import text

    from include.reference import load_reference

    reference = load_reference()
    untold = _hidden_measures(connection, snapshot, reference)
    hidden_headlines = {
        (figure.indicator_code, figure.side) for figure in snapshot.headlines if figure.state == "suppressed"
    }
    files: dict[tuple[str, str], int] = {}
    listed: list[LineageFile] = []
    cells = []
    for row in connection.execute(
        text(
            "select lineage.*, submission.source_id, unit.name_vi as unit_name, receipt.original_name as file_name"
            " from mart.lineage as lineage"
            " left join landing.receipt as receipt using (receipt_number)"
            " left join warehouse.submission as submission on lineage.submission_id = submission.submission_id"
            " left join reference.reporting_unit as unit on lineage.reporting_unit_code = unit.unit_code"
            " inner join reference.indicator on lineage.indicator_code = indicator.indicator_code"
            " where lineage.period_code = :period and lineage.scope_type = 'province'"
            " and lineage.line_axis_code = 'total' and lineage.indicator_code = any(:indicators)"
            " order by indicator.position, lineage.line_side, lineage.side, lineage.measure_code, unit.unit_kind,"
            " unit.sort_key, lineage.reporting_unit_code, lineage.axis_code, lineage.member_code,"
            " lineage.submission_id, lineage.sheet_name, length(lineage.cell), lineage.cell, lineage.first_date"
        ),
        {"period": snapshot.period.code, "indicators": [each.code for each in snapshot.indicators]},
    ):
        number = None
        if row.sha256 is not None:
            key = (row.sha256, row.source_id or "")
            if key not in files:
                files[key] = len(listed)
                listed.append(
                    LineageFile(
                        row.sha256,
                        row.file_name or "",
                        row.source_id or "",
                        row.receipt_number or "",
                        row.revision_number,
                    )
                )
            number = files[key]
        is_hidden = row.measure_code in untold or (row.indicator_code, row.line_side) in hidden_headlines
        unit = reference.units.get(row.reporting_unit_code or "")
        measure = reference.measures.get(row.measure_code)
        cells.append(
            LineageCell(
                indicator_code=row.indicator_code,
                side=row.line_side,
                term_side=row.side,
                measure_code=row.measure_code,
                measure_name=measure.name_vi if measure is not None else row.measure_code,
                unit_code=row.reporting_unit_code or "",
                unit_name=row.unit_name or "",
                group_code=unit.group_code if unit is not None else "",
                member_name=_member_name(reference, row.measure_code, row.axis_code, row.member_code),
                file_number=number,
                sheet=row.sheet_name or "",
                cell=(row.cell or "").rpartition("!")[2] or _days(row.first_date, row.last_date),
                value=None if is_hidden else row.value,
                added=None if is_hidden else row.added_value,
                is_hidden=is_hidden,
                state=row.value_state,
            )
        )
    return tuple(listed), tuple(cells)


def _hidden_measures(connection: Connection, snapshot: Snapshot, reference: Reference) -> frozenset[str]:
    sensitive = {measure.code for measure in reference.measures.values() if measure.is_sensitive}
    return read_untold(connection, snapshot.period.code, reference, snapshot.indicators) | sensitive


def _member_name(reference: Reference, measure_code: str, axis_code: str, member_code: str) -> str:
    measure = reference.measures.get(measure_code)
    if axis_code == "total" or measure is None or measure.axis(axis_code) is None:
        return "" if axis_code == "total" else member_code
    listed = reference.members(measure_code, axis_code)
    return listed[member_code].name_vi if member_code in listed else member_code


def _days(first: object, last: object) -> str:
    from datetime import date

    named: Iterable[date] = [day for day in (first, last) if isinstance(day, date)]
    return " đến ".join(dict.fromkeys(format_date(day) for day in named))
