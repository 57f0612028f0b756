"""One sentence for each indicator, written by rule from its values: what it is, how sure, how it stands to before.

Nothing is praised or blamed. A context indicator is never judged; any other only against a target the province set.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from include.extracts.leadership.edition import Comparison, Edition, shown_value
from include.extracts.leadership.snapshot import Figure, IndicatorLines
from include.extracts.leadership.statements import judgement_of
from include.extracts.leadership.wording import (
    KINDS_VI,
    NOT_SHOWN,
    SCALE,
    SMALL,
    amount_vi,
    day_vi,
    difference_vi,
    number_vi,
)

_PARTS_VI: Final = {
    "units_share": "đơn vị",
    "timeliness": "đơn vị",
    "completeness": "ô bắt buộc",
    "first_pass": "báo cáo",
    "revised_share": "báo cáo",
}
"""What numerator and denominator count, by the arithmetic."""

_COUNTED: Final = Decimal(10_000)
"""Below this the two sides of a ratio are numbers of things; above it they may be money in base units."""

_LISTED: Final = 6
"""So many shares are told within a sentence; more are only counted."""


def sentence_of(lines: IndicatorLines, edition: Edition) -> str:
    """The indicator in a sentence, followed by a short one for each thing more there is to say.

    Said in turn: value with kind, day and n/N bodies; distance to the same period; what is not in it; the two sides of
    a pair, never added; the estimate of the year; the target, only where the province has set one.
    """
    if not lines.headline:
        return f"{lines.name} chưa có số liệu."
    first = lines.headline[0]
    if lines.arithmetic == "pair":
        sides = "; ".join(_predicate(side, lines, edition, verb="") for side in lines.headline)
        told = [f"{lines.name}: {sides}."]
        if len(lines.headline) > 1:
            told.append("Hai số đứng cạnh nhau, không cộng.")
    else:
        told = [f"{lines.name} {_predicate(first, lines, edition, verb='là ')}."]
    for side in lines.headline:
        told += [*_year_estimate(side), *_judgement(side, lines)]
    return " ".join(told)


def difference_of(comparison: Comparison, unit: str) -> str:
    """“cao hơn 229 tin, bài”, “thấp hơn 0,04 điểm phần trăm”, “bằng”; empty where nothing can be compared."""
    if comparison.difference is None:
        return ""
    if not comparison.difference:
        return "bằng"
    way = "cao hơn" if comparison.difference > 0 else "thấp hơn"
    return f"{way} {difference_vi(comparison.difference, SCALE if unit.startswith(SCALE) else unit)}"


def coverage_words(figure: Figure) -> str:
    """“111/121 đơn vị báo cáo”, “144/181 ngày theo dõi”; the bodies only asked where no other is; empty without any."""
    if figure.expected:
        return f"{figure.received}/{figure.expected} {'ngày theo dõi' if figure.counts_days else 'đơn vị báo cáo'}"
    if figure.requested_expected:
        return f"{figure.requested_received}/{figure.requested_expected} đơn vị được đề nghị báo cáo"
    return ""


def gaps_in(figure: Figure, arithmetic: str) -> list[str]:
    """What is not in the value, or is in it in an unexpected way, each in a few words; empty for a complete value."""
    absent = figure.expected - figure.received
    told = []
    if absent > 0 and (figure.received or figure.value is not None):
        told.append(_absence(figure, arithmetic, absent))
    # Bodies that stay in the denominator are counted there as blank too; they have been told already.
    told_already = absent if _keeps_absent(figure, arithmetic) else 0
    for count, words in (
        (figure.blank - told_already, "đơn vị chưa có số liệu này"),
        (figure.withheld, "đơn vị không cung cấp"),
        (figure.incomplete, "đơn vị chỉ trả lời một phần"),
        (figure.requested_expected - figure.requested_received, "đơn vị được đề nghị chưa báo cáo"),
    ):
        if count > 0 and figure.state != "withheld":
            told.append(f"{count} {words}")
    return told


def _predicate(figure: Figure, lines: IndicatorLines, edition: Edition, *, verb: str) -> str:
    """What is said of one headline, after the name of its indicator."""
    subject = "" if verb else f"{figure.side_name} "
    if figure.state == "nil":
        told = f"{subject}không phát sinh ({_ground(figure)})"
    elif figure.value is not None:
        told = f"{verb}{amount_vi(figure.value, figure.unit)} ({_ground(figure, _parts(figure, lines.arithmetic))})"
    else:
        told = subject + _no_number(figure, lines)
    compared = _compared(figure, edition)
    absent = gaps_in(figure, lines.arithmetic) if figure.state != "not_applicable" else []
    said = f"{told}, {compared}" if compared else told
    # Semicolons part the two sides of a pair.
    return f"{said}{'; ' if verb else ', '}{', '.join(absent)}" if absent else said


def _ground(figure: Figure, parts: str = "") -> str:
    """What a value rests on: parts, kind, day, coverage, revision."""
    kind = KINDS_VI.get(figure.kind or "", "")
    day = figure.as_of or _until(figure)
    # “thực hiện đến 31/05/2026” reads as one; the day of an FDI, ODA or aid figure has words of its own.
    dated = f"{kind} {day}".strip() if not figure.as_of else "; ".join(each for each in (kind, day) if each)
    told = [parts, dated, coverage_words(figure)]
    told.append("tạm tính" if figure.is_provisional else "")
    told.append("đã đính chính" if figure.is_revised else "")
    return "; ".join(each for each in told if each)


def _until(figure: Figure) -> str:
    first, last = figure.cut_off_from, figure.cut_off_to
    if first is None or last is None:
        return ""
    return f"đến {day_vi(last)}" if first == last else f"đến {day_vi(first)}–{day_vi(last)}"


def _parts(figure: Figure, arithmetic: str) -> str:
    """“94/116 đơn vị” behind a share; empty where the two sides are no counts or are not shown."""
    if figure.counts_days or figure.numerator is None or figure.denominator is None:
        return ""
    shown = f"{number_vi(figure.numerator)}/{number_vi(figure.denominator)}"
    if arithmetic == "ratio":
        return "" if figure.as_of or figure.denominator >= _COUNTED else shown
    counted = _PARTS_VI.get(arithmetic)
    return f"{shown} {counted}" if counted else ""


def _no_number(figure: Figure, lines: IndicatorLines) -> str:
    """Why a headline is no number, in the words of its state; never to be read as zero."""
    covered = coverage_words(figure)
    beside = f" ({covered})" if covered else ""
    why = figure.reason[:1].lower() + figure.reason[1:].rstrip(".")
    if figure.state == "suppressed":
        shown = f"ghi “{SMALL}”" if figure.shown == SMALL else NOT_SHOWN
        return f"{shown}{beside}" + (f": {why}" if why else "")
    if figure.state == "no_value":
        shares = _shares(lines)
        if shares:
            return f"không có một giá trị chung ({_ground(figure)}): {shares}"
    said = {
        "missing": "chưa có số liệu",
        "withheld": "không được cung cấp",
        "not_applicable": "không áp dụng trong kỳ",
        "no_value": "không tính được",
    }[figure.state]
    told = f"{said}{beside}" + (f": {why}" if why else "")
    return f"{told}, không phải bằng 0" if figure.state == "missing" else told


def _shares(lines: IndicatorLines) -> str:
    """The members of an indicator that is only read by member: “theo sắc thái: Tích cực 33,9%, …”."""
    axes: dict[str, list[Figure]] = {}
    for figure in lines.breakdowns:
        if "/" not in figure.axis_code:
            axes.setdefault(figure.axis_name, []).append(figure)
    told = []
    # Shares of everything come before the share that has no member of its own.
    for name, members in sorted(axes.items(), key=lambda each: -len(each[1])):
        if len(members) > _LISTED:
            told.append(f"có {len(members)} giá trị {name}")
            continue
        listed = ", ".join(
            f"{each.member_name} {amount_vi(each.value, each.unit) if each.value is not None else each.shown}"
            for each in members
        )
        told.append(f"{name}: {listed}")
    return "; ".join(told)


def _compared(figure: Figure, edition: Edition) -> str:
    """“cao hơn 229 tin, bài so với 6 tháng đầu năm 2025 (2.064 tin, bài; chính thức)”; why not, where it is not."""
    comparison = edition.comparison_of(figure)
    if comparison is None:
        return ""
    if comparison.difference is None:
        # No news where the figure itself has no number; said once for all where nothing has an earlier period.
        has_number = (figure.value is not None or figure.state == "nil") and any(
            each.is_comparable for each in edition.comparisons
        )
        reason = comparison.reason.rstrip(".")
        return reason[:1].lower() + reason[1:] if has_number else ""
    kind = KINDS_VI.get(comparison.kind or "", "")
    period = comparison.period_name[:1].lower() + comparison.period_name[1:]
    if not comparison.difference:
        return f"bằng cùng kỳ ({'; '.join(each for each in (period, kind) if each)})"
    before = (
        amount_vi(comparison.value, figure.unit)
        if comparison.value is not None and comparison.state != "nil"
        else shown_value(comparison.value, figure.unit, comparison.state)
    )
    beside = "; ".join(each for each in (before, kind) if each)
    return f"{difference_of(comparison, figure.unit)} so với {period} ({beside})"


def _keeps_absent(figure: Figure, arithmetic: str) -> bool:
    """Whether bodies that sent nothing are in the denominator."""
    if arithmetic == "timeliness":
        return True
    came = figure.received + figure.requested_received
    return arithmetic == "units_share" and figure.denominator is not None and figure.denominator > came


def _absence(figure: Figure, arithmetic: str, absent: int) -> str:
    if figure.counts_days:
        silent = f"{absent} ngày không có số liệu theo dõi"
        return f"{silent} tính vào mẫu số" if figure.denominator == figure.expected else f"chưa kể {silent}"
    silent = f"{absent} đơn vị chưa báo cáo"
    if figure.value is None and figure.state != "nil":
        return silent
    if arithmetic == "timeliness" and not figure.is_provisional:
        return f"{silent} tính là không đúng hạn"
    return f"{silent} tính vào mẫu số" if _keeps_absent(figure, arithmetic) else f"chưa kể {silent}"


def _year_estimate(figure: Figure) -> list[str]:
    if figure.full_year_estimate is None:
        return []
    side = f" {figure.side_name}" if figure.side_name and figure.unit != figure.side_name else ""
    given = f" ({figure.full_year_count} đơn vị có số ước)" if figure.full_year_count else ""
    return [f"Ước cả năm{side}: {amount_vi(figure.full_year_estimate, figure.unit)}{given}."]


def _judgement(figure: Figure, lines: IndicatorLines) -> list[str]:
    if lines.direction == "none" or figure.target is None:
        return []
    verdict, rest = judgement_of(figure)
    told = f"{verdict}: {rest}" if rest else verdict
    return [f"{told.replace(' %', '%')} ({figure.target.source})."]
