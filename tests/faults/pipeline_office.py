"""Drops of files whose outcome is known beforehand, a platform to take them in, and an auditor who trusts neither."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from include.calendar.periods import VIETNAM
from tests.sources.iati_files import activity, recipient, transaction_on, write_file
from tests.sources.monitoring_files import line, write_counts
from tests.sources.reports import typical_figures, write_report
from tests.sources.sdmx_files import DOLLAR_AT_END, specific

REPORTS, MONITORING, SERIES, AID = "agency_reports", "monitoring_statistics", "sdmx_series", "iati_activities"
FACTS = ("observation", "monitoring_count", "series_point", "capital_flow")
SETTLED = 1_700_000_000


@dataclass(frozen=True)
class Sent:
    """One file of a drop and what has to become of it; `figures` are those the warehouse has to have of it, by key."""

    path: str
    source: str
    verdict: str
    code: str
    figures: dict[Any, Decimal] = field(default_factory=dict)
    revision: int | None = None
    is_kept: bool = True


@dataclass(frozen=True)
class Drop:
    """Files of one or more sources below `folder`, as they are put into the inbox."""

    folder: Path
    files: tuple[Sent, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(sent.source for sent in self.files))

    def sha256(self, sent: Sent) -> str:
        return hashlib.sha256((self.folder / sent.path).read_bytes()).hexdigest()


def write_reports(folder: Path) -> Drop:
    """Two reports, one of them twice, the other revised; one that is no workbook, one that is secret."""
    folder.mkdir(parents=True)
    write_report(folder / "dao-thanh.xlsx", "28249", actual={"MED01": 12})
    shutil.copy(folder / "dao-thanh.xlsx", folder / "gui-lai.xlsx")
    write_report(folder / "my-tho.xlsx", "28261", actual={"MED01": 20})
    write_report(folder / "my-tho-sua.xlsx", "28261", actual={"MED01": 99})
    (folder / "hong.xlsx").write_bytes(b"PK\x03\x04 cut off")
    write_report(folder / "thoi-son.xlsx", "28270", edit=lambda workbook: workbook["Báo cáo"].__setitem__("H1", "MẬT"))
    files = (
        Sent("dao-thanh.xlsx", REPORTS, "loaded", "OK", _as_loaded("28249", 12), 1),
        Sent("gui-lai.xlsx", REPORTS, "duplicate", "DUPLICATE"),
        Sent("my-tho.xlsx", REPORTS, "loaded", "OK", _as_loaded("28261", 20), 1),
        Sent("my-tho-sua.xlsx", REPORTS, "loaded", "OK", _as_loaded("28261", 99), 2),
        Sent("hong.xlsx", REPORTS, "incomplete", "INCOMPLETE"),
        Sent("thoi-son.xlsx", REPORTS, "refused_secret", "SECRET", is_kept=False),
    )
    return _dated(Drop(folder, files))


def write_feeds(folder: Path) -> Drop:
    """A month of monitoring and a later count of three of its days; a message of rates; aid held for want of a rate."""
    days = [date(2026, 5, 1) + timedelta(number) for number in range(31)]
    first = {day: Decimal(day.day) for day in days}
    later = {day: Decimal(100 + day.day) for day in days[:3]}
    for name, counts in (("thang-5.csv", first), ("thang-5-sua.csv", later)):
        write_counts(folder / MONITORING / name, [line(day, count) for day, count in counts.items()])
    (folder / SERIES).mkdir()
    specific(folder / SERIES, (DOLLAR_AT_END, {"2026-01": "25000", "2026-02": "25100"}), name="ty-gia.xml")
    (folder / AID).mkdir()
    write_file(folder / AID, activity(transaction_on("2016-03-31"), recipient("VN"), currency="CAD"))
    files = (
        Sent(f"{MONITORING}/thang-5.csv", MONITORING, "loaded", "OK", dict(first), 1),
        Sent(f"{MONITORING}/thang-5-sua.csv", MONITORING, "loaded", "OK", dict(later), 2),
        Sent(
            f"{SERIES}/ty-gia.xml",
            SERIES,
            "loaded",
            "OK",
            {date(2026, 1, 31): Decimal(25000), date(2026, 2, 28): Decimal(25100)},
            1,
        ),
        Sent(f"{AID}/activities.xml", AID, "quarantined", "EXCHANGE_RATE_MISSING"),
    )
    return _dated(Drop(folder, files))


def _as_loaded(unit_code: str, news_items: int) -> dict[str, Decimal]:
    # The figures typed, in the units the warehouse keeps: budgets are reported in millions of đồng.
    typed = typical_figures(unit_code, "2026-06T") | {"MED01": news_items}
    figures = {code: Decimal(1 if value == "có" else value) for code, value in typed.items()}
    return {code: value * (1_000_000 if code.startswith("BUD") else 1) for code, value in figures.items()}


def _dated(drop: Drop) -> Drop:
    """With the order of receipt that of the list, and times of files that have long settled."""
    received = datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM)
    lines: dict[Path, list[str]] = {}
    for number, sent in enumerate(drop.files):
        path = drop.folder / sent.path
        moment = (received + timedelta(minutes=number)).isoformat()
        lines.setdefault(path.parent, ["file,received_at"]).append(f"{path.name},{moment}")
    for folder, written in lines.items():
        (folder / "_manifest.csv").write_text("\n".join(written) + "\n", encoding="utf-8")
    for path in drop.folder.rglob("*"):
        os.utime(path, (SETTLED, SETTLED))
    return drop


class Office:
    """A platform in a folder and a database of its own, with the drop in its inbox."""

    def __init__(self, home: Path, url: str, drop: Drop) -> None:
        self.home, self.drop = home, drop
        self.environment = {
            "TTDN_HOME": str(home),
            "TTDN_DATABASE_URL": url.replace("+psycopg2", ""),
            "TTDN_SETTLING_SECONDS": "0",
        }
        self.engine: Engine = create_engine(url, poolclass=NullPool)
        shutil.copytree(drop.folder, home / "inbox", dirs_exist_ok=True)

    def ask(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def wait_until_alone(self) -> None:
        """Wait until the database has noticed that the killed processes are gone."""
        others = (
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        )
        end = time.monotonic() + 60
        while self.ask(others) != [(0,)]:
            assert time.monotonic() < end, "sessions of dead processes are still open"
            time.sleep(0.01)

    # --- what must hold at any moment -------------------------------------------------------------------------

    def find_partial(self) -> list[str]:
        """What is visible in part: rows of a file that is not loaded, too few or many of one that is, half files."""
        wrong = [
            f"{table} of submission {submission_id} ({verdict}): {rows} rows, {promoted} promoted"
            for table, submission_id, verdict, promoted, rows in self.ask(_ROWS_OF_SUBMISSIONS)
            if rows != promoted
        ]
        wrong += [f"{number}: a verdict without its submission" for (number,) in self.ask(_VERDICTS_WITHOUT_ROWS)]
        landing = self.home / "landing"
        for path in _visible(landing):
            if hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
                wrong.append(f"{path} does not hold what its name says")
        for folder in ("outbox", "extracts"):
            wrong += [f"{path} does not open" for path in _visible(self.home / folder) if not _opens(path)]
        return wrong

    # --- what must hold at the end ----------------------------------------------------------------------------

    def find_wrong(self) -> list[str]:
        """Everything that is not as the drop says it has to become."""
        return [
            *self.find_partial(),
            *self._wrong_verdicts(),
            *self._wrong_figures(),
            *self._wrong_files(),
            *self._left_over(),
        ]

    def _wrong_verdicts(self) -> list[str]:
        got = Counter(
            self.ask(
                "select r.sha256, r.source_id, r.verdict, r.verdict_code,"
                " case when r.verdict = 'loaded' then s.revision_number end"
                " from landing.receipt as r left join warehouse.submission as s using (submission_id)"
            )
        )
        due = Counter(
            (self.drop.sha256(sent), sent.source, sent.verdict, sent.code, sent.revision) for sent in self.drop.files
        )
        return [f"expected {each}" for each in due - got] + [f"not expected {each}" for each in got - due]

    def _wrong_figures(self) -> list[str]:
        wrong = []
        due = {(sent.source, self.drop.sha256(sent)): sent.figures for sent in self.drop.files if sent.figures}
        for (source, sha256), figures in due.items():
            got = self.ask(_FIGURES[source], sha256=sha256)
            if Counter(got) != Counter(figures.items()):
                wrong.append(f"{source} {sha256[:12]}: {sorted(map(str, got))} instead of {figures}")
        if unbalanced := self.ask(_UNBALANCED):
            wrong.append(f"ledger: {unbalanced}")
        return wrong

    def _wrong_files(self) -> list[str]:
        kept = {self.drop.sha256(sent) for sent in self.drop.files if sent.is_kept}
        lying = {path.name for path in _visible(self.home / "landing")}
        answered = {name for (name,) in self.ask("select answer_name from landing.receipt where answer_name <> ''")}
        written = {path.name for path in _visible(self.home / "outbox")}
        wrong = [f"landing: {sorted(lying ^ kept)}"] if lying != kept else []
        reports = sum(sent.source == REPORTS for sent in self.drop.files)
        if len(answered) != reports or answered != written:
            wrong.append(f"answers: {len(answered)} of {reports} noted, {sorted(answered ^ written)}")
        return wrong

    def _left_over(self) -> list[str]:
        written = [path for folder in ("landing", "outbox", "extracts") for path in (self.home / folder).rglob("*")]
        wrong = [f"{path} was left" for path in written if path.is_file() and path.parent.name.startswith(".")]
        for (table,) in self.ask("select tablename from pg_tables where schemaname = 'staging' order by 1"):
            if self.ask(f"select count(*) from staging.{table}") != [(0,)]:
                wrong.append(f"staging.{table} holds rows")
        secret = {self.drop.sha256(sent) for sent in self.drop.files if not sent.is_kept}
        for path in written:
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in secret:
                wrong.append(f"{path}: the secret file is still there")
        return wrong


def _visible(folder: Path) -> list[Path]:
    paths = folder.rglob("*") if folder.is_dir() else ()
    return [
        path
        for path in paths
        # Names of arrivals wait in a folder of their own until the gate has decided.
        if path.is_file() and not any(part.startswith((".", "names")) for part in path.relative_to(folder).parts)
    ]


def _opens(path: Path) -> bool:
    if path.suffix == ".html":
        return path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    try:
        with zipfile.ZipFile(path) as container:
            if container.testzip() is not None:
                return False
        openpyxl.load_workbook(path, read_only=True).close()
    except (zipfile.BadZipFile, KeyError, ValueError):
        return False
    return True


_ROWS_OF_SUBMISSIONS = " union all ".join(
    f"select '{table}', s.submission_id, s.verdict, s.promoted_count,"
    f" (select count(*) from warehouse.{table} as f where f.submission_id = s.submission_id)"
    f" from warehouse.submission as s where s.source_id {sources}"
    for table, sources in (
        ("observation", f"= '{REPORTS}'"),
        ("monitoring_count", f"= '{MONITORING}'"),
        ("series_point", f"= '{SERIES}'"),
        ("capital_flow", f"= '{AID}'"),
    )
)
_VERDICTS_WITHOUT_ROWS = (
    "select receipt_number from landing.receipt as r left join warehouse.submission as s using (submission_id)"
    " where r.verdict in ('loaded', 'unchanged', 'quarantined', 'rejected', 'duplicate') and s.submission_id is null"
    " or r.verdict = 'loaded' and s.verdict <> 'loaded'"
)
_UNBALANCED = (
    "select submission_id, received_count, promoted_count, quarantined_count, ignored_count"
    " from warehouse.submission where received_count <> promoted_count + quarantined_count + ignored_count"
    " or received_count = 0 and verdict in ('loaded', 'quarantined')"
)
_OF_FILE = "inner join warehouse.submission as s using (submission_id) where s.sha256 = :sha256"
_FIGURES = {
    REPORTS: f"select measure_code, value from warehouse.observation as f {_OF_FILE}"
    " and axis_code = 'total' and value is not null and value_state = 'reported'",
    MONITORING: f"select monitored_date, item_count from warehouse.monitoring_count as f {_OF_FILE}",
    SERIES: f"select window_end, value from warehouse.series_point as f {_OF_FILE}",
}
