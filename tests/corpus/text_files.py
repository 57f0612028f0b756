"""B065 to B075: comma-separated text, JSON and XML, and what editors, spreadsheets and transport do to them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from include.calendar.periods import VIETNAM
from include.reference import load_reference
from include.reference.monitoring_cube import DIMENSIONS
from include.sources.donor_projects.layouts import load_contract
from include.vietnamese import tcvn3, vni
from tests.corpus.frame import case, communes
from tests.corpus.plain_files import NO_RATE, aid
from tests.sources import sdmx_files
from tests.sources.registers import FACTORY, fill

MONITORING: Final = "monitoring_statistics"
DONORS: Final = "donor_projects"
WDI: Final = "wdi_series"
IATI: Final = "iati_activities"
SDMX: Final = "sdmx_series"

CODE_HEADER: Final = "ngay,loai_kenh,chu_de,sac_thai,ngon_ngu,pham_vi,so_luong"
NAME_HEADER: Final = "Ngày,Loại kênh,Chủ đề,Sắc thái,Ngôn ngữ,Phạm vi,Số lượng"
CODES: Final = "bao_in,an_sinh_xa_hoi,trung_tinh,vi,trong_nuoc"
NAMES: Final = "Báo in,An sinh xã hội,Trung tính,Tiếng Việt,Trong nước"
OTHER_NAMES: Final = "Mạng xã hội,Nhân quyền,Tiêu cực,Tiếng Khmer,Ngoài nước"


AFTER_THE_YEAR: Final = datetime(2026, 12, 31, 9, 0, tzinfo=VIETNAM)


def day_of(unit: str) -> date:
    """A day no other case of the part sends."""
    return date(2026, 1, 1) + timedelta(days=communes().index(unit))


def counts(unit: str, *, delimiter: str = ",", header: str = NAME_HEADER, cells: Sequence[str] = (NAMES,)) -> str:
    """A file of monitoring counts about the case's day: one line for each cell, counts 7, 8, …."""
    rows = [f"{day_of(unit)},{each},{count}" for count, each in enumerate(cells, start=7)]
    return "\n".join([header, *rows]).replace(",", delimiter) + "\n"


def write(folder: Path, text: str | bytes, name: str = "theo-doi.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def cp1258(text: str) -> bytes:
    """The text in Windows-1258, where a tone is a combining mark after its vowel."""
    written = b""
    for letter in text:
        try:
            written += letter.encode("cp1258")
        except UnicodeEncodeError:
            vowel, *marks = unicodedata.normalize("NFD", letter)
            tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
            rest = unicodedata.normalize("NFC", vowel + "".join(mark for mark in marks if mark != tone))
            written += (rest + tone).encode("cp1258")
    return written


def world_bank(
    unit: str,
    *changed: Mapping[str, str],
    delimiter: str = ",",
    title: str = "Cầu Mỹ Thuận",
    edit: Callable[[list[list[str]]], None] | None = None,
) -> str:
    """A donor's list of one project a line, the same project in every list, at an amount of the case's own."""
    layout = next(each for each in load_contract().layouts if each.name == "world_bank")
    standard = {
        "Project ID": "P059663",
        "Project Title": title,
        "Country": "Vietnam",
        "ADM1": "Dong Thap",
        "MJSECTOR 1": "Transportation",
        "Total Amt": str(int(unit)),
        "Total Disb": "3.25",
        "Approval Date": "12/18/2003",
        "Timestamp": "11/30/2010",
    }
    rows = [list(layout.headers)]
    for change in changed or ({},):
        values = {**standard, **change}
        rows.append([values.get(header, "") for header in layout.headers])
    if edit is not None:
        edit(rows)
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def wdi(unit: str, value: str = "", *, year: str = "2021") -> str:
    """The World Bank's download of one line; the value is the case's own unless given."""
    return (
        '"Data Source","World Development Indicators",\r\n\r\n"Last Updated Date","2022-09-16",\r\n\r\n'
        f'"Country Name","Country Code","Indicator Name","Indicator Code","2020","{year}",\r\n'
        f'"Vietnam","VNM","FDI","BX.KLT.DINV.CD.WD","15800000000","{value or int(unit) * 1000}",\r\n'
    )


def rewrite(path: Path, *changes: tuple[str, str], encoding: str = "utf-8") -> Path:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new)
    path.write_bytes(text.encode(encoding))
    return path


