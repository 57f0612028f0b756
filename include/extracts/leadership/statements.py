"""What the extract says in sentences: the same ones in the workbook and on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from include.extracts.leadership.edition import DRAFT_VI, Comparison, Edition, shown_value
from include.extracts.leadership.snapshot import Body, Figure, IndicatorLines, LegalBasisDays, Snapshot
from include.extracts.leadership.wording import (
    DIRECTIONS_VI,
    GROUPS_VI,
    KINDS_VI,
    NO_PACE_VI,
    TARGET_STATES_VI,
    VIETNAM,
    day_vi,
    days_vi,
    difference_vi,
    moment_vi,
    number_vi,
)

SYNTHETIC_NOTICE = "DỮ LIỆU GIẢ LẬP – không phải số liệu thật, không dùng để báo cáo"

ARITHMETIC_VI = {
    "sum": "Cộng số liệu của các đơn vị.",
    "pair": "Hai số đứng cạnh nhau, không cộng với nhau.",
    "ratio": "Cộng tử số, cộng mẫu số rồi mới chia.",
    "units_share": "Số đơn vị đạt chia số đơn vị được tính.",
    "milestone": "Mốc đã đạt.",
    "timeliness": "Số đơn vị nộp đúng hạn chia số đơn vị phải báo cáo.",
    "completeness": "Số ô bắt buộc đã điền chia số ô bắt buộc.",
    "first_pass": "Số báo cáo đạt ngay lần đầu chia số báo cáo đã nhận.",
    "revised_share": "Số báo cáo nộp lại chia số báo cáo đã nhận.",
    "estimate_error": "Chênh lệch giữa số ước và số chính thức, theo từng số liệu.",
    "feed": "Từ nguồn số liệu riêng, không qua báo cáo của đơn vị.",
}

STATE_NOTES = (
    ("0", "Đơn vị có báo cáo và con số là không."),
    ("không phát sinh", "Mọi đơn vị trả lời đều báo là không phát sinh; giá trị bằng 0."),
    ("thiếu số liệu", "Chưa có con số: chưa nộp, để trống hoặc chưa có nguồn. Không phải là 0."),
    ("không cung cấp", "Đơn vị đã báo cáo nhưng không cung cấp số liệu này."),
    ("không áp dụng", "Số liệu không liên quan đến đơn vị."),
    ("không tính được", "Mẫu số bằng 0, hoặc chỉ tiêu không có một giá trị chung."),
    ("<5; không nêu", "Số từ 1 đến 4 của nội dung nhạy cảm và số có thể làm lộ nó; chỉ Sở VHTTDL được xem."),
)

GENERAL_NOTES = (
    "Số liệu cộng dồn từ 01/01 đến ngày chốt của từng báo cáo; số của kỳ năm thay số của kỳ 6 tháng, "
    "không cộng hai kỳ.",
    "Số đơn vị đã báo cáo / phải báo cáo chỉ tính các đơn vị mà biểu mẫu có hỏi số liệu đó. "
    "Đơn vị chỉ được đề nghị báo cáo kê riêng, không làm giảm tỷ lệ.",
    "“Ước”: trong các con số cộng lại có ít nhất một số ước. “Thực hiện”: đến ngày chốt. "
    "“Chính thức”: sau khi kết thúc kỳ.",
    "“Đã đính chính”: có đơn vị đã nộp lại và con số khác bản trước. Bản trước vẫn được lưu.",
    "Chỉ tiêu ghi “không xếp hạng” chỉ cho biết bối cảnh.",
)

NO_TARGET_NOTE = "Tỉnh chưa giao mục tiêu cho các chỉ tiêu này, nên không đánh giá đạt hay không đạt."
TARGET_NOTE = (
    "Mục tiêu do tỉnh giao, kèm văn bản; chỉ tiêu không ghi mục tiêu là chưa được giao và không đánh giá. "
    "Chênh lệch là giá trị trừ mục tiêu. Tiến độ chỉ có với số cộng dồn: phần mục tiêu đã đạt bên cạnh phần thời gian "
    "đã qua đến ngày chốt. Chưa đạt thì đơn vị chịu trách nhiệm giải trình, lời giải trình đi cùng con số."
)


CORRECTION_COLUMNS = ("Nơi gửi, công bố", "Số liệu", "Số in trong tệp", "Số được tính", "Quyết định", "Lý do")
EXCEPTION_COLUMNS = ("Đơn vị", "Quy tắc", "Quyết định", "Áp dụng đến hết ngày", "Lý do", "Nội dung được chấp nhận")


@dataclass(frozen=True, slots=True)
class NoteTable:
    """A table among the notes: where it is linked to, its title, a sentence under it, and its rows."""

    anchor: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How the obliged bodies of one peer group stand."""

    name: str
    due: int
    on_time: int
    late: int
    waiting: int
    silent: int


