"""The words of a report sent as a Word document: its numbered sections, kept as they are written.

They are not analysed and not scored. Letterhead, addressees, signatures and lines that name a person are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from include.model import IgnoredRow, Narrative
from include.readers.docx import TEXT_PART
from include.readers.grid import Paragraph
from include.readers.kept_words import faults_in_words
from include.readers.personal_data import PERSON_NAME, kinds_in_text
from include.vietnamese.text import normalise

_NUMBERS: Final = (
    (1, re.compile(r"(?:phần|mục)\s+([IVX]{1,5}|\d{1,2})[.:)]?\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL)),
    (2, re.compile(r"([IVX]{1,5})[.)/]\s*(?P<rest>.+)", re.DOTALL)),
    (3, re.compile(r"(\d{1,2})[.)]\s+(?P<rest>.+)", re.DOTALL)),
    (4, re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[.)]?\s+(?P<rest>.+)", re.DOTALL)),
    (8, re.compile(r"([a-zđ])[.)]\s+(?P<rest>.+)", re.DOTALL)),
)
_SIGNATURE: Final = re.compile(
    r"nơi nhận|người lập|người tổng hợp|người ký|thủ trưởng|chủ tịch|phó chủ tịch|giám đốc|phó giám đốc|chánh văn phòng"
    r"|(?:tm|kt|tl|tuq|q)\.|\(?(?:đã )?ký\b|/\./",
    re.IGNORECASE,
)
_LONGEST_HEADING: Final = 160


def read_narrative(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Narrative, ...], tuple[IgnoredRow, ...]]:
    """The numbered sections in order, and the paragraphs left out, each under its rule.

    A section's number is that of the sections around it and its own ("II.1.a"). One that is a sentence has no heading.
    """
    sections: list[tuple[int, str, str, list[str]]] = []
    ignored: list[IgnoredRow] = []
    around: list[tuple[int, str]] = []
    is_signed = False
    for paragraph in paragraphs:
        text = normalise(paragraph.text)
        numbered = _numbered(text, paragraph.level)
        # A number begins a section again, also after a signature that stands before the annex.
        is_signed = numbered is None and (is_signed or bool(sections and _SIGNATURE.match(text)))
        rule = _left_out(text, is_signed=is_signed, is_before=numbered is None and not sections)
        if rule is not None:
            ignored.append(IgnoredRow(TEXT_PART, paragraph.number, rule))
            continue
        if numbered is None:
            sections[-1][3].append(text)
            continue
        level, number, rest = numbered
        around = [(each, name) for each, name in around if each < level]
        if number:
            around.append((level, number))
        is_heading = len(rest) <= _LONGEST_HEADING and not rest.endswith((".", ";"))
        path = ".".join(name for _, name in around)
        sections.append((paragraph.number, path, rest if is_heading else "", [] if is_heading else [rest]))
    kept = tuple(Narrative(number, path, heading, "\n".join(lines)) for number, path, heading, lines in sections)
    return kept, tuple(ignored)


def _numbered(text: str, styled_level: int | None) -> tuple[int, str, str] | None:
    """Level, number and words of a line that opens a section; its number is "" where only its style makes it one."""
    for level, pattern in _NUMBERS:
        if found := pattern.fullmatch(text):
            number = found[1]
            if level == 4:
                # 1.2 says by itself which section it is in.
                return level + number.count("."), number.rpartition(".")[2], found["rest"].strip()
            return level, number, found["rest"].strip()
    return None if styled_level is None else (styled_level, "", text)


def _left_out(text: str, *, is_signed: bool, is_before: bool) -> str | None:
    if is_signed:
        return "note_or_signature"
    if kinds_in_text(text):
        return "personal_data"
    if PERSON_NAME in faults_in_words(text):
        return "names_a_person"
    return "document_heading" if is_before else None
