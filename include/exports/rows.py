"""The rows of an export: figures with their state beside them, small counts of sensitive matters hidden.

Indicator values are hidden exactly as in the leadership's extract. For any other table or view nobody has said what
adds up to what, so as soon as one figure of a sensitive matter is small, every figure it could be worked out from by
subtraction goes with it: all of that measure in that period, or all of that breakdown, and more where it takes more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Final

from include.exports.body_figures import untold_measures
from include.exports.relations import ExportColumn, Relation, stream_rows
from include.extracts.leadership.small_counts import PLACES, is_small, mark_period

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy import Connection, Row

    from include.extracts.leadership.small_counts import IndicatorLine

HIDDEN = "suppressed"
BELOW_FIVE = "below_5"
HIDDEN_COLUMNS = "hidden_columns"
"""The last column of every export: which figures of the row are hidden."""

_STATE_NAME_VI = "Không nêu số nhỏ"
_INDICATOR_LINE = (
    "indicator_code period_code scope_type side axis_code member_code value numerator denominator full_year_estimate"
).split()
_BODY: Final = "reporting_unit_code"
_SCOPE_CODES: Final = (_BODY, "group_code")
_SUBJECT: Final = ("period_code", "indicator_code", "measure_code", "flow_measure_code")
# Numbers that count bodies, reports, forms, days or lines, or that are a place or a factor: they point at nobody.
_NO_FIGURE_ENDINGS = ("_id", "_number", "_rank", "_year", "_month", "_day", "_week", "_quarter", "position", "_order")
_NO_FIGURES = frozenset(
    "answered_count withheld_count not_applicable_count missing_count incomplete_count full_year_count expected_count"
    " received_count requested_expected_count requested_received_count revised_report_count coverage_expected"
    " coverage_received requested_expected requested_received source_count template_count unit_factor"
    " known_count split_count monitored_count passed_count day_count year month day quarter week".split()
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of an export look like: its columns in order and, for each, where it comes from.

    `sources` holds the place of the column in the relation, None for a state or note the export adds; `figures` the
    place of the figure a state is about, None for all other columns.
    """

    relation: Relation
    columns: tuple[ExportColumn, ...]
    sources: tuple[int | None, ...]
    figures: tuple[int | None, ...]


def shape_of(relation: Relation) -> Shape:
    """The relation's own columns, beside every figure its state (the relation's, or a new one), and what is hidden."""
    places = {column.name: place for place, column in enumerate(relation.columns)}
    states = {f"{column.name}_state" for column in relation.columns if column.is_figure}
    planned: list[tuple[ExportColumn, int | None, int | None]] = []
    for place, column in enumerate(relation.columns):
        if column.name in states:
            continue
        planned.append((column, place, None))
        if column.is_figure:
            state = f"{column.name}_state"
            planned.append((ExportColumn(state, "text"), places.get(state), place))
    planned.append((ExportColumn(HIDDEN_COLUMNS, "text"), None, None))
    columns, sources, figures = zip(*planned, strict=True)
    return Shape(relation, columns, sources, figures)


def read_rows(connection: Connection, shape: Shape, period: str | None) -> Iterator[tuple[object, ...]]:
    """The rows of the export, one by one, in the order of `shape.columns`; nothing sensitive and small is in them.

    Everything is read in the caller's transaction, so that the rows of one export are of one moment.
    """
    rows = chain.from_iterable(stream_rows(connection, shape.relation, period))
    if shape.relation.has(*_INDICATOR_LINE) and (shape.relation.has("scope_code") or shape.relation.has(*_SCOPE_CODES)):
        yield from _indicator_rows(rows, shape)
        return
    figures = _figures(shape.relation)
    finder = _Finder(shape.relation, untold_measures(connection) if shape.relation.has(_BODY) else frozenset())
    hidden: set[tuple[object, ...]] = set()
    if figures:
        hidden = finder.families_to_hide(chain.from_iterable(stream_rows(connection, shape.relation, period)), figures)
    for row in rows:
        marks = {}
        if finder.must_hide(row, hidden):
            marks = {name: HIDDEN for name in figures if getattr(row, name)}
        yield _as_exported(row, shape, marks)


