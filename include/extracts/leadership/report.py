"""The department's consolidated report to the People's Committee and the ministry, as a Word document to be completed.

What the figures can say is said by rule, clause by clause of the plan; what only people can write has a marked place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.errors import GateError
from include.extracts.leadership import statements as say
from include.extracts.leadership.charts import CHANGES, GROUP_COLUMNS, Chart, draw_charts
from include.extracts.leadership.edition import DRAFT_VI, Edition, shown_value
from include.extracts.leadership.indicator_sentences import coverage_words, sentence_of
from include.extracts.leadership.nd30 import Words, load_form
from include.extracts.leadership.snapshot import Body, Figure, IndicatorLines
from include.extracts.leadership.word_document import Column, Furniture, Paper
from include.extracts.leadership.wording import (
    GROUPS_VI,
    KINDS_VI,
    VIETNAM,
    clause_group_name,
    days_vi,
    moment_vi,
    number_vi,
)

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

PARTS_VI: Final = {
    "I": "Mục đích, yêu cầu",
    "II": "Nội dung thực hiện",
    "III": "Kinh phí thực hiện",
    "IV": "Tổ chức thực hiện",
    "V": "Chế độ thông tin, báo cáo",
}
"""The parts of the plan, by whose numbers the report is arranged."""

_SHORT_GROUPS_VI: Final = {
    "commune": "Xã, phường",
    "department": "Sở, ngành",
    "finance": "Sở TC",
    "office": "VP UBND",
    "police": "Công an",
    "military": "Quân sự",
    "front": "MTTQ, ĐT",
    "association": "Hội NB",
    "media": "Báo chí",
    "party": "Ban Đảng",
}
"""Heads of narrow columns; the names in full stand in the table before."""

_ROMAN: Final = ("I", "II", "III", "IV", "V")


def write_report(edition: Edition, path: Path) -> None:
    """Write the consolidated report to `path` as .docx, in the form of nd30.yml.

    Everything is read from the edition; the same edition gives the same bytes on any day and machine. Its numbers are
    those of the snapshot as printed elsewhere; number, place, day, signature and assessment are left to people.
    Raises GateError for an edition without an indicator, CatalogueError for a form that does not fit the decree,
    PlatformError for a letter of a chart that has no shape.
    """
    snapshot = edition.snapshot
    if not snapshot.headlines:
        raise GateError(
            where=f"report of {edition.number}",
            found="no indicator",
            expected="at least one figure to report",
            remedy="Build the marts of the period and freeze the release again.",
        )
    form = load_form()
    words = form.words_on(edition.frozen_at.astimezone(VIETNAM).date())
    subject = f"Kết quả công tác thông tin đối ngoại {_period(edition)}"
    paper = Paper(form, _furniture(edition))
    charts = {chart.code: chart for chart in draw_charts(snapshot, edition.comparisons)}
    paper.heading_block(words)
    paper.title(words, subject)
    paper.addressees(words)
    paper.body(
        f"Thực hiện Kế hoạch hoạt động thông tin đối ngoại năm {snapshot.period.plan_year} của Ủy ban nhân dân tỉnh,"
        f" Sở tổng hợp kết quả {_period(edition)} như sau:"
    )
    _write_correction(paper, edition)
    _write_basis(paper, edition)
    _write_clauses(paper, edition)
    _write_reporting(paper, edition, charts)
    _write_difficulties(paper, edition)
    last = _write_requests(paper, edition, words)
    paper.end(last, words.end_mark)
    paper.signature_block(words)
    _write_annexes(paper, edition, charts, words)
    paper.save(
        path,
        title=f"{words.title.capitalize()}: {subject}",
        subject=edition.label,
        moment=edition.frozen_at,
        version=edition.number,
    )


def _period(edition: Edition) -> str:
    """The period within a sentence."""
    name = edition.snapshot.period.name
    return name[:1].lower() + name[1:]


def _furniture(edition: Edition) -> Furniture:
    return Furniture(
        draft_mark=DRAFT_VI if edition.is_draft else "",
        notice=say.SYNTHETIC_NOTICE if edition.snapshot.is_synthetic else "",
        footer=(f"{edition.label} (số {edition.number})", f"Mã nội dung SHA-256: {edition.content_hash}"),
    )


def _write_correction(paper: Paper, edition: Edition) -> None:
    correction = edition.correction
    if correction is None:
        return
    paper.heading(correction.title, 1)
    paper.body(
        f"Bản này thay bản phát hành {edition.release_code}, lần {correction.of_edition}. Lý do: {correction.reason}"
    )
    paper.table(
        "Số liệu thay đổi so với bản được đính chính",
        (
            Column("Chỉ tiêu", 50),
            Column("Phạm vi", 28),
            Column("Đơn vị tính", 20),
            Column("Đã in", 17, "right"),
            Column("Nay là", 17, "right"),
            Column("Lý do", 33),
        ),
        [
            (
                f"{change.indicator_code}. {change.indicator_name}",
                "; ".join(part for part in (change.scope_name, change.breakdown_name) if part),
                change.unit,
                change.before,
                change.after,
                change.why,
            )
            for change in correction.changes
        ],
    )


def _write_basis(paper: Paper, edition: Edition) -> None:
    """What has to be known before any number."""
    snapshot = edition.snapshot
    facts = [
        f"Kỳ báo cáo: {snapshot.period.name}; số liệu chốt {days_vi(snapshot.cut_off_from, snapshot.cut_off_to)}, nhận"
        f" đến {moment_vi(snapshot.known_until)}."
        + (" Chưa đến hạn nộp, số liệu còn tạm tính." if snapshot.is_before_due else ""),
        f"Báo cáo đã nhận: {say.received_sentence(snapshot)}",
        say.estimated_sentence(snapshot),
        say.revised_sentence(snapshot),
        say.comparison_of_edition(edition),
        "Mục tiêu của tỉnh: " + say.targets_sentence(snapshot) if snapshot.with_target else say.NO_TARGET_NOTE,
    ]
    if edition.is_late:
        facts.append(say.lateness_of(edition))
    for fact in facts:
        paper.body(f"- {fact}")


def _write_clauses(paper: Paper, edition: Edition) -> None:
    part = ""
    for code, members in edition.snapshot.by_clause_group.items():
        begun = code.split(".")[0]
        if begun == "V":
            continue
        if begun != part:
            part = begun
            paper.heading(f"{part}. {PARTS_VI.get(part, '')}".upper(), 1)
        if "." in code:
            paper.heading(clause_group_name(code), 2)
        _write_indicators(paper, members, edition, f"Số liệu mục {code} của Kế hoạch")
        paper.gap(f"Đơn vị tổng hợp bổ sung đánh giá kết quả, nguyên nhân của mục {code}, nếu có")


def _write_indicators(paper: Paper, members: Iterable[IndicatorLines], edition: Edition, caption: str) -> None:
    members = tuple(members)
    for lines in members:
        paper.body(f"- {sentence_of(lines, edition)}")
    figures = [figure for lines in members for figure in lines.headline]
    if not figures:
        return
    paper.table(
        caption,
        (
            Column("Mã", 12, "center"),
            Column("Chỉ tiêu", 45),
            Column("Giá trị", 18, "right"),
            Column("Đơn vị tính", 18),
            Column("Đơn vị báo cáo", 17, "center"),
            Column("Cùng kỳ", 18, "right"),
            Column("Ghi chú", 37),
        ),
        [
            (
                figure.indicator_code,
                say.label_of(figure),
                figure.shown,
                figure.unit,
                _coverage(figure),
                _before(figure, edition),
                _note(figure),
            )
            for figure in figures
        ],
    )


def _coverage(figure: Figure) -> str:
    """“111/121”; the words only where it is not the obliged bodies that are counted."""
    return coverage_words(figure).removesuffix(" đơn vị báo cáo") or "–"


def _before(figure: Figure, edition: Edition) -> str:
    comparison = edition.comparison_of(figure)
    if comparison is None:
        return "–"
    shown = shown_value(comparison.value, figure.unit, comparison.state)
    return f"{shown} ({KINDS_VI['uoc']})" if comparison.kind == "uoc" and comparison.value is not None else shown


def _note(figure: Figure) -> str:
    """Kind, day of the register, revision, what is missing: only what the other columns do not say."""
    told = [say.kind_of(figure), figure.as_of, "tạm tính" if figure.is_provisional else "", say.gaps_of(figure)]
    if figure.full_year_estimate is not None:
        told.append(f"ước cả năm {number_vi(figure.full_year_estimate, figure.unit)}")
    return "; ".join(each[:1].lower() + each[1:].rstrip(".") for each in told if each)


def _write_reporting(paper: Paper, edition: Edition, charts: dict[str, Chart]) -> None:
    snapshot = edition.snapshot
    paper.heading(f"V. {PARTS_VI['V']}".upper(), 1)
    paper.heading("V.1. Chế độ báo cáo", 2)
    paper.body(f"- Hạn nộp: {snapshot.period.rule}.")
    came = say.received_sentence(snapshot)
    paper.body(f"- Đã nhận báo cáo của {came}" if snapshot.obliged else f"- {came}")
    _write_indicators(paper, snapshot.by_clause_group.get("V", ()), edition, "Số liệu mục V của Kế hoạch")
    if "bao-cao" in charts:
        _write_chart(paper, charts["bao-cao"], 160)
    paper.gap("Đơn vị tổng hợp bổ sung đánh giá việc thực hiện chế độ báo cáo, nếu có")


def _write_difficulties(paper: Paper, edition: Edition) -> None:
    """Everything the data itself shows to be lacking, then the place for what they cannot show."""
    snapshot = edition.snapshot
    paper.heading("V.2. Khó khăn, vướng mắc", 2)
    paper.heading("a) Đơn vị chưa có báo cáo được nhận", 3)
    if not snapshot.missing:
        paper.body(say.missing_sentence(snapshot))
    for code, name in GROUPS_VI.items():
        told = [
            f"{len(bodies)} đơn vị {words}: {say.names(bodies)}"
            for words, bodies in (
                ("chưa nộp", _of_group(snapshot.silent, code)),
                ("đã gửi nhưng còn lỗi, chờ sửa", _of_group(snapshot.waiting, code)),
            )
            if bodies
        ]
        if told:
            paper.body(f"- {name}: {'; '.join(told)}.")
    paper.heading("b) Số liệu còn thiếu, còn phải kiểm tra", 3)
    without = snapshot.without_value
    for figure in without:
        why = figure.reason.rstrip(".")
        why = f" ({why[:1].lower()}{why[1:]})" if why else ""
        paper.body(f"- {figure.indicator_code}. {say.label_of(figure)}: {figure.shown}{why}.")
    if not without:
        paper.body("- Chỉ tiêu nào cũng có giá trị.")
    paper.body(
        f"- {snapshot.held_row_count} dòng số liệu đang giữ lại chờ đơn vị sửa, chưa cộng vào số liệu."
        if snapshot.held_row_count
        else "- Không có dòng số liệu nào đang giữ lại."
    )
    paper.body(
        f"- {len(snapshot.warnings)} cảnh báo còn mở trong các báo cáo đã nhận, kê ở Phụ lục II."
        if snapshot.warnings
        else "- Không còn cảnh báo nào mở trong các báo cáo đã nhận."
    )
    paper.heading("c) Khó khăn, vướng mắc do các đơn vị nêu", 3)
    paper.body(f"- {_raised_sentence(snapshot.indicators)}")
    missed = [each for each in snapshot.with_target if each.target is not None and each.target.state == "missed"]
    if missed:
        paper.heading("d) Chỉ tiêu chưa đạt mục tiêu", 3)
    for figure in missed:
        verdict = f"{figure.shown} {figure.unit}, {say.distance_of(figure)}".replace(" %", "%")
        explained = " ".join(say.explanations_of(figure))
        paper.body(f"- {figure.indicator_code}. {say.label_of(figure)}: {verdict}. {explained}".rstrip())
    paper.gap("Đơn vị tổng hợp bổ sung nội dung các khó khăn, vướng mắc và nguyên nhân")


def _raised_sentence(indicators: Iterable[IndicatorLines]) -> str:
    """How many difficulties were raised and solved, from the two sides of P08; why not, where they are not shown."""
    figure = next((each.headline[0] for each in indicators if each.code == "P08" and each.headline), None)
    if figure is None:
        return "Kỳ này không tổng hợp số khó khăn, vướng mắc."
    # A ratio over nothing has no value, but its two sides say that nothing was raised.
    if figure.denominator is None or figure.numerator is None:
        return f"Số khó khăn, vướng mắc các đơn vị nêu: {figure.shown}."
    raised, solved = number_vi(figure.denominator), number_vi(figure.numerator)
    if not figure.denominator:
        return "Các đơn vị không nêu khó khăn, vướng mắc, kiến nghị nào trong kỳ (0 vấn đề)."
    left = number_vi(figure.denominator - figure.numerator)
    return f"Các đơn vị đã nêu {raised} khó khăn, vướng mắc, kiến nghị; {solved} đã được giải quyết, còn {left}."


def _write_requests(paper: Paper, edition: Edition, words: Words) -> Paragraph:
    """What follows from the data without anybody's judgement; the rest is a place to fill. The last paragraph."""
    snapshot = edition.snapshot
    paper.heading("V.3. Đề xuất, kiến nghị", 2)
    # Before the deadline nobody is behind: figures of a month come while bodies still have weeks.
    if snapshot.silent and not snapshot.is_before_due:
        paper.body(f"- Đề nghị {len(snapshot.silent)} đơn vị chưa nộp báo cáo (Phụ lục II) gửi báo cáo.")
    if snapshot.waiting or snapshot.held_row_count:
        told = [f"{len(snapshot.waiting)} đơn vị có báo cáo còn lỗi"] if snapshot.waiting else []
        told += [f"các đơn vị có {snapshot.held_row_count} dòng đang giữ lại"] if snapshot.held_row_count else []
        paper.body(f"- Đề nghị {' và '.join(told)} sửa và gửi lại.")
    return paper.gap(f"Đơn vị tổng hợp bổ sung đề xuất, kiến nghị với {'; '.join(words.addressees)}")


