"""Letters nobody can see, made visible: what a document cannot hold or would act on is shown, never dropped."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NO_CHARACTERS: Final = frozenset({0xFFFE, 0xFFFF})


def visible(text: str) -> str:
    r"""The text with each unseen character written as its number: “\x1b”, “\r”, “\u202e”, “\ud800”.

    Controls (line breaks and tabs among them), signs of direction and joining, lone surrogates and what is no character
    at all. All other text is returned as it is.
    """
    return "".join(_written(letter) if _is_unseen(letter) else letter for letter in text)


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN or ord(letter) & 0xFFFF in _NO_CHARACTERS


def _written(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