NOBODY_ASKED = "Bản này không yêu cầu đơn vị nào báo cáo."
"""Said where others count the reports: of nobody asked, nobody is missing and nobody was on time."""


def standing_of(edition: Edition) -> str:
    """“DỰ THẢO – chưa được duyệt”, “BẢN LÀM VIỆC – chưa phát hành”; empty once it is approved."""
    if edition.is_working_copy:
        return "BẢN LÀM VIỆC – chưa phát hành"
    return f"{DRAFT_VI} – chưa được duyệt" if edition.is_draft else ""


def lateness_of(edition: Edition) -> str:
    """That it came after the calendar wanted it, with both moments; empty when it did not."""
    if not edition.is_late:
        return ""
    planned = f" Theo lịch: {moment_vi(edition.planned_at)}." if edition.planned_at else ""
    return f"Bản này phát hành chậm so với lịch.{planned} Chốt số liệu: {moment_vi(edition.frozen_at)}."


def comparison_of_edition(edition: Edition) -> str:
    """“So với 6 tháng đầu năm 2025.”, or that there is nothing to compare with; said once, before any number."""
    names = [name[:1].lower() + name[1:] for name in dict.fromkeys(each.period_name for each in edition.comparisons)]
    return f"So sánh với cùng kỳ: {', '.join(names)}." if names else "Chưa có số liệu cùng kỳ để so sánh."


def title(snapshot: Snapshot) -> str:
    """The title of workbook and page."""
    return f"Kết quả công tác thông tin đối ngoại, kỳ {_lower_first(snapshot.period.name)}"


def facts(snapshot: Snapshot) -> list[tuple[str, str]]:
    """What a reader must know before any number: period, cut-off, who reported, what is estimated, revised, missing."""
    period = snapshot.period
    told = [
        (
            "Kỳ báo cáo",
            f"{period.name} ({period.code}), từ {day_vi(period.window_start)} đến {day_vi(period.window_end)}",
        ),
        ("Hạn nộp", period.rule + ("; chưa đến hạn, số liệu còn tạm tính" if snapshot.is_before_due else "")),
        ("Ngày chốt số liệu", days_vi(snapshot.cut_off_from, snapshot.cut_off_to)),
        ("Số liệu nhận đến", moment_vi(snapshot.known_until)),
        ("Báo cáo đã nhận", received_sentence(snapshot)),
        ("Đơn vị còn thiếu", missing_sentence(snapshot)),
        ("Số ước", estimated_sentence(snapshot)),
        ("Đính chính", revised_sentence(snapshot)),
        ("Chưa có giá trị", valueless_sentence(snapshot)),
    ]
    if snapshot.with_target:
        told.append(("Mục tiêu", targets_sentence(snapshot)))
    if snapshot.corrections or snapshot.exceptions:
        told.append(
            (
                "Hiệu chỉnh, ngoại lệ",
                f"{len(snapshot.corrections)} số liệu có hiệu chỉnh nguồn, {len(snapshot.exceptions)} ngoại lệ đã được"
                " chấp nhận; lý do và chức danh quyết định ở phần ghi chú.",
            )
        )
    if snapshot.warnings or snapshot.held_row_count:
        told.append(
            (
                "Kiểm tra số liệu",
                f"{len(snapshot.warnings)} cảnh báo còn mở trong các báo cáo đã nhận; "
                f"{snapshot.held_row_count} dòng đang giữ lại chờ đơn vị sửa, chưa cộng vào số liệu.",
            )
        )
    return told


