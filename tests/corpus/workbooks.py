"""B019 to B055: workbooks of Excel, LibreOffice and the programs that write such files.

B025 and B055: an .xlsb is refused as another type; an .ods is taken, it is one of our three formats. B041 to B043 and
B045 end as the reader of reports decides, by what the table's header says.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from openpyxl.styles import Font
from openpyxl.workbook.protection import WorkbookProtection

from tests.corpus.frame import case
from tests.corpus.plain_files import TYPED_NEWS_CELL, change_parts, typed, typed_rows
from tests.sources.reports import cell_of, write_report
from tests.sources.typed import BUDGET, EVENTS, NEWS, Page, Rows, line, save_xlsx
from tests.unit.reader_files import ole_file, write_parts, xlsx_parts

Parts = dict[str, bytes]

SHEET: Final = "xl/worksheets/sheet1.xml"
BOOK: Final = "xl/workbook.xml"
TYPES: Final = "[Content_Types].xml"
KIND: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
NEWS_CELL, PRODUCTS_CELL, DOCUMENTS_CELL, DEVICES_CELL, OPINIONS_CELL = "F42", "F60", "F18", "F94", "F122"
"""MED01, MED02, LEG03, BDR05 and DIF01 in the commune's form; the parts of LEG03 stand in F20 to F24."""

LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<root>&c;</root>"
)
OUTSIDE: Final = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "%s">]><root>&x;</root>'


def report(folder: Path, unit: str, change: Callable[[Parts], object] | None = None, **actual: Any) -> Path:
    """A filled form about the body, its parts changed."""
    path = write_report(folder / "bao-cao.xlsx", unit, actual=actual)
    return path if change is None else change_parts(path, change)


def put(parts: Parts, part: str, old: str, new: str, count: int = 1) -> None:
    """Replace text of a part that is certainly there."""
    assert old.encode() in parts[part], (part, old)
    parts[part] = parts[part].replace(old.encode(), new.encode(), count)


def put_cell(parts: Parts, cell: str, inner: str, attributes: str = "") -> None:
    """Replace one cell of the main sheet; its style stays."""
    pattern = re.compile(rb'<c r="%s"( s="\d+")?[^>]*?(?:/>|>.*?</c>)' % cell.encode(), re.DOTALL)
    found = pattern.search(parts[SHEET])
    assert found is not None, cell
    style = (found[1] or b"").decode()
    new = f'<c r="{cell}"{style}{attributes}>{inner}</c>'.encode()
    parts[SHEET] = parts[SHEET][: found.start()] + new + parts[SHEET][found.end() :]


def relate(parts: Parts, of: str, kind: str, target: str, *, mode: str = "", number: int = 90) -> None:
    """Let a part lead to another one."""
    folder, _, name = of.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    parts.setdefault(rels, f'<Relationships xmlns="{PACKAGE}"></Relationships>'.encode())
    outside = f' TargetMode="{mode}"' if mode else ""
    relation = f'<Relationship Id="rId{number}" Type="{KIND}/{kind}" Target="{target}"{outside}/></Relationships>'
    parts[rels] = parts[rels].replace(b"</Relationships>", relation.encode())


def append_to_sheet(parts: Parts, xml: str) -> None:
    parts[SHEET] = parts[SHEET].replace(b"</worksheet>", xml.encode() + b"</worksheet>")


# --- encrypted ------------------------------------------------------------------------------------------


@case("B019", "a workbook encrypted with a password", "rejected", "ENCRYPTED", told=["ENCRYPTED"], told_only=True)
def encrypted(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    path.write_bytes(ole_file("EncryptionInfo", "EncryptedPackage"))
    return path


@case("B019", "an OpenDocument workbook encrypted with a password", "rejected", "ENCRYPTED")
def encrypted_ods(folder: Path, unit: str) -> Path:
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry'
        ' manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
    )

    def lock(parts: Parts) -> None:
        parts["META-INF/manifest.xml"] = manifest.encode()

    return change_parts(typed(folder, unit, line(NEWS, 12), form="ods"), lock)


@case("B019", "a plain workbook with a sheet named EncryptedPackage", "loaded", "OK", loads={"MED01": Decimal(12)})
def not_encrypted(folder: Path, unit: str) -> Path:
    return write_report(
        folder / "bao-cao.xlsx", unit, actual={"MED01": 12}, edit=lambda book: book.create_sheet("EncryptedPackage")
    )


