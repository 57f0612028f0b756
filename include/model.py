"""The shapes that travel between reading, checking and promoting a file.

Everything here is plain and frozen: readers make it, the pipeline moves it, nothing else knows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

ValueState = Literal["reported", "nil", "not_applicable", "withheld", "missing", "unreadable"]
ValueKind = Literal["thuc_hien", "uoc", "chinh_thuc", "uoc_nam"]
"""uoc_nam is the estimate for the full year that an annual report gives beside its figure to the cut-off."""
Severity = Literal["block", "warn", "info"]
Verdict = Literal["loaded", "duplicate", "unchanged", "quarantined", "rejected", "refused_secret", "incomplete"]

TOTAL = "total"
"""Axis and member of a figure that is not broken down."""

CODES_TO_FORGET = frozenset(
    {"FINANCE_PERSON_COLUMN", "MONITORING_COLUMN_FORBIDDEN", "MONITORING_VALUE_FORBIDDEN", "PII_LIST"}
)
"""Refusals of files that may not be kept: nothing but hash, size, time and source stays of them."""

SPOOL_PREFIX = "ttdn-spool-"
"""How the names of the files begin in which rows wait for COPY, below the temporary folder."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a reader or a check has to say about a file.

    `code` is a key of include/quality/messages.yml, which holds the sentence and the severity;
    `found` and `expected` fill it. `sheet` and `cell` are empty when the whole file is meant.
    """

    code: str
    sheet: str | None = None
    cell: str | None = None
    found: str = ""
    expected: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading block of a report says, with the cell each statement stands in."""

    template_code: str
    template_version: str
    reporting_unit_code: str
    period_code: str
    cut_off_date: date | None
    value_kind: ValueKind
    document_number: str | None
    document_date: date | None
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """One figure: measure x reporting unit x period x breakdown member, in base units, with its cell.

    `reading_code` is set when the cell could not be read as the contract asks (state `unreadable`)
    or was read after a repair worth telling.
    """

    line_number: int
    measure_code: str
    reporting_unit_code: str
    period_code: str
    axis_code: str
    member_code: str
    value_kind: ValueKind
    value: Decimal | None
    value_state: ValueState
    sheet_name: str
    cell: str
    raw_text: str | None = None
    printed_unit: str | None = None
    note_text: str | None = None
    reading_code: str | None = None
    reading_detail: str | None = None


@dataclass(frozen=True, slots=True)
class CapitalFlow:
    """One amount or count of FDI, ODA or foreign-NGO money: what, along which axis, over which window, with its cell.

    `value` is in whole `unit`s (VND, USD, EUR, project, ...), as printed: cumulative when `is_cumulative`.
    `axis` is total, locality, partner, sector, zone or project; `member` is the printed name, `member_code` its code
    when it has one. `as_of_date` is the day the publisher closed the figure; `cell` is "'12. FDI'!D19", a csv line
    ("line 12, column amount") or an xml path.
    """

    line_number: int
    flow: Literal["fdi", "oda", "ngo"]
    measure: str
    axis: str
    member: str
    member_code: str | None
    value: Decimal | None
    value_state: ValueState
    unit: str
    window_start: date
    window_end: date
    as_of_date: date
    is_cumulative: bool
    sheet_name: str
    cell: str
    partner_code: str | None = None
    sector_code: str | None = None
    locality_code: str | None = None
    project_code: str | None = None
    raw_text: str | None = None
    reading_code: str | None = None
    reading_detail: str | None = None
    provider_code: str | None = None
    """The organisation that gave the money, as the publisher refers to it ("CA-3"); an institution, never a person."""
    receiver_code: str | None = None
    value_date: date | None = None
    """The day whose exchange rate the publisher means, where it says so; the window says when the money moved."""
    zone_code: str | None = None
    """Inside or outside an industrial zone."""
    type_code: str | None = None
    """Kind of money: khong_hoan_lai, vay; du_an, phi_du_an."""
    form_code: str | None = None
    """How it is passed on or given: cap_phat, vay_lai; tien, hien_vat."""
    share_pct: Decimal | None = None
    """The percentage of the printed amount (`raw_text`) that `value` is, where only a share of it counts."""


