"""The indicators in the words of SDMX: dimensions, attributes, code lists, and how our states map onto theirs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from include.dictionary.columns import column_label, column_meaning
from include.errors import CatalogueError
from include.exports.relations import INDICATORS, SCHEMA, ExportColumn
from include.exports.rows import BELOW_FIVE, HIDDEN, HIDDEN_COLUMNS
from include.extracts.leadership.wording import (
    GROUPS_VI,
    KINDS_VI,
    MEMBERS_VI,
    STATES_VI,
    TARGET_STATES_VI,
    UNIT_AXES_VI,
)
from include.indicators.kpi import REASONS_VI
from include.model import TOTAL
from include.vietnamese.text import strip_accents

if TYPE_CHECKING:
    from sqlalchemy import Connection

AGENCY: Final = "SVHTTDL_DONGTHAP"
AGENCY_NAME: Final = "Sở Văn hóa, Thể thao và Du lịch tỉnh Đồng Tháp"
VERSION: Final = "1.0"
TIME: Final = "TIME_PERIOD"
MEASURE: Final = "OBS_VALUE"

DIMENSIONS: Final[Mapping[str, str]] = {
    "indicator_code": "INDICATOR",
    "period_code": "REPORTING_PERIOD",
    "scope_type": "SCOPE_TYPE",
    "scope_code": "SCOPE",
    "side": "SIDE",
    "axis_code": "AXIS",
    "member_code": "MEMBER",
}
"""Columns that tell a value from all others, in the order of the key, with their dimension."""

OBS_STATUS: Final[Mapping[str, str]] = {
    "reported": "A",
    "nil": "A",
    "missing": "O",
    "withheld": "L",
    "not_applicable": "M",
    "no_value": "M",
    HIDDEN: "Q",
}
"""Our value states in the cross-domain list of SDMX; a reported estimate is E, one before its due moment P."""

OBS_STATUS_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "A": ("Số bình thường", "Normal value"),
    "E": ("Số ước", "Estimated value"),
    "P": ("Số tạm, chưa đến hạn báo cáo", "Provisional value"),
    "L": ("Không có: nơi báo cáo không cung cấp", "Missing value; data exist but were not collected"),
    "M": ("Không có: không thể có", "Missing value; data cannot exist"),
    "O": ("Không có: chưa nhận được", "Missing value"),
    "Q": ("Không nêu số nhỏ", "Missing value; suppressed"),
}

_ID = re.compile(r"[A-Za-z0-9_@$-]+")
_SIDES_VI = {"single": "Một số", "first": "Số thứ nhất", "second": "Số thứ hai"}
_SCOPES_VI = {"province": "Toàn tỉnh", "group": "Nhóm đơn vị", "unit": "Đơn vị"}
_FIGURE_STATES = {
    "reported": ("Có số", "Figure given"),
    "empty": ("Không có số", "No figure"),
    BELOW_FIVE: ("Nhỏ hơn 5, không nêu", "Below 5, not shown"),
    HIDDEN: ("Không nêu, vì sẽ lộ số nhỏ", "Not shown, it would disclose a small count"),
}


@dataclass(frozen=True, slots=True)
class Dataflow:
    """What one kind of file is, with the Vietnamese names of the flow and of its structure."""

    id: str
    name_vi: str
    structure_name_vi: str

    @property
    def structure_id(self) -> str:
        """“AGENCY:FLOW(1.0)”, as every line of SDMX-CSV says what it is."""
        return f"{AGENCY}:{self.id}({VERSION})"


INDICATOR_FLOW: Final = Dataflow("INDICATOR_VALUE", "Giá trị chỉ tiêu thông tin đối ngoại", "Cấu trúc giá trị chỉ tiêu")
RELEASE_FLOW: Final = Dataflow(
    "RELEASED_VALUE", "Giá trị chỉ tiêu trong bản phát hành", "Cấu trúc giá trị chỉ tiêu trong bản phát hành"
)
"""It has attributes of its own, so it is a flow of its own: one structure does not have two meanings."""


@dataclass(frozen=True, slots=True)
class SdmxCode:
    """One code: its id as SDMX allows it, the code as the platform writes it, and its names."""

    id: str
    code: str
    name_vi: str
    name_en: str = ""
    note_vi: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an observation: the column it comes from, and its code list or else its type."""

    id: str
    column: str
    code_list: str
    text_type: str


