"""After a month without the platform, three months of files are taken in by one run, in the order of receipt."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from include.pipeline.ingest import ingest_receipts, land_inbox
from include.reference import load_reference
from tests.sources.reports import write_report

ROUNDS = ("2026-06-12T09:00:00", "2026-07-15T09:00:00", "2026-08-20T09:00:00")


def communes(count: int) -> list[str]:
    """Codes of bodies that fill in the same form."""
    reference = load_reference()
    form = reference.units["28249"].template_code
    return [unit.code for unit in reference.units.values() if unit.template_code == form][:count]


def run_once() -> list[dict[str, int]]:
    """One run of the DAG: land, then batch after batch."""
    return [ingest_receipts("agency_reports", batch) for batch in land_inbox("agency_reports")]


def drop(inbox: Path, units: list[str], *, with_times: bool) -> None:
    """A report of each body and two corrections of it, under names that sort the other way round."""
    lines = ["file,received_at"]
    for unit in units:
        for number, moment in enumerate(ROUNDS):
            name = f"{9 - number}_{unit}.xlsx"
            write_report(inbox / name, unit, actual={"MED01": 10 + number})
            lines.append(f"{name},{moment}")
    if with_times:
        (inbox / "_manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def revisions(warehouse: Connection) -> dict[str, list[tuple[int, int]]]:
    """Body -> (month of receipt, MED01) by revision."""
    warehouse.rollback()
    found: dict[str, list[tuple[int, int]]] = {}
    for row in warehouse.execute(
        text(
            "select s.reporting_unit_code, extract(month from s.received_at)::integer, o.value::integer"
            " from warehouse.submission as s inner join warehouse.observation as o using (submission_id)"
            " where s.verdict = 'loaded' and o.measure_code = 'MED01' and o.axis_code = 'total'"
            " order by s.reporting_unit_code, s.revision_number"
        )
    ):
        found.setdefault(row[0], []).append((row[1], row[2]))
    return found


def test_three_months_of_files_are_loaded_by_one_run_in_the_order_they_were_received(
    inbox: Path, warehouse: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    units = communes(7)
    drop(inbox, units, with_times=True)
    (inbox / "hong.xlsx").write_bytes(b"no workbook")
    (inbox / "lien ket.xlsx").symlink_to("/etc/passwd")

    with caplog.at_level(logging.WARNING):
        outcomes = run_once()

    assert sum(sum(each.values()) for each in outcomes) == 22
    assert sum(each.get("loaded", 0) for each in outcomes) == 21
    assert revisions(warehouse) == {unit: [(6, 10), (7, 11), (8, 12)] for unit in units}
    # On time is judged by the day it came, not by the day it was taken in.
    late = warehouse.execute(
        text("select count(*) from landing.receipt where received_at < '2026-06-15+07' and verdict = 'loaded'")
    ).scalar_one()
    assert late == 7
    # Nothing is left for a second run.
    assert run_once() == []
    assert f"a file in {inbox}: LINK" in caplog.text


def test_without_their_times_the_names_decide_which_is_the_reason_for_a_manifest(
    inbox: Path, warehouse: Connection
) -> None:
    [unit] = communes(1)
    drop(inbox, [unit], with_times=False)

    run_once()

    assert [value for _, value in revisions(warehouse)[unit]] == [12, 11, 10]
