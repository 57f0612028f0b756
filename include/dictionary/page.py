"""The dictionary as one page that opens from a folder, without a network, on a phone, a desk or paper."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from include.dictionary import content
from include.dictionary.columns import Table
from include.dictionary.content import Dictionary
from include.dictionary.diagram import draw_diagram, star_of

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent
TABLE_ANCHOR = "bang-"
"""What the anchors of tables begin with; those of columns begin with cot-."""
STAR_LABEL = "Bảng số liệu và bảng chiều để truy vấn"
LONG_LIST = 30
"""Code lists longer than this are folded on the page."""


def write_page(dictionary: Dictionary, path: Path) -> None:
    """Write the page to `path`; the same dictionary gives the same bytes, and every value in it is escaped."""
    path.write_text(render_page(dictionary), encoding="utf-8", newline="\n")


def render_page(dictionary: Dictionary) -> str:
    """The page as text."""
    from markupsafe import Markup

    behaviour = (_HERE / "page.js").read_text(encoding="utf-8")
    return _template().render(
        dictionary=dictionary,
        schemas=_tables_by_schema(dictionary),
        word=content,
        star=Markup(draw_diagram(star_of(dictionary.catalog), TABLE_ANCHOR, STAR_LABEL)),  # noqa: S704  likewise
        diagram=Markup(draw_diagram(dictionary.catalog, TABLE_ANCHOR)),  # noqa: S704  names are escaped there
        long_list=LONG_LIST,
        behaviour=Markup(behaviour),  # noqa: S704  the file beside this module
        style=Markup((_HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704  likewise
        script_hash=f"'sha256-{base64.b64encode(hashlib.sha256(behaviour.encode()).digest()).decode()}'",
    )


def _tables_by_schema(dictionary: Dictionary) -> dict[str, list[Table]]:
    """Tables under their schema, what people read first, and of that the facts and dimensions they start from."""
    by_schema: dict[str, list[Table]] = {}

    def turn(table: Table) -> tuple[bool, bool, bool]:
        return table.schema != "mart", not table.name.startswith("fact_"), not table.name.startswith("dim_")

    for table in sorted(dictionary.catalog.tables, key=turn):
        by_schema.setdefault(table.schema, []).append(table)
    return by_schema


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")
