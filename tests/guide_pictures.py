"""Take the pictures of the guides in docs/huong-dan again: `python -m tests.guide_pictures`.

They are taken of a TTDN_HOME that holds the synthetic half-year and the approved edition 2026-06T/1; docs/guides.md
says how to get one. Needs LibreOffice Calc, poppler's pdftoppm and chromium, which the platform itself does without.
"""

from __future__ import annotations

import base64
import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pdfplumber
from PIL import Image, ImageChops, ImageOps
from playwright.sync_api import Page, sync_playwright

from include.errors import PlatformError
from include.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = ROOT / "docs" / "huong-dan" / "hinh"
MAX_WIDTH: Final = 1000
MAX_BYTES: Final = 150_000

RELEASE: Final = "2026-06T"
FAULTY_BODY: Final = "30259"
"""A commune of the sample that reports more answers in time than answers: one red cell."""

_COLOURS: Final = 128
_PAPER_WIDTH: Final = 760
_STATUS_LINES: Final = 26
_EDGE: Final = "#9aa5b1"
_MARKED: Final = (255, 199, 206)
_VIETNAMESE_OFFICE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi-VN</value></prop></item>
</oor:items>
"""
_TERMINAL: Final = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff }}
pre {{ margin: 0; padding: 14px 16px; font: 14px/1.5 "Liberation Mono"; color: #1f2937; width: max-content }}
b {{ color: #1f3864 }}
i {{ display: inline-block; width: 1ch; text-align: center; font-style: normal }}
</style><pre>{text}</pre>"""


def main() -> int:
    """Write every picture; says the name, width, height and size of each."""
    home = load_settings().home.resolve()
    released, draft = (home / "releases" / RELEASE / name for name in ("lan1", "lan1-du-thao"))
    report = _only(home / "inbox", f"BC_{RELEASE}_{FAULTY_BODY}_*.xlsx")
    answer = _only(home / "outbox", f"TraLoi_{RELEASE}_{FAULTY_BODY}_*.xlsx")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as kept:
        folder = Path(kept)
        form = _print_workbook(report, folder)
        answered = _print_workbook(answer, folder)
        marked = _page_of_mark(answered)
        _keep("bieu-mau", _upper_part(_draw_page(form, 1, folder), 0.60, top=0.07))
        _keep("tra-loi", _upper_part(_draw_page(answered, 1, folder), 0.62))
        _keep("o-danh-dau", _around_mark(_draw_page(answered, marked, folder)))
        _keep("du-thao", _framed(_upper_part(_draw_page(_only(draft, "*.pdf"), 1, folder), 0.335)), width=_PAPER_WIDTH)
        paper = _only(released, "*.pdf")
        _keep("van-ban", _framed(_upper_part(_draw_page(paper, 1, folder), 0.474)), width=_PAPER_WIDTH)
        _keep("phu-luc", _framed(_upper_part(_draw_page(paper, _first_landscape(paper), folder), 0.80)))
    with _browser() as browser:
        status = _run_command(home, "status", "--period", RELEASE)
        _keep("tinh-hinh-nop", _terminal(browser, [(f"ttdn status --period {RELEASE}", _first_lines(status))]))
        bundle = f"releases/{RELEASE}/lan1"
        commands = [
            ("ttdn release list", _run_command(home, "release", "list")),
            (f"ttdn verify {bundle}", _run_command(home, "verify", bundle)),
        ]
        _keep("danh-sach-ban", _terminal(browser, commands))
        page = _only(released, "*.html", but="mail.html")
        _keep("trang-dau", _framed(_visit(browser, page, "", (1000, 735))))
        _keep("trang-nguon-so", _framed(_visit(browser, page, "#/M01/commune/28249/nguon", (1000, 590), at=".crumbs")))
        on_phone = [
            _visit(browser, page, part, (360, 740)) for part in ("", "#/M01/commune", "#/M01/commune/28249/nguon")
        ]
        _keep("trang-dien-thoai", _beside(on_phone))
        _keep("thu-dien-thoai", _beside(_mail_on_phone(browser, released)))
    return 0


