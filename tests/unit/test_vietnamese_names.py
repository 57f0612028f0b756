"""Names are matched exactly; what only looks alike is a suggestion."""

from __future__ import annotations

import unicodedata

import pytest

from include.vietnamese.names import NameIndex, agency_spellings, commune_spellings


@pytest.fixture(scope="module")
def places() -> NameIndex:
    communes = {
        "30001": ("xã", "Tân Thành"),
        "30002": ("xã", "Tân Thạnh"),
        "30003": ("xã", "Mỹ Quí"),
        "30004": ("phường", "An Bình"),
        "30005": ("xã", "An Bình"),
        "30006": ("xã", "An Hòa"),
    }
    spellings = {code: commune_spellings(kind, name) for code, (kind, name) in communes.items()}
    agency = "Sở Văn hóa, Thể thao và Du lịch"
    return NameIndex({**spellings, "SVHTTDL": agency_spellings(agency, "SVHTTDL", "Đồng Tháp")})


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Xã Tân Thành", "30001"),
        ("tân thạnh", "30002"),
        ("UBND xã Mỹ Quý", "30003"),
        ("Ủy ban nhân dân xã Mỹ Quí", "30003"),
        ("UỶ BAN NHÂN DÂN XÃ MỸ QUÍ", "30003"),
        ("X. Tân Thành", "30001"),
        ("P.An Bình", "30004"),
        ("Phường An Bình", "30004"),
        ("xã  An\u00a0Bình", "30005"),
        ("xã An Hoà", "30006"),
        (unicodedata.normalize("NFD", "Xã Tân Thành"), "30001"),
        ("x· T©n Thµnh", "30001"),
        ("30002", "30002"),
        ("Sở VHTTDL", "SVHTTDL"),
        ("SVHTTDL", "SVHTTDL"),
        ("Sở Văn hoá, Thể thao và Du lịch tỉnh Đồng Tháp", "SVHTTDL"),
    ],
)
def test_a_declared_spelling_is_the_candidate(places, typed, code):
    found = places.match(typed)

    assert (found.code, found.problem_code) == (code, None)


def test_a_name_two_candidates_share_is_ambiguous_and_both_are_named(places):
    found = places.match("An Bình")

    assert (found.code, found.problem_code) == (None, "NAME_AMBIGUOUS")
    assert set(found.candidates) == {"30004", "30005"}
    assert set(found.suggestions) == {"Phường An Bình", "Xã An Bình"}


@pytest.mark.parametrize("typed", ["xa tan thanh", "Tan Thanh", "Xã Tân Thanh"])
def test_a_name_without_its_accents_is_nobodys_and_every_lookalike_is_suggested(places, typed):
    found = places.match(typed)

    assert (found.code, found.candidates, found.problem_code) == (None, (), "NAME_UNKNOWN")
    assert found.suggestions[:2] == ("Xã Tân Thành", "Xã Tân Thạnh")


def test_a_typing_mistake_is_suggested_and_never_taken(places):
    found = places.match("Xã Mỹ Quíi")

    assert found.code is None
    assert found.suggestions[0] == "Xã Mỹ Quí"


@pytest.mark.parametrize("typed", ["", "   ", "...", "Hà Nội", "x" * 10_000])
def test_what_resembles_nothing_has_no_suggestion(places, typed):
    found = places.match(typed)

    assert (found.code, found.suggestions) == (None, ())


def test_former_districts_are_not_hidden_inside_a_match(places):
    assert places.match("Xã Tân Thành, huyện Lai Vung").code is None
