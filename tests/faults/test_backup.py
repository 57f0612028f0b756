"""A backup laid back onto a machine that has nothing is the same to the row, the right and the byte."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import Engine, text

from include.backups.contents import describe_contents, differences
from include.backups.folder import BackupError, check_backup, list_backups, read_backup, write_manifest
from include.backups.restore import restore_backup
from include.backups.write import write_backup
from include.drafts import draft_folder
from include.errors import NoRoomError
from include.indicators.marts import ensure_current
from include.pipeline.ingest import take_in
from include.pipeline.land import land_file, opened_report
from include.pipeline.prepare import prepare_warehouse
from include.pipeline.reconcile import reconcile
from include.pipeline.verify import verify_log
from include.settings import Settings
from include.warehouse.connect import WAREHOUSE_DATABASE, warehouse_url
from include.warehouse.connect import engine as engine_on
from include.warehouse.embedded import EmbeddedServer
from include.warehouse.roles import grant_login
from tests.corpus.frame import IN_JUNE
from tests.sources.reports import write_report

NIGHT = datetime(2026, 6, 11, 18, 30, tzinfo=UTC)


@dataclass
class Machine:
    """A platform with a server of its own."""

    settings: Settings
    engine: Engine

    def send(self, *paths: Path) -> None:
        take_in(paths, source_id="agency_reports", settings=self.settings, engine=self.engine, received_at=IN_JUNE)


def machine(home: Path) -> Machine:
    home.parent.chmod(0o711)
    EmbeddedServer(home, durable=False).start()
    settings = Settings(home=home, inbox=home / "inbox")
    opened = engine_on(warehouse_url(settings))
    return Machine(settings, opened)


@pytest.fixture(scope="module")
def places() -> Iterator[Path]:
    # Not below pytest's own folder, which only root may enter; the server's account has to pass through.
    folder = Path(os.environ["TTDN_TEST_HOME"]) / f"backups-{os.getpid()}"
    folder.mkdir(mode=0o711)
    yield folder
    for home in folder.iterdir():
        EmbeddedServer(home, durable=False).remove()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def worked(places: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A platform that took in reports, one of them twice, refused a secret, and gave a login away."""
    here = machine(places / "worked")
    prepare_warehouse(here.engine)
    drop = tmp_path_factory.mktemp("drop")
    here.send(
        write_report(drop / "mot.xlsx", "28249", actual={"MED01": 12}),
        write_report(drop / "hai.xlsx", "28261", actual={"MED01": 7}),
        write_report(drop / "mat.xlsx", "28273", edit=lambda book: book["Báo cáo"].cell(1, 1, "TỐI MẬT")),
    )
    here.send(write_report(drop / "mot-sua.xlsx", "28249", actual={"MED01": 13}))
    with here.engine.begin() as connection:
        ensure_current(connection)
    grant_login(here.engine, here.settings.secrets, "thong_ke", until=date(2030, 1, 1))
    grant_login(here.engine, here.settings.secrets, "phuong", kind="agency", unit_code="28249", until=date(2030, 1, 1))
    with here.engine.connect() as connection:
        verify_log(connection, here.settings)
    return here


@pytest.fixture(scope="module")
def backup(worked: Machine) -> Path:
    return write_backup(worked.settings, moment=NIGHT).folder


@pytest.fixture(scope="module")
def restored(worked: Machine, backup: Path, places: Path) -> Machine:
    """Another machine, nothing but the backup's folder carried over."""
    carried = places / backup.name
    shutil.copytree(backup, carried)
    home = places / "restored"
    home.mkdir()
    (home / "secrets").mkdir(mode=0o700)
    settings = Settings(home=home, inbox=home / "inbox")
    # The tests' servers write without waiting for the disk; the one made by the restore would not.
    _start_without_waiting(home, carried)
    found = restore_backup(settings, carried)
    shutil.rmtree(carried)
    assert found.differences == ()
    return Machine(settings, engine_on(warehouse_url(settings)))


def _start_without_waiting(home: Path, backup: Path) -> None:
    with tarfile.open(backup / "secrets.tar") as archive:
        member = archive.extractfile("secrets/database-password")
        assert member is not None
        (home / "secrets" / "database-password").write_bytes(member.read())
    EmbeddedServer(home, durable=False).start()


