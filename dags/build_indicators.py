"""Rebuild and check what people read, whenever observations changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import INDICATORS, OBSERVATIONS


@dag(
    schedule=[OBSERVATIONS],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
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
