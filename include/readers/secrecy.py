"""Finds marks of state secrecy (Mật, Tối mật, Tuyệt mật) so that a marked file is refused and not kept.

A mark stands alone: in its cell, its line, its page header, behind "Độ mật:" or behind what kind of paper
it is. The same syllable inside words is none: bảo mật, bí mật nhà nước, mật độ, mật ong, "Độ mật: không",
nor is MAT as a code, MAT-01. A stamp that is only a picture cannot be seen here.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import PurePath
from typing import Literal
from urllib.parse import unquote

from include.readers.grid import LooseText, Sheet, Workbook, address
from include.vietnamese import tcvn3, vni
from include.vietnamese.text import is_unicode_vietnamese, match_key, nfc, strip_accents, words_apart

MarkPlace = Literal[
    "cell",
    "sheet_name",
    "file_name",
    "header_footer",
    "property",
    "drawing",
    "comment",
    "defined_name",
    "cache",
    "part",
]

# A level's syllables, each with the accents it may carry however it was typed: none, half of them, all of them.
# Mặt, mắt, mất, mát, mạt are other words; “mât” is none.
_CIRCUMFLEX, _ACUTE, _DOT = "\u0302", "\u0301", "\u0323"
_MAT = ("mat", frozenset({"", _CIRCUMFLEX, _CIRCUMFLEX + _DOT}))
_TOI = ("toi", frozenset({"", _CIRCUMFLEX, _ACUTE, _ACUTE + _CIRCUMFLEX}))
_TUYET = ("tuyet", frozenset({"", _CIRCUMFLEX, _DOT, _CIRCUMFLEX + _DOT}))
_LEVELS = {"mat": (_MAT,), "toimat": (_TOI, _MAT), "tuyetmat": (_TUYET, _MAT)}
_ACCENTS = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")
_FRAGMENTS = frozenset(
    level[start:stop]
    for level in _LEVELS
    for start in range(len(level))
    for stop in range(start + 1, len(level) + 1)
    if stop - start < len(level)
)
# Kinds of paper: with a mark behind them they are a stamp or a title; in a sentence they are ordinary words.
_PAPERS = (
    "tài liệu;văn bản;hồ sơ;danh mục;báo cáo;công văn;công điện;công thư;kế hoạch;chương trình;đề án;phương án;đề cương"
    ";thông tin;thông báo;thông tư;tờ trình;chỉ thị;nghị quyết;nghị định;quyết định;quy định;quy chế;hướng dẫn;kết luận"
    ";biên bản;giấy mời;phiếu trình;phiếu chuyển;phụ lục;phụ biểu;bảng kê;biểu mẫu;số liệu;dữ liệu;bản đồ;sơ đồ;dự thảo"
    ";đóng dấu;dấu"
).split(";")
_PAPERS_BY_LETTERS = re.compile(
    "(?:" + "|".join({form.replace(" ", "") for paper in _PAPERS for form in (paper, strip_accents(paper))}) + ")+"
)
# How offices shorten them (Decree 30/2020, appendix III, and habit). None has a vowel: DAMAT may be đá mạt.
_SHORT_PAPERS = frozenset("bb bc cd ct ctr cv dm gm hd hs kh kl nd nq pb pc pl qc qd tb tl tt ttr vb".split())
_ENVELOPE_LETTERS = frozenset({"a", "b", "c"})
_LONGEST_STAMP = 60
_LONGEST_LINE = 180
_LONGEST_PATH = 400
_LONGEST_REMEMBERED = 200
_MOST_LETTERS = 200

# Letters of other alphabets that print like the ones in MẬT, TỐI MẬT, TUYỆT MẬT, and fillers that print as nothing.
_LOOKALIKES = str.maketrans(
    dict(
        zip(
            "МмАаТтОоІіУуЕеΜΑΤΟΙΥΕοαιυτᴍᴀᴛᴏɪʏᴇᴜꓟꓮꓔꓳꓲꓴꓬꓰᎷᎪᎢᎬᎽꭲՍ",
            "MmAaTtOoIiYyEeMATOIYEoaiutmatoiyeuMATOIUYEMATEYtU",
            strict=True,
        )
    )
    | {chr(first + number): chr(65 + number) for first in (0x1F150, 0x1F170, 0x1F1E6) for number in range(26)}
    | dict.fromkeys("\u115f\u1160\u3164\uffa0")
)

_LABEL = re.compile(
    r"(?:(?:dấu\s+)?(?:chỉ\s+)?(?:mức\s+|cấp\s+)?độ\s*(?:bảo\s*)?mật(?:\s+của\b[^:=\n]{0,30}(?=[:=]))?|\bdo\s+mat)\s*(?:\([^)]*\)\s*)?[:=.\-–—]*\s*(?:(?:là|thuộc(?:\s+loại)?)\s+)?(?P<level>.*)",
    re.DOTALL,
)
# Behind these an envelope letter is an ordinary class: “Phân loại: A”.
_CLASS_LABEL = re.compile(r"\b(?:mức độ|cấp độ|phân loại|chế độ|tính chất|loại)\s*[:=]\s*(?P<level>.*)", re.DOTALL)
_SEPARATED = re.compile(r"\s{2,}|\t|[|;:()\[\]{}<>«»“”\"*_~#=–—]|\s-\s|\.\s")
_BRACKETED = re.compile(r"[(\[{]\s*(?P<level>[^\W\d_][^()\[\]{}]{1,20}?)\s*[)\]}]")
_COPY_NUMBER = re.compile(r"\W*(?:(?:bản\s+)?(?:số|so|no)\b.*\d|bản\s+\d|[A-C]\W*$)", re.IGNORECASE | re.DOTALL)
_HANDLING_NOTES = {
    match_key(note): note
    for note in (
        "Khẩn",
        "Thượng khẩn",
        "Hỏa tốc",
        "Hỏa tốc hẹn giờ",
        "Lưu hành nội bộ",
        "Tài liệu lưu hành nội bộ",
        "Chỉ lưu hành nội bộ",
        "Xem xong trả lại",
        "Không phổ biến",
    )
}


_NOTE = "|".join(
    re.escape(each.casefold()).replace("ỏa", "(?:ỏa|oả)").replace(r"\ ", r"\s+")
    for each in sorted((*_HANDLING_NOTES.values(), "không sao chụp", "không phổ biến"), key=len, reverse=True)
)
_A_NOTE = re.compile(_NOTE, re.IGNORECASE)
# What may stand behind a mark in the title of a paper; anything else makes a sentence or another word of it.
_BEHIND_MARK = re.compile(r"\s+(?:(?:(?:bản\s+)?số|năm|quý|tháng|kỳ|đợt|lần|tập|quyển|của|về)\s|\d)", re.IGNORECASE)
_BEHIND_BARE_MARK = re.compile(r"\s+(?:so|no|nam)\b\W*\d", re.IGNORECASE)
_NONE_OF_THEM = re.compile(r"\W*(?:không|khong|chưa|0)(?:\s+c[óo])?\W*$", re.IGNORECASE)
# MAT is short for other things too. A year alone does not make a code of it: “MAT-2026”.
_BARE_CODE = re.compile(
    r"(?<![\w./-])(?:mat[-./]?(?!(?:19|20)\d\d(?![\w./-]))\d[\w./-]*"
    r"|(?!(?:19|20)\d\d-?mat)\d[\d-]*mat(?![\w./-])"
    r"|(?-i:M\.A\.T)(?![\w-]|\.\w))",
    re.IGNORECASE | re.ASCII,
)
_BARE_BEHIND_LABEL = re.compile(
    r"\b(?:mã|ma|k[ýí] hiệu|k[yi] hieu|code|sku)\b[^:=\n]{0,25}[:=]\s*(?P<bare>mat)(?![\w./-])", re.IGNORECASE
)
_BARE_IN_BRACKETS = re.compile(r"[(\[{]\s*mat\s*[)\]}]", re.IGNORECASE)
_WORDS_FOR_MATERIAL = re.compile(
    r"\bv[ậa]t (?:li[ệe]u|t[ưu])\b|\bnguy[êe]n li[ệe]u\b|\bmat[a-z]|\bm\w+\W+a\w+\W+t\w+\W*$", re.IGNORECASE
)
_A_PAPER = r"\b(?:" + "|".join({*_PAPERS, *map(strip_accents, _PAPERS), *_SHORT_PAPERS}).replace(" ", r"\s+") + r")\b"
_SECRECY_NEAR = re.compile(rf"{_A_PAPER}|\b(?:m[ậâ]t|mat|secret)\b|{_NOTE}", re.IGNORECASE)
_MARK_BEGINS = re.compile(rf"(?:\bt\W*[oôốó]\W*i|\bt\W*u\W*y\W*[eêệẹ]\W*t|{_A_PAPER})[\W_]*$", re.IGNORECASE)
_A_FILE = re.compile(
    r"\.(?:xlsx?|xlsm|xlsb|ods|docx?|odt|rtf|pdf|pptx?|csv|tsv|txt|xml|json|html?|parquet|gz|zip|rar|7z|mat)$",
    re.IGNORECASE,
)
_UNIT_OF_HONEY = re.compile(r"\W*(?:kg|g|tấn|tạ|lít|ml|chai|hũ|can|thùng|đồng|nghìn|triệu|ngàn)\b", re.IGNORECASE)
_SPELLED_OUT = re.compile(
    r"(?<![^\W\d_])[^\W\d_][\u0300-\u036f]*(?:[\W_]{1,3}[^\W\d_][\u0300-\u036f]*){2,}(?![^\W\d_])"
)
_WORD_JOINED_BEFORE = re.compile(r"([^\W\d_]+)_$")
_WORD_JOINED_BEHIND = re.compile(r"_([^\W\d_]+)")
_NAME_PIECES = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*")
_NAME_EDGES = frozenset("_-.()[]{}+,;")
_BEYOND_LETTERS = re.compile("[\u1d00-\u1dbf\u2070-\u24ff\ua4d0-\ua4ff\uff00-\uffef\U0001d400-\U0001f1ff]|&#")
_VIQR_VOWEL = re.compile(r"(?P<vowel>[aeiouyAEIOUY])(?P<shape>[\^(+]?)(?P<tone>['`?~.]?)")
_VIQR_D = re.compile("dd", re.IGNORECASE)
_VIQR_MARKS = {"^": _CIRCUMFLEX, "(": "\u0306", "+": "\u031b"} | {
    "'": _ACUTE,
    "`": "\u0300",
    "?": "\u0309",
    "~": "\u0303",
    ".": _DOT,
}

# In a name the syllable stands among others; these make an ordinary word of it.
_ORDINARY_BEFORE = frozenset(
    "bảo bí cơ thân cẩn tuần trăng túi sỏi ống dịch gan đường sữa nếm rỉ hũ lấy quay thu vị ngọt giải không chưa hết"
    " bao bi co than can tuan trang tui soi ong dich gan duong sua giai khong chua"
    " vang be ra gap nhieu tung mot hai ba bon cac tien ve truoc trong doi san khuon guong bv vien khoa kham mo rua"
    " thay tham che deo sang day hop nguoi soc khoe gio thuat nong da mua".split()
)
_ORDINARY_AFTER = frozenset(
    "độ ong khẩu thiết mã vụ danh đàm ngữ thư hoa mía gấu rỉ tông giáo nghị báo thám lệnh chỉ ước khu sơn cật dừa rừng"
    " thốt nhân kế truyền chú hiệu phục vịt cá bò heo"
    " do ong khau thiet ma vu danh dam ngu thu hoa mia gau ri tong giao nghi bao tham lenh chi uoc khu son cat dua rung"
    " hang bang tran tien dat duong nuoc troi trang trai phai sau truoc kinh ngoai tri na hoc day dung cau pho moi"
    " dien mua gia an tich can viec mat trom cap goc khach phieu xich oto lop bich hieu the vi suc".split()
)
_NOT_MARKED_AFTER = frozenset("không thường khong thuong".split())
_NONE_AFTER = (["không"], ["không", "có"])
# The same where words are set together, “BẢOMẬT”; of the short ones only those that end no other word.
_ORDINARY_GLUED = tuple("bảo bí cơ thân cẩn trăng túi giải không chưa độ bao giai khong".split())

_LONGEST_PIECE = 12
_LONGEST_SPLIT = 8
_LONGEST_LEVEL = 24
_NOTES_AT_ENDS = re.compile(
    rf"^\s*(?:(?:{_NOTE})\b(?:\s+và\b)?[\s,;/.–—-]*)+|(?:[\s,;/.–—-]+(?:và\s+)?(?:{_NOTE}))+\W*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class HandlingNote:
    """A note on how fast or among whom a paper travels, in its usual spelling, and where it stands first."""

    words: str
    sheet: str | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a mark stands. Its text is not kept, nor anything beside it."""

    place: MarkPlace
    sheet: str | None = None
    cell: str | None = None


