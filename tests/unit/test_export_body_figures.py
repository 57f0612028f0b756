"""Totals of bodies are exported only where they leave every small count of a sensitive topic open."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace

import numpy

from include.exports.body_figures import tells_a_small_one
from include.reference import load_reference
from tests.unit.small_count_attack import Attack, what_is_told
from tests.unit.small_count_tables import BODIES, SENSITIVE_TOPICS, TOPICS, Answers, indicator, lines_of, publish

Told = Mapping[str, Mapping[str, int]]
"""Body to topic to items; topic "" is what a body did not divide."""


def rows_of(told: Told) -> list[SimpleNamespace]:
    rows = []
    for body, topics in told.items():
        figures = {("total", "total"): sum(topics.values())}
        figures |= {("topic", topic): count for topic, count in topics.items() if topic}
        rows += [
            SimpleNamespace(
                reporting_unit_code=body,
                axis_code=axis,
                member_code=member,
                value=Decimal(count),
                full_year_estimate=None,
            )
            for (axis, member), count in figures.items()
        ]
    return rows


def of_the_province(told: Told) -> dict[str, tuple[Decimal, str]]:
    """The province's topics in M01 and how each is marked."""
    asked = indicator("M01", scopes=("province",), disaggregations=("topic",))
    answers = [Answers(body, {topic: (count, 0) for topic, count in topics.items()}) for body, topics in told.items()]
    published = publish({"M01": lines_of(asked, answers)}, asked)
    return {
        line.member_code: (line.numerator, mark.numerator)
        for line, mark in zip(published.lines["M01"], published.marks["M01"], strict=True)
        if line.axis_code == "topic"
    }


def is_untold(told: Told) -> bool:
    printed = {
        ("MED01", "topic", topic, "value"): (value, bool(mark))
        for topic, (value, mark) in of_the_province(told).items()
    }
    return tells_a_small_one(rows_of(told), "MED01", "topic", "value", printed, load_reference())


def recoverable(told: Told) -> list[tuple[str, str]]:
    """Small sensitive counts of bodies with one possible value, all parts hidden, all totals and zeros printed."""
    attack = Attack()
    is_whole = not any("" in topics for topics in told.values())
    for body, topics in told.items():
        for topic, count in topics.items():
            part = {attack.unknown((body, topic)): 1}
            if topic:
                attack.know(part, *what_is_told("companion" if count else "", Decimal(count), is_sensitive=False))
        parts = {attack.unknown((body, topic)): 1 for topic in topics if topic}
        total = sum(topics.values())
        attack.know(parts, total if is_whole else 0, total)
    for topic, (value, mark) in of_the_province(told).items():
        parts = {attack.unknown((body, topic)): 1 for body, topics in told.items() if topic in topics}
        least, most = what_is_told(mark, value, topic in SENSITIVE_TOPICS)
        attack.know(parts, least, min(most, numpy.inf))
    assert attack.is_possible()
    return [
        (body, topic)
        for body, topics in told.items()
        for topic, count in topics.items()
        if topic in SENSITIVE_TOPICS
        and 0 < count < 5
        and not attack.could_be_other({attack.unknown((body, topic)): 1}, count)
    ]


def random_told(rng: random.Random) -> Told:
    topics = rng.sample(TOPICS, rng.randint(2, 4))
    leaves_some_undivided = rng.random() < 0.3
    return {
        body: {topic: rng.choice((0, 1, 2, 4, 5, 7, 30)) for topic in rng.sample(topics, rng.randint(1, len(topics)))}
        | ({"": rng.choice((0, 3, 40))} if leaves_some_undivided else {})
        for body in rng.sample(BODIES, rng.randint(1, 5))
    }


def test_a_body_with_nothing_else_is_told_by_its_total():
    assert is_untold({"SYT": {"nhan_quyen": 3}, "SNV": {"nhan_quyen": 9, "khac": 21}})


def test_a_body_with_nothing_else_and_no_small_count_tells_another_all_the_same():
    # 7 of the province's 10 are its own, which leaves 3.
    assert is_untold({"SYT": {"nhan_quyen": 3, "khac": 7}, "SNV": {"nhan_quyen": 7}})


def test_two_bodies_with_two_topics_each_leave_everything_open():
    assert not is_untold({"SYT": {"nhan_quyen": 3, "khac": 7}, "SNV": {"nhan_quyen": 9, "khac": 21}})


def test_no_small_count_no_question():
    assert not is_untold({"SYT": {"nhan_quyen": 5}, "SNV": {"nhan_quyen": 0, "khac": 2}})


def test_where_totals_of_bodies_are_exported_no_small_count_can_be_worked_out():
    outcomes: Counter[tuple[bool, bool]] = Counter()
    for seed in range(400):
        told = random_told(random.Random(seed))
        outcomes[is_untold(told), bool(recoverable(told))] += 1

    assert outcomes[False, True] == 0
    # Both happen: totals that tell and are kept, totals that tell nothing and are exported.
    assert outcomes[True, True] > 50
    assert outcomes[False, False] > 50
