"""Which files go through the gate together, and which have to wait for one another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile

from include.pipeline.land import Receipt
from include.pipeline.stage import StagedFile


def before_any_other(receipts: Sequence[Receipt], repeats: Sequence[Receipt]) -> list[Receipt]:
    """The repeats nothing new arrived before: behind another file, the same bytes may take its revision back."""
    return list(takewhile(set(repeats).__contains__, receipts))


def until_bytes_return(receipts: Sequence[Receipt]) -> tuple[list[Receipt], list[Receipt]]:
    """The arrivals before bytes come a second time, and the others: what comes between may have replaced them."""
    seen: set[str] = set()
    for number, receipt in enumerate(receipts):
        if receipt.sha256 in seen:
            return list(receipts[:number]), list(receipts[number:])
        seen.add(receipt.sha256)
    return list(receipts), []


def in_waves(files: Sequence[StagedFile]) -> Iterator[list[StagedFile]]:
    """Files that may be checked at once: of a unit, or of a publisher's window, one at a time in order of receipt.

    A revision is compared with the one before it, an annual report with the six-month report of the same drop; of
    monitoring files those whose days may overlap wait for one another.
    """
    turn: Counter[str] = Counter()
    waves: dict[int, list[StagedFile]] = defaultdict(list)
    for file in sorted(files, key=lambda each: (each.receipt.received_at, each.receipt.receipt_id)):
        if file.reading.monitoring:
            before = [number for number, wave in waves.items() if any(share_days(file, each) for each in wave)]
            waves[max(before, default=-1) + 1].append(file)
            continue
        heading = file.reading.heading
        unit = heading.reporting_unit_code if heading else file.reading.reporting_unit_code or file.subject_key or ""
        waves[turn[unit]].append(file)
        turn[unit] += 1
    yield from (waves[number] for number in sorted(waves))


def share_days(one: StagedFile, other: StagedFile) -> bool:
    """Whether both are monitoring files that may tell of the same day; one without days may tell of any."""
    first, second = one.reading.monitoring, other.reading.monitoring
    if first is None or second is None:
        return False
    days = (first.first_day, first.last_day, second.first_day, second.last_day)
    if None in days:
        return True
    return first.first_day <= second.last_day and second.first_day <= first.last_day  # type: ignore[operator]