def series(folder: Path, unit: str) -> Path:
    """An SDMX-ML 2.1 message of one figure, the case's own."""
    return sdmx_files.specific(folder, ({}, {"2025-Q1": f"{int(unit)}"}))


# --- B065: encodings ------------------------------------------------------------------------------------------


@case("B065", "counts in UTF-8", "loaded", "OK", told=[], told_only=True, source=MONITORING)
def utf8(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit))


@case("B065", "counts in UTF-8 with byte order mark", "loaded", "OK", told_only=True, source=MONITORING)
def utf8_marked(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).encode("utf-8-sig"))


@case("B065", "counts in UTF-16, little end first", "loaded", "OK", told_only=True, source=MONITORING)
def utf16_little(folder: Path, unit: str) -> Path:
    return write(folder, b"\xff\xfe" + counts(unit).encode("utf-16-le"))


@case("B065", "counts in UTF-16, big end first", "loaded", "OK", told_only=True, source=MONITORING)
def utf16_big(folder: Path, unit: str) -> Path:
    return write(folder, b"\xfe\xff" + counts(unit).encode("utf-16-be"))


@case("B065", "counts in UTF-16 without byte order mark", "loaded", "OK", told_only=True, source=MONITORING)
def utf16_unmarked(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).encode("utf-16-le"))


@case(
    "B065",
    "a donor's list in UTF-16 without byte order mark",
    "loaded",
    "OK",
    told=[NO_RATE],
    told_only=True,
    source=DONORS,
)
def utf16_unmarked_list(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit).encode("utf-16-be"), "du-an.csv")


@case("B065", "counts in UTF-16 cut in the middle of a letter", "rejected", "TEXT_ENCODING", source=MONITORING)
def utf16_cut(folder: Path, unit: str) -> Path:
    return write(folder, (b"\xff\xfe" + counts(unit).encode("utf-16-le"))[:-1])


@case("B065", "counts in Windows-1258, tones as marks", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def windows_1258(folder: Path, unit: str) -> Path:
    return write(folder, cp1258(counts(unit, cells=(NAMES, OTHER_NAMES))))


@case("B065", "a donor's list in Windows-1252", "rejected", "TEXT_ENCODING", source=DONORS)
def windows_1252(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, title="Café de Mỹ Tho".replace("ỹ", "y")).encode("cp1252"), "du-an.csv")


@case("B065", "counts in UTF-8 with one line in Windows-1258", "rejected", "TEXT_ENCODING", source=MONITORING)
def two_encodings(folder: Path, unit: str) -> Path:
    good = counts(unit).encode()
    return write(folder, good + cp1258(f"{day_of(unit)},{OTHER_NAMES},8\n"))


@case("B065", "counts in UTF-8 with most lines in TCVN3", "rejected", "TEXT_ENCODING", source=MONITORING)
def mostly_tcvn3(folder: Path, unit: str) -> Path:
    old = tcvn3.encode(f"{day_of(unit)},{OTHER_NAMES},8\n{day_of(unit)},{NAMES},9\n").encode("latin-1")
    return write(folder, counts(unit, cells=("Báo in,nhan_quyen,trung_tinh,vi,trong_nuoc",)).encode() + old)


@case("B065", "counts in UTF-8 with one byte broken", "rejected", "TEXT_ENCODING", source=MONITORING)
def one_broken_byte(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).encode().replace("Tiếng".encode(), b"Ti\xffng"))


@case("B065", "the World Bank's download with one byte broken", "rejected", "TEXT_ENCODING", source=WDI)
def one_broken_byte_wdi(folder: Path, unit: str) -> Path:
    return write(folder, wdi(unit).encode().replace(b"Vietnam", b"Vi\x87tnam"), "API.csv")


# --- B066, B067: letters of before Unicode --------------------------------------------------------------------


