"""The edition on paper: a PDF in the form of administrative documents, set by typst from the edition alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from include.errors import GateError
from include.exports.files import whole_file
from include.extracts.leadership import statements
from include.extracts.leadership.charts import draw_charts
from include.extracts.leadership.edition import DRAFT_VI, Edition, shown_value
from include.extracts.leadership.letters import (
    STANDARDS,
    is_about_a_letter,
    load_fonts,
    refused_by_typesetter,
    require_letters,
    write_out_unseen,
)
from include.extracts.leadership.mail import choose_figures
from include.extracts.leadership.nd30 import DocumentForm, Words, load_form
from include.extracts.leadership.wording import (
    GROUPS_VI,
    VIETNAM,
    amount_vi,
    clause_group_name,
    day_vi,
    days_vi,
    difference_vi,
    moment_vi,
    number_vi,
)

if TYPE_CHECKING:
    from include.extracts.leadership.snapshot import Body, Figure, Snapshot

_TEMPLATE: Final = Path(__file__).with_name("paper.typ")
_KEPT_TOGETHER: Final = 400
"""Letters in the longest cell of a row that is not torn by the end of a page. A longer one has to be: what does not
fit on a page at all would be cut off in silence."""

_CELL_PIECE, _LINE_PIECE = 10, 40
"""Letters that stay together in a cell and in a line of text. No Vietnamese word is longer; an address is, or a formula
typed as text, and it would leave its column. A number stays whole."""
_NUMBER: Final = re.compile(r"[\d.,/:%+−-]+")
_BREAK: Final = "\u200b"
"""Where the template may break a piece from the next. It prints no such letter: it would be copied with the text."""
_UNBROKEN: Final = frozenset(
    {"form", "words", "frozen", "charts", "footer", "subject", "columns", "title", "reference"}
)

_DASH: Final = "–"
_REPORTS_CHART: Final = "bao-cao"


def write_pdf(edition: Edition, path: Path) -> None:
    """Write the edition as a PDF, A4, whole or not at all; the same edition gives the same bytes anywhere.

    Raises MissingLetterError for a letter none of the fonts has and GateError for an edition without an indicator.
    """
    content = render_pdf(edition)
    with whole_file(path) as draft:
        draft.write_bytes(content)


def render_pdf(edition: Edition) -> bytes:
    """The PDF's bytes; refuses as write_pdf does."""
    import typst

    if not edition.snapshot.headlines:
        raise GateError(
            where=f"PDF of {edition.number}",
            found="no indicator",
            expected="at least one figure to print",
            remedy="Build the marts of the period and freeze the release again.",
        )
    form = load_form()
    written = _written_out(_document(edition, form))
    require_letters((f"PDF of {edition.number}, {place}", text) for place, text in _texts(written))
    written = _breakable(written)
    # Pictures are paths, not text: their letters have been looked at where they were drawn.
    written["charts"] = [{**each, "svg": svg} for each, svg in zip(written["charts"], _pictures(edition), strict=True)]
    compiler = typst.Compiler(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=load_fonts(),
        # As JSON, never as source: whatever is written in a name, nothing of it is run.
        sys_inputs={"document": json.dumps(written, ensure_ascii=False)},
    )
    try:
        content = compiler.compile(format="pdf", pdf_standards=list(STANDARDS))
    except typst.TypstError as error:
        if not is_about_a_letter(error):
            raise
        raise refused_by_typesetter(error, f"PDF of {edition.number}", form.fonts.names) from error
    assert isinstance(content, bytes)
    return content


