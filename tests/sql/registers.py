"""Registers of projects, donors' lists, national books and exchange rates put straight into the warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, text

from include.warehouse.sql import copy_rows
from tests.sql.builders import IN_TIME

MAY_31 = date(2026, 5, 31)
NEW_YEAR = date(2026, 1, 1)
STATES = ("missing", "withheld", "not_applicable", "nil")


@dataclass(frozen=True)
class Project:
    """One project of a register or a donor's list. `figures`: measure -> amount, (amount, currency) or a state."""

    code: str
    title: str = "Nhà máy chế biến thủy sản"
    partner: str | None = "JP"
    figures: Mapping[str, object] = field(default_factory=dict)
    sector: str | None = None
    zone: str | None = None
    locality: str | None = None
    kind: str | None = None
    form: str | None = None
    provider: str | None = None


_COUNTS = {
    "projects_new": "project",
    "projects_adjusted": "project",
    "contributions": "contribution",
    "projects_running": "project",
    "grants_approved": "grant",
}


def send_register(
    connection: Connection,
    unit: str,
    flow: str,
    *projects: Project,
    period: str = "2026-06T",
    as_of: date = MAY_31,
    received_at: datetime = IN_TIME,
    totals: Mapping[str, object] | None = None,
) -> int:
    """The register a body keeps of a flow, as promote would leave it; a second one is the next revision.

    `totals` are figures for the register as a whole, such as "nil" where there was nothing.
    """
    rows = [
        {"axis": "project", "project": project, "measure": measure, "figure": figure}
        for project in projects
        for measure, figure in project.figures.items()
    ]
    rows += [{"axis": "total", "project": None, "measure": m, "figure": f} for m, f in (totals or {}).items()]
    return _send(
        connection,
        f"finance_{flow}",
        f"{unit}/{period}",
        flow,
        rows,
        unit=unit,
        period=period,
        window=(as_of.replace(month=1, day=1), as_of),
        as_of=as_of,
        received_at=received_at,
        is_cumulative=True,
    )


def send_donor(
    connection: Connection,
    source: str,
    flow: str,
    *projects: Project,
    day: date = date(2026, 3, 1),
    subject: str | None = None,
    received_at: datetime = IN_TIME,
) -> int:
    """A donor's list: no body, no period."""
    rows = [
        {"axis": "project", "project": project, "measure": measure, "figure": figure}
        for project in projects
        for measure, figure in project.figures.items()
    ]
    return _send(
        connection,
        source,
        subject or f"{day}/{day}",
        flow,
        rows,
        window=(day, day),
        as_of=day,
        received_at=received_at,
        is_cumulative=False,
    )


def send_book(
    connection: Connection,
    lines: Mapping[str, Mapping[str, object]],
    window: tuple[date, date],
    as_of: date,
    *,
    partners: Mapping[str, Mapping[str, object]] | None = None,
    received_at: datetime = IN_TIME,
) -> int:
    """A monthly book of the statistics office: province code -> measure -> figure, and the same by partner."""
    rows = [
        {"axis": axis, "project": None, "member": code, "measure": measure, "figure": figure}
        for axis, members in (("locality", lines), ("partner", partners or {}))
        for code, figures in members.items()
        for measure, figure in figures.items()
    ]
    return _send(
        connection,
        "nso_fdi",
        f"{window[0]}/{window[1]}",
        "fdi",
        rows,
        window=window,
        as_of=as_of,
        received_at=received_at,
        is_cumulative=True,
    )


def set_rate(connection: Connection, currency: str, day: date, vnd: str) -> int:
    """The rate of one day; returns its number."""
    return int(
        connection.execute(
            text(
                "insert into reference.exchange_rate (currency_code, valid_from, valid_to, vnd_per_unit, rate_kind,"
                " source_name, line_number, cell, as_of_date, known_at)"
                " values (:currency, :day, :day, :vnd, 'average', 'Thử', 1, 'line 1', '2026-12-31', '2026-01-01')"
                " returning rate_id"
            ),
            {"currency": currency, "day": day, "vnd": vnd},
        ).scalar_one()
    )


def _send(
    connection: Connection,
    source: str,
    subject: str,
    flow: str,
    rows: Sequence[Mapping[str, object]],
    *,
    window: tuple[date, date],
    as_of: date,
    received_at: datetime,
    is_cumulative: bool,
    unit: str | None = None,
    period: str | None = None,
) -> int:
    count = connection.execute(text("select count(*) from warehouse.submission")).scalar_one()
    sha256 = hashlib.sha256(f"{source} {subject} {count}".encode()).hexdigest()
    name = f"{source}-{count}.xlsx"
    connection.execute(
        text("insert into landing.file values (:sha256, 1, :name, :received_at)"),
        {"sha256": sha256, "name": name, "received_at": received_at},
    )
    revision = connection.execute(
        text(
            "select coalesce(max(revision_number), 0) + 1 from warehouse.submission"
            " where source_id = :source and subject_key = :subject"
        ),
        {"source": source, "subject": subject},
    ).scalar_one()
    submission = connection.execute(
        text(
            "insert into warehouse.submission (sha256, source_id, subject_key, reporting_unit_code, period_code,"
            " received_at, content_hash, verdict, verdict_code, revision_number, received_count, promoted_count,"
            " quarantined_count, ignored_count) values (:sha256, :source, :subject, :unit, :period, :received_at,"
            " :sha256, 'loaded', 'OK', :revision, :rows, :rows, 0, 0) returning submission_id"
        ),
        {
            "sha256": sha256,
            "source": source,
            "subject": subject,
            "unit": unit,
            "period": period,
            "received_at": received_at,
            "revision": revision,
            "rows": len(rows),
        },
    ).scalar_one()
    connection.execute(
        text(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " submission_id, verdict, verdict_code)"
            " values (:number, :sha256, 1, :name, :source, :received_at, :submission, 'loaded', 'OK')"
        ),
        {
            "number": f"BN-F-{submission}",
            "sha256": sha256,
            "name": name,
            "source": source,
            "received_at": received_at,
            "submission": submission,
        },
    )
    copy_rows(
        connection,
        "warehouse.capital_flow",
        (
            "submission_id line_number flow_code measure_code axis_code member_name member_code partner_code"
            " sector_code locality_code project_code provider_code zone_code type_code form_code value value_state"
            " unit_code window_start window_end as_of_date is_cumulative revision_number sheet_name cell"
        ).split(),
        (
            (
                submission,
                number,
                flow,
                row["measure"],
                row["axis"],
                *_said(row),
                *window,
                as_of,
                is_cumulative,
                revision,
                "Sổ",
                f"'Sổ'!K{number + 9}",
            )
            for number, row in enumerate(rows, start=1)
        ),
    )
    return int(submission)


def _said(row: Mapping[str, object]) -> tuple[object, ...]:
    """Columns member_name to unit_code of one line."""
    project, measure, figure = row["project"], str(row["measure"]), row["figure"]
    amount, currency = figure if isinstance(figure, tuple) else (figure, "USD")
    state = amount if amount in STATES else "reported"
    plain = project if isinstance(project, Project) else Project("", "total", partner=None)
    return (
        row.get("member") or plain.title,
        row.get("member") or plain.code or None,
        plain.partner,
        plain.sector,
        plain.locality,
        plain.code or None,
        plain.provider,
        plain.zone,
        plain.kind,
        plain.form,
        0 if state == "nil" else None if state in STATES else Decimal(str(amount)),
        state,
        _COUNTS.get(measure, currency),
    )
