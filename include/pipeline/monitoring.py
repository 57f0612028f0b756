"""Monitoring counts from the reader's spool to the warehouse: set-based all the way, never row by row in Python.

A million rows wait in a spool file, are copied into staging, checked there and inserted in one transaction.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from include import faults
from include.errors import GateError
from include.model import SPOOL_PREFIX, MonitoringRows, Reading
from include.readers.grid import WorkbookRefused
from include.readers.sandbox import Limits, Sandbox
from include.warehouse.sql import copy_file, copy_rows, copy_text, limited_lock_waits, run_file

if TYPE_CHECKING:
    from include.pipeline.stage import StagedFile

_STALE_SECONDS = 24 * 3600
_ADD_UP = "include.pipeline.monitoring_totals:totals_as_csv"
# The rows have passed the gate; a slow machine is no reason to refuse them.
_ADDING_UP = Limits(cpu_seconds=600, wall_seconds=900.0)
_SPOOLED = "line_number column_number monitored_date cell_code item_count".split()
_TOTAL = "submission_id monitored_date axis_code member_code tone is_foreign_language item_count".split()
_VALUE = (
    "submission_id list_code member_code shown_value nearest first_day last_day row_count sheet_name cell"
).split()
# The loader may define nothing itself: each is a function that does this one thing for it.
_STAMP = text("select staging.stamp_monitoring_counts(:submission_id)")
_MAKE_MONTH = text("select warehouse.make_monitoring_month(:month)")
_CONSTRAIN_MONTH = text("select warehouse.constrain_monitoring_month(:month)")


@contextmanager
def spools_removed(readings: Iterable[Reading]) -> Iterator[None]:
    """Remove the spool files of these readings at the end, whatever happens in between.

    Raises GateError, before anything is touched, for a path that cannot be a spool.
    """
    spools = [_spool_of(reading.monitoring) for reading in readings if reading.monitoring]
    try:
        yield
    finally:
        for spool in spools:
            spool.unlink(missing_ok=True)


def _spool_of(rows: MonitoringRows) -> Path:
    # The path comes from the process that reads strangers' files: it is opened and removed only where spools lie.
    spool = Path(rows.spool_path)
    if (
        spool.parent != Path(tempfile.gettempdir())
        or not spool.name.startswith(SPOOL_PREFIX)
        or not _is_plain_and_ours(spool)
    ):
        raise GateError(
            where="a monitoring file's spool",
            found=spool.name,
            expected=f"a plain file {SPOOL_PREFIX}... of this account, with one name, in the temporary folder",
            remedy="Nothing was staged. Look at the reader: it has to make its spool with include.model.SPOOL_PREFIX.",
        )
    return spool


def _is_plain_and_ours(spool: Path) -> bool:
    try:
        facts = spool.lstat()
    except OSError:
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid() and facts.st_nlink == 1


def remove_stale_spools(folder: Path | None = None) -> int:
    """Remove spool files older than a day, which a killed run left behind; how many there were."""
    removed = 0
    for spool in (folder or Path(tempfile.gettempdir())).glob(f"{SPOOL_PREFIX}*"):
        # Another account's file, or one that another run removes at this moment, is none of ours.
        try:
            if time.time() - spool.stat().st_mtime > _STALE_SECONDS:
                spool.unlink()
                removed += 1
        except OSError:
            continue
    return removed


def stage_counts(connection: Connection, files: Sequence[StagedFile]) -> None:
    """Copy the spools into the empty staging table and sum them up by day, in the caller's transaction."""
    spooled = [(file.submission_id, file.reading.monitoring) for file in files if file.reading.monitoring]
    if not spooled:
        return
    for submission_id, rows in spooled:
        connection.execute(_STAMP, {"submission_id": submission_id})
        copy_file(connection, "staging.monitoring_count", _SPOOLED, _spool_of(rows))
    copy_rows(
        connection,
        "staging.monitoring_value",
        _VALUE,
        (
            (
                submission_id,
                value.list_code,
                value.member_code,
                value.shown_value,
                value.nearest,
                value.first_day,
                value.last_day,
                value.row_count,
                value.sheet_name,
                value.cell,
            )
            for submission_id, rows in spooled
            for value in rows.profile
        ),
    )
    _sort_in_memory(connection)
    run_file(connection, "load/monitoring_day_staged.sql")


def next_day_revisions(connection: Connection) -> dict[int, int]:
    """By staged submission: the revision its most revised day would become."""
    rows = connection.execute(
        text(
            "select staged.submission_id, 1 + coalesce(max(earlier.revision_number), 0) as revision_number"
            " from staging.monitoring_day as staged"
            " inner join staging.feed_file on staged.submission_id = feed_file.submission_id"
            " left join warehouse.monitoring_day as earlier on feed_file.source_id = earlier.source_id"
            " and staged.monitored_date = earlier.monitored_date group by staged.submission_id"
        )
    )
    return {row.submission_id: row.revision_number for row in rows}


