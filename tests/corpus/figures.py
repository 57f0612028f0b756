"""B089 to B103: numbers, units, dates and periods as they are typed, and what none of them may become."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from include.calendar.periods import load_periods
from include.reference import load_reference
from include.sources.agency_reports.template import form_lines
from tests.corpus.frame import IN_NOVEMBER, case
from tests.corpus.plain_files import Edit, change_parts, in_form, projects, typed
from tests.sources.reports import cell_of, write_report
from tests.sources.typed import BUDGET, NEWS, line

MILLION = Decimal(1_000_000)
_FIRST_LINE = 15
"""Row of the form's first line, below heading, header and column numbers."""


@cache
def figure_cell(code: str, period: str = "2026-06T") -> str:
    """Where the figure of that line stands in a commune's form."""
    reference = load_reference()
    lines = form_lines(reference.templates["T-COMMUNE"], load_periods()[period], reference)
    return f"F{_FIRST_LINE + next(index for index, each in enumerate(lines) if each.code == code)}"


def _figures(
    entry: str,
    what: str,
    actual: Mapping[str, Any],
    *,
    loads: Mapping[str, Decimal | str | None] | None = None,
    asked: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    formats: Mapping[str, str] | None = None,
) -> None:
    """Register a report with these figures; `asked` gives the code each of those lines is asked back with.

    The forms load whole or not at all: one line that is asked back holds the report.
    """
    asked = asked or {}

    @case(
        entry,
        what,
        "quarantined" if asked else "loaded",
        next(iter(asked.values()), "OK"),
        told=sorted(set(asked.values())),
        cells={code: figure_cell(measure) for measure, code in asked.items()},
        loads=dict.fromkeys(actual) if asked else loads,
    )
    def made(folder: Path, unit: str) -> Path:
        def edit(book: openpyxl.Workbook) -> None:
            for code, value in actual.items():
                cell = cell_of(book, code)
                cell.value = value
                if formats and code in formats:
                    cell.number_format = formats[code]
                if units and code in units:
                    cell.offset(column=-1).value = units[code]

        return write_report(folder / "bao-cao.xlsx", unit, edit=edit)


# Of B089, separators

for _what, _text in (
    ("thousands with dots", "1.234.567"),
    ("thousands with commas", "1,234,567"),
):
    _figures("B089", _what, {"MED01": _text}, loads={"MED01": Decimal(1_234_567)})

_figures(
    "B089",
    "thousands with spaces: plain, unbreakable, thin",
    {"MED01": "1 234 567", "MED02": "1\u00a0234\u00a0567", "MED06": "1\u2009234\u202f567"},
    loads=dict.fromkeys(("MED01", "MED02", "MED06"), Decimal(1_234_567)),
)
_figures(
    "B089",
    "1.234,5 in a column of money",
    {"BUD02": "1.234,5", "BUD01": "2.000,5"},
    loads={"BUD02": Decimal("1234.5") * MILLION},
)
_figures(
    "B089",
    "1,234.5 in a column of money",
    {"BUD02": "1,234.5", "BUD01": "2,000.5"},
    loads={"BUD02": Decimal("1234.5") * MILLION},
)
_figures(
    "B089",
    "1.5 and nothing beside it that shows what the dot means",
    {"BUD02": "1.5"},
    asked={"BUD02": "NUMBER_AMBIGUOUS"},
)
_figures(
    "B089",
    "1.234 and 1,234 alone, a thousand or a little over one",
    {"MED01": "1.234", "MED02": "1,234"},
    asked={"MED01": "NUMBER_AMBIGUOUS", "MED02": "NUMBER_AMBIGUOUS"},
)
_figures(
    "B089",
    "1.234 in a column that shows its commas elsewhere",
    {"MED01": "1.234", "BUD02": "12,5"},
    loads={"MED01": Decimal(1234), "BUD02": Decimal("12.5") * MILLION},
)
_figures(
    "B089",
    "a second convention in one sheet",
    {"MED01": "1.234", "BUD01": "2.000,5", "BUD02": "1.5"},
    asked={"BUD02": "NUMBER_AMBIGUOUS"},
)
_figures(
    "B089",
    "two conventions that contradict each other leave 2.345 undecided",
    {"MED01": "2.345", "BUD01": "2.000,5", "BUD02": "1,234.5"},
    asked={"MED01": "NUMBER_AMBIGUOUS"},
)
_figures("B089", "1.5 as a true number", {"BUD02": 1.5}, loads={"BUD02": Decimal("1.5") * MILLION})
_figures("B089", "0.5 typed as text", {"BUD02": "0.5"}, asked={"BUD02": "NUMBER_AMBIGUOUS"})
_figures("B089", "1.23.456, dots in the wrong place", {"MED01": "1.23.456"}, asked={"MED01": "NUMBER_UNREADABLE"})

