"""The charts: one description each, and the same numbers wherever it is drawn."""

from __future__ import annotations

import hashlib
import os
import re
import struct
import subprocess
import sys
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from include.errors import PlatformError
from include.extracts.leadership.chart_static import png_of, svg_of
from include.extracts.leadership.charts import CHANGES, FLOWS, Chart, Series, draw_charts, plotly_of
from include.extracts.leadership.edition import Comparison
from include.extracts.leadership.workbook import write_workbook
from include.indicators.catalogue import load_catalogue
from include.reference import load_reference
from tests.unit.edition_builders import edition
from tests.unit.extract_builders import body, figure, indicator, language, snapshot

SVG = "{http://www.w3.org/2000/svg}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxy" + "".join(
    chr(code)
    for code in (*range(0x00C0, 0x01B1), *range(0x1EA0, 0x1EFA))
    # The letters Vietnamese is written with, capitals included.
    if chr(code).lower() in "àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵăâđêôơư"
)


def compared(code: str, before: str | None, now: str = "0", **changes: Any) -> Comparison:
    value = None if before is None else Decimal(before)
    return Comparison(
        indicator_code=code,
        side="single",
        period_code="2025-06T",
        period_name="6 tháng đầu năm 2025",
        value=value,
        state="reported" if value is not None else "missing",
        kind="thuc_hien",
        difference=None if value is None else Decimal(now) - value,
        **changes,
    )


def languages() -> Chart:
    """English 4, Khmer 3, Japanese zero, French nothing happened, Chinese missing, others 10."""
    chosen = indicator(
        "M02",
        figure("M02", "17"),
        breakdowns=(
            language("M02", "khac", "Ngôn ngữ khác", "10"),
            language("M02", "en", "Tiếng Anh", "4"),
            language("M02", "ja", "Tiếng Nhật", "0"),
            figure(
                "M02",
                "0",
                state="nil",
                axis_code="language",
                axis_name="theo ngôn ngữ",
                member_code="fr",
                member_name="Tiếng Pháp",
            ),
            language("M02", "km", "Tiếng Khmer", "3"),
            language("M02", "zh", "Tiếng Trung", None),
        ),
    )
    (chart,) = draw_charts(snapshot(bodies=(), indicators=(chosen,)))
    return chart


def changes_of(*pairs: tuple[str, str | None, str | None]) -> Chart | None:
    """The chart of changes of headlines given as code, before, now."""
    shown = snapshot(indicators=tuple(indicator(code, figure(code, now)) for code, _, now in pairs))
    drawn = draw_charts(shown, [compared(code, before, now or "0") for code, before, now in pairs])
    return next((chart for chart in drawn if chart.code == CHANGES), None)


def bars_of(picture: bytes) -> dict[tuple[int, int], tuple[float, float]]:
    """Where each bar of the SVG begins and ends, by series and place."""
    found = {}
    for group in etree.fromstring(picture).iter(f"{SVG}g"):
        if match := re.fullmatch(r"bar-(\d+)-(\d+)", group.get("id", "")):
            outline = group.find(f"{SVG}path").get("d")
            across = [float(x) for x in re.findall(r"[ML] (-?[\d.]+) -?[\d.]+", outline)]
            found[int(match[1]), int(match[2])] = (min(across), max(across))
    return found


def native_of(path: Path) -> dict[str, list[tuple[list[str], list[float]]]]:
    """Title of each native chart: its series with categories and values, as Excel would draw them."""
    read = {}
    with zipfile.ZipFile(path) as container:
        for name in container.namelist():
            if name.startswith("xl/charts/chart"):
                root = etree.fromstring(container.read(name))
                heading = root.find(f"{DRAWING}chart/{DRAWING}title")
                title = "".join(node.text or "" for node in heading.iter() if node.tag.endswith("main}t"))
                read[title] = [
                    (
                        [node.text or "" for node in series.find(f"{DRAWING}cat").iter(f"{DRAWING}v")],
                        [float(node.text or "") for node in series.find(f"{DRAWING}val").iter(f"{DRAWING}v")],
                    )
                    for series in root.iter(f"{DRAWING}ser")
                ]
    return read


