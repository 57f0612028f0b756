"""The words of the leadership's extract: names of states, kinds, directions and groups, and how figures are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from include.vietnamese.dates import format_date
from include.vietnamese.numbers import format_number

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")

STATES_VI: Final[Mapping[str, str]] = {
    "reported": "có số liệu",
    "nil": "không phát sinh",
    "missing": "thiếu số liệu",
    "withheld": "không cung cấp",
    "not_applicable": "không áp dụng",
    "no_value": "không tính được",
    "suppressed": "không nêu số nhỏ",
}
"""What a value is when it is not simply a number. Zero is a number: state `reported`."""

KINDS_VI: Final[Mapping[str, str]] = {"uoc": "ước", "thuc_hien": "thực hiện", "chinh_thuc": "chính thức"}

DIRECTIONS_VI: Final[Mapping[str, str]] = {
    "up": "cao hơn là tốt hơn",
    "down": "thấp hơn là tốt hơn",
    "none": "không xếp hạng",
}

GROUPS_VI: Final[Mapping[str, str]] = {
    "commune": "Xã, phường",
    "department": "Sở, ban, ngành",
    "finance": "Sở Tài chính",
    "office": "Văn phòng UBND tỉnh",
    "police": "Công an tỉnh",
    "military": "Bộ CHQS tỉnh",
    "front": "Mặt trận, đoàn thể",
    "association": "Hội Nhà báo tỉnh",
    "media": "Cơ quan báo chí tỉnh",
    "party": "Ban Đảng",
}
"""Peer groups in reading order."""

CLAUSE_GROUPS_VI: Final[Mapping[str, str]] = {
    "I.2": "Yêu cầu chung: kế hoạch riêng, lồng ghép",
    "II.1": "Văn bản, Quy chế quản lý",
    "II.2": "Nhân sự, tập huấn, tin bài, nắm bắt và phản bác thông tin",
    "II.3": "Tuyên truyền biên giới, biển, đảo",
    "II.4": "Quyền con người, cung cấp thông tin cho báo chí",
    "II.5": "Quảng bá hình ảnh tỉnh, sản phẩm hợp tác, Vietnam.vn",
    "III": "Kinh phí",
    "IV.2": "Công an tỉnh: báo chí nước ngoài",
    "IV.4": "Nguồn lực nước ngoài: FDI, ODA, viện trợ PCPNN",
    "IV.5": "Đoàn vào, đoàn ra, thỏa thuận, báo chí nước ngoài",
    "IV.7": "Đối ngoại nhân dân",
    "IV.8": "Báo chí của tỉnh",
    "IV.9": "Nhiệm vụ chung của các cơ quan, đơn vị, địa phương",
    "V": "Chế độ báo cáo",
}
"""Sections of the plan that indicators are grouped by, in its order: the first clause an indicator names."""

UNIT_AXES_VI: Final[Mapping[str, str]] = {
    "template": "theo biểu mẫu",
    "former_province": "theo tỉnh trước 01/07/2025",
    "border_zone": "theo vùng biên giới, ven biển",
    "obligation": "theo nghĩa vụ báo cáo",
    "element": "theo số liệu",
}

MEMBERS_VI: Final[Mapping[str, str]] = {
    "obliged": "Đơn vị phải báo cáo",
    "requested": "Đơn vị được đề nghị báo cáo",
    "land_border": "Biên giới đất liền",
    "sea_border": "Biên giới biển",
}

BOOKS_VI: Final[Mapping[str, str]] = {"nso_fdi": "Cục Thống kê, biểu số liệu tháng"}
"""Publishers whose figures stand beside the province's own, by source."""

TARGET_STATES_VI: Final[Mapping[str, str]] = {
    "on_the_way": "chưa đến lúc đánh giá",
    "met": "đạt mục tiêu",
    "missed": "chưa đạt mục tiêu",
    "no_value": "chưa có số để so",
    "suppressed": "không nêu",
}
"""How a value stands to its target. Only met and missed are coloured, and never without the word."""

NO_PACE_VI: Final[Mapping[str, str]] = {
    "not_a_flow": "Không tính tiến độ: không phải số cộng dồn theo thời gian.",
    "no_whole": "Không tính tiến độ: mục tiêu bằng 0.",
    "no_cut_off": "Không tính tiến độ: chưa có ngày chốt số liệu.",
}

SCALE: Final = "mốc"
"""What the unit of a milestone begins with: its value is a place on a scale, not a count."""

SMALL: Final = "<5"
NOT_SHOWN: Final = "không nêu"


def clause_group(clauses: tuple[str, ...]) -> str:
    """The section of the plan an indicator is shown under: that of its first clause (II.2.1 gives II.2)."""
    first = clauses[0]
    section = first
    while section and section not in CLAUSE_GROUPS_VI:
        section = section.rpartition(".")[0]
    return section or first


def clause_group_name(code: str) -> str:
    """“II.2. Nhân sự, …”; the bare code for a section without a name."""
    name = CLAUSE_GROUPS_VI.get(code)
    return f"{code}. {name}" if name else code


def decimals_of(value: Decimal, unit: str) -> int:
    """How many decimals a value is printed with: one for percentages, none for whole numbers, else up to two."""
    if unit == "%":
        return 1
    exponent = value.normalize().as_tuple().exponent
    return min(2, -exponent) if isinstance(exponent, int) and exponent < 0 else 0


def number_vi(value: Decimal, unit: str = "") -> str:
    """The value as printed, 1.234,5; no unit after it."""
    return format_number(value, decimals_of(value, unit))


def number_and_unit(value: Decimal, unit: str) -> tuple[str, str]:
    """The value and what is said after it: (“2.293”, “tin, bài”), (“87,0%”, “”).

    A place on a scale is (“mốc 1”, “trên thang 0-4”).
    """
    if unit == "%":
        return f"{number_vi(value, unit)}%", ""
    if unit.startswith(SCALE):
        return f"{SCALE} {number_vi(value)}", f"trên thang {unit.removeprefix(SCALE).strip()}"
    return number_vi(value, unit), unit


def amount_vi(value: Decimal, unit: str) -> str:
    """“2.293 tin, bài”, “87,0%”, “mốc 1 trên thang 0-4”."""
    return " ".join(part for part in number_and_unit(value, unit) if part)


def difference_vi(value: Decimal, unit: str) -> str:
    """A distance without its sign and with its unit; points for percentages, more decimals where one shows nothing."""
    size = abs(value)
    decimals = decimals_of(size, unit)
    while size and not round(size, decimals) and decimals < 4:
        decimals += 1
    return f"{format_number(size, decimals)} {'điểm phần trăm' if unit == '%' else unit}"


def day_vi(day: date | None) -> str:
    """dd/mm/yyyy, or a dash."""
    return format_date(day) if day else "–"


def moment_vi(moment: datetime | None) -> str:
    """“dd/mm/yyyy, 08:30” in Vietnamese time, or a dash."""
    if moment is None:
        return "–"
    here = moment.astimezone(VIETNAM)
    return f"{format_date(here.date())}, {here:%H:%M}"


def as_of_vi(first: date | None, last: date | None) -> str:
    """“số liệu đến 31/05/2026”, both days where the figures differ; empty for a value without a date of its own."""
    if first is None or last is None:
        return ""
    return f"số liệu đến {day_vi(first)}" + (f" và {day_vi(last)}" if first != last else "")


def days_vi(first: date | None, last: date | None) -> str:
    """One day or a span of days."""
    if first is None or last is None:
        return "chưa có"
    return day_vi(first) if first == last else f"từ {day_vi(first)} đến {day_vi(last)}"