# Of B090, percentages; no measure of the reports is a percentage, so every one is asked back

_figures(
    "B090",
    "12%, 12,5 % and 12‰ where a count is asked",
    {"MED01": "12%", "MED02": "12,5 %", "EVT01": "12‰"},
    asked={"MED01": "UNIT_CONFLICT", "MED02": "UNIT_CONFLICT", "EVT01": "UNIT_CONFLICT"},
)
_figures(
    "B090",
    "0.125 shown as 12,5%",
    {"MED01": 0.125},
    formats={"MED01": "0.0%"},
    asked={"MED01": "UNIT_CONFLICT"},
)
_figures("B090", "12.5 where a count is asked", {"MED01": 12.5}, asked={"MED01": "COUNT_NOT_WHOLE"})
_figures(
    "B090",
    "the unit cell changed to %",
    {"MED01": 12},
    units={"MED01": "%"},
    asked={"MED01": "UNIT_CONFLICT"},
)

# Of B091, units

_figures("B091", "1,2 tỷ in a column of triệu đồng", {"BUD01": "1,2 tỷ"}, asked={"BUD01": "UNIT_CONFLICT"})
_figures(
    "B091",
    "350 triệu đồng and 90 triệu in a column of triệu đồng",
    {"BUD01": "350 triệu đồng", "BUD02": "90 triệu"},
    loads={"BUD01": 350 * MILLION, "BUD02": 90 * MILLION},
)
_figures(
    "B091",
    "USD 1,2m in a column of triệu đồng",
    {"BUD01": "USD 1,2m"},
    asked={"BUD01": "UNIT_CONFLICT"},
)
_figures(
    "B091",
    "every line with a unit of its own",
    {"BUD01": 0.35, "BUD02": 90_000_000, "MED01": 7},
    units={"BUD01": "tỷ đồng", "BUD02": "đồng", "MED01": "bài viết"},
    loads={"BUD01": 350 * MILLION, "BUD02": 90 * MILLION, "MED01": Decimal(7)},
)
_figures(
    "B091",
    "a line of đồng with the unit USD",
    {"BUD01": 350},
    units={"BUD01": "triệu USD"},
    asked={"BUD01": "UNIT_CONFLICT"},
)
_figures(
    "B091",
    "a magnitude without its currency",
    {"BUD01": 350},
    units={"BUD01": "nghìn"},
    asked={"BUD01": "UNIT_CONFLICT"},
)
_figures(
    "B091",
    "5 bài where articles are asked, 5 người where they are not",
    {"MED01": "5 bài", "MED02": "5 người"},
    asked={"MED02": "UNIT_CONFLICT"},
)


@case(
    "B091",
    "the unit only over the table, “ĐVT: đồng”",
    "loaded",
    "OK",
    loads={"BUD02": 90 * MILLION, "MED01": Decimal(7)},
)
def unit_above(folder: Path, unit: str) -> Path:
    return typed(
        folder, unit, [None, NEWS, None, 7], [None, BUDGET, None, 90_000_000], above=[None, None, None, "ĐVT: đồng"]
    )


