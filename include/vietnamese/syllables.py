"""Which strings can be Vietnamese syllables, and where their tone mark belongs.

The judgement is by structure (initial, rime, tone), not by dictionary: it tells text read in the wrong
encoding from text read right, and puts hoà and hòa into one spelling.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

VOWELS: Final = "aăâeêioôơuưy"
TONED: Final = {
    "a": "aàảãáạ",
    "ă": "ăằẳẵắặ",
    "â": "âầẩẫấậ",
    "e": "eèẻẽéẹ",
    "ê": "êềểễếệ",
    "i": "iìỉĩíị",
    "o": "oòỏõóọ",
    "ô": "ôồổỗốộ",
    "ơ": "ơờởỡớợ",
    "u": "uùủũúụ",
    "ư": "ưừửữứự",
    "y": "yỳỷỹýỵ",
}
"""Every vowel with its tones in dictionary order: ngang, huyền, hỏi, ngã, sắc, nặng."""

TONE_OF: Final = {letter: tone for row in TONED.values() for tone, letter in enumerate(row) if tone}
TONELESS: Final = str.maketrans({letter: base for base, row in TONED.items() for letter in row[1:]})

_LONGEST: Final = 7
"""Letters of the longest syllable, nghiêng."""

_INITIALS: Final = frozenset(
    re.findall(r"\w+", "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"),
)
_RIMES: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a ac ach ai am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
        e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
        i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
        o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet
        oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
        u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut
        uy uya uych uyên uyêt uynh uyp uyt uyu
        ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
        y yêm yên yêng yêt yêu
        """,
    )
)
"""ăk is no native rime; it stands in place names, Đắk Lắk and Đăk Nông."""
_RIMES_AFTER_QU: Final = frozenset({"yt", "ynh", "ych", "yn", "yp", "yu"})
_RIMES_AFTER_GI: Final = frozenset({"êng", "êc"})
_STOPS: Final = ("c", "ch", "p", "t")
_STOP_TONES: Final = frozenset({4, 5})

_TONED_LETTERS: Final = "".join(row[1:] for row in TONED.values())
_VOWEL_CLASS: Final = "".join(TONED.values())
# From the beginning of a word, so that one without such letters is looked through once.
_MARKED_CLUSTER: Final = re.compile(
    rf"(?<![^\W\d_])[^\W\d_]*(?:[{_TONED_LETTERS}][{_VOWEL_CLASS}]|[{_VOWEL_CLASS}][{_TONED_LETTERS}])[^\W\d_]*",
    re.IGNORECASE,
)


def split_syllable(toneless: str) -> tuple[str, str] | None:
    """Initial and rime of a lower-case syllable without its tone mark; None when it cannot be one."""
    for length in (3, 2, 1, 0):
        initial, rime = toneless[:length], toneless[length:]
        if (length and initial not in _INITIALS) or not rime:
            continue
        if initial == "qu":
            if (rime in _RIMES and rime[0] not in "uư") or rime in _RIMES_AFTER_QU:
                return initial, rime
        elif initial == "gi":
            if (rime in _RIMES and rime[0] not in "iy") or rime in _RIMES_AFTER_GI:
                return initial, rime
        elif rime in _RIMES and _spells(initial, rime):
            return initial, rime
    return None


def _spells(initial: str, rime: str) -> bool:
    """c, g, ng stand before back vowels; k, gh, ngh before e, ê, i, y. Gì and gìn are the exception."""
    is_front = rime[0] in "eêiy"
    if initial in ("k", "gh", "ngh"):
        return is_front
    if initial in ("c", "ng"):
        return not is_front
    if initial == "g":
        return not is_front or rime[0] == "i"
    return True


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """True when the word has the structure of one Vietnamese syllable.

    The tone mark must stand where either school puts it (hòa, hoà) or on the initial of qủa and gía, as many type.
    """
    if not 0 < len(word) <= _LONGEST or not (word.islower() or word.isupper() or word[1:].islower()):
        return False
    lower = word.lower()
    marks = [(index, TONE_OF[letter]) for index, letter in enumerate(lower) if letter in TONE_OF]
    if len(marks) > 1:
        return False
    parts = split_syllable(lower.translate(TONELESS))
    if parts is None:
        return False
    initial, rime = parts
    tone = marks[0][1] if marks else 0
    if rime.endswith(_STOPS) and tone not in _STOP_TONES:
        return False
    if not marks:
        return True
    at = marks[0][0] - len(initial)
    if at == -1:
        return initial in ("qu", "gi")
    return at == _tone_position(rime) or (rime in ("oa", "oe", "uy") and at == 1)


def _tone_position(rime: str) -> int:
    """Index in the rime of the letter that carries the tone: hòa, thúy, toàn, ngoài, khuỷu, giữa, quyển."""
    for index in range(len(rime) - 1, -1, -1):
        if rime[index] in "ăâêôơ":
            return index
    if "ư" in rime:
        return rime.index("ư")
    vowels = len(rime) - len(rime.lstrip(VOWELS))
    if vowels == 1:
        return 0
    if vowels < len(rime):
        return vowels - 1
    return 1 if vowels == 3 else 0


def place_tones(text: str) -> str:
    """Every syllable of composed text with its tone mark in the place the platform writes it: hoà becomes hòa.

    Words that are not Vietnamese syllables, or carry two tone marks, stay as they are.
    """
    return _MARKED_CLUSTER.sub(lambda found: _place_tone(found.group()), text)


@lru_cache(maxsize=8192)
def _place_tone(word: str) -> str:
    if len(word) > _LONGEST:
        return word
    lower = word.lower()
    marks = [index for index, letter in enumerate(lower) if letter in TONE_OF]
    if len(marks) != 1:
        return word
    toneless = lower.translate(TONELESS)
    parts = split_syllable(toneless)
    if parts is None:
        return word
    target = len(parts[0]) + _tone_position(parts[1])
    if target == marks[0]:
        return word
    letters = list(toneless)
    letters[target] = TONED[letters[target]][TONE_OF[lower[marks[0]]]]
    return "".join(letter.upper() if typed.isupper() else letter for letter, typed in zip(letters, word, strict=True))
