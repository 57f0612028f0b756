"""The charts as pictures, for paper and mail: matplotlib without a browser and without a screen."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from include.errors import PlatformError
from include.extracts.leadership.charts import GREY, LIGHT_GREY, NAVY, Chart
from include.extracts.leadership.wording import number_vi

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

_POINTS: Final = 8.5
_INK: Final = "#1b2733"
_ROW_MM, _LINE_MM, _LEAST_MM = 6.2, 3.7, 12.0
_NAME_SHARE: Final = 0.4
"""How much of the width the names of the bars may take before they are wrapped."""
_LETTER_MM: Final = _POINTS * 0.353 * 0.55
_HATCHES: Final[Mapping[str, str]] = {"": "", "/": "////", "x": "xxxx", ".": "...."}
_SETTINGS: Final[Mapping[str, Any]] = {
    # Comes with matplotlib and has every Vietnamese letter: no font of the machine is asked for.
    "font.family": ["DejaVu Sans"],
    "font.size": _POINTS,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    # “$” in a name is a letter, not mathematics.
    "text.parse_math": False,
    "hatch.linewidth": 0.6,
    # Otherwise names inside the picture are drawn by lot, and no two pictures are the same file.
    "svg.hashsalt": "ttdn",
    # Letters as outlines: whoever opens the picture needs no font.
    "svg.fonttype": "path",
}


def svg_of(chart: Chart, *, width_mm: float = 160) -> bytes:
    """The chart as SVG, that wide and as high as its bars need; without its title, which is the caption's.

    The same chart gives the same bytes. Raises PlatformError for a letter the font does not have.
    """
    picture = io.BytesIO()
    with _drawn(chart, width_mm, 72) as figure:
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    return picture.getvalue()


def png_of(chart: Chart, *, width_px: int = 1600, width_mm: float = 160) -> bytes:
    """The chart as PNG of `width_px` pixels, laid out to be read `width_mm` wide; otherwise as svg_of."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    with _drawn(chart, width_mm, width_px * 25.4 / width_mm) as figure:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        drawn = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
    picture = io.BytesIO()
    # Flat colours: a palette is a third of the size, which a mail has to be careful with.
    drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(picture, "png", optimize=True)
    return picture.getvalue()


@contextmanager
def _drawn(chart: Chart, width_mm: float, dpi: float) -> Iterator[Figure]:
    """The figure, under the settings it has to be saved with."""
    from matplotlib import style
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    _check_letters(chart)
    names = [_wrapped(name, width_mm) for name in chart.categories]
    lines = max(name.count("\n") + 1 for name in names)
    height_mm = _LEAST_MM + len(names) * max(_ROW_MM, _LINE_MM * lines + 1.5)
    if chart.is_stacked:
        height_mm += 5 * _legend_rows(chart, width_mm)
    # Whatever the machine or another user of the library has set does not count.
    with style.context(["default", dict(_SETTINGS)]):
        figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), dpi=dpi, facecolor="white")
        figure.set_layout_engine(ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03))
        axes = figure.subplots()
        _draw_bars(axes, chart, names)
        if chart.is_stacked:
            _draw_legend(figure, chart, width_mm)
        yield figure


def _draw_bars(axes: Axes, chart: Chart, names: list[str]) -> None:
    places = range(len(names))
    offsets = [0.0] * len(names)
    for number, series in enumerate(chart.series):
        widths = [float(value) for value in (chart.shares(series) if chart.is_stacked else series.values)]
        bars = axes.barh(
            places,
            widths,
            left=offsets,
            height=0.68,
            color=series.colour,
            hatch=_HATCHES[series.pattern],
            edgecolor=NAVY if series.pattern else "white",
            linewidth=0.5,
        )
        for place, bar in enumerate(bars):
            bar.set_gid(f"bar-{number}-{place}")
        if chart.is_stacked:
            offsets = [before + width for before, width in zip(offsets, widths, strict=True)]
        else:
            axes.bar_label(bars, labels=list(series.labels), padding=3)
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.set_xlabel(chart.axis_title, loc="right")
    axes.xaxis.grid(visible=True, color=LIGHT_GREY, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.axvline(0, color=GREY, linewidth=1)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    if chart.is_stacked:
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    else:
        _set_scale(axes, chart)


def _set_scale(axes: Axes, chart: Chart) -> None:
    """From zero to the longest bar, with room for its number; both ways when a value is negative."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    values = [0.0, *(float(value) for series in chart.series for value in series.values)]
    least, most = min(values), max(values)
    room = 0.16 * (most - least or 1)
    axes.set_xlim(least - (room if least < 0 else 0), most + (room if most > 0 else 0))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda place, _: number_vi(Decimal(str(round(place, 6)))).replace("-", "−"))
    )


def _draw_legend(figure: Figure, chart: Chart, width_mm: float) -> None:
    from matplotlib.patches import Patch

    figure.legend(
        handles=[
            Patch(
                facecolor=series.colour,
                hatch=_HATCHES[series.pattern],
                edgecolor=NAVY if series.pattern else series.colour,
                linewidth=0.5,
                label=series.name,
            )
            for series in chart.series
        ],
        loc="outside upper left",
        ncols=-(-len(chart.series) // _legend_rows(chart, width_mm)),
        frameon=False,
        borderpad=0,
        handlelength=1.6,
        columnspacing=1.2,
    )


def _legend_rows(chart: Chart, width_mm: float) -> int:
    letters = sum(len(series.name) + 6 for series in chart.series)
    return 1 if letters * _LETTER_MM < width_mm else 2


def _wrapped(name: str, width_mm: float) -> str:
    # The number of bodies stays with the end of its name.
    name = name.replace(" (", "\u00a0(")
    return textwrap.fill(name, max(12, int(width_mm * _NAME_SHARE / _LETTER_MM)), break_long_words=True)


def _check_letters(chart: Chart) -> None:
    words = "".join(
        (
            *chart.categories,
            chart.axis_title,
            *(word for series in chart.series for word in (series.name, *series.labels)),
        )
    )
    font = _font()
    lacking = sorted({letter for letter in words if not font.get_char_index(ord(letter))})
    if lacking:
        codes = ", ".join(f"U+{ord(each):04X}" for each in lacking)
        raise PlatformError(
            where=f"chart {chart.code}",
            found=f"letters the font of the charts does not have: {codes}",
            expected="letters of DejaVu Sans",
            remedy="Correct the name in include/reference, or draw the charts in a font that has these letters.",
        )


@cache
def _font() -> FT2Font:
    import matplotlib
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")))