@case("B020", "a workbook encrypted with the password Excel tries by itself (VelvetSweatshop)", "rejected", "ENCRYPTED")
def velvet(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    path.write_bytes(ole_file("\x06DataSpaces", "EncryptionInfo", "EncryptedPackage"))
    return path


def biff_record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def old_book(folder: Path, fill: Callable[[Any, Any], object], change: Callable[[bytes], bytes] | None = None) -> Path:
    """An .xls whose stream of records may be changed before it is wrapped."""
    import xlwt
    from xlwt.CompoundDoc import XlsDoc

    book = xlwt.Workbook()
    fill(book, book.add_sheet("Báo cáo"))
    stream = book.get_biff_data()
    path = folder / "bao-cao.xls"
    with path.open("wb") as file:
        XlsDoc().save(file, change(stream) if change else stream)
    return path


def write_rows(rows: Rows) -> Callable[[Any, Any], None]:
    def fill(_: Any, sheet: Any) -> None:
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(row, column, value)

    return fill


def behind_first_record(stream: bytes, record: bytes) -> bytes:
    (length,) = struct.unpack_from("<H", stream, 2)
    return stream[: 4 + length] + record + stream[4 + length :]


@case("B020", "an old workbook with the record of such a password (FILEPASS)", "rejected", "ENCRYPTED")
@case("B051", "an old workbook encrypted with a password (FILEPASS)", "rejected", "ENCRYPTED")
def file_pass(folder: Path, unit: str) -> Path:
    lock = biff_record(0x002F, struct.pack("<HHH", 1, 1, 1) + b"\x11" * 48)
    return old_book(folder, write_rows(typed_rows(unit, line(NEWS, 12))), lambda s: behind_first_record(s, lock))


@case("B021", "sheets and workbook protected against changes", "loaded", "OK", loads={"MED01": Decimal(12)})
def protected(folder: Path, unit: str) -> Path:
    def edit(book: Any) -> None:
        book.security = WorkbookProtection(workbookPassword="1234", lockStructure=True)
        book["Báo cáo"].protection.set_password("1234")

    return write_report(folder / "bao-cao.xlsx", unit, actual={"MED01": 12}, edit=edit)


# --- macros, links, programs ----------------------------------------------------------------------------


@case("B022", "a macro workbook .xlsm", "rejected", "MACRO", told=["MACRO"], told_only=True)
def macro(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"

    return report(folder, unit, change).rename(folder / "bao-cao.xlsm")


@case("B022", "a plain workbook named .xlsm", "loaded", "OK", loads={"MED01": Decimal(12)})
def named_macro(folder: Path, unit: str) -> Path:
    return report(folder, unit, MED01=12).rename(folder / "bao-cao.xlsm")


@case("B023", "a macro workbook renamed .xlsx, told by its content type", "rejected", "MACRO")
def macro_renamed(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        put(parts, TYPES, kind, "application/vnd.ms-excel.sheet.macroEnabled.main+xml")

    return report(folder, unit, change)


@case("B024", "a sheet of Excel 4 macros", "rejected", "MACRO")
def macro_sheet(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: parts.update({"xl/macrosheets/sheet1.xml": b"<a/>"}))


@case("B024", "a macro sheet under a harmless name, told by its relation", "rejected", "MACRO")
def macro_sheet_hidden(folder: Path, unit: str) -> Path:
    return report(
        folder, unit, lambda parts: put(parts, f"{BOOK[:3]}_rels/workbook.xml.rels", "/worksheet", "/xlMacrosheet")
    )


@case("B024", "a dialog sheet", "rejected", "MACRO")
def dialog_sheet(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: parts.update({"xl/dialogsheets/sheet1.xml": b"<a/>"}))


@case("B024", "an old workbook with a macro sheet", "rejected", "MACRO")
def old_macro_sheet(folder: Path, unit: str) -> Path:
    def change(stream: bytes) -> bytes:
        at = stream.index(struct.pack("<H", 0x0085), 100)
        return stream[: at + 9] + b"\x01" + stream[at + 10 :]

    return old_book(folder, write_rows(typed_rows(unit, line(NEWS, 12))), change)


@case("B025", "a binary workbook .xlsb", "rejected", "TYPE_MISMATCH", told_only=True, told=["TYPE_MISMATCH"])
def binary(folder: Path, unit: str) -> Path:
    kind = '<Types><Override ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    return write_parts(folder / "bao-cao.xlsb", {TYPES: kind, "xl/workbook.bin": b"\x83\x01\x00"})


def link_outside(parts: Parts) -> None:
    relate(parts, BOOK, "externalLink", "externalLinks/externalLink1.xml")
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink xmlns="{MAIN}"><externalBook><sheetNames><sheetName val="So lieu"/></sheetNames>'
        '<sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>12</v></cell></row></sheetData>'
        "</sheetDataSet></externalBook></externalLink>"
    ).encode()


@case(
    "B026",
    "a figure linked to another workbook, its value saved",
    "loaded",
    "OK",
    told=["EXTERNAL_LINK"],
    loads={"MED01": Decimal(12)},
)
def link_cached(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        link_outside(parts)
        put_cell(parts, NEWS_CELL, "<f>[1]Sheet1!$A$1</f><v>12</v>")

    return report(folder, unit, change)


@case(
    "B026", "a figure linked to another workbook, its value not saved", "quarantined", "FORMULA_NO_VALUE",
    told=["EXTERNAL_LINK"], cells={"FORMULA_NO_VALUE": NEWS_CELL}, loads={"MED01": None},
)  # fmt: skip
def link_not_cached(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        link_outside(parts)
        put_cell(parts, NEWS_CELL, "<f>[1]Sheet1!$A$1</f>")

    return report(folder, unit, change)


@case(
    "B026",
    "an OpenDocument formula over another file",
    "loaded",
    "OK",
    told=["EXTERNAL_LINK"],
    loads={"MED01": Decimal(12)},
)
def link_ods(folder: Path, unit: str) -> Path:
    return ods_with_formula(folder, unit, "of:='file:///C:/so-lieu.ods'#$Sheet1.A1")


@case("B026", "a table refreshed from a web page", "loaded", "OK", told=["EXTERNAL_LINK"])
def web_query(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        relate(parts, BOOK, "connections", "connections.xml")
        xml = f'<connections xmlns="{MAIN}"><connection id="1" name="Web"><webPr url="https://x.vn"/></connection></connections>'
        parts["xl/connections.xml"] = xml.encode()

    return report(folder, unit, change)


def ods_with_formula(folder: Path, unit: str, formula: str, *, value: str | None = "12") -> Path:
    """A typed .ods whose one figure is a formula."""

    def change(parts: Parts) -> None:
        old = re.search(rb'<table:table-cell[^>]*office:value="12"[^>]*>.*?</table:table-cell>', parts["content.xml"])
        assert old is not None
        escaped = formula.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
        result = f' office:value-type="float" office:value="{value}"><text:p>{value}</text:p>' if value else ">"
        new = f'<table:table-cell table:formula="{escaped}"{result}</table:table-cell>'
        parts["content.xml"] = parts["content.xml"].replace(old[0], new.encode())

    return change_parts(typed(folder, unit, line(NEWS, 12), form="ods"), change)


@case("B027", "a formula that starts a program (DDE)", "rejected", "DDE", cells={"DDE": NEWS_CELL})
def dde(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, "<f>cmd|'/c calc'!A1</f><v>12</v>"))


@case("B027", "a formula that starts a program in the middle of a sum", "rejected", "DDE", cells={"DDE": NEWS_CELL})
def dde_inside(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, "<f>SUM(1,cmd|'/c calc'!A1)</f><v>12</v>"))


@case("B027", "the part of a link to a program", "rejected", "DDE")
def dde_part(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        link_outside(parts)
        xml = f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
        parts["xl/externalLinks/externalLink1.xml"] = xml.encode()

    return report(folder, unit, change)


@case("B027", "a defined name that starts a program", "rejected", "DDE")
def dde_name(folder: Path, unit: str) -> Path:
    name = "<definedName name=\"TEN\">cmd|'/c calc'!A1</definedName></definedNames>"
    return report(folder, unit, lambda parts: put(parts, BOOK, "</definedNames>", name))


@case("B027", "an OpenDocument formula that starts a program", "rejected", "DDE", cells={"DDE": TYPED_NEWS_CELL})
def dde_ods(folder: Path, unit: str) -> Path:
    return ods_with_formula(folder, unit, 'of:=DDE("soffice";"a.ods";"A1")')


@case("B027", "a bar inside a text and in a sheet's name", "loaded", "OK", loads={"MED01": Decimal(12)})
def no_dde(folder: Path, unit: str) -> Path:
    formula = "<f>IF(&quot;cmd|&quot;=&quot;&quot;,'a|b'!A1,12)</f><v>12</v>"
    return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, formula))


def net_case(what: str, formula: str) -> None:
    @case(
        "B028", what, "quarantined", "FORMULA_NET",
        told=["EXTERNAL_LINK"], cells={"FORMULA_NET": NEWS_CELL}, loads={"MED01": None},
    )  # fmt: skip
    def net(folder: Path, unit: str) -> Path:
        return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, f"<f>{formula}</f><v>12</v>"))


net_case("a figure fetched with WEBSERVICE", "VALUE(_xlfn.WEBSERVICE(&quot;https://x.vn/&quot;))")
net_case("a figure behind HYPERLINK", "HYPERLINK(&quot;https://x.vn/&quot;,12)")
net_case("a figure fetched with IMPORTDATA", "IMPORTDATA(&quot;https://x.vn/&quot;)")
net_case("a figure fetched with RTD", "RTD(&quot;x.y&quot;,,&quot;z&quot;)")
net_case("a figure taken out of fetched XML", "_xlfn.FILTERXML(A1,&quot;//x&quot;)+LEN(_xlfn.ENCODEURL(A1))")
net_case("a picture from an address in a figure cell", "_xlfn.IMAGE(&quot;https://x.vn/a.png&quot;)")


