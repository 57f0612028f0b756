"""Daily care, and what is due on the plan's calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task
from reporting_calendar import ReportingCalendarTimetable

from dags.assets import SHAPE_ASSETS
from dags.retries import tried_again
from include.calendar.periods import load_periods
from include.sources import list_sources


@dag(
    # Every morning; also some days before every due moment, and at the moment itself.
    schedule=ReportingCalendarTimetable.from_periods(
        load_periods().values(), days_before=(30, 14, 7, 3, 1), daily_at="06:00"
    ),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(timedelta(minutes=1)),
    tags=["care"],
)
def tend_warehouse():
    """Take up arrivals a broken run left behind; look after the audit log; write down who has not reported yet."""

    # One asset is enough: any of them has the marts rebuilt.
    @task(outlets=[SHAPE_ASSETS["observation"]])
    def reconcile(source_id: str) -> dict[str, int]:
        from include.pipeline.ingest import reconcile_receipts

        return reconcile_receipts(source_id)

    @task
    def list_late() -> dict[str, int]:
        from include.service.late_reports import log_late_reports

        return log_late_reports()

    @task
    def verify_audit() -> int:
        from include.pipeline.verify import require_log_whole

        return require_log_whole()

    verify_audit()
    reconcile.expand(source_id=[source.source_id for source in list_sources()]) >> list_late()


tend_warehouse()
