"""Who has reported, on time, late or not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from include.errors import PlatformError
from include.indicators.marts import ensure_current

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

STATES_VI = {
    "on_time": "Đúng hạn",
    "late": "Nộp muộn",
    "quarantined": "Đã gửi, có lỗi, chưa được chấp nhận",
    "rejected_only": "Đã gửi, bị từ chối",
    "not_reported": "Chưa nộp, đã quá hạn",
    "not_due_yet": "Chưa nộp, chưa đến hạn",
    "requested": "Được đề nghị, chưa nộp",
    "not_counted": "Không tính",
}
"""What each state of mart.report_status is called to readers."""

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def status(connection: Connection, period: str | None = None, *, as_of: datetime | None = None) -> dict[str, Any]:
    """Every body that has to do with the period, in catalogue order of groups and Vietnamese order of names.

    Keys: period, name, due, as_of, counts (bodies by state, obliged and requested apart), bodies. `period` None means
    the latest period somebody has reported for, else the next one due. `as_of` (aware) is answered with the reports
    received up to then. Raises PlatformError for a period the calendar does not know.
    """
    from sqlalchemy import text

    ensure_current(connection)
    known = require_period(connection, period) if period is not None else _period_in_question(connection)
    # The view follows the moment the marts are built for; a savepoint lends it another one.
    savepoint = connection.begin_nested()
    try:
        if as_of is not None:
            connection.execute(text("update mart.build set as_known = :as_of"), {"as_of": as_of})
        rows = connection.execute(
            text(
                "select * from mart.report_status where period_code = :period"
                " order by unit_kind, obligation <> 'obliged', sort_key, reporting_unit_code"
            ),
            {"period": known.period_code},
        ).all()
    finally:
        savepoint.rollback()
    return {
        "period": known.period_code,
        "name": known.name_vi,
        "due": known.due_at.astimezone(_ZONE).isoformat(),
        "as_of": (as_of or datetime.now(_ZONE)).astimezone(_ZONE).isoformat(timespec="seconds"),
        "counts": {
            "obliged": _counts([row for row in rows if row.obligation == "obliged"]),
            "requested": _counts([row for row in rows if row.obligation == "requested"]),
        },
        "bodies": [_body(row) for row in rows],
    }


def require_period(connection: Connection, period: str) -> Row[Any]:
    """The row of reference.reporting_period; PlatformError naming the known periods when there is none."""
    from sqlalchemy import text

    rows = connection.execute(text("select * from reference.reporting_period order by due_at")).all()
    for row in rows:
        if row.period_code == period:
            return row
    raise PlatformError(
        where="the period asked for",
        found=repr(period),
        expected=", ".join(row.period_code for row in rows) or "a period of the calendar, which is still empty",
        remedy="Use one of these codes, or add the period to the calendar.",
    )


def _period_in_question(connection: Connection) -> Row[Any]:
    from sqlalchemy import text

    row = connection.execute(
        text(
            "select period.* from reference.reporting_period as period where period.period_kind <> 'DX'"
            " order by exists (select 1 from warehouse.submission where submission.period_code = period.period_code)"
            " desc, case when exists (select 1 from warehouse.submission"
            " where submission.period_code = period.period_code) then period.due_at end desc nulls last,"
            " period.due_at <= now(), abs(extract(epoch from period.due_at - now())) limit 1"
        )
    ).one_or_none()
    if row is None:
        raise PlatformError(
            where="the calendar in the warehouse",
            found="no period",
            expected="the reporting periods of the plan",
            remedy="Write the reference data into the warehouse first.",
        )
    return row


def _counts(rows: list[Row[Any]]) -> dict[str, int]:
    counts = {"bodies": len(rows), "received": sum(row.is_received for row in rows)}
    for row in rows:
        counts[row.report_state] = counts.get(row.report_state, 0) + 1
    return counts


def _body(row: Row[Any]) -> dict[str, Any]:
    return {
        "code": row.reporting_unit_code,
        "name": row.reporting_unit_name_vi,
        "group": row.group_code,
        "obliged": row.obligation == "obliged",
        "obligation": row.obligation,
        "state": row.report_state,
        "received_at": row.first_accepted_at.astimezone(_ZONE).isoformat() if row.first_accepted_at else None,
        "revision": row.revision_number,
        "nil_return": row.is_nil_return,
        "last_attempt_at": row.last_attempt_at.astimezone(_ZONE).isoformat() if row.last_attempt_at else None,
        "basis": row.basis,
    }
