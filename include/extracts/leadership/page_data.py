"""What the page's script shows on the way from a headline to its groups, bodies, files and cells, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from include.extracts.leadership.charts import draw_groups, plotly_of
from include.extracts.leadership.edition import Comparison, Edition, LineageCell, shown_value
from include.extracts.leadership.snapshot import Body, Figure, IndicatorLines
from include.extracts.leadership.statements import (
    ARITHMETIC_VI,
    change_of,
    coverage_of,
    direction_of,
    gaps_of,
    kind_of,
    label_of,
)
from include.extracts.leadership.wording import (
    GROUPS_VI,
    KINDS_VI,
    NOT_SHOWN,
    STATES_VI,
    clause_group_name,
    difference_vi,
)
from include.vietnamese.numbers import format_number

_ADDED_VI: Final = "Các số cộng lại"
_TERMS_VI: Final[Mapping[str, str]] = {
    "numerator": "Tử số",
    "denominator": "Mẫu số",
    "first": _ADDED_VI,
    "second": _ADDED_VI,
    "full_year": "Ước cả năm",
    "full_year_denominator": "Ước cả năm, mẫu số",
}


@dataclass(slots=True)
class _Words:
    """Each text once; everything else names it by its place. Place 0 is the empty text."""

    listed: list[str] = field(default_factory=lambda: [""])
    places: dict[str, int] = field(default_factory=lambda: {"": 0})

    def place(self, text: str) -> int:
        """Where the text stands in the list."""
        if text not in self.places:
            self.places[text] = len(self.listed)
            self.listed.append(text)
        return self.places[text]


def page_data(edition: Edition) -> dict[str, Any]:
    """Figures by group and body and the cells behind every headline, as plain JSON; no number is left to be added.

    `words` holds every text once, all others are places in it. A figure is [shown, 0 a number, 1 nil or 2 without a
    value, kind, coverage, gaps, numerator, denominator, as of]; a cell is eight numbers in a row: body + 1, file + 1,
    measure, sheet, cell, member, value, added, the last two in base units. `sums` has what the cells of a term add up
    to: "" for the province, "g" and the place of a group, "b" and the place of a body.
    """
    words = _Words()
    snapshot = edition.snapshot
    cells = _cells_by_side(edition.lineage)
    groups = _group_codes(edition)
    bodies = _bodies(edition)
    group_places = {code: place for place, code in enumerate(groups)}
    body_places = {code: place for place, code in enumerate(bodies)}
    encoded = [
        {
            "code": indicator.code,
            "name": indicator.name,
            "unit": indicator.unit,
            "section": indicator.clause_group,
            "sectionName": clause_group_name(indicator.clause_group),
            "note": indicator.reading_note,
            "arithmetic": ARITHMETIC_VI[indicator.arithmetic],
            "direction": direction_of(indicator),
            "owner": indicator.owner,
            "factor": "" if indicator.unit_factor == 1 else format_number(indicator.unit_factor),
            "isShare": int(_is_share(indicator)),
            "parts": _parts(indicator, words),
            "chart": _chart(indicator),
            "sides": [
                {
                    "side": headline.side,
                    "name": label_of(headline),
                    "short": headline.side_name,
                    "unit": headline.unit,
                    "headline": _figure(headline, words),
                    "compared": change_of(headline, edition.comparison_of(headline)),
                    "groups": {
                        str(group_places[each.scope_code]): _figure(each, words)
                        for each in indicator.by_group
                        if each.side == headline.side
                    },
                    "bodies": {
                        str(body_places[each.scope_code]): _figure(each, words)
                        for each in indicator.by_unit
                        if each.side == headline.side
                    },
                    "terms": _terms(cells[indicator.code, headline.side], group_places, body_places, words),
                }
                for headline in indicator.headline
            ],
        }
        for indicator in snapshot.indicators
    ]
    return {
        "period": snapshot.period.code,
        "release": "" if edition.is_working_copy else edition.number,
        "periodName": snapshot.period.name,
        "notShown": words.place(NOT_SHOWN),
        "groups": [[code, GROUPS_VI.get(code, code)] for code in groups],
        "bodies": [
            [code, words.place(name), group_places.get(group, -1), words.place(report), int(is_counted)]
            for code, (name, group, report, is_counted) in bodies.items()
        ],
        "files": [
            [words.place(each.file_name), each.sha256, words.place(each.receipt_number), each.revision or 0]
            for each in edition.lineage_files
        ],
        "indicators": encoded,
        "words": words.listed,
    }


def compared_difference(comparison: Comparison, unit: str) -> str:
    """“tăng 229 tin, bài”; empty where there is nothing to compare."""
    if comparison.difference is None:
        return ""
    if not comparison.difference:
        return "không đổi"
    word = "tăng" if comparison.difference > 0 else "giảm"
    return f"{word} {difference_vi(comparison.difference, unit)}"


def compared_value(comparison: Comparison, unit: str) -> str:
    """“2.064 tin, bài”, or the word of its state."""
    shown = shown_value(comparison.value, unit, comparison.state)
    return shown if comparison.value is None or comparison.state == "nil" else f"{shown} {unit}"


def compared_kind(comparison: Comparison) -> str:
    """“chính thức”, “ước”; empty where there is no value."""
    return KINDS_VI.get(comparison.kind or "", "") if comparison.value is not None else ""


def exact_vi(value: Decimal | None) -> str:
    """Every decimal of a number in base units: a reader who adds the cells up must come to the sum that is printed."""
    return "" if value is None else format_number(value)


def _figure(figure: Figure, words: _Words) -> list[int]:
    return [
        words.place(figure.shown),
        2 if figure.value is None else int(figure.state == "nil"),
        words.place(kind_of(figure)),
        words.place(coverage_of(figure)),
        words.place(gaps_of(figure)),
        words.place(figure.numerator_mark or exact_vi(figure.numerator)),
        words.place(figure.denominator_mark or exact_vi(figure.denominator)),
        words.place(figure.as_of),
    ]


def _chart(indicator: IndicatorLines) -> dict[str, Any] | None:
    chart = draw_groups(indicator)
    return None if chart is None else {"title": chart.title, "alt": chart.alt, "figure": plotly_of(chart)}


def _parts(indicator: IndicatorLines, words: _Words) -> list[list[Any]]:
    """Breakdowns: the axis, then its members with what is shown; in the order of the catalogue."""
    axes: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in indicator.breakdowns:
        axes[figure.axis_code, figure.axis_name].append(figure)
    return [
        [
            words.place(name),
            [
                [
                    words.place(f"{each.member_name} – {each.side_name}" if each.side_name else each.member_name),
                    words.place(f"{each.axis_code}/{each.member_code}"),
                    *_figure(each, words)[:2],
                    words.place(each.unit),
                ]
                for each in members
            ],
        ]
        for (_, name), members in axes.items()
    ]


def _terms(
    cells: Mapping[str, list[LineageCell]],
    group_places: Mapping[str, int],
    body_places: Mapping[str, int],
    words: _Words,
) -> list[dict[str, Any]]:
    listed = []
    for term_side in sorted(cells, key=list(_TERMS_VI).index):
        members = cells[term_side]
        measures = {cell.measure_code: cell.measure_name for cell in members}
        places = {code: place for place, code in enumerate(measures)}
        is_whole = term_side == "numerator" and "denominator" not in cells
        listed.append(
            {
                "side": term_side,
                "label": _ADDED_VI if is_whole else _TERMS_VI[term_side],
                "measures": [f"{code}. {name}" if name != code else code for code, name in measures.items()],
                "cells": [
                    number
                    for cell in members
                    for number in (
                        body_places.get(cell.unit_code, -1) + 1,
                        0 if cell.file_number is None else cell.file_number + 1,
                        places[cell.measure_code],
                        words.place(cell.sheet),
                        words.place(cell.cell),
                        words.place(cell.member_name),
                        words.place(_cell_value(cell)),
                        words.place(NOT_SHOWN if cell.is_hidden else exact_vi(cell.added)),
                    )
                ],
                "sums": {
                    key: words.place(text) for key, text in _sums(members, group_places, body_places).items() if text
                },
            }
        )
    return listed


def _cell_value(cell: LineageCell) -> str:
    if cell.is_hidden:
        return NOT_SHOWN
    if cell.value is None or cell.state == "nil":
        return STATES_VI[cell.state]
    return exact_vi(cell.value)


def _sums(
    cells: Iterable[LineageCell], group_places: Mapping[str, int], body_places: Mapping[str, int]
) -> dict[str, str]:
    """What the cells add up to, for all, by group and by body; a sum with a hidden number in it would tell it."""
    gathered: dict[str, list[LineageCell]] = defaultdict(list)
    for cell in cells:
        gathered[""].append(cell)
        if cell.group_code in group_places:
            gathered[f"g{group_places[cell.group_code]}"].append(cell)
        if cell.unit_code in body_places:
            gathered[f"b{body_places[cell.unit_code]}"].append(cell)
    return {
        key: NOT_SHOWN
        if any(cell.is_hidden for cell in members)
        else exact_vi(sum((cell.added for cell in members if cell.added is not None), Decimal(0)))
        for key, members in gathered.items()
    }


def _is_share(indicator: IndicatorLines) -> bool:
    """Whether every value that can be checked is numerator by denominator in percent, so that the page may say so."""
    checked = [
        abs(figure.numerator / figure.denominator * 100 - figure.value) < Decimal("0.000001")
        for figure in (*indicator.headline, *indicator.by_group, *indicator.by_unit)
        if figure.value is not None and figure.numerator is not None and figure.denominator
    ]
    return bool(checked) and all(checked)


def _cells_by_side(lineage: Iterable[LineageCell]) -> Mapping[tuple[str, str], Mapping[str, list[LineageCell]]]:
    gathered: dict[tuple[str, str], dict[str, list[LineageCell]]] = defaultdict(lambda: defaultdict(list))
    for cell in lineage:
        gathered[cell.indicator_code, cell.side][cell.term_side].append(cell)
    return gathered


def _group_codes(edition: Edition) -> list[str]:
    """Peer groups of the bodies and figures, in reading order; groups without a name of their own come last."""
    present = {
        *(body.group_code for body in edition.snapshot.bodies),
        *(figure.scope_code for each in edition.snapshot.indicators for figure in each.by_group),
        *(cell.group_code for cell in edition.lineage if cell.group_code),
    }
    return [*(code for code in GROUPS_VI if code in present), *sorted(present - set(GROUPS_VI))]


def _bodies(edition: Edition) -> dict[str, tuple[str, str, str, bool]]:
    """Name, group, what became of the report, and whether it is one of the period's; in Vietnamese order as given."""
    listed = {
        body.code: (body.name, body.group_code, _report_of(body), body.obligation in ("obliged", "requested"))
        for body in edition.snapshot.bodies
    }
    for each in edition.snapshot.indicators:
        for figure in each.by_unit:
            listed.setdefault(figure.scope_code, (figure.scope_name, "", "", False))
    for cell in edition.lineage:
        if cell.unit_code:
            listed.setdefault(cell.unit_code, (cell.unit_name, cell.group_code, "", False))
    return listed


def _report_of(body: Body) -> str:
    told = [body.state_name]
    if body.obligation == "requested" and body.state != "requested":
        told.append("được đề nghị")
    if (body.revision or 0) > 1:
        told.append(f"bản {body.revision}")
    return "; ".join(told)
