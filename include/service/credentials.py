"""Passwords and keys the machine makes for itself on first start. None has a default; none is printed."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from include.errors import SettingsError
from include.private_files import make_private_folder, write_private

ADMIN_USER = "admin"
"""Whoever looks after the machine: sees and starts everything, decides on no release."""

REVIEWER_USER = "nguoi-soat"
APPROVER_USER = "nguoi-duyet"
"""The two accounts a release needs: one answers for the review, the other for the approval."""

USERS = {ADMIN_USER: "admin", REVIEWER_USER: "user", APPROVER_USER: "user"}
"""Every account of a single-machine Airflow with its role there."""

_CREDENTIALS_NAME = "airflow.json"
_PASSWORDS_NAME = "airflow_passwords.json"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Airflow needs to keep secrets and recognise its own parts. Never shown in a representation."""

    fernet_key: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    session_secret: str = field(repr=False)
    metadata_password: str = field(repr=False)
    admin_password: str = field(repr=False)


def load_credentials(folder: Path) -> Credentials:
    """Return the credentials kept in `folder`, made on first use; folder mode 700, files mode 600.

    Raises SettingsError when the file is there but cannot be used: making new keys would lock the old data away.
    """
    make_private_folder(folder)
    path = folder / _CREDENTIALS_NAME
    if not path.exists():
        credentials = _make_credentials()
        write_private(path, json.dumps(asdict(credentials), indent=2))
    path.chmod(0o600)
    try:
        credentials = Credentials(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise SettingsError(
            where=str(path),
            found="a file that does not hold the five keys",
            expected="the file as the platform wrote it",
            remedy="Restore it from a backup, or run `make stop`, delete the airflow folder beside it and start anew.",
        ) from error
    _complete_passwords(passwords_path(folder), credentials)
    return credentials


def passwords_path(folder: Path) -> Path:
    """Return the file Airflow's login reads: user name to password."""
    return folder / _PASSWORDS_NAME


def _complete_passwords(path: Path, credentials: Credentials) -> None:
    """Give every account without a password one: Airflow would make it up itself, and print it."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {ADMIN_USER: credentials.admin_password}
    missing = {user: secrets.token_urlsafe(12) for user in USERS if user not in known}
    if missing or not path.exists():
        write_private(path, json.dumps(known | missing) + "\n")
    path.chmod(0o600)


def _make_credentials() -> Credentials:
    return Credentials(
        fernet_key=base64.urlsafe_b64encode(os.urandom(32)).decode(),
        jwt_secret=secrets.token_urlsafe(64),
        session_secret=secrets.token_urlsafe(32),
        metadata_password=secrets.token_urlsafe(24),
        admin_password=secrets.token_urlsafe(12),
    )
