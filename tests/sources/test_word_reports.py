"""The same report in Word and in Excel says the same, with its places called as people find them in a document."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.model import Finding, Reading
from include.quality.messages import render
from include.readers.grid import Paragraph
from include.sources import load_source
from include.sources.agency_reports.narrative import read_narrative
from include.sources.agency_reports.read import read_file
from tests.corpus.word_reports import (
    COLUMNS,
    FIGURES,
    cell,
    complex_field,
    figure,
    paragraph,
    report_rows,
    run,
    statements,
    table,
    text_box,
    write_document,
    write_word_report,
)
from tests.sources.reports import COMMUNE, write_report

NOW = datetime(2026, 6, 10, tzinfo=UTC)


def read(path: Path) -> Reading:
    return read_file(str(path), path.name, NOW)


def figures(reading: Reading) -> dict[str, object]:
    return {
        f"{row.measure_code}.{row.value_kind}": (row.value, row.value_state)
        for row in reading.observations
        if row.axis_code == "total"
    }


def doubts(reading: Reading) -> list[tuple[str | None, str | None]]:
    return [(each.sheet, each.cell) for each in reading.findings if each.code == "READING_DOUBTFUL"]


def told(finding: Finding | None) -> str:
    assert finding is not None
    return render(finding)[2]


def test_the_source_takes_word_documents() -> None:
    assert ".docx" in load_source("agency_reports").extensions


def test_a_word_report_says_what_the_workbook_says(tmp_path: Path) -> None:
    document = read(write_word_report(tmp_path / "a.docx", actual={"MED01": 12, "BUD01": "1.250,5"}))
    workbook = read(write_report(tmp_path / "a.xlsx", actual={"MED01": 12, "BUD01": 1250.5}))

    assert document.refusal is None
    assert figures(document) == figures(workbook)
    assert document.heading is not None
    assert workbook.heading is not None
    for name in ("reporting_unit_code", "period_code", "template_code", "cut_off_date", "document_number"):
        assert getattr(document.heading, name) == getattr(workbook.heading, name)
    assert doubts(document) == []
    # What is kept of a document beside its rows is accounted for as well.
    ignored = sum(row.row_count for row in document.ignored_rows)
    assert document.received_count == len(document.observations) + ignored


def test_places_are_called_by_table_row_and_column_or_by_paragraph(tmp_path: Path) -> None:
    other = table([["Ấp", "Loại"], ["Ấp Một", "x"]])
    reading = read(write_word_report(tmp_path / "a.docx", wrap=lambda form: other + form))

    [news] = [row for row in reading.observations if row.measure_code == "MED01" and row.axis_code == "total"]
    assert (news.sheet_name, news.cell) == ("Bảng 2", "hàng 14, cột 5")
    assert reading.heading is not None
    assert reading.heading.cells["period"] == ("Văn bản", "đoạn 6")
    assert {(row.sheet_name, row.row_number) for row in reading.ignored_rows if row.rule_code == "heading_row"} >= {
        ("Bảng 2", 2)
    }


def test_a_refusal_names_the_paragraph(tmp_path: Path) -> None:
    lines = statements(COMMUNE)
    lines[2] = "Kỳ báo cáo: quý bảy"
    reading = read(write_word_report(tmp_path / "a.docx", heading=lines))

    assert reading.refusal is not None
    assert (reading.refusal.code, reading.refusal.sheet, reading.refusal.cell) == (
        "PERIOD_UNKNOWN",
        "Văn bản",
        "đoạn 6",
    )
    assert told(reading.refusal).startswith("Văn bản, đoạn 6: ")


def test_a_column_told_twice_is_named_by_its_number(tmp_path: Path) -> None:
    reading = read(write_word_report(tmp_path / "a.docx", columns=[*COLUMNS[:-1], FIGURES]))

    assert reading.refusal is not None
    assert reading.refusal.code == "COLUMN_AMBIGUOUS"
    assert (reading.refusal.sheet, reading.refusal.cell) == ("Bảng 1", "hàng 1, cột 6")
    assert "(cột 5)" in reading.refusal.found
    assert "(cột 6)" in reading.refusal.found


def test_two_bodies_in_one_document_are_refused(tmp_path: Path) -> None:
    blocks = ""
    for unit in (COMMUNE, "28261"):
        blocks += "".join(map(paragraph, statements(unit))) + table(report_rows(unit))
    reading = read(write_document(tmp_path / "a.docx", blocks))

    assert reading.refusal is not None
    assert reading.refusal.code == "MULTI_AGENCY"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (paragraph(complex_field(" =SUM(ABOVE) ", "12")), "công thức trong Word"),
        (paragraph(text_box(paragraph("12"))), "hộp văn bản"),
        (f"<w:p>{run('21', '<w:strike/>')}{run('12')}</w:p>", "gạch ngang"),
        ("12 tin, bài", "giữa các chữ"),
    ],
)
def test_a_figure_not_read_for_certain_says_why(tmp_path: Path, content: str, reason: str) -> None:
    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=figure("MED01", content)))

    assert figures(reading)["MED01.thuc_hien"] == (12, "reported")
    [doubt] = [each for each in reading.findings if each.code == "READING_DOUBTFUL"]
    assert (doubt.sheet, doubt.cell) == ("Bảng 1", "hàng 14, cột 5")
    assert "(MED01)" in doubt.subject
    assert reason in told(doubt)


@pytest.mark.parametrize(
    "content",
    [
        "12",
        paragraph(complex_field(" FORMTEXT ", "12")),
        paragraph(run("12", "<w:b/>")),
        "ước 12",
        "không phát sinh",
        "không áp dụng",
    ],
)
def test_plain_cells_and_marks_leave_no_doubt(tmp_path: Path, content: str) -> None:
    assert doubts(read(write_word_report(tmp_path / "a.docx", edit_rows=figure("MED01", content)))) == []


WHITE = '<w:color w:val="FFFFFF"/>'


@pytest.mark.parametrize(
    "properties", [WHITE, '<w:sz w:val="2"/>', '<w:color w:val="000000" w:themeColor="background1"/>']
)
def test_digits_unseen_on_paper_are_left_out_and_put_to_a_person(tmp_path: Path, properties: str) -> None:
    content = paragraph(run("1", properties) + run("5"))
    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=figure("MED01", content)))

    assert figures(reading)["MED01.thuc_hien"] == (5, "reported")
    [doubt] = [each for each in reading.findings if each.code == "READING_DOUBTFUL"]
    assert (doubt.sheet, doubt.cell) == ("Bảng 1", "hàng 14, cột 5")
    assert "“5”" in told(doubt)
    assert "trùng màu nền hoặc quá nhỏ" in told(doubt)


def test_a_figure_of_white_digits_alone_is_missing_and_put_to_a_person(tmp_path: Path) -> None:
    """A line's total and a part of it, which the reader otherwise passes over where it is blank."""
    white = paragraph(run("15", WHITE))

    def add_part(rows: list[list[str]]) -> None:
        rows.insert(row_of("MED01"), ["", "MED01.language.vi", "Tiếng Việt", "tin, bài", white, ""])

    total = read(write_word_report(tmp_path / "a.docx", edit_rows=figure("MED01", white)))
    part = read(write_word_report(tmp_path / "a.docx", edit_rows=add_part))

    assert figures(total)["MED01.thuc_hien"] == (None, "missing")
    assert figures(part)["MED01.thuc_hien"] == (5, "reported")
    for reading, row in ((total, row_of("MED01")), (part, row_of("MED01") + 1)):
        [doubt] = [each for each in reading.findings if each.code == "READING_DOUBTFUL"]
        assert doubt.cell == f"hàng {row}, cột 5"
        assert "ô trống" in told(doubt)


