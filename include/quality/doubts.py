"""Readings that are not certain: nothing of such a file is loaded before a person has compared it with the document.

A decision is about the same bytes read the same way. The readers say what is doubtful (READING_DOUBTFUL).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from include.calendar.periods import VIETNAM
from include.model import Finding
from include.vietnamese.dates import format_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

DOUBTFUL: Final = "READING_DOUBTFUL"
WAITING: Final = "CONFIRM_NEEDED"
REJECTED: Final = "READING_REJECTED"

Word = Literal["confirm", "reject"]


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """What a decision is about: bytes, their source, and the figures read from them."""

    sha256: str
    source_id: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class ReadingDecision:
    """What a post said of a doubtful reading, when and why."""

    word: Word
    role: str
    reason: str
    decided_at: datetime


def reading_decisions(connection: Connection, keys: Iterable[ReadingKey]) -> dict[ReadingKey, ReadingDecision]:
    """The latest decision on each of those readings that has one."""
    from sqlalchemy import text

    wanted = set(keys)
    if not wanted:
        return {}
    rows = connection.execute(
        text(
            "select distinct on (sha256, source_id, content_hash) sha256, source_id, content_hash, decision,"
            " decided_by_role, reason_vi, decided_at from warehouse.reading_decision where sha256 = any(:hashes)"
            " order by sha256, source_id, content_hash, decision_id desc"
        ),
        {"hashes": sorted({key.sha256 for key in wanted})},
    )
    return {
        key: ReadingDecision(row.decision, row.decided_by_role, row.reason_vi, row.decided_at)
        for row in rows
        if (key := ReadingKey(row.sha256, row.source_id, row.content_hash)) in wanted
    }


def count_doubts(findings: Sequence[Finding]) -> int:
    """How many points of a reading are doubtful."""
    return sum(finding.code == DOUBTFUL for finding in findings)


def judge_doubts(findings: Sequence[Finding], decision: ReadingDecision | None) -> Finding | None:
    """What to tell of a reading's doubts as a whole; a block unless they were confirmed, None where there are none."""
    count = count_doubts(findings)
    if not count:
        return None
    if decision is None:
        return Finding("CONFIRM_NEEDED", found=str(count))
    if decision.word == "reject":
        return Finding("READING_REJECTED", found=decision.role, expected=decision.reason)
    on = format_date(decision.decided_at.astimezone(VIETNAM).date())
    return Finding("READING_CONFIRMED", found=decision.role, expected=on)
