"""Points at which a test may have the process killed: between two steps that cannot be one."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Final

VARIABLE: Final = "TTDN_FAULT"

POINTS: Final = (
    "deliver_before_claim",
    "deliver_after_claim",
    "deliver_within_data",
    "deliver_after_data",
    "deliver_after_answer",
    "deliver_after_commit",
)
"""Every point there is, in the order a process passes them; each is hit in one place of the code."""

_hits: Counter[str] = Counter()


def hit(point: str) -> None:
    """Pass the point, or be killed there as by `kill -9`: when TTDN_FAULT names it, at the n-th time for `point:n`.

    Raises ValueError for a point or a TTDN_FAULT that is none: a fault that never strikes would prove nothing.
    """
    stated = os.environ.get(VARIABLE)
    if not stated:
        return
    name, _, number = stated.partition(":")
    if point not in POINTS or name not in POINTS or not (number or "1").isdigit():
        raise ValueError(f"{VARIABLE}={stated} at {point}: not among {', '.join(POINTS)}")
    if name == point:
        _hits[point] += 1
        if _hits[point] == int(number or 1):
            os.kill(os.getpid(), signal.SIGKILL)
