"""The gate: what Great Expectations and the SQL rules say of everything in the staging tables.

Great Expectations gives the verdict on each check; the rows that break it come from the same SQL, run once more in the
caller's session without a row limit. Whatever is not a clear answer stops the batch.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from include.errors import CatalogueError, GateError
from include.model import Severity
from include.quality.library import great_expectations
from include.quality.messages import message
from include.quality.suites import (
    GX_ROOT,
    ROW_COUNT_RULE,
    SQL_RULE,
    Expectation,
    Suite,
    as_gx_configuration,
    load_suites,
)
from include.warehouse.sql import copy_rows, run_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SESSION = "-c timezone=Asia/Ho_Chi_Minh -c default_transaction_read_only=on"
_NEXT_RUNS = text(
    "select nextval(pg_get_serial_sequence('warehouse.gate_run', 'gate_run_id')) from generate_series(1, :count)"
)
# A report has a heading and figures; a feed fills the one shape its suite is about.
_SEEN = text(
    "insert into warehouse.gate_submission (batch_number, suite_name, submission_id)"
    " select :batch, :suite, submission_id from staging.report where :shape in ('report', 'observation')"
    " union select :batch, :suite, submission_id from staging.feed_file where shape = :shape"
)
_SHAPES = text(
    "select 'observation' from staging.report union select 'report' from staging.report"
    " union select shape from staging.feed_file"
)
_FIGURE = re.compile(r"\{(-?\d+(?:\.\d+)?)\}")


@dataclass(frozen=True, slots=True)
class Breach:
    """One line that breaks one rule; `line_number` is None when the file as a whole is meant.

    `severity` block stops the line (the file, where it may not load in part), warn does not. A rule about several
    figures gives a breach for each line it holds back, all with the place and words of the figure to look at first.
    `accepted` is the sentence about the waiver under which a blocking breach was made a warning.
    """

    submission_id: int
    line_number: int | None
    rule_code: str
    code: str
    severity: Severity
    sheet_name: str | None
    cell: str | None
    found: str
    expected: str
    subject: str
    is_waivable: bool = False
    accepted: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Great Expectations said of one expectation: rows that break it, by key where it can name them."""

    suite: Suite
    expectation: Expectation
    succeeded: bool
    unexpected_count: int
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """How one check ended; `failure_name` is the kind of error when it could not run, which only one on trial may."""

    suite: Suite
    expectation: Expectation
    succeeded: bool
    unexpected_count: int
    failure_name: str | None = None


def run_gate(connection: Connection, as_of: datetime | None = None) -> list[Breach]:
    """Check every row of the staging tables and return all breaches, in file and line order.

    The staged rows have to be committed: Great Expectations looks through a connection of its own. Its verdicts are
    recorded in warehouse.gate_run, at `as_of` when given, within the caller's transaction.

    Raises GateError when a check raised, did not run, saw other rows, or disagrees with the rows found.
    """
    try:
        suites = load_suites()
    except CatalogueError as error:
        raise _stop(error.where, str(error), "suites the gate can run") from error
    try:
        _require_suites(connection, suites)
        row_counts = {suite.name: count_rows(connection, suite) for suite in suites}
        # A batch holds one shape: what is not there needs no check, and asking takes a third of a second a suite.
        suites = tuple(suite.deciding for suite in suites if row_counts[suite.name]) or suites
        answers = _ask_great_expectations(connection, suites, row_counts)
        found = {
            place: list(_breaches(connection, answer)) for place, answer in enumerate(answers) if not answer.succeeded
        }
        _record(connection, answers, found, as_of)
    except GateError:
        raise
    except Exception as error:
        raise _stop("the gate", f"{type(error).__name__}: {error}", "a verdict on every check") from error
    breaches = (breach for named in found.values() for breach in named)
    return sorted(breaches, key=lambda each: (each.submission_id, each.line_number or 0, each.rule_code, each.code))


def _require_suites(connection: Connection, suites: Sequence[Suite]) -> None:
    """Raise GateError for a shape of the batch nobody has anything to ask about: unasked, it would pass."""
    asked = {
        suite.table for suite in suites if any(each.type != ROW_COUNT_RULE for each in suite.deciding.expectations)
    }
    if unasked := set(connection.execute(_SHAPES).scalars()) - asked:
        raise _stop(f"staging.{min(unasked)}", "no check of it in any suite", "a suite for every shape that arrives")


