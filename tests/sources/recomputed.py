"""The plan's indicators in plain arithmetic, from cells of the original files: no line of include/ takes part.

Written from the formulas of the plan's list of indicators, which are quoted beside each definition.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl.utils import coordinate_to_tuple

from tests.sources.original_files import UNITS, OriginalFiles, Rate, number

Cell = Mapping[str, Any]

# What is added up, measure by measure.
SUMS = {
    "L01": ("sum LEG01", ["LEG01"]),
    "L02": ("sum LEG03", ["LEG03"]),
    "T01": ("sum TRN01", ["TRN01"]),
    "T02": ("sum TRN02 (never + TRN03)", ["TRN02"]),
    "M01": ("sum MED01", ["MED01"]),
    "M02": ("sum (MED01 + MED02) where language <> vi", ["MED01", "MED02"]),
    "M03": ("sum MED02", ["MED02"]),
    "M05": ("sum MED05", ["MED05"]),
    "M06": ("sum MED06", ["MED06"]),
    "H01": ("sum HRT01", ["HRT01"]),
    "V01": ("sum VNV01", ["VNV01"]),
    "R01": ("sum RSP01", ["RSP01"]),
    "R03": ("sum MED07", ["MED07"]),
    "B01": ("sum BDR01", ["BDR01"]),
    "B02": ("sum BDR02", ["BDR02"]),
    "B03": ("sum BDR04", ["BDR04"]),
    "E01": ("sum EVT01 after removal of duplicates reported by co-organisers", ["EVT01"]),
    "D01": ("sum DEL01 (VPUB figure prevails; others reconcile)", ["DEL01"]),
    "D02": ("sum DEL02", ["DEL02"]),
    "D03": ("sum DEL03", ["DEL03"]),
    "D04": ("sum DEL04", ["DEL04"]),
    "F01": ("sum PRS01 (VPUB prevails, CAT reconciles)", ["PRS01"]),
    "F03": ("sum PRS04", ["PRS04"]),
    "G01": ("sum PPD01", ["PPD01"]),
    "K01": ("sum BUD01", ["BUD01"]),
    "X01": ("FDI01", ["FDI01"]),
    "X02": ("FDI02", ["FDI02"]),
    "X03": ("FDI04 (sign kept)", ["FDI04"]),
    "X04": ("FDI02 + FDI04 + FDI06", ["FDI02", "FDI04", "FDI06"]),
    "X05": ("FDI07", ["FDI07"]),
    "O01": ("ODA01", ["ODA01"]),
    "O02": ("sum ODA02", ["ODA02"]),
    "Q01": ("sum NGO01", ["NGO01"]),
    "Q02": ("sum NGO02", ["NGO02"]),
    # A milestone is one body's, so its sum is itself.
    "L03": ("LEG04", ["LEG04"]),
}
PAIRS = {
    "M04": ("MED03 (stock) and sum MED04 (flow), shown as a pair, never added", ("MED03", "MED04")),
    "H02": ("sum HRT02; sum HRT03 (pair)", ("HRT02", "HRT03")),
}
RATIOS = {
    "P08": ("100 x DIF02 / DIF01", "DIF02", "DIF01"),
    "R02": ("100 x RSP03 / RSP02", "RSP03", "RSP02"),
    "E02": ("100 x EVT02 / EVT01", "EVT02", "EVT01"),
    "F02": ("100 x PRS03 / PRS02", "PRS03", "PRS02"),
    "K02": ("100 x BUD02 / BUD01 (annual also BUD03 / BUD01)", "BUD02", "BUD01"),
    "K03": ("100 x BUD02[source <> NSNN] / BUD02", "BUD02", "BUD02"),
    "O03": ("100 x ODA04 / ODA03", "ODA04", "ODA03"),
    "Q03": ("100 x NGO03 / NGO02 (cumulative)", "NGO03", "NGO02"),
}
ANSWERS = {
    "L04": ("100 x #(LEG05 = yes) / #units received", "LEG05"),
    "S01": ("100 x #(STF01 = yes) / #units received", "STF01"),
    "V02": ("100 x #(VNV02 = yes) / #(units with a website)", "VNV02"),
    "T03": ("100 x #(communes with TRN03 >= 1) / #(communes valid on the due date, 102 in 2026)", "TRN03"),
}
REPORTING = {
    "P01": "100 x #(agencies with REP02 < 2026-06-15 00:00) / REP01",
    "P02": "100 x #(REP02 < 2026-11-25 00:00) / REP01",
    "P04": "100 x sum(REP05 filled) / sum(REP05 required), received reports only",
    "P05": "100 x #(first version with no blocking REP06) / received",
    "P06": "100 x #(REP03 > 1) / received",
}
ERROR_OF_ESTIMATES = {"P07": "100 x sum(abs(final - estimate)) / sum(final), per element, over agencies"}
MONITORING = {
    "N01": "sum MON01",
    "N02": (
        "100 x sum(MON01[tone]) / sum(MON01[tone <> chua_phan_loai]): three shares that add to 100; unclassified share"
        " shown apart"
    ),
    "N03": "100 x sum(MON01[language <> vi]) / sum(MON01)",
    "N04": "100 x #(days with MON02 = true) / #days of the period",
}
# An indicator nobody was asked for in the sample: no request was sent.
WITHOUT_PERIOD = {"P03": "100 x #(REP02 <= due of the request) / REP01[ad hoc]"}
FORMULAS = {
    **{code: definition[0] for part in (SUMS, PAIRS, RATIOS, ANSWERS) for code, definition in part.items()},
    **REPORTING,
    **ERROR_OF_ESTIMATES,
    **MONITORING,
    **WITHOUT_PERIOD,
}

# Whose word counts, where not everybody's does.
ONLY = {
    **{key: {"VPUB"} for key in ("D01", "D02", "F01")},
    **{key: {"SVHTTDL"} for key in ("P08", "L03")},
    **{key: {"STC", "BQLKKT"} for key in ("X01", "X02", "X03", "X04", "X05")},
    **{key: {"STC"} for key in ("O01", "O02", "O03", "Q01", "Q02", "Q03")},
}
NEVER = {key: {"STC"} for key in ("K01", "K02", "K03")}

# The unit of the forms, where it is not one thing counted, and the unit the indicator is shown in.
MONEY = {
    **dict.fromkeys(("BUD01", "BUD02", "BUD03"), "triệu đồng"),
    **dict.fromkeys(("FDI02", "FDI04", "FDI06", "FDI07", "ODA02"), "triệu USD"),
    **dict.fromkeys(("ODA03", "ODA04"), "tỷ đồng"),
    **dict.fromkeys(("NGO02", "NGO03"), "nghìn USD"),
}
SHOWN_IN = {
    "K01": "triệu đồng",
    **dict.fromkeys(("X02", "X03", "X04", "X05", "O02"), "triệu USD"),
    "Q02": "nghìn USD",
}

_CODE = re.compile(r"[A-Z]{3}\d{2}(\.|$)")
_CURRENCY = re.compile(r"[A-Z]{3}")
_KEPT = "exchange_rates.csv"
# A converted amount is divided to different lengths here and there; a millionth of a dollar is beyond both.
_DIGITS = 6


class WrongLineage(AssertionError):
    """The trace says something that the files do not."""


@dataclass
class Recomputed:
    """What came out of the cells: the two sums in base units, and the value shown."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None

    def rounded(self) -> tuple[Decimal | None, ...]:
        """All three to the digits that two ways of dividing have in common."""
        return tuple(
            None if part is None else round(part, _DIGITS) for part in (self.numerator, self.denominator, self.value)
        )


