"""The tables that point at each other, drawn from the foreign keys of the catalog as one SVG.

A lane a schema. Schemas, and the tables within one, stand left of those they point at, so that most lines run left to
right; schemas of the same rank stand one above the other, and the last ones are turned round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from include.dictionary.columns import Catalog, Relationship

_WIDTH = 166
_HEAD = 22
_LINE = 16
_GAP_ACROSS = 60
_GAP_DOWN = 14
_MARGIN = 14
_LANE_HEAD = 30
_LANE_PAD = 14
_CHARACTERS = 25
_MARTS = "mart"
_FACT, _DIMENSION, _CALENDAR = "fact_", "dim_", "dim_date"
_TINTS = ("#e8eef6", "#e9f3ea", "#fbf1e1", "#f3ebf5", "#eaf3f5", "#f5eded", "#eeeeea")


@dataclass(frozen=True, slots=True)
class Box:
    """A drawn table: its key columns only, or the box would tell what the list below tells better."""

    table: str
    columns: tuple[str, ...]
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        return _HEAD + _LINE * len(self.columns) + 6

    def line_of(self, column: str) -> int:
        """The height at which a line meets the box for that column."""
        if column not in self.columns:
            return self.y + _HEAD // 2
        return self.y + _HEAD + _LINE * self.columns.index(column) + _LINE // 2 + 2


@dataclass(frozen=True, slots=True)
class _Lane:
    """The area of one schema; `files` are its tables in vertical files, left to right."""

    schema: str
    files: tuple[tuple[str, ...], ...]
    x: int = 0
    y: int = 0
    height: int = 0

    @property
    def width(self) -> int:
        return len(self.files) * (_WIDTH + _GAP_ACROSS) - _GAP_ACROSS + 2 * _LANE_PAD


def star_of(catalog: Catalog) -> Catalog:
    """The facts and dimensions of the marts, tied by the names of their columns: marts carry no foreign keys.

    The first column of a dimension is its key. A column of a fact with that name points at it, and every day at the
    calendar.
    """
    tables = tuple(
        table
        for table in catalog.tables
        if table.schema == _MARTS and table.name.startswith((_FACT, _DIMENSION)) and table.columns
    )
    keys = {table.columns[0].name: table for table in tables if table.name.startswith(_DIMENSION)}
    days = next((table for table in keys.values() if table.name == _CALENDAR), None)
    relationships = []
    for table in tables:
        for column in table.columns:
            target = keys.get(column.name) or (days if column.name.endswith("_date") else None)
            if table.name.startswith(_FACT) and target is not None:
                relationships.append(
                    Relationship(
                        f"{table.name}_{column.name}",
                        table.qualified,
                        (column.name,),
                        target.qualified,
                        (target.columns[0].name,),
                    )
                )
    return Catalog({_MARTS: catalog.schemas.get(_MARTS, ("", ""))}, tables, tuple(relationships))


def draw_diagram(catalog: Catalog, anchor_prefix: str, label: str = "Sơ đồ quan hệ giữa các bảng") -> str:
    """The diagram as SVG markup, every name escaped; each box links to `anchor_prefix` and the table's name.

    Empty when no table points at another.
    """
    if not catalog.relationships:
        return ""
    boxes, lanes, width, height = _lay_out(catalog)
    lines = "".join(
        _line(relationship, boxes[relationship.source], boxes[relationship.target])
        for relationship in catalog.relationships
    )
    return (
        f'<svg class="so-do" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">'
        + "".join(_lane(lane, place) for place, lane in enumerate(lanes))
        + f'<g fill="none" stroke="#5b6b7c" stroke-width="1.2">{lines}</g>'
        + "".join(_box(box, anchor_prefix) for box in boxes.values())
        + "</svg>"
    )


def _lay_out(catalog: Catalog) -> tuple[dict[str, Box], list[_Lane], int, int]:
    boxes = _boxes(catalog)
    bands = _ranks([(_schema(each.source), _schema(each.target)) for each in catalog.relationships])
    # From the right: what is pointed at stands first, and those that point at it line up with it.
    heights: dict[str, float] = {}
    filled: list[list[_Lane]] = []
    for band in reversed(bands):
        top = _MARGIN
        lanes = []
        for schema in band:
            lanes.append(_fill(schema, top, boxes, catalog.relationships, heights, is_last=not filled))
            top += lanes[-1].height + _GAP_DOWN
        filled.insert(0, lanes)

    placed: dict[str, Box] = {}
    x = _MARGIN
    for place, lanes in enumerate(filled):
        filled[place] = [replace(lane, x=x) for lane in lanes]
        for lane in filled[place]:
            for number, file in enumerate(lane.files):
                y = lane.y + _LANE_HEAD
                for table in file:
                    left = x + _LANE_PAD + number * (_WIDTH + _GAP_ACROSS)
                    placed[table] = replace(boxes[table], x=left, y=y)
                    y += boxes[table].height + _GAP_DOWN
        x += max(lane.width for lane in lanes) + _GAP_ACROSS
    drawn = [lane for lanes in filled for lane in lanes]
    height = max(lane.y + lane.height for lane in drawn) + _MARGIN
    return placed, drawn, x - _GAP_ACROSS + _MARGIN, height


def _fill(
    schema: str,
    top: int,
    boxes: Mapping[str, Box],
    relationships: Sequence[Relationship],
    heights: dict[str, float],
    *,
    is_last: bool,
) -> _Lane:
    """The lane of a schema with its tables in files; notes in `heights` how high each stands."""
    inner = [
        (each.source, each.target) for each in relationships if _schema(each.source) == _schema(each.target) == schema
    ]
    files: list[tuple[str, ...]] = []
    bottom = top + _LANE_HEAD
    for members in reversed(_ranks(inner, [table for table in boxes if _schema(table) == schema])):
        file = sorted(members, key=lambda table: (_pull(table, heights, relationships), table))
        y = top + _LANE_HEAD
        for table in file:
            heights[table] = y + boxes[table].height / 2
            y += boxes[table].height + _GAP_DOWN
        bottom = max(bottom, y)
        # In the last lane the lines come from the left, so there what is pointed at stands left.
        files.insert(len(files) if is_last else 0, tuple(file))
    return _Lane(schema, tuple(files), y=top, height=bottom - top)


def _boxes(catalog: Catalog) -> dict[str, Box]:
    keys: dict[str, set[str]] = defaultdict(set)
    for each in catalog.relationships:
        keys[each.source].update(each.source_columns)
        keys[each.target].update(each.target_columns)
    return {
        table.qualified: Box(
            table.qualified, tuple(column.name for column in table.columns if column.name in keys[table.qualified])
        )
        for table in catalog.tables
        if table.qualified in keys
    }


def _ranks(pointers: Sequence[tuple[str, str]], members: Iterable[str] = ()) -> list[list[str]]:
    """Names in ranks, each before those it points at, as far as circles let that be."""
    depth = dict.fromkeys([*members, *sorted({name for pair in pointers for name in pair})], 0)
    for _ in depth:  # enough rounds for the longest chain
        for source, target in pointers:
            if source != target:
                depth[source] = max(depth[source], min(depth[target] + 1, len(depth)))
    found = sorted(set(depth.values()), reverse=True)
    return [[name for name in depth if depth[name] == level] for level in found]


def _pull(table: str, heights: Mapping[str, float], relationships: Sequence[Relationship]) -> float:
    """The mean height of what a table is tied to and what already has its place."""
    tied = [
        heights[other]
        for each in relationships
        for own, other in ((each.source, each.target), (each.target, each.source))
        if own == table and other in heights
    ]
    return sum(tied) / len(tied) if tied else 1e9


def _schema(table: str) -> str:
    return table.partition(".")[0]


def _lane(lane: _Lane, place: int) -> str:
    return (
        f'<rect x="{lane.x}" y="{lane.y}" width="{lane.width}" height="{lane.height}" rx="6"'
        f' fill="{_TINTS[place % len(_TINTS)]}"/>'
        f'<text x="{lane.x + _LANE_PAD}" y="{lane.y + 20}" font-size="14" font-weight="700" fill="#1f3a5f">'
        f"{escape(lane.schema)}</text>"
    )


def _box(box: Box, anchor_prefix: str) -> str:
    name = box.table.partition(".")[2]
    columns = "".join(
        f'<text x="{box.x + 9}" y="{box.line_of(column) + 4}" font-size="11.5" fill="#33414f">'
        f"{escape(_shortened(column))}</text>"
        for column in box.columns
    )
    return (
        f'<a href="#{escape(anchor_prefix + box.table)}"><title>{escape(box.table)}</title>'
        f'<rect x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="3" fill="#fff" stroke="#8795a3"/>'
        f'<path d="M{box.x} {box.y + _HEAD}h{_WIDTH}" stroke="#c3ccd6"/>'
        f'<text x="{box.x + 9}" y="{box.y + 15}" font-size="12.5" font-weight="700" fill="#1f3a5f">'
        f"{escape(_shortened(name))}</text>{columns}</a>"
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _CHARACTERS else f"{name[: _CHARACTERS - 1]}…"


def _line(relationship: Relationship, source: Box, target: Box) -> str:
    """A curve from the pointing column to the key, with a crow's foot where many point."""
    start = source.line_of(relationship.source_columns[0])
    end = target.line_of(relationship.target_columns[0])
    if source.x == target.x:
        x = source.x + _WIDTH
        out = x + _GAP_ACROSS // 2
        path = f"M{x} {start}C{out} {start} {out} {end} {x} {end}"
        side = 1
    elif source.x < target.x:
        left, right = source.x + _WIDTH, target.x
        # Level at first, so that the lines of one box stay apart until they are near their end.
        middle = max((left + right) // 2, right - 2 * _GAP_ACROSS)
        path = f"M{left} {start}C{middle} {start} {middle} {end} {right} {end}"
        x, side = left, 1
    else:
        left, right = target.x + _WIDTH, source.x
        middle = (left + right) // 2
        path = f"M{right} {start}C{middle} {start} {middle} {end} {left} {end}"
        x, side = right, -1
    foot = f"M{x} {start - 4}L{x + 8 * side} {start}L{x} {start + 4}"
    title = (
        f"{relationship.source} ({', '.join(relationship.source_columns)}) → "
        f"{relationship.target} ({', '.join(relationship.target_columns)})"
    )
    return f'<path d="{path}{foot}"><title>{escape(title)}</title></path>'