def _ask_great_expectations(
    connection: Connection, suites: Sequence[Suite], row_counts: Mapping[str, int]
) -> list[Answer]:
    import yaml

    gx = great_expectations()

    configuration = yaml.load((GX_ROOT / "great_expectations.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    context = gx.get_context(mode="ephemeral", project_config=configuration)
    # What looks at the rows has the rights of who staged them, in a session of its own that writes nothing.
    role = connection.exec_driver_sql("select current_setting('role')").scalar()
    answers: list[Answer] = []
    # Suites are in the order of their names, which begin with the schema.
    for schema, of_schema in groupby(suites, key=attrgetter("schema")):
        with warnings.catch_warnings():
            # add_postgres, which it recommends, refuses a server on a socket.
            warnings.filterwarnings("ignore", message="You are using a generic SQLDatasource")
            datasource = context.data_sources.add_sql(
                name=schema,
                connection_string=connection.engine.url.render_as_string(hide_password=False),
                kwargs={"connect_args": {"options": f"{_SESSION} -c role={role} -c search_path={schema}"}},
            )
        try:
            for suite in of_schema:
                answers.extend(_validate(gx, context, datasource, suite, row_counts[suite.name]))
        finally:
            datasource.get_execution_engine().engine.dispose()
            datasource.get_engine().dispose()
    return answers


def _validate(gx: Any, context: Any, datasource: Any, suite: Suite, row_count: int) -> Iterator[Answer]:
    asset = datasource.add_table_asset(name=suite.name, table_name=suite.table)
    gx_suite = context.suites.add(
        gx.ExpectationSuite(
            name=suite.name,
            expectations=[as_gx_configuration(suite, position) for position in range(len(suite.expectations))],
        )
    )
    # Asked of the batch itself: a validation definition would also be written to, and its outcome kept in, a store.
    outcome = (
        asset.add_batch_definition_whole_table(suite.table)
        .get_batch()
        .validate(
            gx_suite,
            expectation_parameters={"row_count": row_count},
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": list(suite.row_key),
                "return_unexpected_index_query": False,
                # Asked for all, it still names so many only.
                "partial_unexpected_count": max(row_count, 1),
            },
        )
    )
    by_position = {result.expectation_config.meta["position"]: result for result in outcome.results}
    for position, expectation in enumerate(suite.expectations):
        # Great Expectations only logs a configuration it cannot use, and goes on without it.
        if position not in by_position:
            raise _stop(_where(suite, expectation), "no result", "a verdict on every check")
        yield _as_answer(suite, expectation, by_position[position])


def _as_answer(suite: Suite, expectation: Expectation, result: Any) -> Answer:
    if raised := _exception_in(result.exception_info):
        raise _stop(_where(suite, expectation), raised, "a check that runs")
    observed = result.result
    if expectation.type == ROW_COUNT_RULE:
        if not result.success:
            raise _stop(_where(suite, expectation), f"{observed['observed_value']} rows", "the rows staged, committed")
        return Answer(suite, expectation, True, 0, ())
    if expectation.type == SQL_RULE:
        count, rows = observed["observed_value"], ()
    else:
        # Of an empty table it says None.
        count = observed["unexpected_count"] if observed["element_count"] else 0
        rows = tuple(observed.get("unexpected_index_list") or ())
        if len(rows) != count:
            raise _stop(_where(suite, expectation), f"{len(rows)} rows named", f"{count} rows named")
    if bool(result.success) != (count == 0):
        raise _stop(_where(suite, expectation), f"success {result.success} with {count} rows", "one verdict")
    return Answer(suite, expectation, bool(result.success), int(count), rows)


def _exception_in(info: Mapping[str, Any]) -> str:
    # Either one exception, or one for each metric that failed.
    for each in [info] if "raised_exception" in info else info.values():
        if each.get("raised_exception"):
            return str(each.get("exception_message"))
    return ""


def _breaches(connection: Connection, answer: Answer) -> Iterator[Breach]:
    rows: list[Mapping[str, Any]]
    if answer.expectation.query_file is None:
        column = answer.expectation.kwargs["column"]
        rows = [{**row, "found": as_found(row.get(column)), "expected": "", "subject": ""} for row in answer.rows]
    else:
        rows = [dict(row._mapping) for row in run_file(connection, answer.expectation.query_file)]
        if len(rows) != answer.unexpected_count:
            raise _stop(
                _where(answer.suite, answer.expectation),
                f"{len(rows)} rows by the rule, {answer.unexpected_count} by Great Expectations",
                "the same rows both times",
            )
    for row in rows:
        yield from as_breaches(answer.suite, answer.expectation, row)


def as_breaches(suite: Suite, expectation: Expectation, row: Mapping[str, Any]) -> Iterator[Breach]:
    """A row that breaks a rule as breaches: one for itself, one more for each other line it holds back.

    Raises GateError for a code nobody has written a sentence for.
    """
    code = row.get("code") or expectation.code
    try:
        rule = message(code).rule or expectation.rule
    except CatalogueError as error:
        raise _stop(_where(suite, expectation), f"code {code!r}", "a code with a message") from error
    yield from breaches_of_row(expectation, row, code, rule)


def breaches_of_row(expectation: Expectation, row: Mapping[str, Any], code: str, rule: str) -> Iterator[Breach]:
    """A row that breaks a rule as breaches of that code, whether or not there is a sentence for it."""
    line_number = row.get("line_number")
    lines = [line_number, *sorted(set(row.get("held_lines") or ()) - {line_number})]
    for line in lines:
        yield Breach(
            submission_id=row["submission_id"],
            line_number=line,
            rule_code=rule,
            code=code,
            severity=expectation.severity,
            sheet_name=row.get("sheet_name"),
            cell=_within_sheet(row.get("cell"), row.get("sheet_name")),
            found=_with_vietnamese_figures(row["found"] or ""),
            expected=_with_vietnamese_figures(row["expected"] or ""),
            subject=row["subject"] or "",
            is_waivable=expectation.is_waivable,
        )


def _within_sheet(cell: str | None, sheet_name: str | None) -> str | None:
    # Figures of publishers carry their full address ('12. FDI'!D19); a sentence names the sheet once.
    return cell.rpartition("!")[2] if cell and sheet_name else cell


def as_found(value: object) -> str:
    """A value of a column as words for {found}."""
    return "ô trống" if value is None else str(value)


def _with_vietnamese_figures(sentence: str) -> str:
    # Rules write figures as {1234.5}: PostgreSQL has no Vietnamese number form without a locale of the machine.
    from include.vietnamese.numbers import format_number

    return _FIGURE.sub(lambda figure: format_number(Decimal(figure[1])), sentence)


def count_rows(connection: Connection, suite: Suite) -> int:
    """How many rows of the batch the suite is about."""
    from sqlalchemy import column, func, select, table

    return connection.execute(
        select(func.count()).select_from(table(suite.table, column("submission_id"), schema=suite.schema))
    ).scalar_one()


def record_runs(
    connection: Connection, runs: Sequence[Run], as_of: datetime | None, *, is_shadow: bool = False
) -> list[int]:
    """Keep in warehouse.gate_run what each check said of the batch; the numbers given, its batch number first."""
    submission_count = connection.execute(
        text("select (select count(*) from staging.report) + (select count(*) from staging.feed_file)")
    ).scalar_one()
    run_ids = [int(number) for number in connection.execute(_NEXT_RUNS, {"count": len(runs)}).scalars()]
    moment = as_of or connection.execute(text("select now()")).scalar_one()
    batch_number = min(run_ids, default=0)
    copy_rows(
        connection,
        "warehouse.gate_run",
        (
            "gate_run_id batch_number ran_at suite_name expectation_type rule_code message_code check_name check_hash"
            " severity succeeded unexpected_count submission_count is_shadow failure_name"
        ).split(),
        (
            (
                run_id,
                batch_number,
                moment,
                run.suite.name,
                run.expectation.type,
                run.expectation.rule or run.expectation.code,
                run.expectation.code,
                run.expectation.name,
                _version_of(run),
                run.expectation.severity,
                run.succeeded,
                run.unexpected_count,
                submission_count,
                is_shadow,
                run.failure_name,
            )
            for run_id, run in zip(run_ids, runs, strict=True)
        ),
    )
    return run_ids


def _version_of(run: Run) -> str | None:
    try:
        return run.expectation.version
    except OSError:
        # A rule on trial whose text is not there has failed already, and has no version.
        if run.failure_name is None:
            raise
        return None


def _record(
    connection: Connection,
    answers: Sequence[Answer],
    found: Mapping[int, Sequence[Breach]],
    as_of: datetime | None,
) -> None:
    """Keep what each check said, of which files, and which of them it found something in."""
    run_ids = record_runs(
        connection,
        [Run(each.suite, each.expectation, each.succeeded, each.unexpected_count) for each in answers],
        as_of,
    )
    batch_number = min(run_ids, default=0)
    for suite in {answer.suite.name: answer.suite for answer in answers}.values():
        connection.execute(_SEEN, {"batch": batch_number, "suite": suite.name, "shape": suite.table})
    copy_rows(
        connection,
        "warehouse.gate_breach",
        ("gate_run_id", "submission_id", "breach_count"),
        (
            (run_ids[place], submission_id, count)
            for place, named in found.items()
            for submission_id, count in Counter(breach.submission_id for breach in named).items()
        ),
    )


def _where(suite: Suite, expectation: Expectation) -> str:
    return f"suite {suite.name}, {expectation.query_file or expectation.type} ({expectation.code})"


def _stop(where: str, found: str, expected: str) -> GateError:
    return GateError(
        where=where,
        found=found,
        expected=expected,
        remedy="Nothing of the batch was promoted. Mend the check or the connection and run the batch again.",
    )
