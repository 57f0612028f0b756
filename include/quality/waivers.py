"""Waivers: for a time, a body's figures of one period are accepted although they break a rule.

A post decides, with a reason, and it expires by itself. What a waiver changes is one thing: a breach that would hold a
line becomes a warning that says so. Which rules may be waived is said in the suites.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from include.calendar.periods import VIETNAM
from include.errors import PlatformError
from include.quality.gate import Breach
from include.quality.messages import all_messages, message
from include.quality.suites import load_suites
from include.readers.kept_words import require_fit
from include.vietnamese.dates import format_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST_DAYS = 366
"""A waiver ends within a year: what is accepted for longer is a wrong rule, to be changed in the suite."""


class WaiverRefused(PlatformError):
    """A waiver that cannot be kept: a rule nobody may waive, an unknown body, or words that may not be kept."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A decision to accept what breaks `rule_code` (a rule or the code of a message), for one body and period."""

    waiver_id: int
    rule_code: str
    reporting_unit_code: str
    period_code: str
    reason_vi: str
    decided_by_role: str
    decided_at: datetime
    valid_until: date

    def holds_for(self, received_at: datetime) -> bool:
        """Whether a file received at that moment came while the waiver was in force; its last day counts whole."""
        return self.decided_at <= received_at and received_at.astimezone(VIETNAM).date() <= self.valid_until

    @property
    def sentence(self) -> str:
        """What the reporter and every later reader is told beside the breach."""
        return message("WAIVED").text.format(
            subject=self.waiver_id, found=self.decided_by_role, expected=format_date(self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """Under which waiver breaches of one check were accepted in one file, and how many."""

    waiver_id: int
    rule_code: str
    message_code: str
    line_count: int


@dataclass(frozen=True, slots=True)
class FileAtHand:
    """What decides whether a waiver is about a file."""

    submission_id: int
    reporting_unit_code: str | None
    period_code: str | None
    received_at: datetime


def waivable_rules() -> frozenset[str]:
    """Rules and message codes a waiver may name."""
    waivable = [each for suite in load_suites() for each in suite.expectations if each.is_waivable]
    return frozenset(name for each in waivable for name in (each.rule, each.code) if name)


def record_waiver(
    connection: Connection,
    rule: str,
    *,
    unit: str,
    period: str,
    reason: str,
    role: str,
    until: date,
    decided_at: datetime | None = None,
) -> int:
    """Keep a waiver decided by `role`, a post, in the caller's transaction; returns its number.

    `decided_at` (aware) is now when None. Raises WaiverRefused for a rule nobody may waive, an unknown body or period,
    a last day that is past or more than a year away, and words that are empty, personal or marked secret.
    """
    from sqlalchemy import text

    moment = decided_at or datetime.now(VIETNAM)
    _require_words(reason, role)
    _require_waivable(rule)
    for kind, code, query in (
        ("--unit", unit, "select 1 from reference.reporting_unit where unit_code = :code"),
        ("--period", period, "select 1 from reference.reporting_period where period_code = :code"),
    ):
        if connection.execute(text(query), {"code": code}).scalar_one_or_none() is None:
            raise WaiverRefused(
                where=kind,
                found=f"“{code}”",
                expected="một mã trong danh mục đơn vị, kỳ báo cáo",
                remedy="`ttdn status` liệt kê các đơn vị của một kỳ.",
            )
    first = moment.astimezone(VIETNAM).date()
    if not first <= until <= first + timedelta(days=LONGEST_DAYS):
        raise WaiverRefused(
            where="--until",
            found=format_date(until),
            expected=f"một ngày từ {format_date(first)} đến {format_date(first + timedelta(days=LONGEST_DAYS))}",
            remedy="Ngoại lệ luôn có thời hạn; cần lâu hơn thì sửa quy tắc.",
        )
    return int(
        connection.execute(
            text(
                "insert into warehouse.waiver (rule_code, reporting_unit_code, period_code, reason_vi, decided_by_role,"
                " decided_at, valid_until) values (:rule, :unit, :period, :reason, :role, :decided_at, :until)"
                " returning waiver_id"
            ),
            {
                "rule": rule,
                "unit": unit,
                "period": period,
                "reason": reason.strip(),
                "role": role.strip(),
                "decided_at": moment,
                "until": until,
            },
        ).scalar_one()
    )


def withdraw_waiver(
    connection: Connection, number: int, *, reason: str, role: str, withdrawn_at: datetime | None = None
) -> None:
    """Take a waiver back, in the caller's transaction: no file decided on afterwards is accepted under it.

    Raises WaiverRefused for a number there is not, one withdrawn before, and words that cannot be kept.
    """
    from sqlalchemy import text

    _require_words(reason, role)
    kept = connection.execute(
        text(
            "insert into warehouse.waiver_withdrawal (waiver_id, reason_vi, decided_by_role, withdrawn_at)"
            " select waiver_id, :reason, :role, coalesce(:withdrawn_at, now()) from warehouse.waiver"
            " where waiver_id = :number on conflict do nothing returning waiver_id"
        ),
        {"number": number, "reason": reason.strip(), "role": role.strip(), "withdrawn_at": withdrawn_at},
    ).scalar_one_or_none()
    if kept is None:
        raise WaiverRefused(
            where="--withdraw",
            found=str(number),
            expected="số của một ngoại lệ chưa rút",
            remedy="`ttdn waive --list` liệt kê các ngoại lệ.",
        )


def list_waivers(connection: Connection, now: datetime | None = None) -> list[dict[str, Any]]:
    """Every waiver, the latest first, as `ttdn waive --list --json` prints it: state in_force, expired or withdrawn."""
    from sqlalchemy import text

    moment = now or datetime.now(VIETNAM)
    rows = connection.execute(
        text(
            "select waiver.*, unit.name_vi, withdrawal.withdrawn_at, withdrawal.reason_vi as withdrawal_reason,"
            " withdrawal.decided_by_role as withdrawn_by_role,"
            " (select count(distinct submission_id) from warehouse.waiver_use as used"
            " where used.waiver_id = waiver.waiver_id) as file_count"
            " from warehouse.waiver"
            " inner join reference.reporting_unit as unit on waiver.reporting_unit_code = unit.unit_code"
            " left join warehouse.waiver_withdrawal as withdrawal on waiver.waiver_id = withdrawal.waiver_id"
            " order by waiver.waiver_id desc"
        )
    )
    listed = []
    for row in rows:
        is_over = moment.astimezone(VIETNAM).date() > row.valid_until
        listed.append(
            {
                "number": row.waiver_id,
                "rule": row.rule_code,
                "reporting_unit": row.reporting_unit_code,
                "reporting_unit_name": row.name_vi,
                "period": row.period_code,
                "reason": row.reason_vi,
                "decided_by": row.decided_by_role,
                "decided_at": row.decided_at.isoformat(),
                "valid_until": row.valid_until.isoformat(),
                "state": "withdrawn" if row.withdrawn_at else "expired" if is_over else "in_force",
                "withdrawal": {
                    "reason": row.withdrawal_reason,
                    "decided_by": row.withdrawn_by_role,
                    "withdrawn_at": row.withdrawn_at.isoformat(),
                }
                if row.withdrawn_at
                else None,
                "files": row.file_count,
            }
        )
    return listed


def accept_waived(
    connection: Connection, files: Sequence[FileAtHand], breaches: Mapping[int, Sequence[Breach]]
) -> tuple[dict[int, list[Breach]], dict[int, tuple[WaiverUse, ...]]]:
    """Breaches by file with those made warnings that a waiver in force accepts, and which waivers that took."""
    waivers = _in_force(connection, [file for file in files if breaches.get(file.submission_id)])
    judged: dict[int, list[Breach]] = {}
    uses: dict[int, tuple[WaiverUse, ...]] = {}
    for file in files:
        judged[file.submission_id] = []
        counts: dict[tuple[int, str, str], int] = {}
        for breach in breaches.get(file.submission_id, ()):
            waiver = next((each for each in waivers.get(file.submission_id, ()) if _accepts(each, breach)), None)
            if waiver is None:
                judged[file.submission_id].append(breach)
                continue
            judged[file.submission_id].append(replace(breach, severity="warn", accepted=waiver.sentence))
            key = (waiver.waiver_id, breach.rule_code or breach.code, breach.code)
            counts[key] = counts.get(key, 0) + 1
        if counts:
            uses[file.submission_id] = tuple(WaiverUse(*key, count) for key, count in counts.items())
    return judged, uses


def newly_waived(connection: Connection, files: Sequence[FileAtHand]) -> set[int]:
    """Which submissions that were loaded in part hold lines back that a waiver in force would let in.

    `received_at` is when their bytes came again. A waiver that was used for a submission has let in what it can.
    """
    from sqlalchemy import text

    waivers = _in_force(connection, files)
    if not waivers:
        return set()
    held = connection.execute(
        text(
            "select distinct receipt.submission_id, finding.rule_code, finding.message_code"
            " from warehouse.finding"
            " inner join landing.receipt on finding.receipt_id = receipt.receipt_id"
            " where receipt.submission_id = any(:ids) and receipt.verdict = 'loaded' and finding.severity = 'block'"
        ),
        {"ids": list(waivers)},
    ).all()
    used = {
        (row.submission_id, row.waiver_id)
        for row in connection.execute(
            text("select submission_id, waiver_id from warehouse.waiver_use where submission_id = any(:ids)"),
            {"ids": list(waivers)},
        )
    }
    rules = waivable_rules()
    return {
        row.submission_id
        for row in held
        for waiver in waivers[row.submission_id]
        if row.message_code in rules
        and waiver.rule_code in (row.rule_code, row.message_code)
        and (row.submission_id, waiver.waiver_id) not in used
    }


def _accepts(waiver: Waiver, breach: Breach) -> bool:
    return breach.severity == "block" and breach.is_waivable and waiver.rule_code in (breach.rule_code, breach.code)


def _in_force(connection: Connection, files: Iterable[FileAtHand]) -> dict[int, list[Waiver]]:
    """By file: the waivers for its body and period that held when it was received; the latest first."""
    from sqlalchemy import text

    asked = [file for file in files if file.reporting_unit_code and file.period_code]
    if not asked:
        return {}
    rows = connection.execute(
        text(
            "select waiver_id, rule_code, reporting_unit_code, period_code, reason_vi, decided_by_role, decided_at,"
            " valid_until from warehouse.waiver where reporting_unit_code = any(:units)"
            " and not exists (select 1 from warehouse.waiver_withdrawal as withdrawal"
            " where withdrawal.waiver_id = waiver.waiver_id) order by waiver_id desc"
        ),
        {"units": sorted({str(file.reporting_unit_code) for file in asked})},
    )
    waivers = [Waiver(*row) for row in rows]
    found: dict[int, list[Waiver]] = {}
    for file in asked:
        about = [
            each
            for each in waivers
            if (each.reporting_unit_code, each.period_code) == (file.reporting_unit_code, file.period_code)
            and each.holds_for(file.received_at)
        ]
        if about:
            found[file.submission_id] = about
    return found


def _require_waivable(rule: str) -> None:
    allowed = waivable_rules()
    if rule in allowed:
        return
    is_known = rule in all_messages() or rule in {told.rule for told in all_messages().values()}
    raise WaiverRefused(
        where="RULE",
        found=f"“{rule}”" + ("" if is_known else ", không có quy tắc nào như vậy"),
        expected="một trong " + ", ".join(sorted(allowed)),
        remedy="Bí mật, dữ liệu cá nhân, đơn vị hay kỳ không rõ, ô không đọc được không được áp dụng ngoại lệ.",
    )


def _require_words(reason: str, role: str) -> None:
    remedy = "Quyết định được giữ mãi và in trong báo cáo, nên chỉ ghi chức danh và lý do."
    require_fit("--reason", reason, refusal=WaiverRefused, expected="lý do bằng lời, ai cũng đọc được", remedy=remedy)
    require_fit(
        "--by",
        role,
        refusal=WaiverRefused,
        expected="một chức danh, ví dụ “Phó Giám đốc Sở VHTTDL”",
        remedy=remedy,
        is_post=True,
    )
