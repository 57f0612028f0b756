"""The heading block of an agency report: which body, which period, which template, as at when.

Nothing is taken from a title or a file name; those are only compared with what the block says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from include.calendar.periods import VIETNAM, Period, period_of_text
from include.model import Finding, Heading, ValueKind
from include.readers.grid import Sheet, Workbook, address
from include.reference import Reference, ReportingUnit
from include.reference.former_agencies import successors_of_agency
from include.sources.agency_reports.labels import (
    HEADING_FIELDS,
    KIND_ALIASES,
    NAME_PERIOD,
    NAME_UNIT,
)
from include.vietnamese.dates import DateUnreadable, format_date, parse_date
from include.vietnamese.names import NameIndex
from include.vietnamese.text import match_key, normalise, strip_accents

_TEMPLATE = re.compile(r"\b(T-[A-Z]+(?:-[A-Z]+)*)\b(?:.*?(\d{4}\.\d+))?", re.IGNORECASE)
_PERIOD_CODE = re.compile(r"\b(\d{4}-(?:06T|NAM)|DX-\d+)\b", re.IGNORECASE)
_NAMED_CONSTANT = re.compile(r'=?"([^"]*)"')
_HALF_YEAR_NAME = re.compile(r"\b0?6 ?(?:thang|t)(?: dau)?(?: nam)? (20\d\d)\b")
_YEAR_NAME = re.compile(r"\b(?:bao cao|bc|ca|ky|tong ket) nam (20\d\d)\b")
_PART_OF_YEAR_NAME = re.compile(r"\b\d{1,2} ?(?:thang|t)\b|\bthang \d|\bquy\b|\bngay \d|\btuan\b")


@dataclass(frozen=True, slots=True)
class Statement:
    """One label|value line of the heading block; `cell` is where the value stands.

    `counts_from_1904` tells what a bare number means where a day is stated.
    """

    key: str
    value: object
    sheet: str
    cell: str
    counts_from_1904: bool = False

    @property
    def text(self) -> str:
        """The value as a person would type it."""
        if isinstance(self.value, date):
            return format_date(self.value)
        return normalise(str(self.value)) if self.value is not None else ""


@dataclass(slots=True)
class HeadingReading:
    """What could be told of a heading: the heading itself when complete, else the refusal; findings either way."""

    heading: Heading | None = None
    refusal: Finding | None = None
    findings: list[Finding] = field(default_factory=list)


_FIELD_BY_KEY = {match_key(label): each.key for each in HEADING_FIELDS for label in each.all_labels}


def find_statements(sheet: Sheet, last_row: int) -> dict[str, list[Statement]]:
    """The label|value lines above `last_row` (0-based, exclusive).

    The value is the next filled cell of the row, or follows a colon in the label's own cell, of which every
    line may be a statement.
    """
    found: dict[str, list[Statement]] = {}
    for row in range(min(last_row, sheet.row_count)):
        for column, value in enumerate(sheet.rows[row]):
            if not isinstance(value, str):
                continue
            for line in value.splitlines():
                label, _, inline = line.partition(":")
                key = _FIELD_BY_KEY.get(match_key(label))
                if key is None:
                    continue
                if inline.strip():
                    stated: Statement | None = Statement(key, inline.strip(), sheet.name, address(row, column))
                else:
                    stated = _stated_beside(sheet, row, column, key)
                if stated is not None:
                    found.setdefault(key, []).append(stated)
    return found


def _stated_beside(sheet: Sheet, row: int, column: int, key: str) -> Statement | None:
    for right in range(column + 1, len(sheet.rows[row])):
        value = sheet.value(row, right)
        if value is None or (isinstance(value, str) and not value.strip(" :")):
            continue
        if isinstance(value, str) and match_key(value.partition(":")[0]) in _FIELD_BY_KEY:
            return None
        return Statement(key, value, sheet.name, address(row, right), sheet.counts_from_1904)
    return None


def read_heading(
    workbook: Workbook,
    statements: Mapping[str, list[Statement]],
    reference: Reference,
    periods: Mapping[str, Period],
    original_name: str,
) -> HeadingReading:
    """Turn the statements into a Heading, or say everything that keeps them from being one.

    `statements` may hold several of a kind when several sheets carry a heading: they must agree.
    """
    reading = HeadingReading()
    missing = [
        each.label
        for each in HEADING_FIELDS
        if each.is_required and not any(s.text for s in statements.get(each.key, ()))
    ]
    if missing:
        reading.refusal = Finding("HEADING_MISSING", found=", ".join(f"“{label}”" for label in missing))
        return reading

    period = read_period(workbook, statements["period"], periods, original_name, reading)
    unit = read_reporting_unit(workbook, statements["unit"], reference, period, reading)
    template = _read_template(statements["template"][0], reference, unit, period, reading)
    if reading.refusal or period is None or unit is None or template is None:
        return reading

    cut_off, kind, document_date = _read_dates_and_kind(statements, period, reading)
    number = statements["document_number"][0].text if statements.get("document_number") else None
    reading.heading = Heading(
        template_code=template[0],
        template_version=template[1],
        reporting_unit_code=unit.code,
        period_code=period.code,
        cut_off_date=cut_off,
        value_kind=kind,
        document_number=number or None,
        document_date=document_date,
        cells={key: (stated[0].sheet, stated[0].cell) for key, stated in statements.items()},
    )
    return reading


def told_of(
    workbook: Workbook,
    statements: Mapping[str, list[Statement]],
    reference: Reference,
    periods: Mapping[str, Period],
    original_name: str,
) -> tuple[str | None, str | None]:
    """Code of the body and of the period a file names, each where it names one without contradiction.

    For files that are sent back: whose they are, and for what, is known even where nothing else could be read.
    """
    aside = HeadingReading()  # what is wrong with them is said by whoever reads the heading
    period = (
        read_period(workbook, statements["period"], periods, original_name, aside) if "period" in statements else None
    )
    unit = read_reporting_unit(workbook, statements["unit"], reference, period, aside) if "unit" in statements else None
    return unit.code if unit else None, period.code if period else None


def read_period(
    workbook: Workbook,
    stated: list[Statement],
    periods: Mapping[str, Period],
    original_name: str,
    reading: HeadingReading,
) -> Period | None:
    """The one period the heading, the file name and the defined name agree on; else the refusal is set."""
    told = {each.text: period_of_text(each.text, periods) for each in stated}
    first = stated[0]
    period = told[first.text]
    if period is None:
        reading.refusal = Finding(
            "PERIOD_UNKNOWN", first.sheet, first.cell, found=first.text, expected=", ".join(sorted(periods))
        )
        return None
    others = {each.text: told[each.text] for each in stated if told[each.text] is not period}
    if others:
        reading.refusal = Finding(
            "PERIOD_CONFLICT", first.sheet, first.cell, found=next(iter(others)), expected=period.code
        )
        return None
    for place, text in (("tên tệp", original_name), ("tên định nghĩa TTDN_KY", _constant(workbook, NAME_PERIOD))):
        named = _period_in_name(text, periods)
        if named is not None and named is not period:
            reading.refusal = Finding(
                "PERIOD_CONFLICT", first.sheet, first.cell, found=f"{place} ghi {named.code}", expected=period.code
            )
            return None
    return period


def read_reporting_unit(
    workbook: Workbook,
    stated: list[Statement],
    reference: Reference,
    period: Period | None,
    reading: HeadingReading,
) -> ReportingUnit | None:
    """The one body the heading names, which is the one the workbook was made for; else the refusal is set."""
    first = stated[0]
    on = period.last_day_on_time if period else datetime.now(VIETNAM).date()
    units = [(each, reference.unit_named(each.text, on)) for each in stated]
    names = {unit.code: f"{unit.code} {unit.name_vi}" for _, unit in units if unit}
    if len(names) > 1:
        second = next(each for each, unit in units if unit and unit.code != next(iter(names)))
        reading.refusal = Finding("MULTI_AGENCY", second.sheet, second.cell, found="; ".join(names.values()))
        return None
    unknown = next((each for each, unit in units if unit is None), None)
    unit = units[0][1]
    if unknown is not None or unit is None:
        reading.refusal = reading.refusal or _unknown_unit(unknown or first, reference, on)
        return None
    made_for = _constant(workbook, NAME_UNIT)
    if made_for and made_for in reference.units and made_for != unit.code:
        reading.refusal = reading.refusal or Finding(
            "BODY_CONFLICT", first.sheet, first.cell, found=first.text, expected=reference.units[made_for].name_vi
        )
        return None
    return unit


def _unknown_unit(stated: Statement, reference: Reference, on: date) -> Finding:
    parts = [part.rstrip(")") for part in re.split(r"\s*[-–—:|(]\s*", stated.text, maxsplit=1)]
    named = {unit.code: unit for part in parts if (unit := reference.unit_named(part, on)) is not None}
    if len(named) > 1:
        shown = " hoặc ".join(f"“{unit.code} - {unit.name_vi}”" for unit in named.values())
        return Finding("BODY_UNKNOWN", stated.sheet, stated.cell, found=stated.text, expected=shown)
    for text in (stated.text, *parts):
        # Most codes of before are codes of today: beside a misspelt name such a code is no body of before.
        successions = () if reference.unit_named(text, on) is not None else reference.successors_of(text)
        if successions:
            names = [
                f"{reference.units[each.successor_code].name_vi} ({each.successor_code})"
                + (" - nhận một phần" if each.is_partial else "")
                for each in successions
            ]
            return Finding(
                "BODY_FORMER", stated.sheet, stated.cell, found=stated.text, expected="; ".join(dict.fromkeys(names))
            )
        if agencies := successors_of_agency(text):
            shown = "; ".join(f"{unit.name_vi} ({unit.code})" for unit in agencies)
            return Finding("BODY_FORMER", stated.sheet, stated.cell, found=stated.text, expected=shown)
    return Finding(
        "BODY_UNKNOWN",
        stated.sheet,
        stated.cell,
        found=stated.text,
        expected=_suggest_units(stated.text, reference, on, tuple(named.values())),
    )


def _suggest_units(text: str, reference: Reference, on: date, named: tuple[ReportingUnit, ...]) -> str:
    """Bodies to choose from: those a part of the text names, then those whose names look like it."""
    # Only for a person to choose from: two communes may differ by one accent.
    units = {f"{u.code} - {u.name_vi}": (u.name_vi,) for u in reference.units.values() if u.is_valid_on(on)}
    name = re.sub(r"^\s*\w+\s*[-–—:|]\s*", "", text)
    index = NameIndex({shown: (shown, *spellings) for shown, spellings in units.items()})
    near = dict.fromkeys([*(f"{unit.code} - {unit.name_vi}" for unit in named), *index.suggest(name)])
    return " hoặc ".join(f"“{shown}”" for shown in near) or "một dòng trong danh sách đơn vị báo cáo"


def _read_template(
    stated: Statement,
    reference: Reference,
    unit: ReportingUnit | None,
    period: Period | None,
    reading: HeadingReading,
) -> tuple[str, str] | None:
    match = _TEMPLATE.search(stated.text)
    code = match.group(1).upper() if match else ""
    template = reference.templates.get(code)
    if template is None:
        reading.refusal = reading.refusal or Finding(
            "TEMPLATE_UNKNOWN",
            stated.sheet,
            stated.cell,
            found=stated.text,
            expected=(unit and unit.template_code) or "",
        )
        return None
    version = match.group(2) if match else None
    if version != template.version:
        reading.refusal = reading.refusal or Finding(
            "TEMPLATE_VERSION",
            stated.sheet,
            stated.cell,
            found=f"{code} phiên bản {version or '(không ghi)'}",
            expected=f"{code} phiên bản {template.version}",
        )
        return None
    if unit is not None and unit.template_code != code:
        reading.refusal = reading.refusal or Finding(
            "TEMPLATE_WRONG", stated.sheet, stated.cell, found=code, expected=unit.template_code or "(không có mẫu)"
        )
        return None
    return code, version


def _read_dates_and_kind(
    statements: Mapping[str, list[Statement]], period: Period, reading: HeadingReading
) -> tuple[date | None, ValueKind, date | None]:
    cut_off = read_date(statements, "cut_off_date", reading)
    start = read_date(statements, "window_start", reading)
    if start is not None and start != period.window_start:
        stated = statements["window_start"][0]
        reading.findings.append(
            Finding(
                "WINDOW_START",
                stated.sheet,
                stated.cell,
                found=format_date(start),
                expected=format_date(period.window_start),
            )
        )
    document_date = read_date(statements, "document_date", reading)
    kind: ValueKind = "thuc_hien"
    if statements.get("value_kind") and statements["value_kind"][0].text:
        stated = statements["value_kind"][0]
        told = match_key(stated.text)
        known: list[ValueKind] = [k for k, names in KIND_ALIASES.items() if told in {match_key(name) for name in names}]
        if known:
            kind = known[0]
        else:
            reading.findings.append(Finding("KIND_UNKNOWN", stated.sheet, stated.cell, found=stated.text))
    return cut_off, kind, document_date


def read_date(statements: Mapping[str, list[Statement]], key: str, reading: HeadingReading) -> date | None:
    """The day of that statement, None when none is given or it cannot be read, which is then a finding."""
    for stated in statements.get(key, ()):
        if stated.value is None or stated.text in ("", "…", "..."):
            continue
        try:
            return parse_date(stated.value, counts_from_1904=stated.counts_from_1904)
        except DateUnreadable as problem:
            reading.findings.append(
                Finding(problem.code, stated.sheet, stated.cell, found=problem.found, expected=problem.expected)
            )
    return None


def _period_in_name(text: str, periods: Mapping[str, Period]) -> Period | None:
    """The period a file name plainly states: a period code, “6 thang dau nam 2026”, “Bao cao nam 2026”.

    Names are loose talk: one that speaks of two periods, or of a month, quarter or day, states none.
    """
    codes = {code.upper() for code in _PERIOD_CODE.findall(text.replace("_", " "))}
    if codes:
        return periods.get(codes.pop()) if len(codes) == 1 else None
    plain = re.sub(r"[\W_]+", " ", strip_accents(unicodedata.normalize("NFC", text))).casefold()
    half = _HALF_YEAR_NAME.search(plain)
    if half:
        return periods.get(f"{half[1]}-06T")
    year = None if _PART_OF_YEAR_NAME.search(plain) else _YEAR_NAME.search(plain)
    return periods.get(f"{year[1]}-NAM") if year else None


def _constant(workbook: Workbook, name: str) -> str:
    match = _NAMED_CONSTANT.fullmatch(workbook.defined_names.get(name, "").strip())
    return match.group(1) if match else ""
