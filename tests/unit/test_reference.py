"""The reference files say what the plan says, and names lead to the right entry or to none."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from include.calendar.periods import load_periods
from include.reference import COMPANION, OF_WHICH, WrittenUnit, load_reference
from include.vietnamese.text import match_key, strip_accents

SUMMER_2026 = date(2026, 6, 14)
BEFORE_THE_MERGER = date(2025, 6, 30)


@pytest.fixture(scope="module")
def reference():
    return load_reference()


@pytest.fixture(scope="module")
def half_year():
    return load_periods()["2026-06T"]


def test_the_province_has_102_communes_of_which_20_are_wards(reference):
    communes = [unit for unit in reference.units.values() if unit.kind == "commune"]

    assert len(communes) == 102
    assert sum(unit.name_vi.startswith("Phường ") for unit in communes) == 20
    assert {unit.template_code for unit in communes} == {"T-COMMUNE"}
    assert {unit.valid_from for unit in communes} == {date(2025, 7, 1)}


def test_123_bodies_owe_a_report_and_those_only_asked_stand_apart(reference, half_year):
    assert len(reference.units_expected(half_year)) == 123
    assert {unit.code for unit in reference.units_requested(half_year)} == {"MTTQ", "LHHN", "BPTTH", "BTGDV"}
    assert Counter(unit.obligation for unit in reference.units.values()) == {
        "obliged": 123,
        "requested": 4,
        "to_confirm": 1,
        "via_parent": 1,
        "none": 10,
    }


def test_every_body_that_owes_a_report_has_a_template_and_the_party_body_has_none(reference, half_year):
    assert all(unit.template_code for unit in reference.units_expected(half_year))
    assert reference.units["BTGDV"].template_code is None


def test_entries_from_memory_carry_that_mark(reference):
    assert reference.units["SXD"].basis == "memory"
    assert reference.units["SGDDT"].basis == "verified"
    assert reference.units["28249"].basis == "official list"
    assert reference.units["SDTTG"].obligation == "to_confirm"
    zones = [unit for unit in reference.units.values() if unit.border_zone]
    assert {unit.border_zone for unit in zones} == {"land_border", "sea_border"}
    assert all("memory, to confirm" in (unit.border_zone_basis or "") for unit in zones)


def test_an_ad_hoc_request_expects_only_the_bodies_asked(reference, half_year):
    from dataclasses import replace

    asked = replace(half_year, code="DX-1", kind="DX", only_units=("CAT", "28249", "MTTQ"))

    assert [unit.code for unit in reference.units_expected(asked)] == ["CAT", "28249"]
    assert [unit.code for unit in reference.units_requested(asked)] == ["MTTQ"]


def test_there_are_77_measures_and_seven_are_not_reported_by_bodies(reference):
    assert len(reference.measures) == 77
    assert {code for code, measure in reference.measures.items() if measure.origin != "report"} == {
        "REP01",
        "REP02",
        "REP03",
        "REP05",
        "REP06",
        "MON01",
        "MON02",
    }


@pytest.mark.parametrize(
    ("template_code", "measure_count"),
    [
        ("T-DEPT", 40),
        ("T-COMMUNE", 34),
        ("T-POLICE", 23),
        ("T-MIL", 20),
        ("T-FIN", 27),
        ("T-FIN-INV", 17),
        ("T-OFFICE", 20),
        ("T-FRONT", 33),
        ("T-MEDIA", 20),
        ("T-LEAD", 44),
    ],
)
def test_a_template_asks_for_the_measures_of_its_group(reference, template_code, measure_count):
    assert len(reference.templates[template_code].measures) == measure_count


def test_every_reported_measure_is_asked_by_some_template(reference):
    asked = {code for template in reference.templates.values() for code in template.measures}

    assert asked == {code for code, measure in reference.measures.items() if measure.origin == "report"}


def test_the_lead_department_fills_its_own_part_and_the_departments_part_once(reference):
    lead, department = reference.templates["T-LEAD"].measures, reference.templates["T-DEPT"].measures

    assert len(set(lead)) == len(lead)
    assert set(lead) - set(department) == {"DIF02", "DIF03", "LEG04", "BDR05"}
    assert set(department) <= set(lead)


def test_only_the_finance_forms_may_load_in_part(reference):
    assert {code for code, template in reference.templates.items() if template.allows_partial_load} == {
        "T-FIN",
        "T-FIN-INV",
    }


def test_the_cut_off_date_is_asked_in_the_heading_and_the_year_estimate_of_money_once_a_year(reference):
    half_year = {measure.code for measure in reference.form_measures("T-COMMUNE", "6T")}
    year = {measure.code for measure in reference.form_measures("T-COMMUNE", "NAM")}

    assert "REP04" not in year
    assert year - half_year == {"BUD03"}


def test_every_measure_a_template_prints_tells_the_clerk_its_rule(reference):
    assert [m.code for m in reference.measures.values() if m.origin == "report" and not m.rule_vi] == []


def test_news_items_must_add_up_by_language_and_by_platform_but_not_by_topic(reference):
    axes = {axis.code: axis for axis in reference.measure_axes("MED01")}

    assert (axes["language"].adds_up, axes["language"].in_form) == (True, True)
    assert (axes["platform"].adds_up, axes["platform"].in_form) == (True, True)
    assert (axes["topic"].adds_up, axes["topic"].in_form) == (False, False)


def test_foreign_investment_must_add_up_by_partner_and_by_sector(reference):
    for code in ("FDI01", "FDI02", "FDI03", "FDI04", "FDI05", "FDI06"):
        adding = {axis.code for axis in reference.measure_axes(code) if axis.adds_up}
        assert {"partner", "sector"} <= adding, code


@pytest.mark.parametrize(
    ("measure_code", "unit_vi", "base_unit", "factor"),
    [
        ("BUD01", "triệu đồng", "VND", 1_000_000),
        ("ODA03", "tỷ đồng", "VND", 1_000_000_000),
        ("FDI02", "triệu USD", "USD", 1_000_000),
        ("NGO02", "nghìn USD", "USD", 1_000),
        ("MED01", "tin, bài", "tin, bài", 1),
    ],
)
def test_values_are_stored_in_whole_base_units(reference, measure_code, unit_vi, base_unit, factor):
    assert reference.unit_of_measure(measure_code) == WrittenUnit(unit_vi, base_unit, Decimal(factor))


def test_the_printed_unit_of_money_is_the_one_it_is_converted_from(reference):
    """The unit a clerk reads and the factor used on the figure come from two entries; the unit reader must agree."""
    from include.vietnamese.money import read_unit

    for measure in reference.measures.values():
        if measure.base_unit in ("VND", "USD"):
            stated = read_unit(measure.unit_vi)
            assert stated is not None
            assert (stated.base_unit, stated.factor) == (measure.base_unit, measure.unit_factor), measure.code


def test_registered_capital_beside_the_number_of_projects_has_its_own_unit(reference):
    projects = reference.unit_of_measure("FDI08")
    capital = reference.unit_of_measure("FDI08", COMPANION, "tong_von_dang_ky")

    assert projects == WrittenUnit("dự án", "dự án", Decimal(1))
    assert capital == WrittenUnit("triệu USD", "USD", Decimal(1_000_000))


def test_the_part_a_measure_names_does_not_have_to_add_up(reference):
    for code in ("EVT03", "PPD02", "POL01"):
        axis = reference.measures[code].axis(OF_WHICH)
        assert (axis.in_form, axis.adds_up) == (True, False)
        assert len(reference.members(code, OF_WHICH)) == 1


def test_the_subset_rules_are_the_seven_of_the_plan(reference):
    assert [bound.code for bound in reference.bounds] == [
        "LEG02<=LEG01",
        "DIF02+DIF03<=DIF01",
        "RSP03<=RSP02",
        "PRS03<=PRS02",
        "EVT02<=EVT01",
        "MED07<=MED01",
        "HRT01<=MED01+MED02",
    ]
    assert (reference.bounds[-1].parts, reference.bounds[-1].wholes) == (("HRT01",), ("MED01", "MED02"))


def test_there_are_46_clauses_and_none_counts_persons_or_cases(reference):
    assert len(reference.clauses) == 46
    counted = " ".join(clause.counted_vi or "" for clause in reference.clauses.values()).casefold()
    assert not re.search(r"đối tượng bị|bắt|tài khoản(?!\))|vụ án", counted)


def test_every_country_has_a_vietnamese_name_and_iso_code(reference):
    countries = [code for code in reference.code_lists["country"] if code != "khac"]

    assert len(countries) == 249
    assert all(re.fullmatch("[A-Z]{2}", code) for code in countries)
    assert "NO" in countries  # YAML would read a bare NO as false


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Singapore", "SG"),
        ("Xin-ga-po", "SG"),
        ("xin ga po", "SG"),
        ("Malaysia", "MY"),
        ("Ma-lai-xi-a", "MY"),
        ("Đặc khu hành chính Hồng Kông (TQ)", "HK"),
        ("BritishVirginIslands", "VG"),
        ("Quần đảo Vigin thuộc Anh", "VG"),
        ("Xa-moa", "WS"),
        ("Xây-xen", "SC"),
        ("Lúc-xăm-bua", "LU"),
        ("Các đối tác khác", "khac"),
        ("BY", "BY"),
        ("by", "BY"),
        ("BI", "BI"),
    ],
)
def test_a_country_is_known_by_the_spellings_feeds_use(reference, text, code):
    assert reference.member_named("country", text).code == code


@pytest.mark.parametrize("text", ["Singapo", "Xinh", "", "Hàn"])
def test_a_country_is_not_guessed(reference, text):
    assert reference.member_named("country", text) is None


def test_there_are_21_economic_sectors_and_ten_topics(reference):
    assert list(reference.code_lists["sector"]) == list("ABCDEFGHIJKLMNOPQRSTU")
    assert len(reference.code_lists["topic"]) == 10
    assert {m.code for m in reference.code_lists["topic"].values() if m.is_sensitive} == {
        "nhan_quyen",
        "dan_toc_ton_giao",
        "an_ninh_trat_tu",
    }


def test_no_two_members_of_a_list_share_a_normalised_name(reference):
    for code_list in reference.code_lists.values():
        owner: dict[str, str] = {}
        for member in code_list.values():
            for text in (member.name_vi, member.name_en, *member.aliases):
                assert owner.setdefault(match_key(text), member.code) == member.code, (code_list.code, text)


def test_no_two_measures_share_a_normalised_name(reference):
    owner: dict[str, str] = {}
    for measure in reference.measures.values():
        for text in (measure.name_vi, *measure.aliases):
            assert owner.setdefault(match_key(text), measure.code) == measure.code, text


def test_no_two_bodies_share_a_normalised_spelling(reference):
    owner: dict[str, str] = {}
    for unit in reference.units.values():
        for text in unit.spellings:
            assert owner.setdefault(match_key(text), unit.code) == unit.code, text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("28249", "28249"),
        ("Phường Đạo Thạnh", "28249"),
        ("UBND phường Đạo Thạnh", "28249"),
        ("Đạo Thạnh", "28249"),
        ("28249 - Phường Đạo Thạnh", "28249"),
        ("28249 (Phường Đạo Thạnh)", "28249"),
        ("Ủy ban nhân dân xã Mỹ Quí", "30055"),
        ("Uỷ ban nhân dân xã Mỹ Quý", "30055"),
        ("Phường Sơn Quy", "28729"),
        ("Xã Tân Thành", "29938"),
        ("Xã Tân Thạnh", "30157"),
        ("Sở Văn hoá, Thể thao và Du lịch tỉnh Đồng Tháp", "SVHTTDL"),
        ("Sở GD&ĐT", "SGDDT"),
        ("svhttdl", "SVHTTDL"),
        ("SYT - Sở Y tế", "SYT"),
    ],
)
def test_a_body_is_known_by_code_name_or_both(reference, text, code):
    assert reference.unit_named(text, SUMMER_2026).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Xa Tan Thanh",  # could be Tân Thành or Tân Thạnh
        "28249 - Xã Cái Bè",  # the code says one body, the name another
        "28252",  # a ward of before 01/07/2025
        "Huyện Cái Bè",
        "Cái Bè",  # the former district or the commune
        "Sở Ngoại vụ",
    ],
)
def test_a_body_is_not_guessed(reference, text):
    assert reference.unit_named(text, SUMMER_2026) is None


def test_a_commune_is_unknown_before_the_day_it_came_to_be(reference):
    assert reference.unit_named("28249", BEFORE_THE_MERGER) is None
    assert reference.unit_named("28249", date(2025, 7, 1)).code == "28249"


def test_unaccented_names_of_two_communes_collide_so_they_are_no_key(reference):
    slugs = Counter(strip_accents(u.name_vi) for u in reference.units.values() if u.kind == "commune")

    assert slugs["Xa Tan Thanh"] == 2


def test_a_former_commune_leads_to_its_successor(reference):
    assert [unit.code for unit in reference.successor_units_of("28252")] == ["28249"]
    assert [unit.code for unit in reference.successor_units_of("Thị trấn Cái Bè")] == ["28360"]


def test_a_commune_that_was_split_leads_to_both_and_says_the_share_is_unknown(reference):
    pieces = reference.successors_of("Xã Gáo Giồng")

    assert {piece.successor_code for piece in pieces} == {"30025", "30088"}
    assert all(piece.is_partial for piece in pieces)


def test_a_name_several_former_wards_bore_leads_to_all_of_their_successors(reference):
    assert {unit.name_vi for unit in reference.successor_units_of("Phường 1")} == {
        "Phường Mỹ Tho",
        "Phường Gò Công",
        "Phường Mỹ Phước Tây",
        "Phường Cao Lãnh",
        "Phường Sa Đéc",
    }


def test_a_former_district_leads_to_its_communes_by_full_and_by_bare_name(reference):
    full = reference.successor_units_of("Huyện Cái Bè")

    assert [unit.name_vi for unit in full] == [
        "Xã Cái Bè",
        "Xã Hậu Mỹ",
        "Xã Mỹ Thiện",
        "Xã Hội Cư",
        "Xã Mỹ Đức Tây",
        "Xã Mỹ Lợi",
        "Xã Thanh Hưng",
        "Xã An Hữu",
    ]
    assert reference.successor_units_of("Cái Bè") == full


def test_every_commune_of_today_comes_from_somewhere_and_no_former_one_is_lost(reference):
    successors = {succession.successor_code for succession in reference.successions}
    former = {succession.former_code for succession in reference.successions}

    assert successors == {unit.code for unit in reference.units.values() if unit.kind == "commune"}
    assert (len(reference.successions), len(former)) == (308, 305)
    # The code of a commune of today is always that of one of the communes it was made from.
    assert all(
        any(s.former_code == code and s.successor_code == code for s in reference.successions) for code in successors
    )


def test_a_measure_is_known_by_code_name_and_declared_alias_within_its_template(reference):
    assert reference.measure_named("med01").code == "MED01"
    assert reference.measure_named("Tin bài TTĐN đã đăng, phát").code == "MED01"
    assert reference.measure_named("TIN, BÀI TTĐN ĐÃ ĐĂNG, PHÁT", "T-COMMUNE").code == "MED01"
    assert reference.measure_named("Vốn FDI đăng ký cấp mới", "T-COMMUNE") is None
    assert reference.measure_named("Tin, bài") is None


def test_reference_data_hold_no_area_or_coordinates(reference):
    from include.reference.loading import COMMUNE_COLUMNS

    assert not {"area_km2", "lat", "lon"} & set(COMMUNE_COLUMNS)