@case("B091", "the unit only in the column's heading", "loaded", "OK", loads={"BUD02": 90 * MILLION})
def unit_in_header(folder: Path, unit: str) -> Path:
    header = ["STT", "Nội dung", "Số liệu (nghìn đồng)", "Ghi chú"]
    return typed(folder, unit, [None, BUDGET, 90_000, None], header=header)


def _noted(what: str, note: str, place: str | None = None, *, is_asked: bool) -> None:
    """Register a report with a remark in that cell of the form, beside its plan of money unless told."""

    @case(
        "B091",
        what,
        "quarantined" if is_asked else "loaded",
        "UNIT_CONFLICT" if is_asked else "OK",
        cells={"UNIT_CONFLICT": figure_cell("BUD01")} if is_asked else None,
        loads={"BUD01": None if is_asked else 350 * MILLION},
    )
    def made(folder: Path, unit: str) -> Path:
        beside = figure_cell("BUD01").replace("F", "G")
        return write_report(folder / "bao-cao.xlsx", unit, edit=in_form({place or beside: note}))


_noted("“ĐVT: nghìn đồng” as the remark of a line of triệu đồng", "ĐVT: nghìn đồng", is_asked=True)
_noted("“Đơn vị tính: nghìn đồng” above a form of triệu đồng", "Đơn vị tính: nghìn đồng", "G11", is_asked=True)
_noted("near miss: a remark that names the unit of its line", "ĐVT: triệu đồng", is_asked=False)
_noted("near miss: a remark about other money", "trong đó 500 nghìn đồng in tờ rơi", is_asked=False)


# Of B092, signs, marks, blanks

_figures(
    "B092",
    "counts below zero",
    {"MED01": -4, "MED02": "-4"},
    asked={"MED01": "NEGATIVE", "MED02": "NEGATIVE"},
)
_figures("B092", "(5)", {"MED02": "(5)"}, asked={"MED02": "NUMBER_AMBIGUOUS"})
_figures(
    "B092",
    "“- 5” and “5-”, a bullet or a minus",
    {"MED02": "- 5", "EVT01": "5-"},
    asked={"MED02": "NUMBER_AMBIGUOUS"},
)
_figures(
    "B092",
    "nothing, said in nine ways",
    {
        "MED01": 0,
        "MED07": "0",
        "MED02": "-",
        "MED06": "–",
        "HRT01": "—",
        "HRT02": "không phát sinh",
        "HRT03": "KPS",
        "VNV01": "không",
        "DIF01": "ko PS",
    },
    loads={
        "MED01": Decimal(0),
        "MED07": Decimal(0),
        **dict.fromkeys(("MED02", "MED06", "HRT01", "HRT02", "HRT03", "VNV01", "DIF01"), "nil"),
    },
)
_figures(
    "B092",
    "not known, said in eight ways, is never zero",
    {
        "MED02": "...",
        "MED06": "…",
        "HRT01": "x",
        "HRT02": "KXĐ",
        "HRT03": None,
        "VNV01": " ",
        "DIF01": "?",
        "BDR01": "chưa có số liệu",
    },
    loads=dict.fromkeys(("MED02", "MED06", "HRT01", "HRT02", "HRT03", "VNV01", "DIF01", "BDR01"), "missing"),
)
_figures(
    "B092",
    "not applicable and withheld stay what they are",
    {"MED02": "không áp dụng", "MED06": "không cung cấp"},
    loads={"MED02": "not_applicable", "MED06": "withheld"},
)
_figures(
    "B092",
    "“chưa có”, which may be zero or unknown",
    {"MED02": "chưa có"},
    asked={"MED02": "NUMBER_UNREADABLE"},
)

# Of B093, digits that are none

