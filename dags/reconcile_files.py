"""Whether every file that was seen has its one verdict."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.retries import tried_again


@dag(
    # Between the quarters of an hour at which reports are taken in.
    schedule=CronTriggerTimetable("7 * * * *", timezone="Asia/Ho_Chi_Minh", run_immediately=timedelta()),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(timedelta(minutes=1)),
    tags=["care"],
)
def reconcile_files():
    """Hold inbox, receipts and landing folder side by side; red, and a notice once a day, when they do not add up."""

    @task
    def reconcile() -> dict[str, int]:
        from include.pipeline.reconcile import require_reconciled

        return require_reconciled()

    reconcile()


reconcile_files()
