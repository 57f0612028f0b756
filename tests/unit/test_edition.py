"""The frozen content of an edition: canonical, exact, readable for as long as anybody may ask for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from include.extracts.leadership.edition import edition_json, edition_of_json
from tests.unit.edition_builders import CORRECTION, edition
from tests.unit.extract_builders import figure, indicator, snapshot

FIRST_KEPT = Path(__file__).with_name("edition_first_kept.json")
"""Content as the first version that froze editions wrote it. It is never written again."""


def test_content_read_back_is_the_same_to_the_last_digit():
    exact = figure("M01", "0.10")
    made = edition(snapshot=snapshot(indicators=(indicator("M01", exact),)), correction=CORRECTION)

    again = edition_of_json(edition_json(made), made.approval)

    assert again == made
    assert str(again.snapshot.headlines[0].value) == "0.10"
    assert edition_json(again) == edition_json(made)


def test_the_word_of_people_is_not_part_of_the_content():
    assert edition_json(edition()) == edition_json(edition(approval=None))
    assert edition_json(edition()) != edition_json(edition(frozen_by="Chuyên viên"))


def test_editions_of_the_first_version_are_still_read():
    kept = edition_of_json(FIRST_KEPT.read_bytes())

    assert (kept.number, kept.snapshot.headlines[0].value) == ("2026-06T/1", Decimal("1234.5"))
    assert replace(kept, approval=None).correction == CORRECTION
