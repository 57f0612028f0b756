"""Characters nobody sees, written out: below everything, so that an error may use it as well as a document."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters (U+202E turns the text after it around), private ones, unassigned ones."""


def escape_unseen(text: str) -> str:
    r"""The text with each character that would not be seen, or would move others, as its escape: \x1b, \u202e, \n."""
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode("ascii") if unicodedata.category(letter) in _UNSEEN else letter
        for letter in text
    )
