"""Extract: from the marts to the workbook and the page the leadership reads."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from include.exports.files import whole_file
from include.indicators.marts import check_marts, ensure_current
from include.indicators.status import require_period
from include.settings import Settings, load_settings
from include.warehouse.audit import record_export
from include.warehouse.roles import with_rights_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.extracts.leadership.edition import Edition
    from include.extracts.leadership.snapshot import Snapshot

_PROPERTY_PARTS = ("docProps/custom.xml", "meta.xml")
_PROPERTY_BYTES = 1 << 16


def build_extracts() -> list[Path]:
    """Write the extract of every period with reports, on a connection of its own; the files written."""
    from include.warehouse.connect import engine, warehouse_url

    settings = load_settings()
    opened = engine(warehouse_url(settings))
    try:
        with opened.begin() as connection:
            return write_extracts(connection, settings)
    finally:
        opened.dispose()


def write_extracts(connection: Connection, settings: Settings, period_code: str | None = None) -> list[Path]:
    """Write KPI_<period>.xlsx and .html below `settings.extracts`, for one period or every one with a report.

    Rebuilds stale marts first. The same marts give the same bytes. Files appear whole or not at all, and none appears
    when a check fails: GateError. Raises PlatformError for a period the calendar does not know.
    """
    from include.extracts.leadership.page import write_page
    from include.extracts.leadership.snapshot import read_snapshot
    from include.extracts.leadership.workbook import write_workbook
    from include.pipeline.release import with_sources

    if period_code is not None:
        require_period(connection, period_code)
    ensure_current(connection)
    written = []
    with with_rights_of(connection, "ttdn_extractor"):
        check_marts(connection)
        for code in [period_code] if period_code is not None else _periods_with_reports(connection):
            snapshot = read_snapshot(connection, code)
            snapshot = replace(snapshot, is_synthetic=is_synthetic(settings.landing, snapshot))
            folder = settings.extracts / code
            folder.mkdir(parents=True, exist_ok=True)
            working = with_sources(connection, working_edition(snapshot))
            written.append(_write_whole(connection, folder / f"KPI_{code}.xlsx", partial(write_workbook, working)))
            written.append(_write_whole(connection, folder / f"KPI_{code}.html", partial(write_page, working)))
    return written


def working_edition(snapshot: Snapshot) -> Edition:
    """The marts of the moment in the form documents are written from: edition 0, which is never released.

    Its clock is the newest arrival of the period, so that the same marts give the same bytes.
    """
    from include.extracts.leadership.edition import Edition

    moment = snapshot.known_until or snapshot.period.due_at
    return Edition(
        release_code=snapshot.period.code,
        edition_number=0,
        release_kind="ad_hoc",
        name=snapshot.period.name,
        planned_at=None,
        is_late=False,
        as_known_at=moment,
        frozen_at=moment,
        frozen_by="",
        code_version="",
        snapshot=snapshot,
    )


def _periods_with_reports(connection: Connection) -> list[str]:
    from sqlalchemy import text

    return list(
        connection.execute(
            text(
                "select period.period_code from reference.reporting_period as period"
                " where exists (select 1 from mart.report_latest as latest"
                " where latest.period_code = period.period_code)"
                " order by period.due_at, period.period_code"
            )
        ).scalars()
    )


def _write_whole(connection: Connection, path: Path, write: Callable[[Path], None]) -> Path:
    """Write beside the target, note it in the audit log and rename: a reader never opens half a file."""
    with whole_file(path) as draft:
        write(draft)
        record_export(connection, draft, path.name)
    return path


def is_synthetic(landing: Path, snapshot: Snapshot) -> bool:
    """Whether any file behind the figures says that it is synthetic: one is enough to make the whole so."""
    return any(_says_synthetic(landing / source.stored_name) for source in snapshot.sources)


def _says_synthetic(path: Path) -> bool:
    from include.sources.agency_reports.labels import SYNTHETIC_PROPERTY

    mark = SYNTHETIC_PROPERTY.encode()
    try:
        with zipfile.ZipFile(path) as container:
            return any(mark in part for part in _parts(container, _PROPERTY_PARTS))
    except (OSError, zipfile.BadZipFile, RuntimeError, ValueError):
        # .xls is no container, and a file may have left the landing since; neither says anything about itself.
        return False


def _parts(container: zipfile.ZipFile, names: Iterable[str]) -> Iterable[bytes]:
    present = set(container.namelist())
    for name in names:
        if name in present:
            with container.open(name) as part:
                yield part.read(_PROPERTY_BYTES)
