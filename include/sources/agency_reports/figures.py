"""One figure cell of an agency report: its number, mark or answer, in the unit its line is in."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from include.model import ValueState
from include.readers.grid import CellPosition, CellValue, Sheet, as_text
from include.reference import CodeList, WrittenUnit
from include.sources.agency_reports.labels import NO, YES
from include.vietnamese.money import UnitOfMeasure, read_unit
from include.vietnamese.numbers import Figure, NumberStyle, parse_figure
from include.vietnamese.text import match_key, normalise

_ANSWERS: Final[dict[str, tuple[int | None, ValueState]]] = {
    "co": (1, "reported"),
    "khong": (0, "reported"),
    "khong_co_trang": (None, "not_applicable"),
}
"""What is stored for the members of the lists behind có/không questions."""
_DIGIT_ANSWERS: Final = {"1": YES, "0": NO}
_NUMBERED_ANSWER: Final = re.compile(r"(\d)\s*[-–—.:)]*\s+(\D+)")
_CROSS: Final = re.compile(r"[xX]+")
_SHARES: Final = frozenset(map(match_key, ("%", "phần trăm", "tỷ lệ", "tỷ lệ %")))


def read_figure(
    sheet: Sheet,
    place: CellPosition,
    unit: UnitOfMeasure | Figure,
    style: NumberStyle | None,
    choices: CodeList | None = None,
) -> Figure:
    """What the cell says, in base units; what can be read in two ways is asked back with a code.

    `unit` is a Figure when the line's unit could not be told: that is the answer to any cell with a number.
    `choices` is the closed list of a question that is answered in words; yes is 1, no is 0.
    """
    if place in sheet.errors:
        return Figure(None, "missing", "ERROR_CELL", sheet.errors[place])
    if place in sheet.net_cells:
        return Figure(None, "missing", "FORMULA_NET", sheet.net_cells[place])
    if place in sheet.uncalculated:
        return Figure(None, "missing", "FORMULA_NO_VALUE", "công thức chưa có kết quả")
    value = sheet.value(*place)
    if choices is not None:
        return _read_answer(value, choices)
    if place in sheet.otherwise_cells:
        return Figure(None, "unreadable", "SHOWN_OTHERWISE", as_text(value))
    is_percent = place in sheet.percent_cells
    if isinstance(unit, Figure):
        told = parse_figure(value, style, percent_formatted=is_percent)
        return told if told.code is None and told.state != "reported" else unit
    return parse_figure(value, style, unit_factor=unit.factor, base_unit=unit.base_unit, percent_formatted=is_percent)


def _read_answer(value: CellValue, choices: CodeList) -> Figure:
    text = normalise(as_text(value))
    if not text:
        return Figure(None, "missing")
    is_yes_or_no = "co" in choices
    member = choices.named(_DIGIT_ANSWERS.get(text, text) if is_yes_or_no else text)
    if member is None and (numbered := _NUMBERED_ANSWER.fullmatch(text)):
        # "2 - lấy ý kiến": the words behind the number have to be that answer's own.
        named = choices.get(numbered[1])
        member = named if named is not None and choices.named(numbered[2]) is named else None
    if member is not None and is_yes_or_no:
        number, state = _ANSWERS[member.code]
        return Figure(None if number is None else Decimal(number), state)
    if member is not None:
        return Figure(Decimal(member.code), "reported")
    # A cross ticks "có" on one form and means "no data" on the next: it is asked back.
    if isinstance(value, str) and not _CROSS.fullmatch(text):
        marked = parse_figure(value, None)
        if marked.code is None and marked.state in ("missing", "not_applicable", "withheld"):
            return marked
    return Figure(None, "unreadable", "CHOICE_UNKNOWN", "; ".join(member.name_vi for member in choices.values()))


def unit_of_line(printed: str, printed_above: str, asked: WrittenUnit) -> UnitOfMeasure | Figure:
    """The unit a line's figure is in: as printed on the line, else for money as printed above it, else the form's.

    A unit that cannot be the one asked for comes back as a Figure that asks for it.
    """
    expected = UnitOfMeasure(asked.base_unit, asked.unit_factor)
    if not printed and expected.is_money:
        above = read_unit(printed_above)
        printed = printed_above if above is not None and above.is_money else ""
    if not printed or match_key(printed) == match_key(asked.unit_vi):
        return expected
    stated = read_unit(printed)
    if stated is not None and stated.base_unit == expected.base_unit:
        return stated
    if not expected.is_money and match_key(printed) not in _SHARES and (stated is None or not stated.is_money):
        # Beside a count, "bài viết" for "tin, bài" changes nothing; beside money, words we do not know do.
        return expected
    detail = f"đơn vị tính ghi “{printed}”, biểu mẫu dùng “{asked.unit_vi}”"
    return Figure(None, "unreadable", "UNIT_CONFLICT", detail, expected=asked.unit_vi)
