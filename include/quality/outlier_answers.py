"""What bodies answer when asked about an unusual figure: kept beside the question, and nothing is dropped for it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from include.errors import PlatformError

if TYPE_CHECKING:
    from sqlalchemy import Connection

AnswerKind = Literal["confirmed", "will_correct"]


class AnswerRefused(PlatformError):
    """An answer that cannot be kept: to no open question, without a reason, or with data about a person in it."""


def record_outlier_answer(
    connection: Connection,
    finding_id: int,
    reporting_unit_code: str,
    answer_kind: AnswerKind,
    reason_vi: str,
    answered_at: datetime | None = None,
) -> int:
    """Keep a body's answer to a question about one of its figures, in the caller's transaction; returns its number.

    A later answer to the same question counts instead of the earlier one, which stays. Raises AnswerRefused when the
    finding is no such question or another body's, and when the reason is empty, personal or marked secret.
    """
    from sqlalchemy import text

    from include.readers.personal_data import kinds_in_text
    from include.readers.secrecy import is_marked_text

    where = f"answer to finding {finding_id}"
    if personal := kinds_in_text(reason_vi):
        raise AnswerRefused(
            where=where,
            found=", ".join(personal),
            expected="a reason about the figure",
            remedy="Leave out names, numbers and addresses of people; nothing was kept.",
        )
    if not reason_vi.strip() or is_marked_text(reason_vi):
        raise AnswerRefused(
            where=where,
            found="a secrecy mark" if reason_vi.strip() else "no reason",
            expected="a short reason that may be read by everyone",
            remedy="Write why the figure is as it is; secret matters take another way.",
        )
    kept = connection.execute(
        text(
            "insert into warehouse.outlier_answer"
            " (finding_id, reporting_unit_code, answer_kind, reason_vi, answered_at)"
            " select finding.finding_id, submission.reporting_unit_code, :answer_kind, :reason_vi,"
            " coalesce(:answered_at, now())"
            " from warehouse.finding"
            " inner join landing.receipt on finding.receipt_id = receipt.receipt_id"
            " inner join warehouse.submission on receipt.submission_id = submission.submission_id"
            " where finding.finding_id = :finding_id and finding.message_code like 'OUTLIER%'"
            " and submission.reporting_unit_code = :unit"
            " returning outlier_answer_id"
        ),
        {
            "finding_id": finding_id,
            "unit": reporting_unit_code,
            "answer_kind": answer_kind,
            "reason_vi": reason_vi.strip(),
            "answered_at": answered_at,
        },
    ).scalar_one_or_none()
    if kept is None:
        raise AnswerRefused(
            where=where,
            found=f"no question about an unusual figure of {reporting_unit_code}",
            expected="a finding_id of mart.outlier_question of that body",
            remedy="Look the question up in mart.outlier_question.",
        )
    return int(kept)