def find_marks(workbook: Workbook, file_name: str = "") -> tuple[Mark, ...]:
    """Every secrecy mark in a workbook, its hidden sheets included, and in the name it was sent under."""
    return tuple(_all_marks(workbook, file_name))


def find_handling_notes(workbook: Workbook) -> tuple[HandlingNote, ...]:
    """Urgency and circulation notes that stand alone in a cell, a page header or a text box; they are no secrecy."""
    found: dict[str, HandlingNote] = {}
    for sheet in workbook.sheets:
        for row, column, value in sheet.cells():
            if isinstance(value, str) and (note := _handling_note(value)) is not None:
                found.setdefault(note, HandlingNote(note, sheet.name, address(row, column)))
    for loose in workbook.loose_texts:
        if loose.place in ("header_footer", "drawing") and (note := _handling_note(loose.text)) is not None:
            found.setdefault(note, HandlingNote(note, loose.sheet))
    return tuple(found.values())


def _handling_note(text: str) -> str | None:
    if len(text) > _LONGEST_STAMP:
        return None
    return _HANDLING_NOTES.get(match_key(text).strip())


def _all_marks(workbook: Workbook, file_name: str) -> Iterator[Mark]:
    if file_name and file_is_marked(file_name):
        yield Mark("file_name")
    for loose in workbook.loose_texts:
        if _is_marked_loosely(loose):
            yield Mark(loose.place, loose.sheet)
    for sheet in workbook.sheets:
        if name_is_marked(sheet.name):
            yield Mark("sheet_name", sheet.name)
        yield from _marks_in_cells(sheet)


