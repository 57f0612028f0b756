"""Where a fuzzer starts from: inputs of each target, made here, and words it may put into them."""

from __future__ import annotations

import io
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from include.vietnamese import tcvn3
from tests.corpus.word_reports import paragraph, table, text_box, word_parts
from tests.sources.iati_files import HUNDRED, activity, place, recipient, transaction_on, write_file
from tests.sources.monitoring_files import HEADER, line
from tests.sources.sdmx_files import DOLLAR, generic, specific
from tests.unit.reader_files import ole_file, overlapping_zip, sheet_xml, xlsx_parts

_SAMPLES = Path(__file__).resolve().parents[2] / "include" / "sources"

_FIGURES = (
    "1.234,5",
    "1,234.5\n12.5\n7.25",
    "1 234 567",
    "12,5 %",
    "ước đạt 1.200",
    "(5)",
    "－１２",
    "3 triệu đồng\n2,5 tỷ đồng",
    "USD 1.500.000",
    "12 lượt",
    "khoảng 30",
    "12 (1)",
    "không phát sinh\n-\n…",
    "1e5",
    "=12+3",
    "#DIV/0!",
    "O,5",
    "12.",
)
_DAYS = (
    "15/6/2026",
    "2026-06-15 07:30",
    "ngày 15 tháng 6 năm 2026",
    "Cao Lãnh, ngày 5/6/2026",
    "31.11.2026",
    "6 tháng đầu năm 2026\nquý II/2026\ntháng 6\ncả năm 2026\n2026-06T",
    "từ 01/01/2026 đến 15/6/2026",
)
_NAMES = (
    "Ủy ban nhân dân phường Đạo Thạnh",
    "UBND xã Tân Phước 2",
    "Sở Y tế\nSO Y TE\nS.Y.T",
    "Uû ban nhaân daân xaõ Taân Thaønh",
    tcvn3.encode("Thông tin đối ngoại tỉnh"),
    "ThÃ´ng tin Ä‘á»‘i ngoáº¡i",
    "hoà\u200b thuỷ quí Ðồng\u00a0Tháp _x000D_",
    "triệu đồng; nghìn USD (1.000 USD)",
)
_MARKS = (
    "MẬT",
    "Độ mật: Tối mật",
    "TUYỆT MẬT\nBản số 2",
    "M Ậ T",
    "(Mật)",
    "Mật ong 12 kg",
    "MAÄT",
    tcvn3.encode("MẬT"),
    "&#77;ẬT",
    "ＭẬＴ",
    "Mật khẩu 0912345678\nsố CCCD 087123456789, a@b.vn",
    "BC_MẬT-2026.xlsx",
)
_ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Mã</t></is></c><c r="B1" t="e"><v>#REF!</v></c></row>'
    '<row r="2" hidden="1"><c r="A2" s="1"><f>SUM(B1:B9)</f><v>12</v></c><c r="B2" t="s"><v>0</v></c></row>'
)
_AFTER = (
    '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    "<headerFooter><oddHeader>&amp;CMật</oddHeader></headerFooter>"
)
_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S"><table:table-row table:number-rows-repeated="2"><table:table-cell'
    ' office:value-type="float" office:value="1.5" table:number-columns-repeated="3"><text:p>1,5</text:p>'
    '</table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-06-15"/>'
    '<table:covered-table-cell table:number-columns-spanned="2"/></table:table-row></table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)

WORDS: dict[str, tuple[str, ...]] = {
    "preflight": ("PK\3\4", "PK\1\2", "PK\5\6", "<!DOCTYPE", "<html", "xl/workbook.xml", "mimetype", "Workbook"),
    "container": (),
    "workbook": (
        *("<!DOCTYPE", "<!ENTITY", "&amp;", "<c r=", "<row r=", "<f>", 't="inlineStr"', 't="e"', 't="s"', "<v>"),
        *("A1048576", "XFD1", 's="1"', "hidden=", "<mergeCell ref=", "macroEnabled", "encoding='utf-16'", "cmd|"),
    ),
    "open_document": (
        *("number-rows-repeated=", "number-columns-repeated=", "number-columns-spanned=", "office:value-type="),
        *("table:visibility=", "<text:p>", "<!DOCTYPE", "office:date-value=", "table:formula="),
    ),
    "document": (
        *('<w:gridSpan w:val="2"/>', "<w:vMerge/>", '<w:gridBefore w:val="9"/>', "<w:vanish/>", "<w:del>", "<w:ins>"),
        *(
            "<w:tbl>",
            "<w:tr>",
            "<w:tc>",
            "<w:fldChar",
            "<w:instrText>",
            "<!DOCTYPE",
            "<w:sdt>",
            "<mc:AlternateContent>",
        ),
    ),
    "numbers": ("triệu", "tỷ", "nghìn", "%", "USD", "VND", "ước", "khoảng", "đến", ".000", ",5", "²", "－", "không"),
    "dates": ("ngày", "tháng", "năm", "quý", "/2026", "-06-", "6 tháng", "đầu", "đến", "từ", "29/02"),
    "names": (
        "UBND",
        "xã",
        "phường",
        "Sở",
        "Ð",
        "\u0323",
        "\u200b",
        "_x000D_",
        "Ã",
        "aâ",
        "®",
        "­",
        "qu",
        "gi",
        "triệu",
    ),
    "secrecy": ("MẬT", "Tối", "Tuyệt", "mật", "Độ", ": ", "&#", "\u0323", "\u0302", "_", "(", "A", "0912345678"),
    "delimited": ('"', '""', ",", "\r\n", "Country Code", "2026", "\ufeff", "Last Updated Date"),
    "counts": (",", ";", "\t", '"', "\r", "2026-06-01", "bao_in", "Ngày", "Số lượng", "\ufeff", "1.000", "tong"),
    "markup": (
        *("<iati-activity", "<transaction>", "iso-date=", "percentage=", "<value", "xml:lang=", "<!DOCTYPE", "<!--"),
        *("OBS_VALUE=", "TIME_PERIOD=", "UNIT_MULT=", "<Series", "<Obs", "2026-Q1", "FREQ=", "NaN", "1e9"),
    ),
}
"""Per target what a fuzzer may insert as a whole."""