@case("B066", "counts in TCVN3 bytes", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def tcvn3_bytes(folder: Path, unit: str) -> Path:
    return write(folder, tcvn3.encode(counts(unit, cells=(NAMES, OTHER_NAMES))).encode("latin-1"))


@case("B066", "counts in TCVN3 letters saved as UTF-8", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def tcvn3_letters(folder: Path, unit: str) -> Path:
    return write(folder, tcvn3.encode(counts(unit)))


@case("B066", "codes with only the headings in TCVN3", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def tcvn3_headings(folder: Path, unit: str) -> Path:
    header = tcvn3.encode(NAME_HEADER).encode("latin-1")
    return write(folder, header + b"\n" + f"{day_of(unit)},{CODES},7\n".encode())


@case("B066", "TCVN3 bytes that are no headings and no members", "rejected", "TEXT_ENCODING", source=MONITORING)
def tcvn3_nobody_knows(folder: Path, unit: str) -> Path:
    header = tcvn3.encode("Nội dung,Người đăng,Lượt xem").encode("latin-1")
    return write(folder, header + b"\n" + tcvn3.encode("Sở Kế hoạch,,1\n").encode("latin-1"))


@case("B066", "a donor's list in TCVN3 bytes", "rejected", "TEXT_ENCODING", source=DONORS)
def tcvn3_list(folder: Path, unit: str) -> Path:
    return write(folder, tcvn3.encode(world_bank(unit)).encode("latin-1"), "du-an.csv")


@case("B067", "counts in VNI letters saved as UTF-8", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def vni_letters(folder: Path, unit: str) -> Path:
    return write(folder, vni.encode(counts(unit)))


@case("B067", "counts in VNI bytes", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def vni_bytes(folder: Path, unit: str) -> Path:
    return write(folder, vni.encode(counts(unit)).encode("latin-1"))


@case("B067", "counts in VIQR", "rejected", "MONITORING_COLUMN_FORBIDDEN", source=MONITORING)
def viqr(folder: Path, unit: str) -> Path:
    header = "Nga`y,Loa.i ke^nh,Chu? dde^`,Sa('c tha'i,Ngo^n ngu+~,Pha.m vi,So^' lu+o+.ng"
    return write(
        folder, f"{header}\n{day_of(unit)},Ba'o in,An sinh xa~ ho^.i,Trung ti'nh,Tie^'ng Vie^.t,Trong nu+o+'c,7\n"
    )


@case("B067", "members in VIQR under headings in order", "quarantined", "OUTSIDE_CODE_LIST", source=MONITORING)
def viqr_members(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit, cells=("Ba'o in,an_sinh_xa_hoi,trung_tinh,vi,trong_nuoc",)))


@case("B067", "counts in UTF-8 encoded twice", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING)
def utf8_twice(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).encode().decode("latin-1"))


@case(
    "B067", "counts in UTF-8 that was opened as Windows-1252", "loaded", "OK", told=["TEXT_REPAIRED"], source=MONITORING
)
def utf8_as_1252(folder: Path, unit: str) -> Path:
    cells = "Báo in,an_sinh_xa_hoi,trung_tinh,vi,trong_nuoc"
    misread = cells.encode().decode("cp1252")
    return write(folder, counts(unit, header=CODE_HEADER, cells=(misread,)))


@case("B067", "a project's title in UTF-8 encoded twice", "loaded", "OK", told=["TEXT_REPAIRED"], source=DONORS)
def title_twice(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, title="Cầu Mỹ Thuận".encode().decode("latin-1")), "du-an.csv")


@case("B067", "a project's title in UTF-8 encoded twice, in XML", "loaded", "OK", told=["TEXT_REPAIRED"], source=IATI)
def title_twice_xml(folder: Path, unit: str) -> Path:
    return aid(folder, unit, title="Nước sạch".encode().decode("latin-1"))


@case("B067", "a French title, which is no misread text", "loaded", "OK", told=[NO_RATE], told_only=True, source=IATI)
def french_title(folder: Path, unit: str) -> Path:
    return aid(folder, unit, title="Accès à l’eau à Mỹ Tho, São Tomé")


# --- B068: delimiters -----------------------------------------------------------------------------------------


@case("B068", "counts between semicolons", "loaded", "OK", told_only=True, source=MONITORING)
def semicolons(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit, delimiter=";"))


@case("B068", "counts between tabs", "loaded", "OK", told_only=True, source=MONITORING)
def tabs(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit, delimiter="\t"))


