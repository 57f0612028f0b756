"""The answer: the reporter's own workbook back, its mistakes marked, a receipt in front."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from include.readers.sandbox import shared_sandbox
from include.sources.agency_reports.answer import AnswerReceipt, Mistake, write_answer
from include.sources.agency_reports.sample_layouts import Page, save_ods

RED, AMBER = "FFFFC7CE", "FFFFE699"
RECEIPT = AnswerReceipt(
    number="BN-2026-000123",
    received_at=datetime(2026, 6, 10, 2, 5, tzinfo=UTC),
    unit_name="28249 - Phường Đạo Thạnh",
    period_name="6 tháng đầu năm 2026",
    verdict="quarantined",
    on_time=True,
    counts={"received": 10, "promoted": 0, "quarantined": 7, "ignored": 3},
    due_at=datetime(2026, 6, 14, 17, 0, tzinfo=UTC),
    file_name="BC.xlsx",
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "bc.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Báo cáo")
        bold = book.add_format({"bold": True, "num_format": "#,##0"})
        sheet.write_row(0, 0, ["STT", "Chỉ tiêu", "Số liệu"])
        for row in range(1, 6):
            sheet.write_row(row, 0, [row, f"Chỉ tiêu {row}", row * 10])
        sheet.write_number(3, 2, -3, bold)
        sheet.write_formula(6, 2, "=SUM(C2:C6)", None, 117)
        sheet.merge_range(8, 0, 9, 2, "Ô gộp")
        other = book.add_worksheet("Chi tiết")
        other.write_string(0, 0, "=không phải công thức")
        book.define_name("TTDN_MAU", '="T-COMMUNE"')
    return path


def answered(
    tmp_path: Path,
    original: Path | None,
    findings: Sequence[Mistake | tuple],
    receipt: AnswerReceipt = RECEIPT,
    name: str = "tra-loi.xlsx",
):
    target = tmp_path / name
    write_answer(original, target, receipt, findings)
    return openpyxl.load_workbook(target)


def texts(sheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]


def test_a_bad_cell_is_coloured_by_severity_and_says_what_is_wrong(tmp_path: Path, report: Path) -> None:
    book = answered(
        tmp_path,
        report,
        [
            ("block", "Báo cáo", "C4", "Số âm -3.", "Ghi số từ 0 trở lên."),
            ("warn", "Báo cáo", "C5", "Tăng gấp 1.000 lần."),
        ],
    )
    sheet = book["Báo cáo"]

    assert sheet["C4"].fill.fgColor.rgb == RED
    assert sheet["C4"].comment.text == "[Phải sửa] Số âm -3.\nCần làm: Ghi số từ 0 trở lên."
    assert sheet["C5"].fill.fgColor.rgb == AMBER
    assert sheet["C5"].comment.text == "[Xem lại] Tăng gấp 1.000 lần."
    assert sheet["C3"].fill.fgColor.rgb == "00000000"
    assert sheet["C3"].comment is None


def test_a_marked_cell_keeps_its_value_and_the_rest_of_its_look(tmp_path: Path, report: Path) -> None:
    cell = answered(tmp_path, report, [("block", "Báo cáo", "C4", "Số âm.")])["Báo cáo"]["C4"]

    assert (cell.value, cell.font.bold, cell.number_format) == (-3, True, "#,##0")


def test_several_mistakes_on_one_cell_share_one_comment_and_the_worst_comes_as_listed(
    tmp_path: Path, report: Path
) -> None:
    sheet = answered(
        tmp_path, report, [("block", "Báo cáo", "C4", "Số âm."), ("warn", "Báo cáo", "C4", "Khác kỳ trước.")]
    )["Báo cáo"]

    assert sheet["C4"].comment.text == "[Phải sửa] Số âm.\n[Xem lại] Khác kỳ trước."
    assert sheet["C4"].fill.fgColor.rgb == RED


def test_a_mark_inside_a_merged_range_goes_to_its_first_cell(tmp_path: Path, report: Path) -> None:
    sheet = answered(tmp_path, report, [("block", "Báo cáo", "C10", "Sai.")])["Báo cáo"]

    assert sheet["A9"].fill.fgColor.rgb == RED
    assert sheet["A9"].comment.text == "[Phải sửa] Sai."


def test_an_empty_cell_beyond_the_table_can_be_marked(tmp_path: Path, report: Path) -> None:
    sheet = answered(tmp_path, report, [("block", "Báo cáo", "B8", "Thiếu."), ("block", "Báo cáo", "F40", "Thiếu.")])

    assert [sheet["Báo cáo"][cell].fill.fgColor.rgb for cell in ("B8", "F40")] == [RED, RED]


def test_everything_that_was_not_marked_goes_back_byte_for_byte(tmp_path: Path, report: Path) -> None:
    answered(tmp_path, report, [("block", "Báo cáo", "C4", "Số âm.")])

    with zipfile.ZipFile(report) as before, zipfile.ZipFile(tmp_path / "tra-loi.xlsx") as after:
        for part in ("xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "docProps/core.xml", "xl/theme/theme1.xml"):
            assert after.read(part) == before.read(part)


def test_formulas_keep_their_results(tmp_path: Path, report: Path) -> None:
    answered(tmp_path, report, [("block", "Báo cáo", "C7", "Tổng không khớp.")])

    kept = openpyxl.load_workbook(tmp_path / "tra-loi.xlsx", data_only=True)["Báo cáo"]
    assert kept["C7"].value == 117


def test_the_receipt_stands_first_and_is_what_opens(tmp_path: Path, report: Path) -> None:
    book = answered(tmp_path, report, [("block", "Báo cáo", "C4", "Số âm.")])

    assert book.sheetnames == ["Trả lời", "Báo cáo", "Chi tiết"]
    assert book.active.title == "Trả lời"
    assert [bool(sheet.sheet_view.tabSelected) for sheet in book] == [True, False, False]
    assert book.defined_names["TTDN_MAU"].attr_text == '"T-COMMUNE"'


def test_the_receipt_gives_number_local_time_deadline_and_the_balance_of_rows(tmp_path: Path, report: Path) -> None:
    said = texts(answered(tmp_path, report, [])["Trả lời"])

    assert "BN-2026-000123" in said
    assert "10/06/2026 09:05" in said
    assert "đúng hạn" in said
    assert "trước ngày 15/06/2026 (chậm nhất hết ngày 14/06/2026)" in said
    assert any(text.startswith("10 dòng đọc được = 0 đã ghi nhận + 7 giữ lại chờ sửa + 3 bỏ qua") for text in said)
    assert any(text.startswith("CHƯA TIẾP NHẬN") for text in said)


@pytest.mark.parametrize(
    ("received_at", "words"),
    [
        (datetime(2026, 6, 14, 17, 0, tzinfo=UTC), "quá hạn 1 ngày"),
        (datetime(2026, 6, 16, 16, 59, tzinfo=UTC), "quá hạn 2 ngày"),
        (datetime(2026, 6, 16, 17, 0, tzinfo=UTC), "quá hạn 3 ngày"),
    ],
)
def test_lateness_is_told_in_days_of_the_calendar_in_viet_nam(
    tmp_path: Path, received_at: datetime, words: str
) -> None:
    receipt = replace(RECEIPT, received_at=received_at, on_time=False)

    assert words in texts(answered(tmp_path, None, [], receipt)["Trả lời"])


def test_without_a_known_period_nothing_is_said_about_the_deadline(tmp_path: Path) -> None:
    receipt = replace(RECEIPT, on_time=None, due_at=None, period_name="", unit_name="", counts={}, verdict="rejected")

    said = texts(answered(tmp_path, None, [("block", None, None, "Không đọc được tệp.")], receipt)["Trả lời"])

    assert said.count("chưa xác định được") == 2
    assert not any("đúng hạn" in text or "quá hạn" in text or "Hạn nộp" in text for text in said)


def test_every_mistake_is_listed_with_a_link_to_its_cell(tmp_path: Path, report: Path) -> None:
    sheet = answered(
        tmp_path,
        report,
        [
            Mistake("block", "Báo cáo", "C4", "Số âm.", "Ghi lại."),
            Mistake("warn", None, None, "Thiếu số văn bản."),
            Mistake("warn", "Không có trang này", "A1", "Lạ."),
        ],
    )["Trả lời"]
    head = next(row for row in range(1, 40) if sheet.cell(row, 1).value == "STT")
    lines = [[sheet.cell(row, column).value for column in range(1, 7)] for row in range(head + 1, head + 4)]

    assert lines[0] == ["1", "Phải sửa", "Báo cáo", "C4", "Số âm.", "Ghi lại."]
    assert lines[1][:5] == ["2", "Xem lại", "cả tệp", "–", "Thiếu số văn bản."]
    assert sheet.cell(head + 1, 4).hyperlink.location == "'Báo cáo'!C4"
    assert sheet.cell(head + 3, 4).hyperlink is None


def test_an_apostrophe_in_a_sheet_name_does_not_break_its_link(tmp_path: Path) -> None:
    path = tmp_path / "bc.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Quý I'26").write(0, 0, 1)

    sheet = answered(tmp_path, path, [("block", "Quý I'26", "A1", "Sai.")])["Trả lời"]

    links = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'Quý I''26'!A1"]


def test_the_place_is_not_repeated_in_the_sentence(tmp_path: Path, report: Path) -> None:
    said = "Trang “Báo cáo”, ô C4: ghi số âm. Ghi số từ 0 trở lên."

    book = answered(
        tmp_path, report, [("block", "Báo cáo", "C4", said), ("block", "Báo cáo", "C5", "Trang “Khác”, ô A1: x")]
    )

    assert book["Báo cáo"]["C4"].comment.text == "[Phải sửa] Ghi số âm. Ghi số từ 0 trở lên."
    assert {"Ghi số âm. Ghi số từ 0 trở lên.", "Trang “Khác”, ô A1: x"} <= set(texts(book["Trả lời"]))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+84",
        "-2",
        "@SUM(A1)",
        "<script>alert(1)</script>",
        "</t></is>",
        "a & b",
        "{{7*7}}",
        "\x1b[31mđỏ\x00",
        "\ud800",
    ],
)
def test_text_from_strangers_is_shown_as_it_is_and_never_runs(tmp_path: Path, report: Path, text: str) -> None:
    book = answered(tmp_path, report, [("block", "Báo cáo", "C4", text, text)], replace(RECEIPT, file_name=text))
    shown = "".join(letter for letter in text if letter.isprintable() and letter != "\ud800")

    cells = [cell for row in book["Trả lời"].iter_rows() for cell in row if cell.value == shown]
    assert len(cells) == 3
    assert all(cell.data_type in ("s", "inlineStr") for cell in cells)
    assert book["Báo cáo"]["C4"].comment.text == f"[Phải sửa] {shown}\nCần làm: {shown}"


def test_a_corrected_answer_sent_back_loses_the_old_receipt_and_the_old_marks(tmp_path: Path, report: Path) -> None:
    answered(tmp_path, report, [("block", "Báo cáo", "C4", "Số âm."), ("block", "Báo cáo", "C5", "Sai.")])

    book = answered(tmp_path, tmp_path / "tra-loi.xlsx", [("warn", "Báo cáo", "C5", "Xem lại.")], name="lan-hai.xlsx")

    assert book.sheetnames == ["Trả lời", "Báo cáo", "Chi tiết"]
    assert book["Báo cáo"]["C4"].comment is None
    assert book["Báo cáo"]["C4"].fill.fgColor.rgb == "00000000"
    assert book["Báo cáo"]["C5"].comment.text == "[Xem lại] Xem lại."
    assert book["Báo cáo"]["C5"].fill.fgColor.rgb == AMBER


def test_comments_of_the_reporter_stay(tmp_path: Path, report: Path) -> None:
    book = openpyxl.load_workbook(report)
    book["Báo cáo"]["C3"].comment = Comment("Số của quý I", "Đơn vị")
    book["Báo cáo"]["C4"].comment = Comment("Đang chờ", "Đơn vị")
    own = tmp_path / "co-ghi-chu.xlsx"
    book.save(own)

    sheet = answered(tmp_path, own, [("block", "Báo cáo", "C4", "Số âm.")])["Báo cáo"]

    assert sheet["C3"].comment.text == "Số của quý I"
    assert sheet["C4"].comment.text == "Đang chờ\n[Phải sửa] Số âm."


def test_names_that_belong_to_a_sheet_follow_it_when_it_moves(tmp_path: Path, report: Path) -> None:
    book = openpyxl.load_workbook(report)
    book["Báo cáo"].print_title_rows = "1:1"
    own = tmp_path / "in.xlsx"
    book.save(own)

    answer = answered(tmp_path, own, [])

    assert answer["Báo cáo"].print_title_rows == "$1:$1"
    assert answer["Trả lời"].print_title_rows is None


def test_of_an_ods_report_the_values_are_copied_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "bc.ods"
    save_ods([Page("Báo cáo", [["Chỉ tiêu", "Số liệu", "Ngày"], ["=1+1", -3, date(2026, 6, 1)]])], path)

    book = answered(tmp_path, path, [("block", "Báo cáo", "B2", "Số âm.")])

    assert book.sheetnames == ["Trả lời", "Báo cáo"]
    sheet = book["Báo cáo"]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["B2"].value, sheet["C2"].value) == (
        "=1+1",
        "s",
        -3,
        "01/06/2026",
    )
    assert sheet["B2"].fill.fgColor.rgb == RED
    assert any(cell.hyperlink for row in book["Trả lời"].iter_rows() for cell in row)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 nothing", b"%PDF-1.7"])
def test_a_file_that_cannot_be_opened_is_answered_by_the_receipt_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hong.xlsx"
    path.write_bytes(content)

    book = answered(tmp_path, path, [("block", None, None, "Không mở được tệp.")], replace(RECEIPT, verdict="rejected"))

    assert book.sheetnames == ["Trả lời"]
    assert "Không mở được tệp." in texts(book["Trả lời"])


def test_nothing_of_a_secret_file_comes_back(tmp_path: Path, report: Path) -> None:
    receipt = replace(RECEIPT, verdict="refused_secret", counts={}, file_name="")

    book = answered(tmp_path, report, [("block", "Báo cáo", "C4", "Tệp có dấu mật.")], receipt)

    assert book.sheetnames == ["Trả lời"]
    with zipfile.ZipFile(tmp_path / "tra-loi.xlsx") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Chỉ tiêu" not in content


def repacked(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.pop(name, None) or old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return target


def test_macros_are_never_handed_on(tmp_path: Path, report: Path) -> None:
    path = repacked(report, tmp_path / "macro.xlsx", {"xl/vbaProject.bin": b"Sub AutoOpen()"})

    answered(tmp_path, path, [], replace(RECEIPT, verdict="rejected"))

    with zipfile.ZipFile(tmp_path / "tra-loi.xlsx") as archive:
        assert not [name for name in archive.namelist() if "vba" in name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_part_are_not_expanded(tmp_path: Path, report: Path, encoding: str) -> None:
    with zipfile.ZipFile(report) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    evil = '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    body = sheet.split("?>", 1)[1]
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    path = repacked(report, tmp_path / "xxe.xlsx", {"xl/worksheets/sheet1.xml": (head + evil + body).encode(encoding)})

    book = answered(tmp_path, path, [("block", "Báo cáo", "C4", "Số âm.")])

    assert book.sheetnames == ["Trả lời"]


def test_five_thousand_lines_with_a_thousand_mistakes_are_answered(tmp_path: Path) -> None:
    path = tmp_path / "lon.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Báo cáo")
        for row in range(5_000):
            sheet.write_row(row, 0, [row, "Chỉ tiêu", -row])
    findings = [("block", "Báo cáo", f"C{row}", "Số âm.") for row in range(2, 2_502)]

    answer = answered(tmp_path, path, findings)
    sheet = answer["Báo cáo"]

    assert [sheet[f"C{row}"].fill.fgColor.rgb for row in (2, 2_501, 2_502)] == [RED, RED, "00000000"]
    assert sum(1 for (cell,) in sheet["C1:C5000"] if cell.comment) == 2_000
    assert "… và 500 điểm khác cùng loại." in texts(answer["Trả lời"])


def test_the_answer_can_be_written_in_the_sandbox(tmp_path: Path, report: Path) -> None:
    target = tmp_path / "trong-hop.xlsx"

    shared_sandbox().run(
        "include.sources.agency_reports.answer:write_answer",
        str(report),
        str(target),
        RECEIPT,
        [("block", "Báo cáo", "C4", "Số âm.")],
    )

    assert openpyxl.load_workbook(target)["Báo cáo"]["C4"].fill.fgColor.rgb == RED
