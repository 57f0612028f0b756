"""A mail says what the bundle says, in a form every mail program reads, and is the same to the byte when sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from include.delivery.mail import Attachment, MailBundle, write_mail, write_notice, write_release
from include.delivery.outbox import header_id_of, write_one_line

NOON = datetime(2026, 6, 18, 5, 0, tzinfo=UTC)
BUNDLE = MailBundle(
    "releases/2026-06T/lan1",
    "Số liệu: 1.234,5 tin, bài.\n",
    '<html><body><img src="cid:mail-chart" alt="biểu đồ"></body></html>',
    b"\x89PNG" + bytes(range(256)),
    (
        Attachment("bao-cao.pdf", b"%PDF" + bytes(range(256))),
        Attachment("bao-cao.xlsx", b"PK" + bytes(range(256))),
        Attachment("bao-cao.html", b"<p>trang</p>" * 100),
    ),
)


def mail(content: bytes, **changes: Any) -> bytes:
    headers = {
        "sender": "thong-tin@so.example.vn",
        "recipient": "van-phong@tinh.example.vn",
        "subject": "Báo cáo 6 tháng đầu năm 2026",
        "header_id": header_id_of("release 2026-06T/1", "van-phong@tinh.example.vn"),
        "created_at": NOON,
    }
    return write_mail(content, **{**headers, **changes})


def read(written: bytes) -> EmailMessage:
    message = message_from_bytes(written, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def attached(message: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in message.iter_attachments()}


def test_a_mail_has_both_texts_the_chart_inside_the_page_and_the_files_to_the_byte():
    message = read(mail(write_release(BUNDLE, "release 2026-06T/1")))

    assert message.get_body(("plain",)).get_content().strip() == "Số liệu: 1.234,5 tin, bài."
    page = message.get_body(("related",))
    assert 'src="cid:mail-chart"' in page.get_body(("html",)).get_content()
    [chart] = [part for part in page.walk() if part.get_content_type() == "image/png"]
    assert (chart["Content-ID"], chart.get_content_disposition()) == ("<mail-chart>", "inline")
    assert chart.get_content() == BUNDLE.chart
    assert attached(message) == {file.name: file.content for file in BUNDLE.attachments}


def test_the_headers_say_from_whom_to_one_recipient_when_and_that_no_person_wrote_it():
    message = read(mail(write_release(BUNDLE, "x")))

    assert {name: str(message[name]) for name in ("From", "To", "Subject", "Date", "Auto-Submitted")} == {
        "From": "thong-tin@so.example.vn",
        "To": "van-phong@tinh.example.vn",
        "Subject": "Báo cáo 6 tháng đầu năm 2026",
        "Date": "Thu, 18 Jun 2026 12:00:00 +0700",
        "Auto-Submitted": "auto-generated",
    }
    assert (message["Cc"], message["Bcc"], message.defects) == (None, None, [])


def test_the_same_mail_written_on_another_day_is_the_same_to_the_byte():
    assert mail(write_release(BUNDLE, "x")) == mail(write_release(BUNDLE, "x"))


def test_a_message_id_is_the_same_for_one_thing_to_one_recipient_and_for_nothing_else():
    ids = {
        header_id_of(subject, recipient)
        for subject in ("release 2026-06T/1", "release 2026-06T/2")
        for recipient in ("a@x.vn", "b@x.vn")
    }

    assert len(ids) == 4
    assert header_id_of("release 2026-06T/1", "a@x.vn") in ids


def test_every_line_can_travel_over_any_mail_server():
    lines = mail(write_release(BUNDLE, "x"), subject="Đính chính " * 20).split(b"\r\n")

    assert max(map(len, lines)) <= 998
    assert all(byte < 128 for line in lines for byte in line)
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize(
    "subject",
    [
        "Báo cáo 6 tháng đầu năm 2026 " * 8,
        "ĐÍNH CHÍNH lần 1: Báo cáo 6 tháng đầu năm 2026 (bản 2026-06T, lần 2)",
        "Nhắc nộp báo cáo: Ủy ban nhân dân xã Tân Thạnh, còn 5 ngày (trước 15/06/2026), kỳ 6 tháng đầu năm 2026",
        "[Trễ] =?utf-8?q?Bcc?= {{ 7*7 }} <b>đậm</b>",
        "a" * 240,
    ],
)
def test_a_subject_arrives_as_it_was_written_however_long(subject):
    assert read(mail(b"\r\n", subject=subject))["Subject"] == subject.strip()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x00", "\u202e"])
def test_a_line_end_in_a_subject_makes_no_header_and_the_mail_is_sent_all_the_same(end):
    message = read(mail(write_notice("x\n", None, "x"), subject=f"Xã A{end}Bcc: ke-gian@evil.example{end}{end}B"))

    assert message["Bcc"] is None
    assert message["Subject"] == "Xã A Bcc: ke-gian@evil.example B"


@pytest.mark.parametrize(
    "name",
    ["Báo cáo “6 tháng”.pdf", 'a"b;c\\d.pdf', "Đồng Tháp " * 12 + ".pdf", "../../etc.pdf"],
)
def test_the_name_of_a_file_arrives_as_it_is(name):
    bundle = MailBundle("x", "x", "<p>x</p>", b"x", (Attachment(name, b"%PDF"),))

    assert attached(read(mail(write_release(bundle, "x")))) == {name: b"%PDF"}


def test_the_name_of_a_file_with_a_line_end_makes_no_header():
    bundle = MailBundle("x", "x", "<p>x</p>", b"x", (Attachment("a\r\nBcc: x@evil.example\u2028.pdf", b"%PDF"),))

    written = mail(write_release(bundle, "x"))

    assert b"\r\nBcc" not in written
    assert list(attached(read(written))) == ["a Bcc: x@evil.example .pdf"]


def test_a_mail_just_within_the_limit_carries_everything():
    whole = len(write_release(BUNDLE, "x"))

    assert len(attached(read(mail(write_release(BUNDLE, "x", limit=whole))))) == 3


def test_over_the_limit_the_page_stays_behind_first_and_the_mail_says_so():
    whole = len(write_release(BUNDLE, "x"))

    message = read(mail(write_release(BUNDLE, "x", limit=whole - 1)))

    assert list(attached(message)) == ["bao-cao.pdf", "bao-cao.xlsx"]
    for form in ("plain", "html"):
        said = message.get_body((form,)).get_content()
        assert "bao-cao.html" in said
        assert "releases/2026-06T/lan1" in said
        assert "bao-cao.pdf" not in said
    assert message.get_body(("html",)).get_content().rstrip().endswith("</p></body></html>")


def test_over_the_limit_without_the_page_every_file_stays_behind():
    message = read(mail(write_release(BUNDLE, "x", limit=2_000)))

    assert attached(message) == {}
    assert "bao-cao.pdf (0 MB); bao-cao.xlsx (0 MB); bao-cao.html" in message.get_body(("plain",)).get_content()


def test_what_a_notice_says_is_not_read_as_a_page_or_a_template():
    message = read(mail(write_notice("{{7*7}} <b>&\n.\nFrom x\n", "<p>{{7*7}}</p>", "x")))

    assert message.get_body(("plain",)).get_content().split() == ["{{7*7}}", "<b>&", ".", "From", "x"]
    assert message.get_body(("html",)).get_content().strip() == "<p>{{7*7}}</p>"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a" * 250, "a" * 250), ("a" * 251, "a" * 249 + "…"), ("  a \t\n b ", "a b"), ("Đồng Tháp", "Đồng Tháp")],
)
def test_a_line_for_a_header_is_250_characters_at_most(text, line):
    assert write_one_line(text) == line
