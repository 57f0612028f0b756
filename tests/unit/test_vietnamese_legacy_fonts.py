"""Cells typed in TCVN3 and VNI fonts, and UTF-8 opened in the wrong code page."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from include.vietnamese import tcvn3
from include.vietnamese.syllables import is_syllable
from include.vietnamese.text import decode_font, decode_legacy, is_unicode_vietnamese, legacy_encodings, normalise


@pytest.mark.skipif(shutil.which("iconv") is None, reason="no iconv on this machine to compare with")
def test_the_table_agrees_with_the_system_converter_for_every_letter():
    codes = "".join(tcvn3.LETTER_OF)
    converted = subprocess.run(
        ["iconv", "-f", "TCVN", "-t", "UTF-8"], input=codes.encode("latin-1"), capture_output=True, check=False
    )
    if converted.returncode != 0:
        pytest.skip("this iconv does not know TCVN")

    assert converted.stdout.decode() == "".join(tcvn3.LETTER_OF.values())


def test_the_table_has_all_lower_case_letters_and_seven_capitals_once():
    letters = list(tcvn3.LETTER_OF.values())

    assert len(letters) == len(set(letters)) == 74
    assert sorted(letter for letter in letters if letter.isupper()) == sorted("ĂÂĐÊÔƠƯ")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("§¬n vÞ tÝnh: Ngh×n ha", "Đơn vị tính: Nghìn ha"),
        ("th¸ng 1", "tháng 1"),
        ("n\u00adíc ngoµi", "nước ngoài"),
        ("h\u00adng yªn", "hưng yên"),
        ("Së KÕ ho¹ch", "Sở Kế hoạch"),
        ("Bé V¨n ho¸ vµ Th«ng tin", "Bộ Văn hoá và Thông tin"),
        ("Lóa hÌ thu", "Lúa hè thu"),
        ("NS§P", "NSĐP"),
        (" §¾k L¾k", " Đắk Lắk"),
        ("Rau qña", "Rau qủa"),
        ("Hçn", "Hỗn"),
        ("MÝa", "Mía"),
        ("trùc thuéc", "trực thuộc"),
    ],
)
def test_a_tcvn3_cell_is_decoded(cell, meant):
    assert decode_legacy(cell) == (meant, True)
    assert legacy_encodings(cell) == ("TCVN3",)


def test_a_heading_in_a_capital_font_gets_its_capitals_back():
    assert decode_legacy("§¬N VÞ TÝNH")[0] == "ĐƠN VỊ TÍNH"
    assert decode_legacy("TP. Hå ChÝ Minh")[0] == "TP. Hồ Chí Minh"


@pytest.mark.parametrize(
    "cell",
    [
        "Đồng Tháp",
        "Nông thôn",
        "Lào Cai",
        "QUÝ IV",
        "Hà Tây",
        "Ðông",
        "hòa",
        "khách",
        "TÔng hợp",
        "plain English, no accents",
        "Café São Paulo",
        "Curaçao",
        "Zürich, Malmö, Köln",
        "El Niño",
        "naïve Noël",
        "10 µm; 5 µg",
        "Windows® © 2026 · 3×4",
        "«Vietnam»",
        "m² và m³",
        "thông\u00adtin",
        "Tổng số / Tæng sè",
        "théâtre, forêt, hôpital, île, où",
    ],
)
def test_a_cell_that_is_not_in_a_legacy_font_is_left_as_typed(cell):
    assert decode_legacy(cell) == (cell, False)


@pytest.mark.parametrize("cell", ["Bé", "Lóa", "Cã", "sè hé", "môt", "tôt", "ôa", "TÊn", "mö", "TÑ"])
def test_a_cell_that_reads_either_way_is_left_as_typed(cell):
    assert decode_legacy(cell) == (cell, False)


@pytest.mark.parametrize("meant", ["nước ngoài", "Bộ Văn hoá và Thông tin", "tính", "và", "quý I năm 1999 (%)"])
def test_decoded_text_is_never_decoded_again(meant):
    once, was_legacy = decode_legacy(tcvn3.encode(meant))

    assert was_legacy
    assert decode_legacy(once) == (once, False)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Tieáng Vieät", "Tiếng Việt"),
        ("Soá löôïng tin baøi", "Số lượng tin bài"),
        ("UÛy ban nhaân daân tænh Ñoàng Thaùp", "Ủy ban nhân dân tỉnh Đồng Tháp"),
    ],
)
def test_a_vni_cell_is_decoded(cell, meant):
    assert decode_legacy(cell) == (meant, True)
    assert legacy_encodings(cell) == ("VNI",)


@pytest.mark.parametrize("meant", ["Đồng Tháp", "Số lượng tin, bài", "Ủy ban nhân dân xã Mỹ Hiệp"])
def test_utf_8_opened_in_the_wrong_code_page_is_read_back(meant):
    assert normalise(meant.encode().decode("latin-1")) == meant
    assert normalise(meant.encode().decode("latin-1").encode().decode("latin-1")) == meant


def test_misread_text_that_lost_a_byte_is_left_as_it_came():
    misread = "Đồng".encode().decode("latin-1").replace("\u0090", "")

    assert decode_legacy(misread) == (misread, False)


def test_decoding_comes_before_cleaning():
    assert normalise(" n\u00adíc\u00a0 ngoµi ") == "nước ngoài"


@pytest.mark.parametrize(
    "word", ["nghiêng", "Quốc", "giếng", "gì", "gìn", "khuỷu", "quýt", "HUỲNH", "hoà", "hòa", "Lắk", "ở"]
)
def test_a_vietnamese_syllable_is_known_by_its_structure(word):
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["", "cêng", "tôt", "hoc", "kan", "gé", "ngieng", "ViỆt", "Paulo", "quu", "nghiêngg", "hóà"]
)
def test_what_breaks_the_structure_is_no_syllable(word):
    assert is_syllable(word) is False


def test_a_real_book_of_2000_is_in_tcvn3_and_one_of_2024_is_not(real_data):
    calamine = pytest.importorskip("python_calamine")

    def texts(name):
        book = calamine.CalamineWorkbook.from_path(real_data / "vn-gso-monthly" / name)
        cells = (
            cell for sheet in book.sheet_names for row in book.get_sheet_by_name(sheet).to_python() for cell in row
        )
        return {cell for cell in cells if isinstance(cell, str) and not cell.isascii()}

    old, new = texts("2000-01-31-bieu-thang-1.xls"), texts("2024-12-29-02.Bieu-T12.2024.xlsx")

    assert (
        decode_legacy("1. S¶n xuÊt n«ng nghiÖp ®Õn ngµy 15/1/2000")[0] == "1. Sản xuất nông nghiệp đến ngày 15/1/2000"
    )
    assert "1. S¶n xuÊt n«ng nghiÖp ®Õn ngµy 15/1/2000" in old
    assert sum(decode_legacy(text)[1] for text in old) > 0.95 * len(old)
    assert not [text for text in new if decode_legacy(text)[1]]


def test_among_cells_of_a_font_a_cell_that_reads_either_way_is_decoded_too():
    assert decode_legacy("Ghi chó") == ("Ghi chó", False)
    assert decode_font("Ghi chó", "TCVN3") == "Ghi chú"
    assert decode_font("Cã", "TCVN3") == "Có"
    assert decode_font("Tieáng", "VNI") == "Tiếng"


@pytest.mark.parametrize("text", ["Số liệu", "plain", "à la carte", ""])
def test_a_cell_the_font_cannot_have_written_is_left_as_typed(text):
    assert decode_font(text, "TCVN3") == text


def test_only_letters_no_font_contains_prove_unicode():
    assert is_unicode_vietnamese("Số liệu")
    assert not is_unicode_vietnamese("Có")
    assert not is_unicode_vietnamese("Sè liÖu")
