"""Answer a report: the reporter's own workbook back with its mistakes marked, behind a receipt.

Called inside the sandbox's child process, because the workbook's bytes are somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from include.model import Severity, Verdict
from include.readers import WorkbookRefused, open_workbook
from include.readers.grid import Workbook, as_text
from include.sources.agency_reports.labels import ANSWER_SHEET
from include.sources.agency_reports.marking import (
    CellStyle,
    FrontCell,
    FrontRow,
    FrontSheet,
    Mark,
    PackageError,
    empty_parts,
    patch_workbook,
    read_parts,
    sheet_names,
)

MAX_LISTED: Final = 2_000
"""Mistakes listed on the receipt; a file with more has one cause, told by the first."""

MAX_COPIED_CELLS: Final = 400_000

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_FILLS: Final[dict[Severity, str]] = {"block": "FFC7CE", "warn": "FFE699", "info": "DDEBF7"}
_SEVERITY_NAMES: Final[dict[Severity, str]] = {"block": "Phải sửa", "warn": "Xem lại", "info": "Để biết"}
_KEPT_OUT: Final = frozenset({"refused_secret", "incomplete"})


class Mistake(NamedTuple):
    """One finding as the reporter reads it. `sheet` and `cell` are None when the whole file is meant."""

    severity: Severity
    sheet: str | None
    cell: str | None
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class AnswerReceipt:
    """What the receipt states. Moments are aware; `on_time` and `due_at` are None when no deadline applies.

    `counts` holds received, promoted, quarantined and ignored rows; empty when nothing was read.
    """

    number: str
    received_at: datetime
    unit_name: str
    period_name: str
    verdict: Verdict
    on_time: bool | None = None
    revision: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    due_at: datetime | None = None
    file_name: str = ""
    awaits_confirmation: bool = False
    """Whether the reading waits for the statistics unit, and nothing is asked of the reporter."""

    @property
    def is_document(self) -> bool:
        """Whether a Word document was sent, which is not given back."""
        return self.file_name.lower().endswith(".docx")


def write_answer(
    original_path: Path | str | None,
    answer_path: Path | str,
    receipt: AnswerReceipt,
    findings: Sequence[tuple[Severity, str | None, str | None, str] | Mistake],
) -> None:
    """Write the answer workbook: receipt and list of mistakes first, then the reporter's sheets with cells marked.

    A macro-free .xlsx is given back as it was sent; of .xls and .ods the values are copied; a Word document, and a file
    that cannot be opened safely, is refused as secret or still incomplete, is answered by the receipt alone.
    """
    mistakes = [_without_place(Mistake(*finding)) for finding in findings]
    target = Path(answer_path)
    marks = [
        Mark(m.sheet, m.cell, _FILLS[m.severity], _comment_text(m)) for m in mistakes if m.sheet is not None and m.cell
    ]
    for parts in _returnable_parts(original_path, receipt.verdict):
        try:
            patch_workbook(parts, target, _front_sheet(receipt, mistakes, sheet_names(parts)), marks)
            return
        except PackageError:
            target.unlink(missing_ok=True)
    patch_workbook(empty_parts(), target, _front_sheet(receipt, mistakes, frozenset()), [])


def _without_place(mistake: Mistake) -> Mistake:
    """The sentence without "Trang “Báo cáo”, ô F12: " in front, which the answer shows in columns of its own."""
    places = (f"Trang “{mistake.sheet}”, ô {mistake.cell}: ", f"{mistake.sheet}, {mistake.cell}: ")
    place = next((each for each in places if mistake.text.startswith(each)), None)
    if place is None:
        return mistake
    sentence = mistake.text.removeprefix(place)
    return mistake._replace(text=sentence[:1].upper() + sentence[1:])


def _returnable_parts(original_path: Path | str | None, verdict: Verdict) -> Iterator[dict[str, bytes]]:
    """What may go back to the reporter, best first: the workbook as sent, then a copy of its values, or nothing."""
    if original_path is None or verdict in _KEPT_OUT:
        return
    workbook: Workbook | None = None
    if verdict == "rejected":
        # What the readers refuse to open (macros, links that fetch, bombs) is not handed on by us either.
        workbook = _open_or_none(Path(original_path))
        if workbook is None:
            return
    parts = _parts_or_none(Path(original_path))
    if parts is not None:
        yield parts
    # .xls, .ods, or a package that cannot be changed part by part.
    workbook = workbook or _open_or_none(Path(original_path))
    if workbook is not None:
        with TemporaryDirectory() as folder:
            copied = Path(folder) / "copy.xlsx"
            _copy_values(workbook, copied)
            yield read_parts(copied)


def _parts_or_none(path: Path) -> dict[str, bytes] | None:
    try:
        return read_parts(path)
    except PackageError:
        return None


def _open_or_none(path: Path) -> Workbook | None:
    try:
        return open_workbook(path)
    except WorkbookRefused:
        return None


def _comment_text(mistake: Mistake) -> str:
    head = f"[{_SEVERITY_NAMES[mistake.severity]}] {mistake.text}"
    return f"{head}\nCần làm: {mistake.remedy}" if mistake.remedy else head


def _copy_values(grid: Workbook, path: Path) -> None:
    import xlsxwriter

    budget = MAX_COPIED_CELLS
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        text_format = book.add_format({"font_name": "Times New Roman", "font_size": 12})
        for sheet in grid.sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, 60, 16)
            if not sheet.is_visible and len(grid.sheets) > 1:
                page.hide()
            for row, column, value in sheet.cells():
                if budget <= 0:
                    break
                budget -= 1
                if isinstance(value, int | float) and not isinstance(value, bool):
                    page.write_number(row, column, value, text_format)
                else:
                    page.write_string(row, column, as_text(value)[:32_000], text_format)
            for place, error in sheet.errors.items():
                page.write_string(*place, error, text_format)


_STYLES: Final = {
    "title": CellStyle(size=16, is_bold=True, color="1F3864"),
    "loaded": CellStyle(size=14, is_bold=True, color="1E5B2A", fill="E2EFDA"),
    "held": CellStyle(size=14, is_bold=True, color="9C0006", fill="FFE1E4"),
    "neutral": CellStyle(size=14, is_bold=True, color="7F6000", fill="FFF2CC"),
    "label": CellStyle(color="595959"),
    "value": CellStyle(is_bold=True),
    "late": CellStyle(is_bold=True, color="9C0006"),
    "text": CellStyle(),
    "section": CellStyle(size=13, is_bold=True, color="1F3864"),
    "head": CellStyle(is_bold=True, color="FFFFFF", fill="1F5C99", has_border=True, horizontal="center"),
    "cell": CellStyle(has_border=True),
    "center": CellStyle(has_border=True, horizontal="center"),
    "link": CellStyle(has_border=True, horizontal="center", color="0563C1", is_link=True),
    "block": CellStyle(has_border=True, horizontal="center", fill=_FILLS["block"]),
    "warn": CellStyle(has_border=True, horizontal="center", fill=_FILLS["warn"]),
    "info": CellStyle(has_border=True, horizontal="center", fill=_FILLS["info"]),
    "foot": CellStyle(size=11, is_italic=True, color="595959"),
}
_WIDTHS: Final = (6.0, 11.0, 14.0, 9.0, 62.0, 52.0)
_LAST: Final = len(_WIDTHS) - 1


def _front_sheet(receipt: AnswerReceipt, mistakes: Sequence[Mistake], sheets: frozenset[str]) -> FrontSheet:
    """The receipt; a mistake is linked to its cell when its sheet is one of `sheets`."""
    words, style = _verdict_words(receipt, mistakes)
    rows = [
        _wide("TRẢ LỜI BÁO CÁO THÔNG TIN ĐỐI NGOẠI", "title", 28),
        _wide(words, style, 17.0 * _line_count(words, 120) + 12),
        FrontRow(height=6),
    ]
    rows += [
        FrontRow(
            (FrontCell(0, label, "label"), FrontCell(3, value, value_style)),
            17.0 * _line_count(value, 110) + 2,
            ((0, 2), (3, _LAST)),
        )
        for label, value, value_style in _statements(receipt)
    ]
    rows += [FrontRow(height=8), _wide("Việc cần làm tiếp theo", "section", 22)]
    rows += [_wide(line, "text", 17.0 * _line_count(line, 140) + 2) for line in _next_steps(receipt, mistakes)]
    if mistakes:
        # Sentences that hold their own remedy take both columns.
        has_remedies = any(mistake.remedy for mistake in mistakes)
        rows += [FrontRow(height=8), _wide(_count_words(mistakes), "section", 22), _table_head(has_remedies)]
        rows += [_mistake_row(n, m, sheets, has_remedies) for n, m in enumerate(mistakes[:MAX_LISTED], start=1)]
        if len(mistakes) > MAX_LISTED:
            rows.append(_wide(f"… và {len(mistakes) - MAX_LISTED} điểm khác cùng loại.", "text", 20))
    foot = (
        "Trang này do hệ thống lập. Văn bản Word không được gửi trả; hàng và cột đếm từ góc trên bên trái mỗi bảng."
        if receipt.is_document
        else "Ô tô đỏ: phải sửa. Ô tô vàng: cần xem lại. Ghi chú gắn ở ô nói rõ từng điểm. Trang này do hệ thống lập;"
        " khi gửi lại có thể để nguyên, hệ thống sẽ bỏ qua."
    )
    rows += [FrontRow(height=8), _wide(foot, "foot", 34)]
    return FrontSheet(ANSWER_SHEET, tuple(rows), _WIDTHS, _STYLES)


def _wide(text: str, style: str, height: float) -> FrontRow:
    filler = tuple(FrontCell(column, "", style) for column in range(1, _LAST + 1))
    return FrontRow((FrontCell(0, text, style), *filler), height, ((0, _LAST),))


def _line_count(text: str, characters: int) -> int:
    return sum(1 + (len(line) - 1) // characters if line else 1 for line in text.split("\n"))


def _verdict_words(receipt: AnswerReceipt, mistakes: Sequence[Mistake]) -> tuple[str, str]:
    if receipt.awaits_confirmation:
        return "CHỜ XÁC NHẬN. Đã đọc được văn bản, có chỗ chưa chắc đúng; số liệu chưa được dùng.", "neutral"
    held = receipt.counts.get("quarantined", 0)
    warnings = sum(mistake.severity == "warn" for mistake in mistakes)
    if receipt.verdict == "loaded" and held:
        return f"ĐÃ TIẾP NHẬN MỘT PHẦN. {held} dòng số liệu còn lỗi đang được giữ lại chờ sửa.", "neutral"
    if receipt.verdict == "loaded" and warnings:
        return f"ĐÃ TIẾP NHẬN. Số liệu đã được ghi nhận; có {warnings} điểm đề nghị xem lại.", "loaded"
    return {
        "loaded": ("ĐÃ TIẾP NHẬN. Số liệu đã được ghi nhận đầy đủ.", "loaded"),
        "duplicate": ("TỆP ĐÃ NHẬN TRƯỚC ĐÓ. Nội dung giống hệt từng byte nên không nạp lần nữa.", "neutral"),
        "unchanged": ("SỐ LIỆU KHÔNG THAY ĐỔI so với lần nộp trước; báo cáo trước vẫn có hiệu lực.", "neutral"),
        "quarantined": ("CHƯA TIẾP NHẬN. Báo cáo còn lỗi phải sửa; số liệu chưa được dùng.", "held"),
        "rejected": ("KHÔNG NHẬN ĐƯỢC TỆP. Hệ thống không đọc được báo cáo vì lý do nêu dưới đây.", "held"),
        "refused_secret": (
            "TỪ CHỐI. Tệp có dấu hiệu bí mật nhà nước; nội dung không được đọc tiếp và không được lưu.",
            "held",
        ),
        "incomplete": ("TỆP CHƯA TRỌN VẸN. Việc truyền tệp bị đứt đoạn, chưa đọc được.", "held"),
    }[receipt.verdict]


def _statements(receipt: AnswerReceipt) -> list[tuple[str, str, str]]:
    lines = [
        ("Số biên nhận", receipt.number, "value"),
        ("Thời điểm nhận", f"{receipt.received_at.astimezone(_VIETNAM):%d/%m/%Y %H:%M}", "value"),
        ("Đơn vị báo cáo", receipt.unit_name or "chưa xác định được", "value"),
        ("Kỳ báo cáo", receipt.period_name or "chưa xác định được", "value"),
    ]
    if receipt.file_name:
        lines.append(("Tệp đã gửi", receipt.file_name, "value"))
    if receipt.due_at is not None:
        lines.append(("Hạn nộp", _due_words(receipt.due_at), "value"))
    if receipt.on_time is not None and receipt.verdict in ("quarantined", "rejected"):
        lines.append(("Thời hạn", "chưa tính; thời hạn tính theo lần gửi được tiếp nhận", "value"))
    elif receipt.on_time is not None:
        late = "" if receipt.on_time else _delay_words(receipt)
        lines.append(
            ("Thời hạn", "đúng hạn" if receipt.on_time else f"quá hạn{late}", "value" if receipt.on_time else "late")
        )
    if receipt.revision is not None:
        version = "lần đầu" if receipt.revision == 1 else "bản sửa đổi, thay thế bản trước"
        lines.append(("Phiên bản", f"{receipt.revision} ({version})", "value"))
    if receipt.counts:
        lines.append(("Số dòng số liệu", _count_statement(receipt.counts), "value"))
    return lines


def _count_statement(counts: Mapping[str, int]) -> str:
    return (
        f"{counts.get('received', 0)} dòng đọc được = {counts.get('promoted', 0)} đã ghi nhận"
        f" + {counts.get('quarantined', 0)} giữ lại chờ sửa"
        f" + {counts.get('ignored', 0)} bỏ qua theo quy định (tiêu đề, dòng để trống, dòng tổng, ghi chú)"
    )


def _due_words(due_at: datetime) -> str:
    due = due_at.astimezone(_VIETNAM)
    if (due.hour, due.minute) == (0, 0):
        last = due - timedelta(days=1)
        return f"trước ngày {due:%d/%m/%Y} (chậm nhất hết ngày {last:%d/%m/%Y})"
    return f"trước {due:%H:%M} ngày {due:%d/%m/%Y}"


def _delay_words(receipt: AnswerReceipt) -> str:
    if receipt.due_at is None:
        return ""
    last_day = (receipt.due_at.astimezone(_VIETNAM) - timedelta(microseconds=1)).date()
    days = (receipt.received_at.astimezone(_VIETNAM).date() - last_day).days
    return f" {days} ngày" if days > 0 else ""


def _next_steps(receipt: AnswerReceipt, mistakes: Sequence[Mistake]) -> list[str]:
    resend = (
        "Sửa các ô tô đỏ ngay trong tệp này (hoặc trong tệp gốc), lưu lại và gửi lại toàn bộ báo cáo."
        " Không cần gửi riêng phần sửa."
    )
    if receipt.is_document:
        resend = (
            "Sửa các chỗ nêu dưới đây trong văn bản Word rồi gửi lại toàn bộ báo cáo, hoặc tốt nhất là điền và gửi"
            " biểu mẫu .xlsx."
        )
    due = f" Hạn nộp: {_due_words(receipt.due_at)}." if receipt.due_at is not None else ""
    if receipt.awaits_confirmation:
        return [
            "Không phải gửi lại tệp này. Đơn vị thống kê đối chiếu rồi trả lời; thời hạn tính theo lúc gửi.",
            "Không muốn chờ thì gửi số liệu bằng biểu mẫu .xlsx; bản gửi sau thay bản trước." + due,
        ]
    if receipt.verdict == "loaded":
        if receipt.counts.get("quarantined"):
            return [resend + due]
        if any(mistake.severity == "warn" for mistake in mistakes):
            if receipt.is_document:
                return [
                    "Xem lại các điểm nêu dưới đây. Nếu số liệu đúng thì không phải làm gì; nếu sai thì sửa và gửi lại."
                ]
            return [
                "Xem lại các ô tô vàng. Nếu số liệu đúng thì không phải làm gì; nếu sai thì sửa và gửi lại báo cáo."
            ]
        return ["Không phải làm gì thêm. Nếu sau này số liệu thay đổi, gửi lại báo cáo đầy đủ; bản sau thay bản trước."]
    if receipt.verdict in ("duplicate", "unchanged"):
        return ["Không phải làm gì thêm. Nếu muốn thay số liệu đã gửi, sửa số liệu rồi gửi lại báo cáo."]
    if receipt.verdict == "quarantined":
        return [resend + due]
    if receipt.verdict == "refused_secret":
        return [
            "Báo cáo có nội dung mật phải gửi bằng đường văn thư mật hoặc cơ yếu, không gửi qua hệ thống này.",
            "Nếu dấu mật được ghi nhầm, bỏ dấu mật theo đúng thẩm quyền rồi gửi lại.",
            "Số liệu không thể cung cấp thì ghi “không cung cấp”.",
        ]
    if receipt.verdict == "incomplete":
        return ["Gửi lại tệp. Nếu vẫn lỗi, mở tệp trên máy, lưu thành tệp .xlsx mới rồi gửi." + due]
    return [
        "Làm theo hướng dẫn ở từng điểm dưới đây, tốt nhất là điền vào đúng mẫu đã phát, rồi gửi lại báo cáo." + due
    ]


def _count_words(mistakes: Sequence[Mistake]) -> str:
    counts = [
        (sum(m.severity == "block" for m in mistakes), "điểm phải sửa"),
        (sum(m.severity == "warn" for m in mistakes), "điểm xem lại"),
        (sum(m.severity == "info" for m in mistakes), "điểm để biết"),
    ]
    return "Các điểm cần chú ý: " + ", ".join(f"{count} {words}" for count, words in counts if count)


def _table_head(has_remedies: bool) -> FrontRow:
    names = ("STT", "Mức", "Trang", "Ô", "Nội dung", "Cần làm gì" if has_remedies else "")
    cells = tuple(FrontCell(column, name, "head") for column, name in enumerate(names))
    return FrontRow(cells, 20, () if has_remedies else ((4, 5),))


def _mistake_row(number: int, mistake: Mistake, sheets: frozenset[str], has_remedies: bool) -> FrontRow:
    sheet, cell = mistake.sheet or "", mistake.cell or ""
    quoted = sheet.replace("'", "''")
    link = f"'{quoted}'!{cell}" if cell and sheet in sheets else None
    remedy = (mistake.remedy or _plain_remedy(mistake)) if has_remedies else ""
    text_lines = max(_line_count(mistake.text, 64), _line_count(remedy, 54)) if has_remedies else 0
    lines = max(text_lines or _line_count(mistake.text, 118), _line_count(sheet, 13))
    return FrontRow(
        (
            FrontCell(0, str(number), "center"),
            FrontCell(1, _SEVERITY_NAMES[mistake.severity], mistake.severity),
            FrontCell(2, sheet or "cả tệp", "center"),
            FrontCell(3, cell or "–", "link" if link else "center", link),
            FrontCell(4, mistake.text, "cell"),
            FrontCell(5, remedy, "cell"),
        ),
        min(16.0 * lines + 4, 400),
        () if has_remedies else ((4, 5),),
    )


def _plain_remedy(mistake: Mistake) -> str:
    if mistake.severity == "block":
        return "Sửa ô này rồi gửi lại báo cáo." if mistake.cell else "Sửa lại tệp rồi gửi lại báo cáo."
    if mistake.severity == "warn":
        return "Kiểm tra lại; nếu đúng thì ghi lý do vào cột Ghi chú."
    return "Không phải làm gì."
