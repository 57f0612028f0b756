"""B104 to B112: what is written well and means something else: sent twice, left over, counted twice, out of order."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from tests.corpus.frame import IN_NOVEMBER, case
from tests.corpus.plain_files import in_form, projects, typed
from tests.sources.monitoring_files import HEADER as MONITORING_HEADER
from tests.sources.monitoring_files import line as counted
from tests.sources.monitoring_files import write_counts
from tests.sources.reports import typical_figures, write_report
from tests.sources.typed import NEWS, SIGNATURE, line


@case("B104", "the file sent once more under a new name", "duplicate", "DUPLICATE", told=["DUPLICATE"], told_only=True)
def same_bytes(folder: Path, unit: str) -> list[Path]:
    first = write_report(folder / "bao-cao.xlsx", unit)
    return [first, Path(shutil.copy(first, folder / "bao-cao-moi.xlsx"))]


@case("B104", "the same figures saved once more", "unchanged", "UNCHANGED", loads={"MED01": Decimal(5)})
def same_figures(folder: Path, unit: str) -> list[Path]:
    def touch(book: openpyxl.Workbook) -> None:
        book["Hướng dẫn"]["A1"] = "Hướng dẫn"

    return [
        write_report(folder / "bao-cao.xlsx", unit),
        write_report(folder / "bao-cao-2.xlsx", unit, edit=touch),
    ]


@case(
    "B104",
    "the six months' file with only the period's cell changed",
    "loaded",
    "OK",
    told=["COPIED_REPORT"],
    received_at=IN_NOVEMBER,
)
def period_cell_changed(folder: Path, unit: str) -> list[Path]:
    def become_annual(book: openpyxl.Workbook) -> None:
        in_form({"C8": "Năm 2026"})(book)
        del book.defined_names["TTDN_KY"]

    return [
        write_report(folder / "6t.xlsx", unit),
        write_report(folder / "bao-cao-cuoi-nam.xlsx", unit, edit=become_annual),
    ]


@case(
    "B104",
    "the six months' file with the period's cell changed in the form that was made for it",
    "rejected",
    "PERIOD_CONFLICT",
    cells={"PERIOD_CONFLICT": "C8"},
)
def period_cell_of_form_changed(folder: Path, unit: str) -> Path:
    return write_report(folder / "6t.xlsx", unit, edit=in_form({"C8": "Năm 2026"}))


@case(
    "B104",
    "the six months' figures copied into the annual form, its further line filled",
    "loaded",
    "OK",
    told=["COPIED_REPORT"],
    received_at=IN_NOVEMBER,
)
def copied_into_new_form(folder: Path, unit: str) -> list[Path]:
    return [
        write_report(folder / "6t.xlsx", unit),
        write_report(folder / "nam.xlsx", unit, "2026-NAM", actual={"BUD03": 340}),
    ]


@case(
    "B104",
    "an annual report that differs from the six months in one figure",
    "loaded",
    "OK",
    told_only=True,
    received_at=IN_NOVEMBER,
)
def one_figure_differs(folder: Path, unit: str) -> list[Path]:
    return [
        write_report(folder / "6t.xlsx", unit),
        write_report(folder / "nam.xlsx", unit, "2026-NAM", actual={"BUD03": 340, "MED01": 6}),
    ]


# Of B105, forms of another time or place


def _stated(entry: str, what: str, code: str, **changed: str) -> None:
    @case(entry, what, "rejected", code, cells={code: next(iter(changed))})
    def made(folder: Path, unit: str) -> Path:
        return write_report(folder / "bao-cao.xlsx", unit, edit=in_form(changed))


_stated("B105", "last year's version of the form", "TEMPLATE_VERSION", C6="T-COMMUNE, phiên bản 2025.1")
_stated("B105", "a form that does not say its version", "TEMPLATE_VERSION", C6="T-COMMUNE")
_stated("B105", "the form of another province", "TEMPLATE_UNKNOWN", C6="Biểu 01/TTĐN-AG")
_stated("B105", "the form of another kind of body", "TEMPLATE_WRONG", C6="T-FIN, phiên bản 2026.1")
_stated(
    "B105", "a commune of another province in our form", "BODY_UNKNOWN", C7="30280 - Phường Long Xuyên, tỉnh An Giang"
)


# Of B106, what was left as it came


@case("B106", "an example line left between the lines", "quarantined", "LINE_UNKNOWN", told=["LINE_UNKNOWN"])
def example_line(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line("Ví dụ: Tin, bài đã đăng", 12), line(NEWS, 7))


@case("B106", "“Ví dụ: 120” in a figure's cell", "quarantined", "NUMBER_UNREADABLE", told=["NUMBER_UNREADABLE"])
def example_figure(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit, actual={"MED02": "Ví dụ: 120"})


@case(
    "B106",
    "an example line left in a register of projects",
    "quarantined",
    "FINANCE_EXAMPLE_LEFT",
    told=["FINANCE_EXAMPLE_LEFT"],
    source="finance_fdi",
)
def example_project(folder: Path, unit: str) -> Path:
    example = {"code": "0000000000", "title": "Ví dụ: Nhà máy A"}
    return projects(folder, "finance_fdi", unit, example, {}, unit="BQLKKT")


@case("B106", "every figure zero", "loaded", "OK", told=["ALL_ZERO"], loads={"MED01": Decimal(0)})
def all_zero(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit, actual=_zeros(unit))


@case("B106", "every figure zero but the plan's budget", "loaded", "OK", told_only=True, loads={"MED01": Decimal(0)})
def nearly_all_zero(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit, actual={**_zeros(unit), "BUD01": 350})


def _zeros(unit: str) -> dict[str, Any]:
    return {code: "không" if figure == "có" else 0 for code, figure in typical_figures(unit, "2026-06T").items()}


@case("B106", "every figure blank", "rejected", "NO_FIGURES", told=["NO_FIGURES"])
def all_blank(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit, actual=dict.fromkeys(typical_figures(unit, "2026-06T")))


# Of B107 and B108, rows that are no lines of the report


@case("B107", "a signature block below the table", "loaded", "OK", loads={"MED01": Decimal(7)})
def signed(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line(NEWS, 7), *SIGNATURE)


@case(
    "B107",
    "notes and a signature inside the table, and a line below them",
    "loaded",
    "OK",
    loads={"MED01": Decimal(7), "MED02": Decimal(3)},
)
def signed_inside(folder: Path, unit: str) -> Path:
    return typed(
        folder,
        unit,
        line(NEWS, 7),
        ["Ghi chú: (1) Số liệu đã rà soát"],
        *SIGNATURE[:2],
        line("Sản phẩm số (video, infographic, podcast ...)", 3, "sản phẩm"),
    )


@case("B108", "a subtotal among the parts of a breakdown", "loaded", "OK", loads={"MED01": Decimal(12)})
def subtotal(folder: Path, unit: str) -> Path:
    return typed(
        folder,
        unit,
        line(NEWS, 12),
        [None, "Trong đó, theo ngôn ngữ:"],
        line("Tiếng Việt", 10),
        line("Tiếng Anh", 2),
        line("Cộng", 12),
    )


@case("B108", "a subtotal under a name of its own", "quarantined", "LINE_UNKNOWN", told=["LINE_UNKNOWN"])
def unknown_subtotal(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line(NEWS, 12), line("Lũy kế nhóm báo chí", 12))


@case("B108", "one line of the form twice", "quarantined", "DUP_KEY", told=["DUP_KEY"])
def line_twice(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line(NEWS, 12), line(NEWS, 5))


# Of B109, counts of monitoring


def _counts(what: str, verdict: str, code: str, *lines: str, header: str = MONITORING_HEADER) -> None:
    told = [] if code == "OK" else [code]

    @case("B109", what, verdict, code, told=told, source="monitoring_statistics")
    def made(folder: Path, unit: str) -> Path:
        return write_counts(folder / "thang.csv", lines, header=header)


_counts(
    "an article counted twice: one day and cell on two lines",
    "quarantined",
    "MONITORING_KEY_REPEATED",
    counted("2026-01-05", 3),
    counted("2026-01-05", 3),
)
_counts(
    "one day in two cells, which are two counts",
    "loaded",
    "OK",
    counted("2026-01-06", 3),
    counted("2026-01-06", 3, tone="tich_cuc"),
)
_counts(
    "a line “tổng” beside negative and positive, which is no tone of the list",
    "rejected",
    "MONITORING_VALUE_FORBIDDEN",
    counted("2026-01-07", 3, tone="tieu_cuc"),
    counted("2026-01-07", 4, tone="tich_cuc"),
    counted("2026-01-07", 9, tone="tong"),
)
_counts(
    "a further column with the total",
    "rejected",
    "MONITORING_COLUMN_FORBIDDEN",
    counted("2026-01-08", 3) + ",9",
    header=MONITORING_HEADER + ",Tổng cộng",
)
_counts("a count below zero", "quarantined", "MONITORING_COUNT_NEGATIVE", counted("2026-01-09", -3))


# Of B110 to B112, projects


def _register(
    entry: str,
    what: str,
    verdict: str,
    code: str,
    source: str,
    *changes: Mapping[str, Any],
    told: Sequence[str] = (),
    unit: str = "STC",
    further: tuple[str, object] | None = None,
) -> None:
    """Register a register of projects: a line for each of `changes`; `further` is a column of the sender's own."""

    @case(entry, what, verdict, code, told=told, source=source)
    def made(folder: Path, body: str) -> Path:
        def add_column(sheet: Any) -> None:
            if further is not None:
                column = sheet.max_column + 1
                sheet.cell(11, column).value, sheet.cell(14, column).value = further

        return projects(folder, source, body, *changes, unit=unit, edit=add_column)


