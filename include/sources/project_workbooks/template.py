"""Write the registers that are sent out: one workbook per sender and period, from the register's description alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from include.calendar.periods import Period, load_periods
from include.readers.grid import address, column_letters
from include.reference import Reference, ReportingUnit, load_reference
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
from include.sources.agency_reports.template import file_name
from include.sources.project_workbooks.layout import (
    NIL_REGISTER,
    OWN_CURRENCY,
    WHOLE_PROVINCE,
    Column,
    Register,
    choices,
    load_register,
    register_contracts,
)
from include.sources.project_workbooks.names import currency_codes

SYNTHETIC_TITLE: Final = "SỐ LIỆU GIẢ LẬP"

_A3: Final = 8
_TICK: Final = "x"
_LEFT: Final = ("template", "unit", "period", "secrecy")
_RIGHT: Final = ("window_start", "cut_off_date", "preparer_position")
_OPEN: Final = frozenset({"cut_off_date", "preparer_position"})
_DATES: Final = frozenset({"window_start", "cut_off_date"})
_FORMATS: Final = {"count": "#,##0", "money": "#,##0.00", "date": "dd/mm/yyyy", "code": "@"}
_CENTRED: Final = frozenset({"code", "date", "currency", "tick"})
_SUM_FORMATS: Final = {"tick": '#,##0;-#,##0;"–"', "count": '#,##0;-#,##0;"–"', "money": '#,##0.00;-#,##0.00;"–"'}


@dataclass(frozen=True, slots=True)
class RegisterEntries:
    """What to fill in: a mapping from column role to entry per line, and heading values by field key."""

    lines: Sequence[Mapping[str, CellEntry | date]] = ()
    heading: Mapping[str, str | date] = field(default_factory=dict)
    is_synthetic: bool = False


def write_registers(period_code: str, folder: Path) -> list[Path]:
    """Write every register's blank workbook for each of its senders, and return the paths.

    Raises KeyError for an unknown period.
    """
    reference, period = load_reference(), load_periods()[period_code]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for contract in register_contracts():
        register = load_register(contract)
        for unit in register.bodies(period, reference):
            path = folder / register_file_name(register, unit, period)
            write_register(register, unit, period, path)
            written.append(path)
    return written


def register_file_name(register: Register, unit: ReportingUnit, period: Period) -> str:
    """Name of the workbook, plain ASCII: SoFDI_2026-06T_STC_So-Tai-chinh.xlsx."""
    return f"{register.file_prefix}_{file_name(unit, period).partition('_')[2]}"


def write_register(
    register: Register, unit: ReportingUnit, period: Period, path: Path, entries: RegisterEntries | None = None
) -> None:
    """Write one body's register for the period, blank or filled with `entries`. Same arguments, same bytes."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, WORKBOOK_OPTIONS) as book:
        _RegisterWriter(book, register, unit, period, entries or RegisterEntries()).write()


