"""Runs the parts asked for and prints the table."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.bench.airflow_share import measure_airflow_share
from tests.bench.delivery import measure_delivery
from tests.bench.home import Measured, in_a_home
from tests.bench.monitoring import measure_monitoring
from tests.bench.recognition import main as print_recognition
from tests.bench.releases import measure_releases
from tests.bench.sandbox import measure_sandbox
from tests.bench.warehouse import measure_warehouse
from tests.bench.workbooks import measure_indicators, measure_long_workbook, measure_workbooks

PARTS = ("sandbox", "workbooks", "monitoring", "warehouse", "releases", "delivery", "recognition", "airflow")


def main(chosen: Sequence[str] = ()) -> int:
    """Run the chosen measurements, all of them when none is chosen, and print the table."""
    wanted = set(chosen) or set(PARTS)
    if not wanted <= set(PARTS):
        raise SystemExit(f"choose among {', '.join(PARTS)}")
    lines: list[Measured] = []
    if "sandbox" in wanted:
        lines += in_a_home(measure_sandbox)
    if "workbooks" in wanted:
        lines += in_a_home(measure_workbooks, measure_long_workbook, measure_indicators)
    if "monitoring" in wanted:
        lines += in_a_home(measure_monitoring)
    if "warehouse" in wanted:
        lines += in_a_home(measure_warehouse)
    if "releases" in wanted:
        lines += in_a_home(measure_releases)
    if "delivery" in wanted:
        lines += in_a_home(measure_delivery)
    if "airflow" in wanted:
        lines.append(measure_airflow_share())
    if "recognition" in wanted:
        # Counts, not seconds: a table of its own.
        print_recognition()
    print(f"\n{'measured':52} {'seconds':>8} {'wanted':>8} {'peak MB':>8}  note")
    for line in lines:
        decimals = 2 if line.wanted_seconds >= 0.1 else 4
        seconds = f"{line.seconds:8.{decimals}f} {line.wanted_seconds:8.{decimals}f}"
        print(f"{line.what:52} {seconds} {line.peak_bytes / 1e6:8.0f}  {line.note}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
