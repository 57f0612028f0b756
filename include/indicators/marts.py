"""Rebuilding and checking the marts: everything in sql/marts, in name order, in one transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from include import faults
from include.errors import GateError

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Two rebuilds at once would drop each other's tables half way.
_BUILD_LOCK = 7_402_027


def build_marts(connection: Connection, as_known: datetime | None = None) -> None:
    """Drop and rebuild every mart inside the caller's transaction: readers see the old ones or the new ones.

    `as_known` rebuilds them from the reports received up to that moment (aware) and by the clock of that moment.
    """
    from sqlalchemy import text

    from include.indicators.composition import with_composed_queries
    from include.projects.titles import note_titles
    from include.warehouse.roles import with_rights_of
    from include.warehouse.sql import SQL_ROOT, limited_lock_waits, read_file, run_script

    with connection.begin_nested() if connection.in_transaction() else connection.begin():
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _BUILD_LOCK})
        with limited_lock_waits(connection):
            connection.execute(
                text("select set_config('ttdn.as_known', :moment, true), set_config('ttdn.mart_files', :files, true)"),
                {"moment": as_known.isoformat() if as_known else "", "files": _mart_files_hash()},
            )
            with with_rights_of(connection, "ttdn_loader"):
                note_titles(connection)
            with with_rights_of(connection, "ttdn_mart_builder"):
                for path in sorted((SQL_ROOT / "marts").glob("*.sql")):
                    run_script(connection, with_composed_queries(read_file(f"marts/{path.name}")))
                    faults.hit("marts_within_build")


def ensure_current(connection: Connection) -> bool:
    """Rebuild the marts unless they are current; returns whether they were rebuilt.

    A stale figure must not be read as if it were fine.
    """
    from sqlalchemy import text

    if is_current(connection):
        return False
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _BUILD_LOCK})
    # Somebody else may have rebuilt them while this one waited.
    if is_current(connection):
        return False
    build_marts(connection)
    return True


def hold_marts(connection: Connection) -> None:
    """Rebuild the marts unless they are current, and keep everybody from rebuilding them until the transaction ends."""
    from sqlalchemy import text

    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _BUILD_LOCK})
    if not is_current(connection):
        build_marts(connection)


def is_current(connection: Connection) -> bool:
    """Tell whether the marts are there, of these files, know the newest submission and lists, and nothing has passed.

    A deadline changes what is late, a new day how many days of the period could have been monitored.
    """
    from sqlalchemy import text

    if connection.execute(text("select to_regclass('mart.indicator_value')")).scalar() is None:
        return False
    return bool(
        connection.execute(
            text(
                "select build.as_known is null"
                " and build.newest_submission_id is not distinct from"
                " (select max(submission_id) from warehouse.submission)"
                " and build.newest_decision_id is not distinct from"
                " (select max(decision_id) from warehouse.project_match_decision)"
                " and build.built_at::date = current_date"
                # By name out of the row: marts an earlier version built have no such column.
                " and to_jsonb(build) ->> 'mart_files_hash' is not distinct from :files"
                " and (to_jsonb(build) ->> 'newest_repeat_id')::bigint is not distinct from (select max(receipt_id)"
                " from landing.receipt where verdict in ('unchanged', 'duplicate'))"
                " and build.reference_state is not distinct from (select state_hash from reference.prepared)"
                " and not exists (select 1 from reference.reporting_period as period"
                " where period.due_at > build.built_at and period.due_at <= now())"
                " from mart.build"
            ),
            {"files": _mart_files_hash()},
        ).scalar()
    )


@cache
def _mart_files_hash() -> str:
    from include.indicators import composition
    from include.warehouse.sql import SQL_ROOT

    digest = hashlib.sha256()
    # The functions of a moment are made by code as well.
    for path in (*sorted((SQL_ROOT / "marts").glob("*.sql")), Path(composition.__file__)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def check_marts(connection: Connection) -> None:
    """Raise GateError when a file's ledger does not balance, totals of a monitored day were added to, or an indicator
    lacks its line for the province.
    """
    from sqlalchemy import text

    unbalanced = connection.execute(
        text(
            "select submission_id, sha256, received_count, promoted_row_count, quarantined_row_count, ignored_row_count"
            " from mart.ledger where not is_balanced order by submission_id limit 5"
        )
    ).all()
    if unbalanced:
        shown = "; ".join(
            f"submission {row.submission_id} (file {row.sha256[:12]}): {row.received_count} received,"
            f" {row.promoted_row_count} promoted, {row.quarantined_row_count} quarantined,"
            f" {row.ignored_row_count} ignored"
            for row in unbalanced
        )
        raise GateError(
            where="mart.ledger",
            found=shown,
            expected="every row received to be promoted, quarantined or ignored under a declared rule",
            remedy="Look the submission up in mart.ledger; no extract is written until it balances.",
        )
    astray = connection.execute(
        text(
            "select day.submission_id, day.monitored_date, total.axis_code, total.item_count as total_count,"
            " day.item_count from warehouse.monitoring_day as day"
            " inner join (select submission_id, monitored_date, axis_code, sum(item_count) as item_count"
            " from warehouse.monitoring_day_total group by submission_id, monitored_date, axis_code) as total"
            " using (submission_id, monitored_date) where total.item_count <> day.item_count"
            " order by day.submission_id, day.monitored_date, total.axis_code limit 1"
        )
    ).one_or_none()
    if astray is not None:
        raise GateError(
            where=f"warehouse.monitoring_day_total, submission {astray.submission_id}, {astray.monitored_date}",
            found=f"{astray.total_count} items by {astray.axis_code}",
            expected=f"{astray.item_count}, as the day was loaded",
            remedy="Totals are written once, with their day. Find out who could add to them; no extract until then.",
        )
    absent = connection.execute(
        text(
            "select indicator.indicator_code, period.period_code"
            " from reference.indicator"
            " inner join reference.reporting_period as period on period.period_kind = any(indicator.period_kinds)"
            " where not exists (select 1 from mart.indicator_value as value"
            " where value.indicator_code = indicator.indicator_code and value.period_code = period.period_code"
            " and value.scope_type = 'province' and value.axis_code = 'total')"
            " order by indicator.position, period.due_at limit 5"
        )
    ).all()
    if absent or count_values(connection) == 0:
        raise GateError(
            where="mart.indicator_value",
            found="no line for " + (", ".join(f"{row[0]} {row[1]}" for row in absent) or "any indicator"),
            expected="a line for every indicator in every period it applies to, missing ones included",
            remedy="Write the catalogue and the calendar into the warehouse, then rebuild the marts.",
        )


def count_values(connection: Connection) -> int:
    """How many lines mart.indicator_value has."""
    from sqlalchemy import text

    return int(connection.execute(text("select count(*) from mart.indicator_value")).scalar_one())
