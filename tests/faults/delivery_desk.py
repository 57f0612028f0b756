"""An approved edition with its bundle, an outbox, and a real mail server that misbehaves on demand."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import Engine, text

from include.delivery.outbox import enqueue_release
from include.releases.bundle import sign_bundle
from include.releases.signing import load_signing_key
from include.settings import Settings
from tests.unit.edition_builders import edition

NOON = datetime(2026, 6, 18, 5, 0, tzinfo=UTC)
CODE = "2026-06T"
DOMAIN = "dongthap.example.vn"
FILES = {
    "mail.txt": "Báo cáo 6 tháng đầu năm 2026.\n.Một dòng bắt đầu bằng dấu chấm.\n".encode(),
    "mail.html": '<html><body><p>Báo cáo</p><img src="cid:mail-chart" alt="biểu đồ"></body></html>'.encode(),
    "mail-chart.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "bao-cao.pdf": b"%PDF-1.7\n" + bytes(range(256)) * 8,
    "bao-cao.xlsx": b"PK\x03\x04" + bytes(range(256)) * 8,
}


def addresses(count: int) -> list[str]:
    return [f"co-quan-{number}@{DOMAIN}" for number in range(1, count + 1)]


@dataclass
class Desk:
    """What a test needs to let an edition be approved, rendered and sent."""

    engine: Engine
    settings: Settings

    def list_recipients(self, recipients: Iterable[str]) -> None:
        lines = [f"{address},Văn phòng,six_month,,2026-01-01,," for address in recipients]
        header = "address,office_vi,receives,unit_code,valid_from,valid_to,note"
        self.settings.recipients_file.write_text("\n".join([header, *lines, ""]), encoding="utf-8")

    def approve(
        self,
        number: int = 1,
        files: Mapping[str, bytes] = FILES,
        *,
        rendered: bool = True,
        not_before: datetime | None = None,
    ) -> int:
        """Freeze, review and approve an edition, put its mails into the outbox, write its bundle."""
        content = json.dumps({"name": "Báo cáo 6 tháng đầu năm 2026", "edition": number}).encode()
        with self.engine.begin() as connection:
            edition_id = connection.execute(
                text(
                    "insert into release.edition (release_code, edition_number, release_kind, period_code, is_late,"
                    " as_known_at, frozen_at, frozen_by, code_version, content, content_hash) values (:code, :number,"
                    " 'six_month', :code, false, :now, :now, 'Lịch phát hành', '1', :content, :hash)"
                    " returning edition_id"
                ),
                {
                    "code": CODE,
                    "number": number,
                    "now": NOON,
                    "content": content,
                    "hash": hashlib.sha256(content).hexdigest(),
                },
            ).scalar_one()
            for decision, post in (("reviewed", "Trưởng phòng"), ("approved", "Phó Giám đốc Sở")):
                self._decide(connection, edition_id, decision, post)
            enqueue_release(connection, edition_id, CODE, number, "six_month", self.settings, NOON, not_before)
        if rendered:
            self.render(edition_id, number, content, files)
        return int(edition_id)

    def render(self, edition_id: int, number: int, content: bytes, files: Mapping[str, bytes]) -> None:
        folder = self.settings.releases / CODE / f"lan{number}"
        folder.mkdir(parents=True)
        for name, written in {**files, "snapshot.json": content}.items():
            (folder / name).write_bytes(written)
        written_from = replace(
            edition(release_code=CODE, edition_number=number, frozen_at=NOON),
            content_hash=hashlib.sha256(content).hexdigest(),
        )
        sign_bundle(written_from, folder, load_signing_key(self.settings))
        with self.engine.begin() as connection:
            for path in folder.iterdir():
                connection.execute(
                    text("insert into release.document values (:id, false, :name, :hash, :size, :now)"),
                    {
                        "id": edition_id,
                        "name": path.name,
                        "hash": hashlib.sha256(path.read_bytes()).hexdigest(),
                        "size": path.stat().st_size,
                        "now": NOON,
                    },
                )

    def withdraw(self, edition_id: int) -> None:
        with self.engine.begin() as connection:
            self._decide(connection, edition_id, "withdrawn", "Phó Giám đốc Sở", "Số liệu chưa đúng")

    def states(self, number: int | None = None) -> dict[str, str]:
        """Recipient -> state of its mail, of one edition or of all."""
        return {row.recipient: row.state for row in self.messages(number)}

    def messages(self, number: int | None = None) -> list[Any]:
        with self.engine.connect() as connection:
            return list(
                connection.execute(
                    text("select * from release.message where :key is null or subject_key = :key order by message_id"),
                    {"key": None if number is None else f"release {CODE}/{number}"},
                )
            )

    def scalar(self, query: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    def _decide(self, connection: Any, edition_id: int, decision: str, post: str, reason: str | None = None) -> None:
        connection.execute(
            text(
                "insert into release.decision (edition_id, decision, decided_by, reason_vi, decided_at)"
                " values (:id, :decision, :post, :reason, :now)"
            ),
            {"id": edition_id, "decision": decision, "post": post, "reason": reason, "now": NOON},
        )


@dataclass
class MailServer:
    """A handler of aiosmtpd: keeps what it took, and answers otherwise where it is told to.

    `answers` gives the answer to MAIL, RCPT or the end of the text for one address ("" for MAIL); `hang_up_on` and
    `keep_silent_on` say whose mail it takes and then says nothing about.
    """

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    hang_up_on: set[str] = field(default_factory=set)
    keep_silent_on: set[str] = field(default_factory=set)
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    received: Counter[str] = field(default_factory=Counter)
    """Message-ID -> how often it was taken."""
    connections: int = 0

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get(("MAIL", ""), "250 ok")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(("RCPT", address), "250 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        [recipient] = envelope.rcpt_tos
        if answer := self.answers.get(("DATA", recipient)):
            return answer
        assert isinstance(envelope.content, bytes)
        self.taken.append((recipient, envelope.content))
        self.received[parsed(envelope.content)["Message-ID"]] += 1
        if recipient in self.hang_up_on:
            self.hang_up_on.discard(recipient)
            server.transport.abort()
        if recipient in self.keep_silent_on:
            await asyncio.sleep(3600)
        return "250 taken"

    def mails_to(self, recipient: str) -> list[EmailMessage]:
        return [parsed(content) for to, content in self.taken if to == recipient]


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(handler: MailServer, port: int, **options: Any) -> Iterator[MailServer]:
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # it would write every line of every mail
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop(no_assert=True)


def only(user: str, password: str) -> Any:
    """An authenticator that knows one login."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        known = given == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=known, handled=False)

    return check


def make_certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context and the file that makes a client trust it; the certificate names `host`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    alternative = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1))
        .not_valid_after(datetime.now() + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / f"{host}.pem", folder / f"{host}.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    return context, certificate_file


def settings_of(home: Path, database_url: str, port: int, **changes: Any) -> Settings:
    settings = Settings(
        home=home,
        inbox=home / "inbox",
        database_url=database_url,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_sender=f"thong-tin@{DOMAIN}",
        smtp_security="none",
        recipients_file=home / "recipients.csv",
        allowed_domains=frozenset({DOMAIN}),
    )
    return replace(settings, **changes)