def test_white_letters_in_code_unit_or_name_of_a_line_are_put_to_a_person(tmp_path: Path) -> None:
    for column in (1, 2, 3):

        def add(rows: list[list[str]], column: int = column) -> None:
            row = next(row for row in rows if "BUD02" in row)
            row[column] = paragraph(run(row[column]) + run("nghìn", WHITE))

        reading = read(write_word_report(tmp_path / "a.docx", edit_rows=add))

        assert figures(reading)["BUD02.thuc_hien"] == (100_000_000, "reported")
        assert [cell for _, cell in doubts(reading)] == [f"hàng {row_of('BUD02')}, cột {column + 1}"]


def row_of(code: str) -> int:
    return 1 + next(number for number, row in enumerate(report_rows(COMMUNE)) if code in row)


def test_a_head_in_white_on_dark_is_read_and_leaves_no_doubt(tmp_path: Path) -> None:
    def shade(rows: list[list[str]]) -> None:
        dark = '<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>'
        rows[0] = [cell(paragraph(run(each, WHITE)), dark) for each in rows[0]]

    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=shade))

    assert figures(reading)["MED01.thuc_hien"] == (5, "reported")
    assert {each.code for each in reading.findings} == {
        each.code for each in read(write_word_report(tmp_path / "b.docx")).findings
    }


