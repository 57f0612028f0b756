"""What came before: bytes the warehouse says already, bytes it has held back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from include.calendar.periods import VIETNAM
from include.pipeline.correct import correction_state
from include.pipeline.land import Receipt
from include.pipeline.monitoring import partly_revised
from include.quality.waivers import FileAtHand, newly_waived
from include.sources import Source
from include.sources.corrections import load_corrections


def find_repeats(connection: Connection, source: Source, receipts: Sequence[Receipt]) -> list[Receipt]:
    """Arrivals whose bytes say what the warehouse says already.

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

    return [receipt for receipt in receipts if is_repeat(receipt)]


def accepted_before(connection: Connection, source: Source, receipts: Sequence[Receipt]) -> set[str]:
    """The bytes among them that were ever loaded, or said nothing new, whatever has replaced them since."""
    rows = connection.execute(
        text(
            "select distinct sha256 from warehouse.submission"
            " where sha256 = any(:hashes) and source_id = :source_id and verdict in ('loaded', 'unchanged')"
        ),
        {"hashes": [receipt.sha256 for receipt in receipts], "source_id": source.source_id},
    )
    return set(rows.scalars())


def held_before(connection: Connection, receipts: Sequence[Receipt]) -> dict[int, Row[Any]]:
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


def is_held_again(held: Row[Any] | None, verdict: str, code: str) -> bool:
    """Whether the verdict on bytes held before is the one they had then."""
    return held is not None and (held.verdict, held.verdict_code) == (verdict, code)


def name_of(earlier: Row[Any]) -> str:
    """An earlier arrival as a sender is told of it: its number, and when it came."""
    return f"{earlier.receipt_number} ({earlier.received_at.astimezone(VIETNAM):%d/%m/%Y %H:%M})"