class _RegisterWriter:
    """Holds what the sheets of one workbook share while it is written."""

    def __init__(
        self, book: Any, register: Register, unit: ReportingUnit, period: Period, entries: RegisterEntries
    ) -> None:
        self.book, self.register, self.unit, self.period, self.entries = book, register, unit, period, entries
        self.reference: Reference = load_reference()
        self.style = Styles(book)
        self.last = len(register.columns) - 1
        self.lists: list[tuple[str, ...]] = []

    def write(self) -> None:
        book = self.book
        book.set_size(2600, 1400)
        book.set_properties(
            {
                "title": f"{self.register.heading} - {self.period.name_vi}",
                "subject": SYNTHETIC_TITLE if self.entries.is_synthetic else self.register.heading,
                # A fixed moment: the same register twice is the same file.
                "created": datetime(self.period.window_start.year, 1, 1),  # noqa: DTZ001 - the format has no zone
            }
        )
        if self.entries.is_synthetic:
            book.set_custom_property(labels.SYNTHETIC_PROPERTY, True)
        for name, value in (
            (labels.NAME_TEMPLATE, self.register.template),
            (labels.NAME_VERSION, self.register.version),
            (labels.NAME_UNIT, self.unit.code),
            (labels.NAME_PERIOD, self.period.code),
        ):
            book.define_name(name, f'="{value}"')
        main = book.add_worksheet(self.register.sheet)
        guide, lists = book.add_worksheet(labels.GUIDE_SHEET), book.add_worksheet(labels.LISTS_SHEET)
        self._write_main(main)
        write_guide(guide, self.style, "HƯỚNG DẪN ĐIỀN SỔ", self._guide())
        for column, members in enumerate(self.lists):
            for row, member in enumerate(members):
                lists.write_string(row, column, member)
        lists.very_hidden()

    # Main sheet

    def _write_main(self, sheet: Any) -> None:
        for index, column in enumerate(self.register.columns):
            sheet.set_column(index, index, column.width)
        row = write_official_heading(sheet, self.style, self.unit, self.last, split=5)
        row = self._write_titles(sheet, row)
        header = self._write_statements(sheet, row)
        first = self._write_header(sheet, header)
        line_count = max(self.register.line_count, len(self.entries.lines) + 5)
        for number in range(line_count):
            self._write_line(sheet, first + number, number)
        self._write_total(sheet, first - 1, first, first + line_count - 1)
        for index, column in enumerate(self.register.columns):
            self._validate(sheet, first, first + line_count - 1, index, column)
        table = f"$A${header + 1}:${column_letters(self.last)}${first + line_count}"
        self.book.define_name(labels.NAME_FIGURES, f"='{self.register.sheet}'!{table}")
        self._write_ending(sheet, first + line_count)
        set_up_page(sheet, header, first - 1, paper=_A3, insert_rows=True)
        sheet.activate()

    def _write_titles(self, sheet: Any, row: int) -> int:
        if self.entries.is_synthetic:
            warning = self.style(align="center", bold=True, font_color=WARNING_INK, bg_color=WARNING_FILL)
            sheet.merge_range(row, 0, row, self.last, f"{SYNTHETIC_TITLE} - không phải số liệu thật", warning)
            row += 1
        title = self.style(align="center", bold=True, font_size=16)
        sheet.merge_range(row, 0, row, self.last, self.register.heading.upper(), title)
        sheet.set_row(row, 26)
        period = self.style(align="center", italic=True, font_size=13)
        sheet.merge_range(row + 1, 0, row + 1, self.last, self.period.name_vi, period)
        sheet.set_row(row + 1, 24)
        return row + 2

    def _write_statements(self, sheet: Any, row: int) -> int:
        for offset, key in enumerate(_LEFT):
            self._write_statement(sheet, row + offset, key, (0, 1), (2, 3))
            sheet.set_row(row + offset, 19)
        for offset, key in enumerate(_RIGHT):
            self._write_statement(sheet, row + offset, key, (5, 6), (7, 9))
        hint = self.style(align="left", italic=True, font_size=10, font_color=QUIET, indent=1)
        sheet.merge_range(row + 3, 5, row + 3, self.last, "Điền các ô nền vàng. Mỗi dự án một dòng.", hint)
        sheet.set_row(row + len(_LEFT), 7)
        return row + len(_LEFT) + 1

    def _write_statement(self, sheet: Any, row: int, key: str, name: tuple[int, int], value: tuple[int, int]) -> None:
        stated: dict[str, str | date] = {
            "template": labels.template_statement(self.register.template, self.register.version),
            "unit": labels.coded_statement(self.unit.code, self.unit.name_vi),
            "period": labels.coded_statement(self.period.code, self.period.name_vi),
            "window_start": self.period.window_start,
            "secrecy": labels.SECRECY_NONE,
        }
        given = self.entries.heading.get(key, stated.get(key, ""))
        look: dict[str, object] = {"border": 1, "border_color": LINE, "align": "left", "indent": 1}
        look |= {"bg_color": INPUT_FILL, "locked": False} if key in _OPEN else {"bold": True}
        if key in _DATES:
            look["num_format"] = _FORMATS["date"]
        label = self.style(font_color=QUIET, indent=1)
        sheet.merge_range(row, name[0], row, name[1], labels.HEADING_FIELD_BY_KEY[key].label, label)
        cell = self.style(**look)
        sheet.merge_range(row, value[0], row, value[1], None, cell)
        _write_entry(sheet, row, value[0], given or None, cell)
        if key == "cut_off_date":
            start, end = self.period.window_start, self.period.window_end
            sheet.data_validation(
                row,
                value[0],
                row,
                value[0],
                {
                    "validate": "date",
                    "criteria": "between",
                    "minimum": start,
                    "maximum": end,
                    "input_title": "Ngày, tháng, năm",
                    "input_message": f"Ngày cuối cùng mà số liệu tính đến, từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}.",
                    "error_title": "Ngày không hợp lệ",
                    "error_message": f"Ngày phải từ {start:%d/%m/%Y} đến {end:%d/%m/%Y}.",
                },
            )

    def _write_header(self, sheet: Any, row: int) -> int:
        """Header, column numbers, and the row of totals left free; returns the first line below."""
        edge: dict[str, object] = {"border": 1, "border_color": LINE, "align": "center"}
        number = self.style(**edge, italic=True, font_size=9, font_color=QUIET)
        figure = 0
        for index, column in enumerate(self.register.columns):
            fill = HEAD_FILL if column.is_figure else SECTION_FILL
            head = self.style(**edge, bold=True, text_wrap=True, bg_color=fill, font_size=11)
            sheet.write_string(row, index, column.label, head)
            if column.is_figure:
                figure += 1
                sheet.write_number(row + 1, index, figure, number)
            else:
                sheet.write_string(row + 1, index, chr(ord("A") + index - figure), number)
        sheet.set_row(row, 62)
        sheet.set_row(row + 1, 14)
        return row + 3

    def _write_line(self, sheet: Any, row: int, number: int) -> None:
        given = self.entries.lines[number] if number < len(self.entries.lines) else {}
        edge: dict[str, object] = {"border": 1, "border_color": LINE, "font_size": 11}
        for index, column in enumerate(self.register.columns):
            if column.kind == "order":
                sheet.write_number(row, index, number + 1, self.style(**edge, align="center", font_color=QUIET))
                continue
            look = edge | {"bg_color": INPUT_FILL, "locked": False}
            if column.kind in _FORMATS:
                look["num_format"] = _FORMATS[column.kind]
            if column.kind in _CENTRED:
                look["align"] = "center"
            elif column.is_figure:
                look |= {"align": "right", "indent": 1}
            else:
                look |= {"align": "left", "text_wrap": True, "indent": 1}
            _write_entry(sheet, row, index, given.get(column.role), self.style(**look))
        sheet.set_row(row, 15 * _line_height(self.register.columns, given) + 5)

    def _write_total(self, sheet: Any, row: int, first: int, last: int) -> None:
        edge: dict[str, object] = {"border": 1, "border_color": LINE, "font_size": 11, "bold": True}
        closed = self.style(**edge, bg_color=CLOSED_FILL)
        sheet.merge_range(row, 0, row, 2, "TỔNG CỘNG", self.style(**edge, align="center", bg_color=CLOSED_FILL))
        sheet.set_row(row, 21)
        for index, column in enumerate(self.register.columns[3:], start=3):
            # Amounts in several currencies have no sum.
            if not column.is_figure or column.unit == OWN_CURRENCY:
                sheet.write_blank(row, index, None, closed)
                continue
            cells = f"{address(first, index)}:{address(last, index)}"
            formula = f'=COUNTIF({cells},"{_TICK}")' if column.kind == "tick" else f"=SUM({cells})"
            look = self.style(
                **edge, bg_color=CLOSED_FILL, align="right", indent=1, num_format=_SUM_FORMATS[column.kind]
            )
            sheet.write_formula(row, index, formula, look, self._sum(column))

    def _sum(self, column: Column) -> float:
        given = [line[column.role] for line in self.entries.lines if column.role in line]
        if column.kind == "tick":
            return sum(entry == _TICK for entry in given)
        return float(
            sum((Decimal(str(entry)) for entry in given if isinstance(entry, int | float | Decimal)), Decimal(0))
        )

    def _validate(self, sheet: Any, first: int, last: int, index: int, column: Column) -> None:
        rule = self._rule(address(first, index), column)
        if rule is not None:
            sheet.data_validation(first, index, last, index, rule | {"error_title": column.label[:32]})

    def _rule(self, cell: str, column: Column) -> dict[str, object] | None:
        if column.kind == "member":
            members = choices(column, self.reference, self.period.last_day_on_time)
            return self._list_rule(members, "Chọn một tên trong danh sách, viết đủ dấu.")
        if column.kind == "currency":
            return self._list_rule(currency_codes(), "Chọn mã loại tiền, ví dụ USD, EUR, JPY, VND.")
        if column.kind == "tick":
            return {"validate": "list", "source": [_TICK], "error_message": "Đánh dấu x hoặc để trống."}
        if column.kind == "date":
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": date(1990, 1, 1),
                "maximum": self.period.window_end,
                "error_message": "Ghi dạng ngày/tháng/năm, không sau ngày cuối kỳ.",
            }
        if column.kind not in ("count", "money"):
            return None
        sign = "" if column.is_signed else f",{cell}>=0"
        whole = f",{cell}=INT({cell})" if column.kind == "count" else ""
        marks = self._list_range((*labels.MARKS, "-", "–", "—"))
        return {
            "validate": "custom",
            "value": f"=OR(AND(ISNUMBER({cell}){sign}{whole}),ISNUMBER(MATCH(LOWER(TRIM({cell})),{marks},0)))",
            "error_message": f"Ghi một con số{'' if column.is_signed else ' không âm'}, đúng đơn vị ở tên cột,"
            " hoặc: không phát sinh, không cung cấp.",
        }

    def _list_rule(self, members: tuple[str, ...], message: str) -> dict[str, object]:
        return {"validate": "list", "source": f"={self._list_range(members)}", "error_message": message}

    def _list_range(self, members: tuple[str, ...]) -> str:
        if members not in self.lists:
            self.lists.append(members)
        letter = column_letters(self.lists.index(members))
        return f"{labels.LISTS_SHEET}!${letter}$1:${letter}${len(members)}"

    def _write_ending(self, sheet: Any, row: int) -> None:
        small = self.style(font_size=10, italic=True, font_color=QUIET, text_wrap=True, align="left")
        sheet.merge_range(
            row,
            0,
            row,
            self.last,
            "Ghi chú: để trống nghĩa là chưa có số liệu; không phát sinh thì ghi 0 hoặc “không phát sinh”."
            " Không ghi tên cá nhân, tên nhà đầu tư, số điện thoại, thư điện tử trong tệp này.",
            small,
        )
        sheet.set_row(row, 20)
        strong, quiet = (
            self.style(align="center", bold=True, font_size=13),
            self.style(align="center", italic=True, font_color=QUIET, font_size=11),
        )
        place = self.style(align="center", italic=True, font_size=13)
        year = self.period.window_start.year
        sheet.merge_range(row + 1, 7, row + 1, self.last, f"Đồng Tháp, ngày …… tháng …… năm {year}", place)
        sheet.set_row(row + 1, 26)
        for offset, (left, right), look in (
            (2, ("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"), strong),
            (3, ("(Ký)", "(Ký số hoặc ký, đóng dấu)"), quiet),
        ):
            sheet.merge_range(row + offset, 0, row + offset, 4, left, look)
            sheet.merge_range(row + offset, 7, row + offset, self.last, right, look)

    # Guide

    def _guide(self) -> list[tuple[str, list[tuple[str, str]]]]:
        sending = [
            ("Hạn nộp", f"{self.period.rule_vi}; tính theo lúc hệ thống nhận được."),
            ("Kỳ số liệu", f"Cộng dồn từ {self.period.window_start:%d/%m/%Y} đến ngày chốt ghi ở đầu sổ."),
            ("Không có dự án nào", f"Ghi “{NIL_REGISTER}” vào cột tên của dòng thứ nhất; đừng gửi sổ trắng."),
            ("Nộp lại", "Gửi lại cả sổ đã sửa. Bản sau thay bản trước; bản trước vẫn được giữ để đối chiếu."),
            ("Trả lời", "Mỗi sổ đều có trả lời: biên nhận và từng chỗ cần sửa, chỉ rõ ô."),
        ]
        lines = [
            *self.register.guide,
            ("Một dự án một dòng", "Mã số không được lặp lại. Nhiều lần trong kỳ thì cộng lại rồi ghi một dòng."),
            ("Tên trong danh sách", "Nước, ngành, xã phường, nguyên tệ: chọn trong danh sách, không viết tắt."),
            ("Cột không có số", "Để trống nếu chưa có số liệu; ghi 0, “-” hoặc “không phát sinh” nếu không có thật."),
            ("Dòng TỔNG CỘNG", "Tự tính. Nếu gõ tay thì phải bằng tổng các dòng; khác nguyên tệ thì không cộng."),
            ("Thêm dòng", "Chèn hàng vào giữa bảng, không ghi bên dưới bảng."),
        ]
        if any(column.list_code == "commune" and not column.required for column in self.register.columns):
            lines.append(("Nhiều xã, phường", f"Chọn “{WHOLE_PROVINCE}”."))
        writing = [
            ("Đơn vị tính", "Ghi đúng đơn vị in ở tên cột, chỉ gõ con số, không gõ kèm chữ."),
            ("Số", "Gõ 1234,5 như bình thường. Nếu gõ dạng chữ thì viết 1.234,5; đừng viết 1.234 đứng một mình."),
            ("Ngày", "Ghi ngày trước, tháng sau: 05/06/2026 là ngày 5 tháng 6."),
        ]
        kept_out = [
            ("Thông tin cá nhân", "Không ghi tên người, tên nhà đầu tư, điện thoại, thư điện tử, số định danh."),
            ("Tài liệu mật", "Sổ có dấu chỉ độ mật bị từ chối và không lưu; nội dung mật gửi theo đường văn thư mật."),
        ]
        return [
            ("1. Gửi sổ", sending),
            ("2. Ghi từng dòng", lines),
            ("3. Cách viết số và ngày", writing),
            ("4. Không được ghi", kept_out),
        ]


def _line_height(columns: Sequence[Column], given: Mapping[str, CellEntry | date]) -> int:
    """Lines of text the fullest cell of a line takes."""
    wrapped = (column for column in columns if column.kind in ("title", "organisation", "member", "note"))
    return max(count_lines(str(given.get(column.role, "")), int(column.width)) for column in wrapped)


def _write_entry(sheet: Any, row: int, column: int, entry: CellEntry | date | None, cell_format: Any) -> None:
    if isinstance(entry, date):
        sheet.write_datetime(row, column, datetime(entry.year, entry.month, entry.day), cell_format)  # noqa: DTZ001
    else:
        write_cell(sheet, row, column, entry, cell_format)
