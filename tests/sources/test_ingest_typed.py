"""Reports typed by hand through the whole gate: what is held, what is told, what comes back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.sources.test_ingest import Office, office, texts
from tests.sources.typed import BUDGET, NEWS, Page, line, rows_of, save_ods, save_xls, save_xlsx

__all__ = ["office"]

STAFF = "Đã bố trí nhân sự phụ trách TTĐN"
RED = "FFFFC7CE"
FINANCE = [
    ["Mẫu số: T-FIN, phiên bản 2026.1"],
    ["Đơn vị báo cáo: STC - Sở Tài chính"],
    ["Kỳ báo cáo: 2026-06T"],
    ["Ngày chốt số liệu: 08/06/2026"],
    ["Số, ký hiệu: 12/BC-STC"],
]


def message_at(result, cell: str) -> str:  # type: ignore[no-untyped-def]
    return "\n".join(str(told["text"]) for told in result.messages if told["cell"] == cell)


def test_a_line_nobody_knows_is_held_with_its_name_and_cell(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    save_xlsx(path, [Page(rows_of(line(NEWS, 12), line("Số bài hay", 4), line("Số bài rất hay", 5)))])

    [result] = office.receive(path)

    assert (result.verdict, result.code) == ("quarantined", "LINE_UNKNOWN")
    assert "dòng “Số bài hay” không thuộc biểu mẫu" in message_at(result, "D11")
    assert "dòng “Số bài rất hay” không thuộc biểu mẫu" in message_at(result, "D12")
    held = office.ask("select measure_code, cell, rule_codes from quarantine.observation order by line_number")
    assert held == [("MED01", "D10", ["FILE"]), ("?", "D11", ["R-01"]), ("?", "D12", ["R-01"])]
    assert result.counts["received"] == result.counts["quarantined"] + result.counts["ignored"]


def test_where_partial_loads_are_allowed_an_unknown_line_waits_alone(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    lines = [
        line("Dự án FDI cấp mới", 2, "dự án"),
        line("Dự án trọng điểm", 1, "dự án"),
        line(BUDGET, 35, "triệu đồng"),
    ]
    save_xlsx(path, [Page(rows_of(*lines, heading=FINANCE))])

    [result] = office.receive(path)

    assert (result.verdict, result.code) == ("loaded", "PARTIAL")
    assert (result.counts["promoted"], result.counts["quarantined"]) == (2, 1)
    assert office.ask("select measure_code, cell from quarantine.observation") == [("?", "D8")]
    assert office.ask("select measure_code from warehouse.observation order by 1") == [("BUD02",), ("FDI01",)]


def test_all_mistakes_of_a_typed_report_are_told_at_once_each_at_its_cell(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = rows_of(
        line(NEWS, "1.234"),
        line("Lớp tập huấn, bồi dưỡng", -2, "lớp"),
        line("Sản phẩm số", 2.5, "sản phẩm"),
        line(STAFF, "x", "có/không"),
        line(BUDGET, "2 tỷ", "triệu đồng"),
        line("Hoạt động tuyên truyền biển, đảo", "#REF!", "hoạt động"),
        line("Số loạt ảnh", 1),
        line("Tin, bài phản bác, cải chính", "5/6"),
    )
    save_xlsx(path, [Page(rows)])

    [result] = office.receive(path)

    assert result.verdict == "quarantined"
    expected = {
        "D10": "1.234",
        "D11": "số âm",
        "D12": "số nguyên",
        "D13": "câu trả lời “x” không có trong danh sách lựa chọn. Chọn một trong: Có; Không.",
        "D14": "“2.000” nếu đúng là 2 tỷ",
        "D15": "#REF!",
        "D16": "Số loạt ảnh",
        "D17": "5/6",
    }
    for cell, words in expected.items():
        assert words in message_at(result, cell), cell
    assert texts(result).count("Trang “Sheet1”, ô D1") >= len(expected)


@pytest.mark.parametrize("form", ["xls", "ods"])
def test_the_answer_to_another_format_holds_the_reporters_cells_with_the_bad_one_marked(
    office: Office, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"bao cao.{form}"
    {"xls": save_xls, "ods": save_ods}[form](path, [Page(rows_of(line(NEWS, -3), line("Lớp tập huấn, bồi dưỡng", 1)))])

    [result] = office.receive(path)

    assert result.verdict == "quarantined"
    answer = openpyxl.load_workbook(str(result.answer))
    sheet = answer["Sheet1"]
    assert (sheet["B10"].value, sheet["D10"].value, sheet["D11"].value) == (NEWS, -3, 1)
    assert sheet["D10"].fill.fgColor.rgb == RED
    assert "số âm" in sheet["D10"].comment.text
    assert sheet["D11"].comment is None


def test_an_answer_corrected_and_sent_back_is_read_as_the_report_it_holds(office: Office, tmp_path: Path) -> None:
    first = tmp_path / "bao cao.ods"
    save_ods(first, [Page(rows_of(line(NEWS, -3)))])
    [held] = office.receive(first)
    answer = openpyxl.load_workbook(str(held.answer))
    answer["Sheet1"]["D10"] = 3
    corrected = tmp_path / "da sua.xlsx"
    answer.save(corrected)

    [result] = office.receive(corrected)

    assert result.verdict == "loaded", texts(result)
    assert office.ask("select measure_code, value, cell from warehouse.observation") == [("MED01", 3, "D10")]
