"""Small counts of sensitive matters: hidden, and not to be worked out from anything else that is printed."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.extracts.leadership.small_counts import LineMarks, is_small, mark_small
from include.reference import load_reference
from tests.unit.small_count_attack import recoverable_items, recoverable_news, recoverable_reports
from tests.unit.small_count_tables import (
    Answers,
    Line,
    News,
    Published,
    indicator,
    lines_of,
    publish,
    publish_cube,
    publish_news,
    random_cube,
    random_news,
    random_reports,
)


def topics_of(code: str, total: int | None = None, **topics: int) -> Published:
    """A sum with its headline (the sum of the topics unless told) and its topics, marked."""
    asked = indicator(code)
    lines = [Line("province", "province", numerator=Decimal(sum(topics.values()) if total is None else total))]
    lines += [Line("province", "province", "topic", topic, Decimal(count)) for topic, count in topics.items()]
    return publish({code: lines}, asked)


def shown(published: Published, code: str, place: str = "numerator") -> dict[str, Any]:
    """What a reader sees, by the line's scope or member: the number, “<5” or “–” for one left out."""
    seen: dict[str, Any] = {}
    for line, marks in zip(published.lines[code], published.marks[code], strict=True):
        name = line.member_code if line.axis_code != "total" else line.scope_code
        value = getattr(line, place)
        if value is not None:
            seen[name] = {"": value, "small": "<5", "companion": "–"}[getattr(marks, place)]
    return seen


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (4, True), (5, False), (-2, False)])
def test_one_to_four_are_small_and_zero_is_not(count, small):
    assert is_small(Decimal(count)) is small


def test_a_missing_count_is_not_small():
    assert not is_small(None)


# --- one breakdown -----------------------------------------------------------------------------------------


def test_counts_of_five_and_more_and_small_ones_of_other_matters_hide_nothing():
    published = topics_of("M01", nhan_quyen=5, an_ninh_trat_tu=0, kinh_te_dau_tu=2, khac=1)

    assert published.hidden_count() == 0


def test_a_lone_small_count_takes_one_other_with_it_and_the_total_stays():
    published = topics_of("M01", nhan_quyen=3, kinh_te_dau_tu=40, van_hoa_du_lich=12, khac=7)

    assert shown(published, "M01") == {
        "province": 62,
        "nhan_quyen": "<5",
        "kinh_te_dau_tu": 40,
        "van_hoa_du_lich": 12,
        "khac": "–",
    }


def test_which_one_goes_is_decided_by_its_place_in_the_list_and_never_by_its_size():
    # Were it the smallest, 4 + 9 = 13 beside another 9 would tell: no companion above 9, so no small count below 4.
    for small, other in ((4, 9), (1, 9), (3, 70_000)):
        published = topics_of("M01", nhan_quyen=small, kinh_te_dau_tu=9, van_hoa_du_lich=9, khac=other)

        assert [name for name, said in shown(published, "M01").items() if said == "–"] == ["khac"]


def test_two_small_counts_hide_each_other():
    published = topics_of("M01", nhan_quyen=3, an_ninh_trat_tu=2, khac=40)

    assert shown(published, "M01") == {"province": 45, "nhan_quyen": "<5", "an_ninh_trat_tu": "<5", "khac": 40}


@pytest.mark.parametrize("both", [1, 4])
def test_two_small_counts_whose_sum_has_one_solution_need_a_companion(both):
    published = topics_of("M01", nhan_quyen=both, an_ninh_trat_tu=both, khac=40)

    assert shown(published, "M01")["khac"] == "–"


def test_a_companion_of_a_sensitive_matter_is_known_to_be_no_small_one():
    # 1 + 5 = 6: what is left out and would have been “<5” were it small is at least 5, so the small one would be 1.
    published = topics_of("M01", nhan_quyen=1, an_ninh_trat_tu=5, kinh_te_dau_tu=30)

    assert shown(published, "M01") == {
        "province": 36,
        "nhan_quyen": "<5",
        "an_ninh_trat_tu": 5,
        "kinh_te_dau_tu": "–",
    }


def test_a_breakdown_that_leaves_something_undivided_needs_no_companion():
    published = topics_of("M01", total=60, nhan_quyen=3, khac=7)

    assert shown(published, "M01") == {"province": 60, "nhan_quyen": "<5", "khac": 7}


def test_a_total_that_is_nothing_but_the_small_count_goes_with_it():
    published = topics_of("R03", nhan_quyen=3, khac=0)

    assert shown(published, "R03") == {"province": "–", "nhan_quyen": "<5", "khac": 0}


def test_a_small_count_nothing_can_protect_is_at_least_not_called_small():
    # The topics of a faulty report exceed its total, and 0 is always printed.
    published = topics_of("R03", total=0, nhan_quyen=3)

    assert shown(published, "R03") == {"province": 0, "nhan_quyen": "–"}


