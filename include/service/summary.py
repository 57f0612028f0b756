"""The end of the main job: what became of the files, the leading indicators, where the extracts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from include.settings import Settings

LEADING_INDICATORS = ("P01", "P02", "P04", "P05", "T02", "M01", "M02", "V01", "E01", "R01", "N01", "X02", "O03")

VERDICT_MEANINGS = {
    "loaded": "đã vào kho",
    "unchanged": "lưu lại, số liệu không đổi",
    "duplicate": "trùng tệp đã nhận",
    "quarantined": "giữ lại chờ sửa",
    "rejected": "không nhận, có phiếu trả lời",
    "refused_secret": "từ chối vì dấu mật, không lưu nội dung",
    "incomplete": "tệp chưa đầy đủ",
}


def print_summary(console: Console, settings: Settings, verdicts: Mapping[str, int]) -> None:
    """Print verdict counts, who is missing, the leading indicators of the newest period with reports, its extracts."""
    _print_verdicts(console, settings, verdicts)
    period, indicators = read_leading_indicators(settings)
    if indicators:
        _print_indicators(console, period, indicators)
        console.print(
            f"\n{describe_missing(period, *count_reports(settings, period))}", soft_wrap=True, highlight=False
        )
    if extracts := list_extracts(settings.extracts, period) if period else []:
        console.print("\nBáo cáo cho lãnh đạo:")
        for path in extracts:
            console.print(f"  {path}", soft_wrap=True, highlight=False)


def print_releases(console: Console, settings: Settings, page_url: str) -> None:
    """Print which releases wait for a person, where their drafts are and how to decide; what was released last; what
    stopped, and why.
    """
    from include.pipeline.render import bundle_folder
    from include.releases.register import list_editions, list_stops, state_vi
    from include.service.credentials import APPROVER_USER, REVIEWER_USER
    from include.warehouse.connect import engine, warehouse_url
    from include.warehouse.roles import connected_as

    opened = engine(warehouse_url(settings))
    with connected_as(opened, "ttdn_releaser") as connection:
        editions = list_editions(connection)
        stops = list_stops(connection)
    opened.dispose()

    def tell(line: str) -> None:
        console.print(line, soft_wrap=True, highlight=False, markup=False)

    waiting = [each for each in editions if each.state in ("frozen", "reviewed")]
    if waiting:
        tell("\nBản phát hành chờ người quyết định:")
        for each in waiting:
            code, _, number = each.number.partition("/")
            folder = bundle_folder(settings, code, int(number), as_draft=True)
            tell(f"  {each.number}: {state_vi(each)}; dự thảo trong {folder}")
        newest = waiting[0].number
        tell(f"  Trên trang: {page_url}/required_actions, tài khoản {REVIEWER_USER} soát, rồi {APPROVER_USER} duyệt;")
        tell(f'  hoặc bằng lệnh: ttdn release review {newest} --by "CHỨC DANH", rồi người khác ttdn release approve')
    released = next((each for each in editions if each.state in ("rendered", "delivering", "delivered")), None)
    if released is not None:
        code, _, number = released.number.partition("/")
        sent = f"{released.sent_count}/{released.message_count} thư đã gửi"
        tell(f"\nBản phát hành mới nhất: {released.number}, {sent}; gói tệp trong")
        tell(f"  {bundle_folder(settings, code, int(number))}")
    if stops:
        tell("\nBản phát hành bị dừng:")
        for stop in stops:
            tell(f"  {stop.release_code}: " + "; ".join(str(reason["text_vi"]) for reason in stop.reasons))


def read_leading_indicators(settings: Settings) -> tuple[str, list[dict[str, Any]]]:
    """Return the newest period with accepted reports and its leading indicators; ("", []) when there is none."""
    from sqlalchemy import text

    from include.indicators.kpi import kpi
    from include.warehouse.connect import engine, warehouse_url

    with engine(warehouse_url(settings)).connect() as connection:
        period = connection.execute(
            text(
                "select p.period_code from warehouse.submission as s inner join reference.reporting_period as p"
                " using (period_code) where s.verdict = 'loaded' order by p.due_at desc limit 1"
            )
        ).scalar()
        if period is None:
            return "", []
        known = {each["code"]: each for each in kpi(connection, period)}
    return period, [known[code] for code in LEADING_INDICATORS if code in known]


def count_reports(settings: Settings, period: str) -> tuple[int, int]:
    """Return how many bodies obliged to report for the period have done so, and how many there are."""
    from include.indicators.status import status
    from include.warehouse.connect import engine, warehouse_url

    with engine(warehouse_url(settings)).connect() as connection:
        obliged = status(connection, period)["counts"]["obliged"]
    return obliged["received"], obliged["bodies"]


def describe_missing(period: str, received: int, expected: int) -> str:
    """Return the sentence that says whether reports of the period are missing."""
    if received == expected:
        return f"Kỳ {period}: đã nhận đủ {received}/{expected} báo cáo phải nộp."
    return (
        f"Kỳ {period}: đã nhận {received}/{expected} báo cáo phải nộp, còn thiếu {expected - received}."
        f" Xem đơn vị nào: .venv/bin/ttdn status --period {period}"
    )


def list_extracts(folder: Path, period: str) -> list[Path]:
    """Return the finished extracts of a period below `folder`; empty when none has been written yet."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "~")))
    return sorted(path for path in found if period in str(path.relative_to(folder)))


def _print_verdicts(console: Console, settings: Settings, verdicts: Mapping[str, int]) -> None:
    if not verdicts:
        console.print(f"\nKhông có tệp mới trong {settings.inbox}.", soft_wrap=True, highlight=False)
        return
    console.print(f"\nĐã xử lý {sum(verdicts.values())} tệp:", highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    for verdict, count in sorted(verdicts.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(str(count), verdict, VERDICT_MEANINGS.get(verdict, ""))
    console.print(table)
    console.print(f"Phiếu trả lời: {settings.outbox}", soft_wrap=True, highlight=False)


def _print_indicators(console: Console, period: str, indicators: Sequence[Mapping[str, Any]]) -> None:
    console.print(f"\nChỉ tiêu chính, kỳ {period}:", highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("Mã", no_wrap=True)
    table.add_column("Chỉ tiêu")
    table.add_column("Giá trị", justify="right", no_wrap=True)
    table.add_column("Đơn vị tính", no_wrap=True)
    table.add_column("Đã báo cáo", justify="right", no_wrap=True)
    for each in indicators:
        coverage = each["coverage"]
        table.add_row(
            each["code"],
            each.get("name", ""),
            _shown(each),
            each["unit"],
            f"{coverage['received']}/{coverage['expected']}",
        )
    console.print(table)


def _shown(indicator: Mapping[str, Any]) -> str:
    """Return the value as people write it; a missing one is named, never shown as 0."""
    from include.vietnamese.numbers import format_number

    decimals = 1 if indicator["unit"] == "%" else None
    values = [each["value"] for each in indicator.get("pair") or [indicator]]
    if all(value is None for value in values):
        return "chưa có số liệu"
    return " · ".join("—" if value is None else format_number(Decimal(value), decimals) for value in values)
