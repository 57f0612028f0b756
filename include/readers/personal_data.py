"""Finds personal data in cells: phone and identity numbers, e-mail addresses, links to accounts.

Reports carry counts only. What is found is told by its cell and kind; the data itself is not passed on.
Money is not mistaken for an identity number: as text both rules ask for the leading zero that no sum
has, and true numbers count only under a heading that says what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from include.readers.grid import CellValue, Sheet, Workbook, address
from include.vietnamese.text import match_key, strip_accents, words_apart

PHONE = "số điện thoại"
IDENTITY_NUMBER = "số định danh cá nhân"
EMAIL = "địa chỉ thư điện tử"
ACCOUNT_LINK = "liên kết tài khoản mạng xã hội"
BANK_ACCOUNT = "số tài khoản ngân hàng"
BIRTH_DATE = "ngày sinh"
PERSONAL_TAX_CODE = "mã số thuế hoặc bảo hiểm cá nhân"
PERSON_NAME = "tên người"

FAMILY_NAMES = frozenset("nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ ngô dương đinh trương trịnh".split())
"""The usual ones: a word that begins with one of them is a person's sooner than a thing's."""
THINGS_LIKE_NAMES = frozenset(
    tuple(each.split())
    for each in (
        "hoàng sa;hoàng gia;hoàng thành;phan thiết;phan rang;phạm vi;vũ trang;vũ khí;vũ đạo;võ thuật;võ cổ;đỗ xe"
    ).split(";")
)
"""Places and things whose first words read like a family name with a name behind it."""

MOST_NAMES = 4
"""People a file may name in one place: signature blocks have two or three. One more is a list of people."""
_MOST_NAMES_UNDER_HEADING = 2

# No longer than the parts of an address can be: without an end, a word of a hundred thousand letters takes minutes.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT_LINK = re.compile(
    r"\b(?:(?:[\w-]{1,63}\.)?(?:facebook|fb|instagram|twitter|threads|tiktok|linkedin|zalo)\.(?:com|net|me)/"
    r"|(?:www\.)?x\.com/|m\.me/|t\.me/|zaloapp\.com/|youtu(?:be\.com|\.be)/(?:@|channel/|user/|c/))[^\s/]",
    re.IGNORECASE,
)
# Mobile: 10 digits, 03 05 07 08 09. Fixed: 11 digits, 02 and the province. With +84 the zero is dropped.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)84[ .-]?\(?0?\)?[ .-]?|\(?0)"
    r"(?:[35789]\d(?:[ .)-]{0,2}\d){7}|2\d{2}(?:[ .)-]{0,2}\d){7})(?!\d|[.,]\d|/[^\W\d])"
)
# 12 digits: province of birth 001 to 096, century and sex 0 to 3, year of birth, six more.
_IDENTITY_NUMBER = re.compile(r"(?<![\w.,/-])0(?:0[1-9]|[1-8]\d|9[0-6]) ?[0-3]\d{2} ?\d{3} ?\d{3}(?!\d|[.,/]\d)")
_NAMED_IDENTITY = re.compile(
    r"(?:cccd|cmnd|cmtnd|căn cước|chứng minh nhân dân|chứng minh thư|định danh cá nhân|hộ chiếu)\D{0,20}"
    r"(?:[a-z]\d{7,8}|\d{9}|\d{12})(?!\d)",
    re.IGNORECASE,
)
_NAMED_BANK_ACCOUNT = re.compile(r"(?:số tài khoản|stk|tài khoản số)\D{0,20}\d[\d .-]{5,18}", re.IGNORECASE)
_BIRTH_DATE = re.compile(
    r"(?:sinh(?:\s+ngày|\s+năm)?|ngày(?:,\s*tháng,\s*năm)?\s+sinh|ns)\s*[:.]?\s*"
    r"(?:\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*)?(?:19|20)\d{2}(?!\d)",
    re.IGNORECASE,
)
_NAMED_TAX_CODE = re.compile(
    r"(?:(?:mst|mã số thuế)\s*(?:cá nhân|tncn)|(?:số|mã số)\s*(?:sổ\s*)?bhxh|(?:số|mã)\s*thẻ\s*bhyt"
    r"|mã số bảo hiểm xã hội)\D{0,20}(?:[a-z]{2})?\d{9,15}(?!\d)",
    re.IGNORECASE,
)
_PHONE_HEADING = re.compile(r"điện thoại|\bsđt\b|số đt|\bđtdđ\b|di động", re.IGNORECASE)
_IDENTITY_HEADING = re.compile(
    r"\bcccd\b|\bcmnd\b|căn cước|chứng minh nhân dân|định danh cá nhân|số định danh", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_LONGEST_HEADING = 60

# What mask_personal_data replaces, the longer patterns first.
_MASKED = (
    (_EMAIL, EMAIL),
    (re.compile(_ACCOUNT_LINK.pattern + r"\S*", re.IGNORECASE), ACCOUNT_LINK),
    (_NAMED_BANK_ACCOUNT, BANK_ACCOUNT),
    (_NAMED_TAX_CODE, PERSONAL_TAX_CODE),
    (_NAMED_IDENTITY, IDENTITY_NUMBER),
    (_IDENTITY_NUMBER, IDENTITY_NUMBER),
    (_PHONE, PHONE),
    (_BIRTH_DATE, BIRTH_DATE),
)

_LONGEST_NAME = 50
_NAME_BREAK = re.compile(r"([-–—_(),;+\[\]]+)")
_LIST_BREAK = re.compile(r"[\n;,]|\s[-–]\s|\s{3,}")
_BESIDE_NAME = re.compile(
    r"^\s*(?:\d{1,4}\s*[.)/-]?\s*|[-+*•]\s*)?(?:(?:ông|bà|anh|chị|em|cháu|cụ|đ/c|đồng chí)\s*:?\s+)?"
    r"|\s*(?:[,(–-].*|\s\d{4})$",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[^\W\d_]+\.?")
_FAMILY_NAMES = FAMILY_NAMES | set(map(strip_accents, FAMILY_NAMES))
# Also the first words of places and things: only with a middle name between they are a person's.
_RARER_FAMILY_NAMES = frozenset(
    "hồ lý đào đoàn lâm mai cao hà tạ thái lương châu kim tô chu phùng quách lưu thạch tiêu diệp danh sơn tăng từ vương"
    " trà la lữ nghiêm ông đàm giang hứa khưu kiều lại mã mạc nhan ninh tống triệu trang văn viên"
    " ho ly dao doan lam cao ha ta thai luong chau to phung quach luu thach tieu diep tang tu vuong".split()
)
_MIDDLE_NAMES = frozenset("văn thị hữu đức ngọc minh thanh quốc hoàng kim thành công van thi huu duc ngoc quoc".split())
_NAMED_THINGS = THINGS_LIKE_NAMES | {
    tuple(each.split())
    for each in (
        "lê dương;trần nhà;dương đông;dương tơ;dương minh châu;đặng xá;đinh tán;ngô đồng;hoàng mai;hoàng cầu;"
        "trương mục;do not;do the;do you;le monde;van der;dang ky;vo thuat;phan tram;phan bo"
    ).split(";")
}
_THING_WORDS = frozenset(
    "xã phường tỉnh huyện quận công ty tnhh cổ phần trường bệnh viện dự án đường cầu chợ khu cụm viettel group sở ban"
    " limited ltd co company bank project commune ward district province".split()
)
_PEOPLE_HEADING = re.compile(
    r"(?:stt )?(?:họ và tên|họ tên|họ tên đệm|ho va ten|ho ten|tên người|họ và tên người|họ tên người)"
    r"(?: (?:người|hưởng|thụ|lợi|dự|tham|gia|đại|biểu|cán|bộ|học|viên|phóng|chủ|hộ|nhận|được|liên|hệ|trưởng|đoàn|thành"
    r"|đối|tượng|của|các|thụ hưởng))*"
    r"|người (?:thụ )?hưởng(?: lợi)?|tên người (?:thụ )?hưởng(?: lợi)?|chủ hộ|đại biểu|học viên|tên học viên"
)
_THINGS_HEADING = re.compile(
    r"(?:stt )?(?:tên )?(?:đường|tuyến|phố|trường|công ty|doanh nghiệp|nhà đầu tư|xã|phường|địa (?:điểm|bàn|danh)"
    r"|dự án|cơ sở|công trình|tổ chức|đơn vị|cơ quan|đối tác|nhà tài trợ"
    r"|cầu|chợ|di tích|đền|giải thưởng|tác phẩm)\b"
)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A cell with personal data; `kind` is a Vietnamese phrase for the sender. `cell` is "" outside the grid."""

    sheet: str
    cell: str
    kind: str


