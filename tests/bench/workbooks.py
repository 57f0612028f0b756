"""Reports and the indicators made of them."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path

from include.warehouse.connect import WAREHOUSE_DATABASE, engine
from tests.bench.home import TTDN, Home, Measured, run

WORKBOOKS = 540
LONG_WORKBOOK_ROWS = 5_000
YEARS = 10


def measure_workbooks(at: Home) -> list[Measured]:
    """Sample reports of both periods, made with as many seeds as it takes, through `ttdn ingest`, answers included."""
    from include.sources.agency_reports.sample import write_sample

    files: list[Path] = []
    seed = 1
    while len(files) < WORKBOOKS:
        folder = at.path / "sample" / str(seed)
        files += [folder / file.file for file in write_sample(folder, seed=seed).files]
        seed += 1
    answer, seconds, peak = run(
        [*TTDN, "ingest", "--json", "--as-of", "2026-11-20T09:00+07:00", *files[:WORKBOOKS]], at.environment
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
    answer, seconds, peak = run([*TTDN, "ingest", "--json", "--as-of", "2026-06-10T09:00+07:00", path], at.environment)
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
    note = f"{values} values from {figures} figures of {bodies} bodies in {years} years"
    return [Measured(f"all indicators, {YEARS} years", seconds, 5, 0, note)]


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
