"""The gate: what Great Expectations and the SQL rules say of everything in the staging tables.

Great Expectations gives the verdict on each check; the rows that break it come from the same SQL, run once more in the
caller's session without a row limit. Whatever is not a clear answer stops the batch.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
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
from include.warehouse.sql import run_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SESSION = "-c timezone=Asia/Ho_Chi_Minh -c default_transaction_read_only=on"
_FIGURE = re.compile(r"\{(-?\d+(?:\.\d+)?)\}")


@dataclass(frozen=True, slots=True)
class Breach:
    """One line that breaks one rule; `line_number` is None when the file as a whole is meant.

    `severity` block stops the line (the file, where it may not load in part), warn does not. A rule about several
    figures gives a breach for each line it holds back, all with the place and words of the figure to look at first.
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


@dataclass(frozen=True, slots=True)
class Answer:
    """What Great Expectations said of one expectation: rows that break it, by key where it can name them."""

    suite: Suite
    expectation: Expectation
    succeeded: bool
    unexpected_count: int
    rows: tuple[Mapping[str, Any], ...]


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
        row_counts = {suite.name: _count_rows(connection, suite) for suite in suites}
        # A batch holds one shape: what is not there needs no check, and asking takes a third of a second a suite.
        suites = tuple(suite for suite in suites if row_counts[suite.name]) or suites
        answers = _ask_great_expectations(connection, suites, row_counts)
        breaches = [breach for answer in answers if not answer.succeeded for breach in _breaches(connection, answer)]
        _record(connection, answers, as_of)
    except GateError:
        raise
    except Exception as error:
        raise _stop("the gate", f"{type(error).__name__}: {error}", "a verdict on every check") from error
    return sorted(breaches, key=lambda each: (each.submission_id, each.line_number or 0, each.rule_code, each.code))


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
    for suite in suites:
        with warnings.catch_warnings():
            # add_postgres, which it recommends, refuses a server on a socket.
            warnings.filterwarnings("ignore", message="You are using a generic SQLDatasource")
            datasource = context.data_sources.add_sql(
                name=suite.name,
                connection_string=connection.engine.url.render_as_string(hide_password=False),
                kwargs={"connect_args": {"options": f"{_SESSION} -c role={role} -c search_path={suite.schema}"}},
            )
        try:
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
    validation = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=suite.name, data=asset.add_batch_definition_whole_table(suite.table), suite=gx_suite
        )
    )
    outcome = validation.run(
        expectation_parameters={"row_count": row_count},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": list(suite.row_key),
            "return_unexpected_index_query": False,
        },
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
        rows = [{**row, "found": _as_found(row.get(column)), "expected": "", "subject": ""} for row in answer.rows]
    else:
        rows = [dict(row._mapping) for row in run_file(connection, answer.expectation.query_file)]
        if len(rows) != answer.unexpected_count:
            raise _stop(
                _where(answer.suite, answer.expectation),
                f"{len(rows)} rows by the rule, {answer.unexpected_count} by Great Expectations",
                "the same rows both times",
            )
    for row in rows:
        yield from _as_breaches(answer, row)


def _as_breaches(answer: Answer, row: Mapping[str, Any]) -> Iterator[Breach]:
    code = row.get("code") or answer.expectation.code
    try:
        rule = message(code).rule or answer.expectation.rule
    except CatalogueError as error:
        raise _stop(_where(answer.suite, answer.expectation), f"code {code!r}", "a code with a message") from error
    line_number = row.get("line_number")
    lines = [line_number, *sorted(set(row.get("held_lines") or ()) - {line_number})]
    for line in lines:
        yield Breach(
            submission_id=row["submission_id"],
            line_number=line,
            rule_code=rule,
            code=code,
            severity=answer.expectation.severity,
            sheet_name=row.get("sheet_name"),
            cell=_within_sheet(row.get("cell"), row.get("sheet_name")),
            found=_with_vietnamese_figures(row["found"] or ""),
            expected=_with_vietnamese_figures(row["expected"] or ""),
            subject=row["subject"] or "",
        )


def _within_sheet(cell: str | None, sheet_name: str | None) -> str | None:
    # Figures of publishers carry their full address ('12. FDI'!D19); a sentence names the sheet once.
    return cell.rpartition("!")[2] if cell and sheet_name else cell


def _as_found(value: object) -> str:
    return "ô trống" if value is None else str(value)


def _with_vietnamese_figures(sentence: str) -> str:
    # Rules write figures as {1234.5}: PostgreSQL has no Vietnamese number form without a locale of the machine.
    from include.vietnamese.numbers import format_number

    return _FIGURE.sub(lambda figure: format_number(Decimal(figure[1])), sentence)


def _count_rows(connection: Connection, suite: Suite) -> int:
    from sqlalchemy import column, func, select, table

    return connection.execute(
        select(func.count()).select_from(table(suite.table, column("submission_id"), schema=suite.schema))
    ).scalar_one()


def _record(connection: Connection, answers: Sequence[Answer], as_of: datetime | None) -> None:
    submission_count = connection.execute(
        text("select (select count(*) from staging.report) + (select count(*) from staging.feed_file)")
    ).scalar_one()
    connection.execute(
        text(
            "insert into warehouse.gate_run (ran_at, suite_name, expectation_type, rule_code, severity, succeeded,"
            " unexpected_count, submission_count) values (coalesce(:ran_at, now()), :suite_name, :expectation_type,"
            " :rule_code, :severity, :succeeded, :unexpected_count, :submission_count)"
        ),
        [
            {
                "ran_at": as_of,
                "suite_name": answer.suite.name,
                "expectation_type": answer.expectation.type,
                "rule_code": answer.expectation.rule or answer.expectation.code,
                "severity": answer.expectation.severity,
                "succeeded": answer.succeeded,
                "unexpected_count": answer.unexpected_count,
                "submission_count": submission_count,
            }
            for answer in answers
        ],
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
