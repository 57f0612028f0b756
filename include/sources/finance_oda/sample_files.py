"""A made-up ODA register; one project bears a code of the World Bank's own list, as registers do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from include.sources.project_workbooks.sample import Line, write_sample_registers

_PROJECTS: Final[tuple[Line, ...]] = (
    {
        # The World Bank's list names this project too: the same project must be counted once.
        "code": "P096418",
        "title": "Hoàn thiện và hiện đại hóa hệ thống quản lý đất đai (giả lập)",
        "partner": "Ngân hàng Thế giới",
        "type": "Vốn vay",
        "form": "Cấp phát",
        "sector": "Hoạt động chuyên môn, khoa học và công nghệ",
        "locality": "Toàn tỉnh",
        "projects_running": "x",
        "date": date(2008, 7, 17),
        "currency": "USD",
        "capital_planned": 42,
        "capital_disbursed": 18.6,
    },
    {
        "code": "GLODA-02",
        "title": "Nâng cấp đô thị thích ứng biến đổi khí hậu (giả lập)",
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
        "capital_disbursed": 64.25,
        "capital_carried_over": 10,
        "note": "Có vốn năm trước chuyển sang",
    },
    {
        "code": "GLODA-03",
        "title": "Cấp nước sạch nông thôn (giả lập)",
        "partner": "Nhật Bản",
        "type": "Không hoàn lại",
        "form": "Cấp phát",
        "sector": "Cung cấp nước; hoạt động quản lý và xử lý rác thải, nước thải",
        "locality": "Xã Long Khánh",
        "projects_running": "x",
        "date": date(2025, 11, 20),
        "currency": "USD",
        "capital_planned": 8.4,
        "capital_disbursed": "không phát sinh",
    },
)


def write_sample(folder: Path) -> list[Path]:
    """Write the register of the first half of 2026 into the folder."""
    return write_sample_registers(Path(__file__).with_name("source.yml"), {"STC": _PROJECTS}, folder)
