"""Units of measure as headings print them: “ĐVT: triệu đồng” into the base unit values are stored in and a factor."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from include.vietnamese.text import normalise

CURRENCIES: Final = ("VND", "USD")
"""Base units of money."""


class UnitOfMeasure(NamedTuple):
    """A unit in which figures are printed: `factor` base units each. Base units of money are VND and USD."""

    base_unit: str
    factor: Decimal

    @property
    def is_money(self) -> bool:
        return self.base_unit in CURRENCIES


_THOUSAND: Final = Decimal(1000)
_MILLION: Final = Decimal(1000000)
_BILLION: Final = Decimal(1000000000)

_CURRENCY: Final = (
    (re.compile(r"(?:đồng|đ|vnđ|vnd|₫|đồng việt nam|đồng vn|việt nam đồng|(?:of )?(?:vietnam )?dong)\.?"), "VND"),
    (re.compile(r"(?:usd|us\s?\$|\$|đô[ -]?la(?:[ -](?:mỹ|mĩ|hoa kỳ))?|(?:of )?us dollars?)\.?"), "USD"),
)
_MAGNITUDE: Final = (
    (re.compile(r"(?:nghìn|ngàn) (?:tỷ|tỉ)\b\s*"), _THOUSAND * _BILLION),
    (re.compile(r"(?:tỷ|tỉ|billions?|bn)\b\.?\s*"), _BILLION),
    (re.compile(r"(?:triệu|millions?|mill?\.|tr(?:\.|\b|(?=đ)))\s*"), _MILLION),
    (re.compile(r"(?:1[.,]000[.,]000|1000000)\s*"), _MILLION),
    (re.compile(r"(?:nghìn|ngàn|thousands?)\b\s*"), _THOUSAND),
    (re.compile(r"(?:1[.,]000|1000)\s*"), _THOUSAND),
)
_LABEL: Final = re.compile(r"(?:đơn vị tính|đơn vị|đvị tính|đ\.\s?v\.\s?t|đvt)\s*(?:[:;.]|[-–—](?=\s))?\s*")
_BRACKETED: Final = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_TWO_LANGUAGES: Final = re.compile(r"\s+[-–—]\s+|\s*/\s*")
_TWO_UNITS: Final = re.compile(r"\s*[;,]\s*|\s+và\s+")
_EDGES: Final = " .:;()[]"
_STATES_UNIT: Final = re.compile(
    r"(?<!\w)(?:(?P<sure>đơn vị tính|đvị tính|đ\.\s?v\.\s?t|đvt)|đơn vị"
    r"|(?:tính|ghi|quy đổi)\s+(?:bằng|theo|ra|về)(?:\s+đơn vị(?:\s+tính)?)?)(?!\w)"
    r"\s*(?:là\s|[:;.=]|[-–—](?=\s))?\s*"
)
_ENDS: Final = re.compile(r"\s*(?:$|[.,;:()\[\]–—-])")
_PLAIN_WORDS: Final = {
    "don": "đơn",
    "vi": "vị",
    "tinh": "tính",
    "dvt": "đvt",
    "nghin": "nghìn",
    "ngan": "ngàn",
    "trieu": "triệu",
    "ty": "tỷ",
    "dong": "đồng",
}
"""Words of a unit typed without accents, for texts that have none at all."""


def split_magnitude(text: str) -> tuple[Decimal, str]:
    """How many units a leading nghìn, triệu, tỷ (tr., 1.000, million) stands for, and the rest of the text."""
    for pattern, factor in _MAGNITUDE:
        found = pattern.match(text)
        if found:
            return factor, text[found.end() :]
    return Decimal(1), text


def read_currency(text: str) -> str | None:
    """VND or USD when lower-case text names that currency and nothing else."""
    return next((code for pattern, code in _CURRENCY if pattern.fullmatch(text)), None)


@lru_cache(maxsize=1024)
def read_unit(text: str) -> UnitOfMeasure | None:
    """The unit a unit cell or unit line states, with or without “Đơn vị tính:” before it.

    Money comes back in VND or USD, anything else under its own lower-case name (“tin, bài”, “dự án”, “%”).
    None when nothing is stated, when two different units are, or when a magnitude stands without its currency:
    those are asked back.
    """
    line = normalise(text).lower()
    label = _LABEL.match(line.lstrip(_EDGES))
    stated = (line.lstrip(_EDGES)[label.end() :] if label else line).strip(_EDGES)
    if not stated:
        return None
    whole = _read_one(stated)
    if whole is not None and whole.is_money:
        return whole
    parts = [_read_one(part.strip(_EDGES)) for part in _TWO_UNITS.split(stated)]
    if len(parts) > 1:
        return None if any(part is not None and part.is_money for part in parts) else whole
    # One unit in two languages must agree with itself; USD/người is a rate, not money.
    spoken = {_read_one(part.strip(_EDGES)) for part in _TWO_LANGUAGES.split(stated)}
    money = {unit for unit in spoken if unit is not None and unit.is_money}
    if len(money) == 1 and (spoken == money or "/" not in stated):
        return money.pop()
    return None if len(money) > 1 else whole


def find_unit(text: str) -> UnitOfMeasure | None:
    """The unit stated somewhere in a heading: after “ĐVT:”, in the last brackets (“Vốn đăng ký (triệu USD)”), or alone.

    Without a label or brackets only money is believed: other words of a heading are not its unit.
    """
    line = normalise(text).lower()
    label = _LABEL.search(line)
    if label:
        return read_unit(line[label.end() :].split(")")[0])
    bracketed = [part for part in _BRACKETED.findall(line) if re.search(r"[^\W\d_]|[%$₫]", part)]
    if bracketed:
        return read_unit(bracketed[-1])
    unit = read_unit(line)
    return unit if unit is not None and unit.is_money else None


_LONGEST_ALONE = 500
"""What stands in a cell as a unit and nothing else is shorter, whatever brackets are around it."""


@lru_cache(maxsize=1024)
def find_stated_money(text: str) -> tuple[UnitOfMeasure, ...]:
    """The units of money a remark states that figures are in: behind “ĐVT:” or “tính bằng”, or alone in its cell.

    An amount (“500 nghìn đồng”) states none, nor does a rate (“đồng/người”).
    """
    line = normalise(text).lower()
    if line.isascii():
        line = re.sub(r"[a-z]+", lambda word: _PLAIN_WORDS.get(word[0], word[0]), line)
    bare = line.strip(_EDGES)
    alone = read_unit(bare) if len(bare) <= _LONGEST_ALONE else None
    if alone is not None and alone.is_money:
        return (alone,)
    found = (_money_behind(label, line) for label in _STATES_UNIT.finditer(line))
    return tuple(unit for unit in found if unit is not None)


def _money_behind(label: re.Match[str], line: str) -> UnitOfMeasure | None:
    stated = line[label.end() :].lstrip("([ ")
    factor, rest = split_magnitude(stated)
    for pattern, code in _CURRENCY:
        currency = pattern.match(rest)
        if currency is None or re.match(r"\w|\s*/", rest[currency.end() :]):
            continue
        if label["sure"]:
            return UnitOfMeasure(code, factor)
        # “Tính theo đồng bào”, “mỗi đơn vị 1.000 đồng”: words less certain than “ĐVT” need a plain unit behind them.
        is_plain = not stated[0].isdigit() and (factor != 1 or _ENDS.match(rest[currency.end() :]))
        return UnitOfMeasure(code, factor) if is_plain else None
    return None


def _read_one(stated: str) -> UnitOfMeasure | None:
    factor, rest = split_magnitude(stated)
    rest = rest.strip(_EDGES)
    currency = read_currency(rest)
    if currency:
        return UnitOfMeasure(currency, factor)
    if not rest:
        return None
    return UnitOfMeasure(rest, factor)
