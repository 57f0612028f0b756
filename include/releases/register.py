"""The register of editions: written once, decided on by people, read back exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from include.errors import PlatformError
from include.extracts.leadership.edition import Approval, Edition, edition_json, edition_of_json
from include.readers.kept_words import require_fit

if TYPE_CHECKING:
    from sqlalchemy import Connection

Decision = Literal["reviewed", "approved", "rejected", "withdrawn"]

SHORTEST_POST: Final = 2
SHORTEST_REASON: Final = 5
"""In characters, as the tables have it."""

_RELEASE_LOCK: Final = "release.edition"
_OPEN_STATES: Final = ("frozen", "reviewed")
_KEPT: Final = (
    # Withdrawn before anybody received it: nobody has to be told of a correction.
    "(not exists (select 1 from release.decision as withdrawal"
    " where withdrawal.edition_id = edition.edition_id and withdrawal.decision = 'withdrawn')"
    " or exists (select 1 from release.message where message.edition_id = edition.edition_id"
    " and (message.state in ('sending', 'sent', 'uncertain')"
    # Given up by a person all the same: the server may have taken it.
    " or exists (select 1 from release.attempt where attempt.message_id = message.message_id"
    " and attempt.outcome = 'uncertain')))"
    # With nobody on the list the documents go by hand, and who has them is not known.
    " or (not exists (select 1 from release.message where message.edition_id = edition.edition_id)"
    " and exists (select 1 from release.document"
    " where document.edition_id = edition.edition_id and not document.is_draft)))"
)
_RELEASED: Final = (
    "exists (select 1 from release.decision as approval where approval.edition_id = edition.edition_id"  # noqa: S608
    f" and approval.decision = 'approved') and {_KEPT}"
)
# Two releases of one period may wait for their decisions at once: each is told from the other before both are sent.
_MAY_BE_READ: Final = (
    "not exists (select 1 from release.decision as rejection where rejection.edition_id = edition.edition_id"  # noqa: S608
    f" and rejection.decision = 'rejected') and {_KEPT}"
)


class DecisionRefused(PlatformError):
    """A decision that the order of steps, the rule of two people or its words do not allow."""


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One edition in the list: what it is, how far it got, who has to do something next."""

    edition_id: int
    number: str
    release_kind: str
    state: str
    is_late: bool
    frozen_at: datetime
    frozen_by: str
    reviewed_by: str | None
    approved_by: str | None
    reason: str | None
    correction_number: int | None
    content_hash: str
    message_count: int
    sent_count: int
    waiting_count: int
    failed_count: int
    uncertain_count: int


def lock_release(connection: Connection, release_code: str, period_code: str) -> None:
    """Wait until nobody else freezes that release or one of its period; others wait until the transaction ends."""
    from sqlalchemy import text

    # Always in this order, so that two never wait for each other.
    for code in sorted({release_code, period_code}):
        connection.execute(
            text("select pg_advisory_xact_lock(hashtextextended(:name || ' ' || :code, 0))"),
            {"name": _RELEASE_LOCK, "code": code},
        )


def open_edition(connection: Connection, release_code: str) -> str | None:
    """The number of the edition people still have to decide on; None when there is none."""
    from sqlalchemy import text

    return connection.execute(
        text(
            "select release_code || '/' || edition_number from release.edition_state"
            " where release_code = :code and edition_state = any(:states) order by edition_number desc limit 1"
        ),
        {"code": release_code, "states": list(_OPEN_STATES)},
    ).scalar()


def next_edition_number(connection: Connection, release_code: str) -> int:
    """The number the next edition of the release will have."""
    from sqlalchemy import text

    return int(
        connection.execute(
            text("select coalesce(max(edition_number), 0) + 1 from release.edition where release_code = :code"),
            {"code": release_code},
        ).scalar_one()
    )