@case(
    "B028",
    "a figure behind a defined name that fetches",
    "quarantined",
    "FORMULA_NET",
    cells={"FORMULA_NET": NEWS_CELL},
)
def net_name(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        name = '<definedName name="SO_TIN">VALUE(_xlfn.WEBSERVICE("https://x.vn"))</definedName></definedNames>'
        put(parts, BOOK, "</definedNames>", name)
        put_cell(parts, NEWS_CELL, "<f>SO_TIN+0</f><v>12</v>")

    return report(folder, unit, change)


@case(
    "B028",
    "a shared formula that fetches, in the second of its cells",
    "quarantined",
    "FORMULA_NET",
    cells={"FORMULA_NET": PRODUCTS_CELL},
)
def net_shared(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        shared = 'VALUE(_xlfn.WEBSERVICE("https://x.vn"))'.replace('"', "&quot;")
        put_cell(parts, NEWS_CELL, f'<f t="shared" ref="F42:F60" si="0">{shared}</f><v>12</v>')
        put_cell(parts, PRODUCTS_CELL, '<f t="shared" si="0"/><v>12</v>')

    return report(folder, unit, change)


@case(
    "B028",
    "a figure behind a link in an OpenDocument workbook",
    "quarantined",
    "FORMULA_NET",
    cells={"FORMULA_NET": TYPED_NEWS_CELL},
)
def net_ods(folder: Path, unit: str) -> Path:
    return ods_with_formula(folder, unit, 'of:=HYPERLINK("https://x.vn";12)')


@case(
    "B028",
    "a figure behind a link in an old workbook",
    "quarantined",
    "FORMULA_NET",
    cells={"FORMULA_NET": TYPED_NEWS_CELL},
)
def net_xls(folder: Path, unit: str) -> Path:
    import xlwt

    rows = typed_rows(unit, line(NEWS, xlwt.Formula('HYPERLINK("https://x.vn";12)')))
    return old_book(folder, write_rows(rows))


@case(
    "B028",
    "a function's name inside a text, and a link behind words of a label",
    "loaded",
    "OK",
    loads={"MED01": Decimal(12)},
)
def no_net(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, NEWS_CELL, "<f>IF(&quot;WEBSERVICE(&quot;=&quot;&quot;,0,12)</f><v>12</v>")
        label = "Tin, bài TTĐN đã đăng, phát"
        put_cell(parts, "C42", f"<f>HYPERLINK(&quot;#A1&quot;,&quot;{label}&quot;)</f><v>{label}</v>", ' t="str"')

    return report(folder, unit, change)


# --- formulas without values, errors --------------------------------------------------------------------


@case(
    "B029",
    "a formula saved without a value",
    "quarantined",
    "FORMULA_NO_VALUE",
    cells={"FORMULA_NO_VALUE": NEWS_CELL},
    loads={"MED01": None},
)
def no_value(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, "<f>F60+7</f>"))


@case(
    "B029",
    "a sum over figures saved as 0 by a library",
    "quarantined",
    "FORMULA_NO_VALUE",
    cells={"FORMULA_NO_VALUE": DOCUMENTS_CELL},
)
def stored_zero(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, "F20", "<v>2</v>")
        put_cell(parts, "F21", "<v>3</v>")
        put_cell(parts, DOCUMENTS_CELL, "<f>SUM(F20:F24)</f><v>0</v>")
        put(parts, BOOK, ' fullCalcOnLoad="1"', "")

    return report(folder, unit, change)


@case(
    "B029",
    "other formulas saved as 0 by a library that asks for calculation",
    "quarantined",
    "FORMULA_NO_VALUE",
    cells={"FORMULA_NO_VALUE": NEWS_CELL},
)
def stored_zero_asked(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, "<f>ROUND(F60*2,0)</f><v>0</v>"))


@case(
    "B029",
    "a formula of an old workbook never calculated",
    "quarantined",
    "FORMULA_NO_VALUE",
    cells={"FORMULA_NO_VALUE": TYPED_NEWS_CELL},
)
def no_value_xls(folder: Path, unit: str) -> Path:
    import xlwt

    return old_book(folder, write_rows(typed_rows(unit, line(NEWS, xlwt.Formula("5+7")))))


@case(
    "B029",
    "a formula of an OpenDocument workbook never calculated",
    "quarantined",
    "FORMULA_NO_VALUE",
    cells={"FORMULA_NO_VALUE": TYPED_NEWS_CELL},
)
def no_value_ods(folder: Path, unit: str) -> Path:
    return ods_with_formula(folder, unit, "of:=5+7", value=None)


@case(
    "B029",
    "a sum that is truly 0, and a 0 calculated by Excel",
    "loaded",
    "OK",
    loads={"LEG03": Decimal(0), "DIF01": Decimal(0)},
)
def true_zero(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, DOCUMENTS_CELL, "<f>SUM(F20:F24)</f><v>0</v>")
        put_cell(parts, OPINIONS_CELL, "<f>ROUND(F60*0,0)</f><v>0</v>")
        put(parts, BOOK, ' fullCalcOnLoad="1"', "")

    return report(folder, unit, change)


@case(
    "B029",
    "calculation asked for, but other formulas have their values",
    "loaded",
    "OK",
    loads={"DIF01": Decimal(0), "BDR05": Decimal(4)},
)
def partly_zero(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, OPINIONS_CELL, "<f>ROUND(F16*0,0)</f><v>0</v>")
        put_cell(parts, DEVICES_CELL, "<f>2+2</f><v>4</v>")

    return report(folder, unit, change)


def error_case(error: str) -> None:
    @case(
        "B030",
        f"{error} in a figure cell",
        "quarantined",
        "ERROR_CELL",
        cells={"ERROR_CELL": NEWS_CELL},
        loads={"MED01": None},
    )
    def broken(folder: Path, unit: str) -> Path:
        return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, f"<f>F16/0</f><v>{error}</v>", ' t="e"'))


for _error in ("#DIV/0!", "#REF!", "#N/A", "#VALUE!", "#NAME?"):
    error_case(_error)


@case(
    "B030", "an error only the newest Excel knows (#SPILL!)", "rejected", "ERROR_CELL", cells={"ERROR_CELL": NEWS_CELL}
)
def new_error(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put_cell(parts, NEWS_CELL, "<f>F16</f><v>#SPILL!</v>", ' t="e"'))


