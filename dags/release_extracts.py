"""Write the leadership's extract, whenever checked indicators changed."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import dag, task

from dags.assets import INDICATORS
from dags.retries import tried_again


@dag(
    schedule=[INDICATORS],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(),
    tags=["extract"],
)
def release_extracts():
    """One extract for each period with reports; none when the ledger does not balance."""

    @task
    def write_extracts() -> list[str]:
        from include.pipeline.extract import build_extracts

        return [path.name for path in build_extracts()]

    write_extracts()


release_extracts()
