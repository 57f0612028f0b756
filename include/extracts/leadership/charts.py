"""The charts of the extract, each described once; what plotly, a picture and Excel draw comes from that description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from include.extracts.leadership.edition import Comparison, shown_value
from include.extracts.leadership.snapshot import Figure, IndicatorLines, Snapshot
from include.extracts.leadership.statements import groups
from include.extracts.leadership.wording import number_vi

if TYPE_CHECKING:
    from include.extracts.leadership.statements import GroupCount

# Told apart by readers with any kind of colour vision, and in grey print; no red, no green: no target is set.
NAVY, BLUE, SKY, ORANGE, GREY, LIGHT_GREY = "#1F3A5F", "#0072B2", "#7FC1EC", "#E69F00", "#9AA3AD", "#E3E6EA"


REMAINDERS = ("khac", "other")
"""Members of breakdowns that hold whatever fits nowhere else: drawn last, never named as the largest."""

GROUP_COLUMNS: Final = ("Nhóm đơn vị", "Phải báo cáo", "Đúng hạn", "Nộp muộn", "Còn lỗi, chờ sửa", "Chưa nộp")
"""How the reports of a peer group are counted, wherever they are."""

CHANGES: Final = "cung-ky"
"""Code of the chart of changes against the same period."""

FLOWS: Final = ("M01", "M02", "M03", "V01", "R01", "E01", "G01", "T01", "T02", "X04", "X05")
"""Headlines whose change is drawn in percent: sums over the period, whose direction the plan takes a side on."""

LEAST_BASE: Final = Decimal(10)
"""Below it a change in percent says little: from two to three is half as much again."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of bars: a value and its label a category. `pattern` is “”, “/”, “x” or “.”: what grey print keeps."""

    name: str
    colour: str
    pattern: str
    values: tuple[Decimal, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of horizontal bars that begin at zero.

    `title` says what is seen, `spoken` how it is drawn, `alt` all its numbers. When `is_stacked` the values are counts
    drawn as shares of their category. A category without a number has no bar: it is in `absent` with its word.
    """

    code: str
    title: str
    spoken: str
    axis_title: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    is_stacked: bool
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    absent: tuple[tuple[str, str], ...] = ()

    @property
    def spoken_bars(self) -> tuple[str, ...]:
        """Every bar with its number in words, then what has no bar with the word for it."""
        bars = []
        for index, category in enumerate(self.categories):
            parts = [
                f"{each.name.lower()} {each.labels[index]}" if len(self.series) > 1 else each.labels[index]
                for each in self.series
                if each.values[index] or len(self.series) == 1
            ]
            bars.append(f"{category}: {', '.join(parts)}")
        return (*bars, *(f"{category}: {word}" for category, word in self.absent))

    @property
    def alt(self) -> str:
        """The picture in words, for who cannot see it: the title, then all its numbers."""
        return f"{self.title}. {self.axis_title}: {'; '.join(self.spoken_bars)}."

    @property
    def figure(self) -> dict[str, Any]:
        """The chart for plotly."""
        return plotly_of(self)

    def shares(self, series: Series) -> tuple[Decimal, ...]:
        """The values of a stacked series in percent of their category; 0 in a category that has nothing."""
        wholes = [sum((each.values[index] for each in self.series), Decimal(0)) for index in range(len(series.values))]
        return tuple(
            100 * value / whole if whole else Decimal(0) for value, whole in zip(series.values, wholes, strict=True)
        )


def draw_charts(snapshot: Snapshot, comparisons: Sequence[Comparison] = ()) -> tuple[Chart, ...]:
    """The charts there is data for. Without the edition's `comparisons` none of changes against the same period."""
    by_code = {indicator.code: indicator for indicator in snapshot.indicators}
    wanted = (
        ("tin-bai-nhom", "M01", "by_group", "Nhóm đơn vị"),
        ("ngon-ngu", "M02", "language", "Ngôn ngữ"),
        ("su-kien", "E01", "field", "Lĩnh vực"),
        ("fdi-doi-tac", "X04", "partner", "Nước, vùng lãnh thổ"),
        ("theo-doi-chu-de", "N01", "topic", "Chủ đề"),
    )
    drawn = [
        _reports_chart(snapshot),
        _changes_chart(snapshot, comparisons),
        *(_bars(code, by_code[of], axis, header) for code, of, axis, header in wanted if of in by_code),
    ]
    return tuple(chart for chart in drawn if chart is not None)


def draw_groups(indicator: IndicatorLines) -> Chart | None:
    """The peer groups of one indicator side by side; None for pairs, whose two numbers share no axis, and for none."""
    if any(figure.side != indicator.headline[0].side for figure in indicator.by_group):
        return None
    return _bars(f"nhom-{indicator.code}", indicator, "by_group", "Nhóm đơn vị")


def plotly_of(chart: Chart) -> dict[str, Any]:
    """The chart as a plain figure for plotly: data and layout, nothing but JSON in it."""
    layout = _layout(len(chart.categories), chart.axis_title)
    if chart.is_stacked:
        layout["barmode"] = "stack"
        layout["xaxis"] |= {"range": [0, 101], "tickvals": [0, 25, 50, 75, 100], "ticksuffix": "%"}
        layout["height"] += 40
    else:
        layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ",~r"}
    # A percentage has its sign in the label.
    unit = "" if chart.unit == "%" else f" {chart.unit.replace('%', '%%')}"
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": series.name,
                "y": list(chart.categories),
                "x": [float(value) for value in (chart.shares(series) if chart.is_stacked else series.values)],
                "text": list(series.labels),
                "marker": {
                    "color": series.colour,
                    "pattern": {
                        "shape": series.pattern,
                        "size": 6,
                        "solidity": 0.2,
                        "bgcolor": series.colour,
                        "fgcolor": NAVY,
                    },
                    "line": {"color": "#fff", "width": 1},
                },
                # Within a stack the numbers are told on pointing: a narrow part has no room for any.
                **(
                    {
                        "textposition": "none",
                        "hovertemplate": "%{y}: %{text}" + unit + "<extra>%{fullData.name}</extra>",
                    }
                    if chart.is_stacked
                    else {"textposition": "auto", "hovertemplate": "%{y}: %{text}" + unit + "<extra></extra>"}
                ),
            }
            for series in chart.series
        ],
        "layout": layout,
    }


