"""Personal data is told by its cell and kind; money, codes and dates are let alone."""

from __future__ import annotations

import pytest

from include.calendar.periods import load_periods
from include.readers.grid import LooseText
from include.readers.personal_data import (
    ACCOUNT_LINK,
    BANK_ACCOUNT,
    BIRTH_DATE,
    EMAIL,
    IDENTITY_NUMBER,
    PERSONAL_TAX_CODE,
    PHONE,
    PersonalData,
    find_name_list,
    find_personal_data,
    is_person_name,
    kinds_in_text,
    mask_file_name,
    mask_personal_data,
)
from include.reference import load_reference
from include.sources.agency_reports.template import file_name
from tests.unit.reader_files import sheet_of, workbook_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0912345678", PHONE),
        ("Liên hệ: 0912 345 678 (ông A)", PHONE),
        ("091.234.5678", PHONE),
        ("+84 912 345 678", PHONE),
        ("+84912345678", PHONE),
        ("0277.3851.234", PHONE),
        ("(0277) 385 1234", PHONE),
        ("zalo 0987-654-321", PHONE),
        ("087123456789", IDENTITY_NUMBER),
        ("CCCD: 087 203 001 234", IDENTITY_NUMBER),
        ("Số CMND 341234567", IDENTITY_NUMBER),
        ("Hộ chiếu số C1234567", IDENTITY_NUMBER),
        ("nguyenvana@example.com", EMAIL),
        ("Gửi về a.b-c@dongthap.gov.vn nhé", EMAIL),
        ("https://www.facebook.com/nguyenvana", ACCOUNT_LINK),
        ("fb.com/trang.cua.toi", ACCOUNT_LINK),
        ("zalo.me/0912", ACCOUNT_LINK),
        ("tiktok.com/@kenh", ACCOUNT_LINK),
        ("youtube.com/@kenh", ACCOUNT_LINK),
        ("https://x.com/ai", ACCOUNT_LINK),
        ("STK 0123456789012 Vietcombank", BANK_ACCOUNT),
        ("Nguyễn Văn An, sinh ngày 12/03/1985", BIRTH_DATE),
        ("Trần Thị Bích - sinh năm 1990", BIRTH_DATE),
        ("MST cá nhân: 8012345678", PERSONAL_TAX_CODE),
        ("số sổ BHXH 8712345678", PERSONAL_TAX_CODE),
    ],
)
def test_personal_data_is_seen(text: str, kind: str) -> None:
    assert kind in kinds_in_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "1.234.567.890",
        "123456789012",
        "912345678",
        "120000000000 đồng",
        "912.345.678 đồng",
        "0,912345678",
        "0.912345678",
        "14/06/2026",
        "01/01/2026 - 14/06/2026",
        "Số: 05/BC-UBND ngày 10/06/2026",
        "Số 0912345678/QĐ-UBND",
        "2026-06T",
        "00004",
        "0871234567890123",
        "999123456789",
        "000.00.16.H18",
        "Trang facebook.com của đơn vị",
        "https://dongthap.gov.vn/facebook.com",
        "youtube.com/watch?v=abc",
        "vietnam.vn/dong-thap",
        "Số lớp @ cấp xã",
        "Mã MED01.language.vi",
        "QĐ số 3326/SGDĐT-GDPT",
        "MST 1400123456",
        "Tổng đài 1900 1234",
        "Tỷ suất sinh năm 2025",
        "Số sinh viên năm 2025",
    ],
)
def test_money_codes_and_dates_are_no_personal_data(text: str) -> None:
    assert kinds_in_text(text) == ()


def test_each_finding_names_its_cell_and_nothing_of_the_data() -> None:
    workbook = workbook_of(
        sheet_of([["Chỉ tiêu", "Ghi chú"], ["Số lớp", "gọi 0912345678 hoặc a@b.vn"]]),
        loose_texts=(LooseText("comment", "Báo cáo", "0987654321"), LooseText("property", None, "0987654321")),
    )

    assert find_personal_data(workbook) == (
        PersonalData("Báo cáo", "B2", EMAIL),
        PersonalData("Báo cáo", "B2", PHONE),
        PersonalData("Báo cáo", "", PHONE),
    )


def test_a_true_number_counts_only_under_a_heading_that_says_so() -> None:
    rows = [
        ["Họ tên", "Số điện thoại", "CCCD", "Kinh phí"],
        ["A", 912345678, 87203001234, 912345678],
        ["B", 12, 7, 87203001234],
    ]

    assert find_personal_data(workbook_of(sheet_of(rows))) == (
        PersonalData("Báo cáo", "B2", PHONE),
        PersonalData("Báo cáo", "C2", IDENTITY_NUMBER),
    )


