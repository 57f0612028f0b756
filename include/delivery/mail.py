"""The mail itself: its headers, its text in two forms, its chart, and the files of the bundle."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.header import Header
from email.message import EmailMessage, Message
from email.policy import SMTP, compat32
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.calendar.periods import VIETNAM
from include.delivery.outbox import write_one_line
from include.errors import GateError
from include.extracts.leadership.edition import (
    MAIL_CHART_CID,
    MAIL_CHART_NAME,
    MAIL_HTML_NAME,
    MAIL_TEXT_NAME,
)
from include.extracts.leadership.wording import number_vi
from include.releases.bundle import verify_bundle

if TYPE_CHECKING:
    from include.releases.signing import PublicKey

LARGEST_MAIL_BYTES: Final = 25_000_000
"""What mail servers commonly take, the files written as text included."""

_POLICY: Final = SMTP.clone(cte_type="7bit")
_TYPES: Final = {
    ".pdf": ("application", "pdf"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".html": ("text", "html"),
}
"""What travels with the mail, in this order; the last is the first to stay behind."""

_BODY: Final = (MAIL_TEXT_NAME, MAIL_HTML_NAME, MAIL_CHART_NAME)
_BODY_END: Final = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailBundle:
    """What of a bundle goes into the mail: the two texts, the chart if any, the files; `place` is where it lies."""

    place: str
    text: str
    html: str
    chart: bytes | None
    attachments: tuple[Attachment, ...]


def read_bundle(folder: Path, number: str, documents: Mapping[str, str], keys: Sequence[PublicKey]) -> MailBundle:
    """The mail's part of the bundle in `folder`, each file read once and compared with `documents`, name -> SHA-256.

    `number` is that of the edition, 2026-06T/1; `keys` are those a bundle of the platform may be signed with. Raises
    GateError naming everything wrong: a file that is missing, was changed or was never rendered, a manifest that is
    not signed by the platform, that of another edition or of a draft.
    """
    place = f"releases/{folder.parent.name}/{folder.name}"
    problems = list(_manifest_problems(folder, number, keys))
    files = sorted(
        (name for name in documents if Path(name).suffix in _TYPES and name not in _BODY),
        key=lambda name: (list(_TYPES).index(Path(name).suffix), name),
    )
    contents: dict[str, bytes] = {}
    # Where there is nothing to draw no chart is rendered, and the page names none.
    body = [name for name in _BODY if name != MAIL_CHART_NAME or name in documents]
    for name in [*body, *files]:
        content = _read(folder / name)
        if name not in documents:
            problems.append(f"{name} was never rendered")
        elif content is None:
            problems.append(f"{name} is not there")
        elif hashlib.sha256(content).hexdigest() != documents[name]:
            problems.append(f"{name} is not as rendered")
        else:
            contents[name] = content
    if problems:
        raise GateError(
            where=place,
            found="; ".join(problems),
            expected="the files as they were rendered and signed",
            remedy="Nothing of it is sent. Render the edition again: it gives the same bytes.",
        )
    return MailBundle(
        place,
        contents[MAIL_TEXT_NAME].decode("utf-8"),
        contents[MAIL_HTML_NAME].decode("utf-8"),
        contents.get(MAIL_CHART_NAME),
        tuple(Attachment(name, contents[name]) for name in files),
    )


def write_release(bundle: MailBundle, seed: str, limit: int = LARGEST_MAIL_BYTES) -> bytes:
    """The part of the mail that is the same for every recipient, from Content-Type on; at most `limit` bytes.

    Where the files would make it larger, the page stays behind first, then every file; the mail then says so and where
    they lie. `seed` makes the boundaries, so the same mail is the same bytes whenever it is written.
    """
    content = _flattened(_release(bundle, bundle.attachments, ()), seed)
    if len(content) <= limit:
        return content
    pages = tuple(file for file in bundle.attachments if file.name.endswith(".html"))
    for left_out in (pages, bundle.attachments):
        kept = tuple(file for file in bundle.attachments if file not in left_out)
        content = _flattened(_release(bundle, kept, left_out), seed)
        if len(content) <= limit:
            break
    return content


def write_notice(text: str, html: str | None, seed: str) -> bytes:
    """The part of a notice that follows its headers; `html` is the same in the other form."""
    message = EmailMessage(_POLICY)
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return _flattened(message, seed)


def write_mail(
    content: bytes, *, sender: str, recipient: str, subject: str, header_id: str, created_at: datetime
) -> bytes:
    """The whole mail: headers, then `content`. Written again later it is the same, to the byte."""
    domain = sender.rpartition("@")[2]
    # EmailMessage loses a space where it breaks a long subject with accents (Python 3.11); the older class does not.
    head: Message[str, str | Header] = Message(compat32.clone(linesep="\r\n"))
    head["From"] = sender
    head["To"] = recipient
    head["Subject"] = Header(write_one_line(subject), "utf-8", header_name="Subject")
    head["Date"] = format_datetime(created_at.astimezone(VIETNAM))
    head["Message-ID"] = f"<{header_id}@{domain}>"
    # RFC 3834: nobody's absence note answers it. No List-Id: nobody subscribed and nobody can leave, so it is no list.
    head["Auto-Submitted"] = "auto-generated"
    head["Content-Language"] = "vi"
    return head.as_bytes().removesuffix(b"\r\n") + content


def _manifest_problems(folder: Path, number: str, keys: Sequence[PublicKey]) -> Iterator[str]:
    try:
        signed = verify_bundle(folder, keys)
    except OSError:
        yield "there is no bundle"
        return
    for problem in signed.problems:
        yield f"{problem.file}: {problem.code}"
    if signed.number != number:
        yield f"the manifest is that of {signed.number or 'nothing'}"
    if signed.is_draft:
        yield "the manifest is that of a draft"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _release(bundle: MailBundle, kept: Iterable[Attachment], left_out: Iterable[Attachment]) -> EmailMessage:
    note = _note(bundle.place, tuple(left_out))
    message = EmailMessage(_POLICY)
    message.set_content(f"{bundle.text.rstrip()}\n\n{note}\n" if note else bundle.text)
    message.add_alternative(_with_note(bundle.html, note) if note else bundle.html, subtype="html")
    _, page = message.iter_parts()
    assert isinstance(page, EmailMessage)
    if bundle.chart is not None:
        page.add_related(
            bundle.chart,
            "image",
            "png",
            cid=f"<{MAIL_CHART_CID}>",
            disposition="inline",
            filename=MAIL_CHART_NAME,
        )
    for file in kept:
        main_type, subtype = _TYPES[Path(file.name).suffix]
        message.add_attachment(file.content, main_type, subtype, filename=write_one_line(file.name))
    return message


def _note(place: str, left_out: tuple[Attachment, ...]) -> str:
    if not left_out:
        return ""
    files = "; ".join(f"{file.name} ({number_vi(_megabytes(file.content))} MB)" for file in left_out)
    return f"Không đính kèm vì thư sẽ quá 25 MB: {files}. Toàn bộ tệp nằm ở thư mục {place} trên máy chủ của nền tảng."


def _with_note(html: str, note: str) -> str:
    paragraph = f"<p>{escape(note)}</p>"
    ends = [end.start() for end in _BODY_END.finditer(html)] or [len(html)]
    return html[: ends[-1]] + paragraph + html[ends[-1] :]


def _flattened(message: EmailMessage, seed: str) -> bytes:
    if "MIME-Version" not in message:
        message["MIME-Version"] = "1.0"
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts, start=1):
        # "=_" occurs in no encoded text, so no line of a file can look like a boundary.
        part.set_boundary(f"=_{hashlib.sha256(seed.encode()).hexdigest()[:32]}_{number}")
    return message.as_bytes()


def _megabytes(content: bytes) -> Decimal:
    return (Decimal(len(content)) / 1_000_000).quantize(Decimal("0.1"))