def test_everything_counted_is_the_same_on_the_other_machine(worked: Machine, restored: Machine) -> None:
    with worked.engine.connect() as one, restored.engine.connect() as other:
        there, here = describe_contents(one), describe_contents(other)

    # The restore itself is an entry of the log, as the backup was on the machine it was made on.
    told = [each for each in differences(there, here) if not each.startswith(("table audit.", "sequence audit."))]
    assert told == []
    assert there.tables["warehouse.observation"][0] > 90
    assert any(name.startswith("policy ") for name in there.structure)
    assert any(name.startswith("role ttdn_user_thong_ke") for name in there.structure)
    assert any(name.startswith("right warehouse.observation ttdn_loader INSERT") for name in there.structure)


def test_a_changed_value_a_lost_row_a_lost_right_and_a_lost_policy_are_each_told(worked: Machine) -> None:
    with worked.engine.connect() as connection:
        before = describe_contents(connection)
        connection.exec_driver_sql("set session_replication_role = replica")
        connection.exec_driver_sql(
            "update warehouse.observation set value = value + 1"
            " where ctid = (select min(ctid) from warehouse.observation where value is not null)"
        )
        connection.exec_driver_sql(
            "delete from landing.receipt where receipt_id = (select max(receipt_id) from landing.receipt)"
        )
        connection.exec_driver_sql("revoke insert on warehouse.observation from ttdn_loader")
        policy, table = connection.exec_driver_sql(
            "select policyname, schemaname || '.' || tablename from pg_policies"
            " where policyname = 'own_rows' order by 2 limit 1"
        ).one()
        connection.exec_driver_sql(f"drop policy {policy} on {table}")
        after = describe_contents(connection)
        connection.rollback()

    told = differences(before, after)
    receipts = before.tables["landing.receipt"][0]
    assert f"table landing.receipt has {receipts - 1} rows instead of {receipts}" in told
    assert any(each.startswith("table warehouse.observation has the ") for each in told)
    assert "right warehouse.observation ttdn_loader INSERT is missing" in told
    assert f"policy {table}.{policy} is missing" in told
    assert len(told) == 4


def test_landed_bytes_answers_and_keys_came_back_and_the_secret_is_in_no_backup(
    worked: Machine, restored: Machine, backup: Path
) -> None:
    def files(home: Path) -> dict[str, bytes]:
        wanted = [home / name for name in ("landing", "outbox", "releases", "audit")]
        return {str(p.relative_to(home)): p.read_bytes() for f in wanted for p in f.rglob("*") if p.is_file()}

    there = files(worked.settings.home)
    assert files(restored.settings.home) == there
    assert len(there) == 3 + 4 + 1, "three files kept of four sent, an answer each, the heads of the log"
    with worked.engine.connect() as connection:
        [secret] = connection.execute(text("select sha256 from landing.file where forgotten_at is not null")).scalars()
    with tarfile.open(backup / "files.tar") as archive:
        assert not [name for name in archive.getnames() if secret in name]
    kept = {path.name: path.read_bytes() for path in (worked.settings.secrets).iterdir() if path.is_file()}
    for name, content in kept.items():
        if name not in ("database-port", "database-lock"):
            assert (restored.settings.secrets / name).read_bytes() == content, name
    assert oct((restored.settings.secrets).stat().st_mode & 0o777) == "0o700"


def test_a_login_works_on_the_other_machine_with_its_old_password_and_its_old_limits(restored: Machine) -> None:
    line = (restored.settings.secrets / "logins" / "phuong").read_text(encoding="utf-8").strip()
    login, password = line.split(":")[3:]
    url = restored.engine.url
    with (
        psycopg2.connect(
            host=url.host, port=url.port, dbname=WAREHOUSE_DATABASE, user=login, password=password
        ) as session,
        session.cursor() as cursor,
    ):
        cursor.execute("select distinct reporting_unit_code from mart.observation_latest")
        assert cursor.fetchall() == [("28249",)]
        with pytest.raises(psycopg2.Error):
            cursor.execute("create table mart.mine (x int)")
    session.close()


