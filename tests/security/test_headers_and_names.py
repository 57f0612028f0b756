"""Names and texts of strangers where a line means something: mail headers, file names, logs, the command line.

More of it: tests/unit/test_mail.py (line ends in subjects, names of attachments), tests/faults/test_delivery.py (the
mail as a server takes it), tests/unit/test_recipients.py, tests/unit/test_bundle.py and tests/faults/test_backup.py
(paths that lead out), tests/unit/test_extract_names.py, tests/security/test_canary.py (what no log may say).
"""

from __future__ import annotations

import email
import logging
import re
import subprocess
import sys
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from include import cli
from include.delivery.mail import Attachment, MailBundle, write_release
from include.errors import LONGEST_TOLD, PlatformError, tell_on_one_line
from include.model import Finding
from include.pipeline.ingest import land_inbox, take_in
from include.pipeline.results import FileResult
from include.quality.messages import render
from include.settings import PROJECT_ROOT, Settings
from tests.security.test_marked_everywhere import MARKED
from tests.sources.feed_desk import FeedDesk
from tests.sources.reports import write_report
from tests.sources.test_monitoring_ingest import kept_places
from tests.unit.test_mail import mail

# --- file names ------------------------------------------------------------------------------------------------------

NAMES = (
    "a\\..\\..\\windows.xlsx",
    "C:\\x.xlsx",
    "bao cao. .xlsx",
    "CON.xlsx",
    "NUL.xlsx",
    "bao-cao\u202excod.xlsx",
    "-rf.xlsx",
    "--help.xlsx",
    "hai\ndòng.xlsx",
    "\x1b[31mđỏ.xlsx",
    "$(touch x).xlsx",
    "`touch x`.xlsx",
    "%s%n.xlsx",
    "<img src=x onerror=alert(1)>.xlsx",
    "'; drop table landing.file; --.xlsx",
    '"a".xlsx',
    "*?.xlsx",
    "ten " + "dài " * 48 + ".xlsx",
)
PASSED_OVER = ("....xlsx", "..\\x.xlsx", "~$a.xlsx")
"""What begins as a hidden file or a lock file does is no report."""


