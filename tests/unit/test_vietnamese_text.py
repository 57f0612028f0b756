"""Text: one spelling to store, one key to match, one order to sort."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from pathlib import Path

import pytest

from include.readers import WorkbookRefused
from include.readers.delimited import read_delimited, utf16_without_mark
from include.readers.mangled_codes import is_mangled_code
from include.vietnamese.text import (
    describe_repairs,
    lookalike_letters,
    match_key,
    nfc,
    normalise,
    sort_key,
    strip_accents,
)


def test_decomposed_letters_become_composed_ones():
    decomposed = unicodedata.normalize("NFD", "Đắk Lắk")

    assert len(decomposed) == 11
    assert nfc(decomposed) == "Đắk Lắk"
    assert normalise(decomposed) == "Đắk Lắk"


def test_marks_typed_in_another_order_still_compose():
    assert normalise("Vie\u0323\u0302t") == "Việt"
    assert normalise("Vi\u00ea\u0323t") == "Việt"


@pytest.mark.parametrize("letter", ["Đ", "Ð", "Ɖ"])
def test_every_capital_that_looks_like_d_with_stroke_is_the_vietnamese_one(letter):
    assert normalise(f"{letter}ồng Tháp") == "Đồng Tháp"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("hoà", "hòa"),
        ("HOẢ TỐC", "HỎA TỐC"),
        ("Khoẻ", "Khỏe"),
        ("thuý", "thúy"),
        ("Uỷ ban", "Ủy ban"),
        ("cuả", "của"),
        ("miá", "mía"),
        ("tòan", "toàn"),
        ("ngòai", "ngoài"),
        ("hùynh", "huỳnh"),
        ("qúy", "quý"),
        ("qủa", "quả"),
        ("gía", "giá"),
        ("gíêng", "giếng"),
    ],
)
def test_a_tone_mark_moves_to_its_place(typed, stored):
    assert normalise(typed) == stored


@pytest.mark.parametrize(
    "word",
    [
        "hòa",
        "Quý",
        "Mỹ Quí",
        "ngoài",
        "huỳnh",
        "khuỷu",
        "giữa",
        "gìn giữ",
        "quyển",
        "thuở",
        "người",
        "nghĩa",
        "ngoằn ngoèo",
    ],
)
def test_a_tone_mark_in_its_place_stays(word):
    assert normalise(word) == word


@pytest.mark.parametrize("name", ["Réunion", "São Paulo", "Curaçao", "Quảng Ngãiii", "Côte d’Ivoire"])
def test_words_that_are_not_vietnamese_keep_their_marks(name):
    assert normalise(name) == name


def test_invisible_and_control_characters_disappear_and_spaces_become_one():
    assert normalise("\ufeffSố\u00a0liệu\u200b \u2009 tháng\u00ad 10\t\r\n ") == "Số liệu tháng 10"
    assert normalise("Tổng\x00 số\x07") == "Tổng số"
    assert normalise("Ghi chú_x000D_\nNguồn_x0007_") == "Ghi chú Nguồn"
    assert normalise("plain  text\x01 ") == "plain text"


def test_an_escape_that_is_no_control_character_is_left_alone():
    assert normalise("file_x0041_") == "file_x0041_"


def test_a_lone_surrogate_cannot_reach_the_database():
    assert normalise("Đồng\ud83d Tháp").encode("utf-8").decode() == "Đồng Tháp"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Xã Mỹ Quí", "xã mỹ quý"),
        ("Sơn Qui", "SƠN QUY"),
        ("Lí do", "Lý do"),
        ("Kĩ thuật", "Kỹ thuật"),
        ("Y tế", "I tế"),
        ("Quỳnh", "Quình"),
        ("Thanh Hoà", "thanh hòa"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tàu"),
        ("S.T.T", "STT"),
        ("Đ.V.T", "ĐVT"),
        ("Cả nước ", "CẢ NƯỚC"),
        ("TP.  Mỹ Tho", "TP Mỹ Tho"),
        ("Ｔổng", "Tổng"),
    ],
)
def test_two_spellings_of_one_name_share_a_key(one, other):
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tân Thành", "Tân Thạnh"),
        ("Thanh Mỹ", "Thạnh Mỹ"),
        ("Thúy", "Thúi"),
        ("Tay", "Tai"),
        ("Tỷ lệ (%)", "Tỷ lệ"),
        ("Đông", "Dong"),
        ("Tân Phước 1", "Tân Phước 2"),
    ],
)
def test_two_different_names_keep_different_keys(one, other):
    assert match_key(one) != match_key(other)


def test_accents_are_stripped_for_suggestions_only():
    assert strip_accents("Đồng Tháp, Ưu tiên") == "Dong Thap, Uu tien"


def test_names_sort_as_the_vietnamese_alphabet_does():
    names = ["Đà", "Dạ", "Ân", "Ăn", "An", "Ơn", "Ôn", "On", "Ưu", "Uy", "Ê", "E", "Z", "Y"]

    assert sorted(names, key=sort_key) == [
        "An", "Ăn", "Ân", "Dạ", "Đà", "E", "Ê", "On", "Ôn", "Ơn", "Uy", "Ưu", "Y", "Z",
    ]  # fmt: skip


def test_tones_sort_ngang_huyen_hoi_nga_sac_nang():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_names_sort_syllable_by_syllable_and_numbers_by_value():
    names = ["Tân Phước 10", "Tấn An", "Tân Phước 2", "Tân", "Tâng", "Tân Phước", "tân an"]

    assert sorted(names, key=sort_key) == [
        "Tân", "tân an", "Tân Phước", "Tân Phước 2", "Tân Phước 10", "Tấn An", "Tâng",
    ]  # fmt: skip


def test_a_sort_key_is_letters_and_digits_of_ascii():
    key = sort_key("Xã Đốc Binh Kiều (mới), 日本, Müller")

    assert key.isascii()
    assert key.isalnum()


@pytest.mark.parametrize(
    ("cell", "phrase"),
    [
        (unicodedata.normalize("NFD", "Tiền Giang"), "NFD"),
        ("§¬n vÞ tÝnh", "TCVN3"),
        ("Tieáng Vieät", "VNI"),
        ("Tiền".encode().decode("latin-1"), "bảng mã"),
        ("Số\u00a0liệu", "nbsp"),
        ("Số\u200bliệu", "không nhìn thấy"),
        ("thông\u00adtin", "không nhìn thấy"),
        ("Tổng_x000D_", "điều khiển"),
        ("Ðồng Tháp", "Đ gõ"),
    ],
)
def test_a_repair_is_told_to_the_sender(cell, phrase):
    told = describe_repairs(cell)

    assert len(told) == 1
    assert phrase in told[0]


@pytest.mark.parametrize("cell", ["Đồng Tháp", "plain text", "Khánh Hoà", "hai dòng\nmột ô", "  thụt vào", "Café"])
def test_ordinary_text_has_nothing_to_tell(cell):
    assert describe_repairs(cell) == ()


def test_the_letter_u_with_horn_in_tcvn3_is_not_told_as_invisible():
    assert describe_repairs("n\u00adíc ngoµi") == ("phông chữ TCVN3 (.VnTime)",)


def test_a_letter_of_another_alphabet_inside_a_word_is_told_and_kept():
    assert lookalike_letters("Tân Thành \u0430n") == ("\u0430",)
    assert lookalike_letters("Москва") == ()
    assert lookalike_letters("Tân Thành") == ()
    assert normalise("\u0430n") == "\u0430n"


# --- the bytes of text files -------------------------------------------------------------------------------------


def write(folder: Path, content: bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content)
    return path


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(WorkbookRefused) as refused:
        read_delimited(path)
    return refused.value.code, refused.value.detail


def test_a_byte_that_is_no_letter_is_told_with_its_line_and_place(tmp_path):
    # "Mã,Tên" is 8 bytes; the second line is 1 , C a f \xe9.
    path = write(tmp_path, "Mã,Tên\n".encode() + b"1,Caf\xe9\n")

    assert refusal(path) == ("TEXT_ENCODING", "2 (byte thứ 6 của dòng, mã E9)")


def test_a_zero_byte_is_told_with_its_place(tmp_path):
    assert refusal(write(tmp_path, b"a,b\n1,\x002\n")) == ("TEXT_ENCODING", "2 (byte thứ 3 của dòng, mã 00)")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_by_its_zero_bytes(tmp_path, encoding):
    rows = read_delimited(write(tmp_path, "Mã,Tên\n1,Đồng Tháp\n".encode(encoding)))

    assert [row.cells for row in rows] == [("Mã", "Tên"), ("1", "Đồng Tháp")]


@pytest.mark.parametrize(
    "head", [b"", b"a", b"M\xc3\xa3,T\xc3\xaan\n", b"\0a\0b\0\0", b"a\0b,c,d,e,f,g,h,i,j,k,l,m,n,o"]
)
def test_other_bytes_are_no_utf_16(head):
    assert utf16_without_mark(head) is None


def test_a_separator_line_is_no_record_and_lines_keep_their_numbers(tmp_path):
    rows = read_delimited(write(tmp_path, b"sep=,\r\na,b\r\n1,2\r\n"))

    assert [(row.line_number, row.cells) for row in rows] == [(2, ("a", "b")), (3, ("1", "2"))]


@pytest.mark.parametrize(
    ("content", "used"), [(b"a;b\n1,5;2\n", "chấm phẩy"), (b"sep=;\na;b\n", "chấm phẩy"), (b'"a"\t"b"\n', "tab")]
)
def test_a_file_a_spreadsheet_wrote_anew_is_told_by_its_delimiter(tmp_path, content, used):
    assert refusal(write(tmp_path, content)) == ("TEXT_DELIMITER", used)


def test_one_column_and_a_heading_with_a_semicolon_are_not_another_delimiter(tmp_path):
    assert [row.cells for row in read_delimited(write(tmp_path, b"a\n1\n"))] == [("a",), ("1",)]
    assert read_delimited(write(tmp_path, b"a;x,b\n1,2\n"))[0].cells == ("a;x", "b")


@pytest.mark.parametrize(
    "value", ["1E+11", "1,2E+11", "3-Jan", "Jan-03", "3-Thg1", datetime(2026, 1, 3), 1.5, 12345678901234567]
)
def test_what_a_spreadsheet_made_of_a_code_is_no_code(value):
    assert is_mangled_code(value)


@pytest.mark.parametrize(
    "value", ["P059663", "00123", "12-2026", "E+", "1E", "JAN", 5400000001, 5400000001.0, None, True]
)
def test_a_code_that_looks_like_a_number_is_one(value):
    assert not is_mangled_code(value)