def _is_marked_loosely(loose: LooseText) -> bool:
    if loose.place != "defined_name":
        return is_marked_text(loose.text)
    # Every second old cost estimate names a range MAT (materials): of one syllable only the accents count.
    return name_is_marked(loose.text) and (
        not loose.text.isascii() or "oi" in loose.text.lower() or "uy" in loose.text.lower()
    )


def _marks_in_cells(sheet: Sheet) -> Iterator[Mark]:
    known: dict[str, bool] = {}
    pieces: dict[str, str] = {}
    above: dict[int, str] = {}
    for row_index, row in enumerate(sheet.rows):
        label_waits = False
        before = ""
        stacked: dict[int, str] = {}
        for column, value in enumerate(row):
            if not isinstance(value, str):
                label_waits = label_waits and value is None
                before = before if value is None else ""
                continue
            is_marked = known.get(value)
            if is_marked is None:
                is_marked = known[value] = is_marked_text(value)
                pieces[value] = _piece_of_mark(value)
            # "Độ mật" in one cell and the envelope letter, or what elsewhere is a code, in the next.
            if is_marked or (label_waits and _is_level_or_envelope(value)):
                yield Mark("cell", sheet.name, address(row_index, column))
            label_waits = len(value) <= _LONGEST_STAMP and _is_bare_label(value)
            # A mark set letter by letter, or syllable by syllable, in cells beside or below one another.
            piece = pieces[value]
            before = (before + piece)[-_LONGEST_SPLIT:] if piece else ""
            below = (above.get(column, "") + piece)[-_LONGEST_SPLIT:] if piece else ""
            if below:
                stacked[column] = below
            if not is_marked and (_ends_with_mark(before) or _ends_with_mark(below)):
                yield Mark("cell", sheet.name, address(row_index, column))
        above = stacked


