"""Small editions made by hand, for tests of the documents written from them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from include.extracts.leadership.edition import (
    Approval,
    Change,
    Comparison,
    Correction,
    Edition,
    LineageCell,
    LineageFile,
    edition_json,
)
from include.extracts.leadership.wording import VIETNAM
from tests.unit.extract_builders import snapshot

JUNE_18 = datetime(2026, 6, 18, 8, 0, tzinfo=VIETNAM)
APPROVAL = Approval("Trưởng phòng Văn hóa", "Giám đốc Sở", datetime(2026, 6, 19, 9, 30, tzinfo=VIETNAM))

CORRECTION = Correction(
    number=1,
    of_edition=1,
    reason="Phường Đạo Thạnh gửi lại báo cáo.",
    changes=(
        Change("M01", "Chỉ tiêu M01", "tin, bài", "Toàn tỉnh", "", "1.232,5", "1.234,5", "Phường Đạo Thạnh nộp lại"),
    ),
)


def edition(**changes: Any) -> Edition:
    """The first edition of the six-month release, approved; M01 beside the year before, with one cell behind it."""
    plain = Edition(
        release_code="2026-06T",
        edition_number=1,
        release_kind="six_month",
        name="Báo cáo 6 tháng đầu năm 2026",
        planned_at=JUNE_18,
        is_late=False,
        as_known_at=JUNE_18,
        frozen_at=JUNE_18,
        frozen_by="Lịch phát hành",
        code_version="1.0.0",
        snapshot=snapshot(),
        comparisons=(
            Comparison(
                "M01",
                "single",
                "2025-06T",
                "6 tháng đầu năm 2025",
                Decimal("1000"),
                "reported",
                "chinh_thuc",
                Decimal("234.5"),
            ),
        ),
        lineage_files=(LineageFile("a" * 64, "bao-cao.xlsx", "agency_reports", "BN-2026-1", 1),),
        lineage=(
            LineageCell(
                "M01",
                "single",
                "numerator",
                "MED01",
                "Số tin, bài",
                "28249",
                "Phường Đạo Thạnh",
                "commune",
                "",
                0,
                "Số liệu",
                "D12",
                Decimal("1234.5"),
                Decimal("1234.5"),
                False,
                "reported",
            ),
        ),
        definition_hashes=(("M01", "b" * 64),),
        approval=APPROVAL,
    )
    made = replace(plain, **changes)
    return replace(made, content_hash=hashlib.sha256(edition_json(made)).hexdigest())
