"""Each of the 20 cross-checks seen failing, with a near miss beside it, through the real gate on PostgreSQL.

Report 1 of a batch is wrong, report 2 is the near miss; further reports vary either.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import text

from include.quality.gate import Breach
from include.quality.messages import render
from tests.quality.staged import VIETNAM, Batch

JUNE = datetime(2026, 6, 5, 9, tzinfo=VIETNAM)
NOVEMBER = datetime(2026, 11, 5, 9, tzinfo=VIETNAM)


def places(breaches: list[Breach]) -> list[tuple[int, int | None]]:
    return sorted({(breach.submission_id, breach.line_number or 0) for breach in breaches})


def submissions(breaches: list[Breach]) -> list[int]:
    return sorted({breach.submission_id for breach in breaches})


#


def test_a_cut_off_outside_the_period_or_after_receipt_blocks_the_file(batch: Batch) -> None:
    batch.report(cut_off=date(2026, 7, 1), received_at=datetime(2026, 7, 2, 8, tzinfo=VIETNAM))
    batch.report(cut_off=date(2026, 6, 5), received_at=JUNE)
    batch.report(cut_off=date(2026, 6, 6), received_at=JUNE)
    batch.report(cut_off=date(2025, 12, 31), received_at=JUNE)

    found = [(breach.submission_id, breach.code) for breach in batch.gate() if breach.rule_code == "R-01"]

    assert found == [(1, "CUT_OFF_OUTSIDE_PERIOD"), (3, "CUT_OFF_AFTER_RECEIPT"), (4, "CUT_OFF_OUTSIDE_PERIOD")]


def test_the_day_of_receipt_is_the_day_in_vietnam(batch: Batch) -> None:
    # 18:30 UTC on 4 June is 01:30 on 5 June in Đồng Tháp.
    batch.report(cut_off=date(2026, 6, 5), received_at=datetime.fromisoformat("2026-06-04T18:30+00:00"))

    assert batch.breaches_of("CUT_OFF_AFTER_RECEIPT") == []


def test_a_heading_nobody_knows_blocks_the_file(batch: Batch) -> None:
    batch.report(template_version="2019.1")
    batch.report()
    batch.report(period="2031-06T", cut_off=date(2026, 5, 31))

    found = [(breach.submission_id, breach.subject) for breach in batch.breaches_of("HEADING_NOT_KNOWN")]

    assert found == [(1, "Mẫu số"), (3, "Kỳ báo cáo")]


#


def test_a_cell_that_could_not_be_read_is_asked_back(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", None, state="unreadable", reading_code="NUMBER_AMBIGUOUS", raw="1.234")
    report.figure("MED02", 1234, raw="1.234,0")
    report.figure("EVT01", None, state="unreadable", raw="mấy chục")
    report.figure("?", None, state="unreadable", reading_code="LINE_UNKNOWN", raw="7", detail="Số trạm phát sóng")

    breaches = [breach for breach in batch.gate() if breach.severity == "block"]

    assert [(breach.line_number, breach.code, breach.found) for breach in breaches] == [
        (1, "NUMBER_AMBIGUOUS", "1.234"),
        (3, "NUMBER_UNREADABLE", "mấy chục"),
        (4, "LINE_UNKNOWN", "Số trạm phát sóng"),
    ]


#


def test_parts_must_sum_to_the_total_exactly_for_counts(batch: Batch) -> None:
    wrong = batch.report()
    wrong.figure("LEG03", 10)
    wrong.parts("LEG03", "level", tinh=4, xa=5)
    right = batch.report()
    right.figure("LEG03", 10)
    right.parts("LEG03", "level", tinh=4, xa=6)

    breaches = batch.breaches_of("PARTS_NOT_TOTAL")

    assert places(breaches) == [(1, 1), (1, 2), (1, 3)], "the total and every part are held back together"
    assert {breach.cell for breach in breaches} == {"F1"}, "and told once, at the total"
    assert breaches[0].found == "tổng ghi 10, các dòng LEG03.level cộng lại là 9"


def test_money_may_differ_by_rounding_only(batch: Batch) -> None:
    # 2 parts: 0.05 x 2 = 0.1, so the least tolerance of 0.2 triệu đồng holds.
    wrong = batch.report()
    wrong.figure("BUD01", "100")
    wrong.parts("BUD01", "source", nsnn_tinh="60.1", nsnn_xa="39.69")
    right = batch.report()
    right.figure("BUD01", "100")
    right.parts("BUD01", "source", nsnn_tinh="60.1", nsnn_xa="39.7")

    breaches = batch.breaches_of("PARTS_NOT_TOTAL")

    assert submissions(breaches) == [1]
    assert breaches[0].found == "tổng ghi 100, các dòng BUD01.source cộng lại là 99,79"


def test_the_tolerance_grows_with_the_number_of_parts(batch: Batch) -> None:
    # 10 donors: 0.05 x 10 = 0.5 triệu USD.
    donors = batch.connection.execute(
        text("select member_code from reference.code_list_member where list_code = 'donor' order by position limit 10")
    ).scalars()
    wrong = batch.report("T-FIN", unit="STC")
    right = batch.report("T-FIN", unit="STC")
    wrong.figure("ODA02", "100.6")
    right.figure("ODA02", "100.5")
    for donor in donors:
        wrong.figure("ODA02", 10, part=("donor", donor))
        right.figure("ODA02", 10, part=("donor", donor))

    assert submissions(batch.breaches_of("PARTS_NOT_TOTAL")) == [1]


def test_a_breakdown_left_blank_is_not_compared_but_a_half_filled_one_is(batch: Batch) -> None:
    half = batch.report()
    half.figure("STF02", 3)
    half.parts("STF02", "staff_time", chuyen_trach=1)
    half.figure("STF02", None, part=("staff_time", "kiem_nhiem"))
    blank = batch.report()
    blank.figure("STF02", 3)
    blank.figure("STF02", None, part=("staff_time", "chuyen_trach"))
    nil = batch.report()
    nil.figure("STF02", 0, state="nil")
    nil.figure("STF02", 0, part=("staff_time", "chuyen_trach"), state="nil")
    unknown = batch.report()
    unknown.figure("STF02", 3)
    unknown.parts("STF02", "staff_time", chuyen_trach=1)
    unknown.figure("STF02", None, part=("staff_time", "kiem_nhiem"), state="withheld")

    assert submissions(batch.breaches_of("PARTS_NOT_TOTAL")) == [1]


def test_breakdowns_that_need_not_add_up_are_left_alone(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED07", 9)
    report.parts("MED07", "topic", bien_gioi_bien_dao=2)

    assert batch.breaches_of("PARTS_NOT_TOTAL") == []


def test_actual_and_estimate_for_the_year_are_added_up_apart(batch: Batch) -> None:
    report = batch.report(period="2026-NAM")
    report.figure("LEG03", 10)
    report.parts("LEG03", "level", tinh=4, xa=6)
    report.figure("LEG03", 15, kind="uoc_nam")
    report.parts("LEG03", "level", kind="uoc_nam", tinh=5, xa=9)
    flagged = batch.report(period="2026-NAM")
    flagged.figure("LEG03", 10)
    flagged.figure("LEG03", 4, part=("level", "tinh"))
    flagged.figure("LEG03", 6, part=("level", "xa"), kind="uoc")

    breaches = batch.breaches_of("PARTS_NOT_TOTAL")

    assert places(breaches) == [(1, 4), (1, 5), (1, 6)]


def test_a_printed_total_must_equal_the_lines_above_it(batch: Batch) -> None:
    wrong = batch.report()
    wrong.parts("EVT02", "country", KH=2, LA=3)
    wrong.printed_total("EVT02", "country", 6, "F20")
    right = batch.report()
    right.parts("EVT02", "country", KH=2, LA=3)
    right.printed_total("EVT02", "country", 5, "F20")

    breaches = batch.breaches_of("PRINTED_TOTAL_DIFFERS")

    assert places(breaches) == [(1, 1), (1, 2)]
    assert {(breach.sheet_name, breach.cell) for breach in breaches} == {("Chi tiết", "F20")}


#


def test_news_items_by_language_by_platform_and_in_all_are_one_number(batch: Batch) -> None:
    wrong = batch.report()
    wrong.figure("MED01", 12)
    wrong.parts("MED01", "language", vi=10, en=2)
    wrong.parts("MED01", "platform", cong_ttdt=11)
    right = batch.report()
    right.figure("MED01", 12)
    right.parts("MED01", "language", vi=10, en=2)
    right.parts("MED01", "platform", cong_ttdt=7, mxh=5)
    without_platforms = batch.report()
    without_platforms.figure("MED01", 12)
    without_platforms.parts("MED01", "language", vi=12)

    breaches = [breach for breach in batch.gate() if breach.rule_code in ("R-03", "R-04")]

    assert places(breaches) == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert breaches[0].code == "NEWS_ITEMS_DISAGREE"
    assert breaches[0].found == "tổng ghi 12; cộng theo ngôn ngữ là 12; cộng theo nền tảng là 11"


def test_languages_and_platforms_are_compared_even_without_a_total(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", None)
    report.parts("MED01", "language", vi=10)
    report.parts("MED01", "platform", mxh=9)

    assert submissions(batch.breaches_of("NEWS_ITEMS_DISAGREE")) == [1]


#


def test_a_subset_may_not_exceed_its_whole(batch: Batch) -> None:
    wrong = batch.report()
    wrong.figures(LEG01=3, LEG02=4)
    right = batch.report()
    right.figures(LEG01=4, LEG02=4)

    breaches = batch.breaches_of("PART_EXCEEDS_WHOLE")

    assert places(breaches) == [(1, 1), (1, 2)]
    assert (breaches[0].cell, breaches[0].found, breaches[0].expected) == (
        "F2",
        "LEG02 = 4 (ô F2)",
        "không lớn hơn LEG01 = 3 (ô F1)",
    )


def test_several_parts_are_added_before_they_are_compared_with_several_wholes(batch: Batch) -> None:
    two_parts = batch.report("T-LEAD", unit="SVHTTDL")
    two_parts.figures(DIF01=5, DIF02=3, DIF03=3)
    two_wholes = batch.report()
    two_wholes.figures(MED01=5, MED02=4, HRT01=9)
    too_many = batch.report()
    too_many.figures(MED01=5, MED02=4, HRT01=10)

    assert submissions(batch.breaches_of("PART_EXCEEDS_WHOLE")) == [1, 3]


def test_an_unknown_whole_is_not_taken_for_zero(batch: Batch) -> None:
    missing = batch.report()
    missing.figure("RSP02", None)
    missing.figure("RSP03", 2)
    nil = batch.report()
    nil.figure("RSP02", 0, state="nil")
    nil.figure("RSP03", 2)

    assert submissions(batch.breaches_of("PART_EXCEEDS_WHOLE")) == [2]


def test_foreign_guests_cannot_outnumber_all_guests(batch: Batch) -> None:
    wrong = batch.report()
    wrong.figure("EVT03", 100)
    wrong.figure("EVT03", 101, part=("of_which", "khach_quoc_te"))
    right = batch.report()
    right.figure("EVT03", 100)
    right.figure("EVT03", 100, part=("of_which", "khach_quoc_te"))

    assert places(batch.breaches_of("OF_WHICH_EXCEEDS_TOTAL")) == [(1, 1), (1, 2)]


#


def test_an_annual_flow_below_the_six_month_figure_blocks(batch: Batch) -> None:
    batch.already_loaded("2026-06T", JUNE, MED01=40, EVT01=6, STF02=3, BDR03_uoc=500)
    annual = batch.report(period="2026-NAM")
    annual.figure("MED01", 39)
    annual.figure("EVT01", 6)
    annual.figure("STF02", 2)  # a stock may fall
    annual.figure("BDR03", 450)  # the 6-month figure was an estimate
    annual.figure("MED01", 60, kind="uoc_nam")
    half_year = batch.report()
    half_year.figure("MED01", 1)

    breaches = batch.breaches_of("ANNUAL_BELOW_SIX_MONTHS")

    assert places(breaches) == [(1, 1)]
    assert (breaches[0].found, breaches[0].expected) == (
        "lũy kế năm là 39",
        "không nhỏ hơn 40 đã báo cáo 6 tháng",
    )


def test_the_latest_accepted_six_month_revision_counts(batch: Batch) -> None:
    batch.already_loaded("2026-06T", JUNE, MED01=400)
    batch.already_loaded("2026-06T", JUNE + timedelta(days=20), MED01=40)
    batch.report(period="2026-NAM").figure("MED01", 50)

    assert batch.breaches_of("ANNUAL_BELOW_SIX_MONTHS") == []


def test_adjusted_fdi_capital_may_fall(batch: Batch) -> None:
    batch.already_loaded("2026-06T", JUNE, "STC", FDI04=5, FDI06=5)
    report = batch.report("T-FIN", unit="STC", period="2026-NAM")
    report.figures(FDI04="-9.557", FDI06=4)

    assert places(batch.breaches_of("ANNUAL_BELOW_SIX_MONTHS")) == [(1, 2)]


#


def test_staff_assigned_needs_a_person_where_the_template_counts_them(batch: Batch) -> None:
    wrong = batch.report()
    wrong.figures(STF01=1, STF02=0)
    right = batch.report()
    right.figures(STF01=1, STF02=1)
    no = batch.report()
    no.figures(STF01=0, STF02=0)
    police = batch.report("T-POLICE", unit="CAT")
    police.figure("STF01", 1)

    breaches = batch.breaches_of("STAFF_COUNT_MISSING")

    assert submissions(breaches) == [1]
    assert breaches[0].severity == "warn"


def test_a_plan_of_its_own_needs_number_and_date(batch: Batch) -> None:
    notes = [
        None,
        "45/KH-UBND",
        "ngày 12/3/2026",
        "45/KH-UBND ngày 12/3/2026",
        "Số 45/KH-UBND, ngày 12 tháng 3 năm 2026",
    ]
    for note in notes:
        batch.report().figure("LEG05", 1, note=note)
    batch.report().figure("LEG05", 0)

    assert submissions(batch.breaches_of("PLAN_DOCUMENT_MISSING")) == [1, 2, 3]


#


def test_a_class_of_fewer_than_5_or_more_than_500_warns(batch: Batch) -> None:
    for attendees in (9, 10, 1000, 1001):
        batch.report().figures(TRN01=2, TRN02=attendees)

    breaches = batch.breaches_of("CLASS_SIZE_UNUSUAL")

    assert submissions(breaches) == [1, 4]
    assert breaches[0].found == "9 lượt người trên 2 lớp, bình quân 4,5 người một lớp"
    assert {breach.severity for breach in breaches} == {"warn"}


def test_attendees_without_a_class_block(batch: Batch) -> None:
    wrong = batch.report()
    wrong.figure("TRN01", 0, state="nil")
    wrong.figure("TRN02", 30)
    right = batch.report()
    right.figure("TRN01", 0, state="nil")
    right.figure("TRN02", 0, state="nil")
    unknown = batch.report()
    unknown.figure("TRN01", None)
    unknown.figure("TRN02", 30)

    breaches = batch.breaches_of("ATTENDEES_WITHOUT_CLASS")

    assert places(breaches) == [(1, 1), (1, 2)]
    assert {breach.severity for breach in breaches} == {"block"}


#


def test_spending_a_thousand_times_the_plan_looks_like_another_unit(batch: Batch) -> None:
    batch.report().figures(BUD01=120, BUD02=80000)
    batch.report().figures(BUD01=120, BUD02=110)
    batch.report().figures(BUD01=120, BUD02="0.1")

    breaches = batch.breaches_of("MONEY_JUMP")

    assert submissions(breaches) == [1, 3]
    assert breaches[0].found == "80.000 triệu đồng, trong khi kế hoạch BUD01 (ô F1) là 120 triệu đồng"


def test_money_is_compared_with_the_revision_and_the_period_before(batch: Batch) -> None:
    batch.already_loaded("2026-06T", JUNE - timedelta(days=3), BUD01=120)
    batch.report().figure("BUD01", 120_000_000)
    batch.report().figure("BUD01", 240)
    batch.report(period="2026-NAM").figure("BUD01", "0.12")
    batch.report(period="2026-NAM", unit="28252").figure("BUD01", "0.12")

    breaches = batch.breaches_of("MONEY_JUMP")

    assert submissions(breaches) == [1, 3]
    assert "lần báo cáo trước là 120 triệu đồng" in breaches[0].found
    assert "kỳ trước là 120 triệu đồng" in breaches[1].found


def test_a_plan_above_100_000_trieu_dong_looks_like_dong(batch: Batch) -> None:
    batch.report().figure("BUD01", 100_001)
    batch.report().figure("BUD01", 100_000)

    assert submissions(batch.breaches_of("BUDGET_LOOKS_LIKE_DONG")) == [1]


#


def test_a_report_equal_to_the_last_one_in_every_figure_warns(batch: Batch) -> None:
    figures = {"MED01": 12, "MED02": 3, "EVT01": 5, "EVT02": 2, "BUD01": 100, "DIF01": 0}
    batch.already_loaded("2026-06T", JUNE, **figures)
    batch.report(period="2026-NAM").figures(**figures)
    batch.report(period="2026-NAM").figures(**{**figures, "EVT01": 6})
    more = batch.report(period="2026-NAM")
    more.figures(**figures, RSP01=1)

    breaches = batch.breaches_of("COPIED_REPORT")

    assert [(breach.submission_id, breach.line_number) for breach in breaches] == [(1, None)]
    assert breaches[0].severity == "warn"
    assert breaches[0].found == "cả 5 số liệu khác 0 đều bằng 6 tháng đầu năm 2026"


def test_a_quiet_body_may_repeat_itself(batch: Batch) -> None:
    figures = {"MED01": 12, "MED02": 3, "EVT01": 5, "BUD01": 100, "DIF01": 0, "STF01": 1}
    batch.already_loaded("2026-06T", JUNE, **figures)
    batch.report(period="2026-NAM").figures(**figures)

    assert batch.breaches_of("COPIED_REPORT") == []


def test_a_copy_of_the_six_months_is_known_beside_the_estimate_only_the_year_asks_for(batch: Batch) -> None:
    figures = {"MED01": 12, "MED02": 3, "EVT01": 5, "EVT02": 2, "BUD01": 100}
    batch.already_loaded("2026-06T", JUNE, **figures)
    batch.report(period="2026-NAM").figures(**figures, BUD03=100)
    batch.report(period="2026-NAM").figures(**{**figures, "EVT01": 6}, BUD03=100)

    assert submissions(batch.breaches_of("COPIED_REPORT")) == [1]


def test_a_report_of_nothing_but_the_digit_zero_is_asked(batch: Batch) -> None:
    zeros = {"MED01": 0, "MED02": 0, "EVT01": 0, "EVT02": 0, "BUD01": 0}
    batch.report().figures(**zeros, STF01=1)
    batch.report().figures(**{**zeros, "BUD01": 1})
    in_words = batch.report()
    in_words.figures(**zeros)
    in_words.figure("DIF01", 0, state="nil")
    batch.report().figures(MED01=0, MED02=0, EVT01=0, EVT02=0)

    breaches = batch.breaches_of("ALL_ZERO")

    assert submissions(breaches) == [1]
    assert (breaches[0].severity, breaches[0].found) == ("warn", "cả 5 số liệu đều bằng 0")


#


def test_the_estimate_for_the_year_covers_what_is_spent(batch: Batch) -> None:
    batch.report(period="2026-NAM").figures(BUD02=90, BUD03="89.9")
    batch.report(period="2026-NAM").figures(BUD02=90, BUD03=90)

    assert places(batch.breaches_of("YEAR_ESTIMATE_BELOW_SPENT")) == [(1, 1), (1, 2)]


def test_spending_over_the_plan_needs_a_note(batch: Batch) -> None:
    batch.report().figures(BUD01=100, BUD02=121)
    batch.report().figures(BUD01=100, BUD02=120)
    explained = batch.report()
    explained.figure("BUD01", 100)
    explained.figure("BUD02", 121, note="Bổ sung dự toán theo Quyết định 12/QĐ-UBND")

    breaches = batch.breaches_of("SPENT_OVER_PLAN_WITHOUT_NOTE")

    assert places(breaches) == [(1, 1), (1, 2)]
    assert {breach.severity for breach in breaches} == {"block"}


#


def test_a_commune_of_before_july_2025_is_refused_with_its_successors(batch: Batch) -> None:
    former, successor, name = batch.connection.execute(
        text(
            "select former_code, successor_code, name_vi from reference.unit_succession"
            " inner join reference.reporting_unit on successor_code = unit_code"
            " where former_code not in (select unit_code from reference.reporting_unit) and not is_partial"
            " order by former_code limit 1"
        )
    ).one()
    batch.report(unit=former)
    batch.report(unit=successor)

    breaches = batch.breaches_of("UNIT_NOT_IN_FORCE")

    assert submissions(breaches) == [1]
    assert breaches[0].expected == f"đơn vị kế thừa: {name} ({successor})"


def test_a_line_of_another_body_is_refused(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", 5, unit="28252")
    report.figure("MED02", 5)

    assert places(batch.breaches_of("LINE_OF_ANOTHER_UNIT")) == [(1, 1)]


#


def test_a_monitoring_value_outside_the_closed_lists_is_told_with_the_nearest_allowed(batch: Batch) -> None:
    batch.monitoring(date(2026, 5, 4), 3, cell=None)
    batch.monitoring_value("channel_type", "bao_in")
    batch.monitoring_value("topic", None, shown="Kinh tê", nearest="Kinh tế, đầu tư")
    batch.monitoring_value("tone", None)

    breaches = {breach.subject: breach for breach in batch.breaches_of("OUTSIDE_CODE_LIST")}

    assert set(breaches) == {"topic", "tone"}
    topic = breaches["topic"]
    assert (topic.line_number, topic.sheet_name, topic.cell) == (None, "Số liệu", "C7")
    assert topic.found == "giá trị “Kinh tê” ngoài danh mục, 3 dòng"
    assert topic.expected == "một mã trong danh mục topic, gần nhất là “Kinh tế, đầu tư”"
    assert breaches["tone"].found == "ô trống, 3 dòng"


def test_a_member_is_used_on_the_days_it_is_valid_on(batch: Batch) -> None:
    batch.connection.execute(
        text(
            "update reference.code_list_member set valid_to = '2026-06-01'"
            " where list_code = 'tone' and member_code = 'tich_cuc'"
        )
    )
    batch.monitoring(date(2026, 5, 4), 3)
    batch.monitoring_value("channel_type", "bao_in", first_day=date(2025, 12, 31), last_day=date(2026, 5, 4))
    batch.monitoring_value("topic", "khac", first_day=date(2026, 1, 1))
    batch.monitoring_value("tone", "tich_cuc", last_day=date(2026, 6, 1))
    batch.monitoring_value("tone", "tieu_cuc", last_day=date(2026, 6, 1))
    batch.monitoring_value("tone", "tich_cuc", last_day=date(2026, 5, 31))

    breaches = batch.breaches_of("OUTSIDE_CODE_LIST")

    assert [(breach.subject, breach.expected) for breach in breaches] == [
        ("channel_type", "ngày từ 01/01/2026"),
        ("tone", "ngày từ 01/01/2026 đến 31/05/2026"),
    ]


def test_a_monitoring_cell_stands_in_the_file_once(batch: Batch) -> None:
    batch.monitoring(date(2026, 5, 4), 3)
    batch.monitoring(date(2026, 5, 4), 4)
    batch.monitoring(date(2026, 5, 4), 4, cell=1)
    batch.monitoring(date(2026, 5, 5), 4)
    batch.monitoring(date(2026, 5, 4), 3, submission=2)

    [breach] = batch.breaches_of("MONITORING_KEY_REPEATED")

    assert (breach.submission_id, breach.line_number, breach.cell) == (1, None, "dòng 3")
    assert breach.found == "dòng 2 (ngày 04/05/2026)"


def test_repeated_cells_of_many_days_are_told_once(batch: Batch) -> None:
    for day in range(1, 29):
        batch.monitoring(date(2026, 5, day), 3)
        batch.monitoring(date(2026, 5, day), 3)

    [breach] = batch.breaches_of("MONITORING_KEY_REPEATED")

    assert breach.found == "dòng 2 (ngày 01/05/2026; 28 ngày có dòng trùng)"


def test_a_monitoring_count_needs_a_day_a_cell_and_a_number_of_0_or_more(batch: Batch) -> None:
    batch.monitoring(date(2026, 5, 3), 0)
    batch.monitoring(None, 3)
    batch.monitoring(date(2026, 5, 4), None)
    batch.monitoring(date(2026, 5, 5), -1)
    batch.monitoring(date(2026, 5, 6), 2_147_483_648)
    batch.monitoring(date(2026, 5, 7), 1, cell=-1)
    batch.monitoring(date(2026, 5, 8), 0, cell=-1)
    batch.monitoring(date(2026, 5, 9), 2_147_483_647)
    batch.monitoring(date(2026, 5, 10), 1, cell=None)
    batch.monitoring(date(2026, 5, 11), -1)

    breaches = batch.breaches_of("MONITORING_VALUE_INVALID")

    assert sorted((breach.cell, breach.found) for breach in breaches) == [
        ("dòng 10", "1 dòng không rõ thuộc ô nào của bảng phân loại"),
        ("dòng 3", "1 dòng không có ngày"),
        ("dòng 4", "1 dòng để trống số đếm"),
        ("dòng 5", "2 dòng có số đếm âm"),
        ("dòng 6", "1 dòng có số đếm quá lớn"),
        ("dòng 7", "1 dòng ghi “không có tin” nhưng số đếm khác 0"),
    ]
    assert {breach.line_number for breach in breaches} == {None}


#


def test_a_day_above_five_times_the_median_or_empty_on_a_working_day_warns(batch: Batch) -> None:
    monday = date(2026, 3, 2)
    for offset in range(7):
        batch.monitoring(monday + timedelta(days=offset), 10)
    batch.monitoring(monday + timedelta(days=7), 51)
    batch.monitoring(monday + timedelta(days=8), 50)
    batch.monitoring(monday + timedelta(days=9), 0)
    batch.monitoring(monday + timedelta(days=10), 0, cell=-1)
    batch.monitoring(monday + timedelta(days=12), 0)  # a Saturday

    breaches = batch.breaches_of("MONITORING_DAY_UNUSUAL")

    assert [(breach.subject, breach.cell, breach.severity) for breach in breaches] == [
        ("Ngày 09/03/2026", "dòng 9", "warn"),
        ("Ngày 11/03/2026", "dòng 11", "warn"),
        ("Ngày 12/03/2026", "dòng 12", "warn"),
    ]
    assert breaches[0].expected == "không quá 5 lần trung vị 28 ngày trước là 10"


def test_tet_is_no_working_day_and_a_saturday_worked_in_exchange_is_one(batch: Batch) -> None:
    batch.monitoring(date(2026, 2, 19), 0)  # a Thursday, the third day of Tết
    batch.monitoring(date(2026, 1, 10), 0)  # a Saturday worked for 2 January
    batch.monitoring(date(2026, 1, 17), 0)  # an ordinary Saturday

    breaches = batch.breaches_of("MONITORING_DAY_UNUSUAL")

    assert [breach.subject for breach in breaches] == ["Ngày 10/01/2026"]


def test_a_median_needs_seven_days(batch: Batch) -> None:
    monday = date(2026, 3, 2)
    for offset in range(6):
        batch.monitoring(monday + timedelta(days=offset), 10)
    batch.monitoring(monday + timedelta(days=6), 100)

    assert batch.breaches_of("MONITORING_DAY_UNUSUAL") == []


def test_a_day_is_compared_with_current_days_of_the_warehouse_and_with_the_last_28_of_them_only(batch: Batch) -> None:
    monday = date(2026, 3, 2)
    # Were the thirty days before that counted too, the median would be 1000 and not 10.
    old = [(monday - timedelta(days=100 - number), 1, 1000) for number in range(30)]
    batch.monitored_before(*old, *((monday + timedelta(days=number), 1, 10) for number in range(28)))
    batch.monitoring(monday + timedelta(days=28), 51)
    batch.monitoring(monday + timedelta(days=29), 50)

    assert [breach.found for breach in batch.breaches_of("MONITORING_DAY_UNUSUAL")] == ["tổng trong ngày là 51"]


def test_a_day_sent_again_is_not_compared_with_itself(batch: Batch) -> None:
    monday = date(2026, 3, 2)
    batch.monitored_before(*((monday + timedelta(days=number), 1, 10) for number in range(7)))
    batch.monitoring(monday, 1000)

    assert batch.breaches_of("MONITORING_DAY_UNUSUAL") == []


#


def test_new_capital_comes_with_a_new_project(batch: Batch) -> None:
    wrong = batch.report("T-FIN", unit="STC")
    wrong.figure("FDI01", 0, state="nil")
    wrong.figure("FDI02", 5)
    right = batch.report("T-FIN", unit="STC")
    right.figures(FDI01=1, FDI02=5)
    neither = batch.report("T-FIN", unit="STC")
    neither.figures(FDI01=0, FDI02=0)
    blank = batch.report("T-FIN", unit="STC")
    blank.figure("FDI01", None)
    blank.figure("FDI02", 5)

    assert places(batch.breaches_of("FDI_CAPITAL_WITHOUT_PROJECT")) == [(1, 1), (1, 2), (4, 1), (4, 2)]


def test_partners_and_sectors_come_to_the_same_capital(batch: Batch) -> None:
    # Tolerance 0.2 triệu USD, as in the ministry's own tables.
    wrong = batch.report("T-FIN", unit="STC")
    wrong.figures(FDI01=1, FDI02="38.1")
    wrong.parts("FDI02", "partner", KR="20", JP="18.1")
    wrong.parts("FDI02", "sector", C="30", L="7.8")
    right = batch.report("T-FIN", unit="STC")
    right.figures(FDI01=1, FDI02="38.1")
    right.parts("FDI02", "partner", KR="20", JP="18.1")
    right.parts("FDI02", "sector", C="30", L="7.9")
    without_total = batch.report("T-FIN", unit="STC")
    without_total.parts("FDI06", "partner", KR="20")
    without_total.parts("FDI06", "sector", C="21")

    breaches = batch.breaches_of("INVESTMENT_PARTS_DISAGREE")

    assert submissions(breaches) == [1, 3]
    assert breaches[0].found == (
        "tổng ghi 38,1; các dòng FDI02.partner cộng lại là 38,1; các dòng FDI02.sector cộng lại là 37,8"
    )
    assert places(breaches)[:5] == [(1, 2), (1, 3), (1, 4), (1, 5), (1, 6)]


#


def test_disbursing_more_than_assigned_or_committed_warns_unless_explained(batch: Batch) -> None:
    batch.report("T-FIN", unit="STC").figures(ODA03=10, ODA04="10.5", NGO02=100, NGO03=100)
    batch.report("T-FIN", unit="STC").figures(ODA03=10, ODA04=10, NGO02=100, NGO03="100.1")
    carried = batch.report("T-FIN", unit="STC")
    carried.figure("ODA03", 10)
    carried.figure("ODA04", "10.5", note="Vốn năm trước chuyển sang")

    breaches = batch.breaches_of("DISBURSED_OVER_COMMITTED")

    assert places(breaches) == [(1, 2), (2, 4)]
    assert {breach.severity for breach in breaches} == {"warn"}


#


def test_personal_data_and_secrecy_marks_block_and_are_not_repeated(batch: Batch) -> None:
    report = batch.report()
    notes = [
        "Liên hệ 0912345678",
        "ông A, 0277 3851431, gọi 0912 345 678",
        "can.bo@example.vn",
        "CCCD 087123456789",
        "facebook.com/nguoinaodo",
        "TỐI MẬT",
    ]
    for line, note in enumerate(notes):
        report.figure("MED01", line, note=note, part=("topic", "khac"), cell=f"F{line + 1}")

    breaches = [breach for breach in batch.gate() if breach.rule_code == "R-17"]

    assert [(breach.line_number, breach.found) for breach in breaches] == [
        (1, "số điện thoại"),
        (2, "số điện thoại"),
        (3, "địa chỉ thư điện tử"),
        (4, "số căn cước"),
        (5, "đường dẫn tài khoản"),
        (6, "dấu chỉ độ mật"),
    ]
    sentences = [render(breach)[2] for breach in breaches]
    assert not any(note in sentence for note, sentence in zip(notes, sentences, strict=True))


def test_figures_dates_and_ordinary_words_are_not_taken_for_personal_data(batch: Batch) -> None:
    report = batch.report()
    report.figure("BUD01", "123456.789012", raw="123456789012")
    report.figure("LEG05", 1, note="Kế hoạch 45/KH-UBND ngày 03.05.2026 08.30")
    report.figure("SEC01", 1, note="lớp bảo mật, mật độ dân số; độ mật: không")
    report.figure("MED01", 1, note="bổ sung dự toán 1.234.567.890 đồng")

    assert [breach for breach in batch.gate() if breach.rule_code == "R-17"] == []


#


def test_repaired_text_is_told_and_the_figure_goes_on(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", 5, reading_code="TEXT_REPAIRED", raw="5\u00a0")
    report.figure("MED02", 5)
    report.figure("EVT01", None, state="unreadable", reading_code="TEXT_REPAIRED", raw="n¨m")

    found = [(breach.line_number, breach.rule_code, breach.severity) for breach in batch.gate()]

    assert (1, "R-18", "warn") in found
    assert (3, "R-02", "block") in found, "repaired and still no figure"
    assert {line for line, _, _ in found if line} == {1, 3}


#


def test_a_formula_error_is_missing_data_and_blocks(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", None, reading_code="ERROR_CELL", raw="#REF!")
    report.figure("MED02", None)
    report.figure("EVT01", None, reading_code="FORMULA_NO_VALUE", raw="")

    breaches = [breach for breach in batch.gate() if breach.rule_code == "R-19"]

    assert [(breach.line_number, breach.code, breach.severity) for breach in breaches] == [
        (1, "ERROR_CELL", "block"),
        (3, "FORMULA_NO_VALUE", "block"),
    ]
    assert breaches[0].found == "#REF!"


#


def test_a_report_without_number_or_dated_after_its_receipt_warns(batch: Batch) -> None:
    batch.report(document_number=" ")
    batch.report(document_date=date(2026, 6, 6), received_at=JUNE)
    batch.report(document_date=date(2026, 6, 5), received_at=JUNE)

    found = [(breach.submission_id, breach.code, breach.cell, breach.severity) for breach in batch.gate()]

    assert found == [
        (1, "DOCUMENT_NUMBER_MISSING", "C11", "warn"),
        (2, "DOCUMENT_DATE_AFTER_RECEIPT", "C12", "warn"),
    ]


# Integrity beside the 20


def test_only_adjusted_capital_may_be_negative(batch: Batch) -> None:
    report = batch.report("T-FIN", unit="STC")
    report.figures(FDI04="-9.557", FDI06="-0.1", NGO01=0)

    breaches = batch.breaches_of("NEGATIVE")

    assert [(breach.line_number, breach.found) for breach in breaches] == [(2, "-0,1")]


def test_a_figure_stated_twice_blocks_and_both_places_are_shown(batch: Batch) -> None:
    report = batch.report(period="2026-NAM")
    report.figure("MED02", 5)
    report.figure("MED02", 7)
    report.figure("MED02", 9, kind="uoc_nam")
    report.figure("MED02", 5, part=("language", "vi"))

    breaches = batch.breaches_of("DUP_KEY")

    assert [breach.line_number for breach in breaches] == [1, 2]
    assert breaches[0].found == "2 dòng (F1: 5; F2: 7)"


def test_counts_are_whole_and_answers_within_their_scale(batch: Batch) -> None:
    report = batch.report("T-LEAD", unit="SVHTTDL")
    report.figure("MED01", "2.5")
    report.figure("MED02", "2.0")
    report.figure("STF01", 2)
    report.figure("LEG04", 5)
    report.figure("BUD01", "2.5")

    found = [(breach.line_number, breach.code) for breach in batch.gate() if breach.severity == "block"]

    assert found == [(1, "COUNT_NOT_WHOLE"), (3, "ANSWER_OUTSIDE_SCALE"), (4, "ANSWER_OUTSIDE_SCALE")]


def test_a_line_that_contradicts_itself_never_reaches_the_warehouse(batch: Batch) -> None:
    report = batch.report()
    report.figure("MED01", None, state="reported")
    report.figure("MED02", 3, state="nil")
    report.figure("EVT01", 3, part=("language", "vi"))
    report.figure("EVT01", 3, part=("field", "dau_tu"))
    report.figure("EVT02", 3, cell="hàng 4")
    report.figure("EVT03", 3, kind="du_kien")

    assert {breach.line_number for breach in batch.breaches_of("ROW_SHAPE")} == {1, 2, 3, 5, 6}


# Kinds: estimate, actual, final


def test_an_estimate_or_actual_after_the_final_is_told_that_it_does_not_count(batch: Batch) -> None:
    batch.already_loaded("2026-06T", JUNE, stated="chinh_thuc", MED01=5)
    batch.report(value_kind="uoc", received_at=JUNE + timedelta(days=1)).figures(MED01=4)
    batch.report(value_kind="thuc_hien", received_at=JUNE + timedelta(days=1)).figures(MED01=4)
    batch.report(value_kind="chinh_thuc", received_at=JUNE + timedelta(days=1)).figures(MED01=4)
    batch.report(value_kind="uoc", received_at=JUNE - timedelta(days=1)).figures(MED01=4)
    batch.report(value_kind="uoc", unit="28360", received_at=JUNE + timedelta(days=1)).figures(MED01=4)

    found = [(b.submission_id, b.cell, b.found, b.expected, b.severity) for b in batch.breaches_of("KIND_WEAKER")]

    final = f"số chính thức đã nhận ngày {JUNE:%d/%m/%Y}"
    assert found == [(1, "C10", "số ước", final, "warn"), (2, "C10", "số thực hiện", final, "warn")]