def sdmx_id(code: str) -> str:
    """The code itself where SDMX allows it as an id, otherwise its capitals without accents: ĐỒNG THÁP, DONG_THAP."""
    if _ID.fullmatch(code):
        return code
    if code == "%":
        return "PT"
    plain = strip_accents(unicodedata.normalize("NFC", code)).upper()
    return re.sub(r"[^A-Z0-9]+", "_", plain).strip("_")


def list_attributes(columns: Iterable[ExportColumn]) -> list[Attribute]:
    """The attributes of an observation: status and unit first, then every column that is no dimension."""
    attributes = [
        Attribute("OBS_STATUS", "", "CL_OBS_STATUS", ""),
        Attribute("UNIT_MEASURE", "", "CL_UNIT", ""),
    ]
    for column in columns:
        if column.name in DIMENSIONS or column.name == "value":
            continue
        attributes.append(
            Attribute(
                column.name.upper(), column.name, _code_list_of(column), "" if _code_list_of(column) else _type(column)
            )
        )
    return attributes


def _code_list_of(column: ExportColumn) -> str:
    named = {
        "value_state": "CL_VALUE_STATE",
        "compared_value_state": "CL_VALUE_STATE",
        "target_state": "CL_TARGET_STATE",
        "value_kind": "CL_VALUE_KIND",
        "compared_value_kind": "CL_VALUE_KIND",
        "reason_code": "CL_REASON",
    }
    if column.name in named:
        return named[column.name]
    return "CL_FIGURE_STATE" if column.name.endswith("_state") else ""


def _type(column: ExportColumn) -> str:
    if column.is_figure:
        return "decimal"
    return {
        "smallint": "integer",
        "integer": "integer",
        "bigint": "long",
        "boolean": "boolean",
        "date": "gregorianDay",
        "timestamp with time zone": "dateTime",
    }.get(column.type, "string")


def concept_name(identifier: str) -> tuple[str, str]:
    """The Vietnamese name of a dimension, measure or attribute, and what it means."""
    own = {
        TIME: ("Khoảng thời gian", "Kỳ báo cáo viết theo ISO 8601: 2026 là năm, 2026-S1 là nửa đầu năm."),
        MEASURE: ("Giá trị", "Trống khi không có số; lý do ở OBS_STATUS và VALUE_STATE."),
        "OBS_STATUS": ("Tình trạng giá trị", "Theo danh mục chung của SDMX; suy ra từ VALUE_STATE."),
        "UNIT_MEASURE": ("Đơn vị tính", "Đơn vị của giá trị, không phải của tử số và mẫu số."),
        HIDDEN_COLUMNS.upper(): (column_label(HIDDEN_COLUMNS), column_meaning(HIDDEN_COLUMNS)),
    }
    if identifier in own:
        return own[identifier]
    column = next((name for name, dimension in DIMENSIONS.items() if dimension == identifier), identifier.lower())
    return column_label(column), column_meaning(column)


def time_period(start: date, end: date) -> str:
    """A window as SDMX writes it: year, half-year, quarter or month where it is one, otherwise first day and length."""
    is_whole = start.day == 1 and (end + timedelta(days=1)).day == 1 and start.year == end.year
    months = end.month - start.month + 1
    if is_whole and months == 12:
        return f"{start.year}"
    if is_whole and months in (3, 6) and (start.month - 1) % months == 0:
        return f"{start.year}-{'S' if months == 6 else 'Q'}{(start.month - 1) // months + 1}"
    if is_whole and months == 1:
        return f"{start.year}-{start.month:02d}"
    return f"{start.isoformat()}/P{(end - start).days + 1}D"


def unit_of(indicator_code: str, side: str) -> str:
    """The unit a value of the indicator is in; the two numbers of a pair have one each."""
    from include.indicators.catalogue import load_catalogue

    indicator = load_catalogue()[indicator_code]
    if indicator.arithmetic != "pair":
        return indicator.unit
    units = [unit.strip() for unit in indicator.unit.split(";")]
    return units[indicator.sides.index(side)]


def read_code_lists(connection: Connection) -> dict[str, tuple[SdmxCode, ...]]:
    """Every code list of the structure, by id. A code found in the data and in no list is there under its own name."""
    from sqlalchemy import text

    lists = _known_codes(connection)
    used = connection.execute(
        text(
            "select "  # noqa: S608  column names from the constant above
            + ", ".join(
                f"array_agg(distinct {column}) as {column}"
                for column in (*DIMENSIONS, "value_state", "value_kind", "reason_code")
            )
            + f" from {SCHEMA}.{INDICATORS}"
        )
    ).one()
    for column in used._fields:
        identifier = f"CL_{DIMENSIONS[column]}" if column in DIMENSIONS else _code_list_of(ExportColumn(column, "text"))
        for code in getattr(used, column) or ():
            if code is not None:
                lists[identifier].setdefault(code, ("", "", ""))
    return {identifier: list_codes(identifier, names) for identifier, names in lists.items()}


