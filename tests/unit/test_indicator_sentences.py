"""What is said of an indicator: expectations written by hand, for each arithmetic and each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from include.extracts.leadership.edition import Comparison
from include.extracts.leadership.indicator_sentences import difference_of, sentence_of
from include.extracts.leadership.snapshot import Figure, IndicatorLines
from include.extracts.leadership.wording import amount_vi
from include.indicators.targets import TargetReading
from tests.unit.edition_builders import edition
from tests.unit.extract_builders import figure, indicator

MAY_31 = date(2026, 5, 31)


def said(*headline: Figure, compared: Comparison | None = None, **lines: Any) -> str:
    """The sentence of an indicator with these headlines."""
    shown = indicator(headline[0].indicator_code, *headline, **lines)
    return sentence_of(shown, edition(comparisons=(compared,) if compared else ()))


def complete(value: str | None = "10", **changes: Any) -> Figure:
    """A headline every body asked has answered."""
    return figure("M01", value, received=3, expected=3, answered=3, **changes)


def before(value: str | None, difference: str | None, **changes: Any) -> Comparison:
    """The first half of 2025, official."""
    plain = Comparison(
        "M01",
        "single",
        "2025-06T",
        "6 tháng đầu năm 2025",
        None if value is None else Decimal(value),
        "reported",
        "chinh_thuc",
        None if difference is None else Decimal(difference),
    )
    return replace(plain, **changes)


def percentage(value: str | None, numerator: str, denominator: str, **changes: Any) -> Figure:
    given = {"received": 3, "expected": 3, "reason": "", **changes}
    return figure("M01", value, unit="%", numerator=Decimal(numerator), denominator=Decimal(denominator), **given)


def test_a_sum_is_said_with_its_kind_its_day_and_the_bodies_behind_it() -> None:
    assert said(complete("1234.5")) == (
        "Chỉ tiêu M01 là 1.234,5 tin, bài (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo)."
    )


def test_a_sum_that_lacks_bodies_says_how_many() -> None:
    assert said(figure("M01", "10", received=2, expected=3)) == (
        "Chỉ tiêu M01 là 10 tin, bài (thực hiện đến 31/05/2026; 2/3 đơn vị báo cáo); chưa kể 1 đơn vị chưa báo cáo."
    )


def test_zero_is_a_number_and_never_a_word() -> None:
    assert said(complete("0")) == ("Chỉ tiêu M01 là 0 tin, bài (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo).")


def test_a_nil_return_is_said_in_its_word_and_not_as_a_number() -> None:
    assert said(complete("0", state="nil")) == (
        "Chỉ tiêu M01 không phát sinh (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo)."
    )


def test_a_nil_return_of_some_bodies_still_says_who_is_missing() -> None:
    assert said(figure("M01", "0", state="nil", received=2, expected=3)) == (
        "Chỉ tiêu M01 không phát sinh (thực hiện đến 31/05/2026; 2/3 đơn vị báo cáo); chưa kể 1 đơn vị chưa báo cáo."
    )


@pytest.mark.parametrize(
    ("state", "reason", "sentence"),
    [
        (
            "missing",
            "Báo cáo đã nhận nhưng để trống số liệu này.",
            "Chỉ tiêu M01 chưa có số liệu (3/3 đơn vị báo cáo): báo cáo đã nhận nhưng để trống số liệu này,"
            " không phải bằng 0.",
        ),
        (
            "withheld",
            "Đơn vị trả lời “không cung cấp”.",
            "Chỉ tiêu M01 không được cung cấp (3/3 đơn vị báo cáo): đơn vị trả lời “không cung cấp”.",
        ),
        (
            "not_applicable",
            "Đơn vị trả lời “không áp dụng”.",
            "Chỉ tiêu M01 không áp dụng trong kỳ (3/3 đơn vị báo cáo): đơn vị trả lời “không áp dụng”.",
        ),
        (
            "no_value",
            "Mẫu số bằng 0 nên không có tỷ lệ.",
            "Chỉ tiêu M01 không tính được (3/3 đơn vị báo cáo): mẫu số bằng 0 nên không có tỷ lệ.",
        ),
        ("no_value", "", "Chỉ tiêu M01 không tính được (3/3 đơn vị báo cáo)."),
    ],
)
@pytest.mark.parametrize("arithmetic", ["sum", "ratio", "units_share", "milestone", "timeliness", "completeness"])
def test_what_has_no_number_says_why_whatever_its_arithmetic(
    arithmetic: str, state: str, reason: str, sentence: str
) -> None:
    assert said(complete(None, state=state, reason=reason), arithmetic=arithmetic) == sentence


def test_when_nobody_has_reported_the_silent_are_not_counted_twice() -> None:
    silent = figure(
        "M01", None, received=0, expected=3, reason="Chưa nhận được báo cáo nào của các đơn vị có số liệu này."
    )

    assert said(silent) == (
        "Chỉ tiêu M01 chưa có số liệu (0/3 đơn vị báo cáo): chưa nhận được báo cáo nào của các đơn vị có số liệu này,"
        " không phải bằng 0."
    )


def test_a_hidden_small_count_shows_its_mark_and_no_number() -> None:
    small = complete(
        None,
        state="suppressed",
        numerator_mark="<5",
        reason="Số từ 1 đến 4 của nội dung nhạy cảm chỉ Sở VHTTDL được xem.",
    )
    companion = replace(small, numerator_mark="không nêu")

    assert said(small) == (
        "Chỉ tiêu M01 ghi “<5” (3/3 đơn vị báo cáo): số từ 1 đến 4 của nội dung nhạy cảm chỉ Sở VHTTDL được xem."
    )
    assert said(companion).startswith("Chỉ tiêu M01 không nêu (3/3 đơn vị báo cáo)")


def test_a_hidden_share_tells_neither_of_its_sides() -> None:
    hidden = percentage(None, "3", "40", state="suppressed", denominator_mark="", numerator_mark="<5")

    assert said(replace(hidden, numerator=None), arithmetic="ratio") == ("Chỉ tiêu M01 không nêu (3/3 đơn vị báo cáo).")


def test_one_body_only_is_said_as_one_of_one() -> None:
    assert said(figure("M01", "3", unit="đoàn", received=1, expected=1)) == (
        "Chỉ tiêu M01 là 3 đoàn (thực hiện đến 31/05/2026; 1/1 đơn vị báo cáo)."
    )


def test_a_figure_of_bodies_that_are_only_asked_is_covered_by_them() -> None:
    asked = figure("M01", "48", received=0, expected=0, requested_received=1, requested_expected=1)

    assert said(asked) == ("Chỉ tiêu M01 là 48 tin, bài (thực hiện đến 31/05/2026; 1/1 đơn vị được đề nghị báo cáo).")


def test_an_estimate_is_marked_and_a_final_figure_too() -> None:
    assert "(ước đến 31/05/2026; 3/3 đơn vị báo cáo)" in said(complete(kind="uoc"))
    assert "(chính thức đến 31/05/2026; 3/3 đơn vị báo cáo)" in said(complete(kind="chinh_thuc"))


def test_a_restated_and_a_provisional_figure_say_so() -> None:
    assert said(complete(is_revised=True, is_provisional=True)) == (
        "Chỉ tiêu M01 là 10 tin, bài (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo; tạm tính; đã đính chính)."
    )


def test_different_cut_offs_are_both_said() -> None:
    assert "thực hiện đến 31/05/2026–08/06/2026;" in said(complete(cut_off_to=date(2026, 6, 8)))


def test_money_from_a_register_carries_the_day_it_reaches() -> None:
    capital = figure(
        "M01", "60.5", unit="triệu USD", received=2, expected=2, as_of_from=date(2026, 4, 30), as_of_to=MAY_31
    )

    assert said(capital) == (
        "Chỉ tiêu M01 là 60,5 triệu USD (thực hiện; số liệu đến 30/04/2026 và 31/05/2026; 2/2 đơn vị báo cáo)."
    )


def test_a_negative_adjustment_keeps_its_sign() -> None:
    assert "là -0,75 triệu USD" in said(complete("-0.75", unit="triệu USD"))


@pytest.mark.parametrize(
    ("value", "old", "difference", "words"),
    [
        ("12", "10", "2", "cao hơn 2 tin, bài so với 6 tháng đầu năm 2025 (10 tin, bài; chính thức)"),
        ("8", "10", "-2", "thấp hơn 2 tin, bài so với 6 tháng đầu năm 2025 (10 tin, bài; chính thức)"),
        ("10", "10", "0", "bằng cùng kỳ (6 tháng đầu năm 2025; chính thức)"),
    ],
)
def test_the_same_period_is_higher_lower_or_equal(value: str, old: str, difference: str, words: str) -> None:
    assert said(complete(value), compared=before(old, difference)) == (
        f"Chỉ tiêu M01 là {value} tin, bài (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo), {words}."
    )


def test_percentages_differ_by_points_and_a_difference_that_rounds_away_is_still_told() -> None:
    share = percentage("87.04", "94", "108", received=108, expected=108)

    assert said(share, arithmetic="units_share", compared=before("87", "0.04")) == (
        "Chỉ tiêu M01 là 87,0% (94/108 đơn vị; thực hiện đến 31/05/2026; 108/108 đơn vị báo cáo),"
        " cao hơn 0,04 điểm phần trăm so với 6 tháng đầu năm 2025 (87,0%; chính thức)."
    )
    assert "bằng cùng kỳ" in said(share, arithmetic="units_share", compared=before("87.04", "0"))


def test_the_estimate_of_the_year_before_is_marked_beside_the_number() -> None:
    assert said(complete("12"), compared=before("10", "2", kind="uoc")).endswith(
        "cao hơn 2 tin, bài so với 6 tháng đầu năm 2025 (10 tin, bài; ước)."
    )


def test_a_nil_return_the_year_before_is_no_number() -> None:
    assert said(complete("2"), compared=before("0", "2", state="nil")).endswith(
        "cao hơn 2 tin, bài so với 6 tháng đầu năm 2025 (không phát sinh; chính thức)."
    )


def test_without_the_same_period_the_reason_is_said_once() -> None:
    nothing = before(None, None, state="missing", kind=None, reason="Chưa có số liệu cùng kỳ.")

    elsewhere = before("1", "1", indicator_code="M02")

    def told(value: str | None, *comparisons: Comparison) -> str:
        return sentence_of(indicator("M01", complete(value)), edition(comparisons=comparisons))

    assert told("12", nothing, elsewhere).endswith("báo cáo), chưa có số liệu cùng kỳ.")
    assert "cùng kỳ" not in told(None, nothing, elsewhere)
    assert "cùng kỳ" not in told("12", nothing), "where nothing can be compared the document says it once"


def test_a_comparison_of_another_side_is_not_this_ones() -> None:
    assert "so với" not in said(complete("12"), compared=before("10", "2", side="second"))


def test_a_share_of_bodies_shows_its_two_sides_and_leaves_out_the_silent() -> None:
    assert said(percentage("50", "1", "2", received=2), arithmetic="units_share") == (
        "Chỉ tiêu M01 là 50,0% (1/2 đơn vị; thực hiện đến 31/05/2026; 2/3 đơn vị báo cáo);"
        " chưa kể 1 đơn vị chưa báo cáo."
    )


def test_a_share_of_all_communes_keeps_the_silent_in_the_denominator_and_tells_them_once() -> None:
    assert said(percentage("66.6667", "2", "3", received=2, blank=1), arithmetic="units_share") == (
        "Chỉ tiêu M01 là 66,7% (2/3 đơn vị; thực hiện đến 31/05/2026; 2/3 đơn vị báo cáo);"
        " 1 đơn vị chưa báo cáo tính vào mẫu số."
    )


def test_a_blank_answer_in_such_a_share_is_told_beside_the_silent() -> None:
    assert said(percentage("33.3333", "1", "3", received=2, blank=2), arithmetic="units_share").endswith(
        "; 1 đơn vị chưa báo cáo tính vào mẫu số, 1 đơn vị chưa có số liệu này."
    )


def test_silence_after_the_due_date_is_not_on_time_and_before_it_only_counted() -> None:
    late = percentage("66.6667", "2", "3", received=2)

    assert said(late, arithmetic="timeliness").endswith("; 1 đơn vị chưa báo cáo tính là không đúng hạn.")
    assert said(replace(late, is_provisional=True), arithmetic="timeliness").endswith(
        "; 1 đơn vị chưa báo cáo tính vào mẫu số."
    )


@pytest.mark.parametrize(
    ("arithmetic", "parts"),
    [
        ("completeness", "90/100 ô bắt buộc; "),
        ("first_pass", "90/100 báo cáo; "),
        ("revised_share", "90/100 báo cáo; "),
        ("ratio", "90/100; "),
        ("estimate_error", ""),
    ],
)
def test_each_rate_names_what_it_divides(arithmetic: str, parts: str) -> None:
    assert said(percentage("90", "90", "100", received=2), arithmetic=arithmetic) == (
        f"Chỉ tiêu M01 là 90,0% ({parts}thực hiện đến 31/05/2026; 2/3 đơn vị báo cáo); chưa kể 1 đơn vị chưa báo cáo."
    )


def test_a_ratio_of_money_shows_no_bare_base_units() -> None:
    assert said(percentage("38.26", "2517100000", "6578800000"), arithmetic="ratio") == (
        "Chỉ tiêu M01 là 38,3% (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo)."
    )


def test_a_milestone_is_a_step_of_its_scale_and_differs_by_steps() -> None:
    step = complete("2", unit="mốc 0-4")

    assert said(step, arithmetic="milestone", compared=before("1", "1")) == (
        "Chỉ tiêu M01 là mốc 2 trên thang 0-4 (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo),"
        " cao hơn 1 mốc so với 6 tháng đầu năm 2025 (mốc 1 trên thang 0-4; chính thức)."
    )
    assert "là mốc 0 trên thang 0-4" in said(complete("0", unit="mốc 0-4"), arithmetic="milestone")


def side(name: str, code: str, value: str | None, **changes: Any) -> Figure:
    return figure("M01", value, unit=name, side=code, side_name=name, **changes)


def test_a_pair_is_said_side_by_side_and_never_added() -> None:
    first = side("chuyên mục", "first", "26")
    second = side("loạt bài", "second", "48", received=3)
    older = before("20", "6", side="first")

    assert said(first, second, arithmetic="pair", compared=older) == (
        "Chỉ tiêu M01: 26 chuyên mục (thực hiện đến 31/05/2026; 2/3 đơn vị báo cáo),"
        " cao hơn 6 chuyên mục so với 6 tháng đầu năm 2025 (20 chuyên mục; chính thức),"
        " chưa kể 1 đơn vị chưa báo cáo; 48 loạt bài (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo)."
        " Hai số đứng cạnh nhau, không cộng."
    )


def test_a_side_of_a_pair_without_a_number_keeps_its_name() -> None:
    first = side("sự kiện", "first", "0", state="nil", received=3)
    second = side("tác phẩm", "second", None, received=3, reason="Báo cáo đã nhận nhưng để trống số liệu này.")

    assert said(first, second, arithmetic="pair") == (
        "Chỉ tiêu M01: sự kiện không phát sinh (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo);"
        " tác phẩm chưa có số liệu (3/3 đơn vị báo cáo): báo cáo đã nhận nhưng để trống số liệu này,"
        " không phải bằng 0. Hai số đứng cạnh nhau, không cộng."
    )


def test_a_feed_is_covered_by_days_and_lacks_the_days_nobody_watched() -> None:
    volume = figure("M01", "31182", received=144, expected=181, counts_days=True)

    assert said(volume, arithmetic="feed", direction="none") == (
        "Chỉ tiêu M01 là 31.182 tin, bài (thực hiện đến 31/05/2026; 144/181 ngày theo dõi);"
        " chưa kể 37 ngày không có số liệu theo dõi."
    )


def test_the_share_of_days_watched_keeps_the_other_days_in_its_denominator() -> None:
    days = percentage("79.558", "144", "181", received=144, expected=181, counts_days=True)

    assert said(days, arithmetic="feed").endswith("; 37 ngày không có số liệu theo dõi tính vào mẫu số.")


def test_a_structure_is_read_by_its_shares_and_crossed_shares_are_left_to_the_tables() -> None:
    whole = figure(
        "M01", None, unit="%", state="no_value", kind="thuc_hien", received=181, expected=181, counts_days=True
    )
    share = replace(whole, state="reported", axis_name="theo sắc thái", axis_code="tone")
    shares = (
        replace(whole, axis_code="unclassified", axis_name="trên tổng số tin, bài", member_name="Chưa phân loại"),
        replace(share, member_name="Tích cực", value=Decimal("33.9")),
        replace(share, member_name="Tiêu cực", value=Decimal("66.1")),
        replace(share, member_name="Báo in – Tích cực", axis_code="channel_type/tone", value=Decimal("1")),
    )

    assert said(whole, arithmetic="feed", direction="none", breakdowns=shares) == (
        "Chỉ tiêu M01 không có một giá trị chung (thực hiện đến 31/05/2026; 181/181 ngày theo dõi):"
        " theo sắc thái: Tích cực 33,9%, Tiêu cực 66,1%; trên tổng số tin, bài: Chưa phân loại không tính được."
    )


def test_more_shares_than_a_sentence_holds_are_only_counted() -> None:
    whole = complete(None, unit="%", state="no_value")
    shares = tuple(
        replace(whole, axis_code="element", axis_name="theo số liệu", member_name=f"Số {n}", value=Decimal(n))
        for n in range(7)
    )

    assert said(whole, arithmetic="estimate_error", breakdowns=shares).endswith(": có 7 giá trị theo số liệu.")
    assert said(whole, arithmetic="estimate_error", breakdowns=shares[:6]).endswith("Số 5 5,0%.")


def test_the_estimate_of_the_year_stands_in_a_sentence_of_its_own() -> None:
    assert said(complete(full_year_estimate=Decimal("4500"), full_year_count=2)) == (
        "Chỉ tiêu M01 là 10 tin, bài (thực hiện đến 31/05/2026; 3/3 đơn vị báo cáo)."
        " Ước cả năm: 4.500 tin, bài (2 đơn vị có số ước)."
    )


def target(state: str, distance: str | None) -> TargetReading:
    return TargetReading(
        indicator_code="M01",
        period_code="2026-06T",
        side="single",
        target_for="2026-06T",
        is_for_year=False,
        target_value=Decimal("95"),
        document_number="12/QĐ-UBND",
        document_date=date(2026, 1, 15),
        issued_by="UBND tỉnh",
        state=state,
        distance=None if distance is None else Decimal(distance),
        reached_pct=None,
        elapsed_pct=None,
        no_pace_reason=None,
        cut_off=None,
        judged_from=None,
        answers=(),
    )


def test_a_target_is_spoken_of_only_where_the_province_has_set_one() -> None:
    missed = replace(percentage("87", "87", "100"), target=target("missed", "-8"))

    assert said(missed, arithmetic="ratio").endswith(
        " Chưa đạt mục tiêu: 95,0%; thấp hơn 8,0 điểm phần trăm (12/QĐ-UBND ngày 15/01/2026 của UBND tỉnh)."
    )
    assert "mục tiêu" not in said(replace(missed, target=None), arithmetic="ratio")


def test_a_context_indicator_is_never_judged_even_with_a_target_beside_it() -> None:
    volume = replace(complete("10"), target=target("missed", "-85"))

    assert "mục tiêu" not in said(volume, direction="none")


def test_what_bodies_left_out_withheld_or_answered_in_part_is_said() -> None:
    assert said(complete("10", blank=1, withheld=2, incomplete=3)).endswith(
        "; 1 đơn vị chưa có số liệu này, 2 đơn vị không cung cấp, 3 đơn vị chỉ trả lời một phần."
    )


def test_an_indicator_without_any_headline_is_said_to_have_none() -> None:
    empty: IndicatorLines = replace(indicator("M01"), headline=())

    assert sentence_of(empty, edition()) == "Chỉ tiêu M01 chưa có số liệu."


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("2293", "tin, bài", "2.293 tin, bài"),
        ("87.04", "%", "87,0%"),
        ("4", "mốc 0-4", "mốc 4 trên thang 0-4"),
        ("156.8", "nghìn USD", "156,8 nghìn USD"),
    ],
)
def test_an_amount_goes_with_its_unit(value: str, unit: str, words: str) -> None:
    assert amount_vi(Decimal(value), unit) == words


def test_a_difference_without_numbers_is_empty() -> None:
    assert difference_of(before(None, None), "đoàn") == ""
    assert difference_of(before("1", "0.00"), "đoàn") == "bằng"


def test_no_word_of_praise_or_blame_is_ever_said() -> None:
    told = " ".join(
        said(complete(value), compared=before("10", difference), direction=direction)
        for value, difference in (("12", "2"), ("8", "-2"))
        for direction in ("up", "down", "none")
    )

    assert not any(word in told.casefold() for word in ("tốt", "kém", "tích cực", "đáng", "vượt", "khả quan"))