_figures(
    "B093",
    "numbers stored as text, with and without an apostrophe",
    {"MED01": "12", "MED02": "'12", "MED06": " 12 "},
    loads={"MED01": Decimal(12), "MED02": Decimal(12), "MED06": Decimal(12)},
)
_figures(
    "B093",
    "full-width digits",
    {"MED01": "１２", "MED02": "１．２３４．５６７"},
    loads={"MED01": Decimal(12), "MED02": Decimal(1_234_567)},
)
_figures("B093", "Arabic-Indic digits", {"MED02": "١٢"}, asked={"MED02": "NUMBER_UNREADABLE"})
_figures("B093", "the letter O for 0", {"MED02": "1O"}, asked={"MED02": "NUMBER_UNREADABLE"})
_figures(
    "B093",
    "the letters l and I for 1",
    {"MED02": "l2", "MED06": "I2"},
    asked={"MED02": "NUMBER_UNREADABLE"},
)
_figures(
    "B093",
    "digits with superscripts and circles",
    {"MED02": "12²", "MED06": "①"},
    asked={"MED02": "NUMBER_FOOTNOTE"},
)
_figures("B093", "a code with zeros in front", {"MED02": "0012"}, asked={"MED02": "NUMBER_UNREADABLE"})

# Of B094, numbers no spreadsheet keeps

_figures("B094", "1e308", {"MED02": 1e308}, asked={"MED02": "PRECISION"})
_figures("B094", "1,5E+15 as text", {"MED02": "1,5E+15"}, asked={"MED02": "PRECISION"})
_figures(
    "B094",
    "NaN and Inf typed as text",
    {"MED02": "NaN", "MED06": "Inf"},
    asked={"MED02": "NUMBER_UNREADABLE"},
)
_figures("B094", "seventeen digits as text", {"MED02": "12345678901234567"}, asked={"MED02": "PRECISION"})
_figures("B094", "sixteen digits as a number", {"MED02": 1234567890123456}, asked={"MED02": "PRECISION"})
_figures(
    "B094", "fifteen digits are taken", {"BDR03": 123_456_789_012_345}, loads={"BDR03": Decimal(123_456_789_012_345)}
)
_figures(
    "B094", "-0 as number and as text", {"MED02": -0.0, "MED06": "-0"}, loads={"MED02": Decimal(0), "MED06": Decimal(0)}
)


def _with_raw_value(path: Path, address: str, stored: str) -> Path:
    """The workbook again with that text as the stored number of a cell."""
    sheet = "xl/worksheets/sheet1.xml"
    pattern = rf'(<c r="{address}"[^>]*?)(?: t="n")?><v>[^<]*</v>'.encode()

    def change(parts: dict[str, bytes]) -> None:
        parts[sheet], count = re.subn(pattern, rf"\1><v>{stored}</v>".encode(), parts[sheet])
        assert count == 1, address

    return change_parts(path, change)


for _stored, _name in (("NaN", "not a number"), ("INF", "infinity")):

    @case(
        "B094",
        f"a cell that stores {_name}",
        "quarantined",
        "NUMBER_UNREADABLE",
        cells={"NUMBER_UNREADABLE": figure_cell("MED02")},
        loads={"MED02": None},
    )
    def stored_number(folder: Path, unit: str, stored: str = _stored) -> Path:
        return _with_raw_value(write_report(folder / "bao-cao.xlsx", unit), figure_cell("MED02"), stored)


# Of B095, noise

_figures(
    "B095",
    "0,1 + 0,2 and what else arithmetic leaves behind",
    {"BUD02": 0.1 + 0.2, "MED01": 0.1 * 3 * 10, "BUD01": 19731.075597449995},
    loads={"BUD02": Decimal(300_000), "MED01": Decimal(3), "BUD01": Decimal("19731075597.45")},
)
_figures("B095", "fractions of a đồng", {"BUD02": "90,1234567"}, loads={"BUD02": Decimal("90123456.7")})
_figures("B095", "a count and a half", {"MED02": 2.5}, asked={"MED02": "COUNT_NOT_WHOLE"})

