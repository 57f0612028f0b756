"""Thirty scripts in every text that reaches a page, opened in a browser that notes whatever runs or asks a network.

One page of each kind holds all of them at once: the page of a release, its mail, the dictionary. Beside them a page
that escapes nothing shows that the browser would have told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection

from include.dictionary.content import read_dictionary
from include.dictionary.page import render_page as render_dictionary
from include.extracts.leadership.letters import write_out_unseen
from include.extracts.leadership.mail import write_mail
from include.extracts.leadership.page import render_page
from include.settings import PROJECT_ROOT
from tests.security.pouring import WORDS_OF_DICTIONARY, Poured
from tests.unit.edition_builders import CORRECTION
from tests.unit.page_editions import hostile

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 120_000

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is absent: apt install chromium")

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "</script><script>alert(3)</script>",
    "<svg onload=alert(4)>",
    "<svg><script>alert(5)</script></svg>",
    '"><script>alert(6)</script>',
    "'><img src=x onerror=alert(7)>",
    '" onmouseover="alert(8)" x="',
    "' autofocus onfocus='alert(9)",
    "<iframe src=javascript:alert(10)></iframe>",
    '<iframe srcdoc="<script>parent.alert(11)</script>"></iframe>',
    "<a href=javascript:alert(12)>xem</a>",
    "<body onload=alert(13)>",
    "<details open ontoggle=alert(14)>",
    "<video><source onerror=alert(15)></video>",
    "<input autofocus onfocus=alert(16)>",
    "<style>@import 'http://x.invalid/17';</style>",
    "<link rel=stylesheet href=http://x.invalid/18>",
    "<meta http-equiv=refresh content='0;url=http://x.invalid/19'>",
    "<object data=http://x.invalid/20></object>",
    "<base href=http://x.invalid/21/>",
    "<form action=http://x.invalid/22><button autofocus>",
    "--><script>alert(23)</script><!--",
    "</title></textarea></style><script>alert(24)</script>",
    "]]><script>alert(25)</script>",
    "<math><mtext></mtext><script>alert(26)</script></math>",
    "&lt;script&gt;alert(27)&lt;/script&gt;",
    "{{constructor.constructor('alert(28)')()}} ${alert(28)} #{alert(28)}",
    "\\u003cscript\\u003ealert(29)\\u003c/script\\u003e\\x3cimg src=x onerror=alert(29)\\x3e",
    "\u2028</ScRiPt ><ScRiPt/x>confirm(30);prompt(30)</ScRiPt>",
)


@dataclass(slots=True)
class Seen:
    """What a page did when it was opened: scripts of the payloads that ran, what it asked for, what it showed."""

    fired: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    text: str = ""
    handlers: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


HANDLERS = """[...document.querySelectorAll('*')].flatMap(element => [...element.attributes]
    .filter(each => /^on/i.test(each.name) || /^\\s*javascript:/i.test(each.value))
    .map(each => element.tagName + ' ' + each.name))"""
SHOWN = """(() => { document.querySelectorAll('details').forEach(each => { each.open = true; });
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); const words = [];
    while (walk.nextNode()) if (!['SCRIPT', 'STYLE'].includes(walk.currentNode.parentElement.tagName))
        words.push(walk.currentNode.data);
    return words.join(''); })()"""


def see(browser: Browser, html: str, folder: Path) -> Seen:
    """Open the page from a file, offline, move over all of it, and note what happened."""
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    seen = Seen()
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    own = path.as_uri()

    def note(route: Any, request: Any) -> None:
        if request.url.partition("#")[0] == own:
            route.continue_()
        else:
            seen.requests.append(request.url)
            route.abort()

    context.route("**/*", note)
    context.expose_function("seenToFire", lambda said: seen.fired.append(str(said)))
    context.expose_function("seenToStop", lambda said: seen.stopped.append(str(said)))
    context.add_init_script(
        "for (const each of ['alert', 'prompt', 'confirm']) window[each] = (said) => { window.seenToFire(said); };"
        "document.addEventListener('securitypolicyviolation', (event) => window.seenToStop(event.violatedDirective));"
    )
    page.on("console", lambda said: seen.faults.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.goto(own)
    page.evaluate(
        "for (const each of document.querySelectorAll('body *'))"
        " for (const kind of ['mouseover', 'focus', 'toggle']) each.dispatchEvent(new Event(kind));"
    )
    seen.text = page.evaluate(SHOWN)
    seen.handlers = page.evaluate(HANDLERS)
    context.close()
    return seen


def squeezed(text: str) -> str:
    """The text without white space: lines are broken where a page likes."""
    return re.sub(r"\s+", "", text)


def assert_only_shown(seen: Seen) -> None:
    assert (seen.fired, seen.requests, seen.faults, seen.stopped, seen.handlers) == ([], [], [], [], [])
    shown = squeezed(seen.text)
    for each in PAYLOADS:
        assert squeezed(each) in shown or squeezed(write_out_unseen(each)) in shown, each


def policy_of(html: str) -> dict[str, list[str]]:
    """The directives of the page's content security policy, which stands before anything it is to hold for."""
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    assert html.index("Content-Security-Policy") < min(html.index("<script"), html.index("<style"))
    parts = (each.split() for each in unescape(policy).split(";") if each.strip())
    return {name: values for name, *values in parts}


