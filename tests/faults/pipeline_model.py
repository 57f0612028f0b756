"""The pipeline walked at random beside a small memory of what it has to say: what was sent, counts, is frozen.

The walk is real: files in an inbox, PostgreSQL, the reading sandbox, the release register. The memory is a dictionary.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from unittest import mock

import openpyxl
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from include import faults
from include.calendar.periods import VIETNAM
from include.indicators.kpi import kpi, kpi_as_known
from include.indicators.marts import build_marts, check_marts
from include.indicators.trace import trace
from include.pipeline import ingest
from include.pipeline.extract import write_extracts
from include.pipeline.prepare import prepare_warehouse
from include.pipeline.release import FreezeRequest, approve_edition, freeze_release, withdraw
from include.readers.sandbox import Sandbox
from include.releases.register import DecisionRefused, add_decision, load_edition
from include.settings import Settings
from include.warehouse.embedded import EmbeddedServer
from tests.sources.reports import cell_of, write_report
from tests.sql.releases import CLERK, DIRECTOR, HEAD, plan

SOURCE = "agency_reports"
BODIES = ("28249", "28261")
HALF, YEAR = "2026-06T", "2026-NAM"
VALUES = {HALF: (4, 7, 9), YEAR: (20, 23, 26)}
"""A year's figures are never below the half-year's: that is a rule of the gate, which is tested elsewhere."""
OPENING = {
    "half": datetime(2026, 6, 10, 9, 0, tzinfo=VIETNAM),
    "half is due": datetime(2026, 6, 16, 9, 0, tzinfo=VIETNAM),
    "year": datetime(2026, 11, 21, 9, 0, tzinfo=VIETNAM),
    "year is due": datetime(2026, 11, 27, 9, 0, tzinfo=VIETNAM),
}
DUE = {HALF: OPENING["half is due"], YEAR: OPENING["year is due"]}
RECIPIENTS = ("van-phong@dongthap.example.vn", "so-vhttdl@dongthap.example.vn")
MEASURE, INDICATOR = "MED01", "M01"
_DAMAGED = {"cut off": b"PK\x03\x04 cut off", "no workbook": b"%PDF-1.7\n"}
_SETTLED = 1_700_000_000


# --- what may be sent ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A file somebody may send. `copy` tells files with the same cells and other bytes apart."""

    kind: str
    body: str = BODIES[0]
    period: str = HALF
    value: int = 0
    copy: int = 0


@cache
def _shelf() -> Path:
    return Path(tempfile.mkdtemp(prefix="ttdn-model-"))


@cache
def file_of(document: Document) -> tuple[Path, str, tuple[str, str]]:
    """The document as a file, its hash, and sheet and cell of the figure that tells versions apart."""
    path = _shelf() / f"{len(list(_shelf().iterdir()))}.xlsx"
    place = ("", "")
    if document.kind in _DAMAGED:
        path.write_bytes(_DAMAGED[document.kind])
    else:
        is_marked, is_negative = document.kind == "marked", document.kind == "negative"
        value = -document.value if is_negative else document.value
        edit = (lambda book: book["Báo cáo"].__setitem__("H1", "MẬT")) if is_marked else None
        write_report(path, document.body, document.period, actual={MEASURE: value}, edit=edit)
        for _ in range(document.copy):
            openpyxl.load_workbook(path).save(path)
        place = ("Báo cáo", cell_of(openpyxl.load_workbook(path), MEASURE).coordinate)
    return path, hashlib.sha256(path.read_bytes()).hexdigest(), place


# --- the memory ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Version:
    """A report that was accepted as the next revision of its body and period."""

    document: Document
    received_at: datetime