def test_white_letters_outside_the_form_are_told_and_raise_no_doubt(tmp_path: Path) -> None:
    reading = read(write_word_report(tmp_path / "a.docx", wrap=lambda form: paragraph(run("x", WHITE)) + form))

    assert doubts(reading) == []
    [hidden] = [each for each in reading.findings if each.code == "HIDDEN_TEXT"]
    assert "Văn bản, đoạn" in told(hidden)


def test_white_digits_in_a_drawn_box_are_read_and_put_to_a_person(tmp_path: Path) -> None:
    rows = report_rows(COMMUNE)
    row = next(row for row in rows if "MED01" in row)
    row[4] = paragraph(run("1", WHITE) + run("5"))
    boxed = paragraph(text_box("".join(map(paragraph, statements(COMMUNE))) + table(rows)))
    reading = read(write_document(tmp_path / "a.docx", boxed))

    assert figures(reading)["MED01.thuc_hien"] == (15, "reported")
    [doubt] = [each for each in reading.findings if each.code == "READING_DOUBTFUL"]
    assert "hình vẽ" in told(doubt)


def _line(code: str, change: Callable[[list[str]], None]) -> Callable[[list[list[str]]], None]:
    """An edit of one row of the form's table, its cells in the form's order."""
    return lambda rows: change(next(row for row in rows if code in row))


def _span(words: str, columns: int, properties: str = "") -> str:
    return cell(words, f'<w:gridSpan w:val="{columns}"/>{properties}')


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.insert(4, ""),
        lambda row: row.insert(4, "7"),
        lambda row: row.insert(0, ""),
        lambda row: row.append(""),
        lambda row: row.pop(3),
        lambda row: row.pop(),
        lambda row: row.__setitem__(3, _span(row[3], 2)),
        # As wide as the head, and the figure stands half under the note.
        lambda row: row.__setitem__(slice(3, 6), [_span(row[3], 2), row[4]]),
    ],
)
@pytest.mark.parametrize("code", ["MED01", "LEG05"])
def test_a_row_with_another_number_of_cells_than_the_head_is_put_to_a_person(
    tmp_path: Path, code: str, change: Callable[[list[str]], None]
) -> None:
    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=_line(code, change)))

    [doubt] = [each for each in reading.findings if each.code == "READING_DOUBTFUL" and "lệch" in each.expected]
    assert (doubt.sheet, doubt.cell) == ("Bảng 1", f"hàng {row_of(code)}, cột 5")
    assert "hàng tiêu đề" in told(doubt)


