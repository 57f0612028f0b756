"""Take in what was sent: one DAG per registered source."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dags.assets import SHAPE_ASSETS
from dags.retries import tried_again
from include.sources import Source, list_sources


def build_ingest_dag(source: Source):
    """Return the DAG of one source; a new source folder is a new DAG."""

    @dag(
        dag_id=f"ingest_{source.source_id}",
        # A new DAG waits for its next turn; with a start date it would run at once, beside `make run`.
        schedule=CronTriggerTimetable(source.schedule, timezone="Asia/Ho_Chi_Minh", run_immediately=timedelta()),
        catchup=False,
        max_active_runs=1,
        default_args=tried_again(),
        tags=["source", source.fills],
        doc_md=f"**{source.title}** ({source.owner}): land, read, check, promote, answer. Runs that find nothing skip.",
    )
    def ingest_source():
        @task
        def land() -> list[list[int]]:
            from include.pipeline.ingest import land_inbox

            return land_inbox(source.source_id)

        # One batch after the other, in order of receipt: a later one may hold the revision of an earlier report.
        @task(max_active_tis_per_dagrun=1)
        def ingest(receipt_ids: list[int]) -> dict[str, int]:
            from include.pipeline.ingest import ingest_receipts

            return ingest_receipts(source.source_id, receipt_ids)

        # Also after a failed batch: what the others promoted must reach the marts, and what is open is taken up again.
        @task(outlets=[SHAPE_ASSETS[source.fills]], trigger_rule="none_skipped")
        def account() -> dict[str, int]:
            from include.pipeline.ingest import reconcile_receipts

            return reconcile_receipts(source.source_id)

        ingest.expand(receipt_ids=land()) >> account()

    return ingest_source()


for _source in list_sources():
    build_ingest_dag(_source)
