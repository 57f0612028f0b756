"""Made-up registers of NGO aid from two bodies that partly know the same grants, as they do.

One grant stands in both under one code; one under two codes with the same donor, title, amount and date.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from include.sources.project_workbooks.sample import Line, write_sample_registers

_SHARED: Final[Line] = {
    "code": "GLVT-2026-01",
    "title": "Hỗ trợ học bổng cho học sinh vùng biên giới (giả lập)",
    "provider": "Tổ chức Giáo dục Mở (giả lập)",
    "partner": "Hoa Kỳ",
    "sector": "Giáo dục và đào tạo",
    "type": "Dự án",
    "form": "Bằng tiền",
    "locality": "Phường Hồng Ngự",
    "date": date(2026, 1, 15),
    "currency": "USD",
    "capital_committed": 120,
    "capital_disbursed": 45.5,
}
_UNDER_TWO_CODES: Final[Line] = {
    "title": "Khám mắt miễn phí cho người cao tuổi (giả lập)",
    "provider": "Quỹ Ánh sáng (giả lập)",
    "partner": "Ô-xtrây-li-a",
    "sector": "Y tế và hoạt động trợ giúp xã hội",
    "type": "Phi dự án",
    "form": "Bằng hiện vật",
    "locality": "Xã Long Hưng",
    "date": date(2026, 4, 22),
    "currency": "USD",
    "capital_committed": 36.8,
    "capital_disbursed": 36.8,
}
_EARLIER: Final[Line] = {
    "code": "GLVT-2025-07",
    "title": "Sinh kế cho hộ nghèo ven sông (giả lập)",
    "provider": "Hiệp hội Láng giềng (giả lập)",
    "partner": "Hàn Quốc",
    "sector": "Nông nghiệp, lâm nghiệp và thủy sản",
    "type": "Dự án",
    "form": "Bằng tiền",
    "locality": "Xã Long Phú Thuận",
    "date": date(2025, 9, 8),
    "currency": "USD",
    "capital_disbursed": 22,
    "note": "Phê duyệt năm 2025",
}
_OWN: Final[Line] = {
    "code": "GLVT-2026-03",
    "title": "Tủ sách cộng đồng (giả lập)",
    "provider": "Hội Bạn đọc (giả lập)",
    "partner": "Pháp",
    "sector": "Nghệ thuật, vui chơi và giải trí",
    "type": "Phi dự án",
    "form": "Bằng hiện vật",
    "locality": "Xã Vĩnh Kim",
    "date": date(2026, 5, 4),
    "currency": "USD",
    "capital_committed": 9.5,
    "capital_disbursed": 0,
}


def write_sample(folder: Path) -> list[Path]:
    """Write the registers of the first half of 2026 into the folder."""
    lines = {
        "STC": (_SHARED, {"code": "GLVT-2026-02", **_UNDER_TWO_CODES}, _EARLIER),
        "LHHN": (_SHARED, {"code": "LHHN-GL-14", **_UNDER_TWO_CODES}, _OWN),
    }
    return write_sample_registers(Path(__file__).with_name("source.yml"), lines, folder)
