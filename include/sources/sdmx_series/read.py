"""Read SDMX-ML 2.1 messages, generic or structure-specific, into points with their multiplier applied.

Runs in the sandbox's child process. sdmx1 understands the message; a second pass of our own knows the lines, and the
two must agree on every series.
"""

from __future__ import annotations

import calendar
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from pathlib import Path
from typing import Any, Final

from include.model import Finding, IgnoredRow, Reading, SeriesPoint
from include.readers import WorkbookRefused
from include.readers.grid import sheet_of_whole
from include.readers.markup import children_named, read_elements
from include.sources.sdmx_series.contract import Contract, RateKind, load_contract

_PLAIN: Final = re.compile(r"-?\d{1,30}(?:\.\d{1,25})?(?:[Ee][+-]?\d{1,2})?")
_VIETNAMESE: Final = re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+)")
_THOUSAND_LIKE: Final = re.compile(r"-?\d{1,3}\.\d{3}")
_MULTIPLIER: Final = re.compile(r"-?\d{1,2}")
_EXACT: Final = Context(prec=80)
_PERIODS: Final = (
    ("A", re.compile(r"(\d{4})(?:-A1)?")),
    ("S", re.compile(r"(\d{4})-S([12])")),
    ("Q", re.compile(r"(\d{4})-Q([1-4])")),
    ("M", re.compile(r"(\d{4})-M?(0[1-9]|1[0-2])")),
    ("D", re.compile(r"(\d{4})-(\d{2})-(\d{2})")),
)
_MONTHS: Final = {"A": 12, "S": 6, "Q": 3, "M": 1}


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Every observation of Việt Nam's series; a refusal where a series' key, multiplier or unit is not understood.

    The day the message was prepared is the day its points are as of; `received_at` stands in where it does not say.
    A message about other areas only gives no points.
    """
    try:
        lines = _series_lines(Path(path))
    except WorkbookRefused as refused:
        return _refused(Finding(refused.code, found=refused.detail))
    if not lines:
        return _refused(Finding("SDMX_NO_SERIES", expected="Series"))
    try:
        message = _parse(Path(path))
    except Exception as error:  # the library raises whatever its own handlers stumble on
        return _refused(Finding("SDMX_UNREADABLE", found=type(error).__name__))
    read = [(key, obs) for data_set in message.data for key, obs in data_set.series.items()]
    if [len(obs) for _, obs in read] != [len(series) for series in lines]:
        found = f"{len(read)}, {sum(len(obs) for _, obs in read)}"
        expected = f"{len(lines)}, {sum(map(len, lines))}"
        return _refused(Finding("SDMX_DUPLICATE", found=found, expected=expected))
    prepared = message.header.prepared
    made_on = prepared.date() if isinstance(prepared, datetime) else received_at.date()
    return _MessageReader(load_contract(), sheet_of_whole(original_name), made_on).read(read, lines)


def _series_lines(path: Path) -> list[list[int]]:
    """The line of every observation, series by series."""
    return [
        [int(obs.sourceline or 0) for obs in children_named(series, "Obs")] for series in read_elements(path, "Series")
    ]


def _parse(path: Path) -> Any:
    import sdmx

    # Without the structure at hand it warns once a file; what it then calls dimensions is checked by the contract.
    logging.getLogger("sdmx").setLevel(logging.ERROR)
    message = sdmx.read_sdmx(path)
    if not isinstance(message, sdmx.message.DataMessage):
        raise TypeError("not a data message")
    return message


def _refused(refusal: Finding, *others: Finding) -> Reading:
    return Reading(heading=None, refusal=refusal, findings=others)


@dataclass(frozen=True, slots=True)
class _Series:
    """What every observation of a series shares."""

    code: str
    frequency: Any
    unit: str
    path: str
    rate_currency: str | None
    rate_kind: RateKind | None


class _MessageReader:
    """One pass over one message."""

    def __init__(self, contract: Contract, sheet: str, made_on: date) -> None:
        self.contract = contract
        self.sheet = sheet
        self.made_on = made_on
        self.points: list[SeriesPoint] = []
        self.ignored: list[IgnoredRow] = []
        self.findings: list[Finding] = []
        self.problems: list[Finding] = []
        self.has_vietnamese_numbers = False
        self.seen: set[tuple[str, tuple[date, date]]] = set()
        self.scopes: set[tuple[str, str]] = set()

    def read(self, series: list[tuple[Any, Any]], lines: list[list[int]]) -> Reading:
        """The reading of all series, or the refusal with everything else there is to say."""
        texts = [str(obs.value) for _, observations in series for obs in observations if obs.value is not None]
        vietnamese = [text for text in texts if _VIETNAMESE.fullmatch(text) and not _PLAIN.fullmatch(text)]
        self.has_vietnamese_numbers = bool(vietnamese)
        if vietnamese:
            self.findings.append(Finding("SDMX_NUMBER_STYLE", found=str(len(vietnamese)), expected=vietnamese[0]))
        for number, ((key, observations), where) in enumerate(zip(series, lines, strict=True), start=1):
            self._read_series(number, key, observations, where)
        if self.problems:
            return _refused(self.problems[0], *self.problems[1:], *self.findings)
        return Reading(
            heading=None,
            series_points=tuple(self.points),
            ignored_rows=tuple(self.ignored),
            findings=tuple(self.findings),
            subject=self._subject(),
        )

    def _subject(self) -> str:
        """Which data of which area the message holds.

        Its DataSetID and its own id are made anew for every download; what stays are the domains of its series.
        """
        domains, areas = (sorted({each[place] for each in self.scopes}) for place in (0, 1))
        return f"{'+'.join(domains)}/{'+'.join(areas)}"

    def _read_series(self, number: int, key: Any, observations: Iterable[Any], lines: list[int]) -> None:
        values = {name: str(each.value) for name, each in (*key.values.items(), *key.attrib.items())}
        path = f"//Series[{number}]"
        place = f"{path} (line {lines[0]})" if lines else path
        unknown = sorted(values.keys() - {*self.contract.series_key, *self.contract.other_keys})
        missing = sorted({*self.contract.series_key, "REF_AREA", "FREQ"} - values.keys())
        if unknown or missing:
            found = ", ".join([*(f"+{name}" for name in unknown), *(f"-{name}" for name in missing)])
            self.problems.append(Finding("SDMX_KEY", None, place, found, ", ".join(self.contract.series_key)))
            return
        self.scopes.add((values[self.contract.series_key[0]], values["REF_AREA"]))
        if values["REF_AREA"] != self.contract.area:
            self.ignored.append(IgnoredRow(self.sheet, lines[0] if lines else 0, "other_area", len(lines)))
            return
        code = ".".join(values[name] for name in self.contract.series_key)
        unit = self.contract.unit_of(values["INDICATOR"])
        if unit is None:
            endings = ", ".join(ending for ending, _ in self.contract.units)
            self.problems.append(Finding("SDMX_UNIT_UNKNOWN", None, place, values["INDICATOR"], endings, code))
            return
        series = _Series(code, values["FREQ"], unit, path, *self.contract.exchange_rates.get(code, (None, None)))
        for index, (observation, line) in enumerate(zip(observations, lines, strict=True), start=1):
            attached = {name: str(each.value) for name, each in observation.attached_attribute.items()}
            multiplier = attached.get("UNIT_MULT", values.get("UNIT_MULT", ""))
            cell = f"{path}/Obs[{index}] (line {line})"
            if not _MULTIPLIER.fullmatch(multiplier):
                self.problems.append(Finding("SDMX_MULTIPLIER", None, place, multiplier, "UNIT_MULT", code))
                return
            self._read_observation(series, observation, int(multiplier), cell)

    def _read_observation(self, series: _Series, observation: Any, multiplier: int, cell: str) -> None:
        key = observation.dimension
        period = str(next(iter(key.values.values())).value) if key is not None and key.values else ""
        window = _window(series.frequency, period)
        if window is None:
            self.problems.append(
                Finding("SDMX_PERIOD", None, cell, f"{period}, FREQ={series.frequency}", "", series.code)
            )
            return
        # Not the library's key: without the structure it takes UNIT_MULT for a part of it.
        if (series.code, window) in self.seen:
            self.problems.append(Finding("SDMX_POINT_REPEATED", None, cell, period, subject=series.code))
            return
        self.seen.add((series.code, window))
        text = "" if observation.value is None else str(observation.value).strip()
        is_missing = text in ("", "NaN")
        value = None if is_missing else self._number(text)
        code = None if is_missing or value is not None else "SDMX_VALUE_UNREADABLE"
        if code is not None:
            self.findings.append(Finding(code, None, cell, found=text[:60], subject=series.code))
        self.points.append(
            SeriesPoint(
                line_number=len(self.points) + 1,
                series_code=series.code,
                area_code=self.contract.area,
                frequency=series.frequency,
                window_start=window[0],
                window_end=window[1],
                value=None if value is None else _in_units(value, multiplier),
                value_state="missing" if is_missing else "unreadable" if value is None else "reported",
                unit=series.unit,
                as_of_date=self.made_on,
                publisher=self.contract.publisher,
                cell=cell,
                raw_text=text or None,
                reading_code=code,
                rate_currency=series.rate_currency,
                rate_kind=series.rate_kind,
            )
        )

    def _number(self, text: str) -> Decimal | None:
        """An xs:decimal as the standard asks, or a number in Vietnamese writing (MOF_CGD, since 2018).

        Where a file has both, 318.697 can be read two ways and is not read at all.
        """
        if self.has_vietnamese_numbers and _THOUSAND_LIKE.fullmatch(text):
            return None
        if _PLAIN.fullmatch(text):
            return Decimal(text)
        if _VIETNAMESE.fullmatch(text):
            return Decimal(text.replace(".", "").replace(",", "."))
        return None


def _in_units(value: Decimal, multiplier: int) -> Decimal:
    """The value times ten to the multiplier, written without an exponent."""
    return Decimal(format(value.scaleb(multiplier, context=_EXACT), "f"))


def _window(frequency: str, period: str) -> tuple[date, date] | None:
    """First and last day of a period written as its frequency asks; None for any other writing."""
    found = next((pattern.fullmatch(period) for name, pattern in _PERIODS if name == frequency), None)
    if found is None:
        return None
    year = int(found[1])
    try:
        if frequency == "D":
            day = date(year, int(found[2]), int(found[3]))
            return day, day
        length = _MONTHS[frequency]
        last = (int(found[2]) if frequency != "A" else 1) * length
        return date(year, last - length + 1, 1), date(year, last, calendar.monthrange(year, last)[1])
    except ValueError:
        return None
