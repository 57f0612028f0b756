"""Unusual figures are asked about, through the real gate: the body's own short past, its peers, and the answer kept.

Report 1 of a batch is wrong, report 2 is the near miss; further reports vary either.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Connection, text

from include.indicators.marts import build_marts
from include.quality.explanations import ExplanationRefused, Speaker, explain_outlier
from include.quality.messages import render
from tests.quality.staged import COMMUNE, VIETNAM, Batch
from tests.sql.builders import send

PERSONAL = "Anh A, 0912 345 678"
POST = "Công chức Văn hóa – Xã hội"


def add_years(connection: Connection, *years: int) -> None:
    """Both regular periods of earlier years, which the project's own calendar does not have."""
    for year in years:
        connection.execute(
            text(
                "insert into reference.reporting_period (period_code, period_kind, name_vi, plan_year, window_start,"
                " window_end, due_at, rule_vi, legal_basis_vi)"
                " select replace(period_code, '2026', :year), period_kind, replace(name_vi, '2026', :year),"
                " cast(:year as integer), window_start - make_interval(years => 2026 - cast(:year as integer)),"
                " window_end - make_interval(years => 2026 - cast(:year as integer)),"
                " due_at - make_interval(years => 2026 - cast(:year as integer)), rule_vi, legal_basis_vi"
                " from reference.reporting_period where plan_year = 2026 and period_kind <> 'DX'"
            ),
            {"year": str(year)},
        )


def half_years(batch: Batch, measure: str, *added: int, unit: str = COMMUNE) -> None:
    """Accepted reports from 2024 on; every number is what that half-year added, as workbooks write it cumulatively."""
    running = 0
    for position, step in enumerate(added):
        year, is_annual = 2024 + position // 2, position % 2 == 1
        running = running + step if is_annual else step
        received_at = datetime(year, 11 if is_annual else 6, 5, 9, tzinfo=VIETNAM)
        batch.already_loaded(f"{year}-{'NAM' if is_annual else '06T'}", received_at, unit, **{measure: running})


@pytest.fixture
def dated(batch: Batch) -> Batch:
    """The batch with the calendar of two earlier years."""
    add_years(batch.connection, 2024, 2025)
    return batch


# The body's own past


def asked_of_own_past(batch: Batch, *staged: int, measure: str = "MED01", **heading: str) -> list[tuple[int, str]]:
    for value in staged:
        batch.report(**heading).figure(measure, value)
    return [(breach.submission_id, breach.found) for breach in batch.breaches_of("OUTLIER_OWN_PAST")]


def test_a_half_year_far_above_the_bodys_own_half_years_is_asked_about(dated: Batch) -> None:
    # Added 10, 12, 11: median 11, median distance 1. Deviation: the greatest of 1.48, 2.75 and √11 = 3.317.
    # 11 + 3.5 x 3.317 = 22.6.
    half_years(dated, "MED01", 10, 12, 11)

    assert asked_of_own_past(dated, 23, 22) == [(1, "ghi 23 tin, bài")]


def test_a_half_year_far_below_is_asked_about_when_the_past_is_large(dated: Batch) -> None:
    # Added 100, 104, 96: median 100, a quarter of it is 25, so 12.5 to 187.5.
    half_years(dated, "MED01", 100, 104, 96)

    assert asked_of_own_past(dated, 12, 13) == [(1, "ghi 12 tin, bài")]


def test_a_quiet_past_asks_about_no_zero(dated: Batch) -> None:
    half_years(dated, "MED01", 10, 12, 11)

    assert asked_of_own_past(dated, 0) == []


def test_three_half_years_are_enough_and_two_are_not(dated: Batch) -> None:
    half_years(dated, "MED01", 10, 12)

    assert asked_of_own_past(dated, 500) == []


def test_a_year_is_compared_by_what_its_second_half_added(dated: Batch) -> None:
    # 2026 so far: 11 in the first half. The year may stand at 11 + 22 = 33; at 34 the half-year added 23.
    half_years(dated, "MED01", 10, 12, 11, 11, 11)

    assert asked_of_own_past(dated, 34, 33, period="2026-NAM") == [(1, "sáu tháng cuối năm tăng thêm 23 tin, bài")]


def test_a_year_whose_first_half_is_not_known_has_nothing_to_be_compared_with(dated: Batch) -> None:
    half_years(dated, "MED01", 10, 12, 11)

    assert asked_of_own_past(dated, 900, period="2026-NAM") == []