@case("B068", "counts between bars", "loaded", "OK", told_only=True, source=MONITORING)
def bars(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit, delimiter="|"))


@case("B068", "a line sep=; before semicolons", "loaded", "OK", told_only=True, source=MONITORING)
def separator_line(folder: Path, unit: str) -> Path:
    return write(folder, "sep=;\n" + counts(unit, delimiter=";"))


@case("B068", "a line sep=; before commas", "rejected", "MONITORING_COLUMN_FORBIDDEN", source=MONITORING)
def separator_line_wrong(folder: Path, unit: str) -> Path:
    return write(folder, "sep=;\n" + counts(unit))


@case("B068", "a decimal comma between commas", "quarantined", "MONITORING_LINE_BROKEN", source=MONITORING)
def decimal_comma(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit) + f"{day_of(unit)},mxh,khac,trung_tinh,vi,trong_nuoc,1,5\n")


@case("B068", "12,00 between semicolons is twelve", "loaded", "OK", told_only=True, source=MONITORING)
def decimal_comma_whole(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit, delimiter=";").replace(";7\n", ";12,00\n"))


@case("B068", "1,5 between semicolons counts nothing", "quarantined", "MONITORING_SHARE_AS_COUNT", source=MONITORING)
def decimal_comma_share(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit, delimiter=";").replace(";7\n", ";1,5\n"))


@case(
    "B068", "a donor's list with a line sep=, before it", "loaded", "OK", told=[NO_RATE], told_only=True, source=DONORS
)
def separator_line_list(folder: Path, unit: str) -> Path:
    return write(folder, "sep=,\n" + world_bank(unit), "du-an.csv")


@case("B068", "a donor's list re-saved with semicolons", "rejected", "TEXT_DELIMITER", source=DONORS)
def semicolon_list(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, {"Total Amt": "1,234"}, delimiter=";"), "du-an.csv")


@case("B068", "the World Bank's download re-saved with tabs", "rejected", "TEXT_DELIMITER", source=WDI)
def tab_download(folder: Path, unit: str) -> Path:
    return write(folder, wdi(unit).replace(",", "\t"), "API.csv")


# --- B069: rows that do not fit -------------------------------------------------------------------------------


@case(
    "B069", "a line with a cell too few and one with a cell too many", "quarantined", "MONITORING_LINE_BROKEN",
    cells={"MONITORING_LINE_BROKEN": "dòng 4"}, source=MONITORING,
)  # fmt: skip
def ragged(folder: Path, unit: str) -> Path:
    day = day_of(unit)
    return write(
        folder, counts(unit) + f"{day},mxh,khac,trung_tinh,vi,7\n{day},mxh,khac,trung_tinh,vi,trong_nuoc,7,8\n"
    )


@case(
    "B069", "a quote left open costs its own line", "quarantined", "MONITORING_LINE_BROKEN",
    cells={"MONITORING_LINE_BROKEN": "dòng 3"}, source=MONITORING,
)  # fmt: skip
def open_quote(folder: Path, unit: str) -> Path:
    day = day_of(unit)
    return write(
        folder, counts(unit) + f'{day},"mxh,khac,trung_tinh,vi,trong_nuoc,7\n{day},mxh,khac,tieu_cuc,vi,trong_nuoc,1\n'
    )


@case("B069", "a member with a comma, in quotes, and doubled quotes", "loaded", "OK", told_only=True, source=MONITORING)
def quoted(folder: Path, unit: str) -> Path:
    day = day_of(unit)
    return write(folder, counts(unit) + f'{day},"Mạng xã hội","Kinh tế, đầu tư",trung_tinh,vi,trong_nuoc,"7"\n')


@case("B069", "a line break inside quotes", "quarantined", "MONITORING_LINE_BROKEN", source=MONITORING)
def embedded_line_break(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit) + f'{day_of(unit)},"Mạng\nxã hội",khac,trung_tinh,vi,trong_nuoc,7\n')


@case("B069", "zero bytes in a cell", "rejected", "TEXT_ENCODING", source=MONITORING)
def zero_bytes(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).replace("Báo in", "Báo\0in"))


