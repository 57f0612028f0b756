"""A reader who wants the small counts: knows what is printed and how it adds up, and solves for the rest.

Shares nothing with the code that hides: the unknowns here are what single bodies reported and single cells of the
monitoring cube, and an integer programme looks for any other table that fits. Only whoever made the table up can say
whether the one number left is the true one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from include.reference import load_reference
from tests.unit.small_count_tables import SENSITIVE_TOPICS, Answers, Line, Published

Cell = tuple[str, int, str]
"""Indicator, line, numerator or denominator."""

SENSITIVE_MEASURES = frozenset({"R02"})


class Attack:
    """Unknown whole numbers from 0, what is known of sums of them, and whether a sum can be narrowed to one number."""

    def __init__(self) -> None:
        self._unknown: dict[object, int] = {}
        self._known: list[tuple[dict[int, int], float, float]] = []

    def unknown(self, name: object) -> int:
        return self._unknown.setdefault(name, len(self._unknown))

    def know(self, terms: dict[int, int], least: float, most: float) -> None:
        self._known.append((terms, least, most))

    def could_be_other(self, terms: dict[int, int], value: int) -> bool:
        """Whether some table that fits everything gives this sum another value."""
        return self._is_possible((terms, -numpy.inf, value - 1)) or self._is_possible((terms, value + 1, numpy.inf))

    def is_possible(self) -> bool:
        return self._is_possible()

    def _is_possible(self, *more: tuple[dict[int, int], float, float]) -> bool:
        known = [*self._known, *more]
        rows, columns, weights = [], [], []
        for row, (terms, _, _) in enumerate(known):
            for column, weight in terms.items():
                rows.append(row)
                columns.append(column)
                weights.append(weight)
        size = len(self._unknown)
        matrix = csr_array((weights, (rows, columns)), shape=(len(known), size))
        solved = milp(
            numpy.zeros(size),
            constraints=LinearConstraint(matrix, [each[1] for each in known], [each[2] for each in known]),
            integrality=numpy.ones(size),
            bounds=Bounds(0, numpy.inf),
        )
        assert solved.status in (0, 2), solved.message
        return solved.status == 0


def what_is_told(mark: str, value: Decimal, is_sensitive: bool) -> tuple[float, float]:
    """What a printed cell says: its number; 1 to 4; or that it is not 0, nor small where a small one is “<5”."""
    if not mark:
        return float(value), float(value)
    if mark == "small":
        return 1, 4
    return (5 if is_sensitive else 1), numpy.inf


def recoverable_reports(published: Published, answers: Iterable[Answers]) -> list[Cell]:
    """The cells marked “<5” of one indicator of reports that have one possible value only."""
    ((code, lines),) = published.lines.items()
    reference = load_reference()
    bodies = [answer.body for answer in answers]
    topics = sorted({line.member_code for line in lines if line.axis_code == "topic"})
    attack = Attack()
    second = next(
        (place for place in ("denominator", "full_year_estimate") if getattr(lines[0], place) is not None), ""
    )
    places = ("numerator", second) if second else ("numerator",)

    def terms_of(line: Line, place: str) -> dict[int, int]:
        if line.axis_code == "topic":
            return {attack.unknown((line.member_code, place)): 1}
        attribute = {"template": "template_code", "total": ""}.get(line.axis_code, line.axis_code)
        return {
            attack.unknown((body, place)): 1
            for body in bodies
            if line.scope_code in ("province", body, reference.units[body].group_code)
            and (not attribute or getattr(reference.units[body], attribute) == line.member_code)
        }

    for place in places:
        if topics:
            parts = {attack.unknown((topic, place)): 1 for topic in topics}
            whole = {attack.unknown((body, place)): -1 for body in bodies}
            attack.know(parts | whole, 0 if published.is_divided_whole else -numpy.inf, 0)
    if second:
        for name in (*bodies, *topics):
            attack.know({attack.unknown((name, second)): 1, attack.unknown((name, "numerator")): -1}, 0, numpy.inf)
    told = []
    for position, (line, marks) in enumerate(zip(lines, published.marks[code], strict=True)):
        for place in places:
            mark, value = getattr(marks, place), getattr(line, place)
            is_sensitive = code in SENSITIVE_MEASURES or line.member_code in SENSITIVE_TOPICS
            assert not (is_sensitive and 0 < value < 5 and mark != "small"), (line, place)
            attack.know(terms_of(line, place), *what_is_told(mark, value, is_sensitive))
            if mark == "small":
                told.append((position, place, terms_of(line, place), int(value)))
    assert attack.is_possible(), "the true table has to fit what is told of it"
    return [
        (code, position, place) for position, place, terms, value in told if not attack.could_be_other(terms, value)
    ]


def recoverable_items(published: Published) -> list[Cell]:
    """The cells marked “<5” of the monitoring indicators that have one possible value only.

    Tables of two axes are enough: whatever tables agree on their common margins come from some cube.
    """
    attack = Attack()
    members: dict[str, set[str]] = defaultdict(set)
    for lines in published.lines.values():
        for line in lines:
            for axis, member in zip(line.axis_code.split("/"), line.member_code.split("/"), strict=True):
                members["tone" if axis == "unclassified" else axis].add(member)
    members["language"].add("vi")
    pairs = (("topic", "tone"), ("topic", "language"), ("channel_type", "tone"))

    def cells(**wanted: set[str]) -> dict[int, int]:
        """One table's cells that add up to the items with these members."""
        first, second = next(pair for pair in pairs if set(wanted) <= set(pair))
        return {
            attack.unknown((first, one, second, two)): 1
            for one in sorted(wanted.get(first, members[first]))
            for two in sorted(wanted.get(second, members[second]))
        }

    # The tables speak of the same items: by topic, by tone.
    for axis, one, other in (("topic", pairs[0], pairs[1]), ("tone", pairs[0], pairs[2])):
        for member in sorted(members[axis]):
            sums = []
            for first, second in (one, other):
                sums.append(
                    {
                        attack.unknown((first, one_member, second, two_member)): sign
                        for one_member in ([member] if axis == first else sorted(members[first]))
                        for two_member in ([member] if axis == second else sorted(members[second]))
                        for sign in ((1,) if (first, second) == one else (-1,))
                    }
                )
            attack.know(sums[0] | sums[1], 0, 0)

    def terms_of(code: str, line: Line, place: str) -> dict[int, int]:
        wanted = {
            axis: {member}
            for axis, member in zip(line.axis_code.split("/"), line.member_code.split("/"), strict=True)
            if axis != "total"
        }
        classified, foreign = members["tone"] - {"chua_phan_loai"}, members["language"] - {"vi"}
        if code == "N02":
            unclassified = wanted.pop("unclassified", None)
            if place == "denominator":
                is_over_all = unclassified or line.axis_code == "total"
                wanted = {axis: each for axis, each in wanted.items() if axis != "tone"}
                wanted |= {} if is_over_all else {"tone": classified}
            else:
                wanted = {"tone": unclassified or classified} | wanted
        if code == "N03" and place == "denominator":
            wanted.pop("language", None)
        elif code == "N03":
            wanted = {"language": foreign} | wanted
        return cells(**wanted)

    told = []
    for code, lines in published.lines.items():
        for position, (line, marks) in enumerate(zip(lines, published.marks[code], strict=True)):
            for place in ("numerator", "denominator"):
                value, mark = getattr(line, place), getattr(marks, place)
                if value is None:
                    continue
                is_sensitive = bool(SENSITIVE_TOPICS & set(line.member_code.split("/")))
                assert not (is_sensitive and 0 < value < 5 and mark != "small"), (code, line, place)
                attack.know(terms_of(code, line, place), *what_is_told(mark, value, is_sensitive))
                if mark == "small":
                    told.append(((code, position, place), terms_of(code, line, place), int(value)))
    assert attack.is_possible(), "the true table has to fit what is told of it"
    return [cell for cell, terms, value in told if not attack.could_be_other(terms, value)]


