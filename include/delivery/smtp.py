"""Handing mail to a server so that afterwards it is known whether the server took it, or that nobody can know."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from include import faults
from include.delivery.outbox import write_one_line

if TYPE_CHECKING:
    from include.settings import Settings

Outcome = Literal["sent", "temporary", "permanent", "uncertain"]

_TOO_BIG = 552
_CLOSING = 421
_LINE_STARTS_WITH_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server may keep silent, in seconds: at the door, after a command, and once it has a whole mail.

    The last is what RFC 5321 (4.5.3.2.6) asks for: giving up earlier makes a mail uncertain that was only slow.
    """

    connect: float = 30
    reply: float = 60
    taking: float = 600


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one mail, and in the server's words why. `is_lost`: the connection can no longer be used."""

    outcome: Outcome
    code: int | None
    text: str
    is_lost: bool = False


class ServerError(Exception):
    """No mail can be handed over at all. `code` names the reason; `text` is for the operator, without passwords."""

    def __init__(self, code: str, text: str, smtp_code: int | None = None) -> None:
        self.code, self.text, self.smtp_code = code, text, smtp_code
        super().__init__(f"{code}: {text}")


class Server:
    """The mail server of the settings: one connection, opened when first needed and again after it was lost."""

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self._settings, self._patience = settings, patience
        self._session: smtplib.SMTP | None = None

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self._session is not None:
            try:
                self._session.quit()
            except (smtplib.SMTPException, OSError):
                self._session.close()

    def hand_over(self, recipient: str, content: bytes, claim: Callable[[], bool]) -> Answer | None:
        """Give the server one mail, lines ending in CRLF, for one recipient; return what it said.

        `claim` is called when the server is ready for the text and nothing of it was sent; False: it is not sent, and
        None is returned. Before the end of the text has left, every failure is certain to mean that nothing was
        taken; after it, silence is "uncertain". Raises ServerError when no mail can be handed over.
        """
        session = self._connected()
        try:
            refusal = self._address(session, recipient, len(content))
        except (smtplib.SMTPException, OSError) as lost:
            return self._lost("temporary", lost)
        if refusal is not None:
            return refusal
        faults.hit("deliver_before_claim")
        if not claim():
            # Only the next mail needs this connection; where it is gone, another is opened for it.
            with suppress(smtplib.SMTPException, OSError):
                session.rset()
                return None
            self._drop()
            return None
        faults.hit("deliver_after_claim")
        return self._send(session, content)

    def _address(self, session: smtplib.SMTP, recipient: str, size: int) -> Answer | None:
        sender = str(self._settings.smtp_sender)
        code, text = session.mail(sender, [f"size={size}"] if session.has_extn("size") else [])
        if 500 <= code <= 599 and code != _TOO_BIG:
            raise ServerError("SENDER_REFUSED", _first_line(text), code)
        if 200 <= code <= 299:
            code, text = session.rcpt(recipient)
        return None if 200 <= code <= 299 else self._refused(session, code, text)

    def _send(self, session: smtplib.SMTP, content: bytes) -> Answer:
        try:
            code, text = session.docmd("DATA")
            if code != 354:
                return self._refused(session, code, text)
            session.send(_LINE_STARTS_WITH_DOT.sub(b"..", content))
            faults.hit("deliver_within_data")
        except (smtplib.SMTPException, OSError) as lost:
            return self._lost("temporary", lost)
        try:
            session.send(b".\r\n")
            faults.hit("deliver_after_data")
            if session.sock is not None:
                session.sock.settimeout(self._patience.taking)
            code, text = session.getreply()
            if session.sock is not None:
                session.sock.settimeout(self._patience.reply)
        except (smtplib.SMTPException, OSError) as lost:
            return self._lost("uncertain", lost)
        if 200 <= code <= 299:
            return Answer("sent", code, _first_line(text))
        if 400 <= code <= 599:
            return self._refused(session, code, text)
        return self._lost("uncertain", smtplib.SMTPException(f"answer {code}: {_first_line(text)}"))

    def _refused(self, session: smtplib.SMTP, code: int, text: bytes) -> Answer:
        outcome: Outcome = "permanent" if 500 <= code <= 599 else "temporary"
        try:
            # A server that says 421 closes; one whose answer is no code at all is not to be trusted with the next mail.
            is_lost = code in (_CLOSING, -1) or session.rset()[0] != 250
        except (smtplib.SMTPException, OSError):
            is_lost = True
        if is_lost:
            self._drop()
        return Answer(outcome, code if code > 0 else None, _first_line(text), is_lost)

    def _lost(self, outcome: Outcome, error: Exception) -> Answer:
        self._drop()
        return Answer(outcome, None, write_one_line(str(error)), is_lost=True)

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> smtplib.SMTP:
        if self._session is None:
            self._session = self._open()
        return self._session

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        host, port = str(settings.smtp_host), settings.smtp_port
        # Its own name: asking the network for this machine's full name may take a minute where no name server answers.
        own_name = str(settings.smtp_sender).rpartition("@")[2]
        session: smtplib.SMTP | None = None
        try:
            if settings.smtp_security == "tls":
                session = smtplib.SMTP_SSL(
                    host, port, own_name, timeout=self._patience.connect, context=ssl.create_default_context()
                )
            else:
                session = smtplib.SMTP(host, port, own_name, timeout=self._patience.connect)
            if settings.smtp_security == "starttls":
                session.starttls(context=ssl.create_default_context())
            session.ehlo_or_helo_if_needed()
            if settings.smtp_user and settings.smtp_password:
                session.login(settings.smtp_user, settings.smtp_password)
            assert session.sock is not None
            session.sock.settimeout(self._patience.reply)
            # The text and its end are two writes, so that it is known which of them failed; they must not wait.
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (smtplib.SMTPException, OSError) as error:
            if session is not None:
                session.close()
            raise _door_closed(error, f"{host}:{port}") from None
        return session


def _door_closed(error: Exception, where: str) -> ServerError:
    match error:
        case ssl.SSLCertVerificationError():
            return ServerError("CERTIFICATE", f"{where}: {error.verify_message}")
        case smtplib.SMTPAuthenticationError() if error.smtp_code >= 500:
            return ServerError("LOGIN_REFUSED", f"{where}: {_first_line(error.smtp_error)}", error.smtp_code)
        case smtplib.SMTPNotSupportedError():
            return ServerError("NOT_OFFERED", f"{where}: {write_one_line(str(error))}")
        case smtplib.SMTPResponseException():
            return ServerError("UNREACHABLE", f"{where}: {_first_line(error.smtp_error)}", error.smtp_code)
        case _:
            return ServerError("UNREACHABLE", f"{where}: {write_one_line(str(error)) or type(error).__name__}")


def _first_line(text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return write_one_line(words.split("\n")[0])
