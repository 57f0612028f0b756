"""Check: from what was read and what the gate says to a verdict for each file.

A block on a line holds that line, and the whole file where its template does not allow a partial load.
A block without a line holds the file. Warnings travel with the figures.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from include import faults
from include.model import Finding, Severity, Verdict
from include.pipeline.monitoring import partly_revised
from include.pipeline.stage import StagedFile
from include.quality.doubts import ReadingDecision, ReadingKey, count_doubts, judge_doubts, reading_decisions
from include.quality.gate import Breach, run_gate
from include.quality.messages import render
from include.quality.shadow import run_shadow_rules
from include.quality.waivers import FileAtHand, WaiverUse, accept_waived, newly_waived
from include.readers.personal_data import mask_personal_data
from include.reference import Reference
from include.warehouse.sql import copy_rows

_NOT_REPEATED = "(không nhắc lại)"
_FIRST_NUMBER = re.compile(r"\d+")
_COUNTED_BY_THE_READER = {"MONITORING_VALUE_INVALID", "MONITORING_KEY_REPEATED"}


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence for the reporter, with the rule behind it and its place."""

    rule: str
    code: str
    severity: Severity
    sheet: str | None
    cell: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one staged file, with everything the reporter is told and the lines held back."""

    file: StagedFile
    verdict: Verdict
    code: str
    told: tuple[Told, ...]
    blocked_lines: frozenset[int]
    waiver_uses: tuple[WaiverUse, ...] = ()
    """Under which waivers breaches were accepted, where the file was loaded."""
    shadow_breaches: tuple[Breach, ...] = ()
    """What rules on trial found. Part of no verdict, told to no reporter."""

    @property
    def quarantined_count(self) -> int:
        return self.file.row_count if self.verdict == "quarantined" else len(self.blocked_lines)

    @property
    def promoted_count(self) -> int:
        return self.file.row_count - self.quarantined_count if self.verdict == "loaded" else 0

    @property
    def blocking_count(self) -> int:
        return sum(told.severity == "block" for told in self.told)

    @property
    def warning_count(self) -> int:
        return sum(told.severity == "warn" for told in self.told)


def check_batch(connection: Connection, files: Sequence[StagedFile], reference: Reference) -> list[Decision]:
    """Run the gate over the staged batch and decide on every file.

    Raises GateError when the gate could not run: then nothing of the batch may pass.
    """
    found: dict[int, list[Breach]] = defaultdict(list)
    faults.hit("check_before_gate")
    for breach in run_gate(connection):
        found[breach.submission_id].append(breach)
    faults.hit("check_after_gate")
    breaches, uses = accept_waived(connection, [at_hand(file) for file in files], found)
    keys = {file.submission_id: _key_of(file) for file in files if count_doubts(file.reading.findings)}
    said = reading_decisions(connection, keys.values())
    decisions = [
        _decide(
            file,
            breaches[file.submission_id],
            reference,
            uses.get(file.submission_id, ()),
            said.get(keys[file.submission_id]) if file.submission_id in keys else None,
        )
        for file in files
    ]
    on_trial: dict[int, list[Breach]] = defaultdict(list)
    private = {file.submission_id for file in files if holds_private_text(file, found[file.submission_id])}
    for breach in run_shadow_rules(connection):
        is_private = breach.submission_id in private
        kept = replace(breach, found=_NOT_REPEATED, expected="", subject="") if is_private else breach
        on_trial[breach.submission_id].append(kept)
    decisions = [
        replace(decision, shadow_breaches=tuple(on_trial[decision.file.submission_id])) for decision in decisions
    ]
    copy_rows(
        connection,
        "staging.blocked_line",
        ("submission_id", "line_number", "rule_code"),
        sorted(
            {
                (decision.file.submission_id, breach.line_number, breach.rule_code or breach.code)
                for decision in decisions
                for breach in breaches[decision.file.submission_id]
                if breach.severity == "block" and breach.line_number is not None
            }
        ),
    )
    return decisions


def tell(sayings: Sequence[Finding | Breach]) -> tuple[Told, ...]:
    """Findings and breaches as sentences: blocks first, then in sheet order, each sentence once."""
    told: dict[tuple[str | None, str | None, str], Told] = {}
    private = {_line_of(said) for said in sayings if said.code in ("PERSONAL_DATA", "PERSONAL_TEXT")}
    for each in sayings:
        said = each
        if _line_of(each) in private and each.code not in ("PERSONAL_DATA", "PERSONAL_TEXT"):
            # What was typed on a line with personal data is not repeated in any other sentence about it.
            said = replace(each, found=_NOT_REPEATED, expected="nội dung không có dữ liệu cá nhân")
        rule, severity, words = render(said)
        # Whatever a sentence quotes is kept for good and read by many.
        sentence = mask_personal_data(words)
        sheet = said.sheet if isinstance(said, Finding) else said.sheet_name
        if sheet is not None:
            sheet = mask_personal_data(sheet)
        told.setdefault(
            (sheet, said.cell, sentence), Told(rule or said.code, said.code, severity, sheet, said.cell, sentence)
        )
    rank = {"block": 0, "warn": 1, "info": 2}
    return tuple(sorted(told.values(), key=lambda each: (rank[each.severity], each.sheet or "", _place(each.cell))))


def find_unchanged(connection: Connection, files: Sequence[StagedFile]) -> dict[int, int]:
    """Which files say exactly what the latest loaded revision of their subject and kind says, and would fare no better.

    Returns submission id -> id of the revision it repeats. Files are compared before they are staged.
    """
    rows = connection.execute(
        text(
            "select distinct on (source_id, subject_key, value_kind) source_id, subject_key, value_kind, content_hash,"
            " submission_id from warehouse.submission where verdict = 'loaded' and subject_key = any(:subjects)"
            " order by source_id, subject_key, value_kind, received_at desc, revision_number desc"
        ),
        {"subjects": [file.subject_key for file in files if file.subject_key]},
    )
    latest = {(row.source_id, row.subject_key, row.value_kind): row for row in rows}
    outdated = partly_revised(connection, [row.submission_id for row in latest.values()])
    outdated |= newly_waived(
        connection,
        [
            replace(at_hand(file), submission_id=before.submission_id)
            for file in files
            if (before := latest.get(place_of(file))) is not None
        ],
    )
    repeated: dict[int, int] = {}
    for file in files:
        before = latest.get(place_of(file))
        if before is None or before.submission_id in outdated:
            continue
        if before.content_hash == file.content_hash:
            repeated[file.submission_id] = before.submission_id
    return repeated


def place_of(file: StagedFile) -> tuple[str, str | None, str | None]:
    """What a revision replaces: source, subject, kind; an estimate the last estimate, a final the last final."""
    heading = file.reading.heading
    return file.receipt.source_id, file.subject_key, heading.value_kind if heading else None


def at_hand(file: StagedFile) -> FileAtHand:
    """Whose file it is, what for and when it came: what a waiver goes by."""
    heading, reading = file.reading.heading, file.reading
    return FileAtHand(
        file.submission_id,
        heading.reporting_unit_code if heading else reading.reporting_unit_code,
        heading.period_code if heading else reading.period_code,
        file.receipt.received_at,
    )


def holds_private_text(file: StagedFile, breaches: Sequence[Breach]) -> bool:
    """Whether the file has personal data or a mark somewhere: of such a file nothing is kept or shown that a rule which
    sees all of it found.
    """
    codes = {each.code for each in file.reading.findings} | {each.code for each in breaches}
    return bool(codes & {"PERSONAL_DATA", "PERSONAL_TEXT", "SECRET_TEXT"})


def _key_of(file: StagedFile) -> ReadingKey:
    return ReadingKey(file.receipt.sha256, file.receipt.source_id, file.content_hash)


def _decide(
    file: StagedFile,
    breaches: Sequence[Breach],
    reference: Reference,
    waiver_uses: tuple[WaiverUse, ...] = (),
    reading_decision: ReadingDecision | None = None,
) -> Decision:
    decision = _decide_by_rules(file, breaches, reference, waiver_uses)
    about_doubts = judge_doubts(file.reading.findings, reading_decision)
    # What is held anyhow has to be sent again: there is nothing to confirm.
    if about_doubts is None or decision.verdict != "loaded":
        return decision
    [sentence] = tell([about_doubts])
    if sentence.severity == "block":
        return replace(
            decision, verdict="quarantined", code=sentence.code, told=(sentence, *decision.told), waiver_uses=()
        )
    return replace(decision, told=(sentence, *decision.told))


def _decide_by_rules(
    file: StagedFile, breaches: Sequence[Breach], reference: Reference, waiver_uses: tuple[WaiverUse, ...]
) -> Decision:
    told = tell([*file.reading.findings, *_not_yet_told(file, breaches)])
    blocking = [each for each in told if each.severity == "block"]
    lines = frozenset(b.line_number for b in breaches if b.severity == "block" and b.line_number is not None)
    holds_file = any(render(finding)[1] == "block" for finding in file.reading.findings) or any(
        b.severity == "block" and b.line_number is None for b in breaches
    )
    heading = file.reading.heading
    # A publisher's book has no template: it is taken whole or looked at again when the contract has been mended.
    allows_partial = heading is not None and reference.templates[heading.template_code].allows_partial_load
    if not blocking:
        return Decision(file, "loaded", "OK", told, frozenset(), waiver_uses)
    if holds_file or not allows_partial or len(lines) == file.row_count:
        return Decision(file, "quarantined", blocking[0].code, told, lines)
    return Decision(file, "loaded", "PARTIAL", told, lines, waiver_uses)


def _not_yet_told(file: StagedFile, breaches: Sequence[Breach]) -> list[Breach]:
    # The gate looks for personal data again, behind the reader; a clerk is told of one line once.
    named = {(f.sheet, _place(f.cell)[0]) for f in file.reading.findings if f.code == "PERSONAL_DATA"}
    if file.reading.monitoring and any(render(finding)[1] == "block" for finding in file.reading.findings):
        # The reader names every wrong line of a monitoring file; the gate would only count the same lines once more.
        breaches = [b for b in breaches if b.code not in _COUNTED_BY_THE_READER]
    # A date that could not be read is told as such; that none is stated would be a second mistake, and a false one.
    unread = {(f.sheet, f.cell) for f in file.reading.findings if render(f)[1] == "block"}
    breaches = [b for b in breaches if b.code != "CUT_OFF_NOT_STATED" or (b.sheet_name, b.cell) not in unread]
    return [b for b in breaches if b.code != "PERSONAL_TEXT" or (b.sheet_name, _place(b.cell)[0]) not in named]


def _line_of(said: Finding | Breach) -> tuple[str | None, int]:
    return said.sheet if isinstance(said, Finding) else said.sheet_name, _place(said.cell)[0]


def _place(cell: str | None) -> tuple[int, str]:
    # A2 before A10, “hàng 2, cột 5” before “hàng 10, cột 5”: by row, then as written.
    row = _FIRST_NUMBER.search((cell or "").rpartition("!")[2])
    return int(row[0]) if row else 0, cell or ""