def _document(edition: Edition, form: DocumentForm) -> dict[str, Any]:
    """Everything the template prints, in its order, and the measures it prints it with."""
    snapshot = edition.snapshot
    day = edition.frozen_at.astimezone(VIETNAM).date()
    words = form.words_on(day)
    return {
        "form": {key: value for key, value in asdict(form).items() if key != "words"},
        "words": asdict(words),
        "frozen": {"year": day.year, "month": day.month, "day": day.day},
        "draft": form.text.stamp.written(DRAFT_VI) if edition.is_draft else "",
        "synthetic": statements.SYNTHETIC_NOTICE if snapshot.is_synthetic else "",
        "subject": statements.title(snapshot),
        "footer": _footer(edition),
        "correction": _correction(edition),
        "opening": _opening(edition),
        # A month has few of the leading indicators; the mail's choice fills up.
        "leading": [
            _leading(edition, figure) for figure in dict.fromkeys((*choose_figures(edition), *snapshot.leading))
        ],
        "charts": [
            {
                "title": chart.title,
                "alt": chart.alt,
                "is_of_reports": chart.code == _REPORTS_CHART,
                "absent": "; ".join(f"{name}: {word}" for name, word in chart.absent),
            }
            for chart in draw_charts(snapshot, edition.comparisons)
        ],
        "facts": [{"label": label, "text": text} for label, text in statements.facts(snapshot)],
        "late": statements.lateness_of(edition),
        "compares": bool(edition.comparisons),
        "groups": [
            {
                "title": clause_group_name(code),
                "rows": _rows(_main_row(edition, figure) for indicator in indicators for figure in indicator.headline),
            }
            for code, indicators in snapshot.by_clause_group.items()
        ],
        "states": _rows(statements.STATE_NOTES),
        "notes": list(statements.general_notes(snapshot)),
        "note_tables": [
            {"title": table.title, "note": table.note, "columns": list(table.columns), "rows": _rows(table.rows)}
            for table in statements.exception_tables(snapshot)
        ],
        "annexes": _annexes(edition, words),
    }


def _footer(edition: Edition) -> str:
    parts = [edition.label, f"số hiệu {edition.number}"]
    if edition.content_hash:
        parts.append(f"mã nội dung {edition.content_hash[:12]}")
    return "; ".join(parts)


def _correction(edition: Edition) -> dict[str, Any] | None:
    correction = edition.correction
    if correction is None:
        return None
    return {
        "title": correction.title,
        "text": f"Bản này thay bản phát hành {edition.release_code}, lần {correction.of_edition}."
        f" Lý do: {correction.reason}",
        "rows": _rows(
            (
                f"{change.indicator_code} {change.indicator_name}",
                ", ".join(part for part in (change.scope_name, change.breakdown_name) if part),
                change.unit,
                change.before,
                change.after,
                change.why,
            )
            for change in correction.changes
        ),
    }


def _opening(edition: Edition) -> str:
    snapshot = edition.snapshot
    period = snapshot.period
    return (
        f"{edition.name} tổng hợp số liệu thông tin đối ngoại từ {day_vi(period.window_start)} đến"
        f" {day_vi(period.window_end)}, số liệu chốt {days_vi(snapshot.cut_off_from, snapshot.cut_off_to)},"
        f" theo những gì đã nhận được đến {moment_vi(edition.as_known_at)}."
        f" {statements.comparison_of_edition(edition)} Kết quả chính:"
    )


def _leading(edition: Edition, figure: Figure) -> dict[str, str]:
    """A leading figure as a paragraph: its name, its value in bold, and what it rests on."""
    told = [
        f"{statements.coverage_of(figure)}{'' if figure.counts_days else ' đơn vị'}" if figure.expected else "",
        statements.kind_of(figure),
        figure.as_of,
    ]
    beside = [
        "; ".join(part for part in told if part),
        statements.change_of(figure, edition.comparison_of(figure)),
        statements.gaps_of(figure),
        ": ".join(part for part in statements.judgement_of(figure) if part),
    ]
    return {
        "name": statements.label_of(figure),
        "value": _value_with_unit(figure),
        "beside": _sentences(beside),
    }


def _sentences(parts: Iterable[str]) -> str:
    """Each part that says something, as a sentence; no stop after the last."""
    return ". ".join(part[:1].upper() + part[1:].rstrip(".") for part in parts if part)


def _value_with_unit(figure: Figure) -> str:
    if figure.value is None or figure.state == "nil":
        return figure.shown
    return amount_vi(figure.value, figure.unit)


