"""Words people type to explain a decision: a reason, a post, an office. They are kept for good and read by many."""

from __future__ import annotations

import re
from typing import Final

from include.readers.personal_data import kinds_in_text
from include.readers.secrecy import is_marked_text

PERSON_NAME = "tên người"
SECRECY_MARK = "dấu chỉ độ mật"
NOTHING = "để trống"
LONGEST_POST: Final = 100
LONGEST_REASON: Final = 1000

_ADDRESSED_PERSON = re.compile(r"\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Đđ]/?c|[Đđ]ồng chí)\s+[A-ZÀ-ỸĐ]")
_FAMILY_NAME = re.compile(
    r"\b(?:Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Ngô|Dương|Đinh|Trương)\s+[A-ZÀ-ỸĐ]", re.IGNORECASE
)


def faults_in_words(words: str, *, is_post: bool = False) -> tuple[str, ...]:
    """Why the words cannot be kept, as Vietnamese phrases that repeat none of them; empty when they can.

    `is_post`: a post or an office is meant, so that a family name in it is a person's. In a reason it may be a street.
    """
    if not words.strip():
        return (NOTHING,)
    faults = list(kinds_in_text(words))
    if _ADDRESSED_PERSON.search(words) or (is_post and _FAMILY_NAME.search(words)):
        faults.append(PERSON_NAME)
    if is_marked_text(words):
        faults.append(SECRECY_MARK)
    longest = LONGEST_POST if is_post else LONGEST_REASON
    if len(words.strip()) > longest:
        faults.append(f"dài quá {longest} chữ")
    return tuple(faults)
