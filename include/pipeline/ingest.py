"""Ingest: land, read, check, promote, answer, for any number of files at once.

Every step may be interrupted and run again: an arrival without a verdict is taken up where it was left,
an arrival without an answer is answered.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from include import faults
from include.calendar.periods import VIETNAM
from include.errors import SourceContractError
from include.model import CODES_TO_FORGET, Finding, Reading
from include.pipeline.answer import write_answers
from include.pipeline.check import Decision, Told, check_batch, find_unchanged, tell
from include.pipeline.correct import correct_reading, correction_state
from include.pipeline.land import (
    Receipt,
    forget_file,
    forgotten_among,
    hash_file,
    inbox_fingerprint,
    known_fingerprints,
    land_file,
    list_inbox,
    list_reports,
    load_receipts,
    now,
    open_receipts,
    printable_name,
    read_manifest,
    remove_forgotten,
)
from include.pipeline.monitoring import partly_revised, remove_stale_spools, spools_removed
from include.pipeline.promote import (
    close_receipt,
    note_findings,
    promote_batch,
    record_rejection,
    record_unchanged,
    refusal_findings,
    repeat_blocks,
    repeat_refusal,
)
from include.pipeline.stage import (
    StagedFile,
    count_cells,
    empty_staging,
    gate_lock,
    hash_content,
    stage_files,
    subject_of,
)
from include.quality.library import load_library_meanwhile
from include.quality.waivers import FileAtHand, newly_waived
from include.readers import WorkbookRefused
from include.readers.sandbox import Sandbox
from include.reference import Reference, load_reference
from include.settings import Settings, load_settings
from include.sources import Source, load_source
from include.sources.corrections import load_corrections
from include.warehouse.connect import engine as open_engine
from include.warehouse.connect import warehouse_url
from include.warehouse.roles import connected_as

_LOG = logging.getLogger(__name__)

_SETTLING_SECONDS = 2.0
"""An inbox file touched more recently may still be being copied; it is left for the next run."""

_NEXT_SUBMISSION = text("select nextval(pg_get_serial_sequence('warehouse.submission', 'submission_id'))")


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file, in the shape `ttdn ingest --json` prints."""

    path: str
    sha256: str
    source: str
    reporting_unit: str | None
    period: str | None
    revision: int | None
    verdict: str
    code: str
    counts: dict[str, int]
    messages: list[dict[str, str | None]]
    answer: str | None
    receipt: str | None
    subject: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Loaded, or nothing new; a file loaded in part counts as accepted, its held lines are in the messages."""
        return self.verdict in ("loaded", "duplicate", "unchanged") and self.code != "DUPLICATE_HELD"


def ingest_files(
    paths: Iterable[Path],
    *,
    source_id: str,
    settings: Settings,
    engine: Engine,
    received_at: datetime | None = None,
    dry_run: bool = False,
) -> list[FileResult]:
    """Take the files (folders searched through) through the whole gate, one result each in the order found.

    `received_at` is the true time of receipt; without it a drop's manifest decides, then the clock.
    A dry run keeps nothing: no bytes, no receipt, no answer.
    """
    source = load_source(source_id)
    if not source.loads:
        raise SourceContractError(
            where=f"--source {source_id}",
            found="a source that can only be read so far (loads: false)",
            expected="a source the warehouse takes in",
            remedy=f"Use `ttdn read {source_id} FILE`.",
        )
    reports, _ = list_reports(paths)
    if dry_run:
        return _rehearse(reports, source, engine, received_at or now())
    with connected_as(engine, "ttdn_loader") as connection:
        receipts = []
        manifests = {folder: read_manifest(folder) for folder in dict.fromkeys(path.parent for path in reports)}
        for path in reports:
            moment = received_at or manifests[path.parent].get(printable_name(path.name)) or now()
            receipts.append(land_file(connection, settings, path, source_id=source_id, received_at=moment))
            # One by one: two runs that bring the same files in another order would wait for each other.
            connection.commit()
        with Sandbox(workers=2) as sandbox:
            _take_through_gate(connection, settings, source, receipts, sandbox)
            write_answers(connection, settings, source, [receipt.receipt_id for receipt in receipts], sandbox)
        results = describe_receipts(connection, settings, [receipt.receipt_id for receipt in receipts])
    sent = {receipt.receipt_id: str(receipt.sent_path) for receipt in receipts}
    return [replace(result, path=sent[receipt_id]) for receipt_id, result in results.items()]


def land_inbox(source_id: str) -> list[list[int]]:
    """Land what is new in the inbox; batches of receipt ids still without verdict or answer, in order of receipt."""
    source, settings = load_source(source_id), load_settings()
    with _connected(settings) as connection:
        settings.inbox.mkdir(parents=True, exist_ok=True)
        reports = list_inbox(settings.inbox, source)
        prints = {path: inbox_fingerprint(settings.inbox, path) for path in reports}
        known = known_fingerprints(connection, list(prints.values()))
        manifests: dict[Path, dict[str, datetime]] = {}
        for path, fingerprint in prints.items():
            if fingerprint in known:
                continue
            try:
                # A file dated ahead of this clock has settled; its sender's clock is wrong.
                if 0 <= time.time() - path.stat().st_mtime < _SETTLING_SECONDS:
                    continue
                if path.parent not in manifests:
                    manifests[path.parent] = read_manifest(path.parent)
                moment = manifests[path.parent].get(printable_name(path.name)) or now()
                land_file(
                    connection, settings, path, source_id=source_id, received_at=moment, inbox_fingerprint=fingerprint
                )
                connection.commit()
                faults.hit("land_after_commit")
            except IntegrityError:
                # A run beside this one has just taken the same file.
                connection.rollback()
            except (OSError, SourceContractError) as problem:
                # One file, or one folder's manifest, must not keep the others out; it is tried again next time.
                connection.rollback()
                _LOG.warning("not landed: %s", problem)
        waiting = open_receipts(connection, source)
    return [waiting[start : start + source.batch_size] for start in range(0, len(waiting), source.batch_size)]


def ingest_receipts(source_id: str, receipt_ids: Sequence[int]) -> dict[str, int]:
    """Read, check, promote and answer landed files; how many ended in each verdict."""
    source, settings = load_source(source_id), load_settings()
    with _connected(settings) as connection, Sandbox(workers=2) as sandbox:
        receipts = load_receipts(connection, settings, receipt_ids)
        _take_through_gate(connection, settings, source, receipts, sandbox)
        write_answers(connection, settings, source, receipt_ids, sandbox)
        return _count_verdicts(connection, receipt_ids)


def reconcile_receipts(source_id: str) -> dict[str, int]:
    """Take up arrivals that were left without verdict or answer by a broken run; how many ended in each verdict."""
    source, settings = load_source(source_id), load_settings()
    with _connected(settings) as connection:
        waiting = open_receipts(connection, source)
    return ingest_receipts(source_id, waiting) if waiting else {}


def describe_receipts(connection: Connection, settings: Settings, receipt_ids: Sequence[int]) -> dict[int, FileResult]:
    """The results of those arrivals as the warehouse knows them, in the order given."""
    rows = connection.execute(
        text(
            "select r.receipt_id, r.receipt_number, r.original_name, r.sha256, r.source_id, r.verdict, r.verdict_code,"
            " r.answer_name, s.subject_key, s.reporting_unit_code, s.period_code, s.revision_number, s.received_count,"
            " s.promoted_count, s.quarantined_count, s.ignored_count"
            " from landing.receipt as r left join warehouse.submission as s using (submission_id)"
            " where r.receipt_id = any(:ids)"
        ),
        {"ids": list(receipt_ids)},
    )
    found = {row.receipt_id: row for row in rows}
    messages: dict[int, list[dict[str, str | None]]] = defaultdict(list)
    for finding in connection.execute(
        text(
            "select receipt_id, severity, rule_code, message_code, sheet_name, cell, text_vi from warehouse.finding"
            " where receipt_id = any(:ids) order by finding_id"
        ),
        {"ids": list(receipt_ids)},
    ):
        messages[finding.receipt_id].append(
            {
                "severity": finding.severity,
                "rule": finding.rule_code,
                "code": finding.message_code,
                "sheet": finding.sheet_name,
                "cell": finding.cell,
                "text": finding.text_vi,
            }
        )
    results = {}
    for receipt_id in receipt_ids:
        row = found[receipt_id]
        is_repeat = row.verdict == "duplicate"
        results[receipt_id] = FileResult(
            path=row.original_name,
            sha256=row.sha256,
            source=row.source_id,
            reporting_unit=row.reporting_unit_code,
            period=row.period_code,
            revision=row.revision_number if row.verdict == "loaded" else None,
            verdict=row.verdict,
            code=row.verdict_code,
            # A duplicate brings no rows of its own: they are in the ledger of the file it repeats.
            counts={
                "received": 0 if is_repeat else row.received_count or 0,
                "promoted": 0 if is_repeat else row.promoted_count or 0,
                "quarantined": 0 if is_repeat else row.quarantined_count or 0,
                "ignored": 0 if is_repeat else row.ignored_count or 0,
            },
            messages=messages[receipt_id],
            answer=str(settings.outbox / row.answer_name) if row.answer_name else None,
            receipt=row.receipt_number,
            subject=row.subject_key,
        )
    return results


def read_in_sandbox(sandbox: Sandbox, source: Source, receipts: Sequence[Receipt]) -> list[Reading]:
    """What each file says, known errors mended; a file the reader refuses, or dies of, is refused alone.

    Raises CatalogueError, before anything is read, for a corrections.yml that cannot be followed.
    """
    corrections = load_corrections(source)
    outcomes = sandbox.map(source.reader, [(str(r.path), r.original_name, r.received_at) for r in receipts])
    readings = []
    faults.hit("read_before_files")
    try:
        for receipt, outcome in zip(receipts, outcomes, strict=True):
            faults.hit("read_between_files")
            if isinstance(outcome, WorkbookRefused):
                readings.append(Reading(heading=None, refusal=Finding(outcome.code, found=outcome.detail)))
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                readings.append(correct_reading(outcome, receipt, corrections))
    except BaseException:
        with spools_removed(readings):
            raise
    return readings


def _take_through_gate(
    connection: Connection, settings: Settings, source: Source, receipts: Sequence[Receipt], sandbox: Sandbox
) -> None:
    reference = load_reference()
    waiting = _without_verdict(connection, sorted(receipts, key=lambda each: (each.received_at, each.receipt_id)))
    remove_stale_spools()
    forgotten = forgotten_among(connection, waiting)
    readable = [receipt for receipt in waiting if receipt.sha256 not in forgotten]
    repeats, fresh = _split_repeats(connection, source, readable)
    fresh, same_drop = _first_of_bytes(fresh)
    if fresh:
        load_library_meanwhile()
    readings = read_in_sandbox(sandbox, source, fresh)
    if source.answerer is None:
        # Nothing is left to do for the children; they keep what they grew to while they read.
        sandbox.close()
    faults.hit("read_after_files")
    with spools_removed(readings), gate_lock(connection):
        # Asked again under the lock: another run may have closed these arrivals, or taken the same bytes, meanwhile.
        still_open = {receipt.receipt_id for receipt in _without_verdict(connection, waiting)}
        late_repeats, _ = _split_repeats(connection, source, fresh)
        passed = {receipt.receipt_id for receipt in late_repeats}
        held = _held_before(connection, fresh)
        staged = []
        for receipt in waiting:
            if receipt.sha256 in forgotten and receipt.receipt_id in still_open:
                _refuse_again(connection, receipt, forgotten[receipt.sha256])
        for receipt, reading in zip(fresh, readings, strict=True):
            if receipt.receipt_id in passed or receipt.receipt_id not in still_open:
                continue
            if reading.refusal is not None:
                _record_refusal(connection, receipt, reading, held.get(receipt.receipt_id))
                continue
            staged.append(_stage(connection, source, receipt, reading, reference))
        faults.hit("refuse_before_commit")
        connection.commit()
        remove_forgotten(connection, settings)
        for wave in _in_waves(staged):
            _pass_wave(connection, wave, held, reference)
        for receipt in (*repeats, *late_repeats):
            if receipt.receipt_id in still_open:
                _record_repeat(connection, receipt)
        faults.hit("repeat_before_commit")
        connection.commit()
    if same_drop:
        # The first of equal files decided; the others are now repeats of it, or held for the same reason.
        _take_through_gate(connection, settings, source, same_drop, sandbox)


def _pass_wave(
    connection: Connection, wave: Sequence[StagedFile], held: Mapping[int, Row[Any]], reference: Reference
) -> None:
    repeated = find_unchanged(connection, wave)
    unchanged = [file for file in wave if file.submission_id in repeated]
    record_unchanged(connection, unchanged)
    for file in unchanged:
        repeat_blocks(connection, file.receipt, repeated[file.submission_id])
    connection.commit()
    changed = [file for file in wave if file.submission_id not in repeated]
    if not changed:
        return
    stage_files(connection, changed, reference)
    decisions = check_batch(connection, changed, reference)
    still_held = [d for d in decisions if _is_held_again(held.get(d.file.receipt.receipt_id), d.verdict, d.code)]
    for decision in still_held:
        receipt = decision.file.receipt
        _record_held_again(connection, receipt, held[receipt.receipt_id], decision.told)
    again = {decision.file.submission_id for decision in still_held}
    promote_batch(connection, [d for d in decisions if d.file.submission_id not in again])
    faults.hit("promote_before_commit")
    connection.commit()
    faults.hit("promote_after_commit")


def _in_waves(files: Sequence[StagedFile]) -> Iterator[list[StagedFile]]:
    # One file of a unit, or of a publisher's window, at a time, in order of receipt: a revision is compared with the
    # one before it, an annual report with the six-month report of the same drop. Of monitoring files, those whose days
    # may overlap.
    turn: Counter[str] = Counter()
    waves: dict[int, list[StagedFile]] = defaultdict(list)
    for file in sorted(files, key=lambda each: (each.receipt.received_at, each.receipt.receipt_id)):
        if file.reading.monitoring:
            before = [number for number, wave in waves.items() if any(_share_days(file, each) for each in wave)]
            waves[max(before, default=-1) + 1].append(file)
            continue
        heading = file.reading.heading
        unit = heading.reporting_unit_code if heading else file.reading.reporting_unit_code or file.subject_key or ""
        waves[turn[unit]].append(file)
        turn[unit] += 1
    yield from (waves[number] for number in sorted(waves))


def _share_days(one: StagedFile, other: StagedFile) -> bool:
    first, second = one.reading.monitoring, other.reading.monitoring
    if first is None or second is None:
        return False
    days = (first.first_day, first.last_day, second.first_day, second.last_day)
    if None in days:
        return True
    return first.first_day <= second.last_day and second.first_day <= first.last_day  # type: ignore[operator]


def _stage(
    connection: Connection, source: Source, receipt: Receipt, reading: Reading, reference: Reference
) -> StagedFile:
    required, filled = count_cells(reading, reference)
    return StagedFile(
        submission_id=connection.execute(_NEXT_SUBMISSION).scalar_one(),
        receipt=receipt,
        shape=source.fills,
        reading=reading,
        content_hash=hash_content(reading),
        required_cell_count=required,
        filled_cell_count=filled,
    )


def _refuse_again(connection: Connection, receipt: Receipt, code: str) -> None:
    if code == "SECRET":
        _refuse_secret(connection, receipt)
        return
    submission_id = repeat_refusal(connection, receipt, code)
    close_receipt(connection, receipt, "rejected", code, submission_id)
    forget_file(connection, receipt.sha256, code)


def _refuse_secret(connection: Connection, receipt: Receipt) -> None:
    # Only the reason is kept: no sheet, no cell, no word of the file.
    note_findings(connection, [(receipt.receipt_id, tell([Finding("SECRET")]))])
    close_receipt(connection, receipt, "refused_secret", "SECRET", None)
    forget_file(connection, receipt.sha256)


def _record_refusal(connection: Connection, receipt: Receipt, reading: Reading, held: Row[Any] | None) -> None:
    refusal = reading.refusal
    if refusal is None:
        raise ValueError("a refusal is recorded only for a refused file")
    if refusal.code == "SECRET":
        _refuse_secret(connection, receipt)
    elif refusal.code in CODES_TO_FORGET:
        # Told is the refusal alone: what else the reader met may quote the file.
        told, submission_id = tell([refusal]), connection.execute(_NEXT_SUBMISSION).scalar_one()
        nothing_kept = Reading(heading=None, refusal=refusal)
        record_rejection(connection, receipt, submission_id, nothing_kept, told, refusal.code)
        forget_file(connection, receipt.sha256, refusal.code)
    elif refusal.code == "INCOMPLETE":
        note_findings(connection, [(receipt.receipt_id, tell([refusal]))])
        close_receipt(connection, receipt, "incomplete", "INCOMPLETE", None)
    elif held is not None and _is_held_again(held, "rejected", refusal.code):
        _record_held_again(connection, receipt, held, tell(refusal_findings(reading)))
    else:
        told = tell(refusal_findings(reading))
        submission_id = connection.execute(_NEXT_SUBMISSION).scalar_one()
        record_rejection(connection, receipt, submission_id, reading, told, refusal.code)


def _record_repeat(connection: Connection, receipt: Receipt) -> None:
    earlier = connection.execute(
        text(
            "select s.submission_id, r.receipt_number, r.received_at"
            " from warehouse.submission as s inner join landing.receipt as r"
            " on r.submission_id = s.submission_id and r.verdict <> 'duplicate'"
            " where s.sha256 = :sha256 and s.source_id = :source_id and s.verdict in ('loaded', 'unchanged')"
            " order by r.receipt_id desc limit 1"
        ),
        {"sha256": receipt.sha256, "source_id": receipt.source_id},
    ).one()
    told = tell([Finding("DUPLICATE", found=_name_of(earlier))])
    note_findings(connection, [(receipt.receipt_id, told)])
    repeat_blocks(connection, receipt, earlier.submission_id)
    close_receipt(connection, receipt, "duplicate", "DUPLICATE", earlier.submission_id)


def _record_held_again(connection: Connection, receipt: Receipt, held: Row[Any], told: Sequence[Told]) -> None:
    same = tell([Finding("DUPLICATE_HELD", found=_name_of(held))])
    note_findings(connection, [(receipt.receipt_id, (*same, *told))])
    close_receipt(connection, receipt, "duplicate", "DUPLICATE_HELD", held.submission_id)


def _is_held_again(held: Row[Any] | None, verdict: str, code: str) -> bool:
    return held is not None and (held.verdict, held.verdict_code) == (verdict, code)


def _name_of(earlier: Row[Any]) -> str:
    return f"{earlier.receipt_number} ({earlier.received_at.astimezone(VIETNAM):%d/%m/%Y %H:%M})"


def _split_repeats(
    connection: Connection, source: Source, receipts: Sequence[Receipt]
) -> tuple[list[Receipt], list[Receipt]]:
    """Arrivals whose bytes say what the warehouse says already, and the others.

    Bytes that were only ever rejected or quarantined are looked at again: the file name, the list of bodies or
    the report they were compared with may have been put right since. So are bytes that a later revision replaced,
    if only on one day: sending them again takes that revision back. So are bytes about which corrections.yml says
    something else than when they were read last, and bytes of which a waiver lets in what was held back.
    """
    rows = connection.execute(
        text(
            "select distinct on (s.sha256, s.source_id, s.subject_key) s.sha256, s.source_id, s.subject_key,"
            " s.reporting_unit_code, s.period_code, s.correction_state_hash, latest.submission_id"
            " from warehouse.submission as s"
            " inner join lateral (select l.content_hash, l.submission_id from warehouse.submission as l"
            "  where l.verdict = 'loaded' and l.source_id = s.source_id and l.subject_key = s.subject_key"
            "  and l.value_kind is not distinct from s.value_kind"
            "  order by l.received_at desc, l.revision_number desc limit 1) as latest"
            " on latest.content_hash = s.content_hash"
            " where s.sha256 = any(:hashes) and s.verdict in ('loaded', 'unchanged')"
            " order by s.sha256, s.source_id, s.subject_key, s.submission_id desc"
        ),
        {"hashes": [receipt.sha256 for receipt in receipts]},
    ).all()
    outdated = partly_revised(connection, [row.submission_id for row in rows])
    corrections = load_corrections(source)
    latest_of = {(row.sha256, row.source_id): row for row in rows}
    waived = newly_waived(
        connection,
        [
            FileAtHand(latest.submission_id, latest.reporting_unit_code, latest.period_code, receipt.received_at)
            for receipt in receipts
            if (latest := latest_of.get((receipt.sha256, receipt.source_id))) is not None
        ],
    )
    said: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.submission_id not in outdated | waived:
            said[row.sha256, row.source_id].append(row)

    def is_repeat(receipt: Receipt) -> bool:
        return any(
            row.correction_state_hash
            == correction_state(
                corrections,
                receipt.sha256,
                row.subject_key,
                row.reporting_unit_code,
                row.period_code,
                receipt.received_at,
            )
            for row in said[receipt.sha256, receipt.source_id]
        )

    repeats = [receipt for receipt in receipts if is_repeat(receipt)]
    again = {receipt.receipt_id for receipt in repeats}
    return repeats, [receipt for receipt in receipts if receipt.receipt_id not in again]


def _first_of_bytes(receipts: Sequence[Receipt]) -> tuple[list[Receipt], list[Receipt]]:
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        first.setdefault(receipt.sha256, receipt)
    chosen = {receipt.receipt_id for receipt in first.values()}
    return list(first.values()), [receipt for receipt in receipts if receipt.receipt_id not in chosen]


def _held_before(connection: Connection, receipts: Sequence[Receipt]) -> dict[int, Row[Any]]:
    """By receipt id: the latest submission of the same bytes that was rejected or quarantined."""
    rows = connection.execute(
        text(
            "select distinct on (s.sha256) s.sha256, s.submission_id, s.verdict, s.verdict_code,"
            " r.receipt_number, r.received_at"
            " from warehouse.submission as s inner join landing.receipt as r"
            " on r.submission_id = s.submission_id and r.verdict <> 'duplicate'"
            " where s.sha256 = any(:hashes) and s.source_id = any(:sources)"
            " and s.verdict in ('rejected', 'quarantined')"
            " order by s.sha256, s.submission_id desc"
        ),
        {
            "hashes": [receipt.sha256 for receipt in receipts],
            "sources": [receipt.source_id for receipt in receipts],
        },
    )
    held = {row.sha256: row for row in rows}
    return {receipt.receipt_id: held[receipt.sha256] for receipt in receipts if receipt.sha256 in held}


def _rehearse(reports: Sequence[Path], source: Source, engine: Engine, received_at: datetime) -> list[FileResult]:
    reference = load_reference()
    receipts = [
        Receipt(-number, "", *hash_file(path), printable_name(path.name), source.source_id, received_at, path, path)
        for number, path in enumerate(reports, start=1)
    ]
    decisions: dict[int, Decision] = {}
    unchanged: set[int] = set()
    with connected_as(engine, "ttdn_loader") as connection, Sandbox(workers=2) as sandbox:
        repeats, fresh = _split_repeats(connection, source, receipts)
        first, same_drop = _first_of_bytes(fresh)
        repeats += same_drop
        readings = dict(zip((r.receipt_id for r in first), read_in_sandbox(sandbox, source, first), strict=True))
        staged = [
            StagedFile(
                receipt.receipt_id,
                receipt,
                source.fills,
                readings[receipt.receipt_id],
                hash_content(readings[receipt.receipt_id]),
                *count_cells(readings[receipt.receipt_id], reference),
            )
            for receipt in first
            if readings[receipt.receipt_id].refusal is None
        ]
        with spools_removed(readings.values()), gate_lock(connection):
            for wave in _in_waves(staged):
                unchanged |= set(find_unchanged(connection, wave))
                changed = [file for file in wave if file.submission_id not in unchanged]
                if changed:
                    stage_files(connection, changed, reference)
                    for decision in check_batch(connection, changed, reference):
                        decisions[decision.file.submission_id] = decision
                    connection.rollback()
                    empty_staging(connection)
                    connection.commit()
    repeated = {receipt.receipt_id for receipt in repeats}
    return [
        _rehearsed(receipt, readings.get(receipt.receipt_id), decisions.get(receipt.receipt_id), unchanged, repeated)
        for receipt in receipts
    ]


def _rehearsed(
    receipt: Receipt, reading: Reading | None, decision: Decision | None, unchanged: set[int], repeated: set[int]
) -> FileResult:
    heading = reading.heading if reading else None
    counts = {"received": 0, "promoted": 0, "quarantined": 0, "ignored": 0}
    told = decision.told if decision else ()
    if receipt.receipt_id in repeated:
        verdict, code = "duplicate", "DUPLICATE"
    elif receipt.receipt_id in unchanged and reading:
        verdict, code = "unchanged", "UNCHANGED"
        counts |= {"received": reading.received_count, "ignored": reading.received_count}
    elif decision:
        verdict, code = decision.verdict, decision.code
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
        messages=[
            {
                "severity": each.severity,
                "rule": each.rule,
                "code": each.code,
                "sheet": each.sheet,
                "cell": each.cell,
                "text": each.text,
            }
            for each in told
        ],
        answer=None,
        receipt=None,
        subject=subject_of(reading) if reading else None,
    )


def _without_verdict(connection: Connection, receipts: Sequence[Receipt]) -> list[Receipt]:
    rows = connection.execute(
        text("select receipt_id from landing.receipt where receipt_id = any(:ids) and verdict is null"),
        {"ids": [receipt.receipt_id for receipt in receipts]},
    )
    still_open = set(rows.scalars())
    return [receipt for receipt in receipts if receipt.receipt_id in still_open]


def _count_verdicts(connection: Connection, receipt_ids: Sequence[int]) -> dict[str, int]:
    rows = connection.execute(
        text(
            "select verdict, count(*) as files from landing.receipt where receipt_id = any(:ids)"
            " group by verdict order by verdict"
        ),
        {"ids": list(receipt_ids)},
    )
    return {row.verdict: row.files for row in rows}


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    engine = open_engine(warehouse_url(settings))
    try:
        with connected_as(engine, "ttdn_loader") as connection:
            yield connection
    finally:
        engine.dispose()
