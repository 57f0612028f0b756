"""A copy of all there is to lose, every night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.retries import tried_again


@dag(
    # After the evening's last files, before the morning's first: the day then loses at most a day.
    schedule=CronTriggerTimetable("30 1 * * *", timezone="Asia/Ho_Chi_Minh"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(timedelta(minutes=10)),
    tags=["care"],
)
def keep_backups():
    """Copy database, landed files, answers, bundles and keys; compare the copy with its own hashes; let old ones go."""

    @task
    def back_up() -> dict[str, int]:
        from include.pipeline.care import keep_backup

        return keep_backup()

    back_up()


keep_backups()
