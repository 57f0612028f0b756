"""The leadership's page: complete without a network, escaped everywhere, Vietnamese to the eye."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.page import render_page
from include.extracts.leadership.workbook import write_workbook
from include.pipeline.extract import working_edition
from tests.unit.extract_builders import body, figure, indicator, language, snapshot

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028&amp;"


class Reader(HTMLParser):
    """The page as a browser would take it apart: tags with attributes, text outside scripts, scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        elif self.cdata_elem is None:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def page() -> Reader:
    return Reader(render_page(snapshot()))


def test_the_page_says_period_cut_off_who_reported_and_who_did_not_by_name(page):
    assert "6 tháng đầu năm 2026 (2026-06T), từ 01/01/2026 đến 30/06/2026" in page.text
    assert "từ 31/05/2026 đến 08/06/2026" in page.text
    assert "2/3 đơn vị phải báo cáo (1 đúng hạn, 1 muộn)" in page.text
    assert "1 đơn vị chưa nộp: Phường Thới Sơn." in page.text
    assert "N01: chưa có nguồn số liệu này." in page.text
    assert "Không có chỉ tiêu nào mang số ước." in page.text
    assert "a" * 64 in page.text


def test_numbers_are_written_the_vietnamese_way(page):
    assert "1.234,5" in page.text
    assert "10/06/2026, 09:00" in page.text


def test_the_page_asks_nothing_of_any_network(page):
    loading = {
        (tag, name, value)
        for tag, attributes in page.tags
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster")
    }
    assert loading == set()
    (policy,) = [
        attributes["content"]
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_only_the_scripts_the_policy_names_may_run(page):
    (policy,) = [
        attributes["content"]
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    data, library, behaviour = page.scripts
    for script in (library, behaviour):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy
    assert set(json.loads(data)) == {"bao-cao", "ngon-ngu"}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_a_hostile_name_stays_text_in_the_markup_and_in_the_charts():
    hostile = snapshot(
        bodies=(body("1", HOSTILE), body("2", HOSTILE, "not_reported")),
        indicators=(
            indicator(
                "M02", figure("M02", "4"), breakdowns=(language("M02", "en", HOSTILE, "4"),), reading_note=HOSTILE
            ),
        ),
    )

    read = Reader(render_page(hostile))

    assert len(read.scripts) == 3
    assert "img" not in {tag for tag, _ in read.tags}
    assert json.loads(read.scripts[0])["ngon-ngu"]["data"][0]["y"] == [HOSTILE]
    assert "alert(1)" in read.text


def test_the_same_snapshot_gives_the_same_page():
    assert render_page(snapshot()) == render_page(snapshot())


def test_a_page_of_synthetic_figures_says_so_first():
    assert "DỮ LIỆU GIẢ LẬP" not in Reader(render_page(snapshot())).text
    assert Reader(render_page(snapshot(is_synthetic=True))).text.index("DỮ LIỆU GIẢ LẬP") < 200


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"value": Decimal(0), "state": "reported"}, "0"),
        ({"value": Decimal(0), "state": "nil"}, "không phát sinh"),
        ({"value": None, "state": "missing"}, "thiếu số liệu"),
        ({"value": None, "state": "withheld"}, "không cung cấp"),
        ({"value": None, "state": "not_applicable"}, "không áp dụng"),
        ({"value": None, "state": "no_value"}, "không tính được"),
        ({"value": None, "numerator": None, "state": "suppressed", "numerator_mark": "<5"}, "<5"),
        (
            {
                "value": None,
                "numerator": None,
                "denominator": Decimal(9),
                "state": "suppressed",
                "numerator_mark": "<5",
            },
            "không nêu",
        ),
    ],
)
def test_what_is_no_number_is_a_word_and_zero_is_a_number(changes, shown):
    assert replace(figure(), **changes).shown == shown


def test_charts_begin_at_zero_and_their_title_says_what_is_seen():
    reports, languages = draw_charts(snapshot())

    assert reports.title == "2/3 đơn vị phải báo cáo đã có báo cáo được nhận"
    assert reports.figure["layout"]["xaxis"]["range"][0] == 0
    assert languages.title == "Chỉ tiêu M02: 7; nhiều nhất: Tiếng Anh (4)"
    assert languages.figure["layout"]["xaxis"]["rangemode"] == "tozero"
    # What has no number has no bar; its word stays in the table beside.
    assert languages.figure["data"][0]["y"] == ["Tiếng Anh", "Tiếng Khmer"]
    assert languages.rows[-1] == ("Tiếng Trung", "thiếu số liệu")


def test_the_remainder_is_drawn_last_and_never_called_the_largest():
    chosen = indicator(
        "M02",
        figure("M02", "14"),
        breakdowns=(language("M02", "khac", "Ngôn ngữ khác", "10"), language("M02", "en", "Tiếng Anh", "4")),
    )

    *_, chart = draw_charts(snapshot(indicators=(chosen,)))

    assert chart.title.endswith("nhiều nhất: Tiếng Anh (4)")
    assert chart.figure["data"][0]["y"] == ["Tiếng Anh", "Ngôn ngữ khác"]


def test_no_colour_is_red_or_green():
    colours = re.findall(r"#[0-9a-fA-F]{6}", json.dumps([chart.figure for chart in draw_charts(snapshot())]))

    for colour in colours:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert not (red > 150 and green < 100 and blue < 100), colour
        assert not (green > 120 and red < 120 and blue < 110), colour


def test_a_period_nobody_has_reported_for_still_has_its_page(tmp_path):
    empty = snapshot(
        bodies=(body("28249", "Phường Đạo Thạnh", "not_due_yet"),),
        known_until=None,
        cut_off_from=None,
        cut_off_to=None,
        indicators=(indicator("M01", figure("M01", None)),),
        sources=(),
        restatements=(),
        is_before_due=True,
    )

    read = Reader(render_page(empty))
    write_workbook(working_edition(empty), tmp_path / "empty.xlsx")

    assert "0/1 đơn vị phải báo cáo" in read.text
    assert "số liệu còn tạm tính" in read.text
