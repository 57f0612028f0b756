"""The queue of doubtful readings: what waits, and what becomes of it once a person compared it with the document."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from include.errors import PlatformError
from include.quality.doubts import DOUBTFUL, REJECTED, WAITING, Word
from include.readers.kept_words import require_fit

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from include.pipeline.results import FileResult
    from include.settings import Settings

_KEPT: Final = "Quyết định được giữ mãi và báo cho đơn vị gửi, nên chỉ ghi chức danh và lý do."
_LIST: Final = "`ttdn readings` liệt kê các kết quả đọc đang chờ."
_DECISION_LOCK: Final = 7_314_020
"""Two people deciding at once: the second is told that it is decided."""

# The latest word of the gate on the bytes of each arrival; an arrival of bytes that were held before is no other file.
_LATEST: Final = (
    "with latest as (select distinct on (s.sha256, s.source_id) s.submission_id, s.sha256, s.source_id,"
    " s.reporting_unit_code, s.period_code, s.subject_key, s.content_hash, s.verdict, s.verdict_code,"
    " r.receipt_id, r.receipt_number, r.original_name, r.received_at, r.byte_size"
    " from warehouse.submission as s"
    " inner join landing.receipt as r on r.submission_id = s.submission_id and r.verdict <> 'duplicate'"
    " order by s.sha256, s.source_id, s.submission_id desc) "
)


class ReadingRefused(PlatformError):
    """A decision that cannot be kept: nothing waits under that receipt, or words that may not be kept."""


def list_readings(connection: Connection) -> list[dict[str, Any]]:
    """What waits for a person, the longest waiting first, as `ttdn readings --json` prints it.

    `doubts` are places with what was read and why it is doubtful, `figures` all that was read. `replaced_by` is the
    receipt of a report accepted since that was received later: nobody has to decide any more.
    """
    from sqlalchemy import text

    waiting = connection.execute(
        text(
            _LATEST  # noqa: S608  the constant above
            + "select latest.*, unit.name_vi as unit_name, newer.receipt_number as replaced_by from latest"
            " left join reference.reporting_unit as unit on latest.reporting_unit_code = unit.unit_code"
            " left join lateral (select r.receipt_number from warehouse.submission as s"
            "  inner join landing.receipt as r on r.submission_id = s.submission_id and r.verdict = 'loaded'"
            "  where s.verdict = 'loaded' and s.source_id = latest.source_id and s.subject_key = latest.subject_key"
            "  and s.received_at > latest.received_at order by s.received_at desc limit 1) as newer on true"
            " where latest.verdict = 'quarantined' and latest.verdict_code = :waiting"
            " order by latest.received_at, latest.receipt_id"
        ),
        {"waiting": WAITING},
    ).all()
    doubts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(
        text(
            "select receipt_id, sheet_name, cell, text_vi from warehouse.finding"
            " where receipt_id = any(:ids) and message_code = :doubtful order by finding_id"
        ),
        {"ids": [row.receipt_id for row in waiting], "doubtful": DOUBTFUL},
    ):
        doubts[row.receipt_id].append({"sheet": row.sheet_name, "cell": row.cell, "text": row.text_vi})
    figures: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(
        text(
            "select held.submission_id, held.sheet_name, held.cell, held.measure_code, measure.name_vi, held.axis_code,"
            " held.member_code, held.value_kind, held.value, held.value_state"
            " from quarantine.observation as held"
            " left join reference.measure on held.measure_code = measure.measure_code"
            " where held.submission_id = any(:ids) order by held.submission_id, held.line_number"
        ),
        {"ids": [row.submission_id for row in waiting]},
    ):
        figures[row.submission_id].append(
            {
                "sheet": row.sheet_name,
                "cell": row.cell,
                "measure": row.measure_code,
                "name": row.name_vi,
                "axis": row.axis_code,
                "member": row.member_code,
                "kind": row.value_kind,
                "value": None if row.value is None else format(row.value.normalize(), "f"),
                "state": row.value_state,
            }
        )
    return [
        {
            "receipt": row.receipt_number,
            "file": row.original_name,
            "sha256": row.sha256,
            "source": row.source_id,
            "reporting_unit": row.reporting_unit_code,
            "reporting_unit_name": row.unit_name,
            "period": row.period_code,
            "received_at": row.received_at.isoformat(),
            "replaced_by": row.replaced_by,
            "doubts": doubts[row.receipt_id],
            "figures": figures[row.submission_id],
        }
        for row in waiting
    ]


def decide_reading(
    engine: Engine,
    settings: Settings,
    receipt_number: str,
    word: Word,
    *,
    reason: str,
    role: str,
    decided_at: datetime | None = None,
) -> FileResult:
    """Keep what `role`, a post, says of a doubtful reading, take its bytes through the gate again, answer the sender.

    The file counts as received when it came, not when somebody found the time. `decided_at` (aware) is now when None.
    Raises ReadingRefused for a receipt that waits for nobody, bytes that are gone, and words that cannot be kept.
    """
    from sqlalchemy import text

    from include.pipeline.ingest import ingest_landed
    from include.pipeline.land import note_receipt, stored_name
    from include.sources import load_source
    from include.warehouse.roles import connected_as

    _require_words(reason, role)
    with connected_as(engine, "ttdn_loader") as connection:
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _DECISION_LOCK})
        waiting = _require_waiting(connection, receipt_number, word)
        stored = settings.landing / stored_name(waiting.sha256)
        if not stored.is_file():
            raise ReadingRefused(
                where=receipt_number,
                found="tệp gốc không còn ở nơi lưu",
                expected="tệp đã nhận, còn nguyên",
                remedy="Khôi phục thư mục landing từ bản sao lưu rồi làm lại.",
            )
        connection.execute(
            text(
                "insert into warehouse.reading_decision (receipt_id, sha256, source_id, content_hash, decision,"
                " reason_vi, decided_by_role, decided_at) values (:receipt_id, :sha256, :source_id, :content_hash,"
                " :word, :reason, :role, coalesce(:decided_at, now()))"
            ),
            {
                "receipt_id": waiting.receipt_id,
                "sha256": waiting.sha256,
                "source_id": waiting.source_id,
                "content_hash": waiting.content_hash,
                "word": word,
                "reason": reason.strip(),
                "role": role.strip(),
                "decided_at": decided_at,
            },
        )
        receipt = note_receipt(
            connection,
            sha256=waiting.sha256,
            byte_size=waiting.byte_size,
            original_name=waiting.original_name,
            source_id=waiting.source_id,
            received_at=waiting.received_at,
            stored=stored,
            sent_path=None,
            inbox_fingerprint=None,
        )
        # Together: were the run to end here, the next one takes the arrival up and finds the decision.
        connection.commit()
        return ingest_landed(connection, settings, load_source(waiting.source_id), [receipt])[receipt.receipt_id]


def _require_waiting(connection: Connection, receipt_number: str, word: Word) -> Any:
    from sqlalchemy import text

    found = connection.execute(
        text(
            _LATEST  # noqa: S608  the constant above
            + "select latest.* from latest inner join landing.receipt as asked"
            " on latest.sha256 = asked.sha256 and latest.source_id = asked.source_id"
            " where asked.receipt_number = :number"
        ),
        {"number": receipt_number},
    ).one_or_none()
    # Who rejected by mistake may still confirm: nothing was loaded meanwhile.
    open_codes = (WAITING, REJECTED) if word == "confirm" else (WAITING,)
    if found is None or found.verdict != "quarantined" or found.verdict_code not in open_codes:
        raise ReadingRefused(
            where="RECEIPT",
            found=f"“{receipt_number}” không chờ xác nhận",
            expected="số biên nhận của một kết quả đọc đang chờ",
            remedy=_LIST,
        )
    return found


def _require_words(reason: str, role: str) -> None:
    require_fit(
        "--by",
        role,
        refusal=ReadingRefused,
        expected="một chức danh, ví dụ “Chuyên viên thống kê Sở VHTTDL”",
        remedy=_KEPT,
        is_post=True,
    )
    require_fit(
        "--reason", reason, refusal=ReadingRefused, expected="lý do bằng lời, không có thông tin cá nhân", remedy=_KEPT
    )
