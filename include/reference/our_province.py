"""How feeds from abroad name the province, and under which code on which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from include.vietnamese.text import match_key

_FILE = Path(__file__).with_name("our_province.yml")


@dataclass(frozen=True, slots=True)
class OurProvince:
    """The province today and its two former halves; the maps give the former code of a name or GeoNames number."""

    code: str
    merged_on: date
    codes_by_name: dict[str, str]
    codes_by_geoname: dict[str, str]

    def code_named(self, text: str, on: date) -> str | None:
        """The code on that day of the half the text names, None when it names neither and nothing but it."""
        return self._on(self.codes_by_name.get(match_key(text)), on)

    def code_of_geoname(self, number: str, on: date) -> str | None:
        """The code on that day of the half with that GeoNames number, or None."""
        return self._on(self.codes_by_geoname.get(number), on)

    def _on(self, former: str | None, on: date) -> str | None:
        return self.code if former is not None and on >= self.merged_on else former


@cache
def load_our_province() -> OurProvince:
    """The province of our_province.yml."""
    written = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    halves = written["halves"]
    return OurProvince(
        code=written["code"],
        merged_on=written["merged_on"],
        codes_by_name={match_key(name): half["code"] for half in halves for name in half["spellings"]},
        codes_by_geoname={half["geonames"]: half["code"] for half in halves},
    )
