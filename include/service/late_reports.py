"""Who has not reported yet, written into the log while a period is near its due moment."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from include.calendar.periods import Period, load_periods
from include.settings import load_settings

AHEAD = timedelta(days=30)
BEHIND = timedelta(days=60)

_REPORTED = ("on_time", "late")

_log = logging.getLogger(__name__)


def log_late_reports() -> dict[str, int]:
    """Log the obliged bodies without an accepted report, for every period due about now; return how many by period."""
    from include.indicators.status import STATES_VI, status
    from include.pipeline.prepare import prepare_warehouse
    from include.warehouse.connect import engine, warehouse_url

    moment = datetime.now(UTC)
    warehouse = engine(warehouse_url(load_settings()))
    prepare_warehouse(warehouse)
    counts = {}
    with warehouse.connect() as connection:
        for period in periods_due(moment):
            bodies = status(connection, period.code, as_of=moment)["bodies"]
            absent = [body for body in bodies if body["obliged"] and body["state"] not in _REPORTED]
            for body in absent:
                reason = STATES_VI[body["state"]]
                _log.warning("%s: %s (%s): %s", period.code, body["name"], body["code"], reason)
            counts[period.code] = len(absent)
    return counts


def periods_due(moment: datetime) -> list[Period]:
    """Return the periods whose due moment is less than 30 days ahead of `moment` or 60 days behind it."""
    return [period for period in load_periods().values() if -BEHIND <= period.due_at - moment <= AHEAD]
