"""What one unit of a foreign currency was in đồng, on which days, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from include.errors import ExchangeRateMissing

RateKind = Literal["average", "end_of_period"]


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """đồng for one unit of `currency` over the period it was published for, both ends included.

    `source` is the publisher and series, `cell` where in the file it stood, `as_of_date` when the file was made.
    """

    currency: str
    valid_from: date
    valid_to: date
    vnd: Decimal
    kind: RateKind
    source: str
    cell: str
    as_of_date: date


def rate_on(currency: str, day: date, rates: Iterable[ExchangeRate], *, kind: RateKind = "average") -> ExchangeRate:
    """The rate published for the shortest period that holds the day, in the newest file that has it.

    An average by default, because what is converted is money that flowed. Nothing is interpolated and no
    neighbouring period is taken: raises ExchangeRateMissing, naming currency and day, where there is none, and where
    one file gives two different ones.
    """
    of_currency = [rate for rate in rates if rate.currency == currency and rate.kind == kind]
    holding = [rate for rate in of_currency if rate.valid_from <= day <= rate.valid_to]
    where = f"exchange rate {currency} on {day:%Y-%m-%d}"
    if not holding:
        raise ExchangeRateMissing(
            where=where,
            found=_known(of_currency),
            expected=f"a rate ({kind}) published for a period with {day:%Y-%m-%d} in it",
            remedy=f"Read a file with the rates of {currency} for that day; it is not taken from another day.",
        )
    best = max(holding, key=lambda rate: (rate.valid_from - rate.valid_to, rate.as_of_date))
    rivals = [
        rate
        for rate in holding
        if (rate.valid_from, rate.valid_to, rate.as_of_date) == (best.valid_from, best.valid_to, best.as_of_date)
        and rate.vnd != best.vnd
    ]
    if rivals:
        raise ExchangeRateMissing(
            where=where,
            found=f"{best.vnd} ({best.source}, {best.cell}) and {rivals[0].vnd} ({rivals[0].source}, {rivals[0].cell})",
            expected="one rate",
            remedy="Ask the publisher which is right and leave out the other.",
        )
    return best


def _known(rates: list[ExchangeRate]) -> str:
    if not rates:
        return "no rate of that currency"
    first, last = min(rate.valid_from for rate in rates), max(rate.valid_to for rate in rates)
    return f"rates from {first:%Y-%m-%d} to {last:%Y-%m-%d} only"