def _twice_as_wide(
    code: str = "", changed: Callable[[list[str]], list[str]] = list
) -> Callable[[list[list[str]]], None]:
    """An edit that makes every cell two columns wide, as Word does where one row is cut otherwise than the others."""

    def widen(rows: list[list[str]]) -> None:
        for number, row in enumerate(rows):
            rows[number] = changed(row) if code and code in row else [_span(each, 2) for each in row]

    return widen


def test_cells_as_wide_as_those_of_the_head_leave_no_doubt(tmp_path: Path) -> None:
    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=_twice_as_wide()))

    assert figures(reading)["MED01.thuc_hien"] == (5, "reported")
    assert doubts(reading) == []


def test_a_figure_merged_with_the_empty_row_below_it_is_put_to_a_person(tmp_path: Path) -> None:
    def merge(rows: list[list[str]]) -> None:
        number = row_of("MED01")
        rows[number - 1][4] = cell("12", '<w:vMerge w:val="restart"/>')
        rows.insert(number, ["", "", "", "", cell("", "<w:vMerge/>"), ""])

    assert doubts(read(write_word_report(tmp_path / "a.docx", edit_rows=merge))) == [
        ("Bảng 1", f"hàng {row_of('MED01')}, cột 5")
    ]


def test_cells_that_begin_between_two_columns_of_the_head_are_put_to_a_person(tmp_path: Path) -> None:
    def cut(row: list[str]) -> list[str]:
        return [_span(row[0], 2), _span(row[1], 3), cell(row[2]), *(_span(each, 2) for each in row[3:])]

    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=_twice_as_wide("MED01", cut)))

    assert doubts(reading) == [("Bảng 1", f"hàng {row_of('MED01')}, cột 9")]


def test_a_figure_that_begins_between_two_columns_of_the_head_is_refused(tmp_path: Path) -> None:
    def cut(row: list[str]) -> list[str]:
        return [*(_span(each, 2) for each in row[:3]), _span(row[3], 3), cell(row[4]), _span(row[5], 2)]

    refusal = read(write_word_report(tmp_path / "a.docx", edit_rows=_twice_as_wide("MED01", cut))).refusal

    assert refusal is not None
    assert (refusal.code, refusal.cell) == ("COLUMN_AMBIGUOUS", "hàng 1, cột 10")


@pytest.mark.parametrize(
    "edit",
    [
        lambda rows: rows.append(["", _span("Tổng cộng", 3), "99", ""]),
        lambda rows: rows.insert(1, ["A. Phần thứ nhất"]),
        lambda rows: rows.insert(1, ["A", "Phần thứ nhất"]),
        lambda rows: rows.insert(1, [_span("A. Phần thứ nhất", len(COLUMNS))]),
        lambda rows: rows.insert(1, [""]),
        lambda rows: rows.insert(1, ["A", "B", "C", "D", "1"]),
        lambda rows: rows.append([_span("Nơi nhận:", 2), _span("CHỦ TỊCH", 5)]),
        lambda rows: rows.append(["Ghi chú: số liệu đã rà soát", ""]),
    ],
)
def test_rows_that_are_no_lines_may_have_any_number_of_cells(
    tmp_path: Path, edit: Callable[[list[list[str]]], None]
) -> None:
    assert doubts(read(write_word_report(tmp_path / "a.docx", edit_rows=edit))) == []


@pytest.mark.parametrize(("before", "after", "is_doubtful"), [(1, 0, False), (0, 1, False), (1, 1, True), (0, 0, True)])
def test_columns_a_row_leaves_free_at_its_ends_are_counted(
    tmp_path: Path, before: int, after: int, is_doubtful: bool
) -> None:
    """The row has one cell less than the head, and begins further right, or ends further left."""
    free = f'<w:trPr><w:gridBefore w:val="{before}"/><w:gridAfter w:val="{after}"/></w:trPr>'

    def shorten(parts: dict[str, str | bytes]) -> None:
        document = str(parts["word/document.xml"])
        begins = document.rindex("<w:tr>", 0, document.index("MED01"))
        ends = document.index("</w:tr>", begins)
        cells = re.findall(r"<w:tc>.*?</w:tc>", document[begins:ends])
        kept = "".join(cells[1:] if before else cells[:-1])
        parts["word/document.xml"] = f"{document[:begins]}<w:tr>{free}{kept}{document[ends:]}"

    reading = read(write_word_report(tmp_path / "a.docx", edit=shorten))

    assert figures(reading)["MED01.thuc_hien"] == (5, "reported")
    assert bool(doubts(reading)) is is_doubtful


