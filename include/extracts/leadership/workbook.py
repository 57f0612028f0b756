"""The leadership's workbook: a summary to print, every indicator, tidy figures to work with, definitions, sources."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.extracts.leadership import statements
from include.extracts.leadership.charts import GROUP_COLUMNS, LIGHT_GREY, NAVY, Chart, Series, draw_charts
from include.extracts.leadership.edition import Edition, shown_value
from include.extracts.leadership.letters import write_out_unseen_in
from include.extracts.leadership.snapshot import GROUP, PROVINCE, Body, Figure, IndicatorLines
from include.extracts.leadership.wording import (
    GROUPS_VI,
    KINDS_VI,
    NOT_SHOWN,
    STATES_VI,
    VIETNAM,
    clause_group_name,
    decimals_of,
    moment_vi,
)
from include.reference.legal_bases import EVIDENCE_VI

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SUMMARY, INDICATORS, TARGETS, SCOPES, CHARTS, TIDY, CHANGES, NOTES, SOURCES, LINEAGE = (
    "Tóm tắt",
    "Chỉ tiêu",
    "Mục tiêu",
    "Theo nhóm, xã",
    "Biểu đồ",
    "Dữ liệu",
    "Đính chính, đối chiếu",
    "Ghi chú, định nghĩa",
    "Nguồn",
    "Dòng dữ liệu nguồn",
)
TIDY_COLUMNS = (
    ("Kỳ", 10),
    ("Mã", 7),
    ("Chỉ tiêu", 44),
    ("Vế", 14),
    ("Cấp", 10),
    ("Mã nhóm, đơn vị", 12),
    ("Nhóm, đơn vị", 30),
    ("Phân tổ", 20),
    ("Thành phần", 28),
    ("Giá trị", 13),
    ("Đơn vị tính", 13),
    ("Trạng thái", 16),
    ("Loại số liệu", 12),
    ("Tử số", 16),
    ("Mẫu số", 16),
    ("Ước cả năm", 13),
    ("Đã báo cáo", 9),
    ("Phải báo cáo", 9),
    ("Chốt từ", 11),
    ("Chốt đến", 11),
    ("Đã đính chính", 10),
    ("Lý do", 40),
    ("Số liệu từ", 11),
    ("Số liệu đến", 11),
    ("Cùng kỳ năm trước", 13),
    ("Chênh lệch", 13),
)
"""Headers and widths of the sheet of tidy figures; scripts may rely on the headers."""

LINEAGE_COLUMNS = (
    ("Mã", 7),
    ("Vế", 14),
    ("Phần", 12),
    ("Mã số liệu", 10),
    ("Số liệu", 44),
    ("Thành phần", 22),
    ("Mã đơn vị", 11),
    ("Đơn vị", 34),
    ("Tệp", 50),
    ("Bản", 6),
    ("Số biên nhận", 17),
    ("Trang", 14),
    ("Ô", 14),
    ("Giá trị", 16),
    ("Cộng vào", 16),
    ("Trạng thái", 16),
)
"""Headers and widths of the sheet that leads from a headline to its cells."""

_TERM_SIDES_VI = {
    "numerator": "tử số",
    "denominator": "mẫu số",
    "first": "số thứ nhất",
    "second": "số thứ hai",
}
_SCOPES_VI = {PROVINCE: "Toàn tỉnh", GROUP: "Nhóm", "unit": "Đơn vị"}
_LINE = "#BFC7D1"
# Blue and amber, which everyone can tell apart; the word stands in the cell all the same.
_TARGET_COLOURS = {"met": "#EAF3F9", "missed": "#FFF6E0"}
_BAND = "#E6ECF3"
_ROW_PIXELS = 20
_CHART_PAGE_ROWS = 46
"""Rows of the sheet of charts that fit on a printed page."""
_CHART_FONT: Mapping[str, Any] = {"name": "Times New Roman", "size": 10}
_PATTERNS = {"/": "wide_upward_diagonal", "x": "outlined_diamond", ".": "percent_20"}


def write_workbook(edition: Edition, path: Path) -> None:
    """Write the workbook to `path`. The same edition gives the same bytes; text never becomes a formula or a link."""
    import xlsxwriter

    edition = write_out_unseen_in(edition)
    snapshot = edition.snapshot
    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
        },
    )
    book.set_size(2600, 1600)
    book.set_properties(
        {
            "title": statements.title(snapshot),
            "subject": statements.SYNTHETIC_NOTICE if snapshot.is_synthetic else edition.name,
            "author": "Sở Văn hóa, Thể thao và Du lịch",
            "keywords": edition.label,
            "comments": edition.content_hash,
            "status": statements.standing_of(edition),
            # Never the clock: a workbook of the same edition is the same file.
            "created": _naive(edition.frozen_at),
        }
    )
    _Writer(book, edition).write()
    book.close()


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: float


class _Writer:
    def __init__(self, book: Workbook, edition: Edition) -> None:
        self.book = book
        self.edition = edition
        self.snapshot = snapshot = edition.snapshot
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.charts = draw_charts(snapshot, edition.comparisons)
        self.places: dict[str, tuple[int, int]] = {}
        # Made in reading order; the sheet of charts is filled first because those on the summary point into it.
        self.sheets: dict[str, Worksheet] = {
            name: book.add_worksheet(name)
            for name in (SUMMARY, INDICATORS, TARGETS, SCOPES, CHARTS, TIDY, CHANGES, NOTES, SOURCES, LINEAGE)
            # Without a target there is nothing to show of any; a working copy has no cells of its own yet.
            if (name != TARGETS or snapshot.with_target) and (name != LINEAGE or edition.lineage)
        }

    def write(self) -> None:
        self.write_charts()
        self.write_summary()
        self.write_indicators()
        if self.snapshot.with_target:
            self.write_targets()
        self.write_scopes()
        self.write_tidy()
        self.write_changes()
        self.write_notes()
        self.write_sources()
        if self.edition.lineage:
            self.write_lineage()
        self.sheets[SUMMARY].activate()

    # --- shared -----------------------------------------------------------------------------------------

    def style(self, **properties: Any) -> Format:
        """One format object a set of properties: Excel has a limit, and equal ones are the same."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter", **properties}
            )
        return self.formats[key]

    def cell(self, **properties: Any) -> Format:
        if properties.setdefault("align", "left") != "center":
            properties["indent"] = 1
        # A number that does not fit shows ####, which is seen; wrapped it would be cut.
        properties.setdefault("text_wrap", "num_format" not in properties)
        return self.style(border=1, border_color=_LINE, **properties)

    @property
    def header(self) -> Format:
        return self.cell(bold=True, bg_color=NAVY, font_color="#FFFFFF", align="center")

    def number(self, value: Decimal, unit: str = "", **properties: Any) -> Format:
        return self.cell(num_format=_number_format(decimals_of(value, unit)), align="right", **properties)

    def open_sheet(self, name: str, columns: Sequence[_Column], heading: str) -> tuple[Worksheet, int]:
        """Page set-up, widths, title; returns the sheet and the next free row."""
        sheet = self.sheets[name]
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L&9 {self.edition.label} · {name}&R&9 Trang &P/&N")
        sheet.hide_gridlines(2)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        row = 0
        standing = statements.standing_of(self.edition)
        if standing:
            sheet.set_header(f"&C&B&14 {standing}")
        for notice in (statements.SYNTHETIC_NOTICE if self.snapshot.is_synthetic else "", standing):
            if notice:
                sheet.write_string(row, 0, notice, self.style(bold=True, font_color="#8A4B00"))
                row += 1
        sheet.set_row(row, 26)
        sheet.write_string(row, 0, heading, self.style(bold=True, font_size=16, font_color=NAVY))
        return sheet, row + 1

    def write_header(self, sheet: Worksheet, row: int, columns: Sequence[_Column], *, repeats: bool = True) -> int:
        """The header row of a table, frozen and repeated on every printed page; returns the row after it."""
        sheet.set_row(row, 15.75 * max(_lines(column.title, column.width * 0.85) for column in columns) + 6)
        for index, column in enumerate(columns):
            sheet.write_string(row, index, column.title, self.header)
        if repeats:
            sheet.freeze_panes(row + 1, 0)
            sheet.repeat_rows(row)
        return row + 1

    def write_text(self, sheet: Worksheet, row: int, column: int, text: str, **properties: Any) -> None:
        if text:
            sheet.write_string(row, column, text, self.cell(**properties))
        else:
            sheet.write_blank(row, column, None, self.cell(**properties))

    def write_value(self, sheet: Worksheet, row: int, column: int, figure: Figure, **properties: Any) -> None:
        """A real number, or the word for why there is none. Nothing reported is told from a reported zero."""
        if figure.value is None:
            self.write_text(sheet, row, column, figure.shown, italic=True, align="right", **properties)
        else:
            sheet.write_number(row, column, float(figure.value), self.number(figure.value, figure.unit, **properties))

    def write_amount(
        self, sheet: Worksheet, row: int, column: int, amount: Decimal | None, unit: str = "", mark: str = ""
    ) -> None:
        if amount is None:
            self.write_text(sheet, row, column, mark, italic=True, align="right")
        else:
            sheet.write_number(row, column, float(amount), self.number(amount, unit))

    def write_count(self, sheet: Worksheet, row: int, column: int, count: int) -> None:
        sheet.write_number(row, column, count, self.cell(num_format="#,##0", align="right"))

    def write_day(self, sheet: Worksheet, row: int, column: int, day: date | None) -> None:
        if day is None:
            self.write_text(sheet, row, column, "–", align="center")
        else:
            sheet.write_datetime(row, column, day, self.cell(num_format="dd/mm/yyyy", align="center"))

    def write_moment(self, sheet: Worksheet, row: int, column: int, moment: datetime | None) -> None:
        if moment is None:
            self.write_text(sheet, row, column, "–", align="center")
        else:
            sheet.write_datetime(row, column, _naive(moment), self.cell(num_format="dd/mm/yyyy hh:mm", align="center"))

    def section(self, sheet: Worksheet, row: int, title: str) -> int:
        sheet.set_row(row, 22)
        sheet.write_string(row, 0, title, self.style(bold=True, font_size=13, font_color=NAVY))
        return row + 1

    # --- sheets -----------------------------------------------------------------------------------------

    def write_summary(self) -> None:
        compares = bool(self.edition.comparisons)
        columns = [
            _Column("Mã", 7),
            _Column("Chỉ tiêu chính", 46),
            _Column("Giá trị", 13),
            _Column("Đơn vị tính", 13),
            *((_Column(self.same_period, 15), _Column("Chênh lệch", 13)) if compares else ()),
            _Column("Loại số liệu", 17),
            _Column("Đơn vị đã báo cáo", 13),
            _Column("Ghi chú", 17),
            _Column("", 36),
        ]
        sheet, row = self.open_sheet(SUMMARY, columns, statements.title(self.snapshot))
        last = len(columns) - 1
        text_width = sum(column.width for column in columns[2:])
        for label, sentence in (*self.edition_facts(), *statements.facts(self.snapshot)):
            sheet.set_row(row, 16 * _lines(sentence, text_width) + 3)
            sheet.merge_range(row, 0, row, 1, label, self.cell(bold=True, bg_color=_BAND, valign="top"))
            sheet.merge_range(row, 2, row, last, sentence, self.cell(valign="top"))
            row += 1
        row = self.write_correction(sheet, row, columns)
        row = self.write_header(sheet, row + 1, columns, repeats=False)
        sheet.merge_range(row - 1, last - 1, row - 1, last, "Ghi chú", self.header)
        for figure in self.snapshot.leading:
            judged = ": ".join(part for part in statements.judgement_of(figure) if part)
            note = " ".join(part for part in (f"{judged}." if judged else "", statements.gaps_of(figure)) if part)
            name = statements.label_of(figure)
            kind = statements.kind_of(figure) if figure.state == "reported" else figure.state_name
            sheet.set_row(row, 16 * max(_lines(name, 46), _lines(note, 53), _lines(kind, 17)) + 6)
            self.write_text(sheet, row, 0, figure.indicator_code, align="center")
            self.write_text(sheet, row, 1, name)
            self.write_value(sheet, row, 2, figure, bold=True)
            self.write_text(sheet, row, 3, figure.unit)
            if compares:
                self.write_comparison(sheet, row, 4, figure)
            self.write_text(sheet, row, last - 3, kind)
            self.write_text(sheet, row, last - 2, statements.coverage_of(figure), align="center")
            sheet.merge_range(row, last - 1, row, last, note, self.cell())
            row += 1
        row = self.write_groups(sheet, row + 1)
        self.write_absent(sheet, row + 1, columns)

    @property
    def same_period(self) -> str:
        """“Cùng kỳ: 6 tháng đầu năm 2025”; of several periods only that they are the same ones."""
        names = {each.period_name for each in self.edition.comparisons}
        return f"Cùng kỳ: {names.pop()}" if len(names) == 1 else "Cùng kỳ năm trước"

    def edition_facts(self) -> list[tuple[str, str]]:
        """Which edition it is, how it stands and what was frozen: said before the figures."""
        edition = self.edition
        if edition.is_working_copy:
            return [("Bản", f"{edition.label}.")]
        approved = f"; duyệt lúc {moment_vi(edition.approval.approved_at)}" if edition.approval else ""
        facts = [
            (
                "Bản phát hành",
                f"{edition.name}. {edition.label} (số bản {edition.number}); chốt lúc {moment_vi(edition.frozen_at)}"
                f"{approved}.",
            ),
            ("Mã nội dung (SHA-256)", edition.content_hash),
            ("Phiên bản chương trình", edition.code_version),
            ("Phát hành chậm", statements.lateness_of(edition)),
        ]
        return [(label, words) for label, words in facts if words]

    def write_correction(self, sheet: Worksheet, row: int, columns: Sequence[_Column]) -> int:
        """Every headline printed otherwise in the edition that is corrected; nothing where none is."""
        correction = self.edition.correction
        if correction is None:
            return row
        row = self.section(sheet, row + 1, correction.title)
        last = len(columns) - 1
        words = f"Thay cho lần {correction.of_edition}. Lý do: {correction.reason}"
        sheet.set_row(row, 16 * _lines(words, sum(column.width for column in columns)) + 3)
        sheet.merge_range(row, 0, row, last, words, self.style(italic=True, text_wrap=True))
        row += 1
        spans = ((0, 0), (1, 1), (2, 3), (4, 5), (6, last))
        lines = [
            (
                change.indicator_code,
                ", ".join(
                    part
                    for part in (
                        f"{change.indicator_name} ({change.unit})" if change.unit else change.indicator_name,
                        change.scope_name,
                        change.breakdown_name,
                    )
                    if part
                ),
                change.before,
                change.after,
                change.why,
            )
            for change in correction.changes
        ]
        for cells, is_header in (
            (("Mã", "Số liệu", "Đã in", "Nay là", "Vì sao"), True),
            *((line, False) for line in lines),
        ):
            heights = []
            for number, (said, (first, end)) in enumerate(zip(cells, spans, strict=True)):
                style = self.header if is_header else self.cell(align="right" if number in (2, 3) else "left")
                heights.append(_lines(said, sum(column.width for column in columns[first : end + 1])))
                if first == end:
                    sheet.write_string(row, first, said, style)
                else:
                    sheet.merge_range(row, first, row, end, said, style)
            sheet.set_row(row, 16 * max(heights) + 3)
            row += 1
        return row

    def write_comparison(self, sheet: Worksheet, row: int, column: int, figure: Figure) -> None:
        """The same period's value and the difference, both as numbers; a word and a dash where there are none."""
        compared = self.edition.comparison_of(figure)
        if compared is None or compared.value is None:
            word = "–" if compared is None else shown_value(None, figure.unit, compared.state)
            self.write_text(sheet, row, column, word, italic=True, align="right")
        else:
            style = _number_format(decimals_of(compared.value, figure.unit)) + (
                '" (ước)"' if compared.kind == "uoc" else ""
            )
            if compared.state == "nil":
                style = f'"{STATES_VI["nil"]}"'
            sheet.write_number(row, column, float(compared.value), self.cell(num_format=style, align="right"))
        difference = compared.difference if compared is not None else None
        if difference is None:
            self.write_text(sheet, row, column + 1, "–", align="right")
        else:
            plain = _number_format(decimals_of(difference, figure.unit))
            style = self.cell(num_format=f"+{plain};-{plain};0", align="right")
            sheet.write_number(row, column + 1, float(difference), style)

    def write_groups(self, sheet: Worksheet, row: int) -> int:
        """Reports by peer group, and the first charts; returns the next free row."""
        # On paper the figures are one page, the reports another.
        sheet.set_h_pagebreaks([row])
        row = self.section(sheet, row, "Báo cáo theo nhóm đơn vị")
        titles = GROUP_COLUMNS
        sheet.set_row(row, 16 * 2 + 4)
        sheet.merge_range(row, 0, row, 1, titles[0], self.header)
        for column, title in enumerate(titles[1:], start=2):
            sheet.write_string(row, column, title, self.header)
        groups = statements.groups(self.snapshot)
        for group in groups:
            row += 1
            sheet.merge_range(row, 0, row, 1, group.name, self.cell())
            counts = (group.due, group.on_time, group.late, group.waiting, group.silent)
            for column, count in enumerate(counts, start=2):
                self.write_count(sheet, row, column, count)
        if not groups:
            return row + 1
        chart_row, deepest = row + 2, 0
        # As many as fit beside each other on the printed page.
        for column, offset, chart in zip((0, 4), (0, 40), self.charts, strict=False):
            native, height = self.native_chart(chart, 585)
            sheet.insert_chart(
                chart_row, column, native, {"object_position": 2, "x_offset": offset, "description": chart.alt}
            )
            deepest = max(deepest, height)
        return chart_row + math.ceil(deepest / _ROW_PIXELS) + 1

    def write_charts(self) -> None:
        """Every chart beside the numbers it is drawn from."""
        widest = max((len(chart.series) for chart in self.charts), default=1)
        columns = [_Column("", 40), *(_Column("", 14) for _ in range(widest)), _Column("", 3), _Column("", 86)]
        sheet, row = self.open_sheet(CHARTS, columns, "Biểu đồ và số liệu của biểu đồ")
        breaks: list[int] = []
        page_row = 0
        for chart in self.charts:
            needed = math.ceil(_chart_height(chart) / _ROW_PIXELS) + 2
            if row + needed - page_row > _CHART_PAGE_ROWS:
                page_row = row
                breaks.append(row + 1)
            row = self.section(sheet, row + 1, chart.title)
            first = row
            names = [series.name if len(chart.series) > 1 else chart.axis_title for series in chart.series]
            sheet.set_row(row, 16 * max(_lines(name, 12) for name in names) + 6)
            for column, word in enumerate((chart.headers[0], *names)):
                sheet.write_string(row, column, word, self.header)
            for index, category in enumerate(chart.categories):
                row += 1
                sheet.set_row(row, 16 * _lines(category, 40) + 3)
                self.write_text(sheet, row, 0, category)
                for column, series in enumerate(chart.series, start=1):
                    word = _word_of(series.labels[index])
                    style = (
                        self.cell(num_format=f'"{word}"', align="right")
                        if word
                        else self.number(series.values[index], chart.unit)
                    )
                    sheet.write_number(row, column, float(series.values[index]), style)
            self.places[chart.code] = (first, row)
            for category, word in chart.absent:
                row += 1
                self.write_text(sheet, row, 0, category)
                self.write_text(sheet, row, 1, word, italic=True, align="right")
            native, height = self.native_chart(chart, 620)
            sheet.insert_chart(
                first, widest + 2, native, {"object_position": 2, "x_offset": 4, "description": chart.alt}
            )
            row = max(row + 1, first + math.ceil(height / _ROW_PIXELS) + 1)
        sheet.set_h_pagebreaks(breaks)

    def native_chart(self, chart: Chart, width: int) -> tuple[Any, int]:
        """The chart for Excel, drawn from the cells write_charts has filled, and its height in pixels."""
        first, last = self.places[chart.code]
        values = [value for series in chart.series for value in series.values]
        native: Any = self.book.add_chart(
            {"type": "bar", **({"subtype": "percent_stacked"} if chart.is_stacked else {})}
        )
        for column, series in enumerate(chart.series, start=1):
            native.add_series(
                {
                    "name": [CHARTS, first, column],
                    "categories": [CHARTS, first + 1, 0, last, 0],
                    "values": [CHARTS, first + 1, column, last, column],
                    "gap": 40,
                    **_native_fill(series),
                    **({} if chart.is_stacked else {"data_labels": self.native_labels(chart, series)}),
                }
            )
        native.set_title(
            {"name": chart.title, "name_font": {"name": "Times New Roman", "size": 12, "bold": True, "color": NAVY}}
        )
        if chart.is_stacked:
            native.set_legend({"position": "bottom", "font": _CHART_FONT})
        else:
            native.set_legend({"none": True})
        native.set_x_axis(
            {
                "name": chart.axis_title,
                "name_font": {**_CHART_FONT, "bold": False},
                "num_font": _CHART_FONT,
                "num_format": "0%" if chart.is_stacked else "#,##0",
                "major_gridlines": {"visible": True, "line": {"color": _LINE}},
                # Excel begins elsewhere when the bars are of much the same length.
                **({"min": 0} if min(values) >= 0 else {"max": 0} if max(values) <= 0 else {}),
            }
        )
        native.set_y_axis({"reverse": True, "crossing": "max", "num_font": _CHART_FONT, "label_position": "low"})
        height = _chart_height(chart)
        native.set_size({"width": width, "height": height})
        native.set_chartarea({"border": {"color": _LINE}})
        return native, height

    def native_labels(self, chart: Chart, series: Series) -> dict[str, Any]:
        decimals = max(decimals_of(value, chart.unit) for value in series.values)
        return {
            "value": True,
            "num_format": _number_format(decimals),
            "font": _CHART_FONT,
            # Nothing reported is told from a reported zero by its word.
            "custom": [{"value": word} if (word := _word_of(label)) else None for label in series.labels],
        }

    def write_absent(self, sheet: Worksheet, row: int, columns: Sequence[_Column]) -> None:
        """Every obliged body whose report is missing or came late, by name."""
        row = self.section(sheet, row, "Đơn vị còn thiếu báo cáo hoặc nộp muộn")
        bodies = [*self.snapshot.silent, *self.snapshot.waiting, *self.snapshot.late]
        if not bodies:
            sheet.write_string(row, 0, "Không có đơn vị nào.", self.style())
            return
        sheet.merge_range(row, 0, row, 1, "Đơn vị", self.header)
        sheet.merge_range(row, 2, row, 3, "Nhóm", self.header)
        sheet.merge_range(row, 4, row, 5, "Nhận lúc", self.header)
        last = len(columns) - 1
        width = sum(column.width for column in columns[6:])
        sheet.merge_range(row, 6, row, last, "Tình trạng", self.header)
        for body in bodies:
            row += 1
            sheet.set_row(row, 16 * max(_lines(body.name, 53), _lines(body.state_name, width)) + 3)
            sheet.merge_range(row, 0, row, 1, body.name, self.cell())
            sheet.merge_range(row, 2, row, 3, body.group_name, self.cell())
            sheet.merge_range(
                row, 4, row, 5, moment_vi(body.received_at or body.last_attempt_at), self.cell(align="center")
            )
            sheet.merge_range(row, 6, row, last, body.state_name, self.cell())

    def write_indicators(self) -> None:
        annual = any(figure.full_year_estimate is not None for figure in self.snapshot.headlines)
        columns = [
            _Column("Mã", 7),
            _Column("Chỉ tiêu", 44),
            _Column("Giá trị", 14),
            _Column("Đơn vị tính", 15),
            _Column("Trạng thái", 15),
            _Column("Loại số liệu", 15),
            _Column("Tử số", 15),
            _Column("Mẫu số", 15),
            *([_Column("Ước cả năm", 14)] if annual else []),
            *((_Column(self.same_period, 15), _Column("Chênh lệch", 13)) if self.edition.comparisons else ()),
            _Column("Đã báo cáo", 9),
            _Column("Phải báo cáo", 9),
            _Column("Chiều", 15),
            _Column("Ghi chú đọc", 70),
        ]
        sheet, row = self.open_sheet(INDICATORS, columns, f"Các chỉ tiêu, kỳ {self.snapshot.period.name}")
        sheet.write_string(row, 0, statements.received_sentence(self.snapshot), self.style())
        row = self.write_header(sheet, row + 1, columns)
        for group, indicators in self.snapshot.by_clause_group.items():
            sheet.merge_range(
                row, 0, row, len(columns) - 1, clause_group_name(group), self.cell(bold=True, bg_color=_BAND)
            )
            row += 1
            for indicator in indicators:
                for figure in indicator.headline:
                    self.write_indicator(sheet, row, indicator, figure, annual)
                    row += 1

    def write_indicator(
        self, sheet: Worksheet, row: int, indicator: IndicatorLines, figure: Figure, annual: bool
    ) -> None:
        name = statements.label_of(figure)
        note = " ".join(part for part in (statements.gaps_of(figure), indicator.reading_note) if part)
        as_of_lines = _lines(figure.as_of, 15) if figure.as_of else 0
        sheet.set_row(row, 16 * max(_lines(name, 44), _lines(note, 70), as_of_lines + 1) + 4)
        is_divided = figure.denominator is not None or bool(figure.denominator_mark)
        self.write_text(sheet, row, 0, figure.indicator_code, align="center")
        self.write_text(sheet, row, 1, name)
        self.write_value(sheet, row, 2, figure, bold=True)
        # The unit stands beside the number, and beside it how far an FDI, ODA or aid figure reaches.
        self.write_text(sheet, row, 3, "\n".join(part for part in (figure.unit, figure.as_of) if part))
        self.write_text(sheet, row, 4, figure.state_name)
        self.write_text(sheet, row, 5, statements.kind_of(figure))
        self.write_amount(sheet, row, 6, figure.numerator if is_divided else None, mark=figure.numerator_mark)
        self.write_amount(sheet, row, 7, figure.denominator, mark=figure.denominator_mark)
        column = 8
        if annual:
            self.write_amount(sheet, row, column, figure.full_year_estimate, figure.unit)
            column += 1
        if self.edition.comparisons:
            self.write_comparison(sheet, row, column, figure)
            column += 2
        for count in (figure.received, figure.expected):
            if figure.expected:
                self.write_count(sheet, row, column, count)
            else:
                self.write_text(sheet, row, column, "–", align="right")
            column += 1
        self.write_text(sheet, row, column, statements.direction_of(indicator))
        self.write_text(sheet, row, column + 1, note)

    def write_targets(self) -> None:
        """One line a figure with a target: how far it is, how fast it goes, what the body says where it fell short."""
        columns = [
            _Column("Mã", 7),
            _Column("Chỉ tiêu", 40),
            _Column("Giá trị", 13),
            _Column("Mục tiêu", 13),
            _Column("Đơn vị tính", 13),
            _Column("Chênh lệch", 13),
            _Column("Kết quả", 20),
            _Column("Tiến độ", 34),
            _Column("Giải trình", 60),
            _Column("Văn bản giao mục tiêu", 34),
        ]
        sheet, row = self.open_sheet(TARGETS, columns, f"Giá trị so với mục tiêu, kỳ {self.snapshot.period.name}")
        sheet.write_string(row, 0, statements.targets_sentence(self.snapshot), self.style())
        row = self.write_header(sheet, row + 1, columns)
        for figure in self.snapshot.with_target:
            target = figure.target
            assert target is not None
            name = statements.label_of(figure) + (f" (cả năm {target.target_for})" if target.is_for_year else "")
            words = {
                1: name,
                4: figure.unit,
                6: statements.verdict_of(figure),
                7: statements.pace_of(figure),
                8: "\n".join(statements.explanations_of(figure)),
                9: target.source,
            }
            sheet.set_row(row, 16 * max(_lines(said, columns[column].width) for column, said in words.items()) + 4)
            self.write_text(sheet, row, 0, figure.indicator_code, align="center")
            self.write_value(sheet, row, 2, figure, bold=True)
            self.write_amount(sheet, row, 3, target.target_value, figure.unit)
            self.write_amount(sheet, row, 5, target.distance, figure.unit)
            for column, said in words.items():
                colour = _TARGET_COLOURS.get(target.state) if column == 6 else None
                self.write_text(
                    sheet, row, column, said, **({"bg_color": colour, "bold": True} if colour is not None else {})
                )
            row += 1

    def write_scopes(self) -> None:
        """One line a group, then one a body; a column for every indicator the catalogue wants at that level."""
        chosen = [each for each in self.snapshot.indicators if each.by_group or each.by_unit]
        columns = [
            _Column("Nhóm, đơn vị", 40),
            _Column("Tình trạng báo cáo", 28),
            _Column("Nhận lúc", 17),
            _Column("Bản", 6),
            *(_Column(f"{each.code}. {each.name} ({each.unit})", 15) for each in chosen),
        ]
        sheet, row = self.open_sheet(SCOPES, columns, "Số liệu theo nhóm và theo từng đơn vị")
        sheet.write_string(
            row,
            0,
            "Ô xám: chỉ tiêu không tính ở cấp này. Với từng đơn vị, tỷ lệ được ghi là có hoặc không.",
            self.style(italic=True),
        )
        row = self.write_header(sheet, row + 1, columns)
        sheet.freeze_panes(row, 1)
        by_line = {
            (each.code, figure.scope_type, figure.scope_code): figure
            for each in chosen
            for figure in (*each.by_group, *each.by_unit)
        }
        groups = {body.group_code: body.group_name for body in self.snapshot.bodies}
        counts = {group.name: group for group in statements.groups(self.snapshot)}
        for code in (known for known in GROUPS_VI if known in groups):
            count = counts.get(groups[code])
            self.write_text(sheet, row, 0, groups[code], bold=True, bg_color=_BAND)
            received = f"{count.on_time + count.late}/{count.due} đã nhận" if count else "được đề nghị"
            self.write_text(sheet, row, 1, received, bg_color=_BAND)
            self.write_text(sheet, row, 2, "", bg_color=_BAND)
            self.write_text(sheet, row, 3, "", bg_color=_BAND)
            for column, each in enumerate(chosen, start=4):
                self.write_scope_value(sheet, row, column, each, by_line.get((each.code, GROUP, code)))
            row += 1
        for body in self.snapshot.bodies:
            self.write_body(sheet, row, body)
            for column, each in enumerate(chosen, start=4):
                self.write_scope_value(sheet, row, column, each, by_line.get((each.code, "unit", body.code)))
            row += 1

    def write_body(self, sheet: Worksheet, row: int, body: Body) -> None:
        sheet.set_row(row, 16 * max(_lines(body.name, 40), _lines(body.state_name, 28)) + 3)
        self.write_text(sheet, row, 0, body.name)
        self.write_text(sheet, row, 1, body.state_name)
        self.write_moment(sheet, row, 2, body.received_at)
        if body.revision:
            self.write_count(sheet, row, 3, body.revision)
        else:
            self.write_text(sheet, row, 3, "–", align="right")

    def write_scope_value(
        self, sheet: Worksheet, row: int, column: int, indicator: IndicatorLines, figure: Figure | None
    ) -> None:
        if figure is None:
            sheet.write_blank(row, column, None, self.cell(bg_color=LIGHT_GREY))
        elif (
            figure.scope_type == "unit"
            and figure.value is not None
            and indicator.arithmetic in ("units_share", "timeliness")
        ):
            self.write_text(sheet, row, column, "có" if figure.value else "không", align="right")
        elif figure.state == "nil":
            self.write_text(sheet, row, column, figure.state_name, align="right")
        else:
            self.write_value(sheet, row, column, figure)

    def write_tidy(self) -> None:
        """Every value, one a row, as an Excel table."""
        columns = [_Column(name, width) for name, width in TIDY_COLUMNS]
        sheet, row = self.open_sheet(TIDY, columns, "Số liệu dạng bảng dài, mỗi dòng một giá trị")
        sheet.write_string(
            row,
            0,
            "Tử số, mẫu số tính bằng đơn vị gốc (đồng, USD, số đếm). Ô giá trị trống là không có số.",
            self.style(italic=True),
        )
        header = row + 1
        figures = self.snapshot.figures
        last = header + max(1, len(figures))
        sheet.add_table(
            header,
            0,
            last,
            len(columns) - 1,
            {
                "name": "DuLieu",
                "style": "Table Style Light 1",
                "columns": [{"header": column.title, "header_format": self.header} for column in columns],
            },
        )
        sheet.set_row(header, 36)
        sheet.freeze_panes(header + 1, 3)
        sheet.repeat_rows(header)
        for row, figure in enumerate(figures, start=header + 1):
            self.write_tidy_row(sheet, row, figure)

    def write_tidy_row(self, sheet: Worksheet, row: int, figure: Figure) -> None:
        plain = self.style()
        words = (
            self.snapshot.period.code,
            figure.indicator_code,
            figure.indicator_name,
            figure.side_name,
            _SCOPES_VI[figure.scope_type],
            figure.scope_code,
            figure.scope_name,
            figure.axis_name,
            figure.member_name,
        )
        for column, word in enumerate(words):
            if word:
                sheet.write_string(row, column, word, plain)
        self.write_plain(sheet, row, 9, figure.value, figure.unit)
        sheet.write_string(row, 10, figure.unit, plain)
        sheet.write_string(row, 11, figure.state_name, plain)
        sheet.write_string(row, 12, KINDS_VI.get(figure.kind or "", ""), plain)
        self.write_plain(sheet, row, 13, figure.numerator)
        self.write_plain(sheet, row, 14, figure.denominator)
        self.write_plain(sheet, row, 15, figure.full_year_estimate, figure.unit)
        sheet.write_number(row, 16, figure.received, plain)
        sheet.write_number(row, 17, figure.expected, plain)
        for column, day in ((18, figure.cut_off_from), (19, figure.cut_off_to)):
            if day is not None:
                sheet.write_datetime(row, column, day, self.style(num_format="dd/mm/yyyy"))
        sheet.write_string(row, 20, "có" if figure.is_revised else "không", plain)
        if figure.reason:
            sheet.write_string(row, 21, figure.reason, plain)
        for column, day in ((22, figure.as_of_from), (23, figure.as_of_to)):
            if day is not None:
                sheet.write_datetime(row, column, day, self.style(num_format="dd/mm/yyyy"))
        compared = self.edition.comparison_of(figure)
        if compared is not None:
            self.write_plain(sheet, row, 24, compared.value, figure.unit)
            self.write_plain(sheet, row, 25, compared.difference, figure.unit)

    def write_plain(self, sheet: Worksheet, row: int, column: int, value: Decimal | None, unit: str = "") -> None:
        if value is not None:
            number_format = _number_format(decimals_of(value, unit))
            sheet.write_number(row, column, float(value), self.style(num_format=number_format))

    def write_changes(self) -> None:
        columns = [
            _Column("Đơn vị", 44),
            _Column("Mã", 9),
            _Column("Số liệu", 52),
            _Column("Bản trước / đơn vị báo", 25),
            _Column("Bản sau / số được tính", 25),
            _Column("Ghi chú", 40),
        ]
        sheet, row = self.open_sheet(CHANGES, columns, "Số liệu đã đính chính, và số liệu các đơn vị báo khác nhau")
        row = self.write_header(sheet, row, columns)
        row = self.band(sheet, row, len(columns), f"Đính chính trong kỳ: {len(self.snapshot.restatements)} số liệu")
        for change in self.snapshot.restatements:
            note = f"Bản {change.revision}, nhận {moment_vi(change.received_at)}"
            cells = (
                change.unit_name,
                change.measure_code,
                f"{change.measure_name} ({change.unit})",
                change.before,
                change.after,
                note,
            )
            row = self.write_texts(sheet, row, columns, cells, right=(3, 4))
        row = self.band(
            sheet,
            row,
            len(columns),
            f"Số liệu báo khác số được tính: {len(self.snapshot.differences)} (không cộng, không lấy trung bình)",
        )
        for difference in self.snapshot.differences:
            note = (
                f"Số được tính: {difference.prevailing_units}"
                if difference.prevailing_units
                else "Chưa có số được tính"
            )
            cells = (
                difference.unit_name,
                difference.indicator_code,
                difference.indicator_name,
                difference.reported,
                difference.prevailing,
                note,
            )
            row = self.write_texts(sheet, row, columns, cells, right=(3, 4))
        warned = f"Cảnh báo còn mở trong báo cáo đã nhận: {len(self.snapshot.warnings)} (đơn vị đã được hỏi lại)"
        row = self.band(sheet, row, len(columns), warned)
        wide = [*columns[:2], _Column("Nội dung", sum(column.width for column in columns[2:]))]
        for warning in self.snapshot.warnings:
            sheet.merge_range(row, 2, row, len(columns) - 1, "", self.cell())
            row = self.write_texts(sheet, row, wide, (warning.unit_name, warning.rule, warning.text))

    def band(self, sheet: Worksheet, row: int, width: int, words: str) -> int:
        sheet.merge_range(row, 0, row, width - 1, words, self.cell(bold=True, bg_color=_BAND))
        return row + 1

    def write_texts(
        self, sheet: Worksheet, row: int, columns: Sequence[_Column], cells: Sequence[str], right: Sequence[int] = ()
    ) -> int:
        sheet.set_row(
            row, 16 * max(_lines(cell, column.width) for cell, column in zip(cells, columns, strict=True)) + 3
        )
        for index, cell in enumerate(cells):
            self.write_text(sheet, row, index, cell, **({"align": "right"} if index in right else {}))
        return row + 1

    def write_notes(self) -> None:
        columns = [
            _Column("Mã", 16),
            _Column("Chỉ tiêu", 44),
            _Column("Cách tính", 34),
            _Column("Đơn vị tính", 13),
            _Column("Mục Kế hoạch", 14),
            _Column("Cơ quan chịu trách nhiệm", 28),
            _Column("Chiều", 16),
            _Column("Mục tiêu", 20),
            _Column("Ghi chú đọc; khi thiếu đơn vị", 78),
            _Column("Căn cứ trong kỳ", 30),
        ]
        sheet, row = self.open_sheet(NOTES, columns, "Ghi chú và định nghĩa")
        last = len(columns) - 1
        width = sum(column.width for column in columns[1:])
        for note in statements.general_notes(self.snapshot):
            sheet.set_row(row, 16 * _lines(note, width + 16) + 3)
            sheet.merge_range(row, 0, row, last, note, self.style(text_wrap=True))
            row += 1
        row = self.section(sheet, row + 1, "Các trạng thái của một giá trị")
        for state, meaning in statements.STATE_NOTES:
            sheet.set_row(row, 16 * _lines(state, 16) + 3)
            self.write_text(sheet, row, 0, state, bold=True)
            sheet.merge_range(row, 1, row, last, meaning, self.cell())
            row += 1
        row = self.write_exceptions(sheet, row, [column.width for column in columns])
        row = self.section(sheet, row + 1, "Định nghĩa các chỉ tiêu")
        # The header stands in the middle of the sheet: freezing it would leave no room to scroll.
        row = self.write_header(sheet, row, columns, repeats=False)
        for indicator in self.snapshot.indicators:
            targets = [
                f"{statements.target_of(figure)} ({figure.target.source})"
                for figure in indicator.headline
                if figure.target is not None
            ]
            cells = (
                indicator.code,
                indicator.name,
                statements.ARITHMETIC_VI[indicator.arithmetic],
                indicator.unit,
                "; ".join(indicator.clauses),
                indicator.owner,
                statements.direction_of(indicator),
                "\n".join(targets) or "chưa giao",
                "\n".join(part for part in (indicator.reading_note, indicator.when_missing) if part),
                "\n".join(statements.legal_basis_of(basis) for basis in indicator.legal_bases),
            )
            row = self.write_texts(sheet, row, columns, cells)
        if self.snapshot.legal_bases:
            self.write_legal_bases(sheet, row + 1, last)

    def write_legal_bases(self, sheet: Worksheet, row: int, last: int) -> None:
        """Every text the indicators of the period rest on, with its days within it and how well it is known."""
        row = self.section(sheet, row, "Văn bản làm căn cứ trong kỳ (đối chiếu bản gốc trước khi trích dẫn)")
        for basis in self.snapshot.legal_bases:
            said = f"Hiệu lực {statements.days_in_force(basis)}; {EVIDENCE_VI[basis.evidence]}."
            sheet.set_row(row, 16 * max(_lines(basis.number, 11), _lines(basis.name, 105)) + 3)
            self.write_text(sheet, row, 0, basis.number or basis.code, bold=True)
            sheet.merge_range(row, 1, row, 4, basis.name, self.cell())
            sheet.merge_range(row, 5, row, last, said, self.cell())
            row += 1

    def write_exceptions(self, sheet: Worksheet, row: int, widths: Sequence[float]) -> int:
        """What counts otherwise than printed, and what was accepted against a rule; nothing where there is none."""
        # The sheet's columns are those of the definitions below: a cell takes one or two of them.
        spans = ((0, 1), (2, 2), (3, 4), (5, 5), (6, 7), (8, 8))
        for table in statements.exception_tables(self.snapshot):
            row = self.section(sheet, row + 1, table.title)
            sheet.write_string(row, 0, table.note, self.style(italic=True))
            row += 1
            for cells, style in ((table.columns, self.header), *((line, self.cell()) for line in table.rows)):
                heights = []
                for words, (first, last) in zip(cells, spans, strict=True):
                    heights.append(_lines(words, sum(widths[first : last + 1])))
                    if first == last:
                        sheet.write_string(row, first, words, style)
                    else:
                        sheet.merge_range(row, first, row, last, words, style)
                sheet.set_row(row, 16 * max(heights) + 4)
                row += 1
        return row

    def write_sources(self) -> None:
        columns = [
            _Column("STT", 6),
            _Column("Đơn vị", 44),
            _Column("Tệp", 58),
            _Column("SHA-256", 68),
            _Column("Bản", 6),
            _Column("Nhận lúc", 18),
            _Column("Ngày chốt", 12),
            _Column("Số biên nhận", 18),
        ]
        sheet, row = self.open_sheet(SOURCES, columns, "Tệp nguồn của các số liệu")
        row = self.write_header(sheet, row, columns)
        for order, source in enumerate(self.snapshot.sources, start=1):
            sheet.set_row(row, 16 * max(_lines(source.unit_name, 44), _lines(source.file_name, 58)) + 3)
            self.write_count(sheet, row, 0, order)
            self.write_text(sheet, row, 1, source.unit_name)
            self.write_text(sheet, row, 2, source.file_name)
            sheet.write_string(row, 3, source.sha256, self.cell(font_name="Courier New", font_size=10))
            self.write_count(sheet, row, 4, source.revision)
            self.write_moment(sheet, row, 5, source.received_at)
            self.write_day(sheet, row, 6, source.cut_off)
            self.write_text(sheet, row, 7, source.receipt_number)
            row += 1

    def write_lineage(self) -> None:
        """What each cell of each file adds to the province's headlines, as an Excel table to filter."""
        columns = [_Column(name, width) for name, width in LINEAGE_COLUMNS]
        sheet, row = self.open_sheet(LINEAGE, columns, "Dòng dữ liệu nguồn: từ chỉ tiêu toàn tỉnh đến từng ô")
        sheet.write_string(
            row,
            0,
            "Giá trị và phần cộng vào tính bằng đơn vị gốc (đồng, USD, số đếm). Trang và ô trống: tính từ cả báo cáo, "
            "hoặc từ các ngày của tệp theo dõi. Các phần cộng vào của một chỉ tiêu cộng lại là tử số, mẫu số ở trang "
            f"“{TIDY}”.",
            self.style(italic=True),
        )
        header = row + 1
        cells = self.edition.lineage
        sheet.add_table(
            header,
            0,
            header + len(cells),
            len(columns) - 1,
            {
                "name": "DongDuLieu",
                "style": "Table Style Light 1",
                "columns": [{"header": column.title, "header_format": self.header} for column in columns],
            },
        )
        sheet.set_row(header, 24)
        sheet.freeze_panes(header + 1, 1)
        sheet.repeat_rows(header)
        sides = {(figure.indicator_code, figure.side): figure.side_name for figure in self.snapshot.headlines}
        plain, spaced = self.style(), self.style(indent=1)
        for row, cell in enumerate(cells, start=header + 1):
            file = self.edition.lineage_files[cell.file_number] if cell.file_number is not None else None
            words = {
                0: cell.indicator_code,
                1: sides.get((cell.indicator_code, cell.side), ""),
                2: _TERM_SIDES_VI.get(cell.term_side, cell.term_side),
                3: cell.measure_code,
                4: cell.measure_name,
                5: cell.member_name,
                6: cell.unit_code,
                7: cell.unit_name,
                8: file.file_name if file is not None else "không có tệp",
                10: file.receipt_number if file is not None else "",
                11: cell.sheet,
                12: cell.cell,
                15: STATES_VI[cell.state],
            }
            for column, word in words.items():
                if word:
                    sheet.write_string(row, column, word, spaced if column in (10, 15) else plain)
            if file is not None and file.revision is not None:
                sheet.write_number(row, 9, file.revision, self.style(align="center"))
            for column, value in ((13, cell.value), (14, cell.added)):
                if value is not None:
                    self.write_plain(sheet, row, column, value)
                else:
                    word = NOT_SHOWN if cell.is_hidden else STATES_VI["missing"]
                    sheet.write_string(row, column, word, self.style(align="right", italic=True))


def _lines(words: str, width: float) -> int:
    """How many lines the words take in a cell that many characters wide; a little generous, as Excel wraps by words."""
    return max(1, sum(math.ceil(len(part) * 0.95 / (width - 1.5)) or 1 for part in words.split("\n")))


def _number_format(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _word_of(label: str) -> str:
    """The label of a bar that is a word and no number."""
    return label if label and not any(character.isdigit() for character in label) else ""


def _chart_height(chart: Chart) -> int:
    """Pixels."""
    return 120 + 24 * len(chart.categories)


def _native_fill(series: Series) -> dict[str, Any]:
    if not series.pattern:
        return {"fill": {"color": series.colour}}
    pattern = {"pattern": _PATTERNS[series.pattern], "fg_color": NAVY, "bg_color": series.colour}
    return {"pattern": pattern, "border": {"color": NAVY, "width": 0.5}}


def _naive(moment: datetime) -> datetime:
    """Vietnamese wall-clock time: spreadsheets know no zones."""
    return moment.astimezone(VIETNAM).replace(tzinfo=None)
