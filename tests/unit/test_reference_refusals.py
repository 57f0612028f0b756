"""Reference files that contradict themselves are refused, with every problem named at once."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import include.reference
from include.errors import CatalogueError
from include.reference import load_reference


@pytest.fixture
def folder(tmp_path):
    for file in Path(include.reference.__file__).parent.iterdir():
        if file.suffix in (".csv", ".yml"):
            shutil.copy(file, tmp_path)
    return tmp_path


def _edit(folder: Path, name: str, before: str, after: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")


def _refusal(folder: Path) -> str:
    with pytest.raises(CatalogueError) as refusal:
        load_reference(folder)
    return str(refusal.value)


def test_an_untouched_copy_is_accepted(folder):
    assert len(load_reference(folder).measures) == 77


def test_all_problems_are_told_at_once(folder):
    _edit(folder, "reporting_bodies.csv", "28249,Phường Đạo Thạnh,T-COMMUNE", "28249,Phường Đạo Thạnh,T-COMUNE")
    _edit(folder, "measures.yml", "list: money_source", "list: money_sauce")
    _edit(folder, "bounds.yml", "wholes: [LEG01]", "wholes: [LEG99]")

    told = _refusal(folder)

    assert "28249: template T-COMUNE" in told
    assert "list money_sauce" in told
    assert "measure LEG99" in told


@pytest.mark.parametrize(
    ("name", "before", "after", "told"),
    [
        ("reporting_bodies.csv", "28261,Phường Mỹ Tho", "28249,Phường Mỹ Tho", "code 28249 again"),
        ("reporting_bodies.csv", "28261,Phường Mỹ Tho", "28261,Phường Mỹ Thọ", "the name of 28261"),
        ("reporting_bodies.csv", "CAT,Công an tỉnh,T-POLICE,obliged", "CAT,Công an tỉnh,T-POLICE,yes", "'yes'"),
        ("reporting_bodies.csv", "CAT,Công an tỉnh,T-POLICE", "CAT,Công an tỉnh,", "obliged without a template"),
        ("reporting_bodies.csv", "official list,2025-07-01,,", "official list,01/13/2025,,", "'01/13/2025'"),
        ("reporting_bodies.csv", "official list,2025-07-01,,", "official list,2025-07-01,2025-07-01,", "after 2025"),
        ("reporting_bodies.csv", "code,name_vi,template", "code;name_vi;template", "reporting_bodies.csv, line 1"),
        ("units.csv", "28249,Đạo Thạnh,", "28250,Đạo Thạnh,", "no row for 28250"),
        ("unit_succession.csv", "28252,Phường 4,Thành phố Mỹ Tho,28249", "28252,Phường 4,Mỹ Tho,99999", "99999"),
        ("unit_succession.csv", "29992,true", "29992,false", "29995 goes to 2 communes, not all partial"),
        ("templates.yml", "STF01, STF02, TRN01, TRN02, TRN03]", "STF01, STF02, TRN01, TRN02]", "no section for TRN03"),
        ("templates.yml", "REP04, LEG01, LEG02", "REP01, LEG01, LEG02", "REP01, which bodies do not report"),
        ("measures.yml", "value_type: milestone", "value_type: mile", "'mile'"),
        ("measures.yml", "  choice_list: yes_no\n", "", "choice_list"),
        ("measures.yml", '    - "Sản phẩm số"', '    - "Số loạt bài nhiều kỳ"', "also names MED02"),
        ("measures.yml", "unit_factor: 1000000\n", "unit_factor: 0\n", "a number above 0"),
        ("measures.yml", "  sensitive: true", "  sensitve: true", "unknown key 'sensitve'"),
        ("code_lists.yml", '"NO": {vi: "Na Uy"', 'NO: {vi: "Na Uy"', "read as bool"),
        ("code_lists.yml", "  vi: {vi:", "  en: {vi:", "'en' twice"),
        ("code_lists.yml", 'vi: "Tiếng Anh"', 'vi: "Tiếng Việt"', "names both vi and en"),
        ("clauses.yml", "lead: BCHQS", "lead: BCHQ", "BCHQ"),
        ("measures.yml", "flow: fdi, measure: projects_new", "flow: fdj, measure: projects_new", "'fdj'"),
        ("measures.yml", "measure: projects_new", "measure: capital_new", "fdi capital_new again"),
        ("measures.yml", "feed: {flow: fdi, measure: projects_new}", "feed: fdi", "FDI01, feed: 'fdi'"),
        ("measures.yml", "REP02:\n", "REP02:\n\nREP02b:\n", "REP02: None"),
        ("measures.yml", "    - {axis: clause}\n", "    - clause\n", "axes: ['clause']"),
        ("code_lists.yml", '    nam: {vi: "Nam", en: "Male"}', "    nam: Nam", "sex, nam: 'Nam'"),
        ("bounds.yml", "parts: [LEG02]", "parts: []", "a side without a measure"),
    ],
)
def test_a_contradiction_is_named(folder, name, before, after, told):
    _edit(folder, name, before, after)

    assert told in _refusal(folder)


def _add_a_second_department_of_home_affairs(folder: Path) -> None:
    _edit(folder, "agencies.csv", "SYT,Sở Y tế", "SNOI,Sở Nội vụ,Home Affairs,SNOI,department,,,\nSYT,Sở Y tế")
    successor = "SNOI,Sở Nội vụ,T-DEPT,obliged,memory,2026-10-01,,\n"
    _edit(folder, "reporting_bodies.csv", "SYT,Sở Y tế", f"{successor}SYT,Sở Y tế")


def test_two_bodies_in_force_at_once_may_not_share_a_name(folder):
    _add_a_second_department_of_home_affairs(folder)

    assert "'sở nội vụ' names SNV and SNOI at once" in _refusal(folder)


def test_a_body_may_take_the_name_of_one_that_has_ended(folder):
    _add_a_second_department_of_home_affairs(folder)
    _edit(
        folder,
        "reporting_bodies.csv",
        "SNV,Sở Nội vụ,T-DEPT,obliged,memory,2025-07-01,,",
        "SNV,Sở Nội vụ,T-DEPT,obliged,memory,2025-07-01,2026-10-01,",
    )
    reference = load_reference(folder)

    assert reference.unit_named("Sở Nội vụ", date(2026, 9, 30)).code == "SNV"
    assert reference.unit_named("Sở Nội vụ", date(2026, 10, 1)).code == "SNOI"


def test_a_file_saved_by_a_spreadsheet_is_read_as_well(folder):
    file = folder / "reporting_bodies.csv"
    text = file.read_text(encoding="utf-8").replace("2025-07-01", "01/07/2025").replace("\n", "\r\n")
    file.write_text("\ufeff" + text, encoding="utf-8", newline="")

    assert load_reference(folder).units["28249"].valid_from.isoformat() == "2025-07-01"


def test_a_missing_file_is_named(folder):
    (folder / "measures.yml").unlink()

    assert "measures.yml" in _refusal(folder)
