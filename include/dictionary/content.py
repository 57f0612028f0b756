"""Everything the dictionary tells, gathered once, so that page and workbook cannot differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.dictionary.columns import Catalog, read_catalog
from include.reference.legal_bases import EVIDENCE_VI

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from include.indicators.catalogue import Indicator
    from include.indicators.missing_units import MissingUnitRule
    from include.quality.messages import Message
    from include.reference import CodeList, Measure, Reference
    from include.reference.legal_bases import LegalBasis

ARITHMETIC_VI: Mapping[str, str] = {
    "sum": "cộng các số của đơn vị",
    "pair": "hai số đặt cạnh nhau, không cộng",
    "ratio": "cộng tử số, cộng mẫu số, rồi chia",
    "units_share": "số đơn vị đạt trên số đơn vị",
    "milestone": "mốc đã đạt",
    "timeliness": "báo cáo đúng hạn trên báo cáo phải nộp",
    "completeness": "ô đã điền trên ô phải điền",
    "first_pass": "báo cáo đạt ngay lần đầu",
    "revised_share": "báo cáo nộp lại",
    "estimate_error": "số ước so với số chính thức",
    "feed": "số của một nguồn riêng",
}
NATURES_VI: Mapping[str, str] = {
    "flow": "lũy kế từ 01/01 đến ngày chốt",
    "stock": "tại ngày chốt",
    "flag": "trạng thái, câu trả lời",
    "system": "do nền tảng ghi",
}
VALUE_TYPES_VI: Mapping[str, str] = {
    "count": "số đếm",
    "amount": "số tiền, không âm",
    "signed_amount": "số tiền, có thể âm",
    "yes_no": "có hoặc không",
    "choice": "chọn trong danh mục",
    "milestone": "mốc 0 đến 4",
    "date": "ngày",
    "moment": "thời điểm",
    "system": "nền tảng tính",
}
SHAPES_VI: Mapping[str, str] = {
    "observation": "số liệu báo cáo",
    "capital_flow": "dòng vốn",
    "monitoring_count": "số đếm nắm bắt thông tin",
    "series_point": "chuỗi số công bố",
}
PERIODS_VI: Mapping[str, str] = {"6T": "6 tháng", "NAM": "năm", "DX": "đột xuất"}
SEVERITIES_VI: Mapping[str, str] = {
    "block": "chặn",
    "warn": "cảnh báo",
    "info": "ghi nhận",
    "shadow": "đang thử nghiệm",
}
DIRECTIONS_VI: Mapping[str, str] = {
    "up": "cao hơn là tốt hơn",
    "down": "thấp hơn là tốt hơn",
    "none": "không xếp hạng",
}
TARGETS_VI: Mapping[str, str] = {
    "province_to_set": "tỉnh sẽ giao",
    "baseline_only": "chỉ so với kỳ gốc",
    "none": "không giao",
}
_CONTRACT_HEAD = "title owner fills extensions reader answerer sampler schedule inbox batch_size loads".split()
_EMPHASIS = re.compile(r"[*`]|\[([^\]]*)\]\([^)]*\)")


def name_breakdown(axis_code: str) -> str:
    """How a breakdown is called in Vietnamese, with its code: theo ngôn ngữ (language)."""
    from include.extracts.leadership.wording import UNIT_AXES_VI
    from include.reference import load_reference

    if axis_code in UNIT_AXES_VI:
        return f"{UNIT_AXES_VI[axis_code]} ({axis_code})"
    reference = load_reference()
    lists = (
        axis.list_code for measure in reference.measures.values() for axis in measure.axes if axis.code == axis_code
    )
    list_code = next(lists, None)
    return f"{reference.code_lists[list_code].by_vi} ({axis_code})" if list_code else axis_code


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of a suite: what it looks at, why, and what the reporter is told (nothing by a rule on trial)."""

    table: str
    number: int
    code: str
    rule: str
    severity: str
    check: str
    why: str
    sql_file: str
    sql_note: str
    message: Message | None

    @property
    def key(self) -> str:
        """Names the check in anchors and lists: the table and its SQL rule, or its place in the suite."""
        name = Path(self.sql_file).stem if self.sql_file else str(self.number)
        return f"{self.table}-{name}"


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source: what its contract says, line by line, and what its folder says in words."""

    source_id: str
    title: str
    owner: str
    fills: str
    extensions: tuple[str, ...]
    about: str
    loads: bool
    schedule: str
    contract: tuple[tuple[str, str], ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class MeasureEntry:
    """One measure with its rule in words and who uses it."""

    measure: Measure
    rule: str
    templates: tuple[str, ...]
    indicators: tuple[str, ...]
    breakdowns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The whole dictionary. `sql_rules` maps each file of sql/rules to the words at its head."""

    catalog: Catalog
    indicators: tuple[Indicator, ...]
    measures: tuple[MeasureEntry, ...]
    rules: tuple[Rule, ...]
    sql_rules: Mapping[str, str]
    messages: tuple[Message, ...]
    sources: tuple[SourceEntry, ...]
    code_lists: tuple[CodeList, ...]
    legal_bases: Mapping[str, LegalBasis]
    missing_units: Mapping[str, MissingUnitRule]


