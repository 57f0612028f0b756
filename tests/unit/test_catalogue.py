"""The catalogue of indicators says what the plan needs, once, and refuses what contradicts itself."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from include.errors import CatalogueError
from include.indicators.catalogue import load_catalogue, sync_indicators
from include.indicators.missing_units import missing_unit_rules
from include.reference import load_reference

CODES = (
    "P01 P02 P03 P04 P05 P06 P07 P08 L01 L02 L03 L04 S01 T01 T02 T03 M01 M02 M03 M04 M05 M06 H01 H02 V01 V02"
    " N01 N02 N03 N04 R01 R02 R03 B01 B02 B03 E01 E02 D01 D02 D03 D04 F01 F02 F03 G01"
    " K01 K02 K03 X01 X02 X03 X04 X05 O01 O02 O03 Q01 Q02 Q03"
).split()

GOOD = {
    "name_vi": "Số tin, bài",
    "name_en": "Items",
    "unit": "tin, bài",
    "arithmetic": "sum",
    "numerator": ["MED01"],
    "better": "up",
    "target": "baseline_only",
    "owner": "Các cơ quan",
    "clauses": ["II.5"],
    "legal_bases": ["KH-2026"],
    "when_missing": "added_without_it",
    "periods": ["6T"],
    "reading_note_vi": "Cộng dồn.",
}


def written(folder: Path, **changes: object) -> Path:
    """A catalogue folder with one good indicator, changed; a change to None leaves the key out."""
    entry = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    (folder / "10_one.yml").write_text(yaml.safe_dump({"Z01": entry}, allow_unicode=True), encoding="utf-8")
    return folder


def test_the_sixty_indicators_are_there_in_the_order_of_the_plan():
    assert list(load_catalogue()) == CODES
    assert len(CODES) == 60


def test_context_is_never_scored():
    directions = {code: indicator.better for code, indicator in load_catalogue().items()}

    context = {"L01", "L02", "N01", "N02", "N03", "R03", "D01", "D02", "F01", "F03", "K01", "K03", "O01"}
    assert {code for code, better in directions.items() if better == "none"} == context
    assert {code for code, better in directions.items() if better == "down"} == {"P06", "P07"}


def test_every_text_for_readers_is_vietnamese_and_says_something():
    for indicator in load_catalogue().values():
        assert len(indicator.reading_note_vi) > 25, indicator.code
        assert any(ord(letter) > 127 for letter in indicator.name_vi + indicator.reading_note_vi), indicator.code


def test_percentages_are_multiplied_and_money_is_shown_in_the_unit_named():
    for indicator in load_catalogue().values():
        assert (indicator.unit == "%") == (indicator.multiplier == 100), indicator.code
    factors = {
        code: indicator.unit_factor for code, indicator in load_catalogue().items() if indicator.unit_factor != 1
    }
    million = dict.fromkeys(["K01", "X02", "X03", "X04", "X05", "O02"], Decimal(1_000_000))
    assert factors == {**million, "Q02": Decimal(1000)}


def test_subsets_are_never_added_to_the_whole():
    news = {term.measure_code for term in load_catalogue()["M01"].terms}

    assert news == {"MED01"}  # neither MED07 nor HRT01
    assert {term.measure_code for term in load_catalogue()["T02"].terms} == {"TRN02"}  # never TRN03 on top


def test_every_measure_that_feeds_an_indicator_is_asked_by_a_form_or_a_feed():
    reference = load_reference()
    asked = {code for template in reference.templates.values() for code in template.measures}

    for indicator in load_catalogue().values():
        for term in indicator.terms:
            assert (term.measure_code in asked) == (indicator.waits_for is None), (indicator.code, term.measure_code)


def test_every_indicator_a_clause_names_exists():
    named = {code for clause in load_reference().clauses.values() for code in clause.indicators}

    assert named <= set(CODES)


def test_a_good_definition_is_read(tmp_path):
    indicator = load_catalogue(written(tmp_path, disaggregations=["language"]))["Z01"]

    assert (indicator.scopes, indicator.sides, indicator.multiplier) == (("province",), ("single",), 1)
    assert [(term.side, term.measure_code, term.axis_code) for term in indicator.terms] == [
        ("numerator", "MED01", "total")
    ]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"numerator": ["MED99"]}, "'MED99'"),
        ({"numerator": [{"measure": "MED01", "axis": "colour", "except": ["vi"]}]}, "axis colour"),
        ({"numerator": [{"measure": "MED01", "axis": "language", "except": ["xx"]}]}, "xx"),
        ({"numerator": [{"measure": "MED01", "axis": "language"}]}, "some members of language"),
        ({"numerator": [{"measure": "MED01", "members": ["vi"]}]}, "without an axis"),
        ({"arithmetic": "average"}, "arithmetic: 'average'"),
        ({"arithmetic": "ratio"}, "no denominator"),
        ({"arithmetic": "units_share"}, "equals or at_least"),
        ({"arithmetic": "feed"}, "waits_for"),
        ({"better": "higher"}, "better: 'higher'"),
        ({"periods": ["Q1"]}, "periods"),
        ({"clauses": ["IX.9"]}, "clause IX.9"),
        ({"disaggregations": ["country"]}, "disaggregations"),
        ({"prevails": ["NOBODY"]}, "prevails"),
        ({"reading_note_vi": None}, "no reading_note_vi"),
        ({"traffic_light": "red"}, "key 'traffic_light'"),
        ({"target_value": 100}, "key 'target_value'"),  # the values are in targets.csv
        ({"better": "none", "target": "province_to_set"}, "a target for context"),
        ({"legal_bases": None}, "no legal_bases"),
        ({"legal_bases": ["ND-1"]}, "codes of include/reference/legal_bases.yml"),
        ({"legal_bases": []}, "no legal basis in force on 2026-01-01"),
        ({"legal_bases": ["ND-262-2026"]}, "no legal basis in force on 2026-01-01"),
        ({"legal_bases": ["KH-2026", "ND-88-2012"]}, "ND-88-2012 without ND-262-2026"),
        ({"legal_bases": ["ND-72-2015"]}, "ND-72-2015 without ND-148-2026"),
        ({"when_missing": None}, "no when_missing"),
        ({"when_missing": "counted_as_zero"}, "when_missing: 'counted_as_zero'"),
        ({"when_missing": "silence_is_late"}, "one that fits: added_without_it"),
        ({"prevails": ["VPUB"]}, "one that fits: owner_only"),
        ({"prevails": ["STC", "BQLKKT"]}, "one that fits: owners_added"),
    ],
)
def test_a_contradiction_is_refused_and_named(tmp_path, changes, complaint):
    with pytest.raises(CatalogueError, match="Z01") as refused:
        load_catalogue(written(tmp_path, **changes))

    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"legal_bases": ["ND-88-2012", "ND-262-2026"]},  # one of the two every day of the half-year
        {"legal_bases": ["ND-72-2015", "ND-148-2026"]},
        {"prevails": ["VPUB"], "when_missing": "owner_only"},
        {"prevails": ["STC", "BQLKKT"], "when_missing": "owners_added"},
        {"target": "province_to_set"},
    ],
)
def test_the_near_misses_are_taken(tmp_path, changes):
    assert list(load_catalogue(written(tmp_path, **changes))) == ["Z01"]


@pytest.mark.parametrize(
    ("changes", "fitting"),
    [
        ({"arithmetic": "ratio", "numerator": ["RSP03"], "denominator": ["RSP02"]}, "both_sides_without_it"),
        (
            {
                "arithmetic": "units_share",
                "numerator": [{"measure": "TRN03", "at_least": 1}],
                "population": "communes",
            },
            "communes_stay",
        ),
        (
            {
                "arithmetic": "units_share",
                "numerator": [{"measure": "STF01", "equals": 1}],
                "population": "received",
            },
            "received_only",
        ),
        ({"arithmetic": "timeliness", "numerator": None}, "silence_is_late"),
        ({"arithmetic": "completeness", "numerator": None}, "reports_received_only"),
        ({"arithmetic": "estimate_error", "numerator": None}, "estimate_and_final_only"),
        ({"arithmetic": "feed", "numerator": ["MON01"], "waits_for": "x"}, "unmonitored_days_left_out"),
        ({"arithmetic": "feed", "numerator": ["MON02"], "waits_for": "x"}, "unmonitored_days_count_against"),
    ],
)
def test_what_happens_when_a_unit_is_missing_has_to_fit_the_arithmetic(tmp_path, changes, fitting):
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(written(tmp_path, **changes))
    (tmp_path / "fits").mkdir()

    assert f"one that fits: {fitting}\n" in str(refused.value)
    assert load_catalogue(written(tmp_path / "fits", **changes, when_missing=fitting))["Z01"].when_missing == fitting


def test_every_indicator_says_what_happens_when_a_unit_is_missing_in_two_languages():
    said = {indicator.when_missing for indicator in load_catalogue().values()}

    assert said == set(missing_unit_rules())  # and no sentence is kept for nobody
    assert all(rule.sentence_en.isascii() for rule in missing_unit_rules().values())
    assert not any(rule.sentence_vi.isascii() for rule in missing_unit_rules().values())


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(written(tmp_path, better="higher", clauses=["IX.9"], numerator=["MED99"]))

    assert "3 problem(s)" in str(refused.value)


def test_a_breakdown_must_be_one_both_sides_of_a_ratio_have(tmp_path):
    sides = {"arithmetic": "ratio", "numerator": ["EVT02"], "denominator": ["EVT01"]}

    with pytest.raises(CatalogueError, match="disaggregations"):
        load_catalogue(written(tmp_path, **sides, disaggregations=["field"]))


def test_a_code_defined_in_two_files_is_refused(tmp_path):
    folder = written(tmp_path)
    (folder / "20_two.yml").write_text((folder / "10_one.yml").read_text(encoding="utf-8"), encoding="utf-8")

    with pytest.raises(CatalogueError, match="a second time"):
        load_catalogue(folder)


def test_writing_the_catalogue_twice_changes_nothing(warehouse):
    content = text(
        "select (select md5(string_agg(i::text, '|' order by i::text)) from reference.indicator as i),"
        " (select md5(string_agg(b::text, '|' order by b::text)) from reference.indicator_legal_basis as b),"
        " (select md5(string_agg(t::text, '|' order by t::text)) from reference.indicator_term as t),"
        " (select md5(string_agg(a::text, '|' order by a::text)) from reference.indicator_axis as a)"
    )
    before = warehouse.execute(content).one()

    assert sync_indicators(warehouse) == 60

    assert warehouse.execute(content).one() == before


def test_an_indicator_that_left_the_catalogue_leaves_the_warehouse(warehouse):
    warehouse.execute(
        text(
            "insert into reference.indicator (indicator_code, name_vi, name_en, unit_vi, unit_factor, arithmetic,"
            " multiplier, direction, target_status, owner_vi, clauses, period_kinds, scopes, reading_note_vi, position)"
            " select 'Z99', name_vi, name_en, unit_vi, unit_factor, arithmetic, multiplier, direction, target_status,"
            " owner_vi, clauses, period_kinds, scopes, reading_note_vi, 99 from reference.indicator"
            " where indicator_code = 'M01'"
        )
    )

    sync_indicators(warehouse)

    codes = warehouse.execute(text("select indicator_code from reference.indicator order by position")).scalars()
    assert list(codes) == CODES
