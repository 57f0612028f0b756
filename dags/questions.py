"""Questions a run waits with until a person has answered them on the page."""

from __future__ import annotations

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from include.pipeline.schedule import FIELDS_VI, REASON, REJECTED


def ask_person(
    task_id: str, subject: str, option: str, account: str, described_by: str, fields: tuple[str, ...] = (REASON,)
) -> HITLOperator:
    """Return the question, for one account to answer: `option`, or no with a reason. It waits as long as it takes.

    The task `described_by` says in Markdown what is asked about; `fields` of FIELDS_VI may be filled.
    """
    return HITLOperator(
        task_id=task_id,
        subject=subject,
        body=f"{{{{ ti.xcom_pull(task_ids='{described_by}') }}}}",
        options=[option, REJECTED],
        # A field that may not be empty locks every answer on the page until somebody writes into it.
        params={each: Param(None, type=["null", "string"], maxLength=1000, title=FIELDS_VI[each]) for each in fields},
        assigned_users=[{"id": account, "name": account}],
    )