@case("B069", "a field of 10 MB", "rejected", "TEXT_BROKEN", source=MONITORING)
def long_field(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit) + f"{day_of(unit)},{'x' * 10_000_000},khac,trung_tinh,vi,trong_nuoc,7\n")


@case("B069", "a donor's list whose quote swallows the rest", "rejected", "TEXT_BROKEN", source=DONORS)
def swallowed(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit) + '"P1,Bridge\nP2,Road\nP3,School\n', "du-an.csv")


@case(
    "B069",
    "a donor's list with ragged lines",
    "rejected",
    "DONOR_RAGGED",
    cells={"DONOR_RAGGED": "line 4"},
    source=DONORS,
)
def ragged_list(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit) + "P2,Road\nP3,School,Vietnam\n", "du-an.csv")


@case(
    "B069", "a donor's list with a title over two lines", "loaded", "OK", told=[NO_RATE], told_only=True, source=DONORS
)
def title_over_lines(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, title='Cầu "Mỹ Thuận",\ngiai đoạn 2'), "du-an.csv")


@case("B069", "a donor's list with a field of 10 MB", "rejected", "TEXT_BROKEN", source=DONORS)
def long_field_list(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, {"Description": "x" * 10_000_000}), "du-an.csv")


@case("B069", "a donor's list with zero bytes", "rejected", "TEXT_ENCODING", source=DONORS)
def zero_bytes_list(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, title="Cầu\0Mỹ Thuận"), "du-an.csv")


@case(
    "B069",
    "the World Bank's download with a cell lost",
    "rejected",
    "WDI_RAGGED",
    cells={"WDI_RAGGED": "line 6"},
    source=WDI,
)
def ragged_download(folder: Path, unit: str) -> Path:
    return write(folder, wdi(unit).replace('"15800000000",', ""), "API.csv")


# --- B070: headings -------------------------------------------------------------------------------------------


@case("B070", "counts without headings", "rejected", "MONITORING_HEADER_MISSING", source=MONITORING)
def no_header(folder: Path, unit: str) -> Path:
    return write(folder, f"{day_of(unit)},{CODES},7\n")


@case("B070", "a heading that stands twice", "rejected", "MONITORING_COLUMN_FORBIDDEN", source=MONITORING)
def doubled_header(folder: Path, unit: str) -> Path:
    return write(folder, f"{CODE_HEADER},so_luong\n{day_of(unit)},{CODES},7,7\n")


@case("B070", "headings in line 5, below empty lines", "loaded", "OK", source=MONITORING)
def header_below_nothing(folder: Path, unit: str) -> Path:
    return write(folder, "\n\n\n\n" + counts(unit))


@case("B070", "headings in line 3, below a title", "rejected", "MONITORING_COLUMN_FORBIDDEN", source=MONITORING)
def header_below_title(folder: Path, unit: str) -> Path:
    return write(folder, "Số liệu theo dõi tháng 1\n\n" + counts(unit))


@case("B070", "a few empty columns to the right", "loaded", "OK", source=MONITORING)
def trailing_commas(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).replace("\n", ",,,\n"))


@case("B070", "16,000 empty columns to the right", "rejected", "MONITORING_COLUMN_FORBIDDEN", source=MONITORING)
def sixteen_thousand_commas(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).replace("\n", "," * 16_000 + "\n"))


@case("B070", "a donor's list without headings", "rejected", "DONOR_HEADER_UNKNOWN", source=DONORS)
def no_header_list(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit).split("\n", 1)[1], "du-an.csv")


@case("B070", "the World Bank's download without headings", "rejected", "WDI_HEADER", source=WDI)
def no_header_download(folder: Path, unit: str) -> Path:
    return write(folder, '"Vietnam","VNM","FDI","BX.KLT.DINV.CD.WD","1",\r\n', "API.csv")


@case("B070", "the World Bank's download as it is, headings in line 5", "loaded", "OK", source=WDI)
def whole_download(folder: Path, unit: str) -> Path:
    return write(folder, wdi(unit), "API.csv")


# --- B071: what spreadsheets make of codes and numbers --------------------------------------------------------


@case("B071", "a count 1E+11", "quarantined", "PRECISION", source=MONITORING)
def short_count(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).replace(",7\n", ",1E+11\n"))


