"""Small snapshots made by hand, for tests of what is written from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from include.extracts.leadership.snapshot import Body, Figure, IndicatorLines, Period, Restatement, Snapshot, SourceFile
from include.extracts.leadership.wording import VIETNAM

DUE = datetime(2026, 6, 15, tzinfo=VIETNAM)
JUNE_10 = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)


def body(code: str, name: str, state: str = "on_time", **changes: Any) -> Body:
    """An obliged commune; received when its state says so."""
    is_received = state in ("on_time", "late")
    plain = Body(
        code=code,
        name=name,
        short_name=name,
        kind="commune",
        group_code="commune",
        obligation="obliged",
        state=state,
        is_received=is_received,
        received_at=JUNE_10 if is_received else None,
        last_attempt_at=JUNE_10 if is_received or state == "quarantined" else None,
        revision=1 if is_received else None,
        cut_off=date(2026, 5, 31) if is_received else None,
        is_nil_return=False,
    )
    return replace(plain, **changes)


def figure(code: str = "M01", value: str | None = "10", **changes: Any) -> Figure:
    """The province's headline of a sum, answered by two of the three bodies asked."""
    amount = None if value is None else Decimal(value)
    plain = Figure(
        indicator_code=code,
        indicator_name=f"Chỉ tiêu {code}",
        unit="tin, bài",
        scope_type="province",
        scope_code="province",
        scope_name="Toàn tỉnh",
        side="single",
        side_name="",
        axis_code="total",
        axis_name="",
        member_code="total",
        member_name="",
        value=amount,
        numerator=amount,
        denominator=None,
        state="missing" if value is None else "reported",
        reason="Chưa có nguồn số liệu này." if value is None else "",
        kind=None if value is None else "thuc_hien",
        full_year_estimate=None,
        full_year_count=0,
        cut_off_from=date(2026, 5, 31),
        cut_off_to=date(2026, 5, 31),
        received=2,
        expected=3,
        requested_received=0,
        requested_expected=0,
        answered=2,
        incomplete=0,
        blank=0,
        withheld=0,
        not_applicable=0,
        is_revised=False,
        is_provisional=False,
    )
    return replace(plain, **changes)


def indicator(code: str = "M01", *headline: Figure, **changes: Any) -> IndicatorLines:
    """An indicator with one headline unless others are given."""
    shown = headline or (figure(code),)
    plain = IndicatorLines(
        code=code,
        name=shown[0].indicator_name,
        unit=shown[0].unit,
        unit_factor=Decimal(1),
        arithmetic="sum",
        direction="up",
        clause_group="II.2",
        clauses=("II.2",),
        owner="Sở VHTTDL",
        reading_note="Cộng dồn từ 01/01.",
        headline=shown,
        breakdowns=(),
        by_group=(),
        by_unit=(),
    )
    return replace(plain, **changes)


def language(code: str, member: str, name: str, value: str | None) -> Figure:
    return figure(code, value, axis_code="language", axis_name="theo ngôn ngữ", member_code=member, member_name=name)


def snapshot(**changes: Any) -> Snapshot:
    """Three communes: one on time, one late, one silent; two indicators, one of them without a value."""
    plain = Snapshot(
        period=Period(
            code="2026-06T",
            kind="6T",
            name="6 tháng đầu năm 2026",
            plan_year=2026,
            window_start=date(2026, 1, 1),
            window_end=date(2026, 6, 30),
            due_at=DUE,
            rule="Nhận trước 15/6/2026",
        ),
        known_until=JUNE_10,
        cut_off_from=date(2026, 5, 31),
        cut_off_to=date(2026, 6, 8),
        bodies=(
            body("28249", "Phường Đạo Thạnh"),
            body("28261", "Phường Mỹ Tho", "late", received_at=DUE),
            body("28270", "Phường Thới Sơn", "not_reported"),
        ),
        indicators=(
            indicator("M01", figure("M01", "1234.5")),
            indicator(
                "M02",
                figure("M02", "7"),
                breakdowns=(
                    language("M02", "en", "Tiếng Anh", "4"),
                    language("M02", "km", "Tiếng Khmer", "3"),
                    language("M02", "zh", "Tiếng Trung", None),
                ),
            ),
            indicator("N01", figure("N01", None), direction="none"),
        ),
        sources=(
            SourceFile(
                "Phường Đạo Thạnh", "bao-cao.xlsx", "a" * 64, 1, JUNE_10, "BN-2026-1", date(2026, 5, 31), "aa/a.xlsx"
            ),
        ),
        restatements=(Restatement("Phường Đạo Thạnh", "MED01", "Tin, bài", "tin, bài", "8", "10", 2, JUNE_10),),
        differences=(),
        warnings=(),
        held_row_count=0,
        is_before_due=False,
    )
    return replace(plain, **changes)