@case(
    "B030",
    "an error in a figure cell of an OpenDocument workbook",
    "quarantined",
    "ERROR_CELL",
    cells={"ERROR_CELL": TYPED_NEWS_CELL},
)
def error_ods(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        content = parts["content.xml"]
        start = content.index(b'table:formula="of:=1/0"')
        end = content.index(b"</table:table-cell>", start)
        cell = b'table:formula="of:=1/0" office:value-type="string"><text:p>#DIV/0!</text:p>'
        parts["content.xml"] = content[:start] + cell + content[end:]

    return change_parts(ods_with_formula(folder, unit, "of:=1/0"), change)


@case("B030", "the words of an error typed as text beside the table", "loaded", "OK", loads={"MED01": Decimal(12)})
def error_in_note(folder: Path, unit: str) -> Path:
    return report(
        folder,
        unit,
        lambda parts: put_cell(parts, "G42", "<is><t>trước đây ghi #REF!</t></is>", ' t="inlineStr"'),
        MED01=12,
    )


@case("B031", "a total that is a formula over typed cells", "loaded", "OK", loads={"LEG03": Decimal(5)})
def total_formula(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, "F20", "<v>2</v>")
        put_cell(parts, "F21", "<v>3</v>")
        put_cell(parts, DOCUMENTS_CELL, "<f>SUM(F20:F24)</f><v>5</v>")

    return report(folder, unit, change)


@case(
    "B031",
    "a total whose formula leaves out a typed cell",
    "quarantined",
    "PARTS_NOT_TOTAL",
    cells={"PARTS_NOT_TOTAL": DOCUMENTS_CELL},
)
def total_formula_short(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, "F20", "<v>2</v>")
        put_cell(parts, "F24", "<v>3</v>")
        put_cell(parts, DOCUMENTS_CELL, "<f>SUM(F20:F23)</f><v>2</v>")

    return report(folder, unit, change)


# --- attacks on the XML ---------------------------------------------------------------------------------


def laughing_case(part: str) -> None:
    @case("B032", f"billion laughs in {part}", "rejected", "XML_DTD", told=["XML_DTD"], told_only=True)
    def laughs(folder: Path, unit: str) -> Path:
        return report(folder, unit, lambda parts: parts.update({part: LAUGHS}))


for _part in (
    SHEET,
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/drawings/drawing1.xml",
    "docProps/custom.xml",
    "customXml/item1.xml",
):
    laughing_case(_part)


@case("B033", "one long entity used many times (quadratic blow-up)", "rejected", "XML_DTD")
def quadratic(folder: Path, unit: str) -> Path:
    bomb = b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 50_000 + b'">]><r>' + b"&a;" * 10_000 + b"</r>"
    return report(folder, unit, lambda parts: parts.update({"xl/sharedStrings.xml": bomb}))


@case("B033", "an entity that reads a file of the server", "rejected", "XML_DTD")
def reads_file(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: parts.update({"xl/sharedStrings.xml": OUTSIDE % b"file:///etc/passwd"}))


@case("B033", "an entity that fetches an address, in an OpenDocument workbook", "rejected", "XML_DTD")
def reads_address(folder: Path, unit: str) -> Path:
    path = typed(folder, unit, line(NEWS, 12), form="ods")
    return change_parts(path, lambda parts: parts.update({"content.xml": OUTSIDE % b"http://127.0.0.1/x"}))


@case("B033", "the words of a document type in a cell", "loaded", "OK", loads={"MED01": Decimal(12)})
def doctype_words(folder: Path, unit: str) -> Path:
    note = "<is><t>&lt;!DOCTYPE html&gt; &lt;!ENTITY x&gt;</t></is>"
    return report(folder, unit, lambda parts: put_cell(parts, "G42", note, ' t="inlineStr"'), MED01=12)


@case("B034", "200,000 elements inside one another in a sheet", "rejected", "XML_DEPTH")
def deep(folder: Path, unit: str) -> Path:
    nested = "<a>" * 200_000 + "</a>" * 200_000
    return report(folder, unit, lambda parts: append_to_sheet(parts, nested))


@case("B034", "200,000 elements inside one another in an OpenDocument workbook", "rejected", "XML_DEPTH")
def deep_ods(folder: Path, unit: str) -> Path:
    nested = "<text:span>" * 200_000 + "</text:span>" * 200_000
    path = typed(folder, unit, line(NEWS, 12), form="ods")
    return change_parts(
        path, lambda parts: put(parts, "content.xml", "</office:spreadsheet>", nested + "</office:spreadsheet>")
    )


# --- ranges ---------------------------------------------------------------------------------------------


def append_row(parts: Parts, row: int, cells: str) -> None:
    put(parts, SHEET, "</sheetData>", f'<row r="{row}">{cells}</row></sheetData>')


@case("B035", "a cell in the last corner of the sheet", "rejected", "SHEET_RANGE")
def last_corner(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: append_row(parts, 1_048_576, '<c r="XFD1048576"><v>1</v></c>'))


@case("B035", "an empty styled cell in the last corner", "loaded", "OK", loads={"MED01": Decimal(12)})
def empty_corner(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: append_row(parts, 1_048_576, '<c r="XFD1048576" s="1"/>'), MED01=12)


@case("B035", "a note far below the table, within what is read", "loaded", "OK", loads={"MED01": Decimal(12)})
def far_note(folder: Path, unit: str) -> Path:
    note = '<c r="H9000" t="inlineStr"><is><t>hết</t></is></c>'
    return report(folder, unit, lambda parts: append_row(parts, 9_000, note), MED01=12)


def dimension_case(claimed: str, what: str) -> None:
    @case("B036", what, "loaded", "OK", loads={"MED01": Decimal(12)})
    def claims(folder: Path, unit: str) -> Path:
        new = f'<dimension ref="{claimed}"/>' if claimed else ""
        return report(folder, unit, lambda parts: put(parts, SHEET, '<dimension ref="A1:G126"/>', new), MED01=12)


dimension_case("A1:XFD1048576", "a sheet that claims the whole grid")
dimension_case("A1", "a sheet that claims one cell")
dimension_case("", "a sheet that claims nothing")


@case("B037", "a cell beyond the last column", "rejected", "SHEET_RANGE")
def beyond_columns(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: append_row(parts, 900, '<c r="XFE900"><v>1</v></c>'))


@case("B037", "a cell beyond the last row", "rejected", "SHEET_RANGE")
def beyond_rows(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: append_row(parts, 16_777_217, '<c r="A16777217"><v>1</v></c>'))


@case("B038", "a million empty styled rows", "loaded", "OK", loads={"MED01": Decimal(12)})
def empty_rows(folder: Path, unit: str) -> Path:
    rows = "".join(
        f'<row r="{row}" s="1" customFormat="1"><c r="A{row}" s="1"/></row>' for row in range(200, 1_048_577, 16)
    )
    return report(folder, unit, lambda parts: put(parts, SHEET, "</sheetData>", f"{rows}</sheetData>"), MED01=12)


@case("B039", "more filled rows than any report has", "rejected", "TOO_MANY_ROWS")
def many_rows(folder: Path, unit: str) -> Path:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(200, 200_400 + 200))
    return report(folder, unit, lambda parts: put(parts, SHEET, "</sheetData>", f"{rows}</sheetData>"))


@case("B040", "one merge over the whole sheet", "rejected", "MERGE_RANGE")
def whole_merge(folder: Path, unit: str) -> Path:
    merge = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return report(folder, unit, lambda parts: append_to_sheet(parts, merge))


@case("B040", "a hundred thousand merges", "rejected", "MERGE_RANGE")
def many_merges(folder: Path, unit: str) -> Path:
    merges = "".join(f'<mergeCell ref="H{row}:I{row}"/>' for row in range(1_000, 101_000))
    return report(folder, unit, lambda parts: append_to_sheet(parts, f"<mergeCells>{merges}</mergeCells>"))


# --- tables ---------------------------------------------------------------------------------------------


@case(
    "B041",
    "a header of two merged rows, printed again on the next page, below the official heading",
    "loaded",
    "OK",
    told=["LINES_ABSENT"],
    loads={"MED01": Decimal(12), "BUD02": Decimal(45_000_000)},
)
def two_row_header(folder: Path, unit: str) -> Path:
    upper = ["STT", "Nội dung", "ĐVT", "Số liệu", None, "Ghi chú"]
    lower = [None, None, None, "Thực hiện đến ngày chốt", "Ước cả năm", None]
    lines = [[1, NEWS, "tin, bài", 12], upper, lower, [2, BUDGET, "triệu đồng", 45]]
    rows = typed_rows(unit, lower, *lines, header=upper)
    path = folder / "bao-cao.xlsx"
    merges = [f"{letter}8:{letter}9" for letter in "ABCF"] + ["D8:E8"]
    save_xlsx(path, [Page(rows, merges=merges)])
    return path


@case("B041", "a table whose header was cut off", "rejected", "HEADER_NOT_FOUND")
def no_header(folder: Path, unit: str) -> Path:
    rows = typed_rows(unit, line(NEWS, 12), header=["1", "2", "3", "4", "5"])
    path = folder / "bao-cao.xlsx"
    save_xlsx(path, [Page(rows)])
    return path


@case("B042", "a label merged over two lines", "quarantined", "DUP_KEY", cells={"DUP_KEY": "D10"})
def merged_label(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line(NEWS, 12), line(None, 13, None), merges=["B9:B10"])


@case(
    "B042", "one figure merged over two lines", "quarantined", "FIGURE_MERGED", cells={"FIGURE_MERGED": TYPED_NEWS_CELL}
)
def merged_figure(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line(NEWS, 12), line(EVENTS, None, "sự kiện"), merges=["D9:D10"])


@case(
    "B043",
    "columns in another order under other names, one more with figures",
    "loaded",
    "OK",
    told=["COLUMN_NOT_READ"],
    loads={"MED01": Decimal(12)},
)
def other_columns(folder: Path, unit: str) -> Path:
    rows = typed_rows(unit, [12, "tin, bài", NEWS, 7], header=["Số liệu", "ĐVT", "Nội dung", "Người xem"])
    path = folder / "bao-cao.xlsx"
    save_xlsx(path, [Page(rows)])
    return path


@case("B043", "the column with the figures is missing", "rejected", "COLUMN_MISSING")
def missing_column(folder: Path, unit: str) -> Path:
    rows = typed_rows(unit, [1, NEWS, "tin, bài"], header=["STT", "Nội dung", "ĐVT"])
    path = folder / "bao-cao.xlsx"
    save_xlsx(path, [Page(rows)])
    return path


# --- hidden ---------------------------------------------------------------------------------------------


def hidden_case(what: str, change: Callable[[Parts], object], cell: str) -> None:
    @case("B044", what, "loaded", "OK", told=["HIDDEN_DATA"], cells={"HIDDEN_DATA": cell}, loads={"MED01": Decimal(12)})
    def hidden(folder: Path, unit: str) -> Path:
        return report(folder, unit, change, MED01=12)


