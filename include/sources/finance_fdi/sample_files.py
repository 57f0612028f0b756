"""Made-up FDI registers: outside the zones from the finance department, inside from the zones' authority."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from include.sources.project_workbooks.sample import Line, write_sample_registers

_OUTSIDE: Final[tuple[Line, ...]] = (
    {
        "code": "GL5100000001",
        "title": "Nhà máy chế biến trái cây (giả lập)",
        "partner": "Nhật Bản",
        "sector": "Công nghiệp chế biến, chế tạo",
        "zone": "Ngoài khu kinh tế, khu công nghiệp",
        "locality": "Xã Châu Thành",
        "date": date(2026, 2, 12),
        "projects_new": "x",
        "capital_new": 12.5,
        "capital_disbursed": 1.25,
    },
    {
        "code": "GL5100000002",
        "title": "Trang trại nuôi trồng thủy sản (giả lập)",
        "partner": "Thái Lan",
        "sector": "Nông nghiệp, lâm nghiệp và thủy sản",
        "zone": "Ngoài khu kinh tế, khu công nghiệp",
        "locality": "Xã Tân Đông",
        "date": date(2026, 4, 3),
        "projects_adjusted": 1,
        "capital_adjusted": -0.75,
        "capital_disbursed": 0.3,
        "note": "Điều chỉnh giảm quy mô",
    },
    {
        "code": "GL5100000003",
        "title": "Trung tâm phân phối hàng tiêu dùng (giả lập)",
        "partner": "Hàn Quốc",
        "sector": "Bán buôn và bán lẻ; sửa chữa ô tô, mô tô, xe máy và xe có động cơ khác",
        "zone": "Ngoài khu kinh tế, khu công nghiệp",
        "locality": "Phường Mỹ Tho",
        "date": date(2026, 3, 20),
        "contributions": 2,
        "capital_contributed": 3.2,
        "capital_disbursed": "-",
    },
)
_INSIDE: Final[tuple[Line, ...]] = (
    {
        "code": "GL5200000001",
        "title": "Nhà máy linh kiện điện tử (giả lập)",
        "partner": "Xin-ga-po",
        "sector": "Công nghiệp chế biến, chế tạo",
        "zone": "Trong khu kinh tế, khu công nghiệp",
        "locality": "Xã Tân Hương",
        "date": date(2026, 1, 28),
        "projects_new": "x",
        "capital_new": 48,
        "capital_disbursed": 6.5,
    },
    {
        "code": "GL5200000002",
        "title": "Nhà máy bao bì giấy (giả lập)",
        "partner": "Trung Quốc",
        "sector": "Công nghiệp chế biến, chế tạo",
        "zone": "Trong khu kinh tế, khu công nghiệp",
        "locality": "Xã Tân Phước 1",
        "date": date(2026, 5, 6),
        "projects_adjusted": 1,
        "capital_adjusted": 7.25,
        "capital_disbursed": 4.1,
    },
    {
        "code": "GL5200000003",
        "title": "Nhà máy thức ăn thủy sản (giả lập)",
        "partner": "Hoa Kỳ",
        "sector": "Công nghiệp chế biến, chế tạo",
        "zone": "Trong khu kinh tế, khu công nghiệp",
        "locality": "Phường Sa Đéc",
        "capital_disbursed": 2.05,
        "note": "Cấp năm 2023",
    },
)


def write_sample(folder: Path) -> list[Path]:
    """Write the registers of the first half of 2026 into the folder."""
    return write_sample_registers(Path(__file__).with_name("source.yml"), {"STC": _OUTSIDE, "BQLKKT": _INSIDE}, folder)
