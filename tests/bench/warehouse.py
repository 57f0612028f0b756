"""The warehouse of ten years: the marts rebuilt, the twenty questions, tracing, and what was known at a moment.

Questions are asked by a login of `ttdn grant-analyst`, all runs of one over one connection after a first that is not
counted. What else runs on the machine shows in the 95th percentile first: beside it stand the median and the best run.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, text

from include.warehouse.connect import WAREHOUSE_DATABASE, engine
from include.warehouse.embedded import EmbeddedServer
from tests.bench.home import TTDN, Home, Measured, run
from tests.bench.monitoring import MILLION, ingest_counts, rebuild_indicators
from tests.bench.ten_years import LAST_YEAR, fill_ten_years
from tests.sql.question_page import questions

YEARS = 10
MONITORING_ROWS = 10 * MILLION
RUNS = 40
PATIENCE_SECONDS = 30
"""What takes longer in all is run less often, five times at least; what takes this long even once, once."""

_LAST_MONITORED_DAY = date(LAST_YEAR, 11, 20)
_NEWEST = f"{LAST_YEAR}-NAM"


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of the runs of one thing."""

    what: str
    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return percentile_95(self.seconds)


def measure_warehouse(at: Home) -> list[Measured]:
    """Ten years of reports and registers, ten million monitoring rows, and what people ask of them."""
    opened = engine(at.server.url(WAREHOUSE_DATABASE))
    try:
        started = time.perf_counter()
        with opened.connect() as connection:
            fill_ten_years(connection, YEARS)
        filled = time.perf_counter() - started
        monitored = _monitor_ten_years(at)
        print(f"filled in {filled:.0f} s, {MONITORING_ROWS:,} monitoring rows through ttdn ingest in {monitored:.0f} s")
        with opened.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("vacuum analyze")
        return [
            *_measure_rebuild(opened),
            *measure_questions(opened, at.path / "secrets"),
            *measure_trace(opened),
            *_measure_as_known(at, opened),
            *_measure_backup(at, opened),
        ]
    finally:
        opened.dispose()