@case("B071", "a day 3-Jan", "quarantined", "DATE_UNREADABLE", source=MONITORING)
def short_day(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit) + f"3-Jan,{CODES},7\n")


@case("B071", "a figure 1.58E+10 in the World Bank's download", "quarantined", "WDI_VALUE_ROUNDED", source=WDI)
def short_figure(folder: Path, unit: str) -> Path:
    return write(folder, wdi(unit, "1.58E+10", year="2019"), "API.csv")


@case("B071", "a donor's project code 1.23E+11", "rejected", "DONOR_CODE_MANGLED", source=DONORS)
def short_code(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, {"Project ID": "1.23E+11"}), "du-an.csv")


@case("B071", "a donor's project code 3-Jan", "rejected", "DONOR_CODE_MANGLED", source=DONORS)
def day_code(folder: Path, unit: str) -> Path:
    return write(folder, world_bank(unit, {"Project ID": "3-Jan"}), "du-an.csv")


@case("B071", "a project code that became a day", "quarantined", "FINANCE_CODE_MANGLED", source="finance_fdi")
def register_day_code(folder: Path, unit: str) -> Path:
    return fill(folder, "finance_fdi", FACTORY, edit=lambda sheet: sheet.__setitem__("B14", date(2026, 1, 3)))


@case("B071", "a project code of 17 digits that lost two", "quarantined", "FINANCE_CODE_MANGLED", source="finance_fdi")
def register_long_code(folder: Path, unit: str) -> Path:
    return fill(folder, "finance_fdi", {**FACTORY, "code": 12345678901234567.0})


@case("B071", "a project code written 1,2E+11", "quarantined", "FINANCE_CODE_MANGLED", source="finance_fdi")
def register_short_code(folder: Path, unit: str) -> Path:
    return fill(folder, "finance_fdi", {**FACTORY, "code": "1,2E+11"})


# --- B072: limits ---------------------------------------------------------------------------------------------