def test_what_is_masked_says_what_it_was_and_the_rest_stays() -> None:
    assert (
        mask_personal_data("gọi 0912 345 678 hoặc a@b.vn, CCCD 087203001234, fb.com/abc xong")
        == "gọi (số điện thoại) hoặc (địa chỉ thư điện tử), (số định danh cá nhân),"
        " (liên kết tài khoản mạng xã hội) xong"
    )
    assert mask_personal_data("123456789012 đồng, 45/KH-UBND") == "123456789012 đồng, 45/KH-UBND"


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Văn A",
        "1. Trần Thị Bích Ngọc",
        "LÊ VĂN TÁM",
        "Hồ Thị Kỷ",
        "Ông Phạm Minh Đức",
        "Nguyen Van An",
        "Đỗ Thị H.",
        "Dương Minh Khoa",
    ],
)
def test_a_personal_name_is_one(name: str) -> None:
    assert is_person_name(name)


@pytest.mark.parametrize(
    "name",
    "Hoàng Sa|Phan Thiết|Hồ Ba Bể|Lý Sơn|Mai Châu|Cao Lãnh|Hà Nội|Tân Hồng|Công ty Hoàng Anh|Đoàn Đại Sứ Quán Lào"
    "|Trần Group|Le Monde|Đường Nguyễn Huệ|Vũ Trang Nhân Dân"
    "|Kim Long|Dương Tơ|Dương Minh Châu|Châu Thành Commune|Nguyễn|nguyễn văn a|Tổng số|Sở Tài chính".split("|"),
)
def test_a_place_a_firm_or_a_delegation_is_none(name: str) -> None:
    assert not is_person_name(name)


def test_no_reporting_unit_is_taken_for_a_person() -> None:
    assert [unit.name_vi for unit in load_reference().units.values() if is_person_name(unit.name_vi)] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn A - báo cáo", "(tên người) - báo cáo"),
        ("BC 6 tháng (Trần Thị Bích) lần 2", "BC 6 tháng ((tên người)) lần 2"),
        ("BC_Lê Hữu Chí_2026", "BC_(tên người)_2026"),
        ("NguyenVanAn_BC", "(tên người)_BC"),
        ("ĐặngThịHoa", "(tên người)"),
        ("Ông Phạm Minh Đức", "(tên người)"),
        ("0912345678, Nguyễn Văn A", "(số điện thoại), (tên người)"),
    ],
)
def test_a_persons_name_that_stands_apart_in_the_name_of_a_file_is_replaced(name: str, shown: str) -> None:
    assert mask_file_name(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        "BC Trường THPT Nguyễn Quang Diêu",
        "Đường Nguyễn Huệ - phụ lục",
        "Phan Thiết - Hoàng Sa",
        "Vũ trang_Phạm vi",
        "BaoCaoThongTinDoiNgoai",
        "2026-06T Sở Tài chính (lần 2)",
    ],
)
def test_another_name_of_a_file_stays_as_it_is(name: str) -> None:
    assert mask_file_name(name) == name


def test_no_reporting_units_name_and_no_form_sent_out_is_changed() -> None:
    units, periods = load_reference().units.values(), load_periods().values()
    names = [name for unit in units for name in (unit.name_vi, *(file_name(unit, period) for period in periods))]

    assert [name for name in names if mask_file_name(name.removesuffix(".xlsx")) != name.removesuffix(".xlsx")] == []


PEOPLE = ["Nguyễn Văn An", "Trần Thị Bích", "Lê Hữu Chí", "Phạm Ngọc Dung", "Võ Minh Em"]


def test_a_list_of_people_is_found_in_a_column_a_row_and_a_cell() -> None:
    column = [[number, name] for number, name in enumerate(PEOPLE, 1)]

    assert find_name_list(workbook_of(sheet_of(column))) == ("Báo cáo", "B1")
    assert find_name_list(workbook_of(sheet_of([PEOPLE]))) == ("Báo cáo", "A1")
    assert find_name_list(workbook_of(sheet_of([["Thành phần: "], ["; ".join(PEOPLE)]]))) == ("Báo cáo", "A2")
    assert find_name_list(workbook_of(sheet_of([["Họ và tên"], *([name] for name in PEOPLE[:3])]))) == ("Báo cáo", "A2")


def test_fewer_people_the_same_person_or_streets_are_no_list() -> None:
    assert find_name_list(workbook_of(sheet_of([[name] for name in PEOPLE[:4]]))) is None
    assert find_name_list(workbook_of(sheet_of([["Họ và tên"], *([name] for name in PEOPLE[:2])]))) is None
    assert find_name_list(workbook_of(sheet_of([[PEOPLE[0]] for _ in range(9)]))) is None
    assert find_name_list(workbook_of(sheet_of([["Tên đường"], *([name] for name in PEOPLE)]))) is None