def _piece_of_mark(text: str) -> str:
    """The letters of a cell that may be a part of a mark, composed and in lower case; "" when it is none."""
    if len(text) > _LONGEST_PIECE:
        return ""
    letters = _letters(unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)))
    return letters if _base_letters(letters) in _FRAGMENTS else ""


def _ends_with_mark(letters: str) -> bool:
    # Without accents three cells M, A, T are column letters as likely as a stamp.
    return any(
        _is_level(letters[start:]) and _CIRCUMFLEX in unicodedata.normalize("NFD", letters[start:])
        for start in range(len(letters) - 2)
    )


def is_marked_text(text: str) -> bool:
    """Whether a cell or paragraph holds a mark: alone, alone in one of its lines, or behind its label."""
    # Marks apart from their letters, as a Mac stores them, must make a text neither longer nor another font's.
    text = nfc(text)
    # Labels come back in every report of a batch; long texts would only fill the memory.
    return _remembered_mark(text) if len(text) <= _LONGEST_REMEMBERED else _remembered_mark.__wrapped__(text)


_ODD_BREAK = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|\r(?!\n)")
_SURE_BREAK = re.compile(r"\r?\n")
_MOST_PIECES = 8
"""A mark has no more letters than that, TUYỆT MẬT."""


@lru_cache(maxsize=8192)
def _remembered_mark(text: str) -> bool:
    if not _may_be_marked(text):
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and len(text) <= _LONGEST_STAMP:
        if any(_is_level(_letters(_without_codes(each))) and _is_spelled_like_mark(each) for each in _readings(text)):
            return True
        if any(_is_bare_label(above) and _is_level_or_envelope(line) for above, line in pairwise(lines)):
            return True
    if _ODD_BREAK.search(text):
        lines += _otherwise_broken(text)
    return any(
        _is_stamp(reading, any_case=is_font) or _is_labelled_mark(reading)
        for line in lines
        for is_font, reading in _readings_by_kind(line)
    ) or any(_is_name_of_marked_file(line) for line in lines)


