"""TCVN3 (ABC), the font encoding of Vietnamese offices before Unicode, as it arrives in spreadsheet cells.

A cell typed in a .VnTime font holds Latin-1 characters that the font draws as Vietnamese letters:
`Së KÕ ho¹ch` is shown as “Sở Kế hoạch”. Capitals with a tone exist only in the capital fonts (.VnTimeH),
which draw the same codes; the cell cannot tell.

This module only converts. Whether a cell is TCVN3 at all is judged in `include.vietnamese.text`.
"""

from __future__ import annotations

from typing import Final

SOFT_HYPHEN: Final = "\u00ad"
"""The letter ư in TCVN3. Cleaning invisible characters before decoding destroys it."""

LETTER_OF: Final = {
    **dict(zip("µ¶·¸¹", "àảãáạ", strict=True)),
    **dict(zip("¨»¼½¾Æ", "ăằẳẵắặ", strict=True)),
    **dict(zip("©ÇÈÉÊË", "âầẩẫấậ", strict=True)),
    **dict(zip("ÌÎÏÐÑ", "èẻẽéẹ", strict=True)),
    **dict(zip("ªÒÓÔÕÖ", "êềểễếệ", strict=True)),
    **dict(zip("×ØÜÝÞ", "ìỉĩíị", strict=True)),
    **dict(zip("ßáâãä", "òỏõóọ", strict=True)),
    **dict(zip("«åæçèé", "ôồổỗốộ", strict=True)),
    **dict(zip("¬êëìíî", "ơờởỡớợ", strict=True)),
    **dict(zip("ïñòóô", "ùủũúụ", strict=True)),
    **dict(zip(SOFT_HYPHEN + "õö÷øù", "ưừửữứự", strict=True)),
    **dict(zip("úûüýþ", "ỳỷỹýỵ", strict=True)),
    **dict(zip("®¡¢§£¤¥¦", "đĂÂĐÊÔƠƯ", strict=True)),
}
"""Character in the cell -> Vietnamese letter the font shows."""

_DECODE: Final = str.maketrans(LETTER_OF)
_CODE_OF: Final = {letter: code for code, letter in LETTER_OF.items()}
_ENCODE: Final = str.maketrans(
    {**{letter.upper(): code for letter, code in _CODE_OF.items() if letter.upper() not in _CODE_OF}, **_CODE_OF},
)


def decode(text: str) -> str:
    """The letters a TCVN3 font shows for this text. Never call it on text that is already Unicode."""
    return text.translate(_DECODE)


def encode(text: str) -> str:
    """Composed Vietnamese text as a cell in a .VnTime font holds it; capitals with a tone lose their case."""
    return text.translate(_ENCODE)
