"""Read an IATI activity file into Việt Nam's commitments and disbursements.

Runs in the sandbox's child process. One row is one transaction, budget or planned disbursement; a row that is not
money for Việt Nam is ignored under a rule of its own. People and contact details are never looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Context, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from include.model import CapitalFlow, Finding, IgnoredRow, Reading
from include.readers import WorkbookRefused
from include.readers.grid import sheet_of_whole
from include.readers.markup import children_named, local_name, read_elements
from include.readers.personal_data import mask_personal_data
from include.reference import load_reference
from include.reference.our_province import load_our_province
from include.vietnamese.text import MISREAD_UTF8, undo_misreading

_VIET_NAM: Final = "VN"
_HUNDRED: Final = Decimal(100)
_SHARES_MAY_MISS: Final = Decimal("0.01")
_EXACT: Final = Context(prec=60)
_NUMBER: Final = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,20})?")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:$|[T Z+-])")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_COUNTRY_OF_REFERENCE: Final = re.compile(r"([A-Z]{2})(?:-|$)")
_LONGEST_TITLE: Final = 300
_LONGEST_SUBJECT: Final = 200
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def read_file(path: str, original_name: str, received_at: datetime) -> Reading:
    """Việt Nam's share of every transaction; a refusal naming the activity where currency, date or kind is unknown.

    `original_name` names the file's subject where it says of no reporter. Money of an activity whose file does not say
    when it was made is as of the day it was received.
    """
    reader = _FileReader(original_name, received_at.date())
    try:
        for element in read_elements(Path(path), "iati-activity"):
            reader.read_activity(element)
    except WorkbookRefused as refused:
        return Reading(heading=None, refusal=Finding(refused.code, cell=refused.cell, found=refused.detail))
    return reader.reading()


@dataclass(frozen=True, slots=True)
class _Contract:
    measures: dict[str, str]
    not_counted: dict[str, str]
    flow_types: dict[str, str]
    other_flow_types: frozenset[str]
    organisation_types: dict[str, str]
    location_vocabularies: frozenset[str]


@cache
def _contract() -> _Contract:
    written = yaml.safe_load(Path(__file__).with_name("source.yml").read_text(encoding="utf-8"))

    def by_code(key: str) -> dict[str, str]:
        return {code: name for name, codes in written[key].items() for code in codes}

    return _Contract(
        by_code("measures"),
        by_code("not_counted"),
        by_code("flow_types"),
        frozenset(written["other_flow_types"]),
        by_code("organisation_types"),
        frozenset(written["location_vocabularies"]),
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """Việt Nam's percentage; None where the file does not say it in one way, with the reason."""

    percentage: Decimal | None
    code: str | None = None
    detail: str = ""


_NOTHING: Final = _Share(Decimal(0))


@dataclass(slots=True)
class _Activity:
    """What every transaction of an activity falls back on."""

    element: Any
    path: str
    identifier: str
    title: str
    currency: str
    flow_type: str
    reporter: str
    reporter_type: str
    as_of: date
    share: _Share | None
    places: list[tuple[tuple[str, ...], tuple[str, ...]]]