def _only(folder: Path, pattern: str, but: str = "") -> Path:
    found = sorted(path for path in folder.glob(pattern) if path.name != but)
    if found:
        return found[0]
    raise PlatformError(
        where=str(folder),
        found=f"no {pattern}",
        expected=f"the synthetic half-year and the approved edition {RELEASE}/1",
        remedy="Follow “The pictures” in docs/guides.md.",
    )


def _run_command(home: Path, *words: str) -> str:
    """What the command prints. It runs in `home`, so that no place of this machine gets into the picture."""
    environment = os.environ | {"TTDN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "include.cli", *words]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=True).stdout


def _first_lines(text: str) -> str:
    lines = text.splitlines()
    return "\n".join([*lines[:_STATUS_LINES], "…"]) if len(lines) > _STATUS_LINES else text


def _print_workbook(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice prints it, with numbers written as in Việt Nam."""
    profile = folder / "office"
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_VIETNAMESE_OFFICE, encoding="utf-8")
    conversion = ["--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation={profile.as_uri()}", *conversion, str(workbook)],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{workbook.stem}.pdf"


def _draw_page(pdf: Path, number: int, folder: Path) -> Image.Image:
    target = folder / "page"
    subprocess.run(
        ["pdftoppm", "-r", "150", "-f", str(number), "-l", str(number), "-singlefile", "-png", str(pdf), str(target)],
        check=True,
    )
    with Image.open(target.with_suffix(".png")) as drawn:
        return drawn.convert("RGB")


def _first_landscape(pdf: Path) -> int:
    with pdfplumber.open(pdf) as document:
        return next(number for number, page in enumerate(document.pages, start=1) if page.width > page.height)


def _page_of_mark(pdf: Path) -> int:
    """The first page after the receipt with a cell marked red."""
    wanted = tuple(round(part / 255, 2) for part in _MARKED)

    def is_marked(fill: object) -> bool:
        return isinstance(fill, tuple | list) and tuple(round(float(part), 2) for part in fill) == wanted

    with pdfplumber.open(pdf) as document:
        pages = enumerate(document.pages[1:], start=2)
        return next(
            number for number, page in pages if any(is_marked(rect["non_stroking_color"]) for rect in page.rects)
        )


def _around_mark(drawn: Image.Image) -> Image.Image:
    """The whole lines of the table around the red cell, without the columns of numbers and codes."""
    distance = ImageChops.difference(drawn, Image.new("RGB", drawn.size, _MARKED)).convert("L")
    box = distance.point(lambda level: 255 * (level < 2)).getbbox()
    if box is None:
        raise PlatformError(
            where="the printed answer",
            found="no red cell",
            expected=f"a cell of the colour {_MARKED}",
            remedy="Look whether the answer still marks wrong cells in that colour.",
        )
    rules = _rules(drawn)
    top = max(row for row in rules if row < box[1] - 170)
    bottom = min(row for row in rules if row > box[3] + 110)
    return _trimmed(drawn.crop((int(drawn.width * 0.247), top, drawn.width, bottom + 1)))


def _rules(drawn: Image.Image) -> list[int]:
    """Rows of the page that are a line across the table."""
    dark = drawn.convert("L").point(lambda level: 255 * (level < 225))
    return [
        row
        for row in range(dark.height)
        if dark.crop((0, row, dark.width, row + 1)).histogram()[255] > 0.7 * dark.width
    ]


def _upper_part(drawn: Image.Image, share: float, top: float = 0.04) -> Image.Image:
    """The page between these shares of its height, ended at the line of the table just above where there is one."""
    bottom = int(drawn.height * share)
    near = [row for row in _rules(drawn) if bottom - 60 < row <= bottom]
    return _trimmed(drawn.crop((0, int(drawn.height * top), drawn.width, (near[-1] if near else bottom) + 1)))


def _trimmed(drawn: Image.Image) -> Image.Image:
    box = ImageOps.invert(drawn.convert("L")).getbbox()
    return ImageOps.expand(drawn.crop(box), border=12, fill="white")


def _framed(drawn: Image.Image) -> Image.Image:
    return ImageOps.expand(ImageOps.crop(drawn, border=1), border=1, fill=_EDGE)


def _beside(screens: Sequence[Image.Image]) -> Image.Image:
    framed = [_framed(screen) for screen in screens]
    gap = 20
    width = sum(each.width for each in framed) + gap * (len(framed) - 1)
    together = Image.new("RGB", (width, max(each.height for each in framed)), "white")
    left = 0
    for each in framed:
        together.paste(each, (left, 0))
        left += each.width + gap
    return together


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as programs:
        browser = programs.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def _screen(page: Page, *, whole: bool = False) -> Image.Image:
    with Image.open(BytesIO(page.screenshot(full_page=whole))) as drawn:
        return drawn.convert("RGB")


def _visit(browser: Browser, path: Path, part: str, size: tuple[int, int], at: str = "") -> Image.Image:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(f"{path.as_uri()}{part}", wait_until="load")
    page.wait_for_timeout(1_000)
    if at:
        page.evaluate("at => document.querySelector(at).scrollIntoView()", at)
    drawn = _screen(page)
    page.close()
    return drawn


def _mail_on_phone(browser: Browser, bundle: Path) -> list[Image.Image]:
    """The mail in two screens of 360 px, its chart put in as a mail program does with a part of the message."""
    chart = base64.b64encode((bundle / "mail-chart.png").read_bytes()).decode("ascii")
    body = (bundle / "mail.html").read_text(encoding="utf-8")
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.set_content(re.sub(r'src="cid:[^"]*"', f'src="data:image/png;base64,{chart}"', body))
    page.wait_for_timeout(300)
    whole = _screen(page, whole=True)
    page.close()
    split = _line_above(whole, 740)
    return [whole.crop((0, 0, 360, split)), whole.crop((0, split, 360, min(whole.height, 2 * split)))]


def _line_above(whole: Image.Image, lowest: int) -> int:
    """The row of the line between two figures at or above `lowest`: one colour, and not the paper's."""
    for row in range(lowest, lowest - 200, -1):
        colours = whole.crop((20, row, whole.width - 20, row + 1)).getcolors()
        if colours is not None and len(colours) == 1 and colours[0][1] != (255, 255, 255):
            return row + 1
    return lowest


def _terminal(browser: Browser, commands: Sequence[tuple[str, str]]) -> Image.Image:
    """What was typed and what was printed, as wide as the longest line."""
    text = "\n\n".join(f"<b>$ {_in_columns(typed)}</b>\n{_in_columns(printed.rstrip())}" for typed, printed in commands)
    page = browser.new_page(viewport={"width": 1800, "height": 400})
    page.set_content(_TERMINAL.format(text=text))
    page.wait_for_timeout(200)
    with Image.open(BytesIO(page.locator("pre").screenshot())) as drawn:
        picture = _framed(drawn.convert("RGB"))
    page.close()
    return picture


def _in_columns(text: str) -> str:
    """Letters the font lacks come from another one, of another width: each is held to its column."""
    return re.sub(r"[^\x00-\x7f]", lambda letter: f"<i>{letter.group()}</i>", html.escape(text))


def _keep(name: str, drawn: Image.Image, width: int = MAX_WIDTH) -> None:
    """Write the picture in few colours, no wider than `width`, and refuse one too big for a page."""
    if drawn.width > width:
        drawn = drawn.resize((width, round(drawn.height * width / drawn.width)), Image.Resampling.LANCZOS)
    path = PICTURES / f"{name}.png"
    drawn.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name:<24} {drawn.width} × {drawn.height}  {size:>7} bytes")
    if size > MAX_BYTES:
        raise PlatformError(
            where=path.name,
            found=f"{size} bytes",
            expected=f"at most {MAX_BYTES}",
            remedy="Photograph less of it.",
        )


if __name__ == "__main__":
    sys.exit(main())
