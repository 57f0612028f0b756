"""What was encoded comes back as it was, what is right already is never changed, what is no Vietnamese stays so."""

from __future__ import annotations

import csv
import unicodedata
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.errors import CatalogueError
from include.model import Reading
from include.readers import WorkbookRefused
from include.readers.markup import check_xml
from include.readers.preflight import check_file
from include.reference import former_agencies, load_reference
from include.reference.former_agencies import successors_of_agency
from include.reference.provinces import load_provinces
from include.sources.donor_projects.layouts import load_contract
from include.sources.donor_projects.read import read_file as read_donors
from include.vietnamese import tcvn3, vni
from include.vietnamese.syllables import TONED, is_syllable, place_tones
from include.vietnamese.text import (
    decode_font,
    decode_legacy,
    describe_repairs,
    match_key,
    nfc,
    normalise,
    undo_misreading,
)
from tests.sources.typed import HEADING, NEWS, Rows, line, read_typed, rows_of

REFERENCE = Path(__file__).parents[2] / "include" / "reference"
MANY = settings(max_examples=300, deadline=None)

LOWER = "aăâbcdđeêghiklmnoôơpqrstuưvxy" + "".join(row[1:] for row in TONED.values())
letters = st.text(alphabet=LOWER + LOWER.upper() + " 0123456789.,-()/%", max_size=60)
small_letters = st.text(alphabet=LOWER + "ĂÂĐÊÔƠƯ 0123456789.,-()/%", max_size=60)

INITIALS = ["", *"b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()]
RIMES = "a ai am an ang anh ao au ay ăn ăng âm ân âng ây e em en eo ê êm ên êu i ia iên iêng inh o oa oai oan oang oanh"
RIMES += (
    " oe oi om on ong ô ôi ôn ông ơ ơi ơn u ua uân uê ui um un ung uôi uôn uông uy uyên uynh ư ưa ươi ươm ươn ương ưu"
)
RIMES += " ac ach at ăc ăt âc ât êch êt iêc iêt oc ot ôc ôt ơp uc uôc ưc ươc ươt yêu yên"
TONE_MARKS = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]


def write_syllable(initial: str, rime: str, tone: str) -> str:
    """The syllable with its tone where the platform writes it; wrong ones are left to `is_syllable` to throw out."""
    vowel = max((rime.find(each) for each in "ăâêôơư"), default=-1)
    place = vowel if vowel >= 0 else next(i for i, letter in enumerate(rime) if letter in "aeiouy")
    return place_tones(initial + unicodedata.normalize("NFC", rime[: place + 1] + tone) + rime[place + 1 :])


SYLLABLES = sorted(
    {
        each
        for initial in INITIALS
        for rime in RIMES.split()
        for tone in TONE_MARKS
        if is_syllable(each := write_syllable(initial, rime, tone))
    }
)
words = st.sampled_from(SYLLABLES)
vietnamese = st.lists(
    st.one_of(words, words.map(str.capitalize), st.sampled_from(["2026", "1.234,5", "(%)", "-"])),
    min_size=1,
    max_size=9,
).map(" ".join)

WORDS = """
nước ngoài tỉnh đồng tháp văn hóa thông tin đối ngoại quốc tế báo chí hoạt động tuyên truyền hợp tác phường xã đầu tư
viện trợ ngày tháng năm kỳ quý cuối giữa gìn khuỷu tay nghiêng thuở ở và của ưu tiên sở ủy ban nhân dân huyện thị trấn
đặc khu chủ tịch phó giám đốc kế hoạch nghị quyết quyết định chỉ thị công văn tờ trình báo cáo sáu tháng đầu năm cả năm
lũy kế thực hiện ước tính không phát sinh không áp dụng không cung cấp chỉ tiêu phân tổ đơn vị tính ghi chú người lập
biểu thủ trưởng kinh phí ngân sách triệu đồng nghìn lượt người bài viết chuyên mục phóng sự tiếng Anh tiếng Khmer biên
giới biển đảo nhân quyền dân tộc tôn giáo an ninh trật tự môi trường khí hậu an sinh xã hội tích cực trung tính tiêu cực
lúa gạo xoài quýt hồng sen hoa kiểng cá tra khởi nghiệp du lịch làng nghề chợ nổi cù lao cửa khẩu thủy sản chăn nuôi
giếng khoan gà già giỗ tổ gìn giữ quả quyển quạt hoà hoè thuý tuỳ khoẻ loè huơ quơ khuya ngoằn ngoèo xoong rượu hươu
Mỹ Quí Sơn Qui Lấp Vò Lai Vung Tràm Chim Cái Bè Gò Công Chợ Gạo Đắk Lắk Bắc Kạn Bà Rịa Vũng Tàu Huế Lý Sơn Ý yên ỷ lại
""".split()


