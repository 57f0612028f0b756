"""What cases of several parts begin with: a report typed by hand, the form with a few cells changed, a project, aid."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

import openpyxl

from include.reference import load_reference
from tests.sources import iati_files
from tests.sources.registers import TYPICAL, fill
from tests.sources.reports import CUT_OFF
from tests.sources.typed import HEADER, Page, Rows, rows_of, save_ods, save_xls, save_xlsx
from tests.unit.reader_files import write_parts

Edit = Callable[[openpyxl.Workbook], None]
Spell = Callable[[str], str]

NO_RATE: Final = "DOLLAR_RATE_MISSING"
"""Told of every amount in dollars: the warehouse of the cases has no exchange rate."""

_SAVE: Final = {"xlsx": save_xlsx, "xls": save_xls, "ods": save_ods}


def name_of(unit: str) -> str:
    """The body's name."""
    return load_reference().units[unit].name_vi


def typed_rows(
    unit: str,
    *lines: Sequence[Any],
    header: Sequence[Any] = HEADER,
    above: Sequence[Any] = (),
    foot: Sequence[Sequence[Any]] = (),
    body: str = "",
) -> Rows:
    """A report typed into an empty sheet; `above` is the row over its header, `body` whose report it says to be."""
    heading: Rows = [
        ["ỦY BAN NHÂN DÂN"],
        ["BÁO CÁO KẾT QUẢ HOẠT ĐỘNG THÔNG TIN ĐỐI NGOẠI"],
        ["Mẫu số: T-COMMUNE, phiên bản 2026.1"],
        [f"Đơn vị báo cáo: {body or f'{unit} - {name_of(unit)}'}"],
        ["Kỳ báo cáo: 2026-06T"],
        [f"Ngày chốt số liệu: {CUT_OFF['2026-06T']:%d/%m/%Y}"],
        list(above),
    ]
    return rows_of(*lines, header=header, heading=heading, foot=foot)


TYPED_NEWS_CELL: Final = "D9"
"""Where the figure of the first line of a typed report stands."""


_OF_THE_PAGE: Final = ("merges", "hidden_rows", "percents", "formats", "struck")


def typed(folder: Path, unit: str, *lines: Sequence[Any], form: str = "xlsx", spell: Spell = str, **rows: Any) -> Path:
    """A typed report as a file, every text spelled in that way; without defined names and lists.

    Of `rows`, `header`, `above`, `foot` and `body` are those of typed_rows, the others what is special about the page.
    """
    page = {name: rows.pop(name) for name in _OF_THE_PAGE if name in rows}
    cells = typed_rows(unit, *lines, **rows)
    spelled = [[spell(cell) if isinstance(cell, str) else cell for cell in row] for row in cells]
    path = folder / f"bao-cao.{form}"
    _SAVE[form](path, [Page(spelled, **page)])
    return path


def in_form(cells: Mapping[str, Any]) -> Edit:
    """An edit of the form: those cells of its main sheet hold something else."""

    def edit(book: openpyxl.Workbook) -> None:
        for place, value in cells.items():
            book["Báo cáo"][place].value = value

    return edit


def change_parts(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """The same container with its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return write_parts(path, parts)


def projects(folder: Path, source: str, case_unit: str, *changes: Mapping[str, Any], **register: Any) -> Path:
    """A register with a typical project for each of `changes`, or one; their codes are the case's own."""
    lines = [
        {**TYPICAL[source], "code": f"{case_unit}-{number}", **each} for number, each in enumerate(changes or ({},))
    ]
    return fill(folder, source, *lines, **register)


def aid(folder: Path, unit: str, *parts: str, currency: str | None = "USD", title: str = "Nước sạch") -> Path:
    """A donor's file about one project; every case has a donor of its own, so that none revises another."""
    activity = iati_files.activity(
        *(parts or (iati_files.recipient("VN"), iati_files.HUNDRED)),
        currency=currency,
        identifier=f"XX-{unit}",
        reporter=f"CH-4-{unit}",
        title=escape(title),
    )
    return iati_files.write_file(folder, activity, head='<?xml version="1.0" encoding="UTF-8"?>\n')
