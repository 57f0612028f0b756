"""B076 to B088: Vietnamese text as it is typed and stored, and the names of places and bodies in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import openpyxl

from include.reference import load_reference
from include.reference.shapes import Succession
from include.sources.nso_fdi.sample_book import SECTIONS, write_sample_book
from include.vietnamese import tcvn3, vni
from include.vietnamese.text import strip_accents
from tests.corpus.frame import case
from tests.corpus.plain_files import NO_RATE, Spell, aid, name_of, projects, typed
from tests.sources import iati_files
from tests.sources.reports import cell_of, write_report
from tests.sources.typed import BUDGET, HEADER, NEWS, SIGNATURE, Page, line, save_xlsx

REGISTER: Final = "finance_fdi"
BOOK: Final = "nso_fdi"
AID: Final = "iati_activities"
FIVE: Final[Mapping[str, Decimal | str | None]] = {"MED01": Decimal(5), "BUD02": Decimal(100_000_000)}
"""What every typical report says, in whole units."""

SPLIT: Final = "Xã Gáo Giồng"
"""A commune of before whose land lies in two communes of today."""
IN_TWO_PROVINCES: Final = "Xã Mỹ Long"
"""Communes of before: one in Huyện Cao Lãnh of Đồng Tháp, one in Huyện Cai Lậy of Tiền Giang."""


def whole_former(unit: str) -> Succession:
    """A commune of before that went whole into this one, under a name no other commune has or had."""
    reference = load_reference()
    names = [each.name_vi for each in reference.units.values()]
    names += [each.former_name_vi for each in reference.successions]
    return next(
        each
        for each in reference.successions
        if each.successor_code == unit and not each.is_partial and names.count(each.former_name_vi) == 1
    )


def respelled(folder: Path, unit: str, spell: Callable[[str], str], **report: Any) -> Path:
    """The unit's report with every text of its sheets spelled in that way; the hidden list of choices stays."""

    def spell_all(book: openpyxl.Workbook) -> None:
        for sheet in book.worksheets:
            if sheet.title.startswith("_"):
                continue
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and not cell.value.startswith("="):
                        cell.value = spell(cell.value)

    return write_report(folder / "bao-cao.xlsx", unit, edit=spell_all, **report)


def with_note(folder: Path, unit: str, note: str) -> Path:
    """The unit's report with this note beside MED01."""
    return write_report(
        folder / "bao-cao.xlsx", unit, edit=lambda book: setattr(cell_of(book, "MED01").offset(column=1), "value", note)
    )


def named(folder: Path, unit: str, name: object) -> Path:
    """The unit's report whose heading gives this as the body that reports."""
    return write_report(folder / "bao-cao.xlsx", unit, heading={"unit": name})


def by_hand(folder: Path, unit: str, *lines: Sequence[object], spell: Spell = str, body: str = "") -> Path:
    """A signed report typed into an empty workbook, of two lines unless told, every text spelled in that way."""
    usual = (line(NEWS, 5), line(BUDGET, 100, "triệu đồng"))
    return typed(folder, unit, *(lines or usual), spell=spell, body=body, foot=SIGNATURE)


def register(folder: Path, unit: str, locality: str) -> Path:
    """The register of investment with one project in that place, whose code and amount are the case's own."""
    return projects(folder, REGISTER, unit, {"locality": locality})


def book(folder: Path, *localities: str, title: str) -> Path:
    sections = {**SECTIONS, "Phân theo một số địa phương": dict.fromkeys(localities, (12, 210.5, 30.25))}
    return write_sample_book(folder / "bieu.xlsx", title=title, sections=sections)


def aid_in(folder: Path, unit: str, place: str, day: str) -> Path:
    return aid(folder, unit, iati_files.recipient("VN"), iati_files.place(place), iati_files.transaction_on(day))


# --- B076: composed and decomposed letters --------------------------------------------------------------------


@case("B076", "composed letters", "loaded", "OK", told_only=True, loads=FIVE)
def composed(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit)


@case("B076", "decomposed letters in every cell", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE)
def decomposed(folder: Path, unit: str) -> Path:
    return respelled(folder, unit, lambda text: unicodedata.normalize("NFD", text))


@case("B076", "both kinds of letters in one cell", "loaded", "OK", told=["TEXT_REPAIRED"], told_only=True, loads=FIVE)
def both_in_one_cell(folder: Path, unit: str) -> Path:
    kind, _, name = name_of(unit).partition(" ")
    return named(folder, unit, f"{unit} - {kind} {unicodedata.normalize('NFD', name)}")