@case("B072", "a million lines", "loaded", "OK", source=MONITORING, received_at=AFTER_THE_YEAR)
def million_lines(folder: Path, unit: str) -> Path:
    lists = load_reference().code_lists
    cells = [""]
    for dimension in DIMENSIONS:
        cells = [f"{cell},{code}" for cell in cells for code in lists[dimension]]
    days = -(-1_000_000 // len(cells))
    first = date(2026, 4, 20)
    blocks = ["".join(f"{first + timedelta(days=number)}{cell},3\n" for cell in cells) for number in range(days)]
    return write(folder, CODE_HEADER + "\n" + "".join(blocks))


@case("B072", "one line of 300 MB, packed", "rejected", "TEXT_BROKEN", source=MONITORING)
def endless_line(folder: Path, unit: str) -> Path:
    path = folder / "theo-doi.csv.gz"
    # Packed files may follow one another in one file.
    path.write_bytes(gzip.compress(counts(unit).encode()) + gzip.compress(b"x" * 1_000_000) * 300)
    return path


@case("B072", "a donor's list of 60 MB", "rejected", "TOO_BIG", source=DONORS)
def large_list(folder: Path, unit: str) -> Path:
    path = write(folder, world_bank(unit), "du-an.csv")
    with path.open("r+b") as file:
        file.truncate(60 * 1024 * 1024)
    return path


# --- B073: JSON, which no source takes: refused by its content, whatever its name -----------------------------


@case("B073", "a report as JSON", "rejected", "TYPE_MISMATCH")
def json_report(folder: Path, unit: str) -> Path:
    return write(folder, json.dumps({"unit": unit, "MED01": 5}), "bao-cao.json")


@case("B073", "JSON named .xlsx, with NaN and numbers past every limit", "rejected", "TYPE_MISMATCH")
def json_as_workbook(folder: Path, unit: str) -> Path:
    numbers = f'"u": {unit}, "a": NaN, "b": Infinity, "c": 1e308, "d": 9223372036854775808'
    return write(folder, f"{{{numbers}}}", "bao-cao.xlsx")


@case("B073", "JSON nested 100,000 deep", "rejected", "TYPE_MISMATCH")
def deep_json(folder: Path, unit: str) -> Path:
    return write(folder, "[" * 100_000 + unit + "]" * 100_000, "bao-cao.json")


@case("B073", "JSON with a byte order mark and a key twice", "rejected", "TYPE_MISMATCH")
def json_marked(folder: Path, unit: str) -> Path:
    return write(folder, ("\ufeff" + f'{{"MED01": "5", "MED01": {unit}}}').encode(), "bao-cao.json")


@case("B073", "counts as a JSON array", "rejected", "TYPE_MISMATCH", source=MONITORING)
def json_counts(folder: Path, unit: str) -> Path:
    return write(folder, json.dumps([{"ngay": str(day_of(unit)), "so_luong": "7"}]), "theo-doi.csv")


@case("B073", "counts as a JSON object a line", "rejected", "TYPE_MISMATCH", source=MONITORING)
def json_lines(folder: Path, unit: str) -> Path:
    lines = [json.dumps({"ngay": str(day_of(unit)), "so_luong": count}) for count in (1, 2)]
    return write(folder, "\n".join(lines), "theo-doi.json")


@case("B073", "the World Bank's answer as JSON", "rejected", "WDI_HEADER", source=WDI)
def json_download(folder: Path, unit: str) -> Path:
    return write(folder, json.dumps([{"page": 1}, [{"value": int(unit), "date": "2021"}]]), "API.json")


@case("B073", "series as SDMX-JSON", "rejected", "NOT_XML", source=SDMX)
def json_series(folder: Path, unit: str) -> Path:
    return write(folder, json.dumps({"data": {"dataSets": [unit]}}), "series.json")


# --- B074: XML ------------------------------------------------------------------------------------------------


@case("B074", "an aid file as it should be", "loaded", "OK", told=[NO_RATE], told_only=True, source=IATI)
def plain_aid(folder: Path, unit: str) -> Path:
    return aid(folder, unit)


@case("B074", "a document type", "rejected", "XML_DTD", source=IATI)
def document_type(folder: Path, unit: str) -> Path:
    return rewrite(aid(folder, unit), ("<iati-activities", "<!DOCTYPE iati-activities>\n<iati-activities"))


@case("B074", "an entity that reads a file of this machine", "rejected", "XML_DTD", source=IATI)
def outside_entity(folder: Path, unit: str) -> Path:
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<iati-activities'
    return rewrite(aid(folder, unit), ("<iati-activities", entity), ("Nước sạch", "&x;"))


@case("B074", "entities that grow a billionfold", "rejected", "XML_DTD", source=SDMX)
def billion_laughs(folder: Path, unit: str) -> Path:
    laughs = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return write(folder, f"<!DOCTYPE a [{laughs}]>\n" + series(folder, unit).read_text(encoding="utf-8"), "series.xml")


@case("B074", "a document type in UTF-16", "rejected", "XML_DTD", source=IATI)
def document_type_utf16(folder: Path, unit: str) -> Path:
    return rewrite(
        aid(folder, unit),
        ("UTF-8", "UTF-16"),
        ("<iati-activities", "<!DOCTYPE a>\n<iati-activities"),
        encoding="utf-16",
    )


@case("B074", "a document type in UTF-32", "rejected", "XML_DTD", source=IATI)
def document_type_utf32(folder: Path, unit: str) -> Path:
    return rewrite(
        aid(folder, unit),
        ("UTF-8", "UCS-4"),
        ("<iati-activities", "<!DOCTYPE a>\n<iati-activities"),
        encoding="utf-32-le",
    )


@case("B074", "an encoding that hides the document type, declared with spaces", "rejected", "XML_DTD", source=IATI)
def document_type_utf7(folder: Path, unit: str) -> Path:
    return rewrite(
        aid(folder, unit, title="Nuoc sach"), ('encoding="UTF-8"', 'encoding = "UTF-7"'),
        ("<iati-activities", "+ADwAIQ-DOCTYPE a>\n<iati-activities"),
    )  # fmt: skip


@case("B074", "an inclusion of another file", "rejected", "XML_DTD", source=IATI)
def inclusion(folder: Path, unit: str) -> Path:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    return rewrite(aid(folder, unit), ("</iati-activities>", f"{include}</iati-activities>"))


@case("B074", "UTF-8 declared as Windows-1252", "rejected", "XML_ENCODING", source=IATI)
def declared_1252(folder: Path, unit: str) -> Path:
    return rewrite(aid(folder, unit), ("UTF-8", "windows-1252"))


@case("B074", "Windows-1252 declared as such", "loaded", "OK", told=[NO_RATE], told_only=True, source=IATI)
def truly_1252(folder: Path, unit: str) -> Path:
    return rewrite(aid(folder, unit, title="Accès à l’eau"), ("UTF-8", "windows-1252"), encoding="cp1252")


@case("B074", "Windows-1252 declared as UTF-8", "rejected", "XML_BROKEN", source=IATI)
def undeclared_1252(folder: Path, unit: str) -> Path:
    return rewrite(aid(folder, unit, title="Accès à l’eau"), encoding="cp1252")


@case("B074", "a title and an amount in CDATA", "loaded", "OK", told=[NO_RATE], told_only=True, source=IATI)
def cdata(folder: Path, unit: str) -> Path:
    return rewrite(
        aid(folder, unit), ("Nước sạch", "<![CDATA[Nước <sạch> & an toàn]]>"), (">100<", "><![CDATA[100]]><")
    )


@case("B074", "elements in a namespace of the publisher's", "loaded", "OK", told=[NO_RATE], told_only=True, source=IATI)
def other_namespace(folder: Path, unit: str) -> Path:
    return rewrite(aid(folder, unit), ("<iati-activities ", '<iati-activities xmlns="http://donor.example/iati" '))


@case("B074", "no default currency and none on the amount", "rejected", "IATI_CURRENCY_MISSING", source=IATI)
def no_currency(folder: Path, unit: str) -> Path:
    return aid(folder, unit, currency=None)


@case("B074", "no default currency but one on the amount", "loaded", "OK", told=[NO_RATE], told_only=True, source=IATI)
def own_currency(folder: Path, unit: str) -> Path:
    return rewrite(aid(folder, unit, currency=None), ("<value ", '<value currency="USD" '))


@case("B074", "an XML file cut off", "rejected", "XML_BROKEN", source=IATI)
def cut_off(folder: Path, unit: str) -> Path:
    path = aid(folder, unit)
    return write(folder, path.read_bytes()[:-30], path.name)


@case("B074", "elements nested 10,000 deep", "rejected", "XML_DEPTH", source=IATI)
def deep_xml(folder: Path, unit: str) -> Path:
    return write(folder, f"<iati-activities><!-- {unit} -->" + "<a>" * 10_000, "activities.xml")


@case("B074", "SDMX-ML 2.1", "loaded", "OK", told_only=True, source=SDMX)
def sdmx_21(folder: Path, unit: str) -> Path:
    return series(folder, unit)


@case("B074", "SDMX-ML 3.0", "rejected", "SDMX_UNREADABLE", source=SDMX)
def sdmx_30(folder: Path, unit: str) -> Path:
    return rewrite(series(folder, unit), ("v2_1", "v3_0"))


# --- B075: text that looks like a formula ---------------------------------------------------------------------


@case("B075", "titles =HYPERLINK(…), @x, +84… and -1", "loaded", "OK", told=[NO_RATE], told_only=True, source=DONORS)
def formula_titles(folder: Path, unit: str) -> Path:
    titles = ('=HYPERLINK("http://a.example","Cầu")', "@SUM(1)", "+84 27 7385 1234", "-1+2", "\t=1+1")
    changes = [
        {"Project ID": f"P05966{number}", "Project Title": title} for number, title in enumerate(titles, start=3)
    ]
    return write(folder, world_bank(unit, *changes), "du-an.csv")


@case("B075", "a count that is a formula", "quarantined", "NUMBER_UNREADABLE", source=MONITORING)
def formula_count(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).replace(",7\n", ",=3+4\n"))


@case("B075", "a member that is a formula", "rejected", "MONITORING_VALUE_FORBIDDEN", source=MONITORING)
def formula_member(folder: Path, unit: str) -> Path:
    return write(folder, counts(unit).replace("Báo in", '"=HYPERLINK(""http://a.example"")"'))