def _otherwise_broken(text: str) -> Iterator[str]:
    """The lines of a text where what breaks a line in one program is a space in another: a mark may have it inside.

    Broken nowhere else, broken at carriage returns too, and every few pieces that stand together.
    """
    for line in dict.fromkeys((*_SURE_BREAK.split(text), *text.replace("\r", "\n").split("\n"))):
        yield _ODD_BREAK.sub(" ", line)
    for line in _SURE_BREAK.split(text):
        pieces = [piece for piece in _ODD_BREAK.split(line) if piece.strip()]
        for first in range(len(pieces)):
            for stop in range(first + 2, min(first + _MOST_PIECES, len(pieces)) + 1):
                joined = " ".join(pieces[first:stop])
                if len(joined) > _LONGEST_STAMP:
                    break
                yield joined


def _is_name_of_marked_file(line: str) -> bool:
    """Whether the line names a file that bears a mark in its name or in a folder's: a name is not kept either."""
    if len(line) > _LONGEST_PATH or not _A_FILE.search(line):
        return False
    *folders, name = re.split(r"[\\/]", line)
    return file_is_marked(name) or any(map(name_is_marked, folders))


def file_is_marked(file_name: str) -> bool:
    """Whether the name a file was sent under carries a mark; folders before it and the ending are not looked at."""
    # What no program ends its files with is a part of the name: “BC 6.tháng MẬT”.
    stem = _A_FILE.sub("", PurePath(file_name.replace("\\", "/")).name)
    # A browser that saves a link leaves “M%E1%BA%ACT”; words may be set together, each with a capital.
    return any(name_is_marked(each) for each in dict.fromkeys((stem, unquote(stem), words_apart(unquote(stem)))))


