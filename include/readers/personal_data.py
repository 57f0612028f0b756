"""Finds personal data in cells: phone and identity numbers, e-mail addresses, links to accounts.

Reports carry counts only. What is found is told by its cell and kind; the data itself is not passed on.
Money is not mistaken for an identity number: as text both rules ask for the leading zero that no sum
has, and true numbers count only under a heading that says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from include.readers.grid import CellValue, Sheet, Workbook, address

PHONE = "số điện thoại"
IDENTITY_NUMBER = "số định danh cá nhân"
EMAIL = "địa chỉ thư điện tử"
ACCOUNT_LINK = "liên kết tài khoản mạng xã hội"
BANK_ACCOUNT = "số tài khoản ngân hàng"

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT_LINK = re.compile(
    r"\b(?:(?:[\w-]+\.)?(?:facebook|fb|instagram|twitter|threads|tiktok|linkedin|zalo)\.(?:com|net|me)/"
    r"|(?:www\.)?x\.com/|m\.me/|t\.me/|zaloapp\.com/|youtu(?:be\.com|\.be)/(?:@|channel/|user/|c/))[^\s/]",
    re.IGNORECASE,
)
# Mobile: 10 digits, 03 05 07 08 09. Fixed: 11 digits, 02 and the province. With +84 the zero is dropped.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)84[ .-]?\(?0?\)?[ .-]?|\(?0)"
    r"(?:[35789]\d(?:[ .)-]{0,2}\d){7}|2\d{2}(?:[ .)-]{0,2}\d){7,8})(?!\d|[.,]\d|/[^\W\d])"
)
# 12 digits: province of birth 001 to 096, century and sex 0 to 3, year of birth, six more.
_IDENTITY_NUMBER = re.compile(r"(?<![\w.,/-])0(?:0[1-9]|[1-8]\d|9[0-6]) ?[0-3]\d{2} ?\d{3} ?\d{3}(?!\d|[.,/]\d)")
_NAMED_IDENTITY = re.compile(
    r"(?:cccd|cmnd|cmtnd|căn cước|chứng minh nhân dân|chứng minh thư|định danh cá nhân|hộ chiếu)\D{0,20}"
    r"(?:[a-z]\d{7,8}|\d{9}|\d{12})(?!\d)",
    re.IGNORECASE,
)
_NAMED_BANK_ACCOUNT = re.compile(r"(?:số tài khoản|stk|tài khoản số)\D{0,20}\d[\d .-]{5,18}", re.IGNORECASE)
_PHONE_HEADING = re.compile(r"điện thoại|\bsđt\b|số đt|\bđtdđ\b|di động", re.IGNORECASE)
_IDENTITY_HEADING = re.compile(
    r"\bcccd\b|\bcmnd\b|căn cước|chứng minh nhân dân|định danh cá nhân|số định danh", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_LONGEST_HEADING = 60


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A cell with personal data; `kind` is a Vietnamese phrase for the sender. `cell` is "" outside the grid."""

    sheet: str
    cell: str
    kind: str


def find_personal_data(workbook: Workbook) -> tuple[PersonalData, ...]:
    """Every cell, comment and cached copy with personal data, in sheet order; one entry for each kind in a cell."""
    found = [entry for sheet in workbook.sheets for entry in _in_sheet(sheet)]
    found += [
        PersonalData(loose.sheet or "", loose.cell or "", kind)
        for loose in workbook.loose_texts
        if loose.place in ("comment", "drawing", "cache", "part")
        for kind in kinds_in_text(loose.text)
    ]
    return tuple(found)


def kinds_in_text(text: str) -> tuple[str, ...]:
    """The kinds of personal data a text holds."""
    kinds = []
    if "@" in text and _EMAIL.search(text):
        kinds.append(EMAIL)
    if "/" in text and _ACCOUNT_LINK.search(text):
        kinds.append(ACCOUNT_LINK)
    if len(_DIGIT.findall(text)) >= 6:
        if _IDENTITY_NUMBER.search(text) or _NAMED_IDENTITY.search(text):
            kinds.append(IDENTITY_NUMBER)
        if _PHONE.search(text):
            kinds.append(PHONE)
        if _NAMED_BANK_ACCOUNT.search(text):
            kinds.append(BANK_ACCOUNT)
    return tuple(kinds)


def _in_sheet(sheet: Sheet) -> Iterator[PersonalData]:
    headings: dict[int, str] = {}
    for row, column, value in sheet.cells():
        if isinstance(value, str):
            if len(value) <= _LONGEST_HEADING and not _DIGIT.search(value):
                if _PHONE_HEADING.search(value):
                    headings[column] = PHONE
                elif _IDENTITY_HEADING.search(value):
                    headings[column] = IDENTITY_NUMBER
            for kind in kinds_in_text(value):
                yield PersonalData(sheet.name, address(row, column), kind)
        elif column in headings and _has_digits_of(headings[column], value):
            yield PersonalData(sheet.name, address(row, column), headings[column])


def _has_digits_of(kind: str, value: CellValue) -> bool:
    """Whether a true number under a heading of that kind is one; its leading zero is lost."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return len(str(value)) in ((9, 10, 11) if kind == PHONE else (9, 10, 11, 12))
