"""From an indicator down to the files and cells it was added up from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.errors import PlatformError
from include.indicators.kpi import decimal_text, kpi
from include.model import TOTAL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_FIGURE_KEYS = ("value", "numerator", "denominator", "state", "reason", "kind", "full_year_estimate", "coverage")
_SIDES = ["numerator", "denominator", "first", "second", "full_year", "full_year_denominator"]
_SCOPES = ("group", "unit")


def trace(
    connection: Connection, indicator: str, period: str, *, scope: str | None = None, by: str | None = None
) -> dict[str, Any]:
    """A value of an indicator with every cell behind it, and what each of the files went through.

    The province's headline; `scope` ("group:XA", "unit:28249") asks for a group or a body, `by` ("language/en") for a
    member of a breakdown.

    Keys: indicator, indicator_version, period, scope, by, value, numerator, denominator, unit, state, reason, terms,
    files, rules. A term has side, measure, value (what its cells add up to, base units) and cells: sha256, file, sheet,
    cell, value, unit, revision, receipt, axis, member; a register's cell also project, as_of, what is printed in which
    unit, the exchange rates used and, for a project counted in another record, that record; lines of a monitoring file
    the days added; a cell that counts otherwise than printed its `correction`, one of a file accepted under waivers
    `waivers`. Sheet and cell are null where a whole report counts; sha256 is null for a body that counts and sent
    nothing. Raises PlatformError for an indicator, period, scope or breakdown that is not known or has no such value.
    """
    from sqlalchemy import text

    scope_type, scope_code = _read_scope(scope)
    line = _line(connection, indicator, period, scope_type, scope_code, by)
    axis, member = (line["by"]["axis"], line["by"]["member"]) if line["by"] else (TOTAL, TOTAL)
    rows = connection.execute(
        text(
            # Who may read a mart does not thereby read the names files were sent under.
            "select lineage.*, receipt.original_name as file_name from mart.lineage as lineage"
            " left join landing.receipt as receipt using (receipt_number)"
            " left join reference.reporting_unit as unit on lineage.reporting_unit_code = unit.unit_code"
            " where lineage.indicator_code = :indicator and lineage.period_code = :period"
            " and lineage.scope_type = :scope_type and lineage.scope_code = :scope_code"
            " and lineage.line_axis_code = :axis"
            # What has no value as a whole is shown element by element.
            " and (lineage.line_member_code = :member or :axis = 'element' and :member = 'total')"
            " order by array_position(cast(:sides as text[]), lineage.side),"
            " lineage.measure_code, unit.unit_kind, unit.sort_key, lineage.axis_code, lineage.member_code,"
            " lineage.submission_id, lineage.sheet_name, length(lineage.cell), lineage.cell"
        ),
        {
            "indicator": indicator,
            "period": period,
            "scope_type": scope_type,
            "scope_code": scope_code,
            "sides": _SIDES,
            "axis": "element" if line["is_by_element"] else axis,
            "member": member,
        },
    ).all()
    rates = _rates(connection, {rate for row in rows for rate in (row.first_rate_id, row.second_rate_id) if rate})
    versions = connection.execute(
        text("select definition_hash from reference.indicator where indicator_code = :indicator"),
        {"indicator": indicator},
    )
    waivers = _waivers(connection, {row.submission_id for row in rows if row.submission_id is not None})
    return {
        "indicator": indicator,
        "indicator_version": versions.scalar_one(),
        "period": period,
        "scope": {"type": scope_type, "code": scope_code},
        "by": line["by"],
        **line["figure"],
        "terms": [
            _term(side, measure, list(cells), rates, waivers)
            for (side, measure), cells in groupby(rows, key=lambda row: (row.side, row.measure_code))
        ],
        **_files(connection, rows, waivers),
    }


def _read_scope(scope: str | None) -> tuple[str, str]:
    if scope is None or scope == "province":
        return "province", "province"
    scope_type, _, scope_code = scope.partition(":")
    if scope_type not in _SCOPES or not scope_code:
        raise PlatformError(
            where="--scope",
            found=repr(scope),
            expected="province, group:CODE or unit:CODE",
            remedy="Codes of groups and bodies are in include/reference/reporting_bodies.csv and units.csv.",
        )
    return scope_type, scope_code


def _line(
    connection: Connection, indicator: str, period: str, scope_type: str, scope_code: str, by: str | None
) -> dict[str, Any]:
    """The published value that is traced; raises PlatformError when there is no such line."""
    published = kpi(connection, period, scope_type=scope_type, scope_code=scope_code, with_breakdowns=by is not None)
    found = next((each for each in published if each["code"] == indicator), None)
    if found is None:
        raise PlatformError(
            where=f"the indicator asked for in period {period}, {scope_type} {scope_code}",
            found=repr(indicator),
            expected="an indicator of the catalogue that is computed for this kind of period and this scope",
            remedy="`ttdn kpi --period` lists a period's indicators; `by:` in the catalogue says for which scopes.",
        )
    if by is None:
        figure = {key: found[key] for key in (*_FIGURE_KEYS, "unit", "revised", "as_of")}
        if "pair" in found:
            figure["pair"] = found["pair"]
        is_by_element = found["reason_code"] == "by_element" and "element" in _axes(connection, indicator)
        return {"by": None, "figure": figure, "is_by_element": is_by_element}
    sides = [each for each in found["breakdowns"] if f"{each['axis']}/{each['member']}" == by]
    if not sides:
        known = sorted({f"{each['axis']}/{each['member']}" for each in found["breakdowns"]})
        raise PlatformError(
            where=f"--by, breakdown of {indicator} in period {period}, {scope_type} {scope_code}",
            found=repr(by),
            expected=f"one of {', '.join(known)}" if known else "nothing: it has no breakdown here",
            remedy="Name axis and member as they are printed, for example language/en.",
        )
    first, is_pair = sides[0], "pair" in found
    figure = {
        key: None if is_pair and key in _FIGURE_KEYS[:3] else first[key] for key in (*_FIGURE_KEYS, "revised", "as_of")
    }
    figure["unit"] = found["unit"]
    if is_pair:
        figure["pair"] = [{key: side[key] for key in ("side", *_FIGURE_KEYS)} for side in sides]
    return {"by": {"axis": first["axis"], "member": first["member"]}, "figure": figure, "is_by_element": False}


def _axes(connection: Connection, indicator: str) -> list[str]:
    from sqlalchemy import text

    return list(
        connection.execute(
            text("select axis_code from reference.indicator_axis where indicator_code = :indicator"),
            {"indicator": indicator},
        ).scalars()
    )


def _files(
    connection: Connection, rows: Sequence[Row[Any]], waivers: Mapping[int, list[dict[str, Any]]]
) -> dict[str, Any]:
    """The files of the cells, each with the rules it passed and the warnings it carries, and those rules by version."""
    from sqlalchemy import text

    files = {row.submission_id: row for row in rows if row.submission_id is not None}
    ids = {"ids": list(files)}
    checked: dict[int, list[Row[Any]]] = defaultdict(list)
    for check in connection.execute(
        text(
            "select submission_id, rule_code, message_code, check_name, rule_version, severity, is_passed"
            " from mart.file_rule where submission_id = any(:ids) order by rule_code, check_name, rule_version"
        ),
        ids,
    ):
        checked[check.submission_id].append(check)
    warnings: dict[int, list[dict[str, str | None]]] = defaultdict(list)
    for finding in connection.execute(
        text(
            "select receipt.submission_id, finding.rule_code, finding.message_code, finding.sheet_name, finding.cell,"
            " finding.text_vi from warehouse.finding inner join landing.receipt using (receipt_id)"
            " where receipt.submission_id = any(:ids) and receipt.verdict = 'loaded' and finding.severity = 'warn'"
            " order by finding.finding_id"
        ),
        ids,
    ):
        warnings[finding.submission_id].append(
            {
                "rule": finding.rule_code,
                "code": finding.message_code,
                "sheet": finding.sheet_name,
                "cell": finding.cell,
                "text": finding.text_vi,
            }
        )
    rules = {check.rule_version: check for checks in checked.values() for check in checks}
    return {
        "files": [
            {
                "sha256": row.sha256,
                "file": row.file_name,
                "receipt": row.receipt_number,
                "unit": row.reporting_unit_code,
                "revision": row.revision_number,
                # A file from before files were tied to their checks: not known, which is not "none".
                "rules_passed": _versions(checked[submission_id], is_passed=True) if checked[submission_id] else None,
                "rules_warned": _versions(checked[submission_id], is_passed=False) if checked[submission_id] else None,
                "warnings": warnings[submission_id],
                "waivers": waivers.get(submission_id, []),
            }
            for submission_id, row in sorted(files.items())
        ],
        "rules": [
            {
                "version": check.rule_version,
                "rule": check.rule_code,
                "code": check.message_code,
                "check": check.check_name,
                "severity": check.severity,
            }
            for check in rules.values()
        ],
    }


def _versions(checks: Sequence[Row[Any]], *, is_passed: bool) -> list[str]:
    return [check.rule_version for check in checks if check.is_passed is is_passed]


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
            # A rate kept by hand stands in a file of the project, which has no receipt.
            "sha256": row.sha256,
            "file": row.file_name,
        }
        for row in connection.execute(
            text(
                "select rate.*, submission.sha256, (select min(receipt.original_name) from landing.receipt"
                " where receipt.submission_id = rate.submission_id and receipt.verdict = 'loaded') as file_name"
                " from reference.exchange_rate as rate left join warehouse.submission using (submission_id)"
                " where rate.rate_id = any(:rate_ids)"
            ),
            {"rate_ids": list(rate_ids)},
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
                **({"days": [cell.first_date.isoformat(), cell.last_date.isoformat()]} if cell.first_date else {}),
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
        **(
            {"rates": [rates[rate] for rate in (cell.first_rate_id, cell.second_rate_id) if rate]}
            if cell.first_rate_id
            else {}
        ),
        **({"counted_as": cell.counted_as} if cell.counted_as else {}),
    }