def test_the_order_lines_come_in_changes_nothing():
    asked = indicator("M01")
    lines = [Line("province", "province", "topic", t, Decimal(9)) for t in ("kinh_te_dau_tu", "khac", "an_sinh_xa_hoi")]
    lines += [
        Line("province", "province", "topic", "nhan_quyen", Decimal(2)),
        Line("province", "province", numerator=Decimal(29)),
    ]
    expected = dict(zip(lines, mark_small(lines, asked, load_reference()), strict=True))

    for seed in range(20):
        again = random.Random(seed).sample(lines, len(lines))
        assert dict(zip(again, mark_small(again, asked, load_reference()), strict=True)) == expected


# --- lines that hang together --------------------------------------------------------------------------------


def test_a_group_cannot_be_found_as_the_province_less_the_other_groups():
    asked = indicator("R02", scopes=("province", "group"), disaggregations=())
    answers = [Answers("SYT", {"": (9, 9)}), Answers("CAT", {"": (3, 3)}), Answers("28249", {"": (7, 8)})]
    published = publish({"R02": lines_of(asked, answers)}, asked)

    above, below = shown(published, "R02"), shown(published, "R02", "denominator")
    assert (above["province"], below["province"]) == (19, 20)
    assert (above["police"], below["police"]) == ("<5", "<5")
    assert sorted(map(str, above.values())).count("–") == 1
    assert recoverable_reports(published, answers) == []


def test_a_body_cannot_be_found_through_its_group_or_through_what_it_is():
    asked = indicator(
        "R02", scopes=("province", "group", "unit"), disaggregations=("template", "former_province", "border_zone")
    )
    # Two communes of old Tiền Giang, one of them on the coast; one of old Đồng Tháp; a department.
    answers = [
        Answers("28249", {"": (3, 30)}),
        Answers("28696", {"": (9, 30)}),
        Answers("29869", {"": (8, 30)}),
        Answers("SYT", {"": (7, 30)}),
    ]
    published = publish({"R02": lines_of(asked, answers)}, asked)

    above = shown(published, "R02")
    assert above["28249"] == "<5"
    assert (above["province"], above["SYT"]) == (27, 7)
    assert recoverable_reports(published, answers) == []


def test_a_hidden_total_is_not_to_be_had_from_another_breakdown_of_it_either():
    news = News({("SYT", "en", "nhan_quyen"): 3}, {"en": 0}, {"nhan_quyen": 0})
    published = publish_news(news)

    assert set(shown(published, "M01").values()) == {"–", "<5"}
    assert recoverable_news(published, ["SYT"]) == []


def test_a_sum_over_measures_does_not_tell_one_of_them():
    # M02 counts foreign languages in MED01 and MED02, and MED02 stands in M03: 10 less 7 would be the hidden 3.
    news = News({("SYT", "en", "nhan_quyen"): 3}, {"en": 7}, {"nhan_quyen": 0})
    published = publish_news(news)

    assert shown(published, "M03") | shown(published, "M02") != {"province": 10, "en": 10}
    assert recoverable_news(published, ["SYT"]) == []


def test_the_numbers_of_a_rate_hide_each_other_only_where_they_have_to():
    asked = indicator("R02", disaggregations=())
    lines = [Line("province", "province", numerator=Decimal(3), denominator=Decimal(9))]

    assert mark_small(lines, asked, load_reference()) == [LineMarks(numerator="small")]


def test_an_estimate_for_the_year_cannot_be_found_by_subtraction():
    asked = indicator("R03")
    lines = [
        Line("province", "province", numerator=Decimal(12), full_year_estimate=Decimal(30)),
        Line("province", "province", "topic", "nhan_quyen", Decimal(0), full_year_estimate=Decimal(2)),
        Line("province", "province", "topic", "kinh_te_dau_tu", Decimal(7), full_year_estimate=Decimal(18)),
        Line("province", "province", "topic", "khac", Decimal(5), full_year_estimate=Decimal(10)),
    ]
    published = publish({"R03": lines}, asked)

    assert shown(published, "R03") == {"province": 12, "nhan_quyen": 0, "kinh_te_dau_tu": 7, "khac": 5}
    assert shown(published, "R03", "full_year_estimate") == {
        "province": 30,
        "nhan_quyen": "<5",
        "kinh_te_dau_tu": 18,
        "khac": "–",
    }


def test_where_the_sums_between_two_groupings_are_not_known_the_whole_indicator_is_hidden():
    asked = indicator("R02", scopes=("province", "group"), disaggregations=("former_province",))
    lines = lines_of(
        asked, [Answers("28249", {"": (3, 30)}), Answers("29869", {"": (20, 30)}), Answers("SYT", {"": (9, 9)})]
    )

    published = publish({"R02": lines}, asked)

    assert set(shown(published, "R02").values()) == {"<5", "–"}


# --- monitored items -----------------------------------------------------------------------------------------

CUBE = {
    ("bao_in", "nhan_quyen", "tieu_cuc", "vi"): 2,
    ("bao_in", "nhan_quyen", "trung_tinh", "en"): 9,
    ("bao_in", "van_hoa_du_lich", "tieu_cuc", "vi"): 30,
    ("phat_thanh", "van_hoa_du_lich", "trung_tinh", "en"): 40,
    ("phat_thanh", "khac", "trung_tinh", "vi"): 50,
    ("phat_thanh", "khac", "tieu_cuc", "vi"): 60,
}


