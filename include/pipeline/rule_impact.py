"""Rule impact: which past files a rule would have held or warned about, had it been there when they came.

The kept bytes are read again, staged one file at a time at their true time of receipt, judged by that one rule, and
everything is rolled back. A rule that compares with the past sees what was received before the file: not the file
itself, and nothing that came later.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, text

from include.calendar.periods import VIETNAM
from include.errors import GateError
from include.pipeline.check import Told, holds_private_text, tell
from include.pipeline.land import Receipt
from include.pipeline.monitoring import spools_removed
from include.pipeline.read import read_in_sandbox
from include.pipeline.stage import StagedFile, count_cells, fill_staging, gate_lock, hash_content
from include.quality.gate import Breach, breaches_of_row
from include.quality.rows_that_break import find_breaches
from include.quality.suites import ROW_COUNT_RULE, SQL_RULE, Expectation, Suite, load_suites
from include.readers.sandbox import Sandbox
from include.reference import Reference, load_reference
from include.sources import list_sources
from include.warehouse.sql import read_file

if TYPE_CHECKING:
    from include.settings import Settings

_READ_AT_ONCE = 40
_SHAPE_OF_TABLE = {
    "report": "observation",
    "observation": "observation",
    "printed_total": "observation",
    "capital_flow": "capital_flow",
    "series_point": "series_point",
    "monitoring_count": "monitoring_count",
    "monitoring_value": "monitoring_count",
    "monitoring_day": "monitoring_count",
}
_STAGING_TABLE = re.compile(r"\bstaging\.(\w+)")
_SUBMISSION = re.compile(r"\bwarehouse\.submission\b(?!\s*\.)(\s+as\s+\w+)?", re.IGNORECASE)
_WAREHOUSE_TABLE = re.compile(r"\bwarehouse\.(\w+)\b(?!\s*\.)(\s+as\s+\w+)?", re.IGNORECASE)
_EARLIER = (
    "select * from warehouse.submission"
    " where (received_at, submission_id) < (cast(:before_at as timestamptz), cast(:before_id as bigint))"
)
_OF_EARLIER = Template(
    "(select * from warehouse.$table where submission_id in (select submission_id from ($earlier) as earlier))$alias"
)


@dataclass(frozen=True, slots=True)
class RuleAtHand:
    """A rule to be looked at: of a suite, on trial or not, or a file that is in none yet (`script` is its text)."""

    suite: Suite
    expectation: Expectation
    script: str | None = None

    @property
    def name(self) -> str:
        return self.expectation.query_file or f"{self.expectation.type} in {self.suite.name}"


@dataclass(frozen=True, slots=True)
class FileImpact:
    """What a rule would have meant for one past file. `outcome` is held, held_in_part or warned."""

    file: str
    sha256: str
    source: str
    reporting_unit: str | None
    period: str | None
    subject: str | None
    receipt: str
    received_at: str
    revision: int | None
    verdict: str
    outcome: str
    lines: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What a rule would have meant for all files looked at; files it passes are only counted."""

    rule: str
    rules: tuple[dict[str, Any], ...]
    since: str | None
    files: tuple[FileImpact, ...]
    totals: Mapping[str, int]
    not_looked_at: Mapping[str, int]


def rule_impact(connection: Connection, settings: Settings, rule: str, since: date | None = None) -> Impact:
    """Look at every file that was loaded or held (received on `since` or later) with that rule alone.

    `rule` is R-01 to R-20, the code of a message, a file of sql/rules, or the path of a .sql file in no suite. Waivers
    are left aside. Nothing stays in the database; a batch that runs meanwhile waits for one file at a time.
    Raises GateError for a rule there is not, or that cannot run.
    """
    rules = find_rules(rule)
    shapes = {_shape_of(each.suite) for each in rules}
    sources = {source.source_id: source for source in list_sources() if source.fills in shapes}
    moment = datetime.combine(since, time(), VIETNAM) if since else None
    past, passed_over = _past_files(connection, sorted(sources), moment)
    reference = load_reference()
    totals: Counter[str] = Counter(looked_at=0, held=0, held_in_part=0, warned=0, passed=0)
    found: list[FileImpact] = []
    with Sandbox(workers=2, readable=[settings.landing]) as sandbox:
        for chunk in _chunks(past):
            there = [row for row in chunk if (settings.landing / row.stored_name).is_file()]
            passed_over["bytes_missing"] += len(chunk) - len(there)
            for source_id in sorted({row.source_id for row in there}):
                rows = [row for row in there if row.source_id == source_id]
                source = sources[source_id]
                receipts = [_receipt(row, settings) for row in rows]
                readings = read_in_sandbox(sandbox, source, receipts)
                with spools_removed(readings):
                    for row, receipt, reading in zip(rows, receipts, readings, strict=True):
                        if reading.refusal is not None:
                            passed_over["refused_now"] += 1
                            continue
                        file = StagedFile(
                            row.submission_id,
                            receipt,
                            source.fills,
                            reading,
                            hash_content(reading),
                            *count_cells(reading, reference),
                        )
                        totals["looked_at"] += 1
                        breaches = _judge(connection, file, rules, reference)
                        outcome = _outcome(file, breaches, reference)
                        totals[outcome] += 1
                        if breaches:
                            found.append(_impact(row, file, outcome, breaches, rules))
    return Impact(
        rule=rule,
        rules=tuple(
            {
                "name": each.name,
                "code": each.expectation.code,
                "rule": each.expectation.rule,
                "severity": each.expectation.severity,
                "on_trial": each.expectation.shadow is not None,
            }
            for each in rules
        ),
        since=since.isoformat() if since else None,
        files=tuple(sorted(found, key=lambda each: (each.received_at, each.receipt))),
        totals=dict(totals),
        not_looked_at=dict(passed_over),
    )