@dataclass
class Memory:
    """What ought to be known after the files sent so far were taken in one after the other."""

    versions: dict[tuple[str, str], list[Version]] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)

    def take(self, document: Document, sha256: str, received_at: datetime) -> str:
        """The verdict on the next file; what is known changes with it."""
        if document.kind == "marked":
            return "refused_secret"
        if document.kind == "cut off":
            return "incomplete"
        if document.kind in ("no workbook", "negative"):
            verdict = "rejected" if document.kind == "no workbook" else "quarantined"
            return "duplicate" if self.held.setdefault(sha256, "") else self.held.update({sha256: verdict}) or verdict
        known = self.versions.setdefault((document.body, document.period), [])
        if known and known[-1].document.value == document.value:
            if sha256 in self.accepted:
                return "duplicate"
            self.accepted.add(sha256)
            return "unchanged"
        known.append(Version(document, received_at))
        self.accepted.add(sha256)
        return "loaded"

    def copied(self) -> Memory:
        versions = {key: list(known) for key, known in self.versions.items()}
        return Memory(versions, set(self.accepted), dict(self.held))

    def total(self, period: str) -> Decimal | None:
        """The indicator: the latest figure of each body, added; None when no body reported."""
        latest = [known[-1].document.value for (_, each), known in self.versions.items() if each == period and known]
        return Decimal(sum(latest)) if latest else None


@dataclass
class Arrival:
    """A file in the inbox."""

    name: str
    document: Document
    sha256: str
    received_at: datetime


@dataclass
class Edition:
    """What was frozen: its bytes never change, its state by decisions alone."""

    edition_id: int
    content_hash: str
    value: Decimal | None
    decisions: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return not {"approved", "rejected"} & set(self.decisions)


# --- the walk ------------------------------------------------------------------------------------------


class Place:
    """Where walks happen: a template database to copy, and one sandbox for all of them."""

    def __init__(self, server: EmbeddedServer, template: str, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.template = f"model_{os.getpid()}"
        self.numbers = itertools.count(1)
        self.counts: Counter[str] = Counter()
        server.create_database(self.template, template=template)
        prepared = create_engine(server.url(self.template), poolclass=NullPool)
        prepare_warehouse(prepared)
        with prepared.begin() as connection:
            build_marts(connection)
        prepared.dispose()
        self.sandbox = Sandbox(workers=1, writable=[folder])

    def close(self) -> None:
        self.sandbox.close()
        self.server.drop_database(self.template)
        shutil.rmtree(_shelf(), ignore_errors=True)
        _shelf.cache_clear()
        file_of.cache_clear()


class _LentSandbox:
    """The sandbox of the place, for one turn of the gate: its children live on."""

    def __init__(self, lent: Sandbox) -> None:
        self._lent = lent

    def __enter__(self) -> _LentSandbox:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, *arguments: Any, **named: Any) -> Any:
        return self._lent.map(*arguments, **named)

    def close(self) -> None:
        pass


