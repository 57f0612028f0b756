"""Write the report workbooks the platform sends out: one form per body and period, from the catalogue alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from include.calendar.periods import Period, load_periods
from include.errors import CatalogueError
from include.reference import Measure, Reference, ReportingUnit, Template, load_reference
from include.reference.shapes import is_valid_on
from include.sources.agency_reports import labels
from include.sources.agency_reports.look import (
    CLOSED_FILL,
    HEAD_FILL,
    INPUT_FILL,
    LINE,
    QUIET,
    SECTION_FILL,
    WARNING_FILL,
    WARNING_INK,
    WORKBOOK_OPTIONS,
    CellEntry,
    Styles,
    count_lines,
    set_up_page,
    write_cell,
    write_guide,
    write_official_heading,
)
from include.vietnamese.text import strip_accents

_PROVINCE: Final = "Đồng Tháp"
_NUMBER_FORMATS: Final = {"count": "#,##0", "milestone": "0", "amount": "#,##0.00", "signed_amount": "#,##0.00"}
_SECTION_ORDER: Final = {"bold": True, "align": "center", "bg_color": SECTION_FILL}
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")
_TYPED_MARKS: Final = (*labels.MARKS, "không có", "kad", "-", "–", "—")

_WIDTHS: Final = {
    "order": 5.5,
    "code": 21.0,
    "label": 52.0,
    "breakdown": 17.0,
    "unit": 12.0,
    "actual": 17.0,
    "estimate": 16.0,
    "note": 27.0,
    "axis": 26.0,
    "member": 38.0,
}


@dataclass(frozen=True, slots=True)
class DetailEntry:
    """One filled line of the detail sheet. `axis` and `member` are written as given: a name or a code."""

    measure_code: str
    axis: str
    member: str
    actual: CellEntry
    estimate: CellEntry | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormEntries:
    """What to fill in. Figures and notes by line code ("MED01", "MED01.language.vi"), heading values by field key."""

    actual: Mapping[str, CellEntry] = field(default_factory=dict)
    estimate: Mapping[str, CellEntry] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    heading: Mapping[str, str | date] = field(default_factory=dict)
    detail: Sequence[DetailEntry] = ()
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line of the main table.

    `code` is empty on section and breakdown heading lines; `measure` is None on section lines only.
    `unit_vi` and `takes_estimate` tell what the figure cells of the line accept.
    """

    kind: Literal["section", "measure", "breakdown", "member"]
    text: str
    measure: Measure | None = None
    code: str = ""
    order: str = ""
    breakdown: str = ""
    unit_vi: str = ""
    takes_estimate: bool = False


def write_templates(
    period_code: str,
    folder: Path,
    reference: Reference | None = None,
    periods: Mapping[str, Period] | None = None,
) -> list[Path]:
    """Write one blank workbook per body asked to report for the period, obliged or requested, and return the paths.

    Raises KeyError for an unknown period.
    """
    reference = reference or load_reference()
    period = (periods or load_periods())[period_code]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for unit in reporters(period, reference):
        path = folder / file_name(unit, period)
        write_template(unit, period, reference, path)
        written.append(path)
    return written


def reporters(period: Period, reference: Reference) -> tuple[ReportingUnit, ...]:
    """Bodies that get a workbook: obliged or requested, valid on the period's last day on time, with a template."""
    asked = (*reference.units_expected(period), *reference.units_requested(period))
    return tuple(unit for unit in asked if unit.template_code)


