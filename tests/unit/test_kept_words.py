"""Words that are kept for good: a person's name is refused, a country, a place or a post that reads like one is not."""

from __future__ import annotations

import unicodedata

import pytest

from include.errors import PlatformError
from include.readers.kept_words import FOREIGN_LETTERS, NOTHING, UNSEEN, faults_in_words, require_fit
from include.readers.personal_data import FAMILY_NAMES, PERSON_NAME, is_person_name
from include.vietnamese.text import strip_accents


class Refused(PlatformError):
    """What a decision refuses with."""


@pytest.mark.parametrize(
    "post",
    [
        "Chỉ huy trưởng lực lượng vũ trang tỉnh",
        "Chỉ huy trưởng Lực lượng Vũ trang tỉnh",
        "CHỈ HUY TRƯỞNG LỰC LƯỢNG VŨ TRANG TỈNH",
        "Giám đốc Trung tâm Võ thuật",
        "Giám đốc Trung tâm Võ Thuật",
        "Trưởng đoàn tỉnh Bình Dương và Tây Ninh",
        "Trưởng đoàn tỉnh Bình Dương Tây Ninh",
        "TRƯỞNG ĐOÀN TỈNH BÌNH DƯƠNG",
        "Trưởng đoàn tỉnh Hải Dương",
        "Trưởng bộ phận lê minh",  # no capital: no name is written so
        "Trưởng đoàn tỉnh Bà Rịa – Vũng Tàu",
        "Phó Giám đốc Sở VHTTDL",
    ],
)
def test_a_post_that_only_sounds_like_a_name_is_kept(post: str) -> None:
    assert faults_in_words(post, is_post=True) == ()


@pytest.mark.parametrize(
    "post",
    [
        "Nguyễn Văn A",
        "NGUYỄN VĂN A",
        unicodedata.normalize("NFD", "Nguyễn Văn A"),
        "Trưởng phòng Võ Thị B",
        "Chuyên viên Đỗ Đức C",
        "Trịnh Hoài D",
        "Dương Văn D, Trưởng đoàn tỉnh Bình Dương",
        "Trưởng đoàn tỉnh Bình Dương Trần Ánh",
        "Trưởng phòng ông Nguyễn Văn A",
    ],
)
def test_a_name_instead_of_a_post_is_refused(post: str) -> None:
    assert faults_in_words(post, is_post=True) == (PERSON_NAME,)


@pytest.mark.parametrize("family", sorted(FAMILY_NAMES))
def test_one_list_of_family_names_decides_in_a_post_and_in_a_cell(family: str) -> None:
    name = f"{family.title()} Ngọc Bích"

    assert faults_in_words(name, is_post=True) == (PERSON_NAME,)
    assert is_person_name(name)
    assert is_person_name(strip_accents(name))


@pytest.mark.parametrize(
    "reason",
    [
        "bản tin tiếng Anh VietnamPlus",
        "BẢN TIN TIẾNG ANH VIETNAMPLUS",
        "nước Anh Quốc",
        "Đoàn Anh Quốc đến muộn",
        "Vương quốc Anh Bắc Ireland",
        "Đoàn tỉnh Bà Rịa – Vũng Tàu",
        "tỉnh Bình Dương và Tây Ninh",
        "lễ hội núi Bà Đen",
        "bà con Khmer",
        "ông ấy đã nghỉ",
        "báo cáo của đường Nguyễn Huệ",
        "đồng chí phụ trách đi vắng",
    ],
)
def test_a_reason_that_names_a_country_or_a_place_is_kept(reason: str) -> None:
    assert faults_in_words(reason) == ()


@pytest.mark.parametrize(
    "reason",
    [
        "ông Nguyễn Văn A",
        "Ông Nguyễn Văn A báo nhầm",
        "ÔNG NGUYỄN VĂN A",
        "theo lời bà Út",
        "đ/c Trần B",
        "Đ/c Trần B",
        "Đồng chí Ánh đi vắng",
        "anh Trần B",
        "người anh Trần B",
    ],
)
def test_a_person_addressed_in_a_reason_is_refused(reason: str) -> None:
    assert faults_in_words(reason) == (PERSON_NAME,)


def test_the_refusal_says_where_and_repeats_nothing() -> None:
    with pytest.raises(Refused) as refused:
        require_fit("--by", "Nguyễn Văn A", refusal=Refused, expected="chức danh", remedy="Sửa.", is_post=True)

    assert "--by" in str(refused.value)
    assert PERSON_NAME in str(refused.value)
    assert "Văn A" not in str(refused.value)
    with pytest.raises(Refused, match=NOTHING):
        require_fit("--reason", " ", refusal=Refused, expected="lý do", remedy="Sửa.")
    require_fit("--reason", "Hai lớp ghép.", refusal=Refused, expected="lý do", remedy="Sửa.")


@pytest.mark.parametrize(
    "post",
    [
        "Giám\u200b đốc Sở",  # a space of no width
        "Giám đốc Sở\u200f",
        "Gi\u00adám đốc Sở",  # a hyphen that shows at a line's end only
        "\ufeffGiám đốc Sở",
        "Giám đốc\nSở",
        "Giám đốc \x1b[31mSở",
    ],
)
def test_a_post_with_what_cannot_be_seen_is_refused(post: str) -> None:
    assert faults_in_words(post, is_post=True) == (UNSEEN,)


@pytest.mark.parametrize(
    "post",
    ["Gi\u0430m đốc Sở", "Giám \u00f0ốc Sở", "Giám đốc S\u03bf", "Phó Giám đốc \u0662"],
    ids=["Cyrillic a", "Icelandic eth", "Greek omicron", "Arabic two"],
)
def test_a_post_in_letters_that_only_look_vietnamese_is_refused(post: str) -> None:
    assert faults_in_words(post, is_post=True) == (FOREIGN_LETTERS,)


@pytest.mark.parametrize(
    "post",
    [
        unicodedata.normalize("NFD", "Phó Giám đốc Sở Văn hóa – Thể thao & Du lịch (phụ trách)"),
        "TRƯỞNG PHÒNG ĐỐI NGOẠI 2",
        "nguoi-duyet",
        "Tổ 1/Phòng “Báo chí”",
        "Giám đốc Sở",
    ],
)
def test_a_post_in_vietnamese_letters_is_kept_however_it_is_stored(post: str) -> None:
    assert faults_in_words(post, is_post=True) == ()


def test_words_of_signs_only_say_nothing() -> None:
    assert faults_in_words("\u200b\u200b\u200b\u200b\u200b") == (NOTHING,)
    assert faults_in_words("–…!?.", is_post=True) == (NOTHING,)


def test_a_reason_may_have_lines_and_no_character_that_steers_a_screen() -> None:
    assert faults_in_words("Dòng một.\nDòng hai.\r\n\tDòng ba.") == ()
    assert faults_in_words("chữ \x1b[31mđỏ") == (UNSEEN,)
    assert faults_in_words("chữ \u202eđảo") == (UNSEEN,)


def test_words_are_as_long_as_the_place_they_are_kept_in_asks() -> None:
    assert faults_in_words("sửa", shortest=5) == ("ngắn hơn 5 chữ",)
    assert faults_in_words("sửa số", shortest=5) == ()