class _FileReader:
    """One pass over one file."""

    def __init__(self, file_name: str, received_on: date) -> None:
        self.file_name, self.sheet = file_name, sheet_of_whole(file_name)
        self.received_on = received_on
        self.contract = _contract()
        self.countries = load_reference().code_lists["country"]
        self.province = load_our_province()
        self.flows: list[CapitalFlow] = []
        self.ignored: list[IgnoredRow] = []
        self.findings: list[Finding] = []
        self.problems: list[Finding] = []
        self.told: set[tuple[str, str]] = set()
        self.activities = 0
        self.reporters: set[str] = set()
        self.first_misread: str | None = None

    def read_activity(self, element: Any) -> None:
        """Take every row of one activity."""
        self.activities += 1
        activity = self._activity(element)
        ignored: Counter[str] = Counter()
        for kind in ("budget", "planned-disbursement"):
            ignored["planned_money"] += len(children_named(element, kind))
        for number, transaction in enumerate(children_named(element, "transaction"), start=1):
            rule = self._read_transaction(activity, transaction, f"{activity.path}/transaction[{number}]")
            if rule is not None:
                ignored[rule] += 1
        if not children_named(element, "transaction") and not ignored["planned_money"]:
            ignored["no_transaction"] = 1
        for rule, count in sorted(ignored.items()):
            if count:
                self.ignored.append(IgnoredRow(self.sheet, int(element.sourceline or 0), rule, count))

    def reading(self) -> Reading:
        """Everything the file said, or the refusal with everything else there is to say."""
        if not self.activities:
            return Reading(heading=None, refusal=Finding("IATI_NO_ACTIVITY", expected="iati-activity"))
        if self.first_misread is not None:
            self.findings.append(Finding("TEXT_REPAIRED", cell=self.first_misread, found=MISREAD_UTF8))
        if self.problems:
            first, *others = self.problems
            return Reading(heading=None, refusal=first, findings=(*others, *self.findings))
        return Reading(
            heading=None,
            capital_flows=_told_apart(self.flows),
            ignored_rows=tuple(self.ignored),
            findings=tuple(self.findings),
            subject=self._subject(),
        )

    def _subject(self) -> str:
        """Who reports. A file without Việt Nam's money revises nothing that was loaded of them."""
        reporters = "+".join(sorted(self.reporters - {""})) or self.file_name
        if len(reporters) > _LONGEST_SUBJECT:
            reporters = hashlib.sha256(reporters.encode()).hexdigest()
        return reporters if self.flows else f"{reporters}/-"

    def _activity(self, element: Any) -> _Activity:
        path = f"/iati-activities/iati-activity[{self.activities}]"
        identifier = _text(element, "iati-identifier")
        reporters = children_named(element, "reporting-org")
        self.reporters |= {each.get("ref", "").strip() or _narrative(element, "reporting-org") for each in reporters}
        printed = _narrative(element, "title") or identifier
        title = undo_misreading(printed)
        if title != printed and self.first_misread is None:
            self.first_misread = f"{path}/title (line {element.sourceline})"
        return _Activity(
            element=element,
            path=path,
            identifier=identifier,
            title=title,
            currency=element.get("default-currency", "").strip().upper(),
            flow_type=_code(element, "default-flow-type"),
            reporter=reporters[0].get("ref", "").strip() if reporters else "",
            reporter_type=reporters[0].get("type", "").strip() if reporters else "",
            as_of=self._as_of(element),
            share=_viet_nam_share(element),
            places=[self._place(location) for location in children_named(element, "location")],
        )

    def _as_of(self, element: Any) -> date:
        file_element = element.getroottree().getroot()
        stated = (element.get("last-updated-datetime", ""), file_element.get("generated-datetime", ""))
        return next((day for text in stated if (day := _day(text)) is not None), self.received_on)

    def _place(self, location: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names and GeoNames numbers of one location."""
        numbers = [
            each.get("code", "").strip()
            for each in children_named(location, "location-id")
            if each.get("vocabulary") in self.contract.location_vocabularies
        ]
        numbers += [
            (each.text or "").strip()
            for each in children_named(location, "gazetteer-entry")
            if each.get("gazetteer-ref") in self.contract.location_vocabularies
        ]
        return tuple(_narratives(location, "name")), tuple(numbers)

    def _locality(self, activity: _Activity, on: date) -> tuple[str | None, bool]:
        """The province's code when every place of the activity is there; whether it is one place among others."""
        codes = set()
        for names, numbers in activity.places:
            found = [self.province.code_named(name, on) for name in names]
            found += [self.province.code_of_geoname(number, on) for number in numbers]
            codes.add(next((code for code in found if code is not None), None))
        is_ours = codes - {None}
        return (next(iter(codes)), False) if is_ours and len(codes) == 1 else (None, bool(is_ours))

    def _read_transaction(self, activity: _Activity, transaction: Any, path: str) -> str | None:
        """Take one transaction; returns the rule it is left out under, None when it became a flow or a problem."""
        share = _viet_nam_share(transaction) or activity.share
        if share is None:
            return "no_recipient_stated"
        if share.percentage == 0:
            return "other_recipient"
        values = children_named(transaction, "value")
        cell = f"{path}/value (line {(values[0] if values else transaction).sourceline})"
        kind = _code(transaction, "transaction-type")
        if kind in self.contract.not_counted:
            return self.contract.not_counted[kind]
        if kind not in self.contract.measures:
            return self._problem("IATI_TYPE_UNKNOWN", activity, cell, kind, ", ".join(sorted(self.contract.measures)))
        flow_type = _code(transaction, "flow-type") or activity.flow_type
        if flow_type in self.contract.other_flow_types:
            return "flow_type_not_aid"
        provider, provider_type = _organisation(transaction, "provider-org")
        # The standard: where outgoing money names no provider, the reporter is the one who gives it.
        is_reporter = not provider and not provider_type
        giver_type = activity.reporter_type if is_reporter else provider_type or activity.reporter_type
        flow = (
            self.contract.flow_types.get(flow_type) if flow_type else self.contract.organisation_types.get(giver_type)
        )
        if flow is None:
            found = f"flow-type “{flow_type}”, loại tổ chức “{giver_type}”"
            return self._problem("IATI_FLOW_UNKNOWN", activity, cell, found, "flow-type 10 hoặc 30")
        if not activity.identifier:
            return self._problem("IATI_IDENTIFIER_MISSING", activity, cell, "", "iati-identifier")
        currency = (values[0].get("currency", "") if values else "").strip().upper() or activity.currency
        if not _CURRENCY.fullmatch(currency):
            return self._problem("IATI_CURRENCY_MISSING", activity, cell, currency, "currency hoặc default-currency")
        # Until 1.03 some files gave the value's date only; since then it is the day of the exchange rate.
        value_date = _first_day(values, "value-date")
        day = _first_day(children_named(transaction, "transaction-date"), "iso-date") or value_date
        if day is None:
            return self._problem("IATI_DATE_MISSING", activity, cell, "", "transaction-date hoặc value-date")
        locality, is_place_shared = self._locality(activity, day)
        receiver, _ = _organisation(transaction, "receiver-org")
        provider = provider or (activity.reporter if is_reporter else "")
        text = " ".join((values[0].text or "").split()) if values else ""
        amount = Decimal(text) if _NUMBER.fullmatch(text) else None
        code, detail = share.code, share.detail
        if amount is None:
            code, detail = "IATI_VALUE_UNREADABLE", text[:60]
        elif code is None and is_place_shared:
            code, detail = "IATI_PLACE_SHARED", ""
        value = None
        if amount is not None and share.percentage is not None:
            value = _EXACT.divide(_EXACT.multiply(amount, share.percentage), _HUNDRED)
        if code is not None:
            self._tell(code, activity, cell, detail)
        self.flows.append(
            CapitalFlow(
                line_number=len(self.flows) + 1,
                flow="oda" if flow == "oda" else "ngo",
                measure=self.contract.measures[kind],
                axis="project",
                member=activity.title,
                member_code=activity.identifier,
                value=value,
                value_state="unreadable" if value is None else "reported",
                unit=currency,
                window_start=day,
                window_end=day,
                as_of_date=activity.as_of,
                is_cumulative=False,
                sheet_name=self.sheet,
                cell=cell,
                partner_code=self._country_of(provider),
                locality_code=locality,
                project_code=activity.identifier,
                raw_text=text[:200],
                reading_code=code,
                reading_detail=detail or None,
                provider_code=provider or None,
                receiver_code=receiver or None,
                value_date=value_date,
                share_pct=share.percentage if share.percentage != _HUNDRED else None,
            )
        )
        return None

    def _country_of(self, reference: str) -> str | None:
        """The country whose register the reference belongs to; None for multilateral and unregistered ones."""
        found = _COUNTRY_OF_REFERENCE.match(reference)
        return found[1] if found and found[1] in self.countries else None

    def _problem(self, code: str, activity: _Activity, cell: str, found: str, expected: str) -> str | None:
        """Note what refuses the file, once for an activity; the transaction is then left out under no rule."""
        subject = activity.identifier or activity.path
        if (code, subject) not in self.told:
            self.told.add((code, subject))
            self.problems.append(Finding(code, None, cell, found=found, expected=expected, subject=subject))
        return None

    def _tell(self, code: str, activity: _Activity, cell: str, found: str) -> None:
        if (code, activity.identifier) not in self.told:
            self.told.add((code, activity.identifier))
            self.findings.append(Finding(code, None, cell, found=found, expected="100", subject=activity.identifier))


def _told_apart(flows: Sequence[CapitalFlow]) -> tuple[CapitalFlow, ...]:
    """The flows in their order, member codes numbered from the second of one activity, kind, day and currency on.

    Numbered by amount, not by place: a publisher who writes the same payments in another order has changed nothing.
    """
    count: Counter[tuple[str | None, str, date, str]] = Counter()
    numbered: dict[int, CapitalFlow] = {}
    for flow in sorted(flows, key=lambda each: (each.value or 0, each.receiver_code or "", each.line_number)):
        key = (flow.member_code, flow.measure, flow.window_start, flow.unit)
        count[key] += 1
        code = flow.member_code if count[key] == 1 else f"{flow.member_code}#{count[key]}"
        numbered[flow.line_number] = replace(flow, member_code=code)
    return tuple(numbered[flow.line_number] for flow in flows)


def _viet_nam_share(holder: Any) -> _Share | None:
    """What an activity or a transaction says of Việt Nam's share; None when it names no recipient at all."""
    countries = children_named(holder, "recipient-country")
    regions = children_named(holder, "recipient-region")
    if not countries and not regions:
        return None
    ours = [each for each in countries if each.get("code", "").strip().upper() == _VIET_NAM]
    if not ours:
        return _NOTHING
    if len(countries) == 1 and not regions and not countries[0].get("percentage", "").strip():
        return _Share(_HUNDRED)
    # Several vocabularies divide the same money each in its own way; one of them is enough.
    vocabulary = regions[0].get("vocabulary", "1") if regions else ""
    counted = [*countries, *(each for each in regions if each.get("vocabulary", "1") == vocabulary)]
    shares = [_percentage(each) for each in counted]
    if any(share is None for share in shares):
        return _Share(None, "IATI_SHARE_MISSING", str(sum(share is None for share in shares)))
    total = sum((share for share in shares if share is not None), Decimal(0))
    if abs(total - _HUNDRED) > _SHARES_MAY_MISS:
        return _Share(None, "IATI_SHARES_NOT_100", f"{total:f}")
    return _Share(sum((share for each in ours if (share := _percentage(each)) is not None), Decimal(0)))


def _percentage(element: Any) -> Decimal | None:
    text = element.get("percentage", "").strip().removesuffix("%").strip()
    return Decimal(text) if _NUMBER.fullmatch(text) and 0 <= Decimal(text) <= _HUNDRED else None


def _organisation(transaction: Any, name: str) -> tuple[str, str]:
    found = children_named(transaction, name)
    return (found[0].get("ref", "").strip(), found[0].get("type", "").strip()) if found else ("", "")


def _first_day(elements: list[Any], attribute: str) -> date | None:
    return next((day for each in elements if (day := _day(each.get(attribute, ""))) is not None), None)


def _day(text: str) -> date | None:
    found = _DAY.match(text.strip())
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _code(element: Any, name: str) -> str:
    found = children_named(element, name)
    return str(found[0].get("code", "")).strip() if found else ""


def _text(element: Any, name: str) -> str:
    found = children_named(element, name)
    return " ".join((found[0].text or "").split()) if found else ""


def _narratives(element: Any, name: str) -> Iterator[str]:
    """The texts of a name in every language: narratives since 2.01, the element's own text before."""
    for each in children_named(element, name):
        for text in (each.text, *(narrative.text for narrative in each if local_name(narrative) == "narrative")):
            if text and text.strip():
                yield " ".join(text.split())


def _narrative(element: Any, name: str) -> str:
    """The English text where there is one, else the first."""
    english = [
        narrative.text
        for each in children_named(element, name)
        for narrative in children_named(each, "narrative")
        if narrative.get(_XML_LANG, "").lower().startswith("en") and narrative.text
    ]
    text = english[0] if english else next(_narratives(element, name), "")
    return mask_personal_data(" ".join(text.split())[:_LONGEST_TITLE])
