"""Monitoring counts by the million."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from include.warehouse.connect import WAREHOUSE_DATABASE, engine
from include.warehouse.embedded import EmbeddedServer
from tests.bench.home import TTDN, Home, Measured, run

MILLION = 1_000_000
DAY_ROWS = 10_000


def measure_monitoring(at: Home) -> list[Measured]:
    """A million rows beside raw COPY of the same file, then ten million, then a day's file with those already in."""
    from include.sources.monitoring_statistics.sample_feed import write_big_feed

    # The day measured last lies between the two, in this plan's year.
    volumes = {
        MILLION: write_big_feed(at.path / "1m.csv", MILLION, first_day=date(2026, 1, 1)),
        10 * MILLION: write_big_feed(at.path / "10m.csv", 10 * MILLION, first_day=date(2026, 9, 1)),
    }
    lines, a_million = [], {}
    for row_count, path in volumes.items():
        raw = _raw_copy(at.server, path)
        seconds, peak = ingest_counts(at, path)
        a_million[row_count] = seconds * MILLION / row_count
        note = f"raw COPY {raw:.2f} s, ratio {seconds / raw:.1f} (wanted 8, aim 4), peak wanted 500 MB"
        if row_count > MILLION:
            growth = 100 * (a_million[row_count] / a_million[MILLION] - 1)
            note += f"; {a_million[row_count]:.1f} s a million, {growth:+.0f} % (wanted +20 %)"
        lines.append(Measured(f"{row_count:,} monitoring rows, ttdn ingest", seconds, 8 * raw, peak, note))
        path.unlink()
    with engine(at.server.url(WAREHOUSE_DATABASE)).connect() as connection:
        rebuild_indicators(connection)
    # A correction of the days it covers, and a first revision beside it: both kinds of day a daily file brings.
    path = write_big_feed(at.path / "day.csv", DAY_ROWS, first_day=date(2026, 8, 10), seed=2)
    seconds, peak = ingest_counts(at, path)
    lines.append(Measured(f"{DAY_ROWS:,} rows with 11 million in, ttdn ingest", seconds, 3, peak, ""))
    with engine(at.server.url(WAREHOUSE_DATABASE)).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("select pg_stat_reset()")
    with engine(at.server.url(WAREHOUSE_DATABASE)).connect() as connection:
        seconds = rebuild_indicators(connection)
        read = connection.exec_driver_sql(
            "select coalesce(sum(seq_tup_read + idx_tup_fetch), 0) from pg_stat_xact_all_tables"
            " where relname like 'monitoring_count%%'"
        ).scalar_one()
        connection.commit()
    lines.append(
        Measured("indicators after that day's file", seconds, 3, 0, f"{read} monitoring counts read while rebuilding")
    )
    return lines


def rebuild_indicators(connection: Connection) -> float:
    """Rebuild and check every mart in the caller's transaction; how many seconds it took."""
    from include.pipeline.build import rebuild_and_check

    started = time.perf_counter()
    rebuild_and_check(connection)
    return time.perf_counter() - started


def ingest_counts(at: Home, path: Path, received_at: str = "2050-01-01T09:00+07:00") -> tuple[float, int]:
    """Load a monitoring file by `ttdn ingest`: seconds and peak memory."""
    answer, seconds, peak = run(
        [*TTDN, "ingest", "--json", "--source", "monitoring_statistics", "--as-of", received_at, path],
        at.environment,
    )
    [file] = json.loads(answer)["files"]
    if file["verdict"] != "loaded":
        raise SystemExit(f"{path.name}: {file['verdict']} {file['code']}, nothing was measured")
    return seconds, peak


def _raw_copy(server: EmbeddedServer, path: Path) -> float:
    """Seconds of COPY of the file as it is into a table of its width without any index."""
    url = server.url(WAREHOUSE_DATABASE)
    with engine(url).connect() as connection:
        connection.exec_driver_sql(
            "create table raw_copy (monitored_date date, channel_type text, topic text, tone text, language text,"
            " scope text, item_count integer)"
        )
        connection.commit()
        cursor: Any = connection.connection.cursor()
        with path.open("rb") as stream:
            started = time.perf_counter()
            cursor.copy_expert("copy raw_copy from stdin with (format csv, header)", stream, 1 << 20)
            connection.connection.commit()
            seconds = time.perf_counter() - started
        connection.exec_driver_sql("drop table raw_copy")
        connection.commit()
    return seconds
