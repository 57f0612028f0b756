"""What has to be true before anything is frozen: every reason against it is found, none is passed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from include.errors import GateError, PlatformError
from include.extracts.leadership.wording import day_vi

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.calendar.releases import ReleasePlan
    from include.extracts.leadership.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class StopReason:
    """Why a release may not go on, for the people who wait and for the engineer."""

    code: str
    text_vi: str
    text_en: str


class ReleaseStopped(PlatformError):
    """A release that may not go on; `reasons` has all of them, `stop_id` where they are kept."""

    def __init__(self, release_code: str, reasons: Sequence[StopReason], stop_id: int | None = None) -> None:
        self.release_code, self.reasons, self.stop_id = release_code, tuple(reasons), stop_id
        super().__init__(
            where=f"bản phát hành {release_code}",
            found="; ".join(f"{reason.code}: {reason.text_vi}" for reason in reasons),
            expected="số liệu đủ điều kiện để chốt",
            remedy="Chưa có gì được gửi. Xử lý từng lý do rồi chốt lại; `ttdn release list` cho biết bản đang dừng.",
        )


def find_reasons(connection: Connection, plan: ReleasePlan, snapshot: Snapshot) -> list[StopReason]:
    """Every reason why the snapshot may not be frozen; empty when it may.

    Reads the ledger, the gate's own records and the newest dates of the feeds with the caller's rights.
    """
    return [
        *_ledger(connection),
        *_gate(connection, snapshot),
        *_coverage(plan, snapshot),
        *_emptiness(plan, snapshot),
        *_age(connection, plan),
    ]


def _ledger(connection: Connection) -> Iterable[StopReason]:
    from include.indicators.marts import check_marts

    try:
        check_marts(connection)
    except GateError as error:
        yield StopReason(
            "LEDGER_UNBALANCED",
            "Sổ đối chiếu không cân hoặc thiếu chỉ tiêu: số dòng nhận không bằng số dòng nạp, giữ lại và bỏ qua.",
            str(error),
        )


def _gate(connection: Connection, snapshot: Snapshot) -> Iterable[StopReason]:
    """Files that count and that no check looked at: a gate that could not run is a gate that said no."""
    from sqlalchemy import text

    unseen = connection.execute(
        text(
            "select submission.submission_id, submission.sha256, unit.name_vi"
            " from (select submission_id from mart.report_latest where period_code = :period"
            " union select submission_id from mart.project_figure where period_code = :period"
            # What came from feeds as well: of a month's figures they are all there is.
            " union select submission_id from mart.lineage where period_code = :period and scope_type = 'province'"
            " and line_axis_code = 'total') as counted"
            " inner join warehouse.submission on counted.submission_id = submission.submission_id"
            " left join reference.reporting_unit as unit on submission.reporting_unit_code = unit.unit_code"
            " where submission.promoted_count > 0 and not exists (select 1 from warehouse.gate_submission as seen"
            " inner join warehouse.gate_run as run"
            " on seen.batch_number = run.batch_number and seen.suite_name = run.suite_name"
            " where seen.submission_id = submission.submission_id)"
            " order by submission.submission_id"
        ),
        {"period": snapshot.period.code},
    ).all()
    if unseen:
        files = ", ".join(f"{row.submission_id} ({row.sha256[:12]})" for row in unseen[:5])
        yield StopReason(
            "GATE_DID_NOT_RUN",
            f"{len(unseen)} báo cáo được tính mà chưa qua kiểm tra nào: "
            + ", ".join(sorted({row.name_vi or "nguồn khác" for row in unseen})[:5])
            + ("…" if len(unseen) > 5 else "."),
            f"{len(unseen)} counted submissions without a run of the gate: {files}",
        )


def _coverage(plan: ReleasePlan, snapshot: Snapshot) -> Iterable[StopReason]:
    if plan.floor_pct is None:
        return
    received, due = len(snapshot.received), len(snapshot.obliged)
    if due and Decimal(100 * received) / due < plan.floor_pct:
        yield StopReason(
            "COVERAGE_BELOW_FLOOR",
            f"Mới nhận {received}/{due} báo cáo phải nộp, dưới mức tối thiểu {plan.floor_pct}%.",
            f"{received} of {due} reports received, floor {plan.floor_pct} %",
        )


def _emptiness(plan: ReleasePlan, snapshot: Snapshot) -> Iterable[StopReason]:
    if not snapshot.indicators:
        yield StopReason("EMPTY_TABLE", "Bảng chỉ tiêu không có dòng nào.", "no indicator applies to the period")
    elif all(figure.value is None for figure in snapshot.headlines):
        yield StopReason("EMPTY_TABLE", "Không chỉ tiêu nào có giá trị.", "not one headline has a value")
    if plan.release_kind != "monthly" and not snapshot.obliged:
        yield StopReason("EMPTY_TABLE", "Danh sách đơn vị phải báo cáo trống.", "no body is obliged to report")
    if plan.release_kind != "monthly" and not snapshot.sources:
        yield StopReason("EMPTY_TABLE", "Không có tệp nào được tính vào số liệu.", "no file counts for the period")


_NEWEST = (
    "select max(newest.day) from ("
    "select max(monitored_date) as day from mart.monitoring_day_latest where source_id = :source"
    " union all select max(as_of_date) from mart.capital_flow_latest where source_id = :source"
    ") as newest"
)


def _age(connection: Connection, plan: ReleasePlan) -> Iterable[StopReason]:
    from sqlalchemy import text

    from include.sources import load_source

    for source_id, days in plan.promises:
        wanted = plan.must_cover(source_id)
        newest: date | None = connection.execute(text(_NEWEST), {"source": source_id}).scalar()
        if wanted is None or (newest is not None and newest >= wanted):
            continue
        found = "chưa có số liệu nào" if newest is None else f"mới đến ngày {day_vi(newest)}"
        yield StopReason(
            "DATA_TOO_OLD",
            f"{load_source(source_id).title}: {found}, trong khi phải có đến ngày {day_vi(wanted)}.",
            f"{source_id}: newest day {newest}, promised to cover {wanted} ({days} days before the planned one)",
        )


def note_stop(
    connection: Connection,
    release_code: str,
    step: str,
    reasons: Sequence[StopReason],
    moment: datetime,
    planned_at: datetime | None = None,
) -> int:
    """Keep why a release stopped, in the caller's transaction; the number of the note."""
    import json

    from sqlalchemy import text

    listed: list[dict[str, Any]] = [asdict(reason) for reason in reasons]
    return int(
        connection.execute(
            text(
                "insert into release.stop (release_code, planned_at, stopped_at, step, reasons)"
                " values (:code, :planned, :moment, :step, cast(:reasons as jsonb)) returning stop_id"
            ),
            {
                "code": release_code,
                "planned": planned_at,
                "moment": moment,
                "step": step,
                "reasons": json.dumps(listed, ensure_ascii=False),
            },
        ).scalar_one()
    )
