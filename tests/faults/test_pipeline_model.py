"""Random walks of the whole pipeline, compared after each step with a small memory of what has to be known."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from include.errors import PlatformError
from include.indicators.kpi import kpi
from include.pipeline import ingest
from include.warehouse.embedded import EmbeddedServer
from tests.faults import pipeline_model
from tests.faults.pipeline_model import BODIES, PipelineMachine, Place

TEMPLATE_DATABASE = "ttdn_template"
SEED = int(os.environ.get("TEST_MODEL_SEED", "20260610"))
"""Fixed, so that a red run can be repeated; another number takes other walks."""


CHECKS = (
    PipelineMachine.i1_a_version_is_there_whole_or_not_at_all,
    PipelineMachine.i2_the_same_bytes_count_once,
    PipelineMachine.i3_every_file_has_one_verdict,
    PipelineMachine.i5_what_was_frozen_stays_as_it_was,
    PipelineMachine.i6_nobody_gets_an_edition_twice,
)


@pytest.fixture(scope="module")
def place(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(server, TEMPLATE_DATABASE, tmp_path_factory.mktemp("walks"))
    yield place
    place.close()


def walk(place: Place, walks: int, steps: int) -> None:
    """Take so many walks; a violation is shrunk to the shortest walk that shows it, and printed as code."""

    class Walk(PipelineMachine):
        pass

    Walk.place = place
    place.counts.clear()
    try:
        run_state_machine_as_test(
            seed(SEED)(Walk),
            settings=settings(
                max_examples=walks,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=(Phase.generate, Phase.shrink),
            ),
        )
        violations = 0
    except BaseException:
        violations = 1
        raise
    finally:
        told = ", ".join(f"{count} {what}" for what, count in sorted(place.counts.items()))
        print(f"\npipeline model, seed {SEED}: {told}; violations: {violations}")


def test_the_pipeline_does_what_a_dictionary_would(place: Place) -> None:
    walk(place, walks=6, steps=10)

    for seldom in ("runs", "killed", "asked", "editions"):
        assert place.counts[seldom] > 0, seldom


def test_bytes_sent_before_take_a_revision_back_also_when_both_come_in_one_drop(place: Place) -> None:
    class Walk(PipelineMachine):
        pass

    Walk.place = place
    machine = Walk()
    try:
        machine.send(BODIES[0], 0, 0, is_yearly=False, then="taken in")
        machine.send(BODIES[0], 1, 0, is_yearly=False, then="nothing")
        machine.send(BODIES[0], 0, 0, is_yearly=False, then="nothing")
        machine.send(BODIES[0], 0, 0, is_yearly=False, then="taken in")

        assert list(machine.verdicts.values()) == ["loaded", "loaded", "loaded", "duplicate"]
        for check in CHECKS:
            check(machine)

        for choice in (2, 2, 1):
            machine.send(BODIES[0], choice, 0, is_yearly=False, then="taken in" if choice == 1 else "nothing")

        assert list(machine.verdicts.values())[-3:] == ["loaded", "duplicate", "loaded"]
        for check in CHECKS:
            check(machine)
    finally:
        machine.teardown()


def test_the_memory_sees_a_lost_check_a_lost_row_a_moved_edition_and_a_forgotten_past(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Walk(PipelineMachine):
        pass

    Walk.place = place
    machine = Walk()
    try:
        machine.send(BODIES[0], 0, 0, is_yearly=False, then="asked")
        machine.freeze()
        machine.send(BODIES[0], 1, 0, is_yearly=False, then="asked")
        for check in CHECKS:
            check(machine)

        with monkeypatch.context() as changed:
            changed.setattr(ingest, "find_repeats", lambda connection, source, receipts: [])
            machine.send(BODIES[0], 1, 0, is_yearly=False, then="taken in")
        with pytest.raises(AssertionError):
            machine.i3_every_file_has_one_verdict()

        with monkeypatch.context() as changed:
            changed.setattr(pipeline_model, "kpi_as_known", lambda connection, moment, period: kpi(connection, period))
            machine.said = machine.said[:1]
            with pytest.raises(AssertionError):
                machine.require_what_was_said(machine.said[0])

        with machine.engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(text("delete from warehouse.observation where line_number = 3"))
            moved = (
                "content = content || '\\x20'::bytea, content_hash = encode(sha256(content || '\\x20'::bytea), 'hex')"
            )
            connection.execute(text(f"update release.edition set {moved}"))
        with pytest.raises(AssertionError):
            machine.i1_a_version_is_there_whole_or_not_at_all()
        with pytest.raises((AssertionError, PlatformError)):
            machine.i5_what_was_frozen_stays_as_it_was()
    finally:
        machine.teardown()


@pytest.mark.long
def test_hundreds_of_longer_walks(place: Place) -> None:
    walk(place, walks=200, steps=25)

    for seldom in ("killed", "asked as known", "editions", "extracts"):
        assert place.counts[seldom] > 20, seldom
