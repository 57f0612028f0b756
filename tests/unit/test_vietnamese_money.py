"""Unit lines into base unit and factor."""

from __future__ import annotations

from decimal import Decimal

import pytest

from include.vietnamese.money import find_stated_money, find_unit, read_unit


@pytest.mark.parametrize(
    ("text", "base_unit", "factor"),
    [
        ("triệu đồng", "VND", 10**6),
        ("Triệu USD", "USD", 10**6),
        ("nghìn USD", "USD", 10**3),
        ("1000 USD", "USD", 10**3),
        ("tỷ đồng", "VND", 10**9),
        ("tỉ đồng", "VND", 10**9),
        ("nghìn tỷ đồng", "VND", 10**12),
        ("đồng", "VND", 1),
        ("VNĐ", "VND", 1),
        ("US$", "USD", 1),
        ("Triệu đô la Mỹ", "USD", 10**6),
        ("tr.đ", "VND", 10**6),
        ("trđ", "VND", 10**6),
        ("1.000đ", "VND", 10**3),
        ("1.000.000 đồng", "VND", 10**6),
        ("ĐVT: triệu đồng", "VND", 10**6),
        ("(Đơn vị tính: Tỷ đồng)", "VND", 10**9),
        ("ĐVT; Triệu đồng", "VND", 10**6),
        ("§¬n vÞ tÝnh: TriÖu ®ång", "VND", 10**6),
        ("\u00a0" * 20 + "Đơn vị tính: Tỷ đồng", "VND", 10**9),
        ("Tỷ đồng - Billions of dong", "VND", 10**9),
        ("tin, bài", "tin, bài", 1),
        ("(Dự án)", "dự án", 1),
        ("nghìn lượt", "lượt", 10**3),
        ("%", "%", 1),
        ("trang", "trang", 1),
        ("đoàn", "đoàn", 1),
        ("có/không", "có/không", 1),
        ("USD/người", "usd/người", 1),
    ],
)
def test_a_unit_is_read_into_its_base_and_factor(text, base_unit, factor):
    assert read_unit(text) == (base_unit, Decimal(factor))


@pytest.mark.parametrize(
    "text", ["", "ĐVT:", "triệu", "Nghìn tấn; Triệu USD", "triệu đồng, triệu USD", "Đồng/Triệu đồng", "tỷ đồng và USD"]
)
def test_two_units_or_half_a_unit_are_not_read(text):
    assert read_unit(text) is None


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("dtgiao ( ĐVT; Triệu đồng)", ("VND", Decimal(10**6))),
        ("Vốn đăng ký cấp mới\n(triệu USD)", ("USD", Decimal(10**6))),
        ("Số dự án (1) (Dự án)", ("dự án", Decimal(1))),
        ("Triệu USD", ("USD", Decimal(10**6))),
    ],
)
def test_a_unit_is_found_in_a_heading(heading, unit):
    assert find_unit(heading) == unit


@pytest.mark.parametrize("heading", ["Vốn đăng ký", "Giá trị (1)", "(*) Nghìn chiếc, triệu USD", ""])
def test_a_heading_without_one_clear_unit_has_none(heading):
    assert find_unit(heading) is None


@pytest.mark.parametrize(
    ("text", "base_unit", "factor"),
    [
        ("ĐVT: nghìn đồng", "VND", 10**3),
        ("Đơn vị tính: nghìn đồng", "VND", 10**3),
        ("đơn vị tính là Nghìn đồng", "VND", 10**3),
        ("Đơn vị: tỷ đồng", "VND", 10**9),
        ("Đvt nghìn đồng (theo quyết toán)", "VND", 10**3),
        ("Kinh phí, ĐVT: 1.000 đồng, chưa gồm đối ứng", "VND", 10**3),
        ("Số liệu tính bằng nghìn đồng", "VND", 10**3),
        ("ghi theo đơn vị tính nghìn đồng", "VND", 10**3),
        ("quy đổi ra đồng", "VND", 1),
        ("nghìn đồng", "VND", 10**3),
        ("(Nghìn đồng)", "VND", 10**3),
        ("DVT: nghin dong", "VND", 10**3),
        ("Don vi tinh: ty dong.", "VND", 10**9),
        ("ĐVT: nghìn USD", "USD", 10**3),
        ("ĐVT: đô la Mỹ", "USD", 1),
    ],
)
def test_a_remark_may_state_the_unit_figures_are_in(text, base_unit, factor):
    assert find_stated_money(text) == ((base_unit, Decimal(factor)),)


def test_a_remark_may_state_two_units():
    assert find_stated_money("ĐVT: triệu đồng; năm trước ĐVT: nghìn đồng") == (("VND", 10**6), ("VND", 10**3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ĐVT:",
        "ĐVT: tin, bài",
        "Đơn vị tính",
        "Đơn vị: Sở Tài chính",
        "đã chi 500 nghìn đồng cho in ấn",
        "Trong đó hỗ trợ 20 triệu đồng",
        "tiền in 500 (nghìn đồng)",
        "hỗ trợ mỗi đơn vị 1.000 đồng",
        "ĐVT: nghìn đồng/người",
        "tính theo đồng bào dân tộc",
        "tính theo đồng hồ",
        "Kinh phí đã thực hiện (triệu đồng)",
        "đồng thuận",
        "dong gop tinh theo dong ho",
    ],
)
def test_amounts_rates_and_other_words_state_no_unit(text):
    assert find_stated_money(text) == ()


def test_a_unit_alone_may_have_any_brackets_around_it_and_a_long_text_is_none():
    assert find_stated_money("(" * 300 + "triệu đồng" + ")" * 300) == (("VND", 10**6),)
    assert find_stated_money("Triệu đồng" + "." * 600) == (("VND", 10**6),)
    assert find_stated_money("Đã chi cho các lớp tập huấn. " * 40 + "Đơn vị tính: triệu đồng") == (("VND", 10**6),)
    assert find_stated_money("Đã chi cho các lớp tập huấn. " * 40) == ()
