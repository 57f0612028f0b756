"""The benchmark table: `make bench`. Figures to reach are printed beside the measured ones; nothing fails on time.

Everything happens in a home of its own, with a durable embedded server as in real use, and is removed afterwards.
Lines can be run alone: `python -m tests.bench monitoring`, or any of workbooks, monitoring, airflow.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection

from include.warehouse.connect import WAREHOUSE_DATABASE, engine
from include.warehouse.embedded import EmbeddedServer

PROJECT_ROOT = Path(__file__).resolve().parents[1]
TTDN = Path(sys.executable).with_name("ttdn")

WORKBOOKS = 540
LONG_WORKBOOK_ROWS = 5_000
YEARS = 10
MILLION = 1_000_000
DAY_ROWS = 10_000
PARTS = ("workbooks", "monitoring", "airflow")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a measurement happens: a folder of its own, the environment of its commands, its durable server."""

    path: Path
    environment: Mapping[str, str]
    server: EmbeddedServer


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table."""

    what: str
    seconds: float
    wanted_seconds: float
    peak_bytes: int
    note: str


def main(chosen: Sequence[str] = ()) -> int:
    """Run the chosen measurements, all of them when none is chosen, and print the table."""
    wanted = set(chosen) or set(PARTS)
    if not wanted <= set(PARTS):
        raise SystemExit(f"choose among {', '.join(PARTS)}")
    lines: list[Measured] = []
    if "workbooks" in wanted:
        lines += _in_a_home(measure_workbooks, measure_long_workbook, measure_indicators)
    if "monitoring" in wanted:
        lines += _in_a_home(measure_monitoring)
    if "airflow" in wanted:
        lines.append(measure_airflow_share())
    print(f"\n{'measured':52} {'seconds':>8} {'wanted':>8} {'peak MB':>8}  note")
    for line in lines:
        print(
            f"{line.what:52} {line.seconds:8.1f} {line.wanted_seconds:8.1f} {line.peak_bytes / 1e6:8.0f}  {line.note}"
        )
    return 0


def _in_a_home(*measurements: Callable[[Home], list[Measured]]) -> list[Measured]:
    home = Path(tempfile.mkdtemp(prefix="ttdn-bench-"))
    home.chmod(0o711)  # the database server's account passes through when root runs this
    environment = {**os.environ, "TTDN_HOME": str(home), "TTDN_ENV_FILE": os.devnull}
    environment.pop("TTDN_DATABASE_URL", None)
    environment.pop("TTDN_INBOX", None)
    server = EmbeddedServer(home)
    try:
        _run([TTDN, "migrate"], environment)
        return [line for measure in measurements for line in measure(Home(home, environment, server))]
    finally:
        server.remove()
        shutil.rmtree(home, ignore_errors=True)


def measure_workbooks(at: Home) -> list[Measured]:
    """Sample reports of both periods, made with as many seeds as it takes, through `ttdn ingest`, answers included."""
    from include.sources.agency_reports.sample import write_sample

    files: list[Path] = []
    seed = 1
    while len(files) < WORKBOOKS:
        folder = at.path / "sample" / str(seed)
        files += [folder / file.file for file in write_sample(folder, seed=seed).files]
        seed += 1
    answer, seconds, peak = _run(
        [TTDN, "ingest", "--json", "--as-of", "2026-11-20T09:00+07:00", *files[:WORKBOOKS]], at.environment
    )
    verdicts = Counter(file["verdict"] for file in json.loads(answer)["files"])
    note = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common())
    return [Measured(f"{WORKBOOKS} workbooks, ttdn ingest", seconds, 90, peak, note)]


def measure_long_workbook(at: Home) -> list[Measured]:
    """One workbook whose detail sheet has 5,000 lines, nearly all of them wrong: the answer marks every one."""
    from include.calendar.periods import load_periods
    from include.reference import load_reference
    from include.sources.agency_reports.template import DetailEntry, FormEntries, reporters, write_template

    reference = load_reference()
    period = load_periods()["2026-06T"]
    unit, measure, axis = next(
        (unit, measure, axis.code)
        for unit in reporters(period, reference)
        for measure in reference.templates[unit.template_code or ""].measures
        for axis in reference.measures[measure].axes
        if not axis.in_form
    )
    detail = [DetailEntry(measure, axis, f"Nước {number}", number) for number in range(LONG_WORKBOOK_ROWS)]
    path = at.path / "long.xlsx"
    write_template(
        unit, period, reference, path, FormEntries(heading={"cut_off_date": date(2026, 5, 31)}, detail=detail)
    )
    answer, seconds, peak = _run([TTDN, "ingest", "--json", "--as-of", "2026-06-10T09:00+07:00", path], at.environment)
    (file,) = json.loads(answer)["files"]
    note = f"{file['verdict']}, {file['counts']['received']} rows, {len(file['messages'])} messages"
    return [Measured(f"a workbook of {LONG_WORKBOOK_ROWS} rows, ttdn ingest", seconds, 10, peak, note)]


def measure_indicators(at: Home) -> list[Measured]:
    """All marts rebuilt and checked over ten years of what the first measurement loaded."""
    from include.pipeline.build import rebuild_and_check

    with engine(at.server.url(WAREHOUSE_DATABASE)).connect() as connection:
        connection.exec_driver_sql(_MULTIPLY_YEARS, {"years": YEARS})
        connection.commit()
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("vacuum analyze")
    with engine(at.server.url(WAREHOUSE_DATABASE)).begin() as connection:
        started = time.perf_counter()
        values = rebuild_and_check(connection)
        seconds = time.perf_counter() - started
        bodies, years, figures = connection.exec_driver_sql(
            "select count(distinct reporting_unit_code), count(distinct left(period_code, 4)), count(*)"
            " from warehouse.observation"
        ).one()
        traced = _longest_trace(connection)
    note = f"{values} values from {figures} figures of {bodies} bodies in {years} years"
    return [Measured(f"all indicators, {YEARS} years", seconds, 5, 0, note), traced]


def _longest_trace(connection: Connection) -> Measured:
    """The indicator of the last annual period that takes longest to trace, the marts being current."""
    from include.indicators.kpi import kpi
    from include.indicators.trace import trace

    taken = []
    for code in [line["code"] for line in kpi(connection, "2026-NAM")]:
        started = time.perf_counter()
        cells = sum(len(term["cells"]) for term in trace(connection, code, "2026-NAM")["terms"])
        taken.append((time.perf_counter() - started, code, cells))
    seconds, code, cells = max(taken)
    note = f"{code}, {cells} cells; the longest of {len(taken)} indicators"
    return Measured(f"ttdn trace, {YEARS} years", seconds, 0.5, 0, note)


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
        seconds, peak = _ingest_counts(at, path)
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
    seconds, peak = _ingest_counts(at, path)
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


def _ingest_counts(at: Home, path: Path) -> tuple[float, int]:
    answer, seconds, peak = _run(
        [TTDN, "ingest", "--json", "--source", "monitoring_statistics", "--as-of", "2050-01-01T09:00+07:00", path],
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


def measure_airflow_share() -> Measured:
    """The main job in a fresh home less the same work in one plain process in another fresh home.

    Memory is not watched: looking at a dozen processes five times a second would take the time that is measured.
    """
    plain = (sys.executable, "-c", "from tests.bench import work_without_airflow; work_without_airflow()")
    main_job = (sys.executable, "-m", "include.service.main_job")
    seconds = []
    for command, stop in ((plain, None), ((*main_job, "run"), (*main_job, "stop"))):
        home = Path(tempfile.mkdtemp(prefix="ttdn-bench-"))
        home.chmod(0o711)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TTDN_")}
        environment |= {"TTDN_HOME": str(home), "TTDN_ENV_FILE": os.devnull, "TTDN_PAGE_PORT": "18780"}
        try:
            started = time.perf_counter()
            subprocess.run(command, env=environment, cwd=PROJECT_ROOT, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - started)
        finally:
            if stop is not None:
                subprocess.run(stop, env=environment, cwd=PROJECT_ROOT, check=False, stdout=subprocess.DEVNULL)
            EmbeddedServer(home).remove()
            shutil.rmtree(home, ignore_errors=True)
    directly, under_airflow = seconds
    note = f"main job {under_airflow:.1f} s, the same work in one process {directly:.1f} s"
    return Measured("Airflow's share of make run", under_airflow - directly, 40, 0, note)


def work_without_airflow() -> None:
    """All that the main job does in a fresh home, in this process and in order."""
    from include.pipeline.build import build_marts
    from include.pipeline.extract import build_extracts
    from include.pipeline.ingest import ingest_receipts, land_inbox
    from include.pipeline.prepare import prepare_warehouse
    from include.service.sample_inbox import write_sample_inbox
    from include.settings import load_settings
    from include.sources import list_sources
    from include.warehouse.connect import warehouse_url

    settings = load_settings()
    prepare_warehouse(engine(warehouse_url(settings)))
    write_sample_inbox(settings.inbox, "2026-06T")
    time.sleep(2.5)  # the inbox leaves alone what was touched in the last two seconds
    for source in list_sources():
        for receipt_ids in land_inbox(source.source_id):
            ingest_receipts(source.source_id, receipt_ids)
    build_marts()
    build_extracts()


# Every loaded report once more for each earlier year, under periods that end as the real ones do.
_MULTIPLY_YEARS = """
create temporary table earlier_year as
select back from generate_series(1, %(years)s - 1) as back;

