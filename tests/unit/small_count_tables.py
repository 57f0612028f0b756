"""Tables of a period made up from what single bodies and monitored items would say, and what is printed of them.

The lines are added up here by hand, as the marts would; the attack works from the printed lines alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from include.extracts.leadership.small_counts import LineMarks, mark_period
from include.indicators.catalogue import Indicator, load_catalogue
from include.reference import load_reference

TOPICS = ("nhan_quyen", "an_ninh_trat_tu", "dan_toc_ton_giao", "kinh_te_dau_tu", "van_hoa_du_lich", "khac")
SENSITIVE_TOPICS = frozenset(TOPICS[:3])
BODIES = ("SYT", "SNV", "HNB", "CAT", "HPN", "28249", "28261", "28696", "28720", "29869", "29926")
"""Departments and others of their form, police, a front organisation; communes of both former provinces, inland, on the
coast and at the land border."""


@dataclass(frozen=True)
class Line:
    """A line of mart.indicator_value, as far as small counts are concerned."""

    scope_type: str
    scope_code: str
    axis_code: str = "total"
    member_code: str = "total"
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    full_year_estimate: Decimal | None = None
    side: str = "single"


@dataclass
class Published:
    """What a reader gets: the lines by indicator and what is hidden of each."""

    lines: Mapping[str, Sequence[Line]]
    marks: Mapping[str, Sequence[LineMarks]]
    is_divided_whole: bool = True
    """Whether the reader knows that breakdowns leave nothing out."""

    def hidden_count(self) -> int:
        return sum(
            bool(getattr(mark, place))
            for marks in self.marks.values()
            for mark in marks
            for place in ("numerator", "denominator", "full_year_estimate")
        )


@dataclass(frozen=True)
class Answers:
    """What one body counts, by topic: (numerator, denominator), or for a sum (count, estimate for the whole year).

    Topic "" is what it did not divide.
    """

    body: str
    by_topic: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def indicator(code: str, **changed: object) -> Indicator:
    """An indicator of the catalogue, changed where a test wants scopes or breakdowns it does not have today."""
    return replace(load_catalogue()[code], **changed)


def lines_of(asked: Indicator, answers: Iterable[Answers], *, with_estimates: bool = False) -> list[Line]:
    """Add the answers up on every line the indicator prints. A ratio has denominators, a sum has none."""
    reference = load_reference()
    above: Counter[tuple[str, str, str, str]] = Counter()
    below: Counter[tuple[str, str, str, str]] = Counter()
    for answer in answers:
        unit = reference.units[answer.body]
        scopes = {"province": "province", "group": unit.group_code, "unit": unit.code}
        places = [(scope, scopes[scope], "total", "total") for scope in asked.scopes]
        for axis, attribute in (
            ("template", unit.template_code),
            ("former_province", unit.former_province),
            ("border_zone", unit.border_zone),
        ):
            if axis in asked.disaggregations and attribute:
                places.append(("province", "province", axis, attribute))
        for topic, (numerator, denominator) in answer.by_topic.items():
            for place in places:
                above[place] += numerator
                below[place] += denominator
            if topic and "topic" in asked.disaggregations:
                above["province", "province", "topic", topic] += numerator
                below["province", "province", "topic", topic] += denominator
    second = "denominator" if asked.arithmetic == "ratio" else "full_year_estimate" if with_estimates else None
    return [
        Line(*place, Decimal(above[place]), **({second: Decimal(below[place])} if second else {}))
        for place in sorted(above)
    ]


def publish(lines: Mapping[str, Sequence[Line]], *asked: Indicator, is_divided_whole: bool = True) -> Published:
    """Have the lines marked together, as an extract does."""
    marks = mark_period(lines, {each.code: each for each in asked}, load_reference())
    return Published(lines, marks, is_divided_whole)


# --- tables at random ------------------------------------------------------------------------------------


def _count(rng: random.Random) -> int:
    """Small ones, zeros and fives far more often than in life."""
    return rng.choice((0, 0, 1, 1, 2, 3, 4, 4, 5, 6, 9, rng.randint(5, 60)))


def random_reports(rng: random.Random) -> tuple[Published, list[Indicator], list[Answers]]:
    """A sensitive measure or one with sensitive topics, with any scopes and breakdowns, over some bodies and topics."""
    asked = indicator(
        rng.choice(("R02", "M01", "R03", "T01")),
        scopes=rng.choice((("province",), ("province", "group"), ("province", "unit"), ("province", "group", "unit"))),
    )
    axes = ["topic"] if rng.random() < 0.8 else []
    if "unit" in asked.scopes and rng.random() < 0.5:
        axes += rng.sample(("template", "former_province", "border_zone"), rng.randint(1, 3))
    asked = replace(asked, disaggregations=tuple(axes))
    with_estimates = asked.arithmetic == "sum" and rng.random() < 0.3
    leaves_some_undivided = rng.random() < 0.3
    answers = []
    for body in rng.sample(BODIES, rng.randint(1, 6)):
        by_topic = {}
        for topic in rng.sample(TOPICS, rng.randint(1, 3)):
            numerator = _count(rng)
            by_topic[topic] = (numerator, numerator + rng.choice((0, 0, 1, 3, 20)))
        if leaves_some_undivided:
            by_topic[""] = by_topic[topic]
        answers.append(Answers(body, by_topic))
    lines = lines_of(asked, answers, with_estimates=with_estimates)
    published = publish({asked.code: lines}, asked, is_divided_whole=not leaves_some_undivided)
    return published, [asked], answers


MONITORED = ("N01", "N02", "N03")
TONES = ("tich_cuc", "trung_tinh", "tieu_cuc", "chua_phan_loai")
LANGUAGES = ("vi", "en", "km")
CHANNELS = ("bao_in", "phat_thanh")
Cube = Mapping[tuple[str, str, str, str], int]
"""(channel type, topic, tone, language) to items."""


def random_cube(rng: random.Random) -> Cube:
    topics = rng.sample(TOPICS, rng.randint(1, 4))
    return {
        (rng.choice(CHANNELS), rng.choice(topics), rng.choice(TONES), rng.choice(LANGUAGES)): max(1, _count(rng))
        for _ in range(rng.randint(1, 12))
    }


def lines_of_cube(cube: Cube) -> dict[str, list[Line]]:
    """The lines of N01, N02 and N03: items, tones of the classified ones, the part in foreign languages."""
    axes = ("channel_type", "topic", "tone", "language")

    def items(**wanted: str | tuple[str, ...]) -> Decimal:
        """Items with these members; a tuple names members to leave out."""
        return Decimal(
            sum(
                number
                for cell, number in cube.items()
                if all(
                    dict(zip(axes, cell, strict=True))[axis] not in member
                    if isinstance(member, tuple)
                    else dict(zip(axes, cell, strict=True))[axis] == member
                    for axis, member in wanted.items()
                )
            )
        )

    def members(axis: str, **wanted: str) -> list[str]:
        return sorted(
            {
                cell[axes.index(axis)]
                for cell in cube
                if all(cell[axes.index(other)] == member for other, member in wanted.items())
            }
        )

    classified, foreign = ("chua_phan_loai",), ("vi",)
    province = ("province", "province")
    printed = {
        "N01": [Line(*province, numerator=items())],
        "N02": [Line(*province, numerator=items(tone=classified), denominator=items())],
        "N03": [Line(*province, numerator=items(language=foreign), denominator=items())],
    }
    for axis in ("channel_type", "topic", "language"):
        printed["N01"] += [Line(*province, axis, each, items(**{axis: each})) for each in members(axis)]
    for tone in members("tone"):
        axis, whole = ("unclassified", items()) if tone in classified else ("tone", items(tone=classified))
        printed["N02"].append(Line(*province, axis, tone, items(tone=tone), whole))
    for outer in ("channel_type", "topic"):
        for member in members(outer):
            for tone in members("tone", **{outer: member}):
                of = {outer: member}
                axis, whole = (
                    ("unclassified", items(**of)) if tone in classified else ("tone", items(tone=classified, **of))
                )
                printed["N02"].append(
                    Line(*province, f"{outer}/{axis}", f"{member}/{tone}", items(tone=tone, **of), whole)
                )
    printed["N03"] += [
        Line(*province, "language", each, items(language=each), items())
        for each in members("language")
        if each not in foreign
    ]
    printed["N03"] += [
        Line(*province, "topic", each, items(topic=each, language=foreign), items(topic=each))
        for each in members("topic")
    ]
    return printed


def publish_cube(cube: Cube) -> Published:
    return publish(lines_of_cube(cube), *(indicator(code) for code in MONITORED))


# --- news items of several measures ------------------------------------------------------------------------

MEDIA = ("M01", "M02", "M03", "R03")
MEDIA_LANGUAGES = ("vi", "en", "km")


@dataclass(frozen=True)
class News:
    """News items of the province: MED01 by body, language and topic, MED02 by language, MED07 (in MED01) by topic."""

    items: Mapping[tuple[str, str, str], int]
    """(body, language, topic) to items."""
    products: Mapping[str, int]
    rebuttals: Mapping[str, int]


def random_news(rng: random.Random) -> News:
    topics = rng.sample(TOPICS, rng.randint(1, 3))
    languages = rng.sample(MEDIA_LANGUAGES, rng.randint(1, 2))
    bodies = rng.sample(BODIES, rng.randint(1, 3))
    items = {
        (rng.choice(bodies), rng.choice(languages), rng.choice(topics)): max(1, _count(rng))
        for _ in range(rng.randint(1, 5))
    }
    by_topic: Counter[str] = Counter()
    for (_, _, topic), number in items.items():
        by_topic[topic] += number
    return News(
        items,
        {language: rng.choice((0, 0, 1, 7)) for language in languages},
        {topic: rng.randint(0, number) for topic, number in by_topic.items()},
    )


def lines_of_news(news: News) -> dict[str, list[Line]]:
    units = load_reference().units
    printed: dict[str, Counter[tuple[str, str, str, str]]] = {code: Counter() for code in MEDIA}
    total = ("province", "province", "total", "total")
    for code in MEDIA:
        printed[code][total] = 0
    for (body, language, topic), number in news.items.items():
        for place in (
            total,
            ("group", units[body].group_code, "total", "total"),
            ("province", "province", "language", language),
            ("province", "province", "topic", topic),
        ):
            printed["M01"][place] += number
        if language != "vi":
            printed["M02"][total] += number
            printed["M02"]["province", "province", "language", language] += number
    for language, number in news.products.items():
        printed["M03"][total] += number
        printed["M03"]["province", "province", "language", language] += number
        if language != "vi":
            printed["M02"][total] += number
            printed["M02"]["province", "province", "language", language] += number
    for topic, number in news.rebuttals.items():
        printed["R03"][total] += number
        printed["R03"]["province", "province", "topic", topic] += number
    return {
        code: [Line(*place, Decimal(number)) for place, number in sorted(places.items())]
        for code, places in printed.items()
    }


def publish_news(news: News) -> Published:
    return publish(lines_of_news(news), *(indicator(code) for code in MEDIA))
