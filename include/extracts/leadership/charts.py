"""The charts of the page, as plain figures for plotly; colours and titles also serve the workbook's charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from include.extracts.leadership.snapshot import Figure, IndicatorLines, Snapshot
from include.extracts.leadership.statements import groups

# Told apart by readers with any kind of colour vision, and in grey print; no red, no green: no target is set.
NAVY, BLUE, SKY, ORANGE, GREY, LIGHT_GREY = "#1F3A5F", "#0072B2", "#7FC1EC", "#E69F00", "#9AA3AD", "#E3E6EA"


REMAINDERS = ("khac", "other")
"""Members of breakdowns that hold whatever fits nowhere else: drawn last, never named as the largest."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: what it says in words, the figure for plotly, and its numbers as a table for who cannot see it."""

    code: str
    title: str
    spoken: str
    figure: dict[str, Any]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def draw_charts(snapshot: Snapshot) -> tuple[Chart, ...]:
    """The charts there is data for."""
    drawn = [_reports_chart(snapshot)] if snapshot.obliged else []
    by_code = {indicator.code: indicator for indicator in snapshot.indicators}
    if "M01" in by_code:
        drawn += _bars(
            "tin-bai-nhom", by_code["M01"].by_group, "scope_name", "Nhóm đơn vị", _most(by_code["M01"], "by_group")
        )
    if "M02" in by_code:
        drawn += _bars(
            "ngon-ngu", _axis(by_code["M02"], "language"), "member_name", "Ngôn ngữ", language_title(snapshot)
        )
    if "E01" in by_code:
        drawn += _bars(
            "su-kien", _axis(by_code["E01"], "field"), "member_name", "Lĩnh vực", _most(by_code["E01"], "field")
        )
    return tuple(drawn)


def reports_title(snapshot: Snapshot) -> str:
    """“110/123 đơn vị phải báo cáo đã có báo cáo được nhận”."""
    return f"{len(snapshot.received)}/{len(snapshot.obliged)} đơn vị phải báo cáo đã có báo cáo được nhận"


def has_foreign_languages(snapshot: Snapshot) -> bool:
    """Whether any item in a foreign language is known by its language."""
    indicators = [each for each in snapshot.indicators if each.code == "M02"]
    return any(figure.value for each in indicators for figure in _axis(each, "language"))


def language_title(snapshot: Snapshot) -> str:
    """How many items in a foreign language, and which language leads."""
    indicator = next(each for each in snapshot.indicators if each.code == "M02")
    return _most(indicator, "language")


def _most(indicator: IndicatorLines, axis_code: str) -> str:
    """The indicator's total and its largest part, in words."""
    total = indicator.headline[0]
    parts = indicator.by_group if axis_code == "by_group" else _axis(indicator, axis_code)
    # “Other” is a remainder: that it is the largest says nothing.
    named = [part for part in parts if part.value and part.member_code not in REMAINDERS]
    largest = max(named, key=lambda part: part.value or 0, default=None)
    said = f"{indicator.name}: {total.shown}"
    if largest is None:
        return said
    name = largest.scope_name if axis_code == "by_group" else largest.member_name
    return f"{said}; nhiều nhất: {name} ({largest.shown})"


def _axis(indicator: IndicatorLines, axis_code: str) -> tuple[Figure, ...]:
    return tuple(figure for figure in indicator.breakdowns if figure.axis_code == axis_code)


def _reports_chart(snapshot: Snapshot) -> Chart:
    counted = groups(snapshot)
    names = [f"{group.name} ({group.due})" for group in counted]
    series = (
        ("Đúng hạn", [group.on_time for group in counted], BLUE, ""),
        ("Nộp muộn", [group.late for group in counted], SKY, "/"),
        ("Còn lỗi, chờ sửa", [group.waiting for group in counted], ORANGE, "x"),
        ("Chưa nộp", [group.silent for group in counted], LIGHT_GREY, "."),
    )
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            # Shares of each group: one commune more or less must be seen beside a group of one.
            "x": [100 * count / group.due for count, group in zip(counts, counted, strict=True)],
            "customdata": counts,
            "hovertemplate": "%{y}: %{customdata} đơn vị<extra>" + name + "</extra>",
            "marker": {
                "color": colour,
                "pattern": {"shape": pattern, "size": 6, "solidity": 0.2, "bgcolor": colour, "fgcolor": NAVY},
                "line": {"color": "#fff", "width": 1},
            },
        }
        for name, counts, colour, pattern in series
        if any(counts)
    ]
    layout = _layout(len(names), "% số đơn vị phải báo cáo của nhóm")
    layout["barmode"] = "stack"
    layout["xaxis"] |= {"range": [0, 101], "tickvals": [0, 25, 50, 75, 100], "ticksuffix": "%"}
    layout["height"] += 40
    return Chart(
        "bao-cao",
        reports_title(snapshot),
        "Biểu đồ thanh ngang: tỷ lệ báo cáo đúng hạn, muộn, chờ sửa, chưa nộp của từng nhóm đơn vị.",
        {"data": traces, "layout": layout},
        ("Nhóm đơn vị", "Phải báo cáo", "Đúng hạn", "Nộp muộn", "Còn lỗi, chờ sửa", "Chưa nộp"),
        tuple(
            (group.name, *(str(count) for count in (group.due, group.on_time, group.late, group.waiting, group.silent)))
            for group in counted
        ),
    )


def _bars(code: str, figures: Sequence[Figure], name_of: str, header: str, title: str) -> list[Chart]:
    """One bar a figure, longest first; figures without a number stay in the table, where their word is read."""
    drawn = sorted(
        (figure for figure in figures if figure.value),
        key=lambda figure: (figure.member_code in REMAINDERS, -(figure.value or 0)),
    )
    if not drawn:
        return []
    layout = _layout(len(drawn), drawn[0].unit)
    layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ",~r"}
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": [getattr(figure, name_of) for figure in drawn],
        "x": [float(figure.value or 0) for figure in drawn],
        "text": [figure.shown for figure in drawn],
        "textposition": "auto",
        "marker": {"color": BLUE},
        "hovertemplate": "%{y}: %{text} " + drawn[0].unit.replace("%", "%%") + "<extra></extra>",
    }
    return [
        Chart(
            code,
            title,
            f"Biểu đồ thanh ngang, {len(drawn)} thanh, dài nhất ở trên.",
            {"data": [trace], "layout": layout},
            (header, drawn[0].unit),
            tuple((getattr(figure, name_of), figure.shown) for figure in figures),
        )
    ]


def _layout(bar_count: int, axis_title: str) -> dict[str, Any]:
    return {
        # Decimal comma, thousands point.
        "separators": ",.",
        "height": 90 + 30 * bar_count,
        "margin": {"l": 8, "r": 16, "t": 8, "b": 44},
        "font": {"family": "'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif", "size": 13, "color": "#1b2733"},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "bargap": 0.3,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        "xaxis": {
            "title": {"text": axis_title, "font": {"size": 12}},
            "gridcolor": LIGHT_GREY,
            "zeroline": True,
            "zerolinecolor": GREY,
            "fixedrange": True,
        },
        "yaxis": {"autorange": "reversed", "automargin": True, "fixedrange": True, "ticklabelstandoff": 6},
    }