def test_plotly_picture_and_excel_draw_the_same_numbers(tmp_path):
    shown = snapshot(indicators=(*snapshot().indicators, indicator("T01", figure("T01", "45"))))
    made = edition(snapshot=shown, comparisons=(compared("M01", "1000", "1234.5"), compared("T01", "50", "45")))
    charts = draw_charts(made.snapshot, made.comparisons)
    write_workbook(made, tmp_path / "a.xlsx")
    native = native_of(tmp_path / "a.xlsx")

    assert [chart.code for chart in charts] == ["bao-cao", CHANGES, "ngon-ngu"]
    for chart in charts:
        drawn, picture = plotly_of(chart)["data"], bars_of(svg_of(chart))
        for number, series in enumerate(chart.series):
            lengths = chart.shares(series) if chart.is_stacked else series.values
            assert drawn[number]["x"] == [float(each) for each in lengths]
            assert drawn[number]["y"] == list(chart.categories)
            assert native[chart.title][number] == (list(chart.categories), [float(each) for each in series.values])
            for place, length in enumerate(lengths):
                begin, end = picture[number, place]
                assert end - begin == pytest.approx(abs(float(length)) * scale_of(chart, picture), abs=0.01)
    assert set(native) == {chart.title for chart in charts}
    # Worked out by hand: 2 of 3 on time or late, one silent; 1.234,5 is 23,45 % over 1.000; 45 is a tenth under 50.
    assert [(each.name, [int(v) for v in each.values]) for each in charts[0].series] == [
        ("Đúng hạn", [1]),
        ("Nộp muộn", [1]),
        ("Chưa nộp", [1]),
    ]
    assert charts[1].series[0].values == (Decimal("23.5"), Decimal("-10.0"))
    assert charts[1].series[0].labels == ("+23,5%", "−10,0%")


def scale_of(chart: Chart, picture: dict[tuple[int, int], tuple[float, float]]) -> float:
    """How long one unit is in the picture, by its longest bar."""
    lengths = {
        (number, place): abs(float(length))
        for number, series in enumerate(chart.series)
        for place, length in enumerate(chart.shares(series) if chart.is_stacked else series.values)
    }
    longest = max(lengths, key=lambda at: lengths[at])
    return (picture[longest][1] - picture[longest][0]) / lengths[longest]