def name_is_marked(name: str) -> bool:
    """Whether a file, sheet or defined name carries a mark: "BC (MẬT)", "Toi mat - 2026", "BC_MAT"."""
    name = nfc(name)
    if not _may_be_marked(name):
        return False
    return any(
        # A name has underscores for spaces: “MAT_HANG” is no stamp with a word beside it.
        _is_stamp(reading.replace("_", " "))
        or _is_labelled_mark(reading)
        or _has_mark_among_words(_SPELLED_OUT.sub(_joined, _without_codes(reading)))
        for reading in _readings(name)
    )


def _joined(found: re.Match[str]) -> str:
    letters = _letters(found.group())
    return letters if _is_level(letters) and not letters.isascii() else found.group()


def _may_be_marked(text: str) -> bool:
    # Every mark, and the label "Độ mật", has an M; most cells are dismissed here.
    if "m" in text.casefold():
        return True
    return (not text.isascii() and "m" in text.translate(_LOOKALIKES).casefold()) or (
        _BEYOND_LETTERS.search(text) is not None
    )


def _readings(line: str) -> Iterator[str]:
    """The line in composed form, and what it says if it was typed in another encoding."""
    return (reading for _, reading in _readings_by_kind(line))


def _readings_by_kind(line: str) -> Iterator[tuple[bool, str]]:
    """Each reading, and whether it is a font's: in a capital font small letters print as capitals."""
    if "&" in line:
        line = nfc(html.unescape(line))
    yield False, _composed(line)
    if len(line) > _LONGEST_STAMP:
        return
    if line.isascii():
        if "^" in line:
            yield False, _composed(_VIQR_VOWEL.sub(_accented, _VIQR_D.sub("đ", line)))
        return
    if is_unicode_vietnamese(line):
        # A letter no font encoding has: read as one, the ordinary word beside it would be another.
        return
    for is_font, reading in ((False, _reread(line)), (True, tcvn3.decode(line)), (True, vni.decode(line))):
        if reading != line:
            yield is_font, _composed(reading)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).translate(_LOOKALIKES))


def _reread(line: str) -> str:
    """The line where its UTF-8 was shown as Windows-1252 or Latin-1, once or twice; unchanged where it was not."""
    for encoding in ("cp1252", "latin-1"):
        reread = line
        for _ in range(2):
            try:
                reread = reread.encode(encoding).decode("utf-8")
            except UnicodeError:
                break
        if reread != line:
            return reread
    return line


def _accented(found: re.Match[str]) -> str:
    return found["vowel"] + _VIQR_MARKS.get(found["shape"], "") + _VIQR_MARKS.get(found["tone"], "")


def _letters(text: str) -> str:
    """Lower-case letters only: "M Ậ T", "m.ậ.t" and "(MẬT)" are all "mật". Of a text the first 200."""
    letters = (letter for letter in text.casefold() if letter.isalpha() or unicodedata.combining(letter))
    # Any mark, with the words before it, is shorter; a text of megabytes is not gone through to its end.
    return "".join(islice(letters, _MOST_LETTERS))


