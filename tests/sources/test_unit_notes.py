"""A remark that names another unit of money than the line's is asked, wherever it stands; the right unit is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from include.model import Reading
from include.readers.grid import OWN_COMMENT_AUTHOR
from include.sources.agency_reports.read import read_file
from tests.corpus.word_reports import (
    COLUMNS,
    Edit,
    add_part,
    paragraph,
    report_rows,
    statements,
    story,
    table,
    write_document,
    write_word_report,
)
from tests.sources.reports import COMMUNE, cell_of, write_report
from tests.sources.typed import BUDGET, HEADER, HEADING, NEWS, figures, line, read_typed, rows_of

NOW = datetime(2026, 6, 10, tzinfo=UTC)
WRONG, RIGHT = "ĐVT: nghìn đồng", "ĐVT: triệu đồng"
PLANNED = "Dự toán kinh phí TTĐN năm"


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, NOW)


def asked(reading: Reading) -> set[str]:
    """The lines whose unit is asked back."""
    assert reading.refusal is None, reading.refusal
    return {row.measure_code for row in reading.observations if row.reading_code == "UNIT_CONFLICT"}


BookEdit = Callable[[openpyxl.Workbook, str], None]


def _beside(code: str, columns: int) -> BookEdit:
    return lambda book, words: setattr(cell_of(book, code).offset(column=columns), "value", words)


def _at(place: str) -> BookEdit:
    return lambda book, words: setattr(book["Báo cáo"][place], "value", words)


def _header(book: openpyxl.Workbook, words: str) -> None:
    book["Báo cáo"].oddHeader.right.text = words


def _comment(book: openpyxl.Workbook, words: str) -> None:
    cell_of(book, "BUD01").comment = Comment(words, "-")


def _below(book: openpyxl.Workbook, words: str) -> None:
    book["Báo cáo"].cell(book["Báo cáo"].max_row + 2, 2).value = words


ONE, BOTH = {"BUD01"}, {"BUD01", "BUD02"}
IN_FORM: dict[str, tuple[BookEdit, set[str]]] = {
    "in the remark of the line": (_beside("BUD01", 1), ONE),
    "right of the table": (_beside("BUD01", 3), ONE),
    "right of the table, on another line": (_beside("MED01", 3), BOTH),
    "above the table": (_at("G11"), BOTH),
    "in the page's head": (_header, BOTH),
    "in a comment on the figure": (_comment, BOTH),
    "below the table": (_below, BOTH),
}


@pytest.mark.parametrize("where", IN_FORM)
def test_another_unit_beside_the_figures_of_the_form_is_asked(where: str, tmp_path: Path) -> None:
    edit, lines = IN_FORM[where]
    wrong = read(write_report(tmp_path / "a.xlsx", edit=lambda book: edit(book, WRONG)))
    right = read(write_report(tmp_path / "b.xlsx", edit=lambda book: edit(book, RIGHT)))

    assert asked(wrong) == lines
    assert asked(right) == set()


@pytest.mark.parametrize(
    "words",
    [
        "Đơn vị tính: nghìn đồng",
        "Nghìn đồng",
        "Số tính bằng nghìn đồng",
        "ĐVT: đồng (theo quyết toán)",
        "DVT: nghin dong",
        "ĐVT: triệu USD",
    ],
)
def test_the_unit_may_be_said_in_many_words(words: str, tmp_path: Path) -> None:
    path = write_report(tmp_path / "a.xlsx", edit=lambda book: _beside("BUD01", 1)(book, words))

    assert "BUD01" in asked(read(path))


@pytest.mark.parametrize(
    "words",
    [
        "trong đó 500 nghìn đồng in tờ rơi",
        "tiền in 500 (nghìn đồng)",
        "Kinh phí xã hội hóa",
        "Đơn vị: Sở Tài chính cấp",
        "định mức 50 nghìn đồng/người",
        "Đơn vị tính: triệu đồng",
        "Triệu VNĐ",
    ],
)
def test_other_money_in_a_remark_and_the_right_unit_are_not_asked(words: str, tmp_path: Path) -> None:
    path = write_report(tmp_path / "a.xlsx", edit=lambda book: _beside("BUD01", 1)(book, words))

    assert asked(read(path)) == set()


def test_a_currency_no_line_of_the_form_has_is_asked_of_all_of_them(tmp_path: Path) -> None:
    path = write_report(tmp_path / "a.xlsx", edit=lambda book: _at("G11")(book, "ĐVT: triệu USD"))

    assert asked(read(path)) == BOTH


def test_our_own_comment_that_quotes_a_note_is_none(tmp_path: Path) -> None:
    def quote(author: str) -> Callable[[openpyxl.Workbook], None]:
        return lambda book: setattr(cell_of(book, "BUD01"), "comment", Comment(f"ghi chú “{WRONG}” trái", author))

    assert asked(read(write_report(tmp_path / "a.xlsx", edit=quote(OWN_COMMENT_AUTHOR)))) == set()
    assert asked(read(write_report(tmp_path / "b.xlsx", edit=quote("-")))) == BOTH


def test_the_note_and_the_unit_of_the_line_are_told(tmp_path: Path) -> None:
    reading = read(write_report(tmp_path / "a.xlsx", edit=lambda book: _beside("BUD01", 1)(book, WRONG)))

    [held] = [row for row in reading.observations if row.reading_code == "UNIT_CONFLICT"]
    assert (held.value, held.value_state) == (None, "unreadable")
    assert "“ĐVT: nghìn đồng”" in (held.reading_detail or "")
    assert "“triệu đồng”" in (held.reading_detail or "")


def test_a_note_on_a_line_without_a_figure_or_with_none_at_all_holds_nothing(tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        _beside("BUD01", 1)(book, WRONG)
        cell_of(book, "BUD01").value, cell_of(book, "BUD02").value = "không phát sinh", None

    assert asked(read(write_report(tmp_path / "a.xlsx", edit=edit))) == set()


def test_a_note_on_a_line_left_blank_is_about_the_other_lines(tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        _beside("BUD01", 1)(book, WRONG)
        cell_of(book, "BUD01").value = None

    assert asked(read(write_report(tmp_path / "a.xlsx", edit=edit))) == {"BUD02"}


@pytest.mark.parametrize("unit", ["STC", "SVHTTDL", "SNV", "CAT", COMMUNE])
def test_the_words_of_the_forms_themselves_contradict_nothing(unit: str, tmp_path: Path) -> None:
    reading = read(write_report(tmp_path / "a.xlsx", unit))

    assert asked(reading) == set()


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("ĐVT: triệu đồng", {"ODA03", "ODA04"}),
        ("ĐVT: triệu USD", {"NGO02", "NGO03"}),
        ("ĐVT: nghìn USD", {"FDI02", "FDI04", "FDI06", "FDI07", "ODA02"}),
        ("ĐVT: nghìn đồng", {"BUD01", "BUD02", "ODA03", "ODA04"}),
    ],
)
def test_in_a_form_with_two_currencies_a_note_is_about_all_lines_in_its_own(
    words: str, lines: set[str], tmp_path: Path
) -> None:
    assert asked(read(write_report(tmp_path / "a.xlsx", "STC", edit=lambda book: _at("G11")(book, words)))) == lines


def _typed(folder: Path, *lines: list[Any], header: list[Any] = HEADER, above: str | None = None) -> dict[str, Any]:
    heading = [*HEADING, [None, None, None, above]] if above else HEADING
    return figures(read_typed(folder, rows_of(*lines, header=header, heading=heading)))


def test_a_unit_on_the_line_and_another_above_the_table_are_asked(tmp_path: Path) -> None:
    news, budget = line(NEWS, 7), line(BUDGET, 90, "triệu đồng")

    assert _typed(tmp_path, news, budget, above=WRONG) == {"MED01": 7, "BUD02": "UNIT_CONFLICT"}
    assert _typed(tmp_path, news, budget, above=RIGHT) == {"MED01": 7, "BUD02": 90_000_000}
    assert _typed(tmp_path, news, line(BUDGET, 90_000, None), above=WRONG) == {"MED01": 7, "BUD02": 90_000_000}


def test_a_unit_in_the_heading_of_a_column_is_about_that_column(tmp_path: Path) -> None:
    budget = [None, BUDGET, "triệu đồng", 90, 80, None]
    header = ["STT", "Nội dung", "ĐVT", "Số liệu {}", "Kế hoạch {}", "Ghi chú"]

    def with_units(actual: str, planned: str) -> dict[str, Any]:
        return _typed(tmp_path, budget, header=[each.format(actual if "Số" in each else planned) for each in header])

    assert with_units("(nghìn đồng)", "") == {"BUD02": "UNIT_CONFLICT"}
    assert with_units("(triệu đồng)", "(ĐVT: nghìn đồng)") == {"BUD02": 90_000_000}


def test_two_columns_of_figures_may_have_two_units(tmp_path: Path) -> None:
    header = ["STT", "Nội dung", "Số liệu (triệu đồng)", "Ước cả năm (nghìn đồng)", "Ghi chú"]

    assert _typed(tmp_path, [None, BUDGET, 90, 300_000, None], header=header) == {
        "BUD02": 90_000_000,
        "BUD02~~": 300_000_000,
    }


def test_two_notes_above_a_table_without_units_of_its_own_are_asked(tmp_path: Path) -> None:
    lines = [line(BUDGET, 90, None)]
    two = [*HEADING, [None, None, None, RIGHT], [None, WRONG]]

    assert figures(read_typed(tmp_path, rows_of(*lines, heading=two))) == {"BUD02": "UNIT_CONFLICT"}


def test_lines_with_a_unit_and_the_same_in_their_remark_contradict_no_other_line(tmp_path: Path) -> None:
    lines = [line(PLANNED, 0.35, "tỷ đồng", "ĐVT: tỷ đồng"), line(BUDGET, 90_000_000, "đồng", "ĐVT: đồng")]

    assert _typed(tmp_path, *lines) == {"BUD01": 350_000_000, "BUD02": 90_000_000}


def test_the_unit_behind_a_coded_lines_name_has_to_be_its_unit(tmp_path: Path) -> None:
    header = ["Mã số", "Chỉ tiêu", "ĐVT", "Số liệu"]

    def with_name(bracketed: str) -> dict[str, Any]:
        return _typed(tmp_path, ["BUD02", f"{BUDGET} ({bracketed})", "triệu đồng", 90], header=header)

    assert with_name("nghìn đồng") == {"BUD02": "UNIT_CONFLICT"}
    assert with_name("triệu đồng") == {"BUD02": 90_000_000}


def test_a_section_title_states_the_unit_of_its_lines(tmp_path: Path) -> None:
    news, budget = line(NEWS, 7), line(BUDGET, 90, "triệu đồng")

    assert _typed(tmp_path, news, ["B", "Kinh phí (ĐVT: nghìn đồng)"], budget) == {
        "MED01": 7,
        "BUD02": "UNIT_CONFLICT",
    }


def test_a_note_on_another_sheet_says_nothing_about_this_one(tmp_path: Path) -> None:
    def edit(book: openpyxl.Workbook) -> None:
        book.create_sheet("Phụ lục")["A1"] = WRONG
        book["Chi tiết"]["J2"] = WRONG

    assert asked(read(write_report(tmp_path / "a.xlsx", edit=edit))) == set()


def _footnote(words: str) -> Edit:
    note = story("footnotes", f"<w:footnote>{paragraph(words)}</w:footnote>")
    return add_part("word/footnotes.xml", note, "footnotes")


def _page_head(words: str) -> Edit:
    return add_part("word/header1.xml", story("hdr", paragraph(words)), "header")


def _remark(words: str) -> Callable[[list[list[str]]], None]:
    return lambda rows: next(row for row in rows if "BUD02" in row).__setitem__(5, words)


IN_DOCUMENT: dict[str, Callable[[Path, str], Path]] = {
    "above the table": lambda path, words: write_word_report(path, wrap=lambda form: paragraph(words) + form),
    "in a table of its own above": lambda path, words: write_word_report(
        path, wrap=lambda form: table([[words]]) + paragraph("") + form
    ),
    "below the table": lambda path, words: write_word_report(path, wrap=lambda form: form + paragraph(words)),
    "in the remark of the line": lambda path, words: write_word_report(path, edit_rows=_remark(words)),
    "in a footnote": lambda path, words: write_word_report(path, edit=_footnote(words)),
    "in the page's head": lambda path, words: write_word_report(path, edit=_page_head(words)),
    "in the head of the column": lambda path, words: write_word_report(
        path, headings={COLUMNS[4]: f"{COLUMNS[4]} ({words})"}
    ),
}


@pytest.mark.parametrize("where", IN_DOCUMENT)
def test_another_unit_beside_the_figures_of_a_document_is_asked(where: str, tmp_path: Path) -> None:
    assert "BUD02" in asked(read(IN_DOCUMENT[where](tmp_path / "a.docx", WRONG)))
    assert asked(read(IN_DOCUMENT[where](tmp_path / "b.docx", RIGHT))) == set()


def test_a_note_above_another_table_of_a_document_is_about_that_one(tmp_path: Path) -> None:
    other = table([["Ấp", "Tiền"], ["Ấp Một", "1200"], ["Ấp Hai", "900"], ["Ấp Ba", "700"]])
    after = write_word_report(tmp_path / "a.docx", wrap=lambda form: form + paragraph(WRONG) + other)
    below = write_word_report(tmp_path / "b.docx", wrap=lambda form: form + other + paragraph(WRONG))
    before = write_word_report(tmp_path / "c.docx", wrap=lambda form: paragraph(WRONG) + other + form)

    assert [asked(read(path)) for path in (after, below, before)] == [set(), set(), set()]


def test_a_note_above_one_table_of_a_document_is_about_the_forms_other_tables_too(tmp_path: Path) -> None:
    rows = report_rows(COMMUNE)
    half = next(number for number, row in enumerate(rows) if number > 15 and not row[1])
    lines = "".join(map(paragraph, [*statements(COMMUNE), WRONG]))
    body = lines + table(rows[:half]) + paragraph("Phần tiếp theo") + table([rows[0], *rows[half:]])

    assert asked(read(write_document(tmp_path / "a.docx", body))) == {"BUD01", "BUD02"}
