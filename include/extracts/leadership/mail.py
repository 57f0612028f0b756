"""The mail of a release: what a leader reads on a phone, as HTML with one chart and as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from include.errors import GateError
from include.extracts.leadership import statements, wording
from include.extracts.leadership.chart_static import png_of
from include.extracts.leadership.charts import CHANGES, FLOWS, Chart, draw_charts
from include.extracts.leadership.edition import MAIL_CHART_CID, MAIL_CHART_NAME, MAIL_HTML_NAME, MAIL_TEXT_NAME
from include.vietnamese.text import write_out_unseen

if TYPE_CHECKING:
    from jinja2 import Template

    from include.extracts.leadership.edition import Change, Edition
    from include.extracts.leadership.snapshot import Figure

MOST_BYTES: Final = 100_000
"""HTML and chart together: more is cut off by phones on a slow line and by Gmail, which stops at 102 KB."""

_MOST_FIGURES, _LEAST_FIGURES = 5, 3
_MOST_CHANGES: Final = 8


@dataclass(frozen=True, slots=True)
class Lead:
    """One leading figure in words. `mark` says that it is an estimate or was revised."""

    code: str
    name: str
    shown: str
    """The value, a percentage with its sign, or the word for why there is no number."""
    unit: str
    is_number: bool
    mark: str
    change: str
    coverage: str
    note: str


def write_mail(edition: Edition, folder: Path) -> list[Path]:
    """Write mail.html, mail.txt and mail-chart.png into `folder`; the files written.

    The HTML names the picture as cid:mail-chart. No picture and no name of one where there is nothing to draw. The
    same edition gives the same bytes. Raises GateError when HTML and picture are over MOST_BYTES together.
    """
    chart = choose_chart(edition)
    picture = png_of(chart, width_px=900, width_mm=90) if chart is not None else b""
    html = _render(edition, chart, "mail.html.j2").encode()
    size = len(html) + len(picture)
    if size > MOST_BYTES:
        raise GateError(
            where=f"mail of {edition.number}",
            found=f"{size} bytes of HTML and chart",
            expected=f"{MOST_BYTES} bytes at most",
            remedy="Look for names or notes that have grown out of measure; shorten them at their source.",
        )
    contents = {MAIL_HTML_NAME: html, MAIL_TEXT_NAME: _render(edition, chart, "mail.txt.j2").encode()}
    if picture:
        contents[MAIL_CHART_NAME] = picture
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def choose_figures(edition: Edition) -> tuple[Figure, ...]:
    """The three to five headlines that lead: Snapshot.leading, those with a value first.

    Where fewer than three of them have one (the figures of a month), the flows of the charts follow, then every other
    headline with a value in the order of the catalogue.
    """
    snapshot = edition.snapshot
    chosen = [figure for figure in snapshot.leading if figure.value is not None][:_MOST_FIGURES]
    if len(chosen) < _LEAST_FIGURES:
        order = {code: position for position, code in enumerate(FLOWS)}
        others = sorted(
            (figure for figure in snapshot.headlines if figure.value is not None and figure not in chosen),
            key=lambda figure: order.get(figure.indicator_code, len(order)),
        )
        chosen += others[: _MOST_FIGURES - len(chosen)]
    if len(chosen) < _LEAST_FIGURES:
        silent = [figure for figure in (*snapshot.leading, *snapshot.headlines) if figure.value is None]
        chosen += list(dict.fromkeys(silent))[: _LEAST_FIGURES - len(chosen)]
    return tuple(chosen)


def choose_chart(edition: Edition) -> Chart | None:
    """The changes against the same period, else the first chart there is."""
    charts = draw_charts(edition.snapshot, edition.comparisons)
    return next((chart for chart in charts if chart.code == CHANGES), charts[0] if charts else None)


def describe_lead(edition: Edition, figure: Figure) -> Lead:
    """A headline as the mail says it."""
    coverage = statements.coverage_of(figure)
    if not figure.expected:
        coverage = ""
    elif figure.counts_days:
        coverage = f"{coverage} có số liệu theo dõi"
    else:
        coverage = f"{coverage} đơn vị đã báo cáo"
    is_number = figure.value is not None and figure.state != "nil"
    number, unit = (
        wording.number_and_unit(figure.value, figure.unit)
        if is_number and figure.value is not None
        else (figure.shown, "")
    )
    marks = [statements.kind_of(figure)] if figure.kind == "uoc" or figure.is_revised else []
    if figure.is_provisional:
        marks.append("tạm tính")
    return Lead(
        code=figure.indicator_code,
        name=statements.label_of(figure),
        shown=number,
        unit=unit,
        is_number=is_number,
        mark="; ".join(part for part in marks if part),
        change=_sentence(statements.change_of(figure, edition.comparison_of(figure))),
        coverage=coverage,
        note=" ".join(part for part in (_sentence(figure.as_of), statements.gaps_of(figure)) if part),
    )


def _first_changes(changes: Sequence[Change]) -> Sequence[Change]:
    """What a phone has room for: figures of the whole before their parts, each in the edition's order."""
    return sorted(changes, key=lambda change: bool(change.breakdown_name))[:_MOST_CHANGES]


