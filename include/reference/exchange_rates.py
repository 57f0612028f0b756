"""Exchange rates that no feed gives, kept by hand, each with its publisher and day.

Rates of feeds come with their files. Which rate counts on a day is said in one place, the function
reference.exchange_rate_on of the warehouse.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from include.errors import CatalogueError
from include.warehouse.sql import run_file

_FILE: Final = Path(__file__).with_name("exchange_rates.csv")
_COLUMNS: Final = ("currency_code", "valid_from", "valid_to", "vnd_per_unit", "rate_kind", "source", "as_of_date")
_KINDS: Final = ("average", "end_of_period")
_AMOUNT: Final = re.compile(r"\d{1,12}(\.\d{1,12})?")


@dataclass(frozen=True, slots=True)
class KeptRate:
    """One line of the file: đồng for one unit of the currency, both days included."""

    line_number: int
    currency_code: str
    valid_from: date
    valid_to: date
    vnd_per_unit: Decimal
    rate_kind: str
    source: str
    as_of_date: date


def load_exchange_rates(path: Path = _FILE) -> tuple[KeptRate, ...]:
    """The lines of the file in its order; lines that begin with # are remarks.

    Raises CatalogueError with every mistake at once: another header, a line without publisher, a rate that is no
    positive number, two lines for one currency, period, kind and day of announcement.
    """
    written = [
        (number, line)
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    rows = list(csv.reader(line for _, line in written))
    if len(rows) != len(written):
        raise _mistakes(path, ["a quotation mark that does not close on its line"])
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise _mistakes(path, [f"line {written[0][0] if written else 1}: header {rows[0] if rows else []}"])
    rates: list[KeptRate] = []
    mistakes: list[str] = []
    lines_of: dict[tuple[object, ...], int] = {}
    for (number, _), row in zip(written[1:], rows[1:], strict=True):
        try:
            rate = _rate(number, row)
        except ValueError as mistake:
            mistakes.append(f"line {number}: {mistake}")
            continue
        key = (rate.currency_code, rate.valid_from, rate.valid_to, rate.rate_kind, rate.as_of_date)
        if key in lines_of:
            mistakes.append(f"line {number}: the same currency, period, kind and day as line {lines_of[key]}")
        lines_of.setdefault(key, number)
        rates.append(rate)
    if mistakes:
        raise _mistakes(path, mistakes)
    return tuple(rates)


def sync_exchange_rates(connection: Connection, path: Path = _FILE) -> int:
    """Bring the file's lines into reference.exchange_rate, in the caller's transaction; rows added or withdrawn.

    A line that left the file or was corrected is withdrawn, never changed: amounts released with it name its id.
    """
    rates = json.dumps([_as_row(rate) for rate in load_exchange_rates(path)], ensure_ascii=False)
    withdrawn = run_file(connection, "load/exchange_rate_withdrawn.sql", {"rates": rates}).rowcount
    return withdrawn + run_file(connection, "load/exchange_rate_kept.sql", {"rates": rates}).rowcount


def _rate(number: int, row: list[str]) -> KeptRate:
    if len(row) != len(_COLUMNS):
        raise ValueError(f"{len(row)} values for {len(_COLUMNS)} columns")
    currency, valid_from, valid_to, amount, kind, source, as_of = (text.strip() for text in row)
    if not re.fullmatch(r"[A-Z]{3}", currency) or currency == "VND":
        raise ValueError(f"currency {currency!r}")
    if not _AMOUNT.fullmatch(amount) or not Decimal(amount):
        raise ValueError(f"rate {amount!r} instead of a positive number with a decimal point")
    if kind not in _KINDS:
        raise ValueError(f"kind {kind!r} instead of {' or '.join(_KINDS)}")
    if not source:
        raise ValueError("no source")
    first, last = date.fromisoformat(valid_from), date.fromisoformat(valid_to)
    if last < first:
        raise ValueError(f"valid_to {last} before valid_from {first}")
    return KeptRate(number, currency, first, last, Decimal(amount), kind, source, date.fromisoformat(as_of))


def _as_row(rate: KeptRate) -> dict[str, Any]:
    return {name: value if isinstance(value, int) else str(value) for name, value in asdict(rate).items()}


def _mistakes(path: Path, mistakes: list[str]) -> CatalogueError:
    return CatalogueError(
        where=f"include/reference/{path.name}",
        found="; ".join(mistakes),
        expected="the columns " + ", ".join(_COLUMNS) + ", a published positive rate on every line, each once",
        remedy="Correct the lines named; docs/reference-data.md says what each column holds.",
    )
