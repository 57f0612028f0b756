"""What source.yml says of the series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from include.reference.exchange_rates import RateKind


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
    """The contract in this folder's source.yml."""
    written = yaml.safe_load(Path(__file__).with_name("source.yml").read_text(encoding="utf-8"))
    return Contract(
        publisher=written["publisher"],
        area=written["area"],
        series_key=tuple(written["series_key"]),
        other_keys=frozenset(written["other_keys"]),
        units=tuple((each["ending"], each["unit"]) for each in written["units"]),
        exchange_rates={code: (each["currency"], each["kind"]) for code, each in written["exchange_rates"].items()},
    )