def read_dictionary(connection: Connection) -> Dictionary:
    """Gather the dictionary from the database and the project's files. The marts must have been built."""
    from include.indicators.catalogue import load_catalogue
    from include.indicators.missing_units import missing_unit_rules
    from include.quality.messages import all_messages
    from include.reference import load_reference
    from include.reference.legal_bases import load_legal_bases

    reference = load_reference()
    catalogue = load_catalogue()
    sql_rules = _read_sql_rules()
    messages = all_messages()
    return Dictionary(
        catalog=read_catalog(connection),
        indicators=tuple(catalogue.values()),
        measures=tuple(_measure(each, reference, catalogue) for each in reference.measures.values()),
        rules=tuple(_read_rules(sql_rules, messages)),
        sql_rules=sql_rules,
        messages=tuple(sorted(messages.values(), key=lambda each: (each.rule or "Z", each.code))),
        sources=tuple(_read_sources()),
        code_lists=tuple(reference.code_lists.values()),
        legal_bases=load_legal_bases(),
        missing_units=missing_unit_rules(),
    )


def legal_basis_line(basis: LegalBasis) -> str:
    """A text with the days it is in force and how well that is known, in one line."""
    days = f"từ {basis.valid_from:%d/%m/%Y}" + (" (ngày ban hành)" if basis.is_start_assumed else "")
    if basis.valid_to is not None:
        days += f", đến hết {basis.valid_to - timedelta(days=1):%d/%m/%Y}"
    return f"{basis.number or basis.code}: {days}; {EVIDENCE_VI[basis.evidence]}"


def _measure(measure: Measure, reference: Reference, catalogue: Mapping[str, Indicator]) -> MeasureEntry:
    return MeasureEntry(
        measure=measure,
        rule=measure.rule_vi or _system_measures().get(measure.code, ""),
        templates=tuple(code for code, template in reference.templates.items() if measure.code in template.measures),
        indicators=tuple(
            code
            for code, indicator in catalogue.items()
            if any(term.measure_code == measure.code for term in indicator.terms)
        ),
        breakdowns=tuple((axis.list_code, reference.code_lists[axis.list_code].name_vi) for axis in measure.axes),
    )


@cache
def _system_measures() -> Mapping[str, str]:
    import yaml

    text = (Path(__file__).parent / "measures.yml").read_text(encoding="utf-8")
    written: Mapping[str, str] = yaml.load(text, Loader=yaml.CSafeLoader)
    return written


def _read_sql_rules() -> dict[str, str]:
    from include.warehouse.sql import SQL_ROOT

    return {
        path.name: head_comment(path.read_text(encoding="utf-8")) for path in sorted((SQL_ROOT / "rules").glob("*.sql"))
    }


def head_comment(script: str) -> str:
    """The comment lines a SQL file begins with, as running text; empty where it begins with something else."""
    lines = []
    for line in script.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines).strip()


def _read_rules(sql_rules: Mapping[str, str], messages: Mapping[str, Message]) -> Iterator[Rule]:
    from include.quality.suites import load_suites

    for suite in load_suites():
        for number, expectation in enumerate(suite.expectations, start=1):
            sql_file = Path(expectation.query_file).name if expectation.query_file else ""
            yield Rule(
                table=suite.table,
                number=number,
                code=expectation.code,
                rule=expectation.rule,
                severity="shadow" if expectation.shadow else expectation.severity,
                check=sql_file or _said(expectation.type, expectation.kwargs),
                why=expectation.why.strip(),
                sql_file=sql_file,
                sql_note=sql_rules.get(sql_file, ""),
                message=messages.get(expectation.code),
            )


def _said(expectation_type: str, arguments: Mapping[str, Any]) -> str:
    """An expectation and what it was given, in one line."""
    given = "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in arguments.items()
        if not isinstance(value, dict)
    )
    return f"{expectation_type} ({given})" if given else expectation_type


def _read_sources() -> Iterator[SourceEntry]:
    import yaml

    from include.sources import SOURCES_FOLDER, broken_sources, list_sources

    for source in list_sources(loadable_only=False):
        folder = SOURCES_FOLDER / source.source_id
        contract = yaml.load((folder / "source.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        readme = folder / "README.md"
        yield SourceEntry(
            source_id=source.source_id,
            title=source.title,
            owner=source.owner,
            fills=source.fills,
            extensions=source.extensions,
            about=first_paragraph(readme.read_text(encoding="utf-8")) if readme.is_file() else "",
            loads=source.loads,
            schedule=source.schedule,
            contract=tuple(
                line for key, value in contract.items() if key not in _CONTRACT_HEAD for line in _lines(key, value)
            ),
        )
    for broken in broken_sources():
        yield SourceEntry(broken.source_id, "", "", "", (), "", False, "", (), problem=str(broken.error))


def told(sentence: str) -> str:
    """A sentence to reporters with words in the place of what is filled in."""
    filled = sentence.format(found="[điều tìm thấy]", expected="[điều cần có]", subject="[số liệu]")
    return filled[:1].upper() + filled[1:]


def first_paragraph(markdown: str) -> str:
    """The first paragraph below the title, as plain text."""
    for block in markdown.split("\n\n"):
        text = " ".join(line.strip() for line in block.splitlines() if not line.startswith("#")).strip()
        if text and not text.startswith(("|", "-", "```")):
            return _EMPHASIS.sub(lambda found: found[1] or "", text)
    return ""


def _lines(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """A contract entry as lines of path and text, however deep it is written."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(f"{path} › {'–' if key is None else key}", inner)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for place, item in enumerate(value, start=1):
            yield from _lines(f"{path} {place}", item)
    else:
        yield path, "; ".join(map(str, value)) if isinstance(value, list) else str(value)