def assert_strict(html: str) -> None:
    policy = policy_of(html)
    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert policy["script-src"]
    assert all(re.fullmatch(r"'sha256-[\w+/]+='", each) for each in policy["script-src"])
    assert not {name for name, values in policy.items() if {"*", "http:", "https:", "'unsafe-eval'"} & set(values)}


def test_thirty_payloads_are_thirty() -> None:
    assert len(set(PAYLOADS)) == 30


def test_a_page_that_escapes_nothing_is_told_on(browser: Browser, tmp_path: Path) -> None:
    seen = see(browser, f"<!DOCTYPE html><html><body>{'<p>'.join(PAYLOADS[:16])}</body></html>", tmp_path)

    assert {"1", "2", "4", "13", "14"} <= set(seen.fired)
    assert seen.handlers
    asking = see(browser, f"<!DOCTYPE html><html><body>{PAYLOADS[17]}</body></html>", tmp_path)
    assert asking.requests == ["http://x.invalid/18"]


@pytest.fixture(scope="module")
def poured_edition() -> Any:
    poured = Poured(PAYLOADS)
    made = poured.into(replace(hostile(PAYLOADS), correction=CORRECTION))
    assert poured.count > 10 * len(PAYLOADS)
    return made


def test_the_page_of_a_release_shows_all_payloads_and_runs_none(
    browser: Browser, tmp_path: Path, poured_edition: Any
) -> None:
    html = render_page(poured_edition)

    assert_strict(html)
    assert_only_shown(see(browser, html, tmp_path))


def test_what_would_slip_into_the_page_unescaped_is_stopped_by_its_policy(
    browser: Browser, tmp_path: Path, poured_edition: Any
) -> None:
    html = render_page(poured_edition)
    assert html.count("</body>") == 1
    seen = see(browser, html.replace("</body>", f"{''.join(PAYLOADS[:5])}</body>"), tmp_path)

    assert seen.fired == []
    assert any(each.startswith("script-src") for each in seen.stopped)


def test_the_mail_of_a_release_shows_all_payloads_and_has_nothing_that_runs(
    browser: Browser, tmp_path: Path, poured_edition: Any
) -> None:
    # A mail is read by programs that know no policy, so it has nothing that could run: no script, no address.
    turns = [replace(CORRECTION, reason=" ".join(PAYLOADS[:10]))]
    turns += [replace(CORRECTION, reason=" ".join(PAYLOADS[start : start + 10])) for start in (10, 20)]
    text = ""
    for at, correction in enumerate(turns):
        folder = tmp_path / str(at)
        folder.mkdir()
        write_mail(replace(poured_edition, correction=correction), folder)
        html = (folder / "mail.html").read_text(encoding="utf-8")
        assert not re.search(r"<(script|iframe|object|embed|link|base|form|svg)\b", html, flags=re.IGNORECASE)
        seen = see(browser, html, folder)
        assert (seen.fired, seen.handlers) == ([], [])
        # The picture is a part of the mail, which a browser does not know.
        assert set(seen.requests) <= {"cid:mail-chart"}
        assert {each for each in seen.faults if "ERR_UNKNOWN_URL_SCHEME" not in each} == set()
        text += squeezed(seen.text)
    for each in PAYLOADS:
        assert squeezed(each) in text or squeezed(write_out_unseen(each)) in text, each


def test_the_dictionary_shows_all_payloads_and_runs_none(
    browser: Browser, tmp_path: Path, warehouse: Connection
) -> None:
    poured = Poured(PAYLOADS, WORDS_OF_DICTIONARY)
    html = render_dictionary(poured.into(read_dictionary(warehouse)))

    assert poured.count > 10 * len(PAYLOADS)
    assert_strict(html)
    assert_only_shown(see(browser, html, tmp_path))


def test_no_page_but_our_own_is_made_of_what_was_checked() -> None:
    # Those of Great Expectations write column names and values into the page as they are.
    for path in (PROJECT_ROOT / "include").rglob("*.py"):
        words = path.read_text(encoding="utf-8")
        assert not re.search(r"data_docs|DataDocs|PageRenderer|DefaultJinjaPageView|Styler|\.to_html\(", words), path