def _most(total: Figure, name: str, parts: Sequence[Figure]) -> str:
    """The indicator's total and its largest part, in words."""
    # “Other” is a remainder: that it is the largest says nothing.
    named = [part for part in parts if part.value and part.member_code not in REMAINDERS]
    largest = max(named, key=lambda part: part.value or 0, default=None)
    said = f"{name}: {total.shown}"
    return said if largest is None else f"{said}; nhiều nhất: {_part_name(largest)} ({largest.shown})"


def _part_name(figure: Figure) -> str:
    return figure.scope_name if figure.is_headline else figure.member_name


def _reports_chart(snapshot: Snapshot) -> Chart | None:
    counted = groups(snapshot)
    if not counted:
        return None

    def series(name: str, colour: str, pattern: str, counts: Sequence[int]) -> Series:
        return Series(
            name,
            colour,
            pattern,
            tuple(Decimal(count) for count in counts),
            tuple(number_vi(Decimal(count)) for count in counts),
        )

    states = (
        series(GROUP_COLUMNS[2], BLUE, "", [group.on_time for group in counted]),
        series(GROUP_COLUMNS[3], SKY, "/", [group.late for group in counted]),
        series(GROUP_COLUMNS[4], ORANGE, "x", [group.waiting for group in counted]),
        series(GROUP_COLUMNS[5], LIGHT_GREY, ".", [group.silent for group in counted]),
    )
    return Chart(
        code="bao-cao",
        title=f"{len(snapshot.received)}/{len(snapshot.obliged)} đơn vị phải báo cáo đã có báo cáo được nhận",
        spoken="Biểu đồ thanh ngang: tỷ lệ báo cáo đúng hạn, muộn, chờ sửa, chưa nộp của từng nhóm đơn vị.",
        axis_title="% số đơn vị phải báo cáo của nhóm",
        unit="đơn vị",
        categories=tuple(f"{group.name} ({group.due})" for group in counted),
        series=tuple(each for each in states if any(each.values)),
        # Shares of each group: one commune more or less must be seen beside a group of one.
        is_stacked=True,
        headers=GROUP_COLUMNS,
        rows=tuple(_group_row(group) for group in counted),
    )


