"""Great Expectations works without what it imports and our checks never use, loaded beside other work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.quality.staged import Batch

PROJECT_ROOT = Path(__file__).resolve().parents[2]

# What a module was executed for shows in its class: a module put off is of a class of importlib until it is used.
_GATE_IN_A_FRESH_PROCESS = """
import importlib.util, sys
from include.quality.gate import run_gate
from include.quality.library import NEVER_USED, load_library_meanwhile
from include.warehouse.connect import engine

load_library_meanwhile()
load_library_meanwhile()
with engine(sys.argv[1]).connect() as connection:
    print(*(breach.code for breach in run_gate(connection)))
for name in NEVER_USED:
    module = sys.modules[name]
    print(name, object.__getattribute__(module, "__class__") is importlib.util._LazyModule)
print(sys.modules["scipy.stats"].norm.cdf(0))
print("great_expectations" in sys.modules, [finder for finder in sys.meta_path if type(finder).__name__ == "_PutOff"])
"""


def test_the_gate_says_no_without_having_executed_what_it_never_uses(batch: Batch) -> None:
    batch.report().figure("MED02", -1)
    batch.connection.commit()

    asked = subprocess.run(
        [
            sys.executable,
            "-c",
            _GATE_IN_A_FRESH_PROCESS,
            batch.connection.engine.url.render_as_string(hide_password=False),
        ],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    breaches, *put_off, used_after_all, left_behind = asked.stdout.splitlines()
    assert breaches.split() == ["NEGATIVE"]
    assert put_off == ["scipy.stats True", "altair True"]
    # Whoever does use one gets it whole.
    assert used_after_all == "0.5"
    assert left_behind == "True []"