def strange_files(folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    plain = write_report(folder / "x.xlsx", "28249").read_bytes()
    (folder / "x.xlsx").unlink()
    made = []
    for at, name in enumerate(NAMES + PASSED_OVER):
        path = folder / name
        path.write_bytes(plain + b"\0" * at)  # other bytes each, and a broken zip is answered as well
        made.append(path)
    return made


def test_a_file_name_leads_nowhere_whatever_it_is(tmp_path: Path, warehouse: Connection) -> None:
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "home" / "inbox")
    sent = strange_files(tmp_path / "sent")
    before = {path for path in tmp_path.rglob("*") if settings.home not in path.parents}
    opened = create_engine(warehouse.engine.url, poolclass=NullPool)

    results: list[FileResult] = take_in(sent, source_id="agency_reports", settings=settings, engine=opened).results

    assert len(results) == len(NAMES)
    outside = {path for path in tmp_path.rglob("*") if settings.home not in path.parents and path != settings.home}
    assert outside == before
    landed = [path.name for path in settings.landing.rglob("*") if path.is_file()]
    assert landed
    assert [name for name in landed if not re.fullmatch(r"[0-9a-f]{64}(\.bin)?|\d+", name)] == []
    answers = [path.name for path in (settings.home / "outbox").rglob("*") if path.is_file()]
    assert len(answers) >= len(NAMES)
    assert [name for name in answers if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}", name)] == []
    with opened.connect() as connection:
        kept = [row.original_name for row in connection.execute(text("select original_name from landing.receipt"))]
    assert len(kept) == len(NAMES)
    assert [name for name in kept if not name.isprintable()] == []
    assert "hai\ufffddòng.xlsx" in kept
    assert "a\\..\\..\\windows.xlsx" in kept


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("donor_projects", "csv"),
        ("iati_activities", "xml, text"),
        ("sdmx_series", "xml, comment"),
        ("wdi_series", "csv"),
        ("monitoring_statistics", "csv"),
        ("monitoring_statistics", "csv.gz"),
        ("monitoring_statistics", "parquet"),
    ],
)
def test_the_name_of_a_file_without_sheets_is_kept_with_its_receipt_and_nowhere_else(
    tmp_path: Path, warehouse: Connection, source: str, form: str
) -> None:
    desk = FeedDesk(tmp_path, warehouse)
    made = MARKED[source][form](tmp_path, "")
    if form == "csv":
        made.write_text(made.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    path = made.rename(tmp_path / f"Bochim{''.join(made.suffixes)}")

    [result] = desk.hand_in(source, path)

    assert result.verdict == "loaded"
    assert kept_places(desk, "Bochim") == ["landing.receipt.original_name"]


# --- mail ------------------------------------------------------------------------------------------------------------

SUBJECTS = (
    "Xã A\r\nBcc: ke-gian@evil.example",
    "Xã A\nTo: ke-gian@evil.example\n\nThư khác",
    "Xã A\u2028Bcc: ke-gian@evil.example",
    "Xã A\r\n\r\n<script>alert(1)</script>",
    "=?utf-8?q?a=0D=0ABcc:_ke-gian@evil.example?=",
    "Xã A\x00\x0b\x0c\x85Bcc: ke-gian@evil.example",
)
ATTACHED = (
    "Báo cáo “6 tháng” năm 2026.pdf",
    'a"b;c\\d.pdf',
    "a'b''c%20d*=x.pdf",
    "Đồng Tháp " * 12 + ".pdf",
    "bao cao; filename=khac.exe.pdf",
    "a\r\nBcc: ke-gian@evil.example.pdf",
)


def by_default(raw: bytes) -> tuple[Message, dict[str, bytes], str]:
    message = email.message_from_bytes(raw, policy=policy.default)
    parts = {str(part.get_filename()): part.get_content() for part in message.iter_attachments()}
    return message, parts, str(message["Subject"])


def by_the_old_rules(raw: bytes) -> tuple[Message, dict[str, bytes], str]:
    message = email.message_from_bytes(raw, policy=policy.compat32)
    parts = {}
    for part in message.walk():
        if part.get_content_disposition() == "attachment":
            name = part.get_param("filename", header="content-disposition")
            parts[collapse_rfc2231_value(name)] = part.get_payload(decode=True)
    return message, parts, str(make_header(decode_header(message["Subject"])))


def by_the_letter(raw: bytes) -> dict[str, set[str]]:
    """Names of the headers, and names of attachments put together from their numbered pieces, as RFC 2231 writes it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = re.findall(rb"(?m)^([!-9;-~]+):", head)
    names = set()
    for block in re.findall(rb"Content-Disposition: attachment;?((?:[^\r\n]*\r\n[ \t])*[^\r\n]*)", body):
        unfolded = re.sub(rb"\r\n[ \t]", b" ", block)
        plain = re.search(rb'filename="((?:[^"\\]|\\.)*)"', unfolded)
        if plain:
            names.add(re.sub(r"\\(.)", r"\1", plain[1].decode("ascii")))
            continue
        pieces = re.findall(rb"filename\*(?:(\d+)\*?|)(?:\*)?=([^;\s]+)", unfolded)
        whole = b"".join(value for _, value in sorted(pieces, key=lambda each: int(each[0] or 0)))
        charset, _, quoted = whole.split(b"'", 2)
        names.add(unquote_to_bytes(quoted).decode(charset.decode("ascii")))
    return {"headers": {each.decode("ascii") for each in headers}, "names": names}


def test_three_readers_of_mail_find_the_same_headers_names_and_bytes() -> None:
    files = tuple(Attachment(name, b"%PDF" + bytes([at])) for at, name in enumerate(ATTACHED))
    shown = {re.sub(r"[\r\n]+", " ", name): file.content for name, file in zip(ATTACHED, files, strict=True)}
    content = write_release(MailBundle("x", "x", "<p>x</p>", b"x", files), "x")
    for subject in SUBJECTS:
        raw = mail(content, subject=subject)
        newer, new_parts, new_subject = by_default(raw)
        older, old_parts, old_subject = by_the_old_rules(raw)
        strict = by_the_letter(raw)

        assert new_parts == old_parts == shown
        assert strict["names"] == set(shown)
        assert new_subject == old_subject
        assert "\n" not in new_subject
        assert set(newer.keys()) == set(older.keys()) == strict["headers"]
        assert {"bcc", "cc", "x-gia"} & {name.lower() for name in strict["headers"]} == set()
        assert newer.get_all("To") == older.get_all("To") == ["van-phong@tinh.example.vn"]


def test_a_mail_put_together_by_hand_would_be_seen_by_all_three() -> None:
    raw = b"To: a@x.vn\r\nSubject: X\r\nBcc: ke-gian@evil.example\r\n\r\nx"

    assert "Bcc" in by_default(raw)[0]
    assert "Bcc" in by_the_old_rules(raw)[0]
    assert "Bcc" in by_the_letter(raw)["headers"]


# --- logs and the command line ---------------------------------------------------------------------------------------

LONG = "Mười triệu chữ. " * 700_000
STEERING = "a\nINFO đã duyệt\r\x1b[2J\x9b31m\u202e\u2028\x00b"


def test_a_text_is_told_on_one_line_and_cut() -> None:
    assert tell_on_one_line(STEERING) == r"a\nINFO đã duyệt\r\x1b[2J\x9b31m\u202e\u2028\x00b"
    assert tell_on_one_line("Xã\u00a0Tân Thạnh “x”") == "Xã\u00a0Tân Thạnh “x”"
    assert len(tell_on_one_line(LONG)) == LONGEST_TOLD == 200
    assert tell_on_one_line(LONG).endswith("…")


@pytest.mark.parametrize("code", ["TEXT_REPAIRED", "FORMULA_NO_VALUE", "PARSER_LIMIT"])
def test_what_a_sender_is_told_quotes_a_file_on_one_line(code: str) -> None:
    _, _, sentence = render(Finding(code, STEERING, STEERING, STEERING, STEERING, STEERING))

    assert sentence.isprintable()
    _, _, long = render(Finding(code, LONG, None, LONG, LONG, LONG))
    assert len(long) < 20_000


def test_an_error_of_ours_steers_no_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def fail(options: object) -> int:
        raise PlatformError(where="x", found="\x1b[2J\x9b31m\u202e", expected="dòng 1\ndòng 2", remedy="y")

    monkeypatch.setattr(cli, "_doctor", fail)
    assert cli.main(["doctor"]) == 2

    said = capsys.readouterr().err
    assert said == "ttdn: x: found \\x1b[2J\\x9b31m\\u202e; expected dòng 1\ndòng 2. y\n"


def test_a_fault_that_quotes_ten_megabytes_with_line_ends_is_one_short_line_after_its_calls(tmp_path: Path) -> None:
    code = (
        "from include import cli\n"
        "def fail(options):\n"
        "    try:\n"
        "        raise ValueError('Bí ẩn\\nTraceback' + '\\x1b[2J' + 'x' * 10_000_000)\n"
        "    except ValueError as error:\n"
        "        raise RuntimeError('y' * 10_000_000) from error\n"
        "cli._doctor = fail\n"
        "cli.main(['doctor'])\n"
    )
    done = subprocess.run((sys.executable, "-c", code), cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert len(done.stderr) < 5_000
    assert "\x1b" not in done.stderr
    assert re.search(r"(?m)^ValueError: Bí ẩn\\nTraceback\\x1b\[2Jx+…$", done.stderr)
    assert re.search(r"(?m)^RuntimeError: y{199}…$", done.stderr)
    assert "in fail" in done.stderr


def test_what_cannot_be_landed_is_logged_without_its_name(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = tmp_path / "home" / "inbox"
    inbox.mkdir(parents=True)
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TTDN_INBOX", str(inbox))
    monkeypatch.setenv("TTDN_DATABASE_URL", warehouse_url)
    (inbox / "hai\nERROR dòng.xlsx").symlink_to(tmp_path / "nowhere")
    folder = inbox / "a\nb"
    folder.mkdir()
    write_report(folder / "\x1b[31m.xlsx", "28249")
    (folder / "_manifest.csv").write_text("file,received_at\nx,\x1b[31mđêm\n", encoding="utf-8")

    with caplog.at_level(logging.DEBUG, logger="include"):
        land_inbox("agency_reports")

    for record in caplog.records:
        assert record.getMessage().isprintable(), record
        assert len(record.getMessage()) < 2 * LONGEST_TOLD
