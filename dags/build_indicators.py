"""Rebuild and check what people read, whenever observations changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.sdk import dag, task

from dags.assets import INDICATORS, OBSERVATIONS


@dag(
    schedule=[OBSERVATIONS],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=10)},
    tags=["mart"],
)
def build_indicators():
    """Marts are dropped and rebuilt whole, then checked; extracts wait for the check."""

    @task
    def rebuild() -> int:
        from include.pipeline.build import build_marts

        return build_marts()

    @task(outlets=[INDICATORS])
    def check() -> int:
        from include.pipeline.build import check_marts

        return check_marts()

    rebuild() >> check()


build_indicators()