def _monitor_ten_years(at: Home) -> float:
    from include.sources.monitoring_statistics.sample_feed import write_big_feed

    first_day = date(LAST_YEAR - YEARS + 1, 1, 1)
    a_day = -(-MONITORING_ROWS // ((_LAST_MONITORED_DAY - first_day).days + 1))
    path = write_big_feed(at.path / "ten_years.csv", MONITORING_ROWS, first_day=first_day, cells_a_day=a_day)
    # Received when it was over, and not in some far future: what was known at a moment is to hold it.
    seconds, _ = ingest_counts(at, path, received_at=f"{_LAST_MONITORED_DAY + timedelta(days=1)}T09:00+07:00")
    path.unlink()
    return seconds


def _measure_rebuild(opened: Engine) -> list[Measured]:
    seconds = []
    for _ in range(2):
        with opened.begin() as connection:
            seconds.append(rebuild_indicators(connection))
    with opened.connect() as connection:
        figures, reports, values, counted = connection.exec_driver_sql(
            "select (select count(*) from warehouse.observation),"
            " (select count(*) from warehouse.submission where source_id = 'agency_reports' and verdict = 'loaded'),"
            " (select count(*) from mart.indicator_value),"
            " (select sum(row_count) from warehouse.monitoring_day)"
        ).one()
    note = (
        f"best of {len(seconds)} ({', '.join(f'{each:.1f}' for each in seconds)}); {figures:,} figures of {reports:,}"
        f" reports, {counted:,} monitoring rows, {values:,} values"
    )
    return [Measured(f"all marts rebuilt and checked, {YEARS} years", min(seconds), 60, 0, note)]


def _measure_backup(at: Home, opened: Engine) -> list[Measured]:
    """A backup, and the same laid back onto a home that has nothing; both count and hash every row."""
    with opened.connect() as connection:
        database_bytes = connection.exec_driver_sql("select pg_database_size(current_database())").scalar_one()
    answer, backed_up, written_peak = run([*TTDN, "backup", "--json"], at.environment)
    [backup] = json.loads(answer)["backups"]
    other = at.path / "other"
    environment = {**at.environment, "TTDN_HOME": str(other)}
    try:
        answer, laid_back, restored_peak = run([*TTDN, "restore", backup["folder"], "--json"], environment)
    finally:
        EmbeddedServer(other).remove()
    restored = json.loads(answer)
    if restored["differences"]:
        raise SystemExit(f"the restored warehouse differs: {restored['differences'][:5]}")
    note = f"{backup['rows']:,} rows, database {database_bytes / 1e9:.1f} GB, backup {backup['byte_size'] / 1e9:.2f} GB"
    # Ten gigabytes in half an hour, as the share of it that this database is.
    wanted = 1800 * database_bytes / 10e9
    return [
        Measured("ttdn backup of it", backed_up, wanted, written_peak, note),
        Measured("ttdn restore onto an empty home, compared", laid_back, wanted, restored_peak, "no difference"),
    ]


def measure_questions(opened: Engine, secrets_folder: Path, runs: int = RUNS) -> list[Measured]:
    """The twenty questions, asked by an analyst."""
    found: dict[int, int] = {}

    def ask(connection: Connection, number: int, sql: str) -> None:
        found[number] = len(connection.exec_driver_sql(sql.replace("%", "%%")).fetchall())
        connection.rollback()

    with _analyst(opened, secrets_folder) as connection:
        timed = {
            number: _time(f"question {number}", lambda n=number, q=sql: ask(connection, n, q), runs)
            for number, sql in questions().items()
        }
    for number, each in timed.items():
        print(
            f"  {each.what:14} {found[number]:6} rows  best {each.best:6.3f}  median {each.median:6.3f}"
            f"  p95 {each.p95:6.3f}  of {len(each.seconds)} runs"
        )
    slowest = max(timed.values(), key=lambda each: each.p95)
    over = sum(each.p95 > 0.3 for each in timed.values())
    note = f"{slowest.what}, median {slowest.median:.3f}, best {slowest.best:.3f}; {over} of {len(timed)} above"
    return [Measured("slowest of the twenty questions, p95", slowest.p95, 0.3, 0, note)]


def measure_trace(opened: Engine, runs: int = 5) -> list[Measured]:
    """Every indicator of the newest year followed to its cells."""
    from include.indicators.trace import trace

    with opened.connect() as connection:
        codes = connection.execute(
            text("select indicator_code from reference.indicator where 'NAM' = any(period_kinds) order by position")
        ).scalars()
        cells: dict[str, int] = {}

        def follow(code: str) -> None:
            traced = trace(connection, code, _NEWEST)
            cells[code] = sum(len(term["cells"]) for term in traced["terms"])
            connection.rollback()

        timed = [_time(code, lambda code=code: follow(code), runs) for code in list(codes)]
    for each in sorted(timed, key=lambda each: -each.median)[:5]:
        print(f"  trace {each.what:8} {cells[each.what]:6} cells  best {each.best:6.3f}  median {each.median:6.3f}")
    slowest = max(timed, key=lambda each: each.median)
    seconds = percentile_95([second for each in timed for second in each.seconds])
    note = f"{len(timed)} indicators; slowest {slowest.what}, median {slowest.median:.3f}, best {slowest.best:.3f}"
    return [Measured(f"trace of an indicator of {_NEWEST}, p95", seconds, 0.5, 0, note)]


def _measure_as_known(at: Home, opened: Engine) -> list[Measured]:
    with opened.connect() as connection:
        moments = connection.execute(
            text(
                "select max(received_at) filter (where received_at < now()),"
                " percentile_disc(0.5) within group (order by received_at) from warehouse.submission"
            )
        ).one()
        connection.rollback()
        return [
            _compare_as_known(at, connection, moment, which)
            for moment, which in zip(moments, ("the last arrival", "half of the arrivals"), strict=True)
        ]


def _compare_as_known(at: Home, connection: Connection, moment: datetime, which: str) -> Measured:
    """What `ttdn kpi` takes with and without the moment, for the period that was last due then."""
    from include.indicators.kpi import kpi, kpi_as_known

    period = connection.execute(
        text("select period_code from reference.reporting_period where due_at <= :at order by due_at desc limit 1"),
        {"at": moment},
    ).scalar_one()

    def latest() -> None:
        kpi(connection, period)
        connection.rollback()

    def as_known() -> None:
        kpi_as_known(connection, moment, period)
        connection.rollback()

    command = [*TTDN, "kpi", "--period", period, "--json"]
    ordered, moved = (
        _time(name, lambda added=added: run([*command, *added], at.environment), runs=5)
        for name, added in (("latest", []), ("as known", ["--as-known", moment.isoformat()]))
    )
    now, then = _time("latest", latest, runs=10), _time("as known", as_known, runs=10)
    note = (
        f"{moved.median / ordered.median:.1f} times the latest, {ordered.median:.2f} s (wanted 2); the query alone"
        f" {then.median:.3f} and {now.median:.3f} s; {period} as known on {moment:%d/%m/%Y}; medians"
    )
    return Measured(f"ttdn kpi --as-known at {which}", moved.median, 2 * ordered.median, 0, note)


@contextmanager
def _analyst(opened: Engine, secrets_folder: Path) -> Iterator[Connection]:
    """A connection of a login made as `ttdn grant-analyst` makes it; the login is gone afterwards."""
    from include.warehouse.roles import grant_login, revoke_login

    name = "bench"
    login = grant_login(opened, secrets_folder, name, until=datetime.now().date() + timedelta(days=1))
    asking = engine(_url(login.password_file))
    try:
        with asking.connect() as connection:
            yield connection
    finally:
        asking.dispose()
        revoke_login(opened, secrets_folder, name)


def _url(password_file: Path) -> str:
    host, port, database, user, password = password_file.read_text(encoding="ascii").strip().split(":")
    return URL.create("postgresql+psycopg2", user, password, host, int(port), database).render_as_string(
        hide_password=False
    )


def _time(what: str, work: Callable[[], object], runs: int = RUNS) -> Timed:
    """Run once uncounted, then `runs` times or as often as patience allows."""
    started = time.perf_counter()
    work()
    first = time.perf_counter() - started
    seconds: list[float] = [first] if first > PATIENCE_SECONDS / 5 else []
    while (
        len(seconds) < runs
        and first <= PATIENCE_SECONDS / 5
        and (sum(seconds) < PATIENCE_SECONDS or len(seconds) < min(runs, 5))
    ):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return Timed(what, tuple(seconds))


def percentile_95(seconds: Sequence[float]) -> float:
    """The shortest time that 95 in a hundred runs did not exceed."""
    ordered = sorted(seconds)
    return ordered[-(-95 * len(ordered) // 100) - 1]
