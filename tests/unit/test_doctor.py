"""The doctor says what is missing and what to do, and looks without touching."""

from __future__ import annotations

import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from include.backups.folder import MEMBERS, backup_name, write_manifest
from include.doctor import (
    check_backup,
    check_database,
    check_disk,
    check_environment,
    check_home,
    check_inbox,
    check_page_port,
    check_python,
    check_secrets,
    run_doctor,
)
from include.settings import Settings, load_settings


def _settings(home: Path, **environment: str) -> Settings:
    return load_settings({"TTDN_HOME": str(home), **environment}, Path(os.devnull))


def test_every_check_that_fails_says_what_to_do():
    checks = run_doctor()
    looked_at = {check.name for check in checks}

    assert {"python", "packages", "disk", "memory", "database", "inbox", "time zone"} <= looked_at
    assert [check.name for check in checks if not check.ok and not check.remedy] == []


def test_looking_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TTDN_HOME", str(tmp_path / "home"))

    run_doctor()

    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_cannot_be_used_is_a_finding_not_a_crash(monkeypatch):
    monkeypatch.setenv("TTDN_PAGE_PORT", "many")

    last = run_doctor()[-1]

    assert (last.name, last.ok) == ("settings", False)
    assert "TTDN_PAGE_PORT" in last.found


@pytest.mark.parametrize(("running", "fits"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_python_fits_from_3_11_to_3_13(running, fits):
    assert check_python(running).ok is fits


def test_the_environment_the_tests_run_in_is_the_locked_one():
    assert check_environment().ok, check_environment().found


def test_a_home_on_a_path_that_is_a_file_is_found(tmp_path):
    (tmp_path / "file").touch()

    assert check_home(_settings(tmp_path / "new" / "deep")).ok
    assert not check_home(_settings(tmp_path / "file" / "home")).ok


def test_a_disk_with_less_than_a_year_needs_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("include.doctor.DISK_NEEDED_BYTES", 10**18)

    assert not check_disk(_settings(tmp_path)).ok


def test_an_inbox_that_is_a_file_is_found_and_one_that_waits_to_be_made_is_fine(tmp_path):
    (tmp_path / "file").touch()

    assert check_inbox(_settings(tmp_path, TTDN_INBOX=str(tmp_path / "later"))).ok
    assert not check_inbox(_settings(tmp_path, TTDN_INBOX=str(tmp_path / "file"))).ok


def test_secrets_others_could_read_are_found(tmp_path):
    settings = _settings(tmp_path)
    settings.secrets.mkdir(mode=0o700)
    assert check_secrets(settings).ok

    settings.secrets.chmod(0o755)
    assert not check_secrets(settings).ok


def test_a_port_taken_by_another_program_is_told(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        threading.Thread(target=lambda: [other.accept()[0].close() for _ in range(2)], daemon=True).start()
        taken = other.getsockname()[1]

        found = check_page_port(_settings(tmp_path, TTDN_PAGE_PORT=str(taken))).found

    assert found.startswith(f"{taken} on 127.0.0.1 belongs to another program")


def test_a_migrated_database_is_well(tmp_path, warehouse_url):
    check = check_database(_settings(tmp_path, TTDN_DATABASE_URL=warehouse_url))

    assert check.ok
    assert "PostgreSQL 18" in check.found


def test_an_empty_database_is_told_to_be_migrated(tmp_path, empty_database_url):
    check = check_database(_settings(tmp_path, TTDN_DATABASE_URL=empty_database_url))

    assert (check.ok, check.remedy) == (False, "Run `ttdn migrate`.")
    assert "migration none of" in check.found


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers and nobody else can take it
        port = closed.getsockname()[1]
        check = check_database(_settings(tmp_path, TTDN_DATABASE_URL=f"postgresql://u:geheim@127.0.0.1:{port}/ttdn"))

    assert not check.ok
    assert "does not answer" in check.found
    assert "geheim" not in check.found


def test_a_machine_with_files_and_no_backup_is_told_so_and_one_without_files_is_not(tmp_path):
    settings = _settings(tmp_path / "home")
    assert check_backup(settings).ok

    settings.landing.mkdir(parents=True)
    check = check_backup(settings)

    assert not check.ok
    assert "ttdn backup" in check.remedy


@pytest.mark.parametrize(("hours", "fits"), [(47, True), (49, False)])
def test_the_newest_whole_backup_is_at_most_two_nights_old(tmp_path, hours, fits):
    settings = _settings(tmp_path / "home")
    settings.landing.mkdir(parents=True)
    taken_at = datetime.now(UTC) - timedelta(hours=hours)
    folder = settings.backups / backup_name(taken_at)
    folder.mkdir(parents=True)
    for name in MEMBERS:
        (folder / name).touch()
    write_manifest(
        folder, {"taken_at": taken_at.isoformat(), "revision": "0001", "row_count": 0, "file_count": 0, "unread": []}
    )

    assert check_backup(settings).ok is fits


def test_a_backup_that_is_not_whole_counts_for_nothing(tmp_path):
    settings = _settings(tmp_path / "home")
    settings.landing.mkdir(parents=True)
    (settings.backups / backup_name(datetime.now(UTC))).mkdir(parents=True)

    assert not check_backup(settings).ok