def hide_row(attribute: str) -> Callable[[Parts], object]:
    def change(parts: Parts) -> None:
        found = re.search(rb'<row r="42"[^>]*>', parts[SHEET])
        assert found is not None
        plain = re.sub(rb' (?:ht|customHeight)="[^"]*"', b"", found[0])
        parts[SHEET] = parts[SHEET].replace(found[0], plain[:-1] + f" {attribute}>".encode())

    return change


hidden_case("a hidden row with a figure", hide_row('hidden="1"'), "A42")
hidden_case("a row of no height with a figure", hide_row('ht="0" customHeight="1"'), "A42")
hidden_case(
    "a hidden column with figures",
    lambda parts: put(parts, SHEET, '<col min="6" max="6"', '<col min="6" max="6" hidden="1"'),
    "F1",
)
hidden_case(
    "a column of no width with figures",
    lambda parts: put(parts, SHEET, '<col min="6" max="6" width="17.7109375"', '<col min="6" max="6" width="0"'),
    "F1",
)


@case("B044", "rows hidden by a filter", "loaded", "OK", told=["HIDDEN_DATA"], loads={"MED01": Decimal(12)})
def filtered(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        hide_row('hidden="1"')(parts)
        put(parts, SHEET, "</sheetData>", '</sheetData><autoFilter ref="A13:G122"/>')

    return report(folder, unit, change, MED01=12)


@case(
    "B044",
    "a hidden and a very hidden sheet with data",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    loads={"MED01": Decimal(12)},
)
def hidden_sheets(folder: Path, unit: str) -> Path:
    def edit(book: Any) -> None:
        for name, state in (("Nháp", "hidden"), ("Nháp 2", "veryHidden")):
            sheet = book.create_sheet(name)
            sheet["A1"], sheet.sheet_state = 99, state

    return write_report(folder / "bao-cao.xlsx", unit, actual={"MED01": 12}, edit=edit)


def _hide_original(folder: Path, unit: str, figure: int) -> Path:
    """The unit's report on a copy of the form's sheet, with that figure in it; the form's own sheet is hidden."""

    def edit(book: Any) -> None:
        original = book["Báo cáo"]
        copy = book.copy_worksheet(original)
        copy.title = "Báo cáo (2)"
        copy[NEWS_CELL] = figure
        original.sheet_state = "hidden"
        book.active = book.worksheets.index(copy)

    return write_report(folder / "bao-cao.xlsx", unit, actual={"MED01": 12}, edit=edit)


@case(
    "B044",
    "the form's sheet hidden beside a copy of it with another figure",
    "rejected",
    "SHEET_HIDDEN_DIFFERS",
    told=["HIDDEN_DATA"],
    loads={"MED01": None},
)
def hidden_original(folder: Path, unit: str) -> Path:
    return _hide_original(folder, unit, 13)


@case(
    "B044",
    "near miss: the form's sheet hidden beside a copy of it with the same figures",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    loads={"MED01": Decimal(12)},
)
def hidden_twin(folder: Path, unit: str) -> Path:
    return _hide_original(folder, unit, 12)


@case(
    "B044",
    "a hidden row of an OpenDocument workbook",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    loads={"MED01": Decimal(12)},
)
def hidden_ods(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        at = parts["content.xml"].index(NEWS.encode())
        row = parts["content.xml"].rindex(b"<table:table-row", 0, at) + len(b"<table:table-row")
        parts["content.xml"] = parts["content.xml"][:row] + b' table:visibility="filter"' + parts["content.xml"][row:]

    return change_parts(typed(folder, unit, line(NEWS, 12), form="ods"), change)


@case(
    "B044",
    "hidden rows and columns without data",
    "loaded",
    "OK",
    told=["LINES_ABSENT"],
    loads={"MED01": Decimal(12)},
)
def hidden_nothing(folder: Path, unit: str) -> Path:
    def edit(book: Any) -> None:
        book.active.row_dimensions[40].hidden = True
        book.active.column_dimensions["H"].hidden = True

    path = typed(folder, unit, line(NEWS, 12))
    import openpyxl

    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return path


@case(
    "B044",
    "cells under a merged one with figures in them",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    cells={"HIDDEN_DATA": "C5"},
    loads={"MED01": Decimal(12)},
)
def under_merge(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put_cell(parts, "C5", "<v>77</v>"), MED01=12)


@case(
    "B044",
    "a workbook that keeps its recorded changes",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    loads={"MED01": Decimal(12)},
)
def change_log(folder: Path, unit: str) -> Path:
    changed = '<rcc rId="1" sId="1"><oc r="F42"><v>99</v></oc><nc r="F42"><v>12</v></nc></rcc>'
    xml = f'<revisions xmlns="{MAIN}">{changed}</revisions>'
    return report(folder, unit, lambda parts: parts.update({"xl/revisions/revisionLog1.xml": xml.encode()}), MED01=12)


@case(
    "B045", "an empty first sheet before the report, which is on Sheet1", "loaded", "OK", loads={"MED01": Decimal(12)}
)
def empty_first(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    save_xlsx(path, [Page([[]], name="Trang1"), Page(typed_rows(unit, line(NEWS, 12)), name="Sheet1")])
    return path


@case("B045", "two sheets that both are the report", "rejected", "SHEET_AMBIGUOUS")
def two_reports(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    save_xlsx(path, [Page(typed_rows(unit, line(NEWS, figure)), name=f"Báo cáo {figure}") for figure in (12, 13)])
    return path


@case("B045", "two sheets of one name: programs read one or the other", "rejected", "WORKBOOK_AMBIGUOUS")
def same_names(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: put(parts, BOOK, 'name="Chi tiết"', 'name="báo CÁO"'))


# --- unseen, beside the cells ---------------------------------------------------------------------------


def styled(parts: Parts, cell: str, font: str, fill: str, number_format: str = "0") -> None:
    """Give a cell of the main sheet a style of its own."""
    xml = parts["xl/styles.xml"].decode()
    fonts, fills, styles = (len(re.findall(pattern, xml)) for pattern in (r"<font>", r"<fill>", r"<xf "))
    styles = len(re.findall(r"<xf ", xml[xml.index("<cellXfs") : xml.index("</cellXfs>")]))
    xml = xml.replace("</fonts>", f"<font>{font}</font></fonts>").replace("</fills>", f"<fill>{fill}</fill></fills>")
    xml = xml.replace("</cellXfs>", f'<xf numFmtId="{number_format}" fontId="{fonts}" fillId="{fills}"/></cellXfs>')
    parts["xl/styles.xml"] = xml.encode()
    parts[SHEET] = re.sub(rb'(<c r="%s" s=)"\d+"' % cell.encode(), rb'\g<1>"%d"' % styles, parts[SHEET])


WHITE_FONT: Final = '<sz val="12"/><color rgb="FFFFFFFF"/><name val="Times New Roman"/>'
NO_FILL: Final = '<patternFill patternType="none"/>'


@case(
    "B046",
    "a figure in white letters on white ground",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    cells={"HIDDEN_DATA": NEWS_CELL},
    loads={"MED01": Decimal(12)},
)
def white_on_white(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: styled(parts, NEWS_CELL, WHITE_FONT, NO_FILL), MED01=12)


@case(
    "B046",
    "a figure in the palest grey",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    cells={"HIDDEN_DATA": NEWS_CELL},
    loads={"MED01": Decimal(12)},
)
def palest_grey(folder: Path, unit: str) -> Path:
    grey = '<sz val="12"/><color theme="0" tint="-0.1"/>'
    return report(folder, unit, lambda parts: styled(parts, NEWS_CELL, grey, NO_FILL), MED01=12)


@case(
    "B046",
    "a figure under a number format that shows nothing",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    cells={"HIDDEN_DATA": NEWS_CELL},
    loads={"MED01": Decimal(12)},
)
def shows_nothing(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        styles = parts["xl/styles.xml"].decode()
        empty = '<numFmt numFmtId="200" formatCode=";;;"/>'
        styles = (
            re.sub(r"(<numFmts[^>]*>)", rf"\1{empty}", styles)
            if "<numFmts" in styles
            else styles.replace("<fonts", f"<numFmts>{empty}</numFmts><fonts", 1)
        )
        parts["xl/styles.xml"] = styles.encode()
        styled(parts, NEWS_CELL, '<sz val="12"/>', NO_FILL, "200")

    return report(folder, unit, change, MED01=12)


@case(
    "B046",
    "white letters on a dark ground",
    "loaded",
    "OK",
    told=["HIDDEN_DATA"],
    cells={"HIDDEN_DATA": "F1"},
    loads={"MED01": Decimal(12)},
)
def white_on_dark(folder: Path, unit: str) -> Path:
    """The near miss: what is told is the hidden column only, and not the white figure in it."""

    def change(parts: Parts) -> None:
        styled(parts, NEWS_CELL, WHITE_FONT, '<patternFill patternType="solid"><fgColor rgb="FF1F2937"/></patternFill>')
        put(parts, SHEET, '<col min="6" max="6"', '<col min="6" max="6" hidden="1"')

    return report(folder, unit, change, MED01=12)


def with_comment(parts: Parts, text: str, author: str = "Người nhập", cell: str = NEWS_CELL) -> None:
    relate(parts, SHEET, "comments", "../comments1.xml")
    parts["xl/comments1.xml"] = (
        f'<comments xmlns="{MAIN}"><authors><author>{author}</author></authors><commentList>'
        f'<comment ref="{cell}" authorId="0"><text><r><t>{text}</t></r></text></comment></commentList></comments>'
    ).encode()


@case(
    "B046",
    "a comment that carries a figure",
    "loaded",
    "OK",
    told=["NOTE_NOT_READ"],
    cells={"NOTE_NOT_READ": NEWS_CELL},
    loads={"MED01": Decimal(12)},
)
def comment_figure(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: with_comment(parts, "thực ra là 15"), MED01=12)


@case(
    "B046", "a comment without a figure, and the platform's own with one", "loaded", "OK", loads={"MED01": Decimal(12)}
)
def own_comment(folder: Path, unit: str) -> Path:
    return report(folder, unit, lambda parts: with_comment(parts, "cần 12", "Nền tảng thông tin đối ngoại"), MED01=12)


@case("B046", "a text box that carries a figure", "loaded", "OK", told=["NOTE_NOT_READ"], loads={"MED01": Decimal(12)})
def text_box(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        drawing = "http://schemas.openxmlformats.org/drawingml/2006"
        relate(parts, SHEET, "drawing", "../drawings/drawing1.xml")
        parts["xl/drawings/drawing1.xml"] = (
            f'<wsDr xmlns="{drawing}/spreadsheetDrawing" xmlns:a="{drawing}/main"><sp><txBody>'
            "<a:p><a:r><a:t>Tổng số </a:t></a:r><a:r><a:t>15 tin</a:t></a:r></a:p></txBody></sp></wsDr>"
        ).encode()

    return report(folder, unit, change, MED01=12)


def shown_otherwise(folder: Path, unit: str, **look: Any) -> Path:
    def dress(book: Any) -> None:
        for name, value in look.items():
            setattr(cell_of(book, "MED01"), name, value)

    return write_report(folder / "bao-cao.xlsx", unit, actual={"MED01": 12}, edit=dress)


@case("B046", "a figure shown in thousands", "quarantined", "SHOWN_OTHERWISE", told=["SHOWN_OTHERWISE"])
def in_thousands(folder: Path, unit: str) -> Path:
    return shown_otherwise(folder, unit, number_format="#,##0,")


@case("B046", "a figure with three zeros added by its format", "quarantined", "SHOWN_OTHERWISE")
def with_zeros(folder: Path, unit: str) -> Path:
    return shown_otherwise(folder, unit, number_format='0"000"')


@case("B046", "a figure with “nghìn” added by its format", "quarantined", "SHOWN_OTHERWISE")
def with_unit(folder: Path, unit: str) -> Path:
    return shown_otherwise(folder, unit, number_format='#,##0" nghìn"')


@case("B046", "a figure struck through", "quarantined", "SHOWN_OTHERWISE")
def struck(folder: Path, unit: str) -> Path:
    return shown_otherwise(folder, unit, font=Font(strike=True))


@case("B046", "a figure with its unit behind it", "loaded", "OK", loads={"MED01": Decimal(12)})
def with_its_unit(folder: Path, unit: str) -> Path:
    return shown_otherwise(folder, unit, number_format='_(* #,##0" tin"_);_(* (#,##0)')


def dressed_case(form: str, what: str, told: str, **look: Any) -> None:
    loads = {} if told else {"MED01": Decimal(12)}

    @case("B046", f"{what}, in .{form}", "quarantined" if told else "loaded", told or "OK", loads=loads)
    def dressed(folder: Path, unit: str) -> Path:
        return typed(folder, unit, line(NEWS, 12), form=form, **look)


for _form in ("xls", "ods"):
    dressed_case(_form, "a figure shown in thousands", "SHOWN_OTHERWISE", formats={TYPED_NEWS_CELL: "#,##0,"})
    dressed_case(_form, "a figure with “nghìn” added", "SHOWN_OTHERWISE", formats={TYPED_NEWS_CELL: '#,##0" nghìn"'})
    dressed_case(_form, "a figure struck through", "SHOWN_OTHERWISE", struck=[TYPED_NEWS_CELL])
    dressed_case(_form, "a figure with separators and its unit", "", formats={TYPED_NEWS_CELL: '#,##0" tin"'})
    dressed_case(_form, "a struck label", "", struck=["B9"])


def marked_case(what: str, change: Callable[[Parts], object]) -> None:
    @case("B046", what, "refused_secret", "SECRET", told=["SECRET"], told_only=True)
    def marked(folder: Path, unit: str) -> Path:
        return report(folder, unit, change)


def add_part(of: str, kind: str, part: str, xml: str) -> Callable[[Parts], object]:
    def change(parts: Parts) -> None:
        relate(parts, of, kind, f"/{part}")
        parts[part] = xml.encode()

    return change


marked_case(
    "a secrecy mark in a threaded comment",
    add_part(
        SHEET,
        "threadedComment",
        "xl/threadedComments/threadedComment1.xml",
        '<ThreadedComments><threadedComment ref="A1"><text>TỐI MẬT</text></threadedComment></ThreadedComments>',
    ),
)
marked_case(
    "a secrecy mark in the words of a chart",
    add_part(
        SHEET,
        "drawing",
        "xl/charts/chart1.xml",
        '<c:chart xmlns:c="urn:c"><c:strCache><c:pt idx="0"><c:v>TUYỆT MẬT</c:v></c:pt></c:strCache></c:chart>',
    ),
)
marked_case(
    "a secrecy mark in a diagram (SmartArt)",
    add_part(
        SHEET,
        "diagramData",
        "xl/diagrams/data1.xml",
        '<d xmlns:a="urn:a"><a:p><a:r><a:t>TỐI </a:t></a:r><a:r><a:t>MẬT</a:t></a:r></a:p></d>',
    ),
)
marked_case(
    "a secrecy mark as word art of an old program",
    add_part(
        SHEET,
        "legacyDrawingHF",
        "xl/drawings/vmlDrawing1.vml",
        '<xml xmlns:v="urn:v"><v:shape><v:textpath string="TỐI MẬT"/><br></v:shape></xml>',
    ),
)
marked_case(
    "a secrecy mark in a prompt of data validation",
    lambda parts: append_to_sheet(
        parts, '<dataValidations><dataValidation sqref="A1" prompt="TỐI MẬT"/></dataValidations>'
    ),
)
marked_case(
    "a secrecy mark that a number format prints",
    lambda parts: put(
        parts,
        "xl/styles.xml",
        "<fonts",
        '<numFmts><numFmt numFmtId="201" formatCode="0 &quot;TUYỆT MẬT&quot;"/></numFmts><fonts',
    ),
)
marked_case(
    "a secrecy mark in a shared string no cell shows",
    lambda parts: put(parts, "xl/sharedStrings.xml", "</sst>", "<si><t>TỐI MẬT</t></si></sst>"),
)
marked_case(
    "a secrecy mark in custom XML",
    lambda parts: parts.update({"customXml/item1.xml": "<r><muc>TỐI MẬT</muc></r>".encode()}),
)
marked_case(
    "a secrecy mark in a property of one sheet",
    lambda parts: parts.update({"xl/customProperty1.bin": "TỐI MẬT".encode("utf-16-le")}),
)
marked_case(
    "a secrecy mark as the name of one sheet's range",
    lambda parts: put(
        parts, BOOK, "</definedNames>", '<definedName name="TỐI_MẬT" localSheetId="0">1</definedName></definedNames>'
    ),
)
marked_case(
    "a secrecy mark in an old version of a cell",
    lambda parts: parts.update(
        {"xl/revisions/revisionLog1.xml": "<r><rcc><oc><is><t>TUYỆT MẬT</t></is></oc></rcc></r>".encode()}
    ),
)


@case(
    "B046", "the syllable of a mark inside ordinary words of those places", "loaded", "OK", loads={"MED01": Decimal(12)}
)
def unmarked(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        parts["customXml/item1.xml"] = "<r><muc>bảo mật thông tin</muc></r>".encode()
        put(parts, "xl/sharedStrings.xml", "</sst>", "<si><r><t>mật </t></r><r><t>độ dân số</t></r></si></sst>")
        name = '<definedName name="MAT" localSheetId="0">1</definedName></definedNames>'
        put(parts, BOOK, "</definedNames>", name)
        drawn = '<d xmlns:a="urn:a"><a:p><a:r><a:t>bảo </a:t></a:r><a:r><a:t>mật</a:t></a:r></a:p></d>'
        add_part(SHEET, "diagramData", "xl/diagrams/data1.xml", drawn)(parts)

    return report(folder, unit, change, MED01=12)


# --- text in cells --------------------------------------------------------------------------------------


@case(
    "B047",
    "labels of several runs with readings, line ends and escaped letters; a figure with stray spaces",
    "loaded",
    "OK",
    loads={"MED01": Decimal(1200)},
)
def rich_text(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        label = (
            '<r><t>Tin, bài </t></r><r><t xml:space="preserve">TTĐN&#160;đã_x000D_\n đăng,</t></r>'
            "<r><t> ph\u00adát\u200b</t></r>"
            '<rPh sb="0" eb="1"><t>PHIEN AM</t></rPh>'
        )
        put_cell(parts, "C42", f"<is>{label}</is>", ' t="inlineStr"')
        put_cell(parts, NEWS_CELL, "<is><t>\t1\u00a0200\u00a0\u200b</t></is>", ' t="inlineStr"')

    return report(folder, unit, change)


@case(
    "B048",
    "control characters in a label, a note and a figure",
    "loaded",
    "OK",
    told=["TEXT_REPAIRED"],
    loads={"MED01": Decimal(12)},
)
def control_characters(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        put_cell(parts, "C42", "<is><t>Tin, bài TTĐN _x0007_đã đăng, phát_x0000_</t></is>", ' t="inlineStr"')
        put_cell(parts, "G42", "<is><t>theo_x001B_ kế hoạch</t></is>", ' t="inlineStr"')
        put_cell(parts, NEWS_CELL, "<is><t>_x0000_12_x001F_</t></is>", ' t="inlineStr"')

    return report(folder, unit, change)


def as_inline(rows: Rows) -> str:
    """Rows as a program writes them that keeps no table of shared strings."""
    from xml.sax.saxutils import escape

    written = []
    for row in rows:
        cells = ""
        for value in row:
            text = f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
            cells += "<c/>" if value is None else text if isinstance(value, str) else f"<c><v>{value}</v></c>"
        written.append(f"<row>{cells}</row>")
    return "".join(written)


@case(
    "B049",
    "cells without addresses, text inside the cells, no styles part",
    "loaded",
    "OK",
    loads={"MED01": Decimal(12)},
)
def bare_export(folder: Path, unit: str) -> Path:
    return write_parts(folder / "bao-cao.xlsx", xlsx_parts(as_inline(typed_rows(unit, line(NEWS, 12)))))


@case("B049", "a workbook as LibreOffice writes it", "loaded", "OK", loads={"MED01": Decimal(12)})
def libreoffice_export(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        parts["docProps/app.xml"] = b"<Properties><Application>LibreOffice/24.2</Application></Properties>"
        put(parts, BOOK, '<calcPr calcId="124519" fullCalcOnLoad="1"/>', '<calcPr iterateCount="100" refMode="A1"/>')
        put_cell(parts, NEWS_CELL, '<f aca="false">5+7</f><v>12</v>', ' t="n"')

    return report(folder, unit, change)


@case("B049", "a workbook as Google Sheets writes it", "loaded", "OK", loads={"MED01": Decimal(12)})
def google_export(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        del parts["docProps/app.xml"], parts["docProps/core.xml"]
        parts["_rels/.rels"] = re.sub(rb"<Relationship [^>]*docProps[^>]*/>", b"", parts["_rels/.rels"])
        put(parts, SHEET, '<dimension ref="A1:G126"/>', "")
        put_cell(parts, NEWS_CELL, "<v>12.0</v>")

    return report(folder, unit, change)


@case(
    "B049",
    "elements with a prefix, as WPS and older libraries write them",
    "loaded",
    "OK",
    loads={"MED01": Decimal(12)},
)
def prefixed_export(folder: Path, unit: str) -> Path:
    rows = re.sub(r"<(/?)(row|c|v|is|t)\b", r"<\1x:\2", as_inline(typed_rows(unit, line(NEWS, 12))))
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    return write_parts(folder / "bao-cao.xlsx", {**xlsx_parts(), SHEET: sheet})


@case("B050", "the strict form of the format (ISO 29500)", "loaded", "OK", loads={"MED01": Decimal(12)})
def strict(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        for name in parts:
            for loose, strict_name in ((MAIN, "spreadsheetml/main"), (KIND, "officeDocument/relationships")):
                parts[name] = parts[name].replace(loose.encode(), f"http://purl.oclc.org/ooxml/{strict_name}".encode())

    return report(folder, unit, change, MED01=12)


@case("B050", "an error cell in the strict form", "quarantined", "ERROR_CELL", cells={"ERROR_CELL": NEWS_CELL})
def strict_error(folder: Path, unit: str) -> Path:
    path = strict(folder, unit)
    assert isinstance(path, Path)
    return change_parts(path, lambda parts: put_cell(parts, NEWS_CELL, "<f>1/0</f><v>#DIV/0!</v>", ' t="e"'))


# --- .xls -----------------------------------------------------------------------------------------------


TONES: Final = "\u0300\u0301\u0303\u0309\u0323"


def in_code_page(text: str, code_page: int) -> bytes:
    """The text's bytes; where a letter is missing, its base letter and its tone."""
    encoded = b""
    for letter in unicodedata.normalize("NFC", text):
        try:
            encoded += letter.encode(f"cp{code_page}")
        except UnicodeEncodeError:
            pieces = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", "".join(piece for piece in pieces if piece not in TONES))
            tone = "".join(piece for piece in pieces if piece in TONES)
            encoded += (base + tone).encode(f"cp{code_page}")
    return encoded


def biff5(rows: Rows, code_page: int) -> bytes:
    """A workbook as Excel 95 wrote it: a bare stream of records, text in a code page."""
    start = biff_record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0x1000, 0x07CC))
    page = biff_record(0x0042, struct.pack("<H", code_page))
    name = b"Sheet1"
    sheet_at = len(start) + len(page) + (4 + 7 + len(name)) + 4
    entry = biff_record(0x0085, struct.pack("<IBBB", sheet_at, 0, 0, len(name)) + name)
    stream = start + page + entry + biff_record(0x000A)
    assert len(stream) == sheet_at
    stream += biff_record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0x1000, 0x07CC))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                text = in_code_page(value, code_page)
                stream += biff_record(0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + text)
            elif value is not None:
                stream += biff_record(0x0203, struct.pack("<HHHd", row, column, 0, value))
    return stream + biff_record(0x000A)


@case(
    "B051", "an old workbook of Excel 95 in the Vietnamese code page 1258", "loaded", "OK", loads={"MED01": Decimal(12)}
)
def excel_95(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xls"
    path.write_bytes(biff5(typed_rows(unit, line(NEWS, 12)), 1258))
    return path


def code_page_case(code_page: int) -> None:
    @case("B051", f"an old workbook that names code page {code_page}", "loaded", "OK", loads={"MED01": Decimal(12)})
    def named_page(folder: Path, unit: str) -> Path:
        def change(stream: bytes) -> bytes:
            at = stream.index(struct.pack("<HH", 0x0042, 2))
            return stream[: at + 4] + struct.pack("<H", code_page) + stream[at + 6 :]

        return old_book(folder, write_rows(typed_rows(unit, line(NEWS, 12))), change)


code_page_case(1258)
code_page_case(1252)


# --- pivot caches, embedded things, limits --------------------------------------------------------------


def pivot(values: str) -> Callable[[Parts], object]:
    def change(parts: Parts) -> None:
        relate(parts, BOOK, "pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml")
        parts["xl/pivotCache/pivotCacheDefinition1.xml"] = f'<pivotCacheDefinition xmlns="{MAIN}"/>'.encode()
        records = f'<pivotCacheRecords xmlns="{MAIN}"><r>{values}</r></pivotCacheRecords>'
        parts["xl/pivotCache/pivotCacheRecords1.xml"] = records.encode()

    return change


@case(
    "B052", "a pivot table that keeps a copy of personal data", "quarantined", "PERSONAL_DATA", told=["PERSONAL_DATA"]
)
def pivot_persons(folder: Path, unit: str) -> Path:
    return report(folder, unit, pivot('<s v="Nguyễn Thị Bưởi"/><s v="0987 654 321"/>'))


@case("B052", "a pivot table that keeps a secrecy mark", "refused_secret", "SECRET")
def pivot_marked(folder: Path, unit: str) -> Path:
    return report(folder, unit, pivot('<s v="TỐI MẬT"/>'))


@case("B052", "a pivot table over names of things and numbers", "loaded", "OK", loads={"MED01": Decimal(12)})
def pivot_plain(folder: Path, unit: str) -> Path:
    return report(folder, unit, pivot('<s v="Tiếng Việt"/><n v="1250000000"/>'), MED01=12)


def embedded_case(what: str, parts_added: dict[str, bytes]) -> None:
    @case("B053", what, "rejected", "EMBEDDED", told=["EMBEDDED"], told_only=True)
    def embedded(folder: Path, unit: str) -> Path:
        return report(folder, unit, lambda parts: parts.update(parts_added))


embedded_case("an embedded object (OLE)", {"xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"})
embedded_case("an embedded program", {"xl/embeddings/setup.exe": b"MZ"})
embedded_case("an ActiveX control", {"xl/activeX/activeX1.xml": b"<a/>"})


@case("B053", "a picture fetched from an address when the workbook opens", "rejected", "EMBEDDED")
def linked_picture(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        relate(parts, SHEET, "drawing", "../drawings/drawing1.xml")
        parts["xl/drawings/drawing1.xml"] = b"<wsDr/>"
        relate(parts, "xl/drawings/drawing1.xml", "image", "https://x.vn/a.png", mode="External")

    return report(folder, unit, change)


@case("B053", "an old workbook with an embedded object", "rejected", "EMBEDDED")
def old_embedded(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xls"
    path.write_bytes(ole_file("Workbook", "MBD0018D4CE"))
    return path


@case("B053", "a picture inside the workbook", "loaded", "OK", told=["IMAGE_PRESENT"], loads={"MED01": Decimal(12)})
def picture(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        relate(parts, SHEET, "drawing", "../drawings/drawing1.xml")
        parts["xl/drawings/drawing1.xml"] = b"<wsDr/>"
        relate(parts, "xl/drawings/drawing1.xml", "image", "../media/image1.png")
        parts["xl/media/image1.png"] = b"\x89PNG"

    return report(folder, unit, change, MED01=12)


@case(
    "B053",
    "a picture behind the sheet, as a stamp would be",
    "loaded",
    "OK",
    told=["IMAGE_PRESENT"],
    loads={"MED01": Decimal(12)},
)
def picture_behind(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        relate(parts, SHEET, "image", "../media/image1.png")
        parts["xl/media/image1.png"] = b"\x89PNG"

    return report(folder, unit, change, MED01=12)


@case("B054", "300 sheets, 10,000 styles and 50,000 names", "loaded", "OK", loads={"MED01": Decimal(12)})
def overgrown(folder: Path, unit: str) -> Path:
    def change(parts: Parts) -> None:
        empty = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()
        sheets, relations = "", ""
        for number in range(10, 306):
            parts[f"xl/worksheets/sheet{number}.xml"] = empty
            sheets += f'<sheet name="T{number}" sheetId="{number}" r:id="rId{number + 1000}"/>'
            relations += (
                f'<Relationship Id="rId{number + 1000}" Type="{KIND}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            )
        put(parts, BOOK, "</sheets>", f"{sheets}</sheets>")
        put(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", f"{relations}</Relationships>")
        names = "".join(f'<definedName name="ten_{number}">1</definedName>' for number in range(50_000))
        put(parts, BOOK, "</definedNames>", f"{names}</definedNames>")
        put(parts, "xl/styles.xml", "</cellXfs>", '<xf numFmtId="0" fontId="0" fillId="0"/>' * 10_000 + "</cellXfs>")

    return report(folder, unit, change, MED01=12)


@case("B055", "an OpenDocument workbook, one of the three formats taken", "loaded", "OK", loads={"MED01": Decimal(12)})
def open_document(folder: Path, unit: str) -> Path:
    return typed(folder, unit, line(NEWS, 12), form="ods")


@case("B055", "an OpenDocument workbook of repeated cells without end", "rejected", "SHEET_RANGE")
def ods_bomb(folder: Path, unit: str) -> Path:
    bomb = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="float"'
        ' office:value="1" table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    return change_parts(
        typed(folder, unit, line(NEWS, 12), form="ods"), lambda parts: put(parts, "content.xml", "</table:table>", bomb)
    )


@case("B055", "an OpenDocument workbook with macros", "rejected", "MACRO")
def ods_macro(folder: Path, unit: str) -> Path:
    path = typed(folder, unit, line(NEWS, 12), form="ods")
    return change_parts(path, lambda parts: parts.update({"Basic/Standard/Module1.xml": b"<a/>"}))


@case(
    "B055", "an OpenDocument workbook with a secrecy mark in a comment and an old version", "refused_secret", "SECRET"
)
def ods_marked(folder: Path, unit: str) -> Path:
    log = (
        "<table:tracked-changes><table:cell-content-change><table:previous><table:change-track-table-cell>"
        "<text:p>TỐI MẬT</text:p></table:change-track-table-cell></table:previous></table:cell-content-change>"
        "</table:tracked-changes></office:spreadsheet>"
    )
    path = typed(folder, unit, line(NEWS, 12), form="ods")
    return change_parts(path, lambda parts: put(parts, "content.xml", "</office:spreadsheet>", log))


@case("B055", "a workbook of Apple Numbers", "rejected", "TYPE_MISMATCH")
def numbers(folder: Path, unit: str) -> Path:
    return write_parts(folder / "bao-cao.numbers", {"Index/Document.iwa": b"\x00", "Metadata/Properties.plist": b"x"})


@case("B055", "a comma-separated report inside one cell", "rejected", "HEADER_NOT_FOUND")
def csv_in_cell(folder: Path, unit: str) -> Path:
    path = folder / "bao-cao.xlsx"
    save_xlsx(path, [Page([["STT,Nội dung,ĐVT,Số liệu\n1,Tin bài,tin,12"]])])
    return path
