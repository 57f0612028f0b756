"""What the extract says of figures that count otherwise than printed, and of what was accepted against a rule.

A small count of a sensitive matter is hidden together with the figure beside it and the reason: “one zero too many”
tells what a hidden number is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from include.extracts.leadership.sentences import hidden_teller
from include.extracts.leadership.small_counts import is_small
from include.extracts.leadership.wording import BOOKS_VI, NOT_SHOWN, SMALL, STATES_VI, day_vi, number_vi
from include.model import TOTAL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from include.reference import Measure, Reference

UNTOLD = "Không nêu chi tiết."
_WITHOUT_VALUE = ("not_applicable", "withheld", "missing", "unreadable")


@dataclass(frozen=True, slots=True)
class CorrectedFigure:
    """A figure that counts otherwise than its sender or publisher printed it, in words ready to be printed."""

    sender_name: str
    figure_name: str
    printed: str
    counted: str
    reason: str
    decided_by: str
    reported: str
    until: str
    code: str


@dataclass(frozen=True, slots=True)
class AcceptedException:
    """What breaks a rule in a report and was accepted by a post, for a time, in words ready to be printed."""

    number: int
    unit_name: str
    rule: str
    text: str
    reason: str
    decided_by: str
    until: str


def read_corrections(
    connection: Connection, period_code: str, reference: Reference, untold: frozenset[str]
) -> tuple[CorrectedFigure, ...]:
    """Corrected figures of the files that count for the period; a publisher's when its window ends in it.

    `untold`: measures of which no figure of a single body is given.
    """
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select correction.*, unit.name_vi from mart.figure_correction as correction"
            " inner join reference.reporting_period as period on period.period_code = :period"
            " left join reference.reporting_unit as unit on correction.reporting_unit_code = unit.unit_code"
            " where correction.is_latest and (correction.period_code = period.period_code or"
            " (correction.period_code is null and correction.window_end between period.window_start"
            " and period.window_end))"
            " order by unit.unit_kind, unit.sort_key, correction.source_id, correction.submission_id,"
            " correction.line_number"
        ),
        {"period": period_code},
    )
    tells_hidden = hidden_teller(reference, untold)
    return tuple(_corrected(row, reference, untold, tells_hidden) for row in rows)


def read_exceptions(
    connection: Connection, period_code: str, reference: Reference, untold: frozenset[str]
) -> tuple[AcceptedException, ...]:
    """Waivers under which the files that count for the period were accepted, each with what it let pass.

    `untold`: measures of which no figure of a single body is given.
    """
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select used.waiver_id, used.rule_code, used.reason_vi, used.decided_by_role, used.valid_until,"
            " unit.name_vi,"
            " (select string_agg(distinct finding.text_vi, ' ' order by finding.text_vi) from warehouse.finding"
            " inner join landing.receipt on finding.receipt_id = receipt.receipt_id"
            " where receipt.submission_id = used.submission_id and receipt.verdict = 'loaded'"
            " and finding.message_code = used.message_code and finding.severity = 'warn') as text_vi"
            " from mart.waiver_use as used"
            " inner join reference.reporting_unit as unit on used.reporting_unit_code = unit.unit_code"
            " where used.is_latest and used.period_code = :period"
            " order by unit.unit_kind, unit.sort_key, used.waiver_id, used.message_code"
        ),
        {"period": period_code},
    )
    tells_hidden = hidden_teller(reference, untold)
    return tuple(_accepted(row, hides=tells_hidden(f"{row.text_vi or ''} {row.reason_vi}")) for row in rows)


def _accepted(row: Row[Any], *, hides: bool) -> AcceptedException:
    return AcceptedException(
        number=row.waiver_id,
        unit_name=row.name_vi,
        rule=row.rule_code,
        # The sentence quotes the figure and the reason may: “three of them are” tells as much.
        text=UNTOLD if hides else row.text_vi or "",
        reason=UNTOLD if hides else row.reason_vi,
        decided_by=row.decided_by_role,
        until=day_vi(row.valid_until),
    )


def _corrected(
    row: Row[Any], reference: Reference, untold: frozenset[str], tells_hidden: Callable[[str], bool]
) -> CorrectedFigure:
    measure, name, factor, unit = _named(row, reference)
    is_small_and_sensitive = _is_sensitive(row, measure, reference) and (
        is_small(row.printed_value) or is_small(row.corrected_value)
    )
    hides = is_small_and_sensitive or (measure is not None and measure.code in untold)
    return CorrectedFigure(
        sender_name=row.name_vi or BOOKS_VI.get(row.source_id, row.source_id),
        figure_name=name,
        printed=_said(
            row.printed_value,
            row.printed_state,
            factor,
            unit or row.printed_unit_code or "",
            hides=hides,
            is_small_count=is_small_and_sensitive and is_small(row.printed_value),
        ),
        counted=_said(
            row.corrected_value,
            row.corrected_state,
            factor,
            unit or row.corrected_unit_code or "",
            hides=hides,
            is_small_count=is_small_and_sensitive and is_small(row.corrected_value),
        ),
        reason=UNTOLD if hides or tells_hidden(row.reason_vi) else row.reason_vi,
        decided_by=row.decided_by_role,
        reported=f"{row.reported_to_name}, {day_vi(row.reported_date)}",
        until=_until(row.valid_until),
        code=row.correction_code,
    )


def _named(row: Row[Any], reference: Reference) -> tuple[Measure | None, str, Decimal, str]:
    """The measure, the figure in words, and for a report's figure the factor and name of the unit of its form."""
    measure = reference.measures.get(row.measure_code)
    if measure is not None:
        member = "" if row.axis_code == TOTAL else f", {_member_name(row, measure, reference)}"
        return measure, f"{measure.name_vi} ({measure.code}){member}", measure.unit_factor, measure.unit_vi
    feeds: Mapping[str, Measure] = {
        each.feed.measure: each for each in reference.measures.values() if each.feed is not None
    }
    known = feeds.get(row.measure_code)
    name = known.name_vi if known is not None else row.measure_code
    member = "" if row.axis_code == TOTAL else f", {row.member_code}"
    return known, f"{name}{member}, đến {day_vi(row.window_end)}", Decimal(1), ""


def _member_name(row: Row[Any], measure: Measure, reference: Reference) -> str:
    listed = reference.members(measure.code, row.axis_code) if measure.axis(row.axis_code) is not None else {}
    return listed[row.member_code].name_vi if row.member_code in listed else row.member_code


def _is_sensitive(row: Row[Any], measure: Measure | None, reference: Reference) -> bool:
    if measure is None:
        return False
    if measure.is_sensitive:
        return True
    listed = reference.members(measure.code, row.axis_code) if measure.axis(row.axis_code) is not None else {}
    return row.member_code in listed and listed[row.member_code].is_sensitive


def _said(value: Decimal | None, state: str, factor: Decimal, unit: str, *, hides: bool, is_small_count: bool) -> str:
    if hides:
        return SMALL if is_small_count else NOT_SHOWN
    if value is None or state in _WITHOUT_VALUE or state == "nil":
        return STATES_VI.get(state, "không đọc được")
    return f"{number_vi(value / factor)} {unit}".strip()


def _until(day: date | None) -> str:
    return day_vi(day) if day else "không hạn"
