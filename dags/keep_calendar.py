"""Do what the release calendar wants: write to bodies that owe a report, start the releases that are due."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task
from reporting_calendar import ReportingCalendarTimetable

from dags.retries import tried_again
from include.calendar.due import list_jobs


@dag(
    # Also every morning: a period added to the calendar since the last parsing, or what failed yesterday, waits a day.
    schedule=ReportingCalendarTimetable(
        [(job.planned_at, job.code.replace(" ", "-").replace("/", "_")) for job in list_jobs()], daily_at="08:10"
    ),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(),
    tags=["calendar"],
)
def keep_calendar():
    """Each moment of the calendar is served once, also after an outage: late, and marked so."""

    @task
    def send_notices() -> dict[str, int]:
        from include.pipeline.schedule import run_notices

        return {served.job.code: served.message_count for served in run_notices()}

    @task
    def list_due() -> list[dict[str, object]]:
        from include.pipeline.schedule import list_due_releases

        return [{"trigger_run_id": due.pop("run_id"), "conf": due} for due in list_due_releases()]

    send_notices()
    # A run of that name that is there already is the one that was meant.
    TriggerDagRunOperator.partial(
        task_id="start_release", trigger_dag_id="release_edition", skip_when_already_exists=True, logical_date=None
    ).expand_kwargs(list_due())


keep_calendar()
