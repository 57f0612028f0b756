"""Points at which a test may have the process killed, held or hindered: between two steps that cannot be one."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Final

VARIABLE: Final = "TTDN_FAULT"

PIPELINE: Final = (
    "land_before_rename",
    "land_after_rename",
    "land_before_receipt",
    "land_after_commit",
    "read_before_files",
    "read_between_files",
    "read_after_files",
    "refuse_before_commit",
    "forget_before_unlink",
    "stage_before_copy",
    "copy_within",
    "stage_before_commit",
    "stage_after_commit",
    "check_before_gate",
    "check_after_gate",
    "promote_before_rows",
    "promote_within_rows",
    "promote_after_partitions",
    "promote_before_totals",
    "promote_before_verdicts",
    "promote_before_commit",
    "promote_after_commit",
    "repeat_before_commit",
    "answer_before_rename",
    "answer_after_rename",
    "answer_after_commit",
    "marts_within_build",
    "marts_before_commit",
    "marts_after_commit",
    "file_before_rename",
    "file_after_rename",
)
"""From a file in the inbox to the extracts. `copy_within` is passed by every COPY, once for each piece it sends."""

RELEASE: Final = (
    "freeze_before_commit",
    "freeze_after_commit",
    "render_after_documents",
    "render_before_place",
    "render_after_place",
)

DELIVERY: Final = (
    "deliver_before_claim",
    "deliver_after_claim",
    "deliver_within_data",
    "deliver_after_data",
    "deliver_after_answer",
    "deliver_after_commit",
)

POINTS: Final = (*PIPELINE, *RELEASE, *DELIVERY)
"""Every point there is, in the order a process passes them; each is hit in one place of the code."""

_STATED = re.compile(r"(?P<point>\w+)(:(?P<number>[1-9]\d*))?(!(?P<effect>error|wait:(?P<sign>/.+)))?")
_PATIENCE_SECONDS = 600.0

_hits: Counter[str] = Counter()


def hit(point: str) -> None:
    """Pass the point, or have happen there what TTDN_FAULT states for it.

    `point` kills the process as by `kill -9`, `point:n` at the n-th time; `point!error` raises OSError;
    `point!wait:/path` writes its number into /path.reached and waits for a file /path, ten minutes at most.
    Raises ValueError for a point or a TTDN_FAULT that is none: a fault that never strikes would prove nothing.
    """
    stated = os.environ.get(VARIABLE)
    if not stated:
        return
    fault = _STATED.fullmatch(stated)
    if point not in POINTS or fault is None or fault["point"] not in POINTS:
        raise ValueError(f"{VARIABLE}={stated} at {point}: not among {', '.join(POINTS)}")
    if fault["point"] != point:
        return
    _hits[point] += 1
    if _hits[point] != int(fault["number"] or 1):
        return
    if fault["effect"] is None:
        os.kill(os.getpid(), signal.SIGKILL)
    if fault["effect"] == "error":
        raise OSError(f"{stated}, as asked for")
    _wait_for(Path(fault["sign"]))


def _wait_for(sign: Path) -> None:
    draft = sign.with_name(f".{sign.name}.reached")
    draft.write_text(str(os.getpid()), encoding="ascii")
    draft.replace(sign.with_name(f"{sign.name}.reached"))
    end = time.monotonic() + _PATIENCE_SECONDS
    while not sign.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"no {sign} after {_PATIENCE_SECONDS:.0f} s")
        time.sleep(0.005)
