"""What bodies and the lead department are written: reminders, late lists, the request for final figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from include.calendar.periods import Period
from include.extracts.leadership.wording import day_vi, moment_vi

LEAD_OFFICE_VI: Final = "Sở Văn hóa, Thể thao và Du lịch"

HELD_STATES: Final = frozenset({"quarantined", "rejected_only"})
"""Something came, and nothing was accepted."""

_WEEKDAYS_VI: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_NAMED_MEASURES: Final = 8

_LATE_RUN_VI: Final = "Thư này gửi chậm so với lịch vì hệ thống có lúc ngừng hoạt động."
_PLATFORM_VI: Final = "Thư tự động của nền tảng dữ liệu thông tin đối ngoại của tỉnh"


@dataclass(frozen=True, slots=True)
class Owed:
    """A report a body owes: for which period, and how it stands (a state of mart.report_status).

    `template` is the name of its form, `receipt_number` that of the file held or refused last, with its moment.
    """

    period: Period
    state: str
    is_obliged: bool
    template: str | None
    receipt_number: str | None = None
    last_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A body of the late list, with its state."""

    name_vi: str
    state: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail: its subject, one line, and its plain text."""

    subject: str
    text: str


def write_reminder(
    body_name: str, owed: Sequence[Owed], moment: datetime, *, reply_to: str | None, is_late: bool
) -> Notice:
    """One digest of everything the body owes, in the order given; `moment` decides what is overdue."""
    overdue = [each for each in owed if moment >= each.period.due_at]
    first = (overdue or list(owed))[0].period
    what = f"Báo cáo {_lower_first(first.name_vi)}" if len(owed) == 1 else f"{len(owed)} báo cáo"
    if overdue:
        subject = f"Đã quá hạn: {what} về thông tin đối ngoại"
        opening = "xin nhắc: đến nay chưa nhận được, hoặc chưa chấp nhận được, các báo cáo sau của quý cơ quan."
    else:
        subject = f"Nhắc hạn {day_vi(first.last_day_on_time)}: {what} về thông tin đối ngoại"
        opening = "xin nhắc các báo cáo sau sắp đến hạn nộp."
    lines = [f"Kính gửi: {body_name}", "", f"{LEAD_OFFICE_VI} {opening}", ""]
    for number, each in enumerate(owed, start=1):
        lines += [*_owed_lines(number, each, moment), ""]
    lines += [
        _where(reply_to),
        "Nếu trong kỳ không có hoạt động nào, vẫn gửi báo cáo và ghi “không phát sinh”; không gửi thì không"
        " phân biệt được với thiếu báo cáo.",
        "Nếu quý cơ quan vừa gửi báo cáo, xin bỏ qua thư này.",
    ]
    return _notice(subject, lines, is_late)


def write_late_list(
    period: Period, obliged_count: int, absent: Sequence[Absent], moment: datetime, *, is_late: bool
) -> Notice:
    """For the lead department: who has not reported when the deadline has passed, and who is held for faults."""
    held = [each for each in absent if each.state in HELD_STATES]
    silent = [each for each in absent if each not in held]
    lines = [
        f"Kính gửi: {LEAD_OFFICE_VI}",
        "",
        f"Báo cáo {_lower_first(period.name_vi)}, hạn nộp hết ngày {_day(period.last_day_on_time)}.",
        f"Đến {moment_vi(moment)}: đã chấp nhận {obliged_count - len(absent)}/{obliged_count} báo cáo phải nộp,"
        f" còn thiếu {len(absent)}.",
        "",
        f"Chưa gửi ({len(silent)} đơn vị):",
        *_listed([each.name_vi for each in silent]),
        "",
        f"Đã gửi nhưng chưa được chấp nhận vì có lỗi ({len(held)} đơn vị):",
        *_listed([each.name_vi for each in held]),
    ]
    return _to_lead(f"Danh sách chậm báo cáo {_lower_first(period.name_vi)}: {len(absent)} đơn vị", lines, is_late)


def write_unreachable(names: Sequence[str], about: str, moment: datetime) -> Notice:
    """For the lead department: bodies that could not be written to, because the list has no mailbox of theirs."""
    lines = [
        f"Kính gửi: {LEAD_OFFICE_VI}",
        "",
        f"Đến {moment_vi(moment)}, không gửi được {about} cho {len(names)} đơn vị vì danh sách người nhận chưa có"
        " hộp thư của các đơn vị này. Đề nghị liên hệ theo cách khác và bổ sung hộp thư cơ quan vào danh sách.",
        "",
        *_listed(names),
    ]
    return _to_lead(f"{len(names)} đơn vị chưa có hộp thư để gửi {about}", lines, is_late=False)


def write_final_request(
    body_name: str, period: Period, measures: Sequence[str], *, reply_to: str | None, is_late: bool
) -> Notice:
    """Asks a body whose annual report carries estimates for the final figures; `measures` are the names of those."""
    shown = list(measures[:_NAMED_MEASURES])
    rest = len(measures) - len(shown)
    lines = [
        f"Kính gửi: {body_name}",
        "",
        f"Báo cáo {_lower_first(period.name_vi)} của quý cơ quan có {len(measures)} số liệu còn là số ước. Kỳ số liệu"
        f" năm đã kết thúc, {LEAD_OFFICE_VI} đề nghị gửi số chính thức của cả năm cho các số liệu sau:",
        *_listed([*shown, *([f"và {rest} số liệu khác"] if rest else [])]),
        "",
        "Cách gửi: dùng lại tệp báo cáo năm, thay số ước bằng số chính thức, chọn loại số liệu “chính thức”. Bản gửi"
        " lại được ghi nhận là lần sửa tiếp theo; báo cáo đã nộp vẫn giữ thời điểm nộp.",
        _where(reply_to),
    ]
    return _notice(f"Đề nghị gửi số liệu chính thức {_lower_first(period.name_vi)}", lines, is_late)


def _owed_lines(number: int, owed: Owed, moment: datetime) -> list[str]:
    period = owed.period
    is_overdue = moment >= period.due_at
    deadline = f"   Hạn nộp: hết ngày {_day(period.last_day_on_time)}" + (", đã quá hạn." if is_overdue else ".")
    lines = [f"{number}. Báo cáo {_lower_first(period.name_vi)}", deadline]
    if owed.state in HELD_STATES:
        file = f"Tệp nhận lúc {moment_vi(owed.last_attempt_at)}"
        file += f", số biên nhận {owed.receipt_number}," if owed.receipt_number else ""
        verb = "đang bị giữ lại" if owed.state == "quarantined" else "bị từ chối"
        lines.append(f"   Tình trạng: {file} {verb} vì có lỗi, chưa được tính là đã báo cáo.")
        lines.append("   Cần làm: sửa các ô đánh dấu trong tệp trả lời đã gửi kèm biên nhận rồi gửi lại cả tệp.")
    else:
        lines.append("   Tình trạng: chưa nhận được tệp nào.")
        form = f"tệp báo cáo theo mẫu “{owed.template}”" if owed.template else "báo cáo bằng văn bản theo yêu cầu"
        lines.append(f"   Cần gửi: {form}, đủ các ô bắt buộc và ngày chốt số liệu.")
    basis = period.legal_basis_vi if owed.is_obliged else "đơn vị được đề nghị phối hợp báo cáo"
    lines.append(f"   Căn cứ: {basis}.")
    return lines


def _where(reply_to: str | None) -> str:
    address = f", hộp thư {reply_to}" if reply_to else " theo địa chỉ nhận báo cáo đã thông báo"
    return f"Nơi nhận: {LEAD_OFFICE_VI}{address}."


def _listed(names: Sequence[str]) -> list[str]:
    return [f"- {name}" for name in names] or ["- Không có."]


def _day(day: date) -> str:
    return f"{day_vi(day)} ({_WEEKDAYS_VI[day.weekday()]})"


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def _notice(subject: str, lines: Sequence[str], is_late: bool) -> Notice:
    return _written(subject, [*lines, "", "Trân trọng cảm ơn.", "", LEAD_OFFICE_VI, f"({_PLATFORM_VI})"], is_late)


def _to_lead(subject: str, lines: Sequence[str], is_late: bool) -> Notice:
    return _written(subject, [*lines, "", _PLATFORM_VI], is_late)


def _written(subject: str, lines: Sequence[str], is_late: bool) -> Notice:
    return Notice(subject, "\n".join([*lines, *(["", _LATE_RUN_VI] if is_late else [])]) + "\n")
