"""What a person says of two project records: the same project, or two. Kept for good, keyed by what outlives a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from include.errors import PlatformError
from include.readers.kept_words import require_fit

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Two people deciding at once must not both be told that nothing contradicts them.
_DECISION_LOCK = 7_402_031


class DecisionRefused(PlatformError):
    """The decision cannot be kept: unknown record, contradiction, or personal data in its words."""


def decide(
    connection: Connection,
    first: str,
    second: str,
    *,
    is_same: bool,
    reason: str,
    role: str,
    decided_at: datetime | None = None,
) -> int:
    """Keep the word of `role`, a post, on two records of mart.project_record, in the caller's transaction.

    Returns the decision's number. `decided_at` (aware) is now when None. Rebuilds stale marts first; the decision
    makes them stale again. A later word on the same pair takes the place of an earlier one.
    Raises DecisionRefused for a record no current file has, words that name a person, and a decision that
    contradicts others; the text names them.
    """
    from sqlalchemy import text

    from include.indicators.marts import ensure_current
    from include.warehouse.audit import record_event
    from include.warehouse.roles import with_rights_of

    require_fit(
        "--by",
        role,
        refusal=DecisionRefused,
        expected="một chức danh, ví dụ “Chuyên viên Phòng Hợp tác, Sở Tài chính”",
        remedy=_KEPT,
        is_post=True,
    )
    require_fit(
        "--reason",
        reason,
        refusal=DecisionRefused,
        expected="lý do bằng lời, không có thông tin cá nhân",
        remedy=_KEPT,
    )
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _DECISION_LOCK})
    ensure_current(connection)
    if first == second:
        raise DecisionRefused(
            where="hai bản ghi", found=f"hai lần “{first}”", expected="hai bản ghi khác nhau", remedy=_LIST
        )
    for key in (first, second):
        _require_known(connection, key)
    if first.split("/")[2] != second.split("/")[2]:
        raise DecisionRefused(
            where="hai bản ghi",
            found=f"“{first}” và “{second}” thuộc hai dòng vốn",
            expected="hai bản ghi cùng là FDI, ODA hoặc PCPNN",
            remedy="Một dự án không thuộc hai dòng vốn; hỏi lại nơi giữ sổ.",
        )
    (_require_no_word_apart if is_same else _require_no_other_tie)(connection, first, second)
    low, high = sorted((first, second), key=lambda key: key.encode())
    with with_rights_of(connection, "ttdn_loader"):
        number = int(
            connection.execute(
                text(
                    "insert into warehouse.project_match_decision"
                    " (first_key, second_key, decision, decided_by_role, decided_at, reason)"
                    " values (:first, :second, :decision, :role, coalesce(:decided_at, now()), :reason)"
                    " returning decision_id"
                ),
                {
                    "first": low,
                    "second": high,
                    "decision": "same" if is_same else "different",
                    "role": role.strip(),
                    "decided_at": decided_at,
                    "reason": reason.strip(),
                },
            ).scalar_one()
        )
        record_event(
            connection,
            "approval",
            f"{low} {'=' if is_same else '<>'} {high}",
            {"project_match_decision": number},
            decided_by=role.strip(),
        )
    return number


_KEPT = "Quyết định được giữ mãi, nên chỉ ghi chức danh và lý do."
_LIST = "`ttdn projects` liệt kê các bản ghi và cặp đề nghị."


def _require_known(connection: Connection, key: str) -> None:
    from sqlalchemy import text

    known = connection.execute(
        text("select exists (select 1 from mart.project_record where project_key = :key)"), {"key": key}
    ).scalar_one()
    if not known:
        raise DecisionRefused(
            where="bản ghi dự án",
            found=f"“{key}”",
            expected="khóa của một bản ghi trong các tệp đang tính",
            remedy=_LIST,
        )


def _require_no_word_apart(connection: Connection, first: str, second: str) -> None:
    """Two records cannot be one when a record of the one's group was said to differ from a record of the other's."""
    from sqlalchemy import text

    groups = _groups(connection)
    mine, other = groups.get(first, first), groups.get(second, second)
    for row in connection.execute(
        text("select first_key, second_key from mart.project_match where decision = 'different'")
    ):
        pair = (row.first_key, row.second_key)
        if set(pair) == {first, second}:
            continue
        if {groups.get(key, key) for key in pair} == {mine, other} and mine != other:
            raise DecisionRefused(
                where=f"“{first}” và “{second}”",
                found=f"đã có quyết định “{pair[0]}” và “{pair[1]}” là hai dự án khác nhau",
                expected="các quyết định không trái nhau",
                remedy="Nếu quyết định cũ sai, xác nhận lại cặp đó trước.",
            )


def _require_no_other_tie(connection: Connection, first: str, second: str) -> None:
    """Two records cannot be two projects while others between them make them one."""
    from sqlalchemy import text

    ties: dict[str, set[str]] = {}
    for row in connection.execute(text("select first_key, second_key from mart.project_match where decision = 'same'")):
        if {row.first_key, row.second_key} != {first, second}:
            ties.setdefault(row.first_key, set()).add(row.second_key)
            ties.setdefault(row.second_key, set()).add(row.first_key)
    path = _path(ties, first, second)
    if path:
        raise DecisionRefused(
            where=f"“{first}” và “{second}”",
            found="hai bản ghi còn được nối qua " + " – ".join(f"“{key}”" for key in path[1:-1]),
            expected="các quyết định không trái nhau",
            remedy="Tách cặp sai trên đường nối đó trước.",
        )


def _path(ties: Mapping[str, Iterable[str]], start: str, goal: str) -> list[str]:
    """The shortest way from one record to the other, both included; empty when there is none."""
    paths, seen = [[start]], {start}
    while paths:
        path = paths.pop(0)
        for following in sorted(ties.get(path[-1], ())):
            if following == goal:
                return [*path, goal]
            if following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return []


def _groups(connection: Connection) -> dict[str, str]:
    from sqlalchemy import text

    return {
        row.project_key: row.group_key
        for row in connection.execute(text("select project_key, group_key from mart.project_group"))
    }