def general_notes(snapshot: Snapshot) -> tuple[str, ...]:
    """What holds for the whole extract; that nothing is judged, as long as the province has set no target."""
    return (*GENERAL_NOTES, TARGET_NOTE if snapshot.with_target else NO_TARGET_NOTE)


def targets_sentence(snapshot: Snapshot) -> str:
    """“2 con số có mục tiêu: 1 đạt mục tiêu (T01); 1 chưa đạt mục tiêu (M01), trong đó chưa có giải trình: M01.”"""
    parts = []
    for state, words in TARGET_STATES_VI.items():
        figures = [each for each in snapshot.with_target if each.target is not None and each.target.state == state]
        if figures:
            said = f"{len(figures)} {words} ({_codes(figures)})"
            silent = [each for each in figures if each.target is not None and each.target.unanswered]
            parts.append(said + (f", trong đó chưa có giải trình: {_codes(silent)}" if silent else ""))
    return f"{len(snapshot.with_target)} con số có mục tiêu: " + "; ".join(parts) + "."


def target_of(figure: Figure) -> str:
    """“500 tin, bài cả năm 2026”; empty while none is set."""
    target = figure.target
    if target is None:
        return ""
    wanted = f"{number_vi(target.target_value, figure.unit)} {figure.unit}"
    return f"{wanted} cả năm {target.target_for}" if target.is_for_year else wanted


def verdict_of(figure: Figure) -> str:
    """“chưa đạt mục tiêu”; empty while no target is set."""
    return TARGET_STATES_VI[figure.target.state] if figure.target is not None else ""


def distance_of(figure: Figure) -> str:
    """“thấp hơn mục tiêu 12,2 điểm phần trăm”; empty without a value to compare."""
    if figure.target is None or figure.target.distance is None:
        return ""
    distance = figure.target.distance
    if not distance:
        return "bằng mục tiêu"
    return f"{'cao' if distance > 0 else 'thấp'} hơn mục tiêu {difference_vi(distance, figure.unit)}"


def judgement_of(figure: Figure) -> tuple[str, str]:
    """The word of the judgement and the rest: “Chưa đạt mục tiêu”, “95,0 %; thấp hơn 2,3 điểm phần trăm”."""
    if figure.target is None:
        return "", ""
    verdict = verdict_of(figure)
    names_target = figure.target.state in ("met", "missed")
    wanted = target_of(figure) if names_target else f"mục tiêu {target_of(figure)}"
    distance = distance_of(figure).replace(" mục tiêu ", " ")
    return verdict[:1].upper() + verdict[1:], "; ".join(part for part in (wanted, distance) if part)


def pace_of(figure: Figure) -> str:
    """What part of the target is reached beside what part of the time is gone, or why that is not said."""
    target = figure.target
    if target is None:
        return ""
    if target.reached_pct is None or target.elapsed_pct is None:
        return "" if target.state == "suppressed" else NO_PACE_VI.get(target.no_pace_reason or "", "")
    return (
        f"Đã đạt {number_vi(target.reached_pct, '%')}% mục tiêu khi đã qua {number_vi(target.elapsed_pct, '%')}%"
        f" thời gian (đến {day_vi(target.cut_off)})."
    )


def explanations_of(figure: Figure) -> list[str]:
    """What each responsible body says about a missed target and for which value, or that it has said nothing."""
    if figure.target is None:
        return []
    told = []
    for answer in figure.target.answers:
        if answer.reason is None or answer.given_at is None:
            told.append(f"{answer.unit_name}: chưa có giải trình.")
            continue
        said_for = ""
        if not answer.is_current:
            given_for = (
                f"cho giá trị {number_vi(answer.explained_value, figure.unit)} {figure.unit}, "
                if answer.explained_value is not None
                else ""
            )
            said_for = f"; giải trình {given_for}trước khi số liệu hoặc mục tiêu thay đổi"
        day = day_vi(answer.given_at.astimezone(VIETNAM).date())
        told.append(f"{answer.unit_name}: “{answer.reason}” ({answer.given_by}, {day}{said_for}).")
    return told


def legal_basis_of(basis: LegalBasisDays) -> str:
    """“72/2015/NĐ-CP”, with its days where it is not in force all through the period."""
    name = basis.number or basis.code
    return name if basis.is_whole_window else f"{name} ({days_in_force(basis)})"


