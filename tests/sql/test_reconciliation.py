"""Every file that was seen ends in exactly one verdict, and what does not add up is found and told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from include.cli import main
from include.drafts import draft_folder
from include.pipeline.ingest import take_in
from include.pipeline.land import stored_name
from include.pipeline.reconcile import FilesUnresolved, Reconciliation, reconcile, require_reconciled
from include.pipeline.results import FileResult
from include.settings import PROJECT_ROOT, Settings, load_settings
from tests.sources.reports import write_report

IN_JUNE = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
ADDRESS = "quan-tri@dongthap.example.vn"


@pytest.fixture
def home(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """TTDN_HOME of a platform that knows whom to tell."""
    recipients = tmp_path / "recipients.csv"
    recipients.write_text(
        "address,office_vi,receives,unit_code,valid_from,valid_to,note\n"
        f"{ADDRESS},Quản trị nền tảng,reconciliation,,2026-01-01,,\n",
        encoding="utf-8",
    )
    for name, value in {
        "TTDN_HOME": str(tmp_path / "home"),
        "TTDN_DATABASE_URL": warehouse_url,
        "TTDN_RECIPIENTS_FILE": str(recipients),
        "TTDN_ALLOWED_DOMAINS": "dongthap.example.vn",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
def asked(warehouse: Connection) -> Engine:
    return create_engine(warehouse.engine.url, poolclass=NullPool)


def receive(home: Path, engine: Engine, *paths: Path) -> list[FileResult]:
    intake = take_in(paths, source_id="agency_reports", settings=load_settings(), engine=engine, received_at=IN_JUNE)
    return intake.results


def leave_draft(folder: Path) -> None:
    """Have a process killed while it writes there."""
    script = (
        "import os, signal, sys; from pathlib import Path; from include.drafts import draft_folder\n"
        "with draft_folder(Path(sys.argv[1])) as drafts:\n"
        "    (drafts / 'half').write_bytes(b'x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder)], cwd=PROJECT_ROOT, check=False)
    assert done.returncode == -signal.SIGKILL


def codes(found: Reconciliation) -> list[tuple[str, str]]:
    return [(each.code, each.what) for each in found.discrepancies]


def old(path: Path, hours: float) -> Path:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_files_of_every_verdict_add_up(home: Path, asked: Engine, tmp_path: Path) -> None:
    good = write_report(tmp_path / "a.xlsx")
    copy = tmp_path / "b.xlsx"
    copy.write_bytes(good.read_bytes())
    resaved = write_report(tmp_path / "c.xlsx", edit=lambda workbook: setattr(workbook.properties, "title", "x"))
    held = write_report(tmp_path / "d.xlsx", "28261", actual={"TRN02": "nhiều"})
    (tmp_path / "e.xlsx").write_bytes(b"no workbook")
    (tmp_path / "g.xlsx").write_bytes(good.read_bytes()[:-200])
    secret = tmp_path / "MẬT h.xlsx"
    secret.write_bytes(b"anything")
    results = receive(home, asked, good, copy, resaved, held, tmp_path / "e.xlsx", tmp_path / "g.xlsx", secret)

    found = reconcile(load_settings(), asked)

    assert found.ok, found.discrepancies
    assert (found.receipts, found.open) == (7, 0)
    assert sorted(each.verdict for each in results) == sorted(
        verdict for verdict, count in found.verdicts.items() for _ in range(count)
    )
    assert set(found.verdicts) == {
        "loaded",
        "duplicate",
        "unchanged",
        "quarantined",
        "rejected",
        "incomplete",
        "refused_secret",
    }


def lose_the_verdict(home: Path, warehouse: Connection, sha256: str) -> str:
    return str(
        warehouse.execute(
            text(
                "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
                " recorded_at) values ('BN-2026-000099', :sha256, 1, 'x', 'agency_reports', now(),"
                " now() - interval '31 minutes') returning receipt_number"
            ),
            {"sha256": sha256},
        ).scalar_one()
    )


def lose_the_bytes(home: Path, warehouse: Connection, sha256: str) -> str:
    (home / "landing" / stored_name(sha256)).unlink()
    return sha256


def cut_the_bytes(home: Path, warehouse: Connection, sha256: str) -> str:
    os.truncate(home / "landing" / stored_name(sha256), 10)
    return sha256


def leave_bytes_nobody_sent(home: Path, warehouse: Connection, sha256: str) -> str:
    other = home / "landing" / stored_name("ab" * 32)
    other.parent.mkdir(exist_ok=True)
    other.write_bytes(b"x")
    old(other, 1.1)
    return "ab" * 32


def keep_what_is_forgotten(home: Path, warehouse: Connection, sha256: str) -> str:
    warehouse.execute(
        text("update landing.file set forgotten_at = now() - interval '31 minutes', forgotten_code = 'SECRET'")
    )
    return sha256


def tell_two_verdicts(home: Path, warehouse: Connection, sha256: str) -> str:
    return str(
        warehouse.execute(text("update landing.receipt set verdict = 'rejected' returning receipt_number")).scalar_one()
    )


def link_from_elsewhere(home: Path, warehouse: Connection, sha256: str) -> str:
    (home / "inbox" / "a.xlsx").symlink_to("/etc/passwd")
    return str(home / "inbox" / "a.xlsx")


@pytest.mark.parametrize(
    ("code", "break_it"),
    [
        ("UNRESOLVED", lose_the_verdict),
        ("NO_BYTES", lose_the_bytes),
        ("OTHER_SIZE", cut_the_bytes),
        ("NO_RECEIPT", leave_bytes_nobody_sent),
        ("NOT_FORGOTTEN", keep_what_is_forgotten),
        ("CONTRADICTION", tell_two_verdicts),
        ("NOT_TAKEN", link_from_elsewhere),
    ],
)
def test_what_does_not_add_up_is_found_told_once_a_day_and_makes_the_task_fail(
    home: Path,
    asked: Engine,
    warehouse: Connection,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    code: str,
    break_it: Callable[[Path, Connection, str], str],
) -> None:
    [result] = receive(home, asked, write_report(tmp_path / "a.xlsx"))
    assert require_reconciled() == {"loaded": 1}
    what = break_it(home, warehouse, result.sha256)
    warehouse.commit()

    for _ in range(2):
        with pytest.raises(FilesUnresolved, match=code):
            require_reconciled()

    assert codes(reconcile(load_settings(), asked)) == [(code, what)]
    assert f"{code}: " in caplog.text
    mails = warehouse.execute(text("select recipient, message_kind, body_text_vi from release.message")).all()
    assert [(mail[0], mail[1]) for mail in mails] == [(ADDRESS, "reconciliation")]
    assert "1 tệp: " in mails[0][2]
    assert code in mails[0][2]


def test_near_misses_are_young_enough_to_wait(home: Path, asked: Engine, warehouse: Connection) -> None:
    warehouse.execute(
        text(
            "insert into landing.file values (repeat('ab', 32), 1, 'ab/' || repeat('ab', 32), now());"
            "insert into landing.receipt (receipt_number, sha256, byte_size, original_name, source_id, received_at,"
            " recorded_at) values ('BN-2026-000099', repeat('ab', 32), 1, 'x', 'agency_reports', '2020-01-01',"
            " now() - interval '29 minutes')"
        )
    )
    warehouse.commit()
    for sha256 in ("ab" * 32, "cd" * 32):
        kept = home / "landing" / stored_name(sha256)
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"x")
    (home / "inbox" / "moi.xlsx").write_bytes(b"x")
    (home / "inbox" / "~$moi.xlsx").write_bytes(b"x")

    found = reconcile(load_settings(), asked)

    assert found.ok, found.discrepancies
    assert (found.receipts, found.open) == (1, 1)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        # Every quarter of an hour, and half an hour for what lacks its end.
        (0.9, []),
        (1.3, ["quen.xlsx"]),
        # At 07:30 every day.
        (25, ["quen.xlsx", "so.xlsx"]),
    ],
)
def test_a_file_its_source_was_due_to_take_half_an_hour_ago_is_told(
    hours: float,
    told: list[str],
    home: Path,
    asked: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from include.pipeline import reconcile as reconciling

    (home / "inbox" / "quen.xlsx").write_bytes(b"x")
    (home / "inbox" / "nso_fdi").mkdir()
    (home / "inbox" / "nso_fdi" / "so.xlsx").write_bytes(b"x")

    written = datetime(2026, 6, 10, 12, 1, tzinfo=VIETNAM).timestamp()
    facts = reconciling._facts

    def written_at_noon(path: Path) -> Any:
        seen = facts(path)
        return seen and SimpleNamespace(st_ctime=written, st_size=seen.st_size, st_mtime_ns=seen.st_mtime_ns)

    monkeypatch.setattr(reconciling, "_facts", written_at_noon)

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromtimestamp(written + hours * 3600, tz or UTC)

    monkeypatch.setattr(reconciling, "datetime", Later)
    found = reconcile(load_settings(), asked)

    assert sorted(Path(each.what).name for each in found.discrepancies) == told
    assert {each.code for each in found.discrepancies} <= {"WAITING"}


def test_drafts_of_the_dead_are_removed_and_those_of_the_living_left(home: Path, asked: Engine) -> None:
    landing, outbox = home / "landing", home / "outbox"
    landing.mkdir()
    outbox.mkdir()
    answer = outbox / "TraLoi.xlsx"
    answer.write_bytes(b"x")
    with draft_folder(landing) as living:
        for folder in (landing, outbox):
            leave_draft(folder)
        assert [len([*folder.glob(".*")]) for folder in (landing, outbox)] == [2, 1]

        assert reconcile(load_settings(), asked).removed_drafts == 2
        assert living.is_dir()

    assert ([*landing.iterdir()], [*outbox.iterdir()]) == ([], [answer])


def test_the_command_prints_it_for_people_and_for_programs(
    home: Path, asked: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(home, asked, write_report(tmp_path / "a.xlsx"))
    assert main(["reconcile"]) == 0
    assert "Đã nhận 1 tệp: loaded 1; đang chờ kết quả 0." in capsys.readouterr().out

    (home / "inbox" / "a.xlsx").symlink_to("/etc/passwd")
    assert main(["reconcile", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)

    assert {key: said[key] for key in ("ok", "receipts", "verdicts", "open", "removed_drafts")} == {
        "ok": False,
        "receipts": 1,
        "verdicts": {"loaded": 1},
        "open": 0,
        "removed_drafts": 0,
    }
    assert said["discrepancies"] == [
        {
            "code": "NOT_TAKEN",
            "what": str(home / "inbox" / "a.xlsx"),
            "source": "agency_reports",
            "since": None,
            "reason": "LINK",
            "text": "nằm trong hộp nhận nhưng không nhận được",
        }
    ]
    assert main(["reconcile"]) == 1
    assert "NOT_TAKEN" in capsys.readouterr().out


def test_a_platform_nothing_was_sent_to_adds_up(tmp_path: Path, asked: Engine) -> None:
    found = reconcile(Settings(tmp_path / "home", tmp_path / "home" / "inbox"), asked)

    assert (found.ok, found.receipts, found.verdicts) == (True, 0, {})
