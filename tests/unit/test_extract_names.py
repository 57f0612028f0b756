"""What breakdowns and coverage are called in the leadership's extract: words, never codes."""

from __future__ import annotations

import pytest

from include.extracts.leadership.snapshot import _breakdown_names
from include.extracts.leadership.statements import coverage_of
from include.indicators.catalogue import load_catalogue
from include.reference import load_reference
from tests.unit.extract_builders import figure


@pytest.mark.parametrize(
    ("axis", "member", "named"),
    [
        ("tone", "tich_cuc", ("theo sắc thái", "Tích cực")),
        ("unclassified", "chua_phan_loai", ("trên tổng số tin, bài", "Chưa phân loại")),
        ("channel_type/tone", "bao_in/tich_cuc", ("theo loại kênh, theo sắc thái", "Báo in – Tích cực")),
        (
            "scope/unclassified",
            "ngoai_nuoc/chua_phan_loai",
            ("theo phạm vi, trên tổng số tin, bài", "Ngoài nước – Chưa phân loại"),
        ),
        ("total", "total", ("", "")),
    ],
)
def test_a_breakdown_of_tones_is_named_in_words(axis: str, member: str, named: tuple[str, str]) -> None:
    assert _breakdown_names(axis, member, load_catalogue()["N02"], load_reference()) == named


def test_coverage_counts_bodies_or_for_a_feed_of_days_the_days() -> None:
    assert coverage_of(figure(received=109, expected=121)) == "109/121"
    assert coverage_of(figure("N01", received=144, expected=181, counts_days=True)) == "144/181 ngày"
    assert coverage_of(figure(received=0, expected=0)) == "–"
