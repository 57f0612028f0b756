"""The unit a money column is printed in: its heading's, else the line's above the table, else the form's."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from include.readers.table import Table
from include.sources.project_workbooks.layout import OWN_CURRENCY, Column
from include.sources.project_workbooks.names import find_currency
from include.vietnamese.money import find_unit, read_unit, split_magnitude

_BRACKETED: Final = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_PARTS: Final = re.compile(r"\s*[,;/]\s*")
_OWN_WORDS: Final = ("nguyên tệ", "ngoại tệ", "nguyên tệ gốc")


class MoneyUnit(NamedTuple):
    """`factor` whole units of `currency` make one printed; the currency is None where each line states its own."""

    currency: str | None
    factor: Decimal


class UnitsDisagree(Exception):
    """The heading and the unit line above the table name one currency in two sizes; carries both as printed."""

    def __init__(self, heading: str, above: str) -> None:
        self.heading, self.above = heading, above
        super().__init__(heading, above)


def unit_of_column(column: Column, table: Table) -> MoneyUnit:
    """The unit of a money column. Raises UnitsDisagree."""
    heading = table.labels.get(table.columns[column.role], "")
    in_heading = _read_heading(heading)
    above = _read_words(table.unit_line.unit) if table.unit_line else None
    if in_heading is None:
        usual = None if column.unit == OWN_CURRENCY else column.unit
        return above or MoneyUnit(usual, column.factor)
    if table.unit_line and above and above.currency == in_heading.currency and above.factor != in_heading.factor:
        raise UnitsDisagree(heading, table.unit_line.text)
    if in_heading.currency is None and column.unit != OWN_CURRENCY:
        return MoneyUnit(column.unit, in_heading.factor)
    return in_heading


def _read_heading(heading: str) -> MoneyUnit | None:
    stated = find_unit(heading)
    if stated is not None and stated.is_money:
        return MoneyUnit(stated.base_unit, stated.factor)
    bracketed = _BRACKETED.findall(heading)
    return _read_words(bracketed[-1]) if bracketed else None


def _read_words(words: str) -> MoneyUnit | None:
    """“triệu USD, có thể âm”, “nguyên tệ, triệu”, “nghìn EUR”; None when no money is spoken of."""
    currency: str | None = None
    factor: Decimal | None = None
    is_own = False
    for part in _PARTS.split(words.lower().strip()):
        money = read_unit(part)
        if money is not None and money.is_money:
            return MoneyUnit(money.base_unit, money.factor)
        size, rest = split_magnitude(part)
        rest = rest.strip(" .")
        if rest in _OWN_WORDS:
            is_own = True
        elif rest:
            currency = find_currency(rest)[0]
            if currency is None:
                continue
        if size != 1:
            factor = size
    if factor is None and currency is None and not is_own:
        return None
    return MoneyUnit(currency, factor or Decimal(1))
