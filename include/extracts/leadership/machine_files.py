"""The figures of an edition for machines: CSV, and SDMX-CSV with the structure message it needs to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.exports.delimited import write_delimited
from include.exports.relations import ExportColumn
from include.exports.rows import BELOW_FIVE, HIDDEN, HIDDEN_COLUMNS
from include.exports.sdmx_codes import RELEASE_FLOW, SdmxCode, fixed_codes, list_codes, time_period
from include.exports.sdmx_csv import write_sdmx_csv, write_structure
from include.extracts.leadership.wording import SMALL, STATES_VI
from include.model import TOTAL

if TYPE_CHECKING:
    from include.extracts.leadership.edition import Comparison, Edition
    from include.extracts.leadership.snapshot import Figure

_TYPES: Final[Mapping[str, str]] = {
    "release_number": "text",
    "is_draft": "boolean",
    "indicator_code": "text",
    "indicator_name_vi": "text",
    "period_code": "text",
    "scope_type": "text",
    "scope_code": "text",
    "scope_name_vi": "text",
    "side": "text",
    "axis_code": "text",
    "axis_name_vi": "text",
    "member_code": "text",
    "member_name_vi": "text",
    "value": "numeric",
    "unit_vi": "text",
    "value_state": "text",
    "value_state_name_vi": "text",
    "value_kind": "text",
    "reason_vi": "text",
    "numerator": "numeric",
    "numerator_state": "text",
    "denominator": "numeric",
    "denominator_state": "text",
    "full_year_estimate": "numeric",
    "full_year_estimate_state": "text",
    "full_year_count": "integer",
    "cut_off_from": "date",
    "cut_off_to": "date",
    "as_of_from": "date",
    "as_of_to": "date",
    "coverage_expected": "integer",
    "coverage_received": "integer",
    "is_coverage_in_days": "boolean",
    "requested_expected": "integer",
    "requested_received": "integer",
    "answered_count": "integer",
    "incomplete_count": "integer",
    "missing_count": "integer",
    "withheld_count": "integer",
    "not_applicable_count": "integer",
    "is_revised": "boolean",
    "is_before_due": "boolean",
    "compared_period_code": "text",
    "compared_value": "numeric",
    "compared_value_state": "text",
    "compared_value_kind": "text",
    "compared_difference": "numeric",
    "compared_reason_vi": "text",
    "target_value": "numeric",
    "target_state": "text",
    HIDDEN_COLUMNS: "text",
}
COLUMNS: Final = tuple(ExportColumn(name, type_name) for name, type_name in _TYPES.items())
"""What a line of the CSV holds, named as in the exports; SDMX keeps the names in its lists of codes instead."""

# The state of a value is a code of its own list in SDMX, and so is its unit.
_ONLY_IN_CSV: Final = frozenset(
    ("indicator_name_vi", "scope_name_vi", "axis_name_vi", "member_name_vi", "value_state_name_vi", "unit_vi")
)
_SDMX_COLUMNS: Final = tuple(column for column in COLUMNS if column.name not in _ONLY_IN_CSV)


def write_csv(edition: Edition, path: Path) -> None:
    """Write every value of the edition to `path`, one a line, exact and in the unit named beside it.

    Values in `unit_vi`, numerators and denominators in base units; UTF-8 with byte order mark, commas, RFC 4180, text
    guarded against being calculated, as `ttdn export` writes it.
    """
    write_delimited(COLUMNS, (tuple(line[column.name] for column in COLUMNS) for line in _lines(edition)), path)


def write_sdmx(edition: Edition, folder: Path) -> None:
    """Write <stem>.sdmx.csv and <stem>.structure.xml into `folder`: SDMX-CSV 2.0 and its SDMX-ML 2.1 structure.

    The lists of the structure hold the codes and names the edition itself has. Raises CatalogueError for two codes
    that would be one as SDMX writes them.
    """
    period = edition.snapshot.period
    units = {(figure.indicator_code, figure.side): figure.unit for figure in edition.snapshot.figures}
    write_sdmx_csv(
        _SDMX_COLUMNS,
        (tuple(line[column.name] for column in _SDMX_COLUMNS) for line in _lines(edition)),
        {period.code: time_period(period.window_start, period.window_end)},
        folder / f"{edition.file_stem}.sdmx.csv",
        flow=RELEASE_FLOW,
        unit=lambda indicator_code, side: units[indicator_code, side],
    )
    write_structure(
        _SDMX_COLUMNS, _code_lists(edition), folder / f"{edition.file_stem}.structure.xml", flow=RELEASE_FLOW
    )


def _lines(edition: Edition) -> Iterator[dict[str, object]]:
    return (_Line(edition, figure).cells for figure in edition.snapshot.figures)


@dataclass(frozen=True)
class _Line:
    edition: Edition
    figure: Figure

    @cached_property
    def comparison(self) -> Comparison | None:
        return self.edition.comparison_of(self.figure)

    @property
    def is_hidden(self) -> bool:
        return self.figure.state == HIDDEN

    @property
    def cells(self) -> dict[str, object]:
        """A value for each of COLUMNS."""
        figure, comparison = self.figure, self.comparison
        states = {
            "numerator": self._state_of_part(figure.numerator is None, figure.numerator_mark),
            "denominator": self._state_of_part(figure.denominator is None, figure.denominator_mark),
            "full_year_estimate": self._state_of_estimate(),
        }
        return {
            "release_number": self.edition.number,
            "is_draft": self.edition.is_draft,
            "indicator_code": figure.indicator_code,
            "indicator_name_vi": figure.indicator_name,
            "period_code": self.edition.snapshot.period.code,
            "scope_type": figure.scope_type,
            "scope_code": figure.scope_code,
            "scope_name_vi": figure.scope_name,
            "side": figure.side,
            "axis_code": figure.axis_code,
            "axis_name_vi": figure.axis_name,
            "member_code": figure.member_code,
            "member_name_vi": figure.member_name,
            "value": figure.value,
            "unit_vi": figure.unit,
            "value_state": figure.state,
            "value_state_name_vi": STATES_VI[figure.state],
            "value_kind": figure.kind,
            "reason_vi": figure.reason,
            "numerator": figure.numerator,
            "numerator_state": states["numerator"],
            "denominator": figure.denominator,
            "denominator_state": states["denominator"],
            "full_year_estimate": figure.full_year_estimate,
            "full_year_estimate_state": states["full_year_estimate"],
            "full_year_count": figure.full_year_count,
            "cut_off_from": figure.cut_off_from,
            "cut_off_to": figure.cut_off_to,
            "as_of_from": figure.as_of_from,
            "as_of_to": figure.as_of_to,
            "coverage_expected": figure.expected,
            "coverage_received": figure.received,
            "is_coverage_in_days": figure.counts_days,
            "requested_expected": figure.requested_expected,
            "requested_received": figure.requested_received,
            "answered_count": figure.answered,
            "incomplete_count": figure.incomplete,
            "missing_count": figure.blank,
            "withheld_count": figure.withheld,
            "not_applicable_count": figure.not_applicable,
            "is_revised": figure.is_revised,
            "is_before_due": figure.is_provisional,
            "compared_period_code": comparison.period_code if comparison else None,
            "compared_value": comparison.value if comparison else None,
            "compared_value_state": comparison.state if comparison else None,
            "compared_value_kind": comparison.kind if comparison else None,
            "compared_difference": comparison.difference if comparison else None,
            "compared_reason_vi": comparison.reason if comparison else None,
            "target_value": figure.target.target_value if figure.target else None,
            "target_state": figure.target.state if figure.target else None,
            HIDDEN_COLUMNS: " ".join(self._hidden(states)),
        }

    def _state_of_part(self, is_empty: bool, mark: str) -> str:
        if mark:
            return BELOW_FIVE if mark == SMALL else HIDDEN
        return "empty" if is_empty else "reported"

    def _state_of_estimate(self) -> str:
        if self.figure.full_year_estimate is not None:
            return "reported"
        return HIDDEN if self.is_hidden and self.figure.full_year_count else "empty"

    def _hidden(self, states: Mapping[str, str]) -> Iterator[str]:
        if self.is_hidden:
            yield "value"
        yield from (name for name, state in states.items() if state in (BELOW_FIVE, HIDDEN))
        if self.comparison and self.comparison.state == HIDDEN:
            yield "compared_value"
        if self.comparison and HIDDEN in (self.figure.state, self.comparison.state):
            yield "compared_difference"


def _code_lists(edition: Edition) -> dict[str, tuple[SdmxCode, ...]]:
    """Every list of the structure, its codes in the order the edition comes to them."""
    period, figures = edition.snapshot.period, edition.snapshot.figures
    notes = {each.code: each.reading_note for each in edition.snapshot.indicators}
    names = {
        "CL_INDICATOR": {
            figure.indicator_code: (figure.indicator_name, "", notes.get(figure.indicator_code, ""))
            for figure in figures
        },
        "CL_REPORTING_PERIOD": {period.code: (period.name, "", period.rule)},
        "CL_SCOPE": {figure.scope_code: (figure.scope_name, "", "") for figure in figures},
        "CL_AXIS": {TOTAL: ("không phân tổ", "", "")}
        | {figure.axis_code: (figure.axis_name, "", "") for figure in figures if figure.axis_code != TOTAL},
        "CL_MEMBER": _member_names(edition),
        "CL_UNIT": {unit: (unit, "", "") for unit in dict.fromkeys(figure.unit for figure in figures)},
    }
    return {identifier: list_codes(identifier, codes) for identifier, codes in (names | fixed_codes()).items()}


def _member_names(edition: Edition) -> dict[str, tuple[str, str, str]]:
    """One code may stand in several breakdowns (khac, other): it carries the names it has in each."""
    named: dict[str, dict[str, None]] = {TOTAL: {"Số chung": None}}
    for figure in edition.snapshot.figures:
        if figure.member_code != TOTAL:
            named.setdefault(figure.member_code, {})[figure.member_name] = None
    return {code: ("; ".join(names), "", "") for code, names in named.items()}