@pytest.mark.parametrize("words", ["STT", "Chỉ tiêu", "Số liệu", "Thực hiện đến ngày chốt"])
def test_a_paragraph_above_the_table_that_reads_like_its_head_is_none(tmp_path: Path, words: str) -> None:
    reading = read(write_word_report(tmp_path / "a.docx", wrap=lambda form: paragraph(words) + form))

    assert figures(reading)["MED01.thuc_hien"] == (5, "reported")


def test_a_heading_split_over_a_paragraph_and_the_first_column_is_one(tmp_path: Path) -> None:
    columns = ["Chỉ tiêu", *(each for each in COLUMNS if each != "Chỉ tiêu")]
    path = write_word_report(
        tmp_path / "a.docx",
        columns=columns,
        headings={"Chỉ tiêu": "tiêu"},
        wrap=lambda form: paragraph("Chỉ") + form,
    )

    assert figures(read(path))["MED01.thuc_hien"] == (5, "reported")


def test_the_same_workbook_leaves_no_doubt_whatever_its_headings(tmp_path: Path) -> None:
    """A body's own workbook was never put to a person for its headings; only documents are."""
    from tests.sources.typed import read_typed, rows_of

    reading = read_typed(tmp_path, rows_of([1, "Tin, bài TTĐN đã đăng, phát", "tin, bài", 12, None]))

    assert reading.refusal is None
    assert doubts(reading) == []


def test_a_total_worked_out_by_word_is_a_total_and_no_doubt(tmp_path: Path) -> None:
    def add(rows: list[list[str]]) -> None:
        rows.append(["", "", "Tổng cộng", "", paragraph(complex_field(" =SUM(ABOVE) ", "99")), ""])

    reading = read(write_word_report(tmp_path / "a.docx", edit_rows=add))

    assert doubts(reading) == []
    assert "printed_total" in {row.rule_code for row in reading.ignored_rows}


def test_a_merged_figure_names_both_corners_by_row_and_column(tmp_path: Path) -> None:
    def merge(rows: list[list[str]]) -> None:
        rows[2][4] = cell("7", '<w:vMerge w:val="restart"/>')
        rows[3][4] = cell("", "<w:vMerge/>")

    held = [
        row for row in read(write_word_report(tmp_path / "a.docx", edit_rows=merge)).observations if row.reading_code
    ]

    assert {(row.reading_code, row.reading_detail) for row in held} == {
        ("FIGURE_MERGED", "hàng 3, cột 5 đến hàng 4, cột 5")
    }


def test_a_table_of_other_figures_is_told_and_counted(tmp_path: Path) -> None:
    other = table([["Ấp", "Số dân"], ["Ấp Một", "1200"], ["Ấp Hai", "900"]])
    reading = read(write_word_report(tmp_path / "a.docx", wrap=lambda form: form + paragraph("Dân số") + other))

    [left_out] = [each for each in reading.findings if each.code == "TABLE_NOT_READ"]
    assert (left_out.sheet, left_out.found) == ("Bảng 2", "2")
    assert [
        (row.sheet_name, row.row_number, row.row_count)
        for row in reading.ignored_rows
        if row.rule_code == "table_not_read"
    ] == [("Bảng 2", 2, 2)]


