"""VNI, the other font encoding of the time: a letter, then a character that draws its marks (`Vieät` is Việt).

This module only converts. Whether a cell is VNI at all is judged in `include.vietnamese.text`.
"""

from __future__ import annotations

import re
from typing import Final

from include.vietnamese.syllables import TONED

_TONE_MARKS: Final = "øûõùï"
"""huyền, hỏi, ngã, sắc, nặng over a plain vowel, ơ or ư."""

_LETTER_OF: Final = {
    "ñ": "đ",
    "ô": "ơ",
    "ö": "ư",
    **dict(zip("ìæóíò", TONED["i"][1:], strict=True)),
    "î": "ỵ",
    **{base + mark: toned for base in "aeouy" for mark, toned in zip(_TONE_MARKS, TONED[base][1:], strict=True)},
    **{"ô" + mark: toned for mark, toned in zip(_TONE_MARKS, TONED["ơ"][1:], strict=True)},
    **{"ö" + mark: toned for mark, toned in zip(_TONE_MARKS, TONED["ư"][1:], strict=True)},
    **{"a" + mark: toned for mark, toned in zip("êèúüéë", TONED["ă"], strict=True)},
    **{
        base + mark: toned
        for base, hat in (("a", "â"), ("e", "ê"), ("o", "ô"))
        for mark, toned in zip("âàåãáä", TONED[hat], strict=True)
    },
}
del _LETTER_OF["yï"]  # y with the low dot is the single character î
_ALL: Final = {
    **_LETTER_OF,
    **{code.upper(): letter.upper() for code, letter in _LETTER_OF.items()},
    **{code[0].upper() + code[1:]: letter.upper() for code, letter in _LETTER_OF.items() if len(code) == 2},
}
_UNIT: Final = re.compile("|".join(sorted(map(re.escape, _ALL), key=len, reverse=True)))


def decode(text: str) -> str:
    """The letters a VNI font shows for this text. Never call it on text that is already Unicode."""
    return _UNIT.sub(lambda found: _ALL[found.group()], text)


_CODE_OF: Final = str.maketrans({letter: code for code, letter in _ALL.items() if code.islower() or code.isupper()})


def encode(text: str) -> str:
    """Composed Vietnamese text as a cell in a VNI font holds it."""
    return text.translate(_CODE_OF)