def _group_row(group: GroupCount) -> tuple[str, ...]:
    counts = (group.due, group.on_time, group.late, group.waiting, group.silent)
    return group.name, *(number_vi(Decimal(count)) for count in counts)


def _changes_chart(snapshot: Snapshot, comparisons: Sequence[Comparison]) -> Chart | None:
    """How much the flows changed in percent of the same period; None for fewer than two, which a sentence says."""
    compared = {each.indicator_code: each for each in comparisons if each.side == "single"}
    headlines = {figure.indicator_code: figure for figure in snapshot.headlines}
    bars: list[tuple[Figure, Comparison, Decimal]] = []
    for code in FLOWS:
        figure, before = headlines.get(code), compared.get(code)
        if figure is None or figure.value is None or before is None:
            continue
        if before.difference is None or before.value is None or before.value < LEAST_BASE:
            continue
        change = (100 * before.difference / before.value).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        bars.append((figure, before, change))
    if len(bars) < 2:
        return None
    changes = [change for _, _, change in bars]
    counted = (
        (sum(change > 0 for change in changes), "tăng"),
        (sum(change < 0 for change in changes), "giảm"),
        (sum(change == 0 for change in changes), "không đổi"),
    )
    period = bars[0][1].period_name
    seen = [(count, word) for count, word in counted if count]
    said = (
        f"cả {len(bars)} chỉ tiêu đều {seen[0][1]}"
        if len(seen) == 1
        else f"{seen[0][0]} chỉ tiêu {seen[0][1]}, " + ", ".join(f"{count} {word}" for count, word in seen[1:])
    )
    return Chart(
        code=CHANGES,
        title=f"So với {period}: {said}",
        spoken="Biểu đồ thanh ngang: thay đổi của các số cộng dồn, tính bằng % của cùng kỳ, tăng về bên phải; "
        f"chỉ gồm chỉ tiêu mà số cùng kỳ từ {number_vi(LEAST_BASE)} trở lên.",
        axis_title=f"% thay đổi so với {period}",
        unit="%",
        categories=tuple(figure.indicator_name for figure, _, _ in bars),
        series=(Series("Thay đổi", BLUE, "", tuple(changes), tuple(signed_vi(each, "%") for each in changes)),),
        is_stacked=False,
        headers=("Chỉ tiêu", "Kỳ này", period, "Thay đổi"),
        rows=tuple(
            (
                f"{figure.indicator_name} ({figure.unit})",
                figure.shown,
                shown_value(before.value, figure.unit, before.state),
                signed_vi(change, "%"),
            )
            for figure, before, change in bars
        ),
    )


def signed_vi(value: Decimal, unit: str) -> str:
    """“+11,1%”, “−3”, “0”: a change with its sign; a percentage with its own."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number_vi(abs(value), unit)}{'%' if unit == '%' else ''}"


def _bars(code: str, indicator: IndicatorLines, axis: str, header: str) -> Chart | None:
    """One bar a part, longest first, remainders last; parts without a number stay in the table with their word."""
    parts = (
        indicator.by_group
        if axis == "by_group"
        else tuple(figure for figure in indicator.breakdowns if figure.axis_code == axis)
    )
    drawn = sorted(
        (figure for figure in parts if figure.value is not None),
        key=lambda figure: (figure.member_code in REMAINDERS, -(figure.value or 0)),
    )
    if not any(figure.value for figure in drawn):
        return None
    return Chart(
        code=code,
        title=_most(indicator.headline[0], indicator.name, parts),
        spoken=f"Biểu đồ thanh ngang, {len(drawn)} thanh, dài nhất ở trên; phần “khác” ở cuối.",
        axis_title=indicator.unit,
        unit=indicator.unit,
        categories=tuple(_part_name(figure) for figure in drawn),
        series=(
            Series(
                indicator.name,
                BLUE,
                "",
                tuple(figure.value or Decimal(0) for figure in drawn),
                tuple(figure.shown for figure in drawn),
            ),
        ),
        is_stacked=False,
        headers=(header, indicator.unit),
        rows=tuple((_part_name(figure), figure.shown) for figure in parts),
        absent=tuple((_part_name(figure), figure.shown) for figure in parts if figure.value is None),
    )


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
