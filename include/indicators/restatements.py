"""What was restated: by whom, when, why as far as it is known, which figures, and what it did to the indicators."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from include.indicators.kpi import decimal_text
from include.indicators.marts import ensure_current

if TYPE_CHECKING:
    from sqlalchemy import Connection

REASONS_VI = {
    "corrected": "đã hiệu chỉnh lỗi nguồn",
    "firmer_kind": "số ước, số thực hiện được thay bằng số vững hơn",
    "held_lines": "bản trước có dòng bị giữ lại",
    "later_cut_off": "ngày chốt số liệu muộn hơn",
    "questioned": "bản trước có điểm đã hỏi lại",
    "unstated": "chưa rõ",
}
"""Why a body sent again, as far as the two files themselves tell."""


def restatements(connection: Connection, period: str | None = None) -> list[dict[str, Any]]:
    """Every restatement, the newest first, of one period or of all; ready for JSON.

    Figures are decimal strings in base units, values of indicators in their own unit. Rebuilds stale marts first.
    Raises PlatformError for a period the calendar does not know.
    """
    from sqlalchemy import text

    from include.indicators.status import require_period

    if period is not None:
        require_period(connection, period)
    ensure_current(connection)
    told = connection.execute(
        text(
            "select restatement.*, unit.name_vi, said.reason_vi, said.given_by_role, said.given_at"
            " from mart.restatement"
            " left join reference.reporting_unit as unit on restatement.reporting_unit_code = unit.unit_code"
            " left join lateral (select explanation.* from warehouse.explanation"
            " where explanation.subject_kind = 'restatement' and explanation.submission_id = restatement.submission_id"
            " order by explanation.given_at desc, explanation.explanation_id desc limit 1) as said on true"
            # A file that names no period is listed with the periods its effects are in.
            " where cast(:period as text) is null or restatement.period_code = :period or restatement.submission_id in"
            " (select effect.submission_id from mart.restatement_effect as effect where effect.period_code = :period)"
            " order by restatement.received_at desc, restatement.submission_id desc"
        ),
        {"period": period},
    ).all()
    known = {"submissions": [row.submission_id for row in told]}
    figures: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(
        text(
            "select * from mart.restated_figure where submission_id = any(:submissions)"
            " order by submission_id, figure_number"
        ),
        known,
    ):
        figures[row.submission_id].append(
            {
                "measure": row.measure_code,
                "axis": row.axis_code,
                "member": row.member_code,
                "project": row.project_code,
                "date": row.figure_date.isoformat() if row.figure_date else None,
                "full_year_estimate": row.is_full_year_estimate,
                "change": row.change_kind,
                "before": {
                    "value": decimal_text(row.old_value),
                    "state": row.old_state,
                    "kind": row.old_kind,
                    "sheet": row.old_sheet_name,
                    "cell": row.old_cell,
                },
                "after": {
                    "value": decimal_text(row.new_value),
                    "state": row.new_state,
                    "kind": row.new_kind,
                    "sheet": row.sheet_name,
                    "cell": row.cell,
                },
            }
        )
    effects: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(
        text(
            "select effect.*, indicator.unit_vi from mart.restatement_effect as effect"
            " inner join reference.indicator on effect.indicator_code = indicator.indicator_code"
            " where effect.submission_id = any(:submissions)"
            " order by effect.submission_id, effect.period_code, indicator.position, effect.side"
        ),
        known,
    ):
        effects[row.submission_id].append(
            {
                "indicator": row.indicator_code,
                "period": row.period_code,
                "side": row.side,
                "numerator_change": decimal_text(row.numerator_change),
                "denominator_change": decimal_text(row.denominator_change),
                "value": decimal_text(row.value),
                "value_without": decimal_text(row.value_without),
                "unit": row.unit_vi,
            }
        )
    return [
        {
            "submission": row.submission_id,
            "receipt": row.receipt_number,
            "kind": row.replacement_kind,
            "source": row.source_id,
            "unit": row.reporting_unit_code,
            "unit_name": row.name_vi,
            "period": row.period_code,
            "subject": row.subject_key,
            "received_at": row.received_at.isoformat(),
            "earlier_received_at": row.earlier_received_at.isoformat(),
            "sha256": row.sha256,
            "earlier_sha256": row.earlier_sha256,
            "value_kind": {"before": row.old_kind, "after": row.new_kind},
            "current": row.is_current,
            "reason_code": row.reason_code,
            "reason": row.reason_vi or REASONS_VI[row.reason_code],
            "explained": None if row.given_at is None else {"by": row.given_by_role, "at": row.given_at.isoformat()},
            "figures": figures[row.submission_id],
            "effects": effects[row.submission_id],
        }
        for row in told
    ]
