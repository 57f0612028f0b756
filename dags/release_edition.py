"""Take a release from its figures to its readers: freeze, have two people review and approve it, render, send."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import Param, dag, task

from dags.questions import ask_person
from dags.retries import tried_again
from include.pipeline.schedule import APPROVED, NOT_BEFORE, REASON, REVIEWED
from include.service.credentials import APPROVER_USER, REVIEWER_USER


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    # Several at once: while people think about one release the next one falls due.
    max_active_runs=20,
    default_args=tried_again(),
    params={
        "release_code": Param(type="string", pattern="^[0-9A-Z-]{4,20}$", title="Bản phát hành, ví dụ 2026-06T"),
        "planned_at": Param(None, type=["null", "string"], title="Mốc theo lịch; để trống là mốc của lịch phát hành"),
    },
    tags=["release"],
)
def release_edition():
    """One edition of one release. Whoever rejects it gives a reason, and the run ends there."""

    @task.short_circuit
    def freeze(params: dict | None = None) -> int | None:
        from include.pipeline.schedule import freeze_planned

        return freeze_planned(params["release_code"], params["planned_at"])

    @task
    def render(edition_id: int, as_draft: bool) -> str:
        from include.pipeline.schedule import describe_edition, render_edition

        return describe_edition(edition_id, render_edition(edition_id, as_draft=as_draft))

    @task.short_circuit
    def note(step: str, edition_id: int, answer: dict) -> bool:
        from include.pipeline.schedule import keep_answer

        return keep_answer(step, edition_id, answer)

    @task
    def deliver() -> dict[str, int] | None:
        from include.pipeline.schedule import deliver_mail

        return deliver_mail()

    edition = freeze()
    draft = render.override(task_id="draft")(edition, as_draft=True)
    title = "bản phát hành {{ params.release_code }}"
    review = ask_person("ask_review", f"Soát {title}", REVIEWED, REVIEWER_USER, "draft")
    asked = (REASON, NOT_BEFORE)
    approval = ask_person("ask_approval", f"Duyệt {title}", APPROVED, APPROVER_USER, "draft", asked)
    noted = note.override(task_id="note_approval")("approved", edition, approval.output)
    draft >> review
    note.override(task_id="note_review")("reviewed", edition, review.output) >> approval
    noted >> render(edition, as_draft=False) >> deliver()


release_edition()
