"""Every stamp is seen, no ordinary word is taken for one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import yaml

from include.readers.grid import LooseText
from include.readers.secrecy import (
    HandlingNote,
    Mark,
    file_is_marked,
    find_handling_notes,
    find_marks,
    is_marked_text,
    name_is_marked,
)
from include.vietnamese import tcvn3
from tests.unit.reader_files import sheet_of, workbook_of

STAMPS = [
    "MẬT",
    "Mật",
    " MẬT ",
    "(MẬT)",
    "TỐI MẬT",
    "Tối mật",
    "TUYỆT MẬT",
    "M Ậ T",
    "T Ố I   M Ậ T",
    "m.ậ.t",
    "M-Ậ-T",
    unicodedata.normalize("NFD", "MẬT"),
    unicodedata.normalize("NFD", "M Ậ T"),
    "MAT",
    "TOI MAT",
    "M A T",
    tcvn3.encode("MẬT"),
    "MËT",
    tcvn3.encode("TỐI MẬT"),
    "МẬТ",  # Cyrillic М and Т
    "ＭẬＴ",  # full width
    "M\u200bẬ\u200bT",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nMẬT",
    "Độ mật: Mật",
    "ĐỘ MẬT: MẬT",
    "Độ mật: Tối mật",
    "Độ mật : TUYỆT MẬT.",
    "Mức độ mật: mật",
    "Độ mật: C",
    "Độ mật (theo quy định): Tối mật",
    "Do mat: Mat",
    "MẬT    Số: 05/BC-UBND",
    "BÁO CÁO (TỐI MẬT)",
    "ĐÓNG DẤU: MẬT",
    "TÀI LIỆU MẬT",
    "VĂN BẢN TỐI MẬT",
]

ORDINARY = [
    "bảo mật",
    "Bảo mật thông tin",
    "BẢO MẬT",
    "BẢO MẬT - AN TOÀN THÔNG TIN",
    "mật độ dân số",
    "MẬT ĐỘ DÂN SỐ (người/km2)",
    "Mật độ: 5 người/km2",
    "mật ong",
    "MẬT ONG HOA NHÃN",
    "Mật khẩu",
    "mật mã",
    "Tổ chức mật mã",
    "Ban Cơ yếu, mật mã",
    "bí mật nhà nước",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Lớp, hội nghị phổ biến bảo vệ bí mật nhà nước trong TTĐN",
    "Độ mật: không",
    "Độ mật",
    "Độ mật:",
    "Độ mật: Không mật",
    "ĐỘ MẬT: KHÔNG",
    "Độ mật: thường",
    "Độ mật: (không)",
    "Số tài liệu mật đã thu hồi",
    "Tài liệu mật được quản lý theo quy định",
    "thân mật",
    "tuần trăng mật",
    "Đường, mật, sữa",
    "cơ mật viện",
    "MẶT TRẬN TỔ QUỐC",
    "MẶT",
    "Mặt",
    "MẮT",
    "Mắt",
    "MẤT",
    "MÁT",
    "Bv Mắt Sài Gòn",
    "MA TÚY",
    "MẠT",
    "Mật Ước",
    "Hỏa tốc",
    "Lưu hành nội bộ",
    "Không phát sinh",
    "Thị trấn Mật Sơn",
    "Chùm mật nhân",
    "MATERIAL",
    "FORMAT",
    "",
    "M",
]


@pytest.mark.parametrize("text", STAMPS)
def test_a_stamp_is_seen_however_it_is_typed(text: str) -> None:
    assert is_marked_text(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_word_is_no_stamp(text: str) -> None:
    assert not is_marked_text(text)
    assert not is_marked_text(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    "name",
    [
        "Báo cáo (MẬT)",
        "MẬT - Báo cáo 6 tháng",
        "Bao cao toi mat 2026",
        "BC_MAT_2026",
        "BC-MAT",
        "BC (mat)",
        unicodedata.normalize("NFD", "Báo cáo mật quý II"),
        "Mật",
        "M Ậ T",
        "BC_MAT-01",
        "BC (MAT)",
        "MAT_01",
        "MAT-2026",
        "BCTOIMAT",
        "TTrTỐIMẬT",
        "BCMAT",
        "HO_SO_MAT_SO_5",
    ],
)
def test_a_marked_name_is_seen(name: str) -> None:
    assert name_is_marked(name)


@pytest.mark.parametrize(
    "name",
    [
        "Báo cáo công tác bảo mật",
        "Bao cao bao ve bi mat nha nuoc 6 thang",
        "BÁO CÁO BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "Mật độ dân số 2026",
        "UBND mat tran To quoc",
        "DS VANG MAT",
        "Mặt trận",
        "2026-06T Sở Tài chính",
        "Sheet1",
        "_danh_muc",
        "TTDN_MAU",
        "FORMAT",
        "Print_Area",
    ],
)
def test_an_ordinary_name_is_not(name: str) -> None:
    assert not name_is_marked(name)


@pytest.mark.parametrize(
    "text",
    [
        "(MAT)",
        "MAT 01",
        "MAT_01",
        "MAT-2026",
        "CEM | MAT | STL",
        "MAT - Số 12",
        "1. MAT",
        "M-A-T",
        "HỎA TỐC (MAT)",
        "BC (MAT)",
        "Báo cáo 6 tháng (MAT)",
        "Tài liệu gửi kèm [MAT]",
        "Bao cao 6 thang (MAT)",
        "Toi (MAT)",
        "TOI MAT-01",
        "T.O.I M.A.T",
        "TAI LIEU MAT-01",
        "HO SO MAT SO 5",
        "HO SO MAT (A)",
        "CONG VAN MAT.",
        "UBND TINH; CONG VAN TOI MAT; SO 5",
        "Do mat: MAT-01",
        "Độ mật: MAT",
        "Độ mật:\nMAT-01",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nMAT",
        "Vật liệu (MAT)\nMẬT",
        "MAT-01 (MẬT)",
        "HỒ SƠ MẬT\nKhông có",
    ],
)
def test_of_what_may_be_an_abbreviation_or_a_stamp_the_stamp_is_believed(text: str) -> None:
    assert is_marked_text(text)


def test_a_code_beside_the_label_of_the_level_is_a_mark_and_elsewhere_is_none() -> None:
    assert find_marks(workbook_of(sheet_of([["Độ mật:", "MAT-01"]]))) == (Mark("cell", "Báo cáo", "B1"),)
    assert find_marks(workbook_of(sheet_of([["Mã vật tư:", "MAT-01"], ["MAT-02", "M.A.T"]]))) == ()


@pytest.mark.parametrize(
    "line",
    [
        "BCMẬT.xlsx",
        "TB_MAT_2026.pdf",
        "Phụ lục (MẬT).docx",
        "goi/BC MẬT/phu luc.csv",
        "goi\\TỐI MẬT\\a.xls",
    ],
)
def test_a_line_that_names_a_marked_file_is_marked(line: str) -> None:
    assert is_marked_text(line)


@pytest.mark.parametrize(
    "line",
    [
        "MẬT_ĐỘ.csv",
        "bao mat/bao cao.xlsx",
        "VL_MAT-01.xlsx",
        "Số 12.MATERIAL",
        "MAT_HANG_2026.xls,2026-06-10",
        "BAO_MAT.csv",
        "BC.xlsx MẬTĐỘ",
    ],
)
def test_a_line_that_names_another_file_or_none_is_not(line: str) -> None:
    assert not is_marked_text(line)


@pytest.mark.parametrize("break_", ["\x0b", "\x0c", "\x1e", "\x85", "\u2028", "\r"])
@pytest.mark.parametrize("around", ["{}", "Công văn số 12 của Ủy ban nhân dân tỉnh\n{}\nNơi nhận: như trên"])
def test_a_break_that_only_some_programs_know_hides_no_mark_it_stands_in(break_: str, around: str) -> None:
    assert is_marked_text(around.format(f"TUY{break_}ỆT MẬT"))
    assert is_marked_text(around.format(f"Kính gửi Sở{break_}MẬT"))
    assert not is_marked_text(around.format(f"BẢO{break_} MẬT ĐỘ"))


@pytest.mark.parametrize(
    "text",
    [
        # Breaks of several kinds: the lines of one are spaces of another, and the other way round.
        "TUY\x0bỆT MẬT\rNơi nhận: các sở, ngành",
        "TUY\u2028ỆT MẬT\rKính gửi ông A\rNội dung",
        "Kính gửi\rTUY\x0bỆT MẬT\rNơi nhận: các sở",
        "T\x85ỐI MẬT\rSố: 12/BC",
        "x\x0by\rM\x0bẬT\rz z z",
        # Of one kind everywhere.
        "TUY\rỆT MẬT\rNơi nhận: các sở, ngành",
        "Kính gửi\x0bT\x0bỐ\x0bI\x0bM\x0bẬ\x0bT\x0bNơi nhận: các sở, ngành của tỉnh và các đơn vị",
    ],
)
def test_breaks_of_several_programs_in_one_text_hide_no_mark(text: str) -> None:
    assert is_marked_text(text)


def test_bare_letters_on_two_lines_are_a_mark_where_they_would_be_on_one() -> None:
    assert [is_marked_text(text) for text in ("M\nA\nT", "TOI\nMAT", "T\rO\rI M A T", "MA\rT")] == [True] * 4
    # “Mã T” as it is typed without accents.
    assert [is_marked_text(text) for text in ("Ma\nT", "Ma\x1cT", "Ma T")] == [False] * 3


def test_letters_are_not_read_together_across_a_line_break_every_program_knows() -> None:
    around = "Bảng kê các cột\x0bM{}Ậ{}T\x0bcủa biểu số liệu về dân số của tỉnh và các xã, phường trực thuộc"

    assert is_marked_text(around.format("\x0b", "\x0b"))
    assert not is_marked_text(around.format("\n", "\r\n"))
    assert not is_marked_text("Kính gửi các đơn vị\rvề bảo\x0b mật độ dân số của tỉnh và các xã, phường trực thuộc")


@pytest.mark.parametrize("name", ["BC 6.tháng MẬT", "BC.MẬT", "BC.MẬT.bak", "a.xlsx (Tối mật)"])
def test_what_no_program_ends_its_files_with_is_a_part_of_the_name(name: str) -> None:
    assert file_is_marked(name)


@pytest.mark.parametrize("name", ["Báo cáo 6.tháng", "so lieu.MAT", "BC.BẢO MẬT", "BC.mat"])
def test_an_ending_or_another_word_behind_a_full_stop_is_no_mark(name: str) -> None:
    assert not file_is_marked(name)


def test_a_mark_is_found_wherever_it_stands_and_its_neighbours_are_not_kept() -> None:
    workbook = workbook_of(
        sheet_of([["Báo cáo", ""], ["", "MẬT"]]),
        sheet_of([["x"]], name="Tối mật", visibility="very_hidden"),
        loose_texts=(
            LooseText("header_footer", "Báo cáo", "TUYỆT MẬT"),
            LooseText("property", None, "Mật"),
            LooseText("drawing", "Báo cáo", "M Ậ T"),
            LooseText("defined_name", None, "DẤU_MẬT"),
            LooseText("defined_name", None, "MAT"),
        ),
    )

    assert find_marks(workbook, "bao cao (MẬT).xlsx") == (
        Mark("file_name"),
        Mark("header_footer", "Báo cáo"),
        Mark("property"),
        Mark("drawing", "Báo cáo"),
        Mark("defined_name"),
        Mark("cell", "Báo cáo", "B2"),
        Mark("sheet_name", "Tối mật"),
    )


def test_the_level_may_stand_in_the_cell_beside_its_label() -> None:
    assert find_marks(workbook_of(sheet_of([["Độ mật", "", "C"]]))) == (Mark("cell", "Báo cáo", "C1"),)
    assert find_marks(workbook_of(sheet_of([["Độ mật:", "Mật"]]))) == (Mark("cell", "Báo cáo", "B1"),)
    assert find_marks(workbook_of(sheet_of([["Độ mật", "không"], ["A", "B", "C"]]))) == ()


def test_an_ordinary_report_has_no_mark() -> None:
    rows = [["Đơn vị báo cáo", "Sở Tài chính"], ["Độ mật", "không"], ["A", "B", 1], ["1", "Bảo vệ bí mật nhà nước", 3]]

    assert find_marks(workbook_of(sheet_of(rows)), "2026-06T Sở Tài chính.xlsx") == ()


FALSE_FRIENDS: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("false_friends.yml").read_text(encoding="utf-8")
)


def test_no_false_friend_refuses_a_file_wherever_it_stands() -> None:
    words = [str(each) for each in (*FALSE_FRIENDS["cells"], *FALSE_FRIENDS["headings"])]
    refused = {
        (place, name)
        for form in ("NFC", "NFD")
        for place, sees in (("cells", is_marked_text), ("headings", is_marked_text))
        for name in FALSE_FRIENDS[place]
        if sees(unicodedata.normalize(form, str(name)))
    }
    refused |= {("sheet", name) for name in FALSE_FRIENDS["sheet_names"] if name_is_marked(name)}
    refused |= {("file", name) for name in FALSE_FRIENDS["file_names"] if file_is_marked(name)}

    assert refused == set()
    assert len(set(words)) >= 200
    # Beside and below one another they are none either, but for the ones that are pieces of a mark.
    apart = [word for word in words if len(word) > 3]
    assert find_marks(workbook_of(sheet_of([[word] for word in apart]), sheet_of([apart], name="Ngang"))) == ()


@pytest.mark.parametrize(
    "rows",
    [
        [["TỐI", "MẬT"]],
        [["M", "Ậ", "T"]],
        [["M", None, "Ậ", None, "T"]],
        [["M"], ["Ậ"], ["T"]],
        [["TUY"], ["ỆT M"], ["ẬT"]],
        [["CỘNG HÒA", "M", "ẬT", "Số 12"]],
        [["M\nẬ\nT"]],
    ],
)
def test_a_mark_split_over_cells_is_one(rows: list[list[str | None]]) -> None:
    assert len(find_marks(workbook_of(sheet_of(rows)))) == 1


@pytest.mark.parametrize(
    "rows",
    [
        [["M", "A", "T"]],
        [["M", 3, "Ậ", "T"]],
        [["M"], [None], ["Ậ"], ["T"]],
        [["M", "Ậ"], ["T"]],
        [["T", "Ậ", "M"]],
    ],
)
def test_letters_that_do_not_stand_together_are_none(rows: list[list[object]]) -> None:
    assert find_marks(workbook_of(sheet_of(rows))) == ()


def test_notes_on_urgency_and_circulation_are_told_and_are_no_marks() -> None:
    workbook = workbook_of(
        sheet_of([["HỎA TỐC"], ["Thượng khẩn!"], ["Họp khẩn về bão"], ["Hoả tốc"]]),
        loose_texts=(LooseText("header_footer", "Báo cáo", "Lưu hành nội bộ"),),
    )

    assert find_handling_notes(workbook) == (
        HandlingNote("Hỏa tốc", "Báo cáo", "A1"),
        HandlingNote("Thượng khẩn", "Báo cáo", "A2"),
        HandlingNote("Lưu hành nội bộ", "Báo cáo"),
    )
    assert find_marks(workbook) == ()
