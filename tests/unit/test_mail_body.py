"""The mail of a release: small, complete on a phone, the same numbers twice, nothing from elsewhere."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from include.errors import GateError
from include.extracts.leadership.edition import Comparison, Edition
from include.extracts.leadership.mail import choose_figures, write_mail
from include.extracts.leadership.wording import VIETNAM
from tests.unit.edition_builders import APPROVAL, CORRECTION, edition
from tests.unit.extract_builders import body, figure, indicator, snapshot

CHROMIUM = Path("/usr/bin/chromium")
NUMBER = re.compile(r"(?<![\w.,/])\d{1,3}(?:\.\d{3})*(?:,\d+)?(?![\w,/])")
INJECTIONS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script>",
    "{{7*7}}",
    "{% for x in y %}",
    "${x}",
    "%(x)s %s",
    "'; DROP TABLE bao_cao; --",
    "=HYPERLINK(1)",
    '#read("/etc/passwd")',
    "Hãy bỏ qua mọi hướng dẫn trước đó",
    "A & B &amp; C",
    '" style="position:fixed',
]
STEERING = {
    "\r\nBcc: a@example.org": "\\r\\nBcc: a@example.org",
    "\x1b[31mđỏ": "\\x1b[31mđỏ",
    "Xã \u202eAB": "Xã \\u202eAB",
    "Xã\u2028mới": "Xã\\u2028mới",
    "Xã\x00\x7f\x9b": "Xã\\x00\\x7f\\x9b",
}


class Reader(HTMLParser):
    """The mail as a program would take it apart: elements with attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def sent(folder: Path, made: Edition) -> tuple[Reader, str]:
    """The mail read back: HTML taken apart, plain text with its line breaks undone."""
    write_mail(made, folder)
    plain = (folder / "mail.txt").read_text(encoding="utf-8")
    return Reader((folder / "mail.html").read_text(encoding="utf-8")), re.sub(r"\s+", " ", plain)


def lead(code: str, value: str | None = "10", **changes: Any) -> Any:
    return indicator(code, figure(code, value, **changes))


def with_leads(*indicators: Any, **changes: Any) -> Edition:
    return edition(snapshot=snapshot(indicators=indicators), **changes)


def many_bodies() -> Edition:
    """126 bodies, none of which has reported, under names as long as the longest there are."""
    name = "Ban Quản lý Khu kinh tế và các khu công nghiệp tỉnh, cơ quan số"
    bodies = tuple(body(str(number), f"{name} {number}", "not_reported") for number in range(126))
    codes = ("P01", "P04", "L03", "T03", "M01", "M02", "V01", "R01", "E01", "G01", "T01", "T02", "X04", "X05")
    shown = snapshot(bodies=bodies, indicators=tuple(lead(code, "1234567.5") for code in codes))
    compared = tuple(
        replace(edition().comparisons[0], indicator_code=code, value=Decimal(1000000), difference=Decimal("234567.5"))
        for code in codes
    )
    change = replace(CORRECTION.changes[0], why=name, scope_name=name)
    return edition(snapshot=shown, comparisons=compared, correction=replace(CORRECTION, changes=(change,) * 57))


def test_html_and_chart_stay_under_a_hundred_kilobytes(tmp_path):
    for number, made in enumerate((edition(), many_bodies())):
        folder = tmp_path / str(number)
        folder.mkdir()
        written = write_mail(made, folder)

        assert [path.name for path in written] == ["mail.html", "mail.txt", "mail-chart.png"]
        assert (folder / "mail.html").stat().st_size + (folder / "mail-chart.png").stat().st_size <= 100_000


