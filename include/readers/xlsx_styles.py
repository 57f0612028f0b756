"""What the styles of an .xlsx workbook make of its cells: percentages, other figures, figures nobody sees."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from include.readers.colours import (
    BLACK,
    LARGEST_TINY,
    OFFICE_THEME,
    WHITE,
    Colour,
    are_letters_lost,
    from_hex,
    from_palette,
    theme_of,
    tinted,
)
from include.readers.markup import child_named, children_named, local_name
from include.readers.number_formats import colour_printed, prints_another_figure, prints_nothing, shows_percent

_PERCENT_FORMAT_IDS: Final = frozenset({9, 10})
# A theme's colours by the numbers cells have for them; light and dark are the other way round than in the theme.
_BY_NUMBER: Final = (
    *("lt1", "dk1", "lt2", "dk2"),
    *("accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"),
)


@dataclass(frozen=True)
class Styles:
    """Style numbers as written on cells: those that print a percentage, nothing one could see, another figure.

    Another figure is one in thousands (0,), one with digits or a unit of thousands beside it (0"000", 0" triệu"),
    or one struck through.
    """

    percent: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    otherwise: frozenset[str] = frozenset()

    @property
    def telling(self) -> frozenset[str]:
        return self.percent | self.unseen | self.otherwise


@dataclass(frozen=True)
class Palette:
    """What a workbook's names and numbers for colours stand for."""

    theme: Mapping[str, Colour] = field(default_factory=lambda: OFFICE_THEME)
    own: tuple[Colour | None, ...] = ()

    def numbered(self, number: int) -> Colour | None:
        """The colour of that number: the workbook's own, or Excel's."""
        return self.own[number] if number < len(self.own) else from_palette(number)

    def read(self, colour: Any | None) -> Colour | None:
        """The colour an element names; None for the automatic one and for what names none."""
        if colour is None:
            return None
        if written := colour.get("rgb"):
            return from_hex(written)
        if (number := _whole(colour.get("indexed"))) is not None:
            return self.numbered(number)
        if (number := _whole(colour.get("theme"))) is not None and number < len(_BY_NUMBER):
            return tinted(self.theme[_BY_NUMBER[number]], _share(colour.get("tint")))
        return None


@dataclass(frozen=True, slots=True)
class _Font:
    colour: Colour
    is_tiny: bool
    is_struck: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a number format does; without a colour of its own the font's is printed."""

    is_percent: bool = False
    is_otherwise: bool = False
    is_nothing: bool = False
    colour: Colour | None = None

    def or_else(self, other: _Shape) -> _Shape:
        return _Shape(
            self.is_percent or other.is_percent,
            self.is_otherwise or other.is_otherwise,
            self.is_nothing or other.is_nothing,
            self.colour or other.colour,
        )


def read_palette(styles: Any | None, theme: Any | None) -> Palette:
    """The colours of a workbook, from its parts of styles and theme; the usual ones where it has none."""
    groups = () if styles is None else styles.iter("{*}indexedColors")
    own = (from_hex(each.get("rgb", "")) for group in groups for each in group)
    return Palette(theme_of([] if theme is None else [theme]), tuple(own))


def read_styles(styles: Any, palette: Palette) -> Styles:
    """What each style of the part of styles does to a figure. Raises ValueError for a number that is none."""
    groups = {local_name(element): [each for each in element if isinstance(each.tag, str)] for element in styles}
    shapes = {number: _Shape(is_percent=True) for number in _PERCENT_FORMAT_IDS}
    for element in groups.get("numFmts", ()):
        code, number = element.get("formatCode", ""), int(element.get("numFmtId", "0"))
        shown = _Shape(
            shows_percent(code),
            prints_another_figure(code),
            prints_nothing(code),
            colour_printed(code, palette.numbered),
        )
        # Of two of one number programs take either.
        shapes[number] = shown.or_else(shapes.get(number, _Shape()))
    fonts = [_font(each, palette) for each in groups.get("fonts", ())]
    grounds = [_ground(each, palette) for each in groups.get("fills", ())]
    percent, unseen, otherwise = set(), set(), set()
    for number, style in enumerate(groups.get("cellXfs", ())):
        font_id, fill_id, shape_id = (int(style.get(key, "0")) for key in ("fontId", "fillId", "numFmtId"))
        shape = shapes.get(shape_id, _Shape())
        font = fonts[font_id] if 0 <= font_id < len(fonts) else _Font(BLACK, is_tiny=False, is_struck=False)
        ground = grounds[fill_id] if 0 <= fill_id < len(grounds) else WHITE
        if shape.is_percent:
            percent.add(str(number))
        if shape.is_otherwise or font.is_struck:
            otherwise.add(str(number))
        is_lost = ground is not None and are_letters_lost(shape.colour or font.colour, ground)
        if shape.is_nothing or font.is_tiny or is_lost:
            unseen.add(str(number))
    return Styles(frozenset(percent), frozenset(unseen), frozenset(otherwise))


def is_struck(properties: Any) -> bool:
    """Whether a font, or the properties of a run, strike their letters through."""
    return any(each.get("val", "1") not in ("0", "false") for each in children_named(properties, "strike"))


def is_tiny(properties: Any) -> bool:
    """Whether a font, or the properties of a run, make letters too small to be seen."""
    return any(0 < _share(each.get("val"), 99) <= LARGEST_TINY for each in children_named(properties, "sz"))


def _font(font: Any, palette: Palette) -> _Font:
    # A spreadsheet's automatic colour is black on any ground, unlike a text's.
    return _Font(palette.read(child_named(font, "color")) or BLACK, is_tiny(font), is_struck(font))


def _ground(fill: Any, palette: Palette) -> Colour | None:
    """The colour behind the letters; None for what has several."""
    pattern = child_named(fill, "patternFill")
    if pattern is None:
        return None if len(fill) else WHITE
    kind = pattern.get("patternType", "none")
    if kind == "solid":
        return palette.read(child_named(pattern, "fgColor"))
    return WHITE if kind == "none" else None


def _whole(written: str | None) -> int | None:
    return int(written) if written is not None and re.fullmatch(r"[0-9]{1,4}", written) else None


def _share(written: str | None, otherwise: float = 0) -> float:
    try:
        share = float(written or otherwise)
    except ValueError:
        return otherwise
    return share if math.isfinite(share) else otherwise
