"""Word documents become sheets: what is printed is read with its place, what does not show is told or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest

from include.readers import WorkbookRefused, open_workbook, read_workbook
from include.readers.grid import MergedRange, Sheet, Workbook
from include.readers.personal_data import find_name_list, find_personal_data
from include.readers.secrecy import find_marks
from tests.corpus.word_reports import (
    cell,
    complex_field,
    control,
    formula,
    paragraph,
    relations,
    relationship,
    ruby,
    run,
    story,
    table,
    text_box,
    word_parts,
)
from tests.unit.reader_files import write_parts


def read(path: Path, body: str, **parts: str | bytes) -> Workbook:
    """The document with that body; a part is given as header1="…", which the document refers to as a header."""
    content = word_parts(body)
    lines = []
    for number, (name, part) in enumerate(parts.items(), start=90):
        content[f"word/{name}.xml"] = part
        lines.append(relationship(name.rstrip("0123456789"), f"{name}.xml", number=number))
    content["word/_rels/document.xml.rels"] = relations(*lines)
    return open_workbook(write_parts(path / "a.docx", content), takes_documents=True)


def sheet_of(path: Path, body: str, **parts: str | bytes) -> Sheet:
    return read(path, body, **parts).sheets[0]


def code_of(path: Path, body: str, **parts: str | bytes) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read(path, body, **parts)
    return refused.value.code


def test_a_document_written_by_a_word_processor_library_is_read_table_by_table(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Báo cáo", level=1)
    document.add_paragraph("Kỳ báo cáo: 2026-06T")
    form = document.add_table(rows=2, cols=3)
    for column, words in enumerate(("Chỉ tiêu", "ĐVT", "Thực hiện")):
        form.cell(0, column).text = words
    form.cell(1, 0).text, form.cell(1, 2).text = "Lớp tập huấn", "3"
    document.add_paragraph("Nơi nhận:")
    document.save(str(tmp_path / "a.docx"))

    workbook = read_workbook_with_documents(tmp_path / "a.docx")

    first, last = workbook.sheets
    assert (first.name, last.name) == ("Bảng 1", "Văn bản")
    assert first.rows == [
        ["Báo cáo"],
        ["Kỳ báo cáo: 2026-06T"],
        ["Chỉ tiêu", "ĐVT", "Thực hiện"],
        ["Lớp tập huấn", None, 3],
    ]
    assert first.row_names == (
        ("Văn bản", "đoạn 1"),
        ("Văn bản", "đoạn 2"),
        ("Bảng 1", "hàng 1"),
        ("Bảng 1", "hàng 2"),
    )
    assert [(each.number, each.text, each.level) for each in workbook.paragraphs] == [
        (1, "Báo cáo", 1),
        (2, "Kỳ báo cáo: 2026-06T", None),
        (3, "Nơi nhận:", None),
    ]


def read_workbook_with_documents(path: Path) -> Workbook:
    return open_workbook(path, takes_documents=True)


def test_who_takes_no_documents_is_not_given_one(tmp_path: Path) -> None:
    path = write_parts(tmp_path / "a.docx", word_parts(paragraph("a")))

    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(path)
    assert (refused.value.code, refused.value.detail) == ("TYPE_MISMATCH", "DOCX")


def test_a_template_of_word_is_no_document(tmp_path: Path) -> None:
    parts = word_parts(paragraph("a"))
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("document.main", "template.main")

    with pytest.raises(WorkbookRefused) as refused:
        open_workbook(write_parts(tmp_path / "a.docx", parts), takes_documents=True)
    assert (refused.value.code, refused.value.detail) == ("TYPE_MISMATCH", "DOTX")


def test_spans_and_merges_keep_every_cell_in_its_column(tmp_path: Path) -> None:
    body = table(
        [
            [cell("a", '<w:gridSpan w:val="2"/>'), cell("b", '<w:vMerge w:val="restart"/>'), "c"],
            ["d", "e", cell("", "<w:vMerge/>"), "f"],
            [
                "g",
                cell("h", '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>'),
                cell("i", '<w:vMerge w:val="restart"/>'),
            ],
            ["j", cell("", '<w:gridSpan w:val="2"/><w:vMerge/>'), "k"],
        ]
    )
    sheet = sheet_of(tmp_path, body)

    assert sheet.rows == [["a", None, "b", "c"], ["d", "e", None, "f"], ["g", "h", None, "i"], ["j", None, None, "k"]]
    assert set(sheet.merges) == {MergedRange(0, 0, 0, 1), MergedRange(0, 2, 1, 2), MergedRange(2, 1, 3, 2)}


def test_a_row_that_begins_further_right_keeps_its_columns(tmp_path: Path) -> None:
    row = '<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>' + cell("c") + "</w:tr>"
    body = table([["1", "2", "3"]]).replace("</w:tbl>", f"{row}</w:tbl>")

    assert sheet_of(tmp_path, body).rows == [[1, 2, 3], [None, None, "c"]]


def test_text_covered_by_a_merge_is_not_read_but_looked_through(tmp_path: Path) -> None:
    body = table([[cell("5", '<w:vMerge w:val="restart"/>')], [cell("TUYỆT MẬT", "<w:vMerge/>")]])
    workbook = read(tmp_path, body)

    assert workbook.sheets[0].rows == [[5]]
    assert [mark.place for mark in find_marks(workbook)] == ["comment"]


def test_nested_tables_are_tables_of_their_own_and_no_text_of_their_cell(tmp_path: Path) -> None:
    inner = table([["trong", "7"]])
    workbook = read(tmp_path, table([[cell(paragraph("ngoài") + inner + paragraph("")), "b"]]) + table([["sau"]]))

    assert [(sheet.name, sheet.rows) for sheet in workbook.sheets] == [
        ("Bảng 1", [["ngoài", "b"]]),
        ("Bảng 2", [["trong", 7]]),
        ("Bảng 3", [["sau"]]),
    ]


def test_text_in_a_box_is_read_once_and_where_it_hangs(tmp_path: Path) -> None:
    body = paragraph(run("trên") + text_box(paragraph("trong hộp"))) + table([[paragraph(text_box(paragraph("9")))]])
    sheet = sheet_of(tmp_path, body)

    assert sheet.rows == [["trên"], ["trong hộp"], [9]]
    assert sheet.remarks == {(2, 0): frozenset({"text_box"})}


@pytest.mark.parametrize(
    ("content", "value", "remarks"),
    [
        (paragraph(run("1") + run("2")), 12, set()),
        (paragraph("1") + paragraph("2"), "1\n2", set()),
        (paragraph(run("012")), "012", set()),
        (paragraph(run("1.200")), "1.200", set()),
        (f'<w:p><w:hyperlink r:id="rId1">{run("12")}</w:hyperlink></w:p>', 12, set()),
        (f"<w:p>{control(run('12'))}</w:p>", 12, set()),
        (control(paragraph("12")), 12, set()),
        (f"<w:p>{control(run('x'), '<w:showingPlcHdr/>')}</w:p>", None, set()),
        (paragraph(complex_field(" =SUM(ABOVE) ", "12")), 12, {"field"}),
        (f'<w:p><w:fldSimple w:instr=" =A1+A2 ">{run("12")}</w:fldSimple></w:p>', 12, {"field"}),
        (paragraph(complex_field(" FORMTEXT ", "12")), 12, set()),
        (paragraph(complex_field(" REF a ", "1") + run("2")), 12, set()),
        (f"<w:p>{run('12')}{run('9', '<w:vanish/>')}</w:p>", 12, {"hidden"}),
        (f"<w:p>{run('12')}{run(' ', '<w:vanish/>')}</w:p>", 12, set()),
        (paragraph(run("12", '<w:vanish w:val="false"/>')), 12, set()),
        (f"<w:p>{run('21', '<w:strike/>')}{run('12')}</w:p>", 12, {"struck_out"}),
        (f"<w:p>{run('21', '<w:dstrike/>')}{run('12')}</w:p>", 12, {"struck_out"}),
        ("<w:p><w:r><w:t>1</w:t><w:noBreakHyphen/><w:t>2</w:t></w:r></w:p>", "1-2", set()),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc", set()),
        (f"<w:p><w:smartTag>{run('12')}</w:smartTag></w:p>", 12, set()),
    ],
)
def test_a_cell_says_what_is_printed(tmp_path: Path, content: str, value: Any, remarks: set[str]) -> None:
    sheet = sheet_of(tmp_path, table([["a", content]]))

    assert sheet.value(0, 1) == value
    assert sheet.remarks.get((0, 1), frozenset()) == remarks


WHITE = '<w:color w:val="FFFFFF"/>'
THEME = (
    '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:themeElements><a:clrScheme>'
    '<a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>'
    '<a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1>'
    '<a:accent1><a:srgbClr val="FDFDFD"/></a:accent1></a:clrScheme></a:themeElements></a:theme>'
)
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
STYLES = story(
    "styles",
    '<w:style w:type="character" w:styleId="Trang"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="TrangNua"><w:basedOn w:val="Trang"/></w:style>'
    '<w:style w:type="character" w:styleId="Den"><w:basedOn w:val="Trang"/><w:rPr><w:color w:val="auto"/></w:rPr>'
    "</w:style>"
    '<w:style w:type="character" w:styleId="Dam"><w:rPr><w:b/></w:rPr></w:style>',
)


@pytest.mark.parametrize(
    "properties",
    [
        WHITE,
        '<w:color w:val="FEFEFE"/>',
        '<w:color w:val="D9D9D9"/>',
        '<w:color w:val="000000" w:themeColor="background1"/>',
        '<w:color w:val="000000" w:themeColor="background1" w:themeShade="F2"/>',
        '<w:color w:val="000000" w:themeColor="text1" w:themeTint="0D"/>',
        '<w:color w:val="000000" w:themeColor="accent1"/>',
        f'{WHITE}<w:shd w:val="clear" w:fill="auto"/>',
        f'{WHITE}<w:highlight w:val="white"/>',
        f'{WHITE}<w:highlight w:val="none"/>',
        '<w:color w:val="1F3864"/><w:shd w:val="clear" w:fill="203764"/>',
        '<w:color w:val="000000"/><w:shd w:val="solid" w:color="auto" w:fill="FFFFFF"/>',
        '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>',
        f"<w14:textFill {W14}><w14:noFill/></w14:textFill>",
        f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="FFFFFF"/></w14:solidFill></w14:textFill>',
        f'<w14:textFill {W14}><w14:solidFill><w14:schemeClr w14:val="bg1"/></w14:solidFill></w14:textFill>',
        f'<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="000000"><w14:alpha w14:val="95000"/></w14:srgbClr>'
        "</w14:solidFill></w14:textFill>",
        '<w:sz w:val="2"/>',
        '<w:sz w:val="4"/>',
        '<w:sz w:val="1pt"/>',
        '<w:rtl/><w:szCs w:val="2"/>',
        '<w:w w:val="1"/>',
        '<w:rStyle w:val="Trang"/>',
        '<w:rStyle w:val="TrangNua"/>',
        f'<w:rStyle w:val="Dam"/>{WHITE}',
    ],
)
def test_digits_that_paper_does_not_show_join_no_figure(tmp_path: Path, properties: str) -> None:
    content = paragraph(run("1", properties) + run("5"))
    sheet = sheet_of(tmp_path, table([["a", content]]), styles=STYLES, theme1=THEME)

    assert sheet.value(0, 1) == 5
    assert sheet.remarks == {(0, 1): frozenset({"unseen"})}


@pytest.mark.parametrize(
    "properties",
    [
        '<w:color w:val="auto"/>',
        '<w:color w:val="000000"/>',
        '<w:color w:val="808080"/>',
        '<w:color w:val="A6A6A6"/>',
        '<w:color w:val="FF0000"/>',
        '<w:color w:val="FFFFFF" w:themeColor="text1"/>',
        '<w:color w:val="FFFFFF" w:themeColor="background1" w:themeShade="80"/>',
        f'{WHITE}<w:shd w:val="clear" w:fill="1F3864"/>',
        f'{WHITE}<w:shd w:val="clear" w:fill="BDD7EE"/>',
        f'{WHITE}<w:shd w:val="pct75" w:color="000000" w:fill="FFFFFF"/>',
        f'{WHITE}<w:highlight w:val="darkBlue"/>',
        f'<w:highlight w:val="black"/>{WHITE}<w:shd w:val="clear" w:fill="FFFFFF"/>',
        '<w:shd w:val="clear" w:fill="000000"/>',
        '<w:highlight w:val="yellow"/>',
        f'<w14:textFill {W14}><w14:solidFill><w14:schemeClr w14:val="tx1"/></w14:solidFill></w14:textFill>',
        f'{WHITE}<w14:textFill {W14}><w14:solidFill><w14:srgbClr w14:val="000000"/></w14:solidFill></w14:textFill>',
        '<w:sz w:val="16"/>',
        '<w:sz w:val="3pt"/>',
        '<w:szCs w:val="2"/>',
        '<w:w w:val="90"/>',
        # Not shown on a web page, and printed: every table of contents has it.
        "<w:webHidden/>",
        '<w:rStyle w:val="Trang"/><w:color w:val="auto"/>',
        '<w:rStyle w:val="Den"/>',
    ],
)
def test_digits_that_paper_shows_are_read_whatever_they_look_like(tmp_path: Path, properties: str) -> None:
    content = paragraph(run("1", properties) + run("5"))
    sheet = sheet_of(tmp_path, table([["a", content]]), styles=STYLES, theme1=THEME)

    assert sheet.value(0, 1) == 15
    assert sheet.remarks == {}


def test_something_unseen_between_two_digits_keeps_its_place_and_the_digits_apart(tmp_path: Path) -> None:
    white = paragraph(run("5") + run("1", WHITE) + run("7"))
    tiny = paragraph(run("5") + run("1", '<w:sz w:val="2"/>') + run("7"))

    assert sheet_of(tmp_path, table([[white, tiny]])).rows == [["5 7", 57]]


def test_the_ground_of_letters_is_the_nearest_that_is_shaded(tmp_path: Path) -> None:
    dark = '<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>'
    white = run("7", WHITE)
    light = '<w:shd w:val="clear" w:fill="FFFFFF"/>'
    nested = table([[cell(paragraph(white))]])
    body = table(
        [
            [
                cell(paragraph(white), dark),
                cell(paragraph(white, properties=dark)),
                cell(paragraph(white, properties=light), dark),
                cell(paragraph(run("7", '<w:color w:val="1F3864"/>')), dark),
                cell(paragraph(run("7")), dark),
                cell(nested + paragraph(""), dark),
            ]
        ]
    )
    outer, inner = read(tmp_path, body).sheets

    assert outer.rows == [[7, 7, None, None, 7]]
    assert inner.rows == [[7]]


def test_white_letters_are_unseen_wherever_the_white_comes_from(tmp_path: Path) -> None:
    white = "<w:rPr><w:color w:val='FFFFFF'/></w:rPr>"
    seven = paragraph("7")
    by_paragraph = paragraph("7", properties='<w:pStyle w:val="T"/>')
    styled = table([[seven]]).replace("<w:tblPr/>", '<w:tblPr><w:tblStyle w:val="T"/></w:tblPr>')

    def value(body: str, styles: str) -> Any:
        return sheet_of(tmp_path, body, styles=story("styles", styles)).value(0, 0)

    assert value(table([[by_paragraph]]), f'<w:style w:type="paragraph" w:styleId="T">{white}</w:style>') is None
    assert value(table([[seven]]), f'<w:style w:type="paragraph" w:styleId="T">{white}</w:style>') == 7
    assert value(table([[seven]]), f'<w:style w:type="paragraph" w:default="1" w:styleId="T">{white}</w:style>') is None
    assert value(table([[seven]]), f"<w:docDefaults><w:rPrDefault>{white}</w:rPrDefault></w:docDefaults>") is None
    assert value(styled, f'<w:style w:type="table" w:styleId="T">{white}</w:style>') is None
    assert value(table([[seven]]), f'<w:style w:type="table" w:styleId="T">{white}</w:style>') == 7


def test_the_parts_of_a_table_style_decide_ground_and_letters(tmp_path: Path) -> None:
    dark = "<w:tcPr><w:shd w:val='clear' w:fill='1F3864'/></w:tcPr>"
    white = "<w:rPr><w:color w:val='FFFFFF' w:themeColor='background1'/></w:rPr>"
    styles = story(
        "styles",
        f'<w:style w:type="table" w:styleId="T"><w:tblStylePr w:type="firstRow">{white}{dark}</w:tblStylePr>'
        f'<w:tblStylePr w:type="lastCol">{white}</w:tblStylePr>'
        f'<w:tblStylePr w:type="band2Horz">{dark}</w:tblStylePr></w:style>',
    )
    rows = [["1", "2", "3"], [paragraph(run("4", WHITE)), "5", "6"], [paragraph(run("7", WHITE)), "8", "9"]]

    def read_rows(look: str) -> list[list[Any]]:
        about = f'<w:tblPr><w:tblStyle w:val="T"/>{look}</w:tblPr>'
        return sheet_of(tmp_path, table(rows).replace("<w:tblPr/>", about), styles=styles).rows

    assert read_rows('<w:tblLook w:val="0620"/>') == [[1, 2, 3], [None, 5, 6], [None, 8, 9]]
    assert read_rows('<w:tblLook w:val="0720"/>') == [[1, 2, 3], [None, 5], [None, 8]]
    # Banded: the second row below the head is dark, so that white letters show there.
    assert read_rows('<w:tblLook w:val="0420"/>') == [[1, 2, 3], [None, 5, 6], [7, 8, 9]]
    assert read_rows('<w:tblLook w:val="0620" w:firstRow="0" w:lastColumn="1"/>') == [[1, 2], [None, 5], [None, 8]]


def test_every_second_column_of_a_banded_table_may_be_dark(tmp_path: Path) -> None:
    dark = "<w:tcPr><w:shd w:val='clear' w:fill='1F3864'/></w:tcPr>"
    style = f'<w:style w:type="table" w:styleId="T"><w:tblStylePr w:type="band2Vert">{dark}</w:tblStylePr></w:style>'
    about = '<w:tblPr><w:tblStyle w:val="T"/><w:tblLook w:val="0200"/></w:tblPr>'
    body = table([[paragraph(run(digit, WHITE)) for digit in "123"] + ["4"]]).replace("<w:tblPr/>", about)

    assert sheet_of(tmp_path, body, styles=story("styles", style)).rows == [[None, 2, None, 4]]


def test_a_theme_may_call_the_dark_colour_its_background(tmp_path: Path) -> None:
    content = paragraph(run("1", '<w:color w:val="FFFFFF" w:themeColor="background1"/>') + run("5"))
    mapping = '<w:clrSchemeMapping w:bg1="dark1" w:t1="light1"/>'

    assert sheet_of(tmp_path, table([[content]]), settings=story("settings", mapping)).rows == [[15]]
    assert sheet_of(tmp_path, table([[content]])).rows == [[5]]


def test_hidden_and_white_digits_of_formulas_and_under_other_letters_are_not_read(tmp_path: Path) -> None:
    def digits(properties: str) -> str:
        return formula(f"<m:r><m:rPr/><w:rPr>{properties}</w:rPr><m:t>1</m:t></m:r><m:r><m:t>5</m:t></m:r>")

    above = paragraph(ruby(run("1", WHITE) + run("5")))
    rows = [[digits(WHITE), digits("<w:vanish/>"), digits("<w:strike/>"), digits("<w:b/>"), above]]

    assert sheet_of(tmp_path, table(rows)).rows == [[5, 5, 5, 15, 5]]


def test_white_letters_in_a_drawn_box_are_read_and_remarked_as_perhaps_unseen(tmp_path: Path) -> None:
    boxed = paragraph(text_box(paragraph(run("9", WHITE))))
    sheet = sheet_of(tmp_path, boxed + table([[boxed]]))

    assert sheet.rows == [["9"], [9]]
    assert sheet.remarks[1, 0] == {"text_box", "maybe_unseen"}


@pytest.mark.parametrize("properties", [WHITE, "<w:vanish/>", "<w:strike/>"])
def test_words_left_out_are_looked_through_as_words_however_word_cut_them_into_runs(
    tmp_path: Path, properties: str
) -> None:
    def cut(*pieces: str) -> Workbook:
        return read(tmp_path, paragraph("".join(run(each, properties) for each in pieces) + run("12")))

    assert find_marks(cut("TỐI ", "MẬT"))
    assert find_marks(cut("M", "ẬT"))
    assert not find_marks(cut("BẢO ", "MẬT"))
    assert not find_marks(cut("bảo ", "m", "ật"))


def test_a_list_of_people_in_white_letters_is_a_list_of_people(tmp_path: Path) -> None:
    names = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung", "Hoàng Văn Em"]

    def listed(count: int) -> Workbook:
        return read(tmp_path, table([[paragraph(run(name, WHITE))] for name in names[:count]]))

    assert find_name_list(listed(5)) is not None
    assert find_name_list(listed(4)) is None


def test_a_mark_in_white_letters_one_by_one_is_seen(tmp_path: Path) -> None:
    def spelled(words: str) -> str:
        return paragraph("".join(run(letter, WHITE) + run("o") for letter in words))

    assert find_marks(read(tmp_path, spelled("TỐI MẬT")))
    assert not find_marks(read(tmp_path, spelled("BẢO MẬT")))


def test_a_style_that_hides_hides_also_what_is_based_on_it(tmp_path: Path) -> None:
    styles = story(
        "styles",
        '<w:style w:styleId="An"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="AnNua"><w:basedOn w:val="An"/></w:style>'
        '<w:style w:styleId="Hien"><w:basedOn w:val="An"/><w:rPr><w:vanish w:val="0"/></w:rPr></w:style>',
    )
    rows = [[paragraph("1", properties=f'<w:pStyle w:val="{style}"/>')] for style in ("An", "AnNua", "Hien")]
    sheet = sheet_of(tmp_path, table(rows), styles=styles)

    assert [sheet.value(row, 0) for row in range(3)] == [None, None, 1]
    assert set(sheet.remarks) == {(0, 0), (1, 0)}


def test_a_style_based_on_itself_ends(tmp_path: Path) -> None:
    loop = (
        '<w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style>'
    )
    body = paragraph("a", properties='<w:pStyle w:val="A"/>')

    assert read(tmp_path, body, styles=story("styles", loop)).paragraphs[0].level is None


def test_headings_are_known_by_their_style_and_by_their_outline(tmp_path: Path) -> None:
    styles = story("styles", '<w:style w:styleId="u1"><w:name w:val="heading 2"/></w:style>')
    body = paragraph("a", properties='<w:pStyle w:val="u1"/>') + paragraph("b", properties='<w:outlineLvl w:val="0"/>')
    body += paragraph("c", properties='<w:outlineLvl w:val="9"/>')

    assert [each.level for each in read(tmp_path, body, styles=styles).paragraphs] == [2, 1, None]


@pytest.mark.parametrize(
    ("name", "root", "content"),
    [
        ("header1", "hdr", paragraph("MẬT")),
        ("footer1", "ftr", paragraph("TỐI MẬT")),
        ("footnotes", "footnotes", f"<w:footnote>{paragraph('MẬT')}</w:footnote>"),
        ("endnotes", "endnotes", f"<w:endnote>{paragraph('MẬT')}</w:endnote>"),
        ("comments", "comments", f"<w:comment>{paragraph('MẬT')}</w:comment>"),
        (
            "header2",
            "hdr",
            '<w:p><w:r><w:pict><v:shape><v:textpath string="TUYỆT MẬT"/></v:shape></w:pict></w:r></w:p>',
        ),
        ("settings", "settings", '<w:docVars><w:docVar w:name="a" w:val="Độ mật: MẬT"/></w:docVars>'),
    ],
)
def test_a_mark_is_seen_wherever_word_keeps_text(tmp_path: Path, name: str, root: str, content: str) -> None:
    assert find_marks(read(tmp_path, paragraph("a"), **{name: story(root, content)}))
    assert not find_marks(read(tmp_path, paragraph("a"), **{name: story(root, content.replace("MẬT", "BẢO MẬT"))}))


def test_a_mark_is_seen_in_the_properties_and_no_author_is_kept(tmp_path: Path) -> None:
    parts = word_parts(paragraph("a"))
    parts["docProps/core.xml"] = (
        '<p xmlns:dc="d"><dc:creator>Lê Thị Ổi</dc:creator><dc:subject>TỐI MẬT</dc:subject></p>'
    )
    workbook = open_workbook(write_parts(tmp_path / "a.docx", parts), takes_documents=True)

    assert [mark.place for mark in find_marks(workbook)] == ["property"]
    assert "Ổi" not in repr(workbook)


def test_personal_data_is_seen_in_paragraphs_cells_and_notes(tmp_path: Path) -> None:
    notes = story("footnotes", f"<w:footnote>{paragraph('Gọi 0912 345 678')}</w:footnote>")
    body = paragraph("Thư về a@b.vn") + table([["0277 3851 431"]])
    found = find_personal_data(read(tmp_path, body, footnotes=notes))

    assert [(each.sheet, each.kind) for each in found] == [
        ("Bảng 1", "địa chỉ thư điện tử"),
        ("Bảng 1", "số điện thoại"),
        ("", "số điện thoại"),
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f'<w:p><w:ins w:id="1">{run("a")}</w:ins></w:p>', "1 chỗ thêm"),
        ('<w:p><w:del w:id="1"><w:r><w:delText>a</w:delText></w:r></w:del></w:p>', "1 chỗ xóa"),
        (f'<w:p><w:moveFrom w:id="1">{run("a")}</w:moveFrom></w:p>', "1 chỗ chuyển đi"),
        ('<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr></w:p>', "1 chỗ xóa"),
        (table([[cell("a", '<w:cellDel w:id="1"/>')]]), "1 ô xóa"),
        (f'<w:p><w:pPr><w:pPrChange w:id="1"><w:pPr/></w:pPrChange></w:pPr>{run("a")}</w:p>', ""),
    ],
)
def test_open_changes_are_counted_and_a_change_of_layout_is_none(tmp_path: Path, body: str, told: str) -> None:
    assert read(tmp_path, body).unsettled_changes == told


def test_what_was_deleted_is_not_read_but_looked_through(tmp_path: Path) -> None:
    deleted = '<w:p><w:del w:id="1"><w:r><w:delText>TỐI MẬT</w:delText></w:r></w:del></w:p>'
    workbook = read(tmp_path, deleted)

    assert workbook.paragraphs == ()
    assert find_marks(workbook)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<w:altChunk r:id="rId1"/>', "ALT_CHUNK"),
        ("<w:p><w:subDoc/></w:p>", "ALT_CHUNK"),
        ("<w:p><w:r><w:object><o:OLEObject/></w:object></w:r></w:p>", "EMBEDDED"),
        ("<w:p><w:r><w:control/></w:r></w:p>", "EMBEDDED"),
        (paragraph(complex_field("DDE c:\\a", "x")), "DDE"),
        (paragraph(complex_field("  ddeauto c:\\a", "x")), "DDE"),
        (paragraph(complex_field("LINK Excel.Sheet.12", "x")), "FIELD_LOADS"),
        (paragraph(complex_field("INCLUDEPICTURE http://example.com", "x")), "FIELD_LOADS"),
        (
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO</w:instrText></w:r></w:p>',
            "DDE",
        ),
        (
            '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            + complex_field(" QUOTE 68 68 69 ", "DDE")
            + '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
            "FIELD_LOADS",
        ),
        (table([[cell("a", '<w:gridSpan w:val="9000"/>')]]), "SHEET_RANGE"),
        (table([[cell("a", '<w:gridSpan w:val="x"/>')]]), "UNREADABLE"),
        ("<w:p>" * 400 + "</w:p>" * 400, "XML_DEPTH"),
        ("<w:p>", "UNREADABLE"),
    ],
)
def test_what_would_load_run_or_break_something_is_refused(tmp_path: Path, body: str, code: str) -> None:
    assert code_of(tmp_path, body) == code


def test_a_field_that_starts_a_program_is_found_in_the_head_of_a_page_too(tmp_path: Path) -> None:
    header = story("hdr", paragraph(complex_field("DDEAUTO c:\\a", "x")))

    assert code_of(tmp_path, paragraph("a"), header1=header) == "DDE"


def test_fields_inside_the_result_of_a_field_are_no_disguise(tmp_path: Path) -> None:
    inner = complex_field(" PAGEREF a ", "3")
    contents = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("Mục ")}{inner}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )

    assert read(tmp_path, paragraph(contents)).paragraphs[0].text == "Mục 3"


def test_more_tables_than_any_report_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.readers.docx.MAX_TABLES", 3)

    assert len(read(tmp_path, table([["a"]]) * 3).sheets) == 3
    assert code_of(tmp_path, table([["a"]]) * 4) == "SHEET_RANGE"


def test_a_document_under_the_namespace_of_the_strict_standard_is_read_too(tmp_path: Path) -> None:
    parts = word_parts(table([["a", "5"]]))
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    old = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts["word/document.xml"] = str(parts["word/document.xml"]).replace(old, strict)

    assert open_workbook(write_parts(tmp_path / "a.docx", parts), takes_documents=True).sheets[0].rows == [["a", 5]]
