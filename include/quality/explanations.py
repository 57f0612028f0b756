"""What bodies say about their figures when asked: one store for missed targets, unusual figures and restatements.

Words are kept for good and nothing is dropped because of them. Later words on the same subject count instead of earlier
ones, which stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from include.errors import PlatformError
from include.readers.kept_words import require_fit

if TYPE_CHECKING:
    from sqlalchemy import Connection

AnswerKind = Literal["confirmed", "will_correct"]

_LIST = "`ttdn explain --open` liệt kê các câu hỏi còn chờ giải trình."


class ExplanationRefused(PlatformError):
    """Words that cannot be kept: to no such question, of another body, empty, personal or marked secret."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who explains and why: the body, the reason, the post of whoever answers for it; `given_at` None is now."""

    unit_code: str
    reason: str
    role: str
    given_at: datetime | None = None


def explain_target(
    connection: Connection, indicator_code: str, period_code: str, speaker: Speaker, *, side: str = "single"
) -> int:
    """Keep why a target was missed, with the value it was missed by, in the caller's transaction; the number given.

    Rebuilds stale marts first. Raises ExplanationRefused unless the target is set, was missed, and the body is one of
    those responsible for it.
    """
    from sqlalchemy import text

    from include.indicators.marts import ensure_current

    _require_fit(speaker)
    ensure_current(connection)
    reading = connection.execute(
        text(
            "select reading.value, reading.target_value, reading.target_state,"
            " array(select question.reporting_unit_code from mart.target_question as question"
            " where question.indicator_code = reading.indicator_code and question.period_code = reading.period_code"
            " and question.side = reading.side order by question.unit_position) as responsible"
            " from mart.indicator_target_reading as reading"
            " where reading.indicator_code = :indicator and reading.period_code = :period and reading.side = :side"
        ),
        {"indicator": indicator_code, "period": period_code, "side": side},
    ).one_or_none()
    where = f"mục tiêu {indicator_code}, kỳ {period_code}" + ("" if side == "single" else f", {side}")
    if reading is None:
        raise ExplanationRefused(
            where=where,
            found="không có mục tiêu nào được giao",
            expected="chỉ tiêu và kỳ có mục tiêu trong include/reference/targets.csv (số đôi: thêm --side)",
            remedy=_LIST,
        )
    if reading.target_state != "missed":
        raise ExplanationRefused(
            where=where,
            found=_NOT_MISSED[reading.target_state],
            expected="một mục tiêu đã đến lúc đánh giá và chưa đạt",
            remedy="Chưa phải giải trình.",
        )
    if speaker.unit_code not in reading.responsible:
        raise ExplanationRefused(
            where=where,
            found=f"đơn vị {speaker.unit_code}",
            expected="đơn vị chịu trách nhiệm: " + ", ".join(reading.responsible),
            remedy=_LIST,
        )
    return _keep(
        connection,
        "target",
        speaker,
        {
            "indicator_code": indicator_code,
            "period_code": period_code,
            "side": side,
            "explained_value": reading.value,
            "explained_target_value": reading.target_value,
        },
    )


def explain_outlier(connection: Connection, finding_id: int, answer_kind: AnswerKind, speaker: Speaker) -> int:
    """Keep a body's answer to a question about one of its figures, in the caller's transaction; the number given.

    Raises ExplanationRefused when the finding is no such question or another body's.
    """
    from sqlalchemy import text

    _require_fit(speaker)
    is_theirs = connection.execute(
        text(
            "select exists (select 1 from warehouse.finding"
            " inner join landing.receipt on finding.receipt_id = receipt.receipt_id"
            " inner join warehouse.submission on receipt.submission_id = submission.submission_id"
            " where finding.finding_id = :finding_id and finding.message_code like 'OUTLIER%'"
            " and submission.reporting_unit_code = :unit)"
        ),
        {"finding_id": finding_id, "unit": speaker.unit_code},
    ).scalar_one()
    if not is_theirs:
        raise ExplanationRefused(
            where=f"câu hỏi {finding_id}",
            found=f"không có câu hỏi nào như vậy về số liệu của {speaker.unit_code}",
            expected="một finding_id của đơn vị đó trong mart.outlier_question",
            remedy=_LIST,
        )
    return _keep(
        connection,
        "outlier",
        speaker,
        {"finding_id": finding_id, "answer_kind": answer_kind},
    )


