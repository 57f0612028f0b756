"""The leadership's page: complete without a network, escaped everywhere, Vietnamese to the eye."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.edition import Edition, edition_json, edition_of_json
from include.extracts.leadership.letters import write_out_unseen
from include.extracts.leadership.page import render_page, write_page
from include.extracts.leadership.page_data import page_data
from include.extracts.leadership.wording import VIETNAM
from include.extracts.leadership.workbook import write_workbook
from include.pipeline.extract import working_edition
from tests.unit.edition_builders import APPROVAL, CORRECTION, edition
from tests.unit.extract_builders import body, figure, indicator, language, snapshot
from tests.unit.page_editions import DAO_THANH, HEALTH, INJECTIONS, MY_THO, THOI_SON, drilled, hostile, wide

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028&amp;"


class Reader(HTMLParser):
    """The page as a browser would take it apart: tags with attributes, text outside scripts, scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            (self.scripts if tag == "script" else self.styles).append("")

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        elif self.cdata_elem == "style":
            self.styles[-1] += data
        elif self.cdata_elem is None:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    @property
    def policy(self) -> str:
        (policy,) = [
            attributes["content"]
            for tag, attributes in self.tags
            if attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        return policy or ""


@pytest.fixture(scope="module")
def page() -> Reader:
    return Reader(render_page(edition()))


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
    assert {(tag, name) for tag, name, _ in loading} == {("a", "href")}
    assert all(value.startswith("#") for _, _, value in loading)
    assert page.policy.startswith("default-src 'none';")
    assert "http" not in page.policy


def source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_only_the_scripts_and_styles_the_policy_names_may_run(page):
    data, figures, library, behaviour = page.scripts
    allowed = dict(each.split(" ", 1) for each in page.policy.split("; "))

    assert allowed["script-src"] == f"{source_hash(library)} {source_hash(behaviour)}"
    assert allowed["style-src"].split() == [source_hash(style) for style in page.styles]
    assert allowed["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in page.policy
    assert set(json.loads(data)) == {"bao-cao", "ngon-ngu"}
    assert [each["code"] for each in json.loads(figures)["indicators"]] == ["M01", "M02", "N01"]
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert "style" not in names


def test_the_script_makes_no_markup_of_text(page):
    behaviour = page.scripts[-1]
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("):
        assert way not in behaviour


def test_plotly_is_in_the_page_once(page):
    assert [len(script) > 4_000_000 for script in page.scripts] == [False, False, True, False]


def test_a_hostile_name_stays_text_in_the_markup_and_in_the_charts():
    shown = snapshot(
        bodies=(body("1", HOSTILE), body("2", HOSTILE, "not_reported")),
        indicators=(
            indicator(
                "M02", figure("M02", "4"), breakdowns=(language("M02", "en", HOSTILE, "4"),), reading_note=HOSTILE
            ),
        ),
    )

    read = Reader(render_page(edition(snapshot=shown, lineage=())))

    assert len(read.scripts) == 4
    assert "img" not in {tag for tag, _ in read.tags}
    assert json.loads(read.scripts[0])["ngon-ngu"]["data"][0]["y"] == [write_out_unseen(HOSTILE)]
    assert write_out_unseen(HOSTILE) in json.loads(read.scripts[1])["words"]
    assert "alert(1)" in read.text


def test_every_string_a_cell_may_hold_is_text_in_the_markup_and_in_the_data():
    read = Reader(render_page(hostile()))

    assert len(read.scripts) == 4
    assert "img" not in {tag for tag, _ in read.tags}
    words = json.loads(read.scripts[1])["words"]
    for each in map(write_out_unseen, INJECTIONS):
        assert each in words
        # A warning, a missing body's name, the note.
        assert read.text.count(re.sub(r"\s+", " ", each).strip()) >= 3, each
    for island in read.scripts[:2]:
        assert not re.search("[<>&\u2028\u2029]", island)


def test_the_same_edition_gives_the_same_bytes_also_when_it_was_kept(tmp_path: Path):
    shown = drilled()
    kept = edition_of_json(edition_json(shown), APPROVAL)

    write_page(shown, tmp_path / "a.html")
    write_page(kept, tmp_path / "b.html")

    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_the_page_says_which_edition_it_is(page):
    shown = edition()

    assert "Báo cáo 6 tháng đầu năm 2026, số 2026-06T/1 (lần 1)" in page.text
    assert "18/06/2026, 08:00, theo số liệu biết đến 18/06/2026, 08:00" in page.text
    assert "Duyệt lúc 19/06/2026, 09:30" in page.text
    assert f"Mã nội dung {shown.content_hash[:12]}" in page.text
    assert shown.content_hash not in page.text
    for nowhere in ("DỰ THẢO", "ĐÍNH CHÍNH lần", "chậm so với lịch", "BẢN LÀM VIỆC"):
        assert nowhere not in page.text


def test_nobody_who_reviewed_approved_or_froze_is_on_the_page():
    whole = render_page(edition(frozen_by="nguoi.chot"))

    for who in (APPROVAL.reviewed_by, APPROVAL.approved_by, "nguoi.chot"):
        assert who not in whole


def test_a_draft_says_so_until_it_is_approved():
    read = Reader(render_page(edition(approval=None)))

    assert read.text.index("DỰ THẢO") < 250
    assert "chưa duyệt, đang là dự thảo" in read.text
    assert ("body", {"class": "draft"}) in read.tags


def test_a_working_copy_is_called_none_of_the_released():
    read = Reader(render_page(edition(edition_number=0, approval=None)))

    assert read.text.index("BẢN LÀM VIỆC – chưa phát hành") < 250
    assert "Bản làm việc, chưa phát hành" in read.text
    assert "2026-06T/0" not in read.text
    assert "Duyệt lúc" not in read.text


def test_a_late_edition_says_when_it_was_due():
    late = edition(is_late=True, frozen_at=datetime(2026, 6, 20, 7, 0, tzinfo=VIETNAM))

    assert "phát hành chậm so với lịch. Theo lịch: 18/06/2026, 08:00." in Reader(render_page(late)).text


def test_a_correction_lists_what_changed_from_what_to_what_and_why():
    read = Reader(render_page(edition(edition_number=2, correction=CORRECTION)))

    assert "ĐÍNH CHÍNH lần 1" in read.text
    assert "Bản này thay bản lần 1. Lý do: Phường Đạo Thạnh gửi lại báo cáo." in read.text
    assert "Toàn tỉnh 1.232,5 1.234,5 Phường Đạo Thạnh nộp lại" in read.text


def test_the_same_period_stands_beside_each_headline_with_why_where_there_is_none():
    read = Reader(render_page(drilled()))

    assert "tăng 261,5 tin, bài 6 tháng đầu năm 2025: 1.000 tin, bài (chính thức)" in read.text
    assert "giảm 10,0 điểm phần trăm 6 tháng đầu năm 2025: 60,0 % (chính thức)" in read.text
    assert "6 tháng đầu năm 2025: thiếu số liệu ; Chưa có cùng kỳ." in read.text


def test_without_a_comparison_there_is_no_column_and_no_choice_of_period():
    whole = render_page(edition(comparisons=()))

    assert 'id="filter-period"' not in whole
    assert 'data-label="Cùng kỳ"' not in whole


def test_every_headline_number_can_be_read_back():
    shown = drilled()
    rows = re.findall(
        r'<tr data-code="(\w+)" data-side="(\w+)".*?<td class="n value[^>]*>([^<]*)', render_page(shown), re.S
    )

    read_back = {(code, side): text.strip() for code, side, text in rows}
    assert read_back == {
        ("M01", "single"): "1.261,5",
        ("K02", "single"): "50,0",
        ("R02", "single"): "không nêu",
        ("X02", "single"): "12,5",
        ("N01", "single"): "thiếu số liệu",
    }
    assert read_back == {(each.indicator_code, each.side): each.shown for each in shown.snapshot.headlines}


def decoded(shown: Edition) -> dict[str, Any]:
    """Per indicator: shown value by group and body, and per term its sums, words instead of places."""
    data = page_data(shown)
    words = data["words"]
    groups, bodies = [each[0] for each in data["groups"]], [each[0] for each in data["bodies"]]

    def scope(key: str) -> str:
        return {"": "", "g": "group:", "b": "unit:"}[key[:1]] + (
            "" if not key else (groups if key[0] == "g" else bodies)[int(key[1:])]
        )

    return {
        indicator["code"]: {
            "groups": {groups[int(at)]: words[each[0]] for at, each in side["groups"].items()},
            "bodies": {bodies[int(at)]: words[each[0]] for at, each in side["bodies"].items()},
            "sums": {
                term["side"]: {scope(key): words[at] for key, at in term["sums"].items()} for term in side["terms"]
            },
            "shown": [words[term["cells"][at]] for term in side["terms"] for at in range(6, len(term["cells"]), 8)],
            "added": [words[term["cells"][at]] for term in side["terms"] for at in range(7, len(term["cells"]), 8)],
        }
        for indicator in data["indicators"]
        for side in indicator["sides"]
    }


def test_groups_and_bodies_have_their_values_and_cells_add_up_at_every_depth():
    read = decoded(drilled())

    assert read["M01"]["groups"] == {"commune": "1.254,5", "department": "7"}
    assert read["M01"]["bodies"] == {
        DAO_THANH: "1.234,5",
        MY_THO: "20",
        THOI_SON: "thiếu số liệu",
        HEALTH: "7",
    }
    assert read["M01"]["sums"]["numerator"] == {
        "": "1.261,5",
        "group:commune": "1.254,5",
        "group:department": "7",
        f"unit:{DAO_THANH}": "1.234,5",
        f"unit:{MY_THO}": "20",
        f"unit:{HEALTH}": "7",
    }
    assert read["M01"]["added"] == ["1.000,25", "234,25", "20", "7"]
    assert read["K02"]["sums"]["numerator"][""] == "400.000.000"
    assert read["K02"]["sums"]["denominator"][""] == "800.000.000"
    assert read["X02"]["sums"]["numerator"][""] == "12.500.000"


def test_hidden_cells_show_neither_number_nor_state_and_are_not_added():
    read = decoded(drilled())["R02"]

    assert read["shown"] == read["added"] == ["không nêu", "không nêu"]
    assert {text for sums in read["sums"].values() for text in sums.values()} == {"không nêu"}


def test_one_hidden_cell_hides_every_sum_it_is_part_of_and_no_other():
    shown = drilled()
    first, *others = shown.lineage
    sums = decoded(replace(shown, lineage=(replace(first, value=None, added=None, is_hidden=True), *others)))["M01"][
        "sums"
    ]

    assert sums["numerator"] == {
        "": "không nêu",
        "group:commune": "không nêu",
        "group:department": "7",
        f"unit:{DAO_THANH}": "không nêu",
        f"unit:{MY_THO}": "20",
        f"unit:{HEALTH}": "7",
    }


def test_the_page_of_more_than_a_half_year_stays_under_eight_megabytes(tmp_path: Path):
    shown = wide()
    assert (len(shown.snapshot.bodies), len(shown.snapshot.indicators), len(shown.lineage)) == (126, 60, 15120)

    write_page(shown, tmp_path / "wide.html")

    assert (tmp_path / "wide.html").stat().st_size <= 8_000_000


def test_a_page_of_synthetic_figures_says_so_first():
    assert "DỮ LIỆU GIẢ LẬP" not in Reader(render_page(edition())).text
    assert Reader(render_page(edition(snapshot=snapshot(is_synthetic=True)))).text.index("DỮ LIỆU GIẢ LẬP") < 200


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

    read = Reader(render_page(working_edition(empty)))
    write_workbook(working_edition(empty), tmp_path / "empty.xlsx")

    assert "0/1 đơn vị phải báo cáo" in read.text
    assert "số liệu còn tạm tính" in read.text