def find_personal_data(workbook: Workbook) -> tuple[PersonalData, ...]:
    """Every cell, comment, cached copy and sheet name with personal data, in sheet order; one entry a kind and cell.

    A sheet with personal data in its name is not named.
    """
    found = [PersonalData("", "", kind) for sheet in workbook.sheets for kind in kinds_in_text(sheet.name)]
    found += [entry for sheet in workbook.sheets for entry in _in_sheet(sheet)]
    found += [
        PersonalData(loose.sheet or "", loose.cell or "", kind)
        for loose in workbook.loose_texts
        # Not "part": a workbook keeps texts nobody can see or remove any more, such as an office's old mailbox.
        if loose.place in ("comment", "drawing", "cache")
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
        if _NAMED_TAX_CODE.search(text):
            kinds.append(PERSONAL_TAX_CODE)
    if "sinh" in text.casefold() and names_in_text(text) and _BIRTH_DATE.search(text):
        kinds.append(BIRTH_DATE)
    return tuple(kinds)


def mask_personal_data(text: str) -> str:
    """The text with each address, number or link of a person replaced by what it is: “(số điện thoại)”."""
    if not kinds_in_text(text):
        return text
    for pattern, kind in _MASKED:
        text = pattern.sub(f"({kind})", text)
    return text


def mask_file_name(name: str) -> str:
    """The name of a file or folder with personal data, and a person's name that stands apart in it, replaced likewise.

    “Nguyễn Văn An - báo cáo” is “(tên người) - báo cáo”; a name among other words, a street's or a school's, stays.
    """
    return "".join(_masked_piece(piece) for piece in _NAME_BREAK.split(mask_personal_data(name)))


def _masked_piece(piece: str) -> str:
    bare = piece.strip()
    # “NguyenVanAn” as well.
    if not is_person_name(bare) and not is_person_name(words_apart(bare)):
        return piece
    return piece.replace(bare, f"({PERSON_NAME})")


def find_name_list(workbook: Workbook) -> tuple[str, str] | None:
    """Sheet and cell where a list of named people begins, or None: a column, a row or one cell with more than
    MOST_NAMES of them, or fewer under a heading such as “Họ và tên”.
    """
    for sheet in workbook.sheets:
        begins = _name_list_in(sheet)
        if begins is not None:
            return sheet.name, begins
    for loose in workbook.loose_texts:
        if loose.place in ("comment", "drawing") and len(names_in_text(loose.text)) > MOST_NAMES:
            return loose.sheet or "", ""
    return None


def _name_list_in(sheet: Sheet) -> str | None:
    columns: dict[int, _Column] = {}
    known: dict[str, bool] = {}
    for row_index, row in enumerate(sheet.rows):
        in_row: list[str] = []
        for column, value in enumerate(row):
            if not isinstance(value, str):
                continue
            place = address(row_index, column)
            if len(value) > _LONGEST_NAME and len(names_in_text(value)) > MOST_NAMES:
                return place
            heading = _name_heading(value)
            if heading is not None:
                columns[column] = _Column(is_of_people=heading)
                continue
            is_name = known.get(value)
            if is_name is None:
                is_name = known[value] = is_person_name(value)
            if not is_name:
                continue
            counted = columns.setdefault(column, _Column(is_of_people=None))
            if counted.is_of_people is False:
                continue
            in_row.append(place)
            counted.places.setdefault(value, place)
            most = _MOST_NAMES_UNDER_HEADING if counted.is_of_people else MOST_NAMES
            if len(counted.places) > most:
                return next(iter(counted.places.values()))
        if len(in_row) > MOST_NAMES:
            return in_row[0]
    return None


@dataclass(slots=True)
class _Column:
    """What a column's heading says of its cells (None: nothing yet) and the different names met below it."""

    is_of_people: bool | None
    places: dict[str, str] = field(default_factory=dict)


def _name_heading(text: str) -> bool | None:
    """True for a heading over people, False for one over streets, firms or places, None for neither."""
    if len(text) > _LONGEST_HEADING:
        return None
    key = match_key(text)
    if _PEOPLE_HEADING.fullmatch(key):
        return True
    return False if _THINGS_HEADING.match(key) else None


def names_in_text(text: str) -> list[str]:
    """The names of people a text lists, one after another or on lines of their own."""
    return [piece for each in _LIST_BREAK.split(text) if is_person_name(piece := each.strip())]


def is_person_name(text: str) -> bool:
    """Whether the text is a Vietnamese personal name and nothing else: family name first, two to five words."""
    if not 5 <= len(text) <= _LONGEST_NAME:
        return False
    bare = _BESIDE_NAME.sub("", unicodedata.normalize("NFC", text)).strip()
    words = bare.split()
    if not 2 <= len(words) <= 5 or not all(_NAME_WORD.fullmatch(word) for word in words):
        return False
    if not (bare.isupper() or all(word.istitle() or (len(word.rstrip(".")) == 1 and word.isupper()) for word in words)):
        return False
    first, rest = words[0].casefold(), [word.casefold() for word in words[1:]]
    if not _NAMED_THINGS.isdisjoint({(first, rest[0]), (first, *rest)}) or any(word in _THING_WORDS for word in rest):
        return False
    has_middle = len(words) >= 3 and rest[0] in _MIDDLE_NAMES
    if first in _FAMILY_NAMES:
        # A street or a firm may bear two words of a name; most people have three.
        return len(words) >= 3 or first != strip_accents(first) or has_middle
    return first in _RARER_FAMILY_NAMES and has_middle


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
