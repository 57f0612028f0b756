"""Words people type to explain a decision: a reason, a post, an office. They are kept for good and read by many."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from include.errors import PlatformError
from include.readers.personal_data import FAMILY_NAMES, PERSON_NAME, THINGS_LIKE_NAMES, kinds_in_text
from include.readers.secrecy import is_marked_text

SECRECY_MARK = "dấu chỉ độ mật"
NOTHING = "để trống"
UNSEEN = "ký tự không nhìn thấy"
FOREIGN_LETTERS = "chữ không có trong tiếng Việt"
LONGEST_POST: Final = 100
LONGEST_REASON: Final = 1000

_TOKEN = re.compile(r"[\w/]+|[^\w\s]")
_ADDRESSES: Final = frozenset({"ông", "bà", "anh", "chị", "đ/c"})
_MIDDLE_NAMES: Final = frozenset({"văn", "thị"})
# Words that read like an address or a family name with a name after it, and are a place, a people or a thing.
_NO_PERSON: Final = THINGS_LIKE_NAMES | {("bà", "rịa"), ("anh", "quốc")}
_NO_PERSON_AFTER: Final = {
    "anh": frozenset({"tiếng", "nước", "quốc", "người", "khách", "quán"}),
    "bà": frozenset({"núi", "miếu", "chợ", "đường"}),
    "ông": frozenset({"lăng", "cầu", "chợ", "rạch"}),
    "dương": frozenset({"bình", "hải", "đông", "tây", "độ", "đại"}),
}


def faults_in_words(words: str, *, is_post: bool = False, shortest: int = 1) -> tuple[str, ...]:
    """Why the words cannot be kept, as Vietnamese phrases that repeat none of them; empty when they can.

    `is_post`: a post or an office is meant, so that a family name in it is a person's. In a reason it may be a street.
    `shortest`: how many characters there have to be.
    """
    if not any(letter.isalnum() for letter in words):
        return (NOTHING,)
    faults = list(kinds_in_text(words))
    if any(_is_unseen(letter, is_post=is_post) for letter in words.strip()):
        faults.append(UNSEEN)
    if is_post and any(_is_foreign(letter) for letter in unicodedata.normalize("NFKD", words)):
        faults.append(FOREIGN_LETTERS)
    if len(words.strip()) < shortest:
        faults.append(f"ngắn hơn {shortest} chữ")
    if _names_a_person(words, is_post=is_post):
        faults.append(PERSON_NAME)
    if is_marked_text(words):
        faults.append(SECRECY_MARK)
    longest = LONGEST_POST if is_post else LONGEST_REASON
    if len(words.strip()) > longest:
        faults.append(f"dài quá {longest} chữ")
    return tuple(faults)


def require_fit(
    where: str,
    words: str,
    *,
    refusal: type[PlatformError],
    expected: str,
    remedy: str,
    is_post: bool = False,
    shortest: int = 1,
) -> None:
    """Raise `refusal`, naming `where` they were typed, for words that cannot be kept."""
    if faults := faults_in_words(words, is_post=is_post, shortest=shortest):
        raise refusal(where=where, found=", ".join(faults), expected=expected, remedy=remedy)


def _is_unseen(letter: str, *, is_post: bool) -> bool:
    """Whether it steers the terminal or page it is shown on, or cannot be seen there; a reason may have lines."""
    if letter in "\n\r\t":
        return is_post
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _is_foreign(letter: str) -> bool:
    """Whether it is a letter or digit of another script, which may look like one of ours and make a post another."""
    return letter.isalnum() and not letter.isascii() and letter not in "đĐ"


def _names_a_person(words: str, *, is_post: bool) -> bool:
    tokens = _TOKEN.findall(unicodedata.normalize("NFC", words))
    for place, word in enumerate(tokens[:-1]):
        if (
            is_post
            and word.lower() in FAMILY_NAMES
            and tokens[place + 1].lower() in _MIDDLE_NAMES
            and tokens[place + 2 :]
        ):
            return True
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1]
        if not after[0].isupper():
            continue
        if word.lower() == "chí" and before.lower() == "đồng":
            return True
        if not _may_be_a_thing(before, word, after) and (
            _is_address(word, after) or (is_post and _is_family_name(word))
        ):
            return True
    return False


def _is_address(word: str, after: str) -> bool:
    if word.lower() not in _ADDRESSES:
        return False
    # In a line of capitals every word begins with one: there only a family name shows a person.
    return not (word.isupper() and len(word) > 1) or after.lower() in FAMILY_NAMES


def _is_family_name(word: str) -> bool:
    return word.lower() in FAMILY_NAMES and (word.istitle() or word.isupper())


def _may_be_a_thing(before: str, word: str, after: str) -> bool:
    known = word.lower()
    if (known, after.lower()) in _NO_PERSON:
        return True
    # “người anh Trần B” is a person, “người Anh” is not: only with a capital is it a country.
    return word[0].isupper() and before.lower() in _NO_PERSON_AFTER.get(known, ())