def _every_name() -> list[str]:
    """Every text of the reference files that names a place, a body, a measure or a member."""
    reference = load_reference()
    names = [text for unit in reference.units.values() for text in (unit.name_vi, unit.short_name_vi, *unit.spellings)]
    names += [text for each in reference.successions for text in (each.former_name_vi, each.former_district_vi)]
    names += [text for each in reference.measures.values() for text in (each.name_vi, *each.aliases)]
    names += [
        text
        for codes in reference.code_lists.values()
        for each in codes.values()
        for text in (each.name_vi, *each.aliases)
    ]
    names += [section.title_vi for template in reference.templates.values() for section in template.sections]
    names += [text for each in load_provinces() for text in (each.name_vi, *each.aliases)]
    for path in sorted(REFERENCE.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            names += [cell for row in csv.reader(lines) for cell in row]
    return sorted({name for name in names if name and name.strip()})


NAMES = _every_name()


def encode_cp1258(text: str) -> bytes:
    """The text as Windows-1258 has it: a letter without its tone, then the tone."""
    written = b""
    for letter in text:
        try:
            written += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", letter)
            [tone] = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            shape = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark != tone))
            written += (shape + tone).encode("cp1258")
    return written


# --- there and back -------------------------------------------------------------------------------------------


@MANY
@given(small_letters)
def test_tcvn3_gives_back_every_letter_it_has(text: str) -> None:
    assert tcvn3.decode(tcvn3.encode(text)) == text


@MANY
@given(letters)
def test_tcvn3_gives_back_every_letter_but_for_the_capitals_with_tones(text: str) -> None:
    assert tcvn3.decode(tcvn3.encode(text)).casefold() == text.casefold()


@MANY
@given(letters)
def test_vni_gives_back_every_letter(text: str) -> None:
    assert vni.decode(vni.encode(text)) == text


@MANY
@given(letters)
def test_windows_1258_gives_back_every_letter(text: str) -> None:
    assert nfc(encode_cp1258(text).decode("cp1258")) == text


@MANY
@given(letters)
def test_decomposed_letters_come_back_composed(text: str) -> None:
    assert nfc(unicodedata.normalize("NFD", text)) == text


@MANY
@given(vietnamese)
def test_misread_utf_8_comes_back_once_and_twice(text: str) -> None:
    once = text.encode().decode("latin-1")

    assert undo_misreading(once) == text
    assert undo_misreading(once.encode().decode("latin-1")) == text
    assert decode_legacy(once) == (text, not text.isascii())


@MANY
@given(vietnamese)
def test_a_cell_of_a_font_is_read_right_or_left_as_typed(text: str) -> None:
    for cell in (tcvn3.encode(text), vni.encode(text)):
        decoded, was_legacy = decode_legacy(cell)
        assert decoded.casefold() == (text if was_legacy else cell).casefold()


# --- what is right is left alone ------------------------------------------------------------------------------


@MANY
@given(vietnamese)
def test_right_unicode_is_never_changed(text: str) -> None:
    assert decode_legacy(text) == (text, False)
    assert undo_misreading(text) == text
    assert normalise(text) == " ".join(text.split())
    assert describe_repairs(text) == ()


def test_no_name_of_the_reference_files_is_taken_for_a_font() -> None:
    changed = [name for name in NAMES if decode_legacy(name) != (name, False) or undo_misreading(name) != name]

    assert len(NAMES) > 1_500
    assert changed == []