def _base_letters(letters: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", letters) if not unicodedata.combining(each))


def _is_level(letters: str) -> bool:
    """Whether the letters are a level, its accents wherever the typist set them."""
    if len(letters) > _LONGEST_LEVEL or (letters[-1:].isascii() and letters[-1:] != "t"):
        return False
    spread = unicodedata.normalize("NFD", letters)
    syllables = _LEVELS.get(_base_letters(spread))
    if syllables is None:
        return False
    accents: list[str] = []
    for letter in spread:
        if not unicodedata.combining(letter):
            accents.append("")
        elif letter in _ACCENTS and accents:
            accents[-1] += letter
    start = 0
    for syllable, allowed in syllables:
        stop = start + len(syllable)
        if "".join(sorted(set("".join(accents[start:stop])))) not in allowed:
            return False
        start = stop
    return True


def _is_level_or_envelope(text: str) -> bool:
    letters = _letters(text)
    return letters in _ENVELOPE_LETTERS or _is_level(letters)


def _without_codes(line: str) -> str:
    """The line with blanks for every MAT that is short for something else: “MAT-01”, “M.A.T”, “Vật liệu (MAT)”."""
    if len(line) > _LONGEST_LINE or ("mat" not in line.casefold() and "M.A.T" not in line):
        return line
    # In a name underscores stand for spaces.
    spaced = line.replace("_", " ")
    spans = [found.span() for found in _BARE_CODE.finditer(spaced) if not _MARK_BEGINS.search(spaced, 0, found.start())]
    spans += [found.span("bare") for found in _BARE_BEHIND_LABEL.finditer(spaced)]
    spans += [found.span() for found in _BARE_IN_BRACKETS.finditer(spaced) if _is_short_form(spaced, *found.span())]
    for start, end in spans:
        line = line[:start] + " " * (end - start) + line[end:]
    return line


def _is_short_form(line: str, start: int, end: int) -> bool:
    """Whether what stands in brackets is short for the words before it, or stands among words with their accents on.

    Who types accents types them on MẬT too; without any, or beside the name of a paper, it may be the stamp.
    """
    before = line[:start]
    if _WORDS_FOR_MATERIAL.search(before):
        return True
    is_beside_words = any(letter.isalpha() for letter in before) and not before.isascii()
    return is_beside_words and not _MARK_BEGINS.search(before) and not _SECRECY_NEAR.search(before + line[end:])


def _without_handling_notes(line: str) -> str:
    """The line without the notes on haste or circulation it begins or ends with: “HỎA TỐC, MẬT” says MẬT."""
    return _NOTES_AT_ENDS.sub("", line) if _A_NOTE.search(line) else line


def _is_stamp(line: str, *, any_case: bool = False) -> bool:
    line = _without_codes(line)
    if _is_level(_letters(line)) and _is_spelled_like_mark(line):
        return True
    if len(line) <= _LONGEST_STAMP:
        rest = _without_handling_notes(line)
        # Without accents “mat khan” may be a towel.
        if rest != line and not rest.isascii() and (rest[:1].isupper() or any_case) and _is_stamp(rest):
            return True
    if len(line) > _LONGEST_LINE:
        return False
    if any(found["level"][0].isupper() and _is_level(_letters(found["level"])) for found in _BRACKETED.finditer(line)):
        return True
    start, is_first = 0, True
    for end, following in [
        *((found.start(), found.end()) for found in _SEPARATED.finditer(line)),
        (len(line), len(line)),
    ]:
        before, piece, rest = line[:start], line[start:end].strip(), line[end:]
        start = following
        if not piece or _is_joined_to_ordinary(before, rest):
            continue
        letters = _letters(piece)
        if _is_titled(piece, any_case=any_case) and not _UNIT_OF_HONEY.match(rest) and not _NONE_OF_THEM.match(rest):
            # Without accents the lower level has a line of its own, or it is something lost: “HO SO MAT”.
            is_alone = is_first and (not any(map(str.isalnum, rest)) or _COPY_NUMBER.match(rest))
            if not piece.isascii() or is_alone or "toimat" in letters or "tuyetmat" in letters:
                return True
        elif piece == piece.upper() or any_case:
            # What has no accents no font reads otherwise: it was judged as it is typed.
            if _is_level(letters) and not (any_case and piece.isascii()) and not _UNIT_OF_HONEY.match(rest):
                return True
        elif _is_level(letters) and not letters.isascii():
            is_last = not rest.strip()
            if len(_base_letters(letters)) > len("mat") or (
                piece[0].isupper()
                and ((is_first and _COPY_NUMBER.match(rest)) or (is_last and _after_dash(line, piece)))
            ):
                return True
        is_first = False
    return False


def _is_joined_to_ordinary(before: str, rest: str) -> bool:
    """Whether an underscore joins it to a word that makes an ordinary one of it: “MẬT_ĐỘ”, “BAO_MAT”."""
    left, right = _WORD_JOINED_BEFORE.search(before), _WORD_JOINED_BEHIND.match(rest)
    return (left is not None and left[1].casefold() in _ORDINARY_BEFORE) or (
        right is not None and right[1].casefold() in _ORDINARY_AFTER
    )


def _is_titled(piece: str, *, any_case: bool) -> bool:
    """Whether it is the title of a marked paper: “HỒ SƠ MẬT SỐ 5”, “Danh mục Mật”."""
    paper = _PAPERS_BY_LETTERS.match(_letters(piece))
    if paper is None:
        return False
    behind = _BEHIND_BARE_MARK if piece.isascii() else _BEHIND_MARK
    for title in (piece, *(piece[: found.start()] for found in behind.finditer(piece))):
        if not _is_level(level := _letters(title)[paper.end() :]):
            continue
        if any_case or title == title.upper() or (not title.isascii() and _begins_with_capital(title, len(level))):
            return True
    return False


def _begins_with_capital(text: str, letter_count: int) -> bool:
    """Whether the last so many letters of the text begin with a capital."""
    letters = [letter for letter in text if letter.isalpha() or unicodedata.combining(letter)]
    return letters[-letter_count].isupper()


def _is_spelled_like_mark(line: str) -> bool:
    """Whether bare letters stand whole, by syllables or one by one: “M A T”, and not “Ma T” for Mã T."""
    words = _NAME_PIECES.findall(line.casefold())
    if not "".join(words).isascii() or all(len(word) == 1 for word in words):
        return True
    return all(word in ("mat", "toi", "tuyet", "toimat", "tuyetmat") for word in words)


def _after_dash(line: str, piece: str) -> bool:
    return line.rstrip().removesuffix(piece).rstrip().endswith(("-", "–", "—", "|"))


def _is_labelled_mark(line: str) -> bool:
    folded = line.casefold()
    found = _LABEL.search(folded)
    if found is not None and _level_behind(found["level"], _ENVELOPE_LETTERS):
        return True
    found = _CLASS_LABEL.search(_without_codes(line).casefold())
    return found is not None and _level_behind(found["level"], frozenset())


def _level_behind(words: str, envelope: frozenset[str]) -> bool:
    level = _letters(re.split(r"[;,.()\n]|\s{2,}|\s-\s", words.strip(' \t*"“(['), maxsplit=1)[0])
    return _is_level(level) or level in envelope


@lru_cache(maxsize=8192)
def _is_bare_label(text: str) -> bool:
    return _may_be_marked(text) and any(
        (found := _LABEL.search(reading.casefold())) is not None and not _letters(found["level"])
        for reading in _readings(text)
    )


def _has_mark_among_words(name: str) -> bool:
    pieces = list(_NAME_PIECES.finditer(name))
    words = [piece.group().casefold() for piece in pieces]
    for number, (piece, word) in enumerate(zip(pieces, words, strict=True)):
        before = words[number - 1] if number else ""
        after = words[number + 1] if number + 1 < len(words) else ""
        if not _is_level(word):
            if _has_glued_mark(piece.group()) and after not in _ORDINARY_AFTER:
                return True
            continue
        if len(_base_letters(word)) > len("mat") or (before and _is_level(before + word)):
            if (before + word).isascii() and after in _ORDINARY_AFTER:
                continue
            return True
        if before in _ORDINARY_BEFORE or after in _ORDINARY_AFTER or (before == "độ" and after in _NOT_MARKED_AFTER):
            continue
        if words[number + 1 :] in _NONE_AFTER:
            continue
        if not word.isascii():
            return True
        # Without accents the word may be mặt, mắt, mất: only one set off like a stamp counts.
        left, right = name[: piece.start()][-1:], name[piece.end() :][:1]
        is_set_off = left in {"", *_NAME_EDGES} and right in {"", *_NAME_EDGES}
        if is_set_off and (piece.group().isupper() or left in ("(", "[")):
            return True
    return False


def _has_glued_mark(word: str) -> bool:
    """Whether a word of a name ends with a mark that was set without a space: “BCMẬT”, “TTrTOIMAT”."""
    letters = word.casefold()
    for start in range(max(1, len(letters) - _LONGEST_LEVEL), len(letters) - 2):
        before, level = letters[:start], letters[start:]
        if not _is_level(level):
            continue
        if level.isascii():
            return before in _SHORT_PAPERS and word[start:].isupper()
        return not before.endswith(_ORDINARY_GLUED)
    return False