def test_personal_data_in_a_paragraph_is_told_by_its_paragraph_and_kept_out_of_the_words(tmp_path: Path) -> None:
    reading = read(
        write_word_report(
            tmp_path / "a.docx", sections=["I. Tình hình", "Liên hệ 0912 345 678.", "Ông Lê Văn Ổi báo cáo."]
        )
    )

    [found] = [each for each in reading.findings if each.code == "PERSONAL_DATA"]
    assert (found.sheet, found.cell) == ("Văn bản", "đoạn 11")
    assert "0912" not in repr(reading.narrative)
    assert "Ổi" not in repr(reading.narrative)
    assert {"personal_data", "names_a_person"} <= {row.rule_code for row in reading.ignored_rows}


# -- what it says in words


def narrative(*lines: str) -> tuple[list[tuple[str, str, str]], dict[int, str]]:
    kept, ignored = read_narrative([Paragraph(number, line) for number, line in enumerate(lines, start=1)])
    return (
        [(each.section_number, each.heading, each.body) for each in kept],
        {row.row_number: row.rule_code for row in ignored},
    )


def test_numbers_of_sections_lie_in_one_another() -> None:
    kept, ignored = narrative(
        "BÁO CÁO",
        "I. Kết quả",
        "1. Tập huấn",
        "Mở 2 lớp.",
        "a) Nội dung",
        "Kỹ năng.",
        "2. Xuất bản",
        "II. Kiến nghị",
        "Không.",
    )

    assert kept == [
        ("I", "Kết quả", ""),
        ("I.1", "Tập huấn", "Mở 2 lớp."),
        ("I.1.a", "Nội dung", "Kỹ năng."),
        ("I.2", "Xuất bản", ""),
        ("II", "Kiến nghị", "Không."),
    ]
    assert ignored == {1: "document_heading"}


def test_a_number_with_its_section_before_it_is_not_written_twice() -> None:
    assert [section for section, _, _ in narrative("1. Một", "1.1. Hai", "1.2 Ba", "2. Bốn")[0]] == [
        "1",
        "1.1",
        "1.2",
        "2",
    ]


def test_a_numbered_sentence_is_text_without_a_heading() -> None:
    sentence = "Trong kỳ, đơn vị đã mở hai lớp tập huấn về thông tin đối ngoại."

    assert narrative(f"1. {sentence}")[0] == [("1", "", sentence)]


def test_a_styled_heading_needs_no_number() -> None:
    kept, _ = read_narrative([Paragraph(1, "Kết quả", 1), Paragraph(2, "Tốt."), Paragraph(3, "1. Tập huấn", 2)])

    assert [(each.section_number, each.heading, each.body) for each in kept] == [
        ("", "Kết quả", "Tốt."),
        ("1", "Tập huấn", ""),
    ]


@pytest.mark.parametrize("line", ["Nơi nhận:", "TM. ỦY BAN NHÂN DÂN", "KT. GIÁM ĐỐC", "Người lập biểu", "(Đã ký)"])
def test_from_the_signature_on_nothing_is_kept_until_a_section_begins_again(line: str) -> None:
    kept, ignored = narrative("I. Kết quả", "Tốt.", line, "Trần Thị Na", "II. Phụ lục", "Kèm theo.")

    assert kept == [("I", "Kết quả", "Tốt."), ("II", "Phụ lục", "Kèm theo.")]
    assert ignored == {3: "note_or_signature", 4: "note_or_signature"}


@pytest.mark.parametrize("line", ["Giám sát việc thực hiện.", "Kỳ họp thứ ba.", "Chú trọng chất lượng."])
def test_words_that_only_begin_like_a_signature_are_kept(line: str) -> None:
    assert narrative("I. Kết quả", line)[0] == [("I", "Kết quả", line)]


def test_a_document_without_sections_has_no_narrative() -> None:
    assert narrative("Kính gửi: Sở VHTTDL", "Mẫu số: T-COMMUNE") == ([], {1: "document_heading", 2: "document_heading"})