@case("B076", "marks in an order no keyboard makes", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE)
def marks_out_of_order(folder: Path, unit: str) -> Path:
    def spell(text: str) -> str:
        return unicodedata.normalize("NFD", text).replace("\u0323\u0302", "\u0302\u0323")

    return respelled(folder, unit, spell)


# --- B077: letters that look like others ----------------------------------------------------------------------


@case("B077", "the Icelandic Ð for Đ", "loaded", "OK", told=["TEXT_REPAIRED"], told_only=True, loads=FIVE)
def icelandic(folder: Path, unit: str) -> Path:
    return respelled(folder, unit, lambda text: text.replace("Đ", "Ð"))


@case("B077", "the African Ɖ for Đ", "loaded", "OK", told=["TEXT_REPAIRED"], told_only=True, loads=FIVE)
def african(folder: Path, unit: str) -> Path:
    return respelled(folder, unit, lambda text: text.replace("Đ", "Ɖ").replace("đ", "ɖ"))


@case("B077", "a Russian letter in the body's name", "rejected", "BODY_UNKNOWN", told=["TEXT_LOOKALIKE"])
def russian_name(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=f"{unit} - {name_of(unit)}".replace("X", "Х").replace("P", "Р"))


@case("B077", "a Russian letter in a note", "loaded", "OK", told=["TEXT_LOOKALIKE"], told_only=True, loads=FIVE)
def russian_note(folder: Path, unit: str) -> Path:
    return with_note(folder, unit, "có b\u0430i tr\u0435n b\u0430o")


@case("B077", "a whole Russian word in a note", "loaded", "OK", told_only=True, loads=FIVE)
def russian_word(folder: Path, unit: str) -> Path:
    return with_note(folder, unit, "bản tin tiếng Nga “Вьетнам”")


@case(
    "B077",
    "a Russian letter in the label of a line without code",
    "quarantined",
    "LINE_UNKNOWN",
    told=["TEXT_LOOKALIKE"],
)
def russian_label(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, line(NEWS.replace("T", "Т"), 5), line(BUDGET, 100, "triệu đồng"))


# --- B078: where the tone stands, i or y ----------------------------------------------------------------------


@case("B078", "tones in the old places", "loaded", "OK", told_only=True, loads=FIVE)
def old_tones(folder: Path, unit: str) -> Path:
    swaps = {
        "òa": "oà",
        "óa": "oá",
        "ọa": "oạ",
        "òe": "oè",
        "úy": "uý",
        "ủy": "uỷ",
        "ùy": "uỳ",
        "ụy": "uỵ",
        "Ủy": "Uỷ",
        "ỦY": "UỶ",
    }

    def spell(text: str) -> str:
        for new, old in swaps.items():
            text = text.replace(new, old)
        return text

    return respelled(folder, unit, spell)


@case("B078", "i for y", "loaded", "OK", told_only=True, loads=FIVE)
def i_for_y(folder: Path, unit: str) -> Path:
    def spell(text: str) -> str:
        for new, old in {
            "Kỳ": "Kì",
            "kỳ": "kì",
            "Tỷ lệ": "Tỉ lệ",
            "Mỹ": "Mĩ",
            "lý": "lí",
            "Lý": "Lí",
            "ký": "kí",
        }.items():
            text = text.replace(new, old)
        return text

    return respelled(folder, unit, spell)


@case("B078", "y that is no i: another word", "rejected", "BODY_UNKNOWN")
def another_word(folder: Path, unit: str) -> Path:
    return named(folder, unit, f"{unit} - {name_of(unit)}y")


# --- B079: fonts of before Unicode ----------------------------------------------------------------------------


@case("B079", "a sheet in .VnTime", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE)
def sheet_in_vntime(folder: Path, unit: str) -> Path:
    return respelled(folder, unit, tcvn3.encode)


@case("B079", "a typed sheet in .VnTime", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE)
def typed_in_vntime(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, spell=tcvn3.encode)


@case("B079", "a typed sheet in VNI-Times", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE)
def typed_in_vni(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, spell=vni.encode)


@case("B079", "a title whose capitals only the font makes", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE)
def capitals_by_font(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, spell=lambda text: tcvn3.encode(text.lower() if text.isupper() else text))


@case(
    "B079", "the body's name alone in .VnTime, the sheet in Unicode", "loaded", "OK", told=["TEXT_REPAIRED"], loads=FIVE
)
def one_cell_in_vntime(folder: Path, unit: str) -> Path:
    return named(folder, unit, tcvn3.encode(f"Ủy ban nhân dân {name_of(unit)}"))