def find_rules(rule: str) -> list[RuleAtHand]:
    """The expectations meant by a rule, a message code, or a SQL file; a path may name a file that is in no suite."""
    path = Path(rule)
    stem = path.stem if path.suffix == ".sql" else rule
    known = [
        RuleAtHand(suite, each)
        for suite in load_suites()
        for each in suite.expectations
        if each.type != ROW_COUNT_RULE
        and (rule in (each.rule, each.code) or (each.query_file is not None and Path(each.query_file).stem == stem))
    ]
    if path.suffix == ".sql" and path.is_file():
        script = path.read_text(encoding="utf-8")
        # The text given counts, also where a suite has a rule of that name: it may be the next version of it.
        if known:
            return [replace(each, script=script) for each in known if each.expectation.query_file]
        return [RuleAtHand(_suite_for(_shape_named_in(script, path), path), _as_expectation(path), script)]
    if not rule or not known:
        raise GateError(
            where="RULE",
            found=repr(rule),
            expected="R-01 to R-20, the code of a message, a file of sql/rules, or the path of a .sql file",
            remedy="docs/checks.md lists every rule with its code and file.",
        )
    return known


def seen_from(script: str) -> str:
    """The SQL of a rule with `warehouse` cut back to what was received before the file (:before_at, :before_id).

    A rule reaches figures of the past through warehouse.submission; one that does not name it has every table of
    `warehouse` it reads cut back by its submission.
    """

    def earlier(match: re.Match[str]) -> str:
        return f"({_EARLIER}){match[1] or ' as submission'}"

    def of_earlier(match: re.Match[str]) -> str:
        return _OF_EARLIER.substitute(earlier=_EARLIER, table=match[1], alias=match[2] or f" as {match[1]}")

    without_comments = "\n".join(re.sub(r"--.*$", "", line) for line in script.splitlines())
    if _SUBMISSION.search(without_comments):
        return _SUBMISSION.sub(earlier, script)
    return _WAREHOUSE_TABLE.sub(of_earlier, script)


def _judge(connection: Connection, file: StagedFile, rules: Sequence[RuleAtHand], reference: Reference) -> list[Breach]:
    breaches: list[Breach] = []
    # The lock is let go with everything rolled back: what was staged, and what staging held before.
    with gate_lock(connection):
        fill_staging(connection, [file], reference)
        for rule in rules:
            try:
                breaches += _breaches_of(connection, file, rule)
            except GateError:
                raise
            except Exception as error:
                raise GateError(
                    where=rule.name,
                    found=f"{type(getattr(error, 'orig', None) or error).__name__}: {str(error).splitlines()[0]}",
                    expected="a rule that runs: submission_id, line_number, sheet_name, cell, found, expected, subject",
                    remedy="Correct the SQL; nothing was written.",
                ) from error
    return breaches


def _breaches_of(connection: Connection, file: StagedFile, rule: RuleAtHand) -> list[Breach]:
    def run(name: str) -> list[dict[str, Any]]:
        script = seen_from(rule.script if rule.script is not None else read_file(name))
        given = {"before_at": file.receipt.received_at, "before_id": file.submission_id}
        used = {key: value for key, value in given.items() if f":{key}" in script}
        return [dict(row._mapping) for row in connection.execute(text(script), used)]

    if rule.script is None or rule.suite.expectations:
        return find_breaches(connection, rule.suite, rule.expectation, run)
    rows = run("")
    code = rule.expectation.code
    return [breach for row in rows for breach in breaches_of_row(rule.expectation, row, row.get("code") or code, "")]


def _outcome(file: StagedFile, breaches: Sequence[Breach], reference: Reference) -> str:
    blocking = [breach for breach in breaches if breach.severity == "block"]
    if not blocking:
        return "warned" if breaches else "passed"
    heading = file.reading.heading
    in_part = heading is not None and reference.templates[heading.template_code].allows_partial_load
    lines = {breach.line_number for breach in blocking}
    return "held_in_part" if in_part and None not in lines and len(lines) < file.row_count else "held"