def _write_annexes(paper: Paper, edition: Edition, charts: dict[str, Chart], words: Words) -> None:
    snapshot = edition.snapshot
    width = paper.begin_annexes()
    begun = 0

    def begin(title: str) -> None:
        nonlocal begun
        begun += 1
        label = words.annex_label.format(roman=_ROMAN[begun - 1])
        paper.annex_title(label, title, words.annex_reference, is_first=begun == 1)

    begin("Tình hình báo cáo theo nhóm đơn vị")
    counted = [(g.name, (g.due, g.on_time, g.late, g.waiting, g.silent)) for g in say.groups(snapshot)]
    totals = tuple(sum(counts[place] for _, counts in counted) for place in range(len(GROUP_COLUMNS) - 1))
    paper.table(
        "Số đơn vị phải báo cáo theo nhóm và tình trạng (đơn vị)",
        (Column(GROUP_COLUMNS[0], width - 5 * 32), *(Column(head, 32, "right") for head in GROUP_COLUMNS[1:])),
        [(name, *(str(count) for count in counts)) for name, counts in (*counted, ("Tổng số", totals))],
    )
    for words_of_state, meaning in say.STATE_NOTES:
        paper.note(f"“{words_of_state}”: {meaning}")
    for note in say.GENERAL_NOTES:
        paper.note(note)
    begin("Đơn vị chưa báo cáo, báo cáo muộn; cảnh báo còn mở")
    listed = (*snapshot.missing, *snapshot.late, *(each for each in snapshot.requested if not each.is_received))
    if listed:
        paper.table(
            "Đơn vị chưa có báo cáo được nhận và đơn vị nộp muộn",
            (
                Column("STT", 14, "center"),
                Column("Đơn vị", width - 14 - 55 - 70 - 45),
                Column("Nhóm", 55),
                Column("Tình trạng", 70),
                Column("Báo cáo nhận lúc", 45, "center"),
            ),
            [
                (str(number), body.name, body.group_name, body.state_name, moment_vi(body.received_at))
                for number, body in enumerate(listed, start=1)
            ],
        )
    else:
        paper.body("Mọi đơn vị đã nộp báo cáo đúng hạn." if snapshot.obliged else say.NOBODY_ASKED)
    if snapshot.warnings:
        paper.table(
            "Cảnh báo còn mở trong các báo cáo đã nhận",
            (Column("STT", 14, "center"), Column("Đơn vị", 60), Column("Quy tắc", 40), Column("Nội dung", width - 114)),
            [(str(n), each.unit_name, each.rule, each.text) for n, each in enumerate(snapshot.warnings, start=1)],
        )
    for each in say.exception_tables(snapshot):
        paper.table(each.title, [Column(head, width / len(each.columns)) for head in each.columns], each.rows)
        paper.note(each.note)
    _write_group_values(paper, edition, width, begin)
    if CHANGES in charts:
        begin("Thay đổi so với cùng kỳ")
        _write_chart(paper, charts[CHANGES], 200)


