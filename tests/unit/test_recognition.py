"""Marks and personal data are told from what only looks like them as well as docs/confidential.md says."""

from __future__ import annotations

import pytest

from include.readers.personal_data import EMAIL, IDENTITY_NUMBER, PHONE
from include.readers.secrecy import file_is_marked, is_marked_text, name_is_marked
from tests.bench.recognition import LEVELS, MARK, MARKED_NAME, NAMES, SIZE, SPELLINGS, Tally, main, measure


@pytest.fixture(scope="module")
def tallies() -> dict[str, Tally]:
    return measure()[0]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_stamp_of_every_level_is_seen_in_every_spelling(spelling: str) -> None:
    assert [level for level in LEVELS if not is_marked_text(SPELLINGS[spelling](level))] == []


@pytest.mark.parametrize("spelling", NAMES)
def test_a_name_that_bears_a_mark_of_any_level_is_seen(spelling: str) -> None:
    names = [NAMES[spelling](level) for level in LEVELS]

    assert [name for name in names if not file_is_marked(f"{name}.xlsx")] == []
    # A sheet has no letters set together by capitals.
    assert spelling == "capitals for spaces" or [name for name in names if not name_is_marked(name)] == []


@pytest.mark.parametrize("kind", [MARK, MARKED_NAME])
def test_no_stamp_is_missed_and_no_ordinary_text_is_taken_for_one(tallies: dict[str, Tally], kind: str) -> None:
    assert (tallies[kind].missed, tallies[kind].wrong) == (0, 0)
    assert tallies[kind].right > 100


@pytest.mark.parametrize("kind", [PHONE, IDENTITY_NUMBER, EMAIL])
def test_of_a_hundred_numbers_and_addresses_of_people_at_most_one_is_missed(
    tallies: dict[str, Tally], kind: str
) -> None:
    assert tallies[kind].recall >= 0.99
    assert tallies[kind].right > 100


def test_of_twenty_texts_held_for_personal_data_at_most_one_has_none(tallies: dict[str, Tally]) -> None:
    assert {kind for kind, tally in tallies.items() if tally.precision < 0.95} == set()
    assert SIZE >= 5000


def test_the_measurement_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["7", "500"])

    printed = capsys.readouterr().out
    assert printed.startswith("seed 7, 500 texts")
    assert MARK in printed
    assert "precision" in printed