def list_codes(identifier: str, names: Mapping[str, tuple[str, str, str]]) -> tuple[SdmxCode, ...]:
    """The codes of a list with their ids; `names` are Vietnamese, English and a note. CatalogueError for equal ids."""
    codes = [SdmxCode(sdmx_id(code), code, vi or code, en, note) for code, (vi, en, note) in names.items()]
    repeated = {code.id for code in codes if sum(code.id == other.id for other in codes) > 1}
    if repeated:
        raise CatalogueError(
            where=f"the SDMX code list {identifier}",
            found=", ".join(sorted(code.code for code in codes if code.id in repeated)),
            expected="codes that are still different without accents",
            remedy="Rename one of them, or give it a code of its own.",
        )
    return tuple(codes)


def fixed_codes() -> dict[str, dict[str, tuple[str, str, str]]]:
    """The lists that are the same whatever the data: scopes, sides, states, kinds. Code to names and note."""
    return {
        "CL_SCOPE_TYPE": {code: (name, "", "") for code, name in _SCOPES_VI.items()},
        "CL_SIDE": {code: (name, "", "") for code, name in _SIDES_VI.items()},
        "CL_VALUE_STATE": {code: (name, "", "") for code, name in STATES_VI.items()},
        "CL_VALUE_KIND": {code: (name, "", "") for code, name in KINDS_VI.items()},
        "CL_FIGURE_STATE": {code: (vi, en, "") for code, (vi, en) in _FIGURE_STATES.items()},
        "CL_TARGET_STATE": {code: (name, "", "") for code, name in TARGET_STATES_VI.items()},
        "CL_OBS_STATUS": {code: (vi, en, "") for code, (vi, en) in OBS_STATUS_NAMES.items()},
    }


def _known_codes(connection: Connection) -> dict[str, dict[str, tuple[str, str, str]]]:
    from sqlalchemy import text

    from include.indicators.catalogue import load_catalogue
    from include.reference import load_reference

    reference, catalogue = load_reference(), load_catalogue()
    axes = {TOTAL: ("không phân tổ", "", "")} | {axis: (name, "", "") for axis, name in UNIT_AXES_VI.items()}
    members: dict[str, list[tuple[str, str]]] = {TOTAL: [("Số chung", "Total")]}
    for measure in reference.measures.values():
        for axis in measure.axes:
            code_list = reference.code_lists[axis.list_code]
            axes.setdefault(axis.code, (code_list.by_vi, "", ""))
            for member in code_list.values():
                members.setdefault(member.code, []).append((member.name_vi, member.name_en))
    for code, template in reference.templates.items():
        members.setdefault(code, []).append((template.name_vi, ""))
    for code, measure in reference.measures.items():
        members.setdefault(code, []).append((measure.name_vi, measure.name_en))
    for code, name in MEMBERS_VI.items():
        members.setdefault(code, []).append((name, ""))
    periods = connection.execute(
        text("select period_code, name_vi, rule_vi from reference.reporting_period order by due_at, period_code")
    ).all()
    units = {unit for each in catalogue.values() for unit in each.unit.split(";")}
    return {
        "CL_INDICATOR": {each.code: (each.name_vi, each.name_en, each.reading_note_vi) for each in catalogue.values()},
        "CL_REPORTING_PERIOD": {row.period_code: (row.name_vi, "", row.rule_vi) for row in periods},
        "CL_SCOPE": {
            "province": ("Toàn tỉnh", "Whole province", ""),
            **{code: (name, "", "") for code, name in GROUPS_VI.items()},
            **{code: (unit.name_vi, unit.name_en, "") for code, unit in reference.units.items()},
        },
        "CL_AXIS": axes,
        # One code may stand in several lists (khac, other): it carries the names it has in each.
        "CL_MEMBER": {
            code: (
                "; ".join(dict.fromkeys(vi for vi, _ in names)),
                "; ".join(dict.fromkeys(en for _, en in names if en)),
                "",
            )
            for code, names in members.items()
        },
        "CL_REASON": {code: (name, "", "") for code, name in REASONS_VI.items()},
        **fixed_codes(),
        "CL_UNIT": {unit.strip(): (unit.strip(), "", "") for unit in sorted(units)},
    }
