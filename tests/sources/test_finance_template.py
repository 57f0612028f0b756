"""The registers that are sent out: the right columns for the right bodies, locked where they must be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from include.calendar.periods import load_periods
from include.cli import main
from include.errors import SourceContractError
from include.reference import load_reference
from include.sources.agency_reports import labels
from include.sources.project_workbooks.layout import load_register, register_contracts
from include.sources.project_workbooks.template import write_registers
from tests.sources.registers import FACTORY, GRANT, ROAD, fill, read, register_of, told

HALF_YEAR = load_periods()["2026-06T"]
SOURCES = ("finance_fdi", "finance_ngo", "finance_oda")

PRINTED = {
    "finance_fdi": [
        "STT",
        "Mã số dự án",
        "Tên dự án",
        "Đối tác (nước, vùng lãnh thổ)",
        "Ngành (VSIC cấp 1)",
        "Khu (trong/ngoài KCN)",
        "Xã, phường",
        "Ngày cấp / điều chỉnh",
        "Dự án cấp mới (x)",
        "Vốn đăng ký cấp mới (triệu USD)",
        "Lượt điều chỉnh",
        "Vốn điều chỉnh (triệu USD, có thể âm)",
        "Lượt GVMCP",
        "Giá trị GVMCP (triệu USD)",
        "Vốn thực hiện (triệu USD)",
        "Ghi chú",
    ],
    "finance_oda": [
        "STT",
        "Mã số",
        "Tên chương trình, dự án",
        "Nhà tài trợ",
        "Loại (không hoàn lại / vay)",
        "Cấp phát / vay lại",
        "Lĩnh vực",
        "Xã, phường",
        "Đang thực hiện (x)",
        "Ngày ký",
        "Nguyên tệ",
        "Giá trị ký kết trong kỳ (nguyên tệ, triệu)",
        "Kế hoạch vốn nước ngoài năm (tỷ đồng)",
        "Giải ngân vốn nước ngoài (tỷ đồng)",
        "Vốn chuyển nguồn (tỷ đồng)",
        "Ghi chú",
    ],
    "finance_ngo": [
        "STT",
        "Mã số",
        "Tên khoản viện trợ",
        "Bên tài trợ (tổ chức)",
        "Nước",
        "Lĩnh vực",
        "Loại (dự án / phi dự án)",
        "Hình thức (tiền / hiện vật)",
        "Xã, phường",
        "Ngày phê duyệt",
        "Nguyên tệ",
        "Giá trị cam kết (nguyên tệ, nghìn)",
        "Giải ngân (nguyên tệ, nghìn)",
        "Ghi chú",
    ],
}


def header_row(sheet: openpyxl.worksheet.worksheet.Worksheet) -> int:
    return next(row for row in range(1, 40) if sheet.cell(row, 1).value == "STT")


def test_each_body_that_keeps_a_register_gets_its_workbook_and_no_other(tmp_path: Path) -> None:
    written = write_registers("2026-06T", tmp_path / "so")

    assert sorted(path.name for path in written) == [
        "SoFDI_2026-06T_BQLKKT_Ban-Quan-ly-Khu-kinh-te-cac-khu-cong-nghiep-tinh.xlsx",
        "SoFDI_2026-06T_STC_So-Tai-chinh.xlsx",
        "SoODA_2026-06T_STC_So-Tai-chinh.xlsx",
        "SoPCPNN_2026-06T_LHHN_Lien-hiep-cac-to-chuc-huu-nghi-tinh.xlsx",
        "SoPCPNN_2026-06T_STC_So-Tai-chinh.xlsx",
    ]
    assert all(path.is_file() for path in written)


def test_the_command_writes_the_registers_beside_the_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    some = [load_reference().units["STC"]]
    monkeypatch.setattr("include.sources.agency_reports.template.reporters", lambda *_: some)

    assert main(["templates", "2026-NAM", "--to", str(tmp_path / "mau"), "--json"]) == 0

    written = json.loads(capsys.readouterr().out)
    assert [Path(path).name for path in written["templates"]] == ["BC_2026-NAM_STC_So-Tai-chinh.xlsx"]
    assert [Path(path).relative_to(tmp_path).parts[:2] for path in written["registers"]] == [("mau", "so-du-an")] * 5
    assert all(Path(path).is_file() for path in written["registers"])


def test_an_ad_hoc_request_goes_to_the_bodies_asked_only() -> None:
    asked = replace(HALF_YEAR, only_units=("LHHN", "28249"))

    assert [unit.code for unit in register_of("finance_ngo").bodies(asked, load_reference())] == ["LHHN"]
    assert register_of("finance_fdi").bodies(asked, load_reference()) == ()


@pytest.mark.parametrize("source", SOURCES)
def test_the_register_prints_its_columns_with_their_units(tmp_path: Path, source: str) -> None:
    sheet = openpyxl.load_workbook(fill(tmp_path, source)).worksheets[0]

    assert [cell.value for cell in sheet[header_row(sheet)]] == PRINTED[source]


@pytest.mark.parametrize("source", SOURCES)
def test_the_heading_says_whose_register_it_is_and_leaves_day_and_post_to_fill(tmp_path: Path, source: str) -> None:
    register = register_of(source)
    book = openpyxl.load_workbook(fill(tmp_path, source, heading={"cut_off_date": ""}))
    sheet = book.worksheets[0]
    stated = {
        sheet.cell(row, column).value: sheet.cell(row, column + gap).value
        for row in range(4, 12)
        for column, gap in ((1, 2), (6, 2))
    }

    assert stated["Mẫu số"] == f"{register.template}, phiên bản 2026.1"
    assert stated["Đơn vị báo cáo"] == "STC - Sở Tài chính"
    assert stated["Kỳ báo cáo"] == "2026-06T - 6 tháng đầu năm 2026"
    assert stated["Số liệu từ ngày"].date() == date(2026, 1, 1)
    assert stated["Độ mật"] == "không"
    assert [stated["Ngày chốt số liệu"], stated["Người lập biểu (chức vụ)"]] == [None, None]
    assert {name: book.defined_names[name].value for name in ("TTDN_MAU", "TTDN_DON_VI", "TTDN_KY")} == {
        "TTDN_MAU": f'"{register.template}"',
        "TTDN_DON_VI": '"STC"',
        "TTDN_KY": '"2026-06T"',
    }


def test_the_lists_are_very_hidden_and_the_guide_is_not(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(fill(tmp_path, "finance_fdi"))

    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        ("Sổ FDI", "visible"),
        (labels.GUIDE_SHEET, "visible"),
        (labels.LISTS_SHEET, "veryHidden"),
    ]


def test_only_the_cells_to_fill_are_unlocked(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(fill(tmp_path, "finance_fdi")).worksheets[0]
    top = header_row(sheet)

    assert sheet.protection.sheet
    assert [sheet.cell(top + 3, column).protection.locked for column in (1, 2, 10, 16)] == [True, False, False, False]
    assert all(cell.protection.locked for cell in sheet[top])
    assert all(cell.protection.locked for cell in sheet[top + 2])


def test_drop_downs_offer_exactly_what_the_reader_takes(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(fill(tmp_path, "finance_fdi"))
    lists = book[labels.LISTS_SHEET]
    offered = [[cell.value for cell in column if cell.value] for column in lists.columns]

    assert [len(each) for each in offered[:4]] == [
        len(load_reference().code_lists["country"]),
        21,
        2,
        103,  # 102 communes and the whole province
    ]
    assert offered[2] == ["Trong khu kinh tế, khu công nghiệp", "Ngoài khu kinh tế, khu công nghiệp"]


def test_the_total_row_is_a_formula_and_amounts_in_several_currencies_have_none(tmp_path: Path) -> None:
    fdi, oda = (
        openpyxl.load_workbook(fill(tmp_path, source)).worksheets[0] for source in ("finance_fdi", "finance_oda")
    )
    total = header_row(fdi) + 2

    assert fdi.cell(total, 1).value == "TỔNG CỘNG"
    assert [fdi.cell(total, column).value for column in (9, 10, 11)] == [
        f'=COUNTIF(I{total + 1}:I{total + 60},"x")',
        f"=SUM(J{total + 1}:J{total + 60})",
        f"=SUM(K{total + 1}:K{total + 60})",
    ]
    assert oda.cell(header_row(oda) + 2, 12).value is None
    assert str(oda.cell(header_row(oda) + 2, 13).value).startswith("=SUM(M")


def test_text_that_looks_like_a_formula_or_a_link_stays_text(tmp_path: Path) -> None:
    path = fill(tmp_path, "finance_fdi", {**FACTORY, "title": "=1+1", "note": "http://example.org/"})
    sheet = openpyxl.load_workbook(path).worksheets[0]
    line = header_row(sheet) + 3

    assert (sheet.cell(line, 3).value, sheet.cell(line, 3).data_type) == ("=1+1", "s")
    assert sheet.cell(line, 16).hyperlink is None


@pytest.mark.parametrize(("source", "line"), [("finance_fdi", FACTORY), ("finance_oda", ROAD), ("finance_ngo", GRANT)])
def test_the_same_register_is_written_with_the_same_bytes(tmp_path: Path, source: str, line: dict) -> None:
    first, second = fill(tmp_path / "a", source, line), fill(tmp_path / "b", source, line)

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("source", SOURCES)
def test_a_register_sent_back_blank_says_that_nothing_is_in_it(tmp_path: Path, source: str) -> None:
    reading = read(source, fill(tmp_path, source))

    assert told(reading)[0] == ("FINANCE_NO_PROJECTS", None)


def test_there_is_a_register_for_each_of_the_three_flows_and_none_in_the_shared_folder() -> None:
    assert [path.parent.name for path in register_contracts()] == list(SOURCES)
    assert [register_of(source).flow for source in SOURCES] == ["fdi", "ngo", "oda"]


def test_a_column_of_a_kind_nobody_knows_is_a_mistake_in_the_contract(tmp_path: Path) -> None:
    contract = (Path(register_contracts()[0])).read_text(encoding="utf-8").replace("kind: tick", "kind: tock")
    (tmp_path / "source.yml").write_text(contract, encoding="utf-8")

    with pytest.raises(SourceContractError, match="tock"):
        load_register(tmp_path / "source.yml")
