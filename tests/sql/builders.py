"""Reports put straight into the warehouse, as promote would leave them, for tests of what is built on top."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
IN_TIME = datetime(2026, 6, 10, 9, 0, tzinfo=ZONE)
LATE = datetime(2026, 6, 15, 0, 0, tzinfo=ZONE)

Answer = int | str | Decimal
STATES = ("not_applicable", "withheld", "missing")


def send(
    connection: Connection,
    unit: str,
    period: str = "2026-06T",
    figures: Mapping[str, Answer] | None = None,
    *,
    estimates: Mapping[str, Answer] | None = None,
    received_at: datetime = IN_TIME,
    verdict: str = "loaded",
    kind: str = "thuc_hien",
    cut_off: date = date(2026, 6, 8),
    required: int = 10,
    filled: int = 10,
    blocking: int = 0,
    source: str = "agency_reports",
) -> int:
    """A submission with its file, receipt and figures; returns its id. A loaded one becomes the next revision.

    Figures: "MED01" or "MED01.language.vi" -> a number, "nil", "withheld", "not_applicable" or "missing".
    `estimates` are the column “Ước cả năm” beside them.
    """
    lines = [(name, answer, kind) for name, answer in (figures or {}).items()]
    lines += [(name, answer, "uoc_nam") for name, answer in (estimates or {}).items()]
    count = connection.execute(text("select count(*) from warehouse.submission")).scalar_one()
    sha256 = hashlib.sha256(f"{unit} {period} {count}".encode()).hexdigest()
    name = f"bao-cao-{unit}-{count}.xlsx"
    is_loaded = verdict == "loaded"
    connection.execute(
        text("insert into landing.file values (:sha256, 1, :name, :received_at)"),
        {"sha256": sha256, "name": name, "received_at": received_at},
    )
    revision = connection.execute(
        text(
            "select coalesce(max(revision_number), 0) + 1 from warehouse.submission"
            " where source_id = :source and reporting_unit_code = :unit and period_code = :period"
        ),
        {"source": source, "unit": unit, "period": period},
    ).scalar_one()
    submission_id = connection.execute(
        text(
            "insert into warehouse.submission (sha256, source_id, reporting_unit_code, period_code, template_code,"
            " template_version, cut_off_date, value_kind, received_at, content_hash, verdict, verdict_code,"
            " revision_number, received_count, promoted_count, quarantined_count, ignored_count,"
            " required_cell_count, filled_cell_count, blocking_count)"
            " select :sha256, :source, :unit, :period, unit.template_code, '2026.1', :cut_off, :kind, :received_at,"
            " :sha256, :verdict, case :verdict when 'loaded' then 'OK' else 'R-03' end, :revision, :rows, :promoted,"
            " :quarantined, 0, :required, :filled, :blocking"
            " from reference.reporting_unit as unit where unit.unit_code = :unit returning submission_id"
        ),
        {
            "sha256": sha256,
            "source": source,
            "unit": unit,
            "period": period,
            "cut_off": cut_off,
            "kind": kind,
            "received_at": received_at,
            "verdict": verdict,
            "revision": revision if is_loaded else None,
            "rows": len(lines) if verdict != "rejected" else 0,
            "promoted": len(lines) if is_loaded else 0,
            "quarantined": len(lines) if verdict == "quarantined" else 0,
            "required": required,
            "filled": filled,
            "blocking": blocking,
        },
    ).scalar_one()
    connection.execute(
        text(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " submission_id, verdict, verdict_code)"
            " values (:number, :sha256, 1, :name, :source, :received_at, :submission, :verdict, 'OK')"
        ),
        {
            "number": f"BN-2026-{submission_id}",
            "sha256": sha256,
            "name": name,
            "source": source,
            "received_at": received_at,
            "submission": submission_id,
            "verdict": verdict,
        },
    )
    if verdict in ("loaded", "quarantined"):
        _insert_figures(connection, submission_id, unit, period, lines, revision if is_loaded else None)
    return int(submission_id)


def _insert_figures(
    connection: Connection,
    submission_id: int,
    unit: str,
    period: str,
    lines: list[tuple[str, Answer, str]],
    revision: int | None,
) -> None:
    table, last_column = (
        ("warehouse.observation", "revision_number") if revision else ("quarantine.observation", "rule_codes")
    )
    for number, (name, answer, kind) in enumerate(lines, start=1):
        measure, axis, member = (*name.split("."), "total", "total")[:3] if "." not in name else name.split(".", 2)
        state = answer if answer in STATES else "nil" if answer == "nil" else "reported"
        connection.execute(
            text(
                "insert into " + table + " (submission_id, line_number, measure_code, reporting_unit_code,"
                " period_code, axis_code, member_code, value_kind, value, value_state, sheet_name, cell, "
                + last_column
                + ") values (:submission, :line, :measure, :unit, :period, :axis, :member, :kind, :value, :state,"
                " 'Báo cáo', :cell, :last)"
            ),
            {
                "submission": submission_id,
                "line": number,
                "measure": measure,
                "unit": unit,
                "period": period,
                "axis": axis,
                "member": member,
                "kind": kind,
                "value": None if state in STATES else 0 if state == "nil" else Decimal(str(answer)),
                "state": state,
                "cell": f"F{number + 11}",
                "last": revision or ["R-03"],
            },
        )


def add_request(connection: Connection, period: str, due_at: datetime, only_units: list[str] | None = None) -> None:
    """An ad hoc request in the calendar of the warehouse."""
    connection.execute(
        text(
            "insert into reference.reporting_period values (:period, 'DX', 'Báo cáo đột xuất', 2026, '2026-03-01',"
            " '2026-03-31', :due_at, 'Theo yêu cầu', 'Công văn', :only_units)"
        ),
        {"period": period, "due_at": due_at, "only_units": only_units},
    )
