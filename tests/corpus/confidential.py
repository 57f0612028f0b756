"""B113 to B121: secrecy marks and what only looks like one, personal data, lists of people."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Picture
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image

from include.vietnamese import tcvn3
from tests.corpus.frame import case
from tests.sources.reports import write_report

Edit = Callable[[openpyxl.Workbook], None]


def _sheet(book: openpyxl.Workbook) -> Any:
    return book.worksheets[0]


def _beside_table(book: openpyxl.Workbook, *texts: str) -> None:
    sheet = _sheet(book)
    for number, words in enumerate(texts):
        sheet.cell(row=sheet.max_row + 2 + number, column=2, value=words)


def _stamped(folder: Path, unit: str, edit: Edit, name: str = "bao-cao.xlsx") -> Path:
    return write_report(folder / name, unit, edit=edit)


def _cell(words: str) -> Edit:
    return lambda book: _beside_table(book, words)


def _header(book: openpyxl.Workbook) -> None:
    _sheet(book).oddHeader.center.text = "TỐI MẬT"


def _footer(book: openpyxl.Workbook) -> None:
    _sheet(book).oddFooter.right.text = "Tuyệt mật"


def _comment(book: openpyxl.Workbook) -> None:
    sheet = _sheet(book)
    sheet.cell(row=sheet.max_row + 3, column=9).comment = Comment("MẬT", "x")


def _sheet_name(book: openpyxl.Workbook) -> None:
    book.create_sheet("Phụ lục (MẬT)")


def _hidden_sheet(book: openpyxl.Workbook) -> None:
    hidden = book.create_sheet("Trang phụ")
    hidden["C7"] = "TỐI MẬT"
    hidden.sheet_state = "veryHidden"


def _property(book: openpyxl.Workbook) -> None:
    book.properties.keywords = "Mật"


def _custom_property(book: openpyxl.Workbook) -> None:
    book.custom_doc_props.append(StringProperty(name="DoMat", value="TUYỆT MẬT"))


def _defined_name(book: openpyxl.Workbook) -> None:
    book.defined_names["TUYỆT_MẬT"] = DefinedName("TUYỆT_MẬT", attr_text="'Báo cáo'!$A$1")


def _side_by_side(book: openpyxl.Workbook) -> None:
    sheet = _sheet(book)
    row = sheet.max_row + 3
    for column, letter in enumerate("MẬT", start=2):
        sheet.cell(row=row, column=column, value=letter)


def _stacked(book: openpyxl.Workbook) -> None:
    _beside_table(book)
    sheet = _sheet(book)
    row = sheet.max_row + 3
    for number, letter in enumerate("MẬT"):
        sheet.cell(row=row + number, column=2, value=letter)


_MARKED: Sequence[tuple[str, str, Edit]] = (
    ("B113", "a stamp MẬT in a cell below the table", _cell("MẬT")),
    ("B113", "the word Mật alone in a cell", _cell("Mật")),
    ("B113", "the line “Độ mật: Tối mật”", _cell("Độ mật: Tối mật")),
    ("B113", "a stamp with its number, “Mật - Số 12”", _cell("Mật - Số 12")),
    ("B113", "a stamp on the second line of a cell", _cell("BÁO CÁO 6 THÁNG\nTUYỆT MẬT")),
    ("B113", "a title that says so, “DANH MỤC MẬT”", _cell("DANH MỤC MẬT")),
    ("B113", "a title with its number, “HỒ SƠ MẬT SỐ 5”", _cell("HỒ SƠ MẬT SỐ 5")),
    ("B113", "a cell that names a marked file", _cell("kem theo/BCMẬT.xlsx")),
    ("B113", "TỐI MẬT in the page header", _header),
    ("B113", "Tuyệt mật in the page footer", _footer),
    ("B113", "MẬT in a comment", _comment),
    ("B113", "a sheet named “Phụ lục (MẬT)”", _sheet_name),
    ("B113", "a stamp on a sheet nobody sees", _hidden_sheet),
    ("B113", "a mark in the document's properties", _property),
    ("B113", "a mark in a property of the office's own", _custom_property),
    ("B113", "a mark in a defined name", _defined_name),
    ("B114", "M Ậ T, spaced out", _cell("M Ậ T")),
    ("B114", "MAT without accents", _cell("MAT")),
    ("B114", "m.ậ.t with dots", _cell("m.ậ.t")),
    ("B114", "letters and accents apart (NFD)", _cell(unicodedata.normalize("NFD", "TỐI MẬT"))),
    ("B114", "typed in the font .VnTimeH (MËT)", _cell(tcvn3.encode("MẬT"))),
    ("B114", "typed in a VNI font", _cell("TOÁI MAÄT")),
    ("B114", "UTF-8 read as Windows-1252", _cell("MẬT".encode().decode("cp1252"))),
    ("B114", "letters of the Cyrillic alphabet", _cell("МẬТ")),
    ("B114", "mathematical letters", _cell("𝐓𝐔𝐘𝐄̣̂𝐓 𝐌𝐀̣̂𝐓")),
    ("B114", "spaces without width between the letters", _cell("M\u200bẬ\u200bT")),
    ("B114", "one letter a cell, side by side", _side_by_side),
    ("B114", "one letter a cell, one below the other", _stacked),
)

for _entry, _what, _edit in _MARKED:

    @case(_entry, _what, "refused_secret", "SECRET", told=["SECRET"], told_only=True)
    def marked(folder: Path, unit: str, edit: Edit = _edit) -> Path:
        return _stamped(folder, unit, edit)


@case("B113", "a mark in the file's name", "refused_secret", "SECRET", told=["SECRET"], told_only=True)
def marked_name(folder: Path, unit: str) -> Path:
    return write_report(folder / "BC 6 tháng (MẬT).xlsx", unit)


@case("B113", "a mark glued to the abbreviation in a name", "refused_secret", "SECRET", told=["SECRET"], told_only=True)
def glued_name(folder: Path, unit: str) -> Path:
    return write_report(folder / "BCMẬT.xlsx", unit)


@case("B113", "a marked workbook cut off in the middle", "refused_secret", "SECRET", told=["SECRET"], told_only=True)
def marked_and_broken(folder: Path, unit: str) -> Path:
    path = _stamped(folder, unit, _cell("TUYỆT MẬT"))
    path.write_bytes(path.read_bytes()[:-200])
    return path


@case(
    "B114",
    "MẬT as a web page saved under the name of a workbook",
    "refused_secret",
    "SECRET",
    told=["SECRET"],
    told_only=True,
)
def marked_page(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xls"
    path.write_text("<html><body><table><tr><td>M&#7852;T</td><td>1</td></tr></table></body></html>", encoding="utf-8")
    return path


@case("B115", "bảo mật, mật độ dân số, mật ong and “Độ mật: không” beside the table", "loaded", "OK", told_only=True)
def false_friends(folder: Path, unit: str) -> Path:
    words = (
        "Bảo mật thông tin",
        "Mật độ dân số",
        "mật ong",
        "Tổ chức mật mã",
        "Độ mật: không",
        "Không thuộc danh mục bí mật nhà nước",
        "MAT HANG XUAT KHAU",
        "Đã giải mật",
    )
    return _stamped(folder, unit, lambda book: _beside_table(book, *words), "BC công tác bảo mật.xlsx")


@case("B115", "MAT-01, M.A.T and “Vật liệu (MAT)” beside the table", "loaded", "OK", told_only=True)
def codes(folder: Path, unit: str) -> Path:
    words = ("MAT-01", "MAT01", "M.A.T", "Vật liệu (MAT)", "Mã hàng: MAT", "HỒ SƠ MẬT: KHÔNG CÓ")
    return _stamped(folder, unit, lambda book: _beside_table(book, *words), "Vật liệu (MAT).xlsx")


@case("B116", "a stamp that is only a picture", "loaded", "OK", told=["IMAGE_PRESENT"])
def picture(folder: Path, unit: str) -> Path:
    stamp = folder / "dau.png"
    Image.new("RGB", (60, 20), "red").save(stamp)
    return _stamped(folder, unit, lambda book: _sheet(book).add_image(Picture(str(stamp)), "B2"))


@case("B117", "Hỏa tốc", "loaded", "OK", told=["HANDLING_NOTE"])
def urgent(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, _cell("HỎA TỐC"))


@case("B117", "Thượng khẩn", "loaded", "OK", told=["HANDLING_NOTE"])
def very_urgent(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, _cell("Thượng khẩn"))


@case("B117", "Lưu hành nội bộ", "loaded", "OK", told=["HANDLING_NOTE"])
def internal(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, _cell("LƯU HÀNH NỘI BỘ"))


_PERSONAL = (
    ("a citizen number", "CCCD 087203001234"),
    ("an old identity card's number", "Số CMND 341234567"),
    ("a passport number", "Hộ chiếu số C1234567"),
    ("a telephone number with +84", "gọi +84 912 345 678"),
    ("a telephone number with 0", "0912.345.678"),
    ("a bank account", "STK 0123456789012 Vietcombank"),
    ("an e-mail address", "gửi về nguyenvana@example.com"),
    ("an account's link", "https://facebook.com/nguyenvana"),
    ("a person's tax number", "MST cá nhân 8012345678"),
    ("a name with a birth date", "Nguyễn Văn An, sinh ngày 12/03/1985"),
)

for _what, _words in _PERSONAL:

    @case("B118", f"{_what} in a free cell", "quarantined", "PERSONAL_DATA", told=["PERSONAL_DATA"])
    def personal(folder: Path, unit: str, words: str = _words) -> Path:
        return _stamped(folder, unit, _cell(words))


@case("B118", "a firm's tax number and a hotline, which are nobody's", "loaded", "OK", told_only=True)
def not_personal(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, lambda book: _beside_table(book, "MST 1400123456", "Tổng đài 1900 1234"))


@case(
    "B119",
    "sums of twelve digits",
    "loaded",
    "OK",
    told_only=True,
    loads={"MED01": Decimal(5)},
)
def money(folder: Path, unit: str) -> Path:
    words = ("123456789012", "087.203.001.234 đồng", "120000000000 đồng", "Tổng mức đầu tư 912345678000 đồng")
    return _stamped(folder, unit, lambda book: _beside_table(book, *words))


def _people(count: int) -> list[str]:
    return [
        f"{number}. Nguyễn Văn {given}" for number, given in enumerate(("An", "Bình", "Chí", "Dũng", "Em")[:count], 1)
    ]


@case("B120", "a list of five people below the table", "rejected", "PII_LIST", told=["PII_LIST"], told_only=True)
def people(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, lambda book: _beside_table(book, *_people(5)))


@case("B120", "five people in one cell", "rejected", "PII_LIST", told=["PII_LIST"], told_only=True)
def people_in_a_cell(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, _cell("; ".join(_people(5))))


@case("B120", "three people under the heading “Họ và tên”", "rejected", "PII_LIST", told=["PII_LIST"], told_only=True)
def headed_people(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, lambda book: _beside_table(book, "Họ và tên", *_people(3)))


@case("B120", "the two names of a signature block", "loaded", "OK", told_only=True)
def signatures(folder: Path, unit: str) -> Path:
    return _stamped(folder, unit, lambda book: _beside_table(book, "Người lập biểu", "Trần Thị Bích", "Lê Văn Tám"))


@case("B120", "a list of places that bear the first word of a name", "loaded", "OK", told_only=True)
def places(folder: Path, unit: str) -> Path:
    words = ("Cao Lãnh", "Hồ Ba Bể", "Lý Sơn", "Phan Thiết", "Hoàng Sa", "Mai Châu", "Hà Tĩnh")
    return _stamped(folder, unit, lambda book: _beside_table(book, *words))


@case(
    "B121", "the one secret file of a batch, after others", "refused_secret", "SECRET", told=["SECRET"], told_only=True
)
def secret_of_batch(folder: Path, unit: str) -> list[Path]:
    first = write_report(folder / "lan1.xlsx", unit)
    return [first, _stamped(folder, unit, _cell("MẬT"), "lan2.xlsx")]


@case("B121", "an ordinary report in the same batch as secret ones", "loaded", "OK", loads={"MED01": Decimal(7)})
def ordinary_of_batch(folder: Path, unit: str) -> Path:
    return write_report(folder / "bao-cao.xlsx", unit, actual={"MED01": 7})
