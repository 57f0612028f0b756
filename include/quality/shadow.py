"""Rules on trial: run with every batch, report to whoever reads them, decide nothing and are told to no reporter."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from include.quality.gate import Breach, Run, count_rows, record_runs
from include.quality.rows_that_break import find_breaches
from include.quality.suites import Expectation, Suite, load_suites

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOG = logging.getLogger(__name__)

LONGEST_SECONDS = 10
"""A rule on trial that takes longer is ended: a batch does not wait for what decides nothing."""


def run_shadow_rules(connection: Connection, as_of: datetime | None = None) -> list[Breach]:
    """What the rules on trial say of the staged batch, in file and line order.

    One that cannot run is told to the engineers (log, warehouse.gate_run) and stops nothing: it decides nothing, so
    nothing passes because of it. What was run is recorded in warehouse.gate_run within the caller's transaction.
    """
    found: list[Breach] = []
    runs: list[Run] = []
    for suite in load_suites():
        if not suite.on_trial or count_rows(connection, suite) == 0:
            continue
        for expectation in suite.on_trial:
            breaches, failure = _try(connection, suite, expectation)
            runs.append(Run(suite, expectation, failure is None and not breaches, len(breaches), failure))
            found += breaches
    if runs:
        record_runs(connection, runs, as_of, is_shadow=True)
    return sorted(found, key=lambda each: (each.submission_id, each.line_number or 0, each.code))


def _try(connection: Connection, suite: Suite, expectation: Expectation) -> tuple[list[Breach], str | None]:
    """The breaches, and the kind of error when there was one. Nothing the rule does to the database stays."""
    from sqlalchemy import text

    savepoint = connection.begin_nested()
    try:
        connection.execute(
            text("select set_config('statement_timeout', :milliseconds, true)"),
            {"milliseconds": str(LONGEST_SECONDS * 1000)},
        )
        return find_breaches(connection, suite, expectation), None
    except Exception as error:  # whatever it is, the batch goes on
        failure = type(getattr(error, "orig", None) or error).__name__
        # Not the error's text: it may quote a cell.
        _LOG.error(
            "rule on trial %s of suite %s could not run: %s; the batch went on without it",
            expectation.query_file or expectation.type,
            suite.name,
            failure,
        )
        return [], failure
    finally:
        savepoint.rollback()
