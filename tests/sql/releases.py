"""Figures a release can be frozen of, put straight into the warehouse, and plans that ask for little."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from include.calendar.releases import ReleasePlan, require_plan
from include.extracts.leadership.edition import Edition
from include.pipeline.release import FreezeRequest, freeze_release
from include.releases.register import add_decision, load_edition
from include.releases.stops import StopReason
from include.settings import Settings
from tests.sql.builders import ZONE, send

JUNE_18 = datetime(2026, 6, 18, 8, 0, tzinfo=ZONE)
CLERK, HEAD, DIRECTOR = "Chuyên viên thống kê", "Trưởng phòng Văn hóa", "Giám đốc Sở"


def plan(code: str = "2026-06T", **changes: Any) -> ReleasePlan:
    """The release of the calendar without a floor and promises unless they are given."""
    return replace(require_plan(code), **{"floor_pct": None, "promises": (), **changes})


def desk(folder: Path) -> Settings:
    return Settings(home=folder, inbox=folder / "inbox")


def send_checked(connection: Connection, unit: str, *arguments: Any, **named: Any) -> int:
    """A report the gate has looked at, as `ttdn ingest` would leave it."""
    submission = send(connection, unit, *arguments, **named)
    run = connection.execute(
        text(
            "insert into warehouse.gate_run (suite_name, expectation_type, rule_code, severity, succeeded,"
            " unexpected_count, submission_count, message_code) values ('staging/observation', 'made up', 'R-13',"
            " 'block', true, 0, 1, 'R-13') returning gate_run_id"
        )
    ).scalar_one()
    connection.execute(
        text("update warehouse.gate_run set batch_number = gate_run_id where gate_run_id = :run"), {"run": run}
    )
    connection.execute(
        text("insert into warehouse.gate_submission values (:run, 'staging/observation', :submission)"),
        {"run": run, "submission": submission},
    )
    return submission


def freeze(connection: Connection, folder: Path, **changes: Any) -> int | list[StopReason]:
    """Freeze the six-month release as it stands; `plan`, `by`, `reason`, `moment`, ... change that."""
    moment = changes.pop("moment", JUNE_18)
    request = FreezeRequest(**{"plan": plan(), "by": CLERK, **changes})
    return freeze_release(connection, desk(folder), request, moment)


def frozen(connection: Connection, folder: Path, **changes: Any) -> Edition:
    """The same, read back; the figures are expected to be fit."""
    outcome = freeze(connection, folder, **changes)
    assert isinstance(outcome, int), outcome
    return load_edition(connection, outcome)


def released(connection: Connection, folder: Path, **changes: Any) -> Edition:
    """The same, reviewed and approved by two people."""
    outcome = freeze(connection, folder, **changes)
    assert isinstance(outcome, int), outcome
    moment = changes.get("moment", JUNE_18)
    add_decision(connection, outcome, "reviewed", HEAD, moment)
    add_decision(connection, outcome, "approved", DIRECTOR, moment)
    return load_edition(connection, outcome)