@case("B079", "an answer in .VnTime that also reads in Unicode, in a Unicode sheet", "quarantined", "CHOICE_UNKNOWN")
def ambiguous_answer(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit, actual={"LEG05": tcvn3.encode("có")})


@case(
    "B079",
    "“không phát sinh” in .VnTime in a Unicode sheet",
    "loaded",
    "OK",
    told=["TEXT_REPAIRED"],
    loads={"MED01": "nil"},
)
def nil_in_vntime(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, line(NEWS, tcvn3.encode("không phát sinh")), line(BUDGET, 100, "triệu đồng"))


@case("B079", "a French note, which only has letters .VnTime uses too", "loaded", "OK", told_only=True, loads=FIVE)
def french_note(folder: Path, unit: str) -> Path:
    return with_note(folder, unit, "Délégation de la Région Rhône-Alpes, théâtre, Forêt")


# --- B080: no accents -----------------------------------------------------------------------------------------


@case("B080", "the body's name without accents", "rejected", "BODY_UNKNOWN")
def no_accents(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=strip_accents(name_of(unit)))


@case("B080", "the body's name without accents beside its code", "rejected", "BODY_UNKNOWN")
def no_accents_with_code(folder: Path, unit: str) -> Path:
    return named(folder, unit, f"{unit} - {strip_accents(name_of(unit))}")


@case("B080", "the body's name with one letter more", "rejected", "BODY_UNKNOWN")
def misspelt(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=f"{name_of(unit)}h")


@case("B080", "“xa tan thanh”, which three communes could be", "quarantined", "FINANCE_NAME_UNKNOWN", source=REGISTER)
def no_accents_in_register(folder: Path, unit: str) -> Path:
    return register(folder, unit, "xa tan thanh")


@case("B080", "a report without any accent", "rejected", "COLUMN_MISSING")
def no_accents_at_all(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, spell=strip_accents)


# --- B081: names of before 1 July 2025 ------------------------------------------------------------------------


@case("B081", "a body that went into this one with others", "rejected", "BODY_FORMER")
def former_body(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=f"UBND {whole_former(unit).former_name_vi}")


@case("B081", "a body whose land lies in two of today", "rejected", "BODY_FORMER")
def split_body(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=SPLIT)


@case("B081", "a former district as the body", "rejected", "BODY_FORMER")
def former_district(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="UBND huyện Tháp Mười")


@case(
    "B081",
    "a project in a former commune that lies whole in one of today",
    "loaded",
    "OK",
    told=["FINANCE_PLACE_FORMER"],
    source=REGISTER,
)
def project_in_former(folder: Path, unit: str) -> Path:
    return register(folder, unit, whole_former(unit).former_name_vi)


@case("B081", "a project in a former commune that was split", "quarantined", "FINANCE_NAME_UNKNOWN", source=REGISTER)
def project_in_split(folder: Path, unit: str) -> Path:
    return register(folder, unit, SPLIT)


@case("B081", "a project in a former district", "quarantined", "FINANCE_NAME_UNKNOWN", source=REGISTER)
def project_in_district(folder: Path, unit: str) -> Path:
    return register(folder, unit, "Huyện Lấp Vò")


# --- B082: one name, several places ---------------------------------------------------------------------------


@case("B082", "a former commune of both former provinces", "rejected", "BODY_FORMER")
def body_in_two_provinces(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=IN_TWO_PROVINCES)


@case(
    "B082",
    "a project in a former commune of both former provinces",
    "quarantined",
    "FINANCE_NAME_UNKNOWN",
    source=REGISTER,
)
def project_in_two_provinces(folder: Path, unit: str) -> Path:
    return register(folder, unit, IN_TWO_PROVINCES)


@case("B082", "the same name as another body of before, with the code of today", "loaded", "OK", loads=FIVE)
def told_by_code(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=f"{unit} - {name_of(unit)}")


@case("B082", "a commune's name without its kind, borne by nothing else", "loaded", "OK", loads=FIVE)
def name_without_kind(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body=name_of(unit).partition(" ")[2])


@case("B082", "a commune's name without its kind, which was a former district's too", "rejected", "BODY_FORMER")
def name_of_district(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="Tam Nông")


@case("B082", "one body's code beside another's name", "rejected", "BODY_UNKNOWN")
def code_of_another(folder: Path, unit: str) -> Path:
    return named(folder, unit, f"{unit} - {name_of('30259')}")


# --- B083: provinces of before and of today -------------------------------------------------------------------


@case("B083", "a former province as the body", "rejected", "BODY_UNKNOWN")
def former_province(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="Tỉnh Tiền Giang")


