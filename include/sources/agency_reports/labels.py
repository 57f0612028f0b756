"""The words of the agency report workbook, once for the writer that prints them and the reader that finds them.

Every alias is written as people type it; whoever compares runs both sides through
`include.vietnamese.text.match_key` first, so case, spacing, NFC/NFD and tone placement need no alias of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from include.model import ValueKind, ValueState

MAIN_SHEET: Final = "Báo cáo"
DETAIL_SHEET: Final = "Chi tiết"
GUIDE_SHEET: Final = "Hướng dẫn"
LISTS_SHEET: Final = "_danh_muc"
ANSWER_SHEET: Final = "Trả lời"

NAME_TEMPLATE: Final = "TTDN_MAU"
NAME_VERSION: Final = "TTDN_PHIEN_BAN"
NAME_UNIT: Final = "TTDN_DON_VI"
NAME_PERIOD: Final = "TTDN_KY"
NAME_FIGURES: Final = "TTDN_SO_LIEU"
"""Defined names: the first four hold constant text, the last the range of the table with its header."""

SYNTHETIC_TITLE: Final = "DỮ LIỆU GIẢ LẬP"
SYNTHETIC_PROPERTY: Final = "TTDN_DU_LIEU_GIA_LAP"


@dataclass(frozen=True, slots=True)
class ColumnLabel:
    """One column of a table: the role the reader knows it by, the header we print, other headers people use."""

    role: str
    label: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    """A table without this column cannot be read."""

    @property
    def all_labels(self) -> tuple[str, ...]:
        return (self.label, *self.aliases)


ORDER: Final = ColumnLabel("order", "STT", ("TT", "Số TT", "Số thứ tự", "S.T.T"))
CODE: Final = ColumnLabel(
    "code",
    "Mã số",
    ("Mã", "Mã chỉ tiêu", "Mã số chỉ tiêu", "Mã CT", "Ký hiệu chỉ tiêu"),
)
LABEL: Final = ColumnLabel(
    "label",
    "Chỉ tiêu",
    ("Tên chỉ tiêu", "Nội dung", "Nội dung chỉ tiêu", "Chỉ tiêu báo cáo", "Nội dung báo cáo", "Danh mục chỉ tiêu"),
    is_required=True,
)
BREAKDOWN: Final = ColumnLabel("breakdown", "Phân tổ", ("Phân theo", "Chi tiết theo", "Tiêu chí phân tổ"))
UNIT: Final = ColumnLabel("unit", "Đơn vị tính", ("ĐVT", "Đơn vị", "Đ.V.T", "Đvị tính"))
ACTUAL: Final = ColumnLabel(
    "actual",
    "Thực hiện đến ngày chốt",
    (
        "Thực hiện",
        "Số liệu",
        "Số lượng",
        "Kết quả",
        "Kết quả thực hiện",
        "Số liệu thực hiện",
        "Thực hiện trong kỳ",
        "Thực hiện kỳ báo cáo",
        "Lũy kế từ đầu năm",
        "Thực hiện lũy kế",
        "Lũy kế đến ngày chốt",
    ),
    is_required=True,
)
ESTIMATE: Final = ColumnLabel(
    "estimate",
    "Ước cả năm",
    ("Ước thực hiện cả năm", "Ước năm", "Ước thực hiện năm", "Ước TH cả năm", "Ước cả năm 2026"),
)
NOTE: Final = ColumnLabel("note", "Ghi chú", ("Chú thích", "Diễn giải", "Ghi chú, giải trình", "Giải trình"))

MAIN_COLUMNS: Final = (ORDER, CODE, LABEL, BREAKDOWN, UNIT, ACTUAL, ESTIMATE, NOTE)
"""Columns of the main sheet in printed order; ESTIMATE is printed in annual workbooks only."""

DETAIL_CODE: Final = ColumnLabel("code", "Mã số", (*CODE.aliases, "Chỉ tiêu", "Tên chỉ tiêu"), is_required=True)
DETAIL_AXIS: Final = ColumnLabel(
    "axis", "Phân tổ theo", ("Phân tổ", "Phân theo", "Chi tiết theo", "Tiêu chí phân tổ"), is_required=True
)
DETAIL_MEMBER: Final = ColumnLabel(
    "member",
    "Thành phần",
    ("Tên thành phần", "Nước", "Quốc gia", "Nước, vùng lãnh thổ", "Đối tác", "Ngành", "Địa bàn", "Xã, phường"),
    is_required=True,
)
DETAIL_COLUMNS: Final = (ORDER, DETAIL_CODE, DETAIL_AXIS, DETAIL_MEMBER, UNIT, ACTUAL, ESTIMATE, NOTE)
"""Columns of the detail sheet in printed order; ESTIMATE is printed in annual workbooks only."""

NUMBER_ROW_LETTERS: Final = ("A", "B", "C", "D", "E")
"""Marks of the describing columns in the column-number row; the figure columns after them count 1, 2, ..."""

TOTAL_LABELS: Final = ("TỔNG CỘNG", "Tổng số", "Cộng", "Tổng", "Toàn tỉnh", "Cả tỉnh")
"""Labels of a printed total. It is compared with its parts, never loaded. "Cộng dồn" is a running figure, not one."""

NOTE_STARTS: Final = (
    "Ghi chú",
    "Chú thích",
    "Nơi nhận",
    "Người lập biểu",
    "Người lập",
    "Thủ trưởng đơn vị",
    "Thủ trưởng",
    "Người ký",
    "Kế toán",
    "(*)",
)
"""A row below the table that starts so belongs to the notes or the signature block."""

BREAKDOWN_HEADING: Final = "Trong đó, {axis}:"
BREAKDOWN_HEADING_STARTS: Final = ("Trong đó, theo", "Trong đó theo", "Phân theo", "Chia theo", "Trong đó:")
"""A row that starts so and has no figure opens the lines of one breakdown."""


@dataclass(frozen=True, slots=True)
class HeadingField:
    """One statement of the heading block: its key, the label we print, other labels people use."""

    key: str
    label: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False

    @property
    def all_labels(self) -> tuple[str, ...]:
        return (self.label, *self.aliases)


HEADING_FIELDS: Final = (
    HeadingField("template", "Mẫu số", ("Mẫu", "Mẫu biểu", "Biểu số", "Biểu mẫu", "Mẫu báo cáo"), is_required=True),
    HeadingField(
        "unit",
        "Đơn vị báo cáo",
        ("Tên đơn vị", "Cơ quan báo cáo", "Đơn vị lập báo cáo", "Cơ quan, đơn vị báo cáo", "Đơn vị gửi báo cáo"),
        is_required=True,
    ),
    HeadingField("period", "Kỳ báo cáo", ("Kỳ", "Kỳ số liệu", "Thời kỳ báo cáo"), is_required=True),
    HeadingField("window_start", "Số liệu từ ngày", ("Từ ngày", "Tính từ ngày")),
    HeadingField(
        "cut_off_date",
        "Ngày chốt số liệu",
        ("Đến ngày", "Số liệu đến ngày", "Chốt số liệu ngày", "Ngày chốt"),
        is_required=True,
    ),
    HeadingField("value_kind", "Loại số liệu", ("Tính chất số liệu", "Loại số liệu báo cáo")),
    HeadingField("document_number", "Số, ký hiệu", ("Số ký hiệu", "Số hiệu văn bản", "Số văn bản", "Số và ký hiệu")),
    HeadingField("document_date", "Ngày văn bản", ("Ngày ký", "Ngày ban hành", "Ngày, tháng văn bản")),
    HeadingField("preparer_position", "Người lập biểu (chức vụ)", ("Chức vụ người lập", "Người lập (chức vụ)")),
    HeadingField("signer_position", "Người ký (chức vụ)", ("Chức vụ người ký",)),
    HeadingField("secrecy", "Độ mật", ("Mức độ mật", "Độ mật của văn bản")),
)
"""Statements of the heading block in printed order: label in one cell, value in the next filled cell to its right."""

HEADING_FIELD_BY_KEY: Final = {field.key: field for field in HEADING_FIELDS}

SECRECY_NONE: Final = "không"
"""The only value the secrecy field may hold."""

KIND_LABELS: Final[dict[ValueKind, str]] = {"thuc_hien": "thực hiện", "uoc": "ước", "chinh_thuc": "chính thức"}
KIND_ALIASES: Final[dict[ValueKind, tuple[str, ...]]] = {
    "thuc_hien": ("thực hiện", "số thực hiện", "số liệu thực hiện", "sơ bộ"),
    "uoc": ("ước", "ước tính", "ước thực hiện", "số ước"),
    "chinh_thuc": ("chính thức", "số chính thức", "số liệu chính thức", "quyết toán"),
}

YES: Final = "có"
NO: Final = "không"
NO_WEBSITE: Final = "không có trang"

NIL: Final = "không phát sinh"
NOT_APPLICABLE: Final = "không áp dụng"
WITHHELD: Final = "không cung cấp"
MARKS: Final[dict[str, ValueState]] = {NIL: "nil", NOT_APPLICABLE: "not_applicable", WITHHELD: "withheld"}
"""Words accepted in a figure cell instead of a number, as the dropdowns and the guide print them."""

ESTIMATE_MARK: Final = "ước"
"""Typed before a figure or in its note, it makes the figure an estimate."""


def axis_name(label_vi: str) -> str:
    """Name of an axis standing alone, from its label that reads after "Trong đó,": "theo ngôn ngữ" is "Ngôn ngữ"."""
    name = label_vi.removeprefix("theo ").strip()
    return name[:1].upper() + name[1:]


def template_statement(template_code: str, template_version: str) -> str:
    """Text of the `Mẫu số` field, for example "T-COMMUNE, phiên bản 2026.1"."""
    return f"{template_code}, phiên bản {template_version}"


def coded_statement(code: str, name: str) -> str:
    """Text of a heading value that is looked up by code and read by name, for example "28249 - Phường Đạo Thạnh"."""
    return f"{code} - {name}"


def line_code(measure_code: str, axis_code: str | None = None, member_code: str | None = None) -> str:
    """Code printed in the `Mã số` column: "MED01" for a total, "MED01.language.vi" for a breakdown line."""
    return measure_code if axis_code is None else f"{measure_code}.{axis_code}.{member_code}"
