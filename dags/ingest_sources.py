"""Take in what reporters sent: one DAG per registered source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import OBSERVATIONS
from include.sources import Source, list_sources


def build_ingest_dag(source: Source):
    """Return the DAG of one source; a new source folder is a new DAG."""

    @dag(
        dag_id=f"ingest_{source.source_id}",
        schedule=source.schedule,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
        tags=["source", source.fills],
        doc_md=f"**{source.title}** ({source.owner}): land, read, check, promote, answer. Runs that find nothing skip.",
    )
    def ingest_source():
        @task
        def land() -> list[list[int]]:
            from include.pipeline.ingest import land_inbox

            return land_inbox(source.source_id)

        @task(max_active_tis_per_dagrun=2)
        def ingest(receipt_ids: list[int]) -> dict[str, int]:
            from include.pipeline.ingest import ingest_receipts

            return ingest_receipts(source.source_id, receipt_ids)

        @task(outlets=[OBSERVATIONS])
        def account() -> dict[str, int]:
            from include.pipeline.ingest import reconcile_receipts

            return reconcile_receipts(source.source_id)

        ingest.expand(receipt_ids=land()) >> account()

    return ingest_source()


for _source in list_sources():
    build_ingest_dag(_source)