def test_a_tone_within_a_sensitive_topic_is_a_count_of_that_topic():
    published = publish_cube(CUBE)

    tones = shown(published, "N02")
    assert tones["nhan_quyen/tieu_cuc"] == "<5"
    assert "–" in (tones["khac/tieu_cuc"], tones["van_hoa_du_lich/tieu_cuc"])
    assert tones["province"] == 191
    assert shown(published, "N01")["nhan_quyen"] == 11
    assert recoverable_items(published) == []


def test_a_small_topic_is_hidden_in_every_indicator_that_divides_by_it():
    published = publish_cube({**CUBE, ("bao_in", "nhan_quyen", "trung_tinh", "en"): 1})

    assert shown(published, "N01")["nhan_quyen"] == "<5"
    assert shown(published, "N03", "denominator")["nhan_quyen"] == "<5"
    # What hides it in one does so in the others.
    assert shown(published, "N01")["khac"] == shown(published, "N03", "denominator")["khac"] == "–"
    assert recoverable_items(published) == []


def test_monitored_items_without_a_small_sensitive_count_are_all_printed():
    assert publish_cube({**CUBE, ("bao_in", "nhan_quyen", "tieu_cuc", "vi"): 5}).hidden_count() == 0


# --- the attack ----------------------------------------------------------------------------------------------


def recoverable(rng: random.Random) -> tuple[Published, list[Any]]:
    """A table at random, of one of three kinds, and the cells of it a reader can work out."""
    kind = rng.randrange(3)
    if kind == 0:
        published, _, answers = random_reports(rng)
        return published, recoverable_reports(published, answers)
    if kind == 1:
        news = random_news(rng)
        published = publish_news(news)
        return published, recoverable_news(published, sorted({body for body, _, _ in news.items}))
    published = publish_cube(random_cube(rng))
    return published, recoverable_items(published)


def bare(published: Published) -> Published:
    """The same with nothing hidden but the small counts themselves."""
    marks = {
        code: [
            LineMarks(
                **{
                    place: "small"
                    for place in ("numerator", "denominator", "full_year_estimate")
                    if getattr(mark, place) == "small"
                }
            )
            for mark in each
        ]
        for code, each in published.marks.items()
    }
    return replace(published, marks=marks)


def small_count(published: Published) -> int:
    return sum(
        getattr(mark, place) == "small"
        for each in published.marks.values()
        for mark in each
        for place in ("numerator", "denominator", "full_year_estimate")
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rng=st.randoms(use_true_random=False))
def test_nobody_can_work_out_a_small_count_from_what_is_printed(rng):
    published, found = recoverable(rng)

    assert found == []
    if not small_count(published):
        assert published.hidden_count() == 0


def test_of_some_hundred_tables_not_one_tells_a_small_count():
    told = [seed for seed in range(240) if recoverable(random.Random(seed))[1]]

    assert told == []


@pytest.mark.long
def test_of_ten_thousand_tables_not_one_tells_a_small_count():
    told, small, hidden = [], 0, 0
    for seed in range(10_000):
        published, found = recoverable(random.Random(seed))
        told += [seed] if found else []
        small += small_count(published)
        hidden += published.hidden_count()

    assert told == []
    # The tables are worth attacking, and what is left out for each small count stays few.
    assert small > 10_000
    assert hidden < 4 * small


def test_the_attack_finds_what_hiding_the_small_counts_alone_would_tell():
    found = {"reports": 0, "news": 0, "items": 0}
    for seed in range(60):
        published, _, answers = random_reports(random.Random(seed))
        found["reports"] += bool(recoverable_reports(bare(published), answers))
        news = random_news(random.Random(seed))
        bodies = sorted({body for body, _, _ in news.items})
        found["news"] += bool(recoverable_news(bare(publish_news(news)), bodies))
        found["items"] += bool(recoverable_items(bare(publish_cube(random_cube(random.Random(seed))))))

    assert all(count >= 5 for count in found.values()), found


@pytest.mark.parametrize(
    ("counts", "companions"),
    [
        # 8 in two, each 4 at most.
        ({"nhan_quyen": 4, "an_ninh_trat_tu": 4, "khac": 9}, ()),
        # 6 in a small one and one that is no small one, or it would be marked as such: 1 and 5.
        ({"nhan_quyen": 1, "an_ninh_trat_tu": 5, "khac": 9}, ("an_ninh_trat_tu",)),
    ],
)
def test_the_attack_knows_what_the_marks_say(counts, companions):
    asked = indicator("R03")
    answers = [Answers("SYT", {topic: (count, 0) for topic, count in counts.items()})]
    lines = lines_of(asked, answers)
    small = {topic for topic, count in counts.items() if count < 5}
    marks = [
        LineMarks("small" if line.member_code in small else "companion" if line.member_code in companions else "")
        for line in lines
    ]

    found = recoverable_reports(Published({"R03": lines}, {"R03": marks}), answers)

    assert {lines[position].member_code for _, position, _ in found} == small
