"""Which failures are tried again: those that time can mend, and no others."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

# Order matters, the first that fits decides: a gate that could not run is often a database that was away.
_MENDED_BY_TIME = [
    "sqlalchemy.exc.OperationalError",
    "sqlalchemy.exc.InterfaceError",
    "sqlalchemy.exc.TimeoutError",
    "psycopg2.OperationalError",
    "psycopg2.InterfaceError",
    "include.errors.GateError",
    "include.errors.NoRoomError",
    "builtins.OSError",
    "builtins.MemoryError",
]
POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception=_MENDED_BY_TIME, action=RetryAction.RETRY, reason="time may mend it"),
        RetryRule(exception="builtins.Exception", action=RetryAction.FAIL, reason="it would fail the same way again"),
    ]
)


def tried_again(delay: timedelta = timedelta(seconds=10)) -> dict[str, object]:
    """Default arguments of a DAG: two further tries, `delay` apart, of what time can mend."""
    return {"retries": 2, "retry_delay": delay, "retry_policy": POLICY}