def days_in_force(basis: LegalBasisDays) -> str:
    """“cả kỳ”, or “từ 01/07/2026 đến 31/12/2026, 184/365 ngày”; from the day of issue where no other is known."""
    if basis.is_whole_window:
        return "cả kỳ"
    start = f"từ {day_vi(basis.first)}" + (" (ngày ban hành)" if basis.is_start_assumed and basis.starts_within else "")
    return f"{start} đến {day_vi(basis.last)}, {basis.day_count}/{basis.window_day_count} ngày"


def received_sentence(snapshot: Snapshot) -> str:
    """“110/123 đơn vị phải báo cáo (104 đúng hạn, 6 muộn); 3/4 đơn vị được đề nghị, kê riêng.”"""
    if not snapshot.obliged:
        return NOBODY_ASKED
    on_time = sum(body.state == "on_time" for body in snapshot.obliged)
    said = (
        f"{len(snapshot.received)}/{len(snapshot.obliged)} đơn vị phải báo cáo"
        f" ({on_time} đúng hạn, {len(snapshot.late)} muộn)"
    )
    if snapshot.requested:
        came = sum(body.is_received for body in snapshot.requested)
        said += f"; ngoài ra {came}/{len(snapshot.requested)} đơn vị được đề nghị báo cáo, kê riêng"
    return said + "."


def missing_sentence(snapshot: Snapshot) -> str:
    """The missing bodies, each by its name."""
    if not snapshot.obliged:
        return NOBODY_ASKED
    if not snapshot.missing:
        return "Không còn đơn vị nào."
    parts = []
    if snapshot.silent:
        parts.append(f"{len(snapshot.silent)} đơn vị chưa nộp: {names(snapshot.silent)}")
    if snapshot.waiting:
        parts.append(f"{len(snapshot.waiting)} đơn vị đã gửi nhưng còn lỗi, chờ sửa: {names(snapshot.waiting)}")
    return "; ".join(parts) + "."


def estimated_sentence(snapshot: Snapshot) -> str:
    """Which indicators hold an estimate, and how many carry one for the whole year beside them."""
    codes = _codes(snapshot.estimated)
    said = f"Có số ước trong các chỉ tiêu {codes}." if codes else "Không có chỉ tiêu nào mang số ước."
    with_year = len({figure.indicator_code for figure in snapshot.headlines if figure.full_year_estimate is not None})
    return said + (f" {with_year} chỉ tiêu có thêm số ước cả năm, ghi riêng bên cạnh." if with_year else "")


def valueless_sentence(snapshot: Snapshot) -> str:
    """Which indicators have no value, by the reason."""
    by_reason: dict[str, list[Figure]] = {}
    for figure in snapshot.without_value:
        by_reason.setdefault(figure.reason, []).append(figure)
    if not by_reason:
        return "Chỉ tiêu nào cũng có giá trị."
    parts = (f"{_codes(figures)}: {_lower_first(reason).rstrip('.')}" for reason, figures in by_reason.items())
    return "; ".join(parts) + "."


def revised_sentence(snapshot: Snapshot) -> str:
    """Who submitted again, and which indicators changed by it."""
    if not snapshot.revised:
        return "Chưa có báo cáo nào nộp lại."
    changed = _codes(snapshot.restated)
    return f"{len(snapshot.revised)} đơn vị đã nộp lại: {names(snapshot.revised)}. " + (
        f"Chỉ tiêu thay đổi: {changed}." if changed else "Không chỉ tiêu nào thay đổi."
    )