@dataclass
class Originals:
    """The original files, and everything else the arithmetic may look at."""

    files: OriginalFiles
    names_of_measures: Mapping[str, Sequence[str]]
    kept_rate: Callable[[str], Rate]
    reads: Counter[tuple[str, str | None, str]] = field(default_factory=Counter)

    def figure(self, measure: str, cell: Cell) -> Decimal:
        """What the cell adds in base units, read anew; raises WrongLineage when the trace says otherwise."""
        sheet, at = cell["sheet"], cell["cell"]
        if sheet is None or at is None:
            raise WrongLineage(f"{measure} of {cell['unit']}: no cell")
        self.reads[cell["sha256"], sheet, at] += 1
        self._require_row_of(measure, cell)
        raw = self.files.cell(cell["sha256"], sheet, at)
        if "project" in cell:
            value = self._of_register(cell, raw)
        else:
            unit = MONEY.get(measure)
            value = number(raw, UNITS[unit] if unit else Decimal(1))
        if value is None or round(value, _DIGITS) != round(Decimal(cell["value"]), _DIGITS):
            raise WrongLineage(f"{measure} of {cell['unit']}, {sheet}!{at}: {raw!r} is {value}, not {cell['value']}")
        return value

    def _require_row_of(self, measure: str, cell: Cell) -> None:
        """The row is about the measure: its code stands in it or, where a clerk left codes out, its name."""
        if "project" in cell:
            return
        printed = [text for text in self.files.row(cell["sha256"], cell["sheet"], cell["cell"]) if _CODE.match(text)]
        meant = f"{measure}.{cell['axis']}.{cell['member']}" if "member" in cell else measure
        # Lines of the sheet of details, and those a clerk typed without codes, name the member in words.
        if (
            printed != [meant]
            and not ("member" in cell and printed == [measure])
            and (printed or not self._is_below_name(measure, cell))
        ):
            raise WrongLineage(f"{meant} of {cell['unit']}: the row of {printed}")

    def _is_below_name(self, measure: str, cell: Cell) -> bool:
        texts = self.files.texts(cell["sha256"], cell["sheet"])
        for row in range(coordinate_to_tuple(cell["cell"])[0], 0, -1):
            named = [code for code, names in self.names_of_measures.items() if set(names) & set(texts.get(row, ()))]
            if named:
                return measure in named
        return False

    def _of_register(self, cell: Cell, raw: object) -> Decimal | None:
        """An amount of a project in the currency its column or its line names, converted at the rates of its month."""
        at = (cell["sha256"], cell["sheet"], cell["cell"])
        header = next(text for text in self.files.column_above(*at) if len(text) > 3)
        factor = next((UNITS[f"{word} đồng"] for word in ("triệu", "tỷ") if word in header), Decimal(1))
        if "nghìn" in header:
            factor = Decimal(1_000)
        currency = "USD" if "USD" in header else "VND" if "đồng" in header else None
        if "nguyên tệ" in header:
            [currency] = [text for text in self.files.row(*at) if _CURRENCY.fullmatch(text)]
        value = number(raw, factor)  # type: ignore[arg-type]
        if value is None or currency is None:
            return value
        printed = cell["printed"]
        if value != Decimal(printed["value"]) or (value and printed["unit"] != currency):
            raise WrongLineage(f"{at}: {value} {currency}, the trace prints {cell['printed']}")
        rates = {rate.currency: rate.vnd for rate in map(self._rate, cell.get("rates", []))}
        if not rates:
            return value
        # Into dollars: through đồng where it is neither.
        if currency == "VND":
            return value / rates["USD"]
        return value * rates[currency] / rates["USD"]

    def _rate(self, stated: Mapping[str, Any]) -> Rate:
        kept = stated["sha256"] is None
        rate = self.kept_rate(stated["cell"]) if kept else self.files.rate(stated["sha256"], stated["cell"])
        if kept:
            assert stated["cell"].startswith(_KEPT)
        if (rate.currency, rate.vnd) != (stated["currency"], Decimal(stated["vnd"])):
            raise WrongLineage(f"the rate of {stated['cell']} is {rate}, not {stated}")
        return rate


