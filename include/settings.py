"""What can be set from outside: the environment first, then the file `.env`, then a default that works."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from include.errors import SettingsError

PROJECT_ROOT = Path(__file__).resolve().parents[1]
"""The checkout: where sql/, dags/ and great_expectations/ are."""

DEFAULT_PAGE_PORT = 8080
DEFAULT_SETTLING_SECONDS = 10
DEFAULT_DISK_RESERVE_MB = 2000

_OWN_RECIPIENTS = PROJECT_ROOT / "include" / "reference" / "recipients.csv"

SmtpSecurity = Literal["starttls", "tls", "none"]

MAIL_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64})*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
"""A plain address of letters every mail server takes; without quotes, comments, or a name beside it."""

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, already checked. All paths are absolute; none is created here.

    Passwords do not appear in the representation, so the object may be logged.
    """

    home: Path
    inbox: Path
    database_url: str | None = field(default=None, repr=False)
    page_port: int = DEFAULT_PAGE_PORT
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)
    smtp_sender: str | None = None
    smtp_security: SmtpSecurity = "starttls"
    recipients_file: Path = _OWN_RECIPIENTS
    allowed_domains: frozenset[str] = frozenset()
    settling_seconds: int = DEFAULT_SETTLING_SECONDS
    disk_reserve_bytes: int = DEFAULT_DISK_RESERVE_MB * 1_000_000
    backup_database_url: str | None = field(default=None, repr=False)
    backups_folder: Path | None = None
    backups_kept: int = 14

    @property
    def backups(self) -> Path:
        """Where backups go: TTDN_BACKUPS, which belongs on another disk, else a folder of the home."""
        return self.backups_folder or self.home / "backups"

    @property
    def landing(self) -> Path:
        """The bytes that arrived, by hash."""
        return self.home / "landing"

    @property
    def outbox(self) -> Path:
        """Answers for the reporters."""
        return self.home / "outbox"

    @property
    def extracts(self) -> Path:
        """Workbooks and pages for the leadership."""
        return self.home / "extracts"

    @property
    def releases(self) -> Path:
        """Bundles of released editions: <release>/lan<edition>/."""
        return self.home / "releases"

    @property
    def templates(self) -> Path:
        """Report workbooks to send out."""
        return self.home / "templates"

    @property
    def logs(self) -> Path:
        """Logs of the platform and of Airflow."""
        return self.home / "logs"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own configuration and state."""
        return self.home / "airflow"

    @property
    def secrets(self) -> Path:
        """Passwords the platform made for itself; mode 700."""
        return self.home / "secrets"

    @property
    def is_embedded(self) -> bool:
        """True when the platform runs its own PostgreSQL."""
        return self.database_url is None


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Return the settings as they stand now; nothing is cached and nothing is read at import.

    `environ` wins over `env_file` (default: `.env` in the project, or the file TTDN_ENV_FILE names).
    Raises SettingsError, naming the setting, when a value cannot be used.
    """
    environ = os.environ if environ is None else environ
    if env_file is None:
        env_file = Path(environ.get("TTDN_ENV_FILE") or PROJECT_ROOT / ".env")
    stated = _read_env_file(env_file) | {name: value for name, value in environ.items() if name.startswith("TTDN_")}

    home = _path(stated, "TTDN_HOME", PROJECT_ROOT / ".ttdn")
    smtp_host = _text(stated, "TTDN_SMTP_HOST")
    return Settings(
        home=home,
        inbox=_path(stated, "TTDN_INBOX", home / "inbox"),
        database_url=_database_url(stated, "TTDN_DATABASE_URL"),
        backup_database_url=_database_url(stated, "TTDN_BACKUP_DATABASE_URL"),
        page_port=_port(stated, "TTDN_PAGE_PORT", DEFAULT_PAGE_PORT),
        smtp_host=smtp_host,
        smtp_port=_port(stated, "TTDN_SMTP_PORT", 587),
        smtp_user=_text(stated, "TTDN_SMTP_USER"),
        smtp_password=_text(stated, "TTDN_SMTP_PASSWORD"),
        smtp_sender=_address(stated, "TTDN_SMTP_SENDER"),
        smtp_security=_smtp_security(stated, smtp_host),
        recipients_file=_path(
            stated, "TTDN_RECIPIENTS_FILE", PROJECT_ROOT / "include" / "reference" / "recipients.csv"
        ),
        allowed_domains=_domains(stated, "TTDN_ALLOWED_DOMAINS"),
        backups_folder=_path(stated, "TTDN_BACKUPS", home / "backups") if _text(stated, "TTDN_BACKUPS") else None,
        backups_kept=_whole_number(stated, "TTDN_BACKUPS_KEPT", 14, "backups", 10_000, least=1),
        settling_seconds=_whole_number(stated, "TTDN_SETTLING_SECONDS", DEFAULT_SETTLING_SECONDS, "seconds", 3600),
        disk_reserve_bytes=1_000_000
        * _whole_number(stated, "TTDN_DISK_RESERVE_MB", DEFAULT_DISK_RESERVE_MB, "megabytes", 1_000_000),
    )