def _impact(
    row: Row[Any], file: StagedFile, outcome: str, breaches: Sequence[Breach], rules: Sequence[RuleAtHand]
) -> FileImpact:
    is_private = holds_private_text(file, breaches)
    has_sentences = all(rule.script is None or rule.suite.expectations for rule in rules)
    lines = []
    for breach in breaches:
        said = replace(breach, found="(không nhắc lại)", expected="", subject="") if is_private else breach
        told = tell([said])[0] if has_sentences else _told(said)
        lines.append(
            {
                "line": breach.line_number,
                "sheet": breach.sheet_name,
                "cell": breach.cell,
                "code": breach.code,
                "severity": breach.severity,
                "text": told.text,
            }
        )
    return FileImpact(
        file=row.original_name,
        sha256=row.sha256,
        source=row.source_id,
        reporting_unit=row.reporting_unit_code,
        period=row.period_code,
        subject=row.subject_key,
        receipt=row.receipt_number,
        received_at=row.received_at.isoformat(),
        revision=row.revision_number,
        verdict=row.verdict,
        outcome=outcome,
        lines=tuple(lines),
    )


def _told(breach: Breach) -> Told:
    # A rule in no suite has no sentence yet: what it found, and what it expected.
    place = ", ".join(part for part in (breach.sheet_name, breach.cell) if part)
    words = "; cần ".join(part for part in (breach.found, breach.expected) if part)
    sentence = ": ".join(part for part in (place, breach.subject, words) if part)
    return Told("", breach.code, breach.severity, breach.sheet_name, breach.cell, sentence)


def _past_files(
    connection: Connection, source_ids: Sequence[str], since: datetime | None
) -> tuple[list[Row[Any]], Counter[str]]:
    """Files that were loaded or held, in order of receipt, and how many others are not looked at, by reason."""
    rows = connection.execute(
        text(
            "select s.submission_id, s.sha256, s.source_id, s.reporting_unit_code, s.period_code, s.subject_key,"
            " s.received_at, s.verdict, s.revision_number, r.receipt_id, r.receipt_number, r.original_name,"
            " r.byte_size, f.stored_name, f.forgotten_at"
            " from warehouse.submission as s inner join landing.file as f on s.sha256 = f.sha256"
            " inner join lateral (select * from landing.receipt where receipt.submission_id = s.submission_id"
            "  and receipt.verdict <> 'duplicate' order by receipt_id limit 1) as r on true"
            " where s.source_id = any(:sources) and s.verdict in ('loaded', 'quarantined')"
            " and s.received_at >= coalesce(cast(:since as timestamptz), '-infinity')"
            " order by s.received_at, s.submission_id"
        ),
        {"sources": list(source_ids), "since": since},
    ).all()
    refused = connection.execute(
        text(
            "select count(*) filter (where receipt.verdict_code = any(:given_up) or file.forgotten_at is not null)"
            " as given_up, count(*) as refused from landing.receipt"
            " left join landing.file on receipt.sha256 = file.sha256"
            " where receipt.source_id = any(:sources)"
            " and receipt.verdict in ('rejected', 'refused_secret', 'incomplete')"
            " and receipt.received_at >= coalesce(cast(:since as timestamptz), '-infinity')"
        ),
        {"sources": list(source_ids), "since": since, "given_up": ["SECRET"]},
    ).one()
    connection.rollback()
    kept = [row for row in rows if row.forgotten_at is None]
    return kept, Counter(
        given_up=refused.given_up + len(rows) - len(kept),
        refused=refused.refused - refused.given_up,
        refused_now=0,
        bytes_missing=0,
    )


def _receipt(row: Row[Any], settings: Settings) -> Receipt:
    return Receipt(
        row.receipt_id,
        row.receipt_number,
        row.sha256,
        row.byte_size,
        row.original_name,
        row.source_id,
        row.received_at,
        settings.landing / row.stored_name,
    )


def _chunks(rows: Sequence[Row[Any]]) -> Iterator[Sequence[Row[Any]]]:
    for start in range(0, len(rows), _READ_AT_ONCE):
        yield rows[start : start + _READ_AT_ONCE]


def _shape_of(suite: Suite) -> str:
    return _SHAPE_OF_TABLE[suite.table]


def _shape_named_in(script: str, path: Path) -> str:
    """The shape of file the rule is about, which is a staging table too."""
    shapes = {_SHAPE_OF_TABLE[name] for name in _STAGING_TABLE.findall(script) if name in _SHAPE_OF_TABLE}
    if len(shapes) != 1:
        raise GateError(
            where=str(path),
            found=", ".join(sorted(shapes)) or "no table of staging",
            expected="a rule about files of one shape: " + ", ".join(sorted(set(_SHAPE_OF_TABLE.values()))),
            remedy="Name the staging table the rule reads, staging.observation for instance.",
        )
    return shapes.pop()


def _suite_for(table: str, path: Path) -> Suite:
    return Suite(str(path), "staging", table, (), ())


def _as_expectation(path: Path) -> Expectation:
    # What it would be is not said anywhere yet: as a block it shows all it could do.
    return Expectation(SQL_RULE, {}, "block", "", path.stem.upper(), "in no suite yet", str(path))