def file_name(unit: ReportingUnit, period: Period) -> str:
    """Name of the workbook, plain ASCII: BC_2026-06T_28249_Phuong-Dao-Thanh.xlsx."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", strip_accents(unit.name_vi)).strip("-")
    return f"BC_{period.code}_{unit.code}_{name[:60]}.xlsx"


def form_template(unit: ReportingUnit, period: Period, reference: Reference) -> Template:
    """The template the body fills for the period. Raises CatalogueError when it has none in force."""
    template = reference.templates.get(unit.template_code or "")
    if template is None or not is_valid_on(template.valid_from, template.valid_to, period.last_day_on_time):
        raise CatalogueError(
            where=f"reporting unit {unit.code}",
            found=f"template {unit.template_code!r}",
            expected=f"a template in force on {period.last_day_on_time}",
            remedy="Correct the template of the unit in include/reference/reporting_bodies.csv.",
        )
    return template


def form_lines(template: Template, period: Period, reference: Reference) -> list[FormLine]:
    """The lines of the main table in printing order."""
    asked = {measure.code: measure for measure in reference.form_measures(template.code, period.kind)}
    lines: list[FormLine] = []
    number = 0
    romans = iter(_ROMAN)
    for section in template.sections:
        measures = [asked[code] for code in section.measures if code in asked]
        if measures:
            lines.append(FormLine("section", section.title_vi, order=next(romans, "")))
        for measure in measures:
            number += 1
            lines.append(
                FormLine(
                    "measure",
                    measure.name_vi,
                    measure,
                    measure.code,
                    str(number),
                    unit_vi=measure.unit_vi,
                    takes_estimate=measure.takes_year_estimate,
                )
            )
            lines.extend(_breakdown_lines(measure, period, reference))
    return lines


def _breakdown_lines(measure: Measure, period: Period, reference: Reference) -> list[FormLine]:
    lines = []
    for axis in measure.axes:
        if not axis.in_form:
            continue
        lines.append(FormLine("breakdown", labels.BREAKDOWN_HEADING.format(axis=axis.label_vi), measure))
        lines += [
            FormLine(
                "member",
                member.name_vi,
                measure,
                labels.line_code(measure.code, axis.code, member.code),
                breakdown=labels.axis_name(axis.label_vi),
                unit_vi=reference.unit_of_measure(measure.code, axis.code, member.code).unit_vi,
            )
            for member in reference.members(measure.code, axis.code).values()
            if is_valid_on(member.valid_from, member.valid_to, period.last_day_on_time)
        ]
    return lines


def write_template(
    unit: ReportingUnit,
    period: Period,
    reference: Reference,
    path: Path,
    entries: FormEntries | None = None,
) -> None:
    """Write the body's workbook for the period, blank or filled with `entries`.

    The same arguments give the same bytes. Raises CatalogueError when the body has no template in force.
    """
    import xlsxwriter

    template = form_template(unit, period, reference)
    with xlsxwriter.Workbook(path, WORKBOOK_OPTIONS) as book:
        writer = _FormWriter(
            book,
            unit=unit,
            period=period,
            reference=reference,
            template=template,
            entries=entries or FormEntries(),
        )
        writer.write()


class _FormWriter:
    """Holds what the sheets of one workbook share while it is written."""

    def __init__(
        self,
        book: Any,
        *,
        unit: ReportingUnit,
        period: Period,
        reference: Reference,
        template: Template,
        entries: FormEntries,
    ) -> None:
        self.book, self.unit, self.period, self.reference = book, unit, period, reference
        self.template, self.entries = template, entries
        self.is_annual = period.kind == "NAM"
        self.style = Styles(book)
        self._validations: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
        self._lists: list[Sequence[str]] = []
        self._list_map: dict[str, str] = {}

    def write(self) -> None:
        book = self.book
        book.set_size(2400, 1400)
        book.set_properties(
            {
                "title": f"{self.template.name_vi} - {self.period.name_vi}",
                "subject": labels.SYNTHETIC_TITLE if self.entries.is_synthetic else "Báo cáo thông tin đối ngoại",
                # A fixed moment: the same form twice is the same file.
                "created": datetime(self.period.window_start.year, 1, 1),  # noqa: DTZ001 - the format has no zone
            }
        )
        if self.entries.is_synthetic:
            book.set_custom_property(labels.SYNTHETIC_PROPERTY, True)
        for name, value in (
            (labels.NAME_TEMPLATE, self.template.code),
            (labels.NAME_VERSION, self.template.version),
            (labels.NAME_UNIT, self.unit.code),
            (labels.NAME_PERIOD, self.period.code),
        ):
            book.define_name(name, f'="{value}"')
        main, detail = book.add_worksheet(labels.MAIN_SHEET), book.add_worksheet(labels.DETAIL_SHEET)
        guide, lists = book.add_worksheet(labels.GUIDE_SHEET), book.add_worksheet(labels.LISTS_SHEET)
        self._lists.append(_TYPED_MARKS)
        self._write_main(main)
        self._write_detail(detail)
        write_guide(guide, self.style, "HƯỚNG DẪN ĐIỀN BÁO CÁO", self._guide())
        self._write_lists(lists)

    def _columns(self, columns: Sequence[labels.ColumnLabel]) -> list[labels.ColumnLabel]:
        return [column for column in columns if self.is_annual or column is not labels.ESTIMATE]

    # Main sheet

    def _write_main(self, sheet: Any) -> None:
        columns = self._columns(labels.MAIN_COLUMNS)
        last = len(columns) - 1
        for index, column in enumerate(columns):
            sheet.set_column(index, index, _WIDTHS[column.role])
        row = write_official_heading(sheet, self.style, self.unit, last)
        row = self._write_titles(sheet, row, last)
        row = self._write_statements(sheet, row, last)
        header = row
        first_line = self._write_header(sheet, header, columns, describing=5)
        row = first_line
        for line in form_lines(self.template, self.period, self.reference):
            self._write_line(sheet, row, line, columns)
            row += 1
        self.book.define_name(labels.NAME_FIGURES, f"='{labels.MAIN_SHEET}'!$A${header + 1}:${_letter(last)}${row}")
        self._apply_validations(sheet)
        self._write_ending(sheet, row, last)
        set_up_page(sheet, header, first_line)
        sheet.activate()

    def _write_titles(self, sheet: Any, row: int, last: int) -> int:
        if self.entries.is_synthetic:
            warning = self.style(align="center", bold=True, font_color=WARNING_INK, bg_color=WARNING_FILL)
            sheet.merge_range(row, 0, row, last, f"{labels.SYNTHETIC_TITLE} - không phải số liệu thật", warning)
            row += 1
        sheet.merge_range(
            row, 0, row, last, self.template.name_vi.upper(), self.style(align="center", bold=True, font_size=14)
        )
        sheet.set_row(row, 22)
        sheet.merge_range(
            row + 1, 0, row + 1, last, self.period.name_vi, self.style(align="center", italic=True, font_size=13)
        )
        sheet.set_row(row + 1, 23)
        return row + 2

    def _write_statements(self, sheet: Any, row: int, last: int) -> int:
        left = labels.HEADING_FIELDS[:6]
        right = labels.HEADING_FIELDS[6:]
        for offset in range(max(len(left), len(right))):
            sheet.set_row(row + offset, 17)
            if offset < len(left):
                self._write_statement(sheet, row + offset, left[offset], (0, 1), (2, 2))
            if offset < len(right):
                self._write_statement(sheet, row + offset, right[offset], (3, 4), (5, last))
        sheet.set_row(row + 6, 6)
        return row + 7

    def _write_statement(
        self, sheet: Any, row: int, statement: labels.HeadingField, name: tuple[int, int], value: tuple[int, int]
    ) -> None:
        sheet.merge_range(row, name[0], row, name[1], statement.label, self.style(font_color=QUIET, indent=1))
        given = self.entries.heading.get(statement.key, self._stated(statement.key))
        is_open = statement.key not in ("template", "unit", "period", "window_start", "secrecy")
        look: dict[str, object] = {"border": 1, "border_color": LINE, "align": "left", "indent": 1}
        if is_open:
            look |= {"bg_color": INPUT_FILL, "locked": False}
        else:
            look |= {"bold": True}
        if statement.key in ("window_start", "cut_off_date", "document_date"):
            look["num_format"] = "dd/mm/yyyy"
        cell_format = self.style(**look)
        if value[1] > value[0]:
            sheet.merge_range(row, value[0], row, value[1], None, cell_format)
        if isinstance(given, date):
            sheet.write_datetime(row, value[0], datetime(given.year, given.month, given.day), cell_format)  # noqa: DTZ001
        else:
            write_cell(sheet, row, value[0], given or None, cell_format)
        self._validate_statement(sheet, row, value[0], statement.key)

    def _stated(self, key: str) -> str | date:
        stated: dict[str, str | date] = {
            "template": labels.template_statement(self.template.code, self.template.version),
            "unit": labels.coded_statement(self.unit.code, self.unit.name_vi),
            "period": labels.coded_statement(self.period.code, self.period.name_vi),
            "window_start": self.period.window_start,
            "value_kind": labels.KIND_LABELS["thuc_hien"],
            "secrecy": labels.SECRECY_NONE,
        }
        return stated.get(key, "")

    def _validate_statement(self, sheet: Any, row: int, column: int, key: str) -> None:
        if key == "value_kind":
            sheet.data_validation(
                row,
                column,
                row,
                column,
                {
                    "validate": "list",
                    "source": list(labels.KIND_LABELS.values()),
                    "error_title": "Loại số liệu",
                    "error_message": "Chọn một trong ba loại: thực hiện, ước, chính thức.",
                },
            )
        elif key in ("cut_off_date", "document_date"):
            start, end = self.period.window_start, self.period.window_end
            if key == "document_date":
                end += timedelta(days=400)
            sheet.data_validation(
                row,
                column,
                row,
                column,
                {
                    "validate": "date",
                    "criteria": "between",
                    "minimum": start,
                    "maximum": end,
                    "input_title": "Ngày, tháng, năm",
                    "input_message": f"Ghi theo dạng ngày/tháng/năm, từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}.",
                    "error_title": "Ngày không hợp lệ",
                    "error_message": f"Ngày phải từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}.",
                },
            )

    def _write_header(self, sheet: Any, row: int, columns: Sequence[labels.ColumnLabel], describing: int) -> int:
        """Header row and column-number row; returns the first line below."""
        head = self.style(
            bold=True, align="center", text_wrap=True, border=1, border_color=LINE, bg_color=HEAD_FILL, font_size=11
        )
        number = self.style(italic=True, align="center", border=1, border_color=LINE, font_size=9, font_color=QUIET)
        for index, column in enumerate(columns):
            sheet.write_string(row, index, column.label, head)
            if index < describing:
                sheet.write_string(row + 1, index, labels.NUMBER_ROW_LETTERS[index], number)
            else:
                sheet.write_number(row + 1, index, index - describing + 1, number)
        sheet.set_row(row, 33)
        sheet.set_row(row + 1, 13)
        return row + 2

    def _write_line(self, sheet: Any, row: int, line: FormLine, columns: Sequence[labels.ColumnLabel]) -> None:
        edge: dict[str, object] = {"border": 1, "border_color": LINE, "font_size": 11}
        if line.kind == "section":
            for index, column in enumerate(columns):
                # Only the outer edges are drawn, so that the title may run over the empty cells beside it.
                sides = {"left": int(index == 0), "right": int(index == len(columns) - 1)}
                look = self.style(
                    top=1, bottom=1, **sides, border_color=LINE, font_size=11, bold=True, bg_color=SECTION_FILL
                )
                if column is labels.ORDER:
                    write_cell(sheet, row, index, line.order, self.style(**edge, **_SECTION_ORDER))
                else:
                    write_cell(sheet, row, index, line.text if column is labels.LABEL else None, look)
            sheet.set_row(row, 19)
            return
        if line.kind == "breakdown":
            quiet = self.style(**edge, italic=True, font_color=QUIET, align="left", indent=2)
            for index, column in enumerate(columns):
                if column is labels.LABEL:
                    sheet.write_string(row, index, line.text, quiet)
                else:
                    sheet.write_blank(row, index, None, quiet)
            sheet.set_row(row, 16)
            return
        is_total = line.kind == "measure"
        for index, column in enumerate(columns):
            if column is labels.ORDER:
                write_cell(sheet, row, index, line.order or None, self.style(**edge, align="center"))
            elif column is labels.CODE:
                write_cell(
                    sheet,
                    row,
                    index,
                    line.code,
                    self.style(**(edge | {"font_size": 8}), font_color=QUIET, shrink=True),
                )
            elif column is labels.LABEL:
                look = self.style(**edge, align="left", text_wrap=True, indent=1 if is_total else 3)
                sheet.write_string(row, index, line.text, look)
            elif column is labels.BREAKDOWN:
                small = edge | {"font_size": 10}
                write_cell(
                    sheet,
                    row,
                    index,
                    line.breakdown or None,
                    self.style(**small, font_color=QUIET, align="center", text_wrap=True),
                )
            elif column is labels.UNIT:
                small = edge | {"font_size": 10}
                write_cell(sheet, row, index, line.unit_vi, self.style(**small, align="center", text_wrap=True))
            elif column is labels.ACTUAL:
                self._write_figure(sheet, row, index, line, self.entries.actual.get(line.code))
            elif column is labels.ESTIMATE:
                if line.takes_estimate:
                    self._write_figure(sheet, row, index, line, self.entries.estimate.get(line.code))
                else:
                    sheet.write_blank(row, index, None, self.style(**edge, bg_color=CLOSED_FILL))
            else:
                note = self.style(**(edge | {"font_size": 10}), bg_color=INPUT_FILL, locked=False, text_wrap=True)
                write_cell(sheet, row, index, self.entries.notes.get(line.code), note)
                self._want("note", "", row, index)
        sheet.set_row(row, 4 + 14 * max(count_lines(line.text, 54 if is_total else 50), count_lines(line.unit_vi, 12)))

    def _write_figure(self, sheet: Any, row: int, column: int, line: FormLine, entry: CellEntry | None) -> None:
        measure = _measure(line)
        look: dict[str, object] = {
            "border": 1,
            "border_color": LINE,
            "font_size": 12 if line.kind == "measure" else 11,
            "bg_color": INPUT_FILL,
            "locked": False,
            "align": "right",
        }
        if measure.value_type in _NUMBER_FORMATS:
            look["num_format"] = _NUMBER_FORMATS[measure.value_type]
        else:
            look["align"] = "center"
        write_cell(sheet, row, column, entry, self.style(**look))
        prompt = measure.rule_vi if line.kind == "measure" and measure.rule_vi else ""
        value_type = measure.value_type
        if value_type in ("yes_no", "choice", "milestone") and measure.choice_list_code:
            value_type = f"list:{measure.choice_list_code}"  # type: ignore[assignment]
        self._want(value_type, prompt, row, column)

    def _want(self, kind: str, prompt: str, row: int, column: int) -> None:
        self._validations.setdefault((kind, prompt, _letter(column)), []).append((row, column))

    def _apply_validations(self, sheet: Any) -> None:
        for (kind, prompt, _), cells in self._validations.items():
            first = cells[0]
            rule = self._validation_rule(kind, f"{_letter(first[1])}{first[0] + 1}")
            if prompt:
                rule |= {"input_title": "Lưu ý", "input_message": prompt[:250]}
            ranges = _ranges(cells)
            if len(ranges) > 1:
                rule["other_cells"] = ranges[1:]
            sheet.data_validation(*ranges[0], rule)
        self._validations.clear()

    def _validation_rule(self, kind: str, cell: str) -> dict[str, object]:
        if kind == "note":
            return {"validate": "list", "source": [labels.ESTIMATE_MARK], "show_error": False}
        if kind.startswith("list:"):
            members = self.reference.code_lists[kind.removeprefix("list:")]
            is_numbered = all(member.code.isdigit() for member in members.values())
            choices = [member.code if is_numbered else member.name_vi for member in members.values()]
            meanings = "; ".join(f"{m.code}: {m.name_vi}" for m in members.values()) if is_numbered else ""
            return {
                "validate": "list",
                "source": [*choices, labels.NOT_APPLICABLE, labels.WITHHELD],
                "error_title": "Chọn trong danh sách",
                "error_message": f"Chọn một giá trị trong danh sách. {meanings}"[:250],
            }
        marks = self._list_range(0)
        accepted = (
            f'ISNUMBER(MATCH(LOWER(TRIM({cell})),{marks},0)),LEFT(LOWER(TRIM({cell})),3)="{labels.ESTIMATE_MARK}"'
        )
        number, words = {
            "count": (f"AND(ISNUMBER({cell}),{cell}>=0,{cell}=INT({cell}))", "số nguyên không âm"),
            "amount": (f"AND(ISNUMBER({cell}),{cell}>=0)", "số không âm"),
            "signed_amount": (f"ISNUMBER({cell})", "số (được phép âm)"),
        }[kind]
        return {
            "validate": "custom",
            "value": f"=OR({number},{accepted})",
            "error_title": "Giá trị chưa hợp lệ",
            "error_message": f"Ghi {words}, hoặc một trong các ghi chú: không phát sinh, không áp dụng, không cung cấp."
            " Số ước thì ghi “ước” trước con số.",
        }

    def _list_range(self, index: int) -> str:
        letter = _letter(index + 2)
        return f"{labels.LISTS_SHEET}!${letter}$1:${letter}${len(self._lists[index])}"

    def _write_ending(self, sheet: Any, row: int, last: int) -> None:
        small = self.style(font_size=10, italic=True, font_color=QUIET, text_wrap=True)
        sheet.merge_range(
            row,
            0,
            row,
            last,
            "Ghi chú: để trống nghĩa là chưa có số liệu. Không phát sinh thì ghi 0 hoặc “không phát sinh”."
            " Dòng “Trong đó” không có thì để trống. Chi tiết theo nước, ngành, địa bàn ghi ở trang “Chi tiết”."
            " Không ghi họ tên, số điện thoại, thư điện tử trong tệp này.",
            small,
        )
        sheet.set_row(row, 32)
        place = self.style(align="center", italic=True, font_size=13)
        strong = self.style(align="center", bold=True, font_size=13)
        quiet = self.style(align="center", italic=True, font_color=QUIET, font_size=11)
        year = self.period.window_start.year
        sheet.merge_range(row + 1, 3, row + 1, last, f"{_PROVINCE}, ngày …… tháng …… năm {year}", place)
        sheet.merge_range(row + 2, 0, row + 2, 2, "NGƯỜI LẬP BIỂU", strong)
        sheet.merge_range(row + 2, 3, row + 2, last, "THỦ TRƯỞNG ĐƠN VỊ", strong)
        sheet.merge_range(row + 3, 0, row + 3, 2, "(Ký)", quiet)
        sheet.merge_range(row + 3, 3, row + 3, last, "(Ký số hoặc ký, đóng dấu)", quiet)
        sheet.set_row(row + 1, 26)

    # Detail sheet

    def _write_detail(self, sheet: Any) -> None:
        columns = self._columns(labels.DETAIL_COLUMNS)
        last = len(columns) - 1
        for index, column in enumerate(columns):
            sheet.set_column(index, index, 12 if column.role == "code" else _WIDTHS[column.role])
        title = self.style(align="center", bold=True, font_size=14)
        hint = self.style(align="center", italic=True, font_size=11, font_color=QUIET, text_wrap=True)
        sheet.merge_range(0, 0, 0, last, "SỐ LIỆU CHI TIẾT THEO PHÂN TỔ", title)
        sheet.set_row(0, 24)
        if self.entries.is_synthetic:
            warning = self.style(align="center", bold=True, font_color=WARNING_INK, bg_color=WARNING_FILL)
            sheet.merge_range(1, 0, 1, last, f"{labels.SYNTHETIC_TITLE} - không phải số liệu thật", warning)
        else:
            stated = labels.coded_statement(self.unit.code, self.unit.name_vi)
            sheet.merge_range(1, 0, 1, last, f"{stated}; {self.period.name_vi}", hint)
        sheet.merge_range(
            2,
            0,
            2,
            last,
            "Mỗi dòng là một phần của một chỉ tiêu ở trang “Báo cáo”: chọn mã số, cách phân tổ, thành phần,"
            " rồi ghi số liệu. Không có chi tiết thì để trống cả trang.",
            hint,
        )
        sheet.set_row(2, 17)
        first = self._write_header(sheet, 3, columns, describing=5)
        detailed = self._detailed_measures()
        # Money is broken down by many partners, counts by a few.
        wanted = sum(2 if measure.value_type == "count" else 8 for measure in detailed)
        row_count = max(min(wanted, 160), 30, len(self.entries.detail) + 8)
        for offset in range(row_count):
            entry = self.entries.detail[offset] if offset < len(self.entries.detail) else None
            self._write_detail_line(sheet, first + offset, offset + 1, entry, columns)
        self._validate_detail(sheet, first, first + row_count - 1, detailed, last)
        set_up_page(sheet, 3, first)

    def _detailed_measures(self) -> list[Measure]:
        asked = self.reference.form_measures(self.template.code, self.period.kind)
        return [measure for measure in asked if any(not axis.in_form for axis in measure.axes)]

    def _write_detail_line(
        self, sheet: Any, row: int, number: int, entry: DetailEntry | None, columns: Sequence[labels.ColumnLabel]
    ) -> None:
        edge: dict[str, object] = {"border": 1, "border_color": LINE, "font_size": 11}
        values: dict[str, CellEntry | None] = {}
        if entry is not None:
            measure = self.reference.measures.get(entry.measure_code)
            values = {
                "code": entry.measure_code,
                "axis": entry.axis,
                "member": entry.member,
                "unit": measure.unit_vi if measure else "",
                "actual": entry.actual,
                "estimate": entry.estimate,
                "note": entry.note,
            }
        for index, column in enumerate(columns):
            if column.role == "order":
                sheet.write_number(row, index, number, self.style(**edge, align="center", font_color=QUIET))
                continue
            look = edge | {"bg_color": INPUT_FILL, "locked": False}
            if column.role in ("actual", "estimate"):
                look |= {"align": "right"}
            elif column.role in ("code", "unit"):
                look |= {"align": "center"}
            write_cell(sheet, row, index, values.get(column.role) or None, self.style(**look))

    def _validate_detail(self, sheet: Any, top: int, bottom: int, measures: Sequence[Measure], last: int) -> None:
        if not measures:
            return
        self._lists.append([measure.code for measure in measures])
        codes = self._list_range(len(self._lists) - 1)
        known: dict[str, str] = {}
        for measure in measures:
            open_axes = [axis for axis in measure.axes if not axis.in_form]
            self._lists.append([labels.axis_name(axis.label_vi) for axis in open_axes])
            self._list_map[measure.code] = self._list_range(len(self._lists) - 1)
            for axis in open_axes:
                if axis.list_code not in known:
                    members = self.reference.code_lists[axis.list_code].values()
                    self._lists.append([member.name_vi for member in members])
                    known[axis.list_code] = self._list_range(len(self._lists) - 1)
                self._list_map[f"{measure.code}|{labels.axis_name(axis.label_vi)}"] = known[axis.list_code]
        look_up = f"{labels.LISTS_SHEET}!$A$1:$B${len(self._list_map)}"
        line = top + 1
        sheet.data_validation(
            top,
            1,
            bottom,
            1,
            {
                "validate": "list",
                "source": f"={codes}",
                "error_title": "Mã số",
                "error_message": "Chọn mã số chỉ tiêu trong danh sách; tên của từng mã xem ở trang “Báo cáo”.",
            },
        )
        sheet.data_validation(
            top,
            2,
            bottom,
            2,
            {"validate": "list", "source": f"=INDIRECT(VLOOKUP($B{line},{look_up},2,FALSE))", "show_error": False},
        )
        sheet.data_validation(
            top,
            3,
            bottom,
            3,
            {
                "validate": "list",
                "source": f'=INDIRECT(VLOOKUP($B{line}&"|"&$C{line},{look_up},2,FALSE))',
                "show_error": False,
            },
        )
        cell = f"F{line}"
        marks = self._list_range(0)
        negative = ",".join(f'$B{line}="{m.code}"' for m in measures if m.value_type == "signed_amount")
        sign = f"OR({cell}>=0,{negative})" if negative else f"{cell}>=0"
        sheet.data_validation(
            top,
            5,
            bottom,
            last - 1,
            {
                "validate": "custom",
                "value": f"=OR(AND(ISNUMBER({cell}),{sign}),ISNUMBER(MATCH(LOWER(TRIM({cell})),{marks},0)),"
                f'LEFT(LOWER(TRIM({cell})),3)="{labels.ESTIMATE_MARK}")',
                "error_title": "Giá trị chưa hợp lệ",
                "error_message": "Ghi một con số, hoặc: không phát sinh, không áp dụng, không cung cấp.",
            },
        )

    # Guide and lists

    def _guide(self) -> list[tuple[str, list[tuple[str, str]]]]:
        sending = [
            ("Hạn nộp", f"{self.period.rule_vi}; tính theo lúc hệ thống nhận được."),
            ("Kỳ số liệu", f"Cộng dồn từ {self.period.window_start:%d/%m/%Y} đến ngày chốt số liệu ghi ở đầu báo cáo."),
            ("Nộp lại", "Gửi lại cả tệp đã sửa. Bản sau thay bản trước; bản cũ vẫn được giữ để đối chiếu."),
            ("Trả lời", "Mỗi tệp gửi lên đều có trả lời: biên nhận và danh sách mọi điểm cần sửa, chỉ rõ trang và ô."),
        ]
        marks = [
            (
                "0 hoặc “không phát sinh”",
                "Có theo dõi, trong kỳ không có. Tính là đã báo cáo. Dấu “-” cũng hiểu như vậy.",
            ),
            ("“không áp dụng”", "Chỉ tiêu không thuộc phạm vi của đơn vị (ví dụ không có trang thông tin điện tử)."),
            ("“không cung cấp”", "Có số liệu nhưng không được cung cấp theo quy định. Không ghi thay bằng số 0."),
            ("“ước 120”", "Số ước tính: ghi “ước” trước con số, hoặc chọn “ước” ở cột Ghi chú của dòng đó."),
            ("Để trống", "Chưa có số liệu. Khác với số 0; dòng bắt buộc để trống làm giảm mức đầy đủ của báo cáo."),
        ]
        numbers = [
            (
                "Chỉ gõ chữ số",
                "Gõ 1234567,5 như bình thường; máy tự hiển thị dấu ngăn cách. Không gõ kèm chữ hay đơn vị.",
            ),
            ("Nếu gõ dạng văn bản", "Viết 1.234.567,5. Đừng viết 1.234 đứng một mình: có thể hiểu là 1234 hoặc 1,234."),
            ("Đơn vị tính", "Ghi đúng đơn vị ở cột Đơn vị tính, nhất là triệu đồng, tỷ đồng, triệu USD, nghìn USD."),
            ("Ngày", "Ghi ngày trước, tháng sau: 05/06/2026 là ngày 5 tháng 6."),
        ]
        if self.is_annual:
            numbers.append(
                ("Ước cả năm", "Cột “Ước cả năm” là dự kiến đến 31/12; cột “Thực hiện” chỉ tính đến ngày chốt.")
            )
        mistakes = [
            (
                "Tổng và chi tiết",
                "Nếu ghi các dòng “Trong đó” của ngôn ngữ, nền tảng, nguồn… thì cộng lại phải bằng tổng.",
            ),
            (
                "Phần và toàn bộ",
                "Số “Trong đó” không lớn hơn số chung: ví dụ phản hồi đúng hạn không vượt số cần phản hồi.",
            ),
            ("Không đổi mẫu", "Không thêm, xóa, đổi chỗ cột; không gộp hai đơn vị hoặc hai kỳ vào một tệp."),
            ("Công thức", "Nếu dùng công thức thì bảo đảm ô không hiện #DIV/0!, #REF!, #VALUE!."),
            (
                "Không ghi thông tin cá nhân",
                "Không ghi họ tên, số điện thoại, số căn cước, thư điện tử, tài khoản mạng.",
            ),
            (
                "Không gửi tài liệu mật",
                "Tệp có dấu chỉ độ mật bị từ chối và không lưu. Nội dung mật gửi theo đường văn thư mật.",
            ),
        ]
        guide = [
            ("1. Gửi báo cáo", sending),
            ("2. Ghi gì vào ô màu vàng nhạt", marks),
            ("3. Cách viết số và ngày", numbers),
            ("4. Những lỗi hay gặp", mistakes),
        ]
        detailed = self._detailed_measures()
        if detailed:
            guide.append(
                (
                    "5. Chỉ tiêu có thể ghi chi tiết ở trang “Chi tiết”",
                    [
                        (
                            measure.code,
                            f"{measure.name_vi} - phân tổ theo: "
                            + "; ".join(labels.axis_name(axis.label_vi) for axis in measure.axes if not axis.in_form),
                        )
                        for measure in detailed
                    ],
                )
            )
        return guide

    def _write_lists(self, sheet: Any) -> None:
        for row, (key, reference) in enumerate(self._list_map.items()):
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, reference)
        for index, members in enumerate(self._lists):
            for row, member in enumerate(members):
                sheet.write_string(row, index + 2, member)
        sheet.very_hidden()


def _measure(line: FormLine) -> Measure:
    if line.measure is None:
        raise ValueError(f"line {line.text!r} has no figure")
    return line.measure


def _letter(column: int) -> str:
    from include.readers.grid import column_letters

    return column_letters(column)


def _ranges(cells: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Cells of one column, top to bottom, as the fewest ranges."""
    ranges: list[list[int]] = []
    for row, column in cells:
        if ranges and ranges[-1][2] == row - 1:
            ranges[-1][2] = row
        else:
            ranges.append([row, column, row, column])
    return ranges
