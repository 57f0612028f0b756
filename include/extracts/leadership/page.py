"""The leadership's page: one file that opens anywhere, also without a network, on a phone or a desk."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.extracts.leadership import page_data, statements, wording
from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.edition import Edition
from include.extracts.leadership.letters import write_out_unseen_in
from include.extracts.leadership.snapshot import IndicatorLines, Snapshot
from include.reference.legal_bases import EVIDENCE_VI

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent
_SPACES = re.compile(r"\s+")
_STYLE_MARK = re.compile(r'document\.getElementById\("([0-9a-f]{64})"\)\)\{var \w=document\.createElement\("style"\)')


def write_page(edition: Edition, path: Path) -> None:
    """Write the page to `path`: text, tables, charts, cells and scripts in one file that asks nothing of any network.

    The same edition gives the same bytes. Every value is escaped, in the markup and in the scripts' data.
    """
    path.write_text(render_page(edition), encoding="utf-8", newline="\n")


def render_page(edition: Edition) -> str:
    """The page as text."""
    from markupsafe import Markup

    edition = write_out_unseen_in(edition)
    snapshot = edition.snapshot
    charts = draw_charts(snapshot, edition.comparisons)
    library, behaviour = _plotly(), (_HERE / "page.js").read_text(encoding="utf-8")
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    return _template().render(
        edition=edition,
        snapshot=snapshot,
        say=statements,
        word=wording,
        compared=page_data,
        evidence=EVIDENCE_VI,
        title=statements.title(snapshot),
        facts=statements.facts(snapshot),
        issue=_issue(edition),
        compared_periods=list(dict.fromkeys(each.period_name for each in edition.comparisons)),
        charts=charts,
        group_lines=[each for each in snapshot.indicators if each.by_group],
        group_codes=_group_codes(snapshot),
        search_text=_search_text,
        plotly=Markup(library),  # noqa: S704  the installed library's own text, no value of ours in it
        behaviour=Markup(behaviour),  # noqa: S704  the file beside this module
        style=Markup(style),  # noqa: S704  likewise
        declined_styles=_STYLE_MARK.findall(library),
        chart_json=Markup(_script_json({chart.code: chart.figure for chart in charts})),  # noqa: S704  escaped there
        page_json=Markup(_script_json(page_data.page_data(edition))),  # noqa: S704  escaped there
        script_hashes=" ".join(_source_hash(script) for script in (library, behaviour)),
        # plotly writes its rules by script into an empty element, whose hash is that of no text at all.
        style_hashes=" ".join(_source_hash(text) for text in (style, "")),
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


@lru_cache(maxsize=1)
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    # A carriage return would be read as a line feed by the browser and spoil the hash of the policy.
    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")


def _script_json(content: Any) -> str:
    """JSON that cannot end the script element it stands in, whatever a name contains."""
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written


def _source_hash(script: str) -> str:
    """The text of a script or style as the content security policy names it; nothing else may run on the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _issue(edition: Edition) -> list[tuple[str, str]]:
    """Which edition this is, when it was frozen and approved, and that it came late."""
    told = [("Bản", f"{edition.label} ({edition.name})" if edition.is_working_copy else edition.label)]
    if not edition.is_working_copy:
        told = [
            ("Bản phát hành", f"{edition.name}, số {edition.number} (lần {edition.edition_number})"),
            ("Chốt lúc", f"{wording.moment_vi(edition.frozen_at)}, theo số liệu biết đến {_known(edition)}"),
            (
                "Duyệt lúc",
                wording.moment_vi(edition.approval.approved_at) if edition.approval else "chưa duyệt, đang là dự thảo",
            ),
        ]
    if edition.is_late:
        told.append(("Phát hành chậm", statements.lateness_of(edition)))
    if edition.content_hash:
        told.append(("Mã nội dung", edition.content_hash[:12]))
    return told


def _known(edition: Edition) -> str:
    return wording.moment_vi(edition.as_known_at)


def _search_text(indicator: IndicatorLines) -> str:
    """What the filter looks in: code, name and owner as written; the script decides about accents."""
    return _SPACES.sub(" ", f"{indicator.code} {indicator.name} {indicator.owner}")


def _group_codes(snapshot: Snapshot) -> list[str]:
    present = {figure.scope_code for each in snapshot.indicators for figure in each.by_group}
    return [code for code in wording.GROUPS_VI if code in present]
