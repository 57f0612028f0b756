"""Ingest: land, read, check, promote, answer, for any number of files at once.

Every step may be interrupted and run again: an arrival without a verdict is taken up where it was left,
an arrival without an answer is answered.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from include import faults
from include.errors import NoRoomError, PlatformError, SourceContractError
from include.model import CODES_TO_FORGET, Finding, Reading
from include.pipeline.answer import write_answers
from include.pipeline.check import Told, check_batch, find_unchanged, tell
from include.pipeline.land import (
    INCOMPLETE_AFTER_SECONDS,
    FileNotTaken,
    OpenReport,
    Receipt,
    ReceiptClock,
    fingerprints_of,
    forget_file,
    forgotten_among,
    inbox_fingerprint,
    known_fingerprints,
    land_file,
    list_reports,
    load_receipts,
    now,
    open_receipts,
    opened_report,
    printable_name,
    read_manifest,
    remove_forgotten,
    remove_left_drafts,
    shown_path,
    survey_inbox,
    write_names,
)
from include.pipeline.monitoring import remove_stale_spools, spools_removed
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
from include.pipeline.read import read_in_sandbox
from include.pipeline.rehearse import rehearse
from include.pipeline.repeats import find_repeats, held_before, is_held_again, name_of
from include.pipeline.results import FileResult, Intake, describe_receipts
from include.pipeline.stage import (
    StagedFile,
    count_cells,
    gate_lock,
    hash_content,
    stage_files,
)
from include.pipeline.turns import before_any_other, in_waves, until_bytes_return
from include.quality.library import load_library_meanwhile
from include.readers.sandbox import Sandbox
from include.reference import Reference, load_reference
from include.settings import Settings, load_settings
from include.sources import Source, load_source
from include.warehouse.connect import engine as open_engine
from include.warehouse.connect import warehouse_url
from include.warehouse.roles import connected_as
from include.warehouse.room import require_room

_LOG = logging.getLogger(__name__)

_NEXT_SUBMISSION = text("select nextval(pg_get_serial_sequence('warehouse.submission', 'submission_id'))")


def take_in(
    paths: Iterable[Path],
    *,
    source_id: str,
    settings: Settings,
    engine: Engine,
    received_at: datetime | None = None,
    dry_run: bool = False,
) -> Intake:
    """Take the files (folders searched through) through the whole gate, each at once, whatever the others are.

    `received_at` is the true time of receipt; without it a drop's manifest decides, then the clock.
    A dry run keeps nothing: no bytes, no receipt, no answer. Raises NoRoomError where a disk has too little room: what
    was landed until then stays open and is taken up by the next run.
    """
    source = load_source(source_id)
    if not source.loads:
        raise SourceContractError(
            where=f"--source {source_id}",
            found="a source that can only be read so far (loads: false)",
            expected="a source the warehouse takes in",
            remedy=f"Use `ttdn read {source_id} FILE`.",
        )
    found = list_reports(paths)
    not_taken = list(found.odd)
    if dry_run:
        rehearsed = rehearse(found.reports, found.folder_of, not_taken, source, engine, received_at or now())
        return Intake(rehearsed, not_taken, found.passed_over)
    with connected_as(engine, "ttdn_loader") as connection:
        receipts = []
        manifests = {folder: read_manifest(folder) for folder in dict.fromkeys(path.parent for path in found.reports)}
        clock = ReceiptClock(connection)
        for path in found.reports:
            folder = found.folder_of.get(path)
            moment = received_at or manifests[path.parent].get(printable_name(path.name)) or clock.read()
            try:
                with opened_report(path, folder) as report:
                    receipts.append(
                        land_file(connection, settings, report, source_id=source_id, received_at=moment, sent_in=folder)
                    )
            except FileNotTaken as problem:
                not_taken.append(problem.odd)
            # One by one: two runs that bring the same files in another order would wait for each other.
            connection.commit()
        with _gate_sandbox(settings) as sandbox:
            _take_through_gate(connection, settings, source, receipts, sandbox)
            write_answers(connection, settings, source, [receipt.receipt_id for receipt in receipts], sandbox)
        results = describe_receipts(connection, settings, [receipt.receipt_id for receipt in receipts])
    sent = {receipt.receipt_id: str(receipt.sent_path) for receipt in receipts}
    named = [replace(result, path=sent[receipt_id]) for receipt_id, result in results.items()]
    return Intake(named, not_taken, found.passed_over)


def land_inbox(source_id: str) -> list[list[int]]:
    """Land what is new in the inbox; batches of receipt ids still without verdict or answer, in order of receipt.

    A file is left for the next run while something was written to it in the last TTDN_SETTLING_SECONDS, and for half
    an hour while it is empty or lacks its end. One that cannot be taken is told in the log, and the others go on.
    Raises NoRoomError, after what else could be landed, when the landing folder's disk is full.
    """
    source, settings = load_source(source_id), load_settings()
    with _connected(settings) as connection:
        settings.inbox.mkdir(parents=True, exist_ok=True)
        # Here, since the steps behind clear only where they write: of a run killed late nothing may be left to write.
        remove_left_drafts(settings)
        landing = _Landing(connection, settings, source_id)
        landing.land(_new_in_inbox(connection, settings, source))
        waiting = open_receipts(connection, source)
    if landing.no_room is not None:
        raise landing.no_room
    return [waiting[start : start + source.batch_size] for start in range(0, len(waiting), source.batch_size)]


def _new_in_inbox(connection: Connection, settings: Settings, source: Source) -> list[Path]:
    """The files never taken in; what is odd among them is told in the log."""
    found = survey_inbox(settings.inbox, source)
    for odd in found.odd:
        _tell_not_landed(odd.path, odd.reason)
    prints = fingerprints_of(settings.inbox, found.reports)
    known = known_fingerprints(connection, list(prints.values()))
    return [path for path, fingerprint in prints.items() if fingerprint not in known]


def _tell_not_landed(path: Path, reason: str, level: int = logging.WARNING) -> None:
    # By its folder: a log keeps no name of a file that may yet be refused as secret. `ttdn reconcile` names it.
    _LOG.log(level, "not landed: a file in %s: %s", shown_path(path.parent), reason)


class _Landing:
    """One pass over what is new in the inbox."""

    def __init__(self, connection: Connection, settings: Settings, source_id: str) -> None:
        self._connection, self._settings, self._source_id = connection, settings, source_id
        self._manifests: dict[Path, dict[str, datetime]] = {}
        self._clock = ReceiptClock(connection)
        self.no_room: NoRoomError | None = None

    def land(self, paths: Iterable[Path]) -> None:
        dated_ahead = {path: look for path in paths if (look := self._land_one(path)) is not None}
        if dated_ahead:
            # The folder's clock is ahead of this one, or this one was set back: only a second look can tell.
            time.sleep(self._settings.settling_seconds)
            for path, look in dated_ahead.items():
                self._land_one(path, look)

    def _land_one(self, path: Path, seen: tuple[int, ...] | None = None) -> tuple[int, ...] | None:
        """Land the file if it has settled; how it looked when that cannot be told by the clock."""
        settings, connection = self._settings, self._connection
        try:
            with opened_report(path, settings.inbox) as report:
                # Not the time of the last change: programs that copy set that to the original's, some at once.
                age = time.time() - report.facts.st_ctime
                if seen is None and age < 0:
                    return report.look
                if (age < settings.settling_seconds) if seen is None else (report.look != seen):
                    return None
                if age < INCOMPLETE_AFTER_SECONDS and not report.seems_whole():
                    _tell_not_landed(path, f"its end is missing at {report.facts.st_size} bytes", level=logging.INFO)
                    return None
                self._note(report)
                connection.commit()
                faults.hit("land_after_commit")
        except IntegrityError:
            # A run beside this one has just taken the same file.
            connection.rollback()
        except NoRoomError as problem:
            connection.rollback()
            self.no_room = problem
        except (OSError, PlatformError) as problem:
            # One file, or one folder's manifest, must not keep the others out; it is tried again next time.
            connection.rollback()
            _tell_not_landed(path, problem.found if isinstance(problem, PlatformError) else str(problem.strerror))
        return None

    def _note(self, report: OpenReport) -> None:
        path = report.path
        if path.parent not in self._manifests:
            self._manifests[path.parent] = read_manifest(path.parent)
        moment = self._manifests[path.parent].get(printable_name(path.name)) or self._clock.read()
        land_file(
            self._connection,
            self._settings,
            report,
            source_id=self._source_id,
            received_at=moment,
            inbox_fingerprint=inbox_fingerprint(self._settings.inbox, path, report.facts),
            sent_in=self._settings.inbox,
        )


def ingest_receipts(source_id: str, receipt_ids: Sequence[int]) -> dict[str, int]:
    """Read, check, promote and answer landed files; how many ended in each verdict."""
    source, settings = load_source(source_id), load_settings()
    with _connected(settings) as connection, _gate_sandbox(settings) as sandbox:
        receipts = load_receipts(connection, settings, receipt_ids)
        _take_through_gate(connection, settings, source, receipts, sandbox)
        write_answers(connection, settings, source, receipt_ids, sandbox)
        return _count_verdicts(connection, receipt_ids)


def ingest_landed(
    connection: Connection, settings: Settings, source: Source, receipts: Sequence[Receipt]
) -> dict[int, FileResult]:
    """Take arrivals whose bytes are here already through the gate and answer them; their results by receipt id."""
    numbers = [receipt.receipt_id for receipt in receipts]
    with _gate_sandbox(settings) as sandbox:
        _take_through_gate(connection, settings, source, receipts, sandbox)
        write_answers(connection, settings, source, numbers, sandbox)
    return describe_receipts(connection, settings, numbers)


def reconcile_receipts(source_id: str) -> dict[str, int]:
    """Take up arrivals that were left without verdict or answer by a broken run; how many ended in each verdict."""
    source, settings = load_source(source_id), load_settings()
    with _connected(settings) as connection:
        waiting = open_receipts(connection, source)
    return ingest_receipts(source_id, waiting) if waiting else {}


def _take_through_gate(
    connection: Connection, settings: Settings, source: Source, receipts: Sequence[Receipt], sandbox: Sandbox
) -> None:
    while receipts:
        receipts = _take_turn(connection, settings, source, receipts, sandbox)


def _take_turn(
    connection: Connection, settings: Settings, source: Source, receipts: Sequence[Receipt], sandbox: Sandbox
) -> Sequence[Receipt]:
    """Take the arrivals before bytes come a second time through the gate; the others, whose turn is after these.

    The first of equal files decides; the next is then a repeat of it, or held for the same reason.
    """
    reference = load_reference()
    waiting = _without_verdict(connection, sorted(receipts, key=lambda each: (each.received_at, each.receipt_id)))
    if waiting:
        # Before anything is read: nothing is begun that a full disk would break off. Answers are still written.
        require_room(settings, sum(receipt.byte_size for receipt in waiting))
    remove_stale_spools()
    forgotten = forgotten_among(connection, waiting)
    readable = [receipt for receipt in waiting if receipt.sha256 not in forgotten]
    repeats = find_repeats(connection, source, readable)
    repeats = before_any_other(readable, repeats)
    fresh, later = until_bytes_return(readable[len(repeats) :])
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
        known = find_repeats(connection, source, fresh)
        late_repeats = before_any_other(fresh, known)
        late_repeats += [
            receipt
            for receipt, reading in zip(fresh, readings, strict=True)
            if reading.refusal is not None and receipt in known and receipt not in late_repeats
        ]
        passed = {receipt.receipt_id for receipt in late_repeats}
        held = held_before(connection, fresh)
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
        for wave in in_waves(staged):
            _pass_wave(connection, source, wave, held, reference)
        for receipt in (*repeats, *late_repeats):
            if receipt.receipt_id in still_open:
                _record_repeat(connection, receipt)
        faults.hit("repeat_before_commit")
        connection.commit()
        write_names(connection, settings)
    return later


def _pass_wave(
    connection: Connection,
    source: Source,
    wave: Sequence[StagedFile],
    held: Mapping[int, Row[Any]],
    reference: Reference,
) -> None:
    repeats = find_repeats(connection, source, [file.receipt for file in wave])
    for receipt in repeats:
        _record_repeat(connection, receipt)
    connection.commit()
    wave = [file for file in wave if file.receipt not in repeats]
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
    still_held = [d for d in decisions if is_held_again(held.get(d.file.receipt.receipt_id), d.verdict, d.code)]
    for decision in still_held:
        receipt = decision.file.receipt
        _record_held_again(connection, receipt, held[receipt.receipt_id], decision.told)
    again = {decision.file.submission_id for decision in still_held}
    promote_batch(connection, [d for d in decisions if d.file.submission_id not in again])
    faults.hit("promote_before_commit")
    connection.commit()
    faults.hit("promote_after_commit")


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
    elif held is not None and is_held_again(held, "rejected", refusal.code):
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
    told = tell([Finding("DUPLICATE", found=name_of(earlier))])
    note_findings(connection, [(receipt.receipt_id, told)])
    repeat_blocks(connection, receipt, earlier.submission_id)
    close_receipt(connection, receipt, "duplicate", "DUPLICATE", earlier.submission_id)


def _record_held_again(connection: Connection, receipt: Receipt, held: Row[Any], told: Sequence[Told]) -> None:
    same = tell([Finding("DUPLICATE_HELD", found=name_of(held))])
    note_findings(connection, [(receipt.receipt_id, (*same, *told))])
    close_receipt(connection, receipt, "duplicate", "DUPLICATE_HELD", held.submission_id)


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


def _gate_sandbox(settings: Settings) -> Sandbox:
    # Its children write the answers as well, because the reporter's workbook has to be opened for that.
    settings.outbox.mkdir(parents=True, exist_ok=True)
    return Sandbox(workers=2, writable=[settings.outbox], readable=[settings.landing])


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    engine = open_engine(warehouse_url(settings))
    try:
        with connected_as(engine, "ttdn_loader") as connection:
            yield connection
    finally:
        engine.dispose()
