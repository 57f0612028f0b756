"""What the warehouse says about the arrivals of one main job, whichever run of the scheduler took them in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a main job began: the newest arrival then, and those an interrupted run had left unfinished.

    Numbers, not moments: the warehouse may be on a machine with another clock.
    """

    last_receipt_id: int
    open_receipt_ids: tuple[int, ...] = ()

    @property
    def is_first(self) -> bool:
        """True when nothing had ever arrived."""
        return self.last_receipt_id == 0

    @property
    def bound(self) -> dict[str, Any]:
        """The parameters of a query about this job's arrivals."""
        return {"last_receipt_id": self.last_receipt_id, "open_receipt_ids": list(self.open_receipt_ids)}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many files this job has landed, and how many of them have their verdict and their answer."""

    landed: int
    decided: int
    answered: int


def note_beginning(connection: Connection) -> Beginning:
    """Return where the warehouse stands now."""
    from sqlalchemy import text

    from include.pipeline.land import open_receipts
    from include.sources import list_sources

    last = connection.execute(text("select coalesce(max(receipt_id), 0) from landing.receipt")).scalar_one()
    left = [receipt_id for source in list_sources() for receipt_id in open_receipts(connection, source)]
    return Beginning(last, tuple(left))


def count_verdicts(connection: Connection, beginning: Beginning) -> dict[str, int]:
    """Return how many arrivals since the beginning ended in each verdict; empty when nothing arrived."""
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select verdict, count(*) as files from landing.receipt where verdict is not null"
            " and (receipt_id > :last_receipt_id or receipt_id = any(:open_receipt_ids)) group by verdict"
        ),
        beginning.bound,
    )
    return {row.verdict: row.files for row in rows}


def read_progress(connection: Connection, beginning: Beginning, source_id: str) -> Progress:
    """Return how far the arrivals of a source have come."""
    from sqlalchemy import text

    row = connection.execute(
        text(
            "select count(*) as landed, count(verdict) as decided, count(answer_name) as answered"
            " from landing.receipt where source_id = :source_id"
            " and (receipt_id > :last_receipt_id or receipt_id = any(:open_receipt_ids))"
        ),
        beginning.bound | {"source_id": source_id},
    ).one()
    return Progress(row.landed, row.decided, row.answered)


def is_anything_waiting(connection: Connection, inbox: Path, source_id: str) -> bool:
    """Tell whether the source's part of the inbox holds a file never taken in, or an arrival of it is not finished."""
    from include.pipeline.land import fingerprints_of, known_fingerprints, list_inbox, open_receipts
    from include.sources import load_source

    source = load_source(source_id)
    fingerprints = set(fingerprints_of(inbox, list_inbox(inbox, source)).values())
    if fingerprints - known_fingerprints(connection, sorted(fingerprints)):
        return True
    return bool(open_receipts(connection, source))
