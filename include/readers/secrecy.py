"""Finds marks of state secrecy (Mật, Tối mật, Tuyệt mật) so that a marked file is refused and not kept.

A mark stands alone: in its cell, its line, its page header, or behind "Độ mật:". The same syllable
inside words is none: bảo mật, bí mật nhà nước, mật độ, mật ong, "Độ mật: không". A stamp that is only
a picture cannot be seen here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import Literal

from include.readers.grid import Sheet, Workbook, address
from include.vietnamese import tcvn3, vni

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

_MARKS = frozenset({"mật", "tốimật", "tuyệtmật", "mat", "toimat", "tuyetmat"})
# Words that with a mark behind them are printed as a stamp; in a sentence they are ordinary words.
_STAMP_PREFIXES = ("tàiliệu", "vănbản", "hồsơ", "dấu", "đóngdấu", "độ", "mứcđộ", "cấpđộ")
_ENVELOPE_LETTERS = frozenset({"a", "b", "c"})
_LONGEST_STAMP = 60
_LONGEST_REMEMBERED = 200

# Letters of other alphabets that print like the ones in MẬT, TỐI MẬT, TUYỆT MẬT.
_LOOKALIKES = str.maketrans("МмАаТтОоІіУуЕеΜΑΤΟΙΥΕ", "MmAaTtOoIiYyEeMATOIYE")

_LABEL = re.compile(
    r"(?:(?:dấu\s+)?(?:chỉ\s+)?(?:mức\s+|cấp\s+)?độ\s*mật|\bdo\s+mat)\s*(?:\([^)]*\)\s*)?[:=.\-–—]*\s*(?P<level>.*)",
    re.DOTALL,
)
_SEPARATED = re.compile(r"\s{2,}|\t|[|;:()\[\]{}<>«»“”\"–—]|\s-\s")
_NAME_PIECES = re.compile(r"[^\W\d_]+")
_NAME_EDGES = frozenset("_-.()[]{}+,;")

_ORDINARY_BEFORE = frozenset("bảo bao bí bi cơ co thân than cẩn can tuần trăng trang".split())
_ORDINARY_AFTER = frozenset(
    "độ do ong khẩu khau thiết thiet mã ma vụ vu danh đàm dam ngữ ngu thư thu hoa mía mia gấu gau rỉ ri".split()
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a mark stands. Its text is not kept, nor anything beside it."""

    place: MarkPlace
    sheet: str | None = None
    cell: str | None = None


def find_marks(workbook: Workbook, file_name: str = "") -> tuple[Mark, ...]:
    """Every secrecy mark in a workbook, its hidden sheets included, and in the name it was sent under."""
    return tuple(_all_marks(workbook, file_name))


def _all_marks(workbook: Workbook, file_name: str) -> Iterator[Mark]:
    if file_name and name_is_marked(PurePath(file_name.replace("\\", "/")).stem):
        yield Mark("file_name")
    for loose in workbook.loose_texts:
        if loose.place == "defined_name":
            # Every second old cost estimate names a range MAT (materials): there only accents count.
            is_marked = not loose.text.isascii() and name_is_marked(loose.text)
        else:
            is_marked = is_marked_text(loose.text)
        if is_marked:
            yield Mark(loose.place, loose.sheet)
    for sheet in workbook.sheets:
        if name_is_marked(sheet.name):
            yield Mark("sheet_name", sheet.name)
        yield from _marks_in_cells(sheet)


def _marks_in_cells(sheet: Sheet) -> Iterator[Mark]:
    known: dict[str, bool] = {}
    for row_index, row in enumerate(sheet.rows):
        label_waits = False
        for column, value in enumerate(row):
            if not isinstance(value, str):
                label_waits = label_waits and value is None
                continue
            is_marked = known.get(value)
            if is_marked is None:
                is_marked = known[value] = is_marked_text(value)
            # "Độ mật" in one cell and the envelope letter in the next.
            if is_marked or (label_waits and _letters(value) in _ENVELOPE_LETTERS):
                yield Mark("cell", sheet.name, address(row_index, column))
            label_waits = len(value) <= _LONGEST_STAMP and _is_bare_label(value)


def is_marked_text(text: str) -> bool:
    """Whether a cell or paragraph holds a mark: alone, alone in one of its lines, or behind its label."""
    # Labels come back in every report of a batch; long texts would only fill the memory.
    return _remembered_mark(text) if len(text) <= _LONGEST_REMEMBERED else _remembered_mark.__wrapped__(text)


@lru_cache(maxsize=8192)
def _remembered_mark(text: str) -> bool:
    if not _may_be_marked(text):
        return False
    return any(
        _is_stamp(reading) or _is_labelled_mark(reading)
        for line in text.splitlines()
        if line.strip()
        for reading in _readings(line)
    )


def name_is_marked(name: str) -> bool:
    """Whether a file, sheet or defined name carries a mark: "BC (MẬT)", "Toi mat - 2026", "BC_MAT"."""
    if not _may_be_marked(name):
        return False
    return any(_is_stamp(reading) or _has_mark_among_words(reading) for reading in _readings(name))


def _may_be_marked(text: str) -> bool:
    # Every mark, and the label "Độ mật", has an M; most cells are dismissed here.
    return "m" in text.translate(_LOOKALIKES).casefold() or "\uff2d" in text or "\uff4d" in text


def _readings(line: str) -> Iterator[str]:
    """The line in composed form, and what it says if it was typed in an old font encoding."""
    plain = unicodedata.normalize("NFKC", line).translate(_LOOKALIKES)
    yield unicodedata.normalize("NFC", plain)
    if len(line) <= _LONGEST_STAMP and not line.isascii():
        yield unicodedata.normalize("NFC", tcvn3.decode(line))
        yield unicodedata.normalize("NFC", vni.decode(line))


def _letters(text: str) -> str:
    """Lower-case letters only: "M Ậ T", "m.ậ.t" and "(MẬT)" are all "mật"."""
    return "".join(letter for letter in text.casefold() if letter.isalpha() or unicodedata.combining(letter))


def _is_stamp(line: str) -> bool:
    if _letters(line) in _MARKS:
        return True
    if len(line) > _LONGEST_STAMP * 3:
        return False
    for piece in _SEPARATED.split(line):
        if piece and piece == piece.upper():
            letters = _letters(piece)
            if letters in _MARKS or any(
                letters.startswith(prefix) and letters.removeprefix(prefix) in _MARKS for prefix in _STAMP_PREFIXES[:5]
            ):
                return True
    return False


def _is_labelled_mark(line: str) -> bool:
    found = _LABEL.search(line.casefold())
    if found is None:
        return False
    level = re.split(r"[;,.()\n]|\s{2,}|\s-\s", found["level"].strip(), maxsplit=1)[0]
    return _letters(level) in _MARKS or _letters(level) in _ENVELOPE_LETTERS


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
        if word not in ("mật", "mat"):
            continue
        before = words[number - 1] if number else ""
        after = words[number + 1] if number + 1 < len(words) else ""
        if before in ("tối", "tuyệt", "toi", "tuyet"):
            return True
        if before in _ORDINARY_BEFORE or after in _ORDINARY_AFTER:
            continue
        if word == "mật":
            return True
        # Without accents the word may be mặt, mắt, mất: only one set off like a stamp counts.
        left, right = name[: piece.start()][-1:], name[piece.end() :][:1]
        is_set_off = left in {"", *_NAME_EDGES} and right in {"", *_NAME_EDGES}
        if is_set_off and (piece.group().isupper() or left in ("(", "[")):
            return True
    return False