def recoverable_news(published: Published, bodies: Iterable[str]) -> list[Cell]:
    """The cells marked “<5” of the indicators of news items that have one possible value only."""
    attack = Attack()
    units = load_reference().units
    lines = [line for each in published.lines.values() for line in each]
    members = {
        axis: sorted({line.member_code for line in lines if line.axis_code == axis}) for axis in ("language", "topic")
    }
    groups = sorted({units[body].group_code for body in bodies})

    def measure(code: str, axis: str, member: str) -> int:
        return attack.unknown((code, axis, member))

    def all_of(code: str, axis: str) -> dict[int, int]:
        return {measure(code, axis, member): 1 for member in (groups if axis == "group" else members[axis])}

    # Everything is divided by group and language and topic, and the reader knows it.
    for code, axes in (("MED01", ("group", "language", "topic")), ("MED02", ("language",)), ("MED07", ("topic",))):
        for axis in axes:
            attack.know(all_of(code, axis) | {measure(code, "total", "total"): -1}, 0, 0)
    for topic in members["topic"]:
        attack.know({measure("MED01", "topic", topic): 1, measure("MED07", "topic", topic): -1}, 0, numpy.inf)

    def terms_of(code: str, line: Line) -> dict[int, int]:
        axis, member = (
            (line.axis_code, line.member_code) if line.scope_type == "province" else ("group", line.scope_code)
        )
        if code != "M02":
            return {measure({"M01": "MED01", "M03": "MED02", "R03": "MED07"}[code], axis, member): 1}
        languages = [member] if axis == "language" else [each for each in members["language"] if each != "vi"]
        return {measure(each, "language", language): 1 for each in ("MED01", "MED02") for language in languages}

    told = []
    for code, each in published.lines.items():
        for position, (line, marks) in enumerate(zip(each, published.marks[code], strict=True)):
            is_sensitive = line.member_code in SENSITIVE_TOPICS
            assert not (is_sensitive and 0 < line.numerator < 5 and marks.numerator != "small"), (code, line)
            attack.know(terms_of(code, line), *what_is_told(marks.numerator, line.numerator, is_sensitive))
            if marks.numerator == "small":
                told.append(((code, position, "numerator"), terms_of(code, line), int(line.numerator)))
    assert attack.is_possible(), "the true table has to fit what is told of it"
    return [cell for cell, terms, value in told if not attack.could_be_other(terms, value)]