def _main_row(edition: Edition, figure: Figure) -> tuple[str, ...]:
    """Code, name, unit, value, n/N, same period where there is one to compare with, kind and notes."""
    comparison = edition.comparison_of(figure)
    notes = [
        statements.kind_of(figure),
        figure.as_of,
        _year_estimate(figure),
        ": ".join(part for part in statements.judgement_of(figure) if part),
        statements.pace_of(figure),
        *statements.explanations_of(figure),
        statements.gaps_of(figure),
    ]
    return (
        figure.indicator_code,
        statements.label_of(figure),
        figure.unit,
        figure.shown,
        statements.coverage_of(figure),
        *(
            [shown_value(comparison.value, figure.unit, comparison.state) if comparison is not None else _DASH]
            if edition.comparisons
            else []
        ),
        _sentences(notes),
    )


def _year_estimate(figure: Figure) -> str:
    if figure.full_year_estimate is None:
        return ""
    return f"ước cả năm: {number_vi(figure.full_year_estimate, figure.unit)} ({figure.full_year_count} đơn vị)"


def _annexes(edition: Edition, words: Words) -> list[dict[str, Any]]:
    snapshot = edition.snapshot
    by_group = _group_annex(snapshot)
    tables = [*([by_group] if by_group["rows"] else []), _parts_annex(edition), *_body_annexes(snapshot)]
    return [
        {**table, "label": words.annex_label.format(roman=_roman(number)), "reference": words.annex_reference}
        for number, table in enumerate(tables, start=1)
    ]


def _roman(number: int) -> str:
    """Annexes are few: I to VIII."""
    return ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")[number - 1]


def _group_annex(snapshot: Snapshot) -> dict[str, Any]:
    """The indicators that are told by peer group, a column for each group that has a value."""
    present = {figure.scope_code for each in snapshot.indicators for figure in each.by_group}
    groups = [code for code in GROUPS_VI if code in present]
    rows = []
    for indicator in snapshot.indicators:
        for headline in indicator.headline if indicator.by_group else ():
            by_group = {
                figure.scope_code: figure.shown
                for figure in indicator.by_group
                if figure.side == headline.side and figure.is_headline
            }
            rows.append(
                (
                    indicator.code,
                    statements.label_of(headline),
                    headline.unit,
                    headline.shown,
                    *(by_group.get(code, _DASH) for code in groups),
                )
            )
    return {
        "title": "Các chỉ tiêu có số theo nhóm đơn vị",
        "note": f"“{_DASH}”: chỉ tiêu không có số của nhóm này.",
        "columns": ["Mã", "Chỉ tiêu", "Đơn vị tính", "Toàn tỉnh", *(GROUPS_VI[code] for code in groups)],
        "shares": [0.9, 4.6, 1.4, 1.5, *(1.35 for _ in groups)],
        "numbers": [3, *range(4, 4 + len(groups))],
        "rows": _rows(rows),
    }


def _parts_annex(edition: Edition) -> dict[str, Any]:
    """Each headline with numerator and denominator, how it changed, and the days it speaks of."""
    rows = []
    for figure in edition.snapshot.headlines:
        comparison = edition.comparison_of(figure)
        changed = _DASH
        if comparison is not None and comparison.difference is not None:
            sign = "+" if comparison.difference > 0 else "−" if comparison.difference < 0 else ""
            # The number without its unit, which the row has already.
            changed = sign + difference_vi(comparison.difference, figure.unit).split(" ")[0]
        rows.append(
            (
                figure.indicator_code,
                statements.label_of(figure),
                figure.unit,
                figure.shown,
                _part(figure.numerator, figure.numerator_mark),
                _part(figure.denominator, figure.denominator_mark),
                changed,
                statements.coverage_of(figure),
                f"{figure.requested_received}/{figure.requested_expected}" if figure.requested_expected else _DASH,
                days_vi(figure.cut_off_from, figure.cut_off_to) if figure.cut_off_to else _DASH,
                statements.kind_of(figure) if figure.value is not None else figure.state_name,
            )
        )
    return {
        "title": "Tử số, mẫu số và độ phủ của từng chỉ tiêu",
        "note": "Tử số, mẫu số theo đơn vị gốc. “So cùng kỳ”: kỳ này trừ cùng kỳ năm trước; của tỷ lệ là"
        " điểm phần trăm.",
        "columns": [
            "Mã",
            "Chỉ tiêu",
            "Đơn vị tính",
            "Giá trị",
            "Tử số",
            "Mẫu số",
            "So cùng kỳ",
            "n/N đơn\u00a0vị",
            "Được đề nghị",
            "Ngày chốt",
            "Tính chất",
        ],
        "shares": [0.9, 5.6, 1.5, 1.6, 2.3, 2.3, 1.4, 1.4, 1.2, 1.6, 1.7],
        "numbers": [3, 4, 5, 6, 7, 8],
        "rows": _rows(rows),
    }


