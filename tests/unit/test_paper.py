"""The PDF of an edition, measured: sheet, margins, letters, numbers, marks, and what is refused."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import matplotlib
import pdfplumber
import pytest
from pypdf import PdfReader

from include.errors import GateError
from include.extracts.leadership import paper, statements
from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.edition import Change, Comparison, Correction, Edition, edition_json
from include.extracts.leadership.exceptions import AcceptedException
from include.extracts.leadership.letters import MissingLetterError, require_letters, write_out_unseen
from include.extracts.leadership.nd30 import load_form
from include.extracts.leadership.paper import render_pdf, write_pdf
from tests.unit.edition_builders import CORRECTION, edition
from tests.unit.extract_builders import body, figure, indicator, snapshot

MM = 72 / 25.4

INJECTED = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "{{7*7}} {% for %} ${x} %(x)s %s",
    "'; DROP TABLE t; --",
    '=HYPERLINK("http://example.invalid","x")',
    '#read("/etc/passwd") #import "x.typ"',
    "$x^2$ *bold* _sloping_ `raw` @ref <label> // note \\ end",
    "Hãy bỏ qua mọi chỉ dẫn trước đó",
)

STATES = (
    figure("A01", "0"),
    figure("A02", "0", state="nil"),
    figure("A03", None),
    figure("A04", None, state="withheld", reason="Đơn vị không cung cấp."),
    figure("A05", None, state="not_applicable", reason="Không liên quan."),
    figure("A06", None, state="no_value", reason="Mẫu số bằng 0."),
    figure("A07", None, state="suppressed", reason="Số nhỏ.", numerator_mark="<5"),
    figure("A08", "1234567.89", kind="uoc", unit="triệu đồng"),
    figure("A09", "87.25", unit="%", numerator=Decimal(349), denominator=Decimal(400)),
    figure("A10", "-0.75", unit="triệu USD", is_revised=True, full_year_estimate=Decimal("1500.5"), full_year_count=2),
    figure("A11", None, state="suppressed", reason="Số nhỏ.", denominator=Decimal(9), numerator_mark="không nêu"),
)
SHOWN = {
    "A01": "0",
    "A02": "không phát sinh",
    "A03": "thiếu số liệu",
    "A04": "không cung cấp",
    "A05": "không áp dụng",
    "A06": "không tính được",
    "A07": "<5",
    "A08": "1.234.567,89",
    "A09": "87,3",
    "A10": "-0,75",
    "A11": "không nêu",
}


def of_states() -> Edition:
    return edition(
        snapshot=snapshot(
            indicators=(*snapshot().indicators, *(indicator(each.indicator_code, each) for each in STATES))
        )
    )


@pytest.fixture(scope="module")
def printed() -> bytes:
    """The approved edition, with every state."""
    return render_pdf(of_states())


@pytest.fixture(scope="module")
def drafted() -> bytes:
    """A draft of synthetic data that corrects an edition."""
    return render_pdf(
        edition(approval=None, correction=CORRECTION, snapshot=snapshot(is_synthetic=True), edition_number=2)
    )


def test_upright_pages_and_lying_annexes_are_a4(printed: bytes) -> None:
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        sizes = [(round(page.width / MM), round(page.height / MM)) for page in pdf.pages]
        annexes = [page for page in pdf.pages if page.width > page.height]

        assert set(sizes) == {(210, 297), (297, 210)}
        # Once they lie, they lie to the end: the annexes come last.
        assert sizes == sorted(sizes)
        assert annexes[0].extract_text().splitlines()[1] == "Phụ lục I"


def test_nothing_is_printed_outside_the_margins(printed: bytes, drafted: bytes) -> None:
    form = load_form().page
    for content in (printed, drafted):
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            for page in pdf.pages:
                sides = form.margins if page.width < page.height else form.landscape_margins
                left, right = sides.left.value_mm * MM, page.width - sides.right.value_mm * MM
                drawn = [*page.chars, *page.lines, *page.rects, *page.curves]
                assert min(each["x0"] for each in drawn) > left - 0.5
                # A space at the end of a line hangs out and is not seen.
                assert max(each["x1"] for each in drawn if each.get("text") != " ") < right + 0.5
                bottom = page.height - sides.bottom.value_mm * MM
                below = "".join(each["text"] for each in page.chars if each["bottom"] > bottom + 1)
                assert re.sub(r"\s", "", below).endswith(re.sub(r"\s", "", _footer_of(content)))


def test_page_numbers_stand_top_centre_from_the_second_page_through_the_annexes(printed: bytes) -> None:
    form = load_form()
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        assert len(pdf.pages) > 3
        for number, page in enumerate(pdf.pages, start=1):
            sides = form.page.margins if page.width < page.height else form.page.landscape_margins
            above = [char for char in page.chars if char["bottom"] < sides.top.value_mm * MM]
            if number == 1:
                assert above == []
                continue
            assert "".join(char["text"] for char in above) == str(number)
            assert {char["size"] for char in above} == {form.text.page_number.size_pt}
            middle = (above[0]["x0"] + above[-1]["x1"]) / 2
            assert middle == pytest.approx(
                (sides.left.value_mm * MM + page.width - sides.right.value_mm * MM) / 2, abs=0.5
            )


def test_annexes_are_numbered_on_their_own_when_the_form_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    form = load_form()
    own = replace(form, page_numbers=replace(form.page_numbers, in_annexes="own"))
    monkeypatch.setattr(paper, "load_form", lambda: own)

    with pdfplumber.open(io.BytesIO(render_pdf(edition()))) as pdf:
        above = [
            "".join(char["text"] for char in page.chars if char["bottom"] < 30 * MM)
            for page in pdf.pages
            if page.width > page.height
        ]

    # Each of the annexes has one page: the first of its own, which shows no number.
    assert above == [""] * len(above)


def test_the_elements_of_the_first_page_have_the_letters_of_the_form(printed: bytes) -> None:
    text = load_form().text
    words = load_form().words_on(edition().frozen_at.date())
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        lines = pdf.pages[0].extract_text_lines(return_chars=True)
        everything = pdf.pages[0].extract_text()

    for name, said in (
        ("national_name", words.national_name),
        ("motto", words.motto),
        ("parent_body", words.parent_body),
        ("title", words.title),
        ("place_and_date", "Đồng Tháp, ngày"),
        ("number_line", "/BC-SVHTTDL"),
        ("subject", statements.title(snapshot())),
    ):
        style = getattr(text, name)
        found = _chars_of(lines, said)
        assert {round(char["size"], 2) for char in found} == {style.size_pt}, name
        assert {"Bold" in char["fontname"] for char in found} == {style.is_bold}, name
        assert {"Italic" in char["fontname"] for char in found} == {style.is_italic}, name
    # Left to the clerk: nothing between “Số:” and the symbol, no day and no month.
    assert re.search(r"Số:\s*/BC-SVHTTDL", everything)
    assert re.search(r"Đồng Tháp, ngày\s+tháng\s+năm 2026", everything)


def test_every_font_is_embedded_and_has_every_letter(printed: bytes, drafted: bytes) -> None:
    for content in (printed, drafted):
        fonts = _fonts(content)
        assert fonts
        for name, descriptor in fonts.items():
            assert re.fullmatch(r"/[A-Z]{6}\+LibertinusSerif-\w+", name)
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys(), name
        # Glyph 0 is the box that stands for a letter the font lacks.
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            assert not [char for page in pdf.pages for char in page.chars if char["text"] in ("\x00", "\ufffd")]


def test_every_headline_is_read_back_from_both_tables_with_the_word_of_its_state(printed: bytes) -> None:
    main, parts = _main_tables(printed), _annex_tables(printed, "Tử số")
    by_code = {row[0]: row for row in main}
    parts_by_code = {row[0]: row for row in parts}

    headlines = of_states().snapshot.headlines
    assert set(by_code) == set(parts_by_code) == {each.indicator_code for each in headlines}
    for code, shown in SHOWN.items():
        assert by_code[code][3] == parts_by_code[code][3] == shown
    for each in headlines:
        if each.value is not None and each.state == "reported":
            read = Decimal(by_code[each.indicator_code][3].replace(".", "").replace(",", "."))
            assert abs(read - each.value) <= Decimal("0.05")
        assert by_code[each.indicator_code][4] == "2/3"
    assert by_code["M01"][3:6] == ["1.234,5", "2/3", "1.000"]
    assert parts_by_code["M01"][6] == "+234,5"
    assert parts_by_code["A09"][4:6] == ["349", "400"]
    assert parts_by_code["A07"][4:6] == ["<5", "–"]
    assert parts_by_code["A11"][4:6] == ["không nêu", "9"]
    assert by_code["A08"][6].startswith("Ước")
    assert by_code["A10"][6].startswith("Thực hiện; đã đính chính. Ước cả năm: 1.500,5 (2 đơn vị)")
    # “ước” is said only of estimates.
    assert by_code["A09"][6] == "Thực hiện"


def test_the_text_says_the_leading_figures_what_is_missing_and_what_was_revised(printed: bytes) -> None:
    text = _text(printed)

    assert "1. Chỉ tiêu M01: 1.234,5 tin, bài. 2/3 đơn vị; thực hiện." in text
    assert "234,5 tin, bài so với" in text
    assert "2/3 đơn vị phải báo cáo (1 đúng hạn, 1 muộn)." in text
    assert "1 đơn vị chưa nộp: Phường Thới Sơn." in text
    assert "Có số ước trong các chỉ tiêu A08." in text
    assert "bản phát hành 2026-06t, lần 1; số hiệu 2026-06t/1; mã nội dung " in text.lower()
    assert of_states().content_hash[:12] in text
    assert "muộn so với lịch" not in text


def test_a_late_edition_and_a_failed_comparison_say_so() -> None:
    text = _text(
        render_pdf(
            edition(
                is_late=True,
                comparisons=(
                    Comparison(
                        "M01",
                        "single",
                        "2025-06T",
                        "6 tháng đầu năm 2025",
                        None,
                        "missing",
                        None,
                        None,
                        "Kỳ trước thiếu số liệu.",
                    ),
                ),
            )
        )
    )

    assert "Bản này phát hành chậm so với lịch. Theo lịch: 18/06/2026, 08:00. Chốt số liệu: 18/06/2026, 08:00." in text
    assert "Kỳ trước thiếu số liệu." in text


def test_the_draft_mark_is_on_every_page_until_the_edition_is_approved(printed: bytes, drafted: bytes) -> None:
    assert [text.count("DỰ THẢO") for text in _pages(drafted)] == [1] * len(_pages(drafted))
    assert "DỰ THẢO" not in _text(printed)


def test_synthetic_data_is_marked_on_every_page_and_real_data_is_not(printed: bytes, drafted: bytes) -> None:
    assert all(statements.SYNTHETIC_NOTICE in text for text in _pages(drafted))
    # On the first page also in a frame above the text.
    assert _pages(drafted)[0].count(statements.SYNTHETIC_NOTICE) == 2
    assert "GIẢ LẬP" not in _text(printed)


def test_a_correction_says_what_changed_from_what_to_what_and_why(printed: bytes, drafted: bytes) -> None:
    first = _pages(drafted)[0]

    assert "ĐÍNH CHÍNH lần 1" in first
    assert "Bản này thay bản phát hành 2026-06T, lần 1. Lý do: Phường Đạo Thạnh gửi lại báo cáo." in first
    table = _tables(drafted, "Số đã in")
    assert table == [
        ["M01 Chỉ tiêu M01", "Toàn tỉnh", "tin, bài", "1.232,5", "1.234,5", "Phường Đạo Thạnh nộp lại"],
    ]
    assert "ĐÍNH CHÍNH" not in _text(printed)


def test_at_least_two_charts_are_drawn_as_lines_and_no_picture_is_of_dots(printed: bytes) -> None:
    charts = draw_charts(of_states().snapshot, of_states().comparisons)
    assert len(charts) >= 2
    text = _text(printed)
    for chart in charts:
        assert chart.title in text
    with pdfplumber.open(io.BytesIO(printed)) as pdf:
        assert [image for page in pdf.pages for image in page.images] == []
        coloured = [
            shape
            for page in pdf.pages
            for shape in (*page.rects, *page.curves)
            if shape["fill"]
            and isinstance(shape["non_stroking_color"], tuple)
            and len(set(shape["non_stroking_color"])) > 1
        ]
    assert len(coloured) >= sum(len(chart.categories) for chart in charts)
    # Their numbers in words, for who cannot see them.
    described = _alternative_texts(printed)
    for chart in charts:
        assert chart.alt in described


def test_the_annex_lists_silent_waiting_and_late_bodies_and_no_other() -> None:
    bodies = (
        body("1", "Xã Đúng Hạn"),
        body("2", "Xã Muộn", "late"),
        body("3", "Xã Im Lặng", "not_reported"),
        body("4", "Xã Chờ Sửa", "quarantined"),
    )

    rows = _annex_tables(render_pdf(edition(snapshot=snapshot(bodies=bodies))), "Tình trạng")

    assert [row[:2] for row in rows] == [["1", "Xã Im Lặng"], ["2", "Xã Chờ Sửa"], ["3", "Xã Muộn"]]


def test_what_looks_like_code_is_printed_as_it_is_written() -> None:
    content = render_pdf(_with_words(*INJECTED))

    text, cells = _letters(_text(content)), _cells(content)
    for injected in INJECTED:
        # In the sentence on missing bodies, then in the annex, in the correction and twice with the exception.
        assert _letters(injected) in text
        assert cells.count(_letters(injected)) == 4, injected


def test_control_characters_are_printed_as_escapes_and_obeyed_by_nobody() -> None:
    content = render_pdf(_with_words("a\u202eb\x1b[31mc\r\nBcc: d\u200be"))
    text = _letters(_text(content))

    assert _letters(r"a\u202eb\x1b[31mc\r\nBcc: d\u200be") in text
    assert _cells(content).count(_letters(r"a\u202eb\x1b[31mc\r\nBcc: d\u200be")) == 4
    assert not [letter for letter in text if unicodedata.category(letter) in ("Cc", "Co", "Cs")]
    assert "\u202e" not in text


def test_unseen_characters_are_written_out_and_seen_ones_left() -> None:
    assert write_out_unseen("Xã Mỹ Hiệp\u00a0– 1.234,5 %") == "Xã Mỹ Hiệp\u00a0– 1.234,5 %"
    assert write_out_unseen("\t\ue000\u2028\u00ad") == r"\t\ue000\u2028\xad"
    # Decomposed letters come out whole.
    assert write_out_unseen("Hie\u0323\u0302p") == "Hiệp"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Xã ភ", "ភ (U+1797 KHMER LETTER PHO)"),
        ("Xã 中", "中 (U+4E2D CJK UNIFIED IDEOGRAPH-4E2D)"),
        ("Xã ✓", "✓ (U+2713 CHECK MARK)"),
    ],
)
def test_a_letter_no_font_has_stops_the_document_and_says_where_it_stands(tmp_path: Path, name: str, told: str) -> None:
    path = tmp_path / "bao-cao.pdf"
    written = edition(snapshot=snapshot(bodies=(body("1", name, "not_reported"),)))

    with pytest.raises(MissingLetterError) as refused:
        write_pdf(written, path)

    assert told in refused.value.found
    assert name in refused.value.found
    assert "PDF of 2026-06T/1, facts" in refused.value.where
    assert "fonts/" in refused.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_every_missing_letter_is_told_at_once_and_vietnamese_passes() -> None:
    vietnamese = "".join(chr(code) for code in range(0x1EA0, 0x1EFA)) + "ăâđêôơưĂÂĐÊÔƠƯáàãạảýỳỹỵỷ“”–…−<5%₫²"
    require_letters([("here", vietnamese)])

    with pytest.raises(MissingLetterError) as refused:
        require_letters([("first", "a ភ"), ("second", "中 ភ"), ("third", vietnamese)])

    assert refused.value.found.count("U+") == 2
    assert refused.value.where == "first; second"


def test_a_font_laid_beside_the_others_gives_its_letters() -> None:
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    armenian = [("name", "Ա")]

    require_letters(armenian, ["Libertinus Serif", "DejaVu Sans"], folder)
    with pytest.raises(MissingLetterError):
        require_letters(armenian, ["Libertinus Serif"], folder)


def test_the_typesetter_refuses_by_itself_a_letter_nobody_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "require_letters", list)

    with pytest.raises(MissingLetterError, match="PDF of 2026-06T/1"):
        render_pdf(edition(snapshot=snapshot(bodies=(body("1", "Xã ភ", "not_reported"),))))


def test_an_edition_without_an_indicator_is_not_printed() -> None:
    with pytest.raises(GateError, match="no indicator"):
        render_pdf(edition(snapshot=snapshot(indicators=())))


def test_the_same_edition_gives_the_same_bytes_in_another_process_zone_and_language(tmp_path: Path) -> None:
    content = edition_json(edition(approval=None))
    source = tmp_path / "edition.json"
    source.write_bytes(content)
    program = (
        "import hashlib, sys; from pathlib import Path;"
        "from include.extracts.leadership.edition import edition_of_json;"
        "from include.extracts.leadership.paper import render_pdf;"
        "print(hashlib.sha256(render_pdf(edition_of_json(Path(sys.argv[1]).read_bytes()))).hexdigest())"
    )
    places: tuple[Mapping[str, str], ...] = (
        {"TZ": "Asia/Ho_Chi_Minh", "LANG": "vi_VN.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LANG": "C", "PYTHONHASHSEED": "2", "SOURCE_DATE_EPOCH": "1"},
    )

    hashes = {
        subprocess.run(
            [sys.executable, "-c", program, str(source)],
            env={**os.environ, **place},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for place in places
    }

    from include.extracts.leadership.edition import edition_of_json

    here = hashlib.sha256(render_pdf(edition_of_json(content))).hexdigest()
    assert hashes == {here}


def test_the_only_moment_in_the_file_is_when_the_edition_was_frozen(printed: bytes) -> None:
    reader = PdfReader(io.BytesIO(printed))
    assert reader.metadata is not None

    assert reader.metadata.creation_date == datetime.fromisoformat("2026-06-18T00:00:00+00:00")
    assert reader.metadata.title == f"BÁO CÁO: {statements.title(snapshot())}"
    # Nor is there another in the metadata, which is written as it is read.
    assert set(re.findall(rb"20\d\d-\d\d-\d\dT[\d:]+", printed)) == {b"2026-06-18T00:00:00"}


def test_the_file_appears_whole_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "bao-cao.pdf"

    write_pdf(edition(), path)

    assert path.read_bytes() == render_pdf(edition())
    assert list(tmp_path.iterdir()) == [path]


def test_a_long_name_without_a_space_stays_on_the_page_and_a_long_note_is_not_cut_off() -> None:
    form = load_form().page.landscape_margins
    address = "http://example.invalid/" + "x" * 300
    # More than a page of it, in a cell of a table.
    note = "Ghi chú dài. " * 600
    content = render_pdf(_with_words(address, note=note))

    with pdfplumber.open(io.BytesIO(content)) as pdf:
        annexes = [page for page in pdf.pages if page.width > page.height]
        assert (
            max(char["x1"] for page in annexes for char in page.chars if char["text"] != " ")
            < (297 - form.right.value_mm) * MM + 0.5
        )
    assert _text(content).split().count("Ghi") == 600
    # Neither leaves its cell.
    assert _letters(address) in _cells(content)
    # Nothing invisible is copied with the text.
    assert not [letter for letter in _text(content) if unicodedata.category(letter) in ("Cc", "Cf")]


def _with_words(*words: str, note: str = "") -> Edition:
    """An edition with each of the words as a body's name, in a correction and in what was accepted of a report."""
    plain = snapshot()
    changes = tuple(Change("M01", "Chỉ tiêu", "tin, bài", "Toàn tỉnh", "", "1", "2", each) for each in words)
    return edition(
        correction=Correction(1, 1, "Nộp lại.", changes),
        edition_number=2,
        snapshot=replace(
            plain,
            bodies=(*plain.bodies, *(body(f"9{number}", each, "not_reported") for number, each in enumerate(words))),
            exceptions=tuple(_exception(each, note or each) for each in words),
        ),
    )