insert into reference.reporting_period
select
    (plan_year - back) || substr(period_code, 5), period_kind, name_vi, plan_year - back,
    (window_start - make_interval(years => back))::date, (window_end - make_interval(years => back))::date,
    due_at - make_interval(years => back), rule_vi, legal_basis_vi, only_units
from reference.reporting_period
cross join earlier_year
where period_kind in ('6T', 'NAM')
on conflict do nothing;

insert into landing.file
select encode(sha256((file.sha256 || back)::bytea), 'hex'), byte_size, stored_name || back, first_received_at
from landing.file
cross join earlier_year;

create temporary table copied_submission as
select submission.*, back, nextval(pg_get_serial_sequence('warehouse.submission', 'submission_id')) as copied_id
from warehouse.submission
cross join earlier_year
where verdict = 'loaded';

insert into warehouse.submission overriding system value
select
    copied_id, encode(sha256((sha256 || back)::bytea), 'hex'), source_id, reporting_unit_code,
    (left(period_code, 4)::integer - back) || substr(period_code, 5), template_code, template_version,
    (cut_off_date - make_interval(years => back))::date, value_kind, document_number, document_date,
    received_at - make_interval(years => back), content_hash, verdict, verdict_code, revision_number,
    received_count, promoted_count, quarantined_count, ignored_count, required_cell_count, filled_cell_count,
    blocking_count, warning_count, known_from
