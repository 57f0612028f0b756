"""A bundle too big for a mail: each recipient gets the summary and where the files lie, and no mail is over 25 MB."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from include.delivery.mail import LARGEST_MAIL_BYTES
from include.pipeline.deliver import deliver
from tests.faults.delivery_desk import FILES, NOON, Desk, MailServer, addresses, free_port, serving, settings_of

TAKES_AT_MOST = 25_000_000


@pytest.fixture
def desk(warehouse_url: str, tmp_path: Path) -> Desk:
    engine = create_engine(warehouse_url, poolclass=NullPool)
    desk = Desk(engine, settings_of(tmp_path, warehouse_url, free_port()))
    desk.list_recipients(addresses(2))
    return desk


@pytest.fixture
def post(desk: Desk) -> Iterator[MailServer]:
    """A server that takes no mail of more than 25 MB, as most do."""
    with serving(MailServer(), desk.settings.smtp_port, data_size_limit=TAKES_AT_MOST) as handler:
        yield handler


def attached(message: EmailMessage) -> list[str]:
    return [part.get_filename() or "" for part in message.iter_attachments()]


def said(message: EmailMessage, form: str) -> str:
    body = message.get_body((form,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def send(desk: Desk, post: MailServer, **sizes: int) -> list[EmailMessage]:
    """Approve and send an edition whose files have those sizes; the mails the recipients got."""
    grown = {f"bao-cao.{suffix}": b"\x00" * size for suffix, size in sizes.items()}
    desk.approve(files={**FILES, **grown})
    report = deliver(desk.settings, NOON)
    assert report.ok, report.stopped
    assert report.counts["sent"] == 2
    assert all(len(content) <= LARGEST_MAIL_BYTES for _, content in post.taken)
    return [mail for recipient in addresses(2) for mail in post.mails_to(recipient)]


def test_beyond_the_limit_each_recipient_gets_the_summary_and_where_the_files_lie(desk: Desk, post: MailServer) -> None:
    # Written as text a file grows by 37 %: 19 MB are 26 MB.
    mails = send(desk, post, pdf=19_000_000)

    assert len(mails) == 2
    for mail in mails:
        assert attached(mail) == []
        for form in ("plain", "html"):
            assert "Không đính kèm vì thư sẽ quá 25 MB: bao-cao.pdf (19 MB)" in said(mail, form)
            assert "thư mục releases/2026-06T/lan1" in said(mail, form)
        assert "Báo cáo 6 tháng đầu năm 2026." in said(mail, "plain")
    assert (desk.settings.home / "releases" / "2026-06T" / "lan1" / "bao-cao.pdf").stat().st_size == 19_000_000


def test_a_page_beyond_the_limit_stays_behind_alone(desk: Desk, post: MailServer) -> None:
    for mail in send(desk, post, html=19_000_000):
        assert attached(mail) == ["bao-cao.pdf", "bao-cao.xlsx"]
        assert "bao-cao.html (19 MB)" in said(mail, "plain")


def test_within_the_limit_everything_is_attached_and_no_place_is_named(desk: Desk, post: MailServer) -> None:
    for mail in send(desk, post, pdf=18_000_000):
        assert attached(mail) == ["bao-cao.pdf", "bao-cao.xlsx"]
        assert "Không đính kèm" not in said(mail, "plain")
