"""Verify: whether the audit log is as it was written."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from include.errors import PlatformError
from include.settings import Settings, load_settings
from include.warehouse.audit import Verification, note_anchor, read_anchors, verify_audit
from include.warehouse.connect import engine, warehouse_url


class AuditChanged(PlatformError):
    """An entry of the audit log was edited, removed or moved after it was written."""


def verify_log(connection: Connection, settings: Settings, heads: Iterable[tuple[int, str]] = ()) -> Verification:
    """Recompute the chain, compare it with every head noted before (and with `heads`), and note where it ends now."""
    noted = settings.home / "audit" / "heads.csv"
    verification = verify_audit(connection, [*read_anchors(noted).items(), *heads])
    note_anchor(noted, verification)
    return verification


def require_log_whole() -> int:
    """How many entries the audit log has. Raises AuditChanged naming the first one that is not as it was written."""
    settings = load_settings()
    opened = engine(warehouse_url(settings))
    try:
        with opened.connect() as connection:
            verification = verify_log(connection, settings)
    finally:
        opened.dispose()
    if not verification.ok:
        first = verification.problems[0]
        raise AuditChanged(
            where=f"audit.event, entry {first.event}",
            found=first.found,
            expected="the log as it was written",
            remedy="Keep the database as it is, compare it with a backup, and find out who could write there.",
        )
    return verification.events
