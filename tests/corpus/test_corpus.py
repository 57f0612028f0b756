"""Every bad input of the corpus goes through the whole gate and ends with the verdict and the words it should."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, literal_column, select, text
from sqlalchemy import table as quoted_table

from include.pipeline.ingest import take_in
from include.pipeline.results import FileResult
from include.settings import Settings
from include.warehouse.connect import engine as open_engine
from include.warehouse.embedded import EmbeddedServer
from tests.conftest import TEMPLATE_DATABASE
from tests.corpus.frame import PARTS, Case, communes, load_cases

_CASES = load_cases()
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Outcome:
    """What became of a case: its result, and the figures of its body in the warehouse afterwards."""

    unit: str
    result: FileResult | None
    figures: dict[str, object]
    kept: dict[str, set[object]]


@pytest.fixture(scope="session")
def outcomes(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    desk = Outcomes(server, tmp_path_factory.mktemp("corpus"))
    yield desk
    desk.close()


class Outcomes:
    """Sends a part of the corpus on first asking: one warehouse a part, one run of the gate a turn and moment."""

    def __init__(self, server: EmbeddedServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self._known: dict[str, Outcome] = {}
        self._databases: list[str] = []
        self._failed: dict[str, Exception] = {}

    def of(self, case: Case) -> Outcome:
        if case.part in self._failed:
            # Made once: what a second try would meet are the leavings of the first.
            raise self._failed[case.part]
        if case.name not in self._known:
            try:
                self._send_part(case.part)
            except Exception as error:
                self._failed[case.part] = error
                raise
        return self._known[case.name]

    def close(self) -> None:
        for name in self._databases:
            self.server.drop_database(name)

    def _send_part(self, part: str) -> None:
        units = communes()
        # A body reports for one case: more cases than bodies go into more than one warehouse.
        cases = [each for each in _CASES if each.part == part]
        for start in range(0, len(cases), len(units)):
            self._send(f"{part}-{start}", cases[start : start + len(units)], units)

    def _send(self, part: str, cases: Sequence[Case], units: Sequence[str]) -> None:
        name = f"corpus_{os.getpid()}_{next(_numbers)}"
        self.server.create_database(name, template=TEMPLATE_DATABASE)
        self._databases.append(name)
        home = self.folder / part / "home"
        settings = Settings(home=home, inbox=home / "inbox")
        engine = open_engine(self.server.url(name))
        sent: dict[str, list[Path]] = {}
        unit_of = dict(zip((each.name for each in cases), units, strict=False))
        for number, each in enumerate(cases):
            folder = self.folder / part / f"{number:03d}"
            folder.mkdir(parents=True)
            made = each.make(folder, unit_of[each.name])
            sent[each.name] = [made] if isinstance(made, Path) else list(made)
        results: dict[str, FileResult | None] = {}
        for turn in range(max(map(len, sent.values()), default=0)):
            due = [each for each in cases if len(sent[each.name]) > turn]
            for key in sorted({(each.source, each.received_at) for each in due}):
                source, moment = key
                together = [each for each in due if (each.source, each.received_at) == key]
                arrived = {
                    result.path: result
                    for result in take_in(
                        [sent[each.name][turn] for each in together],
                        source_id=source,
                        settings=settings,
                        engine=engine,
                        received_at=moment,
                    ).results
                }
                for each in together:
                    results[each.name] = arrived.get(str(sent[each.name][turn]))
        with engine.connect() as connection:
            for each in cases:
                rows = connection.execute(
                    text(
                        "select distinct on (measure_code) measure_code, value, value_state from warehouse.observation"
                        " where reporting_unit_code = :unit and axis_code = 'total' and value_kind <> 'uoc_nam'"
                        " order by measure_code, submission_id desc"
                    ),
                    {"unit": unit_of[each.name]},
                )
                figures = {
                    row.measure_code: row.value if row.value_state == "reported" else row.value_state for row in rows
                }
                result = results[each.name]
                kept = {column: _texts(connection, column, result.sha256) for column in each.kept} if result else {}
                self._known[each.name] = Outcome(unit_of[each.name], result, figures, kept)
        engine.dispose()


def _texts(connection: Connection, column: str, sha256: str) -> set[object]:
    """What the warehouse holds in that text column of the submission made of those bytes."""
    table, _, name = column.partition(".")
    rows = connection.execute(
        select(literal_column(name))
        .select_from(quoted_table(table, schema="warehouse"))
        .where(
            literal_column("submission_id").in_(
                select(literal_column("submission_id"))
                .select_from(quoted_table("submission", schema="warehouse"))
                .where(literal_column("sha256") == sha256)
            )
        )
    )
    return set(rows.scalars())


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_bad_input_ends_with_its_verdict_and_the_sender_is_told_why(case: Case, outcomes: Outcomes) -> None:
    outcome = outcomes.of(case)

    if not case.lands:
        assert outcome.result is None
        return
    assert outcome.result is not None, "nothing became of the file"
    result = outcome.result
    said = {message["code"]: message for message in result.messages}
    shown = "\n".join(f"{m['code']} {m['sheet']} {m['cell']}: {m['text']}" for m in result.messages)
    assert (result.verdict, result.code) == (case.verdict, case.code), shown
    missing = case.told - set(said)
    assert not missing, shown
    if case.told_only:
        assert set(said) == set(case.told), shown
    for code, cell in case.cells.items():
        places = {message["cell"] for message in result.messages if message["code"] == code}
        assert cell in places, shown
    for measure, figure in case.loads.items():
        assert outcome.figures.get(measure) == figure, shown
    for column, words in case.kept.items():
        assert outcome.kept[column] == {words}, shown


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_of_a_bad_input_nothing_is_dropped_in_silence(case: Case, outcomes: Outcomes) -> None:
    result = outcomes.of(case).result
    if result is None:
        return
    counts = result.counts
    assert counts["received"] == counts["promoted"] + counts["quarantined"] + counts["ignored"]
    assert result.messages or (result.verdict, result.code) in (("loaded", "OK"), ("unchanged", "UNCHANGED"))
    for message in result.messages:
        assert message["text"], message


def test_the_corpus_has_every_entry() -> None:
    there = {part for part in PARTS if any(each.part == part for each in _CASES)}
    wanted = {entry for part, entries in ENTRIES.items() if part in there for entry in entries}

    assert sorted(wanted - {each.entry for each in _CASES}) == []
    assert sorted({each.entry for each in _CASES} - wanted) == []


def _range(first: int, last: int) -> list[str]:
    return [f"B{number:03d}" for number in range(first, last + 1)]


ENTRIES = {
    "containers": _range(1, 18),
    "workbooks": _range(19, 55),
    "documents": _range(56, 64),
    "text_files": _range(65, 75),
    "vietnamese": _range(76, 88),
    "figures": _range(89, 103),
    "meaning": _range(104, 112),
    "confidential": _range(113, 121),
    "injection": _range(122, 136),
}