def test_the_other_machine_goes_on_where_the_first_one_stood(restored: Machine, tmp_path: Path) -> None:
    with restored.engine.connect() as connection:
        before = connection.execute(text("select max(receipt_id) from landing.receipt")).scalar_one()
        assert verify_log(connection, restored.settings).ok
    restored.send(write_report(tmp_path / "ba.xlsx", "28249", actual={"MED01": 14}))
    with restored.engine.connect() as connection:
        [(receipt, verdict, revision)] = connection.execute(
            text(
                "select r.receipt_id, r.verdict, s.revision_number from landing.receipt as r"
                " join warehouse.submission as s using (submission_id) where r.receipt_id > :before"
            ),
            {"before": before},
        ).all()
    assert (receipt, verdict, revision) == (before + 1, "loaded", 3)


def test_a_backup_and_its_laying_back_are_entries_of_the_log(worked: Machine, restored: Machine, backup: Path) -> None:
    told = "select action, subject from audit.event where action in ('backup', 'restore') order by event_number"
    with worked.engine.connect() as one, restored.engine.connect() as other:
        assert one.execute(text(told)).first() == ("backup", backup.name)
        assert other.execute(text(told)).all() == [("restore", backup.name)]


def test_a_backup_is_not_laid_over_a_warehouse_that_has_something(worked: Machine, backup: Path) -> None:
    with worked.engine.connect() as connection:
        before = describe_contents(connection)
    with pytest.raises(BackupError, match="tables of the platform in it already"):
        restore_backup(worked.settings, backup)
    with worked.engine.connect() as connection:
        assert differences(before, describe_contents(connection)) == []


@pytest.mark.parametrize(
    "member", ["warehouse.dump", "files.tar", "secrets.tar", "roles.json", "contents.json", "manifest.json"]
)
def test_one_flipped_bit_anywhere_is_seen_before_anything_is_laid_back(
    backup: Path, tmp_path: Path, member: str
) -> None:
    copy = tmp_path / backup.name
    shutil.copytree(backup, copy)
    check_backup(copy)
    content = bytearray((copy / member).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / member).write_bytes(content)

    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "home" / "inbox")
    with pytest.raises(BackupError, match=r"changed or damaged|not as it was written"):
        restore_backup(settings, copy)

    assert not settings.home.exists()


def test_a_missing_member_and_a_folder_that_is_none_are_named(backup: Path, tmp_path: Path) -> None:
    copy = tmp_path / backup.name
    shutil.copytree(backup, copy)
    (copy / "files.tar").unlink()

    with pytest.raises(BackupError, match=r"files\.tar is missing"):
        check_backup(copy)
    with pytest.raises(BackupError, match="no manifest"):
        read_backup(tmp_path)


def test_a_backup_copied_by_hard_links_is_as_whole_as_any(backup: Path, tmp_path: Path) -> None:
    # `cp -al` and `rsync --link-dest` keep copies of backups so.
    copy = tmp_path / backup.name
    shutil.copytree(backup, copy, copy_function=shutil.copy2)
    os.link(copy / "files.tar", tmp_path / "second-name")

    assert check_backup(copy).members == read_backup(backup).members


def test_an_archive_that_would_write_elsewhere_is_refused(backup: Path, tmp_path: Path) -> None:
    copy = tmp_path / backup.name
    shutil.copytree(backup, copy)
    with tarfile.open(copy / "files.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("landing/../../escaped"))
    stated = json.loads((copy / "manifest.json").read_text())
    stated.pop("manifest_hash")
    (copy / "manifest.json").unlink()
    write_manifest(copy, {key: value for key, value in stated.items() if key not in ("format", "members")})

    with pytest.raises(BackupError, match="an entry"):
        restore_backup(Settings(home=tmp_path / "home", inbox=tmp_path / "inbox"), copy)
    assert not (tmp_path / "escaped").exists()


def test_what_is_half_written_is_in_no_backup(worked: Machine, tmp_path: Path) -> None:
    with draft_folder(worked.settings.outbox) as drafts:
        (drafts / "TraLoi.xlsx").write_bytes(b"half")
        taken = write_backup(worked.settings, tmp_path / "place", moment=NIGHT)

    with tarfile.open(taken.folder / "files.tar") as archive:
        answers = [Path(name) for name in archive.getnames() if name.startswith("outbox/")]
    assert {len(answer.parts) for answer in answers} == {2}


def test_only_the_owner_can_look_into_a_backup(backup: Path) -> None:
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (backup, *backup.iterdir())}

    assert set(modes.values()) == {"0o700", "0o600"}
    assert modes[backup.name] == "0o700"


