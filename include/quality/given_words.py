"""Words a person gives and the platform keeps for good: what makes them unfit is said here, once."""

from __future__ import annotations

import re
from typing import Final

from include.readers.personal_data import kinds_in_text
from include.readers.secrecy import is_marked_text

LONGEST_POST: Final = 100
LONGEST_REASON: Final = 1000

_ADDRESSED_PERSON = re.compile(r"\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Đđ]/?c|[Đđ]ồng chí)\s+[A-ZÀ-ỸĐ]")
_FAMILY_NAME = re.compile(
    r"\b(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Dương|Đinh|Trương)\s+[A-ZÀ-ỸĐ]", re.IGNORECASE
)


def what_is_unfit(words: str, *, is_post: bool = False) -> str:
    """Why the words may not be kept, in Vietnamese and without repeating them; empty when they may.

    `is_post` is for the post of whoever speaks, where a family name is a name too.
    """
    if not words.strip():
        return "để trống"
    kinds = list(kinds_in_text(words))
    if _ADDRESSED_PERSON.search(words) or (is_post and _FAMILY_NAME.search(words)):
        kinds.append("tên người")
    if is_marked_text(words):
        kinds.append("dấu chỉ độ mật")
    longest = LONGEST_POST if is_post else LONGEST_REASON
    if len(words.strip()) > longest:
        kinds.append(f"dài quá {longest} chữ")
    return ", ".join(kinds)