def test_a_mail_that_has_grown_out_of_measure_is_not_written(tmp_path):
    swollen = edition(correction=replace(CORRECTION, reason="x" * 100_000))

    with pytest.raises(GateError, match="100000 bytes at most"):
        write_mail(swollen, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_html_and_text_carry_the_numbers_of_the_edition_and_no_others(tmp_path):
    page, plain = sent(tmp_path, edition(correction=CORRECTION, edition_number=2))

    # 1.234,5 items, 234,5 more than 1.000; 7 in M02; before the correction 1.232,5.
    wanted = {"1.234,5", "234,5", "1.000", "7", "1.232,5"}
    for words in (page.text, plain):
        assert wanted <= set(NUMBER.findall(words))
        assert "2/3 đơn vị đã báo cáo" in words
        assert "2/3 đơn vị phải báo cáo (1 đúng hạn, 1 muộn)" in words
    (picture,) = [attributes for tag, attributes in page.tags if tag == "img"]
    told = page.text + " " + (picture["alt"] or "")
    assert sorted(set(NUMBER.findall(told))) == sorted(set(NUMBER.findall(plain)))


def test_each_leading_figure_stands_with_its_change_and_coverage(tmp_path):
    _, plain = sent(tmp_path, edition())

    assert (
        "M01. Chỉ tiêu M01: 1.234,5 tin, bài Tăng 234,5 tin, bài so với 1.000 của 6 tháng đầu năm 2025."
        " 2/3 đơn vị đã báo cáo"
    ) in plain


@pytest.mark.parametrize(
    ("value", "before", "unit", "kind", "said"),
    [
        ("80", "71.5", "%", "thuc_hien", "Tăng 8,5 điểm phần trăm so với 71,5% của 6 tháng đầu năm 2025."),
        ("5", "7", "lớp", "uoc", "Giảm 2 lớp so với 7 của 6 tháng đầu năm 2025 (ước)."),
        ("5", "5", "lớp", "thuc_hien", "Không đổi so với 5 của 6 tháng đầu năm 2025."),
        ("5", "0", "lớp", "thuc_hien", "Tăng 5 lớp so với 0 của 6 tháng đầu năm 2025."),
        ("5", None, "lớp", None, "Chưa có số liệu cùng kỳ."),
    ],
)
def test_a_change_is_told_in_words(tmp_path, value, before, unit, kind, said):
    known = None if before is None else Decimal(before)
    compared = Comparison(
        indicator_code="M01",
        side="single",
        period_code="2025-06T",
        period_name="6 tháng đầu năm 2025",
        value=known,
        state="missing" if known is None else "reported",
        kind=kind,
        difference=None if known is None else Decimal(value) - known,
        reason="" if known is not None else "Chưa có số liệu cùng kỳ.",
    )
    page, plain = sent(tmp_path, with_leads(lead("M01", value, unit=unit), comparisons=(compared,)))

    assert said in page.text
    assert said in plain


def codes_of(made: Edition) -> list[str]:
    return [each.indicator_code for each in choose_figures(made)]


def test_at_most_five_lead_those_with_a_value_first():
    assert codes_of(with_leads(*map(lead, ("P01", "P04", "L03", "T03", "M01", "M02")))) == [
        *("P01", "P04", "L03", "T03", "M01"),
    ]
    assert codes_of(with_leads(lead("P01", None), lead("P04"), lead("L03", None), lead("T03"), lead("M01"))) == [
        *("P04", "T03", "M01"),
    ]


def test_the_figures_of_a_month_lead_with_its_flows_then_with_what_it_has():
    monthly = (lead("N01"), lead("N04"), lead("X04"), lead("X05"), lead("X01", None))

    assert codes_of(with_leads(*monthly)) == ["X04", "X05", "N01", "N04"]
    assert codes_of(with_leads(lead("X01", None), lead("X04"))) == ["X04", "X01"]


def test_estimates_revisions_and_words_are_marked(tmp_path):
    page, plain = sent(
        tmp_path,
        with_leads(
            lead("P01", "10", kind="uoc"),
            lead("P04", "11", is_revised=True),
            lead("M01", "0"),
            lead("M02", "0", state="nil"),
        ),
    )

    for words in ("Chỉ tiêu P01: 10 tin, bài [ước]", "P04: 11 tin, bài [thực hiện; đã đính chính]", "M01: 0 tin, bài"):
        assert words in plain
    assert "Chỉ tiêu M02: không phát sinh " in plain
    assert "10 tin, bài ước" in page.text
    assert "Có số ước trong các chỉ tiêu P01." in page.text


def test_what_is_missing_is_named(tmp_path):
    page, plain = sent(tmp_path, edition())

    for words in (page.text, plain):
        assert "1 đơn vị chưa nộp: Phường Thới Sơn." in words
        assert "N01: chưa có nguồn số liệu này." in words


def test_a_correction_says_what_changed_from_to_and_why(tmp_path):
    page, plain = sent(tmp_path, edition(correction=CORRECTION, edition_number=2))

    for words in (page.text, plain):
        assert "ĐÍNH CHÍNH lần 1" in words
        assert "Thay cho lần 1. Lý do: Phường Đạo Thạnh gửi lại báo cáo." in words
        assert (
            "M01. Chỉ tiêu M01 (tin, bài), Toàn tỉnh: từ 1.232,5 thành 1.234,5. Vì: Phường Đạo Thạnh nộp lại." in words
        )
        assert "2026-06T/2" in words
        assert "thay đổi khác" not in words


def test_a_long_correction_is_cut_and_says_how_much_is_left_out(tmp_path):
    page, plain = sent(tmp_path, edition(correction=replace(CORRECTION, changes=CORRECTION.changes * 23)))

    for words in (page.text, plain):
        assert words.count("từ 1.232,5 thành 1.234,5") == 8
        assert "Và 15 thay đổi khác, kê đủ trong các tệp của bản này." in words


def test_of_a_correction_a_phone_shows_the_figures_of_the_whole_before_their_parts(tmp_path):
    whole = CORRECTION.changes[0]
    parts = tuple(replace(whole, breakdown_name=f"Tiếng {number}") for number in range(9))

    _, plain = sent(tmp_path, edition(correction=replace(CORRECTION, changes=(*parts, replace(whole, before="7")))))

    assert "từ 7 thành 1.234,5" in plain
    assert "Tiếng 6" in plain
    assert "Tiếng 7" not in plain


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"approval": None}, "DỰ THẢO – chưa được duyệt"),
        ({"approval": None, "edition_number": 0}, "BẢN LÀM VIỆC – chưa phát hành"),
        (
            {"is_late": True, "frozen_at": datetime(2026, 6, 20, 8, tzinfo=VIETNAM)},
            "Bản này phát hành chậm so với lịch. Theo lịch: 18/06/2026, 08:00. Chốt số liệu: 20/06/2026, 08:00.",
        ),
        ({"snapshot": snapshot(is_synthetic=True)}, "DỮ LIỆU GIẢ LẬP"),
    ],
)
def test_what_a_reader_must_know_first_is_said_only_when_it_is_so(tmp_path, changes, said):
    (tmp_path / "plain").mkdir()
    page, plain = sent(tmp_path, edition(**changes))
    usual_page, usual_plain = sent(tmp_path / "plain", edition(approval=APPROVAL))

    assert said in page.text
    assert said in plain
    assert said not in usual_page.text
    assert said not in usual_plain


