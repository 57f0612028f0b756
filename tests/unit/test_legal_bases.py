"""Legal bases are dated data: the law changed on 01/07/2026, and a file that contradicts itself is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.errors import CatalogueError
from include.indicators.catalogue import load_catalogue
from include.reference.legal_bases import first_day_without, load_legal_bases

OLD = {
    "number": "1/2015/NĐ-CP",
    "name_vi": "Nghị định cũ",
    "name_en": "Old decree",
    "issued": date(2015, 1, 2),
    "valid_to": date(2026, 7, 1),
    "replaced_by": "NEW",
    "basis_of_vi": "Việc A",
    "evidence": "verified",
    "source_vi": "Đã đọc",
}
NEW = {
    "number": "2/2026/NĐ-CP",
    "name_vi": "Nghị định mới",
    "name_en": "New decree",
    "issued": date(2026, 6, 1),
    "valid_from": date(2026, 7, 1),
    "basis_of_vi": "Việc A",
    "evidence": "memory",
    "source_vi": "Theo trí nhớ",
}


def written(folder: Path, *, old: dict[str, Any] | None = None, new: dict[str, Any] | None = None) -> Path:
    """Two texts, the second replacing the first, each changed; a change to None leaves the key out."""
    entries = {
        code: {key: value for key, value in {**entry, **(changes or {})}.items() if value is not None}
        for code, entry, changes in (("OLD", OLD, old), ("NEW", NEW, new))
    }
    path = folder / "legal_bases.yml"
    path.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def test_on_the_day_the_law_changes_the_new_text_holds_and_the_day_before_the_old():
    bases = load_legal_bases()
    foreign_press = [bases[code] for code in ("ND-88-2012", "ND-262-2026")]

    def in_force(day: date) -> list[str]:
        return [basis.code for basis in foreign_press if basis.holds_on(day)]

    assert in_force(date(2026, 6, 30)) == ["ND-88-2012"]
    assert in_force(date(2026, 7, 1)) == ["ND-262-2026"]


def test_an_amended_text_stays_in_force_beside_the_one_that_amends_it():
    bases = load_legal_bases()

    assert bases["ND-148-2026"].amends == "ND-72-2015"
    assert not bases["ND-148-2026"].holds_on(date(2026, 6, 30))
    assert all(bases[code].holds_on(date(2026, 7, 1)) for code in ("ND-72-2015", "ND-148-2026"))


def test_a_text_whose_first_day_is_not_known_says_that_the_day_of_issue_stands_in(tmp_path):
    assert load_legal_bases()["ND-72-2015"].is_start_assumed
    assert not load_legal_bases()["ND-148-2026"].is_start_assumed
    assert load_legal_bases(written(tmp_path))["OLD"].valid_from == date(2015, 1, 2)


def test_every_text_says_how_it_is_known():
    levels = {basis.evidence for basis in load_legal_bases().values()}

    assert levels == {"verified", "second_hand", "memory"}
    assert all(len(basis.source_vi) > 8 for basis in load_legal_bases().values())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"replaced_by": "NOBODY"}, {}, "'NOBODY'"),
        ({"replaced_by": "OLD"}, {}, "'OLD'"),
        ({}, {"amends": "NOBODY"}, "'NOBODY'"),
        ({"valid_to": date(2014, 1, 1)}, {}, "a day after 2015-01-02"),
        ({"valid_to": date(2026, 8, 1)}, {}, "one of the two each day"),  # both in July
        ({"valid_to": date(2026, 6, 1)}, {}, "one of the two each day"),  # neither in June
        ({"valid_to": None}, {}, "one of the two each day"),
        ({"issued": None}, {}, "neither valid_from nor issued"),
        ({}, {"issued": date(2026, 7, 2)}, "not after it came into force"),
        ({}, {"evidence": "hearsay"}, "'hearsay'"),
        ({}, {"name_vi": None}, "name_vi"),
        ({}, {"in_force": True}, "unknown key 'in_force'"),
        ({}, {"amends": "OLD"}, "a day on which OLD is in force"),  # it ended that very day
    ],
)
def test_a_text_that_contradicts_itself_or_its_neighbour_is_refused(tmp_path, old, new, told):
    with pytest.raises(CatalogueError) as refused:
        load_legal_bases(written(tmp_path, old=old, new=new))

    assert told in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    path = written(tmp_path, old={"replaced_by": "NOBODY"}, new={"evidence": "hearsay", "source_vi": None})

    with pytest.raises(CatalogueError, match=r"3 problem\(s\)"):
        load_legal_bases(path)


def test_one_day_without_a_text_is_found_and_no_gap_is_none(tmp_path):
    old, new = load_legal_bases(written(tmp_path)).values()
    first, last = date(2026, 1, 1), date(2026, 12, 31)

    assert first_day_without([new, old], first, last) is None
    assert first_day_without([old], first, last) == date(2026, 7, 1)
    assert first_day_without([old], first, date(2026, 6, 30)) is None
    assert first_day_without([new], first, last) == first
    assert first_day_without([], first, first) == first


def test_every_indicator_names_what_follows_the_texts_it_names():
    bases = load_legal_bases()

    for indicator in load_catalogue().values():
        named = set(indicator.legal_bases)
        assert {bases[code].replaced_by for code in named} - {None} <= named, indicator.code
        assert {code for code, basis in bases.items() if basis.amends in named} <= named, indicator.code
