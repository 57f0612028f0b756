"""Personal data is told by its cell and kind; money, codes and dates are let alone."""

from __future__ import annotations

import pytest

from include.readers.grid import LooseText
from include.readers.personal_data import (
    ACCOUNT_LINK,
    BANK_ACCOUNT,
    EMAIL,
    IDENTITY_NUMBER,
    PHONE,
    PersonalData,
    find_personal_data,
    kinds_in_text,
)
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
