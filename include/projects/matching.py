"""What there is to decide and what was merged: the lists behind `ttdn projects`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection, Row

    from include.reference import Reference

MONEY_VI = {"committed": "vốn đăng ký, ký kết, cam kết", "disbursed": "vốn giải ngân"}


def project_overview(connection: Connection) -> dict[str, Any]:
    """Proposals to decide on, groups that were merged, and decisions that no longer find their record; for JSON.

    Keys: proposals (best first), merged (records of each group, the one that counts first), idle_decisions.
    Rebuilds stale marts first.
    """
    from sqlalchemy import text

    from include.indicators.marts import ensure_current
    from include.reference import load_reference

    ensure_current(connection)
    reference = load_reference()
    proposals = connection.execute(
        text("select * from mart.project_proposal order by score desc, first_key, second_key")
    ).all()
    records = _newest_records(connection, {key for row in proposals for key in (row.first_key, row.second_key)})
    members = connection.execute(
        text(
            "select record.* from mart.project_record as record"
            " where record.is_contradicted or exists (select 1 from mart.project_record as other"
            " where other.group_key = record.group_key and other.project_key <> record.project_key)"
            " order by record.group_key, record.period_code, not record.is_counted, record.project_key"
        )
    ).all()
    idle = connection.execute(
        text(
            "select decision.* from warehouse.project_match_decision as decision"
            " where not exists (select 1 from mart.project_record where project_key = decision.first_key)"
            " or not exists (select 1 from mart.project_record where project_key = decision.second_key)"
            " order by decision.decision_id"
        )
    ).all()
    return {
        "proposals": [_proposal(row, records[row.first_key], records[row.second_key], reference) for row in proposals],
        "merged": [
            {
                "group": group,
                "contradicted": any(row.is_contradicted for row in rows),
                "records": [_record(row) | _outcome(row) for row in rows],
            }
            for group, rows in ((key, list(found)) for key, found in groupby(members, key=lambda row: row.group_key))
        ],
        "idle_decisions": [
            {
                "first": row.first_key,
                "second": row.second_key,
                "decision": row.decision,
                "decided_by": row.decided_by_role,
                "decided_at": row.decided_at.isoformat(),
                "reason": row.reason,
            }
            for row in idle
        ],
    }


def _newest_records(connection: Connection, keys: set[str]) -> dict[str, Row[Any]]:
    """Each record as its newest file tells it."""
    from sqlalchemy import text

    return {
        row.project_key: row
        for row in connection.execute(
            text(
                "select distinct on (project_key) * from mart.project_record where project_key = any(:keys)"
                " order by project_key, received_at desc, submission_id desc"
            ),
            {"keys": list(keys)},
        )
    }


def _record(row: Row[Any]) -> dict[str, Any]:
    from include.indicators.kpi import decimal_text

    return {
        "key": row.project_key,
        "title": row.title,
        "source": row.source_id,
        "sender": row.reporting_unit_code,
        "period": row.period_code,
        "flow": row.flow_code,
        "number": row.project_number,
        "partner": row.partner_code,
        "locality": row.locality_code,
        "committed_usd": decimal_text(row.committed_usd),
        "disbursed_usd": decimal_text(row.disbursed_usd),
        "window_start": row.window_start.isoformat(),
        "window_end": row.window_end.isoformat(),
        "as_of": row.as_of_date.isoformat(),
        "revision": row.revision_number,
    }


def _proposal(pair: Row[Any], first: Row[Any], second: Row[Any], reference: Reference) -> dict[str, Any]:
    from include.indicators.kpi import decimal_text

    return {
        "first": _record(first),
        "second": _record(second),
        "score": decimal_text(pair.score),
        "title_similarity": decimal_text(pair.title_similarity),
        "money": pair.money_kind,
        "amount_difference_pct": decimal_text(pair.amount_difference_pct),
        "days_apart": pair.days_apart,
        "reasons": [
            f"cùng đối tác, nhà tài trợ: {_partner(first.partner_code, reference)}",
            f"tên dự án giống {_shown(100 * pair.title_similarity)}%",
            f"{MONEY_VI[pair.money_kind]} lệch {_shown(pair.amount_difference_pct)}%",
            f"thời gian cách {pair.days_apart} ngày" if pair.days_apart else "thời gian chồng lên nhau",
        ],
    }


def _outcome(row: Row[Any]) -> dict[str, Any]:
    return {
        "counted": row.is_counted,
        "counted_as": row.counted_as,
        "reason_code": row.reason_code,
        "reason": _reason(row),
        "matched_with": row.matched_with,
        "decided_by": row.decided_by_role,
        "decided_at": row.decided_at.isoformat() if row.decided_at else None,
    }


def _reason(row: Row[Any]) -> str | None:
    """Why a record does not count, in words; None when it does."""
    from include.vietnamese.dates import format_date

    if row.is_counted:
        return None
    if row.reason_code == "confirmed":
        return (
            f"{row.decided_by_role} xác nhận ngày {format_date(row.decided_at.date())}"
            f" là cùng dự án với {row.matched_with}"
        )
    if row.reason_code == "identifier":
        return f"trùng mã dự án với {row.matched_with}"
    return "cùng bản ghi trong tệp khác của nguồn"


def _partner(code: str, reference: Reference) -> str:
    member = reference.code_lists["donor"].members.get(code)
    return member.name_vi if member else code


def _shown(number: Decimal) -> str:
    from include.vietnamese.numbers import format_number

    return format_number(number.normalize())
