"""Plausible made-up figures for one body and one year: small for a commune, large for the broadcaster, consistent.

Every rule a real report must keep is kept here: parts add up, subsets stay inside, the year is at least the half-year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Final

from include.calendar.periods import Period
from include.reference import COMPANION, OF_WHICH, Measure, Reference, ReportingUnit
from include.sources.agency_reports import labels
from include.sources.agency_reports.template import CellEntry, DetailEntry, form_lines, form_template

_SCALE: Final = {"media": 24, "police": 3, "military": 3, "office": 3, "department": 2, "finance": 2, "front": 2}
"""How much busier than a commune the bodies of a peer group are."""

_HALF_YEAR: Final = {
    "LEG01": (1, 6),
    "LEG02": (0, 2),
    "LEG03": (1, 6),
    "TRN01": (0, 2),
    "TRN03": (1, 6),
    "MED01": (6, 22),
    "MED02": (1, 7),
    "MED03": (1, 3),
    "MED04": (1, 2),
    "MED05": (0, 3),
    "MED07": (0, 2),
    "HRT01": (1, 5),
    "VNV01": (4, 20),
    "RSP01": (1, 6),
    "RSP02": (0, 4),
    "RSP03": (0, 4),
    "BDR05": (2, 9),
    "EVT01": (1, 4),
    "EVT02": (0, 1),
    "DIF01": (0, 3),
    "FDI01": (3, 8),
    "FDI03": (1, 6),
    "FDI05": (1, 5),
    "NGO01": (1, 4),
}
_OTHER_COUNTS: Final = (0, 2)
_PER_HEAD: Final = {"TRN02": ("TRN01", 20, 60), "EVT03": ("EVT01", 60, 260), "PPD02": ("PPD01", 40, 160)}
"""Attendance: measure -> what is attended, least and most people at one of them."""

_STOCKS: Final = {"STF02": (1, 2), "FDI08": (110, 160), "ODA01": (4, 8), "MED03": (1, 3), "BDR05": (2, 9)}
_MONEY_RANGES: Final = {
    "FDI02": (30, 900),
    "FDI06": (5, 80),
    "FDI07": (100, 900),
    "ODA02": (20, 300),
    "NGO02": (400, 4000),
}
"""Half-year amounts in tenths of the workbook unit."""

_PARTNERS: Final = ("KR", "JP", "SG", "CN")
_SECTORS: Final = ("C", "G")


@dataclass(slots=True)
class Filled:
    """The figures of one report, as the template writer takes them."""

    actual: dict[str, CellEntry] = field(default_factory=dict)
    estimate: dict[str, CellEntry] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    detail: list[DetailEntry] = field(default_factory=list)


def make_year(
    unit: ReportingUnit, periods: Sequence[Period], reference: Reference, random: Random
) -> dict[str, Filled]:
    """One year of figures by period code; the periods share their half-year, so that they agree with each other."""
    year = _Year(unit, reference, random)
    return {period.code: year.fill(period) for period in periods}


class _Year:
    def __init__(self, unit: ReportingUnit, reference: Reference, random: Random) -> None:
        self.unit, self.reference, self.random = unit, reference, random
        self.scale = _SCALE.get(unit.group_code, 1)
        template = reference.templates[unit.template_code or ""]
        self.measures = {code: reference.measures[code] for code in template.measures}
        ways_to_say_zero: list[CellEntry] = [0, 0, 0, 0, labels.NIL, "-"]
        self.zero = random.choice(ways_to_say_zero)
        self.has_plan, self.has_staff = random.random() < 0.85, random.random() < 0.92
        self.plan_note = f"Kế hoạch số {random.randint(3, 60)}/KH ngày {random.randint(10, 28)}/01/2026"
        self.website = random.choice(["có"] * 7 + ["không"] * 2 + [labels.NO_WEBSITE])
        self.half = self._counts(Decimal(1))
        self.rest = self._counts(Decimal("0.8"))
        # Without this a small commune could report the same year as half-year, which looks like a copied report.
        if "MED01" in self.rest:
            self.rest["MED01"] += 1
        self.parts_half = {code: self._split_axes(code, total) for code, total in self.half.items()}
        self.parts_rest = {code: self._split_axes(code, total) for code, total in self.rest.items()}
        self._make_budget()

    def _between(self, lowest: int, highest: int, weight: Decimal) -> Decimal:
        return Decimal(int(self.random.randint(lowest, highest) * self.scale * weight))

    def _counts(self, weight: Decimal) -> dict[str, Decimal]:
        values: dict[str, Decimal] = {}
        for code, measure in self.measures.items():
            if measure.value_type == "count" and code not in _STOCKS:
                values[code] = self._between(*_HALF_YEAR.get(code, _OTHER_COUNTS), weight)
        for code, (attended, least, most) in _PER_HEAD.items():
            if code in values and attended in values:
                values[code] = values[attended] * self.random.randint(least, most)
        for code in ("FDI01", "NGO01"):
            # Capital and aid below need at least one project to belong to.
            if code in values:
                values[code] = max(values[code], Decimal(1))
        for bound in self.reference.bounds:
            wholes = sum((values[code] for code in bound.wholes if code in values), Decimal(0))
            for code in bound.parts:
                if code in values:
                    values[code] = min(values[code], wholes)
                    wholes -= values[code]
        for code, (lowest, highest) in _MONEY_RANGES.items():
            if code in self.measures:
                values[code] = Decimal(self.random.randint(lowest, highest)) / 10
        if "FDI04" in self.measures:
            values["FDI04"] = Decimal(self.random.randint(-60, 200)) / 10
        if "NGO03" in self.measures:
            values["NGO03"] = (values["NGO02"] * self.random.randint(30, 90) / 100).quantize(Decimal("0.1"))
        if "ODA04" in self.measures:
            values["ODA04"] = Decimal(self.random.randint(400, 1500)) / 10
        return values

    def _split_axes(self, code: str, total: Decimal) -> dict[str, Decimal]:
        """Parts of a total by line code, each breakdown of the form by itself."""
        parts: dict[str, Decimal] = {}
        for axis in self.measures[code].axes:
            if not axis.in_form or axis.code == COMPANION:
                continue
            members = list(self.reference.members(code, axis.code))
            shares = (
                [Decimal(int(total * self.random.randint(0, 20) / 100))]
                if axis.code == OF_WHICH
                else self._split(total, len(members))
            )
            parts |= {
                labels.line_code(code, axis.code, member): share for member, share in zip(members, shares, strict=False)
            }
        return parts

    def _split(self, total: Decimal, count: int) -> list[Decimal]:
        """`total` in `count` shares, the first the largest, in whole numbers or tenths as the total is."""
        step = Decimal(1) if total == total.to_integral_value() else Decimal("0.1")
        left, shares = total, []
        for number in range(count - 1):
            part = Decimal(self.random.randint(55, 85) if number == 0 else self.random.randint(0, 70)) / 100
            share = (left * part // step) * step
            shares.append(share)
            left -= share
        shares.append(left)
        return shares

    def _make_budget(self) -> None:
        plan = Decimal(self.random.randint(150, 600) * self.scale) / 10
        spent_half = (plan * self.random.randint(25, 50) / 100).quantize(Decimal("0.1"))
        spent_year = (plan * self.random.randint(70, 92) / 100).quantize(Decimal("0.1"))
        expected = (plan * self.random.randint(93, 100) / 100).quantize(Decimal("0.1"))
        self.budget = {"6T": (plan, spent_half, None), "NAM": (plan, spent_year, expected)}

    def fill(self, period: Period) -> Filled:
        filled = Filled()
        is_annual = period.kind == "NAM"
        for line in form_lines(form_template(self.unit, period, self.reference), period, self.reference):
            measure = line.measure
            if measure is None or not line.code:
                continue
            value = self._value(line.code, measure, is_annual, filled)
            if value is not None:
                filled.actual[line.code] = value
            if is_annual and line.takes_estimate and isinstance(value, Decimal | int):
                filled.estimate[line.code] = self._estimate(Decimal(value), measure)
        self._fill_budget(period, filled)
        self._add_detail(filled, is_annual)
        if self.unit.group_code == "police" and "SEC02" in filled.actual:
            filled.actual["SEC02"] = labels.WITHHELD
        if not is_annual and "BDR03" in filled.actual and self.random.random() < 0.2:
            filled.notes["BDR03"] = labels.ESTIMATE_MARK
        return filled

    def _value(self, line_code: str, measure: Measure, is_annual: bool, filled: Filled) -> CellEntry | None:
        code = measure.code
        if code == "LEG05":
            if self.has_plan:
                filled.notes[code] = self.plan_note
            return labels.YES if self.has_plan else labels.NO
        if code == "STF01":
            return labels.YES if self.has_staff else labels.NO
        if code == "VNV02":
            return self.website
        if measure.value_type == "milestone":
            return 3 if is_annual else 1
        if code in _STOCKS:
            return self._stock(line_code, measure)
        if line_code in self.half:
            total = self.half[code] + (self.rest[code] if is_annual else 0)
            return self._count_entry(total)
        if line_code in self.parts_half.get(code, {}):
            part = self.parts_half[code][line_code] + (self.parts_rest[code][line_code] if is_annual else 0)
            return part or None
        if code == "ODA03":
            return Decimal("352.5")
        return None

    def _count_entry(self, total: Decimal) -> CellEntry:
        return total or self.zero

    def _stock(self, line_code: str, measure: Measure) -> CellEntry | None:
        """The same in both periods: what stands at the cut-off date changes little within a year."""
        lowest, highest = _STOCKS[measure.code]
        steady = Random(f"{self.unit.code}|{measure.code}")
        total = steady.randint(lowest, highest)
        if measure.code == "STF02" and not self.has_staff:
            total = 0
        axis_code = line_code.split(".")[1] if "." in line_code else ""
        if not axis_code:
            return total
        if axis_code == COMPANION:
            return Decimal(steady.randint(12_000, 26_000)) / 10
        members = list(self.reference.members(measure.code, axis_code))
        return total if line_code.endswith(f".{members[-1]}") and total else None

    def _estimate(self, value: Decimal, measure: Measure) -> CellEntry:
        more = (abs(value) * Decimal("0.12")).quantize(Decimal(1 if measure.value_type == "count" else "0.1"))
        return value + more

    def _fill_budget(self, period: Period, filled: Filled) -> None:
        figures = self.budget.get(period.kind, self.budget["6T"])
        for code, total in zip(("BUD01", "BUD02", "BUD03"), figures, strict=True):
            if code not in self.measures or total is None:
                continue
            filled.actual[code] = total
            sources = list(self.reference.members(code, "source"))
            own = "nsnn_xa" if self.unit.kind == "commune" else "nsnn_tinh"
            social = (total * Decimal("0.15")).quantize(Decimal("0.1"))
            for source in sources:
                line_code = labels.line_code(code, "source", source)
                if source == own:
                    filled.actual[line_code] = total - social
                elif source == "xa_hoi_hoa":
                    filled.actual[line_code] = social
        if "BUD01" in filled.estimate:
            filled.estimate["BUD01"] = filled.actual["BUD01"]
        if "BUD02" in filled.estimate and "BUD03" in filled.actual:
            filled.estimate["BUD02"] = filled.actual["BUD03"]

    def _add_detail(self, filled: Filled, is_annual: bool) -> None:
        for code in ("FDI01", "FDI02"):
            total = filled.actual.get(code)
            if not isinstance(total, Decimal):
                continue
            for axis_code, members in (("partner", _PARTNERS), ("sector", _SECTORS)):
                axis = self.measures[code].axis(axis_code)
                if axis is None:
                    continue
                names = [self.reference.members(code, axis_code)[member].name_vi for member in members]
                filled.detail += [
                    DetailEntry(code, labels.axis_name(axis.label_vi), name, share)
                    for name, share in zip(names, self._split(total, len(names)), strict=True)
                    if share
                ]
        delegations = filled.actual.get("DEL01")
        axis = self.measures["DEL01"].axis("country") if "DEL01" in self.measures else None
        if isinstance(delegations, Decimal) and axis is not None:
            country = self.reference.members("DEL01", "country")[_PARTNERS[int(is_annual)]].name_vi
            filled.detail.append(DetailEntry("DEL01", labels.axis_name(axis.label_vi), country, delegations))
