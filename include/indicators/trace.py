"""From an indicator down to the files and cells it was added up from."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.errors import PlatformError
from include.indicators.kpi import decimal_text, kpi
from include.model import TOTAL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


def trace(connection: Connection, indicator: str, period: str) -> dict[str, Any]:
    """The province's value of an indicator with every cell behind it.

    Keys: indicator, period, value, numerator, denominator, unit, state, reason, terms. A term has side, measure,
    value (what its cells add up to, base units) and cells: sha256, file, sheet, cell, value, unit, revision, receipt,
    axis, member; a register's cell also project, as_of, what is printed in which unit, the exchange rates used and,
    for a project counted in another record, that record. Sheet and cell are null where a whole report counts; sha256
    is null for a body that counts and sent nothing. A cell that counts otherwise than printed has `correction`, one of
    a file accepted under waivers has `waivers`. Raises PlatformError for an indicator or period that is not known
    or does not go with the other.
    """
    from sqlalchemy import text

    found = next((each for each in kpi(connection, period) if each["code"] == indicator), None)
    if found is None:
        raise PlatformError(
            where=f"the indicator asked for in period {period}",
            found=repr(indicator),
            expected="an indicator of the catalogue that is computed for this kind of period",
            remedy="`ttdn kpi --period` lists the indicators of a period.",
        )
    rows = connection.execute(
        text(
            "select lineage.* from mart.indicator_lineage as lineage"
            " left join reference.reporting_unit as unit on lineage.reporting_unit_code = unit.unit_code"
            " where lineage.indicator_code = :indicator and lineage.period_code = :period"
            " order by array_position(array['numerator', 'denominator', 'first', 'second', 'full_year'], lineage.side),"
            " lineage.measure_code, unit.unit_kind, unit.sort_key, lineage.axis_code, lineage.member_code,"
            " lineage.submission_id, lineage.sheet_name, length(lineage.cell), lineage.cell"
        ),
        {"indicator": indicator, "period": period},
    ).all()
    rates = _rates(connection, {rate_id for row in rows for rate_id in row.rate_ids or ()})
    waivers = _waivers(connection, {row.submission_id for row in rows if row.submission_id is not None})
    kept = ("value", "numerator", "denominator", "unit", "state", "reason", "kind", "coverage", "revised", "as_of")
    return {
        "indicator": indicator,
        "period": period,
        **{key: found[key] for key in kept},
        **({"pair": found["pair"]} if "pair" in found else {}),
        "terms": [
            _term(side, measure, list(cells), rates, waivers)
            for (side, measure), cells in groupby(rows, key=lambda row: (row.side, row.measure_code))
        ],
    }


def _rates(connection: Connection, rate_ids: set[int]) -> dict[int, dict[str, Any]]:
    from sqlalchemy import text

    return {
        row.rate_id: {
            "rate_id": row.rate_id,
            "currency": row.currency_code,
            "vnd": decimal_text(row.vnd_per_unit),
            "valid_from": row.valid_from.isoformat(),
            "valid_to": row.valid_to.isoformat(),
            "source": row.source_name,
            "cell": row.cell,
        }
        for row in connection.execute(
            text("select * from reference.exchange_rate where rate_id = any(:rate_ids)"), {"rate_ids": list(rate_ids)}
        )
    }


def _waivers(connection: Connection, submission_ids: set[int]) -> dict[int, list[dict[str, Any]]]:
    """By submission: under which waivers its file was accepted, and for which rule."""
    from sqlalchemy import text

    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(
        text(
            "select submission_id, waiver_id, rule_code, decided_by_role, valid_until from mart.waiver_use"
            " where submission_id = any(:ids) order by submission_id, waiver_id, message_code"
        ),
        {"ids": list(submission_ids)},
    ):
        used = {
            "number": row.waiver_id,
            "rule": row.rule_code,
            "decided_by": row.decided_by_role,
            "valid_until": row.valid_until.isoformat(),
        }
        found.setdefault(row.submission_id, []).append(used)
    return found


def _term(
    side: str,
    measure: str,
    cells: list[Row[Any]],
    rates: dict[int, dict[str, Any]],
    waivers: dict[int, list[dict[str, Any]]],
) -> dict[str, Any]:
    return {
        "side": side,
        "measure": measure,
        "value": decimal_text(sum((cell.added_value for cell in cells), Decimal(0))),
        "cells": [
            {
                "sha256": cell.sha256,
                "file": cell.file_name,
                "sheet": cell.sheet_name,
                # A flow carries its full address, 'Sổ FDI'!J15; the sheet stands beside it.
                "cell": cell.cell.rpartition("!")[2] if cell.cell and cell.sheet_name else cell.cell,
                "value": decimal_text(cell.value),
                "unit": cell.reporting_unit_code,
                "revision": cell.revision_number,
                "receipt": cell.receipt_number,
                **({"axis": cell.axis_code, "member": cell.member_code} if cell.axis_code != TOTAL else {}),
                **({"proves_zero": True} if cell.is_evidence_only else {}),
                **(_correction(cell) if cell.correction_code else {}),
                **({"waivers": waivers[cell.submission_id]} if cell.submission_id in waivers else {}),
                **(_register_cell(cell, rates) if cell.project_key else {}),
            }
            for cell in cells
        ],
    }


def _correction(cell: Row[Any]) -> dict[str, Any]:
    """By which entry of corrections.yml the cell counts otherwise than printed, and what is printed."""
    return {"correction": {"code": cell.correction_code, "printed": decimal_text(cell.uncorrected_value)}}


def _register_cell(cell: Row[Any], rates: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What a cell of a register of projects says of itself; `counted_as` names the record that counts in its place."""
    return {
        "project": cell.project_key,
        "as_of": cell.as_of_date.isoformat(),
        "printed": {"value": decimal_text(cell.printed_value), "unit": cell.printed_unit_code},
        **({"rates": [rates[rate_id] for rate_id in cell.rate_ids]} if cell.rate_ids is not None else {}),
        **({"counted_as": cell.counted_as} if cell.counted_as else {}),
    }
