"""Vietnamese text as offices type it, made comparable: one spelling to store, one key to match, one order to sort.

Old font encodings are decoded first, while U+00AD may still be the letter ư, and cleaned afterwards.
Accents are part of a name here: Tân Thành and Tân Thạnh are two communes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

from include.unseen import escape_unseen
from include.vietnamese import tcvn3, vni
from include.vietnamese.syllables import TONE_OF, TONELESS, is_syllable, place_tones

LegacyEncoding = Literal["TCVN3", "VNI", "UTF8_AS_1252"]
FontEncoding = Literal["TCVN3", "VNI"]

_CONTROL: Final = re.compile(r"[\u0000-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\ud800-\udfff]")
_ZERO_WIDTH_CLASS: Final = (
    r"\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f"
)
_ZERO_WIDTH: Final = re.compile(f"[{_ZERO_WIDTH_CLASS}]")
_HARD_SPACE: Final = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_OFFICE_ESCAPE: Final = re.compile(r"_x(00[01][0-9A-Fa-f]|007[Ff])_")
"""How office programs write a control character inside a cell: _x000D_ is a carriage return."""

_STROKED_D: Final = str.maketrans("ÐƉðɖ", "ĐĐđđ")
_PLAIN_D: Final = str.maketrans("Đđ", "Dd")
_STROKED_D_FORMS: Final = re.compile("[ÐƉðɖ]")

_BEYOND_FONTS: Final = re.compile(r"[\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]")
"""A letter or combining mark no font encoding contains: the cell is Unicode already."""
_FONT_CODE: Final = re.compile(r"[\u00a1-\u00ff]")
_NOT_TCVN3: Final = re.compile(
    "[" + "".join(chr(code) for code in range(0xC0, 0x100) if chr(code) not in tcvn3.LETTER_OF) + "]"
)
"""Latin-1 letters no TCVN3 font uses; à and À among them."""
_FONT_WORD: Final = re.compile(r"[A-Za-zÀ-ÿ" + "".join(re.escape(code) for code in tcvn3.LETTER_OF) + "]+")
_NO_TYPING_MISTAKE: Final = re.compile(
    r"[^A-Za-zÀ-ÃÈ-ÊÌÍÐÒ-ÕÙÚÝà-ãè-êìíò-õùúý]|[a-zà-ÿ][À-Þ]|[aeo][àáâãäåèéêëòóôõùúûü]"
)
"""A character Vietnamese does not write, a capital inside a word, or the two vowels VNI sets for one."""
_HELD_SHIFT: Final = re.compile(r"[A-Z][À-Þ][a-zà-ÿ]+")
"""TÊn may be Tên typed with a lazy finger on shift; MÝa cannot."""
_MEASURE_SIGN: Final = re.compile(r"µ(?:[mgslLAVWFNJ]|mol|Pa|Sv|Bq)|N·m|[A-Za-z]¹")
"""Micro units, newton metres, one letter with a raised footnote: no Vietnamese words, whatever they decode to."""
_ABBREVIATION_WITH_D: Final = re.compile(r"[A-Z]+§[A-Z]*|§[A-Z]{2,}")
"""NS§P, §BSCL: abbreviations with Đ are no syllables, yet nobody writes a section sign there."""
_VNI_ABBREVIATION_WITH_D: Final = re.compile(r"[A-Z]+Ñ[A-Z]*|Ñ[A-Z]{2,}")
_CAPITAL_FONT_WORD: Final = re.compile(r"[^\W\d_][A-Z]")

_BYTE_OF: Final = {chr(byte): byte for byte in range(256)} | {
    letter: byte for byte in range(256) if (letter := bytes([byte]).decode("cp1252", "ignore"))
}
_MISREAD_UTF8: Final = re.compile(
    "[\u00c2-\u00c6\u00e1\u00e2]["
    + "".join(re.escape(letter) for letter, byte in _BYTE_OF.items() if 0x80 <= byte <= 0xBF)
    + "]"
)

_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")

_KEY_GAP: Final = re.compile(r"(?:[^\w%]|_)+")
_INITIALISM: Final = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?![^\W_]))")
# From the beginning of a word: looked for from every letter, a word of a hundred thousand letters takes minutes.
_WORD_WITH_Y: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]*[yỳỷỹýỵ][^\W\d_]*")
_Y_SOUNDING_I: Final = re.compile(r"(?:[bcdđghklmnprstvx]{0,3}|qu)[yỳỷỹýỵ]|qu[yỳỷỹýỵ](?:nh|ch|[npt])")
_I_FOR_Y: Final = str.maketrans("yỳỷỹýỵ", "iìỉĩíị")
_FULL_WIDTH: Final = str.maketrans({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})

_SORT_TOKEN: Final = re.compile(r"[0-9]+|[^\W\d_]+")
_SORT_LETTER: Final = {
    **{letter: letter + "0" for letter in "abcdefghijklmnopqrstuvwxyz"},
    "ă": "a1",
    "â": "a2",
    "đ": "d1",
    "ê": "e1",
    "ô": "o1",
    "ơ": "o2",
    "ư": "u1",
}


def nfc(text: str) -> str:
    """The text in composed form; returned untouched when it already is."""
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def write_out_unseen(text: str) -> str:
    r"""The text with each character that would not be seen, or would move others, as its escape: \x1b, \u202e, \n.

    Letters and marks come out composed, as fonts have them.
    """
    return escape_unseen(nfc(text))


def normalise(text: str) -> str:
    """The text in the one spelling the platform stores: decoded, composed, cleaned; accents and case kept.

    Old font encodings and misread UTF-8 are repaired when the cell is certainly in one; Đ has one code;
    invisible and control characters are gone; every run of white space is one space; tone marks stand as
    in hòa, thủy, quý. Doing it twice changes nothing.
    """
    # Labels come back on every line of every report; a text of megabytes is asked about by each who looks at its cell.
    return (_remembered if len(text) <= _LONGEST_REMEMBERED else _remembered_long)(text)


def _normalise(text: str) -> str:
    if "_x00" in text:
        text = _OFFICE_ESCAPE.sub(_unescape, text)
    if text.isascii():
        return _cleaned(_CONTROL.sub("", text))
    # Once more afterwards: misread UTF-8 may have been that of an unseen character.
    repaired, encodings = _repair(_ZERO_WIDTH.sub("", text))
    if encodings:
        # Misread twice, with unseen characters or marks apart between: again until nothing is left to undo.
        return _normalise(repaired)
    text = _ZERO_WIDTH.sub("", repaired)
    if _CONTROL.search(text) or tcvn3.SOFT_HYPHEN in text:
        # Only now: a control character may be half of a misread letter, a soft hyphen may be ư.
        text = _ZERO_WIDTH.sub("", _repair(_CONTROL.sub("", text).replace(tcvn3.SOFT_HYPHEN, ""))[0])
    text = nfc(text)
    if _STROKED_D_FORMS.search(text):
        text = text.translate(_STROKED_D)
    # Of two marks on one letter one moves, and the other may become a letter with it.
    placed = nfc(place_tones(text))
    if placed != text and _repair(placed)[1]:
        # Beside font symbols a moved mark could make a word that reads as encoded; such a cell is left alone.
        placed = text
    return _cleaned(placed)


_LONGEST_REMEMBERED = 200
_remembered = lru_cache(maxsize=8192)(_normalise)
_remembered_long = lru_cache(maxsize=4)(_normalise)


def _cleaned(text: str) -> str:
    text = " ".join(text.split())
    # What stood unseen, or as another space, within an escape or a misread text may have kept it from being one.
    is_escaped = "_x00" in text and _OFFICE_ESCAPE.search(text) is not None
    return _normalise(text) if is_escaped or (not text.isascii() and _reread_utf8(text) is not None) else text


@lru_cache(maxsize=4096)
def match_key(text: str) -> str:
    """The key two spellings of one name share: normalised, lower case, Quí as Quý, punctuation as one space.

    Accents stay, and so does %. A key is for comparing, never for showing.
    """
    key = normalise(text).casefold()
    if not key.isascii():
        key = nfc(key.translate(_FULL_WIDTH))
    if "." in key:
        key = _INITIALISM.sub(r"\1", key)
    if _WORD_WITH_Y.search(key):
        key = _WORD_WITH_Y.sub(_write_i, key)
    return _KEY_GAP.sub(" ", key).strip()


def strip_accents(text: str) -> str:
    """The text without accents, for suggestions and file names only: it is no key (Tân Thành, Tân Thạnh)."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_STROKED_D))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_PLAIN_D)