@case("B083", "a book of 2026 with provinces of today", "loaded", "OK", source=BOOK)
def provinces_of_today(folder: Path, unit: str) -> Path:
    return book(
        folder, "Đồng Tháp", "Tây Ninh", title="Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/02/2026"
    )


@case("B083", "a book of May 2025 with provinces of before", "loaded", "OK", source=BOOK)
def provinces_of_before(folder: Path, unit: str) -> Path:
    return book(
        folder,
        "Tiền Giang",
        "Đồng Tháp",
        "Long An",
        title="Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/05/2025",
    )


@case("B083", "a book of 2026 with a province of before", "quarantined", "FDI_NAME_UNKNOWN", source=BOOK)
def province_of_before_too_late(folder: Path, unit: str) -> Path:
    return book(
        folder, "Đồng Tháp", "Tiền Giang", title="Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/03/2026"
    )


@case(
    "B083",
    "aid in Tiền Giang after it became a part of the province",
    "loaded",
    "OK",
    told=[NO_RATE],
    told_only=True,
    source=AID,
)
def aid_after_merger(folder: Path, unit: str) -> Path:
    return aid_in(folder, unit, "Tien Giang Province", "2026-03-31")


@case("B083", "aid in Tiền Giang before", "loaded", "OK", told=[NO_RATE], told_only=True, source=AID)
def aid_before_merger(folder: Path, unit: str) -> Path:
    return aid_in(folder, unit, "Tỉnh Tiền Giang", "2025-03-31")


# --- B084: short forms ----------------------------------------------------------------------------------------


@case("B084", "P. and X. for phường and xã", "loaded", "OK", told_only=True, loads=FIVE)
def short_kind(folder: Path, unit: str) -> Path:
    return named(folder, unit, f"UBND {name_of(unit).replace('Phường ', 'P.').replace('Xã ', 'X.')}")


@case("B084", "the body's name in capitals with blanks around", "loaded", "OK", loads=FIVE)
def capitals(folder: Path, unit: str) -> Path:
    return named(folder, unit, f"  UỶ BAN NHÂN DÂN\u00a0{name_of(unit).upper()} ")


@case("B084", "the wrong kind before the name", "rejected", "BODY_UNKNOWN")
def wrong_kind(folder: Path, unit: str) -> Path:
    full = name_of(unit)
    return by_hand(
        folder, unit, body=full.replace("Xã", "Phường") if full.startswith("Xã") else full.replace("Phường", "Xã")
    )


@case("B084", "P. 5, of which there were three", "rejected", "BODY_FORMER")
def numbered_ward(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="UBND P. 5")


@case(
    "B084", "a number in Roman figures: Tân Phước III", "loaded", "OK", told=[NO_RATE], told_only=True, source=REGISTER
)
def roman(folder: Path, unit: str) -> Path:
    return register(folder, unit, "Xã Tân Phước III")


@case(
    "B084",
    "Roman figures past the last of that name: Tân Phước IV",
    "quarantined",
    "FINANCE_NAME_UNKNOWN",
    source=REGISTER,
)
def roman_too_far(folder: Path, unit: str) -> Path:
    return register(folder, unit, "Xã Tân Phước IV")


@case("B084", "TP.HCM for the city", "loaded", "OK", source=BOOK)
def city(folder: Path, unit: str) -> Path:
    return book(folder, "TP.HCM", title="Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/04/2026")


@case("B084", "HCM alone for the city", "loaded", "OK", source=BOOK)
def city_short(folder: Path, unit: str) -> Path:
    return book(folder, "HCM", title="Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/05/2026")


# --- B085: codes as numbers -----------------------------------------------------------------------------------


@case("B085", "the body's code as a number", "loaded", "OK", told_only=True, loads=FIVE)
def code_as_number(folder: Path, unit: str) -> Path:
    return named(folder, unit, int(unit))


@case("B085", "the body's code as a text with a decimal point", "rejected", "BODY_UNKNOWN")
def code_with_point(folder: Path, unit: str) -> Path:
    return named(folder, unit, f"{unit}.5")


@case("B085", "the number 4, of a province's code that lost its zeros", "rejected", "BODY_UNKNOWN")
def code_without_zeros(folder: Path, unit: str) -> Path:
    return named(folder, unit, 4)


@case("B085", "the code of a former district", "rejected", "BODY_UNKNOWN")
def district_code(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="815")


@case("B085", "the code of a former commune that is none of today", "rejected", "BODY_FORMER")
def former_code(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="30079")


# --- B086: agencies -------------------------------------------------------------------------------------------


@case("B086", "an agency's short name with blanks behind", "loaded", "OK", told_only=True)
def short_agency(folder: Path, unit: str) -> Path:
    return write_report(folder / f"{unit}.xlsx", "SNNMT", heading={"unit": "Sở NN&MT   "})


