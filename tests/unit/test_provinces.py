"""Provinces are told apart by name and day; a code means something only with its day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from include.errors import CatalogueError
from include.reference.our_province import load_our_province
from include.reference.provinces import load_provinces, province_named, suggest_provinces

BEFORE = date(2025, 6, 30)
SINCE = date(2025, 7, 1)

HEADER = "code,name_vi,aliases,valid_from,valid_to,successor_code,basis\n"


def code(name: str, on: date) -> str | None:
    found = province_named(name, on)
    return found.code if found else None


def test_there_are_63_provinces_until_the_merger_and_34_since() -> None:
    assert sum(each.is_valid_on(BEFORE) for each in load_provinces()) == 63
    assert sum(each.is_valid_on(SINCE) for each in load_provinces()) == 34


def test_the_code_of_dong_thap_was_tien_giangs_until_the_merger() -> None:
    assert (code("Tiền Giang", BEFORE), code("Đồng Tháp", BEFORE)) == ("82", "87")
    assert (code("Tiền Giang", SINCE), code("Đồng Tháp", SINCE)) == (None, "82")


def test_every_province_that_ended_names_one_that_lives() -> None:
    living = {each.code for each in load_provinces() if each.valid_to is None}

    assert {each.successor_code for each in load_provinces() if each.valid_to} <= living
    assert all(each.successor_code for each in load_provinces() if each.valid_to)


@pytest.mark.parametrize(
    "spelling",
    [
        "Thừa Thiên-Huế",
        "Thừa Thiên - Huế",
        "Thừa Thiên Huế",
        "Thu\u031b\u0300a Thie\u0302n - Hue\u0302\u0301",
        " thừa thiên huế ",
    ],
)
def test_the_spellings_of_the_books_are_one_province(spelling: str) -> None:
    assert code(spelling, BEFORE) == "46"


def test_a_name_that_only_looks_like_one_is_a_suggestion_and_no_match() -> None:
    assert code("Tiền Gang", BEFORE) is None
    assert suggest_provinces("Tiền Gang", BEFORE)[0] == "Tiền Giang"


def test_two_provinces_of_one_code_on_one_day_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "provinces.csv"
    path.write_text(HEADER + "82,A,,2000-01-01,2025-07-01,,\n82,B,,2025-07-01,,,\n", encoding="utf-8")
    assert len(load_provinces(path)) == 2

    clash = tmp_path / "clash.csv"
    clash.write_text(HEADER + "82,A,,2000-01-01,2025-07-02,,\n82,B,,2025-07-01,,,\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="82 B and 82 A"):
        load_provinces(clash)


def test_the_two_lists_that_know_our_province_agree() -> None:
    ours = load_our_province()
    former = [each for each in load_provinces() if each.valid_to == ours.merged_on and each.successor_code == ours.code]
    today = [each for each in load_provinces() if each.code == ours.code and each.valid_from == ours.merged_on]

    assert [each.name_vi for each in today] == ["Đồng Tháp"]
    assert {each.code for each in former} == set(ours.codes_by_geoname.values()) == {"82", "87"}
    for province in former:
        spellings = {key for key, code in ours.codes_by_name.items() if code == province.code}
        assert province.keys <= spellings
    day_before, day = ours.merged_on - timedelta(days=1), ours.merged_on
    for spelling in ours.codes_by_name:
        if (found := province_named(spelling, day_before)) is not None:
            assert found.code == ours.code_named(spelling, day_before)
        if (found := province_named(spelling, day)) is not None:
            assert found.code == ours.code_named(spelling, day)
