"""What the styles of a Word document make of its text: which paragraphs are headings, and which letters paper shows.

How a run looks is handed down to it from the document's defaults through table, paragraph and character styles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from include.readers.colours import (
    BLACK,
    LARGEST_TINY,
    PLAIN_COLOURS,
    WHITE,
    Colour,
    are_letters_lost,
    from_hex,
    mix,
    theme_of,
)
from include.readers.markup import attribute_of, child_named, children_named, local_name

Sight = Literal["seen", "hidden", "unseen", "tiny", "unknown"]
"""Whether letters show: hidden ones are not printed at all, unseen ones have the colour of their ground, tiny ones no
size; of letters in a drawn box, whose ground is the drawing's, it may not be known."""

_LEAST_WIDTH_PCT: Final = 10
_LEAST_OPACITY: Final = 0.2

_FALSE: Final = frozenset({"0", "false", "off", "none"})
_HEADING_STYLE: Final = re.compile(r"(?i)heading ?([1-9])$")
_MEASURE: Final = re.compile(r"(\d+(?:\.\d+)?)(pt|in|cm|mm|pc|pi|%)?")
_HALF_POINTS: Final = {"pt": 2.0, "in": 144.0, "cm": 56.7, "mm": 5.67, "pc": 24.0, "pi": 24.0}
_PATTERN_PCT: Final = re.compile(r"pct(\d{1,2})")
_HIGHLIGHTS: Final = {
    **PLAIN_COLOURS,
    "darkBlue": (0, 0, 128),
    "darkCyan": (0, 128, 128),
    "darkGreen": (0, 128, 0),
    "darkMagenta": (128, 0, 128),
    "darkRed": (128, 0, 0),
    "darkYellow": (128, 128, 0),
    "darkGray": (128, 128, 128),
    "lightGray": (192, 192, 192),
}
# The names text has for the theme's colours.
_MAPPED: Final = {
    "background1": "bg1",
    "text1": "t1",
    "tx1": "t1",
    "background2": "bg2",
    "text2": "t2",
    "tx2": "t2",
}
_MAPPED_TO: Final = {"bg1": "light1", "t1": "dark1", "bg2": "light2", "t2": "dark2"}
_THEME_NAMES: Final = {
    "light1": "lt1",
    "dark1": "dk1",
    "light2": "lt2",
    "dark2": "dk2",
    "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}
# Bits of w:tblLook, and what each is called where it is an attribute.
_TABLE_LOOKS: Final = {
    "firstRow": 0x20,
    "lastRow": 0x40,
    "firstColumn": 0x80,
    "lastColumn": 0x100,
    "noHBand": 0x200,
    "noVBand": 0x400,
}


@dataclass(frozen=True, slots=True)
class Look:
    """How letters look, as far as it decides whether they are seen.

    `colour` is None for the automatic one, which is black or white as the ground asks; `fill` is painted over it by
    newer programs and may be "none". `ground` is None where it is not known.
    """

    is_hidden: bool = False
    colour: Colour | None = None
    fill: Colour | Literal["none"] | None = None
    half_points: float = 20
    complex_half_points: float = 20
    is_complex: bool = False
    width_pct: float = 100
    ground: Colour | None = WHITE

    @property
    def sight(self) -> Sight:
        if self.is_hidden:
            return "hidden"
        size = self.complex_half_points if self.is_complex else self.half_points
        if size <= LARGEST_TINY * 2 or self.width_pct <= _LEAST_WIDTH_PCT:
            return "tiny"
        letters = self.colour if self.fill is None else self.fill
        if letters == "none":
            return "unseen"
        if letters is None:
            return "seen"
        if self.ground is None:
            return "unknown" if are_letters_lost(letters) else "seen"
        return "unseen" if are_letters_lost(letters, self.ground) else "seen"


@dataclass(frozen=True, slots=True)
class TableLook:
    """A table's style, which of its parts the table takes, and its own shading."""

    style: str
    parts: frozenset[str]
    about: Any | None


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a cell stands in its table, as styles count; both numbers begin at 0."""

    row: int
    column: int
    is_last_row: bool
    is_last_column: bool


def is_on(properties: Any | None, name: str) -> bool | None:
    """Whether a switch is set on or off there; None where nothing is said of it."""
    switch = None if properties is None else child_named(properties, name)
    return None if switch is None else _is_true(switch)


class Styles:
    """The styles and the theme of a document: levels of headings, looks of letters."""

    def __init__(self, styles: Iterable[Any], themes: Iterable[Any], settings: Iterable[Any]) -> None:
        parts = list(styles)
        self._styles = {
            attribute_of(style, "styleId"): style for part in parts for style in children_named(part, "style")
        }
        self._default = {
            attribute_of(style, "type"): code
            for code, style in self._styles.items()
            if attribute_of(style, "default").lower() not in {"", *_FALSE}
        }
        self.levels = {code: level for code in self._styles if (level := self._level(code)) is not None}
        self._theme = theme_of(themes)
        self._mapping = _mapping_of(settings)
        self._known: dict[tuple[object, ...], Look] = {}
        self.plain = Look()
        for part in parts:
            for defaults in part.iter("{*}rPrDefault"):
                self.plain = self._over(self.plain, child_named(defaults, "rPr"))

    def of_box(self) -> Look:
        """The look in a drawn box: its ground is the drawing's."""
        return replace(self.plain, ground=None)

    def of_paragraph(self, properties: Any | None, around: Look) -> Look:
        """The look that the runs of a paragraph begin with, `around` being that of the cell or page it stands in."""
        code = _value_in(properties, "pStyle") or self._default.get("paragraph", "")
        look = self._in_style(code, around)
        return look if properties is None else self._on_shading(look, properties)

    def of_run(self, properties: Any | None, around: Look) -> Look:
        """The look of a run in a paragraph that looks like `around`."""
        if properties is None:
            return around
        code = _value_in(properties, "rStyle")
        return self._over(self._in_style(code, around) if code else around, properties)

    def of_table(self, about: Any | None) -> TableLook:
        """The look of a table with these properties."""
        code = _value_in(about, "tblStyle") or self._default.get("table", "")
        return TableLook(code, _parts_taken(None if about is None else child_named(about, "tblLook")), about)

    def of_cell(self, table: TableLook, place: CellPlace, properties: Any | None, around: Look) -> Look:
        """The look that the paragraphs of a cell begin with, `around` being that of what the table stands in."""
        parts = tuple(_parts_at(table.parts, place))
        key = ("table", table.style, parts, around.ground)
        look = self._known.get(key)
        if look is None:
            look = replace(self.plain, ground=around.ground)
            chain = list(self._chain(table.style))[::-1]
            for style in chain:
                look = self._in_part(look, style)
            for part in parts:
                for style in chain:
                    for conditional in children_named(style, "tblStylePr"):
                        if attribute_of(conditional, "type") == part:
                            look = self._in_part(look, conditional)
            self._known[key] = look
        for about in (table.about, properties):
            look = look if about is None else self._on_shading(look, about)
        return look

    def _in_part(self, look: Look, style: Any) -> Look:
        for name in ("tblPr", "tcPr", "pPr"):
            if (about := child_named(style, name)) is not None:
                look = self._on_shading(look, about)
        return self._over(look, child_named(style, "rPr"))

    def _in_style(self, code: str, around: Look) -> Look:
        key = ("style", code, around)
        look = self._known.get(key)
        if look is None:
            look = around
            for style in list(self._chain(code))[::-1]:
                look = self._in_part(look, style)
            self._known[key] = look
        return look

    def _chain(self, code: str) -> Iterator[Any]:
        seen: set[str] = set()
        while code in self._styles and code not in seen:
            seen.add(code)
            yield self._styles[code]
            code = _value_in(self._styles[code], "basedOn")

    def _level(self, code: str) -> int | None:
        for style in self._chain(code):
            if heading := _HEADING_STYLE.match(_value_in(style, "name")):
                return int(heading[1])
            outline = _value_in(child_named(style, "pPr"), "outlineLvl")
            if outline.isdigit() and int(outline) < 9:
                return int(outline) + 1
        return None

    def _over(self, look: Look, properties: Any | None) -> Look:
        """The look with what these properties of letters say otherwise."""
        told: dict[str, Any] = {}
        for each in properties if properties is not None else ():
            name = local_name(each) if isinstance(each.tag, str) else ""
            if name == "vanish":
                told["is_hidden"] = _is_true(each)
            elif name == "color":
                told["colour"] = self._colour(each, "val", "theme")
            elif name == "textFill":
                told["fill"] = self._fill(each, look.fill)
            elif name in ("sz", "szCs"):
                known = look.half_points if name == "sz" else look.complex_half_points
                told["half_points" if name == "sz" else "complex_half_points"] = _measure(attribute_of(each), known)
            elif name in ("rtl", "cs"):
                told["is_complex"] = _is_true(each)
            elif name == "w":
                told["width_pct"] = _measure(attribute_of(each), look.width_pct)
            elif name == "shd" and "ground" not in told:
                told["ground"] = self._shade(each, look.ground)
            elif name == "highlight":  # lies over shading
                told["ground"] = _HIGHLIGHTS.get(attribute_of(each), told.get("ground", look.ground))
        return replace(look, **told) if told else look

    def _on_shading(self, look: Look, about: Any) -> Look:
        shading = child_named(about, "shd")
        return look if shading is None else replace(look, ground=self._shade(shading, look.ground))

    def _shade(self, shading: Any, ground: Colour | None) -> Colour | None:
        """The ground once a shading lies on it; without a colour of its own the shading lets it through."""
        fill = self._colour(shading, "fill", "themeFill") or ground
        pattern = attribute_of(shading)
        if pattern in ("", "clear", "nil"):
            return fill
        ink = self._colour(shading, "color", "theme") or BLACK
        if pattern == "solid":
            return ink
        share = _PATTERN_PCT.fullmatch(pattern)
        return None if fill is None else mix(ink, fill, int(share[1]) / 100 if share else 0.5)

    def _fill(self, fill: Any, known: Colour | Literal["none"] | None) -> Colour | Literal["none"] | None:
        for kind in fill:
            if local_name(kind) == "noFill":
                return "none"
            if local_name(kind) != "solidFill":
                continue
            for colour in kind:
                transparency = next((int(_measure(attribute_of(each), 0)) for each in colour.iter("{*}alpha")), 0)
                if 1 - transparency / 100_000 < _LEAST_OPACITY:
                    return "none"
                is_themed = local_name(colour) == "schemeClr"
                return self._of_theme(attribute_of(colour)) if is_themed else from_hex(attribute_of(colour))
        return known

    def _colour(self, element: Any, value: str, theme: str) -> Colour | None:
        """The colour an element names, the theme's before its own; None for the automatic one and for none."""
        themed = self._of_theme(attribute_of(element, theme if theme == "themeFill" else f"{theme}Color"))
        if themed is None:
            return from_hex(attribute_of(element, value))
        if tint := attribute_of(element, f"{theme}Tint"):
            themed = mix(themed, WHITE, _share(tint))
        if shade := attribute_of(element, f"{theme}Shade"):
            themed = mix(themed, BLACK, _share(shade))
        return themed

    def _of_theme(self, name: str) -> Colour | None:
        slot = _MAPPED.get(name, name)
        slot = self._mapping.get(slot, slot)
        return self._theme.get(_THEME_NAMES.get(slot, slot))


def _mapping_of(settings: Iterable[Any]) -> dict[str, str]:
    mapping = dict(_MAPPED_TO)
    for element in (found for part in settings for found in part.iter("{*}clrSchemeMapping")):
        mapping |= {name: told for name in mapping if (told := attribute_of(element, name))}
    return mapping


def _parts_taken(look: Any | None) -> frozenset[str]:
    if look is None:
        return frozenset()
    written = attribute_of(look)
    bits = int(written, 16) if re.fullmatch("[0-9A-Fa-f]{1,4}", written) else 0
    told = {name: attribute_of(look, name).lower() for name in _TABLE_LOOKS}
    return frozenset(
        name for name, bit in _TABLE_LOOKS.items() if (told[name] not in _FALSE if told[name] else bits & bit)
    )


def _parts_at(taken: frozenset[str], place: CellPlace) -> Iterator[str]:
    """The parts of a table style that a cell takes, the later over the earlier."""
    is_first_row, is_last_row = place.row == 0 and "firstRow" in taken, place.is_last_row and "lastRow" in taken
    is_first_column = place.column == 0 and "firstColumn" in taken
    is_last_column = place.is_last_column and "lastColumn" in taken
    if "noVBand" not in taken and not (is_first_column or is_last_column):
        yield "band2Vert" if (place.column - ("firstColumn" in taken)) % 2 else "band1Vert"
    if "noHBand" not in taken and not (is_first_row or is_last_row):
        yield "band2Horz" if (place.row - ("firstRow" in taken)) % 2 else "band1Horz"
    for name, is_there in (
        ("firstRow", is_first_row),
        ("lastRow", is_last_row),
        ("firstCol", is_first_column),
        ("lastCol", is_last_column),
        ("nwCell", is_first_row and is_first_column),
        ("neCell", is_first_row and is_last_column),
        ("swCell", is_last_row and is_first_column),
        ("seCell", is_last_row and is_last_column),
    ):
        if is_there:
            yield name


def _is_true(switch: Any) -> bool:
    return attribute_of(switch).lower() not in _FALSE


def _value_in(properties: Any | None, name: str) -> str:
    element = None if properties is None else child_named(properties, name)
    return "" if element is None else attribute_of(element)


def _measure(written: str, otherwise: float) -> float:
    """A size in half points or a share in percent, with its unit or without."""
    found = _MEASURE.fullmatch(written)
    return float(found[1]) * _HALF_POINTS.get(found[2] or "", 1.0) if found else otherwise


def _share(written: str) -> float:
    return int(written, 16) / 255 if re.fullmatch("[0-9A-Fa-f]{1,2}", written) else 1.0
