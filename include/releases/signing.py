"""The key that signs bundles: Ed25519, made at first need, replaceable, its public half beside the bundles."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from include.calendar.periods import VIETNAM
from include.errors import SettingsError
from include.exports.files import whole_file
from include.private_files import make_private_folder, write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from include.settings import Settings

KEYS_NAME: Final = "public-keys.json"
"""Every key that ever signed, below the folder of releases."""

_PRIVATE_NAME = "release-signing-key.pem"
_LOCK_NAME = "release-signing-key.lock"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as published. `since` to `until` is when it signed; both None for a key handed over on its own.

    `fingerprint` is the SHA-256 of the key's DER form, as `openssl pkey -pubin -outform DER | sha256sum` gives it.
    """

    fingerprint: str
    pem: str
    since: datetime | None = None
    until: datetime | None = None

    @property
    def key(self) -> Ed25519PublicKey:
        """The key itself. Raises ValueError where the text is no Ed25519 key or not that of the fingerprint."""
        key = _read_pem(self.pem)
        if fingerprint_of(key) != self.fingerprint:
            raise ValueError("not the key of that fingerprint")
        return key

    def signed(self, content: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, of exactly these bytes."""
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key pair in use. The private half never shows in a representation."""

    public: PublicKey
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """The 64 bytes of the signature; the same content gives the same signature."""
        return self.private.sign(content)


def load_signing_key(settings: Settings) -> SigningKey:
    """The key in use, made at first need: mode 600 below the folder of secrets, its public half published.

    Raises SettingsError when the file is there and cannot be used: a new key in its place would be one nobody trusts.
    """
    with _only_one_at_a_time(settings):
        path = settings.secrets / _PRIVATE_NAME
        if not path.exists():
            return _make_key(settings)
        path.chmod(0o600)
        return _publish(settings, _read_private(path))


def replace_signing_key(settings: Settings) -> SigningKey:
    """Make a new key that signs from now on. The former is deleted; its public half stays, with the day it ended."""
    with _only_one_at_a_time(settings):
        return _make_key(settings)


def published_keys(settings: Settings) -> tuple[PublicKey, ...]:
    """The platform's public keys, the one in use last; none where nothing was ever signed."""
    path = settings.releases / KEYS_NAME
    return read_public_keys(path) if path.is_file() else ()


def read_public_keys(path: Path) -> tuple[PublicKey, ...]:
    """The public keys in a file: one as PEM, or the platform's list. Raises SettingsError for anything else."""
    try:
        text = path.read_text(encoding="utf-8")
        if text.lstrip().startswith("-----BEGIN PUBLIC KEY-----"):
            keys: tuple[PublicKey, ...] = (_public_of_pem(text),)
        else:
            keys = tuple(
                PublicKey(
                    each["fingerprint"],
                    each["pem"],
                    datetime.fromisoformat(each["since"]) if each["since"] else None,
                    datetime.fromisoformat(each["until"]) if each["until"] else None,
                )
                for each in json.loads(text)["keys"]
            )
        for each in keys:
            _ = each.key
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            where=str(path),
            found="a file that holds no public key of Ed25519",
            expected=f"a PEM file with PUBLIC KEY, or {KEYS_NAME} as the platform wrote it",
            remedy="Take it from the folder of releases, or ask for it again and compare the fingerprint by telephone.",
        ) from error
    return keys


def describe_key(key: PublicKey) -> dict[str, str | None]:
    """The key as it stands in the published list."""
    return {
        "fingerprint": key.fingerprint,
        "pem": key.pem,
        "since": key.since.isoformat() if key.since else None,
        "until": key.until.isoformat() if key.until else None,
    }


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """SHA-256 of the DER form, 64 hex digits."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def pem_of(key: Ed25519PublicKey) -> str:
    """The key as every other tool reads it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _public_of_pem(text: str) -> PublicKey:
    key = _read_pem(text)
    return PublicKey(fingerprint_of(key), pem_of(key))


def _read_pem(text: str) -> Ed25519PublicKey:
    """The key. Raises ValueError for a text that is none, or a key of another kind."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(text.encode("ascii"))
    except UnsupportedAlgorithm as error:
        raise ValueError("a key of a kind nobody knows") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("a key of another kind")
    return key


def _make_key(settings: Settings) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = Ed25519PrivateKey.generate()
    # Whoever reads the folder of secrets can sign: a password beside it would add nothing.
    text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    write_private(settings.secrets / _PRIVATE_NAME, text)
    return _publish(settings, private)


def _read_private(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, Ed25519PrivateKey):
            raise ValueError("another kind of key")
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(
            where=str(path),
            found="a file that holds no Ed25519 key",
            expected="the key as the platform wrote it",
            remedy="Restore it from a backup; or make a new one with `ttdn signing-key --replace` and publish that.",
        ) from error
    return private


def _publish(settings: Settings, private: Ed25519PrivateKey) -> SigningKey:
    """The pair, its public half in the list; a key it has taken over from ends now."""
    public = private.public_key()
    known = published_keys(settings)
    mine = fingerprint_of(public)
    if not known or known[-1].fingerprint != mine:
        now = datetime.now(VIETNAM)
        ended = tuple(key if key.until else replace(key, until=now) for key in known if key.fingerprint != mine)
        known = (*ended, PublicKey(mine, pem_of(public), now))
        _write_keys(settings.releases / KEYS_NAME, known)
    return SigningKey(known[-1], private)


def _write_keys(path: Path, keys: Sequence[PublicKey]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as draft:
        listed = [describe_key(key) for key in keys]
        draft.write_text(json.dumps({"keys": listed}, indent=2) + "\n", encoding="utf-8")


@contextmanager
def _only_one_at_a_time(settings: Settings) -> Iterator[None]:
    make_private_folder(settings.secrets)
    with (settings.secrets / _LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