def test_every_bar_begins_at_zero_in_every_drawing(tmp_path):
    chart = languages()
    begins = {round(begin, 3) for begin, _ in bars_of(svg_of(chart)).values()}
    write_workbook(edition(), tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as container:
        drawn = [container.read(name).decode() for name in container.namelist() if name.startswith("xl/charts/chart")]

    assert len(begins) == 1
    assert plotly_of(chart)["layout"]["xaxis"]["rangemode"] == "tozero"
    assert all('<c:min val="0"/>' in each for each in drawn)


def test_what_fell_lies_left_of_the_same_zero():
    chart = changes_of(("M01", "100", "150"), ("T01", "50", "45"))

    picture = bars_of(svg_of(chart))
    assert picture[0, 0][0] == pytest.approx(picture[0, 1][1], abs=0.01)
    assert chart.title == "So với 6 tháng đầu năm 2025: 1 chỉ tiêu tăng, 1 giảm"


def test_the_remainder_is_last_and_zero_nothing_happened_and_missing_are_told_apart(tmp_path):
    chart = languages()
    (series,) = chart.series

    assert chart.categories == ("Tiếng Anh", "Tiếng Khmer", "Tiếng Nhật", "Tiếng Pháp", "Ngôn ngữ khác")
    assert series.labels == ("4", "3", "0", "không phát sinh", "10")
    assert chart.absent == (("Tiếng Trung", "thiếu số liệu"),)
    assert ("Tiếng Trung", "thiếu số liệu") in chart.rows
    assert chart.title.endswith("nhiều nhất: Tiếng Anh (4)")
    assert chart.alt.endswith(
        "tin, bài: Tiếng Anh: 4; Tiếng Khmer: 3; Tiếng Nhật: 0; Tiếng Pháp: không phát sinh; Ngôn ngữ khác: 10;"
        " Tiếng Trung: thiếu số liệu."
    )


def test_only_flows_with_a_base_worth_a_percentage_are_compared():
    chart = changes_of(
        ("M01", "100", "150"),
        ("T01", "10", "11"),
        ("T02", "9", "18"),  # a handful
        ("V01", None, "7"),  # nothing to compare with
        ("E01", "100", None),  # no value now
        ("R03", "100", "150"),  # context, never measured
        ("S01", "50", "60"),  # a share
    )

    assert chart.categories == ("Chỉ tiêu M01", "Chỉ tiêu T01")
    assert chart.title == "So với 6 tháng đầu năm 2025: cả 2 chỉ tiêu đều tăng"
    assert chart.rows[1] == ("Chỉ tiêu T01 (tin, bài)", "11", "10", "+10,0%")
    assert changes_of(("M01", "100", "150"), ("T02", "9", "18")) is None  # one bar is a sentence
    assert CHANGES not in {each.code for each in draw_charts(snapshot())}


def test_whatever_is_compared_in_percent_is_added_up_over_the_period():
    catalogue, measures = load_catalogue(), load_reference().measures

    for code in FLOWS:
        assert catalogue[code].arithmetic == "sum"
        assert {measures[term.measure_code].nature for term in catalogue[code].terms} == {"flow"}
        assert catalogue[code].better == "up"


def test_parts_of_a_stack_differ_in_print_without_colour():
    states = ("on_time", "late", "quarantined", "not_reported")
    bodies = tuple(body(str(place), f"Xã {place}", state) for place, state in enumerate(states))

    chart, *_ = draw_charts(snapshot(bodies=bodies))

    assert len(chart.series) == 4
    assert len({series.pattern for series in chart.series}) == 4
    assert [each["marker"]["pattern"]["shape"] for each in plotly_of(chart)["data"]] == ["", "/", "x", "."]
    assert svg_of(chart).count(b"<pattern") == 3


def labelled(name: str) -> Chart:
    series = Series("Số", "#0072B2", "", (Decimal(1),), ("1",))
    return Chart("thu", "Thử", "Thử.", "tin, bài", "tin, bài", (name,), (series,), False, ("Tên", "Số"), ((name, "1"),))


def test_every_vietnamese_letter_is_drawn():
    assert len(set(VIETNAMESE)) == 22 + 2 * (7 + 12 * 5)  # seven letters of its own, twelve vowels with five tones

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg_of(labelled(VIETNAMESE))
        png_of(labelled(VIETNAMESE))


def test_a_letter_the_font_lacks_stops_the_chart():
    with pytest.raises(PlatformError, match=r"U\+6771"):
        svg_of(labelled("東京"))


def test_signs_of_other_languages_are_letters():
    plain, dressed = svg_of(labelled("x2")), svg_of(labelled("$x^2$"))

    assert len(re.findall(rb"<use ", dressed)) == len(re.findall(rb"<use ", plain)) + 3


def test_a_picture_is_as_wide_as_asked_and_tells_no_day():
    picture, outline = png_of(languages(), width_px=900, width_mm=90), svg_of(languages(), width_mm=160)

    assert struct.unpack(">I", picture[16:20]) == (900,)
    assert float(etree.fromstring(outline).get("width").removesuffix("pt")) == pytest.approx(160 / 25.4 * 72)
    assert b"dc:date" not in outline
    assert b"tEXt" not in picture


SAME = """
import hashlib, sys
from pathlib import Path
from include.extracts.leadership.chart_static import png_of, svg_of
from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.mail import write_mail
from include.extracts.leadership.workbook import write_workbook
from tests.unit.edition_builders import edition
made, folder = edition(), Path(sys.argv[1])
for chart in draw_charts(made.snapshot, made.comparisons):
    (folder / f"{chart.code}.svg").write_bytes(svg_of(chart))
    (folder / f"{chart.code}.png").write_bytes(png_of(chart))
write_mail(made, folder)
write_workbook(made, folder / "a.xlsx")
"""


def test_charts_mail_and_workbook_are_the_same_bytes_in_another_place_and_order(tmp_path):
    made = []
    for place, seed, language_code in (("Asia/Ho_Chi_Minh", "1", "C.UTF-8"), ("America/New_York", "2", "C")):
        folder = tmp_path / seed
        folder.mkdir()
        around = {
            **os.environ,
            "TZ": place,
            "PYTHONHASHSEED": seed,
            "LC_ALL": language_code,
            "MPLCONFIGDIR": str(folder),
        }
        subprocess.run([sys.executable, "-c", SAME, str(folder)], env=around, check=True, timeout=300)
        made.append(
            {
                path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in folder.iterdir()
                if path.suffix in (".svg", ".png", ".html", ".txt", ".xlsx")
            }
        )

    assert set(made[0]) == {
        *(f"{code}.{form}" for code in ("bao-cao", "ngon-ngu") for form in ("svg", "png")),
        *("mail.html", "mail.txt", "mail-chart.png", "a.xlsx"),
    }
    assert made[0] == made[1]