def recompute_from_cells(code: str, traced: Mapping[str, Any], originals: Originals) -> Recomputed:
    """A sum, a milestone or a ratio; raises WrongLineage where the trace contradicts the files."""
    if code in RATIOS:
        _, above, below = RATIOS[code]
        numerator = _add(code, traced, "numerator", [above], originals)
        denominator = _add(code, traced, "denominator", [below], originals)
        _require_both_sides(code, traced)
        return Recomputed(numerator, denominator, _percent(numerator, denominator))
    _, measures = SUMS[code]
    numerator = _add(code, traced, "numerator", measures, originals)
    return Recomputed(numerator, None, _shown(code, numerator))


def recompute_pair(code: str, traced: Mapping[str, Any], originals: Originals) -> tuple[Decimal, Decimal]:
    """The two figures of a pair, never added."""
    _, (first, second) = PAIRS[code]
    return _add(code, traced, "first", [first], originals), _add(code, traced, "second", [second], originals)


def recompute_year(code: str, traced: Mapping[str, Any], originals: Originals) -> Decimal | None:
    """The estimate for the whole year, from the cells of its own column (of its own measure, for spending)."""
    cells = _cells(traced, "full_year")
    if not cells:
        return None
    total = sum((originals.figure(measure, cell) for measure, cell in cells), Decimal(0))
    if code not in RATIOS:
        return _shown(code, total)
    assert {measure for measure, _ in cells} == {"BUD03"}
    below = _cells(traced, "full_year_denominator")
    return _percent(total, sum((originals.figure(measure, cell) for measure, cell in below), Decimal(0)))