def explain_restatement(connection: Connection, receipt_or_submission: str, speaker: Speaker) -> int:
    """Keep why a body sent a report again, in the caller's transaction; the number given.

    Rebuilds stale marts first. Raises ExplanationRefused unless the receipt number or submission is a restatement of
    that body.
    """
    from sqlalchemy import text

    from include.indicators.marts import ensure_current

    _require_fit(speaker)
    ensure_current(connection)
    named = connection.execute(
        text(
            "select submission.submission_id, submission.reporting_unit_code, exists (select 1 from mart.restatement"
            " where restatement.submission_id = submission.submission_id) as is_restatement from warehouse.submission"
            " where submission.submission_id::text = :named or submission.submission_id = ("
            "select receipt.submission_id from landing.receipt"
            " where receipt.receipt_number = :named and receipt.verdict = 'loaded')"
        ),
        {"named": receipt_or_submission.strip()},
    ).one_or_none()
    where = f"lần gửi {receipt_or_submission}"
    if named is None or named.reporting_unit_code != speaker.unit_code:
        raise ExplanationRefused(
            where=where,
            found=f"không có lần gửi nào như vậy của {speaker.unit_code}",
            expected="số biên nhận hoặc mã lần gửi (submission_id) của đơn vị đó",
            remedy=_LIST,
        )
    if not named.is_restatement:
        raise ExplanationRefused(
            where=where,
            found="lần gửi đầu tiên, hoặc tệp không thay bản nào đã nhận",
            expected="một bản gửi lại thay cho bản đã nhận trước đó",
            remedy="Không cần giải trình.",
        )
    return _keep(
        connection,
        "restatement",
        speaker,
        {"submission_id": named.submission_id},
    )


def open_questions(connection: Connection) -> list[dict[str, Any]]:
    """What bodies have been asked and have not explained, oldest first. The marts must be current."""
    from sqlalchemy import text

    return [
        {
            "kind": row.subject_kind,
            "subject": row.subject_code,
            "side": row.side,
            "unit": row.reporting_unit_code,
            "unit_name": row.name_vi,
            "period": row.period_code,
            "asked_at": row.asked_at.isoformat(),
            "question": row.question_vi,
        }
        for row in connection.execute(
            text(
                "select question.*, unit.name_vi from mart.open_question as question"
                " inner join reference.reporting_unit as unit on question.reporting_unit_code = unit.unit_code"
                " order by question.asked_at, question.subject_kind, question.subject_code, question.side,"
                " question.reporting_unit_code"
            )
        )
    ]


_NOT_MISSED: Mapping[str, str] = {
    "on_the_way": "chưa đến lúc đánh giá",
    "met": "đã đạt mục tiêu",
    "no_value": "chưa có số liệu để so",
}


def _require_fit(speaker: Speaker) -> None:
    for where, words, is_post, expected in (
        ("--by", speaker.role, True, "một chức danh, ví dụ “Trưởng phòng Thông tin, Sở VHTTDL”"),
        ("--reason", speaker.reason, False, "lý do ngắn gọn ai cũng đọc được, không có thông tin cá nhân"),
    ):
        require_fit(
            where,
            words,
            refusal=ExplanationRefused,
            expected=expected,
            remedy="Lời giải trình được giữ mãi: chỉ ghi chức danh, lý do; nội dung mật đi theo đường văn bản mật.",
            is_post=is_post,
        )


def _keep(connection: Connection, subject_kind: str, speaker: Speaker, about: Mapping[str, object]) -> int:
    from sqlalchemy import text

    columns = ("subject_kind", "reporting_unit_code", "reason_vi", "given_by_role", *about)
    return int(
        connection.execute(
            text(
                f"insert into warehouse.explanation ({', '.join(columns)}, given_at)"  # noqa: S608
                f" values ({', '.join(f':{column}' for column in columns)}, coalesce(:given_at, now()))"
                " returning explanation_id"
            ),  # only the column names of this module stand in the text; values are bound
            {
                "subject_kind": subject_kind,
                "reporting_unit_code": speaker.unit_code,
                "reason_vi": speaker.reason.strip(),
                "given_by_role": speaker.role.strip(),
                "given_at": speaker.given_at,
                **about,
            },
        ).scalar_one()
    )
