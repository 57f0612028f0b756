"""The guides in docs/huong-dan: their pictures are there and small, their commands exist, and they stay short."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from tests.house.project_files import ROOT
from tests.house.test_pages import commands_of, complaint

FOLDER = ROOT / "docs" / "huong-dan"
GUIDES = ("can-bo-bao-cao", "can-bo-thong-ke", "van-phong-lanh-dao")
WORDS = range(550, 751)
PICTURES = range(3, 6)
MAX_BYTES = 150_000
MAX_WIDTH = 1000

PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LETTERS_OF_VIETNAMESE_ONLY = re.compile(
    r"[ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE
)


def guide(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def words_of(page: str) -> list[str]:
    """What a reader reads: the text without its blocks of commands, the pictures and where links lead."""
    text = re.sub(r"(?ms)^```\w*\n.*?^```", "", page)
    text = re.sub(r"\]\([^)]*\)", "]", PICTURE.sub("", text))
    return [word for word in text.split() if any(letter.isalnum() for letter in word)]


def faults_of_pictures(page: str, folder: Path) -> list[str]:
    faults = []
    for words, target in PICTURE.findall(page):
        path = folder / target
        if len(words.split()) < 6 or not LETTERS_OF_VIETNAMESE_ONLY.search(words):
            faults.append(f"{target}: no words in Vietnamese that say what is seen")
        if not path.is_file():
            faults.append(f"{target}: not there")
            continue
        if path.stat().st_size > MAX_BYTES:
            faults.append(f"{target}: {path.stat().st_size} bytes")
        with Image.open(path) as picture:
            if picture.width > MAX_WIDTH:
                faults.append(f"{target}: {picture.width} px wide")
    return faults


def unknown_commands(page: str) -> list[str]:
    """Commands as they are typed, with their steps and options, that the program would not understand."""
    return [command for command in commands_of(page) if complaint(command) is not None]


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_about_two_pages(name: str) -> None:
    assert len(words_of(guide(name))) in WORDS


@pytest.mark.parametrize("name", GUIDES)
def test_every_picture_of_a_guide_is_there_small_and_told_in_vietnamese(name: str) -> None:
    assert len(PICTURE.findall(guide(name))) in PICTURES
    assert faults_of_pictures(guide(name), FOLDER) == []


@pytest.mark.parametrize("name", GUIDES)
def test_every_command_of_a_guide_is_a_command(name: str) -> None:
    assert unknown_commands(guide(name)) == []


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_written_in_composed_letters(name: str) -> None:
    assert unicodedata.is_normalized("NFC", guide(name))


def test_the_index_names_every_guide_and_no_picture_is_left_over() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    shown = {Path(target).name for name in GUIDES for _, target in PICTURE.findall(guide(name))}

    assert [name for name in GUIDES if f"({name}.md)" not in index] == []
    assert {path.name for path in (FOLDER / "hinh").iterdir()} == shown


def test_a_picture_that_is_missing_too_big_too_wide_or_without_words_is_noticed(tmp_path: Path) -> None:
    Image.new("L", (1001, 4)).save(tmp_path / "wide.png")
    Image.effect_noise((700, 700), 90).save(tmp_path / "big.png")
    Image.new("L", (1000, 4)).save(tmp_path / "good.png")
    words = "Trang đầu của tệp trả lời"

    assert faults_of_pictures(f"![{words}](good.png)", tmp_path) == []
    assert faults_of_pictures(f"![{words}](gone.png)", tmp_path) == ["gone.png: not there"]
    assert faults_of_pictures(f"![{words}](wide.png)", tmp_path) == ["wide.png: 1001 px wide"]
    assert len(faults_of_pictures(f"![{words}](big.png)", tmp_path)) == 1
    for silent in ("", "Hình 1", "the first page of the answer workbook"):
        assert len(faults_of_pictures(f"![{silent}](good.png)", tmp_path)) == 1


def test_a_command_of_a_guide_that_is_none_is_noticed() -> None:
    page = "Gõ `ttdn status`, rồi\n```\nttdn publish 2026-06T\nttdn release approve 2026-06T/1\n```\n"

    # The second lacks the post of whoever decides.
    assert unknown_commands(page) == ["ttdn publish 2026-06T", "ttdn release approve 2026-06T/1"]


def test_words_are_counted_as_read() -> None:
    assert words_of("# Một hai\n\n```\nttdn status\n```\n\n| ba | [bốn năm](x.md) |\n|---|---|\n![sáu](y.png)\n") == [
        "Một",
        "hai",
        "ba",
        "[bốn",
        "năm]",
    ]
