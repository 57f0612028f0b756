"""The numbers cells of the monitoring cube are stored under never change and never run out in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from include.errors import CatalogueError
from include.reference import load_reference, monitoring_cube
from include.reference.monitoring_cube import DIMENSIONS, Cell, cell_code, cells, load_numbers

# Stored rows hold numbers packed from these. Adding at the end is right; changing one of them is never.
FROZEN = {
    "channel_type": "bao_in bao_dien_tu phat_thanh truyen_hinh cong_ttdt mxh khac",
    "topic": (
        "kinh_te_dau_tu van_hoa_du_lich doi_ngoai_hoi_nhap bien_gioi_bien_dao nhan_quyen dan_toc_ton_giao"
        " an_ninh_trat_tu moi_truong_khi_hau an_sinh_xa_hoi khac"
    ),
    "tone": "tich_cuc trung_tinh tieu_cuc chua_phan_loai",
    "language": "vi en zh ko ja km fr khac",
    "scope": "trong_nuoc ngoai_nuoc",
}


@pytest.mark.parametrize("name", DIMENSIONS)
def test_the_numbers_given_so_far_are_still_the_same(name: str) -> None:
    given = load_numbers()[name]

    assert {code: given[code] for code in FROZEN[name].split()} == {
        code: number for number, code in enumerate(FROZEN[name].split())
    }


@pytest.mark.parametrize("name", DIMENSIONS)
def test_every_member_of_the_code_lists_has_a_number(name: str) -> None:
    assert set(load_numbers()[name]) == set(load_reference().code_lists[name])


def test_a_cell_code_packs_the_channel_highest_and_the_scope_lowest() -> None:
    assert cell_code("bao_in", "kinh_te_dau_tu", "tich_cuc", "vi", "trong_nuoc") == 0
    assert cell_code("bao_in", "kinh_te_dau_tu", "tich_cuc", "vi", "ngoai_nuoc") == 1
    assert cell_code("bao_in", "kinh_te_dau_tu", "tich_cuc", "en", "trong_nuoc") == 4
    assert cell_code("bao_in", "kinh_te_dau_tu", "trung_tinh", "vi", "trong_nuoc") == 128
    assert cell_code("bao_in", "van_hoa_du_lich", "tich_cuc", "vi", "trong_nuoc") == 1024
    assert cell_code("bao_dien_tu", "kinh_te_dau_tu", "tich_cuc", "vi", "trong_nuoc") == 32768
    assert cell_code("khac", "khac", "chua_phan_loai", "khac", "ngoai_nuoc") == 206237  # 6|9|3|7|1


def test_a_member_without_a_number_is_no_cell() -> None:
    with pytest.raises(KeyError):
        cell_code("bao_lao", "khac", "tich_cuc", "vi", "trong_nuoc")


def test_the_cube_has_every_combination_once_in_the_order_of_its_codes() -> None:
    codes = [cell.cell_code for cell in cells()]

    assert len(codes) == 7 * 10 * 4 * 8 * 2
    assert codes == sorted(set(codes))
    assert cells()[0] == Cell(0, "bao_in", "kinh_te_dau_tu", "tich_cuc", "vi", "trong_nuoc")
    assert monitoring_cube.NOTHING_FOUND not in codes


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lists: lists["tone"]["numbers"].pop("tieu_cuc"), "tone: tieu_cuc has no number"),
        (lambda lists: lists["tone"]["numbers"].update(vui=4), "tone: vui is not in the code list"),
        (lambda lists: lists["tone"]["numbers"].update(tieu_cuc=0), "tone: number 0 twice"),
        (lambda lists: lists["scope"]["numbers"].update(ngoai_nuoc=4), "scope: number 4 does not fit"),
        (lambda lists: lists["scope"].update(capacity=8), "scope: capacity 8, stored codes have room for 4"),
        (lambda lists: lists.update(outlet={}), "list outlet"),
    ],
)
def test_a_file_that_would_number_cells_wrongly_is_refused(change, problem: str, tmp_path: Path) -> None:
    lists = yaml.safe_load(Path(monitoring_cube.__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    change(lists)
    path = tmp_path / "monitoring_cube.yml"
    path.write_text(yaml.safe_dump(lists), encoding="utf-8")

    with pytest.raises(CatalogueError, match=problem):
        load_numbers(path)