# Of B096, totals

_figures(
    "B096",
    "parts of a count that are one short of the total",
    {"LEG03": 10, "LEG03.document_type.ke_hoach": 4, "LEG03.document_type.cong_van": 5},
    asked={"LEG03": "PARTS_NOT_TOTAL"},
)
_figures(
    "B096",
    "parts of money that differ by rounding",
    {"BUD01": 350, "BUD01.source.nsnn_tinh": 116.7, "BUD01.source.nsnn_xa": 116.7, "BUD01.source.xa_hoi_hoa": 116.7},
    loads={"BUD01": 350 * MILLION},
)
_figures(
    "B096",
    "parts of money that differ by more than rounding",
    {"BUD01": 350, "BUD01.source.nsnn_tinh": 116.7, "BUD01.source.nsnn_xa": 116.7, "BUD01.source.xa_hoi_hoa": 117.7},
    asked={"BUD01": "PARTS_NOT_TOTAL"},
)
_figures(
    "B096",
    "languages and platforms of the same articles that differ",
    {"MED01": 12, "MED01.language.vi": 12, "MED01.platform.mxh": 11},
    asked={"MED01": "NEWS_ITEMS_DISAGREE"},
)


@case(
    "B096",
    "a total below the lines of a breakdown that is not their sum",
    "quarantined",
    "PRINTED_TOTAL_DIFFERS",
    told=["PRINTED_TOTAL_DIFFERS"],
)
def printed_total(folder: Path, unit: str) -> Path:
    return typed(
        folder,
        unit,
        line(NEWS, 12),
        [None, "Trong đó, theo ngôn ngữ:"],
        line("Tiếng Việt", 10),
        line("Tiếng Anh", 2),
        line("Cộng", 13),
    )


@case(
    "B097",
    "a year that counts less than its six months",
    "quarantined",
    "ANNUAL_BELOW_SIX_MONTHS",
    cells={"ANNUAL_BELOW_SIX_MONTHS": figure_cell("MED01")},
    loads={"MED01": Decimal(40)},
    received_at=IN_NOVEMBER,
)
def cumulative_falls(folder: Path, unit: str) -> list[Path]:
    return [
        write_report(folder / "6t.xlsx", unit, actual={"MED01": 40}),
        write_report(folder / "nam.xlsx", unit, "2026-NAM", actual={"MED01": 39}),
    ]


@case(
    "B097",
    "a year that counts as much as its six months",
    "loaded",
    "OK",
    loads={"MED01": Decimal(40), "MED02": Decimal(6)},
    received_at=IN_NOVEMBER,
)
def cumulative_stays(folder: Path, unit: str) -> list[Path]:
    return [
        write_report(folder / "6t.xlsx", unit, actual={"MED01": 40}),
        write_report(folder / "nam.xlsx", unit, "2026-NAM", actual={"MED01": 40, "MED02": 6}),
    ]


@case(
    "B097",
    "a plan a thousand times that of the six months",
    "loaded",
    "OK",
    cells={"MONEY_JUMP": figure_cell("BUD01", "2026-NAM")},
    loads={"BUD01": 350_000 * MILLION},
    received_at=IN_NOVEMBER,
)
def thousandfold(folder: Path, unit: str) -> list[Path]:
    return [
        write_report(folder / "6t.xlsx", unit, actual={"BUD01": 350}),
        write_report(folder / "nam.xlsx", unit, "2026-NAM", actual={"BUD01": 350_000}),
    ]


# Of B098 to B100, dates


