"""The form of paper documents: the decree's measures, our choice within them, and what the file is refused for."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from include.errors import CatalogueError
from include.extracts.leadership import nd30
from include.extracts.leadership.nd30 import DocumentForm, load_form, province_name_on

JUNE_18 = date(2026, 6, 18)

# Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục V: size from, size to, weight, slant, letters.
DECREE_LETTERS = {
    "national_name": (12, 13, "bold", "upright", "capitals"),
    "motto": (13, 14, "bold", "upright", "ordinary"),
    "parent_body": (12, 13, "regular", "upright", "capitals"),
    "issuing_body": (12, 13, "bold", "upright", "capitals"),
    "number_line": (13, 13, "regular", "upright", "ordinary"),
    "place_and_date": (13, 14, "regular", "italic", "ordinary"),
    "title": (13, 14, "bold", "upright", "capitals"),
    "subject": (13, 14, "bold", "upright", "ordinary"),
    "addressee": (13, 14, "regular", "upright", "ordinary"),
    "section": (13, 14, "bold", "upright", "capitals"),
    "subsection": (13, 14, "bold", "upright", "ordinary"),
    "body": (13, 14, "regular", "upright", "ordinary"),
    "recipients_label": (12, 12, "bold", "italic", "ordinary"),
    "recipients": (11, 11, "regular", "upright", "ordinary"),
    "signatory": (13, 14, "bold", "upright", "capitals"),
    "annex_label": (14, 14, "bold", "upright", "ordinary"),
    "annex_title": (13, 14, "bold", "upright", "capitals"),
    "annex_reference": (13, 14, "regular", "italic", "ordinary"),
    "page_number": (13, 14, "regular", "upright", "ordinary"),
    "stamp": (13, 14, "bold", "upright", "capitals"),
}


@pytest.mark.parametrize(("element", "rule"), DECREE_LETTERS.items())
def test_every_element_has_the_letters_of_the_decree(element: str, rule: tuple[int, int, str, str, str]) -> None:
    style = getattr(load_form().text, element)

    assert (*(style.allowed_pt or ()), style.weight, style.slant, style.letters) == rule
    assert rule[0] <= style.size_pt <= rule[1]


def test_elements_without_a_range_are_those_the_decree_says_nothing_of() -> None:
    text = load_form().text

    own = {each.name for each in fields(text) if getattr(text, each.name).allowed_pt is None}

    assert own == {"table_head", "table_cell", "note", "footer"}


def test_page_margins_and_paragraphs_have_the_ranges_of_the_decree() -> None:
    form = load_form()
    margins, lying = form.page.margins, form.page.landscape_margins

    assert (form.page.width_mm, form.page.height_mm) == (210, 297)
    assert [side.allowed_mm for side in (margins.top, margins.bottom, margins.left, margins.right)] == [
        (20, 25),
        (20, 25),
        (30, 35),
        (15, 20),
    ]
    # Turned a quarter: the binding edge, 30 to 35, is above.
    assert [side.allowed_mm for side in (lying.top, lying.bottom, lying.left, lying.right)] == [
        (30, 35),
        (15, 20),
        (20, 25),
        (20, 25),
    ]
    assert form.paragraphs.first_line_indent.allowed_mm == (10, 12.7)
    assert form.paragraphs.spacing.value_pt >= 6
    assert form.paragraphs.line_spacing.allowed == (1, 1.5)
    assert form.rules.under_motto.share == 1
    assert 1 / 3 <= form.rules.under_issuing_body.share <= 1 / 2
    assert 1 / 3 <= form.rules.under_subject.share <= 1 / 2
    assert form.page_numbers.first_shown == 2
    assert form.fonts.names[0] == "Times New Roman"


def test_the_names_are_those_of_the_lists_on_the_day_and_number_and_day_are_left_to_the_clerk() -> None:
    words = load_form().words_on(JUNE_18)

    assert (words.parent_body, words.issuing_body) == ("UBND TỈNH ĐỒNG THÁP", "SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH")
    assert (words.national_name, words.motto) == ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    assert words.number_line.split() == ["Số:", "/BC-SVHTTDL"]
    assert words.place_and_date.split() == ["Đồng", "Tháp,", "ngày", "tháng", "năm", "2026"]
    assert (words.title, words.signatory, words.recipients_label) == ("BÁO CÁO", "GIÁM ĐỐC", "Nơi nhận:")
    assert words.recipients[-1].startswith("Lưu: VT,")
    assert words.annex_label.format(roman="II") == "Phụ lục II"
    assert words.annex_reference.endswith("của Sở Văn hóa, Thể thao và Du lịch)")
    # A code is used again: 82 was Tiền Giang until the provinces became one.
    assert province_name_on(date(2025, 6, 30)) == "Tiền Giang"
    assert province_name_on(date(2025, 7, 1)) == "Đồng Tháp"


def test_every_mistake_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    refused = _refusal(
        tmp_path,
        # Out of range and of another weight, on one line.
        (
            "title: {size_pt: 14, allowed_pt: [13, 14], weight: bold",
            "title: {size_pt: 15, allowed_pt: [13, 14], weight: heavy",
        ),
        ("left: {value_mm: 30, allowed_mm: [30, 35]}", "left: {value_mm: 29.5, allowed_mm: [30, 35]}"),
        ("footer: {size_pt: 9,", 'footer: {size_pt: "9",'),
        ("  spacing: {value_pt: 6,", "  spacing: {value_pt: 5,"),
        ("line_spacing: {value: 1.15,", "line_spacing: {value: 1.6,"),
        ("under_subject: {share: 0.4,", "under_subject: {share: 0.6,"),
        ("  end_mark:", "  ending_mark:"),
        ("left_column_share: 0.42", "left_column_share: 0.52"),
        ('["Times New Roman", "Libertinus Serif"]', '["Arial"]'),
        ("width_mm: 210", "width_mm: 216"),
        ("ngày       tháng       năm {year} của", "ngày {day} tháng       năm {year} của"),
    )

    for told in (
        "text.title.size_pt: 15; expected 13 to 14",
        "text.title.weight: 'heavy'",
        "page.margins.left.value_mm: 29.5; expected 30 to 35",
        "text.footer.size_pt: '9'",
        "paragraphs.spacing.value_pt: 5; expected 6 to 12",
        "paragraphs.line_spacing.value: 1.6; expected 1 to 1.5",
        "rules.under_subject.share: 0.6; expected 0.3333 to 0.5",
        "words.annex_reference: {day}; expected {province}",
        "words.end_mark: nothing",
        "words.ending_mark: './.'",
        "heading_block: 0.52 + 0.58; expected shares that make 1",
        "fonts: ['Arial']; expected Times New Roman as the first font",
        "page: 216 x 297 mm; expected A4 upright, 210 x 297 mm",
    ):
        assert told in refused
    assert "13 problem(s)" in refused


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ngày       tháng       năm {year} của", "ngày {day} tháng năm {year} của", "{day}; expected {province}"),
        ("symbol: ", "symbol: {", "a readable YAML file"),
        ('symbol: "BC', 'symbol: "{BC', "words.symbol: '{BC-SVHTTDL' (expected '}'"),
        ("issuing_body_code: SVHTTDL", "issuing_body_code: SVHTT", "SVHTT; expected a code of the list of bodies"),
        ("  motto: {size_pt: 13", "  national_name: {size_pt: 13", "key 'national_name' twice"),
        ("first_shown: 2", "first_shown: 1", "page_numbers.first_shown: 1; expected input should be 2"),
        ("recipients_column_share: 0.5", "recipients_column_share: 1", "1; expected a share of the width"),
        ("footer: {size_pt: 9", "footer: {size_pt: 7", "7 pt; expected at least 8 pt"),
    ],
)
def test_a_file_with_one_mistake_is_refused_naming_it(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in _refusal(tmp_path, (old, new))


def test_measures_at_the_ends_of_their_range_are_taken(tmp_path: Path) -> None:
    form = _changed(
        tmp_path,
        ("left: {value_mm: 30, allowed_mm: [30, 35]}", "left: {value_mm: 35, allowed_mm: [30, 35]}"),
        ("title: {size_pt: 14", "title: {size_pt: 13"),
    )

    assert (form.page.margins.left.value_mm, form.text.title.size_pt) == (35, 13)


def _changed(folder: Path, *changes: tuple[str, str]) -> DocumentForm:
    content = nd30._FILE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in content
        content = content.replace(old, new, 1)
    path = folder / "nd30.yml"
    path.write_text(content, encoding="utf-8")
    return load_form(path)


def _refusal(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(CatalogueError) as refused:
        _changed(folder, *changes)
    return str(refused.value)
