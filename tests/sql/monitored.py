"""Monitoring counts put through the real load, for tests of what is built on top."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, text

from include.model import SPOOL_PREFIX, MonitoringRows
from include.pipeline.monitoring import load_counts
from include.reference.monitoring_cube import NOTHING_FOUND, cell_code
from include.warehouse.sql import copy_rows, run_file
from tests.sql.builders import ZONE

CELL = {
    "channel_type": "bao_in",
    "topic": "van_hoa_du_lich",
    "tone": "trung_tinh",
    "language": "vi",
    "scope": "trong_nuoc",
}
ON_THE_TENTH = datetime(2026, 1, 10, 18, tzinfo=ZONE)
_TO_SPOOL = (
    "copy (select line_number, column_number, monitored_date, cell_code, item_count from staging.monitoring_count)"
    " to stdout with (format csv)"
)
Count = tuple[date, int | None, dict[str, str]]


def count(day: str, items: int, **changed: str) -> Count:
    """Items of one cell on a day of 2026, "05-04"; the cell is CELL with the dimensions named changed."""
    return date.fromisoformat(f"2026-{day}"), items, changed


def nothing_found(day: str) -> Count:
    """A day that was monitored and brought nothing."""
    return date.fromisoformat(f"2026-{day}"), None, {}


def monitor(
    connection: Connection, *counts: Count, received_at: datetime = ON_THE_TENTH, sheet: str | None = None
) -> int:
    """Load a file with these counts, one a line from line 2 on; returns its submission."""
    number = connection.execute(text("select count(*) from warehouse.submission")).scalar_one()
    sha256 = hashlib.sha256(f"monitoring {number}".encode()).hexdigest()
    stated = {
        "sha256": sha256,
        "at": received_at,
        "rows": len(counts),
        "name": f"giam-sat-{number}.csv",
        "sheet": sheet,
    }
    connection.execute(text("insert into landing.file values (:sha256, 1, :sha256, :at)"), stated)
    submission_id: int = connection.execute(
        text(
            "insert into warehouse.submission (sha256, source_id, subject_key, received_at, verdict, verdict_code,"
            " revision_number, received_count, promoted_count, quarantined_count, ignored_count)"
            " values (:sha256, 'monitoring_statistics', :sha256, :at, 'loaded', 'OK', 1, :rows, :rows, 0, 0)"
            " returning submission_id"
        ),
        stated,
    ).scalar_one()
    stated["submission"] = submission_id
    connection.execute(
        text(
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " submission_id, verdict, verdict_code) values ('BN-' || :submission, :sha256, 1, :name,"
            " 'monitoring_statistics', :at, :submission, 'loaded', 'OK')"
        ),
        stated,
    )
    connection.execute(
        text(
            "insert into staging.feed_file values (:submission, :sha256, 'monitoring_statistics', 'monitoring_count',"
            " :sha256, null, null, :at, :sheet)"
        ),
        stated,
    )
    stage_rows(connection, submission_id, counts)
    run_file(connection, "load/monitoring_day_staged.sql")
    with tempfile.NamedTemporaryFile(prefix=SPOOL_PREFIX, suffix=".csv") as spool:
        connection.connection.cursor().copy_expert(_TO_SPOOL, spool)
        spool.flush()
        load_counts(connection, {submission_id: MonitoringRows(spool.name, len(counts), None, None, sha256)})
    connection.execute(text("truncate staging.feed_file, staging.monitoring_count, staging.monitoring_day"))
    return submission_id


def stage_rows(connection: Connection, submission_id: int, counts: Sequence[Count]) -> None:
    """Put counts into the staging table, as the reader's spool would."""
    copy_rows(
        connection,
        "staging.monitoring_count",
        "submission_id line_number monitored_date cell_code item_count".split(),
        (
            (submission_id, line, day, NOTHING_FOUND if items is None else cell_code(**{**CELL, **cell}), items or 0)
            for line, (day, items, cell) in enumerate(counts, start=2)
        ),
    )