def describe_change(change: Change) -> str:
    """“M01. Số tin, bài (tin, bài), Toàn tỉnh: từ 1.232,5 thành 1.234,5. Vì: Phường A nộp lại.”"""
    where = ", ".join(part for part in (change.scope_name, change.breakdown_name) if part)
    unit = f" ({change.unit})" if change.unit else ""
    why = f" Vì: {_sentence(change.why, capital=False)}" if change.why else ""
    what = f"{change.indicator_code}. {change.indicator_name}{unit}, {where}"
    return f"{what}: từ {change.before} thành {change.after}.{why}"


def _render(edition: Edition, chart: Chart | None, name: str) -> str:
    snapshot = edition.snapshot
    correction = edition.correction
    facts: dict[str, Any] = {
        "edition": edition,
        "chart": chart,
        "cid": MAIL_CHART_CID,
        "title": statements.title(snapshot),
        "synthetic": statements.SYNTHETIC_NOTICE if snapshot.is_synthetic else "",
        "standing": statements.standing_of(edition),
        "late": statements.lateness_of(edition),
        "compared": statements.comparison_of_edition(edition),
        "leads": [describe_lead(edition, figure) for figure in choose_figures(edition)],
        "changes": [describe_change(each) for each in _first_changes(correction.changes)] if correction else [],
        "more_changes": max(0, len(correction.changes) - _MOST_CHANGES) if correction else 0,
        "facts": (
            ("Báo cáo đã nhận", statements.received_sentence(snapshot)),
            ("Đơn vị còn thiếu", statements.missing_sentence(snapshot)),
            ("Chỉ tiêu chưa có giá trị", statements.valueless_sentence(snapshot)),
            ("Số ước", statements.estimated_sentence(snapshot)),
            ("Báo cáo nộp lại", statements.revised_sentence(snapshot)),
            ("Ngày chốt số liệu", wording.days_vi(snapshot.cut_off_from, snapshot.cut_off_to)),
            ("Số liệu nhận đến", wording.moment_vi(snapshot.known_until)),
        ),
        "frozen": wording.moment_vi(edition.frozen_at),
    }
    return _template(name).render(facts)


def _sentence(words: str, *, capital: bool = True) -> str:
    if not words:
        return ""
    return (words[:1].upper() + words[1:] if capital else words).rstrip(".") + "."


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_show_controls,
    )
    environment.filters["wrapped"] = _wrapped
    return environment.get_template(name)


def _show_controls(value: Any) -> Any:
    """A value as it is printed: letters that would steer the screen, or begin a line, are shown instead of obeyed."""
    from markupsafe import Markup

    # What a macro made was put together of values that went through here.
    return write_out_unseen(value) if isinstance(value, str) and not isinstance(value, (_Lines, Markup)) else value


class _Lines(str):
    """Text whose line breaks are ours."""


def _wrapped(words: str, indent: int = 0) -> str:
    import textwrap

    filled = textwrap.fill(
        write_out_unseen(words),
        76,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return _Lines(filled)
