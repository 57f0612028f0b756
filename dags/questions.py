"""Questions a run waits with until a person has answered them on the page."""

from __future__ import annotations

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from include.pipeline.schedule import NOT_BEFORE, REASON, REJECTED


def ask_person(
    task_id: str, subject: str, option: str, account: str, described_by: str, *, asks_hour: bool = False
) -> HITLOperator:
    """Return the question, for one account to answer: `option`, or no with a reason. It waits as long as it takes.

    The task `described_by` says in Markdown what is asked about. `asks_hour` asks for the hour of an embargo as well.
    """
    fields = {REASON: Param("", type="string", maxLength=1000, title="Lý do (bắt buộc khi từ chối)")}
    if asks_hour:
        title = "Không gửi thư trước giờ này (để trống: gửi ngay)"
        fields[NOT_BEFORE] = Param(None, type=["null", "string"], format="date-time", title=title)
    return HITLOperator(
        task_id=task_id,
        subject=subject,
        body=f"{{{{ ti.xcom_pull(task_ids='{described_by}') }}}}",
        options=[option, REJECTED],
        params=fields,
        assigned_users=[{"id": account, "name": account}],
    )