@dataclass(frozen=True, slots=True)
class MonitoringRows:
    """The rows of one monitoring file, too many to be objects: they wait in a file of their own, ready for COPY.

    `spool_path` is that file, made by the reader below the temporary folder and removed by whoever stages it; its
    columns are those of staging.monitoring_count after the submission. `profile` has a line for every distinct value
    of every dimension: what the gate compares with the code lists. `content_hash` is a hash of all rows.
    """

    spool_path: str
    row_count: int
    first_day: date | None
    last_day: date | None
    content_hash: str
    profile: tuple[MonitoringValue, ...] = ()
    sheet_name: str | None = None


@dataclass(frozen=True, slots=True)
class MonitoringValue:
    """One distinct value of one dimension of a monitoring file, and where it first stands.

    `member_code` is empty for a value outside the list; `shown_value` is what may be repeated to the sender.
    """

    list_code: str
    member_code: str | None
    shown_value: str
    nearest: str
    first_day: date | None
    last_day: date | None
    row_count: int
    sheet_name: str | None
    cell: str


@dataclass(frozen=True, slots=True)
class PrintedTotal:
    """A total typed in the file: compared with the parts, never loaded."""

    measure_code: str
    axis_code: str
    value_kind: ValueKind
    value: Decimal
    sheet_name: str
    cell: str


@dataclass(frozen=True, slots=True)
class AppliedCorrection:
    """A figure that stands in its row otherwise than printed: what is printed, what counts instead, why, by whom.

    `cell` is the address its row has. `printed_text` is what the cell holds, `printed_value` what was read there.
    """

    line_number: int
    correction_code: str
    sheet_name: str | None
    cell: str
    printed_text: str | None
    printed_value: Decimal | None
    printed_state: ValueState
    printed_unit_code: str | None
    corrected_value: Decimal | None
    corrected_state: ValueState
    corrected_unit_code: str | None
    reason_vi: str
    reported_date: date
    reported_to_name: str
    decided_by_role: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """A row left out under a declared rule. Its text is not kept."""

    sheet_name: str
    row_number: int
    rule_code: str
    row_count: int = 1


@dataclass(frozen=True, slots=True)
class Narrative:
    """A numbered section of a report in words: the paragraph it begins with, its number ("II.1"), heading and text."""

    paragraph_number: int
    section_number: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one file.

    A source fills one of the shapes; `received_count` = its rows + sum of ignored row counts, always.
    `refusal` is set when the file as a whole cannot be taken; then there are no observations.
    A feed has no heading: `subject` is what a later file of it would revise, where its window does not say so,
    `reporting_unit_code` and `period_code` whose it is and what for, where it names them.
    `corrections` are the known errors mended in its rows after reading, `correction_state` tells which entries of
    corrections.yml were about the file, None when none was.
    """

    heading: Heading | None
    observations: tuple[Observation, ...] = ()
    capital_flows: tuple[CapitalFlow, ...] = ()
    printed_totals: tuple[PrintedTotal, ...] = ()
    ignored_rows: tuple[IgnoredRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    refusal: Finding | None = None
    series_points: tuple[SeriesPoint, ...] = ()
    monitoring: MonitoringRows | None = None
    subject: str | None = None
    reporting_unit_code: str | None = None
    period_code: str | None = None
    corrections: tuple[AppliedCorrection, ...] = ()
    correction_state: str | None = None
    narrative: tuple[Narrative, ...] = ()

    @property
    def row_count(self) -> int:
        """Rows that can be promoted or held, whatever their shape."""
        rows = len(self.observations) + len(self.capital_flows) + len(self.series_points)
        return rows + (self.monitoring.row_count if self.monitoring else 0)

    @property
    def received_count(self) -> int:
        return self.row_count + sum(row.row_count for row in self.ignored_rows)


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One value of a series somebody publishes: which series, about which area and period, with its cell.

    `value` is in whole `unit`s ("USD", "VND", "VND per USD"), multipliers applied. `series_code` is the publisher's
    key without area and frequency; `area_code` is a code of the country list, or the publisher's own for a group
    of countries ("WLD"). `as_of_date` is the day the publisher made the file.
    """

    line_number: int
    series_code: str
    area_code: str
    frequency: Literal["A", "S", "Q", "M", "D"]
    window_start: date
    window_end: date
    value: Decimal | None
    value_state: ValueState
    unit: str
    as_of_date: date
    publisher: str
    cell: str
    raw_text: str | None = None
    reading_code: str | None = None
    reading_detail: str | None = None
    rate_currency: str | None = None
    """Of which currency this is the rate in đồng, where the source's contract calls the series an exchange rate."""
    rate_kind: Literal["average", "end_of_period"] | None = None