from copied_submission;

insert into warehouse.observation (
    submission_id, line_number, measure_code, reporting_unit_code, period_code, axis_code, member_code,
    value_kind, value, value_state, revision_number, sheet_name, cell
)
select
    copied.copied_id, line_number, measure_code, observation.reporting_unit_code,
    (left(observation.period_code, 4)::integer - back) || substr(observation.period_code, 5), axis_code, member_code,
    observation.value_kind, value, value_state, observation.revision_number, sheet_name, cell
from warehouse.observation
inner join copied_submission as copied on copied.submission_id = observation.submission_id;

insert into warehouse.ignored_row
select copied.copied_id, sheet_name, row_number, rule_code, row_count
from warehouse.ignored_row
inner join copied_submission as copied on copied.submission_id = ignored_row.submission_id;

insert into quarantine.observation
select
    copied.copied_id, line_number, measure_code, held.reporting_unit_code,
    (left(held.period_code, 4)::integer - back) || substr(held.period_code, 5), axis_code, member_code,
    held.value_kind, value, value_state, sheet_name, cell, rule_codes, quarantined_at
from quarantine.observation as held
inner join copied_submission as copied on copied.submission_id = held.submission_id;
"""


def _run(command: list[str | Path], environment: Mapping[str, str]) -> tuple[str, float, int]:
    """Run a command; return its output, its seconds and the peak memory of it and its children, the server apart."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    peak = 0
    is_over = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.2):
            peak = max(peak, _memory_of_tree(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    answer, _ = process.communicate()
    seconds = time.perf_counter() - started
    is_over.set()
    watcher.join()
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command[:4]))} ended with {process.returncode}")
    return answer, seconds, peak


def _memory_of_tree(process_id: int) -> int:
    total = 0
    try:
        root = psutil.Process(process_id)
        for process in (root, *root.children(recursive=True)):
            if not process.name().startswith("postgres"):
                total += process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return total
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