_register(
    "B110",
    "more disbursed of a loan than planned for the year",
    "loaded",
    "OK",
    "finance_oda",
    {"capital_planned": 60, "capital_disbursed": 61},
    told=["FINANCE_DISBURSED_OVER_PLAN"],
)
_register("B110", "as much disbursed of a loan as planned", "loaded", "OK", "finance_oda", {"capital_disbursed": 60})
_register(
    "B110",
    "more disbursed of a grant than committed",
    "loaded",
    "OK",
    "finance_ngo",
    {"capital_committed": 36.8, "capital_disbursed": 36.9},
    told=["FINANCE_DISBURSED_OVER_COMMITTED"],
)
_register(
    "B110",
    "a donor in no list",
    "quarantined",
    "FINANCE_NAME_UNKNOWN",
    "finance_oda",
    {"partner": "Ngân hàng Phát triển Sao Hỏa"},
    told=["FINANCE_NAME_UNKNOWN"],
)
_register(
    "B110",
    "an end before the beginning, in a column of the sender's own: it is named as not read",
    "loaded",
    "OK",
    "finance_oda",
    told=["COLUMN_NOT_READ"],
    further=("Ngày kết thúc", date(2020, 1, 1)),
)
_register(
    "B110",
    "a project signed after the day the register closes on",
    "quarantined",
    "FINANCE_DATE_AFTER_CUT_OFF",
    "finance_oda",
    {"date": date(2026, 6, 5)},
    told=["FINANCE_DATE_AFTER_CUT_OFF"],
)
_register(
    "B111",
    "adjusted capital below zero, which is legal",
    "loaded",
    "OK",
    "finance_fdi",
    {
        "projects_new": None,
        "capital_new": None,
        "projects_adjusted": 1,
        "capital_adjusted": -2.5,
        "date": date(2026, 3, 1),
    },
)
_register(
    "B111",
    "new capital below zero",
    "quarantined",
    "CAPITAL_NEGATIVE",
    "finance_fdi",
    {"capital_new": -2.5},
    told=["CAPITAL_NEGATIVE"],
)
_register(
    "B111",
    "a project cancelled and licensed again under a new number",
    "loaded",
    "OK",
    "finance_fdi",
    {
        "projects_new": None,
        "capital_new": None,
        "projects_adjusted": 1,
        "capital_adjusted": -12.5,
        "capital_disbursed": None,
    },
    {"title": "Nhà máy chế biến trái cây (cấp lại)", "capital_new": 12.5},
)
_register(
    "B111",
    "a project cancelled and licensed again under the same number",
    "quarantined",
    "FINANCE_CODE_REPEATED",
    "finance_fdi",
    {
        "code": "5400000009",
        "projects_new": None,
        "capital_new": None,
        "projects_adjusted": 1,
        "capital_adjusted": -12.5,
    },
    {"code": "5400000009"},
    told=["FINANCE_CODE_REPEATED"],
)
_register(
    "B112",
    "the organisation's licence expired, in a column of the sender's own: licences are not held, the column is named",
    "loaded",
    "OK",
    "finance_ngo",
    told=["COLUMN_NOT_READ"],
    further=("Giấy đăng ký có hiệu lực đến", date(2024, 12, 31)),
)
_register(
    "B112",
    "more beneficiaries than the province has people, in a column of the sender's own that is not read",
    "loaded",
    "OK",
    "finance_ngo",
    told=["COLUMN_NOT_READ"],
    further=("Số người hưởng lợi", 99_000_000),
)
