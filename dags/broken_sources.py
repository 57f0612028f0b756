"""A source whose contract cannot be used breaks its own DAG alone: the DAG is there, and says what is wrong."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.retries import tried_again
from include.sources import BrokenSource, broken_sources


def build_broken_dag(broken: BrokenSource):
    """Return the DAG that stands in for the source: every morning its run fails with the reason."""

    @dag(
        dag_id=f"ingest_{broken.source_id}",
        schedule=CronTriggerTimetable("0 6 * * *", timezone="Asia/Ho_Chi_Minh", run_immediately=timedelta()),
        catchup=False,
        max_active_runs=1,
        default_args=tried_again(),
        tags=["source", "broken contract"],
        doc_md=f"**The contract of {broken.source_id} cannot be used.** {broken.error}",
    )
    def ingest_source():
        @task
        def read_contract() -> None:
            raise broken.error

        read_contract()

    return ingest_source()


for _broken in broken_sources():
    build_broken_dag(_broken)