def test_bytes_nobody_has_looked_at_are_left_out_and_their_sender_is_asked_again(
    worked: Machine, places: Path, tmp_path: Path
) -> None:
    unread = write_report(tmp_path / "chua-doc.xlsx", "28270", edit=lambda book: book["Báo cáo"].cell(1, 1, "MẬT"))
    with worked.engine.begin() as connection, opened_report(unread) as report:
        receipt = land_file(connection, worked.settings, report, source_id="agency_reports", received_at=IN_JUNE)
    taken = write_backup(worked.settings, moment=NIGHT + timedelta(days=1))
    carried = places / taken.folder.name
    shutil.copytree(taken.folder, carried)
    # The machine it was made on goes on: it looks, and refuses.
    worked.send(unread)

    assert taken.unread == (receipt.receipt_number,)
    with tarfile.open(carried / "files.tar") as archive:
        assert not [name for name in archive.getnames() if receipt.sha256 in name]

    home = places / "asked-again"
    home.mkdir()
    (home / "secrets").mkdir(mode=0o700)
    _start_without_waiting(home, carried)
    settings = Settings(home=home, inbox=home / "inbox")
    restored = restore_backup(settings, carried)
    shutil.rmtree(carried)
    opened = engine_on(warehouse_url(settings))
    assert reconcile(settings, opened).discrepancies == []
    with opened.connect() as connection:
        told = connection.execute(
            text("select verdict, verdict_code from landing.receipt where receipt_number = :number"),
            {"number": receipt.receipt_number},
        ).one()
    opened.dispose()
    assert restored.differences == ()
    assert tuple(told) == ("incomplete", "INCOMPLETE")


def test_the_oldest_go_only_once_a_newer_one_is_whole(worked: Machine, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    settings = replace(worked.settings, backups_folder=place, backups_kept=2)
    names = [write_backup(settings, moment=NIGHT + timedelta(days=day)).folder.name for day in range(3)]
    # A backup cut off half way, by a machine switched off.
    left_behind = place / "ttdn-20260101T000000Z.part"
    left_behind.mkdir()
    other = place / "not-ours"
    other.mkdir()

    assert [each.folder.name for each in list_backups(place)] == names[:0:-1]
    write_backup(settings, moment=NIGHT + timedelta(days=3))
    assert not left_behind.exists()
    assert other.exists()


def test_two_at_once_are_one(worked: Machine, tmp_path: Path) -> None:
    place = tmp_path / "busy"
    place.mkdir()
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="another backup being written"):
            write_backup(worked.settings, place, moment=NIGHT)
    assert list_backups(place) == []


def test_too_little_room_is_said_before_anything_is_written(
    worked: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=1_000))

    with pytest.raises(NoRoomError, match="GB free"):
        write_backup(worked.settings, tmp_path / "full", moment=NIGHT)
    assert [path.name for path in (tmp_path / "full").iterdir()] == [".lock"]


WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from include.backups import write
from include.settings import Settings

home, url, place = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
pack = write._pack
def announced(target, *rest):
    print(target.name, flush=True)
    sys.stdin.readline()
    return pack(target, *rest)
write._pack = announced
write.write_backup(Settings(home=home, inbox=home / "inbox", database_url=url), place, moment=datetime.now(UTC))
"""


def test_a_backup_killed_half_way_is_none_and_the_next_one_is_whole(worked: Machine, tmp_path: Path) -> None:
    place = tmp_path / "killed"
    url = worked.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", WRITE, str(worked.settings.home), url, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "files.tar"
        child.send_signal(signal.SIGKILL)
    assert [path.name[-5:] for path in place.iterdir() if path.is_dir()] == [".part"]
    assert list_backups(place) == []

    write_backup(worked.settings, place, moment=NIGHT)

    [whole] = list_backups(place)
    check_backup(whole.folder)
    assert not [path for path in place.iterdir() if path.name.endswith(".part")]


def test_a_backup_of_a_newer_version_is_refused(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.backups.restore.known_revisions", lambda: ("0001", "0002"))

    with pytest.raises(BackupError, match="this version does not know"):
        restore_backup(Settings(home=tmp_path / "home", inbox=tmp_path / "inbox"), backup)
