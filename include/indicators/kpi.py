"""The indicators as scripts and extracts read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.errors import PlatformError
from include.indicators.marts import build_marts, check_marts, count_values, ensure_current
from include.indicators.targets import TargetReading, read_targets
from include.model import TOTAL

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = ["REASONS_VI", "build_marts", "check_marts", "count_values", "decimal_text", "kpi", "kpi_as_known"]

REASONS_VI = {
    "awaiting_feed": "Chưa có nguồn số liệu này.",
    "no_report": "Chưa nhận được báo cáo nào của các đơn vị có số liệu này.",
    "not_due_yet": "Chưa đến hạn nộp và chưa nhận được báo cáo nào.",
    "left_blank": "Báo cáo đã nhận nhưng để trống số liệu này.",
    "withheld": "Đơn vị trả lời “không cung cấp”.",
    "not_applicable": "Đơn vị trả lời “không áp dụng”.",
    "zero_denominator": "Mẫu số bằng 0 nên không có tỷ lệ.",
    "no_final": "Chưa có số chính thức để so với số ước.",
    "by_element": "Chỉ đọc theo từng số liệu, không có một giá trị chung.",
    "missing_rate": "Thiếu tỷ giá để quy đổi một khoản trong sổ dự án nên không cộng được.",
}
"""Why an indicator has no value, as told to readers."""


_COUNTS = {
    "received": "coverage_received",
    "expected": "coverage_expected",
    "requested_received": "requested_received",
    "requested_expected": "requested_expected",
    "answered": "answered_count",
    "incomplete": "incomplete_count",
    "missing": "missing_count",
    "withheld": "withheld_count",
    "not_applicable": "not_applicable_count",
}
_STRENGTH = ("uoc", "thuc_hien", "chinh_thuc")


def kpi(
    connection: Connection,
    period: str | None = None,
    *,
    scope_type: str = "province",
    scope_code: str | None = None,
    with_breakdowns: bool = False,
) -> list[dict[str, Any]]:
    """Every indicator of the catalogue for each period it applies to, ready for JSON, in catalogue order.

    Values, numerators and denominators are decimal strings: `value` in `unit`, the other two in whole base units.
    A pair has value null and its two numbers under `pair`. An indicator without data is listed with its state and
    `reason`. `as_of` is how far FDI, ODA and aid figures reach, null for all others.
    `scope_type` group or unit gives those the catalogue asks for. `with_breakdowns` adds `breakdowns`.
    Rebuilds stale marts first. Raises PlatformError for a period the calendar does not know.
    """
    _require(connection, period)
    ensure_current(connection)
    return _read(connection, period, scope_type, scope_code, with_breakdowns)


def kpi_as_known(connection: Connection, moment: datetime, period: str | None = None) -> list[dict[str, Any]]:
    """The same as `kpi` for the province, as known at `moment` (aware), by the true receipt of each file.

    Rebuilds stale marts first; then asks the functions `mart.…_as_known`, which build nothing and hold nobody up.
    Without a period every period is worked out. Raises PlatformError for a moment in the future or before the first
    accepted file, or an unknown period.
    """
    _require(connection, period)
    ensure_current(connection)
    require_moment(connection, moment)
    return _read(connection, period, "province", None, False, moment)


def require_moment(connection: Connection, moment: datetime) -> None:
    """Raise PlatformError unless something was known at `moment`."""
    from psycopg2 import errorcodes
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    savepoint = connection.begin_nested()
    try:
        connection.execute(text("select mart.require_moment(:moment)"), {"moment": moment})
        savepoint.commit()
    except DBAPIError as error:
        savepoint.rollback()
        if getattr(error.orig, "pgcode", None) != errorcodes.INVALID_PARAMETER_VALUE:
            raise
        said = error.orig.diag  # type: ignore[union-attr]
        raise PlatformError(
            where="the moment asked for (--as-known)",
            found=said.message_primary,
            expected=said.message_detail,
            remedy=said.message_hint,
        ) from error


def _require(connection: Connection, period: str | None) -> None:
    from include.indicators.status import require_period

    if period is not None:
        require_period(connection, period)


def _read(
    connection: Connection,
    period: str | None,
    scope_type: str,
    scope_code: str | None,
    with_breakdowns: bool,
    moment: datetime | None = None,
) -> list[dict[str, Any]]:
    from sqlalchemy import text

    targets = read_targets(connection, period, moment) if scope_type == "province" else {}
    values = "mart.indicator_dated" if moment is None else "mart.headline_as_known(:moment, :period)"
    rows = connection.execute(
        text(
            "select value.*, indicator.name_vi, indicator.name_en,"  # noqa: S608  one of the two names above
            " indicator.unit_vi, indicator.direction,"
            " indicator.arithmetic, indicator.unit_factor, indicator.target_status,"
            " indicator.clauses, indicator.owner_vi, indicator.reading_note_vi"
            f" from {values} as value"
            " inner join reference.indicator on value.indicator_code = indicator.indicator_code"
            " inner join reference.reporting_period as period on value.period_code = period.period_code"
            " where value.scope_type = :scope_type"
            " and (cast(:scope_code as text) is null or value.scope_code = :scope_code)"
            " and (cast(:period as text) is null or value.period_code = :period)"
            " and (:with_breakdowns or value.axis_code = 'total')"
            " order by period.due_at, value.period_code, indicator.position, value.scope_code,"
            " value.axis_code <> 'total', value.axis_code, value.member_code, value.side"
        ),
        {
            "scope_type": scope_type,
            "scope_code": scope_code,
            "period": period,
            "with_breakdowns": with_breakdowns,
            "moment": moment,
        },
    ).all()
    headlines = groupby(rows, key=lambda row: (row.period_code, row.indicator_code, row.scope_code))
    return [_indicator(list(lines), with_breakdowns, targets) for _, lines in headlines]


def _indicator(
    lines: Sequence[Row[Any]], with_breakdowns: bool, targets: Mapping[tuple[str, str, str], TargetReading]
) -> dict[str, Any]:
    totals = [line for line in lines if line.axis_code == TOTAL] or lines[:1]
    headline = totals[0]
    is_pair = headline.arithmetic == "pair"

    def target(side: str) -> dict[str, Any]:
        reading = targets.get((headline.indicator_code, headline.period_code, side))
        return _target(reading, headline.target_status)

    shown: dict[str, Any] = {
        "code": headline.indicator_code,
        "name": headline.name_vi,
        "name_en": headline.name_en,
        "period": headline.period_code,
        "scope": {"type": headline.scope_type, "code": headline.scope_code},
        **(_pair(totals) if is_pair else _figure(headline)),
        "unit": headline.unit_vi,
        "unit_factor": decimal_text(headline.unit_factor),
        "direction": headline.direction,
        "cut_off": _latest(line.cut_off_to for line in totals),
        "cut_off_from": _earliest(line.cut_off_from for line in totals),
        "as_of": _latest(line.as_of_to for line in totals),
        "as_of_from": _earliest(line.as_of_from for line in totals),
        "revised": any(line.is_revised for line in totals),
        "provisional": headline.is_before_due,
        # Each of a pair's two numbers has a target of its own.
        "target": target("single"),
        "clauses": headline.clauses,
        "owner": headline.owner_vi,
        "note": headline.reading_note_vi,
    }
    for figure in shown.get("pair", ()):
        figure["target"] = target(figure["side"])
    if with_breakdowns:
        shown["breakdowns"] = [
            {
                "axis": line.axis_code,
                "member": line.member_code,
                "side": line.side,
                **_figure(line),
                "revised": line.is_revised,
                "as_of": _latest([line.as_of_to]),
            }
            for line in lines
            if line.axis_code != TOTAL
        ]
    return shown


def _figure(line: Row[Any]) -> dict[str, Any]:
    return {
        "value": decimal_text(line.value),
        "numerator": decimal_text(line.numerator),
        "denominator": decimal_text(line.denominator),
        "state": line.value_state,
        "reason_code": line.reason_code,
        "reason": REASONS_VI.get(line.reason_code or ""),
        "kind": line.value_kind,
        "full_year_estimate": decimal_text(line.full_year_estimate),
        "coverage": {name: getattr(line, column) for name, column in _COUNTS.items()},
    }


def _pair(sides: Sequence[Row[Any]]) -> dict[str, Any]:
    """Two numbers side by side; the headline itself has no value, so that nobody adds them."""
    units = [unit.strip() for unit in sides[0].unit_vi.split(";")]
    figures = [{"side": line.side, "unit": unit, **_figure(line)} for line, unit in zip(sides, units, strict=True)]
    states = [figure["state"] for figure in figures]
    has_value = [figure for figure in figures if figure["value"] is not None]
    kinds = [figure["kind"] for figure in figures if figure["kind"] is not None]
    return {
        "value": None,
        "numerator": None,
        "denominator": None,
        "state": next((state for state in ("reported", "nil") if state in states), states[0]),
        "reason_code": None if has_value else figures[0]["reason_code"],
        "reason": None if has_value else figures[0]["reason"],
        "kind": min(kinds, key=_STRENGTH.index, default=None),
        "full_year_estimate": None,
        "coverage": {name: max(figure["coverage"][name] for figure in figures) for name in _COUNTS},
        "pair": figures,
    }


def _target(reading: TargetReading | None, status: str) -> dict[str, Any]:
    """The `target` object of `ttdn kpi --json`; state `unset` where the province has set none."""
    if reading is None:
        return {"status": status, "value": None, "state": "unset"}
    has_pace = reading.reached_pct is not None
    return {
        "status": status,
        "value": decimal_text(reading.target_value),
        "for": reading.target_for,
        "state": reading.state,
        "distance": decimal_text(reading.distance),
        "pace": {
            "reached_pct": decimal_text(reading.reached_pct),
            "elapsed_pct": decimal_text(reading.elapsed_pct),
            "cut_off": reading.cut_off.isoformat() if reading.cut_off else None,
        }
        if has_pace
        else None,
        "no_pace_reason": reading.no_pace_reason,
        "judged_from": reading.judged_from.isoformat() if reading.judged_from else None,
        "source": {
            "document": reading.document_number,
            "date": reading.document_date.isoformat(),
            "issued_by": reading.issued_by,
        },
        "explanations": [
            {
                "unit": answer.unit_code,
                "reason": answer.reason,
                "by": answer.given_by,
                "given_at": answer.given_at.isoformat() if answer.given_at else None,
                "for_value": decimal_text(answer.explained_value),
                "for_target": decimal_text(answer.explained_target),
                "is_current": answer.is_current,
            }
            for answer in reading.answers
            if answer.reason is not None
        ],
        "unexplained_by": [answer.unit_code for answer in reading.unanswered],
    }


def decimal_text(value: Decimal | None) -> str | None:
    """A figure as a decimal string without exponent or needless zeros; None stays None."""
    if value is None:
        return None
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _latest(days: Iterable[date | None]) -> str | None:
    known = [day for day in days if day is not None]
    return max(known).isoformat() if known else None


def _earliest(days: Iterable[date | None]) -> str | None:
    known = [day for day in days if day is not None]
    return min(known).isoformat() if known else None
