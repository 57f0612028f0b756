"""Builds registers of projects for tests: the project's own form filled, or a sheet somebody typed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import range_boundaries

from include.calendar.periods import load_periods
from include.model import CapitalFlow, Finding, Reading
from include.reference import load_reference
from include.sources import SOURCES_FOLDER
from include.sources.project_workbooks.layout import Register, load_register
from include.sources.project_workbooks.sample import Line
from include.sources.project_workbooks.template import RegisterEntries, register_file_name, write_register

CUT_OFF = {"2026-06T": date(2026, 5, 31), "2026-NAM": date(2026, 10, 31)}
NOW = datetime(2026, 6, 10, tzinfo=UTC)

FACTORY: Line = {
    "code": "5400000001",
    "title": "Nhà máy chế biến trái cây",
    "partner": "Nhật Bản",
    "sector": "Công nghiệp chế biến, chế tạo",
    "zone": "Ngoài khu kinh tế, khu công nghiệp",
    "locality": "Xã Châu Thành",
    "date": date(2026, 2, 12),
    "projects_new": "x",
    "capital_new": 12.5,
    "capital_disbursed": 1.25,
}
ROAD: Line = {
    "code": "ODA-1",
    "title": "Nâng cấp đô thị",
    "partner": "Ngân hàng Phát triển châu Á",
    "type": "Vốn vay",
    "form": "Vay lại",
    "sector": "Xây dựng",
    "locality": "Phường Cao Lãnh",
    "projects_running": "x",
    "date": date(2026, 3, 9),
    "currency": "USD",
    "capital_signed": 35.5,
    "capital_planned": 60,
    "capital_disbursed": 20,
}
GRANT: Line = {
    "code": "VT-1",
    "title": "Khám mắt cho người cao tuổi",
    "provider": "Quỹ Ánh sáng",
    "partner": "Ô-xtrây-li-a",
    "sector": "Y tế và hoạt động trợ giúp xã hội",
    "type": "Phi dự án",
    "form": "Bằng hiện vật",
    "locality": "Xã Long Hưng",
    "date": date(2026, 4, 22),
    "currency": "USD",
    "capital_committed": 36.8,
    "capital_disbursed": 10,
}
FDI_HEADER = [
    "TT",
    "Mã dự án",
    "Dự án",
    "Nước",
    "Ngành kinh tế",
    "Trong/ngoài KCN",
    "Địa bàn",
    "Ngày cấp",
    "Dự án mới",
    "Vốn đăng ký",
    "Số lượt điều chỉnh",
    "Vốn điều chỉnh",
    "Lượt GVMCP",
    "Giá trị GVMCP",
    "Vốn thực hiện",
]
FDI_LINE = [
    1,
    "5400000001",
    "Nhà máy A",
    "Nhật Bản",
    "C",
    "Ngoài KCN",
    "Xã Châu Thành",
    "12/2/2026",
    "x",
    12.5,
    None,
    None,
    None,
    None,
    1.25,
]
"""Headings and a line of a register of investments somebody typed by hand."""
TYPICAL: Mapping[str, Line] = {"finance_fdi": FACTORY, "finance_oda": ROAD, "finance_ngo": GRANT}


def register_of(source: str) -> Register:
    return load_register(SOURCES_FOLDER / source / "source.yml")


def fill(
    folder: Path,
    source: str,
    *lines: Line,
    unit: str = "STC",
    period: str = "2026-06T",
    heading: Mapping[str, Any] | None = None,
    edit: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] | None = None,
    name: str | None = None,
) -> Path:
    """The form of the source filled with these lines; `edit` changes its first sheet afterwards."""
    register, body = register_of(source), load_reference().units[unit]
    stated = {"cut_off_date": CUT_OFF[period], **(heading or {})}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or register_file_name(register, body, load_periods()[period]))
    write_register(register, body, load_periods()[period], path, RegisterEntries(lines, stated))
    if edit is not None:
        book = openpyxl.load_workbook(path)
        edit(book.worksheets[0])
        book.save(path)
    return path


def typed(
    path: Path,
    rows: Sequence[Sequence[object]],
    *,
    unit: str = "STC - Sở Tài chính",
    period: str = "6 tháng đầu năm 2026",
    above: Sequence[Sequence[object]] = (),
    merges: Sequence[str] = (),
    sheet_name: str = "Sheet1",
) -> Path:
    """A sheet typed by hand: three statements, a line between, then `above` and `rows`; merges as in the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = sheet_name
    for row in (
        ["Đơn vị báo cáo:", unit],
        ["Kỳ báo cáo:", period],
        ["Ngày chốt số liệu:", "31/5/2026"],
        [],
        *above,
        *rows,
    ):
        sheet.append(list(row))
    for merge in merges:
        left, top, right, bottom = range_boundaries(merge)
        assert None not in (left, top, right, bottom)
        sheet.merge_cells(merge)
    book.save(path)
    return path


def read(source: str, path: Path, name: str | None = None) -> Reading:
    """What the source's reader says of the file."""
    return import_module(f"include.sources.{source}.read").read_file(str(path), name or path.name, NOW)


def flow_of(reading: Reading, measure: str, code: str | None = None) -> CapitalFlow:
    """The one figure of that measure, and project when given."""
    [found] = [f for f in reading.capital_flows if f.measure == measure and code in (None, f.project_code)]
    return found


def told(reading: Reading) -> list[tuple[str, str | None]]:
    """Codes and cells of everything the reader says, the refusal first."""
    said: list[Finding] = [*([reading.refusal] if reading.refusal else []), *reading.findings]
    return [(finding.code, finding.cell) for finding in said]
