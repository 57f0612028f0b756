"""A bundle is whole, and signed by a key one trusts, or it is not: nothing in between."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from include.cli import main
from include.extracts.leadership.edition import edition_json
from include.releases.bundle import MANIFEST_NAME, SIGNATURE_NAME, SNAPSHOT_NAME, sign_bundle, verify_bundle
from include.releases.signing import load_signing_key, published_keys, replace_signing_key
from include.settings import Settings, load_settings
from tests.unit.edition_builders import edition

DOCUMENTS = {"TTDN_2026-06T_lan1.pdf": b"%PDF-1.7 a document", "TTDN_2026-06T_lan1.csv": b"code,value\r\nM01,10\r\n"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"TTDN_HOME": str(tmp_path / "home")}, Path(os.devnull))


@pytest.fixture
def bundle(settings: Settings, tmp_path: Path) -> Path:
    return make_bundle(settings, tmp_path / "lan1")


def make_bundle(settings: Settings, folder: Path, **changes) -> Path:
    told = edition(**changes)
    folder.mkdir()
    for name, content in DOCUMENTS.items():
        (folder / name).write_bytes(content)
    (folder / SNAPSHOT_NAME).write_bytes(edition_json(told))
    sign_bundle(told, folder, load_signing_key(settings))
    return folder


def codes(verification) -> set[tuple[str, str]]:
    return {(problem.file, problem.code) for problem in verification.problems}


def test_a_bundle_as_it_was_signed_is_whole(settings, bundle):
    verification = verify_bundle(bundle, published_keys(settings))

    assert verification.ok
    assert verification.is_whole
    assert (verification.number, verification.is_draft, verification.file_count) == ("2026-06T/1", False, 5)
    assert (verification.approved_by, verification.signer) == ("Giám đốc Sở", "known")


def test_the_manifest_tells_what_the_bundle_is_made_of(settings, bundle):
    manifest = json.loads((bundle / MANIFEST_NAME).read_text(encoding="utf-8"))

    assert [each["name"] for each in manifest["files"]] == sorted([*DOCUMENTS, SNAPSHOT_NAME])
    assert {each["name"]: each["byte_size"] for each in manifest["files"]}["TTDN_2026-06T_lan1.pdf"] == 19
    assert manifest["content_hash"] == edition().content_hash
    assert manifest["code_version"] == "1.0.0"
    assert manifest["as_known_at"] == "2026-06-18T08:00:00+07:00"
    assert manifest["approval"] == {
        "reviewed_by": "Trưởng phòng Văn hóa",
        "approved_by": "Giám đốc Sở",
        "approved_at": "2026-06-19T09:30:00+07:00",
    }
    assert manifest["key"]["fingerprint"] == load_signing_key(settings).public.fingerprint


def test_the_same_files_are_signed_alike(settings, bundle, tmp_path):
    again = make_bundle(settings, tmp_path / "again")

    for name in (MANIFEST_NAME, SIGNATURE_NAME):
        assert (again / name).read_bytes() == (bundle / name).read_bytes()


@pytest.mark.parametrize("name", [*DOCUMENTS, SNAPSHOT_NAME, MANIFEST_NAME, SIGNATURE_NAME])
@pytest.mark.parametrize("trusting", [True, False])
def test_every_flipped_bit_fails(settings, bundle, name, trusting):
    path = bundle / name
    content = path.read_bytes()
    keys = published_keys(settings) if trusting else ()
    # Every bit of short files, and of long ones 150 all over them; the manifest is rather long, and is JSON throughout.
    bits = 8 * len(content)
    for bit in range(0, bits, max(1, bits // 150)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(flipped)

        verification = verify_bundle(bundle, keys)

        assert not verification.is_whole, bit
        assert not verification.ok, bit


def test_every_problem_is_told_at_once(settings, bundle):
    (bundle / "TTDN_2026-06T_lan1.pdf").write_bytes(b"other")
    (bundle / "TTDN_2026-06T_lan1.csv").unlink()
    (bundle / "virus.exe").write_bytes(b"MZ")
    (bundle / "folder").mkdir()
    (bundle / "link.pdf").symlink_to("/etc/passwd")
    (bundle / SIGNATURE_NAME).write_bytes(bytes(64))

    assert codes(verify_bundle(bundle, published_keys(settings))) == {
        ("TTDN_2026-06T_lan1.pdf", "changed"),
        ("TTDN_2026-06T_lan1.csv", "missing"),
        ("virus.exe", "extra"),
        ("folder", "not_a_file"),
        ("link.pdf", "not_a_file"),
        (SIGNATURE_NAME, "wrong_signature"),
    }


def test_a_document_put_in_place_of_another_of_the_same_size_is_seen(settings, bundle):
    (bundle / "TTDN_2026-06T_lan1.pdf").write_bytes(b"%PDF-1.7 b document")

    assert codes(verify_bundle(bundle, published_keys(settings))) == {("TTDN_2026-06T_lan1.pdf", "changed")}


def test_a_link_to_the_very_file_is_not_the_file(settings, bundle, tmp_path):
    document = bundle / "TTDN_2026-06T_lan1.pdf"
    document.rename(tmp_path / "elsewhere.pdf")
    document.symlink_to(tmp_path / "elsewhere.pdf")

    assert not verify_bundle(bundle, published_keys(settings)).ok


@pytest.mark.parametrize("name", [MANIFEST_NAME, SIGNATURE_NAME])
def test_a_bundle_without_its_manifest_or_signature_is_no_bundle(settings, bundle, name):
    (bundle / name).unlink()

    verification = verify_bundle(bundle, published_keys(settings))

    assert (name, "missing") in codes(verification)
    assert not verification.is_whole


def test_a_signature_with_a_byte_more_is_none(settings, bundle):
    path = bundle / SIGNATURE_NAME
    path.write_bytes(path.read_bytes() + b"\n")

    assert not verify_bundle(bundle, published_keys(settings)).is_whole


def test_a_manifest_anybody_rewrote_and_signed_is_by_an_unknown_key(settings, bundle, tmp_path):
    forger = load_settings({"TTDN_HOME": str(tmp_path / "forger")}, Path(os.devnull))
    (bundle / "TTDN_2026-06T_lan1.csv").write_bytes(b"code,value\r\nM01,99\r\n")
    sign_bundle(edition(), bundle, load_signing_key(forger))

    verification = verify_bundle(bundle, published_keys(settings))

    assert codes(verification) == {(SIGNATURE_NAME, "unknown_key")}
    assert (verification.ok, verification.is_whole, verification.signer) == (False, True, "unknown")


def test_a_manifest_that_names_the_trusted_key_but_is_signed_by_another_is_not_whole(settings, bundle, tmp_path):
    forger = load_settings({"TTDN_HOME": str(tmp_path / "forger")}, Path(os.devnull))
    raw = (bundle / MANIFEST_NAME).read_bytes()
    (bundle / SIGNATURE_NAME).write_bytes(load_signing_key(forger).sign(raw))

    assert verify_bundle(bundle, published_keys(settings)).signer == "nobody"
    assert verify_bundle(bundle).signer == "nobody"


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"null",
        b"[]",
        b'{"format":"ttdn-bundle/1"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"files":[{"name":1}]}',
        b" " * 1_000_001,
    ],
)
def test_whatever_stands_in_the_manifest_is_a_problem_and_no_crash(settings, bundle, manifest):
    (bundle / MANIFEST_NAME).write_bytes(manifest)
    (bundle / SIGNATURE_NAME).write_bytes(load_signing_key(settings).sign(manifest))

    verification = verify_bundle(bundle, published_keys(settings))

    assert not verification.ok
    assert any(file == MANIFEST_NAME for file, _ in codes(verification))


def test_a_bundle_whose_snapshot_is_not_the_one_released_is_not_ok(settings, bundle):
    (bundle / SNAPSHOT_NAME).write_bytes(edition_json(edition(name="Báo cáo khác")))
    sign_bundle(edition(), bundle, load_signing_key(settings))

    assert codes(verify_bundle(bundle, published_keys(settings))) == {(SNAPSHOT_NAME, "other_snapshot")}


def test_what_a_replaced_key_signed_in_its_time_stays_good(settings, bundle):
    replace_signing_key(settings)

    assert verify_bundle(bundle, published_keys(settings)).ok


def test_a_key_that_was_replaced_before_the_approval_cannot_have_signed_it(settings, bundle):
    replace_signing_key(settings)
    ended, current = published_keys(settings)
    ended = replace(ended, until=edition().approval.approved_at - timedelta(seconds=1))

    verification = verify_bundle(bundle, (ended, current))

    assert codes(verification) == {(SIGNATURE_NAME, "key_was_replaced")}
    assert not verification.is_whole


def test_a_draft_says_that_it_is_one(settings, tmp_path):
    verification = verify_bundle(make_bundle(settings, tmp_path / "draft", approval=None), published_keys(settings))

    assert (verification.ok, verification.is_draft, verification.approved_by) == (True, True, "")


def test_nothing_in_the_bundle_is_touched(settings, bundle):
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in bundle.iterdir()}

    verify_bundle(bundle, published_keys(settings))

    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in bundle.iterdir()} == before


def test_openssl_alone_can_check_the_signature(settings, bundle, tmp_path):
    pem = tmp_path / "key.pem"
    pem.write_text(load_signing_key(settings).public.pem, encoding="ascii")
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin"]
    files = ["-in", bundle / MANIFEST_NAME, "-sigfile", bundle / SIGNATURE_NAME]

    assert subprocess.run([*command, *files], check=False, capture_output=True).returncode == 0
    (bundle / MANIFEST_NAME).write_bytes(b"{}")
    assert subprocess.run([*command, *files], check=False, capture_output=True).returncode == 1


# --- in one file --------------------------------------------------------------------------------------------


def zipped(bundle: Path, *, prefix: str = "", more: dict[str, bytes] | None = None) -> Path:
    path = bundle.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for file in sorted(bundle.iterdir()):
            container.write(file, prefix + file.name)
        for name, content in (more or {}).items():
            container.writestr(name, content)
    return path


@pytest.mark.parametrize("prefix", ["", "lan1/"])
def test_a_zip_of_the_bundle_is_the_bundle(settings, bundle, prefix):
    assert verify_bundle(zipped(bundle, prefix=prefix), published_keys(settings)).ok


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("added", "problem"),
    [
        ({"virus.exe": b"MZ"}, ("virus.exe", "extra")),
        ({"../../etc/cron": b"x"}, ("../../etc/cron", "extra")),
        ({"TTDN_2026-06T_lan1.pdf": b"another of this name"}, ("TTDN_2026-06T_lan1.pdf", "twice")),
    ],
)
def test_a_zip_with_more_in_it_is_not(settings, bundle, added, problem):
    assert problem in codes(verify_bundle(zipped(bundle, more=added), published_keys(settings)))


def test_a_file_of_a_zip_that_unpacks_to_far_more_is_not_unpacked(settings, bundle):
    path = zipped(bundle)
    swollen = io.BytesIO()
    with zipfile.ZipFile(path) as read, zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as written:
        for member in read.infolist():
            is_bomb = member.filename.endswith(".pdf")
            written.writestr(member.filename, bytes(300_000_000) if is_bomb else read.read(member))
    path.write_bytes(swollen.getvalue())

    assert codes(verify_bundle(path, published_keys(settings))) == {("TTDN_2026-06T_lan1.pdf", "changed")}


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_zip_of_a_bundle_is_a_problem(settings, tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    assert not verify_bundle(path, published_keys(settings)).is_whole


def test_no_flipped_bit_of_a_zip_changes_what_is_read_unseen(settings, bundle):
    path = zipped(bundle)
    content = path.read_bytes()
    for bit in range(0, 8 * len(content), 97):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << (bit % 8)
        path.write_bytes(flipped)

        if verify_bundle(path, published_keys(settings)).ok:
            # A date in the wrapping may differ; the files that come out of it may not.
            with zipfile.ZipFile(path) as container:
                assert {name: container.read(name) for name in container.namelist()} == {
                    file.name: file.read_bytes() for file in bundle.iterdir()
                }


# --- from the shell -----------------------------------------------------------------------------------------


@pytest.fixture
def at_home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTDN_HOME", str(settings.home))
    monkeypatch.setenv("TTDN_ENV_FILE", os.devnull)
    monkeypatch.setenv("TTDN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")


@pytest.mark.usefixtures("at_home")
def test_the_command_trusts_the_platforms_own_keys_and_needs_no_database(bundle, capsys):
    assert main(["verify", str(bundle)]) == 0
    assert "2026-06T/1" in (said := capsys.readouterr().out)
    assert "nguyên vẹn, chữ ký đúng" in said

    (bundle / "TTDN_2026-06T_lan1.csv").write_bytes(b"")
    assert main(["verify", str(bundle)]) == 1
    said = capsys.readouterr().out
    assert "TTDN_2026-06T_lan1.csv: Nội dung đã bị thay đổi" in said
    assert "ĐÃ BỊ THAY ĐỔI" in said


@pytest.mark.usefixtures("at_home")
def test_a_whole_bundle_by_an_unknown_key_is_said_to_be_whole_and_ends_with_one(settings, bundle, capsys):
    shutil.rmtree(settings.releases)

    assert main(["verify", str(bundle)]) == 1
    said = capsys.readouterr().out
    assert "nguyên vẹn, nhưng CHƯA BIẾT AI KÝ" in said
    assert load_signing_key(settings).public.fingerprint in said


@pytest.mark.usefixtures("at_home")
def test_a_key_may_be_given(settings, bundle, tmp_path, capsys):
    pem = tmp_path / "key.pem"
    pem.write_text(load_signing_key(settings).public.pem, encoding="ascii")
    shutil.rmtree(settings.releases)

    assert main(["verify", str(bundle), "--key", str(pem), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "ok": True,
        "is_whole": True,
        "number": "2026-06T/1",
        "name": "Báo cáo 6 tháng đầu năm 2026",
        "is_draft": False,
        "approved_by": "Giám đốc Sở",
        "fingerprint": load_signing_key(settings).public.fingerprint,
        "signer": "known",
        "file_count": 5,
        "problems": [],
    }
    (bundle / "stray.txt").write_bytes(b"x")
    assert main(["verify", str(bundle), "--key", str(pem), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"] == [
        {"file": "stray.txt", "code": "extra", "text_vi": "Tệp này không có trong bản kê."}
    ]


@pytest.mark.usefixtures("at_home")
def test_what_is_not_there_or_no_key_is_a_misunderstanding(bundle, tmp_path, capsys):
    assert main(["verify", str(tmp_path / "nothing")]) == 2
    assert main(["verify", str(bundle), "--key", str(bundle / MANIFEST_NAME)]) == 2
    assert main(["verify", str(bundle), "--key", str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("at_home")
def test_names_that_would_move_the_cursor_are_shown_and_not_obeyed(bundle, capsys):
    (bundle / "\x1b[2Jx.txt").write_bytes(b"x")

    assert main(["verify", str(bundle)]) == 1
    assert "\x1b" not in capsys.readouterr().out