class PipelineMachine(RuleBasedStateMachine):
    """Sends, kills, builds, freezes, decides and asks, in any order; I1 to I6 hold after each step."""

    place: ClassVar[Place]

    def __init__(self) -> None:
        super().__init__()
        number = next(self.place.numbers)
        self.place.counts["walks"] += 1
        self.database = f"walk_{os.getpid()}_{number}"
        self.place.server.create_database(self.database, template=self.place.template)
        self.url = self.place.server.url(self.database)
        home = self.place.folder / str(number)
        self.settings = Settings(
            home=home,
            inbox=home / "inbox",
            recipients_file=home / "recipients.csv",
            allowed_domains=frozenset({"dongthap.example.vn"}),
            database_url=self.url,
        )
        self.settings.inbox.mkdir(parents=True)
        self.settings.outbox.mkdir(parents=True)
        lines = [f"{address},Văn phòng,six_month,,2026-01-01,," for address in RECIPIENTS]
        header = "address,office_vi,receives,unit_code,valid_from,valid_to,note"
        self.settings.recipients_file.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
        self.engine: Engine = create_engine(self.url, poolclass=NullPool)
        self.environment = {
            "TTDN_HOME": str(home),
            "TTDN_DATABASE_URL": self.url.replace("+psycopg2", ""),
            "TTDN_SETTLING_SECONDS": "0",
        }
        self.now = OPENING["half"]
        self.memory, self.waiting = Memory(), list[Arrival]()
        self.arrivals: list[Arrival] = []
        self.verdicts: dict[str, str] = {}
        self.said: list[tuple[datetime, str, list[Any], Decimal | None]] = []
        self.editions: list[Edition] = []
        self.extracts: dict[str, str] = {}

    def teardown(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.settings.home, ignore_errors=True)
        with contextlib.suppress(Exception):
            self._wait_until_alone()
        self.place.server.drop_database(self.database)

    # --- sending ---

    @rule(
        body=st.sampled_from(BODIES),
        choice=st.integers(0, 2),
        copy=st.sampled_from((0, 0, 0, 1)),
        is_yearly=st.booleans(),
        then=st.sampled_from(("nothing", "taken in", "taken in", "asked")),
    )
    def send(self, body: str, choice: int, copy: int, is_yearly: bool, then: str) -> None:
        """A report: first, again, saved again, or revised; taken in at once, or with what comes next."""
        period = YEAR if is_yearly and self.now >= OPENING["year"] else HALF
        self._drop(Document("report", body, period, VALUES[period][choice], copy))
        if then != "nothing":
            self._take_in()
        if then == "asked":
            self._ask(period)

    @rule(kind=st.sampled_from((*_DAMAGED, "marked", "negative")), body=st.sampled_from(BODIES))
    def send_unfit(self, kind: str, body: str) -> None:
        """A file that is cut off, no workbook, marked secret, or has a figure that cannot be."""
        self._drop(Document(kind, body if kind not in _DAMAGED else BODIES[0], HALF, 3))
        self._take_in()

    @precondition(lambda self: self.waiting)
    @rule()
    def take_in_what_waits(self) -> None:
        """What was left in the inbox, or by a run that died."""
        self._take_in()

    @rule(data=st.data(), body=st.sampled_from(BODIES), choice=st.integers(0, 2))
    def die_while_taking_in(self, data: st.DataObject, body: str, choice: int) -> None:
        """A run that is killed at a point of the code, or before one of its statements; recovered later, or at once."""
        points = [name for name in faults.POINTS if not name.startswith(("deliver_", "freeze_", "render_"))]
        fault = data.draw(st.one_of(st.integers(1, 160), *([st.sampled_from(points)] if points else [])), label="fault")
        self._drop(Document("report", body, HALF, VALUES[HALF][choice]))
        self._in_fork(self._take_in_alone, fault)
        if data.draw(st.booleans(), label="is recovered"):
            self._take_in()

    @precondition(lambda self: self.now < OPENING["year is due"])
    @rule()
    def time_passes(self) -> None:
        """The next deadline, or the next period's reports."""
        self.now = min(moment for moment in OPENING.values() if moment > self.now)

    # --- asking ---

    @precondition(lambda self: not self.waiting)
    @rule(is_killed=st.booleans(), statement=st.integers(1, 25))
    def build(self, is_killed: bool, statement: int) -> None:
        """The marts, built by a run that may be killed half way, then by one that is not."""
        if is_killed:
            self._in_fork(self._build_alone, statement)
        self._build_alone()

    @precondition(lambda self: not self.waiting and any(self.memory.versions.values()))
    @rule(period=st.sampled_from((HALF, YEAR)))
    def ask(self, period: str) -> None:
        """The indicators say what the memory says, made of cells that add up."""
        self._ask(period)

    def _ask(self, period: str) -> None:
        with self.engine.begin() as connection:
            answer = kpi(connection, period)
            expected = self.memory.total(period)
            assert self._value(answer) == expected, (answer, expected)
            if expected is not None:
                self._require_cells(trace(connection, INDICATOR, period), period, expected)
        self.said.append((self._last_receipt(), period, _lasting(answer), expected))
        self.place.counts["asked"] += 1

    @precondition(lambda self: self.said and not self.waiting)
    @rule(data=st.data())
    def ask_what_was_known(self, data: st.DataObject) -> None:
        """I5: as known at an earlier moment is what was said then."""
        self.require_what_was_said(data.draw(st.sampled_from(self.said), label="earlier answer"))

    def require_what_was_said(self, earlier: tuple[datetime, str, list[Any], Decimal | None]) -> None:
        """Ask again what was known at the moment of an earlier answer."""
        moment, period, said, expected = earlier
        with self.engine.begin() as connection:
            answer = kpi_as_known(connection, moment, period)
        assert self._value(answer) == expected
        assert _lasting(answer) == said
        self.place.counts["asked as known"] += 1

    @precondition(lambda self: not self.waiting and any(self.memory.versions.get((b, HALF)) for b in BODIES))
    @rule()
    def extract(self) -> None:
        """I5: the same state of knowledge gives the same bytes, however often and whatever happened in between."""
        with self.engine.begin() as connection:
            paths = write_extracts(connection, self.settings, HALF)
        state = repr((sorted(self.memory.versions.items(), key=lambda each: each[0]), len(self.arrivals)))
        written = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
        assert self.extracts.setdefault(state, written) == written
        assert not [path for path in self.settings.extracts.rglob("*") if path.is_file() and path not in paths]
        self.place.counts["extracts"] += 1

    # --- releasing ---

    @precondition(lambda self: not self.waiting)
    @rule()
    def freeze(self) -> None:
        """An edition of the half-year, unless one waits or there is nothing to freeze; a later one with a reason."""
        is_refused = bool(self.editions) and self.editions[-1].is_open
        has_come_out = any("approved" in each.decisions for each in self.editions)
        request = FreezeRequest(plan(), CLERK, reason="Đơn vị gửi lại báo cáo." if has_come_out else None)
        try:
            with self.engine.begin() as connection:
                outcome = freeze_release(connection, self.settings, request, self.now)
        except DecisionRefused:
            assert is_refused
            return
        assert not is_refused
        expected = self.memory.total(HALF)
        assert isinstance(outcome, int) == (expected is not None), outcome
        if not isinstance(outcome, int):
            return
        with self.engine.begin() as connection:
            self.editions.append(Edition(outcome, self._hash_of(connection, outcome), expected))
            (headline,) = [
                each
                for each in load_edition(connection, outcome).snapshot.headlines
                if each.indicator_code == INDICATOR
            ]
        assert headline.value == expected
        self.place.counts["editions"] += 1

    @precondition(lambda self: self.editions and self.editions[-1].is_open)
    @rule(decision=st.sampled_from(("reviewed", "approved", "approved", "rejected")))
    def decide(self, decision: str) -> None:
        """Review, approve or reject the edition that waits; approving needs a review by somebody else."""
        edition = self.editions[-1]
        may = decision == "rejected" or (decision == "approved") == ("reviewed" in edition.decisions)
        by = {"reviewed": HEAD, "approved": DIRECTOR, "rejected": HEAD}[decision]
        reason = "Thiếu số liệu của một đơn vị." if decision == "rejected" else None
        try:
            with self.engine.begin() as connection:
                if decision == "approved":
                    approve_edition(connection, self.settings, edition.edition_id, by, self.now)
                else:
                    add_decision(connection, edition.edition_id, decision, by, self.now, reason)  # type: ignore[arg-type]
        except DecisionRefused:
            assert not may
            return
        assert may
        edition.decisions.append(decision)

    @precondition(lambda self: self.editions and "approved" in self.editions[-1].decisions)
    @rule()
    def take_back(self) -> None:
        """Withdraw what was approved, once."""
        edition, is_refused = self.editions[-1], "withdrawn" in self.editions[-1].decisions
        with self._named_settings():
            try:
                withdraw(self.settings, edition.edition_id, DIRECTOR, "Số liệu của một đơn vị chưa đúng.")
            except DecisionRefused:
                assert is_refused
                return
        assert not is_refused
        edition.decisions.append("withdrawn")

    # --- what holds after each step ---

    @invariant()
    def i1_a_version_is_there_whole_or_not_at_all(self) -> None:
        rows = self._rows(
            "select s.submission_id, s.verdict, s.promoted_count, s.received_count, s.quarantined_count,"
            " s.ignored_count, (select count(*) from warehouse.observation as f"
            "  where f.submission_id = s.submission_id) as kept from warehouse.submission as s"
        )
        for row in rows:
            assert row.kept == (row.promoted_count if row.verdict == "loaded" else 0), row
            if row.verdict in ("loaded", "quarantined"):
                assert row.received_count == row.promoted_count + row.quarantined_count + row.ignored_count, row
        whole = {row.submission_id: row.kept for row in rows}
        for row in self._rows("select submission_id, count(*) as shown from mart.observation_latest group by 1"):
            assert row.shown == whole[row.submission_id], row

    @invariant()
    def i2_the_same_bytes_count_once(self) -> None:
        known, _ = self._foreseen()
        loaded = self._rows(
            "select s.reporting_unit_code as body, s.period_code as period, s.revision_number as revision,"
            " f.value, s.sha256"
            " from warehouse.submission as s inner join warehouse.observation as f using (submission_id)"
            " where f.measure_code = :measure and f.axis_code = 'total' and s.verdict = 'loaded'"
            " and f.value_kind <> 'uoc_nam'"
            " order by 1, 2, 3",
            measure=MEASURE,
        )
        found: dict[tuple[str, str], list[tuple[int, Decimal, str]]] = {}
        for row in loaded:
            found.setdefault((row.body, row.period), []).append((row.revision, row.value, row.sha256))
        expected = {
            key: [(n, Decimal(v.document.value), file_of(v.document)[1]) for n, v in enumerate(versions, 1)]
            for key, versions in known.versions.items()
            if versions
        }
        for key, versions in found.items():
            assert versions == expected.get(key, [])[: len(versions)], key
        if not self.waiting:
            assert found == expected, (found, expected)

    @invariant()
    def i3_every_file_has_one_verdict(self) -> None:
        _, verdicts = self._foreseen()
        rows = self._rows("select receipt_id, original_name, sha256, verdict from landing.receipt order by received_at")
        by_moment = [(row.sha256, row.verdict) for row in rows]
        expected = [(each.sha256, verdicts[each.name]) for each in self.arrivals]
        assert len(by_moment) <= len(expected)
        for (sha256, verdict), (sent, foreseen) in zip(by_moment, expected, strict=False):
            assert sha256 == sent
            assert verdict in ((foreseen,) if not self.waiting else (foreseen, None)), (foreseen, verdict)
        if not self.waiting:
            assert len(by_moment) == len(expected)
            kept = {path.name for path in self.settings.landing.rglob("*") if len(path.name) == 64}
            assert kept == {sent.sha256 for sent in self.arrivals if sent.document.kind != "marked"}

    @invariant()
    def i5_what_was_frozen_stays_as_it_was(self) -> None:
        if not self.editions:
            return
        with self.engine.begin() as connection:
            for edition in self.editions:
                assert self._hash_of(connection, edition.edition_id) == edition.content_hash

    @invariant()
    def i6_nobody_gets_an_edition_twice(self) -> None:
        rows = self._rows(
            "select edition_id, recipient, count(*) as mails from release.message"
            " where edition_id is not null and message_kind = 'release' group by 1, 2"
        )
        assert all(row.mails == 1 for row in rows)
        expected = {
            (edition.edition_id, recipient)
            for edition in self.editions
            if "approved" in edition.decisions
            for recipient in RECIPIENTS
        }
        assert {(row.edition_id, row.recipient) for row in rows} == expected
        self.place.counts["steps"] += 1

    # --- how ---

    def _drop(self, document: Document) -> None:
        path, sha256, _ = file_of(document)
        self.now += timedelta(minutes=1)
        name = f"{len(self.arrivals):03d}.xlsx"
        arrival = Arrival(name, document, sha256, self.now)
        shutil.copy(path, self.settings.inbox / name)
        os.utime(self.settings.inbox / name, (_SETTLED, _SETTLED))
        self.arrivals.append(arrival)
        self.waiting.append(arrival)
        lines = ["file,received_at", *(f"{each.name},{each.received_at.isoformat()}" for each in self.arrivals)]
        (self.settings.inbox / "_manifest.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")

    def _foreseen(self) -> tuple[Memory, dict[str, str]]:
        """What is known once everything that waits has been taken in, and every verdict."""
        memory = self.memory.copied()
        verdicts = dict(self.verdicts)
        for each in self.waiting:
            verdicts[each.name] = memory.take(each.document, each.sha256, each.received_at)
        return memory, verdicts

    def _take_in(self) -> None:
        gate = ingest._gate_sandbox
        ingest._gate_sandbox = lambda settings: _LentSandbox(self.place.sandbox)  # type: ignore[assignment, return-value]
        try:
            self._take_in_alone()
        finally:
            ingest._gate_sandbox = gate
        self.memory, self.verdicts = self._foreseen()
        self.waiting = []
        self.place.counts["runs"] += 1

    def _take_in_alone(self) -> None:
        """What the DAG of the reports does at its next turn, half an hour later: a file cut off is not waited for."""
        with self._named_settings(), mock.patch.object(ingest, "INCOMPLETE_AFTER_SECONDS", 0):
            for batch in ingest.land_inbox(SOURCE):
                ingest.ingest_receipts(SOURCE, batch)
            ingest.reconcile_receipts(SOURCE)

    def _build_alone(self) -> None:
        with self.engine.begin() as connection:
            build_marts(connection)
            check_marts(connection)

    def _in_fork(self, work: Callable[[], None], fault: int | str) -> None:
        """Do it in a process of its own that is killed at the point of that name, or before that statement."""
        child = os.fork()
        if child == 0:
            try:
                _arrange(fault)
                work()
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        self.place.counts["killed" if os.WIFSIGNALED(status) else "not reached"] += 1
        self._wait_until_alone()

    def _wait_until_alone(self) -> None:
        others = (
            "select count(*) as others from pg_stat_activity where datname = current_database()"
            " and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
        end = time.monotonic() + 60
        while self._rows(others)[0].others:
            assert time.monotonic() < end, "the database still works for a process that is dead"
            time.sleep(0.01)

    @contextlib.contextmanager
    def _named_settings(self) -> Iterator[None]:
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def _rows(self, query: str, **bound: object) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), bound).all())

    def _value(self, answer: list[dict[str, Any]]) -> Decimal | None:
        (value,) = [each["value"] for each in answer if each["code"] == INDICATOR]
        return None if value is None else Decimal(value)

    def _last_receipt(self) -> datetime:
        return max(each.received_at for each in self.arrivals)

    def _hash_of(self, connection: Connection, edition_id: int) -> str:
        """The hash of the bytes as stored, which reading them compares with the one stored beside them."""
        load_edition(connection, edition_id)
        content = connection.execute(
            text("select content from release.edition where edition_id = :edition"), {"edition": edition_id}
        ).scalar_one()
        return hashlib.sha256(bytes(content)).hexdigest()

    def _require_cells(self, traced: dict[str, Any], period: str, expected: Decimal) -> None:
        """I4: the cells are those of the files that count, with what stands in them, and add up to the figure."""
        cells = [cell for term in traced["terms"] for cell in term["cells"]]
        latest = [known[-1].document for (_, each), known in self.memory.versions.items() if each == period and known]
        written = {(file_of(each)[1], *file_of(each)[2], str(each.value)) for each in latest}
        assert {(cell["sha256"], cell["sheet"], cell["cell"], cell["value"]) for cell in cells} == written
        assert sum(Decimal(term["value"]) for term in traced["terms"]) == expected
        assert sum(Decimal(cell["value"]) for cell in cells) == expected


def _lasting(answer: list[dict[str, Any]]) -> list[Any]:
    """Of an answer what does not go by the day it is asked on, as what has become due by then does (P01 and on)."""
    lasting = [each for each in answer if not each["code"].startswith("P")]
    return [(each["code"], each["value"], each["numerator"], each["denominator"]) for each in lasting]


def _arrange(fault: int | str) -> None:
    """Have this process killed at the fault."""
    if isinstance(fault, str):
        os.environ[faults.VARIABLE] = fault
        return
    numbers = itertools.count(1)

    def count(*_: object) -> None:
        if next(numbers) == fault:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