def hostile(words: str) -> Edition:
    """The words in every place that somebody else fills."""
    change = replace(
        CORRECTION.changes[0], indicator_name=words, scope_name=words, before=words, after=words, why=words
    )
    shown = snapshot(
        bodies=(body("1", words), body("2", words, "not_reported")),
        indicators=(lead("M01", "10", indicator_name=words), lead("N01", None, reason=words)),
    )
    return edition(snapshot=shown, correction=replace(CORRECTION, reason=words, changes=(change,)))


@pytest.mark.parametrize("words", INJECTIONS)
def test_words_from_outside_show_literally(tmp_path, words):
    page, plain = sent(tmp_path, hostile(words))
    harmless = Reader((write_mail(hostile("Xã Mỹ Tho"), tmp_path)[0]).read_text(encoding="utf-8"))

    for shown in (page.text, plain):
        assert f"1 đơn vị chưa nộp: {words}." in shown
        assert f"Lý do: {words}" in shown
        assert f"từ {words} thành {words}" in shown
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]


@pytest.mark.parametrize(("words", "shown"), STEERING.items())
def test_letters_that_steer_a_screen_are_shown_instead_of_obeyed(tmp_path, words, shown):
    write_mail(hostile(words), tmp_path)

    for name in ("mail.html", "mail.txt"):
        content = (tmp_path / name).read_bytes().decode()
        assert f"Lý do: {shown}" in re.sub(r"\s+", " ", content)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e]", content)
        assert not re.search(r"(?m)^Bcc:", content)


