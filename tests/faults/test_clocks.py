"""Time zones and clocks: a report's period and its being on time do not depend on any machine's idea of the hour."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM, is_on_time, load_periods
from include.indicators.marts import build_marts
from include.indicators.status import status
from include.pipeline import land
from include.pipeline.ingest import take_in
from include.pipeline.reconcile import reconcile
from include.pipeline.results import FileResult
from include.reference import load_reference
from include.settings import PROJECT_ROOT, Settings
from include.warehouse.connect import engine as open_engine
from tests.moved_clock import moved_clock, needs_compiler
from tests.sources.reports import CUT_OFF, write_report

ZONES_OF_MACHINES = ("UTC", "Asia/Ho_Chi_Minh", "America/New_York")
ZONES_OF_SERVERS = ("Etc/UTC", "Asia/Ho_Chi_Minh", "America/New_York", "Pacific/Kiritimati")
DROPS = {
    # Due until the end of 14/06.
    "2026-06-14T23:59:59": "on_time",
    "2026-06-15T00:00:00": "late",
    "2026-06-15T00:00:01": "late",
    # At the end of the month and of the half-year: still the report of that half-year.
    "2026-06-30T23:59:59": "late",
    "2026-07-01T00:00:00": "late",
    "2026-07-01T00:00:01": "late",
}


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    """This process as on a machine with that time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def send(folder: Path, url: str, *paths: Path, at: datetime | None = None) -> list[FileResult]:
    settings = Settings(folder / "home", folder / "home" / "inbox")
    engine = create_engine(url, poolclass=NullPool)
    return take_in(paths, source_id="agency_reports", settings=settings, engine=engine, received_at=at).results


def test_the_second_of_a_drop_decides_the_same_on_every_machine_and_server(
    tmp_path: Path, warehouse_url: str, warehouse: Connection
) -> None:
    units = load_reference().units.values()
    communes = [unit.code for unit in units if unit.template_code == load_reference().units["28249"].template_code]
    sent: dict[str, tuple[str, str]] = {}
    for zone in ZONES_OF_MACHINES:
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        lines = ["file,received_at"]
        for moment in DROPS:
            unit = communes[len(sent)]
            sent[unit] = (zone, moment)
            write_report(folder / f"{unit}.xlsx", unit)
            # Without an offset, as an office writes it: Vietnamese time.
            lines.append(f"{unit}.xlsx,{moment}")
        (folder / "_manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        with machine_in(zone):
            assert {result.verdict for result in send(folder, warehouse_url, folder)} == {"loaded"}

    found = {}
    for server_zone in ZONES_OF_SERVERS:
        warehouse.rollback()
        name = warehouse.engine.url.database
        warehouse.execute(text(f"alter database \"{name}\" set timezone = '{server_zone}'"))
        warehouse.commit()
        builder_zone = ZONES_OF_MACHINES[ZONES_OF_SERVERS.index(server_zone) % 3]
        with machine_in(builder_zone), open_engine(warehouse_url).begin() as connection:
            build_marts(connection)
            states = {body["code"]: body["state"] for body in status(connection, "2026-06T")["bodies"]}
        for unit, (zone, moment) in sent.items():
            found[zone, moment, server_zone] = states[unit]

    assert len(found) == 2 * 36
    assert found == {
        (zone, moment, server_zone): DROPS[moment]
        for zone, moment, server_zone in product(ZONES_OF_MACHINES, DROPS, ZONES_OF_SERVERS)
    }
    # A day typed into a cell is that day everywhere, and the period is the one the report names.
    headings = warehouse.execute(text("select distinct period_code, cut_off_date from warehouse.submission"))
    assert [tuple(row) for row in headings] == [("2026-06T", CUT_OFF["2026-06T"])]


@pytest.mark.parametrize("zone", ZONES_OF_MACHINES)
def test_the_year_of_a_receipt_is_the_vietnamese_one(zone: str, tmp_path: Path, warehouse: Connection) -> None:
    numbers = []
    with machine_in(zone):
        for moment in (datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 0, tzinfo=UTC)):
            receipt = land.note_receipt(
                warehouse,
                sha256="a" * 64,
                byte_size=1,
                original_name="a.xlsx",
                source_id="agency_reports",
                received_at=moment,
                stored=tmp_path,
                sent_path=None,
                inbox_fingerprint=None,
            )
            numbers.append(receipt.receipt_number[:7])

    assert numbers == ["BN-2026", "BN-2027"]


def test_a_moment_without_a_zone_is_judged_by_nobody() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        is_on_time(load_periods()["2026-06T"], datetime(2026, 6, 14, 23, 59, 59))