def _write_group_values(paper: Paper, edition: Edition, width: float, begin: Callable[[str], None]) -> None:
    """Indicators that are also read by group, a column a group; nothing where there is none."""
    members = [lines for lines in edition.snapshot.indicators if lines.by_group and lines.arithmetic != "pair"]
    present = {figure.scope_code for lines in members for figure in lines.by_group}
    codes = [code for code in GROUPS_VI if code in present]
    if not codes:
        return
    begin("Chỉ tiêu theo nhóm đơn vị")
    group_mm = 18.5
    paper.table(
        "Giá trị theo nhóm đơn vị; “–”: chỉ tiêu không đọc theo nhóm ấy",
        (
            Column("Mã", 12, "center"),
            Column("Chỉ tiêu", width - 12 - 20 - group_mm * len(codes)),
            Column("Đơn vị tính", 20),
            *(Column(_SHORT_GROUPS_VI[code], group_mm, "right") for code in codes),
        ),
        [
            (
                lines.code,
                lines.name,
                lines.unit,
                *(
                    next((figure.shown for figure in lines.by_group if figure.scope_code == code), "–")
                    for code in codes
                ),
            )
            for lines in members
        ],
    )


def _write_chart(paper: Paper, chart: Chart, width_mm: float) -> None:
    from include.extracts.leadership.chart_static import png_of

    paper.picture(png_of(chart, width_mm=width_mm), width_mm, chart.title, f"{chart.spoken} {chart.alt}")


def _of_group(bodies: Iterable[Body], code: str) -> list[Body]:
    return [body for body in bodies if body.group_code == code]
