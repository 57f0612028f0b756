"""The key that signs bundles: made once, kept private, published, replaced."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from include.cli import main
from include.errors import SettingsError
from include.releases.signing import (
    KEYS_NAME,
    load_signing_key,
    published_keys,
    read_public_keys,
    replace_signing_key,
)
from include.releases.version import code_version
from include.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"TTDN_HOME": str(tmp_path)}, Path(os.devnull))


def private_file(settings: Settings) -> Path:
    return settings.secrets / "release-signing-key.pem"


def test_the_key_is_made_once_for_its_owner_alone(settings):
    settings.secrets.mkdir(mode=0o755)

    first, second = load_signing_key(settings), load_signing_key(settings)

    assert first.public == second.public
    assert first.sign(b"x") == second.sign(b"x")
    assert stat.S_IMODE(settings.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE(private_file(settings).stat().st_mode) == 0o600
    assert "PRIVATE" not in repr(first)


def test_a_private_key_others_could_read_is_taken_from_them(settings):
    load_signing_key(settings)
    private_file(settings).chmod(0o644)

    load_signing_key(settings)

    assert stat.S_IMODE(private_file(settings).stat().st_mode) == 0o600


def test_twenty_who_need_the_key_first_get_one_key(settings):
    with ThreadPoolExecutor(20) as pool:
        keys = list(pool.map(lambda _: load_signing_key(settings).public.fingerprint, range(20)))

    assert len(set(keys)) == 1
    assert [key.fingerprint for key in published_keys(settings)] == keys[:1]


def test_only_the_public_half_is_published(settings):
    key = load_signing_key(settings)

    text = (settings.releases / KEYS_NAME).read_text(encoding="utf-8")

    assert "PRIVATE" not in text
    assert published_keys(settings) == (key.public,)
    assert key.public.since is not None
    assert key.public.until is None


def test_a_replaced_key_stays_published_with_the_moment_it_ended(settings):
    former = load_signing_key(settings)

    current = replace_signing_key(settings)

    assert load_signing_key(settings).public == current.public
    ended, begun = published_keys(settings)
    assert (ended.fingerprint, begun.fingerprint) == (former.public.fingerprint, current.public.fingerprint)
    assert ended.until == begun.since
    assert begun.until is None
    assert ended.signed(b"x", former.sign(b"x"))
    assert not begun.signed(b"x", former.sign(b"x"))


def test_the_fingerprint_is_the_one_openssl_gives(settings, tmp_path):
    key = load_signing_key(settings).public
    pem = tmp_path / "key.pem"
    pem.write_text(key.pem, encoding="ascii")

    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", pem, "-outform", "DER"], capture_output=True, check=True
    ).stdout

    assert hashlib.sha256(der).hexdigest() == key.fingerprint


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_private_key_that_cannot_be_used_is_never_replaced_in_silence(settings, content):
    load_signing_key(settings)
    private_file(settings).write_bytes(content)

    with pytest.raises(SettingsError, match="no Ed25519 key"):
        load_signing_key(settings)

    assert private_file(settings).read_bytes() == content


def test_a_public_key_is_read_alone_or_from_the_list(settings, tmp_path):
    key = load_signing_key(settings).public
    pem = tmp_path / "key.pem"
    pem.write_text(key.pem, encoding="ascii")

    assert [each.fingerprint for each in read_public_keys(pem)] == [key.fingerprint]
    assert read_public_keys(settings.releases / KEYS_NAME) == (key,)


def other_fingerprint(listed: dict) -> str:
    listed["keys"][0]["fingerprint"] = "0" * 64
    return json.dumps(listed)


def without_fingerprint(listed: dict) -> str:
    del listed["keys"][0]["fingerprint"]
    return json.dumps(listed)


@pytest.mark.parametrize(
    "spoil", [other_fingerprint, without_fingerprint, lambda listed: "[]", lambda listed: "words", lambda listed: ""]
)
def test_a_file_that_holds_no_public_key_is_refused(settings, tmp_path, spoil):
    load_signing_key(settings)
    listed = json.loads((settings.releases / KEYS_NAME).read_text(encoding="utf-8"))
    spoilt = tmp_path / "keys.json"
    spoilt.write_text(spoil(listed), encoding="utf-8")

    with pytest.raises(SettingsError, match="no public key"):
        read_public_keys(spoilt)


def test_a_key_of_another_kind_is_refused(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    path = tmp_path / "rsa.pem"
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    with pytest.raises(SettingsError, match="no public key"):
        read_public_keys(path)


def test_the_command_prints_the_public_key_and_replaces_it(settings, monkeypatch, capsys):
    monkeypatch.setenv("TTDN_HOME", str(settings.home))
    monkeypatch.setenv("TTDN_ENV_FILE", os.devnull)

    assert main(["signing-key"]) == 0
    printed = capsys.readouterr().out
    assert main(["signing-key", "--replace", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    first, second = published_keys(settings)
    assert printed.startswith(first.pem)
    assert first.fingerprint in printed
    assert told.keys() == {"key", "published", "keys"}
    assert told["key"].keys() == {"fingerprint", "pem", "since", "until"}
    assert told["key"]["fingerprint"] == second.fingerprint
    assert [each["fingerprint"] for each in told["keys"]] == [first.fingerprint, second.fingerprint]
    assert told["keys"][0]["until"] == told["keys"][1]["since"]


# --- which program ------------------------------------------------------------------------------------------


def checkout(root: Path, source: str = "x = 1\n") -> Path:
    (root / "include").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    (root / "include" / "a.py").write_text(source, encoding="utf-8")
    return root


def test_the_version_names_the_commit_where_there_is_one_and_the_sources_always(tmp_path):
    root = checkout(tmp_path / "a")
    without_git = code_version(root)
    (root / ".git" / "refs" / "heads").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (root / ".git" / "refs" / "heads" / "main").write_text("0123456789abcdef" * 2 + "01234567\n", encoding="utf-8")

    sources = without_git.removeprefix("1.2.3+")

    assert sources.startswith("s")
    assert len(sources) == 13
    assert code_version(root) == f"1.2.3+g0123456789ab.{sources}"


def test_a_packed_commit_and_a_detached_one_are_found_and_nonsense_is_none(tmp_path):
    root = checkout(tmp_path / "a")
    (root / ".git").mkdir()
    (root / ".git" / "packed-refs").write_text(f"# pack\n{'ab' * 20} refs/heads/main\n", encoding="utf-8")
    told = {}
    for head in ("ref: refs/heads/main", "cd" * 20, "ref: refs/heads/other", "nonsense"):
        (root / ".git" / "HEAD").write_text(head + "\n", encoding="utf-8")
        told[head] = code_version(root).removeprefix("1.2.3+").split(".")[0][:13]

    assert told["ref: refs/heads/main"] == "gabababababab"
    assert told["cd" * 20] == "gcdcdcdcdcdcd"
    assert told["ref: refs/heads/other"][0] == told["nonsense"][0] == "s"


def test_the_version_is_the_same_for_the_same_sources_and_another_for_one_edited(tmp_path):
    first, same, edited = (
        checkout(tmp_path / name, source) for name, source in (("a", "x = 1\n"), ("b", "x = 1\n"), ("c", "x = 2\n"))
    )
    (same / "include" / "__pycache__").mkdir()
    (same / "include" / "__pycache__" / "a.pyc").write_bytes(b"compiled")

    assert code_version(first) == code_version(same)
    assert code_version(first) != code_version(edited)


def test_the_version_of_this_checkout_does_not_change_by_asking():
    assert code_version() == code_version()
