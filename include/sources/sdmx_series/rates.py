"""Exchange rates among the points of the National Summary Data Page."""

from __future__ import annotations

from collections.abc import Iterable

from include.model import SeriesPoint
from include.reference.exchange_rates import ExchangeRate
from include.sources.sdmx_series.contract import load_contract


def exchange_rates_in(points: Iterable[SeriesPoint]) -> tuple[ExchangeRate, ...]:
    """The points of series the contract calls exchange rates, as dated rates; points without a value are left out."""
    series = load_contract().exchange_rates
    return tuple(
        ExchangeRate(
            currency=series[point.series_code][0],
            valid_from=point.window_start,
            valid_to=point.window_end,
            vnd=point.value,
            kind=series[point.series_code][1],
            source=f"{point.publisher}, {point.series_code}",
            cell=point.cell,
            as_of_date=point.as_of_date,
        )
        for point in points
        if point.series_code in series and point.value is not None
    )