def _read_env_file(env_file: Path) -> dict[str, str]:
    """Return the assignments of an env file: NAME=value, quotes optional, # starts a comment line."""
    if not env_file.is_file():
        return {}
    assignments = {}
    lines = map(str.strip, env_file.read_text(encoding="utf-8-sig").splitlines())
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(line)
        if match is None:
            raise SettingsError(
                where=f"{env_file}, line {number}",
                found=f"{line.split('=')[0]!r} without an assignment",
                expected="NAME=value",
                remedy="Correct the line, or start it with # to leave it out.",
            )
        name, value = match.groups()
        quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
        assignments[name] = value[1:-1] if quoted else re.sub(r"\s+#.*$", "", value).strip()
    return assignments


def _text(stated: Mapping[str, str], name: str) -> str | None:
    return stated.get(name, "").strip() or None


def _path(stated: Mapping[str, str], name: str, default: Path) -> Path:
    value = _text(stated, name)
    # Relative paths hang on the project, not on wherever the command was typed: Airflow's workers start elsewhere.
    return (PROJECT_ROOT / Path(value).expanduser()).resolve() if value else default.resolve()


def _port(stated: Mapping[str, str], name: str, default: int) -> int:
    value = _text(stated, name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise SettingsError(
            where=name,
            found=repr(value),
            expected="a port number from 1 to 65535",
            remedy=f"Set {name} to a free port, or leave it out for {default}.",
        )
    return int(value)


def _whole_number(stated: Mapping[str, str], name: str, default: int, unit: str, most: int, *, least: int = 0) -> int:
    value = _text(stated, name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise SettingsError(
            where=name,
            found=repr(value),
            expected=f"whole {unit} from {least} to {most}",
            remedy=f"Correct it, or leave it out for {default} {unit}.",
        )
    return int(value)


def _address(stated: Mapping[str, str], name: str) -> str | None:
    value = _text(stated, name)
    if value is not None and not MAIL_ADDRESS.fullmatch(value):
        raise SettingsError(
            where=name,
            found=repr(value),
            expected="one mail address",
            remedy="Write it as office@example.vn, without a name beside it.",
        )
    return value


def _domains(stated: Mapping[str, str], name: str) -> frozenset[str]:
    domains = frozenset(part.strip().lower() for part in stated.get(name, "").split(",") if part.strip())
    for domain in sorted(domains):
        if not _DOMAIN.fullmatch(domain):
            raise SettingsError(
                where=name,
                found=repr(domain),
                expected="domains separated by commas; one under another is named of its own",
                remedy="Write them as example.vn,so.example.vn: what stands behind the @ of the addresses.",
            )
    return domains


def _smtp_security(stated: Mapping[str, str], host: str | None) -> SmtpSecurity:
    is_near = host is not None and _is_loopback(host)
    match _text(stated, "TTDN_SMTP_SECURITY"):
        case None:
            return "none" if is_near else "starttls"
        case "starttls":
            return "starttls"
        case "tls":
            return "tls"
        case "none" if is_near or host is None:
            return "none"
        case value:
            raise SettingsError(
                where="TTDN_SMTP_SECURITY",
                found=f"{value!r} for {host}" if value == "none" else repr(value),
                expected="starttls or tls; none for a server on this machine only",
                remedy="Use what the mail server offers: starttls on port 587, tls on port 465.",
            )


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _database_url(stated: Mapping[str, str], name: str) -> str | None:
    value = _text(stated, name)
    if value is None:
        return None
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg2"} or "/" not in rest:
        raise SettingsError(
            where=name,
            found=f"a URL of kind {scheme!r}" if separator else "no URL",  # never the text: it may hold a password
            expected="postgresql://user:password@host:port/database",
            remedy="Correct it, or leave it out to use the embedded server.",
        )
    return f"postgresql+psycopg2://{rest}"