# --- clocks that jump ---------------------------------------------------------------------------------------


def values(warehouse: Connection) -> list[tuple[int, object]]:
    """(revision, value of MED01) in the order the marts count them, the one that counts last."""
    warehouse.rollback()
    rows = warehouse.execute(
        text(
            "select s.revision_number, o.value from warehouse.submission as s"
            " inner join warehouse.observation as o using (submission_id)"
            " where s.verdict = 'loaded' and o.measure_code = 'MED01' and o.axis_code = 'total'"
            " order by s.received_at, s.revision_number"
        )
    )
    return [(row[0], int(row[1])) for row in rows]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, timedelta]:
    """How far the machine's clock is off, for the test to set."""
    off = {"by": timedelta(0)}
    monkeypatch.setattr(land, "now", lambda: datetime.now(UTC) + off["by"])
    return off


def test_a_correction_sent_after_the_clock_was_set_back_still_replaces_what_it_corrects(
    tmp_path: Path, warehouse_url: str, warehouse: Connection, clock: dict[str, timedelta]
) -> None:
    for number, hours in enumerate((0, 1, -1, 0, -23), start=1):
        clock["by"] = timedelta(hours=hours)
        path = write_report(tmp_path / f"{number}.xlsx", actual={"MED01": 10 + number})
        [result] = send(tmp_path, warehouse_url, path)
        assert (result.verdict, result.revision) == ("loaded", number)

    assert values(warehouse) == [(number, 10 + number) for number in range(1, 6)]


def test_a_clock_set_back_while_files_are_landed_keeps_their_order(
    tmp_path: Path, warehouse: Connection, clock: dict[str, timedelta]
) -> None:
    reading = land.ReceiptClock(warehouse)
    moments = []
    for minutes in (0, 60, -60, 0, 61):
        clock["by"] = timedelta(minutes=minutes)
        moments.append(reading.read())
        warehouse.execute(
            text(
                "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at)"
                " values (gen_random_uuid()::text, 'x', 1, 'x', 'agency_reports', :moment)"
            ),
            {"moment": moments[-1]},
        )

    assert moments == sorted(set(moments))
    assert moments[4] - moments[0] > timedelta(minutes=60)


def test_a_moment_told_with_the_file_is_kept_though_it_be_earlier(
    tmp_path: Path, warehouse_url: str, warehouse: Connection, clock: dict[str, timedelta]
) -> None:
    send(tmp_path, warehouse_url, write_report(tmp_path / "a.xlsx", actual={"MED01": 11}))
    earlier = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
    send(tmp_path, warehouse_url, write_report(tmp_path / "b.xlsx", actual={"MED01": 12}), at=earlier)

    assert values(warehouse) == [(2, 12), (1, 11)]


@needs_compiler
def test_a_whole_process_on_29_february_2028_and_in_2038_loads_once_and_what_it_dated_ahead_is_told(
    tmp_path: Path, warehouse_url: str, warehouse: Connection
) -> None:
    def ingest(path: Path, moment: datetime) -> str:
        environment = {
            **os.environ,
            **moved_clock(tmp_path, int(moment.timestamp() - time.time())),
            "TTDN_HOME": str(tmp_path / "home"),
            "TTDN_DATABASE_URL": warehouse_url,
        }
        command = [sys.executable, "-m", "include.cli", "ingest", str(path), "--json"]
        run = subprocess.run(
            command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, timeout=300
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    leap = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    beyond = datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC)  # one second more than 31 bits hold
    first = write_report(tmp_path / "a.xlsx", actual={"MED01": 11})
    assert '"verdict": "loaded"' in ingest(first, leap)
    assert '"verdict": "duplicate"' in ingest(first, beyond)
    assert '"verdict": "loaded"' in ingest(write_report(tmp_path / "b.xlsx", actual={"MED01": 12}), beyond)

    received = warehouse.execute(
        text("select received_at, receipt_number from landing.receipt order by receipt_id")
    ).all()
    assert [row[0].astimezone(UTC).date().isoformat() for row in received] == ["2028-02-29", "2038-01-19", "2038-01-19"]
    assert [row[1][:7] for row in received] == ["BN-2028", "BN-2038", "BN-2038"]
    assert values(warehouse) == [(1, 11), (2, 12)]
    settings = Settings(tmp_path / "home", tmp_path / "home" / "inbox")
    found: list[Any] = reconcile(settings, create_engine(warehouse_url, poolclass=NullPool)).discrepancies
    assert [each.code for each in found] == ["DATED_AHEAD"] * 3