@case("B086", "an agency with the province behind its name", "loaded", "OK", told_only=True)
def agency_with_province(folder: Path, unit: str) -> Path:
    return write_report(folder / f"{unit}.xlsx", "SYT", heading={"unit": "SỞ Y TẾ TỈNH ĐỒNG THÁP"})


@case("B086", "an agency that was merged into another in 2025", "rejected", "BODY_FORMER")
def merged_agency(folder: Path, unit: str) -> Path:
    return write_report(folder / f"{unit}.xlsx", "SXD", heading={"unit": "Sở Giao thông vận tải"})


@case("B086", "an agency whose work was divided among three", "rejected", "BODY_FORMER")
def divided_agency(folder: Path, unit: str) -> Path:
    return write_report(folder / f"{unit}.xlsx", "SNV", heading={"unit": "Sở LĐTB&XH"})


@case("B086", "an agency of another province", "rejected", "BODY_UNKNOWN")
def foreign_agency(folder: Path, unit: str) -> Path:
    return write_report(folder / f"{unit}.xlsx", "STP", heading={"unit": "Sở Tư pháp tỉnh An Giang"})


@case("B086", "two bodies' reports in one file", "rejected", "MULTI_AGENCY")
def two_bodies(folder: Path, unit: str) -> Path:
    rows = [
        ["Mẫu số: T-COMMUNE, phiên bản 2026.1"],
        ["Kỳ báo cáo: 2026-06T"],
        ["Ngày chốt số liệu: 08/06/2026"],
        [],
        HEADER,
        line(NEWS, 5),
    ]
    pages = [Page([[f"Đơn vị báo cáo: {body} - {name_of(body)}"], *rows], name=body) for body in (unit, "30259")]
    save_xlsx(folder / "hai-don-vi.xlsx", pages)
    return folder / "hai-don-vi.xlsx"


@case("B086", "another body's form", "rejected", "BODY_CONFLICT")
def anothers_form(folder: Path, unit: str) -> Path:
    return named(folder, unit, name_of("30259"))


# --- B087: lines that stand twice -----------------------------------------------------------------------------


@case(
    "B087", "a line twice with two figures", "quarantined", "DUP_KEY", cells={"DUP_KEY": "D10"}, loads={"MED01": None}
)
def two_figures(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, line(NEWS, 5), line(NEWS, 7), line(BUDGET, 100, "triệu đồng"))


@case("B087", "a line twice with one figure", "quarantined", "DUP_KEY", cells={"DUP_KEY": "D10"})
def one_figure_twice(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, line(NEWS, 5), line(NEWS, 5), line(BUDGET, 100, "triệu đồng"))


@case(
    "B087",
    "a project's code twice",
    "quarantined",
    "FINANCE_CODE_REPEATED",
    cells={"FINANCE_CODE_REPEATED": "B15"},
    source=REGISTER,
)
def code_twice(folder: Path, unit: str) -> Path:
    return projects(folder, REGISTER, unit, {"code": unit}, {"code": unit, "title": "Nhà máy hai"})


@case("B087", "a province twice in a book", "quarantined", "CAPITAL_KEY_REPEATED", source=BOOK)
def province_twice(folder: Path, unit: str) -> Path:
    return book(
        folder, "Đồng Tháp", "ĐỒNG THÁP", title="Đầu tư nước ngoài vào Việt Nam được cấp phép từ 01/01- 20/01/2026"
    )


# --- B088: bodies that are missing, bodies nobody knows -------------------------------------------------------


@case(
    "B088",
    "lines of the form left out",
    "loaded",
    "OK",
    told=["LINES_ABSENT"],
    loads={"MED01": Decimal(5), "MED02": None},
)
def lines_left_out(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, line(NEWS, 5))


@case("B088", "a body that never was", "rejected", "BODY_UNKNOWN")
def never_was(folder: Path, unit: str) -> Path:
    return by_hand(folder, unit, body="Xã Hòa Bình Dương Quang")


@case("B088", "a project in a commune of another province", "quarantined", "FINANCE_NAME_UNKNOWN", source=REGISTER)
def commune_elsewhere(folder: Path, unit: str) -> Path:
    return register(folder, unit, "Phường Long Xuyên")


@case(
    "B088",
    "a project of the whole province, which is no commune",
    "loaded",
    "OK",
    told=[NO_RATE],
    told_only=True,
    source=REGISTER,
)
def whole_province(folder: Path, unit: str) -> Path:
    return register(folder, unit, "Toàn tỉnh")
