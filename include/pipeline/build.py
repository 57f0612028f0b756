"""Build: from accepted figures to the views people read, whole, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from include import faults
from include.indicators import marts
from include.settings import load_settings
from include.warehouse.connect import engine, warehouse_url


def build_marts() -> int:
    """Rebuild every mart from sql/marts and check the outcome; how many indicator values there are now.

    Raises GateError when the ledger does not balance or an indicator is absent; the earlier marts then stay.
    """
    opened = engine(warehouse_url(load_settings()))
    try:
        with opened.begin() as connection:
            count = rebuild_and_check(connection)
            faults.hit("marts_before_commit")
        faults.hit("marts_after_commit")
        return count
    finally:
        opened.dispose()


def rebuild_and_check(connection: Connection) -> int:
    """The same in the caller's transaction."""
    marts.build_marts(connection)
    marts.check_marts(connection)
    return marts.count_values(connection)