def sort_key(text: str) -> str:
    """An ASCII string that sorts as a Vietnamese reader expects, under any collation.

    Syllable by syllable: letters first (a ă â b c d đ e ê …), then the tone (ngang, huyền, hỏi, ngã, sắc, nặng);
    numbers by their value (Tân Phước 2 before 10) and before letters; case and punctuation do not count.
    """
    return "".join(_sort_token(token) for token in _SORT_TOKEN.findall(normalise(text).lower()))


def decode_legacy(text: str) -> tuple[str, bool]:
    """The cell decoded when it is certainly in TCVN3, VNI or misread UTF-8, and whether it was.

    The whole cell is judged by its words: at least one is a Vietnamese syllable only after decoding, and none
    only before. A cell that reads either way (“Bé”) is left as typed. Decode before cleaning; a decoded
    text is never decoded again.
    """
    decoded, encodings = _repair(text)
    return decoded, bool(encodings)


def decode_font(text: str, encoding: FontEncoding) -> str:
    """A cell whose neighbours are certainly set in that font, decoded even where it reads either way (“Ghi chó”).

    A cell with a letter the font does not have is left as typed.
    """
    if text.isascii() or _BEYOND_FONTS.search(text) or (encoding == "TCVN3" and _NOT_TCVN3.search(text)):
        return text
    if encoding == "VNI":
        return vni.decode(text)
    return _restore_capitals(text, tcvn3.decode(text))