def exception_tables(snapshot: Snapshot) -> list[NoteTable]:
    """What counts otherwise than printed, and what was accepted against a rule; only tables with a row in them."""
    corrected = tuple(
        (
            each.sender_name,
            each.figure_name,
            each.printed,
            each.counted,
            f"{each.decided_by}, mục {each.code}; thời hạn: {each.until}",
            f"{each.reason} Đã báo {each.reported}.",
        )
        for each in snapshot.corrections
    )
    accepted = tuple(
        (
            each.unit_name,
            each.rule,
            f"{each.decided_by}, ngoại lệ số {each.number}",
            each.until,
            each.reason,
            each.text,
        )
        for each in snapshot.exceptions
    )
    tables = (
        NoteTable(
            "hieu-chinh-nguon",
            "Số liệu có hiệu chỉnh nguồn",
            "Nơi gửi hoặc nơi công bố đã được báo là ghi sai; số ghi trong tệp vẫn được lưu bên cạnh số được tính.",
            CORRECTION_COLUMNS,
            corrected,
        ),
        NoteTable(
            "ngoai-le",
            "Ngoại lệ đã được chấp nhận",
            "Các báo cáo này trái một quy tắc kiểm tra và vẫn được nhận, theo quyết định có thời hạn.",
            EXCEPTION_COLUMNS,
            accepted,
        ),
    )
    return [table for table in tables if table.rows]


def names(bodies: Iterable[Body]) -> str:
    """Names joined by commas; a name with a comma in it is safe behind semicolons."""
    listed = [body.name for body in bodies]
    return ("; " if any("," in name for name in listed) else ", ").join(listed)


def groups(snapshot: Snapshot) -> list[GroupCount]:
    """The obliged bodies by peer group, in reading order."""
    counted = []
    for code, name in GROUPS_VI.items():
        members = [body for body in snapshot.obliged if body.group_code == code]
        if members:
            waiting = sum(not body.is_received and body.last_attempt_at is not None for body in members)
            counted.append(
                GroupCount(
                    name,
                    len(members),
                    sum(body.state == "on_time" for body in members),
                    sum(body.state == "late" for body in members),
                    waiting,
                    sum(not body.is_received for body in members) - waiting,
                )
            )
    return counted


def kind_of(figure: Figure) -> str:
    """“thực hiện”, “ước; đã đính chính”; empty when there is no value."""
    words = [KINDS_VI[figure.kind]] if figure.kind and figure.value is not None else []
    if figure.is_revised:
        words.append("đã đính chính")
    return "; ".join(words)


def coverage_of(figure: Figure) -> str:
    """“109/121”, “144/181 ngày” for what is monitored by the day, or a dash for indicators no report is asked for."""
    if not figure.expected:
        return "–"
    return f"{figure.received}/{figure.expected}" + (" ngày" if figure.counts_days else "")


def gaps_of(figure: Figure) -> str:
    """What is not in the value although it was asked for; empty when nothing is."""
    told = [figure.reason] if figure.value is None and figure.reason else []
    for count, words in (
        (figure.blank, "đơn vị chưa có số liệu này"),
        (figure.withheld, "đơn vị không cung cấp"),
        (figure.incomplete, "đơn vị chỉ trả lời một phần"),
    ):
        if count and figure.value is not None:
            told.append(f"{count} {words}.")
    if figure.requested_expected:
        told.append(f"Được đề nghị: {figure.requested_received}/{figure.requested_expected} đơn vị đã báo cáo.")
    return " ".join(told)


def change_of(figure: Figure, comparison: Comparison | None) -> str:
    """“tăng 229 tin, bài so với 2.064 của 6 tháng đầu năm 2025 (ước)”, or why there is nothing to compare with."""
    if comparison is None:
        return ""
    if comparison.value is None or comparison.difference is None:
        return comparison.reason or f"không so được với {comparison.period_name}"
    before = shown_value(comparison.value, figure.unit, comparison.state) + ("%" if figure.unit == "%" else "")
    period = comparison.period_name + (" (ước)" if comparison.kind == "uoc" else "")
    if not comparison.difference:
        return f"không đổi so với {before} của {period}"
    word = "tăng" if comparison.difference > 0 else "giảm"
    return f"{word} {difference_vi(comparison.difference, figure.unit)} so với {before} của {period}"


def label_of(figure: Figure) -> str:
    """The indicator's name; for one side of a pair with what that side counts."""
    return f"{figure.indicator_name} – {figure.side_name}" if figure.side_name else figure.indicator_name


def direction_of(indicator: IndicatorLines) -> str:
    """Which way is better; context indicators say that they are not ranked."""
    return DIRECTIONS_VI[indicator.direction]


def _codes(figures: Iterable[Figure]) -> str:
    return ", ".join(dict.fromkeys(figure.indicator_code for figure in figures))


def _lower_first(words: str) -> str:
    return words[:1].lower() + words[1:]
