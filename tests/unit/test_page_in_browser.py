"""The page as a reader has it: opened from a file, without a network, by mouse, by keyboard, on a desk and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from include.extracts.leadership.edition import Edition
from include.extracts.leadership.letters import write_out_unseen
from include.extracts.leadership.page import write_page
from tests.unit.page_editions import DAO_THANH, INJECTIONS, MY_THO, NAMES, drilled, hostile, wide

CHROMIUM = Path("/usr/bin/chromium")
# A machine at work on other things takes its time; nothing here is measured.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is absent: apt install chromium")


@dataclass(slots=True)
class Reading:
    """A page open in the browser with all that went wrong in it and everything it asked for."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def load(self, place: str) -> None:
        """Open the page at a place, from nothing."""
        self.page.goto("about:blank")
        self.page.goto(self.address + place)

    def go(self, place: str) -> None:
        """Change the address and wait until the page has followed: loading five megabytes again would show no more."""
        self.page.evaluate(
            "(place) => new Promise((followed) => { if (window.location.hash === place) { followed(); return; }"
            " window.addEventListener('hashchange', () => setTimeout(followed), { once: true });"
            " window.location.hash = place; })",
            place,
        )

    @property
    def heading(self) -> str:
        return self.page.locator("#xem-ten").inner_text()

    @property
    def place(self) -> str:
        return self.page.url.partition("#")[2]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(
    browser: Browser, shown: Edition, folder: Path, size: dict[str, int] = DESK, has_scripts: bool = True
) -> Reading:
    """The edition's page in a window of its own, offline; every request but for the file is refused and kept."""
    path = folder / "page.html"
    if not path.exists():
        write_page(shown, path)
    context = browser.new_context(
        offline=True, viewport={**size}, java_script_enabled=has_scripts, has_touch=size is PHONE, locale="en-US"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    reading = Reading(page, path.as_uri())

    def note(route, request) -> None:
        if request.url.partition("#")[0] != reading.address:
            reading.requests.append(request.url)
            route.abort()
        else:
            route.continue_()

    context.route("**/*", note)
    context.add_init_script(
        "window.fired = []; window.alert = (said) => window.fired.push(String(said));"
        "window.broken = []; document.addEventListener('securitypolicyviolation',"
        " (event) => window.broken.push(event.violatedDirective + ' ' + event.sourceFile + ':' + event.lineNumber));"
    )
    page.on("console", lambda said: reading.faults.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: reading.faults.append(str(error)))
    page.on("dialog", lambda dialog: (reading.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(reading.address)
    return reading


def is_clean(reading: Reading) -> bool:
    """Nothing was asked of a network, nothing said on the console, no policy broken, no hook fired."""
    assert reading.requests == []
    assert reading.faults == []
    assert reading.page.evaluate("[window.fired, window.broken]") == [[], []]
    return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def loaded(browser: Browser, folder: Path) -> Iterator[Reading]:
    reading = opened(browser, drilled(), folder)
    yield reading
    reading.page.context.close()


@pytest.fixture
def desk(loaded: Reading) -> Iterator[Reading]:
    """The page on a desk, back at its beginning; whatever a test did, nothing went wrong."""
    loaded.go("#/")
    yield loaded
    is_clean(loaded)


def numbers(texts: list[str]) -> list[Decimal]:
    """1.234,5 as a number."""
    return [Decimal(text.replace(".", "").replace(",", ".")) for text in texts]


def test_from_the_province_to_a_group_to_a_commune_with_the_figures_of_the_snapshot_and_back(desk):
    page = desk.page
    page.locator("table.indicators tr[data-code=M01] .name a").click()
    assert desk.heading == "M01. Số tin, bài về tỉnh"
    assert desk.place == "/M01"
    (m01,) = [each for each in drilled().snapshot.indicators if each.code == "M01"]
    rows = page.locator("#xem table.drill tbody tr")
    assert rows.locator("th").all_inner_texts() == [each.scope_name for each in m01.by_group]
    assert rows.locator("td.value .figure").all_inner_texts() == [f"{each.shown} tin, bài" for each in m01.by_group]
    assert page.locator("#xem .chart .main-svg").count() > 0

    page.get_by_role("link", name="Xã, phường").click()
    assert desk.place == "/M01/commune"
    rows = page.locator("#xem table.drill tbody tr")
    communes = [each for each in m01.by_unit if each.scope_code != "SYT"]
    assert rows.locator("th").all_inner_texts() == [each.scope_name for each in communes]
    assert rows.locator("td.value").all_inner_texts() == ["1.234,5 tin, bài", "20 tin, bài", "thiếu số liệu"]
    assert "ước" in rows.nth(1).inner_text()
    assert "Nộp muộn; bản 2" in rows.nth(1).inner_text()
    assert "Chưa nộp, đã quá hạn" in rows.nth(2).inner_text()

    page.get_by_role("link", name=NAMES[DAO_THANH]).click()
    assert desk.place == f"/M01/commune/{DAO_THANH}"
    assert page.locator("#xem .card .value").inner_text() == "1.234,5 tin, bài"
    assert page.locator(".crumbs li").all_inner_texts() == ["Toàn tỉnh", "M01", "Xã, phường", NAMES[DAO_THANH]]

    page.go_back()
    assert desk.place == "/M01/commune"
    assert desk.page.locator(".scope").inner_text().startswith("Xã, phường")
    page.go_back()
    page.go_back()
    expect(page.locator("#tong-quan")).to_be_visible()
    expect(page.locator("#xem")).to_be_hidden()
    page.go_forward()
    assert desk.heading == "M01. Số tin, bài về tỉnh"


def test_a_number_opens_its_cells_and_they_add_up_to_it(desk):
    page = desk.page
    page.locator("table.indicators tr[data-code=M01] td.value a").click()
    assert desk.place == "/M01/nguon"
    (term,) = page.locator("#nguon-con-so .term").all()
    assert term.locator("h4").inner_text() == "Các số cộng lại: 1.261,5"
    assert "Cộng các ô được 1.261,5, đúng bằng số đã in." in term.inner_text()
    for part in term.locator("summary").all():
        part.click()
    added = numbers(term.locator("tbody td.added").all_inner_texts())
    assert added == [Decimal("1000.25"), Decimal("234.25"), Decimal(20), Decimal(7)]
    assert sum(added) == drilled().snapshot.headlines[0].numerator
    assert term.locator("tfoot td.sum").all_inner_texts() == ["1.254,5", "7"]
    first = term.locator("tbody tr").first
    assert "bao-cao-dao-thanh.xlsx" in first.inner_text()
    assert "bản 1 · BN-2026-1 · SHA-256 aaaaaaaaaaaa" in first.inner_text()
    assert "Báo cáo, D12" in first.inner_text()
    assert page.locator("#lenh").input_value() == "ttdn trace M01 --period 2026-06T --release 2026-06T/1"
    switch = page.get_by_role("button", name="Ẩn nguồn của con số")
    assert switch.get_attribute("aria-expanded") == "true"
    switch.click()
    assert desk.place == "/M01"
    page.go_back()
    expect(page.locator("#nguon-con-so")).to_be_visible()

    desk.load(f"#/M01/commune/{MY_THO}")
    assert numbers(page.locator("#nguon-con-so td.added").all_inner_texts()) == [Decimal(20)]
    command = f"ttdn trace M01 --period 2026-06T --release 2026-06T/1 --scope unit:{MY_THO}"
    assert page.locator("#lenh").input_value() == command


def test_a_ratio_shows_its_two_sums_and_a_hidden_number_none(desk):
    page = desk.page
    desk.go("#/K02/commune/nguon")
    assert page.locator(".formula").inner_text() == "300.000.000 ÷ 500.000.000 × 100 = 60,0 %"
    assert page.locator(".term h4").all_inner_texts() == ["Tử số: 300.000.000", "Mẫu số: 500.000.000"]
    assert (
        page.locator("#lenh").input_value()
        == "ttdn trace K02 --period 2026-06T --release 2026-06T/1 --scope group:commune"
    )

    desk.go("#/X02/nguon")
    assert page.locator(".formula").inner_text() == "12.500.000 ÷ 1.000.000 = 12,5 triệu USD"

    desk.go("#/R02/nguon")
    told = page.locator("#nguon-con-so").inner_text()
    assert "không phát sinh" not in told
    assert told.count("Có ô không nêu con số, nên ở đây không cộng.") == 2
    assert set(page.locator("#nguon-con-so td.added").all_inner_texts()) == {"không nêu"}


def test_filters_narrow_the_list_and_stay_in_the_address(desk):
    page = desk.page
    shown = page.locator("table.indicators tr[data-code]:visible td:first-child")
    page.select_option("#filter-section", "III")
    assert shown.all_inner_texts() == ["K02"]
    assert desk.place == "/?muc=III"
    page.select_option("#filter-section", "")

    page.fill("#filter-text", "ty le")
    assert shown.all_inner_texts() == ["R02", "K02"]
    page.fill("#filter-text", "tỷ lệ")
    assert shown.all_inner_texts() == ["R02", "K02"]
    page.fill("#filter-text", "tỳ lệ")
    assert shown.all_inner_texts() == []
    page.fill("#filter-text", "")

    page.select_option("#filter-group", "department")
    rows = page.locator("#theo-nhom tr[data-code]")
    assert rows.count() == 3
    assert [row.locator("td").nth(2).inner_text() for row in rows.all()] == [
        "7 tin, bài",
        "33,3 %",
        "12.500.000 (cộng vào)",
    ]
    expect(page.locator("table.indicators")).to_be_hidden()
    page.go_back()
    assert page.locator("#filter-group").input_value() == ""
    expect(page.locator("table.indicators")).to_be_visible()

    desk.load("#/?ky=cung-ky&muc=III")
    assert page.locator("#filter-period").input_value() == "cung-ky"
    assert shown.all_inner_texts() == ["K02"]
    assert page.locator("tr[data-code=K02] .then:visible").inner_text() == "60,0 %"
    expect(page.locator("tr[data-code=K02] td.value")).to_be_hidden()
    assert "Đang xem số của cùng kỳ" in page.locator("#filter-note").inner_text()
    page.select_option("#filter-period", "ky-nay")
    expect(page.locator("tr[data-code=K02] td.compared")).to_be_hidden()
    expect(page.locator("tr[data-code=K02] td.value")).to_be_visible()


def test_a_list_of_bodies_is_searched_without_merging_names_that_differ_by_an_accent(browser, tmp_path):
    names = ("Xã Tân Thành", "Xã Tân Thạnh", *(f"Xã An Hòa {at}" for at in range(12)))
    reading = opened(browser, hostile(names), tmp_path)
    page = reading.page
    reading.go("#/M01/commune")
    seen = page.locator("table.drill tbody tr:visible th")
    page.fill("#tim-don-vi", "tan thanh")
    assert seen.all_inner_texts() == ["Xã Tân Thành", "Xã Tân Thạnh"]
    page.fill("#tim-don-vi", "tân thạnh")
    assert seen.all_inner_texts() == ["Xã Tân Thạnh"]
    assert is_clean(reading)
    page.context.close()


def test_everything_is_reached_by_keyboard_and_the_focus_is_seen_and_comes_back(desk):
    page = desk.page
    desk.load("")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("table.indicators tr[data-code=M01] .name a").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#xem-ten")).to_be_focused()
    page.get_by_role("button", name="Xem nguồn của con số").focus()
    page.keyboard.press("Space")
    expect(page.locator("#nguon-con-so")).to_be_focused()
    page.keyboard.press("Escape")
    assert desk.place == "/M01"
    page.keyboard.press("Escape")
    expect(page.locator("table.indicators tr[data-code=M01] .name a")).to_be_focused()


def test_an_address_that_leads_nowhere_shows_the_whole(desk):
    desk.go("#/M01")
    for nowhere in ("#/X99", "#/M01/nobody", f"#/M01/department/{DAO_THANH}", "#/%E0%A4%A", "#/M01/commune/28249/x/y"):
        desk.go(nowhere)
        expect(desk.page.locator("#tong-quan")).to_be_visible()
        desk.go("#/M01")
        expect(desk.page.locator("#tong-quan")).to_be_hidden()


def test_pointing_at_a_bar_tells_its_number_and_breaks_no_rule(desk):
    desk.go("#/M01")
    chart = desk.page.locator("#xem .chart")
    chart.evaluate("(chart) => chart.scrollIntoView()")
    box = chart.bounding_box()
    assert box is not None
    desk.page.mouse.move(box["x"] + 190, box["y"] + 30)
    desk.page.mouse.move(box["x"] + 200, box["y"] + 32)
    expect(desk.page.locator(".hovertext")).to_have_text("Xã, phường: 1.254,5 tin, bài")


def test_a_phone_scrolls_one_way_only(browser, folder):
    reading = opened(browser, drilled(), folder, PHONE)
    for place in ("#/", "#/M01", "#/M01/nguon", "#/M01/commune", f"#/K02/commune/{DAO_THANH}", "#/?nhom=commune"):
        reading.go(place)
        assert reading.overflow() == 0, place
    reading.go("#/M01")
    reading.page.get_by_role("link", name="Xã, phường").tap()
    assert reading.place == "/M01/commune"
    assert is_clean(reading)
    reading.page.context.close()


def test_what_a_cell_may_hold_is_seen_as_it_is_and_never_runs(browser, tmp_path):
    reading = opened(browser, hostile(), tmp_path)
    page = reading.page
    # plotly has drawn them as the names of bars, entities and all.
    drawn = "".join(page.locator("#chart-ngon-ngu").locator("text").all_text_contents())
    for each in ("<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "<b>đậm</b> &amp; &lt;", "{{7*7}}"):
        assert "".join(each.split()) in "".join(drawn.split()), each
    reading.go("#/M01/commune")
    listed = page.locator("table.drill tbody th").all_text_contents()
    shown = [write_out_unseen(each) for each in INJECTIONS]
    assert listed == shown
    for at, each in enumerate(shown):
        reading.go(f"#/M01/commune/U{at}")
        assert page.locator("#nguon-con-so .data").text_content() == each
        assert f"{each}, {each}" in page.locator("#nguon-con-so tbody").text_content()
    assert page.locator("img").count() == 0
    assert is_clean(reading)
    page.context.close()


def test_without_scripts_every_headline_is_there_and_the_reader_is_told_what_is_not(browser, folder):
    reading = opened(browser, drilled(), folder, has_scripts=False)
    page = reading.page
    assert page.locator("table.indicators tr[data-code] td.value").all_inner_texts() == [
        "1.261,5 tin, bài",
        "không nêu",
        "thiếu số liệu",
        "50,0 %",
        "12,5 triệu USD",
    ]
    assert "Trình duyệt không chạy được phần tra cứu" in page.locator("noscript").inner_text()
    expect(page.locator("#filter")).to_be_hidden()
    assert reading.requests == []
    page.context.close()


def test_the_widest_release_is_read_without_a_fault(browser, tmp_path):
    reading = opened(browser, wide(), tmp_path)
    reading.go("#/W07/commune/nguon")
    assert reading.page.locator("#xem table.drill tbody tr").count() == 126
    assert reading.page.locator(".term tbody tr").count() == 252
    assert is_clean(reading)
    reading.page.context.close()
