"""What a later edition prints otherwise than the released one it corrects, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from include.extracts.leadership.edition import Change
from include.extracts.leadership.exceptions import UNTOLD
from include.extracts.leadership.suppression import SMALLEST_SHOWN
from include.extracts.leadership.wording import NOT_SHOWN

if TYPE_CHECKING:
    from include.extracts.leadership.edition import Edition, LineageCell
    from include.extracts.leadership.snapshot import Figure, IndicatorLines, Snapshot
    from include.indicators.catalogue import Indicator
    from include.reference import Reference

_NAMED: Final = 5
"""How many bodies a reason names before it counts the rest."""

OTHER_RULES: Final = "cách tính hoặc danh mục đã thay đổi"
NEW_DEFINITION: Final = "định nghĩa chỉ tiêu đã thay đổi"
HIDDEN_BY_DIFFERENCE: Final = (
    "Chênh lệch với lần phát hành trước là một số nhỏ của nội dung nhạy cảm; chỉ Sở VHTTDL được xem."
)


def list_changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """The figures printed otherwise in `after` than in `before`, in its order.

    Those of the province, breakdowns included; of groups and bodies where nothing of the province moved for the
    indicator, as when what one body takes back another one adds.
    """
    reasons = _Reasons(before, after)
    changes = _changes(_province_figures(before.snapshot), _province_figures(after.snapshot), reasons)
    told = {each.indicator_code for each in changes}
    parts = _changes(_part_figures(before.snapshot), _part_figures(after.snapshot), reasons)
    return (*changes, *(each for each in parts if each.indicator_code not in told))


def _changes(before: Iterable[Figure], after: Iterable[Figure], reasons: _Reasons) -> list[Change]:
    then = {_line(figure): figure for figure in before}
    now = {_line(figure): figure for figure in after}
    changes = []
    for line in (*now, *(gone for gone in then if gone not in now)):
        old, new = then.get(line), now.get(line)
        known = new or old
        assert known is not None
        was, is_now = _printed(old), _printed(new)
        if was == is_now:
            continue
        changes.append(
            Change(
                indicator_code=known.indicator_code,
                indicator_name=known.indicator_name,
                unit=known.unit,
                scope_name=known.scope_name,
                breakdown_name=", ".join(part for part in (known.side_name, known.member_name) if part),
                before=was,
                after=is_now,
                why=reasons.of(known.indicator_code),
            )
        )
    return changes


def hide_small_differences(
    snapshot: Snapshot, released: Iterable[Snapshot], catalogue: Mapping[str, Indicator], reference: Reference
) -> Snapshot:
    """The snapshot without the numbers that, less those of an edition already released, would tell a small count.

    Two editions of one period differ by what single bodies sent in between. Where a number of a sensitive matter moved
    by one to four, every number of the indicators made of the same measures is left out of the later edition; where
    only a sensitive member of a breakdown did, every number of that breakdown.
    """
    earlier = [{_line(figure): figure for figure in each.figures} for each in released]
    hidden_measures: set[str] = set()
    hidden_axes: set[tuple[str, str]] = set()
    for lines in snapshot.indicators:
        indicator = catalogue[lines.code]
        sensitive = {
            term.measure_code for term in indicator.terms if reference.measures[term.measure_code].is_sensitive
        }
        for figure in _figures(lines):
            tells_member = _is_sensitive_member(figure, indicator, reference)
            if not (sensitive or tells_member):
                continue
            if any(_tells_small(figure, then.get(_line(figure))) for then in earlier):
                if sensitive:
                    hidden_measures |= sensitive
                else:
                    hidden_axes.add((lines.code, figure.axis_code))
    if not hidden_measures and not hidden_axes:
        return snapshot
    return replace(
        _without_bodies_figures(snapshot, hidden_measures, catalogue),
        indicators=tuple(
            _without(
                lines,
                is_whole=any(term.measure_code in hidden_measures for term in catalogue[lines.code].terms),
                axes={axis for code, axis in hidden_axes if code == lines.code},
            )
            for lines in snapshot.indicators
        ),
    )


def _without_bodies_figures(snapshot: Snapshot, measures: set[str], catalogue: Mapping[str, Indicator]) -> Snapshot:
    """The snapshot whose lists of what bodies sent again, corrected or contradicted name these measures only."""
    return replace(
        snapshot,
        restatements=tuple(
            replace(each, before=NOT_SHOWN, after=NOT_SHOWN) if each.measure_code in measures else each
            for each in snapshot.restatements
        ),
        corrections=tuple(
            replace(each, printed=NOT_SHOWN, counted=NOT_SHOWN, reason=UNTOLD)
            if any(f"({code})" in each.figure_name for code in measures)
            else each
            for each in snapshot.corrections
        ),
        differences=tuple(
            replace(each, reported=NOT_SHOWN, prevailing=NOT_SHOWN)
            if any(term.measure_code in measures for term in catalogue[each.indicator_code].terms)
            else each
            for each in snapshot.differences
        ),
    )


def _without(lines: IndicatorLines, *, is_whole: bool, axes: set[str]) -> IndicatorLines:
    if not is_whole and not axes:
        return lines

    def hidden(figures: Sequence[Figure]) -> tuple[Figure, ...]:
        return tuple(_hidden(figure) if is_whole or figure.axis_code in axes else figure for figure in figures)

    return replace(
        lines,
        headline=hidden(lines.headline),
        breakdowns=hidden(lines.breakdowns),
        by_group=hidden(lines.by_group),
        by_unit=hidden(lines.by_unit),
    )


def _hidden(figure: Figure) -> Figure:
    if figure.value is None:
        return figure
    return replace(
        figure,
        value=None,
        numerator=None,
        denominator=None,
        full_year_estimate=None,
        full_year_count=0,
        state="suppressed",
        reason=HIDDEN_BY_DIFFERENCE,
        numerator_mark=NOT_SHOWN,
        denominator_mark=NOT_SHOWN if figure.denominator is not None else "",
        # Distance and pace would tell the value.
        target=None,
    )


def _tells_small(now: Figure, then: Figure | None) -> bool:
    if then is None:
        return False
    pairs = (
        (now.numerator, then.numerator),
        (now.denominator, then.denominator),
        (now.full_year_estimate, then.full_year_estimate),
    )
    return any(_is_small_step(new, old) for new, old in pairs)


def _is_small_step(new: Decimal | None, old: Decimal | None) -> bool:
    return new is not None and old is not None and 0 < abs(new - old) < SMALLEST_SHOWN


def _is_sensitive_member(figure: Figure, indicator: Indicator, reference: Reference) -> bool:
    members = figure.member_code.split("/")
    for axis, member in zip(figure.axis_code.split("/"), members, strict=False):
        for term in indicator.terms:
            measure = reference.measures[term.measure_code]
            if measure.axis(axis) is None:
                continue
            listed = reference.members(term.measure_code, axis)
            if member in listed and listed[member].is_sensitive:
                return True
    return False


def _figures(lines: IndicatorLines) -> tuple[Figure, ...]:
    return (*lines.headline, *lines.breakdowns, *lines.by_group, *lines.by_unit)


def _province_figures(snapshot: Snapshot) -> Iterable[Figure]:
    for lines in snapshot.indicators:
        yield from lines.headline
        yield from lines.breakdowns


def _part_figures(snapshot: Snapshot) -> Iterable[Figure]:
    for lines in snapshot.indicators:
        yield from lines.by_group
        yield from lines.by_unit


def _line(figure: Figure) -> tuple[str, ...]:
    return (
        figure.indicator_code,
        figure.scope_type,
        figure.scope_code,
        figure.side,
        figure.axis_code,
        figure.member_code,
    )


def _printed(figure: Figure | None) -> str:
    """As a reader sees it: the number or its word, the mark of an estimate, the estimate for the year beside it."""
    if figure is None:
        return "không có"
    shown = figure.shown + (" (ước)" if figure.kind == "uoc" and figure.value is not None else "")
    if figure.full_year_estimate is not None:
        from include.extracts.leadership.wording import number_vi

        shown += f"; ước cả năm {number_vi(figure.full_year_estimate, figure.unit)}"
    return shown


@dataclass(slots=True)
class _Reasons:
    """Why the figures of an indicator moved, told by the cells behind them."""

    before: Edition
    after: Edition
    _told: dict[str, str] = field(default_factory=dict)

    def of(self, indicator_code: str) -> str:
        if indicator_code not in self._told:
            self._told[indicator_code] = self._reason(indicator_code)
        return self._told[indicator_code]

    def _reason(self, code: str) -> str:
        old, new = _by_sender(self.before, code), _by_sender(self.after, code)
        came = [name for name in new if name not in old]
        went = [name for name in old if name not in new]
        again = [name for name in new if name in old and old[name].files != new[name].files]
        otherwise = [
            name for name in new if name in old and old[name].files == new[name].files and old[name] != new[name]
        ]
        parts = [
            f"{_names(senders)} {words}"
            for senders, words in (
                (came, "gửi sau lần phát hành trước"),
                (again, "gửi lại"),
                (went, "không còn được tính"),
                (otherwise, "có hiệu chỉnh số liệu nguồn"),
            )
            if senders
        ]
        if dict(self.before.definition_hashes).get(code) != dict(self.after.definition_hashes).get(code):
            parts.append(NEW_DEFINITION)
        return "; ".join(parts) or OTHER_RULES


@dataclass(slots=True)
class _Sent:
    files: set[str] = field(default_factory=set)
    cells: list[tuple[str, ...]] = field(default_factory=list)


def _by_sender(edition: Edition, code: str) -> dict[str, _Sent]:
    """What each sender has behind an indicator; of a feed without a body, each file is a sender of its own."""
    sent: dict[str, _Sent] = defaultdict(_Sent)
    for cell in edition.lineage:
        if cell.indicator_code != code:
            continue
        file = edition.lineage_files[cell.file_number] if cell.file_number is not None else None
        each = sent[cell.unit_name or (f"tệp {file.file_name}" if file is not None else "nguồn khác")]
        if file is not None:
            each.files.add(file.sha256)
        each.cells.append(_as_compared(cell))
    return dict(sent)


def _as_compared(cell: LineageCell) -> tuple[str, ...]:
    return (
        cell.side,
        cell.term_side,
        cell.measure_code,
        cell.member_name,
        cell.sheet,
        cell.cell,
        str(cell.value),
        str(cell.added),
        cell.state,
    )


def _names(senders: Sequence[str]) -> str:
    shown = ", ".join(senders[:_NAMED])
    rest = len(senders) - _NAMED
    return f"{shown} và {rest} nơi gửi khác" if rest > 0 else shown