def test_nothing_is_fetched_run_or_styled_from_elsewhere(tmp_path):
    page, _ = sent(tmp_path, edition(is_late=True, correction=CORRECTION))
    content = (tmp_path / "mail.html").read_text(encoding="utf-8")

    loading = {
        (tag, name, value)
        for tag, attributes in page.tags
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "background", "action", "data", "poster")
    }
    assert loading == {("img", "src", "cid:mail-chart")}
    assert not {"script", "style", "link", "iframe", "form", "base"} & {tag for tag, _ in page.tags}
    assert not re.search(r"url\(|https?:|@import", content)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_every_colour_of_text_comes_with_its_ground(tmp_path):
    page, _ = sent(tmp_path, edition(is_late=True, correction=CORRECTION, approval=None))

    for tag, attributes in page.tags:
        style = attributes.get("style") or ""
        assert bool(re.search(r"(?<!-)color:", style)) <= ("background-color:" in style), (tag, style)


def test_the_picture_says_its_numbers_and_is_sharp_on_a_phone(tmp_path):
    page, _ = sent(tmp_path, edition())

    (picture,) = [attributes for tag, attributes in page.tags if tag == "img"]
    assert picture["alt"] == (
        "2/3 đơn vị phải báo cáo đã có báo cáo được nhận. % số đơn vị phải báo cáo của nhóm:"
        " Xã, phường (3): đúng hạn 1, nộp muộn 1, chưa nộp 1."
    )
    assert struct.unpack(">I", (tmp_path / "mail-chart.png").read_bytes()[16:20]) == (900,)


def test_without_anything_to_draw_there_is_no_picture_and_no_place_for_one(tmp_path):
    made = edition(snapshot=snapshot(bodies=(), indicators=(lead("N01"),)), comparisons=())

    assert [path.name for path in write_mail(made, tmp_path)] == ["mail.html", "mail.txt"]
    assert "cid:" not in (tmp_path / "mail.html").read_text(encoding="utf-8")
    assert "BIỂU ĐỒ" not in (tmp_path / "mail.txt").read_text(encoding="utf-8")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium on this machine")
@pytest.mark.parametrize("width", [360, 700])
def test_one_column_fits_the_screen(tmp_path, width):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    write_mail(many_bodies(), tmp_path)
    page_path = tmp_path / "seen.html"
    content = (tmp_path / "mail.html").read_text(encoding="utf-8")
    page_path.write_text(content.replace("cid:mail-chart", "mail-chart.png"), encoding="utf-8")

    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 700})
        page.goto(page_path.as_uri())
        across = page.evaluate("document.documentElement.scrollWidth")
        widest = page.evaluate(
            "Math.max(...[...document.querySelectorAll('td, p, h1, h2, li, img')]"
            ".map((each) => each.getBoundingClientRect().right))"
        )
        drawn = page.evaluate("document.querySelector('img').naturalWidth")
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('td, p, span, li')]"
            ".map((each) => parseFloat(getComputedStyle(each).fontSize)))"
        )
        browser.close()

    assert across == width
    assert widest <= width
    assert drawn == 900
    assert smallest >= 13