def seeds(target: str) -> list[bytes]:
    """The inputs to start from, the same at every call."""
    return list(_MAKERS[target]())


def _zip(parts: dict[str, str | bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def _preflight() -> Iterator[bytes]:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield _zip(xlsx_parts(_ROWS), method)
    yield _zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": _ODS}, zipfile.ZIP_STORED)
    yield overlapping_zip()
    yield ole_file("Workbook")
    yield ole_file("EncryptedPackage")
    yield b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(64)
    yield b"<html><table><tr><td>1</td></tr></table></html>"
    yield b"%PDF-1.7\n"
    yield b""


def _container() -> Iterator[bytes]:
    yield bytes([5]) + bytes(60)
    yield bytes([5]) + b"\0\0\xc8\0\0" * 5
    for lie in (1, 2, 4, 8, 16, 32, 64, 128):
        yield bytes([3, 0, 0, 0, 0, lie, 40, 0, 0, 0]) + bytes(range(80))


def _workbook() -> Iterator[bytes]:
    parts = xlsx_parts(_ROWS, after=_AFTER)
    names = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")
    for position, name in zip((0, 1, 5, 6), names, strict=True):
        yield bytes([position]) + str(parts[name]).encode()
    yield b"\0" + sheet_xml(_ROWS).encode()
    yield (
        b'\2<styleSheet><numFmts><numFmt numFmtId="170" formatCode="0.0%"/></numFmts><cellXfs count="2"><xf/>'
        b'<xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    yield b"\3<sst><si><t>M\xe1\xba\xadt</t></si><si><r><t>a</t></r></si></sst>"
    yield b'\4<comments><commentList><comment ref="A1"><text><t>x</t></text></comment></commentList></comments>'


def _document() -> Iterator[bytes]:
    cells = table([["Chỉ tiêu", "Đơn vị", "Thực hiện"], ["Số tin, bài", "tin", "1.234,5"]])
    for body in (paragraph("BÁO CÁO") + cells, cells + paragraph("Mật"), text_box(paragraph("12"))):
        yield _bytes(word_parts(body)["word/document.xml"])


def _bytes(part: str | bytes) -> bytes:
    return part.encode() if isinstance(part, str) else part


def _of_texts(texts: tuple[str, ...], prefix: bytes = b"") -> Iterator[bytes]:
    for number, text in enumerate(texts):
        for form in ("NFC", "NFD"):
            yield bytes(byte + number for byte in prefix) + unicodedata.normalize(form, text).encode()


def _delimited() -> Iterator[bytes]:
    (sample,) = (_SAMPLES / "wdi_series" / "sample").glob("*.csv")
    content = sample.read_text(encoding="utf-8")
    yield content.encode()
    yield content.encode("utf-16")
    yield b'a,"b\nc",d\r\n"1""2",,\n'


def _counts() -> Iterator[bytes]:
    lines = "\n".join((HEADER, line("2026-06-01", 5), line("2026-06-02", 1), line("02/06/2026", "1.000"), ""))
    yield lines.encode()
    yield lines.encode("utf-16")
    yield lines.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig")
    yield lines.replace("bao_in", '"bao_in"').encode()
    yield b"PAR1" + bytes(16) + b"PAR1"


def _markup() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shared = activity(recipient("VN", "40"), recipient("LA", "60"), place("Đồng Tháp"), HUNDRED)
        yield b"\0" + write_file(folder, shared, activity(recipient("VN"), transaction_on("2026-06-15"))).read_bytes()
        yield b"\1" + specific(folder, (DOLLAR, {"2026-01": "25000", "2026-02": "25100"})).read_bytes()
        yield b"\1" + generic(folder, {"2026-Q1": "12.5"}).read_bytes()


_MAKERS = {
    "preflight": _preflight,
    "container": _container,
    "workbook": _workbook,
    "open_document": lambda: iter([_ODS.encode()]),
    "document": _document,
    "numbers": lambda: _of_texts(_FIGURES, b"\0\0"),
    "dates": lambda: _of_texts(_DAYS),
    "names": lambda: _of_texts(_NAMES),
    "secrecy": lambda: _of_texts(_MARKS),
    "delimited": _delimited,
    "counts": _counts,
    "markup": _markup,
}
