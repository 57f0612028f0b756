"""Send what waits in the outbox, every five minutes where a mail server is set."""

from __future__ import annotations

from airflow.sdk import dag, task

from dags.retries import tried_again
from include.pipeline.schedule import mail_schedule


@dag(
    schedule=mail_schedule(),
    catchup=False,
    max_active_runs=1,
    default_args=tried_again(),
    tags=["release"],
)
def deliver_mail():
    """One run at a time, over one connection; what failed for a time waits for its next try."""

    @task
    def deliver() -> dict[str, int] | None:
        from include.pipeline.schedule import deliver_mail as deliver_now

        return deliver_now()

    deliver()


deliver_mail()