def _dates(
    entry: str,
    what: str,
    stated: Any,
    *,
    asked: str = "",
    is_held: bool = False,
    label: str = "Ngày chốt số liệu",
    told: Sequence[str] = (),
    is_only: bool = False,
    number_format: str = "General",
    epoch: datetime | None = None,
) -> None:
    """Register a report with that date in its heading; `asked` is the code its cell is asked back with."""
    place = {"Ngày chốt số liệu": "C10", "Ngày văn bản": "F7"}[label]

    @case(
        entry,
        what,
        "quarantined" if is_held else "loaded",
        asked or "OK",
        told=[*told, *([asked] if asked else [])],
        told_only=is_only,
        cells={asked: place} if asked else {},
    )
    def made(folder: Path, unit: str) -> Path:
        def edit(book: openpyxl.Workbook) -> None:
            if epoch is not None:
                book.epoch = epoch
            cell = book["Báo cáo"][place]
            cell.value = stated
            cell.number_format = number_format

        return write_report(folder / "bao-cao.xlsx", unit, edit=edit)


_dates("B098", "a day's number, 46181, for 8 June 2026", 46181)
_dates("B098", "a day's number as text", "46181", asked="DATE_UNREADABLE", is_held=True)
_dates(
    "B098",
    "a true date in a workbook that counts from 1904",
    datetime(2026, 6, 8),
    number_format="DD/MM/YYYY",
    epoch=CALENDAR_MAC_1904,
)
_dates("B098", "a day's number in a workbook that counts from 1904", 46181 - 1462, epoch=CALENDAR_MAC_1904)
_figures("B098", "a date where a figure is asked", {"MED02": date(2026, 6, 5)}, asked={"MED02": "DATE_IN_NUMBER"})
_figures("B098", "5/6 typed for five of six", {"MED02": "5/6"}, asked={"MED02": "DATE_IN_NUMBER"})
_figures("B098", "45983 where a figure is asked is a number", {"BDR03": 45983}, loads={"BDR03": Decimal(45983)})

_dates("B099", "day number 60, which is no day", 60, asked="DATE_IMPOSSIBLE", is_held=True)
_dates("B099", "a day number below zero", -5, asked="DATE_OUT_OF_RANGE", is_held=True)
_dates("B099", "31/11/2026", "31/11/2026", asked="DATE_IMPOSSIBLE", is_held=True)
_dates("B099", "29/02/2026", "29/02/2026", asked="DATE_IMPOSSIBLE", is_held=True)
_dates("B099", "a year of two digits", "8/6/26", asked="DATE_SHORT_YEAR", is_held=True)
_dates("B099", "28/02/2026, which is a day", "28/02/2026")
_dates("B100", "10/02/2026 is 10 February, inside the half-year", "10/02/2026", is_only=True)
_dates(
    "B100",
    "01/07/2026 is 1 July, outside the half-year",
    "01/07/2026",
    is_held=True,
    asked="CUT_OFF_AFTER_RECEIPT",
    told=["CUT_OFF_OUTSIDE_PERIOD"],
)
_dates("B100", "a document of 07/06/2026 is of 7 June", "07/06/2026", label="Ngày văn bản", is_only=True)
_dates("B100", "06/15/2026, the month first", "06/15/2026", asked="DATE_IMPOSSIBLE", is_held=True)

# Of B101 and B102, periods


def _period(
    entry: str, what: str, stated: str, verdict: str, code: str, *, name: str = "bao-cao.xlsx", edit: Edit | None = None
) -> None:
    @case(entry, what, verdict, code, cells={} if code == "OK" else {code: "C8"})
    def made(folder: Path, unit: str) -> Path:
        def state(book: openpyxl.Workbook) -> None:
            in_form({"C8": stated})(book)
            if edit is not None:
                edit(book)

        return write_report(folder / name, unit, edit=state)


def _unnamed(book: openpyxl.Workbook) -> None:
    """Without the name the form gives its period, as in a workbook of the office's own."""
    del book.defined_names["TTDN_KY"]


for _text in ("06 tháng đầu năm 2026", "6T/2026"):
    _period("B101", f"the period as “{_text}”", _text, "loaded", "OK")
