"""The log of decisions: written through one function of the database, checked here without trusting the database."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from include.errors import PlatformError

if TYPE_CHECKING:
    from sqlalchemy import Connection

Action = Literal[
    "approval",
    "approval_withdrawn",
    "restatement",
    "refusal",
    "export",
    "delivery",
    "grant",
    "revocation",
    "waiver",
    "correction",
    "explanation",
    "backup",
    "restore",
]

NO_HASH = "0" * 64
"""What the first entry follows."""

_FIELDS = ("previous_hash", "event_number", "occurred_at", "actor", "action", "subject", "decided_by", "details")


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry, by its number, that is not what was written, or is not there."""

    event: int
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the whole chain found. `anchors` is how many heads noted outside the database were compared."""

    events: int
    head_hash: str
    anchors: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Nothing that can be seen was changed."""
        return not self.problems


def record_event(
    connection: Connection,
    action: str,
    subject: str,
    details: Mapping[str, str | int] | None = None,
    *,
    decided_by: str | None = None,
) -> int:
    """Write one entry in the caller's transaction and return its number; other writers wait until that ends.

    `subject` and `details` are codes, counts and hashes: no figure, no text of a file, nothing about a person beyond
    the account in `decided_by`.
    """
    from sqlalchemy import text

    return int(
        connection.execute(
            text("select audit.record_event(:action, :subject, cast(:details as jsonb), :decided_by)"),
            {
                "action": action,
                "subject": subject,
                "details": json.dumps(dict(details or {}), ensure_ascii=False),
                "decided_by": decided_by,
            },
        ).scalar_one()
    )


def record_export(
    connection: Connection,
    path: Path,
    name: str,
    *,
    role: str = "ttdn_extractor",
    details: Mapping[str, str | int] | None = None,
) -> None:
    """Write down that the file `path`, to be known as `name`, leaves the platform; committed at once, on its own.

    Called before the file appears under its name: a file nobody wrote down must not exist, the reverse only wonders.
    `details` stand beside its hash and size.
    """
    from include.warehouse.roles import connected_as

    content = path.read_bytes()
    known = {"sha256": hashlib.sha256(content).hexdigest(), "byte_size": len(content), **(details or {})}
    with connected_as(connection.engine, role) as writing:
        record_event(writing, "export", name, known)
        writing.commit()


def verify_audit(connection: Connection, anchors: Iterable[tuple[int, str]] = ()) -> Verification:
    """Walk the chain from its first entry; `anchors` are heads noted elsewhere, number and hash.

    Sees a changed, added, removed or moved entry, and a tail cut off behind the row audit.head or a noted head. Does
    not see a log rewritten whole, by someone who also rewrote every noted head.
    """
    from sqlalchemy import text

    # One statement, so that a writer in between does not look like a forger.
    rows = connection.execute(
        text(
            "select head.event_count as head_count, head.event_hash as head_hash, event.event_number,"
            " to_char(event.occurred_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') as occurred_at,"
            " event.actor, event.action, event.subject, event.decided_by, event.details::text as details,"
            " event.previous_hash, event.event_hash"
            " from (select 1) as once left join audit.head on true left join audit.event on true"
            " order by event.event_number"
        ).execution_options(yield_per=1000)
    )
    problems: list[Problem] = []
    hashes = {0: NO_HASH}
    last = 0
    head: tuple[int | None, str | None] = (None, None)
    for row in rows.mappings():
        head = (row["head_count"], row["head_hash"])
        number = row["event_number"]
        if number is None:
            break
        if number != last + 1:
            problems.append(Problem(last + 1, f"missing; entry {number} follows entry {last}"))
        if row["previous_hash"] != hashes[last]:
            problems.append(Problem(number, "does not follow the entry before it"))
        if hash_event(dict(row)) != row["event_hash"]:
            problems.append(Problem(number, "was changed after it was written"))
        hashes[number] = row["event_hash"]
        last = number
    if head != (last, hashes[last]):
        ends_at = "nowhere" if head[0] is None else f"at entry {head[0]}"
        problems.append(Problem(last, f"is the last one, while audit.head ends {ends_at} or with another hash"))
    noted = list(anchors)
    problems += [
        Problem(number, "is not what was noted outside the database")
        for number, event_hash in noted
        if hashes.get(number) != event_hash
    ]
    return Verification(len(hashes) - 1, hashes[last], len(noted), tuple(problems))


def hash_event(event: Mapping[str, Any]) -> str:
    """The hash an entry must have: SHA-256 over its fields in order, each with its length in bytes in front."""
    canonical = "".join(_netstring(event[field]) for field in _FIELDS)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_anchors(file: Path) -> dict[int, str]:
    """The heads noted so far, number -> hash; empty when none was.

    Raises PlatformError for a file that is not the platform's own: a broken witness is no witness.
    """
    if not file.exists():
        return {}
    anchors: dict[int, str] = {}
    for number, line in enumerate(file.read_text(encoding="ascii", errors="replace").splitlines(), start=1):
        match line.split(","):
            case [event, event_hash, _] if event.isdigit() and len(event_hash) == len(NO_HASH):
                if anchors.setdefault(int(event), event_hash) != event_hash:
                    raise _broken(file, number, f"a second hash for entry {event}")
            case _:
                raise _broken(file, number, "a line of another form")
    return anchors


def note_anchor(file: Path, verification: Verification) -> None:
    """Add the head of a sound chain to the file unless it is noted already."""
    if not verification.ok or verification.events in read_anchors(file):
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    line = f"{verification.events},{verification.head_hash},{datetime.now(UTC).isoformat(timespec='seconds')}\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(line)


def _netstring(field: object) -> str:
    if field is None:
        return "-,"
    text = str(field)
    return f"{len(text.encode())}:{text},"


def _broken(file: Path, line: int, found: str) -> PlatformError:
    return PlatformError(
        where=f"{file}, line {line}",
        found=found,
        expected="event number, hash and moment, as `ttdn verify-audit` writes them",
        remedy="Compare with a copy of the file; if there is none, move it aside and note why.",
    )