# --- indicator values ---------------------------------------------------------------------------------------


def _indicator_rows(rows: Iterable[Row[Any]], shape: Shape) -> Iterator[tuple[object, ...]]:
    from include.indicators.catalogue import load_catalogue
    from include.reference import load_reference

    reference, catalogue = load_reference(), load_catalogue()
    figures = _figures(shape.relation)
    for _, of_period in groupby(rows, key=lambda row: row.period_code):
        # The indicators of one period are decided together: the same count stands in several.
        group = {code: list(lines) for code, lines in groupby(of_period, key=lambda row: row.indicator_code)}
        told = {code: [_as_line(row, shape.relation) for row in lines] for code, lines in group.items()}
        for code, marks_of in mark_period(told, catalogue, reference).items():
            for row, marks in zip(group[code], marks_of, strict=True):
                hidden: dict[str, str] = {
                    place: BELOW_FIVE if mark == "small" else HIDDEN
                    for place in PLACES
                    if (mark := getattr(marks, place))
                }
                if marks.hides_value:
                    # What is worked out from a hidden number goes with it; the other number of a rate may stay.
                    others = [name for name in figures if name not in ("numerator", "denominator", *hidden)]
                    hidden |= {name: HIDDEN for name in others if getattr(row, name) is not None}
                yield _as_exported(row, shape, hidden)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row whose scope stands in a column of its own for bodies and one for groups."""

    scope_type: str
    scope_code: str
    side: str
    axis_code: str
    member_code: str
    numerator: Decimal | None
    denominator: Decimal | None
    full_year_estimate: Decimal | None


def _as_line(row: Any, relation: Relation) -> IndicatorLine:
    if relation.has("scope_code"):
        line: IndicatorLine = row
        return line
    scope_codes = {"unit": row.reporting_unit_code, "group": row.group_code}
    return _Line(
        row.scope_type,
        scope_codes.get(row.scope_type, row.scope_type),
        row.side,
        row.axis_code,
        row.member_code,
        row.numerator,
        row.denominator,
        row.full_year_estimate,
    )


# --- every other table or view ------------------------------------------------------------------------------


class _Finder:
    """Tells which rows of a relation are about a sensitive matter, and which others would tell them.

    A cell that names a sensitive measure, indicator or member makes its row sensitive, by code or by name and whatever
    the column is called, so that a view made tomorrow is covered. `untold` are pairs of period and measure or indicator
    of which no figure of a single body may be known.
    """

    def __init__(self, relation: Relation, untold: frozenset[tuple[str, str]] = frozenset()) -> None:
        self._relation = relation
        self._subject = [relation.place(name) for name in _SUBJECT if relation.has(name)]
        self._axis = relation.place("axis_code") if relation.has("axis_code", _BODY) else None
        self._texts = [place for place, column in enumerate(relation.columns) if column.is_text]
        self._subjects = _sensitive_subjects()
        self._words = self._subjects | _sensitive_members()
        self._untold = untold
        self._untold_codes = frozenset(code for _, code in untold)
        self._period = relation.place("period_code") if relation.has("period_code") else None

    def families_to_hide(self, rows: Iterable[Row[Any]], figures: Sequence[str]) -> set[tuple[object, ...]]:
        """The families in which at least one figure of a sensitive matter is small."""
        places = [self._relation.place(name) for name in figures]
        return {
            self._subject_family(row) if self._is_about(row, self._subjects) else self._breakdown_family(row)
            for row in rows
            if any(is_small(row[place]) for place in places) and self._is_about(row, self._words)
        }

    def must_hide(self, row: Row[Any], hidden: set[tuple[object, ...]]) -> bool:
        """Whether the figures of the row are small ones, or ones those could be worked out from."""
        if self._breakdown_family(row) in hidden or self._is_untold(row):
            return True
        return self._subject_family(row) in hidden and (bool(self._subject) or self._is_about(row, self._subjects))

    def _subject_family(self, row: Row[Any]) -> tuple[object, ...]:
        return ("subject", *(row[place] for place in self._subject))

    def _breakdown_family(self, row: Row[Any]) -> tuple[object, ...]:
        """The other members of it, or all rows there are where no axis says which those are, or no body whose."""
        axis = row[self._axis] if self._axis is not None else None
        return ("breakdown", *(row[place] for place in self._subject), axis)

    def _is_untold(self, row: Row[Any]) -> bool:
        if not self._untold:
            return False
        if self._period is None:
            return any(row[place] in self._untold_codes for place in self._texts)
        return any((row[self._period], row[place]) in self._untold for place in self._texts)

    def _is_about(self, row: Row[Any], words: frozenset[str]) -> bool:
        for place in self._texts:
            cell = row[place]
            if cell is None:
                continue
            if cell in words or ("/" in cell and any(part in words for part in cell.split("/"))):
                return True
        return False


def _figures(relation: Relation) -> list[str]:
    """Columns that may hold a small count: every amount, and whole numbers unless their name says otherwise."""
    return [
        column.name
        for column in relation.columns
        if (column.is_figure and column.name not in _NO_FIGURES)
        or (
            column.is_whole_number
            and column.name not in relation.key
            and column.name not in _NO_FIGURES
            and not column.name.endswith(_NO_FIGURE_ENDINGS)
        )
    ]


@cache
def _sensitive_subjects() -> frozenset[str]:
    from include.indicators.catalogue import load_catalogue
    from include.reference import load_reference

    measures = load_reference().measures
    words = {
        text
        for measure in measures.values()
        if measure.is_sensitive
        for text in (measure.code, measure.name_vi, measure.name_en)
    }
    words |= {
        text
        for indicator in load_catalogue().values()
        if any(measures[term.measure_code].is_sensitive for term in indicator.terms)
        for text in (indicator.code, indicator.name_vi, indicator.name_en)
    }
    return frozenset(words)


@cache
def _sensitive_members() -> frozenset[str]:
    from include.reference import load_reference

    return frozenset(
        text
        for code_list in load_reference().code_lists.values()
        for member in code_list.values()
        if member.is_sensitive
        for text in (member.code, member.name_vi, member.name_en)
    )


# --- as it is written ---------------------------------------------------------------------------------------


def _as_exported(row: Row[Any], shape: Shape, hidden: Mapping[str, str]) -> tuple[object, ...]:
    if not hidden:
        return tuple(
            row[source] if source is not None else _state(row, figure)
            for source, figure in zip(shape.sources, shape.figures, strict=True)
        )
    return tuple(
        _with_hidden(row, column, source, figure, shape, hidden)
        for column, source, figure in zip(shape.columns, shape.sources, shape.figures, strict=True)
    )


def _state(row: Row[Any], figure: int | None) -> str:
    if figure is None:
        return ""
    return "empty" if row[figure] is None else "reported"


def _with_hidden(
    row: Row[Any],
    column: ExportColumn,
    source: int | None,
    figure: int | None,
    shape: Shape,
    hidden: Mapping[str, str],
) -> object:
    if column.name in hidden:
        return None
    if column.name == HIDDEN_COLUMNS:
        return " ".join(each.name for each in shape.columns if each.name in hidden)
    if figure is not None and (mark := hidden.get(shape.relation.columns[figure].name)):
        # The state of a row's own value has one word for it; why exactly is in the states the export adds.
        return mark if source is None else HIDDEN
    if column.name == "value_state_name_vi" and "value" in hidden:
        return _STATE_NAME_VI
    return row[source] if source is not None else _state(row, figure)