def recompute_answers(code: str, traced: Mapping[str, Any], originals: Originals) -> Decimal:
    """How many of the bodies traced gave the answer that counts."""
    _, measure = ANSWERS[code]
    said = [originals.figure(measure, cell) for found, cell in _cells(traced, "numerator") if found == measure]
    return Decimal(sum(each >= 1 if code == "T03" else each == 1 for each in said))


def recompute_error(traced: Mapping[str, Any], originals: Originals) -> Recomputed:
    """One element of the error of estimates: distances body by body, over the finals."""
    finals: dict[str, Decimal] = {}
    for measure, cell in _cells(traced, "denominator"):
        finals[cell["unit"]] = originals.figure(measure, cell)
    said: dict[str, list[Decimal]] = defaultdict(list)
    for measure, cell in _cells(traced, "numerator"):
        said[cell["unit"]].append(originals.figure(measure, cell))
    assert set(said) == set(finals)
    assert all(len(both) == 2 for both in said.values())
    distance = sum((abs(both[0] - both[1]) for both in said.values()), Decimal(0))
    total = sum(finals.values(), Decimal(0))
    return Recomputed(distance, total, _percent(distance, total))


def recompute_monitoring(
    code: str, by: tuple[str, str] | None, traced: Mapping[str, Any], files: OriginalFiles, passed_days: int
) -> Recomputed:
    """A monitoring indicator, headline (`by` None) or breakdown, from the lines its cells name."""
    lines: list[Mapping[str, Any]] = []
    seen: set[tuple[str, int]] = set()
    for _, cell in _cells(traced, "numerator"):
        first, last = map(date.fromisoformat, cell["days"])
        for line in files.counts(cell["sha256"], cell["sheet"], cell["cell"], first, last):
            if (cell["sha256"], line["line"]) in seen:
                raise WrongLineage(f"{code}: line {line['line']} twice")
            seen.add((cell["sha256"], line["line"]))
            lines.append(line)
    columns = {
        "channel_type": "loai_kenh", "topic": "chu_de", "scope": "pham_vi", "language": "ngon_ngu", "tone": "sac_thai",
    }  # fmt: skip
    axis, member = by or ("total", "total")
    *outer, inner = axis.split("/") if axis != "total" else ["total"]
    members = member.split("/")
    inside = [line for line in lines if all(line[columns[a]] == m for a, m in zip(outer, members, strict=False))]
    if code == "N04":
        # A line without a channel marks the day as a whole: looked at everywhere, nothing found.
        looked_at = inside if axis == "total" else [line for line in lines if line["loai_kenh"] in (member, "", None)]
        return _parts(Decimal(len({line["ngay"] for line in looked_at})), Decimal(passed_days))
    everything = _items(inside)
    if code == "N02":
        classified = _items(line for line in inside if line["sac_thai"] != "chua_phan_loai")
        if by is None:
            return Recomputed(classified, everything, None)
        part = _items(line for line in inside if line["sac_thai"] == members[-1])
        return _parts(part, classified if inner == "tone" else everything)
    of_member = inside if by is None else [line for line in lines if line[columns[axis]] == member]
    if code == "N01":
        return Recomputed(_items(of_member), None, _items(of_member))
    foreign = _items(line for line in of_member if line["ngon_ngu"] != "vi")
    return _parts(foreign, everything if axis == "language" else _items(of_member))


