"""A released number down to its files and cells, as they were when it was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.errors import PlatformError
from include.indicators.kpi import decimal_text

if TYPE_CHECKING:
    from include.extracts.leadership.edition import Edition, LineageCell
    from include.extracts.leadership.snapshot import Figure


def trace_edition(edition: Edition, indicator_code: str, scope: str | None = None) -> dict[str, Any]:
    """The value an edition prints with every cell behind it, in the shape of `ttdn trace`; hidden numbers are null.

    The province's headline; `scope` ("group:commune", "unit:28249") takes the value and cells of a group or a body.
    Breakdowns have no cells in an edition. Raises PlatformError for an indicator or scope it does not print.
    """
    lines = next((each for each in edition.snapshot.indicators if each.code == indicator_code), None)
    scope_type, _, scope_code = (scope or "province").partition(":")
    if lines is None or scope_type not in ("province", "group", "unit"):
        raise PlatformError(
            where=f"edition {edition.number}",
            found=indicator_code if lines is None else repr(scope),
            expected="an indicator the edition prints, and province, group:CODE or unit:CODE",
            remedy="The page of the edition lists its indicators; without --release the newest figures are traced.",
        )
    figures = {
        "province": lines.headline,
        "group": tuple(each for each in lines.by_group if each.scope_code == scope_code),
        "unit": tuple(each for each in lines.by_unit if each.scope_code == scope_code),
    }[scope_type]
    cells = [
        cell
        for cell in edition.lineage
        if cell.indicator_code == indicator_code
        and (scope_type != "group" or cell.group_code == scope_code)
        and (scope_type != "unit" or cell.unit_code == scope_code)
    ]
    if not figures and not cells:
        raise PlatformError(
            where=f"{indicator_code} in edition {edition.number}",
            found=f"nothing of {scope}",
            expected="a group or body that has to do with the indicator",
            remedy="Codes of groups and bodies are in include/reference/reporting_bodies.csv and units.csv.",
        )
    return {
        "indicator": indicator_code,
        "indicator_version": dict(edition.definition_hashes).get(indicator_code),
        "period": edition.snapshot.period.code,
        "release": edition.number,
        "content_hash": edition.content_hash,
        "scope": {"type": scope_type, "code": scope_code or "province"},
        "by": None,
        **_figure(figures),
        "terms": [
            _term(edition, side, measure, list(of_term))
            for (side, measure), of_term in groupby(cells, key=lambda cell: (cell.term_side, cell.measure_code))
        ],
    }


def _figure(figures: Sequence[Figure]) -> dict[str, Any]:
    def told(figure: Figure) -> dict[str, Any]:
        return {
            "value": decimal_text(figure.value),
            "numerator": decimal_text(figure.numerator),
            "denominator": decimal_text(figure.denominator),
            "unit": figure.unit,
            "state": figure.state,
            "reason": figure.reason or None,
            "kind": figure.kind,
        }

    if len(figures) == 1:
        return told(figures[0])
    nothing = dict.fromkeys(("value", "numerator", "denominator", "unit", "state", "reason", "kind"))
    return {**nothing, **({"pair": [{"side": each.side, **told(each)} for each in figures]} if figures else {})}


def _term(edition: Edition, side: str, measure: str, cells: Sequence[LineageCell]) -> dict[str, Any]:
    is_hidden = any(cell.is_hidden for cell in cells)
    return {
        "side": side,
        "measure": measure,
        # A sum with a hidden number in it would tell it.
        "value": None if is_hidden else decimal_text(sum((cell.added or Decimal(0) for cell in cells), Decimal(0))),
        "cells": [_cell(edition, cell) for cell in cells],
    }


def _cell(edition: Edition, cell: LineageCell) -> dict[str, Any]:
    file = edition.lineage_files[cell.file_number] if cell.file_number is not None else None
    return {
        "sha256": file.sha256 if file is not None else None,
        "file": file.file_name if file is not None else None,
        "sheet": cell.sheet or None,
        "cell": cell.cell or None,
        "value": decimal_text(cell.value),
        "unit": cell.unit_code or None,
        "revision": file.revision if file is not None else None,
        "receipt": (file.receipt_number or None) if file is not None else None,
        **({"member": cell.member_name} if cell.member_name else {}),
        **({"hidden": True} if cell.is_hidden else {}),
    }