def test_a_stock_is_compared_as_it_stands_whatever_the_half_year(dated: Batch) -> None:
    # MED03, columns kept up: 40, 42, 41 at three cut-offs. Median 41, a quarter is 10.25: up to 76.9.
    for period, received, value in (("2024-06T", 2024, 40), ("2025-06T", 2025, 41)):
        dated.already_loaded(period, datetime(received, 6, 5, 9, tzinfo=VIETNAM), MED03=value)
    dated.already_loaded("2024-NAM", datetime(2024, 11, 5, 9, tzinfo=VIETNAM), MED03=42)

    assert asked_of_own_past(dated, 77, 76, measure="MED03") == [(1, "ghi 77 chuyên mục")]


def test_a_past_that_swung_widely_allows_a_swing(dated: Batch) -> None:
    # Added 10, 60, 35: median 35, median distance 25, deviation 37.07; 35 + 129.7 = 164.7.
    half_years(dated, "MED01", 10, 60, 35)

    assert asked_of_own_past(dated, 165, 164) == [(1, "ghi 165 tin, bài")]


def test_only_the_latest_revision_of_a_past_report_speaks(dated: Batch) -> None:
    half_years(dated, "MED01", 900, 12, 11)
    dated.already_loaded("2024-06T", datetime(2024, 7, 5, 9, tzinfo=VIETNAM), MED01=10)
    dated.already_loaded("2024-NAM", datetime(2024, 12, 5, 9, tzinfo=VIETNAM), MED01=22)

    assert asked_of_own_past(dated, 23, 22) == [(1, "ghi 23 tin, bài")]


def test_another_bodys_past_is_not_looked_at(dated: Batch) -> None:
    half_years(dated, "MED01", 10, 12, 11, unit="28261")

    assert asked_of_own_past(dated, 500) == []


def test_money_a_thousand_times_off_is_asked_about_once_as_a_unit_mix_up(dated: Batch) -> None:
    half_years(dated, "BUD02", 40, 42, 41)
    dated.report().figure("BUD02", 41_000)
    dated.report().figure("BUD02", 400)

    codes = [(breach.submission_id, breach.code) for breach in dated.gate() if breach.severity == "warn"]

    assert (1, "MONEY_JUMP") in codes
    assert [code for code in codes if code[1] == "OUTLIER_OWN_PAST"] == [(2, "OUTLIER_OWN_PAST")]


def test_the_question_names_the_past_and_says_that_the_figure_counts(dated: Batch) -> None:
    half_years(dated, "MED01", 100, 104, 96)
    dated.report().figure("MED01", 300, cell="F14")

    [breach] = dated.breaches_of("OUTLIER_OWN_PAST")

    assert breach.severity == "warn"
    assert render(breach)[2] == (
        "Trang “Báo cáo”, ô F14: Tin, bài TTĐN đã đăng, phát (MED01): ghi 300 tin, bài, khác hẳn mức thường thấy của"
        " đơn vị trong 3 kỳ trước, từ 12,5 đến 187,5 tin, bài. Số này có đúng không? Số liệu vẫn được nhận; nếu đúng,"
        " ghi ngắn gọn lý do ở cột Ghi chú (không ghi tên người), nếu nhầm, sửa và gửi lại."
    )


# Bodies of the same kind


def peers(batch: Batch, count: int, measure: str, value: int, template: str = "T-COMMUNE") -> None:
    """Accepted reports of that many other communes for the period of the batch."""
    codes = batch.connection.execute(
        text(
            "select unit_code from reference.reporting_unit where unit_kind = 'commune' and unit_code <> :own"
            " order by unit_code limit :count"
        ),
        {"own": COMMUNE, "count": count},
    ).scalars()
    for number, code in enumerate(codes):
        batch.already_loaded("2026-06T", datetime(2026, 6, 1, 8, number, tzinfo=VIETNAM), code, **{measure: value})
    batch.connection.execute(text("update warehouse.submission set template_code = :code"), {"code": template})


def asked_among_peers(batch: Batch, *staged: int) -> list[tuple[int, str]]:
    for value in staged:
        batch.report().figure("MED01", value)
    return [(breach.submission_id, breach.found) for breach in batch.breaches_of("OUTLIER_AMONG_PEERS")]