def released_editions(connection: Connection, release_code: str) -> list[tuple[int, int | None, Edition]]:
    """Editions readers may have: id, number of the correction, content; oldest first."""
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select edition.edition_id, edition.correction_number, edition.content from release.edition"  # noqa: S608
            f" where edition.release_code = :code and {_RELEASED} order by edition.edition_number"
        ),
        {"code": release_code},
    ).all()
    return [(row.edition_id, row.correction_number, edition_of_json(bytes(row.content))) for row in rows]


def printed_of_period(connection: Connection, period_code: str) -> list[Edition]:
    """Every edition readers have or may yet get of that reporting period, whatever the release; oldest first."""
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select edition.content from release.edition"  # noqa: S608
            f" where edition.period_code = :period and {_MAY_BE_READ} order by edition.edition_id"
        ),
        {"period": period_code},
    ).scalars()
    return [edition_of_json(bytes(content)) for content in rows]


def add_edition(connection: Connection, edition: Edition, corrects_edition_id: int | None) -> int:
    """Write the edition down, for good, in the caller's transaction; its id."""
    import hashlib

    from sqlalchemy import text

    content = edition_json(edition)
    correction = edition.correction
    return int(
        connection.execute(
            text(
                "insert into release.edition (release_code, edition_number, release_kind, period_code, planned_at,"
                " is_late, as_known_at, frozen_at, frozen_by, corrects_edition_id, correction_number,"
                " correction_reason, code_version, content, content_hash) values (:code, :number, :kind, :period,"
                " :planned, :is_late, :as_known, :frozen_at, :frozen_by, :corrects, :correction_number,"
                " :correction_reason, :version, :content, :hash) returning edition_id"
            ),
            {
                "code": edition.release_code,
                "number": edition.edition_number,
                "kind": edition.release_kind,
                "period": edition.snapshot.period.code,
                "planned": edition.planned_at,
                "is_late": edition.is_late,
                "as_known": edition.as_known_at,
                "frozen_at": edition.frozen_at,
                "frozen_by": edition.frozen_by,
                "corrects": corrects_edition_id,
                "correction_number": correction.number if correction is not None else None,
                "correction_reason": correction.reason if correction is not None else None,
                "version": edition.code_version,
                "content": content,
                "hash": hashlib.sha256(content).hexdigest(),
            },
        ).scalar_one()
    )


def find_edition(connection: Connection, number: str, *, is_whole: bool = False) -> int:
    """The id of “2026-06T/1”, or of the newest edition of “2026-06T”. Raises PlatformError when there is none.

    `is_whole`: only the first form will do. Nobody approves an edition he has not seen because a newer one came.
    """
    from sqlalchemy import text

    code, _, edition = number.partition("/")
    if is_whole and not edition:
        raise DecisionRefused(
            where="bản phát hành",
            found=f"“{number}” không nói lần chốt nào",
            expected=f"mã bản và lần, ví dụ {number}/1",
            remedy="Quyết định là về đúng lần chốt đã xem; `ttdn release list` liệt kê các lần.",
        )
    found = connection.execute(
        text(
            "select edition_id from release.edition where release_code = :code"
            " and (:edition = '' or edition_number::text = :edition) order by edition_number desc limit 1"
        ),
        {"code": code, "edition": edition},
    ).scalar()
    if found is None:
        raise PlatformError(
            where="bản phát hành",
            found=f"không có “{number}”",
            expected="mã bản và lần, ví dụ 2026-06T/1",
            remedy="`ttdn release list` liệt kê các bản đã chốt.",
        )
    return int(found)


def no_edition(edition_id: int) -> PlatformError:
    """What to raise for an id that names no edition."""
    return PlatformError(
        where="release.edition",
        found=f"no edition {edition_id}",
        expected="the id of a frozen edition",
        remedy="`ttdn release list` shows them.",
    )