def partly_revised(connection: Connection, submission_ids: Sequence[int]) -> set[int]:
    """Which of the loaded monitoring files have a day that a later file replaced: sent again, they take it back."""
    rows = connection.execute(
        text(
            "select distinct day.submission_id from warehouse.monitoring_day as day"
            " inner join warehouse.monitoring_day as later on later.source_id = day.source_id"
            " and later.monitored_date = day.monitored_date and later.revision_number > day.revision_number"
            " where day.submission_id = any(:ids)"
        ),
        {"ids": list(submission_ids)},
    )
    return set(rows.scalars())


def load_counts(connection: Connection, files: Mapping[int, MonitoringRows]) -> None:
    """Insert the staged counts of loaded submissions with their days, totals and changes; keep those of held ones.

    `files` are the readings of the batch by submission: their spools are still there. In the caller's transaction.
    Raises GateError when the totals do not come to what was inserted.
    """
    if not files:
        return
    staged = connection.execute(
        text(
            "select staged.submission_id, submission.verdict, min(staged.monitored_date) as first_day,"
            " max(staged.monitored_date) as last_day from staging.monitoring_day as staged"
            " inner join warehouse.submission on staged.submission_id = submission.submission_id"
            " group by staged.submission_id, submission.verdict"
        )
    ).all()
    held = [row.submission_id for row in staged if row.verdict == "quarantined"]
    if held:
        run_file(connection, "load/monitoring_quarantine.sql", {"held": held})
    loaded = [row for row in staged if row.verdict == "loaded"]
    if not loaded:
        return
    batch = {
        "loaded": [row.submission_id for row in loaded],
        "first_day": min(row.first_day for row in loaded),
        "last_day": max(row.last_day for row in loaded),
    }
    _sort_in_memory(connection)
    with limited_lock_waits(connection):
        made = _make_months(connection, batch["loaded"])
    faults.hit("promote_after_partitions")
    with Sandbox(workers=1, limits=_ADDING_UP, readable=()) as sandbox, ThreadPoolExecutor(1) as beside:
        totals = [beside.submit(_totals_of, sandbox, row, files[row.submission_id]) for row in loaded]
        run_file(connection, "load/monitoring_count.sql", batch)
        # Before the constraints are built: a table without an index is read straight through, the fast way here.
        run_file(connection, "load/monitoring_day.sql", batch)
        for month in made:
            connection.execute(_CONSTRAIN_MONTH, {"month": month})
        faults.hit("promote_before_totals")
        for added in totals:
            copy_text(connection, "warehouse.monitoring_day_total", _TOTAL, added.result())
    differing = run_file(connection, "load/monitoring_day_total_differs.sql", batch).one_or_none()
    if differing is not None:
        raise GateError(
            where=f"submission {differing.submission_id}, {differing.monitored_date}",
            found=f"{differing.total_count} items in all, {differing.channel_count} by channel,"
            f" {differing.topic_count} by topic, {differing.scope_count} by scope,"
            f" {differing.language_count} by language",
            expected=f"{differing.inserted_count} every time, as inserted",
            remedy="Nothing was loaded. Compare the spool with staging.monitoring_count; look at the reader first.",
        )
    run_file(connection, "load/monitoring_day_change.sql", batch)


def _totals_of(sandbox: Sandbox, loaded: Row[Any], rows: MonitoringRows) -> str:
    try:
        totals: str = sandbox.run(_ADD_UP, _spool_of(rows), loaded.submission_id, loaded.first_day, loaded.last_day)
    except WorkbookRefused as refusal:
        raise GateError(
            where=f"the totals of submission {loaded.submission_id}",
            found=str(refusal),
            expected="the spool added up",
            remedy="Nothing was loaded. Look at include/pipeline/monitoring_totals.py; try the batch again.",
        ) from refusal
    return totals


def _sort_in_memory(connection: Connection) -> None:
    connection.execute(text("set local work_mem = '96MB'"))


def _make_months(connection: Connection, loaded: Sequence[int]) -> list[date]:
    """Make the partitions these submissions need and that are not there yet, still without their constraint."""
    months = connection.execute(
        text(
            "select distinct date_trunc('month', monitored_date)::date as month_start from staging.monitoring_day"
            " where submission_id = any(:loaded) order by month_start"
        ),
        {"loaded": loaded},
    ).scalars()
    return [month for month in months.all() if connection.execute(_MAKE_MONTH, {"month": month}).scalar_one()]