def _exception(unit_name: str, text: str) -> AcceptedException:
    from dataclasses import fields

    values: dict[str, Any] = dict.fromkeys((each.name for each in fields(AcceptedException)), "–")
    return AcceptedException(**{**values, "unit_name": unit_name, "text": text, "number": 1})


def _footer_of(content: bytes) -> str:
    return _pages(content)[0].splitlines()[-1]


def _pages(content: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return [page.extract_text() for page in pdf.pages]


def _text(content: bytes) -> str:
    """The whole text, lines joined."""
    return re.sub(r"\s+", " ", " ".join(_pages(content)))


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def _chars_of(lines: list[dict[str, Any]], said: str) -> list[dict[str, Any]]:
    """The letters of `said` in the line it is part of, spaces aside."""
    wanted = _letters(said)
    for line in lines:
        chars = [char for char in line["chars"] if char["text"].strip()]
        at = "".join(char["text"] for char in chars).find(wanted)
        if at >= 0:
            return chars[at : at + len(wanted)]
    raise AssertionError(f"{said!r} is not on the page")


def _all_tables(content: bytes) -> list[list[list[str]]]:
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return [
            [[re.sub(r"\s+", " ", cell or "").strip() for cell in row] for row in table]
            for page in pdf.pages
            for table in page.filter(_is_no_picture).extract_tables()
        ]


def _is_no_picture(shape: Mapping[str, Any]) -> bool:
    """Letters and the lines of tables, which are black and unfilled: bars of a chart look like cells."""
    return shape["object_type"] == "char" or (not shape["fill"] and len(set(shape["stroking_color"])) == 1)


def _cells(content: bytes) -> list[str]:
    return [_letters(cell) for table in _all_tables(content) for row in table for cell in row]


def _tables(content: bytes, column: str) -> list[list[str]]:
    """The rows of every table with that column, heads aside."""
    return [row for table in _all_tables(content) for row in table[1:] if column in table[0]]


def _main_tables(content: bytes) -> list[list[str]]:
    return _tables(content, "Tính chất, ghi chú")


def _annex_tables(content: bytes, column: str) -> list[list[str]]:
    return _tables(content, column)


def _fonts(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for page in PdfReader(io.BytesIO(content)).pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            for descendant in font.get_object().get("/DescendantFonts", [font]):
                written = descendant.get_object()
                found[written["/BaseFont"]] = written["/FontDescriptor"].get_object()
    return found


def _alternative_texts(content: bytes) -> set[str]:
    reader = PdfReader(io.BytesIO(content))
    return {
        str(value["/Alt"])
        for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1)
        if isinstance(value := _object(reader, number), dict) and "/Alt" in value
    }


def _object(reader: PdfReader, number: int) -> Any:
    from pypdf.generic import IndirectObject

    return IndirectObject(number, 0, reader).get_object()