def _items(lines: Any) -> Decimal:
    return sum((Decimal(line["so_luong"]) for line in lines), Decimal(0))


def _parts(numerator: Decimal, denominator: Decimal) -> Recomputed:
    return Recomputed(numerator, denominator, _percent(numerator, denominator))


def _cells(traced: Mapping[str, Any], side: str) -> list[tuple[str, Cell]]:
    return [(term["measure"], cell) for term in traced["terms"] if term["side"] == side for cell in term["cells"]]


def _add(code: str, traced: Mapping[str, Any], side: str, measures: Sequence[str], originals: Originals) -> Decimal:
    total, places = Decimal(0), set()
    zeros: dict[tuple[str, str], list[tuple[Cell, Decimal]]] = defaultdict(list)
    for measure, cell in _cells(traced, side):
        place = (cell["sha256"], cell["sheet"], cell["cell"])
        if measure not in measures or place in places:
            raise WrongLineage(f"{code} {side}: {measure} {place} does not belong there, or stands there twice")
        places.add(place)
        _require_word(code, cell["unit"])
        value = originals.figure(measure, cell)
        if cell.get("proves_zero"):
            zeros[measure, cell["unit"]].append((cell, value))
        elif "counted_as" not in cell:
            _require_member(code, side, cell)
            total += value
    for (measure, unit), cells in zeros.items():
        _require_zero(f"{code} {measure} of {unit}", cells)
    return total


def _require_word(code: str, unit: str) -> None:
    if unit not in ONLY.get(code, {unit}) or unit in NEVER.get(code, ()):
        raise WrongLineage(f"{code}: {unit} has no say in it")


def _require_member(code: str, side: str, cell: Cell) -> None:
    """The parts the formula speaks of: languages but Vietnamese, sources but the state budget."""
    member = (cell.get("axis"), cell.get("member"))
    if code == "M02":
        is_meant = member[0] == "language" and member[1] != "vi"
    elif code == "K03" and side == "numerator":
        is_meant = member[0] == "source" and member[1] not in ("nsnn_tinh", "nsnn_xa")
    else:
        is_meant = member == (None, None)
    if not is_meant:
        raise WrongLineage(f"{code} {side}: {member} is no part of it")


def _require_zero(where: str, cells: Sequence[tuple[Cell, Decimal]]) -> None:
    """Nothing is left for the part: the whole is 0, or the other members already make it up."""
    whole = [value for cell, value in cells if "axis" not in cell]
    others = sum((value for cell, value in cells if "axis" in cell), Decimal(0))
    if len(whole) != 1 or whole[0] not in (0, others):
        raise WrongLineage(f"{where}: whole {whole}, other members {others}, so not zero")


def _require_both_sides(code: str, traced: Mapping[str, Any]) -> None:
    above = {cell["unit"] for _, cell in _cells(traced, "numerator")}
    below = {cell["unit"] for _, cell in _cells(traced, "denominator")}
    if above != below:
        raise WrongLineage(f"{code}: {sorted(above ^ below)} stand on one side only")


def _percent(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    if denominator == 0:
        return None
    return round(100 * numerator / denominator, 10)


def _shown(code: str, total: Decimal) -> Decimal:
    return total / UNITS[SHOWN_IN[code]] if code in SHOWN_IN else total