for _text in (
    "Tháng 10/2026",
    "Quý III",
    "Quý III/2026",
    "6 tháng đầu năm",
    "6 tháng đầu năm 26",
    "6 tháng đầu năm 2569",
    "9 tháng năm 2026",
):
    _period("B101", f"the period as “{_text}”", _text, "rejected", "PERIOD_UNKNOWN")
_period(
    "B101",
    "a file name that says another period than the sheet",
    "2026-06T",
    "rejected",
    "PERIOD_CONFLICT",
    name="Bao cao nam 2026.xlsx",
)
_period(
    "B101",
    "a file name that speaks of a month beside the period",
    "2026-06T",
    "loaded",
    "OK",
    name="Bao cao thang 6 nam 2026.xlsx",
)
_period("B101", "another period in the cell than the form was made for", "2026-NAM", "rejected", "PERIOD_CONFLICT")
_period("B102", "a period five years ahead", "6 tháng đầu năm 2031", "rejected", "PERIOD_UNKNOWN")
_period("B102", "a period five years ago", "2021-06T", "rejected", "PERIOD_UNKNOWN", edit=_unnamed)


@case(
    "B102",
    "a year reported in June as if it were over",
    "quarantined",
    "CUT_OFF_AFTER_RECEIPT",
    told=["CUT_OFF_AFTER_RECEIPT"],
)
def ahead_of_time(folder: Path, unit: str) -> Path:
    return write_report(folder / "nam.xlsx", unit, "2026-NAM")


_dates("B102", "a moment with Vietnam's time zone", "2026-06-08T20:00:00+07:00", is_only=True)
_dates(
    "B102",
    "a moment of another time zone, already the next day here",
    "2026-06-08T20:00:00Z",
    asked="DATE_UNREADABLE",
    is_held=True,
)

# Of B103, currencies

_figures(
    "B103",
    "units triệu VNĐ, triệu đ, triệu VND and Triệu đồng.",
    {"BUD01": 350, "BUD02": 90, "BUD01.source.nsnn_tinh": 200, "BUD01.source.nsnn_xa": 150},
    units={
        "BUD01": "triệu VNĐ",
        "BUD02": "triệu đ",
        "BUD01.source.nsnn_tinh": "triệu VND",
        "BUD01.source.nsnn_xa": "Triệu đồng.",
    },
    loads={"BUD01": 350 * MILLION, "BUD02": 90 * MILLION},
)
_figures(
    "B103",
    "350.000.000 VNĐ and US$ 5 beside the figure, in a column of triệu đồng",
    {"BUD01": "350.000.000 VNĐ", "BUD02": "US$ 5"},
    asked={"BUD01": "UNIT_CONFLICT", "BUD02": "UNIT_CONFLICT"},
)


def _aid(
    entry: str,
    what: str,
    currency: object,
    verdict: str,
    code: str,
    told: Sequence[str] = (),
    source: str = "finance_ngo",
) -> None:
    @case(entry, what, verdict, code, told=told, source=source)
    def made(folder: Path, unit: str) -> Path:
        return projects(folder, source, unit, {"currency": currency})


_aid("B103", "a grant in US$", "US$", "loaded", "OK")
_aid("B103", "a grant in đô la Mỹ", "đô la Mỹ", "loaded", "OK")
_aid("B103", "a grant without its currency", None, "quarantined", "CURRENCY_MISSING", ["CURRENCY_MISSING"])
_aid(
    "B103",
    "a grant in a currency nobody knows",
    "XYZ",
    "quarantined",
    "FINANCE_CURRENCY_UNKNOWN",
    ["FINANCE_CURRENCY_UNKNOWN"],
)
_aid(
    "B103",
    "a grant in euro while no rate is loaded",
    "EUR",
    "quarantined",
    "EXCHANGE_RATE_MISSING",
    ["EXCHANGE_RATE_MISSING"],
)
