"""A dry run: what taking the files in would answer, with nothing kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from include.model import CODES_TO_FORGET, Finding, Reading
from include.pipeline.check import Decision, Told, check_batch, find_unchanged, place_of, tell
from include.pipeline.land import (
    NEUTRAL_NAME,
    FileNotTaken,
    OddFile,
    Receipt,
    forgotten_among,
    hash_report,
    is_marked_path,
    printable_name,
)
from include.pipeline.monitoring import spools_removed
from include.pipeline.promote import refusal_findings
from include.pipeline.read import read_in_sandbox
from include.pipeline.repeats import accepted_before, find_repeats, held_before, is_held_again, name_of
from include.pipeline.results import FileResult
from include.pipeline.stage import (
    StagedFile,
    count_cells,
    empty_staging,
    gate_lock,
    hash_content,
    stage_files,
    subject_of,
)
from include.pipeline.turns import before_any_other, in_waves, share_days
from include.readers.sandbox import Sandbox
from include.readers.secrecy import file_is_marked
from include.reference import load_reference
from include.sources import Source
from include.warehouse.roles import connected_as

_NONE = {"received": 0, "promoted": 0, "quarantined": 0, "ignored": 0}


def rehearse(
    reports: Sequence[Path],
    folder_of: Mapping[Path, Path],
    not_taken: list[OddFile],
    source: Source,
    engine: Engine,
    received_at: datetime,
) -> list[FileResult]:
    """The verdict on each file if it were taken in now, one after another; what cannot be taken joins `not_taken`.

    Each file is checked against the warehouse as it is, not against the files before it in the same drop; only what
    comes again in the drop is told by what came between, as the gate does.
    """
    reference = load_reference()
    receipts = []
    for number, path in enumerate(reports, start=1):
        try:
            seen = hash_report(path, folder_of.get(path))
        except FileNotTaken as problem:
            not_taken.append(problem.odd)
            continue
        is_marked = is_marked_path(path, folder_of.get(path))
        name = NEUTRAL_NAME if is_marked else printable_name(path.name)
        receipts.append(Receipt(-number, "", *seen, name, source.source_id, received_at, path, path))
    decisions: dict[str, Decision] = {}
    unchanged: set[str] = set()
    with (
        connected_as(engine, "ttdn_loader") as connection,
        Sandbox(workers=2, readable=[receipt.path for receipt in receipts]) as sandbox,
    ):
        # Before anything else is told of a file: no copy of secret bytes is a repeat, whatever its own name.
        secret = {sha256 for sha256, code in forgotten_among(connection, receipts).items() if code == "SECRET"}
        secret |= {r.sha256 for r in receipts if file_is_marked(r.original_name)}
        unmarked = [receipt for receipt in receipts if receipt.sha256 not in secret]
        repeats = find_repeats(connection, source, unmarked)
        known = {receipt.sha256 for receipt in repeats}
        others = unmarked[len(before_any_other(unmarked, repeats)) :]
        first = list({receipt.sha256: receipt for receipt in reversed(others)}.values())[::-1]
        readings = dict(zip((r.sha256 for r in first), read_in_sandbox(sandbox, source, first), strict=True))
        secret |= {sha256 for sha256, reading in readings.items() if _is_secret(reading)}
        readings |= dict.fromkeys(secret, Reading(heading=None, refusal=Finding("SECRET")))
        files = {
            receipt.sha256: StagedFile(
                receipt.receipt_id,
                receipt,
                source.fills,
                reading,
                hash_content(reading),
                *count_cells(reading, reference),
            )
            for receipt in first
            if (reading := readings[receipt.sha256]).refusal is None
        }
        with spools_removed(readings.values()), gate_lock(connection):
            for wave in in_waves(list(files.values())):
                as_before = find_unchanged(connection, wave)
                unchanged |= {file.receipt.sha256 for file in wave if file.submission_id in as_before}
                says_it = known | unchanged
                to_check = [f for f in wave if f.receipt.sha256 not in says_it or _is_contradicted(f, files.values())]
                if to_check:
                    stage_files(connection, to_check, reference)
                    for decision in check_batch(connection, to_check, reference):
                        decisions[decision.file.receipt.sha256] = decision
                    connection.rollback()
                    empty_staging(connection)
                    connection.commit()
            held = held_before(connection, receipts)
            accepted = accepted_before(connection, source, receipts)
            connection.rollback()
    results = []
    loaded: list[StagedFile] = []
    told_of: set[str] = set()
    for receipt in receipts:
        sha256, file = receipt.sha256, files.get(receipt.sha256)
        again = None if sha256 in secret else _says_again(sha256, file, loaded, known, unchanged, accepted)
        result = _rehearsed(receipt, readings.get(sha256), decisions.get(sha256), again)
        if result.verdict in ("rejected", "quarantined") and result.code not in CODES_TO_FORGET:
            before = held.get(receipt.receipt_id)
            if sha256 in told_of or is_held_again(before, result.verdict, result.code):
                told = tell([Finding("DUPLICATE_HELD", found=name_of(before))]) if before else ()
                messages = [*map(asdict, told), *result.messages]
                result = replace(result, verdict="duplicate", code="DUPLICATE_HELD", counts=_NONE, messages=messages)
            told_of.add(sha256)
        elif result.verdict in ("loaded", "unchanged"):
            accepted.add(sha256)
        if file and result.verdict == "loaded":
            loaded.append(file)
        results.append(result)
    return results


def _is_secret(reading: Reading) -> bool:
    return reading.refusal is not None and reading.refusal.code == "SECRET"


def _are_about_the_same(one: StagedFile, other: StagedFile) -> bool:
    if one.subject_key is None:
        return one.receipt.sha256 == other.receipt.sha256
    return place_of(one) == place_of(other) or share_days(one, other)


def _is_contradicted(file: StagedFile, others: Iterable[StagedFile]) -> bool:
    return any(_are_about_the_same(file, other) and other.content_hash != file.content_hash for other in others)


def _says_again(
    sha256: str,
    file: StagedFile | None,
    loaded: Sequence[StagedFile],
    known: set[str],
    unchanged: set[str],
    accepted: set[str],
) -> str | None:
    """`duplicate` or `unchanged` of what says nothing new, after what the drop would have loaded before it."""
    before = next((each for each in reversed(loaded) if file and _are_about_the_same(each, file)), None)
    if before is not None and file is not None:
        if before.content_hash != file.content_hash:
            return None
        return "duplicate" if sha256 in accepted else "unchanged"
    if sha256 in known or sha256 in unchanged & accepted:
        return "duplicate"
    return "unchanged" if sha256 in unchanged else None


def _rehearsed(receipt: Receipt, reading: Reading | None, decision: Decision | None, again: str | None) -> FileResult:
    heading = reading.heading if reading else None
    counts = _NONE
    told: Sequence[Told] = ()
    if again == "duplicate":
        verdict, code = "duplicate", "DUPLICATE"
    elif again == "unchanged" and reading:
        verdict, code = "unchanged", "UNCHANGED"
        counts = _NONE | {"received": reading.received_count, "ignored": reading.received_count}
    elif decision:
        verdict, code, told = decision.verdict, decision.code, decision.told
        counts = {
            "received": decision.file.reading.received_count,
            "promoted": decision.promoted_count,
            "quarantined": decision.quarantined_count,
            "ignored": sum(row.row_count for row in decision.file.reading.ignored_rows),
        }
    else:
        code = reading.refusal.code if reading and reading.refusal else "UNREADABLE"
        verdict = {"SECRET": "refused_secret", "INCOMPLETE": "incomplete"}.get(code, "rejected")
        sayings = [Finding("SECRET")] if code == "SECRET" else refusal_findings(reading) if reading else []
        told = tell(sayings)
    return FileResult(
        path=str(receipt.sent_path),
        sha256=receipt.sha256,
        source=receipt.source_id,
        reporting_unit=heading.reporting_unit_code if heading else reading.reporting_unit_code if reading else None,
        period=heading.period_code if heading else reading.period_code if reading else None,
        revision=None,
        verdict=verdict,
        code=code,
        counts=counts,
        messages=[asdict(each) for each in told],
        answer=None,
        receipt=None,
        subject=subject_of(reading) if reading else None,
    )