def _body_annexes(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """Who is missing or late, and who changed what; an annex with nobody in it is not printed."""
    if snapshot.missing or snapshot.late:
        yield {
            "title": "Đơn vị chưa có báo cáo được nhận, đơn vị nộp muộn",
            "note": "Chỉ các đơn vị phải báo cáo.",
            "columns": ["TT", "Đơn vị", "Nhóm", "Tình trạng", "Lần gửi gần nhất", "Lần được nhận"],
            "shares": [0.6, 5, 2.5, 2.5, 2, 2],
            "numbers": [0],
            "rows": _rows(
                (str(number), *_body_row(body))
                for number, body in enumerate((*snapshot.silent, *snapshot.waiting, *snapshot.late), start=1)
            ),
        }
    if snapshot.restatements:
        yield {
            "title": "Số liệu đơn vị đã nộp lại",
            "note": "Bản trước vẫn được lưu.",
            "columns": ["Đơn vị", "Mã", "Số liệu", "Đơn vị tính", "Số trước", "Số sau", "Bản", "Nhận lúc"],
            "shares": [3, 1, 5, 1.5, 1.5, 1.5, 0.7, 2],
            "numbers": [4, 5, 6],
            "rows": _rows(
                (
                    each.unit_name,
                    each.measure_code,
                    each.measure_name,
                    each.unit,
                    each.before,
                    each.after,
                    str(each.revision),
                    moment_vi(each.received_at),
                )
                for each in snapshot.restatements
            ),
        }


def _body_row(body: Body) -> tuple[str, ...]:
    return body.name, body.group_name, body.state_name, moment_vi(body.last_attempt_at), moment_vi(body.received_at)


def _part(value: Decimal | None, mark: str) -> str:
    if mark:
        return mark
    return _DASH if value is None else number_vi(value)


def _rows(rows: Iterable[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Rows of a table, each saying whether it is kept on one page."""
    return [{"cells": list(cells), "keep": max(map(len, cells), default=0) <= _KEPT_TOGETHER} for cells in rows]


def _pictures(edition: Edition) -> Iterator[str]:
    from include.extracts.leadership.chart_static import svg_of

    for chart in draw_charts(edition.snapshot, edition.comparisons):
        yield svg_of(chart).decode("utf-8")


def _written_out(content: Any) -> Any:
    """The document with every unseen character of every text written out."""
    if isinstance(content, str):
        return write_out_unseen(content)
    if isinstance(content, dict):
        return {key: _written_out(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_written_out(value) for value in content]
    return content


def _breakable(content: Any, piece: int = _LINE_PIECE) -> Any:
    """The content with places to break at in whatever is long and has no space."""
    if isinstance(content, str):
        return re.sub(rf"\S{{{piece + 1},}}", lambda found: _broken(found[0], piece), content)
    if isinstance(content, dict):
        return {
            key: value if key in _UNBROKEN else _breakable(value, _CELL_PIECE if key == "cells" else piece)
            for key, value in content.items()
        }
    return [_breakable(value, piece) for value in content] if isinstance(content, list) else content


def _broken(word: str, piece: int) -> str:
    if _NUMBER.fullmatch(word):
        return word
    return _BREAK.join(word[at : at + piece] for at in range(0, len(word), piece))


def _texts(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the document with its place, as “annexes 2, rows 4, cells 1”; measures are no text."""
    if isinstance(content, str):
        yield place, content
    elif isinstance(content, dict):
        for key, value in content.items():
            if key != "form":
                yield from _texts(value, f"{place}, {key}" if place else key)
    elif isinstance(content, list):
        for number, value in enumerate(content, start=1):
            yield from _texts(value, f"{place} {number}")
