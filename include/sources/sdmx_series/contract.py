"""What source.yml says of the series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from include.errors import SourceContractError

RateKind = Literal["average", "end_of_period"]


@dataclass(frozen=True, slots=True)
class Contract:
    """All of source.yml that reading needs; `exchange_rates` maps a series to currency and kind."""

    publisher: str
    area: str
    series_key: tuple[str, ...]
    other_keys: frozenset[str]
    units: tuple[tuple[str, str], ...]
    exchange_rates: dict[str, tuple[str, RateKind]]

    def unit_of(self, indicator: str) -> str | None:
        """What one unit of an indicator is; None when no ending fits."""
        return next((unit for ending, unit in self.units if indicator.endswith(ending)), None)


@cache
def load_contract() -> Contract:
    """The contract in this folder's source.yml.

    Raises SourceContractError when two series are said to be the same rate.
    """
    written = yaml.safe_load(Path(__file__).with_name("source.yml").read_text(encoding="utf-8"))
    rates = {code: (each["currency"], each["kind"]) for code, each in written["exchange_rates"].items()}
    if len(set(rates.values())) < len(rates):
        raise SourceContractError(
            where="include/sources/sdmx_series/source.yml, exchange_rates",
            found="two series of one currency and kind",
            expected="one series for each currency and kind",
            remedy="Keep the series whose rates are meant.",
        )
    return Contract(
        publisher=written["publisher"],
        area=written["area"],
        series_key=tuple(written["series_key"]),
        other_keys=frozenset(written["other_keys"]),
        units=tuple((each["ending"], each["unit"]) for each in written["units"]),
        exchange_rates=rates,
    )
