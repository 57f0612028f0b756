"""Rebuild and check what people read, whenever figures of any shape changed."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import dag, task

from dags.assets import ANY_FIGURES, INDICATORS
from dags.retries import tried_again


@dag(
    schedule=ANY_FIGURES,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(),
    tags=["mart"],
)
def build_indicators():
    """Marts are dropped, rebuilt and checked in one transaction; extracts wait for it."""

    @task(outlets=[INDICATORS])
    def rebuild_and_check() -> int:
        from include.pipeline.build import build_marts

        return build_marts()

    rebuild_and_check()


build_indicators()