def is_unicode_vietnamese(text: str) -> bool:
    """Whether the text holds a letter or mark of Vietnamese that no font encoding contains."""
    return not text.isascii() and _BEYOND_FONTS.search(text) is not None


def undo_misreading(text: str) -> str:
    """The text read back where its UTF-8 was opened as Windows-1252 (“TÃ¢n”), any other text as it is.

    For text of any language: no font encoding is suspected, so French stays French.
    """
    return text if text.isascii() else _reread_utf8(text) or text


def legacy_encodings(text: str) -> tuple[LegacyEncoding, ...]:
    """Which encodings `decode_legacy` undoes in this cell, in the order it undoes them."""
    return _repair(text)[1]


def describe_repairs(text: str) -> tuple[str, ...]:
    """What normalising this cell repairs that its sender should know of (rule R-18), as Vietnamese phrases.

    Empty for clean text. Line breaks, double spaces and tone placement are ordinary and not reported.
    """
    if text.isascii() and "_x00" not in text and not _CONTROL.search(text):
        return ()
    encodings = legacy_encodings(text)
    phrases = [_ENCODING_PHRASE[encoding] for encoding in encodings]
    is_font = "TCVN3" in encodings or "VNI" in encodings
    if not unicodedata.is_normalized("NFC", text):
        phrases.append("chữ có dấu tách rời (NFD)")
    if _STROKED_D_FORMS.search(text) and not is_font:
        phrases.append("chữ Đ gõ bằng mã của chữ nước ngoài (Ð)")
    if _HARD_SPACE.search(text):
        phrases.append("dấu cách cứng (nbsp)")
    if _ZERO_WIDTH.search(text) or (tcvn3.SOFT_HYPHEN in text and not is_font):
        phrases.append("ký tự không nhìn thấy")
    if _OFFICE_ESCAPE.search(text) or (_CONTROL.search(text) and "UTF8_AS_1252" not in encodings):
        phrases.append("ký tự điều khiển")
    return tuple(phrases)


def lookalike_letters(text: str) -> tuple[str, ...]:
    """Greek or Cyrillic letters standing among Latin ones (the “о” of another alphabet); told, never replaced."""
    if text.isascii() or not _OTHER_SCRIPT.search(text):
        return ()
    words = [word for word in re.findall(r"[^\W\d_]+", text) if _OTHER_SCRIPT.search(word)]
    mixed = [word for word in words if _OTHER_SCRIPT.sub("", word)]
    return tuple(dict.fromkeys(letter for word in mixed for letter in _OTHER_SCRIPT.findall(word)))


MISREAD_UTF8: Final = "chữ Unicode bị mở sai bảng mã"
_ENCODING_PHRASE: Final[dict[LegacyEncoding, str]] = {
    "TCVN3": "phông chữ TCVN3 (.VnTime)",
    "VNI": "phông chữ VNI",
    "UTF8_AS_1252": MISREAD_UTF8,
}


def _unescape(found: re.Match[str]) -> str:
    return " " if int(found.group(1), 16) in (0x09, 0x0A, 0x0D) else ""


def _write_i(found: re.Match[str]) -> str:
    word = found.group()
    return word.translate(_I_FOR_Y) if _Y_SOUNDING_I.fullmatch(word) else word


def _sort_token(token: str) -> str:
    # Letters are a letter and a digit, a syllable ends in 0 and its tone, a number begins with 1 and its length:
    # at every point where two keys can first differ, the digit that comes first in ASCII is the one that should.
    if token.isascii() and token.isdigit():
        digits = token.lstrip("0") or "0"
        return f"1{min(len(digits), 9)}{digits}"
    tone = next((TONE_OF[letter] for letter in token if letter in TONE_OF), 0)
    return "".join(map(_sort_letter, token.translate(TONELESS))) + f"0{tone}"


