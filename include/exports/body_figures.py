"""Of which measures the figures of single bodies stay behind: they would tell a small count of a sensitive topic.

Figures of single bodies by topic are hidden when one is small. Their totals are not, and neither are the province's
figures by topic: what both leave open is looked at here, with the code that hides numbers of the leadership's extract.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal

from include.extracts.leadership.small_counts import mark_period
from include.extracts.leadership.suppression import Key, Quantity, Table, is_small
from include.model import TOTAL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from include.extracts.leadership.small_counts import LineMarks
    from include.indicators.catalogue import Indicator
    from include.reference import Reference

Place = Literal["value", "full_year_estimate"]
_PRINTED_AS: Final[Mapping[Place, Literal["numerator", "full_year_estimate"]]] = {
    "value": "numerator",
    "full_year_estimate": "full_year_estimate",
}
_Printed = dict[tuple[str, str, str, Place], tuple[Decimal, bool]]
"""Measure, axis, member and kind of figure to the province's sum and whether it is hidden."""


def untold_measures(connection: Connection) -> frozenset[tuple[str, str]]:
    """Period and measure, and period and indicator made of it, of which no body's figure may be exported.

    One of them is enough: a body's total less those of the others would be the same as the body's. It holds for every
    table and view, so that two of them side by side tell no more than one.
    """
    from include.indicators.catalogue import load_catalogue
    from include.reference import load_reference

    catalogue, reference = load_catalogue(), load_reference()
    untold: set[tuple[str, str]] = set()
    printed: dict[str, _Printed] = defaultdict(dict)
    for period, code, lines in _indicator_lines(connection, catalogue, reference):
        for line, marks in lines:
            terms = catalogue[code].terms
            if line.axis_code == TOTAL and marks.hides_value:
                # Where the sum over all bodies is hidden, they would add up to it.
                untold |= {(period, term.measure_code) for term in terms}
            if catalogue[code].arithmetic == "sum" and len(terms) == 1 and line.scope_type == "province":
                for place, number in _PRINTED_AS.items():
                    if getattr(line, number) is not None:
                        key = (terms[0].measure_code, line.axis_code, line.member_code, place)
                        printed[period][key] = (getattr(line, number), bool(getattr(marks, number)))
    for (period, measure, axis), figures in _body_figures(connection, reference):
        places: tuple[Place, ...] = ("value", "full_year_estimate")
        if any(tells_a_small_one(figures, measure, axis, place, printed[period], reference) for place in places):
            untold.add((period, measure))
    return frozenset(untold) | {
        (period, indicator.code)
        for period, measure in untold
        for indicator in catalogue.values()
        if any(term.measure_code == measure for term in indicator.terms)
    }


def _indicator_lines(
    connection: Connection, catalogue: Mapping[str, Indicator], reference: Reference
) -> Iterable[tuple[str, str, list[tuple[Row[Any], LineMarks]]]]:
    """Period, indicator and its lines, each with what is hidden of it."""
    from sqlalchemy import text

    lines = connection.execute(text("select * from mart.indicator_value order by period_code, indicator_code"))
    for period, of_period in groupby(lines, key=lambda line: line.period_code):
        group = {code: list(each) for code, each in groupby(of_period, key=lambda line: line.indicator_code)}
        for code, marks in mark_period(group, catalogue, reference).items():
            yield period, code, list(zip(group[code], marks, strict=True))


def _body_figures(
    connection: Connection, reference: Reference
) -> Iterable[tuple[tuple[str, str, str], list[Row[Any]]]]:
    """Period, measure and breakdown with sensitive members; the bodies' parts of it and their totals."""
    from sqlalchemy import text

    for measure in reference.measures.values():
        for axis in measure.axes:
            if not any(member.is_sensitive for member in reference.members(measure.code, axis.code).values()):
                continue
            rows = connection.execute(
                text(
                    "select period_code, reporting_unit_code, axis_code, member_code, value, full_year_estimate"
                    " from mart.observation_latest where measure_code = :measure and axis_code in ('total', :axis)"
                    " order by period_code, reporting_unit_code, axis_code, member_code"
                ),
                {"measure": measure.code, "axis": axis.code},
            )
            for period, figures in groupby(rows, key=lambda row: row.period_code):
                yield (period, measure.code, axis.code), list(figures)


def tells_a_small_one(
    figures: Iterable[Row[Any]], measure: str, axis: str, place: Place, printed: _Printed, reference: Reference
) -> bool:
    """Whether the totals of the bodies and the province's parts leave a small part of one body a single value."""
    table = Table()
    parts_of_body: dict[str, list[Key]] = defaultdict(list)
    parts_of_member: dict[str, list[Key]] = defaultdict(list)
    totals: dict[str, Key] = {}
    small: list[Key] = []
    listed = reference.members(measure, axis)
    for row in figures:
        value: Decimal | None = getattr(row, place)
        if value is None or value <= 0:
            continue
        key = (row.reporting_unit_code, row.member_code)
        # All that is said of a hidden part is that it is not 0, so none counts as sensitive here.
        table.add(key, Quantity(value))
        if row.axis_code == TOTAL:
            totals[row.reporting_unit_code] = key
            continue
        parts_of_body[row.reporting_unit_code].append(key)
        parts_of_member[row.member_code].append(key)
        if is_small(value) and row.member_code in listed and listed[row.member_code].is_sensitive:
            small.append(key)
    if not small:
        return False
    hidden = {part for parts in parts_of_body.values() for part in parts}
    for body, parts in parts_of_body.items():
        if body in totals:
            table.add_up(totals[body], parts, may_lack=True)
    for member, parts in parts_of_member.items():
        value, is_hidden = printed.get((measure, axis, member, place), (None, False))
        if value is None:
            continue
        is_sensitive = member in listed and listed[member].is_sensitive
        table.add(member, Quantity(value, is_sensitive))
        table.add_up(member, parts)
        if is_hidden:
            hidden.add(member)
    return not all(table.is_safe(key, hidden) for key in small)