def load_edition(connection: Connection, edition_id: int) -> Edition:
    """The edition as it was frozen, with its approval. Raises PlatformError when the stored bytes were changed."""
    from sqlalchemy import text

    row = connection.execute(
        text(
            "select edition.content, edition.content_hash, review.decided_by as reviewed_by,"
            " approval.decided_by as approved_by, approval.decided_at as approved_at from release.edition"
            " left join release.decision as review"
            " on edition.edition_id = review.edition_id and review.decision = 'reviewed'"
            " left join release.decision as approval"
            " on edition.edition_id = approval.edition_id and approval.decision = 'approved'"
            " where edition.edition_id = :edition"
        ),
        {"edition": edition_id},
    ).one_or_none()
    if row is None:
        raise no_edition(edition_id)
    approval = Approval(row.reviewed_by, row.approved_by, row.approved_at) if row.approved_at is not None else None
    edition = edition_of_json(bytes(row.content), approval)
    if edition.content_hash != row.content_hash:
        raise PlatformError(
            where=f"release.edition {edition_id}",
            found=f"content with hash {edition.content_hash}",
            expected=row.content_hash,
            remedy="The stored snapshot was changed. Nothing is rendered from it; restore it from a backup.",
        )
    return edition


def add_decision(
    connection: Connection, edition_id: int, decision: Decision, by: str, moment: datetime, reason: str | None = None
) -> None:
    """Keep what a person decided, in the caller's transaction; the database keeps order and two people apart.

    Raises DecisionRefused, in Vietnamese, for a step out of order, a second person who is the first, a rejection or
    withdrawal without a reason, and words that name a person or bear a secrecy mark.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    require_fit(
        "--by",
        by,
        refusal=DecisionRefused,
        expected="một chức danh hoặc tài khoản, không ghi họ tên",
        remedy="Quyết định được giữ mãi, nên chỉ ghi chức danh, ví dụ “Phó Giám đốc Sở VHTTDL”.",
        is_post=True,
        shortest=SHORTEST_POST,
    )
    if decision in ("rejected", "withdrawn") or reason is not None:
        require_fit(
            "--reason",
            reason or "",
            refusal=DecisionRefused,
            expected="lý do bằng lời, ai cũng đọc được",
            remedy="Từ chối hoặc rút lại phải nêu lý do; người chốt lại số liệu dựa vào đó.",
            shortest=SHORTEST_REASON,
        )
    try:
        with connection.begin_nested():
            connection.execute(
                text(
                    "insert into release.decision (edition_id, decision, decided_by, reason_vi, decided_at)"
                    " values (:edition, :decision, :by, :reason, :moment)"
                ),
                {
                    "edition": edition_id,
                    "decision": decision,
                    "by": by.strip(),
                    "reason": reason.strip() if reason else None,
                    "moment": moment,
                },
            )
    except DBAPIError as error:
        code = getattr(error.orig, "pgcode", None)
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        found = _REFUSALS.get(code or "") or _REFUSALS.get(constraint or "")
        if found is None:
            raise
        raise DecisionRefused(
            where=f"quyết định “{DECISIONS_VI[decision]}”",
            found=found,
            expected="chốt → soát → duyệt, người duyệt khác người chốt và người soát",
            remedy="`ttdn release list` cho biết lần chốt đang ở bước nào.",
        ) from error


DECISIONS_VI: Final = {"reviewed": "đã soát", "approved": "duyệt", "rejected": "từ chối", "withdrawn": "rút lại"}

STATES_VI: Final = {
    "frozen": "đã chốt, chờ soát",
    "reviewed": "đã soát, chờ duyệt",
    "approved": "đã duyệt, chờ tạo tệp",
    "rendered": "đã tạo tệp, chờ gửi",
    "delivering": "đang gửi",
    "delivered": "đã gửi đủ",
    "rejected": "bị từ chối",
    "withdrawn": "đã rút lại",
}


def state_vi(edition: EditionLine) -> str:
    """Where an edition stands, in words; also that nobody is listed for it, or that a mail of it was given up."""
    if edition.state == "rendered" and not edition.message_count:
        return "đã tạo tệp, không có ai trong danh sách nhận"
    if edition.state == "delivered" and edition.sent_count < edition.message_count:
        return "đã thôi gửi, có thư không gửi được"
    return STATES_VI[edition.state]


_REFUSALS: Final = {
    "TR001": "lần chốt này đã bị từ chối hoặc rút lại",
    "TR002": "lần chốt này chưa được soát",
    "TR003": "lần chốt này đã được duyệt, chỉ có thể rút lại",
    "TR004": "lần chốt này chưa được duyệt, hãy từ chối thay vì rút lại",
    "TR005": "người duyệt trùng với người chốt hoặc người soát",
    "decision_once": "quyết định này đã có từ trước",
    "decision_reason_form": "lý do quá ngắn hoặc quá dài",
    "decision_decided_by_form": "chức danh quá ngắn hoặc quá dài",
}


def list_editions(connection: Connection, release_code: str | None = None) -> list[EditionLine]:
    """Every edition, newest first, of one release or of all."""
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "select edition.edition_id, edition.release_code, edition.edition_number, edition.release_kind,"
            " state.edition_state, edition.is_late, edition.frozen_at, edition.frozen_by, edition.correction_number,"
            " edition.content_hash, state.message_count, state.sent_count, state.waiting_count, state.failed_count,"
            " state.uncertain_count,"
            " max(decision.decided_by) filter (where decision.decision = 'reviewed') as reviewed_by,"
            " max(decision.decided_by) filter (where decision.decision = 'approved') as approved_by,"
            " max(decision.reason_vi) filter (where decision.decision in ('rejected', 'withdrawn')) as reason"
            " from release.edition"
            " inner join release.edition_state as state on edition.edition_id = state.edition_id"
            " left join release.decision on edition.edition_id = decision.edition_id"
            " where :code is null or edition.release_code = :code"
            " group by edition.edition_id, state.edition_state, state.message_count, state.sent_count,"
            " state.waiting_count, state.failed_count, state.uncertain_count"
            " order by edition.frozen_at desc, edition.edition_id desc"
        ),
        {"code": release_code},
    ).all()
    return [
        EditionLine(
            edition_id=row.edition_id,
            number=f"{row.release_code}/{row.edition_number}",
            release_kind=row.release_kind,
            state=row.edition_state,
            is_late=row.is_late,
            frozen_at=row.frozen_at,
            frozen_by=row.frozen_by,
            reviewed_by=row.reviewed_by,
            approved_by=row.approved_by,
            reason=row.reason,
            correction_number=row.correction_number,
            content_hash=row.content_hash,
            message_count=row.message_count,
            sent_count=row.sent_count,
            waiting_count=row.waiting_count,
            failed_count=row.failed_count,
            uncertain_count=row.uncertain_count,
        )
        for row in rows
    ]


def list_stops(connection: Connection) -> Sequence[Any]:
    """Releases that stopped and have neither been frozen since nor sent in full: code, moments, step, reasons."""
    from sqlalchemy import text

    return connection.execute(
        text(
            "select distinct on (stop.release_code) stop.release_code, stop.planned_at, stop.stopped_at, stop.step,"
            " stop.reasons from release.stop"
            " where not exists (select 1 from release.edition where edition.release_code = stop.release_code"
            " and edition.frozen_at > stop.stopped_at)"
            # A bundle that was put right, or only could not be written a second time, holds nobody up any more.
            " and not (stop.step <> 'freeze' and coalesce((select state.edition_state"
            " from release.edition_state as state where state.release_code = stop.release_code"
            " order by state.edition_number desc limit 1), '') ="
            " any(array['delivered', 'rejected', 'withdrawn']))"
            " order by stop.release_code, stop.stopped_at desc"
        )
    ).all()
