"""What bodies are written: the sentences themselves, and what must never be in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from include.calendar.periods import VIETNAM, Period, require_period
from include.delivery.outbox import write_one_line
from include.releases.notices import (
    Absent,
    Owed,
    write_final_request,
    write_late_list,
    write_reminder,
    write_unreachable,
)

BEFORE = datetime(2026, 6, 9, 8, tzinfo=VIETNAM)
AFTER = datetime(2026, 6, 15, 8, tzinfo=VIETNAM)
FORM = "Báo cáo kết quả hoạt động thông tin đối ngoại của xã, phường"


@pytest.fixture
def half_year() -> Period:
    return require_period("2026-06T")


def owed(period: Period, state: str = "not_due_yet", **more: object) -> Owed:
    return Owed(**{"period": period, "state": state, "is_obliged": True, "template": FORM, **more})  # type: ignore[arg-type]


def test_a_reminder_says_the_day_what_to_send_where_and_on_what_grounds(half_year: Period) -> None:
    notice = write_reminder("Xã Tân Thành", [owed(half_year)], BEFORE, reply_to="baocao@example.vn", is_late=False)

    assert notice.subject == "Nhắc hạn 14/06/2026: Báo cáo 6 tháng đầu năm 2026 về thông tin đối ngoại"
    assert notice.text == (
        "Kính gửi: Xã Tân Thành\n"
        "\n"
        "Sở Văn hóa, Thể thao và Du lịch xin nhắc các báo cáo sau sắp đến hạn nộp.\n"
        "\n"
        "1. Báo cáo 6 tháng đầu năm 2026\n"
        "   Hạn nộp: hết ngày 14/06/2026 (Chủ nhật).\n"
        "   Tình trạng: chưa nhận được tệp nào.\n"
        f"   Cần gửi: tệp báo cáo theo mẫu “{FORM}”, đủ các ô bắt buộc và ngày chốt số liệu.\n"
        "   Căn cứ: Mục V Kế hoạch hoạt động thông tin đối ngoại năm 2026 của UBND tỉnh Đồng Tháp;"
        " Nghị định 09/2019/NĐ-CP.\n"
        "\n"
        "Nơi nhận: Sở Văn hóa, Thể thao và Du lịch, hộp thư baocao@example.vn.\n"
        "Nếu trong kỳ không có hoạt động nào, vẫn gửi báo cáo và ghi “không phát sinh”; không gửi thì không phân biệt"
        " được với thiếu báo cáo.\n"
        "Nếu quý cơ quan vừa gửi báo cáo, xin bỏ qua thư này.\n"
        "\n"
        "Trân trọng cảm ơn.\n"
        "\n"
        "Sở Văn hóa, Thể thao và Du lịch\n"
        "(Thư tự động của nền tảng dữ liệu thông tin đối ngoại của tỉnh)\n"
    )


def test_after_the_deadline_it_says_so_and_a_run_that_came_late_says_that(half_year: Period) -> None:
    notice = write_reminder("Xã Tân Thành", [owed(half_year, "not_reported")], AFTER, reply_to=None, is_late=True)

    assert notice.subject.startswith("Đã quá hạn: Báo cáo 6 tháng đầu năm 2026")
    assert "hết ngày 14/06/2026 (Chủ nhật), đã quá hạn." in notice.text
    assert notice.text.endswith("Thư này gửi chậm so với lịch vì hệ thống có lúc ngừng hoạt động.\n")
    assert "theo địa chỉ nhận báo cáo đã thông báo" in notice.text


@pytest.mark.parametrize(("state", "word"), [("quarantined", "đang bị giữ lại"), ("rejected_only", "bị từ chối")])
def test_a_body_whose_file_has_faults_is_told_of_that_file_and_not_that_nothing_came(
    half_year: Period, state: str, word: str
) -> None:
    held = owed(half_year, state, receipt_number="BN-2026-000012", last_attempt_at=BEFORE)
    notice = write_reminder("Sở Y tế", [held], BEFORE, reply_to=None, is_late=False)

    assert f"Tệp nhận lúc 09/06/2026, 08:00, số biên nhận BN-2026-000012, {word} vì có lỗi" in notice.text
    assert "sửa các ô đánh dấu" in notice.text
    assert "chưa nhận được tệp nào" not in notice.text


def test_several_reports_are_one_digest_numbered_in_order(half_year: Period) -> None:
    request = replace(half_year, code="DX-1", name_vi="Số liệu đột xuất")
    notice = write_reminder("Sở Y tế", [owed(half_year), owed(request)], BEFORE, reply_to=None, is_late=False)

    assert notice.subject == "Nhắc hạn 14/06/2026: 2 báo cáo về thông tin đối ngoại"
    assert "\n1. Báo cáo 6 tháng đầu năm 2026\n" in notice.text
    assert "\n2. Báo cáo số liệu đột xuất\n" in notice.text


def test_a_body_that_was_only_asked_is_not_told_of_a_duty(half_year: Period) -> None:
    notice = write_reminder("MTTQ", [owed(half_year, is_obliged=False)], BEFORE, reply_to=None, is_late=False)

    assert "Căn cứ: đơn vị được đề nghị phối hợp báo cáo." in notice.text
    assert "Mục V" not in notice.text


def test_the_late_list_says_zero_in_words_and_counts_the_rest(half_year: Period) -> None:
    notice = write_late_list(half_year, 123, [Absent("Sở Y tế", "not_reported")], AFTER, is_late=False)

    assert notice.subject == "Danh sách chậm báo cáo 6 tháng đầu năm 2026: 1 đơn vị"
    assert "đã chấp nhận 122/123 báo cáo phải nộp, còn thiếu 1." in notice.text
    assert "Chưa gửi (1 đơn vị):\n- Sở Y tế\n" in notice.text
    assert "vì có lỗi (0 đơn vị):\n- Không có.\n" in notice.text
    assert "Trân trọng cảm ơn" not in notice.text


def test_the_request_for_final_figures_names_some_measures_and_counts_the_others() -> None:
    year = require_period("2026-NAM")
    names = [f"Số liệu {number}" for number in range(1, 11)]

    notice = write_final_request("Sở Y tế", year, names, reply_to=None, is_late=False)

    assert "Báo cáo năm 2026 của quý cơ quan có 10 số liệu còn là số ước" in notice.text
    assert "- Số liệu 8\n- và 2 số liệu khác\n" in notice.text
    assert "khác\n" not in write_final_request("Sở Y tế", year, names[:8], reply_to=None, is_late=False).text


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "Sở {{ 7*7 }} ${x} %s\\"])
def test_a_strange_name_is_printed_as_it_is(half_year: Period, name: str) -> None:
    for notice in (
        write_reminder(name, [owed(half_year)], BEFORE, reply_to=None, is_late=False),
        write_late_list(half_year, 2, [Absent(name, "not_reported")], AFTER, is_late=False),
        write_unreachable([name], "thư nhắc nộp báo cáo", AFTER),
    ):
        assert name in notice.text
        assert name not in write_one_line(notice.subject)