def _sort_letter(letter: str) -> str:
    known = _SORT_LETTER.get(letter)
    if known is not None:
        return known
    plain = [_SORT_LETTER[base] for base in strip_accents(letter).lower() if base in _SORT_LETTER]
    return "".join(plain) or f"z9{ord(letter):06x}"


def _repair(text: str) -> tuple[str, tuple[LegacyEncoding, ...]]:
    if text.isascii():
        return text, ()
    # A name from a Mac comes with its marks apart, also where the letter they belong to is a font's code.
    composed = nfc(text)
    undone: tuple[LegacyEncoding, ...] = ()
    reread = _reread_utf8(composed)
    if reread is not None:
        # What was misread may have been set in a font's codes.
        text, composed, undone = reread, nfc(reread), ("UTF8_AS_1252",)
    if _BEYOND_FONTS.search(composed) or not _FONT_CODE.search(composed):
        return text, undone
    found = _recognise_font(composed)
    if found is None or _recognise_font(found[0]) is not None or _reread_utf8(found[0]) is not None:
        # A decoding that would itself be decoded again was no decoding.
        return text, undone
    return found[0], (*undone, found[1])


def _reread_utf8(text: str) -> str | None:
    """The text whose UTF-8 bytes were shown as Windows-1252, or None. Text misread twice is read back twice."""
    if not _MISREAD_UTF8.search(text):
        return None
    try:
        reread = bytes(_BYTE_OF[letter] for letter in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
    return _reread_utf8(nfc(reread)) or reread


def _recognise_font(text: str) -> tuple[str, LegacyEncoding] | None:
    if _BEYOND_FONTS.search(text):
        return None
    words = [word for word in _FONT_WORD.findall(text) if not word.isascii() and not _MEASURE_SIGN.fullmatch(word)]
    # TÑ is TĐ in VNI and Tẹ in TCVN3; a Spaniard's AÑO is neither.
    words = [word for word in words if not _VNI_ABBREVIATION_WITH_D.fullmatch(word)]
    # TCVN3 has next to no capitals of its own, so a word may mix them; VNI has all.
    tcvn3_gain = -1 if _NOT_TCVN3.search(text) else _gain(words, lambda word: tcvn3.decode(word).lower())
    vni_gain = _gain(words, vni.decode)
    if tcvn3_gain >= 0:
        tcvn3_gain += sum(_ABBREVIATION_WITH_D.fullmatch(word) is not None for word in words)
    if tcvn3_gain <= 0 and vni_gain <= 0:
        return None
    if tcvn3_gain == vni_gain:
        # “mö” is mư in the one and mử in the other: which, only the cells around it can tell.
        return None
    if tcvn3_gain > vni_gain:
        return _restore_capitals(text, tcvn3.decode(text)), "TCVN3"
    return vni.decode(text), "VNI"


def _gain(words: list[str], decode: Callable[[str], str]) -> int:
    """How many words become Vietnamese by decoding; -1 as soon as one ceases to be, 0 when none is sure.

    One word of Vietnamese letters alone may be a typing mistake (“môt” for một, “TÊn” for Tên): it takes two. Where
    as many words with marks are Vietnamese in neither reading, the text is of another language (“théâtre, où, île”).
    """
    gain, strange, is_sure = 0, 0, False
    for word in words:
        if len(word) == 1:
            continue
        before = is_syllable(word.translate(_STROKED_D))
        after = is_syllable(decode(word))
        if before and not after:
            return -1
        if after and not before:
            gain += 1
            is_odd = _HELD_SHIFT.fullmatch(word) is not None and not is_syllable(word.lower())
            is_sure = is_sure or is_odd or _NO_TYPING_MISTAKE.search(word) is not None
        elif not after and _ABBREVIATION_WITH_D.fullmatch(word) is None:
            strange += 1
    return gain if gain > strange and (is_sure or gain > 1) else 0


def _restore_capitals(typed: str, decoded: str) -> str:
    """Capitals for a heading set in a capital font: §¬N VÞ stands for ĐƠN VỊ, not ĐơN Vị."""
    if any("a" <= letter <= "z" for letter in typed) or not any(
        not word.isascii() and _CAPITAL_FONT_WORD.search(decoded[found.start() : found.end()])
        for found in _FONT_WORD.finditer(typed)
        if (word := found.group())
    ):
        return decoded
    return decoded.upper()


def words_apart(name: str) -> str:
    """Words set together, each with a capital, in composed form and apart: “BaoCaoMật” is “Bao Cao Mật”."""
    letters = unicodedata.normalize("NFC", name)
    return "".join(
        f" {letter}"
        if letter.isupper()
        and number
        and (letters[number - 1].islower() or (letters[number - 1].isupper() and letters[number + 1 :][:1].islower()))
        else letter
        for number, letter in enumerate(letters)
    )