def test_a_figure_far_above_those_of_bodies_of_the_same_kind_is_asked_about(batch: Batch) -> None:
    # Peers all at 10: ln 11 = 2.3979, plus 3.5 x 0.35 = 3.6229; e^3.6229 - 1 = 36.4.
    peers(batch, 8, "MED01", 10)

    assert asked_among_peers(batch, 37, 36) == [(1, "ghi 37 tin, bài")]


def test_seven_peers_are_too_few(batch: Batch) -> None:
    peers(batch, 7, "MED01", 10)

    assert asked_among_peers(batch, 900) == []


def test_a_small_or_zero_figure_among_busy_peers_is_left_alone(batch: Batch) -> None:
    peers(batch, 8, "MED01", 400)

    assert asked_among_peers(batch, 0, 1, 9) == []


def test_a_figure_below_ten_is_too_small_to_tell_anything(batch: Batch) -> None:
    # Among peers at 0 the bound is e^1.225 - 1 = 2.4.
    peers(batch, 8, "MED01", 0)

    assert asked_among_peers(batch, 10, 9) == [(1, "ghi 10 tin, bài")]


def test_peers_fill_the_same_template(batch: Batch) -> None:
    peers(batch, 8, "MED01", 10, template="T-DEPT")

    assert asked_among_peers(batch, 900) == []


def test_an_unusual_figure_holds_nothing_back(batch: Batch) -> None:
    peers(batch, 8, "MED01", 10)
    batch.report().figure("MED01", 900)

    assert {breach.severity for breach in batch.breaches_of("OUTLIER_AMONG_PEERS")} == {"warn"}


# The answer is kept


@pytest.fixture
def question(warehouse: Connection) -> int:
    """A question told to a commune about its June report; returns its finding."""
    submission = send(warehouse, COMMUNE, figures={"MED01": 300})
    return warehouse.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, sheet_name, cell, text_vi)"
            " select receipt_id, '', 'OUTLIER_OWN_PAST', 'warn', 'Báo cáo', 'F14', 'Số này có đúng không?'"
            " from landing.receipt where submission_id = :submission returning finding_id"
        ),
        {"submission": submission},
    ).scalar_one()


def questions(connection: Connection) -> list[tuple[object, ...]]:
    build_marts(connection)
    return [
        tuple(row)
        for row in connection.execute(
            text("select finding_id, reporting_unit_code, is_answered, answer_kind from mart.outlier_question")
        )
    ]


def test_a_question_stands_open_until_the_body_answers(warehouse: Connection, question: int) -> None:
    assert questions(warehouse) == [(question, COMMUNE, False, None)]

    explain_outlier(warehouse, question, "will_correct", Speaker(COMMUNE, "Đang rà soát lại.", POST))
    explain_outlier(warehouse, question, "confirmed", Speaker(COMMUNE, "Có tuần lễ văn hóa trong kỳ.", POST))

    assert questions(warehouse) == [(question, COMMUNE, True, "confirmed")]
    assert warehouse.execute(text("select count(*) from warehouse.explanation")).scalar() == 2
    assert warehouse.execute(text("select sum(value) from mart.observation_latest")).scalar() == 300


@pytest.mark.parametrize("reason", ["", "   ", PERSONAL, "Liên hệ a.b@example.vn", "MẬT"])
def test_a_reason_that_is_none_or_may_not_be_kept_is_refused(warehouse: Connection, question: int, reason: str) -> None:
    with pytest.raises(ExplanationRefused) as refusal:
        explain_outlier(warehouse, question, "confirmed", Speaker(COMMUNE, reason, POST))

    assert warehouse.execute(text("select count(*) from warehouse.explanation")).scalar() == 0
    assert "0912" not in str(refusal.value)


def test_another_bodys_question_or_another_finding_takes_no_answer(warehouse: Connection, question: int) -> None:
    other = warehouse.execute(
        text(
            "insert into warehouse.finding (receipt_id, rule_code, message_code, severity, text_vi)"
            " select receipt_id, 'R-10', 'COPIED_REPORT', 'warn', 'x' from warehouse.finding returning finding_id"
        )
    ).scalar_one()

    for finding, unit in ((question, "28261"), (other, COMMUNE), (10_000, COMMUNE)):
        with pytest.raises(ExplanationRefused, match="outlier_question"):
            explain_outlier(warehouse, finding, "confirmed", Speaker(unit, "Đúng.", POST))