def test_no_name_of_the_reference_files_needs_repair() -> None:
    # Official names keep a tone where the gazette printed it (Hoà); only its place may move.
    changed = [name for name in NAMES if normalise(name) != place_tones(" ".join(name.split()))]

    assert changed == []
    assert [name for name in NAMES if describe_repairs(name)] == []


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_no_word_is_taken_for_a_font(word: str) -> None:
    for text in (word, word.upper(), word.capitalize(), f"{word} {word}"):
        assert decode_legacy(text) == (text, False)


def test_a_name_in_a_font_is_that_name_or_nobodys() -> None:
    known = {match_key(name) for name in NAMES}
    wrong, left = [], 0
    for name in NAMES:
        for cell in (tcvn3.encode(name), vni.encode(name)):
            decoded, was_legacy = decode_legacy(cell)
            if was_legacy:
                wrong += [(name, decoded)] if match_key(decoded) != match_key(name) else []
            else:
                left += 1
                wrong += [(name, cell)] if cell != name and match_key(cell) in known - {match_key(name)} else []

    assert wrong == []
    # The statistic of a cell is enough: of the names that change in a font, few could also be right as they stand.
    changing = sum(not name.isascii() for name in NAMES) * 2
    assert left - sum(name.isascii() for name in NAMES) * 2 < changing // 20


# --- what only looks like a font ------------------------------------------------------------------------------

FRENCH = """Accès à l’eau potable; Délégation régionale; théâtre, forêt, hôpital, île, où, déjà, çà et là; Côte
d’Ivoire; Coopération décentralisée; Crédit à l’agriculture; Santé maternelle et néonatale; Fédération
française; Noël; maïs; août; sûreté; tête; fenêtre; pêche; école; élève; été; près; très; après; père;
mère; frère; célèbre; système; modèle; règle"""
PORTUGUESE = """São Tomé e Príncipe; Educação à distância; Cooperação; Organização; Informação; irmãos; corações;
Açores; três; você; avô; avó; pão; mãe; ações; nações; município; saúde; água; código; técnico; público;
política; histórico"""
SPANISH = """Año; niño; España; señor; mañana; educación; también; según; más; días; país; café; corazón; él; sí;
qué; ¿cómo?"""
GERMAN = """Größe; Müller; für; über; Straße; Köln; München; Förderung; Österreich; Gemüse; Äpfel; Übung; schön"""
PINYIN = """zhōngguó; běijīng; shànghǎi; yúnnán; guǎngxī; nǐ hǎo; lǜ; Lù Xùn; Hé Běi; tà; mí; dé; yì; wù; tóng; yú;
hé; lì; Yúnnán Shěng; Guǎngzhōu; Kūnmíng; Nánníng"""
LAO = """Vientiane; Luang Phrabang; Savannakhét; Sékong; Phôngsaly; Houaphanh; Xiêng Khoảng; Ôdômxai; Khammouane"""
NORDIC = """Ålesund; Tromsø; Malmö; Jyväskylä; Reykjavík; Þingvellir; Århus; Sør-Trøndelag; på svenska får sjöar och
år; Bjørn på øya"""


@pytest.mark.parametrize(
    "text",
    [
        word.strip()
        for text in (FRENCH, PORTUGUESE, SPANISH, GERMAN, PINYIN, LAO, NORDIC)
        for word in text.replace("\n", " ").split(";")
    ],
)
def test_another_language_is_not_made_vietnamese(text: str) -> None:
    for typed in (text, text.upper(), f"Dự án {text}", f"{text}, 2026"):
        assert decode_legacy(typed) == (typed, False)
        assert undo_misreading(typed) == typed
        assert normalise(typed) in (typed, place_tones(typed))


def test_what_beside_a_sheet_of_a_font_has_a_letter_the_font_has_not_stays() -> None:
    assert decode_font("Água à vista", "TCVN3") == "Água à vista"
    assert decode_font("Số liệu", "VNI") == "Số liệu"


# --- XML that hides what no parser may see --------------------------------------------------------------------

DOCUMENT_TYPE = '<!DOCTYPE a [<!ENTITY b "c">]>'


