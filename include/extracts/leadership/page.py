"""The leadership's page: one file that opens anywhere, also without a network, on a phone or a desk."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.extracts.leadership import statements, wording
from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.snapshot import IndicatorLines, Snapshot
from include.reference.legal_bases import EVIDENCE_VI
from include.vietnamese.text import strip_accents

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent
_SPACES = re.compile(r"\s+")


def write_page(snapshot: Snapshot, path: Path) -> None:
    """Write the page to `path`: text, tables, charts and scripts in one file that asks nothing of any network.

    The same snapshot gives the same bytes. Every value is escaped, in the markup and in the charts' data.
    """
    path.write_text(render_page(snapshot), encoding="utf-8", newline="\n")


def render_page(snapshot: Snapshot) -> str:
    """The page as text."""
    from markupsafe import Markup

    charts = draw_charts(snapshot)
    library, behaviour = _plotly(), (_HERE / "page.js").read_text(encoding="utf-8")
    return _template().render(
        snapshot=snapshot,
        say=statements,
        word=wording,
        evidence=EVIDENCE_VI,
        title=statements.title(snapshot),
        facts=statements.facts(snapshot),
        charts=charts,
        group_lines=[each for each in snapshot.indicators if each.by_group],
        group_codes=_group_codes(snapshot),
        search_text=_search_text,
        plotly=Markup(library),  # noqa: S704  the installed library's own text, no value of ours in it
        behaviour=Markup(behaviour),  # noqa: S704  the file beside this module
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704  likewise
        chart_json=Markup(_script_json({chart.code: chart.figure for chart in charts})),  # noqa: S704  escaped there
        script_hashes=" ".join(_source_hash(script) for script in (library, behaviour)),
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
    """The script as the content security policy names it; nothing else may run on the page."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _search_text(indicator: IndicatorLines) -> str:
    """What the filter looks in: code, name and owner, without accents."""
    words = f"{indicator.code} {indicator.name} {indicator.owner}"
    return _SPACES.sub(" ", strip_accents(words)).casefold()


def _group_codes(snapshot: Snapshot) -> list[str]:
    present = {figure.scope_code for each in snapshot.indicators for figure in each.by_group}
    return [code for code in wording.GROUPS_VI if code in present]
