"""Which letters are lost on their ground: one measure for workbooks and Word reports.

Colours are (red, green, blue) from 0 to 255.
"""

from __future__ import annotations

import colorsys
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from include.readers.markup import attribute_of, local_name

Colour = tuple[int, int, int]

WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)
PLAIN_COLOURS: Final[dict[str, Colour]] = {
    "black": BLACK,
    "blue": (0, 0, 255),
    "cyan": (0, 255, 255),
    "green": (0, 255, 0),
    "magenta": (255, 0, 255),
    "red": (255, 0, 0),
    "white": WHITE,
    "yellow": (255, 255, 0),
}
"""The eight that number formats and highlights call by a name."""
LEAST_CONTRAST: Final = 1.45
"""As the accessibility guidelines count it (1 to 21). White on a head in pale blue (BDD7EE) has 1.49 and is made out;
the first grey of the office palette (D9D9D9) has 1.41 on white paper and is lost in print."""
LEAST_DISTANCE: Final = 25.0
"""In CIE L*a*b*, as CIE76 counts it. Yellow letters on white have 97 and red ones on green more than 100, being nearly
as bright; the palest yellow of the office palette (FFF2CC) has 20 on white and is lost."""
LARGEST_TINY: Final = 2.5
"""In points. Letters of that size and less are dots."""

OFFICE_THEME: Final = {
    "dk1": BLACK,
    "lt1": WHITE,
    "dk2": (68, 84, 106),
    "lt2": (231, 230, 230),
    "accent1": (68, 114, 196),
    "accent2": (237, 125, 49),
    "accent3": (165, 165, 165),
    "accent4": (255, 192, 0),
    "accent5": (91, 155, 213),
    "accent6": (112, 173, 71),
    "hlink": (5, 99, 193),
    "folHlink": (149, 79, 114),
}
"""The theme of a file that brings none."""

_OF_SYSTEM: Final = {"window": WHITE, "windowText": BLACK}
_HEX: Final = re.compile(r"#?(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
# Excel's palette from number 8 on; the first eight are the same eight again.
_PALETTE: Final = (
    "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF 800000 008000 000080 808000 800080 008080 C0C0C0 808080"
    " 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF"
    " 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696"
    " 003366 339966 003300 333300 993300 993366 333399 333333"
).split()


def are_letters_lost(letters: Colour, ground: Colour = WHITE) -> bool:
    """Whether letters are made out by nobody: as bright as their ground, and of nearly the same colour."""
    return contrast(letters, ground) < LEAST_CONTRAST and distance(letters, ground) < LEAST_DISTANCE


@lru_cache(maxsize=1024)
def contrast(one: Colour, other: Colour) -> float:
    """From 1 (alike) to 21 (black on white), as WCAG 2.1 defines the contrast ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1024)
def distance(one: Colour, other: Colour) -> float:
    """How far apart two colours look, whatever their brightness: CIE76 in L*a*b* under D65."""
    return math.dist(_lab(one), _lab(other))


def _luminance(colour: Colour) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (each / 255 for each in colour)
    )
    return red, green, blue


def _lab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    x, y, z = (
        part ** (1 / 3) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116
        for part in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.0890,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def from_hex(written: str) -> Colour | None:
    """The colour written as RRGGBB, #RRGGBB or, opacity first, AARRGGBB; None for anything else."""
    found = _HEX.fullmatch(written)
    return (int(found[1], 16), int(found[2], 16), int(found[3], 16)) if found else None


def from_palette(number: int) -> Colour | None:
    """The colour of that number in Excel's palette, the system's two included; None where there is none."""
    if number in (64, 65):
        return BLACK if number == 64 else WHITE
    position = number - 8 if number >= 8 else number
    return from_hex(_PALETTE[position]) if 0 <= position < len(_PALETTE) else None


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the one, the rest of the other."""
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def tinted(colour: Colour, tint: float) -> Colour:
    """Nearer to white for a tint up to 1, to black for one down to -1, as spreadsheets change a theme's colour."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    lightness = lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, min(max(lightness, 0), 1), saturation))
    return red, green, blue


def theme_of(themes: Iterable[Any]) -> dict[str, Colour]:
    """The colours of an office theme by their names (dk1, lt1, accent1 …), those it does not bring the usual ones."""
    theme = dict(OFFICE_THEME)
    # Other schemes a theme has are those somebody might choose.
    for scheme in (found for part in themes for found in part.iterfind("{*}themeElements/{*}clrScheme")):
        for slot in (each for each in scheme if isinstance(each.tag, str)):
            for colour in slot:
                # Of the system's own two colours only paper counts, not the screen the file was last saved on.
                written = attribute_of(colour)
                known = _OF_SYSTEM.get(written) or from_hex(attribute_of(colour, "lastClr") or written)
                if known is not None:
                    theme[local_name(slot)] = known
    return theme