@pytest.mark.parametrize(
    "content",
    [
        f'<?xml version="1.0"?>{DOCUMENT_TYPE}<a/>'.encode("utf-32-le"),
        f'<?xml version="1.0"?>{DOCUMENT_TYPE}<a/>'.encode("utf-32-be"),
        f'<?xml version="1.0"?>{DOCUMENT_TYPE}<a/>'.encode("utf-32"),
        f'<?xml version="1.0"?>{DOCUMENT_TYPE}<a/>'.encode("utf-16-le"),
        b'<?xml version="1.0" encoding = "UTF-7"?>+ADwAIQ-DOCTYPE a><a/>',
        b'<?xml version="1.0" ' + b" " * 500 + b'encoding="UTF-7"?>+ADwAIQ-DOCTYPE a><a/>',
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="b.xml"/></a>',
    ],
)
def test_no_encoding_hides_a_document_type(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content)

    with pytest.raises(WorkbookRefused) as refused:
        check_xml(path)

    assert refused.value.code in ("XML_DTD", "NOT_XML")


def test_utf_8_under_another_name_is_refused_and_the_other_encoding_itself_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    text = '<?xml version="1.0" encoding="windows-1252"?><a>Café</a>'
    path.write_bytes(text.encode("cp1252"))
    check_xml(path)
    path.write_bytes(text.encode())

    with pytest.raises(WorkbookRefused) as refused:
        check_xml(path)

    assert (refused.value.code, refused.value.detail) == ("XML_ENCODING", "windows-1252")


@pytest.mark.parametrize("declared", ['encoding = "UTF-7"', " " * 500 + 'encoding="UTF-7"'])
def test_no_part_of_a_workbook_is_in_an_encoding_that_hides_a_document_type(tmp_path: Path, declared: str) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = f'<?xml version="1.0" {declared}?>'.encode() + parts[sheet][parts[sheet].index(b"<worksheet") :]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    with pytest.raises(WorkbookRefused) as refused:
        check_file(path)

    assert refused.value.code == "XML_DTD"


# --- names and bodies -----------------------------------------------------------------------------------------


def test_a_title_that_begins_like_a_formula_is_kept_as_typed(tmp_path: Path) -> None:
    layout = next(each for each in load_contract().layouts if each.name == "world_bank")
    titles = ("=1+1", "@SUM(A1)", "+84 27 7385", "-2+3")
    values = {"Country": "Vietnam", "Approval Date": "12/18/2003", "Timestamp": "11/30/2010", "Total Amt": "1"}
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(layout.headers)
        for number, title in enumerate(titles):
            line = {**values, "Project ID": f"P{number}", "Project Title": title}
            rows.writerow([line.get(header, "") for header in layout.headers])

    reading = read_donors(str(path), "a.csv", datetime(2026, 6, 10, tzinfo=UTC))

    assert tuple(flow.member for flow in reading.capital_flows if flow.measure == "capital_committed") == titles


def test_a_misspelt_name_beside_a_code_of_today_is_told_with_the_body_of_that_code(tmp_path: Path) -> None:
    # 28439 was a ward of before too: the sentence must not say that the code is no more.
    reading = read_report_typed(tmp_path, [["Đơn vị báo cáo: 28439 - Phuong Cai Lay"], *HEADING[:4], *HEADING[5:]])

    assert reading.refusal is not None
    assert reading.refusal.code == "BODY_UNKNOWN"
    assert reading.refusal.expected.startswith("“28439 - Phường Cai Lậy”")


def read_report_typed(folder: Path, heading: Rows) -> Reading:
    return read_typed(folder, rows_of(line(NEWS, 12), heading=heading))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Sở Giao thông vận tải", ["SXD"]),
        ("SỞ KH&ĐT TỈNH TIỀN GIANG", ["STC"]),
        ("Sở LĐTB&XH", ["SNV", "SYT", "SGDDT"]),
        ("Sở Y tế", []),
        ("", []),
    ],
)
def test_a_merged_agency_has_bodies_of_today(text: str, codes: list[str]) -> None:
    assert [unit.code for unit in successors_of_agency(text)] == codes


def test_a_successor_that_is_no_body_is_named(tmp_path: Path) -> None:
    path = tmp_path / "former_agencies.csv"
    path.write_text("name_vi,aliases,successor_codes,until,basis\nSở A,,STC; XYZ,2025-03-01,memory\n", encoding="utf-8")

    with pytest.raises(CatalogueError, match="Sở A: XYZ"):
        former_agencies._successors(path)
