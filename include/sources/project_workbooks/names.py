"""Names in a register's cells: countries, donors, sectors, zones, communes, currencies. Exact, or asked back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from include.reference import CodeList, Reference, load_reference
from include.reference.our_province import load_our_province
from include.reference.shapes import is_valid_on
from include.sources.project_workbooks.layout import WHOLE_PROVINCE
from include.vietnamese.names import NameIndex
from include.vietnamese.text import match_key

_WHOLE_PROVINCE: Final = frozenset(
    map(match_key, (WHOLE_PROVINCE, "Cả tỉnh", "Trên địa bàn tỉnh", "Nhiều xã, phường", "Tỉnh Đồng Tháp"))
)
_CODE_AND_NAME: Final = re.compile(r"(\w+)\s*[-–.:]\s*(\S.*)")
_FEW: Final = 4


def find_code(list_code: str, text: str, reference: Reference, on: date) -> tuple[str | None, str]:
    """The code of the entry the text names on a day, and what to write instead where it is none of that day.

    A commune of before that lies whole in one of today has both: its code, and the name to write.
    """
    if list_code == "commune":
        return _find_place(text, reference, on)
    entries = reference.code_lists[list_code]
    member = entries.named(text)
    if member is None and (both := _CODE_AND_NAME.fullmatch(text)):
        # "C - Công nghiệp chế biến, chế tạo": the words have to be that code's own.
        named = entries.named(both[2])
        member = named if named is not None and entries.named(both[1]) is named else None
    if member is not None and is_valid_on(member.valid_from, member.valid_to, on):
        return member.code, ""
    return None, _suggest(entries, text)


def _find_place(text: str, reference: Reference, on: date) -> tuple[str | None, str]:
    if match_key(text) in _WHOLE_PROVINCE:
        return load_our_province().code, ""
    unit = reference.unit_named(text, on)
    if unit is not None and unit.kind == "commune":
        return unit.code, ""
    successions = reference.successors_of(text)
    today = [each.name_vi for each in reference.successor_units_of(text)]
    if len({each.former_code for each in successions}) == 1 == len(successions) and not successions[0].is_partial:
        # The whole former commune lies in one of today: where the project is needs no asking.
        return successions[0].successor_code, today[0]
    if today:
        return None, "xã, phường từ 01/7/2025: " + " hoặc ".join(f"“{name}”" for name in today)
    return None, _suggest(reference.code_lists["commune"], text)


def _suggest(entries: CodeList, text: str) -> str:
    names = [member.name_vi for member in entries.values()]
    near = names if len(names) <= _FEW else _index(entries.code).suggest(text)
    return " hoặc ".join(f"“{name}”" for name in near) or f"một tên trong danh mục {entries.name_vi}"


@cache
def _index(list_code: str) -> NameIndex:
    members = load_reference().code_lists[list_code].values()
    return NameIndex({member.name_vi: (member.name_vi, *member.aliases) for member in members})


def find_currency(text: str) -> tuple[str | None, str]:
    """The ISO code of the currency the text names, and, when it names none, what to write instead."""
    match = _currency_index().match(text)
    near = " hoặc ".join(f"“{name}”" for name in match.suggestions)
    return match.code, near or "mã tiền ba chữ cái, ví dụ “USD”, “EUR”, “JPY”"


def currency_codes() -> tuple[str, ...]:
    """The currencies a register may state amounts in, the commonest first."""
    return tuple(_currencies())


@cache
def _currency_index() -> NameIndex:
    return NameIndex({code: (code, *names) for code, names in _currencies().items()})


@cache
def _currencies() -> Mapping[str, list[str]]:
    return yaml.safe_load(Path(__file__).with_name("currencies.yml").read_text(encoding="utf-8"))
